//! One readout over age: a thin line a mouse, a bold median an arm, published bands as brackets.

use super::frame::{self, BOTTOM, HEIGHT, LEFT, TOP, WIDTH};
use super::{Figure, arm_class, figure, labels_lines};
use std::collections::BTreeMap;

use crate::data::{ArmIndex, Comparison, MOST_LINES, ReadoutIndex, Results};
use crate::download::{Data, cell};
use crate::manifest::{Axis, Readout};
use crate::markup::{capitalise, escape};
use crate::number::Numeral;
use crate::scale::Scale;
use crate::svg::{Svg, line_data};
use crate::trace::{Point, thin};

/// Room below a logarithmic axis for the line of zeros.
const ZERO_ROOM: f64 = 22.0;
/// Most mice of an arm that are still told apart by eye.
const CROWD: usize = 20;
/// From one bracket to the next at the same age.
const BRACKET: f64 = 9.0;

/// The figure of one readout, which takes the next letter; `None` if no mouse has a value.
pub(crate) fn fan(
    results: &Results,
    readout: ReadoutIndex,
    letters: &mut impl Iterator<Item = char>,
) -> Option<String> {
    let (about, shown) = (&results.readouts[readout], Shown::of(results, readout)?);
    let right = frame::right(results);
    let host = results.manifest.host;
    let ages = Scale::times(
        host,
        shown.first_d,
        results.until_d().max(shown.first_d + 1e-6),
        LEFT,
        right,
    );
    let plot = Plot {
        results,
        readout,
        factor: shown.factor,
        ages,
        values: shown.axis(),
    };
    let mut svg = Svg::new(WIDTH, HEIGHT);
    frame::axes(&mut svg, host.axis(), &plot.ages, &plot.values);
    if let Some(label) = shown.below_label() {
        plot.zero_line(&mut svg, &label);
    }
    let bands = plot.bands();
    plot.brackets(&mut svg, &bands, "zone");
    for arm in 0..results.arms.len() {
        plot.mice(&mut svg, arm);
    }
    plot.brackets(&mut svg, &bands, "bracket");
    let ends: Vec<_> = (0..results.arms.len())
        .filter_map(|arm| plot.median(&mut svg, arm))
        .collect();
    for arm in 0..results.arms.len() {
        plot.deaths(&mut svg, arm);
    }
    frame::names(&mut svg, results, right, &ends);

    let title = capitalise(about.label());
    let unit = shown.unit(about);
    let name = format!(
        "{title} over time, one line a {} and the median of each arm",
        host.nouns().0
    );
    let (data, is_whole) = plot.data(about);
    let mut note = plot.note(&shown, &bands);
    if !is_whole {
        note += &format!(
            " CSV: medians; single {} are in timecourse.csv.",
            host.nouns().1
        );
    }
    Some(figure(
        results,
        &Figure {
            letter: letters.next(),
            title: &title,
            unit: &unit,
            svg: &svg,
            name: &name,
            words: &plot.words(about),
            is_labelled: labels_lines(results),
            has_key: true,
            note: note.trim(),
            data: &data,
        },
    ))
}

/// Most numbers of single mice that a figure carries.
const MOST_CELLS: usize = 20_000;

/// What range of values a figure shows, and in what unit.
struct Shown {
    axis: Axis,
    factor: f64,
    /// Power of ten taken out of the labels.
    power: i32,
    first_d: f64,
    low: f64,
    high: f64,
    /// Smallest value above zero; not finite if there is none.
    positive: f64,
    all_zero: bool,
}

impl Shown {
    fn of(results: &Results, readout: ReadoutIndex) -> Option<Self> {
        let about = &results.readouts[readout];
        let span = (readout, 0)..=(readout, ArmIndex::MAX);
        let samples = || {
            results
                .courses
                .range(span.clone())
                .flat_map(|(_, mice)| mice.values().flatten())
        };
        let points = || {
            let arms = results.summary.range(span.clone());
            arms.flat_map(|(_, points)| points)
        };
        let sampled = samples().map(|sample| sample.0);
        let first_d = sampled
            .chain(points().map(|point| point.time_d))
            .fold(f64::INFINITY, f64::min);
        let medians = points().map(|point| point.median);
        let bands = results
            .comparison
            .iter()
            .filter(|row| row.readout == readout)
            .filter_map(|row| results.band_ends(row))
            .flat_map(|(low, high)| low.into_iter().chain(high));
        let values: Vec<f64> = samples()
            .map(|sample| sample.1)
            .chain(medians)
            .chain(bands)
            .filter(|value| value.is_finite())
            .collect();
        if values.is_empty() || !first_d.is_finite() {
            return None;
        }
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let positive = values
            .iter()
            .copied()
            .filter(|&value| value > 0.0)
            .fold(f64::INFINITY, f64::min);
        let axis = if positive.is_finite() {
            about.scale
        } else {
            Axis::Linear
        };
        let largest = high.abs().max(low.abs()) * about.factor();
        // A logarithmic axis over many powers of ten shows them itself.
        let shared = axis == Axis::Linear || high < 100.0 * positive;
        let power = match largest.log10().floor() {
            power if shared && largest > 0.0 && !(-2.0..5.0).contains(&power) => power as i32,
            _ => 0,
        };
        let factor = about.factor() / 10f64.powi(power);
        let all_zero = low == 0.0 && high == 0.0;
        let [low, high, positive] = [low, high, positive].map(|value| value * factor);
        Some(Self {
            axis,
            factor,
            power,
            first_d,
            low,
            high,
            positive,
            all_zero,
        })
    }

    fn axis(&self) -> Scale {
        match self.axis {
            Axis::Linear => Scale::linear(self.low.min(0.0), self.high.max(0.0), BOTTOM, TOP, 5),
            Axis::Log => {
                let start = if self.reaches_below() {
                    BOTTOM - ZERO_ROOM
                } else {
                    BOTTOM
                };
                Scale::logarithmic(self.positive, self.high, start, TOP, BOTTOM - 4.0)
            }
        }
    }

    fn reaches_below(&self) -> bool {
        self.axis == Axis::Log && (self.low <= 0.0 || self.positive < self.high * 1e-8)
    }

    /// The label of the line below a logarithmic axis: zero, unless values too small for the axis lie there too.
    fn below_label(&self) -> Option<Numeral> {
        let too_small = self.positive < self.high * 1e-8 || self.low < 0.0;
        self.reaches_below()
            .then(|| Numeral::literal(if too_small { "less" } else { "0" }))
    }

    fn unit(&self, about: &Readout) -> String {
        let unit = about.shown_unit();
        match self.power {
            0 => unit.to_owned(),
            power => format!("{} {unit}", Numeral::power(power).plain())
                .trim_end()
                .to_owned(),
        }
    }
}

/// A published band as it is drawn.
struct Bracket<'a> {
    row: &'a Comparison,
    x: f64,
    top: f64,
    bottom: f64,
    /// Whether the band has an upper and a lower end.
    closed: (bool, bool),
}

struct Plot<'a> {
    results: &'a Results,
    readout: ReadoutIndex,
    factor: f64,
    ages: Scale,
    values: Scale,
}

impl Plot<'_> {
    fn place(&self, time_d: f64, value: f64) -> Point {
        (
            self.ages.position(time_d),
            self.values.position(value * self.factor),
        )
    }

    fn zero_line(&self, svg: &mut Svg, label: &Numeral) {
        let (left, right) = (self.ages.start(), self.ages.end());
        let (y, gap) = (
            self.values.position(0.0),
            0.5 * (self.values.start() + BOTTOM) - 3.0,
        );
        svg.line("grid", (left, y), (right, y));
        svg.line("axis", (left - 5.0, y), (left, y));
        svg.line("axis", (left, y - 4.0), (left, BOTTOM));
        svg.text("tick e", (left - 8.0, y + 4.0), &label.svg());
        for lift in [0.0, 4.0] {
            svg.line(
                "axis",
                (left - 4.0, gap - lift + 2.0),
                (left + 4.0, gap - lift - 2.0),
            );
        }
    }

    /// The bands of this readout that fall into the figure, side by side where they share an age.
    fn bands(&self) -> Vec<Bracket<'_>> {
        let inside =
            |row: &&Comparison| row.readout == self.readout && row.at_d <= self.results.until_d();
        let rows = self.results.comparison.iter().filter(inside);
        let drawn: Vec<_> = rows
            .filter_map(|row| self.results.band_ends(row).map(|ends| (row, ends)))
            .collect();
        let mut brackets = Vec::new();
        for &(row, (low, high)) in &drawn {
            let peers = drawn
                .iter()
                .filter(|(other, _)| other.at_d.total_cmp(&row.at_d).is_eq())
                .count();
            let before = brackets
                .iter()
                .filter(|other: &&Bracket<'_>| other.row.at_d.total_cmp(&row.at_d).is_eq())
                .count();
            let shift = BRACKET * (before as f64 - 0.5 * (peers - 1) as f64);
            let height = |end: Option<f64>, open: f64| {
                end.map_or(open, |end| self.values.position(end * self.factor))
            };
            brackets.push(Bracket {
                row,
                x: self.ages.position(row.at_d) + shift,
                top: height(high, TOP),
                bottom: height(low, BOTTOM),
                closed: (high.is_some(), low.is_some()),
            });
        }
        brackets
    }

    fn brackets(&self, svg: &mut Svg, bands: &[Bracket<'_>], class: &str) {
        for band in bands {
            svg.group(&arm_class(band.row.arm), |svg| {
                if class == "zone" {
                    svg.rect(class, (band.x - 3.5, band.top), 7.0, band.bottom - band.top);
                    return;
                }
                svg.line(class, (band.x, band.top), (band.x, band.bottom));
                for (closed, y) in [(band.closed.0, band.top), (band.closed.1, band.bottom)] {
                    if closed {
                        svg.line(class, (band.x - 3.5, y), (band.x + 3.5, y));
                    }
                }
            });
        }
    }

    /// One line a mouse, fainter the more there are, broken where a value is missing.
    fn mice(&self, svg: &mut Svg, arm: ArmIndex) {
        let Some(mice) = self.results.courses.get(&(self.readout, arm)) else {
            return;
        };
        // What is faint and crowded need not be drawn as finely.
        let (crowd, column, tolerance) = match mice.len() {
            0..=8 => ("few", 1.0, 0.3),
            9..=CROWD => ("some", 1.0, 0.3),
            _ => ("many", 2.0, 0.6),
        };
        svg.group(&format!("{} mice {crowd}", arm_class(arm)), |svg| {
            for line in mice.values() {
                let pieces = line.split(|(_, value)| !value.is_finite()).map(|piece| {
                    let points: Vec<Point> = piece
                        .iter()
                        .map(|&(time_d, value)| self.place(time_d, value))
                        .collect();
                    line_data(&thin(&points, column, tolerance))
                });
                svg.path("mouse", &pieces.collect::<String>());
            }
        });
    }

    /// The median, bold while a mouse lives and dotted where it only repeats last samples; returns where it ends.
    fn median(&self, svg: &mut Svg, arm: ArmIndex) -> Option<(ArmIndex, f64, f64)> {
        let points: Vec<_> = self
            .results
            .summary
            .get(&(self.readout, arm))?
            .iter()
            .filter(|point| point.median.is_finite())
            .map(|point| (self.place(point.time_d, point.median), point.alive))
            .collect();
        let living = points.iter().take_while(|(_, alive)| *alive).count();
        let line = |part: &[(Point, bool)]| {
            let points: Vec<Point> = part.iter().map(|(point, _)| *point).collect();
            line_data(&thin(&points, 1.0, 0.2))
        };
        svg.group(&arm_class(arm), |svg| {
            svg.path("halo", &line(&points[..living]));
            svg.path("median", &line(&points[..living]));
            if living < points.len() {
                svg.path("carried", &line(&points[living.saturating_sub(1)..]));
            }
        });
        points.last().map(|&((x, y), _)| (arm, x, y))
    }

    /// A dagger at the end of the line of every mouse that died.
    fn deaths(&self, svg: &mut Svg, arm: ArmIndex) {
        let Some(mice) = self.results.courses.get(&(self.readout, arm)) else {
            return;
        };
        let ends = mice
            .iter()
            .filter(|(replicate, _)| self.results.deaths.contains_key(&(arm, **replicate)))
            .filter_map(|(_, line)| line.iter().rev().find(|(_, value)| value.is_finite()));
        let size = if mice.len() > CROWD { 0.7 } else { 1.0 };
        let daggers: String = ends
            .map(|&(time_d, value)| {
                let (x, y) = self.place(time_d, value);
                let (stem, arm) = ([(x, y - 5.0 * size), (x, y + 6.5 * size)], y - 1.5 * size);
                line_data(&stem) + &line_data(&[(x - 3.5 * size, arm), (x + 3.5 * size, arm)])
            })
            .collect();
        svg.group(&arm_class(arm), |svg| {
            svg.path("dagger halo", &daggers);
            svg.path("dagger", &daggers);
        });
    }

    /// Mice of the largest arm, if not all of them are lines.
    fn unseen(&self) -> Option<usize> {
        let arms = 0..self.results.arms.len();
        let mice = arms.map(|arm| self.results.mice(arm).count()).max();
        mice.filter(|mice| *mice > MOST_LINES && !self.results.courses.is_empty())
    }

    /// Medians and mice by time, in the unit that is shown; and whether the mice are there, too.
    fn data(&self, about: &Readout) -> (Data, bool) {
        let results = self.results;
        let unit = about.shown_unit();
        let arms = || 0..results.arms.len();
        let own = |arm: ArmIndex| results.courses.get(&(self.readout, arm));
        let samples: usize = arms()
            .filter_map(own)
            .flat_map(|mice| mice.values().map(Vec::len))
            .sum();
        let is_whole = samples <= MOST_CELLS && self.unseen().is_none();
        let mut columns = vec![(
            results.manifest.host.clock().to_owned(),
            results.manifest.host.unit(),
        )];
        // Times are not below zero, so that their bits are in their order.
        let mut rows: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        let mut put = |column: usize, time_d: f64, value: f64| {
            let row = rows.entry(time_d.to_bits()).or_default();
            row.resize(row.len().max(column), String::new());
            row.insert(column, cell(value * about.factor()));
        };
        for arm in arms() {
            let name = &results.arms[arm];
            for point in results
                .summary
                .get(&(self.readout, arm))
                .into_iter()
                .flatten()
            {
                put(columns.len() - 1, point.time_d, point.median);
            }
            columns.push((format!("{name}, median"), unit));
            for (mouse, line) in own(arm).filter(|_| is_whole).into_iter().flatten() {
                for &(time_d, value) in line {
                    put(columns.len() - 1, time_d, value);
                }
                let one = results.manifest.host.nouns().0;
                columns.push((format!("{name}, {one} {mouse}"), unit));
            }
        }
        let width = columns.len();
        let mut data = Data::with_columns(columns);
        for (time, mut row) in rows {
            row.resize(width - 1, String::new());
            row.insert(0, cell(f64::from_bits(time)));
            data.row(row);
        }
        (data, is_whole)
    }

    /// The last median of every arm, in words.
    fn words(&self, about: &Readout) -> String {
        let arms = self
            .results
            .arms
            .iter()
            .enumerate()
            .filter_map(|(arm, name)| {
                let last = self.results.summary.get(&(self.readout, arm))?.last()?;
                let value = Numeral::of(last.median * about.factor()).trimmed().plain();
                let age = Numeral::of(last.time_d).trimmed().plain();
                Some(
                    format!(
                        "{name}: median {value} {} at {}",
                        about.shown_unit(),
                        self.results.manifest.host.when(&age)
                    )
                    .replace("  ", " "),
                )
            });
        arms.collect::<Vec<_>>().join("; ")
    }

    fn note(&self, shown: &Shown, bands: &[Bracket<'_>]) -> String {
        let mut notes = Vec::new();
        if shown.all_zero && self.results.readouts[self.readout].scale == Axis::Log {
            notes.push("Every sample is zero, so the axis is linear.".to_owned());
        }
        if !bands.is_empty() {
            let mut sources: Vec<String> = Vec::new();
            for band in bands {
                let source = escape(&band.row.source);
                if !source.is_empty() && !sources.contains(&source) {
                    sources.push(source);
                }
            }
            let sources = if sources.is_empty() {
                String::new()
            } else {
                format!(" ({})", sources.join("; "))
            };
            notes.push(format!("Brackets: published range{sources}."));
        }
        if let Some(mice) = self.unseen() {
            let many = self.results.manifest.host.nouns().1;
            notes.push(format!(
                "Lines: the first {MOST_LINES} of {mice} {many}; medians are of all."
            ));
        }
        let arms = || 0..self.results.arms.len();
        let sampled = |arm: ArmIndex| self.results.courses.get(&(self.readout, arm));
        if arms().any(|arm| {
            sampled(arm).is_some_and(|mice| {
                mice.keys()
                    .any(|&mouse| self.results.deaths.contains_key(&(arm, mouse)))
            })
        }) {
            notes.push("† last sample before death.".to_owned());
        }
        if arms().any(|arm| {
            self.results
                .summary
                .get(&(self.readout, arm))
                .is_some_and(|points| points.iter().any(|point| !point.alive))
        }) {
            notes.push("Dotted: all mice dead, last samples repeated.".to_owned());
        }
        notes.join(" ")
    }
}
