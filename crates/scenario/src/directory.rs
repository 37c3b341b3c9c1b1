//! The results directory: claimed by one run, resumed by the same, never overwritten by another.
//!
//! Every file is written beside its place and renamed, so a file that exists is whole. While a run goes on, finished mice
//! lie in `checkpoint/`, with the states of those on their way; `manifest.json` is written last and makes the results complete.

mod beside;

use crate::Error;
use crate::branch::STATES;
use crate::lock::is_lock;
use crate::record::Record;
pub(crate) use beside::Beside;
use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Files a run may leave; `--force` removes these, the states and the checkpoint of a run, and nothing else.
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

/// Written last: it makes the results complete.
const MANIFEST: &str = FILES[0];

/// How the name of a file ends that is not in its place yet.
const PARTIAL: &str = ".partial";

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
                        differences: Vec::new(),
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
                        differences: Vec::new(),
                    });
                }
                (None, None) => {
                    let found = directory.files(|name| !is_leftover(name))?;
                    // Another process may have claimed it while its files were looked at, or just finished.
                    if !found.is_empty() && directory.is_held() {
                        return Self::claim(path, digest, false);
                    }
                    directory.refuse(found, true)?;
                }
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
        // Results that a user keeps notes beside are still results.
        if !path.is_dir() || directory.is_held() {
            return Ok(());
        }
        let strangers = directory.files(|name| !is_ours(name))?;
        // It may have been claimed since.
        match directory.is_held() {
            true => Ok(()),
            false => directory.refuse(strangers, false),
        }
    }

    /// Whether it says of which run it holds the results, complete or not.
    fn is_held(&self) -> bool {
        self.path.join(MANIFEST).is_file() || self.path.join(CHECKPOINT).join(DIGEST).is_file()
    }

    /// Refuses files that are not known to be of a run.
    fn refuse(&self, mut found: Vec<String>, are_replaceable: bool) -> Result<(), Error> {
        if found.is_empty() {
            return Ok(());
        }
        found.sort();
        Err(Error::Foreign {
            path: self.path.clone(),
            found,
            are_replaceable,
        })
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
        if !path.join(MANIFEST).is_file() {
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
            return self.path.join(format!("{name}{PARTIAL}"));
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
            self.path.join(format!("{name}{PARTIAL}")),
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
        self.empty(STATES, |name| is_state(name) && is_meant(name))
    }

    /// Removes files of these names from a folder, and the folder if nothing is left in it: files of somebody else stay.
    fn empty(&self, folder: &str, is_meant: impl Fn(&str) -> bool) -> Result<(), Error> {
        let path = self.path.join(folder);
        let Ok(entries) = fs::read_dir(&path) else {
            return Ok(());
        };
        let mut last = None;
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_meant(&name) || entry.path().is_dir() {
                continue;
            }
            // As long as it is there, the rest is known to be of a run.
            if name == DIGEST {
                last = Some(entry.path());
                continue;
            }
            remove_file(entry.path())?;
        }
        last.map_or(Ok(()), remove_file)?;
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
        self.empty(CHECKPOINT, is_kept)?;
        self.remove_states(|name| name.ends_with(PARTIAL))
    }

    /// Takes back the claim of a run that failed, as far as possible: what other runs left stays.
    pub(crate) fn abandon(&self) {
        // The failure of the run is the one to report; a directory that is not empty stays.
        let _ = self.finish();
        let _ = fs::remove_dir(&self.path);
    }

    fn clear(&self) -> Result<(), Error> {
        // What says that they are results goes last: a process may be killed here.
        for name in FILES.into_iter().rev() {
            if name == MANIFEST {
                self.remove_states(|_| true)?;
                self.finish()?;
            }
            self.remove(&format!("{name}{PARTIAL}"))?;
            self.remove(name)?;
        }
        Ok(())
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn remove(&self, name: &str) -> Result<(), Error> {
        remove_file(self.path.join(name))
    }

    /// Files in the directory, and in the folders that a run makes in it, of which the names are meant: `checkpoint/digest`.
    fn files(&self, is_meant: impl Fn(&str) -> bool) -> Result<Vec<String>, Error> {
        let list = |path: &Path| {
            let entries = match fs::read_dir(path) {
                Ok(entries) => entries,
                // Whoever held it has just removed it.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(source) => {
                    return Err(Error::Read {
                        path: path.into(),
                        source,
                    });
                }
            };
            let entries = entries.filter_map(Result::ok);
            Ok(entries
                .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry))
                .collect::<Vec<_>>())
        };
        let mut files = Vec::new();
        for (name, entry) in list(&self.path)? {
            if [CHECKPOINT, STATES].contains(&name.as_str()) && entry.path().is_dir() {
                let within = list(&entry.path())?;
                files.extend(
                    within
                        .into_iter()
                        .map(|(inner, _)| format!("{name}/{inner}")),
                );
                continue;
            }
            // Ours are empty.
            let is_empty = entry
                .metadata()
                .is_ok_and(|data| data.is_file() && data.len() == 0);
            if !(is_lock(&name) && is_empty) {
                files.push(name);
            }
        }
        files.retain(|name| is_meant(name));
        Ok(files)
    }

    fn manifest_digest(&self) -> Option<String> {
        let text = fs::read_to_string(self.path.join(MANIFEST)).ok()?;
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
    name.push(format!(".{unique:016x}{PARTIAL}"));
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

fn remove_file(path: PathBuf) -> Result<(), Error> {
    match fs::remove_file(&path) {
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|source| Error::Write { path, source }),
    }
}

/// A name without what it ends with as long as the file is not in its place: a part that is the process's own, in a folder that processes share.
fn in_place(name: &str) -> &str {
    let Some(begun) = name.strip_suffix(PARTIAL) else {
        return name;
    };
    match begun.rsplit_once('.') {
        Some((target, unique)) if is_digest(unique) => target,
        _ => begun,
    }
}

/// Whether a run writes a file of this name into its checkpoint.
fn is_kept(name: &str) -> bool {
    let name = in_place(name);
    let numbered = |name: &str, ends: &[&str]| {
        let stem = ends.iter().find_map(|end| name.strip_suffix(end));
        let numbers = stem.and_then(|stem| stem.strip_prefix("arm")?.split_once("-mouse"));
        numbers.is_some_and(|(arm, mouse)| is_number(arm) && is_number(mouse))
    };
    [DIGEST, "request", "parquet", "values"].contains(&name)
        || name.strip_prefix("replicates-").is_some_and(is_number)
        || numbered(name, &[".json", ".cells", ".state"])
}

/// Whether a run writes a file of this name among the states from which others begin.
fn is_state(name: &str) -> bool {
    let name = in_place(name);
    name == "request" || (name.ends_with(".state") && is_kept(name))
}

/// Whether a run writes a file of this name, as [`Directory::files`] tells it.
fn is_ours(name: &str) -> bool {
    match name.split_once('/') {
        Some((CHECKPOINT, name)) => is_kept(name),
        Some((_, name)) => is_state(name),
        None => FILES.contains(&in_place(name)),
    }
}

/// Whether a file is what a process leaves that was killed before it could say which run has come.
fn is_leftover(name: &str) -> bool {
    let digest = name.strip_prefix("checkpoint/");
    digest.is_some_and(|name| name != DIGEST && in_place(name) == DIGEST)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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

/// The file of a finished mouse.
pub(crate) fn checkpoint(arm: usize, replicate: u64) -> String {
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
            agents: vec![3],
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

    /// Smallest faults seen: a folder `checkpoint` of somebody else removed, a table of the same name replaced, with no word and without force.
    #[test]
    fn files_of_the_same_names_are_strangers_too() {
        for (name, may_be_forced) in [
            ("checkpoint/epoch1.bin", false),
            ("checkpoint/deep/notes.txt", false),
            ("states/texas.csv", false),
            ("summary.csv", true),
            ("cells.csv", true),
            ("scenario.ron", true),
            ("report.html", true),
            ("checkpoint/request", true),
        ] {
            let temporary = tempfile::tempdir().unwrap();
            let path = temporary.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "years of work").unwrap();
            let refused = Directory::claim(temporary.path(), "abc", false).unwrap_err();
            let first = name.split('/').take(2).collect::<Vec<_>>().join("/");
            assert!(refused.to_string().contains(&first), "{refused}");
            assert_eq!(fs::read(&path).unwrap(), b"years of work");
            let forced = Directory::claim(temporary.path(), "abc", true);
            assert_eq!(forced.is_ok(), may_be_forced, "{name}");
            assert_eq!(path.exists(), !may_be_forced, "{name}");
        }
    }

    /// Smallest fault seen: what strangers put into a checkpoint, gone with it.
    #[test]
    fn strangers_in_a_checkpoint_outlive_it() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, _) = Directory::claim(temporary.path(), "abc", false).unwrap();
        directory.keep(0, 0, &record()).unwrap();
        let notes = temporary.path().join("checkpoint/notes.txt");
        fs::write(&notes, "mine").unwrap();
        Directory::claim(temporary.path(), "abc", true).unwrap();
        assert_eq!(directory.kept(0, 0), None);
        directory.finish().unwrap();
        let left = fs::read_dir(temporary.path().join("checkpoint")).unwrap();
        assert_eq!(left.count(), 1);
        assert!(notes.is_file());
    }

    /// Smallest fault seen: a run that was killed while it began, and can never begin again.
    #[test]
    fn leftovers_of_a_beginning_are_no_strangers() {
        let temporary = tempfile::tempdir().unwrap();
        fs::create_dir(temporary.path().join("checkpoint")).unwrap();
        for name in [
            ".lock",
            ".lock-shard3",
            "checkpoint/digest.0123456789abcdef.partial",
        ] {
            fs::write(temporary.path().join(name), "").unwrap();
        }
        let (_, state) = Directory::claim(temporary.path(), "abc", false).unwrap();
        assert_eq!(state, State::Fresh);
    }
}
