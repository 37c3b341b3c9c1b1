//! Replicates in lanes on all threads of the ambient pool.

use super::course::describe;
use super::{Compiled, End, Level, Outcome, Plan, run};
use crate::network::Network;
use crate::rng;
use crate::sample::Samples;
use crate::state::{RunError, Stop};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What is asked of an ensemble.
pub(crate) struct Request<'a> {
    pub(crate) network: &'a Network,
    pub(crate) compiled: &'a Compiled,
    pub(crate) plan: Plan,
    pub(crate) level: Level,
    pub(crate) seed: u64,
    pub(crate) replicates: Range<u64>,
}

impl Request<'_> {
    /// Runs the replicates and hands each over when it ends, in any order, one at a time. Replicates begin in order;
    /// once `interrupt` is set, or one has failed, no further one begins. On `interrupt` those that run are given up.
    ///
    /// # Errors
    ///
    /// That of the first replicate, in order, that failed.
    pub(crate) fn run(
        &self,
        interrupt: &AtomicBool,
        arrived: impl FnMut(u64, Samples) + Send,
    ) -> Result<(), RunError> {
        let next = AtomicU64::new(self.replicates.start);
        let failed = AtomicBool::new(false);
        let failures = Mutex::new(BTreeMap::new());
        let arrived = Mutex::new(arrived);
        let threads = rayon::current_num_threads();
        let count = (self.replicates.end - self.replicates.start) as usize;
        (0..threads).into_par_iter().with_max_len(1).for_each(|_| {
            let mut source = || {
                if interrupt.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed) {
                    return None;
                }
                let replicate = next.fetch_add(1, Ordering::Relaxed);
                let begins = replicate < self.replicates.end;
                begins.then(|| {
                    (
                        replicate,
                        rng::words(&rng::trajectory(self.seed, replicate)),
                    )
                })
            };
            let mut sink = |replicate, outcome: Outcome<'_>| match self.samples(&outcome) {
                Ok(samples) => {
                    let mut arrived = arrived.lock().unwrap_or_else(PoisonError::into_inner);
                    arrived(replicate, samples);
                }
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
                    failures.insert(replicate, error);
                }
            };
            let share = count.div_ceil(threads);
            run(
                self.compiled,
                &self.plan,
                &mut source,
                self.level,
                share,
                interrupt,
                &mut sink,
            );
        });
        let failures = failures
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        failures.into_values().next().map_or(Ok(()), Err)
    }

    fn samples(&self, outcome: &Outcome<'_>) -> Result<Samples, RunError> {
        let stop = match &outcome.end {
            End::Finished => Stop::End,
            End::Limit => Stop::FiringLimit,
            End::Fault(fault) => {
                let time = self.plan.time_before(outcome.filled);
                return Err(describe(fault, self.network, time));
            }
        };
        let quantities = self.network.quantities().len();
        let mut samples = Samples::new(quantities, outcome.samples.to_vec(), outcome.events, stop);
        samples.tally = outcome.firings.map(<[u64]>::to_vec);
        Ok(samples)
    }
}
