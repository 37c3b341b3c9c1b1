//! Medians, quantiles and bootstrap intervals over mice.

use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Purpose, Streams};

/// Fewest values of which a 95 % interval of their median exists: the range of five holds it with a probability below that. Of fewer, bootstrap intervals say
/// how far medians of resamples go, and no more.
pub const LEAST_FOR_INTERVAL: usize = crate::language::LEAST_BATCH as usize;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;

/// The `p`-quantile of sorted values by linear interpolation (Hyndman and Fan 1996, type 7); `None` of nothing.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = p.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64))
}

/// Sorted copy of values.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The median; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(&sorted(values), 0.5)
}

/// Mean and standard deviation (n - 1); the latter `None` below two values.
pub fn mean_sd(values: &[f64]) -> Option<(f64, Option<f64>)> {
    let n = values.len() as f64;
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    Some((
        mean,
        (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()),
    ))
}

/// The difference of medians, second less first, with its 95 % percentile-bootstrap interval over pairs of mice.
///
/// Mice of equal replicate number share their luck until they differ by cause, so pairs are resampled together. `pairs`
/// holds (first arm, this arm). `None` below two pairs for the interval. Every interval of a run resamples the same mice
/// in the same order, so that it depends on no other arm and no other readout.
pub fn paired_difference(pairs: &[(f64, f64)], seed: u64) -> Option<(f64, Option<(f64, f64)>)> {
    let of = |first: f64, own: f64| Some(own - first);
    let difference = of_medians(pairs, of)?;
    Some((difference, interval(pairs, seed, of)))
}

/// The 95 % percentile-bootstrap interval of the ratio of medians, second over first, by the same resamples as [`paired_difference`]. `None` below two pairs, and
/// if the median of the first is zero in a resample.
pub fn paired_ratio(pairs: &[(f64, f64)], seed: u64) -> Option<(f64, f64)> {
    interval(pairs, seed, |first, own| {
        (first != 0.0).then(|| own / first)
    })
}

/// What `of` makes of both medians.
fn of_medians(pairs: &[(f64, f64)], of: impl Fn(f64, f64) -> Option<f64>) -> Option<f64> {
    let (first, own): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    of(median(&first)?, median(&own)?)
}

/// The percentile-bootstrap interval of what `of` makes of both medians; `None` if it makes nothing of a resample.
fn interval(
    pairs: &[(f64, f64)],
    seed: u64,
    of: impl Fn(f64, f64) -> Option<f64>,
) -> Option<(f64, f64)> {
    if pairs.len() < 2 {
        return None;
    }
    let mut stream = Streams::new(seed, 0).stream(Purpose::BOOTSTRAP, AgentKey::NONE, 0);
    let mut values = Vec::with_capacity(RESAMPLES);
    let mut resample = pairs.to_vec();
    for _ in 0..RESAMPLES {
        for slot in &mut resample {
            let index = (draw::uniform(&mut stream) * pairs.len() as f64) as usize;
            *slot = pairs[index.min(pairs.len() - 1)];
        }
        values.push(of_medians(&resample, &of)?);
    }
    let values = sorted(&values);
    quantile(&values, 0.025).zip(quantile(&values, 0.975))
}

/// The median with its 95 % percentile-bootstrap interval, by the same resamples as [`paired_difference`]. `None` of nothing, and below two
/// values for the interval.
pub fn median_interval(values: &[f64], seed: u64) -> Option<(f64, Option<(f64, f64)>)> {
    // What differs from zero by a value is that value.
    let pairs: Vec<(f64, f64)> = values.iter().map(|value| (0.0, *value)).collect();
    paired_difference(&pairs, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&values, 0.5), Some(2.5));
        assert_eq!(quantile(&values, 0.25), Some(1.75));
        assert_eq!(quantile(&values, 1.0), Some(4.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn spread_needs_two_values() {
        assert_eq!(mean_sd(&[3.0]), Some((3.0, None)));
        assert_eq!(mean_sd(&[1.0, 3.0]), Some((2.0, Some(2.0f64.sqrt()))));
        assert_eq!(mean_sd(&[]), None);
    }

    #[test]
    fn interval_holds_a_constant_difference_exactly() {
        let pairs: Vec<_> = (0..6).map(|n| (f64::from(n), f64::from(n) + 2.0)).collect();
        let (difference, interval) = paired_difference(&pairs, 1).expect("six pairs");
        assert!((difference - 2.0).abs() < 1e-12);
        let (low, high) = interval.expect("more than one pair");
        assert!(low > 1.999 && high < 2.001, "{low} {high}");
    }

    #[test]
    fn interval_is_reproducible() {
        let pairs: Vec<_> = (0..9)
            .map(|n| (f64::from(n % 4), f64::from(n * n % 7)))
            .collect();
        assert_eq!(paired_difference(&pairs, 5), paired_difference(&pairs, 5));
    }
}
