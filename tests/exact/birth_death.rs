//! K1: immigration, birth and death. The stationary law is negative binomial; the transient mean has a closed form.

use crate::{exact_methods, law, master_equation};
use paracrine_kernel::network::Network;

const IMMIGRATION: f64 = 2.0;
const BIRTH: f64 = 0.8;
const DEATH: f64 = 1.0;

const NOTHING: [(&str, u32); 0] = [];

fn network() -> Network {
    Network::builder()
        .species("X", 5.0)
        .channel("immigration", NOTHING, [("X", 1)], IMMIGRATION)
        .channel("birth", [("X", 1)], [("X", 2)], BIRTH)
        .channel("death", [("X", 1)], NOTHING, DEATH)
        .build()
        .unwrap()
}

/// Smallest fault seen: a birth constant wrong by 1 %.
#[test]
fn stationary_law_is_negative_binomial() {
    let law = law::Law::negative_binomial(IMMIGRATION / BIRTH, BIRTH / DEATH);
    law::assert_close(law.mean(), 10.0, 1e-9);
    law::assert_close(law.variance(), 50.0, 1e-9);
    law::assert_close(law.probability(0), 0.017_889, 5e-7);
    assert_eq!(
        [0.05, 0.5, 0.95].map(|share| law.quantile(share)),
        [1, 9, 24]
    );

    // The slowest mode decays at rate 0.2: by time 60 what is left of the start is 6e-6 of it.
    for (_, samples) in exact_methods(&network(), 101, 20_000, &[60.0], |samples| {
        samples.row(0)[0] as u64
    }) {
        law::assert_follows(&samples, &law);
        law::assert_mean(&samples, &law);
    }
}

/// Smallest fault seen: a birth constant wrong by 1 %.
#[test]
fn transient_law_solves_the_master_equation() {
    let times = [1.0, 5.0];
    let samples = exact_methods(&network(), 102, 50_000, &times, |samples| {
        [0, 1].map(|index| samples.row(index)[0] as u64)
    });
    for (index, (time, published)) in times.into_iter().zip([5.9063, 8.1606]).enumerate() {
        let solution = master_equation::solve(
            5u32,
            |n| {
                let up = if n < 400 {
                    IMMIGRATION + BIRTH * f64::from(n)
                } else {
                    0.0
                };
                vec![(n + 1, up), (n.saturating_sub(1), DEATH * f64::from(n))]
            },
            time,
        );
        let law = master_equation::marginal(&solution, |n| *n as usize);
        let growth = ((BIRTH - DEATH) * time).exp();
        let mean = 5.0 * growth + IMMIGRATION / (DEATH - BIRTH) * (1.0 - growth);
        law::assert_close(mean, published, 5e-5);
        law::assert_close(law.mean(), mean, 1e-9);
        for (_, samples) in &samples {
            let samples: Vec<u64> = samples.iter().map(|states| states[index]).collect();
            law::assert_follows(&samples, &law);
            law::assert_mean(&samples, &law);
        }
    }
}
