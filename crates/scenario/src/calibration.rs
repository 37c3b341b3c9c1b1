//! Parameters fitted to published rows.
//!
//! Only parameters that the model calls calibrated move, within their ranges, and only rows of the fitting set are looked at. A design covers the
//! ranges, a search goes on from its best point, and larger mice decide between the best candidates. Everything is replayed from what is kept when the same
//! command comes again, so that nothing is simulated twice and an interruption costs little. The shipped model is never written.

pub mod cma;
mod evaluate;
mod loss;
mod parameters;
mod record;
mod sensitivity;
mod threshold;

use crate::Error;
use crate::digest::digest;
use crate::directory::put_shared;
use crate::language::{MIN_CELLS, Method, points};
use crate::validation::{self, Set, Validation, is_meant};
use evaluate::{CACHE, Evaluator, UNFINISHED};
pub use evaluate::{Scored, ScoredCondition, ScoredRow};
pub use loss::{MOST, PULL};
use paracrine_kernel::Level;
pub use parameters::{DEATH_THRESHOLD, Moving, Space};
pub use record::FILES;
pub use sensitivity::{HEADLINE, Sensitivity, Shift};
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A search is over once no standard deviation is a larger share of a range.
const NARROW: f64 = 1e-3;

/// How large the mice of a stage are, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Agents of a mouse; wells keep theirs.
    pub cells: u32,
    /// Mice in each arm.
    pub seeds: u32,
}

/// What a calibration does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Task {
    /// Looks for better values.
    Fit,
    /// Sets the death threshold on F1 alone.
    Threshold,
    /// Moves each parameter by so many per cent.
    Sensitivity(f64),
}

/// A calibration, as asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What it does.
    pub task: Task,
    /// Rows and groups; all of the fitting set if empty.
    pub rows: Vec<String>,
    /// Parameters that move; all calibrated ones if empty.
    pub parameters: Vec<String>,
    /// Model to begin with, if not the mouse.
    pub model: Option<String>,
    /// How the points of the design are chosen: a Latin hypercube or a Sobol sequence.
    pub design: Method,
    /// Points of the design.
    pub points: u32,
    /// Generations of the search, at most.
    pub generations: u32,
    /// Candidates in a generation.
    pub population: Option<u32>,
    /// Standard deviation of the first generation, as a share of each range.
    pub step: f64,
    /// Mice of design and search, then of each later stage.
    pub sizes: Vec<Size>,
    /// Candidates that go on to the next stage.
    pub keep: u32,
    /// Seed of the search.
    pub seed: u64,
    /// Seed of the mice, in place of the scenarios'.
    pub mouse_seed: Option<u64>,
    /// Weights of rows that are not 1.
    pub weights: Vec<(String, f64)>,
    /// A folder of scenarios with rows, in place of those that come with the program.
    pub scenarios: Option<PathBuf>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            task: Task::Fit,
            rows: Vec::new(),
            parameters: Vec::new(),
            model: None,
            design: Method::LatinHypercube,
            points: 16,
            generations: 10,
            population: None,
            step: 0.15,
            sizes: vec![Size {
                cells: 5000,
                seeds: 1,
            }],
            keep: 8,
            seed: 1,
            mouse_seed: None,
            weights: Vec::new(),
            scenarios: None,
        }
    }
}

/// What sees a calibration go on; called from several threads.
pub trait Watcher: Sync {
    /// A candidate is scored.
    fn evaluated(&self, _scored: &Scored) {}
    /// A batch of candidates is: what it was, and the best of its size so far.
    fn advanced(&self, _what: &str, _best: &Evaluation, _evaluations: usize) {}
    /// Something that people should know, and that is no failure.
    fn noted(&self, _remark: &str) {}
}

/// A watcher that looks away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {}

/// A candidate with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// `start`, `design`, `search` or `stage`.
    pub phase: &'static str,
    /// Which generation or stage, counted from 1; of others 0.
    pub round: u32,
    /// Its mice.
    pub size: Size,
    /// Values of the parameters that move.
    pub values: Vec<f64>,
    /// What became of it.
    pub scored: Scored,
}

/// How a calibration ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// A fit.
    Fitted(Fitted),
    /// Sensitivities.
    Moved(Sensitivity),
    /// Interrupted: the same command goes on.
    Interrupted,
}

/// The outcome of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The model at the beginning, with mice of the last stage.
    pub start: Evaluation,
    /// The best candidate of the last stage, which may be that.
    pub best: Evaluation,
    /// Candidates looked at.
    pub evaluations: usize,
    /// Whether the search ended because it had become narrow.
    pub is_narrow: bool,
}

/// A calibration, checked.
pub struct Calibration {
    /// What was asked for.
    pub request: Request,
    /// What moves.
    pub space: Space,
    /// The rows, with their scenarios.
    pub validation: Validation,
    /// Rows of the fitting set that were left out as the model cannot express them.
    pub unread: Vec<String>,
    /// Vector instructions to use. Results do not depend on it.
    pub level: Level,
    /// Wall-clock time between two writings of the state of a mouse on its way.
    pub keep_every: Duration,
    weights: HashMap<String, f64>,
}

impl Calibration {
    /// Finds rows and parameters.
    ///
    /// # Errors
    /// Faults of scenarios and models; [`Error::Row`] for a row that there is none of; [`Error::Setting`] for one that is not of the fitting set, and for impossible
    /// settings.
    pub fn new(mut request: Request) -> Result<Self, Error> {
        check(&request)?;
        let space = match request.task {
            Task::Fit => Space::new(request.model.as_deref(), &request.parameters)?,
            Task::Threshold => Space::threshold(request.model.as_deref())?,
            Task::Sensitivity(_) if request.parameters.is_empty() => {
                Space::all(request.model.as_deref())?
            }
            Task::Sensitivity(_) => Space::new(request.model.as_deref(), &request.parameters)?,
        };
        match request.task {
            Task::Threshold if request.rows.is_empty() => {
                request.rows = vec![threshold::ROW.to_owned()];
            }
            Task::Threshold if request.rows != [threshold::ROW] => {
                let found = request.rows.join(" ");
                let expected = "F1 alone: nothing else sets it".into();
                return Err(setting("--death-threshold", found, expected));
            }
            Task::Sensitivity(_) if request.rows.is_empty() => {
                request.rows = HEADLINE.map(str::to_owned).to_vec();
            }
            _ => {}
        }
        let mut validation = Validation::new(validation::Request {
            rows: request.rows.clone(),
            replicates: request.sizes.last().map(|size| size.seeds),
            cells: request.sizes.last().map(|size| size.cells),
            seed: request.mouse_seed,
            scenarios: request.scenarios.clone(),
            ..validation::Request::default()
        })?;
        let is_fitted = |set: Set| matches!(set, Set::Fitting | Set::None);
        for row in validation.rows() {
            let set = validation.set(row);
            if !is_fitted(set) && request.rows.contains(&row.id) {
                let found = format!("{}, a row of the {} set", row.id, set.name());
                let expected = "rows of the fitting set: nothing is ever fitted to another";
                return Err(setting("ROW", found, expected.into()));
            }
        }
        let fitted = validation
            .rows()
            .filter(|row| is_fitted(validation.set(row)));
        let unread: Vec<String> = fitted
            .filter(|row| row.conditions.is_empty())
            .map(|row| row.id.clone())
            .collect();
        validation.retain(|row, set| is_fitted(set) && !row.conditions.is_empty());
        let rows = || validation.rows();
        if let Some(asked) = (request.rows.iter())
            .find(|asked| !unread.contains(asked) && !rows().any(|row| is_meant(row, asked)))
        {
            let expected = "a group with rows of the fitting set".into();
            return Err(setting("ROW", asked.clone(), expected));
        }
        if rows().next().is_none() {
            let expected = "at least one row of the fitting set that can be read".into();
            return Err(setting("ROW", "none".into(), expected));
        }
        for (id, weight) in &request.weights {
            if !rows().any(|row| row.id == *id) {
                let expected = "one of the rows that are fitted to".into();
                return Err(setting("--weight", id.clone(), expected));
            }
            if !(weight.is_finite() && *weight > 0.0) {
                let found = format!("{id}={weight}");
                return Err(setting("--weight", found, "a number above 0".into()));
            }
        }
        let weights = request.weights.iter().cloned().collect();
        Ok(Self {
            request,
            space,
            validation,
            unread,
            level: Level::detect(),
            keep_every: crate::plan::KEEP_EVERY,
            weights,
        })
    }

    /// Ids of the rows, in the order in which they are scored.
    pub fn rows(&self) -> Vec<String> {
        self.validation.rows().map(|row| row.id.clone()).collect()
    }

    /// Candidates in a generation.
    pub fn population(&self) -> usize {
        let asked = self.request.population.map(|number| number as usize);
        asked.unwrap_or_else(|| cma::default_population(self.space.moving.len()))
    }

    /// Candidates of each stage, at most.
    pub fn evaluations(&self) -> Vec<usize> {
        let request = &self.request;
        match request.task {
            Task::Threshold => vec![1 + threshold::ROUNDS as usize * threshold::AT_A_TIME],
            Task::Sensitivity(_) => vec![1 + 2 * self.space.moving.len()],
            Task::Fit => {
                let search = request.generations as usize * self.population();
                let mut stages = vec![1 + request.points as usize + search];
                stages.resize(request.sizes.len(), 1 + request.keep as usize);
                stages
            }
        }
    }

    /// Processor time it is likely to take, s, if nothing is known yet and no mouse dies.
    pub fn cpu_seconds(&self) -> f64 {
        let (mut wells, mut mice) = (self.validation.clone(), self.validation.clone());
        wells.parts.retain(|part| part.plan.is_culture);
        mice.parts.retain(|part| !part.plan.is_culture);
        // What the scenarios are planned with.
        let last = self.request.sizes.last().copied();
        let of_last = |of: fn(Size) -> f64, size: Size| of(size) / last.map_or(1.0, of);
        let seeds = |size: Size| f64::from(size.seeds);
        let agents = |size: Size| f64::from(size.cells) * f64::from(size.seeds);
        let (of_mice, of_wells) = (mice.cpu_seconds(), wells.cpu_seconds());
        let stages = self.request.sizes.iter().zip(self.evaluations());
        stages
            .map(|(size, evaluations)| {
                let one = of_mice * of_last(agents, *size) + of_wells * of_last(seeds, *size);
                one * evaluations as f64
            })
            .sum()
    }

    /// Carries it out, on the ambient rayon pool, in a folder that it shares with no other.
    ///
    /// # Errors
    /// [`Error::OtherRun`] if the folder holds another calibration and `force` is off, [`Error::Setting`] if another process is at work in it; reading and writing errors.
    pub fn run(
        &self,
        out: &Path,
        force: bool,
        interrupt: &AtomicBool,
        watcher: &dyn Watcher,
    ) -> Result<Ended, Error> {
        let _lock = self.claim(out, force)?;
        let evaluator = Evaluator {
            parts: &self.validation.parts,
            weights: &self.weights,
            seed: self.request.mouse_seed,
            out,
            level: self.level,
            keep_every: self.keep_every,
            interrupt,
            watcher,
        };
        let mut log = Log {
            calibration: self,
            evaluator: &evaluator,
            evaluations: Vec::new(),
        };
        let ended = match self.request.task {
            Task::Fit => log.fit()?,
            Task::Threshold => threshold::set(&mut log)?,
            Task::Sensitivity(percent) => sensitivity::measure(&log, percent)?,
        };
        match &ended {
            Ended::Fitted(fitted) => record::outcome(self, out, fitted)?,
            Ended::Moved(sensitivity) => sensitivity.write(out)?,
            Ended::Interrupted => {}
        }
        Ok(ended)
    }

    /// The folder, locked until the file is dropped.
    fn claim(&self, out: &Path, force: bool) -> Result<File, Error> {
        let failed = |source| Error::Write {
            path: out.into(),
            source,
        };
        if out.exists() && !out.is_dir() {
            return Err(Error::NoDirectory { path: out.into() });
        }
        let settings = record::settings(self)?;
        let path = out.join(FILES[0]);
        let found = fs::read_to_string(&path).ok();
        if found.is_none() && out.is_dir() {
            let entries = fs::read_dir(out).map_err(failed)?.filter_map(Result::ok);
            let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            // A kill may have come before the settings were there.
            let begun = [CACHE, UNFINISHED, "lock"];
            let mut found: Vec<String> = names
                .filter(|name| !begun.contains(&name.as_str()))
                .collect();
            if !found.is_empty() {
                found.sort();
                return Err(Error::Foreign {
                    path: out.into(),
                    found,
                    are_replaceable: false,
                });
            }
        }
        for folder in [CACHE, UNFINISHED] {
            fs::create_dir_all(out.join(folder)).map_err(failed)?;
        }
        let lock = File::create(out.join("lock")).map_err(failed)?;
        if let Err(error) = lock.try_lock() {
            return match error {
                fs::TryLockError::WouldBlock => Err(setting(
                    "--out",
                    format!("{}, in which another calibration is at work", out.display()),
                    "another folder, or patience".into(),
                )),
                fs::TryLockError::Error(source) => Err(failed(source)),
            };
        }
        match found {
            Some(found) if found == settings => {}
            Some(found) if !force => {
                return Err(Error::OtherRun {
                    path: out.into(),
                    found: digest(&[&found]),
                    expected: digest(&[&settings]),
                    differences: Vec::new(),
                });
            }
            _ => {
                // What was found out by other settings is none of these; single candidates are kept by content.
                for name in &FILES[1..] {
                    match fs::remove_file(out.join(name)) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(failed(error));
                        }
                        _ => {}
                    }
                }
                put_shared(&path, settings.as_bytes())?;
            }
        }
        Ok(lock)
    }
}

fn setting(option: &'static str, found: String, expected: String) -> Error {
    Error::Setting {
        option,
        found,
        expected,
    }
}

/// Refuses what cannot be, whatever the rows.
fn check(request: &Request) -> Result<(), Error> {
    let at_least = |option, found: u32, least: u32| {
        if found < least {
            let expected = format!("at least {least}");
            return Err(setting(option, found.to_string(), expected));
        }
        Ok(())
    };
    for (index, size) in request.sizes.iter().enumerate() {
        let option = |first| if index == 0 { first } else { "--stages" };
        at_least(option("--cells"), size.cells, MIN_CELLS)?;
        at_least(option("--seeds"), size.seeds, 1)?;
    }
    if let Some(population) = request.population {
        at_least("--population", population, 4)?;
    }
    at_least("--keep", request.keep, 1)?;
    if !(request.step > 0.0 && request.step <= 1.0) {
        let expected = "a share of each range, above 0 and at most 1".into();
        return Err(setting("--step", request.step.to_string(), expected));
    }
    if let Task::Sensitivity(percent) = request.task
        && !(percent > 0.0 && percent < 100.0)
    {
        let expected = "per cent, above 0 and below 100".into();
        return Err(setting("--sensitivity", percent.to_string(), expected));
    }
    let most = crate::language::MOST_SWEEP_POINTS;
    if request.points as usize > most {
        let expected = format!("at most {most}");
        return Err(setting("--points", request.points.to_string(), expected));
    }
    Ok(())
}

/// What has been looked at.
struct Log<'c> {
    calibration: &'c Calibration,
    evaluator: &'c Evaluator<'c>,
    evaluations: Vec<Evaluation>,
}

impl Log<'_> {
    /// Candidates at these values, scored; `None` once interrupted.
    fn scored(&self, values: &[Vec<f64>], size: Size) -> Result<Option<Vec<Scored>>, Error> {
        let space = &self.calibration.space;
        let texts: Vec<String> = values.iter().map(|values| space.text(values)).collect();
        self.evaluator.all(&texts, size)
    }

    /// Looks at candidates and takes them down; their losses, or `None` once interrupted.
    fn look(
        &mut self,
        (phase, round): (&'static str, u32),
        values: Vec<Vec<f64>>,
        size: Size,
    ) -> Result<Option<Vec<f64>>, Error> {
        let Some(scored) = self.scored(&values, size)? else {
            return Ok(None);
        };
        let losses = scored.iter().map(|scored| scored.loss).collect();
        let candidates = values.into_iter().zip(scored);
        self.evaluations
            .extend(candidates.map(|(values, scored)| Evaluation {
                phase,
                round,
                size,
                values,
                scored,
            }));
        let out = self.evaluator.out;
        record::evaluations(self.calibration, out, &self.evaluations)?;
        let what = match round {
            0 => phase.to_owned(),
            round => format!("{phase} {round}"),
        };
        if let Some(best) = self.best(size).first() {
            record::best(self.calibration, out, &best.values)?;
            let watcher = self.evaluator.watcher;
            watcher.advanced(&what, best, self.evaluations.len());
        }
        Ok(Some(losses))
    }

    /// Candidates of a size, the best first, each once.
    fn best(&self, size: Size) -> Vec<&Evaluation> {
        let mut of_size: Vec<&Evaluation> = Vec::new();
        for evaluation in &self.evaluations {
            let is_known = |known: &&&Evaluation| known.values == evaluation.values;
            if evaluation.size == size && !of_size.iter().any(|known| is_known(&known)) {
                of_size.push(evaluation);
            }
        }
        of_size.sort_by(|a, b| a.scored.loss.total_cmp(&b.scored.loss));
        of_size
    }

    /// Design, search, stages.
    fn fit(&mut self) -> Result<Ended, Error> {
        let calibration = self.calibration;
        let (request, space) = (&calibration.request, &calibration.space);
        let Some((first, later)) = request.sizes.split_first() else {
            return Ok(Ended::Interrupted);
        };
        let start = space.start();
        if self
            .look(("start", 0), vec![start.clone()], *first)?
            .is_none()
        {
            return Ok(Ended::Interrupted);
        }
        let count = request.points as usize;
        let names: Vec<&str> = space.moving.iter().map(|one| one.name.as_str()).collect();
        let design = match request.design {
            Method::Sobol => points::sobol(count, names.len(), request.seed),
            _ => points::latin_hypercube(count, &names, request.seed),
        };
        let design = design.iter().map(|point| space.values(point)).collect();
        if count > 0 && self.look(("design", 0), design, *first)?.is_none() {
            return Ok(Ended::Interrupted);
        }
        let from = self.best(*first).first().map(|best| best.values.clone());
        let mean = space.point(&from.unwrap_or_else(|| start.clone()));
        let mut search = cma::Search::new(mean, request.step, Some(calibration.population()));
        let mut is_narrow = false;
        for generation in 1..=request.generations {
            let asked = search.ask(request.seed);
            let values = asked.iter().map(|point| {
                let inside: Vec<f64> = point.iter().map(|x| cma::mirrored(*x)).collect();
                space.values(&inside)
            });
            let Some(losses) = self.look(("search", generation), values.collect(), *first)? else {
                return Ok(Ended::Interrupted);
            };
            search.tell(&asked, &losses);
            is_narrow = search.spread() < NARROW;
            if is_narrow {
                break;
            }
        }
        let mut size = *first;
        for (stage, next) in (2..).zip(later) {
            let best = self.best(size).into_iter();
            let mut values = vec![start.clone()];
            let others = best.map(|one| one.values.clone());
            values.extend(
                others
                    .filter(|one| *one != start)
                    .take(request.keep as usize),
            );
            if self.look(("stage", stage), values, *next)?.is_none() {
                return Ok(Ended::Interrupted);
            }
            size = *next;
        }
        Ok(self.fitted(size, is_narrow))
    }

    /// The outcome, by mice of a size.
    fn fitted(&self, size: Size, is_narrow: bool) -> Ended {
        let start = self.calibration.space.start();
        let best = self.best(size);
        let first = best.iter().find(|one| one.values == start);
        match (first, best.first()) {
            (Some(start), Some(best)) => Ended::Fitted(Fitted {
                start: (*start).clone(),
                best: (*best).clone(),
                evaluations: self.evaluations.len(),
                is_narrow,
            }),
            // Both are looked at before anything else.
            _ => Ended::Interrupted,
        }
    }
}
