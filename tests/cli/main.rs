//! Does the command do what it says: files, tables, messages, exit codes, interruption, bad input?

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bad_input;
mod calibrate;
mod diff;
mod directory;
mod documents;
mod errors;
mod files;
mod hostile;
mod interruption;
mod own_model;
#[cfg(not(feature = "parquet"))]
mod parquet;
mod schema;
mod simulate;
mod sweep;
mod terminal;
mod validate;
mod writing;

use paracrine_tests::{program::Place, small};

/// The command under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_paracrine-under-test");

/// A place with the small scenario in it.
fn place() -> Place {
    let place = Place::new(PROGRAM);
    place.write(small::FILE, small::TEXT);
    place
}
