//! Reaction networks: every method gives a replicate the same bits, whoever runs it and beside whom.

use paracrine_kernel::{
    ensemble::Ensemble,
    network::Network,
    sample::Samples,
    simulation::{Method, Simulation},
};
use paracrine_tests::program::{Place, names};
use paracrine_tests::results::{TIMING, Table};
use std::{collections::BTreeMap, fs, ops::Range, sync::atomic::AtomicBool};

const TIMES: [f64; 3] = [0.3, 2.0, 9.0];

fn methods() -> impl Iterator<Item = Method> {
    let others = [
        Method::TAU_LEAP,
        Method::FixedLeap { tau: 0.02 },
        Method::BinomialLeap { tau: 0.02 },
        Method::ODE,
    ];
    Method::EXACT.into_iter().chain(others)
}

/// The decaying dimeriser, so large that leaps pay at first and so small that they do not in the end.
fn network() -> Network {
    let nothing = [("X", 1); 0];
    Network::builder()
        .species("X", 20_000.0)
        .species("Y", 0.0)
        .species("Z", 0.0)
        .channel("decay", [("X", 1)], nothing, 1.0)
        .channel("pair", [("X", 2)], [("Y", 1)], 0.005)
        .channel("part", [("Y", 1)], [("X", 2)], 0.5)
        .channel("turn", [("Y", 1)], [("Z", 1)], 0.04)
        .build()
        .unwrap()
}

/// The bits of replicates on so many threads, by number.
fn bits(simulation: &Simulation<'_>, threads: usize, replicates: Range<u64>) -> Vec<Vec<u64>> {
    let ensemble = Ensemble {
        simulation,
        seed: 31,
        replicates: replicates.clone(),
        times: &TIMES,
        firing_limit: u64::MAX,
        tally: true,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let (mut numbers, mut all) = (Vec::new(), Vec::new());
    let each = |replicate, samples: Samples| {
        numbers.push(replicate);
        let values = samples.rows().flatten().map(|value| value.to_bits());
        let tally = samples.tally.iter().flatten().copied();
        all.push(values.chain(tally).chain([samples.firings]).collect());
    };
    let done = pool.install(|| ensemble.run(&AtomicBool::new(false), each));
    assert_eq!(done, Ok(replicates.end - replicates.start));
    assert!(numbers.into_iter().eq(replicates));
    all
}

/// Smallest faults seen: the place of a replicate among those asked for taken for its number; a stream that depends on
/// the thread; replicates handed over in the order in which they finish.
#[test]
fn a_replicate_of_any_method_is_the_same_wherever_it_runs() {
    let network = network();
    for method in methods() {
        let simulation = Simulation::new(&network, method).unwrap();
        let all = bits(&simulation, 1, 0..40);
        for threads in [2, 8] {
            assert!(
                all == bits(&simulation, threads, 0..40),
                "{}",
                method.name()
            );
        }
        for some in [0..1, 23..24, 5..31] {
            let (start, end) = (some.start as usize, some.end as usize);
            let found = bits(&simulation, 2, some);
            assert!(all[start..end] == found, "{}", method.name());
        }
        assert_eq!(all[0] == all[1], method.is_deterministic());
    }
    // What was compared did leap.
    let simulation = |method| Simulation::new(&network, method).unwrap();
    let exact = bits(&simulation(Method::Direct), 1, 0..1);
    assert!(bits(&simulation(Method::TAU_LEAP), 1, 0..1) != exact);
}

const FILE: &str = "dimeriser.ron";

const TEXT: &str = r#"(
    title: "The decaying dimeriser",
    species: { "X": 20000, "Y": 0, "Z": 0 },
    channels: [
        (name: "decay", reaction: "X ->", rate: 1),
        (name: "pair", reaction: "2 X -> Y", rate: 0.005),
        (name: "part", reaction: "Y -> 2 X", rate: 0.5),
        (name: "turn", reaction: "Y -> Z", rate: 0.04),
    ],
    run: (until: 9, points: 6, replicates: 40, seed: 31),
)
"#;

/// Files of a run with their bytes, except the one that holds wall-clock time.
fn files(place: &Place, directory: &str) -> BTreeMap<String, Vec<u8>> {
    let path = place.path(directory);
    names(&path)
        .into_iter()
        .filter(|name| name != TIMING)
        .map(|name| (name.clone(), fs::read(path.join(name)).unwrap()))
        .collect()
}

/// Smallest faults seen: as above.
#[test]
fn threads_leave_the_files_of_a_simulation_alone() {
    let place = Place::new(env!("CARGO_BIN_EXE_paracrine-under-test"));
    place.write(FILE, TEXT);
    for method in ["direct", "lanes", "tau-leap", "ode"] {
        let simulate = |name: &str, options: &[&str]| {
            let out = format!("{method}-{name}");
            let mut arguments = vec!["simulate", FILE, "--method", method, "--out", &out];
            arguments.extend(options);
            place.done(&arguments);
            files(&place, &out)
        };
        let one = simulate("1", &["--threads", "1"]);
        assert!(one.contains_key("trajectories.csv"));
        for threads in ["2", "8"] {
            let many = simulate(threads, &["--threads", threads]);
            assert!(one == many, "{method}, {threads} threads");
        }
        let table = |name: &str| {
            let directory = place.path(&format!("{method}-{name}"));
            Table::read(&directory.join("trajectories.csv"))
        };
        if method != "ode" {
            simulate("alone", &["--replicate", "23"]);
            let all = table("1");
            table("alone").assert_equals(&all.only("replicate", |of| of == "23"), method);
        }
    }
}
