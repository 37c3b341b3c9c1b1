//! The scanner: RON text into a tree, character by character, with faults that say what was meant.

use super::{Field, Node, Shape, SyntaxFault, byte_at, line_and_column, shown};
use std::ops::Range;

/// Brackets nested deeper than this are refused; RON itself stops at 128.
const MAX_DEPTH: usize = 130;

pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

type Scan<T> = Result<T, SyntaxFault>;

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The whole text: attributes, one value, nothing after it.
    pub(super) fn document(mut self) -> Scan<Node<'t>> {
        self.attributes()?;
        let root = self.value("a value")?;
        self.skip_blank()?;
        if self.at < self.text.len() {
            return Err(self.unexpected("the end of the file"));
        }
        Ok(root)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, prefix: &str) -> bool {
        let taken = self.rest().starts_with(prefix);
        if taken {
            self.at += prefix.len();
        }
        taken
    }

    /// The length of what satisfies `condition` from here on.
    fn run_length(&self, condition: impl Fn(char) -> bool) -> usize {
        self.rest()
            .find(|c| !condition(c))
            .unwrap_or(self.rest().len())
    }

    fn skip_blank(&mut self) -> Scan<()> {
        loop {
            self.at += self.run_length(is_blank);
            if self.rest().starts_with("//") {
                self.at += self.run_length(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                self.block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    fn block_comment(&mut self) -> Scan<()> {
        let start = self.at;
        let mut level = 0_usize;
        loop {
            if self.take("/*") {
                level += 1;
            } else if self.take("*/") {
                level -= 1;
                if level == 0 {
                    return Ok(());
                }
            } else if let Some(c) = self.peek() {
                self.at += c.len_utf8();
            } else {
                return Err(fault(
                    start..start + 2,
                    "a comment that never ends",
                    "`*/` to close it",
                ));
            }
        }
    }

    /// Attributes such as `#![enable(implicit_some)]`: skipped, RON reads them.
    fn attributes(&mut self) -> Scan<()> {
        self.skip_blank()?;
        while self.take("#") {
            for mark in ["!", "["] {
                self.skip_blank()?;
                if !self.take(mark) {
                    return Err(self.unexpected("an attribute such as `#![enable(implicit_some)]`"));
                }
            }
            loop {
                self.skip_blank()?;
                match self.peek() {
                    None => return Err(self.unexpected("`]` to close the attribute")),
                    Some('"') => drop(self.quoted()?),
                    Some(c) => {
                        self.at += c.len_utf8();
                        if c == ']' {
                            break;
                        }
                    }
                }
            }
            self.skip_blank()?;
        }
        Ok(())
    }

    fn value(&mut self, expected: &str) -> Scan<Node<'t>> {
        self.skip_blank()?;
        let start = self.at;
        let rest = self.rest();
        let shape = match self.peek() {
            Some('"') => self.quoted()?,
            Some('\'') => self.character()?,
            Some('(') => self.group()?,
            Some('[') => self.list()?,
            Some('{') => self.map()?,
            Some('b') if rest.starts_with("b'") => {
                self.at += 1;
                self.character()?;
                Shape::Bytes
            }
            Some('b')
                if rest.starts_with("b\"")
                    || rest.starts_with("br\"")
                    || rest.starts_with("br#") =>
            {
                self.at += 1;
                self.delimited()?;
                Shape::Bytes
            }
            Some('r') if rest[1..].trim_start_matches('#').starts_with('"') => self.quoted()?,
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number(),
            Some(c) if is_word_start(c) && !is_curly_quote(c) => return self.word(),
            _ => return Err(self.unexpected(expected)),
        };
        Ok(Node {
            span: start..self.at,
            name: None,
            shape,
        })
    }

    fn word(&mut self) -> Scan<Node<'t>> {
        let start = self.at;
        let word = self.identifier();
        let end = self.at;
        self.skip_blank()?;
        if self.peek() != Some('(') {
            self.at = end;
            return Ok(Node {
                span: start..end,
                name: None,
                shape: Shape::Word(word),
            });
        }
        let shape = self.group()?;
        match shape {
            Shape::Values(mut values) if word == "Some" && values.len() == 1 => {
                Ok(values.remove(0))
            }
            shape => Ok(Node {
                span: start..self.at,
                name: Some((word, start..end)),
                shape,
            }),
        }
    }

    fn identifier(&mut self) -> &'t str {
        let raw = self.rest().starts_with("r#");
        if raw {
            self.at += 2;
        }
        let length = self.run_length(|c| is_word(c) || (raw && matches!(c, '.' | '+' | '-')));
        let word = &self.rest()[..length];
        self.at += length;
        word
    }

    fn number(&mut self) -> Shape<'t> {
        let length = self.run_length(|c| is_word(c) || matches!(c, '+' | '-' | '.'));
        let mut number = &self.rest()[..length];
        if number.ends_with("..") && self.rest()[length..].starts_with('=') {
            let more =
                self.rest()[length + 1..].find(|c| !(is_word(c) || matches!(c, '+' | '-' | '.')));
            number = &self.rest()[..more.map_or(self.rest().len(), |more| length + 1 + more)];
        }
        self.at += number.len();
        Shape::Number(number)
    }

    fn character(&mut self) -> Scan<Shape<'t>> {
        let start = self.at;
        self.at += 1;
        let escaped = self.peek() == Some('\\');
        for _ in 0..=usize::from(escaped) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        if escaped {
            self.at += self.run_length(|c| c.is_ascii_alphanumeric() || matches!(c, '{' | '}'));
        }
        if self.take("'") {
            return Ok(Shape::Character);
        }
        self.at = start + 1;
        self.at += self.run_length(|c| !matches!(c, '\'' | '\n' | ',' | ')' | ']' | '}'));
        self.take("'");
        let span = start..self.at;
        let written = self.text[span.clone()].trim_matches('\'');
        let expected = format!("text in double quotes: {}", shown(written.trim_end()));
        Err(fault(span, "text in single quotes", &expected))
    }

    /// Text, plain or raw.
    fn quoted(&mut self) -> Scan<Shape<'t>> {
        let start = self.at;
        let content = self.delimited()?;
        let literal = &self.text[start..self.at];
        if literal.starts_with('r') || !literal.contains('\\') {
            let value = self.text[content.clone()].to_owned();
            return Ok(Shape::Text {
                value,
                verbatim_from: Some(content.start),
            });
        }
        match ron::from_str::<String>(literal) {
            Ok(value) => Ok(Shape::Text {
                value,
                verbatim_from: None,
            }),
            Err(error) => {
                let stopped = start + byte_at(literal, error.span.end.line, error.span.end.col);
                let escape = self.text[content.start..stopped]
                    .rfind('\\')
                    .map_or(start, |byte| content.start + byte);
                let end = escape
                    + self.text[escape..]
                        .chars()
                        .take(2)
                        .map(char::len_utf8)
                        .sum::<usize>();
                let found = format!("the escape `{}`", &self.text[escape..end]);
                Err(fault(
                    escape..end,
                    &found,
                    r#"`\n`, `\t`, `\"`, `\\` or `\u{..}` (a backslash itself is `\\`)"#,
                ))
            }
        }
    }

    /// Steps over `".."`, `r".."` or `r#".."#`; the bytes between the quotes.
    fn delimited(&mut self) -> Scan<Range<usize>> {
        let start = self.at;
        let raw = self.take("r");
        let hashes = self.run_length(|c| c == '#');
        self.at += hashes;
        if !self.take("\"") {
            return Err(self.unexpected("`\"`"));
        }
        let from = self.at;
        let closing = format!("\"{}", "#".repeat(hashes));
        let length = if raw {
            self.rest().find(&closing)
        } else {
            end_of_quoted(self.rest())
        };
        let Some(length) = length else {
            return Err(fault(
                start..from,
                "text that never ends",
                &format!("`{closing}` to close it"),
            ));
        };
        self.at += length + closing.len();
        Ok(from..from + length)
    }

    fn list(&mut self) -> Scan<Shape<'t>> {
        let mut items = Vec::new();
        self.bracketed(']', |scanner| {
            items.push(scanner.value("a value or `]`")?);
            Ok(items.last().is_some_and(runs_over_lines))
        })?;
        Ok(Shape::List(items))
    }

    fn map(&mut self) -> Scan<Shape<'t>> {
        let mut entries = Vec::new();
        self.bracketed('}', |scanner| {
            let key = scanner.value("a key in quotes or `}`")?;
            scanner.skip_blank()?;
            if !scanner.take(":") {
                return Err(scanner.unexpected("`:` after the key"));
            }
            let value = scanner.value("a value")?;
            let suspicious = runs_over_lines(&value);
            entries.push((key, value));
            Ok(suspicious)
        })?;
        Ok(Shape::Map(entries))
    }

    fn group(&mut self) -> Scan<Shape<'t>> {
        let mut fields = Vec::new();
        let mut values = Vec::new();
        self.bracketed(')', |scanner| {
            let start = scanner.at;
            if let Some(key) = scanner.key()? {
                if !values.is_empty() {
                    return Err(fault(
                        key.clone(),
                        "a key after a value without one",
                        "values only, or a key for each",
                    ));
                }
                let value =
                    scanner.value(&format!("a value for `{}`", &scanner.text[key.clone()]))?;
                let suspicious = runs_over_lines(&value);
                let name = scanner.text[key.clone()].trim_start_matches("r#");
                fields.push(Field {
                    key: name,
                    key_span: key,
                    value,
                });
                return Ok(suspicious);
            }
            let value = scanner.value(if fields.is_empty() {
                "a key, a value or `)`"
            } else {
                "a key or `)`"
            })?;
            let end = scanner.at;
            scanner.skip_blank()?;
            match (&value.shape, scanner.peek()) {
                (Shape::Word(word), Some('=')) => {
                    return Err(scanner.unexpected(&format!("`:` after the key `{word}`")));
                }
                (Shape::Text { value, .. }, Some(':')) => {
                    return Err(fault(
                        start..end,
                        "a key in quotes",
                        &format!("the key without them: `{value}`"),
                    ));
                }
                (Shape::Word(word), _) if !fields.is_empty() => {
                    return Err(scanner.unexpected(&format!("`:` after the key `{word}`")));
                }
                _ if !fields.is_empty() => {
                    return Err(fault(start..end, &value.describe(), "a key before it"));
                }
                _ => {}
            }
            scanner.at = end;
            let suspicious = runs_over_lines(&value);
            values.push(value);
            Ok(suspicious)
        })?;
        Ok(if fields.is_empty() {
            Shape::Values(values)
        } else {
            Shape::Fields(fields)
        })
    }

    /// The bytes of a key whose colon was stepped over too; stays in place if there is none.
    fn key(&mut self) -> Scan<Option<Range<usize>>> {
        let start = self.at;
        if self.peek().is_some_and(is_word_start) {
            self.identifier();
            let end = self.at;
            self.skip_blank()?;
            if end > start && self.take(":") {
                return Ok(Some(start..end));
            }
        }
        self.at = start;
        Ok(None)
    }

    /// Reads `member`s and the commas between them up to `close`. A member says whether it ended in text over several
    /// lines, which may have swallowed a line that misses its closing quote.
    fn bracketed(
        &mut self,
        close: char,
        mut member: impl FnMut(&mut Self) -> Scan<bool>,
    ) -> Scan<()> {
        let open = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(fault(
                open..open + 1,
                "brackets inside brackets without end",
                "a flatter text",
            ));
        }
        self.at += 1;
        loop {
            self.skip_blank()?;
            if self.take(close.encode_utf8(&mut [0; 4])) {
                self.depth -= 1;
                return Ok(());
            }
            if matches!(self.peek(), None | Some(')' | ']' | '}')) {
                return Err(self.unclosed(open, close));
            }
            let start = self.at;
            let suspicious = member(self)?;
            let end = self.at;
            self.skip_blank()?;
            if self.take(",") || self.peek() == Some(close) {
                continue;
            }
            if matches!(self.peek(), None | Some(')' | ']' | '}')) {
                return Err(self.unclosed(open, close));
            }
            let mut expected = format!("`,` or `{close}`");
            if suspicious {
                let (first, _) = line_and_column(self.text, start);
                let (last, _) = line_and_column(self.text, end);
                expected +=
                    &format!(" (is a closing quote missing between lines {first} and {last}?)");
            }
            return Err(self.unexpected(&expected));
        }
    }

    fn unclosed(&self, open: usize, close: char) -> SyntaxFault {
        let (line, column) = line_and_column(self.text, open);
        let opened = &self.text[open..=open];
        self.unexpected(&format!(
            "`{close}` to close the `{opened}` of line {line}, column {column}"
        ))
    }

    /// The fault of finding what stands here.
    fn unexpected(&self, expected: &str) -> SyntaxFault {
        let (length, found) = match self.peek() {
            None => (0, "the end of the file".to_owned()),
            Some(mark @ '\u{feff}') => {
                let span = self.at..self.at + mark.len_utf8();
                return fault(
                    span,
                    "a byte order mark",
                    "a file saved as UTF-8 without one",
                );
            }
            Some('"') => (1, "text".to_owned()),
            Some(c) if is_curly_quote(c) => (
                c.len_utf8(),
                format!("the curly quote `{c}` (quotes are straight: `\"`)"),
            ),
            Some(c) if is_word(c) => {
                let length = self.run_length(is_word);
                (length, format!("`{}`", &self.rest()[..length]))
            }
            Some(c) => (c.len_utf8(), format!("`{}`", c.escape_debug())),
        };
        fault(self.at..self.at + length, &found, expected)
    }
}

fn fault(span: Range<usize>, found: &str, expected: &str) -> SyntaxFault {
    SyntaxFault {
        span,
        found: found.to_owned(),
        expected: expected.to_owned(),
    }
}

fn is_curly_quote(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '„' | '«' | '»' | '\u{feff}')
}

fn runs_over_lines(node: &Node<'_>) -> bool {
    matches!(&node.shape, Shape::Text { value, .. } if value.contains('\n'))
}

/// The byte of the quote that ends a text, `quoted` starting after the opening one.
pub(super) fn end_of_quoted(quoted: &str) -> Option<usize> {
    let mut escaped = false;
    for (byte, c) in quoted.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(byte),
            _ => {}
        }
    }
    None
}

/// What may stand in a word. Wider than RON's identifiers beyond ASCII, which RON then judges.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && !is_blank(c))
}

fn is_word_start(c: char) -> bool {
    is_word(c) && !c.is_ascii_digit()
}

/// RON's white space.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\n'
            | '\r'
            | '\u{b}'
            | '\u{c}'
            | '\u{85}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'
            | '\u{2029}'
    )
}
