//! What another program reads: pyarrow, in an environment of its own below the target folder.

use crate::{place, run};
use paracrine_tests::repository;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// If it is set, a missing pyarrow fails the test.
const REQUIRE: &str = "PARACRINE_REQUIRE_PYARROW";

/// Whether a Python has pyarrow.
fn has_pyarrow(python: &Path) -> bool {
    let mut command = Command::new(python);
    let status = command
        .args(["-c", "import pyarrow.parquet"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// Runs a command; what it said if it failed.
fn done(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let shown = format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{shown}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().last().unwrap_or_default();
    Err(format!("`{shown}`: {} ({said})", output.status))
}

/// A Python with pyarrow: the one at hand, or one in an environment that is made once.
fn python() -> Result<PathBuf, String> {
    let at_hand = PathBuf::from("python3");
    if has_pyarrow(&at_hand) {
        return Ok(at_hand);
    }
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pyarrow");
    let own = environment.join("bin/python");
    if !has_pyarrow(&own) {
        let folder = environment
            .to_str()
            .ok_or("the target folder is not UTF-8")?;
        done(&at_hand, &["-m", "venv", "--clear", folder])?;
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ];
        let patience = ["--retries", "2", "--timeout", "20", "pyarrow>=20"];
        done(&own, &[&install[..], &patience].concat())?;
    }
    Ok(own)
}

/// Names, types, units, missing values and every value against the CSV files, by a list of columns of the script's own.
///
/// Smallest fault seen: what made the table in the metadata of the file alone, where pyarrow does not look for it.
#[test]
#[allow(clippy::print_stderr, reason = "a test that tests nothing says so")]
fn pyarrow_reads_what_the_csv_files_hold() {
    let python = match python() {
        Ok(python) => python,
        Err(reason) if std::env::var_os(REQUIRE).is_none() => {
            eprintln!("skipped, nothing is read back: no pyarrow: {reason}");
            return;
        }
        Err(reason) => panic!("{REQUIRE} is set and there is no pyarrow: {reason}"),
    };
    let place = place();
    run(&place, "mice", &["--parquet"]);
    let network = [
        "simulate",
        "dimeriser.ron",
        "--out",
        "network",
        "--every-firing",
    ];
    place.done(&[&network[..], &["--parquet"]].concat());
    let script = repository().join("tests/parquet/read_back.py");
    for (folder, tables) in [("mice", 7), ("network", 4)] {
        let output = Command::new(&python)
            .arg(&script)
            .arg(place.path(folder))
            .output()
            .unwrap();
        let (said, failed) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{folder}:\n{said}{failed}");
        let read = said.lines().filter(|line| line.contains("rows")).count();
        assert_eq!(read, tables, "{folder}:\n{said}");
    }
}
