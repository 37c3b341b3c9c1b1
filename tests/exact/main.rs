//! Does every method have the right distribution?
//!
//! Numbers such as K1 are those of docs/validation.md. Every assertion has a fixed seed and a false alarm rate of 1e-6
//! ([`law::ALPHA`]); each test says which fault it was seen to catch.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod assembly;
mod batch;
mod birth_death;
mod branching;
mod bursts;
mod chain;
mod clocks;
mod dimerisation;
mod draws;
mod dsmts;
mod enzyme;
mod events;
mod master_equation;
mod methods;
mod ode;
mod schloegl;

use paracrine_kernel::{
    ensemble::{self, Ensemble},
    network::Network,
    rng::{AgentKey, Purpose, Stream, Streams},
    sample::Samples,
    simulation::{Method, Simulation},
    state::RunError,
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

/// Every exact method that can run a network, with what the samples of `count` replicates of a network give; a seed of its own for each.
fn exact_methods<T>(
    network: &Network,
    seed: u64,
    count: u64,
    times: &[f64],
    of: impl Fn(&Samples) -> T + Sync,
) -> Vec<(Method, Vec<T>)>
where
    T: Send,
{
    (0..)
        .zip(Method::EXACT)
        .filter_map(|(position, method)| {
            let seed = seed + 10_000 * position;
            match samples_of(network, method, seed, count, times, &of) {
                // Lanes are for small networks of mass action.
                Err(RunError::Unsupported { .. }) if method == Method::Lanes => None,
                results => Some((method, results.unwrap())),
            }
        })
        .collect()
}

/// What the samples of `count` replicates give by one method, in order.
fn samples_of<T: Send>(
    network: &Network,
    method: Method,
    seed: u64,
    count: u64,
    times: &[f64],
    of: impl Fn(&Samples) -> T + Sync,
) -> Result<Vec<T>, RunError> {
    let ensemble = Ensemble {
        simulation: &Simulation::new(network, method)?,
        seed,
        replicates: 0..count,
        times,
        firing_limit: u64::MAX,
        tally: false,
    };
    let mut results = Vec::new();
    let done = ensemble.run(&AtomicBool::new(false), |_, samples| {
        results.push(of(&samples));
    })?;
    assert_eq!(done, count);
    Ok(results)
}
