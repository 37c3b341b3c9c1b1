//! The organs of a mouse and where its cells are.

use crate::kind::Kind;
use crate::model::Parameters;
use paracrine_kernel::draw;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// An organ. Cells are in the peripheral ones; the thymus is a source of cells, not a place of agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Organ {
    /// The spleen.
    Spleen,
    /// All lymph nodes.
    LymphNodes,
    /// All other tissue: skin, gut, lung, liver, marrow and what flows in blood. Here effectors do damage.
    Tissue,
    /// The thymus.
    Thymus,
}

/// How many organs hold cells and free IL-2.
pub const PLACES: usize = 3;

impl Organ {
    /// All organs.
    pub const ALL: [Self; 4] = [Self::Spleen, Self::LymphNodes, Self::Tissue, Self::Thymus];

    /// Those that hold cells and free IL-2, in the order of their indices.
    pub const PERIPHERY: [Self; PLACES] = [Self::Spleen, Self::LymphNodes, Self::Tissue];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spleen => "spleen",
            Self::LymphNodes => "lymph nodes",
            Self::Tissue => "tissue",
            Self::Thymus => "thymus",
        }
    }

    /// The organ with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|organ| organ.name() == name)
    }

    /// Its place among the peripheral organs.
    ///
    /// The thymus has none; what is asked of it there is that of other tissue.
    pub const fn place(self) -> usize {
        match self {
            Self::Spleen => 0,
            Self::LymphNodes => 1,
            Self::Tissue | Self::Thymus => 2,
        }
    }
}

/// Shares of the cells of a kind that are in each peripheral organ; those of leukocytes that are no agents for `None`.
pub fn homing(p: &Parameters, kind: Option<Kind>) -> [f64; PLACES] {
    let (spleen, nodes) = match kind {
        Some(Kind::DoubleNegative) => (p.spleen_t_share, p.node_dn_share),
        Some(kind) if kind.is_t() => (p.spleen_t_share, p.node_t_share),
        Some(Kind::B | Kind::BlastB | Kind::Plasma) => (p.spleen_b_share, p.node_b_share),
        _ => (p.spleen_other_share, p.node_other_share),
    };
    [spleen, nodes, (1.0 - spleen - nodes).max(0.0)]
}

/// Where a cell of a kind goes, from a uniform number.
pub fn destination(p: &Parameters, kind: Kind, uniform: f64) -> Organ {
    let [spleen, nodes, _] = homing(p, Some(kind));
    if uniform < spleen {
        Organ::Spleen
    } else if uniform < spleen + nodes {
        Organ::LymphNodes
    } else {
        Organ::Tissue
    }
}

/// Parts molecules at random between the organs, by their shares of a whole. Returns what each gets, and what is left.
pub(crate) fn part<R: Rng + ?Sized>(
    rng: &mut R,
    molecules: u64,
    shares: &[f64; PLACES],
    whole: f64,
) -> ([u64; PLACES], u64) {
    let (mut left, mut rest) = (molecules, whole);
    let parts = shares.map(|share| {
        let chance = if rest > 0.0 { share / rest } else { 0.0 };
        let part = draw::binomial(rng, left, chance.clamp(0.0, 1.0));
        left -= part;
        rest -= share;
        part
    });
    (parts, left)
}

/// Whether cells of a kind go from organ to organ with the blood.
///
/// Blasts stay where they were activated until they are done dividing (they lack S1P1: Matloubian 2004 Nature 427:355); plasma cells,
/// macrophages and targets stay where they are.
pub const fn recirculates(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::BlastCd4
            | Kind::BlastCd8
            | Kind::BlastB
            | Kind::Plasma
            | Kind::Macrophage
            | Kind::ActiveMacrophage
            | Kind::Target
    )
}

/// The chance that a recirculating cell has passed through blood within `dt_h` hours. It may have come back to its organ.
pub fn departure(p: &Parameters, dt_h: f64) -> f64 {
    -libm::expm1(-dt_h / p.recirculation_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_follow_the_shares() {
        let mut p = crate::model::tests::parameters();
        (p.spleen_t_share, p.node_t_share) = (0.2, 0.15);
        p.node_dn_share = 0.5;
        (p.spleen_b_share, p.node_b_share) = (0.4, 0.07);
        (p.spleen_other_share, p.node_other_share) = (0.5, 0.5);
        for kind in Kind::ALL {
            let shares = homing(&p, Some(kind));
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let mut found = [0.0; PLACES];
            for step in 0..1000 {
                let organ = destination(&p, kind, (f64::from(step) + 0.5) / 1000.0);
                found[organ.place()] += 1e-3;
            }
            for (found, share) in found.iter().zip(shares) {
                assert!((found - share).abs() < 1.1e-3, "{found} of {share}");
            }
        }
    }
}
