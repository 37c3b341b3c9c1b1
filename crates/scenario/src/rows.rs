//! Published rows, read from simulated mice: the value of each condition, its interval, and whether it is in its band.

use crate::comparison::Verdict;
use crate::language::{RowBand, Take};
use crate::plan::Plan;
use crate::record::Record;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Purpose, Streams};
use rayon::prelude::*;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;
/// What a value has risen from, and fallen to, relative to its highest.
const LITTLE: f64 = 0.1;
/// The time over which a doubling time or a half-life is taken, d.
const SLOPE_D: f64 = 1.0;
/// Two ages that are the same, d.
const SAME_D: f64 = 1e-9;

/// A published row, ready to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRow {
    /// Its id.
    pub id: String,
    /// 1, 2 or 3; `None` for what goes in.
    pub tier: Option<u8>,
    /// What was measured.
    pub what: String,
    /// What was published.
    pub published: String,
    /// Who measured it.
    pub source: String,
    /// What was chosen in reading it.
    pub note: Option<String>,
    /// Conditions that must all hold.
    pub conditions: Vec<PlannedCondition>,
    /// Why the model cannot say it, or not all of it.
    pub not_modelled: Option<String>,
}

impl PlannedRow {
    /// The arms from which it is read.
    pub fn arms(&self) -> impl Iterator<Item = usize> + '_ {
        self.conditions.iter().flat_map(PlannedCondition::arms)
    }

    /// The letter of its group.
    pub fn group(&self) -> &str {
        group(&self.id)
    }
}

/// The letter of the group to which a row of this id belongs.
pub fn group(id: &str) -> &str {
    id.trim_end_matches(|character: char| character.is_ascii_digit())
}

/// A condition of a row, with indices in place of names.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedCondition {
    /// Index of the readout; `None` of events.
    pub readout: Option<usize>,
    /// Indices of the arms: one, of an exponent several.
    pub arms: Vec<usize>,
    /// What is made of the time course of a mouse.
    pub take: Take,
    /// First and last age that count, d.
    pub over_d: (f64, f64),
    /// The value is a ratio to the mouse's own at this age, d.
    pub since_d: Option<f64>,
    /// Age from which ages are counted, d.
    pub after_d: f64,
    /// Index of the arm with whose median the value is compared.
    pub relative_to: Option<usize>,
    /// Whether the value is a difference from that median, not a ratio to it.
    pub is_difference: bool,
    /// Age at which that arm is read, d, if not the same.
    pub relative_at_d: Option<f64>,
    /// What an exponent is against.
    pub against: Option<PlannedAgainst>,
    /// Age at which mice have to be alive to count, d.
    pub survivors_d: Option<f64>,
    /// Share of mice whose own value must be in the band.
    pub in_mice: Option<(f64, f64)>,
    /// The band.
    pub band: RowBand,
}

impl PlannedCondition {
    fn arms(&self) -> impl Iterator<Item = usize> + '_ {
        self.arms.iter().copied().chain(self.relative_to)
    }

    /// What is read, where and when, in words.
    pub fn in_words(&self, plan: &Plan) -> String {
        let unit = if plan.is_culture { "h" } else { "d" };
        let time = |days: f64| format!("{} {unit}", (days * of_host(plan) * 100.0).round() / 100.0);
        let what = match self.readout {
            Some(readout) => plan.readouts[readout].name.clone(),
            None => String::new(),
        };
        let (first, last) = (time(self.over_d.0), time(self.over_d.1));
        let mut text = match self.take {
            Take::Value => format!("{what} at {last}"),
            Take::Highest => format!("highest {what}, {first} to {last}"),
            Take::Lowest => format!("lowest {what}, {first} to {last}"),
            Take::Fold => format!("highest {what} over that at {first}, to {last}"),
            Take::Left => format!("{what} at {last} over the highest since {first}"),
            Take::Peak => format!("time of the highest {what} ({unit})"),
            Take::Rise => format!("time at which {what} reaches a tenth of the highest ({unit})"),
            Take::Fall => {
                format!("time from which {what} is below a tenth of the highest ({unit})")
            }
            Take::DoublingTime => format!("doubling time of {what} (h)"),
            Take::HalfLife => format!("half-life of {what} after its highest (h)"),
            Take::Death => "age at death (d)".into(),
            Take::Onset => "age at onset of disease (d)".into(),
            Take::Exponent => format!("exponent of the highest {what} to {last}"),
        };
        if let Some(days) = self.since_d {
            text += &format!(" over that at {}", time(days));
        }
        if self.after_d > 0.0 {
            text += &format!(", from {} on", time(self.after_d));
        }
        match &self.against {
            Some(PlannedAgainst::Readout(readout)) => {
                text += &format!(" against {}", plan.readouts[*readout].name);
            }
            Some(PlannedAgainst::Numbers(numbers)) => {
                let numbers: Vec<String> = numbers.iter().copied().map(digits).collect();
                text += &format!(" against {}", numbers.join(", "));
            }
            None => {}
        }
        let names: Vec<&str> = self
            .arms
            .iter()
            .map(|arm| plan.arms[*arm].name.as_str())
            .collect();
        text += &format!(", {}", names.join(", "));
        if let Some(days) = self.survivors_d {
            text += &format!(", alive at {}", time(days));
        }
        if let Some(arm) = self.relative_to {
            let sign = if self.is_difference { "less" } else { "x" };
            text += &format!(", {sign} {}", plan.arms[arm].name);
            if let Some(days) = self.relative_at_d {
                text += &format!(" at {}", time(days));
            }
        }
        text
    }

    /// Whether a mouse counts: all do, or those that are alive at an age.
    fn counts(&self, record: &Record) -> bool {
        !self.survivors_d.is_some_and(|at_d| record.is_dead_at(at_d))
    }

    /// The band in words, with the share of mice if it is of that.
    pub fn band_in_words(&self) -> String {
        // As they are written, but for crowds.
        let end = |value: f64| match value.abs() {
            crowd if crowd >= 1e4 => format!("{value:e}"),
            _ => value.to_string(),
        };
        let band = match self.band {
            RowBand::Within(low, high) => format!("{} to {}", end(low), end(high)),
            RowBand::Above(low) => format!("> {}", end(low)),
            RowBand::Below(high) => format!("< {}", end(high)),
        };
        match self.in_mice {
            Some((low, high)) => format!("{band} in {low} to {high} of mice"),
            None => band,
        }
    }
}

/// What an exponent is against.
#[derive(Clone, Debug, PartialEq)]
pub enum PlannedAgainst {
    /// Numbers, one for each arm.
    Numbers(Vec<f64>),
    /// Index of a readout.
    Readout(usize),
}

/// A value, or what is known of it where mice outlive the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimate {
    /// The value.
    Exactly(f64),
    /// At least so much: an event did not come within the run.
    AtLeast(f64),
    /// At most so much: the event it is relative to did not come.
    AtMost(f64),
}

impl Estimate {
    /// The number.
    pub const fn number(self) -> f64 {
        match self {
            Self::Exactly(number) | Self::AtLeast(number) | Self::AtMost(number) => number,
        }
    }

    /// As tables say it: `>=`, `<=` or nothing.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Exactly(_) => "",
            Self::AtLeast(_) => ">=",
            Self::AtMost(_) => "<=",
        }
    }

    /// Whether it is in a band; `None` where what is known does not decide.
    pub fn is_in(self, band: RowBand) -> Option<bool> {
        match (self, band) {
            (Self::Exactly(value), band) => Some(band.holds(value)),
            (Self::AtLeast(value), RowBand::Within(_, high) | RowBand::Below(high)) => {
                (value >= high).then_some(false)
            }
            (Self::AtLeast(value), RowBand::Above(low)) => (value >= low).then_some(true),
            (Self::AtMost(value), RowBand::Within(low, high)) => {
                let is_out = (value < low).then_some(false);
                is_out.or_else(|| (low <= 0.0 && value <= high).then_some(true))
            }
            (Self::AtMost(value), RowBand::Above(low)) => (value <= low).then_some(false),
            (Self::AtMost(value), RowBand::Below(high)) => (value <= high).then_some(true),
        }
    }
}

/// A condition as it came out.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredCondition {
    /// The median, a ratio of medians, a share of mice, or an exponent; `None` where mice have no value.
    pub value: Option<Estimate>,
    /// 95 % bootstrap interval over mice; infinite where an event does not come. `None` below two mice.
    pub interval: Option<(f64, f64)>,
    /// Mice that have a value, in the own arm; of an exponent in the first.
    pub mice: usize,
    /// Mice of the own arm that were dead before.
    pub dead: usize,
    /// Whether it is in its band.
    pub verdict: Verdict,
}

/// A row as it came out.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredRow {
    /// Its conditions in their order.
    pub conditions: Vec<ScoredCondition>,
    /// Out if one condition is, in if all are.
    pub verdict: Verdict,
}

/// Reads a row from mice, `records[arm][mouse]`. Arms from which it is not read may be empty.
pub fn score(plan: &Plan, row: &PlannedRow, records: &[Vec<Record>]) -> ScoredRow {
    let conditions: Vec<ScoredCondition> = row
        .conditions
        .par_iter()
        .map(|condition| score_condition(plan, condition, records))
        .collect();
    let has = |verdict| conditions.iter().any(|one| one.verdict == verdict);
    let is_open = row.tier.is_none() || row.not_modelled.is_some() || conditions.is_empty();
    let verdict = if row.tier.is_some() && has(Verdict::Out) {
        Verdict::Out
    } else if is_open || has(Verdict::NotJudged) {
        Verdict::NotJudged
    } else {
        Verdict::In
    };
    ScoredRow {
        conditions,
        verdict,
    }
}

/// The values of mice that a condition needs: of its own arms, then of what they are compared with.
struct Values {
    own: Vec<Vec<Option<f64>>>,
    other: Vec<Vec<Option<f64>>>,
}

fn score_condition(
    plan: &Plan,
    condition: &PlannedCondition,
    records: &[Vec<Record>],
) -> ScoredCondition {
    let values = Values::of(plan, condition, records);
    let mice = values.own.iter().map(Vec::len).min().unwrap_or(0);
    let all: Vec<usize> = (0..mice).collect();
    let last_d = condition.over_d.1.min(plan.run.until_d);
    let end = of_host(plan) * (last_d - condition.after_d);
    let value = values.estimate(condition, &all, end);
    let interval = (mice > 1 && value.is_some())
        .then(|| interval(plan.run.seed, mice, |chosen| values.bare(condition, chosen)))
        .flatten();
    let own = condition.arms.first().map_or(&[][..], |arm| &records[*arm]);
    let dead_d = match condition.take {
        Take::Death | Take::Onset => plan.run.until_d,
        _ => condition.over_d.1,
    };
    let band = condition
        .in_mice
        .map_or(condition.band, |(low, high)| RowBand::Within(low, high));
    let valued = values
        .own
        .first()
        .map_or(0, |own| own.iter().flatten().count());
    let counted = own.iter().filter(|record| condition.counts(record)).count();
    let verdict = match value.and_then(|value| value.is_in(band)) {
        _ if plan.is_coarse() || 2 * valued < counted => Verdict::NotJudged,
        None => Verdict::NotJudged,
        Some(true) => Verdict::In,
        Some(false) => Verdict::Out,
    };
    ScoredCondition {
        value,
        interval,
        mice: valued,
        dead: own
            .iter()
            .filter(|record| record.is_dead_at(dead_d))
            .count(),
        verdict,
    }
}

impl Values {
    fn of(plan: &Plan, condition: &PlannedCondition, records: &[Vec<Record>]) -> Self {
        let take = |arm: &usize, readout: Option<usize>, at_d: Option<f64>| -> Vec<Option<f64>> {
            let mut condition = condition.clone();
            condition.readout = readout;
            if let Some(at_d) = at_d {
                condition.over_d = (at_d, at_d);
            }
            let mice = records[*arm].iter();
            mice.map(|record| own(plan, &condition, record)).collect()
        };
        let arms = condition.arms.iter();
        let own = arms.clone().map(|arm| take(arm, condition.readout, None));
        let other = match &condition.against {
            Some(PlannedAgainst::Readout(readout)) => {
                arms.map(|arm| take(arm, Some(*readout), None)).collect()
            }
            Some(PlannedAgainst::Numbers(numbers)) => {
                numbers.iter().map(|number| vec![Some(*number)]).collect()
            }
            None => condition
                .relative_to
                .iter()
                .map(|arm| take(arm, condition.readout, condition.relative_at_d))
                .collect(),
        };
        Self {
            own: own.collect(),
            other,
        }
    }

    /// What comes out of these mice; infinite where an event does not come.
    fn bare(&self, condition: &PlannedCondition, chosen: &[usize]) -> Option<f64> {
        let of = |mice: &[Option<f64>]| -> Vec<f64> {
            let chosen = chosen.iter();
            // Numbers are the same for all mice.
            let last = mice.len().saturating_sub(1);
            chosen
                .filter_map(|mouse| *mice.get((*mouse).min(last))?)
                .collect()
        };
        if condition.take == Take::Exponent {
            let points = self.own.iter().zip(&self.other);
            let points: Option<Vec<(f64, f64)>> = points
                .map(|(y, x)| {
                    let (x, y) = (middle(of(x))?, middle(of(y))?);
                    (x > 0.0 && y > 0.0).then(|| (libm::log(x), libm::log(y)))
                })
                .collect();
            return slope(&points?);
        }
        let own = of(self.own.first()?);
        let reference = match self.other.first() {
            None => None,
            Some(other) => Some(middle(of(other))?),
        };
        let ratio = |value: f64| match reference {
            None => value,
            Some(reference) if condition.is_difference => value - reference,
            Some(reference) => value / reference,
        };
        let value = if condition.in_mice.is_some() {
            // Nothing relative to nothing is in no band.
            let all = own.len() as f64;
            let held = own
                .into_iter()
                .filter(|value| condition.band.holds(ratio(*value)));
            held.count() as f64 / all
        } else {
            ratio(middle(own)?)
        };
        (!value.is_nan()).then_some(value)
    }

    /// What is known of the value, with events that would come after `end` as bounds.
    fn estimate(
        &self,
        condition: &PlannedCondition,
        chosen: &[usize],
        end: f64,
    ) -> Option<Estimate> {
        let value = self.bare(condition, chosen);
        let is_plain = condition.in_mice.is_some() || !condition.take.is_age();
        if is_plain {
            return value
                .filter(|value| value.is_finite())
                .map(Estimate::Exactly);
        }
        let own = middle(self.own.first()?.iter().flatten().copied().collect())?;
        let other = match self.other.first() {
            None => return Some(bounded(own, end)),
            Some(other) => middle(other.iter().flatten().copied().collect())?,
        };
        match (own.is_infinite(), other.is_infinite()) {
            (true, true) => None,
            (true, false) | (false, true) if condition.is_difference => None,
            (true, false) => Some(Estimate::AtLeast(end / other)),
            (false, true) => Some(Estimate::AtMost(own / end)),
            (false, false) => value.map(Estimate::Exactly),
        }
    }
}

fn bounded(value: f64, end: f64) -> Estimate {
    if value.is_infinite() {
        Estimate::AtLeast(end)
    } else {
        Estimate::Exactly(value)
    }
}

/// The value of one mouse; infinite for an event that does not come.
fn own(plan: &Plan, condition: &PlannedCondition, record: &Record) -> Option<f64> {
    if !condition.counts(record) {
        return None;
    }
    let event = |at_d: Option<f64>| match at_d {
        Some(at_d) => Some(at_d - condition.after_d),
        // What could not be simulated to the end may have come later.
        None => record.cut_short.is_none().then_some(f64::INFINITY),
    };
    match condition.take {
        Take::Death => return event(record.died_d),
        Take::Onset => return event(record.onset_d),
        _ => {}
    }
    let readout = condition.readout?;
    let (first_d, last_d) = condition.over_d;
    let at = |at_d: f64| record.at(plan, readout, at_d);
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    if condition.take == Take::Value {
        let value = at(last_d)?;
        return match condition.since_d {
            None => Some(value),
            Some(since_d) if condition.in_mice.is_some() => Some(value / at(since_d)?),
            Some(since_d) => finite(value / at(since_d)?),
        };
    }
    at(last_d)?;
    let course: Vec<(f64, f64)> = record
        .times_d
        .iter()
        .zip(&record.values)
        .filter(|(time, _)| first_d - SAME_D <= **time && **time <= last_d + SAME_D)
        .filter_map(|(time, values)| Some((*time, values[readout]?)))
        .collect();
    let course = Course(&course);
    let (peak, highest) = course.highest()?;
    let age = |days: f64| of_host(plan) * (days - condition.after_d);
    match condition.take {
        Take::Highest | Take::Exponent => Some(highest),
        Take::Lowest => course.lowest(),
        Take::Fold => finite(highest / at(first_d)?),
        Take::Left => finite(at(last_d)? / highest),
        Take::Peak => Some(age(course.0[peak].0)),
        Take::Rise => course.rise().map(age),
        Take::Fall => course.fall().map(age),
        Take::DoublingTime => course.doubling_h(0..peak + 1, 1.0),
        Take::HalfLife => course.doubling_h(peak..course.0.len(), -1.0),
        Take::Value | Take::Death | Take::Onset => None,
    }
}

/// Units of time in which a host's times are told, per day: days of mice, hours of wells.
const fn of_host(plan: &Plan) -> f64 {
    if plan.is_culture { 24.0 } else { 1.0 }
}

/// Samples of a readout, (age, value).
struct Course<'s>(&'s [(f64, f64)]);

impl Course<'_> {
    /// Index of the first highest value, and the value.
    fn highest(&self) -> Option<(usize, f64)> {
        let values = self.0.iter().map(|(_, value)| *value).enumerate();
        values.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    fn lowest(&self) -> Option<f64> {
        self.0.iter().map(|(_, value)| *value).reduce(f64::min)
    }

    /// What is little, relative to the highest value; `None` if that is nothing.
    fn little(&self) -> Option<f64> {
        let (_, highest) = self.highest()?;
        (highest > 0.0).then_some(LITTLE * highest)
    }

    fn rise(&self) -> Option<f64> {
        let little = self.little()?;
        let mut samples = self.0.iter();
        samples
            .find(|(_, value)| *value >= little)
            .map(|(age, _)| *age)
    }

    /// Age from which all samples are little; infinite if the last is not.
    fn fall(&self) -> Option<f64> {
        let little = self.little()?;
        let last = self.0.iter().rposition(|(_, value)| *value >= little)?;
        Some(self.0.get(last + 1).map_or(f64::INFINITY, |(age, _)| *age))
    }

    /// The shortest doubling time (with -1 the shortest half-life) between samples a day or little more apart, h; `None` if there is none.
    fn doubling_h(&self, within: std::ops::Range<usize>, sign: f64) -> Option<f64> {
        let samples = &self.0[within];
        let mut steepest: Option<f64> = None;
        for (index, (from_d, from)) in samples.iter().enumerate() {
            let mut later = samples[index..].iter();
            let Some((to_d, to)) = later.find(|(age, _)| age - from_d >= SLOPE_D - SAME_D) else {
                break;
            };
            if *from > 0.0 && *to > 0.0 {
                let slope = sign * libm::log2(to / from) / (to_d - from_d);
                steepest = Some(steepest.map_or(slope, |steepest| steepest.max(slope)));
            }
        }
        steepest
            .filter(|slope| *slope > 0.0)
            .map(|slope| 24.0 / slope)
    }
}

/// A number as people read it: three significant digits; infinite is an event that never comes.
pub(crate) fn digits(value: f64) -> String {
    let size = value.abs();
    if value.is_infinite() {
        return if value > 0.0 {
            "never".into()
        } else {
            "-inf".into()
        };
    }
    if size < 1e-12 {
        return "0".into();
    }
    if !(1e-3..1e6).contains(&size) {
        return format!("{value:.2e}");
    }
    let left = 2 - libm::floor(libm::log10(size)) as i32;
    format!("{value:.*}", left.clamp(0, 5) as usize)
}

/// The median; infinite values count.
fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|value| !value.is_nan());
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[half]),
        _ => Some(0.5 * (values[half - 1] + values[half])),
    }
}

/// Slope of least squares.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let (x, y) = points
        .iter()
        .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / n, y / n);
    let across: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    let spread: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.0 - x))
        .sum();
    (spread > 0.0).then(|| across / spread)
}

/// The 95 % percentile-bootstrap interval over mice: mouse 3 of every arm is drawn with mouse 3 of the others.
fn interval(seed: u64, mice: usize, value: impl Fn(&[usize]) -> Option<f64>) -> Option<(f64, f64)> {
    let mut stream = Streams::new(seed, 0).stream(Purpose::BOOTSTRAP, AgentKey::NONE, 0);
    let mut chosen = vec![0; mice];
    let mut values = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        for slot in &mut chosen {
            let index = (draw::uniform(&mut stream) * mice as f64) as usize;
            *slot = index.min(mice - 1);
        }
        values.extend(value(&chosen));
    }
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let rank = |p: f64| values[(p * last as f64).round() as usize];
    Some((rank(0.025), rank(0.975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> Vec<(f64, f64)> {
        // Doubles every 12 h for two days from 1, stays for a day, then halves every day.
        let mut samples: Vec<(f64, f64)> = (0..=8)
            .map(|quarter| f64::from(quarter) * 0.25)
            .map(|age| (age, libm::exp2(2.0 * age)))
            .collect();
        samples.push((3.0, 16.0));
        samples
            .extend((1..=6).map(|day| (3.0 + f64::from(day), 16.0 * libm::exp2(-f64::from(day)))));
        samples
    }

    #[test]
    fn courses_are_read_as_drawn() {
        let samples = course();
        let course = Course(&samples);
        assert_eq!(course.highest(), Some((8, 16.0)));
        assert_eq!(course.lowest(), Some(0.25));
        // A tenth of 16 is passed between 0.25 (1.41) and 0.5 days (2), and again between 6 (2) and 7 days (1).
        assert_eq!(course.rise(), Some(0.5));
        assert_eq!(course.fall(), Some(7.0));
        let doubling = course.doubling_h(0..9, 1.0);
        assert!(
            doubling.is_some_and(|hours| (hours - 12.0).abs() < 1e-9),
            "{doubling:?}"
        );
        let half_life = course.doubling_h(8..samples.len(), -1.0);
        assert!(
            half_life.is_some_and(|hours| (hours - 24.0).abs() < 1e-9),
            "{half_life:?}"
        );
        let rising = Course(&samples[..9]);
        assert_eq!(rising.fall(), Some(f64::INFINITY));
        assert_eq!(rising.doubling_h(8..9, -1.0), None);
        assert_eq!(Course(&[(0.0, 0.0)]).rise(), None);
    }

    #[test]
    fn what_outlives_the_run_is_a_bound() {
        let within = RowBand::Within(30.0, 75.0);
        assert_eq!(Estimate::AtLeast(84.0).is_in(within), Some(false));
        assert_eq!(Estimate::AtLeast(60.0).is_in(within), None);
        assert_eq!(
            Estimate::AtLeast(70.0).is_in(RowBand::Above(70.0)),
            Some(true)
        );
        assert_eq!(Estimate::AtLeast(60.0).is_in(RowBand::Above(70.0)), None);
        assert_eq!(Estimate::AtMost(0.5).is_in(RowBand::Below(0.7)), Some(true));
        assert_eq!(Estimate::AtMost(0.8).is_in(RowBand::Below(0.7)), None);
        assert_eq!(
            Estimate::AtMost(0.5).is_in(RowBand::Above(0.7)),
            Some(false)
        );
        assert_eq!(
            Estimate::AtMost(2.0).is_in(RowBand::Within(2.5, 6.0)),
            Some(false)
        );
        assert_eq!(Estimate::AtMost(3.0).is_in(RowBand::Within(2.5, 6.0)), None);
        assert_eq!(
            Estimate::Exactly(0.7).is_in(RowBand::Below(0.7)),
            Some(false)
        );
        assert_eq!(
            Estimate::Exactly(0.7).is_in(RowBand::Within(0.7, 1.0)),
            Some(true)
        );
    }

    #[test]
    fn medians_count_what_never_comes() {
        assert_eq!(middle(vec![f64::INFINITY, 3.0, 1.0]), Some(3.0));
        assert_eq!(
            middle(vec![f64::INFINITY, 3.0, f64::INFINITY]),
            Some(f64::INFINITY)
        );
        assert_eq!(middle(vec![1.0, 3.0]), Some(2.0));
        assert_eq!(middle(vec![f64::NAN]), None);
        assert_eq!(slope(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]), Some(2.0));
        assert_eq!(slope(&[(1.0, 1.0), (1.0, 3.0)]), None);
    }
}
