//! One readout over an axis of a sweep: medians and quartiles of each arm.

use super::frame::{self, BOTTOM, HEIGHT, LEFT, TOP, WIDTH};
use super::{Figure, arm_class, figure, labels_lines};
use crate::data::{ArmIndex, ReadoutIndex, Response, Results};
use crate::download::{Data, cell};
use crate::manifest::{Axis, SweptAxis};
use crate::markup::{capitalise, escape};
use crate::number::Numeral;
use crate::scale::Scale;
use crate::svg::{Svg, line_data};

/// The figure of one readout over the axis with this number, which takes the next letter; `None` if no point has a value.
pub(crate) fn response(
    results: &Results,
    readout: ReadoutIndex,
    axis: usize,
    swept: &SweptAxis,
    letters: &mut impl Iterator<Item = char>,
) -> Option<String> {
    let about = &results.readouts[readout];
    let factor = about.factor();
    let place = |response: &Response| results.points[response.point][axis];
    let arms: Vec<(ArmIndex, Vec<Response>)> = (0..results.arms.len())
        .filter_map(|arm| {
            let all = results.responses.get(&(readout, arm))?;
            let mut own: Vec<Response> = all
                .iter()
                .filter(|one| one.median.is_finite())
                .copied()
                .collect();
            own.sort_by(|a, b| place(a).total_cmp(&place(b)));
            (!own.is_empty()).then_some((arm, own))
        })
        .collect();
    let all = || arms.iter().flat_map(|(_, own)| own);
    let time_d = all().next()?.time_d;
    let range = |values: &mut dyn Iterator<Item = f64>| {
        let finite = values.filter(|value| value.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    };
    let right = frame::right(results);
    let (low, high) = range(&mut all().map(place));
    let across = if swept.is_log && low > 0.0 {
        Scale::logarithmic(low, high, LEFT, right, LEFT)
    } else {
        Scale::linear(low, high, LEFT, right, 6)
    };
    let ends = |one: &Response| [one.median, one.quartiles.0, one.quartiles.1].map(|x| x * factor);
    let (low, high) = range(&mut all().flat_map(ends));
    let positive = range(&mut all().flat_map(ends).filter(|value| *value > 0.0)).0;
    let up = if about.scale == Axis::Log && positive.is_finite() {
        Scale::logarithmic(positive, high, BOTTOM, TOP, BOTTOM)
    } else {
        Scale::linear(low.min(0.0), high.max(0.0), BOTTOM, TOP, 5)
    };
    let mut svg = Svg::new(WIDTH, HEIGHT);
    let unit = escape(swept.shown_unit());
    let title = match unit.as_str() {
        "" => escape(&swept.name),
        unit => format!("{} ({unit})", escape(&swept.name)),
    };
    frame::axes(&mut svg, &title, &across, &up);
    // Between points that differ in another axis too a line would say nothing.
    let is_alone = results.points.first().is_some_and(|point| point.len() == 1);
    let mut names = Vec::new();
    for (arm, own) in &arms {
        let at =
            |one: &Response, value: f64| (across.position(place(one)), up.position(value * factor));
        svg.group(&arm_class(*arm), |svg| {
            for one in own {
                let (low, high) = one.quartiles;
                svg.line("bracket", at(one, low), at(one, high));
            }
            let points: Vec<_> = own.iter().map(|one| at(one, one.median)).collect();
            if is_alone {
                svg.path("halo", &line_data(&points));
                svg.path("median", &line_data(&points));
            }
            for point in &points {
                svg.path("median", &line_data(&[*point]));
            }
            names.extend(points.last().map(|(x, y)| (*arm, *x, *y)));
        });
    }
    if is_alone {
        frame::names(&mut svg, results, right, &names);
    }
    let label = capitalise(about.label());
    let when = results
        .manifest
        .host
        .when(&Numeral::of(time_d).trimmed().plain());
    let words: Vec<String> = arms
        .iter()
        .filter_map(|(arm, own)| {
            let (first, last) = (own.first()?, own.last()?);
            let number = |value: f64| Numeral::of(value).trimmed().plain();
            Some(format!(
                "{}: {} at {}, {} at {}",
                results.arms[*arm],
                number(first.median * factor),
                number(place(first)),
                number(last.median * factor),
                number(place(last))
            ))
        })
        .collect();
    let name = format!("{label} over {}, the median of each arm", swept.name);
    let note = format!("Medians and quartiles at {when}.");
    let shown = about.shown_unit();
    let mut data = Data::with_columns([
        ("arm".to_owned(), ""),
        (swept.name.clone(), swept.shown_unit()),
        ("median".to_owned(), shown),
        ("first quartile".to_owned(), shown),
        ("third quartile".to_owned(), shown),
    ]);
    for (arm, own) in &arms {
        for one in own {
            let [median, low, high] = ends(one).map(cell);
            data.row([
                results.arms[*arm].clone(),
                cell(place(one)),
                median,
                low,
                high,
            ]);
        }
    }
    Some(figure(
        results,
        &Figure {
            letter: letters.next(),
            title: &label,
            unit: shown,
            svg: &svg,
            name: &name,
            words: &words.join("; "),
            is_labelled: labels_lines(results) && is_alone,
            has_key: true,
            note: &note,
            data: &data,
        },
    ))
}
