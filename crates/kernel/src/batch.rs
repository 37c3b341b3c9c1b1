//! The batched binomial leap: many small systems of one network, moved on side by side by one long step.
//!
//! A population of cells is many copies of one network, each with counts of its own. [`BinomialLeap`] moves a
//! [`Batch`] of them on by a step of time `dt`, 32 systems at a time in the lanes of vector registers. No count
//! becomes negative, whatever the step; errors of means, variances and covariances fall with the square of the step.
//! Channels may take up to two molecules.
//!
//! # The step
//!
//! A molecule of species `s` leaves through channel `j` with hazard `h_j`: the propensity divided by the count of `s`. With
//! frozen hazards, `H` their sum over the channels by which `s` is left, and `z = H dt`,
//!
//! ```text
//! P(left by j | there at the beginning)     = h_j dt (1 - e^-z) / z
//! P(left by j | came evenly over the step)  = h_j dt (1 - (1 - e^-z) / z) / z
//! ```
//!
//! so what leaves is a binomial number of the molecules there (the binomial leap of Tian and Burrage 2004,
//! doi:10.1063/1.1810475, and Chatterjee, Vlachos and Katsoulakis 2005, doi:10.1063/1.1833357), and channels that take nothing fire a
//! Poisson number of times. A step makes that a method of second order, in three parts.
//!
//! 1. Over half the step, with hazards `h(x)`: who of the molecules there leaves.
//! 2. Over the other half, with `2 h(x*) - h(x)` where `x*` is the state after the first: who of those still there
//!    leaves. This is the extrapolation of the theta-trapezoidal method (Hu, Li and Min 2011, doi:10.1063/1.3609119) at one half:
//!    as hazards follow the *drawn* state, covariances between what a channel makes and what drives it are right as well. Where the
//!    extrapolated hazard is negative, firings of the first half are taken back, so that means keep their value: of a channel
//!    whose firing lowers its own hazard (`A + B`, `2 A`) as many as a process that ran backwards for half a step would fire; of others the
//!    share `1 - 2 h(x*) / h(x)`.
//! 3. All that came in the step: who leaves again, by the second line above.
//!
//! *Pairs* (`A + B -> ...`) are drawn of the molecules of the scarcer species, `2 A -> ...` of the pairs there could be.
//!
//! # Reproducibility
//!
//! Every system has a generator of its own in every step, named by an address: seed, replicate, purpose, the system's key, epoch.
//! No operation is fused or reordered, and nothing in a lane depends on its neighbours. So the counts of a system
//! do not depend on the systems beside it, on its place, or on the instruction set.
//!
//! What this module does not do: rules, events, laws other than products of amounts, three molecules that meet, choice of the step
//! ([`BinomialLeap::largest_hazard`] helps), counts above 2^23. Chances below 2^-32 per system and step are rounded.

pub(crate) mod course;
mod plan;
mod step;

use crate::lanes::Level;
use crate::network::{ChannelId, NOT_PLAIN, Network, SpeciesId};
use crate::rng::{AgentKey, AgentStreams, Purpose, Streams};
use crate::rows::{LANES, LARGEST_COUNT, Row, Words};
use plan::{Plan, Source};
use step::{Alarm, Scratch};
use thiserror::Error;

/// Why a network cannot leap, or a batch cannot go on.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum BatchError {
    /// The network has what the leap cannot do.
    #[error("the binomial leap cannot run this network: {NOT_PLAIN}")]
    NotPlain,
    /// A channel is one that the leap cannot do.
    #[error("the binomial leap cannot run channel `{channel}`: {reason}")]
    Channel {
        /// Its name.
        channel: String,
        /// What it is about it.
        reason: String,
    },
    /// A count or an amount has no place in a batch.
    #[error("species `{species}` has the amount {amount}, but the binomial leap needs {expected}")]
    Amount {
        /// The species.
        species: String,
        /// The amount.
        amount: f64,
        /// What is needed.
        expected: &'static str,
    },
    /// A propensity is negative, infinite or not a number.
    #[error("channel `{channel}` has propensity {propensity} in system {system}, in state {state}")]
    Propensity {
        /// The channel.
        channel: String,
        /// Its propensity.
        propensity: f64,
        /// The place of the system in the batch.
        system: usize,
        /// The values before the step, with names.
        state: String,
    },
    /// A count has passed 2^23.
    #[error("species `{species}` passes 2^23 molecules in system {system}")]
    Count {
        /// The species.
        species: String,
        /// The place of the system in the batch.
        system: usize,
    },
    /// A step has no length.
    #[error("a step of length {0}: expected a finite number above 0")]
    Step(f64),
}

/// A network, ready to be leapt: immutable, shared by all threads and batches.
///
/// ```
/// use paracrine_kernel::batch::{Batch, BinomialLeap};
/// use paracrine_kernel::network::Network;
/// use paracrine_kernel::rng::{AgentKey, Purpose, Streams};
///
/// // A thousand cells, each with molecules that are made, taken inside and degraded.
/// let network = Network::builder()
///     .species("surface", 0.0)
///     .species("inside", 0.0)
///     .channel("make", [("surface", 0); 0], [("surface", 1)], 2.0)
///     .channel("take inside", [("surface", 1)], [("inside", 1)], 0.02)
///     .channel("degrade", [("inside", 1)], [("inside", 0); 0], 0.1)
///     .build()?;
/// let leap = BinomialLeap::new(&network, &[])?;
/// let mut cells = Batch::new(&leap, Streams::new(7, 0));
/// for cell in 0..1000 {
///     cells.push(AgentKey::from_words(0, cell));
/// }
/// for step in 0..100 {
///     leap.step(&mut cells, 5.0, Purpose::TRAJECTORY, step)?;
/// }
/// let surface = network.find_species("surface").ok_or("no such species")?;
/// let mean = cells.counts(surface).iter().sum::<f32>() / 1000.0;
/// assert!((mean - 100.0).abs() < 2.0);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct BinomialLeap<'a> {
    network: &'a Network,
    plan: Plan,
    tallied: Vec<ChannelId>,
    level: Level,
}

/// The counts of many systems of one network, and their random streams.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    streams: Streams,
    initial: Vec<f32>,
    /// How many systems there are; the columns are filled up to a whole number of groups of lanes.
    systems: usize,
    counts: Vec<Vec<f32>>,
    tallies: Vec<Vec<f32>>,
    keys: Vec<AgentStreams>,
}

impl<'a> BinomialLeap<'a> {
    /// Prepares a network. The firings of the `tallied` channels are kept for every system and step.
    ///
    /// # Errors
    ///
    /// [`BatchError::NotPlain`], [`BatchError::Channel`] and [`BatchError::Amount`], if the network cannot be leapt.
    pub fn new(network: &'a Network, tallied: &[ChannelId]) -> Result<Self, BatchError> {
        if !network.is_plain() {
            return Err(BatchError::NotPlain);
        }
        let leap = Self {
            network,
            plan: Plan::new(network, tallied)?,
            tallied: tallied.to_vec(),
            level: Level::detect(),
        };
        for (species, amount) in network.species().zip(network.initial_amounts()) {
            leap.check(species, *amount)?;
        }
        Ok(leap)
    }

    /// Uses the instructions of a level, as far as the processor has them. Results are the same at every level.
    #[must_use]
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The channels whose firings are kept, in the order of [`Batch::firings`].
    #[must_use]
    pub fn tallied(&self) -> &[ChannelId] {
        &self.tallied
    }

    /// Sets the amount of a species in one system. Of a species that channels change it is a count; others may have
    /// any amount.
    ///
    /// # Errors
    ///
    /// [`BatchError::Amount`] if the amount is not a whole number from 0 to 2^23, or of the others not a finite number of at least 0.
    pub fn set(
        &self,
        batch: &mut Batch,
        system: usize,
        species: SpeciesId,
        amount: f64,
    ) -> Result<(), BatchError> {
        self.check(species, amount)?;
        batch.counts[species.index()][..batch.systems][system] = amount as f32;
        Ok(())
    }

    /// Sets the amount of a species in all systems.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn set_all(
        &self,
        batch: &mut Batch,
        species: SpeciesId,
        amount: f64,
    ) -> Result<(), BatchError> {
        self.check(species, amount)?;
        batch.counts[species.index()][..batch.systems].fill(amount as f32);
        Ok(())
    }

    /// The largest hazard, per time, with which a molecule of any species leaves in any system now. A step that
    /// resolves it is at most half its inverse; longer ones are as stable and less exact.
    #[must_use]
    pub fn largest_hazard(&self, batch: &Batch) -> f64 {
        let mut largest: f64 = 0.0;
        for system in 0..batch.systems {
            let amount = |species: usize| f64::from(batch.counts[species][system]);
            for exits in &self.plan.exits {
                let mut hazard = 0.0;
                for exit in exits {
                    let group = &self.plan.groups[exit.group];
                    let each: f64 = group
                        .terms
                        .iter()
                        .map(|term| {
                            let factors = term.factors.iter();
                            let factors = factors
                                .map(|(species, offset)| amount(*species) - f64::from(*offset));
                            factors.fold(term.coefficient, |product, factor| {
                                product * factor.max(0.0)
                            })
                        })
                        .sum();
                    hazard += each
                        * match (exit.partner, group.source) {
                            (Some((partner, _)), _) => amount(partner),
                            (None, Source::Twin(own)) => 2.0 * (amount(own) - 1.0).max(0.0),
                            _ => 1.0,
                        };
                }
                largest = largest.max(hazard);
            }
        }
        largest
    }

    /// Moves every system on by `dt`, in the unit of time of the rate constants.
    ///
    /// `purpose` and `epoch` complete the address of the random numbers: the same two must not be used twice for one key.
    ///
    /// # Errors
    ///
    /// [`BatchError::Propensity`] and [`BatchError::Count`] for the first system at fault, [`BatchError::Step`]. The batch is not to be
    /// used after the first two.
    pub fn step(
        &self,
        batch: &mut Batch,
        dt: f64,
        purpose: Purpose,
        epoch: u64,
    ) -> Result<(), BatchError> {
        if !(dt > 0.0 && dt.is_finite()) {
            return Err(BatchError::Step(dt));
        }
        let coefficients: Vec<Vec<f32>> = self
            .plan
            .groups
            .iter()
            .map(|group| {
                group
                    .terms
                    .iter()
                    .map(|term| (term.coefficient * dt) as f32)
                    .collect()
            })
            .collect();
        let coefficients: Vec<&[f32]> = coefficients.iter().map(Vec::as_slice).collect();
        let mut scratch = Scratch::new(&self.plan, self.tallied.len());
        let alarmed = self.level.run(
            #[inline(always)]
            || {
                let mut alarmed = None;
                scratch.prepare(&self.plan, &coefficients);
                for group in 0..batch.systems.div_ceil(LANES) {
                    let alarm = batch.leap(
                        group,
                        &self.plan,
                        &coefficients,
                        &mut scratch,
                        (purpose, epoch),
                    );
                    if alarm.is_raised() && alarmed.is_none() {
                        alarmed = Some((group, alarm, scratch.start.clone()));
                    }
                }
                alarmed
            },
        );
        match alarmed {
            None => Ok(()),
            Some((group, alarm, before)) => Err(self.explain(batch, group, &alarm, &before, dt)),
        }
    }

    /// The error behind an alarm that was raised by a system of that group of lanes.
    fn explain(
        &self,
        batch: &Batch,
        group: usize,
        alarm: &Alarm,
        before: &[Row],
        dt: f64,
    ) -> BatchError {
        let raised = |lane: &usize| alarm.propensity[*lane] != 0.0 || alarm.count[*lane] != 0.0;
        let lane = (0..LANES).find(raised).unwrap_or(0);
        let system = group * LANES + lane;
        if alarm.propensity[lane] != 0.0 {
            let values: Vec<f64> = before.iter().map(|row| f64::from(row[lane])).collect();
            let propensity = |channel: &usize| {
                let channel = ChannelId(*channel as u32);
                self.network.propensity(channel, &values, 0.0)
            };
            // Negative, not a number, or so large that the firings of a step are.
            let is_faulty = |channel: &usize| {
                let firings = (propensity(channel) * dt) as f32;
                !(firings >= 0.0 && firings.is_finite())
            };
            let largest = |a: &usize, b: &usize| propensity(a).total_cmp(&propensity(b));
            let channels = 0..self.network.channels().len();
            let channel = channels
                .clone()
                .find(is_faulty)
                .or_else(|| channels.max_by(largest))
                .unwrap_or(0);
            return BatchError::Propensity {
                channel: self.network.compiled()[channel].name.clone(),
                propensity: propensity(&channel),
                system,
                state: self.network.describe(&values, channel),
            };
        }
        let is_faulty = |species: &SpeciesId| {
            let count = batch.counts[species.index()][system];
            self.is_changed(*species) && !(0.0..=LARGEST_COUNT).contains(&count)
        };
        let species = self.network.species().find(is_faulty);
        BatchError::Count {
            species: species
                .map_or("", |species| self.network.species_name(species))
                .to_owned(),
            system,
        }
    }

    /// Whether channels change a species.
    fn is_changed(&self, species: SpeciesId) -> bool {
        self.plan.changing.binary_search(&species.index()).is_ok()
    }

    /// The amount of a species in a system that has been nowhere but here: of one that does not change as it was given, before
    /// it was rounded.
    fn amount(&self, batch: &Batch, system: usize, species: SpeciesId) -> f64 {
        match self.is_changed(species) {
            true => f64::from(batch.counts(species)[system]),
            false => self.network.initial_amounts()[species.index()],
        }
    }

    fn check(&self, species: SpeciesId, amount: f64) -> Result<(), BatchError> {
        let count = self.is_changed(species);
        let fits = if count {
            (0.0..=f64::from(LARGEST_COUNT)).contains(&amount) && amount.fract() == 0.0
        } else {
            amount >= 0.0 && (amount as f32).is_finite()
        };
        if fits {
            return Ok(());
        }
        Err(BatchError::Amount {
            species: self.network.species_name(species).to_owned(),
            amount,
            expected: if count {
                "a whole number from 0 to 2^23"
            } else {
                "a finite number of at least 0"
            },
        })
    }
}

impl Batch {
    /// A batch yet without systems, whose random numbers belong to one replicate.
    #[must_use]
    pub fn new(leap: &BinomialLeap<'_>, streams: Streams) -> Self {
        let initial = leap.network.initial_amounts();
        Self {
            streams,
            initial: initial.iter().map(|amount| *amount as f32).collect(),
            systems: 0,
            counts: vec![Vec::new(); initial.len()],
            tallies: vec![Vec::new(); leap.tallied.len()],
            keys: Vec::new(),
        }
    }

    /// How many systems there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.systems
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.systems == 0
    }

    /// Adds a system with the initial amounts of the network, at the last place. Keys name the random numbers:
    /// systems of one replicate need different ones.
    pub fn push(&mut self, key: AgentKey) {
        self.push_with(self.streams.of_agent(key));
    }

    /// Adds a system with random numbers of its own.
    fn push_with(&mut self, key: AgentStreams) {
        if self.systems.is_multiple_of(LANES) {
            // A lane without a system holds zeros.
            let length = self.systems + LANES;
            for column in self.counts.iter_mut().chain(&mut self.tallies) {
                column.resize(length, 0.0);
            }
            self.keys.resize(length, AgentStreams::default());
        }
        for (column, amount) in self.counts.iter_mut().zip(&self.initial) {
            column[self.systems] = *amount;
        }
        for column in &mut self.tallies {
            column[self.systems] = 0.0;
        }
        self.keys[self.systems] = key;
        self.systems += 1;
    }

    /// Takes a system out; the last one takes its place.
    ///
    /// # Panics
    ///
    /// If there is no such system.
    pub fn swap_remove(&mut self, system: usize) {
        assert!(system < self.systems, "the system is in the batch");
        self.systems -= 1;
        let last = self.systems;
        for column in self.counts.iter_mut().chain(&mut self.tallies) {
            column[system] = column[last];
            column[last] = 0.0;
        }
        self.keys[system] = self.keys[last];
        let length = last.next_multiple_of(LANES);
        for column in self.counts.iter_mut().chain(&mut self.tallies) {
            column.truncate(length);
        }
        self.keys.truncate(length);
    }

    /// The counts of a species, by system.
    #[must_use]
    pub fn counts(&self, species: SpeciesId) -> &[f32] {
        &self.counts[species.index()][..self.systems]
    }

    /// How often a tallied channel fired in the last step, by system; channels are numbered as in
    /// [`BinomialLeap::tallied`].
    #[must_use]
    pub fn firings(&self, tally: usize) -> &[f32] {
        &self.tallies[tally][..self.systems]
    }

    /// Moves one group of lanes on.
    #[inline(always)]
    fn leap(
        &mut self,
        group: usize,
        plan: &Plan,
        coefficients: &[&[f32]],
        scratch: &mut Scratch,
        (purpose, epoch): (Purpose, u64),
    ) -> Alarm {
        let mut words = Words::new(&self.keys.as_chunks().0[group], purpose, epoch);
        for (row, column) in scratch.start.iter_mut().zip(&self.counts) {
            *row = column.as_chunks::<LANES>().0[group];
        }
        let mut alarm = scratch.step(plan, coefficients, &mut words);
        // Nothing is in the lanes beyond the last system.
        for lane in (self.systems - group * LANES).min(LANES)..LANES {
            let rows = scratch.left.iter_mut().chain(&mut scratch.tallies);
            rows.for_each(|row| row[lane] = 0.0);
            (alarm.propensity[lane], alarm.count[lane]) = (0.0, 0.0);
        }
        for &species in &plan.changing {
            self.counts[species].as_chunks_mut::<LANES>().0[group] = scratch.left[species];
        }
        for (row, column) in scratch.tallies.iter().zip(&mut self.tallies) {
            column.as_chunks_mut::<LANES>().0[group] = *row;
        }
        alarm
    }
}
