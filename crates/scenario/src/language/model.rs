//! RON into any type that serde can fill, with this module's faults instead of RON's.

use super::fault::{Fault, Faults};
use super::spans::Document;
use ron::Options;
use ron::extensions::Extensions;
use serde::de::{DeserializeOwned, IgnoredAny};

/// RON as this project writes it: `Some(..)` and the brackets of newtypes may be left out.
pub(super) fn ron_options() -> Options {
    Options::default().with_default_extension(
        Extensions::IMPLICIT_SOME
            | Extensions::UNWRAP_NEWTYPES
            | Extensions::UNWRAP_VARIANT_NEWTYPES,
    )
}

/// The tree of `text`, once RON too has taken the text. `expected` is for a text that holds nothing.
pub(super) fn read_document<'t>(
    source_name: &str,
    text: &'t str,
    expected: &str,
) -> Result<Document<'t>, Faults> {
    let one = |fault| Faults::new(source_name, text, vec![fault]);
    let document = Document::read(text).map_err(|syntax| {
        one(Fault::nothing(text, &syntax, expected).unwrap_or_else(|| Fault::syntax(text, &syntax)))
    })?;
    match ron_options().from_str::<IgnoredAny>(text) {
        Ok(IgnoredAny) => Ok(document),
        Err(error) => Err(one(Fault::from_ron(&document, &error))),
    }
}

/// Reads a `T` from RON text, as the embedded model is read. `T` decides which keys there are; give it
/// `deny_unknown_fields`, and neither `untagged` nor `flatten`, which lose the place.
///
/// # Errors
/// [`Faults`] with one fault, the first, at its value.
pub fn parse_ron<T: DeserializeOwned>(source_name: &str, text: &str) -> Result<T, Faults> {
    let document = read_document(source_name, text, "a value in RON: `( .. )`")?;
    ron_options()
        .from_str(text)
        .map_err(|error| Faults::new(source_name, text, vec![Fault::from_ron(&document, &error)]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Model {
        name: String,
        parameters: BTreeMap<String, Parameter>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Parameter {
        value: f64,
        status: Status,
        source: Option<String>,
        copies: Option<u8>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Measured,
        Calibrated,
    }

    fn model(parameter: &str) -> String {
        format!("// é\n(name: \"mouse\",\n parameters: {{ \"a b\": ({parameter}) }})\n")
    }

    #[test]
    fn a_model_is_read() {
        let text = model("value: 1.5e6, status: measured, source: \"Sakaguchi 1995\"");
        let read: Model = parse_ron("mouse.ron", &text).unwrap();
        assert_eq!(
            read.parameters["a b"].source.as_deref(),
            Some("Sakaguchi 1995")
        );
    }

    #[test]
    fn faults_are_at_their_values() {
        let status = "`measured` or `calibrated`";
        let keys = "`value`, `status`, `source` or `copies`";
        for (parameter, column, path, found, expected, nearest) in [
            (
                "valu: 1, status: measured",
                24,
                "[\"a b\"].valu",
                "the unknown key `valu`",
                keys,
                Some("value"),
            ),
            (
                "value: 1, status: mesured",
                42,
                "[\"a b\"].status",
                "the unknown word `mesured`",
                status,
                Some("measured"),
            ),
            (
                "value: 1",
                32,
                "[\"a b\"]",
                "no `status`",
                "one such as `status: ..`",
                None,
            ),
            (
                "value: \"1\", status: measured",
                31,
                "[\"a b\"].value",
                "the text \"1\"",
                "a number",
                None,
            ),
            (
                "value: 1, value: 2, status: measured",
                34,
                "[\"a b\"].value",
                "a second `value`",
                "each key once",
                None,
            ),
            (
                "value: 1, status: measured, source: 3",
                60,
                "[\"a b\"].source",
                "the number 3",
                "text in double quotes",
                None,
            ),
            (
                "value: 1, status: measured, copies: 300",
                60,
                "[\"a b\"].copies",
                "the number 300",
                "a whole number within bounds",
                None,
            ),
        ] {
            let faults = parse_ron::<Model>("mouse.ron", &model(parameter)).unwrap_err();
            let fault = &faults.faults[0];
            assert_eq!(
                (fault.found.as_str(), fault.expected.as_str()),
                (found, expected),
                "{parameter}"
            );
            assert_eq!(
                (fault.line, fault.column),
                (3, column),
                "{parameter}: {faults}"
            );
            assert_eq!(
                (fault.path.as_str(), fault.nearest.as_deref()),
                (&*format!("parameters{path}"), nearest)
            );
        }
    }

    #[test]
    fn an_empty_model_is_a_fault() {
        let faults = parse_ron::<Model>("m.ron", "// nothing\n").unwrap_err();
        assert_eq!(
            faults.to_string(),
            "m.ron:1:1: found nothing but comments, expected a value in RON: `( .. )`"
        );
    }
}
