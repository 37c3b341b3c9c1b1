//! Natural killer cells: kept and renewed by IL-15 through βγ, expanded by much IL-2, armed by both.

use super::Surroundings;
use crate::model::Parameters;
use crate::signal::{half, hill};

/// New NK cells from marrow, cells/d, with `signal` the pSTAT5 of the precursors: their last steps need βγ (Kennedy 2000 J
/// Exp Med 191:771: none without IL-15).
pub fn output(p: &Parameters, s: &Surroundings, signal: f64) -> f64 {
    p.nk_number * p.nk_renewal * s.body * half(signal, p.nk_input_half_signal)
}

/// Hazard of death, 1/d: without signal none is left within days (Cooper 2002 Blood 100:3633).
pub fn death(p: &Parameters, pstat5: f64) -> f64 {
    let kept = hill(pstat5, p.nk_survival_half_signal, p.nk_survival_hill);
    p.nk_death_starved + (p.nk_death - p.nk_death_starved) * kept
}

/// Death is never faster, 1/d.
pub fn most_death(p: &Parameters) -> f64 {
    p.nk_death_starved.max(p.nk_death)
}

/// Hazard of division, 1/d.
pub fn division(p: &Parameters, drive: f64) -> f64 {
    p.nk_division * hill(drive, p.nk_division_half_signal, p.nk_division_hill)
}

/// Division is never faster, 1/d.
pub fn most_division(p: &Parameters) -> f64 {
    p.nk_division
}

/// Hazard of maturation of a cell fresh from the marrow, 1/d: it needs the signal that also keeps it.
pub fn maturation(p: &Parameters, pstat5: f64) -> f64 {
    p.nk_maturation * half(pstat5, p.nk_input_half_signal)
}

/// Readiness to kill, 0 to 1: perforin and granzymes rise with pSTAT5.
pub fn cytotoxicity(p: &Parameters, pstat5: f64) -> f64 {
    p.nk_cytotoxicity_floor
        + (1.0 - p.nk_cytotoxicity_floor) * half(pstat5, p.nk_cytotoxicity_half_signal)
}
