//! The same bytes for any number of threads, a mouse alone or among others, another readout, another arm?

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod ensembles;
mod memory;
mod shards;
mod snapshots;
mod states;
mod stopping;
mod sweeps;

use paracrine_cells::host::{Host, Setup};
use paracrine_kernel::Level;
use paracrine_scenario::catalogue;
use paracrine_tests::{
    program::Place,
    results::{Table, assert_same, bytes},
    small,
};
use std::fs;

const TABLES: [&str; 7] = [
    "timecourse.csv",
    "summary.csv",
    "comparison.csv",
    "effects.csv",
    "chain.csv",
    "events.csv",
    "receptors.csv",
];

fn place() -> Place {
    let place = Place::new(env!("CARGO_BIN_EXE_paracrine-under-test"));
    place.write(small::FILE, small::TEXT);
    place
}

/// Runs `text` in a place of its own directory and returns a table by name.
fn tables(place: &Place, name: &str, text: &str) -> impl Fn(&str) -> Table + use<> {
    let file = format!("{name}.ron");
    place.write(&file, text);
    place.done(&["run", &file, "--out", name]);
    let directory = place.path(name);
    move |table| Table::read(&directory.join(table))
}

/// Names are labels: a scenario with its title, arms and tags renamed leaves the same bytes of time courses and events but for the names.
///
/// Smallest fault seen: the length of an arm's name in the seed.
#[test]
fn names_of_arms_and_tags_do_not_matter() {
    const TEXT: &str = r#"(
        title: "TITLE", question: "QUESTION",
        run: (until: "9 d", replicates: 2, cells: 600, seed: 11, sample_every: "12 h"),
        arms: [
            (name: "ARM-A"),
            (name: "ARM-B", genotype: [(gene: "Il2ra", expression: 0)], interventions: [
                transfer(kind: "Treg", cells: "1e5 cells", at: "5 d", tag: "TAG-A"),
                deplete(kind: "naive CD4", fraction: 0.5, when: (readout: "count(T)", above: 1000)),
            ]),
            (name: "ARM-C", marrow: [
                (tag: "TAG-B", share: 0.5),
                (tag: "TAG-C", share: 0.5, genotype: [(gene: "Il2rb", expression: 0)]),
            ]),
        ],
        readouts: [
            "activated_fraction(Tcon)", "count(Treg, tag: TAG-A)", "count(B, tag: TAG-B)",
            "fraction(B, of: B cells, tag: TAG-C)", "pstat5(Treg)", "concentration(IL-2)", "alive",
        ],
    )"#;
    const NAMES: [&str; 8] = [
        "TITLE", "QUESTION", "ARM-A", "ARM-B", "ARM-C", "TAG-A", "TAG-B", "TAG-C",
    ];
    let named = |names: [&str; 8]| {
        let pairs = NAMES.iter().zip(names);
        pairs.fold(TEXT.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    // Ordered the other way round; one is that of a knockout that it is not.
    let plain = [
        "One", "Why?", "first", "second", "third", "donor", "left", "right",
    ];
    let other = [
        "Il2-/-",
        "Foxp3?",
        "zeta",
        "wild type",
        "Il2rb-/-",
        "yolk",
        "xenon",
        "alien",
    ];
    let place = place();
    for (name, names) in [("plain", plain), ("other", other)] {
        let file = format!("{name}.ron");
        place.write(&file, named(names));
        place.done(&["run", &file, "--out", name]);
    }
    for table in ["timecourse.csv", "events.csv"] {
        let [plain_text, other_text] = ["plain", "other"]
            .map(|name| fs::read_to_string(place.path(name).join(table)).unwrap());
        assert!(plain_text.lines().count() > 2, "{table}");
        let back = other
            .iter()
            .zip(plain)
            .fold(other_text, |text, (from, to)| text.replace(from, to));
        assert!(plain_text == back, "{table}");
    }
}

/// Smallest fault seen: mice left in the order in which threads took them.
#[test]
fn order_of_threads_does_not_matter() {
    let place = place();
    for threads in ["1", "2", "5"] {
        place.done(&["run", small::FILE, "--out", threads, "--threads", threads]);
    }
    assert_same(&place.path("1"), &place.path("2"));
    assert_same(&place.path("1"), &place.path("5"));
    // And again: nothing depends on the time of day or on addresses in memory.
    place.done(&["run", small::FILE, "--out", "again", "--threads", "5"]);
    assert_same(&place.path("1"), &place.path("again"));
}

/// Every level of vector instructions that this processor has.
#[test]
fn instructions_do_not_matter_to_a_mouse() {
    let parameters = catalogue::model("mouse").unwrap().parameters;
    let grown = |level| {
        let mut mouse = Host::newborn(&parameters, &Setup::default(), 300, 7, 0).at_level(level);
        while mouse.age_d() < 8.0 {
            mouse.step().unwrap();
        }
        let population = mouse.population();
        (population.agents.clone(), population.surfaces.clone())
    };
    let levels = Level::available();
    let baseline = grown(Level::Baseline);
    for level in levels {
        assert!(grown(level) == baseline, "{} differs", level.name());
    }
}

/// Smallest fault seen: the position in the list of mice used in place of the number of the mouse.
#[test]
fn a_mouse_alone_is_the_mouse_among_others() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "all"]);
    for mouse in 0..small::MICE {
        let number = mouse.to_string();
        place.done(&["run", small::FILE, "--out", &number, "--replicate", &number]);
        for name in ["timecourse.csv", "events.csv"] {
            let all = Table::read(&place.path("all").join(name));
            let alone = Table::read(&place.path(&number).join(name));
            alone.assert_equals(&all.only("replicate", |of| of == number), name);
        }
    }
    // More mice change none of the first.
    place.done(&["run", small::FILE, "--out", "more", "--replicates", "5"]);
    let all = Table::read(&place.path("all/timecourse.csv"));
    let more = Table::read(&place.path("more/timecourse.csv"));
    let first = more.only("replicate", |of| of.parse::<u64>().unwrap() < small::MICE);
    all.assert_equals(&first, "more mice");
}

#[test]
fn another_seed_is_another_result() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "11"]);
    place.done(&["run", small::FILE, "--out", "12", "--seed", "12"]);
    let one = Table::read(&place.path("11/timecourse.csv"));
    let other = Table::read(&place.path("12/timecourse.csv"));
    let differ = |arm: &str, readout: &str| {
        let rows = |table: &Table| {
            table
                .only("arm", |of| of == arm)
                .only("readout", |of| of == readout)
                .only("time_d", |time| time == "12")
                .rows
        };
        rows(&one) != rows(&other)
    };
    for arm in small::ARMS {
        for readout in small::READOUTS.into_iter().filter(|name| *name != "alive") {
            assert!(differ(arm, readout), "{readout} of {arm}");
        }
    }
    // And no mouse is another mouse of the same run.
    let count = |mouse: &str| {
        let mut rows = one
            .only("arm", |of| of == "wild type")
            .only("readout", |of| of == "count(T)")
            .only("replicate", |of| of == mouse)
            .rows;
        rows.iter_mut().for_each(|row| row[1].clear());
        rows
    };
    assert_ne!(count("0"), count("1"));
    assert_ne!(count("1"), count("2"));
}

/// So many mice that a bootstrap interval shows another stream.
fn with_more_mice(text: &str) -> String {
    text.replacen("replicates: 3", "replicates: 8", 1)
}

/// Observers draw nothing.
///
/// Smallest fault seen: bootstrap intervals addressed by the place of a readout in the list.
#[test]
fn another_readout_changes_no_other() {
    let place = place();
    let small = tables(&place, "some", &with_more_mice(small::TEXT));
    let more = small::with(
        "\"activated_fraction(Tcon)\", \"fraction(Treg, of: CD4)\",",
        "\"agents\", \"copies(CD25, Treg)\", \"activated_fraction(Tcon)\", \"division_rate(T)\",\n\
         \"fraction(Treg, of: CD4)\", \"serum_concentration(IL-2)\", \"il2_secretion\",\n\
         \"count(NK) / count(T)\", (name: \"per T\", value: \"il2_secretion / count(T)\"),",
    );
    let large = tables(&place, "more", &with_more_mice(&more));
    for name in TABLES {
        let (some, more) = (small(name), large(name));
        // Links of the causal chain are those of every mouse, whatever is asked for.
        if name != "chain.csv" && some.header.iter().any(|column| column == "readout") {
            let known = |of: &str| small::READOUTS.contains(&of);
            some.assert_equals(&more.only("readout", known), name);
        } else {
            some.assert_equals(&more, name);
        }
    }
}

/// Smallest fault seen: bootstrap intervals addressed by the place of an arm in the list.
#[test]
fn another_arm_changes_no_other() {
    let place = place();
    let small = tables(&place, "some", &with_more_mice(small::TEXT));
    for (name, before) in [
        ("last", "\n    ],\n    readouts"),
        ("middle", "\n        (name: \"treated\""),
    ] {
        let arm = "\n        (name: \"Il15-/-\", genotype: [(gene: \"Il15\", expression: 0)]),";
        let more = tables(
            &place,
            name,
            &with_more_mice(&small::with(before, &format!("{arm}{before}"))),
        );
        for table in TABLES {
            let known = more(table).only("arm", |of| small::ARMS.contains(&of));
            small(table).assert_equals(&known, &format!("{table}, new arm {name}"));
        }
    }
}

/// Smallest fault seen: a branch on the name `wild type`.
#[test]
fn the_name_of_an_arm_is_only_a_name() {
    let place = place();
    let _ = tables(&place, "plain", small::TEXT);
    // The knockout is called wild type and the other way round.
    let exchanged = small::TEXT
        .replace("\"wild type\"", "\"-\"")
        .replace("\"Il2ra-/-\"", "\"wild type\"")
        .replace("\"-\"", "\"Il2ra-/-\"");
    let _ = tables(&place, "exchanged", &exchanged);
    for name in TABLES {
        let text = |of: &str| fs::read_to_string(place.path(of).join(name)).unwrap();
        let renamed = text("plain")
            .replace("wild type", "-")
            .replace("Il2ra-/-", "wild type");
        let renamed = renamed
            .lines()
            .map(|line| match line.strip_prefix("-,") {
                Some(rest) => format!("Il2ra-/-,{rest}\n"),
                None => format!("{line}\n"),
            })
            .collect::<String>();
        assert!(renamed == text("exchanged"), "{name}");
    }
}

/// Smallest fault seen: an intervention one step early.
#[test]
fn an_intervention_acts_from_its_time_on() {
    let place = place();
    let text = small::with("sample_every: \"1 d\"", "sample_every: \"1 h\"");
    let run = tables(&place, "hourly", &text);
    let table = run("timecourse.csv");
    let of = |arm: &str, from: f64, to: f64| {
        let mut rows = table
            .only("arm", |name| name == arm)
            .only("time_d", |time| {
                (from..=to).contains(&time.parse().unwrap())
            })
            .rows;
        rows.iter_mut().for_each(|row| row[0].clear());
        rows
    };
    let (hour, at) = (1.0 / 24.0, small::TREATED_AT_D);
    assert_eq!(
        of("wild type", 0.0, at + 1e-9),
        of("treated", 0.0, at + 1e-9)
    );
    let next = (at + 0.9 * hour, at + 24.1 * hour);
    assert_ne!(
        of("wild type", next.0, next.1),
        of("treated", next.0, next.1)
    );
}

/// The text that was run is kept, and runs again to the same tables.
#[test]
fn a_run_repeats_from_what_it_left() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "first"]);
    place.done(&["run", "first/scenario.ron", "--out", "second"]);
    let (first, second) = (bytes(&place.path("first")), bytes(&place.path("second")));
    for name in TABLES {
        assert!(first[name] == second[name], "{name}");
    }
}
