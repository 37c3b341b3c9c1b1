//! A text from a page as a plan: checked, within the limits, without a way to files.

use crate::limits::{MOST_AGENTS, MOST_ARMS, MOST_CELLS, MOST_READOUTS, MOST_SAMPLES, MOST_STEPS};
use paracrine_scenario::Error;
use paracrine_scenario::catalogue::{MODELS, Source};
use paracrine_scenario::language::{model_of, sweeps};
use paracrine_scenario::plan::{Overrides, Plan};
use serde_json::{Value, json};

/// What the text is called in messages and tables.
pub(crate) const NAME: &str = "lab";

/// Why there is no plan, as it is told to the page.
#[derive(Debug)]
pub(crate) struct NoPlan(pub(crate) Value);

fn beyond(found: &str, expected: &str) -> NoPlan {
    let message = format!(
        "found {found}, expected {expected}: the lab shows small runs, `paracrine run` has no such limit"
    );
    NoPlan(json!({ "error": message }))
}

/// The plan of a text.
pub(crate) fn plan(text: String) -> Result<Plan, NoPlan> {
    // A model of another name would be looked for among the files of this machine.
    let name = model_of(&text);
    let shipped = MODELS
        .iter()
        .find(|model| Some(model.name) == name.as_deref());
    if let (Some(name), None) = (&name, shipped) {
        return Err(beyond(
            &format!("the model {name:?}"),
            "a model that comes with the program",
        ));
    }
    // Each of its points would be planned before anything could be counted.
    if sweeps(&text) {
        return Err(beyond("a sweep", "one scenario"));
    }
    // With a text at hand no file is opened, whatever the name turns out to be.
    let model = shipped.map_or("()", |model| model.text).to_owned();
    let source = Source {
        name: NAME.into(),
        origin: format!("{NAME}.ron"),
        text,
    };
    let mut plan =
        Plan::again(source, Some(model), &Overrides::default()).map_err(|error| told(&error))?;
    // Looking changes nothing, and nobody would read them here.
    plan.snapshots_d.clear();
    let (cells, samples) = (plan.run.cells, plan.samples());
    if plan.adults().is_some() {
        return Err(beyond("`start`", "mice that begin at birth"));
    }
    if cells > MOST_CELLS {
        let expected = format!("at most {MOST_CELLS}");
        return Err(beyond(&format!("{cells} cells"), &expected));
    }
    if plan.arms.len() > MOST_ARMS {
        let expected = format!("at most {MOST_ARMS}");
        return Err(beyond(&format!("{} arms", plan.arms.len()), &expected));
    }
    let agents = plan.agents_of_all_arms();
    if agents > MOST_AGENTS {
        let found = format!(
            "up to {agents:.0} agents in all arms, by what is transferred, marked and stimulated"
        );
        return Err(beyond(&found, &format!("at most {MOST_AGENTS}")));
    }
    if plan.readouts.len() > MOST_READOUTS {
        let found = format!("{} readouts", plan.readouts.len());
        return Err(beyond(&found, &format!("at most {MOST_READOUTS}")));
    }
    if plan.steps() > MOST_STEPS {
        let found = format!("{} steps of {} h", plan.steps(), plan.step_h);
        return Err(beyond(&found, &format!("at most {MOST_STEPS}")));
    }
    if samples > MOST_SAMPLES {
        let found = format!("{samples} samples");
        return Err(beyond(&found, &format!("at most {MOST_SAMPLES}")));
    }
    Ok(plan)
}

/// A fault for the page, with its places.
pub(crate) fn told(error: &Error) -> NoPlan {
    let Error::Faults(faults) = error else {
        return NoPlan(json!({ "error": error.to_string() }));
    };
    let list: Vec<Value> = faults
        .faults
        .iter()
        .map(
            |fault| json!({ "line": fault.line, "column": fault.column, "message": fault.message }),
        )
        .collect();
    NoPlan(json!({ "error": "the scenario has faults", "faults": list }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    const TEXT: &str = r#"(title: "t", question: "q", run: (until: "10 d", cells: 500), arms: [(name: "a")], readouts: ["count(T)"])"#;

    #[test]
    fn what_is_beyond_the_lab_is_refused_in_words() {
        assert!(plan(TEXT.into()).is_ok());
        for (from, to, word) in [
            ("(title", "(model: \"../own.ron\", title", "../own.ron"),
            ("(title", "(model: \"/etc/passwd\", title", "/etc/passwd"),
            (
                "(title",
                "(model: \"mouse\", model: \"own.ron\", title",
                "model",
            ),
            (
                "(title",
                "(sweep: list(axes: [(name: \"treg_death\", values: [])]), title",
                "a sweep",
            ),
            ("(title", "(start: adult(at: \"5 d\"), title", "`start`"),
            ("cells: 500", "cells: 100000", "100000 cells"),
            ("10 d", "300 d", "7200 steps"),
            (
                "cells: 500",
                "cells: 500, sample_every: \"1 min\"",
                "samples",
            ),
        ] {
            let text = TEXT.replace(from, to);
            assert_ne!(text, TEXT);
            let NoPlan(told) = plan(text).unwrap_err();
            assert!(told.to_string().contains(word), "{to}: {told}");
        }
    }

    #[test]
    fn both_models_of_the_program_may_be_named() {
        for name in ["mouse", "human-cells"] {
            let named = TEXT.replace("(title", &format!("(model: \"{name}\", title"));
            let wells = named.replace(
                "question: \"q\",",
                "question: \"q\", host: culture(volume: \"1 ml\"),",
            );
            assert_eq!(plan(wells.replace("10 d", "10 h")).unwrap().model, name);
        }
    }

    #[test]
    fn faults_keep_their_places() {
        let NoPlan(told) = plan(TEXT.replace("count(T)", "cuont(T)")).unwrap_err();
        assert_eq!(told["faults"][0]["line"], 1);
        assert!(told.to_string().contains("did you mean"), "{told}");
    }
}
