//! What cells recognise, antigens that are given, and microbes.

use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Action, Antigen, Culture, Exposure, Host, Intervention, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::model::Parameters;
use paracrine_cells::readout::{Choice, Readout};
use paracrine_cells::specificity::{MOST_ANTIGENS, Specificity};

const FIRST: Specificity = Specificity::named(0);
const SECOND: Specificity = Specificity::named(1);
const CD4: Readout = Readout::Count(Group::Cd4);
const MEMORY: Readout = Readout::Count(Group::Only(Kind::MemoryCd4));

/// Two antigens with so many precursors each.
fn exposure(precursors: f64) -> Exposure {
    let antigen = Antigen {
        precursors,
        level: 0.0,
    };
    Exposure {
        antigens: vec![antigen; 2],
        ..Exposure::default()
    }
}

fn immunised(at_d: f64, adjuvant: f64) -> Intervention {
    let action = Action::Immunise {
        antigen: 0,
        dose: 1.0,
        half_life_d: 3.0,
        adjuvant,
    };
    Intervention::once(at_d, action)
}

fn newborn<'p>(p: &'p Parameters, setup: &Setup) -> Host<'p> {
    Host::newborn(p, setup, 3000, 19, 0)
}

fn grow(host: &mut Host<'_>, age_d: f64) {
    while host.age_d() < age_d - 1e-6 && host.died_d().is_none() {
        host.step().unwrap();
        assert_eq!(host.ledger().imbalance(host.ligand_on_cells()), 0);
    }
}

fn count(host: &Host<'_>, readout: Readout, specificity: Specificity) -> f64 {
    host.observe_of(&readout, Choice::specific(specificity))
}

/// With antigen and adjuvant the cells that recognise it expand, contract and leave memory; those for another antigen, in the same mouse, do
/// nothing, nor do any with antigen alone or adjuvant alone.
///
/// Smallest faults seen: presentation of one antigen to all; blasts that forget what they recognise; adjuvant without effect on B7.
#[test]
fn cells_answer_to_their_antigen_where_there_is_costimulation() {
    let p = crate::parameters();
    let course = |adjuvant: f64| {
        let setup = Setup {
            exposure: exposure(2e-5),
            interventions: vec![immunised(28.0, adjuvant)],
            ..Setup::default()
        };
        let mut host = newborn(&p, &setup);
        [28.0, 37.0, 56.0].map(|age_d| {
            grow(&mut host, age_d);
            let of = |specificity| count(&host, CD4, specificity);
            (of(FIRST), of(SECOND), count(&host, MEMORY, FIRST))
        })
    };
    let [before, peak, after] = course(1.0);
    println!("with adjuvant: {before:?} {peak:?} {after:?}");
    assert!(before.0 > 100.0 && before.1 > 100.0);
    assert!(peak.0 > 50.0 * before.0, "no expansion");
    // 10 to 60 % of CD4 cells are left (K6 of the published rows).
    let left = after.0 / peak.0;
    assert!((0.1..0.6).contains(&left), "no contraction: {left}");
    assert!(
        after.2 > 5.0 * before.0 && after.2 > 0.5 * after.0,
        "no memory"
    );
    let others = before.1 / 2.0..before.1 * 3.0;
    assert!(others.contains(&peak.1) && others.contains(&after.1));
    let [before, week, _] = course(0.0);
    println!("without: {before:?} {week:?}");
    assert!(week.0 < 2.0 * before.0, "a response without adjuvant");
}

/// The more cells share an antigen, the smaller the burst of each and the earlier its end.
///
/// Smallest fault seen: bursts of CD4 cells that take no notice of rivals.
#[test]
fn bursts_shrink_among_rivals() {
    let p = crate::parameters();
    let course = |precursors: f64| {
        let mut setup = Setup {
            exposure: exposure(0.0),
            interventions: vec![immunised(28.0, 1.0)],
            ..Setup::default()
        };
        setup.exposure.antigens[0].precursors = precursors;
        let mut host = newborn(&p, &setup);
        let ages: Vec<f64> = (56..=78).map(|half| f64::from(half) / 2.0).collect();
        let numbers = ages.iter().map(|age_d| {
            grow(&mut host, *age_d);
            count(&host, CD4, FIRST)
        });
        let numbers: Vec<f64> = numbers.collect();
        let peak = numbers.iter().copied().fold(0.0, f64::max);
        let place = numbers.iter().position(|number| *number >= peak).unwrap();
        (peak / numbers[0], ages[place])
    };
    let [(few, late), (many, early)] = [1e-4, 0.2].map(course);
    println!("fold: {few:.0} on day {late}, {many:.1} on day {early}");
    assert!(few > 10.0 * many && many > 2.0);
    assert!(early < late - 2.0);
}

/// Where effectors meet their antigen without B7 they die of it, by Fas, and do not become memory.
///
/// Smallest faults seen: presentation that needs B7; death that does not need Fas.
#[test]
fn effectors_die_of_antigen_without_b7() {
    let p = crate::parameters();
    let left = |level: f64, fas: f64| {
        let given = Action::Transfer {
            kind: Kind::EffectorCd4,
            cells: 100_000,
            genotype: 1,
            tag: 1,
            specificity: Some(FIRST),
            age_d: None,
            sort: None,
        };
        let mut setup = Setup {
            genotypes: vec![
                Genotype::wild_type(),
                Genotype::wild_type().with(Gene::Fas, fas),
            ],
            exposure: exposure(0.0),
            interventions: vec![Intervention::once(40.0, given)],
            ..Setup::default()
        };
        setup.exposure.antigens[0].level = level;
        let mut host = newborn(&p, &setup);
        grow(&mut host, 42.0);
        let of = |kind| host.observe_of(&Readout::Count(kind), Choice::tagged(1));
        (of(Group::Cd4), of(Group::Only(Kind::MemoryCd4)))
    };
    let [(without, rested), (with, kept)] = [0.0, 10.0].map(|level| left(level, 1.0));
    let (without_fas, _) = left(10.0, 0.0);
    println!(
        "left {without:.0} {with:.0}, without Fas {without_fas:.0}; memory {rested:.0} {kept:.0}"
    );
    assert!(with < 0.75 * without && without_fas > 1.2 * with);
    assert!(kept < 0.5 * rested);
}

/// CD8 cells answer as well.
#[test]
fn cd8_cells_answer_too() {
    let p = crate::parameters();
    let setup = Setup {
        exposure: exposure(5e-5),
        interventions: vec![immunised(28.0, 1.0)],
        ..Setup::default()
    };
    let mut host = newborn(&p, &setup);
    grow(&mut host, 28.0);
    let cd8 = Readout::Count(Group::Cd8);
    let before = [FIRST, SECOND].map(|own| count(&host, cd8, own));
    grow(&mut host, 33.0);
    let after = [FIRST, SECOND].map(|own| count(&host, cd8, own));
    println!("CD8: {before:?}, {after:?}");
    assert!(after[0] > 4.0 * before[0] && after[1] < 2.0 * before[1]);
}

/// Amounts add, and each dose decays by its own half-life, to the last bits.
#[test]
fn antigen_decays_by_its_half_life() {
    let p = crate::parameters();
    let dose = |at_d, dose, half_life_d| {
        let action = Action::Immunise {
            antigen: 1,
            dose,
            half_life_d,
            adjuvant: 0.0,
        };
        Intervention::once(at_d, action)
    };
    let setup = Setup {
        exposure: exposure(0.0),
        interventions: vec![
            dose(1.0, 3.0, 2.0),
            dose(2.0, 1.0, 2.0),
            dose(2.0, 5.0, 0.5),
        ],
        ..Setup::default()
    };
    let mut host = Host::newborn(&p, &setup, 500, 19, 0);
    let amount = |host: &Host<'_>| host.observe(&Readout::Antigen(SECOND));
    for (age_d, expected) in [
        (1.0, 0.0),
        (2.0, 3.0 * 0.5_f64.sqrt()),
        (6.0, 3.0 * 0.5_f64.powf(2.5) + 0.25 + 5.0 * 0.5_f64.powi(8)),
    ] {
        grow(&mut host, age_d);
        let found = amount(&host);
        assert!(
            (found - expected).abs() < 1e-12,
            "{age_d}: {found} {expected}"
        );
    }
    assert_eq!(host.observe(&Readout::Antigen(FIRST)), 0.0);
    assert_eq!(host.observe(&Readout::Antigen(Specificity::SELF)), 1.0);
}

/// Precursors are shares of the naive cells at birth and of emigrants: of eight antigens together within five standard errors of the number of
/// packets; they take nothing from the self-reactive.
#[test]
fn precursors_are_shares_of_naive_cells() {
    let p = crate::parameters();
    let of = 1e-3;
    let mut setup = Setup {
        exposure: exposure(of),
        ..Setup::default()
    };
    let antigen = setup.exposure.antigens[0];
    setup.exposure.antigens = vec![antigen; MOST_ANTIGENS];
    let mut host = newborn(&p, &setup);
    for (age_d, tolerance) in [(0.0, 0.05), (14.0, 0.27)] {
        grow(&mut host, age_d);
        for kind in [Kind::NaiveCd4, Kind::NaiveCd8] {
            let naive = Readout::Count(Group::Only(kind));
            let share = |own| count(&host, naive, own) / host.observe(&naive);
            let all: f64 = (0..MOST_ANTIGENS)
                .map(|one| share(Specificity::named(one)))
                .sum();
            let ratio = all / (MOST_ANTIGENS as f64 * of);
            println!("{age_d} d, {kind:?}: {ratio:.3}");
            assert!((ratio - 1.0).abs() < tolerance, "{kind:?}: {ratio}");
            let own = share(Specificity::SELF);
            let expected = p.self_reactive_share * f64::from(u8::from(kind == Kind::NaiveCd4));
            assert!(
                (own - expected).abs() < 0.1 * p.self_reactive_share,
                "{own}"
            );
        }
    }
    // Given naive cells hold them, too; others recognise one thing.
    let given = |specificity| {
        let action = Action::Transfer {
            kind: Kind::NaiveCd8,
            cells: 1_000_000,
            genotype: 0,
            tag: 1,
            specificity,
            age_d: None,
            sort: None,
        };
        let setup = Setup {
            exposure: exposure(of),
            interventions: vec![Intervention::once(0.0, action)],
            ..Setup::default()
        };
        let mut well = Host::culture(&p, &setup, Culture::default(), 500, 19, 0);
        well.step().unwrap();
        [FIRST, SECOND, Specificity::OTHER].map(|own| count(&well, Readout::Count(Group::T), own))
    };
    // A minute later a few have met the environment.
    for (found, expected) in [
        (given(None), [1000.0, 1000.0, 998_000.0]),
        (given(Some(SECOND)), [0.0, 1_000_000.0, 0.0]),
    ] {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 20.0, "{found} {expected}");
        }
    }
}

/// Antigens that nobody recognises change nothing, to the last bit; neither does saying what is so by default.
#[test]
fn antigens_without_precursors_change_nothing() {
    let p = crate::parameters();
    let observed = |exposure: Exposure, interventions: Vec<Intervention>| {
        let setup = Setup {
            exposure,
            interventions,
            ..Setup::default()
        };
        let mut host = Host::newborn(&p, &setup, 1000, 19, 0);
        grow(&mut host, 10.0);
        let readouts = [CD4, Readout::Il2, Readout::Costimulation, Readout::Agents];
        readouts.map(|readout| host.observe(&readout).to_bits())
    };
    let plain = observed(Exposure::default(), Vec::new());
    assert_eq!(plain, observed(exposure(0.0), vec![immunised(5.0, 0.0)]));
    assert_ne!(plain, observed(exposure(0.0), vec![immunised(5.0, 1.0)]));
}

/// Without self-antigen a mouse without Treg is well.
#[test]
fn without_self_there_is_no_autoimmunity() {
    let p = crate::parameters();
    let mouse = |of_self: f64| {
        let setup = Setup {
            genotypes: vec![Genotype::wild_type().with(Gene::Foxp3, 0.0)],
            exposure: Exposure {
                of_self,
                ..Exposure::default()
            },
            ..Setup::default()
        };
        let mut host = newborn(&p, &setup);
        grow(&mut host, 35.0);
        let activated = host.observe(&Readout::ActivatedFraction(Group::Tcon));
        let effectors = host.observe(&Readout::Count(Group::Only(Kind::EffectorCd4)));
        println!(
            "self {of_self}: died {:?}, {activated}, {effectors:e}",
            host.died_d()
        );
        (host.died_d().is_some(), activated, effectors)
    };
    let (full, half, none) = (mouse(1.0), mouse(0.3), mouse(0.0));
    assert!(full.0 && !none.0);
    assert!(none.1 < 0.35 && none.2 < 1e5, "{none:?}");
    assert!(half.2 > none.2);
}

/// The dirtier the mouse, the more memory CD4 and CD8 cells it has; a germ-free one has them too when it is exposed, from then on.
#[test]
fn microbes_make_memory() {
    let p = crate::parameters();
    let mouse = |microbes: f64, later: Option<f64>| {
        let change = later.map(|microbes| Intervention::once(21.0, Action::Expose { microbes }));
        let setup = Setup {
            exposure: Exposure {
                microbes,
                ..Exposure::default()
            },
            interventions: change.into_iter().collect(),
            ..Setup::default()
        };
        let mut host = newborn(&p, &setup);
        grow(&mut host, 42.0);
        let memory = [Kind::MemoryCd4, Kind::MemoryCd8, Kind::Plasma]
            .map(|kind| host.observe(&Readout::Count(Group::Only(kind))));
        println!("microbes {microbes}, then {later:?}: {memory:.0?}");
        memory
    };
    let loads = [0.0, 1.0, 3.0].map(|load| mouse(load, None));
    let exposed = mouse(0.0, Some(3.0));
    for place in 0..3 {
        let [free, clean, dirty] = loads.map(|memory| memory[place]);
        assert!(
            free < 0.8 * clean && 1.3 * clean < dirty,
            "{free} {clean} {dirty}"
        );
        let both = 1.3 * free..1.2 * dirty;
        assert!(both.contains(&exposed[place]), "{exposed:?}");
    }
}

/// Effectors divide and die by restimulation only where their own antigen is: those of no known antigen do not in a mouse, whatever its B7,
/// and do in a well.
#[test]
fn effectors_are_told_apart_by_what_they_recognise() {
    let p = crate::parameters();
    let given = |specificity| {
        let action = Action::Transfer {
            kind: Kind::EffectorCd4,
            cells: 100_000,
            genotype: 0,
            tag: 1,
            specificity: Some(specificity),
            age_d: None,
            sort: None,
        };
        Intervention::once(20.0, action)
    };
    let restimulated = |specificity: Specificity, level: f64| {
        let mut setup = Setup {
            genotypes: vec![
                Genotype::wild_type().with(Gene::Foxp3, 0.0),
                Genotype::wild_type(),
            ],
            exposure: exposure(0.0),
            interventions: vec![given(specificity)],
            ..Setup::default()
        };
        setup.exposure.antigens[0].level = level;
        let mut host = newborn(&p, &setup);
        grow(&mut host, 25.0);
        host.observe_of(
            &Readout::Divisions(Group::Only(Kind::EffectorCd4)),
            Choice::tagged(1),
        )
    };
    let own = restimulated(Specificity::SELF, 0.0);
    let other = restimulated(Specificity::OTHER, 0.0);
    let [without, with] = [0.0, 10.0].map(|level| restimulated(FIRST, level));
    println!("divisions: self {own:.2}, other {other:.2}, named {without:.2} {with:.2}");
    assert_eq!((other, without), (0.0, 0.0));
    assert!(own > 1.0 && with > 0.5 * own);
    let well = Setup {
        interventions: vec![Intervention {
            at_d: 0.0,
            ..given(Specificity::OTHER)
        }],
        genotypes: vec![Genotype::wild_type()],
        ..Setup::default()
    };
    let medium = Culture {
        stimulation: 1.0,
        step_h: 0.5,
        ..Culture::default()
    };
    let mut well = Host::culture(&p, &well, medium, 500, 19, 0);
    grow(&mut well, 2.0);
    assert!(well.observe(&Readout::Divisions(Group::Only(Kind::EffectorCd4))) > 1.0);
}

/// As many antigens as there may be: their cells have weight classes of their own, all different.
#[test]
fn the_most_antigens_fit() {
    let p = crate::parameters();
    let antigen = Antigen {
        precursors: 1e-4,
        level: 0.0,
    };
    let setup = Setup {
        exposure: Exposure {
            antigens: vec![antigen; MOST_ANTIGENS],
            ..Exposure::default()
        },
        ..Setup::default()
    };
    let mut host = newborn(&p, &setup);
    grow(&mut host, 3.0);
    for number in 0..MOST_ANTIGENS {
        let own = Specificity::named(number);
        let naive = Readout::Count(Group::Only(Kind::NaiveCd4));
        assert!(count(&host, naive, own) > 0.0, "{number}");
        let agents = host.population().agents.iter();
        let weights = agents.filter(|agent| agent.specificity == own);
        let heaviest = weights.map(|agent| agent.weight).max().unwrap();
        assert!(heaviest < 100, "{number}: {heaviest}");
    }
}
