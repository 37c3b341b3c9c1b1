//! Results of a user's own model, when its file has moved or is another one.

use crate::place;
use paracrine_tests::program::Place;
use paracrine_tests::results::{Table, assert_same};
use paracrine_tests::small;
use std::fs;

const MODEL: &str = r#"(
    name: "late-thymus", title: "Half the thymic output", base: "mouse",
    parameters: {
        "thymic_output": (value: 1e6, unit: "cells/d", low: 5e5, high: 2e6, status: assumed, meaning: "T cells leaving the thymus", source: "a guess"),
    },
)"#;

/// A place with the small scenario of such a model.
fn with_model() -> Place {
    let place = place();
    place.write("own.ron", MODEL);
    let text = small::with("question:", "model: \"own.ron\", question:");
    place.write(small::FILE, text);
    place
}

fn change(place: &Place) {
    place.write("own.ron", MODEL.replace("1e6", "1.5e6"));
}

/// Smallest fault seen: results with a model taken for those of a network, which have no page.
#[test]
fn a_page_is_made_anew_without_the_file() {
    let place = with_model();
    place.done(&["run", small::FILE, "--out", "out"]);
    let page = fs::read(place.path("out/report.html")).unwrap();
    for change in [change, |place: &Place| {
        fs::remove_file(place.path("own.ron")).unwrap();
    }] {
        change(&place);
        fs::remove_file(place.path("out/report.html")).unwrap();
        place.done(&["report", "out"]);
        assert!(fs::read(place.path("out/report.html")).unwrap() == page);
    }
}

/// The scenario in a results directory is run with the model that is kept there.
///
/// Smallest fault seen: the model looked for beside it by the name that it had elsewhere.
#[test]
fn results_are_run_again_by_the_model_they_keep() {
    let place = with_model();
    place.done(&["run", small::FILE, "--out", "out", "--save-at", "6 d"]);
    fs::create_dir(place.path("other")).unwrap();
    fs::rename(place.path("out"), place.path("other/out")).unwrap();
    change(&place);
    place.write("other/own.ron", MODEL.replace("1e6", "7e5"));
    let scenario = "other/out/scenario.ron";
    place.done(&["check", scenario]);
    place.done(&["run", scenario, "--save-at", "6 d", "--out", "again"]);
    // The manifest and the page name the scenario, which is called otherwise.
    for table in [
        "timecourse.csv",
        "summary.csv",
        "comparison.csv",
        "receptors.csv",
        "model.ron",
    ] {
        let bytes = |of: &str| fs::read(place.path(of).join(table)).unwrap();
        assert!(bytes("other/out") == bytes("again"), "{table}");
    }
    let said = place.done(&["run", scenario, "--save-at", "6 d", "--out", "other/out"]);
    assert!(
        said.stdout.contains("nothing was simulated again"),
        "{}",
        said.shown()
    );
    place.done(&["run", scenario, "--replicate", "1", "--out", "one"]);
    let whole = Table::read(&place.path("other/out/timecourse.csv"));
    let one = Table::read(&place.path("one/timecourse.csv"));
    one.assert_equals(
        &whole.only("replicate", |number| number == "1"),
        "replicate 1",
    );
    place.done(&["run", scenario, "--from", "other/out", "--out", "branch"]);
}

#[test]
fn another_model_of_the_name_is_another_run() {
    let place = with_model();
    place.done(&["run", small::FILE, "--out", "out", "--save-at", "6 d"]);
    change(&place);
    let ended = place
        .run(&["run", small::FILE, "--out", "out"])
        .expect_code(2);
    assert!(
        ended.stderr.contains("results of another run"),
        "{}",
        ended.shown()
    );
    let ended = place
        .run(&["run", small::FILE, "--from", "out", "--out", "branch"])
        .expect_code(1);
    let said = ended
        .stderr
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let told =
        "found thymic_output = 1500000, expected thymic_output = 1000000, as in the states of";
    assert!(said.contains(told), "{}", ended.shown());
    fs::remove_file(place.path("own.ron")).unwrap();
    let ended = place
        .run(&["run", small::FILE, "--out", "out"])
        .expect_code(1);
    assert!(
        ended
            .stderr
            .contains("expected a model file; cannot read own.ron"),
        "{}",
        ended.shown()
    );
}

/// A run goes on by the model with which it was begun.
#[test]
fn an_unfinished_run_keeps_its_model() {
    let place = with_model();
    place.done(&["run", small::FILE, "--out", "whole"]);
    let half = small::shard("out", "2", "0");
    place.done(&half);
    change(&place);
    let other = small::shard("out", "2", "1");
    let ended = place.run(&other).expect_code(2);
    assert!(
        ended.stderr.contains("results of another run"),
        "{}",
        ended.shown()
    );
    place.done(&["status", "out"]);
    place.done(&["resume", "out"]);
    assert_same(&place.path("whole"), &place.path("out"));
    assert_eq!(
        fs::read_to_string(place.path("out/model.ron")).unwrap(),
        MODEL
    );
}
