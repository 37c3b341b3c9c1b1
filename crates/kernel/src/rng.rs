//! Addressed random streams: whoever asks for the same address gets the same numbers.
//!
//! An address is (seed, replicate, purpose, agent, epoch). It is hashed, never counted, so threads, the order of cells
//! and the presence of observers cannot change a draw. Nothing else in paracrine makes a random generator.
//!
//! The hash carries two 64-bit lanes. Words are absorbed in pairs, one per lane, each through the full finaliser of
//! SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195), and the lanes are crossed after every pair.
//! For a given seed, replicate, purpose and epoch distinct agents therefore never meet, nor do distinct epochs of one
//! agent; all other coincidences are those of a 128-bit hash. Two runs of SplitMix64, one from each lane, then fill
//! the state of xoshiro256++ (Blackman and Vigna 2021, doi:10.1145/3460772).
//!
//! # Reproducibility
//!
//! The numbers behind an address are pinned by a golden test. Changing any constant here is value-breaking.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator behind every draw: period 2^256 - 1, a private copy for each address.
pub type Stream = Xoshiro256PlusPlus;

/// What a draw is for. Streams of different purposes are independent, so a new kind of draw leaves the old ones alone.
///
/// Numbers are written down where the purpose is declared, retired when no longer needed, and never reused.
/// The kernel has 0 to 99; from 100 they belong to the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(pub u32);

impl Purpose {
    /// Waiting times and channels of one trajectory of a reaction network.
    pub const TRAJECTORY: Self = Self(1);
    /// Resampling of replicates for confidence intervals.
    pub const BOOTSTRAP: Self = Self(2);
    /// Points at which an ensemble is asked the same with other values.
    pub const SWEEP: Self = Self(3);
    /// Candidates of a search.
    pub const SEARCH: Self = Self(4);
}

/// Which agent draws: a 128-bit name that depends on descent alone, not on when or where the agent is stored.
///
/// Two agents of one replicate share a key with a chance of about n^2 / 2^129 among n agents: 1e-21 for a billion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentKey(pub u128);

impl AgentKey {
    /// No agent: draws that belong to a replicate as a whole.
    pub const NONE: Self = Self(0);

    /// The key of an agent without a parent, from two words that name it, such as the step and an ordinal.
    ///
    /// Distinct pairs give distinct keys.
    #[must_use]
    pub fn from_words(a: u64, b: u64) -> Self {
        Self(Lanes::FOUNDER.absorb(a, b).word())
    }

    /// The key of one daughter (0, 1, ...) born at the parent's given division.
    ///
    /// For one parent, distinct (division, daughter) give distinct keys.
    #[must_use]
    pub fn child(self, division: u64, daughter: u64) -> Self {
        let [low, high] = halves(self.0);
        Self(
            Lanes::CHILD
                .absorb(low, high)
                .absorb(division, daughter)
                .word(),
        )
    }
}

/// The full name of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    /// The seed of the whole run, chosen by the user.
    pub seed: u64,
    /// Which independent run.
    pub replicate: u64,
    /// What the numbers are for.
    pub purpose: Purpose,
    /// Who draws.
    pub agent: AgentKey,
    /// When: usually the index of a step. Streams of successive epochs are unrelated.
    pub epoch: u64,
}

impl Address {
    /// The stream at this address, at its beginning.
    #[must_use]
    pub fn stream(self) -> Stream {
        Streams::new(self.seed, self.replicate).stream(self.purpose, self.agent, self.epoch)
    }
}

/// The stream of the trajectory of one replicate.
#[must_use]
pub fn trajectory(seed: u64, replicate: u64) -> Stream {
    Streams::new(seed, replicate).stream(Purpose::TRAJECTORY, AgentKey::NONE, 0)
}

/// The four words of a stream's state.
#[must_use]
pub(crate) fn words(stream: &Stream) -> [u64; 4] {
    let bytes = stream.state();
    std::array::from_fn(|place| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[8 * place..8 * place + 8]);
        u64::from_le_bytes(word)
    })
}

/// The streams of one replicate: seed and replicate are mixed once, the rest of the address for each stream.
///
/// ```
/// use paracrine_kernel::rng::{Address, AgentKey, Purpose, Streams};
///
/// let agent = AgentKey::from_words(3, 0).child(1, 0);
/// let (seed, replicate, purpose, epoch) = (7, 2, Purpose::TRAJECTORY, 11);
/// assert_eq!(
///     Streams::new(seed, replicate).stream(purpose, agent, epoch),
///     Address { seed, replicate, purpose, agent, epoch }.stream(),
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    replicate: Lanes,
}

impl Streams {
    /// The streams of `replicate` under `seed`.
    #[must_use]
    pub fn new(seed: u64, replicate: u64) -> Self {
        Self {
            replicate: Lanes::STREAM.absorb(seed, replicate),
        }
    }

    /// The streams of `agent`, with seed, replicate and agent mixed once.
    #[inline]
    #[must_use]
    pub fn of_agent(&self, agent: AgentKey) -> AgentStreams {
        let [low, high] = halves(agent.0);
        let Lanes(first, second) = self.replicate.absorb(low, high);
        AgentStreams([first, second])
    }

    /// The stream of `agent` for `purpose` in `epoch`, at its beginning. About twelve nanoseconds; draws nothing.
    #[inline]
    #[must_use]
    pub fn stream(&self, purpose: Purpose, agent: AgentKey, epoch: u64) -> Stream {
        let [low, high] = halves(agent.0);
        self.replicate
            .absorb(low, high)
            .absorb(epoch, u64::from(purpose.0))
            .squeeze()
    }
}

/// The streams of one agent of one replicate, as two words that can be kept beside the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentStreams(pub(crate) [u64; 2]);

impl AgentStreams {
    /// The address of a stream, hashed: 128 bits for the state of a small generator.
    #[inline(always)]
    pub(crate) fn at(self, purpose: Purpose, epoch: u64) -> [u64; 2] {
        let [first, second] = self.0;
        let Lanes(first, second) = Lanes(first, second).absorb(epoch, u64::from(purpose.0));
        [first, second]
    }
}

/// The 128-bit state of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lanes(u64, u64);

impl Lanes {
    // Three unrelated beginnings, so that a key is never by construction the hash of an address.
    // Fractional digits of pi in hexadecimal, in order.
    const STREAM: Self = Self(0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344);
    const FOUNDER: Self = Self(0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89);
    const CHILD: Self = Self(0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6c);

    /// Takes in one word per lane. A bijection of the two words for a given state, and of the state for given words.
    #[inline(always)]
    fn absorb(self, a: u64, b: u64) -> Self {
        let (a, b) = (finalise(self.0 ^ a), finalise(self.1 ^ b));
        let sum = a.wrapping_add(b);
        Self(sum, b ^ sum.rotate_left(32))
    }

    /// The state as one number.
    fn word(self) -> u128 {
        u128::from(self.1) << 64 | u128::from(self.0)
    }

    /// A generator whose state is the first two SplitMix64 outputs of either lane.
    #[inline]
    fn squeeze(self) -> Stream {
        let (mut a, mut b) = (SplitMix64(self.0), SplitMix64(self.1));
        let mut seed = [0; 32];
        for (bytes, word) in seed
            .chunks_exact_mut(8)
            .zip([a.next(), b.next(), a.next(), b.next()])
        {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Stream::from_seed(seed)
    }
}

/// The low and the high half of a key.
#[inline]
fn halves(key: u128) -> [u64; 2] {
    [key as u64, (key >> 64) as u64]
}

/// The SplitMix64 generator.
struct SplitMix64(u64);

impl SplitMix64 {
    #[inline]
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        finalise(self.0)
    }
}

/// The output function of SplitMix64: a bijection in which every input bit reaches every output bit.
#[inline(always)]
fn finalise(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use std::collections::HashSet;

    const ADDRESS: Address = Address {
        seed: 20_240_229,
        replicate: 7,
        purpose: Purpose::TRAJECTORY,
        agent: AgentKey(0x0123_4567_89ab_cdef_0f1e_2d3c_4b5a_6978),
        epoch: 42,
    };

    /// Every address that differs from `ADDRESS` in one bit.
    fn neighbours() -> Vec<Address> {
        let mut all = Vec::new();
        for bit in 0..64 {
            all.push(Address {
                seed: ADDRESS.seed ^ 1 << bit,
                ..ADDRESS
            });
            all.push(Address {
                replicate: ADDRESS.replicate ^ 1 << bit,
                ..ADDRESS
            });
            all.push(Address {
                epoch: ADDRESS.epoch ^ 1 << bit,
                ..ADDRESS
            });
        }
        for bit in 0..32 {
            all.push(Address {
                purpose: Purpose(ADDRESS.purpose.0 ^ 1 << bit),
                ..ADDRESS
            });
        }
        for bit in 0..128 {
            all.push(Address {
                agent: AgentKey(ADDRESS.agent.0 ^ 1 << bit),
                ..ADDRESS
            });
        }
        all
    }

    fn words(address: Address, count: usize) -> Vec<u64> {
        let mut stream = address.stream();
        (0..count).map(|_| stream.next_u64()).collect()
    }

    #[test]
    fn splitmix_gives_its_published_vector() {
        let mut generator = SplitMix64(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        for word in expected {
            assert_eq!(generator.next(), word);
        }
    }

    /// Computed by a second implementation, written from the description at the top of this file.
    #[test]
    fn streams_are_pinned() {
        let zero = Address {
            seed: 0,
            replicate: 0,
            purpose: Purpose(0),
            agent: AgentKey::NONE,
            epoch: 0,
        };
        let expected = [
            0x9aa4_5c3d_6e51_045c,
            0xdfbe_b3a4_234c_7dd8,
            0xd429_06a5_24d2_c597,
            0xcb4d_6a27_a239_8c7d,
        ];
        assert_eq!(words(zero, 4), expected);
        let expected = [
            0xfc7f_f255_f313_6e8a,
            0xc541_d2fb_d3db_6dc5,
            0x4330_c996_2c11_9120,
            0xfcfb_f73c_028b_9503,
        ];
        assert_eq!(words(ADDRESS, 4), expected);
        let founder = AgentKey::from_words(3, 0);
        assert_eq!(founder, AgentKey(0x866b_ad2b_0a65_f509_e107_606e_caa0_e32b));
        assert_eq!(
            founder.child(1, 0),
            AgentKey(0xd686_7f0f_7b71_4952_e830_b6d1_a181_be63)
        );
    }

    #[test]
    fn streams_equal_addresses() {
        for address in neighbours() {
            let streams = Streams::new(address.seed, address.replicate);
            assert_eq!(
                streams.stream(address.purpose, address.agent, address.epoch),
                address.stream()
            );
        }
    }

    /// The four words of a stream's first state.
    fn state(address: Address) -> [u64; 4] {
        let bytes = address.stream().state();
        std::array::from_fn(|word| {
            (0..8).rev().fold(0, |value, byte| {
                value << 8 | u64::from(bytes[8 * word + byte])
            })
        })
    }

    // Each input bit changes about half the bits of each of the four words of state: binomial(64, 1/2).
    // Alpha 1e-6 over all 4 * 352 comparisons: 32 +- 25. Smallest fault seen: lanes that are not crossed.
    #[test]
    fn one_bit_of_the_address_changes_half_of_each_word() {
        let origin = state(ADDRESS);
        for address in neighbours() {
            for (word, old) in state(address).into_iter().zip(origin) {
                let changed = (word ^ old).count_ones();
                assert!((7..=57).contains(&changed), "{address:?}: {changed} bits");
            }
        }
    }

    // Smallest fault seen: two fields of the address merged before they are hashed.
    #[test]
    fn two_bits_of_the_address_never_cancel() {
        let fields = |a: Address| {
            let [low, high] = halves(a.agent.0);
            [
                a.seed,
                a.replicate,
                u64::from(a.purpose.0),
                low,
                high,
                a.epoch,
            ]
        };
        let origin = fields(ADDRESS);
        let near: Vec<_> = neighbours().into_iter().map(fields).collect();
        let mut first_words = HashSet::from([ADDRESS.stream().next_u64()]);
        for (index, one) in near.iter().enumerate() {
            for other in &near[..=index] {
                // The last pair flips the same bit twice: one change only.
                let both = |field: usize| match one == other {
                    true => one[field],
                    false => one[field] ^ other[field] ^ origin[field],
                };
                let address = Address {
                    seed: both(0),
                    replicate: both(1),
                    purpose: Purpose(both(2) as u32),
                    agent: AgentKey(u128::from(both(4)) << 64 | u128::from(both(3))),
                    epoch: both(5),
                };
                assert!(
                    first_words.insert(address.stream().next_u64()),
                    "{address:?}"
                );
            }
        }
    }

    // Pearson correlation of 4096 uniforms with those at the origin; its standard error is 1/64.
    // Alpha 1e-6 over all 352 neighbours: 6.3 standard errors, that is a correlation of 0.1.
    #[test]
    fn one_bit_of_the_address_leaves_no_correlation() {
        const COUNT: usize = 4096;
        let centred = |address| -> Vec<f64> {
            words(address, COUNT)
                .iter()
                .map(|word| *word as f64 / 2f64.powi(64) - 0.5)
                .collect()
        };
        let origin = centred(ADDRESS);
        for address in neighbours() {
            let product: f64 = centred(address)
                .iter()
                .zip(&origin)
                .map(|(a, b)| a * b)
                .sum();
            let correlation = product * 12.0 / COUNT as f64;
            assert!(correlation.abs() < 6.3 / 64.0, "{address:?}: {correlation}");
        }
    }

    // Words of successive epochs, as a user of one draw per step sees them: mean and lag-one correlation.
    // Alpha 1e-6 each: 4.9 standard errors.
    #[test]
    fn first_words_of_successive_epochs_are_independent() {
        const COUNT: u64 = 100_000;
        let streams = Streams::new(1, 0);
        let first: Vec<f64> = (0..COUNT)
            .map(|epoch| {
                streams
                    .stream(Purpose(100), AgentKey::NONE, epoch)
                    .next_u64() as f64
                    / 2f64.powi(64)
                    - 0.5
            })
            .collect();
        let error = 4.9 / (COUNT as f64).sqrt();
        let mean = first.iter().sum::<f64>() / COUNT as f64;
        let lagged =
            first.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() * 12.0 / COUNT as f64;
        assert!(mean.abs() < error / 12f64.sqrt(), "{mean}");
        assert!(lagged.abs() < error, "{lagged}");
    }

    #[test]
    fn descendants_have_distinct_keys() {
        let mut keys = HashSet::from([AgentKey::NONE]);
        let mut generation: Vec<_> = (0..16)
            .map(|ordinal| AgentKey::from_words(3, ordinal))
            .collect();
        for division in 0..8 {
            generation = generation
                .iter()
                .flat_map(|parent| [parent.child(division, 0), parent.child(division, 1)])
                .collect();
            for key in &generation {
                assert!(keys.insert(*key));
            }
        }
        assert_ne!(AgentKey::from_words(0, 1), AgentKey::from_words(1, 0));
        assert_ne!(AgentKey::NONE.child(0, 0), AgentKey::from_words(0, 0));
    }
}
