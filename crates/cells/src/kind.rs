//! Cell kinds, and the groups of cells that readouts and interventions name.

use crate::model::Parameters;
use crate::population::{Agent, Variety};
use serde::{Deserialize, Serialize};

/// The kind and state of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Naive CD4⁺ Foxp3⁻ T cell.
    NaiveCd4,
    /// Freshly activated, dividing CD4⁺ T cell.
    BlastCd4,
    /// Effector CD4⁺ T cell.
    EffectorCd4,
    /// Memory CD4⁺ T cell.
    MemoryCd4,
    /// Regulatory T cell (CD4⁺ Foxp3⁺).
    Treg,
    /// Naive CD8⁺ T cell.
    NaiveCd8,
    /// Effector CD8⁺ T cell.
    EffectorCd8,
    /// Memory-phenotype CD8⁺ T cell (CD44hi CD122hi).
    MemoryCd8,
    /// Mature natural killer cell.
    Nk,
    /// Freshly activated, dividing CD8⁺ T cell.
    BlastCd8,
    /// Natural killer cell fresh from the marrow, which does not kill yet.
    ImmatureNk,
    /// Resting B cell.
    B,
    /// Activated, dividing B cell.
    BlastB,
    /// Plasma cell.
    Plasma,
    /// Resting monocyte or macrophage.
    Macrophage,
    /// Macrophage activated by IFN-γ.
    ActiveMacrophage,
    /// Transferred cell with little MHC class I, a target of natural killers.
    Target,
    /// T cell without CD4 and CD8 that descends from chronically stimulated CD8⁺ cells (B220⁺ in *lpr* mice).
    DoubleNegative,
}

impl Kind {
    /// All kinds, in a fixed order.
    pub const ALL: [Self; 18] = [
        Self::NaiveCd4,
        Self::BlastCd4,
        Self::EffectorCd4,
        Self::MemoryCd4,
        Self::Treg,
        Self::NaiveCd8,
        Self::EffectorCd8,
        Self::MemoryCd8,
        Self::Nk,
        Self::BlastCd8,
        Self::ImmatureNk,
        Self::B,
        Self::BlastB,
        Self::Plasma,
        Self::Macrophage,
        Self::ActiveMacrophage,
        Self::Target,
        Self::DoubleNegative,
    ];

    /// The name in scenarios, tables and plots.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NaiveCd4 => "naive CD4",
            Self::BlastCd4 => "CD4 blast",
            Self::EffectorCd4 => "effector CD4",
            Self::MemoryCd4 => "memory CD4",
            Self::Treg => "Treg",
            Self::NaiveCd8 => "naive CD8",
            Self::EffectorCd8 => "effector CD8",
            Self::MemoryCd8 => "memory CD8",
            Self::Nk => "NK",
            Self::BlastCd8 => "CD8 blast",
            Self::ImmatureNk => "immature NK",
            Self::B => "B",
            Self::BlastB => "activated B",
            Self::Plasma => "plasma cell",
            Self::Macrophage => "macrophage",
            Self::ActiveMacrophage => "activated macrophage",
            Self::Target => "target cell",
            Self::DoubleNegative => "DN T",
        }
    }

    /// Whether it is a CD4⁺ T cell, regulatory or not.
    pub const fn is_cd4(self) -> bool {
        matches!(
            self,
            Self::NaiveCd4 | Self::BlastCd4 | Self::EffectorCd4 | Self::MemoryCd4 | Self::Treg
        )
    }

    /// Whether it is a CD8⁺ T cell.
    pub const fn is_cd8(self) -> bool {
        matches!(
            self,
            Self::NaiveCd8 | Self::BlastCd8 | Self::EffectorCd8 | Self::MemoryCd8
        )
    }

    /// Whether it is a T cell.
    pub const fn is_t(self) -> bool {
        self.is_cd4() || self.is_cd8() || matches!(self, Self::DoubleNegative)
    }

    /// Whether it is freshly activated and lives by clocks.
    pub const fn is_blast(self) -> bool {
        matches!(self, Self::BlastCd4 | Self::BlastCd8 | Self::BlastB)
    }

    /// Whether it is a T cell that antigen has lit and that is no memory cell yet.
    pub const fn is_lit_t(self) -> bool {
        matches!(
            self,
            Self::BlastCd4 | Self::BlastCd8 | Self::EffectorCd4 | Self::EffectorCd8
        )
    }

    /// Whether the surface phenotype is that of an activated cell (CD44hi CD62Llo, or CD44hi for CD8).
    pub const fn is_activated(self) -> bool {
        matches!(
            self,
            Self::BlastCd4
                | Self::EffectorCd4
                | Self::MemoryCd4
                | Self::BlastCd8
                | Self::EffectorCd8
                | Self::MemoryCd8
                | Self::BlastB
                | Self::ActiveMacrophage
        )
    }
}

/// A set of cells with a name: kinds together, one kind, or part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Group {
    /// All T cells.
    T,
    /// All CD4⁺ T cells.
    Cd4,
    /// CD4⁺ Foxp3⁻ T cells.
    Tcon,
    /// All CD8⁺ T cells.
    Cd8,
    /// Resting and activated B cells.
    BCells,
    /// Treg from the thymus.
    ThymicTreg,
    /// Treg induced outside the thymus.
    PeripheralTreg,
    /// Treg with little memory of pSTAT5 (central, CD62Lhi).
    RestingTreg,
    /// Treg with more of it (effector, CD44hi).
    ActivatedTreg,
    /// Dendritic cells, which are not agents of the population.
    Dendritic,
    /// One kind.
    Only(Kind),
}

impl Group {
    const SETS: [Self; 10] = [
        Self::T,
        Self::Cd4,
        Self::Tcon,
        Self::Cd8,
        Self::BCells,
        Self::ThymicTreg,
        Self::PeripheralTreg,
        Self::RestingTreg,
        Self::ActivatedTreg,
        Self::Dendritic,
    ];

    /// All groups, in a fixed order.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::SETS
            .into_iter()
            .chain(Kind::ALL.into_iter().map(Self::Only))
    }

    /// The name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::T => "T",
            Self::Cd4 => "CD4",
            Self::Tcon => "Tcon",
            Self::Cd8 => "CD8",
            Self::BCells => "B cells",
            Self::ThymicTreg => "thymic Treg",
            Self::PeripheralTreg => "peripheral Treg",
            Self::RestingTreg => "resting Treg",
            Self::ActivatedTreg => "activated Treg",
            Self::Dendritic => "DC",
            Self::Only(kind) => kind.name(),
        }
    }

    /// The group with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|group| group.name() == name)
    }

    /// Whether an agent is activated: by its kind, a Treg by its drive.
    pub fn is_activated(p: &Parameters, agent: &Agent) -> bool {
        agent.kind.is_activated() || Self::ActivatedTreg.contains(p, agent)
    }

    /// Whether cells of a kind may belong to the group.
    pub const fn may_hold(self, kind: Kind) -> bool {
        match self {
            Self::T => kind.is_t(),
            Self::Cd4 => kind.is_cd4(),
            Self::Tcon => kind.is_cd4() && !matches!(kind, Kind::Treg),
            Self::Cd8 => kind.is_cd8(),
            Self::BCells => matches!(kind, Kind::B | Kind::BlastB),
            Self::ThymicTreg | Self::PeripheralTreg | Self::RestingTreg | Self::ActivatedTreg => {
                matches!(kind, Kind::Treg)
            }
            Self::Dendritic => false,
            Self::Only(only) => only as u8 == kind as u8,
        }
    }

    /// Whether an agent belongs to the group.
    pub fn contains(self, p: &Parameters, agent: &Agent) -> bool {
        let is_activated_treg = || f64::from(agent.drive) >= p.treg_activated_drive;
        self.may_hold(agent.kind)
            && match self {
                Self::ThymicTreg => agent.variety != Variety::Peripheral,
                Self::PeripheralTreg => agent.variety == Variety::Peripheral,
                Self::RestingTreg => !is_activated_treg(),
                Self::ActivatedTreg => is_activated_treg(),
                _ => true,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use paracrine_kernel::rng::AgentKey;

    #[test]
    fn names_are_unique() {
        let names: Vec<_> = Group::all().map(Group::name).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name}");
            assert!(Group::from_name(name).is_some());
        }
    }

    #[test]
    fn groups_partition_the_t_cells_and_the_treg() {
        let p = crate::model::tests::parameters();
        let count = |agent: &Agent, groups: &[Group]| {
            groups.iter().filter(|g| g.contains(&p, agent)).count()
        };
        for kind in Kind::ALL {
            for variety in [Variety::Plain, Variety::Peripheral] {
                let mut agent = Agent::new(AgentKey::NONE, kind, 1);
                agent.variety = variety;
                let is_t = usize::from(kind.is_t());
                let is_treg = usize::from(kind == Kind::Treg);
                let treg = Group::Only(Kind::Treg);
                let negative = Group::Only(Kind::DoubleNegative);
                let parts = [Group::Tcon, treg, Group::Cd8, negative];
                assert_eq!(count(&agent, &parts), is_t);
                assert_eq!(count(&agent, &[Group::Cd4, Group::Cd8, negative]), is_t);
                let origins = [Group::ThymicTreg, Group::PeripheralTreg];
                assert_eq!(count(&agent, &origins), is_treg);
                let states = [Group::RestingTreg, Group::ActivatedTreg];
                assert_eq!(count(&agent, &states), is_treg);
            }
        }
    }
}
