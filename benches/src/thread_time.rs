//! CPU time of the calling thread: what a busy machine changes least.

use rustix::time::{ClockId, clock_gettime};

/// Seconds of CPU time that a job takes on this thread, and its result.
pub fn of<T>(job: impl FnOnce() -> T) -> (f64, T) {
    let begin = now();
    let result = job();
    (now() - begin, result)
}

/// Seconds of CPU time that this thread has used.
#[must_use]
pub fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
