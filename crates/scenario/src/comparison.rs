//! Arms against the first arm, and against published bands.

use crate::compared::Compared;
use crate::language::RowBand;
use crate::plan::Plan;
use crate::statistics::{LEAST_FOR_INTERVAL, median, paired_difference, quantile, sorted};
use rayon::prelude::*;

/// Whether a median is in its published band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Inside.
    In,
    /// Outside.
    Out,
    /// Not judged: mice of so few agents that their medians move with the number ([`Plan::is_coarse`]).
    NotJudged,
}

impl Verdict {
    /// As tables say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::NotJudged => "not judged",
        }
    }

    /// The verdict of that name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::In, Self::Out, Self::NotJudged]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }
}

/// One readout of one arm at one age.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Index of the arm among those of all points of a sweep.
    pub arm: usize,
    /// Index of the readout.
    pub readout: usize,
    /// Age, d.
    pub at_d: f64,
    /// Mice simulated.
    pub mice: usize,
    /// Of these, dead by that age; they count with their last sample.
    pub dead: usize,
    /// Median, smallest and largest value over mice; `None` if no mouse has one.
    pub values: Option<(f64, f64, f64)>,
    /// Difference of medians from the first arm, with its 95 % bootstrap interval.
    pub difference: Option<(f64, Option<(f64, f64)>)>,
    /// Whether fewer pairs of mice have a value than [an interval of 95 % takes](LEAST_FOR_INTERVAL), so that that of the difference only
    /// says how far medians of resamples go.
    pub is_resampled: bool,
    /// Published band, if any.
    pub band: Option<BandVerdict>,
}

impl Comparison {
    /// What the interval of the difference is, as tables say it; `None` without one.
    pub fn interval(&self) -> Option<&'static str> {
        let (_, interval) = self.difference?;
        interval.map(|_| if self.is_resampled { RESAMPLED } else { "95 %" })
    }
}

/// As tables call an interval of few mice.
pub(crate) const RESAMPLED: &str = "resampled";

/// A published band and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct BandVerdict {
    /// Where the median must be.
    pub band: RowBand,
    /// The arm to whose median the band is a ratio.
    pub relative_to: Option<usize>,
    /// What became of it; `None` if the readout has no value.
    pub verdict: Option<Verdict>,
    /// Who measured it.
    pub source: String,
}

/// All comparisons of a finished run: every readout and arm, at each point of a sweep, at the ages of its bands or else at the end.
pub fn comparisons(plan: &Plan, mice: &Compared) -> Vec<Comparison> {
    let all = |asked: &(usize, f64)| {
        let (readout, at_d) = *asked;
        (0..plan.arms.len()).map(move |arm| (readout, arm, at_d))
    };
    let asked: Vec<_> = mice.asked().iter().flat_map(all).collect();
    // Sweeps have many, each with its bootstrap.
    asked
        .into_par_iter()
        .map(|(readout, arm, at_d)| compare(plan, mice, readout, arm, at_d))
        .collect()
}

fn compare(plan: &Plan, mice: &Compared, readout: usize, arm: usize, at_d: f64) -> Comparison {
    let of = |arm: usize| mice.values(arm, readout, at_d);
    let present: Vec<f64> = sorted(&of(arm).flatten().collect::<Vec<_>>());
    let values =
        quantile(&present, 0.5).map(|median| (median, present[0], present[present.len() - 1]));
    let first = plan.first_arm(arm);
    let pairs: Vec<(f64, f64)> = of(first)
        .zip(of(arm))
        .filter_map(|(a, b)| a.zip(b))
        .collect();
    let difference = (arm != first)
        .then(|| paired_difference(&pairs, plan.run.seed))
        .flatten();
    let band = plan
        .bands
        .iter()
        .find(|band| band.readout == readout && band.arm == arm && (band.at_d - at_d).abs() < 1e-9)
        .map(|band| {
            let compared = match band.relative_to {
                None => values.map(|(median, ..)| median),
                Some(other) => {
                    let reference = median(&of(other).flatten().collect::<Vec<_>>());
                    values
                        .zip(reference)
                        .map(|((own, ..), reference)| own / reference)
                }
            };
            let verdict = compared.filter(|value| !value.is_nan()).map(|value| {
                if plan.is_coarse() {
                    Verdict::NotJudged
                } else if band.band.holds(value) {
                    Verdict::In
                } else {
                    Verdict::Out
                }
            });
            BandVerdict {
                band: band.band,
                relative_to: band.relative_to,
                verdict,
                source: band.source.clone(),
            }
        });
    Comparison {
        arm,
        readout,
        at_d,
        mice: mice.mice(arm),
        dead: mice.dead(arm, at_d),
        values,
        difference,
        is_resampled: pairs.len() < LEAST_FOR_INTERVAL,
        band,
    }
}
