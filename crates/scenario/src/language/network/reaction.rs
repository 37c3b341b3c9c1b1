//! The text form of a reaction: `2 A + B -> C`.
//!
//! Each side is a sum of species, perhaps with a whole number before the name; a side of which nothing is left is empty,
//! `0` or `∅`. A species that occurs twice on a side counts as often: `A + A` is `2 A`.

use std::ops::Range;

/// The most molecules of one species that a channel uses: mass action multiplies as many factors.
const MOST_USED: u32 = 100;
/// The most molecules of one species that a channel makes.
const MOST_MADE: u32 = 1_000_000;

/// What a channel uses and makes: species with their stoichiometry, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reaction {
    pub(super) reactants: Vec<(String, u32)>,
    pub(super) products: Vec<(String, u32)>,
}

/// Where and why a text is no reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReactionFault {
    /// Bytes of the text; empty at its end.
    pub(super) span: Range<usize>,
    pub(super) found: String,
    pub(super) expected: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Name(&'t str),
    Number(&'t str),
    Plus,
    Times,
    Arrow,
    Nothing,
    End,
    Other,
}

struct Parser<'t> {
    text: &'t str,
    token: Token<'t>,
    span: Range<usize>,
}

/// Reads a reaction.
pub(super) fn parse(text: &str) -> Result<Reaction, ReactionFault> {
    let mut parser = Parser {
        text,
        token: Token::End,
        span: 0..0,
    };
    parser.advance();
    let reactants = parser.side(MOST_USED)?;
    if parser.token != Token::Arrow {
        return Err(
            parser.fault(match parser.text[parser.span.start..].chars().next() {
                Some('<' | '=' | '⇌') => "`->`: a reversible reaction is two channels",
                Some('-') => "`->`",
                _ => "`+` or `->`",
            }),
        );
    }
    parser.advance();
    let products = parser.side(MOST_MADE)?;
    if parser.token != Token::End {
        return Err(parser.fault("`+` or the end of the reaction"));
    }
    Ok(Reaction {
        reactants,
        products,
    })
}

impl<'t> Parser<'t> {
    fn advance(&mut self) {
        let rest = &self.text[self.span.end..];
        let trimmed = rest.trim_start();
        let start = self.span.end + (rest.len() - trimmed.len());
        let word =
            |condition: fn(char) -> bool| trimmed.find(|c| !condition(c)).unwrap_or(trimmed.len());
        let (token, length) = match trimmed.chars().next() {
            None => (Token::End, 0),
            Some('+') => (Token::Plus, 1),
            Some('*') => (Token::Times, 1),
            Some('∅') => (Token::Nothing, '∅'.len_utf8()),
            Some('→') => (Token::Arrow, '→'.len_utf8()),
            Some('-') if trimmed.starts_with("->") => (Token::Arrow, 2),
            Some(c) if c.is_ascii_digit() => {
                let length = word(|c| c.is_ascii_digit() || c == '.');
                (Token::Number(&trimmed[..length]), length)
            }
            Some(c) if c.is_alphabetic() || c == '_' => {
                let length = word(is_name);
                (Token::Name(&trimmed[..length]), length)
            }
            Some('<' | '=') => (Token::Other, word(|c| matches!(c, '<' | '-' | '=' | '>'))),
            Some(c) => (Token::Other, c.len_utf8()),
        };
        self.token = token;
        self.span = start..start + length;
    }

    fn side(&mut self, most: u32) -> Result<Vec<(String, u32)>, ReactionFault> {
        let mut side: Vec<(String, u32)> = Vec::new();
        match self.token {
            Token::Arrow | Token::End => return Ok(side),
            Token::Nothing => {
                self.advance();
                return Ok(side);
            }
            Token::Number("0") => {
                let zero = self.span.clone();
                self.advance();
                if matches!(self.token, Token::Arrow | Token::End) {
                    return Ok(side);
                }
                self.span = zero;
                return Err(self.fault("at least 1"));
            }
            _ => {}
        }
        loop {
            let (number, start) = self.number(most)?;
            let Token::Name(name) = self.token else {
                return Err(self.fault("the name of a species"));
            };
            let total = match side.iter_mut().find(|(known, _)| known == name) {
                Some((_, total)) => {
                    *total = total.saturating_add(number);
                    *total
                }
                None => {
                    side.push((name.to_owned(), number));
                    number
                }
            };
            if total > most {
                self.span.start = start;
                return Err(self.fault(too_many(most)));
            }
            self.advance();
            if self.token != Token::Plus {
                return Ok(side);
            }
            self.advance();
        }
    }

    /// The stoichiometry before a name, 1 where there is none, and where it starts.
    fn number(&mut self, most: u32) -> Result<(u32, usize), ReactionFault> {
        let start = self.span.start;
        let Token::Number(digits) = self.token else {
            return Ok((1, start));
        };
        if digits.contains('.') {
            return Err(self.fault("a whole number of molecules"));
        }
        let number = match digits.parse::<u32>() {
            Ok(0) => return Err(self.fault("at least 1")),
            Ok(number) if number <= most => number,
            _ => return Err(self.fault(too_many(most))),
        };
        self.advance();
        if self.token == Token::Times {
            self.advance();
        }
        Ok((number, start))
    }

    fn fault(&self, expected: &'static str) -> ReactionFault {
        let piece = &self.text[self.span.clone()];
        ReactionFault {
            span: self.span.clone(),
            found: if piece.is_empty() {
                "the end of the reaction".to_owned()
            } else {
                format!("`{piece}`")
            },
            expected,
        }
    }
}

fn too_many(most: u32) -> &'static str {
    if most == MOST_USED {
        "at most 100 molecules of a species on the left"
    } else {
        "at most 1000000 molecules of a species on the right"
    }
}

/// Whether a character may stand in the name of a quantity, after its first.
pub(super) fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    type Side = Vec<(String, u32)>;

    fn sides(text: &str) -> (Side, Side) {
        let reaction = parse(text).unwrap();
        (reaction.reactants, reaction.products)
    }

    fn side(species: &[(&str, u32)]) -> Side {
        species
            .iter()
            .map(|(name, number)| ((*name).to_owned(), *number))
            .collect()
    }

    #[test]
    fn both_sides_are_read() {
        for (text, reactants, products) in [
            ("A + B -> C", &[("A", 1), ("B", 1)][..], &[("C", 1)][..]),
            ("2 A->D", &[("A", 2)], &[("D", 1)]),
            ("2A + A -> 3 * A", &[("A", 3)], &[("A", 3)]),
            ("protein ->", &[("protein", 1)], &[]),
            ("-> X_1", &[], &[("X_1", 1)]),
            ("∅ → 500 α", &[], &[("α", 500)]),
            ("X -> 0", &[("X", 1)], &[]),
        ] {
            assert_eq!(sides(text), (side(reactants), side(products)), "{text}");
        }
    }

    #[test]
    fn faults_are_at_their_bytes() {
        for (text, piece, found, expected) in [
            ("A + -> B", "->", "`->`", "the name of a species"),
            ("A B -> C", "B", "`B`", "`+` or `->`"),
            ("A - B", "-", "`-`", "`->`"),
            ("A <-> B", "<->", "`<->`", "two channels"),
            ("A = B", "=", "`=`", "two channels"),
            ("A -> B -> C", "->", "`->`", "`+` or the end"),
            ("1.5 A -> B", "1.5", "`1.5`", "a whole number"),
            ("0 A -> B", "0", "`0`", "at least 1"),
            ("IL-2 -> B", "-2", "`-`", "`->`"),
            ("A", "", "the end of the reaction", "`+` or `->`"),
            ("", "", "the end of the reaction", "`+` or `->`"),
            ("101 A -> B", "101", "`101`", "at most 100"),
            ("60 A + 60 A -> B", "60 A ->", "`60 A`", "at most 100"),
            (
                "A -> 99999999999 B",
                "99999999999",
                "`99999999999`",
                "at most 1000000",
            ),
        ] {
            let fault = parse(text).unwrap_err();
            assert_eq!(fault.found, found, "{text}");
            assert!(fault.expected.contains(expected), "{text}: {fault:?}");
            let at = if piece.is_empty() {
                text.len()
            } else {
                text.rfind(piece).unwrap()
            };
            assert_eq!(fault.span.start, at, "{text}");
        }
    }
}
