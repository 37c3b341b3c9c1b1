//! Any text is a scenario or faults with places in it, each of them printed; a scenario that is read can be planned, or says why not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paracrine_scenario::catalogue::{self, Source};
use paracrine_scenario::language::{Vocabulary, parse_points};
use paracrine_scenario::plan::{Overrides, Plan};
use std::sync::OnceLock;

fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| {
        let model = catalogue::model("mouse").expect("the embedded model is right");
        catalogue::vocabulary(&model.file)
    })
}

fuzz_target!(|text: &str| {
    match parse_points("fuzz.ron", text, vocabulary(), None) {
        Err(faults) => {
            assert!(!faults.faults.is_empty());
            for fault in &faults.faults {
                let span = fault.span.clone().unwrap_or(0..0);
                assert!(text.get(span).is_some(), "{fault:?}");
            }
            let _ = faults.to_string();
        }
        // A model of its own would be read from disk.
        Ok(_) if text.contains(".ron") => {}
        Ok(_) => {
            let source = Source {
                name: "fuzz".to_owned(),
                origin: "fuzz.ron".to_owned(),
                text: text.to_owned(),
            };
            let _ = Plan::new(source, &Overrides::default());
        }
    }
});
