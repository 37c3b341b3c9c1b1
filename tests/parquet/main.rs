//! Tables as Parquet: the rows of CSV with types, units and meanings; the same bytes whoever made them; read by others.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod pyarrow;

use paracrine_tests::program::{Place, names};
use paracrine_tests::results::{TIMING, assert_same};
use paracrine_tests::small;
use std::collections::BTreeMap;
use std::fs;

const TABLES: [&str; 7] = [
    "chain",
    "comparison",
    "effects",
    "events",
    "receptors",
    "summary",
    "timecourse",
];

/// A network with a name to quote, an expectation and a unit of time.
const NETWORK: &str = r#"(
    title: "The decaying dimeriser",
    time_unit: "h",
    species: { "X": 200, "Y": 0 },
    channels: [
        (name: "decay", reaction: "X ->", rate: 1),
        (name: "pair, \"fast\"", reaction: "2 X -> Y", rate: 0.005),
    ],
    run: (until: 3, points: 6, replicates: 40, seed: 31),
    expect: [
        (quantity: "X", mean: 7, at: 3, tolerance: 1, source: "tests, \"all\""),
        (quantity: "X", ode: 7, at: 3),
    ],
)
"#;

fn place() -> Place {
    let place = Place::new(env!("CARGO_BIN_EXE_paracrine-under-test"));
    place.write(small::FILE, small::TEXT);
    place.write("dimeriser.ron", NETWORK);
    place
}

/// Runs the small scenario into a directory.
fn run(place: &Place, out: &str, options: &[&str]) {
    place.done(&[&["run", small::FILE, "--out", out], options].concat());
}

/// Files of a directory with their bytes, wall-clock time left out.
fn bytes(place: &Place, out: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = place.path(out);
    let files = names(&folder).into_iter().filter(|name| name != TIMING);
    files
        .map(|name| (name.clone(), fs::read(folder.join(name)).unwrap()))
        .collect()
}

/// Names of the Parquet files of a directory, without ending.
fn parquet(place: &Place, out: &str) -> Vec<String> {
    let names = names(&place.path(out)).into_iter();
    names
        .filter_map(|name| Some(name.strip_suffix(".parquet")?.to_owned()))
        .collect()
}

/// Every other file, the manifest with its digest and hash of the tables among them, is what it is without.
#[test]
fn parquet_stands_beside_the_same_results() {
    let place = place();
    run(&place, "without", &[]);
    run(&place, "with", &["--parquet"]);
    assert_eq!(parquet(&place, "with"), TABLES);
    assert_eq!(parquet(&place, "without"), [""; 0]);
    let mut with = bytes(&place, "with");
    with.retain(|name, _| !name.ends_with(".parquet"));
    assert!(with == bytes(&place, "without"));
    let diff = place.done(&["diff", "with", "without"]);
    assert!(diff.stdout.contains("byte for byte"), "{}", diff.shown());
    assert!(!diff.stdout.contains("only in"), "{}", diff.shown());

    // It is the same command: nothing is simulated again, what is missing is added.
    let again = place.done(&["run", small::FILE, "--out", "without", "--parquet"]);
    assert!(
        again.stdout.contains("nothing was simulated again"),
        "{}",
        again.shown()
    );
    assert_same(&place.path("with"), &place.path("without"));
    // And taken away with the rest by a run that has none.
    run(&place, "without", &["--force", "--seed", "12"]);
    assert_eq!(parquet(&place, "without"), [""; 0]);
}

#[test]
fn threads_shards_and_interruptions_do_not_matter() {
    let place = place();
    run(&place, "whole", &["--parquet", "--threads", "1"]);
    run(&place, "threads", &["--parquet", "--threads", "5"]);
    assert_same(&place.path("whole"), &place.path("threads"));

    // One shard that asks is enough, and so is the merge.
    let shard = |out: &str, index: &str, options: &[&str]| {
        let shard = ["--shards", "3", "--shard", index];
        run(&place, out, &[&shard, options].concat());
    };
    for (out, asks) in [("first", "0"), ("last", "2"), ("merged", "none")] {
        for index in ["0", "1", "2"] {
            let options: &[&str] = if index == asks { &["--parquet"] } else { &[] };
            shard(out, index, options);
        }
        let merge: &[&str] = match asks {
            "none" => &["merge", out, "--parquet"],
            _ => &["merge", out],
        };
        place.done(merge);
        assert_same(&place.path("whole"), &place.path(out));
    }

    // Whoever continues knows what was asked.
    shard("resumed", "1", &["--parquet"]);
    place.done(&["resume", "resumed"]);
    assert_same(&place.path("whole"), &place.path("resumed"));
    shard("asked", "1", &[]);
    place.done(&["resume", "asked", "--parquet"]);
    assert_same(&place.path("whole"), &place.path("asked"));
    shard("again", "1", &["--parquet"]);
    run(&place, "again", &[]);
    assert_same(&place.path("whole"), &place.path("again"));
}

/// A shard of a run that is complete adds nothing, and says so.
#[test]
fn a_shard_of_a_complete_run_says_that_it_adds_nothing() {
    let place = place();
    run(&place, "out", &[]);
    let shard = small::shard("out", "2", "0");
    let told = |more: &[&str]| place.done(&[&shard[..], more].concat()).stderr;
    assert!(!told(&[]).contains("Parquet"));
    let said = told(&["--parquet"]);
    assert!(
        said.contains("out holds the complete results of this run")
            && said.contains("without --shards"),
        "{said}"
    );
    assert!(parquet(&place, "out").is_empty());
    run(&place, "out", &["--parquet"]);
    assert_eq!(parquet(&place, "out"), TABLES);
}

/// What a run left whose manifest is gone is no part of the next one.
#[test]
fn nothing_of_another_run_stays() {
    let place = place();
    run(&place, "out", &["--parquet"]);
    fs::remove_file(place.path("out/manifest.json")).unwrap();
    let other = ["run", small::FILE, "--out", "out", "--seed", "12"];
    let refused = place.run(&other).expect_code(2);
    let expected = "holds no results of paracrine";
    assert!(refused.stderr.contains(expected), "{}", refused.shown());
    assert_eq!(parquet(&place, "out"), TABLES);
    place.done(&[&other[..], &["--force"]].concat());
    assert_eq!(parquet(&place, "out"), [""; 0]);
}

/// A table that was changed by hand is not passed on as that of a run.
#[test]
fn a_damaged_table_is_refused() {
    let place = place();
    run(&place, "out", &[]);
    let path = place.path("out/events.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text + "wild type,0,soon,death\n").unwrap();
    let ended = place
        .run(&["run", small::FILE, "--out", "out", "--parquet"])
        .expect_code(2);
    let expected = "events.csv is not what the run wrote";
    assert!(ended.stderr.contains(expected), "{}", ended.shown());
    assert!(
        !names(&place.path("out"))
            .iter()
            .any(|name| name.contains("events.parquet"))
    );
}

#[test]
fn networks_have_it_too() {
    let place = place();
    let simulate = |out: &str, options: &[&str]| {
        place.done(&[&["simulate", "dimeriser.ron", "--out", out], options].concat());
    };
    simulate("one", &["--parquet", "--threads", "1", "--every-firing"]);
    simulate("two", &["--parquet", "--threads", "4", "--every-firing"]);
    assert!(bytes(&place, "one") == bytes(&place, "two"));
    assert_eq!(
        parquet(&place, "one"),
        ["checks", "firings", "summary", "trajectories"]
    );
    simulate("later", &["--every-firing"]);
    let without = bytes(&place, "later");
    simulate("later", &["--every-firing", "--parquet"]);
    assert!(bytes(&place, "one") == bytes(&place, "later"));
    let mut rest = bytes(&place, "later");
    rest.retain(|name, _| !name.ends_with(".parquet"));
    assert!(rest == without);
    simulate("few", &["--parquet", "--trajectories", "never"]);
    assert_eq!(parquet(&place, "few"), ["checks", "summary"]);
}
