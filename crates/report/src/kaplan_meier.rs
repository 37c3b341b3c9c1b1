//! The product-limit estimate of survival (Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452).

/// The estimate after one age at which something happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    /// Age, in the unit of the input.
    pub(crate) time: f64,
    /// Share still free of the event just after `time`, 0 to 1.
    pub(crate) survival: f64,
}

/// Survival by age from one `(time, happened)` a subject; `happened = false` means last seen without the event.
///
/// At each age with `d` events among the `n` still watched, survival is multiplied by `1 - d/n`. A subject last seen at the
/// age of an event counts as watched at that age. Returns one step an age with events, by age.
pub(crate) fn survival(subjects: &[(f64, bool)]) -> Vec<Step> {
    let mut subjects = subjects.to_vec();
    subjects.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut steps = Vec::new();
    let (mut watched, mut share) = (subjects.len(), 1.0);
    for group in subjects.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let events = group.iter().filter(|(_, happened)| *happened).count();
        if events > 0 {
            share *= 1.0 - events as f64 / watched as f64;
            steps.push(Step {
                time: group[0].0,
                survival: share,
            });
        }
        watched -= group.len();
    }
    steps
}

/// How many of `subjects` are still watched, and without the event, just before `time`.
pub(crate) fn at_risk(subjects: &[(f64, bool)], time: f64) -> usize {
    subjects.iter().filter(|(end, _)| *end >= time).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_case_worked_by_hand() {
        // Six mice: deaths at 10, 20, 20 and 40; last seen at 20 and 50.
        let mice = [
            (20.0, true),
            (10.0, true),
            (50.0, false),
            (20.0, false),
            (40.0, true),
            (20.0, true),
        ];
        let steps = survival(&mice);
        let expected = [
            (10.0, 5.0 / 6.0),
            (20.0, 5.0 / 6.0 * 3.0 / 5.0),
            (40.0, 0.25),
        ];
        assert_eq!(steps.len(), expected.len());
        for (step, (time, survival)) in steps.iter().zip(expected) {
            assert!(
                (step.time - time).abs() < 1e-12 && (step.survival - survival).abs() < 1e-12,
                "{step:?}"
            );
        }
        assert_eq!(
            [0.0, 10.0, 20.0, 21.0, 50.0].map(|time| at_risk(&mice, time)),
            [6, 6, 5, 2, 1]
        );
    }

    #[test]
    fn nobody_dies_and_everybody_dies() {
        assert!(survival(&[(42.0, false); 6]).is_empty());
        assert_eq!(
            survival(&[(3.0, true); 6]),
            [Step {
                time: 3.0,
                survival: 0.0
            }]
        );
        assert!(survival(&[]).is_empty());
    }
}
