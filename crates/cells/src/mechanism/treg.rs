//! Regulatory T cells: survival, division and conversion, each with its own half-point of pSTAT5.

use super::Surroundings;
use crate::model::Parameters;
use crate::signal::{half, hill};

/// Hazard of division, 1/d.
///
/// Two terms: one by TCR and B7 without IL-2 (larger in an empty host), one by the pSTAT5 drive that needs almost no
/// B7, else expanding Treg would switch off their own growth.
pub fn division(p: &Parameters, s: &Surroundings, drive: f64) -> f64 {
    let b7 = half(s.b7, p.treg_division_b7_half);
    let by_b7 = (p.treg_division_b7 + p.treg_division_empty * s.emptiness) * b7;
    let by_signal = p.treg_division_signal
        * hill(drive, p.treg_division_half_signal, p.treg_division_hill)
        * (1.0 - p.treg_division_b7_share * (1.0 - b7));
    by_b7 + by_signal
}

/// Division is never faster, 1/d.
pub fn most_division(p: &Parameters) -> f64 {
    p.treg_division_b7 + p.treg_division_empty + p.treg_division_signal
}

/// Hazard of death, 1/d: IL-2 is essential for survival of mature Treg (D'Cruz and Klein 2005), a little is enough.
pub fn death(p: &Parameters, pstat5: f64) -> f64 {
    let starved = 1.0 - half(pstat5, p.treg_survival_half_signal);
    p.treg_death + (p.treg_death_starved - p.treg_death) * starved
}
