//! The scenario language, the ensemble runner and the results directory.
//!
//! | module | holds |
//! |---|---|
//! | [`language`] | RON in: quantities, spans, names, validation with every fault and its place |
//! | [`catalogue`] | models and scenarios that come with the program |
//! | [`model`] | models of the biology, read and checked |
//! | [`pathways`] | what is known beside the numbers: names, targets, the causal chain |
//! | [`cells`] | snapshots: every agent at one time |
//! | [`plan`] | a scenario resolved against its model: hosts, readouts, bands |
//! | [`run`] | all mice of all arms on all cores, with checkpoints |
//! | [`readouts`] | all readouts a scenario may ask for, and what may stand in their brackets |
//! | [`replicate`] | one mouse on its way: stepped, sampled, kept as a whole, continued |
//! | [`record`] | what one mouse leaves behind |
//! | [`states`] | whole states as files |
//! | [`branch`], [`adults`] | runs that begin from states of another run, or as adults |
//! | [`statistics`] | medians, quantiles, bootstrap intervals |
//! | [`compared`] | what all mice have to say where arms are compared |
//! | [`comparison`] | arms against the first arm and against published bands |
//! | [`explain`] | what the model knows of a word |
//! | [`effect`] | sizes of effects: ratios of medians, Cliff's delta |
//! | [`rows`] | published rows, read from simulated mice |
//! | [`validation`] | all published rows: the scenarios that hold them, sets, runs, the scoreboard |
//! | [`calibration`] | parameters fitted to published rows, and how much the rows depend on each |
//! | [`stopping`] | whether a run has enough replicates |
//! | [`difference`] | what differs between two scenarios, or between the results of two runs |
//! | [`directory`] | the results directory: claimed, resumed, written beside and renamed |
//! | [`tables`] | the CSV files and the manifest |
//! | [`template`] | scenarios to begin with |
//! | [`simulate`] | reaction networks: ensembles, their statistics and what is expected of them |
//! | [`dsmts`] | the test suite of stochastic simulators |
//!
//! This crate prints nothing: progress goes to an observer, faults are values.

pub mod adults;
pub mod branch;
pub mod calibration;
pub mod catalogue;
pub mod cells;
pub mod compared;
pub mod comparison;
pub mod difference;
mod digest;
pub mod directory;
pub mod dsmts;
pub mod effect;
mod error;
pub mod explain;
mod gathered;
mod history;
pub mod language;
pub mod lock;
pub mod model;
pub mod pathways;
pub mod plan;
pub mod readouts;
pub mod record;
pub mod replicate;
pub mod rows;
pub mod run;
pub mod simulate;
pub mod states;
pub mod statistics;
pub mod stopping;
pub mod tables;
pub mod template;
pub mod unfinished;
pub mod validation;

pub use error::Error;
