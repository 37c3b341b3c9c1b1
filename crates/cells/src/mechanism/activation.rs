//! Activation by antigen and B7, the burst of divisions, and restimulation of effectors.

use super::{Surroundings, b_cells, clocks};
use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use crate::signal::half;
use crate::specificity::Specificity;
use paracrine_kernel::draw;
use rand::Rng;

/// Hazard of a naive T cell that recognises self-antigen or a named antigen being recruited by dendritic cells, 1/d.
pub fn recruitment(p: &Parameters, s: &Surroundings, specificity: Specificity) -> f64 {
    let rate = if specificity == Specificity::SELF {
        p.recruitment
    } else {
        p.antigen_recruitment
    };
    rate * s.engagement.of(specificity) * s.resources
}

/// Turns a T cell into a fresh blast: starts its clocks, draws whether it secretes IL-2, and its destiny's luck.
///
/// Secretion is all-or-none per cell (Tkach 2014), and most CD8⁺ cells do (in the hours before they divide). Draws four numbers.
pub fn ignite<R: Rng + ?Sized>(p: &Parameters, agent: &mut Agent, rng: &mut R) {
    let (blast, secretors) = if agent.kind.is_cd8() {
        (Kind::BlastCd8, p.cd8_secretors)
    } else {
        (Kind::BlastCd4, p.blast_secretors)
    };
    agent.kind = blast;
    agent.divisions = 0;
    agent.active_h = 0.0;
    agent.capacity = 0.0;
    clocks::start(p, agent, rng);
    agent.secretor = draw::bernoulli(rng, secretors);
    agent.set_luck(draw::uniform(rng));
}

/// What a blast becomes after its last division.
pub fn ripe(kind: Kind) -> Kind {
    match kind {
        Kind::BlastCd8 => Kind::EffectorCd8,
        Kind::BlastB => Kind::Plasma,
        _ => Kind::EffectorCd4,
    }
}

/// Whether a blast has come to the end of its divisions.
///
/// TCR and CD28 set most of the burst of a T cell; without pSTAT5 it is shorter, of CD8⁺ cells more than of CD4⁺. The fraction of a
/// division is rounded by the cell's luck, so the mean number of divisions is the destiny.
///
/// CD8⁺ cells whose own antigen lit them divide on without it once they have met it (Kaech and Ahmed 2001 Nat Immunol 2:415), about
/// twice as often as those beside activated CD4⁺ cells, and the less the more activated cells share that antigen: `left` of it per cell
/// (Badovinac 2007 Immunity 26:827: the more precursors, the smaller their burst). Bursts of CD4⁺ cells shrink likewise where a named antigen is shared
/// (Blair and Lefrançois 2007 PNAS 104:15045).
pub fn destiny_reached(p: &Parameters, agent: &Agent, left: f64) -> bool {
    let pstat5 = f64::from(agent.pstat5);
    let missing = 1.0 - half(pstat5, p.division_half_signal);
    let destiny = match agent.kind {
        Kind::BlastCd8 => {
            let by_antigen = if agent.specificity.is_followed() {
                (p.cd8_antigen_divisions - p.cd8_divisions) * left
            } else {
                0.0
            };
            p.cd8_divisions + by_antigen - p.cd8_divisions_without_signal * missing
        }
        Kind::BlastB => b_cells::divisions(p, pstat5),
        _ => {
            let by_rivals = if agent.specificity.antigen().is_some() {
                (p.divisions - p.crowded_divisions) * (1.0 - left)
            } else {
                0.0
            };
            p.divisions - by_rivals - p.divisions_without_signal * missing
        }
    };
    f64::from(agent.divisions) >= destiny - 1.0 + agent.luck()
}

/// Hazard of an effector being restimulated by antigen on dendritic cells, 1/d.
pub fn restimulation(p: &Parameters, s: &Surroundings, specificity: Specificity) -> f64 {
    p.restimulation * s.engagement.of(specificity) * s.resources
}

/// Hazard of an effector meeting a named antigen on a cell with too little B7 to make it divide, 1/d: it does not divide but may die of it
/// ([`super::aicd`]), for the signal of CD28 that would protect it is missing (Boise 1995 Immunity 3:87).
pub fn contact(p: &Parameters, s: &Surroundings, specificity: Specificity) -> f64 {
    let without_b7 = s.presented.of(specificity) - s.engagement.of(specificity);
    p.antigen_contact * without_b7.max(0.0)
}
