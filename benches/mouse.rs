//! One virtual mouse: a day at three ages, per agent and step.

#![allow(missing_docs, reason = "criterion's macros make public items")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{Host, Setup};
use paracrine_cells::readout::Readout;

fn days(c: &mut Criterion) {
    let Ok(p) = paracrine_benches::mouse() else {
        return;
    };
    let mut group = c.benchmark_group("mouse/day");
    group.sample_size(10);
    for (name, genotype) in [
        ("wild type", Genotype::wild_type()),
        ("Il2ra-/-", Genotype::wild_type().with(Gene::Il2ra, 0.0)),
    ] {
        let host = Setup {
            genotypes: vec![genotype],
            interventions: Vec::new(),
            ..Setup::default()
        };
        let mut mouse = Host::newborn(&p, &host, 4000, 1, 0);
        for age in [7.0, 21.0, 42.0] {
            while mouse.age_d() < age && mouse.step().is_ok() {}
            // Updates of agents; naive cells take one step in four.
            group.throughput(Throughput::Elements(
                24 * mouse.observe(&Readout::Agents) as u64,
            ));
            group.bench_function(format!("{name}/day {age}"), |b| {
                b.iter_batched(
                    || mouse.clone(),
                    |mut mouse| {
                        for _ in 0..24 {
                            if mouse.step().is_err() {
                                break;
                            }
                        }
                        mouse
                    },
                    BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();
}

criterion_group!(benches, days);
criterion_main!(benches);
