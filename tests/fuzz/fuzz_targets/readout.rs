//! Any text is a readout, a formula of readouts, or a fault with a place in it. A formula printed and read again is the same, unless the
//! brackets that it is printed with make it too long or too deep.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paracrine_scenario::language::{ParsedFormula, ParsedReadout};

fuzz_target!(|text: &str| {
    match ParsedReadout::parse(text) {
        Ok(parsed) => {
            let printed = parsed.call.to_string();
            let again = ParsedReadout::parse(&printed).map(|again| again.call);
            assert_eq!(again.as_ref(), Ok(&parsed.call), "{printed}");
        }
        Err(fault) => assert!(text.get(fault.span).is_some()),
    }
    let is_readout = |name: &str| name.starts_with("count");
    match ParsedFormula::parse(text, &is_readout) {
        Ok(parsed) => {
            for (span, _) in &parsed.calls {
                assert!(text.get(span.clone()).is_some());
            }
            let printed = parsed.formula.to_string();
            if let Ok(again) = ParsedFormula::parse(&printed, &is_readout) {
                assert_eq!(again.formula.to_string(), printed);
            }
        }
        Err(fault) => assert!(text.get(fault.span).is_some()),
    }
});
