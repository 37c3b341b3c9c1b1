//! Runs that are dealt out to several processes, and runs that are killed: the same bytes as of one process, and nothing taken for whole
//! that is not.

use crate::place;
use paracrine_tests::{
    program::{end, names},
    results::assert_same,
    small,
};
use std::fs;
use std::time::{Duration, Instant};

/// Any number of shards, any number of threads, in any order; a Slurm task knows its index from its environment.
///
/// Smallest faults seen: mice dealt out by arm; tables in the order of shards.
#[test]
fn shards_do_not_matter() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "whole"]);
    for (shards, threads) in [("1", "2"), ("2", "1"), ("3", "5"), ("7", "2")] {
        let out = format!("of-{shards}");
        let count: u64 = shards.parse().unwrap();
        for shard in (0..count).rev() {
            let index = shard.to_string();
            place.done(&[
                "run",
                small::FILE,
                "--out",
                &out,
                "--shards",
                shards,
                "--shard",
                &index,
                "--threads",
                threads,
            ]);
        }
        let ended = place.done(&["status", &out]);
        assert!(
            ended.stdout.contains(&format!("paracrine merge {out}")),
            "{}",
            ended.shown()
        );
        place.done(&["merge", &out]);
        assert_same(&place.path("whole"), &place.path(&out));
        assert!(place.done(&["status", &out]).stdout.contains("complete"));
    }
}

const WELL: &str = r#"(
    title: "Wells", question: "Are shards of wells the same?", host: culture(volume: "0.1 ml", medium: (il2: "20 pM"), step: "30 min"),
    run: (until: "6 h", replicates: 4, cells: 60, seed: 3, sample_every: "1 h", snapshots: ["3 h"]),
    arms: [
        (name: "Treg", interventions: [transfer(kind: "Treg", cells: "1e4 cells", at: "0 h")]),
        (name: "with IL-15", interventions: [
            transfer(kind: "NK", cells: "1e4 cells", at: "0 h"), inject(ligand: "IL-15", dose: "20 pM", at: "2 h"),
        ]),
    ],
    readouts: ["count(T)", "pstat5(Treg)", "concentration(IL-2)", "concentration(IL-15)", "pstat5(NK)"],
)"#;

/// The same of wells, with snapshots; where one shard is missing it alone is simulated, and what the others left stays as it is.
///
/// Smallest faults seen: snapshots in the order of shards; a merge that simulates what is there.
#[test]
fn shards_of_wells_do_not_matter() {
    let place = place();
    place.write("well.ron", WELL);
    place.done(&["run", "well.ron", "--out", "whole"]);
    for shards in [1_u64, 2, 3, 7] {
        let (of, out) = (shards.to_string(), format!("of-{shards}"));
        let run = |index: u64| {
            let index = index.to_string();
            place.done(&[
                "run", "well.ron", "--out", &out, "--shards", &of, "--shard", &index,
            ]);
        };
        let last = shards - 1;
        (0..last).for_each(run);
        let kept = || {
            let folder = place.path(&out).join("checkpoint");
            let files = names(&folder)
                .into_iter()
                .filter(|name| name.contains("-mouse"));
            let when = |name: String| {
                let changed = fs::metadata(folder.join(&name)).unwrap().modified();
                (name, changed.unwrap())
            };
            files.map(when).collect::<Vec<_>>()
        };
        if last > 0 {
            let missing = place.done(&["status", &out]).stdout;
            assert!(missing.contains(&format!("--array={last}\n")), "{missing}");
            let before = kept();
            assert!(!before.is_empty());
            let refused = place.run(&["merge", &out]).expect_code(2);
            assert!(
                refused.stderr.contains(&format!("--array={last}")),
                "{}",
                refused.shown()
            );
            run(last);
            let after = kept();
            assert!(after.len() > before.len());
            assert!(
                before.iter().all(|file| after.contains(file)),
                "simulated again"
            );
        } else {
            run(last);
        }
        place.done(&["merge", &out]);
        assert_same(&place.path("whole"), &place.path(&out));
    }
}

/// Only the shards that are missing are named, run and merged; a mouse of another run is none of this one.
///
/// Smallest faults seen: a checksum that does not tell runs apart; a merge that leaves mice out.
#[test]
fn only_missing_shards_run_again() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "whole"]);
    let shard = |index: &str| {
        place.done(&small::shard("out", "5", index));
    };
    for index in ["0", "2", "4"] {
        shard(index);
    }
    let missing = place.done(&["status", "out"]).stdout;
    assert!(missing.contains("--array=1,3"), "{missing}");
    let refused = place.command(&["merge", "out"]).spawn().unwrap();
    let refused = end(refused, "merge").expect_code(2);
    assert!(
        refused.stderr.contains("--array=1,3"),
        "{}",
        refused.shown()
    );
    // Another seed's mouse under the name of a missing one.
    place.done(&[
        "run",
        small::FILE,
        "--out",
        "other",
        "--seed",
        "99",
        "--shards",
        "1",
        "--shard",
        "0",
    ]);
    let mouse = "checkpoint/arm1-mouse0.json";
    let is_there = place.path("out").join(mouse).is_file();
    assert!(!is_there, "the mouse belongs to shard 1 of 5");
    fs::copy(
        place.path("other").join(mouse),
        place.path("out").join(mouse),
    )
    .unwrap();
    assert!(
        place
            .done(&["status", "out"])
            .stdout
            .contains("--array=1,3")
    );
    shard("1");
    assert!(place.done(&["status", "out"]).stdout.contains("--array=3"));
    shard("3");
    place.done(&["merge", "out"]);
    assert_same(&place.path("whole"), &place.path("out"));
    let again = place.command(&["merge", "out"]).spawn().unwrap();
    assert!(
        end(again, "merge")
            .expect_code(2)
            .stderr
            .contains("complete")
    );
}

/// Killed without notice again and again, continued from the directory alone, the same bytes.
///
/// Smallest fault seen: a mouse that is written in place.
#[test]
fn a_killed_run_resumes_to_the_same_bytes() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "whole"]);
    let mut kills = 0;
    for attempt in 0..200u64 {
        let arguments: &[&str] = if place.path("out/checkpoint/request").is_file() {
            &["resume", "out", "--threads", "2"]
        } else {
            &["run", small::FILE, "--out", "out", "--threads", "2"]
        };
        let mut child = place.command(arguments).spawn().unwrap();
        // Pauses that come back to every phase of a run, fixed but irregular.
        let pause = Duration::from_millis(1 + (attempt * 37) % 120);
        let started = Instant::now();
        while started.elapsed() < pause && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 1, "killed {kills} times");
    // It may have been killed between the last table and the report.
    place.done(&["run", small::FILE, "--out", "out"]);
    assert_same(&place.path("whole"), &place.path("out"));
    assert!(
        !names(&place.path("out"))
            .iter()
            .any(|name| name == "checkpoint")
    );
}
