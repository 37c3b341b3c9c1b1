//! Quantities as people write them: a number and a unit, `"25 000 IU"`, `"0.12 1/h"`, `"50 %"`.
//!
//! A unit is a product of powers of six base units and an exact ratio to them, so any two units of one dimension convert
//! with a single rounding: `"12 h"` is exactly 0.5 d. Mass and biological activity are different dimensions: what one
//! unit weighs depends on the ligand and is the caller's knowledge.

mod units;

use super::fault::quoted;
use std::fmt;
use std::ops::Range;
pub use units::{Dimension, Unit};

/// Why a text is not the quantity it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantityFault {
    /// The bytes at fault, inside the text.
    pub span: Range<usize>,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// The nearest valid unit, or the likely intended spelling.
    pub nearest: Option<String>,
}

impl fmt::Display for QuantityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found {}, expected {}", self.found, self.expected)
    }
}

impl std::error::Error for QuantityFault {}

/// Reads a quantity of `dimension` and returns it in [`Dimension::canonical_unit`]. Never negative, always finite.
///
/// # Errors
/// [`QuantityFault`]: no number, no unit, an unknown unit, a unit of another dimension, a negative number, one too large.
pub fn read(text: &str, dimension: Dimension) -> Result<f64, QuantityFault> {
    let expected = dimension.expectation();
    let unit = Unit::parse(dimension.canonical_unit())?;
    let quantity = Quantity::parse(text, &expected, Some(&unit))?;
    quantity.not_negative(&expected)?.to(&unit, &expected)
}

/// The number of a text and the unit behind it, whether that is known here or not.
///
/// # Errors
/// [`QuantityFault`]: no number, or one too large.
pub fn split<'t>(text: &'t str, expected: &str) -> Result<(f64, &'t str), QuantityFault> {
    let (value, unit_from) = number(text, expected)?;
    Ok((value, text[unit_from..].trim()))
}

/// Days as hours.
#[must_use]
pub fn hours(days: f64) -> f64 {
    days * 24.0
}

/// A number and a unit as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity<'t> {
    text: &'t str,
    value: f64,
    unit: Unit,
}

impl<'t> Quantity<'t> {
    /// Reads a number and a unit; a pure number needs none where `wanted` is a pure number too. `expected` completes the
    /// messages, `wanted` chooses which units are suggested.
    ///
    /// # Errors
    /// [`QuantityFault`]: no number, no unit, an unknown unit, a number too large.
    pub fn parse(
        text: &'t str,
        expected: &str,
        wanted: Option<&Unit>,
    ) -> Result<Self, QuantityFault> {
        let (value, unit_from) = number(text, expected)?;
        let unit_text = text[unit_from..].trim();
        let pure = wanted.is_some_and(Unit::is_pure);
        if unit_text.is_empty() && !pure {
            return Err(whole(
                text,
                &format!("{} without a unit", quoted(text)),
                expected,
            ));
        }
        let starts_with_digit = unit_text.starts_with(|c: char| c.is_ascii_digit());
        let is_reciprocal = unit_text
            .strip_prefix('1')
            .is_some_and(|rest| rest.trim_start().starts_with('/'));
        if starts_with_digit && !is_reciprocal {
            let expected = "one number, its thousands in groups of three digits: \"25 000 IU\"";
            return Err(whole(text, &quoted(text), expected));
        }
        let unit = Unit::parse_for(unit_text, wanted).map_err(|fault| {
            let shift = text.len() - text[unit_from..].trim_start().len();
            let span = fault.span.start + shift..fault.span.end + shift;
            QuantityFault {
                span,
                expected: expected.to_owned(),
                ..fault
            }
        })?;
        Ok(Self { text, value, unit })
    }

    /// A number without a unit.
    #[must_use]
    pub fn pure(value: f64) -> Self {
        Self {
            text: "",
            value,
            unit: Unit::PURE,
        }
    }

    /// The unit as read.
    #[must_use]
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The number in `unit`.
    ///
    /// # Errors
    /// [`QuantityFault`]: another dimension, or a number too large.
    pub fn to(&self, unit: &Unit, expected: &str) -> Result<f64, QuantityFault> {
        let Some(ratio) = self.unit.ratio_to(unit) else {
            let found = match self.unit.measures() {
                Some(name) => format!("{name}, {}", quoted(self.text)),
                None => format!("another quantity, {}", quoted(self.text)),
            };
            return Err(whole(self.text, &found, expected));
        };
        let value = ratio.scale(self.value);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(too_large(self.text))
        }
    }

    /// The same quantity where it is not below zero.
    ///
    /// # Errors
    /// [`QuantityFault`] otherwise.
    pub fn not_negative(self, expected: &str) -> Result<Self, QuantityFault> {
        if self.value < 0.0 {
            return Err(whole(
                self.text,
                &format!("the negative {}", quoted(self.text)),
                expected,
            ));
        }
        Ok(self)
    }
}

/// Refuses a number whose points some people read as those between thousands, others as the one before decimals: `"25.000 IU"`.
///
/// # Errors
/// [`QuantityFault`] that says how to write both.
pub(crate) fn unmistakable(text: &str) -> Result<(), QuantityFault> {
    let from = text.len() - text.trim_start().trim_start_matches('+').len();
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let length = text[from..]
        .find(|c| !is_part(c))
        .unwrap_or(text.len() - from);
    let (number, unit) = (&text[from..from + length], text[from + length..].trim());
    let mut groups = number.split('.');
    let first = groups.next().unwrap_or_default();
    let groups: Vec<&str> = groups.collect();
    let are_thousands = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.iter().all(|group| group.len() == 3)
        && !unit.starts_with(['e', 'E', ',']);
    // Nobody ends decimals with a zero who does not mean to.
    let is_open = match groups[..] {
        [] => false,
        [only] => only.ends_with('0'),
        _ => true,
    };
    if !(are_thousands && is_open) {
        return Ok(());
    }
    let thousands = format!("{first} {} {unit}", groups.join(" "));
    let expected = match groups[..] {
        [only] => {
            let decimals = only.trim_end_matches('0');
            let point = if decimals.is_empty() { "" } else { "." };
            format!("\"{thousands}\" or \"{first}{point}{decimals} {unit}\", whichever is meant")
        }
        _ => format!("spaces between thousands: \"{thousands}\""),
    };
    Err(QuantityFault {
        span: from..from + length,
        ..whole(
            text,
            &format!("{}, a point before three digits", quoted(text)),
            &expected,
        )
    })
}

/// The number at the start of `text` and the byte where its unit starts.
fn number(text: &str, expected: &str) -> Result<(f64, usize), QuantityFault> {
    let is_separator = |c: char| matches!(c, ' ' | '_' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    let is_digit = |c: &char| c.is_ascii_digit();
    let digits_from = |at: usize| text[at..].chars().take_while(is_digit).count();

    let mut at = text.len() - text.trim_start().len();
    let mut clean = String::new();
    if let Some(sign) = text[at..]
        .chars()
        .next()
        .filter(|c| matches!(c, '+' | '-' | '−'))
    {
        clean.push(if sign == '+' { '+' } else { '-' });
        at += sign.len_utf8();
    }
    let first = digits_from(at);
    clean.push_str(&text[at..at + first]);
    at += first;
    // Thousands: groups of exactly three digits after a first one of at most three.
    while let Some(separator) = text[at..]
        .chars()
        .next()
        .filter(|c| is_separator(*c) && (1..=3).contains(&first))
    {
        let group = at + separator.len_utf8();
        if digits_from(group) != 3 {
            break;
        }
        clean.push_str(&text[group..group + 3]);
        at = group + 3;
    }
    if text[at..].starts_with('.') {
        let decimals = digits_from(at + 1);
        clean.push_str(&text[at..=at + decimals]);
        at += 1 + decimals;
    }
    if !clean.contains(|c: char| c.is_ascii_digit()) {
        let found = if text.trim().is_empty() {
            "empty text".to_owned()
        } else {
            format!("the text {}", quoted(text))
        };
        return Err(whole(text, &found, expected));
    }
    if text[at..].starts_with(['e', 'E']) {
        let sign = usize::from(text[at + 1..].starts_with(['+', '-']));
        let digits = digits_from(at + 1 + sign);
        if digits > 0 {
            clean.push_str(&text[at..at + 1 + sign + digits]);
            at += 1 + sign + digits;
        }
    }
    if text[at..].starts_with(',') {
        let expected =
            "spaces between thousands and a point before decimals: \"25 000 IU\", \"1.8 d\"";
        return Err(QuantityFault {
            span: at..at + 1,
            ..whole(text, "a comma in a number", expected)
        });
    }
    if text[at..].starts_with('_') {
        let expected = "thousands in groups of three digits: \"25_000 IU\"";
        return Err(whole(text, &quoted(text), expected));
    }
    match clean.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((value, at)),
        _ => Err(too_large(text)),
    }
}

/// The fault of a whole text.
fn whole(text: &str, found: &str, expected: &str) -> QuantityFault {
    QuantityFault {
        span: 0..text.len(),
        found: found.to_owned(),
        expected: expected.to_owned(),
        nearest: None,
    }
}

fn too_large(text: &str) -> QuantityFault {
    whole(
        text,
        &format!("{}, beyond what a number can hold", quoted(text)),
        "a smaller number",
    )
}

/// A number as people write it: without the noise of binary fractions, a million as 1e6.
pub(crate) fn figures(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    let is_noise = (value - rounded).abs() <= 1e-12 * value.abs();
    let shown = if is_noise { rounded } else { value };
    let (plain, scientific) = (format!("{shown}"), format!("{shown:e}"));
    let is_shorter = shown.abs() >= 1e5 && scientific.len() < plain.len();
    if is_shorter { scientific } else { plain }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_are_read_in_canonical_units() {
        for (text, dimension, value) in [
            ("70 d", Dimension::TIME, 70.0),
            ("12 h", Dimension::TIME, 0.5),
            ("12h", Dimension::TIME, 0.5),
            ("30 min", Dimension::TIME, 1.0 / 48.0),
            ("2 weeks", Dimension::TIME, 14.0),
            ("  +1_000.5 d ", Dimension::TIME, 1000.5),
            ("10 pM", Dimension::CONCENTRATION, 10.0),
            ("1 nM", Dimension::CONCENTRATION, 1000.0),
            ("0.5 µM", Dimension::CONCENTRATION, 500_000.0),
            ("25 000 IU", Dimension::ACTIVITY, 25_000.0),
            ("25\u{202f}000 IU", Dimension::ACTIVITY, 25_000.0),
            ("1_250_000 IU", Dimension::ACTIVITY, 1_250_000.0),
            ("1.25 MIU", Dimension::ACTIVITY, 1_250_000.0),
            ("1 ug", Dimension::MASS, 1.0),
            ("0.06 ng", Dimension::MASS, 0.06 / 1000.0),
            ("1e6 cells", Dimension::CELLS, 1e6),
            ("1 cell", Dimension::CELLS, 1.0),
            ("1.8e6 cells/d", Dimension::CELL_RATE, 1.8e6),
            ("0.12 1/h", Dimension::RATE, 2.88),
            ("0.12 /h", Dimension::RATE, 2.88),
            ("5 1/h", Dimension::RATE, 120.0),
            ("2 h^-1", Dimension::RATE, 48.0),
            ("2 h⁻¹", Dimension::RATE, 48.0),
            ("300 molecules/cell", Dimension::MOLECULES_PER_CELL, 300.0),
            ("10 molecules/s", Dimension::MOLECULE_RATE, 10.0),
            ("50 %", Dimension::FRACTION, 0.5),
            ("0.5", Dimension::FRACTION, 0.5),
            ("15.5 kDa", Dimension::MOLECULAR_MASS, 15.5),
            ("24 1/(nM h)", Dimension::BINDING_RATE, 24.0 * 24.0 / 1000.0),
            ("1e9 um^3", Dimension::VOLUME, 1.0),
            (".5 d", Dimension::TIME, 0.5),
            ("1e-2 d", Dimension::TIME, 0.01),
        ] {
            assert_eq!(read(text, dimension), Ok(value), "{text}");
        }
        assert_eq!(hours(0.5).to_bits(), 12.0_f64.to_bits());
    }

    /// Smallest fault seen: `"25.000 IU"`, twenty-five thousand to half of Europe, given as 25.
    #[test]
    fn points_that_may_be_those_of_thousands_are_refused() {
        for (text, expected) in [
            (
                "25.000 IU",
                "\"25 000 IU\" or \"25 IU\", whichever is meant",
            ),
            (" +1.000 ug", "\"1 000 ug\" or \"1 ug\", whichever is meant"),
            ("2.500IU", "\"2 500 IU\" or \"2.5 IU\", whichever is meant"),
            ("1.250.000 IU", "spaces between thousands: \"1 250 000 IU\""),
        ] {
            assert_eq!(unmistakable(text).unwrap_err().expected, expected, "{text}");
        }
        for text in [
            "25 000 IU",
            "25 IU",
            "25.0 IU",
            "25.00 IU",
            "0.060 ng",
            "0.500 ug",
            "1.255 ug",
            "1234.000 IU",
            "1.000e6 IU",
            "25.0000 IU",
            "",
            "IU",
        ] {
            assert_eq!(unmistakable(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn bad_quantities_say_why() {
        let time = "a time such as \"70 d\"";
        let groups = "one number, its thousands in groups of three digits: \"25 000 IU\"";
        let comma =
            "spaces between thousands and a point before decimals: \"25 000 IU\", \"1.8 d\"";
        for (text, dimension, found, expected, nearest, span) in [
            (
                "70",
                Dimension::TIME,
                "\"70\" without a unit",
                time,
                None,
                0..2,
            ),
            (
                "70 dy",
                Dimension::TIME,
                "the unknown unit \"dy\"",
                time,
                Some("d"),
                3..5,
            ),
            (
                "70 hr",
                Dimension::TIME,
                "the unknown unit \"hr\"",
                time,
                Some("h"),
                3..5,
            ),
            (
                "10 pm",
                Dimension::CONCENTRATION,
                "the unknown unit \"pm\"",
                "a concentration such as \"10 pM\"",
                Some("pM"),
                3..5,
            ),
            (
                "3 iu",
                Dimension::ACTIVITY,
                "the unknown unit \"iu\"",
                "an activity such as \"25 000 IU\"",
                Some("IU"),
                2..4,
            ),
            (
                "10 pM",
                Dimension::TIME,
                "a concentration, \"10 pM\"",
                time,
                None,
                0..5,
            ),
            (
                "10 pM d",
                Dimension::TIME,
                "another quantity, \"10 pM d\"",
                time,
                None,
                0..7,
            ),
            (
                "-3 d",
                Dimension::TIME,
                "the negative \"-3 d\"",
                time,
                None,
                0..4,
            ),
            (
                "−3 d",
                Dimension::TIME,
                "the negative \"−3 d\"",
                time,
                None,
                0..6,
            ),
            (
                "1e400 d",
                Dimension::TIME,
                "\"1e400 d\", beyond what a number can hold",
                "a smaller number",
                None,
                0..7,
            ),
            (
                "1e308 wk",
                Dimension::TIME,
                "\"1e308 wk\", beyond what a number can hold",
                "a smaller number",
                None,
                0..8,
            ),
            (
                "NaN d",
                Dimension::TIME,
                "the text \"NaN d\"",
                time,
                None,
                0..5,
            ),
            (
                "inf d",
                Dimension::TIME,
                "the text \"inf d\"",
                time,
                None,
                0..5,
            ),
            ("", Dimension::TIME, "empty text", time, None, 0..0),
            (
                "soon",
                Dimension::TIME,
                "the text \"soon\"",
                time,
                None,
                0..4,
            ),
            (
                "25,000 IU",
                Dimension::ACTIVITY,
                "a comma in a number",
                comma,
                None,
                2..3,
            ),
            ("1 2 d", Dimension::TIME, "\"1 2 d\"", groups, None, 0..5),
            (
                "0.000 1",
                Dimension::FRACTION,
                "\"0.000 1\"",
                groups,
                None,
                0..7,
            ),
            (
                "25 000 0 IU",
                Dimension::ACTIVITY,
                "\"25 000 0 IU\"",
                groups,
                None,
                0..11,
            ),
            (
                "3 cells/dd",
                Dimension::CELL_RATE,
                "the unknown unit \"dd\"",
                "a flow of cells such as \"1.8e6 cells/d\"",
                Some("d"),
                8..10,
            ),
            (
                "3 d/",
                Dimension::TIME,
                "the unknown unit \"\"",
                time,
                None,
                2..2,
            ),
            (
                "3 d^x",
                Dimension::TIME,
                "the unknown unit \"d^x\"",
                time,
                None,
                2..5,
            ),
        ] {
            let fault = read(text, dimension).unwrap_err();
            assert_eq!(
                (fault.found.as_str(), fault.expected.as_str()),
                (found, expected),
                "{text}"
            );
            assert_eq!(
                (fault.nearest.as_deref(), fault.span),
                (nearest, span),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}", index in 0..Dimension::ALL.len()) {
            drop(read(&text, Dimension::ALL[index]));
        }

        #[test]
        fn no_likely_text_makes_it_panic(text in "(-|−|\\.|[0-9]| |_|,|e|d|h|µ|M|/|\\*|\\^|\\(|\\)|⁻|³|%|1){0,16}") {
            if let Err(fault) = read(&text, Dimension::TIME) {
                prop_assert!(text.get(fault.span).is_some());
            }
        }
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for (value, text) in [
            (0.0, "0"),
            (100.0 * 0.07, "7"),
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.3333333333333333"),
            (50_000.0, "50000"),
            (1e6, "1e6"),
            (2.5e6, "2.5e6"),
            (123_456.0, "123456"),
            (1e300, "1e300"),
        ] {
            assert_eq!(figures(value), text);
        }
    }
}
