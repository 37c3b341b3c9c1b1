//! Vectors of eight lanes: memory, random words, the logarithm.

use crate::logarithm::{BIAS, LN_2_HIGH, LN_2_LOW, MANTISSA, ONE, ROOT, SERIES, SHIFT, WHOLE};
use std::arch::x86_64::*;

/// How many numbers one vector holds.
pub(super) const VECTOR: usize = 8;

/// Eight lanes.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn load<const W: usize>(lanes: &[f64; W], group: usize) -> __m512d {
    let vector: &[f64; VECTOR] = &lanes.as_chunks().0[group];
    // SAFETY: eight numbers are read from an array of eight.
    unsafe { _mm512_loadu_pd(vector.as_ptr()) }
}

/// The words of eight lanes.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn load_words<const W: usize>(lanes: &[u64; W], group: usize) -> __m512i {
    let vector: &[u64; VECTOR] = &lanes.as_chunks().0[group];
    // SAFETY: eight words are read from an array of eight.
    unsafe { _mm512_loadu_epi64(vector.as_ptr().cast()) }
}

/// Sets eight lanes.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn store<const W: usize>(lanes: &mut [f64; W], group: usize, value: __m512d) {
    let vector: &mut [f64; VECTOR] = &mut lanes.as_chunks_mut().0[group];
    // SAFETY: eight numbers are written to an array of eight.
    unsafe { _mm512_storeu_pd(vector.as_mut_ptr(), value) }
}

/// Sets the words of eight lanes.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn store_words<const W: usize>(lanes: &mut [u64; W], group: usize, value: __m512i) {
    let vector: &mut [u64; VECTOR] = &mut lanes.as_chunks_mut().0[group];
    // SAFETY: eight words are written to an array of eight.
    unsafe { _mm512_storeu_epi64(vector.as_mut_ptr().cast(), value) }
}

/// Two words of eight streams.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn words<const W: usize>(stream: &mut [[u64; W]; 4], group: usize) -> [__m512i; 2] {
    let [mut a, mut b, mut c, mut d] = stream.each_ref().map(|words| load_words(words, group));
    let mut next = || {
        let sum = _mm512_rol_epi64::<23>(_mm512_add_epi64(a, d));
        let word = _mm512_add_epi64(sum, a);
        let shifted = _mm512_slli_epi64::<17>(b);
        c = _mm512_xor_si512(c, a);
        d = _mm512_xor_si512(d, b);
        b = _mm512_xor_si512(b, c);
        a = _mm512_xor_si512(a, d);
        c = _mm512_xor_si512(c, shifted);
        d = _mm512_rol_epi64::<45>(d);
        word
    };
    let words = [next(), next()];
    for (words, state) in stream.iter_mut().zip([a, b, c, d]) {
        store_words(words, group, state);
    }
    words
}

/// A number from 1 to below 2 with the upper 52 bits of a word as its mantissa.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn one_to_two(word: __m512i) -> __m512d {
    let mantissa = _mm512_srli_epi64::<12>(word);
    _mm512_castsi512_pd(_mm512_or_si512(mantissa, _mm512_set1_epi64(ONE as i64)))
}

/// [`ln`](crate::logarithm::ln), operation by operation.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn ln(x: __m512d) -> __m512d {
    let number = |number| _mm512_set1_pd(number);
    let bits = |bits: u64| _mm512_set1_epi64(bits as i64);
    let add = |a, b| _mm512_add_pd(a, b);
    let sub = |a, b| _mm512_sub_pd(a, b);
    let mul = |a, b| _mm512_mul_pd(a, b);

    let shifted = _mm512_add_epi64(_mm512_castpd_si512(x), bits(SHIFT));
    let exponent = _mm512_or_si512(_mm512_srli_epi64::<52>(shifted), bits(WHOLE));
    let exponent = sub(_mm512_castsi512_pd(exponent), number(BIAS));
    let mantissa = _mm512_and_si512(shifted, bits(MANTISSA));
    let mantissa = _mm512_castsi512_pd(_mm512_add_epi64(mantissa, bits(ROOT)));
    let f = sub(mantissa, number(1.0));
    let half_square = mul(mul(number(0.5), f), f);
    let s = _mm512_div_pd(f, add(number(2.0), f));
    let z = mul(s, s);
    let w = mul(z, z);
    let [c1, c2, c3, c4, c5, c6, c7] = SERIES.map(number);
    let odd = mul(w, add(c5, mul(w, c7)));
    let odd = mul(z, add(c1, mul(w, add(c3, odd))));
    let even = mul(w, add(c2, mul(w, add(c4, mul(w, c6)))));
    let rest = add(odd, even);
    let low = add(
        mul(s, add(half_square, rest)),
        mul(exponent, number(LN_2_LOW)),
    );
    sub(
        mul(exponent, number(LN_2_HIGH)),
        sub(sub(half_square, low), f),
    )
}
