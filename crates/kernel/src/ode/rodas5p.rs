//! The coefficients of the Rosenbrock method Rodas5P.
//!
//! Steinebach 2023, doi:10.1007/s10543-023-00967-x, in the transformed variables of Hairer and Wanner 1996, Solving
//! Ordinary Differential Equations II, equation IV.7.25, doi:10.1007/978-3-642-05221-7. The numbers were taken from a
//! public table; the tests show that they satisfy all conditions of order 5, those of order 4 for the embedded solution
//! and for the dense output at all times, and stiff accuracy.

/// How many stages there are.
pub(super) const STAGES: usize = 8;

/// The diagonal of `gamma_ij`, the same in all stages.
pub(super) const GAMMA: f64 = 0.211_937_563_194_290_14;

/// Rows of `a_ij` for stages 2 to 6. The arguments of stages 7 and 8 and the new state are the argument before plus the
/// stage before.
pub(super) const ARGUMENT: [&[f64]; 5] = [
    &[3.0],
    &[2.849_394_379_747_939, 0.458_422_422_044_639_23],
    &[
        -6.954_028_509_809_101,
        2.489_845_061_869_568,
        -10.358_996_098_473_584,
    ],
    &[
        2.802_998_627_562_896_4,
        0.507_246_473_622_820_6,
        -0.398_831_254_177_052_4,
        -0.047_211_872_304_046_41,
    ],
    &[
        -7.502_846_399_306_121,
        2.561_846_144_803_919,
        -11.627_539_656_261_098,
        -0.182_687_676_599_422_56,
        0.030_198_172_008_377_946,
    ],
];

/// Rows of `C_ij` for stages 1 to 8.
pub(super) const COUPLING: [&[f64]; STAGES] = [
    &[],
    &[-14.155_112_264_123_755],
    &[-17.972_960_358_859_52, -2.859_693_295_451_294],
    &[
        147.121_502_757_117_16,
        -1.412_214_027_182_13,
        71.689_402_513_023_58,
    ],
    &[
        165.435_170_248_716_76,
        -0.459_282_345_649_112_6,
        42.909_383_369_586_03,
        -5.961_986_721_573_306,
    ],
    &[
        24.854_864_614_690_072,
        -3.000_922_700_283_218_6,
        47.493_111_002_076_8,
        5.581_419_782_155_812_5,
        -0.661_069_182_524_947_1,
    ],
    &[
        30.912_732_140_285_99,
        -3.120_824_334_993_797_4,
        77.799_546_460_708_92,
        34.286_460_282_947_83,
        -19.097_331_116_725_623,
        -28.087_943_162_872_662,
    ],
    &[
        37.802_771_233_905_63,
        -3.257_196_902_907_227_6,
        112.269_188_494_963_27,
        66.934_723_124_404_7,
        -40.066_189_370_910_02,
        -54.667_802_628_779_68,
        -9.488_616_523_096_27,
    ],
];

/// Times `c_i` of the stages in units of the step.
pub(super) const NODES: [f64; STAGES] = [
    0.0,
    0.635_812_689_582_870_4,
    0.409_579_839_339_753_5,
    0.976_930_672_506_071_6,
    0.428_840_360_955_866_4,
    1.0,
    1.0,
    1.0,
];

/// Weights `d_i` of df/dt; zero beyond the fifth stage.
pub(super) const TIME_WEIGHTS: [f64; 5] = [
    0.211_937_563_194_290_14,
    -0.423_875_126_388_580_27,
    -0.338_462_712_623_592_4,
    1.804_645_287_288_273_4,
    2.325_825_639_765_069,
];

/// Weights of the stages in the three polynomial coefficients of the dense output.
pub(super) const DENSE: [[f64; STAGES]; 3] = [
    [
        25.948_786_856_663_858,
        -2.557_972_484_584_623_5,
        10.433_815_404_888_879,
        -2.367_925_102_268_520_4,
        0.524_948_541_321_073,
        1.124_108_831_045_040_4,
        0.427_287_619_443_187_4,
        -0.172_022_210_701_554_93,
    ],
    [
        -9.915_688_506_951_71,
        -0.968_994_459_411_515_4,
        3.043_803_724_297_845_3,
        -24.495_224_566_215_796,
        20.176_138_334_709_044,
        15.980_663_614_246_51,
        -6.789_040_303_419_874,
        -6.710_236_069_923_372,
    ],
    [
        11.419_903_575_922_262,
        2.887_964_514_613_699_4,
        72.921_379_959_960_29,
        80.125_118_346_226_43,
        -52.072_871_366_152_654,
        -59.789_936_252_667_29,
        -0.155_826_842_827_519_13,
        4.883_087_185_713_722,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    type Square = [[f64; STAGES]; STAGES];
    type Row = [f64; STAGES];

    /// The coefficients in the variables in which the conditions are written.
    struct Classical {
        alpha: Square,
        /// `alpha + gamma`.
        beta: Square,
        /// The inverse of `diag(1 / gamma) - C`: weights of transformed stages become weights of stages by it.
        gamma: Square,
    }

    fn product(row: &Row, matrix: &Square) -> Row {
        std::array::from_fn(|column| (0..STAGES).map(|i| row[i] * matrix[i][column]).sum())
    }

    /// The row of `a_ij` of a stage, from 0; 8 for the new state.
    fn argument(stage: usize) -> Row {
        let mut row = [0.0; STAGES];
        if let Some(last) = stage.min(5).checked_sub(1) {
            row[..ARGUMENT[last].len()].copy_from_slice(ARGUMENT[last]);
        }
        row[5..stage.max(5)].fill(1.0);
        row
    }

    fn classical() -> Classical {
        // gamma is lower triangular: forward substitution, row by row.
        let mut gamma = [[0.0; STAGES]; STAGES];
        for (number, coupling) in COUPLING.iter().enumerate() {
            let mut row = [0.0; STAGES];
            row[number] = 1.0;
            for (weight, earlier) in coupling.iter().zip(&gamma) {
                for (element, value) in row.iter_mut().zip(earlier) {
                    *element += weight * value;
                }
            }
            gamma[number] = row.map(|element| GAMMA * element);
        }
        let alpha: Square = std::array::from_fn(|stage| product(&argument(stage), &gamma));
        let beta = std::array::from_fn(|i| std::array::from_fn(|j| alpha[i][j] + gamma[i][j]));
        Classical { alpha, beta, gamma }
    }

    /// A rooted tree, by the trees that hang at its root.
    #[derive(Clone, PartialEq, PartialOrd)]
    struct Tree(Vec<Tree>);

    impl Tree {
        fn order(&self) -> usize {
            1 + self.0.iter().map(Tree::order).sum::<usize>()
        }

        fn density(&self) -> f64 {
            self.0.iter().map(Tree::density).product::<f64>() * self.order() as f64
        }

        /// The elementary weights of all stages: where a vertex has one branch, `beta` leads into it, else `alpha`
        /// (Hairer and Wanner 1996, theorem IV.7.3 and table IV.7.1).
        fn weights(&self, method: &Classical) -> Row {
            let matrix = if self.0.len() == 1 {
                &method.beta
            } else {
                &method.alpha
            };
            let mut weights = [1.0; STAGES];
            for branch in &self.0 {
                let below = branch.weights(method);
                for (weight, row) in weights.iter_mut().zip(matrix) {
                    *weight *= (0..STAGES).map(|i| row[i] * below[i]).sum::<f64>();
                }
            }
            weights
        }
    }

    /// All trees with so many vertices.
    fn trees(order: usize) -> Vec<Tree> {
        /// Extends each forest to so many vertices in all, by trees that do not grow.
        fn forests(vertices: usize, last: Option<&Tree>) -> Vec<Vec<Tree>> {
            if vertices == 0 {
                return vec![Vec::new()];
            }
            let mut all = Vec::new();
            for first in (1..=vertices).flat_map(trees) {
                if last.is_some_and(|last| first > *last) {
                    continue;
                }
                for mut rest in forests(vertices - first.order(), Some(&first)) {
                    rest.insert(0, first.clone());
                    all.push(rest);
                }
            }
            all
        }
        forests(order - 1, None).into_iter().map(Tree).collect()
    }

    /// The largest fault of weights of transformed stages in the conditions up to an order, for the share `theta` of a
    /// step.
    fn largest_fault(transformed: &Row, orders: usize, theta: f64) -> f64 {
        let method = classical();
        let weights = product(transformed, &method.gamma);
        let mut largest: f64 = 0.0;
        for order in 1..=orders {
            for tree in trees(order) {
                let stages = tree.weights(&method);
                let sum: f64 = weights.iter().zip(stages).map(|(b, stage)| b * stage).sum();
                let wanted = theta.powi(order as i32) / tree.density();
                largest = largest.max((sum - wanted).abs());
            }
        }
        largest
    }

    #[test]
    fn trees_are_counted() {
        let counts: Vec<usize> = (1..=6).map(|order| trees(order).len()).collect();
        assert_eq!(counts, [1, 1, 2, 4, 9, 20]);
    }

    #[test]
    fn solution_has_order_five_and_the_embedded_one_four() {
        let (solution, embedded) = (argument(8), argument(7));
        assert!(
            largest_fault(&solution, 5, 1.0) < 1e-12,
            "{}",
            largest_fault(&solution, 5, 1.0)
        );
        assert!(
            largest_fault(&embedded, 4, 1.0) < 1e-12,
            "{}",
            largest_fault(&embedded, 4, 1.0)
        );
        // And not more: the estimate of the error is one.
        assert!(largest_fault(&solution, 6, 1.0) > 1e-6);
        assert!(largest_fault(&embedded, 5, 1.0) > 1e-6);
    }

    #[test]
    fn dense_output_has_order_four() {
        for theta in [0.1, 0.25, 0.5, 0.9] {
            let weights = std::array::from_fn(|stage| {
                let [first, second, third] = [0, 1, 2].map(|row| DENSE[row][stage]);
                let bend = first + theta * (second + theta * third);
                theta * (argument(8)[stage] + (1.0 - theta) * bend)
            });
            let fault = largest_fault(&weights, 4, theta);
            assert!(fault < 1e-12, "{fault} at {theta}");
        }
    }

    #[test]
    fn method_is_stiffly_accurate() {
        let method = classical();
        let weights = product(&argument(8), &method.gamma);
        for (weight, last) in weights.iter().zip(method.beta[7]) {
            assert!((weight - last).abs() < 1e-12);
        }
    }

    #[test]
    fn times_are_row_sums() {
        let method = classical();
        for (stage, wanted) in NODES.iter().enumerate() {
            let node: f64 = method.alpha[stage].iter().sum();
            assert!((node - wanted).abs() < 1e-12, "{stage}: {node}");
            let weight: f64 = method.gamma[stage].iter().sum();
            let wanted = TIME_WEIGHTS.get(stage).copied().unwrap_or(0.0);
            assert!((weight - wanted).abs() < 1e-12, "{stage}: {weight}");
        }
    }
}
