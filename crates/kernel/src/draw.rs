//! Draws from the laws that a simulation needs, exact for every parameter.
//!
//! Normal and exponential numbers come from the ziggurat of `rand_distr`. Counts come from samplers of our own: a leap
//! changes its mean at every draw, where those of `rand_distr` pay for their set-up, and their logarithms come from
//! wherever the features of the whole build say; ours come from the `libm` crate. A result that is certain costs no
//! draw; each function says how many words it takes otherwise.
//!
//! "Exact" means to the resolution of a uniform number, 2^-53: no probability is wrong by more than about 1e-14.

use crate::logarithm::{MANTISSA_BITS, ONE, ln};
use rand::Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

/// Means below this are inverted by one uniform number, those above go through a rejection method.
///
/// The rejection methods are proven from 10 up, and about as fast as inversion there.
const INVERSION_BELOW: f64 = 10.0;

/// Poisson means below this, 2^-54, are none: the largest of [`uniform`]'s numbers is below 1 - mean, which rounds to 1.
const NEXT_TO_NOTHING: f64 = f64::EPSILON / 4.0;

/// No inversion goes further. A law of mean 10 reaches it with a probability below 1e-70.
const INVERSION_STEPS: usize = 110;

/// Means of a Poisson law are cut here, so that the result fits a `u64` with certainty.
const LARGEST_MEAN: f64 = 1e18;

/// A uniform number in [0, 1), a multiple of 2^-53. Draws one word.
#[inline]
pub fn uniform<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A uniform number in (0, 1], a multiple of 2^-53. Draws one word.
#[inline]
pub fn uniform_open<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    ((rng.next_u64() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A uniform number in (0, 1), an odd multiple of 2^-53: neither end is ever drawn. Draws one word.
#[inline(always)]
pub fn uniform_inside<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    inside(rng.next_u64())
}

/// What is taken from a number in [1, 2) to put it in the middle of its cell of width 2^-52 in (0, 1): 1 - 2^-53.
pub(crate) const MIDDLE: f64 = 1.0 - f64::EPSILON / 2.0;

/// [`uniform_inside`] from the upper 52 bits of a word.
#[inline(always)]
pub(crate) fn inside(word: u64) -> f64 {
    f64::from_bits((word >> (64 - MANTISSA_BITS)) | ONE) - MIDDLE
}

/// As [`exponential`] by inversion, without branches and tables: for loops in which there is time for a logarithm.
///
/// Draws one word. Never 0; infinity if `rate` is 0 or -0. A rate must not be below.
#[inline(always)]
pub(crate) fn waiting_time<R: Rng + ?Sized>(rng: &mut R, rate: f64) -> f64 {
    -ln(uniform_inside(rng)) / rate.abs()
}

/// True with probability `p`, which is cut to [0, 1].
///
/// Draws one word; none if `p` is at most 0, at least 1 or not a number (false).
#[inline]
pub fn bernoulli<R: Rng + ?Sized>(rng: &mut R, p: f64) -> bool {
    p >= 1.0 || (p > 0.0 && uniform(rng) < p)
}

/// An exponential waiting time for `rate` events per unit of time.
///
/// Draws one word, rarely more; none if `rate` is not positive (infinity: the event never comes).
#[inline]
pub fn exponential<R: Rng + ?Sized>(rng: &mut R, rate: f64) -> f64 {
    if rate > 0.0 {
        let waiting: f64 = Exp1.sample(rng);
        waiting / rate
    } else {
        f64::INFINITY
    }
}

/// A standard normal number: mean 0, variance 1. Draws one word, rarely more.
#[inline]
pub fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    StandardNormal.sample(rng)
}

/// A lognormal number with the given median, whose natural logarithm has standard deviation `sigma_ln`.
///
/// Draws one word, rarely more; none if `sigma_ln` is 0 (the median).
#[inline]
pub fn lognormal<R: Rng + ?Sized>(rng: &mut R, median: f64, sigma_ln: f64) -> f64 {
    if sigma_ln == 0.0 {
        median
    } else {
        median * libm::exp(sigma_ln * normal(rng))
    }
}

/// How many of `n` independent trials succeed, each with probability `p`, which is cut to [0, 1].
///
/// Draws one word if `n min(p, 1 - p) < 10` (a second one with a chance below 1e-14), else two at a time,
/// on average fewer than three; none if the answer is certain or `p` is not a number (0). Counts above 2^53 are good to 53 bits.
///
/// Small means are inverted by sequential search. Larger ones use algorithm BTRS of Hörmann 1993 (The generation of
/// binomial random variates, doi:10.1080/00949659308811496).
#[inline]
pub fn binomial<R: Rng + ?Sized>(rng: &mut R, n: u64, p: f64) -> u64 {
    if p > 0.5 {
        // Exact: the difference of two numbers within a factor of two has no rounding error.
        return n - binomial_lower(rng, n, 1.0 - p);
    }
    binomial_lower(rng, n, p)
}

/// `binomial` for `p` up to 1/2.
#[inline]
fn binomial_lower<R: Rng + ?Sized>(rng: &mut R, n: u64, p: f64) -> u64 {
    if n == 0 || p <= 0.0 || p.is_nan() {
        return 0;
    }
    let mean = n as f64 * p;
    if mean >= INVERSION_BELOW {
        return binomial_rejection(rng, n, p);
    }
    let u = uniform(rng);
    // Bernoulli's inequality: (1 - p)^n >= 1 - np. Most draws of a small mean end here without a logarithm.
    if u < 1.0 - mean {
        return 0;
    }
    let odds = p / (1.0 - p);
    let none = libm::exp(n as f64 * libm::log1p(-p));
    invert(rng, u, none, |k| {
        (n as f64 - (k - 1) as f64) * odds * RECIPROCALS[k]
    })
}

/// A Poisson number of the given mean, which is cut at 1e18.
///
/// Draws one word for a mean below 10 (a second one with a chance below 1e-14), else two at a time, on average fewer
/// than three. Draws none and is 0 if the mean is not a number, not positive, or so small that no word in 2^53 would give
/// another number: nothing and next to nothing are the same draw.
///
/// Small means are inverted by sequential search. Larger ones use algorithm PTRS of Hörmann 1993 (The transformed
/// rejection method for generating Poisson random variables, doi:10.1016/0167-6687(93)90997-4).
#[inline]
pub fn poisson<R: Rng + ?Sized>(rng: &mut R, mean: f64) -> u64 {
    if mean < NEXT_TO_NOTHING || mean.is_nan() {
        return 0;
    }
    if mean >= INVERSION_BELOW {
        return poisson_rejection(rng, mean.min(LARGEST_MEAN));
    }
    let u = uniform(rng);
    if u < 1.0 - mean {
        return 0; // As in `binomial`: exp(-mean) >= 1 - mean.
    }
    invert(rng, u, libm::exp(-mean), |k| mean * RECIPROCALS[k])
}

/// `x` rounded down or up at random so that its mean is kept: the floor, and one more with the probability of the fraction.
///
/// Draws one word; none if `x` is whole or not positive (0).
#[inline]
pub fn stochastic_round<R: Rng + ?Sized>(rng: &mut R, x: f64) -> u64 {
    let floor = x.floor();
    // A negative number and NaN become 0 and a large number `u64::MAX` in the conversion.
    (floor as u64).saturating_add(u64::from(x > 0.0 && bernoulli(rng, x - floor)))
}

/// 1/k for every step of an inversion; the entry for 0 is not used.
const RECIPROCALS: [f64; INVERSION_STEPS + 1] = {
    let mut reciprocals = [0.0; INVERSION_STEPS + 1];
    let mut k = 1;
    while k <= INVERSION_STEPS {
        reciprocals[k] = 1.0 / k as f64;
        k += 1;
    }
    reciprocals
};

/// Inverts a law on 0, 1, ... at `u`, given the probability of 0 and the ratios P(k) / P(k - 1).
///
/// The sum of the rounded probabilities may stay below `u`; another number is drawn then.
#[inline]
fn invert<R: Rng + ?Sized>(
    rng: &mut R,
    mut u: f64,
    none: f64,
    ratio: impl Fn(usize) -> f64,
) -> u64 {
    loop {
        let mut probability = none;
        for k in 1..=INVERSION_STEPS {
            if u < probability {
                return (k - 1) as u64;
            }
            u -= probability;
            probability *= ratio(k);
        }
        u = uniform(rng);
    }
}

/// The binomial law for `n p >= 10` and `p <= 1/2`, with the letters of the paper.
fn binomial_rejection<R: Rng + ?Sized>(rng: &mut R, n: u64, p: f64) -> u64 {
    let trials = n as f64;
    let spread = (trials * p * (1.0 - p)).sqrt();
    let b = 1.15 + 2.53 * spread;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let alpha = (2.83 + 5.1 / b) * spread;
    let squeeze = 0.92 - 4.2 / b;
    loop {
        let (distance, k) = transformed(rng, a, b, trials * p + 0.5);
        let v = uniform_open(rng);
        if distance >= 0.07 && v <= squeeze {
            return (k as u64).min(n);
        }
        if k < 0.0 || k > trials {
            continue;
        }
        let mode = ((trials + 1.0) * p).floor();
        let height = libm::log(v * alpha / (a / (distance * distance) + b));
        if height <= ln_binomial(k, trials, p) - ln_binomial(mode, trials, p) {
            return (k as u64).min(n);
        }
    }
}

/// The Poisson law for a mean of at least 10, with the letters of the paper.
fn poisson_rejection<R: Rng + ?Sized>(rng: &mut R, mean: f64) -> u64 {
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let squeeze = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let (distance, k) = transformed(rng, a, b, mean + 0.43);
        let v = uniform_open(rng);
        if distance >= 0.07 && v <= squeeze {
            return k as u64;
        }
        if k < 0.0 || (distance < 0.013 && v > distance) {
            continue;
        }
        let height = libm::log(v * inverse_alpha / (a / (distance * distance) + b));
        if height <= ln_poisson(k, mean) {
            return k as u64;
        }
    }
}

/// The proposal of both rejection methods: the distance of a uniform number from the nearer end of its interval, and
/// the candidate it is transformed to.
#[inline]
fn transformed<R: Rng + ?Sized>(rng: &mut R, a: f64, b: f64, centre: f64) -> (f64, f64) {
    let u = uniform(rng) - 0.5;
    let distance = 0.5 - u.abs();
    (distance, ((2.0 * a / distance + b) * u + centre).floor())
}

/// The logarithm of the binomial probability of `k` among `n`, by the saddle-point form of Loader 2000 (Fast and
/// accurate computation of binomial probabilities), which keeps its digits at any `n`.
fn ln_binomial(k: f64, n: f64, p: f64) -> f64 {
    let rest = n - k;
    if k == 0.0 {
        return n * libm::log1p(-p);
    }
    if rest == 0.0 {
        return n * libm::log(p);
    }
    stirling_error(n)
        - stirling_error(k)
        - stirling_error(rest)
        - deviance(k, n * p)
        - deviance(rest, n * (1.0 - p))
        + 0.5 * libm::log(n / (std::f64::consts::TAU * k * rest))
}

/// The logarithm of the Poisson probability of `k`, in the same form.
fn ln_poisson(k: f64, mean: f64) -> f64 {
    if k == 0.0 {
        return -mean;
    }
    -stirling_error(k) - deviance(k, mean) - 0.5 * libm::log(std::f64::consts::TAU * k)
}

/// `k ln(k / mean) + mean - k` for positive `k`, without cancellation at `k` near `mean`.
fn deviance(k: f64, mean: f64) -> f64 {
    let excess = (mean - k) / k;
    k * (excess - libm::log1p(excess))
}

/// ln(k!) less Stirling's formula, ln(sqrt(2 pi k) (k/e)^k), for whole positive `k`.
fn stirling_error(k: f64) -> f64 {
    const SMALL: [f64; 16] = [
        0.0, // not used
        0.081_061_466_795_327_26,
        0.041_340_695_955_409_3,
        0.027_677_925_684_998_34,
        0.020_790_672_103_765_093,
        0.016_644_691_189_821_193,
        0.013_876_128_823_070_748,
        0.011_896_709_945_891_77,
        0.010_411_265_261_972_096,
        0.009_255_462_182_712_733,
        0.008_330_563_433_362_87,
        0.007_573_675_487_951_841,
        0.006_942_840_107_209_53,
        0.006_408_994_188_004_207,
        0.005_951_370_112_758_848,
        0.005_554_733_551_962_801,
    ];
    if k < 16.0 {
        return SMALL[k as usize];
    }
    let square = k * k;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) / k
}

/// Immigration and death of one species over a fixed time, exactly: binomial survival plus Poisson arrivals.
///
/// The factors that all cells of a block share are computed once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImmigrationDeath {
    survival: f64,
}

impl ImmigrationDeath {
    /// Each molecule leaves with hazard `loss` (per time) during `dt`.
    pub fn new(loss: f64, dt: f64) -> Self {
        Self {
            survival: libm::exp(-loss * dt),
        }
    }

    /// Draws the count after the step, from `count` before, where arrivals alone would sustain `sustained` (arrival
    /// rate over loss hazard). Draws at most one binomial and one Poisson count.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R, count: u32, sustained: f64) -> u32 {
        let survivors = binomial(rng, u64::from(count), self.survival);
        let arrived = poisson(rng, sustained * (1.0 - self.survival));
        u32::try_from(survivors.saturating_add(arrived)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;
    use rand::{Rng, SeedableRng};

    fn stream() -> Stream {
        Stream::seed_from_u64(1)
    }

    #[test]
    fn uniforms_inside_reach_neither_end() {
        assert_eq!(inside(0), 2f64.powi(-53));
        assert_eq!(inside(u64::MAX), 1.0 - 2f64.powi(-53));
    }

    /// How many words `draw` takes from a fresh stream, if at most 64.
    fn words(draw: impl FnOnce(&mut Stream)) -> usize {
        let mut used = stream();
        draw(&mut used);
        let mut fresh = stream();
        (0..=64)
            .find(|_| {
                let equal = fresh == used;
                fresh.next_u64();
                equal
            })
            .expect("a draw takes few words")
    }

    #[test]
    fn certain_results_cost_no_draw() {
        let results = |rng: &mut Stream| {
            assert_eq!(
                [
                    binomial(rng, 0, 0.5),
                    binomial(rng, 9, 0.0),
                    binomial(rng, 9, -1.0)
                ],
                [0; 3]
            );
            assert_eq!([binomial(rng, 9, 1.0), binomial(rng, 9, 1.5)], [9; 2]);
            assert_eq!(
                [
                    binomial(rng, 9, f64::NAN),
                    poisson(rng, f64::NAN),
                    stochastic_round(rng, f64::NAN)
                ],
                [0; 3]
            );
            assert_eq!(
                [poisson(rng, 0.0), poisson(rng, -3.0), poisson(rng, -0.0)],
                [0; 3]
            );
            assert_eq!(
                [
                    stochastic_round(rng, 3.0),
                    stochastic_round(rng, -0.5),
                    stochastic_round(rng, 0.0)
                ],
                [3, 0, 0]
            );
            assert_eq!(
                [
                    bernoulli(rng, 0.0),
                    bernoulli(rng, f64::NAN),
                    bernoulli(rng, 1.0)
                ],
                [false, false, true]
            );
            assert_eq!(
                [exponential(rng, 0.0), exponential(rng, f64::NAN)],
                [f64::INFINITY; 2]
            );
            assert_eq!(lognormal(rng, 12.0, 0.0), 12.0);
        };
        assert_eq!(words(results), 0);
    }

    #[test]
    fn draws_take_as_many_words_as_they_say() {
        assert_eq!(words(|rng| _ = uniform(rng)), 1);
        assert_eq!(words(|rng| _ = uniform_open(rng)), 1);
        assert_eq!(words(|rng| _ = bernoulli(rng, 0.3)), 1);
        assert_eq!(words(|rng| _ = exponential(rng, 2.0)), 1);
        assert_eq!(words(|rng| _ = normal(rng)), 1);
        assert_eq!(words(|rng| _ = lognormal(rng, 1.0, 0.5)), 1);
        assert_eq!(words(|rng| _ = stochastic_round(rng, 0.5)), 1);
        for p in [1e-12, 0.02, 0.98, 1.0 - 1e-12] {
            assert_eq!(words(|rng| _ = binomial(rng, 400, p)), 1);
        }
        assert_eq!(words(|rng| _ = poisson(rng, 9.9)), 1);
        assert_eq!(words(|rng| _ = poisson(rng, 1e9)) % 2, 0);
        assert_eq!(words(|rng| _ = binomial(rng, 1000, 0.4)) % 2, 0);
    }

    #[test]
    fn extreme_parameters_stay_in_range() {
        let mut rng = stream();
        for _ in 0..1000 {
            for n in [1, 2, 30, 1 << 53, u64::MAX] {
                for p in [f64::MIN_POSITIVE, 1e-18, 0.5, 1.0 - f64::EPSILON] {
                    assert!(binomial(&mut rng, n, p) <= n);
                }
            }
            poisson(&mut rng, f64::MIN_POSITIVE);
            let large = poisson(&mut rng, f64::INFINITY) as f64;
            assert!((large / LARGEST_MEAN - 1.0).abs() < 1e-7);
            assert_eq!(stochastic_round(&mut rng, f64::INFINITY), u64::MAX);
        }
    }

    #[test]
    fn logarithms_of_probabilities_are_those_of_the_recurrence() {
        let (n, p, mean) = (60, 0.3, 20.0);
        let (mut binomial, mut poisson) = (f64::from(n) * f64::ln(1.0 - p), -mean);
        for k in 0..=n {
            assert!(
                (ln_binomial(f64::from(k), f64::from(n), p) - binomial).abs() < 1e-12,
                "{k}"
            );
            assert!(
                (ln_poisson(f64::from(k), mean) - poisson).abs() < 1e-12,
                "{k}"
            );
            binomial += (f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p)).ln();
            poisson += (mean / f64::from(k + 1)).ln();
        }
    }

    /// Changing any of these is value-breaking.
    #[test]
    fn values_are_pinned() {
        let mut rng = stream();
        let reals = [
            uniform(&mut rng),
            exponential(&mut rng, 2.0),
            normal(&mut rng),
            lognormal(&mut rng, 12.0, 0.25),
        ];
        let counts = [
            binomial(&mut rng, 1000, 0.005),
            binomial(&mut rng, 1000, 0.995),
            binomial(&mut rng, 1_000_000, 0.3),
            poisson(&mut rng, 3.0),
            poisson(&mut rng, 1e6),
            stochastic_round(&mut rng, 1.5),
        ];
        assert_eq!(
            reals,
            [
                0.811_612_158_881_884_8,
                0.564_987_799_226_807_9,
                -1.915_871_443_618_758_5,
                13.437_250_891_164_71
            ]
        );
        assert_eq!(counts, [3, 995, 299_292, 6, 999_547, 2]);
    }
}
