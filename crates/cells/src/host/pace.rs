//! How often a cell's turn comes: every step, or every fourth for resting cells while they see almost no IL-2.
//!
//! A turn covers four hours, the time since the last one (the first turn of a new cell comes up to three hours early); turns of
//! resting cells are staggered. Above [`ALERT_PM`] of IL-2 they take every step; at a change to and fro a cell loses and gains the
//! same hour and a half in the mean.

use crate::drug::Open;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use crate::receptors::{Form, Rates};
use crate::signal::Memory;

/// Steps between turns of a resting cell in a mouse.
const RESTING_STRIDE: u64 = 4;

/// IL-2 at which resting cells no longer rest, pM: a four-hour step would be off by more than a per cent.
pub const ALERT_PM: f64 = 30.0;

/// What one turn of a given length needs, computed once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Rates of receptors.
    pub(super) rates: Rates,
    /// Signal memories.
    pub(super) memory: Memory,
    /// Length, d.
    pub(super) dt_d: f64,
}

/// The turns of all kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    every_step: Turn,
    resting: Turn,
    /// Steps between turns of a resting cell.
    stride: u64,
    /// Whether resting cells take every step.
    is_alert: bool,
}

impl Turn {
    fn new(p: &Parameters, dt_h: f64) -> Self {
        Self {
            rates: Rates::new(p, dt_h),
            memory: Memory::new(p, dt_h),
            dt_d: dt_h / 24.0,
        }
    }
}

impl Pace {
    /// Turns in steps of `step_h` hours; resting cells take every step too unless they `idle`.
    /// Cells may meet `forms` of IL-2 beside IL-2 itself.
    pub(super) fn new(p: &Parameters, step_h: f64, idle: bool, forms: &[Form]) -> Self {
        let stride = if idle { RESTING_STRIDE } else { 1 };
        let mut pace = Self {
            every_step: Turn::new(p, step_h),
            resting: Turn::new(p, step_h * stride as f64),
            stride,
            is_alert: false,
        };
        for turn in [&mut pace.every_step, &mut pace.resting] {
            turn.rates.give(p, forms);
        }
        pace
    }

    /// Sets the pace of a step that begins at `c` pM of IL-2, and with more IL-7 or IL-15 than there ever is without injections if `is_flooded`.
    pub(super) fn attend(&mut self, c: f64, is_flooded: bool) {
        self.is_alert = c >= ALERT_PM || is_flooded;
    }

    /// Lets binding find what drugs leave open.
    pub(super) fn open(&mut self, open: &Open) {
        for turn in [&mut self.every_step, &mut self.resting] {
            turn.rates.open(open);
        }
    }

    /// Whether it is the cell's turn in this step.
    pub(super) const fn is_due(&self, agent: &Agent, epoch: u64) -> bool {
        !self.rests(agent.kind)
            || (agent.key.0 as u64)
                .wrapping_add(epoch)
                .is_multiple_of(self.stride)
    }

    /// Whether cells of a kind take the long turn.
    pub(super) const fn rests(&self, kind: Kind) -> bool {
        self.stride > 1 && is_resting(kind) && !self.is_alert
    }

    /// The turn of a kind.
    pub(super) const fn of(&self, kind: Kind) -> &Turn {
        if self.rests(kind) {
            &self.resting
        } else {
            &self.every_step
        }
    }
}

/// Time between the turns of a cell of a mouse at `c` pM of IL-2, h.
pub fn turn_h(kind: Kind, c: f64) -> f64 {
    if is_resting(kind) && c < ALERT_PM {
        super::STEP_H * RESTING_STRIDE as f64
    } else {
        super::STEP_H
    }
}

const fn is_resting(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::NaiveCd4 | Kind::NaiveCd8 | Kind::B | Kind::Plasma | Kind::Macrophage
    )
}
