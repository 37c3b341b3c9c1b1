//! Time per firing beside rebop 0.10, and of tau-leaping beside our exact methods: in one process, in thread CPU time, in
//! turns, so that a noisy machine is noisy for all.
//!
//! `cargo bench -p paracrine-benches --features peers --bench peers -- [rounds] [leaping]` prints the tables of
//! `docs/performance.md`, or only those of tau-leaping. Without the feature it prints our own columns. Nothing asserts a time.

#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]

use paracrine_benches::networks::{self, Case};
use paracrine_benches::thread_time;
use paracrine_kernel::Level;
use paracrine_kernel::ensemble::Ensemble;
use paracrine_kernel::rng;
use paracrine_kernel::sample::Samples;
use paracrine_kernel::simulation::{Method, Simulation};
use paracrine_kernel::state::RunError;
use std::error::Error;
use std::sync::atomic::AtomicBool;

#[path = "peers/leaping.rs"]
mod leaping;
#[cfg(feature = "peers")]
#[path = "peers/rebop.rs"]
mod rebop;

/// One column: a number, such as nanoseconds per firing, in every round.
struct Column {
    name: String,
    numbers: Vec<f64>,
}

impl Column {
    fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            numbers: Vec::new(),
        }
    }

    fn median(&self) -> f64 {
        let mut sorted = self.numbers.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

/// Thread time of one replicate at all sampling times, and its firings.
fn replicate(
    simulation: &Simulation<'_>,
    case: &Case,
    seed: u64,
) -> Result<(f64, u64), Box<dyn Error>> {
    let mut trajectory = simulation.start(rng::trajectory(seed, 0));
    let (seconds, outcome) = thread_time::of(|| {
        for time in &case.times {
            trajectory.run_to(*time)?;
        }
        Ok::<_, Box<dyn Error>>(())
    });
    outcome?;
    Ok((seconds, trajectory.firings()))
}

fn measure(case: &Case, methods: &[Method], rounds: u64) -> Result<(), Box<dyn Error>> {
    let simulations = methods
        .iter()
        .map(|method| Simulation::new(&case.network, *method))
        .collect::<Result<Vec<_>, _>>()?;
    let mut columns: Vec<Column> = methods
        .iter()
        .map(|method| Column::new(method.name()))
        .collect();
    #[cfg(feature = "peers")]
    let mut peers = [Column::new("rebop run-time"), Column::new("rebop macro")];
    for round in 0..rounds {
        let mut fired = 0;
        for (simulation, column) in simulations.iter().zip(&mut columns) {
            let (seconds, firings) = replicate(simulation, case, round)?;
            column.numbers.push(1e9 * seconds / firings as f64);
            fired = firings;
        }
        #[cfg(feature = "peers")]
        for (peer, column) in rebop::peers(case, round).into_iter().zip(&mut peers) {
            // rebop does not count firings: ours of the same network, the same to a few per cent.
            column.numbers.push(1e9 * peer / fired as f64);
        }
        let _ = fired;
    }
    print!("{:24}", case.name);
    for column in &columns {
        print!("  {} {:.1}", column.name, column.median());
    }
    #[cfg(feature = "peers")]
    for peer in peers.iter().filter(|peer| !peer.numbers.is_empty()) {
        let ratio = columns[0].median() / peer.median();
        print!(
            "  | {} {:.1}, {} is {ratio:.2} of it",
            peer.name,
            peer.median(),
            columns[0].name
        );
    }
    println!();
    Ok(())
}

/// Thread time of an ensemble on this thread, the only one of the pool.
fn ensemble(
    pool: &rayon::ThreadPool,
    simulation: &Simulation<'_>,
    seed: u64,
    replicates: u64,
    times: &[f64],
    mut each: impl FnMut(Samples) + Send,
) -> Result<f64, RunError> {
    let ensemble = Ensemble {
        simulation,
        seed,
        replicates: 0..replicates,
        times,
        firing_limit: u64::MAX,
        tally: false,
    };
    let never = AtomicBool::new(false);
    let each = |_, samples| each(samples);
    let (seconds, done) = thread_time::of(|| pool.install(|| ensemble.run(&never, each)));
    done.map(|_| seconds)
}

/// An ensemble in lanes on one thread, at every level of instructions that the processor has.
fn measure_lanes(
    pool: &rayon::ThreadPool,
    case: &Case,
    replicates: u64,
    rounds: u64,
) -> Result<(), Box<dyn Error>> {
    let levels: Vec<Level> = Level::available();
    let mut columns: Vec<Column> = levels
        .iter()
        .map(|level| Column::new(format!("{level:?}")))
        .collect();
    #[cfg(feature = "peers")]
    let mut peer = Column::new("rebop macro");
    for round in 0..rounds {
        let mut fired = 0;
        for (level, column) in levels.iter().zip(&mut columns) {
            let simulation = Simulation::new(&case.network, Method::Lanes)?.at_level(*level);
            fired = 0;
            let each = |samples: Samples| fired += samples.firings;
            let seconds = ensemble(pool, &simulation, round, replicates, &case.times, each)?;
            column.numbers.push(1e9 * seconds / fired as f64);
        }
        #[cfg(feature = "peers")]
        {
            let some = (replicates / 8).max(1);
            let seconds: f64 = (0..some)
                .filter_map(|seed| rebop::peers(case, seed).get(1).copied())
                .sum();
            let share = fired as f64 * some as f64 / replicates as f64;
            peer.numbers.push(1e9 * seconds / share);
        }
        let _ = fired;
    }
    print!("{:24}", format!("{replicates} x {}", case.name));
    for column in &columns {
        print!("  {} {:.2}", column.name, column.median());
        #[cfg(feature = "peers")]
        print!(" ({:.3})", column.median() / peer.median());
    }
    #[cfg(feature = "peers")]
    print!("  | {} {:.1}", peer.name, peer.median());
    println!();
    Ok(())
}

/// What a large network costs before its first firing, and what one more replicate does.
fn loading() -> Result<(), Box<dyn Error>> {
    let (build, case) = thread_time::of(|| networks::receptors(1000));
    let case = case?;
    let method = Method::exact_for(&case.network);
    let (prepare, simulation) = thread_time::of(|| Simulation::new(&case.network, method));
    let simulation = simulation?;
    let mut starts: Vec<f64> = (0..101)
        .map(|replicate| {
            let (seconds, trajectory) =
                thread_time::of(|| simulation.start(rng::trajectory(1, replicate)));
            drop(trajectory);
            seconds
        })
        .collect();
    starts.sort_by(f64::total_cmp);
    println!(
        "12 000 channels: build {:.1} ms, prepare {:.1} ms, one more replicate {:.1} us",
        1e3 * build,
        1e3 * prepare,
        1e6 * starts[starts.len() / 2]
    );
    Ok(())
}

fn firings(rounds: u64) -> Result<(), Box<dyn Error>> {
    println!("ns per firing, thread CPU time, medians of {rounds} rounds");
    let small = [Method::Direct, Method::NextReaction, Method::Tree];
    for case in [
        networks::vilar(),
        networks::dimer(),
        networks::sir(),
        networks::receptors(1),
    ] {
        measure(&case?, &small, rounds)?;
    }
    measure(
        &networks::ring()?,
        &[Method::Tree, Method::NextReaction],
        rounds.min(9),
    )?;
    measure(&networks::receptors(1000)?, &[Method::Hub], rounds.min(9))?;
    loading()
}

fn ensembles(pool: &rayon::ThreadPool, rounds: u64) -> Result<(), Box<dyn Error>> {
    println!("ensembles in lanes, one thread; in brackets the share of rebop's macro");
    let ensembles = [
        (networks::vilar(), 64),
        (networks::dimer(), 64),
        (networks::sir(), 512),
        (networks::receptors(1), 64),
    ];
    for (case, replicates) in ensembles {
        measure_lanes(pool, &case?, replicates, rounds.min(5))?;
    }
    Ok(())
}

fn leaps(pool: &rayon::ThreadPool, rounds: u64) -> Result<(), Box<dyn Error>> {
    println!("ms per replicate, and the share that tau-leaping is of each exact method");
    // Vilar's network is too small to leap.
    leaping::measure(pool, &networks::vilar()?, 2, rounds)?;
    let cases = [
        (networks::dimer()?, 4, 10_000),
        (networks::sir()?, 64, 100_000),
        (networks::receptors(1)?, 4, 10_000),
    ];
    for (case, replicates, _) in &cases {
        leaping::measure(pool, case, *replicates, rounds)?;
    }
    println!("tau-leaping less exact, largest of all times and of species with means above 10");
    for (case, _, replicates) in &cases {
        leaping::compare(pool, case, *replicates)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(15);
    // The pool's only thread is this one, whose time is measured.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build()?;
    if !arguments.iter().any(|argument| argument == "leaping") {
        firings(rounds)?;
        ensembles(&pool, rounds)?;
    }
    leaps(&pool, rounds)
}
