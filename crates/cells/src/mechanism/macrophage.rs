//! Macrophages: activated by IFN-γ, which also gives them α; then IL-2 adds to what they do to tumour cells.

use crate::model::Parameters;
use crate::signal::half;

/// Hazard of activation of a resting macrophage at `ifn` pM of IFN-γ, 1/d. IL-2 alone activates none (Cox 1990).
pub fn activation(p: &Parameters, ifn: f64) -> f64 {
    p.macrophage_activation * half(ifn, p.ifn_gamma_half)
}

/// Hazard of return to rest, 1/d.
pub fn deactivation(p: &Parameters, ifn: f64) -> f64 {
    std::f64::consts::LN_2 / p.macrophage_memory * (1.0 - half(ifn, p.ifn_gamma_half))
}

/// Activity of an activated macrophage against tumour cells, 0 to 1: part by IFN-γ, the rest by IL-2 on top of it. One at rest has
/// none.
pub fn activity(p: &Parameters, pstat5: f64) -> f64 {
    p.macrophage_floor
        + (1.0 - p.macrophage_floor) * half(pstat5, p.macrophage_activity_half_signal)
}

/// IFN-γ made by effector cells, pM, in a body of this size.
pub fn ifn_gamma(p: &Parameters, effector_cd4: f64, effector_cd8: f64, body: f64) -> f64 {
    p.ifn_gamma_effectors * (effector_cd4 + effector_cd8) / (p.reference_effectors * body)
}
