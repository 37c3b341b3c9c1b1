//! Lines for a person, on standard output and standard error.
//!
//! A closed pipe is the reader's choice and no reason to stop: the results are in files. Control characters of a
//! scenario's names never reach the terminal.

use std::io::Write as _;

/// Writes a line to standard output.
pub(crate) fn line(text: &str) {
    // Nobody is left to tell about a failure to write.
    let _ = writeln!(std::io::stdout(), "{}", printable(text));
}

/// Writes a line to standard error.
pub(crate) fn remark(text: &str) {
    // As above.
    let _ = writeln!(std::io::stderr(), "{}", printable(text));
}

/// Writes text that holds colour codes of our own to standard error, as it is.
pub(crate) fn drawn(text: &str) {
    // As above.
    let _ = write!(std::io::stderr(), "{text}");
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
