//! Are molecules conserved, receptors at their isotherm, weights unbiased, expression without a jump? Does each
//! mechanism move what it drives?
//!
//! Stochastic assertions have a fixed seed and a false alarm rate of 1e-6 unless they say otherwise.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(
    clippy::print_stdout,
    reason = "the figures behind a verdict are shown when it fails"
)]

mod antigens;
mod arithmetic;
mod cells;
mod conservation;
mod culture;
mod drugs;
mod effects;
mod expression;
mod forms;
mod genes;
mod hosts;
mod missing;
mod nk;
mod organs;
mod partition;
mod pools;
mod receptors;
mod referee;
mod reference;
mod signals;
mod sorting;
mod stroma;
mod tkach;
mod weights;

use paracrine_cells::host::Action;
use paracrine_cells::kind::Kind;
use paracrine_cells::model::Parameters;
use paracrine_kernel::rng::{AgentKey, Purpose, Stream, Streams};

/// IL-7 and IL-15 of a healthy adult, whose cells use them up, pM; `stroma.rs` has them from mice.
const ADULT_IL7: f64 = 2.2;
const ADULT_IL15: f64 = 23.0;

/// The parameters of the shipped mouse.
fn parameters() -> Parameters {
    paracrine_scenario::catalogue::model("mouse")
        .unwrap()
        .parameters
}

/// The same with some values replaced.
fn overlaid(changes: &[(&str, f64)]) -> Parameters {
    let mut parameters = parameters();
    for (name, value) in changes {
        assert!(parameters.set(name, *value), "no parameter {name}");
    }
    assert_eq!(parameters.check(), []);
    parameters
}

/// Cells of a host's first genotype, given with tag 1.
const fn transfer(kind: Kind, cells: u64) -> Action {
    Action::Transfer {
        kind,
        cells,
        genotype: 0,
        tag: 1,
        specificity: None,
        age_d: None,
        sort: None,
    }
}

/// A stream of its own for every `number`.
fn stream(number: u64) -> Stream {
    Streams::new(20_260, number).stream(Purpose::TRAJECTORY, AgentKey::NONE, 0)
}
