//! The small scenario that most tests run: a second of three arms, with an injection, a transfer and a depletion.

/// File name in which tests put it.
pub const FILE: &str = "small.ron";

/// The command that simulates one of its shards into `out`.
#[must_use]
pub const fn shard<'a>(out: &'a str, of: &'a str, index: &'a str) -> [&'a str; 8] {
    ["run", FILE, "--out", out, "--shards", of, "--shard", index]
}

/// Names of its arms; no name is part of another.
pub const ARMS: [&str; 3] = ["wild type", "Il2ra-/-", "treated"];

/// Its readouts.
pub const READOUTS: [&str; 6] = [
    "activated_fraction(Tcon)",
    "fraction(Treg, of: CD4)",
    "count(T)",
    "pstat5(Treg)",
    "concentration(IL-2)",
    "alive",
];

/// Mice in each arm.
pub const MICE: u64 = 3;

/// Age at the first intervention of the arm `treated`, d.
pub const TREATED_AT_D: f64 = 5.0;

/// Its text.
pub const TEXT: &str = r#"// A small scenario.
(
    title: "Small mice",
    question: "Does it run?",
    overlay: { "treg_death": "0.08 1/d" },
    run: (until: "12 d", replicates: 3, cells: 600, seed: 11, sample_every: "1 d"),
    arms: [
        (name: "wild type"),
        (name: "Il2ra-/-", genotype: [(gene: "Il2ra", expression: 0)]),
        (name: "treated", interventions: [
            inject(ligand: "IL-2", dose: "5 000 IU", at: "5 d"),
            transfer(kind: "Treg", cells: "1e5 cells", at: "6 d"),
            deplete(kind: "naive CD4", fraction: 0.5, at: "8 d"),
        ]),
    ],
    readouts: [
        "activated_fraction(Tcon)", "fraction(Treg, of: CD4)", "count(T)", "pstat5(Treg)", "concentration(IL-2)", "alive",
    ],
    expect: [
        (readout: "alive", arm: "wild type", at: "12 d", band: (1, 1), source: "tests"),
    ],
)
"#;

/// The text with one part replaced, which must be there.
#[track_caller]
pub fn with(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "`{from}` is not in the small scenario");
    TEXT.replacen(from, to, 1)
}
