//! Files written, and read back by the library that wrote them. What others read: `tests/parquet`.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::tables::columns::{COMPARISON, FIRINGS, OF_MICE, OF_NETWORKS, TIMECOURSE};
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array as _, RecordBatch};
use std::fs::{self, File};

const ABOUT: About<'static> = About {
    name: "il2ra-knockout",
    digest: "0123456789abcdef",
    seed: u64::MAX,
    time_unit: Some("h"),
};

/// A results directory with a table of these lines.
fn place(table: &Table, lines: &str) -> (tempfile::TempDir, Directory) {
    let temporary = tempfile::tempdir().unwrap();
    let (directory, _) = Directory::claim(temporary.path(), "digest", false).unwrap();
    let text = table.header_line() + lines;
    directory.put(table.csv, text.as_bytes()).unwrap();
    (temporary, directory)
}

/// Schema and rows of the Parquet file.
fn read(directory: &Directory, table: &Table) -> (Schema, Vec<RecordBatch>) {
    let file = File::open(directory.path().join(table.parquet)).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let schema = Schema::clone(reader.schema());
    let batches = reader.build().unwrap().map(Result::unwrap).collect();
    (schema, batches)
}

/// Cells of a column as the CSV file has them.
fn cells(batch: &RecordBatch, column: usize) -> Vec<String> {
    let array = batch.column(column);
    let cell = |row: usize| match array.data_type() {
        _ if array.is_null(row) => String::new(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        _ => {
            let names = array.as_dictionary::<Int32Type>();
            let names = names.downcast_dict::<arrow_array::StringArray>().unwrap();
            names.into_iter().nth(row).unwrap().unwrap().to_owned()
        }
    };
    (0..array.len()).map(cell).collect()
}

fn assert_same_rows(directory: &Directory, table: &Table) {
    let mut reader = csv::Reader::from_path(directory.path().join(table.csv)).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let (_, batches) = read(directory, table);
    for column in 0..table.columns.len() {
        let expected: Vec<&str> = rows.iter().map(|row| &row[column]).collect();
        let found: Vec<String> = batches
            .iter()
            .flat_map(|batch| cells(batch, column))
            .collect();
        assert_eq!(found, expected, "{}", table.columns[column].name);
    }
}

/// The smallest and the largest number, a negative zero, names with commas, quotes and line ends, missing values.
#[test]
fn every_value_comes_back() {
    let lines = format!(
        "arm 0,\"count(T, \"\"all\"\")\",cells,42,6,0,{},-0,{},,,,,,,,,\n\
         \"γ,\nδ\",alive,1,0.1,4294967295,1,0.30000000000000004,1,1,-0.5,-1,0,95 %,arm 0,1,1,in,\"Sadlack, 1995\"\n",
        5e-324,
        f64::MAX
    );
    let (_temporary, directory) = place(&COMPARISON, &lines);
    write(&directory, &COMPARISON, ABOUT).unwrap();
    assert_same_rows(&directory, &COMPARISON);
    let (_, batches) = read(&directory, &COMPARISON);
    let missing: Vec<usize> = batches[0]
        .columns()
        .iter()
        .map(arrow_array::Array::null_count)
        .collect();
    assert_eq!(
        missing,
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    );

    let lines = format!("0,0,0,,X,1\n99999999,{},9,\"a,b\",Y,NaN\n", u64::MAX);
    let (_temporary, directory) = place(&FIRINGS, &lines);
    write(&directory, &FIRINGS, ABOUT).unwrap();
    assert_same_rows(&directory, &FIRINGS);
}

#[test]
fn more_rows_than_a_batch_come_back() {
    let mut lines = String::new();
    for row in 0..2 * BATCH + 3 {
        let value = (row % 7 != 0).then(|| (row as f64 / 3.0).to_string());
        let line = format!(
            "arm {},{row},{},r{},1,{}\n",
            (row / BATCH) * 2 + row % 2,
            row as f64 * 0.1,
            row % 5,
            value.unwrap_or_default()
        );
        lines.push_str(&line);
    }
    let (_temporary, directory) = place(&TIMECOURSE, &lines);
    write(&directory, &TIMECOURSE, ABOUT).unwrap();
    assert_same_rows(&directory, &TIMECOURSE);
    let path = directory.path().join(TIMECOURSE.parquet);
    let first = fs::read(&path).unwrap();
    write(&directory, &TIMECOURSE, ABOUT).unwrap();
    assert!(first == fs::read(&path).unwrap(), "two writes differ");
}

/// Types, units and meanings of every column of every table, and what made it. A table may be empty.
#[test]
fn a_file_says_what_is_in_it() {
    for table in OF_MICE.into_iter().chain(OF_NETWORKS) {
        let (_temporary, directory) = place(table, "");
        write(&directory, table, ABOUT).unwrap();
        let (schema, batches) = read(&directory, table);
        assert!(batches.iter().all(|batch| batch.num_rows() == 0));
        let said = |key: &str| schema.metadata()[key].clone();
        assert_eq!(said("paracrine.version"), env!("CARGO_PKG_VERSION"));
        assert_eq!(said("paracrine.name"), ABOUT.name);
        assert_eq!(said("paracrine.digest"), ABOUT.digest);
        assert_eq!(said("paracrine.seed"), "18446744073709551615");
        // Once for readers of Arrow, once for others.
        let file = File::open(directory.path().join(table.parquet)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let pairs = reader.metadata().file_metadata().key_value_metadata();
        for (key, value) in metadata(ABOUT) {
            let plain = pairs.unwrap().iter().find(|pair| pair.key == key);
            assert_eq!(plain.unwrap().value, Some(value), "{key}");
        }
        assert_eq!(schema.fields().len(), table.columns.len());
        for (field, column) in schema.fields().iter().zip(table.columns) {
            assert_eq!(field.name(), column.name);
            assert_eq!(field.is_nullable(), column.optional, "{}", column.name);
            assert_eq!(field.metadata()["meaning"], column.meaning);
            let said = |key: &str| field.metadata().get(key).map(String::as_str);
            let (unit, unit_column) = match column.unit {
                Unit::None => (None, None),
                Unit::Is(unit) => (Some(unit), None),
                Unit::Column(name) => (None, Some(name)),
                Unit::Time => (Some("h"), None),
            };
            assert_eq!(said("unit"), unit, "{}", column.name);
            assert_eq!(said("unit_column"), unit_column, "{}", column.name);
        }
    }
}

#[test]
fn a_damaged_table_is_refused_with_its_place() {
    let good = "wild type,0,0,alive,1,1\n";
    for (lines, place_of) in [
        (
            "wild type,0,0,alive,1,one\n",
            "line 3, column value: found `one`, expected a number",
        ),
        (
            "wild type,0,,alive,1,1\n",
            "line 3, column time_d: found ``, expected a number",
        ),
        (
            "wild type,4294967296,0,alive,1,1\n",
            "line 3, column replicate: found `4294967296`, expected a whole number below 2^32",
        ),
        ("wild type,0,0\n", "CSV error: record 2 (line: 3"),
    ] {
        let (_temporary, directory) = place(&TIMECOURSE, &format!("{good}{lines}"));
        let error = write(&directory, &TIMECOURSE, ABOUT)
            .unwrap_err()
            .to_string();
        assert!(error.contains("timecourse.csv"), "{error}");
        assert!(error.contains(place_of), "{error}");
        let left = fs::read_dir(directory.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["checkpoint", "timecourse.csv"]);
    }
    let (_temporary, directory) = place(&TIMECOURSE, good);
    directory.put(TIMECOURSE.csv, b"arm,time_d\n").unwrap();
    let error = write(&directory, &TIMECOURSE, ABOUT)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 1, column all: found `arm,time_d`"),
        "{error}"
    );
}
