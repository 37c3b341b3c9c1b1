//! Organs: where cells are, how they move, and that each has free IL-2 of its own.

use crate::parameters;
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Action, Host, Intervention, Route, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::model::Parameters;
use paracrine_cells::organ::{Organ, departure, homing, recirculates};
use paracrine_cells::readout::Readout;
use std::collections::BTreeMap;

fn mouse<'p>(p: &'p Parameters, setup: &Setup, days: f64) -> Host<'p> {
    let mut mouse = Host::newborn(p, setup, 3000, 31, 0);
    while mouse.age_d() < days && mouse.died_d().is_none() {
        mouse.step().unwrap();
    }
    mouse
}

/// Naive T and B cells are spread by their shares, within five standard errors of as many agents of equal weight (false alarm
/// 1e-6 each; heavier agents among them make it a little more).
#[test]
fn cells_are_spread_by_their_shares() {
    let p = parameters();
    let mouse = mouse(&p, &Setup::default(), 21.0);
    for kind in [Kind::NaiveCd4, Kind::NaiveCd8, Kind::B] {
        let agents = mouse.population().agents.iter();
        let agents = agents.filter(|agent| agent.kind == kind).count() as f64;
        let all = mouse.observe(&Readout::Count(Group::Only(kind)));
        for (organ, share) in Organ::PERIPHERY.into_iter().zip(homing(&p, Some(kind))) {
            let there = mouse.observe(&Readout::CountIn(Group::Only(kind), organ)) / all;
            let error = (share * (1.0 - share) / agents).sqrt();
            println!(
                "{} in {}: {there:.3}, {share:.3} +- {error:.3}",
                kind.name(),
                organ.name()
            );
            assert!((there - share).abs() < 5.0 * error, "{there}");
        }
    }
    let whole: f64 = Organ::PERIPHERY
        .into_iter()
        .map(|organ| mouse.observe(&Readout::Cellularity(organ)))
        .sum();
    let dendritic = mouse.observe(&Readout::Count(Group::Dendritic));
    let agents: u64 = mouse
        .population()
        .agents
        .iter()
        .map(|agent| agent.weight)
        .sum();
    assert!((whole / (agents as f64 + dendritic) - 1.0).abs() < 1e-12);
    let thymus = mouse.observe(&Readout::Cellularity(Organ::Thymus));
    assert!((thymus / 1.47e8 - 1.0).abs() < 0.05, "{thymus:e}");
}

/// In twelve hours, two chances to leave, cells change organs as often as their stay says (within five standard errors); blasts, plasma cells
/// and macrophages never do.
#[test]
fn cells_move_with_the_blood() {
    let p = parameters();
    let mut mouse = mouse(&p, &Setup::default(), 20.0);
    let agents = mouse.population().agents.iter();
    let before: BTreeMap<_, _> = agents.map(|agent| (agent.key.0, agent.organ)).collect();
    for _ in 0..12 {
        mouse.step().unwrap();
    }
    let (mut moved, mut expected, mut variance) = (0.0, 0.0, 0.0);
    for agent in &mouse.population().agents {
        let Some(organ) = before.get(&agent.key.0) else {
            continue;
        };
        if !recirculates(agent.kind) {
            assert_eq!(agent.organ, *organ, "{}", agent.kind.name());
            continue;
        }
        let shares = homing(&p, Some(agent.kind));
        let chance = departure(&p, 12.0) * (1.0 - shares[organ.place()]);
        moved += f64::from(u8::from(agent.organ != *organ));
        expected += chance;
        variance += chance * (1.0 - chance);
    }
    println!("{moved} moved of {expected:.1} +- {:.1}", variance.sqrt());
    // A few became blasts on the way, or ceased to be.
    assert!((moved - expected).abs() < 5.0 * variance.sqrt() + 0.01 * expected);
    assert!(expected > 300.0);
}

/// Without cells that secrete or consume it an organ has the IL-2 that serum brings, and that of an injection lasts longer there.
///
/// Fault seen: one pool for all organs.
#[test]
fn every_organ_has_its_own_il2() {
    let mut p = parameters();
    (p.spleen_t_share, p.node_t_share) = (0.0, 0.3);
    p.b_secretion = 0.0;
    let injection = Intervention::once(
        21.0,
        Action::Inject {
            form: None,
            molecules: 20_000_000_000_000,
            route: Route::Intravenous,
        },
    );
    let setup = Setup {
        interventions: vec![injection],
        ..Setup::default()
    };
    let mut mouse = mouse(&p, &setup, 21.0);
    let il2 =
        |mouse: &Host<'_>| Organ::PERIPHERY.map(|organ| mouse.observe(&Readout::Il2In(organ)));
    let before = il2(&mouse);
    println!("{before:.4?} pM in spleen, lymph nodes and tissue");
    let [spleen, nodes, tissue] = before;
    assert!(spleen < 0.1 * nodes && (0.5..2.0).contains(&(nodes / tissue)));

    for _ in 0..4 {
        mouse.step().unwrap();
    }
    let after = il2(&mouse);
    println!("{after:.4?} pM four hours after the injection");
    let [spleen, nodes, tissue] = [0, 1, 2].map(|place| after[place] - before[place]);
    assert!(spleen > 3.0 * nodes.abs() && spleen > 3.0 * tissue.abs());
}

/// Serum is at the balance of what organs give and clearance takes; molecules are Poisson, so many that they do not count.
#[test]
fn serum_holds_what_organs_give() {
    let p = parameters();
    let mouse = mouse(&p, &Setup::default(), 56.0);
    let body = 1.0 / (1.0 + p.adult_body_shift * (-56.0 / p.body_growth_time).exp());
    let exchange = p.tissue_serum_exchange * body / 24.0;
    let expected = mouse.observe(&Readout::Il2) * exchange / (p.serum_clearance + exchange);
    let serum = mouse.observe(&Readout::SerumIl2);
    println!("{serum:.5} pM in serum, {expected:.5} expected");
    assert!((serum / expected - 1.0).abs() < 1e-3);
}

/// Effectors do damage in tissue: where none go there, scurfy mice live on.
#[test]
fn damage_is_done_in_tissue() {
    let mut p = parameters();
    let setup = Setup {
        genotypes: vec![Genotype::wild_type().with(Gene::Foxp3, 0.0)],
        ..Setup::default()
    };
    assert!(mouse(&p, &setup, 28.0).died_d().is_some());
    (p.spleen_t_share, p.node_t_share) = (0.6, 0.4);
    let elsewhere = mouse(&p, &setup, 28.0);
    assert_eq!(elsewhere.died_d(), None);
    let effectors = Readout::Count(Group::Only(Kind::EffectorCd4));
    assert!(elsewhere.observe(&effectors) > 3e7);
    assert!(elsewhere.observe(&Readout::Damage) < 0.01);
}
