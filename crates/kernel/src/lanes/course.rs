//! Networks for the lanes, and one replicate of them on its own, step by step, with the bits that it has in a lane.

use super::outcome::Fault;
use super::tables::{MOST_FACTORS, Row, Tables, TablesError};
use super::{Compiled, xoshiro};
use crate::network::{Compiled as Law, LARGEST_AMOUNT, NOT_PLAIN, Network};
use crate::rng::{self, Stream};
use crate::state::{Limits, RunError, State, Stop};
use crate::{draw, logarithm};

/// Whether the lanes can run a network: it is plain, small, of mass action.
///
/// Those in which a species might run out are left to other methods unless lanes are asked for: these end a replicate
/// as soon as one might.
pub(crate) fn can_run(network: &Network) -> bool {
    tables(network).is_ok_and(|tables| tables.check().is_ok() && tables.falls().is_empty())
}

/// A network for the lanes.
///
/// # Errors
///
/// What it has that they cannot do.
pub(crate) fn compile(network: &Network) -> Result<Compiled, String> {
    let name = |channel: usize| &network.compiled()[channel].name;
    Compiled::new(tables(network)?).map_err(|error| match error {
        TablesError::Factors { channel } | TablesError::Change { channel, .. } => format!(
            "the propensity of channel `{}` is not that of mass action with at most {MOST_FACTORS} molecules",
            name(channel)
        ),
        error => error.to_string(),
    })
}

fn tables(network: &Network) -> Result<Tables, String> {
    if !network.is_plain() {
        return Err(NOT_PLAIN.to_owned());
    }
    let channels = network.compiled().iter().map(|channel| match &channel.law {
        Law::Product(product) => Ok(Row {
            coefficient: product.coefficient,
            factors: product
                .factors
                .iter()
                .map(|(slot, offset)| (*slot as usize, *offset))
                .collect(),
            change: channel
                .changes
                .iter()
                .map(|(slot, change)| (*slot as usize, *change))
                .collect(),
        }),
        Law::Program(_) => Err(format!(
            "the propensity of channel `{}` is no product of amounts",
            channel.name
        )),
    });
    let species = network.species().len();
    Ok(Tables {
        species,
        channels: channels.collect::<Result<_, _>>()?,
        initial: network.initial_amounts().to_vec(),
    })
}

/// The error of a replicate that cannot be continued.
pub(crate) fn describe(fault: &Fault, network: &Network, time: f64) -> RunError {
    let channels = network.compiled();
    let own = |channel: usize, counts: &[f64]| {
        let mut values = counts.to_vec();
        values.push(1.0);
        channels[channel].law.evaluate(&values, time)
    };
    match fault {
        Fault::Total {
            total,
            channel,
            counts,
        } => {
            let channel = channel.unwrap_or(0);
            let own = own(channel, counts);
            RunError::Propensity {
                channel: channels[channel].name.clone(),
                propensity: if own.is_finite() { *total } else { own },
                time,
                state: network.describe(counts, channel),
            }
        }
        Fault::Count { species, counts } => {
            // The likeliest of those that may be the next to add to it, or to take from it.
            let nearly_none = counts[*species] < 0.5 * LARGEST_AMOUNT;
            let moves = |channel: &usize| {
                let changes = channels[*channel].changes.iter();
                let mut own = changes.filter(|(slot, _)| *slot as usize == *species);
                own.any(|(_, change)| (*change < 0.0) == nearly_none)
            };
            let moving = (0..channels.len()).filter(moves);
            let likeliest = moving.max_by(|a, b| own(*a, counts).total_cmp(&own(*b, counts)));
            out_of_range(network, likeliest.unwrap_or(0), counts, time)
        }
    }
}

fn out_of_range(network: &Network, channel: usize, counts: &[f64], time: f64) -> RunError {
    RunError::AmountRange {
        channel: network.compiled()[channel].name.clone(),
        time,
        state: network.describe(counts, channel),
    }
}

/// One replicate on its own.
pub(crate) struct Course<'a> {
    network: &'a Network,
    compiled: &'a Compiled,
    pub(crate) state: State,
    stream: [[u64; 1]; 4],
    /// What happens next, if that is drawn.
    next: Option<Next>,
    cumulative: Vec<f64>,
    pub(crate) firings: u64,
    pub(crate) tally: Option<Vec<u64>>,
}

#[derive(Debug, Clone, Copy)]
struct Next {
    time: f64,
    position: usize,
}

impl<'a> Course<'a> {
    pub(crate) fn new(network: &'a Network, compiled: &'a Compiled, stream: &Stream) -> Self {
        Self {
            network,
            compiled,
            state: State::initial(network),
            stream: rng::words(stream).map(|word| [word]),
            next: None,
            cumulative: Vec::new(),
            firings: 0,
            tally: None,
        }
    }

    /// Replaces the state. What happens next is drawn again, which is exact because it has no memory.
    pub(crate) fn set_state(&mut self, state: State) -> Result<(), RunError> {
        self.state = state;
        self.next = None;
        Ok(())
    }

    /// Runs to `end`, with everything that happens at or before it.
    pub(crate) fn run_to(
        &mut self,
        end: f64,
        limits: Limits<'_>,
        _: &mut Stream,
    ) -> Result<Stop, RunError> {
        self.state.check_end(end)?;
        let mut look = limits.next_look(self.firings, Limits::FIRINGS_PER_LOOK);
        loop {
            if self.firings >= look {
                if self.firings >= limits.firings {
                    return Ok(Stop::FiringLimit);
                }
                if limits.interrupted() {
                    return Ok(Stop::Interrupted);
                }
                look = limits.next_look(self.firings, Limits::FIRINGS_PER_LOOK);
            }
            let next = match self.next {
                Some(next) => next,
                None => self.propose()?,
            };
            if next.time > end {
                self.next = Some(next);
                self.state.time = end;
                return Ok(Stop::End);
            }
            self.next = None;
            self.fire(next)?;
        }
    }

    /// Draws when the next channel fires and which: two words, whatever comes of them.
    fn propose(&mut self) -> Result<Next, RunError> {
        let [wait] = xoshiro::next(&mut self.stream);
        let [choice] = xoshiro::next(&mut self.stream);
        let tables = self.compiled.tables();
        let values = &self.state.values;
        let mut total = 0.0;
        self.cumulative.clear();
        for channel in &self.compiled.order {
            total += tables.channels[*channel].propensity(|slot| values[slot]);
            self.cumulative.push(total);
        }
        if !(0.0..f64::INFINITY).contains(&total) {
            let mut channels = tables.channels.iter();
            let at_fault =
                channels.position(|row| !row.propensity(|slot| values[slot]).is_finite());
            let fault = Fault::Total {
                total,
                channel: at_fault,
                counts: self.state.values().to_vec(),
            };
            return Err(describe(&fault, self.network, self.state.time));
        }
        let target = xoshiro::below_one(choice) * total;
        Ok(Next {
            time: self.state.time + -logarithm::ln(draw::inside(wait)) / total,
            position: self.cumulative.partition_point(|sum| *sum <= target),
        })
    }

    fn fire(&mut self, next: Next) -> Result<(), RunError> {
        let channel = self.compiled.order[next.position];
        let row = &self.compiled.tables().channels[channel];
        let values = &mut self.state.values;
        let within = |(slot, change): &(usize, f64)| {
            (0.0..LARGEST_AMOUNT).contains(&(values[*slot] + change))
        };
        if !row.change.iter().all(within) {
            let counts = self.state.values();
            return Err(out_of_range(self.network, channel, counts, next.time));
        }
        for (slot, change) in &row.change {
            values[*slot] += change;
        }
        self.state.time = next.time;
        self.firings += 1;
        if let Some(tally) = &mut self.tally {
            tally[channel] += 1;
        }
        Ok(())
    }
}
