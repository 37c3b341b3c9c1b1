//! What one mouse leaves behind.

use crate::Error;
use crate::plan::{Plan, PlannedReadout};
use crate::replicate::Replicate;
use paracrine_cells::host::{BINS, Host};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::readout::{Chain, Reading, Readout};
use serde::{Deserialize, Serialize};

/// Steps between two reports of how far a mouse has come.
pub(crate) const REPORTED: u64 = 24;

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Sampling times, d.
    pub times_d: Vec<f64>,
    /// `values[sample][readout]`; `None` where a readout has no value (a mean over no cells).
    pub values: Vec<Vec<Option<f64>>>,
    /// `chain[sample][link]` of the causal chain; empty where a sample was taken without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Vec<Option<f64>>>,
    /// Of each readout, what a dead mouse counts with from its last sample on; of those that ask whether it is alive alone.
    pub after_death: Vec<Option<f64>>,
    /// Age at death, d.
    pub died_d: Option<f64>,
    /// Age at disease onset, d.
    pub onset_d: Option<f64>,
    /// Age from which it could not be simulated further, d, and why. It has no values from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<(f64, String)>,
    /// Cells per bin of copies at the end (or at death), for each of [`STAINED`] and each chain.
    pub receptors: Vec<Vec<f64>>,
    /// Agents of each of [`STAINED`] at that time.
    #[serde(default)]
    pub agents: Vec<u64>,
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
    /// As [`Replicate::begin`], and if snapshots cannot be written.
    pub fn simulate(
        plan: &Plan,
        arm: usize,
        replicate: u64,
        mut proceed: impl FnMut(u64) -> bool,
    ) -> Result<Option<Self>, Error> {
        let mut mouse = Replicate::begin(plan, arm, replicate)?;
        let mut reported = mouse.host().steps();
        while !mouse.is_over() {
            mouse.step()?;
            let steps = mouse.host().steps();
            if steps.is_multiple_of(REPORTED) {
                if !proceed(steps - reported) {
                    return Ok(None);
                }
                reported = steps;
            }
        }
        proceed(plan.steps() - reported);
        mouse.finish().map(|(record, _)| Some(record))
    }

    /// Takes down how the mouse ended.
    pub(crate) fn end(&mut self, mouse: &Host<'_>) {
        self.died_d = mouse.died_d();
        self.onset_d = mouse.onset_d();
        self.ended_d = mouse.age_d();
        self.met_d = mouse.met_d().to_vec();
        for kind in STAINED {
            let agents = mouse.population().agents.iter();
            let of_kind = agents.filter(|agent| agent.kind == kind).count();
            self.agents.push(of_kind as u64);
            for chain in Chain::ALL {
                let mut bins = [0.0; BINS];
                mouse.add_histogram(chain, Group::Only(kind), &mut bins);
                self.receptors.push(bins.to_vec());
            }
        }
    }

    pub(crate) fn sample(&mut self, plan: &Plan, mouse: &Host<'_>) {
        self.times_d.push(mouse.age_d());
        let read = |of: &[PlannedReadout]| {
            let read = of.iter().map(|of| finite(mouse.measure(&of.measure)));
            read.collect()
        };
        if !plan.chain.is_empty() {
            // Samples of an older program have none.
            self.chain.resize(self.values.len(), Vec::new());
            self.chain.push(read(&plan.chain));
        }
        self.values.push(read(&plan.readouts));
        self.bury(plan, mouse);
    }

    /// Takes down what the mouse counts with once it is dead.
    pub(crate) fn bury(&mut self, plan: &Plan, mouse: &Host<'_>) {
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
    /// A dead mouse keeps its last sample, but that it is not alive; one that could not be simulated further has none.
    pub fn at(&self, plan: &Plan, readout: usize, age_d: f64) -> Option<f64> {
        let cut_short = self.cut_short.as_ref();
        if cut_short.is_some_and(|(from_d, _)| *from_d <= age_d + 1e-9) {
            return None;
        }
        if plan.readouts[readout].reads_alive() && self.is_dead_at(age_d) {
            return self.after_death[readout];
        }
        self.values[self.sample_at(age_d)?][readout]
    }

    /// The value of a link of the causal chain at an age, as [`Self::at`].
    pub fn link_at(&self, link: usize, age_d: f64) -> Option<f64> {
        let cut_short = self.cut_short.as_ref();
        if cut_short.is_some_and(|(from_d, _)| *from_d <= age_d + 1e-9) {
            return None;
        }
        let sample = self.sample_at(age_d)?;
        *self.chain.get(sample)?.get(link)?
    }

    /// The last sample at or before an age.
    fn sample_at(&self, age_d: f64) -> Option<usize> {
        self.times_d
            .partition_point(|&time| time <= age_d + 1e-9)
            .checked_sub(1)
    }

    /// Whether the mouse has died by an age.
    pub fn is_dead_at(&self, age_d: f64) -> bool {
        self.died_d.is_some_and(|died| died <= age_d + 1e-9)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::plan::Overrides;

    /// A mouse that an older program began: its first samples have no chain, the later ones have it at their own ages. What it holds of readouts that the
    /// scenario reads, too, is the same.
    #[test]
    fn the_chain_is_sampled_beside_the_readouts() {
        let overrides = Overrides {
            cells: Some(500),
            ..Overrides::default()
        };
        let plan = Plan::new(catalogue::find("il2ra-knockout").unwrap(), &overrides).unwrap();
        let mut mouse = plan.host(0, 0).unwrap();
        let mut record = Record::default();
        record.sample(&plan, &mouse);
        record.chain.clear();
        let written = serde_json::to_string(&record).unwrap();
        assert!(!written.contains("chain"));
        let mut record: Record = serde_json::from_str(&written).unwrap();
        for _ in 0..240 {
            mouse.step().unwrap();
        }
        record.sample(&plan, &mouse);
        assert_eq!(record.chain.len(), 2);
        assert_eq!(record.link_at(3, 0.5), None);
        let mut shared = 0;
        for (link, readout) in plan.chain.iter().enumerate() {
            let own = plan
                .readouts
                .iter()
                .position(|own| own.name == readout.name);
            if let Some(own) = own {
                assert_eq!(record.link_at(link, 10.0), record.at(&plan, own, 10.0));
                shared += 1;
            }
        }
        assert!(shared >= 5, "{shared}");
        assert!(record.link_at(3, 10.0).unwrap() > 0.0);
    }
}
