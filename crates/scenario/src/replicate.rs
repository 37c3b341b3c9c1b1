//! One replicate on its way: stepped, sampled, kept as a whole, continued.

use crate::Error;
use crate::cells::Snapshots;
use crate::plan::Plan;
use crate::record::Record;
use crate::states::{self, Owner, Sum, Unusable};
use paracrine_cells::host::{Host, State};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;

/// A host with what was seen of it so far.
pub struct Replicate<'p> {
    plan: &'p Plan,
    owner: Owner,
    host: Host<'p>,
    record: Record,
    /// Number of the next sample, counted from birth.
    next: u64,
    snapshots: Snapshots<'p>,
}

/// A replicate between two steps, to be written down.
#[derive(Serialize, Deserialize)]
struct Halfway<'r> {
    host: State<'r>,
    /// Its record so far, as it is kept at the end.
    record: Cow<'r, [u8]>,
    /// Rows of snapshots so far.
    rows: Cow<'r, [u8]>,
}

impl<'p> Replicate<'p> {
    /// At its beginning, which is seen.
    ///
    /// # Errors
    /// [`Error::States`] if it begins from states of another run that are not there.
    pub fn begin(plan: &'p Plan, arm: usize, number: u64) -> Result<Self, Error> {
        let host = plan.host(arm, number)?;
        let before_d = match host.steps() {
            0 => f64::NEG_INFINITY,
            _ => host.age_d() - plan.step_h / 24.0,
        };
        let mut replicate = Self {
            plan,
            owner: Owner::new(&plan.digest, arm, number),
            record: Record::default(),
            next: 1,
            snapshots: Snapshots::after(plan, arm, number, before_d),
            host,
        };
        if replicate.host.died_d().is_some() {
            replicate.record.bury(plan, &replicate.host);
            return Ok(replicate);
        }
        if let Some(cut_short) = replicate.host.cut_short() {
            replicate.record.cut_short = Some(cut_short.clone());
            return Ok(replicate);
        }
        replicate.record.sample(plan, &replicate.host);
        replicate.pass_samples();
        replicate.look()?;
        Ok(replicate)
    }

    /// As it was [written down](Self::written).
    pub(crate) fn again(
        plan: &'p Plan,
        arm: usize,
        number: u64,
        path: &Path,
    ) -> Result<Self, Unusable> {
        let owner = Owner::new(&plan.digest, arm, number);
        let (halfway, _) = states::opened::<Halfway<'_>>(path, &owner)?;
        let Halfway { host, record, rows } = halfway;
        let host = plan.restored(arm, number, host);
        let host = host.map_err(|_| Unusable::Damaged)?;
        let mut replicate = Self {
            plan,
            owner,
            record: serde_json::from_slice(&record).map_err(|_| Unusable::Damaged)?,
            next: 1,
            snapshots: Snapshots::with(plan, arm, number, rows.into_owned(), host.age_d()),
            host,
        };
        replicate.pass_samples();
        Ok(replicate)
    }

    /// All of it between two steps, from which it can go on.
    pub(crate) fn written(&mut self) -> Result<Vec<u8>, Error> {
        let failed = |source| Error::Write {
            path: "checkpoint".into(),
            source,
        };
        let record = serde_json::to_vec(&self.record).map_err(|error| failed(error.into()))?;
        let rows = self.snapshots.rows().map_err(not_written)?;
        let halfway = Halfway {
            host: self.host.state(),
            record: record.into(),
            rows: rows.into(),
        };
        states::sealed(&self.owner, &halfway).map_err(failed)
    }

    /// The host as a file, from which others begin.
    pub(crate) fn saved(&self) -> std::io::Result<Vec<u8>> {
        saved(&self.owner, &self.host)
    }

    /// The host.
    pub const fn host(&self) -> &Host<'p> {
        &self.host
    }

    /// What was seen of it so far: samples up to now, neither death nor histograms, which come at the [end](Self::finish).
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// Whether it has come to its end, has died, or cannot be simulated further.
    pub fn is_over(&self) -> bool {
        self.record.cut_short.is_some()
            || self.host.died_d().is_some()
            || self.host.steps() >= self.plan.steps()
    }

    /// Goes on by a step, and samples what is due. A host that cannot be simulated further is over, with the reason in its record.
    ///
    /// # Errors
    /// [`Error::Table`] if a snapshot could not be written.
    pub fn step(&mut self) -> Result<(), Error> {
        if self.host.step().is_err() {
            self.record.cut_short = self.host.cut_short().cloned();
            return Ok(());
        }
        if self.host.died_d().is_some() {
            return Ok(());
        }
        self.look()?;
        let is_last = self.host.steps() == self.plan.steps();
        if self.is_due() || is_last {
            self.record.sample(self.plan, &self.host);
            self.pass_samples();
        }
        Ok(())
    }

    fn look(&mut self) -> Result<(), Error> {
        self.snapshots.look(&self.host).map_err(not_written)
    }

    fn is_due(&self) -> bool {
        self.next as f64 * self.plan.run.sample_every_d <= self.host.age_d() + 1e-9
    }

    fn pass_samples(&mut self) {
        while self.is_due() {
            self.next += 1;
        }
    }

    /// What it leaves behind, and the rows of its snapshots.
    ///
    /// # Errors
    /// [`Error::Table`] if the rows could not be written.
    pub fn finish(mut self) -> Result<(Record, Vec<u8>), Error> {
        self.record.end(&self.host);
        let rows = self.snapshots.finish().map_err(not_written)?;
        Ok((self.record, rows))
    }
}

fn not_written(source: csv::Error) -> Error {
    Error::Table {
        table: "cells.csv",
        source,
    }
}

/// A host as a file, from which others begin.
pub(crate) fn saved(owner: &Owner, host: &Host<'_>) -> std::io::Result<Vec<u8>> {
    states::sealed(owner, &host.state())
}

/// A host in such a file, and its checksum.
pub(crate) fn found(path: &Path, owner: &Owner) -> Result<(State<'static>, Sum), Unusable> {
    states::opened(path, owner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::catalogue::{self, scenarios};
    use crate::plan::Overrides;
    use paracrine_cells::drug::Target;
    use paracrine_cells::genotype::Genotype;
    use paracrine_cells::host::{Action, Culture, Intervention, Setup};
    use paracrine_cells::kind::Kind;
    use paracrine_cells::organ::{Organ, PLACES};
    use paracrine_cells::population::Isotype;
    use paracrine_cells::receptors::FORMS;
    use std::collections::BTreeSet;

    fn plans() -> impl Iterator<Item = Plan> {
        scenarios().map(|shipped| {
            let overrides = Overrides {
                cells: Some(500),
                ..Overrides::default()
            };
            let mut plan = Plan::new(catalogue::find(shipped.name).unwrap(), &overrides).unwrap();
            let most = 100.0 * plan.step_h / 24.0;
            // Whatever happens to a host begins within the first steps, where all of it does in a well.
            for arm in &mut plan.arms {
                let first = arm.host.interventions.iter().map(|of| of.at_d);
                let first = first.fold(f64::INFINITY, f64::min);
                for intervention in &mut arm.host.interventions {
                    intervention.at_d -= first.min(intervention.at_d - most / 4.0).max(0.0);
                }
            }
            plan.run.until_d = most;
            plan.run.sample_every_d = 5.0 * plan.step_h / 24.0;
            plan.snapshots_d = vec![most / 5.0, most / 2.0];
            plan
        })
    }

    /// The state of every shipped scenario, with drugs, forms, marrow, dendritic cells, antigen that is counted and what else there is.
    #[test]
    fn a_replicate_that_was_written_down_goes_on_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        for plan in plans() {
            for arm in 0..plan.arms_at_a_point() {
                let name = format!("{}, {}", plan.source.name, plan.arms[arm].name);
                let mut whole = Replicate::begin(&plan, arm, 0).unwrap();
                let mut parts = Replicate::begin(&plan, arm, 0).unwrap();
                for step in 0..plan.steps() {
                    if [0, 1, 7, 26, 30, 52].contains(&step) {
                        std::fs::write(&path, parts.written().unwrap()).unwrap();
                        parts = Replicate::again(&plan, arm, 0, &path).unwrap();
                    }
                    whole.step().unwrap();
                    parts.step().unwrap();
                }
                assert!(
                    whole.written().unwrap() == parts.written().unwrap(),
                    "{name}"
                );
                let (whole, parts) = (whole.finish().unwrap(), parts.finish().unwrap());
                assert!(whole == parts, "{name}");
            }
        }
    }

    /// Only the library changes a medium, and with it the length of a step.
    #[test]
    fn a_well_whose_medium_was_changed_goes_on_bit_for_bit() {
        let p = catalogue::model("mouse").unwrap().parameters;
        let action = Action::Transfer {
            kind: Kind::NaiveCd4,
            cells: 10_000,
            genotype: 0,
            tag: 1,
            specificity: None,
            age_d: None,
            sort: None,
        };
        let setup = Setup {
            genotypes: vec![Genotype::wild_type()],
            interventions: vec![Intervention::once(0.0, action)],
            ..Setup::default()
        };
        let medium = |start_pm, step_h| Culture {
            start_pm,
            step_h,
            ..Culture::default()
        };
        let mut whole = Host::culture(&p, &setup, medium(5.0, 0.25), 40, 3, 1);
        let run = |host: &mut Host<'_>| (0..9).for_each(|_| host.step().unwrap());
        run(&mut whole);
        whole.change_medium(medium(50.0, 0.1));
        run(&mut whole);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let owner = Owner::new("0123456789abcdef", 0, 1);
        std::fs::write(&path, saved(&owner, &whole).unwrap()).unwrap();
        let (state, _) = found(&path, &owner).unwrap();
        assert!(state == whole.state());
        let mut part = Host::restored(&p, &setup, 40, 3, 1, state).unwrap();
        run(&mut whole);
        run(&mut part);
        assert!(whole.population().agents.len() > 10);
        assert!(whole.state() == part.state());
        assert_eq!(whole.age_d().to_bits(), part.age_d().to_bits());
    }

    /// Names of all fields of a state, in whatever depth.
    fn fields(value: &serde_json::Value, path: &str, all: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(members) => {
                for (name, member) in members {
                    fields(member, &format!("{path}.{name}"), all);
                }
            }
            serde_json::Value::Array(members) => {
                for member in members {
                    fields(member, &format!("{path}[]"), all);
                }
            }
            _ => {
                all.insert(path.to_owned());
            }
        }
    }

    /// What is written is read by position: a file of another layout would be taken for what it is not.
    #[test]
    fn another_layout_has_another_format() {
        let mut all = BTreeSet::new();
        for plan in plans() {
            for arm in 0..plan.arms_at_a_point() {
                let mut replicate = Replicate::begin(&plan, arm, 0).unwrap();
                for _ in 0..30 {
                    replicate.step().unwrap();
                }
                let text = serde_json::to_string(&replicate.host().state()).unwrap();
                // Numbers beyond 64 bits lose digits here, which does not matter.
                fields(&serde_json::from_str(&text).unwrap(), "", &mut all);
            }
        }
        let mut layout: Vec<String> = all.into_iter().collect();
        // Of enumerations the place in their order is written, of arrays no length.
        layout.extend(Target::all().map(|target| target.name().to_owned()));
        layout.extend(Kind::ALL.map(|kind| kind.name().to_owned()));
        layout.extend(Organ::ALL.map(|organ| organ.name().to_owned()));
        layout.extend(Isotype::ALL.map(|isotype| isotype.name().to_owned()));
        layout.push(format!("{PLACES} places, {FORMS} forms"));
        let layout = layout.join("\n");
        let hash = &blake3::hash(layout.as_bytes()).to_hex()[..16];
        assert_eq!(
            (states::FORMAT, hash),
            (9, "ac3dcd677fbd0bd5"),
            "states have another layout, or a part of it is seen for the first time: raise `FORMAT`, write its hash here\n{layout}"
        );
    }
}
