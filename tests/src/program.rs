//! The command, run as a process in a temporary directory.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No command of a test takes longer, also where the machine is busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// An empty directory in which one test runs the command.
#[derive(Debug)]
pub struct Place {
    directory: TempDir,
    program: PathBuf,
}

/// What a command left when it ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    shown: String,
}

impl Place {
    /// A new place for `program`: `env!("CARGO_BIN_EXE_paracrine-under-test")`.
    pub fn new(program: &str) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            program: program.into(),
        }
    }

    /// The path of a file in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Names of all files and directories in the directory, in order.
    pub fn names(&self) -> Vec<String> {
        names(self.directory.path())
    }

    /// The command with these arguments, not yet started; outputs are pipes, backtraces would be shown.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("RUST_BACKTRACE", "1")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let child = self.command(arguments).spawn().unwrap();
        end(child, &arguments.join(" "))
    }

    /// Runs the command, which must succeed.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> Ended {
        self.run(arguments).expect_code(0)
    }
}

impl Ended {
    /// Checks the exit code, and that nothing panicked.
    #[track_caller]
    #[must_use]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "exit code of {}", self.shown);
        for word in ["panicked", "backtrace", "RUST_BACKTRACE"] {
            assert!(!self.stderr.contains(word), "{word} in {}", self.shown);
        }
        self
    }

    /// The command and everything it wrote, for messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// Names in a directory, in order; none if there is no such directory.
pub fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .map(|entries| {
            entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

/// Waits for a process and reads what it writes; kills it when patience ends.
pub fn end(mut child: Child, what: &str) -> Ended {
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                pipe.read_to_end(&mut bytes).unwrap();
            }
            String::from_utf8(bytes).unwrap()
        })
    };
    let stdout = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let stderr = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("`{what}` did not end within {PATIENCE:?}");
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    let mut shown = String::new();
    write!(
        shown,
        "`{what}`\n--- {status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---"
    )
    .unwrap();
    Ended {
        code: status.code(),
        stdout,
        stderr,
        shown,
    }
}
