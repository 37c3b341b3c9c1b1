//! K4: enzyme kinetics. The master equation of 10 enzymes and 60 substrates is small enough to be solved.

use crate::{exact_methods, law, master_equation};
use paracrine_kernel::network::Network;

const ENZYMES: u32 = 10;
const SUBSTRATES: u32 = 60;
const BIND: f64 = 0.01;
const UNBIND: f64 = 0.1;
const CONVERT: f64 = 0.1;

/// Mean and standard deviation of product and complex, as published with four decimals.
const TABLE: [(f64, [f64; 4]); 4] = [
    (10.0, [6.2670, 2.2674, 7.0569, 1.4256]),
    (30.0, [19.7374, 3.7157, 6.3757, 1.5055]),
    (60.0, [36.8139, 4.2775, 4.9195, 1.5850]),
    (100.0, [51.6172, 3.2197, 2.4790, 1.4167]),
];

/// Smallest fault seen: a binding constant wrong by 1 %.
#[test]
fn product_and_complex_follow_the_master_equation() {
    let network = Network::builder()
        .species("E", f64::from(ENZYMES))
        .species("S", f64::from(SUBSTRATES))
        .species("ES", 0.0)
        .species("P", 0.0)
        .channel("bind", [("E", 1), ("S", 1)], [("ES", 1)], BIND)
        .channel("unbind", [("ES", 1)], [("E", 1), ("S", 1)], UNBIND)
        .channel("convert", [("ES", 1)], [("E", 1), ("P", 1)], CONVERT)
        .build()
        .unwrap();
    let times = TABLE.map(|(time, _)| time);
    let trajectories = exact_methods(&network, 401, 50_000, &times, Clone::clone);

    for (index, (time, [mean_product, sd_product, mean_complex, sd_complex])) in
        TABLE.into_iter().enumerate()
    {
        let transitions = |(complex, product): (u32, u32)| {
            let (enzyme, substrate) = (ENZYMES - complex, SUBSTRATES - complex - product);
            let bind = BIND * f64::from(enzyme) * f64::from(substrate);
            let mut steps = vec![((complex + 1, product), bind)];
            if complex > 0 {
                steps.push(((complex - 1, product), UNBIND * f64::from(complex)));
                steps.push(((complex - 1, product + 1), CONVERT * f64::from(complex)));
            }
            steps
        };
        let solution = master_equation::solve((0, 0), transitions, time);
        let complex = master_equation::marginal(&solution, |(complex, _)| *complex as usize);
        let product = master_equation::marginal(&solution, |(_, product)| *product as usize);
        for (law, place, mean, sd) in [
            (complex, 2, mean_complex, sd_complex),
            (product, 3, mean_product, sd_product),
        ] {
            law::assert_close(law.mean(), mean, 6e-5);
            law::assert_close(law.variance().sqrt(), sd, 6e-5);
            for (_, trajectories) in &trajectories {
                let samples: Vec<u64> = trajectories
                    .iter()
                    .map(|samples| samples.row(index)[place] as u64)
                    .collect();
                law::assert_follows(&samples, &law);
                law::assert_mean(&samples, &law);
            }
        }
    }
}
