//! K2: cells that divide and die. Extinction and numbers have closed forms (Kendall 1948, doi:10.1214/aoms/1177730285).

use crate::{
    exact_methods,
    law::{self, Law},
    replicates,
};
use paracrine_kernel::{
    network::Network,
    simulation::{Method, Simulation},
};

const NOTHING: [(&str, u32); 0] = [];

fn network(division: f64, death: f64, founders: u64) -> Network {
    Network::builder()
        .species("X", founders as f64)
        .channel("division", [("X", 1)], [("X", 2)], division)
        .channel("death", [("X", 1)], NOTHING, death)
        .build()
        .unwrap()
}

/// From one founder: the chance of being extinct at `time`, and the ratio of the geometric number of cells otherwise.
fn founder(division: f64, death: f64, time: f64) -> (f64, f64) {
    let growth = ((division - death) * time).exp();
    let denominator = division * growth - death;
    (
        death * (growth - 1.0) / denominator,
        division * (growth - 1.0) / denominator,
    )
}

/// Smallest fault seen: a death constant wrong by 0.5 %.
#[test]
fn extinction_has_the_right_chance() {
    let table = [
        (1.0, 0.6, 1, [0.330_889, 0.564_649, 0.599_919], 0.6),
        (1.0, 0.6, 5, [0.003_967, 0.057_397, 0.077_708], 0.077_76),
        (1.0, 0.9, 10, [0.000_437, 0.083_139, 0.298_522], 0.348_678),
    ];
    let times = [1.0, 5.0, 20.0];
    const REPLICATES: usize = 20_000;
    // From here on extinction has a chance below 1e-13: the run is a survivor.
    const SAFE: f64 = 300.0;
    for (division, death, founders, published, limit) in table {
        let network = network(division, death, founders);
        let simulation = Simulation::new(&network, Method::Direct).unwrap();
        let extinct = replicates(201, REPLICATES as u64, |stream| {
            let mut trajectory = simulation.start(stream.clone());
            let mut checkpoints = (1..=40).map(|step| f64::from(step) * 0.5);
            times.map(|time| {
                while trajectory.state().time() < time && trajectory.state().values()[0] < SAFE {
                    trajectory.run_to(checkpoints.next().unwrap()).unwrap();
                }
                trajectory.state().values()[0] == 0.0
            })
        });
        law::assert_close((death / division).powi(founders as i32), limit, 5e-7);
        for (index, time) in times.into_iter().enumerate() {
            let chance = founder(division, death, time).0.powi(founders as i32);
            law::assert_close(chance, published[index], 6e-7);
            let successes = extinct.iter().filter(|states| states[index]).count();
            law::assert_share(successes, REPLICATES, chance);
        }
    }
}

/// Smallest fault seen: a division constant wrong by 1 %.
#[test]
fn numbers_are_geometric_given_survival() {
    let (division, death, time) = (1.0, 0.6, 3.0);
    let (alpha, beta) = founder(division, death, time);
    law::assert_close(alpha, 0.511_768, 5e-7);
    law::assert_close(beta, 0.852_947, 5e-7);
    let mut probabilities = vec![alpha];
    probabilities.extend((0..400).map(|k| (1.0 - alpha) * (1.0 - beta) * beta.powi(k)));
    let one = Law {
        first: 0,
        probabilities,
    };
    for (n, published) in [(1, 0.071_796), (2, 0.061_238), (3, 0.052_233)] {
        law::assert_close(one.probability(n), published, 5e-7);
    }
    law::assert_close(one.mean() / (1.0 - alpha), 6.8003, 5e-5);
    let three = one.plus(&one).plus(&one);

    for (founders, law) in [(1, one), (3, three)] {
        let network = network(division, death, founders);
        for (_, samples) in exact_methods(&network, 202, 50_000, &[time], |samples| {
            samples.row(0)[0] as u64
        }) {
            law::assert_follows(&samples, &law);
            law::assert_mean(&samples, &law);
        }
    }
}
