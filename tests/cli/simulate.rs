//! Reaction networks: files, messages, exit codes, interruption, the suite of test cases.

use crate::PROGRAM;
use paracrine_tests::program::{Ended, Place, end, names};
use paracrine_tests::results::{TIMING, Table};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

const FILE: &str = "decay.ron";

/// A network with an answer in closed form: 100 molecules that decay independently.
const DECAY: &str = r#"(
    title: "Decay of α molecules",
    time_unit: "h",
    parameters: { "k": 0.5, "half": "ln(2) / k" },
    species: { "X": 100, "Y": 0 },
    channels: [(name: "decay", reaction: "X -> Y", rate: "k")],
    run: (until: 4, points: 4, replicates: 60, seed: 5),
    expect: [
        (quantity: "X", at: 2, mean: 36.787944, sd: 4.822, source: "binomial law"),
        (quantity: "X + Y", at: 4, mean: 100, sd: 0),
        (quantity: "X < 37", at: 2, probability: 0.47, tolerance: 0.1),
        (quantity: "X", at: 2, ode: 36.78794412),
    ],
)
"#;

const SBML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
  <model id="decay" name="Decay of an isotope">
    <listOfCompartments><compartment id="cell" constant="true"/></listOfCompartments>
    <listOfSpecies>
      <species id="X" compartment="cell" initialAmount="100" hasOnlySubstanceUnits="true"
        boundaryCondition="false" constant="false"/>
    </listOfSpecies>
    <listOfReactions>
      <reaction id="loss" reversible="false" fast="false">
        <listOfReactants><speciesReference species="X" stoichiometry="1" constant="true"/></listOfReactants>
        <kineticLaw>
          <math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><cn>0.5</cn><ci> X </ci></apply></math>
        </kineticLaw>
      </reaction>
    </listOfReactions>
  </model>
</sbml>
"#;

fn place() -> Place {
    let place = Place::new(PROGRAM);
    place.write(FILE, DECAY);
    place
}

/// All files of a directory with their bytes, except the one that holds wall-clock time.
fn bytes(place: &Place, directory: &str) -> BTreeMap<String, Vec<u8>> {
    let path = place.path(directory);
    let mut names = names(&path);
    names.retain(|name| name != TIMING);
    names
        .into_iter()
        .map(|name| {
            let bytes = fs::read(path.join(&name)).unwrap();
            (name, bytes)
        })
        .collect()
}

fn manifest(place: &Place, directory: &str) -> serde_json::Value {
    let bytes = fs::read(place.path(directory).join("manifest.json")).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_run_leaves_every_file_and_nothing_else() {
    let place = place();
    let ended = place.done(&["simulate", FILE]);
    assert_eq!(ended.stderr, "", "{}", ended.shown());
    assert_eq!(
        names(&place.path("results/decay")),
        [
            "checks.csv",
            "manifest.json",
            "model.ron",
            "summary.csv",
            "timing.json",
            "trajectories.csv"
        ]
    );
    let results = place.path("results/decay");
    assert_eq!(
        fs::read_to_string(results.join("model.ron")).unwrap(),
        DECAY
    );

    let trajectories = Table::read(&results.join("trajectories.csv"));
    assert_eq!(
        trajectories.header,
        ["replicate", "time", "quantity", "value"]
    );
    assert_eq!(trajectories.rows.len(), 60 * 5 * 2);
    assert_eq!(trajectories.rows[0], ["0", "0", "X", "100"]);

    let summary = Table::read(&results.join("summary.csv"));
    assert_eq!(
        summary.header,
        [
            "time", "quantity", "n", "mean", "sd", "min", "q05", "median", "q95", "max"
        ]
    );
    assert_eq!(summary.rows.len(), 5 * 2);
    // The statistics are those of the trajectories.
    let values: Vec<f64> = trajectories
        .rows
        .iter()
        .filter(|row| row[1] == "2" && row[2] == "X")
        .map(|row| row[3].parse().unwrap())
        .collect();
    let mean = values.iter().sum::<f64>() / 60.0;
    let row = &summary.rows[4];
    assert_eq!(
        (row[0].as_str(), row[1].as_str(), row[2].as_str()),
        ("2.0", "X", "60")
    );
    assert!((row[3].parse::<f64>().unwrap() - mean).abs() < 1e-9);

    let checks = Table::read(&results.join("checks.csv"));
    let verdict = checks.column("verdict");
    let verdicts: Vec<&str> = checks
        .rows
        .iter()
        .map(|row| row[verdict].as_str())
        .collect();
    assert_eq!(verdicts, ["in", "in", "in", "in", "in", ""]);

    let manifest = manifest(&place, "results/decay");
    assert_eq!(manifest["method"]["name"], "lanes");
    assert_eq!(manifest["seed"], 5);
    assert_eq!(manifest["replicates"], 60);
    assert_eq!(manifest["stopped"], 0);
    assert_eq!(manifest["expectations_in"], 5);
    assert_eq!(manifest["quantities"].as_array().unwrap().len(), 2);
}

/// Smallest fault seen: statistics taken in the order in which replicates finish.
#[test]
fn threads_and_company_do_not_matter() {
    let place = place();
    place.done(&["simulate", FILE, "--out", "one", "--threads", "1"]);
    place.done(&["simulate", FILE, "--out", "two", "--threads", "3"]);
    assert!(
        bytes(&place, "one") == bytes(&place, "two"),
        "threads matter"
    );
    place.done(&["simulate", FILE, "--out", "alone", "--replicate", "7"]);
    let all = Table::read(&place.path("one/trajectories.csv"));
    let alone = Table::read(&place.path("alone/trajectories.csv"));
    alone.assert_equals(
        &all.only("replicate", |number| number == "7"),
        "replicate 7",
    );
}

#[test]
fn the_same_run_is_reprinted_and_another_refused() {
    let place = place();
    let first = place.done(&["simulate", FILE, "--out", "out"]);
    let before = bytes(&place, "out");
    let again = place.done(&["simulate", FILE, "--out", "out"]);
    assert!(
        again.stdout.contains("nothing was simulated again"),
        "{}",
        again.shown()
    );
    for line in first
        .stdout
        .lines()
        .filter(|line| !line.contains(" a second"))
    {
        assert!(
            again.stdout.lines().any(|known| known == line),
            "`{line}` is missing"
        );
    }
    for other in [
        &["--seed", "6"][..],
        &["--replicates", "61"],
        &["--until", "5"],
        &["--points", "5"],
        &["--set", "k=0.6"],
        &["--method", "tree"],
        &["--quantities", "X"],
        &["--every-firing"],
        &["--firing-limit", "7"],
    ] {
        let mut arguments = vec!["simulate", FILE, "--out", "out"];
        arguments.extend(other);
        let ended = place.run(&arguments).expect_code(2);
        assert!(ended.stderr.contains("--force"), "{}", ended.shown());
        assert!(bytes(&place, "out") == before, "{other:?} wrote");
    }
    place.done(&["simulate", FILE, "--out", "out", "--seed", "6", "--force"]);
    assert!(bytes(&place, "out") != before);
}

#[test]
fn every_method_has_a_name_and_the_right_mean() {
    let place = place();
    for method in [
        "direct",
        "next-reaction",
        "tree",
        "hub",
        "lanes",
        "tau-leap",
        "fixed-leap",
        "ode",
    ] {
        let mut arguments = vec!["simulate", FILE, "--out", method, "--method", method];
        if method == "fixed-leap" {
            arguments.extend(["--tau", "0.001"]);
        }
        arguments.push("--strict");
        place.done(&arguments);
        assert_eq!(manifest(&place, method)["method"]["name"], method);
    }
    let ode = Table::read(&place.path("ode/checks.csv"));
    let verdict = ode.column("verdict");
    assert_eq!(ode.rows.last().unwrap()[verdict], "in");
}

/// Smallest fault seen: a mean that is off by 5 standard errors called in.
#[test]
fn a_wrong_number_is_out() {
    let place = place();
    // 60 replicates of standard deviation 4.8: a standard error is 0.62.
    place.write(FILE, DECAY.replace("mean: 36.787944", "mean: 41"));
    let ended = place.done(&["simulate", FILE]);
    assert!(ended.stdout.contains("OUT"), "{}", ended.shown());
    let ended = place.run(&["simulate", FILE, "--strict"]).expect_code(4);
    assert!(ended.stderr.contains("1 of 6"), "{}", ended.shown());
}

#[test]
fn a_limit_of_firings_is_said_everywhere() {
    let place = place();
    let arguments = ["simulate", FILE, "--firing-limit", "20", "--out", "out"];
    let ended = place.done(&arguments);
    assert!(
        ended
            .stderr
            .contains("60 of 60 replicates stopped after 20 firings"),
        "{}",
        ended.shown()
    );
    assert_eq!(manifest(&place, "out")["stopped"], 60);
    let summary = Table::read(&place.path("out/summary.csv"));
    assert_eq!(summary.rows.last().unwrap()[2..4], ["0", ""]);
    let mut strict = arguments.to_vec();
    strict.push("--strict");
    let _ = place.run(&strict).expect_code(4);
}

#[test]
fn every_firing_is_written() {
    let place = place();
    place.done(&[
        "simulate",
        FILE,
        "--every-firing",
        "--replicates",
        "3",
        "--out",
        "out",
    ]);
    let firings = Table::read(&place.path("out/firings.csv"));
    assert_eq!(
        firings.header,
        [
            "replicate",
            "firing",
            "time",
            "channel",
            "quantity",
            "value"
        ]
    );
    let trajectories = Table::read(&place.path("out/trajectories.csv"));
    for replicate in ["0", "1", "2"] {
        let own = firings.only("replicate", |number| number == replicate);
        let last = own.rows.iter().rfind(|row| row[4] == "X").unwrap();
        let sampled = trajectories.only("replicate", |number| number == replicate);
        let at_end = sampled.rows.iter().rfind(|row| row[2] == "X").unwrap();
        assert_eq!(last[5], at_end[3]);
        assert_eq!(own.rows[2][1..4][0], "1");
        assert_eq!(own.rows[2][3], "decay");
        // 100 molecules, one firing each.
        let fired: u64 = last[1].parse().unwrap();
        assert_eq!(fired, 100 - last[5].parse::<u64>().unwrap());
    }
}

#[test]
fn values_can_be_set() {
    let place = place();
    let ended = place.done(&[
        "simulate", FILE, "--set", "k=1e-9", "--set", "X=7", "--out", "out",
    ]);
    assert!(
        ended.stderr.contains("without changed values"),
        "{}",
        ended.shown()
    );
    let summary = Table::read(&place.path("out/summary.csv"));
    for row in summary.rows.iter().filter(|row| row[1] == "X") {
        assert_eq!(row[3], "7.0");
    }
    assert_eq!(manifest(&place, "out")["changes"]["k"], 1e-9);
}

#[test]
fn sbml_runs_and_its_faults_have_lines() {
    let place = place();
    place.write("isotope.xml", SBML);
    place.write(
        "isotope.txt",
        format!("\n  {}", SBML.split_once('\n').unwrap().1),
    );
    for name in ["isotope.xml", "isotope.txt"] {
        let ended = place.done(&["simulate", name, "--until", "2", "--out", "out", "--force"]);
        assert!(
            ended.stdout.starts_with("Decay of an isotope"),
            "{}",
            ended.shown()
        );
        assert!(place.path("out/model.xml").is_file(), "{}", ended.shown());
    }
    let check = place.done(&["check", "isotope.txt", FILE, "wild-type", "enzyme"]);
    assert_eq!(check.stdout.lines().count(), 4, "{}", check.shown());
    let faulty = SBML.replace("<ci> X </ci>", "<ci> Z </ci>");
    place.write("faulty.xml", &faulty);
    let line = 1 + faulty[..faulty.find("<ci>").unwrap()].matches('\n').count();
    let ended = place
        .run(&["simulate", "faulty.xml", "--until", "2"])
        .expect_code(1);
    assert!(
        ended.stderr.contains(&format!("faulty.xml:{line}:")),
        "{}",
        ended.shown()
    );
    assert!(ended.stderr.contains('Z'), "{}", ended.shown());
    let ended = place.run(&["simulate", "isotope.txt"]).expect_code(2);
    assert!(ended.stderr.contains("--until"), "{}", ended.shown());
}

/// Smallest fault seen: a digest that does not know of the changes, so that the results of others are reprinted.
#[test]
fn values_of_sbml_can_be_set() {
    let place = place();
    let law = "<apply><times/><ci>k</ci><ci>half</ci><ci> X </ci></apply>";
    let text = SBML
        .replace("<apply><times/><cn>0.5</cn><ci> X </ci></apply>", law)
        .replace(
            "<listOfReactions>",
            r#"<listOfParameters><parameter id="k" value="1" constant="true"/>
        <parameter id="half" constant="false"/></listOfParameters>
      <listOfRules><assignmentRule variable="half">
        <math xmlns="http://www.w3.org/1998/Math/MathML"><apply><divide/><ci>k</ci><cn>2</cn></apply></math>
      </assignmentRule></listOfRules><listOfReactions>"#,
        );
    place.write("isotope.xml", text);
    let simulate = |settings: &[&str]| {
        let mut all = vec!["simulate", "isotope.xml", "--until", "1", "--points", "1"];
        all.extend(["--method", "ode"]);
        all.extend(settings);
        place.run(&all)
    };
    for (setting, expected) in [
        ("X=40", 40.0 * f64::exp(-0.5)),
        ("k=2", 100.0 * f64::exp(-2.0)),
    ] {
        let ended = simulate(&["--set", setting, "--out", setting]).expect_code(0);
        let summary = Table::read(&place.path(setting).join("summary.csv"));
        let row = summary
            .rows
            .iter()
            .find(|row| row[0] == "1.0" && row[1] == "X");
        let value: f64 = row.unwrap()[3].parse().unwrap();
        assert!(
            (value - expected).abs() < 1e-5,
            "{value}: {}",
            ended.shown()
        );
        let (name, number) = setting.split_once('=').unwrap();
        let number: f64 = number.parse().unwrap();
        assert_eq!(manifest(&place, setting)["changes"][name], number);
    }
    for (setting, expected) in [
        ("half=1", "`half`, which a rule determines"),
        ("haf=1", "did you mean `half`?"),
    ] {
        let ended = simulate(&["--set", setting]).expect_code(2);
        assert!(ended.stderr.contains(expected), "{}", ended.shown());
    }
    let _ = simulate(&["--set", "X=40", "--out", "k=2"]).expect_code(2);
}

/// Smallest fault seen: a column counted from 0.
#[test]
fn faults_of_a_network_have_their_places() {
    for (from, to, place_of, found) in [
        ("X -> Y", "X -> Z", "Z", "`Z`"),
        ("X -> Y", "X > Y", "> Y", "`>`"),
        ("ln(2) / k", "ln(2) / kk", "kk", "`kk`"),
        ("ln(2) / k", "log(2) / k", "log", "`log`"),
        (
            "points: 4",
            "pionts: 4",
            "pionts",
            "the unknown key `pionts`",
        ),
        ("\"X\": 100", "\"X\": 99.5", "99.5", "the amount 99.5"),
        ("X < 37", "x < 37", "x < 37", "`x`"),
    ] {
        let place = place();
        let text = DECAY.replacen(from, to, 1);
        place.write(FILE, &text);
        let begin = DECAY.find(from).unwrap();
        let byte = begin + text[begin..].find(place_of).unwrap();
        let line = text[..byte].matches('\n').count() + 1;
        let column = text[..byte]
            .chars()
            .rev()
            .take_while(|c| *c != '\n')
            .count()
            + 1;
        let head = format!("{FILE}:{line}:{column}: found {found}, expected ");
        for command in ["check", "simulate"] {
            let ended = place.run(&[command, FILE]).expect_code(1);
            let joined: Vec<&str> = ended.stderr.split_whitespace().collect();
            assert!(
                joined.join(" ").contains(&head),
                "{head}\n{}",
                ended.shown()
            );
            assert_eq!(ended.stdout, "", "{}", ended.shown());
            assert_eq!(place.names(), [FILE], "{}", ended.shown());
        }
    }
}

#[test]
fn impossible_requests_leave_nothing() {
    let place = place();
    for (arguments, expected) in [
        (&["--replicates", "0"][..], "--replicates: found 0"),
        (&["--points", "0"], "--points: found 0"),
        (&["--until", "0"], "--until: found 0"),
        (&["--until", "-1"], "--until: found -1"),
        (&["--until", "inf"], "--until: found inf"),
        (&["--until", "nan"], "--until: found NaN"),
        (&["--method", "gillespie"], "possible values"),
        (&["--epsilon", "0.1"], "--epsilon"),
        (
            &["--method", "tau-leap", "--epsilon", "2"],
            "--epsilon: found 2",
        ),
        (
            &["--method", "binomial-leap", "--tau", "1e9"],
            "a step no longer than the run",
        ),
        (&["--method", "fixed-leap"], "--tau: found nothing"),
        (
            &["--method", "fixed-leap", "--tau", "-1"],
            "--tau: found -1",
        ),
        (&["--firing-limit", "0"], "--firing-limit: found 0"),
        (&["--method", "ode", "--every-firing"], "--every-firing"),
        (&["--quantities", "X,Z"], "--quantities: found `Z`"),
        (&["--quantities", "half"], "which never changes"),
        (&["--set", "kk=1"], "did you mean `k`?"),
        (&["--set", "k"], "a name and a number"),
        (&["--set", "X=-5"], "--set: found X=-5.0"),
        (&["--set", "X=2.5"], "a whole number"),
        (&["--set", "k=fast"], "a number"),
        (&["--threads", "0"], "--threads: found 0"),
        (
            &["--points", "1000000", "--replicates", "100000000"],
            "MB of memory",
        ),
    ] {
        let mut all = vec!["simulate", FILE];
        all.extend(arguments);
        let ended = place.run(&all).expect_code(2);
        assert!(
            ended.stderr.contains(expected),
            "{expected}: {}",
            ended.shown()
        );
        assert_eq!(place.names(), [FILE], "{}", ended.shown());
    }
}

#[test]
fn each_command_names_the_other() {
    let place = place();
    let ended = place.run(&["simulate", "wild-type"]).expect_code(2);
    assert!(
        ended.stderr.contains("paracrine run wild-type"),
        "{}",
        ended.shown()
    );
    for name in ["schloegl", FILE] {
        let ended = place.run(&["run", name]).expect_code(2);
        let expected = format!("paracrine simulate {name}");
        assert!(ended.stderr.contains(&expected), "{}", ended.shown());
    }
    let ended = place.run(&["simulate", "scloegl"]).expect_code(1);
    assert!(
        ended.stderr.contains("did you mean `schloegl`?"),
        "{}",
        ended.shown()
    );
    let list = place.done(&["list"]);
    assert!(list.stdout.contains("schloegl") && list.stdout.contains("wild-type"));
}

/// Smallest fault seen: the claim of a failed run left behind.
#[test]
fn a_failing_run_says_where_and_leaves_nothing() {
    let place = place();
    place.write(
        FILE,
        DECAY.replace("rate: \"k\"", "propensity: \"X - 50.5\""),
    );
    let ended = place
        .run(&["simulate", FILE, "--out", "out"])
        .expect_code(3);
    for part in ["channel `decay`", "X = 50", "at time", "-0.5"] {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.shown());
    }
    assert_eq!(place.names(), [FILE]);
}

/// One species `A` and one channel `d`.
fn single(amount: &str, reaction: &str, law: &str) -> String {
    format!(
        r#"(title: "single", species: {{ "A": {amount} }},
        channels: [(name: "d", reaction: "{reaction}", {law})], run: (until: 1000, replicates: 10))"#
    )
}

/// Smallest fault seen: a species named in place of the channel, by `lanes`.
#[test]
fn what_stops_a_run_is_named_by_every_method() {
    let place = Place::new(PROGRAM);
    place.write(
        "negative.ron",
        single("10", "A ->", "propensity: \"A - 5.5\""),
    );
    place.write(
        "undefined.ron",
        single("10", "A ->", "propensity: \"sqrt(A - 5) + 1\""),
    );
    place.write("large.ron", single("9007199254740990", "-> A", "rate: 1"));
    let methods = [
        &["direct"][..],
        &["next-reaction"],
        &["tree"],
        &["hub"],
        &["tau-leap"],
        &["fixed-leap", "--tau", "0.5"],
        &["lanes"],
    ];
    for method in methods {
        for (file, parts) in [
            ("negative.ron", ["propensity -0.5", "in state A = 5"]),
            ("undefined.ron", ["propensity NaN", "in state A = 4"]),
            (
                "large.ron",
                ["fires in state A = 90071992547409", "the range 0 to 2^53"],
            ),
        ] {
            if method[0] == "lanes" && file != "large.ron" {
                continue;
            }
            let mut arguments = vec!["simulate", file, "--out", "out", "--method"];
            arguments.extend(method);
            let ended = place.run(&arguments).expect_code(3);
            for part in ["at time", "channel `d`"].iter().chain(&parts) {
                assert!(ended.stderr.contains(part), "{part}: {}", ended.shown());
            }
            assert!(!place.path("out").exists());
        }
    }
}

#[test]
fn a_model_that_cannot_start_is_at_fault_and_a_method_that_cannot_run_it_is_not() {
    let place = Place::new(PROGRAM);
    place.write(
        "negative.ron",
        single("10", "A ->", "propensity: \"A - 50\""),
    );
    let ended = place.run(&["simulate", "negative.ron"]).expect_code(1);
    assert!(
        ended
            .stderr
            .contains("at time 0 channel `d` has propensity -40"),
        "{}",
        ended.shown()
    );
    place.write("half.xml", SBML.replace("\"100\"", "\"0.5\""));
    let half = ["simulate", "half.xml", "--until", "1", "--method"];
    let ended = place.run(&[&half[..], &["direct"]].concat()).expect_code(1);
    assert!(
        ended.stderr.contains("species `X` has the amount 0.5"),
        "{}",
        ended.shown()
    );
    place.done(&[&half[..], &["ode"]].concat());
    place.write(
        "formula.ron",
        single("10", "A ->", "propensity: \"A / (A + 1)\""),
    );
    let lanes = ["simulate", "formula.ron", "--method", "lanes"];
    let ended = place.run(&lanes).expect_code(2);
    assert!(
        ended.stderr.contains("--method: found `lanes`") && ended.stderr.contains("channel `d`"),
        "{}",
        ended.shown()
    );
}

#[test]
fn files_that_are_no_network() {
    let place = Place::new(PROGRAM);
    place.write("empty.ron", "");
    place.write("empty.xml", "");
    place.write("bytes.ron", b"\x7fELF\xff\0");
    place.write("broken.xml", "<sbml");
    place.write("other.xml", "<html/>");
    place.write("directory.ron/inside", "");
    let constraint = r#"<listOfConstraints><constraint>
        <math xmlns="http://www.w3.org/1998/Math/MathML"><true/></math>
      </constraint></listOfConstraints><listOfReactions>"#;
    let text = SBML.replace("<listOfReactions>", constraint);
    let line = 1 + text[..text.find("<constraint>").unwrap()]
        .matches('\n')
        .count();
    place.write("constraint.xml", text);
    place.write(
        "loop.ron",
        DECAY.replace("\"k\": 0.5", "\"k\": \"1 / half\""),
    );
    place.write("missing.ron", DECAY.replace("X -> Y", "X -> Y + Q"));
    let place_of = format!("constraint.xml:{line}:");
    let before = place.names();
    for (name, expected) in [
        ("empty.ron", "empty.ron:1:1: found an empty file"),
        ("empty.xml", "empty.xml:1:1: found an empty file"),
        ("bytes.ron", "bytes.ron is no text: byte 4 is not UTF-8"),
        ("broken.xml", "broken.xml:1:1"),
        ("other.xml", "must be `<sbml>`"),
        ("directory.ron", "cannot read directory.ron"),
        ("nowhere.ron", "no network `nowhere.ron`"),
        ("", "no network ``"),
        ("constraint.xml", place_of.as_str()),
        ("constraint.xml", "`<constraint>` is not supported"),
        ("loop.ron", "a definition by itself: "),
        ("missing.ron", "found `Q`"),
    ] {
        let ended = place.run(&["simulate", name, "--until", "1"]);
        let ended = ended.expect_code(1);
        assert!(
            ended.stderr.contains(expected),
            "{expected}: {}",
            ended.shown()
        );
        assert_eq!(ended.stdout, "", "{}", ended.shown());
        assert_eq!(place.names(), before);
    }
}

#[test]
fn directories_that_cannot_take_tables() {
    let place = place();
    place.write("thesis/chapter.txt", "years of work");
    for (out, code, expected) in [
        (FILE, 2, "decay.ron is no directory"),
        ("decay.ron/below", 3, "cannot write decay.ron/below"),
        ("thesis", 2, "chapter.txt"),
        ("/proc/nowhere", 3, "cannot write /proc/nowhere"),
        ("/dev/full", 2, "/dev/full is no directory"),
    ] {
        for force in [&[][..], &["--force"]] {
            let arguments = [&["simulate", FILE, "--out", out], force].concat();
            let ended = place.run(&arguments).expect_code(code);
            assert!(ended.stderr.contains(expected), "{}", ended.shown());
        }
    }
    assert_eq!(fs::read_to_string(place.path(FILE)).unwrap(), DECAY);
}

/// A reader that has seen enough is no failure, a device that takes nothing is one; results are in files either way.
///
/// Smallest fault seen: success for a table that was lost on a full device.
#[test]
fn standard_output_that_takes_nothing() {
    let place = place();
    for (arguments, name) in [
        (&["simulate", FILE][..], "simulate"),
        (&["list"], "list"),
        (&["--help"], "help"),
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let child = place.command(arguments).stdout(full).spawn().unwrap();
        let ended = end(child, name).expect_code(3);
        assert!(
            ended.stderr.contains("cannot write to standard output"),
            "{}",
            ended.shown()
        );
        let mut child = place.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let ended = end(child, name).expect_code(0);
        assert_eq!(ended.stderr, "", "{}", ended.shown());
    }
    assert!(place.path("results/decay/summary.csv").is_file());
}

/// Smallest fault seen: a sum of three hundred terms called too deep.
#[test]
fn formulas_may_be_long() {
    let place = Place::new(PROGRAM);
    let species: String = (0..10_000).map(|n| format!("\"x{n}\": 1, ")).collect();
    let sum: String = (0..10_000)
        .map(|n| format!(" {} x{n}", if n % 3 == 0 { "-" } else { "+" }))
        .collect();
    let network = |sum: &str| {
        format!(
            r#"(title: "long", species: {{ {species} }}, rules: [(quantity: "total", is: "{sum}")],
            channels: [(reaction: "x1 ->", rate: 1)], run: (until: 1, points: 1, replicates: 1))"#
        )
    };
    place.write("long.ron", network(&sum));
    place.done(&[
        "simulate",
        "long.ron",
        "--quantities",
        "total",
        "--out",
        "out",
    ]);
    let table = Table::read(&place.path("out/trajectories.csv"));
    assert_eq!(table.rows[0], ["0", "0", "total", "3332"]);
    place.write("long.ron", network(&sum.replace(" x9999", " x99999")));
    let ended = place.run(&["simulate", "long.ron"]).expect_code(1);
    assert!(
        ended.stderr.contains("found `x99999`"),
        "{}",
        ended.stderr.len()
    );
    place.write("long.ron", network(&"exp(".repeat(300)));
    let ended = place.run(&["simulate", "long.ron"]).expect_code(1);
    assert!(
        ended.stderr.contains("at most 200 levels of nesting"),
        "{}",
        ended.shown()
    );
}

/// A network whose replicates take some tenths of a second each.
fn slow() -> String {
    DECAY
        .replace("X -> Y", "X -> X + Y")
        .replace("\"k\": 0.5", "\"k\": 1000")
        .replace("replicates: 60", "replicates: 1500")
}

/// Smallest fault seen: a block of replicates that is read twice.
#[test]
fn an_interrupted_run_resumes_to_the_same_bytes() {
    let place = place();
    place.write(FILE, slow());
    let arguments = ["simulate", FILE, "--out", "out"];
    let whole = |replicates: &str| {
        place.done(&[
            "simulate",
            FILE,
            "--out",
            "whole",
            "--replicates",
            replicates,
            "--force",
        ]);
    };
    let child = place.command(&arguments).spawn().unwrap();
    let started = Instant::now();
    while !place.path("out/trajectories.csv.partial").exists() {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(400));
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let ended = end(child, "simulate");
    if ended.code == Some(0) {
        // The machine was faster than the signal: nothing to see.
        return;
    }
    let ended = ended.expect_code(130);
    assert!(
        ended.stderr.contains("of 1500 replicates"),
        "{}",
        ended.shown()
    );
    assert_eq!(names(&place.path("out")), ["checkpoint"]);
    place.done(&arguments);
    whole("1500");
    assert!(
        bytes(&place, "out") == bytes(&place, "whole"),
        "other bytes"
    );
}

/// Each of these replicates would take hours.
///
/// Smallest fault seen: a flag that is looked at between replicates only.
#[test]
fn a_signal_ends_a_long_replicate_of_every_method() {
    let methods = [
        &["direct"][..],
        &["next-reaction"],
        &["tree"],
        &["hub"],
        &["lanes"],
        &["tau-leap"],
        &["fixed-leap", "--tau", "0.01"],
        &["ode"],
    ];
    for method in methods {
        let place = place();
        let endless = if method[0] == "ode" {
            // A wave that no step can be longer than.
            r#"(title: "wave", species: { "X": 1, "Y": 0 }, rules: [
                (quantity: "X", derivative: "1e9 * Y"), (quantity: "Y", derivative: "-1e9 * X")],
                boundary: ["X", "Y"], run: (until: 4, replicates: 1))"#
                .to_owned()
        } else {
            r#"(title: "endless", species: { "X": 1000000 }, channels: [
                (name: "come", reaction: "-> X", rate: 1e6), (name: "go", reaction: "X ->", rate: 1)],
                run: (until: 1e12, points: 2, replicates: 20))"#
                .to_owned()
        };
        place.write("endless.ron", endless);
        let mut arguments = vec!["simulate", "endless.ron", "--out", "out", "--method"];
        arguments.extend(method);
        let child = place.command(&arguments).spawn().unwrap();
        let started = Instant::now();
        while !place.path("out/checkpoint/digest").exists() {
            assert!(started.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(200));
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        let asked = Instant::now();
        let ended = end(child, &arguments.join(" ")).expect_code(130);
        // A second is what is promised; a busy machine takes longer.
        let took = asked.elapsed();
        assert!(
            took < Duration::from_secs(20),
            "{took:?}: {}",
            ended.shown()
        );
        assert!(
            ended.stderr.contains("0 of ") && ended.stderr.contains("continues"),
            "{}",
            ended.shown()
        );
        assert_eq!(names(&place.path("out")), ["checkpoint"]);
    }
}

#[test]
fn pipes_get_plain_lines_of_bounded_length() {
    let place = place();
    let ended = place.done(&["simulate", FILE]);
    let control = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    assert!(!control(&ended.stdout), "{:?}", ended.stdout);
    for line in ended.stdout.lines() {
        assert!(line.chars().count() <= 110, "{line}");
        assert_eq!(line.trim_end(), line);
    }
    // Columns of a table end at the same place.
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let table = lines
        .iter()
        .position(|line| line.starts_with("mean ± sd"))
        .unwrap();
    let width = |line: &str| line.chars().count();
    assert_eq!(
        width(lines[table]),
        width(lines[table + 1]),
        "{}",
        ended.shown()
    );
    assert_eq!(
        width(lines[table]),
        width(lines[table + 2]),
        "{}",
        ended.shown()
    );
    let mut closed = place.command(&["simulate", FILE]).spawn().unwrap();
    drop(closed.stdout.take());
    let ended: Ended = end(closed, "simulate");
    assert_eq!(ended.code, Some(0), "{}", ended.shown());
}

/// A case as the suite has them, with the exact means and standard deviations of the decay.
fn suite(place: &Place, factor: f64) {
    let mut results = "time,X-mean,X-sd\n".to_owned();
    for time in 0..=4 {
        let left = (-0.5 * f64::from(time)).exp();
        let (mean, sd) = (100.0 * left * factor, (100.0 * left * (1.0 - left)).sqrt());
        let mean = if time == 0 { 100.0 } else { mean };
        results += &format!("{time},{mean},{sd}\n");
    }
    let settings = "start: 0\nduration: 4\nsteps: 4\nvariables: X\noutput: X-mean, X-sd\nmeanRange: (-3, 3)\nsdRange: (-5, 5)\n";
    place.write("suite/cases/00001/00001-settings.txt", settings);
    place.write("suite/cases/00001/00001-results.csv", results);
    place.write("suite/cases/00001/00001-sbml-l3v1.xml", SBML);
    let distrib = SBML.replace(
        "level=\"3\"",
        "xmlns:distrib=\"http://www.sbml.org/sbml/level3/version1/distrib/version1\" distrib:required=\"true\" level=\"3\"",
    );
    place.write("suite/distrib/00040/00040-settings.txt", settings);
    place.write(
        "suite/distrib/00040/00040-results.csv",
        "time,X-mean,X-sd\n0,1,1\n1,1,1\n2,1,1\n3,1,1\n4,1,1\n",
    );
    place.write("suite/distrib/00040/00040-sbml-l3v1.xml", distrib);
}

/// Smallest fault seen: a mean 2 % off called good.
#[test]
fn the_suite_of_test_cases_is_judged() {
    let place = Place::new(PROGRAM);
    suite(&place, 1.0);
    let arguments = [
        "dsmts",
        "suite",
        "--replicates",
        "4000",
        "--markdown",
        "table.md",
    ];
    let ended = place.done(&arguments);
    assert!(
        ended.stdout.contains("5 good, 0 failed, 1 skipped"),
        "{}",
        ended.shown()
    );
    let table = fs::read_to_string(place.path("table.md")).unwrap();
    assert_eq!(table.lines().count(), 2 + 5 + 1);
    assert!(
        table.contains("| 00001 | l3v1 | next-reaction | "),
        "{table}"
    );
    suite(&place, 1.02);
    let ended = place
        .run(&["dsmts", "suite", "--replicates", "4000"])
        .expect_code(4);
    assert!(ended.stdout.contains("FAILED"), "{}", ended.shown());
    let ended = place
        .run(&["dsmts", "suite", "--replicates", "4000", "--json"])
        .expect_code(4);
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&told["exit"], &told["skipped"]), (&4.into(), &1.into()));
    let cases = told["cases"].as_array().unwrap();
    let failed = cases.iter().filter(|case| case["verdict"] == "failed");
    assert_eq!(told["failed"], failed.count());
    let skipped = cases.iter().find(|case| case["verdict"] == "skipped");
    assert!(skipped.unwrap()["reason"].as_str().is_some());
    assert!(cases[0]["worst_z"].as_f64().unwrap() > 0.0);
    let _ = place
        .run(&["dsmts", "suite", "--cases", "00007"])
        .expect_code(2);
    let _ = place.run(&["dsmts", "nowhere"]).expect_code(1);
    let _ = place
        .run(&["dsmts", "suite", "--replicates", "1"])
        .expect_code(2);
}
