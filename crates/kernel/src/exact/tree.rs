//! The direct method on sum trees, for networks of many channels, with shared species factored out (*hubs*).
//!
//! Channels are sorted into groups. All propensities of a group share a factor `F`, a product over hub species, so
//! that the total propensity is the sum over groups of `F_g S_g`, where `S_g` is the sum of what is left of each
//! propensity. When a hub changes, only its few factors do: a thousand pools that share one species cost the same per
//! firing as one. Without hubs there is one group with the factor 1.
//!
//! The sums of a group are the nodes of a tree in which every node has sixteen children. A firing changes a few
//! leaves and the nodes above them, each of which is summed anew, so no rounding error builds up. Which ones these are
//! is known beforehand. The way down from the top draws a number of its own at each node.

use super::block::Block;
use super::table::{Ragged, Table, valid};
use super::{Offence, Selector};
use crate::draw;
use crate::network::{Compiled, Network};
use crate::rng::Stream;

/// Children of a node.
const CHILDREN: usize = 16;

/// The children of a node, in four columns.
type Children = Block<2, 4>;

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
    /// By channel: the nodes above them, from below.
    nodes: Ragged<Node>,
    /// By channel: the groups whose factor changes when it fires.
    touched: Ragged<u32>,
    /// By node: its first child, where it is not a leaf.
    first: Vec<u32>,
    /// Nodes from here on have nodes as their children, those before have leaves.
    upper: usize,
    /// By group: the node that is its sum.
    top: Vec<u32>,
}

/// A node that is a sum.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    place: u32,
    first: u32,
}

const UNDRAWN: u32 = u32::MAX;

/// In place of a first child: the node only fills up a row and stays 0.
const FILLER: u32 = u32::MAX;

/// `coefficient * (x[slot] - offset) * (x[slot] - offset)`; or any other law.
#[derive(Debug, Clone, Copy)]
struct Remainder {
    coefficient: f64,
    offsets: [f64; 2],
    slots: [u32; 2],
}

/// In place of the first slot: the law has another form.
const WHOLE: u32 = u32::MAX;

/// Sums in the present state.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// By node: the leaves, then the sums of each group from below.
    sums: Vec<f64>,
    /// By upper node: the cumulative sums of its children. Those of leaves would need as much room as all the rest.
    cumulative: Vec<Children>,
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
                slots: [WHOLE, one],
            };
            let mut key = Vec::new();
            if let Compiled::Product(product) = &channel.law {
                let (shared, own): (Vec<_>, Vec<_>) =
                    product.factors.iter().partition(|(slot, _)| is_hub(*slot));
                if own.len() <= 2 {
                    key = shared;
                    left.slots[0] = one;
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

        // Leaves of each group in a row, filled up to whole nodes.
        let mut channel_of = Vec::new();
        let mut leaf = vec![UNDRAWN; channels.len()];
        let mut levels = Vec::with_capacity(factors.len());
        let mut members = vec![Vec::new(); factors.len()];
        for (channel, group) in (0u32..).zip(&group) {
            if *group != UNDRAWN {
                members[*group as usize].push(channel);
            }
        }
        for members in members {
            let begin = channel_of.len();
            for channel in members {
                leaf[channel as usize] = channel_of.len() as u32;
                channel_of.push(channel);
            }
            channel_of.resize(
                (channel_of.len().max(begin + 1)).next_multiple_of(CHILDREN),
                0,
            );
            levels.push(begin..channel_of.len());
        }
        // The nodes above them, level by level.
        let mut first = vec![0; channel_of.len()];
        let mut above = vec![0; channel_of.len()];
        let mut upper = None;
        while levels.iter().any(|level| level.len() > 1) {
            for level in levels.iter_mut().filter(|level| level.len() > 1) {
                let begin = first.len();
                for child in level.clone().step_by(CHILDREN) {
                    above[child..child + CHILDREN].fill(first.len() as u32);
                    first.push(child as u32);
                }
                let nodes = first.len() - begin;
                if nodes > 1 {
                    first.resize(begin + nodes.next_multiple_of(CHILDREN), FILLER);
                }
                above.resize(first.len(), 0);
                *level = begin..first.len();
            }
            upper.get_or_insert(first.len());
        }
        let top = levels.iter().map(|level| level.start as u32).collect();

        let mut plan = Self {
            factors,
            group,
            leaf,
            channel: channel_of,
            remainder,
            dependents: Ragged::default(),
            nodes: Ragged::default(),
            touched: Ragged::default(),
            upper: upper.unwrap_or(first.len()),
            first,
            top,
        };
        plan.connect(network, hubs, &above);
        plan
    }

    /// Which leaves and factors each firing changes.
    fn connect(&mut self, network: &Network, hubs: &[u32], above: &[u32]) {
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
        let mut nodes = Vec::with_capacity(network.compiled().len());
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
            nodes.push(self.nodes_above(&row, above));
            dependents.push(row);
            touched.push(groups);
        }
        self.dependents = Ragged::collect(dependents);
        self.nodes = Ragged::collect(nodes);
        self.touched = Ragged::collect(touched);
    }

    #[inline(always)]
    fn remainder(&self, table: &Table, channel: usize, values: &[f64], time: f64) -> f64 {
        let left = &self.remainder[channel];
        if left.slots[0] == WHOLE {
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

    /// The nodes above the leaves of channels, each after its children.
    fn nodes_above(&self, channels: &[u32], above: &[u32]) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut level: Vec<u32> = channels
            .iter()
            .map(|channel| self.leaf[*channel as usize])
            .collect();
        while !level.is_empty() {
            level.retain(|place| !self.top.contains(place));
            for place in &mut level {
                *place = above[*place as usize];
            }
            level.dedup();
            nodes.extend(level.iter().map(|place| self.node(*place)));
        }
        nodes
    }

    fn node(&self, place: u32) -> Node {
        Node {
            place,
            first: self.first[place as usize],
        }
    }
}

impl Selector for Tree {
    type Plan = Plan;

    fn plan(network: &Network, _: &Table) -> Plan {
        Plan::with_hubs(network, &[])
    }

    fn start(plan: &Plan) -> Self {
        Self {
            sums: vec![0.0; plan.first.len()],
            cumulative: vec![Children::from_fn(|_| 0.0); plan.first.len() - plan.upper],
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
                self.sums[plan.leaf[channel] as usize] = propensity;
            }
        }
        for place in plan.channel.len()..plan.first.len() {
            let node = plan.node(place as u32);
            if node.first != FILLER {
                self.sum(plan, node);
            }
        }
        for group in 0..plan.factors.len() {
            self.factors[group] = plan.factor(group, values);
        }
        self.total(plan, table, values, time)
    }

    #[inline]
    fn next_time(&mut self, now: f64, rng: &mut Stream) -> f64 {
        now + draw::waiting_time(rng, self.total)
    }

    fn choose(&mut self, plan: &Plan, rng: &mut Stream) -> usize {
        let mut target = draw::uniform_inside(rng) * self.total;
        let mut chosen = 0;
        for group in 0..plan.factors.len() {
            let product = self.product(plan, group);
            if product > 0.0 {
                chosen = group;
                if target < product {
                    break;
                }
                target -= product;
            }
        }
        let mut place = plan.top[chosen] as usize;
        while place >= plan.channel.len() {
            let first = plan.first[place] as usize;
            let target = draw::uniform_inside(rng) * self.sums[place];
            let child = match place.checked_sub(plan.upper) {
                Some(upper) => self.cumulative[upper].passed(target),
                None => self.children(first).cumulative().passed(target),
            };
            if child >= CHILDREN {
                // Only if the target was rounded up to a sum among the smallest of numbers.
                let children = &self.sums[first..first + CHILDREN];
                place = first + children.iter().rposition(|sum| *sum > 0.0).unwrap_or(0);
                continue;
            }
            place = first + child;
        }
        plan.channel[place] as usize
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
            self.sums[plan.leaf[dependent] as usize] = propensity;
        }
        for node in plan.nodes.row(channel) {
            self.sum(plan, *node);
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
    fn sum(&mut self, plan: &Plan, node: Node) {
        let place = node.place as usize;
        let cumulative = self.children(node.first as usize).cumulative();
        self.sums[place] = cumulative.last();
        if let Some(upper) = place.checked_sub(plan.upper) {
            self.cumulative[upper] = cumulative;
        }
    }

    #[inline(always)]
    fn children(&self, first: usize) -> Children {
        let children = &self.sums[first..first + CHILDREN];
        Block::from_fn(|position| children[position])
    }

    /// The total propensity of a group.
    #[inline]
    fn product(&self, plan: &Plan, group: usize) -> f64 {
        self.factors[group] * self.sums[plan.top[group] as usize]
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
        self.total = groups.map(|group| self.product(plan, group)).sum();
        if valid(self.total) {
            return Ok(());
        }
        let drawn = (0..table.channels()).filter(|channel| plan.group[*channel] != UNDRAWN);
        Err(Offence::largest(drawn, table, values, time))
    }
}
