//! What is wrong with a text: where, what was found, what was expected, and the nearest valid name.

use super::spans::{Document, Shape, SyntaxFault, byte_at, line_and_column, shown};
use ron::error::{Error, SpannedError};
use std::fmt;
use std::ops::Range;

/// RON's extensions, by the names that switch them on.
const EXTENSIONS: [&str; 4] = [
    "implicit_some",
    "unwrap_newtypes",
    "unwrap_variant_newtypes",
    "explicit_struct_names",
];

/// One fault in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The path of the value at fault, such as `arms[1].genotype[0].gene`; empty for the whole text and for syntax.
    pub path: String,
    /// The bytes at fault.
    pub span: Option<Range<usize>>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What stands there, as it follows "found".
    pub found: String,
    /// What should, as it follows "expected".
    pub expected: String,
    /// The valid name closest to what was found.
    pub nearest: Option<String>,
    /// The whole sentence.
    pub message: String,
}

/// All faults of one text, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// What the text is called: usually the path of a file.
    pub source_name: String,
    /// The text itself.
    pub text: String,
    /// The faults; never empty.
    pub faults: Vec<Fault>,
}

/// The bytes of the value at `path`, or where a text has none there of what is around it, its beginning at last.
pub(super) fn place(document: Option<&Document<'_>>, mut path: &str) -> Range<usize> {
    let around = |document: &Document<'_>| {
        loop {
            if let Some(spot) = document.find(path) {
                return Some(spot.value);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    };
    document.and_then(around).unwrap_or(0..0)
}

impl Fault {
    /// A fault at `span` of `text`.
    #[must_use]
    pub fn new(text: &str, path: &str, span: Range<usize>, found: &str, expected: &str) -> Self {
        let (line, column) = line_and_column(text, span.start);
        Self {
            path: path.to_owned(),
            span: Some(span),
            line,
            column,
            found: found.to_owned(),
            expected: expected.to_owned(),
            nearest: None,
            message: format!("found {found}, expected {expected}"),
        }
    }

    /// A fault of the value at `path`, or where the text has none there of what is around it, the whole text at last.
    #[must_use]
    pub fn at_path(text: &str, path: &str, found: &str, expected: &str) -> Self {
        let span = place(Document::read(text).ok().as_ref(), path);
        Self::new(text, path, span, found, expected)
    }

    /// As [`Self::at_path`], of a text that [`Faults::new`] is given: many faults are found in one reading of it.
    pub(crate) fn of_path(path: &str, found: &str, expected: &str) -> Self {
        Self {
            span: None,
            line: 0,
            ..Self::new("", path, 0..0, found, expected)
        }
    }

    /// The same fault with the valid name that was probably meant.
    #[must_use]
    pub fn with_nearest(mut self, nearest: Option<String>) -> Self {
        if let Some(name) = &nearest {
            self.message += &format!("; did you mean `{name}`?");
        }
        self.nearest = nearest;
        self
    }

    /// The fault of a text that is not RON.
    pub(super) fn syntax(text: &str, syntax: &SyntaxFault) -> Self {
        Self::new(
            text,
            "",
            syntax.span.clone(),
            &syntax.found,
            &syntax.expected,
        )
    }

    /// The fault of a text without any value, if `syntax` is about that.
    pub(super) fn nothing(text: &str, syntax: &SyntaxFault, expected: &str) -> Option<Self> {
        // A text that ends where its first value would start holds blanks and comments only.
        let is_nothing = syntax.span.is_empty() && syntax.expected == "a value";
        let found = match text.trim() {
            "" => "an empty file",
            _ => "nothing but comments",
        };
        is_nothing.then(|| Self::new(text, "", 0..0, found, expected))
    }

    /// RON's error in our words, at the value it is about.
    pub(super) fn from_ron(document: &Document<'_>, error: &SpannedError) -> Self {
        let text = document.text();
        let start = byte_at(text, error.span.start.line, error.span.start.col);
        let end = byte_at(text, error.span.end.line, error.span.end.col).max(start);
        let node = document.node_before(end);
        let (span, found, expected, nearest) = match &error.code {
            Error::NoSuchExtension(name) => {
                let span = key_span(document, text.len(), name).unwrap_or(start..end);
                let found = format!("the unknown extension `{name}`");
                (
                    span,
                    found,
                    any_of(&EXTENSIONS, '`'),
                    nearest(name, EXTENSIONS),
                )
            }
            Error::ExpectedComma if matches!(node.shape, Shape::Number(_)) => (
                node.span.clone(),
                format!("`{}`", &text[node.span.clone()]),
                "a number".to_owned(),
                None,
            ),
            Error::NoSuchStructField {
                expected, found, ..
            } => {
                let span = key_span(document, end, found).unwrap_or(start..end);
                let found_text = format!("the unknown key `{found}`");
                (
                    span,
                    found_text,
                    any_of(expected, '`'),
                    nearest(found, expected.iter().copied()),
                )
            }
            Error::NoSuchEnumVariant {
                expected, found, ..
            } => {
                let found_text = format!("the unknown word `{found}`");
                (
                    node.span.clone(),
                    found_text,
                    any_of(expected, '`'),
                    nearest(found, expected.iter().copied()),
                )
            }
            Error::MissingStructField { field, .. } => {
                let missing = format!("no `{field}`");
                (
                    document.node_at(start).closing(),
                    missing,
                    format!("one such as `{field}: ..`"),
                    None,
                )
            }
            Error::DuplicateStructField { field, .. } => {
                let span = key_span(document, end, field).unwrap_or(start..end);
                (
                    span,
                    format!("a second `{field}`"),
                    "each key once".to_owned(),
                    None,
                )
            }
            code => (node.span.clone(), node.describe(), expected_by(code), None),
        };
        Self::new(text, &document.path_at(span.start), span, &found, &expected)
            .with_nearest(nearest)
    }
}

impl Faults {
    /// The faults of `text`, put in the order of their places.
    #[must_use]
    pub fn new(source_name: &str, text: &str, mut faults: Vec<Fault>) -> Self {
        // Lines count from 1: of these only the path is known.
        let is_open = |fault: &Fault| fault.span.is_none() && fault.line == 0;
        if faults.iter().any(is_open) {
            let document = Document::read(text).ok();
            for fault in faults.iter_mut().filter(|fault| is_open(fault)) {
                let span = place(document.as_ref(), &fault.path);
                (fault.line, fault.column) = line_and_column(text, span.start);
                fault.span = Some(span);
            }
        }
        faults.sort_by_key(|fault| (fault.line, fault.column));
        Self {
            source_name: source_name.to_owned(),
            text: text.to_owned(),
            faults,
        }
    }

    /// The same faults of a text from which this one came by a change in one place; what is wrong with what was put there stands where it was put.
    #[must_use]
    pub(crate) fn before_change(self, original: &str) -> Self {
        let changed = &self.text;
        let pairs = original.bytes().zip(changed.bytes());
        let mut same = pairs.take_while(|(a, b)| a == b).count();
        while !original.is_char_boundary(same) {
            same -= 1;
        }
        let room = original.len().min(changed.len()) - same;
        let pairs = original.bytes().rev().zip(changed.bytes().rev());
        let mut rest = pairs.take(room).take_while(|(a, b)| a == b).count();
        while !original.is_char_boundary(original.len() - rest) {
            rest -= 1;
        }
        let (put, replaced) = (changed.len() - rest, original.len() - rest);
        let back = |byte: usize| match byte {
            byte if byte <= same => byte,
            byte if byte >= put => byte - put + replaced,
            _ => same,
        };
        let faults = self.faults.into_iter().map(|fault| {
            let Some(span) = fault.span.clone() else {
                return fault;
            };
            let span = back(span.start)..back(span.end);
            let (line, column) = line_and_column(original, span.start);
            Fault {
                span: Some(span),
                line,
                column,
                ..fault
            }
        });
        Self::new(&self.source_name, original, faults.collect())
    }
}

impl fmt::Display for Faults {
    /// One line for each fault: `file:line:column: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(
                f,
                "{separator}{}:{}:{}: {}",
                self.source_name, fault.line, fault.column, fault.message
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The candidate closest to `name`, if one is close: at most one edit in three characters, whatever the case. Where none
/// is, one that `name` abbreviates or extends.
///
/// An edit is a letter added, dropped, replaced or swapped with its neighbour. Among equals the candidate with the longer
/// common start wins, then the earlier one.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Nobody misspells longer ones, and edits are counted in the time of the product of the lengths.
    const LONGEST: usize = 200;
    if name.len() > LONGEST {
        return None;
    }
    let wanted = name.trim().to_lowercase();
    let mut best: Option<(usize, f64, &str)> = None;
    for candidate in candidates {
        if candidate.len() > LONGEST {
            continue;
        }
        let lower = candidate.to_lowercase();
        let (shorter, longer) = if wanted.len() < lower.len() {
            (&wanted, &lower)
        } else {
            (&lower, &wanted)
        };
        let length = wanted.chars().count().max(lower.chars().count());
        let edits = strsim::damerau_levenshtein(&wanted, &lower);
        let rank = match edits {
            0 => 0,
            _ if length > 1 && edits <= (length / 3).max(1) => edits,
            _ if shorter.len() >= 3 && longer.starts_with(shorter.as_str()) => usize::MAX,
            _ => continue,
        };
        let likeness = strsim::jaro_winkler(&wanted, &lower);
        if best
            .is_none_or(|(fewest, alike, _)| rank < fewest || (rank == fewest && likeness > alike))
        {
            best = Some((rank, likeness, candidate));
        }
    }
    best.map(|(.., candidate)| candidate.to_owned())
}

/// Names as an enumeration: `a`, `b` or `c`, each between two `quote`s; shortened where there are many.
pub(crate) fn any_of(names: &[impl AsRef<str>], quote: char) -> String {
    const MOST: usize = 12;
    // Two more take no more room than saying so.
    let most = if names.len() > MOST + 2 {
        MOST
    } else {
        names.len()
    };
    let listed = &names[..most];
    let mut quoted: Vec<String> = listed
        .iter()
        .map(|name| format!("{quote}{}{quote}", name.as_ref()))
        .collect();
    if names.len() > most {
        quoted.push(format!("{} more", names.len() - most));
    }
    match quoted.split_last() {
        None => "nothing at all".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

/// `name` in quotes for "found": short names whole.
pub(super) fn quoted(name: &str) -> String {
    shown(name)
}

/// What RON expected where it found a value of another type.
fn expected_by(code: &Error) -> String {
    let expected = match code {
        Error::InvalidValueForType { expected, .. } => expected,
        Error::ExpectedString | Error::ExpectedStringEnd => "text in double quotes",
        Error::ExpectedFloat => "a number",
        Error::ExpectedInteger | Error::InvalidIntegerDigit { .. } => "a whole number",
        Error::IntegerOutOfBounds => "a whole number within bounds",
        Error::ExpectedBoolean => "`true` or `false`",
        Error::ExpectedArray => "a list `[..]`",
        Error::ExpectedMap => "a map `{..}`",
        Error::ExpectedStructLike | Error::ExpectedNamedStructLike(_) => "a group `(..)`",
        // RON would say what the group is called in this program.
        Error::ExpectedDifferentStructName { .. } | Error::ExpectedStructName(_) => {
            "a group `(..)` without a name"
        }
        Error::ExpectedIdentifier => "a key and its value such as `name: ..`",
        // With `Some` left out, RON says this of whatever does not fit, and of whole numbers out of bounds above all.
        Error::ExpectedOption => "another value, within bounds",
        Error::Message(sentence) => sentence,
        code => {
            let sentence = code.to_string();
            return sentence
                .strip_prefix("Expected ")
                .map_or(format!("RON: {sentence}"), str::to_owned);
        }
    };
    expected.to_owned()
}

/// The bytes of the last key `name` that starts before `byte`.
fn key_span(document: &Document<'_>, byte: usize, name: &str) -> Option<Range<usize>> {
    let start = document.text()[..byte].rfind(name)?;
    Some(start..start + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_has_a_cut_off() {
        let names = ["Il2", "Il2ra", "Il2rb", "Foxp3", "IL-2", "treg_death"];
        for (name, expected) in [
            ("il2RA", Some("Il2ra")),
            ("Il2r", Some("Il2ra")),
            ("Fxop3", Some("Foxp3")),
            ("treg_deaths", Some("treg_death")),
            ("tregdeth", Some("treg_death")),
            ("IL2", Some("Il2")),
            ("", None),
            ("Cd40lg", None),
            ("treg", Some("treg_death")),
            ("Foxp3 gene", Some("Foxp3")),
            ("x", None),
        ] {
            assert_eq!(nearest(name, names).as_deref(), expected, "{name}");
        }
        assert_eq!(nearest("H", ["d", "h"]).as_deref(), Some("h"));
    }

    #[test]
    fn names_are_enumerated() {
        assert_eq!(any_of(&["a", "b", "c"], '`'), "`a`, `b` or `c`");
        assert_eq!(any_of(&["a"], '"'), "\"a\"");
        assert_eq!(any_of(&[] as &[&str], '"'), "nothing at all");
        let many: Vec<String> = (0..20).map(|index| index.to_string()).collect();
        assert!(any_of(&many, '`').ends_with("`11` or 8 more"));
    }

    #[test]
    fn faults_stand_where_they_were_before_a_change() {
        let original = "(µ: 1, model: \"m\", x: 2, y: é)";
        for (changed, model) in [
            ("(µ: 1, model: \"my own.ron\", x: 2, y: é)", "my own"),
            ("(µ: 1, model: \"\", x: 2, y: é)", "\"\""),
            (original, "\"m\""),
        ] {
            let at = |part: &str| {
                let start = changed.find(part).unwrap_or_default();
                Fault::new(changed, "", start..start + part.len(), part, "y")
            };
            let faults = vec![at("µ"), at(model), at("x"), at("é")];
            let moved = Faults::new("t.ron", changed, faults).before_change(original);
            for fault in moved.faults.iter().filter(|fault| fault.found != model) {
                let span = fault.span.clone().unwrap_or_default();
                assert_eq!(original[span], fault.found);
            }
            let columns: Vec<usize> = moved.faults.iter().map(|fault| fault.column).collect();
            assert_eq!(
                [columns[0], columns[2], columns[3]],
                [2, 20, 29],
                "{changed}"
            );
            assert!((15..=17).contains(&columns[1]), "{columns:?}");
        }
    }

    #[test]
    fn faults_are_one_line_each_in_order() {
        let text = "(a: 1,\n b: 2)";
        let second = Fault::new(text, "b", 11..12, "x", "y").with_nearest(Some("z".to_owned()));
        let faults = Faults::new(
            "t.ron",
            text,
            vec![second, Fault::new(text, "a", 4..5, "p", "q")],
        );
        assert_eq!(
            faults.to_string(),
            "t.ron:1:5: found p, expected q\nt.ron:2:5: found x, expected y; did you mean `z`?"
        );
    }
}
