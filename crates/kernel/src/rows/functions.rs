//! Functions of one number in single precision, of basic operations alone and without branches: a loop over lanes becomes
//! vectors, and every instruction set gives the same bits.

/// Added and subtracted again, it leaves the nearest whole number of a number smaller than 2^22: 1.5 * 2^23.
const ROUNDING: f32 = 12_582_912.0;
/// The bits of 1.
const ONE: u32 = 0x3f80_0000;
/// The bits of sqrt(1/2).
const ROOT: u32 = 0x3f35_04f3;
const MANTISSA: u32 = 0x007f_ffff;
const LN_2: f32 = std::f32::consts::LN_2;
/// The leading bits of ln 2: their product with any exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
/// ln 2 less its leading bits.
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// exp(-z) and 1 - exp(-z) for z from 0, each to 1e-6 of itself; beyond 87 those of 87.
#[inline(always)]
pub fn survival(z: f32) -> (f32, f32) {
    let x = -(if z < 87.0 { z } else { 87.0 });
    let shifted = x * (1.0 / LN_2) + ROUNDING;
    let k = shifted - ROUNDING;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let series = 1.0 / 120.0 + r * (1.0 / 720.0);
    let series = 1.0 / 6.0 + r * (1.0 / 24.0 + r * series);
    let above_one = r + r * r * (0.5 + r * series);
    // k stands in the lowest bits of `shifted`: they are moved to the exponent.
    let power = f32::from_bits(ONE.wrapping_add(shifted.to_bits() << 23));
    let left = power + power * above_one;
    (left, (1.0 - power) - power * above_one)
}

/// ln x for a positive, finite, normal x, to 2e-7 of itself.
#[inline(always)]
fn ln(x: f32) -> f32 {
    let shifted = x.to_bits().wrapping_add(ONE - ROOT);
    let exponent = ((shifted >> 23) as i32 - 127) as f32;
    let f = f32::from_bits((shifted & MANTISSA) + ROOT) - 1.0;
    let s = f / (2.0 + f);
    let square = s * s;
    let series =
        square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square * (1.0 / 9.0))));
    exponent * LN_2_HIGH + (exponent * LN_2_LOW + 2.0 * (s + s * series))
}

/// -ln(1 - p) for p from 0 to 1/2, to 3e-7 of itself.
#[inline(always)]
pub fn minus_ln_rest(p: f32) -> f32 {
    // Twice the inverse hyperbolic tangent of s, which is at most 1/3.
    let s = p / (2.0 - p);
    let square = s * s;
    let high = 1.0 / 9.0 + square * (1.0 / 11.0 + square * (1.0 / 13.0));
    let series = square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square * high)));
    2.0 * (s + s * series)
}

/// What becomes of things that leave with hazard 1 during a time `z`.
#[derive(Debug, Clone, Copy)]
pub struct Decay {
    /// exp(-z): the share of those there at the beginning that is left at the end.
    pub survival: f32,
    /// (1 - exp(-z)) / z: their average share over the time; also the share left at the end of those that came evenly
    /// during it.
    pub average: f32,
}

/// Below, the differences of [`decay`] lose too many digits.
const SERIES_BELOW: f32 = 0.02;

/// For z from 0, each to 1e-6 of itself.
#[inline(always)]
pub fn decay(z: f32) -> Decay {
    let (survival, gone) = survival(z);
    let divisor = if z > SERIES_BELOW { z } else { SERIES_BELOW };
    let series = 1.0 - z * (0.5 - z * (1.0 / 6.0 - z * (1.0 / 24.0)));
    let average = if z < SERIES_BELOW {
        series
    } else {
        gone / divisor
    };
    Decay { survival, average }
}

/// (1 - average) / z, where `average` is that of a time `z`, to 1e-7 / z: the hazard that meets those that came evenly.
#[inline(always)]
pub fn decay_arrived(z: f32, average: f32) -> f32 {
    let divisor = if z > SERIES_BELOW { z } else { SERIES_BELOW };
    let series = 0.5 - z * (1.0 / 6.0 - z * (1.0 / 24.0));
    if z < SERIES_BELOW {
        series
    } else {
        (1.0 - average) / divisor
    }
}

/// The nearest whole number of a number from 0 to 2^24.
#[inline(always)]
pub fn round(x: f32) -> f32 {
    const WHOLE_FROM: f32 = 8_388_608.0;
    if x < WHOLE_FROM {
        (x + WHOLE_FROM) - WHOLE_FROM
    } else {
        x
    }
}

/// A uniform strictly between 0 and 1 from a word, finest near 0: a multiple of 2^-31 plus 2^-32, rounded.
#[inline(always)]
pub fn uniform(word: u32) -> f32 {
    ((word >> 1) as i32 as f32 + 0.5) * (1.0 / 2_147_483_648.0)
}

/// A standard normal number from a word, to 4e-6; none is farther from 0 than 6.3.
///
/// One bit is the sign. The others are the probability `p` beyond the number, of which a rational function of
/// `sqrt(-2 ln p)` makes the number: the form of Hastings 1955 (Approximations for digital computers), with
/// coefficients of our own for p from 2^-33 to 1/2.
#[inline(always)]
pub fn normal(word: u32) -> f32 {
    let beyond = ((word >> 1) as i32 as f32 + 0.5) * (1.0 / 4_294_967_296.0);
    let t = (-2.0 * ln(beyond)).sqrt();
    let above = 2.924_011_5 + t * (4.026_527 + t * 0.387_822_93);
    let below = 1.0 + t * (3.223_825_6 + t * (1.482_687_4 + t * 0.070_694_84));
    let size = t - above / below;
    f32::from_bits(size.to_bits() ^ (word << 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from 0 to `end`, dense near 0.
    fn range(end: f64) -> impl Iterator<Item = f64> {
        (1..200_000).map(move |i| end * libm::pow(f64::from(i) / 200_000.0, 6.0))
    }

    // Smallest fault seen: one term of a series left out.
    #[test]
    fn elementary_functions_are_those_of_libm() {
        let near = |ours: f32, exact: f64, tolerance: f64, at: f64| {
            let error = f64::from(ours) / exact - 1.0;
            assert!(error.abs() < tolerance, "{ours} at {at}, {exact} is right");
        };
        for z in range(80.0) {
            let z = f64::from(z as f32);
            let (left, gone) = survival(z as f32);
            near(left, libm::exp(-z), 1e-6, z);
            near(gone, -libm::expm1(-z), 1e-6, z);
            let decay = decay(z as f32);
            assert_eq!(decay.survival, left);
            near(decay.average, -libm::expm1(-z) / z, 1e-6, z);
            if z > 1e-3 {
                let exact = (1.0 + libm::expm1(-z) / z) / z;
                near(decay_arrived(z as f32, decay.average), exact, 1e-5, z);
            }
        }
        for p in range(0.5) {
            let p = f64::from(p as f32);
            near(minus_ln_rest(p as f32), -libm::log1p(-p), 3e-7, p);
            if p > 1e-30 && p < 0.4 {
                near(ln(p as f32), libm::log(p), 3e-7, p);
            }
        }
    }

    #[test]
    fn decay_of_nothing_is_none() {
        let Decay { survival, average } = decay(0.0);
        let arrived = decay_arrived(0.0, average);
        assert_eq!([survival, average, arrived], [1.0, 1.0, 0.5]);
    }

    // Smallest fault seen: the last coefficient changed in its third digit.
    #[test]
    fn normal_numbers_are_quantiles() {
        for i in 0..2_000_000u32 {
            // Also words near both ends, where the quantile is steep.
            let word = match i % 3 {
                0 => i,
                1 => u32::MAX - i,
                _ => i.wrapping_mul(2_654_435_761),
            };
            let beyond = (f64::from(word >> 1) + 0.5) / 4_294_967_296.0;
            let number = f64::from(normal(word));
            assert_eq!(number.is_sign_negative(), word % 2 == 1, "{word}");
            // A distance in the number is one in the logarithm of the probability over the hazard.
            let exact = 0.5 * libm::erfc(number.abs() / std::f64::consts::SQRT_2);
            let hazard =
                libm::exp(-0.5 * number * number) / libm::sqrt(std::f64::consts::TAU) / exact;
            let error = libm::log(exact / beyond) / hazard;
            assert!(error.abs() < 4e-6, "word {word}: {number}, off by {error}");
        }
    }

    #[test]
    fn uniforms_keep_to_their_interval() {
        assert_eq!(uniform(0), 2f32.powi(-32));
        assert!(uniform(u32::MAX) <= 1.0);
        assert_eq!(
            round(2.5).to_bits(),
            2f32.to_bits(),
            "halves go to the even number"
        );
        for x in [0.0f32, 0.4, 8_388_607.5, 8_388_609.0, 16_777_216.0] {
            assert_eq!(round(x), x.round_ties_even());
        }
    }
}
