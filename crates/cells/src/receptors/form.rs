//! Forms of IL-2 other than the cell's own: muteins, fusion proteins, complexes with an antibody.

use serde::{Deserialize, Serialize};

/// A form of IL-2: how firmly it binds, relative to IL-2 itself, and how long it stays.
///
/// Detailed balance holds for any three factors: with `alpha`, `beta_gamma` and `in_solution` as `a`, `b` and `s`, the dissociation
/// constants are `Kd_α/a`, `Kd_βγ/(b s)`, on the membrane `Kd2_βγ/b` for βγ and so `Kd2_α s/a` for α.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Affinity for α; 0: it does not bind α.
    pub alpha: f64,
    /// Affinity for βγ, from solution and from α; 0: it does not bind βγ.
    pub beta_gamma: f64,
    /// Affinity for βγ from solution beside that from α; 0: βγ is hidden until α holds it.
    pub in_solution: f64,
    /// Half-life in the body, d. In a well it decays as IL-2 does.
    pub half_life_d: f64,
}

impl Form {
    /// IL-2 itself, as far as binding goes.
    pub const NATIVE: Self = Self {
        alpha: 1.0,
        beta_gamma: 1.0,
        in_solution: 1.0,
        half_life_d: f64::INFINITY,
    };
}
