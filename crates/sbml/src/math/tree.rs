//! Expressions that know how large they are.

use paracrine_kernel::expression::{Expression, Function};
use std::ops;

/// Formulas may be nested so deeply. The kernel takes 250 levels, some of which are needed around a formula.
pub(crate) const DEEPEST: usize = 200;

/// An expression with its depth and its number of terms.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    expression: Expression,
    depth: usize,
    size: usize,
}

impl Tree {
    pub(crate) fn leaf(expression: Expression) -> Self {
        Self {
            expression,
            depth: 1,
            size: 1,
        }
    }

    pub(crate) fn number(number: f64) -> Self {
        Self::leaf(Expression::Number(number))
    }

    pub(crate) fn symbol(name: &str) -> Self {
        Self::leaf(Expression::symbol(name))
    }

    pub(crate) fn apply(function: Function, arguments: Vec<Self>) -> Self {
        Self {
            depth: 1 + arguments.iter().map(Self::depth).max().unwrap_or(0),
            size: arguments
                .iter()
                .map(Self::size)
                .fold(1, usize::saturating_add),
            expression: Expression::Apply(
                function,
                arguments
                    .into_iter()
                    .map(|argument| argument.expression)
                    .collect(),
            ),
        }
    }

    /// A function of one argument.
    pub(crate) fn of(function: Function, argument: Self) -> Self {
        Self::apply(function, vec![argument])
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn expression(&self) -> &Expression {
        &self.expression
    }

    pub(crate) fn into_expression(self) -> Expression {
        self.expression
    }

    /// The nearest whole number, halves upwards.
    pub(crate) fn rounded(self) -> Self {
        match self.expression {
            Expression::Number(number) => Self::number(number.round()),
            _ => Self::of(Function::Floor, self + Self::number(0.5)),
        }
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $function:ident) => {
        impl ops::$trait for Tree {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self::apply(Function::$function, vec![self, other])
            }
        }
    };
}
operator!(Add, add, Add);
operator!(Sub, sub, Subtract);
operator!(Mul, mul, Multiply);
operator!(Div, div, Divide);
