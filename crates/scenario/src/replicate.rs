//! One replicate on its way: stepped, sampled, kept as a whole, continued.

use crate::Error;
use crate::cells::Snapshots;
use crate::plan::Plan;
use crate::record::Record;
use crate::states::{self, Sum, Unusable};
use paracrine_cells::host::{Host, State};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;

/// A host with what was seen of it so far.
pub struct Replicate<'p> {
    plan: &'p Plan,
    arm: usize,
    number: u64,
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
            arm,
            number,
            record: Record::default(),
            next: 1,
            snapshots: Snapshots::after(plan, arm, number, before_d),
            host,
        };
        if replicate.host.died_d().is_some() {
            replicate.record.bury(plan, &replicate.host);
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
        let (halfway, _) = states::opened::<Halfway<'_>>(path, &plan.digest)?;
        let Halfway { host, record, rows } = halfway;
        let host = plan.restored(arm, number, host);
        let host = host.map_err(|_| Unusable::Damaged)?;
        let mut replicate = Self {
            plan,
            arm,
            number,
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
        states::sealed(&self.plan.digest, &halfway).map_err(failed)
    }

    /// The host.
    pub const fn host(&self) -> &Host<'p> {
        &self.host
    }

    /// Whether it has come to its end, or has died.
    pub fn is_over(&self) -> bool {
        self.host.died_d().is_some() || self.host.steps() >= self.plan.steps()
    }

    /// Goes on by a step, and samples what is due.
    ///
    /// # Errors
    /// [`Error::Mouse`] if the host cannot be simulated.
    pub fn step(&mut self) -> Result<(), Error> {
        self.host.step().map_err(|reason| Error::Mouse {
            arm: self.plan.arm_in_words(self.arm),
            replicate: self.number,
            reason,
        })?;
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
pub(crate) fn saved(digest: &str, host: &Host<'_>) -> std::io::Result<Vec<u8>> {
    states::sealed(digest, &host.state())
}

/// A host in such a file, and its checksum.
pub(crate) fn found(path: &Path, digest: &str) -> Result<(State<'static>, Sum), Unusable> {
    states::opened(path, digest)
}
