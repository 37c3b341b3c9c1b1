//! How large a difference is: a ratio of medians and a measure by ranks.

use crate::compared::Compared;
use crate::comparison::Comparison;
use crate::plan::Plan;
use crate::statistics::{median, paired_ratio};

/// The size of a difference from the first arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Median over that of the first arm; `None` where a value is below zero or that median is zero.
    pub ratio: Option<f64>,
    /// Its 95 % percentile-bootstrap interval over pairs of mice; `None` below two pairs, and where a resampled median of the first arm is zero.
    pub interval: Option<(f64, f64)>,
    /// [Cliff's delta](cliffs_delta); `None` below two pairs, of which it would be 1 whatever happens.
    pub delta: Option<f64>,
}

impl Effect {
    /// The effect of which a comparison tells; `None` of the first arm, and without values.
    pub fn of(plan: &Plan, mice: &Compared, row: &Comparison) -> Option<Self> {
        let first = plan.first_arm(row.arm);
        if row.arm == first {
            return None;
        }
        let of = |arm: usize| mice.values(arm, row.readout, row.at_d);
        let pairs: Vec<(f64, f64)> = (of(first).zip(of(row.arm)))
            .filter_map(|(first, own)| first.zip(own))
            .collect();
        Self::of_pairs(&pairs, plan.run.seed)
    }

    /// The effect between pairs (first arm, this arm).
    pub fn of_pairs(pairs: &[(f64, f64)], seed: u64) -> Option<Self> {
        let (first, own): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let (reference, here) = median(&first).zip(median(&own))?;
        let is_of_one_sign = first.iter().chain(&own).all(|value| *value >= 0.0);
        let ratio = (is_of_one_sign && reference > 0.0).then(|| here / reference);
        Some(Self {
            interval: ratio.and_then(|_| paired_ratio(pairs, seed)),
            ratio,
            delta: (pairs.len() > 1).then(|| cliffs_delta(&first, &own)),
        })
    }
}

/// Cliff's delta: how often a value of `own` is larger than one of `first`, less how often it is smaller, over all pairs of one and the other. From -1 to 1;
/// both are where the two do not overlap. (N. Cliff, Psychol Bull 114:494, 1993.) 0 of nothing.
pub fn cliffs_delta(first: &[f64], own: &[f64]) -> f64 {
    let mut sorted = first.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut balance = 0.0;
    for value in own {
        let below = sorted.partition_point(|other| other < value);
        let above = sorted.len() - sorted.partition_point(|other| other <= value);
        balance += below as f64 - above as f64;
    }
    let pairs = first.len() * own.len();
    if pairs == 0 {
        0.0
    } else {
        balance / pairs as f64
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// By hand: of 9 pairs 6 are larger, 1 is smaller, 2 are equal.
    #[test]
    fn delta_counts_pairs() {
        let delta = cliffs_delta(&[1.0, 2.0, 3.0], &[3.0, 2.0, 4.0]);
        assert!((delta - (6.0 - 1.0) / 9.0).abs() < 1e-12, "{delta}");
        assert_eq!(cliffs_delta(&[1.0, 2.0], &[5.0, 6.0]), 1.0);
        assert_eq!(cliffs_delta(&[5.0, 6.0], &[1.0, 2.0]), -1.0);
        assert_eq!(cliffs_delta(&[5.0, 5.0], &[5.0]), 0.0);
        assert_eq!(cliffs_delta(&[], &[1.0]), 0.0);
    }

    #[test]
    fn a_constant_ratio_has_no_width() {
        let pairs: Vec<_> = (1..7).map(|n| (f64::from(n), 2.5 * f64::from(n))).collect();
        let effect = Effect::of_pairs(&pairs, 3).unwrap();
        let (low, high) = effect.interval.unwrap();
        for value in [effect.ratio.unwrap(), low, high] {
            assert!((value - 2.5).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn there_is_no_ratio_to_zero_nor_across_it() {
        let zero = Effect::of_pairs(&[(0.0, 1.0), (0.0, 2.0)], 3).unwrap();
        assert_eq!(
            (zero.ratio, zero.interval, zero.delta),
            (None, None, Some(1.0))
        );
        let across = Effect::of_pairs(&[(1.0, -1.0), (1.0, 2.0)], 3).unwrap();
        assert_eq!((across.ratio, across.delta), (None, Some(0.0)));
        // One resample in many has the zero alone.
        let sometimes = Effect::of_pairs(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)], 3).unwrap();
        assert_eq!((sometimes.ratio, sometimes.interval), (Some(2.0), None));
        assert_eq!(Effect::of_pairs(&[], 3), None);
        let alone = Effect::of_pairs(&[(1.0, 2.0)], 3).unwrap();
        assert_eq!(
            (alone.ratio, alone.interval, alone.delta),
            (Some(2.0), None, None)
        );
    }
}
