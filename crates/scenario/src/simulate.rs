//! Reaction networks: found, run as an ensemble of replicates, checked against what is expected of them.
//!
//! | module | holds |
//! |---|---|
//! | [`model`] | a network from a RON file, an SBML file or the program itself |
//! | [`method`] | methods by name, and the choice among them |
//! | [`plan`] | a model with its settings, resolved |
//! | [`run`] | all replicates into a results directory, resumed where they were interrupted |
//! | [`summary`] | statistics over replicates, by time and quantity |
//! | [`check`] | the statistics that a model expects |
//!
//! What a run leaves is described in `docs/networks.md`.

pub mod check;
mod checkpoint;
mod collector;
mod firings;
mod gauge;
mod manifest;
pub mod method;
pub mod model;
pub mod plan;
pub mod run;
pub mod summary;
