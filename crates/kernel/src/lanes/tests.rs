//! Engines against the reference, and the reference against laws.

use super::outcome::Fault;
use super::tables::{Row, Tables};
use super::{reference::OwnedOutcome, *};
use crate::network::LARGEST_AMOUNT;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;

/// The state of a stream of its own for each replicate.
fn stream(replicate: u64) -> [u64; 4] {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(replicate);
    std::array::from_fn(|_| generator.next_u64())
}

/// (reactants, products, rate constant of one combination).
type Reaction = (&'static [usize], &'static [usize], f64);

/// Tables of mass-action reactions.
fn network(initial: &[f64], reactions: &[Reaction]) -> Compiled {
    let channels = reactions.iter().map(|&(reactants, products, constant)| {
        let mut row = Row {
            coefficient: constant,
            factors: Vec::new(),
            change: Vec::new(),
        };
        for species in 0..initial.len() {
            let count = |side: &[usize]| side.iter().filter(|one| **one == species).count();
            let (before, after) = (count(reactants), count(products));
            for order in 0..before {
                row.factors.push((species, order as f64));
                row.coefficient /= (order + 1) as f64;
            }
            if before != after {
                row.change.push((species, after as f64 - before as f64));
            }
        }
        row
    });
    Compiled::new(Tables {
        species: initial.len(),
        channels: channels.collect(),
        initial: initial.to_vec(),
    })
    .unwrap()
}

/// Vilar et al. 2002, doi:10.1073/pnas.092133899: activator, repressor, their genes, messengers and complex.
fn vilar() -> Compiled {
    network(
        &[1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        &[
            (&[0, 6], &[1], 1.0),
            (&[1], &[0, 6], 50.0),
            (&[2, 6], &[3], 1.0),
            (&[3], &[2, 6], 100.0),
            (&[1], &[1, 4], 500.0),
            (&[0], &[0, 4], 50.0),
            (&[3], &[3, 5], 50.0),
            (&[2], &[2, 5], 0.01),
            (&[4], &[], 10.0),
            (&[5], &[], 0.5),
            (&[4], &[4, 6], 50.0),
            (&[5], &[5, 7], 5.0),
            (&[6, 7], &[8], 2.0),
            (&[8], &[7], 1.0),
            (&[6], &[], 1.0),
            (&[7], &[], 0.2),
        ],
    )
}

fn dimer() -> Compiled {
    network(
        &[1000.0, 0.0, 0.0],
        &[
            (&[0], &[], 1.0),
            (&[0, 0], &[1], 0.002),
            (&[1], &[0, 0], 0.5),
            (&[1], &[2], 0.04),
        ],
    )
}

fn sir() -> Compiled {
    network(
        &[990.0, 10.0, 0.0],
        &[(&[0, 1], &[1, 1], 5e-4), (&[1], &[2], 0.1)],
    )
}

/// One species that two others bind, alone and together.
fn assembly() -> Compiled {
    network(
        &[10_000.0, 1000.0, 5000.0, 0.0, 0.0, 0.0],
        &[
            (&[0, 1], &[3], 1e-6),
            (&[3], &[0, 1], 0.01),
            (&[0, 2], &[4], 1e-5),
            (&[4], &[0, 2], 0.1),
            (&[4, 1], &[5], 1e-4),
            (&[5], &[4, 1], 0.001),
            (&[3], &[], 0.001),
            (&[5], &[], 0.001),
            (&[], &[2], 5.0),
            (&[2], &[], 0.001),
            (&[], &[1], 1.0),
            (&[1], &[], 0.001),
        ],
    )
}

/// Schloegl 1972, doi:10.1007/BF01379769: three factors, two of them shifted.
fn schloegl() -> Compiled {
    network(
        &[250.0],
        &[
            (&[], &[0], 200.0),
            (&[0], &[], 3.5),
            (&[0, 0], &[0, 0, 0], 0.03),
            (&[0, 0, 0], &[0, 0], 1e-4),
        ],
    )
}

/// Everything dies.
fn decay() -> Compiled {
    network(&[30.0], &[(&[0], &[], 1.0)])
}

/// The number of each of many species, alone.
const PLACES: [[usize; 1]; 20] = {
    let mut places = [[0]; 20];
    let mut place = 0;
    while place < 20 {
        places[place] = [place];
        place += 1;
    }
    places
};

/// Forty channels, too many changes to look up: a reversible ring.
fn ring() -> Compiled {
    let steps = PLACES.iter().zip(PLACES.iter().cycle().skip(1));
    let reactions: Vec<Reaction> = steps
        .flat_map(|(here, there)| [(&here[..], &there[..], 1.0), (there, here, 0.5)])
        .collect();
    network(&[50.0; 20], &reactions)
}

/// Eleven channels, too many changes to look up: a cascade.
fn cascade() -> Compiled {
    let steps = PLACES.iter().zip(&PLACES[1..]).take(11);
    let reactions: Vec<Reaction> = steps
        .map(|(here, there)| (&here[..], &there[..], 1.0))
        .collect();
    network(&[50.0; 12], &reactions)
}

/// Twenty channels that change few species: looked up in two blocks.
fn exchange() -> Compiled {
    let reactions: Vec<Reaction> = (0..20)
        .map(|way| {
            let (here, there) = (&PLACES[way % 3], &PLACES[(way + 1) % 3]);
            (&here[..], &there[..], 0.1 * (way + 1) as f64)
        })
        .collect();
    network(&[60.0, 20.0, 0.0], &reactions)
}

fn networks() -> [(&'static str, Compiled, f64); 9] {
    [
        ("Vilar", vilar(), 2.0),
        ("dimer", dimer(), 3.0),
        ("SIR", sir(), 30.0),
        ("assembly", assembly(), 10.0),
        ("Schloegl", schloegl(), 2.0),
        ("decay", decay(), 20.0),
        ("ring", ring(), 5.0),
        ("cascade", cascade(), 5.0),
        ("exchange", exchange(), 5.0),
    ]
}

/// Every species at ten times, firings counted.
fn plan(compiled: &Compiled, end: f64) -> Plan {
    let times = (0..=10).map(|place| end * f64::from(place) / 10.0);
    let recorded = (0..compiled.tables().species).collect();
    Plan::new(compiled, times.collect(), recorded)
        .unwrap()
        .with_firings()
}

/// Every engine of this processor.
fn engines() -> Vec<Engine> {
    let mut engines = Vec::new();
    for lanes in [8, 16, 32] {
        engines.push(Engine::Portable(Level::Baseline, lanes));
        #[cfg(target_arch = "x86_64")]
        if Level::Avx2.is_available() {
            engines.push(Engine::Portable(Level::Avx2, lanes));
        }
        #[cfg(target_arch = "x86_64")]
        if Level::Avx512.is_available() {
            engines.push(Engine::Avx512(lanes));
        }
    }
    engines
}

fn owned(outcome: &Outcome<'_>) -> OwnedOutcome {
    OwnedOutcome {
        samples: outcome.samples.to_vec(),
        filled: outcome.filled,
        events: outcome.events,
        next_event: outcome.next_event,
        firings: outcome.firings.map(<[u64]>::to_vec),
        end: outcome.end.clone(),
    }
}

/// What nothing interrupts.
static NEVER: AtomicBool = AtomicBool::new(false);

fn run_all(
    engine: Engine,
    compiled: &Compiled,
    plan: &Plan,
    replicates: &[u64],
) -> BTreeMap<u64, OwnedOutcome> {
    let mut left = replicates.iter();
    let mut outcomes = BTreeMap::new();
    run_with(
        engine,
        compiled,
        plan,
        &mut || left.next().map(|&replicate| (replicate, stream(replicate))),
        &NEVER,
        &mut |replicate, outcome| {
            let earlier = outcomes.insert(replicate, owned(&outcome));
            assert_eq!(earlier, None, "replicate {replicate} ended twice");
        },
    );
    outcomes
}

/// Compares every engine with the reference, to the bit of the time of the event after the last, for queues of several lengths and orders.
fn engines_agree(name: &str, compiled: &Compiled, plan: &Plan) {
    let all: Vec<u64> = (0..75).collect();
    let expected: BTreeMap<_, _> = all
        .iter()
        .map(|&replicate| (replicate, reference::run(compiled, plan, stream(replicate))))
        .collect();
    let shuffled: Vec<u64> = all.iter().map(|place| place * 29 % 75).collect();
    for engine in engines() {
        for replicates in [&all[..], &shuffled, &shuffled[..40], &all[7..8], &[]] {
            let outcomes = run_all(engine, compiled, plan, replicates);
            assert_eq!(outcomes.len(), replicates.len());
            for (replicate, outcome) in outcomes {
                let expected = &expected[&replicate];
                assert_eq!(&outcome, expected, "{name} {replicate} {engine:?}");
            }
        }
    }
}

// Smallest fault seen: the two factors of a propensity multiplied before the coefficient, in one engine.
#[test]
fn engines_give_the_bits_of_the_reference() {
    for (name, compiled, end) in networks() {
        engines_agree(name, &compiled, &plan(&compiled, end));
    }
}

#[test]
fn limits_are_kept() {
    for (name, compiled, end) in networks() {
        for limit in [0, 1, 50] {
            let plan = plan(&compiled, end).with_limit(limit);
            engines_agree(name, &compiled, &plan);
            let outcome = reference::run(&compiled, &plan, stream(1));
            assert!(outcome.events <= limit, "{name}");
            assert_eq!(outcome.end == End::Limit, outcome.filled < 11, "{name}");
        }
    }
}

/// Runs the reference on replicate 1 and every engine on all; returns the end and the number of events.
fn end(compiled: &Compiled) -> (End, u64) {
    let plan = plan(compiled, 1e9);
    engines_agree("fault", compiled, &plan);
    let outcome = reference::run(compiled, &plan, stream(1));
    (outcome.end, outcome.events)
}

#[test]
fn totals_that_are_not_finite_are_faults() {
    let total = |channel, counts: &[f64]| {
        End::Fault(Fault::Total {
            total: f64::INFINITY,
            channel,
            counts: counts.to_vec(),
        })
    };
    // One propensity overflows at once, with three factors, beside a harmless one.
    let one = network(&[1e5], &[(&[], &[0], 1.0), (&[0, 0, 0], &[], 1e300)]);
    assert_eq!(end(&one), (total(Some(1), &[1e5]), 0));
    // Only the sum overflows.
    let sum = network(&[1.0], &[(&[0], &[], 1.5e308), (&[0], &[0, 0], 1.5e308)]);
    assert_eq!(end(&sum), (total(None, &[1.0]), 0));
    // It overflows after the first event.
    let mut tables = network(&[1.0], &[(&[0], &[0, 0], 1e300)]).tables().clone();
    tables.channels[0].change[0].1 = 1e15;
    let later = Compiled::new(tables).unwrap();
    assert_eq!(end(&later), (total(Some(0), &[1e15 + 1.0]), 1));
}

#[test]
fn counts_stay_exact_or_are_faults() {
    let full = LARGEST_AMOUNT - 10.0;
    let compiled = network(
        &[5.0, full],
        &[(&[0], &[0, 1, 1, 1], 1.0), (&[0], &[], 0.0)],
    );
    let fault = End::Fault(Fault::Count {
        species: 1,
        counts: vec![5.0, full + 9.0],
    });
    assert_eq!(end(&compiled), (fault, 3));
}

/// A species that is taken without being part of the law: every engine sees it run out at the same event.
#[test]
fn counts_stay_above_0_or_are_faults() {
    let mut tables = network(&[4.0, 30.0], &[(&[0], &[], 1.0), (&[], &[0], 4.0)])
        .tables()
        .clone();
    tables.channels[0].change.push((1, -2.0));
    let compiled = Compiled::new(tables).unwrap();
    let (End::Fault(Fault::Count { species: 1, counts }), events) = end(&compiled) else {
        panic!("the second species does not run out");
    };
    assert_eq!(counts[1], 0.0);
    assert!(events >= 15, "{events}");
    engines_agree("running out", &compiled, &plan(&compiled, 2.0));

    // Three at a time leave as long as there are three; one at a time without asking.
    let mut tables = network(&[60.0, 1.0], &[(&[0, 0, 0], &[], 1e-3), (&[1], &[1], 0.3)])
        .tables()
        .clone();
    tables.channels[1].change = vec![(0, -1.0)];
    let compiled = Compiled::new(tables).unwrap();
    let (End::Fault(Fault::Count { species: 0, counts }), _) = end(&compiled) else {
        panic!("it does not run out");
    };
    assert_eq!(counts[0], 0.0);
    engines_agree("threes", &compiled, &plan(&compiled, 20.0));

    // Pairs come and go; where there is none, none is asked for.
    let mut tables = network(&[2.0], &[(&[], &[0, 0], 1.0), (&[0], &[], 0.5)])
        .tables()
        .clone();
    tables.channels[1].change = vec![(0, -2.0)];
    let compiled = Compiled::new(tables).unwrap();
    let plan = plan(&compiled, 40.0);
    assert_eq!(
        reference::run(&compiled, &plan, stream(1)).end,
        End::Finished
    );
    engines_agree("pairs", &compiled, &plan);
}

#[test]
fn networks_without_channels_stand_still() {
    let compiled = network(&[3.0], &[]);
    assert_eq!(end(&compiled), (End::Finished, 0));
    engines_agree("empty", &network(&[], &[]), &plan(&network(&[], &[]), 1.0));
}

#[test]
fn samples_show_the_state_at_their_time() {
    let compiled = decay();
    let times = vec![0.0, 0.5, 1.0, 1.5, 100.0, 200.0];
    let plan = Plan::new(&compiled, times, vec![0, 0]).unwrap();
    let outcome = reference::run(&compiled, &plan, stream(1));
    let counts: Vec<f64> = outcome.samples.iter().copied().step_by(2).collect();
    assert_eq!(counts[0], 30.0);
    assert!(counts.is_sorted_by(|earlier, later| earlier >= later));
    assert_eq!(counts[4..], [0.0, 0.0]);
    assert_eq!((outcome.filled, outcome.events), (6, 30));
    assert_eq!(outcome.samples.len(), 12);
    assert_eq!(outcome.firings, None);
    engines_agree("decay", &compiled, &plan);
}

#[test]
fn threads_share_a_source() {
    let compiled = schloegl();
    let plan = plan(&compiled, 1.0);
    let expected = run_all(
        Engine::best(Level::detect()),
        &compiled,
        &plan,
        &(0..60).collect::<Vec<_>>(),
    );
    let next = std::sync::atomic::AtomicU64::new(0);
    let outcomes = std::sync::Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut source = || {
                    let replicate = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    (replicate < 60).then(|| (replicate, stream(replicate)))
                };
                let mut sink = |replicate, outcome: Outcome<'_>| {
                    let mut outcomes = outcomes.lock().unwrap();
                    outcomes.insert(replicate, owned(&outcome));
                };
                run(
                    &compiled,
                    &plan,
                    &mut source,
                    Level::detect(),
                    usize::MAX,
                    &NEVER,
                    &mut sink,
                );
            });
        }
    });
    assert_eq!(outcomes.into_inner().unwrap(), expected);
}

/// Changing any of these is value-breaking.
#[test]
fn values_are_pinned() {
    let compiled = vilar();
    let plan = Plan::new(&compiled, vec![1.0, 5.0], vec![4, 6, 7, 8]).unwrap();
    let outcome = reference::run(&compiled, &plan, [1, 2, 3, 4]);
    assert_eq!(
        outcome.samples,
        [40.0, 262.0, 0.0, 5.0, 38.0, 1204.0, 0.0, 1033.0]
    );
    assert_eq!(outcome.events, 26_073);
    assert_eq!(outcome.next_event, 5.000_411_068_441_330_5);
}

// Born at rate 10, dying at rate 1, from none: the count at time t has the law of Poisson with mean 10 (1 - exp(-t)).
// Alpha 1e-6 for each of six comparisons: Dvoretzky, Kiefer and Wolfowitz for the whole law, 4.9 standard errors for
// mean and variance. Smallest faults seen: waiting times longer by 2 %, uniforms of the choice shorter by 2 %.
#[test]
fn births_and_deaths_are_poisson() {
    const COUNT: u64 = 40_000;
    let compiled = network(&[0.0], &[(&[], &[0], 10.0), (&[0], &[], 1.0)]);
    let times = [0.5, 30.0];
    let plan = Plan::new(&compiled, times.to_vec(), vec![0]).unwrap();
    let mut replicates = (0..COUNT).map(|replicate| (replicate, stream(replicate)));
    let mut counts = [[0_u32; 64]; 2];
    let mut source = || replicates.next();
    run(
        &compiled,
        &plan,
        &mut source,
        Level::detect(),
        usize::MAX,
        &NEVER,
        &mut |_, outcome| {
            for (counts, &count) in counts.iter_mut().zip(outcome.samples) {
                counts[count as usize] += 1;
            }
        },
    );
    let n = COUNT as f64;
    for (counts, time) in counts.iter().zip(times) {
        let expected = 10.0 * (1.0 - f64::exp(-time));
        let moment = |power: i32, centre: f64| -> f64 {
            let terms = counts.iter().enumerate();
            let terms = terms.map(|(x, &count)| f64::from(count) * (x as f64 - centre).powi(power));
            terms.sum::<f64>() / n
        };
        let mean = moment(1, 0.0);
        let error = (expected / n).sqrt();
        assert!((mean - expected).abs() < 4.9 * error, "{time}: mean {mean}");
        let variance = moment(2, expected);
        let error = ((2.0 * expected * expected + expected) / n).sqrt();
        assert!(
            (variance - expected).abs() < 4.9 * error,
            "{time}: {variance}"
        );

        let bound = (f64::ln(2.0 / 1e-6) / (2.0 * n)).sqrt();
        let (mut probability, mut law, mut observed) = (f64::exp(-expected), 0.0, 0.0);
        for (x, &count) in counts.iter().enumerate() {
            law += probability;
            observed += f64::from(count) / n;
            assert!(
                (law - observed).abs() < bound,
                "{time}: {observed} up to {x}"
            );
            probability *= expected / (x + 1) as f64;
        }
    }
}
