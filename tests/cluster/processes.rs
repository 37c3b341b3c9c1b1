//! Processes of this machine, told apart by what they inherited rather than by their names.

use paracrine_tests::program::names;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A process that runs.
#[derive(Debug)]
pub(crate) struct Process {
    number: String,
    parent: String,
    /// Its command line.
    pub(crate) line: String,
    /// Its current directory.
    pub(crate) folder: PathBuf,
    environment: Vec<u8>,
}

impl Process {
    /// All processes that this user may look at.
    pub(crate) fn all() -> Vec<Self> {
        names(Path::new("/proc"))
            .into_iter()
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
            .filter_map(Self::read)
            .collect()
    }

    /// None if it has ended meanwhile or belongs to someone else.
    fn read(number: String) -> Option<Self> {
        let at = Path::new("/proc").join(&number);
        let line = fs::read(at.join("cmdline")).ok()?;
        let status = fs::read_to_string(at.join("status")).ok()?;
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        Some(Self {
            parent: parent?.trim().to_owned(),
            line: String::from_utf8_lossy(&line).replace('\0', " "),
            folder: fs::read_link(at.join("cwd")).ok()?,
            environment: fs::read(at.join("environ")).ok()?,
            number,
        })
    }

    /// Whether it started the other one.
    pub(crate) fn is_parent_of(&self, other: &Self) -> bool {
        self.number == other.parent
    }

    /// Whether its environment has an entry. A process that shows a title may have written it over the environment.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        let mut entries = self.environment.split(|byte| *byte == 0);
        entries.any(|entry| entry == format!("{name}={value}").as_bytes())
    }
}

/// Sends a signal to processes. That one has ended meanwhile is no fault.
pub(crate) fn send(signal: &str, processes: &[Process]) {
    if processes.is_empty() {
        return;
    }
    let _ = Command::new("kill")
        .arg(signal)
        .args(processes.iter().map(|process| &process.number))
        .stderr(Stdio::null())
        .status()
        .unwrap();
}
