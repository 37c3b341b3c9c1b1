//! Whether what was done to the hosts of an arm before an age is what was done to those of another: then a state of one is a state of the
//! other.

use crate::plan::{PlannedArm, UNTAGGED, in_words};
use paracrine_cells::host::{Action, Antigen, Intervention};
use paracrine_cells::signal::ForcedSignal;
use std::collections::{HashMap, HashSet};

/// Ages closer than this are the same, d: ages are sums of steps.
const TOLERANCE_D: f64 = 1e-9;

/// Numbers of genotype and tag of a cell.
type Numbers = (u8, u8);

/// The tag of a mark, and the change of genes that comes with it.
type Mark = (u8, Option<u8>);

/// Numbers of cells by those that they have elsewhere.
pub(crate) type Casts = HashMap<Numbers, Numbers>;

/// An arm up to an age.
#[derive(Clone, Copy)]
pub(crate) struct History<'a> {
    pub(crate) arm: &'a PlannedArm,
    /// Tags of cells by number.
    pub(crate) tags: &'a [String],
    /// Named antigens by number.
    pub(crate) antigens: &'a [String],
    /// The age, d: what begins at it has not happened.
    pub(crate) until_d: f64,
}

/// Something that is not the same: where below the arm, what it is here, what it was there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contradiction {
    pub(crate) field: String,
    pub(crate) found: String,
    pub(crate) expected: String,
}

/// What two arms say of themselves of a sort, in the words in which they tell what is done. Where the words are the same, what differs is not in
/// them.
fn told(
    here: &History<'_>,
    there: &History<'_>,
    is_it: impl Fn(&str) -> bool,
    nothing: &str,
) -> (String, String) {
    let words = |history: &History<'_>| {
        let sentences = history.arm.interventions.iter().map(String::as_str);
        let told: Vec<&str> = sentences.filter(|told| is_it(told)).collect();
        match told[..] {
            [] => nothing.to_owned(),
            _ => told.join(", "),
        }
    };
    let (own, other) = (words(here), words(there));
    match own == other {
        true => (format!("another kind of: {own}"), other),
        false => (own, other),
    }
}

impl History<'_> {
    /// What keeps a host with the history `past` from being one of this arm.
    pub(crate) fn contradictions(&self, past: &History<'_>) -> Vec<Contradiction> {
        let (own, other) = (&self.arm.host, &past.arm.host);
        let mut found = Vec::new();
        let mut differs = |field: &str, found_here: String, expected: String| {
            found.push(Contradiction {
                field: field.to_owned(),
                found: found_here,
                expected,
            });
        };
        let until = format!("until {}", self.when());
        if self.genotype(0) != past.genotype(0) {
            let words = |history: &History<'_>| {
                let genes = history.arm.genotype.iter().filter(|gene| {
                    gene.from_d
                        .is_none_or(|from| from <= self.until_d - TOLERANCE_D)
                });
                in_words(&genes.cloned().collect::<Vec<_>>())
            };
            let expected = format!("{} {until}, other changes `from` then on", words(past));
            differs("genotype", words(self), expected);
        }
        let parts = |history: &History<'_>| {
            let parts = history.arm.host.marrow.iter().map(|part| {
                let genotype = history.genotype(usize::from(part.genotype));
                let tag = history.tag(part.tag).map(str::to_owned);
                (part.share.to_bits(), genotype, tag)
            });
            parts.collect::<Vec<_>>()
        };
        if parts(self) != parts(past) {
            let is_it = |told: &str| told.starts_with("marrow: ");
            let (here, there) = told(self, past, is_it, "marrow of its own genotype alone");
            differs("marrow", here, format!("{there} {until}"));
        }
        if own.lacks != other.lacks {
            let words = |history: &History<'_>| {
                let names = history.arm.host.lacks.iter().map(|lineage| lineage.name());
                match names.collect::<Vec<_>>()[..] {
                    [] => "no lineage that is lacking".to_owned(),
                    ref names => names.join(", "),
                }
            };
            differs("lacks", words(self), words(past));
        }
        let (lives, lived) = (&own.exposure, &other.exposure);
        if lives.microbes.to_bits() != lived.microbes.to_bits() {
            let words = |microbes: f64| format!("microbes {microbes}");
            differs("microbes", words(lives.microbes), words(lived.microbes));
        }
        if lives.of_self.to_bits() != lived.of_self.to_bits() {
            let words = |level: f64| format!("self-antigen at {level}");
            differs("antigens", words(lives.of_self), words(lived.of_self));
        }
        // Cells carry what they recognise as a number.
        if self.antigens != past.antigens {
            let words = |history: &History<'_>| match history.antigens {
                [] => "no antigen".to_owned(),
                names => names.join(", "),
            };
            let expected = match past.antigens.len() {
                0 | 1 => words(past),
                _ => format!("{} in this order", words(past)),
            };
            differs("antigens", words(self), expected);
        } else if lives.antigens != lived.antigens {
            let both = lives.antigens.iter().zip(&lived.antigens);
            let both = both.zip(self.antigens).filter(|((a, b), _)| a != b);
            for ((here, there), name) in both {
                let words = |antigen: &Antigen| {
                    let Antigen { precursors, level } = antigen;
                    format!("{name} with precursors {precursors} and level {level}")
                };
                differs("antigens", words(here), words(there));
            }
        }
        if self.signals() != past.signals() {
            let is_it = |told: &str| told.contains(" forced to ");
            let (here, there) = told(self, past, is_it, "no signal forced");
            let expected = format!("{there}; others `from` {} on", self.when());
            differs("signals", here, expected);
        }
        if self.arm.culture != past.arm.culture {
            let is_it = |told: &str| told.starts_with("medium ");
            let (here, there) = told(self, past, is_it, "no medium");
            differs("medium", here, there);
        }
        let most = own.interventions.len().max(other.interventions.len());
        for ordinal in 0..most {
            let (here, there) = (self.done(ordinal), past.done(ordinal));
            let is_same = match (here, there) {
                (None, None) => true,
                (Some(a), Some(b)) => self.is_same(a, past, b, ordinal),
                _ => false,
            };
            if is_same {
                continue;
            }
            let words = |history: &History<'_>| {
                let done = history.done(ordinal).map(|_| history.sentence(ordinal));
                done.map_or_else(
                    || format!("nothing before {}", self.when()),
                    |text| format!("`{text}`"),
                )
            };
            let field = if ordinal < own.interventions.len() {
                format!("interventions[{ordinal}]")
            } else {
                "interventions".into()
            };
            let expected = format!(
                "{} as number {} of the interventions",
                words(past),
                ordinal + 1
            );
            differs(&field, words(self), expected);
        }
        found
    }

    fn when(&self) -> String {
        match self.arm.culture {
            None => format!("{} d", self.until_d),
            Some(_) => format!("{} h", (self.until_d * 24e6).round() / 1e6),
        }
    }

    pub(crate) fn genotype(&self, number: usize) -> Option<paracrine_cells::genotype::Genotype> {
        let genotype = self.arm.host.genotypes.get(number);
        genotype.map(|genotype| genotype.until(self.until_d - TOLERANCE_D))
    }

    fn tag(&self, number: u8) -> Option<&str> {
        // Transfers without a tag have none; the host's own number 0 is that of every host.
        let known = self.tags.get(usize::from(number)).map(String::as_str);
        known.filter(|_| number != UNTAGGED)
    }

    /// Signals that have been forced, with the end of those that hold still left open.
    pub(crate) fn signals(&self) -> Vec<ForcedSignal> {
        let signals = self.arm.host.signals.iter();
        signals
            .filter(|signal| signal.from_d < self.until_d - TOLERANCE_D)
            .map(|signal| ForcedSignal {
                until_d: signal.until_d.min(self.until_d),
                ..*signal
            })
            .collect()
    }

    /// An intervention that has been done, or has been waited for.
    fn done(&self, ordinal: usize) -> Option<&Intervention> {
        let intervention = self.arm.host.interventions.get(ordinal)?;
        (intervention.at_d < self.until_d - TOLERANCE_D).then_some(intervention)
    }

    /// An intervention in words, with what it waits for.
    fn sentence(&self, ordinal: usize) -> &str {
        // Sentences about marrow and the like come first.
        let first = self.arm.interventions.len() - self.arm.host.interventions.len();
        &self.arm.interventions[first + ordinal]
    }

    fn is_same(
        &self,
        a: &Intervention,
        past: &History<'_>,
        b: &Intervention,
        ordinal: usize,
    ) -> bool {
        let end = |until_d: Option<f64>| until_d.unwrap_or(f64::INFINITY).min(self.until_d);
        let bits = f64::to_bits;
        bits(a.at_d) == bits(b.at_d)
            && a.every_d.map(bits) == b.every_d.map(bits)
            && bits(end(a.until_d)) == bits(end(b.until_d))
            // Tags of what is waited for go by name there.
            && self.arm.conditions.get(ordinal) == past.arm.conditions.get(ordinal)
            && self.is_same_action(a.action, past, b.action)
    }

    fn is_same_action(&self, a: Action, past: &History<'_>, b: Action) -> bool {
        let (own, other) = (&self.arm.host, &past.arm.host);
        let is_same_genotype =
            |a: u8, b: u8| self.genotype(usize::from(a)) == past.genotype(usize::from(b));
        match (a, b) {
            // Genotypes and tags may have other numbers.
            (
                Action::Transfer {
                    kind,
                    cells,
                    genotype,
                    tag,
                    specificity,
                    age_d,
                    sort,
                },
                Action::Transfer {
                    kind: other_kind,
                    cells: other_cells,
                    genotype: other_genotype,
                    tag: other_tag,
                    specificity: other_specificity,
                    age_d: other_age_d,
                    sort: other_sort,
                },
            ) => {
                (kind, cells, specificity) == (other_kind, other_cells, other_specificity)
                    && (age_d, sort) == (other_age_d, other_sort)
                    && self.tag(tag) == past.tag(other_tag)
                    && is_same_genotype(genotype, other_genotype)
            }
            (
                Action::AddDendritic { cells, genotype },
                Action::AddDendritic {
                    cells: other_cells,
                    genotype: other_genotype,
                },
            ) => cells == other_cells && is_same_genotype(genotype, other_genotype),
            (
                Action::Tag {
                    group,
                    sort,
                    fraction,
                    tag,
                    change,
                },
                Action::Tag {
                    group: other_group,
                    sort: other_sort,
                    fraction: other_fraction,
                    tag: other_tag,
                    change: other_change,
                },
            ) => {
                (group, sort, fraction) == (other_group, other_sort, other_fraction)
                    && self.tag(tag) == past.tag(other_tag)
                    && change.is_some() == other_change.is_some()
                    // Of equal genotypes equal changes make equal ones; that the arms have others is told by itself.
                    && (!is_same_genotype(0, 0)
                        || is_same_genotype(self.becomes(0, change), past.becomes(0, other_change)))
            }
            (Action::Give { drug, .. }, _) => {
                let number = usize::from(drug);
                a == b && own.drugs.get(number) == other.drugs.get(number)
            }
            (
                Action::Inject {
                    form: Some(form), ..
                },
                _,
            ) => {
                let number = usize::from(form);
                a == b && own.forms.get(number) == other.forms.get(number)
            }
            _ => a == b,
        }
    }

    /// Numbers of genotype and tag of the cells of an arm with the same history, by those that they have there; `None` if cells that are
    /// alike there are not here.
    pub(crate) fn casts(&self, past: &History<'_>) -> Option<Casts> {
        let mut pairs: Vec<_> = past.origins().into_iter().zip(self.origins()).collect();
        // Cells of any origin may have been marked, at any time and again.
        let marks: HashSet<(Mark, Mark)> = past.marks().zip(self.marks()).collect();
        let mut known: HashSet<_> = pairs.iter().copied().collect();
        let mut next = 0;
        while let Some(&(there, here)) = pairs.get(next) {
            next += 1;
            let marked = marks
                .iter()
                .map(|&(a, b)| (past.marked(there, a), self.marked(here, b)));
            pairs.extend(marked.filter(|pair| known.insert(*pair)));
        }
        let mut casts = HashMap::new();
        for (there, here) in pairs {
            if *casts.entry(there).or_insert(here) != here {
                return None;
            }
        }
        Some(casts)
    }

    /// Genotype and tag of the cells of the host or its marrow, then of those of transfers.
    fn origins(&self) -> Vec<Numbers> {
        let setup = &self.arm.host;
        let mut origins: Vec<Numbers> = match setup.marrow[..] {
            [] => vec![(0, 0)],
            ref parts => parts.iter().map(|part| (part.genotype, part.tag)).collect(),
        };
        let done = (0..setup.interventions.len()).filter_map(|ordinal| self.done(ordinal));
        for done in done {
            if let Action::Transfer { genotype, tag, .. } = done.action {
                origins.push((genotype, tag));
            }
        }
        origins
    }

    /// Marks that cells have been given.
    fn marks(&self) -> impl Iterator<Item = Mark> {
        let ordinals = 0..self.arm.host.interventions.len();
        let done = ordinals.filter_map(|ordinal| self.done(ordinal));
        done.filter_map(|done| match done.action {
            Action::Tag { tag, change, .. } => Some((tag, change)),
            _ => None,
        })
    }

    /// What becomes of genotype and tag of a cell by a mark.
    fn marked(&self, (genotype, _): Numbers, (tag, change): Mark) -> Numbers {
        (self.becomes(genotype, change), tag)
    }

    /// What becomes of a genotype by a change.
    fn becomes(&self, genotype: u8, change: Option<u8>) -> u8 {
        change.map_or(genotype, |number| {
            self.arm.host.gene_changes[usize::from(number)][usize::from(genotype)]
        })
    }
}
