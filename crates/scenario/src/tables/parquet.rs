//! Tables as Parquet: the rows of the CSV files, with types, units and meanings.
//!
//! A file is made from the finished table, whose numbers read back to the same bits. So both hold the same, whoever simulated the rows, and
//! complete results can be given Parquet later. What is asked for lies in the checkpoint, for whoever finishes the run.

use super::columns::{CELLS, OF_MICE, OF_NETWORKS, OF_SWEEPS, Table};
use crate::Error;
use crate::directory::Directory;

#[cfg(feature = "parquet")]
mod file;

/// Whether this build writes Parquet.
pub const AVAILABLE: bool = cfg!(feature = "parquet");

const ASKED: &str = "checkpoint/parquet";

/// What a file says of its run.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "parquet"),
    allow(dead_code, reason = "nothing is written")
)]
pub(crate) struct About<'a> {
    /// Name of the scenario or network.
    pub(crate) name: &'a str,
    /// Digest of the run.
    pub(crate) digest: &'a str,
    /// Seed of all draws.
    pub(crate) seed: u64,
    /// Unit of time of a network, if it has one.
    pub(crate) time_unit: Option<&'a str>,
}

/// Refuses what this build cannot do.
///
/// # Errors
/// [`Error::NoParquet`].
pub fn check(asked: bool) -> Result<(), Error> {
    if asked && !AVAILABLE {
        return Err(Error::NoParquet);
    }
    Ok(())
}

/// Whether whoever began or continued the unfinished run of a directory asked for Parquet.
pub(crate) fn is_asked(directory: &Directory) -> bool {
    directory.path().join(ASKED).is_file()
}

/// Whether Parquet is to be written: asked for now, or by whoever began or continued the run. The wish is kept.
///
/// # Errors
/// [`Error::NoParquet`] and [`Error::Write`].
pub(crate) fn settle(directory: &Directory, asked: bool) -> Result<bool, Error> {
    check(asked || is_asked(directory))?;
    if asked {
        directory.put_once(ASKED, b"")?;
    }
    Ok(is_asked(directory))
}

/// Writes Parquet beside the tables of a run, if it is wanted, and removes what another run left under such names.
///
/// # Errors
/// [`Error::NoParquet`], [`Error::Write`], [`Error::Damaged`] and [`Error::Read`].
pub(crate) fn write(
    directory: &Directory,
    tables: &[&Table],
    wanted: bool,
    about: About<'_>,
) -> Result<(), Error> {
    let of_hosts = OF_MICE.into_iter().chain([&CELLS]).chain(OF_SWEEPS);
    for table in of_hosts.chain(OF_NETWORKS) {
        directory.remove(table.parquet)?;
    }
    if wanted {
        for table in tables {
            write_one(directory, table, about)?;
        }
    }
    Ok(())
}

/// Adds what is missing to complete results.
///
/// # Errors
/// As [`write()`].
pub(crate) fn complete(
    directory: &Directory,
    tables: &[&Table],
    about: About<'_>,
) -> Result<(), Error> {
    for table in tables {
        if !directory.path().join(table.parquet).is_file() {
            write_one(directory, table, about)?;
        }
    }
    Ok(())
}

#[cfg(feature = "parquet")]
use file::write as write_one;

#[cfg(not(feature = "parquet"))]
fn write_one(_directory: &Directory, _table: &Table, _about: About<'_>) -> Result<(), Error> {
    Err(Error::NoParquet)
}
