//! Events: when they are due and what they set.

use crate::network::{Network, Trigger};
use crate::state::{RunError, State};

/// At most so many events set each other off at one moment.
const MOST_AT_ONCE: usize = 10_000;

/// Triggers and delayed events of one trajectory.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    /// By event: whether its trigger held when it was last looked at.
    truth: Vec<bool>,
    waiting: Vec<Waiting>,
    /// By channel: whether its firing may change a trigger.
    watched: Vec<bool>,
    /// The next of the network's breakpoints.
    breakpoint: usize,
}

/// An event that waits for its time.
#[derive(Debug, Clone)]
struct Waiting {
    time: f64,
    event: usize,
    values: Option<Vec<f64>>,
}

impl Events {
    pub(crate) fn new(network: &Network) -> Self {
        let mut watched = vec![false; network.compiled().len()];
        let slots: Vec<u32> = network
            .triggers()
            .iter()
            .flat_map(|trigger| trigger.condition.slots())
            .collect();
        if !slots.is_empty() {
            for (channel, watched) in watched.iter_mut().enumerate() {
                let mut changed = network.changed_slots(channel);
                for position in network.affected_assignments(&changed) {
                    changed.push(network.assignments()[position as usize].slot);
                }
                *watched = changed.iter().any(|slot| slots.contains(slot));
            }
        }
        Self {
            truth: network
                .triggers()
                .iter()
                .map(|trigger| trigger.initially)
                .collect(),
            waiting: Vec::new(),
            watched,
            breakpoint: 0,
        }
    }

    /// Whether triggers are to be looked at after that channel fired.
    pub(crate) fn watches(&self, channel: usize) -> bool {
        self.watched[channel]
    }

    /// The next time, after now, at which something is due by the clock.
    pub(crate) fn next_moment(&self, network: &Network) -> f64 {
        let waiting = self
            .waiting
            .iter()
            .map(|waiting| waiting.time)
            .fold(f64::INFINITY, f64::min);
        let breakpoint = network.breakpoints().get(self.breakpoint);
        waiting.min(breakpoint.copied().unwrap_or(f64::INFINITY))
    }

    /// Whether a trigger holds that did not hold before, or the reverse.
    pub(crate) fn crossed(&self, network: &Network, values: &[f64], time: f64) -> bool {
        network
            .triggers()
            .iter()
            .zip(&self.truth)
            .any(|(trigger, truth)| holds(trigger, values, time) != *truth)
    }

    /// Lets everything happen that is due at the time of the state. True if values may have changed.
    pub(crate) fn happen(
        &mut self,
        network: &Network,
        state: &mut State,
    ) -> Result<bool, RunError> {
        let now = state.time;
        let mut changed = false;
        while let Some(breakpoint) = network.breakpoints().get(self.breakpoint)
            && *breakpoint <= now
        {
            self.breakpoint += 1;
            // A propensity may have jumped.
            changed = true;
        }
        assign_all(network, state)?;
        for round in 0.. {
            self.look(network, state)?;
            let due = (0..self.waiting.len())
                .filter(|place| self.waiting[*place].time <= now)
                .min_by(|a, b| {
                    let (a, b) = (&self.waiting[*a], &self.waiting[*b]);
                    a.time.total_cmp(&b.time).then(a.event.cmp(&b.event))
                });
            let Some(due) = due else { break };
            let waiting = self.waiting.remove(due);
            let trigger = &network.triggers()[waiting.event];
            if round >= MOST_AT_ONCE {
                return Err(RunError::Event {
                    event: trigger.name.clone(),
                    problem: "is set off by itself or by others without end",
                    time: now,
                });
            }
            let values = waiting.values.unwrap_or_else(|| evaluate(trigger, state));
            for ((slot, _), value) in trigger.sets.iter().zip(values) {
                if !value.is_finite() {
                    return Err(RunError::Value {
                        quantity: network.slot_name(*slot).to_owned(),
                        value,
                        time: now,
                    });
                }
                state.values[*slot as usize] = value;
            }
            assign_all(network, state)?;
            changed = true;
        }
        Ok(changed)
    }

    /// Looks at all triggers: those that became true are put on the waiting list.
    fn look(&mut self, network: &Network, state: &State) -> Result<(), RunError> {
        for (event, trigger) in network.triggers().iter().enumerate() {
            let held = std::mem::replace(
                &mut self.truth[event],
                holds(trigger, &state.values, state.time),
            );
            if !self.truth[event] && !trigger.persistent {
                self.waiting.retain(|waiting| waiting.event != event);
            }
            if held || !self.truth[event] {
                continue;
            }
            let delay = match &trigger.delay {
                None => 0.0,
                Some(delay) => delay.evaluate(&state.values, state.time),
            };
            if delay < 0.0 || delay.is_nan() {
                return Err(RunError::Event {
                    event: trigger.name.clone(),
                    problem: "has a delay that is negative or not a number",
                    time: state.time,
                });
            }
            self.waiting.push(Waiting {
                time: state.time + delay,
                event,
                values: trigger.values_at_trigger.then(|| evaluate(trigger, state)),
            });
        }
        Ok(())
    }
}

fn holds(trigger: &Trigger, values: &[f64], time: f64) -> bool {
    let value = trigger.condition.evaluate(values, time);
    value != 0.0 && !value.is_nan()
}

fn evaluate(trigger: &Trigger, state: &State) -> Vec<f64> {
    trigger
        .sets
        .iter()
        .map(|(_, value)| value.evaluate(&state.values, state.time))
        .collect()
}

/// Makes all assignments anew.
fn assign_all(network: &Network, state: &mut State) -> Result<(), RunError> {
    for assignment in network.assignments() {
        let value = assignment.value.evaluate(&state.values, state.time);
        if !value.is_finite() {
            return Err(RunError::Value {
                quantity: network.slot_name(assignment.slot).to_owned(),
                value,
                time: state.time,
            });
        }
        state.values[assignment.slot as usize] = value;
    }
    Ok(())
}
