//! What a well cannot do is said, with its place.

use paracrine_scenario::catalogue::Source;
use paracrine_scenario::plan::{Overrides, Plan};

const WELL: &str = r#"(
    title: "a well for faults", question: "what is wrong?",
    host: culture(volume: "1 ml", medium: (il2: "10 pM"), supply: clamped),
    run: (until: "4 h"),
    arms: [(name: "a", interventions: [
        transfer(kind: "NK", cells: "1e5 cells", at: "0 h"),
    ])],
    readouts: ["pstat5(NK)"],
)"#;

fn faults(text: &str) -> String {
    let source = Source {
        name: "well".into(),
        origin: "well.ron".into(),
        text: text.into(),
    };
    match Plan::new(source, &Overrides::default()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn faults_of_wells_have_their_place() {
    assert_eq!(faults(WELL), "");
    let transfer = r#"transfer(kind: "NK", cells: "1e5 cells", at: "0 h"),"#;
    for (from, to, expected) in [
        (
            "pstat5(NK)",
            "concentration(IL-7, spleen)",
            "well.ron:8:16: found `concentration(IL-7, spleen)`, of which a well has none, expected a readout of cells or of the medium",
        ),
        (
            "pstat5(NK)",
            "count(NK, thymus)",
            r#"well.ron:8:27: found "thymus", expected an organ with cells: "spleen", "lymph nodes" or "tissue""#,
        ),
        (
            "pstat5(NK)",
            "alive",
            "well.ron:8:16: found `alive`, of which a well has none, expected a readout of cells or of the medium",
        ),
        (
            transfer,
            r#"inject(ligand: "IL-2", dose: "20 pM", at: "0 h"),"#,
            "well.ron:6:38: found a dose into held IL-2, expected a well whose IL-2 is used up: `supply: closed`",
        ),
        (
            transfer,
            r#"stimulate(kind: "NK", fraction: 1, at: "0 h"),"#,
            "well.ron:6:25: found \"NK\", which has no receptors that wait for antigen, expected DC, a group, or one of naive CD4",
        ),
        (
            r#"medium: (il2: "10 pM"), supply: clamped"#,
            r#"medium: (il2: "10 M"), supply: closed"#,
            "well.ron:3:49: found 6.0e21 molecules of IL-2 in the well, expected at most 1e18 molecules",
        ),
        (
            r#"at: "0 h""#,
            r#"at: "4 h""#,
            "well.ron:6:54: found 4 h, expected a time before the end of the run at 4 h",
        ),
        (
            "culture(volume: \"1 ml\", medium: (il2: \"10 pM\"), supply: clamped)",
            "culture",
            "well.ron:3:11: found `culture` without what it holds, expected culture(volume:",
        ),
    ] {
        assert!(WELL.contains(from), "{from}");
        let found = faults(&WELL.replace(from, to));
        assert!(found.contains(expected), "{to}: {found}");
    }
}

/// Shares of organs are parts of a whole; the fault stands at the value that was given.
#[test]
fn organs_hold_no_more_than_all_cells() {
    let run = "run: (";
    let overlaid = WELL.replace(
        run,
        &format!(r#"overlay: {{"spleen_t_share": "0.9"}}, {run}"#),
    );
    assert_ne!(overlaid, WELL);
    let found = faults(&overlaid);
    let expected = "found 0.9, expected at most 1 with `node_t_share`, which is 0.15";
    assert!(found.contains(expected), "{found}");
}
