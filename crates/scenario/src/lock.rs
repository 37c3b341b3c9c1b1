//! One process at a time in a results directory, but for shards, of which each has a part of its own.
//!
//! Advisory locks of the system on files: they end with their process, however it ends. Where a file system has none, nothing is guarded.

use crate::Error;
use crate::directory::Directory;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// The file that stands for a whole directory; there while a process works in it, or after one was killed.
const LOCK: &str = ".lock";

/// How the files begin that stand for its shards.
const SHARD: &str = ".lock-shard";

/// Whether a file of this name stands for a directory or a shard.
pub(crate) fn is_lock(name: &str) -> bool {
    let index = name.strip_prefix(SHARD);
    name == LOCK || index.is_some_and(|index| index.parse::<u64>().is_ok())
}

/// A directory, or one shard of it, that no other process works in as long as this lives.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Released when they are closed.
    files: Vec<File>,
    is_whole: bool,
    /// What stands for a shard.
    own: Option<PathBuf>,
    is_new: bool,
    is_guarded: bool,
}

impl Lock {
    /// A whole directory: for a run, the merging of shards, and what replaces results. Makes the directory.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::NoDirectory`], [`Error::Foreign`], [`Error::Write`].
    pub fn whole(path: &Path) -> Result<Self, Error> {
        Self::new(path, None)
    }

    /// One shard: others may be simulated at the same time, but no whole run.
    ///
    /// # Errors
    /// As [`Lock::whole`].
    pub fn shard(path: &Path, index: u64) -> Result<Self, Error> {
        Self::new(path, Some(index))
    }

    /// Whether the file system has locks; if not, nothing keeps another process out.
    pub const fn is_guarded(&self) -> bool {
        self.is_guarded
    }

    fn new(path: &Path, shard: Option<u64>) -> Result<Self, Error> {
        Directory::check(path)?;
        let is_new = !path.exists();
        fs::create_dir_all(path).map_err(|source| Error::Write {
            path: path.into(),
            source,
        })?;
        let mut lock = Self {
            path: path.to_owned(),
            files: Vec::new(),
            is_whole: false,
            own: None,
            is_new,
            is_guarded: true,
        };
        lock.take(&path.join(LOCK), shard.is_none())?;
        lock.is_whole = shard.is_none();
        if let Some(index) = shard {
            let own = path.join(format!("{SHARD}{index}"));
            lock.take(&own, true)?;
            lock.own = Some(own);
        }
        Ok(lock)
    }

    fn take(&mut self, name: &Path, alone: bool) -> Result<(), Error> {
        let failed = |source| Error::Write {
            path: name.to_owned(),
            source,
        };
        loop {
            let mut options = File::options();
            let options = options.read(true).write(true).create(true).truncate(false);
            let file = options.open(name).map_err(failed)?;
            let taken = match alone {
                true => file.try_lock(),
                false => file.try_lock_shared(),
            };
            match taken {
                Ok(()) if is_at(&file, name) => {
                    self.files.push(file);
                    return Ok(());
                }
                // Whoever had it has just removed it.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Busy {
                        path: self.path.clone(),
                    });
                }
                Err(TryLockError::Error(_)) => {
                    self.is_guarded = false;
                    self.files.push(file);
                    return Ok(());
                }
            }
        }
    }

    /// Whether a shard made the directory, nothing has gone into it, and no other process works in it.
    fn is_alone_in_nothing(&self) -> bool {
        let mut entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut is_empty = || entries.all(|entry| entry.file_name() == LOCK);
        let is_alone = |file: &File| file.try_lock().is_ok();
        self.is_new && self.files.first().is_some_and(is_alone) && is_empty()
    }
}

impl Drop for Lock {
    /// Removes its files while it still has them, and a directory that it made and nothing went into. What stays does no harm.
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            let _ = fs::remove_file(own);
        }
        if !self.is_whole && !self.is_alone_in_nothing() {
            return;
        }
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        for entry in entries {
            if is_lock(&entry.file_name().to_string_lossy()) {
                let _ = fs::remove_file(entry.path());
            }
        }
        self.files.clear();
        if self.is_new {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Whether a file is the one of this name, not one that was removed since.
#[cfg(unix)]
fn is_at(file: &File, name: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |of: fs::Metadata| (of.dev(), of.ino());
    let (held, named) = (file.metadata(), fs::metadata(name));
    held.is_ok_and(|held| named.is_ok_and(|named| place(held) == place(named)))
}

#[cfg(not(unix))]
fn is_at(_file: &File, name: &Path) -> bool {
    name.exists()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// Locks belong to open files, so that one process can stand for two.
    #[test]
    fn one_works_in_a_directory_and_shards_beside_one_another() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("run");
        let is_busy = |lock: Result<Lock, Error>| matches!(lock, Err(Error::Busy { .. }));
        let whole = Lock::whole(&path).unwrap();
        assert!(whole.is_guarded());
        assert!(is_busy(Lock::whole(&path)));
        assert!(is_busy(Lock::shard(&path, 0)));
        drop(whole);
        assert!(!path.exists(), "nothing was put into it");
        let first = Lock::shard(&path, 0).unwrap();
        let second = Lock::shard(&path, 1).unwrap();
        assert!(is_busy(Lock::shard(&path, 1)));
        assert!(is_busy(Lock::whole(&path)));
        drop(second);
        let again = Lock::shard(&path, 1).unwrap();
        drop((first, again));
        assert!(path.exists(), "others work beside the one that made it");
        drop(Lock::whole(&path).unwrap());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
        fs::remove_dir(&path).unwrap();
        drop(Lock::shard(&path, 0).unwrap());
        assert!(!path.exists(), "nothing was put into it");
    }

    /// Smallest fault seen: the locked directory of somebody else, with a file left in it.
    #[test]
    fn what_is_no_results_directory_stays_as_it_is() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("thesis.doc"), "years of work").unwrap();
        let lock = Lock::whole(temporary.path());
        assert!(matches!(lock, Err(Error::Foreign { .. })));
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1);
    }
}
