//! CD8⁺ cells: memory phenotype kept by IL-15 (and IL-2 in excess), bystander effectors, and what becomes of chronic stimulation:
//! double-negative T cells, which Fas deletes.

use super::Surroundings;
use crate::genotype::Products;
use crate::model::Parameters;
use crate::signal::{half, hill};

/// Hazard of a naive CD8⁺ cell turning memory-phenotype, 1/d; each yields `cd8_conversion_burst` cells.
pub fn conversion(p: &Parameters, s: &Surroundings) -> f64 {
    let environment = p.cd8_conversion * (p.conversion_without_b7 + p.conversion_b7_rise * s.b7);
    let lymphopenic = p.cd8_lymphopenic_share * p.lymphopenic_conversion * s.emptiness * s.b7;
    (environment * s.microbes + lymphopenic) * s.maturity / p.cd8_conversion_burst
}

/// Hazard of a naive CD8⁺ cell being activated beside activated CD4⁺ cells, 1/d.
pub fn bystander(p: &Parameters, s: &Surroundings) -> f64 {
    p.bystander_cd8 * s.costimulation * s.resources * half(s.effectors, p.dc_half_number * s.body)
}

/// Hazard of division of a memory-phenotype CD8⁺ cell, 1/d.
pub fn division(p: &Parameters, drive: f64) -> f64 {
    p.memory_cd8_division * hill(drive, p.memory_cd8_half_signal, p.memory_cd8_hill)
}

/// Division is never faster, 1/d.
pub fn most_division(p: &Parameters) -> f64 {
    p.memory_cd8_division
}

/// Hazard of death of a memory-phenotype CD8⁺ cell, 1/d.
pub fn death(p: &Parameters, pstat5: f64) -> f64 {
    let starved = 1.0 - half(pstat5, p.memory_cd8_survival_half_signal);
    p.memory_cd8_death + (p.memory_cd8_death_starved - p.memory_cd8_death).max(0.0) * starved
}

/// Hazard of death of a double-negative T cell, 1/d.
///
/// Memory-phenotype CD8⁺ cells that are stimulated again and again lose CD8 and come to a checkpoint, at `cd8_fas_checkpoint`. Nearly all
/// die there by Fas; without it they last and fill the lymph nodes (*lpr*: Mixter 1995 J Exp Med 181:641, where mice without class I have
/// hardly any of them).
pub fn negative_death(p: &Parameters, products: &Products) -> f64 {
    p.dn_death + p.dn_fas_death * products.fas
}
