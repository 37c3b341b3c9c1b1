//! The receptors that mice step: nanoseconds of thread CPU time per cell and step, and per evaluation of a cell's mean uptake, at
//! every level of instructions. Medians.
//!
//! `cargo bench -p paracrine-benches --bench receptors -- [rounds]`

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::print_stdout, reason = "its result")]

use paracrine_benches::{mouse, thread_time};
use paracrine_cells::kind::Kind;
use paracrine_cells::model::Parameters;
use paracrine_cells::purpose;
use paracrine_cells::receptors::{Block, Rates, Surface, Synthesis};
use paracrine_kernel::Level;
use paracrine_kernel::rng::{AgentKey, AgentStreams, Streams};
use paracrine_kernel::rows::{LANES, Words};
use std::error::Error;
use std::hint::black_box;

const BLOCKS: usize = 512;
const WARM_UP: u64 = 24;
const STEPS: u64 = 8;

/// What it is, α sustained if not that of the kind, IL-2 in pM, hours of a step.
type Start = (&'static str, Kind, Option<f64>, f64, f64);

const STARTS: [Start; 6] = [
    ("naive CD4, 0.7 pM, 4 h", Kind::NaiveCd4, None, 0.7, 4.0),
    ("memory CD4, no IL-2", Kind::MemoryCd4, None, 0.0, 1.0),
    ("memory CD4, 0.7 pM", Kind::MemoryCd4, None, 0.7, 1.0),
    ("Treg, 0.7 pM", Kind::Treg, Some(12_000.0), 0.7, 1.0),
    (
        "effector CD4, 30 pM",
        Kind::EffectorCd4,
        Some(3000.0),
        30.0,
        1.0,
    ),
    ("memory CD8, 30 pM", Kind::MemoryCd8, None, 30.0, 1.0),
];

struct Cells {
    rates: Rates,
    c: f32,
    blocks: Vec<(Block, [AgentStreams; LANES])>,
    epoch: u64,
}

impl Cells {
    fn new(p: &Parameters, &(_, kind, alpha, c, dt): &Start) -> Self {
        let receptors = p.receptors(kind);
        let synthesis = Synthesis {
            alpha: alpha.unwrap_or(receptors.alpha),
            beta: receptors.beta,
            gamma: receptors.gamma,
        };
        let surface = Surface {
            alpha: synthesis.alpha as u32,
            beta_free: synthesis.beta as u32,
            gamma_free: synthesis.gamma as u32,
            ..Surface::default()
        };
        let streams = Streams::new(1, 0);
        let blocks = (0..BLOCKS as u64).map(|number| {
            let mut block = Block::<1>::default();
            for lane in 0..LANES {
                block.set(lane, &surface, &synthesis);
            }
            let key = |lane| AgentKey::from_words(number, lane as u64);
            (
                block,
                std::array::from_fn(|lane| streams.of_agent(key(lane))),
            )
        });
        Self {
            rates: Rates::new(p, dt),
            c: c as f32,
            blocks: blocks.collect(),
            epoch: 0,
        }
    }

    fn step(&mut self, level: Level, steps: u64) {
        let (rates, c) = (&self.rates, self.c);
        for _ in 0..steps {
            self.epoch += 1;
            let epoch = self.epoch;
            level.run(
                #[inline(always)]
                || {
                    for (block, agents) in &mut self.blocks {
                        block.freeze(rates, [c], 0.0);
                        let mut words = Words::new(agents, purpose::RECEPTORS, epoch);
                        block.step(rates, [[c], [0.0]], &mut words);
                    }
                },
            );
        }
    }

    fn uptake(&self, level: Level) -> f32 {
        level.run(
            #[inline(always)]
            || {
                let mut total = 0.0;
                for (block, _) in &self.blocks {
                    total += block.uptake(&self.rates, [black_box(self.c)])[0][0];
                }
                total
            },
        )
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(7);
    let p = mouse()?;
    let cells = (BLOCKS * LANES) as f64;
    println!("ns per cell and step, and per cell and uptake; {cells} cells, median of {rounds}");
    print!("{:<24}", "");
    for level in Level::available() {
        print!("{:>10}{:>8}", level.name(), "uptake");
    }
    println!();
    for start in &STARTS {
        print!("{:<24}", start.0);
        for level in Level::available() {
            let mut cells_of_kind = Cells::new(&p, start);
            cells_of_kind.step(level, WARM_UP);
            let (mut steps, mut uptakes) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let (seconds, ()) = thread_time::of(|| cells_of_kind.step(level, STEPS));
                steps.push(seconds * 1e9 / (cells * STEPS as f64));
                let (seconds, total) = thread_time::of(|| cells_of_kind.uptake(level));
                black_box(total);
                uptakes.push(seconds * 1e9 / cells);
            }
            print!("{:>10.1}{:>8.1}", median(steps), median(uptakes));
        }
        println!();
    }
    Ok(())
}
