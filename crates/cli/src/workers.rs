//! Threads, and how a run is interrupted.

use crate::failure::Failure;
use crate::output;
use paracrine_scenario::lock::Lock;
use paracrine_scenario::plan::KEEP_EVERY;
use paracrine_scenario::simulate::plan::Level;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// More threads than any machine has cores for.
const MOST_THREADS: usize = 4096;

/// So many threads as were asked for, by default one per core, but no more than there are `units` of work.
///
/// # Errors
/// [`Failure::Setting`] for impossible numbers.
pub(crate) fn threads(asked: Option<usize>, units: usize) -> Result<usize, Failure> {
    let threads = asked.unwrap_or_else(cores);
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

/// Cores that the process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
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

/// Wall-clock time between two writings of the state of a mouse: a minute, or the seconds in `PARACRINE_KEEP_EVERY`, which is for tests.
///
/// # Errors
/// [`Failure::Setting`] for what is no time.
pub(crate) fn keep_every() -> Result<Duration, Failure> {
    let Some(asked) = std::env::var_os("PARACRINE_KEEP_EVERY") else {
        return Ok(KEEP_EVERY);
    };
    let asked = asked.to_string_lossy();
    let seconds = asked.parse().ok();
    let every = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    every.ok_or_else(|| {
        Failure::Setting(format!(
            "PARACRINE_KEEP_EVERY: found {asked:?}, expected seconds"
        ))
    })
}

/// Says that nothing keeps other processes out, if so.
pub(crate) fn guarded(lock: &Lock) {
    if !lock.is_guarded() {
        output::remark(
            "note: this file system has no locks: see to it that no other process works in the directory (docs/cluster.md)",
        );
    }
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
