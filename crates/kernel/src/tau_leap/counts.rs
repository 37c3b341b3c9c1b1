//! Poisson numbers for leaps: cheap rather than exact to the last digit.

use crate::draw;
use crate::rng::Stream;

/// Means below this are inverted by sequential search.
const INVERSION_BELOW: f64 = 6.0;

/// No search goes further: a mean of 6 reaches it with a probability below 1e-30.
const LAST: usize = 55;

/// A Poisson number of the given mean, whole; 0 if the mean is not positive.
///
/// Below a mean of 6 it is exact to 1e-12. Above, a normal number `w` goes through the expansion of the Poisson quantile
/// by Giles 2016 (Algorithm 955, doi:10.1145/2699466), rounded down:
///
/// ```text
/// m + sqrt(m) w + 1/3 + w^2/6 - (w/36 + w^3/72) / sqrt(m) + (-8/405 + 7 w^2/810 + w^4/270) / m
/// ```
///
/// The total variation distance to the law is 5e-4 at a mean of 6 and falls with the mean; the variance is good to 6e-4
/// of itself, the mean to 2e-5. A leap is wrong by more. Draws one word, rarely more; none if the mean is not positive.
#[inline]
pub(super) fn poisson(rng: &mut Stream, mean: f64) -> f64 {
    if mean >= INVERSION_BELOW {
        let whole = (quantile(mean, draw::normal(rng)) - 0.5 + ROUNDING) - ROUNDING;
        return whole.max(0.0);
    }
    if mean > 0.0 {
        return search(draw::uniform(rng), mean);
    }
    0.0
}

/// The Poisson quantile at the probability to which a normal number belongs, before it is rounded down.
#[inline]
fn quantile(mean: f64, w: f64) -> f64 {
    let root = mean.sqrt();
    let inverse = root * (1.0 / mean);
    let square = w * w;
    let first = -w * (1.0 / 36.0 + square * (1.0 / 72.0));
    let second = -8.0 / 405.0 + square * (7.0 / 810.0 + square * (1.0 / 270.0));
    mean + root * w + 1.0 / 3.0 + square * (1.0 / 6.0) + inverse * (first + inverse * second)
}

/// The Poisson quantile at the probability `u`, for a positive mean below 6.
#[inline]
fn search(mut u: f64, mean: f64) -> f64 {
    // exp(-mean) >= 1 - mean.
    if u < 1.0 - mean {
        return 0.0;
    }
    let mut probability = negative_exponential(mean);
    let mut k = 0;
    while u >= probability && k < LAST {
        u -= probability;
        k += 1;
        probability *= mean * RECIPROCALS[k];
    }
    k as f64
}

/// Added and subtracted again, it leaves a whole number: 1.5 * 2^52.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// 1/k for every step of a search; the entry for 0 is not used.
const RECIPROCALS: [f64; LAST + 1] = {
    let mut reciprocals = [0.0; LAST + 1];
    let mut k = 1;
    while k <= LAST {
        reciprocals[k] = 1.0 / k as f64;
        k += 1;
    }
    reciprocals
};

/// Parts of a unit in the table of powers.
const PARTS: usize = 16;

/// exp(-i/16).
const POWERS: [f64; INVERSION_BELOW as usize * PARTS + 1] = {
    let mut powers = [1.0; INVERSION_BELOW as usize * PARTS + 1];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 0.939_413_062_813_475_8;
        i += 1;
    }
    powers
};

/// exp(-x) for 0 <= x < 6, to 1e-12 of itself: a table for the sixteenths and the series for the rest.
#[inline]
fn negative_exponential(x: f64) -> f64 {
    let part = (x * PARTS as f64) as usize;
    let r = x - part as f64 * (1.0 / PARTS as f64);
    let series = 1.0
        - r * (1.0
            - r * (1.0 / 2.0
                - r * (1.0 / 6.0 - r * (1.0 / 24.0 - r * (1.0 / 120.0 - r * (1.0 / 720.0))))));
    POWERS[part] * series
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The standard normal distribution function.
    fn normal(w: f64) -> f64 {
        0.5 * libm::erfc(-w / std::f64::consts::SQRT_2)
    }

    /// The normal number at which the quantile reaches `k`.
    fn reached(mean: f64, k: f64) -> f64 {
        // Below, the expansion turns upwards again.
        let (mut low, mut high) = ((-2.0 * mean.sqrt()).max(-9.0), 9.0);
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if quantile(mean, middle) < k {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    #[test]
    fn large_means_are_nearly_those_of_poisson() {
        for (mean, limit) in [
            (6.0, 5e-4),
            (8.0, 3e-4),
            (17.3, 7e-5),
            (40.0, 3e-5),
            (5000.0, 1e-6),
        ] {
            let (mut distance, mut first, mut second, mut below) = (0.0, 0.0, 0.0, 0.0);
            for k in 0..(mean + 9.0 * f64::sqrt(mean)) as u32 + 20 {
                let k = f64::from(k);
                let exact = libm::exp(k * mean.ln() - mean - libm::lgamma(k + 1.0));
                let upto = normal(reached(mean, k + 1.0));
                let probability = upto - below;
                below = upto;
                distance += (probability - exact).abs() / 2.0;
                first += k * probability;
                second += (k - mean) * (k - mean) * probability;
            }
            let variance = second - (first - mean) * (first - mean);
            assert!(distance < limit, "{mean}: distance {distance}");
            assert!((first / mean - 1.0).abs() < 2e-5, "{mean}: mean {first}");
            assert!(
                (variance / mean - 1.0).abs() < 6e-4,
                "{mean}: variance {variance}"
            );
        }
    }

    #[test]
    fn small_means_are_inverted() {
        for mean in [1e-9, 0.01, 0.3, 1.0, 2.5, 5.999] {
            let exponential = negative_exponential(mean);
            assert!(
                (exponential / libm::exp(-mean) - 1.0).abs() < 1e-12,
                "{mean}"
            );
            let (mut probability, mut cumulative) = (libm::exp(-mean), 0.0);
            for k in 0..20 {
                cumulative += probability;
                assert!(search((cumulative - 1e-10).max(0.0), mean) <= f64::from(k));
                if cumulative < 1.0 - 1e-9 {
                    assert!(search(cumulative + 1e-10, mean) > f64::from(k));
                }
                probability *= mean / f64::from(k + 1);
            }
        }
    }
}
