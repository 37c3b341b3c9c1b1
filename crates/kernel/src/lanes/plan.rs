//! What is asked of every replicate.

use super::compiled::Compiled;
use thiserror::Error;

/// The latest sampling time. Totals below the smallest normal number then never lead to an event in time.
const LATEST: f64 = 1e290;

/// Sampling times, recorded species and limits; the same for all replicates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(super) times: Vec<f64>,
    pub(super) recorded: Vec<usize>,
    pub(super) limit: u64,
    pub(super) firings: bool,
}

/// Why a plan cannot be followed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub(crate) enum PlanError {
    /// There are no sampling times, or one is not a number from 0 to 1e290, or one is not later than the one before.
    #[error("sampling time {place} is missing, out of range or not later than the one before")]
    Times {
        /// The place of the time at fault.
        place: usize,
    },
    /// A species to record does not exist.
    #[error("species {0} is to be recorded but does not exist")]
    UnknownSpecies(usize),
}

impl Plan {
    /// Records the counts of the species `recorded` at `times`, which ascend and are in the unit of the coefficients.
    /// Replicates begin at time 0, end at the last sampling time and have any number of events.
    ///
    /// # Errors
    ///
    /// [`PlanError::Times`] or [`PlanError::UnknownSpecies`].
    pub(crate) fn new(
        compiled: &Compiled,
        times: Vec<f64>,
        recorded: Vec<usize>,
    ) -> Result<Self, PlanError> {
        let mut earliest = 0.0;
        for (place, &time) in times.iter().enumerate() {
            if !(time >= earliest && time <= LATEST) {
                return Err(PlanError::Times { place });
            }
            earliest = f64::from_bits(time.to_bits() + 1);
        }
        if times.is_empty() {
            return Err(PlanError::Times { place: 0 });
        }
        let species = compiled.tables().species;
        if let Some(&unknown) = recorded.iter().find(|one| **one >= species) {
            return Err(PlanError::UnknownSpecies(unknown));
        }
        Ok(Self {
            times,
            recorded,
            limit: u64::MAX,
            firings: false,
        })
    }

    /// The last of the first `filled` sampling times.
    pub(crate) fn time_before(&self, filled: usize) -> f64 {
        filled.checked_sub(1).map_or(0.0, |last| self.times[last])
    }

    /// Stops a replicate once it has had so many events.
    #[must_use]
    pub(crate) fn with_limit(mut self, events: u64) -> Self {
        self.limit = events;
        self
    }

    /// Counts the firings of each channel.
    #[must_use]
    pub(crate) fn with_firings(mut self) -> Self {
        self.firings = true;
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::lanes::tables::Tables;

    #[test]
    fn faults_in_plans_are_named() {
        let compiled = Compiled::new(Tables {
            species: 1,
            channels: Vec::new(),
            initial: vec![0.0],
        })
        .unwrap();
        let plan = |times: &[f64], recorded| Plan::new(&compiled, times.to_vec(), vec![recorded]);
        assert!(plan(&[0.0, 1.0], 0).is_ok());
        for (times, place) in [
            (&[] as &[f64], 0),
            (&[-1.0], 0),
            (&[0.0, 0.0], 1),
            (&[1.0, 2.0, f64::NAN], 2),
            (&[f64::INFINITY], 0),
        ] {
            assert_eq!(plan(times, 0), Err(PlanError::Times { place }));
        }
        assert_eq!(plan(&[1.0], 1), Err(PlanError::UnknownSpecies(1)));
    }
}
