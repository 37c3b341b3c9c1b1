//! Axes: from a value to a place, and the ticks worth labelling.

use crate::manifest::Host;
use crate::number::Numeral;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    /// `None` for a minor tick.
    pub(crate) label: Option<Numeral>,
}

/// A linear or logarithmic map from values to places, with its ticks.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    logarithmic: bool,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    /// Where a logarithmic axis puts what it cannot show: zero, and anything below its lowest value.
    floor: f64,
    pub(crate) ticks: Vec<Tick>,
}

/// Powers of ten a logarithmic axis shows at most, counted down from the largest value.
const DECADES: i32 = 8;

impl Scale {
    /// A linear axis that reaches round numbers around `low..=high`, from place `start` to place `end`, with about `target`
    /// steps.
    pub(crate) fn linear(low: f64, high: f64, start: f64, end: f64, target: usize) -> Self {
        let (low, high) = match (low, high) {
            (low, high) if high > low => (low, high),
            (low, high) if low.is_finite() && high.is_finite() && low != 0.0 => {
                (low.min(0.0), high.max(0.0))
            }
            _ => (0.0, 1.0),
        };
        let step = nice_step(high - low, target);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 12.0) as usize;
        let ticks = (0..=(last - first) as i64)
            .map(|i| (first + i as f64) * step)
            .map(|value| Tick {
                value,
                label: Some(Numeral::fixed(value, decimals)),
            })
            .collect();
        Self {
            logarithmic: false,
            low: first * step,
            high: last * step,
            start,
            end,
            floor: start,
            ticks,
        }
    }

    /// A linear axis of time from `low` to exactly `high`: days of a mouse, hours of a well.
    pub(crate) fn times(host: Host, low: f64, high: f64, start: f64, end: f64) -> Self {
        match host {
            Host::Mouse => Self::days(low, high, start, end),
            Host::Culture => Self::hours(low, high, start, end),
        }
    }

    /// A linear axis from `low` to exactly `high` hours, marked by halves and whole days where there are several.
    fn hours(low: f64, high: f64, start: f64, end: f64) -> Self {
        let mut scale = Self::linear(low, high, start, end, 6);
        if let Some(step) = [6.0, 12.0, 24.0, 48.0, 96.0, 168.0]
            .into_iter()
            .find(|step| (high - low) / step <= 7.0)
            .filter(|step| (high - low) / step >= 3.0)
        {
            scale.mark_every(step, low, high);
        }
        (scale.low, scale.high) = (low, high);
        scale.ticks.retain(|tick| tick.value <= high + 1e-9);
        scale
    }

    /// Marks the multiples of a whole number from `low` to `high`.
    fn mark_every(&mut self, step: f64, low: f64, high: f64) {
        let first = (low / step - 1e-9).ceil() as i64;
        self.ticks = (first..=(high / step + 1e-9).floor() as i64)
            .map(|i| i as f64 * step)
            .map(|value| Tick {
                value,
                label: Some(Numeral::fixed(value, 0)),
            })
            .collect();
    }

    /// A linear axis of ages from `low` to exactly `high` days, marked by whole weeks once there are more than two of them.
    pub(crate) fn days(low: f64, high: f64, start: f64, end: f64) -> Self {
        let mut scale = Self::linear(low, high, start, end, 6);
        if high - low > 14.0 {
            let weeks = (high - low) / 7.0;
            let step = 7.0
                * [1.0, 2.0, 4.0, 8.0, 13.0, 26.0]
                    .into_iter()
                    .find(|step| weeks / step <= 7.0)
                    .unwrap_or(52.0);
            scale.mark_every(step, low, high);
        }
        scale
            .ticks
            .retain(|tick| tick.value >= low - 1e-9 && tick.value <= high + 1e-9);
        (scale.low, scale.high) = (low, high);
        scale
    }

    /// A logarithmic axis around the positive values `low..=high`; what is not above its lowest value goes to `floor`.
    pub(crate) fn logarithmic(low: f64, high: f64, start: f64, end: f64, floor: f64) -> Self {
        let round = |value: f64, up: bool| {
            let power = (value.log10() + 1e-9).floor() as i32;
            let lead = value / 10f64.powi(power);
            let steps = [1.0, 2.0, 5.0, 10.0];
            let nice = if up {
                steps
                    .into_iter()
                    .find(|&step| step >= lead * (1.0 - 1e-9))
                    .unwrap_or(10.0)
            } else {
                steps
                    .into_iter()
                    .rev()
                    .find(|&step| step <= lead * (1.0 + 1e-9))
                    .unwrap_or(1.0)
            };
            nice * 10f64.powi(power)
        };
        let high = round(high, true);
        let mut low = round(low.max(high * 10f64.powi(-DECADES)), false);
        if low >= high {
            low = high / 10.0;
        }
        let span = (high / low).log10();
        let (first, last) = (
            (low.log10() + 1e-9).floor() as i32,
            (high.log10() + 1e-9).floor() as i32,
        );
        let plain = first >= -2 && last <= 4;
        let every = if span > 6.0 { 2 } else { 1 };
        let mut ticks = Vec::new();
        for power in first..=last {
            for lead in 1..10 {
                let value = f64::from(lead) * 10f64.powi(power);
                if value < low * (1.0 - 1e-9)
                    || value > high * (1.0 + 1e-9)
                    || (lead > 1 && span > 6.5)
                {
                    continue;
                }
                let labelled = match lead {
                    1 => power % every == 0,
                    2 | 5 => span < 2.0 && plain,
                    _ => false,
                };
                let label = labelled.then(|| {
                    if plain {
                        Numeral::fixed(value, usize::try_from(-power).unwrap_or(0))
                    } else {
                        Numeral::power(power)
                    }
                });
                ticks.push(Tick { value, label });
            }
        }
        Self {
            logarithmic: true,
            low,
            high,
            start,
            end,
            floor,
            ticks,
        }
    }

    /// The place of `value`, kept inside the axis.
    pub(crate) fn position(&self, value: f64) -> f64 {
        let share = if !self.logarithmic {
            (value - self.low) / (self.high - self.low)
        } else if value < self.low * (1.0 - 1e-9) {
            return self.floor;
        } else {
            (value / self.low).ln() / (self.high / self.low).ln()
        };
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// The lowest value the axis shows.
    pub(crate) fn low(&self) -> f64 {
        self.low
    }

    /// The highest value the axis shows.
    pub(crate) fn high(&self) -> f64 {
        self.high
    }

    /// Place of the lowest value.
    pub(crate) fn start(&self) -> f64 {
        self.start
    }

    /// Place of the highest value.
    pub(crate) fn end(&self) -> f64 {
        self.end
    }
}

/// The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `target` steps, give or take rounding.
fn nice_step(span: f64, target: usize) -> f64 {
    let rough = span / target.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let lead = rough / power;
    let nice = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|&step| lead <= step * (1.0 + 1e-9))
        .unwrap_or(10.0);
    nice * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale
            .ticks
            .iter()
            .filter_map(|tick| tick.label.as_ref())
            .map(Numeral::plain)
            .collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(
            labels(&Scale::linear(0.0, 0.93, 0.0, 1.0, 5)),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(&Scale::linear(-3.0, 17.0, 0.0, 1.0, 5)),
            ["−5", "0", "5", "10", "15", "20"]
        );
        assert_eq!(
            labels(&Scale::linear(0.0, 0.0, 0.0, 1.0, 2)),
            ["0.0", "0.5", "1.0"]
        );
        assert_eq!(
            labels(&Scale::linear(f64::NAN, f64::NAN, 0.0, 1.0, 2)).len(),
            3
        );
    }

    #[test]
    fn ages_are_marked_by_weeks() {
        assert_eq!(
            labels(&Scale::days(0.0, 42.0, 0.0, 1.0)),
            ["0", "7", "14", "21", "28", "35", "42"]
        );
        assert_eq!(
            labels(&Scale::days(0.0, 70.0, 0.0, 1.0)),
            ["0", "14", "28", "42", "56", "70"]
        );
        assert_eq!(
            labels(&Scale::days(0.0, 10.0, 0.0, 1.0)),
            ["0", "2", "4", "6", "8", "10"]
        );
        assert_eq!(
            labels(&Scale::days(35.0, 60.0, 0.0, 1.0)),
            ["35", "42", "49", "56"]
        );
    }

    #[test]
    fn logarithmic_ticks_follow_the_span() {
        assert_eq!(
            labels(&Scale::logarithmic(22.0, 430.0, 0.0, 1.0, 0.0)),
            ["20", "50", "100", "200", "500"]
        );
        assert_eq!(
            labels(&Scale::logarithmic(0.004, 7e5, 0.0, 1.0, 0.0)),
            ["10⁻²", "10⁰", "10²", "10⁴", "10⁶"]
        );
        assert_eq!(
            labels(&Scale::logarithmic(1.0, 1e5, 0.0, 1.0, 0.0)).len(),
            6
        );
    }

    #[test]
    fn zero_goes_below_the_break() {
        let scale = Scale::logarithmic(1.0, 100.0, 200.0, 0.0, 215.0);
        assert_eq!(
            [0.0, -1.0, 1.0, 10.0, 100.0].map(|value| scale.position(value)),
            [215.0, 215.0, 200.0, 100.0, 0.0]
        );
    }
}
