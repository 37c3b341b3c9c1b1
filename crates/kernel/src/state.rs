//! Where a run stands, how it can stop, and how it can fail.

use crate::network::{LARGEST_AMOUNT, Network, SpeciesId};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;

/// The values of all quantities of a network at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub(crate) time: f64,
    /// By slot, and the constant 1 at the end.
    pub(crate) values: Vec<f64>,
}

impl State {
    /// The state of a network at time 0.
    #[must_use]
    pub fn initial(network: &Network) -> Self {
        Self {
            time: 0.0,
            values: network.initial().to_vec(),
        }
    }

    /// The time, in the unit of the rate constants.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The values in the order of [`Network::quantities`]: amounts of species first.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values[..self.values.len() - 1]
    }

    /// Checks that a run can go on to `end`.
    pub(crate) fn check_end(&self, end: f64) -> Result<(), RunError> {
        if end.is_finite() && end >= self.time {
            return Ok(());
        }
        Err(RunError::Time {
            from: self.time,
            to: end,
        })
    }

    /// The amount of one species: a whole number if channels change it.
    #[must_use]
    pub fn amount(&self, species: SpeciesId) -> f64 {
        self.values[species.index()]
    }
}

/// Why a call that runs a trajectory came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// The end that was asked for is reached.
    End,
    /// The limit of firings is reached before it: what is there is a part of the whole.
    FiringLimit,
    /// It was [interrupted](crate::simulation::Trajectory::stop_on) before it: what is there is a part of the whole.
    Interrupted,
}

/// A number for people: with an exponent where it would take many digits without.
pub(crate) struct Short(pub(crate) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number) = self;
        let plain = *number == 0.0 || !number.is_finite() || (1e-5..1e16).contains(&number.abs());
        if plain {
            write!(f, "{number}")
        } else {
            write!(f, "{number:e}")
        }
    }
}

/// What may stop a run before its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits<'a> {
    /// The most firings.
    pub(crate) firings: u64,
    /// Set from outside once the run is to stop.
    pub(crate) interrupt: &'a AtomicBool,
}

impl Limits<'_> {
    /// Loops of firings look at the flag once in so many.
    pub(crate) const FIRINGS_PER_LOOK: u64 = 1024;

    /// Whether the run is to stop.
    #[inline]
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// After how many firings in all a loop that has come to `firings` is to look again.
    #[inline]
    pub(crate) fn next_look(&self, firings: u64, distance: u64) -> u64 {
        self.firings.min(firings.saturating_add(distance))
    }
}

/// Why a run cannot start or go on. The trajectory is not to be continued.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RunError {
    /// A propensity is negative, infinite or not a number.
    #[error("at time {time} channel `{channel}` has propensity {} in state {state}", Short(*propensity))]
    Propensity {
        /// The channel at fault.
        channel: String,
        /// Its propensity.
        propensity: f64,
        /// When.
        time: f64,
        /// The values, with names.
        state: String,
    },
    /// An amount would fall below 0 or pass 2^53, from where on whole numbers are not exact.
    #[error(
        "at time {time} channel `{channel}` fires in state {state}, where an amount would leave the range 0 to 2^53"
    )]
    AmountRange {
        /// The channel that fired.
        channel: String,
        /// When.
        time: f64,
        /// The values before it fired, with names.
        state: String,
    },
    /// An amount that channels change is not a whole number.
    #[error(
        "species `{species}` has the amount {} at time {time}: channels change it by whole molecules, so it must be a whole number from 0 to 2^53",
        Short(*amount)
    )]
    NotWhole {
        /// The species.
        species: String,
        /// Its amount.
        amount: f64,
        /// When.
        time: f64,
    },
    /// A rule or an event gave a quantity a value that is not a finite number.
    #[error("at time {time} `{quantity}` becomes {value}, which is not a finite number")]
    Value {
        /// The quantity.
        quantity: String,
        /// Its value.
        value: f64,
        /// When.
        time: f64,
    },
    /// Events set each other off without end, or wait for a negative time.
    #[error("at time {time} event `{event}` {problem}")]
    Event {
        /// The event.
        event: String,
        /// What is wrong.
        problem: &'static str,
        /// When.
        time: f64,
    },
    /// Times do not increase, or are not finite.
    #[error("cannot run from time {from} to time {to}")]
    Time {
        /// Where the run stands.
        from: f64,
        /// Where it was asked to go.
        to: f64,
    },
    /// A count has passed what the binomial leap can hold.
    #[error(
        "at time {time} species `{species}` passes 2^23 molecules, the most that the binomial leap counts"
    )]
    Leap {
        /// The species.
        species: String,
        /// When the step began.
        time: f64,
    },
    /// The rules for rates cannot be integrated with the accuracy asked for.
    #[error("at time {time} the rates change too fast to be integrated")]
    Integration {
        /// When.
        time: f64,
    },
    /// A number that belongs to the method is out of its range.
    #[error("the method `{method}` has {name} {value}, which must be {range}")]
    Setting {
        /// The method.
        method: &'static str,
        /// What the number is.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
    /// The method cannot run this network.
    #[error("the method `{method}` cannot run this network: {reason}")]
    Unsupported {
        /// The method.
        method: &'static str,
        /// What the network has that the method cannot do.
        reason: String,
    },
}

/// Checks that the amounts that channels change are whole numbers, and makes those that are so but for rounding
/// exactly so.
pub(crate) fn make_whole(network: &Network, state: &mut State) -> Result<(), RunError> {
    const ROUNDING: f64 = 1e-9;
    for slot in 0..network.slots() {
        if !network.reacts(slot) {
            continue;
        }
        let amount = state.values[slot];
        let whole = amount.round();
        let near = (amount - whole).abs() <= ROUNDING * whole.max(1.0);
        if !(near && (0.0..LARGEST_AMOUNT).contains(&whole)) {
            return Err(RunError::NotWhole {
                species: network.slot_name(slot as u32).to_owned(),
                amount,
                time: state.time,
            });
        }
        state.values[slot] = whole;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Short;

    #[test]
    fn numbers_take_few_digits() {
        for (number, text) in [
            (0.0, "0"),
            (-0.5, "-0.5"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (1e300, "1e300"),
            (-2.5e-9, "-2.5e-9"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(Short(number).to_string(), text);
        }
    }
}
