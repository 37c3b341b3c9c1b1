//! Random streams, reaction networks, exact and leaping methods, ensembles of replicates.
//!
//! | module | holds |
//! |---|---|
//! | [`rng`] | streams of random numbers with an address |
//! | [`draw`] | the laws that are drawn from |
//! | [`network`] | species, channels, propensities |
//! | [`direct`] | the exact direct method for one network |
//! | [`leap`] | the binomial leap for many small first-order networks |
//! | [`ensemble`] | independent replicates on all cores |
//!
//! The kernel knows no biology, no files and no terminal. It does not convert units: times are in the unit of the
//! rate constants.
//!
//! A hundred replicates of a population that is born and dies:
//!
//! ```
//! use paracrine_kernel::{direct, ensemble, network::Network, rng};
//! use std::sync::atomic::AtomicBool;
//!
//! let network = Network::builder()
//!     .species("cell")
//!     .channel("divide", [("cell", 1)], [("cell", 2)], 0.9)
//!     .channel("die", [("cell", 1)], [("cell", 0); 0], 1.0)
//!     .build()?;
//! let replicates: Vec<u64> = (0..100).collect();
//! let survivors = ensemble::run(
//!     &replicates,
//!     &AtomicBool::new(false),
//!     |replicate| {
//!         let streams = rng::Streams::new(7, replicate);
//!         let mut stream = streams.stream(rng::Purpose::TRAJECTORY, rng::AgentKey::NONE, 0);
//!         let mut counts = [10];
//!         direct::simulate_until(&network, &mut counts, 0.0, 5.0, &mut stream)?;
//!         Ok(counts[0])
//!     },
//!     |_, _| (),
//! )?;
//! assert_eq!(survivors.len(), 100);
//! # Ok::<_, paracrine_kernel::network::NetworkError>(())
//! ```

pub mod direct;
pub mod draw;
pub mod ensemble;
pub mod leap;
pub mod network;
pub mod rng;
