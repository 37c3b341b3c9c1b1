//! The batched binomial leap: nanoseconds of thread CPU time per cell and step, beside one struct per cell with draws of
//! `rand_distr`. Everything in turns in one process, medians.
//!
//! `cargo bench -p paracrine-benches --bench batch -- [rounds]`

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::print_stdout, reason = "its result")]

use paracrine_benches::{networks, thread_time};
use paracrine_kernel::Level;
use paracrine_kernel::batch::{Batch, BinomialLeap};
use paracrine_kernel::network::Network;
use paracrine_kernel::rng::{AgentKey, Purpose, Stream, Streams};
use rand_distr::{Binomial, Distribution, Poisson};
use std::error::Error;

const CELLS: u64 = 16_384;
const BLOCK: u64 = 1024;
const WARM_UP: u64 = 240;
const DT: f64 = 30.0;

/// A row: what it is, the ligand, and A, B, LA, M, H, I, S, P at the beginning.
type Start = (&'static str, f64, [f64; 8]);

const STARTS: [Start; 4] = [
    (
        "resting, L = 0",
        0.0,
        [0.0, 500.0, 0.0, 0.0, 0.0, 0.0, 2000.0, 0.0],
    ),
    (
        "naive, L = 5",
        5.0,
        [50.0, 500.0, 0.0, 0.0, 0.0, 0.0, 2000.0, 0.0],
    ),
    (
        "effector, L = 10",
        10.0,
        [1000.0, 500.0, 5.0, 5.0, 100.0, 100.0, 1800.0, 200.0],
    ),
    (
        "Treg, L = 100",
        100.0,
        [20_000.0, 1000.0, 1000.0, 50.0, 500.0, 500.0, 1000.0, 1000.0],
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(7);
    println!("ns per cell and step of {DT} s, {CELLS} cells, median of {rounds}");
    print!("{:<18}{:>14}", "", "naive");
    for level in Level::available() {
        print!("{:>10}", level.name());
    }
    println!();
    let network = networks::signalling_receptor(0.02)?;
    for start in STARTS {
        let mut naive = Naive::new(&start);
        let mut leaps = Vec::new();
        for level in Level::available() {
            let leap = BinomialLeap::new(&network, &[])?.at_level(level);
            let blocks = blocks(&network, &leap, &start)?;
            leaps.push((leap, blocks));
        }
        let mut epoch = 0;
        let mut warm = |leaps: &mut Vec<(BinomialLeap<'_>, Vec<Batch>)>, steps: u64| {
            let mut times = Vec::new();
            for (leap, blocks) in leaps {
                let (seconds, result) = thread_time::of(|| {
                    for step in 0..steps {
                        for block in blocks.iter_mut() {
                            leap.step(block, DT, Purpose(9), epoch + step)?;
                        }
                    }
                    Ok::<_, Box<dyn Error>>(())
                });
                result?;
                times.push(seconds * 1e9 / (CELLS * steps) as f64);
            }
            epoch += steps;
            Ok::<_, Box<dyn Error>>(times)
        };
        warm(&mut leaps, WARM_UP)?;
        naive.run(20);
        let mut samples: Vec<Vec<f64>> = vec![Vec::new(); leaps.len() + 1];
        for _ in 0..rounds {
            let (seconds, ()) = thread_time::of(|| naive.run(2));
            samples[0].push(seconds * 1e9 / (2 * CELLS) as f64);
            for (sample, time) in samples[1..].iter_mut().zip(warm(&mut leaps, 16)?) {
                sample.push(time);
            }
        }
        print!("{:<18}", start.0);
        for (place, sample) in samples.iter_mut().enumerate() {
            sample.sort_by(f64::total_cmp);
            print!(
                "{:>width$.1}",
                sample[rounds / 2],
                width = if place == 0 { 14 } else { 10 }
            );
        }
        println!();
    }
    Ok(())
}

fn blocks(
    network: &Network,
    leap: &BinomialLeap<'_>,
    start: &Start,
) -> Result<Vec<Batch>, Box<dyn Error>> {
    let mut blocks = Vec::new();
    for block in 0..CELLS / BLOCK {
        let mut batch = Batch::new(leap, Streams::new(1, 0));
        for cell in 0..BLOCK {
            batch.push(AgentKey::from_words(block, cell));
        }
        let amounts = std::iter::once(start.1).chain(start.2);
        for (species, amount) in network.species().zip(amounts) {
            leap.set_all(&mut batch, species, amount)?;
        }
        blocks.push(batch);
    }
    Ok(blocks)
}

/// One struct per cell, first-order leap: Poisson births, one binomial per channel, cut to what there is.
struct Naive {
    cells: Vec<[f64; 8]>,
    ligand: f64,
    stream: Stream,
}

impl Naive {
    fn new(start: &Start) -> Self {
        Self {
            cells: vec![start.2; CELLS as usize],
            ligand: start.1,
            stream: Streams::new(1, 0).stream(Purpose(9), AgentKey::NONE, 0),
        }
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            for cell in &mut self.cells {
                let [a, b, la, m, h, i, s, p] = *cell;
                let stream = &mut self.stream;
                let mut binomial = |n: f64, hazard: f64| {
                    let chance = 1.0 - (-hazard * DT).exp();
                    Binomial::new(n as u64, chance).map_or(0.0, |law| law.sample(stream) as f64)
                };
                let [da, bind] = [binomial(a, 3e-5), binomial(a, 1.4e-5 * self.ligand)];
                let [db, middle] = [binomial(b, 1e-4), binomial(b, 1.4e-6 * self.ligand)];
                let [off, high] = [binomial(la, 0.02), binomial(la, 2e-6 * b)];
                let [leave, apart, inside] =
                    [binomial(m, 2e-4), binomial(h, 2e-4), binomial(h, 8e-4)];
                let [gone, on, stop] = [
                    binomial(i, 5e-4),
                    binomial(s, 2e-6 * (m + h)),
                    binomial(p, 2e-3),
                ];
                let mut poisson =
                    |mean: f64| Poisson::new(mean * DT).map_or(0.0, |law| law.sample(stream));
                let [made_a, made_b] = [poisson(0.03 * (1.0 + p / 1000.0)), poisson(0.05)];
                *cell = [
                    a + made_a - da - bind + off,
                    b + made_b - db - middle + leave - high + apart,
                    la + bind - off - high + apart,
                    m + middle - leave,
                    h + high - apart - inside,
                    i + inside - gone,
                    s - on + stop,
                    p + on - stop,
                ]
                .map(|count| count.max(0.0));
            }
        }
    }
}
