//! Memory CD4⁺ cells: conversion by the environment and by emptiness, slow turnover, IL-2-driven division.

use super::Surroundings;
use crate::model::Parameters;
use crate::specificity::Specificity;

/// Hazard of a naive CD4⁺ cell meeting an environmental antigen, 1/d, in proportion to the load of microbes; each yields
/// `memory_burst` memory cells.
///
/// In an empty host, conversion is faster (lymphopenia-induced proliferation).
pub fn conversion(p: &Parameters, s: &Surroundings) -> f64 {
    let environment =
        p.environment_conversion * (p.conversion_without_b7 + p.conversion_b7_rise * s.b7);
    let lymphopenic = p.lymphopenic_conversion * s.emptiness * s.b7;
    (environment * s.microbes + lymphopenic) * s.maturity / p.memory_burst
}

/// Hazard of an effector CD4⁺ cell becoming a memory cell, 1/d: where antigen engages it all the time, with B7 or without, it does not (Wherry
/// 2004 PNAS 101:16004).
pub fn formation(p: &Parameters, s: &Surroundings, specificity: Specificity) -> f64 {
    let met = s
        .engagement
        .of(specificity)
        .max(s.presented.of(specificity));
    p.effector_to_memory * (1.0 - met)
}

/// Hazard of division of a memory CD4⁺ cell, 1/d.
///
/// Kept below the death hazard: memory is fed by naive cells and does not renew itself (Gossel 2017 eLife).
pub fn division(p: &Parameters, il7_signal: f64, drive: f64) -> f64 {
    p.memory_cd4_division * il7_signal + p.memory_cd4_division_signal * drive
}

/// Hazard of death of a memory CD4⁺ cell, 1/d.
pub fn death(p: &Parameters, il7_signal: f64) -> f64 {
    p.memory_cd4_death * (1.0 + p.memory_il7_factor * (1.0 - il7_signal))
}
