//! Independent units of work on all cores, with results in the order of the units.
//!
//! A unit is usually one replicate. It gets its number and nothing else, so a result cannot depend on the number of
//! threads, and the result of replicate 7 is the same alone or among a hundred.

use crate::rng;
use crate::sample::{Samples, sample};
use crate::simulation::Simulation;
use crate::state::{RunError, Stop};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Replicates of one network, sampled at the same times.
#[derive(Clone)]
pub struct Ensemble<'a> {
    /// The network and the method.
    pub simulation: &'a Simulation<'a>,
    /// The seed of the whole ensemble.
    pub seed: u64,
    /// Which replicates. The result of a replicate depends on its number, not on which others run.
    pub replicates: Range<u64>,
    /// Sampling times, which must not decrease.
    pub times: &'a [f64],
    /// A replicate stops once so many channels have fired.
    pub firing_limit: u64,
    /// Whether to count firings by channel.
    pub tally: bool,
}

impl Ensemble<'_> {
    /// Runs the replicates on the ambient rayon pool and calls `each` with the number and the samples of every one of
    /// them, in the order of their numbers, one at a time. Returns how many there were: all, unless `interrupt` was
    /// set, and then the first so many. Replicates that run when it is set stop within moments and are not handed over.
    ///
    /// Samples wait for their turn in memory; since replicates start in order, only a few do.
    ///
    /// # Errors
    ///
    /// That of the first replicate, in order, that failed; `each` has seen the ones before it.
    pub fn run(
        &self,
        interrupt: &AtomicBool,
        each: impl FnMut(u64, Samples) + Send,
    ) -> Result<u64, RunError> {
        let queue = Mutex::new(Queue {
            next: self.replicates.start,
            waiting: BTreeMap::new(),
            each,
        });
        let arrived = |replicate, samples| {
            // A panic in `each` reaches the caller through rayon; until then the order of the queue still holds.
            let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.arrived(replicate, samples);
        };
        let simulation = self.simulation;
        if let Some(result) = simulation
            .run_in_lanes(self, interrupt, arrived)
            .or_else(|| simulation.run_in_batches(self, interrupt, arrived))
        {
            result?;
            let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
            return Ok(queue.next - self.replicates.start);
        }
        let units: Vec<u64> = self.replicates.clone().collect();
        let job = |replicate: u64| {
            let samples = self.alone(replicate, interrupt)?;
            if samples.stop != Stop::Interrupted {
                arrived(replicate, samples);
            }
            Ok(())
        };
        run(&units, interrupt, job, |_, ()| ())?;
        let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(queue.next - self.replicates.start)
    }

    /// One replicate on its own.
    pub(crate) fn alone(
        &self,
        replicate: u64,
        interrupt: &AtomicBool,
    ) -> Result<Samples, RunError> {
        let mut trajectory = self.simulation.start(rng::trajectory(self.seed, replicate));
        trajectory.limit_firings(self.firing_limit);
        trajectory.stop_on(interrupt);
        if self.tally {
            trajectory.tally_firings();
        }
        sample(&mut trajectory, self.times)
    }
}

/// Results that wait until all before them have come.
struct Queue<F> {
    next: u64,
    waiting: BTreeMap<u64, Samples>,
    each: F,
}

impl<F: FnMut(u64, Samples)> Queue<F> {
    fn arrived(&mut self, replicate: u64, samples: Samples) {
        self.waiting.insert(replicate, samples);
        while let Some(samples) = self.waiting.remove(&self.next) {
            (self.each)(self.next, samples);
            self.next += 1;
        }
    }
}

/// Runs `job` for every unit on the ambient rayon pool and returns the results in the order of `units`.
///
/// Units are started in order. `finished` is called with each result as it comes, on the thread that made it, in any
/// order. Once `interrupt` is set no further unit is started and its place in the result is `None`; units that run
/// are completed, unless `job` observes the flag itself.
///
/// This function does not panic. A panic in `job` or `finished` reaches the caller.
///
/// ```
/// use paracrine_kernel::ensemble;
/// use std::{convert::Infallible, sync::atomic::AtomicBool};
///
/// let interrupt = AtomicBool::new(false);
/// let squares = ensemble::run(&[4, 2, 9], &interrupt, |unit| Ok::<_, Infallible>(unit * unit), |_, _| ());
/// assert_eq!(squares, Ok(vec![Some(16), Some(4), Some(81)]));
/// ```
///
/// # Errors
///
/// The error of the first unit, in order, whose job failed. Units before it are completed to be sure that it is the
/// first, units after it are not started: without an interruption the error does not depend on timing either.
pub fn run<T: Send, E: Send>(
    units: &[u64],
    interrupt: &AtomicBool,
    job: impl Fn(u64) -> Result<T, E> + Sync,
    finished: impl Fn(u64, &T) + Sync,
) -> Result<Vec<Option<T>>, E> {
    // Rayon hands out halves; the counter makes the threads take the units in order all the same.
    let next = AtomicUsize::new(0);
    let first_failed = AtomicUsize::new(usize::MAX);
    let mut outcomes: Vec<(usize, Option<Result<T, E>>)> = units
        .par_iter()
        .with_max_len(1)
        .map(|_| {
            let position = next.fetch_add(1, Ordering::Relaxed);
            if interrupt.load(Ordering::Relaxed) || position > first_failed.load(Ordering::Relaxed)
            {
                return (position, None);
            }
            let outcome = job(units[position]);
            match &outcome {
                Ok(result) => finished(units[position], result),
                Err(_) => _ = first_failed.fetch_min(position, Ordering::Relaxed),
            }
            (position, Some(outcome))
        })
        .collect();
    outcomes.sort_unstable_by_key(|(position, _)| *position);
    outcomes
        .into_iter()
        .map(|(_, outcome)| outcome.transpose())
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::expression::Expression;
    use crate::network::{Event, Network};
    use crate::simulation::Method;
    use std::{convert::Infallible, sync::Mutex, thread, time::Duration};

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    }

    #[test]
    fn results_come_in_the_order_of_units() {
        let units: Vec<u64> = (0..40).rev().collect();
        let interrupt = AtomicBool::new(false);
        let expected: Vec<_> = units.iter().map(|unit| Some(unit * 3)).collect();
        for threads in [1, 2, 8] {
            let seen = Mutex::new(Vec::new());
            let slow_first = |unit: u64| {
                thread::sleep(Duration::from_micros(unit * 50));
                Ok::<_, Infallible>(unit * 3)
            };
            let finished = |unit, result: &u64| seen.lock().unwrap().push((unit, *result));
            let results = pool(threads).install(|| run(&units, &interrupt, slow_first, finished));
            assert_eq!(results.unwrap(), expected);
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(
                seen,
                (0..40).map(|unit| (unit, unit * 3)).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn interruption_keeps_what_is_done() {
        let units: Vec<u64> = (0..100).collect();
        for threads in [1, 4] {
            let interrupt = AtomicBool::new(false);
            let job = |unit: u64| {
                interrupt.fetch_or(unit == 10, Ordering::Relaxed);
                Ok::<_, Infallible>(unit)
            };
            let results = pool(threads)
                .install(|| run(&units, &interrupt, job, |_, _| ()))
                .unwrap();
            assert_eq!(results.len(), 100);
            assert_eq!(results[..=10], (0..=10).map(Some).collect::<Vec<_>>());
            assert!(
                results
                    .iter()
                    .enumerate()
                    .all(|(unit, result)| result.is_none_or(|value| value == unit as u64))
            );
            assert!(threads > 1 || results[11..].iter().all(Option::is_none));
        }
    }

    #[test]
    fn the_first_failing_unit_is_reported_whatever_finishes_first() {
        let units: Vec<u64> = (0..64).collect();
        let interrupt = AtomicBool::new(false);
        for threads in [1, 2, 8] {
            let job = |unit: u64| {
                if unit == 3 {
                    thread::sleep(Duration::from_millis(5));
                }
                if unit % 4 == 3 { Err(unit) } else { Ok(unit) }
            };
            assert_eq!(
                pool(threads).install(|| run(&units, &interrupt, job, |_, _| ())),
                Err(3)
            );
        }
    }

    /// By itself each of these replicates takes hours: a method that does not look at the flag does not come back. The first network needs
    /// nothing but firings, the second has rates, rules and events too.
    ///
    /// Smallest fault seen: a flag that only the fast loop of the direct method looks at.
    #[test]
    fn an_interruption_ends_replicates_of_every_method() {
        let plain = Network::builder()
            .species("cell", 1e6)
            .channel("divide", [("cell", 1)], [("cell", 2)], 1.0)
            .channel("die", [("cell", 1)], [("cell", 0); 0], 1.0)
            .channel("come", [("cell", 0); 0], [("cell", 1)], 1e6)
            .build()
            .unwrap();
        let formula = |text: &str| text.parse::<Expression>().unwrap();
        let full = Network::builder()
            .species("cell", 1e6)
            .parameter("phase", 1.0)
            .parameter("turns", 0.0)
            .rate("phase", formula("cos(1e3 * time)"))
            .event(
                Event::new("turn", formula("sin(1e3 * time) > 0"))
                    .set("turns", formula("turns + 1")),
            )
            .channel("divide", [("cell", 1)], [("cell", 2)], 1.0)
            .channel("die", [("cell", 1)], [("cell", 0); 0], 1.0)
            .build()
            .unwrap();
        let leaping = [Method::TAU_LEAP, Method::FixedLeap { tau: 1e-9 }];
        let methods = Method::EXACT
            .into_iter()
            .chain(leaping)
            .chain([Method::ODE]);
        for method in methods {
            for network in [&plain, &full] {
                // Large steps take the equation of the plain one to its end in no time.
                if method == Method::ODE && network.rates().is_empty() {
                    continue;
                }
                let Ok(simulation) = Simulation::new(network, method) else {
                    continue;
                };
                let times = [1.0, 1e9];
                let ensemble = Ensemble {
                    simulation: &simulation,
                    seed: 1,
                    replicates: 0..40,
                    times: &times,
                    firing_limit: u64::MAX,
                    tally: false,
                };
                let interrupt = AtomicBool::new(false);
                let finished = thread::scope(|scope| {
                    scope.spawn(|| {
                        thread::sleep(Duration::from_millis(100));
                        interrupt.store(true, Ordering::Relaxed);
                    });
                    pool(2).install(|| ensemble.run(&interrupt, |_, _| ()))
                });
                assert_eq!(finished, Ok(0), "{}", method.name());
            }
        }
    }

    #[test]
    fn no_units_no_results() {
        let results = run(&[], &AtomicBool::new(false), Ok::<_, Infallible>, |_, _| ());
        assert_eq!(results, Ok(vec![]));
    }
}
