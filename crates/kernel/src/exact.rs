//! Exact trajectories: firings one after the other, with rules and events between them.
//!
//! The engine keeps the state and the clock; a [`Selector`] says when the next channel fires and which one. A waiting
//! time that leads past the end of a call is kept for the next one: stopping to look changes nothing.

mod block;
mod compact;
pub(crate) mod direct;
pub(crate) mod events;
pub(crate) mod next_reaction;
pub(crate) mod table;
pub(crate) mod tree;

use crate::continuous::{Derivative, Flow};
use crate::draw;
use crate::network::Network;
use crate::rng::Stream;
use crate::state::{Limits, RunError, State, Stop, make_whole};
use compact::{Clock, Halt};
use events::Events;
use table::{Table, valid};

/// A channel whose propensity is negative or not a finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Offence {
    pub(crate) channel: usize,
    pub(crate) propensity: f64,
}

impl Offence {
    /// Which channel is to blame if the sum of some propensities is not finite: that of the largest.
    #[cold]
    pub(crate) fn largest(
        channels: impl Iterator<Item = usize>,
        table: &Table,
        values: &[f64],
        time: f64,
    ) -> Self {
        let mut largest = Self {
            channel: 0,
            propensity: f64::NEG_INFINITY,
        };
        for channel in channels {
            let propensity = table.propensity(channel, values, time);
            if propensity > largest.propensity || propensity.is_nan() {
                largest = Self {
                    channel,
                    propensity,
                };
            }
        }
        largest
    }

    #[cold]
    pub(crate) fn describe(self, network: &Network, values: &[f64], time: f64) -> RunError {
        RunError::Propensity {
            channel: network.compiled()[self.channel].name.clone(),
            propensity: self.propensity,
            time,
            state: network.describe(values, self.channel),
        }
    }
}

/// A way to draw the next firing among the channels whose propensity is constant between firings.
pub(crate) trait Selector: Sized {
    /// What all trajectories of a network share.
    type Plan;

    fn plan(network: &Network, table: &Table) -> Self::Plan;

    /// A selector for [`rebuild`](Self::rebuild).
    fn start(plan: &Self::Plan) -> Self;

    /// Computes everything anew. Times drawn before no longer hold.
    fn rebuild(
        &mut self,
        plan: &Self::Plan,
        table: &Table,
        values: &[f64],
        time: f64,
    ) -> Result<(), Offence>;

    /// Runs a plain network in a loop of the selector's own, if it has one for it.
    fn run_compact(
        &mut self,
        _plan: &Self::Plan,
        _state: &mut State,
        _clock: Clock<'_>,
        _stream: &mut Stream,
    ) -> Option<Halt> {
        None
    }

    /// When the next channel fires, counted from `now`, which is the time of the last firing or rebuilding.
    fn next_time(&mut self, now: f64, rng: &mut Stream) -> f64;

    /// Which channel that is.
    fn choose(&mut self, plan: &Self::Plan, rng: &mut Stream) -> usize;

    /// Takes in the values after a channel fired.
    fn fired(
        &mut self,
        plan: &Self::Plan,
        table: &Table,
        channel: usize,
        values: &[f64],
        time: f64,
        rng: &mut Stream,
    ) -> Result<(), Offence>;
}

/// What all exact trajectories of a network under one selector share.
pub(crate) struct Shared<S: Selector> {
    pub(crate) table: Table,
    pub(crate) plan: S::Plan,
    /// The selector in the initial state, ready to be copied.
    origin: Origin<S>,
    /// Assignments to be made after each channel's firing, by position.
    assignments: table::Ragged<u32>,
    /// Assignments whose value changes between firings, by position.
    continuous_assignments: Vec<u32>,
    /// Channels whose propensity changes between firings.
    clocked: Vec<u32>,
    /// Whether firings need nothing but the selector.
    plain: bool,
    /// Whether triggers may change between firings other than at breakpoints.
    watchful: bool,
    /// How many firings lie between looks at the flag of interruption.
    firings_per_look: u64,
}

struct Origin<S> {
    state: State,
    selector: S,
}

/// One exact trajectory.
pub(crate) struct Exact<'a, S: Selector> {
    network: &'a Network,
    shared: &'a Shared<S>,
    pub(crate) state: State,
    selector: S,
    /// When the next drawn channel fires, if that is known.
    next: Option<f64>,
    pub(crate) firings: u64,
    /// Firings by channel, if they are counted.
    pub(crate) tally: Option<Vec<u64>>,
    rest: Option<Box<Between>>,
}

/// The flag of interruption is looked at after no more than about so many propensities, if every firing changes all.
const UPDATES_PER_LOOK: u64 = 1 << 20;

/// What happens between firings.
#[derive(Clone)]
struct Between {
    events: Events,
    flow: Flow,
    /// Values of the rates' quantities, and the integrated propensity of the clocked channels.
    quantities: Vec<f64>,
    /// The integrated propensity at which a clocked channel fires.
    threshold: Option<f64>,
    started: bool,
}

impl<S: Selector + Clone> Shared<S> {
    /// Compiles a network for a selector with the given plan.
    ///
    /// # Errors
    ///
    /// [`RunError::NotWhole`] or [`RunError::Propensity`] in the initial state.
    pub(crate) fn new(
        network: &Network,
        plan: impl FnOnce(&Network, &Table) -> S::Plan,
    ) -> Result<Self, RunError> {
        let mut state = State::initial(network);
        make_whole(network, &mut state)?;
        let table = Table::new(network);
        let plan = plan(network, &table);
        let mut selector = S::start(&plan);
        selector
            .rebuild(&plan, &table, &state.values, 0.0)
            .map_err(|offence| offence.describe(network, &state.values, 0.0))?;
        let continuous = {
            let rates: Vec<u32> = network.rates().iter().map(|rate| rate.slot).collect();
            let mut positions = network.affected_assignments(&rates);
            // Also those that depend on time itself.
            let by_time: Vec<u32> = (0u32..)
                .zip(network.assignments())
                .filter(|(_, assignment)| assignment.value.uses_time())
                .map(|(position, _)| position)
                .collect();
            let slots: Vec<u32> = by_time
                .iter()
                .map(|position| network.assignments()[*position as usize].slot)
                .collect();
            positions.extend(by_time);
            positions.extend(network.affected_assignments(&slots));
            positions.sort_unstable();
            positions.dedup();
            positions
        };
        let assignments = if network.assignments().is_empty() {
            table::Ragged::collect((0..table.channels()).map(|_| []))
        } else {
            table::Ragged::collect(
                (0..table.channels())
                    .map(|channel| network.affected_assignments(&network.changed_slots(channel))),
            )
        };
        let moving: Vec<u32> = network
            .rates()
            .iter()
            .map(|rate| rate.slot)
            .chain(
                continuous
                    .iter()
                    .map(|position| network.assignments()[*position as usize].slot),
            )
            .collect();
        let watchful = network.triggers().iter().any(|trigger| {
            trigger.smooth
                || trigger
                    .condition
                    .slots()
                    .iter()
                    .any(|slot| moving.contains(slot))
        });
        let firings_per_look = UPDATES_PER_LOOK / table.channels().max(1) as u64;
        Ok(Self {
            firings_per_look: firings_per_look.clamp(1, Limits::FIRINGS_PER_LOOK),
            table,
            plan,
            origin: Origin { state, selector },
            assignments,
            continuous_assignments: continuous,
            clocked: (0u32..)
                .zip(network.compiled())
                .filter(|(_, channel)| channel.clocked)
                .map(|(position, _)| position)
                .collect(),
            plain: network.is_plain(),
            watchful,
        })
    }

    /// A trajectory at time 0.
    pub(crate) fn start<'a>(&'a self, network: &'a Network) -> Exact<'a, S> {
        Exact {
            network,
            shared: self,
            state: self.origin.state.clone(),
            selector: self.origin.selector.clone(),
            next: None,
            firings: 0,
            tally: None,
            rest: (!self.plain).then(|| {
                Box::new(Between {
                    events: Events::new(network),
                    flow: Flow::default(),
                    quantities: Vec::new(),
                    threshold: None,
                    started: false,
                })
            }),
        }
    }
}

impl<S: Selector> Exact<'_, S> {
    /// Replaces the values of the state, which must have been made whole.
    pub(crate) fn set_state(&mut self, state: State) -> Result<(), RunError> {
        self.state = state;
        self.rebuild()
    }

    /// The time, after now, at which an event is due by the clock; infinite if there is none.
    pub(crate) fn next_moment(&self) -> f64 {
        match &self.rest {
            None => f64::INFINITY,
            Some(rest) => rest.events.next_moment(self.network),
        }
    }

    /// Lets due events and those whose trigger has become true happen, after another method has changed the state.
    pub(crate) fn settle(&mut self) -> Result<(), RunError> {
        let Some(mut rest) = self.rest.take() else {
            return Ok(());
        };
        rest.started = true;
        let result = self.happen(&mut rest);
        self.rest = Some(rest);
        result
    }

    /// Moves the clock to `end` if it is known that nothing happens before.
    #[inline]
    pub(crate) fn wait(&mut self, end: f64) -> bool {
        let idle = self.rest.is_none() && self.next.is_some_and(|next| next > end);
        if idle {
            self.state.time = end;
        }
        idle
    }

    /// Forgets what is known of the state as it was before another method has changed it.
    pub(crate) fn rebuild(&mut self) -> Result<(), RunError> {
        self.next = None;
        self.selector
            .rebuild(
                &self.shared.plan,
                &self.shared.table,
                &self.state.values,
                self.state.time,
            )
            .map_err(|offence| offence.describe(self.network, &self.state.values, self.state.time))
    }

    /// Runs to `end`, with everything that happens at or before it.
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
        self.state.check_end(end)?;
        match self.rest.take() {
            None => self.run_plain(end, limits, rng),
            Some(mut rest) => {
                let result = self.run_with(&mut rest, end, limits, rng);
                self.rest = Some(rest);
                result
            }
        }
    }

    /// Nothing happens between firings.
    #[inline]
    fn run_plain(
        &mut self,
        end: f64,
        limits: Limits<'_>,
        rng: &mut Stream,
    ) -> Result<Stop, RunError> {
        let shared = self.shared;
        let clock = Clock {
            next: &mut self.next,
            firings: &mut self.firings,
            tally: self.tally.as_mut(),
            end,
            limits,
        };
        match self
            .selector
            .run_compact(&shared.plan, &mut self.state, clock, rng)
        {
            None => {}
            Some(Halt::Stop(stop)) => return Ok(stop),
            Some(Halt::TooLarge) => {
                let State { values, time } = &self.state;
                let channels = 0..shared.table.channels();
                let offence = Offence::largest(channels, &shared.table, values, *time);
                return Err(offence.describe(self.network, values, *time));
            }
            Some(Halt::Large) => {
                let next = self.next;
                self.rebuild()?;
                self.next = next;
            }
        }
        let mut look = limits.next_look(self.firings, shared.firings_per_look);
        loop {
            if self.firings >= look {
                if self.firings >= limits.firings {
                    return Ok(Stop::FiringLimit);
                }
                if limits.interrupted() {
                    return Ok(Stop::Interrupted);
                }
                look = limits.next_look(self.firings, shared.firings_per_look);
            }
            let now = self.state.time;
            let next = match self.next {
                Some(next) => next,
                None => self.selector.next_time(now, rng),
            };
            if next > end {
                self.next = Some(next);
                self.state.time = end;
                return Ok(Stop::End);
            }
            let channel = self.selector.choose(&shared.plan, rng);
            if !shared.table.fire(channel, &mut self.state.values) {
                return Err(self.out_of_range(channel));
            }
            self.state.time = next;
            self.next = None;
            self.firings += 1;
            if let Some(tally) = &mut self.tally {
                tally[channel] += 1;
            }
            if let Err(offence) = self.selector.fired(
                &shared.plan,
                &shared.table,
                channel,
                &self.state.values,
                next,
                rng,
            ) {
                return Err(offence.describe(self.network, &self.state.values, next));
            }
        }
    }

    #[cold]
    fn out_of_range(&self, channel: usize) -> RunError {
        RunError::AmountRange {
            channel: self.network.compiled()[channel].name.clone(),
            time: self.state.time,
            state: self.network.describe(&self.state.values, channel),
        }
    }

    /// Rules, clocked channels and events between firings.
    fn run_with(
        &mut self,
        rest: &mut Between,
        end: f64,
        limits: Limits<'_>,
        rng: &mut Stream,
    ) -> Result<Stop, RunError> {
        let shared = self.shared;
        if !rest.started {
            rest.started = true;
            self.happen(rest)?;
        }
        loop {
            if self.firings >= limits.firings {
                return Ok(Stop::FiringLimit);
            }
            if limits.interrupted() {
                return Ok(Stop::Interrupted);
            }
            let next = match self.next {
                Some(next) => next,
                None => self.selector.next_time(self.state.time, rng),
            };
            self.next = Some(next);
            let moment = rest.events.next_moment(self.network);
            let target = end.min(next).min(moment);
            let fires = self.flow_to(rest, target, limits, rng)?;
            let channel = match fires {
                Reached::Firing => self.choose_clocked(rng)?,
                Reached::Boundary => {
                    self.happen(rest)?;
                    continue;
                }
                // A firing and an event at the same moment: the event is scheduled, the firing has no memory.
                Reached::Target if moment <= target => {
                    self.happen(rest)?;
                    continue;
                }
                Reached::Target if next <= target => {
                    self.next = None;
                    self.selector.choose(&shared.plan, rng)
                }
                Reached::Target => return Ok(Stop::End),
                Reached::Interruption => return Ok(Stop::Interrupted),
            };
            if !shared.table.fire(channel, &mut self.state.values) {
                return Err(self.out_of_range(channel));
            }
            self.firings += 1;
            if let Some(tally) = &mut self.tally {
                tally[channel] += 1;
            }
            for position in shared.assignments.row(channel) {
                self.assign(*position as usize)?;
            }
            let kept = self.next;
            if let Err(offence) = self.selector.fired(
                &shared.plan,
                &shared.table,
                channel,
                &self.state.values,
                self.state.time,
                rng,
            ) {
                return Err(offence.describe(self.network, &self.state.values, self.state.time));
            }
            // A clocked channel may have changed the propensities behind a waiting time that was drawn before.
            if kept.is_some() {
                self.next = None;
            }
            if rest.events.watches(channel) {
                self.happen(rest)?;
            }
        }
    }

    fn assign(&mut self, position: usize) -> Result<(), RunError> {
        let assignment = &self.network.assignments()[position];
        let value = assignment
            .value
            .evaluate(&self.state.values, self.state.time);
        if !value.is_finite() {
            return Err(RunError::Value {
                quantity: self.network.slot_name(assignment.slot).to_owned(),
                value,
                time: self.state.time,
            });
        }
        self.state.values[assignment.slot as usize] = value;
        Ok(())
    }

    /// Lets due events and those whose trigger has become true happen.
    fn happen(&mut self, rest: &mut Between) -> Result<(), RunError> {
        if rest.events.happen(self.network, &mut self.state)? {
            make_whole(self.network, &mut self.state)?;
            rest.flow.restart();
            self.rebuild()?;
        }
        Ok(())
    }

    /// Moves rates and clocks to `target`, or to the firing of a clocked channel or the boundary of a trigger
    /// before it.
    fn flow_to(
        &mut self,
        rest: &mut Between,
        target: f64,
        limits: Limits<'_>,
        rng: &mut Stream,
    ) -> Result<Reached, RunError> {
        let shared = self.shared;
        let rates = self.network.rates();
        if rates.is_empty() && shared.clocked.is_empty() && !shared.watchful {
            self.state.time = target;
            for position in &shared.continuous_assignments {
                self.assign(*position as usize)?;
            }
            return Ok(Reached::Target);
        }
        if self.state.time >= target {
            return Ok(Reached::Target);
        }
        let threshold = if shared.clocked.is_empty() {
            f64::INFINITY
        } else {
            *rest
                .threshold
                .get_or_insert_with(|| draw::exponential(rng, 1.0))
        };
        let last = rates.len();
        rest.quantities.resize(last + 1, 0.0);
        for (quantity, rate) in rest.quantities.iter_mut().zip(rates) {
            *quantity = self.state.values[rate.slot as usize];
        }
        let mut equation = Equation {
            network: self.network,
            shared_clocked: &shared.clocked,
            assignments: &shared.continuous_assignments,
            table: &shared.table,
            values: self.state.values.clone(),
            ceiling: target.next_down(),
            offence: None,
        };
        let mut probe = Equation {
            values: self.state.values.clone(),
            ..equation.clone()
        };
        let mut inside = vec![0.0; last + 1];
        let mut reached = Reached::Target;
        let from = self.state.time;
        let events = &rest.events;
        let network = self.network;
        let watchful = shared.watchful;
        let time = rest.flow.advance(
            &mut equation,
            &mut rest.quantities,
            from,
            target,
            |segment| {
                let mut stop = None;
                let at = |time: f64, quantities: &mut Vec<f64>| segment.at(time, quantities);
                at(segment.to, &mut inside);
                if inside[last] >= threshold {
                    let time = bisect(segment.from, segment.to, |time| {
                        at(time, &mut inside);
                        inside[last] >= threshold
                    });
                    stop = Some(time);
                    reached = Reached::Firing;
                }
                let until = stop.unwrap_or(segment.to);
                let mut changed = |time: f64| {
                    at(time, &mut inside);
                    probe.place(time, &inside);
                    events.crossed(network, &probe.values, time)
                };
                // Within a step of the integrator a trigger may turn and turn back.
                let mut before = segment.from;
                for part in 1..=LOOKS {
                    let time = if part == LOOKS {
                        until
                    } else {
                        segment.from + (until - segment.from) * f64::from(part) / f64::from(LOOKS)
                    };
                    if watchful && changed(time) {
                        stop = Some(bisect(before, time, changed));
                        reached = Reached::Boundary;
                        break;
                    }
                    before = time;
                }
                if stop.is_none() && limits.interrupted() {
                    stop = Some(segment.to);
                    reached = Reached::Interruption;
                }
                stop
            },
        );
        let offence = equation.offence;
        let Ok(time) = time else {
            return Err(match offence {
                Some(offence) => offence.describe(self.network, &self.state.values, from),
                None => RunError::Integration { time: from },
            });
        };
        self.state.time = time;
        for (quantity, rate) in rest.quantities.iter().zip(rates) {
            self.state.values[rate.slot as usize] = *quantity;
        }
        for position in &shared.continuous_assignments {
            self.assign(*position as usize)?;
        }
        if reached == Reached::Firing {
            rest.threshold = None;
            rest.quantities[last] = 0.0;
        }
        Ok(reached)
    }

    /// Which clocked channel fires now.
    fn choose_clocked(&mut self, rng: &mut Stream) -> Result<usize, RunError> {
        let (values, time) = (&self.state.values, self.state.time);
        let propensity = |channel: u32| {
            let propensity = self.shared.table.propensity(channel as usize, values, time);
            if valid(propensity) {
                return Ok(propensity);
            }
            let channel = channel as usize;
            let offence = Offence {
                channel,
                propensity,
            };
            Err(offence.describe(self.network, values, time))
        };
        let mut total = 0.0;
        for channel in &self.shared.clocked {
            total += propensity(*channel)?;
        }
        let mut target = draw::uniform(rng) * total;
        let mut chosen = self.shared.clocked[0];
        for channel in &self.shared.clocked {
            let propensity = propensity(*channel)?;
            if propensity > 0.0 {
                chosen = *channel;
                if target < propensity {
                    break;
                }
                target -= propensity;
            }
        }
        Ok(chosen as usize)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Target,
    /// A clocked channel fires.
    Firing,
    /// A trigger may have become true or false.
    Boundary,
    /// The run is to stop.
    Interruption,
}

/// How often triggers are looked at within a step of the integrator.
const LOOKS: u32 = 8;

/// The earliest time in `(from, to]` at which `passed` holds, if it holds from some time on; just after the switch.
fn bisect(mut from: f64, mut to: f64, mut passed: impl FnMut(f64) -> bool) -> f64 {
    loop {
        let middle = from + (to - from) / 2.0;
        if middle <= from || middle >= to {
            return to;
        }
        if passed(middle) {
            to = middle;
        } else {
            from = middle;
        }
    }
}

/// The differential equation between firings.
#[derive(Clone)]
struct Equation<'a> {
    network: &'a Network,
    shared_clocked: &'a [u32],
    assignments: &'a [u32],
    table: &'a Table,
    values: Vec<f64>,
    /// The formulas jump at the end of the stretch: its own last moment is just before that.
    ceiling: f64,
    offence: Option<Offence>,
}

impl Equation<'_> {
    /// Brings the values to a time.
    fn place(&mut self, time: f64, quantities: &[f64]) {
        for (quantity, rate) in quantities.iter().zip(self.network.rates()) {
            self.values[rate.slot as usize] = *quantity;
        }
        for position in self.assignments {
            let assignment = &self.network.assignments()[*position as usize];
            self.values[assignment.slot as usize] = assignment.value.evaluate(&self.values, time);
        }
    }
}

impl Derivative for Equation<'_> {
    fn derivative(&mut self, time: f64, quantities: &[f64], derivatives: &mut [f64]) -> bool {
        let time = time.min(self.ceiling);
        self.place(time, quantities);
        let last = quantities.len() - 1;
        let mut finite = true;
        for (derivative, rate) in derivatives.iter_mut().zip(self.network.rates()) {
            *derivative = rate.derivative.evaluate(&self.values, time);
            finite &= derivative.is_finite();
        }
        derivatives[last] = 0.0;
        for channel in self.shared_clocked {
            let channel = *channel as usize;
            let propensity = self.table.propensity(channel, &self.values, time);
            if !valid(propensity) {
                self.offence = Some(Offence {
                    channel,
                    propensity,
                });
                finite = false;
            }
            derivatives[last] += propensity;
        }
        finite
    }
}
