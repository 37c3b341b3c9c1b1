//! Which cells are chosen: sorted by receptors, of an age.

use super::ArmResolver;
use crate::language;
use paracrine_cells::genotype::{Genotype, Makers};
use paracrine_cells::host::{Action, Donors, Gate, SAMPLE, Sort};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::mechanism::ageing;
use paracrine_cells::model::Parameters;
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
        if let Some(sort) = sorted
            && self.faults.len() < language::MOST_FAULTS
        {
            let (kind, p) = (*kind, self.p);
            match self.donors.pass(p, kind, (donor, at_d), &sort) {
                Ok(()) => {}
                Err(Refused::ByGate(donors)) => {
                    let found = format!("{} cells with {sort}", kind.name());
                    let expected = a_gate(donors, kind, sort);
                    self.complain(ordinal, "sort", &found, &expected);
                }
                Err(Refused::ByWork) => {
                    let found = "one gate more that few cells pass";
                    let expected = format!(
                        "fewer gates, or wider ones: at most {MOST_LOOKED_AT} cells are looked at for all of them"
                    );
                    self.complain(ordinal, "sort", found, &expected);
                }
            }
        }
        (action, words)
    }
}

/// What donors of a kind carry, and a gate that some of them pass, on the side of the one that none does.
fn a_gate(donors: &Donors, kind: Kind, Sort { chain, gate }: Sort) -> String {
    let copies = |share| donors.quantile(chain, share);
    if copies(1.0) == 0 {
        return format!(
            "no gate on {}, of which none of {SAMPLE} such donors has any copies",
            chain.name()
        );
    }
    let is_high = matches!(gate, Gate::Between(above, _) if above >= f64::from(copies(0.5)));
    let such = if is_high && copies(0.9) == copies(1.0) {
        "`highest: \"10 %\"`".to_owned()
    } else if is_high {
        format!(
            "`above: {}` or `highest: \"10 %\"`, which a tenth of them do",
            copies(0.9)
        )
    } else {
        format!(
            "`below: {}` or `lowest: \"10 %\"`, which a tenth of them do",
            copies(0.1) + 1
        )
    };
    format!(
        "a gate that some of {SAMPLE} donors pass, such as {such}: donors are at rest, where {} cells carry {} copies of {} in the median, 98 % of them {} to {}",
        kind.name(),
        copies(0.5),
        chain.name(),
        copies(0.01),
        copies(0.99),
    )
}

/// Most cells that are looked at for all gates of a scenario, a fifth of a second.
const MOST_LOOKED_AT: usize = 200_000;

/// As many more are for each further point of a sweep.
const LOOKED_AT_A_POINT: usize = 1000;

/// Why cells are not transferred.
enum Refused<'d> {
    /// None of them passes the gate.
    ByGate(&'d Donors),
    /// It would take too long to know.
    ByWork,
}

/// Cells that may be transferred, by kind, genotype and day: arms ask for the same ones again and again.
#[derive(Default)]
pub(super) struct DonorsByKind {
    known: Vec<Known>,
    looked_at: usize,
}

struct Known {
    kind: Kind,
    genotype: Genotype,
    at_d: f64,
    makers: Makers,
    donors: Donors,
}

impl DonorsByKind {
    /// Forgets cells of the parameters of another point.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.looked_at = self.looked_at.saturating_sub(LOOKED_AT_A_POINT);
    }

    fn pass(
        &mut self,
        p: &Parameters,
        kind: Kind,
        (genotype, at_d): (&Genotype, f64),
        sort: &Sort,
    ) -> Result<(), Refused<'_>> {
        // As many as are quickly looked through.
        const MOST_KNOWN: usize = 64;
        if self.looked_at > MOST_LOOKED_AT {
            return Err(Refused::ByWork);
        }
        let is_meant = |known: &Known| {
            known.kind == kind && known.at_d.total_cmp(&at_d).is_eq() && known.genotype == *genotype
        };
        let place = self.known.iter().position(is_meant).unwrap_or_else(|| {
            if self.known.len() == MOST_KNOWN {
                self.known.clear();
            }
            let mut makers = Makers::new(genotype);
            makers.grow_to(at_d);
            self.known.push(Known {
                kind,
                genotype: genotype.clone(),
                at_d,
                makers,
                donors: Donors::new(kind),
            });
            self.known.len() - 1
        });
        let Known { makers, donors, .. } = &mut self.known[place];
        let before = donors.seen();
        let pass = donors.pass(p, makers, sort);
        self.looked_at += donors.seen() - before;
        if pass {
            Ok(())
        } else {
            Err(Refused::ByGate(donors))
        }
    }
}
