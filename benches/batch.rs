//! The batched binomial leap: nanoseconds of thread CPU time per cell and step. Beside it the same network with one struct
//! per cell and draws of `rand_distr`, and written by hand on rows of the kernel, both of first order. Everything in turns in
//! one process, medians.
//!
//! `cargo bench -p paracrine-benches --bench batch -- [rounds] [1/s with which α lets go of its ligand: 0.02, or 0.4 for the stiff network]`

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::print_stdout, reason = "its result")]

use paracrine_benches::{networks, thread_time};
use paracrine_kernel::Level;
use paracrine_kernel::batch::{Batch, BinomialLeap};
use paracrine_kernel::network::Network;
use paracrine_kernel::rng::{AgentKey, AgentStreams, Purpose, Stream, Streams};
use paracrine_kernel::rows::{LANES, Row, Words, binomial, poisson, survival};
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
    // Cargo adds `--bench` of its own.
    let numbers: Vec<f64> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let rounds = numbers.first().map_or(7, |rounds| *rounds as usize);
    let off = numbers.get(1).copied().unwrap_or(0.02);
    println!(
        "ns per cell and step of {DT} s, {CELLS} cells, median of {rounds}; α lets go with {off}/s"
    );
    let levels = Level::available();
    println!(
        "{:<18}{:>10}{:>width$}{:>width$}",
        "",
        "",
        "first order by hand",
        "second order at run time",
        width = 3 + 10 * levels.len()
    );
    print!("{:<18}{:>10}", "", "naive");
    for _ in 0..2 {
        print!("   ");
        for level in &levels {
            print!("{:>10}", level.name());
        }
    }
    println!();
    let network = networks::signalling_receptor(off)?;
    for start in STARTS {
        let mut naive = Naive::new(&start, off);
        let mut by_hand: Vec<_> = levels.iter().map(|_| ByHand::new(&start, off)).collect();
        let mut leaps = Vec::new();
        for &level in &levels {
            let leap = BinomialLeap::new(&network, &[])?.at_level(level);
            let blocks = blocks(&network, &leap, &start)?;
            leaps.push((leap, blocks));
        }
        naive.run(20);
        let mut samples = vec![Vec::new(); 1 + 2 * levels.len()];
        let mut epoch = 0;
        for round in 0..=rounds {
            let steps = if round == 0 { WARM_UP } else { 16 };
            let mut times = Vec::new();
            let (seconds, ()) = thread_time::of(|| naive.run(2));
            times.push(seconds / 2.0);
            for (by_hand, &level) in by_hand.iter_mut().zip(&levels) {
                let (seconds, ()) = thread_time::of(|| {
                    level.run(
                        #[inline(always)]
                        || by_hand.run(epoch..epoch + steps),
                    );
                });
                times.push(seconds / steps as f64);
            }
            for (leap, blocks) in &mut leaps {
                let (seconds, result) = thread_time::of(|| {
                    for step in epoch..epoch + steps {
                        for block in blocks.iter_mut() {
                            leap.step(block, DT, Purpose(9), step)?;
                        }
                    }
                    Ok::<_, Box<dyn Error>>(())
                });
                result?;
                times.push(seconds / steps as f64);
            }
            epoch += steps;
            if round > 0 {
                for (sample, time) in samples.iter_mut().zip(times) {
                    sample.push(time * 1e9 / CELLS as f64);
                }
            }
        }
        print!("{:<18}", start.0);
        for (place, sample) in samples.iter_mut().enumerate() {
            sample.sort_by(f64::total_cmp);
            if place % levels.len() == 1 {
                print!("   ");
            }
            print!("{:>10.1}", sample[rounds / 2]);
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
    off: f64,
    stream: Stream,
}

impl Naive {
    fn new(start: &Start, off: f64) -> Self {
        Self {
            cells: vec![start.2; CELLS as usize],
            ligand: start.1,
            off,
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
                let [off, high] = [binomial(la, self.off), binomial(la, 2e-6 * b)];
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

/// Rows of the kernel, first-order leap: who leaves a species is drawn, then by which exit.
struct ByHand {
    groups: Vec<([AgentStreams; LANES], [Row; 8])>,
    ligand: f32,
    off: f32,
}

impl ByHand {
    fn new(start: &Start, off: f64) -> Self {
        let streams = Streams::new(1, 0);
        let groups = (0..CELLS).step_by(LANES).map(|first| {
            let key = |lane| AgentKey::from_words(1, first + lane as u64);
            let agents = std::array::from_fn(|lane| streams.of_agent(key(lane)));
            (agents, start.2.map(|count| [count as f32; LANES]))
        });
        Self {
            groups: groups.collect(),
            ligand: start.1 as f32,
            off: off as f32,
        }
    }

    #[inline(always)]
    fn run(&mut self, epochs: std::ops::Range<u64>) {
        const DT: f32 = self::DT as f32;
        let (ligand, off) = (self.ligand, self.off);
        for epoch in epochs {
            for (agents, counts) in &mut self.groups {
                let mut words = Words::new(agents, Purpose(9), epoch);
                let [a, b, la, m, h, i, s, p] = *counts;
                let bind_b = row(|lane| 1e-4 + 1.4e-6 * ligand + 2e-6 * la[lane]);
                let from_a = leave(&mut words, &a, [3e-5 + 1.4e-5 * ligand; LANES]);
                let from_b = leave(&mut words, &b, bind_b);
                let from_la = leave(&mut words, &la, [off; LANES]);
                let from_m = leave(&mut words, &m, [2e-4; LANES]);
                let from_h = leave(&mut words, &h, [1e-3; LANES]);
                let from_i = leave(&mut words, &i, [5e-4; LANES]);
                let from_s = leave(&mut words, &s, row(|lane| 2e-6 * (m[lane] + h[lane])));
                let from_p = leave(&mut words, &p, [2e-3; LANES]);
                let bound_a = part(
                    &mut words,
                    &from_a,
                    [1.4e-5 * ligand / (3e-5 + 1.4e-5 * ligand); LANES],
                );
                let gone_b = part(&mut words, &from_b, row(|lane| 1e-4 / bind_b[lane]));
                let rest_b = row(|lane| from_b[lane] - gone_b[lane]);
                let paired = part(
                    &mut words,
                    &rest_b,
                    row(|lane| 2e-6 * la[lane] / (1.4e-6 * ligand + 2e-6 * la[lane] + 1e-30)),
                );
                // No more pairs than alpha chains that hold ligand.
                let paired = row(|lane| {
                    let there = la[lane] - from_la[lane];
                    if paired[lane] < there {
                        paired[lane]
                    } else {
                        there
                    }
                });
                let inside = part(&mut words, &from_h, [0.8; LANES]);
                let made_a = row(|lane| 0.03 * DT * (1.0 + p[lane] * 1e-3));
                let made_a = poisson(&made_a, &words.draw()).unwrap_or([0.0; LANES]);
                let made_b = poisson(&[0.05 * DT; LANES], &words.draw()).unwrap_or([0.0; LANES]);
                for lane in 0..LANES {
                    let middle = rest_b[lane] - paired[lane];
                    let apart = from_h[lane] - inside[lane];
                    let next = [
                        a[lane] + made_a[lane] - from_a[lane] + from_la[lane],
                        b[lane] + made_b[lane] - from_b[lane] + from_m[lane] + apart,
                        la[lane] + bound_a[lane] - from_la[lane] - paired[lane] + apart,
                        m[lane] + middle - from_m[lane],
                        h[lane] + paired[lane] - from_h[lane],
                        i[lane] + inside[lane] - from_i[lane],
                        s[lane] - from_s[lane] + from_p[lane],
                        p[lane] + from_s[lane] - from_p[lane],
                    ];
                    for (counts, next) in counts.iter_mut().zip(next) {
                        counts[lane] = next;
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn row(of: impl Fn(usize) -> f32) -> Row {
    let mut row = [0.0; LANES];
    for (lane, number) in row.iter_mut().enumerate() {
        *number = of(lane);
    }
    row
}

/// How many leave a species within a step, each with that hazard.
#[inline(always)]
fn leave(words: &mut Words, from: &Row, hazard: Row) -> Row {
    let word = words.draw();
    if from.iter().fold(0, |all, count| all | count.to_bits()) == 0 {
        return [0.0; LANES];
    }
    let chance = row(|lane| survival(hazard[lane] * DT as f32).1);
    binomial(from, &chance, &word).unwrap_or([0.0; LANES])
}

/// How many of those who leave do so by one exit.
#[inline(always)]
fn part(words: &mut Words, of: &Row, chance: Row) -> Row {
    binomial(of, &chance, &words.draw()).unwrap_or([0.0; LANES])
}
