//! IL-2 secretion: the early window of fresh blasts, and a small constant share of activated cells.

use super::Surroundings;
use crate::genotype::Products;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use paracrine_kernel::draw;
use rand::Rng;

/// IL-2 molecules that the cells of one agent secrete in `dt_h` hours.
///
/// Fresh blasts drawn as secretors all secrete between `secretion_start` and `secretion_end` (Sojka 2004 J Immunol);
/// among other activated CD4⁺ cells a binomial number does, fewer where pSTAT5 shuts `Il2` off (Villarino 2007 J Exp
/// Med). `complexes` are the signalling complexes per cell. Draws at most two numbers.
pub fn secreted<R: Rng + ?Sized>(
    p: &Parameters,
    s: &Surroundings,
    agent: &Agent,
    products: &Products,
    complexes: f64,
    dt_h: f64,
    rng: &mut R,
) -> u64 {
    let cells = match agent.kind {
        Kind::BlastCd4 if agent.divisions == 0 => {
            let age = f64::from(agent.active_h);
            let open = age >= p.secretion_start && age < p.secretion_end;
            if agent.secretor && open {
                agent.weight
            } else {
                0
            }
        }
        Kind::BlastCd4 | Kind::EffectorCd4 | Kind::MemoryCd4 => {
            let engaged = complexes / (complexes + p.receptors(Kind::BlastCd4).half_signal);
            let share = p.activated_secretors
                * (1.0 + p.restimulation_secretion * s.costimulation * s.resources)
                / (1.0 + p.secretion_shutoff * engaged);
            draw::binomial(rng, agent.weight, share)
        }
        _ => 0,
    };
    draw::poisson(
        rng,
        cells as f64 * p.secretion_rate * 3600.0 * dt_h * products.il2,
    )
}
