//! The direct method (Gillespie 1977, doi:10.1021/j100540a008) with a dependency graph over channels.
//!
//! After a firing only the propensities that it touched are computed again, and the total is corrected by their
//! differences. The rounding error of such a running sum is bounded by the number of corrections times 2^-53 of its
//! largest value, so the sum is made anew after 1024 firings, and at once when it has fallen to 1/16 of its largest
//! value since: it is never wrong by more than about 2e-12 per dependent channel, and exactly 0 when nothing can fire.
//!
//! The search for the channel that fires begins with those that fired most so far, an order that is made anew with
//! each sum. It depends on the trajectory alone.

use super::compact::{Clock, Halt, Script};
use super::table::{Graph, Table, valid};
use super::{Offence, Selector};
use crate::draw;
use crate::network::Network;
use crate::rng::Stream;
use crate::state::State;

/// After so many firings the total propensity is summed anew.
const FIRINGS_PER_SUM: u32 = 1024;

/// The total propensity is summed anew when it falls below this share of its largest value since the last sum.
const SMALLEST_SHARE: f64 = 1.0 / 16.0;

/// What all trajectories of a network share.
#[derive(Debug)]
pub(crate) struct Plan {
    graph: Graph,
    /// For small plain networks, which take another way.
    script: Option<Script>,
}

impl Plan {
    #[cold]
    fn too_large(&self, table: &Table, values: &[f64], time: f64) -> Offence {
        let drawn = (0..table.channels()).filter(|channel| self.graph.drawn[*channel]);
        Offence::largest(drawn, table, values, time)
    }
}

/// The propensities in the present state.
#[derive(Debug, Clone)]
pub(crate) struct Direct {
    /// Whether the script can be used in the present state.
    compact: bool,
    /// Propensities in the order of the search.
    propensities: Vec<f64>,
    /// Channels in the order of the search.
    order: Vec<u32>,
    /// The place of each channel in that order.
    place: Vec<u32>,
    firings: Vec<u64>,
    total: f64,
    largest_total: f64,
    firings_since_sum: u32,
}

impl Selector for Direct {
    type Plan = Plan;

    fn plan(network: &Network, _: &Table) -> Plan {
        Plan {
            graph: Graph::new(network),
            script: Script::new(network),
        }
    }

    fn start(plan: &Plan) -> Self {
        let channels = plan.graph.drawn.len();
        Self {
            compact: false,
            propensities: vec![0.0; channels],
            order: (0..channels as u32).collect(),
            place: (0..channels as u32).collect(),
            firings: vec![0; channels],
            total: 0.0,
            largest_total: 0.0,
            firings_since_sum: 0,
        }
    }

    fn rebuild(
        &mut self,
        plan: &Plan,
        table: &Table,
        values: &[f64],
        time: f64,
    ) -> Result<(), Offence> {
        for channel in 0..table.channels() {
            if plan.graph.drawn[channel] {
                let propensity = table.propensity(channel, values, time);
                if !valid(propensity) {
                    return Err(Offence {
                        channel,
                        propensity,
                    });
                }
                self.propensities[self.place[channel] as usize] = propensity;
            }
        }
        self.sum();
        if !valid(self.total) {
            return Err(plan.too_large(table, values, time));
        }
        self.compact = plan
            .script
            .as_ref()
            .is_some_and(|script| script.is_safe(values));
        Ok(())
    }

    fn run_compact(
        &mut self,
        plan: &Plan,
        state: &mut State,
        clock: Clock<'_>,
        stream: &mut Stream,
    ) -> Option<Halt> {
        let script = plan.script.as_ref().filter(|_| self.compact)?;
        Some(script.run(state, clock, stream))
    }

    #[inline]
    fn next_time(&mut self, now: f64, rng: &mut Stream) -> f64 {
        now + draw::exponential(rng, self.total)
    }

    #[inline]
    fn choose(&mut self, _: &Plan, rng: &mut Stream) -> usize {
        let mut target = draw::uniform(rng) * self.total;
        for (propensity, channel) in self.propensities.iter().zip(&self.order) {
            if target < *propensity {
                return *channel as usize;
            }
            target -= propensity;
        }
        // The running total exceeds the true one by a rounding error and the target passed all channels.
        let last = self
            .propensities
            .iter()
            .rposition(|propensity| *propensity > 0.0);
        self.order[last.unwrap_or(0)] as usize
    }

    #[inline]
    fn fired(
        &mut self,
        plan: &Plan,
        table: &Table,
        channel: usize,
        values: &[f64],
        time: f64,
        _: &mut Stream,
    ) -> Result<(), Offence> {
        self.firings[channel] += 1;
        for dependent in plan.graph.dependents.row(channel) {
            let dependent = *dependent as usize;
            let propensity = table.propensity(dependent, values, time);
            if !valid(propensity) {
                return Err(Offence {
                    channel: dependent,
                    propensity,
                });
            }
            let place = &mut self.propensities[self.place[dependent] as usize];
            self.total += propensity - *place;
            *place = propensity;
        }
        if self.total > self.largest_total {
            self.largest_total = self.total;
        }
        self.firings_since_sum += 1;
        if self.firings_since_sum >= FIRINGS_PER_SUM
            || self.total < SMALLEST_SHARE * self.largest_total
        {
            if self.firings_since_sum >= FIRINGS_PER_SUM {
                self.sort();
            }
            self.sum();
            if !valid(self.total) {
                return Err(plan.too_large(table, values, time));
            }
        }
        Ok(())
    }
}

impl Direct {
    /// Sums all propensities.
    fn sum(&mut self) {
        self.total = self.propensities.iter().sum();
        self.largest_total = self.total;
        self.firings_since_sum = 0;
    }

    /// Puts the channels that fired most in front.
    #[cold]
    fn sort(&mut self) {
        let mut order = self.order.clone();
        order.sort_by_key(|channel| std::cmp::Reverse(self.firings[*channel as usize]));
        let propensities = order
            .iter()
            .map(|channel| self.propensities[self.place[*channel as usize] as usize])
            .collect();
        for (place, channel) in (0u32..).zip(&order) {
            self.place[*channel as usize] = place;
        }
        (self.order, self.propensities) = (order, propensities);
    }
}
