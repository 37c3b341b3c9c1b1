//! Whether a run has enough replicates, before it has all of them.
//!
//! Replicates come in batches, in the order of their numbers, all arms together. After each batch an interval over all replicates so far
//! is looked at; no replicate of the next one is begun before. What is decided, and what is simulated, therefore depends on neither
//! threads nor interruptions.

use crate::language::{LEAST_BATCH, Tolerance};
use crate::plan::Plan;
use crate::record::Record;
use crate::statistics::{median_interval, paired_difference};
use serde::{Deserialize, Serialize};

/// When a run has enough replicates, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStop {
    /// Index of the readout.
    pub readout: usize,
    /// Index of the arm among those of one point.
    pub arm: usize,
    /// Index of the arm from which the difference is meant.
    pub difference_from: Option<usize>,
    /// Age, d.
    pub at_d: f64,
    /// What half of the interval must be less than.
    pub tolerance: Tolerance,
    /// Replicates after which it is looked at, and again after so many more.
    pub batch: u64,
}

/// Why a run has as many replicates as it has. In a sweep what is looked at is to hold at every point; numbers are of the one that is
/// furthest from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stopped {
    /// Replicates of each arm.
    pub replicates: u64,
    /// The most there could have been.
    pub most: u64,
    /// Whether the interval was narrow enough.
    pub is_narrow: bool,
    /// Replicates in a batch.
    pub batch: u64,
    /// The readout.
    pub readout: String,
    /// The arm.
    pub arm: String,
    /// The arm from which the difference is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference_from: Option<String>,
    /// Age, d.
    pub at_d: f64,
    /// What half of the interval must be less than, in words.
    pub below: String,
    /// The point of a sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<usize>,
    /// The median, or the difference of medians; `None` if no replicate has a value.
    pub estimate: Option<f64>,
    /// Its 95 % bootstrap interval; `None` with fewer values than have one.
    pub interval: Option<(f64, f64)>,
}

/// What is looked at, at one point of a sweep.
struct Look {
    estimate: Option<f64>,
    interval: Option<(f64, f64)>,
    /// Half of the interval less what it must be less than.
    excess: f64,
}

impl PlannedStop {
    /// What a replicate has to say.
    pub(crate) fn value(&self, plan: &Plan, record: &Record) -> Option<f64> {
        record.at(plan, self.readout, self.at_d)
    }

    /// Looks at the replicates so far, `values[arm][replicate]` in the order of the plan, as many in each arm.
    pub fn judge(&self, plan: &Plan, values: &[Vec<Option<f64>>]) -> Stopped {
        let arms = plan.arms_at_a_point();
        let looks = plan.chosen.clone().enumerate();
        let looks = looks.map(|(place, point)| (point, self.look(plan, values, place * arms)));
        let worst = looks.reduce(|worst, look| {
            if look.1.excess > worst.1.excess {
                look
            } else {
                worst
            }
        });
        let name = |arm: usize| plan.arms[arm].name.clone();
        Stopped {
            replicates: values.first().map_or(0, Vec::len) as u64,
            most: plan.mice_per_arm() as u64,
            is_narrow: worst.as_ref().is_some_and(|(_, look)| look.excess < 0.0),
            batch: self.batch,
            readout: plan.readouts[self.readout].name.clone(),
            arm: name(self.arm),
            difference_from: self.difference_from.map(name),
            at_d: self.at_d,
            below: self.tolerance.to_string(),
            point: worst
                .as_ref()
                .map(|(point, _)| *point)
                .filter(|_| plan.sweep.is_some()),
            estimate: worst.as_ref().and_then(|(_, look)| look.estimate),
            interval: worst.and_then(|(_, look)| look.interval),
        }
    }

    /// Looks at the point whose arms begin with number `first`.
    fn look(&self, plan: &Plan, all: &[Vec<Option<f64>>], first: usize) -> Look {
        let values = |arm: usize| all[first + arm].iter().copied();
        let seed = plan.run.seed;
        let own = values(self.arm);
        let (count, found) = match self.difference_from {
            None => {
                let own: Vec<f64> = own.flatten().collect();
                (own.len(), median_interval(&own, seed))
            }
            Some(other) => {
                let pairs = values(other).zip(own).filter_map(|(a, b)| a.zip(b));
                let pairs: Vec<(f64, f64)> = pairs.collect();
                (pairs.len(), paired_difference(&pairs, seed))
            }
        };
        let estimate = found.map(|(estimate, _)| estimate);
        let interval = found
            .and_then(|(_, interval)| interval)
            .filter(|_| count >= LEAST_BATCH as usize);
        let excess = estimate.zip(interval).map(|(estimate, (low, high))| {
            (high - low) / 2.0 - self.tolerance.half_width(estimate)
        });
        Look {
            estimate,
            interval,
            // Without an interval nothing is known.
            excess: excess.filter(|e| !e.is_nan()).unwrap_or(f64::INFINITY),
        }
    }
}
