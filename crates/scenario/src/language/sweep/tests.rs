use super::*;
use crate::language::scenario::tests::{Case, vocabulary};
use crate::language::{Dose, Intervention};
use proptest::prelude::*;

const GRID: &str = r#"(
    title: "t", question: "q",
    run: (until: "20 d", seed: 5),
    sweep: grid(axes: [
        (name: "dose", values: ["1 ug", "10 ug", "0.1 mg"]),
        (name: "treg_death", values: ["0.05 1/d", "0.1 1/d"]),
        (name: "level", values: [0, "50 %"]),
    ]),
    arms: [
        (name: "a"),
        (name: "$b", genotype: [(gene: "Il2ra", expression: "$level")], interventions: [
            inject(ligand: "IL-2", dose: "$dose", at: "5 d"),
        ]),
    ],
    readouts: ["alive"],
    expect: [
        (readout: "alive", arm: "a", at: "10 d", band: (0, 1), where: {"dose": "100 ug", "level": 0.5}),
        (readout: "alive", arm: "a", at: "20 d", band: (0, 1), where: {}),
    ],
)"#;

const DRAWN: &str = r#"(
    title: "t", question: "q",
    run: (until: "20 d", seed: 5),
    sweep: sobol(points: 8, axes: [
        (name: "treg_death"),
        (name: "rounds"),
        (name: "when", low: "24 h", high: "10 d", scale: log),
        (name: "shift", low: "-0.5 d", high: "0.5 d"),
    ]),
    arms: [(name: "a", interventions: [deplete(kind: "Treg", fraction: 1, at: "$when")])],
    readouts: ["alive"],
)"#;

fn points(text: &str, seed: Option<u64>) -> Points {
    match parse_points("s.ron", text, &vocabulary(), seed) {
        Ok(points) => points,
        Err(faults) => panic!("{faults}"),
    }
}

fn overlaid(scenario: &Scenario, name: &str) -> f64 {
    let found = scenario.overlay.iter().find(|change| change.name == name);
    found.unwrap().value
}

#[test]
fn a_grid_has_every_value_with_every_other() {
    let Points { sweep, scenarios } = points(GRID, None);
    let sweep = sweep.unwrap();
    assert_eq!((sweep.points.len(), scenarios.len()), (12, 12));
    let units: Vec<&str> = sweep.axes.iter().map(|axis| axis.unit.as_str()).collect();
    assert_eq!(units, ["ug", "1/d", ""]);
    let mut place = 0;
    for dose in [1.0, 10.0, 100.0] {
        for death in [0.05, 0.1] {
            for level in [0.0, 0.5] {
                assert_eq!(sweep.points[place], [dose, death, level]);
                let scenario = &scenarios[place];
                assert_eq!(
                    overlaid(scenario, "treg_death").to_bits(),
                    f64::to_bits(death)
                );
                let arm = &scenario.arms[1];
                assert_eq!(arm.name, "$b");
                assert_eq!(arm.genotype[0].expression.to_bits(), f64::to_bits(level));
                let Intervention::Inject { dose: given, .. } = &arm.interventions[0] else {
                    panic!("{arm:?}")
                };
                assert_eq!(*given, Dose::Mass { ug: dose });
                place += 1;
            }
        }
    }
    assert_eq!(sweep.words(3), "dose 1 ug, treg_death 0.1 1/d, level 0.5");
    // Bands are meant where they say.
    let meant = |band: usize| -> Vec<usize> {
        let band = &scenarios[0].expectations[band];
        let all = sweep.points.iter().enumerate();
        all.filter(|(_, point)| band.is_meant_at(point))
            .map(|(index, _)| index)
            .collect()
    };
    assert_eq!(meant(0), [9, 11]);
    assert_eq!(meant(1), (0..12).collect::<Vec<_>>());
}

#[test]
fn a_list_has_values_side_by_side() {
    let text = GRID
        .replace("grid(", "list(")
        .replace(
            r#"["0.05 1/d", "0.1 1/d"]"#,
            r#"["0.05 1/d", "0.1 1/d", "0.05 1/d"]"#,
        )
        .replace(r#"[0, "50 %"]"#, r#"[0, "50 %", 0.5]"#);
    let sweep = points(&text, None).sweep.unwrap();
    assert_eq!(
        sweep.points,
        [[1.0, 0.05, 0.0], [10.0, 0.1, 0.5], [100.0, 0.05, 0.5]]
    );
}

#[test]
fn drawn_values_are_in_their_ranges() {
    for method in ["sobol", "latin_hypercube"] {
        let text = DRAWN.replace("sobol", method);
        let Points { sweep, scenarios } = points(&text, None);
        let sweep = sweep.unwrap();
        assert_eq!(sweep.method.name(), method);
        for (point, scenario) in sweep.points.iter().zip(&scenarios) {
            let [death, rounds, when, shift] = point[..] else {
                panic!("{point:?}")
            };
            assert!((0.01..=0.2).contains(&death) && (4.0..=8.0).contains(&rounds));
            assert!((24.0..=240.0).contains(&when) && (-0.5..=0.5).contains(&shift));
            assert_eq!(overlaid(scenario, "treg_death").to_bits(), death.to_bits());
            assert_eq!(overlaid(scenario, "rounds").to_bits(), rounds.to_bits());
            assert_eq!(overlaid(scenario, "shift").to_bits(), shift.to_bits());
            let Intervention::Deplete { schedule, .. } = &scenario.arms[0].interventions[0] else {
                panic!("{scenario:?}")
            };
            assert!((schedule.at_d - when / 24.0).abs() < 1e-12);
        }
        // Equal ratios: half of the points are below the geometric mean.
        let early = sweep
            .points
            .iter()
            .filter(|point| point[2] < 24.0 * 10f64.sqrt());
        assert_eq!(early.count(), 4, "{method}");
        // The points are those of the seed, given beside the text or in it.
        let again = points(&text, None).sweep.unwrap();
        assert_eq!(again, sweep);
        let other = points(&text, Some(6)).sweep.unwrap();
        assert_ne!(other.points, sweep.points);
        let written = points(&text.replace("seed: 5", "seed: 6"), None)
            .sweep
            .unwrap();
        assert_eq!(other.points, written.points);
    }
}

#[rustfmt::skip]
const BAD: &[Case] = &[
    ("grid(", "gird(",
        4, 12, "the unknown sweep `gird`", "`grid(..)`, `list(..)`, `latin_hypercube(..)` or `sobol(..)`", Some("grid")),
    ("grid(axes: [", "grid(points: 3, axes: [",
        4, 17, "the unknown key `points`", "`axes`", None),
    (r#"values: ["1 ug", "10 ug", "0.1 mg"]"#, "values: []",
        5, 32, "an empty list", "at least one value", None),
    (r#""0.1 mg""#, r#""3 d""#,
        5, 50, r#""3 d""#, "a quantity in ug, the unit of the axis, or one like it", None),
    (r#""0.1 mg""#, r#""0.01 mg""#,
        5, 50, "a second 10 ug", "each value of an axis once", None),
    (r#""0.1 mg""#, r#""much""#,
        5, 50, r#"the text "much""#, r#"a number, or a quantity such as "10 ug""#, None),
    (r#""$dose""#, r#""$dos""#,
        12, 42, r#""$dos""#, r#"an axis of the sweep: "$dose", "$treg_death" or "$level""#, Some("$dose")),
    (r#""$dose""#, r#""1 ug""#,
        5, 16, r#"the axis "dose", which nothing uses"#, r#"`"$dose"` in place of a value, or the name of a parameter"#, None),
    (r#""treg_death""#, r#""treg_deth""#,
        6, 16, r#"the axis "treg_deth", which nothing uses"#, r#"`"$treg_deth"` in place of a value, or the name of a parameter"#, Some("treg_death")),
    (r#""treg_death""#, r#""time_d""#,
        6, 16, r#""time_d""#, "a name that is no column of the tables", None),
    (r#""treg_death""#, r#""treg death""#,
        6, 16, r#""treg death""#, "a word of letters, digits and `_`", None),
    (r#""treg_death""#, r#""dose""#,
        6, 16, r#"a second axis "dose""#, "another name", None),
    ("[0, \"50 %\"]", "[0, 0.5, 2]",
        7, 42, "the number 2", "a number from 0 to 1 (a value of the axis `level`, for `arms[1].genotype[0].expression`)", None),
    (r#"["1 ug", "10 ug", "0.1 mg"]"#, r#"["1 h", "2 h"]"#,
        5, 33, r#"a time, "1 h""#, "a dose such as \"25 000 IU\" or \"1 ug\" (a value of the axis `dose`, for `arms[1].interventions[0].dose`)", None),
    (r#"["0.05 1/d", "0.1 1/d"]"#, r#"["0.05 d", "0.1 d"]"#,
        6, 39, r#"a time, "0.05 d""#, "a rate in 1/d such as \"0.01 1/d\" (a value of the axis `treg_death`, for `overlay.treg_death`)", None),
    (r#"until: "20 d""#, r#"until: "$dose""#,
        3, 18, r#""$dose""#, "a value here: this is the same at every point of a sweep", None),
    (r#"run: ("#, r#"overlay: {"treg_death": "0.1 1/d"}, run: ("#,
        6, 16, r#"a second "treg_death""#, "each parameter once", None),
    ("grid(", "list(",
        6, 16, r#"the axis "treg_death" with 2 values"#, r#"as many as "dose" has: 3"#, None),
    (", where: {}", "",
        18, 62, "no `where` in a sweep", "`where: { \"dose\": .. }`, or `where: {}` for all points", None),
    ("where: {}", r#"where: {"dos": "1 ug"}"#,
        18, 72, r#""dos""#, r#"an axis of the sweep: "dose", "treg_death" or "level""#, Some("dose")),
    ("where: {}", r#"where: {"dose": "2 ug"}"#,
        18, 80, r#""2 ug""#, "a value of the axis, `1`, `10` or `100` ug", None),
    ("where: {}", r#"where: {"dose": "1 ug", "dose": "1 ug"}"#,
        18, 88, r#"a second "dose""#, "each axis once", None),
    (r#"at: "5 d""#, r#"at: "50 d""#,
        12, 55, r#""50 d""#, r#"a time within the run, which ends at "20 d""#, None),
];

#[rustfmt::skip]
const BAD_DRAWN: &[Case] = &[
    ("points: 8", "points: 0",
        4, 26, "the number 0", "a whole number from 1 to 10000", None),
    ("points: 8", "points: 1000000",
        4, 26, "the number 1000000", "a whole number from 1 to 10000", None),
    ("points: 8, ", "",
        9, 6, "no `points`", "one such as `points: 32`", None),
    (r#"low: "24 h", "#, "",
        7, 9, "`high` without `low`", "`low` too, or neither for the range of the model", None),
    (r#"low: "24 h", high: "10 d", "#, "",
        7, 34, "no `low` and no `high`", "both: only a parameter of the model has a range of its own", None),
    (r#"low: "24 h""#, r#"low: "300 h""#,
        7, 44, r#""10 d""#, "a value above `low`", None),
    (r#"low: "24 h""#, r#"low: "0 h""#,
        7, 29, "the lower end 0 h", "one above zero, or `scale: linear`", None),
    ("scale: log", "scale: \"log\"",
        7, 58, r#"the text "log""#, "`linear` or `log` without quotes", None),
    (r#"high: "10 d""#, r#"high: "10 ug""#,
        7, 43, r#""10 ug""#, "a quantity in h, the unit of the axis, or one like it", None),
    (r#""treg_death""#, r#""treg_deth""#,
        5, 27, "no `low` and no `high`", "both: only a parameter of the model has a range of its own", Some("treg_death")),
];

#[test]
fn every_fault_is_told_once_at_its_place() {
    for (good, cases) in [(GRID, BAD), (DRAWN, BAD_DRAWN)] {
        for (from, to, line, column, found, expected, near) in cases {
            assert!(good.contains(from), "{from}");
            let text = good.replacen(from, to, 1);
            let faults = parse_points("s.ron", &text, &vocabulary(), None).unwrap_err();
            let fault = &faults.faults[0];
            assert_eq!(
                (
                    fault.line,
                    fault.column,
                    fault.found.as_str(),
                    fault.expected.as_str(),
                    fault.nearest.as_deref()
                ),
                (*line, *column, *found, *expected, *near),
                "{from} as {to}: {faults}"
            );
            assert!(faults.faults.len() < 4, "{from} as {to}: {faults}");
        }
    }
}

#[test]
fn a_drawn_value_at_fault_says_at_which_point() {
    let text = DRAWN.replace(r#"high: "10 d""#, r#"high: "40 d""#);
    let faults = parse_points("s.ron", &text, &vocabulary(), None).unwrap_err();
    let fault = &faults.faults[0];
    assert_eq!((fault.line, fault.column), (10, 79));
    assert!(
        fault.expected.contains("(at point ") && fault.expected.contains("when "),
        "{faults}"
    );
}

#[test]
fn a_name_without_a_sweep_is_a_fault() {
    let start = GRID.find("    sweep").unwrap();
    let end = GRID.find("    arms").unwrap();
    let text = format!("{}{}", &GRID[..start], &GRID[end..]);
    let faults = parse_points("s.ron", &text, &vocabulary(), None).unwrap_err();
    let first = &faults.faults[0];
    assert_eq!(
        (first.found.as_str(), first.expected.as_str()),
        ("\"$level\"", "a value, or a `sweep` with an axis `level`")
    );
    let text = text
        .replace("\"$level\"", "0")
        .replace("\"$dose\"", "\"1 ug\"");
    let faults = parse_points("s.ron", &text, &vocabulary(), None).unwrap_err();
    assert_eq!(faults.faults[0].found, "`where` without a sweep");
}

#[test]
fn bands_for_points_that_are_not_there_are_faults() {
    let text = GRID
        .replace("grid(", "list(")
        .replace(
            r#"["0.05 1/d", "0.1 1/d"]"#,
            r#"["0.05 1/d", "0.1 1/d", "0.05 1/d"]"#,
        )
        .replace(r#"[0, "50 %"]"#, r#"[0, "50 %", 0]"#);
    let faults = parse_points("s.ron", &text, &vocabulary(), None).unwrap_err();
    let fault = &faults.faults[0];
    assert_eq!(
        (fault.line, fault.found.as_str()),
        (17, "values that no point has together")
    );
}

#[test]
fn a_grid_of_too_many_points_is_refused() {
    let values: Vec<String> = (0..101)
        .map(|value| (f64::from(value) / 1e3).to_string())
        .collect();
    let list = format!("[{}]", values.join(", "));
    let text = GRID.replace(r#"[0, "50 %"]"#, &list).replace(
        r#"["0.05 1/d", "0.1 1/d"]"#,
        &list
            .replace(", ", " 1/d\", \"")
            .replace('[', "[\"")
            .replace(']', " 1/d\"]"),
    );
    let faults = parse_points("s.ron", &text, &vocabulary(), None).unwrap_err();
    assert_eq!(faults.faults[0].found, "a grid of 3 x 101 x 101 points");
}

#[test]
fn points_of_too_many_arms_are_refused() {
    let arms: Vec<String> = (0..11)
        .map(|arm| format!("(name: \"arm {arm}\")"))
        .collect();
    let text = DRAWN
        .replace("points: 8", "points: 10000")
        .replace("arms: [", &format!("arms: [{}, ", arms.join(", ")));
    let faults = parse_points("s.ron", &text, &vocabulary(), None).unwrap_err();
    assert_eq!(
        (faults.faults[0].line, faults.faults[0].found.as_str()),
        (4, "10000 points of 12 arms")
    );
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(start in 0..GRID.len(), length in 0_usize..30, piece in "([\\(\\)\\[\\]{}:,\"$]|[0-9a-z ]|None|dose){0,6}") {
        for good in [GRID, DRAWN] {
            let start = good.floor_char_boundary(start.min(good.len()));
            let end = good.floor_char_boundary((start + length).min(good.len()));
            let mut text = good.to_owned();
            text.replace_range(start..end, &piece);
            if let Err(faults) = parse_points("s.ron", &text, &vocabulary(), None) {
                prop_assert!(!faults.faults.is_empty());
            }
        }
    }
}
