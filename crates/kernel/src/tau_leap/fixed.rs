//! Explicit leaps of one fixed length, to show what they do to a law.
//!
//! In every step all channels fire a Poisson number of times, with the propensities of its beginning (Gillespie 2001,
//! doi:10.1063/1.1378322). The bias is of first order in the step and easily computed: pure death with rate `c` leaves
//! `(1 - c tau)^n` after `n` steps in place of `exp(-n c tau)`, and stationary immigration and death have the right mean
//! but a variance that is `1 / (1 - c tau / 2)` times too large.
//!
//! Propensities and assignments that depend on time take that of the beginning of the step.
//!
//! Amounts do not become negative: in the order of their declaration channels take what is there at the beginning of
//! the step and not yet taken, and a channel that draws more firings than that allows fires as often as it can.

use crate::draw;
use crate::exact::events::Events;
use crate::exact::table::Table;
use crate::network::{LARGEST_AMOUNT, Network};
use crate::rng::Stream;
use crate::state::{Limits, RunError, State, Stop, make_whole};

/// The end of a step so close after the time asked for, as a share of the step, counts as reached: 3 times 0.1 is more
/// than 0.3.
pub(crate) const ROUNDING: f64 = 1e-9;

/// Checks the length of the steps of a method.
///
/// # Errors
///
/// [`RunError::Setting`] if it is not positive and finite.
pub(crate) fn check_step(method: &'static str, tau: f64) -> Result<(), RunError> {
    if tau > 0.0 && tau.is_finite() {
        return Ok(());
    }
    Err(RunError::Setting {
        method,
        name: "tau",
        value: tau,
        range: "above 0 and finite",
    })
}

/// What all trajectories of a network share.
pub(crate) struct Shared {
    table: Table,
    tau: f64,
    origin: State,
    /// The events, before any has happened, if there are any.
    events: Option<Events>,
}

/// One trajectory by leaps of fixed length.
pub(crate) struct FixedLeap<'a> {
    network: &'a Network,
    shared: &'a Shared,
    pub(crate) state: State,
    /// How many channels have fired.
    pub(crate) firings: u64,
    /// Firings by channel, if they are counted.
    pub(crate) tally: Option<Vec<u64>>,
    events: Option<Events>,
    /// Complete steps.
    steps: u64,
    /// The time to which the values belong: at most that of the state.
    since: f64,
    started: bool,
    propensities: Vec<f64>,
    /// What is not yet taken in this step, by slot.
    free: Vec<f64>,
}

impl Shared {
    /// Prepares a network for steps of length `tau`.
    ///
    /// # Errors
    ///
    /// [`RunError::Setting`] if `tau` is not positive and finite; [`RunError::Unsupported`] for rules for rates;
    /// [`RunError::NotWhole`] or [`RunError::Propensity`] in the initial state.
    pub(crate) fn new(network: &Network, tau: f64) -> Result<Self, RunError> {
        let method = "fixed-leap";
        check_step(method, tau)?;
        if let Some(rate) = network.rates().first() {
            let name = network.slot_name(rate.slot);
            let reason = format!("`{name}` changes continuously");
            return Err(RunError::Unsupported { method, reason });
        }
        let mut origin = State::initial(network);
        make_whole(network, &mut origin)?;
        let table = Table::new(network);
        let mut propensities = vec![0.0; table.channels()];
        super::evaluate(&table, &origin, &mut propensities)
            .map_err(|offence| offence.describe(network, &origin.values, 0.0))?;
        Ok(Self {
            table,
            tau,
            origin,
            events: (!network.is_plain()).then(|| Events::new(network)),
        })
    }

    /// A trajectory at time 0.
    pub(crate) fn start<'a>(&'a self, network: &'a Network) -> FixedLeap<'a> {
        FixedLeap {
            network,
            shared: self,
            state: self.origin.clone(),
            firings: 0,
            tally: None,
            events: self.events.clone(),
            steps: 0,
            since: 0.0,
            started: false,
            propensities: vec![0.0; self.table.channels()],
            free: self.origin.values.clone(),
        }
    }
}

impl FixedLeap<'_> {
    /// Replaces the values of the state, which must have been made whole. The step that is under way begins there.
    pub(crate) fn set_state(&mut self, state: State) -> Result<(), RunError> {
        self.since = state.time;
        self.state = state;
        self.evaluate()
    }

    /// Runs to `end`: all steps that end at or before it, so that the values are those of the last complete step.
    /// Stopping to look changes nothing. A step is cut in two by a moment at which an event is due; other triggers are
    /// looked at after each step. The limit of firings is looked at before each step.
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
        if !self.started {
            self.started = true;
            self.happen()?;
        }
        let slack = ROUNDING * self.shared.tau;
        loop {
            let boundary = (self.steps + 1) as f64 * self.shared.tau;
            let moment = match &self.events {
                Some(events) => events.next_moment(self.network),
                None => f64::INFINITY,
            };
            if boundary > end + slack && moment > end {
                self.state.time = end;
                return Ok(Stop::End);
            }
            if self.firings >= limits.firings {
                return Ok(Stop::FiringLimit);
            }
            if limits.interrupted() {
                return Ok(Stop::Interrupted);
            }
            let target = boundary.min(moment);
            self.step(target - self.since, rng)?;
            self.since = target;
            self.state.time = target;
            if target >= boundary {
                self.steps += 1;
            }
            self.happen()?;
        }
    }

    /// One leap of the given length.
    fn step(&mut self, length: f64, rng: &mut Stream) -> Result<(), RunError> {
        if length <= 0.0 {
            return Ok(());
        }
        self.state.time = self.since;
        self.evaluate()?;
        let values = &mut self.state.values;
        self.free.copy_from_slice(values);
        for (channel, propensity) in self.propensities.iter().enumerate() {
            let changes = self.shared.table.changes(channel);
            let mut count = draw::poisson(rng, propensity * length) as f64;
            for (slot, change) in changes {
                if *change < 0.0 {
                    count = count.min((self.free[*slot as usize] / -change).floor());
                }
            }
            for (slot, change) in changes {
                let slot = *slot as usize;
                values[slot] += change * count;
                if *change < 0.0 {
                    self.free[slot] += change * count;
                }
            }
            let too_large = |(slot, _): &(u32, f64)| values[*slot as usize] >= LARGEST_AMOUNT;
            if changes.iter().any(too_large) {
                for (slot, change) in changes {
                    values[*slot as usize] -= change * count;
                }
                return Err(RunError::AmountRange {
                    channel: self.network.compiled()[channel].name.clone(),
                    time: self.since,
                    state: self.network.describe(values, channel),
                });
            }
            self.firings += count as u64;
            if let Some(tally) = &mut self.tally {
                tally[channel] += count as u64;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<(), RunError> {
        let state = &self.state;
        super::evaluate(&self.shared.table, state, &mut self.propensities)
            .map_err(|offence| offence.describe(self.network, &state.values, state.time))
    }

    /// Makes the assignments and lets events happen.
    fn happen(&mut self) -> Result<(), RunError> {
        if let Some(events) = &mut self.events
            && events.happen(self.network, &mut self.state)?
        {
            make_whole(self.network, &mut self.state)?;
        }
        Ok(())
    }
}
