//! Arithmetic of the parameter sheet, section H, that follows from the mouse's own formulas: items 4, 5 and 7. Items 1 to 3 are in
//! `receptors.rs`, item 6 beside `antibody.rs`.

use crate::parameters;
use paracrine_cells::genotype::{Genotype, Makers};
use paracrine_cells::host::{Host, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::mechanism::Surroundings;
use paracrine_cells::mechanism::thymus;
use paracrine_cells::model::Parameters;
use paracrine_cells::pool::solve_concentration;
use paracrine_cells::readout::Readout;
use paracrine_cells::receptors::equilibrium_complexes;

/// Molecules per cubic micrometre and pM.
const PER_PM: f64 = 6.022e-4;
/// Diffusion limit of a cell of radius 5 µm at 10 µm²/s, µm³/s.
const DIFFUSION: f64 = 4.0 * std::f64::consts::PI * 10.0 * 5.0;

/// Cells of a T zone: share, α, βγ.
const ZONE: [(f64, f64, f64); 5] = [
    (0.05, 3500.0, 700.0),
    (0.45, 50.0, 100.0),
    (0.25, 13.0, 330.0),
    (0.05, 30.0, 2000.0),
    (0.005, 20.0, 5000.0),
];

/// The sheet's uptake of a cell, molecules/s: internalisation of equilibrium complexes, at most what diffusion brings. (That the
/// mouse takes less where binding is slower than internalisation is the subject of H3 in `receptors.rs`.)
fn uptake(p: &Parameters, alpha: f64, pairs: f64, c: f64) -> f64 {
    let k_int = std::f64::consts::LN_2 / 0.25 / 3600.0;
    let equilibrium = k_int * equilibrium_complexes(p, alpha, pairs, c);
    equilibrium.min(DIFFUSION * c * PER_PM)
}

/// Steady IL-2, pM, with such a share of cells secreting 10 molecules/s at a density of 1e-3 cells per cubic micrometre.
fn steady(p: &Parameters, zone: &[(f64, f64, f64)], secretors: f64) -> f64 {
    let density = 1e-3;
    solve_concentration(1.0, |c| {
        let taken: f64 = zone
            .iter()
            .map(|(share, alpha, pairs)| share * uptake(p, *alpha, *pairs, c))
            .sum();
        density * (10.0 * secretors - taken) - 0.1 / 3600.0 * c * PER_PM
    })
}

/// H4: Treg hold IL-2 tenfold down until about one per cent of cells secrete; then they are overrun. The sheet's figures have one or
/// two digits, a fifth is allowed.
#[test]
fn treg_hold_il2_down_until_they_are_overrun() {
    let p = parameters();
    let without_treg = ZONE[1..].to_vec();
    let without_alpha: Vec<_> = ZONE.map(|(share, _, pairs)| (share, 0.0, pairs)).to_vec();
    let mut out = Vec::new();
    for (secretors, expected) in [
        (1e-5, [0.03, 0.3, 0.4]),
        (1e-4, [0.3, 2.9, 4.2]),
        (1e-3, [4.8, 35.0, 44.0]),
        (1e-2, [440.0, 720.0, 670.0]),
    ] {
        let found = [
            steady(&p, &ZONE, secretors),
            steady(&p, &without_treg, secretors),
            steady(&p, &without_alpha, secretors),
        ];
        println!("{secretors:e}: {found:.3?}, sheet {expected:?}");
        for (found, expected) in found.into_iter().zip(expected) {
            if !(0.8..=1.2).contains(&(found / expected)) {
                out.push(format!("{secretors:e}: {found} instead of {expected}"));
            }
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

/// H5: 50 µm with 5 % resting Treg, 17 µm with 5 % activated Treg.
#[test]
fn screening_length_is_that_of_the_sheet() {
    let p = parameters();
    for (alpha, pairs, expected) in [(3500.0, 700.0, 50.0), (20_000.0, 1500.0, 17.0)] {
        let clearance = uptake(&p, alpha, pairs, 0.01) / (0.01 * PER_PM);
        let length = (10.0f64 / (clearance * 5e-5)).sqrt();
        println!("{length:.1} um, {expected} expected");
        assert!((length / expected - 1.0).abs() < 0.1);
    }
}

/// H7: the adult pool of Treg is held by division, not by the thymus, which adds about one per cent a day. 6 to 10 % a day are measured
/// (Cabrera 2004); at twelve weeks, when their number still rises by a per cent a day, 12 % are accepted.
#[test]
fn division_holds_the_adult_treg() {
    let p = parameters();
    let mut mouse = Host::newborn(&p, &Setup::default(), 3000, 71, 0);
    while mouse.age_d() < 84.0 {
        mouse.step().unwrap();
    }
    let treg = Group::Only(Kind::Treg);
    let cells = mouse.observe(&Readout::Count(treg));
    let division = mouse.observe(&Readout::DivisionRate(treg));
    let s = Surroundings {
        age_d: 84.0,
        il7: p.il7,
        il2: mouse.observe(&Readout::Il2),
        il15_occupancy: p.il15 / (p.il15 + p.il15_kd),
        ..Surroundings::default()
    };
    let input = thymus::output(
        &p,
        &s,
        Makers::new(&Genotype::wild_type()).of(Kind::NaiveCd4),
    )
    .treg
        / cells;
    println!("{cells:.2e} Treg, {division:.3}/d divide, the thymus adds {input:.4}/d");
    assert!((0.002..0.02).contains(&input), "{input}");
    assert!((0.05..0.12).contains(&division), "{division}");
}
