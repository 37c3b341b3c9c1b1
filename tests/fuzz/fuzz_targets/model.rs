//! Any text is a model file or an error that can be printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paracrine_scenario::model::Model;

fuzz_target!(|text: &str| {
    if let Err(error) = Model::read("fuzz.ron", text.to_owned()) {
        let _ = error.to_string();
    }
});
