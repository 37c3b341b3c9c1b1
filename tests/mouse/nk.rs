//! NK cells need IL-15 and the chains that carry it, not IL-2 and not α.

use crate::parameters;
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Host, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::readout::Readout;

/// NK cells at day 35 relative to the wild type, one mouse each of the same seed: about normal without `Il2` and `Il2ra`, a tenth
/// at most without `Il2rb`, `Il2rg` or `Il15` (phenotypes A21, B9, C8, D5, M1).
///
/// Faults seen: precursors that need no signal; death that does not read it.
#[test]
fn nk_cells_are_lost_with_il15_alone() {
    let parameters = parameters();
    let count = |genotype| {
        let setup = Setup {
            genotypes: vec![genotype],
            interventions: Vec::new(),
            ..Setup::default()
        };
        let mut mouse = Host::newborn(&parameters, &setup, 1500, 35, 0);
        while mouse.age_d() < 35.0 && mouse.died_d().is_none() {
            mouse.step().unwrap();
        }
        mouse.observe(&Readout::Count(Group::Only(Kind::Nk)))
    };
    let whole = count(Genotype::wild_type());
    println!("wild type {whole:.3e}");
    // W7 for the adult, 1 to 5e6; some half of it at this age.
    assert!((5e5..5e6).contains(&whole), "{whole:e} NK cells");
    for (gene, low, high) in [
        (Gene::Il2, 0.5, 1.3),
        (Gene::Il2ra, 0.5, 1.5),
        (Gene::Il2rb, 0.0, 0.1),
        (Gene::Il2rg, 0.0, 0.05),
        (Gene::Il15, 0.0, 0.1),
    ] {
        let share = count(Genotype::wild_type().with(gene, 0.0)) / whole;
        println!("{}: {share:.3}", gene.symbol());
        assert!((low..=high).contains(&share), "{}: {share}", gene.symbol());
    }
}
