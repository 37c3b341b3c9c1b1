//! How far what came out is from a band.
//!
//! The unit is half the width of the band, on a logarithmic scale for ratios, folds, times of doubling and whatever has a unit. A band with one end has as half a width
//! a factor of two, or half its end on a linear scale. At an end the loss is [`PULL`]; outside it rises by 1 for each half-width, up to [`MOST`]. Inside a
//! small pull is left, which is gone in the middle of a band, or half a width beyond the only end.

use crate::language::{RowBand, Take};
use crate::plan::Plan;
use crate::rows::{Estimate, PlannedCondition};

/// Loss at the end of a band.
pub const PULL: f64 = 0.05;
/// The largest loss of a condition; that of one without a value.
pub const MOST: f64 = 5.0;

/// The loss of a condition; the largest where there is no value.
pub(super) fn loss(plan: &Plan, condition: &PlannedCondition, value: Option<Estimate>) -> f64 {
    let band = judged(condition);
    let is_log = is_log(plan, condition) && has_log(band);
    value.map_or(MOST, |value| of_estimate(band, is_log, value))
}

/// The band in which the value has to be.
pub(super) fn judged(condition: &PlannedCondition) -> RowBand {
    let shares = condition.in_mice;
    shares.map_or(condition.band, |(low, high)| RowBand::Within(low, high))
}

/// Whether equal ratios are equally far.
fn is_log(plan: &Plan, condition: &PlannedCondition) -> bool {
    if condition.in_mice.is_some() || condition.is_difference {
        return false;
    }
    let is_ratio = condition.relative_to.is_some() || condition.since_d.is_some();
    match condition.take {
        Take::Exponent => false,
        Take::Fold | Take::Left | Take::DoublingTime | Take::HalfLife => true,
        take if is_ratio || take.is_age() => is_ratio,
        _ => {
            let readout = condition.readout.map(|index| &plan.readouts[index]);
            readout.is_some_and(|readout| readout.unit != "1")
        }
    }
}

/// Whether the ends of a band have logarithms. One that begins at 0 has one end.
fn has_log(band: RowBand) -> bool {
    match band {
        RowBand::Within(low, high) => low >= 0.0 && high > 0.0,
        RowBand::Above(end) | RowBand::Below(end) => end > 0.0,
    }
}

fn of_estimate(band: RowBand, is_log: bool, value: Estimate) -> f64 {
    let Estimate::Exactly(number) = value else {
        // The nearest of what it may be, and the pull where that does not decide.
        let middle = match band {
            RowBand::Within(low, high) => 0.5 * (low + high),
            RowBand::Above(low) => low,
            RowBand::Below(high) => high,
        };
        let nearest = match value {
            Estimate::AtLeast(least) => least.max(middle),
            Estimate::AtMost(most) => most.min(middle),
            Estimate::Exactly(number) => number,
        };
        let open = if value.is_in(band).is_none() {
            PULL
        } else {
            0.0
        };
        return of_number(band, is_log, nearest).max(open);
    };
    of_number(band, is_log, number)
}

fn of_number(band: RowBand, is_log: bool, value: f64) -> f64 {
    let scale = |value: f64| match is_log {
        true if value <= 0.0 => f64::NEG_INFINITY,
        true => libm::log(value),
        false => value,
    };
    let x = scale(value);
    let of_end = |end: f64| match (is_log, end.abs()) {
        (true, _) => core::f64::consts::LN_2,
        (false, 0.0) => 0.5,
        (false, size) => 0.5 * size,
    };
    // Half-widths beyond the end, below 0 inside, -1 in the middle.
    let beyond = match band {
        RowBand::Within(0.0, high) if is_log => (x - scale(high)) / of_end(high),
        RowBand::Within(low, high) => {
            let (low, high) = (scale(low), scale(high));
            let half = (0.5 * (high - low)).max(1e-9);
            (x - 0.5 * (low + high)).abs() / half - 1.0
        }
        RowBand::Above(low) => (scale(low) - x) / of_end(low),
        RowBand::Below(high) => (x - scale(high)) / of_end(high),
    };
    let loss = if beyond.is_nan() {
        MOST
    } else if beyond > 0.0 {
        PULL + beyond
    } else {
        let inside = (1.0 + beyond).max(0.0);
        PULL * inside * inside
    };
    loss.min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 1e-12
    }

    #[test]
    fn the_unit_is_half_a_band() {
        let band = RowBand::Within(2.0, 4.0);
        let loss = |x: f64| of_number(band, false, x);
        for (x, wanted) in [
            (3.0, 0.0),
            (2.5, PULL * 0.25),
            (2.0, PULL),
            (4.0, PULL),
            (1.0, PULL + 1.0),
            (6.0, PULL + 2.0),
            (100.0, MOST),
        ] {
            assert!(near(loss(x), wanted), "{x}: {}", loss(x));
        }
        assert!(near(loss(f64::NAN), MOST));
    }

    #[test]
    fn ratios_are_measured_in_ratios() {
        let band = RowBand::Within(0.25, 4.0);
        let loss = |x: f64| of_number(band, true, x);
        assert!(near(loss(1.0), 0.0));
        assert!(near(loss(16.0), PULL + 1.0) && near(loss(1.0 / 16.0), PULL + 1.0));
        assert!(near(loss(0.0), MOST));
        // None at all is what a band that begins at 0 wants.
        let few = RowBand::Within(0.0, 0.1);
        assert!(near(of_number(few, true, 0.0), 0.0));
        assert!(near(of_number(few, true, 0.2), PULL + 1.0));
        for band in [RowBand::Below(0.1), RowBand::Within(0.0, 0.1)] {
            assert!(near(of_number(band, true, 0.1), PULL) && has_log(band));
        }
        assert!(!has_log(RowBand::Within(-1.0, 1.0)) && !has_log(RowBand::Above(0.0)));
    }

    #[test]
    fn one_end_pulls_no_further_than_a_half_width() {
        let above = RowBand::Above(10.0);
        let loss = |x: f64| of_number(above, false, x);
        assert!(near(loss(10.0), PULL) && near(loss(5.0), PULL + 1.0));
        assert!(near(loss(15.0), 0.0) && near(loss(1000.0), 0.0));
    }

    #[test]
    fn bounds_count_with_the_nearest_they_allow() {
        let band = RowBand::Within(20.0, 30.0);
        let loss = |value| of_estimate(band, false, value);
        assert!(near(loss(Estimate::AtLeast(40.0)), PULL + 2.0));
        // It may be in, and is not known to be.
        assert!(near(loss(Estimate::AtLeast(10.0)), PULL));
        assert!(near(loss(Estimate::AtMost(10.0)), PULL + 2.0));
        let above = RowBand::Above(70.0);
        assert!(of_estimate(above, false, Estimate::AtLeast(84.0)) < PULL);
        assert!(near(
            of_estimate(above, false, Estimate::AtLeast(60.0)),
            PULL
        ));
    }
}
