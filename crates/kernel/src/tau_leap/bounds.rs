//! How far a leap may go: the step of Cao, Gillespie and Petzold, and the channels that must not leap.

use crate::exact::table::Ragged;
use crate::network::{Compiled, Network};

/// A species so few firings from exhaustion is small: what changes it fires one at a time. Cao, Gillespie and Petzold
/// 2006 advise 2 to 20.
const FIRINGS_LEFT: f64 = 10.0;

/// The order assumed of laws that are not products, and of those that read a species through an assignment.
const UNKNOWN_ORDER: u32 = 3;

/// The longest leap, as a share of the time in which its channels turn over a species once.
///
/// The turnover, the largest over species of the sum over channels of order times change times propensity, divided by
/// the amount, is the row norm of the scaled Jacobian matrix under mass action: no relaxation is faster. Explicit
/// leaps of twice the relaxation time are unstable. At z = 0.5 times that the variance of a stationary
/// immigration-death process is 2.5 % too large: by (z^3 / 8) / (1 - z + z^2 / 2 - z^3 / 8).
const SHARE_OF_TURNOVER: f64 = 0.5;

/// The bounds are so many times those of the paper: leaps of second order may be longer for the same error.
///
/// With epsilon 0.03 pure decay is then wrong by 0.03 % in the time in which it falls to 1/e.
const STRETCH: f64 = 1.5;

/// The standard deviation of a change may be so many times the bound for its mean. In the paper it is 1; the noise
/// within a leap is no error of a method of second order.
const NOISE: f64 = 2.0;

/// How a propensity depends on a species, over all channels: the highest order of reaction, and how many molecules
/// of the species take part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    order: u32,
    molecules: u32,
}

impl Order {
    /// The number by which epsilon is divided so that no propensity changes by a share of more than epsilon: `g` of
    /// Cao, Gillespie and Petzold 2006, section IV.
    fn divisor(self, amount: f64) -> f64 {
        let base = f64::from(self.order);
        match (self.order, self.molecules) {
            (2, 2) => base + 1.0 / (amount - 1.0),
            (3, 2) => 1.5 * (2.0 + 1.0 / (amount - 1.0)),
            (3, 3) => base + 1.0 / (amount - 1.0) + 2.0 / (amount - 2.0),
            _ => base,
        }
    }
}

/// A species that propensities depend on, or that is used up.
#[derive(Debug, Clone, Copy)]
struct Reactant {
    slot: u32,
    /// None if no propensity depends on it.
    order: Option<Order>,
    /// It is small below this amount.
    plenty: f64,
}

/// What the step depends on, the same in all states.
#[derive(Debug)]
pub(super) struct Bounds {
    epsilon: f64,
    reactants: Vec<Reactant>,
    /// By channel: its changes of reactants, by position.
    pulls: Ragged<(u32, f64)>,
    /// By channel: its order.
    orders: Vec<f64>,
    /// By channel: whether it is always to fire one at a time.
    watched: Vec<bool>,
}

/// The step and who takes it, in one state. The vectors are kept from state to state.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    /// Channels that leap.
    pub(super) leaping: Vec<u32>,
    /// Critical channels: they fire one at a time.
    pub(super) critical: Vec<u32>,
    /// Total propensity of the channels that leap.
    pub(super) leaping_total: f64,
    /// Total propensity of the critical ones.
    pub(super) critical_total: f64,
    /// The longest leap; infinite if nothing bounds it.
    pub(super) tau: f64,
    pulls: Vec<Pull>,
}

/// How the leaping channels change one species, per time.
#[derive(Debug, Clone, Copy, Default)]
struct Pull {
    small: bool,
    mean: f64,
    variance: f64,
    /// Sum over channels of the change's size times the order.
    turnover: f64,
}

impl Bounds {
    pub(super) fn new(network: &Network, epsilon: f64, watched: Vec<bool>) -> Self {
        let slots = network.slots();
        let mut assigned = vec![false; slots + 1];
        for assignment in network.assignments() {
            assigned[assignment.slot as usize] = true;
        }
        let mut orders: Vec<Option<Order>> = vec![None; slots];
        let mut raise = |slot: u32, order: Order| {
            let known = &mut orders[slot as usize];
            *known = Some(known.map_or(order, |known| known.max(order)));
        };
        let mut channel_orders = Vec::new();
        for channel in network.compiled() {
            let molecules: u32 = channel
                .reactants
                .iter()
                .map(|(_, molecules)| molecules)
                .sum();
            let order = match &channel.law {
                Compiled::Product(product)
                    if product
                        .factors
                        .iter()
                        .all(|(slot, _)| !assigned[*slot as usize]) =>
                {
                    let factors = product.factors.iter();
                    factors
                        .filter(|(slot, _)| network.reacts(*slot as usize))
                        .count() as u32
                }
                _ => UNKNOWN_ORDER.max(molecules),
            };
            match &channel.law {
                Compiled::Product(product) => {
                    for (slot, _) in &product.factors {
                        let same = product.factors.iter().filter(|(other, _)| other == slot);
                        let molecules = same.count() as u32;
                        raise(*slot, Order { order, molecules });
                    }
                }
                Compiled::Program(program) => {
                    for slot in program.slots() {
                        raise(
                            slot,
                            Order {
                                order,
                                molecules: 1,
                            },
                        );
                    }
                }
            }
            channel_orders.push(f64::from(order));
        }
        // Whoever reads an assignment reads what it is made of.
        for slot in 0..slots as u32 {
            let behind = network
                .affected_assignments(&[slot])
                .into_iter()
                .any(|position| {
                    let target = network.assignments()[position as usize].slot;
                    !network.readers(target).is_empty()
                });
            if behind && network.reacts(slot as usize) {
                let known = &mut orders[slot as usize];
                let least = Order {
                    order: UNKNOWN_ORDER,
                    molecules: 1,
                };
                *known = Some(known.map_or(least, |known| known.max(least)));
            }
        }
        let mut used = vec![0.0; slots];
        for (slot, change) in network
            .compiled()
            .iter()
            .flat_map(|channel| &channel.changes)
        {
            used[*slot as usize] = f64::max(used[*slot as usize], -change);
        }
        let mut position = vec![None; slots];
        let mut reactants = Vec::new();
        for slot in 0..slots {
            if network.reacts(slot) && (orders[slot].is_some() || used[slot] > 0.0) {
                position[slot] = Some(reactants.len() as u32);
                reactants.push(Reactant {
                    slot: slot as u32,
                    order: orders[slot],
                    plenty: FIRINGS_LEFT * used[slot].max(1.0),
                });
            }
        }
        Self {
            epsilon,
            reactants,
            pulls: Ragged::collect(network.compiled().iter().map(|channel| {
                channel
                    .changes
                    .iter()
                    .filter_map(|(slot, change)| Some((position[*slot as usize]?, *change)))
            })),
            orders: channel_orders,
            watched,
        }
    }

    /// Sorts channels into leaping and critical ones, and finds the longest leap.
    ///
    /// With `mu_i` and `sigma_i^2` the mean and the variance of the change of species `i` per time by the leaping
    /// channels, and `b_i = max(epsilon x_i / g_i, 1)`,
    ///
    /// ```text
    /// tau = min over i of min(b_i / |mu_i|, b_i^2 / sigma_i^2, 0.5 x_i / turnover_i)
    /// ```
    ///
    /// The first two are equation 33 of Cao, Gillespie and Petzold 2006, doi:10.1063/1.2159468. The third keeps leaps
    /// stable and their variance right where large flows cancel each other.
    pub(super) fn choose(&self, values: &[f64], propensities: &[f64], choice: &mut Choice) {
        choice.leaping.clear();
        choice.critical.clear();
        choice.pulls.clear();
        choice
            .pulls
            .extend(self.reactants.iter().map(|reactant| Pull {
                small: values[reactant.slot as usize] < reactant.plenty,
                ..Pull::default()
            }));
        let (mut leaping_total, mut critical_total) = (0.0, 0.0);
        for (channel, propensity) in propensities.iter().enumerate() {
            let propensity = *propensity;
            let pulls = self.pulls.row(channel);
            let small = |(position, _): &(u32, f64)| choice.pulls[*position as usize].small;
            if self.watched[channel] || pulls.iter().any(small) {
                choice.critical.push(channel as u32);
                critical_total += propensity;
                continue;
            }
            if propensity == 0.0 {
                continue;
            }
            choice.leaping.push(channel as u32);
            leaping_total += propensity;
            for (position, change) in pulls {
                let pull = &mut choice.pulls[*position as usize];
                let mean = change * propensity;
                pull.mean += mean;
                pull.variance += change * mean;
                pull.turnover += mean.abs() * self.orders[channel];
            }
        }
        let mut inverse: f64 = 0.0;
        for (reactant, pull) in self.reactants.iter().zip(&choice.pulls) {
            let Some(order) = reactant.order else {
                continue;
            };
            if pull.variance > 0.0 {
                let amount = values[reactant.slot as usize];
                let share = STRETCH * self.epsilon;
                let inverse_bound = (order.divisor(amount) / (share * amount)).min(1.0);
                let noise = pull.variance * inverse_bound * (1.0 / (NOISE * NOISE));
                let steepest = f64::max(pull.mean.abs(), noise) * inverse_bound;
                let fastest = pull.turnover * (1.0 / SHARE_OF_TURNOVER) / amount;
                inverse = inverse.max(steepest).max(fastest);
            }
        }
        choice.leaping_total = leaping_total;
        choice.critical_total = critical_total;
        choice.tau = 1.0 / inverse;
    }

    /// Whether a channel is always to fire one at a time.
    pub(super) fn watches(&self, channel: usize) -> bool {
        self.watched[channel]
    }

    /// Whether no amount is negative.
    #[inline]
    pub(super) fn possible(&self, values: &[f64]) -> bool {
        self.reactants
            .iter()
            .all(|reactant| values[reactant.slot as usize] >= 0.0)
    }
}
