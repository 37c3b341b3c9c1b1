//! Where everything stands in a RON text: a tree of values, each with its span of bytes.
//!
//! RON's own reader knows no places once it is done. [`Document::read`] walks the text a second time and keeps them, so
//! that a check made after parsing can point at `arms[1].genotype[0].gene`. It takes every text that RON takes, and
//! somewhat more: whoever needs RON exactly asks RON as well (`parse` and `parse_ron` both do).

mod scanner;

use scanner::{Scanner, end_of_quoted, is_word};
use std::ops::Range;

/// The longest piece of somebody's text repeated in a message, in characters.
const MAX_SHOWN: usize = 40;

/// A RON text as a tree of values with their places.
#[derive(Debug, Clone, PartialEq)]
pub struct Document<'t> {
    text: &'t str,
    root: Node<'t>,
}

/// One value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'t> {
    /// The bytes of the value, its name (as in `inject(..)`) included.
    pub span: Range<usize>,
    /// The name before the bracket of a [`Shape::Fields`] or [`Shape::Values`], with its bytes.
    pub name: Option<(&'t str, Range<usize>)>,
    /// What kind of value it is, and what it holds.
    pub shape: Shape<'t>,
}

/// What a [`Node`] holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape<'t> {
    /// Text in quotes.
    Text {
        /// The text, escapes resolved.
        value: String,
        /// The byte where the text starts in the file, if it stands there exactly as in `value`.
        verbatim_from: Option<usize>,
    },
    /// A number (or a range of numbers), as written.
    Number(&'t str),
    /// A word without quotes: `true`, `None`, `subcutaneous`.
    Word(&'t str),
    /// A character in single quotes.
    Character,
    /// A byte or a string of bytes.
    Bytes,
    /// `[a, b]`
    List(Vec<Node<'t>>),
    /// `{ a: b }`
    Map(Vec<(Node<'t>, Node<'t>)>),
    /// `(a: 1, b: 2)`, perhaps named.
    Fields(Vec<Field<'t>>),
    /// `(1, 2)` or `()`, perhaps named.
    Values(Vec<Node<'t>>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<'t> {
    /// The key.
    pub key: &'t str,
    /// The bytes of the key.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node<'t>,
}

/// The places that belong to a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The bytes of the key, where the last step of the path is one.
    pub key: Option<Range<usize>>,
    /// The bytes of the value.
    pub value: Range<usize>,
}

/// The first fault of syntax in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// The bytes at fault.
    pub span: Range<usize>,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

/// The line and column of a byte: both from 1, the column in characters.
///
/// Bytes beyond the text count as its end, bytes inside a character as its start.
#[must_use]
pub fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(byte)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// The byte at a line and column (from 1, in characters); the inverse of [`line_and_column`].
///
/// A column beyond its line is the end of that line, a line beyond the text the end of the text.
#[must_use]
pub fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => match text.match_indices('\n').nth(line - 2) {
            Some((newline, _)) => newline + 1,
            None => return text.len(),
        },
    };
    let line_text = text[start..].split('\n').next().unwrap_or_default();
    let within = line_text.char_indices().nth(column.saturating_sub(1));
    start + within.map_or(line_text.len(), |(byte, _)| byte)
}

/// The path of `key` inside `path`: `run.seed`, `overlay["a b"]`.
#[must_use]
pub fn child_path(path: &str, key: &str) -> String {
    if key.is_empty() || !key.chars().all(is_word) {
        format!("{path}[{key:?}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

impl<'t> Document<'t> {
    /// Reads `text`.
    ///
    /// # Errors
    /// [`SyntaxFault`], the first one, where the text is not RON.
    pub fn read(text: &'t str) -> Result<Self, SyntaxFault> {
        let root = Scanner::new(text).document()?;
        Ok(Self { text, root })
    }

    /// The text that was read.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Another tree over the same text: values may stand in the place of others, and keep the places they came from.
    #[must_use]
    pub fn with_root<'a>(&'a self, root: Node<'a>) -> Document<'a> {
        Document {
            text: self.text,
            root,
        }
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> &Node<'t> {
        &self.root
    }

    /// The places of a path such as `arms[1].genotype[0].gene`, `run.seed` or `overlay["a b"]`; the empty path is the
    /// whole value. `None` where the text has no such value.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Spot> {
        let mut node = &self.root;
        let mut key = None;
        let mut rest = path;
        while !rest.is_empty() {
            let name;
            if let Some(quoted) = rest.strip_prefix("[\"") {
                let end = end_of_quoted(quoted)?;
                let literal = &rest[1..end + 3];
                name = ron::from_str::<String>(literal).ok()?;
                rest = rest[end + 3..].strip_prefix(']')?;
            } else if let Some(bracket) = rest.strip_prefix('[') {
                let (index, after) = bracket.split_once(']')?;
                (node, key) = (node.items().get(index.parse::<usize>().ok()?)?, None);
                rest = after.strip_prefix('.').unwrap_or(after);
                continue;
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                name = rest[..end].to_owned();
                rest = &rest[end..];
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let (key_span, value) = node.entry(&name)?;
            (node, key) = (value, Some(key_span));
        }
        Some(Spot {
            key,
            value: node.span.clone(),
        })
    }

    /// The path of the innermost value or key that covers `byte`.
    #[must_use]
    pub fn path_at(&self, byte: usize) -> String {
        let mut path = String::new();
        let mut node = &self.root;
        'deeper: loop {
            for (index, item) in node.items().iter().enumerate() {
                if item.span.contains(&byte) {
                    path.push_str(&format!("[{index}]"));
                    node = item;
                    continue 'deeper;
                }
            }
            for (key, key_span, value) in node.entries() {
                if key_span.contains(&byte) || value.span.contains(&byte) {
                    path = child_path(&path, key);
                    if key_span.contains(&byte) {
                        return path;
                    }
                    node = value;
                    continue 'deeper;
                }
            }
            return path;
        }
    }

    /// The innermost value that covers `byte`.
    #[must_use]
    pub fn node_at(&self, byte: usize) -> &Node<'t> {
        self.innermost(|span| span.contains(&byte))
    }

    /// The innermost value that covers `byte` or, once there is none, ends there: where a reader stood that failed.
    #[must_use]
    pub fn node_before(&self, byte: usize) -> &Node<'t> {
        self.innermost(|span| span.contains(&byte) || span.end == byte)
    }

    fn innermost(&self, holds: impl Fn(&Range<usize>) -> bool) -> &Node<'t> {
        let mut node = &self.root;
        // The last one that holds: of two neighbours the one that covers the byte, not the one that ends there.
        while let Some(child) = node.children().filter(|child| holds(&child.span)).last() {
            node = child;
        }
        node
    }
}

impl<'t> Node<'t> {
    /// The members of a list or of a group without keys; empty for everything else.
    #[must_use]
    pub fn items(&self) -> &[Node<'t>] {
        match &self.shape {
            Shape::List(items) | Shape::Values(items) => items,
            _ => &[],
        }
    }

    /// Keys, their bytes and values, of a group with keys or of a map keyed by text or words.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Range<usize>, &Node<'t>)> {
        let (fields, map): (&[Field<'t>], &[(Node<'t>, Node<'t>)]) = match &self.shape {
            Shape::Fields(fields) => (fields, &[]),
            Shape::Map(map) => (&[], map),
            _ => (&[], &[]),
        };
        let fields = fields
            .iter()
            .map(|field| (field.key, field.key_span.clone(), &field.value));
        fields.chain(
            map.iter()
                .map(|(key, value)| (key.as_key(), key.span.clone(), value)),
        )
    }

    /// Everything directly inside, the keys of maps too.
    fn children(&self) -> impl Iterator<Item = &Node<'t>> {
        let keys = match &self.shape {
            Shape::Map(map) => map.as_slice(),
            _ => &[],
        };
        let values = self.entries().map(|(_, _, value)| value);
        self.items()
            .iter()
            .chain(values)
            .chain(keys.iter().map(|(key, _)| key))
    }

    /// The closing bracket of a bracketed value, the whole value otherwise: where something is missing.
    #[must_use]
    pub fn closing(&self) -> Range<usize> {
        match self.shape {
            Shape::List(_) | Shape::Map(_) | Shape::Fields(_) | Shape::Values(_) => {
                self.span.end - 1..self.span.end
            }
            _ => self.span.clone(),
        }
    }

    /// The bytes of the file that are bytes `within` of this node's text; the whole value where escapes stand between.
    #[must_use]
    pub fn inside(&self, within: &Range<usize>) -> Range<usize> {
        match &self.shape {
            Shape::Text {
                verbatim_from: Some(from),
                ..
            } if !within.is_empty() => from + within.start..from + within.end,
            _ => self.span.clone(),
        }
    }

    /// The bytes of the file that are `length` bytes from `offset` on of this node's text; for no bytes at its end, the
    /// closing quote. The whole value where escapes stand between.
    #[must_use]
    pub fn within(&self, offset: usize, length: usize) -> Range<usize> {
        match &self.shape {
            Shape::Text {
                verbatim_from: Some(from),
                ..
            } => from + offset..from + offset + length.max(1),
            _ => self.span.clone(),
        }
    }

    /// The value in words, for "found ...".
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.shape {
            Shape::Text { value, .. } => format!("the text {}", shown(value)),
            Shape::Number(number) => format!("the number {number}"),
            Shape::Word(word @ ("true" | "false" | "None")) => format!("`{word}`"),
            Shape::Word(word) => format!("the bare word `{word}`"),
            Shape::Character => "a character in single quotes".to_owned(),
            Shape::Bytes => "a byte string".to_owned(),
            Shape::List(_) => "a list `[..]`".to_owned(),
            Shape::Map(_) => "a map `{..}`".to_owned(),
            Shape::Fields(_) | Shape::Values(_) => match self.name {
                Some((name, _)) => format!("`{name}(..)`"),
                None => "a group `(..)`".to_owned(),
            },
        }
    }

    fn entry(&self, name: &str) -> Option<(Range<usize>, &Node<'t>)> {
        self.entries()
            .find(|(key, ..)| *key == name)
            .map(|(_, span, value)| (span, value))
    }

    fn as_key(&self) -> &str {
        match &self.shape {
            Shape::Text { value, .. } => value,
            Shape::Number(word) | Shape::Word(word) => word,
            _ => "",
        }
    }
}

/// Text in quotes, shortened where it is long.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        None => format!("\"{text}\""),
        Some((end, _)) => format!("\"{}…\"", &text[..end]),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: &str = r##"#![enable(implicit_some)] // a header
/* one /* two */ still one */
Scenario(
    title: "π, \"quoted\"", raw: r#"a "raw" (one)"#,
    run: (until: "70 d", seed: 0x2a, on: true, mark: ')'),
    arms: [
        (name: "é"), // :
        (name: "b", genotype: Some([(gene: "Il2ra", expression: -0.5e-3)])),
    ],
    overlay: { "treg death": "0.1 1/d", plain: 3 },
    acts: [ inject (dose: 1), rest, pair(1, (2, 3)) ],
)
"##;

    fn value_of(path: &str) -> Option<&'static str> {
        let document = Document::read(SAMPLE).unwrap();
        document.find(path).map(|spot| &SAMPLE[spot.value])
    }

    #[test]
    fn paths_find_their_values() {
        for (path, value) in [
            ("title", r#""π, \"quoted\"""#),
            ("raw", r###"r#"a "raw" (one)"#"###),
            ("run.until", r#""70 d""#),
            ("run.seed", "0x2a"),
            ("run.mark", "')'"),
            ("arms[0].name", "\"é\""),
            ("arms[1].genotype[0].gene", "\"Il2ra\""),
            ("arms[1].genotype[0].expression", "-0.5e-3"),
            ("overlay[\"treg death\"]", "\"0.1 1/d\""),
            ("overlay.plain", "3"),
            ("acts[0]", "inject (dose: 1)"),
            ("acts[0].dose", "1"),
            ("acts[1]", "rest"),
            ("acts[2][1][0]", "2"),
        ] {
            assert_eq!(value_of(path), Some(value), "{path}");
        }
        for path in [
            "nothing",
            "arms[2]",
            "arms[x]",
            "run.until.more",
            "overlay[\"treg",
            "[",
            ".",
        ] {
            assert_eq!(value_of(path), None, "{path}");
        }
    }

    #[test]
    fn keys_have_places_and_places_have_paths() {
        let document = Document::read(SAMPLE).unwrap();
        let spot = document.find("arms[1].genotype[0].expression").unwrap();
        assert_eq!(&SAMPLE[spot.key.clone().unwrap()], "expression");
        assert_eq!(line_and_column(SAMPLE, spot.value.start), (8, 65));
        assert_eq!(
            document.path_at(spot.value.start),
            "arms[1].genotype[0].expression"
        );
        assert_eq!(
            document.path_at(spot.key.unwrap().start),
            "arms[1].genotype[0].expression"
        );
        let death = document.find("overlay[\"treg death\"]").unwrap();
        assert_eq!(
            document.path_at(death.value.start + 2),
            "overlay[\"treg death\"]"
        );
        assert_eq!(document.path_at(0), "");
    }

    #[test]
    fn columns_count_characters() {
        let text = "ab\né, x\r\n";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 5), (2, 2));
        assert_eq!(line_and_column(text, 999), (3, 1));
        assert_eq!(byte_at(text, 2, 2), 5);
        assert_eq!(byte_at(text, 2, 99), 9);
        assert_eq!(byte_at(text, 9, 1), text.len());
        assert_eq!(byte_at(text, 0, 0), 0);
    }

    #[test]
    fn attributes_ranges_and_bytes_are_stepped_over() {
        for text in [
            "#![enable(unwrap_newtypes)]\n#![type = \"a ] b\"]\n1",
            "[0..5, ..=3, 1..=2, inf, -inf, NaN, 1_000u32, .5]",
            "(b'x', b\"ab\\\"c\", br#\"x\"y\"#, '\\'', '\\u{41}', ''', r#type)",
            "// only a line\n()",
        ] {
            Document::read(text).unwrap();
        }
    }

    #[test]
    fn deep_nesting_is_a_fault_and_not_a_crash() {
        let deep = "[".repeat(100_000);
        assert!(Document::read(&deep).is_err());
        let allowed = format!("{}{}", "[".repeat(129), "]".repeat(129));
        assert!(Document::read(&allowed).is_ok());
    }

    fn is_ron(text: &str) -> bool {
        ron::from_str::<serde::de::IgnoredAny>(text).is_ok()
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\PC\n]{0,80}") {
            drop(Document::read(&text));
        }

        #[test]
        fn what_ron_takes_is_taken(text in r#"[ \n]{0,1}[\(\[\{]?(a|b|r|"|'|:|,|\(|\)|\[|\]|\{|\}|1|-|\.|=|/|\*|#|\\|x|é| |\n){0,14}[\)\]\}]?"#) {
            if is_ron(&text) {
                let read = Document::read(&text);
                prop_assert!(read.is_ok(), "{text:?}: {read:?}");
            }
        }

        #[test]
        fn every_place_has_a_path_that_leads_back(byte in 0..SAMPLE.len()) {
            let document = Document::read(SAMPLE).unwrap();
            let spot = document.find(&document.path_at(byte)).unwrap();
            let on_key = spot.key.is_some_and(|key| key.contains(&byte));
            prop_assert!(on_key || spot.value.contains(&byte) || spot.value == document.root().span);
        }

        #[test]
        fn line_and_column_lead_back_to_the_byte(text in "[aé\n]{0,20}", byte in 0_usize..40) {
            let byte = text.floor_char_boundary(byte);
            let (line, column) = line_and_column(&text, byte);
            prop_assert_eq!(byte_at(&text, line, column), byte);
        }
    }
}
