//! How far a leap may go: the step of Cao, Gillespie and Petzold, and the channels that must not leap.

use crate::exact::table::Ragged;
use crate::network::{Channel, Compiled, Network};

/// A species so few firings from exhaustion is small: what changes it fires one at a time. Cao, Gillespie and Petzold
/// 2006 advise 2 to 20.
const FIRINGS_LEFT: f64 = 10.0;

/// The order assumed of laws that are not products, and of those that read a species through an assignment.
const UNKNOWN_ORDER: u32 = 3;

/// The longest leap, as a share of the time in which its channels turn over a species once.
///
/// The turnover, the largest over species of the sum over channels of order times change times propensity, divided by
/// the amount, is the row norm of the scaled Jacobian matrix under mass action: no relaxation is faster. Explicit
/// leaps of twice the relaxation time are unstable. At z = 0.45 times that the variance of a stationary
/// immigration-death process is 1.8 % too large: by (z^3 / 8) / (1 - z + z^2 / 2 - z^3 / 8).
const SHARE_OF_TURNOVER: f64 = 0.45;

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
    /// Cao, Gillespie and Petzold 2006.
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
    /// Prepares a network. Channels that are `watched` are critical in every state.
    pub(super) fn new(network: &Network, epsilon: f64, watched: Vec<bool>) -> Self {
        let channels = network.compiled();
        let mut used = vec![0.0; network.slots()];
        for (slot, change) in channels.iter().flat_map(|channel| &channel.changes) {
            used[*slot as usize] = f64::max(used[*slot as usize], -change);
        }
        let orders = channel_orders(network);
        let mut position = vec![None; network.slots()];
        let mut reactants = Vec::new();
        for (slot, order) in species_orders(network, &orders).into_iter().enumerate() {
            if network.reacts(slot) && (order.is_some() || used[slot] > 0.0) {
                position[slot] = Some(reactants.len() as u32);
                reactants.push(Reactant {
                    slot: slot as u32,
                    order,
                    plenty: FIRINGS_LEFT * used[slot].max(1.0),
                });
            }
        }
        let pulls = channels.iter().map(|channel| {
            let changes = channel.changes.iter();
            changes.filter_map(|(slot, change)| Some((position[*slot as usize]?, *change)))
        });
        Self {
            epsilon,
            reactants,
            pulls: Ragged::collect(pulls),
            orders: orders.into_iter().map(f64::from).collect(),
            watched,
        }
    }

    /// Sorts channels into leaping and critical ones, and finds the longest leap.
    ///
    /// With `mu_i` and `sigma_i^2` the mean and the variance of the change of species `i` per time by the leaping
    /// channels, and `b_i = max(1.5 epsilon x_i / g_i, 1)`,
    ///
    /// ```text
    /// tau = min over i of min(b_i / |mu_i|, 4 b_i^2 / sigma_i^2, 0.45 x_i / turnover_i)
    /// ```
    ///
    /// The first two are those of Cao, Gillespie and Petzold 2006, equation 33, doi:10.1063/1.2159468, but for the
    /// factors 1.5 and 4. The third keeps leaps stable and their variance right where large flows cancel each other.
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

    /// Moves values along the mean change of a leap of the given length.
    pub(super) fn drift(&self, choice: &Choice, length: f64, values: &mut [f64]) {
        for (reactant, pull) in self.reactants.iter().zip(&choice.pulls) {
            values[reactant.slot as usize] += length * pull.mean;
        }
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

/// By channel: the order of its reaction, that is how many amounts are multiplied in its propensity.
fn channel_orders(network: &Network) -> Vec<u32> {
    let assigned = |slot: u32| {
        let mut assignments = network.assignments().iter();
        assignments.any(|assignment| assignment.slot == slot)
    };
    let order = |channel: &Channel| {
        if let Compiled::Product(product) = &channel.law
            && !product.factors.iter().any(|(slot, _)| assigned(*slot))
        {
            let factors = product.factors.iter();
            return factors
                .filter(|(slot, _)| network.reacts(*slot as usize))
                .count() as u32;
        }
        let molecules = channel.reactants.iter().map(|(_, molecules)| molecules);
        UNKNOWN_ORDER.max(molecules.sum())
    };
    network.compiled().iter().map(order).collect()
}

/// By slot: the highest order in which propensities depend on it, if any does.
fn species_orders(network: &Network, channel_orders: &[u32]) -> Vec<Option<Order>> {
    let mut orders: Vec<Option<Order>> = vec![None; network.slots()];
    let mut raise = |slot: u32, order: u32, molecules: u32| {
        let known = &mut orders[slot as usize];
        *known = (*known).max(Some(Order { order, molecules }));
    };
    for (channel, order) in network.compiled().iter().zip(channel_orders) {
        for slot in channel.law.slots() {
            let molecules = match &channel.law {
                Compiled::Product(product) => {
                    let factors = product.factors.iter();
                    factors.filter(|(factor, _)| *factor == slot).count() as u32
                }
                Compiled::Program(_) => 1,
            };
            raise(slot, *order, molecules);
        }
    }
    // Whoever reads an assignment reads what it is made of.
    for slot in 0..network.slots() as u32 {
        let read = |position: u32| {
            let target = network.assignments()[position as usize].slot;
            !network.readers(target).is_empty()
        };
        if network.affected_assignments(&[slot]).into_iter().any(read) {
            raise(slot, UNKNOWN_ORDER, 1);
        }
    }
    orders
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::expression::Expression;

    const NOTHING: [(&str, u32); 0] = [];

    fn choose(network: &Network, epsilon: f64) -> Choice {
        let mut choice = Choice::default();
        let values = network.initial();
        let propensities: Vec<f64> = network
            .compiled()
            .iter()
            .map(|channel| channel.law.evaluate(values, 0.0))
            .collect();
        let watched = vec![false; propensities.len()];
        Bounds::new(network, epsilon, watched).choose(values, &propensities, &mut choice);
        choice
    }

    fn pairing(amount: f64) -> Network {
        Network::builder()
            .species("A", amount)
            .species("B", 0.0)
            .channel("pair", [("A", 2)], [("B", 1)], 1.0 / amount)
            .build()
            .unwrap()
    }

    /// One channel `2 A -> B` of propensity `a`, where `g = 2 + 1/(A - 1)`: the mean is what binds, until `epsilon` is
    /// so large that the turnover, `4 a / A` per time, does.
    #[test]
    fn the_step_is_that_of_the_formula() {
        let amount = 1e4;
        let propensity = amount - 1.0;
        let choice = choose(&pairing(amount), 0.03);
        assert_eq!((choice.leaping.len(), choice.critical.len()), (1, 0));
        assert_eq!(choice.leaping_total, propensity);
        let bound = STRETCH * 0.03 * amount / (2.0 + 1.0 / (amount - 1.0));
        assert!((choice.tau * 2.0 * propensity / bound - 1.0).abs() < 1e-12);
        let choice = choose(&pairing(amount), 0.9);
        assert!((choice.tau * 4.0 * propensity / (SHARE_OF_TURNOVER * amount) - 1.0).abs() < 1e-12);
    }

    /// Twice ten molecules are ten firings.
    #[test]
    fn channels_near_exhaustion_are_critical() {
        for (amount, critical) in [(19.0, 1), (20.0, 0)] {
            let choice = choose(&pairing(amount), 0.03);
            assert_eq!(choice.critical.len(), critical);
            assert_eq!(choice.critical_total > 0.0, critical == 1);
            // Nothing that leaps, nothing that bounds a leap.
            assert_eq!(choice.tau == f64::INFINITY, critical == 1);
        }
    }

    /// A product that nothing depends on may be small, one that something depends on not.
    #[test]
    fn what_adds_to_a_small_amount_is_critical_if_it_matters() {
        let network = |law: &str| {
            Network::builder()
                .species("A", 1e4)
                .species("B", 0.0)
                .channel("make", NOTHING, [("B", 1)], 1.0)
                .channel(
                    "use",
                    [("A", 1)],
                    NOTHING,
                    law.parse::<Expression>().unwrap(),
                )
                .build()
                .unwrap()
        };
        assert!(choose(&network("A"), 0.03).critical.is_empty());
        assert_eq!(choose(&network("A * exp(-B)"), 0.03).critical, [0]);
    }

    /// Formulas and what is read through assignments count as third order.
    #[test]
    fn unknown_orders_are_three() {
        let formula = |text: &str| text.parse::<Expression>().unwrap();
        let network = |law: &str| {
            Network::builder()
                .species("A", 1e6)
                .parameter("twice", 0.0)
                .assignment("twice", formula("2 * A"))
                .channel("use", [("A", 1)], NOTHING, formula(law))
                .build()
                .unwrap()
        };
        let first = choose(&network("A"), 0.03).tau;
        for law in ["twice / 2", "A / (1 + 0 * A)"] {
            assert!(
                (choose(&network(law), 0.03).tau * 3.0 / first - 1.0).abs() < 1e-12,
                "{law}"
            );
        }
    }

    #[test]
    fn divisors_are_those_of_the_paper() {
        let divisor = |order, molecules| Order { order, molecules }.divisor(11.0);
        assert_eq!(divisor(1, 1), 1.0);
        assert_eq!(divisor(2, 1), 2.0);
        assert_eq!(divisor(2, 2), 2.1);
        assert_eq!(divisor(3, 1), 3.0);
        assert!((divisor(3, 2) - 3.15).abs() < 1e-12);
        assert!((divisor(3, 3) - (3.1 + 2.0 / 9.0)).abs() < 1e-12);
    }
}
