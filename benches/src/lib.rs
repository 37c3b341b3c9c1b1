//! Models shared by the benchmarks.

pub mod networks;
pub mod thread_time;

use paracrine_cells::model::Parameters;
use paracrine_kernel::leap::Hazards;
use paracrine_kernel::network::{Network, NetworkErrors};
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
pub fn receptor_chain() -> Hazards<3, 2> {
    let mut hazards = Hazards::default();
    hazards.hop[0][1] = 0.6;
    hazards.hop[1][0] = 2.4;
    hazards.hop[1][2] = 2.8;
    hazards.exit[0][0] = 0.42;
    hazards.exit[2][1] = 2.1;
    hazards.arrival[0] = 400.0;
    hazards
}

/// Parameters of the mouse.
///
/// # Errors
/// None: the shipped model is valid.
pub fn mouse() -> Result<Parameters, Error> {
    Ok(catalogue::model("mouse")?.parameters)
}
