//! Deterministic trajectories: the differential equation of the large-number limit.
//!
//! Every amount that channels change obeys `dx/dt = sum over channels of change * law`, where mass action has powers
//! in place of falling factorials (Kurtz 1972, doi:10.1063/1.1678692): amounts are real numbers here. Quantities with
//! a rate rule obey that, assignments hold at all times, events happen as in stochastic runs. The result is *not* the
//! mean of those unless all laws are linear.
//!
//! The integrator is [implicit](rosenbrock), for systems stiff or not. It runs ahead of the time asked for, by at most
//! one step, and results are read off its dense output: looking often costs no steps and changes no value. Steps end
//! at breakpoints of the network and at delayed events, and begin anew where an event sets something. Triggers that
//! depend on the state are looked at several times in a step and located to rounding; one that turns and turns back
//! between two looks is missed.
//!
//! At rest, steps grow. Lest one passes over a pulse that comes with time, in a network whose formulas mention time no
//! step is longer than [`LONGEST`] distances between the times asked for. A pulse much shorter than such a distance is
//! missed all the same.
//!
//! Laws may be negative, as net rates are. Amounts may fall below 0 by about the absolute tolerance; formulas that have
//! no value there, such as broken powers, then take it for 0. Laws that jump with the *state* are allowed; where they
//! drive it back to the jump from both sides there is no solution, and the integration gets nowhere.

mod equation;
mod pattern;
mod rodas5p;
mod rosenbrock;
mod sparse_lu;

use crate::exact::events::Events;
use crate::network::Network;
use crate::rng::Stream;
use crate::state::{Limits, RunError, State, Stop};
use equation::{Equation, Model};
use rosenbrock::Rosenbrock;

/// The accuracy of each step: the estimated error of every state stays below `absolute + relative * |state|`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tolerances {
    /// At least 1e-13.
    pub(crate) relative: f64,
    /// In the unit of the states, above 0.
    pub(crate) absolute: f64,
}

impl Tolerances {
    /// What double precision can give at best.
    const SMALLEST_RELATIVE: f64 = 1e-13;

    fn check(self) -> Result<Self, RunError> {
        let refused = |name, value, range| RunError::Setting {
            method: "ode",
            name,
            value,
            range,
        };
        let Self { relative, absolute } = self;
        if !(Self::SMALLEST_RELATIVE..1.0).contains(&relative) {
            return Err(refused("relative tolerance", relative, "from 1e-13 to 1"));
        }
        if !(absolute > 0.0 && absolute.is_finite()) {
            return Err(refused(
                "absolute tolerance",
                absolute,
                "above 0 and finite",
            ));
        }
        Ok(self)
    }
}

/// A network prepared for integration: what all its trajectories share.
pub(crate) struct Deterministic {
    model: Model,
    tolerances: Tolerances,
    /// Whether triggers may change other than at breakpoints.
    watchful: bool,
    /// Whether formulas mention time.
    timed: bool,
}

impl Deterministic {
    /// Prepares a network.
    ///
    /// # Errors
    ///
    /// [`RunError::Setting`] for tolerances out of range.
    pub(crate) fn new(network: &Network, tolerances: Tolerances) -> Result<Self, RunError> {
        let tolerances = tolerances.check()?;
        let model = Model::new(network);
        let mut moving = vec![false; network.slots() + 1];
        for slot in model.slots() {
            moving[*slot as usize] = true;
        }
        for assignment in network.assignments() {
            moving[assignment.slot as usize] = assignment.value.uses_time()
                || assignment
                    .value
                    .slots()
                    .iter()
                    .any(|slot| moving[*slot as usize]);
        }
        let watchful = network.triggers().iter().any(|trigger| {
            trigger.smooth
                || trigger
                    .condition
                    .slots()
                    .iter()
                    .any(|slot| moving[*slot as usize])
        });
        let timed = model.uses_time()
            || network.triggers().iter().any(|trigger| trigger.smooth)
            || network
                .assignments()
                .iter()
                .any(|assignment| assignment.value.uses_time());
        Ok(Self {
            model,
            tolerances,
            watchful,
            timed,
        })
    }

    /// A trajectory at time 0.
    pub(crate) fn start<'a>(&'a self, network: &'a Network) -> Course<'a> {
        let state = State::initial(network);
        let slots = self.model.slots();
        let start: Vec<f64> = slots
            .iter()
            .map(|slot| state.values[*slot as usize])
            .collect();
        Course {
            network,
            shared: self,
            inside: start.clone(),
            probe: state.values.clone(),
            integrator: Rosenbrock::new(self.model.pattern(), self.tolerances, 0.0, start),
            equation: Equation::new(&self.model, self.tolerances, state.values.clone()),
            events: Events::new(network),
            started: false,
            looked: 0.0,
            boundary: None,
            firings: 0,
            tally: None,
            state,
        }
    }
}

/// One deterministic trajectory.
pub(crate) struct Course<'a> {
    network: &'a Network,
    shared: &'a Deterministic,
    /// Where the trajectory stands: within the integrator's last step, or at its end.
    pub(crate) state: State,
    /// No channel fires.
    pub(crate) firings: u64,
    /// Nothing is counted.
    pub(crate) tally: Option<Vec<u64>>,
    integrator: Rosenbrock<'a>,
    equation: Equation<'a>,
    events: Events,
    started: bool,
    /// Triggers have been looked at up to here.
    looked: f64,
    /// The first time in the integrator's last step at which a trigger turns.
    boundary: Option<f64>,
    /// States within a step.
    inside: Vec<f64>,
    /// All quantities within a step.
    probe: Vec<f64>,
}

/// The longest step in a network whose formulas mention time, in distances of the times asked for.
const LONGEST: f64 = 4.0;

/// How often triggers are looked at within a step.
const LOOKS: u32 = 8;

impl Course<'_> {
    /// Replaces the values of the state.
    ///
    /// # Errors
    ///
    /// [`RunError::Value`] for a value that is not a finite number.
    pub(crate) fn set_state(&mut self, state: State) -> Result<(), RunError> {
        self.state = state;
        self.assign()?;
        self.restart();
        Ok(())
    }

    /// Runs to `end`, with everything that happens at or before it. As nothing fires and nothing is drawn, a limit of
    /// firings and a stream have no effect.
    ///
    /// # Errors
    ///
    /// [`RunError::Propensity`] and [`RunError::Value`] where a formula has no finite value, [`RunError::Integration`]
    /// where the solution ends or jumps, [`RunError::Event`], [`RunError::Time`].
    pub(crate) fn run_to(
        &mut self,
        end: f64,
        limits: Limits<'_>,
        _stream: &mut Stream,
    ) -> Result<Stop, RunError> {
        self.state.check_end(end)?;
        if !self.started {
            self.started = true;
            self.happen()?;
        }
        let distance = end - self.state.time;
        let longest = if self.shared.timed {
            LONGEST * distance
        } else {
            f64::INFINITY
        };
        loop {
            if limits.interrupted() {
                return Ok(Stop::Interrupted);
            }
            let moment = self.events.next_moment(self.network);
            let known = self.integrator.time();
            let due = self.boundary.unwrap_or(moment).min(moment);
            if due <= known && due <= end {
                self.move_to(due)?;
                self.happen()?;
            } else if end <= known {
                self.move_to(end)?;
                return Ok(Stop::End);
            } else {
                self.step(moment, longest)?;
                self.look();
            }
        }
    }

    /// One step of the integrator, up to the moment at most.
    fn step(&mut self, moment: f64, longest: f64) -> Result<(), RunError> {
        self.equation.set_limit(moment);
        self.integrator
            .step(&mut self.equation, moment, longest)
            .map_err(|_| {
                let time = self.integrator.time();
                let complaint = self.equation.complaint(self.network, time);
                complaint.unwrap_or(RunError::Integration { time })
            })
    }

    /// Looks for the first time, in what is new of the last step, at which a trigger turns.
    fn look(&mut self) {
        self.boundary = None;
        if !self.shared.watchful {
            return;
        }
        let (from, to) = (self.looked, self.integrator.time());
        let mut before = from;
        for part in 1..=LOOKS {
            let time = if part == LOOKS {
                to
            } else {
                from + (to - from) * f64::from(part) / f64::from(LOOKS)
            };
            if self.crossed(time) {
                self.boundary = Some(self.bisect(before, time));
                return;
            }
            before = time;
        }
        self.looked = to;
    }

    /// Whether a trigger is other at a time within the last step than when events last happened.
    fn crossed(&mut self, time: f64) -> bool {
        self.integrator.interpolate(time, &mut self.inside);
        for (slot, value) in self.shared.model.slots().iter().zip(&self.inside) {
            self.probe[*slot as usize] = *value;
        }
        let time = self.equation.clock(time);
        for assignment in self.network.assignments() {
            self.probe[assignment.slot as usize] = assignment.value.evaluate(&self.probe, time);
        }
        self.events.crossed(self.network, &self.probe, time)
    }

    /// The time in `(from, to]` just after a trigger turned, if it stays so to the end.
    fn bisect(&mut self, mut from: f64, mut to: f64) -> f64 {
        loop {
            let middle = from + (to - from) / 2.0;
            if middle <= from || middle >= to {
                return to;
            }
            if self.crossed(middle) {
                to = middle;
            } else {
                from = middle;
            }
        }
    }

    /// Reads the state at a time within the last step.
    fn move_to(&mut self, time: f64) -> Result<(), RunError> {
        self.integrator.interpolate(time, &mut self.inside);
        for (slot, value) in self.shared.model.slots().iter().zip(&self.inside) {
            self.state.values[*slot as usize] = *value;
        }
        self.state.time = time;
        self.assign()
    }

    /// Makes all assignments anew.
    fn assign(&mut self) -> Result<(), RunError> {
        for assignment in self.network.assignments() {
            let value = assignment
                .value
                .evaluate(&self.state.values, self.state.time);
            self.state.values[assignment.slot as usize] = value;
        }
        let finite = self
            .state
            .values()
            .iter()
            .position(|value| !value.is_finite());
        finite.map_or(Ok(()), |slot| {
            Err(RunError::Value {
                quantity: self.network.slot_name(slot as u32).to_owned(),
                value: self.state.values[slot],
                time: self.state.time,
            })
        })
    }

    /// Lets due events and those whose trigger has become true happen.
    fn happen(&mut self) -> Result<(), RunError> {
        if self.events.happen(self.network, &mut self.state)? {
            self.restart();
        } else {
            self.looked = self.state.time;
            self.look();
        }
        Ok(())
    }

    /// Integrates anew from the state.
    fn restart(&mut self) {
        let values = &self.state.values;
        let slots = self.shared.model.slots().iter();
        self.integrator
            .restart(self.state.time, slots.map(|slot| values[*slot as usize]));
        self.equation.set_values(values);
        self.probe.copy_from_slice(values);
        self.looked = self.state.time;
        self.boundary = None;
    }
}
