//! Whether the mice, or the statistics of a network, fit into memory and into a day.

use paracrine_scenario::Error;
use paracrine_scenario::plan::Plan;
use paracrine_scenario::simulate::plan::Plan as NetworkPlan;

/// A run that is likely to take longer is refused unless it is allowed, h.
const MOST_HOURS: f64 = 24.0;

/// Bytes per agent at the peak of a step: agent, receptors, rates and the list of newcomers, with room for growth.
const BYTES_PER_CELL: u64 = 1200;

/// Bytes of a finished mouse beside its samples: the histograms of its receptors.
const BYTES_PER_MOUSE: u64 = 10_000;

/// Bytes of an agent in a snapshot, as a line of text.
const BYTES_PER_LINE: u64 = 200;

/// Bytes of one value of a sample.
const BYTES_PER_VALUE: u64 = 16;

/// Refuses `mice` mice of a plan that need more memory than the system tells there is, or more than a day.
///
/// # Errors
/// [`Error::Memory`], [`Error::Time`].
pub(crate) fn check(plan: &Plan, mice: usize, mice_at_a_time: usize) -> Result<(), Error> {
    check_memory(plan, mice, mice_at_a_time)?;
    within_a_day(plan, mice, mice_at_a_time)
}

/// Refuses `mice` mice of a plan that need more memory than the system tells there is.
///
/// # Errors
/// [`Error::Memory`].
pub(crate) fn check_memory(plan: &Plan, mice: usize, mice_at_a_time: usize) -> Result<(), Error> {
    let simulated = u64::from(plan.run.cells)
        .saturating_mul(BYTES_PER_CELL + BYTES_PER_LINE * plan.snapshots_d.len() as u64)
        .saturating_mul(mice_at_a_time as u64);
    let mouse =
        plan.samples() * (plan.readouts.len() as u64 + 2) * BYTES_PER_VALUE + BYTES_PER_MOUSE;
    let needed = mouse.saturating_mul(mice as u64).saturating_add(simulated);
    match available() {
        Some(available) if needed > available => Err(Error::Memory {
            cells: plan.run.cells,
            mice,
            hosts: plan.nouns().1,
            threads: mice_at_a_time,
            needed_mb: needed / 1_000_000,
            available_mb: available / 1_000_000,
        }),
        _ => Ok(()),
    }
}

fn within_a_day(plan: &Plan, mice: usize, mice_at_a_time: usize) -> Result<(), Error> {
    let hours = plan.cpu_seconds() * mice as f64 / mice_at_a_time as f64 / 3600.0;
    if hours > MOST_HOURS {
        return Err(Error::Time {
            mice,
            hosts: plan.nouns().1,
            cells: plan.run.cells,
            threads: mice_at_a_time,
            hours: hours.round(),
            most: MOST_HOURS,
        });
    }
    Ok(())
}

/// Bytes of the statistics of one quantity at one time, without its histogram.
const BYTES_PER_SUMMARY: u64 = 128;

/// Bytes of one class of a histogram, which has as many as there are replicates or 1024.
const BYTES_PER_CLASS: u64 = 24;

/// Refuses more quantities at more times than memory can hold.
///
/// # Errors
/// [`Error::NetworkMemory`].
pub(crate) fn check_network(plan: &NetworkPlan) -> Result<(), Error> {
    let (quantities, times) = (plan.quantities.len(), plan.times.len());
    let classes = plan.count().min(1024) * BYTES_PER_CLASS;
    let needed = (quantities as u64)
        .saturating_mul(times as u64)
        .saturating_mul(BYTES_PER_SUMMARY + classes);
    match available() {
        Some(available) if needed > available => Err(Error::NetworkMemory {
            quantities,
            times,
            needed_mb: needed / 1_000_000,
            available_mb: available / 1_000_000,
        }),
        _ => Ok(()),
    }
}

/// Available memory in bytes, on Linux; elsewhere unknown.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}
