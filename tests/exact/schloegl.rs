//! K3: Schlögl's bistable network. A trimolecular channel, and a law with two modes that no mean describes.

use crate::{exact_methods, law, master_equation};
use paracrine_kernel::network::Network;
use std::collections::BTreeMap;

const C: [f64; 4] = [3e-7, 1e-4, 1e-3, 3.5];
const RESERVOIRS: [f64; 2] = [1e5, 2e5];

fn network() -> Network {
    let [c1, c2, c3, c4] = C;
    let nothing = [("X", 1); 0];
    Network::builder()
        .species("X", 250.0)
        .channel(
            "autocatalysis",
            [("X", 2)],
            [("X", 3)],
            c1 / 2.0 * RESERVOIRS[0],
        )
        .channel("reverse", [("X", 3)], [("X", 2)], c2 / 6.0)
        .channel("supply", nothing, [("X", 1)], c3 * RESERVOIRS[1])
        .channel("drain", [("X", 1)], nothing, c4)
        .build()
        .unwrap()
}

#[test]
fn both_modes_have_their_share() {
    let [c1, c2, c3, c4] = C;
    let transitions = |x: u32| {
        let n = f64::from(x);
        let up = c1 / 2.0 * RESERVOIRS[0] * n * (n - 1.0) + c3 * RESERVOIRS[1];
        let down = c2 / 6.0 * n * (n - 1.0) * (n - 2.0) + c4 * n;
        let mut steps = vec![(x.saturating_sub(1), down)];
        if x < 1100 {
            steps.push((x + 1, up));
        }
        steps
    };
    // Mean, standard deviation, P(X < 256) as published.
    let table = [
        (4.0, [309.88, 216.01, 0.516_11]),
        (10.0, [316.59, 238.07, 0.513_32]),
    ];
    const REPLICATES: usize = 3_000;
    let times = table.map(|(time, _)| time);
    let samples = exact_methods(&network(), 301, REPLICATES as u64, &times, |samples| {
        [0, 1].map(|index| samples.row(index)[0] as u64)
    });
    for (index, (time, [mean, sd, low])) in table.into_iter().enumerate() {
        let solution: BTreeMap<u32, f64> = master_equation::solve(250, transitions, time);
        let law = master_equation::marginal(&solution, |x| *x as usize);
        law::assert_close(law.mean(), mean, 6e-3);
        law::assert_close(law.variance().sqrt(), sd, 6e-3);
        let below: f64 = (0..256).map(|x| law.probability(x)).sum();
        law::assert_close(below, low, 6e-6);
        for (_, samples) in &samples {
            let samples: Vec<u64> = samples.iter().map(|states| states[index]).collect();
            law::assert_follows(&samples, &law);
            law::assert_mean(&samples, &law);
            let lower = samples.iter().filter(|x| **x < 256).count();
            law::assert_share(lower, REPLICATES, below);
        }
    }
}
