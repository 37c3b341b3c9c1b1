//! Calls of readouts: `alive`, `activated_fraction(Tcon)`, `fraction(Treg, of: CD4)`.

mod formula;
mod unit;

pub use formula::{ParsedFormula, ReadoutFormula};
pub use unit::{UnitFault, unit_of};

use super::spans::shown;
use std::fmt;
use std::ops::Range;

/// A readout and its arguments, as a scenario asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ReadoutCall {
    /// The readout's name.
    pub name: String,
    /// The arguments, in order.
    pub args: Vec<String>,
    /// What follows `of:`.
    pub of: Option<String>,
    /// What follows `tag:`.
    pub tag: Option<String>,
    /// What follows `specificity:`.
    pub specificity: Option<String>,
}

/// A [`ReadoutCall`] with the bytes of its parts inside the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedReadout {
    /// The call.
    pub call: ReadoutCall,
    /// The bytes of the name.
    pub name_span: Range<usize>,
    /// The bytes of each argument.
    pub arg_spans: Vec<Range<usize>>,
    /// The bytes of what follows `of:`.
    pub of_span: Option<Range<usize>>,
    /// The bytes of what follows `tag:`.
    pub tag_span: Option<Range<usize>>,
    /// The bytes of what follows `specificity:`.
    pub specificity_span: Option<Range<usize>>,
}

/// Why a text is not the call of a readout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadoutFault {
    /// The bytes at fault, inside the text.
    pub span: Range<usize>,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// The valid name closest to what stands there.
    pub nearest: Option<String>,
}

impl ReadoutFault {
    fn new(span: Range<usize>, found: &str, expected: &str) -> Self {
        Self {
            span,
            found: found.to_owned(),
            expected: expected.to_owned(),
            nearest: None,
        }
    }

    /// The same fault in a text in which so many bytes come first.
    fn after(mut self, bytes: usize) -> Self {
        self.span = self.span.start + bytes..self.span.end + bytes;
        self
    }
}

/// A readout that a scenario lists, under a name of its own or as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadoutRequest {
    /// The name it is given.
    pub name: Option<String>,
    /// What is read.
    pub value: ReadoutFormula,
}

impl fmt::Display for ReadoutRequest {
    /// What tables call it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.value),
        }
    }
}

impl fmt::Display for ReadoutCall {
    /// As it is written, with one way of spacing: equal calls read the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let of = self.of.iter().map(|of| format!("of: {of}"));
        let tag = self.tag.iter().map(|tag| format!("tag: {tag}"));
        let own = self.specificity.iter();
        let own = own.map(|name| format!("specificity: {name}"));
        let args = self.args.iter().cloned();
        let inside: Vec<String> = args.chain(of).chain(tag).chain(own).collect();
        if inside.is_empty() {
            Ok(())
        } else {
            write!(f, "({})", inside.join(", "))
        }
    }
}

impl ParsedReadout {
    /// Reads `name`, `name(argument, ..)` or `name(argument, of: argument)`, the last two with `tag: name` and
    /// `specificity: name` at the end or not.
    ///
    /// # Errors
    /// [`ReadoutFault`] at the first thing that is none of these.
    pub fn parse(text: &str) -> Result<Self, ReadoutFault> {
        let fault = |span: Range<usize>, found: &str, expected: &str| {
            Err(ReadoutFault::new(span, found, expected))
        };
        let open = text.find('(');
        let name_span = trimmed(text, 0..open.unwrap_or(text.len()));
        let name = &text[name_span.clone()];
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let found = if name.is_empty() {
                "no name".to_owned()
            } else {
                shown(name)
            };
            let span = if name.is_empty() {
                0..text.len()
            } else {
                name_span
            };
            return fault(
                span,
                &found,
                "the name of a readout such as \"fraction(Treg, of: CD4)\"",
            );
        }
        let call = ReadoutCall {
            name: name.to_owned(),
            args: Vec::new(),
            of: None,
            tag: None,
            specificity: None,
        };
        let mut parsed = Self {
            call,
            name_span,
            arg_spans: Vec::new(),
            of_span: None,
            tag_span: None,
            specificity_span: None,
        };
        let Some(open) = open else { return Ok(parsed) };
        let Some(close) = text.rfind(')').filter(|close| *close > open) else {
            return fault(
                open..text.len(),
                "a bracket that is never closed",
                "`)` at the end",
            );
        };
        let after = trimmed(text, close + 1..text.len());
        if !after.is_empty() {
            return fault(after.clone(), &shown(&text[after]), "nothing after the `)`");
        }
        let mut next = open + 1;
        for part in text[next..close].split(',') {
            let from = next;
            next += part.len() + 1;
            if let Some(bracket) = part.find(['(', ')']) {
                let at = from + bracket;
                return fault(
                    at..at + 1,
                    "a bracket inside brackets",
                    "a name such as `Treg`",
                );
            }
            let span = trimmed(text, from..from + part.len());
            let (label, value) = match text[span.clone()].find(':') {
                Some(colon) => {
                    let value = trimmed(text, span.start + colon + 1..span.end);
                    (Some(text[span.start..span.start + colon].trim()), value)
                }
                None => (None, span.clone()),
            };
            // Labels have an order: `of`, then `tag`, then `specificity`.
            let rank = match label {
                None => 0,
                Some("of") => 1,
                Some("tag") => 2,
                Some("specificity") => 3,
                Some(_) => {
                    return fault(
                        span.clone(),
                        &shown(&text[span]),
                        "`of: ..`, `tag: ..` or `specificity: ..`, the only arguments with a label",
                    );
                }
            };
            let after = if parsed.specificity_span.is_some() {
                Some("nothing after `specificity: ..`")
            } else if parsed.tag_span.is_some() && rank < 3 {
                Some("nothing but `specificity: ..` after `tag: ..`")
            } else if parsed.of_span.is_some() && rank < 2 {
                Some("nothing but `tag: ..` and `specificity: ..` after `of: ..`")
            } else {
                None
            };
            if let Some(expected) = after {
                return fault(span.clone(), &shown(&text[span]), expected);
            }
            if value.is_empty() {
                return fault(
                    open..close + 1,
                    "an empty argument",
                    "a name such as `Treg` (no brackets if there is none)",
                );
            }
            let argument = text[value.clone()].to_owned();
            match label {
                Some("of") => (parsed.call.of, parsed.of_span) = (Some(argument), Some(value)),
                Some("tag") => (parsed.call.tag, parsed.tag_span) = (Some(argument), Some(value)),
                Some(_) => {
                    parsed.call.specificity = Some(argument);
                    parsed.specificity_span = Some(value);
                }
                None => {
                    parsed.call.args.push(argument);
                    parsed.arg_spans.push(value);
                }
            }
        }
        Ok(parsed)
    }
}

/// `span` without the white space at its ends.
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let part = &text[span.clone()];
    let start = span.end - part.trim_start().len();
    start..start + part.trim().len()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn calls_are_read_with_their_places() {
        let text = " fraction ( naive CD4 ,of: IL-2+ 3 ) ";
        let parsed = ParsedReadout::parse(text).unwrap();
        assert_eq!(parsed.call.to_string(), "fraction(naive CD4, of: IL-2+ 3)");
        assert_eq!(&text[parsed.name_span], "fraction");
        assert_eq!(&text[parsed.arg_spans[0].clone()], "naive CD4");
        assert_eq!(&text[parsed.of_span.unwrap()], "IL-2+ 3");
        assert_eq!(
            ParsedReadout::parse("alive").unwrap().call.to_string(),
            "alive"
        );
        assert_eq!(
            ParsedReadout::parse("f(a,b)").unwrap().call.args,
            ["a", "b"]
        );
        assert_eq!(
            ParsedReadout::parse("f(of: b)").unwrap().call.of.as_deref(),
            Some("b")
        );
        let text = "f(a, specificity: OVA 1)";
        let parsed = ParsedReadout::parse(text).unwrap();
        assert_eq!(&text[parsed.specificity_span.unwrap()], "OVA 1");
        let text = "f(a, of: b, tag: c d, specificity: e)";
        let parsed = ParsedReadout::parse(text).unwrap();
        assert_eq!(parsed.call.tag.as_deref(), Some("c d"));
        assert_eq!(&text[parsed.tag_span.unwrap()], "c d");
        assert_eq!(parsed.call.to_string(), text);
    }

    #[test]
    fn bad_calls_say_where() {
        let name = "the name of a readout such as \"fraction(Treg, of: CD4)\"";
        let empty = "a name such as `Treg` (no brackets if there is none)";
        for (text, span, found, expected) in [
            ("", 0..0, "no name", name),
            ("(Treg)", 0..6, "no name", name),
            ("frac tion(Treg)", 0..9, "\"frac tion\"", name),
            (
                "f(Treg",
                1..6,
                "a bracket that is never closed",
                "`)` at the end",
            ),
            ("f)a(", 0..3, "\"f)a\"", name),
            (
                "f(Treg) at 3 d",
                8..14,
                "\"at 3 d\"",
                "nothing after the `)`",
            ),
            ("f()", 1..3, "an empty argument", empty),
            ("f(a,)", 1..5, "an empty argument", empty),
            ("f(of: )", 1..7, "an empty argument", empty),
            (
                "f(a, in: b)",
                5..10,
                "\"in: b\"",
                "`of: ..`, `tag: ..` or `specificity: ..`, the only arguments with a label",
            ),
            (
                "f(of: a, b)",
                9..10,
                "\"b\"",
                "nothing but `tag: ..` and `specificity: ..` after `of: ..`",
            ),
            (
                "f(tag: a, of: b)",
                10..15,
                "\"of: b\"",
                "nothing but `specificity: ..` after `tag: ..`",
            ),
            (
                "f(specificity: a, tag: b)",
                18..24,
                "\"tag: b\"",
                "nothing after `specificity: ..`",
            ),
            (
                "f(a, g(b))",
                6..7,
                "a bracket inside brackets",
                "a name such as `Treg`",
            ),
        ] {
            let fault = ParsedReadout::parse(text).unwrap_err();
            assert_eq!(
                (fault.span, fault.found.as_str(), fault.expected.as_str()),
                (span, found, expected),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(text in "[a-c\u{e9}(),: oftgspeiy]{0,16}") {
            match ParsedReadout::parse(&text) {
                Ok(parsed) => {
                    let again = ParsedReadout::parse(&parsed.call.to_string()).unwrap();
                    prop_assert_eq!(again.call, parsed.call);
                }
                Err(fault) => prop_assert!(text.get(fault.span).is_some()),
            }
        }
    }
}
