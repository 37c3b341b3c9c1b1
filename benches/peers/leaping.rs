//! Adaptive tau-leaping beside our exact methods: time per replicate, and what it costs in accuracy.

use crate::{Column, ensemble};
use paracrine_benches::networks::Case;
use paracrine_benches::thread_time;
use paracrine_kernel::rng;
use paracrine_kernel::sample::sample;
use paracrine_kernel::simulation::{Method, Simulation};
use paracrine_kernel::statistics::Statistics;
use std::error::Error;

/// Quantities with smaller exact means are not compared.
const SMALLEST_MEAN: f64 = 10.0;

/// Means, and standard deviations, are compared where the relative standard error of the comparison is smaller.
const LARGEST_ERRORS: [f64; 2] = [5e-4, 0.02];

/// Prints ms per replicate with one sample and with all samples of the case, and shares of three exact ways: `direct`,
/// a replicate of `lanes` on its own, and one of an ensemble in lanes. A round takes so many replicates of each.
pub(crate) fn measure(
    pool: &rayon::ThreadPool,
    case: &Case,
    replicates: u64,
    rounds: u64,
) -> Result<(), Box<dyn Error>> {
    let methods = [Method::TAU_LEAP, Method::Direct, Method::Lanes];
    let simulations = methods
        .iter()
        .map(|method| Simulation::new(&case.network, *method))
        .collect::<Result<Vec<_>, _>>()?;
    for (label, times) in [
        ("one sample", &[case.until][..]),
        ("100 samples", &case.times),
    ] {
        let names = ["tau-leap", "direct", "one lane", "lanes"];
        let mut columns = names.map(Column::new);
        for round in 0..rounds {
            for (simulation, column) in simulations.iter().zip(&mut columns) {
                let (seconds, outcome) = thread_time::of(|| {
                    (0..replicates).try_for_each(|replicate| {
                        let mut trajectory = simulation.start(rng::trajectory(round, replicate));
                        sample(&mut trajectory, times).map(drop)
                    })
                });
                outcome?;
                column.numbers.push(1e3 * seconds / replicates as f64);
            }
            // Enough to fill the lanes.
            let seconds = ensemble(pool, &simulations[2], round, 64, times, drop)?;
            columns[3].numbers.push(1e3 * seconds / 64.0);
        }
        print!("{:24}", format!("{}, {label}", case.name));
        let leaping = columns[0].median();
        for column in &columns {
            print!("  {} {:.3}", column.name, column.median());
        }
        print!("  |");
        for column in &columns[1..] {
            print!("  of {} {:.3}", column.name, leaping / column.median());
        }
        println!();
    }
    Ok(())
}

/// Prints the largest relative differences of mean and standard deviation between so many leaping and exact replicates,
/// over all sampling times and species, each with its standard error. The largest of many is two or three of these
/// without any bias.
pub(crate) fn compare(
    pool: &rayon::ThreadPool,
    case: &Case,
    replicates: u64,
) -> Result<(), Box<dyn Error>> {
    let species = case.network.species().len();
    let statistics = |method, seed| -> Result<Statistics, Box<dyn Error>> {
        let simulation = Simulation::new(&case.network, method)?;
        let quantities = case.network.quantities().len();
        let mut statistics = Statistics::new(quantities, case.times.len());
        ensemble(
            pool,
            &simulation,
            seed,
            replicates,
            &case.times,
            |samples| {
                statistics.add(&samples);
            },
        )?;
        Ok(statistics)
    };
    let exact = statistics(Method::Lanes, 1)?;
    let leaping = statistics(Method::TAU_LEAP, 2)?;
    // Differences of mean and standard deviation with their errors.
    let mut largest = [(0.0, 0.0); 2];
    let places =
        (0..case.times.len()).flat_map(|time| (0..species).map(move |species| (time, species)));
    for (time, species) in places {
        let (exact, leaping) = (exact.at(time, species), leaping.at(time, species));
        if exact.mean() < SMALLEST_MEAN || exact.sd() == 0.0 {
            continue;
        }
        let error = f64::sqrt(2.0 / replicates as f64);
        let found = [
            (
                leaping.mean() / exact.mean() - 1.0,
                error * exact.sd() / exact.mean(),
            ),
            (
                leaping.sd() / exact.sd() - 1.0,
                error * f64::sqrt((exact.kurtosis() - 1.0) / 4.0),
            ),
        ];
        for ((largest, found), error) in largest.iter_mut().zip(found).zip(LARGEST_ERRORS) {
            if found.1 < error && f64::abs(found.0) > f64::abs(largest.0) {
                *largest = found;
            }
        }
    }
    let [mean, sd] = largest.map(|(difference, error)| (1e2 * difference, 1e2 * error));
    println!(
        "{:24}  mean {:+.3} +- {:.3} %  sd {:+.2} +- {:.2} %",
        case.name, mean.0, mean.1, sd.0, sd.1
    );
    Ok(())
}
