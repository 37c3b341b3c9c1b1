//! B cells, dendritic cells and what is given to a host: each a fault that was once there.

use crate::parameters;
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Action, Culture, Host, Intervention, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::model::Parameters;
use paracrine_cells::population::{Isotype, Variety};
use paracrine_cells::readout::Readout;
use paracrine_cells::specificity::Specificity;

fn at(hours: f64, action: Action) -> Intervention {
    Intervention::once(hours / 24.0, action)
}

fn stimulated(group: Group) -> Action {
    Action::Stimulate {
        group,
        sort: None,
        fraction: 1.0,
    }
}

fn well<'p>(
    p: &'p Parameters,
    genotypes: &[Genotype],
    interventions: &[Intervention],
    medium: Culture,
    agents: u32,
) -> Host<'p> {
    let setup = Setup {
        genotypes: genotypes.to_vec(),
        interventions: interventions.to_vec(),
        ..Setup::default()
    };
    Host::culture(p, &setup, medium, agents, 5, 0)
}

fn run(host: &mut Host<'_>, hours: f64) {
    while host.age_d() * 24.0 < hours - 1e-6 {
        host.step().unwrap();
        assert_eq!(host.ledger().imbalance(host.ligand_on_cells()), 0);
    }
}

/// Every plasma cell secretes one class, whatever the number of agents, and so do those that are given.
///
/// Fault seen: the second daughter of the last division left without a class.
#[test]
fn every_plasma_cell_secretes() {
    let p = parameters();
    let helped = Culture {
        volume_ml: 1.0,
        clamped_pm: Some(0.0),
        help: 1.0,
        step_h: 0.5,
        ..Culture::default()
    };
    let total = |host: &Host<'_>| {
        Isotype::ALL
            .map(|isotype| host.observe(&Readout::Antibody(isotype)))
            .iter()
            .sum::<f64>()
    };
    let per_plasma_cell = [500, 10_000].map(|agents| {
        let start = [
            at(0.0, crate::transfer(Kind::B, 2000)),
            at(0.0, stimulated(Group::Only(Kind::B))),
        ];
        let mut host = well(&p, &[], &start, helped, agents);
        run(&mut host, 120.0);
        for agent in &host.population().agents {
            let is_plain = agent.variety == Variety::Plain;
            assert_eq!(is_plain, agent.kind != Kind::Plasma, "{agent:?}");
        }
        total(&host) / host.observe(&Readout::Count(Group::Only(Kind::Plasma)))
    });
    let [few, many] = per_plasma_cell;
    assert!((few / many - 1.0).abs() < 0.1, "{few:e} against {many:e}");
    let mut host = well(
        &p,
        &[],
        &[at(0.0, crate::transfer(Kind::Plasma, 100_000))],
        helped,
        500,
    );
    run(&mut host, 24.0);
    assert!(total(&host) > 0.0);
}

/// Dendritic cells secrete by their own gene, once after microbes, and not when they are gone.
#[test]
fn dendritic_cells_secrete_by_their_own_gene_and_once() {
    let p = parameters();
    let without = Genotype::wild_type().with(Gene::Il2, 0.0);
    let medium = Culture {
        step_h: 0.5,
        ..Culture::default()
    };
    let secretion = |genotypes: &[Genotype], genotype: u8, later: &[Intervention]| {
        let mut all = vec![
            at(
                0.0,
                Action::AddDendritic {
                    cells: 10_000,
                    genotype,
                },
            ),
            at(0.0, stimulated(Group::Dendritic)),
        ];
        all.extend_from_slice(later);
        let mut host = well(&p, genotypes, &all, medium, 500);
        run(&mut host, 5.0);
        host.observe(&Readout::Il2Secretion)
    };
    let wild_type = Genotype::wild_type();
    let normal = secretion(std::slice::from_ref(&wild_type), 0, &[]);
    let expected = 10_000.0 * p.dc_secretion;
    assert!((normal / expected - 1.0).abs() < 0.01, "{normal}");
    let nothing = |x: f64| assert!(x.abs() < 1e-9, "{x}");
    nothing(secretion(&[wild_type.clone(), without.clone()], 1, &[]));
    let given_to_mutant = secretion(&[without.clone(), wild_type.clone()], 1, &[]);
    assert!((given_to_mutant / normal - 1.0).abs() < 0.01);
    let twice = secretion(
        std::slice::from_ref(&wild_type),
        0,
        &[at(0.5, stimulated(Group::Dendritic))],
    );
    assert!((twice / normal - 1.0).abs() < 0.01, "{twice}");
    let gone = Action::Deplete {
        group: Group::Dendritic,
        sort: None,
        fraction: 1.0,
    };
    nothing(secretion(
        std::slice::from_ref(&wild_type),
        0,
        &[at(1.0, gone)],
    ));
}

/// A mouse without dendritic cells for a moment is as sick later as it would be: nothing that was divided by their number stays.
#[test]
fn dendritic_cells_come_back() {
    let p = parameters();
    let setup = Setup {
        genotypes: vec![Genotype::wild_type().with(Gene::Foxp3, 0.0)],
        interventions: vec![at(
            0.0,
            Action::Deplete {
                group: Group::Dendritic,
                sort: None,
                fraction: 1.0,
            },
        )],
        ..Setup::default()
    };
    let mut mouse = Host::newborn(&p, &setup, 1000, 6, 0);
    while mouse.age_d() < 21.0 && mouse.died_d().is_none() {
        mouse.step().unwrap();
    }
    let effectors = mouse.observe(&Readout::Count(Group::Only(Kind::EffectorCd4)));
    assert!(effectors > 1e7, "{effectors:e}");
}

/// Naive cells that are given hold as many self-reactive ones as a mouse's own.
#[test]
fn given_naive_cells_hold_the_usual_share_of_self_reactive_ones() {
    let p = parameters();
    let start = [at(0.0, crate::transfer(Kind::NaiveCd4, 1_000_000))];
    let mut host = well(&p, &[], &start, Culture::default(), 500);
    run(&mut host, 0.1);
    let agents = &host.population().agents;
    let cells = |reactive: bool| {
        agents
            .iter()
            .filter(|agent| (agent.specificity == Specificity::SELF) == reactive)
            .map(|agent| agent.weight)
            .sum::<u64>() as f64
    };
    let share = cells(true) / (cells(true) + cells(false));
    assert!((share - p.self_reactive_share).abs() < 1e-3, "{share}");
}

/// What the medium holds changes no cell's luck.
#[test]
fn medium_does_not_change_luck() {
    let p = parameters();
    let start = [at(0.0, crate::transfer(Kind::Nk, 100_000))];
    let [none, trace] = [0.0, 1e-9].map(|start_pm| {
        let medium = Culture {
            start_pm,
            step_h: 0.5,
            ..Culture::default()
        };
        let mut host = well(&p, &[], &start, medium, 500);
        run(&mut host, 24.0);
        host.observe(&Readout::Count(Group::Only(Kind::Nk)))
    });
    assert_eq!(none.to_bits(), trace.to_bits());
}
