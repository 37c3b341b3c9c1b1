//! What one more replicate of a small culture and of a small mouse costs: the slope between a run of so many replicates and one of twice as
//! many, from the scenario to the tables on the disk, each in a process of its own. Medians of several rounds.
//!
//! `cargo bench -p paracrine-benches --bench replicate -- [rounds] [threads]`

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::print_stdout, reason = "its result")]

use paracrine_benches::{peak_memory, process_seconds};
use paracrine_scenario::catalogue::Source;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::run::{Unobserved, run};
use std::error::Error;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What is run, and how often in the smaller of the two runs.
struct Case {
    name: &'static str,
    text: &'static str,
    replicates: u32,
}

const CASES: [Case; 2] = [
    Case {
        name: "well, 100 Treg, 24 steps",
        text: r#"(title: "well", question: "q", host: culture(volume: "0.1 ml", medium: (il2: "10 pM")),
            run: (until: "4 h", replicates: 1, cells: 100), readouts: ["count(Treg)", "pstat5(Treg)", "concentration(IL-2)"],
            arms: [(name: "a", interventions: [transfer(kind: "Treg", cells: "100 cells", at: "0 h")])])"#,
        replicates: 2000,
    },
    Case {
        name: "mouse, 2000 agents, 7 days",
        text: r#"(title: "mouse", question: "q", run: (until: "7 d", replicates: 1, cells: 2000), arms: [(name: "a")],
            readouts: ["count(T)", "pstat5(Treg)", "concentration(IL-2)"])"#,
        replicates: 100,
    },
];

/// Wall-clock seconds, CPU seconds and bytes at the most of a run in this process.
fn measured(case: &Case, replicates: u32, threads: usize) -> Result<[f64; 3], Box<dyn Error>> {
    let source = Source {
        name: "case".to_owned(),
        origin: "case.ron".to_owned(),
        text: case.text.to_owned(),
    };
    let overrides = Overrides {
        replicates: Some(replicates),
        ..Overrides::default()
    };
    let out = std::env::temp_dir().join(format!("paracrine-replicate-{}", std::process::id()));
    let started = Instant::now();
    let plan = Plan::new(source, &overrides)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let interrupt = AtomicBool::new(false);
    let done = pool
        .build()?
        .install(|| run(&plan, &out, false, &interrupt, &Unobserved));
    let wall = started.elapsed().as_secs_f64();
    std::fs::remove_dir_all(&out)?;
    done?;
    Ok([wall, process_seconds(), peak_memory()])
}

/// The same in a process of its own, whose memory is that of this run alone.
fn apart(case: usize, replicates: u32, threads: usize) -> Result<[f64; 3], Box<dyn Error>> {
    let numbers = [case as u64, u64::from(replicates), threads as u64];
    let output = Command::new(std::env::current_exe()?)
        .env(CHILD, numbers.map(|number| number.to_string()).join(" "))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let said = String::from_utf8(output.stdout)?;
    let numbers: Result<Vec<f64>, _> = said.split_whitespace().map(str::parse).collect();
    Ok(numbers?.try_into().map_err(|_| "three numbers")?)
}

const CHILD: &str = "PARACRINE_REPLICATE";

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(asked) = std::env::var(CHILD) {
        let numbers: Result<Vec<usize>, _> = asked.split(' ').map(str::parse).collect();
        let numbers: [usize; 3] = numbers?.try_into().map_err(|_| CHILD)?;
        let [case, replicates, threads] = numbers;
        let [wall, cpu, bytes] = measured(&CASES[case], replicates as u32, threads)?;
        println!("{wall} {cpu} {bytes}");
        return Ok(());
    }
    // Cargo adds `--bench` of its own.
    let numbers: Vec<usize> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let number = |index: usize, default: usize| numbers.get(index).copied().unwrap_or(default);
    let (rounds, threads) = (number(0, 5).max(1), number(1, 1).max(1));
    println!("| one more | replicates | wall-clock time, {threads} threads | CPU time | memory |");
    println!("|---|---|---|---|---|");
    for (index, case) in CASES.iter().enumerate() {
        let few = case.replicates;
        let mut slopes = [const { Vec::new() }; 3];
        for _ in 0..rounds {
            let (once, twice) = (apart(index, few, threads)?, apart(index, 2 * few, threads)?);
            for ((slopes, once), twice) in slopes.iter_mut().zip(once).zip(twice) {
                slopes.push((twice - once) / f64::from(few));
            }
        }
        let [wall, cpu, bytes] = slopes.map(median);
        println!(
            "| {} | {few} to {} | {:.2} ms | {:.2} ms | {:.1} kB |",
            case.name,
            2 * few,
            wall * 1e3,
            cpu * 1e3,
            bytes / 1e3
        );
    }
    Ok(())
}
