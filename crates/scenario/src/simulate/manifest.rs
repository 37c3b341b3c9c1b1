//! What made the results.

use crate::Error;
use crate::directory::Directory;
use crate::simulate::check::Check;
use crate::simulate::model::Format;
use crate::simulate::plan::Plan;
use paracrine_kernel::simulation::Method;
use paracrine_sbml::Substance;
use serde::Serialize;
use std::collections::BTreeMap;

/// Name of the file.
pub(super) const MANIFEST: &str = "manifest.json";

/// What is known only at the end of a run.
pub(super) struct Outcome<'r> {
    pub(super) firings: u64,
    pub(super) stopped: u64,
    pub(super) firings_cut: bool,
    pub(super) checks: &'r [Check],
    /// Hash of all tables.
    pub(super) results: &'r str,
}

#[derive(Serialize)]
struct Manifest<'a> {
    paracrine: &'static str,
    command: &'static str,
    title: &'a str,
    source: Option<&'a str>,
    model: &'a str,
    model_file: &'static str,
    model_hash: String,
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    substance: Option<&'static str>,
    changes: BTreeMap<&'a str, f64>,
    digest: &'a str,
    method: ManifestMethod<'a>,
    seed: u64,
    replicates: u64,
    first_replicate: u64,
    until: f64,
    points: u32,
    time_unit: Option<&'a str>,
    quantities: Vec<&'a str>,
    firings: u64,
    firing_limit: Option<u64>,
    /// Replicates that the limit stopped before the end.
    stopped: u64,
    /// Whether the table of firings holds as many rows as are written at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    firings_cut: Option<bool>,
    trajectories: bool,
    expectations_in: usize,
    expectations_out: usize,
    remarks: &'a [String],
    results: &'a str,
}

#[derive(Serialize)]
struct ManifestMethod<'a> {
    name: &'static str,
    exact: bool,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    epsilon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tau: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relative_tolerance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absolute_tolerance: Option<f64>,
}

impl<'a> ManifestMethod<'a> {
    fn new(plan: &'a Plan) -> Self {
        let method = plan.choice.method;
        let mut described = Self {
            name: method.name(),
            exact: method.is_exact(),
            reason: &plan.choice.reason,
            epsilon: None,
            tau: None,
            relative_tolerance: None,
            absolute_tolerance: None,
        };
        match method {
            Method::TauLeap { epsilon } => described.epsilon = Some(epsilon),
            Method::FixedLeap { tau } | Method::BinomialLeap { tau } => described.tau = Some(tau),
            Method::Ode { relative, absolute } => {
                described.relative_tolerance = Some(relative);
                described.absolute_tolerance = Some(absolute);
            }
            _ => {}
        }
        described
    }
}

/// Writes the manifest, which makes the results complete.
///
/// # Errors
/// [`Error::Write`].
pub(super) fn write(
    directory: &Directory,
    plan: &Plan,
    outcome: &Outcome<'_>,
) -> Result<(), Error> {
    let model = &plan.model;
    let verdicts = |word: &str| {
        outcome
            .checks
            .iter()
            .filter(|check| check.verdict == word)
            .count()
    };
    let sbml = model.format == Format::Sbml;
    let manifest = Manifest {
        paracrine: env!("CARGO_PKG_VERSION"),
        command: "simulate",
        title: &model.title,
        source: model.reference.as_deref(),
        model: &model.source.origin,
        model_file: model.format.file(),
        model_hash: blake3::hash(model.source.text.as_bytes())
            .to_hex()
            .to_string(),
        format: if sbml { "SBML" } else { "RON" },
        substance: sbml.then_some(match model.substance {
            Substance::AsDeclared => "declared",
            Substance::Items => "item",
        }),
        changes: model
            .changes
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect(),
        digest: &plan.digest,
        method: ManifestMethod::new(plan),
        seed: plan.seed,
        replicates: plan.count(),
        first_replicate: plan.replicates.start,
        until: plan.until,
        points: plan.points,
        time_unit: model.time_unit.as_deref(),
        quantities: plan
            .quantities
            .iter()
            .map(|index| plan.name(*index))
            .collect(),
        firings: outcome.firings,
        firing_limit: plan.firing_limit,
        stopped: outcome.stopped,
        firings_cut: plan.every_firing.then_some(outcome.firings_cut),
        trajectories: plan.trajectories,
        expectations_in: verdicts("in"),
        expectations_out: verdicts("out"),
        remarks: &plan.remarks,
        results: outcome.results,
    };
    let mut text = serde_json::to_string_pretty(&manifest).map_err(|error| Error::Write {
        path: directory.path().join(MANIFEST),
        source: error.into(),
    })?;
    text.push('\n');
    directory.put(MANIFEST, text.as_bytes())
}

/// How many replicates the limit of firings stopped, as an earlier run wrote it.
pub(super) fn stopped(directory: &Directory) -> u64 {
    let read = || {
        let text = std::fs::read(directory.path().join(MANIFEST)).ok()?;
        let manifest: serde_json::Value = serde_json::from_slice(&text).ok()?;
        manifest.get("stopped")?.as_u64()
    };
    read().unwrap_or(0)
}
