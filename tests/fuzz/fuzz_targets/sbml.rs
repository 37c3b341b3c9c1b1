//! Any text is an SBML model or errors; a model that is read runs, or says why not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paracrine_kernel::rng;
use paracrine_kernel::simulation::{Method, Simulation};
use paracrine_sbml::{Substance, read};

fuzz_target!(|text: &str| {
    for substance in [Substance::AsDeclared, Substance::Items] {
        let Ok(document) = read(text, substance) else {
            continue;
        };
        for method in [Method::Direct, Method::NextReaction, Method::TAU_LEAP] {
            if let Ok(simulation) = Simulation::new(&document.network, method) {
                let mut trajectory = simulation.start(rng::trajectory(1, 0));
                trajectory.limit_firings(200);
                let _ = trajectory.run_to(2.0);
            }
        }
    }
});
