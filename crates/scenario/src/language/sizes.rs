//! How large what is written may be: nothing that a person writes comes near, and no check has to take long over what a program wrote.

use super::fault::Fault;
use super::spans::{Document, Node, Shape};

/// The most entries of a list, a map or a group.
pub(super) const MOST_ENTRIES: usize = 10_000;

/// The most bytes of a text or a number.
pub(super) const LONGEST_TEXT: usize = 10_000;

/// The most values in a scenario at all points of its sweep together: each is read and checked.
pub(super) const MOST_VALUES: usize = 10_000_000;

/// How many values there are in a tree, or the first that is too large.
///
/// # Errors
/// The fault of that value.
pub(super) fn count(document: &Document<'_>) -> Result<usize, Box<Fault>> {
    count_in(document.text(), document.root())
}

/// The same of a part of a text.
///
/// # Errors
/// The fault of a value that is too large.
pub(super) fn count_in(text: &str, node: &Node<'_>) -> Result<usize, Box<Fault>> {
    let mut counter = Counter { text, values: 0 };
    counter.visit(node)?;
    Ok(counter.values)
}

struct Counter<'t> {
    text: &'t str,
    values: usize,
}

impl Counter<'_> {
    /// Nesting is bounded where the tree is read.
    fn visit(&mut self, node: &Node<'_>) -> Result<(), Box<Fault>> {
        self.values += 1;
        match &node.shape {
            Shape::Text { value, .. } => self.bytes(node, "a text", value.len()),
            Shape::Number(written) => self.bytes(node, "a number", written.len()),
            Shape::Word(written) => self.bytes(node, "a word", written.len()),
            Shape::Character | Shape::Bytes => Ok(()),
            Shape::List(members) | Shape::Values(members) => {
                self.entries(node, members.len())?;
                members.iter().try_for_each(|one| self.visit(one))
            }
            Shape::Map(entries) => {
                self.entries(node, entries.len())?;
                entries.iter().try_for_each(|(key, one)| {
                    self.visit(key)?;
                    self.visit(one)
                })
            }
            Shape::Fields(fields) => {
                self.entries(node, fields.len())?;
                fields.iter().try_for_each(|field| {
                    self.bytes(&field.value, "a key", field.key.len())?;
                    self.visit(&field.value)
                })
            }
        }
    }

    fn bytes(&self, node: &Node<'_>, what: &str, bytes: usize) -> Result<(), Box<Fault>> {
        let found = format!("{what} of {bytes} bytes");
        self.at_most(node, bytes, LONGEST_TEXT, &found)
    }

    fn entries(&self, node: &Node<'_>, entries: usize) -> Result<(), Box<Fault>> {
        self.at_most(node, entries, MOST_ENTRIES, &format!("{entries} entries"))
    }

    fn at_most(
        &self,
        node: &Node<'_>,
        length: usize,
        most: usize,
        found: &str,
    ) -> Result<(), Box<Fault>> {
        if length <= most {
            return Ok(());
        }
        let expected = format!("at most {most}");
        Err(Box::new(Fault::new(
            self.text,
            "",
            node.span.clone(),
            found,
            &expected,
        )))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn counted(text: &str) -> Result<usize, String> {
        let document = Document::read(text).unwrap();
        count(&document).map_err(|fault| fault.message)
    }

    #[test]
    fn what_is_too_large_is_named() {
        assert_eq!(counted(r#"(a: [1, "b", (2, x)], c: { "d": 'e' })"#), Ok(10));
        let list = |entries: usize| format!("[{}]", "1,".repeat(entries));
        assert_eq!(counted(&list(MOST_ENTRIES)), Ok(MOST_ENTRIES + 1));
        let long = "x".repeat(LONGEST_TEXT + 1);
        for (text, found) in [
            (list(MOST_ENTRIES + 1), "10001 entries"),
            (format!("(a: {})", list(20_000)), "20000 entries"),
            (format!("{{{}}}", "1: 2,".repeat(20_000)), "20000 entries"),
            (format!("(a: \"{long}\")"), "a text of 10001 bytes"),
            (format!("[{long}]"), "a word of 10001 bytes"),
            (format!("({long}: 1)"), "a key of 10001 bytes"),
            ("9".repeat(10_001), "a number of 10001 bytes"),
        ] {
            let expected = format!("found {found}, expected at most 10000");
            assert_eq!(counted(&text), Err(expected));
        }
    }
}
