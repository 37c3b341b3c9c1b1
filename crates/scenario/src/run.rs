//! All mice of all arms on all cores: resumed where a run was interrupted, the same bytes for any number of threads.

use crate::Error;
use crate::adults;
use crate::branch;
use crate::comparison::Comparison;
use crate::directory::{Directory, State};
use crate::gathered;
use crate::plan::{Keep, Plan};
use crate::record::{REPORTED, Record};
use crate::replicate::{self, Replicate};
use crate::states::{Owner, Unusable};
use crate::stopping::Stopped;
use crate::tables::{self, parquet};
use crate::unfinished::{Request, Shard};
use paracrine_kernel::ensemble;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What sees a run go on; called from several threads.
pub trait Observer: Sync {
    /// Mice of an arm advanced by so many steps in all.
    fn advanced(&self, arm: usize, steps: u64);
    /// The first readout of a mouse had this value when it was last sampled; `None` if it had none.
    fn sampled(&self, _arm: usize, _replicate: u64, _value: Option<f64>) {}
    /// A mouse is finished and kept.
    fn finished(&self, arm: usize, replicate: u64);
    /// Something happened that people should know, and that is no failure.
    fn noted(&self, _remark: &str) {}
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
        /// Why there are as many replicates as there are, if the run might have stopped early.
        stopped: Option<Box<Stopped>>,
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

/// Says when the state of what is simulated is to be written down.
pub(crate) struct Keeper<'r> {
    every: Duration,
    interrupt: &'r AtomicBool,
    last: Instant,
}

impl<'r> Keeper<'r> {
    pub(crate) fn new(plan: &Plan, interrupt: &'r AtomicBool) -> Self {
        Self {
            every: plan.keep_every,
            interrupt,
            last: Instant::now(),
        }
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Whether it is time; the next time is then so much later.
    pub(crate) fn is_due(&mut self) -> bool {
        let is_due = self.is_interrupted() || self.last.elapsed() >= self.every;
        if is_due {
            self.last = Instant::now();
        }
        is_due
    }
}

/// A mouse that is finished and kept, with all that it is to leave.
pub(crate) fn kept(
    plan: &Plan,
    directory: &Directory,
    arm: usize,
    replicate: u64,
) -> Option<Record> {
    let record = directory.kept(arm, replicate)?;
    is_saved(plan, directory, arm, replicate).then_some(record)
}

/// Whether the state that other runs are to begin from is there, if the run keeps states.
fn is_saved(plan: &Plan, directory: &Directory, arm: usize, replicate: u64) -> bool {
    let path = directory.path().join(branch::state(arm, replicate));
    let owner = Owner::new(&plan.digest, arm, replicate);
    plan.saved().is_none() || replicate::found(&path, &owner).is_ok()
}

/// A mouse as it was last written down, or at its beginning.
fn begin<'p>(
    plan: &'p Plan,
    directory: &Directory,
    arm: usize,
    number: u64,
    observer: &impl Observer,
) -> Result<Replicate<'p>, Error> {
    let path = directory.halfway(arm, number);
    let problem = match Replicate::again(plan, arm, number, &path) {
        Ok(halfway) => {
            let steps = halfway.host().steps();
            let is_before = plan.saved().is_none_or(|(saved, _)| steps < saved);
            if is_before || is_saved(plan, directory, arm, number) {
                return Ok(halfway);
            }
            "is of a mouse whose state is gone that other runs begin from".to_owned()
        }
        Err(Unusable::Missing) => return Replicate::begin(plan, arm, number),
        Err(problem) => problem.to_string(),
    };
    observer.noted(&format!(
        "{} {problem}: the {} is simulated from its beginning",
        path.display(),
        plan.nouns().0
    ));
    Replicate::begin(plan, arm, number)
}

/// One mouse, kept in the directory; from there if it was kept before. `None` if it was interrupted.
fn simulate(
    plan: &Plan,
    directory: &Directory,
    unit: u64,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<Option<Record>, Error> {
    let (arm, number) = plan.mouse(unit);
    if let Some(record) = kept(plan, directory, arm, number) {
        directory.forget_halfway(arm, number);
        observer.advanced(arm, plan.steps() - plan.first_step());
        return Ok(Some(record));
    }
    let mut mouse = begin(plan, directory, arm, number, observer)?;
    let save = |mouse: &Replicate<'_>| {
        let name = branch::state(arm, number);
        let bytes = mouse.saved().map_err(|source| Error::Write {
            path: directory.path().join(&name),
            source,
        })?;
        directory.put(&name, &bytes)
    };
    let mut reported = plan.first_step();
    let mut report = |steps: u64| {
        observer.advanced(arm, steps.saturating_sub(reported));
        reported = steps;
    };
    report(mouse.host().steps());
    let mut keeper = Keeper::new(plan, interrupt);
    let saved = plan.saved().map(|(steps, _)| steps);
    while !mouse.is_over() {
        mouse.step()?;
        let steps = mouse.host().steps();
        if steps.is_multiple_of(REPORTED) {
            report(steps);
            let sample = mouse.record().values.last();
            observer.sampled(arm, number, sample.and_then(|values| *values.first()?));
        }
        if saved == Some(steps) {
            save(&mouse)?;
        }
        if mouse.is_over() {
            break;
        }
        if keeper.is_due() {
            directory.keep_halfway(arm, number, &mouse.written()?)?;
        }
        if keeper.is_interrupted() {
            return Ok(None);
        }
    }
    // The dead are states of their own.
    if saved.is_some_and(|saved| mouse.host().steps() < saved) {
        save(&mouse)?;
    }
    report(plan.steps());
    let (mut record, rows) = mouse.finish()?;
    if plan.keep == Keep::Cells {
        record.cells = Some(directory.keep_cells(arm, number, &rows)?);
    }
    directory.keep(arm, number, &record)?;
    directory.forget_halfway(arm, number);
    Ok(Some(record))
}

/// The plan, with the place in which its adults are kept: beside the results unless it has another.
fn with_adults<'p>(plan: &'p Plan, out: &Path) -> Cow<'p, Plan> {
    match plan.adults() {
        Some(adults) if adults.folder.is_none() => {
            let mut plan = plan.clone();
            let beside = out.parent().unwrap_or(Path::new(""));
            plan.keep_adults(beside.join(adults::FOLDER));
            Cow::Owned(plan)
        }
        _ => Cow::Borrowed(plan),
    }
}

/// The plan, with as many mice as were simulated.
fn with_mice(plan: &Plan, mice: usize) -> Cow<'_, Plan> {
    if mice == plan.mice_per_arm() {
        return Cow::Borrowed(plan);
    }
    let mut plan = plan.clone();
    plan.replicates.end = plan.replicates.start + mice as u64;
    Cow::Owned(plan)
}

/// What is remembered of a finished mouse while others are simulated.
#[derive(Clone, Copy, Debug)]
struct Brief {
    samples: usize,
    /// What decides whether there are enough replicates.
    value: Option<f64>,
}

impl Brief {
    fn of(plan: &Plan, record: &Record) -> Self {
        let stop = plan.stop.as_ref();
        Self {
            samples: record.times_d.len(),
            value: stop.and_then(|stop| stop.value(plan, record)),
        }
    }
}

/// The number of the mouse with most samples; of several the last.
fn longest(plan: &Plan, mice: &[Brief]) -> Option<u64> {
    let numbered = plan.replicates.clone().zip(mice);
    let longest = numbered.max_by_key(|(_, mouse)| mouse.samples);
    longest.map(|(number, _)| number)
}

/// Claims the directory of a run. Of another run that is there it is said in what it differs.
fn claim(plan: &Plan, out: &Path, force: bool) -> Result<(Directory, State), Error> {
    Directory::claim(out, &plan.digest, force).map_err(|error| match error {
        Error::OtherRun {
            path,
            found,
            expected,
            ..
        } => Error::OtherRun {
            differences: differences(plan, out),
            path,
            found,
            expected,
        },
        error => error,
    })
}

/// In what the run in a directory differs from a plan, as far as it is easily known.
fn differences(plan: &Plan, out: &Path) -> Vec<String> {
    let (text, seed, replicates, cells) = match Request::of(out)
        .map(|past| (past.text_of_scenario().to_owned(), past.plan()))
    {
        Some((text, Ok(past))) => (
            Some(text),
            Some(past.run.seed),
            Some(past.run.replicates),
            Some(past.run.cells),
        ),
        _ => {
            let manifest = fs::read(out.join("manifest.json")).unwrap_or_default();
            let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
            let number = |key: &str| manifest.get(key).and_then(serde_json::Value::as_u64);
            let small = |key: &str| number(key).and_then(|number| u32::try_from(number).ok());
            let text = fs::read_to_string(out.join("scenario.ron")).ok();
            (text, number("seed"), small("replicates"), small("cells"))
        }
    };
    let mut differences = Vec::new();
    let mut compare = |what: &str, there: Option<u64>, here: u64| {
        if let Some(there) = there.filter(|there| *there != here) {
            differences.push(format!("{what} {there}, not {here}"));
        }
    };
    compare("seed", seed, plan.run.seed);
    compare(
        "replicates",
        replicates.map(u64::from),
        plan.run.replicates.into(),
    );
    compare("cells", cells.map(u64::from), plan.run.cells.into());
    if text.is_some_and(|text| text != plan.source.text) {
        differences.push("another text of the scenario".into());
    }
    differences
}

/// Refuses a run that has not begun yet and cannot, before its directory is claimed: states of another run from which these mice begin are
/// gone, or damaged, or would be replaced by its results.
///
/// # Errors
/// [`Error::States`], [`Error::Setting`].
fn check_states(
    plan: &Plan,
    out: &Path,
    units: impl Iterator<Item = u64>,
    force: bool,
) -> Result<(), Error> {
    let Some(branch) = plan.branch() else {
        return Ok(());
    };
    let place = |path: &Path| path.canonicalize().ok();
    if place(out).is_some_and(|out| place(&branch.path) == Some(out)) {
        return Err(Error::Setting {
            option: "--out",
            found: format!("{}, which holds the states of --from", out.display()),
            expected: "another directory: results that replace these would take the states away from which they begin".into(),
        });
    }
    // What lies there may not need them any more.
    if !force && Directory::is_claimed(out, &plan.digest) {
        return Ok(());
    }
    for unit in units {
        let (arm, replicate) = plan.mouse(unit);
        branch.host(plan, arm, replicate)?;
    }
    Ok(())
}

/// Refuses to share out a run that may stop early: no shard knows the mice of the others.
///
/// # Errors
/// [`Error::Setting`].
pub fn check_shared(plan: &Plan) -> Result<(), Error> {
    if plan.stop.is_none() {
        return Ok(());
    }
    Err(Error::Setting {
        option: "--shards",
        found: "a scenario with `stop_when`".into(),
        expected: format!(
            "one without it: whether to stop is decided over the {} of all shards. Run it as one process, or share out a copy without \
             `stop_when` and `batch`",
            plan.nouns().1
        ),
    })
}

/// Grows the adults that mice of these numbers begin as, where they are not finished yet.
fn grow(
    plan: &Plan,
    directory: &Directory,
    units: &[u64],
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<(), Error> {
    let Some(adults) = plan.adults() else {
        return Ok(());
    };
    let mut wanted: Vec<(usize, u64)> = Vec::new();
    for unit in units {
        let (arm, replicate) = plan.mouse(*unit);
        let is_begun = directory.halfway(arm, replicate).is_file();
        if !is_begun && directory.kept(arm, replicate).is_none() {
            wanted.push((arm, replicate));
        }
    }
    adults.grow(plan, &wanted, interrupt, observer)
}

/// Simulates the mice of one shard into a directory that all shards share, on the ambient rayon pool. Returns how many of them are kept,
/// and how many there are; fewer if interrupted.
///
/// # Errors
/// As [`Directory::claim`] and [`check_shared`], [`Error::Shards`], [`Error::States`], [`Error::NoParquet`], and writing errors.
pub fn shard(
    plan: &Plan,
    out: &Path,
    shard: Shard,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<(usize, usize), Error> {
    parquet::check(plan.parquet)?;
    check_shared(plan)?;
    let plan = &*with_adults(plan, out);
    let units: Vec<u64> = (0..plan.mice() as u64)
        .filter(|unit| shard.holds(*unit))
        .collect();
    check_states(plan, out, units.iter().copied(), false)?;
    let (directory, state) = claim(plan, out, false)?;
    if state == State::Complete {
        tables::verify(out)?;
        if plan.parquet {
            observer.noted(&format!(
                "{} holds the complete results of this run, to which a shard adds nothing: the same command without --shards and --shard \
                 writes their Parquet",
                out.display()
            ));
        }
        return Ok((units.len(), units.len()));
    }
    parquet::settle(&directory, plan.parquet)?;
    let request = Request::new(plan, shard.of);
    request.leave(&directory)?;
    if plan.saved().is_some() {
        request.leave_for_others(&directory)?;
    }
    let kept = keep(plan, &directory, &units, interrupt, observer)?;
    Ok((kept, units.len()))
}

/// Simulates mice of these numbers into a directory, on the ambient rayon pool. Returns how many of them are kept; fewer if interrupted.
fn keep(
    plan: &Plan,
    directory: &Directory,
    units: &[u64],
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<usize, Error> {
    grow(plan, directory, units, interrupt, observer)?;
    let job = |unit| {
        let record = simulate(plan, directory, unit, interrupt, observer)?;
        Ok::<Option<()>, Error>(record.map(drop))
    };
    let results = ensemble::run(units, interrupt, job, |unit, done| {
        if done.is_some() {
            let (arm, replicate) = plan.mouse(unit);
            observer.finished(arm, replicate);
        }
    })?;
    Ok(results.into_iter().flatten().flatten().count())
}

/// Simulates the mice of some arms into a directory, on the ambient rayon pool, and makes no tables: [`run()`] goes on from there. Says whether all
/// of them are kept.
///
/// # Errors
/// As [`run()`], and [`Error::Setting`] of a run that may stop early.
pub fn part(
    plan: &Plan,
    out: &Path,
    arms: &BTreeSet<usize>,
    force: bool,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<bool, Error> {
    check_shared(plan)?;
    let plan = &*with_adults(plan, out);
    check_states(plan, out, 0..plan.mice() as u64, force)?;
    let (directory, state) = claim(plan, out, force)?;
    if state == State::Complete {
        tables::verify(out)?;
        return Ok(true);
    }
    Request::new(plan, 1).leave_first(&directory)?;
    let units: Vec<u64> = (0..plan.mice() as u64)
        .filter(|unit| arms.contains(&plan.mouse(*unit).0))
        .collect();
    Ok(keep(plan, &directory, &units, interrupt, observer)? == units.len())
}

/// What mice have left, `records[arm][mouse]`: all of a complete run, of an unfinished one those of the arms of which all mice are finished. `None` if
/// the directory holds no such run.
///
/// # Errors
/// Reading errors, [`Error::Damaged`], and [`Error::Altered`] of a file of complete results that is not what the run wrote.
pub fn records(plan: &Plan, out: &Path) -> Result<Option<Vec<Vec<Record>>>, Error> {
    let Some(directory) = begun(plan, out)? else {
        return Ok(None);
    };
    if out.join("manifest.json").is_file() {
        tables::verify(out)?;
        return tables::read_records(&directory, plan).map(Some);
    }
    let of = |arm: usize| {
        let mice = plan.replicates.clone();
        let mice: Option<Vec<Record>> = mice
            .map(|replicate| kept(plan, &directory, arm, replicate))
            .collect();
        mice.unwrap_or_default()
    };
    Ok(Some((0..plan.arms.len()).map(of).collect()))
}

/// The directory if it holds results of a plan, complete or on their way.
fn begun(plan: &Plan, out: &Path) -> Result<Option<Directory>, Error> {
    let directory = match out.join("manifest.json").is_file() {
        true => Some(Directory::open(out)?),
        false => Directory::unfinished(out)?,
    };
    Ok(directory.filter(|directory| directory.digest() == plan.digest))
}

/// Whether a directory holds results of a plan, complete or on their way.
///
/// # Errors
/// Reading errors.
pub(crate) fn is_begun(plan: &Plan, out: &Path) -> Result<bool, Error> {
    Ok(begun(plan, out)?.is_some())
}

/// Whether a directory holds the complete results of a plan.
pub fn is_complete(plan: &Plan, out: &Path) -> bool {
    Directory::open(out).is_ok_and(|directory| directory.digest() == plan.digest)
}

/// About how many bytes of memory the tables of `mice` mice of a plan take, which grow by a few numbers for each.
pub fn bytes_of_tables(plan: &Plan, mice: usize, threads: usize) -> u64 {
    gathered::bytes(plan, mice as u64, threads as u64)
}

/// Runs a plan into a directory, on the ambient rayon pool.
///
/// Mice already in the directory's checkpoint are taken from there, finished or on their way. Once `interrupt` is set, running mice are
/// written down at the end of their step.
///
/// # Errors
/// As [`Directory::claim`], plus [`Error::States`], [`Error::NoParquet`], and writing errors.
pub fn run(
    plan: &Plan,
    out: &Path,
    force: bool,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<Outcome, Error> {
    let started = Instant::now();
    parquet::check(plan.parquet)?;
    let plan = &*with_adults(plan, out);
    check_states(plan, out, 0..plan.mice() as u64, force)?;
    let (directory, state) = claim(plan, out, force)?;
    if state == State::Complete {
        tables::verify(out)?;
        // It may have been killed just before.
        directory.finish()?;
        if plan.parquet {
            tables::add_parquet(&directory, plan)?;
        }
        return Ok(Outcome::Done {
            comparisons: tables::read_comparisons(&directory, plan)?,
            stopped: tables::read_stopped(&directory, plan)?.map(Box::new),
            reprinted: true,
        });
    }
    let with_parquet = parquet::settle(&directory, plan.parquet)?;
    let request = Request::new(plan, 1);
    request.leave_first(&directory)?;
    if plan.saved().is_some() {
        request.leave_for_others(&directory)?;
    }
    let arms = plan.arms.len();
    let mut mice = vec![Vec::new(); arms];
    let mut stopped = None;
    for batch in plan.batches() {
        let before = batch.start as usize;
        let units: Vec<u64> = batch.collect();
        grow(plan, &directory, &units, interrupt, observer)?;
        // What a mouse leaves is on the disk.
        let job = |unit| {
            let record = simulate(plan, &directory, unit, interrupt, observer)?;
            Ok::<_, Error>(record.map(|record| Brief::of(plan, &record)))
        };
        let results = ensemble::run(&units, interrupt, job, |unit, done| {
            if done.is_some() {
                let (arm, replicate) = plan.mouse(unit);
                observer.finished(arm, replicate);
            }
        })?;
        let kept: Vec<Brief> = results.into_iter().flatten().flatten().collect();
        if kept.len() < units.len() {
            return Ok(Outcome::Interrupted {
                kept: before + kept.len(),
                mice: plan.mice(),
            });
        }
        for (unit, brief) in kept.into_iter().enumerate() {
            mice[unit % arms].push(brief);
        }
        stopped = plan.stop.as_ref().map(|stop| {
            let values = mice.iter().map(|of| of.iter().map(|mouse| mouse.value));
            stop.judge(plan, &values.map(Iterator::collect).collect::<Vec<_>>())
        });
        if stopped.as_ref().is_some_and(|stopped| stopped.is_narrow) {
            break;
        }
    }
    let plan = &*with_mice(plan, mice.first().map_or(0, Vec::len));
    let longest: Vec<Option<u64>> = mice.iter().map(|of| longest(plan, of)).collect();
    drop(mice);
    let timing = format!(
        "{{ \"wall_s\": {:.1}, \"threads\": {} }}\n",
        started.elapsed().as_secs_f64(),
        rayon::current_num_threads()
    );
    directory.put("timing.json", timing.as_bytes())?;
    let comparisons = tables::write(&directory, plan, &longest, stopped.as_ref(), with_parquet)?;
    directory.finish()?;
    Ok(Outcome::Done {
        comparisons,
        stopped: stopped.map(Box::new),
        reprinted: false,
    })
}
