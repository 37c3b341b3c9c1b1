//! Genes, their expression, and the products a cell can make.
//!
//! A genotype is a list of changes of expression, in all cells or in a lineage, from birth or later. It is read in exactly one
//! place, `Products::of`; everything downstream sees synthesis rates and molecules only. No mechanism can ask for a genotype.

use crate::kind::{Group, Kind};
use crate::population::Agent;

/// A gene of the model, by its MGI symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gene {
    /// Interleukin-2.
    Il2,
    /// IL-2Rα, CD25.
    Il2ra,
    /// IL-2Rβ, CD122.
    Il2rb,
    /// Common γ chain, CD132.
    Il2rg,
    /// Interleukin-15.
    Il15,
    /// Interleukin-7.
    Il7,
    /// The transcription factor of regulatory T cells.
    Foxp3,
    /// The death receptor CD95.
    Fas,
}

impl Gene {
    /// All genes, in a fixed order.
    pub const ALL: [Self; 8] = [
        Self::Il2,
        Self::Il2ra,
        Self::Il2rb,
        Self::Il2rg,
        Self::Il15,
        Self::Il7,
        Self::Foxp3,
        Self::Fas,
    ];

    /// MGI symbol.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Il2 => "Il2",
            Self::Il2ra => "Il2ra",
            Self::Il2rb => "Il2rb",
            Self::Il2rg => "Il2rg",
            Self::Il15 => "Il15",
            Self::Il7 => "Il7",
            Self::Foxp3 => "Foxp3",
            Self::Fas => "Fas",
        }
    }

    /// Whether a loss in this lineage alone can change anything: whether its cells make the product, or answer to it.
    pub const fn acts_in(self, lineage: Lineage) -> bool {
        use Lineage as L;
        match self {
            // Of cells that are not simulated.
            Self::Il15 | Self::Il7 => false,
            Self::Il2 => matches!(lineage, L::T | L::Cd4 | L::Cd8 | L::B | L::Dendritic),
            Self::Il2ra | Self::Il2rb | Self::Il2rg => !matches!(lineage, L::Dendritic),
            // It is read where Treg arise.
            Self::Foxp3 => matches!(lineage, L::T | L::Cd4),
            Self::Fas => matches!(lineage, L::T | L::Cd4 | L::Cd8 | L::Treg | L::B),
        }
    }

    /// Whether cells of a group, or what becomes of them, may differ by it.
    pub fn acts_in_group(self, group: Group) -> bool {
        // Of the lineages of a kind the last one is the narrowest.
        let lineage = |kind| {
            let mut lineages = Lineage::ALL.into_iter().rev();
            lineages.find(|lineage| lineage.holds(kind))
        };
        match group {
            Group::Dendritic => self.acts_in(Lineage::Dendritic),
            _ => Kind::ALL.into_iter().any(|kind| {
                group.may_hold(kind) && lineage(kind).is_some_and(|lineage| self.acts_in(lineage))
            }),
        }
    }

    /// The gene with this symbol.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gene| gene.symbol() == symbol)
    }
}

/// Cells to which a change of expression may be confined, as by a recombinase that their lineage alone expresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lineage {
    /// All T cells, from the thymus on.
    T,
    /// CD4⁺ T cells with Treg, from the thymus on.
    Cd4,
    /// CD8⁺ T cells, from the periphery on.
    Cd8,
    /// Regulatory T cells, once they express Foxp3.
    Treg,
    /// B and plasma cells and their precursors.
    B,
    /// Natural killer cells and their precursors.
    Nk,
    /// Monocytes and macrophages.
    Macrophage,
    /// Dendritic cells.
    Dendritic,
}

impl Lineage {
    /// All lineages, in a fixed order.
    pub const ALL: [Self; 8] = [
        Self::T,
        Self::Cd4,
        Self::Cd8,
        Self::Treg,
        Self::B,
        Self::Nk,
        Self::Macrophage,
        Self::Dendritic,
    ];

    /// The name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::T => "T",
            Self::Cd4 => "CD4",
            Self::Cd8 => "CD8",
            Self::Treg => "Treg",
            Self::B => "B",
            Self::Nk => "NK",
            Self::Macrophage => "macrophage",
            Self::Dendritic => "DC",
        }
    }

    /// The lineage with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lineage| lineage.name() == name)
    }

    /// Whether cells of a kind belong to it.
    pub const fn holds(self, kind: Kind) -> bool {
        self.contains(Maker::Cell(kind))
    }

    /// Whether it makes what these make.
    const fn contains(self, maker: Maker) -> bool {
        match maker {
            Maker::Stroma => false,
            Maker::Dendritic => matches!(self, Self::Dendritic),
            Maker::Cell(kind) => match self {
                Self::T => kind.is_t(),
                Self::Cd4 => kind.is_cd4(),
                // Deletion in CD8⁺ cells lasts in what descends from them.
                Self::Cd8 => kind.is_cd8() || matches!(kind, Kind::DoubleNegative),
                Self::Treg => matches!(kind, Kind::Treg),
                Self::B => matches!(kind, Kind::B | Kind::BlastB | Kind::Plasma),
                Self::Nk => matches!(kind, Kind::Nk | Kind::ImmatureNk),
                Self::Macrophage => matches!(kind, Kind::Macrophage | Kind::ActiveMacrophage),
                Self::Dendritic => false,
            },
        }
    }
}

/// Who makes a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maker {
    /// Cells of a kind.
    Cell(Kind),
    /// Dendritic cells.
    Dendritic,
    /// Cells of the host that are not simulated.
    Stroma,
}

/// A change of the expression of a gene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expression {
    /// The gene.
    pub gene: Gene,
    /// Its expression relative to the wild type, 0 to 1.
    pub level: f64,
    /// Where, if not in all cells of the host.
    pub lineage: Option<Lineage>,
    /// Since what age of the host, d. Chains made before turn over.
    pub from_d: f64,
}

/// What differs from the wild type. Changes of one gene multiply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Genotype {
    changes: Vec<Expression>,
}

impl Genotype {
    /// Every gene at 1.
    pub const fn wild_type() -> Self {
        Self {
            changes: Vec::new(),
        }
    }

    /// The same genotype with one gene at `level` of what it was (clamped to 0..=1), in all cells from birth.
    #[must_use]
    pub fn with(self, gene: Gene, level: f64) -> Self {
        self.with_change(Expression {
            gene,
            level,
            lineage: None,
            from_d: 0.0,
        })
    }

    /// The same genotype with one more change.
    #[must_use]
    pub fn with_change(mut self, mut change: Expression) -> Self {
        change.level = change.level.clamp(0.0, 1.0);
        self.changes.push(change);
        // The same changes are the same genotype, in whatever order they are written.
        let lineage = |of: &Expression| of.lineage.map(|lineage| lineage as u8);
        self.changes.sort_by(|a, b| {
            let names = (a.gene, lineage(a)).cmp(&(b.gene, lineage(b)));
            let numbers = || (a.from_d.total_cmp(&b.from_d)).then(a.level.total_cmp(&b.level));
            names.then_with(numbers)
        });
        self
    }

    /// The same genotype with all changes of another.
    #[must_use]
    pub fn with_all(self, other: &Self) -> Self {
        let changes = other.changes.iter().copied();
        changes.fold(self, Self::with_change)
    }

    /// Expression of a gene by these at this age.
    fn expression(&self, gene: Gene, maker: Maker, age_d: f64) -> f64 {
        let applies = |change: &&Expression| {
            change.gene == gene
                && change.from_d <= age_d
                && change.lineage.is_none_or(|lineage| lineage.contains(maker))
        };
        self.changes
            .iter()
            .filter(applies)
            .map(|change| change.level)
            .product()
    }

    /// What holds of it by an age, d: without changes that come later.
    #[must_use]
    pub fn until(&self, age_d: f64) -> Self {
        let changes = self.changes.iter();
        Self {
            changes: changes
                .filter(|change| change.from_d <= age_d)
                .copied()
                .collect(),
        }
    }

    /// Whether something changes after one age and until another, d.
    fn changes_between(&self, after_d: f64, until_d: f64) -> bool {
        let mut times = self.changes.iter().map(|change| change.from_d);
        times.any(|from_d| after_d < from_d && from_d <= until_d)
    }
}

/// How much of each product the cells of one genotype make, as a multiple of the wild-type synthesis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Products {
    /// IL-2 secreted per secreting cell.
    pub il2: f64,
    /// Synthesis of IL-2Rα.
    pub alpha: f64,
    /// Synthesis of IL-2Rβ.
    pub beta: f64,
    /// Synthesis of the common γ chain.
    pub gamma: f64,
    /// IL-15 that is made, when this is the host's genotype.
    pub il15: f64,
    /// IL-7 that is made, when this is the host's genotype.
    pub il7: f64,
    /// Share of Treg precursors that come to express Foxp3 protein.
    pub foxp3: f64,
    /// Fas protein.
    pub fas: f64,
}

impl Products {
    /// Turns expression into synthesis. **The only place where a genotype is read.**
    fn of(genotype: &Genotype, maker: Maker, age_d: f64) -> Self {
        let of = |gene| genotype.expression(gene, maker, age_d);
        Self {
            il2: of(Gene::Il2),
            alpha: of(Gene::Il2ra),
            beta: of(Gene::Il2rb),
            gamma: of(Gene::Il2rg),
            il15: of(Gene::Il15),
            il7: of(Gene::Il7),
            foxp3: of(Gene::Foxp3),
            fas: of(Gene::Fas),
        }
    }
}

/// What all cells of one genotype make at an age.
#[derive(Clone, Debug, PartialEq)]
pub struct Makers {
    genotype: Genotype,
    age_d: f64,
    cells: [Products; Kind::ALL.len()],
    dendritic: Products,
    stroma: Products,
}

impl Makers {
    /// Those of a genotype at birth.
    pub fn new(genotype: &Genotype) -> Self {
        Self::at(genotype.clone(), 0.0)
    }

    fn at(genotype: Genotype, age_d: f64) -> Self {
        let of = |maker| Products::of(&genotype, maker, age_d);
        Self {
            age_d,
            cells: Kind::ALL.map(|kind| of(Maker::Cell(kind))),
            dendritic: of(Maker::Dendritic),
            stroma: of(Maker::Stroma),
            genotype,
        }
    }

    /// Goes on to an age, d.
    pub fn grow_to(&mut self, age_d: f64) {
        if self.genotype.changes_between(self.age_d, age_d) {
            *self = Self::at(std::mem::take(&mut self.genotype), age_d);
        }
        self.age_d = age_d;
    }

    /// Age at which they are, d.
    pub const fn age_d(&self) -> f64 {
        self.age_d
    }

    /// What cells of a kind make. Precursors that are no agents make what the first kind does that comes of them.
    pub const fn of(&self, kind: Kind) -> &Products {
        &self.cells[kind as usize]
    }

    /// What dendritic cells make.
    pub const fn dendritic(&self) -> &Products {
        &self.dendritic
    }

    /// What cells of the host make that are not simulated: its IL-7 and IL-15.
    pub const fn stroma(&self) -> &Products {
        &self.stroma
    }
}

/// Whether there is a genotype for each of these agents.
pub(crate) fn are_known(agents: &[Agent], makers: &[Makers]) -> bool {
    let mut agents = agents.iter();
    agents.all(|agent| usize::from(agent.genotype) < makers.len())
}

/// Gives an agent other numbers of genotype and tag; false if none becomes of those that it has.
pub(crate) fn recast(agent: &mut Agent, cast: impl Fn(u8, u8) -> Option<(u8, u8)>) -> bool {
    let other = cast(agent.genotype, agent.tag);
    if let Some(numbers) = other {
        (agent.genotype, agent.tag) = numbers;
    }
    other.is_some()
}

/// Gives an agent a tag, and the genotype that a change of genes makes of its own; false if it has both.
pub(crate) fn mark(agent: &mut Agent, tag: u8, change: Option<&Vec<u8>>) -> bool {
    let genotype = change.map_or(agent.genotype, |of| of[usize::from(agent.genotype)]);
    let is_marked = (agent.tag, agent.genotype) == (tag, genotype);
    (agent.tag, agent.genotype) = (tag, genotype);
    !is_marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_unique_and_found_again() {
        for gene in Gene::ALL {
            assert_eq!(Gene::from_symbol(gene.symbol()), Some(gene));
        }
        assert_eq!(Gene::from_symbol("il2"), None);
    }

    #[test]
    fn a_gene_acts_where_it_is_made_or_read() {
        let acts = Gene::acts_in_group;
        assert!(acts(Gene::Fas, Group::BCells) && acts(Gene::Fas, Group::T));
        assert!(!acts(Gene::Fas, Group::Only(Kind::Nk)));
        // Cells that are Treg already no longer ask for it; those of which Treg may come do.
        assert!(acts(Gene::Foxp3, Group::Only(Kind::NaiveCd4)) && acts(Gene::Foxp3, Group::Cd4));
        assert!(!acts(Gene::Foxp3, Group::Only(Kind::Treg)));
        assert!(!acts(Gene::Foxp3, Group::RestingTreg));
        assert!(acts(Gene::Il2, Group::Dendritic) && !acts(Gene::Il2ra, Group::Dendritic));
        assert!(!acts(Gene::Il15, Group::T) && !acts(Gene::Il2, Group::Only(Kind::Treg)));
    }

    const WILD_TYPE: Products = Products {
        il2: 1.0,
        alpha: 1.0,
        beta: 1.0,
        gamma: 1.0,
        il15: 1.0,
        il7: 1.0,
        foxp3: 1.0,
        fas: 1.0,
    };

    #[test]
    fn expression_scales_only_its_own_product() {
        let makers = Makers::new(&Genotype::wild_type().with(Gene::Il2ra, 0.25));
        let expected = Products {
            alpha: 0.25,
            ..WILD_TYPE
        };
        assert_eq!(makers.of(Kind::Treg), &expected);
        assert_eq!(makers.stroma(), &expected);
    }

    // Smallest faults seen: a lineage that stroma belongs to; a change that comes with birth; the lower of two changes.
    #[test]
    fn changes_have_their_cells_and_their_time_and_multiply() {
        let loss = |lineage, from_d| Expression {
            gene: Gene::Il2rb,
            level: 0.1,
            lineage: Some(lineage),
            from_d,
        };
        let genotype = Genotype::wild_type()
            .with(Gene::Il2rb, 0.5)
            .with_change(loss(Lineage::Treg, 0.0))
            .with_change(loss(Lineage::Cd4, 10.0));
        let mut makers = Makers::new(&genotype);
        let beta = |makers: &Makers| {
            let of = [Kind::Treg, Kind::NaiveCd4, Kind::NaiveCd8, Kind::Nk]
                .map(|kind| makers.of(kind).beta);
            (of, makers.dendritic().beta, makers.stroma().beta)
        };
        let near = |found: [f64; 4], expected: [f64; 4]| {
            found
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-12)
        };
        for (age_d, expected) in [
            (0.0, [0.05, 0.5, 0.5, 0.5]),
            (9.99, [0.05, 0.5, 0.5, 0.5]),
            (10.0, [0.005, 0.05, 0.5, 0.5]),
            (50.0, [0.005, 0.05, 0.5, 0.5]),
        ] {
            makers.grow_to(age_d);
            let (found, dendritic, stroma) = beta(&makers);
            assert!(near(found, expected), "at {age_d} d: {found:?}");
            assert_eq!((dendritic, stroma), (0.5, 0.5));
        }
    }

    #[test]
    fn every_kind_has_a_lineage_but_targets() {
        for kind in Kind::ALL {
            let lineages = Lineage::ALL
                .iter()
                .filter(|lineage| lineage.contains(Maker::Cell(kind)));
            assert_eq!(
                lineages.count() > 0,
                kind != Kind::Target,
                "{}",
                kind.name()
            );
        }
        for lineage in Lineage::ALL {
            assert_eq!(Lineage::from_name(lineage.name()), Some(lineage));
        }
    }
}
