//! Streams, draws, exact firings and chains in rows, beside `rand_distr` where it does the same.

#![allow(missing_docs, reason = "criterion's macros make public items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use paracrine_benches::{CHAIN, assembly};
use paracrine_kernel::Level;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Purpose, Stream, Streams};
use paracrine_kernel::rows::{LANES, Stages, Words};
use paracrine_kernel::simulation::{Method, Simulation};
use rand_distr::{Binomial, Distribution, Poisson};
use std::hint::black_box;

fn stream() -> Stream {
    Streams::new(1, 0).stream(Purpose::TRAJECTORY, AgentKey::NONE, 0)
}

fn streams(c: &mut Criterion) {
    let streams = Streams::new(1, 0);
    let mut epoch = 0;
    c.bench_function("stream/new", |b| {
        b.iter(|| {
            epoch += 1;
            streams.stream(Purpose::TRAJECTORY, black_box(AgentKey(7)), epoch)
        });
    });
}

fn draws(c: &mut Criterion) {
    let mut rng = stream();
    for (n, p) in [(100u64, 0.001), (100, 0.05), (1000, 0.1), (10_000, 0.66)] {
        c.bench_function(&format!("binomial/{n}/{p}/ours"), |b| {
            b.iter(|| draw::binomial(&mut rng, black_box(n), black_box(p)));
        });
        c.bench_function(&format!("binomial/{n}/{p}/rand_distr"), |b| {
            b.iter(|| Binomial::new(black_box(n), black_box(p)).map(|law| law.sample(&mut rng)));
        });
    }
    for mean in [0.1, 3.0, 400.0] {
        c.bench_function(&format!("poisson/{mean}/ours"), |b| {
            b.iter(|| draw::poisson(&mut rng, black_box(mean)));
        });
        c.bench_function(&format!("poisson/{mean}/rand_distr"), |b| {
            b.iter(|| Poisson::new(black_box(mean)).map(|law| -> f64 { law.sample(&mut rng) }));
        });
    }
}

fn rows(c: &mut Criterion) {
    let streams = Streams::new(1, 0);
    let agents = std::array::from_fn(|lane| streams.of_agent(AgentKey(lane as u128)));
    let mut stages = Stages {
        first: [540.0; LANES],
        second: [60.0; LANES],
        third: [80.0; LANES],
    };
    let mut epoch = 0;
    let mut group = c.benchmark_group("rows");
    group.throughput(Throughput::Elements(LANES as u64));
    for level in Level::available() {
        group.bench_function(format!("chain/{}", level.name()), |b| {
            b.iter(|| {
                epoch += 1;
                level.run(
                    #[inline(always)]
                    || {
                        let mut words = Words::new(&agents, Purpose::TRAJECTORY, epoch);
                        stages.leap(|_| CHAIN, black_box(&[400.0; LANES]), 1.0, &mut words)
                    },
                )
            });
        });
    }
    group.finish();
}

fn firings(c: &mut Criterion) {
    let Ok(network) = assembly() else { return };
    let mut group = c.benchmark_group("assembly");
    for method in Method::EXACT {
        let Ok(simulation) = Simulation::new(&network, method) else {
            return;
        };
        let run = || {
            let mut trajectory = simulation.start(stream());
            trajectory.run_to(10.0).map(|_| trajectory.firings())
        };
        group.throughput(Throughput::Elements(run().unwrap_or(1)));
        group.bench_function(method.name(), |b| b.iter(run));
    }
    group.finish();
}

criterion_group!(benches, streams, draws, rows, firings);
criterion_main!(benches);
