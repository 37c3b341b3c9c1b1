//! Cells that are chosen by receptors, marked where they are, or given with an age.

use paracrine_cells::genotype::{Gene, Genotype, Makers};
use paracrine_cells::host::{
    Action, Culture, Donors, Exposure, Gate, Host, HostError, Intervention, Setup, Sort,
};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::mechanism::ageing;
use paracrine_cells::model::Parameters;
use paracrine_cells::population::Agent;
use paracrine_cells::purpose;
use paracrine_cells::readout::{Chain, Choice, Readout};
use paracrine_cells::receptors::Surface;
use paracrine_cells::specificity::Specificity;
use paracrine_kernel::rng::{AgentKey, Streams};
use std::collections::BTreeMap;

const HIGH: f64 = 2000.0;

const fn by_cd25(gate: Gate) -> Sort {
    Sort {
        chain: Chain::Cd25,
        gate,
    }
}

const ABOVE: Sort = by_cd25(Gate::Between(HIGH, f64::INFINITY));

fn given(kind: Kind, cells: u64, age_d: Option<f64>, sort: Option<Sort>) -> Action {
    Action::Transfer {
        kind,
        cells,
        genotype: 0,
        tag: 1,
        specificity: None,
        age_d,
        sort,
    }
}

/// A well that is stepped by the second, in which nothing happens between what is given and what is seen.
fn well<'p>(p: &'p Parameters, genotypes: &[Genotype], actions: &[Action]) -> Host<'p> {
    let medium = Culture {
        step_h: 1.0 / 3600.0,
        ..Culture::default()
    };
    well_of(p, genotypes, actions, medium)
}

fn well_of<'p>(
    p: &'p Parameters,
    genotypes: &[Genotype],
    actions: &[Action],
    medium: Culture,
) -> Host<'p> {
    let once = |action: &Action| Intervention::once(0.0, *action);
    let setup = Setup {
        genotypes: genotypes.to_vec(),
        interventions: actions.iter().map(once).collect(),
        ..Setup::default()
    };
    Host::culture(p, &setup, medium, 500, 5, 0)
}

fn mouse<'p>(p: &'p Parameters, actions: &[(f64, Action)], age_d: f64) -> Host<'p> {
    let once = |(at_d, action): &(f64, Action)| Intervention::once(*at_d, *action);
    let setup = Setup {
        interventions: actions.iter().map(once).collect(),
        ..Setup::default()
    };
    let mut host = Host::newborn(p, &setup, 4000, 9, 0);
    while host.age_d() < age_d - 1e-6 {
        host.step().unwrap();
        assert_eq!(host.ledger().imbalance(host.ligand_on_cells()), 0);
    }
    host
}

/// Agents by their keys, with their receptors.
fn agents(host: &Host<'_>) -> BTreeMap<AgentKey, (Agent, Surface)> {
    let population = host.population();
    let both = population.agents.iter().zip(&population.surfaces);
    both.map(|(agent, surface)| (agent.key, (*agent, *surface)))
        .collect()
}

/// What is transferred is sorted among what such cells are: as many as asked for, all of them beyond the gate, more of them near it than far.
///
/// Smallest faults seen: a gate that is looked at once, one that lets everything pass, a share of the wrong end.
#[test]
fn transferred_cells_pass_the_gate_and_are_as_many_as_asked_for() {
    let p = crate::parameters();
    let copies = |sort: Option<Sort>| {
        let mut host = well(&p, &[], &[given(Kind::EffectorCd4, 20_000, None, sort)]);
        host.step().unwrap();
        let tagged = Choice::tagged(1);
        let effectors = Readout::Count(Group::Only(Kind::EffectorCd4));
        assert_eq!(host.observe_of(&effectors, tagged), 20_000.0);
        let mut copies: Vec<u32> = host
            .population()
            .surfaces
            .iter()
            .map(|of| of.alpha)
            .collect();
        copies.sort_unstable();
        copies
    };
    let all = copies(None);
    let middle = f64::from(all[all.len() / 2]);
    let far = f64::from(all[all.len() * 9 / 10]);
    assert!(middle > 10.0 && far > 1.5 * middle, "{middle}, {far}");
    // Within a second a cell loses or makes no more than a few copies.
    let high = copies(Some(by_cd25(Gate::Between(far, f64::INFINITY))));
    assert!(f64::from(high[0]) > far - 3.0, "{} {far}", high[0]);
    assert!(high.len() > 100 && f64::from(high[high.len() / 2]) < 2.0 * far);
    let between = copies(Some(by_cd25(Gate::Between(middle, far))));
    assert!(f64::from(between[0]) > middle - 3.0);
    assert!(f64::from(between[between.len() - 1]) < far + 3.0);
    let lowest = copies(Some(by_cd25(Gate::Lowest(0.1))));
    let highest = copies(Some(by_cd25(Gate::Highest(0.1))));
    let (first, last) = (lowest[lowest.len() - 1], highest[0]);
    let tenth = |n: usize| f64::from(all[all.len() * n / 10]);
    assert!((f64::from(first) / tenth(1) - 1.0).abs() < 0.25, "{first}");
    assert!((f64::from(last) / tenth(9) - 1.0).abs() < 0.25, "{last}");
}

/// A gate that no such cell passes ends the host with a reason, and is known beforehand.
#[test]
fn what_there_is_not_cannot_be_sorted() {
    let p = crate::parameters();
    let wild = Genotype::wild_type();
    let without = Genotype::wild_type().with(Gene::Il2ra, 0.0);
    let found =
        |sort: Sort, genotype| Donors::new(Kind::Treg).pass(&p, &Makers::new(genotype), &sort);
    assert!(found(ABOVE, &wild));
    assert!(!found(ABOVE, &without));
    assert!(!found(by_cd25(Gate::Between(1e9, f64::INFINITY)), &wild));
    let mut host = well(&p, &[without], &[given(Kind::Treg, 10, None, Some(ABOVE))]);
    let error = host.step().unwrap_err();
    assert!(matches!(error, HostError::NoSuchCells { .. }));
    assert_eq!(
        error.to_string(),
        "no Treg cells to transfer at 0.0 d: of a million, none is among those with more than 2000 CD25"
    );
    // It stays so, and as it is.
    let cut_short = (host.age_d(), error.to_string());
    let again = host.step().unwrap_err();
    assert!(matches!(again, HostError::CutShort(_)));
    assert_eq!(again.to_string(), error.to_string());
    assert_eq!(host.cut_short(), Some(&cut_short));
}

/// Cells are marked as they are: those beyond the gate and no others, and nothing else of the mouse is another one for it.
///
/// Smallest faults seen: a gate on the wrong chain, marks on whole agents of which a part passes, draws that others see.
#[test]
fn a_label_marks_sorted_cells_and_does_nothing_else() {
    let p = crate::parameters();
    let group = Group::Cd4;
    let label = Action::Tag {
        group,
        sort: Some(ABOVE),
        fraction: 1.0,
        tag: 3,
        change: None,
    };
    let before = agents(&mouse(&p, &[], 20.0));
    let bare = mouse(&p, &[], 20.0 + 1.0 / 24.0);
    let mut labelled = mouse(&p, &[(20.0, label)], 20.0 + 1.0 / 24.0);
    let is_high = |(agent, surface): &(Agent, Surface)| {
        group.contains(&p, agent) && f64::from(surface.alpha) > HIGH
    };
    let (mut high, mut low) = (0, 0);
    for (key, (agent, _)) in agents(&labelled) {
        let Some(old) = before.get(&key) else {
            continue;
        };
        assert_eq!(agent.tag == 3, is_high(old), "{old:?}");
        if agent.tag == 3 {
            high += 1;
        } else if group.contains(&p, &agent) {
            low += 1;
        }
    }
    assert!(high > 100 && low > 100, "{high}, {low}");
    let mut bare = bare;
    for _ in 0..48 {
        bare.step().unwrap();
        labelled.step().unwrap();
    }
    let mut unmarked = labelled.population().clone();
    for agent in &mut unmarked.agents {
        agent.tag = 0;
    }
    assert!(unmarked == *bare.population());
    // Daughters keep it.
    let daughters = labelled.population().agents.iter();
    let daughters = daughters.filter(|agent| agent.tag == 3 && !before.contains_key(&agent.key));
    assert!(daughters.count() > 10);
}

/// Of a share exactly so many cells are chosen, those with most or fewest copies; where agents stand for many cells, a part of one.
#[test]
fn a_share_of_the_cells_is_that_share() {
    let p = crate::parameters();
    let treg = Group::Only(Kind::Treg);
    for (gate, left) in [
        (Gate::Highest(0.25), 75_000.0),
        (Gate::Lowest(0.3), 70_000.0),
        (Gate::Highest(1.0), 0.0),
    ] {
        let deplete = Action::Deplete {
            group: treg,
            sort: Some(by_cd25(gate)),
            fraction: 1.0,
        };
        let transfer = given(Kind::Treg, 100_000, None, None);
        let mut whole = well(&p, &[], &[transfer]);
        let mut part = well(&p, &[], &[transfer, deplete]);
        whole.step().unwrap();
        part.step().unwrap();
        let count = part.observe(&Readout::Count(treg));
        assert_eq!(count, left, "{gate:?}");
        let (whole, part) = (agents(&whole), agents(&part));
        let gone = whole.iter().filter(|(key, _)| !part.contains_key(key));
        let gone: Vec<u32> = gone.map(|(_, (_, of))| of.alpha).collect();
        let kept: Vec<u32> = part.values().map(|(_, of)| of.alpha).collect();
        let ends = |all: &[u32]| (all.iter().min().copied(), all.iter().max().copied());
        let ((least, most), (gone_least, gone_most)) = (ends(&kept), ends(&gone));
        match gate {
            Gate::Highest(_) => assert!(most <= gone_least.map(|n| n + 3), "{gate:?}"),
            _ => assert!(least.map(|n| n + 3) >= gone_most, "{gate:?}"),
        }
    }
    // Stimulated are those beyond the gate alone.
    let stimulate = Action::Stimulate {
        group: Group::Only(Kind::NaiveCd4),
        sort: Some(by_cd25(Gate::Lowest(0.4))),
        fraction: 1.0,
    };
    let transfer = given(Kind::NaiveCd4, 50_000, None, None);
    let mut host = well(&p, &[], &[transfer, stimulate]);
    host.step().unwrap();
    let blasts = Readout::Count(Group::Only(Kind::BlastCd4));
    assert_eq!(host.observe(&blasts), 20_000.0);
}

/// A cell's founder is as old as it is said; blasts have divided by their age, and old plasma cells die slowly.
///
/// Smallest faults seen: an age from the birth of the host, blasts that divide at once, plasma cells as short-lived as fresh ones.
#[test]
fn transferred_cells_are_as_old_as_they_are_said_to_be() {
    let p = crate::parameters();
    let born = |age_d: Option<f64>| {
        let mut host = well(&p, &[], &[given(Kind::Treg, 1000, age_d, None)]);
        host.step().unwrap();
        let agents = &host.population().agents;
        assert!(agents.iter().all(|agent| agent.born_h == agents[0].born_h));
        f64::from(agents[0].born_h)
    };
    assert_eq!([None, Some(0.0), Some(30.0)].map(born), [0.0, 0.0, -720.0]);
    // In a mouse it counts from the day of the transfer.
    let transfer = given(Kind::MemoryCd8, 50_000, Some(60.0), None);
    let host = mouse(&p, &[(3.0, transfer)], 3.0 + 1.0 / 24.0);
    let mut tagged = host
        .population()
        .agents
        .iter()
        .filter(|agent| agent.tag == 1);
    assert!(tagged.all(|agent| f64::from(agent.born_h) == 24.0 * (3.0 - 60.0)));

    let left = |age_d: Option<f64>| {
        let medium = Culture {
            step_h: 1.0,
            ..Culture::default()
        };
        let plasma = given(Kind::Plasma, 100_000, age_d, None);
        let mut host = well_of(&p, &[], &[plasma], medium);
        while host.age_d() < 10.0 {
            host.step().unwrap();
        }
        host.observe(&Readout::Count(Group::Only(Kind::Plasma))) / 1e5
    };
    let (fresh, zero, old) = (left(None), left(Some(0.0)), left(Some(60.0)));
    let by = |long: f64| {
        let short = 1.0 - long;
        long * libm::exp(-10.0 * p.plasma_death_long) + short * libm::exp(-10.0 * p.plasma_death)
    };
    let long = p.plasma_long_lived * libm::exp(-60.0 * p.plasma_death_long);
    let short = (1.0 - p.plasma_long_lived) * libm::exp(-60.0 * p.plasma_death);
    println!("plasma cells after ten days: {fresh}, {zero}, {old}");
    assert_eq!(fresh, zero);
    assert!((fresh - by(p.plasma_long_lived)).abs() < 0.06, "{fresh}");
    assert!((old - by(long / (long + short))).abs() < 0.06, "{old}");
    assert!(old > fresh + 0.1);

    let divisions = |age_d: f64| {
        let blasts = given(Kind::BlastCd4, 10_000, Some(age_d), None);
        let mut host = well(&p, &[], &[blasts]);
        host.step().unwrap();
        let blasts = Group::Only(Kind::BlastCd4);
        assert!((host.observe(&Readout::Count(blasts)) - 1e4).abs() < 50.0);
        host.observe(&Readout::Divisions(blasts))
    };
    let (day, two, three) = (divisions(0.5), divisions(2.0), divisions(3.0));
    println!("divisions of blasts: {day}, {two}, {three}");
    assert!(
        day < 0.2 && day < two && two + 0.5 < three,
        "{day} {two} {three}"
    );
    let mut host = well(&p, &[], &[given(Kind::BlastCd4, 10, Some(100.0), None)]);
    assert_eq!(
        host.step().unwrap_err().to_string(),
        "no CD4 blast cells to transfer at 0.0 d: 100 d after their activation all have died or ripened"
    );
}

/// Smallest faults seen: clocks that stand still, divisions before the first one can be over, blasts that never end.
#[test]
fn blasts_divide_with_their_age_and_are_gone_in_the_end() {
    let p = crate::parameters();
    for kind in [Kind::BlastCd4, Kind::BlastCd8, Kind::BlastB] {
        let blasts = |age_h: f64| -> Vec<Agent> {
            let agent = Agent::new(AgentKey::NONE, kind, 1);
            let mut rng = Streams::new(1, 0).stream(purpose::FATE, AgentKey::NONE, 0);
            let all = (0..400).filter_map(|_| ageing::blast(&p, &agent, age_h, &mut rng));
            all.collect()
        };
        let mean = |age_h: f64| {
            let all = blasts(age_h);
            assert!(all.iter().all(|cell| cell.kind == kind
                && cell.clock_h > 0.0
                && cell.death_h > 0.0
                && f64::from(cell.active_h) == age_h
                && cell.generation == cell.divisions));
            let sum: f64 = all.iter().map(|cell| f64::from(cell.divisions)).sum();
            sum / all.len() as f64
        };
        assert_eq!(mean(1.0), 0.0, "{kind:?}");
        let (two, three) = (mean(48.0), mean(72.0));
        println!("{kind:?}: {two} divisions after two days, {three} after three");
        assert!(0.2 < two && two + 0.1 < three, "{kind:?}: {two}, {three}");
        assert!(blasts(24.0 * 60.0).is_empty(), "{kind:?}");
        assert!(ageing::is_possible(&p, kind, 48.0));
        assert!(!ageing::is_possible(&p, kind, 24.0 * 60.0));
    }
}

/// Self-antigen that a body stops to make is self-antigen that it does not make: from then on nobody is recruited by it.
///
/// Smallest faults seen: a level that is read at birth alone, the level of another antigen.
#[test]
fn what_a_body_makes_of_an_antigen_may_change() {
    let p = crate::parameters();
    let host = |of_self: f64, made: Option<(f64, Specificity, f64)>, age_d: f64| {
        let make = made.map(|(at_d, antigen, level)| {
            Intervention::once(at_d, Action::Make { antigen, level })
        });
        let setup = Setup {
            exposure: Exposure {
                of_self,
                antigens: vec![Default::default(); 2],
                microbes: 1.0,
            },
            interventions: make.into_iter().collect(),
            genotypes: vec![Genotype::wild_type().with(Gene::Foxp3, 0.0)],
            ..Setup::default()
        };
        let mut host = Host::newborn(&p, &setup, 4000, 9, 0);
        while host.age_d() < age_d - 1e-6 {
            host.step().unwrap();
        }
        host
    };
    let effectors = |host: &Host<'_>| host.observe(&Readout::Count(Group::Only(Kind::EffectorCd4)));
    let never = effectors(&host(0.0, None, 16.0));
    let always = effectors(&host(1.0, None, 16.0));
    let ended = host(1.0, Some((8.0, Specificity::SELF, 0.0)), 16.0);
    let begun = host(0.0, Some((8.0, Specificity::SELF, 1.0)), 16.0);
    println!(
        "effectors: {never:e} {always:e} {:e} {:e}",
        effectors(&ended),
        effectors(&begun)
    );
    assert_eq!(ended.amount(Specificity::SELF), 0.0);
    assert_eq!(begun.amount(Specificity::SELF), 1.0);
    assert!(effectors(&ended) < 0.8 * always);
    assert!(effectors(&begun) > 2.0 * never && effectors(&begun) < always);
    // The same amount changes nothing, and a named antigen is another one.
    let same = host(0.5, Some((8.0, Specificity::SELF, 0.5)), 10.0);
    let plain = host(0.5, None, 10.0);
    assert!(same.population() == plain.population());
    let second = host(0.5, Some((8.0, Specificity::named(1), 3.0)), 8.5);
    let amounts = [0, 1].map(|number| second.amount(Specificity::named(number)));
    assert_eq!(
        (amounts, second.amount(Specificity::SELF)),
        ([0.0, 3.0], 0.5)
    );
}
