//! One Parquet file.

use super::About;
use crate::Error;
use crate::directory::Directory;
use crate::tables::columns::{AXIS, Column, Kind, POINT, Table, Unit};
use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use arrow_array::builder::{
    Float64Builder, StringBuilder, StringDictionaryBuilder, UInt32Builder, UInt64Builder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use std::collections::HashMap;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

/// Rows that are turned into columns at once.
const BATCH: usize = 1 << 16;

/// Writes the rows of a finished table beside it.
///
/// # Errors
/// [`Error::Damaged`] if the table is not what a run wrote, [`Error::Read`] and [`Error::Write`].
pub(super) fn write(directory: &Directory, table: &Table, about: About<'_>) -> Result<(), Error> {
    let path = directory.path().join(table.csv);
    let reading = |error: csv::Error| Error::Read {
        path: path.clone(),
        source: error.into(),
    };
    let damaged = |line: u64, column: &str, found: &str, expected: &str| Error::Damaged {
        path: path.clone(),
        line,
        column: column.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    let writing = |error: ParquetError| Error::Write {
        path: directory.path().join(table.parquet),
        source: match error {
            ParquetError::External(error) => match error.downcast::<io::Error>() {
                Ok(error) => *error,
                Err(error) => io::Error::other(error),
            },
            error => io::Error::other(error),
        },
    };
    let mut reader = csv::Reader::from_path(&path).map_err(reading)?;
    let header = reader.headers().map_err(reading)?;
    let Some(columns) = columns(table, header) else {
        let expected = table.header().collect::<Vec<_>>().join(",");
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(damaged(1, "all", &found, &expected));
    };
    let schema = Arc::new(schema(&columns, about));
    // Readers of Arrow look for metadata in its schema, others in the file.
    let for_all = metadata(about)
        .into_iter()
        .map(|(key, value)| KeyValue::new(key, value))
        .collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(for_all))
        .build();
    let file = directory.grow(table.parquet)?;
    let mut writer =
        ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(writing)?;
    let mut builders: Vec<Builder> = columns
        .iter()
        .map(|(_, column)| Builder::new(column))
        .collect();
    let mut flush = |builders: &mut [Builder]| {
        let columns = builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::clone(&schema), columns)
            .map_err(ParquetError::from)
            .and_then(|batch| writer.write(&batch))
            .map_err(writing)
    };
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record).map_err(reading)? {
        for (((name, column), builder), cell) in columns.iter().zip(&mut builders).zip(&record) {
            builder.push(column, cell).map_err(|expected| {
                let line = record.position().map_or(0, csv::Position::line);
                damaged(line, name, cell, expected)
            })?;
        }
        rows += 1;
        if rows % BATCH == 0 {
            flush(&mut builders)?;
        }
    }
    if rows % BATCH != 0 {
        flush(&mut builders)?;
    }
    writer.into_inner().map_err(writing)?.finish()?;
    Ok(())
}

/// Names and columns of a table whose first line is this; nothing if it is another's. In a sweep the point stands first, and in one table
/// the axes behind it.
fn columns(table: &Table, header: &csv::StringRecord) -> Option<Vec<(String, Column)>> {
    let own = || {
        let named = |column: &Column| (column.name.to_owned(), *column);
        table.columns.iter().map(named)
    };
    // A network without quantities has tables without a header.
    if header.is_empty() || header.iter().eq(table.header()) {
        return Some(own().collect());
    }
    let before = header.len().checked_sub(table.columns.len())?;
    let mut found = header.iter();
    let added: Vec<&str> = found.by_ref().take(before).collect();
    let [point, axes @ ..] = &added[..] else {
        return None;
    };
    if *point != POINT.name || !found.eq(table.header()) || table.has_axes() == axes.is_empty() {
        return None;
    }
    let axes = axes.iter().map(|axis| ((*axis).to_owned(), AXIS));
    let point = (POINT.name.to_owned(), POINT);
    Some([point].into_iter().chain(axes).chain(own()).collect())
}

/// What made the table.
fn metadata(about: About<'_>) -> [(String, String); 4] {
    [
        ("paracrine.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("paracrine.name", about.name.to_owned()),
        ("paracrine.digest", about.digest.to_owned()),
        ("paracrine.seed", about.seed.to_string()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
}

fn schema(columns: &[(String, Column)], about: About<'_>) -> Schema {
    let field = |(name, column): &(String, Column)| {
        let kind = match column.kind {
            Kind::Name => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Kind::Text => DataType::Utf8,
            Kind::Number => DataType::Float64,
            Kind::Whole => DataType::UInt32,
            Kind::Long => DataType::UInt64,
        };
        let unit = match column.unit {
            Unit::None => None,
            Unit::Is(unit) => Some(("unit", unit)),
            Unit::Column(name) => Some(("unit_column", name)),
            Unit::Time => about.time_unit.map(|unit| ("unit", unit)),
        };
        let said = unit.into_iter().chain([("meaning", column.meaning)]);
        let said = said.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Field::new(name, kind, column.optional).with_metadata(said.collect::<HashMap<_, _>>())
    };
    let fields: Vec<Field> = columns.iter().map(field).collect();
    Schema::new_with_metadata(fields, metadata(about).into())
}

/// A column that grows.
enum Builder {
    Name(StringDictionaryBuilder<Int32Type>),
    Text(StringBuilder),
    Number(Float64Builder),
    Whole(UInt32Builder),
    Long(UInt64Builder),
}

impl Builder {
    fn new(column: &Column) -> Self {
        match column.kind {
            Kind::Name => Self::Name(StringDictionaryBuilder::new()),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Number => Self::Number(Float64Builder::new()),
            Kind::Whole => Self::Whole(UInt32Builder::new()),
            Kind::Long => Self::Long(UInt64Builder::new()),
        }
    }

    /// Appends a cell; an empty one is a missing value where there may be one. If it cannot, says what it expected.
    fn push(&mut self, column: &Column, cell: &str) -> Result<(), &'static str> {
        fn read<T: FromStr>(column: &Column, cell: &str) -> Result<Option<T>, ()> {
            if column.optional && cell.is_empty() {
                return Ok(None);
            }
            cell.parse().map(Some).map_err(|_| ())
        }
        let text = (!column.optional || !cell.is_empty()).then_some(cell);
        match self {
            Self::Name(builder) => builder.append_option(text),
            Self::Text(builder) => builder.append_option(text),
            Self::Number(builder) => {
                builder.append_option(read(column, cell).map_err(|()| "a number")?);
            }
            Self::Whole(builder) => {
                builder
                    .append_option(read(column, cell).map_err(|()| "a whole number below 2^32")?);
            }
            Self::Long(builder) => {
                builder
                    .append_option(read(column, cell).map_err(|()| "a whole number below 2^64")?);
            }
        }
        Ok(())
    }

    /// The column so far; the next one begins empty.
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Name(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Number(builder) => Arc::new(builder.finish()),
            Self::Whole(builder) => Arc::new(builder.finish()),
            Self::Long(builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests;
