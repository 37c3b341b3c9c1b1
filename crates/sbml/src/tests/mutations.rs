//! No text makes the reader panic.

use super::*;
use proptest::prelude::*;

/// A file with most of what there is.
fn everything() -> String {
    let function = format!(
        r#"<functionDefinition id="f">{}</functionDefinition>"#,
        math(&format!(
            "<lambda><bvar><ci>a</ci></bvar>{}</lambda>",
            apply("times", &["a", "a"])
        ))
    );
    let unit = r#"<unitDefinition id="u"><listOfUnits><unit kind="mole" exponent="1" scale="-21" multiplier="2"/></listOfUnits></unitDefinition>"#;
    let pool = r#"<species id="P" name="pool" compartment="c" initialConcentration="3" substanceUnits="u" hasOnlySubstanceUnits="false" boundaryCondition="true" constant="false"/>"#;
    let piece = format!(
        "<piecewise><piece><ci>k</ci>{}</piece><otherwise><ci>v</ci></otherwise></piecewise>",
        apply("gt", &["A", "B", "3"])
    );
    let law = apply(
        "minus",
        &[
            &apply("times", &["k", "<apply><ci>f</ci><ci>A</ci></apply>"]),
            &apply("times", &["v", "B"]),
        ],
    );
    let event = format!(
        r#"<event id="e" useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="false">{}</trigger><delay>{}</delay>{}</event>"#,
        math(&apply(
            "geq",
            &[
                "<csymbol definitionURL=\"http://www.sbml.org/sbml/symbols/time\"/>",
                "5"
            ]
        )),
        math("<cn type=\"rational\">1<sep/>2</cn>"),
        list(
            "EventAssignments",
            &format!(
                r#"<eventAssignment variable="A">{}</eventAssignment>"#,
                math("<cn type=\"integer\">7</cn>")
            )
        )
    );
    level3(
        &(list("FunctionDefinitions", &function)
            + &list("UnitDefinitions", unit)
            + &compartments(r#"size="2""#)
            + &list("Species", &(species("A", 10.0) + &species("B", 0.0) + pool))
            + &list(
                "Parameters",
                &(parameter("k", 0.5, true)
                    + &parameter("v", 1.0, false)
                    + &parameter("w", 1.0, false)),
            )
            + &list(
                "InitialAssignments",
                &format!(
                    r#"<initialAssignment symbol="k">{}</initialAssignment>"#,
                    math(&apply("root", &["4"]))
                ),
            )
            + &list(
                "Rules",
                &format!(
                    r#"<assignmentRule variable="v">{}</assignmentRule><rateRule variable="P">{}</rateRule>"#,
                    math(&apply("plus", &["1", &apply("arcsinh", &["w"])])),
                    math(&piece)
                ),
            )
            + &list(
                "Reactions",
                &(directed("r", true, "A", "B", &law)
                    + &reaction("s", "B P", "P", &apply("times", &["r", "B", "P"]))),
            )
            + &list("Events", &event)),
    )
}

#[test]
fn the_file_is_valid() {
    assert_eq!(read_ok(&everything()).network.channels().len(), 3);
}

/// Where elements begin and end: from `<` of a tag to the end of what it opens, as far as the text is well-formed.
fn elements(text: &str) -> Vec<(usize, usize)> {
    let tree = roxmltree::Document::parse(text);
    tree.iter()
        .flat_map(|tree| tree.descendants().filter(roxmltree::Node::is_element))
        .map(|node| (node.range().start, node.range().end))
        .collect()
}

/// One change of a text. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Change {
    DeleteBytes(usize, usize),
    ReplaceByte(usize, u8),
    DuplicateBytes(usize, usize),
    DeleteElement(usize),
    DuplicateElement(usize),
    /// Puts one element in the place of another.
    ReplaceElement(usize, usize),
    /// Puts one name or number in the place of another.
    ReplaceWord(usize, usize),
}

impl Change {
    fn apply(&self, text: &str) -> String {
        let bytes = text.as_bytes();
        let spliced = |from: usize, to: usize, new: &[u8]| {
            let changed = [&bytes[..from], new, &bytes[to..]].concat();
            String::from_utf8_lossy(&changed).into_owned()
        };
        let length = bytes.len().max(1);
        let range = |from: usize, count: usize| {
            let from = from % length;
            (from.min(bytes.len()), (from + count).min(bytes.len()))
        };
        let elements = elements(text);
        let element = |number: usize| elements.get(number % elements.len().max(1)).copied();
        match *self {
            Self::DeleteBytes(from, count) => {
                let (from, to) = range(from, count);
                spliced(from, to, b"")
            }
            Self::ReplaceByte(at, byte) => {
                let (from, to) = range(at, 1);
                spliced(from, to, &[byte])
            }
            Self::DuplicateBytes(from, count) => {
                let (from, to) = range(from, count);
                spliced(to, to, &bytes[from..to])
            }
            Self::DeleteElement(number) => {
                element(number).map_or(text.to_owned(), |(from, to)| spliced(from, to, b""))
            }
            Self::DuplicateElement(number) => element(number)
                .map_or(text.to_owned(), |(from, to)| {
                    spliced(to, to, &bytes[from..to])
                }),
            Self::ReplaceElement(old, new) => match (element(old), element(new)) {
                (Some((from, to)), Some((start, end))) => spliced(from, to, &bytes[start..end]),
                _ => text.to_owned(),
            },
            Self::ReplaceWord(old, new) => {
                let words: Vec<(usize, &str)> = text
                    .split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-'))
                    .filter(|word| !word.is_empty())
                    .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
                    .collect();
                if words.is_empty() {
                    return text.to_owned();
                }
                let (from, word) = words[old % words.len()];
                let extra = ["1e308", "-1", "NaN", "INF", "0", "4294967296", "true"];
                let (_, new) = words
                    .iter()
                    .chain(&extra.map(|word| (0, word)))
                    .nth(new % (words.len() + extra.len()))
                    .copied()
                    .unwrap_or_default();
                spliced(from, from + word.len(), new.as_bytes())
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let any = || any::<usize>();
    prop_oneof![
        (any(), 1usize..40).prop_map(|(from, count)| Change::DeleteBytes(from, count)),
        (any(), proptest::num::u8::ANY).prop_map(|(at, byte)| Change::ReplaceByte(at, byte)),
        (any(), 1usize..200).prop_map(|(from, count)| Change::DuplicateBytes(from, count)),
        any().prop_map(Change::DeleteElement),
        any().prop_map(Change::DuplicateElement),
        (any(), any()).prop_map(|(old, new)| Change::ReplaceElement(old, new)),
        (any(), any()).prop_map(|(old, new)| Change::ReplaceWord(old, new)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every text is read, or refused with a place in it.
    #[test]
    fn changed_files_are_read_or_refused(
        changes in prop::collection::vec(change(), 1..6),
        model in prop_oneof![Just(everything()), Just(models::TRAFFICKING.to_owned())],
    ) {
        let text = changes.iter().fold(model, |text, change| change.apply(&text));
        for substance in [Substance::AsDeclared, Substance::Items] {
            match read(&text, substance) {
                Ok(document) => prop_assert!(document.network.initial_amounts().iter().all(|amount| amount.is_finite())),
                Err(errors) => {
                    prop_assert!(!errors.0.is_empty());
                    prop_assert!(!errors.to_string().is_empty());
                    let lines = text.split('\n').count() as u32;
                    for error in &errors.0 {
                        prop_assert!((1..=lines).contains(&error.line), "{error} of {lines} lines");
                    }
                }
            }
        }
    }

    #[test]
    fn any_text_is_refused(text in any::<String>()) {
        prop_assert!(read(&text, Substance::AsDeclared).is_err());
    }
}
