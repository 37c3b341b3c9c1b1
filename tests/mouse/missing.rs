//! A chain that is not made leaves no complex that needs it, in any cell and after any step.

use crate::parameters;
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Action, Culture, Host, Intervention, Route, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::pool::MOLECULES_PER_PM_ML;
use paracrine_cells::readout::Readout;
use paracrine_cells::receptors::{Form, Given, Surface};
use paracrine_scenario::catalogue;

const CHAINS: [Gene; 3] = [Gene::Il2ra, Gene::Il2rb, Gene::Il2rg];

/// What of a cell needs a chain, copies.
fn in_need(gene: Gene, s: &Surface) -> [u32; 6] {
    let given = |of: fn(&Given) -> u32| s.given.iter().map(of).sum::<u32>();
    match gene {
        Gene::Il2ra => [s.alpha, s.high, s.low, given(|of| of.low), 0, 0],
        Gene::Il2rb => [
            s.beta_free,
            s.occupied,
            s.inside,
            s.il15,
            given(|of| of.occupied),
            given(|of| of.inside),
        ],
        _ => [
            s.gamma_free,
            s.occupied,
            s.inside,
            s.il15,
            given(|of| of.occupied),
            given(|of| of.inside),
        ],
    }
}

/// The largest count of each over all cells and steps; what needs the chain with it, too.
#[derive(Default)]
struct Most([u32; 6]);

impl Most {
    fn look(&mut self, gene: Gene, host: &Host<'_>) {
        for surface in &host.population().surfaces {
            for (most, count) in self.0.iter_mut().zip(in_need(gene, surface)) {
                *most = (*most).max(count);
            }
            assert!(surface.high + surface.low <= surface.alpha);
        }
    }
}

fn genotypes(gene: Gene) -> [Genotype; 2] {
    [Genotype::wild_type(), Genotype::wild_type().with(gene, 0.0)]
}

fn form() -> Form {
    let file = catalogue::model("mouse").unwrap().file;
    let fusion = file.forms.iter().find(|form| form.name == "IL-2-Fc");
    fusion.unwrap().form()
}

fn inject(molecules: f64, form: Option<u8>) -> Action {
    Action::Inject {
        form,
        molecules: molecules as u64,
        route: Route::Intravenous,
    }
}

/// Every count that needs the chain is 0 in cells without the gene, and is not in those of a wild type.
#[track_caller]
fn judge(gene: Gene, [normal, without]: [Most; 2], what: &str) {
    println!(
        "{what} and {gene:?}: {:?} with, {:?} without",
        normal.0, without.0
    );
    assert_eq!(without.0, [0; 6], "{what} without {gene:?}");
    let asked = if gene == Gene::Il2ra { 4 } else { 6 };
    let seen = normal.0.iter().take(asked).all(|most| *most > 0);
    assert!(seen, "{what} with {gene:?}: {:?}", normal.0);
}

/// All kinds side by side in wells from none to 100 nM of IL-2 with 800 pM of IL-15, beside a form of IL-2 or without.
///
/// Smallest fault seen: one copy of a chain in ten thousand in a knockout.
#[test]
fn no_cell_in_a_well_has_a_complex_without_its_chain() {
    let p = parameters();
    for gene in CHAINS {
        let most = genotypes(gene).map(|genotype| {
            let mut most = Most::default();
            for pm in [0.0, 1.0, 100.0, 1e5] {
                for given in [None, Some(form())] {
                    let medium = Culture {
                        clamped_pm: Some(pm),
                        il15_pm: 800.0,
                        il7_pm: p.il7,
                        step_h: 0.25,
                        ..Culture::default()
                    };
                    let cells = Kind::ALL.map(|kind| crate::transfer(kind, 40));
                    let dose = inject(300.0 * medium.volume_ml * MOLECULES_PER_PM_ML, Some(0));
                    let actions = cells.into_iter().chain(given.is_some().then_some(dose));
                    let setup = Setup {
                        genotypes: vec![genotype.clone()],
                        forms: given.into_iter().collect(),
                        interventions: actions
                            .map(|action| Intervention::once(0.0, action))
                            .collect(),
                        ..Setup::default()
                    };
                    let mut host = Host::culture(&p, &setup, medium, 40, 21, 0);
                    while host.age_d() < 0.25 {
                        host.step().unwrap();
                        most.look(gene, &host);
                    }
                    let treg = host.observe(&Readout::Pstat5(Group::Only(Kind::Treg)));
                    let signals = genotype == Genotype::wild_type() || gene == Gene::Il2ra;
                    assert!(signals || treg == 0.0, "pSTAT5 {treg} without {gene:?}");
                }
            }
            most
        });
        judge(gene, most, "well");
    }
}

/// The same in mice from birth, with daily IL-2 and a form of it from day 5 on.
#[test]
fn no_cell_in_a_mouse_has_a_complex_without_its_chain() {
    let p = parameters();
    for gene in CHAINS {
        let most = genotypes(gene).map(|genotype| {
            let daily = |form| {
                let mut dose = Intervention::once(5.0, inject(1e12, form));
                (dose.every_d, dose.until_d) = (Some(1.0), Some(9.0));
                dose
            };
            let setup = Setup {
                genotypes: vec![genotype],
                forms: vec![form(), form()],
                interventions: vec![daily(None), daily(Some(0)), daily(Some(1))],
                ..Setup::default()
            };
            let mut mouse = Host::newborn(&p, &setup, 600, 22, 0);
            let mut most = Most::default();
            while mouse.age_d() < 12.0 {
                mouse.step().unwrap();
                most.look(gene, &mouse);
            }
            most
        });
        judge(gene, most, "mouse");
    }
}
