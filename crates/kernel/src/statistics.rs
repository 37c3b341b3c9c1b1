//! What an ensemble is like at each sampling time, in bounded memory.

use crate::sample::Samples;
use std::collections::BTreeMap;

/// A histogram keeps at most so many classes; if there are more, classes of twice the width are made.
const MOST_CLASSES: usize = 1024;

/// Means, variances, extremes and histograms of all quantities at all sampling times.
///
/// Numbers are added one replicate after the other ([`Ensemble::run`](crate::ensemble::Ensemble::run) keeps their
/// order), so the result does not depend on the number of threads.
#[derive(Debug, Clone)]
pub struct Statistics {
    quantities: usize,
    /// Time by time, one summary per quantity.
    summaries: Vec<Summary>,
}

impl Statistics {
    /// Statistics of nothing yet.
    #[must_use]
    pub fn new(quantities: usize, times: usize) -> Self {
        Self {
            quantities,
            summaries: vec![Summary::default(); quantities * times],
        }
    }

    /// Takes in one replicate, as far as it got.
    pub fn add(&mut self, samples: &Samples) {
        for (row, summaries) in samples
            .rows()
            .zip(self.summaries.chunks_exact_mut(self.quantities.max(1)))
        {
            for (value, summary) in row.iter().zip(summaries) {
                summary.add(*value);
            }
        }
    }

    /// The summary of one quantity at one sampling time, both by index.
    #[must_use]
    pub fn at(&self, time: usize, quantity: usize) -> &Summary {
        &self.summaries[time * self.quantities + quantity]
    }
}

/// A sample of numbers, without the numbers: moments by the updates of Welford 1962 and Terriberry 2007, extremes, and
/// a histogram of at most 1024 classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    count: u64,
    mean: f64,
    /// Sums of the second, third and fourth powers of deviations from the mean.
    powers: [f64; 3],
    minimum: f64,
    maximum: f64,
    /// Classes `[k width, (k + 1) width)` by `k`.
    classes: BTreeMap<i64, u64>,
    width: f64,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            count: 0,
            mean: 0.0,
            powers: [0.0; 3],
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
            classes: BTreeMap::new(),
            width: 0.0,
        }
    }
}

impl Summary {
    /// Takes in one finite number.
    pub fn add(&mut self, value: f64) {
        let before = self.count as f64;
        self.count += 1;
        let count = self.count as f64;
        let deviation = value - self.mean;
        let share = deviation / count;
        let square = share * share;
        let term = deviation * share * before;
        let [second, third, _] = self.powers;
        self.mean += share;
        self.powers[2] += term * square * (count * count - 3.0 * count + 3.0)
            + 6.0 * square * second
            - 4.0 * share * third;
        self.powers[1] += term * share * (count - 2.0) - 3.0 * share * second;
        self.powers[0] += term;
        self.minimum = self.minimum.min(value);
        self.maximum = self.maximum.max(value);
        self.classify(value);
    }

    fn classify(&mut self, value: f64) {
        if self.width == 0.0 {
            // Whole numbers begin with classes of one number each, others with a fine division of their size.
            self.width = if value == value.trunc() {
                1.0
            } else {
                libm::exp2(libm::log2(value.abs()).floor() - 20.0)
            };
        } else if self.width >= 1.0 && self.width == 1.0 && value != value.trunc() {
            self.refine(value);
        }
        let index = (value / self.width).floor();
        *self.classes.entry(index as i64).or_insert(0) += 1;
        while self.classes.len() > MOST_CLASSES {
            self.width *= 2.0;
            let mut wider = BTreeMap::new();
            for (class, count) in &self.classes {
                *wider.entry(class.div_euclid(2)).or_insert(0) += count;
            }
            self.classes = wider;
        }
    }

    /// Makes narrower classes after all: what looked like whole numbers is not. Each class so far was one number.
    fn refine(&mut self, value: f64) {
        const NARROWER: f64 = 1_048_576.0;
        let fits = |class: &i64| class.unsigned_abs() < 1 << 40;
        if value.abs() < 1e12 && self.classes.keys().all(fits) {
            self.width /= NARROWER;
            self.classes = self
                .classes
                .iter()
                .map(|(class, count)| (class << 20, *count))
                .collect();
        }
    }

    /// How many numbers there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean. Not a number if there were none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// Their variance, with `n - 1` in the denominator. Not a number for fewer than two.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.count < 2 {
            f64::NAN
        } else {
            (self.powers[0] / (self.count - 1) as f64).max(0.0)
        }
    }

    /// Their standard deviation.
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Fourth central moment over squared variance: 3 for a normal law. Not a number if all are equal.
    #[must_use]
    pub fn kurtosis(&self) -> f64 {
        self.count as f64 * self.powers[2] / (self.powers[0] * self.powers[0])
    }

    /// The smallest number.
    #[must_use]
    pub fn minimum(&self) -> f64 {
        self.minimum
    }

    /// The largest number.
    #[must_use]
    pub fn maximum(&self) -> f64 {
        self.maximum
    }

    /// The smallest number that a share of at least `share` does not exceed. Exact for whole numbers with at most 1024
    /// different values, otherwise to the width of a class, below 0.2 % of the range. Not a number if there were none.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        if self.count == 0 {
            return f64::NAN;
        }
        let wanted = (share.clamp(0.0, 1.0) * self.count as f64).max(1.0);
        let mut seen = 0;
        for (class, count) in &self.classes {
            seen += count;
            if seen as f64 >= wanted {
                let lower = *class as f64 * self.width;
                return if self.width == 1.0 {
                    lower
                } else {
                    (lower + self.width / 2.0).clamp(self.minimum, self.maximum)
                };
            }
        }
        self.maximum
    }

    /// The histogram: lower ends of classes that are not empty, in order, with their counts; and the width of all.
    #[must_use]
    pub fn histogram(&self) -> (Vec<(f64, u64)>, f64) {
        let classes = self
            .classes
            .iter()
            .map(|(class, count)| (*class as f64 * self.width, *count));
        (classes.collect(), self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(values: impl IntoIterator<Item = f64>) -> Summary {
        let mut summary = Summary::default();
        for value in values {
            summary.add(value);
        }
        summary
    }

    #[test]
    fn moments_are_those_of_the_definition() {
        let values: Vec<f64> = (0..200).map(|n| f64::from(n * n % 37)).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let central = |power| values.iter().map(|x| (x - mean).powi(power)).sum::<f64>();
        let summary = summary(values.iter().copied());
        assert!((summary.mean() - mean).abs() < 1e-12);
        assert!((summary.variance() - central(2) / (n - 1.0)).abs() < 1e-9);
        let kurtosis = n * central(4) / central(2).powi(2);
        assert!((summary.kurtosis() - kurtosis).abs() < 1e-9);
        assert_eq!((summary.minimum(), summary.maximum()), (0.0, 36.0));
    }

    #[test]
    fn quantiles_of_whole_numbers_are_exact() {
        let summary = summary((1..=1000).map(f64::from));
        assert_eq!(summary.quantile(0.05), 50.0);
        assert_eq!(summary.quantile(0.5), 500.0);
        assert_eq!(summary.quantile(1.0), 1000.0);
        assert_eq!(summary.quantile(0.0), 1.0);
    }

    #[test]
    fn memory_stays_bounded_and_quantiles_close() {
        for scale in [1.0, 1e-3, 0.7, 1e9] {
            let summary = summary((0..100_000).map(|n| f64::from(n * 7919 % 100_003) * scale));
            assert!(summary.classes.len() <= MOST_CLASSES);
            for share in [0.05, 0.5, 0.95] {
                let error = summary.quantile(share) / (share * 100_003.0 * scale) - 1.0;
                assert!(error.abs() < 0.05, "{share} at {scale}: {error}");
            }
            let counted: u64 = summary.histogram().0.iter().map(|(_, count)| count).sum();
            assert_eq!(counted, 100_000);
        }
    }

    #[test]
    fn fractions_after_whole_numbers_are_told_apart() {
        let summary = summary([0.0, 0.25, 0.5, 0.75]);
        assert!((summary.quantile(0.75) - 0.5).abs() < 1e-5);
    }

    #[test]
    fn nothing_has_no_mean() {
        assert!(Summary::default().mean().is_nan() && Summary::default().quantile(0.5).is_nan());
    }
}
