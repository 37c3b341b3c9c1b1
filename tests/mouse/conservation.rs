//! Every IL-2 molecule that ever existed is in one of the ledger's accounts, after every step.

use crate::{overlaid, parameters};
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Action, Host, Intervention, Route, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::model::Parameters;
use paracrine_cells::pool::Ledger;
use paracrine_tests::law;
use rayon::prelude::*;

const AGENTS: u32 = 600;
const DAYS: f64 = 14.0;

/// Everything that can be done to a mouse, the removal of all its T cells included.
fn treated(own: Genotype) -> Setup {
    let once = |at_d, action| Intervention::once(at_d, action);
    let transfer = |kind, genotype, tag| Action::Transfer {
        kind,
        cells: 300_000,
        genotype,
        tag,
        specificity: None,
        age_d: None,
        sort: None,
    };
    let deplete = |group, fraction| Action::Deplete {
        group,
        sort: None,
        fraction,
    };
    let inject = |molecules, route| Action::Inject {
        form: None,
        molecules,
        route,
    };
    let mut daily = once(5.0, inject(1_000_000_000_000, Route::Subcutaneous));
    (daily.every_d, daily.until_d) = (Some(1.0), Some(9.0));
    Setup {
        genotypes: vec![own, Genotype::wild_type()],
        interventions: vec![
            once(3.0, deplete(Group::Only(Kind::NaiveCd4), 0.5)),
            once(4.0, transfer(Kind::EffectorCd4, 1, 1)),
            daily,
            once(6.0, inject(3_000_000_000_001, Route::Intravenous)),
            once(7.0, transfer(Kind::Treg, 1, 2)),
            once(8.0, deplete(Group::Tcon, 0.9)),
            once(10.0, deplete(Group::T, 1.0)),
            once(11.0, transfer(Kind::MemoryCd8, 1, 3)),
        ],
        ..Setup::default()
    }
}

/// Runs a mouse and checks its accounts after every step; returns the last ledger.
fn audited(parameters: &Parameters, host: &Setup, replicate: u64) -> Ledger {
    let mut mouse = Host::newborn(parameters, host, AGENTS, 77, replicate);
    let mut before = *mouse.ledger();
    while mouse.age_d() < DAYS {
        mouse.step().unwrap();
        let (ledger, at) = (*mouse.ledger(), mouse.age_d());
        let imbalance = ledger.imbalance(mouse.ligand_on_cells());
        assert_eq!(imbalance, 0, "molecules at {at} d: {ledger:?}");
        assert!(
            ledger.free.iter().all(|free| *free >= 0) && ledger.depot >= 0,
            "{at} d: {ledger:?}"
        );
        for (name, was, is) in [
            ("secreted", before.secreted, ledger.secreted),
            ("injected", before.injected, ledger.injected),
            ("degraded", before.degraded, ledger.degraded),
            ("cleared", before.cleared, ledger.cleared),
            ("died", before.died, ledger.died),
        ] {
            assert!(is >= was, "{name} falls at {at} d: {was} to {is}");
        }
        let population = mouse.population();
        assert_eq!(population.agents.len(), population.surfaces.len());
        for (cell, agent) in population.agents.iter().enumerate() {
            let surface = population.surfaces[cell];
            assert!(agent.weight > 0, "an agent that stands for no cell");
            assert!(
                surface.high <= surface.occupied && surface.il15 <= surface.beta_free,
                "{at} d, {:?}: {surface:?}",
                agent.kind
            );
        }
        before = ledger;
    }
    before
}

/// Smallest fault seen: one molecule too many booked at a division.
#[test]
fn no_molecule_is_made_or_lost() {
    let shipped = parameters();
    let leaky = overlaid(&[
        ("secretion_rate", 1000.0),
        ("activated_secretors", 0.05),
        ("secretion_shutoff", 0.0),
    ]);
    let knockout = |gene| Genotype::wild_type().with(gene, 0.0);
    let cases = [
        ("wild type", &shipped, Genotype::wild_type()),
        ("Il2ra-/-", &shipped, knockout(Gene::Il2ra)),
        ("Il2rb-/-", &shipped, knockout(Gene::Il2rb)),
        ("Il2rg-/-", &shipped, knockout(Gene::Il2rg)),
        ("high secretion", &leaky, Genotype::wild_type()),
    ];
    for (replicate, (name, parameters, genotype)) in cases.into_iter().enumerate() {
        let plain = Setup {
            genotypes: vec![genotype.clone()],
            interventions: Vec::new(),
            ..Setup::default()
        };
        let untouched = audited(parameters, &plain, replicate as u64);
        assert!(untouched.secreted > 0, "{name} secretes nothing");
        assert_eq!((untouched.injected, untouched.carried), (0, 0));
        let treated = audited(parameters, &treated(genotype), replicate as u64);
        assert_eq!(treated.injected, 5 * 1_000_000_000_000 + 3_000_000_000_001);
        assert!(treated.degraded > 0 && treated.cleared > 0, "{treated:?}");
    }
}

/// Without the gene there is no molecule: nothing else makes IL-2.
#[test]
fn a_mouse_without_the_gene_has_no_molecule() {
    let parameters = parameters();
    let host = Setup {
        genotypes: vec![Genotype::wild_type().with(Gene::Il2, 0.0)],
        interventions: Vec::new(),
        ..Setup::default()
    };
    assert_eq!(audited(&parameters, &host, 0), Ledger::default());
}

/// Mergers and doubled weights leave the number of molecules as it was in the mean; bursts that are taken at once, of which cells come with
/// what their parent held, do not. With bursts of one cell the account is the sum of the former alone: over 32 mice its mean is
/// within four standard errors of 0 (false alarm 6e-5). With those of the mouse, it is a small part of all that was secreted.
///
/// Smallest fault seen: an agent that stands for both daughters with all of its molecules. (Mergers with even chances are seen in
/// `weights.rs`.)
#[test]
fn standing_for_others_makes_no_molecules_in_the_mean() {
    let shipped = parameters();
    let mut single = parameters();
    for burst in ["memory_burst", "cd8_conversion_burst"] {
        assert!(single.set(burst, 1.0), "no parameter {burst}");
    }
    let shares = |p: &Parameters| -> Vec<f64> {
        let share = |replicate| {
            let mut mouse = Host::newborn(p, &Setup::default(), AGENTS, 78, replicate);
            while mouse.age_d() < DAYS {
                mouse.step().unwrap();
            }
            let ledger = mouse.ledger();
            ledger.resampled as f64 / ledger.secreted as f64
        };
        (0..32).into_par_iter().map(share).collect()
    };
    let (mean, error) = law::mean_and_error(&shares(&single));
    println!("resampled over secreted: {mean:+.2e} +- {error:.1e} without bursts");
    assert!(mean.abs() < 4.0 * error, "{mean} +- {error}");
    assert!(error < 1e-3, "{error} tells nothing");
    let (with, error) = law::mean_and_error(&shares(&shipped));
    println!("{with:+.2e} +- {error:.1e} with them");
    assert!(with.abs() < 1e-3 + 4.0 * error, "{with}");
}
