//! Lines for a person, on standard output and standard error.
//!
//! A closed pipe is the reader's choice and no reason to stop: the results are in files. Any other failure to write to
//! standard output, such as a full disk, is remembered until the end. Control characters of a scenario's names never
//! reach the terminal.

use crate::script;
use paracrine_scenario::catalogue;
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

/// Says so where a file was asked for that is not there, and what comes with the program under its name is taken, and where a file of
/// that name is passed over.
pub(crate) fn stands_in(asked: &str, name: &str) {
    if catalogue::stands_in(asked) {
        remark(&format!(
            "note: there is no file {asked} here: this is `{name}`, which comes with paracrine"
        ));
    } else if let Some(file) = catalogue::passed_over(asked) {
        remark(&format!(
            "note: this is `{name}`, which comes with paracrine; the file here is {file}, with its ending"
        ));
    }
}

/// Writes text that holds colour codes of our own to standard error, as it is.
pub(crate) fn drawn(text: &str) {
    // As above.
    let _ = write!(io::stderr(), "{text}");
}

/// Whether a character turns the direction of what follows, or takes no room: a name may hide behind it.
const fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// The text with control and deceptive characters as spaces, byte for byte, but for line ends and tabs.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let is_control = character.is_control() && character != '\n' && character != '\t';
        if is_control || is_deceptive(character) {
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
        assert_eq!(printable("a\u{202e}b\u{200b}é"), "a   b   é");
    }
}
