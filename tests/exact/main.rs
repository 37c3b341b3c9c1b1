//! Does every method have the right distribution?
//!
//! Cases are numbered as in docs/testing.md. Every assertion has a fixed seed and a false alarm rate of 1e-6
//! ([`law::ALPHA`]); each test says which fault it was seen to catch.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod assembly;
mod birth_death;
mod branching;
mod draws;
mod enzyme;
mod leap;
mod master_equation;

use paracrine_kernel::{
    ensemble,
    rng::{AgentKey, Purpose, Stream, Streams},
};
use paracrine_tests::law;
use std::{convert::Infallible, sync::atomic::AtomicBool};

/// `count` results of `job`, each with a stream of its own, in order.
fn replicates<T: Send>(seed: u64, count: u64, job: impl Fn(&mut Stream) -> T + Sync) -> Vec<T> {
    let units: Vec<u64> = (0..count).collect();
    let unit = |replicate| {
        let mut stream =
            Streams::new(seed, replicate).stream(Purpose::TRAJECTORY, AgentKey::NONE, 0);
        Ok::<_, Infallible>(job(&mut stream))
    };
    let results = ensemble::run(&units, &AtomicBool::new(false), unit, |_, _| ()).unwrap();
    results.into_iter().map(Option::unwrap).collect()
}
