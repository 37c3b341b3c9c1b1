//! The next reaction method (Gibson and Bruck 2000, doi:10.1021/jp993732q): every channel has a time at which it
//! would fire, kept in a heap. After a firing the times of the channels that it touched are stretched by the ratio of
//! their propensities; only the channel that fired draws a new one.

use super::table::{Graph, Table, valid};
use super::{Offence, Selector};
use crate::draw;
use crate::network::Network;
use crate::rng::Stream;

/// Propensities and firing times in the present state.
#[derive(Debug, Clone)]
pub(crate) struct NextReaction {
    propensities: Vec<f64>,
    /// When each channel would fire; infinity if never, and not a number before it is drawn.
    times: Vec<f64>,
    /// Channels, as a binary heap by time.
    heap: Vec<u32>,
    /// Where in the heap each channel is.
    place: Vec<u32>,
    /// Whether the times are still to be drawn.
    fresh: bool,
}

impl Selector for NextReaction {
    type Plan = Graph;

    fn plan(network: &Network, _: &Table) -> Graph {
        Graph::new(network)
    }

    fn start(plan: &Graph) -> Self {
        let channels = plan.drawn.len();
        Self {
            propensities: vec![0.0; channels],
            times: vec![f64::INFINITY; channels],
            heap: (0..channels as u32).collect(),
            place: (0..channels as u32).collect(),
            fresh: true,
        }
    }

    fn rebuild(
        &mut self,
        plan: &Graph,
        table: &Table,
        values: &[f64],
        time: f64,
    ) -> Result<(), Offence> {
        for channel in 0..table.channels() {
            if plan.drawn[channel] {
                let propensity = table.propensity(channel, values, time);
                if !valid(propensity) {
                    return Err(Offence {
                        channel,
                        propensity,
                    });
                }
                self.propensities[channel] = propensity;
            }
        }
        self.fresh = true;
        Ok(())
    }

    fn next_time(&mut self, now: f64, rng: &mut Stream) -> f64 {
        if self.fresh {
            for (time, propensity) in self.times.iter_mut().zip(&self.propensities) {
                *time = now + draw::exponential(rng, *propensity);
            }
            for place in (0..self.heap.len() / 2).rev() {
                self.sink(place);
            }
            self.fresh = false;
        }
        self.heap
            .first()
            .map_or(f64::INFINITY, |channel| self.times[*channel as usize])
    }

    fn choose(&mut self, _: &Graph, _: &mut Stream) -> usize {
        self.heap.first().map_or(0, |channel| *channel as usize)
    }

    fn fired(
        &mut self,
        plan: &Graph,
        table: &Table,
        fired: usize,
        values: &[f64],
        now: f64,
        rng: &mut Stream,
    ) -> Result<(), Offence> {
        for dependent in plan.dependents.row(fired) {
            let channel = *dependent as usize;
            let propensity = table.propensity(channel, values, now);
            if !valid(propensity) {
                return Err(Offence {
                    channel,
                    propensity,
                });
            }
            let old = std::mem::replace(&mut self.propensities[channel], propensity);
            if channel == fired {
                continue;
            }
            // An exponential time has no memory: one that was never is drawn when it becomes possible.
            let time = if propensity == 0.0 {
                f64::INFINITY
            } else if old > 0.0 && self.times[channel].is_finite() {
                now + old / propensity * (self.times[channel] - now)
            } else {
                now + draw::exponential(rng, propensity)
            };
            self.set(channel, time);
        }
        if plan.drawn[fired] {
            let time = now + draw::exponential(rng, self.propensities[fired]);
            self.set(fired, time);
        }
        Ok(())
    }
}

impl NextReaction {
    fn time_at(&self, place: usize) -> f64 {
        self.times[self.heap[place] as usize]
    }

    fn set(&mut self, channel: usize, time: f64) {
        let old = std::mem::replace(&mut self.times[channel], time);
        let place = self.place[channel] as usize;
        if time < old {
            self.rise(place);
        } else {
            self.sink(place);
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.place[self.heap[a] as usize] = a as u32;
        self.place[self.heap[b] as usize] = b as u32;
    }

    fn rise(&mut self, mut place: usize) {
        while place > 0 {
            let parent = (place - 1) / 2;
            if self.time_at(parent) <= self.time_at(place) {
                break;
            }
            self.swap(parent, place);
            place = parent;
        }
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let mut least = place;
            for child in [2 * place + 1, 2 * place + 2] {
                if child < self.heap.len() && self.time_at(child) < self.time_at(least) {
                    least = child;
                }
            }
            if least == place {
                return;
            }
            self.swap(place, least);
            place = least;
        }
    }
}
