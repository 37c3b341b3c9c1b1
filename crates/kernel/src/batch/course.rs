//! The batched leap as a method for trajectories: one replicate on its own, or many in one batch, with the same bits.

use super::{Batch, BatchError, BinomialLeap};
use crate::ensemble::{self, Ensemble};
use crate::network::{ChannelId, Network, SpeciesId};
use crate::rng::{self, AgentStreams, Purpose, Stream};
use crate::sample::Samples;
use crate::state::{Limits, RunError, State, Stop, make_whole};
use rand::Rng;
use std::sync::atomic::{AtomicBool, Ordering};

const METHOD: &str = "binomial-leap";

/// The end of a step so close after the time asked for, as a share of the step, counts as reached: 3 times 0.1 is more
/// than 0.3.
const ROUNDING: f64 = 1e-9;

/// Replicates of one batch: enough for a step to be worth its preparation, and few enough for all threads to have one.
const TOGETHER: u64 = 256;

/// What all trajectories of a network share.
pub(crate) struct Shared<'n> {
    network: &'n Network,
    leap: BinomialLeap<'n>,
    tau: f64,
}

/// One trajectory.
pub(crate) struct Course<'a> {
    shared: &'a Shared<'a>,
    pub(crate) state: State,
    /// How many channels have fired.
    pub(crate) firings: u64,
    /// Firings by channel, if they are counted.
    pub(crate) tally: Option<Vec<u64>>,
    batch: Batch,
    /// Complete steps.
    steps: u64,
    /// The time to which the counts belong.
    since: f64,
}

impl<'n> Shared<'n> {
    /// Prepares a network for steps of length `tau`.
    ///
    /// # Errors
    ///
    /// [`RunError::Setting`] if `tau` is not positive and finite; [`RunError::Unsupported`] for what the leap cannot do;
    /// [`RunError::NotWhole`] in the initial state.
    pub(crate) fn new(network: &'n Network, tau: f64) -> Result<Self, RunError> {
        if !(tau > 0.0 && tau.is_finite()) {
            return Err(RunError::Setting {
                method: METHOD,
                name: "tau",
                value: tau,
                range: "above 0 and finite",
            });
        }
        make_whole(network, &mut State::initial(network))?;
        let channels: Vec<ChannelId> = network.channels().collect();
        let leap =
            BinomialLeap::new(network, &channels).map_err(|error| RunError::Unsupported {
                method: METHOD,
                reason: match error {
                    BatchError::NotPlain => {
                        "it has rules, events or propensities that depend on time".to_owned()
                    }
                    BatchError::Channel { channel, reason } => {
                        format!("channel `{channel}`: {reason}")
                    }
                    error => error.to_string(),
                },
            })?;
        Ok(Self { network, leap, tau })
    }

    pub(crate) fn at_level(self, level: crate::Level) -> Self {
        Self {
            leap: self.leap.at_level(level),
            ..self
        }
    }

    /// A trajectory at time 0.
    pub(crate) fn start(&self, mut stream: Stream) -> Course<'_> {
        let mut batch = Batch::new(&self.leap, rng::Streams::new(0, 0));
        batch.push_with(streams(&mut stream));
        Course {
            shared: self,
            state: State::initial(self.network),
            firings: 0,
            tally: None,
            batch,
            steps: 0,
            since: 0.0,
        }
    }

    /// Runs the replicates of an ensemble in batches on the ambient pool and hands each over, in any order.
    ///
    /// # Errors
    ///
    /// That of the first replicate, in order, that failed.
    pub(crate) fn run(
        &self,
        ensemble: &Ensemble<'_>,
        interrupt: &AtomicBool,
        arrived: impl Fn(u64, Samples) + Sync,
    ) -> Result<(), RunError> {
        let all = &ensemble.replicates;
        let batches: Vec<u64> = (all.start..all.end).step_by(TOGETHER as usize).collect();
        let job = |first: u64| {
            let numbers = first..(first + TOGETHER).min(all.end);
            if let Ok(samples) = self.together(ensemble, numbers.clone(), interrupt) {
                for (number, samples) in numbers.zip(samples) {
                    arrived(number, samples);
                }
                return Ok(());
            }
            // Something stops one of them early: each on its own then.
            for number in numbers {
                if interrupt.load(Ordering::Relaxed) {
                    break;
                }
                let samples = self.alone(ensemble, number, interrupt)?;
                if samples.stop != Stop::Interrupted {
                    arrived(number, samples);
                }
            }
            Ok(())
        };
        ensemble::run(&batches, interrupt, job, |_, ()| ())?;
        Ok(())
    }

    fn alone(
        &self,
        ensemble: &Ensemble<'_>,
        number: u64,
        interrupt: &AtomicBool,
    ) -> Result<Samples, RunError> {
        let mut trajectory = ensemble
            .simulation
            .start(rng::trajectory(ensemble.seed, number));
        trajectory.limit_firings(ensemble.firing_limit);
        trajectory.stop_on(interrupt);
        if ensemble.tally {
            trajectory.tally_firings();
        }
        crate::sample::sample(&mut trajectory, ensemble.times)
    }

    /// Samples of replicates that run side by side; an error if one of them does not come to the end, or on
    /// interruption.
    fn together(
        &self,
        ensemble: &Ensemble<'_>,
        numbers: std::ops::Range<u64>,
        interrupt: &AtomicBool,
    ) -> Result<Vec<Samples>, Unfinished> {
        let mut batch = Batch::new(&self.leap, rng::Streams::new(0, 0));
        for number in numbers {
            batch.push_with(streams(&mut rng::trajectory(ensemble.seed, number)));
        }
        let species = self.network.species().len();
        let channels = self.network.channels().len();
        let mut values = vec![Vec::with_capacity(species * ensemble.times.len()); batch.len()];
        let mut firings = vec![vec![0u64; channels]; batch.len()];
        let (mut steps, mut since) = (0u64, 0.0);
        let mut last = 0.0;
        for &time in ensemble.times {
            if !(time >= last && time.is_finite()) {
                return Err(Unfinished);
            }
            last = time;
            while let Some(end) = self.next(steps, time) {
                if interrupt.load(Ordering::Relaxed) {
                    return Err(Unfinished);
                }
                self.leap
                    .step(&mut batch, end - since, Purpose::TRAJECTORY, steps)
                    .map_err(|_| Unfinished)?;
                (steps, since) = (steps + 1, end);
                for (channel, tallies) in
                    (0..channels).map(|channel| (channel, batch.firings(channel)))
                {
                    for (firings, fired) in firings.iter_mut().zip(tallies) {
                        firings[channel] += *fired as u64;
                    }
                }
            }
            for (system, values) in values.iter_mut().enumerate() {
                let amount = |species: SpeciesId| f64::from(batch.counts(species)[system]);
                values.extend(self.network.species().map(amount));
            }
        }
        let mut all = Vec::with_capacity(batch.len());
        for (values, firings) in values.into_iter().zip(firings) {
            let total = firings.iter().sum();
            if total >= ensemble.firing_limit {
                return Err(Unfinished);
            }
            let mut samples = Samples::new(species, values, total, Stop::End);
            samples.tally = ensemble.tally.then_some(firings);
            all.push(samples);
        }
        Ok(all)
    }

    /// The end of the next step, if it is not after `time`.
    fn next(&self, steps: u64, time: f64) -> Option<f64> {
        let end = (steps + 1) as f64 * self.tau;
        (end <= time + ROUNDING * self.tau).then_some(end)
    }
}

/// Some replicate of a batch needs to be run on its own.
struct Unfinished;

/// The generators of a replicate, named by the beginning of its stream.
fn streams(stream: &mut Stream) -> AgentStreams {
    AgentStreams([stream.next_u64(), stream.next_u64()])
}

impl Course<'_> {
    /// Replaces the state. The step that is under way begins there.
    ///
    /// # Errors
    ///
    /// [`RunError::Leap`] if an amount is more than the leap counts.
    pub(crate) fn set_state(&mut self, state: State) -> Result<(), RunError> {
        for (species, amount) in self.shared.network.species().zip(state.values()) {
            let set = self.shared.leap.set(&mut self.batch, 0, species, *amount);
            set.map_err(|_| RunError::Leap {
                species: self.shared.network.species_name(species).to_owned(),
                time: state.time(),
            })?;
        }
        self.since = state.time();
        self.state = state;
        Ok(())
    }

    /// Runs to `end`: all steps that end at or before it, so that the values are those of the last complete step.
    /// Stopping to look changes nothing. The limit of firings is looked at before each step.
    ///
    /// # Errors
    ///
    /// [`RunError::Time`], [`RunError::Propensity`], [`RunError::Leap`].
    pub(crate) fn run_to(
        &mut self,
        end: f64,
        limits: Limits<'_>,
        _: &mut Stream,
    ) -> Result<Stop, RunError> {
        self.state.check_end(end)?;
        let shared = self.shared;
        loop {
            if self.firings >= limits.firings {
                return Ok(Stop::FiringLimit);
            }
            let Some(boundary) = shared.next(self.steps, end) else {
                self.state.time = end;
                return Ok(Stop::End);
            };
            if limits.interrupted() {
                return Ok(Stop::Interrupted);
            }
            if boundary > self.since {
                let length = boundary - self.since;
                shared
                    .leap
                    .step(&mut self.batch, length, Purpose::TRAJECTORY, self.steps)
                    .map_err(|error| describe(error, self.since))?;
                for channel in 0..shared.network.channels().len() {
                    let fired = self.batch.firings(channel)[0] as u64;
                    self.firings += fired;
                    if let Some(tally) = &mut self.tally {
                        tally[channel] += fired;
                    }
                }
                for species in shared.network.species() {
                    let count = self.batch.counts(species)[0];
                    self.state.values[species.index()] = f64::from(count);
                }
            }
            self.since = boundary;
            self.state.time = boundary;
            self.steps += 1;
        }
    }
}

/// An error during a step that begins at `time`.
fn describe(error: BatchError, time: f64) -> RunError {
    match error {
        BatchError::Propensity {
            channel,
            propensity,
            state,
            ..
        } => RunError::Propensity {
            channel,
            propensity,
            time,
            state,
        },
        BatchError::Count { species, .. } => RunError::Leap { species, time },
        // Steps have a length, and the network was accepted.
        error => RunError::Unsupported {
            method: METHOD,
            reason: error.to_string(),
        },
    }
}
