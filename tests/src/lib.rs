//! Helpers shared by the test programs.
//!
//! | module | holds |
//! |---|---|
//! | [`law`] | laws with known probabilities, and the comparison of samples with them |
//! | [`program`] | the command, run in a directory of its own |
//! | [`results`] | what a run leaves behind, as bytes and as rows |
//! | [`small`] | the small scenario that most tests run |

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

pub mod law;
pub mod program;
pub mod results;
pub mod small;

use std::path::{Path, PathBuf};

/// The top of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}
