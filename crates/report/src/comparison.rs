//! The table of arms by readout: medians, differences, published ranges, and a picture of each row.

use crate::data::{Band, Comparison, Results};
use crate::manifest::{Axis, Host, Readout};
use crate::markup::{capitalise, escape, whole};
use crate::number::{Numeral, count};
use crate::panels::{arm_class, swatch};
use crate::scale::Scale;
use crate::svg::Svg;

/// Size of the picture of a row, in pixels.
const PICTURE: (f64, f64) = (150.0, 22.0);

/// The table, or a sentence if nothing was compared.
pub(crate) fn table(results: &Results) -> String {
    if results.comparison.is_empty() {
        return "<p>This run compared no readouts.</p>".to_owned();
    }
    let head: String = columns(results)
        .iter()
        .map(|(class, title)| {
            format!(
                "<th scope=\"col\" role=\"columnheader\" class=\"{class}\">{}</th>",
                whole(title)
            )
        })
        .collect();
    let mut groups: Vec<(usize, f64)> = Vec::new();
    for row in &results.comparison {
        if !groups
            .iter()
            .any(|&(readout, at_d)| in_group(row, readout, at_d))
        {
            groups.push((row.readout, row.at_d));
        }
    }
    groups.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let body: String = groups
        .into_iter()
        .map(|(readout, at_d)| {
            let mut rows: Vec<&Comparison> = results
                .comparison
                .iter()
                .filter(|row| in_group(row, readout, at_d))
                .collect();
            rows.sort_by_key(|row| row.arm);
            group(results, &results.readouts[readout], &rows)
        })
        .collect();
    let notes = notes(results);
    let alone = if results.arms.len() == 1 {
        " alone"
    } else {
        ""
    };
    format!(
        "<div class=\"wide\" role=\"group\" aria-label=\"Table of comparisons\" tabindex=\"0\"><table role=\"table\" class=\"comparison{alone}\"><thead role=\"rowgroup\"><tr \
         role=\"row\">{head}</tr></thead>{body}</table></div><p class=\"note\">{notes}</p>"
    )
}

fn in_group(row: &Comparison, readout: usize, at_d: f64) -> bool {
    row.readout == readout && row.at_d.total_cmp(&at_d).is_eq()
}

fn columns(results: &Results) -> [(&'static str, String); 10] {
    let difference = match results.arms.as_slice() {
        [first, _, ..] => format!("Difference from {first} [{}]", results.interval()),
        _ => "Difference".to_owned(),
    };
    let ratio = format!(
        "Ratio, Cliff’s\u{a0}δ [{} of the ratio]",
        results.interval()
    );
    let many = match results.manifest.host {
        Host::Mouse => "Mice",
        Host::Culture => "Wells",
    };
    [
        ("k0", "Arm"),
        ("k1", many),
        ("k2", "Dead"),
        ("k3", "Median"),
        ("k4", "Range"),
        ("k5", &difference),
        ("ke", &ratio),
        ("k6", "Published"),
        ("k7", "Verdict"),
        ("k8", "Range and median"),
    ]
    .map(|(class, title)| (class, title.to_owned()))
}

fn notes(results: &Results) -> String {
    let many = results.manifest.host.nouns().1;
    let resampled = format!(
        "resampled: how far the difference goes if {many} are drawn again and again. Where fewer than six have a value there is no 95\u{a0}% interval of a median"
    );
    let interval = if results.is_small() {
        resampled
    } else if results.has_resampled() {
        format!("95\u{a0}% bootstrap interval of the difference, or, where it says so, {resampled}")
    } else {
        "95\u{a0}% bootstrap interval of the difference".to_owned()
    };
    let mut notes = vec![format!(
        "Median and range (lowest to highest) over {many}; {interval}. In the pictures: dot, median; line, range; grey bar, published range."
    )];
    if !results.effects.is_empty() {
        notes.push(format!(
            "Ratio: of medians, from {}. Cliff’s δ: in how many pairs of a {one} of this arm and one of the first its value is larger, less in how many it \
             is smaller; ±1 where the arms do not overlap.",
            escape(&results.arms[0]),
            one = results.manifest.host.nouns().0
        ));
    }
    if results.comparison.iter().any(|row| row.dead > 0) {
        notes.push("Dead: before that age, counted with the last sample.".to_owned());
    }
    notes.join(" ")
}

fn group(results: &Results, about: &Readout, rows: &[&Comparison]) -> String {
    let writing = Writing::of(about, rows);
    let medians: Vec<Numeral> = rows.iter().map(|row| writing.number(row.median)).collect();
    let most = rows
        .iter()
        .map(|row| writing.number(row.max))
        .collect::<Vec<_>>();
    let (median_decimals, most_decimals) = (decimals(medians.iter()), decimals(most.iter()));
    let unit = match (
        writing.unit(about.shown_unit()),
        writing.unit(about.difference_unit()),
    ) {
        (unit, _) if unit.is_empty() => unit,
        (unit, same) if unit == same => format!(" <span class=\"unit\">{unit}</span>"),
        (unit, other) => format!(
            " <span class=\"unit\">{unit}<span class=\"difference\">; differences in {other}</span></span>"
        ),
    };
    let span = if results.arms.len() == 1 { 7 } else { 9 };
    let age = rows.first().map_or(f64::NAN, |row| row.at_d);
    let axis = picture_axis(results, about, &writing, rows);
    let mut out = format!(
        "<tbody role=\"rowgroup\"><tr role=\"row\" class=\"group\"><th scope=\"rowgroup\" role=\"rowheader\" colspan=\"{span}\">{}, \
         {}{unit}</th><td role=\"cell\" class=\"k8\">{}</td></tr>",
        escape(&capitalise(about.label())),
        results
            .manifest
            .host
            .when(&Numeral::of(age).trimmed().html()),
        ends(axis.as_ref())
    );
    let columns = columns(results);
    for ((row, median), most) in rows.iter().zip(medians).zip(most) {
        let range = match (row.min.is_finite(), row.max.is_finite()) {
            (true, true) => format!(
                "{} to {}",
                writing.number(row.min).html(),
                most.padded(most_decimals).html()
            ),
            _ => "–".to_owned(),
        };
        let difference = row.difference.map_or_else(String::new, |difference| {
            let signed = |value: f64| writing.number(value).signed().html();
            let weight = if difference.is_clear() { "b" } else { "span" };
            let interval = difference.interval.map_or_else(String::new, |(low, high)| {
                format!(
                    " <span class=\"interval\">[{} to {}{}]</span>",
                    signed(low),
                    signed(high),
                    results.sort_of_interval(row)
                )
            });
            format!(
                "<{weight}>{}</{weight}>{interval}",
                signed(difference.value)
            )
        });
        out += &format!(
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\" class=\"k0\">{}{}</th>",
            swatch(row.arm),
            whole(&results.arms[row.arm]),
        );
        let cells = [
            count(row.mice),
            count(row.dead),
            median.padded(median_decimals).html(),
            range,
            difference,
            effect(results, row),
            published(results, &writing, row),
            verdict(row).to_owned(),
            picture(results, row, writing.factor, axis.as_ref()),
        ];
        for (content, (class, title)) in cells.iter().zip(columns.iter().skip(1)) {
            let empty = if content.is_empty() { " empty" } else { "" };
            out += &format!(
                "<td role=\"cell\" class=\"{class}{empty}\" data-label=\"{}\">{content}</td>",
                escape(title)
            );
        }
        out += "</tr>";
    }
    out + "</tbody>"
}

/// How large the difference from the first arm is: as a ratio, and by ranks.
fn effect(results: &Results, row: &Comparison) -> String {
    let Some(effect) = results.effect(row) else {
        return String::new();
    };
    let number = |value: f64| Numeral::of(value).html();
    let ratio = effect
        .ratio
        .map(|ratio| format!("×\u{a0}{}", number(ratio)));
    let delta = effect
        .delta
        .map(|delta| format!("δ\u{a0}{}", Numeral::fixed(delta, 2).signed().html()));
    let interval = effect.interval.map_or_else(String::new, |(low, high)| {
        format!(
            "<small>[{} to {}{}]</small>",
            number(low),
            number(high),
            results.sort_of_interval(row)
        )
    });
    let sizes: Vec<String> = ratio.into_iter().chain(delta).collect();
    sizes.join(", ") + &interval
}

/// How the numbers of one group are written: in one unit, and where the axis is linear with the same decimals throughout.
struct Writing {
    /// From the file's number to the one written.
    factor: f64,
    /// Power of ten moved from the numbers into the unit.
    power: i32,
    /// `None` where numbers span too much for that; each then has three figures.
    decimals: Option<usize>,
}

impl Writing {
    fn of(about: &Readout, rows: &[&Comparison]) -> Self {
        let sizes = || {
            let values = rows.iter().flat_map(|row| [row.median, row.min, row.max]);
            values
                .map(|value| (value * about.factor()).abs())
                .filter(|value| value.is_finite() && *value > 0.0)
        };
        let (smallest, largest) = (
            sizes().fold(f64::INFINITY, f64::min),
            sizes().fold(0.0, f64::max),
        );
        let wide = about.scale == Axis::Log && largest > 1e4 * smallest;
        let magnitude = if largest > 0.0 {
            largest.log10().floor() as i32
        } else {
            0
        };
        let power = if wide || about.is_percentage() || (-2..6).contains(&magnitude) {
            0
        } else {
            3 * magnitude.div_euclid(3)
        };
        let least = i32::from(about.is_percentage());
        let decimals = usize::try_from((2 - (magnitude - power)).max(least)).unwrap_or(0);
        let decimals = (about.scale == Axis::Linear).then_some(decimals);
        Self {
            factor: about.factor() / 10f64.powi(power),
            power,
            decimals,
        }
    }

    fn number(&self, value: f64) -> Numeral {
        match self.decimals {
            Some(decimals) if value.is_finite() => Numeral::fixed(value * self.factor, decimals),
            _ => Numeral::of(value * self.factor),
        }
    }

    fn unit(&self, unit: &str) -> String {
        let power = if self.power == 0 {
            String::new()
        } else {
            Numeral::power(self.power).html()
        };
        format!("{power} {}", escape(unit)).trim().to_owned()
    }
}

/// Decimals to which a column is padded, so that its points stand under each other; none if a number needs a power of ten.
fn decimals<'a>(numbers: impl Iterator<Item = &'a Numeral>) -> usize {
    numbers
        .map(Numeral::decimals)
        .collect::<Option<Vec<_>>>()
        .and_then(|all| all.into_iter().max())
        .unwrap_or(0)
}

fn published(results: &Results, writing: &Writing, row: &Comparison) -> String {
    let Some(band) = row.band else {
        return String::new();
    };
    // A ratio is a plain number, whatever the readout's unit.
    let factor = if band.relative_to.is_some() {
        1.0
    } else {
        writing.factor
    };
    let number = |value: f64| Numeral::of(value * factor).trimmed().html();
    let range = match (band.low, band.high) {
        (Some(low), Some(high)) => format!("{} to {}", number(low), number(high)),
        (Some(low), None) => format!("&gt; {}", number(low)),
        (None, Some(high)) => format!("&lt; {}", number(high)),
        (None, None) => String::new(),
    };
    let of = band
        .relative_to
        .map(|arm| format!(" × {}", whole(&results.arms[arm])))
        .unwrap_or_default();
    let source = match row.source.as_str() {
        "" => String::new(),
        source => format!("<small>{}</small>", escape(source)),
    };
    format!("{range}{of}{source}")
}

fn verdict(row: &Comparison) -> &'static str {
    match row.band {
        Some(band) if band.is_not_judged => "not judged",
        Some(Band {
            inside: Some(true), ..
        }) => "<span class=\"in\">✓ in</span>",
        Some(Band {
            inside: Some(false),
            ..
        }) => "<span class=\"out\">✗ out</span>",
        _ => "",
    }
}

/// The axis shared by the pictures of one group; `None` if no number of it is finite.
fn picture_axis(
    results: &Results,
    about: &Readout,
    writing: &Writing,
    rows: &[&Comparison],
) -> Option<Scale> {
    let bands = rows
        .iter()
        .filter_map(|row| results.band_ends(row))
        .flat_map(|(low, high)| low.into_iter().chain(high));
    let values: Vec<f64> = rows
        .iter()
        .flat_map(|row| [row.median, row.min, row.max])
        .chain(bands)
        .filter(|value| value.is_finite())
        .map(|value| value * writing.factor)
        .collect();
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    let (start, end) = (6.0, PICTURE.0 - 6.0);
    Some(if about.scale == Axis::Log && low > 0.0 {
        Scale::logarithmic(low, high, start, end, start)
    } else {
        Scale::linear(low.min(0.0), high.max(0.0), start, end, 3)
    })
}

/// The two ends of the pictures' axis, written.
fn ends(axis: Option<&Scale>) -> String {
    axis.map_or_else(String::new, |axis| {
        let [low, high] =
            [axis.low(), axis.high()].map(|value| Numeral::of(value).trimmed().html());
        format!("<span class=\"ends\"><span>{low}</span><span>{high}</span></span>")
    })
}

fn picture(results: &Results, row: &Comparison, factor: f64, axis: Option<&Scale>) -> String {
    let Some(axis) = axis else {
        return String::new();
    };
    let mut svg = Svg::new(PICTURE.0, PICTURE.1);
    let middle = 0.5 * PICTURE.1;
    svg.line("grid", (axis.start(), middle), (axis.end(), middle));
    if let Some((low, high)) = results.band_ends(row) {
        let left = low.map_or(axis.start(), |low| axis.position(low * factor));
        let right = high.map_or(axis.end(), |high| axis.position(high * factor));
        svg.rect("published", (left, 3.0), right - left, PICTURE.1 - 6.0);
    }
    svg.group(&arm_class(row.arm), |svg| {
        if row.min.is_finite() && row.max.is_finite() {
            svg.line(
                "range",
                (axis.position(row.min * factor), middle),
                (axis.position(row.max * factor), middle),
            );
        }
        if row.median.is_finite() {
            svg.disc("point", (axis.position(row.median * factor), middle), 4.0);
        }
    });
    svg.decoration()
}
