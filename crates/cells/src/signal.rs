//! pSTAT5 and its slower memories.

use crate::genotype::Lineage;
use crate::kind::Kind;
use crate::mechanism::{Surroundings, antigen};
use crate::model::Parameters;
use crate::population::Agent;
use crate::receptors::{Surface, Synthesis, signalling_complexes};
use serde::{Deserialize, Serialize};

/// A signal that is set whatever receptors say, in all cells of a lineage: a constitutively active STAT5, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForcedSignal {
    /// Whose; all cells' if it is none.
    pub lineage: Option<Lineage>,
    /// pSTAT5 towards which cells go, 0 to 1.
    pub level: f64,
    /// Age of the host from which it holds, d.
    pub from_d: f64,
    /// Age to which it holds, d.
    pub until_d: f64,
}

/// The pSTAT5 that is forced upon cells at one time, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Forced {
    kinds: [Option<f64>; Kind::ALL.len()],
    /// Upon precursors of Treg, which are no agents.
    precursors: Option<f64>,
}

impl Forced {
    /// What holds at an age; of several for the same cells the last.
    pub fn at(signals: &[ForcedSignal], age_d: f64) -> Self {
        let mut forced = Self::default();
        for signal in signals {
            if age_d < signal.from_d || age_d >= signal.until_d {
                continue;
            }
            for kind in Kind::ALL {
                if signal.lineage.is_none_or(|lineage| lineage.holds(kind)) {
                    forced.kinds[kind as usize] = Some(signal.level);
                }
            }
            if signal
                .lineage
                .is_none_or(|lineage| matches!(lineage, Lineage::T | Lineage::Cd4))
            {
                forced.precursors = Some(signal.level);
            }
        }
        forced
    }

    /// Upon cells of a kind.
    pub const fn of(&self, kind: Kind) -> Option<f64> {
        self.kinds[kind as usize]
    }

    /// Upon precursors of Treg.
    pub const fn of_precursors(&self) -> Option<f64> {
        self.precursors
    }
}

/// Factors of a step of fixed length, computed once.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    dt_h: f64,
    pstat5: f64,
    rise: f64,
    fall: f64,
    suppression: f64,
}

impl Memory {
    /// What a step of `dt` hours leaves of the old value of each signal.
    pub fn new(p: &Parameters, dt: f64) -> Self {
        let keep = |tau: f64| libm::exp(-dt / tau);
        Self {
            dt_h: dt,
            pstat5: libm::exp(-dt * p.pstat5_decay),
            rise: keep(p.drive_rise),
            fall: keep(p.drive_fall),
            suppression: keep(p.suppression_memory),
        }
    }

    /// Updates pSTAT5 of one cell, the drive that commits to division, and suppressive capacity.
    ///
    /// pSTAT5 is a saturating function of signalling complexes (Tkach 2014 eLife 3:e01944). The drive follows it within
    /// hours upward and within about a day downward: a division once committed completes, and Myc and Bcl-2 outlast
    /// pSTAT5.
    pub fn update(&self, p: &Parameters, s: &Surroundings, agent: &mut Agent, surface: &Surface) {
        let complexes = signalling_complexes(p, surface);
        let mut target = complexes / (complexes + p.receptors(agent.kind).half_signal);
        if let Some(engaged) = s.engaged
            && antigen::shares(agent.kind)
        {
            target *= antigen::brake(p, engaged);
            let boost = antigen::boosted(p, agent.capacity.into(), engaged, self.dt_h);
            agent.capacity = boost as f32;
        }
        let target = s.forced.of(agent.kind).unwrap_or(target);
        let pstat5 = target + (f64::from(agent.pstat5) - target) * self.pstat5;
        let drive = f64::from(agent.drive);
        let keep = if pstat5 > drive { self.rise } else { self.fall };
        agent.pstat5 = pstat5 as f32;
        agent.drive = (pstat5 + (drive - pstat5) * keep) as f32;
        if agent.kind == Kind::Treg {
            let capacity = p.suppression_floor
                + (1.0 - p.suppression_floor) * half(pstat5, p.suppression_half_signal);
            let old = f64::from(agent.capacity);
            agent.capacity = (capacity + (old - capacity) * self.suppression) as f32;
        }
    }
}

/// Receptor synthesis of one cell: its kind's level, its own deviate, TCR and pSTAT5 for α.
///
/// α rises with pSTAT5 in Treg and in activated T and B cells and with TCR engagement in T cells (parameters sheet C2);
/// a cell without signal keeps its basal level. TCR engages antigen that is there, or that is left where it is counted.
/// The last factor of each chain is the product of its gene.
pub fn synthesis(
    p: &Parameters,
    s: &Surroundings,
    agent: &Agent,
    products: &crate::genotype::Products,
) -> Synthesis {
    let r = p.receptors(agent.kind);
    let pstat5 = f64::from(agent.pstat5);
    let has_antigen = s
        .engaged
        .is_none_or(|engaged| antigen::is_engaged(p, engaged));
    let by_tcr = if has_antigen { p.alpha_tcr } else { 0.0 };
    let induced =
        || p.alpha_signal_blast * hill(pstat5, p.alpha_half_signal_blast, p.alpha_hill_blast);
    let alpha = match agent.kind {
        Kind::Treg => {
            r.alpha + p.alpha_signal_treg * pstat5 * half(pstat5, p.alpha_half_signal_treg)
        }
        Kind::BlastCd4 | Kind::BlastCd8 => r.alpha + by_tcr + induced(),
        Kind::EffectorCd4 | Kind::EffectorCd8 => {
            r.alpha + p.alpha_effector_share * (by_tcr * s.costimulation + induced())
        }
        Kind::BlastB => r.alpha + p.alpha_signal_b * pstat5,
        _ => r.alpha,
    };
    Synthesis {
        alpha: alpha * f64::from(agent.level[0]) * products.alpha,
        beta: r.beta * f64::from(agent.level[1]) * products.beta,
        gamma: r.gamma * f64::from(agent.level[2]) * products.gamma,
    }
}

/// Half-saturation: `x / (x + k)`.
pub fn half(x: f64, k: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { x / (x + k) }
}

/// Hill function: `x^n / (x^n + k^n)`.
pub fn hill(x: f64, k: f64, n: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    1.0 / (1.0 + power(k / x, n))
}

/// `x^n`, by multiplication for the exponents of most calls: a power is dear.
pub fn power(x: f64, n: f64) -> f64 {
    if n.to_bits() == 3.0f64.to_bits() {
        x * x * x
    } else if n.to_bits() == 2.0f64.to_bits() {
        x * x
    } else {
        libm::pow(x, n)
    }
}
