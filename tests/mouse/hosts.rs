//! Hosts that lack lineages or a thymus, and what is done when a level is crossed.

use paracrine_cells::drug::{Drug, Target};
use paracrine_cells::genotype::{Gene, Genotype, Lineage};
use paracrine_cells::host::{Action, Condition, Culture, Host, Intervention, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::organ::Organ;
use paracrine_cells::readout::Readout;

const ACTIVATED: Readout = Readout::ActivatedFraction(Group::Tcon);

fn at(at_d: f64, action: Action) -> Intervention {
    Intervention::once(at_d, action)
}

fn grown<'p>(p: &'p paracrine_cells::model::Parameters, setup: &Setup, age_d: f64) -> Host<'p> {
    let mut mouse = Host::newborn(p, setup, 4000, 17, 0);
    while mouse.age_d() < age_d - 1e-6 && mouse.died_d().is_none() {
        mouse.step().unwrap();
    }
    mouse
}

/// A lineage that is lacking is not there at any age, and others are as they were: NK cells of mice without T and B cells number those of a
/// wild type within a quarter.
///
/// Smallest faults seen: cells of birth left in; the body's dendritic cells made anew; B7 of dendritic cells that are not there.
#[test]
fn what_is_lacking_is_never_there() {
    let p = crate::parameters();
    let groups = [
        (Lineage::T, Group::T),
        (Lineage::B, Group::BCells),
        (Lineage::Nk, Group::Only(Kind::Nk)),
        (Lineage::Dendritic, Group::Dendritic),
    ];
    let count = |mouse: &Host<'_>, group| mouse.observe(&Readout::Count(group));
    let wild = grown(&p, &Setup::default(), 21.0);
    for lacks in [
        vec![Lineage::T, Lineage::B],
        vec![Lineage::Nk, Lineage::Dendritic],
    ] {
        let setup = Setup {
            lacks: lacks.clone(),
            ..Setup::default()
        };
        let mouse = grown(&p, &setup, 21.0);
        for (lineage, group) in groups {
            if lacks.contains(&lineage) {
                assert_eq!(count(&mouse, group), 0.0, "{lineage:?}");
            } else {
                let ratio = count(&mouse, group) / count(&wild, group);
                println!("without {lacks:?}: {lineage:?} at {ratio:.3}");
                assert!((0.75..1.25).contains(&ratio), "{lineage:?}: {ratio}");
            }
        }
        let b7 = mouse.observe(&Readout::Costimulation);
        assert_eq!(b7 == 0.0, lacks.contains(&Lineage::Dendritic));
        let thymus = mouse.observe(&Readout::Cellularity(Organ::Thymus));
        assert_eq!(thymus == 0.0, lacks.contains(&Lineage::T));
    }
}

/// T cells that are given to a mouse without them live there: naive CD4 cells ignite, Treg beside them hold them back (the colitis of
/// transferred cells, Powrie 1993 Int Immunol 5:1461).
#[test]
fn treg_hold_back_naive_cells_in_an_empty_mouse() {
    let p = crate::parameters();
    let transfer = |kind, cells| at(21.0, crate::transfer(kind, cells));
    let activated = |treg: bool| {
        let mut interventions = vec![transfer(Kind::NaiveCd4, 1_000_000)];
        interventions.extend(treg.then(|| transfer(Kind::Treg, 500_000)));
        let setup = Setup {
            lacks: vec![Lineage::T, Lineage::B],
            interventions,
            ..Setup::default()
        };
        let mouse = grown(&p, &setup, 42.0);
        mouse.observe(&Readout::Count(Group::Only(Kind::EffectorCd4)))
    };
    let (alone, beside) = (activated(false), activated(true));
    println!("{alone:.3e} effectors, {beside:.3e} beside Treg");
    assert!(alone > 2e5 && beside < 0.25 * alone);
}

/// Treg without IL-2 lose Foxp3 at a hundredth per day, those with plenty hardly ever. They become effectors. Four standard errors.
#[test]
fn il2_keeps_foxp3() {
    let mut p = crate::parameters();
    (p.treg_death, p.treg_death_starved) = (0.0, 0.0);
    (
        p.effector_death,
        p.effector_death_starved,
        p.effector_to_memory,
    ) = (0.0, 0.0, 0.0);
    let lost = |pm: f64| {
        let setup = Setup {
            // Nor do effectors age.
            genotypes: vec![Genotype::wild_type().with(Gene::Fas, 0.0)],
            interventions: vec![at(0.0, crate::transfer(Kind::Treg, 20_000))],
            ..Setup::default()
        };
        let medium = Culture {
            clamped_pm: Some(pm),
            step_h: 1.0,
            ..Culture::default()
        };
        let mut host = Host::culture(&p, &setup, medium, 20_000, 5, 0);
        while host.age_d() < 10.0 - 1e-6 {
            host.step().unwrap();
        }
        let of = |kind| host.observe(&Readout::Count(Group::Only(kind)));
        of(Kind::EffectorCd4) / (of(Kind::Treg) + of(Kind::EffectorCd4))
    };
    let (without, with) = (lost(0.0), lost(20.0));
    println!("{without:.4} lost in ten days, {with:.4} with IL-2");
    let expected = 1.0 - (-10.0 * p.foxp3_loss).exp();
    assert!((without - expected).abs() < 4.0 * (expected / 20_000.0).sqrt());
    assert!(with < 0.15 * without);
}

/// A thymus that is taken on the third day has let out cells that react with self, and no Treg yet; at three weeks both are there
/// (Asano 1996 J Exp Med 184:387: autoimmunity after day 3, none after day 7 and later).
#[test]
fn the_day_of_thymectomy_decides() {
    let p = crate::parameters();
    let mouse = |day: f64| {
        let setup = Setup {
            interventions: vec![at(day, Action::Thymectomy)],
            ..Setup::default()
        };
        grown(&p, &setup, 42.0)
    };
    let (early, late) = (mouse(3.0), mouse(20.0));
    let [a, b] = [&early, &late].map(|mouse| mouse.observe(&ACTIVATED));
    println!("{a:.3} activated after thymectomy on day 3, {b:.3} on day 20");
    assert!(a > 0.6 && b < 0.25);
    assert_eq!(late.observe(&Readout::Cellularity(Organ::Thymus)), 0.0);
}

/// What waits for a level begins in the step in which it is crossed, not before `at`, once; repeats count from there.
#[test]
fn a_condition_begins_when_it_is_met() {
    let p = crate::parameters();
    let drug = Drug {
        target: Target::B7,
        kd_pm: 10.0,
        half_life_d: 5.0,
        killing: 0.0,
    };
    let waiting = |at_d: f64, level: f64| Setup {
        genotypes: vec![Genotype::wild_type().with(Gene::Foxp3, 0.0)],
        drugs: vec![drug],
        interventions: vec![Intervention {
            action: Action::Give {
                drug: 0,
                molecules: 2e15,
            },
            at_d,
            when: Some(Condition {
                measure: ACTIVATED.into(),
                is_above: true,
                level,
            }),
            every_d: Some(3.0),
            until_d: None,
        }],
        ..Setup::default()
    };
    let mut mouse = Host::newborn(&p, &waiting(0.0, 0.5), 4000, 17, 0);
    let met_d = loop {
        let before = mouse.observe(&ACTIVATED);
        let age_d = mouse.age_d();
        mouse.step().unwrap();
        if let Some(met_d) = mouse.met_d()[0] {
            assert!(before > 0.5);
            assert_eq!(met_d.to_bits(), age_d.to_bits());
            break met_d;
        }
        assert!(before <= 0.5);
    };
    println!("begun at {met_d:.2} d");
    while mouse.age_d() < 42.0 {
        mouse.step().unwrap();
    }
    assert_eq!(mouse.met_d()[0].map(f64::to_bits), Some(met_d.to_bits()));
    // Memory cells stay; without the drug nearly all are activated.
    assert!(mouse.died_d().is_none() && mouse.observe(&ACTIVATED) < 0.5);
    let late = grown(&p, &waiting(met_d + 2.0, 0.5), met_d + 3.0);
    assert!((late.met_d()[0].unwrap() - met_d - 2.0).abs() < 0.05);
    let never = grown(&p, &waiting(0.0, 0.999), 42.0);
    assert!(never.met_d()[0].is_none() && never.died_d().is_some());
}
