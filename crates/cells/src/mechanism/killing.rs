//! Killing of cells with little MHC class I by NK cells and activated macrophages.

use crate::model::Parameters;

/// Hazard of death of a target, 1/d.
///
/// `killers` are NK cells times readiness, `macrophages` macrophages times activity. Killers find targets in proportion to their number per
/// target, up to the pace at which a target that is always attended dies.
pub fn death(p: &Parameters, killers: f64, macrophages: f64, targets: f64) -> f64 {
    let by = |number: f64, fastest: f64| {
        if number > 0.0 {
            fastest * number / (number + p.killers_per_target * targets)
        } else {
            0.0
        }
    };
    p.target_death + by(killers, p.nk_killing) + by(macrophages, p.macrophage_killing)
}
