//! K6: bursts. Geometric bursts give a negative binomial law, a telegraph promoter a beta-Poisson law.

use crate::{
    exact_methods,
    law::{self, Law},
};
use paracrine_kernel::network::Network;

/// (a) Bursts at rate 4 of geometric size with mean 10, degradation 1, as a network: a burst is a state that makes one
/// more molecule with chance 10/11 and ends otherwise, both a million times faster than anything else.
///
/// Smallest fault seen: bursts that start from 1 in place of 0.
#[test]
fn geometric_bursts_give_a_negative_binomial_law() {
    const FAST: f64 = 1e6;
    let nothing = [("X", 1); 0];
    let network = Network::builder()
        .species("burst", 0.0)
        .species("X", 40.0)
        .channel("begin", nothing, [("burst", 1)], 4.0)
        .channel(
            "make",
            [("burst", 1)],
            [("burst", 1), ("X", 1)],
            FAST * 10.0 / 11.0,
        )
        .channel("end", [("burst", 1)], nothing, FAST / 11.0)
        .channel("degrade", [("X", 1)], nothing, 1.0)
        .build()
        .unwrap();
    let law = Law::negative_binomial(4.0, 10.0 / 11.0);
    law::assert_close(law.mean(), 40.0, 1e-9);
    law::assert_close(law.variance(), 440.0, 1e-7);
    assert_eq!(
        [0.05, 0.5, 0.95].map(|share| law.quantile(share)),
        [12, 37, 79]
    );
    // After time 14 what is left of the start is below 1e-6 of it; a burst takes 1e-5.
    for (_, samples) in exact_methods(&network, 601, 10_000, &[14.0], |samples| {
        samples.row(0)[1] as u64
    }) {
        law::assert_follows(&samples, &law);
        law::assert_mean(&samples, &law);
    }
}

/// (b) A promoter that switches on at 0.05 and off at 0.2, synthesis 20, degradation 1.
///
/// Smallest fault seen: the share of time on wrong by 5 %.
#[test]
fn a_telegraph_promoter_gives_the_beta_poisson_law() {
    const REPLICATES: usize = 20_000;
    let network = Network::builder()
        .species("off", 1.0)
        .species("on", 0.0)
        .species("X", 0.0)
        .channel("switch on", [("off", 1)], [("on", 1)], 0.05)
        .channel("switch off", [("on", 1)], [("off", 1)], 0.2)
        .channel("make", [("on", 1)], [("on", 1), ("X", 1)], 20.0)
        .channel("degrade", [("X", 1)], [("X", 1); 0], 1.0)
        .build()
        .unwrap();
    // The promoter relaxes at rate 0.25: by time 60 to 3e-7.
    for (_, samples) in exact_methods(&network, 602, REPLICATES as u64, &[60.0], |samples| {
        samples.row(0)[2]
    }) {
        let (mean, error) = law::mean_and_error(&samples);
        law::assert_expectation(mean, 4.0, error, 1e-5);
        let zero = samples.iter().filter(|x| **x == 0.0).count();
        law::assert_share(zero, REPLICATES, 0.681_319);
        let many = samples.iter().filter(|x| **x >= 15.0).count();
        law::assert_share(many, REPLICATES, 0.146_539);
        let squares: Vec<f64> = samples.iter().map(|x| (x - 4.0).powi(2)).collect();
        let (variance, error) = law::mean_and_error(&squares);
        law::assert_expectation(variance, 4.0 * 13.8, error, 1e-3);
    }
}
