//! Tissue damage: an integral over effector load, and death when it passes one threshold fixed for all mice.

use crate::model::Parameters;
use crate::signal::half;

/// Damage done by one effector CD4⁺ cell relative to one with full pSTAT5.
///
/// IL-2 drives effector differentiation (IFN-γ, FasL, granzyme); cells without it do less harm.
pub fn weight(p: &Parameters, pstat5: f64) -> f64 {
    p.damage_without_signal + (1.0 - p.damage_without_signal) * half(pstat5, p.damage_half_signal)
}

/// Damage after `dt_d` days under `load` effector equivalents.
pub fn advance(p: &Parameters, damage: f64, load: f64, body: f64, dt_d: f64) -> f64 {
    let excess = (load - p.tolerated_effectors * body).max(0.0) / (p.damage_reference_cells * body);
    let inflow = if excess > 0.0 {
        libm::pow(excess, p.damage_exponent)
    } else {
        0.0
    };
    let keep = libm::exp(-p.damage_repair * dt_d);
    damage * keep + inflow / p.damage_repair * (1.0 - keep)
}
