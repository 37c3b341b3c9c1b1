//! All published rows: the scenarios that hold them, the sets they belong to, their runs, and the scoreboard.
//!
//! Every scenario is an ordinary run with a results directory of its own, so that a scoring goes on where it was interrupted, and a
//! part of it is a part of the whole.

mod board;

use crate::Error;
use crate::catalogue::{self, PUBLISHED, SETS, Shipped, Source};
use crate::language::nearest;
use crate::model::InPlace;
use crate::plan::{Overrides, Plan, SMALLEST_SIZE};
use crate::rows::{PlannedRow, score};
use crate::run::{self, Observer, Outcome};
pub use board::{Board, BoardCondition, BoardRow, Count, Counts, FILES};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Replicates of a look.
pub const QUICK_REPLICATES: u32 = 2;
/// Agents of a mouse in a look.
pub const QUICK_CELLS: u32 = SMALLEST_SIZE;
/// Processor time that an agent takes for a day of a mouse, s; within a factor of two or so, by kinds of cells and processor.
const SECONDS_PER_AGENT_AND_DAY: f64 = 1e-5;

/// To which set a row belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Set {
    /// Parameters may be fitted to it.
    Fitting,
    /// Never fitted to: it checks what the fit is worth.
    Checking,
    /// Of interest alone.
    Informative,
    /// Goes in, and is not judged.
    Input,
    /// In no set: a row of one's own.
    None,
}

impl Set {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Fitting,
        Self::Checking,
        Self::Informative,
        Self::Input,
        Self::None,
    ];

    /// As tables say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fitting => "fitting",
            Self::Checking => "checking",
            Self::Informative => "informative",
            Self::Input => "input",
            Self::None => "",
        }
    }
}

/// What a scoring is of, and how large.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Groups (`A`) and rows (`A4`); all if empty.
    pub rows: Vec<String>,
    /// Mice in each arm, in place of the scenarios'.
    pub replicates: Option<u32>,
    /// Agents of a mouse, in place of the scenarios'; wells keep theirs.
    pub cells: Option<u32>,
    /// Seed, in place of the scenarios'.
    pub seed: Option<u64>,
    /// A look: few and small mice.
    pub quick: bool,
    /// A folder of scenarios with rows, in place of those that come with the program.
    pub scenarios: Option<PathBuf>,
    /// A model in place of those that the scenarios name.
    pub model: Option<InPlace>,
}

/// A scenario with rows that are asked for.
#[derive(Clone, Debug)]
pub struct Part {
    /// The scenario.
    pub plan: Plan,
    /// Indices of the rows that are asked for.
    pub rows: Vec<usize>,
    /// Arms from which they are read.
    pub arms: BTreeSet<usize>,
}

impl Part {
    /// The rows that are asked for.
    pub fn planned(&self) -> impl Iterator<Item = &PlannedRow> {
        self.rows.iter().map(|row| &self.plan.rows[*row])
    }

    /// Where its results go, below the folder of a scoring.
    pub fn directory(&self, out: &Path) -> PathBuf {
        out.join(&self.plan.source.name)
    }

    /// Processor time it is likely to take from its beginning, s, if no mouse dies and no adult is there yet; within a factor of two or so.
    pub fn cpu_seconds(&self) -> f64 {
        let plan = &self.plan;
        if plan.is_culture {
            return plan.cpu_seconds() * (self.arms.len() * plan.mice_per_arm()) as f64;
        }
        let days = self.arms.len() as f64 * (plan.run.until_d - plan.begins_d());
        days * plan.mice_per_arm() as f64 * f64::from(plan.run.cells) * SECONDS_PER_AGENT_AND_DAY
    }
}

/// A scoring: scenarios, rows and sets.
#[derive(Clone, Debug)]
pub struct Validation {
    /// Scenarios with rows that are asked for.
    pub parts: Vec<Part>,
    /// What was asked.
    pub request: Request,
    sets: HashMap<String, Set>,
}

impl Validation {
    /// Finds the rows that are asked for, with their scenarios.
    ///
    /// # Errors
    /// Faults of scenarios; [`Error::Row`] for a row or group that there is none of; [`Error::Setting`] for a row that two scenarios have, or
    /// impossible sizes; reading errors.
    pub fn new(request: Request) -> Result<Self, Error> {
        let sources = match &request.scenarios {
            None => PUBLISHED.iter().map(Shipped::source).collect(),
            Some(folder) => sources(folder)?,
        };
        let plans: Vec<Plan> = sources
            .into_iter()
            .map(|source| planned(source, &request))
            .collect::<Result<_, _>>()?;
        let mut known: HashMap<&str, &str> = HashMap::new();
        for plan in &plans {
            for row in &plan.rows {
                if let Some(other) = known.insert(&row.id, &plan.source.name) {
                    return Err(Error::Setting {
                        option: "--scenarios",
                        found: format!("row {} in {other} and in {}", row.id, plan.source.name),
                        expected: "each row in one scenario".into(),
                    });
                }
            }
        }
        let all = || plans.iter().flat_map(|plan| &plan.rows);
        for asked in &request.rows {
            if !all().any(|row| is_meant(row, asked)) {
                let names = all().flat_map(|row| [row.id.as_str(), row.group()]);
                return Err(Error::Row {
                    name: asked.clone(),
                    nearest: nearest(asked, names),
                });
            }
        }
        let parts = plans.iter().filter_map(|plan| {
            let is_asked = |row: &PlannedRow| {
                request.rows.is_empty() || request.rows.iter().any(|asked| is_meant(row, asked))
            };
            let rows = plan.rows.iter().enumerate();
            let rows: Vec<usize> = rows
                .filter(|(_, row)| is_asked(row))
                .map(|(index, _)| index)
                .collect();
            let arms = rows.iter().flat_map(|row| plan.rows[*row].arms()).collect();
            (!rows.is_empty()).then(|| Part {
                plan: plan.clone(),
                rows,
                arms,
            })
        });
        let parts = parts.collect();
        let sets = sets(SETS).map_err(|line| Error::Damaged {
            path: "sets.csv".into(),
            line,
            column: "all".into(),
            found: "another line".into(),
            expected: "id,tier,set".into(),
        })?;
        Ok(Self {
            parts,
            request,
            sets,
        })
    }

    /// Leaves out rows.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&PlannedRow, Set) -> bool) {
        let sets = &self.sets;
        for part in &mut self.parts {
            let rows = &part.plan.rows;
            let set = |row: &PlannedRow| sets.get(&row.id).copied().unwrap_or(Set::None);
            part.rows
                .retain(|row| is_kept(&rows[*row], set(&rows[*row])));
            part.arms = part.rows.iter().flat_map(|row| rows[*row].arms()).collect();
        }
        self.parts.retain(|part| !part.rows.is_empty());
    }

    /// Processor time it is likely to take, s, if nothing is there yet.
    pub fn cpu_seconds(&self) -> f64 {
        let grown = self
            .parts
            .iter()
            .filter(|part| part.plan.adults().is_some() && !part.arms.is_empty());
        // Adults are grown once for all scenarios.
        let growing = grown.map(|part| {
            let plan = &part.plan;
            let agents = f64::from(plan.run.cells) * plan.mice_per_arm() as f64;
            plan.begins_d() * agents * SECONDS_PER_AGENT_AND_DAY
        });
        let growing = growing.fold(0.0, f64::max);
        growing + self.parts.iter().map(Part::cpu_seconds).sum::<f64>()
    }

    /// The rows that are asked for, in the order of the scenarios.
    pub fn rows(&self) -> impl Iterator<Item = &PlannedRow> {
        self.parts.iter().flat_map(Part::planned)
    }

    /// Hosts to simulate.
    pub fn hosts(&self) -> usize {
        let hosts = |part: &Part| part.arms.len() * part.plan.mice_per_arm();
        self.parts.iter().map(hosts).sum()
    }

    /// The set of a row.
    pub fn set(&self, row: &PlannedRow) -> Set {
        self.sets.get(&row.id).copied().unwrap_or(Set::None)
    }

    /// The scoreboard of what is simulated; rows of which mice are missing have no values.
    ///
    /// # Errors
    /// Reading errors.
    pub fn board(&self, out: &Path) -> Result<Board, Error> {
        let mut rows = Vec::new();
        for part in &self.parts {
            let plan = &part.plan;
            let found = run::records(plan, &part.directory(out))?;
            let records = found.unwrap_or_else(|| vec![Vec::new(); plan.arms.len()]);
            let scored = part.rows.par_iter().map(|index| {
                let row = &plan.rows[*index];
                let is_simulated = row.arms().all(|arm| !records[arm].is_empty());
                BoardRow::new(
                    plan,
                    row,
                    self.set(row),
                    &score(plan, row, &records),
                    is_simulated,
                )
            });
            rows.par_extend(scored);
        }
        let order = |row: &BoardRow| {
            let group = row.group().to_owned();
            let number: u32 = row.id[group.len()..].parse().unwrap_or(0);
            // The wild type comes first, as in the sheet.
            (group != "W", group, number)
        };
        rows.sort_by_key(order);
        Ok(Board {
            rows,
            quick: self.request.quick,
            mice: self.sizes(|plan| plan.mice_per_arm().to_string()),
            cells: self.sizes(|plan| plan.run.cells.to_string()),
            seed: self.sizes(|plan| plan.run.seed.to_string()),
            model: self.sizes(|plan| plan.model.clone()),
        })
    }

    /// The scoreboard of a folder: what is asked for, and all else that is simulated there, now or before, of the same sizes. Beside it the number of
    /// scenarios that are there in other sizes, with another seed or model, of which it says nothing.
    ///
    /// # Errors
    /// As [`Self::new`], and reading errors.
    pub fn board_of_folder(&self, out: &Path) -> Result<(Board, usize), Error> {
        let mut whole = Self::new(Request {
            rows: Vec::new(),
            ..self.request.clone()
        })?;
        let asked: BTreeSet<&str> = self.rows().map(|row| row.id.as_str()).collect();
        let mut parts = Vec::new();
        let mut others = 0;
        for part in whole.parts {
            let is_asked = part.planned().any(|row| asked.contains(row.id.as_str()));
            if is_asked || part.arms.is_empty() || run::is_begun(&part.plan, &part.directory(out))?
            {
                parts.push(part);
            } else if part.directory(out).is_dir() {
                others += 1;
            }
        }
        whole.parts = parts;
        let mut board = whole.board(out)?;
        board
            .rows
            .retain(|row| asked.contains(row.id.as_str()) || !row.is_missing());
        Ok((board, others))
    }

    /// What the scenarios of mice have, or all if there are none: one word if it is the same in all.
    fn sizes(&self, of: impl Fn(&Plan) -> String) -> String {
        let plans = || self.parts.iter().map(|part| &part.plan);
        let mice: BTreeSet<String> = plans().filter(|plan| !plan.is_culture).map(&of).collect();
        let words: Vec<String> = match mice.is_empty() {
            true => plans()
                .map(&of)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            false => mice.into_iter().collect(),
        };
        words.join(" or ")
    }
}

/// Simulates what the rows of a part need and is not there yet, on the ambient rayon pool; tables once all arms are there. Says whether it was
/// finished, not interrupted.
///
/// # Errors
/// As [`run::run`].
pub fn simulate(
    part: &Part,
    out: &Path,
    force: bool,
    interrupt: &AtomicBool,
    observer: &impl Observer,
) -> Result<bool, Error> {
    let directory = part.directory(out);
    std::fs::create_dir_all(out).map_err(|source| Error::Write {
        path: out.into(),
        source,
    })?;
    if part.arms.is_empty() {
        return Ok(true);
    }
    if part.arms.len() < part.plan.arms.len() {
        return run::part(
            &part.plan, &directory, &part.arms, force, interrupt, observer,
        );
    }
    let outcome = run::run(&part.plan, &directory, force, interrupt, observer)?;
    Ok(matches!(outcome, Outcome::Done { .. }))
}

/// The scenario of a file with the sizes that are asked for.
pub(crate) fn planned(source: Source, request: &Request) -> Result<Plan, Error> {
    let model = request.model.as_ref();
    let plan = Plan::with_model(source.clone(), model, &Overrides::default())?;
    let is_of_mice = !plan.is_culture;
    let (mut replicates, mut cells) = (request.replicates, request.cells.filter(|_| is_of_mice));
    if request.quick {
        replicates = replicates.or(Some(plan.run.replicates.min(QUICK_REPLICATES)));
        cells = cells.or(is_of_mice.then(|| plan.run.cells.min(QUICK_CELLS)));
    }
    let overrides = Overrides {
        seed: request.seed,
        replicates,
        cells,
        ..Overrides::default()
    };
    Plan::with_model(source, model, &overrides)
}

/// Scenario files in a folder, by name.
fn sources(folder: &Path) -> Result<Vec<Source>, Error> {
    let failed = |source| Error::Read {
        path: folder.into(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "ron") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let none = std::io::Error::other("no file in it ends in .ron");
        return Err(failed(none));
    }
    paths.iter().map(|path| catalogue::read(path)).collect()
}

pub(crate) fn is_meant(row: &PlannedRow, asked: &str) -> bool {
    row.id == asked || row.group() == asked
}

/// Rows and their sets, or the line that is none.
fn sets(text: &str) -> Result<HashMap<String, Set>, u64> {
    let lines = text.lines().enumerate().skip(1);
    lines
        .map(|(index, line)| {
            let wrong = index as u64 + 1;
            let mut cells = line.split(',');
            let (Some(id), Some(_), Some(name), None) =
                (cells.next(), cells.next(), cells.next(), cells.next())
            else {
                return Err(wrong);
            };
            let set = Set::ALL.into_iter().find(|set| set.name() == name);
            set.map(|set| (id.to_owned(), set)).ok_or(wrong)
        })
        .collect()
}
