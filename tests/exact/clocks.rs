//! K8: propensities that change while nothing fires.

use crate::{exact_methods, law};
use paracrine_kernel::{
    expression::Expression,
    network::Network,
    rng,
    simulation::{Method, Simulation},
};

/// One molecule that is lost with a hazard that depends on time, beside a channel that fires all the while.
fn network(hazard: &str) -> Network {
    let nothing = [("X", 1); 0];
    Network::builder()
        .species("X", 1.0)
        .species("noise", 0.0)
        .channel(
            "lose",
            [("X", 1)],
            nothing,
            format!("({hazard}) * X").parse::<Expression>().unwrap(),
        )
        .channel("tick", nothing, [("noise", 1)], 3.0)
        .build()
        .unwrap()
}

/// Smallest faults seen: the hazard at the beginning of each waiting time taken for all of it; a threshold that is
/// drawn anew at every tick without the integral so far being taken off.
#[test]
fn survival_follows_the_integral_of_the_hazard() {
    const REPLICATES: usize = 20_000;
    let daily = "0.1 * (1 + sin(2 * pi * time / 24))";
    let table = [
        (6.0, 0.374_572),
        (12.0, 0.140_304),
        (24.0, 0.090_718),
        (4.538_16, 0.5),
    ];
    for (time, survival) in table {
        let network = network(daily);
        for (_, left) in exact_methods(&network, 801, REPLICATES as u64, &[time], |samples| {
            samples.row(0)[0]
        }) {
            let survivors = left.iter().filter(|x| **x == 1.0).count();
            law::assert_share(survivors, REPLICATES, survival);
        }
    }
    let network = network("0.02 * time");
    for (_, left) in exact_methods(&network, 802, REPLICATES as u64, &[8.325_55], |samples| {
        samples.row(0)[0]
    }) {
        let survivors = left.iter().filter(|x| **x == 1.0).count();
        law::assert_share(survivors, REPLICATES, 0.5);
    }
}

/// The whole law of the waiting time, and its mean, for a hazard that grows: Rayleigh.
#[test]
fn waiting_times_of_a_growing_hazard_are_rayleigh() {
    let network = network("0.02 * time");
    let simulation = Simulation::new(&network, Method::Direct).unwrap();
    let times: Vec<f64> = (0..20_000)
        .map(|replicate| {
            let mut trajectory = simulation.start(rng::trajectory(803, replicate));
            while trajectory.state().values()[0] == 1.0 {
                trajectory.run_to_firing(1000.0).unwrap();
            }
            trajectory.state().time()
        })
        .collect();
    let (mean, error) = law::mean_and_error(&times);
    law::assert_expectation(mean, 8.862_27, error, 1e-5);
    law::assert_follows_function(times, |time| 1.0 - (-0.01 * time * time).exp());
}

/// A rate rule drives a hazard: h(t) = k exp(-t), so that a share exp(-k) is never lost.
#[test]
fn a_hazard_may_follow_a_rate() {
    const REPLICATES: usize = 20_000;
    let network = Network::builder()
        .species("X", 1.0)
        .parameter("drug", 1.5)
        .rate("drug", "-drug".parse().unwrap())
        .channel(
            "kill",
            [("X", 1)],
            [("X", 1); 0],
            "drug * X".parse::<Expression>().unwrap(),
        )
        .build()
        .unwrap();
    for (_, rows) in exact_methods(&network, 804, REPLICATES as u64, &[1.0, 30.0], |samples| {
        [0, 1].map(|index| samples.row(index).to_vec())
    }) {
        let survivors = rows.iter().filter(|rows| rows[1][0] == 1.0).count();
        law::assert_share(survivors, REPLICATES, (-1.5f64).exp());
        for rows in &rows {
            law::assert_close(rows[0][1], 1.5 * (-1.0f64).exp(), 1e-7);
        }
    }
}

/// A hazard that jumps at a time is integrated up to the jump and on from there.
#[test]
fn a_hazard_may_jump() {
    const REPLICATES: usize = 20_000;
    let network = network("piecewise(0.3, time < 2, 0)");
    for (_, left) in exact_methods(&network, 805, REPLICATES as u64, &[50.0], |samples| {
        samples.row(0)[0]
    }) {
        let survivors = left.iter().filter(|x| **x == 1.0).count();
        law::assert_share(survivors, REPLICATES, (-0.6f64).exp());
    }
}
