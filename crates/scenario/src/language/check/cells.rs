//! The checks of which cells are chosen: sorted by receptors, tagged, of an age.

use super::{AT, Checker, EVERY, GENOTYPE, TIME, UNTIL, WHEN, WHEN_IS};
use crate::language::fault::quoted;
use crate::language::quantity::Dimension;
use crate::language::reader::{At, Form, Group, Key, may, need};
use crate::language::scenario::{Intervention, MAX_UNTIL_D, Sort};
use paracrine_cells::host::Gate;

const SORT_EXAMPLE: &str = "(chain: \"CD25\", above: 1000)";
const SORT: &[Key] = &[
    need("chain", "\"CD25\"").is(Form::Chain, "receptor chain that is stained"),
    may("above").is(
        Form::Number,
        "surface copies per cell, free and bound, of which it must have more",
    ),
    may("below").is(Form::Number, "those of which it must have fewer"),
    may("highest").is(
        Form::Fraction,
        "in place of them: the share of these cells with most copies",
    ),
    may("lowest").is(Form::Fraction, "or with fewest"),
];
/// A gate by which cells are chosen.
pub(super) const SORTED: Form = Form::Group(SORT);
pub(super) const SORT_IS: &str =
    "which of these cells: a gate by surface copies of a receptor chain";

const TAG_EXAMPLE: &str = "tag(kind: \"Treg\", tag: \"labelled\", at: \"35 d\")";
pub(super) const TAG: &[Key] = &[
    need("kind", "\"Treg\"").is(Form::Kind, "kind or group of cells"),
    need("tag", "\"labelled\"").is(
        Form::Text,
        "by what readouts choose these cells and their daughters from then on",
    ),
    may("genotype").is(
        GENOTYPE,
        "genes whose expression changes in these cells and their daughters, as by a recombinase that is switched on in them",
    ),
    may("fraction").is(Form::Fraction, "the share of these cells, by default all"),
    may("sort").is(SORTED, SORT_IS),
    may("at").is(TIME, AT),
    may("when").is(Form::Group(WHEN), WHEN_IS),
    may("every").is(TIME, EVERY),
    may("until").is(TIME, UNTIL),
];

impl<'d> Checker<'d> {
    /// The gate by which cells are chosen; `None` without one, or with a faulty one.
    pub(super) fn sort(&mut self, group: &Group<'d>) -> Option<Sort> {
        let at = group.get("sort")?;
        let group = self.reader.group(at, SORT, SORT_EXAMPLE)?;
        let chains = &self.vocabulary.chains;
        let chain = group
            .get("chain")
            .map(|at| self.reader.name(at, "a receptor chain", chains));
        let [above, below] = ["above", "below"].map(|key| {
            let at = group.get(key)?;
            let copies = self.reader.number(at, "copies per cell such as 1000");
            if copies < 0.0 {
                self.reader.out_of_bounds(at, "0 copies or more");
            }
            Some(copies)
        });
        let [highest, lowest] = ["highest", "lowest"].map(|key| {
            let at = group.get(key)?;
            let share = self.reader.fraction(at);
            if share == 0.0 {
                self.reader.out_of_bounds(at, "a share above zero");
            }
            Some(share)
        });
        let gate = match (above, below, highest, lowest) {
            (Some(above), Some(below), None, None) => {
                if above >= below {
                    let found = format!("more than {above} copies and fewer than {below}");
                    self.reader.fault(at, &found, "`above` less than `below`");
                }
                Gate::Between(above, below)
            }
            (Some(above), None, None, None) => Gate::Between(above, f64::INFINITY),
            (None, Some(below), None, None) => {
                if let Some(at) = group.get("below").filter(|_| below == 0.0) {
                    self.reader
                        .out_of_bounds(at, "a number of copies above zero");
                }
                Gate::Between(-1.0, below)
            }
            (None, None, Some(share), None) => Gate::Highest(share),
            (None, None, None, Some(share)) => Gate::Lowest(share),
            (None, None, None, None) if group.is_misspelt => return None,
            (None, None, None, None) => {
                let expected = "`above`, `below` or both, or `highest` or `lowest`";
                self.reader.fault(at, "no gate", expected);
                return None;
            }
            _ => {
                let expected = "`above`, `below` or both; or `highest`; or `lowest`";
                self.reader
                    .fault(at, "gates that exclude each other", expected);
                return None;
            }
        };
        Some(Sort {
            chain: chain?,
            gate,
        })
    }

    /// Days since transferred cells came into being.
    pub(super) fn age(&mut self, at: &At<'d>) -> f64 {
        let days = self.reader.quantity(at, Dimension::TIME);
        if days > MAX_UNTIL_D {
            let expected = format!("at most \"{MAX_UNTIL_D} d\", longer than any mouse lives");
            self.reader.out_of_bounds(at, &expected);
        }
        days
    }

    pub(super) fn tagged(&mut self, at: &At<'d>) -> Option<Intervention> {
        let group = self.reader.group(at, TAG, TAG_EXAMPLE)?;
        let kind = self.kind(&group);
        if let Some(at) = group.get("kind").filter(|_| kind == "DC") {
            let expected = "other cells: dendritic cells have no tags";
            self.reader.fault(at, &quoted(&kind), expected);
        }
        let fraction = group
            .get("fraction")
            .map_or(1.0, |at| self.reader.fraction(at));
        let sort = self.sort(&group);
        let tag = group.get("tag").and_then(|at| self.tag(at));
        let genotype = self.genotype(group.get("genotype"));
        let schedule = self.schedule(at, &group);
        Some(Intervention::Tag {
            kind,
            sort,
            fraction,
            tag: tag?,
            genotype,
            schedule,
        })
    }
}
