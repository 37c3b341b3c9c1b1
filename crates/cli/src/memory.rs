//! Whether the mice fit into memory.

use paracrine_scenario::Error;

/// Bytes per agent at the peak of a step: agent, receptors, rates and the list of newcomers, with room for growth.
const BYTES_PER_CELL: u64 = 1200;

/// Refuses more cells than memory can hold, where the system tells how much there is.
///
/// # Errors
/// [`Error::Memory`].
pub(crate) fn check(cells: u32, mice_at_a_time: usize) -> Result<(), Error> {
    let needed = u64::from(cells) * BYTES_PER_CELL * mice_at_a_time as u64;
    match available() {
        Some(available) if needed > available => Err(Error::Memory {
            cells,
            threads: mice_at_a_time,
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
