//! What scripts read: with `--json` one document on standard output, and nothing else there.
//!
//! Every document is an object with `paracrine` (the version), `command` and `exit` (the exit code); what failed is in `errors`.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use paracrine_scenario::Error;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static IS_ASKED: AtomicBool = AtomicBool::new(false);
static COMMAND: OnceLock<&'static str> = OnceLock::new();

/// From now on standard output has one document alone, of this command.
pub(crate) fn ask(command: &'static str) {
    // There is one command in a process.
    let _ = COMMAND.set(command);
    IS_ASKED.store(true, Ordering::Relaxed);
}

/// Whether a document is asked for instead of lines for a person.
pub(crate) fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}

/// A path as text, with U+FFFD for what is none.
pub(crate) fn path(path: &Path) -> Value {
    path.to_string_lossy().into()
}

/// Prints the document, if one is asked for. Passes the exit code on.
pub(crate) fn document(exit: Exit, body: Value) -> Exit {
    if !is_asked() {
        return exit;
    }
    let mut all = Map::new();
    all.insert("paracrine".into(), env!("CARGO_PKG_VERSION").into());
    all.insert("command".into(), COMMAND.get().copied().into());
    all.insert("exit".into(), exit.code().into());
    if let Value::Object(body) = body {
        all.extend(body);
    }
    output::document(&format!("{:#}", Value::Object(all)));
    exit
}

/// What is wrong, as a list of objects; fields that an error has not are null.
pub(crate) fn errors(failure: &Failure) -> Value {
    if let Failure::Run(Error::Faults(faults)) = failure {
        let each = faults.faults.iter().map(|fault| {
            json!({
                "message": fault.message, "file": faults.source_name, "line": fault.line, "column": fault.column, "path": fault.path,
                "found": fault.found, "expected": fault.expected, "nearest": fault.nearest,
            })
        });
        return each.collect();
    }
    let mut one = json!({
        "message": failure.to_string(), "file": null, "line": null, "column": null, "path": null, "found": null, "expected": null, "nearest": null,
    });
    if let Failure::Run(error) = failure {
        match error {
            Error::UnknownScenario { name, nearest }
            | Error::UnknownModel { name, nearest }
            | Error::UnknownNetwork { name, nearest }
            | Error::Row { name, nearest } => {
                one["found"] = json!(name);
                one["nearest"] = json!(nearest);
            }
            Error::UnknownReadout { word, nearest } | Error::UnknownWord { word, nearest, .. } => {
                one["found"] = json!(word);
                one["nearest"] = json!(nearest);
            }
            Error::Setting {
                found, expected, ..
            } => {
                one["found"] = json!(found);
                one["expected"] = json!(expected);
            }
            Error::Damaged {
                path,
                line,
                column,
                found,
                expected,
            } => {
                one["file"] = self::path(path);
                one["line"] = json!(line);
                one["path"] = json!(column);
                one["found"] = json!(found);
                one["expected"] = json!(expected);
            }
            Error::Read { path, .. } | Error::NotText { path, .. } | Error::Write { path, .. } => {
                one["file"] = self::path(path);
            }
            _ => {}
        }
    }
    json!([one])
}
