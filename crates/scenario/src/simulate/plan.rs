//! A model with its settings, resolved.

use crate::Error;
use crate::digest::digest;
use crate::language::{Fault, Faults, MOST_POINTS, MOST_REPLICATES, nearest};
use crate::simulate::gauge::Gauge;
use crate::simulate::method::{self, Choice, Wish};
use crate::simulate::model::Model;
pub use paracrine_kernel::Level;
use paracrine_kernel::sample;
use paracrine_kernel::simulation::Method;
use std::ops::Range;

/// Intervals between sampling times, unless said otherwise.
pub const POINTS: u32 = 50;
/// Replicates, unless said otherwise.
pub const REPLICATES: u64 = 100;
/// Replicates of a quick run.
pub const QUICK_REPLICATES: u64 = 10;
/// Trajectories of more rows are not written unless asked for.
pub const MOST_ROWS: u64 = 2_000_000;

/// Whether single trajectories are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trajectories {
    /// If they have at most [`MOST_ROWS`] rows.
    #[default]
    Auto,
    /// However many rows they have.
    Always,
    /// Statistics only.
    Never,
}

/// Settings given beside the model; each replaces the model's own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The method and what belongs to it.
    pub wish: Wish,
    /// Replicates.
    pub replicates: Option<u64>,
    /// Only this replicate, counted from 0.
    pub replicate: Option<u64>,
    /// Seed of all draws.
    pub seed: Option<u64>,
    /// The end.
    pub until: Option<f64>,
    /// Intervals between sampling times.
    pub points: Option<u32>,
    /// Quantities to be written; all if there are none.
    pub quantities: Vec<String>,
    /// Replicates stop once so many channels have fired.
    pub firing_limit: Option<u64>,
    /// Whether to write the state after every firing as well.
    pub every_firing: bool,
    /// Whether to write single trajectories.
    pub trajectories: Trajectories,
    /// At most [`QUICK_REPLICATES`] replicates.
    pub quick: bool,
}

/// A model, ready to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The model.
    pub model: Model,
    /// How trajectories are made.
    pub choice: Choice,
    /// Seed of all draws.
    pub seed: u64,
    /// Replicates to simulate.
    pub replicates: Range<u64>,
    /// The end.
    pub until: f64,
    /// Intervals between sampling times.
    pub points: u32,
    /// Sampling times: the points, and where something is expected.
    pub times: Vec<f64>,
    /// Quantities to be written, by index.
    pub quantities: Vec<usize>,
    /// Replicates stop once so many channels have fired.
    pub firing_limit: Option<u64>,
    /// Whether the state after every firing is written.
    pub every_firing: bool,
    /// Whether single trajectories are written.
    pub trajectories: bool,
    /// Hash of everything that decides the results.
    pub digest: String,
    /// What a reader of the results should know, one sentence each.
    pub remarks: Vec<String>,
    /// Vector instructions to use. Results do not depend on it.
    pub level: Level,
    /// Whether tables are written as Parquet too. The run is the same without.
    pub parquet: bool,
    /// Formulas of the expectations.
    pub(super) gauge: Gauge,
}

impl Plan {
    /// Resolves a model with settings.
    ///
    /// # Errors
    /// [`Error::Setting`] for impossible settings, faults of expectations.
    pub fn new(mut model: Model, settings: &Settings) -> Result<Self, Error> {
        let mut remarks = Vec::new();
        if !model.changes.is_empty() && !model.expectations.is_empty() {
            model.expectations.clear();
            remarks.push(
                "what the model expects is left out: it is of the model without changed values"
                    .into(),
            );
        }
        let run = &model.run;
        let until = end(&model, settings)?;
        let points = settings.points.or(run.points).unwrap_or(POINTS);
        within("--points", u64::from(points), u64::from(MOST_POINTS))?;
        // Settings of the file belong to the method of the file.
        let wish = match &settings.wish.name {
            Some(name) if Some(name) != run.method.as_ref() => settings.wish.clone(),
            _ => Wish {
                name: run.method.clone(),
                epsilon: settings.wish.epsilon.or(run.epsilon),
                tau: settings.wish.tau.or(run.tau),
            },
        };
        // The declared number, so that a replicate on its own, or in a quick run, is the same.
        let declared = settings.replicates.or(run.replicates).unwrap_or(REPLICATES);
        let choice = method::choose(&wish, &model.network, declared)?;
        if let Method::FixedLeap { tau } | Method::BinomialLeap { tau } = choice.method
            && tau > until
        {
            return Err(Error::Setting {
                option: "--tau",
                found: tau.to_string(),
                expected: format!("a step no longer than the run, which ends at {until}"),
            });
        }
        if settings.every_firing && !choice.method.is_exact() {
            return Err(Error::Setting {
                option: "--every-firing",
                found: format!("the method `{}`", choice.method.name()),
                expected: "an exact method: others do not make single firings".into(),
            });
        }
        let replicates = replicates(declared, settings, &choice, &mut remarks)?;
        let quantities = chosen(&model, &settings.quantities)?;
        let expectations = model.expectations.iter();
        let gauge = Gauge::new(&model.network, expectations.clone().map(|e| &e.formula))
            .map_err(|errors| whole_fault(&model, &errors.to_string()))?;
        let mut times = sample::grid(until, points as usize);
        times.extend(expectations.map(|e| e.at).filter(|at| *at <= until));
        times.sort_by(f64::total_cmp);
        times.dedup();
        let rows = (replicates.end - replicates.start)
            .saturating_mul(times.len() as u64)
            .saturating_mul(quantities.len() as u64);
        let trajectories = match settings.trajectories {
            Trajectories::Always => true,
            Trajectories::Never => false,
            Trajectories::Auto => rows <= MOST_ROWS,
        };
        if settings.trajectories == Trajectories::Auto && !trajectories {
            remarks.push(format!(
                "trajectories.csv is not written: it would have {rows} rows, more than {MOST_ROWS}; ask for it with --trajectories always"
            ));
        }
        let firing_limit = settings.firing_limit.or(run.firing_limit);
        if let Some(limit) = firing_limit {
            within("--firing-limit", limit, u64::MAX)?;
        }
        let mut plan = Self {
            choice,
            seed: settings.seed.or(run.seed).unwrap_or(1),
            replicates,
            until,
            points,
            times,
            quantities,
            firing_limit,
            every_firing: settings.every_firing,
            trajectories,
            digest: String::new(),
            remarks,
            level: Level::detect(),
            parquet: false,
            gauge,
            model,
        };
        plan.digest = plan.hash();
        Ok(plan)
    }

    /// Replicates in all.
    pub fn count(&self) -> u64 {
        self.replicates.end - self.replicates.start
    }

    /// Name of a quantity by index.
    pub fn name(&self, quantity: usize) -> &str {
        &self.model.network.quantities()[quantity]
    }

    /// The hash changes with anything that can change a byte of the results.
    fn hash(&self) -> String {
        let settings = format!(
            "{:?} {} {:?} {} {} {:?} {:?} {} {} {:?} {:?}",
            self.choice.method,
            self.seed,
            self.replicates,
            self.until,
            self.points,
            self.quantities,
            self.firing_limit,
            self.every_firing,
            self.trajectories,
            self.model.substance,
            self.model.changes,
        );
        digest(&["simulate", &self.model.source.text, &settings])
    }
}

fn end(model: &Model, settings: &Settings) -> Result<f64, Error> {
    let last = model
        .expectations
        .iter()
        .map(|expectation| expectation.at)
        .fold(0.0, f64::max);
    let fallback = (last > 0.0).then_some(last);
    let until = settings.until.or(model.run.until).or(fallback);
    let refused = |found: String| Error::Setting {
        option: "--until",
        found,
        expected: "a time above 0, the end of the run in the unit of time of the model".into(),
    };
    match until {
        Some(until) if until.is_finite() && until > 0.0 => Ok(until),
        Some(until) => Err(refused(until.to_string())),
        None => Err(refused("nothing, here and in the model".into())),
    }
}

fn within(option: &'static str, number: u64, most: u64) -> Result<(), Error> {
    if (1..=most).contains(&number) {
        return Ok(());
    }
    let expected = match most {
        u64::MAX => "at least 1".to_owned(),
        _ => format!("1 to {most}"),
    };
    Err(Error::Setting {
        option,
        found: number.to_string(),
        expected,
    })
}

fn replicates(
    declared: u64,
    settings: &Settings,
    choice: &Choice,
    remarks: &mut Vec<String>,
) -> Result<Range<u64>, Error> {
    let mut count = declared;
    within("--replicates", count, MOST_REPLICATES)?;
    if settings.quick {
        count = count.min(QUICK_REPLICATES);
    }
    if choice.method.is_deterministic() {
        if settings.replicates.is_some_and(|asked| asked > 1) {
            remarks.push(format!(
                "one replicate: with the method `{}` all are the same",
                choice.method.name()
            ));
        }
        count = 1;
    }
    match settings.replicate {
        None => Ok(0..count),
        Some(only) if only < MOST_REPLICATES => Ok(only..only + 1),
        Some(only) => Err(Error::Setting {
            option: "--replicate",
            found: only.to_string(),
            expected: format!("less than {MOST_REPLICATES}: replicates are counted from 0"),
        }),
    }
}

/// Indices of the quantities of these names; all for none.
fn chosen(model: &Model, names: &[String]) -> Result<Vec<usize>, Error> {
    let known = model.network.quantities();
    if names.is_empty() {
        return Ok((0..known.len()).collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        let Some(index) = known.iter().position(|known| known == name) else {
            let near = nearest(name, known.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
            let constant = model
                .network
                .constants()
                .iter()
                .any(|(known, _)| known == name);
            let found = if constant {
                format!("`{name}`, which never changes")
            } else {
                format!("`{name}`")
            };
            return Err(Error::Setting {
                option: "--quantities",
                found,
                expected: format!("quantities of the model{hint}"),
            });
        };
        if !chosen.contains(&index) {
            chosen.push(index);
        }
    }
    Ok(chosen)
}

/// A fault of the model that has no place of its own.
fn whole_fault(model: &Model, found: &str) -> Error {
    let text = &model.source.text;
    let fault = Fault::new(
        text,
        "expect",
        0..0,
        found,
        "formulas that can be evaluated",
    );
    Faults::new(&model.source.origin, text, vec![fault]).into()
}
