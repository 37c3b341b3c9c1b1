//! A knockout is the end of a slope: expression enters as an amount, and no branch asks whether it is zero.

use crate::parameters;
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Host, Setup};
use paracrine_cells::readout::Readout;
use rayon::prelude::*;

const LEVELS: [f64; 6] = [1.0, 0.5, 0.1, 0.01, 1e-6, 0.0];
const MICE: u64 = 4;

fn readouts() -> [(&'static str, Readout); 6] {
    let read =
        |name: &str, arguments: &[&str], of| Readout::from_call(name, arguments, of).unwrap();
    [
        ("CD25 on Treg", read("copies", &["CD25", "Treg"], None)),
        ("pSTAT5 of Treg", read("pstat5", &["Treg"], None)),
        ("Treg share", read("fraction", &["Treg"], Some("CD4"))),
        ("IL-2", read("concentration", &["IL-2"], None)),
        ("B7", read("costimulation", &[], None)),
        ("activated", read("activated_fraction", &["Tcon"], None)),
    ]
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Readouts of mice at day 28, by level of Il2ra.
fn mice() -> Vec<Vec<[f64; 6]>> {
    let parameters = parameters();
    let units: Vec<(f64, u64)> = LEVELS
        .into_iter()
        .flat_map(|level| (0..MICE).map(move |mouse| (level, mouse)))
        .collect();
    let all: Vec<[f64; 6]> = units
        .par_iter()
        .map(|&(level, replicate)| {
            let host = Setup {
                genotypes: vec![Genotype::wild_type().with(Gene::Il2ra, level)],
                interventions: Vec::new(),
                ..Setup::default()
            };
            let mut mouse = Host::newborn(&parameters, &host, 1500, 28, replicate);
            while mouse.age_d() < 28.0 {
                mouse.step().unwrap();
            }
            assert_eq!(mouse.died_d(), None);
            readouts().map(|(_, readout)| mouse.observe(&readout))
        })
        .collect();
    all.chunks(MICE as usize).map(<[_]>::to_vec).collect()
}

/// Medians of four mice of 1500 agents at day 28.
///
/// A mouse varies by some 5 % of a readout, the difference of two medians by some 4 %: the tolerances of 15 % are above
/// three of these, a false alarm rate of about 1e-3 for another seed. The seed is fixed.
///
/// Smallest fault seen: a branch that makes 2 % of α in exact knockouts.
#[test]
fn readouts_move_with_expression_and_do_not_jump_at_zero() {
    let mice = mice();
    for (index, (name, _)) in readouts().into_iter().enumerate() {
        let medians: Vec<f64> = mice
            .iter()
            .map(|mice| {
                let values = sorted(mice.iter().map(|values| values[index]));
                0.5 * (values[1] + values[2])
            })
            .collect();
        println!("{name}: medians {medians:?} at {LEVELS:?}");
        let [whole, half, _, hundredth, trace, none] = medians[..] else {
            panic!("{medians:?}");
        };
        // A trace of the gene is none of it.
        let size = whole.abs().max(none.abs());
        assert!(
            (trace - none).abs() < 0.15 * none.max(0.01 * size),
            "{name}: {trace} and {none}"
        );
        // The way from one to none is taken in one direction, and almost done at a hundredth: no jump is left.
        let way = |value: f64| (value - whole) / (none - whole);
        for pair in medians.windows(2) {
            assert!(
                way(pair[1]) > way(pair[0]) - 0.15,
                "{name} turns back: {medians:?}"
            );
        }
        assert!(way(hundredth) > 0.75, "{name} jumps: {medians:?}");
        // And it is a way: half of the gene is not yet half of the disease, save for the receptor itself.
        assert!(way(half) < 0.65, "{name}: {medians:?}");
    }
}
