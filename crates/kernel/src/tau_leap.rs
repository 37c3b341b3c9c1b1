//! Tau-leaping: many firings at once while propensities hardly change, single ones where they do.
//!
//! In a leap of length `tau` every channel fires a Poisson number of times (Gillespie 2001, doi:10.1063/1.1378322). How
//! long it may be is decided as by Cao, Gillespie and Petzold 2006 (doi:10.1063/1.2159468), with additions: [`bounds`].
//! The leap itself is the theta-trapezoidal one with theta = 1/2, of second order in mean and variance (Hu, Li and Min
//! 2011, doi:10.1063/1.3609119; Anderson and Koyama 2012, weak error analysis of tau-leaping methods):
//!
//! ```text
//! y  = x + sum over j of v_j Poisson(a_j(x) tau / 2)
//! x' = y + sum over j of v_j Poisson(max(2 a_j(y) - a_j(x), 0) tau / 2)
//! ```
//!
//! with `a_j` the propensity and `v_j` the change of channel `j`. A leap after which an amount is negative is drawn
//! anew with half the length.
//!
//! **Critical channels** fire one at a time: those that change a species of which fewer than ten firings are left, also
//! those that add to it, and those that can set off an event. They fire when the integral of their total propensity
//! reaches a unit exponential number. That moment is foreseen from the mean change of the state, the leap ends there,
//! and what the integral over it, by the trapezoidal rule, was short or in excess of the number goes to the next one.
//!
//! **Exact firings** take over where leaps do not pay, by a rule that depends on network and state alone. A network
//! that never leaps has the very trajectories of the exact method.
//!
//! What this module does not do: rules for rates, and propensities or assignments that depend on time other than
//! through events. Such networks are run by the exact method altogether, see [`can_leap`].

mod bounds;
mod counts;
pub(crate) mod fixed;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;

use crate::draw;
use crate::exact::events::Events;
use crate::exact::table::{Ragged, Table, valid};
use crate::exact::{self, Exact, Offence, Selector};
use crate::network::{LARGEST_AMOUNT, Network};
use crate::rng::Stream;
use crate::state::{Limits, RunError, State, Stop};
use bounds::{Bounds, Choice};
use std::ops::{Deref, DerefMut};

/// A leap pays if it replaces so many firings, and three for each channel of the network.
///
/// Measured: a leap costs as much as 8 exact firings in networks of 2 and of 4 channels, 18 with 12.
const FIRINGS_PER_LEAP: f64 = 10.0;

/// See [`FIRINGS_PER_LEAP`].
const FIRINGS_PER_CHANNEL: f64 = 3.0;

/// After leaping was found not to pay, so many channels fire exactly before it is considered again, and four for each
/// channel of the network.
const SMALLEST_BATCH: u64 = 100;

/// Batches double up to so many times the first.
const LARGEST_BATCH: u64 = 16;

/// In a leap the integral of the critical channels' propensity does not exceed its value at the beginning times the
/// length by more than this factor.
const MOST_GROWTH: f64 = 1.5;

/// Whether a network is one for leaps: nothing changes between firings but by events, and no event depends on time
/// other than by comparison with a constant.
pub(crate) fn can_leap(network: &Network) -> bool {
    network.rates().is_empty()
        && network.compiled().iter().all(|channel| !channel.clocked)
        && network
            .assignments()
            .iter()
            .all(|assignment| !assignment.value.uses_time())
        && network.triggers().iter().all(|trigger| !trigger.smooth)
}

/// Whether a tolerance makes sense.
///
/// # Errors
///
/// [`RunError::Setting`] if `epsilon` is not between 0 and 1.
pub(crate) fn check(epsilon: f64) -> Result<(), RunError> {
    if epsilon > 0.0 && epsilon < 1.0 {
        return Ok(());
    }
    Err(RunError::Setting {
        method: "tau-leap",
        name: "epsilon",
        value: epsilon,
        range: "above 0 and below 1",
    })
}

/// What all leaping trajectories of a network share.
pub(crate) struct Shared<S: Selector> {
    exact: exact::Shared<S>,
    bounds: Bounds,
    /// By channel: the channels whose propensity changes when it fires.
    dependents: Ragged<u32>,
    /// By channel: the assignments to be made when it fires, by position.
    assignments: Ragged<u32>,
    /// The number of firings in a leap from which it pays.
    worth: f64,
    /// So many exact firings at least before leaping is considered again.
    batch: u64,
}

/// One trajectory by adaptive leaps: an exact one that is put forward by leaps where these pay.
pub(crate) struct TauLeap<'a, S: Selector> {
    network: &'a Network,
    shared: &'a Shared<S>,
    exact: Exact<'a, S>,
    /// Whether `exact` has taken in the state after the last leap.
    current: bool,
    /// Exact firings before leaping is considered again.
    left: u64,
    /// So many the next time that leaping does not pay.
    batch: u64,
    /// Whether the events of time 0 have had their chance.
    started: bool,
    choice: Choice,
    /// By channel, in the present state if `known`.
    propensities: Vec<f64>,
    known: bool,
    /// What is left of the unit exponential number of the critical channels.
    threshold: Option<f64>,
    /// The state within a leap and at its end.
    ahead: State,
    /// The propensities there.
    propensities_ahead: Vec<f64>,
    /// By place among the leaping channels: how often each fires.
    counts: Vec<f64>,
}

/// State, number of firings and tally are those of the exact trajectory.
impl<'a, S: Selector> Deref for TauLeap<'a, S> {
    type Target = Exact<'a, S>;

    fn deref(&self) -> &Self::Target {
        &self.exact
    }
}

impl<S: Selector> DerefMut for TauLeap<'_, S> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.exact
    }
}

impl<S: Selector + Clone> Shared<S> {
    /// Prepares a network for leaps in which no propensity changes by a share of more than `epsilon`.
    ///
    /// # Errors
    ///
    /// [`RunError::NotWhole`] or [`RunError::Propensity`] in the initial state, and those of [`check`].
    pub(crate) fn new(
        network: &Network,
        epsilon: f64,
        plan: impl FnOnce(&Network, &Table) -> S::Plan,
    ) -> Result<Self, RunError> {
        check(epsilon)?;
        debug_assert!(can_leap(network), "the caller asks can_leap");
        let exact = exact::Shared::new(network, plan)?;
        let channels = exact.table.channels();
        let events = Events::new(network);
        let watched = (0..channels)
            .map(|channel| events.watches(channel))
            .collect();
        let dependents = network.channels().map(|channel| {
            let dependents = network.dependents(channel);
            dependents.into_iter().map(|dependent| dependent.0)
        });
        let assignments = (0..channels)
            .map(|channel| network.affected_assignments(&network.changed_slots(channel)));
        Ok(Self {
            exact,
            bounds: Bounds::new(network, epsilon, watched),
            dependents: Ragged::collect(dependents),
            assignments: Ragged::collect(assignments),
            worth: FIRINGS_PER_LEAP + FIRINGS_PER_CHANNEL * channels as f64,
            batch: SMALLEST_BATCH + 4 * channels as u64,
        })
    }

    /// A trajectory at time 0.
    pub(crate) fn start<'a>(&'a self, network: &'a Network) -> TauLeap<'a, S> {
        let exact = self.exact.start(network);
        TauLeap {
            network,
            shared: self,
            current: true,
            left: 0,
            batch: self.batch,
            started: false,
            choice: Choice::default(),
            propensities: Vec::new(),
            known: false,
            threshold: None,
            ahead: State {
                time: 0.0,
                values: Vec::new(),
            },
            propensities_ahead: Vec::new(),
            counts: Vec::new(),
            exact,
        }
    }
}

impl<S: Selector> TauLeap<'_, S> {
    /// Replaces the values of the state, which must have been made whole.
    pub(crate) fn set_state(&mut self, state: State) -> Result<(), RunError> {
        self.known = false;
        self.current = true;
        self.left = 0;
        self.exact.set_state(state)
    }

    /// Runs to `end`, with everything that happens at or before it. Leaps end there too: which moments are asked for
    /// changes the numbers drawn, though not their law. No leap begins that is likely to pass the limit of firings.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub(crate) fn run_to(
        &mut self,
        end: f64,
        limits: Limits<'_>,
        rng: &mut Stream,
    ) -> Result<Stop, RunError> {
        self.exact.state.check_end(end)?;
        let limit = limits.firings;
        if self.exact.firings < limit && self.exact.wait(end) {
            return Ok(Stop::End);
        }
        if !self.started {
            self.started = true;
            self.exact.settle()?;
        }
        loop {
            if limits.interrupted() {
                return Ok(Stop::Interrupted);
            }
            if self.left == 0 {
                if self.exact.state.time >= end {
                    return Ok(Stop::End);
                }
                let moment = self.exact.next_moment();
                let target = end.min(moment);
                if let Some(tau) = self.consider(target, limit)? {
                    self.leap(tau, target, rng)?;
                    if self.exact.state.time >= moment {
                        self.settle()?;
                    }
                    continue;
                }
            }
            if !self.current {
                self.exact.rebuild()?;
                self.current = true;
            }
            self.known = false;
            self.threshold = None;
            let before = self.exact.firings;
            let batch = Limits {
                firings: limit.min(before.saturating_add(self.left)),
                ..limits
            };
            let stop = self.exact.run_to(end, batch, rng)?;
            self.left -= self.exact.firings - before;
            if stop != Stop::FiringLimit || self.exact.firings >= limit {
                return Ok(stop);
            }
        }
    }

    /// The length of the next leap, if one pays; if not, so many exact firings are in order.
    fn consider(&mut self, target: f64, limit: u64) -> Result<Option<f64>, RunError> {
        let shared = self.shared;
        let state = &self.exact.state;
        if !self.known {
            self.propensities.resize(shared.exact.table.channels(), 0.0);
            evaluate(&shared.exact.table, state, &mut self.propensities)
                .map_err(|offence| offence.describe(self.network, &state.values, state.time))?;
            self.known = true;
        }
        shared
            .bounds
            .choose(&state.values, &self.propensities, &mut self.choice);
        let choice = &self.choice;
        // The firings to be expected in a leap, which may end early with a critical one.
        let expected = |tau: f64| choice.leaping_total * tau.min(1.0 / choice.critical_total);
        if expected(choice.tau) < shared.worth {
            self.left = self.batch;
            self.batch = (2 * self.batch).min(LARGEST_BATCH * shared.batch);
            return Ok(None);
        }
        let span = target - state.time;
        let tau = if choice.tau >= span {
            span
        } else {
            choice.tau.min(span / 2.0)
        };
        let room = limit.saturating_sub(self.exact.firings) as f64;
        if expected(tau) < shared.worth || 2.0 * expected(tau) > room {
            self.left = shared.worth as u64 + 1;
            return Ok(None);
        }
        Ok(Some(tau))
    }

    /// Leaps, by `tau` but not past `target`, unless a critical channel fires before.
    fn leap(&mut self, mut tau: f64, target: f64, rng: &mut Stream) -> Result<(), RunError> {
        let critical_total = self.choice.critical_total;
        let none = self.choice.critical.is_empty();
        let threshold = if none {
            f64::INFINITY
        } else {
            *self
                .threshold
                .get_or_insert_with(|| draw::exponential(rng, 1.0))
        };
        let (length, due) = loop {
            let wait = if none {
                f64::INFINITY
            } else {
                self.waiting_time(threshold, tau)
            };
            let length = tau.min(wait);
            if self.draw(length, rng)? {
                break (length, wait <= tau);
            }
            tau = length / 2.0;
            if self.choice.leaping_total * tau < self.shared.worth {
                self.left = self.shared.batch;
                return Ok(());
            }
        };
        let state = &mut self.exact.state;
        if length >= target - state.time {
            self.ahead.time = target;
        }
        std::mem::swap(state, &mut self.ahead);
        std::mem::swap(&mut self.propensities, &mut self.propensities_ahead);
        self.current = false;
        self.batch = self.shared.batch;
        self.exact.firings += self.counts.iter().sum::<f64>() as u64;
        if let Some(tally) = &mut self.exact.tally {
            for (channel, count) in self.choice.leaping.iter().zip(&self.counts) {
                tally[*channel as usize] += *count as u64;
            }
        }
        if none {
            return Ok(());
        }
        let critical = self.choice.critical.iter();
        let total: f64 = critical
            .map(|channel| self.propensities[*channel as usize])
            .sum();
        let left = threshold - length * 0.5 * (critical_total + total);
        if !due && left > 0.0 {
            self.threshold = Some(left);
            return Ok(());
        }
        self.threshold = Some(left + draw::exponential(rng, 1.0));
        self.fire_critical(total, rng)
    }

    /// When the integral of the total propensity of the critical channels reaches the threshold, if that is likely to
    /// be within a leap of the given length; else infinity. The total is taken as a line through what it is now and
    /// what it will be after the mean change.
    fn waiting_time(&mut self, threshold: f64, tau: f64) -> f64 {
        let total = self.choice.critical_total;
        if threshold <= 0.0 {
            return 0.0;
        }
        if threshold > MOST_GROWTH * total * tau {
            return f64::INFINITY;
        }
        let length = tau.min(threshold / total);
        let (state, ahead) = (&self.exact.state, &mut self.ahead);
        ahead.time = state.time;
        ahead.values.clone_from(&state.values);
        self.shared
            .bounds
            .drift(&self.choice, length, &mut ahead.values);
        let mut later = f64::NAN;
        if assign_all(self.network, ahead).is_ok() {
            let critical = self.choice.critical.iter().map(|channel| *channel as usize);
            let table = &self.shared.exact.table;
            later = critical
                .map(|channel| table.propensity(channel, &ahead.values, ahead.time))
                .sum();
        }
        if !valid(later) {
            return threshold / total;
        }
        // The smaller root of total * t + slope * t^2 / 2 = threshold.
        let slope = (later - total) / length;
        let discriminant = total * total + 2.0 * threshold * slope;
        if discriminant < 0.0 {
            return f64::INFINITY;
        }
        2.0 * threshold / (total + discriminant.sqrt())
    }

    /// Fires one of the critical channels, of the given total propensity.
    fn fire_critical(&mut self, total: f64, rng: &mut Stream) -> Result<(), RunError> {
        let mut target = draw::uniform(rng) * total;
        let mut chosen = None;
        for channel in &self.choice.critical {
            let propensity = self.propensities[*channel as usize];
            if propensity > 0.0 {
                chosen = Some(*channel as usize);
                if target < propensity {
                    break;
                }
                target -= propensity;
            }
        }
        let Some(channel) = chosen else { return Ok(()) };
        let table = &self.shared.exact.table;
        let state = &mut self.exact.state;
        if !table.fire(channel, &mut state.values) {
            return Err(self.out_of_range(channel));
        }
        self.exact.firings += 1;
        if let Some(tally) = &mut self.exact.tally {
            tally[channel] += 1;
        }
        for position in self.shared.assignments.row(channel) {
            assign(self.network, *position as usize, state)?;
        }
        for dependent in self.shared.dependents.row(channel) {
            let dependent = *dependent as usize;
            let propensity = table.propensity(dependent, &state.values, state.time);
            if !valid(propensity) {
                let offence = Offence {
                    channel: dependent,
                    propensity,
                };
                return Err(offence.describe(self.network, &state.values, state.time));
            }
            self.propensities[dependent] = propensity;
        }
        if self.shared.bounds.watches(channel) {
            self.settle()?;
        }
        Ok(())
    }

    /// Draws a leap of the given length: `ahead` is the state after it. False if that is impossible.
    fn draw(&mut self, length: f64, rng: &mut Stream) -> Result<bool, RunError> {
        let table = &self.shared.exact.table;
        let bounds = &self.shared.bounds;
        let half = 0.5 * length;
        let state = &self.exact.state;
        let leaping = self.choice.leaping.as_slice();
        let now = self.propensities.as_slice();
        let ahead = &mut self.ahead;
        ahead.values.clone_from(&state.values);
        self.counts.resize(leaping.len(), 0.0);
        self.propensities_ahead.resize(now.len(), 0.0);
        let counts = self.counts.as_mut_slice();
        let middle = self.propensities_ahead.as_mut_slice();

        for (channel, count) in leaping.iter().zip(counts.iter_mut()) {
            let channel = *channel as usize;
            *count = counts::poisson(rng, now[channel] * half);
            apply(table, channel, *count, &mut ahead.values);
        }
        ahead.time = state.time + half;
        if !bounds.possible(&ahead.values) || assign_all(self.network, ahead).is_err() {
            return Ok(false);
        }
        for channel in leaping {
            let channel = *channel as usize;
            middle[channel] = table.propensity(channel, &ahead.values, ahead.time);
        }
        for (channel, count) in leaping.iter().zip(counts.iter_mut()) {
            let channel = *channel as usize;
            if !valid(middle[channel]) {
                return Ok(false);
            }
            let second = counts::poisson(rng, (2.0 * middle[channel] - now[channel]) * half);
            *count += second;
            apply(table, channel, second, &mut ahead.values);
        }
        ahead.time = state.time + length;
        if !bounds.possible(&ahead.values) || assign_all(self.network, ahead).is_err() {
            return Ok(false);
        }
        if ahead.values.iter().any(|value| *value >= LARGEST_AMOUNT) {
            self.check_range()?;
        }
        Ok(evaluate(table, &self.ahead, &mut self.propensities_ahead).is_ok())
    }

    /// Finds the channel that led an amount beyond the largest, if it is one that channels change.
    #[cold]
    fn check_range(&self) -> Result<(), RunError> {
        for (channel, count) in self.choice.leaping.iter().zip(&self.counts) {
            let channel = *channel as usize;
            for (slot, change) in self.shared.exact.table.changes(channel) {
                if change * count > 0.0 && self.ahead.values[*slot as usize] >= LARGEST_AMOUNT {
                    return Err(self.out_of_range(channel));
                }
            }
        }
        Ok(())
    }

    /// Lets due events and those whose trigger has become true happen.
    fn settle(&mut self) -> Result<(), RunError> {
        self.known = false;
        self.exact.settle()
    }

    #[cold]
    fn out_of_range(&self, channel: usize) -> RunError {
        RunError::AmountRange {
            channel: self.network.compiled()[channel].name.clone(),
            time: self.exact.state.time,
            state: self.network.describe(&self.exact.state.values, channel),
        }
    }
}

/// Changes the amounts by so many firings of a channel.
#[inline]
fn apply(table: &Table, channel: usize, count: f64, values: &mut [f64]) {
    for (slot, change) in table.changes(channel) {
        values[*slot as usize] += change * count;
    }
}

/// The propensities of all channels.
#[inline]
fn evaluate(table: &Table, state: &State, propensities: &mut [f64]) -> Result<(), Offence> {
    for (channel, place) in propensities.iter_mut().enumerate() {
        let propensity = table.propensity(channel, &state.values, state.time);
        if !valid(propensity) {
            return Err(Offence {
                channel,
                propensity,
            });
        }
        *place = propensity;
    }
    Ok(())
}

/// Makes all assignments.
fn assign_all(network: &Network, state: &mut State) -> Result<(), RunError> {
    (0..network.assignments().len()).try_for_each(|position| assign(network, position, state))
}

/// Makes one assignment.
fn assign(network: &Network, position: usize, state: &mut State) -> Result<(), RunError> {
    let assignment = &network.assignments()[position];
    let value = assignment.value.evaluate(&state.values, state.time);
    if !value.is_finite() {
        return Err(RunError::Value {
            quantity: network.slot_name(assignment.slot).to_owned(),
            value,
            time: state.time,
        });
    }
    state.values[assignment.slot as usize] = value;
    Ok(())
}
