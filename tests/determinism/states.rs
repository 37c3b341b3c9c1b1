//! Whole states: do runs that are killed inside a mouse, begin from states of another run, or begin as adults, have the rows of the whole run?

use crate::place;
use paracrine_scenario::catalogue::Source;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::run::{Observer, Outcome, Unobserved, run};
use paracrine_tests::program::{Ended, Place, end, names};
use paracrine_tests::results::{Table, assert_same};
use paracrine_tests::small;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const KEEP_EVERY: &str = "PARACRINE_KEEP_EVERY";

/// Two long mice, one of them with something to lose at any time, and snapshots.
fn long(days: u32) -> String {
    format!(
        r#"(
    title: "Long mice", question: "Do they outlast the power?",
    run: (until: "{days} d", replicates: 1, cells: 600, seed: 5, sample_every: "1 d", snapshots: ["3 d", "{days} d"], save_at: "9 d"),
    arms: [
        (name: "wild type"),
        (name: "treated", lacks: ["B"], genotype: [(gene: "Il2ra", expression: 0.5, from: "6 d")], interventions: [
            inject(drug: "anti-CD25", dose: "100 ug", at: "4 d", every: "3 d"),
            inject(ligand: "IL-2/S4B6", dose: "1 ug", at: "5 d", every: "2 d"),
            inject(ligand: "IL-2", dose: "5 000 IU", at: "5 d", every: "1 d"),
            transfer(kind: "Treg", cells: "1e5 cells", when: (readout: "count(T)", above: 2e6), tag: "donor"),
            stimulate(kind: "DC", fraction: 0.5, at: "7 d", every: "5 d"),
        ]),
    ],
    readouts: ["count(T)", "pstat5(Treg)", "concentration(IL-2)", "count(Treg, tag: donor)", "alive"],
)
"#
    )
}

/// Numbers without a pattern, the same in every test.
struct Moments(u64);

impl Moments {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % most
    }
}

/// Kills a run so many times without notice, shortly after its mice were last written down, and continues it from its directory.
fn killed(kills: u64, days: u32) {
    let place = place();
    place.write("long.ron", long(days));
    place.done(&["run", "long.ron", "--out", "whole"]);
    let mut moments = Moments(kills);
    let states = |place: &Place| {
        let mut names = names(&place.path("out/checkpoint"));
        names.retain(|name| name.ends_with(".state"));
        names
    };
    let mut on_their_way = 0;
    for kill in 0..kills {
        let arguments: &[&str] = if place.path("out/checkpoint/request").is_file() {
            &["resume", "out", "--threads", "2"]
        } else {
            &["run", "long.ron", "--out", "out", "--threads", "2"]
        };
        let before = bytes(&place, &states(&place));
        let mut child = place
            .command(arguments)
            .env(KEEP_EVERY, "0.002")
            .spawn()
            .unwrap();
        // From when a mouse has gone on: what it does before is the same each time.
        let started = Instant::now();
        while bytes(&place, &states(&place)) == before && child.try_wait().unwrap().is_none() {
            assert!(
                started.elapsed() < Duration::from_secs(120),
                "nothing is kept"
            );
            std::thread::sleep(Duration::from_micros(300));
        }
        std::thread::sleep(Duration::from_micros(moments.below(25_000)));
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "over after {kill} kills: {ended:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        on_their_way += usize::from(!states(&place).is_empty());
    }
    // Between the end of one mouse and the beginning of the next there may be none.
    assert!(
        on_their_way as u64 + 2 >= kills,
        "{on_their_way} of {kills}"
    );
    let resumed = place.done(&["resume", "out"]);
    assert!(!resumed.stderr.contains("note:"), "{}", resumed.shown());
    assert_same(&place.path("whole"), &place.path("out"));
    assert!(!place.path("out/checkpoint").exists());
    assert_same_states(&place.path("whole"), &place.path("out"));
}

fn bytes(place: &Place, files: &[String]) -> Vec<Option<Vec<u8>>> {
    let read = |name| fs::read(place.path("out/checkpoint").join(name)).ok();
    files.iter().map(read).collect()
}

fn assert_same_states(one: &Path, other: &Path) {
    let found = names(&one.join("states"));
    assert!(found.len() > 1);
    assert_eq!(found, names(&other.join("states")));
    for name in found {
        let read = |of: &Path| fs::read(of.join("states").join(&name)).unwrap();
        assert!(read(one) == read(other), "{name}");
    }
}

#[test]
fn a_mouse_that_is_killed_on_its_way_goes_on_to_the_same_bytes() {
    killed(5, 30);
}

/// The same, for as long as it takes to meet every moment of a step.
#[test]
#[ignore = "long"]
fn a_mouse_that_is_killed_fifty_times_goes_on_to_the_same_bytes() {
    killed(50, 200);
}

/// The same at any moment between the first instruction and the last file: half of the kills come before anything is kept, while tables are
/// written, or in between. A run that was faster is compared, and begun again.
#[test]
#[ignore = "long"]
#[allow(clippy::print_stdout, reason = "a look at what was met")]
fn a_run_that_is_killed_at_fifty_moments_goes_on_to_the_same_bytes() {
    const KILLS: u32 = 50;
    let place = place();
    place.write("long.ron", long(60));
    let started = Instant::now();
    place.done(&["run", "long.ron", "--out", "whole", "--threads", "2"]);
    let whole = started.elapsed();
    let mut moments = Moments(51);
    let (mut kills, mut ends, mut in_vain) = (0, 0, 0);
    while kills < KILLS {
        let begun = place.path("out/checkpoint/request").is_file();
        // Of a run that is complete but for its checkpoint there is nothing to resume.
        let is_unfinished = begun && !place.path("out/manifest.json").is_file();
        let arguments: &[&str] = match is_unfinished {
            true => &["resume", "out", "--threads", "2"],
            false => &["run", "long.ron", "--out", "out", "--threads", "2"],
        };
        let mut child = place
            .command(arguments)
            .env(KEEP_EVERY, "0.002")
            .spawn()
            .unwrap();
        let moment = whole.as_micros() as u64 * 6 / 10;
        std::thread::sleep(Duration::from_micros(moments.below(moment)));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            assert_same(&place.path("whole"), &place.path("out"));
            assert_same_states(&place.path("whole"), &place.path("out"));
            fs::remove_dir_all(place.path("out")).unwrap();
            ends += 1;
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        in_vain += u32::from(!begun);
    }
    // The same command goes on, too.
    let ended = place.done(&["run", "long.ron", "--out", "out"]);
    assert!(!ended.stderr.contains("note:"), "{}", ended.shown());
    assert_same(&place.path("whole"), &place.path("out"));
    assert_same_states(&place.path("whole"), &place.path("out"));
    println!(
        "{kills} kills, {in_vain} before the run was kept, {ends} runs that came to their end"
    );
}

/// Smallest fault seen: what was begun of a file among the states, by a process that was killed, stays for good.
#[test]
fn what_a_killed_process_had_begun_to_write_goes() {
    let place = place();
    let begun = ["run", small::FILE, "--save-at", "6 d", "--out", "out"];
    place.done(&[&begun[..], &["--shards", "2", "--shard", "0"]].concat());
    for name in [
        "states/request.0123456789abcdef.partial",
        "states/arm0-mouse1.state.0123456789abcdef.partial",
        "checkpoint/arm0-mouse1.json.0123456789abcdef.partial",
        "summary.csv.partial",
    ] {
        place.write(&format!("out/{name}"), "half a fi");
    }
    place.write("out/states/notes.partial", "of somebody else");
    place.done(&["resume", "out"]);
    place.done(&["run", small::FILE, "--save-at", "6 d", "--out", "whole"]);
    assert_same(&place.path("whole"), &place.path("out"));
    fs::remove_file(place.path("out/states/notes.partial")).unwrap();
    assert_same_states(&place.path("whole"), &place.path("out"));
    assert!(!place.path("out/checkpoint").exists());
}

fn plan(text: &str, overrides: &Overrides) -> Plan {
    let source = Source {
        name: "long".into(),
        origin: "long.ron".into(),
        text: text.into(),
    };
    let mut plan = Plan::new(source, overrides).unwrap();
    plan.keep_every = Duration::ZERO;
    plan
}

/// Interrupts a run at the first report that goes beyond so many steps; takes down all that it reports.
struct Interrupter<'i> {
    interrupt: &'i AtomicBool,
    beyond: u64,
    steps: Mutex<Vec<u64>>,
}

impl Observer for Interrupter<'_> {
    fn advanced(&self, _arm: usize, steps: u64) {
        let mut all = self.steps.lock().unwrap();
        all.push(steps);
        if all.iter().sum::<u64>() > self.beyond {
            self.interrupt.store(true, Ordering::Relaxed);
        }
    }

    fn finished(&self, _arm: usize, _replicate: u64) {}
}

#[test]
fn an_interrupted_mouse_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let only = Overrides {
        replicate: Some(0),
        ..Overrides::default()
    };
    let text = long(12).replace("(name: \"wild type\"),", "");
    let plan = plan(&text, &only);
    let whole = run(
        &plan,
        &folder.path().join("whole"),
        false,
        &AtomicBool::new(false),
        &Unobserved,
    );
    assert!(matches!(whole, Ok(Outcome::Done { .. })));
    let mut done = 0;
    for beyond in [40, 100, 100, 260, u64::MAX] {
        let interrupt = AtomicBool::new(false);
        let observer = Interrupter {
            interrupt: &interrupt,
            beyond,
            steps: Mutex::default(),
        };
        let outcome = run(
            &plan,
            &folder.path().join("out"),
            false,
            &interrupt,
            &observer,
        )
        .unwrap();
        let steps = observer.steps.into_inner().unwrap();
        let total: u64 = steps.iter().sum();
        // The first report is of what was there.
        assert!(
            steps[0] >= done && (done == 0) == (steps[0] == 0),
            "{steps:?}"
        );
        done = total;
        let is_done = matches!(outcome, Outcome::Done { .. });
        assert_eq!(is_done, beyond == u64::MAX, "{outcome:?}");
    }
    assert_eq!(done, 12 * 24);
    // It holds the hash of all tables.
    let manifest = |of: &str| fs::read(folder.path().join(of).join("manifest.json")).unwrap();
    assert!(manifest("whole") == manifest("out"));
}

/// Interrupts a run inside a mouse of the only arm, by the command.
fn begun(place: &Place, out: &str, options: &[&str]) -> String {
    let mut arguments = vec!["run", "long.ron", "--out", out, "--threads", "1"];
    arguments.extend(options);
    let mut child = place
        .command(&arguments)
        .env(KEEP_EVERY, "0")
        .spawn()
        .unwrap();
    let state = format!("{out}/checkpoint/arm0-mouse0.state");
    let started = Instant::now();
    while !place.path(&state).is_file() {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "nothing is kept"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    state
}

#[test]
fn a_damaged_or_foreign_state_is_told_and_not_gone_on_with() {
    let place = place();
    place.write("long.ron", long(12));
    place.done(&["run", "long.ron", "--out", "whole"]);
    let foreign = begun(&place, "foreign", &["--seed", "6"]);
    let foreign = fs::read(place.path(&foreign)).unwrap();
    let state = begun(&place, "out", &[]);
    let whole = fs::read(place.path(&state)).unwrap();
    let copy = |name: &str| {
        for file in names(&place.path("out/checkpoint")) {
            let bytes = fs::read(place.path("out/checkpoint").join(&file)).unwrap();
            place.write(&format!("{name}/checkpoint/{file}"), bytes);
        }
    };
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        bytes
    };
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("empty", Vec::new(), "is damaged"),
        ("head", whole[..40].to_vec(), "is damaged"),
        ("half", whole[..whole.len() / 2].to_vec(), "is damaged"),
        ("end", whole[..whole.len() - 1].to_vec(), "is damaged"),
        ("longer", [&whole[..], b"x"].concat(), "is damaged"),
        ("digest", flipped(22), "is damaged"),
        ("content", flipped(whole.len() / 2), "is damaged"),
        ("format", flipped(16), "is of another version"),
        ("foreign", foreign, "is of another run"),
    ];
    for (name, bytes, told) in cases {
        copy(name);
        place.write(&format!("{name}/checkpoint/arm0-mouse0.state"), bytes);
        let resumed = place.done(&["resume", name]);
        let is_told = resumed.stderr.contains(told) && resumed.stderr.contains("arm0-mouse0.state");
        assert!(is_told, "{name}: {}", resumed.shown());
        assert_same(&place.path("whole"), &place.path(name));
    }
    // The one that is whole is no matter for words.
    let resumed = place.done(&["resume", "out"]);
    assert!(!resumed.stderr.contains("note:"), "{}", resumed.shown());
    assert_same(&place.path("whole"), &place.path("out"));
}

/// A mouse scenario: past, and what is done from day 8 on.
fn branched(past: &str, arms: &str, rest: &str) -> String {
    format!(
        r#"(
    title: "Branches", question: "Does it matter when one begins?",
    forms: [(name: "mutein", alpha: 1, beta_gamma: 0.1, half_life: "1 d")],
    run: (until: "14 d", replicates: 2, cells: 600, seed: 11, sample_every: "1 d"{rest}),
    arms: [{arms}],
    readouts: ["count(T)", "pstat5(Treg)", "copies(CD25, Treg)", "concentration(IL-2)", "count(Treg, tag: donor)", "form_concentration", "alive"],
)
"#
    )
    .replace("PAST", past)
}

const ARMS: &str = r#"
    (name: "none"PAST]),
    (name: "late", genotype: [(gene: "Il2ra", expression: 0, lineage: "Treg", from: "8 d")]PAST]),
    (name: "drug"PAST inject(drug: "anti-CD25", dose: "250 ug", at: "8 d", every: "2 d"), transfer(kind: "Treg", cells: "1e5 cells", at: "9 d", tag: "donor")]),
    (name: "form"PAST inject(ligand: "mutein", dose: "1 ug", at: "8 d"), thymectomy(at: "10 d")]),
    (name: "forced", signals: [(signal: "pSTAT5", level: 1, lineage: "Treg", from: "8 d", until: "11 d")]PAST]),
    (name: "waits"PAST deplete(kind: "Treg", fraction: 0.9, at: "8 d", when: (readout: "count(T)", above: 1e3), every: "3 d"), stimulate(kind: "DC", fraction: 0.5, at: "9 d")]),
"#;

const NOTHING: &str = ", interventions: [";
/// What leaves drugs, tagged cells of another genotype and conditions that were met behind.
const MUCH: &str = r#", marrow: [(tag: "m", share: 0.5), (tag: "k", share: 0.5, genotype: [(gene: "Il2rb", expression: 0.5)])], interventions: [
    inject(drug: "anti-CD4", dose: "20 ug", at: "5 d"),
    inject(ligand: "IL-2", dose: "5 000 IU", at: "3 d", every: "12 h", until: "6 d"),
    transfer(kind: "Treg", cells: "2e5 cells", when: (readout: "count(T)", above: 100), tag: "early", genotype: [(gene: "Il2", expression: 0)]),
"#;

/// What leaves cells of the host's own genotype behind that are not its own: they keep a gene that it loses.
const DONOR: &str = r#", interventions: [transfer(kind: "CD4 blast", cells: "2e5 cells", at: "5 d", tag: "donor"),"#;

/// What leaves sorted and aged cells behind, cells that were marked, and another amount of self.
const SORTED: &str = r#", interventions: [
    transfer(kind: "memory CD8", cells: "1e5 cells", age: "30 d", sort: (chain: "CD122", highest: 0.5), at: "3 d", tag: "aged", genotype: [(gene: "Il2", expression: 0)]),
    tag(kind: "T", sort: (chain: "CD25", above: 500), tag: "early", at: "5 d"),
    tag(kind: "CD4", fraction: 0.5, tag: "lost", genotype: [(gene: "Il2rb", expression: 0.4)], at: "5 d", every: "1 d", until: "7 d"),
    tag(kind: "T", fraction: 0.5, tag: "half", genotype: [(gene: "Il2ra", expression: 0.2), (gene: "Il2", expression: 0, from: "7 d")], at: "6 d"),
    deplete(kind: "CD4", fraction: 0.5, sort: (chain: "CD132", lowest: 0.2), at: "6 d"),
    expose(antigen: "self", level: 0.3, at: "6 d"),
"#;

/// The rows of a whole run from day 8 on.
fn assert_end_of(place: &Place, whole: &str, part: &str, tables: &[&str]) {
    for table in tables {
        let of = |run: &str| Table::read(&place.path(run).join(table));
        let late = of(whole).only("time_d", |time| time.parse::<f64>().unwrap() >= 8.0);
        assert!(!late.rows.is_empty() || *table == "events.csv");
        of(part).assert_equals(&late, &format!("{part}, {table}"));
    }
}

#[test]
fn a_run_that_begins_from_states_has_the_rows_of_the_whole_run() {
    let place = place();
    for (name, past) in [
        ("nothing", NOTHING),
        ("much", MUCH),
        ("donor", DONOR),
        ("sorted", SORTED),
    ] {
        let of = |what: &str| format!("{name}-{what}");
        // The later scenario numbers its tags otherwise.
        let single = branched(past, "(name: \"any\"PAST]),", "");
        place.write(
            "base.ron",
            single.replace("14 d", "8 d").replace(", tag: donor", ""),
        );
        place.write(
            "later.ron",
            branched(past, ARMS, ", snapshots: [\"8 d\", \"14 d\"]"),
        );
        place.done(&["run", "base.ron", "--save-at", "8 d", "--out", &of("base")]);
        place.done(&["run", "later.ron", "--out", &of("whole")]);
        place.done(&[
            "run",
            "later.ron",
            "--from",
            &of("base"),
            "--out",
            &of("part"),
        ]);
        let tables = [
            "timecourse.csv",
            "summary.csv",
            "cells.csv",
            "comparison.csv",
        ];
        assert_end_of(
            &place,
            &of("whole"),
            &of("part"),
            &["timecourse.csv", "summary.csv", "cells.csv"],
        );
        for table in [tables[3], "effects.csv", "events.csv", "receptors.csv"] {
            let read = |run: String| fs::read(place.path(&run).join(table)).unwrap();
            assert!(read(of("whole")) == read(of("part")), "{name}, {table}");
        }
        let manifest = fs::read_to_string(place.path(&of("part")).join("manifest.json")).unwrap();
        assert!(
            manifest.contains("\"states\"") && manifest.contains("\"age_d\": 8.0"),
            "{manifest}"
        );

        if ["donor", "sorted"].contains(&name) {
            continue;
        }
        let early =
            r#"expect: [(readout: "alive", arm: "none", at: "6 d", band: (0, 1))], readouts: ["#;
        let banded = branched(past, ARMS, "").replace("readouts: [", early);
        place.write("banded.ron", banded);
        let base = of("base");
        let arguments = ["run", "banded.ron", "--from", &base, "--out", "banded"];
        let told = place.done(&[&arguments[..], &["--replicate", "0", "--force"]].concat());
        assert!(
            told.stderr.contains("1 of 1 bands are for ages before 8 d"),
            "{}",
            told.shown()
        );
        // Dealt out, alone, killed, and from states of the whole run's own arms.
        for shard in ["1", "0"] {
            place.done(&[
                "run",
                "later.ron",
                "--from",
                &of("base"),
                "--out",
                &of("shards"),
                "--shards",
                "2",
                "--shard",
                shard,
            ]);
        }
        place.done(&["merge", &of("shards")]);
        assert_same(&place.path(&of("part")), &place.path(&of("shards")));
        place.done(&[
            "run",
            "later.ron",
            "--from",
            &of("base"),
            "--out",
            &of("alone"),
            "--replicate",
            "1",
        ]);
        let all = Table::read(&place.path(&of("part")).join("timecourse.csv"));
        Table::read(&place.path(&of("alone")).join("timecourse.csv"))
            .assert_equals(&all.only("replicate", |of| of == "1"), "alone");
        place.done(&[
            "run",
            "later.ron",
            "--save-at",
            "11 d",
            "--out",
            &of("kept"),
            "--from",
            &of("base"),
        ]);
        // A chain needs its first link no more.
        fs::rename(place.path(&of("base")), place.path(&of("moved"))).unwrap();
        place.done(&[
            "run",
            "later.ron",
            "--from",
            &of("kept"),
            "--out",
            &of("chain"),
        ]);
        let late = all.only("time_d", |time| time.parse::<f64>().unwrap() >= 11.0);
        Table::read(&place.path(&of("chain")).join("timecourse.csv")).assert_equals(&late, "chain");
    }
}

/// Of two mice one is dead when states are kept.
#[test]
fn the_dead_stay_dead() {
    let place = place();
    let text = r#"(
    title: "Scurfy", question: "Is it over?", overlay: { "fatal_damage": 1 },
    run: (until: "24 d", replicates: 2, cells: 600, seed: 12, sample_every: "12 h"),
    arms: [(name: "scurfy", genotype: [(gene: "Foxp3", expression: 0)])],
    readouts: ["count(T)", "alive", (name: "dead", value: "1 - alive")],
)
"#;
    place.write("scurfy.ron", text);
    place.done(&["run", "scurfy.ron", "--out", "whole", "--save-at", "18.5 d"]);
    place.done(&["run", "scurfy.ron", "--from", "whole", "--out", "part"]);
    let of = |run: &str, table: &str| Table::read(&place.path(run).join(table));
    let late = |time: &str| time.parse::<f64>().unwrap() >= 18.5;
    of("part", "timecourse.csv").assert_equals(
        &of("whole", "timecourse.csv").only("time_d", late),
        "course",
    );
    of("part", "events.csv").assert_equals(&of("whole", "events.csv"), "events");
    of("part", "receptors.csv").assert_equals(&of("whole", "receptors.csv"), "receptors");
    let summary = of("part", "summary.csv");
    let alive = |readout: &str| {
        let rows = summary.only("readout", |of| of == readout).rows;
        rows.into_iter()
            .map(|row| (row[5].clone(), row[6].clone()))
            .collect::<Vec<_>>()
    };
    // One of two is alive on day 18.5, none later.
    assert_eq!(alive("alive"), [("1".into(), "0.5".into())]);
    assert_eq!(alive("dead"), [("1".into(), "0.5".into())]);
    let whole = of("whole", "events.csv").only("event", |event| event == "death");
    assert_eq!(whole.rows.len(), 2, "{:?}", whole.rows);
}

/// The bytes of states are those of any number of threads and shards; a run whose states are gone is not whole.
#[test]
fn states_are_part_of_what_a_run_leaves() {
    let place = place();
    place.write("base.ron", branched(NOTHING, ARMS, ", save_at: \"8 d\""));
    place.done(&["run", "base.ron", "--out", "one", "--threads", "1"]);
    place.done(&["run", "base.ron", "--out", "many", "--threads", "5"]);
    assert_same(&place.path("one"), &place.path("many"));
    assert_same_states(&place.path("one"), &place.path("many"));
    let shard = |index: &str| {
        place.done(&[
            "run", "base.ron", "--out", "parts", "--shards", "2", "--shard", index,
        ]);
    };
    shard("0");
    shard("1");
    let state = "parts/states/arm3-mouse1.state";
    let bytes = fs::read(place.path(state)).unwrap();
    place.write(state, &bytes[..bytes.len() - 1]);
    let refused = place.run(&["merge", "parts"]).expect_code(2);
    assert!(refused.stderr.contains("--array=1"), "{}", refused.shown());
    place.done(&["resume", "parts"]);
    assert_same(&place.path("one"), &place.path("parts"));
    assert_same_states(&place.path("one"), &place.path("parts"));
    // Another run in its place takes its states away.
    place.write("one/states/notes.txt", "mine");
    place.done(&["run", small::FILE, "--out", "one", "--force"]);
    assert_eq!(names(&place.path("one/states")), ["notes.txt"]);
    place.done(&["run", small::FILE, "--out", "many", "--force"]);
    assert!(!place.path("many/states").exists());
}

fn refused(place: &Place, arguments: &[&str], code: i32, words: &[&str]) -> Ended {
    let ended = place.run(arguments).expect_code(code);
    for word in words {
        assert!(ended.stderr.contains(word), "{word}: {}", ended.shown());
    }
    ended
}

#[test]
fn states_that_do_not_fit_are_refused() {
    let place = place();
    let base = branched(MUCH, "(name: \"any\"PAST]),", "");
    place.write(
        "base.ron",
        base.replace("14 d", "8 d").replace(", tag: donor", ""),
    );
    place.done(&["run", "base.ron", "--save-at", "8 d", "--out", "base"]);
    let later = branched(MUCH, ARMS, "");
    for (from, to, words) in [
        (
            "seed: 11",
            "seed: 12",
            &["seed 12", "seed 11", "other.ron:4:59"][..],
        ),
        ("cells: 600", "cells: 700", &["700 agents", "600 agents"]),
        (
            "replicates: 2",
            "replicates: 3",
            &["replicates 0 to 2", "replicates within 0 to 1"],
        ),
        (
            "run: (",
            "overlay: { \"treg_death\": \"0.08 1/d\" }, run: (",
            &["treg_death = 0.08"],
        ),
        (
            "from: \"8 d\"",
            "from: \"7 d\"",
            &["Il2ra at 0 in Treg from day 7", "wild type"],
        ),
        (
            "share: 0.5), (tag: \"k\", share: 0.5",
            "share: 0.4), (tag: \"k\", share: 0.6",
            &["marrow"],
        ),
        ("expression: 0.5)])]", "expression: 0.4)])]", &["marrow"]),
        (
            "5 000 IU",
            "6 000 IU",
            &["6000 IU", "5000 IU", "number 2 of the interventions"],
        ),
        (
            "until: \"6 d\"",
            "until: \"5 d\"",
            &["number 2 of the interventions"],
        ),
        ("above: 100)", "above: 200)", &["above 200", "above 100"]),
        (
            "tag: \"early\"",
            "tag: \"soon\"",
            &["number 3 of the interventions"],
        ),
        (
            "at: \"8 d\", every: \"2 d\"",
            "at: \"7 d\", every: \"2 d\"",
            &["nothing before 8 d"],
        ),
        ("at: \"8 d\", when", "when", &["nothing before 8 d"]),
        (
            "anti-CD4\", dose",
            "anti-CD8\", dose",
            &["anti-CD8", "anti-CD4"],
        ),
        (
            "from: \"8 d\", until: \"11 d\"",
            "from: \"7 d\", until: \"11 d\"",
            &["forced to", "from 7 d until 11 d", "others `from` 8 d on"],
        ),
        (
            "(name: \"none\"",
            "(name: \"none\", lacks: [\"NK\"]",
            &["NK", "no lineage"],
        ),
        (
            "seed: 11",
            "seed: 11, save_at: \"8 d\"",
            &["states kept before"],
        ),
    ] {
        assert!(later.contains(from), "{from}");
        place.write("other.ron", later.replacen(from, to, 1));
        let arguments = ["run", "other.ron", "--from", "base", "--out", "out"];
        let _ = refused(&place, &arguments, 1, words);
        assert!(!place.path("out").exists());
    }
    place.write(
        "other.ron",
        later.replace("run: (", "start: adult(at: \"9 d\"), run: ("),
    );
    let both = ["run", "other.ron", "--from", "base", "--out", "out"];
    let _ = refused(&place, &both, 2, &["--from", "start"]);
    let itself = ["run", "base.ron", "--from", "base", "--out", "out"];
    let _ = refused(&place, &itself, 1, &["an end at 8 d", "one after 8 d"]);
    place.write("later.ron", &later);
    let run = ["run", "later.ron", "--from", "base", "--out", "out"];
    let _ = refused(
        &place,
        &["run", "later.ron", "--from", "nowhere", "--out", "out"],
        2,
        &["nowhere", "--save-at"],
    );
    place.done(&["run", small::FILE, "--out", "small"]);
    let _ = refused(
        &place,
        &["run", "later.ron", "--from", "small", "--out", "out"],
        2,
        &["no states", "--save-at"],
    );
    place.write("wells.ron", WELLS.replace("PAST", "").replace("LATER", ""));
    let _ = refused(
        &place,
        &["run", "wells.ron", "--from", "base", "--out", "out"],
        1,
        &["a well", "a mouse"],
    );
    let state = "base/states/arm0-mouse1.state";
    let whole = fs::read(place.path(state)).unwrap();
    for (length, code, word) in [(40, 2, "damaged"), (whole.len() / 2, 2, "damaged")] {
        place.write(state, &whole[..length]);
        let _ = refused(&place, &run, code, &[word, "arm0-mouse1.state"]);
        let shard = [&run[..], &["--shards", "2", "--shard", "1"]].concat();
        let _ = refused(&place, &shard, code, &[word, "arm0-mouse1.state"]);
        // Nothing is claimed for what cannot begin.
        assert!(!place.path("out").exists());
    }
    let other = "base/states/arm0-mouse0.state";
    let first = fs::read(place.path(other)).unwrap();
    place.write(state, &first);
    place.write(other, &whole);
    let words = ["arm0-mouse0.state is a copy of that of another: arm0-mouse1"];
    let _ = refused(&place, &run, 2, &words);
    assert!(!place.path("out").exists());
    place.write(other, &first);
    fs::remove_file(place.path(state)).unwrap();
    let _ = refused(&place, &run, 2, &["arm0-mouse1.state is not there"]);
    place.write(state, &whole);
    place.write("base/states/request", "{");
    let _ = refused(&place, &run, 2, &["states/request is damaged"]);
}

const WELLS: &str = r#"(
    title: "Wells", question: "From a state?",
    host: culture(volume: "0.2 ml", medium: (il2: "20 pM", il7: "3 pM"), step: "10 min"),
    run: (until: "24 h", replicates: 2, cells: 50, seed: 3, sample_every: "1 h"),
    arms: [
        (name: "a", interventions: [
            transfer(kind: "naive CD4", cells: "1e5 cells", at: "0 h"), stimulate(kind: "naive CD4", fraction: 0.9, at: "1 h"), PAST
            LATER
        ]),
    ],
    readouts: ["count(T)", "concentration(IL-2)", "pstat5(CD4)"],
)
"#;

#[test]
fn wells_begin_from_states_too() {
    let place = place();
    place.write("base.ron", WELLS.replace("PAST", "").replace("LATER", ""));
    let later = r#"transfer(kind: "Treg", cells: "1e4 cells", at: "7 h 20 min"), inject(ligand: "IL-2", dose: "50 pM", at: "9 h"),"#;
    let later = later.replace("7 h 20 min", "440 min");
    place.write(
        "later.ron",
        WELLS.replace("PAST", "").replace("LATER", &later),
    );
    place.done(&["run", "base.ron", "--save-at", "440 min", "--out", "base"]);
    place.done(&["run", "later.ron", "--out", "whole"]);
    place.done(&["run", "later.ron", "--from", "base", "--out", "part"]);
    let of = |run: &str| Table::read(&place.path(run).join("timecourse.csv"));
    let late = |time: &str| time.parse::<f64>().unwrap() > 440.5 / 1440.0;
    let (whole, part) = (
        of("whole").only("time_d", late),
        of("part").only("time_d", late),
    );
    assert!(whole.rows.len() > 10);
    part.assert_equals(&whole, "part of a well");
    // A sample at its beginning, which is none of the whole run.
    assert_eq!(of("part").rows.len(), part.rows.len() + 2 * 3);
    place.write(
        "other.ron",
        WELLS
            .replace("PAST", "")
            .replace("LATER", &later)
            .replace("20 pM", "30 pM"),
    );
    let _ = refused(
        &place,
        &["run", "other.ron", "--from", "base", "--out", "out"],
        1,
        &["medium"],
    );
}

/// Runs a scenario from birth and as adults of day 8, which have the same rows from then on; returns the text of the latter.
#[track_caller]
fn run_as_adults(place: &Place, from_birth: &str) -> String {
    let adults = from_birth.replace("run: (", "start: adult(at: \"8 d\"), run: (");
    place.write("birth.ron", from_birth);
    place.write("adults.ron", &adults);
    place.done(&["run", "birth.ron", "--out", "results/birth"]);
    place.done(&["run", "adults.ron", "--out", "results/adults"]);
    assert_end_of(
        place,
        "results/birth",
        "results/adults",
        &["timecourse.csv", "summary.csv"],
    );
    adults
}

/// Adults are those of their arm, with its genes, marrow and surroundings; arms that are the same until then share them.
#[test]
fn an_arm_begins_as_its_own_adults() {
    const OWN: &str = r#"
    (name: "wild type", interventions: [stimulate(kind: "DC", fraction: 0.5, at: "8 d")]),
    (name: "knockout", genotype: [(gene: "Il2ra", expression: 0)]),
    (name: "treated knockout", genotype: [(gene: "Il2ra", expression: 0), (gene: "Fas", expression: 0, from: "8 d")], interventions: [
        transfer(kind: "Treg", cells: "1e5 cells", at: "9 d", tag: "donor"),
        tag(kind: "T", fraction: 0.5, tag: "lost", genotype: [(gene: "Il2", expression: 0)], at: "9 d"),
    ]),
    (name: "lost early", genotype: [(gene: "Il2ra", expression: 0, lineage: "Treg", from: "4 d")]),
    (name: "mixed", marrow: [(tag: "m", share: 0.5), (tag: "k", share: 0.5, genotype: [(gene: "Il2rb", expression: 0), (gene: "Il2", expression: 0, from: "9 d")])]),
    (name: "no B", lacks: ["B"]),
    (name: "germ-free", microbes: 0),
    (name: "forced", signals: [(signal: "pSTAT5", level: 1, lineage: "Treg", from: "3 d", until: "10 d")]),
"#;
    let place = place();
    run_as_adults(&place, &branched("", OWN, ""));
    // Of the two knockouts one.
    assert_eq!(names(&place.path("results/.adults")).len(), 2 * 7);
}

/// A mouse that cannot be simulated further before its run begins ends as it does from birth, alone, and so does one whose state was kept.
///
/// Smallest faults seen: the whole run ended by one adult; the step tried once more, with another age in its event.
#[test]
fn mice_that_were_cut_short_before_stay_so() {
    let place = place();
    let text = |more: &str, run: &str| {
        format!(
            r#"(title: "t", question: "q", overlay: {{ "memory_cd8_division": "1e300 1/d" }}, {more}
            run: (until: "6 d", replicates: 2, cells: 600{run}), readouts: ["alive"],
            arms: [(name: "wild type"), (name: "without T cells", lacks: ["T"])])"#
        )
    };
    place.write("birth.ron", text("", ", save_at: \"4 d\""));
    place.write("adults.ron", text("start: adult(at: \"4 d\"),", ""));
    place.write("later.ron", text("", ""));
    let run = |arguments: &[&str]| {
        let ended = place.run(&[&["run"], arguments].concat()).expect_code(3);
        assert!(
            ended.stderr.contains("more than any mouse"),
            "{}",
            ended.shown()
        );
    };
    run(&["birth.ron", "--out", "results/birth"]);
    run(&["adults.ron", "--out", "results/adults"]);
    run(&[
        "later.ron",
        "--from",
        "results/birth",
        "--out",
        "results/later",
    ]);
    let events = |out: &str| Table::read(&place.path(out).join("events.csv"));
    let birth = events("results/birth");
    assert_eq!(birth.rows.len(), 2, "{birth:?}");
    events("results/adults").assert_equals(&birth, "adults");
    events("results/later").assert_equals(&birth, "later");
    let values = |out: &str| {
        let table = Table::read(&place.path(out).join("timecourse.csv"));
        table.only("time_d", |time| time.parse::<f64>().unwrap() >= 4.0)
    };
    assert!(!values("results/birth").rows.is_empty());
    values("results/adults").assert_equals(&values("results/birth"), "adults");
}

#[test]
fn adults_have_the_rows_of_mice_from_birth() {
    let place = place();
    let from_birth = branched(NOTHING, ARMS, "");
    let adults = run_as_adults(&place, &from_birth);
    let kept = names(&place.path("results/.adults"));
    assert_eq!(kept.len(), 2, "{kept:?}");

    // They are taken from there, by any run, and grown anew where they are damaged.
    let touched = |name: &str| {
        fs::metadata(place.path("results/.adults").join(name))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before: Vec<_> = kept.iter().map(|name| touched(name)).collect();
    place.done(&["run", "adults.ron", "--out", "results/again"]);
    assert_same(&place.path("results/adults"), &place.path("results/again"));
    assert!(kept.iter().map(|name| touched(name)).eq(before));
    let damaged = format!("results/.adults/{}", kept[0]);
    let bytes = fs::read(place.path(&damaged)).unwrap();
    place.write(&damaged, &bytes[..bytes.len() / 2]);
    let anew = place.done(&["run", "adults.ron", "--out", "results/anew"]);
    assert!(
        anew.stderr.contains("is damaged: the adult is grown anew"),
        "{}",
        anew.shown()
    );
    assert_same(&place.path("results/adults"), &place.path("results/anew"));
    assert!(fs::read(place.path(&damaged)).unwrap() == bytes);

    // Two processes at a time, that find nothing there.
    let shard = |index: &str| {
        let arguments = [
            "run",
            "adults.ron",
            "--out",
            "apart/out",
            "--shards",
            "2",
            "--shard",
            index,
        ];
        place.command(&arguments).spawn().unwrap()
    };
    for child in [shard("0"), shard("1")] {
        let _ = end(child, "shard").expect_code(0);
    }
    place.done(&["merge", "apart/out"]);
    assert_same(&place.path("results/adults"), &place.path("apart/out"));
    assert_eq!(names(&place.path("apart/.adults")), kept);

    // Another seed, another size, another overlay: others.
    for (name, from, to) in [
        ("seed", "seed: 11", "seed: 12"),
        ("cells", "cells: 600", "cells: 650"),
        (
            "overlay",
            "run: (",
            "overlay: { \"treg_death\": \"0.08 1/d\" }, run: (",
        ),
        ("age", "at: \"8 d\"), run", "at: \"7 d\"), run"),
    ] {
        let out = format!("results/{name}");
        for (file, text) in [("birth.ron", &from_birth), ("adults.ron", &adults)] {
            place.write(file, text.replacen(from, to, 1));
        }
        place.done(&["run", "birth.ron", "--out", &format!("{out}-birth")]);
        place.done(&["run", "adults.ron", "--out", &out]);
        let of = |run: &str| Table::read(&place.path(run).join("timecourse.csv"));
        let late = |time: &str| time.parse::<f64>().unwrap() >= 8.0;
        of(&out)
            .only("time_d", late)
            .assert_equals(&of(&format!("{out}-birth")).only("time_d", late), name);
    }
    assert_eq!(names(&place.path("results/.adults")).len(), 10);

    for (from, to, words) in [
        (
            "at: \"8 d\", every",
            "at: \"7 d\", every",
            &[
                "nothing before 8 d",
                "mice begin as adults",
                "faulty.ron:8:",
            ][..],
        ),
        (
            "adult(at: \"8 d\")",
            "adult(at: \"14 d\")",
            &["a time before the end"],
        ),
        (
            "adult(at: \"8 d\")",
            "adlut(at: \"8 d\")",
            &["did you mean `adult`"],
        ),
        ("adult(at: \"8 d\")", "adult", &["adult(at: \"56 d\")"]),
        ("adult(at: \"8 d\")", "adult(age: \"8 d\")", &["`at`"]),
    ] {
        place.write("faulty.ron", adults.replacen(from, to, 1));
        let _ = refused(&place, &["run", "faulty.ron", "--out", "out"], 1, words);
    }
    place.write(
        "faulty.ron",
        WELLS
            .replace("PAST", "")
            .replace("LATER", "")
            .replace("host:", "start: adult(at: \"8 h\"), host:"),
    );
    let _ = refused(
        &place,
        &["run", "faulty.ron", "--out", "out"],
        1,
        &["a well has no age"],
    );
}
