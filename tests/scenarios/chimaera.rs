//! Marrow of several genotypes and tags of cells, from the text of a scenario to its readouts.

use paracrine_scenario::catalogue::Source;
use paracrine_scenario::plan::{Overrides, Plan};

pub(crate) fn plan(text: &str) -> Result<Plan, String> {
    let source = Source {
        name: "small".into(),
        origin: "small.ron".into(),
        text: text.into(),
    };
    Plan::new(source, &Overrides::default()).map_err(|error| error.to_string())
}

/// With one part of a scenario replaced, the plan is refused at a place of the text with these words.
#[track_caller]
pub(crate) fn refused(text: &str, from: &str, to: &str, words: &[&str]) {
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text, "{from}");
    let message = plan(&changed).unwrap_err();
    for word in words {
        assert!(message.contains(word), "{word}: {message}");
    }
    assert!(message.starts_with("small.ron:"), "{message}");
}

const SMALL: &str = r#"(
    title: "t", question: "q",
    run: (until: "12 d", replicates: 1, cells: 1000, seed: 3),
    arms: [
        (name: "mixed", marrow: [(tag: "a", share: 0.25), (tag: "b", share: 0.75, genotype: [(gene: "Il2", expression: 0, lineage: "T")])]),
        (name: "given", interventions: [transfer(kind: "Treg", cells: "1e5 cells", at: "10 d", tag: "donor")]),
    ],
    readouts: ["count(B, tag: a)", "count(B)", "count(Treg, tag: donor)", "count(Treg, tag: host)", "count(Treg)"],
)"#;

/// A transfer adds its cells, under its tag alone (to the last one: `crates/cells/src/host/interventions.rs`); marrow gives its shares. The band of the share is five standard errors.
///
/// Smallest faults seen: numbers of tags by arm instead of by scenario; the tag not read.
#[test]
fn tags_tell_cells_apart() {
    let plan = plan(SMALL).unwrap();
    let observe = |arm: usize, until_d: f64| {
        let arm = &plan.arms[arm];
        let mut host = paracrine_cells::host::Host::newborn(
            &plan.points[0].parameters,
            &arm.host,
            plan.run.cells,
            3,
            0,
        );
        while host.age_d() < until_d {
            host.step().unwrap();
        }
        let readouts = plan.readouts.iter();
        readouts
            .map(|readout| host.measure(&readout.measure))
            .collect::<Vec<f64>>()
    };
    let mixed = observe(0, 12.0);
    let share = mixed[0] / mixed[1];
    assert!((share - 0.25).abs() < 0.15, "{share}");
    assert_eq!(mixed[2..4], [0.0, 0.0]);
    let before = observe(1, 10.0);
    let after = observe(1, 10.0 + 1.0 / 24.0);
    assert_eq!(before[2], 0.0);
    assert_eq!(before[3], before[4]);
    assert_eq!(after[2] + after[3], after[4]);
    // Within the hour of the transfer a few die or divide.
    assert!((after[2] / 1e5 - 1.0).abs() < 0.02, "{}", after[2]);
}

/// Smallest fault seen: each line of `check` that refuses one of these.
#[test]
fn what_is_wrong_with_marrow_and_tags_has_its_place() {
    for (from, to, found, expected) in [
        (
            "share: 0.25",
            "share: 0.2",
            "shares that sum to 0.95",
            "sum to 1",
        ),
        ("tag: \"b\"", "tag: \"a\"", "a second \"a\"", "another tag"),
        (
            "tag: \"b\"",
            "tag: \"host\"",
            "\"host\"",
            "other than \"host\"",
        ),
        ("tag: \"b\"", "tag: \"b)\"", "\"b)\"", "a tag of letters"),
        (
            "tag: donor)",
            "tag: doner)",
            "\"doner\"",
            "did you mean `donor`?",
        ),
        ("count(B)", "alive(tag: a)", "`tag: ..`", "`alive`"),
        (
            "count(B)",
            "count(DC, tag: a)",
            "dendritic cells have no tags",
            "other cells",
        ),
        (
            "lineage: \"T\"",
            "lineage: \"NK\"",
            "\"NK\"",
            "a lineage in which Il2 acts: T, CD4, CD8, B, DC",
        ),
        (
            "gene: \"Il2\"",
            "gene: \"Il15\"",
            "\"T\"",
            "no lineage: Il15 is made by cells that are not simulated",
        ),
        (
            "run: (until: \"12 d\"",
            "host: culture(volume: \"1 ml\"), run: (until: \"12 d\"",
            "the marrow of a well",
            "by `transfer`",
        ),
    ] {
        refused(SMALL, from, to, &[found, expected]);
    }
}

/// Renaming tags renames columns and changes no number.
///
/// Smallest fault seen: streams that depend on the tag.
#[test]
fn names_of_tags_change_no_number() {
    let renamed = SMALL
        .replace("tag: \"a\"", "tag: \"zz top\"")
        .replace("tag: a)", "tag: zz top)");
    let values = |text: &str| {
        let plan = plan(text).unwrap();
        let mut host = paracrine_cells::host::Host::newborn(
            &plan.points[0].parameters,
            &plan.arms[0].host,
            plan.run.cells,
            3,
            0,
        );
        while host.age_d() < 5.0 {
            host.step().unwrap();
        }
        let readouts = plan.readouts.iter();
        readouts
            .map(|readout| host.measure(&readout.measure).to_bits())
            .collect::<Vec<u64>>()
    };
    assert_eq!(values(SMALL), values(&renamed));
}
