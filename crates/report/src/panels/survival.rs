//! Kaplan-Meier curves, with the number at risk below.

use super::frame::{self, BOTTOM, HEIGHT, LEFT, TOP, WIDTH};
use super::{Figure, arm_class, figure, labels_lines};
use crate::data::{ArmIndex, Results};
use crate::download::{Data, cell};
use crate::kaplan_meier::{at_risk, survival};
use crate::markup::escape;
use crate::number::Numeral;
use crate::scale::Scale;
use crate::svg::{Svg, line_data};

/// Height of a line of the table of numbers at risk.
const ROW: f64 = 15.0;
/// Coinciding curves lie this far apart, and all of them within [`NUDGED`].
const NUDGE: f64 = 2.2;
/// From the first to the last of many coinciding curves.
const NUDGED: f64 = 8.0;

/// The curves of survival and, if any mouse fell ill, of life without disease.
pub(crate) fn curves(results: &Results, letters: &mut impl Iterator<Item = char>) -> String {
    let end = Numeral::of(results.until_d()).trimmed().html();
    let died = |arm: ArmIndex, mouse| results.deaths.get(&(arm, mouse)).copied();
    let deaths = if results.deaths.is_empty() {
        format!("No mouse died before day {end}.")
    } else {
        String::new()
    };
    let mut out = curve(
        results,
        letters.next(),
        "Survival",
        &deaths,
        |arm, mouse, seen| died(arm, mouse).map_or((seen, false), |age| (age, true)),
    );
    if !results.onsets.is_empty() {
        let note = "A mouse that dies without disease is watched until its death.";
        out += &curve(
            results,
            letters.next(),
            "Free of disease",
            note,
            |arm, mouse, seen| match results.onsets.get(&(arm, mouse)) {
                Some(&age) => (age, true),
                None => (died(arm, mouse).unwrap_or(seen), false),
            },
        );
    }
    out
}

/// One figure; `outcome` gives of a mouse the age at its event, or at which it was last seen without.
fn curve(
    results: &Results,
    letter: Option<char>,
    title: &str,
    note: &str,
    outcome: impl Fn(ArmIndex, u64, f64) -> (f64, bool),
) -> String {
    let right = frame::right(results);
    let ages = Scale::times(results.manifest.host, 0.0, results.until_d(), LEFT, right);
    let shares = Scale::linear(0.0, 100.0, BOTTOM, TOP, 5);
    let groups: Vec<(ArmIndex, Vec<(f64, bool)>)> = (0..results.arms.len())
        .map(|arm| {
            (
                arm,
                results
                    .mice(arm)
                    .map(|(mouse, seen)| outcome(arm, mouse, seen))
                    .collect::<Vec<_>>(),
            )
        })
        .filter(|(_, mice)| !mice.is_empty())
        .collect();
    let mut svg = Svg::new(WIDTH, HEIGHT + ROW * (groups.len() as f64 + 1.0) + 10.0);
    frame::axes(&mut svg, results.manifest.host.axis(), &ages, &shares);
    let (mut ends, mut words) = (Vec::new(), Vec::new());
    for (place, (arm, mice)) in groups.iter().enumerate() {
        let nudge = NUDGE.min(NUDGED / groups.len() as f64)
            * (place as f64 - 0.5 * (groups.len() - 1) as f64);
        let height = |share: f64| (shares.position(100.0 * share) + nudge).min(BOTTOM - 1.3);
        let last = mice.iter().map(|mouse| mouse.0).fold(0.0, f64::max);
        let steps = survival(mice);
        let (mut points, mut share) = (vec![(ages.position(0.0), height(1.0))], 1.0);
        for step in &steps {
            let x = ages.position(step.time);
            points.extend([(x, height(share)), (x, height(step.survival))]);
            share = step.survival;
        }
        points.push((ages.position(last), height(share)));
        svg.group(&arm_class(*arm), |svg| {
            svg.path("halo", &line_data(&points));
            svg.path("median", &line_data(&points));
            // A tick where a mouse left without the event before the end, as usual.
            for (age, _) in mice
                .iter()
                .filter(|(age, happened)| !happened && *age < results.until_d() - 1e-6)
            {
                let at = steps
                    .iter()
                    .rev()
                    .find(|step| step.time <= *age)
                    .map_or(1.0, |step| step.survival);
                let (x, y) = (ages.position(*age), height(at));
                svg.line("dagger", (x, y - 5.0), (x, y + 5.0));
            }
        });
        ends.push((*arm, ages.position(last), height(share)));
        let percent = Numeral::of(100.0 * share).trimmed().plain();
        words.push(format!(
            "{}: {percent} % of {} mice",
            results.arms[*arm],
            mice.len()
        ));
    }
    frame::names(&mut svg, results, right, &ends);

    svg.text("tick strong", (6.0, HEIGHT + 8.0), "Mice at risk");
    for (row, (arm, mice)) in groups.iter().enumerate() {
        let y = HEIGHT + 12.0 + ROW * (row as f64 + 1.0);
        svg.group(&arm_class(*arm), |svg| {
            for tick in &ages.ticks {
                svg.text(
                    "risk m",
                    (ages.position(tick.value), y),
                    &at_risk(mice, tick.value).to_string(),
                );
            }
            if labels_lines(results) {
                svg.text("name", (right + 20.0, y), &escape(&results.arms[*arm]));
            } else {
                svg.path("median", &line_data(&[(4.0, y - 4.0), (28.0, y - 4.0)]));
            }
        });
    }
    let name = format!("{title}: Kaplan-Meier curve of each arm by age");
    let nudged = if groups.len() > 1 {
        "Curves that coincide are drawn side by side."
    } else {
        ""
    };
    figure(
        results,
        &Figure {
            letter,
            title,
            unit: "% of mice",
            svg: &svg,
            name: &name,
            words: &words.join("; "),
            is_labelled: labels_lines(results),
            has_key: true,
            note: [note, nudged].join(" ").trim(),
            data: &data(results, &groups, &ages),
        },
    )
}

/// Every step of the curves, and the numbers at risk at the ages of the axis.
fn data(results: &Results, groups: &[(ArmIndex, Vec<(f64, bool)>)], ages: &Scale) -> Data {
    let plain = |name: &str| (name.to_owned(), "");
    let mut data = Data::with_columns([
        plain("arm"),
        ("age".to_owned(), "d"),
        ("without the event".to_owned(), "% of mice"),
        ("at risk".to_owned(), "mice"),
    ]);
    for (arm, mice) in groups {
        let steps = survival(mice);
        let mut times: Vec<f64> = ages.ticks.iter().map(|tick| tick.value).collect();
        times.extend(steps.iter().map(|step| step.time));
        times.sort_by(f64::total_cmp);
        times.dedup();
        for time in times {
            let step = steps.iter().rev().find(|step| step.time <= time);
            let share = step.map_or(1.0, |step| step.survival);
            data.row([
                results.arms[*arm].clone(),
                cell(time),
                cell(100.0 * share),
                at_risk(mice, time).to_string(),
            ]);
        }
    }
    data
}
