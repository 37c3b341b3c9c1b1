//! What a calibration leaves: settings, every candidate, the best one, the rows before and after.

use super::{Calibration, Evaluation, Fitted, Moving, Task};
use crate::Error;
use crate::digest::digest;
use crate::directory::put_shared;
use crate::rows::Estimate;
use ron::ser::PrettyConfig;
use serde::Serialize;
use std::path::Path;

/// Files of a calibration, the settings first.
pub const FILES: [&str; 6] = [
    "settings.ron",
    "evaluations.csv",
    "best.ron",
    "rows.csv",
    "sensitivity.csv",
    "sensitivity.md",
];

#[derive(Serialize)]
struct Settings<'s> {
    version: &'s str,
    task: String,
    /// Hash of the model's values at the beginning.
    model: String,
    parameters: Vec<Range<'s>>,
    rows: Vec<(String, f64)>,
    /// Name and hash of each scenario.
    scenarios: Vec<(&'s str, String)>,
    design: &'s str,
    points: u32,
    generations: u32,
    population: usize,
    step: f64,
    /// Agents of a mouse and mice in each arm.
    stages: Vec<(u32, u32)>,
    keep: u32,
    seed: u64,
    mouse_seed: Option<u64>,
}

#[derive(Serialize)]
struct Range<'s> {
    name: &'s str,
    unit: &'s str,
    low: f64,
    high: f64,
    scale: &'s str,
    start: f64,
}

impl<'s> Range<'s> {
    fn new(moving: &'s Moving) -> Self {
        let Moving {
            name,
            unit,
            low,
            high,
            is_log,
            start,
        } = moving;
        Self {
            name,
            unit,
            low: *low,
            high: *high,
            scale: if *is_log { "log" } else { "linear" },
            start: *start,
        }
    }
}

/// The settings as they are written: whatever decides the outcome, but for the program.
pub(super) fn settings(calibration: &Calibration) -> Result<String, Error> {
    let Calibration {
        request,
        space,
        weights,
        ..
    } = calibration;
    let weight = |id: String| {
        let weight = weights.get(&id).copied().unwrap_or(1.0);
        (id, weight)
    };
    let parts = calibration.validation.parts.iter();
    let settings = Settings {
        version: env!("CARGO_PKG_VERSION"),
        task: match request.task {
            Task::Fit => "fit".into(),
            Task::Threshold => "death threshold".into(),
            Task::Sensitivity(percent) => format!("sensitivity to {percent} %"),
        },
        model: digest(&[&space.text(&space.start())]),
        parameters: space.moving.iter().map(Range::new).collect(),
        rows: calibration.rows().into_iter().map(weight).collect(),
        scenarios: parts
            .map(|part| {
                let source = &part.plan.source;
                (source.name.as_str(), digest(&[&source.text]))
            })
            .collect(),
        design: request.design.name(),
        points: request.points,
        generations: request.generations,
        population: calibration.population(),
        step: request.step,
        stages: (request.sizes.iter())
            .map(|size| (size.cells, size.seeds))
            .collect(),
        keep: request.keep,
        seed: request.seed,
        mouse_seed: request.mouse_seed,
    };
    let text = ron::ser::to_string_pretty(&settings, PrettyConfig::default());
    text.map(|text| text + "\n").map_err(|error| Error::Write {
        path: FILES[0].into(),
        source: std::io::Error::other(error),
    })
}

/// A table as bytes.
pub(super) fn table(
    name: &'static str,
    header: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Table {
        table: name,
        source,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.into_error().into()))
}

/// Every candidate so far: its mice, loss, values, and the loss of each row.
pub(super) fn evaluations(
    calibration: &Calibration,
    out: &Path,
    evaluations: &[Evaluation],
) -> Result<(), Error> {
    let fixed = [
        "phase",
        "round",
        "cells",
        "seeds",
        "loss",
        "rows_in",
        "impossible",
    ];
    let mut header = fixed.map(str::to_owned).to_vec();
    let moving = calibration.space.moving.iter();
    header.extend(moving.map(|moving| moving.name.clone()));
    header.extend(
        calibration
            .rows()
            .into_iter()
            .map(|id| format!("loss_{id}")),
    );
    let rows = evaluations.iter().map(|one| {
        let scored = &one.scored;
        let mut cells = vec![
            one.phase.to_owned(),
            one.round.to_string(),
            one.size.cells.to_string(),
            one.size.seeds.to_string(),
            scored.loss.to_string(),
            scored.rows_in().to_string(),
            scored.impossible.clone().unwrap_or_default(),
        ];
        cells.extend(one.values.iter().map(f64::to_string));
        cells.extend(scored.rows.iter().map(|row| row.loss.to_string()));
        cells
    });
    let bytes = table(FILES[1], &header, rows)?;
    put_shared(&out.join(FILES[1]), &bytes)
}

/// The model with the best values so far.
pub(super) fn best(calibration: &Calibration, out: &Path, values: &[f64]) -> Result<(), Error> {
    let text = calibration.space.text(values);
    put_shared(&out.join(FILES[2]), text.as_bytes())
}

/// The rows at the beginning and with the best values.
pub(super) fn outcome(calibration: &Calibration, out: &Path, fitted: &Fitted) -> Result<(), Error> {
    best(calibration, out, &fitted.best.values)?;
    let columns = [
        "id",
        "condition",
        "band",
        "start",
        "start_bound",
        "start_loss",
        "start_in",
        "best",
        "best_bound",
        "best_loss",
        "best_in",
    ];
    let pairs = fitted
        .start
        .scored
        .rows
        .iter()
        .zip(&fitted.best.scored.rows);
    let rows = pairs.flat_map(|(before, after)| {
        let conditions = before.conditions.iter().zip(&after.conditions);
        conditions.map(|(before_one, after_one)| {
            let mut cells = vec![
                before.id.clone(),
                before_one.words.clone(),
                before_one.band.clone(),
            ];
            for one in [before_one, after_one] {
                cells.extend([
                    number(one.value),
                    one.value.map_or("", Estimate::sign).to_owned(),
                    one.loss.to_string(),
                    known(one.is_in).to_owned(),
                ]);
            }
            cells
        })
    });
    let bytes = table(FILES[3], &columns.map(str::to_owned), rows)?;
    put_shared(&out.join(FILES[3]), &bytes)
}

/// A value as a cell.
pub(super) fn number(value: Option<Estimate>) -> String {
    value.map_or_else(String::new, |value| value.number().to_string())
}

/// A verdict as a cell.
pub(super) const fn known(is_in: Option<bool>) -> &'static str {
    match is_in {
        Some(true) => "in",
        Some(false) => "out",
        None => "not known",
    }
}
