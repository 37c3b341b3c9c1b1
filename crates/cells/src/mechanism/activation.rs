//! Activation by self-antigen and B7, the burst of divisions, and restimulation of effectors.

use super::Surroundings;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use crate::signal::half;
use paracrine_kernel::draw;
use rand::Rng;

/// Hazard of a self-reactive naive CD4⁺ cell being recruited by dendritic cells, 1/d.
pub fn recruitment(p: &Parameters, s: &Surroundings) -> f64 {
    p.recruitment * s.costimulation * s.resources
}

/// Turns a naive cell into a fresh blast: draws its first division, whether it secretes IL-2, and its destiny's luck.
///
/// Secretion is all-or-none per cell (Tkach 2014); the lag before the first division is log-normal (Hawkins 2007
/// PNAS). Draws three numbers.
pub fn ignite<R: Rng + ?Sized>(p: &Parameters, agent: &mut Agent, rng: &mut R) {
    agent.kind = Kind::BlastCd4;
    agent.divisions = 0;
    agent.active_h = 0.0;
    agent.clock_h = draw::lognormal(rng, p.first_division, p.first_division_spread) as f32;
    agent.secretor = draw::bernoulli(rng, p.blast_secretors);
    agent.luck = draw::uniform(rng) as f32;
}

/// Whether a blast has come to the end of its divisions.
///
/// TCR and CD28 set most of the burst; without pSTAT5 it is shorter by `divisions_without_signal`. The fraction of a
/// division is rounded by the cell's luck, so the mean number of divisions is the destiny.
pub fn destiny_reached(p: &Parameters, agent: &Agent) -> bool {
    let signal = half(agent.pstat5.into(), p.division_half_signal);
    let destiny = p.divisions - p.divisions_without_signal * (1.0 - signal);
    f64::from(agent.divisions) >= destiny - 1.0 + f64::from(agent.luck)
}

/// Hazard of an effector being restimulated by antigen on dendritic cells, 1/d.
pub fn restimulation(p: &Parameters, s: &Surroundings) -> f64 {
    p.restimulation * s.costimulation * s.resources
}
