//! Documents that list what the program knows: is the list whole, and is all of it known?

use paracrine_cells::readout::FORMS;
use paracrine_scenario::readouts::listing;
use paracrine_tests::repository;
use std::collections::BTreeSet;
use std::fs;

/// What stands between single backticks in a text.
fn code_spans(text: &str) -> Vec<&str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// A name before the bracket, if the text begins with one.
fn name_of(span: &str) -> Option<&str> {
    let name = span.split('(').next().unwrap().trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// Smallest faults seen: `divisions` missing from the document, a readout there that does not exist, `IgE` missing.
#[test]
fn every_readout_is_documented_and_every_documented_one_exists() {
    let text = fs::read_to_string(repository().join("docs/readouts.md")).unwrap();
    let listing = listing(None).unwrap();
    // The second column of the table is what a scenario writes.
    let written: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(2))
        .flat_map(code_spans)
        .collect();
    let named: BTreeSet<&str> = written.iter().filter_map(|span| name_of(span)).collect();
    for form in FORMS {
        assert!(named.contains(form.name), "{} is not documented", form.name);
    }
    let arguments: Vec<&String> = listing
        .arguments
        .iter()
        .flat_map(|(_, names)| names)
        .collect();
    for name in named {
        let is_known = FORMS.iter().any(|form| form.name == name)
            || arguments.iter().any(|argument| *argument == name);
        assert!(is_known, "`{name}` is documented and unknown");
    }
    let words: BTreeSet<&str> = code_spans(&text)
        .into_iter()
        .flat_map(|span| span.split(['(', ')', ',', ':']).map(str::trim))
        .collect();
    for argument in arguments {
        assert!(
            words.contains(argument.as_str()),
            "`{argument}` is not documented"
        );
    }
}
