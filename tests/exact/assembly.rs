//! K5: receptor assembly A + B <-> C. The stationary law is known for any number of chains.

use crate::{
    exact_methods,
    law::{self, Law},
};
use paracrine_kernel::network::Network;

/// Smallest fault seen: an association constant wrong by 0.5 %.
#[test]
fn complexes_follow_the_stationary_law() {
    // Chains A and B, dissociation constant per cell, mean and variance of C as published, replicates.
    // The last row has the numbers of the IL-2 receptor (Cotari et al. 2013).
    let table = [
        (10, 5, 2.0, 3.868_16, 0.796_02, 50_000),
        (20, 30, 10.0, 12.786_37, 3.690_83, 50_000),
        (1000, 1000, 2700.0, 223.4163, 141.841, 10_000),
    ];
    for (a, b, dissociation, mean, variance, count) in table {
        let law = stationary(a, b, dissociation);
        law::assert_close(law.mean(), mean, 1e-4);
        law::assert_close(law.variance(), variance, 1e-3);

        // The start is near the mean, and every mode decays at a rate of at least 1.5 (the third row): by time 8 the
        // law is stationary to 1e-5.
        let start = law.quantile(0.5);
        let network = Network::builder()
            .species("A", (a - start) as f64)
            .species("B", (b - start) as f64)
            .species("C", start as f64)
            .channel(
                "associate",
                [("A", 1), ("B", 1)],
                [("C", 1)],
                1.0 / dissociation,
            )
            .channel("dissociate", [("C", 1)], [("A", 1), ("B", 1)], 1.0)
            .build()
            .unwrap();
        for (_, samples) in exact_methods(&network, 501, count, &[8.0], |samples| {
            samples.row(0)[2] as u64
        }) {
            law::assert_follows(&samples, &law);
            law::assert_mean(&samples, &law);
        }
    }
}

/// P(c) proportional to Kd^-c / (c! (A - c)! (B - c)!).
fn stationary(a: u64, b: u64, dissociation: f64) -> Law {
    let (a_real, b_real) = (a as f64, b as f64);
    let sum = a_real + b_real + dissociation;
    let root = 0.5 * (sum - (sum * sum - 4.0 * a_real * b_real).sqrt());
    Law::from_ratios(root as u64, |c| {
        (a + 1).saturating_sub(c) as f64 * (b + 1).saturating_sub(c) as f64
            / (dissociation * c as f64)
    })
}
