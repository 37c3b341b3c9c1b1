//! Red cells: destroyed by macrophages where IgG against self covers them, remade faster the fewer there are.

use crate::model::Parameters;

/// Red cells after `dt_d` days, relative to a healthy mouse of the same size.
///
/// `autoreactive` is serum IgG against self in mg/ml, `active` the share of macrophages that are activated. Exact for rates that
/// are constant in the step.
pub fn advance(p: &Parameters, red_cells: f64, autoreactive: f64, active: f64, dt_d: f64) -> f64 {
    let turnover = 1.0 / p.red_cell_life;
    let scarcity = (1.0 - red_cells).clamp(0.0, 1.0);
    let making = turnover * (1.0 + (p.red_cell_stress - 1.0) * scarcity);
    let appetite = p.phagocytosis_rest + (1.0 - p.phagocytosis_rest) * active;
    let loss = turnover + p.haemolysis * autoreactive * appetite;
    let settled = making / loss;
    settled + (red_cells - settled) * libm::exp(-loss * dt_d)
}
