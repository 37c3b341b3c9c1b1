//! Leaps of 32 chains side by side against the exact law of their network and against exact firings.
//!
//! The chain free, occupied, inside with its two ways out, as receptors use it: arrivals make every species Poisson,
//! from an empty start at any time, and independent (Jahnke and Huisinga 2007, Theorem 1).

use crate::law::{self, Law};
use paracrine_kernel::{
    Level,
    network::Network,
    rng::{AgentKey, Purpose, Streams},
    rows::{Chain, LANES, Stages, Words},
};

const CELLS: usize = 20_000;

const CHAIN: Chain = Chain {
    forth: 0.6,
    back: 2.4,
    lost: 0.42,
    onward: 2.8,
    done: 2.1,
};

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
fn leapt(seed: u64, steps: u64, dt: f32) -> [Vec<u64>; 3] {
    let streams = Streams::new(seed, 0);
    let mut counts: [Vec<u64>; 3] = Default::default();
    for group in 0..CELLS / LANES {
        let agents = std::array::from_fn(|lane| {
            streams.of_agent(AgentKey((group * LANES + lane) as u128 + 1))
        });
        let mut stages = Stages {
            first: [0.0; LANES],
            second: [0.0; LANES],
            third: [0.0; LANES],
        };
        Level::detect().run(|| {
            for step in 0..steps {
                let mut words = Words::new(&agents, Purpose::TRAJECTORY, step);
                let _ = stages.leap(|_| CHAIN, &[60.0; LANES], dt, &mut words);
            }
        });
        let stages = [stages.first, stages.second, stages.third];
        for (counts, row) in counts.iter_mut().zip(stages) {
            counts.extend(row.map(|count| count as u64));
        }
    }
    counts
}

/// Faults seen: arrivals that stay where they came during their own step; no arrivals that pass on.
#[test]
fn the_law_is_exact_for_any_step() {
    for (seed, dt, steps) in [
        (601, 0.25, 240),
        (602, 1.0, 60),
        (603, 8.0, 8),
        (604, 0.7, 1),
        (605, 0.1, 7),
        (606, 3.0, 1),
    ] {
        let exact = mean([0.0; 3], f64::from(dt) * steps as f64);
        for (samples, mean) in leapt(seed, steps, dt).iter().zip(exact) {
            law::assert_follows(samples, &Law::poisson(mean));
        }
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
    for (_, samples) in crate::exact_methods(&network, 607, CELLS as u64, &[0.7], |samples| {
        [0, 1, 2].map(|species| samples.row(0)[species] as u64)
    }) {
        for (species, mean) in exact.into_iter().enumerate() {
            let counts: Vec<u64> = samples.iter().map(|counts| counts[species]).collect();
            law::assert_follows(&counts, &Law::poisson(mean));
        }
    }
}
