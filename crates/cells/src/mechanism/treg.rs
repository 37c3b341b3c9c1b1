//! Regulatory T cells: survival, division and conversion, each with its own half-point of pSTAT5.

use super::Surroundings;
use crate::genotype::Products;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::receptors::complexes_with;
use crate::signal::{half, hill};

/// Share of precursors that convert with `complexes` per cell: a floor without pSTAT5, the rest with it.
///
/// The same in the thymus, where IL-15 helps, and outside it, where nothing is left of the floor.
pub fn conversion(p: &Parameters, s: &Surroundings, complexes: f64, floor: f64) -> f64 {
    let sensed = complexes / (complexes + p.precursor_half_signal);
    let signal = s.forced.of_precursors().unwrap_or(sensed);
    floor + (1.0 - floor) * half(signal, p.treg_conversion_half_signal)
}

/// Complexes of IL-2 at `s.il2`, and of forms of it that are given, on a precursor, which is no agent and so at equilibrium, and the open βγ pairs it has.
pub fn precursor(p: &Parameters, s: &Surroundings, products: &Products) -> (f64, f64) {
    let gamma = p.receptors(Kind::NaiveCd4).gamma * products.gamma * s.open.gamma;
    let pairs = (p.precursor_beta * products.beta * s.open.beta).min(gamma);
    let alpha = p.precursor_alpha * products.alpha * s.open.alpha;
    let given = s.given.into_iter().flatten();
    (complexes_with(p, alpha, pairs, s.il2, given), pairs)
}

/// Share of converted naive CD4⁺ cells that become Treg outside the thymus instead of memory cells, with IL-2 at `s.il2`.
pub fn peripheral_share(p: &Parameters, s: &Surroundings, products: &Products) -> f64 {
    let (complexes, _) = precursor(p, s, products);
    p.peripheral_treg_share * conversion(p, s, complexes, 0.0) * products.foxp3
}

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

/// Hazard of losing Foxp3 and with it the fate of a Treg, 1/d: IL-2 keeps the locus open in daughters (CNS2; Feng 2014 Cell
/// 158:749), few that have it lose Foxp3 (Rubtsov 2010 Science 329:1667).
pub fn loss_of_foxp3(p: &Parameters, pstat5: f64) -> f64 {
    p.foxp3_loss * (1.0 - half(pstat5, p.foxp3_half_signal))
}

/// Hazard of death, 1/d: IL-2 is essential for survival of mature Treg (D'Cruz and Klein 2005), a little is enough.
pub fn death(p: &Parameters, pstat5: f64) -> f64 {
    let starved = 1.0 - half(pstat5, p.treg_survival_half_signal);
    p.treg_death + (p.treg_death_starved - p.treg_death) * starved
}
