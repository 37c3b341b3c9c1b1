//! Candidates simulated and scored, each once: what came out is kept by content.
//!
//! The key of a part is a hash of its scenario, the model, the agents, seeds and numbers of mice, the rows and the program itself. On its way a candidate is an
//! ordinary unfinished run, which goes on after an interruption or a kill.

use super::loss::{MOST, judged, loss};
use super::{Size, Watcher};
use crate::Error;
use crate::adults::program;
use crate::digest::digest;
use crate::directory::put_shared;
use crate::model::InPlace;
use crate::plan::Plan;
use crate::rows::{Estimate, score};
use crate::run::{self, Observer};
use crate::validation::{Part, Request, planned};
use paracrine_kernel::Level;
use paracrine_kernel::ensemble;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The file name that candidates have.
pub(super) const MODEL: &str = "best.ron";
/// Folder of what is known, below that of a calibration.
pub(super) const CACHE: &str = "cache";
/// Folder of what is on its way.
pub(super) const UNFINISHED: &str = "unfinished";
/// Changes with what is kept of a part.
const FORMAT: &str = "calibration 1";

/// A condition as it came out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    value: Option<f64>,
    bound: char,
    dead: usize,
}

impl Kept {
    fn new(estimate: Option<Estimate>, dead: usize) -> Self {
        let (value, bound) = match estimate {
            None => (None, '='),
            Some(Estimate::Exactly(value)) => (Some(value), '='),
            Some(Estimate::AtLeast(value)) => (Some(value), '>'),
            Some(Estimate::AtMost(value)) => (Some(value), '<'),
        };
        Self { value, bound, dead }
    }

    fn estimate(&self) -> Option<Estimate> {
        let value = self.value?;
        Some(match self.bound {
            '>' => Estimate::AtLeast(value),
            '<' => Estimate::AtMost(value),
            _ => Estimate::Exactly(value),
        })
    }
}

/// A condition of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredCondition {
    /// What is read, where and when.
    pub words: String,
    /// The band.
    pub band: String,
    /// What came out.
    pub value: Option<Estimate>,
    /// Mice that were dead before.
    pub dead: usize,
    /// How far that is from the band.
    pub loss: f64,
    /// Whether it is in the band; `None` where that is not known.
    pub is_in: Option<bool>,
}

/// A row of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredRow {
    /// Its id.
    pub id: String,
    /// Its conditions.
    pub conditions: Vec<ScoredCondition>,
    /// The mean of their losses.
    pub loss: f64,
    /// Whether all of them are in their bands.
    pub is_in: bool,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The weighted mean of the losses of rows.
    pub loss: f64,
    /// The rows.
    pub rows: Vec<ScoredRow>,
    /// Why it could not be simulated, if it could not: its values contradict one another.
    pub impossible: Option<String>,
}

impl Scored {
    /// Rows in their bands.
    pub fn rows_in(&self) -> usize {
        self.rows.iter().filter(|row| row.is_in).count()
    }
}

/// Simulates and scores candidates.
pub(super) struct Evaluator<'e> {
    pub(super) parts: &'e [Part],
    pub(super) weights: &'e HashMap<String, f64>,
    pub(super) seed: Option<u64>,
    pub(super) out: &'e Path,
    pub(super) level: Level,
    pub(super) keep_every: Duration,
    pub(super) interrupt: &'e AtomicBool,
    pub(super) watcher: &'e dyn Watcher,
}

/// What of a candidate's mice is told: oddities.
struct Mice<'w>(&'w dyn Watcher);

impl Observer for Mice<'_> {
    fn advanced(&self, _arm: usize, _steps: u64) {}
    fn finished(&self, _arm: usize, _replicate: u64) {}
    fn noted(&self, remark: &str) {
        self.0.noted(remark);
    }
}

impl Evaluator<'_> {
    /// Models of these texts, simulated on the ambient rayon pool where they are not known; in their order. `None` once interrupted.
    pub(super) fn all(&self, texts: &[String], size: Size) -> Result<Option<Vec<Scored>>, Error> {
        let mut unique: Vec<&String> = Vec::new();
        for text in texts {
            if !unique.contains(&text) {
                unique.push(text);
            }
        }
        let mut found: HashMap<&String, Scored> = HashMap::new();
        // So many at a time that no thread piles up candidates which it has begun and waits for.
        for chunk in unique.chunks(rayon::current_num_threads().max(1)) {
            let units: Vec<u64> = (0..chunk.len() as u64).collect();
            let job = |unit: u64| self.one(chunk[unit as usize], size);
            let told = |_, scored: &Option<Scored>| {
                if let Some(scored) = scored {
                    self.watcher.evaluated(scored);
                }
            };
            let scored = ensemble::run(&units, self.interrupt, job, told)?;
            for (text, scored) in chunk.iter().zip(scored) {
                match scored.flatten() {
                    Some(scored) => _ = found.insert(text, scored),
                    None => return Ok(None),
                }
            }
        }
        let scored = texts.iter().filter_map(|text| found.get(text).cloned());
        Ok(Some(scored.collect()))
    }

    fn one(&self, text: &str, size: Size) -> Result<Option<Scored>, Error> {
        let request = Request {
            replicates: Some(size.seeds),
            cells: Some(size.cells),
            seed: self.seed,
            model: Some(InPlace::of_text(MODEL, text.to_owned())),
            ..Request::default()
        };
        let mut plans = Vec::new();
        for part in self.parts {
            match planned(part.plan.source.clone(), &request) {
                Ok(mut plan) => {
                    plan.level = self.level;
                    plan.keep_every = self.keep_every;
                    plans.push(plan);
                }
                // The scenarios were good with the model at the beginning: what is wrong are these values together.
                Err(Error::Faults(faults)) => return Ok(Some(self.impossible(&faults))),
                Err(error) => return Err(error),
            }
        }
        let folder = self.out.join(UNFINISHED).join(digest(&[
            text,
            &format!("{size:?} {:?}", self.seed),
            program(),
        ]));
        let mut rows = Vec::new();
        for (part, plan) in self.parts.iter().zip(&plans) {
            let Some(kept) = self.part(part, plan, &folder)? else {
                return Ok(None);
            };
            rows.extend(scored(part, plan, Some(&kept)));
        }
        if folder.is_dir() {
            // What is left behind is room, and no result.
            let _ = fs::remove_dir_all(&folder);
        }
        let weights = rows.iter().map(|row| self.weight(&row.id)).sum::<f64>();
        let sum: f64 = (rows.iter())
            .map(|row| self.weight(&row.id) * row.loss)
            .sum();
        Ok(Some(Scored {
            loss: sum / weights,
            rows,
            impossible: None,
        }))
    }

    fn weight(&self, id: &str) -> f64 {
        self.weights.get(id).copied().unwrap_or(1.0)
    }

    /// What came out of the conditions of the rows of a part. `None` once interrupted.
    fn part(
        &self,
        part: &Part,
        plan: &Plan,
        folder: &Path,
    ) -> Result<Option<Vec<Vec<Kept>>>, Error> {
        let rows = part.rows.iter().map(|row| &plan.rows[*row]);
        let ids: Vec<&str> = rows.clone().map(|row| row.id.as_str()).collect();
        let path = self.path(&[&plan.digest, &ids.join(" "), program(), FORMAT]);
        if let Some(kept) = known(&path) {
            return Ok(Some(kept));
        }
        let directory = folder.join(&plan.source.name);
        fs::create_dir_all(folder).map_err(|source| Error::Write {
            path: folder.into(),
            source,
        })?;
        let mice = Mice(self.watcher);
        let arms = &part.arms;
        if !run::part(plan, &directory, arms, false, self.interrupt, &mice)? {
            return Ok(None);
        }
        let Some(records) = run::records(plan, &directory)? else {
            return Ok(None);
        };
        let kept: Vec<Vec<Kept>> = rows
            .map(|row| {
                let scored = score(plan, row, &records);
                (scored.conditions.iter())
                    .map(|one| Kept::new(one.value, one.dead))
                    .collect()
            })
            .collect();
        let bytes = serde_json::to_vec(&kept).map_err(|error| Error::Write {
            path: path.clone(),
            source: error.into(),
        })?;
        put_shared(&path, &bytes)?;
        Ok(Some(kept))
    }

    fn path(&self, parts: &[&str]) -> PathBuf {
        let name = digest(parts);
        self.out.join(CACHE).join(format!("{name}.json"))
    }

    /// A candidate whose values contradict one another: as far off as can be.
    fn impossible(&self, faults: &crate::language::Faults) -> Scored {
        let why = faults.to_string();
        let parts = self.parts.iter();
        let rows = parts.flat_map(|part| scored(part, &part.plan, None));
        Scored {
            loss: MOST,
            rows: rows.collect(),
            impossible: Some(why.lines().next().unwrap_or_default().to_owned()),
        }
    }
}

/// The rows of a part with what came out of each condition, or nothing of any.
fn scored<'p>(
    part: &'p Part,
    plan: &'p Plan,
    kept: Option<&'p [Vec<Kept>]>,
) -> impl Iterator<Item = ScoredRow> + 'p {
    part.rows.iter().enumerate().map(move |(index, row)| {
        let row = &plan.rows[*row];
        let conditions = row.conditions.iter().enumerate();
        let conditions = conditions.map(|(number, condition)| {
            let kept = kept.and_then(|kept| kept.get(index)?.get(number).copied());
            let kept = kept.unwrap_or(Kept::new(None, 0));
            let value = kept.estimate();
            ScoredCondition {
                words: condition.in_words(plan),
                band: condition.band_in_words(),
                value,
                dead: kept.dead,
                loss: loss(plan, condition, value),
                is_in: value.and_then(|value| value.is_in(judged(condition))),
            }
        });
        ScoredRow::new(row.id.clone(), conditions.collect())
    })
}

impl ScoredRow {
    fn new(id: String, conditions: Vec<ScoredCondition>) -> Self {
        let sum: f64 = conditions.iter().map(|one| one.loss).sum();
        Self {
            id,
            loss: sum / conditions.len().max(1) as f64,
            is_in: conditions.iter().all(|one| one.is_in == Some(true)),
            conditions,
        }
    }
}

/// What is kept in a file. One that is damaged is as none: the part is simulated again.
fn known(path: &Path) -> Option<Vec<Vec<Kept>>> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
