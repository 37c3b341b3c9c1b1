//! What clauses of a scenario's text do to the cells of a host, from the text to the readouts.

use crate::chimaera::plan;
use paracrine_cells::host::Host;
use paracrine_scenario::plan::Plan;

/// A host of an arm, at its beginning.
fn host(plan: &Plan, arm: usize) -> Host<'_> {
    plan.host(arm, 0).unwrap()
}

fn step_to(host: &mut Host<'_>, until_d: f64) {
    while host.age_d() < until_d - 1e-9 {
        host.step().unwrap();
    }
}

/// The readouts of the scenario.
fn measured(plan: &Plan, host: &Host<'_>) -> Vec<f64> {
    let readouts = plan.readouts.iter();
    readouts
        .map(|readout| host.measure(&readout.measure))
        .collect()
}

/// What is read of an arm at ages.
fn course(plan: &Plan, arm: usize, ages_d: &[f64]) -> Vec<Vec<f64>> {
    let mut host = host(plan, arm);
    let ages = ages_d.iter();
    ages.map(|age_d| {
        step_to(&mut host, *age_d);
        measured(plan, &host)
    })
    .collect()
}

const LOST: &str = r#"(
    title: "t", question: "q",
    run: (until: "14 d", replicates: 1, cells: 2000, seed: 3),
    arms: [
        (name: "one loss", interventions: [
            tag(kind: "Treg", fraction: 0.5, tag: "lost", genotype: [(gene: "Il2ra", expression: 0)], at: "10 d"),
        ]),
        (name: "one after another", genotype: [(gene: "Il2rg", expression: 0.5)], interventions: [
            tag(kind: "T", tag: "lost", genotype: [(gene: "Il2ra", expression: 0)], at: "10 d", every: "1 h", until: "10.4 d"),
            tag(kind: "Treg", tag: "both", genotype: [(gene: "Il2rb", expression: 0)], at: "10.5 d"),
        ]),
    ],
    readouts: [
        "copies(CD25, Treg, tag: lost)", "copies(CD25, Treg, tag: host)", "count(Treg, tag: lost)", "count(Treg, tag: host)",
        "copies(CD25, Treg, tag: both)", "copies(CD122, Treg, tag: both)", "copies(CD132, Treg, tag: both)", "copies(CD132, Treg)",
    ],
)"#;

/// Cells that lose a gene where they are keep their chains and make no more; others do not notice; a second loss comes to the first.
#[test]
fn labelled_cells_may_lose_a_gene() {
    let plan = plan(LOST).unwrap();
    let hour = 1.0 / 24.0;
    let at = course(&plan, 0, &[10.0, 10.0 + hour, 13.0]);
    let (before, just_after, later) = (&at[0], &at[1], &at[2]);
    assert_eq!(before[2], 0.0);
    let share = just_after[2] / (just_after[2] + just_after[3]);
    assert!((share - 0.5).abs() < 0.15, "{share}");
    // Half of the chains are there for hours still.
    assert!(just_after[0] > 0.7 * just_after[1], "{just_after:?}");
    assert!(later[2] > 0.0 && later[0] < 0.02 * later[1], "{later:?}");
    assert!(later[1] > 0.7 * before[1], "{at:?}");

    let at = course(&plan, 1, &[10.0, 13.5]);
    let (before, later) = (&at[0], &at[1]);
    assert!(later[4] < 0.02 * before[1], "{later:?}");
    assert!(later[5] < 1.0, "{later:?}");
    // What the arm has lost they have lost as before.
    assert!((later[6] / before[7] - 1.0).abs() < 0.2, "{later:?}");
}

/// Of one change that is made time and again a cell has one.
#[test]
fn a_change_of_genes_is_made_once() {
    let text = LOST.replace(
        "expression: 0)], at: \"10 d\", every",
        "expression: 0.6)], at: \"10 d\", every",
    );
    let text = text.replace("gene: \"Il2rb\"", "gene: \"Il7\"");
    let plan = plan(&text).unwrap();
    let at = course(&plan, 1, &[10.0, 13.5]);
    // Of cells that differ in nothing else.
    let ratio = at[1][4] / at[1][1];
    assert!(ratio > 0.45 && ratio < 0.8, "{ratio}");
    assert_eq!(plan.arms[1].host.genotypes.len(), 4);
    let becomes = [vec![1, 1, 3, 3], vec![2, 3, 2, 3]];
    assert_eq!(plan.arms[1].host.gene_changes, becomes);
}

/// The same genes are the same change, in whatever order they are written.
#[test]
fn the_order_of_lost_genes_does_not_matter() {
    let tagged = |first: &str, second: &str| {
        let of = |tag: &str, genes: &str| {
            format!("tag(kind: \"Treg\", tag: \"{tag}\", genotype: [{genes}], at: \"10 d\"),")
        };
        let both = of("x", first) + &of("y", second);
        let from = "tag(kind: \"Treg\", fraction: 0.5";
        plan(&LOST.replacen(from, &(both + from), 1)).unwrap()
    };
    let (a, b) = (
        "(gene: \"Il2rb\", expression: 0.5)",
        "(gene: \"Il2\", expression: 0)",
    );
    let one = tagged(&format!("{a}, {b}"), &format!("{a}, {b}"));
    let other = tagged(&format!("{a}, {b}"), &format!("{b}, {a}"));
    assert_eq!(one.arms[0].host.genotypes, other.arms[0].host.genotypes);
    assert_eq!(one.arms[0].host.gene_changes.len(), 2);
}

/// Marks that are given again and again part cells that have them not.
#[test]
fn repeated_marks_do_not_multiply_agents() {
    let marked = |how: &str| {
        let text = format!(
            r#"(title: "t", question: "q", run: (until: "9 d", replicates: 1, cells: 500, seed: 3),
            arms: [(name: "a", interventions: [tag(kind: "CD4", tag: "x", {how}, at: "8 d", every: "1 h")])],
            readouts: ["count(CD4, tag: x)", "count(CD4)"])"#
        );
        plan(&text).unwrap()
    };
    // A gate takes whole agents: to map the fate of cells costs no more than to simulate them.
    let mapped = marked("sort: (chain: \"CD25\", above: 3000)");
    assert!(mapped.agents_of_all_arms() < 2000.0);
    let plan = marked("fraction: 0.5");
    let mut host = host(&plan, 0);
    step_to(&mut host, 8.0);
    let before = host.population().agents.len();
    step_to(&mut host, 8.5);
    let agents = host.population().agents.len();
    assert!(agents < 8 * before, "{before}, {agents}");
    let measured = measured(&plan, &host);
    // The rest has come from the thymus since.
    assert!(measured[0] > 0.9 * measured[1], "{measured:?}");
}

#[test]
fn what_is_wrong_with_lost_genes_has_its_place() {
    let refused = |from: &str, to: &str, words: &[&str]| {
        crate::chimaera::refused(LOST, from, to, words);
    };
    refused(
        "gene: \"Il2ra\", expression: 0)], at: \"10 d\"),",
        "gene: \"Il2ra\", expression: 0, lineage: \"DC\")], at: \"10 d\"),",
        &["\"DC\"", "a lineage in which Il2ra acts"],
    );
    refused("\"Il2ra\"", "\"Il2raa\"", &["did you mean `Il2ra`?"]);
    let many: String = (1..=9)
        .map(|number| {
            format!(
                "tag(kind: \"T\", tag: \"t{number}\", genotype: [(gene: \"Il2\", expression: 0.{number})], at: \"10 d\"),"
            )
        })
        .collect();
    refused(
        "tag(kind: \"Treg\", fraction: 0.5",
        &format!("{many} tag(kind: \"Treg\", fraction: 0.5"),
        &[
            "1 genotypes, of each of which 10 changes",
            "at most 256 different genotypes",
        ],
    );
}

const DEEDS: &str = r#"(
    title: "t", question: "q",
    antigens: [(name: "OVA", precursors: 1e-4)],
    run: (until: "16 d", replicates: 1, cells: 2000, seed: 5),
    arms: [
        (name: "nothing"),
        (name: "thymectomy", interventions: [thymectomy(at: "4 d")]),
        (name: "waits", interventions: [deplete(kind: "Treg", fraction: 1, at: "3 d", when: (readout: "count(Treg)", above: 2e5))]),
        (name: "made", interventions: [expose(antigen: "OVA", level: 2, at: "5 d"), expose(microbes: 12, at: "5 d")]),
        (name: "anti-IL-2", interventions: [inject(drug: "anti-IL-2", dose: "5 mg", at: "12 d")]),
    ],
    readouts: ["count(Treg)", "antigen(OVA)", "count(memory CD4)", "concentration(IL-2)"],
)"#;

#[test]
fn no_t_cell_comes_from_a_thymus_that_is_gone() {
    let plan = plan(DEEDS).unwrap();
    let youngest = |arm: usize| {
        let mut host = host(&plan, arm);
        step_to(&mut host, 8.0);
        let agents = host.population().agents.iter();
        let born = agents
            .filter(|agent| agent.kind.is_t())
            .map(|agent| agent.born_h);
        born.fold(0.0, f32::max)
    };
    assert!(youngest(0) > 24.0 * 7.8);
    let last = youngest(1);
    assert!((24.0 * 3.8..=24.0 * 4.0).contains(&last), "{last}");
}

#[test]
fn what_waits_for_a_level_is_done_when_it_is_crossed() {
    let plan = plan(DEEDS).unwrap();
    let mut host = host(&plan, 2);
    step_to(&mut host, 3.0);
    let treg = |host: &Host<'_>| measured(&plan, host)[0];
    while treg(&host) <= 2e5 {
        assert_eq!(host.met_d(), [None]);
        host.step().unwrap();
    }
    let crossed = host.age_d();
    host.step().unwrap();
    assert_eq!(host.met_d(), [Some(crossed)]);
    // What comes from the thymus within an hour.
    assert!(treg(&host) < 0.02 * 2e5, "{}", treg(&host));
}

#[test]
fn what_the_body_makes_and_meets_may_change() {
    let plan = plan(DEEDS).unwrap();
    let made = course(&plan, 3, &[5.0, 6.0, 16.0]);
    let antigen: Vec<f64> = made.iter().map(|at| at[1]).collect();
    assert_eq!(antigen[0], 0.0);
    assert!(
        (antigen[1] - 2.0).abs() < 1e-9 && (antigen[2] - 2.0).abs() < 1e-9,
        "{antigen:?}"
    );
    let plain = course(&plan, 0, &[16.0]);
    let ratio = made[2][2] / plain[0][2];
    assert!(ratio > 1.5, "{ratio}");
}

#[test]
fn an_antibody_against_il2_leaves_none_free() {
    let plan = plan(DEEDS).unwrap();
    let at = course(&plan, 4, &[12.0, 13.0, 16.0]);
    assert!(at[0][3] > 0.0);
    for later in &at[1..] {
        assert!(later[3] < 0.01 * at[0][3], "{later:?}");
    }
}

/// Without affinity for β and γ a form of IL-2 is held by CD25 and says nothing.
#[test]
fn a_form_that_binds_no_beta_gives_no_signal() {
    let text = r#"(
        title: "t", question: "q",
        host: culture(volume: "1 ml", supply: closed),
        forms: [(name: "mute", alpha: 1, beta_gamma: 0, half_life: "1 d")],
        run: (until: "2 h", cells: 500, replicates: 1, seed: 2),
        arms: [
            (name: "none", interventions: [transfer(kind: "Treg", cells: "1e5 cells", at: "0 h")]),
            (name: "mute", interventions: [transfer(kind: "Treg", cells: "1e5 cells", at: "0 h"), inject(ligand: "mute", dose: "1 nM", at: "0 h")]),
            (name: "IL-2", interventions: [transfer(kind: "Treg", cells: "1e5 cells", at: "0 h"), inject(ligand: "IL-2", dose: "1 nM", at: "0 h")]),
        ],
        readouts: ["pstat5(Treg)"],
    )"#;
    let plan = plan(text).unwrap_or_else(|message| panic!("{message}"));
    let signal = |arm| course(&plan, arm, &[2.0 / 24.0])[0][0];
    let (none, mute, il2) = (signal(0), signal(1), signal(2));
    assert!((mute - none).abs() < 0.01, "{none}, {mute}");
    assert!(il2 > none + 0.3, "{none}, {il2}");
}

/// A band may be open to one side; the number itself is outside.
#[test]
fn bands_may_be_open() {
    use paracrine_scenario::language::RowBand;
    let banded = |band: &str| {
        let expect = format!(
            "expect: [(readout: \"antigen(OVA)\", arm: \"nothing\", at: \"3 d\", {band})], readouts: ["
        );
        plan(&DEEDS.replace("readouts: [", &expect)).map(|plan| plan.bands[0].band)
    };
    assert_eq!(banded("above: 2"), Ok(RowBand::Above(2.0)));
    assert_eq!(banded("below: 2"), Ok(RowBand::Below(2.0)));
    assert_eq!(banded("band: (1, 2)"), Ok(RowBand::Within(1.0, 2.0)));
    assert!(!RowBand::Above(2.0).holds(2.0) && RowBand::Above(2.0).holds(2.1));
    assert!(banded("source: \"\"").unwrap_err().contains("0 bands"));
}

/// A gene that is changed in cells to which it is the same is told, once for all points. Donors are what they are.
#[test]
fn what_changes_nothing_is_told() {
    let text = r#"(
        title: "t", question: "q", sweep: list(axes: [(name: "share", values: [0.1, 0.2])]),
        run: (until: "14 d", replicates: 1, cells: 500, seed: 3),
        arms: [(name: "one", interventions: [
            tag(kind: "Treg", fraction: "$share", tag: "lost", genotype: [(gene: "Foxp3", expression: 0), (gene: "Il2ra", expression: 0)], at: "10 d"),
            tag(kind: "CD8", tag: "lost", genotype: [(gene: "Il15", expression: 0)], at: "10 d"),
            transfer(kind: "Treg", cells: "1e5 cells", genotype: [(gene: "Il2", expression: 0)], at: "10 d"),
        ])],
        readouts: ["alive"],
    )"#;
    let plan = plan(text).unwrap_or_else(|message| panic!("{message}"));
    let expected = [
        "arm `one`: Foxp3 of Treg changes nothing: it acts in T, CD4",
        "arm `one`: Il15 of CD8 changes nothing: it is made by cells that are not simulated",
    ];
    assert_eq!(plan.remarks, expected);
}
