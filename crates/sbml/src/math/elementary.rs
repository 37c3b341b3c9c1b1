//! The functions of MathML in those of the kernel (SBML Level 3 Version 2, section 3.4).

use super::arity;
use super::tree::Tree;
use crate::error::Fault;
use crate::xml::{Element, Problem};
use paracrine_kernel::expression::Function;

/// Functions of one argument that the kernel has.
const PLAIN: [(&str, Function); 16] = [
    ("exp", Function::Exp),
    ("ln", Function::Ln),
    ("abs", Function::Abs),
    ("floor", Function::Floor),
    ("ceiling", Function::Ceiling),
    ("factorial", Function::Factorial),
    ("not", Function::Not),
    ("sin", Function::Sin),
    ("cos", Function::Cos),
    ("tan", Function::Tan),
    ("arcsin", Function::Asin),
    ("arccos", Function::Acos),
    ("arctan", Function::Atan),
    ("sinh", Function::Sinh),
    ("cosh", Function::Cosh),
    ("tanh", Function::Tanh),
];

/// Functions that are those of the reciprocal of the argument.
const OF_RECIPROCAL: [(&str, &str); 6] = [
    ("arcsec", "arccos"),
    ("arccsc", "arcsin"),
    ("arccot", "arctan"),
    ("arcsech", "arccosh"),
    ("arccsch", "arcsinh"),
    ("arccoth", "arctanh"),
];

/// Functions that are the reciprocal of another.
const RECIPROCALS: [(&str, &str); 6] = [
    ("sec", "cos"),
    ("csc", "sin"),
    ("cot", "tan"),
    ("sech", "cosh"),
    ("csch", "sinh"),
    ("coth", "tanh"),
];

/// Functions of any number of arguments, with their value for none.
const MANY: [(&str, Function, f64); 5] = [
    ("plus", Function::Add, 0.0),
    ("times", Function::Multiply, 1.0),
    ("and", Function::And, 1.0),
    ("or", Function::Or, 0.0),
    ("xor", Function::Xor, 0.0),
];

/// Comparisons of each argument with the next.
const CHAINS: [(&str, Function); 5] = [
    ("eq", Function::Equal),
    ("gt", Function::Greater),
    ("lt", Function::Less),
    ("geq", Function::GreaterOrEqual),
    ("leq", Function::LessOrEqual),
];

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table
        .iter()
        .find_map(|(known, value)| (*known == name).then_some(*value))
}

/// How many terms a function writes out beside its arguments, at most.
pub(super) fn copies(name: &str, arguments: &[Tree]) -> usize {
    let times = match name {
        "arcsinh" | "arccsch" => 8,
        "arccosh" | "arctanh" | "arcsech" | "arccoth" | "quotient" => 3,
        _ if find(&CHAINS, name).is_some() && arguments.len() > 2 => 1,
        _ => return 0,
    };
    let size = arguments
        .iter()
        .map(Tree::size)
        .fold(0, usize::saturating_add);
    size.saturating_mul(times)
}

/// A function of its arguments. `qualifier` is the degree of a root or the base of a logarithm.
pub(super) fn apply(
    operator: Element<'_>,
    name: &str,
    mut arguments: Vec<Tree>,
    qualifier: Option<Tree>,
) -> Result<Tree, Problem> {
    let found = arguments.len();
    let wrong = |expected: &str| Err(arity(operator, expected, found));
    if let Some((_, function, empty)) = MANY.iter().find(|(known, ..)| *known == name) {
        return Ok(match found {
            0 => Tree::number(*empty),
            1 if matches!(name, "plus" | "times") => arguments.remove(0),
            _ => Tree::apply(*function, arguments),
        });
    }
    if let Some(function) = find(&CHAINS, name) {
        return Ok(chain(function, &arguments));
    }
    if let "min" | "max" = name {
        let function = if name == "min" {
            Function::Minimum
        } else {
            Function::Maximum
        };
        return if found == 0 {
            wrong("1 or more")
        } else {
            Ok(Tree::apply(function, arguments))
        };
    }
    if let "minus" | "divide" | "power" | "neq" | "rem" | "quotient" | "implies" = name {
        let binary = match <[Tree; 2]>::try_from(arguments) {
            Ok([a, b]) => match name {
                "minus" => a - b,
                "divide" => a / b,
                "power" => Tree::apply(Function::Power, vec![a, b]),
                "neq" => Tree::apply(Function::NotEqual, vec![a, b]),
                "rem" => Tree::apply(Function::Remainder, vec![a, b]),
                "quotient" => quotient(a, b),
                _ => Tree::apply(Function::Or, vec![Tree::of(Function::Not, a), b]),
            },
            Err(mut other) if name == "minus" && other.len() == 1 => {
                Tree::of(Function::Negate, other.remove(0))
            }
            Err(_) => return wrong(if name == "minus" { "1 or 2" } else { "2" }),
        };
        return Ok(binary);
    }
    let Ok([x]) = <[Tree; 1]>::try_from(arguments) else {
        return match unary(name, Tree::number(0.0), None) {
            Some(_) => wrong("1"),
            None => Err(Problem::new(operator, Fault::Unsupported)),
        };
    };
    unary(name, x, qualifier).ok_or_else(|| Problem::new(operator, Fault::Unsupported))
}

fn unary(name: &str, x: Tree, qualifier: Option<Tree>) -> Option<Tree> {
    use Function::{Abs, Ln, Log10, Negate, Power, Sqrt};
    let one = || Tree::number(1.0);
    if let Some(function) = find(&PLAIN, name) {
        return Some(Tree::of(function, x));
    }
    if let Some(function) = find(&RECIPROCALS, name) {
        return Some(one() / unary(function, x, None)?);
    }
    if let Some(function) = find(&OF_RECIPROCAL, name) {
        return unary(function, one() / x, None);
    }
    let is = |number: f64| {
        let value = qualifier.as_ref().map(|tree| tree.expression().clone());
        value.is_none_or(|value| value == number.into())
    };
    Some(match name {
        "root" if is(2.0) => Tree::of(Sqrt, x),
        "root" => Tree::apply(Power, vec![x, one() / qualifier?]),
        "log" if is(10.0) => Tree::of(Log10, x),
        "log" => Tree::of(Ln, x) / Tree::of(Ln, qualifier?),
        // For x >= 0 and mirrored below: x + sqrt(x^2 + 1) would cancel there.
        "arcsinh" => {
            let square = x.clone() * x.clone() + one();
            let half = Tree::of(Ln, Tree::of(Abs, x.clone()) + Tree::of(Sqrt, square));
            let positive = Tree::apply(Function::GreaterOrEqual, vec![x, Tree::number(0.0)]);
            let mirrored = Tree::of(Negate, half.clone());
            Tree::apply(Function::Piecewise, vec![half, positive, mirrored])
        }
        "arccosh" => {
            let square = x.clone() * x.clone() - one();
            Tree::of(Ln, x + Tree::of(Sqrt, square))
        }
        "arctanh" => {
            let ratio = (one() + x.clone()) / (one() - x);
            Tree::of(Ln, ratio) / Tree::number(2.0)
        }
        _ => return None,
    })
}

/// The quotient that goes with the remainder: rounded towards 0.
fn quotient(a: Tree, b: Tree) -> Tree {
    let rest = Tree::apply(Function::Remainder, vec![a.clone(), b.clone()]);
    (a - rest) / b
}

/// `a < b < c` as `a < b and b < c`; true for fewer than two.
fn chain(function: Function, arguments: &[Tree]) -> Tree {
    let mut links: Vec<Tree> = arguments
        .windows(2)
        .map(|pair| Tree::apply(function, pair.to_vec()))
        .collect();
    match links.len() {
        0 => Tree::number(1.0),
        1 => links.remove(0),
        _ => Tree::apply(Function::And, links),
    }
}
