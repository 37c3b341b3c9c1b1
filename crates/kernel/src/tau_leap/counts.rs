//! Poisson numbers for leaps: cheap rather than exact to the last digit.

use crate::draw;
use crate::rng::Stream;

/// Means below this are drawn exactly.
const EXACT_BELOW: f64 = 10.0;

/// A Poisson number of the given mean, whole.
///
/// Exact below a mean of 10. Above, a normal number `w` goes through the expansion of the Poisson quantile by Giles
/// 2016 (Algorithm 955, doi:10.1145/2699466), rounded down:
///
/// ```text
/// m + sqrt(m) w + 1/3 + w^2/6 - (w/36 + w^3/72) / sqrt(m) + (-8/405 + 7 w^2/810 + w^4/270) / m
/// ```
///
/// The total variation distance to the law is below 1e-4 at a mean of 10 and falls with the mean; mean and variance
/// are good to 1e-4 of themselves. A leap is wrong by much more.
#[inline]
pub(super) fn poisson(rng: &mut Stream, mean: f64) -> f64 {
    if mean < EXACT_BELOW {
        return draw::poisson(rng, mean) as f64;
    }
    quantile(mean, draw::normal(rng)).floor().max(0.0)
}

/// The Poisson quantile at the probability to which a normal number belongs, before it is rounded down.
#[inline]
fn quantile(mean: f64, w: f64) -> f64 {
    let root = mean.sqrt();
    let inverse = 1.0 / root;
    let square = w * w;
    let first = -w * (1.0 / 36.0 + square * (1.0 / 72.0));
    let second = -8.0 / 405.0 + square * (7.0 / 810.0 + square * (1.0 / 270.0));
    mean + root * w + 1.0 / 3.0 + square * (1.0 / 6.0) + inverse * (first + inverse * second)
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
        let (mut low, mut high) = (-5.5, 9.0);
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
    fn the_law_is_nearly_that_of_poisson() {
        for mean in [5.0, 6.0, 8.0, 10.0, 17.3, 40.0, 300.0, 5000.0] {
            let last = (mean + 9.0 * f64::sqrt(mean)) as u32 + 20;
            let mut exact = (-mean).exp();
            if exact == 0.0 {
                exact = f64::MIN_POSITIVE;
            }
            let (mut distance, mut first, mut second) = (0.0, 0.0, 0.0);
            let mut below = 0.0;
            for k in 0..last {
                let k = f64::from(k);
                let log = k * mean.ln() - mean - libm::lgamma(k + 1.0);
                exact = log.exp();
                let upto = normal(reached(mean, k + 1.0));
                let probability = upto - below;
                below = upto;
                distance += (probability - exact).abs() / 2.0;
                first += k * probability;
                second += (k - mean) * (k - mean) * probability;
            }
            let variance = second - (first - mean) * (first - mean);
            println!(
                "{mean} {distance} {} {}",
                first / mean - 1.0,
                variance / mean - 1.0
            );
            if mean < 10.0 {
                continue;
            }
            assert!(distance < 1e-4, "{mean}: {distance}");
            assert!((first / mean - 1.0).abs() < 1e-4);
            assert!((variance / mean - 1.0).abs() < 1e-4);
        }
    }
}
