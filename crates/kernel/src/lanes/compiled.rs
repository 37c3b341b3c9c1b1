//! Tables arranged for the loop.
//!
//! Counts are held in rows of lanes: one row per species, one per (species, offset) that some factor needs, which
//! follows its species, and a last row of ones. Every factor is then a row, and there is nothing to subtract.
//! Channels stand in order of their number of factors, most first, otherwise as given: the cumulative sums are formed
//! in that order, by every engine. Channels with fewer than two factors are filled up with ones.

use super::tables::{Fall, Tables, TablesError};
use crate::network::LARGEST_AMOUNT;

/// How many channels one look-up of changes spans.
pub(super) const BLOCK: usize = 16;

/// A checked network, ready to run; immutable, shared by all threads.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    tables: Tables,
    /// At each position the channel, as numbered in the tables.
    pub(super) order: Vec<usize>,
    /// The propensities, by position. Filled up to a multiple of four, at least four, with propensities of 0.
    pub(super) terms: Vec<Term>,
    /// How many positions, from the first, have three factors.
    pub(super) with_three: usize,
    /// How many positions, from the first, have at least two factors.
    pub(super) with_two: usize,
    /// What each row holds at time 0.
    pub(super) initial: Vec<f64>,
    /// For every position, but at least [`BLOCK`], [`changes_per_channel`](Self::changes_per_channel) changes; those
    /// of 0 make up the number.
    pub(super) changes: Vec<Change>,
    /// The largest number of rows that one channel changes.
    pub(super) changes_per_channel: usize,
    /// The same changes for look-up by position.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        allow(dead_code, reason = "only AVX-512 looks changes up")
    )]
    pub(super) updates: Vec<Update>,
    /// The largest rise of a count in one event.
    largest_rise: f64,
    /// The species that may run out.
    falls: Vec<Fall>,
}

/// A propensity: a coefficient times three rows. Those beyond the number of factors hold ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Term {
    pub(super) coefficient: f64,
    pub(super) rows: [u8; 3],
}

/// By how much a row changes when a channel fires.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub(super) amount: f64,
    pub(super) row: u8,
}

/// By how much a row changes when one of the channels at positions `BLOCK * block ..` fires.
#[derive(Debug, Clone, PartialEq)]
#[repr(align(64))]
pub(super) struct Update {
    pub(super) amounts: [f64; BLOCK],
    pub(super) row: u8,
    pub(super) block: u8,
}

impl Compiled {
    /// Checks and arranges tables.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the tables, see [`TablesError`].
    pub(crate) fn new(tables: Tables) -> Result<Self, TablesError> {
        tables.check()?;
        let channels = &tables.channels;
        let mut order: Vec<usize> = (0..channels.len()).collect();
        order.sort_by_key(|&channel| std::cmp::Reverse(channels[channel].factors.len()));
        let with_at_least = |factors| {
            let enough = |row: &&super::tables::Row| row.factors.len() >= factors;
            channels.iter().filter(enough).count()
        };

        let rows = Rows::new(&tables);
        let mut terms: Vec<Term> = order
            .iter()
            .map(|&channel| rows.term(&tables, channel))
            .collect();
        let nothing = Term {
            coefficient: 0.0,
            rows: [rows.ones(); 3],
        };
        terms.resize(terms.len().next_multiple_of(4).max(4), nothing);

        let changes: Vec<Vec<Change>> = order
            .iter()
            .map(|&channel| rows.changes(&channels[channel].change))
            .collect();
        let updates = updates(&changes, rows.len());
        let changes_per_channel = changes.iter().map(Vec::len).max().unwrap_or(0);
        let none = Change {
            amount: 0.0,
            row: rows.ones(),
        };
        // Where nothing can happen, bisection of a block ends at its last position.
        let changes = (0..terms.len().max(BLOCK))
            .flat_map(|position| {
                let some = changes.get(position).cloned().unwrap_or_default();
                let missing = changes_per_channel - some.len();
                some.into_iter().chain(std::iter::repeat_n(none, missing))
            })
            .collect();
        let rises = channels.iter().flat_map(|row| &row.change);
        let largest_rise = rises.fold(0.0, |largest: f64, (_, change)| largest.max(*change));

        Ok(Self {
            with_three: with_at_least(3),
            with_two: with_at_least(2),
            initial: rows.initial(&tables.initial),
            order,
            terms,
            changes,
            changes_per_channel,
            updates,
            largest_rise,
            falls: tables.falls(),
            tables,
        })
    }

    /// The tables as they were given.
    #[must_use]
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// How many positions there are: the number of channels rounded up to a multiple of four, at least four.
    pub(super) fn positions(&self) -> usize {
        self.terms.len()
    }

    /// How many further events surely keep every count from 0 to below 2^53, and the species that comes nearest to an end. 0 if
    /// the next event may be too much.
    pub(super) fn events_within_range(&self, counts: impl Fn(usize) -> f64) -> (u64, usize) {
        let last = self.falls.iter().map(|fall| {
            let there = counts(fall.species);
            let channels = &self.tables.channels;
            let lacks = |&(channel, taken): &(usize, f64)| {
                there < taken && channels[channel].propensity(&counts) > 0.0
            };
            let events = if fall.takers.iter().any(lacks) {
                0
            } else {
                (there as u64 / fall.most as u64).max(1)
            };
            (events, fall.species)
        });
        let first = (0..self.tables.species).max_by(|&a, &b| counts(a).total_cmp(&counts(b)));
        let room = |species: usize| (LARGEST_AMOUNT - 1.0 - counts(species)) as u64;
        let rising = first.filter(|_| self.largest_rise > 0.0);
        let rising = rising.map(|species| (room(species) / self.largest_rise as u64, species));
        last.chain(rising).min().unwrap_or((u64::MAX, 0))
    }
}

/// Which row holds what: species first, then (species, offset), then ones.
struct Rows {
    species: usize,
    shifted: Vec<(usize, f64)>,
}

impl Rows {
    fn new(tables: &Tables) -> Self {
        let mut shifted: Vec<(usize, f64)> = Vec::new();
        for &factor in tables.channels.iter().flat_map(|row| &row.factors) {
            if factor.1 > 0.0 && !shifted.contains(&factor) {
                shifted.push(factor);
            }
        }
        Self {
            species: tables.species,
            shifted,
        }
    }

    /// At most 3 * 64 + 1.
    fn len(&self) -> usize {
        self.species + self.shifted.len() + 1
    }

    fn ones(&self) -> u8 {
        (self.len() - 1) as u8
    }

    fn term(&self, tables: &Tables, channel: usize) -> Term {
        let row = &tables.channels[channel];
        let mut rows = [self.ones(); 3];
        for (slot, &(species, offset)) in rows.iter_mut().zip(&row.factors) {
            let shifted = self
                .shifted
                .iter()
                .position(|one| *one == (species, offset));
            *slot = shifted.map_or(species, |place| self.species + place) as u8;
        }
        Term {
            coefficient: row.coefficient,
            rows,
        }
    }

    fn changes(&self, change: &[(usize, f64)]) -> Vec<Change> {
        let mut changes = Vec::new();
        for &(species, amount) in change.iter().filter(|change| change.1 != 0.0) {
            let followers = self.shifted.iter().enumerate();
            let followers = followers
                .filter(|(_, shifted)| shifted.0 == species)
                .map(|(place, _)| self.species + place);
            for row in std::iter::once(species).chain(followers) {
                let row = row as u8;
                changes.push(Change { amount, row });
            }
        }
        changes
    }

    fn initial(&self, counts: &[f64]) -> Vec<f64> {
        // Adding 0 makes a negative zero positive.
        let species = counts.iter().map(|count| count + 0.0);
        let shifted = self.shifted.iter().map(|&(s, offset)| counts[s] - offset);
        species.chain(shifted).chain([1.0]).collect()
    }
}

/// Changes, given by position, arranged by row and block; only those that hold one.
fn updates(changes: &[Vec<Change>], rows: usize) -> Vec<Update> {
    let mut updates = Vec::new();
    for row in 0..rows as u8 {
        for (block, channels) in changes.chunks(BLOCK).enumerate() {
            let mut amounts = [0.0; BLOCK];
            for (amount, channel) in amounts.iter_mut().zip(channels) {
                let own = channel.iter().find(|change| change.row == row);
                *amount = own.map_or(0.0, |change| change.amount);
            }
            if amounts != [0.0; BLOCK] {
                updates.push(Update {
                    amounts,
                    row,
                    block: block as u8,
                });
            }
        }
    }
    updates
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::lanes::tables::Row;

    /// 0 -> A, 2 A -> B, B -> 2 A.
    fn dimer() -> Compiled {
        let row = |coefficient, factors: &[(usize, f64)], change: &[(usize, f64)]| Row {
            coefficient,
            factors: factors.to_vec(),
            change: change.to_vec(),
        };
        Compiled::new(Tables {
            species: 2,
            channels: vec![
                row(1.0, &[], &[(0, 1.0)]),
                row(2.0, &[(0, 0.0), (0, 1.0)], &[(0, -2.0), (1, 1.0)]),
                row(3.0, &[(1, 0.0)], &[(0, 2.0), (1, -1.0)]),
            ],
            initial: vec![7.0, -0.0],
        })
        .unwrap()
    }

    #[test]
    fn channels_stand_by_number_of_factors() {
        let compiled = dimer();
        assert_eq!(compiled.order, [1, 2, 0]);
        assert_eq!((compiled.with_three, compiled.with_two), (0, 1));
        assert_eq!(compiled.positions(), 4);
        assert_eq!(compiled.terms[0].rows, [0, 2, 3]);
        assert_eq!(compiled.terms[1].rows, [1, 3, 3]);
        assert_eq!(compiled.terms[3].coefficient, 0.0);
    }

    #[test]
    fn shifted_rows_follow_their_species() {
        let compiled = dimer();
        assert_eq!(compiled.initial, [7.0, 0.0, 6.0, 1.0]);
        assert!(
            compiled
                .initial
                .iter()
                .all(|count| count.is_sign_positive())
        );
        let amounts = |row| -> Vec<f64> {
            let mut updates = compiled.updates.iter();
            let update = updates.find(|update| update.row == row).unwrap();
            update.amounts[..4].to_vec()
        };
        assert_eq!(amounts(0), [-2.0, 2.0, 1.0, 0.0]);
        assert_eq!(amounts(1), [1.0, -1.0, 0.0, 0.0]);
        assert_eq!(amounts(2), amounts(0));
        assert_eq!(compiled.updates.len(), 3);
        assert_eq!(compiled.changes_per_channel, 3);
        assert_eq!(compiled.changes.len(), 3 * BLOCK);
    }

    #[test]
    fn range_is_foreseen() {
        let compiled = dimer();
        let largest = LARGEST_AMOUNT - 7.0;
        let counts = [3.0, largest];
        assert_eq!(
            compiled.events_within_range(|species| counts[species]),
            (3, 1)
        );

        let mut tables = compiled.tables.clone();
        tables.channels[0].change = vec![(0, -3.0)];
        let compiled = Compiled::new(tables).unwrap();
        for (count, events) in [(7.0, 2), (3.0, 1), (2.0, 0), (0.0, 0)] {
            let counts = [count, 2.0];
            assert_eq!(
                compiled.events_within_range(|species| counts[species]),
                (events, 0)
            );
        }
    }
}
