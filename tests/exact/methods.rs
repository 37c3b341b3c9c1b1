//! What all exact methods have in common, and where each could go wrong alone.

use crate::{exact_methods, law};
use paracrine_kernel::{
    Level,
    ensemble::Ensemble,
    expression::Expression,
    network::{Network, NetworkBuilder},
    rng,
    sample::{Samples, sample},
    simulation::{Method, Simulation},
    state::{RunError, Stop},
};
use std::sync::atomic::AtomicBool;

const NOTHING: [(String, u32); 0] = [];

/// Cells that bind one ligand: 5 species and 5 channels each, of which two are proportional to the ligand.
fn cells_on_one_ligand(cells: u32) -> NetworkBuilder {
    let mut builder = Network::builder().species("L", 20.0 * f64::from(cells));
    for cell in 0..cells {
        let name = |species: &str| format!("{species}{cell}");
        let ligand = || ("L".to_owned(), 1);
        builder = builder
            .species(name("B"), 10.0)
            .species(name("C"), 0.0)
            .channel(
                name("bind"),
                [ligand(), (name("B"), 1)],
                [(name("C"), 1)],
                0.02 / f64::from(cells),
            )
            .channel(
                name("release"),
                [(name("C"), 1)],
                [ligand(), (name("B"), 1)],
                0.3,
            )
            .channel(name("waste"), [ligand()], NOTHING, 0.01 / f64::from(cells))
            .channel(name("take"), [(name("C"), 1)], [(name("B"), 1)], 0.1);
    }
    builder.channel(
        "supply",
        NOTHING,
        [("L".to_owned(), 1)],
        0.4 * f64::from(cells),
    )
}

/// The mean of a network that is too large for a master equation is the same by every method, with and without the
/// ligand factored out: each method against the mean of all others.
/// Smallest fault seen: a factor of the ligand that is not renewed when a cell takes it up.
#[test]
fn a_shared_ligand_is_the_same_for_every_method() {
    let cells = 80;
    let network = cells_on_one_ligand(cells).build().unwrap();
    assert_eq!(Method::exact_for(&network), Method::Hub);
    let times = [0.5, 3.0];
    let results = exact_methods(&network, 1001, 400, &times, |samples| {
        [0, 1].map(|index| {
            let row = samples.row(index);
            let bound: f64 = (0..cells as usize).map(|cell| row[2 + 2 * cell]).sum();
            [row[0], bound]
        })
    });
    for index in 0..2 {
        for which in 0..2 {
            let numbers = |of: usize| -> Vec<f64> {
                results[of]
                    .1
                    .iter()
                    .map(|rows| rows[index][which])
                    .collect()
            };
            for method in 1..results.len() {
                let (first, first_error) = law::mean_and_error(&numbers(0));
                let (mean, error) = law::mean_and_error(&numbers(method));
                law::assert_expectation(mean, first, error.hypot(first_error), 0.0);
            }
        }
    }
}

/// A ring of independent molecules: each walks on its own, so that occupation numbers are Poisson-like with known means.
#[test]
fn a_long_ring_carries_its_molecules_round() {
    let size = 300u32;
    let mut builder = Network::builder();
    for place in 0..size {
        builder = builder.species(format!("X{place}"), if place == 0 { 2000.0 } else { 0.0 });
    }
    for place in 0..size {
        let (here, next) = (format!("X{place}"), format!("X{}", (place + 1) % size));
        builder = builder
            .channel(
                format!("on{place}"),
                [(here.clone(), 1)],
                [(next.clone(), 1)],
                1.0,
            )
            .channel(format!("back{place}"), [(next, 1)], [(here, 1)], 0.5);
    }
    let network = builder.build().unwrap();
    assert_eq!(Method::exact_for(&network), Method::Tree);
    // Position = Poisson(T) - Poisson(T / 2) for time T: mean T / 2, variance 3 T / 2.
    let time = 4.0;
    for (_, rows) in exact_methods(&network, 1002, 40, &[time], |samples| {
        samples.row(0).to_vec()
    }) {
        let mut positions = Vec::new();
        for row in &rows {
            assert_eq!(row.iter().sum::<f64>(), 2000.0);
            for (place, count) in row.iter().enumerate() {
                let place = if place > 150 {
                    place as f64 - 300.0
                } else {
                    place as f64
                };
                positions.extend(std::iter::repeat_n(place, *count as usize));
            }
        }
        let (mean, error) = law::mean_and_error(&positions);
        law::assert_expectation(mean, time / 2.0, error, 0.0);
        let squares: Vec<f64> = positions.iter().map(|x| (x - time / 2.0).powi(2)).collect();
        let (variance, error) = law::mean_and_error(&squares);
        law::assert_expectation(variance, 1.5 * time, error, 0.0);
    }
}

/// Stopping to look, at whatever times, changes nothing.
#[test]
fn the_sampling_grid_leaves_the_trajectory_alone() {
    let network = cells_on_one_ligand(4).build().unwrap();
    for method in Method::EXACT {
        let simulation = Simulation::new(&network, method).unwrap();
        let mut straight = simulation.start(rng::trajectory(5, 9));
        straight.run_to(7.0).unwrap();
        let mut halting = simulation.start(rng::trajectory(5, 9));
        for stop in 1..=700 {
            halting.run_to(f64::from(stop) / 100.0).unwrap();
        }
        assert_eq!(straight.state(), halting.state());
        assert_eq!(straight.firings(), halting.firings());
        let mut stepping = simulation.start(rng::trajectory(5, 9));
        stepping.tally_firings();
        while stepping.run_to_firing(7.0).unwrap() {}
        assert_eq!(stepping.state(), straight.state());
        assert_eq!(
            stepping.tally().unwrap().iter().sum::<u64>(),
            straight.firings()
        );
    }
}

/// Faults during a run name the channel, the time and the state; no method panics.
#[test]
fn faults_of_a_run_are_named() {
    let formula = |text: &str| text.parse::<Expression>().unwrap();
    let run = |builder: NetworkBuilder, method: Method| -> RunError {
        let network = builder.build().unwrap();
        match Simulation::new(&network, method) {
            Err(error) => error,
            Ok(simulation) => simulation
                .start(rng::trajectory(1, 1))
                .run_to(100.0)
                .unwrap_err(),
        }
    };
    let falling = || {
        Network::builder()
            .species("A", 5.0)
            .channel("lose", [("A", 1)], [("A", 1); 0], 1.0)
    };
    for method in Method::EXACT {
        let nothing = [("A", 1); 0];
        let fraction = run(Network::builder().species("A", 2.5), method);
        assert!(matches!(fraction, RunError::NotWhole { .. }), "{fraction}");
        let infinite = run(
            Network::builder()
                .species("A", 1e9)
                .channel("burst", [("A", 2)], nothing, 1e300),
            method,
        );
        assert!(
            infinite
                .to_string()
                .contains("channel `burst` has propensity inf"),
            "{infinite}"
        );
        // Only networks of mass action run in lanes, and what they use cannot fall below 0.
        if method == Method::Lanes {
            continue;
        }
        let negative = run(
            falling().channel("odd", nothing, [("A", 1)], formula("A - 2.5")),
            method,
        );
        let text = negative.to_string();
        assert!(
            text.contains("channel `odd` has propensity -0.5 in state A = 2"),
            "{text}"
        );
        let not_a_number = run(
            falling().channel("odd", nothing, [("A", 1)], formula("sqrt(A - 2)")),
            method,
        );
        assert!(
            not_a_number
                .to_string()
                .contains("propensity NaN in state A = 1"),
            "{not_a_number}"
        );
        let below = run(
            falling().channel("take", [("A", 3)], nothing, formula("2")),
            method,
        );
        assert!(
            below
                .to_string()
                .contains("channel `take` fires in state A ="),
            "{below}"
        );
    }
}

/// A network that explodes stops at the limit of firings and says so.
#[test]
fn an_explosion_ends_at_the_limit() {
    let network = Network::builder()
        .species("X", 2.0)
        .channel("pair", [("X", 2)], [("X", 3)], 1.0)
        .build()
        .unwrap();
    for method in Method::EXACT {
        let simulation = Simulation::new(&network, method).unwrap();
        let mut trajectory = simulation.start(rng::trajectory(1, 1));
        trajectory.limit_firings(10_000);
        assert_eq!(trajectory.run_to(1e6), Ok(Stop::FiringLimit));
        assert_eq!(trajectory.state().values(), [10_002.0]);
        assert!(trajectory.state().time() < 10.0);
    }
}

/// Every replicate alone, in ensembles of any size, on any number of threads and at every level of instructions.
/// Smallest fault seen: a lane that keeps the stream of the replicate before.
#[test]
fn a_replicate_has_the_same_bits_wherever_it_runs() {
    let network = cells_on_one_ligand(4).build().unwrap();
    let times = [0.3, 0.9, 4.0];
    for method in Method::EXACT {
        let alone = |replicate, limit| -> Samples {
            let simulation = Simulation::new(&network, method).unwrap();
            let mut trajectory = simulation.start(rng::trajectory(77, replicate));
            trajectory.limit_firings(limit);
            trajectory.tally_firings();
            sample(&mut trajectory, &times).unwrap()
        };
        for (threads, replicates, level, limit) in [
            (1, 0..40, Level::Baseline, u64::MAX),
            (2, 3..41, Level::Avx2, u64::MAX),
            (3, 39..40, Level::Avx512, u64::MAX),
            (4, 0..40, Level::Avx512, 200),
            (2, 0..9, Level::Avx2, 0),
        ] {
            let simulation = Simulation::new(&network, method).unwrap().at_level(level);
            let ensemble = Ensemble {
                simulation: &simulation,
                seed: 77,
                replicates: replicates.clone(),
                times: &times,
                firing_limit: limit,
                tally: true,
            };
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut all = Vec::new();
            let each = |replicate, samples: Samples| all.push((replicate, samples));
            pool.install(|| ensemble.run(&AtomicBool::new(false), each))
                .unwrap();
            assert!(all.iter().map(|(replicate, _)| *replicate).eq(replicates));
            for (replicate, samples) in all {
                assert_eq!(
                    samples,
                    alone(replicate, limit),
                    "{method:?}, replicate {replicate}"
                );
            }
        }
    }
}

/// An ensemble whose third replicate fails reports that one, whatever finishes first.
#[test]
fn the_first_failing_replicate_is_reported() {
    let network = Network::builder()
        .species("X", 1.0)
        .channel("double", [("X", 2)], [("X", 4)], 1e302)
        .channel("enter", [("X", 1); 0], [("X", 1)], 1.0)
        .build()
        .unwrap();
    for method in Method::EXACT {
        let simulation = Simulation::new(&network, method).unwrap();
        let ensemble = Ensemble {
            simulation: &simulation,
            seed: 1,
            replicates: 0..50,
            times: &[100.0],
            firing_limit: u64::MAX,
            tally: false,
        };
        let error = ensemble
            .run(&AtomicBool::new(false), |_, _| ())
            .unwrap_err();
        assert!(
            matches!(
                error,
                RunError::AmountRange { .. } | RunError::Propensity { .. }
            ),
            "{error}"
        );
    }
}
