//! The statistics of a case, and the rule of the suite.

use super::case::{Case, ModelFile};
use crate::Error;
use crate::simulate::model::Substance;
use paracrine_kernel::ensemble::Ensemble;
use paracrine_kernel::network::Network;
use paracrine_kernel::sample;
use paracrine_kernel::simulation::{Method, Simulation};
use paracrine_kernel::state::RunError;
use paracrine_kernel::statistics::Statistics;
use std::sync::atomic::AtomicBool;

/// More entries out of range than this are a failure.
const MOST_RECHECKED: usize = 3;
/// Fewer entries out of range than this are no failure.
const FEWEST_RECHECKED: usize = 2;

/// What became of one case under one method.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Entries, statistic by variable by time.
    pub entries: usize,
    /// Entries that are out of their range.
    pub out: usize,
    /// The largest statistic of a mean, by absolute value.
    pub worst_z: f64,
    /// The largest statistic of a standard deviation, by absolute value.
    pub worst_y: f64,
    /// Whether the case was run again with another seed.
    pub rechecked: bool,
    /// The result.
    pub verdict: Verdict,
}

/// The result for a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Not as it should be.
    Failed,
    /// Cannot be run, for a reason that is not the simulator's: a package that is not supported.
    Skipped(String),
    /// Cannot be run with this method, for a reason that the method gives.
    Unsuited(String),
    /// Cannot be run, although it should.
    Unreadable(String),
}

/// Runs a case with one method and judges it. `None` if interrupted.
///
/// 0 or 1 entries out of range are good. With 2 or 3 the case is run again with another seed, and fails if one of them is
/// out of range again. More are a failure. The seed is derived from `seed`, the case and the method, so that cases with
/// the same process do not fail together.
///
/// # Errors
/// [`Error::Read`] and [`Error::Simulation`].
pub fn judge(
    case: &Case,
    model: &ModelFile,
    method: Method,
    replicates: u64,
    seed: u64,
    interrupt: &AtomicBool,
) -> Result<Option<Judgement>, Error> {
    let without = |verdict| Judgement {
        entries: 0,
        out: 0,
        worst_z: 0.0,
        worst_y: 0.0,
        rechecked: false,
        verdict,
    };
    let text = std::fs::read_to_string(&model.path).map_err(|source| Error::Read {
        path: model.path.clone(),
        source,
    })?;
    let network = match paracrine_sbml::read(&text, Substance::AsDeclared) {
        Ok(document) => document.network,
        Err(errors) => {
            let package = errors.0.iter().find_map(|error| match &error.fault {
                paracrine_sbml::Fault::Package(name) => Some(name),
                _ => None,
            });
            return Ok(Some(without(match package {
                Some(name) => Verdict::Skipped(format!("needs the package `{name}` of SBML")),
                None => Verdict::Unreadable(errors.to_string().replace('\n', "; ")),
            })));
        }
    };
    let mut places = Vec::new();
    for column in &case.columns {
        match network
            .quantities()
            .iter()
            .position(|name| *name == column.variable)
        {
            Some(place) => places.push(place),
            None => {
                let reason = format!("the model has no variable `{}`", column.variable);
                return Ok(Some(without(Verdict::Unreadable(reason))));
            }
        }
    }
    let simulation = match Simulation::new(&network, method) {
        Ok(simulation) => simulation,
        Err(RunError::Unsupported { reason, .. }) => {
            return Ok(Some(without(Verdict::Unsuited(reason))));
        }
        Err(error) => return Err(error.into()),
    };
    let attempt = |number: u64| {
        let seed = derived(seed, &case.number, method.name(), number);
        entries(
            case,
            &network,
            &places,
            &simulation,
            replicates,
            seed,
            interrupt,
        )
    };
    let Some(first) = attempt(0)? else {
        return Ok(None);
    };
    let out = |entries: &[Entry]| entries.iter().filter(|entry| entry.out).count();
    let worst = |kind: Kind| {
        let of_kind = first.iter().filter(|entry| entry.kind == kind);
        of_kind
            .map(|entry| entry.statistic.abs())
            .fold(0.0, f64::max)
    };
    let outside = out(&first);
    let rechecked = (FEWEST_RECHECKED..=MOST_RECHECKED).contains(&outside);
    let failed = if rechecked {
        let Some(second) = attempt(1)? else {
            return Ok(None);
        };
        first.iter().zip(&second).any(|(a, b)| a.out && b.out) || out(&second) > MOST_RECHECKED
    } else {
        outside > MOST_RECHECKED
    };
    Ok(Some(Judgement {
        entries: first.len(),
        out: outside,
        worst_z: worst(Kind::Mean),
        worst_y: worst(Kind::Sd),
        rechecked,
        verdict: if failed {
            Verdict::Failed
        } else {
            Verdict::Good
        },
    }))
}

fn derived(seed: u64, case: &str, method: &str, attempt: u64) -> u64 {
    let hash = blake3::hash(format!("{seed} {case} {method} {attempt}").as_bytes());
    hash.as_bytes()
        .first_chunk()
        .map_or(seed, |bytes| u64::from_le_bytes(*bytes))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mean,
    Sd,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    kind: Kind,
    /// 0 where the reference has no spread.
    statistic: f64,
    out: bool,
}

/// All entries of a case, always in the same order; `None` if interrupted.
fn entries(
    case: &Case,
    network: &Network,
    places: &[usize],
    simulation: &Simulation<'_>,
    replicates: u64,
    seed: u64,
    interrupt: &AtomicBool,
) -> Result<Option<Vec<Entry>>, Error> {
    let times = sample::grid(case.duration, case.steps);
    let mut statistics = Statistics::new(network.quantities().len(), times.len());
    let ensemble = Ensemble {
        simulation,
        seed,
        replicates: 0..replicates,
        times: &times,
        firing_limit: u64::MAX,
        tally: false,
    };
    let done = ensemble.run(interrupt, |_, samples| statistics.add(&samples))?;
    if done < replicates {
        return Ok(None);
    }
    let n = replicates as f64;
    let mut entries = Vec::new();
    for (column, place) in case.columns.iter().zip(places) {
        for index in 0..times.len() {
            let (mu, sigma) = (column.mean[index], column.sd[index]);
            let summary = statistics.at(index, *place);
            let judged = [
                (column.judge_mean, Kind::Mean, case.mean_range),
                (column.judge_sd, Kind::Sd, case.sd_range),
            ];
            for (_, kind, (low, high)) in judged.into_iter().filter(|(judged, ..)| *judged) {
                if sigma == 0.0 {
                    // References carry five decimals.
                    let equals = |value: f64| (value - mu).abs() <= 1e-5 * mu.abs().max(1.0);
                    entries.push(Entry {
                        kind,
                        statistic: 0.0,
                        out: !(equals(summary.minimum()) && equals(summary.maximum())),
                    });
                    continue;
                }
                let statistic = match kind {
                    Kind::Mean => n.sqrt() * (summary.mean() - mu) / sigma,
                    Kind::Sd => (n / 2.0).sqrt() * (summary.variance() / (sigma * sigma) - 1.0),
                };
                entries.push(Entry {
                    kind,
                    statistic,
                    out: !(low < statistic && statistic < high),
                });
            }
        }
    }
    Ok(Some(entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ_between_cases_methods_and_attempts() {
        let seeds = [
            derived(1, "00001", "direct", 0),
            derived(1, "00004", "direct", 0),
            derived(1, "00001", "tree", 0),
            derived(1, "00001", "direct", 1),
            derived(2, "00001", "direct", 0),
        ];
        for (index, seed) in seeds.iter().enumerate() {
            assert!(!seeds[..index].contains(seed));
        }
        assert_eq!(seeds[0], derived(1, "00001", "direct", 0));
    }
}
