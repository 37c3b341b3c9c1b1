//! The results directory: reprinted, refused, replaced.

use crate::place;
use paracrine_tests::program::end;
use paracrine_tests::{
    results::{FILES, assert_same, bytes},
    small,
};
use std::fs;

#[test]
fn the_same_run_again_is_reprinted_without_simulating() {
    let place = place();
    let first = place.done(&["run", small::FILE, "--out", "out"]);
    let before = bytes(&place.path("out"));
    let timing = fs::read(place.path("out/timing.json")).unwrap();
    let again = place.done(&["run", small::FILE, "--out", "out"]);
    assert!(bytes(&place.path("out")) == before, "files changed");
    // A run that simulates writes its wall-clock time, at the least its modification time.
    assert_eq!(fs::read(place.path("out/timing.json")).unwrap(), timing);
    assert!(
        again.stdout.contains("nothing was simulated again"),
        "{}",
        again.shown()
    );
    for line in first.stdout.lines() {
        assert!(
            again.stdout.lines().any(|known| known == line),
            "`{line}` is not reprinted: {}",
            again.shown()
        );
    }
}

/// Smallest fault seen: another run that replaces results without `--force`.
#[test]
fn another_run_is_refused_and_leaves_the_old_one_alone() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "out"]);
    let before = bytes(&place.path("out"));
    for other in [
        vec!["--seed", "12"],
        vec!["--replicates", "2"],
        vec!["--cells", "601"],
        vec!["--replicate", "0"],
    ] {
        let mut arguments = vec!["run", small::FILE, "--out", "out"];
        arguments.extend(&other);
        let ended = place.run(&arguments).expect_code(2);
        for word in ["--out", "--force"] {
            assert!(ended.stderr.contains(word), "{}", ended.shown());
        }
        assert_eq!(ended.stderr.matches("error:").count(), 1);
        assert!(bytes(&place.path("out")) == before, "{other:?} wrote");
    }
}

#[test]
fn force_replaces_the_old_run() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "out"]);
    place.write("out/notes.txt", "mine");
    place.done(&[
        "run",
        small::FILE,
        "--out",
        "out",
        "--seed",
        "12",
        "--force",
    ]);
    assert_eq!(
        fs::read_to_string(place.path("out/notes.txt")).unwrap(),
        "mine",
        "--force removes its own files only"
    );
    fs::remove_file(place.path("out/notes.txt")).unwrap();
    assert_eq!(paracrine_tests::program::names(&place.path("out")), FILES);
    place.done(&["run", small::FILE, "--out", "fresh", "--seed", "12"]);
    assert_same(&place.path("out"), &place.path("fresh"));
}

/// Smallest faults seen: a table cut short, snapshots or states that are gone, taken for the results of the run.
#[test]
fn damaged_results_are_no_results() {
    let place = place();
    place.write(
        "kept.ron",
        small::with(
            "seed: 11",
            "seed: 11, snapshots: [\"6 d\"], save_at: \"3 d\"",
        ),
    );
    let run = ["run", "kept.ron", "--replicates", "1", "--out", "out"];
    place.done(&run);
    for (file, is_gone) in [
        ("timecourse.csv", false),
        ("scenario.ron", false),
        ("summary.csv", true),
        ("cells.csv", true),
        ("states/arm0-mouse0.state", true),
        ("states/arm1-mouse0.state", false),
        ("manifest.json", false),
    ] {
        let path = place.path("out").join(file);
        let whole = fs::read(&path).unwrap();
        if is_gone {
            fs::remove_file(&path).unwrap();
        } else {
            fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        }
        for arguments in [&run[..], &["status", "out"]] {
            let refused = place.run(arguments).expect_code(2);
            let named = file.trim_end_matches(".json");
            for part in [named, "--force"] {
                assert!(refused.stderr.contains(part), "{}", refused.shown());
            }
        }
        fs::write(&path, &whole).unwrap();
        place.done(&run);
    }
    fs::remove_dir_all(place.path("out/states")).unwrap();
    let refused = place.run(&run).expect_code(2);
    assert!(refused.stderr.contains("missing"), "{}", refused.shown());
    place.done(&[&run[..], &["--force"]].concat());
    place.done(&run);
    place.done(&["status", "out"]);
}

/// Smallest faults seen: two processes that write the same table, one that removes what the other still reads.
#[test]
fn equal_runs_at_once_do_each_other_no_harm() {
    let place = place();
    place.write(
        "seen.ron",
        small::with("seed: 11", "seed: 11, snapshots: [\"6 d\"]"),
    );
    place.done(&["run", "seen.ron", "--out", "alone"]);
    let run = ["run", "seen.ron", "--out", "shared"];
    let started: Vec<_> = (0..3)
        .map(|_| place.command(&run).spawn().unwrap())
        .collect();
    let ended: Vec<_> = started.into_iter().map(|child| end(child, "run")).collect();
    let mut done = 0;
    for ended in ended {
        let is_busy = ended.stderr.contains("another process works in shared");
        let ended = ended.expect_code(if is_busy { 2 } else { 0 });
        assert!(
            is_busy != ended.stdout.contains("Tables"),
            "{}",
            ended.shown()
        );
        done += i32::from(!is_busy);
    }
    assert!(done > 0);
    assert_same(&place.path("alone"), &place.path("shared"));
}
