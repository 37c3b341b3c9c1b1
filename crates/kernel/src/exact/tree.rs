//! The direct method on sum trees, for networks of many channels, with shared species factored out (*hubs*).
//!
//! Channels are sorted into groups. All propensities of a group share a factor `F`, a product over hub species, so
//! that the total propensity is the sum over groups of `F_g S_g`, where `S_g` is the sum of what is left of each
//! propensity. When a hub changes, only its few factors do: a thousand cells that bind one ligand cost the same per
//! firing as one. Without hubs there is one group with the factor 1.
//!
//! The sums of a group are the nodes of a tree in which every node has sixteen children. A firing changes a few
//! leaves and the nodes above them, each of which is summed anew, so no rounding error builds up.

use super::table::{Ragged, Table, valid};
use super::{Offence, Selector};
use crate::draw;
use crate::network::{Compiled, Network};
use crate::rng::Stream;

/// Children of a node, as a power of two.
const SHIFT: u32 = 4;
const CHILDREN: usize = 1 << SHIFT;

/// A species is a hub if so many propensities are proportional to it.
pub(crate) const HUB_READERS: usize = 64;

/// At most so many species are hubs, those with most readers first.
const MOST_HUBS: usize = 8;

/// What all trajectories of a network share.
#[derive(Debug)]
pub(crate) struct Plan {
    /// By group: its shared factor, as species and offsets.
    factors: Vec<Vec<(u32, f64)>>,
    /// By channel: its group, [`UNDRAWN`] if this method does not draw it.
    group: Vec<u32>,
    /// By channel: its place among the leaves of all groups.
    leaf: Vec<u32>,
    /// By leaf: its channel.
    channel: Vec<u32>,
    /// By channel: what is left of its propensity, unless it has a law of another form.
    remainder: Vec<Remainder>,
    /// By channel: the channels whose leaf changes when it fires, in order of leaves.
    dependents: Ragged<u32>,
    /// By channel: the groups whose factor changes when it fires.
    touched: Ragged<u32>,
    /// By level from the leaves up, by group: where its nodes begin.
    base: Vec<Vec<u32>>,
    /// By level: the number of nodes of all groups.
    nodes: Vec<usize>,
}

const UNDRAWN: u32 = u32::MAX;

/// `coefficient * (x[slot] - offset) * (x[slot] - offset)`; or any other law.
#[derive(Debug, Clone, Copy)]
struct Remainder {
    coefficient: f64,
    offsets: [f64; 2],
    slots: [u32; 2],
    whole: bool,
}

/// Sums in the present state.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// By level from the leaves up.
    levels: Vec<Vec<f64>>,
    factors: Vec<f64>,
    total: f64,
}

/// The species that are worth factoring out.
pub(crate) fn hubs(network: &Network) -> Vec<u32> {
    let mut hubs: Vec<(usize, u32)> = (0..network.slots() as u32)
        .filter_map(|slot| {
            let factored = network
                .readers(slot)
                .iter()
                .filter(|channel| {
                    matches!(
                        network.compiled()[**channel as usize].law,
                        Compiled::Product(_)
                    )
                })
                .count();
            (factored >= HUB_READERS).then_some((factored, slot))
        })
        .collect();
    hubs.sort_by_key(|(readers, slot)| (std::cmp::Reverse(*readers), *slot));
    hubs.truncate(MOST_HUBS);
    let mut hubs: Vec<u32> = hubs.into_iter().map(|(_, slot)| slot).collect();
    hubs.sort_unstable();
    hubs
}

impl Plan {
    /// A plan with the given hubs, in order.
    pub(crate) fn with_hubs(network: &Network, hubs: &[u32]) -> Self {
        let channels = network.compiled();
        let is_hub = |slot: u32| hubs.binary_search(&slot).is_ok();
        let one = network.slots() as u32;
        let mut factors: Vec<Vec<(u32, f64)>> = vec![Vec::new()];
        let mut group = Vec::with_capacity(channels.len());
        let mut remainder = Vec::with_capacity(channels.len());
        for channel in channels {
            let mut left = Remainder {
                coefficient: 0.0,
                offsets: [0.0; 2],
                slots: [one; 2],
                whole: true,
            };
            let mut key = Vec::new();
            if let Compiled::Product(product) = &channel.law {
                let (shared, own): (Vec<_>, Vec<_>) =
                    product.factors.iter().partition(|(slot, _)| is_hub(*slot));
                if own.len() <= 2 {
                    key = shared;
                    left.whole = false;
                    left.coefficient = product.coefficient;
                    for (place, (slot, offset)) in own.into_iter().enumerate() {
                        (left.slots[place], left.offsets[place]) = (slot, offset);
                    }
                }
            }
            group.push(if channel.clocked {
                UNDRAWN
            } else if let Some(known) = factors.iter().position(|known| *known == key) {
                known as u32
            } else {
                factors.push(key);
                (factors.len() - 1) as u32
            });
            remainder.push(left);
        }

        let mut sizes = vec![0usize; factors.len()];
        for group in group.iter().filter(|group| **group != UNDRAWN) {
            sizes[*group as usize] += 1;
        }
        let largest = sizes.iter().copied().max().unwrap_or(0).max(1);
        let mut base = Vec::new();
        let mut nodes = Vec::new();
        let mut width = 1;
        loop {
            let mut begin = 0;
            base.push(
                sizes
                    .iter()
                    .map(|size| {
                        let mine = begin;
                        begin += size.div_ceil(width).max(1).next_multiple_of(CHILDREN);
                        mine as u32
                    })
                    .collect::<Vec<u32>>(),
            );
            nodes.push(begin);
            if largest.div_ceil(width) <= CHILDREN {
                break;
            }
            width *= CHILDREN;
        }

        let mut next = base[0].clone();
        let mut leaf = Vec::with_capacity(channels.len());
        let mut channel_of = vec![0; nodes[0]];
        for (channel, group) in (0u32..).zip(&group) {
            if *group == UNDRAWN {
                leaf.push(UNDRAWN);
                continue;
            }
            let place = &mut next[*group as usize];
            channel_of[*place as usize] = channel;
            leaf.push(*place);
            *place += 1;
        }

        let mut plan = Self {
            factors,
            group,
            leaf,
            channel: channel_of,
            remainder,
            dependents: Ragged::default(),
            touched: Ragged::default(),
            base,
            nodes,
        };
        plan.connect(network, hubs);
        plan
    }

    /// Which leaves and factors each firing changes.
    fn connect(&mut self, network: &Network, hubs: &[u32]) {
        let factored = |channel: u32, slot: u32| {
            let group = self.group[channel as usize];
            group != UNDRAWN
                && self.factors[group as usize]
                    .iter()
                    .any(|(hub, _)| *hub == slot)
        };
        // Channels that read a hub in another way than as a factor are dependents like any other.
        let irregular: Vec<Vec<u32>> = hubs
            .iter()
            .map(|hub| {
                let readers = network.readers(*hub).iter().copied();
                readers
                    .filter(|channel| !factored(*channel, *hub))
                    .collect()
            })
            .collect();
        let mut dependents = Vec::with_capacity(network.compiled().len());
        let mut touched = Vec::with_capacity(network.compiled().len());
        for channel in 0..network.compiled().len() {
            let mut slots = network.changed_slots(channel);
            if !network.assignments().is_empty() {
                for position in network.affected_assignments(&slots) {
                    slots.push(network.assignments()[position as usize].slot);
                }
            }
            let mut row: Vec<u32> = Vec::new();
            let mut groups: Vec<u32> = Vec::new();
            for slot in slots {
                match hubs.binary_search(&slot) {
                    Err(_) => row.extend(network.readers(slot)),
                    Ok(hub) => {
                        row.extend(&irregular[hub]);
                        groups.extend((0u32..).zip(&self.factors).filter_map(|(group, key)| {
                            key.iter().any(|(other, _)| *other == slot).then_some(group)
                        }));
                    }
                }
            }
            row.retain(|dependent| self.group[*dependent as usize] != UNDRAWN);
            row.sort_unstable_by_key(|dependent| self.leaf[*dependent as usize]);
            row.dedup();
            groups.sort_unstable();
            groups.dedup();
            dependents.push(row);
            touched.push(groups);
        }
        self.dependents = Ragged::collect(dependents);
        self.touched = Ragged::collect(touched);
    }

    #[inline]
    fn remainder(&self, table: &Table, channel: usize, values: &[f64], time: f64) -> f64 {
        let left = &self.remainder[channel];
        if left.whole {
            return table.propensity(channel, values, time);
        }
        left.coefficient
            * (values[left.slots[0] as usize] - left.offsets[0])
            * (values[left.slots[1] as usize] - left.offsets[1])
    }

    #[inline]
    fn factor(&self, group: usize, values: &[f64]) -> f64 {
        self.factors[group]
            .iter()
            .map(|(slot, offset)| values[*slot as usize] - offset)
            .product()
    }

    /// The node above a leaf, at some level.
    #[inline]
    fn node(&self, level: usize, group: usize, leaf: u32) -> usize {
        let within = leaf - self.base[0][group];
        (self.base[level][group] + (within >> (SHIFT * level as u32))) as usize
    }

    /// Where the children of a node are, one level below.
    #[inline]
    fn children(&self, level: usize, group: usize, node: usize) -> usize {
        let within = node - self.base[level][group] as usize;
        self.base[level - 1][group] as usize + (within << SHIFT)
    }
}

impl Selector for Tree {
    type Plan = Plan;

    fn plan(network: &Network, _: &Table) -> Plan {
        Plan::with_hubs(network, &[])
    }

    fn start(plan: &Plan) -> Self {
        Self {
            levels: plan.nodes.iter().map(|nodes| vec![0.0; *nodes]).collect(),
            factors: vec![1.0; plan.factors.len()],
            total: 0.0,
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
            if plan.group[channel] != UNDRAWN {
                let propensity = plan.remainder(table, channel, values, time);
                if !valid(propensity) {
                    return Err(Offence {
                        channel,
                        propensity,
                    });
                }
                self.levels[0][plan.leaf[channel] as usize] = propensity;
            }
        }
        for level in 1..self.levels.len() {
            for group in 0..plan.factors.len() {
                let first = plan.base[level][group] as usize;
                let nodes = plan.base[level - 1]
                    .get(group + 1)
                    .map_or(plan.nodes[level - 1], |next| *next as usize)
                    - plan.base[level - 1][group] as usize;
                for node in first..first + nodes / CHILDREN {
                    self.sum(plan, level, group, node);
                }
            }
        }
        for group in 0..plan.factors.len() {
            self.factors[group] = plan.factor(group, values);
        }
        self.total(plan, table, values, time)
    }

    #[inline]
    fn next_time(&mut self, now: f64, rng: &mut Stream) -> f64 {
        now + draw::exponential(rng, self.total)
    }

    fn choose(&mut self, plan: &Plan, rng: &mut Stream) -> usize {
        let mut target = draw::uniform(rng) * self.total;
        let top = self.levels.len() - 1;
        let mut chosen = 0;
        for group in 0..plan.factors.len() {
            let product = self.factors[group] * self.top(plan, group);
            if product > 0.0 {
                chosen = group;
                if target < product {
                    break;
                }
                target -= product;
            }
        }
        target /= self.factors[chosen];
        let mut first = plan.base[top][chosen] as usize;
        for level in (0..=top).rev() {
            let children = &self.levels[level][first..first + CHILDREN];
            let mut place = 0;
            while place < CHILDREN && target >= children[place] {
                target -= children[place];
                place += 1;
            }
            if place == CHILDREN {
                // The target passed all children by a rounding error: the last that can be chosen.
                place = children.iter().rposition(|sum| *sum > 0.0).unwrap_or(0);
                target = 0.0;
            }
            if level == 0 {
                return plan.channel[first + place] as usize;
            }
            first = plan.children(level, chosen, first + place);
        }
        0
    }

    fn fired(
        &mut self,
        plan: &Plan,
        table: &Table,
        channel: usize,
        values: &[f64],
        time: f64,
        _: &mut Stream,
    ) -> Result<(), Offence> {
        let dependents = plan.dependents.row(channel);
        for dependent in dependents {
            let dependent = *dependent as usize;
            let propensity = plan.remainder(table, dependent, values, time);
            if !valid(propensity) {
                return Err(Offence {
                    channel: dependent,
                    propensity,
                });
            }
            self.levels[0][plan.leaf[dependent] as usize] = propensity;
        }
        for level in 1..self.levels.len() {
            let mut done = usize::MAX;
            for dependent in dependents {
                let dependent = *dependent as usize;
                let group = plan.group[dependent] as usize;
                let node = plan.node(level, group, plan.leaf[dependent]);
                if node != done {
                    self.sum(plan, level, group, node);
                    done = node;
                }
            }
        }
        for group in plan.touched.row(channel) {
            self.factors[*group as usize] = plan.factor(*group as usize, values);
        }
        self.total(plan, table, values, time)
    }
}

impl Tree {
    /// Sums the children of a node.
    #[inline]
    fn sum(&mut self, plan: &Plan, level: usize, group: usize, node: usize) {
        let first = plan.children(level, group, node);
        let (below, above) = self.levels.split_at_mut(level);
        above[0][node] = sum(&below[level - 1][first..first + CHILDREN]);
    }

    /// The sum of a group.
    #[inline]
    fn top(&self, plan: &Plan, group: usize) -> f64 {
        let top = self.levels.len() - 1;
        let first = plan.base[top][group] as usize;
        sum(&self.levels[top][first..first + CHILDREN])
    }

    /// The total propensity from the sums of groups and their factors.
    #[inline]
    fn total(
        &mut self,
        plan: &Plan,
        table: &Table,
        values: &[f64],
        time: f64,
    ) -> Result<(), Offence> {
        let groups = 0..plan.factors.len();
        self.total = groups
            .map(|group| self.factors[group] * self.top(plan, group))
            .sum();
        if valid(self.total) {
            return Ok(());
        }
        Err(Self::too_large(table, values, time))
    }

    /// The error of propensities whose sum is not finite: the largest is to blame.
    #[cold]
    fn too_large(table: &Table, values: &[f64], time: f64) -> Offence {
        let mut worst = Offence {
            channel: 0,
            propensity: -1.0,
        };
        for channel in 0..table.channels() {
            let propensity = table.propensity(channel, values, time);
            if propensity > worst.propensity || propensity.is_nan() {
                worst = Offence {
                    channel,
                    propensity,
                };
            }
        }
        worst
    }
}

/// The sum of sixteen numbers, always in the same order.
#[inline]
fn sum(children: &[f64]) -> f64 {
    let mut partial = [0.0; 4];
    for four in children.chunks_exact(4) {
        for (sum, child) in partial.iter_mut().zip(four) {
            *sum += child;
        }
    }
    (partial[0] + partial[1]) + (partial[2] + partial[3])
}
