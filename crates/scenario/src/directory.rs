//! The results directory: claimed by one run, resumed by the same, never overwritten by another.
//!
//! Every file is written beside its place and renamed, so a file that exists is whole. While a run goes on, finished mice
//! lie in `checkpoint/`, with the states of those on their way; `manifest.json` is written last and makes the results complete.

mod beside;

use crate::Error;
use crate::branch::STATES;
use crate::lock::LOCK;
use crate::record::Record;
pub(crate) use beside::Beside;
use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Files a run may leave; `--force` removes these and nothing else.
pub const FILES: [&str; 32] = [
    "manifest.json",
    "scenario.ron",
    "model.ron",
    "model.xml",
    "trajectories.csv",
    "firings.csv",
    "checks.csv",
    "timecourse.csv",
    "cells.csv",
    "summary.csv",
    "comparison.csv",
    "effects.csv",
    "chain.csv",
    "events.csv",
    "receptors.csv",
    "sweep.csv",
    "sweep_summary.csv",
    "trajectories.parquet",
    "firings.parquet",
    "checks.parquet",
    "timecourse.parquet",
    "cells.parquet",
    "summary.parquet",
    "comparison.parquet",
    "effects.parquet",
    "chain.parquet",
    "events.parquet",
    "receptors.parquet",
    "sweep.parquet",
    "sweep_summary.parquet",
    "report.html",
    "timing.json",
];

const CHECKPOINT: &str = "checkpoint";
const DIGEST: &str = "digest";

/// What a claimed directory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing, or what `--force` has just removed.
    Fresh,
    /// Finished mice of the same run.
    Partial,
    /// The complete results of the same run.
    Complete,
}

/// A results directory claimed for one run.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    digest: String,
}

impl Directory {
    /// Claims `path` for the run with this digest.
    ///
    /// # Errors
    /// [`Error::OtherRun`] if it holds another run's results and `force` is off, [`Error::Foreign`] if it holds other
    /// files, [`Error::NoDirectory`] if it is a file, [`Error::Write`] and [`Error::Read`].
    pub fn claim(path: &Path, digest: &str, force: bool) -> Result<(Self, State), Error> {
        let directory = Self {
            path: path.to_owned(),
            digest: digest.to_owned(),
        };
        let writing = |source| Error::Write {
            path: path.into(),
            source,
        };
        Self::check(path)?;
        if path.is_dir() {
            let complete = directory.manifest_digest();
            let partial = fs::read(path.join(CHECKPOINT).join(DIGEST)).ok();
            let partial = partial.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
            match (complete, partial) {
                _ if force => directory.clear()?,
                (Some(found), _) if found == digest => return Ok((directory, State::Complete)),
                (Some(found), _) => {
                    return Err(Error::OtherRun {
                        path: path.into(),
                        found,
                        expected: digest.into(),
                    });
                }
                (None, Some(found)) if found == digest => {
                    return Ok((directory, State::Partial));
                }
                (None, Some(found)) if !is_digest(&found) => {
                    return Err(damaged_digest(path));
                }
                (None, Some(found)) => {
                    let found = format!("unfinished {found}");
                    return Err(Error::OtherRun {
                        path: path.into(),
                        found,
                        expected: digest.into(),
                    });
                }
                (None, None) => {}
            }
        }
        fs::create_dir_all(path.join(CHECKPOINT)).map_err(writing)?;
        let name = format!("{CHECKPOINT}/{DIGEST}");
        if !directory.put_once(&name, digest.as_bytes())? {
            // Another process was faster; it may have come for the same run.
            return Self::claim(path, digest, false);
        }
        Ok((directory, State::Fresh))
    }

    /// Refuses what is no results directory and cannot become one.
    ///
    /// # Errors
    /// [`Error::NoDirectory`] if it is a file, [`Error::Foreign`] if it holds files that no run left, [`Error::Read`].
    pub(crate) fn check(path: &Path) -> Result<(), Error> {
        if path.exists() && !path.is_dir() {
            return Err(Error::NoDirectory { path: path.into() });
        }
        let directory = Self {
            path: path.to_owned(),
            digest: String::new(),
        };
        match path.is_dir().then(|| directory.stranger()).transpose()? {
            Some(Some(found)) => Err(Error::Foreign {
                path: path.into(),
                found,
            }),
            _ => Ok(()),
        }
    }

    /// A directory with an unfinished run, if there is one.
    ///
    /// # Errors
    /// [`Error::DamagedRun`] if it does not say which one.
    pub fn unfinished(path: &Path) -> Result<Option<Self>, Error> {
        let Ok(digest) = fs::read(path.join(CHECKPOINT).join(DIGEST)) else {
            return Ok(None);
        };
        let digest = String::from_utf8_lossy(&digest).trim().to_owned();
        if !is_digest(&digest) {
            return Err(damaged_digest(path));
        }
        Ok(Some(Self {
            path: path.to_owned(),
            digest,
        }))
    }

    /// Whether a directory holds the run with this digest, complete or not.
    pub(crate) fn is_claimed(path: &Path, digest: &str) -> bool {
        let complete = Self::open(path).ok();
        let held = complete.or_else(|| Self::unfinished(path).ok().flatten());
        held.is_some_and(|held| held.digest == digest)
    }

    /// The digest of its run.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Opens a directory with complete results.
    ///
    /// # Errors
    /// [`Error::NoResults`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        if !path.join("manifest.json").is_file() {
            return Err(Error::NoResults { path: path.into() });
        }
        let mut directory = Self {
            path: path.to_owned(),
            digest: String::new(),
        };
        directory.digest = directory.manifest_digest().unwrap_or_default();
        Ok(directory)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file beside its place and renames it.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        put_beside(&self.path.join(name), &self.beside(name), bytes)
    }

    /// Writes a file if there is none of its name; says whether it did.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn put_once(&self, name: &str, bytes: &[u8]) -> Result<bool, Error> {
        let target = self.path.join(name);
        let beside = self.beside(name);
        let write = || -> std::io::Result<bool> {
            let mut file = File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            // Of several processes one makes the link.
            match fs::hard_link(&beside, &target) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
                linked => linked.map(|()| true),
            }
        };
        let written = write();
        // What matters is the link.
        let _ = fs::remove_file(&beside);
        written.map_err(|source| Error::Write {
            path: target.clone(),
            source,
        })
    }

    /// Where a file is written first. In the checkpoint several processes may write, of several machines.
    fn beside(&self, name: &str) -> PathBuf {
        if !name.starts_with(CHECKPOINT) && !name.starts_with(STATES) {
            return self.path.join(format!("{name}.partial"));
        }
        unique_beside(&self.path.join(name))
    }

    /// A file to be written piece by piece, beside its place until it is finished.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn grow(&self, name: &str) -> Result<Beside, Error> {
        Beside::new(
            self.path.join(name),
            self.path.join(format!("{name}.partial")),
        )
    }

    /// Keeps part of an unfinished run, with its checksum.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn keep_part(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let mut kept = self.sum_of_part(name, bytes).as_bytes().to_vec();
        kept.extend_from_slice(bytes);
        self.put(&format!("{CHECKPOINT}/{name}"), &kept)
    }

    /// A part kept earlier; `None` if there is none, or its file is damaged or of another run or part.
    pub(crate) fn kept_part(&self, name: &str) -> Option<Vec<u8>> {
        let mut kept = fs::read(self.path.join(CHECKPOINT).join(name)).ok()?;
        let bytes = kept.split_off(kept.len().min(blake3::OUT_LEN));
        (self.sum_of_part(name, &bytes).as_bytes().as_slice() == kept).then_some(bytes)
    }

    /// Keeps a finished mouse.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn keep(&self, arm: usize, replicate: u64, record: &Record) -> Result<(), Error> {
        let text = serde_json::to_vec(record).map_err(|error| Error::Write {
            path: self.path.clone(),
            source: error.into(),
        })?;
        let sum = self.sum(arm, replicate, &text);
        let mut bytes = format!("{sum}\n").into_bytes();
        bytes.extend(text);
        self.put(&checkpoint(arm, replicate), &bytes)
    }

    /// A mouse kept earlier; `None` if there is none, or its file is damaged or of another run or mouse.
    pub fn kept(&self, arm: usize, replicate: u64) -> Option<Record> {
        let text = fs::read_to_string(self.path.join(checkpoint(arm, replicate))).ok()?;
        let (sum, body) = text.split_once('\n')?;
        if self.sum(arm, replicate, body.as_bytes()) != sum {
            return None;
        }
        let record: Record = serde_json::from_str(body).ok()?;
        if let Some(sum) = &record.cells {
            self.kept_cells(arm, replicate, sum)?;
        }
        Some(record)
    }

    /// Keeps the snapshots of a mouse, before the mouse itself. Returns their checksum.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn keep_cells(
        &self,
        arm: usize,
        replicate: u64,
        rows: &[u8],
    ) -> Result<String, Error> {
        self.put(&snapshots(arm, replicate), rows)?;
        Ok(self.sum(arm, replicate, rows))
    }

    /// Snapshots kept earlier; `None` if there are none with this checksum.
    pub(crate) fn kept_cells(&self, arm: usize, replicate: u64, sum: &str) -> Option<Vec<u8>> {
        let rows = fs::read(self.path.join(snapshots(arm, replicate))).ok()?;
        (self.sum(arm, replicate, &rows) == sum).then_some(rows)
    }

    /// Where the state of a mouse on its way is kept.
    pub(crate) fn halfway(&self, arm: usize, replicate: u64) -> PathBuf {
        self.path.join(halfway(arm, replicate))
    }

    /// Keeps the state of a mouse on its way, in place of an earlier one.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn keep_halfway(
        &self,
        arm: usize,
        replicate: u64,
        state: &[u8],
    ) -> Result<(), Error> {
        self.put(&halfway(arm, replicate), state)
    }

    /// Removes the state of a mouse that is finished. Another process may have been faster.
    pub(crate) fn forget_halfway(&self, arm: usize, replicate: u64) {
        // What stays does no harm: the finished mouse is looked for first, and all of it goes when the run is complete.
        let _ = fs::remove_file(self.halfway(arm, replicate));
    }

    /// Where a process may write what it needs until the run is complete. No other process is given this name.
    pub(crate) fn scratch(&self) -> PathBuf {
        unique_beside(&self.path.join(CHECKPOINT).join("values"))
    }

    /// Makes room for states from which other runs begin.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn make_states(&self) -> Result<(), Error> {
        let path = self.path.join(STATES);
        fs::create_dir_all(&path).map_err(|source| Error::Write { path, source })
    }

    /// Removes states that a run has kept, and what is left of unfinished ones, of these names.
    fn remove_states(&self, is_meant: impl Fn(&str) -> bool) -> Result<(), Error> {
        let path = self.path.join(STATES);
        let Ok(entries) = fs::read_dir(&path) else {
            return Ok(());
        };
        let own = |name: &str| {
            let mut parts = name.split('.');
            parts.next() == Some("request") || parts.next() == Some("state")
        };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if own(&name) && is_meant(&name) {
                let path = entry.path();
                fs::remove_file(&path).map_err(|source| Error::Write { path, source })?;
            }
        }
        // Files of somebody else stay.
        let _ = fs::remove_dir(&path);
        Ok(())
    }

    /// Checksum of a mouse of this run: that of another run, arm or mouse is another.
    fn sum(&self, arm: usize, replicate: u64, text: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.digest.as_bytes());
        hasher.update(&(arm as u64).to_le_bytes());
        hasher.update(&replicate.to_le_bytes());
        hasher.update(text);
        hasher.finalize().to_hex().to_string()
    }

    /// Checksum of a part of this run: that of another run or part is another.
    fn sum_of_part(&self, name: &str, bytes: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for text in [&self.digest, name] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(bytes);
        hasher.finalize()
    }

    /// Removes the checkpoint of a complete run, and what a process that was killed had begun to write among its states.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(&self) -> Result<(), Error> {
        let path = self.path.join(CHECKPOINT);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(|source| Error::Write { path, source })?;
        }
        self.remove_states(|name| name.ends_with(".partial"))
    }

    /// Takes back the claim of a run that failed, as far as possible: what other runs left stays.
    pub(crate) fn abandon(&self) {
        // The failure of the run is the one to report; a directory that is not empty stays.
        let _ = self.finish();
        let _ = fs::remove_dir(&self.path);
    }

    fn clear(&self) -> Result<(), Error> {
        for name in FILES {
            self.remove(name)?;
        }
        self.remove_states(|_| true)?;
        self.finish()
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        if path.exists() {
            fs::remove_file(&path).map_err(|source| Error::Write { path, source })?;
        }
        Ok(())
    }

    /// A file in the directory that no run leaves.
    fn stranger(&self) -> Result<Option<String>, Error> {
        let entries = fs::read_dir(&self.path).map_err(|source| Error::Read {
            path: self.path.clone(),
            source,
        })?;
        let mut strangers: Vec<String> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| {
                name != CHECKPOINT
                    && name != STATES
                    && !name.starts_with(LOCK)
                    && !FILES.contains(&name.trim_end_matches(".partial"))
            })
            .collect();
        // Results that a user keeps notes beside are still results.
        if self.path.join("manifest.json").is_file()
            || self.path.join(CHECKPOINT).join(DIGEST).is_file()
        {
            return Ok(None);
        }
        strangers.sort();
        Ok(strangers.into_iter().next())
    }

    fn manifest_digest(&self) -> Option<String> {
        let text = fs::read_to_string(self.path.join("manifest.json")).ok()?;
        let manifest: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let digest = manifest.get("digest").and_then(|digest| digest.as_str());
        Some(digest.unwrap_or("an unreadable manifest").to_owned())
    }
}

/// Writes a file beside its place and renames it.
pub(crate) fn put_beside(target: &Path, beside: &Path, bytes: &[u8]) -> Result<(), Error> {
    let write = || -> std::io::Result<()> {
        let mut file = File::create(beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(beside, target)
    };
    write().map_err(|source| {
        // The first error is the one to report; a leftover is removed if possible.
        let _ = fs::remove_file(beside);
        Error::Write {
            path: target.to_owned(),
            source,
        }
    })
}

/// A name beside a file that no other process takes.
fn unique_beside(target: &Path) -> PathBuf {
    let unique = RandomState::new().build_hasher().finish();
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".{unique:016x}.partial"));
    name.into()
}

/// Writes a file of a folder that runs share, beside its place, and renames it.
///
/// # Errors
/// [`Error::Write`].
pub(crate) fn put_shared(target: &Path, bytes: &[u8]) -> Result<(), Error> {
    put_beside(target, &unique_beside(target), bytes)
}

fn damaged_digest(path: &Path) -> Error {
    Error::DamagedRun {
        path: path.into(),
        file: format!("{CHECKPOINT}/{DIGEST}"),
    }
}

/// Whether a text is a digest.
fn is_digest(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn snapshots(arm: usize, replicate: u64) -> String {
    format!("{CHECKPOINT}/arm{arm}-mouse{replicate}.cells")
}

fn halfway(arm: usize, replicate: u64) -> String {
    format!("{CHECKPOINT}/arm{arm}-mouse{replicate}.state")
}

fn checkpoint(arm: usize, replicate: u64) -> String {
    format!("{CHECKPOINT}/arm{arm}-mouse{replicate}.json")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            times_d: vec![0.0, 0.1],
            values: vec![vec![Some(0.1 + 0.2), None], vec![Some(1e300), Some(0.0)]],
            chain: vec![vec![None], vec![Some(2.0 / 3.0)]],
            after_death: vec![Some(0.3), None],
            died_d: Some(1.0 / 3.0),
            onset_d: None,
            cut_short: Some((0.1, "too many".to_owned())),
            receptors: vec![vec![0.0, 1.5]],
            ended_d: 0.1,
            met_d: vec![None, Some(0.1)],
            cells: None,
        }
    }

    #[test]
    fn a_kept_mouse_comes_back_bit_for_bit() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, state) =
            Directory::claim(&temporary.path().join("run"), "abc", false).unwrap();
        assert_eq!(state, State::Fresh);
        directory.keep(1, 2, &record()).unwrap();
        assert_eq!(directory.kept(1, 2), Some(record()));
        assert_eq!(directory.kept(1, 3), None);
    }

    #[test]
    fn a_damaged_mouse_is_not_taken_for_a_whole_one() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, _) = Directory::claim(temporary.path(), "abc", false).unwrap();
        directory.keep(0, 0, &record()).unwrap();
        let path = directory.path().join(checkpoint(0, 0));
        let text = fs::read_to_string(&path).unwrap().replace("0.1", "0.2");
        fs::write(&path, text).unwrap();
        assert_eq!(directory.kept(0, 0), None);
    }

    /// Smallest fault seen: a checksum that does not say whose it is.
    #[test]
    fn a_mouse_is_not_taken_for_another() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, _) = Directory::claim(temporary.path(), "abc", false).unwrap();
        directory.keep(0, 1, &record()).unwrap();
        let sum = directory.keep_cells(0, 1, b"rows").unwrap();
        for (arm, replicate) in [(1, 0), (1, 1), (0, 0)] {
            for name in [checkpoint, snapshots] {
                let copied = directory.path().join(name(arm, replicate));
                fs::copy(directory.path().join(name(0, 1)), copied).unwrap();
            }
            assert_eq!(directory.kept(arm, replicate), None);
            assert_eq!(directory.kept_cells(arm, replicate, &sum), None);
        }
        assert_eq!(directory.kept(0, 1), Some(record()));
    }

    /// Smallest fault seen: snapshots that are not looked at when a mouse is found.
    #[test]
    fn a_mouse_without_its_snapshots_is_none() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, _) = Directory::claim(temporary.path(), "abc", false).unwrap();
        let sum = directory.keep_cells(0, 0, b"rows").unwrap();
        let record = Record {
            cells: Some(sum.clone()),
            ..record()
        };
        directory.keep(0, 0, &record).unwrap();
        assert_eq!(directory.kept(0, 0), Some(record));
        let path = directory.path().join(snapshots(0, 0));
        fs::write(&path, "row").unwrap();
        assert_eq!(directory.kept_cells(0, 0, &sum), None);
        assert_eq!(directory.kept(0, 0), None);
        fs::remove_file(&path).unwrap();
        assert_eq!(directory.kept(0, 0), None);
    }

    #[test]
    fn only_the_same_run_may_continue() {
        let temporary = tempfile::tempdir().unwrap();
        Directory::claim(temporary.path(), "00112233445566aa", false).unwrap();
        assert_eq!(
            Directory::claim(temporary.path(), "00112233445566aa", false)
                .unwrap()
                .1,
            State::Partial
        );
        assert!(matches!(
            Directory::claim(temporary.path(), "00112233445566bb", false),
            Err(Error::OtherRun { .. })
        ));
        assert_eq!(
            Directory::claim(temporary.path(), "00112233445566bb", true)
                .unwrap()
                .1,
            State::Fresh
        );
    }

    #[test]
    fn strangers_are_left_alone() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("thesis.doc"), "years of work").unwrap();
        for force in [false, true] {
            assert!(matches!(
                Directory::claim(temporary.path(), "abc", force),
                Err(Error::Foreign { .. })
            ));
        }
        assert!(temporary.path().join("thesis.doc").exists());
    }
}
