//! What scripts read: with `--json` one document on standard output, whatever becomes of the command.

use crate::place;
use paracrine_tests::program::{Ended, Place};
use paracrine_tests::small;
use serde_json::Value;

/// The document of a command that ends with a code, which stands in it, too.
#[track_caller]
fn document(place: &Place, arguments: &[&str], code: i32) -> Value {
    read(place.run(arguments), code)
}

#[track_caller]
fn read(ended: Ended, code: i32) -> Value {
    let ended = ended.expect_code(code);
    let document: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", ended.shown()));
    assert_eq!(document["exit"], code, "{}", ended.shown());
    assert_eq!(document["paracrine"], env!("CARGO_PKG_VERSION"));
    document
}

/// Smallest faults seen: a line for people before the document, a number as text.
#[test]
fn a_run_has_its_comparison_and_effects() {
    let place = place();
    let run = document(&place, &["run", small::FILE, "--out", "out", "--json"], 0);
    assert_eq!(run["command"], "run");
    assert_eq!(
        (&run["complete"], &run["reprinted"]),
        (&true.into(), &false.into())
    );
    assert_eq!((&run["results"], &run["seed"]), (&"out".into(), &11.into()));
    let rows = run["comparison"].as_array().unwrap();
    assert_eq!(rows.len(), small::ARMS.len() * small::READOUTS.len());
    let table = paracrine_tests::results::Table::read(&place.path("out/comparison.csv"));
    for (row, cells) in rows.iter().zip(&table.rows) {
        for (name, cell) in table.header.iter().zip(cells) {
            match &row[name] {
                Value::Null => assert_eq!(cell, "", "{name}"),
                Value::String(text) => assert_eq!(cell, text, "{name}"),
                number => assert_eq!(
                    cell.parse::<f64>().unwrap(),
                    number.as_f64().unwrap(),
                    "{name}"
                ),
            }
        }
    }
    let effects = run["effects"].as_array().unwrap();
    assert_eq!(effects.len(), 2 * small::READOUTS.len());
    for effect in effects {
        let delta = effect["cliffs_delta"].as_f64().unwrap();
        assert!((-1.0..=1.0).contains(&delta), "{effect}");
    }
    let again = document(&place, &["run", small::FILE, "--out", "out", "--json"], 0);
    assert_eq!(again["reprinted"], true);
    assert_eq!(again["comparison"], run["comparison"]);
    let status = document(&place, &["status", "out", "--json"], 0);
    assert_eq!(status["complete"], true);
}

#[test]
fn faults_have_their_places() {
    let place = place();
    place.write("bad.ron", small::with("gene: \"Il2ra\"", "gene: \"IL2RA\""));
    let run = document(&place, &["run", "bad.ron", "--json"], 1);
    let error = &run["errors"][0];
    assert_eq!(error["file"], "bad.ron");
    assert_eq!(
        (&error["line"], &error["nearest"]),
        (&9.into(), &"Il2ra".into())
    );
    assert_eq!(error["path"], "arms[1].genotype[0].gene");
    assert!(error["column"].as_u64().unwrap() > 1, "{error}");
    assert!(
        error["expected"].as_str().unwrap().contains("a gene"),
        "{error}"
    );
    let check = document(
        &place,
        &["check", small::FILE, "bad.ron", "none", "--json"],
        1,
    );
    let files = check["files"].as_array().unwrap();
    let good: Vec<&Value> = files.iter().map(|file| &file["good"]).collect();
    assert_eq!(good, [&Value::Bool(true), &false.into(), &false.into()]);
    assert_eq!(files[1]["errors"][0], *error);
    assert_eq!(files[2]["errors"][0]["found"], "none");
    for (arguments, code) in [
        (&["run", "il2ra-knockuot"][..], 1),
        (&["run", small::FILE, "--replicates", "0"], 2),
        (&["status", "nowhere"], 2),
        (&["readouts", "tregg"], 2),
        (&["explain", "tregg"], 2),
        (&["model", "mouse", "nothing such"], 2),
    ] {
        let failed = document(&place, &[arguments, &["--json"]].concat(), code);
        assert!(
            failed["errors"][0]["message"].as_str().unwrap().len() > 10,
            "{failed}"
        );
    }
}

#[test]
fn lists_are_documents() {
    let place = place();
    let list = document(&place, &["list", "--json"], 0);
    for (key, name) in [
        ("mice", "il2ra-knockout"),
        ("wells", "treg"),
        ("published", "scurfy"),
        ("models", "mouse"),
        ("networks", "schloegl"),
    ] {
        let rows = list[key].as_array().unwrap();
        let found = rows.iter().find(|row| row["name"] == name);
        assert!(
            !found.unwrap()["about"].as_str().unwrap().is_empty(),
            "{key}"
        );
    }
    let readouts = document(&place, &["readouts", "treg", "--json"], 0);
    assert!(
        readouts["readouts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|of| of["name"] == "suppression")
    );
    let model = document(&place, &["model", "mouse", "treg_death", "--json"], 0);
    let parameter = &model["parameters"][0];
    assert_eq!(
        (&parameter["name"], &parameter["unit"]),
        (&"treg_death".into(), &"1/d".into())
    );
    assert!(parameter["value"].as_f64().unwrap() > 0.0);
    let told = document(&place, &["explain", "CD25", "--json"], 0);
    assert_eq!(told["explanation"]["name"], "Il2ra");
    assert_eq!(told["explanation"]["knockout"]["gene"], "Il2ra");
}

/// Smallest fault seen: `--json` taken and ignored.
#[test]
fn commands_without_a_document_say_so() {
    let place = place();
    for arguments in [
        &["schema"][..],
        &["new", "mine"],
        &["completions", "bash"],
        &["lab", "--no-open"],
        &["run", small::FILE, "--shards", "2", "--shard", "0"],
    ] {
        let ended = place.run(&[arguments, &["--json"]].concat()).expect_code(2);
        assert!(ended.stdout.is_empty(), "{}", ended.shown());
        assert!(
            ended
                .stderr
                .contains("--json: this command prints no document"),
            "{}",
            ended.shown()
        );
    }
}

/// Cells of a table as scripts have them, beside the file's own.
#[track_caller]
fn are_of_file(rows: &Value, place: &Place, file: &str) {
    let table = paracrine_tests::results::Table::read(&place.path(file));
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), table.rows.len(), "{file}");
    for (row, cells) in rows.iter().zip(&table.rows) {
        for (name, cell) in table.header.iter().zip(cells) {
            let is_it = match &row[name] {
                Value::Null => cell.is_empty(),
                Value::String(text) => cell == text,
                number => cell.parse::<f64>().ok() == number.as_f64(),
            };
            assert!(is_it, "{file}, {name}: {cell} and {}", row[name]);
        }
    }
}

/// Smallest fault seen: differences beyond the tenth left out, as people see them.
#[test]
fn differences_are_documents() {
    let place = place();
    place.write("other.ron", small::with("0.08 1/d", "0.09 1/d"));
    let same = document(&place, &["diff", small::FILE, small::FILE, "--json"], 0);
    assert_eq!(
        (&same["compared"], &same["equal"]),
        (&"scenarios".into(), &true.into())
    );
    let diff = document(&place, &["diff", small::FILE, "other.ron", "--json"], 5);
    let told = &diff["differences"][0];
    assert_eq!(told["place"], "overlay, treg_death");
    assert_eq!(
        (&told["a"], &told["b"]),
        (&"0.08 1/d".into(), &"0.09 1/d".into())
    );
    place.done(&["run", small::FILE, "--out", "a"]);
    place.done(&["run", "other.ron", "--out", "b"]);
    let runs = document(&place, &["diff", "a", "b", "--json"], 5);
    assert_eq!(runs["compared"], "results");
    let files = runs["files"].as_array().unwrap();
    let state = |name: &str| &files.iter().find(|file| file["name"] == name).unwrap()["state"];
    assert_eq!(state("timecourse.csv"), "different");
    let tables = runs["tables"].as_array().unwrap();
    let course = tables.iter().find(|of| of["table"] == "comparison.csv");
    let rows = course.unwrap()["rows"].as_array().unwrap();
    assert!(rows.len() > 10, "{}", rows.len());
    for cell in rows.iter().flat_map(|row| row["cells"].as_array().unwrap()) {
        let number = |name: &str| cell[name].as_str().unwrap().parse::<f64>();
        if let (Ok(a), Ok(b)) = (number("a"), number("b")) {
            assert_eq!(cell["difference"].as_f64(), Some(b - a), "{cell}");
        }
    }
    let failed = document(&place, &["diff", "a", small::FILE, "--json"], 2);
    assert!(
        failed["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("a/scenario.ron")
    );
    let report = document(&place, &["report", "a", "--json"], 0);
    assert_eq!(report["report"], "a/report.html");
    document(&place, &["report", "nowhere", "--json"], 2);
}

#[test]
fn networks_are_documents() {
    let place = place();
    let command = ["simulate", "schloegl", "--replicates", "20", "--out", "out"];
    let arguments = [&command[..], &["--json"]].concat();
    let run = document(&place, &arguments, 0);
    assert_eq!(
        (&run["network"], &run["replicates"], &run["complete"]),
        (&"schloegl".into(), &20.into(), &true.into())
    );
    assert_eq!(run["reprinted"], false);
    are_of_file(&run["summary"], &place, "out/summary.csv");
    are_of_file(&run["checks"], &place, "out/checks.csv");
    let again = document(&place, &arguments, 0);
    assert_eq!(again["reprinted"], true);
    assert_eq!(again["summary"], run["summary"]);
    let failed = document(&place, &["simulate", "schlogl", "--json"], 1);
    assert_eq!(failed["errors"][0]["nearest"], "schloegl");
}

/// Smallest fault seen: the text of a path that is none ended the program.
#[cfg(unix)]
#[test]
fn a_path_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = place();
    let mut command = place.command(&["report", "--json"]);
    command.arg(std::ffi::OsStr::from_bytes(b"out-\xff"));
    let ended = paracrine_tests::program::end(command.spawn().unwrap(), "report out-?");
    let failed = read(ended, 2);
    assert!(
        failed["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("out-")
    );
    let mut command = place.command(&["run", small::FILE, "--quick", "--json", "--out"]);
    command.arg(std::ffi::OsStr::from_bytes(b"out-\xff"));
    let ended = paracrine_tests::program::end(command.spawn().unwrap(), "run --out out-?");
    assert_eq!(read(ended, 0)["results"], "out-\u{fffd}");
}

/// Smallest fault seen: a name that only one way of writing finds.
#[test]
fn words_are_explained_with_sources_and_a_command() {
    let place = place();
    for (word, parts) in [
        (
            "IL-2",
            &[
                "made by",
                "responders",
                "secretion_rate = ",
                "Tkach 2014",
                "paracrine run il2-knockout --quick",
                "See also",
            ][..],
        ),
        (
            "cd25",
            &[
                "Il2ra: gene",
                "copies per cell",
                "paracrine run il2ra-knockout --quick [Il2ra-/-]",
            ],
        ),
        (
            "treg",
            &["Treg: kind of cell", "IL-2 and survival", "treg_death = "],
        ),
        (
            "treg_death",
            &[
                "treg_death: parameter",
                "1/d",
                "calibrated",
                "overlay: { \"treg_death\"",
            ],
        ),
        (
            "costimulation",
            &["costimulation: readout", "B7 per dendritic cell"],
        ),
        ("anti-CD25", &["anti-CD25: drug", "Kohm 2006"]),
        ("IL-21", &["simulated   no"]),
        ("AICD", &["AICD: mechanism", "docs/biology.md, T cells"]),
    ] {
        let ended = place.done(&["explain", word]);
        for part in parts {
            assert!(
                ended.stdout.contains(part),
                "no `{part}`: {}",
                ended.shown()
            );
        }
        let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= 100, "{}", ended.shown());
    }
}
