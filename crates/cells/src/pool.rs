//! Soluble IL-2 as an integer ledger: organs, serum and an injection depot.
//!
//! The pool of an organ turns over in minutes while fates take hours, so the concentration cells see during a step is the
//! mean solved from the balance of the whole step (implicit; [`solve_concentration`]); afterwards every cell settles its
//! own integer molecules against the pool, in order. Every molecule that ever existed is in one of the ledger's
//! accounts, and [`Ledger::imbalance`] is zero at all times.

use crate::organ::PLACES;
use crate::receptors::FORMS;
use paracrine_kernel::draw;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Molecules per pM and ml: 1e-12 mol/l x 1e-3 l x Avogadro's number.
pub const MOLECULES_PER_PM_ML: f64 = 6.022_140_76e8;

/// Molecules of each form of IL-2.
pub type Molecules = [i128; FORMS];

/// The sum of both, form by form.
pub fn sum(a: Molecules, b: Molecules) -> Molecules {
    std::array::from_fn(|form| a[form] + b[form])
}

/// Molecules on and in `cells` cells that each hold so many of each form.
pub fn times(cells: u64, ligands: [u32; FORMS]) -> Molecules {
    ligands.map(|ligand| i128::from(cells) * i128::from(ligand))
}

/// What is left of `a` without `b`, form by form.
pub fn less(a: Molecules, b: Molecules) -> Molecules {
    std::array::from_fn(|form| a[form] - b[form])
}

/// Accounts of the molecules of one form of IL-2 in one mouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Free in each peripheral organ; in a well all of it is in the last.
    pub free: [i128; PLACES],
    /// In the injection depot.
    pub depot: i128,
    /// Came in by secretion.
    pub secreted: i128,
    /// Came in by injection.
    pub injected: i128,
    /// Came in or left with cells transferred or removed by an intervention.
    pub carried: i128,
    /// Degraded inside cells.
    pub degraded: i128,
    /// Left by decay, by the serum or by incomplete absorption.
    pub cleared: i128,
    /// Lost on dying cells.
    pub died: i128,
    /// Difference made by agents that stand for others: mergers and doubled weights (mean zero), bursts taken at once.
    pub resampled: i128,
}

impl Ledger {
    /// Takes a share of what is in the depot out of it, drawn molecule by molecule. Returns how many.
    pub fn release<R: Rng + ?Sized>(&mut self, share: f64, rng: &mut R) -> i128 {
        let released = i128::from(draw::binomial(rng, self.depot as u64, share));
        self.depot -= released;
        released
    }

    /// Molecules that came in less those accounted for; `on_cells` is what agents hold now, times weight.
    pub fn imbalance(&self, on_cells: i128) -> i128 {
        self.secreted + self.injected + self.carried + self.resampled
            - (self.free.iter().sum::<i128>()
                + self.depot
                + self.degraded
                + self.cleared
                + self.died
                + on_cells)
    }
}

/// Solves `balance(c) = 0` for the mean concentration of a step, pM.
///
/// `balance` is the supply left over at `c` (start + inflow - losses - uptake - what stays); it falls strictly with `c`.
/// It must fall below zero in the end; tissue of any volume sees to that. Brackets the root from `guess` outward, then
/// takes secants (Illinois variant of regula falsi), to a relative 1e-5. Zero if there is nothing to share.
pub fn solve_concentration(guess: f64, balance: impl FnMut(f64) -> f64) -> f64 {
    solve_with_slope(guess, balance).0
}

/// The same, with the slope of `balance` between two concentrations about it.
pub fn solve_with_slope(guess: f64, mut balance: impl FnMut(f64) -> f64) -> (f64, f64) {
    const SMALLEST: f64 = 1e-12;
    const TOLERANCE: f64 = 1e-5;
    let mut near = guess.max(1e-6);
    let mut f_near = balance(near);
    // The first guess is seldom far off; if it is, strides grow.
    let mut stride = 1.2;
    let (mut low, mut f_low, mut high, mut f_high) = loop {
        let upward = f_near > 0.0;
        let far = if upward { near * stride } else { near / stride };
        if far <= SMALLEST {
            return (0.0, 0.0);
        }
        let f_far = balance(far);
        if (f_far > 0.0) != upward {
            break if upward {
                (near, f_near, far, f_far)
            } else {
                (far, f_far, near, f_near)
            };
        }
        (near, f_near) = (far, f_far);
        stride = f64::min(4.0 * stride, 64.0);
    };
    let slope = (f_high - f_low) / (high - low);
    let mut last = f64::NAN;
    let mut stayed = 0;
    for _ in 0..60 {
        let trial = (low * f_high - high * f_low) / (f_high - f_low);
        let trial = if trial > low && trial < high {
            trial
        } else {
            0.5 * (low + high)
        };
        if (trial - last).abs() <= TOLERANCE * trial || high - low <= TOLERANCE * high {
            return (trial, slope);
        }
        last = trial;
        let f = balance(trial);
        // The end that stays twice is halved.
        if f > 0.0 {
            (low, f_low) = (trial, f);
            if stayed == 1 {
                f_high *= 0.5;
            }
            stayed = 1;
        } else {
            (high, f_high) = (trial, f);
            if stayed == -1 {
                f_low *= 0.5;
            }
            stayed = -1;
        }
    }
    (0.5 * (low + high), slope)
}

/// Mean concentration of a step that begins at `start`, from `implicit`, the one for which supply, losses over the step and what
/// stays were balanced as if it stayed at the mean. `turnover` is the relative loss in the step, its slope over that of the
/// content.
///
/// Exact for a pool with linear losses: with `z` the turnover, the mean is `a = (1 - exp(-z))/z` of the way back from the
/// balance of source and loss to the start, the end `exp(-z)` of it. Near `implicit` where turnover is fast.
pub fn mean_of_step(implicit: f64, start: f64, turnover: f64) -> f64 {
    if turnover < 1e-3 {
        // Below the rounding of what follows; the mean of start and end.
        return 0.5 * (start + implicit);
    }
    let left = libm::exp(-turnover);
    let average = -libm::expm1(-turnover) / turnover;
    let kept = left / average;
    let balance = (1.0 - kept) / (1.0 - average);
    let (of_mean, of_start) = (balance + kept, average * balance);
    ((turnover + 1.0) * implicit + of_start * start) / (turnover + of_mean)
}

/// By how much the concentration rises in such a step: the straight line that is nearest to its course, from start to end, pM.
///
/// Exact for a pool with linear losses. What is lost at once, long before the end, hardly counts.
pub fn drift_of_step(implicit: f64, start: f64, turnover: f64) -> f64 {
    let at_first = (turnover + 1.0) * (implicit - start);
    if turnover < 1e-3 {
        return at_first;
    }
    let left = libm::exp(-turnover);
    let average = -libm::expm1(-turnover) / turnover;
    at_first * 12.0 / turnover * (0.5 * average - (average - left) / turnover)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_found_from_any_guess() {
        for root in [1e-9, 1e-3, 0.5, 40.0, 1e6] {
            for guess in [0.0, 1e-4, 1.0, 1e5] {
                let c = solve_concentration(guess, |c| {
                    3.0 * root / (root + 1.0) - 3.0 * c / (c + 1.0) + (root - c) * 0.1
                });
                assert!((c / root - 1.0).abs() < 1e-4, "{c} for {root} from {guess}");
            }
        }
    }

    /// A pool that is filled at a constant rate and lost in proportion, by its closed form.
    #[test]
    fn mean_of_step_is_exact_for_linear_losses() {
        for (start, source, turnover) in [
            (10.0, 0.0, 0.5f64),
            (1.0, 30.0, 3.0),
            (5.0, 2.0, 40.0),
            (4.0, 1.0, 0.01),
            (2.0, 7.0, 1e-4),
        ] {
            // In a step of one: c' = source - turnover c; implicit: c = (start + source)/(1 + turnover).
            let implicit = (start + source) / (1.0 + turnover);
            let settled = source / turnover;
            let average = -libm::expm1(-turnover) / turnover;
            let exact = settled + (start - settled) * average;
            let found = mean_of_step(implicit, start, turnover);
            assert!((found / exact - 1.0).abs() < 1e-3, "{found} for {exact}");
        }
    }

    /// The straight line nearest to the course in the sense of least squares, summed over 10 000 points.
    #[test]
    fn drift_of_step_is_the_nearest_line() {
        for (start, settled, turnover) in [(10.0, 0.0, 0.5f64), (1.0, 30.0, 3.0), (5.0, 0.05, 40.0)]
        {
            let implicit = (start + settled * turnover) / (1.0 + turnover);
            let points = 10_000;
            let moment: f64 = (0..points)
                .map(|i| {
                    let time = (f64::from(i) + 0.5) / f64::from(points);
                    let course = settled + (start - settled) * libm::exp(-turnover * time);
                    course * (time - 0.5)
                })
                .sum();
            let expected = 12.0 * moment / f64::from(points);
            let found = drift_of_step(implicit, start, turnover);
            assert!(
                (found / expected - 1.0).abs() < 1e-4,
                "{found} for {expected}"
            );
        }
    }

    #[test]
    fn nothing_to_share_is_zero() {
        assert_eq!(solve_concentration(1.0, |c| -c).to_bits(), 0.0f64.to_bits());
    }
}
