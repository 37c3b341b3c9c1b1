//! Genes, their expression, and the products a cell can make.
//!
//! A genotype is a list of expression levels. It is read in exactly one place, [`Products::of`]; everything downstream
//! sees synthesis rates and molecules only. No mechanism can ask for a genotype.

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

    /// The gene with this symbol.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gene| gene.symbol() == symbol)
    }
}

/// Expression of every gene, relative to the wild type, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Genotype {
    expression: [f64; Gene::ALL.len()],
}

impl Default for Genotype {
    fn default() -> Self {
        Self::wild_type()
    }
}

impl Genotype {
    /// Every gene at 1.
    pub const fn wild_type() -> Self {
        Self {
            expression: [1.0; Gene::ALL.len()],
        }
    }

    /// The same genotype with one gene at `expression` (clamped to 0..=1).
    #[must_use]
    pub fn with(mut self, gene: Gene, expression: f64) -> Self {
        self.expression[gene as usize] = expression.clamp(0.0, 1.0);
        self
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
    /// Concentration of the IL-15 pool, when this is the host's genotype.
    pub il15: f64,
    /// Concentration of the IL-7 pool, when this is the host's genotype.
    pub il7: f64,
    /// Share of Treg precursors that come to express Foxp3 protein.
    pub foxp3: f64,
    /// Fas protein.
    pub fas: f64,
}

impl Products {
    /// Turns expression into synthesis. **The only place where a genotype is read.**
    pub const fn of(genotype: &Genotype) -> Self {
        let e = &genotype.expression;
        Self {
            il2: e[Gene::Il2 as usize],
            alpha: e[Gene::Il2ra as usize],
            beta: e[Gene::Il2rb as usize],
            gamma: e[Gene::Il2rg as usize],
            il15: e[Gene::Il15 as usize],
            il7: e[Gene::Il7 as usize],
            foxp3: e[Gene::Foxp3 as usize],
            fas: e[Gene::Fas as usize],
        }
    }
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
    fn expression_scales_only_its_own_product() {
        let products = Products::of(&Genotype::wild_type().with(Gene::Il2ra, 0.25));
        let wild_type = Products::of(&Genotype::wild_type());
        assert_eq!(
            products,
            Products {
                alpha: 0.25,
                ..wild_type
            }
        );
    }
}
