//! The shared-pool job: agents with six variables and a kind bind from one well-mixed pool, die and divide; updates of agents per second of
//! CPU time and bytes per agent, for rows of our kernel, for one struct per agent, and for krABMaga.
//!
//! `cargo run --release --manifest-path benches/shared_pool/Cargo.toml -- [agents] [steps] [rounds]`

mod krab;
mod ours;
mod structs;

use rustix::time::{ClockId, clock_gettime};

pub const KON: f64 = 0.05;
pub const KB: f64 = 50.0;
pub const KE: f64 = 0.5;
pub const PA: f64 = 20.0;
pub const DA: f64 = 0.2;
pub const PB: f64 = 10.0;
pub const DB: f64 = 0.1;
pub const PG: f64 = 10.0;
pub const DG: f64 = 0.1;
pub const KX: f64 = 100.0;
pub const DS: f64 = 0.3;
pub const Q: f64 = 200.0;
pub const DEC: f64 = 0.1;
pub const DT: f64 = 0.01;
pub const DEATH: f64 = 0.001;
pub const DIVISION: f64 = 0.002;

/// What an agent is: one in ten secretes, one in five makes ten times as much of `a`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Secretor,
    Regulatory,
}

impl Kind {
    pub fn of(index: usize) -> Self {
        match index % 10 {
            0 => Self::Secretor,
            1 | 2 => Self::Regulatory,
            _ => Self::Plain,
        }
    }

    pub fn production(self) -> f64 {
        if self == Self::Regulatory { 10.0 } else { 1.0 }
    }

    pub fn secretion(self) -> f64 {
        if self == Self::Secretor { Q * DT } else { 0.0 }
    }
}

/// The pool after a step.
pub fn pool(c: f64, secretion: f64, uptake: f64, agents: f64) -> f64 {
    (c + (secretion - uptake) / agents - DEC * c * DT).max(0.0)
}

/// What a run comes to.
pub struct Outcome {
    /// Sum over steps of agents alive.
    pub updates: f64,
    /// Agents at the end.
    pub alive: usize,
    /// The pool at the end.
    pub c: f64,
}

/// A population that can be stepped.
pub trait Job {
    fn new(agents: usize) -> Self;
    fn run(&mut self, steps: u64) -> Outcome;
}

fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Resident set, bytes.
fn resident() -> f64 {
    std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1)?.parse::<f64>().ok())
        .map_or(f64::NAN, |pages| pages * 4096.0)
}

fn measure<J: Job>(name: &str, agents: usize, steps: u64, rounds: usize) {
    let mut rates = Vec::new();
    let mut bytes = f64::NAN;
    let mut last = None;
    for round in 0..rounds {
        let before = resident();
        let mut job = J::new(agents);
        if round == 0 {
            bytes = (resident() - before) / agents as f64;
        }
        let begin = seconds();
        let outcome = job.run(steps);
        rates.push(outcome.updates / (seconds() - begin));
        last = Some(outcome);
    }
    rates.sort_by(f64::total_cmp);
    if let Some(Outcome { alive, c, .. }) = last {
        println!(
            "{name:16} {:9.2e} updates/s {bytes:6.0} bytes/agent, {alive} agents and c = {c:.3} at the end",
            rates[rounds / 2]
        );
    }
}

fn main() {
    let argument = |index: usize, default: usize| {
        std::env::args()
            .nth(index)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let (agents, steps, rounds) = (argument(1, 100_000), argument(2, 50), argument(3, 5));
    println!("{agents} agents, {steps} steps, median of {rounds}");
    measure::<ours::Rows>("rows", agents, steps as u64, rounds);
    measure::<structs::Structs>("one struct each", agents, steps as u64, rounds);
    measure::<krab::Krab>("krABMaga", agents, steps as u64, rounds);
}
