//! The words of a model that a scenario may use, as plain data handed in by the caller.

/// What a scenario may name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocabulary {
    /// Models a scenario may ask for.
    pub models: Vec<String>,
    /// Genes whose expression can be set.
    pub genes: Vec<String>,
    /// Lineages to which a change of expression may be confined.
    pub lineages: Vec<String>,
    /// Kinds of cells, and groups of kinds.
    pub kinds: Vec<String>,
    /// Ligands whose concentration can be measured.
    pub ligands: Vec<String>,
    /// Ligands that can be injected and found in serum.
    pub injectables: Vec<String>,
    /// Forms of IL-2 that can be injected.
    pub forms: Vec<String>,
    /// Drugs that can be given.
    pub drugs: Vec<String>,
    /// What a drug may hold.
    pub targets: Vec<String>,
    /// Classes of antibody.
    pub isotypes: Vec<String>,
    /// Affinities of receptors.
    pub affinities: Vec<String>,
    /// Organs in which cells are counted.
    pub organs: Vec<String>,
    /// Those of them that hold cells and free ligand.
    pub places: Vec<String>,
    /// Receptor chains that can be measured.
    pub chains: Vec<String>,
    /// Antigens of every scenario.
    pub antigens: Vec<String>,
    /// Parameters an overlay may change.
    pub parameters: Vec<ParameterEntry>,
    /// Readouts.
    pub readouts: Vec<ReadoutEntry>,
}

/// A parameter that an overlay may change.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterEntry {
    /// Its name.
    pub name: String,
    /// Its unit; empty or `1` for a pure number.
    pub unit: String,
    /// The lower end of its plausible range, in its unit. Below zero only if the parameter may be negative.
    pub low: f64,
    /// The upper end of its plausible range, in its unit.
    pub high: f64,
    /// What it means, in one line.
    pub meaning: String,
}

/// A readout and what stands in its brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadoutEntry {
    /// Its name.
    pub name: String,
    /// What each argument names, in order; empty for a readout without brackets.
    pub arguments: Vec<ArgumentKind>,
    /// Whether an organ may follow them.
    pub organ: bool,
    /// Whether it is of cells, of which `tag:` and `specificity:` may choose.
    pub tag: bool,
    /// What `of:` names; `None` if the readout takes no `of:`. Where there is one it may be left out.
    pub of: Option<ArgumentKind>,
    /// The unit of its value; `1` for a pure number.
    pub unit: String,
    /// What it is, in one line.
    pub meaning: String,
}

/// What an argument of a readout names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// One of [`Vocabulary::kinds`].
    Kind,
    /// One of [`Vocabulary::ligands`].
    Ligand,
    /// One of [`Vocabulary::injectables`].
    Injectable,
    /// One of [`Vocabulary::isotypes`].
    Isotype,
    /// One of [`Vocabulary::affinities`].
    Affinity,
    /// One of [`Vocabulary::organs`].
    Organ,
    /// One of [`Vocabulary::places`].
    Place,
    /// One of [`Vocabulary::chains`].
    Chain,
    /// One of the scenario's antigens, or self.
    Antigen,
    /// One of [`Vocabulary::drugs`], or of the scenario's.
    Drug,
    /// One of [`Vocabulary::forms`], or of the scenario's.
    Form,
}

impl Vocabulary {
    /// The names an argument may have.
    #[must_use]
    pub fn names(&self, kind: ArgumentKind) -> &[String] {
        match kind {
            ArgumentKind::Kind => &self.kinds,
            ArgumentKind::Ligand => &self.ligands,
            ArgumentKind::Injectable => &self.injectables,
            ArgumentKind::Isotype => &self.isotypes,
            ArgumentKind::Affinity => &self.affinities,
            ArgumentKind::Organ => &self.organs,
            ArgumentKind::Place => &self.places,
            ArgumentKind::Chain => &self.chains,
            ArgumentKind::Antigen => &self.antigens,
            ArgumentKind::Drug => &self.drugs,
            ArgumentKind::Form => &self.forms,
        }
    }
}

impl ArgumentKind {
    /// All of them, in the order in which people look for them.
    pub const ALL: [Self; 11] = [
        Self::Kind,
        Self::Chain,
        Self::Affinity,
        Self::Ligand,
        Self::Injectable,
        Self::Isotype,
        Self::Place,
        Self::Organ,
        Self::Antigen,
        Self::Drug,
        Self::Form,
    ];

    /// The word for it between the brackets of a readout: `cell kind`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kind => "cell kind",
            Self::Ligand | Self::Injectable => "ligand",
            Self::Isotype => "class of antibody",
            Self::Affinity => "affinity",
            Self::Organ | Self::Place => "organ",
            Self::Chain => "receptor chain",
            Self::Antigen => "antigen",
            Self::Drug => "drug",
            Self::Form => "form of IL-2",
        }
    }

    /// What it is, in words: `a cell kind`.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Kind => "a cell kind",
            Self::Ligand | Self::Injectable => "a ligand",
            Self::Isotype => "a class of antibody",
            Self::Affinity => "an affinity",
            Self::Organ => "an organ",
            Self::Place => "an organ with cells",
            Self::Chain => "a receptor chain",
            Self::Antigen => "an antigen",
            Self::Drug => "a drug",
            Self::Form => "a form of IL-2",
        }
    }
}

impl ReadoutEntry {
    /// What each place in its brackets names, the optional organ and `of:` included.
    pub fn places(&self) -> impl Iterator<Item = ArgumentKind> {
        let organ = self.organ.then_some(ArgumentKind::Place);
        self.arguments.iter().copied().chain(organ).chain(self.of)
    }

    /// How it is written, with what may be left out in square brackets: `count(cell kind[, organ][, tag: name][, specificity: name])`.
    #[must_use]
    pub fn signature(&self) -> String {
        let mut inside: Vec<String> = self
            .arguments
            .iter()
            .map(|kind| kind.word().to_owned())
            .collect();
        inside.extend(self.of.map(|kind| format!("of: {}", kind.word())));
        if inside.is_empty() {
            return self.name.clone();
        }
        let organ = if self.organ { "[, organ]" } else { "" };
        let tag = if self.tag {
            "[, tag: name][, specificity: name]"
        } else {
            ""
        };
        format!("{}({}{organ}{tag})", self.name, inside.join(", "))
    }
}
