//! Lines for a person, on standard output and standard error.
//!
//! A closed pipe is the reader's choice and no reason to stop: the results are in files. Any other failure to write to
//! standard output, such as a full disk, is remembered until the end. Control characters of a scenario's names never
//! reach the terminal.

use crate::script;
use std::io::{self, ErrorKind, Write as _};
use std::sync::OnceLock;

/// Why standard output is not whole.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Writes a line to standard output, unless that has a document for scripts.
pub(crate) fn line(text: &str) {
    if !script::is_asked() {
        document(text);
    }
}

/// Writes a document to standard output.
pub(crate) fn document(text: &str) {
    written(writeln!(io::stdout(), "{}", printable(text)));
}

/// Takes note of what became of writing to standard output.
pub(crate) fn written(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != ErrorKind::BrokenPipe
    {
        // The first is as good as any.
        let _ = LOST.set(error);
    }
}

/// Why something that was written to standard output is lost.
pub(crate) fn lost() -> Option<&'static io::Error> {
    LOST.get()
}

/// Writes a line to standard error.
pub(crate) fn remark(text: &str) {
    // Nobody is left to tell about a failure to write.
    let _ = writeln!(io::stderr(), "{}", printable(text));
}

/// Writes text that holds colour codes of our own to standard error, as it is.
pub(crate) fn drawn(text: &str) {
    // As above.
    let _ = write!(io::stderr(), "{text}");
}

/// The text with control characters as spaces, byte for byte, but for line ends and tabs.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' && character != '\t' {
            out.extend(std::iter::repeat_n(' ', character.len_utf8()));
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_as_many_spaces() {
        assert_eq!(printable("a\u{1b}[2Jb\u{85}c\n"), "a [2Jb  c\n");
    }
}
