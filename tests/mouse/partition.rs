//! Division splits every molecule between the daughters by the toss of a fair coin.

use crate::stream;
use paracrine_cells::receptors::{Given, SPECIES, Surface};
use paracrine_tests::law::{self, Law};

const DIVISIONS: u64 = 100_000;

/// Chi-square at 1e-6 for each species.
///
/// Smallest fault seen: a coin that falls on one side with probability 0.503.
#[test]
fn daughters_share_molecules_binomially() {
    let mother = Surface {
        alpha: 900,
        beta_free: 240,
        gamma_free: 1500,
        occupied: 60,
        inside: 33,
        low: 12,
        high: 50,
        il15: 40,
        given: [
            Given {
                occupied: 18,
                inside: 9,
                low: 5,
            },
            Given {
                occupied: 11,
                inside: 7,
                low: 3,
            },
        ],
    };
    let mut rng = stream(1);
    let mut first: [Vec<u64>; SPECIES] = Default::default();
    let mut crossed = 0.0;
    for _ in 0..DIVISIONS {
        let (one, two) = mother.halve(&mut rng);
        for (species, (a, b)) in one.counts().into_iter().zip(two.counts()).enumerate() {
            assert_eq!(a + b, mother.counts()[species]);
            first[species].push(u64::from(a));
        }
        crossed += (f64::from(one.alpha) - 450.0) * (f64::from(one.gamma_free) - 750.0);
    }
    for (samples, whole) in first.into_iter().zip(mother.counts()) {
        let law = Law::binomial(u64::from(whole), 0.5);
        law::assert_chi_square(DIVISIONS, samples.into_iter(), &law);
    }
    // Chains are shared independently: the mean product of two deviations is zero, with variance (n/4)(m/4).
    let error = (900.0 / 4.0 * 1500.0 / 4.0 / DIVISIONS as f64).sqrt();
    law::assert_expectation(crossed / DIVISIONS as f64, 0.0, error, 0.0);
}

/// A complex takes its chains along: no daughter has more α in complexes than α.
///
/// Smallest fault seen: α shared independently of the complexes that hold it.
#[test]
fn a_daughter_has_the_chains_of_its_complexes() {
    let mother = Surface {
        alpha: 60,
        beta_free: 240,
        gamma_free: 1500,
        occupied: 60,
        inside: 33,
        low: 4,
        high: 50,
        il15: 40,
        given: [
            Given {
                occupied: 55,
                inside: 9,
                low: 1,
            },
            Given {
                occupied: 5,
                inside: 2,
                low: 3,
            },
        ],
    };
    let mut rng = stream(2);
    for _ in 0..1000 {
        let (one, two) = mother.halve(&mut rng);
        for daughter in [one, two] {
            assert!(
                daughter.high + daughter.low <= daughter.alpha,
                "more complexes with α than α: {daughter:?}"
            );
        }
    }
}
