//! The batched binomial leap against exact laws, and what it promises: errors of second order in means, variances and
//! covariances, no negative count, no molecule lost, no system that depends on its neighbours.

use crate::law::{self, Law};
use crate::master_equation::{marginal, solve};
use paracrine_kernel::batch::{Batch, BatchError, BinomialLeap};
use paracrine_kernel::ensemble::Ensemble;
use paracrine_kernel::network::{Network, NetworkBuilder, Role, SpeciesId};
use paracrine_kernel::rng::{AgentKey, Purpose, Stream, Streams};
use paracrine_kernel::sample::Samples;
use paracrine_kernel::simulation::{Method, Simulation};
use paracrine_kernel::{Level, expression::Expression};
use rand::RngExt;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

const PURPOSE: Purpose = Purpose::TRAJECTORY;
/// Systems of one batch.
const BLOCK: u64 = 4096;

fn species(builder: NetworkBuilder, amounts: &[(&str, f64)]) -> NetworkBuilder {
    amounts.iter().fold(builder, |builder, (name, amount)| {
        builder.species(*name, *amount)
    })
}

/// An epidemic: pairs, autocatalysis.
fn epidemic() -> Network {
    species(Network::builder(), &[("S", 60.0), ("I", 8.0)])
        .channel("infect", [("S", 1), ("I", 1)], [("I", 2)], 0.03)
        .channel("recover", [("I", 1)], [("I", 0); 0], 0.5)
        .build()
        .unwrap()
}

/// Pairs of one species.
fn dimers(monomers: f64) -> Network {
    species(Network::builder(), &[("A", monomers), ("B", 0.0)])
        .channel("pair", [("A", 2)], [("B", 1)], 0.02)
        .channel("part", [("B", 1)], [("A", 2)], 0.3)
        .build()
        .unwrap()
}

/// Pairs of two species, of which one is rare.
fn receptors() -> Network {
    species(Network::builder(), &[("A", 30.0), ("B", 3.0), ("C", 0.0)])
        .channel("bind", [("A", 1), ("B", 1)], [("C", 1)], 0.02)
        .channel("release", [("C", 1)], [("A", 1), ("B", 1)], 0.5)
        .channel("lose", [("C", 1)], [("A", 0); 0], 0.2)
        .build()
        .unwrap()
}

/// Births by a catalyst that varies.
fn expression() -> Network {
    species(Network::builder(), &[("M", 0.0), ("P", 0.0)])
        .channel("transcribe", [("M", 0); 0], [("M", 1)], 4.0)
        .channel("lose M", [("M", 1)], [("M", 0); 0], 1.0)
        .channel("translate", [("M", 1)], [("M", 1), ("P", 1)], 2.0)
        .channel("lose P", [("P", 1)], [("P", 0); 0], 0.5)
        .build()
        .unwrap()
}

/// Counts of all species, by system, after `steps` steps to `time`.
fn leapt(network: &Network, seed: u64, systems: u64, time: f64, steps: u64) -> Vec<Vec<f32>> {
    let leap = BinomialLeap::new(network, &[]).unwrap();
    let batches: Vec<Batch> = (0..systems.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let mut batch = Batch::new(&leap, Streams::new(seed, 0));
            for system in block * BLOCK..((block + 1) * BLOCK).min(systems) {
                batch.push(AgentKey::from_words(0, system));
            }
            for step in 0..steps {
                let dt = time / steps as f64;
                leap.step(&mut batch, dt, PURPOSE, step).unwrap();
            }
            batch
        })
        .collect();
    let column = |species| {
        batches
            .iter()
            .flat_map(move |batch| batch.counts(species).iter().copied())
    };
    network
        .species()
        .map(|species| column(species).collect())
        .collect()
}

fn whole(counts: &[f32]) -> Vec<u64> {
    counts.iter().map(|count| *count as u64).collect()
}

/// The exact solution at time 2 of each of the small networks, as the probabilities of (first, second) species.
fn solution(network: &Network) -> BTreeMap<[u32; 2], f64> {
    let name = |index: usize| network.channel_name(network.channels().nth(index).unwrap());
    let transitions = |[a, b]: [u32; 2]| {
        let (x, y) = (f64::from(a), f64::from(b));
        match name(0) {
            "infect" => vec![
                ([a.wrapping_sub(1), b + 1], 0.03 * x * y),
                ([a, b.wrapping_sub(1)], 0.5 * y),
            ],
            "pair" => vec![
                ([a.wrapping_sub(2), b + 1], 0.02 * x * (x - 1.0)),
                ([a + 2, b.wrapping_sub(1)], 0.3 * y),
            ],
            // What is beyond has a probability below 1e-12.
            _ => vec![
                ([a + 1, b], if a < 30 { 4.0 } else { 0.0 }),
                ([a.wrapping_sub(1), b], x),
                ([a, b + 1], if b < 100 { 2.0 * x } else { 0.0 }),
                ([a, b.wrapping_sub(1)], 0.5 * y),
            ],
        }
    };
    let initial = network.initial_amounts();
    solve([initial[0] as u32, initial[1] as u32], transitions, 2.0)
}

/// Two means, two variances, the covariance.
fn moments(weighted: &(impl Iterator<Item = ([f64; 2], f64)> + Clone)) -> [f64; 5] {
    let sum = |of: &dyn Fn([f64; 2]) -> f64| -> f64 {
        weighted
            .clone()
            .map(|(pair, weight)| weight * of(pair))
            .sum()
    };
    let total = sum(&|_| 1.0);
    let [a, b] = [0, 1].map(|place: usize| sum(&|pair| pair[place]) / total);
    [
        a,
        b,
        sum(&|[x, _]| (x - a) * (x - a)) / total,
        sum(&|[_, y]| (y - b) * (y - b)) / total,
        sum(&|[x, y]| (x - a) * (y - b)) / total,
    ]
}

// Halving the step must divide an error by nearly four; a scheme of first order divides it by two. The difference of
// the coarse error and 2.5 times the fine one is at least 5 of its standard errors above 0 in each case: alpha 1e-6. Smallest fault
// seen: hazards of the middle in place of the extrapolated ones; arrivals that stay.
#[test]
fn errors_fall_with_the_square_of_the_step() {
    // Moments whose errors are large enough to be seen, numbered as by `moments`.
    for (network, systems, steps, tested) in [
        (epidemic(), 2_000_000, [4, 8], &[0, 1][..]),
        (dimers(40.0), 1_000_000, [4, 8], &[0, 1]),
        (expression(), 8_000_000, [4, 8], &[3]),
    ] {
        let exact = solution(&network);
        let pairs = exact.iter();
        let pairs = pairs.map(|([a, b], weight)| ([f64::from(*a), f64::from(*b)], *weight));
        let exact = moments(&pairs);
        let errors = steps.map(|steps| {
            let counts = leapt(&network, 11, systems, 2.0, steps);
            let pairs = counts[0].iter().zip(&counts[1]);
            let found = moments(&pairs.map(|(a, b)| ([f64::from(*a), f64::from(*b)], 1.0)));
            [0, 1, 2, 3, 4].map(|moment: usize| found[moment] - exact[moment])
        });
        for &moment in tested {
            let [coarse, fine] = [errors[0][moment], errors[1][moment]];
            let ratio = coarse / fine;
            assert!(
                ratio > 2.5,
                "moment {moment}, {steps:?} steps: {coarse}, {fine}"
            );
        }
    }
}

// Whole laws at a step of 1/32: DKW, alpha 1e-6 each. Smallest fault seen: `x x` for `x (x - 1)`; pairs asked of the commoner species
// only.
#[test]
fn small_steps_have_the_exact_law() {
    const SYSTEMS: u64 = 20_000;
    for (seed, network) in [
        (21, epidemic()),
        (22, dimers(20.0)),
        (23, dimers(9.0)),
        (24, expression()),
    ] {
        let exact = solution(&network);
        let counts = leapt(&network, seed, SYSTEMS, 2.0, 64);
        for place in [0, 1] {
            law::assert_follows(
                &whole(&counts[place]),
                &marginal(&exact, |state| state[place] as usize),
            );
        }
    }
    let network = receptors();
    let transitions = |[a, b, c]: [u32; 3]| {
        let (x, y, z) = (f64::from(a), f64::from(b), f64::from(c));
        vec![
            ([a.wrapping_sub(1), b.wrapping_sub(1), c + 1], 0.02 * x * y),
            ([a + 1, b + 1, c.wrapping_sub(1)], 0.5 * z),
            ([a, b, c.wrapping_sub(1)], 0.2 * z),
        ]
    };
    let exact = solve([30, 3, 0], transitions, 2.0);
    let counts = leapt(&network, 25, SYSTEMS, 2.0, 64);
    for place in 0..3 {
        law::assert_follows(
            &whole(&counts[place]),
            &marginal(&exact, |state| state[place] as usize),
        );
    }
}

/// Closed networks of few molecules, with the transitions of their states (in the order of species) and a time.
type Few = (Network, fn([u32; 4]) -> Vec<([u32; 4], f64)>, f64);

/// One side of a channel.
type Side<'a> = &'a [(&'a str, u32)];

fn few_molecules() -> Vec<Few> {
    let closed = |amounts: &[(&str, f64)], channels: &[(Side<'_>, Side<'_>, f64)]| {
        let mut builder = species(Network::builder(), amounts);
        for (number, (reactants, products, rate)) in channels.iter().enumerate() {
            let [reactants, products] = [reactants, products].map(|side| side.to_vec());
            builder = builder.channel(number.to_string(), reactants, products, *rate);
        }
        builder.build().unwrap()
    };
    let pair: Few = (
        closed(
            &[("A", 1.0), ("B", 1.0)],
            &[(&[("A", 1), ("B", 1)], &[], 1.0)],
        ),
        |[a, b, ..]| {
            vec![(
                [a.wrapping_sub(1), b.wrapping_sub(1), 0, 0],
                f64::from(a * b),
            )]
        },
        1.0,
    );
    let mut all = vec![pair];
    for start in 2..6 {
        let twin: Few = (
            closed(&[("A", f64::from(start))], &[(&[("A", 2)], &[], 0.5)]),
            |[a, ..]| {
                let x = f64::from(a);
                vec![([a.wrapping_sub(2), 0, 0, 0], 0.5 * x * (x - 1.0))]
            },
            0.5,
        );
        let coalescence: Few = (
            closed(
                &[("A", f64::from(start))],
                &[(&[("A", 2)], &[("A", 1)], 0.5)],
            ),
            |[a, ..]| {
                let x = f64::from(a);
                vec![([a.wrapping_sub(1), 0, 0, 0], 0.5 * x * (x - 1.0))]
            },
            1.0,
        );
        all.extend([twin, coalescence]);
    }
    // Until it is stationary.
    all.push((
        dimers(7.0),
        |[a, b, ..]| {
            let (x, y) = (f64::from(a), f64::from(b));
            vec![
                ([a.wrapping_sub(2), b + 1, 0, 0], 0.02 * x * (x - 1.0)),
                ([a + 2, b.wrapping_sub(1), 0, 0], 0.3 * y),
            ]
        },
        20.0,
    ));
    // Pairs of two kinds compete: species A, B, C, D.
    all.push((
        closed(
            &[("A", 7.0), ("B", 7.0), ("C", 0.0), ("D", 0.0)],
            &[
                (&[("A", 2)], &[("D", 1)], 0.05),
                (&[("D", 1)], &[("A", 2)], 0.3),
                (&[("A", 1), ("B", 1)], &[("C", 1)], 0.05),
                (&[("C", 1)], &[("A", 1), ("B", 1)], 0.2),
            ],
        ),
        |[a, b, c, d]| {
            let [x, y, z, w] = [a, b, c, d].map(f64::from);
            let less = |count: u32, by| count.wrapping_sub(by);
            vec![
                ([less(a, 2), b, c, d + 1], 0.05 * x * (x - 1.0)),
                ([a + 2, b, c, less(d, 1)], 0.3 * w),
                ([less(a, 1), less(b, 1), c + 1, d], 0.05 * x * y),
                ([a + 1, b + 1, less(c, 1), d], 0.2 * z),
            ]
        },
        5.0,
    ));
    all.push((
        closed(
            &[("A", 10.0), ("B", 11.0), ("C", 10.0), ("D", 0.0)],
            &[
                (&[("C", 1), ("B", 1)], &[("D", 1)], 0.3),
                (&[("A", 1), ("B", 1)], &[], 0.3),
            ],
        ),
        |[a, b, c, d]| {
            let [x, y, z] = [a, b, c].map(f64::from);
            vec![
                (
                    [a, b.wrapping_sub(1), c.wrapping_sub(1), d + 1],
                    0.3 * z * y,
                ),
                ([a.wrapping_sub(1), b.wrapping_sub(1), c, d], 0.3 * x * y),
            ]
        },
        0.5,
    ));
    all
}

// DKW, alpha 1e-6 for each species. Smallest fault seen: a share of the firings taken back, in place of their number, where a
// firing itself lowers the hazard: half the pairs were lost, at any step.
#[test]
fn few_molecules_have_the_exact_law() {
    for (network, transitions, time) in few_molecules() {
        let mut initial = [0; 4];
        for (slot, amount) in initial.iter_mut().zip(network.initial_amounts()) {
            *slot = *amount as u32;
        }
        let exact = solve(initial, transitions, time);
        let steps = (time * 64.0) as u64;
        let counts = leapt(&network, 41, 20_000, time, steps);
        for (place, counts) in counts.iter().enumerate() {
            law::assert_follows(
                &whole(counts),
                &marginal(&exact, |state| state[place] as usize),
            );
        }
    }
}

// One pair forms with probability 1 - exp(-t) whatever the step, here half the time. A million systems, alpha 1e-6.
#[test]
fn the_only_pair_forms_at_its_rate() {
    for (network, _, time) in few_molecules().into_iter().take(2) {
        let counts = leapt(&network, 43, 1_000_000, time, 2);
        let start = network.initial_amounts()[0] as f32;
        let fired = counts[0].iter().filter(|count| **count < start).count();
        law::assert_share(fired, 1_000_000, 1.0 - f64::exp(-time));
    }
}

/// A network of up to seven channels between four species, drawn at random, with few or many molecules.
fn random_network(rng: &mut Stream) -> Option<Network> {
    const NAMES: [&str; 4] = ["A", "B", "C", "D"];
    let most = [3, 12, 60][rng.random_range(0..3)];
    let start = NAMES.map(|name| (name, f64::from(rng.random_range(0..most))));
    let mut builder = species(Network::builder(), &start);
    for number in 0..rng.random_range(3..8) {
        let mut side = |molecules: u32| {
            let mut side: BTreeMap<&str, u32> = BTreeMap::new();
            for _ in 0..molecules {
                *side.entry(NAMES[rng.random_range(0..4)]).or_default() += 1;
            }
            side
        };
        let order = [0, 1, 1, 2, 2][number % 5];
        let (reactants, products) = (side(order), side(number as u32 % 3));
        let scale = f64::from(most);
        let rate = rng.random_range(0.2..1.2) * [scale / 4.0, 1.0, 1.0 / scale][order as usize];
        if reactants != products && products.values().sum::<u32>() <= order.max(1) {
            builder = builder.channel(number.to_string(), reactants, products, rate);
        }
    }
    builder.build().ok()
}

// Means of 20 random networks, four species each, at steps of 1/64, against the direct method: alpha 1e-6 each. The error of a
// step is below a tenth of the standard error. Smallest fault seen: `2 A -> A` that may take the last A.
#[test]
fn random_networks_have_the_means_of_the_direct_method() {
    const SYSTEMS: u64 = 20_000;
    let mut rng = Streams::new(51, 0).stream(PURPOSE, AgentKey::NONE, 0);
    let mut compared = 0;
    for seed in 0..20 {
        let Some(network) = random_network(&mut rng) else {
            continue;
        };
        let counts = leapt(&network, seed, SYSTEMS, 1.0, 64);
        let simulation = Simulation::new(&network, Method::Direct).unwrap();
        let ensemble = Ensemble {
            simulation: &simulation,
            seed: 100 + seed,
            replicates: 0..SYSTEMS,
            times: &[1.0],
            firing_limit: u64::MAX,
            tally: false,
        };
        let mut exact = vec![Vec::new(); counts.len()];
        let each = |_, samples: Samples| {
            for (exact, value) in exact.iter_mut().zip(samples.row(0)) {
                exact.push(*value);
            }
        };
        ensemble.run(&AtomicBool::new(false), each).unwrap();
        for (counts, exact) in counts.iter().zip(&exact) {
            let counts: Vec<f64> = counts.iter().map(|count| f64::from(*count)).collect();
            let [(mean, error), (right, other)] =
                [&counts, exact].map(|all| law::mean_and_error(all));
            let error = f64::hypot(error, other);
            assert!(
                (mean - right).abs() <= law::TWO_SIDED_NORMAL * error,
                "network {seed}: {mean}, {right} by the direct method, error {error}"
            );
            compared += usize::from(error > 0.0);
        }
    }
    assert!(compared > 40, "{compared} means");
}

// Immigration and death at a step of twelve lifetimes: the step keeps the stationary law, Poisson, whatever its length. Alpha
// 1e-6. Smallest fault seen: arrivals that stay.
#[test]
fn stiff_species_keep_their_stationary_law() {
    let network = species(Network::builder(), &[("A", 0.0)])
        .channel("come", [("A", 0); 0], [("A", 1)], 60.0)
        .channel("go", [("A", 1)], [("A", 0); 0], 12.0)
        .build()
        .unwrap();
    let counts = leapt(&network, 31, 20_000, 5.0, 5);
    law::assert_follows(&whole(&counts[0]), &Law::poisson(5.0));
}

/// A network of many kinds of channels, with two conserved sums; channels in either order.
fn zoo(reversed: bool) -> NetworkBuilder {
    type Part = Vec<(&'static str, u32)>;
    let start = [
        ("A", 40.0),
        ("B", 7.0),
        ("C", 0.0),
        ("D", 1.0),
        ("E", 0.0),
        ("F", 3.0),
        ("G", 5.0),
        ("H", 0.0),
    ];
    // A + C + 2 D + E + H is kept, and so is B + C.
    let mut channels: Vec<(&str, Part, Part, f64)> = vec![
        ("bind", vec![("A", 1), ("B", 1)], vec![("C", 1)], 0.05),
        ("release", vec![("C", 1)], vec![("A", 1), ("B", 1)], 0.4),
        ("pair", vec![("A", 2)], vec![("D", 1)], 0.02),
        ("part", vec![("D", 1)], vec![("A", 2)], 2.0),
        (
            "turn",
            vec![("A", 1), ("L", 1)],
            vec![("E", 1), ("L", 1)],
            0.3,
        ),
        (
            "turn back",
            vec![("E", 1), ("F", 2)],
            vec![("A", 1), ("F", 2)],
            0.1,
        ),
        ("make", vec![("L", 1)], vec![("L", 1), ("F", 3)], 0.5),
        ("lose", vec![("F", 1)], vec![], 1.5),
        ("grow", vec![("F", 2)], vec![("F", 3)], 0.01),
        ("join", vec![("A", 1), ("G", 1)], vec![("H", 1)], 0.2),
        ("leave", vec![("H", 1)], vec![("A", 1), ("G", 1)], 1.0),
    ];
    if reversed {
        channels.reverse();
    }
    let builder = species(Network::builder(), &start).species_as(Role::Boundary, "L", 2.5);
    channels
        .into_iter()
        .fold(builder, |builder, (name, reactants, products, rate)| {
            builder.channel(name, reactants, products, rate)
        })
}

#[test]
fn counts_stay_whole_and_conserved_at_any_step() {
    for zoo in [zoo(false), zoo(true)] {
        assert_conserved(&zoo.build().unwrap());
    }
}

#[test]
fn coalescence_leaves_the_last_molecule() {
    let network = species(Network::builder(), &[("A", 100.0), ("B", 100.0)])
        .channel("meet", [("A", 2)], [("A", 1)], 1.0)
        .channel("clump", [("B", 3)], [("B", 1)], 0.1)
        .build()
        .unwrap();
    for (seed, dt) in [(1, 0.01), (2, 0.1), (3, 1.0), (4, 100.0)] {
        let counts = leapt(&network, seed, 2000, 40.0 * dt, 40);
        assert!(
            counts.iter().flatten().all(|count| *count >= 1.0),
            "dt {dt}"
        );
    }
}

fn assert_conserved(network: &Network) {
    let channels: Vec<_> = network.channels().collect();
    let leap = BinomialLeap::new(network, &channels).unwrap();
    for (seed, dt) in [(1, 1e-3), (2, 0.1), (3, 1.0), (4, 30.0), (5, 1e4)] {
        let mut batch = Batch::new(&leap, Streams::new(seed, 0));
        for system in 0..500 {
            batch.push(AgentKey::from_words(1, system));
        }
        for step in 0..40 {
            let before = batch.clone();
            leap.step(&mut batch, dt, PURPOSE, step).unwrap();
            for system in 0..batch.len() {
                let count =
                    |batch: &Batch, species: SpeciesId| f64::from(batch.counts(species)[system]);
                let now: Vec<f64> = network.species().map(|one| count(&batch, one)).collect();
                assert!(now.iter().all(|count| *count >= 0.0));
                assert!(now[..8].iter().all(|count| count.fract() == 0.0));
                assert_eq!(
                    now[0] + now[2] + 2.0 * now[3] + now[4] + now[7],
                    42.0,
                    "dt {dt}"
                );
                assert_eq!(now[1] + now[2], 7.0, "dt {dt}");
                assert_eq!(now[8], 2.5);
                // Firings account for every change.
                let mut expected: Vec<f64> =
                    network.species().map(|one| count(&before, one)).collect();
                for (tally, channel) in channels.iter().enumerate() {
                    for (changed, by) in network.net_change(*channel) {
                        expected[changed.index()] +=
                            by as f64 * f64::from(batch.firings(tally)[system]);
                    }
                }
                assert_eq!(now, expected, "dt {dt}");
            }
        }
    }
}

#[test]
fn a_system_does_not_depend_on_its_neighbours_or_on_the_instructions() {
    let network = zoo(false).build().unwrap();
    let run =
        |leap: &BinomialLeap<'_>, keys: &[u64], drop: Option<usize>| -> BTreeMap<u64, Vec<u32>> {
            let mut batch = Batch::new(leap, Streams::new(5, 3));
            let mut keys = keys.to_vec();
            for key in &keys {
                batch.push(AgentKey::from_words(7, *key));
                let last = batch.len() - 1;
                let first = network.find_species("A").unwrap();
                leap.set(&mut batch, last, first, (key % 90) as f64)
                    .unwrap();
            }
            for step in 0..30 {
                if let (12, Some(place)) = (step, drop) {
                    batch.swap_remove(place);
                    keys.swap_remove(place);
                }
                leap.step(&mut batch, 0.2 + 0.05 * (step % 3) as f64, PURPOSE, step)
                    .unwrap();
            }
            let state = |place: usize| {
                network
                    .species()
                    .map(|one| batch.counts(one)[place].to_bits())
                    .collect()
            };
            keys.iter()
                .enumerate()
                .map(|(place, key)| (*key, state(place)))
                .collect()
        };
    let keys: Vec<u64> = (0..333).collect();
    let backwards: Vec<u64> = keys.iter().rev().copied().collect();
    let leap = BinomialLeap::new(&network, &[]).unwrap();
    let together = run(&leap, &keys, None);
    assert_eq!(run(&leap, &backwards, None), together);
    for (key, state) in run(&leap, &keys, Some(17)) {
        assert_eq!(state, together[&key], "beside others");
    }
    for key in [0, 31, 32, 200, 332] {
        assert_eq!(run(&leap, &[key], None)[&key], together[&key], "alone");
    }
    for level in Level::available() {
        let leap = BinomialLeap::new(&network, &[]).unwrap().at_level(level);
        assert_eq!(run(&leap, &keys, None), together, "{}", level.name());
    }
}

#[test]
fn what_cannot_be_leapt_is_refused_by_name() {
    let refused = |builder: NetworkBuilder| {
        let network = builder.build().unwrap();
        BinomialLeap::new(&network, &[]).unwrap_err()
    };
    let law = |text: &str| text.parse::<Expression>().unwrap();
    let base = || species(Network::builder(), &[("A", 5.0), ("B", 2.0)]);
    for (builder, part) in [
        (
            base().channel("clump", [("A", 3)], [("B", 1)], 1.0),
            "channel `clump`: it takes more than two molecules",
        ),
        (
            base().channel("meet", [("A", 2), ("B", 1)], [("B", 0); 0], 1.0),
            "channel `meet`: it takes more than two molecules",
        ),
        (
            base().channel("saturate", [("A", 1)], [("B", 1)], law("A / (A + 3)")),
            "channel `saturate`: its propensity is no product of amounts",
        ),
        (
            base().channel("drain", [("A", 1)], [("B", 1)], law("2 * B")),
            "channel `drain`: its propensity is not proportional to the amounts that it takes",
        ),
        (
            base()
                .assignment("k", law("A + 1"))
                .parameter("k", 0.0)
                .channel("a", [("A", 1)], [("B", 1)], 1.0),
            "it has rules",
        ),
        (
            species(Network::builder(), &[("A", 3e7)]).channel(
                "die",
                [("A", 1)],
                [("A", 0); 0],
                1.0,
            ),
            "species `A` has the amount 30000000, but the binomial leap needs a whole number from 0 to 2^23",
        ),
    ] {
        let error = refused(builder).to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn faults_during_a_step_name_channel_and_system() {
    let law: Expression = "B * (A - 3)".parse().unwrap();
    let network = species(Network::builder(), &[("A", 5.0), ("B", 1.0)])
        .channel("negative", [("B", 1)], [("B", 1), ("A", 1)], law)
        .channel("grow", [("A", 1)], [("A", 2)], 2.0)
        .build()
        .unwrap();
    let leap = BinomialLeap::new(&network, &[]).unwrap();
    let mut batch = Batch::new(&leap, Streams::new(1, 0));
    for system in 0..70 {
        batch.push(AgentKey::from_words(0, system));
    }
    let [a, b] = ["A", "B"].map(|name| network.find_species(name).unwrap());
    leap.step(&mut batch, 0.1, PURPOSE, 0).unwrap();
    for amount in [-1.0, 0.5, 9e6, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            leap.set_all(&mut batch, a, amount),
            Err(BatchError::Amount { .. })
        ));
    }
    for dt in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            leap.step(&mut batch, dt, PURPOSE, 1),
            Err(BatchError::Step(_))
        ));
    }
    let mut negative = batch.clone();
    leap.set(&mut negative, 65, a, 2.0).unwrap();
    leap.set(&mut negative, 65, b, 4.0).unwrap();
    match leap.step(&mut negative, 0.1, PURPOSE, 1) {
        Err(BatchError::Propensity {
            channel,
            propensity,
            system,
            state,
        }) => {
            assert_eq!(
                (channel.as_str(), propensity, system),
                ("negative", -4.0, 65)
            );
            assert_eq!(state, "A = 2, B = 4");
        }
        other => panic!("{other:?}"),
    }
    let fast = species(Network::builder(), &[("A", 5.0)])
        .channel("flash", [("A", 1)], [("A", 0); 0], 1e30)
        .build()
        .unwrap();
    let flash = BinomialLeap::new(&fast, &[]).unwrap();
    let mut one = Batch::new(&flash, Streams::new(1, 0));
    one.push(AgentKey::NONE);
    let result = flash.step(&mut one, 1e10, PURPOSE, 0);
    assert!(
        matches!(result, Err(BatchError::Propensity { system: 0, .. })),
        "{result:?}"
    );
    leap.set(&mut batch, 40, a, 8e6).unwrap();
    let result = leap.step(&mut batch, 1.0, PURPOSE, 1);
    let expected = BatchError::Count {
        species: "A".to_owned(),
        system: 40,
    };
    assert_eq!(result, Err(expected));
}
