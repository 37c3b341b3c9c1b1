//! A knockout is the end of a slope: expression enters as an amount, and no branch asks whether it is zero.

use crate::parameters;
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Host, Setup};
use paracrine_cells::model::Parameters;
use paracrine_cells::readout::Readout;
use rayon::prelude::*;

const LEVELS: [f64; 6] = [1.0, 0.5, 0.1, 0.01, 1e-6, 0.0];
const MICE: u64 = 4;

/// So little that no molecule of it is made in the life of a mouse.
const TRACE: f64 = 1e-200;

/// The genes that a mouse can lose.
const GENES: [Gene; 8] = [
    Gene::Il2,
    Gene::Il2ra,
    Gene::Il2rb,
    Gene::Il2rg,
    Gene::Il15,
    Gene::Il7,
    Gene::Foxp3,
    Gene::Fas,
];

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

/// Readouts of a mouse of 1500 agents at day 28 or at its death, and the age at that.
fn grown(p: &Parameters, gene: Gene, level: f64, replicate: u64) -> ([f64; 6], Option<f64>) {
    let host = Setup {
        genotypes: vec![Genotype::wild_type().with(gene, level)],
        interventions: Vec::new(),
        ..Setup::default()
    };
    let mut mouse = Host::newborn(p, &host, 1500, 28, replicate);
    while mouse.age_d() < 28.0 && mouse.died_d().is_none() {
        mouse.step().unwrap();
    }
    let values = readouts().map(|(_, readout)| mouse.observe(&readout));
    (values, mouse.died_d())
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
            let (values, died_d) = grown(&parameters, Gene::Il2ra, level, replicate);
            assert_eq!(died_d, None);
            values
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

/// A mouse of 1500 agents at day 28, of which nothing but the amount of one product differs: none, or so little that none is ever made.
///
/// Both draw the same numbers, so they are the same mouse to the last bit, unless something asks whether an amount is zero. Amounts of
/// molecules are asked for in divisions, so that mice without `Il2rb` and without `Il7` differ by 1e-5 and 2e-4; mice of other luck differ by
/// 5 %. A thousandth is accepted. The seed is fixed.
///
/// Smallest fault seen: a word of the stream that was drawn for a trace of α and not for none, so that luck differed.
#[test]
fn no_gene_is_asked_whether_it_is_lost() {
    let parameters = parameters();
    let values = |gene, level| grown(&parameters, gene, level, 5);
    let both = |gene: &Gene| (values(*gene, 0.0), values(*gene, TRACE));
    let all: Vec<_> = GENES.par_iter().map(both).collect();
    for (gene, (none, trace)) in GENES.iter().zip(&all) {
        println!("{gene:?}: {none:?} and {trace:?}");
    }
    for (gene, (none, trace)) in GENES.iter().zip(&all) {
        let is_same = none.0.iter().zip(&trace.0).all(|(none, trace)| {
            none.is_nan() && trace.is_nan() || (none - trace).abs() <= 1e-3 * none.abs().max(1e-6)
        });
        assert!(
            is_same && none.1 == trace.1,
            "{gene:?}: {none:?} and {trace:?}"
        );
    }
}
