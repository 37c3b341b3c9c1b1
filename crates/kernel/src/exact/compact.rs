//! The direct method for small networks of plain mass action, without branches.
//!
//! A propensity is `coefficient * a * b`, where `a` and `b` are amounts, one of them less 1 for a pair of equals, and
//! 1 in place of what is missing. A firing changes these factors by constants that depend on the channel alone. So
//! the loop keeps the factors in place of the amounts: it adds the constants of the channel that fired, computes *all*
//! propensities and their cumulative sums, and counts the sums that the next target passes. Each step does the same
//! to all channels side by side, whichever fires: the processor has nothing to guess and works on several at once.
//!
//! Factors are whole numbers and exact; nothing else is kept from one firing to the next, so no rounding error builds
//! up. The sums grow monotonically in spite of rounding, and do not grow at a propensity of 0: what cannot fire is
//! never chosen.

use super::block::Block;
use super::table::Ragged;
use crate::draw;
use crate::network::{Compiled, LARGEST_AMOUNT, Network};
use crate::rng::Stream;
use crate::state::{Limits, State, Stop};

/// The most channels of a compact network.
const MOST_CHANNELS: usize = 64;

/// After so many firings amounts are compared with the largest that is safe.
const FIRINGS_PER_CHECK: u64 = Limits::FIRINGS_PER_LOOK;

/// What a trajectory keeps beside its state, and how far it is to go.
pub(crate) struct Clock<'a> {
    /// When the next channel fires, if that is known.
    pub(crate) next: &'a mut Option<f64>,
    pub(crate) firings: &'a mut u64,
    pub(crate) tally: Option<&'a mut Vec<u64>>,
    pub(crate) end: f64,
    pub(crate) limits: Limits<'a>,
}

/// Why the loop came back.
pub(crate) enum Halt {
    Stop(Stop),
    /// Some amount may soon leave its range, which this loop would not notice.
    Large,
    /// The sum of propensities is not finite.
    TooLarge,
}

/// A network for this loop.
pub(crate) struct Script {
    channels: usize,
    changes: Ragged<(u32, f64)>,
    /// Up to this amount none can leave its range before the next check.
    largest: f64,
    board: Box<dyn Board>,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Script").finish_non_exhaustive()
    }
}

/// A law: `coefficient * x[a] * (x[b] - offset)`.
#[derive(Debug, Clone, Copy)]
struct Product {
    coefficient: f64,
    slots: [u32; 2],
    offset: f64,
}

impl Script {
    /// The script of a network, if it is small and plain, no propensity can be negative, and no channel can fire
    /// without what it uses.
    pub(crate) fn new(network: &Network) -> Option<Self> {
        let channels = network.compiled();
        if !network.is_plain() || channels.len() > MOST_CHANNELS {
            return None;
        }
        let one = network.slots() as u32;
        let mut products = Vec::with_capacity(channels.len());
        for channel in channels {
            let Compiled::Product(product) = &channel.law else {
                return None;
            };
            let (slots, offset) = match product.factors[..] {
                [] => ([one, one], 0.0),
                [(a, 0.0)] => ([a, one], 0.0),
                [(a, 0.0), (b, 0.0)] if a != b => ([a, b], 0.0),
                [(a, 0.0), (b, 1.0)] if a == b => ([a, b], 1.0),
                _ => return None,
            };
            let guarded = channel.changes.iter().all(|(slot, change)| {
                let factors = product.factors.iter().filter(|(factor, _)| factor == slot);
                *change >= 0.0 || factors.count() as f64 >= -change
            });
            if product.coefficient < 0.0 || !guarded {
                return None;
            }
            products.push(Product {
                coefficient: product.coefficient,
                slots,
                offset,
            });
        }
        let changes = Ragged::collect(
            channels
                .iter()
                .map(|channel| channel.changes.iter().copied()),
        );
        let most = changes
            .items()
            .iter()
            .map(|(_, change)| change.abs())
            .fold(0.0, f64::max);
        Some(Self {
            channels: channels.len(),
            largest: LARGEST_AMOUNT - FIRINGS_PER_CHECK as f64 * most,
            board: board(&products, &changes, one as usize),
            changes,
        })
    }

    /// Whether the next firings keep all amounts in their range.
    pub(crate) fn is_safe(&self, values: &[f64]) -> bool {
        values.iter().all(|value| *value <= self.largest)
    }

    /// Fires until `end` or a limit.
    pub(crate) fn run(&self, state: &mut State, clock: Clock<'_>, stream: &mut Stream) -> Halt {
        let mut tally = clock.tally;
        let mut fired = [0; MOST_CHANNELS];
        loop {
            // Checks come at fixed numbers of firings, however the run is cut into calls.
            let check = (*clock.firings / FIRINGS_PER_CHECK + 1) * FIRINGS_PER_CHECK;
            let mut stretch = Stretch {
                time: state.time,
                next: *clock.next,
                end: clock.end,
                firings: check
                    .min(clock.limits.firings)
                    .saturating_sub(*clock.firings),
                fired: &mut fired,
            };
            let reached = self.board.run(&state.values, &mut stretch, stream);
            (state.time, *clock.next) = (stretch.time, stretch.next);
            for (channel, fired) in fired[..self.channels].iter_mut().enumerate() {
                for (slot, change) in self.changes.row(channel) {
                    state.values[*slot as usize] += change * *fired as f64;
                }
                if let Some(tally) = &mut tally {
                    tally[channel] += *fired;
                }
                *clock.firings += std::mem::take(fired);
            }
            match reached {
                Reached::End => return Halt::Stop(Stop::End),
                Reached::TooLarge => return Halt::TooLarge,
                Reached::Firings if *clock.firings == check && !self.is_safe(&state.values) => {
                    return Halt::Large;
                }
                Reached::Firings if *clock.firings >= clock.limits.firings => {
                    return Halt::Stop(Stop::FiringLimit);
                }
                Reached::Firings if clock.limits.interrupted() => {
                    return Halt::Stop(Stop::Interrupted);
                }
                Reached::Firings => {}
            }
        }
    }
}

/// What is run between two checks.
struct Stretch<'a> {
    time: f64,
    next: Option<f64>,
    end: f64,
    /// The most firings.
    firings: u64,
    /// Firings by channel.
    fired: &'a mut [u64; MOST_CHANNELS],
}

/// Why a stretch came to its end.
enum Reached {
    End,
    Firings,
    TooLarge,
}

/// The loop for one number of channels.
trait Board: Send + Sync {
    fn run(&self, values: &[f64], stretch: &mut Stretch<'_>, stream: &mut Stream) -> Reached;
}

/// The smallest board on which so many channels find room.
fn board(products: &[Product], changes: &Ragged<(u32, f64)>, slots: usize) -> Box<dyn Board> {
    match products.len() {
        0..=2 => Box::new(Columns::<1, 1>::new(products, changes, slots)),
        3..=4 => Box::new(Columns::<1, 2>::new(products, changes, slots)),
        5..=8 => Box::new(Columns::<1, 4>::new(products, changes, slots)),
        9..=12 => Box::new(Columns::<2, 3>::new(products, changes, slots)),
        13..=16 => Box::new(Columns::<1, 8>::new(products, changes, slots)),
        17..=24 => Box::new(Columns::<2, 6>::new(products, changes, slots)),
        25..=32 => Box::new(Columns::<2, 8>::new(products, changes, slots)),
        33..=48 => Box::new(Columns::<4, 6>::new(products, changes, slots)),
        _ => Box::new(Columns::<4, 8>::new(products, changes, slots)),
    }
}

/// A network on blocks.
struct Columns<const WIDTH: usize, const HEIGHT: usize> {
    products: Vec<Product>,
    coefficients: Block<WIDTH, HEIGHT>,
    /// By channel: by how much the two factors of all propensities change when it fires.
    steps: Vec<[Block<WIDTH, HEIGHT>; 2]>,
}

impl<const WIDTH: usize, const HEIGHT: usize> Columns<WIDTH, HEIGHT> {
    fn new(products: &[Product], changes: &Ragged<(u32, f64)>, slots: usize) -> Self {
        let steps = (0..products.len()).map(|channel| {
            let mut change = vec![0.0; slots + 1];
            for (slot, by) in changes.row(channel) {
                change[*slot as usize] = *by;
            }
            [0, 1].map(|factor| block(products, |product| change[product.slots[factor] as usize]))
        });
        Self {
            coefficients: block(products, |product| product.coefficient),
            steps: steps.collect(),
            products: products.to_vec(),
        }
    }

    /// The two factors of all propensities.
    fn factors(&self, values: &[f64]) -> [Block<WIDTH, HEIGHT>; 2] {
        [
            block(&self.products, |product| values[product.slots[0] as usize]),
            block(&self.products, |product| {
                values[product.slots[1] as usize] - product.offset
            }),
        ]
    }

    /// The cumulative sums of propensities.
    #[inline(always)]
    fn cumulative(&self, [a, b]: &[Block<WIDTH, HEIGHT>; 2]) -> Block<WIDTH, HEIGHT> {
        self.coefficients.times(a.times(*b)).cumulative()
    }
}

/// A number for each channel, and 0 where there is none.
fn block<const WIDTH: usize, const HEIGHT: usize>(
    products: &[Product],
    number: impl Fn(&Product) -> f64,
) -> Block<WIDTH, HEIGHT> {
    Block::from_fn(|position| products.get(position).map_or(0.0, &number))
}

impl<const WIDTH: usize, const HEIGHT: usize> Board for Columns<WIDTH, HEIGHT> {
    fn run(&self, values: &[f64], stretch: &mut Stretch<'_>, stream: &mut Stream) -> Reached {
        let mut rng = stream.clone();
        let mut factors = self.factors(values);
        let mut sums = self.cumulative(&factors);
        let mut total = sums.last();
        let mut time = stretch.time;
        let mut left = stretch.firings;
        let mut coming = match stretch.next {
            Some(coming) => coming,
            None => time + draw::waiting_time(&mut rng, total),
        };
        let reached = loop {
            if left == 0 {
                break Reached::Firings;
            }
            if coming > stretch.end {
                time = stretch.end;
                break Reached::End;
            }
            let channel = sums.passed(draw::uniform_inside(&mut rng) * total);
            let Some(step) = self.steps.get(channel) else {
                // The target passes all sums only if it was rounded up to a total among the smallest of numbers.
                if total <= f64::MAX {
                    continue;
                }
                break Reached::TooLarge;
            };
            for (factor, step) in factors.iter_mut().zip(step) {
                *factor = factor.plus(*step);
            }
            stretch.fired[channel % MOST_CHANNELS] += 1;
            left -= 1;
            time = coming;
            sums = self.cumulative(&factors);
            total = sums.last();
            coming += draw::waiting_time(&mut rng, total);
        };
        (stretch.time, stretch.next) = (time, Some(coming));
        *stream = rng;
        reached
    }
}
