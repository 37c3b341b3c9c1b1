//! The direct method for small networks of plain mass action: the same algorithm as in [`direct`](super::direct), on
//! arrays of a fixed size.
//!
//! Every index is a byte below the size of the arrays, so that nothing is checked in the loop, and what a firing
//! touches is written out as a script of its own: which amounts change, which propensities follow, and how.

use super::table::Ragged;
use crate::draw;
use crate::network::{Compiled, LARGEST_AMOUNT, Network};
use crate::rng::Stream;
use crate::state::{State, Stop};

/// Slots and channels of a compact network, with the constant 1 among the slots.
const SIZE: usize = 64;
const MASK: usize = SIZE - 1;

/// After so many firings the total propensity is summed anew, and the order of the search made anew.
const FIRINGS_PER_SUM: u32 = 1024;

/// The total propensity is summed anew when it falls below this share of its largest value since the last sum.
const SMALLEST_SHARE: f64 = 1.0 / 16.0;

/// A network in scripts.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    slots: usize,
    channels: usize,
    changes: Ragged<Change>,
    /// By channel: the propensities to be computed after its firing.
    updates: Ragged<Update>,
    /// All propensities.
    all: Vec<Update>,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    by: f64,
    slot: u8,
}

/// `propensity[channel] = coefficient * x[a] * (x[b] - offset)`.
#[derive(Debug, Clone, Copy)]
struct Update {
    coefficient: f64,
    offset: f64,
    channel: u8,
    a: u8,
    b: u8,
}

/// What a trajectory keeps beside its state, and how far it is to go.
pub(crate) struct Clock<'a> {
    /// When the next channel fires, if that is known.
    pub(crate) next: &'a mut Option<f64>,
    pub(crate) firings: &'a mut u64,
    pub(crate) tally: Option<&'a mut Vec<u64>>,
    pub(crate) end: f64,
    pub(crate) limit: u64,
}

/// Why the loop came back.
pub(crate) enum Halt {
    Stop(Stop),
    /// An amount would have left its range when this channel fired.
    OutOfRange(usize),
    /// The sum of propensities is not finite.
    TooLarge,
}

/// Propensities and the order of the search, kept from one call to the next.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    /// Propensities in the order of the search.
    propensities: [f64; SIZE],
    /// Channels in that order.
    order: [u8; SIZE],
    /// The place of each channel in it.
    place: [u8; SIZE],
    fired: [u64; SIZE],
    total: f64,
    largest_total: f64,
    firings_since_sum: u32,
}

impl Script {
    /// The script of a network, if it is small and plain, and no propensity can be negative.
    pub(crate) fn new(network: &Network) -> Option<Self> {
        let channels = network.compiled();
        if !network.is_plain() || channels.len() > SIZE || network.slots() >= SIZE {
            return None;
        }
        let one = network.slots() as u8;
        let mut all = Vec::with_capacity(channels.len());
        for (channel, compiled) in (0u8..).zip(channels) {
            let Compiled::Product(product) = &compiled.law else {
                return None;
            };
            let (a, b, offset) = match product.factors[..] {
                [] => (one, one, 0.0),
                [(a, 0.0)] => (a as u8, one, 0.0),
                [(a, 0.0), (b, 0.0)] => (a as u8, b as u8, 0.0),
                [(a, 0.0), (b, 1.0)] if a == b => (a as u8, b as u8, 1.0),
                _ => return None,
            };
            if product.coefficient < 0.0 {
                return None;
            }
            all.push(Update {
                coefficient: product.coefficient,
                offset,
                channel,
                a,
                b,
            });
        }
        let updates = network.channels().map(|channel| {
            let dependents = network.dependents(channel).into_iter();
            dependents
                .map(|dependent| all[dependent.index()])
                .collect::<Vec<_>>()
        });
        let changes = channels.iter().map(|channel| {
            channel.changes.iter().map(|(slot, by)| Change {
                by: *by,
                slot: *slot as u8,
            })
        });
        Some(Self {
            slots: network.slots() + 1,
            channels: channels.len(),
            changes: Ragged::collect(changes),
            updates: Ragged::collect(updates),
            all,
        })
    }
}

impl Progress {
    pub(crate) fn new() -> Self {
        let identity = std::array::from_fn(|place| place as u8);
        Self {
            propensities: [0.0; SIZE],
            order: identity,
            place: identity,
            fired: [0; SIZE],
            total: 0.0,
            largest_total: 0.0,
            firings_since_sum: 0,
        }
    }

    /// Computes all propensities anew.
    pub(crate) fn rebuild(&mut self, script: &Script, values: &[f64]) {
        for update in &script.all {
            let place = self.place[update.channel as usize & MASK];
            self.propensities[place as usize & MASK] = update.coefficient
                * values[update.a as usize]
                * (values[update.b as usize] - update.offset);
        }
        self.sum();
    }

    /// Fires until `end` or the limit of firings.
    pub(crate) fn run(
        &mut self,
        script: &Script,
        state: &mut State,
        clock: Clock<'_>,
        stream: &mut Stream,
    ) -> Halt {
        let Clock {
            next,
            firings,
            mut tally,
            end,
            limit,
        } = clock;
        let mut values = [0.0; SIZE];
        values[..script.slots].copy_from_slice(&state.values);
        let mut rng = stream.clone();
        let mut now = state.time;
        let mut left = limit.saturating_sub(*firings);
        let before = left;
        let mut known = next.take();
        let halt = loop {
            if left == 0 {
                *next = known;
                break Halt::Stop(Stop::FiringLimit);
            }
            let coming = match known.take() {
                Some(coming) => coming,
                None => now + draw::exponential(&mut rng, self.total),
            };
            if coming > end {
                *next = Some(coming);
                now = end;
                break Halt::Stop(Stop::End);
            }
            let channel = self.choose(draw::uniform(&mut rng) * self.total, script.channels);
            let mut in_range = true;
            for change in script.changes.row(channel) {
                let value = &mut values[change.slot as usize & MASK];
                *value += change.by;
                in_range &= (0.0..=LARGEST_AMOUNT).contains(value);
            }
            if !in_range {
                for change in script.changes.row(channel) {
                    values[change.slot as usize & MASK] -= change.by;
                }
                break Halt::OutOfRange(channel);
            }
            now = coming;
            left -= 1;
            self.fired[channel & MASK] += 1;
            if let Some(tally) = &mut tally {
                tally[channel] += 1;
            }
            let mut difference = 0.0;
            for update in script.updates.row(channel) {
                let propensity = update.coefficient
                    * values[update.a as usize & MASK]
                    * (values[update.b as usize & MASK] - update.offset);
                let place = self.place[update.channel as usize & MASK];
                let old = &mut self.propensities[place as usize & MASK];
                difference += propensity - *old;
                *old = propensity;
            }
            self.total += difference;
            if self.total > self.largest_total {
                self.largest_total = self.total;
            }
            self.firings_since_sum += 1;
            if self.firings_since_sum >= FIRINGS_PER_SUM
                || self.total < SMALLEST_SHARE * self.largest_total
            {
                self.renew(script.channels);
            }
            if self.total > f64::MAX || self.total.is_nan() {
                break Halt::TooLarge;
            }
        };
        state.values.copy_from_slice(&values[..script.slots]);
        state.time = now;
        *firings += before - left;
        *stream = rng;
        halt
    }

    /// The channel in which the cumulative propensity passes `target`.
    #[inline]
    fn choose(&self, mut target: f64, channels: usize) -> usize {
        for place in 0..channels {
            let propensity = self.propensities[place & MASK];
            if target < propensity {
                return self.order[place & MASK] as usize;
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

    fn sum(&mut self) {
        self.total = self.propensities.iter().sum();
        self.largest_total = self.total;
        self.firings_since_sum = 0;
    }

    /// Sums all propensities, and puts the channels that fired most in front.
    #[cold]
    #[inline(never)]
    fn renew(&mut self, channels: usize) {
        if self.firings_since_sum >= FIRINGS_PER_SUM {
            let old = self.clone();
            self.order[..channels]
                .sort_by_key(|channel| std::cmp::Reverse(old.fired[*channel as usize & MASK]));
            for (place, channel) in self.order[..channels].iter().enumerate() {
                self.place[*channel as usize & MASK] = place as u8;
                let before = old.place[*channel as usize & MASK];
                self.propensities[place] = old.propensities[before as usize & MASK];
            }
        }
        self.sum();
    }
}
