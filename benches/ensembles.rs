//! What a whole ensemble takes: simulation, tables and report, with the memory at the most.
//!
//! `cargo bench -p paracrine-benches --bench ensembles -- wells|mice|small-mice [replicates] [threads]`

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::print_stdout, reason = "its result")]

use paracrine_benches::{peak_memory, process_seconds};
use paracrine_scenario::catalogue::Source;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::run::{Unobserved, run};
use std::error::Error;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const ENSEMBLES: [(&str, &str); 3] = [
    ("wells", include_str!("ensembles/wells.ron")),
    ("mice", include_str!("ensembles/mice.ron")),
    ("small-mice", include_str!("ensembles/small-mice.ron")),
];

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench` of its own.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |(name, _): &&(&str, &str)| arguments.iter().any(|asked| asked == name);
    let Some((name, text)) = ENSEMBLES.iter().find(is_asked) else {
        let names = ENSEMBLES.map(|(name, _)| name).join(", ");
        return Err(format!("expected one of {names}").into());
    };
    let mut numbers = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok());
    let overrides = Overrides {
        replicates: numbers.next(),
        ..Overrides::default()
    };
    let threads = numbers.next().unwrap_or(2).max(1) as usize;
    let source = Source {
        name: (*name).to_owned(),
        origin: format!("{name}.ron"),
        text: (*text).to_owned(),
    };
    let plan = Plan::new(source, &overrides)?;
    let out = std::env::temp_dir().join(format!("paracrine-ensemble-{}", std::process::id()));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    let started = Instant::now();
    let interrupt = AtomicBool::new(false);
    let done = pool.install(|| run(&plan, &out, false, &interrupt, &Unobserved));
    let (simulated, tables) = (process_seconds(), peak_memory());
    let page = done.map(|_| paracrine_report::write(&out));
    let wall = started.elapsed().as_secs_f64();
    std::fs::remove_dir_all(&out)?;
    page??;
    let (samples, readouts) = (plan.samples(), plan.readouts.len() + plan.chain.len());
    println!(
        "{name}: {} replicates, {samples} samples of {readouts} readouts each, {threads} threads",
        plan.mice()
    );
    println!(
        "wall {wall:.0} s, CPU {:.0} s ({simulated:.0} s without the report), memory at the most {:.1} MB ({:.1} MB without the report)",
        process_seconds(),
        peak_memory() / 1e6,
        tables / 1e6
    );
    Ok(())
}
