//! Channels as flat tables: what is read at every firing stands close together.

use crate::network::{Compiled, LARGEST_AMOUNT, Network};

/// Rows of different lengths in one vector.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ragged<T> {
    items: Vec<T>,
    first: Vec<u32>,
}

impl<T> Ragged<T> {
    pub(crate) fn collect<R: IntoIterator<Item = T>>(rows: impl IntoIterator<Item = R>) -> Self {
        let mut ragged = Self {
            items: Vec::new(),
            first: vec![0],
        };
        for row in rows {
            ragged.items.extend(row);
            ragged.first.push(ragged.items.len() as u32);
        }
        ragged
    }

    #[inline]
    pub(crate) fn row(&self, index: usize) -> &[T] {
        &self.items[self.first[index] as usize..self.first[index + 1] as usize]
    }

    /// All items of all rows.
    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }
}

/// A propensity law as `coefficient * (x[a] - m) * (x[b] - n)`, with the constant 1 in place of missing factors.
#[derive(Debug, Clone, Copy)]
struct Row {
    coefficient: f64,
    offsets: [f64; 2],
    slots: [u32; 2],
}

/// In place of the first slot: the law has another form.
const GENERAL: u32 = u32::MAX;

/// Propensities and changes of all channels.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    rows: Vec<Row>,
    /// Laws of another form, by channel.
    general: Vec<Option<Compiled>>,
    changes: Ragged<(u32, f64)>,
}

impl Table {
    pub(crate) fn new(network: &Network) -> Self {
        let one = network.slots() as u32;
        let mut rows = Vec::with_capacity(network.compiled().len());
        let mut general = Vec::new();
        for (position, channel) in network.compiled().iter().enumerate() {
            let mut row = Row {
                coefficient: 0.0,
                offsets: [0.0; 2],
                slots: [one; 2],
            };
            match &channel.law {
                Compiled::Product(product) if product.factors.len() <= 2 => {
                    row.coefficient = product.coefficient;
                    for (place, (slot, offset)) in product.factors.iter().enumerate() {
                        (row.slots[place], row.offsets[place]) = (*slot, *offset);
                    }
                }
                law => {
                    row.slots[0] = GENERAL;
                    general.resize(position, None);
                    general.push(Some(law.clone()));
                }
            }
            rows.push(row);
        }
        Self {
            rows,
            general,
            changes: Ragged::collect(
                network
                    .compiled()
                    .iter()
                    .map(|channel| channel.changes.iter().copied()),
            ),
        }
    }

    pub(crate) fn channels(&self) -> usize {
        self.rows.len()
    }

    /// The propensity of a channel, unchecked.
    #[inline]
    pub(crate) fn propensity(&self, channel: usize, values: &[f64], time: f64) -> f64 {
        let row = &self.rows[channel];
        if row.slots[0] == GENERAL {
            return self.general_propensity(channel, values, time);
        }
        row.coefficient
            * (values[row.slots[0] as usize] - row.offsets[0])
            * (values[row.slots[1] as usize] - row.offsets[1])
    }

    #[inline(never)]
    fn general_propensity(&self, channel: usize, values: &[f64], time: f64) -> f64 {
        match &self.general[channel] {
            Some(law) => law.evaluate(values, time),
            None => f64::NAN,
        }
    }

    /// Fires a channel once. False, with the values as they were, if an amount would leave its range.
    #[inline]
    pub(crate) fn fire(&self, channel: usize, values: &mut [f64]) -> bool {
        let changes = self.changes.row(channel);
        for (position, (slot, change)) in changes.iter().enumerate() {
            let value = &mut values[*slot as usize];
            let changed = *value + change;
            // Not up to the largest itself: one more than it is rounded to it.
            if !(0.0..LARGEST_AMOUNT).contains(&changed) {
                for (slot, change) in &changes[..position] {
                    values[*slot as usize] -= change;
                }
                return false;
            }
            *value = changed;
        }
        true
    }

    pub(crate) fn changes(&self, channel: usize) -> &[(u32, f64)] {
        self.changes.row(channel)
    }
}

/// Which channels a method draws by their waiting times, and which of them a firing touches.
#[derive(Debug)]
pub(crate) struct Graph {
    /// By channel: the drawn channels whose propensity changes when it fires.
    pub(crate) dependents: Ragged<u32>,
    /// By channel: whether its propensity is constant between firings.
    pub(crate) drawn: Vec<bool>,
}

impl Graph {
    pub(crate) fn new(network: &Network) -> Self {
        let drawn: Vec<bool> = network
            .compiled()
            .iter()
            .map(|channel| !channel.clocked)
            .collect();
        let row = |channel| {
            let mut dependents = network.dependents(channel);
            dependents.retain(|dependent| drawn[dependent.index()]);
            dependents.into_iter().map(|dependent| dependent.0)
        };
        Self {
            dependents: Ragged::collect(network.channels().map(row)),
            drawn,
        }
    }
}

/// Whether a number can be a propensity.
#[inline]
pub(crate) fn valid(propensity: f64) -> bool {
    (0.0..=f64::MAX).contains(&propensity)
}
