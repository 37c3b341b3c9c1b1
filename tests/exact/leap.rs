//! The block leap against the exact law of a first-order network and against exact firings.
//!
//! The chain free, occupied, inside with its two ways out, as receptors use it: arrivals make every species Poisson in
//! the stationary state, and independent (Jahnke and Huisinga 2007, Theorem 1).

use crate::law::{self, Law};
use paracrine_kernel::{
    leap::{Block, Hazards, Turn},
    network::Network,
    rng::{AgentKey, Purpose, Streams},
};

const CELLS: usize = 20_000;

fn chain() -> Hazards<3, 2> {
    let mut hazards = Hazards::default();
    hazards.hop[0][1] = 0.6;
    hazards.hop[1][0] = 2.4;
    hazards.hop[1][2] = 2.8;
    hazards.exit[0][0] = 0.42;
    hazards.exit[2][1] = 2.1;
    hazards.arrival[0] = 60.0;
    hazards
}

/// The mean counts after `time` from `start`, by fourth-order steps so small that their error is below 1e-9.
fn mean(start: [f64; 3], time: f64) -> [f64; 3] {
    let rate = |[free, occupied, inside]: [f64; 3]| {
        [
            60.0 - 1.02 * free + 2.4 * occupied,
            0.6 * free - 5.2 * occupied,
            2.8 * occupied - 2.1 * inside,
        ]
    };
    let plus =
        |a: [f64; 3], h: f64, b: [f64; 3]| -> [f64; 3] { std::array::from_fn(|i| a[i] + h * b[i]) };
    let steps = 2000;
    let h = time / f64::from(steps);
    let mut state = start;
    for _ in 0..steps {
        let k1 = rate(state);
        let k2 = rate(plus(state, h / 2.0, k1));
        let k3 = rate(plus(state, h / 2.0, k2));
        let k4 = rate(plus(state, h, k3));
        for i in 0..3 {
            state[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    state
}

/// Leaps `CELLS` cells from empty, `steps` times by `dt`; returns the counts of every species.
fn leapt(seed: u64, steps: u64, dt: f64, halvings: u32) -> [Vec<u64>; 3] {
    let streams = Streams::new(seed, 0);
    let mut block: Block<4> = Block::default();
    for _ in 0..CELLS {
        block.push([7, 0, 0, 0]);
    }
    let cells: Vec<usize> = (0..CELLS).collect();
    for step in 0..steps {
        block.leap(
            [1, 2, 3],
            &cells,
            |cell| Turn {
                hazards: chain(),
                dt,
                halvings,
                rng: streams.stream(Purpose::TRAJECTORY, AgentKey(cell as u128 + 1), step),
            },
            |_, counts, _, _| assert_eq!(counts[0], 7, "a column outside the chain has changed"),
        );
    }
    [1, 2, 3].map(|species| {
        block
            .column(species)
            .iter()
            .map(|&n| u64::from(n))
            .collect()
    })
}

/// Fault seen: arrivals that stay where they came during their own step.
#[test]
fn stationary_law_is_exact_for_any_step() {
    let stationary = mean([0.0; 3], 60.0);
    for (seed, dt) in [(601, 0.25), (602, 1.0), (603, 8.0)] {
        let steps = (60.0_f64 / dt).ceil() as u64;
        for (samples, mean) in leapt(seed, steps, dt, 0).iter().zip(stationary) {
            law::assert_follows(samples, &Law::poisson(mean));
        }
    }
}

/// With many sub-steps the transient law of the leap is that of the network: Poisson, from an empty start.
///
/// 2^12 sub-steps leave a bias below 1e-4 of the mean, a tenth of what is seen.
#[test]
fn transient_law_converges_to_the_exact_one() {
    let exact = mean([0.0; 3], 0.7);
    for (samples, mean) in leapt(604, 1, 0.7, 12).iter().zip(exact) {
        law::assert_follows(samples, &Law::poisson(mean));
    }
}

/// Exact firings of the same network give the same law.
#[test]
fn exact_firings_agree() {
    let network = Network::builder()
        .species("free", 0.0)
        .species("occupied", 0.0)
        .species("inside", 0.0)
        .channel("arrive", [("free", 0); 0], [("free", 1)], 60.0)
        .channel("bind", [("free", 1)], [("occupied", 1)], 0.6)
        .channel("release", [("occupied", 1)], [("free", 1)], 2.4)
        .channel("swallow", [("occupied", 1)], [("inside", 1)], 2.8)
        .channel("turn over", [("free", 1)], [("free", 0); 0], 0.42)
        .channel("degrade", [("inside", 1)], [("inside", 0); 0], 2.1)
        .build()
        .unwrap();
    let exact = mean([0.0; 3], 0.7);
    for (_, samples) in crate::exact_methods(&network, 605, CELLS as u64, &[0.7], |samples| {
        [0, 1, 2].map(|species| samples.row(0)[species] as u64)
    }) {
        for (species, mean) in exact.into_iter().enumerate() {
            let counts: Vec<u64> = samples.iter().map(|counts| counts[species]).collect();
            law::assert_follows(&counts, &Law::poisson(mean));
        }
    }
}
