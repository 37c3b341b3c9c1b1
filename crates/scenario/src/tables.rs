//! The CSV files and the manifest; the same tables as Parquet, if they are asked for.
//!
//! Tables of a sweep begin with a column `point`; the others have none.
//!
//! Numbers are written in full (they read back to the same bits), missing values as empty fields, one header line, commas,
//! UTF-8: files that pandas, polars, R and spreadsheets open as they are.

pub mod columns;
pub mod parquet;

use crate::Error;
use crate::branch;
use crate::comparison::{BandVerdict, Comparison, RESAMPLED, Verdict, comparisons};
use crate::directory::{Beside, Directory};
use crate::effect::Effect;
use crate::gathered::{Gathered, What, damaged};
use crate::language::{RowBand, Sweep};
use crate::pathways::{Link, pathways};
use crate::plan::{Keep, Plan, PlannedArm, PlannedReadout};
use crate::record::{Record, STAINED};
use crate::statistics::{mean_sd, quantile, sorted};
use crate::stopping::Stopped;
use columns::{
    CELLS, CHAIN, COMPARISON, EFFECTS, EVENTS, OF_MICE, OF_SWEEPS, POINT, RECEPTORS, SUMMARY,
    SWEEP, SWEEP_SUMMARY, TIMECOURSE, Table,
};
use paracrine_cells::host::bin_edges;
use paracrine_cells::readout::Chain;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

/// Writes all tables of a run of which all mice are kept, as Parquet too if `with_parquet`, and, last, the manifest, which is the same with and without
/// Parquet. `longest` says of each arm which of its mice has most samples, `stopped` why there are as many replicates as there are, if the run might have
/// stopped early. Returns arms against the first arm and against published bands.
///
/// # Errors
/// [`Error::Write`], [`Error::Read`], [`Error::Table`] and [`Error::NoParquet`].
pub fn write(
    directory: &Directory,
    plan: &Plan,
    longest: &[Option<u64>],
    stopped: Option<&Stopped>,
    with_parquet: bool,
) -> Result<Vec<Comparison>, Error> {
    let mut hasher = blake3::Hasher::new();
    let mut files = BTreeMap::new();
    let (mice, events) = gather(directory, plan, longest, &mut hasher, &mut files)?;
    let comparisons = comparisons(plan, &mice.compared);
    let mut tables = vec![
        (&SUMMARY, summary(plan, &mice)),
        (&COMPARISON, comparison(plan, &comparisons)),
        (&EVENTS, events),
        (&RECEPTORS, receptors(plan, &mice)),
    ];
    if let Some(sweep) = &plan.sweep {
        tables.push((&SWEEP, points(sweep)));
        let summary = sweep_summary(plan, sweep, &mice, &comparisons);
        tables.push((&SWEEP_SUMMARY, summary));
    }
    // What follows from these tables, or stands beside them, is not in their hash.
    let mut beside = vec![(&EFFECTS, effects(plan, &mice, &comparisons))];
    if !plan.chain.is_empty() {
        beside.push((&CHAIN, chain(plan, &mice)));
    }
    let mut leave = |name: &str, bytes: &[u8]| {
        directory.put(name, bytes)?;
        files.insert(name.to_owned(), short(&blake3::hash(bytes)));
        Ok::<_, Error>(())
    };
    let in_hash = tables.into_iter().map(|table| (table, true));
    for ((table, bytes), is_in_hash) in
        in_hash.chain(beside.into_iter().map(|table| (table, false)))
    {
        let bytes = bytes.map_err(|source| Error::Table {
            table: table.csv,
            source,
        })?;
        if is_in_hash {
            hasher.update(&bytes);
        }
        leave(table.csv, &bytes)?;
    }
    leave("scenario.ron", plan.source.text.as_bytes())?;
    if let Some(model) = &plan.own_model {
        leave("model.ron", model.as_bytes())?;
    }
    if plan.keep == Keep::Cells {
        let hash = cells(directory, plan, &mice)?;
        hasher.update(hash.as_bytes());
        files.insert(CELLS.csv.to_owned(), short(&hash));
    }
    parquet::write(directory, &of(plan), with_parquet, about(plan))?;
    if plan.saved().is_some() {
        for arm in 0..plan.arms.len() {
            for replicate in plan.replicates.clone() {
                let name = branch::state(arm, replicate);
                let hash =
                    hash_of(&directory.path().join(&name)).map_err(|source| Error::Read {
                        path: directory.path().join(&name),
                        source,
                    })?;
                files.insert(name, short(&hash));
            }
        }
    }
    let links = pathways()?.chain;
    let manifest = Manifest::new(plan, stopped, &links, &hasher.finalize().to_hex(), files);
    let mut text = serde_json::to_string_pretty(&manifest).map_err(|error| Error::Write {
        path: directory.path().join("manifest.json"),
        source: error.into(),
    })?;
    text.push('\n');
    directory.put("manifest.json", text.as_bytes())?;
    Ok(comparisons)
}

/// Reads all mice. On the way their samples are written, mouse by mouse, and their events taken down.
fn gather(
    directory: &Directory,
    plan: &Plan,
    longest: &[Option<u64>],
    hasher: &mut blake3::Hasher,
    files: &mut BTreeMap<String, String>,
) -> Result<(Gathered, Bytes), Error> {
    let failed = |table: &'static Table| {
        move |source| Error::Table {
            table: table.csv,
            source,
        }
    };
    let keeps_samples = plan.keep != Keep::Summary;
    let file = keeps_samples
        .then(|| directory.grow(TIMECOURSE.csv))
        .transpose()?;
    let file = file.map(|file| Hashed { file, hasher });
    let samples = file.map(|file| Rows::new(plan, &TIMECOURSE, file));
    let mut samples = samples.transpose().map_err(failed(&TIMECOURSE))?;
    let mut events = Rows::new(plan, &EVENTS, Vec::new()).map_err(failed(&EVENTS))?;
    let mice = Gathered::read(plan, directory, longest, |arm, replicate, record| {
        if let Some(samples) = &mut samples {
            timecourse(samples, arm, replicate, record).map_err(failed(&TIMECOURSE))?;
        }
        events_of(&mut events, arm, replicate, record).map_err(failed(&EVENTS))
    })?;
    if let Some(samples) = samples {
        let Hashed { file, .. } = samples.end().map_err(failed(&TIMECOURSE))?;
        files.insert(TIMECOURSE.csv.to_owned(), short(&file.finish()?));
    }
    Ok((mice, events.end()))
}

/// A file of which the bytes go into a hash of several.
struct Hashed<'h> {
    file: Beside,
    hasher: &'h mut blake3::Hasher,
}

impl io::Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::Write::write(&mut self.file, bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::Write::flush(&mut self.file)
    }
}

fn short(hash: &blake3::Hash) -> String {
    hash.to_hex()[..32].to_owned()
}

fn hash_of(path: &Path) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path)?)?;
    Ok(hasher.finalize())
}

/// Whether all files of complete results are those that the run wrote, by their hashes in the manifest. Page, timing and Parquet, which come of
/// them, are not looked at.
///
/// # Errors
/// [`Error::Altered`] of the first file that is not.
pub fn verify(results: &Path) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Written {
        files: BTreeMap<String, String>,
    }
    let altered = |file: &str, is_missing| Error::Altered {
        path: results.to_owned(),
        file: file.to_owned(),
        is_missing,
    };
    let manifest = std::fs::read(results.join("manifest.json")).ok();
    let manifest = manifest.and_then(|text| serde_json::from_slice(&text).ok());
    let Written { files } = manifest.ok_or_else(|| altered("manifest.json", false))?;
    for (file, written) in &files {
        match hash_of(&results.join(file)) {
            Ok(hash) if short(&hash) == *written => {}
            Ok(_) => return Err(altered(file, false)),
            Err(error) => {
                return Err(altered(file, error.kind() == std::io::ErrorKind::NotFound));
            }
        }
    }
    Ok(())
}

/// Adds Parquet to the tables of a complete run, where it is missing.
///
/// # Errors
/// [`Error::NoParquet`], [`Error::Write`], [`Error::Read`], and [`Error::Damaged`] if a table is not what [`write()`] wrote.
pub fn add_parquet(directory: &Directory, plan: &Plan) -> Result<(), Error> {
    // An older program left no tables beside the others.
    let is_there = |table: &&Table| {
        ![EFFECTS.csv, CHAIN.csv].contains(&table.csv) || directory.path().join(table.csv).is_file()
    };
    let tables: Vec<&Table> = of(plan).into_iter().filter(is_there).collect();
    parquet::complete(directory, &tables, about(plan))
}

/// The snapshots of all mice in the order of the plan, one mouse in memory at a time. Returns the hash of the file.
fn cells(directory: &Directory, plan: &Plan, mice: &Gathered) -> Result<blake3::Hash, Error> {
    let mut file = directory.grow(CELLS.csv)?;
    let point = plan.sweep.as_ref().map(|_| POINT.name);
    let header: Vec<&str> = point.into_iter().chain(CELLS.header()).collect();
    file.append((header.join(",") + "\n").as_bytes())?;
    for (arm, own) in mice.arms.iter().enumerate() {
        for (replicate, sum) in plan.replicates.clone().zip(&own.cells) {
            let rows = directory.kept_cells(arm, replicate, sum);
            file.append(&rows.ok_or_else(|| damaged(directory, arm, replicate))?)?;
        }
    }
    file.finish()
}

fn about(plan: &Plan) -> parquet::About<'_> {
    parquet::About {
        name: &plan.source.name,
        digest: &plan.digest,
        seed: plan.run.seed,
        time_unit: None,
    }
}

/// The tables that a run leaves.
fn of(plan: &Plan) -> Vec<&'static Table> {
    let of_mice = OF_MICE
        .into_iter()
        .filter(|table| table.csv != TIMECOURSE.csv || plan.keep != Keep::Summary)
        .filter(|table| table.csv != CHAIN.csv || !plan.chain.is_empty());
    let cells = Some(&CELLS).filter(|_| plan.keep == Keep::Cells);
    let more = OF_SWEEPS.into_iter().filter(|_| plan.sweep.is_some());
    of_mice.chain(cells).chain(more).collect()
}

type Bytes = Result<Vec<u8>, csv::Error>;

/// Rows about arms, the point first in a sweep.
struct Rows<'p, W: io::Write> {
    plan: &'p Plan,
    writer: csv::Writer<W>,
}

impl<'p, W: io::Write> Rows<'p, W> {
    /// A table with these columns, behind those of a sweep.
    fn new(plan: &'p Plan, table: &Table, to: W) -> csv::Result<Self> {
        let mut writer = csv::Writer::from_writer(to);
        if let Some(sweep) = &plan.sweep {
            writer.write_field(POINT.name)?;
            if table.has_axes() {
                for axis in &sweep.axes {
                    writer.write_field(&axis.name)?;
                }
            }
        }
        writer.write_record(table.header())?;
        Ok(Self { plan, writer })
    }

    fn write<T: AsRef<[u8]>>(
        &mut self,
        arm: usize,
        cells: impl IntoIterator<Item = T>,
    ) -> csv::Result<()> {
        if self.plan.sweep.is_some() {
            let point = self.plan.arms[arm].point;
            self.writer.write_field(point.to_string())?;
        }
        self.writer.write_record(cells)
    }

    fn end(self) -> csv::Result<W> {
        end(self.writer)
    }
}

/// A table in memory.
fn table(
    plan: &Plan,
    table: &Table,
    fill: impl FnOnce(&mut Rows<'_, Vec<u8>>) -> csv::Result<()>,
) -> Bytes {
    let mut rows = Rows::new(plan, table, Vec::new())?;
    fill(&mut rows)?;
    rows.end()
}

fn end<W: io::Write>(writer: csv::Writer<W>) -> csv::Result<W> {
    let written = writer.into_inner();
    written.map_err(|error| csv::Error::from(error.into_error()))
}

/// What each point is: a row for each axis.
fn points(sweep: &Sweep) -> Bytes {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(SWEEP.header())?;
    for (point, values) in sweep.points.iter().enumerate() {
        for (axis, value) in sweep.axes.iter().zip(values) {
            let (point, value) = (point.to_string(), value.to_string());
            writer.write_record([&point, &axis.name, unit(&axis.unit), &value])?;
        }
    }
    end(writer)
}

/// The unit of an axis in a table, where that of a pure number is 1.
fn unit(unit: &str) -> &str {
    if unit.is_empty() { "1" } else { unit }
}

/// What came out at each point, beside what the axes were: nothing has to be joined for a plot.
fn sweep_summary(plan: &Plan, sweep: &Sweep, mice: &Gathered, comparisons: &[Comparison]) -> Bytes {
    table(plan, &SWEEP_SUMMARY, |rows| {
        for row in comparisons {
            let arm = &plan.arms[row.arm];
            let values = mice.compared.values(row.arm, row.readout, row.at_d);
            let values = sorted(&values.flatten().collect::<Vec<f64>>());
            let interval = row.difference.and_then(|(_, interval)| interval);
            let mut cells: Vec<String> =
                sweep.points[arm.point].iter().map(f64::to_string).collect();
            cells.extend([
                arm.name.clone(),
                plan.readouts[row.readout].name.clone(),
                plan.readouts[row.readout].unit.to_owned(),
                row.at_d.to_string(),
                row.mice.to_string(),
                row.dead.to_string(),
            ]);
            cells.extend([0.5, 0.25, 0.75].map(|p| number(quantile(&values, p))));
            cells.push(number(row.difference.map(|(difference, _)| difference)));
            cells.push(number(interval.map(|(low, _)| low)));
            cells.push(number(interval.map(|(_, high)| high)));
            rows.write(row.arm, &cells)?;
        }
        Ok(())
    })
}

fn number(value: Option<f64>) -> String {
    value
        .filter(|value| value.is_finite())
        .map_or_else(String::new, |value| value.to_string())
}

/// The samples of a mouse.
fn timecourse(
    rows: &mut Rows<'_, impl io::Write>,
    arm: usize,
    replicate: u64,
    record: &Record,
) -> csv::Result<()> {
    let plan = rows.plan;
    let replicate = replicate.to_string();
    for (time, values) in record.times_d.iter().zip(&record.values) {
        let time = time.to_string();
        for (readout, value) in plan.readouts.iter().zip(values) {
            let cells = [
                &plan.arms[arm].name,
                &replicate,
                &time,
                &readout.name,
                &readout.unit,
                &number(*value),
            ];
            rows.write(arm, cells)?;
        }
    }
    Ok(())
}

/// How a row over the mice of an arm begins: arm, time, readout, unit, mice and how many of them are dead.
fn over_mice(
    plan: &Plan,
    mice: &Gathered,
    arm: usize,
    time_d: f64,
    readout: &PlannedReadout,
) -> [String; 6] {
    [
        plan.arms[arm].name.clone(),
        time_d.to_string(),
        readout.name.clone(),
        readout.unit.clone(),
        mice.compared.mice(arm).to_string(),
        mice.compared.dead(arm, time_d).to_string(),
    ]
}

fn summary(plan: &Plan, mice: &Gathered) -> Bytes {
    table(plan, &SUMMARY, |rows| {
        for (index, own) in mice.arms.iter().enumerate() {
            mice.each(index, What::Readouts, |time, place, values| {
                let (time_d, readout) = (own.times_d[time], &plan.readouts[place]);
                let moments = mean_sd(values);
                let mut row = over_mice(plan, mice, index, time_d, readout).to_vec();
                row.extend([
                    number(moments.map(|(mean, _)| mean)),
                    number(moments.and_then(|(_, sd)| sd)),
                ]);
                row.extend([0.0, 0.25, 0.5, 0.75, 1.0].map(|p| number(quantile(values, p))));
                rows.write(index, row)
            })?;
        }
        Ok(())
    })
}

fn comparison(plan: &Plan, comparisons: &[Comparison]) -> Bytes {
    table(plan, &COMPARISON, |rows| {
        for row in comparisons {
            let interval = row.difference.and_then(|(_, interval)| interval);
            let band = row.band.as_ref();
            let verdict = band.and_then(|band| band.verdict);
            let (low, high) = band.map_or((None, None), |band| band.band.ends());
            let cells = [
                plan.arms[row.arm].name.as_str(),
                &plan.readouts[row.readout].name,
                &plan.readouts[row.readout].unit,
                &row.at_d.to_string(),
                &row.mice.to_string(),
                &row.dead.to_string(),
                &number(row.values.map(|(median, ..)| median)),
                &number(row.values.map(|(_, low, _)| low)),
                &number(row.values.map(|(.., high)| high)),
                &number(row.difference.map(|(difference, _)| difference)),
                &number(interval.map(|(low, _)| low)),
                &number(interval.map(|(_, high)| high)),
                row.interval().unwrap_or(""),
                band.and_then(|band| band.relative_to)
                    .map_or("", |arm| &plan.arms[arm].name),
                &number(low),
                &number(high),
                verdict.map_or("", Verdict::name),
                band.map_or("", |band| &band.source),
            ];
            rows.write(row.arm, cells)?;
        }
        Ok(())
    })
}

fn effects(plan: &Plan, mice: &Gathered, comparisons: &[Comparison]) -> Bytes {
    // Each has its bootstrap.
    let found: Vec<Option<Effect>> = comparisons
        .par_iter()
        .map(|row| Effect::of(plan, &mice.compared, row))
        .collect();
    table(plan, &EFFECTS, |rows| {
        for (row, effect) in comparisons.iter().zip(found) {
            let Some(effect) = effect else { continue };
            let interval = effect.interval;
            let cells = [
                plan.arms[row.arm].name.as_str(),
                &plan.readouts[row.readout].name,
                &plan.readouts[row.readout].unit,
                &row.at_d.to_string(),
                &number(effect.ratio),
                &number(interval.map(|(low, _)| low)),
                &number(interval.map(|(_, high)| high)),
                &number(effect.delta),
            ];
            rows.write(row.arm, cells)?;
        }
        Ok(())
    })
}

fn chain(plan: &Plan, mice: &Gathered) -> Bytes {
    table(plan, &CHAIN, |rows| {
        for (index, own) in mice.arms.iter().enumerate() {
            mice.each(index, What::Chain, |time, link, values| {
                let (time_d, readout) = (own.chain_d[time], &plan.chain[link]);
                let mut row = over_mice(plan, mice, index, time_d, readout).to_vec();
                row.extend([0.25, 0.5, 0.75].map(|p| number(quantile(values, p))));
                rows.write(index, row)
            })?;
        }
        Ok(())
    })
}

/// Rows of a table in a results directory as objects: numbers as numbers, missing values as null. None if the table is not there, as in results of an older
/// program.
///
/// # Errors
/// [`Error::Read`], and [`Error::Damaged`] if a number is none.
pub fn objects(directory: &Path, table: &Table) -> Result<Vec<Map<String, Value>>, Error> {
    let path = directory.join(table.csv);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let rows = read_rows::<HashMap<String, String>>(&path)?;
    let of = |(name, cell): (String, String)| {
        let column = table.columns.iter().find(|column| column.name == name);
        let is_text = column
            .is_some_and(|column| matches!(column.kind, columns::Kind::Name | columns::Kind::Text));
        if is_text {
            let is_missing = cell.is_empty() && column.is_some_and(|column| column.optional);
            let value = if is_missing { Value::Null } else { cell.into() };
            return Ok((name, value));
        }
        let whole = cell.parse::<u64>().map(Value::from);
        let value = match whole.or_else(|_| cell.parse::<f64>().map(Value::from)) {
            Ok(value) => value,
            Err(_) if cell.is_empty() => Value::Null,
            Err(_) => {
                return Err(Error::Damaged {
                    path: path.clone(),
                    line: 0,
                    column: name,
                    found: cell,
                    expected: "a number".into(),
                });
            }
        };
        Ok((name, value))
    };
    rows.into_iter()
        .map(|row| row.into_iter().map(of).collect())
        .collect()
}

/// A median as it is written.
#[derive(Deserialize)]
struct MedianRow {
    arm: String,
    time_d: f64,
    readout: String,
    median: Option<f64>,
}

/// Medians of a readout over time in a results directory without a sweep, `(age in days, median)` of each arm; those without a value are left out.
///
/// # Errors
/// [`Error::Read`], and [`Error::Damaged`] if the table is not what [`write()`] wrote.
pub fn medians(
    directory: &Path,
    plan: &Plan,
    readout: usize,
) -> Result<Vec<Vec<(f64, f64)>>, Error> {
    let mut all = vec![Vec::new(); plan.arms.len()];
    for row in read_rows::<MedianRow>(&directory.join(SUMMARY.csv))? {
        let arm = plan.arms.iter().position(|arm| arm.name == row.arm);
        let is_it = row.readout == plan.readouts[readout].name;
        if let (Some(arm), Some(median), true) = (arm, row.median, is_it) {
            all[arm].push((row.time_d, median));
        }
    }
    Ok(all)
}

/// Events of a mouse.
const ONSET: &str = "disease onset";
const DEATH: &str = "death";
/// What the event begins with by which a mouse ended that could not be simulated further.
const CUT_SHORT: &str = "not simulated further: ";

/// Mice of a finished run that could not be simulated to their end: arm, replicate and why.
///
/// # Errors
/// [`Error::Read`] if there are no events, or they are not those of a run.
pub fn cut_short(directory: &Path) -> Result<Vec<(String, String, String)>, Error> {
    let path = directory.join(EVENTS.csv);
    let failed = |error: csv::Error| Error::Read {
        path: path.clone(),
        source: error.into(),
    };
    let mut reader = csv::Reader::from_path(&path).map_err(failed)?;
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row.map_err(failed)?;
        let of = |column: usize| row.get(row.len().saturating_sub(column)).unwrap_or("");
        if let Some(why) = of(1).strip_prefix(CUT_SHORT) {
            found.push((of(4).to_owned(), of(3).to_owned(), why.to_owned()));
        }
    }
    Ok(found)
}

/// What happened to a mouse.
fn events_of(
    rows: &mut Rows<'_, impl io::Write>,
    arm: usize,
    replicate: u64,
    record: &Record,
) -> csv::Result<()> {
    let about = &rows.plan.arms[arm];
    let met = about.conditions.iter().zip(&record.met_d);
    let met = met.filter_map(|(condition, time)| {
        let (condition, time) = (condition.as_ref()?, (*time)?);
        Some((time, format!("condition met: {condition}")))
    });
    let own = [(record.onset_d, ONSET), (record.died_d, DEATH)];
    let own = own
        .into_iter()
        .filter_map(|(time, event)| Some((time?, event.to_owned())));
    let cut_short = record.cut_short.iter();
    let cut_short = cut_short.map(|(time, why)| (*time, format!("{CUT_SHORT}{why}")));
    let mut events: Vec<(f64, String)> = met.chain(own).chain(cut_short).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (time, event) in events {
        let replicate = replicate.to_string();
        rows.write(arm, [&about.name, &replicate, &time.to_string(), &event])?;
    }
    Ok(())
}

fn receptors(plan: &Plan, mice: &Gathered) -> Bytes {
    table(plan, &RECEPTORS, |rows| {
        for (index, (arm, own)) in plan.arms.iter().zip(&mice.arms).enumerate() {
            let chains = STAINED
                .iter()
                .zip(own.agents)
                .flat_map(|of| Chain::ALL.map(|chain| (of, chain)));
            for (((kind, agents), chain), bins) in chains.zip(&own.receptors) {
                let total: f64 = bins.iter().sum();
                for (bin, share) in bins.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                    let (low, high) = bin_edges(bin);
                    let cells = [
                        &arm.name,
                        &own.ended_d.to_string(),
                        kind.name(),
                        chain.name(),
                        &low.to_string(),
                        &high.to_string(),
                        &(share / total).to_string(),
                        &agents.to_string(),
                    ];
                    rows.write(index, cells)?;
                }
            }
        }
        Ok(())
    })
}

#[derive(Serialize)]
struct Manifest<'a> {
    paracrine: &'static str,
    title: &'a str,
    question: &'a str,
    source: Option<&'a str>,
    expected: Option<&'a str>,
    scenario: &'a str,
    digest: &'a str,
    model: &'a str,
    host: &'static str,
    method: String,
    seed: u64,
    replicates: u32,
    mice: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'a Stopped>,
    cells: u32,
    until_d: f64,
    sample_every_d: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<&'static str>,
    #[serde(skip_serializing_if = "<[f64]>::is_empty")]
    snapshots_d: &'a [f64],
    #[serde(skip_serializing_if = "Option::is_none")]
    sweep: Option<ManifestSweep<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    save_at_d: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<ManifestStart<'a>>,
    arms: Vec<ManifestArm<'a>>,
    overlay: Vec<ManifestOverlay<'a>>,
    readouts: Vec<ManifestReadout<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chain: Vec<ManifestLink<'a>>,
    results: String,
    /// Hash of every file that the run has left, by which it is known again.
    files: BTreeMap<String, String>,
}

/// What arms and overlay say of a sweep is how they are at the first point that was simulated.
#[derive(Serialize)]
struct ManifestSweep<'a> {
    method: &'static str,
    points: usize,
    /// The only one that was simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<u32>,
    axes: Vec<ManifestAxis<'a>>,
}

#[derive(Serialize)]
struct ManifestAxis<'a> {
    name: &'a str,
    unit: &'a str,
    is_parameter: bool,
    is_log: bool,
    low: f64,
    high: f64,
}

impl<'a> ManifestSweep<'a> {
    fn new(sweep: &'a Sweep) -> Self {
        let axes = sweep.axes.iter().enumerate().map(|(index, axis)| {
            let (low, high) = sweep.range(index);
            ManifestAxis {
                name: &axis.name,
                unit: unit(&axis.unit),
                is_parameter: axis.is_parameter,
                is_log: axis.is_log(),
                low,
                high,
            }
        });
        Self {
            method: sweep.method.name(),
            points: sweep.points.len(),
            point: None,
            axes: axes.collect(),
        }
    }
}

/// As what hosts begin, if not at birth.
#[derive(Serialize)]
struct ManifestStart<'a> {
    age_d: f64,
    /// Hash of the states of another run.
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<&'a str>,
}

#[derive(Serialize)]
struct ManifestArm<'a> {
    name: &'a str,
    genotype: Vec<ManifestGene<'a>>,
    interventions: &'a [String],
}

#[derive(Serialize)]
struct ManifestGene<'a> {
    gene: &'a str,
    expression: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lineage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_d: Option<f64>,
}

#[derive(Serialize)]
struct ManifestOverlay<'a> {
    parameter: &'a str,
    value: f64,
    unit: &'a str,
    default: f64,
}

#[derive(Serialize)]
struct ManifestReadout<'a> {
    name: &'a str,
    unit: &'a str,
    label: &'a str,
    scale: &'static str,
}

/// A link of the causal chain.
#[derive(Serialize)]
struct ManifestLink<'a> {
    #[serde(flatten)]
    readout: ManifestReadout<'a>,
    /// Why it follows from the link before.
    because: String,
}

impl<'a> ManifestReadout<'a> {
    fn new(readout: &'a PlannedReadout) -> Self {
        Self {
            name: &readout.name,
            unit: &readout.unit,
            label: &readout.label,
            scale: if readout.logarithmic { "log" } else { "linear" },
        }
    }
}

impl<'a> Manifest<'a> {
    fn new(
        plan: &'a Plan,
        stopped: Option<&'a Stopped>,
        links: &[Link],
        results: &str,
        files: BTreeMap<String, String>,
    ) -> Self {
        Self {
            paracrine: env!("CARGO_PKG_VERSION"),
            title: &plan.title,
            question: &plan.question,
            source: plan.reference.as_deref(),
            expected: plan.expected.as_deref(),
            scenario: &plan.source.name,
            digest: &plan.digest,
            model: &plan.model,
            host: if plan.is_culture { "culture" } else { "mouse" },
            method: if plan.is_culture {
                // To a thousandth of a minute, without the zeros that a step of whole minutes would end in.
                let minutes = (plan.step_h * 60e3).round() / 1e3;
                format!("weighted agents; exact chains of receptors, steps of {minutes} min")
            } else {
                "weighted agents; exact chains of receptors, steps of 1 h (resting cells 4 h)"
                    .into()
            },
            seed: plan.run.seed,
            replicates: plan.run.replicates,
            mice: plan.replicates.clone().collect(),
            stopped,
            cells: plan.run.cells,
            until_d: plan.run.until_d,
            sample_every_d: plan.run.sample_every_d,
            keep: (plan.keep != Keep::default()).then(|| plan.keep.name()),
            snapshots_d: &plan.snapshots_d,
            sweep: plan.sweep.as_ref().map(|sweep| ManifestSweep {
                point: plan.overrides.point,
                ..ManifestSweep::new(sweep)
            }),
            save_at_d: plan.save_at_d,
            start: (plan.first_step() > 0).then(|| ManifestStart {
                age_d: plan.begins_d(),
                states: plan.branch().map(|branch| branch.digest.as_str()),
            }),
            arms: plan.arms[..plan.arms_at_a_point()]
                .iter()
                .map(|arm| ManifestArm {
                    name: &arm.name,
                    genotype: arm
                        .genotype
                        .iter()
                        .map(|e| ManifestGene {
                            gene: &e.gene,
                            expression: e.expression,
                            lineage: e.lineage.as_deref(),
                            from_d: e.from_d,
                        })
                        .collect(),
                    interventions: &arm.interventions,
                })
                .collect(),
            overlay: plan.points[plan.chosen.start]
                .overlay
                .iter()
                .map(|o| ManifestOverlay {
                    parameter: &o.parameter,
                    value: o.value,
                    unit: &o.unit,
                    default: o.default,
                })
                .collect(),
            readouts: plan.readouts.iter().map(ManifestReadout::new).collect(),
            chain: plan
                .chain
                .iter()
                .map(|readout| ManifestLink {
                    readout: ManifestReadout::new(readout),
                    because: links
                        .iter()
                        .find(|link| link.readout == readout.name)
                        .map_or_else(String::new, |link| link.because.clone()),
                })
                .collect(),
            results: results[..32].to_owned(),
            files,
        }
    }
}

/// Reads the comparisons of a complete run back.
///
/// # Errors
/// [`Error::Read`], and [`Error::Damaged`] if the table is not what [`write()`] wrote.
pub fn read_comparisons(directory: &Directory, plan: &Plan) -> Result<Vec<Comparison>, Error> {
    let path = directory.path().join(COMPARISON.csv);
    let mut rows = Vec::new();
    for row in read_rows::<ComparisonRow>(&path)? {
        let point = row.point.unwrap_or(0);
        let arm = |name: &str| {
            let is_it = |arm: &PlannedArm| arm.point == point && arm.name == name;
            plan.arms.iter().position(is_it)
        };
        let readout = plan
            .readouts
            .iter()
            .position(|readout| readout.name == row.readout);
        let (Some(arm_index), Some(readout)) = (arm(&row.arm), readout) else {
            continue;
        };
        let interval = row.difference_low.zip(row.difference_high);
        rows.push(Comparison {
            arm: arm_index,
            readout,
            at_d: row.at_d,
            mice: row.mice,
            dead: row.dead,
            values: row
                .median
                .zip(row.min)
                .zip(row.max)
                .map(|((median, low), high)| (median, low, high)),
            difference: row.difference.map(|difference| (difference, interval)),
            is_resampled: row.interval == RESAMPLED,
            band: RowBand::of_ends(row.band_low, row.band_high).map(|band| BandVerdict {
                band,
                relative_to: arm(&row.relative_to),
                verdict: Verdict::of(&row.verdict),
                source: row.source,
            }),
        });
    }
    Ok(rows)
}

/// Samples and events of all mice of a complete run, `records[arm][mouse]`: what [`crate::rows`] reads, without receptors, conditions and what formulas over
/// `alive` make of the dead.
///
/// # Errors
/// [`Error::Read`], and [`Error::Damaged`] if a table is not what [`write()`] wrote.
pub(crate) fn read_records(directory: &Directory, plan: &Plan) -> Result<Vec<Vec<Record>>, Error> {
    let mut record = Record::default();
    if plan.readouts.iter().any(PlannedReadout::reads_alive) {
        let is_alive = |readout: &PlannedReadout| readout.name == "alive";
        let after_death = plan.readouts.iter().map(|of| is_alive(of).then_some(0.0));
        record.after_death = after_death.collect();
    }
    let mut records = vec![vec![record; plan.mice_per_arm()]; plan.arms.len()];
    let arms: HashMap<(usize, &str), usize> = (plan.arms.iter().enumerate())
        .map(|(index, arm)| ((arm.point, arm.name.as_str()), index))
        .collect();
    let mouse = |point: Option<usize>, arm: &str, replicate: u64| {
        let arm = *arms.get(&(point.unwrap_or(0), arm))?;
        let mouse = replicate.checked_sub(plan.replicates.start)?;
        Some((
            arm,
            usize::try_from(mouse)
                .ok()
                .filter(|mouse| *mouse < plan.mice_per_arm())?,
        ))
    };
    let foreign = |path: &Path, found: String| Error::Damaged {
        path: path.into(),
        line: 0,
        column: "arm".into(),
        found,
        expected: "mice of the scenario".into(),
    };
    let path = directory.path().join(TIMECOURSE.csv);
    let readouts: HashMap<&str, usize> = (plan.readouts.iter().enumerate())
        .map(|(index, readout)| (readout.name.as_str(), index))
        .collect();
    for row in read_rows::<SampleRow>(&path)? {
        let found = mouse(row.point, &row.arm, row.replicate).zip(readouts.get(&*row.readout));
        let Some(((arm, mouse), readout)) = found else {
            return Err(foreign(&path, format!("{} of {}", row.readout, row.arm)));
        };
        let record: &mut Record = &mut records[arm][mouse];
        if record.times_d.last() != Some(&row.time_d) {
            record.times_d.push(row.time_d);
            record.values.push(vec![None; plan.readouts.len()]);
        }
        if let Some(values) = record.values.last_mut() {
            values[*readout] = row.value;
        }
    }
    let path = directory.path().join(EVENTS.csv);
    for row in read_rows::<EventRow>(&path)? {
        let Some((arm, mouse)) = mouse(row.point, &row.arm, row.replicate) else {
            return Err(foreign(&path, row.arm));
        };
        let record: &mut Record = &mut records[arm][mouse];
        match row.event.as_str() {
            DEATH => record.died_d = Some(row.time_d),
            ONSET => record.onset_d = Some(row.time_d),
            event => {
                if let Some(why) = event.strip_prefix(CUT_SHORT) {
                    record.cut_short = Some((row.time_d, why.to_owned()));
                }
            }
        }
    }
    Ok(records)
}

/// A sample of a readout as it is written.
#[derive(Deserialize)]
struct SampleRow {
    point: Option<usize>,
    arm: String,
    replicate: u64,
    time_d: f64,
    readout: String,
    value: Option<f64>,
}

/// An event as it is written.
#[derive(Deserialize)]
struct EventRow {
    point: Option<usize>,
    arm: String,
    replicate: u64,
    time_d: f64,
    event: String,
}

/// The rows of a table that a run wrote.
///
/// # Errors
/// [`Error::Read`], and [`Error::Damaged`] with the place of what no run writes.
pub(crate) fn read_rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
    let damaged = |line: u64, column: &str, found: String, expected: String| Error::Damaged {
        path: path.into(),
        line,
        column: column.to_owned(),
        found,
        expected,
    };
    let failed = |error: csv::Error| match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => damaged(
            pos.as_ref().map_or(0, csv::Position::line),
            "all",
            format!("{len} cells"),
            format!("{expected_len} cells"),
        ),
        _ => Error::Read {
            path: path.into(),
            source: error.into(),
        },
    };
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    let header = reader.headers().map_err(failed)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let row = record.deserialize(Some(&header)).map_err(|error| {
            let line = record.position().map_or(0, csv::Position::line);
            let csv::ErrorKind::Deserialize { err, .. } = error.kind() else {
                return failed(error);
            };
            let why = format!("what a run writes there ({})", err.kind());
            match err.field().map(|field| field as usize) {
                Some(field) => damaged(
                    line,
                    header.get(field).unwrap_or("all"),
                    record.get(field).unwrap_or_default().to_owned(),
                    why,
                ),
                None => damaged(1, "all", header.iter().collect::<Vec<_>>().join(","), why),
            }
        })?;
        rows.push(row);
    }
    Ok(rows)
}

/// Reads back why a complete run has as many replicates as it has, if it might have stopped early.
///
/// # Errors
/// [`Error::Read`] if the manifest is not what [`write()`] wrote.
pub fn read_stopped(directory: &Directory, plan: &Plan) -> Result<Option<Stopped>, Error> {
    #[derive(Deserialize)]
    struct Part {
        stopped: Stopped,
    }
    if plan.stop.is_none() {
        return Ok(None);
    }
    let path = directory.path().join("manifest.json");
    let read = std::fs::read(&path);
    let part = read.and_then(|text| Ok(serde_json::from_slice::<Part>(&text)?));
    match part {
        Ok(part) => Ok(Some(part.stopped)),
        Err(source) => Err(Error::Read { path, source }),
    }
}

#[derive(Deserialize)]
struct ComparisonRow {
    point: Option<usize>,
    arm: String,
    readout: String,
    at_d: f64,
    mice: usize,
    dead: usize,
    median: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    difference: Option<f64>,
    difference_low: Option<f64>,
    difference_high: Option<f64>,
    interval: String,
    relative_to: String,
    band_low: Option<f64>,
    band_high: Option<f64>,
    verdict: String,
    source: String,
}
