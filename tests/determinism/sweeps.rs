//! Sweeps: the same bytes for any threads and shards, interrupted or not; a mouse alone is the mouse among the others.

use crate::place;
use paracrine_tests::program::Place;
use paracrine_tests::results::{Table, assert_same};
use std::fs;

/// Twelve points of two arms, over a dose, a time and two parameters.
const SWEPT: &str = r#"(
    title: "Swept wells", question: "Which?",
    host: culture(volume: "1 ml"),
    run: (until: "3 h", replicates: 3, cells: 50, seed: 11, sample_every: "1 h"),
    sweep: latin_hypercube(points: 12, axes: [
        (name: "dose", low: "1 pM", high: "1 nM", scale: log),
        (name: "when", low: "10 min", high: "90 min"),
        (name: "treg_death"),
        (name: "internalisation"),
    ]),
    arms: [
        (name: "wild type", interventions: [
            transfer(kind: "Treg", cells: "1e5 cells", at: "0 h"),
            inject(ligand: "IL-2", dose: "$dose", at: "$when"),
        ]),
        (name: "Il2ra-/-", genotype: [(gene: "Il2ra", expression: 0)], interventions: [
            transfer(kind: "Treg", cells: "1e5 cells", at: "0 h"),
            inject(ligand: "IL-2", dose: "$dose", at: "$when"),
        ]),
    ],
    readouts: ["pstat5(Treg)", "concentration(IL-2)", "count(Treg)"],
)"#;

fn swept() -> Place {
    let place = place();
    place.write("swept.ron", SWEPT);
    place
}

#[test]
fn threads_and_shards_do_not_matter() {
    let place = swept();
    place.done(&["run", "swept.ron", "--out", "whole", "--threads", "1"]);
    place.done(&["run", "swept.ron", "--out", "two", "--threads", "2"]);
    assert_same(&place.path("whole"), &place.path("two"));
    for shards in ["2", "7"] {
        let out = format!("of-{shards}");
        let count: u64 = shards.parse().unwrap();
        for shard in (1..count).rev() {
            let shard = shard.to_string();
            place.done(&[
                "run",
                "swept.ron",
                "--out",
                &out,
                "--shards",
                shards,
                "--shard",
                &shard,
            ]);
        }
        let missing = place.done(&["status", &out]).stdout;
        assert!(missing.contains("--array=0"), "{missing}");
        place.done(&[
            "run",
            "swept.ron",
            "--out",
            &out,
            "--shards",
            shards,
            "--shard",
            "0",
        ]);
        place.done(&["merge", &out]);
        assert_same(&place.path("whole"), &place.path(&out));
    }
}

/// What is lost of an unfinished run is simulated again, and nothing else; mice of equal arm and number at other points are others.
#[test]
fn lost_mice_are_simulated_again() {
    let place = swept();
    place.done(&["run", "swept.ron", "--out", "whole"]);
    place.done(&[
        "run",
        "swept.ron",
        "--out",
        "out",
        "--shards",
        "1",
        "--shard",
        "0",
    ]);
    let checkpoint = place.path("out").join("checkpoint");
    let mice: Vec<_> = fs::read_dir(&checkpoint)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("mouse"))
        .collect();
    assert_eq!(mice.len(), 12 * 2 * 3);
    for mouse in mice.iter().step_by(5) {
        fs::remove_file(mouse).unwrap();
    }
    place.done(&["resume", "out"]);
    assert_same(&place.path("whole"), &place.path("out"));
}

#[test]
fn a_mouse_alone_is_the_mouse_among_the_others() {
    let place = swept();
    place.done(&["run", "swept.ron", "--out", "all"]);
    place.done(&["run", "swept.ron", "--out", "alone", "--replicate", "2"]);
    for name in ["timecourse.csv", "events.csv"] {
        let read = |out: &str| Table::read(&place.path(out).join(name));
        let all = read("all").only("replicate", |of| of == "2");
        read("alone").assert_equals(&all, name);
    }
    // The points are those of the seed.
    let points = |out: &str| fs::read(place.path(out).join("sweep.csv")).unwrap();
    assert_eq!(points("all"), points("alone"));
    place.done(&["run", "swept.ron", "--out", "other", "--seed", "12"]);
    assert_ne!(points("all"), points("other"));
}
