//! All mice of all arms on all cores: resumed where a run was interrupted, the same bytes for any number of threads.

use crate::Error;
use crate::cells::Snapshots;
use crate::comparison::{Comparison, comparisons};
use crate::directory::{Directory, State};
use crate::plan::{Keep, Plan};
use crate::record::Record;
use crate::tables::{self, parquet};
use crate::unfinished::{Request, Shard};
use paracrine_kernel::ensemble;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What sees a run go on; called from several threads.
pub trait Observer: Sync {
    /// Mice of an arm advanced by so many steps in all.
    fn advanced(&self, arm: usize, steps: u64);
    /// A mouse is finished and kept.
    fn finished(&self, arm: usize, replicate: u64);
}

/// An observer that looks away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn advanced(&self, _arm: usize, _steps: u64) {}
    fn finished(&self, _arm: usize, _replicate: u64) {}
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// All mice simulated, all files written.
    Done {
        /// Arms against the first arm and against published bands.
        comparisons: Vec<Comparison>,
        /// Whether the results were there already.
        reprinted: bool,
    },
    /// Interrupted; so many of the mice are kept and need not be simulated again.
    Interrupted {
        /// Mice kept.
        kept: usize,
        /// Mice in all.
        mice: usize,
    },
}

/// One mouse, kept in the directory; from there if it was kept before. `None` if it was interrupted.
fn simulate(
    plan: &Plan,
    directory: &Directory,
    unit: u64,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<Option<Record>, Error> {
    let (arm, replicate) = plan.mouse(unit);
    if let Some(record) = directory.kept(arm, replicate) {
        observer.advanced(arm, plan.steps());
        return Ok(Some(record));
    }
    let mut snapshots = Snapshots::new(plan, arm, replicate);
    let proceed = |steps| {
        observer.advanced(arm, steps);
        !interrupt.load(Ordering::Relaxed)
    };
    let record = Record::seen(plan, arm, replicate, proceed, |mouse| {
        snapshots.look(mouse);
    })
    .map_err(|reason| Error::Mouse {
        arm: plan.arm_in_words(arm),
        replicate,
        reason,
    })?;
    let Some(mut record) = record else {
        return Ok(None);
    };
    if plan.keep == Keep::Cells {
        let rows = snapshots.finish().map_err(|source| Error::Table {
            table: "cells.csv",
            source,
        })?;
        record.cells = Some(directory.keep_cells(arm, replicate, &rows)?);
    }
    directory.keep(arm, replicate, &record)?;
    Ok(Some(record))
}

/// Simulates the mice of one shard into a directory that all shards share, on the ambient rayon pool. Returns how many of them are kept,
/// and how many there are; fewer if interrupted.
///
/// # Errors
/// As [`Directory::claim`], [`Error::Shards`], [`Error::NoParquet`], writing errors and [`Error::Mouse`].
pub fn shard(
    plan: &Plan,
    out: &Path,
    shard: Shard,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<(usize, usize), Error> {
    parquet::check(plan.parquet)?;
    let (directory, state) = Directory::claim(out, &plan.digest, false)?;
    let units: Vec<u64> = (0..plan.mice() as u64)
        .filter(|unit| shard.holds(*unit))
        .collect();
    if state == State::Complete {
        return Ok((units.len(), units.len()));
    }
    parquet::settle(&directory, plan.parquet)?;
    Request::new(plan, shard.of).leave(&directory)?;
    let job = |unit| {
        let record = simulate(plan, &directory, unit, interrupt, observer)?;
        Ok::<Option<()>, Error>(record.map(drop))
    };
    let results = ensemble::run(&units, interrupt, job, |unit, done| {
        if done.is_some() {
            let (arm, replicate) = plan.mouse(unit);
            observer.finished(arm, replicate);
        }
    })?;
    let kept = results.into_iter().flatten().flatten().count();
    Ok((kept, units.len()))
}

/// Runs a plan into a directory, on the ambient rayon pool.
///
/// Mice already in the directory's checkpoint are taken from there. Once `interrupt` is set, running mice are abandoned
/// at the end of their simulated day.
///
/// # Errors
/// As [`Directory::claim`], plus [`Error::NoParquet`], writing errors and [`Error::Mouse`].
pub fn run(
    plan: &Plan,
    out: &Path,
    force: bool,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<Outcome, Error> {
    let started = Instant::now();
    parquet::check(plan.parquet)?;
    let (directory, state) = Directory::claim(out, &plan.digest, force)?;
    if state == State::Complete {
        // It may have been killed just before.
        directory.finish()?;
        if plan.parquet {
            tables::add_parquet(&directory, plan)?;
        }
        return Ok(Outcome::Done {
            comparisons: tables::read_comparisons(&directory, plan)?,
            reprinted: true,
        });
    }
    let with_parquet = parquet::settle(&directory, plan.parquet)?;
    Request::new(plan, 1).leave_first(&directory)?;
    let arms = plan.arms.len();
    let units: Vec<u64> = (0..plan.mice() as u64).collect();
    let job = |unit| simulate(plan, &directory, unit, interrupt, observer);
    let results = ensemble::run(&units, interrupt, job, |unit, record| {
        if record.is_some() {
            let (arm, replicate) = plan.mouse(unit);
            observer.finished(arm, replicate);
        }
    })?;
    let kept: Vec<Record> = results.into_iter().flatten().flatten().collect();
    if kept.len() < plan.mice() {
        return Ok(Outcome::Interrupted {
            kept: kept.len(),
            mice: plan.mice(),
        });
    }
    let mut records = vec![Vec::new(); arms];
    for (unit, record) in kept.into_iter().enumerate() {
        records[unit % arms].push(record);
    }
    let comparisons = comparisons(plan, &records);
    let timing = format!(
        "{{ \"wall_s\": {:.1}, \"threads\": {} }}\n",
        started.elapsed().as_secs_f64(),
        rayon::current_num_threads()
    );
    directory.put("timing.json", timing.as_bytes())?;
    tables::write(&directory, plan, &records, &comparisons, with_parquet)?;
    directory.finish()?;
    Ok(Outcome::Done {
        comparisons,
        reprinted: false,
    })
}
