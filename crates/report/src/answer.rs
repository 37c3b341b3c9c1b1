//! The answer in a few sentences, built from the numbers.

use crate::data::{Comparison, Results};
use crate::manifest::{Host, Readout};
use crate::markup::escape;
use crate::number::{Numeral, count};

/// What the run says, as markup: the clearest difference, the deaths, and how many published ranges were met.
pub(crate) fn answer(results: &Results) -> String {
    if let Some(sweep) = &results.manifest.sweep {
        let axes: Vec<String> = sweep.axes.iter().map(|axis| escape(&axis.name)).collect();
        let points = match sweep.point {
            None => format!("{} points", count(sweep.points)),
            Some(point) => format!("Point {point}, alone of {},", count(sweep.points)),
        };
        let what = format!(
            "{points} of a sweep ({}) over {}.",
            escape(&sweep.method.replace('_', " ")),
            axes.join(", ")
        );
        let sentences = [Some(what), bands(results)];
        return sentences
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
    }
    let sentences = [finding(results), deaths(results), bands(results)];
    sentences
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The first readout, of those with a published range if there is one, in which an arm differs clearly from the first arm, and the arm that
/// differs most.
fn finding(results: &Results) -> Option<String> {
    let first = &results.arms[0];
    let size = |row: &Comparison| {
        row.difference
            .map_or(0.0, |difference| difference.value.abs())
    };
    let clear = |row: &&Comparison| {
        row.median.is_finite()
            && row
                .difference
                .is_some_and(|difference| difference.is_clear())
    };
    // What has a published range is what the scenario asks about; others, such as the dose, may come first.
    let is_published = |readout: usize| {
        let mut rows = results.comparison.iter();
        rows.any(|row| row.readout == readout && row.band.is_some())
    };
    let readout = results
        .comparison
        .iter()
        .filter(clear)
        .map(|row| row.readout)
        .min_by_key(|readout| (!is_published(*readout), *readout));
    let most = readout.and_then(|readout| {
        let rows = results
            .comparison
            .iter()
            .filter(clear)
            .filter(|row| row.readout == readout);
        rows.reduce(|best, row| if size(row) > size(best) { row } else { best })
    });
    let Some(row) = most else {
        let compared = results
            .comparison
            .iter()
            .any(|row| row.difference.is_some());
        return if compared {
            Some(format!(
                "No arm differs from {} beyond the spread between {} in any readout.",
                named(first),
                results.manifest.host.nouns().1
            ))
        } else {
            alone(results)
        };
    };
    let about = &results.readouts[row.readout];
    let reference = results
        .comparison
        .iter()
        .find(|other| {
            other.arm == 0
                && other.readout == row.readout
                && other.at_d.total_cmp(&row.at_d).is_eq()
        })
        .filter(|other| other.median.is_finite())
        .map(|other| {
            format!(
                ", against {} in {}",
                quantity(about, other.median),
                named(first)
            )
        })
        .unwrap_or_default();
    let interval = row
        .difference
        .and_then(|difference| Some((difference.interval?, difference.is_resampled)))
        .map(|((low, high), is_resampled)| {
            let [low, high] =
                [low, high].map(|end| Numeral::of(end * about.factor()).signed().trimmed().html());
            let interval = if is_resampled {
                "resampled difference"
            } else {
                "95\u{a0}% interval of the difference"
            };
            format!(
                " ({interval} {low} to {high} {})",
                escape(about.difference_unit())
            )
            .replace(" )", ")")
        });
    Some(format!(
        "{}, {}: {} in {}{reference}{}.",
        at(results, row.at_d),
        escape(about.label()),
        quantity(about, row.median),
        named(&results.arms[row.arm]),
        interval.unwrap_or_default()
    ))
}

/// The name of an arm within a sentence: many are phrases such as `1 nM` or `CD4, no IL-2`.
fn named(arm: &str) -> String {
    format!("“{}”", escape(arm))
}

/// With nothing to compare: the first number of the first arm.
fn alone(results: &Results) -> Option<String> {
    let row = results
        .comparison
        .iter()
        .find(|row| row.median.is_finite())?;
    let about = &results.readouts[row.readout];
    Some(format!(
        "{}, {}: {} in {} ({}).",
        at(results, row.at_d),
        escape(about.label()),
        quantity(about, row.median),
        named(&results.arms[row.arm]),
        match row.mice {
            1 => format!("one {}", results.manifest.host.nouns().0),
            mice => format!(
                "median of {} {}",
                count(mice),
                results.manifest.host.nouns().1
            ),
        }
    ))
}

/// `On day 42` or `At 48 h`.
fn at(results: &Results, time: f64) -> String {
    let host = results.manifest.host;
    let when = host.when(&Numeral::of(time).trimmed().html());
    match host {
        Host::Mouse => format!("On {when}"),
        Host::Culture => format!("At {when}"),
    }
}

fn quantity(about: &Readout, value: f64) -> String {
    let number = Numeral::of(value * about.factor()).trimmed().html();
    match about.shown_unit() {
        "" => number,
        unit => format!("{number}\u{a0}{}", escape(unit)),
    }
}

fn deaths(results: &Results) -> Option<String> {
    if results.manifest.host == Host::Culture {
        return None;
    }
    let until = Numeral::of(results.until_d()).trimmed().html();
    let arms: Vec<String> = (0..results.arms.len())
        .filter_map(|arm| {
            let (mice, dead) = (
                results.mice(arm).count(),
                results.deaths.range((arm, 0)..=(arm, u64::MAX)).count(),
            );
            (dead > 0).then(|| format!("{dead} of {mice} mice in {}", escape(&results.arms[arm])))
        })
        .collect();
    Some(match arms.as_slice() {
        [] => format!("No mouse died before day {until}."),
        arms => format!("Dead by day {until}: {}.", arms.join("; ")),
    })
}

fn bands(results: &Results) -> Option<String> {
    let verdicts = &results.verdicts;
    let met = verdicts.iter().filter(|inside| **inside).count();
    (!verdicts.is_empty()).then(|| format!("Published ranges met: {met} of {}.", verdicts.len()))
}
