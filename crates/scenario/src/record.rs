//! What one mouse leaves behind.

use crate::plan::{Plan, PlannedReadout};
use paracrine_cells::host::{BINS, Host, HostError};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::readout::{Chain, Reading, Readout};
use serde::{Deserialize, Serialize};

/// Steps between two looks at whether the run is wanted still.
const REPORTED: u64 = 24;

/// Kinds whose receptors are kept as histograms.
pub const STAINED: [Kind; 11] = [
    Kind::Treg,
    Kind::NaiveCd4,
    Kind::BlastCd4,
    Kind::EffectorCd4,
    Kind::MemoryCd4,
    Kind::NaiveCd8,
    Kind::BlastCd8,
    Kind::MemoryCd8,
    Kind::Nk,
    Kind::BlastB,
    Kind::ActiveMacrophage,
];

/// Samples and events of one mouse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Sampling times, d.
    pub times_d: Vec<f64>,
    /// `values[sample][readout]`; `None` where a readout has no value (a mean over no cells).
    pub values: Vec<Vec<Option<f64>>>,
    /// Of each readout, what a dead mouse counts with from its last sample on; of those that ask whether it is alive alone.
    pub after_death: Vec<Option<f64>>,
    /// Age at death, d.
    pub died_d: Option<f64>,
    /// Age at disease onset, d.
    pub onset_d: Option<f64>,
    /// Cells per bin of copies at the end (or at death), for each of [`STAINED`] and each chain.
    pub receptors: Vec<Vec<f64>>,
    /// Age at which the histograms were taken, d.
    pub ended_d: f64,
    /// Of each intervention the age at which what it waits for was met, d.
    pub met_d: Vec<Option<f64>>,
    /// Checksum of its snapshots, if cells are kept.
    pub cells: Option<String>,
}

impl Record {
    /// Simulates one mouse. `None` if `proceed` said no before the end.
    ///
    /// `proceed` is called after every day of a mouse, every 24 steps of a well, with the number of steps done since the last call.
    ///
    /// # Errors
    /// [`HostError`] if the mouse cannot be simulated.
    pub fn simulate(
        plan: &Plan,
        arm: usize,
        replicate: u64,
        proceed: impl FnMut(u64) -> bool,
    ) -> Result<Option<Self>, HostError> {
        Self::seen(plan, arm, replicate, proceed, |_| {})
    }

    /// The same, with a look at the mouse at birth and after each step that it lives through.
    ///
    /// # Errors
    /// [`HostError`] if the mouse cannot be simulated.
    pub fn seen(
        plan: &Plan,
        arm: usize,
        replicate: u64,
        mut proceed: impl FnMut(u64) -> bool,
        mut look: impl FnMut(&Host<'_>),
    ) -> Result<Option<Self>, HostError> {
        let run = &plan.run;
        let mut mouse = plan.arms[arm].start(plan, replicate);
        let mut record = Self {
            times_d: Vec::new(),
            values: Vec::new(),
            after_death: Vec::new(),
            died_d: None,
            onset_d: None,
            receptors: Vec::new(),
            ended_d: 0.0,
            met_d: Vec::new(),
            cells: None,
        };
        record.sample(plan, &mouse);
        look(&mouse);
        let steps = plan.steps();
        let mut next = 1;
        let mut reported = 0;
        for step in 1..=steps {
            mouse.step()?;
            if mouse.died_d().is_some() {
                break;
            }
            look(&mouse);
            if mouse.age_d() + 1e-9 >= next as f64 * run.sample_every_d || step == steps {
                record.sample(plan, &mouse);
                while next as f64 * run.sample_every_d <= mouse.age_d() + 1e-9 {
                    next += 1;
                }
            }
            if step % REPORTED == 0 {
                if !proceed(step - reported) {
                    return Ok(None);
                }
                reported = step;
            }
        }
        proceed(steps - reported);
        record.died_d = mouse.died_d();
        record.onset_d = mouse.onset_d();
        record.ended_d = mouse.age_d();
        record.met_d = mouse.met_d().to_vec();
        for kind in STAINED {
            for chain in Chain::ALL {
                let mut bins = [0.0; BINS];
                mouse.add_histogram(chain, Group::Only(kind), &mut bins);
                record.receptors.push(bins.to_vec());
            }
        }
        Ok(Some(record))
    }

    fn sample(&mut self, plan: &Plan, mouse: &Host<'_>) {
        self.times_d.push(mouse.age_d());
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        let readouts = plan.readouts.iter();
        self.values.push(
            readouts
                .map(|readout| finite(mouse.measure(&readout.measure)))
                .collect(),
        );
        if plan.readouts.iter().any(PlannedReadout::reads_alive) {
            let dead = |reading: Reading| match reading.readout {
                Readout::Alive => 0.0,
                readout => mouse.observe_of(&readout, reading.of),
            };
            let readouts = plan.readouts.iter();
            self.after_death = readouts
                .map(|readout| {
                    let reads = readout.reads_alive();
                    reads.then(|| finite(readout.measure.value(dead))).flatten()
                })
                .collect();
        }
    }

    /// The value of a readout at an age: the last sample at or before it.
    ///
    /// A dead mouse keeps its last sample, but that it is not alive.
    pub fn at(&self, plan: &Plan, readout: usize, age_d: f64) -> Option<f64> {
        if plan.readouts[readout].reads_alive() && self.is_dead_at(age_d) {
            return self.after_death[readout];
        }
        let sample = self
            .times_d
            .partition_point(|&time| time <= age_d + 1e-9)
            .checked_sub(1)?;
        self.values[sample][readout]
    }

    /// Whether the mouse has died by an age.
    pub fn is_dead_at(&self, age_d: f64) -> bool {
        self.died_d.is_some_and(|died| died <= age_d + 1e-9)
    }
}
