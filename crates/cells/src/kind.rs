//! Cell kinds, and the groups of kinds that readouts and interventions name.

/// The kind and state of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// Natural killer cell.
    Nk,
}

impl Kind {
    /// All kinds, in a fixed order.
    pub const ALL: [Self; 9] = [
        Self::NaiveCd4,
        Self::BlastCd4,
        Self::EffectorCd4,
        Self::MemoryCd4,
        Self::Treg,
        Self::NaiveCd8,
        Self::EffectorCd8,
        Self::MemoryCd8,
        Self::Nk,
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
        }
    }

    /// Whether it is a T cell.
    pub const fn is_t(self) -> bool {
        !matches!(self, Self::Nk)
    }

    /// Whether the surface phenotype is that of an activated cell (CD44hi CD62Llo, or CD44hi for CD8).
    pub const fn is_activated(self) -> bool {
        matches!(
            self,
            Self::BlastCd4
                | Self::EffectorCd4
                | Self::MemoryCd4
                | Self::EffectorCd8
                | Self::MemoryCd8
        )
    }
}

/// A set of kinds with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// All T cells.
    T,
    /// All CD4⁺ T cells.
    Cd4,
    /// CD4⁺ Foxp3⁻ T cells.
    Tcon,
    /// All CD8⁺ T cells.
    Cd8,
    /// One kind.
    Only(Kind),
}

impl Group {
    /// All groups, in a fixed order.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::T, Self::Cd4, Self::Tcon, Self::Cd8]
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
            Self::Only(kind) => kind.name(),
        }
    }

    /// The group with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|group| group.name() == name)
    }

    /// Whether cells of `kind` belong to the group.
    pub fn contains(self, kind: Kind) -> bool {
        let cd8 = matches!(kind, Kind::NaiveCd8 | Kind::EffectorCd8 | Kind::MemoryCd8);
        match self {
            Self::T => kind.is_t(),
            Self::Cd4 => kind.is_t() && !cd8,
            Self::Tcon => kind.is_t() && !cd8 && kind != Kind::Treg,
            Self::Cd8 => cd8,
            Self::Only(only) => only == kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let names: Vec<_> = Group::all().map(Group::name).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name}");
            assert!(Group::from_name(name).is_some());
        }
    }

    #[test]
    fn groups_partition_the_t_cells() {
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_t()) {
            let parts = [Group::Tcon, Group::Only(Kind::Treg), Group::Cd8];
            assert_eq!(parts.iter().filter(|g| g.contains(kind)).count(), 1);
            assert_eq!(Group::Cd4.contains(kind), !Group::Cd8.contains(kind));
        }
    }
}
