//! Random words for the lanes: a generator for each system and step, named by an address and kept in registers.

use super::LANES;
use crate::rng::{AgentStreams, Purpose};

/// xoshiro128++ (Blackman and Vigna 2021, doi:10.1145/3460772), one in each lane. `state[i][lane]` is word `i` of the
/// state of the generator in `lane`.
#[derive(Debug, Clone)]
pub struct Words {
    state: [[u32; LANES]; 4],
}

impl Words {
    /// The generators of an epoch, for one agent in each lane.
    #[inline(always)]
    #[must_use]
    pub fn new(agents: &[AgentStreams; LANES], purpose: Purpose, epoch: u64) -> Self {
        let mut state = [[0; LANES]; 4];
        for (lane, agent) in agents.iter().enumerate() {
            let [a, b] = agent.at(purpose, epoch);
            state[0][lane] = a as u32;
            state[1][lane] = (a >> 32) as u32;
            state[2][lane] = b as u32;
            state[3][lane] = (b >> 32) as u32;
        }
        Self { state }
    }

    /// Leaves out so many words of each.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.draw();
        }
    }

    /// The next word of each.
    #[inline(always)]
    pub fn draw(&mut self) -> [u32; LANES] {
        let [a, b, c, d] = &mut self.state;
        let mut words = [0; LANES];
        for lane in 0..LANES {
            words[lane] = a[lane]
                .wrapping_add(d[lane])
                .rotate_left(7)
                .wrapping_add(a[lane]);
            let shifted = b[lane] << 9;
            c[lane] ^= a[lane];
            d[lane] ^= b[lane];
            b[lane] ^= c[lane];
            a[lane] ^= d[lane];
            c[lane] ^= shifted;
            d[lane] = d[lane].rotate_left(11);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro128PlusPlus;

    #[test]
    fn lanes_are_the_published_generator() {
        let agents =
            std::array::from_fn(|lane| AgentStreams([3 * lane as u64 + 1, 7 * lane as u64]));
        let mut words = Words::new(&agents, Purpose(5), 11);
        let state = words.state;
        let mut published: [_; LANES] = std::array::from_fn(|lane| {
            let mut seed = [0; 16];
            for (bytes, words) in seed.chunks_exact_mut(4).zip(&state) {
                bytes.copy_from_slice(&words[lane].to_le_bytes());
            }
            Xoshiro128PlusPlus::from_seed(seed)
        });
        for _ in 0..1000 {
            assert_eq!(words.draw(), published.each_mut().map(Rng::next_u32));
        }
    }
}
