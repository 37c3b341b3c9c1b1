//! Threads, and how a run is interrupted.

use crate::failure::Failure;
use crate::output;
use paracrine_scenario::simulate::plan::Level;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// More threads than any machine has cores for.
const MOST_THREADS: usize = 4096;

/// So many threads as were asked for, by default one per core, but no more than there are `units` of work.
///
/// # Errors
/// [`Failure::Setting`] for impossible numbers.
pub(crate) fn threads(asked: Option<usize>, units: usize) -> Result<usize, Failure> {
    let threads =
        asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    if threads == 0 || threads > MOST_THREADS {
        let bound = if threads == 0 {
            "at least 1".into()
        } else {
            format!("at most {MOST_THREADS}")
        };
        let message = format!("--threads: found {threads}, expected {bound}");
        return Err(Failure::Setting(message));
    }
    Ok(threads.min(units).max(1))
}

/// A pool of so many threads.
///
/// # Errors
/// [`Failure::Setting`] if the system does not start them.
pub(crate) fn pool(threads: usize) -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| {
            Failure::Setting(format!(
                "--threads: cannot start {threads} threads: {error}"
            ))
        })
}

/// The level of vector instructions: that of `PARACRINE_SIMD` if it is set, else the best of the processor. Results do
/// not depend on it.
///
/// # Errors
/// [`Failure::Setting`] for a level that does not exist.
pub(crate) fn level() -> Result<Level, Failure> {
    let Some(asked) = std::env::var_os("PARACRINE_SIMD") else {
        return Ok(Level::detect());
    };
    let asked = asked.to_string_lossy();
    let known = Level::ALL.into_iter().find(|level| level.name() == asked);
    known.ok_or_else(|| {
        let names = Level::ALL.map(Level::name).join(", ");
        Failure::Setting(format!(
            "PARACRINE_SIMD: found {asked:?}, expected one of {names}"
        ))
    })
}

/// A flag that the first signal sets; the second one ends the program.
pub(crate) fn interrupt() -> Arc<AtomicBool> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&interrupt);
    let handler = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    if let Err(error) = handler {
        output::remark(&format!("note: Ctrl-C will stop at once: {error}"));
    }
    interrupt
}
