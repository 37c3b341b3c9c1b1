//! The text form of formulas.

use super::{Expression, Function};
use std::str::FromStr;
use thiserror::Error;

/// Parentheses, functions and signs may not be nested deeper.
const DEEPEST: usize = 200;

/// Sums and products whose tree is deeper become one application of many arguments.
const LONG: usize = 64;

/// Where and why a text is not a formula.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {column} of `{text}`: found {found}, expected {expected}")]
pub struct ParseError {
    /// The whole text.
    pub text: String,
    /// Where the fault starts, in bytes from the beginning of the text.
    pub offset: usize,
    /// How long the faulty piece is, in bytes; 0 at the end of the text.
    pub length: usize,
    /// Where the fault starts, in characters from 1.
    pub column: usize,
    /// What stands there.
    pub found: String,
    /// What could have stood there.
    pub expected: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    Number(f64),
    Name(&'a str),
    /// What the caller takes for a symbol.
    Symbol(&'a str),
    Sign(&'a str),
    End,
}

/// A formula, and how deep its tree is.
struct Parsed {
    tree: Expression,
    depth: usize,
}

impl From<Expression> for Parsed {
    /// A leaf.
    fn from(tree: Expression) -> Self {
        Self { tree, depth: 1 }
    }
}

impl Parsed {
    fn negative(self) -> Self {
        match self.tree {
            Expression::Number(number) => Expression::Number(-number).into(),
            tree => Self {
                tree: -tree,
                depth: self.depth + 1,
            },
        }
    }
}

struct Parser<'a, 's> {
    text: &'a str,
    /// How many bytes at the beginning of a text are a symbol of the caller's own spelling; 0 for none.
    symbol: &'s mut dyn FnMut(&str) -> usize,
    token: Token<'a>,
    /// Bytes of the current token.
    start: usize,
    end: usize,
    depth: usize,
}

impl FromStr for Expression {
    type Err = ParseError;

    /// Reads the text form that the [module](super) describes.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::read(text, &mut |_| 0)
    }
}

impl Expression {
    /// Reads the text form with symbols that are no plain names. Wherever a piece of the text begins, `symbol` is given the rest of it and
    /// says how many bytes are one symbol, which is kept as it is written; 0 to read on as ever.
    ///
    /// # Errors
    /// [`ParseError`] at the first piece that does not fit.
    ///
    /// # Panics
    /// If a symbol ends beyond the text or within a character.
    pub fn read(text: &str, symbol: &mut dyn FnMut(&str) -> usize) -> Result<Self, ParseError> {
        let mut parser = Parser {
            text,
            symbol,
            token: Token::End,
            start: 0,
            end: 0,
            depth: 0,
        };
        parser.advance()?;
        let parsed = parser.binary(0)?;
        match parser.token {
            Token::End => Ok(parsed.tree),
            _ => Err(parser.fault("an operator or the end")),
        }
    }
}

impl<'a> Parser<'a, '_> {
    /// Moves to the next token.
    fn advance(&mut self) -> Result<(), ParseError> {
        let rest = &self.text[self.end..];
        let trimmed = rest.trim_start();
        self.start = self.end + (rest.len() - trimmed.len());
        let Some(first) = trimmed.chars().next() else {
            (self.token, self.end) = (Token::End, self.start);
            return Ok(());
        };
        let symbol = (self.symbol)(trimmed);
        if symbol > 0 {
            self.end = self.start + symbol;
            self.token = Token::Symbol(&trimmed[..symbol]);
            return Ok(());
        }
        let length = if first.is_ascii_digit() || first == '.' {
            number_length(trimmed)
        } else if first.is_alphabetic() || first == '_' {
            let ends = |c: char| !(c.is_alphanumeric() || c == '_');
            trimmed.find(ends).unwrap_or(trimmed.len())
        } else {
            let two = trimmed.get(..2).unwrap_or("");
            if ["<=", ">=", "==", "!=", "&&", "||"].contains(&two) {
                2
            } else {
                first.len_utf8()
            }
        };
        self.end = self.start + length;
        let piece = &trimmed[..length];
        self.token = if first.is_ascii_digit() || first == '.' {
            match piece.parse::<f64>() {
                Ok(number) if number.is_finite() => Token::Number(number),
                _ => return Err(self.fault("a finite number")),
            }
        } else if first.is_alphabetic() || first == '_' {
            match piece {
                "and" | "or" | "not" => Token::Sign(piece),
                _ => Token::Name(piece),
            }
        } else {
            match piece {
                "&&" => Token::Sign("and"),
                "||" => Token::Sign("or"),
                "!" => Token::Sign("not"),
                "<=" | ">=" | "==" | "!=" | "<" | ">" | "+" | "-" | "*" | "/" | "^" | "(" | ")"
                | "," => Token::Sign(piece),
                _ => return Err(self.fault("a number, a name or an operator")),
            }
        };
        Ok(())
    }

    /// The error that something else than the current token was expected.
    fn fault(&self, expected: &str) -> ParseError {
        let piece = &self.text[self.start..self.end];
        ParseError {
            text: self.text.to_owned(),
            offset: self.start,
            length: self.end - self.start,
            column: self.text[..self.start].chars().count() + 1,
            found: if piece.is_empty() {
                "the end".to_owned()
            } else {
                format!("`{piece}`")
            },
            expected: expected.to_owned(),
        }
    }

    fn expect(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.token != Token::Sign(sign) {
            return Err(self.fault(&format!("`{sign}`")));
        }
        self.advance()
    }

    /// The operator at hand and its strength.
    fn operator(&self) -> Option<(Function, u8)> {
        let Token::Sign(sign) = self.token else {
            return None;
        };
        use Function::*;
        [
            Or,
            And,
            Less,
            LessOrEqual,
            Greater,
            GreaterOrEqual,
            Equal,
            NotEqual,
            Add,
            Subtract,
            Multiply,
            Divide,
            Power,
        ]
        .into_iter()
        .find_map(|function| {
            let (name, strength) = function.infix()?;
            (name == sign).then_some((function, strength))
        })
    }

    /// A chain of operators that bind at least as strongly as `weakest` (precedence climbing).
    fn binary(&mut self, weakest: u8) -> Result<Parsed, ParseError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.too_deep(DEEPEST));
        }
        let mut left = self.unary()?;
        while let Some((function, strength)) = self.operator() {
            if strength < weakest {
                break;
            }
            self.advance()?;
            let right = if function == Function::Power {
                self.binary(strength)?
            } else {
                self.binary(strength + 1)?
            };
            left = self.join(function, left, right)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Applies an operator to what stands on both sides of it. The tree of a long sum does not grow in depth with every
    /// term: there `a + b - c` is the sum of `a`, `b` and `-c`, which has the same value to the last bit.
    fn join(&self, function: Function, left: Parsed, right: Parsed) -> Result<Parsed, ParseError> {
        if left.depth < LONG {
            return self.apply(function, vec![left, right]);
        }
        let (function, right) = match function {
            Function::Subtract => (Function::Add, right.negative()),
            _ => (function, right),
        };
        match left.tree {
            Expression::Apply(known, mut arguments) if known == function && function.is_chain() => {
                arguments.push(right.tree);
                self.checked(Parsed {
                    tree: Expression::Apply(function, arguments),
                    depth: left.depth.max(right.depth + 1),
                })
            }
            tree => self.apply(function, vec![Parsed { tree, ..left }, right]),
        }
    }

    fn apply(&self, function: Function, arguments: Vec<Parsed>) -> Result<Parsed, ParseError> {
        let deepest = arguments.iter().map(|argument| argument.depth).max();
        let arguments = arguments.into_iter().map(|argument| argument.tree);
        self.checked(Parsed {
            tree: Expression::Apply(function, arguments.collect()),
            depth: 1 + deepest.unwrap_or(0),
        })
    }

    fn checked(&self, parsed: Parsed) -> Result<Parsed, ParseError> {
        if parsed.depth > Expression::DEEPEST {
            return Err(self.too_deep(Expression::DEEPEST));
        }
        Ok(parsed)
    }

    fn too_deep(&self, levels: usize) -> ParseError {
        self.fault(&format!("at most {levels} levels of nesting"))
    }

    fn unary(&mut self) -> Result<Parsed, ParseError> {
        match self.token {
            Token::Sign("-") => {
                self.advance()?;
                // Stronger than products, weaker than powers: -a^2 is -(a^2).
                let operand = self.binary(8)?;
                self.checked(operand.negative())
            }
            Token::Sign("+") => {
                self.advance()?;
                self.binary(8)
            }
            Token::Sign("not") => {
                self.advance()?;
                let operand = self.binary(4)?;
                self.apply(Function::Not, vec![operand])
            }
            _ => self.primary(),
        }
    }

    fn primary(&mut self) -> Result<Parsed, ParseError> {
        match self.token {
            Token::Number(number) => {
                self.advance()?;
                Ok(Expression::Number(number).into())
            }
            Token::Symbol(name) => {
                self.advance()?;
                Ok(Expression::symbol(name).into())
            }
            Token::Sign("(") => {
                self.advance()?;
                let inner = self.binary(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Name(name) => {
                let (start, end) = (self.start, self.end);
                self.advance()?;
                if self.token == Token::Sign("(") {
                    return self.call(name, start, end);
                }
                let leaf = match name {
                    "time" => Expression::Time,
                    "pi" => Expression::Number(std::f64::consts::PI),
                    _ => Expression::symbol(name),
                };
                Ok(leaf.into())
            }
            Token::Sign(_) | Token::End => Err(self.fault("a number, a name, a function or `(`")),
        }
    }

    /// A function applied to its arguments, from the opening parenthesis on.
    fn call(&mut self, name: &'a str, start: usize, end: usize) -> Result<Parsed, ParseError> {
        self.advance()?;
        let mut arguments = Vec::new();
        if self.token != Token::Sign(")") {
            arguments.push(self.binary(0)?);
            while self.token == Token::Sign(",") {
                self.advance()?;
                arguments.push(self.binary(0)?);
            }
        }
        if self.token != Token::Sign(")") {
            return Err(self.fault("`,` or `)`"));
        }
        let closing = (self.start, self.end);
        let Some(function) = Function::named(name) else {
            (self.start, self.end) = (start, end);
            let known: Vec<_> = Function::NAMED.iter().map(|(name, _)| *name).collect();
            return Err(self.fault(&format!("one of the functions {}", known.join(", "))));
        };
        let (least, most) = function.arity();
        if !(least.max(1)..=most).contains(&arguments.len()) {
            (self.start, self.end) = closing;
            let number = if least == most {
                format!("{least}")
            } else {
                format!("at least {}", least.max(1))
            };
            let noun = if number.ends_with('1') {
                "argument"
            } else {
                "arguments"
            };
            return Err(self.fault(&format!(
                "{number} {noun} of `{name}`, not {}",
                arguments.len()
            )));
        }
        self.advance()?;
        self.apply(function, arguments)
    }
}

/// How many bytes at the beginning of `text` are a number.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        text.as_bytes()[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut end = digits(0);
    if text.as_bytes().get(end) == Some(&b'.') {
        end += 1;
        end += digits(end);
    }
    if let Some(b'e' | b'E') = text.as_bytes().get(end) {
        let sign = usize::from(matches!(text.as_bytes().get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        text.parse::<Expression>().unwrap_err().to_string()
    }

    #[test]
    fn faults_say_where_and_what() {
        assert_eq!(
            fault("k * X +"),
            "at character 8 of `k * X +`: found the end, expected a number, a name, a function or `(`"
        );
        assert_eq!(
            fault("2 α β"),
            "at character 3 of `2 α β`: found `α`, expected an operator or the end"
        );
        assert_eq!(
            fault("k $ X"),
            "at character 3 of `k $ X`: found `$`, expected a number, a name or an operator"
        );
        assert_eq!(
            fault("hill(X, 2)"),
            "at character 10 of `hill(X, 2)`: found `)`, expected 3 arguments of `hill`, not 2"
        );
        assert!(fault("hil(X, 2, 3)").starts_with("at character 1 of"));
        assert!(fault("(a").ends_with("found the end, expected `)`"));
        assert!(fault("1e999").ends_with("expected a finite number"));
        assert!(fault("").contains("found the end"));
        assert!(fault(&"(".repeat(5000)).contains("levels of nesting"));
        assert!(fault(&"-".repeat(5000)).contains("levels of nesting"));
        let divisions = |count| format!("x{}", " / y".repeat(count));
        assert!(divisions(200).parse::<Expression>().is_ok());
        assert!(fault(&divisions(100_000)).contains("levels of nesting"));
        assert!(fault(&format!("1{}", " * 2 / 3".repeat(100_000))).contains("levels of nesting"));
    }

    #[test]
    fn symbols_may_have_a_spelling_of_their_own() {
        // Between brackets `[..]`.
        let mut symbol = |rest: &str| match rest.strip_prefix('[') {
            Some(inside) => inside.find(']').map_or(0, |end| end + 2),
            None => 0,
        };
        let tree = Expression::read("-[a - b] * max(x, [c,d]) ^ 2", &mut symbol).unwrap();
        let x = Expression::symbol;
        let most = Expression::Apply(Function::Maximum, vec![x("x"), x("[c,d]")]);
        assert_eq!(tree, -x("[a - b]") * most.pow(2.0));
        let error = Expression::read("[a] [b]", &mut symbol).unwrap_err();
        assert_eq!((error.offset, error.length), (4, 3));
        assert_eq!(error.found, "`[b]`");
    }

    #[test]
    fn numbers_end_where_they_should() {
        for (text, expected) in [
            ("2", 2.0),
            (".5", 0.5),
            ("1.", 1.0),
            ("1e-3", 1e-3),
            ("2E2", 200.0),
        ] {
            assert_eq!(text.parse(), Ok(Expression::Number(expected)), "{text}");
        }
        assert_eq!("-2".parse(), Ok(Expression::Number(-2.0)));
        assert!("2e".parse::<Expression>().is_err());
    }
}
