//! Activation-induced cell death: Fas, raised by pSTAT5, on restimulation.

use crate::genotype::Products;
use crate::model::Parameters;
use crate::signal::half;

/// Probability that a restimulated effector CD4⁺ cell dies instead of dividing.
///
/// pSTAT5 raises Fas ligand and lowers FLIP (Refaeli 1998 Immunity 8:615); a Fas-independent part remains. Certain death at 1.
pub fn probability(p: &Parameters, pstat5: f64, products: &Products) -> f64 {
    let fas = p.aicd_fas + p.aicd_fas_signal * half(pstat5, p.aicd_half_signal);
    p.aicd_floor + products.fas * fas
}

/// Hazard of Fas-dependent loss of ageing effectors, 1/d.
pub fn ageing(p: &Parameters, products: &Products) -> f64 {
    p.fas_ageing * products.fas
}
