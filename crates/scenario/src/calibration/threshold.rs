//! The death threshold: one parameter, set on one row.
//!
//! A larger threshold never brings death forward, so the range is cut down around the middle of the band, several thresholds at a time.

use super::{Ended, Log};
use crate::Error;
use crate::language::RowBand;
use crate::rows::Estimate;

/// The row.
pub(super) const ROW: &str = "F1";
/// Cuts of the range.
pub(super) const ROUNDS: u32 = 4;
/// Thresholds looked at in each.
pub(super) const AT_A_TIME: usize = 4;

/// Looks for the threshold at which mice die at the middle of the band.
pub(super) fn set(log: &mut Log<'_>) -> Result<Ended, Error> {
    let calibration = log.calibration;
    let Some(size) = calibration.request.sizes.last().copied() else {
        return Ok(Ended::Interrupted);
    };
    let conditions = calibration
        .validation
        .rows()
        .flat_map(|row| &row.conditions);
    let bands: Vec<RowBand> = conditions.map(|condition| condition.band).collect();
    let [RowBand::Within(low, high)] = bands[..] else {
        return Err(Error::Setting {
            option: "--death-threshold",
            found: format!("{} conditions in {ROW}", bands.len()),
            expected: "one, an age at death with two ends".into(),
        });
    };
    let middle = 0.5 * (low + high);
    let space = &calibration.space;
    let start = vec![space.start()];
    if log.look(("start", 0), start, size)?.is_none() {
        return Ok(Ended::Interrupted);
    }
    let (mut from, mut to) = (0.0, 1.0);
    for round in 1..=ROUNDS {
        let width = (to - from) / (AT_A_TIME + 1) as f64;
        let shares: Vec<f64> = (1..=AT_A_TIME)
            .map(|part| from + width * part as f64)
            .collect();
        let values = shares.iter().map(|share| space.values(&[*share])).collect();
        if log.look(("search", round), values, size)?.is_none() {
            return Ok(Ended::Interrupted);
        }
        let looked = &log.evaluations[log.evaluations.len() - AT_A_TIME..];
        let dies_late = looked.iter().map(|evaluation| {
            let conditions = evaluation
                .scored
                .rows
                .iter()
                .flat_map(|row| &row.conditions);
            // Mice that outlive the run die later than at its end.
            conditions
                .filter_map(|condition| condition.value)
                .any(|value| value.number() > middle || matches!(value, Estimate::AtLeast(_)))
        });
        for (share, is_late) in shares.into_iter().zip(dies_late) {
            if is_late {
                to = share;
                break;
            }
            from = share;
        }
    }
    Ok(log.fitted(size, true))
}
