//! The reference models of the discrete stochastic models test suite, at every level and version.
//!
//! They are not part of this repository: the folder is that of the environment variable `PARACRINE_DSMTS`, or stands
//! beside the repository.

use super::*;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dsmts");
    let folder = env::var_os("PARACRINE_DSMTS").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// All models below a folder of the suite, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path())
    };
    let cases = entries(folder).filter(|path| path.is_dir());
    let mut files: Vec<_> = cases
        .flat_map(|case| entries(&case).collect::<Vec<_>>())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    files
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that could not be done says so")]
fn every_model_is_read() {
    let Some(folder) = folder() else {
        eprintln!("the models of the suite are not here: nothing is tested");
        return;
    };
    let files = files(&folder.join("cases"));
    assert!(!files.is_empty());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let document = match read(&text, Substance::AsDeclared) {
            Ok(document) => document,
            Err(errors) => panic!("{}: {errors}", path.display()),
        };
        check(&path, &document);
        assert_eq!(document.time_unit.as_deref(), Some("second"));
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let level = format!("l{}v{}.xml", document.level, document.version);
        assert!(file.ends_with(&level), "{file}");
    }
}

/// What the cases say of themselves.
fn check(path: &Path, document: &Document) {
    let network = &document.network;
    let amount =
        |name: &str| network.initial_amounts()[network.find_species(name).unwrap().index()];
    let case = path
        .parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let near = |found: f64, expected: f64| {
        assert!(
            (found - expected).abs() < 1e-12,
            "{}: {found}, not {expected}",
            path.display()
        );
    };
    match case.as_str() {
        "00001" | "00006" | "00009" | "00014" => {
            assert_eq!(amount("X"), 100.0);
            near(propensity(document, "Birth", &[]), 10.0);
            near(propensity(document, "Death", &[("X", 7.0)]), 0.77);
        }
        "00004" => assert_eq!(amount("X"), 10.0),
        "00011" => {
            near(propensity(document, "Birth", &[]), 5.0);
            near(propensity(document, "Death", &[]), 5.5);
        }
        "00019" => assert_eq!(amount("y"), 200.0),
        "00020" | "00028" => near(propensity(document, "Immigration", &[]), 1.0),
        "00022" => near(propensity(document, "Immigration", &[]), 5.0),
        "00030" | "00033" => {
            near(propensity(document, "Dimerisation", &[]), 4.95);
            near(propensity(document, "Dimerisation", &[("P", 1.0)]), 0.0);
        }
        "00037" => {
            let birth = network.channels().next().unwrap();
            assert_eq!(network.net_change(birth).next().unwrap().1, 5);
        }
        other => panic!("there is a new case {other}: say what it expects"),
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that could not be done says so")]
fn models_of_distributions_are_refused_by_name() {
    let Some(folder) = folder() else {
        eprintln!("the models of the suite are not here: nothing is tested");
        return;
    };
    for path in files(&folder.join("distrib")) {
        let text = fs::read_to_string(&path).unwrap();
        let errors = read(&text, Substance::AsDeclared).unwrap_err();
        assert_eq!(
            errors.0[0].fault,
            Fault::Package("distrib".to_owned()),
            "{}",
            path.display()
        );
    }
}
