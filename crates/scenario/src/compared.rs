//! What all mice of a run have to say where arms are compared: of each mouse one value of each readout and age that is asked for, and when
//! it died. It is all of them that stays in memory.

use crate::plan::Plan;
use crate::record::Record;
use crate::statistics::sorted;

/// Values of all mice, arm by arm, at the ages at which arms are compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What is asked: readout and age, d.
    asked: Vec<(usize, f64)>,
    arms: Vec<OfArm>,
}

#[derive(Clone, Debug, Default)]
struct OfArm {
    /// Age at death of each mouse, d; no number if it lives to the end.
    died_d: Vec<f64>,
    /// `values[asked][mouse]`; no number where a readout has no value.
    values: Vec<Vec<f64>>,
}

/// Numbers of a mouse that tell it from one without are finite.
fn present(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

impl Compared {
    /// Of no mouse yet.
    pub fn new(plan: &Plan) -> Self {
        let asked = asked(plan);
        let arm = OfArm {
            died_d: Vec::new(),
            values: vec![Vec::new(); asked.len()],
        };
        Self {
            arms: vec![arm; plan.arms.len()],
            asked,
        }
    }

    /// Of these mice, `records[arm][mouse]` in the order of the plan.
    pub fn of(plan: &Plan, records: &[Vec<Record>]) -> Self {
        let mut all = Self::new(plan);
        for (arm, mice) in records.iter().enumerate() {
            for record in mice {
                all.add(plan, arm, record);
            }
        }
        all
    }

    /// Adds the next mouse of an arm.
    pub fn add(&mut self, plan: &Plan, arm: usize, record: &Record) {
        let own = &mut self.arms[arm];
        own.died_d.push(record.died_d.unwrap_or(f64::NAN));
        for ((readout, at_d), values) in self.asked.iter().zip(&mut own.values) {
            let value = record.at(plan, *readout, *at_d);
            values.push(value.unwrap_or(f64::NAN));
        }
    }

    /// Readouts and ages, d, at which arms are compared: those of the published bands of a readout, or else the end.
    pub fn asked(&self) -> &[(usize, f64)] {
        &self.asked
    }

    /// Mice of an arm.
    pub fn mice(&self, arm: usize) -> usize {
        self.arms[arm].died_d.len()
    }

    /// Mice of an arm that are dead by an age.
    pub fn dead(&self, arm: usize, at_d: f64) -> usize {
        let died = self.arms[arm].died_d.iter();
        died.filter(|died| **died <= at_d + 1e-9).count()
    }

    /// The value of a readout in each mouse of an arm, at an age at which it is [asked](Self::asked) for; nothing otherwise.
    pub fn values(
        &self,
        arm: usize,
        readout: usize,
        at_d: f64,
    ) -> impl Iterator<Item = Option<f64>> + '_ {
        let is_it = |asked: &(usize, f64)| asked.0 == readout && asked.1.total_cmp(&at_d).is_eq();
        let place = self.asked.iter().position(is_it);
        let values = place.map(|place| self.arms[arm].values[place].iter());
        values.into_iter().flatten().copied().map(present)
    }
}

/// Readouts and ages, d, at which arms are compared.
pub(crate) fn asked(plan: &Plan) -> Vec<(usize, f64)> {
    let mut asked = Vec::new();
    for readout in 0..plan.readouts.len() {
        let bands = plan.bands.iter().filter(|band| band.readout == readout);
        let mut ages = sorted(&bands.map(|band| band.at_d).collect::<Vec<f64>>());
        if ages.is_empty() {
            ages.push(plan.run.until_d);
        }
        ages.dedup();
        asked.extend(ages.into_iter().map(|at_d| (readout, at_d)));
    }
    asked
}
