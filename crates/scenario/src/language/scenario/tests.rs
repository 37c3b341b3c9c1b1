use super::*;
use crate::language::{Against, ArgumentKind, Fault, ParameterEntry, ReadoutEntry, RowBand, Take};
use proptest::prelude::*;
use std::ops::Range;

const GOOD: &str = r#"// A question.
(
    title: "Losing the receptor", question: "Why µ?", source: "Willerford 1995", expected: "more cells",
    model: "mouse",
    overlay: { "treg_death": "0.0025 1/h", "steepness": 2.5, "shift": "-0.5 d", "rounds": "7 divisions" },
    run: (until: "70 d", replicates: 3, cells: 600, seed: 0x2a, sample_every: "6 h"),
    arms: [
        (name: "wild type"),
        (name: "Il2ra-/-", genotype: [(gene: "Il2ra", expression: 0.0), (gene: "Il2", expression: 0.5)]),
        (name: "treated", interventions: [
            deplete(kind: "Treg", fraction: 0.95, at: "35 d", every: "1 d", until: "40 d"),
            inject(ligand: "IL-2", dose: "25 000 IU", at: "35 d", route: intravenous),
            transfer(kind: "naive CD4", cells: "1e6 cells", at: "10 d", genotype: [(gene: "Il2", expression: 1)]),
        ]),
    ],
    readouts: ["activated_fraction(Tcon)", "fraction(Treg, of: CD4)", "concentration(IL-2)", "alive"],
    expect: [
        (readout: "alive", arm: "Il2ra-/-", at: "42 d", band: (0.45, 0.95), relative_to: "wild type", source: "W"),
    ],
)
"#;

pub(in crate::language) fn vocabulary() -> Vocabulary {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let parameter = |name: &str, unit: &str, low, high| ParameterEntry {
        name: name.to_owned(),
        unit: unit.to_owned(),
        low,
        high,
        meaning: name.to_owned(),
    };
    let readout = |name: &str, arguments: &[ArgumentKind], of| ReadoutEntry {
        tag: arguments.contains(&ArgumentKind::Kind),
        name: name.to_owned(),
        arguments: arguments.to_vec(),
        organ: false,
        of,
        unit: if name == "concentration" { "pM" } else { "1" }.to_owned(),
        meaning: name.to_owned(),
    };
    Vocabulary {
        models: words(&["mouse"]),
        genes: words(&["Il2", "Il2ra", "Il2rb", "Il2rg", "Foxp3"]),
        lineages: words(&["T", "Treg"]),
        kinds: words(&["CD4", "Tcon", "Treg", "naive CD4", "NK"]),
        ligands: words(&["IL-2", "IL-7", "IL-15"]),
        injectables: words(&["IL-2", "IL-7", "IL-15"]),
        drugs: words(&["anti-IL-2"]),
        forms: words(&["IL-2/S4B6"]),
        targets: words(&["IL-2"]),
        isotypes: words(&["IgG"]),
        affinities: words(&["high"]),
        organs: words(&["spleen"]),
        places: words(&["spleen"]),
        chains: words(&["alpha", "beta", "gamma"]),
        antigens: words(&["self"]),
        parameters: vec![
            parameter("treg_death", "1/d", 0.01, 0.2),
            parameter("steepness", "", 1.0, 2.0),
            parameter("shift", "d", -1.0, 1.0),
            parameter("rounds", "divisions", 4.0, 8.0),
        ],
        readouts: vec![
            readout("activated_fraction", &[ArgumentKind::Kind], None),
            readout("fraction", &[ArgumentKind::Kind], Some(ArgumentKind::Kind)),
            readout("concentration", &[ArgumentKind::Ligand], None),
            readout("copies", &[ArgumentKind::Kind, ArgumentKind::Chain], None),
            readout("alive", &[], None),
        ],
    }
}

/// Text replaced in [`GOOD`], by what; line and column of the first fault, found, expected, nearest.
pub(in crate::language) type Case = (
    &'static str,
    &'static str,
    usize,
    usize,
    &'static str,
    &'static str,
    Option<&'static str>,
);

#[rustfmt::skip]
const BAD: &[Case] = &[
    (r#"until: "70 d","#, "until: 70,",
        6, 18, "the number 70", r#"a time such as "70 d""#, None),
    (r#"until: "70 d","#, r#"until: "70","#,
        6, 18, r#""70" without a unit"#, r#"a time such as "70 d""#, None),
    (r#"until: "70 d","#, r#"until: "70 dy","#,
        6, 22, r#"the unknown unit "dy""#, r#"a time such as "70 d""#, Some("d")),
    (r#"until: "70 d","#, r#"until: "70 pM","#,
        6, 18, r#"a concentration, "70 pM""#, r#"a time such as "70 d""#, None),
    (r#"until: "70 d","#, r#"until: "-70 d","#,
        6, 18, r#"the negative "-70 d""#, r#"a time such as "70 d""#, None),
    (r#"until: "70 d","#, r#"until: "0 d","#,
        6, 18, r#""0 d""#, r#"a time above zero such as "12 h""#, None),
    (r#"until: "70 d","#, r#"until: "5 h","#,
        6, 18, r#""5 h""#, "at least `sample_every`", None),
    (r#"until: "70 d","#, r#"until: "1e9 d","#,
        6, 18, r#""1e9 d""#, r#"at most "3650 d", longer than any mouse lives"#, None),
    (r#"until: "70 d","#, "until: Some(true),",
        6, 23, "`true`", r#"a time such as "70 d""#, None),
    (r#"until: "70 d", "#, "",
        6, 69, "no `until`", r#"one such as `until: "70 d"`"#, None),
    (r#"until: "70 d","#, r#"untl: "70 d","#,
        6, 11, "the unknown key `untl`", "`until`, `replicates`, `cells`, `seed`, `sample_every`, `snapshots`, `save_at`, `stop_when` or `batch`", Some("until")),
    ("replicates: 3", "replicates: 0",
        6, 38, "the number 0", "a whole number from 1 to 4294967295", None),
    ("replicates: 3", "replicates: 3.5",
        6, 38, "the number 3.5", "a whole number from 1 to 4294967295", None),
    ("replicates: 3", "replicates: 3, replicates: 4",
        6, 41, "a second `replicates`", "each key once", None),
    ("replicates: 3", "replicates: 4294967296",
        6, 38, "the number 4294967296", "a whole number from 1 to 4294967295", None),
    ("cells: 600", "cells: 499",
        6, 48, "the number 499", "a whole number from 500 (fewer cannot stand for a mouse) to 4294967295", None),
    ("cells: 600", r#"cells: "600""#,
        6, 48, r#"the text "600""#, "a whole number from 500 (fewer cannot stand for a mouse) to 4294967295", None),
    ("seed: 0x2a", "seed: -1",
        6, 59, "the number -1", "a whole number from 0 to 18446744073709551615", None),
    (r#""6 h""#, r#""0.001 s""#,
        6, 79, r#""0.001 s""#, "a longer time: a run has at most 100000 samples", None),
    (r#""6 h""#, r#""0 h""#,
        6, 79, r#""0 h""#, r#"a time above zero such as "12 h""#, None),
    (r#"title: "Losing the receptor", "#, "",
        20, 1, "no `title`", r#"one such as `title: ".."`"#, None),
    (r#"title: "Losing the receptor""#, r#"title: " ""#,
        3, 12, "empty text", "text in quotes", None),
    (r#"title: "Losing the receptor""#, "title: Losing",
        3, 12, "the bare word `Losing`", r#"text in quotes: "Losing""#, None),
    ("title:", "titel:",
        3, 5, "the unknown key `titel`", "`title`, `question`, `source`, `expected`, `model`, `host`, `start`, `overlay`, `sweep`, `drugs`, `forms`, `antigens` or 4 more", Some("title")),
    (r#""mouse""#, r#""mous""#,
        4, 12, r#""mous""#, r#"a file that ends in .ron, or a model: "mouse""#, Some("mouse")),
    (r#"run: (until: "70 d", replicates: 3, cells: 600, seed: 0x2a, sample_every: "6 h")"#, r#"run: ("70 d", 3)"#,
        6, 10, "values without keys", r#"keys and values: (until: "70 d", replicates: 6, cells: 8000, seed: 1, sample_every: "12 h")"#, None),
    (r#"run: (until: "70 d", replicates: 3, cells: 600, seed: 0x2a, sample_every: "6 h")"#, "run: ()",
        6, 11, "no `until`", r#"one such as `until: "70 d"`"#, None),
    (r#"(name: "wild type")"#, r#""wild type""#,
        8, 9, r#"the text "wild type""#, r#"keys and values: (name: "wild type")"#, None),
    (r#"(name: "wild type")"#, r#"(name: "Il2ra-/-")"#,
        9, 16, r#"a second arm "Il2ra-/-""#, "another name", None),
    (r#"(name: "wild type")"#, r#"(name: "wild type ")"#,
        8, 16, r#""wild type ""#, "a name in one line, without blanks at its ends", None),
    (r#"(name: "wild type")"#, r#"(name: "wild type", lacks: ["T", "T"])"#,
        8, 42, r#"a second "T""#, "each lineage once", None),
    (r#"(name: "wild type")"#, r#"(name: "wild type", signals: [(signal: "pSTAT5", level: 1), (signal: "pSTAT5", level: 0)])"#,
        8, 78, r#"a second "pSTAT5" at the same time"#, "each signal once in a lineage, or one after the other by `until` and `from`", None),
    (r#"(name: "wild type")"#, "()",
        8, 10, "no `name`", r#"one such as `name: "wild type"`"#, None),
    (r#"gene: "Il2ra""#, r#"gene: "IL2RA""#,
        9, 46, r#""IL2RA""#, r#"a gene: "Il2", "Il2ra", "Il2rb", "Il2rg" or "Foxp3""#, Some("Il2ra")),
    (r#"gene: "Il2ra""#, "gene: Il2ra",
        9, 46, "the bare word `Il2ra`", r#"a gene in quotes: "Il2ra""#, None),
    (r#"gene: "Il2ra""#, r#"gene: "Cd40lg""#,
        9, 46, r#""Cd40lg""#, r#"a gene: "Il2", "Il2ra", "Il2rb", "Il2rg" or "Foxp3"; of others, cells that a mouse `lacks` or parameters in `overlay` (`paracrine model` prints them) may be what is meant"#, None),
    (r#"gene: "Il2ra""#, r#"gene: "Il2""#,
        9, 78, r#"a second "Il2""#, "each gene once in a genotype, or once for each `lineage` and `from`", None),
    (r#"gene: "Il2ra""#, r#"lineage: "Tregs", gene: "Il2ra""#,
        9, 49, r#""Tregs""#, r#"a lineage: "T" or "Treg""#, Some("Treg")),
    ("expression: 0.0", "expression: 1.5",
        9, 67, "the number 1.5", "a number from 0 to 1", None),
    ("expression: 0.0", "expression: NaN",
        9, 67, "the bare word `NaN`", "a number from 0 to 1", None),
    ("expression: 0.0", r#"expression: "120 %""#,
        9, 67, r#""120 %""#, "a number from 0 to 1", None),
    ("expression: 0.0", "expr: 0.0",
        9, 55, "the unknown key `expr`", "`gene`, `expression`, `lineage` or `from`", Some("expression")),
    ("deplete(kind", "(kind",
        11, 13, "a group without a name", "`deplete(..)`, `stimulate(..)`, `tag(..)`, `inject(..)`, `transfer(..)`, `thymectomy(..)`, `immunise(..)` or `expose(..)`", None),
    ("deplete(kind", "depleted(kind",
        11, 13, "the unknown intervention `depleted`", "`deplete(..)`, `stimulate(..)`, `tag(..)`, `inject(..)`, `transfer(..)`, `thymectomy(..)`, `immunise(..)` or `expose(..)`", Some("deplete")),
    (r#"deplete(kind: "Treg""#, r#"deplete(kind: "Tregs""#,
        11, 27, r#""Tregs""#, r#"a cell kind: "CD4", "Tcon", "Treg", "naive CD4" or "NK""#, Some("Treg")),
    ("fraction: 0.95", r#"fraction: 0.95, sort: (chain: "gama", above: 3)"#,
        11, 65, r#""gama""#, r#"a receptor chain: "alpha", "beta" or "gamma""#, Some("gamma")),
    ("fraction: 0.95", r#"fraction: 0.95, sort: (chain: "beta", abov: 3)"#,
        11, 73, "the unknown key `abov`", "`chain`, `above`, `below`, `highest` or `lowest`", Some("above")),
    (r#"at: "35 d", every: "1 d""#, r#"when: (readout: "alive", abov: 3)"#,
        11, 76, "the unknown key `abov`", "`readout`, `above` or `below`", Some("above")),
    ("fraction: 0.95", r#"fraction: 0.95, sort: (chain: "beta")"#,
        11, 57, "no gate", "`above`, `below` or both, or `highest` or `lowest`", None),
    (r#"cells: "1e6 cells""#, r#"cells: "1e6 cells", age: 3"#,
        13, 66, "the number 3", r#"a time such as "70 d""#, None),
    ("fraction: 0.95", "fraction: -0.1",
        11, 45, "the number -0.1", "a number from 0 to 1", None),
    (r#"at: "35 d", every"#, r#"at: "71 d", every"#,
        11, 55, r#""71 d""#, r#"a time within the run, which ends at "70 d""#, None),
    (r#"every: "1 d""#, r#"every: "0 d""#,
        11, 70, r#""0 d""#, r#"a time above zero such as "12 h""#, None),
    (r#"every: "1 d""#, r#"every: "0.1 s""#,
        11, 70, r#""0.1 s""#, "a longer time: at most 100000 repeats", None),
    (r#"every: "1 d", "#, "",
        11, 70, "`until` without `every`", "both, or neither for doing it once", None),
    (r#"until: "40 d""#, r#"until: "34 d""#,
        11, 84, r#""34 d""#, "a time that is not before `at`", None),
    (r#""25 000 IU""#, "25000",
        12, 42, "the number 25000", r#"a dose such as "25 000 IU" or "1 ug""#, None),
    (r#""25 000 IU""#, r#""25,000 IU""#,
        12, 45, "a comma in a number", r#"spaces between thousands and a point before decimals: "25 000 IU", "1.8 d""#, None),
    (r#""25 000 IU""#, r#""25 000 iu""#,
        12, 50, r#"the unknown unit "iu""#, r#"a dose such as "25 000 IU" or "1 ug""#, Some("IU")),
    (r#""25 000 IU""#, r#""3 d""#,
        12, 42, r#"a time, "3 d""#, r#"a dose such as "25 000 IU" or "1 ug""#, None),
    (r#""25 000 IU""#, r#""0 ug""#,
        12, 42, r#""0 ug""#, "a dose above zero", None),
    ("route: intravenous", r#"route: "intravenous""#,
        12, 74, r#"the text "intravenous""#, "`subcutaneous` or `intravenous` without quotes", Some("intravenous")),
    ("route: intravenous", "route: oral",
        12, 74, "the bare word `oral`", "`subcutaneous` or `intravenous` without quotes", None),
    (r#"ligand: "IL-2""#, r#"ligand: "IL2""#,
        12, 28, r#""IL2""#, r#"a ligand: "IL-2", "IL-7", "IL-15" or "IL-2/S4B6""#, Some("IL-2")),
    (r#""1e6 cells""#, r#""1e6""#,
        13, 48, r#""1e6" without a unit"#, r#"a number of cells such as "1e6 cells""#, None),
    (r#""1e6 cells""#, r#""0 cells""#,
        13, 48, r#""0 cells""#, "a number of cells above zero", None),
    (r#""treg_death": "0.0025 1/h""#, r#""treg_deth": "0.0025 1/h""#,
        5, 16, r#""treg_deth""#, r#"a parameter of the model: "treg_death", "steepness", "shift" or "rounds""#, Some("treg_death")),
    (r#""0.0025 1/h""#, "0.06",
        5, 30, "the number 0.06", r#"a rate in 1/d such as "0.06 1/d""#, None),
    (r#""0.0025 1/h""#, r#""-0.0025 1/h""#,
        5, 30, r#"the negative "-0.0025 1/h""#, r#"a rate in 1/d such as "0.01 1/d""#, None),
    (r#""0.0025 1/h""#, r#""0.0025 h""#,
        5, 30, r#"a time, "0.0025 h""#, r#"a rate in 1/d such as "0.01 1/d""#, None),
    (r#""0.0025 1/h""#, r#""0.0025 1/hh""#,
        5, 40, r#"the unknown unit "hh""#, r#"a rate in 1/d such as "0.01 1/d""#, Some("h")),
    ("2.5", "-2.5",
        5, 57, "the negative number -2.5", "a number such as 1", None),
    ("2.5", r#""2.5 d""#,
        5, 57, r#"a time, "2.5 d""#, "a number such as 1", None),
    ("2.5", "inf",
        5, 57, "the bare word `inf`", "a number such as 1", None),
    (r#""7 divisions""#, r#""7 d""#,
        5, 91, r#"the text "7 d""#, r#"a number in divisions such as "4 divisions""#, None),
    (r#""7 divisions""#, "7",
        5, 91, "the number 7", r#"a number in divisions such as "7 divisions""#, None),
    (r#""shift""#, r#""treg_death""#,
        5, 62, r#"a second "treg_death""#, "each parameter once", None),
    (r#"overlay: { "treg_death": "0.0025 1/h", "steepness": 2.5, "shift": "-0.5 d", "rounds": "7 divisions" }"#, "overlay: [1]",
        5, 14, "a list `[..]`", r#"a map such as { "treg_death": "0.08 1/d" }"#, None),
    (r#""alive"]"#, "alive]",
        16, 94, "the bare word `alive`", r#"a readout in quotes: "alive""#, None),
    (r#""alive"]"#, r#""alive(Treg)"]"#,
        16, 94, r#"too many arguments in "alive(Treg)""#, "`alive`", None),
    (r#""alive"]"#, r#""copies(Treg)"]"#,
        16, 94, r#"too few arguments in "copies(Treg)""#, "`copies(cell kind, receptor chain[, tag: name][, specificity: name])`", None),
    (r#""alive"]"#, r#""copies(Treg, delta)"]"#,
        16, 108, r#""delta""#, r#"a receptor chain: "alpha", "beta" or "gamma""#, None),
    (r#""alive"]"#, r#""alive ", "alive"]"#,
        16, 104, r#"a second "alive""#, "each readout once", None),
    ("activated_fraction(Tcon)", "activated_fraction(Tconv)",
        16, 36, r#""Tconv""#, r#"a cell kind: "CD4", "Tcon", "Treg", "naive CD4" or "NK""#, Some("Tcon")),
    ("activated_fraction(Tcon)", "activatd_fraction(Tcon)",
        16, 17, r#""activatd_fraction""#, r#"a readout: "activated_fraction", "fraction", "concentration", "copies" or "alive""#, Some("activated_fraction")),
    ("activated_fraction(Tcon)", "activated_fraction(Tcon",
        16, 35, "a bracket that is never closed", "`)` at the end", None),
    ("of: CD4", "of CD4",
        16, 44, r#"`of` without `:` in "fraction(Treg, of CD4)""#, "`fraction(cell kind, of: cell kind[, tag: name][, specificity: name])`", None),
    ("activated_fraction(Tcon)", "alive = 1",
        16, 23, "`=`", "a number, a readout or an operator", Some("==")),
    ("activated_fraction(Tcon)", "alive % 2",
        16, 23, "`%`", "a number, a readout or an operator", Some("rem(a, b)")),
    ("of: CD4", "in: CD4",
        16, 60, r#""in: CD4""#, "`of: ..`, `tag: ..` or `specificity: ..`, the only arguments with a label", None),
    ("of: CD4", r#"of: CD\u{34}, x"#,
        16, 44, r#""x""#, "nothing but `tag: ..` and `specificity: ..` after `of: ..`", None),
    (r#"arm: "Il2ra-/-""#, r#"arm: "Il2ra -/-""#,
        18, 33, r#""Il2ra -/-""#, r#"an arm of this scenario: "wild type", "Il2ra-/-" or "treated""#, Some("Il2ra-/-")),
    (r#"relative_to: "wild type""#, r#"relative_to: "wildtype""#,
        18, 90, r#""wildtype""#, r#"an arm of this scenario: "wild type", "Il2ra-/-" or "treated""#, Some("wild type")),
    (r#"at: "42 d""#, r#"at: "77 d""#,
        18, 49, r#""77 d""#, r#"a time within the run, which ends at "70 d""#, None),
    ("(0.45, 0.95)", "(0.95, 0.45)",
        18, 63, "a band from 0.95 to 0.45", "the lower end first", None),
    ("(0.45, 0.95)", "[0.45, 0.95]",
        18, 63, "a list `[..]`", "two numbers such as (0.45, 0.95)", None),
    ("(0.45, 0.95)", r#"(0.45, "a")"#,
        18, 70, r#"the text "a""#, "a number", None),
    ("(0.45, 0.95)", "(0.45,)",
        18, 63, "a single value", "two numbers such as (0.45, 0.95)", None),
    (r#"readout: "alive""#, r#"readout: "3alive""#,
        18, 21, "`alive`", "an operator or the end", None),
    (r#"sample_every: "6 h""#, r#"snapshots: []"#,
        6, 76, "an empty list", r#"at least one time such as "42 d""#, None),
    (r#"sample_every: "6 h""#, r#"snapshots: "42 d""#,
        6, 76, r#"the text "42 d""#, r#"a list of times such as ["21 d", "42 d"]"#, None),
    (r#"sample_every: "6 h""#, r#"snapshots: ["42"]"#,
        6, 77, r#""42" without a unit"#, r#"a time such as "70 d""#, None),
    (r#"sample_every: "6 h""#, r#"snapshots: ["21 d", "71 d"]"#,
        6, 85, r#""71 d""#, r#"a time within the run, which ends at "70 d""#, None),
    (r#"sample_every: "6 h""#, r#"snapshots: ["21 d", "21 d"]"#,
        6, 85, r#""21 d""#, "times that rise", None),
    (r#"sample_every: "6 h""#, r#"save_at: "71 d""#,
        6, 74, r#""71 d""#, r#"a time within the run, which ends at "70 d""#, None),
    (r#"sample_every: "6 h""#, r#"save_at: "0 d""#,
        6, 74, r#""0 d""#, "a time above zero: at the beginning there is nothing to keep", None),
    (r#"sample_every: "6 h""#, r#"save_at: ["42 d"]"#,
        6, 74, "a list `[..]`", r#"a time such as "70 d""#, None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "wild typ", at: "42 d", half_width: 0.02)"#,
        6, 100, r#""wild typ""#, r#"an arm of this scenario: "wild type", "Il2ra-/-" or "treated""#, Some("wild type")),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alvie", arm: "wild type", at: "42 d", half_width: 0.02)"#,
        6, 87, r#""alvie""#, r#"a readout: "activated_fraction", "fraction", "concentration", "copies" or "alive""#, Some("alive")),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "71 d", half_width: 0.02)"#,
        6, 115, r#""71 d""#, r#"a time within the run, which ends at "70 d""#, None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d", half_width: -1)"#,
        6, 135, "the number -1", "a number in the readout's unit, not below zero", None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d", half_width: "1 d")"#,
        6, 135, r#"the text "1 d""#, "a number in the readout's unit, not below zero", None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d", relative: 1.5)"#,
        6, 133, "the number 1.5", "a number from 0 to 1", None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d")"#,
        6, 76, "no width", "one of `half_width` and `relative`", None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d", half_width: 1, relative: 1)"#,
        6, 76, "`half_width` and `relative`", "one of `half_width` and `relative`", None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d", half_width: 1, difference_from: "treated")"#,
        6, 155, "the arm itself", "another arm than `arm`", None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d", half_width: 1, difference_from: "tretead")"#,
        6, 155, r#""tretead""#, r#"an arm of this scenario: "wild type", "Il2ra-/-" or "treated""#, Some("treated")),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", half_width: 1)"#,
        6, 124, "no `at`", r#"one such as `at: "42 d"`"#, None),
    (r#"sample_every: "6 h""#, r#"stop_when: (readout: "alive", arm: "treated", at: "42 d", halfwidth: 1)"#,
        6, 123, "the unknown key `halfwidth`", "`readout`, `arm`, `at`, `half_width`, `relative` or `difference_from`", Some("half_width")),
    (r#"sample_every: "6 h""#, r#"batch: 5, stop_when: (readout: "alive", arm: "treated", at: "42 d", half_width: 1)"#,
        6, 72, "the number 5", "a whole number from 6 (fewer values have no 95 % interval of their median) to 4294967295", None),
    (r#"sample_every: "6 h""#, "batch: 8",
        6, 72, "`batch` without `stop_when`", "both, or neither", None),
    (r#"model: "mouse","#, r#"start: adult(at: "70 d"),"#,
        4, 22, r#""70 d""#, r#"a time before the end of the run at "70 d""#, None),
    (r#"model: "mouse","#, r#"start: adult(at: "0 d"),"#,
        4, 22, r#""0 d""#, r#"a time above zero such as "12 h""#, None),
    (r#"model: "mouse","#, r#"start: adult(),"#,
        4, 18, "no `at`", r#"one such as `at: "56 d"`"#, None),
    (r#"model: "mouse","#, r#"start: adlut(at: "56 d"),"#,
        4, 12, "`adlut(..)`", r#"adult(at: "56 d")"#, Some("adult")),
    (r#"model: "mouse","#, r#"start: "56 d","#,
        4, 12, r#"the text "56 d""#, r#"adult(at: "56 d")"#, None),
    (r#""alive"]"#, r#""1 - alife"]"#,
        16, 99, r#""alife""#, r#"a readout: "activated_fraction", "fraction", "concentration", "copies" or "alive""#, Some("alive")),
    (r#""alive"]"#, r#""alive *"]"#,
        16, 102, "the end", r#"a number, a readout such as "fraction(Treg, of: CD4)", a function or `(`"#, None),
    (r#""alive"]"#, r#""lgo10(concentration(IL-2))"]"#,
        16, 95, "`lgo10`", "a function: `piecewise`, `exp`, `ln`, `log10`, `sqrt`, `abs`, `floor`, `ceil`, `factorial`, `min`, `max`, `rem` or 14 more", Some("log10")),
    (r#""alive"]"#, r#""1 - fraction(Tregs, of: CD4)"]"#,
        16, 108, r#""Tregs""#, r#"a cell kind: "CD4", "Tcon", "Treg", "naive CD4" or "NK""#, Some("Treg")),
    (r#""alive"]"#, r#""2 * copies(Treg)"]"#,
        16, 99, r#"too few arguments in "copies(Treg)""#, "`copies(cell kind, receptor chain[, tag: name][, specificity: name])`", None),
    (r#""alive"]"#, r#""concentration(IL-2) + alive"]"#,
        16, 94, "`concentration(IL-2)` in pM and `alive` in no unit as parts of `+`", "parts of one unit", None),
    (r#""alive"]"#, r#""time * alive"]"#,
        16, 95, r#""time""#, r#"a readout: "activated_fraction", "fraction", "concentration", "copies" or "alive""#, None),
    (r#""alive"]"#, r#""3 / 2"]"#,
        16, 95, r#""3 / 2", which reads nothing"#, r#"a readout such as "fraction(Treg, of: CD4)""#, None),
    (r#""alive"]"#, r#"(name: "x")]"#,
        16, 104, "no `value`", r#"one such as `value: "count(CD8) / count(CD4)"`"#, None),
    (r#""alive"]"#, r#"(name: "alive", value: "1 - alive")]"#,
        16, 101, r#""alive""#, "a name that is no readout", None),
    (r#""alive"]"#, r#"(name: "x(y)", value: "1 - alive")]"#,
        16, 101, r#""x(y)""#, "a name of letters, digits and signs but `(` and `)`", None),
    (r#""alive"]"#, r#"(name: "x", value: "alive"), (name: "x", value: "1 - alive")]"#,
        16, 123, r#"a second "x""#, "each readout once", None),
    (r#""alive"]"#, r#"(name: "x", valeu: "alive")]"#,
        16, 106, "the unknown key `valeu`", "`name` or `value`", Some("value")),
    (r#"model: "mouse","#, r#"model: "mouse", antigens: [(name: "other")],"#,
        4, 39, r#""other""#, "a name of letters, digits and signs but `(`, `)`, `,` and `:`, not \"other\"", None),
    (r#"(name: "wild type")"#, r#"(name: "wild type", microbes: "3")"#,
        8, 39, r#"the text "3""#, "a number from 0 to 100", None),
    (r#""alive"]"#, r#""copies(Treg, alpha, specificity: x)"]"#,
        16, 128, r#""x""#, r#"what cells recognise: "self" or "other""#, None),
    (r#"model: "mouse","#, r#"model: "mouse""#,
        5, 5, "`overlay`", "`,` or `)`", None),
    (r#"model: "mouse","#, r#"model: "mouse,"#,
        5, 17, "`treg_death`", "`,` or `)` (is a closing quote missing between lines 4 and 5?)", None),
    (r#"model: "mouse","#, "model: 'mouse',",
        4, 12, "text in single quotes", r#"text in double quotes: "mouse""#, None),
    (r#"model: "mouse","#, r#"model = "mouse","#,
        4, 11, "`=`", "`:` after the key `model`", None),
    (r#"model: "mouse","#, r#""model": "mouse","#,
        4, 5, "a key in quotes", "the key without them: `model`", None),
    (r#"model: "mouse","#, "model: “mouse”,",
        4, 12, r#"the curly quote `“` (quotes are straight: `"`)"#, "a value for `model`", None),
    (r#"model: "mouse","#, r#"model: "mo\use","#,
        4, 15, r#"the escape `\u`"#, r#"`\n`, `\t`, `\"`, `\\` or `\u{..}` (a backslash itself is `\\`)"#, None),
    ("    ],\n)", "    \n)",
        20, 1, "`)`", "`]` to close the `[` of line 17, column 13", None),
    ("    ],\n)\n", "    ],\n",
        20, 1, "the end of the file", "`)` to close the `(` of line 2, column 1", None),
    ("    ],\n)\n", "    ],\n))\n",
        20, 2, "`)`", "the end of the file", None),
    ("// A question.", "/* A question.",
        1, 1, "a comment that never ends", "`*/` to close it", None),
    ("// A question.", "\u{feff}",
        1, 1, "a byte order mark", "a file saved as UTF-8 without one", None),
    ("// A question.", "#![enable(implicit_sum)]",
        1, 11, "the unknown extension `implicit_sum`", "`implicit_some`, `unwrap_newtypes`, `unwrap_variant_newtypes` or `explicit_struct_names`", Some("implicit_some")),
    ("seed: 0x2a", "seed: 0x2g",
        6, 59, "`0x2g`", "a number", None),
    ("seed: 0x2a", "seed: 9007199254740993.0",
        6, 59, "the number 9007199254740993.0", "a whole number from 0 to 18446744073709551615, from 2^53 on in digits alone", None),
    ("seed: 0x2a", "seed: 1__.2",
        6, 59, "the number 1__.2", "a whole number from 0 to 18446744073709551615", None),
];

fn faults_of(text: &str) -> Vec<Fault> {
    parse("t.ron", text, &vocabulary()).unwrap_err().faults
}

fn replaced(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

#[test]
fn a_good_scenario_is_read_whole() {
    let scenario = parse("t.ron", GOOD, &vocabulary()).unwrap();
    assert_eq!(scenario.question, "Why µ?");
    let run = RunSettings {
        until_d: 70.0,
        replicates: 3,
        cells: 600,
        seed: 42,
        sample_every_d: 0.25,
    };
    assert_eq!(scenario.run, run);
    let overlay: Vec<_> = scenario
        .overlay
        .iter()
        .map(|o| (&*o.name, o.value, &*o.unit, &*o.given))
        .collect();
    assert_eq!(
        overlay,
        [
            ("treg_death", 0.06, "1/d", "0.0025 1/h"),
            ("steepness", 2.5, "", "2.5"),
            ("shift", -0.5, "d", "-0.5 d"),
            ("rounds", 7.0, "divisions", "7 divisions"),
        ]
    );
    let plausible: Vec<_> = scenario.overlay.iter().map(|o| o.is_plausible).collect();
    assert_eq!(plausible, [true, false, true, true]);
    let arms: Vec<_> = scenario.arms.iter().map(|arm| &*arm.name).collect();
    assert_eq!(arms, ["wild type", "Il2ra-/-", "treated"]);
    assert_eq!(
        scenario.arms[1].genotype[1],
        GeneExpression {
            gene: "Il2".into(),
            expression: 0.5,
            lineage: None,
            from_d: None,
        }
    );
    let once = |at_d| Schedule {
        at_d,
        when: None,
        every_d: None,
        until_d: None,
    };
    assert_eq!(
        scenario.arms[2].interventions,
        [
            Intervention::Deplete {
                kind: "Treg".into(),
                sort: None,
                fraction: 0.95,
                schedule: Schedule {
                    at_d: 35.0,
                    when: None,
                    every_d: Some(1.0),
                    until_d: Some(40.0)
                },
            },
            Intervention::Inject {
                ligand: "IL-2".into(),
                dose: Dose::Activity { iu: 25_000.0 },
                route: Route::Intravenous,
                schedule: once(35.0),
            },
            Intervention::Transfer {
                tag: None,
                specificity: None,
                age_d: None,
                sort: None,
                kind: "naive CD4".into(),
                cells: 1e6,
                genotype: Some(vec![GeneExpression {
                    gene: "Il2".into(),
                    expression: 1.0,
                    lineage: None,
                    from_d: None,
                }]),
                schedule: once(10.0),
            },
        ]
    );
    let readouts: Vec<_> = scenario.readouts.iter().map(ToString::to_string).collect();
    assert_eq!(
        readouts,
        [
            "activated_fraction(Tcon)",
            "fraction(Treg, of: CD4)",
            "concentration(IL-2)",
            "alive"
        ]
    );
    let expectation = &scenario.expectations[0];
    assert_eq!(
        (expectation.band, expectation.at_d),
        (RowBand::Within(0.45, 0.95), 42.0)
    );
    assert_eq!(expectation.relative_to.as_deref(), Some("wild type"));
}

#[test]
fn what_is_left_out_has_defaults() {
    let text = r#"(title: "t", question: "q", source: None, run: (until: Some("70 d")),
        arms: [(name: "a", interventions: [inject(ligand: "IL-7", dose: "2 ng", at: "0 d")])], readouts: ["alive"])"#;
    let scenario = parse("t.ron", text, &vocabulary()).unwrap();
    assert_eq!((&*scenario.model, scenario.source), ("mouse", None));
    let run = RunSettings {
        until_d: 70.0,
        replicates: 6,
        cells: 8000,
        seed: 1,
        sample_every_d: 0.5,
    };
    assert_eq!(scenario.run, run);
    let Intervention::Inject { dose, route, .. } = &scenario.arms[0].interventions[0] else {
        panic!("an injection")
    };
    assert_eq!(
        (*dose, *route),
        (Dose::Mass { ug: 0.002 }, Route::Subcutaneous)
    );
}

#[test]
fn bad_scenarios_say_what_and_where() {
    for &(from, to, line, column, found, expected, nearest) in BAD {
        let faults = faults_of(&replaced(from, to));
        let fault = &faults[0];
        assert_eq!(
            (fault.line, fault.column),
            (line, column),
            "{from} -> {to}: {}",
            fault.message
        );
        assert_eq!(
            (&*fault.found, &*fault.expected),
            (found, expected),
            "{from} -> {to}"
        );
        assert_eq!(fault.nearest.as_deref(), nearest, "{from} -> {to}");
    }
}

#[test]
fn the_path_and_the_span_are_those_of_the_value() {
    let text = replaced("gene: \"Il2ra\"", "gene: \"Il2r\"");
    let fault = &faults_of(&text)[0];
    assert_eq!(fault.path, "arms[1].genotype[0].gene");
    assert_eq!(&text[fault.span.clone().unwrap()], "\"Il2r\"");
    let text = replaced("\"70 d\"", "\"70 µd\"");
    assert_eq!(&text[faults_of(&text)[0].span.clone().unwrap()], "µd");
}

#[test]
fn all_faults_come_together_in_order() {
    let text = replaced("\"mouse\"", "\"rat\"")
        .replace("cells: 600", "cells: 6")
        .replace("\"Il2ra\"", "\"Il2r\"")
        .replace("fraction: 0.95", "fraction: 95")
        .replace("\"1e6 cells\"", "1e6")
        .replace("concentration(IL-2)", "concentration(IL2)")
        .replace("(0.45, 0.95)", "(1, 0)");
    let places: Vec<_> = faults_of(&text).iter().map(|fault| fault.line).collect();
    assert_eq!(places, [4, 6, 9, 11, 13, 16, 18]);
}

#[test]
fn one_mistake_is_one_fault() {
    for (from, to) in [
        ("until: \"70 d\"", "untl: \"70 d\""),
        ("until: \"70 d\"", "until: 70"),
        ("(name: \"wild type\")", "\"wild type\""),
        ("(name: \"wild type\")", "(nam: \"wild type\")"),
        ("at: \"35 d\", every", "at: \"71 d\", every"),
        ("sample_every: \"6 h\"", "sample_every: \"6\""),
        ("arms: [", "arm: ["),
    ] {
        let faults = faults_of(&replaced(from, to));
        assert_eq!(faults.len(), 1, "{to}: {faults:?}");
    }
}

#[test]
fn a_text_without_a_scenario_says_so() {
    for (text, found) in [
        ("", "an empty file"),
        (" \n\t\n", "an empty file"),
        ("// later\n/* or /* never */ */", "nothing but comments"),
    ] {
        let faults = faults_of(text);
        assert_eq!(
            (&*faults[0].found, faults[0].line, faults[0].column),
            (found, 1, 1)
        );
        assert!(
            faults[0].expected.starts_with("a scenario: (title:"),
            "{}",
            faults[0].expected
        );
    }
    assert_eq!(faults_of("3")[0].found, "the number 3");
    let missing: Vec<_> = faults_of("()")
        .into_iter()
        .map(|fault| (fault.found, fault.column))
        .collect();
    assert_eq!(
        missing,
        [
            "no `title`",
            "no `question`",
            "no `run`",
            "no `arms`",
            "no `readouts`"
        ]
        .map(|found| (found.into(), 2))
    );
}

/// Smallest fault seen: a name that is looked for in the vocabulary.
#[test]
fn a_readout_may_have_a_name_by_which_bands_and_conditions_know_it() {
    let named = r#"(name: "alive to IL-2", value: "alive/concentration(IL-2)")]"#;
    let text = replaced(r#""alive"]"#, named)
        .replace(r#"readout: "alive""#, r#"readout: "alive to IL-2""#)
        .replace(
            r#"fraction: 0.95, at: "35 d""#,
            r#"fraction: 0.95, when: (readout: "alive to IL-2", below: 2)"#,
        );
    let scenario = parse("t.ron", &text, &vocabulary()).unwrap();
    let readout = &scenario.readouts[3];
    assert_eq!(readout.to_string(), "alive to IL-2");
    assert_eq!(readout.value.to_string(), "alive / concentration(IL-2)");
    assert_eq!(scenario.expectations[0].readout, *readout);
    let Intervention::Deplete { schedule, .. } = &scenario.arms[2].interventions[0] else {
        panic!("{:?}", scenario.arms[2]);
    };
    let condition = schedule.when.as_ref().unwrap();
    assert_eq!(condition.readout, *readout);
    assert_eq!(condition.to_string(), "alive to IL-2 is below 2");
    // What is wrong with it is said once, where it is listed; a name that is only alike is found.
    let faults = |text: &str| parse("t.ron", text, &vocabulary()).unwrap_err().faults;
    let faulty = text.replace("alive/concentration", "alife/concentration");
    assert_eq!(faults(&faulty).len(), 1);
    let misspelt = text.replace(
        r#"readout: "alive to IL-2", arm"#,
        r#"readout: "ratoi", arm"#,
    );
    let misspelt = misspelt.replace("alive to IL-2", "ratio");
    assert_eq!(faults(&misspelt)[0].nearest.as_deref(), Some("ratio"));
}

/// A row with conditions of several sorts, in place of the band.
const ROW: &str = r#"(id: "A4", tier: 1, what: "w", published: "p", source: "s", note: "n", all: [
            (readout: "alive", arm: "Il2ra-/-", at: "42 d", band: (0.45, 0.95)),
            (readout: "alive", arm: "Il2ra-/-", over: ["7 d", "42 d"], take: peak, after: "7 d", difference_from: "wild type", below: 3),
            (arm: "treated", take: death, relative_to: "wild type", in_mice: (0.6, 1), survivors: "7 d", above: 0.9),
            (readout: "alive", arm: "treated", at: "7 d", since: "0 d", relative_to: "wild type", relative_at: "9 d", above: 2),
            (readout: "alive", arms: ["wild type", "Il2ra-/-", "treated"], take: exponent, over: ["0 d", "7 d"], against: [1, 10, 1e2], band: (0, 1)),
        ])"#;
const BAND: &str = r#"(readout: "alive", arm: "Il2ra-/-", at: "42 d", band: (0.45, 0.95), relative_to: "wild type", source: "W")"#;

/// Smallest faults seen: `above` read as a lower end that is in, ages of a window the other way round.
#[test]
fn a_row_holds_several_conditions_under_one_id() {
    let text = replaced(BAND, ROW);
    let scenario = parse("t.ron", &text, &vocabulary()).unwrap();
    assert!(scenario.expectations.is_empty());
    let [row] = &scenario.rows[..] else {
        panic!("{:?}", scenario.rows);
    };
    assert_eq!(
        (row.id.as_str(), row.tier, row.note.as_deref()),
        ("A4", Some(1), Some("n"))
    );
    let [band, peak, death, ratio, exponent] = &row.conditions[..] else {
        panic!("{row:?}");
    };
    assert_eq!((band.over_d, band.take), ((42.0, 42.0), Take::Value));
    assert_eq!(band.band, RowBand::Within(0.45, 0.95));
    assert_eq!(
        (peak.over_d, peak.after_d, peak.take),
        ((7.0, 42.0), 7.0, Take::Peak)
    );
    assert_eq!(peak.difference_from.as_deref(), Some("wild type"));
    assert!(!peak.band.holds(3.0) && peak.band.holds(2.9));
    assert_eq!(
        (death.in_mice, death.survivors_d),
        (Some((0.6, 1.0)), Some(7.0))
    );
    assert!(death.readout.is_none() && !death.band.holds(0.9));
    assert_eq!((ratio.since_d, ratio.relative_at_d), (Some(0.0), Some(9.0)));
    assert_eq!(
        exponent.against,
        Some(Against::Numbers(vec![1.0, 10.0, 100.0]))
    );
    assert_eq!(exponent.arms.len(), 3);
}

#[test]
fn what_is_wrong_with_a_row_is_said_at_its_place() {
    for (from, to, found, expected) in [
        (
            r#"id: "A4""#,
            r#"id: "a4""#,
            r#""a4""#,
            r#"a capital letter and a number such as "A4""#,
        ),
        ("tier: 1", "tier: 4", "the number 4", "1, 2 or 3"),
        (
            r#"published: "p", "#,
            "",
            "no `published`",
            r#"one such as `published: "45 - 95 %"`"#,
        ),
        (
            ", all: [",
            ", al: [",
            "the unknown key `al`",
            "`id`, `tier`, `what`, `published`, `source`, `note`, `all` or `not_modelled`",
        ),
        (r#"at: "42 d", band"#, "band", "no age", r#"`at: "42 d"`"#),
        (
            r#"at: "42 d", band"#,
            r#"at: "71 d", band"#,
            r#""71 d""#,
            r#"a time within the run, which ends at "70 d""#,
        ),
        (
            "band: (0.45, 0.95)",
            "below: 1, above: 0",
            "2 bands",
            "one of `band`, `above` and `below`",
        ),
        (
            "band: (0.45, 0.95)",
            r#"source: "W""#,
            "the unknown key `source`",
            "",
        ),
        ("take: peak", "take: peek", "the bare word `peek`", ""),
        (
            r#"over: ["7 d", "42 d"]"#,
            r#"over: ["42 d", "7 d"]"#,
            r#""7 d""#,
            "an age after the first",
        ),
        (
            r#"over: ["7 d", "42 d"]"#,
            r#"over: ["7 d"]"#,
            "not two ages",
            r#"two ages such as ["56 d", "70 d"]"#,
        ),
        (
            r#"over: ["7 d", "42 d"], take: peak"#,
            r#"at: "7 d", take: peak"#,
            "`at`",
            r#"`over: ["56 d", "70 d"]`"#,
        ),
        (
            r#"(arm: "treated", take: death"#,
            r#"(arm: "treated", at: "7 d", take: death"#,
            "`at`",
            "neither `at` nor `over`: events are of the whole run",
        ),
        (
            r#"(arm: "treated", take: death"#,
            r#"(readout: "alive", arm: "treated", take: death"#,
            "a readout of an event",
            "no `readout`: deaths and onsets are told by mice",
        ),
        (
            r#"(readout: "alive", arm: "Il2ra-/-", at"#,
            r#"(arm: "Il2ra-/-", at"#,
            "no `readout`",
            r#"one such as `readout: "alive"`"#,
        ),
        (
            r#"difference_from: "wild type""#,
            r#"difference_from: "wildtype""#,
            r#""wildtype""#,
            "",
        ),
        (
            r#"relative_to: "wild type", relative_at"#,
            "relative_at",
            "`relative_at` of what is not relative to another arm's value",
            "`relative_to`, and `take: value`",
        ),
        (
            "against: [1, 10, 1e2]",
            "against: [1, 10]",
            "2 numbers",
            "3, one for each arm",
        ),
        (
            "against: [1, 10, 1e2]",
            "against: [1, 10, 0]",
            "the number 0",
            "a number above zero",
        ),
        (
            ", against: [1, 10, 1e2]",
            "",
            "an exponent without `against`, or `against` without one",
            "both `take: exponent` and `against`",
        ),
        (
            r#"arms: ["wild type", "Il2ra-/-", "treated"]"#,
            r#"arm: "treated""#,
            "`arm`",
            "`arms` here",
        ),
        (
            r#"after: "7 d""#,
            r#"since: "7 d""#,
            "`since` of what is no value at an age",
            "`take: value`",
        ),
    ] {
        assert!(ROW.contains(from), "{from}");
        let text = replaced(BAND, &ROW.replacen(from, to, 1));
        let faults = parse("t.ron", &text, &vocabulary()).unwrap_err().faults;
        let fault = &faults[0];
        assert_eq!(fault.found, found, "{to}: {faults:?}");
        assert!(
            expected.is_empty() || fault.expected == expected,
            "{to}: {faults:?}"
        );
        assert!((18..25).contains(&fault.line), "{to}: {faults:?}");
    }
    let none = replaced(
        BAND,
        r#"(id: "A4", what: "w", published: "p", source: "s")"#,
    );
    let faults = parse("t.ron", &none, &vocabulary()).unwrap_err().faults;
    assert_eq!(faults[0].found, "a row without conditions");
    let twice = replaced(BAND, &format!("{ROW}, {ROW}"));
    let faults = parse("t.ron", &twice, &vocabulary()).unwrap_err().faults;
    assert_eq!(faults[0].found, "a second row \"A4\"");
}

#[test]
fn a_readout_may_leave_out_what_it_is_a_fraction_of() {
    let scenario = parse(
        "t.ron",
        &replaced("fraction(Treg, of: CD4)", "fraction(Treg)"),
        &vocabulary(),
    )
    .unwrap();
    assert_eq!(scenario.readouts[1].value.call().unwrap().of, None);
}

/// Whatever the text: no panic, and either a scenario or faults that stand in it.
fn check(text: &str) {
    if let Err(faults) = parse("t.ron", text, &vocabulary()) {
        assert!(
            !faults.faults.is_empty(),
            "no scenario and no fault: {text}"
        );
        for fault in &faults.faults {
            let span = fault.span.clone().unwrap();
            assert!(text.get(span.clone()).is_some(), "{span:?} of {text}");
            assert!(!fault.found.is_empty() && !fault.expected.is_empty());
        }
    }
}

/// A range of bytes of [`GOOD`] between characters.
fn somewhere(start: usize, length: usize) -> Range<usize> {
    let start = GOOD.floor_char_boundary(start);
    start..GOOD.floor_char_boundary(start + length)
}

proptest! {
    #[test]
    fn no_mutation_makes_it_panic(
        start in 0..GOOD.len(),
        length in 0_usize..30,
        piece in "(\\PC|[\\(\\)\\[\\]{}:,\"'/*#_=\\\\-]|[0-9a-z ]|true|None|Some\\(|r#\"|\n){0,6}",
    ) {
        let mut text = GOOD.to_owned();
        text.replace_range(somewhere(start, length), &piece);
        check(&text);
    }

    #[test]
    fn no_piece_in_the_place_of_another_makes_it_panic(
        from in 0..GOOD.len(),
        to in 0..GOOD.len(),
        lengths in (0_usize..60, 0_usize..60),
    ) {
        let mut text = GOOD.to_owned();
        text.replace_range(somewhere(to, lengths.0), &GOOD[somewhere(from, lengths.1)]);
        check(&text);
    }

    #[test]
    fn no_start_of_it_makes_it_panic(length in 0..GOOD.len()) {
        check(&GOOD[..GOOD.floor_char_boundary(length)]);
    }
}

const WELL: &str = r#"(
    title: "t", question: "q",
    host: culture(volume: "0.2 ml", medium: (il2: "1 nM", il7: "3 pM"), supply: clamped, step: "5 min"),
    run: (until: "24 h"),
    arms: [(name: "a", medium: (il2: "0 pM", help: 1), interventions: [
        transfer(kind: "NK", cells: "1e5 cells", at: "0 h"),
        stimulate(kind: "CD4", fraction: 0.5, at: "1 h"),
        inject(ligand: "IL-2", dose: "20 pM", at: "2 h"),
    ])],
    readouts: ["alive"],
)"#;

#[test]
fn a_well_is_read() {
    let scenario = parse("w.ron", WELL, &vocabulary()).unwrap();
    let Host::Culture(well) = scenario.host else {
        panic!("{:?}", scenario.host)
    };
    assert!((well.volume_ul - 200.0).abs() < 1e-9);
    assert_eq!(well.supply, Supply::Clamped);
    assert!((well.step_d - 5.0 / 1440.0).abs() < 1e-12);
    // Samples every hour and fewer agents, where a mouse has others.
    assert!((scenario.run.sample_every_d - 1.0 / 24.0).abs() < 1e-12);
    assert_eq!(scenario.run.cells, 1000);
    let arm = &scenario.arms[0];
    let medium = arm.medium.or(well.medium);
    assert_eq!(
        (medium.il2, medium.il7, medium.help, medium.b7),
        (Some(0.0), Some(3.0), Some(1.0), None)
    );
    let Intervention::Inject { dose, .. } = &arm.interventions[2] else {
        panic!("{:?}", arm.interventions[2])
    };
    assert_eq!(*dose, Dose::Concentration { pm: 20.0 });
}

#[test]
fn faults_of_wells_are_named() {
    for (from, to, line, found, expected) in [
        (
            "culture(volume",
            "cultur(volume",
            3,
            "`cultur(..)`",
            "`mouse` or `culture(..)`",
        ),
        (
            "clamped",
            "\"clamped\"",
            3,
            "the text \"clamped\"",
            "`closed` or `clamped` without quotes",
        ),
        (
            "\"5 min\"",
            "\"2 h\"",
            3,
            "\"2 h\"",
            "a step from \"1 s\" to \"1 h\"",
        ),
        (
            "\"0.2 ml\"",
            "\"0 ml\"",
            3,
            "\"0 ml\"",
            "a volume from \"0.001 ul\" to \"1e6 ul\", a litre",
        ),
        (
            "il7: \"3 pM\"",
            "il9: \"3 pM\"",
            3,
            "the unknown key `il9`",
            "`il2`, `il7`, `il15`, `ifn_gamma`, `stimulation`, `peptide_mhc`, `b7` or `help`",
        ),
        (
            "host: culture(volume: \"0.2 ml\", medium: (il2: \"1 nM\", il7: \"3 pM\"), supply: clamped, step: \"5 min\"),",
            "",
            5,
            "a medium, but the host is a mouse",
            "no medium, or `host: culture(..)`",
        ),
    ] {
        assert!(WELL.contains(from), "{from}");
        let faults = parse("w.ron", &WELL.replace(from, to), &vocabulary()).unwrap_err();
        let fault = &faults.faults[0];
        assert_eq!(
            (fault.line, fault.found.as_str(), fault.expected.as_str()),
            (line, found, expected),
            "{to}"
        );
    }
}
