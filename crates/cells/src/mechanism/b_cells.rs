//! B cells: made with IL-7, activated by T-cell help, dividing further with IL-2, becoming plasma cells.

use super::{Surroundings, clocks};
use crate::genotype::Products;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use crate::receptors::il7_signal;
use crate::signal::half;
use crate::specificity::Specificity;
use paracrine_kernel::draw;
use rand::Rng;

/// New B cells from marrow, cells/d.
///
/// Pro-B cells of the mouse grow on IL-7 and so need γ (Cao 1995 Immunity 2:223); IFN-γ of activated T cells holds them down
/// (B cells fall late in the disease of `Il2`⁻/⁻ mice).
pub fn output(p: &Parameters, s: &Surroundings, products: &Products) -> f64 {
    let b = p.receptors(Kind::B);
    // Precursors carry as much IL-7Rα as naive T cells; mature B cells have lost it.
    let precursor = p.receptors(Kind::NaiveCd4);
    let signal = il7_signal(p, precursor, b.gamma * products.gamma * s.open.gamma, s.il7);
    let kept = p.b_output_floor + (1.0 - p.b_output_floor) * signal;
    p.b_output * s.body * kept / (1.0 + s.ifn_gamma / p.b_output_ifn_half)
}

/// Hazard of activation of a resting B cell, 1/d.
///
/// A little by the environment; the rest by helper T cells. Help against self reaches B cells of that specificity first, others
/// as bystanders.
pub fn activation(p: &Parameters, s: &Surroundings, specificity: Specificity) -> f64 {
    let reach = if specificity == Specificity::SELF {
        s.of_self + (1.0 - s.of_self) * p.b_bystander
    } else {
        p.b_bystander
    };
    p.b_environment * s.maturity * s.microbes + p.b_help * reach * s.help
}

/// Help by effector CD4⁺ cells, 0 to 1.
pub fn help(p: &Parameters, effectors: f64, body: f64) -> f64 {
    half(effectors, p.b_help_half_number * body)
}

/// Turns a resting B cell into a blast: starts its clocks and draws its luck. Draws three numbers.
pub fn ignite<R: Rng + ?Sized>(p: &Parameters, agent: &mut Agent, rng: &mut R) {
    agent.kind = Kind::BlastB;
    agent.divisions = 0;
    agent.active_h = 0.0;
    clocks::start(p, agent, rng);
    agent.set_luck(draw::uniform(rng));
}

/// Divisions of a B blast with this pSTAT5: IL-2 adds to those that antigen and CD40 give; it is not needed.
pub fn divisions(p: &Parameters, pstat5: f64) -> f64 {
    p.b_divisions + p.b_divisions_signal * half(pstat5, p.b_half_signal)
}

/// Hazard of Fas-dependent death of a B blast, 1/d.
///
/// CD40 brings Fas onto activated B cells (Garrone 1995 J Exp Med 182:1265); its ligand is on helper T cells (Rathmell 1995 Nature 376:181)
/// and on activated B cells themselves (Truman 1997 Blood 89:1996). B cells without Fas make the antibody of *lpr* mice (Hao 2008
/// Immunity 29:615).
pub fn fas_death(p: &Parameters, products: &Products) -> f64 {
    p.b_fas_death * products.fas
}

/// Shares of new plasma cells that make IgG and IgE. Switching needs IL-4 and IL-21, whose receptors hold γ; to IgG, part of it does
/// without them.
pub fn switched(p: &Parameters, gamma: f64) -> (f64, f64) {
    let helped = half(gamma, p.il7_gamma_half);
    let igg = p.igg_share * (p.igg_without_gamma + (1.0 - p.igg_without_gamma) * helped);
    (igg, p.ige_share * helped)
}

/// Hazard of death of a plasma cell, 1/d: a share of them, by the luck they were born with, live long.
pub fn plasma_death(p: &Parameters, agent: &Agent) -> f64 {
    if agent.luck() < p.plasma_long_lived {
        p.plasma_death_long
    } else {
        p.plasma_death
    }
}
