//! xoshiro256++ (Blackman and Vigna 2021, doi:10.1145/3460772) side by side, and uniforms from its words
//! beside [`inside`](crate::draw::inside).

use crate::logarithm::{MANTISSA_BITS, ONE};

/// The next word of each stream. `state[i][lane]` is word `i` of the state of the stream in `lane`.
#[inline(always)]
pub(crate) fn next<const W: usize>(state: &mut [[u64; W]; 4]) -> [u64; W] {
    let [a, b, c, d] = state;
    let mut words = [0; W];
    for lane in 0..W {
        words[lane] = a[lane]
            .wrapping_add(d[lane])
            .rotate_left(23)
            .wrapping_add(a[lane]);
        let shifted = b[lane] << 17;
        c[lane] ^= a[lane];
        d[lane] ^= b[lane];
        b[lane] ^= c[lane];
        a[lane] ^= d[lane];
        c[lane] ^= shifted;
        d[lane] = d[lane].rotate_left(45);
    }
    words
}

/// A uniform from 0 to below 1: a multiple of 2^-52, from the upper 52 bits of a word.
#[inline(always)]
pub(crate) fn below_one(word: u64) -> f64 {
    f64::from_bits((word >> (64 - MANTISSA_BITS)) | ONE) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn lanes_are_the_published_generator() {
        let mut state: [[u64; 8]; 4] =
            std::array::from_fn(|word| std::array::from_fn(|lane| (word * 8 + lane + 1) as u64));
        let mut published: [_; 8] = std::array::from_fn(|lane| {
            let mut seed = [0; 32];
            for (bytes, words) in seed.chunks_exact_mut(8).zip(&state) {
                bytes.copy_from_slice(&words[lane].to_le_bytes());
            }
            Xoshiro256PlusPlus::from_seed(seed)
        });
        for _ in 0..1000 {
            let words = next(&mut state);
            assert_eq!(words, published.each_mut().map(Rng::next_u64));
        }
    }

    #[test]
    fn uniforms_keep_to_their_intervals() {
        assert_eq!(below_one(0), 0.0);
        assert_eq!(below_one(u64::MAX), 1.0 - 2f64.powi(-52));
    }
}
