//! Thirty-two systems side by side, in the lanes of vector registers: random words, counts, functions and laws.
//!
//! Everything is a plain loop over the lanes of a [`Row`], inlined, so that code run by [`Level::run`](crate::Level::run)
//! becomes vectors of that level. Nothing is fused or reordered, and nothing in a lane depends on its neighbours: every
//! level gives the same bits, and a system may stand in any lane beside any others.
//!
//! ```
//! use paracrine_kernel::Level;
//! use paracrine_kernel::rng::{AgentKey, Purpose, Streams};
//! use paracrine_kernel::rows::{LANES, Words, binomial};
//!
//! let streams = Streams::new(7, 0);
//! let agents = std::array::from_fn(|lane| streams.of_agent(AgentKey(lane as u128)));
//! let left = Level::detect().run(|| {
//!     let mut words = Words::new(&agents, Purpose::TRAJECTORY, 0);
//!     binomial(&[1000.0; LANES], &[0.25; LANES], &words.draw())
//! });
//! let mean = left.unwrap_or_default().iter().sum::<f32>() / LANES as f32;
//! assert!((mean - 250.0).abs() < 15.0);
//! ```

mod chain;
mod counts;
mod functions;
mod words;

pub use chain::{Chain, Crossing, Passage, Stages};
pub use counts::{binomial, poisson};
pub use functions::{Decay, decay, decay_arrived, minus_ln_rest, normal, round, survival, uniform};
pub use words::Words;

/// How many systems stand side by side.
pub const LANES: usize = 32;

/// One number for each of the systems that stand side by side.
pub type Row = [f32; LANES];

/// The largest count, 2^23: single precision is exact for sums of two such numbers.
pub const LARGEST_COUNT: f32 = 8_388_608.0;

/// Whether some lane is not 0; no lane is -0.
#[inline(always)]
pub(crate) fn any<const N: usize>(lanes: &[f32; N]) -> bool {
    let mut all = 0;
    for lane in lanes {
        all |= lane.to_bits();
    }
    all != 0
}
