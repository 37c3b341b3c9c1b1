//! Formulas over readouts: `count(CD8) / count(CD4)`. The kernel reads them; what is a call of a readout is found here.

use super::{ParsedReadout, ReadoutCall, ReadoutFault};
use crate::language::fault::{any_of, nearest};
use crate::language::spans::shown;
use paracrine_kernel::expression::{Expression, Function, ParseError};
use std::fmt;
use std::ops::Range;

/// Longer texts are hardly meant.
const LONGEST: usize = 10_000;

/// A readout as a scenario asks for it: a call, or a formula over calls.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadoutFormula {
    calls: Vec<ReadoutCall>,
    tree: Expression,
}

impl ReadoutFormula {
    /// The calls in it, each once, in the order in which they stand there.
    #[must_use]
    pub fn calls(&self) -> &[ReadoutCall] {
        &self.calls
    }

    /// The formula; its symbols are calls as they are written.
    #[must_use]
    pub fn tree(&self) -> &Expression {
        &self.tree
    }

    /// The call that it is, if it is no more than one.
    #[must_use]
    pub fn call(&self) -> Option<&ReadoutCall> {
        match self.tree {
            Expression::Symbol(_) => self.calls.first(),
            _ => None,
        }
    }
}

impl fmt::Display for ReadoutFormula {
    /// As it is written, with one way of spacing: equal formulas read the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tree)
    }
}

/// A [`ReadoutFormula`] with the calls as they stand in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedFormula {
    /// The formula.
    pub formula: ReadoutFormula,
    /// Every call, as often as it stands there, with its bytes; the bytes of its parts are those inside them.
    pub calls: Vec<(Range<usize>, ParsedReadout)>,
}

impl ParsedFormula {
    /// Reads calls of readouts, numbers, operators, functions and brackets.
    ///
    /// # Errors
    /// [`ReadoutFault`] at the first thing that does not fit. `is_readout` says which names are readouts: what stands before the bracket of
    /// other names around calls is a function that there is not.
    pub fn parse(text: &str, is_readout: &dyn Fn(&str) -> bool) -> Result<Self, ReadoutFault> {
        if text.len() > LONGEST {
            let found = format!("a text of {} bytes", text.len());
            let most = format!("at most {LONGEST}");
            return Err(ReadoutFault::new(0..text.len(), &found, &most));
        }
        let mut spans: Vec<Range<usize>> = Vec::new();
        let tree = Expression::read(text, &mut |rest| {
            let length = call_length(rest);
            let start = text.len() - rest.len();
            if length > 0 {
                spans.push(start..start + length);
            }
            length
        });
        let mut calls: Vec<(Range<usize>, ParsedReadout)> = Vec::new();
        for span in spans {
            let piece = &text[span.clone()];
            if let Some(fault) = unknown_function(piece, is_readout) {
                return Err(fault.after(span.start));
            }
            let parsed = ParsedReadout::parse(piece).map_err(|fault| fault.after(span.start))?;
            calls.push((span, parsed));
        }
        let tree = tree.map_err(|error| fault_of(text, &error))?;
        if calls.is_empty() {
            let expected = "a readout such as \"fraction(Treg, of: CD4)\"";
            let found = format!("{}, which reads nothing", shown(text));
            return Err(ReadoutFault::new(0..text.len(), &found, expected));
        }
        let tree = tree.substitute(&|written| {
            let call = ParsedReadout::parse(written).ok()?.call;
            Some(Expression::symbol(call.to_string()))
        });
        let mut each: Vec<ReadoutCall> = Vec::new();
        for (_, parsed) in &calls {
            if !each.contains(&parsed.call) {
                each.push(parsed.call.clone());
            }
        }
        let formula = ReadoutFormula { calls: each, tree };
        Ok(Self { formula, calls })
    }
}

/// How many bytes at the beginning of a text are a call: a name that is no function, and the bracket behind it.
fn call_length(rest: &str) -> usize {
    if !rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return 0;
    }
    let name = name_of(rest);
    let behind = rest[name.len()..].trim_start();
    let opens = behind.starts_with('(');
    let is_of_formulas = match name {
        "and" | "or" | "not" => true,
        "pi" => !opens,
        _ => opens && Function::named(name).is_some(),
    };
    if is_of_formulas {
        return 0;
    }
    if !opens {
        return name.len();
    }
    let before = rest.len() - behind.len();
    let mut depth = 0;
    for (place, character) in behind.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return before + place + 1;
        }
    }
    rest.len()
}

/// The name that a text begins with.
fn name_of(text: &str) -> &str {
    let ends = |c: char| !(c.is_alphanumeric() || c == '_');
    &text[..text.find(ends).unwrap_or(text.len())]
}

/// The fault of a call that has brackets inside its own, if no readout has its name.
fn unknown_function(call: &str, is_readout: &dyn Fn(&str) -> bool) -> Option<ReadoutFault> {
    let name = name_of(call);
    let inside = call[name.len()..].trim_start().strip_prefix('(')?;
    if is_readout(name) || !inside.contains('(') {
        return None;
    }
    let functions = Function::NAMED.map(|(name, _)| name);
    let expected = format!("a function: {}", any_of(&functions, '`'));
    let mut fault = ReadoutFault::new(0..name.len(), &format!("`{name}`"), &expected);
    fault.nearest = nearest(name, functions);
    Some(fault)
}

/// The kernel's fault in words of readouts.
fn fault_of(text: &str, error: &ParseError) -> ReadoutFault {
    let expected = match error.expected.as_str() {
        "a number, a name, a function or `(`" => {
            "a number, a readout such as \"fraction(Treg, of: CD4)\", a function or `(`"
        }
        "a number, a name or an operator" => "a number, a readout or an operator",
        other => other,
    };
    let span = match error.length {
        // At the end there is nothing to point at.
        0 => text.trim_end().len()..text.len(),
        length => error.offset..error.offset + length,
    };
    let mut fault = ReadoutFault::new(span, &error.found, expected);
    fault.nearest = match error.found.as_str() {
        "`=`" => Some("==".to_owned()),
        "`%`" => Some("rem(a, b)".to_owned()),
        _ => None,
    };
    fault
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<ParsedFormula, ReadoutFault> {
        ParsedFormula::parse(text, &|name| ["count", "fraction", "alive"].contains(&name))
    }

    /// Smallest faults seen: `naive CD4` read as two names, `IL-2` as a difference.
    #[test]
    fn formulas_are_read_with_their_calls() {
        for (text, written, calls) in [
            ("alive", "alive", &["alive"] as &[&str]),
            (
                " count ( naive CD4 ) ",
                "count(naive CD4)",
                &["count(naive CD4)"],
            ),
            (
                "count(CD8)/count(CD4)",
                "count(CD8) / count(CD4)",
                &["count(CD8)", "count(CD4)"],
            ),
            (
                "log10(concentration(IL-2, lymph nodes))",
                "log10(concentration(IL-2, lymph nodes))",
                &["concentration(IL-2, lymph nodes)"],
            ),
            (
                "1-fraction(Treg,of:CD4,tag:a+b)",
                "1 - fraction(Treg, of: CD4, tag: a+b)",
                &["fraction(Treg, of: CD4, tag: a+b)"],
            ),
            (
                "(alive + max(alive, alive ^ 2, pi)) * -2e-1",
                "(alive + max(alive, alive ^ 2, 3.141592653589793)) * (-0.2)",
                &["alive"],
            ),
            (
                "count(T) > 1e5 and not alive",
                "count(T) > 100000 and not alive",
                &["count(T)", "alive"],
            ),
            ("((alive))", "alive", &["alive"]),
        ] {
            let parsed = parse(text).unwrap();
            assert_eq!(parsed.formula.to_string(), written);
            let found: Vec<String> = parsed
                .formula
                .calls()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(found, calls, "{text}");
            assert_eq!(parsed.formula.call().is_some(), written == calls[0]);
            let again = parse(written).unwrap();
            assert_eq!(again.formula, parsed.formula);
        }
        let text = "1 + count(T) / count( Treg )";
        let (span, call) = &parse(text).unwrap().calls[1];
        assert_eq!(&text[span.clone()], "count( Treg )");
        assert_eq!(call.arg_spans.first(), Some(&(7..11)));
    }

    #[test]
    fn bad_formulas_say_where() {
        let operator = "an operator or the end";
        let value = "a number, a readout such as \"fraction(Treg, of: CD4)\", a function or `(`";
        for (text, span, found, expected) in [
            ("count(T) /", 10..10, "the end", value),
            ("count(T) / * 2", 11..12, "`*`", value),
            ("count(T) alive", 9..14, "`alive`", operator),
            ("frac tion(Treg)", 5..15, "`tion(Treg)`", operator),
            ("3alive", 1..6, "`alive`", operator),
            ("(alive", 6..6, "the end", "`)`"),
            (
                "alive % 2",
                6..7,
                "`%`",
                "a number, a readout or an operator",
            ),
            (
                "2 * count(T",
                9..11,
                "a bracket that is never closed",
                "`)` at the end",
            ),
            (
                "1 - f(a,)",
                5..9,
                "an empty argument",
                "a name such as `Treg` (no brackets if there is none)",
            ),
            (
                "count(max(T))",
                9..10,
                "a bracket inside brackets",
                "a name such as `Treg`",
            ),
            (
                "2 + 3",
                0..5,
                "\"2 + 3\", which reads nothing",
                "a readout such as \"fraction(Treg, of: CD4)\"",
            ),
            (
                "log10(alive, 2)",
                14..15,
                "`)`",
                "1 argument of `log10`, not 2",
            ),
        ] {
            let fault = parse(text).unwrap_err();
            assert_eq!(
                (fault.span, fault.found.as_str(), fault.expected.as_str()),
                (span, found, expected),
                "{text}"
            );
        }
        let fault = parse("2 * lgo10(count(T))").unwrap_err();
        assert_eq!((fault.span, fault.found.as_str()), (4..9, "`lgo10`"));
        assert_eq!(fault.nearest.as_deref(), Some("log10"));
        assert!(parse(&"(".repeat(5000)).is_err());
        assert!(parse(&"alive + ".repeat(5000)).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(text in "[a-c\u{e9}(),: +*/^<-oftg12.]{0,20}") {
            match parse(&text) {
                Ok(parsed) => {
                    let again = parse(&parsed.formula.to_string()).unwrap();
                    prop_assert_eq!(again.formula, parsed.formula);
                    for (span, _) in parsed.calls {
                        prop_assert!(text.get(span).is_some());
                    }
                }
                Err(fault) => prop_assert!(text.get(fault.span).is_some()),
            }
        }
    }
}
