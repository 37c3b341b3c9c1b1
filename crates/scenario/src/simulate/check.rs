//! The statistics that a model expects, compared with those of a run.

use crate::comparison::Verdict;
use crate::language::Statistic;
use crate::simulate::plan::Plan;
use paracrine_kernel::statistics::Summary;
use serde::{Deserialize, Serialize};

/// Sampling errors that a statistic may be off: a right one is beyond with a probability of 1e-6.
const SAMPLING_ERRORS: f64 = 4.891_638;
/// The same probability, for a bound that holds for any share and any number of replicates.
const FALSE_ALARM: f64 = 1e-6;
/// With fewer replicates a sampling error is not known well enough to judge.
pub const FEWEST: u64 = 30;
/// What is granted to values of the ODE method, as a share, where the model grants nothing.
const ODE_TOLERANCE: f64 = 1e-5;

/// One expected number and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The quantity or formula as written.
    pub quantity: String,
    /// Name of the statistic.
    pub statistic: String,
    /// When.
    pub time: f64,
    /// Replicates that reached that time.
    pub n: u64,
    /// What was found; `None` if the run or some replicates ended before, or the method does not give it.
    pub found: Option<f64>,
    /// What was expected.
    pub expected: f64,
    /// By how much it may be off; `None` if that is not known.
    pub allowed: Option<f64>,
    /// `in`, `out` or nothing.
    pub verdict: String,
    /// Who says so.
    pub source: String,
}

impl Check {
    /// Inside or outside; `None` where nothing can be said.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.verdict.as_str() {
            "in" => Some(Verdict::In),
            "out" => Some(Verdict::Out),
            _ => None,
        }
    }
}

/// Compares; `summaries` has one entry per expectation of the plan's model.
pub(super) fn checks(plan: &Plan, summaries: &[Summary]) -> Vec<Check> {
    let deterministic = plan.choice.method.is_deterministic();
    plan.model
        .expectations
        .iter()
        .zip(summaries)
        .map(|(expectation, summary)| {
            let applies = deterministic == (expectation.statistic == Statistic::Ode);
            let complete = summary.count() == plan.count();
            let found = (applies && complete)
                .then(|| found(expectation.statistic, summary))
                .filter(|found| found.is_finite());
            let granted = expectation
                .tolerance
                .unwrap_or(match expectation.statistic {
                    Statistic::Ode => ODE_TOLERANCE,
                    _ => 0.0,
                });
            let allowed = sampling_error(expectation.statistic, expectation.value, summary)
                .map(|error| error + granted * expectation.value.abs());
            let verdict = found.zip(allowed).map(|(found, allowed)| {
                // Rounding must not decide where nothing is allowed.
                let rounding = 1e-12 * expectation.value.abs();
                if (found - expectation.value).abs() <= allowed + rounding {
                    "in"
                } else {
                    "out"
                }
            });
            Check {
                quantity: expectation.quantity.clone(),
                statistic: expectation.statistic.name().to_owned(),
                time: expectation.at,
                n: summary.count(),
                found,
                expected: expectation.value,
                allowed: allowed.filter(|_| found.is_some()),
                verdict: verdict.unwrap_or_default().to_owned(),
                source: expectation.source.clone().unwrap_or_default(),
            }
        })
        .collect()
}

fn found(statistic: Statistic, summary: &Summary) -> f64 {
    match statistic {
        Statistic::Mean | Statistic::Probability | Statistic::Ode => summary.mean(),
        Statistic::Sd => summary.sd(),
        Statistic::Variance => summary.variance(),
    }
}

/// By how much a right statistic of so many replicates may be off by chance; `None` if there are too few of them.
fn sampling_error(statistic: Statistic, expected: f64, summary: &Summary) -> Option<f64> {
    let n = summary.count() as f64;
    let enough = summary.count() >= FEWEST;
    match statistic {
        Statistic::Ode => Some(0.0),
        // Bernstein's inequality: exp(-n t^2 / (2 (v + t / 3))) = FALSE_ALARM / 2, solved for t.
        Statistic::Probability => {
            let exponent = (2.0 / FALSE_ALARM).ln() / n;
            let linear = exponent / 3.0;
            let variance = expected * (1.0 - expected);
            let error = linear + (linear * linear + 2.0 * exponent * variance).sqrt();
            // What is certain, or impossible, leaves nothing to chance.
            Some(if variance > 0.0 { error } else { 0.0 })
        }
        _ if !enough => None,
        Statistic::Mean => Some(SAMPLING_ERRORS * summary.sd() / n.sqrt()),
        Statistic::Variance => Some(SAMPLING_ERRORS * variance_error(summary)),
        Statistic::Sd => {
            let sd = summary.sd();
            Some(if sd > 0.0 {
                SAMPLING_ERRORS * variance_error(summary) / (2.0 * sd)
            } else {
                0.0
            })
        }
    }
}

/// Standard error of a sample variance: `s^2 sqrt((k - (n - 3) / (n - 1)) / n)` with the kurtosis `k`.
fn variance_error(summary: &Summary) -> f64 {
    let n = summary.count() as f64;
    let variance = summary.variance();
    if variance <= 0.0 {
        return 0.0;
    }
    variance * ((summary.kurtosis() - (n - 3.0) / (n - 1.0)).max(0.0) / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(values: impl IntoIterator<Item = f64>) -> Summary {
        let mut summary = Summary::default();
        values.into_iter().for_each(|value| summary.add(value));
        summary
    }

    /// For a normal law the standard error of the variance is the variance times sqrt(2 / n).
    #[test]
    fn errors_are_those_of_theory() {
        // The sum of twelve numbers from a grid: kurtosis 3 - 0.1.
        let mut state = 1u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let n = 20_000;
        let summary = summary((0..n).map(|_| (0..12).map(|_| uniform()).sum::<f64>()));
        let mean = sampling_error(Statistic::Mean, 6.0, &summary).unwrap_or(0.0);
        assert!((mean / (SAMPLING_ERRORS / f64::from(n).sqrt()) - 1.0).abs() < 0.02);
        let variance = sampling_error(Statistic::Variance, 1.0, &summary).unwrap_or(0.0);
        let expected = SAMPLING_ERRORS * (1.9 / f64::from(n)).sqrt();
        assert!(
            (variance / expected - 1.0).abs() < 0.05,
            "{variance} {expected}"
        );
        let sd = sampling_error(Statistic::Sd, 1.0, &summary).unwrap_or(0.0);
        assert!((sd / variance - 0.5).abs() < 0.02);
    }

    #[test]
    fn a_share_may_be_off_by_a_little_more_than_its_normal_bound() {
        let summary = summary((0..10_000).map(|n| f64::from(n % 2)));
        let allowed = sampling_error(Statistic::Probability, 0.5, &summary).unwrap_or(0.0);
        assert!(allowed > 4.89 * 0.005 && allowed < 5.6 * 0.005, "{allowed}");
        assert_eq!(
            sampling_error(Statistic::Probability, 1.0, &summary),
            Some(0.0)
        );
    }

    #[test]
    fn few_replicates_are_not_judged() {
        let summary = summary((0..29).map(f64::from));
        assert_eq!(sampling_error(Statistic::Mean, 1.0, &summary), None);
    }
}
