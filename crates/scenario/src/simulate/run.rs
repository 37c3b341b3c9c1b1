//! All replicates into a results directory, resumed where they were interrupted; the same bytes for any number of threads.

use crate::Error;
use crate::directory::{Directory, State};
use crate::simulate::check::Check;
use crate::simulate::checkpoint::{self, Pending, Replicate};
use crate::simulate::collector::Collector;
use crate::simulate::firings::{self, Ended};
use crate::simulate::manifest;
use crate::simulate::plan::Plan;
use crate::simulate::summary::{self, Row, table};
use crate::tables::columns::{CHECKS, FIRINGS, NETWORK_SUMMARY, TRAJECTORIES, Table};
use crate::tables::parquet;
use paracrine_kernel::ensemble::Ensemble;
use paracrine_kernel::simulation::Simulation;
use paracrine_kernel::state::RunError;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What sees a run go on.
pub trait Observer: Send {
    /// So many replicates are finished in all, with so many firings in all.
    fn finished(&mut self, replicates: u64, firings: u64);
}

/// An observer that looks away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn finished(&mut self, _replicates: u64, _firings: u64) {}
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// All replicates simulated, all files written.
    Done(Results),
    /// Interrupted.
    Interrupted {
        /// Replicates that are kept and need not be simulated again.
        kept: u64,
        /// Replicates in all.
        replicates: u64,
    },
}

/// What a run found.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// Statistics, by time and quantity.
    pub rows: Vec<Row>,
    /// What became of the model's expectations.
    pub checks: Vec<Check>,
    /// Replicates that the limit of firings stopped before the end.
    pub stopped: u64,
    /// Whether the table of firings holds as many rows as are written at most.
    pub firings_cut: bool,
    /// What it took; `None` if the results were there already.
    pub effort: Option<Effort>,
}

/// What a run took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Firings that were simulated, those of an interrupted run before it left out.
    pub firings: u64,
    /// Wall-clock time, s.
    pub seconds: f64,
}

/// Runs a plan into a directory, on the ambient rayon pool.
///
/// Replicates already in the directory's checkpoint are taken from there. Once `interrupt` is set no further replicate is
/// started, and those that run are given up.
///
/// # Errors
/// As [`Directory::claim`], plus [`Error::NoParquet`], writing errors, [`Error::Setting`] if the method cannot run the network,
/// [`Error::Start`] and [`Error::Simulation`]. A failed run leaves nothing behind.
pub fn run(
    plan: &Plan,
    out: &Path,
    force: bool,
    interrupt: &AtomicBool,
    observer: &mut impl Observer,
) -> Result<Outcome, Error> {
    let simulation = Simulation::new(&plan.model.network, plan.choice.method)
        .map_err(refused)?
        .at_level(plan.level);
    parquet::check(plan.parquet)?;
    let (directory, state) = Directory::claim(out, &plan.digest, force)?;
    if state == State::Complete {
        if plan.parquet {
            parquet::complete(&directory, &tables(plan), about(plan))?;
        }
        let (rows, checks) = summary::read(&directory, plan)?;
        return Ok(Outcome::Done(Results {
            rows,
            checks,
            stopped: manifest::stopped(&directory),
            firings_cut: false,
            effort: None,
        }));
    }
    let with_parquet = parquet::settle(&directory, plan.parquet)?;
    let outcome = fill(
        plan,
        &simulation,
        &directory,
        with_parquet,
        interrupt,
        observer,
    );
    if let Err(Error::Simulation(_)) = outcome {
        directory.abandon();
    }
    outcome
}

/// Simulates a plan without keeping anything, on the ambient rayon pool: `receive` gets each replicate's number and its course, for every
/// sampling time the quantities of the plan, in the order of the replicates. Those that are not begun once `interrupt` is set are left out.
///
/// # Errors
/// [`Error::Setting`] if the method cannot run the network, [`Error::Start`] and [`Error::Simulation`].
pub fn courses(
    plan: &Plan,
    interrupt: &AtomicBool,
    mut receive: impl FnMut(u64, Vec<Vec<f64>>) + Send,
) -> Result<(), Error> {
    let simulation = Simulation::new(&plan.model.network, plan.choice.method)
        .map_err(refused)?
        .at_level(plan.level);
    let ensemble = Ensemble {
        simulation: &simulation,
        seed: plan.seed,
        replicates: plan.replicates.clone(),
        times: &plan.times,
        firing_limit: plan.firing_limit.unwrap_or(u64::MAX),
        tally: false,
    };
    let every = plan.model.network.quantities().len().max(1);
    ensemble.run(interrupt, |number, samples| {
        let replicate = Replicate::from(&samples);
        let rows = replicate.values.chunks_exact(every);
        let chosen = |row: &[f64]| plan.quantities.iter().map(|of| row[*of]).collect();
        receive(number, rows.map(chosen).collect());
    })?;
    Ok(())
}

fn fill(
    plan: &Plan,
    simulation: &Simulation<'_>,
    directory: &Directory,
    with_parquet: bool,
    interrupt: &AtomicBool,
    observer: &mut impl Observer,
) -> Result<Outcome, Error> {
    let started = Instant::now();
    let mut collector = Collector::new(plan, Some(directory))?;
    let mut next = plan.replicates.start;
    while let Some(block) = checkpoint::block(directory, next) {
        for replicate in block.iter().take((plan.replicates.end - next) as usize) {
            collector.add(next, replicate)?;
            next += 1;
        }
    }
    observer.finished(collector.replicates, collector.firings);
    let before = collector.firings;
    let mut pending = Pending::new(directory, next);
    let ensemble = Ensemble {
        simulation,
        seed: plan.seed,
        replicates: next..plan.replicates.end,
        times: &plan.times,
        firing_limit: plan.firing_limit.unwrap_or(u64::MAX),
        tally: false,
    };
    let mut failure = None;
    ensemble.run(interrupt, |number, samples| {
        if failure.is_some() {
            return;
        }
        let replicate = Replicate::from(&samples);
        let taken = collector
            .add(number, &replicate)
            .and_then(|()| pending.add(&replicate));
        observer.finished(collector.replicates, collector.firings);
        if let Err(error) = taken {
            failure = Some(error);
            // Nothing that comes can be written: no need to simulate it.
            interrupt.store(true, Ordering::Relaxed);
        }
    })?;
    if let Some(error) = failure {
        return Err(error);
    }
    let interrupted = |pending: &mut Pending<'_>| {
        pending.flush()?;
        Ok(Outcome::Interrupted {
            kept: pending.kept(plan.replicates.start),
            replicates: plan.count(),
        })
    };
    if collector.replicates < plan.count() {
        return interrupted(&mut pending);
    }
    let mut hashes = Vec::new();
    let mut firings_cut = false;
    if plan.every_firing {
        match firings::write(plan, simulation, directory, interrupt)? {
            Ended::Interrupted => return interrupted(&mut pending),
            Ended::Whole(hash) => hashes.push(hash),
            Ended::Cut(hash) => {
                firings_cut = true;
                hashes.push(hash);
            }
        }
    }
    let (rows, checks) = (collector.rows(), collector.checks());
    let (firings, stopped) = (collector.firings, collector.stopped);
    hashes.extend(collector.finish()?);
    hashes.push(put(directory, NETWORK_SUMMARY.csv, &rows)?);
    if !checks.is_empty() {
        hashes.push(put(directory, CHECKS.csv, &checks)?);
    }
    parquet::write(directory, &tables(plan), with_parquet, about(plan))?;
    let model = &plan.model;
    directory.put(model.format.file(), model.source.text.as_bytes())?;
    let effort = Effort {
        firings: firings - before,
        seconds: started.elapsed().as_secs_f64(),
    };
    let timing = format!(
        "{{ \"wall_s\": {:.3}, \"threads\": {} }}\n",
        effort.seconds,
        rayon::current_num_threads()
    );
    directory.put("timing.json", timing.as_bytes())?;
    let mut hasher = blake3::Hasher::new();
    for hash in &hashes {
        hasher.update(hash.as_bytes());
    }
    let ended = manifest::Outcome {
        firings,
        stopped,
        firings_cut,
        checks: &checks,
        results: &hasher.finalize().to_hex(),
    };
    manifest::write(directory, plan, &ended)?;
    directory.finish()?;
    Ok(Outcome::Done(Results {
        rows,
        checks,
        stopped,
        firings_cut,
        effort: Some(effort),
    }))
}

/// The tables of a run.
fn tables(plan: &Plan) -> Vec<&'static Table> {
    let mut tables = vec![&NETWORK_SUMMARY];
    tables.extend(plan.trajectories.then_some(&TRAJECTORIES));
    tables.extend(plan.every_firing.then_some(&FIRINGS));
    tables.extend((!plan.model.expectations.is_empty()).then_some(&CHECKS));
    tables
}

fn about(plan: &Plan) -> parquet::About<'_> {
    parquet::About {
        name: &plan.model.source.name,
        digest: &plan.digest,
        seed: plan.seed,
        time_unit: plan.model.time_unit.as_deref(),
    }
}

/// Why there is no simulation: what was asked for, or the network, is to blame.
fn refused(error: RunError) -> Error {
    match error {
        RunError::Unsupported { method, reason } => Error::Setting {
            option: "--method",
            found: format!("`{method}`, which cannot run this network: {reason}"),
            expected: "another method".into(),
        },
        error => Error::Start(error),
    }
}

fn put<T: serde::Serialize>(
    directory: &Directory,
    name: &'static str,
    rows: &[T],
) -> Result<blake3::Hash, Error> {
    let bytes = table(name, rows)?;
    directory.put(name, &bytes)?;
    Ok(blake3::hash(&bytes))
}
