//! Sizes that nobody means: refused by `check` and `run` at once, in few words.
//!
//! Smallest fault seen: a hundred thousand readouts, arms, names of drugs or faults, looked at in pairs, for minutes.

use crate::PROGRAM;
use paracrine_tests::program::{Ended, Place, end};
use std::fs;
use std::process::{Command, Stdio};

/// A scenario of a mouse with these parts.
fn mouse(run: &str, arms: &str, readouts: &str, more: &str) -> String {
    format!(
        r#"(title: "t", question: "q", {more} run: (until: "2 d", replicates: 1, {run}), arms: [{arms}], readouts: [{readouts}])"#
    )
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

const ARM: &str = r#"(name: "a")"#;
const ALIVE: &str = r#""alive""#;
const DOSED: &str =
    r#"(name: "a", interventions: [inject(ligand: "IL-2", dose: "$dose", at: "1 d")])"#;

fn with_run(run: &str) -> String {
    mouse(run, ARM, ALIVE, "")
}

fn with_arms(arms: &str) -> String {
    mouse("cells: 600", arms, ALIVE, "")
}

fn done(intervention: &str) -> String {
    with_arms(&format!("(name: \"a\", interventions: [{intervention}])"))
}

/// Arms of so many interventions each, which are numbered through.
fn many_arms(arms: u32, each: u32, one: impl Fn(u32) -> String) -> String {
    let arm = |arm: u32| {
        let all: Vec<String> = (0..each).map(|n| one(arm * each + n)).collect();
        format!("(name: \"a{arm}\", interventions: [{}])", all.join(","))
    };
    (0..arms).map(arm).collect::<Vec<_>>().join(",")
}

fn swept(sweep: &str, arms: &str) -> String {
    mouse("cells: 600", arms, ALIVE, &format!("sweep: {sweep},"))
}

fn transfer(cells: &str, more: &str) -> String {
    done(&format!(
        r#"transfer(kind: "Treg", cells: "{cells}", at: "1 d"{more})"#
    ))
}

fn with(more: &str) -> String {
    mouse("cells: 600", ARM, ALIVE, more)
}

/// Runs a command with at most one second of processor time, whatever else the machine does: what is quadratic takes minutes.
fn ended(place: &Place, arguments: &[&str]) -> Ended {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -v 8000000 -t 1; exec \"$@\"", "sh", PROGRAM])
        .args(arguments)
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    end(limited.spawn().unwrap(), &arguments.join(" "))
}

/// Texts that `check` refuses, with a part of what is said.
fn refused() -> Vec<(String, &'static str)> {
    let too_many = 20_000;
    let values = many(10_001, |value| format!("\"{} ng\"", value + 1));
    let nested = |open: &str, close: &str| open.repeat(200_000) + &close.repeat(200_000);
    let named = |what: &str, count| many(count, |n| what.replace('#', &n.to_string()));
    let long = "x".repeat(1_500_000);
    let deep_readout = format!("\"{}count(T){}\"", "(".repeat(4000), ")".repeat(4000));
    vec![
        (
            with_run("cells: 1000000000000000000"),
            "expected a whole number from 500",
        ),
        (with_run("cells: 1e18"), "expected a whole number"),
        (
            mouse("cells: 600", ARM, ALIVE, "")
                .replace("replicates: 1", "replicates: 1000000000000"),
            "a whole number from 1",
        ),
        (
            with_run("cells: 600").replace("2 d", "1e300 d"),
            "found \"1e300 d\"",
        ),
        (
            with_run("cells: 600, sample_every: \"1e-9 s\""),
            "sample_every",
        ),
        (transfer("1e18 cells", ""), "at most 1e12 cells"),
        (transfer("1e999 cells", ""), "found"),
        (transfer("1e3 cells", ", every: \"1e-300 d\""), "found"),
        (
            swept(
                "sobol(points: 1000000000, axes: [(name: \"treg_death\")])",
                ARM,
            ),
            "a whole number from 1 to 10000",
        ),
        (
            swept(
                "latin_hypercube(points: 1e18, axes: [(name: \"treg_death\")])",
                ARM,
            ),
            "a whole number from 1 to 10000",
        ),
        (
            swept(
                &format!(
                    "grid(axes: [{}])",
                    many(64, |n| format!("(name: \"x{n}\", values: [1, 2])"))
                ),
                ARM,
            ),
            "at most 10000",
        ),
        (
            swept(
                &format!("list(axes: [(name: \"dose\", values: [{values}])])"),
                DOSED,
            ),
            "found 10001 entries, expected at most 10000",
        ),
        (
            swept(
                &format!(
                    "list(axes: [(name: \"dose\", values: [{}])])",
                    many(10_000, |n| format!("\"{} ng\"", n + 1))
                ),
                &many(100, |n| DOSED.replace("\"a\"", &format!("\"a{n}\""))),
            ),
            "at most 100000 arms in all",
        ),
        (
            mouse(
                "cells: 600",
                DOSED,
                &many(1000, |n| format!("(name: \"r{n}\", value: \"count(T)\")")),
                &format!(
                    "sweep: list(axes: [(name: \"dose\", values: [{}])]),",
                    many(10_000, |n| format!("\"{} ng\"", n + 1))
                ),
            ),
            "at most 10000000 values in all",
        ),
        (
            mouse(
                "cells: 600",
                ARM,
                &named("(name: \"r#\", value: \"count(T)\")", too_many),
                "",
            ),
            "found 20000 entries, expected at most 10000",
        ),
        (
            mouse(
                "cells: 600",
                ARM,
                &many(9_000, |_| "\"count(T)\"".to_owned()),
                "",
            ),
            "found a second \"count(T)\"",
        ),
        (
            mouse("cells: 600", ARM, &named("\"cuont(T#)\"", 9_000), ""),
            "did you mean `count`?",
        ),
        (
            with_arms(&named("(name: \"a#\")", too_many)),
            "found 20000 entries",
        ),
        (
            with_arms(&many(9_000, |_| ARM.to_owned())),
            "found a second arm \"a\"",
        ),
        (
            with_arms(&named(
                "(name: \"a#\", genotype: [(gene: \"Il2r#\", expression: 0)])",
                9_000,
            )),
            "expected a gene",
        ),
        (
            done(&many(9_000, |n| {
                format!("transfer(kind: \"Treg\", cells: \"1 cells\", at: \"1 d\", tag: \"t{n}\")")
            })),
            "tags",
        ),
        (
            done(&many(9_000, |_| {
                "deplete(kind: \"Tregg\", fraction: 0.5, at: \"1 d\")".to_owned()
            })),
            "did you mean `Treg`?",
        ),
        // Only the plan sees these.
        (
            done(&many(9_000, |_| {
                "transfer(kind: \"CD4\", cells: \"1 cells\", at: \"1 d\")".to_owned()
            })),
            "one kind of cell",
        ),
        (
            with(&format!(
                "drugs: [{}],",
                named(
                    "(name: \"d#\", target: \"CD25\", kd: \"1 nM\", half_life: \"6 d\")",
                    too_many
                )
            )),
            "found 20000 entries",
        ),
        (
            with(&format!(
                "forms: [{}],",
                many(9_000, |_| {
                    "(name: \"f\", alpha: 1, beta_gamma: 1, half_life: \"6 d\")".to_owned()
                })
            )),
            "\"f\"",
        ),
        (
            with(&format!("overlay: {{{}}},", named("\"x#\": 1", 9_000))),
            "expected a parameter",
        ),
        (
            with(&format!(
                "overlay: {{{}}},",
                many(9_000, |_| "\"treg_death\": \"0.08 1/d\"".to_owned())
            )),
            "treg_death",
        ),
        (
            with(&format!("{},", named("k#: 1", 9_000))),
            "the unknown key `k0`",
        ),
        (
            with_run(&format!(
                "cells: 600, snapshots: [{}]",
                many(9_000, |_| "\"1 d\"".to_owned())
            )),
            "at most 100",
        ),
        (
            with_arms("(name: 1)").replace("(name: 1)", &many(9_000, |_| "(name: 1)".to_owned())),
            "found the number 1",
        ),
        (nested("[", "]"), "brackets inside brackets without end"),
        (nested("(a:", ")"), "brackets inside brackets without end"),
        (
            with(&format!("overlay: {},", nested("{1:", "}"))),
            "brackets inside brackets without end",
        ),
        ("/*".repeat(500_000), "found"),
        ("r#".to_owned() + &"#".repeat(1_500_000), "found"),
        (
            mouse("cells: 600", ARM, &deep_readout, ""),
            "levels of nesting",
        ),
        (
            mouse(
                "cells: 600",
                ARM,
                &format!("\"{}count(T)\"", "-".repeat(100_000)),
                "",
            ),
            "at most 10000",
        ),
        (
            with_arms(&format!("(name: \"{long}\")")),
            "found a text of 1500000 bytes, expected at most 10000",
        ),
        (with(&format!("{long}: 1,")), "found a key of 1500000 bytes"),
        (
            with_run("cells: 600").replace("2 d", &"9".repeat(1_500_000)),
            "found a text of 1500000 bytes",
        ),
        (
            with_run(&format!("cells: {}", "9".repeat(1_500_000))),
            "found a number of 1500000 bytes",
        ),
        (
            with(&format!("model: \"{long}.ron\",")),
            "found a text of 1500004 bytes",
        ),
        (
            "\n".repeat(1_500_000) + &with_run("cells: 600").replace("alive", "alvie"),
            "did you mean `alive`?",
        ),
        (
            with(&format!("/*{}*/", "ö".repeat(700_000))).replace("\"alive\"", "\"alvie\""),
            "did you mean `alive`?",
        ),
        (
            " ".repeat(5_000_000) + &with_run("cells: 600"),
            "more than 2 MB",
        ),
        (
            with_arms(&format!("(name: \"{}\")", "x".repeat(50_000_000))),
            "more than 2 MB",
        ),
        (
            with_arms(&many_arms(100, 200, |_| {
                "transfer(kind: \"Treg\", cells: \"1 cells\", at: \"1 d\", sort: (chain: \"CD25\", above: 30000))".to_owned()
            })),
            "donors are at rest",
        ),
        // Each gate of another genotype, and few cells pass it.
        (
            with_arms(&many_arms(30, 190, |n| {
                let share = 0.5 + f64::from(n) / 1e5;
                format!(
                    "transfer(kind: \"Treg\", cells: \"1 cells\", at: \"1 d\", genotype: [(gene: \"Il2ra\", expression: {share})], sort: (chain: \"CD25\", above: 250, below: 252))"
                )
            })),
            "at most 200000 cells are looked at",
        ),
        (
            with_arms(&many_arms(150, 200, |_| {
                "deplete(kind: \"Treg\", fraction: 0.5, at: \"1 d\")".to_owned()
            })),
            "at most 20000 in all arms together",
        ),
    ]
}

#[test]
fn what_is_out_of_all_measure_is_refused_at_once() {
    let place = Place::new(PROGRAM);
    let mut failed = Vec::new();
    for (text, part) in refused() {
        place.write("t.ron", &text);
        for command in ["check", "run"] {
            let ended = ended(&place, &[command, "t.ron"]);
            let said = ended
                .stderr
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let is_good = ended.code == Some(1)
                && said.contains(part)
                && said.len() < 200_000
                && !said.contains("panicked")
                && place.names() == ["t.ron"];
            if !is_good {
                let head: String = text.chars().take(160).collect();
                let said: String = said.chars().take(400).collect();
                failed.push(format!(
                    "{command} of {head}: code {:?} without `{part}`, {} bytes:\n{said}",
                    ended.code,
                    ended.stderr.len()
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// What a scenario may say, and a machine cannot do.
#[test]
fn what_no_machine_can_do_is_refused_before_it_begins() {
    let place = Place::new(PROGRAM);
    for (text, part) in [
        (with_run("cells: 4294967295"), "MB of memory"),
        (
            with_run("cells: 600").replace("replicates: 1", "replicates: 4294967295"),
            "of memory",
        ),
        (
            with_run("cells: 20000, sample_every: \"100 d\"")
                .replace("replicates: 1", "replicates: 1000")
                .replace("2 d", "3650 d"),
            "hours",
        ),
    ] {
        place.write("t.ron", text);
        let _ = place.done(&["check", "t.ron"]);
        let ended = ended(&place, &["run", "t.ron"]).expect_code(2);
        assert!(ended.stderr.contains(part), "{}", ended.shown());
        assert_eq!(place.names(), ["t.ron"]);
    }
}

/// What comes in one go has an end, and says so.
#[test]
fn there_is_an_end_to_faults() {
    let place = Place::new(PROGRAM);
    let text = with_arms(&many(5000, |_| "(name: 1)".to_owned())).replace(',', ",\n");
    place.write("t.ron", text);
    let ended = place.run(&["check", "t.ron"]).expect_code(1);
    assert!(
        ended.stderr.contains("100 faults in t.ron"),
        "{}",
        ended.shown()
    );
    assert!(fs::read_dir(place.path(".")).unwrap().count() == 1);
}

/// Cells of any kind that grow without end mark what they grow in, and end it: in a mouse, in a well, and twenty divisions a day.
///
/// Smallest faults seen: T cells counted alone, a well bounded like a mouse, agents without number once cells could not be counted.
#[test]
fn what_no_host_can_hold_is_no_result() {
    let forced = r#"(name: "a", signals: [(signal: "pSTAT5", level: 1, lineage: "NK")])"#;
    let file = |more: &str, until: &str, arm: &str| {
        format!(
            r#"(title: "t", question: "q", {more} run: (until: "{until}", replicates: 1, cells: 500, seed: 3), arms: [{arm}], readouts: ["count(NK)"])"#
        )
    };
    let fast = r#"overlay: { "nk_division": "20 1/d" },"#;
    let well = r#"host: culture(volume: "0.2 ml", medium: (il15: "10 nM")),"#;
    let cultured =
        r#"(name: "a", interventions: [transfer(kind: "NK", cells: "1e5 cells", at: "0 h")])"#;
    let place = Place::new(PROGRAM);
    for (name, text, most) in [
        ("mouse", file("", "70 d", forced), "(1e12)"),
        ("fast", file(fast, "70 d", forced), "(1e12)"),
        ("well", file(well, "1000 h", cultured), "(1e9)"),
    ] {
        let scenario = format!("{name}.ron");
        place.write(&scenario, text);
        let mut limited = Command::new("sh");
        limited
            .args(["-c", "ulimit -v 4000000; exec \"$@\"", "sh", PROGRAM])
            .args(["run", &scenario, "--out", name])
            .current_dir(place.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let ended = end(limited.spawn().unwrap(), name).expect_code(3);
        for part in ["could not be simulated to the end", "most of them NK", most] {
            assert!(ended.stderr.contains(part), "{part}: {}", ended.shown());
        }
        let course = fs::read_to_string(place.path(&format!("{name}/timecourse.csv"))).unwrap();
        let counted = course.lines().filter(|line| line.contains(",count(NK),"));
        let largest = counted
            .filter_map(|line| line.rsplit(',').next()?.parse().ok())
            .fold(0.0, f64::max);
        let bound = if name == "well" { 1e9 } else { 1e12 };
        assert!(largest <= bound, "{name}: {largest}");
    }
}
