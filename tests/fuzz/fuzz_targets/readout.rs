//! Any text is a readout, a formula of readouts, or a fault with a place in it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paracrine_scenario::language::{ParsedReadout, ReadoutFormula};

fuzz_target!(|text: &str| {
    if let Err(fault) = ParsedReadout::parse(text) {
        assert!(text.get(fault.span).is_some());
    }
    if let Err(fault) = ReadoutFormula::parse(text, &|name| name.starts_with("count")) {
        assert!(text.get(fault.span).is_some());
    }
});
