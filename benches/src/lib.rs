//! Models shared by the benchmarks.

pub mod networks;
pub mod thread_time;

use paracrine_cells::model::Parameters;
use paracrine_kernel::network::{Network, NetworkErrors};
use paracrine_kernel::rows::Chain;
use paracrine_scenario::{Error, catalogue};

/// Receptor assembly: A + B to C and back, K5 of the analytic cases.
///
/// # Errors
/// None: the network is valid.
pub fn assembly() -> Result<Network, NetworkErrors> {
    Network::builder()
        .species("A", 1000.0)
        .species("B", 1000.0)
        .species("C", 0.0)
        .channel("bind", [("A", 1), ("B", 1)], [("C", 1)], 0.1)
        .channel("release", [("C", 1)], [("A", 1), ("B", 1)], 1.0)
        .build()
}

/// The chain free, occupied, inside of a Treg at half a picomolar, per hour.
pub const CHAIN: Chain = Chain {
    forth: 0.6,
    back: 2.4,
    lost: 0.42,
    onward: 2.8,
    done: 2.1,
};

/// Largest resident set of the process so far, bytes; not a number where the system does not say.
pub fn peak_memory() -> f64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("VmHWM"))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        })
        .map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}

/// CPU seconds of all threads of the process so far.
pub fn process_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Parameters of the mouse.
///
/// # Errors
/// None: the shipped model is valid.
pub fn mouse() -> Result<Parameters, Error> {
    Ok(catalogue::model("mouse")?.parameters)
}
