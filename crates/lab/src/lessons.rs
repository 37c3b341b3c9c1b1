//! The lessons: each a question, a prediction, something to try and an answer that the engine gives.

use crate::Error;
use serde::Deserialize;
use serde_json::{Value, json};

const TEXT: &str = include_str!("lessons/lessons.ron");

/// Scenarios by the names that lessons use.
const SCENARIOS: [(&str, &str); 5] = [
    ("sink", include_str!("lessons/sink.ron")),
    ("cd25", include_str!("lessons/cd25.ron")),
    ("il2", include_str!("lessons/il2.ron")),
    ("dose", include_str!("lessons/dose.ron")),
    ("luck", include_str!("lessons/luck.ron")),
];

/// A lesson.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Its name in links.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub what: String,
    /// What to predict before anything runs.
    pub predict: Question,
    /// What to do.
    pub try_it: String,
    /// What to look at.
    pub notice: String,
    /// Why it is so.
    pub explain: String,
    /// What can be answered afterwards.
    pub check: Question,
    /// Of the choices the right one, counted from 0.
    pub right: usize,
    /// Why it is right.
    pub because: String,
    /// What a teacher may add.
    pub teacher: String,
    /// What runs.
    pub view: View,
}

/// A question with choices.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub question: String,
    /// What may be chosen.
    pub choices: Vec<String>,
}

/// What runs in a lesson.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// One mouse, or well, of each arm of a scenario.
    Watch {
        /// Name of the scenario.
        scenario: String,
        /// What is drawn first.
        readouts: Vec<String>,
    },
    /// Many mice of a scenario.
    Crowd {
        /// Name of the scenario.
        scenario: String,
        /// How many of each arm.
        mice: u32,
        /// What is drawn.
        readout: String,
    },
    /// The network with two stable states.
    Switch {
        /// Molecules at the beginning.
        start: u32,
        /// Replicates.
        replicates: u32,
        /// Molecules that part the two states.
        border: u32,
    },
}

impl View {
    /// The text of its scenario, if it has one.
    pub fn scenario(&self) -> Option<&'static str> {
        let (Self::Watch { scenario, .. } | Self::Crowd { scenario, .. }) = self else {
            return None;
        };
        let (_, text) = SCENARIOS.iter().find(|(name, _)| name == scenario)?;
        Some(text)
    }

    fn told(&self) -> Value {
        match self {
            Self::Watch { readouts, .. } => {
                json!({ "kind": "watch", "scenario": self.scenario(), "readouts": readouts })
            }
            Self::Crowd { mice, readout, .. } => {
                json!({ "kind": "crowd", "scenario": self.scenario(), "mice": mice, "readout": readout })
            }
            Self::Switch {
                start,
                replicates,
                border,
            } => {
                json!({ "kind": "switch", "start": start, "replicates": replicates, "border": border })
            }
        }
    }
}

/// All lessons, in their order.
///
/// # Errors
/// [`Error::Shipped`] if their file is faulty (tested not to be).
pub fn lessons() -> Result<Vec<Lesson>, Error> {
    ron::from_str(TEXT).map_err(|error| Error::Shipped(format!("lessons.ron: {error}")))
}

fn told(lesson: &Lesson) -> Value {
    let question =
        |question: &Question| json!({ "question": question.question, "choices": question.choices });
    json!({
        "id": lesson.id, "title": lesson.title, "what": lesson.what, "predict": question(&lesson.predict),
        "try": lesson.try_it, "notice": lesson.notice, "check": question(&lesson.check), "view": lesson.view.told(),
    })
}

/// Lessons without their answers.
pub(crate) fn for_pupils(lessons: &[Lesson]) -> Value {
    lessons.iter().map(told).collect()
}

/// Lessons with all that belongs to them.
pub(crate) fn for_teachers(lessons: &[Lesson]) -> Value {
    let all = lessons.iter().map(|lesson| {
        let mut whole = told(lesson);
        whole["right"] = json!(lesson.right);
        whole["because"] = json!(lesson.because);
        whole["explain"] = json!(lesson.explain);
        whole["teacher"] = json!(lesson.teacher);
        whole
    });
    all.collect()
}

/// Whether a choice is right, and why; the explanation comes with the right one. `None` without such a lesson or choice.
pub(crate) fn judge(lessons: &[Lesson], id: &str, choice: usize) -> Option<Value> {
    let lesson = lessons.iter().find(|lesson| lesson.id == id)?;
    lesson.check.choices.get(choice)?;
    Some(match choice == lesson.right {
        true => json!({ "right": true, "because": lesson.because, "explain": lesson.explain }),
        false => json!({ "right": false }),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::plan;

    #[test]
    fn lessons_are_whole_and_within_the_lab() {
        let all = lessons().unwrap();
        assert!(all.len() >= 6);
        for lesson in &all {
            assert!(lesson.right < lesson.check.choices.len(), "{}", lesson.id);
            assert!(lesson.predict.choices.len() > 1, "{}", lesson.id);
            let Some(text) = lesson.view.scenario() else {
                assert!(matches!(lesson.view, View::Switch { .. }), "{}", lesson.id);
                continue;
            };
            let plan = plan::plan(text.to_owned());
            let plan = plan.unwrap_or_else(|why| panic!("{}: {}", lesson.id, why.0));
            assert!(!plan.bands.is_empty(), "{}: nothing is claimed", lesson.id);
            let drawn = match &lesson.view {
                View::Watch { readouts, .. } => readouts.clone(),
                View::Crowd { readout, .. } => vec![readout.clone()],
                View::Switch { .. } => Vec::new(),
            };
            for readout in drawn {
                let is_it =
                    |planned: &paracrine_scenario::plan::PlannedReadout| planned.name == readout;
                assert!(plan.readouts.iter().any(is_it), "{}: {readout}", lesson.id);
            }
        }
    }

    #[test]
    fn a_wrong_choice_tells_nothing() {
        let all = lessons().unwrap();
        let lesson = &all[0];
        let wrong = (lesson.right + 1) % lesson.check.choices.len();
        assert_eq!(
            judge(&all, &lesson.id, wrong).unwrap(),
            json!({ "right": false })
        );
        assert_eq!(
            judge(&all, &lesson.id, lesson.right).unwrap()["right"],
            true
        );
        assert!(judge(&all, &lesson.id, 99).is_none());
        let pupils = for_pupils(&all).to_string();
        assert!(!pupils.contains(&lesson.because) && !pupils.contains("\"right\""));
    }
}
