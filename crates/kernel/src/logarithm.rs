//! The natural logarithm in basic operations alone, so that every instruction set gives the same bits.
//!
//! A number is split into 2^k m with m between sqrt(1/2) and sqrt(2) by integer operations. With f = m - 1 and
//! s = f / (2 + f),
//!
//! ```text
//! ln m = 2 s + s R(s^2) = f - (f^2 / 2 - s (f^2 / 2 + R(s^2)))
//! ```
//!
//! where R is the rest of the series of 2 artanh s (the arrangement of Ng in fdlibm, `e_log.c`, 1993). The
//! coefficients of R are a Chebyshev fit of our own; as used their error is 2^-57.6 of the logarithm.

/// What is added to a number's bits to move the border between exponents from 1 to sqrt(1/2).
pub(super) const SHIFT: u64 = ONE - ROOT;
/// The bits of 1.
pub(super) const ONE: u64 = 0x3ff0_0000_0000_0000;
/// The bits of sqrt(1/2), rounded down.
pub(super) const ROOT: u64 = 0x3fe6_a09e_667f_3bcc;
/// The bits of a mantissa.
pub(super) const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
/// How many bits a mantissa has.
pub(super) const MANTISSA_BITS: u32 = 52;
/// The bits of 2^52: a small whole number placed in its mantissa is added to it.
pub(super) const WHOLE: u64 = 0x4330_0000_0000_0000;
/// What an exponent exceeds its meaning by once it is placed in the mantissa of 2^52.
pub(super) const BIAS: f64 = 4_503_599_627_370_496.0 + 1023.0;
/// The leading bits of ln 2: their product with any exponent is exact.
pub(super) const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// ln 2 less its leading bits.
pub(super) const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// The coefficients of R, from that of s^2 upwards.
pub(super) const SERIES: [f64; 7] = [
    0.666_666_666_666_667,
    0.399_999_999_998_995,
    0.285_714_286_259_782_6,
    0.222_222_111_343_416_24,
    0.181_828_891_582_999_03,
    0.153_317_205_023_765_58,
    0.146_164_632_589_580_1,
];

/// ln x for a positive, finite, normal x, to within 1 unit in the last place. Other arguments give nonsense.
#[inline(always)]
pub(super) fn ln(x: f64) -> f64 {
    let shifted = x.to_bits().wrapping_add(SHIFT);
    let exponent = f64::from_bits((shifted >> MANTISSA_BITS) | WHOLE) - BIAS;
    let f = f64::from_bits((shifted & MANTISSA) + ROOT) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let [c1, c2, c3, c4, c5, c6, c7] = SERIES;
    let odd = z * (c1 + w * (c3 + w * (c5 + w * c7)));
    let even = w * (c2 + w * (c4 + w * c6));
    let rest = odd + even;
    let low = s * (half_square + rest) + exponent * LN_2_LOW;
    exponent * LN_2_HIGH - ((half_square - low) - f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{draw, lanes::xoshiro};

    /// How many representable numbers lie between two of the same sign.
    fn distance(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    // Smallest fault seen: the third coefficient of R changed in its tenth digit.
    #[test]
    fn logarithm_is_that_of_libm_to_one_unit() {
        let mut state = [[1], [2], [3], [4]];
        for _ in 0..1_000_000 {
            let [word] = xoshiro::next(&mut state);
            let uniform = draw::inside(word);
            // Also far from 1 and very near 1, where the uniform rarely falls.
            let [word] = xoshiro::next(&mut state);
            let small = uniform * f64::from_bits(((word % 900) + 60) << MANTISSA_BITS);
            let near = 1.0 + (uniform - 0.5) * 2f64.powi(-((word % 50) as i32));
            for x in [uniform, small, near] {
                let (ours, theirs) = (ln(x), libm::log(x));
                assert!(distance(ours, theirs) <= 1, "{x}: {ours}, libm {theirs}");
            }
        }
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(2.0), std::f64::consts::LN_2);
        assert_eq!(ln(f64::MAX), libm::log(f64::MAX));
    }

    #[test]
    fn parts_of_ln_2_make_it_up() {
        assert_eq!(LN_2_HIGH + LN_2_LOW, std::f64::consts::LN_2);
    }
}
