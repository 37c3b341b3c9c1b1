//! The scoreboard: every row with what was published and what came out, as CSV and Markdown.

use super::Set;
use crate::Error;
use crate::comparison::Verdict;
use crate::directory::put_beside;
use crate::plan::Plan;
use crate::rows::{Estimate, PlannedRow, ScoredRow, digits, group};
use std::fmt::Write as _;
use std::path::Path;

/// The files of a scoreboard, beside the results of the scenarios.
pub const FILES: [&str; 2] = ["scoreboard.csv", "scoreboard.html"];

/// Columns of `scoreboard.csv`, one row for each condition of a row of the sheet.
const COLUMNS: [&str; 19] = [
    "id",
    "tier",
    "set",
    "scenario",
    "what",
    "published",
    "row_verdict",
    "condition",
    "band",
    "bound",
    "value",
    "low",
    "high",
    "mice",
    "dead",
    "verdict",
    "not_modelled",
    "note",
    "source",
];

/// A scoreboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Its rows, in the order of the sheet.
    pub rows: Vec<BoardRow>,
    /// Whether it is a look, not a score.
    pub quick: bool,
    /// Mice in each arm.
    pub mice: String,
    /// Agents of a mouse.
    pub cells: String,
    /// The seed.
    pub seed: String,
    /// The model.
    pub model: String,
}

/// A row of a scoreboard.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// Its id.
    pub id: String,
    /// 1, 2 or 3; `None` for what goes in.
    pub tier: Option<u8>,
    /// Its set.
    pub set: Set,
    /// The scenario from which it is read.
    pub scenario: String,
    /// What was measured.
    pub what: String,
    /// What was published.
    pub published: String,
    /// What was chosen in reading it.
    pub note: String,
    /// Why the model cannot say it, or not all of it.
    pub not_modelled: String,
    /// Who measured it.
    pub source: String,
    /// Its conditions.
    pub conditions: Vec<BoardCondition>,
    /// What became of it.
    pub verdict: Verdict,
    /// Why it is not judged, in a word; empty if it is.
    pub why: &'static str,
}

/// A condition of a row on a scoreboard.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardCondition {
    /// What is read, where and when.
    pub words: String,
    /// The band.
    pub band: String,
    /// `>=` or `<=` where mice outlive the run.
    pub bound: &'static str,
    /// The value.
    pub value: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Mice with a value.
    pub mice: usize,
    /// Mice dead before.
    pub dead: usize,
    /// What became of it.
    pub verdict: Verdict,
}

/// How many rows are in, out and not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// In their bands.
    pub within: usize,
    /// Out of them.
    pub out: usize,
    /// Not judged.
    pub open: usize,
}

impl Count {
    /// Rows in all.
    pub const fn all(self) -> usize {
        self.within + self.out + self.open
    }

    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::In => self.within += 1,
            Verdict::Out => self.out += 1,
            Verdict::NotJudged => self.open += 1,
        }
    }
}

/// Totals, each with its name: tiers, then sets.
pub type Counts = Vec<(String, Count)>;

impl BoardRow {
    pub(super) fn new(
        plan: &Plan,
        row: &PlannedRow,
        set: Set,
        scored: &ScoredRow,
        is_simulated: bool,
    ) -> Self {
        let conditions = row.conditions.iter().zip(&scored.conditions);
        let conditions: Vec<BoardCondition> = conditions
            .map(|(condition, scored)| BoardCondition {
                words: condition.in_words(plan),
                band: condition.band_in_words(),
                bound: scored.value.map_or("", Estimate::sign),
                value: scored.value.map(Estimate::number),
                interval: scored.interval,
                mice: scored.mice,
                dead: scored.dead,
                verdict: scored.verdict,
            })
            .collect();
        let why = match scored.verdict {
            Verdict::In | Verdict::Out => "",
            Verdict::NotJudged if row.tier.is_none() => "input",
            Verdict::NotJudged if !is_simulated => NOT_SIMULATED,
            Verdict::NotJudged if plan.is_coarse() => "too few agents",
            Verdict::NotJudged if row.not_modelled.is_some() => match conditions.is_empty() {
                true => "not modelled",
                false => "in part not modelled",
            },
            Verdict::NotJudged if conditions.iter().any(|one| one.value.is_none()) => "no value",
            Verdict::NotJudged => "not decided by the end of the run",
        };
        Self {
            id: row.id.clone(),
            tier: row.tier,
            set,
            scenario: plan.source.name.clone(),
            what: row.what.clone(),
            published: row.published.clone(),
            note: row.note.clone().unwrap_or_default(),
            not_modelled: row.not_modelled.clone().unwrap_or_default(),
            source: row.source.clone(),
            conditions,
            verdict: scored.verdict,
            why,
        }
    }

    /// Whether it could be read and is not, because mice are missing.
    pub fn is_missing(&self) -> bool {
        self.why == NOT_SIMULATED
    }

    /// The letter of its group.
    pub fn group(&self) -> &str {
        group(&self.id)
    }

    /// The verdict in words: `in`, `OUT`, or why it is not judged.
    pub fn words(&self) -> String {
        match self.verdict {
            Verdict::In => "in".into(),
            Verdict::Out => "OUT".into(),
            Verdict::NotJudged => format!("not judged ({})", self.why),
        }
    }
}

impl BoardCondition {
    /// The value with its interval, three digits.
    pub fn in_words(&self) -> String {
        let Some(value) = self.value else {
            return "-".into();
        };
        let mut text = format!("{}{}", self.bound, digits(value));
        if let Some((low, high)) = self.interval {
            let _ = write!(text, " [{}, {}]", digits(low), digits(high));
        }
        text
    }
}

const NOT_SIMULATED: &str = "not simulated";

/// What intervals over mice are.
const INTERVALS: &str = "Intervals hold the central 95 % of resamples of the mice: from six mice on a 95 % bootstrap interval, of fewer no such interval of a median exists.";

impl Board {
    /// Totals by tier, then by set.
    pub fn counts(&self) -> Counts {
        let mut counts: Counts = Vec::new();
        let mut add = |name: String, is_of: &dyn Fn(&BoardRow) -> bool| {
            let mut count = Count::default();
            for row in self.rows.iter().filter(|row| is_of(row)) {
                count.add(row.verdict);
            }
            if count.all() > 0 {
                counts.push((name, count));
            }
        };
        for tier in 1..=3 {
            add(format!("tier {tier}"), &|row| row.tier == Some(tier));
        }
        for set in Set::ALL {
            // The informative are those of tier 3, and what goes in is judged nowhere.
            if matches!(set, Set::Fitting | Set::Checking) {
                add(format!("{} set", set.name()), &|row| row.set == set);
            }
        }
        add("all rows".into(), &|_| true);
        counts
    }

    /// Rows that could be read and are not, because mice are missing.
    pub fn missing(&self) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.is_missing()).count()
    }

    /// Of what it is, in a line: what is missing, the model, the size of the mice.
    pub fn size(&self) -> String {
        let look = if self.quick {
            "A look, not a score: few and small mice. "
        } else {
            ""
        };
        let missing = match self.missing() {
            0 => String::new(),
            missing => format!(
                "Not complete: {missing} of {} rows are not simulated. ",
                self.rows.len()
            ),
        };
        format!(
            "{look}{missing}Model: {}; mice in each arm: {}; agents of a mouse: {}; seed: {}.",
            self.model, self.mice, self.cells, self.seed
        )
    }

    /// The scoreboard as CSV.
    ///
    /// # Errors
    /// [`Error::Table`].
    pub fn csv(&self) -> Result<Vec<u8>, Error> {
        let failed = |source| Error::Table {
            table: "scoreboard.csv",
            source,
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS).map_err(failed)?;
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        for row in &self.rows {
            let tier = row.tier.map_or_else(String::new, |tier| tier.to_string());
            let none = BoardCondition {
                words: String::new(),
                band: String::new(),
                bound: "",
                value: None,
                interval: None,
                mice: 0,
                dead: 0,
                verdict: Verdict::NotJudged,
            };
            let empty = std::slice::from_ref(&none);
            let conditions = match row.conditions.is_empty() {
                true => empty,
                false => &row.conditions,
            };
            for one in conditions {
                let cells = [
                    row.id.clone(),
                    tier.clone(),
                    row.set.name().into(),
                    row.scenario.clone(),
                    row.what.clone(),
                    row.published.clone(),
                    row.verdict.name().into(),
                    one.words.clone(),
                    one.band.clone(),
                    one.bound.into(),
                    number(one.value),
                    number(one.interval.map(|(low, _)| low)),
                    number(one.interval.map(|(_, high)| high)),
                    one.mice.to_string(),
                    one.dead.to_string(),
                    one.verdict.name().into(),
                    row.not_modelled.clone(),
                    row.note.clone(),
                    row.source.clone(),
                ];
                writer.write_record(cells).map_err(failed)?;
            }
        }
        writer
            .into_inner()
            .map_err(|error| failed(error.into_error().into()))
    }

    /// The scoreboard as Markdown: totals, then a table for each group.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "# Scoreboard\n\n{} paracrine {}.\n\n{INTERVALS}\n\n",
            self.size(),
            env!("CARGO_PKG_VERSION")
        );
        text += "| | in | out | not judged | rows |\n|---|---|---|---|---|\n";
        for (name, count) in self.counts() {
            let Count { within, out, open } = count;
            let _ = writeln!(
                text,
                "| {name} | {within} | {out} | {open} | {} |",
                count.all()
            );
        }
        let mut group = "";
        for row in &self.rows {
            if row.group() != group {
                group = row.group();
                let _ = write!(
                    text,
                    "\n## {group}\n\n| id | tier | set | what | published | simulated median [interval] | dead before | |\n|---|---|---|---|---|---|---|---|\n"
                );
            }
            let values: Vec<String> = row
                .conditions
                .iter()
                .map(BoardCondition::in_words)
                .collect();
            let dead = row.conditions.iter().map(|one| one.dead.to_string());
            let mut dead: Vec<String> = dead.collect();
            dead.dedup();
            let tier = row.tier.map_or_else(String::new, |tier| tier.to_string());
            let cells = [
                row.id.clone(),
                tier,
                row.set.name().into(),
                row.what.clone(),
                row.published.clone(),
                values.join("; "),
                dead.join("; "),
                row.words(),
            ];
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text
    }

    /// Writes the scoreboard as CSV, beside its place and renamed.
    ///
    /// # Errors
    /// [`Error::Write`] and [`Error::Table`].
    pub fn write_csv(&self, out: &Path) -> Result<(), Error> {
        put(&out.join(FILES[0]), &self.csv()?)
    }

    /// Writes the scoreboard as Markdown to a file, beside its place and renamed.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_markdown(&self, path: &Path) -> Result<(), Error> {
        put(path, self.markdown().as_bytes())
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    put_beside(path, Path::new(&beside), bytes)
}
