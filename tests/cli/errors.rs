//! Every error that a user can meet has an entry here: how it comes about, what is said, how the program ends. The variants are read from
//! the sources, so that a new one without an entry fails.

mod sbml;

use crate::place;
use paracrine_cells::drug::{Drug, Target};
use paracrine_cells::genotype::Genotype;
use paracrine_cells::host::{self, Action, Host, Route, Setup, StateError};
use paracrine_cells::kind::Kind;
use paracrine_cells::receptors::Form;
use paracrine_scenario::catalogue::{self, MODELS};
use paracrine_scenario::lock::Lock;
use paracrine_tests::program::{Ended, Place};
use paracrine_tests::{repository, small};
use std::fs;
use std::net::TcpListener;

/// How an error comes about.
enum How {
    /// By a command, which ends with this code; its report has all these parts.
    Command(fn(&Place) -> Ended, i32, &'static [&'static str]),
    /// By a test of its own: the file and the name of that test.
    Test(&'static str, &'static str),
    /// By nothing from outside, for this reason.
    Nothing(&'static str),
}

use How::{Command, Nothing, Test};

struct Entry {
    variant: &'static str,
    how: How,
}

const fn entry(variant: &'static str, how: How) -> Entry {
    Entry { variant, how }
}

const ONE_MOUSE: [&str; 6] = ["run", small::FILE, "--replicates", "1", "--out", "out"];

/// A command after a complete run of one mouse into `out`, one file of which is other than it was.
fn after_a_run(
    place: &Place,
    file: &str,
    change: impl Fn(String) -> String,
    arguments: &[&str],
) -> Ended {
    place.done(&ONE_MOUSE);
    let text = fs::read_to_string(place.path("out").join(file)).unwrap();
    place.write(&format!("out/{file}"), change(text));
    place.run(arguments)
}

/// A report after a complete run, one file of which is other than it was.
fn report(place: &Place, file: &str, change: impl Fn(String) -> String) -> Ended {
    after_a_run(place, file, change, &["report", "out"])
}

/// The first of two shards, which is all there is.
fn half(place: &Place) {
    place.done(&small::shard("out", "2", "0"));
}

/// A run of a network of one species and one channel.
fn network(place: &Place, propensity: &str) -> Ended {
    let text = format!(
        r#"(title: "single", species: {{ "A": 10 }},
        channels: [(name: "d", reaction: "A ->", propensity: "{propensity}")], run: (until: 1000, replicates: 10))"#
    );
    place.write("single.ron", text);
    place.run(&["simulate", "single.ron"])
}

/// A text in which the part stands in another way.
fn changed(from: &'static str, to: &'static str) -> impl Fn(String) -> String {
    move |text| {
        assert!(text.contains(from), "no `{from}` in {text}");
        text.replacen(from, to, 1)
    }
}

/// Variants of `paracrine_scenario::Error`.
#[rustfmt::skip]
fn of_scenarios() -> Vec<Entry> {
    vec![
        entry("Faults", Command(|place| {
            place.write("faulty.ron", small::with("gene: \"Il2ra\"", "gene: \"IL2RA\""));
            place.run(&["run", "faulty.ron"])
        }, 1, &["faulty.ron:9:", "found \"IL2RA\"", "expected a gene", "did you mean `Il2ra`?"])),
        entry("UnknownScenario", Command(|place| place.run(&["run", "il2ra-knockuot"]), 1,
            &["no scenario `il2ra-knockuot`", "did you mean `il2ra-knockout`?", "`paracrine list`"])),
        entry("UnknownModel", Command(|place| place.run(&["model", "mous"]), 1,
            &["no model `mous`", "did you mean `mouse`?", "`paracrine list`"])),
        entry("UnknownNetwork", Command(|place| place.run(&["simulate", "schlogl"]), 1,
            &["no network `schlogl`", "did you mean `schloegl`?", "`paracrine list`"])),
        entry("UnknownReadout", Command(|place| place.run(&["readouts", "tregg"]), 2,
            &["no readout with `tregg`", "did you mean `Treg`?", "`paracrine readouts`"])),
        entry("UnknownWord", Command(|place| place.run(&["explain", "Tregg"]), 2,
            &["nothing is known by the word `Tregg`", "did you mean `Treg`?", "`paracrine readouts`"])),
        entry("Row", Command(|place| place.run(&["validate", "A44"]), 2,
            &["no published row or group `A44`", "did you mean `A4`?", "groups are W and A to M"])),
        entry("OtherCommand", Command(|place| place.run(&["run", "schloegl"]), 2,
            &["`schloegl` is a reaction network", "use `paracrine simulate schloegl`"])),
        entry("Read", Command(|place| {
            place.write("folder.ron/inside", "");
            place.run(&["run", "folder.ron"])
        }, 1, &["cannot read folder.ron", "directory"])),
        entry("NotText", Command(|place| {
            place.write("bytes.ron", b"(title: \"\xff\")");
            place.run(&["run", "bytes.ron"])
        }, 1, &["bytes.ron is no text", "byte 9 is not UTF-8"])),
        entry("Write", Command(|place| place.run(&["run", small::FILE, "--out", "small.ron/below"]), 3,
            &["cannot write small.ron/below", "Not a directory"])),
        entry("Exists", Command(|place| {
            place.done(&["new", "question"]);
            place.run(&["new", "question"])
        }, 2, &["question.ron is there already", "choose another name"])),
        entry("OtherRun", Command(|place| {
            place.done(&ONE_MOUSE);
            place.run(&[&ONE_MOUSE[..], &["--seed", "12"]].concat())
        }, 2, &["out holds the results of another run", "seed 11, not 12", "--out", "--force"])),
        entry("Busy", Command(|place| {
            let lock = Lock::whole(&place.path("out")).unwrap();
            let ended = place.run(&ONE_MOUSE);
            drop(lock);
            place.done(&ONE_MOUSE);
            ended
        }, 2, &["another process works in out", "--out"])),
        entry("Altered", Command(|place| {
            after_a_run(place, "comparison.csv", changed(",12,1,0,", ",12,2,0,"), &ONE_MOUSE)
        }, 2, &["out: comparison.csv is not what the run wrote", "--force"])),
        entry("Foreign", Command(|place| {
            place.write("thesis/chapter.txt", "years of work");
            place.run(&["run", small::FILE, "--out", "thesis"])
        }, 2, &["thesis is not empty", "found `chapter.txt`", "--out"])),
        entry("NoDirectory", Command(|place| place.run(&["run", small::FILE, "--out", small::FILE]), 2,
            &["small.ron is no directory", "--out"])),
        entry("NoResults", Command(|place| place.run(&["report", "nowhere"]), 2,
            &["nowhere holds no complete results", "no manifest.json"])),
        entry("NothingUnfinished", Command(|place| place.run(&["resume", "nowhere"]), 2,
            &["nowhere does not exist", "holds no unfinished run"])),
        entry("Shards", Command(|place| {
            half(place);
            place.run(&small::shard("out", "3", "1"))
        }, 2, &["out is dealt out to 2 shards, not to 3", "--out"])),
        entry("MissingShards", Command(|place| {
            half(place);
            place.run(&["merge", "out"])
        }, 2, &["out: 4 of the mice are missing", "--array=1"])),
        entry("Interrupted", Command(|place| {
            place.done(&["run", small::FILE, "--out", "out", "--shards", "1", "--shard", "0"]);
            fs::remove_file(place.path("out/checkpoint/arm0-mouse0.json")).unwrap();
            place.run(&["merge", "out"])
        }, 2, &["out: 1 of the mice are missing", "`paracrine resume out`"])),
        entry("DamagedRun", Command(|place| {
            half(place);
            place.write("out/checkpoint/digest", "no digest");
            place.run(&["resume", "out"])
        }, 2, &["out holds an unfinished run whose checkpoint/digest is damaged", "--force"])),
        entry("States", Command(|place| place.run(&["run", small::FILE, "--from", "nowhere"]), 2,
            &["cannot begin from the states in ", "nowhere: no states are kept there", "--save-at"])),
        entry("OtherVersion", Command(|place| {
            half(place);
            place.write("out/checkpoint/digest", "0123456789abcdef");
            place.run(&["resume", "out"])
        }, 2, &["out was begun by another version", "0123456789abcdef", "--force"])),
        entry("Setting", Command(|place| place.run(&["run", small::FILE, "--replicates", "0"]), 2,
            &["--replicates: found 0, expected at least 1"])),
        entry("Memory", Command(|place| place.run(&["run", small::FILE, "--cells", "4000000000"]), 2,
            &["9 mice of 4000000000 cells", "MB of memory", "--allow-large"])),
        entry("Time", Command(|place| place.run(&["run", small::FILE, "--cells", "100000", "--replicates", "20000"]), 2,
            &["60000 mice of 100000 cells", "hours, more than 24", "--shards"])),
        entry("Start", Command(|place| network(place, "A - 50"), 1,
            &["at time 0 channel `d` has propensity -40"])),
        entry("Simulation", Command(|place| network(place, "A - 5.5"), 3,
            &["at time ", "channel `d` has propensity -0.5", "A = 5"])),
        entry("NetworkMemory", Command(|place| {
            let species: Vec<String> = (0..60).map(|number| format!("\"S{number}\": 1")).collect();
            let species = species.join(", ");
            place.write("big.ron", format!(
                r#"(title: "big", species: {{ {species} }}, channels: [(name: "d", reaction: "S0 ->", rate: 1)],
                run: (until: 1, points: 1000000, replicates: 2000))"#
            ));
            place.run(&["simulate", "big.ron"])
        }, 2, &["60 quantities at 1000001 times", "MB of memory", "--points"])),
        entry("Suite", Command(|place| {
            place.write("suite/README", "");
            place.run(&["dsmts", "suite"])
        }, 1, &["suite: no case"])),
        entry("NoParquet", if cfg!(feature = "parquet") {
            Nothing("this build writes Parquet")
        } else {
            Command(|place| place.run(&["run", small::FILE, "--parquet"]), 2,
                &["without the feature `parquet`", "--features parquet"])
        }),
        entry("Damaged", Command(|place| {
            let _ = network(place, "A").expect_code(0);
            let file = "results/single/summary.csv";
            let text = fs::read_to_string(place.path(file)).unwrap();
            place.write(file, changed(",10,", ",ten,")(text));
            network(place, "A")
        }, 3, &["summary.csv, line 2, column ", "found `ten`, expected what a run writes there"])),
        entry("Table", Nothing("tables are made in memory, where a cell that is text cannot fail to be written")),
    ]
}

/// Variants of `paracrine_report::ReportError`.
#[rustfmt::skip]
fn of_reports() -> Vec<Entry> {
    vec![
        entry("Read", Command(|place| {
            place.done(&ONE_MOUSE);
            fs::remove_file(place.path("out/summary.csv")).unwrap();
            place.run(&["report", "out"])
        }, 3, &["cannot read out/summary.csv", "No such file"])),
        entry("Write", Command(|place| {
            place.done(&ONE_MOUSE);
            fs::remove_file(place.path("out/report.html")).unwrap();
            place.write("out/report.html/inside", "");
            place.run(&["report", "out"])
        }, 3, &["cannot write out/report.html", "directory"])),
        entry("Manifest", Command(|place| report(place, "manifest.json", changed("\"arms\"", "\"arms\" 1")), 3,
            &["out/manifest.json, line ", "not a manifest of a run: expected `:`"])),
        entry("NoArms", Command(|place| report(place, "manifest.json", |_| "{ \"arms\": [] }".to_owned()), 3,
            &["out/manifest.json: expected at least one arm"])),
        entry("NoArm", Test("crates/report/src/why/tests.rs", "any_arm_may_be_the_first")),
        entry("Markers", Test("crates/report/src/why/tests.rs", "what_is_written_by_hand_stays")),
        entry("Table", Command(|place| report(place, "summary.csv", changed("wild type,0,", "wild type,")), 3,
            &["out/summary.csv, line 2: expected a row of 13 cells in UTF-8, found 12"])),
        entry("MissingColumn", Command(|place| report(place, "summary.csv", changed(",median,", ",middle,")), 3,
            &["out/summary.csv, line 1: expected a column `median`", "middle"])),
        entry("Cell", Command(|place| report(place, "summary.csv", changed("wild type,0,", "wild type,birth,")), 3,
            &["out/summary.csv, line 2, column `time_d`", "found `birth`"])),
    ]
}

/// Variants of `paracrine_lab::Error`.
#[rustfmt::skip]
fn of_the_lab() -> Vec<Entry> {
    vec![
        entry("Listen", Command(|place| {
            let taken = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = taken.local_addr().unwrap().port().to_string();
            place.run(&["lab", "--no-open", "--port", &port])
        }, 2, &["cannot listen on 127.0.0.1:", "Address already in use"])),
        entry("Random", Nothing("random numbers of the system run out on no system that this program is built for")),
        entry("Browser", Test("tests/lab/command.rs", "a_browser_that_does_not_open_is_told_and_the_lab_goes_on")),
        entry("Shipped", Nothing("lessons and pathways come with the program, and its tests read them")),
        entry("Scenario", Nothing("models come with the program, and its tests read them")),
    ]
}

/// Variants of `paracrine_cells::host::HostError`.
fn of_hosts() -> Vec<Entry> {
    vec![
        entry(
            "TooManyCells",
            Command(
                |place| {
                    let from = r#""treg_death": "0.08 1/d""#;
                    let to = r#""memory_cd8_division": "1e300 1/d""#;
                    place.write(small::FILE, small::with(from, to));
                    place.run(&ONE_MOUSE)
                },
                3,
                &[
                    "3 of 3 mice could not be simulated to the end",
                    " cells at ",
                    "check the overlay, forced signals, the medium and the transfers",
                ],
            ),
        ),
        entry(
            "CutShort",
            Test(
                "tests/mouse/sorting.rs",
                "what_there_is_not_cannot_be_sorted",
            ),
        ),
        entry(
            "NoSuchCells",
            Command(
                |place| {
                    let from = r#"transfer(kind: "Treg", cells: "1e5 cells", at: "6 d")"#;
                    // At first there are such cells.
                    let to = r#"transfer(kind: "Treg", cells: "1e5 cells", at: "1 d", every: "1 d", sort: (chain: "CD25", above: 500),
                    genotype: [(gene: "Il2ra", expression: 0, from: "2 d")])"#;
                    place.write(small::FILE, small::with(from, to));
                    place.run(&ONE_MOUSE)
                },
                3,
                &[
                    "1 of 3 mice could not be simulated to the end",
                    "no Treg cells to transfer at 2.0 d",
                    "none is among those with more than 500 CD25",
                ],
            ),
        ),
    ]
}

/// Variants of `paracrine_cells::host::StateError`: files of states have checksums, and runs that cannot have come to them are refused
/// before.
fn of_states() -> Vec<Entry> {
    let own = "tests/cli/errors.rs";
    vec![
        entry(
            "Population",
            Test(
                "crates/cells/src/host/state.rs",
                "agents_without_receptors_are_no_state",
            ),
        ),
        entry("Genes", Test(own, "states_of_other_hosts_are_refused")),
        entry("Drug", Test(own, "states_of_other_hosts_are_refused")),
        entry("Form", Test(own, "states_of_other_hosts_are_refused")),
    ]
}

/// The model of the mouse with one part in another way, or a line left out that holds it.
fn model(place: &Place, from: &str, to: &str) -> Ended {
    let mouse = MODELS.iter().find(|model| model.name == "mouse").unwrap();
    assert!(mouse.text.contains(from), "no `{from}` in the model");
    place.write("m.ron", mouse.text.replacen(from, to, 1));
    place.run(&["check", "m.ron"])
}

const OUTPUT: &str = "\"thymic_output\": (value: 2e6, unit: \"cells/d\", low: 1e6,";

/// Variants of `paracrine_cells::model::ModelError`, which are faults of a model file.
#[rustfmt::skip]
fn of_models() -> Vec<Entry> {
    vec![
        entry("Missing", Command(|place| {
            let mouse = MODELS.iter().find(|model| model.name == "mouse").unwrap();
            let line = mouse.text.lines().find(|line| line.contains(OUTPUT)).unwrap();
            model(place, line, "")
        }, 1, &["found no parameter `thymic_output`, expected one in cells/d"])),
        entry("Unit", Command(|place| model(place, OUTPUT, &OUTPUT.replace("cells/d", "cells")), 1,
            &["found the unit \"cells\", expected \"cells/d\", in which `thymic_output` is read"])),
        entry("Range", Command(|place| model(place, OUTPUT, &OUTPUT.replace("value: 2e6", "value: 3e6")), 1,
            &["found 3000000, expected a number from 1000000 to 2000000"])),
        entry("Unread", Command(|place| {
            let more = "\"thymic_input\": (value: 1, unit: \"1\", low: 0, high: 2, status: assumed, meaning: \"m\", source: \"s\"),\n";
            model(place, OUTPUT, &format!("{more}{OUTPUT}"))
        }, 1, &["found the unknown parameter `thymic_input`", "did you mean `thymic_output`?"])),
        entry("NotInBase", Command(|place| {
            place.write("own.ron", "(name: \"own\", title: \"t\", base: \"mouse\", parameters: { \"thymic_input\": (value: 1, unit: \"1\", \
                low: 0, high: 2, status: assumed, meaning: \"m\", source: \"s\") })");
            place.run(&["check", "own.ron"])
        }, 1, &["own.ron:1:56: found `thymic_input`, expected a name that the model below has", "did you mean `thymic_output`?"])),
        entry("Affinity", Command(|place| {
            model(place, "(chains: [\"Il2ra\"], kd_pm: 10000)", "(chains: [\"Il2ra\"], kd_pm: 9000)")
        }, 1, &["found a Kd of 9000 pM for IL-2 and Il2ra, expected 10000 pM"])),
        entry("NoAffinity", Command(|place| model(place, "(chains: [\"Il2rb\", \"Il2rg\"], kd_pm: 1000), ", ""), 1,
            &["found no Kd of IL-2 and Il2rb + Il2rg, expected one"])),
        entry("Order", Command(|place| model(place, "kd_pm: 10)", "kd_pm: 2000)"), 1,
            &["found a Kd of 2000 pM for IL-2 and Il2ra + Il2rb + Il2rg", "at most 1000 pM"])),
        entry("Entry", Command(|place| {
            model(place, "(name: \"anti-IL-2\", target: \"IL-2\"", "(name: \"anti-IL-2\", target: \"CD52\"")
        }, 1, &["found \"CD52\", expected IL-2, ", "did you mean `CD25`?"])),
        entry("Receptor", Command(|place| model(place, "\"naive CD4\": (alpha: 25, beta: 100", "\"naive CD4\": (alpha: 25, beta: 5e6"), 1,
            &["found 5000000, expected a number from 0 to 30000, the range of the column `beta`"])),
        entry("Column", Command(|place| {
            model(place, "\"half_signal\": (unit: \"molecules/cell\"", "\"half_signal\": (unit: \"1\"")
        }, 1, &["found the column `half_signal` in \"1\", expected one in \"molecules/cell\""])),
        entry("Fitted", Command(|place| model(place, "fitted: [\"half_signal\"", "fitted: [\"half_singal\""), 1,
            &["found `half_singal`, expected columns of the receptor table", "did you mean `half_signal`?"])),
        entry("Kind", Command(|place| model(place, "\"plasma cell\": (", "\"plasma cells\": ("), 1,
            &["found the unknown kind `plasma cells`", "did you mean `plasma cell`?"])),
        entry("Gene", Command(|place| model(place, "(symbol: \"Il2ra\"", "(symbol: \"Il2ar\""), 1,
            &["found the gene `Il2ar`, expected Il2, Il2ra", "did you mean `Il2ra`?"])),
    ]
}

/// Simulates a network with these parts, of which each replicate ends at 1000.
fn parts(place: &Place, parts: &str, more: &[&str]) -> Ended {
    let text = format!("(title: \"t\", {parts}, run: (until: 1000, replicates: 1))");
    place.write("t.ron", text);
    place.run(&[&["simulate", "t.ron"], more].concat())
}

/// The same, with channels that lose A, or with one channel like this.
fn losing(place: &Place, more: &str) -> Ended {
    let text = format!(
        "species: {{ \"A\": 10, \"B\": 1 }}, channels: [(name: \"d\", reaction: \"A ->\", rate: 1)], {more}"
    );
    parts(place, &text, &[])
}

fn channel(place: &Place, channel: &str, more: &[&str]) -> Ended {
    let text = format!("species: {{ \"A\": 10 }}, channels: [(name: \"d\", {channel})]");
    parts(place, &text, more)
}

const REFUSED: &str = "what_cannot_be_run_is_refused";

/// Variants of `paracrine_kernel::state::RunError`.
#[rustfmt::skip]
fn of_networks_that_run() -> Vec<Entry> {
    vec![
        entry("Propensity", Command(|place| channel(place, "reaction: \"A ->\", propensity: \"A - 5.5\"", &[]), 3,
            &["at time ", "channel `d` has propensity -0.5 in state A = 5"])),
        entry("AmountRange", Command(|place| channel(place, "reaction: \"3 A ->\", propensity: \"1\"", &[]), 3,
            &["channel `d` fires in state A = 1, where an amount would leave the range 0 to 2^53"])),
        entry("NotWhole", Command(|place| {
            place.write("half.xml", HALF);
            place.run(&["simulate", "half.xml", "--until", "1", "--method", "direct"])
        }, 1, &["species `X` has the amount 0.5 at time 0", "a whole number"])),
        entry("Value", Command(|place| {
            losing(place, "parameters: { \"p\": 1 }, rules: [(quantity: \"p\", is: \"1 / (A - 5)\")]")
        }, 3, &["at time ", "`p` becomes inf, which is not a finite number"])),
        entry("Event", Command(|place| {
            losing(place, "events: [(name: \"e\", when: \"A < 9\", after: \"-1\", set: { \"B\": 1 })]")
        }, 3, &["at time ", "event `e` has a delay that is negative"])),
        entry("Time", Test("crates/kernel/src/tau_leap/tests.rs", REFUSED)),
        entry("Leap", Command(|place| {
            channel(place, "reaction: \"A -> 2 A\", rate: 1", &["--method", "binomial-leap", "--tau", "1"])
        }, 3, &["at time ", "species `A` passes 2^23 molecules"])),
        entry("Integration", Command(|place| channel(place, "reaction: \"2 A -> 3 A\", rate: 1", &["--method", "ode"]), 3,
            &["at time ", "the rates change too fast to be integrated"])),
        // The command refuses such numbers itself, as `Setting` of a scenario.
        entry("Setting", Test("crates/kernel/src/tau_leap/tests.rs", REFUSED)),
        entry("Unsupported", Command(|place| {
            channel(place, "reaction: \"A ->\", propensity: \"A / (A + 1)\"", &["--method", "lanes"])
        }, 2, &["--method: found `lanes`", "channel `d`"])),
    ]
}

const HALF: &str = r#"<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="half">
    <listOfCompartments><compartment id="cell" constant="true"/></listOfCompartments>
    <listOfSpecies><species id="X" compartment="cell" initialAmount="0.5" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
    </listOfSpecies>
    <listOfReactions><reaction id="loss" reversible="false" fast="false">
        <listOfReactants><speciesReference species="X" stoichiometry="1" constant="true"/></listOfReactants>
        <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>X</ci></math></kineticLaw>
    </reaction></listOfReactions></model></sbml>"#;

/// Variants of `paracrine_kernel::network::Fault`, which are faults of a network file at their places.
#[rustfmt::skip]
fn of_networks() -> Vec<Entry> {
    vec![
        entry("Duplicate", Command(|place| losing(place, "parameters: { \"A\": 1 }"), 1,
            &["found `A`, which is a ", "expected each name once"])),
        entry("UnknownSpecies", Command(|place| channel(place, "reaction: \"C ->\", rate: 1", &[]), 1,
            &["found `C`, expected a species: `A`"])),
        entry("UnknownSymbol", Command(|place| channel(place, "reaction: \"A ->\", rate: \"k\"", &[]), 1,
            &["found `k`, expected a species, parameter or compartment: `A`"])),
        // Files add up what stands twice.
        entry("Stoichiometry", Command(|place| channel(place, "reaction: \"0 A ->\", rate: 1", &[]), 1,
            &["found `0`, expected at least 1"])),
        entry("RateConstant", Command(|place| channel(place, "reaction: \"A ->\", rate: \"1 - 2\"", &[]), 1,
            &["found the value -1, expected a finite number of at least 0"])),
        entry("NoChange", Command(|place| channel(place, "reaction: \"A -> A\", rate: 1", &[]), 1,
            &["found the same on both sides, expected a reaction that changes something"])),
        entry("InitialValue", Command(|place| {
            parts(place, "species: { \"A\": -2 }, channels: [(name: \"d\", reaction: \"A ->\", rate: 1)]", &[])
        }, 1, &["t.ron:1:30: found the value -2, expected a finite number of at least 0"])),
        entry("InitialParameter", Command(|place| losing(place, "parameters: { \"p\": \"1 / 0\" }"), 1,
            &["found the value inf, expected a finite number"])),
        entry("Cycle", Command(|place| losing(place, "parameters: { \"p\": \"q\", \"q\": \"p\" }"), 1,
            &["found a definition by itself: p <- q <- p"])),
        entry("SetsConstant", Command(|place| {
            losing(place, "constant: [\"B\"], events: [(name: \"e\", when: \"A < 1\", set: { \"B\": 1 })]")
        }, 1, &["found the constant species `B`", "take it off `constant`"])),
        entry("SetsRuled", Command(|place| {
            losing(place, "rules: [(quantity: \"v\", is: \"A\")], events: [(name: \"e\", when: \"A < 1\", set: { \"v\": 1 })]")
        }, 1, &["found `v`, which a rule determines already"])),
        entry("RuledSpeciesReacts", Command(|place| losing(place, "rules: [(quantity: \"A\", derivative: \"1\")]"), 1,
            &["found the species `A`, which channels change", "put `A` under `boundary`"])),
        entry("TooDeep", Command(|place| {
            let law = format!("{}1{}", "(".repeat(300), ")".repeat(300));
            channel(place, &format!("reaction: \"A ->\", rate: \"{law}\""), &[])
        }, 1, &["found `(`, expected at most 200 levels of nesting"])),
        entry("Arguments", Command(|place| channel(place, "reaction: \"A ->\", rate: \"exp(1, 2)\"", &[]), 1,
            &["found `)`, expected 1 argument of `exp`, not 2"])),
        entry("Name", Command(|place| losing(place, "parameters: { \"2p\": 1 }"), 1,
            &["found `2p`, expected a name that formulas can hold"])),
    ]
}

/// Names of the variants of an enumeration, as its source has them.
fn variants(file: &str, name: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(file)).unwrap();
    let head = format!("pub enum {name} {{\n");
    let (_, body) = text
        .split_once(&head)
        .unwrap_or_else(|| panic!("no `{head}` in {file}"));
    let (body, _) = body.split_once("\n}").unwrap();
    let variants = body.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        line.starts_with(|first: char| first.is_ascii_uppercase())
            .then(|| {
                let end = line.find(|c: char| !c.is_ascii_alphanumeric());
                line[..end.unwrap_or(line.len())].to_owned()
            })
    });
    variants.collect()
}

/// Every variant has one entry, every entry a variant, and what is said is what the entry expects, in one report.
#[track_caller]
fn check(file: &str, name: &str, entries: &[Entry]) {
    let known = variants(file, name);
    assert!(!known.is_empty());
    let listed: Vec<&str> = entries.iter().map(|entry| entry.variant).collect();
    for variant in &known {
        let count = listed.iter().filter(|listed| *listed == variant).count();
        assert_eq!(
            count, 1,
            "entries of {name}::{variant} in tests/cli/errors.rs"
        );
    }
    let mut failed = Vec::new();
    for Entry { variant, how } in entries {
        assert!(
            known.iter().any(|known| known == variant),
            "{name} has no {variant}"
        );
        match how {
            Nothing(why) => assert!(!why.is_empty()),
            Test(file, test) => {
                let text = fs::read_to_string(repository().join(file)).unwrap();
                let (_, body) = text.split_once(&format!("fn {test}()")).unwrap();
                let body = body.split("#[test]").next().unwrap();
                let named = format!("{name}::{variant}");
                assert!(body.contains(&named), "{test} does not look for {named}");
            }
            Command(provoke, code, parts) => {
                let ended = provoke(&place());
                // Faults are drawn over several lines.
                let said: Vec<&str> = ended.stderr.split_whitespace().collect();
                let said = said.join(" ");
                let missing: Vec<_> = parts
                    .iter()
                    .filter(|part| !said.contains(part.trim()))
                    .collect();
                let reports = ended.stderr.lines().filter(|line| {
                    line.starts_with("error:")
                        || line.starts_with("  x ")
                        || line.starts_with("  × ")
                });
                if ended.code != Some(*code)
                    || !missing.is_empty()
                    || reports.count() != 1
                    || said.contains("panicked")
                {
                    failed.push(format!(
                        "{name}::{variant}, code {code}, without {missing:?}:\n{}",
                        ended.shown()
                    ));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn every_error_of_a_scenario_has_a_faulty_input() {
    check("crates/scenario/src/error.rs", "Error", &of_scenarios());
}

#[test]
fn every_error_of_a_model_has_a_faulty_input() {
    check("crates/cells/src/model.rs", "ModelError", &of_models());
}

#[test]
fn every_error_of_a_network_has_a_faulty_input() {
    check(
        "crates/kernel/src/state.rs",
        "RunError",
        &of_networks_that_run(),
    );
    check(
        "crates/kernel/src/network/error.rs",
        "Fault",
        &of_networks(),
    );
}

#[test]
fn every_fault_of_an_sbml_file_has_a_faulty_input() {
    check("crates/sbml/src/error.rs", "Fault", &sbml::entries());
}

#[test]
fn every_error_of_a_report_has_a_faulty_input() {
    check("crates/report/src/error.rs", "ReportError", &of_reports());
}

#[test]
fn every_error_of_the_lab_has_a_faulty_input() {
    check("crates/lab/src/error.rs", "Error", &of_the_lab());
}

#[test]
fn every_error_of_a_host_has_a_faulty_input() {
    check("crates/cells/src/host.rs", "HostError", &of_hosts());
    check("crates/cells/src/host/state.rs", "StateError", &of_states());
}

#[test]
fn states_of_other_hosts_are_refused() {
    let p = catalogue::model("mouse").unwrap().parameters;
    let at_birth = |action| host::Intervention {
        action,
        at_d: 0.0,
        when: None,
        every_d: None,
        until_d: None,
    };
    let setup = |action| Setup {
        interventions: vec![at_birth(action)],
        ..Setup::default()
    };
    let given = Setup {
        drugs: vec![Drug {
            target: Target::Il2,
            kd_pm: 100.0,
            half_life_d: 6.0,
            killing: 0.0,
        }],
        ..setup(Action::Give {
            drug: 0,
            molecules: 1e12,
        })
    };
    let injected = Setup {
        forms: vec![Form::NATIVE],
        ..setup(Action::Inject {
            form: Some(0),
            molecules: 1_000_000_000,
            route: Route::Intravenous,
        })
    };
    let transferred = Setup {
        genotypes: vec![Genotype::wild_type(); 2],
        ..setup(Action::Transfer {
            kind: Kind::Treg,
            cells: 100_000,
            genotype: 1,
            tag: 0,
            specificity: None,
            age_d: None,
            sort: None,
        })
    };
    let refused = |setup: &Setup| {
        let mut host = Host::newborn(&p, setup, 500, 1, 0);
        host.step().unwrap();
        Host::restored(&p, &Setup::default(), 500, 1, 0, host.state()).err()
    };
    assert_eq!(refused(&Setup::default()), None);
    assert_eq!(refused(&given), Some(StateError::Drug { number: 0 }));
    assert_eq!(refused(&injected), Some(StateError::Form { number: 0 }));
    assert_eq!(refused(&transferred), Some(StateError::Genes { known: 1 }));
}
