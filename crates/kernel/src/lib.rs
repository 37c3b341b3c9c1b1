//! Random streams, reaction networks, and the methods that run them: exact, leaping, deterministic.
//!
//! | module | holds |
//! |---|---|
//! | [`rng`] | streams of random numbers with an address |
//! | [`draw`] | the laws that are drawn from |
//! | [`expression`] | formulas over named quantities |
//! | [`network`] | species, channels, rules, events |
//! | [`simulation`] | methods, and trajectories by them |
//! | [`state`] | where a trajectory stands, how it stops and fails |
//! | [`sample`] | a trajectory at sampling times |
//! | [`ensemble`] | independent replicates on all cores |
//! | [`statistics`] | what an ensemble is like, in bounded memory |
//! | [`batch`] | the binomial leap for many small systems of one network, with up to two molecules per channel |
//! | [`rows`] | draws and laws for 32 systems side by side, in the lanes of vector registers |
//!
//! The kernel knows no biology, no files and no terminal. It does not convert units: times are in the unit of the
//! rate constants. `docs/kernel.md` has the equations, sources, errors and costs of all methods.
//!
//! A hundred replicates of a population that is born and dies:
//!
//! ```
//! use paracrine_kernel::ensemble::Ensemble;
//! use paracrine_kernel::network::Network;
//! use paracrine_kernel::simulation::{Method, Simulation};
//! use paracrine_kernel::statistics::Statistics;
//! use std::sync::atomic::AtomicBool;
//!
//! let network = Network::builder()
//!     .species("cell", 10.0)
//!     .channel("divide", [("cell", 1)], [("cell", 2)], 0.9)
//!     .channel("die", [("cell", 1)], [("cell", 0); 0], 1.0)
//!     .build()?;
//! let simulation = Simulation::new(&network, Method::exact_for(&network))?;
//! let ensemble = Ensemble {
//!     simulation: &simulation,
//!     seed: 7,
//!     replicates: 0..100,
//!     times: &[1.0, 5.0],
//!     firing_limit: u64::MAX,
//!     tally: false,
//! };
//! let mut statistics = Statistics::new(1, 2);
//! ensemble.run(&AtomicBool::new(false), |_, samples| statistics.add(&samples))?;
//! assert!((statistics.at(1, 0).mean() - 10.0 * (-0.5f64).exp()).abs() < 3.0);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

pub mod batch;
mod continuous;
pub mod draw;
pub mod ensemble;
mod exact;
pub mod expression;
mod lanes;
mod logarithm;
pub mod network;
mod ode;
pub mod rng;
pub mod rows;
pub mod sample;
pub mod simulation;
pub mod state;
pub mod statistics;
mod tau_leap;

pub use lanes::Level;
