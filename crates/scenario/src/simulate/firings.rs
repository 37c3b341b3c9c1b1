//! Every firing of every replicate.

use crate::Error;
use crate::directory::Directory;
use crate::simulate::plan::{MOST_ROWS, Plan};
use crate::tables::columns::FIRINGS;
use paracrine_kernel::rng;
use paracrine_kernel::simulation::Simulation;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// How the table of firings came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// All firings are in it.
    Whole(blake3::Hash),
    /// It holds as many rows as are written at most.
    Cut(blake3::Hash),
    /// The run was interrupted.
    Interrupted,
}

/// Writes a table with the quantities that changed, at every firing; firing 0 is the state at time 0.
///
/// Replicates run one after the other; their trajectories are those of the ensemble. What events and rules change between
/// two firings is seen at the second of them, or at the end.
///
/// # Errors
/// [`Error::Simulation`] and [`Error::Write`].
pub(super) fn write(
    plan: &Plan,
    simulation: &Simulation<'_>,
    directory: &Directory,
    interrupt: &AtomicBool,
) -> Result<Ended, Error> {
    /// Bytes of text that are written at once.
    const CHUNK: usize = 1 << 16;
    let network = &plan.model.network;
    let channels: Vec<&str> = network
        .channels()
        .map(|id| network.channel_name(id))
        .collect();
    let mut file = directory.grow(FIRINGS.csv)?;
    file.append(FIRINGS.header_line().as_bytes())?;
    let mut rows = 0;
    let mut text = String::new();
    'all: for replicate in plan.replicates.clone() {
        let mut trajectory = simulation.start(rng::trajectory(plan.seed, replicate));
        trajectory.limit_firings(plan.firing_limit.unwrap_or(u64::MAX));
        trajectory.stop_on(interrupt);
        trajectory.tally_firings();
        let mut tally = vec![0; channels.len()];
        let mut before = vec![f64::NAN; network.quantities().len()];
        let mut more = true;
        let mut channel = String::new();
        loop {
            let state = trajectory.state();
            for quantity in &plan.quantities {
                let value = state.values()[*quantity];
                if value.to_bits() != before[*quantity].to_bits() {
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        text,
                        "{replicate},{},{},{channel},{},{value}",
                        trajectory.firings(),
                        state.time(),
                        plan.name(*quantity)
                    );
                    rows += 1;
                }
            }
            before.copy_from_slice(state.values());
            if text.len() >= CHUNK {
                file.append(text.as_bytes())?;
                text.clear();
            }
            if rows >= MOST_ROWS {
                break 'all;
            }
            if !more {
                break;
            }
            more = trajectory.run_to_firing(plan.until)?;
            if interrupt.load(Ordering::Relaxed) {
                return Ok(Ended::Interrupted);
            }
            channel.clear();
            if let Some(now) = trajectory.tally() {
                let fired = now
                    .iter()
                    .zip(&tally)
                    .position(|(now, before)| now != before);
                channel.push_str(&fired.map_or_else(String::new, |index| quoted(channels[index])));
                tally.copy_from_slice(now);
            }
        }
    }
    file.append(text.as_bytes())?;
    let hash = file.finish()?;
    Ok(if rows >= MOST_ROWS {
        Ended::Cut(hash)
    } else {
        Ended::Whole(hash)
    })
}

/// The name of a channel as a cell of a table.
fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}
