//! Networks for the lanes, and one replicate of them on its own, step by step, with the bits that it has in a lane.

use super::outcome::Fault;
use super::tables::{MOST_COUNT, Row, Tables};
use super::{Compiled, xoshiro};
use crate::{draw, logarithm};
use crate::network::{Compiled as Law, Network};
use crate::rng::{self, Stream};
use crate::state::{Limits, RunError, State, Stop};

/// Whether the lanes can run a network: it is plain, small, of mass action.
pub(crate) fn can_run(network: &Network) -> bool {
    tables(network).is_ok_and(|tables| tables.check().is_ok())
}

/// A network for the lanes.
///
/// # Errors
///
/// What it has that they cannot do.
pub(crate) fn compile(network: &Network) -> Result<Compiled, String> {
    Compiled::new(tables(network)?).map_err(|error| error.to_string())
}

fn tables(network: &Network) -> Result<Tables, String> {
    if !network.is_plain() {
        return Err("it has rules, events or propensities that depend on time".to_owned());
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
    match fault {
        Fault::Total {
            total,
            channel,
            counts,
        } => {
            let channel = channel.unwrap_or(0);
            let mut values = counts.clone();
            values.push(1.0);
            let law = &network.compiled()[channel].law;
            let own = law.evaluate(&values, time);
            RunError::Propensity {
                channel: network.compiled()[channel].name.clone(),
                propensity: if own.is_finite() { *total } else { own },
                time,
                state: network.describe(counts),
            }
        }
        Fault::Count { species, counts } => RunError::AmountRange {
            channel: network.slot_name(*species as u32).to_owned(),
            time,
            state: network.describe(counts),
        },
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
            let row = &tables.channels[*channel];
            let factors = row
                .factors
                .iter()
                .map(|(slot, offset)| values[*slot] - offset);
            total += factors.fold(row.coefficient, |product, factor| product * factor);
            self.cumulative.push(total);
        }
        if !(0.0..f64::INFINITY).contains(&total) {
            let at_fault = tables.channels.iter().position(|row| {
                let factors = row
                    .factors
                    .iter()
                    .map(|(slot, offset)| values[*slot] - offset);
                !factors
                    .fold(row.coefficient, |product, factor| product * factor)
                    .is_finite()
            });
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
        for (slot, change) in &row.change {
            self.state.values[*slot] += change;
        }
        if let Some((species, _)) = row
            .change
            .iter()
            .find(|(slot, _)| self.state.values[*slot] > MOST_COUNT)
        {
            let fault = Fault::Count {
                species: *species,
                counts: self.state.values().to_vec(),
            };
            return Err(describe(&fault, self.network, next.time));
        }
        self.state.time = next.time;
        self.firings += 1;
        if let Some(tally) = &mut self.tally {
            tally[channel] += 1;
        }
        Ok(())
    }
}
