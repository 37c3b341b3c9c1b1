//! The checks of `stop_when`: when a run has enough replicates.

use super::{AT, Checker, TIME};
use crate::language::reader::{At, Form, Key, may, need};
use crate::language::scenario::{LEAST_BATCH, StopRule, Tolerance};

const STOP_EXAMPLE: &str =
    "(readout: \"activated_fraction(Tcon)\", arm: \"wild type\", at: \"42 d\", half_width: 0.02)";
pub(super) const STOP: &[Key] = &[
    need("readout", "\"activated_fraction(Tcon)\"")
        .is(Form::Reading, "one of the scenario's readouts"),
    need("arm", "\"wild type\"").is(Form::Text, "one of the scenario's arms"),
    need("at", "\"42 d\"").is(TIME, AT),
    may("half_width").is(
        Form::Number,
        "half of the 95 % interval of the median must be less than this, in the readout's unit",
    ),
    may("relative").is(
        Form::Fraction,
        "half of the 95 % interval must be less than this share of what it is an interval of",
    ),
    may("difference_from").is(
        Form::Text,
        "the arm from which the median's difference is meant, not the median itself",
    ),
];

/// Mice in a batch unless the scenario says otherwise.
const BATCH: u32 = 8;

impl<'d> Checker<'d> {
    /// When the run has enough replicates; `at` and `batch` are the values of these keys in `run`.
    pub(super) fn stop(&mut self, at: Option<&At<'d>>, batch: Option<&At<'d>>) -> Option<StopRule> {
        let Some(at) = at else {
            if let Some(batch) = batch {
                let found = "`batch` without `stop_when`";
                self.reader.fault(batch, found, "both, or neither");
            }
            return None;
        };
        let batch = batch.map_or(BATCH, |at| {
            let expected = format!(
                "a whole number from {LEAST_BATCH} (fewer values have no 95 % interval of their median) to {}",
                u32::MAX
            );
            self.whole_u32(at, LEAST_BATCH, &expected)
        });
        let before = self.reader.faults.len();
        let group = self.reader.group(at, STOP, STOP_EXAMPLE)?;
        let is_whole = self.reader.faults.len() == before;
        let readout = group.get("readout").and_then(|at| self.readout_or_name(at));
        let arm = group.get("arm").and_then(|at| self.arm(at));
        let difference_from = group.get("difference_from").map(|at| {
            let other = self.arm(at);
            if other.is_some() && other == arm {
                let found = "the arm itself";
                self.reader.fault(at, found, "another arm than `arm`");
            }
            other
        });
        let at_d = group.get("at").map(|at| self.time_in_run(at));
        let half_width = group.get("half_width").map(|at| {
            const EXPECTED: &str = "a number in the readout's unit, not below zero";
            let width = self.reader.number(at, EXPECTED);
            if width < 0.0 {
                self.reader.out_of_bounds(at, EXPECTED);
            }
            Tolerance::HalfWidth(width)
        });
        let relative = group
            .get("relative")
            .map(|at| Tolerance::Relative(self.reader.fraction(at)));
        let tolerance = match (half_width, relative) {
            (Some(tolerance), None) | (None, Some(tolerance)) => tolerance,
            // It may be the key that is not known.
            (None, None) if !is_whole => return None,
            (both, _) => {
                let found = if both.is_some() {
                    "`half_width` and `relative`"
                } else {
                    "no width"
                };
                let expected = "one of `half_width` and `relative`";
                self.reader.fault(at, found, expected);
                return None;
            }
        };
        Some(StopRule {
            readout: readout?,
            arm: arm?,
            at_d: at_d?,
            tolerance,
            // `None` in it is a fault that was told.
            difference_from: difference_from.flatten(),
            batch,
        })
    }
}
