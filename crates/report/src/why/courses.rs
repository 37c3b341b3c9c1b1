//! The links of a chain over age, a small panel for each: the median of every arm in the band of its quartiles.

use crate::chain;
use crate::data::{ArmIndex, Results, Sample};
use crate::manifest::{Axis, Link};
use crate::markup::{capitalise, escape};
use crate::number::Numeral;
use crate::panels::arm_class;
use crate::scale::Scale;
use crate::svg::{Svg, line_data};
use crate::trace::{Point, thin};

/// Panels beside one another.
const COLUMNS: usize = 3;
const WIDTH: f64 = 272.0;
const HEIGHT: f64 = 196.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 258.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 166.0;
/// Room below a logarithmic axis for zeros.
const ZERO_ROOM: f64 = 16.0;
/// Ticks that are still told apart along an axis of values; of more only those with a label are drawn.
const MOST_TICKS: usize = 20;
/// Room for the title of the axis of ages, below the last row.
const AXIS: f64 = 18.0;
/// Powers of ten that a logarithmic axis shows; what is below lies on the line of zeros.
const DECADES: f64 = 1e-6;

/// The drawing, and what it shows in words; `None` if no link has a value.
pub(super) fn drawn(results: &Results) -> Option<(Svg, String)> {
    let links = &results.manifest.chain;
    let samples = || results.chain.values().flatten();
    let living = || samples().filter(|sample| sample.alive && sample.median.is_finite());
    let (first_d, last_d) = living().fold((f64::INFINITY, 0.0_f64), |(low, high), sample| {
        (low.min(sample.time_d), high.max(sample.time_d))
    });
    if !first_d.is_finite() {
        return None;
    }
    let lines = links.len().div_ceil(COLUMNS);
    let mut svg = Svg::new(WIDTH * COLUMNS as f64, HEIGHT * lines as f64 + AXIS);
    for (index, link) in links.iter().enumerate() {
        let corner = (
            WIDTH * (index % COLUMNS) as f64,
            HEIGHT * (index / COLUMNS) as f64,
        );
        let panel = Panel {
            results,
            index,
            link,
            corner,
            ages: Scale::days(
                first_d,
                last_d.max(first_d + 1e-6),
                corner.0 + LEFT,
                corner.0 + RIGHT,
            ),
        };
        panel.draw(&mut svg, index + COLUMNS >= links.len());
    }
    let arms = results.arms.join(", ");
    let words = format!("The links of the chain over age, medians and quartiles: {arms}");
    Some((svg, words))
}

struct Panel<'a> {
    results: &'a Results,
    index: usize,
    link: &'a Link,
    corner: Point,
    ages: Scale,
}

impl Panel<'_> {
    fn draw(&self, svg: &mut Svg, is_last: bool) {
        let (left, top, bottom) = (
            self.corner.0 + LEFT,
            self.corner.1 + TOP,
            self.corner.1 + BOTTOM,
        );
        let about = &self.link.readout;
        let title = format!("{}. {}", self.index + 1, capitalise(about.label()));
        svg.text(
            "tick",
            (self.corner.0 + 4.0, self.corner.1 + 14.0),
            &escape(&title),
        );
        svg.line("axis", (left, bottom), (self.corner.0 + RIGHT, bottom));
        for tick in &self.ages.ticks {
            let x = self.ages.position(tick.value);
            svg.line("axis", (x, bottom), (x, bottom + 4.0));
            if let Some(label) = &tick.label {
                svg.text("tick m", (x, bottom + 17.0), &label.svg());
            }
        }
        if is_last {
            let middle = self.corner.0 + 0.5 * (LEFT + RIGHT);
            let axis = self.results.manifest.host.axis();
            svg.text("tick m", (middle, bottom + 34.0), axis);
        }
        let Some((values, power, has_zero)) = self.values() else {
            svg.text("tick", (left + 8.0, 0.5 * (top + bottom)), "no value");
            return;
        };
        let unit = match power {
            0 => about.shown_unit().to_owned(),
            power => format!("{} {}", Numeral::power(power).plain(), about.shown_unit()),
        };
        svg.text(
            "tick",
            (self.corner.0 + 4.0, self.corner.1 + 29.0),
            &escape(unit.trim_end()),
        );
        for tick in &values.ticks {
            let y = values.position(tick.value);
            if let Some(label) = &tick.label {
                svg.line("grid", (left, y), (self.corner.0 + RIGHT, y));
                svg.text("tick e", (left - 7.0, y + 4.0), &label.svg());
            }
            if tick.label.is_some() || values.ticks.len() <= MOST_TICKS {
                svg.line("axis", (left - 4.0, y), (left, y));
            }
        }
        svg.line("axis", (left, values.start()), (left, values.end()));
        if has_zero {
            let y = values.position(0.0);
            svg.text("tick e", (left - 7.0, y + 4.0), "0");
            svg.line("axis", (left - 4.0, y), (left, y));
        }
        let factor = about.factor() / 10f64.powi(power);
        for arm in (0..self.results.arms.len()).rev() {
            self.arm(svg, arm, &values, factor);
        }
    }

    /// The axis of values, the power of ten taken out of its labels, and whether there is a line of zeros below it.
    fn values(&self) -> Option<(Scale, i32, bool)> {
        let about = &self.link.readout;
        let all: Vec<f64> = (0..self.results.arms.len())
            .flat_map(|arm| self.living(arm))
            .flat_map(|sample| [sample.quartiles.0, sample.median, sample.quartiles.1])
            .filter(|value| value.is_finite())
            .map(|value| value * about.factor())
            .collect();
        let low = all.iter().copied().reduce(f64::min)?;
        let high = all.iter().copied().reduce(f64::max)?;
        let (top, bottom) = (self.corner.1 + TOP, self.corner.1 + BOTTOM);
        if about.scale == Axis::Log && high > 0.0 {
            let seen = all.iter().copied().filter(|value| *value >= high * DECADES);
            let least = seen.fold(high, f64::min);
            let has_zero = low < least;
            let start = if has_zero { bottom - ZERO_ROOM } else { bottom };
            let scale = Scale::logarithmic(least, high, start, top, bottom - 2.0);
            return Some((scale, 0, has_zero));
        }
        let power = match high.abs().max(low.abs()) {
            largest if largest > 0.0 && !(1e-2..1e5).contains(&largest) => {
                largest.log10().floor() as i32
            }
            _ => 0,
        };
        let unit = 10f64.powi(power);
        let scale = Scale::linear(low.min(0.0) / unit, high.max(0.0) / unit, bottom, top, 4);
        Some((scale, power, false))
    }

    /// Samples of an arm while a mouse lives.
    fn living(&self, arm: ArmIndex) -> impl Iterator<Item = &Sample> {
        let samples = self.results.chain.get(&(self.index, arm));
        let samples = samples.into_iter().flatten();
        samples.filter(|sample| sample.alive)
    }

    /// The median of an arm in the band of its quartiles, broken where there is no value; a dagger where the last mouse died.
    fn arm(&self, svg: &mut Svg, arm: ArmIndex, values: &Scale, factor: f64) {
        let place = |sample: &Sample, value: f64| {
            (
                self.ages.position(sample.time_d),
                values.position(value * factor),
            )
        };
        let samples: Vec<&Sample> = self.living(arm).collect();
        let (mut areas, mut lines, mut end) = (String::new(), String::new(), None);
        for piece in samples.split(|sample| !sample.median.is_finite()) {
            let line = |value: fn(&Sample) -> f64| {
                let points: Vec<Point> = piece
                    .iter()
                    .map(|sample| place(sample, value(sample)))
                    .collect();
                thin(&points, 1.0, 0.3)
            };
            let median = line(|sample| sample.median);
            end = median.last().copied().or(end);
            lines += &line_data(&median);
            if piece.len() > 1 {
                let mut outline = line(|sample| sample.quartiles.1);
                outline.extend(line(|sample| sample.quartiles.0).into_iter().rev());
                areas += &line_data(&outline);
                areas.push('z');
            }
        }
        let (dead, mice) = chain::dead(self.results, arm);
        let has_died = mice > 0 && dead == mice;
        svg.group(&arm_class(arm), |svg| {
            svg.path("area", &areas);
            svg.path("median", &lines);
            if let (Some((x, y)), true) = (end, has_died) {
                let dagger = line_data(&[(x, y - 5.0), (x, y + 6.5)])
                    + &line_data(&[(x - 3.5, y - 1.5), (x + 3.5, y - 1.5)]);
                svg.path("dagger", &dagger);
            }
        });
    }
}
