//! Values out of the tree of a text, one fault for everything that is not as it should be.
//!
//! Every function returns a value, a placeholder where it reported a fault: NaN for numbers, which no later comparison
//! holds for, so that one fault does not cause a second. Placeholders never leave `parse`, which returns the faults.

use super::fault::{Fault, any_of, nearest, quoted};
use super::quantity::{self, Dimension, Quantity, QuantityFault, Unit};
use super::spans::{Document, Node, Shape, child_path};
use std::ops::{Range, RangeInclusive};

/// Whole numbers up to this are exact in a number with a point.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The most faults that are told of.
pub(crate) const MOST_FAULTS: usize = 100;

/// Whether a character is none that people see: it may turn a terminal, or the order of what is written, upside down. Lines may end.
fn is_hidden(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    turns || c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// A value and its path.
#[derive(Debug, Clone)]
pub(super) struct At<'d> {
    pub(super) node: &'d Node<'d>,
    pub(super) path: String,
}

/// A key of a group: its name, if it must be there an example of its value, and what the value is.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) needed: Option<&'static str>,
    /// Whether exactly one of the keys of its group that say so must be there.
    pub(super) is_choice: bool,
    pub(super) form: Form,
    pub(super) meaning: &'static str,
}

/// What a value is, for the schema that editors read. The checks themselves say more, and say it better.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Not said.
    Any,
    /// Text that is not blank.
    Text,
    /// A number and a unit.
    Quantity(Dimension),
    /// One of several quantities.
    Quantities(&'static [Dimension]),
    /// A number from 0 to 1, or a percentage.
    Fraction,
    /// A number without unit.
    Number,
    /// A number without unit, or a quantity.
    Value,
    /// A whole number of at least this.
    Whole(u64),
    /// Two numbers.
    Range,
    /// A gene of the vocabulary.
    Gene,
    /// A lineage of the vocabulary.
    Lineage,
    /// A kind or group of cells.
    Kind,
    /// What a drug may hold.
    Target,
    /// A receptor chain.
    Chain,
    /// The name of a model, or a file.
    Model,
    /// A readout with its arguments, or a formula over several.
    Readout,
    /// The same, or the name that one was given.
    Reading,
    /// Parameters with their new values.
    Overlay,
    /// Axes of a sweep with the values that are meant.
    Where,
    /// One of some words without quotes.
    Word(&'static [&'static str]),
    /// A group of keys.
    Group(&'static [Key]),
    /// A group with a name before its bracket.
    Named(&'static str, &'static [Key]),
    /// One of several forms.
    OneOf(&'static [Form]),
    /// A list, perhaps of none.
    List(&'static Form),
    /// A list of at least one.
    Members(&'static Form),
}

/// A key that must be there, with an example of its value.
pub(super) const fn need(name: &'static str, example: &'static str) -> Key {
    Key {
        needed: Some(example),
        ..may(name)
    }
}

/// A key that may be left out.
pub(super) const fn may(name: &'static str) -> Key {
    Key {
        name,
        needed: None,
        is_choice: false,
        form: Form::Any,
        meaning: "",
    }
}

/// A key of several, of which one must be there and no other.
pub(super) const fn either(name: &'static str) -> Key {
    Key {
        is_choice: true,
        ..may(name)
    }
}

impl Key {
    /// The same key with what its value is, and what it means in a few words.
    pub(super) const fn is(self, form: Form, meaning: &'static str) -> Self {
        Self {
            form,
            meaning,
            ..self
        }
    }
}

/// The values of a group by key.
pub(super) struct Group<'d> {
    fields: Vec<(&'d str, At<'d>)>,
    /// Whether a key of it is unknown, and reported: what seems to be missing may be what it was to be.
    pub(super) is_misspelt: bool,
}

impl<'d> Group<'d> {
    pub(super) fn get(&self, name: &str) -> Option<&At<'d>> {
        self.fields
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, at)| at)
    }
}

pub(super) struct Reader<'d> {
    document: &'d Document<'d>,
    pub(super) faults: Vec<Fault>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document<'d>) -> Self {
        Self {
            document,
            faults: Vec::new(),
        }
    }

    pub(super) fn root(&self) -> At<'d> {
        At {
            node: self.document.root(),
            path: String::new(),
        }
    }

    pub(super) fn text_of_file(&self) -> &'d str {
        self.document.text()
    }

    /// Reports a fault of a whole value.
    pub(super) fn fault(&mut self, at: &At<'d>, found: &str, expected: &str) {
        self.fault_at(at, at.node.span.clone(), found, expected, None);
    }

    /// Reports a fault at some bytes of the text.
    pub(super) fn fault_at(
        &mut self,
        at: &At<'d>,
        span: Range<usize>,
        found: &str,
        expected: &str,
        near: Option<String>,
    ) {
        if self.faults.len() >= MOST_FAULTS {
            return;
        }
        let fault = Fault::new(self.document.text(), &at.path, span, found, expected);
        self.faults.push(fault.with_nearest(near));
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, at: &At<'d>, expected: &str) {
        self.fault(at, &at.node.describe(), expected);
    }

    /// Reports a value of the right type that is out of bounds.
    pub(super) fn out_of_bounds(&mut self, at: &At<'d>, expected: &str) {
        let found = match &at.node.shape {
            Shape::Text { value, .. } => quoted(value),
            _ => at.node.describe(),
        };
        self.fault(at, &found, expected);
    }

    /// The group `(key: value, ..)`, every unknown, repeated and missing key reported. `None` if it is no group.
    pub(super) fn group(&mut self, at: &At<'d>, keys: &[Key], example: &str) -> Option<Group<'d>> {
        let is_empty = matches!(&at.node.shape, Shape::Values(values) if values.is_empty());
        if !is_empty && !matches!(at.node.shape, Shape::Fields(_)) {
            let found = match &at.node.shape {
                Shape::Values(_) => "values without keys".to_owned(),
                _ => at.node.describe(),
            };
            self.fault(at, &found, &format!("keys and values: {example}"));
            return None;
        }
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        let mut group = Group {
            fields: Vec::new(),
            is_misspelt: false,
        };
        let mut meant: Vec<String> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (key, key_span, node) in at.node.entries() {
            let child = At {
                node,
                path: child_path(&at.path, key),
            };
            if self.faults.len() >= MOST_FAULTS {
                break;
            }
            if !names.contains(&key) {
                group.is_misspelt = true;
                let near = nearest(key, names.iter().copied());
                meant.extend(near.clone());
                let found = format!("the unknown key `{key}`");
                self.fault_at(&child, key_span, &found, &any_of(&names, '`'), near);
            } else if seen.contains(&key) {
                self.fault_at(
                    &child,
                    key_span,
                    &format!("a second `{key}`"),
                    "each key once",
                    None,
                );
            } else {
                seen.push(key);
                if !matches!(node.shape, Shape::Word("None")) {
                    group.fields.push((key, child));
                }
            }
        }
        for key in keys {
            let Some(example) = key.needed else { continue };
            // A misspelt key was reported already.
            if group.get(key.name).is_none() && !meant.iter().any(|name| name == key.name) {
                let (found, expected) = (
                    format!("no `{}`", key.name),
                    format!("one such as `{}: {example}`", key.name),
                );
                self.fault_at(at, at.node.closing(), &found, &expected, None);
            }
        }
        Some(group)
    }

    /// The members of a list.
    pub(super) fn list(&mut self, at: &At<'d>, expected: &str) -> Vec<At<'d>> {
        let Shape::List(items) = &at.node.shape else {
            self.wrong_type(at, expected);
            return Vec::new();
        };
        let member = |(index, node)| At {
            node,
            path: format!("{}[{index}]", at.path),
        };
        items.iter().enumerate().map(member).collect()
    }

    /// Text in quotes, not blank.
    pub(super) fn text(&mut self, at: &At<'d>, what: &str) -> Option<&'d str> {
        let expected = format!("{what} in quotes");
        match &at.node.shape {
            Shape::Text { value, .. } if value.trim().is_empty() => {
                self.fault(at, "empty text", &expected);
            }
            Shape::Text { value, .. } => match value.chars().find(|c| is_hidden(*c)) {
                None => return Some(value),
                Some(hidden) => {
                    let found = format!("the character U+{:04X} in a text", u32::from(hidden));
                    self.fault(at, &found, "characters that can be seen");
                }
            },
            Shape::Word(word) if !matches!(*word, "true" | "false" | "None") => {
                self.wrong_type(at, &format!("{expected}: \"{word}\""));
            }
            _ => self.wrong_type(at, &expected),
        }
        None
    }

    /// Text that is one of `names`.
    pub(super) fn name(&mut self, at: &At<'d>, what: &str, names: &[String]) -> String {
        let Some(text) = self.text(at, what) else {
            return String::new();
        };
        self.known(at, None, text, what, names);
        text.to_owned()
    }

    /// Reports a `name` that is not one of `names`, at bytes `within` of the text or at all of it.
    pub(super) fn known(
        &mut self,
        at: &At<'d>,
        within: Option<Range<usize>>,
        name: &str,
        what: &str,
        names: &[String],
    ) {
        if !names.iter().any(|known| known == name) && self.faults.len() < MOST_FAULTS {
            let near = nearest(name, names.iter().map(String::as_str));
            let expected = format!("{what}: {}", any_of(names, '"'));
            let span =
                within.map_or_else(|| at.node.span.clone(), |within| at.node.inside(&within));
            self.fault_at(at, span, &quoted(name), &expected, near);
        }
    }

    /// A quantity of `dimension` in its canonical unit.
    pub(super) fn quantity(&mut self, at: &At<'d>, dimension: Dimension) -> f64 {
        let expected = dimension.expectation();
        match &at.node.shape {
            Shape::Text { value, .. } => match quantity::read(value, dimension) {
                Ok(number) => number,
                Err(fault) => self.bad_quantity(at, &fault),
            },
            _ => {
                self.wrong_type(at, &expected);
                f64::NAN
            }
        }
    }

    /// Reports why a text is no quantity; the placeholder for it.
    pub(super) fn bad_quantity(&mut self, at: &At<'d>, fault: &QuantityFault) -> f64 {
        let is_whole =
            matches!(&at.node.shape, Shape::Text { value, .. } if fault.span == (0..value.len()));
        let span = if is_whole {
            at.node.span.clone()
        } else {
            at.node.inside(&fault.span)
        };
        self.fault_at(
            at,
            span,
            &fault.found,
            &fault.expected,
            fault.nearest.clone(),
        );
        f64::NAN
    }

    /// A time above zero, in days.
    pub(super) fn duration(&mut self, at: &At<'d>) -> f64 {
        let days = self.quantity(at, Dimension::TIME);
        if days == 0.0 {
            self.out_of_bounds(at, "a time above zero such as \"12 h\"");
            return f64::NAN;
        }
        days
    }

    /// A number without unit.
    pub(super) fn number(&mut self, at: &At<'d>, expected: &str) -> f64 {
        let Shape::Number(literal) = at.node.shape else {
            self.wrong_type(at, expected);
            return f64::NAN;
        };
        match ron::from_str::<f64>(literal) {
            Ok(number) if number.is_finite() => number,
            _ => {
                self.wrong_type(at, expected);
                f64::NAN
            }
        }
    }

    /// A number and its unit, empty for a pure number; `None` and a fault for anything else.
    pub(super) fn value(&mut self, at: &At<'d>) -> Option<(f64, &'d str)> {
        const EXPECTED: &str = "a number, or a quantity such as \"10 ug\"";
        match &at.node.shape {
            Shape::Number(_) => {
                let number = self.number(at, EXPECTED);
                (!number.is_nan()).then_some((number, ""))
            }
            Shape::Text { value, .. } => match quantity::split(value, EXPECTED) {
                Ok(found) => Some(found),
                Err(fault) => {
                    self.bad_quantity(at, &fault);
                    None
                }
            },
            _ => {
                self.wrong_type(at, EXPECTED);
                None
            }
        }
    }

    /// A number or quantity in a unit, which need not be known here.
    pub(super) fn value_in(&mut self, at: &At<'d>, unit: &str) -> Option<f64> {
        let (number, own) = self.value(at)?;
        self.in_unit(at, number, own, unit)
    }

    /// A value that was read, in another unit.
    pub(super) fn in_unit(
        &mut self,
        at: &At<'d>,
        number: f64,
        own: &str,
        unit: &str,
    ) -> Option<f64> {
        if own == unit {
            return Some(number);
        }
        let converted = Unit::parse(unit).ok().and_then(|unit| {
            let quantity = match &at.node.shape {
                Shape::Text { value, .. } => Quantity::parse(value, "", Some(&unit)).ok()?,
                _ => Quantity::pure(number),
            };
            quantity.to(&unit, "").ok()
        });
        if converted.is_none() {
            let expected = match unit {
                "" => "a number without a unit, as the axis has".to_owned(),
                unit => format!("a quantity in {unit}, the unit of the axis, or one like it"),
            };
            self.out_of_bounds(at, &expected);
        }
        converted
    }

    /// A number from 0 to 1, or a percentage in quotes.
    pub(super) fn fraction(&mut self, at: &At<'d>) -> f64 {
        const EXPECTED: &str = "a number from 0 to 1";
        let number = match &at.node.shape {
            Shape::Text { .. } => self.quantity(at, Dimension::FRACTION),
            _ => self.number(at, EXPECTED),
        };
        if !number.is_nan() && !(0.0..=1.0).contains(&number) {
            self.out_of_bounds(at, EXPECTED);
            return f64::NAN;
        }
        number
    }

    /// A whole number within `range`.
    pub(super) fn whole(&mut self, at: &At<'d>, range: RangeInclusive<u64>, expected: &str) -> u64 {
        // 1e8 is whole too.
        let float = |literal| {
            let number = ron::from_str::<f64>(literal).ok();
            number.filter(|number| number.fract() == 0.0 && *number >= 0.0)
        };
        let read = match at.node.shape {
            Shape::Number(literal) => ron::from_str::<u64>(literal).ok().or_else(|| {
                // Of what would be rounded nobody knows which number was meant.
                let number = float(literal).filter(|number| *number < MOST_EXACT)?;
                Some(number as u64)
            }),
            _ => None,
        };
        match read {
            Some(number) if range.contains(&number) => number,
            _ => {
                let is_rounded = matches!(at.node.shape, Shape::Number(literal)
                    if read.is_none() && float(literal).is_some_and(|of| of < *range.end() as f64));
                let how = if is_rounded {
                    ", from 2^53 on in digits alone"
                } else {
                    ""
                };
                self.wrong_type(at, &format!("{expected}{how}"));
                *range.start()
            }
        }
    }
}
