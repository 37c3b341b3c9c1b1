//! Activation-induced cell death: Fas, raised by pSTAT5, on restimulation, and where a named antigen is met without B7.

use crate::genotype::Products;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::signal::half;

/// Probability that a T cell that meets antigen again dies of it.
///
/// pSTAT5 raises Fas ligand and lowers FLIP (Refaeli 1998 Immunity 8:615); a Fas-independent part remains. CD8⁺ cells die less often,
/// Treg resist (Banz 2002 J Immunol 169:750). Certain death at 1.
pub fn probability(p: &Parameters, kind: Kind, pstat5: f64, products: &Products) -> f64 {
    let share = match kind {
        Kind::Treg => p.aicd_treg_share,
        kind if kind.is_cd8() => p.aicd_cd8_share,
        _ => 1.0,
    };
    let fas = p.aicd_fas + p.aicd_fas_signal * half(pstat5, p.aicd_half_signal);
    share * (p.aicd_floor + products.fas * fas)
}

/// Hazard of dying of antigen that is met so often, 1/d.
pub fn of_contact(
    p: &Parameters,
    kind: Kind,
    pstat5: f64,
    products: &Products,
    contact: f64,
) -> f64 {
    // Most mice have no named antigen.
    if contact > 0.0 {
        contact * probability(p, kind, pstat5, products)
    } else {
        0.0
    }
}

/// Hazard of Fas-dependent loss of ageing effectors, 1/d.
pub fn ageing(p: &Parameters, products: &Products) -> f64 {
    p.fas_ageing * products.fas
}
