//! What a network is to the lanes: plain numbers, checked once so that the loop need not check.

use crate::network::LARGEST_AMOUNT;
use thiserror::Error;

/// The largest number of species.
pub(crate) const MOST_SPECIES: usize = 64;
/// The largest number of channels.
pub(crate) const MOST_CHANNELS: usize = 128;
/// The largest number of factors of one channel.
pub(crate) const MOST_FACTORS: usize = 3;
/// A network as plain numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tables {
    /// How many species there are, at most [`MOST_SPECIES`].
    pub(crate) species: usize,
    /// The channels, at most [`MOST_CHANNELS`].
    pub(crate) channels: Vec<Row>,
    /// The count of each species at time 0: whole numbers from 0 to below 2^53.
    pub(crate) initial: Vec<f64>,
}

/// One channel. Its propensity is `coefficient * product over factors of (count - offset)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The propensity of one combination of reactants, per unit of time; finite, at least 0.
    pub(crate) coefficient: f64,
    /// (species, offset), at most [`MOST_FACTORS`]. A species that occurs m times has the offsets 0, ..., m - 1.
    pub(crate) factors: Vec<(usize, f64)>,
    /// (species, net change of its count), each species once, whole numbers. Where no more individuals leave than there
    /// are factors of their species, no count becomes negative; see [`Tables::falls`] for the others.
    pub(crate) change: Vec<(usize, f64)>,
}

/// Why tables cannot be run.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub(crate) enum TablesError {
    /// More species or channels than there is room for.
    #[error(
        "{species} species and {channels} channels: there is room for {MOST_SPECIES} and {MOST_CHANNELS}"
    )]
    Size {
        /// How many species there are.
        species: usize,
        /// How many channels there are.
        channels: usize,
    },
    /// The initial state does not have one count per species.
    #[error("the initial state has {counts} counts for {species} species")]
    InitialLength {
        /// How many counts were given.
        counts: usize,
        /// How many species there are.
        species: usize,
    },
    /// An initial count is not a whole number from 0 to below 2^53.
    #[error(
        "species {species} begins with {count}, which is not a whole number from 0 to below 2^53"
    )]
    Initial {
        /// The species at fault.
        species: usize,
        /// Its count.
        count: f64,
    },
    /// A coefficient is negative, infinite or not a number.
    #[error(
        "channel {channel} has coefficient {coefficient}, which is not a finite number of at least 0"
    )]
    Coefficient {
        /// The channel at fault.
        channel: usize,
        /// Its coefficient.
        coefficient: f64,
    },
    /// A channel names a species that does not exist.
    #[error("channel {channel} names species {species}, which does not exist")]
    UnknownSpecies {
        /// The channel at fault.
        channel: usize,
        /// The species it names.
        species: usize,
    },
    /// A channel has too many factors, or the offsets of one species are not 0, 1, ....
    #[error(
        "channel {channel} has factors that are not falling factorials of order at most {MOST_FACTORS}"
    )]
    Factors {
        /// The channel at fault.
        channel: usize,
    },
    /// A net change is given twice, or is not a whole number below 2^53.
    #[error("channel {channel} cannot change the count of species {species} by {change}")]
    Change {
        /// The channel at fault.
        channel: usize,
        /// The species at fault.
        species: usize,
        /// The net change of its count.
        change: f64,
    },
}

impl Row {
    /// The propensity where there are so many of each species.
    #[inline]
    pub(super) fn propensity(&self, count: impl Fn(usize) -> f64) -> f64 {
        let factors = self.factors.iter().map(|&(s, offset)| count(s) - offset);
        factors.fold(self.coefficient, |product, factor| product * factor)
    }
}

/// A species that may run out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fall {
    pub(super) species: usize,
    /// The most that any channel takes of it.
    pub(super) most: f64,
    /// Channels whose propensity does not tell that there is enough of it, with what they take.
    pub(super) takers: Vec<(usize, f64)>,
}

impl Tables {
    /// Whether the tables can be run.
    pub(super) fn check(&self) -> Result<(), TablesError> {
        let (species, channels) = (self.species, self.channels.len());
        if species > MOST_SPECIES || channels > MOST_CHANNELS {
            return Err(TablesError::Size { species, channels });
        }
        if self.initial.len() != species {
            let counts = self.initial.len();
            return Err(TablesError::InitialLength { counts, species });
        }
        for (species, &count) in self.initial.iter().enumerate() {
            if !(count >= 0.0 && is_whole(count)) {
                return Err(TablesError::Initial { species, count });
            }
        }
        for (channel, row) in self.channels.iter().enumerate() {
            self.check_row(channel, row)?;
        }
        Ok(())
    }

    /// The species of which some channel takes more than its propensity guarantees to be there.
    pub(crate) fn falls(&self) -> Vec<Fall> {
        let takers = |species: usize| {
            let takers = self.channels.iter().enumerate().map(move |(channel, row)| {
                let own = row.change.iter().find(|change| change.0 == species);
                let guaranteed = row.factors.iter().filter(|factor| factor.0 == species);
                let taken = own.map_or(0.0, |(_, change)| -change);
                (channel, taken, taken > guaranteed.count() as f64)
            });
            takers.filter(|(_, taken, _)| *taken > 0.0)
        };
        (0..self.species)
            .map(|species| Fall {
                species,
                most: takers(species).map(|taker| taker.1).fold(0.0, f64::max),
                takers: takers(species)
                    .filter(|(_, _, unchecked)| *unchecked)
                    .map(|(channel, taken, _)| (channel, taken))
                    .collect(),
            })
            .filter(|fall| !fall.takers.is_empty())
            .collect()
    }

    fn check_row(&self, channel: usize, row: &Row) -> Result<(), TablesError> {
        let coefficient = row.coefficient;
        if !(coefficient >= 0.0 && coefficient.is_finite()) {
            return Err(TablesError::Coefficient {
                channel,
                coefficient,
            });
        }
        for &(species, _) in row.factors.iter().chain(&row.change) {
            if species >= self.species {
                return Err(TablesError::UnknownSpecies { channel, species });
            }
        }
        if row.factors.len() > MOST_FACTORS {
            return Err(TablesError::Factors { channel });
        }
        for &(species, _) in &row.factors {
            let offsets = || row.factors.iter().filter(|factor| factor.0 == species);
            let complete =
                |order| offsets().any(|(_, offset)| offset.to_bits() == f64::to_bits(order as f64));
            if !(0..offsets().count()).all(complete) {
                return Err(TablesError::Factors { channel });
            }
        }
        for (place, &(species, change)) in row.change.iter().enumerate() {
            let twice = row.change[..place]
                .iter()
                .any(|(other, _)| *other == species);
            if twice || !is_whole(change) {
                return Err(TablesError::Change {
                    channel,
                    species,
                    change,
                });
            }
        }
        Ok(())
    }
}

/// Whether a number is whole and closer to 0 than 2^53.
fn is_whole(number: f64) -> bool {
    number.abs() < LARGEST_AMOUNT && (number as i64) as f64 == number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decay(species: usize) -> Tables {
        Tables {
            species,
            channels: vec![Row {
                coefficient: 1.0,
                factors: vec![(0, 0.0)],
                change: vec![(0, -1.0)],
            }],
            initial: vec![10.0; species],
        }
    }

    /// The error after one thing is changed.
    fn error(change: impl FnOnce(&mut Tables)) -> TablesError {
        let mut tables = decay(2);
        assert_eq!(tables.check(), Ok(()));
        change(&mut tables);
        tables.check().expect_err("the change is a fault")
    }

    #[test]
    fn faults_in_tables_are_named() {
        assert_eq!(
            decay(65).check(),
            Err(TablesError::Size {
                species: 65,
                channels: 1
            })
        );
        assert_eq!(
            error(|tables| tables.species = 3),
            TablesError::InitialLength {
                counts: 2,
                species: 3
            }
        );
        for count in [-1.0, 0.5, LARGEST_AMOUNT, f64::INFINITY] {
            assert_eq!(
                error(|tables| tables.initial[1] = count),
                TablesError::Initial { species: 1, count }
            );
        }
        assert_eq!(
            error(|tables| tables.channels[0].coefficient = -1.0),
            TablesError::Coefficient {
                channel: 0,
                coefficient: -1.0
            }
        );
        assert_eq!(
            error(|tables| tables.channels[0].change.push((2, 1.0))),
            TablesError::UnknownSpecies {
                channel: 0,
                species: 2
            }
        );
        for factors in [
            vec![(0, 1.0)],
            vec![(0, 0.0), (0, 0.0)],
            vec![(0, 0.0), (1, 0.0), (0, 1.0), (0, 2.0)],
        ] {
            assert_eq!(
                error(|tables| tables.channels[0].factors = factors),
                TablesError::Factors { channel: 0 }
            );
        }
        for (species, change) in [(1, 0.5), (0, 1.0)] {
            assert_eq!(
                error(|tables| tables.channels[0].change.insert(1, (species, change))),
                TablesError::Change {
                    channel: 0,
                    species,
                    change
                }
            );
        }
    }

    #[test]
    fn species_that_may_run_out_are_known() {
        let mut tables = decay(2);
        assert_eq!(tables.falls(), []);
        tables.channels[0].change = vec![(0, -2.0), (1, -1.0)];
        tables.channels.push(Row {
            coefficient: 1.0,
            factors: vec![(1, 0.0)],
            change: vec![(1, -3.0)],
        });
        let fall = |species, most, takers: &[(usize, f64)]| Fall {
            species,
            most,
            takers: takers.to_vec(),
        };
        let expected = [
            fall(0, 2.0, &[(0, 2.0)]),
            fall(1, 3.0, &[(0, 1.0), (1, 3.0)]),
        ];
        assert_eq!(tables.falls(), expected);
        // What takes more with guarantee counts for the pace, not for the fault.
        tables.channels[1].factors = vec![(1, 0.0), (1, 1.0), (1, 2.0)];
        assert_eq!(tables.falls()[1], fall(1, 3.0, &[(0, 1.0)]));
        assert_eq!(tables.check(), Ok(()));
    }
}
