//! A wild-type mouse from day 56 to day 112, everything included: CPU seconds of its thread, nanoseconds per agent and hour, the share of
//! agents that have their turn every hour, and memory.
//!
//! `cargo bench -p paracrine-benches --bench whole_mouse -- [agents] [from day] [to day]`

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::print_stdout, reason = "its result")]

use paracrine_benches::{mouse, peak_memory, thread_time};
use paracrine_cells::host::{Host, Setup, turn_h};
use paracrine_cells::readout::Readout;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench` of its own.
    let numbers: Vec<f64> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let number = |index: usize, default: f64| numbers.get(index).copied().unwrap_or(default);
    let (agents, from_d, to_d) = (number(0, 1e5), number(1, 56.0), number(2, 112.0));
    let p = mouse()?;
    let mut host = Host::newborn(&p, &Setup::default(), agents as u32, 3, 0);
    while host.age_d() < from_d - 1e-9 {
        host.step()?;
    }
    let (mut agent_hours, mut active) = (0.0, 0.0);
    let (seconds, result) = thread_time::of(|| {
        while host.age_d() < to_d - 1e-9 {
            host.step()?;
            agent_hours += host.observe(&Readout::Agents);
        }
        Ok::<(), Box<dyn Error>>(())
    });
    result?;
    let il2 = host.observe(&Readout::Il2);
    for agent in &host.population().agents {
        active += f64::from(u8::from(turn_h(agent.kind, il2) < 1.5));
    }
    let now = host.observe(&Readout::Agents);
    println!("{now:.0} agents, day {from_d} to {to_d}");
    println!(
        "{seconds:.1} s of CPU time, {:.0} ns per agent and hour",
        seconds * 1e9 / agent_hours
    );
    println!(
        "{:.0} % of the agents have a turn every hour",
        100.0 * active / now
    );
    println!("{:.0} bytes per agent at the most", peak_memory() / now);
    Ok(())
}
