//! Lints inherited, arrows down, links whole, no branch on a genotype?
//!
//! These tests read the sources, not what they do.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod documents;
mod layout;
mod rows;
mod sources;

use paracrine_tests::repository;
use std::fs;
use std::path::{Path, PathBuf};

/// All files below a folder with this ending, in order; build products and dot files left out.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with('.') || ["target", "results"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// A path as messages show it.
fn shown(path: &Path) -> String {
    path.strip_prefix(repository())
        .unwrap()
        .to_string_lossy()
        .into_owned()
}
