//! Death with and without survival signals: IL-7 for naive and effector cells, pSTAT5 for effectors.

use crate::kind::Kind;
use crate::model::Parameters;
use crate::signal::half;

/// Hazard of death of a naive cell with full IL-7 signal, 1/d.
fn naive_death_at_best(p: &Parameters, kind: Kind) -> f64 {
    if kind == Kind::NaiveCd8 {
        p.naive_cd8_death
    } else {
        p.naive_cd4_death
    }
}

/// Hazard of death of a naive cell is never higher, 1/d.
pub fn most_naive_death(p: &Parameters, kind: Kind) -> f64 {
    naive_death_at_best(p, kind) * p.il7_survival_factor.max(1.0)
}

/// Hazard of death of a naive cell, 1/d: `il7_survival_factor`-fold without IL-7 signal.
pub fn naive_death(p: &Parameters, kind: Kind, il7_signal: f64) -> f64 {
    naive_death_at_best(p, kind) * libm::exp(libm::log(p.il7_survival_factor) * (1.0 - il7_signal))
}

/// Hazard of death of an effector CD4⁺ cell, 1/d: IL-7 and pSTAT5 each give part of its survival (Bcl-2, Mcl-1).
pub fn effector_death(p: &Parameters, il7_signal: f64, pstat5: f64) -> f64 {
    let rescued_by_il7 = p.effector_il7_share * il7_signal;
    let rescued_by_stat5 = p.effector_stat5_share * half(pstat5, p.effector_half_signal);
    let unrescued = (1.0 - rescued_by_il7) * (1.0 - rescued_by_stat5);
    p.effector_death + (p.effector_death_starved - p.effector_death) * unrescued
}
