//! IL-2 secretion: the early window of fresh blasts, a small constant share of activated CD4⁺ cells, a little by B blasts, and a
//! burst of dendritic cells after microbes. Treg and macrophages make none.

use super::costimulation::Dendritic;
use super::{Surroundings, antigen};
use crate::genotype::Products;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use paracrine_kernel::draw;
use rand::Rng;

/// IL-2 molecules that the cells of one agent secrete in `dt_h` hours.
///
/// Fresh blasts drawn as secretors all secrete between `secretion_start` and `secretion_end` (Sojka 2004 J Immunol);
/// where antigen is counted, as long as enough is left for the pSTAT5 they have. Among other activated CD4⁺ cells a binomial number does, fewer where pSTAT5 shuts `Il2` off (Villarino 2007 J Exp
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
    let mut rate = p.secretion_rate;
    let cells = match agent.kind {
        Kind::BlastCd4 | Kind::BlastCd8 if agent.divisions == 0 => {
            if agent.kind == Kind::BlastCd8 {
                rate *= p.cd8_secretion_share;
            }
            let age = f64::from(agent.active_h);
            let end = (age + dt_h).min(p.secretion_end);
            // The part of the step in which it secretes.
            rate *= (end - age.max(p.secretion_start)).max(0.0) / dt_h;
            if let Some(engaged) = s.engaged {
                let secretes = antigen::secretes(p, engaged, agent.pstat5.into());
                rate *= f64::from(u8::from(secretes));
                rate *= antigen::secretion(p, agent.capacity.into());
            }
            if agent.secretor { agent.weight } else { 0 }
        }
        Kind::BlastCd4 | Kind::EffectorCd4 | Kind::MemoryCd4 => {
            let sensed = complexes / (complexes + p.receptors(Kind::BlastCd4).half_signal);
            let engaged = s.forced.of(agent.kind).unwrap_or(sensed);
            // Memory cells of what is not followed have their antigens in the environment.
            let restimulated = match agent.kind {
                Kind::MemoryCd4 if !agent.specificity.is_followed() => s.costimulation,
                _ => s.engagement.of(agent.specificity),
            };
            let share = p.activated_secretors
                * (1.0 + p.restimulation_secretion * restimulated * s.resources)
                / (1.0 + p.secretion_shutoff * engaged);
            let has_antigen = s
                .engaged
                .is_none_or(|left| antigen::secretes(p, left, agent.pstat5.into()));
            if !has_antigen {
                return 0;
            }
            draw::binomial(rng, agent.weight, share)
        }
        Kind::BlastB => {
            rate = p.b_secretion;
            agent.weight
        }
        _ => 0,
    };
    draw::poisson(rng, cells as f64 * rate * 3600.0 * dt_h * products.il2)
}

/// Whether cells of a kind ever secrete IL-2.
pub const fn secretes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BlastCd4 | Kind::EffectorCd4 | Kind::MemoryCd4 | Kind::BlastCd8 | Kind::BlastB
    )
}

/// IL-2 molecules that dendritic cells secrete in `dt_h` hours from `now_h` on: early, short, after microbes only (Granucci 2001
/// Nat Immunol 2:882; 2003 J Immunol 170:5075). Draws one number.
pub fn secreted_by_dendritic<R: Rng + ?Sized>(
    p: &Parameters,
    dendritic: &Dendritic,
    body: f64,
    now_h: f64,
    dt_h: f64,
    rng: &mut R,
) -> u64 {
    let mean: f64 = dendritic
        .alarms
        .iter()
        .map(|alarm| {
            let open = alarm.at_h + p.dc_secretion_start;
            let shut = alarm.at_h + p.dc_secretion_end;
            let hours = (now_h + dt_h).min(shut) - now_h.max(open);
            alarm.share * p.dc_secretion * 3600.0 * hours.max(0.0)
        })
        .sum();
    draw::poisson(rng, mean * dendritic.cells(p, body) * dendritic.il2)
}
