//! Interrupted runs: exit code, what stays, and the same bytes once resumed.

use crate::{PROGRAM, place};
use paracrine_tests::{
    program::{Ended, Place, end, names},
    results::{FILES, assert_same},
    small,
};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Sends a signal to a run once `mice` of its mice are kept.
fn interrupted(place: &Place, arguments: &[&str], signal: &str, mice: usize) -> Ended {
    let child = place.command(arguments).spawn().unwrap();
    let started = Instant::now();
    while kept(place).len() < mice {
        assert!(started.elapsed() < Duration::from_secs(120), "no mouse yet");
        thread::sleep(Duration::from_millis(1));
    }
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    end(child, &arguments.join(" "))
}

/// Mice in the checkpoint.
fn kept(place: &Place) -> Vec<String> {
    let mut kept = names(&place.path("out/checkpoint"));
    kept.retain(|name| name.ends_with(".json"));
    kept
}

/// Eight mice of 16 days in each arm: some seconds.
fn longer() -> String {
    small::with(
        "until: \"12 d\", replicates: 3",
        "until: \"16 d\", replicates: 8",
    )
    .replace("\"12 d\", band", "\"16 d\", band")
}

/// Smallest fault seen: a checkpoint that ignores the arm.
#[test]
fn an_interrupted_run_resumes_to_the_same_bytes() {
    let place = Place::new(PROGRAM);
    place.write(small::FILE, longer());
    let arguments = ["run", small::FILE, "--out", "out", "--threads", "2"];
    let mut before = 0;
    for (signal, wait) in [("-INT", 3), ("-TERM", 8)] {
        let ended = interrupted(&place, &arguments, signal, wait).expect_code(130);
        assert_eq!(names(&place.path("out")), ["checkpoint"], "{signal}");
        let kept = kept(&place);
        assert!(kept.len() >= wait && kept.len() < 24, "{kept:?}");
        assert!(kept.len() > before, "the second run began anew");
        before = kept.len();
        let said = format!("{} of 24", kept.len());
        assert!(ended.stderr.contains(&said), "{}", ended.shown());
        let mut leftovers = names(&place.path("out/checkpoint"));
        let all = leftovers.len();
        leftovers.retain(|name| !name.ends_with(".state"));
        // The mice on their way, one per thread.
        assert!(all - leftovers.len() <= 2, "{leftovers:?}");
        // The digest and the request of the run.
        assert_eq!(leftovers.len(), kept.len() + 2, "{leftovers:?}");
    }
    place.done(&arguments);
    assert_eq!(names(&place.path("out")), FILES);
    place.done(&["run", small::FILE, "--out", "whole"]);
    assert_same(&place.path("out"), &place.path("whole"));
}

#[test]
fn a_damaged_checkpoint_is_simulated_again() {
    let place = Place::new(PROGRAM);
    place.write(small::FILE, longer());
    let arguments = ["run", small::FILE, "--out", "out"];
    let _ = interrupted(&place, &arguments, "-INT", 2).expect_code(130);
    let kept = kept(&place);
    let damaged = format!("out/checkpoint/{}", kept[0]);
    let text = std::fs::read_to_string(place.path(&damaged)).unwrap();
    place.write(&damaged, &text[..text.len() / 2]);
    place.done(&arguments);
    place.done(&["run", small::FILE, "--out", "whole"]);
    assert_same(&place.path("out"), &place.path("whole"));
}

/// What says which run is unfinished is damaged: it is told as that, not as another run.
#[test]
fn a_damaged_claim_is_told_as_damaged() {
    let place = Place::new(PROGRAM);
    place.write(small::FILE, longer());
    let arguments = ["run", small::FILE, "--out", "out"];
    let _ = interrupted(&place, &arguments, "-INT", 1).expect_code(130);
    let (digest, request) = ("out/checkpoint/digest", "out/checkpoint/request");
    let read = |name: &str| std::fs::read(place.path(name)).unwrap();
    let (whole_digest, whole_request) = (read(digest), read(request));
    for damaged in [&b""[..], b"0123", b"0123456789abcde!", b"\xff\xfe"] {
        place.write(digest, damaged);
        for arguments in [&arguments[..], &["resume", "out"], &["status", "out"]] {
            let refused = place.run(arguments).expect_code(2);
            assert!(
                refused.stderr.contains("checkpoint/digest is damaged"),
                "{}",
                refused.shown()
            );
        }
    }
    place.write(digest, &whole_digest);
    for length in [0, 10, whole_request.len() - 1] {
        place.write(request, &whole_request[..length]);
        let refused = place.run(&["resume", "out"]).expect_code(2);
        assert!(
            refused.stderr.contains("checkpoint/request is damaged"),
            "{}",
            refused.shown()
        );
    }
    // Who says what the run is needs no request, and mends it.
    let _ = interrupted(&place, &arguments, "-INT", kept(&place).len() + 1).expect_code(130);
    assert!(read(request) == whole_request);
    place.done(&["resume", "out"]);
    place.done(&["run", small::FILE, "--out", "whole"]);
    assert_same(&place.path("out"), &place.path("whole"));
}

/// Results of another run are not mixed with a checkpoint.
#[test]
fn an_unfinished_run_is_not_continued_by_another() {
    let place = Place::new(PROGRAM);
    place.write(small::FILE, longer());
    let arguments = ["run", small::FILE, "--out", "out"];
    let _ = interrupted(&place, &arguments, "-INT", 1).expect_code(130);
    let before = kept(&place);
    place.write("other.ron", small::TEXT);
    let refused = place.run(&["run", "other.ron", "--out", "out"]);
    let refused = refused.expect_code(2);
    assert!(refused.stderr.contains("unfinished"), "{}", refused.shown());
    assert_eq!(kept(&place), before);
    // An unfinished run has no results to report on.
    let _ = place.run(&["report", "out"]).expect_code(2);
    place.done(&["run", "other.ron", "--out", "out", "--force"]);
    assert_eq!(names(&place.path("out")), FILES);
}

/// A signal before the first mouse is finished leaves nothing but an empty checkpoint, and is no error to continue from.
#[test]
fn a_signal_before_the_first_mouse_is_orderly() {
    let place = place();
    place.write(small::FILE, longer().replace("cells: 600", "cells: 20000"));
    let child = place
        .command(&["run", small::FILE, "--out", "out"])
        .spawn()
        .unwrap();
    let started = Instant::now();
    while !place.path("out/checkpoint/digest").exists() {
        assert!(started.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    let ended = end(child, "run").expect_code(130);
    assert!(ended.stderr.contains("0 of 24"), "{}", ended.shown());
    assert_eq!(names(&place.path("out")), ["checkpoint"]);
}
