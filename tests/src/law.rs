//! Laws with known probabilities, and the comparison of samples with them.

/// The chance that one assertion fails although the sampler is right.
pub const ALPHA: f64 = 1e-6;

/// The standard normal number that is exceeded, either way, with probability `ALPHA`.
pub const TWO_SIDED_NORMAL: f64 = 4.891_638;

/// A law on the whole numbers from `first`. What lies beyond either end is below the rounding error.
#[derive(Debug, Clone)]
pub struct Law {
    /// The smallest number with a probability.
    pub first: u64,
    /// Probabilities of `first` and the numbers after it.
    pub probabilities: Vec<f64>,
}

impl Law {
    /// A unimodal law from any `start` that is not too improbable and its ratios P(k) / P(k - 1).
    pub fn from_ratios(start: u64, ratio: impl Fn(u64) -> f64) -> Self {
        const NEGLIGIBLE: f64 = 1e-25;
        let (mut first, mut below, mut probability) = (start, Vec::new(), 1.0);
        while first > 0 && probability > NEGLIGIBLE {
            probability /= ratio(first);
            first -= 1;
            below.push(probability);
        }
        below.reverse();
        let (mut probabilities, mut last, mut probability) = (below, start, 1.0);
        while probability > NEGLIGIBLE {
            probabilities.push(probability);
            last += 1;
            probability *= ratio(last);
        }
        let total: f64 = probabilities.iter().sum();
        probabilities
            .iter_mut()
            .for_each(|probability| *probability /= total);
        Self {
            first,
            probabilities,
        }
    }

    /// The Poisson law.
    pub fn poisson(mean: f64) -> Self {
        Self::from_ratios(mean as u64, |k| mean / k as f64)
    }

    /// The binomial law of `n` trials.
    pub fn binomial(n: u64, p: f64) -> Self {
        let odds = p / (1.0 - p);
        Self::from_ratios((n as f64 * p) as u64, |k| {
            (n + 1).saturating_sub(k) as f64 / k as f64 * odds
        })
    }

    /// Number of failures before `r` (not necessarily whole) successes, where a failure has probability `p`.
    pub fn negative_binomial(r: f64, p: f64) -> Self {
        Self::from_ratios((r * p / (1.0 - p)) as u64, |k| {
            p * (k as f64 + r - 1.0) / k as f64
        })
    }

    /// The law of the sum of two independent numbers.
    pub fn plus(&self, other: &Self) -> Self {
        let mut probabilities = vec![0.0; self.probabilities.len() + other.probabilities.len() - 1];
        for (i, p) in self.probabilities.iter().enumerate() {
            for (j, q) in other.probabilities.iter().enumerate() {
                probabilities[i + j] += p * q;
            }
        }
        Self {
            first: self.first + other.first,
            probabilities,
        }
    }

    /// The probability of one number.
    pub fn probability(&self, k: u64) -> f64 {
        let index = k
            .checked_sub(self.first)
            .map_or(usize::MAX, |index| index as usize);
        self.probabilities.get(index).copied().unwrap_or(0.0)
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.first as f64 + self.moment(|offset| offset)
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        let mean = self.moment(|offset| offset);
        self.moment(|offset| (offset - mean) * (offset - mean))
    }

    /// The smallest number whose cumulative probability reaches `share`.
    pub fn quantile(&self, share: f64) -> u64 {
        let mut cumulative = 0.0;
        let reached = |probability: &f64| {
            cumulative += probability;
            cumulative >= share
        };
        self.first + self.probabilities.iter().position(reached).unwrap() as u64
    }

    /// The largest difference of the two distribution functions.
    pub fn distance(&self, other: &Self) -> f64 {
        let end = |law: &Self| law.first + law.probabilities.len() as u64;
        let mut difference = 0.0;
        (self.first.min(other.first)..end(self).max(end(other)))
            .map(|k| {
                difference += self.probability(k) - other.probability(k);
                f64::abs(difference)
            })
            .fold(0.0, f64::max)
    }

    fn moment(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.probabilities
            .iter()
            .enumerate()
            .map(|(offset, probability)| of(offset as f64) * probability)
            .sum()
    }
}

/// The largest distance of an empirical distribution function of `count` samples from the true one, except with
/// probability `ALPHA` (Dvoretzky, Kiefer and Wolfowitz 1956 with the constant of Massart 1990,
/// doi:10.1214/aop/1176990746). Valid for every count, and for discrete laws.
pub fn largest_distance(count: usize) -> f64 {
    ((2.0 / ALPHA).ln() / (2.0 * count as f64)).sqrt()
}

/// Compares whole numbers with a law as a whole.
#[track_caller]
pub fn assert_follows(samples: &[u64], law: &Law) {
    let mut counts = vec![0u64; law.probabilities.len()];
    for sample in samples {
        let index = sample
            .checked_sub(law.first)
            .map_or(usize::MAX, |index| index as usize);
        *counts
            .get_mut(index)
            .unwrap_or_else(|| panic!("{sample} is practically impossible")) += 1;
    }
    let (mut cumulative, mut below, mut distance, mut place) = (0.0, 0, 0.0, 0);
    for (offset, (count, probability)) in counts.iter().zip(&law.probabilities).enumerate() {
        cumulative += probability;
        below += count;
        let here = (below as f64 / samples.len() as f64 - cumulative).abs();
        if here > distance {
            (distance, place) = (here, law.first + offset as u64);
        }
    }
    let bound = largest_distance(samples.len());
    assert!(
        distance <= bound,
        "distribution functions differ by {distance:.5} at {place}; the bound is {bound:.5}"
    );
}

/// Compares whole numbers with a law by chi-square: sharper than `assert_follows` where a law is wrong in places.
///
/// Neighbouring numbers are pooled until a class expects 25 samples and 1/200 of all. The critical value is that of
/// Wilson and Hilferty 1931 (doi:10.1073/pnas.17.12.684).
#[track_caller]
pub fn assert_chi_square(count: u64, samples: impl Iterator<Item = u64>, law: &Law) {
    const ONE_SIDED_NORMAL: f64 = 4.753_424;
    let mut counts = vec![0u64; law.probabilities.len()];
    for sample in samples {
        counts[(sample - law.first) as usize] += 1;
    }
    let smallest = 25f64.max(count as f64 / 200.0);
    let mut classes: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    for (count_here, probability) in counts.iter().zip(&law.probabilities) {
        if classes.last().unwrap().1 >= smallest {
            classes.push((0.0, 0.0));
        }
        let class = classes.last_mut().unwrap();
        class.0 += *count_here as f64;
        class.1 += probability * count as f64;
    }
    if classes.last().unwrap().1 < smallest && classes.len() > 1 {
        let (seen, expected) = classes.pop().unwrap();
        let class = classes.last_mut().unwrap();
        (class.0, class.1) = (class.0 + seen, class.1 + expected);
    }
    let statistic: f64 = classes
        .iter()
        .map(|(seen, expected)| (seen - expected).powi(2) / expected)
        .sum();
    let freedom = (classes.len() - 1) as f64;
    let share = 2.0 / (9.0 * freedom);
    let critical = freedom * (1.0 - share + ONE_SIDED_NORMAL * share.sqrt()).powi(3);
    assert!(
        statistic <= critical,
        "chi-square is {statistic:.1} with {freedom} degrees of freedom; the bound is {critical:.1}"
    );
}

/// Compares the mean of many whole numbers with that of a law, by the normal limit of the sum.
#[track_caller]
pub fn assert_mean(samples: &[u64], law: &Law) {
    let mean = samples.iter().map(|sample| *sample as f64).sum::<f64>() / samples.len() as f64;
    let error = (law.variance() / samples.len() as f64).sqrt();
    let expected = law.mean();
    let errors = (mean - expected) / error;
    assert!(
        errors.abs() < TWO_SIDED_NORMAL,
        "mean {mean} instead of {expected}: {errors:.2} standard errors"
    );
}

/// Compares real numbers with a continuous distribution function.
#[track_caller]
pub fn assert_follows_function(mut samples: Vec<f64>, function: impl Fn(f64) -> f64) {
    samples.sort_unstable_by(f64::total_cmp);
    let count = samples.len() as f64;
    let bound = largest_distance(samples.len());
    for (index, sample) in samples.iter().enumerate() {
        let expected = function(*sample);
        let (before, after) = (index as f64 / count, (index + 1) as f64 / count);
        let distance = (expected - before).abs().max((after - expected).abs());
        assert!(
            distance <= bound,
            "distribution functions differ by {distance:.5} at {sample}; the bound is {bound:.5}"
        );
    }
}

/// Compares a number of successes with its exact binomial law.
#[track_caller]
pub fn assert_share(successes: usize, trials: usize, probability: f64) {
    let law = Law::binomial(trials as u64, probability);
    let (low, high) = (law.quantile(ALPHA / 2.0), law.quantile(1.0 - ALPHA / 2.0));
    let share = successes as f64 / trials as f64;
    assert!(
        (low..=high).contains(&(successes as u64)),
        "share {share} instead of {probability}: {successes} of {trials}, expected {low} to {high}"
    );
}

/// Checks a number that was computed against one that was published with an error of at most `rounding`.
#[track_caller]
pub fn assert_close(computed: f64, published: f64, rounding: f64) {
    assert!(
        (computed - published).abs() <= rounding,
        "{computed} instead of {published}"
    );
}

/// Compares a mean of many numbers with its expectation, by the normal limit of the sum.
///
/// `error` is the standard error of the mean; `rounding` is allowed on top, for expectations that are approximate.
#[track_caller]
pub fn assert_expectation(mean: f64, expected: f64, error: f64, rounding: f64) {
    let difference = (mean - expected).abs();
    assert!(
        difference <= TWO_SIDED_NORMAL * error + rounding,
        "{mean} instead of {expected}: {:.2} standard errors",
        difference / error
    );
}

/// Mean of numbers and the standard error of that mean.
pub fn mean_and_error(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers
        .iter()
        .map(|number| (number - mean) * (number - mean))
        .sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}
