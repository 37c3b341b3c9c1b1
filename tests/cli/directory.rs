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
        for arguments in [
            &run[..],
            &["status", "out"],
            &["resume", "out"],
            &["merge", "out"],
        ] {
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

/// Smallest faults seen: a table, a report and a folder `checkpoint` of somebody else, gone without `--force`.
#[test]
fn what_is_not_ours_stays_whatever_its_name() {
    let place = place();
    for (name, may_be_forced) in [
        ("checkpoint/epoch1.bin", false),
        ("scenario.ron", true),
        ("summary.csv", true),
        ("cells.csv", true),
    ] {
        let folder = name.replace('/', "-");
        let file = format!("{folder}/{name}");
        place.write(&file, "years of work");
        let run = ["run", small::FILE, "--replicates", "1", "--out", &folder];
        let refused = place.run(&run).expect_code(2);
        for part in [&*folder, name, "--out"] {
            assert!(refused.stderr.contains(part), "{}", refused.shown());
        }
        let shard = place.run(&small::shard(&folder, "2", "0")).expect_code(2);
        assert!(shard.stderr.contains(name), "{}", shard.shown());
        assert_eq!(fs::read(place.path(&file)).unwrap(), b"years of work");
        assert_eq!(refused.stderr.contains("--force"), may_be_forced);
        if !may_be_forced {
            let forced = place.run(&[&run[..], &["--force"]].concat()).expect_code(2);
            assert!(forced.stderr.contains(name), "{}", forced.shown());
            assert_eq!(fs::read(place.path(&file)).unwrap(), b"years of work");
        }
    }
}

/// Smallest fault seen: the states gone from which the run was to begin, in whatever way the directory is written.
#[test]
fn states_are_not_replaced_by_the_run_that_begins_from_them() {
    let place = place();
    let keep = [
        "run",
        small::FILE,
        "--replicates",
        "1",
        "--save-at",
        "3 d",
        "--out",
        "kept",
    ];
    place.done(&keep);
    let state = || fs::read(place.path("kept/states/arm0-mouse0.state")).unwrap();
    let before = state();
    let run = [
        "run",
        small::FILE,
        "--replicates",
        "1",
        "--from",
        "kept",
        "--force",
        "--out",
    ];
    for out in ["kept", "./kept/", "kept/states/.."] {
        let refused = place.run(&[&run[..], &[out]].concat()).expect_code(2);
        for part in ["--out", "--from", "another directory"] {
            assert!(refused.stderr.contains(part), "{}", refused.shown());
        }
        assert!(state() == before);
    }
    place.done(&[&run[..], &["out"]].concat());
}

/// Smallest faults seen: results that are only to be read refused for want of a lock; a path that does not exist, and a file, told to hold no
/// unfinished run; a shard's file of another run that was told as if it were not there.
#[test]
fn what_is_in_the_way_is_named() {
    let place = place();
    for command in ["status", "resume", "merge"] {
        let gone = place.run(&[command, "nowhere"]).expect_code(2);
        assert!(gone.stderr.contains("does not exist"), "{}", gone.shown());
        let file = place.run(&[command, small::FILE]).expect_code(2);
        assert!(file.stderr.contains("is no directory"), "{}", file.shown());
    }
    for shard in ["0", "1"] {
        place.done(&small::shard("out", "2", shard));
    }
    let name = "out/checkpoint/arm1-mouse1.json";
    let whole = fs::read(place.path(name)).unwrap();
    place.write(name, &whole[..whole.len() / 2]);
    let merged = place.run(&["merge", "out"]).expect_code(2);
    for part in ["--array=0", "`checkpoint/arm1-mouse1.json` is damaged"] {
        assert!(merged.stderr.contains(part), "{}", merged.shown());
    }
    let status = place.done(&["status", "out"]);
    assert!(
        status.stdout.contains("arm1-mouse1.json"),
        "{}",
        status.shown()
    );
    let other = place.run(&[
        "run",
        small::FILE,
        "--seed",
        "12",
        "--cells",
        "700",
        "--out",
        "out",
    ]);
    for part in ["seed 11, not 12", "cells 600, not 700"] {
        assert!(other.stderr.contains(part), "{}", other.shown());
    }
    fs::remove_file(place.path("out/checkpoint/request")).unwrap();
    for command in ["status", "resume", "merge"] {
        let refused = place.run(&[command, "out"]).expect_code(2);
        assert!(
            refused.stderr.contains("checkpoint/request"),
            "{}",
            refused.shown()
        );
    }
    let text = small::with("Small mice", "Other mice");
    place.write("other.ron", text);
    place.done(&["run", "other.ron", "--replicates", "1", "--out", "done"]);
    let other = place
        .run(&["run", small::FILE, "--replicates", "1", "--out", "done"])
        .expect_code(2);
    assert!(
        other.stderr.contains("another text of the scenario"),
        "{}",
        other.shown()
    );
}

/// Smallest fault seen: results on a medium that is only read, which could not be looked at.
#[cfg(unix)]
#[test]
fn complete_results_are_read_where_nothing_can_be_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    let run = ["run", small::FILE, "--replicates", "1", "--out", "out"];
    place.done(&run);
    let mode = |mode| fs::set_permissions(place.path("out"), fs::Permissions::from_mode(mode));
    mode(0o555).unwrap();
    // The administrator may write everywhere.
    let is_writable = fs::write(place.path("out/probe"), "").is_ok();
    let again = place.run(&run);
    mode(0o755).unwrap();
    let again = again.expect_code(0);
    assert!(
        is_writable || again.stdout.contains("nothing was simulated again"),
        "{}",
        again.shown()
    );
}
