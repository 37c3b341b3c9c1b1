//! The results directory: reprinted, refused, replaced.

use crate::place;
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
