//! The batched leap as a method for trajectories: one replicate on its own, or many in one batch, with the same bits.

use super::{Batch, BatchError, BinomialLeap};
use crate::ensemble::{self, Ensemble};
use crate::network::{ChannelId, NOT_PLAIN, Network, SpeciesId};
use crate::rng::{self, AgentStreams, Purpose, Stream};
use crate::sample::Samples;
use crate::state::{Limits, RunError, State, Stop, make_whole};
use crate::tau_leap::fixed::{ROUNDING, check_step};
use rand::Rng;
use std::sync::atomic::{AtomicBool, Ordering};

const METHOD: &str = "binomial-leap";

/// Replicates of one batch at the most: enough for a step to be worth its preparation, and few enough for all threads to
/// have one.
const TOGETHER: u64 = 256;

/// Numbers that the samples of a batch hold at the most, unless it is a batch of one replicate.
const SAMPLES: usize = 1 << 22;

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
        check_step(METHOD, tau)?;
        make_whole(network, &mut State::initial(network))?;
        let channels: Vec<ChannelId> = network.channels().collect();
        let leap =
            BinomialLeap::new(network, &channels).map_err(|error| RunError::Unsupported {
                method: METHOD,
                reason: match error {
                    BatchError::NotPlain => NOT_PLAIN.to_owned(),
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
        let each = self.network.species().len() * ensemble.times.len();
        let together = (SAMPLES / each.max(1)).clamp(1, TOGETHER as usize);
        let batches: Vec<u64> = (all.start..all.end).step_by(together).collect();
        let job = |first: u64| {
            let numbers = first..(first + together as u64).min(all.end);
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
                let samples = ensemble.alone(number, interrupt)?;
                if samples.stop != Stop::Interrupted {
                    arrived(number, samples);
                }
            }
            Ok(())
        };
        ensemble::run(&batches, interrupt, job, |_, ()| ())?;
        Ok(())
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
                let amount = |species: SpeciesId| self.leap.amount(&batch, system, species);
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
                let step =
                    shared
                        .leap
                        .step(&mut self.batch, length, Purpose::TRAJECTORY, self.steps);
                let channels = shared.network.channels().len();
                let fired = |channel: usize| self.batch.firings(channel)[0] as u64;
                if let Err(error) = step {
                    // A network that explodes passes the limit before it passes the range.
                    let all: u64 = (0..channels).map(fired).fold(0, u64::saturating_add);
                    let is_count = matches!(error, BatchError::Count { .. });
                    if is_count && self.firings.saturating_add(all) >= limits.firings {
                        return Ok(Stop::FiringLimit);
                    }
                    return Err(describe(error, self.since));
                }
                for channel in 0..channels {
                    let fired = fired(channel);
                    self.firings += fired;
                    if let Some(tally) = &mut self.tally {
                        tally[channel] += fired;
                    }
                }
                for species in shared.network.species() {
                    if shared.leap.is_changed(species) {
                        let count = self.batch.counts(species)[0];
                        self.state.values[species.index()] = f64::from(count);
                    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use crate::ensemble::Ensemble;
    use crate::network::{Network, Role};
    use crate::rng;
    use crate::sample::{Samples, sample};
    use crate::simulation::{Method, Simulation};
    use crate::state::{RunError, Stop};
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_replicate_is_the_same_alone_and_in_its_batch() {
        let network = Network::builder()
            .species_as(Role::Boundary, "L", 0.1)
            .species("A", 30.0)
            .channel("lose", [("A", 1), ("L", 1)], [("L", 1)], 2.0)
            .channel("gain", [("L", 1)], [("L", 1), ("A", 1)], 40.0)
            .build()
            .unwrap();
        let simulation = Simulation::new(&network, Method::BinomialLeap { tau: 0.3 }).unwrap();
        let times = [0.0, 0.2, 0.3, 7.0, 7.1];
        for limit in [u64::MAX, 40] {
            let ensemble = Ensemble {
                simulation: &simulation,
                seed: 5,
                replicates: 250..600,
                times: &times,
                firing_limit: limit,
                tally: true,
            };
            let mut stopped = 0;
            let each = |replicate, samples: Samples| {
                let mut alone = simulation.start(rng::trajectory(5, replicate));
                alone.limit_firings(limit);
                alone.tally_firings();
                let expected = sample(&mut alone, &times).unwrap();
                assert_eq!(samples, expected, "replicate {replicate}");
                assert_eq!(samples.row(0), [0.1, 30.0]);
                stopped += u64::from(samples.stop == Stop::FiringLimit);
            };
            assert_eq!(ensemble.run(&AtomicBool::new(false), each), Ok(350));
            assert_eq!(stopped > 0, limit == 40);
        }
    }

    #[test]
    fn an_explosion_stops_at_the_limit_of_firings() {
        let network = Network::builder()
            .species("A", 5.0)
            .channel("grow", [("A", 2)], [("A", 3)], 1.0)
            .build()
            .unwrap();
        let simulation = Simulation::new(&network, Method::BinomialLeap { tau: 0.01 }).unwrap();
        let mut limited = simulation.start(rng::trajectory(1, 0));
        limited.limit_firings(10_000);
        assert_eq!(limited.run_to(10.0), Ok(Stop::FiringLimit));
        assert!(limited.state().time() < 1.0);
        let mut free = simulation.start(rng::trajectory(1, 0));
        assert!(matches!(free.run_to(10.0), Err(RunError::Leap { .. })));
    }
}
