//! The results of two runs: their settings, their files, and the rows of their tables.

use super::{Difference, inside, note, time};
use crate::Error;
use crate::directory::{Directory, FILES};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

/// The only file that differs between equal runs: it holds wall-clock time.
const TIMING: &str = "timing.json";
/// Tables whose rows are compared.
const TABLES: [&str; 3] = ["sweep.csv", "comparison.csv", "summary.csv"];
/// Columns that say what a row is about.
const KEYS: [&str; 8] = [
    "point", "axis", "arm", "readout", "quantity", "at_d", "time_d", "time",
];
/// Hashes in the manifest: of the texts run, and of the tables that are compared themselves.
const HASHES: [&str; 2] = ["digest", "results"];

/// What differs between two results directories.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultsDifference {
    /// Settings in the manifests.
    pub settings: Vec<Difference>,
    /// Every file that either has. Wall-clock times are left out, and Parquet that only one has: its rows are in the CSV files.
    pub files: Vec<(&'static str, FileState)>,
    /// Tables with rows that differ.
    pub tables: Vec<TableDifference>,
}

impl ResultsDifference {
    /// Whether every file is the same, byte for byte.
    pub fn is_equal(&self) -> bool {
        self.files
            .iter()
            .all(|(_, state)| *state == FileState::Equal)
    }
}

/// What has become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The same bytes.
    Equal,
    /// Other bytes.
    Different,
    /// Missing in the second.
    OnlyA,
    /// Missing in the first.
    OnlyB,
}

/// What differs between two tables.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDifference {
    /// Name of the file.
    pub name: &'static str,
    /// Rows that both have.
    pub common: usize,
    /// Rows that differ or are in one only, in the order of the first table.
    pub rows: Vec<RowDifference>,
}

/// What differs in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowDifference {
    /// What the row is about: arm, readout, time.
    pub key: String,
    /// Where the row is, if only one table has it.
    pub only: Option<FileState>,
    /// Its cells that differ.
    pub cells: Vec<CellDifference>,
}

/// What differs in a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellDifference {
    /// The column.
    pub column: String,
    /// The first value; empty where there is none.
    pub a: String,
    /// The second value.
    pub b: String,
}

impl CellDifference {
    /// Second less first, if both are numbers.
    pub fn difference(&self) -> Option<f64> {
        let number = |text: &str| text.parse::<f64>().ok();
        Some(number(&self.b)? - number(&self.a)?)
    }
}

/// Compares two results directories.
///
/// # Errors
/// [`Error::NoResults`], [`Error::Read`].
pub fn results(a: &Path, b: &Path) -> Result<ResultsDifference, Error> {
    let (a, b) = (Directory::open(a)?, Directory::open(b)?);
    let (a, b) = (a.path(), b.path());
    let mut settings = Vec::new();
    values(&mut settings, "", Some(&manifest(a)?), Some(&manifest(b)?));
    let mut files = Vec::new();
    let mut tables = Vec::new();
    for name in FILES.into_iter().filter(|name| *name != TIMING) {
        let (first, second) = (a.join(name), b.join(name));
        let state = match (first.is_file(), second.is_file()) {
            (false, false) => continue,
            (first, second) if first != second && name.ends_with(".parquet") => continue,
            (true, false) => FileState::OnlyA,
            (false, true) => FileState::OnlyB,
            (true, true) if same_bytes(&first, &second)? => FileState::Equal,
            (true, true) => FileState::Different,
        };
        files.push((name, state));
    }
    for name in TABLES {
        if files.contains(&(name, FileState::Different)) {
            let read = |directory: &Path| Rows::read(&directory.join(name));
            tables.push(table(name, &read(a)?, &read(b)?));
        }
    }
    Ok(ResultsDifference {
        settings,
        files,
        tables,
    })
}

fn reading(path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Read {
        path: path.clone(),
        source,
    }
}

fn manifest(directory: &Path) -> Result<Value, Error> {
    let path = directory.join("manifest.json");
    let text = fs::read_to_string(&path).map_err(reading(&path))?;
    let mut value: Value =
        serde_json::from_str(&text).map_err(|error| reading(&path)(error.into()))?;
    if let Some(settings) = value.as_object_mut() {
        settings.retain(|name, _| !HASHES.contains(&name.as_str()));
    }
    Ok(value)
}

/// Values of JSON, groups by key, members of lists by name where they have one.
fn values(d: &mut Vec<Difference>, place: &str, a: Option<&Value>, b: Option<&Value>) {
    match (a, b) {
        (Some(Value::Object(first)), Some(Value::Object(second))) => {
            let only_second = second.keys().filter(|key| !first.contains_key(*key));
            for key in first.keys().chain(only_second) {
                values(d, &inside(place, key), first.get(key), second.get(key));
            }
        }
        (Some(Value::Array(first)), Some(Value::Array(second)))
            if (first.iter().chain(second)).all(|member| name_of(member).is_some()) =>
        {
            let find = |list: &'_ [Value], name: &str| {
                list.iter().position(|member| name_of(member) == Some(name))
            };
            let only_second = second
                .iter()
                .filter(|member| name_of(member).is_some_and(|name| find(first, name).is_none()));
            for name in first.iter().chain(only_second).filter_map(name_of) {
                let a = find(first, name).map(|index| &first[index]);
                let b = find(second, name).map(|index| &second[index]);
                values(d, &inside(place, name), a, b);
            }
        }
        _ => note(d, place, a.map(text), b.map(text)),
    }
}

/// What tells a member of a list from the others.
fn name_of(member: &Value) -> Option<&str> {
    ["name", "parameter", "gene"]
        .iter()
        .find_map(|key| member.get(key)?.as_str())
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        Value::Array(members) if members.is_empty() => "none".into(),
        Value::Array(members) => members.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| format!("{key} {}", text(value));
            members.iter().map(member).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn same_bytes(a: &Path, b: &Path) -> Result<bool, Error> {
    let open = |path: &Path| -> Result<(u64, BufReader<File>), Error> {
        let file = File::open(path).map_err(reading(path))?;
        let length = file.metadata().map_err(reading(path))?.len();
        Ok((length, BufReader::new(file)))
    };
    let ((length, first), (other, second)) = (open(a)?, open(b)?);
    if length != other {
        return Ok(false);
    }
    // Trajectories may be larger than memory.
    for (first, second) in first.bytes().zip(second.bytes()) {
        if first.map_err(reading(a))? != second.map_err(reading(b))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A table in memory.
struct Rows {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    fn read(path: &Path) -> Result<Self, Error> {
        let failed = |error: csv::Error| reading(path)(error.into());
        let mut reader = csv::Reader::from_path(path).map_err(failed)?;
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let header = cells(reader.headers().map_err(failed)?);
        let rows = reader
            .records()
            .map(|row| row.map(|row| cells(&row)).map_err(failed))
            .collect::<Result<_, _>>()?;
        Ok(Self { header, rows })
    }

    /// What a row is about, in a form that tells rows apart.
    fn key(&self, row: &[String]) -> Vec<String> {
        let named = |key: &&str| self.header.iter().position(|column| column == key);
        KEYS.iter()
            .filter_map(named)
            .map(|column| row[column].clone())
            .collect()
    }

    /// The same for people.
    fn label(&self, row: &[String]) -> String {
        let mut parts = Vec::new();
        for (column, cell) in self.header.iter().zip(row) {
            match (column.as_str(), cell.parse::<f64>()) {
                ("at_d" | "time_d", Ok(days)) => parts.push(time(days)),
                ("time" | "point", Ok(_)) => parts.push(format!("{column} {cell}")),
                (key, _) if KEYS.contains(&key) => parts.push(cell.clone()),
                _ => {}
            }
        }
        parts.join(", ")
    }
}

fn table(name: &'static str, a: &Rows, b: &Rows) -> TableDifference {
    let index = |rows: &Rows| -> BTreeMap<Vec<String>, usize> {
        let keys = rows.rows.iter().enumerate();
        keys.map(|(index, row)| (rows.key(row), index)).collect()
    };
    let (of_a, of_b) = (index(a), index(b));
    let mut common = 0;
    let mut rows = Vec::new();
    for row in &a.rows {
        let Some(other) = of_b.get(&a.key(row)).map(|index| &b.rows[*index]) else {
            rows.push(RowDifference {
                key: a.label(row),
                only: Some(FileState::OnlyA),
                cells: Vec::new(),
            });
            continue;
        };
        common += 1;
        let cells: Vec<CellDifference> = a
            .header
            .iter()
            .zip(row)
            .filter_map(|(column, cell)| {
                let place = b.header.iter().position(|known| known == column);
                let second = place.map_or("", |place| other[place].as_str());
                (cell != second).then(|| CellDifference {
                    column: column.clone(),
                    a: cell.clone(),
                    b: second.to_owned(),
                })
            })
            .collect();
        if !cells.is_empty() {
            rows.push(RowDifference {
                key: a.label(row),
                only: None,
                cells,
            });
        }
    }
    for row in b.rows.iter().filter(|row| !of_a.contains_key(&b.key(row))) {
        rows.push(RowDifference {
            key: b.label(row),
            only: Some(FileState::OnlyB),
            cells: Vec::new(),
        });
    }
    TableDifference { name, common, rows }
}
