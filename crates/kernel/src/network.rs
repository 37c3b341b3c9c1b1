//! Reaction networks given at run time: quantities, channels, rules, events; checked and compiled.
//!
//! A network has **quantities** with names of their own: *species* (amounts, counted in molecules), *parameters* and
//! *compartments* (whose value is their volume). A **channel** changes species when it fires; its **propensity**, the
//! expected number of firings per time, is either
//!
//! ```text
//! mass action:  a(x) = k * product over reactants i of x_i (x_i - 1) ... (x_i - m_i + 1)
//! formula:      a(x, t) as written
//! ```
//!
//! with `k` the rate constant and `m_i` the stoichiometry of reactant `i`. Falling factorials are **not** divided by
//! `m_i!`: for `2 A -> B` the constant belongs to an ordered pair, half of that of an unordered one.
//!
//! **Rules** determine a quantity at all times: an assignment by a formula, a rate by its derivative. **Events** set
//! quantities when a trigger becomes true. A symbol in a formula means the amount of a species, the volume of a
//! compartment, the value of a parameter; a concentration is written as the quotient that it is.
//!
//! ```
//! use paracrine_kernel::{expression::Expression, network::Network};
//!
//! let network = Network::builder()
//!     .species("template", 1.0)
//!     .species("protein", 0.0)
//!     .parameter("K", 40.0)
//!     .channel("make", [("template", 1)], [("template", 1), ("protein", 1)], "50 * K / (K + protein)".parse::<Expression>()?)
//!     .channel("lose", [("protein", 1)], [("protein", 0); 0], 1.0)
//!     .build()?;
//! assert_eq!(network.initial_amounts(), [1.0, 0.0]);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! What this module does not do: read files, or convert units.

mod builder;
mod error;
mod law;

pub use builder::{Event, NetworkBuilder, Role};
pub use error::{Fault, NetworkError, NetworkErrors, Place};
pub use law::Law;

use crate::expression::program::Program;
use crate::state::Short;
pub(crate) use law::Compiled;

/// What keeps methods for plain networks from running one that is not, see [`Network::is_plain`].
pub(crate) const NOT_PLAIN: &str = "it has rules, events or propensities that depend on time";

/// Amounts are whole numbers in floating point: exact below this, 2^53, where one more would be lost.
pub const LARGEST_AMOUNT: f64 = 9_007_199_254_740_992.0;

/// One species of a network, valid for the network that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpeciesId(pub(crate) u32);

impl SpeciesId {
    /// Its place in a state, from 0 in order of declaration.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One channel of a network, valid for the network that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub(crate) u32);

impl ChannelId {
    /// Its place among the channels, from 0 in order of declaration.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A channel, checked and compiled.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) reactants: Vec<(SpeciesId, u32)>,
    /// By how much each amount changes when the channel fires: no zeros, ordered by slot.
    pub(crate) changes: Vec<(u32, f64)>,
    pub(crate) law: Compiled,
    /// The law of the large-number limit, where it differs: powers for falling factorials.
    pub(crate) limit: Option<Compiled>,
    /// Whether the propensity changes between firings.
    pub(crate) clocked: bool,
}

/// A quantity that a formula determines.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) slot: u32,
    pub(crate) value: Program,
}

/// A quantity that changes continuously.
#[derive(Debug, Clone)]
pub(crate) struct Rate {
    pub(crate) slot: u32,
    pub(crate) derivative: Program,
}

/// An event, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Trigger {
    pub(crate) name: String,
    pub(crate) condition: Program,
    /// Whether it depends on time other than by comparisons of time with a constant.
    pub(crate) smooth: bool,
    pub(crate) delay: Option<Program>,
    pub(crate) sets: Vec<(u32, Program)>,
    pub(crate) persistent: bool,
    pub(crate) initially: bool,
    pub(crate) values_at_trigger: bool,
}

/// A reaction network: immutable, shared by all runs, known to make sense.
#[derive(Debug, Clone)]
pub struct Network {
    /// Names by slot: species first, then what else varies.
    names: Vec<String>,
    species: usize,
    /// Species whose amounts are changed by channels.
    reacting: Vec<bool>,
    /// Values by slot, and the constant 1 at the end.
    initial: Vec<f64>,
    /// What never changes, with its value, in order of declaration.
    constants: Vec<(String, f64)>,
    channels: Vec<Channel>,
    /// In an order in which each depends on earlier ones only.
    assignments: Vec<Assignment>,
    rates: Vec<Rate>,
    triggers: Vec<Trigger>,
    /// Times, in order, at which a comparison with time changes its value.
    breakpoints: Vec<f64>,
    /// For each slot, the channels whose law reads it (not through assignments): `readers[first[s]..first[s + 1]]`.
    readers: Vec<u32>,
    readers_first: Vec<u32>,
}

impl Network {
    /// A network yet without species and channels.
    #[must_use]
    pub fn builder() -> NetworkBuilder {
        NetworkBuilder::default()
    }

    /// All species, in order of declaration.
    pub fn species(&self) -> impl ExactSizeIterator<Item = SpeciesId> + use<> {
        (0..self.species as u32).map(SpeciesId)
    }

    /// All channels, in order of declaration.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = ChannelId> + use<> {
        (0..self.channels.len() as u32).map(ChannelId)
    }

    /// The species called `name`.
    #[must_use]
    pub fn find_species(&self, name: &str) -> Option<SpeciesId> {
        self.species().find(|id| self.species_name(*id) == name)
    }

    /// The channel called `name`.
    #[must_use]
    pub fn find_channel(&self, name: &str) -> Option<ChannelId> {
        self.channels().find(|id| self.channel_name(*id) == name)
    }

    /// The name of a species.
    #[must_use]
    pub fn species_name(&self, species: SpeciesId) -> &str {
        &self.names[species.index()]
    }

    /// The name of a channel.
    #[must_use]
    pub fn channel_name(&self, channel: ChannelId) -> &str {
        &self.channels[channel.index()].name
    }

    /// What a channel uses: species and stoichiometry, in order of declaration.
    #[must_use]
    pub fn reactants(&self, channel: ChannelId) -> &[(SpeciesId, u32)] {
        &self.channels[channel.index()].reactants
    }

    /// By how much each amount changes when a channel fires: no zeros, ordered by species.
    pub fn net_change(&self, channel: ChannelId) -> impl Iterator<Item = (SpeciesId, i64)> {
        self.channels[channel.index()]
            .changes
            .iter()
            .map(|(slot, change)| (SpeciesId(*slot), *change as i64))
    }

    /// The amounts at time 0: one per species.
    #[must_use]
    pub fn initial_amounts(&self) -> &[f64] {
        &self.initial[..self.species]
    }

    /// Everything that has a value in a state: species in order of declaration, then the parameters and compartments
    /// that rules or events change. This is the order of [`State::values`](crate::state::State::values).
    #[must_use]
    pub fn quantities(&self) -> &[String] {
        &self.names
    }

    /// Parameters and compartments that never change, with their values, in order of declaration.
    #[must_use]
    pub fn constants(&self) -> &[(String, f64)] {
        &self.constants
    }

    /// The channels whose propensity changes when `channel` fires, in order: the dependency graph of Gibson and Bruck
    /// 2000, doi:10.1021/jp993732q. Computed from the formulas at every call.
    #[must_use]
    pub fn dependents(&self, channel: ChannelId) -> Vec<ChannelId> {
        let mut slots: Vec<u32> = self.changed_slots(channel.index());
        slots.extend(
            self.affected_assignments(&slots)
                .into_iter()
                .map(|position| self.assignments[position as usize].slot),
        );
        let mut dependents: Vec<u32> = slots
            .iter()
            .flat_map(|slot| self.readers(*slot))
            .copied()
            .collect();
        dependents.sort_unstable();
        dependents.dedup();
        dependents.into_iter().map(ChannelId).collect()
    }

    /// The propensity of a channel, per time, where `values` has one entry per quantity.
    ///
    /// No check of its sign: see [`crate::state::RunError::Propensity`] for what a run does.
    #[must_use]
    pub fn propensity(&self, channel: ChannelId, values: &[f64], time: f64) -> f64 {
        let mut values = values.to_vec();
        values.push(1.0);
        self.channels[channel.index()].law.evaluate(&values, time)
    }

    /// Whether anything changes between firings, or is to be looked at then: rules with a derivative, propensities
    /// or assignments that depend on time, events.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.assignments.is_empty()
            && self.rates.is_empty()
            && self.triggers.is_empty()
            && self.channels.iter().all(|channel| !channel.clocked)
    }

    pub(crate) fn slots(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn slot_name(&self, slot: u32) -> &str {
        &self.names[slot as usize]
    }

    pub(crate) fn initial(&self) -> &[f64] {
        &self.initial
    }

    /// Whether channels change the amount in that slot, which then is a whole number.
    pub(crate) fn reacts(&self, slot: usize) -> bool {
        self.reacting.get(slot).copied().unwrap_or(false)
    }

    pub(crate) fn compiled(&self) -> &[Channel] {
        &self.channels
    }

    pub(crate) fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    pub(crate) fn rates(&self) -> &[Rate] {
        &self.rates
    }

    pub(crate) fn triggers(&self) -> &[Trigger] {
        &self.triggers
    }

    pub(crate) fn breakpoints(&self) -> &[f64] {
        &self.breakpoints
    }

    /// The channels whose law reads a slot.
    pub(crate) fn readers(&self, slot: u32) -> &[u32] {
        let slot = slot as usize;
        &self.readers[self.readers_first[slot] as usize..self.readers_first[slot + 1] as usize]
    }

    pub(crate) fn changed_slots(&self, channel: usize) -> Vec<u32> {
        self.channels[channel]
            .changes
            .iter()
            .map(|(slot, _)| *slot)
            .collect()
    }

    /// The assignments, by position and in order, whose value changes when those slots do.
    pub(crate) fn affected_assignments(&self, slots: &[u32]) -> Vec<u32> {
        let mut changed = slots.to_vec();
        let mut affected = Vec::new();
        for (position, assignment) in (0u32..).zip(&self.assignments) {
            if assignment
                .value
                .slots()
                .iter()
                .any(|slot| changed.contains(slot))
            {
                changed.push(assignment.slot);
                affected.push(position);
            }
        }
        affected
    }

    /// A state for people: `A = 3, B = 0`, cut after twelve quantities; those that a channel reads and changes come
    /// first if there are more.
    pub(crate) fn describe(&self, values: &[f64], channel: usize) -> String {
        const SHOWN: usize = 12;
        let mut slots = Vec::new();
        if self.names.len() > SHOWN {
            slots.extend(self.channels[channel].law.slots());
            slots.extend(self.changed_slots(channel));
        }
        slots.extend(0..self.names.len() as u32);
        let mut shown = Vec::with_capacity(SHOWN);
        for slot in slots {
            if shown.len() < SHOWN && !shown.contains(&slot) {
                shown.push(slot);
            }
        }
        let described = shown.into_iter().map(|slot| {
            let value = Short(values[slot as usize]);
            format!("{} = {value}", self.slot_name(slot))
        });
        let mut described: Vec<_> = described.collect();
        if self.names.len() > SHOWN {
            described.push(format!("... ({} quantities)", self.names.len()));
        }
        described.join(", ")
    }
}
