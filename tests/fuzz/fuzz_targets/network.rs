//! Any text is a network file or faults with places in it; a network that is read runs, or says why not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paracrine_kernel::rng;
use paracrine_kernel::simulation::{Method, Simulation};
use paracrine_scenario::language::parse_network;

fuzz_target!(|text: &str| {
    let Ok(file) = parse_network("fuzz.ron", text, &[], &[]) else {
        return;
    };
    for method in Method::EXACT.into_iter().chain([Method::TAU_LEAP]) {
        if let Ok(simulation) = Simulation::new(&file.network, method) {
            let mut trajectory = simulation.start(rng::trajectory(1, 0));
            trajectory.limit_firings(200);
            let _ = trajectory.run_to(2.0);
        }
    }
});
