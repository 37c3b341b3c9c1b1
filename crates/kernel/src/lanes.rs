//! The exact direct method (Gillespie 1977, doi:10.1021/j100540a008) for ensembles of replicates of one network, one
//! replicate per lane of the vector registers.
//!
//! All lanes share the network, so a step costs the interpretation of its tables once for 8 to 32 events, and there is
//! no branch to predict. A lane whose replicate ends takes the next one at once; the last ones go on in fewer lanes.
//!
//! | file | holds |
//! |---|---|
//! | `tables`, `compiled` | the network as plain numbers, and arranged for the loop |
//! | `plan`, `outcome` | what is asked of a replicate, what it ends with |
//! | `frame`, `roster` | the loop and the numbers it changes, and all that is not done at every event |
//! | `portable`, `avx512` | one step of all lanes, in plain Rust and with AVX-512 |
//! | `xoshiro` | uniforms |
//! | `reference` | one replicate, as simply as possible, for tests |
//! | `course`, `ensemble` | networks for the lanes, a replicate on its own, replicates on all threads |
//! | `level` | the instruction set |
//!
//! What this module does not do: networks with more than 64 species or 128 channels, propensities other than mass
//! action, changes of state from outside.
//!
//! # Reproducibility
//!
//! A replicate is a function of the tables, the plan and the state of its stream. It draws two words per event, the
//! first for the waiting time, the second for the channel. No operation is fused, none is reordered, and the logarithm
//! is our own: the bits do not depend on the instruction set, on the number of lanes or threads, or on the replicates
//! beside it. They differ from those of the direct method for single trajectories, whose draws are other ones.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod compiled;
pub(crate) mod course;
pub(crate) mod ensemble;
mod frame;
#[allow(
    unsafe_code,
    reason = "code for an instruction set is called after a look at the processor"
)]
mod level;
mod outcome;
mod plan;
mod portable;
#[cfg(test)]
mod reference;
mod roster;
mod tables;
pub(crate) mod xoshiro;

pub(crate) use compiled::Compiled;
pub use level::Level;
pub(crate) use outcome::{End, Outcome};
pub(crate) use plan::Plan;
pub(crate) use roster::{Sink, Source};

use level::Engine;
use roster::Roster;
use std::sync::atomic::AtomicBool;

/// Runs every replicate of `source` on this thread and calls `sink` with each when it ends, in order of their ends.
///
/// Threads that share a source share the work; `share` is how many replicates this one may expect. A level that this
/// processor lacks stands for the best it has. Soon after `interrupt` is set all replicates that run are given up.
pub(crate) fn run(
    compiled: &Compiled,
    plan: &Plan,
    source: &mut Source<'_>,
    level: Level,
    share: usize,
    interrupt: &AtomicBool,
    sink: &mut Sink<'_>,
) {
    let mut engine = Engine::best(level);
    while let Some(narrower) = engine.narrower()
        && narrower.lanes() >= share
    {
        engine = narrower;
    }
    run_with(engine, compiled, plan, source, interrupt, sink);
}

/// Runs replicates, first with a particular engine, the last ones with narrower ones.
fn run_with(
    engine: Engine,
    compiled: &Compiled,
    plan: &Plan,
    source: &mut Source<'_>,
    interrupt: &AtomicBool,
    sink: &mut Sink<'_>,
) {
    let known = |&species| species < compiled.tables().species;
    assert!(
        plan.recorded.iter().all(known),
        "the plan was made for these tables"
    );
    let mut roster = Roster::new(compiled, plan, source, interrupt, sink);
    let mut engine = Some(engine);
    while let Some(current) = engine {
        engine = current.narrower();
        roster.open(current.lanes(), engine.map_or(0, Engine::lanes));
        current.run(compiled, &mut roster);
    }
    debug_assert!(roster.is_done(), "the narrowest engine leaves none");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;
