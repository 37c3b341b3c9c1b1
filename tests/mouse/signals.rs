//! Signals that are forced upon the cells of a lineage.

use crate::parameters;
use paracrine_cells::genotype::{Gene, Genotype, Lineage};
use paracrine_cells::host::{Host, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::readout::Readout;
use paracrine_cells::signal::ForcedSignal;

fn mouse_at(age_d: f64, genotype: Genotype, signals: Vec<ForcedSignal>) -> Vec<f64> {
    let p = parameters();
    let setup = Setup {
        genotypes: vec![genotype],
        signals,
        ..Setup::default()
    };
    let mut mouse = Host::newborn(&p, &setup, 2000, 91, 0);
    while mouse.age_d() < age_d - 1e-6 {
        mouse.step().unwrap();
    }
    let treg = Group::Only(Kind::Treg);
    let readouts = [
        Readout::Pstat5(treg),
        Readout::Pstat5(Group::Only(Kind::MemoryCd8)),
        Readout::Fraction(treg, Group::Cd4),
        Readout::ActivatedFraction(Group::Tcon),
    ];
    readouts
        .iter()
        .map(|readout| mouse.observe(readout))
        .collect()
}

fn forced(lineage: Lineage, level: f64, from_d: f64, until_d: f64) -> ForcedSignal {
    ForcedSignal {
        lineage: Some(lineage),
        level,
        from_d,
        until_d,
    }
}

/// Treg without CD25 whose STAT5 is always on are many and keep Tcon quiet, as those of mice whose STAT5b is constitutively active
/// are many without IL-2 (Burchill 2003 J Immunol 171:5853).
#[test]
fn stat5_that_is_always_on_stands_in_for_the_receptor() {
    let knockout = || Genotype::wild_type().with(Gene::Il2ra, 0.0);
    let always = forced(Lineage::Treg, 1.0, 0.0, f64::INFINITY);
    let ill = mouse_at(35.0, knockout(), Vec::new());
    let well = mouse_at(35.0, knockout(), vec![always]);
    assert!(well[0] > 0.97 && well[1] < 0.5, "{well:?}");
    assert!(well[2] > 2.0 * ill[2], "Treg {} and {}", well[2], ill[2]);
    assert!(
        well[3] < 0.5 * ill[3],
        "activated {} and {}",
        well[3],
        ill[3]
    );
}

/// It is off in one lineage alone, and for a time alone.
#[test]
fn a_signal_is_forced_in_its_lineage_and_its_time() {
    let wild = Genotype::wild_type;
    let off = || vec![forced(Lineage::Treg, 0.0, 10.0, 14.0)];
    let during = mouse_at(13.0, wild(), off());
    assert!(during[0] < 1e-6 && during[1] > 0.02, "{during:?}");
    let untouched = mouse_at(9.5, wild(), Vec::new());
    assert_eq!(mouse_at(9.5, wild(), off()), untouched);
    let after = mouse_at(16.0, wild(), off());
    assert!(after[0] > 0.05, "{after:?}");
}

/// Stains follow the signal and the hazard of division.
#[test]
fn stains_are_thresholds_of_what_cells_have() {
    let p = parameters();
    let treg = Group::Only(Kind::Treg);
    for (level, positive) in [(1.0, 1.0), (0.0, 0.0)] {
        let setup = Setup {
            signals: vec![forced(Lineage::Treg, level, 0.0, f64::INFINITY)],
            ..Setup::default()
        };
        let mut mouse = Host::newborn(&p, &setup, 1000, 92, 0);
        while mouse.age_d() < 14.0 {
            mouse.step().unwrap();
        }
        let read = |readout| mouse.observe(&readout);
        // A newcomer of the last hours may be on its way.
        assert!((read(Readout::Pstat5PositiveFraction(treg)) - positive).abs() < 0.05);
        let (rate, stained) = (
            read(Readout::DivisionRate(treg)),
            read(Readout::Ki67PositiveFraction(treg)),
        );
        assert!(
            stained > 0.0 && stained <= p.ki67_persistence * rate,
            "{stained} at {rate}"
        );
        let naive = Readout::Ki67PositiveFraction(Group::Only(Kind::NaiveCd4));
        assert_eq!(read(naive).to_bits(), 0);
    }
}
