//! Which cells are chosen: sorted by receptors, of an age.

use super::ArmResolver;
use crate::language;
use paracrine_cells::genotype::{Genotype, Makers};
use paracrine_cells::host::{Action, SAMPLE, Sort};
use paracrine_cells::kind::Group;
use paracrine_cells::mechanism::ageing;
use paracrine_cells::readout::Chain;

impl ArmResolver<'_> {
    /// A gate on cells of a group, and what it is in words; complains of cells without receptors.
    pub(super) fn sorted(
        &mut self,
        ordinal: usize,
        group: Group,
        sort: Option<&language::Sort>,
    ) -> (Option<Sort>, String) {
        let Some(sort) = sort else {
            return (None, String::new());
        };
        if group == Group::Dendritic {
            let expected = "no `sort`: dendritic cells have no receptors for IL-2";
            self.complain(ordinal, "sort", "a sort of dendritic cells", expected);
        }
        let Some(chain) = Chain::from_name(&sort.chain) else {
            return (None, String::new());
        };
        let sort = Sort {
            chain,
            gate: sort.gate,
        };
        (Some(sort), format!(" with {sort}"))
    }

    /// The same transfer of cells of an age that pass a gate, and what they are in words; complains of cells that there are not.
    pub(super) fn chosen(
        &mut self,
        ordinal: usize,
        mut action: Action,
        (age, gate): (Option<f64>, Option<&language::Sort>),
        donor: &Genotype,
        at_d: f64,
    ) -> (Action, String) {
        let Action::Transfer {
            kind, age_d, sort, ..
        } = &mut action
        else {
            if age.is_some() {
                let expected = "no `age`: dendritic cells have none";
                self.complain(ordinal, "age", "the age of dendritic cells", expected);
            }
            let (_, words) = self.sorted(ordinal, Group::Dendritic, gate);
            return (action, words);
        };
        *age_d = age;
        let (sorted, _) = self.sorted(ordinal, Group::Only(*kind), gate);
        *sort = sorted;
        let mut words = sorted.map_or_else(String::new, |sort| format!(", sorted: {sort}"));
        if let Some(age) = age {
            words += &format!(", age {age} d");
            if kind.is_blast() && !ageing::is_possible(self.p, *kind, 24.0 * age) {
                let found = format!("{} cells {age} d after their activation", kind.name());
                let expected = "an age at which some are left that have not ripened";
                self.complain(ordinal, "age", &found, expected);
            }
        }
        let mut makers = Makers::new(donor);
        makers.grow_to(at_d);
        if let Some(sort) = sorted
            && !sort.finds(self.p, *kind, &makers)
        {
            let found = format!("{} cells with {sort}", kind.name());
            let expected = format!("a gate that some such cells pass: of {SAMPLE} none does");
            self.complain(ordinal, "sort", &found, &expected);
        }
        (action, words)
    }
}
