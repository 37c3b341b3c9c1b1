//! Formulas over named quantities and time: propensity laws, rules, triggers.
//!
//! An [`Expression`] is a tree of names. It is built in Rust with operators, or read from text:
//!
//! ```
//! use paracrine_kernel::expression::Expression;
//!
//! let read: Expression = "vmax * S / (K + S)".parse()?;
//! let s = || Expression::symbol("S");
//! let built = Expression::symbol("vmax") * s() / (Expression::symbol("K") + s());
//! assert_eq!(read, built);
//! # Ok::<_, paracrine_kernel::expression::ParseError>(())
//! ```
//!
//! # Text
//!
//! Numbers (`2`, `0.5`, `1e-6`), names (a letter or `_`, then letters, digits or `_`), `time`, `pi`, parentheses; from
//! weakest to strongest `or`, `and`, `not`, comparisons (`<  <=  >  >=  ==  !=`), `+ -`, `* /`, unary `-`, `^`
//! (to the right). Functions are those of [`Function::named`]; `piecewise(a, c1, b, c2, ..., z)` is the first of
//! `a, b, ...` whose condition holds, else `z`. Truth is 1, falsehood 0, and any other number than 0 is taken for true.
//!
//! A sum or product may have any number of terms; parentheses, functions and divisions may be nested to a depth of
//! about 200.
//!
//! Elementary functions come from the `libm` crate, so that values do not depend on the platform.

mod parse;
pub(crate) mod program;

pub use parse::ParseError;

use program::{Operand, Program};
use std::fmt;
use std::ops;

/// A formula. See the [module](self) for its text form.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A constant.
    Number(f64),
    /// The time of the state.
    Time,
    /// A quantity of the network, by name.
    Symbol(String),
    /// A function of other expressions, as many as its [arity](Function::arity) asks for.
    Apply(Function, Vec<Expression>),
}

/// What an [`Expression`] can apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the function of its name")]
pub enum Function {
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Xor,
    Not,
    /// Value, condition, value, condition, ..., otherwise.
    Piecewise,
    Exp,
    /// Natural logarithm.
    Ln,
    /// Logarithm to base 10.
    Log10,
    Sqrt,
    Abs,
    Floor,
    Ceiling,
    /// Of whole numbers; the gamma function of `x + 1` between them.
    Factorial,
    Minimum,
    Maximum,
    /// What is left of the division, with the sign of the dividend.
    Remainder,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    /// `hill(x, K, n) = x^n / (K^n + x^n)`.
    Hill,
    /// `michaelis_menten(x, K) = x / (K + x)`.
    MichaelisMenten,
}

impl Function {
    /// All functions that are written `name(...)`, with their names.
    pub const NAMED: [(&'static str, Self); 26] = [
        ("piecewise", Self::Piecewise),
        ("exp", Self::Exp),
        ("ln", Self::Ln),
        ("log10", Self::Log10),
        ("sqrt", Self::Sqrt),
        ("abs", Self::Abs),
        ("floor", Self::Floor),
        ("ceil", Self::Ceiling),
        ("factorial", Self::Factorial),
        ("min", Self::Minimum),
        ("max", Self::Maximum),
        ("rem", Self::Remainder),
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("tan", Self::Tan),
        ("asin", Self::Asin),
        ("acos", Self::Acos),
        ("atan", Self::Atan),
        ("sinh", Self::Sinh),
        ("cosh", Self::Cosh),
        ("tanh", Self::Tanh),
        ("pow", Self::Power),
        ("xor", Self::Xor),
        ("hill", Self::Hill),
        ("michaelis_menten", Self::MichaelisMenten),
        ("mod", Self::Remainder),
    ];

    /// The function written `name(...)`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED
            .iter()
            .find_map(|(known, function)| (*known == name).then_some(*function))
    }

    /// The smallest and the largest number of arguments.
    #[must_use]
    pub fn arity(self) -> (usize, usize) {
        use Function::*;
        match self {
            Add | Multiply | And | Or | Xor => (0, usize::MAX),
            Minimum | Maximum | Piecewise => (1, usize::MAX),
            Subtract | Divide | Power | Less | LessOrEqual | Greater | GreaterOrEqual | Equal
            | NotEqual | Remainder | MichaelisMenten => (2, 2),
            Hill => (3, 3),
            Negate | Not | Exp | Ln | Log10 | Sqrt | Abs | Floor | Ceiling | Factorial | Sin
            | Cos | Tan | Asin | Acos | Atan | Sinh | Cosh | Tanh => (1, 1),
        }
    }

    /// Whether many arguments are the same as two at a time, from left to right.
    pub(crate) fn is_chain(self) -> bool {
        matches!(self, Self::Add | Self::Multiply | Self::And | Self::Or)
    }

    /// How an operator is written between its arguments, and how strongly it binds.
    fn infix(self) -> Option<(&'static str, u8)> {
        use Function::*;
        Some(match self {
            Or => ("or", 1),
            And => ("and", 2),
            Less => ("<", 4),
            LessOrEqual => ("<=", 4),
            Greater => (">", 4),
            GreaterOrEqual => (">=", 4),
            Equal => ("==", 4),
            NotEqual => ("!=", 4),
            Add => ("+", 5),
            Subtract => ("-", 5),
            Multiply => ("*", 6),
            Divide => ("/", 6),
            Power => ("^", 8),
            _ => return None,
        })
    }
}

impl Expression {
    /// Deeper trees are refused: what follows them from top to bottom must not run out of stack.
    pub(crate) const DEEPEST: usize = 250;

    /// The quantity called `name`.
    #[must_use]
    pub fn symbol(name: impl Into<String>) -> Self {
        Self::Symbol(name.into())
    }

    /// `self` to the power of `exponent`.
    #[must_use]
    pub fn pow(self, exponent: impl Into<Self>) -> Self {
        Self::Apply(Function::Power, vec![self, exponent.into()])
    }

    /// Calls `visit` with every symbol, from left to right, repetitions included.
    pub fn for_each_symbol<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::Number(_) | Self::Time => {}
            Self::Symbol(name) => visit(name),
            Self::Apply(_, arguments) => {
                for argument in arguments {
                    argument.for_each_symbol(visit);
                }
            }
        }
    }

    /// The same formula with some symbols replaced.
    #[must_use]
    pub fn substitute(&self, replacement: &impl Fn(&str) -> Option<Self>) -> Self {
        match self {
            Self::Number(_) | Self::Time => self.clone(),
            Self::Symbol(name) => replacement(name).unwrap_or_else(|| self.clone()),
            Self::Apply(function, arguments) => Self::Apply(
                *function,
                arguments
                    .iter()
                    .map(|argument| argument.substitute(replacement))
                    .collect(),
            ),
        }
    }

    /// How deep the tree is; 1 for a leaf.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Apply(_, arguments) => 1 + arguments.iter().map(Self::depth).max().unwrap_or(0),
            _ => 1,
        }
    }
}

/// A formula without time, ready to be evaluated: its symbols are places in a list of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled(Program);

impl Compiled {
    /// Compiles a formula; `place` says where the value of a symbol stands.
    ///
    /// # Errors
    /// The first symbol that has no place; `time` if the formula mentions it.
    pub fn new(
        expression: &Expression,
        place: &impl Fn(&str) -> Option<u32>,
    ) -> Result<Self, String> {
        let program = Program::compile(expression, &|name: &str| place(name).map(Operand::Slot))?;
        if program.uses_time() {
            return Err("time".to_owned());
        }
        Ok(Self(program))
    }

    /// The value. Truth is 1, falsehood 0; NaN where a function has no value.
    ///
    /// # Panics
    /// If there are fewer values than places.
    #[must_use]
    pub fn value(&self, values: &[f64]) -> f64 {
        self.0.evaluate(values, 0.0)
    }
}

impl From<f64> for Expression {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $function:ident) => {
        impl<T: Into<Expression>> ops::$trait<T> for Expression {
            type Output = Self;
            fn $method(self, other: T) -> Self {
                Self::Apply(Function::$function, vec![self, other.into()])
            }
        }
    };
}
operator!(Add, add, Add);
operator!(Sub, sub, Subtract);
operator!(Mul, mul, Multiply);
operator!(Div, div, Divide);

impl ops::Neg for Expression {
    type Output = Self;
    fn neg(self) -> Self {
        Self::Apply(Function::Negate, vec![self])
    }
}

/// The text form, with the parentheses it needs: reading it gives the same formula.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl Expression {
    /// Writes the text form for a place whose operator binds with strength `outer`.
    fn write(&self, f: &mut fmt::Formatter<'_>, outer: u8) -> fmt::Result {
        const UNARY: u8 = 7;
        let (function, arguments) = match self {
            Self::Number(number) if *number < 0.0 && outer > 5 => return write!(f, "({number})"),
            Self::Number(number) => return write!(f, "{number}"),
            Self::Time => return f.write_str("time"),
            Self::Symbol(name) => return f.write_str(name),
            Self::Apply(function, arguments) => (*function, arguments.as_slice()),
        };
        let strength = match function {
            Function::Negate => UNARY,
            Function::Not => 3,
            _ => function.infix().map_or(u8::MAX, |(_, strength)| strength),
        };
        if strength < outer {
            f.write_str("(")?;
        }
        match (function, arguments) {
            (Function::Negate, [argument]) => {
                f.write_str("-")?;
                argument.write(f, UNARY)?;
            }
            (Function::Not, [argument]) => {
                f.write_str("not ")?;
                argument.write(f, 3)?;
            }
            (_, [first, rest @ ..]) if function.infix().is_some() && !rest.is_empty() => {
                let (sign, _) = function.infix().unwrap_or_default();
                let (left, right) = match function {
                    Function::Power => (strength + 1, UNARY),
                    _ => (strength, strength + 1),
                };
                first.write(f, left)?;
                for argument in rest {
                    write!(f, " {sign} ")?;
                    argument.write(f, right)?;
                }
            }
            _ => {
                f.write_str(function.name())?;
                f.write_str("(")?;
                for (position, argument) in arguments.iter().enumerate() {
                    if position > 0 {
                        f.write_str(", ")?;
                    }
                    argument.write(f, 0)?;
                }
                f.write_str(")")?;
            }
        }
        if strength < outer {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl Function {
    /// The name of a function for messages and the text form.
    #[must_use]
    pub fn name(self) -> &'static str {
        if let Some((sign, _)) = self.infix() {
            return sign;
        }
        match self {
            Self::Negate => "-",
            Self::Not => "not",
            _ => Self::NAMED
                .iter()
                .find_map(|(name, function)| (*function == self).then_some(*name))
                .unwrap_or("?"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn text_and_tree_agree() {
        for text in [
            "1",
            "-x",
            "a + b - c",
            "a - (b - c)",
            "a - (b + c)",
            "a / (b * c)",
            "a / b * c",
            "-(a + b)",
            "(-a) ^ 2",
            "-a ^ 2",
            "2 ^ -x ^ 3",
            "--x",
            "not not a",
            "a * -b",
            "2 ^ (-3)",
            "a ^ b ^ c",
            "(a ^ b) ^ c",
            "not a and b or c",
            "not (a and b)",
            "(a < b) == c",
            "time >= 25",
            "piecewise(1, x > 2, 0)",
            "hill(x, K, 2)",
            "1e-6 * exp(-x / 3)",
        ] {
            let tree: Expression = text.parse().unwrap();
            let again: Expression = tree.to_string().parse().unwrap();
            assert_eq!(tree, again, "{text} became {tree}");
        }
    }

    #[test]
    fn every_named_function_is_found_and_printed() {
        for (name, function) in Function::NAMED {
            assert_eq!(Function::named(name), Some(function));
            let (least, _) = function.arity();
            let call = Expression::Apply(function, vec![Expression::symbol("x"); least.max(1)]);
            assert_eq!(call, call.to_string().parse().unwrap(), "{call}");
        }
    }

    #[test]
    fn compiled_formulas_have_values() {
        let compiled = |text: &str| {
            let place = |name: &str| ["x", "y"].iter().position(|known| *known == name);
            Compiled::new(&text.parse().unwrap(), &|name| {
                place(name).map(|place| place as u32)
            })
        };
        assert_eq!(compiled("x / (y - 1)").unwrap().value(&[6.0, 4.0]), 2.0);
        assert_eq!(compiled("x + z"), Err("z".to_owned()));
        assert_eq!(compiled("x + time"), Err("time".to_owned()));
    }

    #[test]
    fn symbols_are_replaced() {
        let law: Expression = "k * x / (K + x)".parse().unwrap();
        let local = law.substitute(&|name| (name == "k").then_some(Expression::Number(3.0)));
        assert_eq!(local.to_string(), "3 * x / (K + x)");
        let mut seen = Vec::new();
        local.for_each_symbol(&mut |name| seen.push(name));
        assert_eq!(seen, ["x", "K", "x"]);
    }
}
