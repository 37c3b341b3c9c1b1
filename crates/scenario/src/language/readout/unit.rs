//! Units of formulas over readouts, by their names alone: what is added or compared must have the same, products and ratios have their own.

use paracrine_kernel::expression::{Expression, Function};
use std::collections::BTreeMap;
use std::fmt;

/// Units that stand in the plural above a line and in the singular below.
const PLURALS: [(&str, &str); 4] = [
    ("cells", "cell"),
    ("molecules", "molecule"),
    ("divisions", "division"),
    ("agents", "agent"),
];

/// A product of powers of named units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Product(BTreeMap<String, i32>);

/// The unit of a part of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unit {
    /// A number as it is written, which takes the unit of what it stands beside.
    Any,
    Of(Product),
}

/// Why the units of a formula do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFault {
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

impl Product {
    /// The unit that readouts write as `1/d`, `molecules/cell` or `1`.
    fn read(text: &str) -> Self {
        let mut product = Self::default();
        for (place, part) in text.split('/').enumerate() {
            let power = if place == 0 { 1 } else { -1 };
            let names = part.split([' ', '(', ')']);
            for name in names.filter(|name| !name.is_empty() && *name != "1") {
                let plural = PLURALS.iter().find(|(_, one)| *one == name);
                product.multiply(plural.map_or(name, |(many, _)| many), power);
            }
        }
        product
    }

    fn multiply(&mut self, name: &str, power: i32) {
        let entry = self.0.entry(name.to_owned()).or_insert(0);
        *entry = entry.saturating_add(power);
        if *entry == 0 {
            self.0.remove(name);
        }
    }

    fn times(mut self, other: &Self, power: i32) -> Self {
        for (name, own) in &other.0 {
            self.multiply(name, own.saturating_mul(power));
        }
        self
    }

    fn is_pure(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |above: bool| -> Vec<String> {
            let powers = self.0.iter().filter(|(_, power)| (**power > 0) == above);
            let named = powers.map(|(name, power)| {
                let one = PLURALS.iter().find(|(many, _)| many == name);
                let name = match one {
                    Some((_, one)) if !above => one,
                    _ => name.as_str(),
                };
                match power.abs() {
                    1 => name.to_owned(),
                    power => format!("{name}^{power}"),
                }
            });
            named.collect()
        };
        let (above, below) = (side(true), side(false));
        let above = if above.is_empty() {
            "1".to_owned()
        } else {
            above.join(" ")
        };
        match &below[..] {
            [] => f.write_str(&above),
            [only] => write!(f, "{above}/{only}"),
            more => write!(f, "{above}/({})", more.join(" ")),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("1"),
            Self::Of(product) => write!(f, "{product}"),
        }
    }
}

/// The unit of a formula, `1` for a pure number; `of` gives that of a symbol.
///
/// # Errors
/// [`UnitFault`]: unlike units where they must be the same, a unit where there must be none.
pub fn unit_of(tree: &Expression, of: &dyn Fn(&str) -> String) -> Result<String, UnitFault> {
    unit(tree, of).map(|unit| unit.to_string())
}

fn unit(tree: &Expression, of: &dyn Fn(&str) -> String) -> Result<Unit, UnitFault> {
    let (function, arguments) = match tree {
        Expression::Number(_) | Expression::Time => return Ok(Unit::Any),
        Expression::Symbol(name) => return Ok(Unit::Of(Product::read(&of(name)))),
        Expression::Apply(function, arguments) => (*function, &arguments[..]),
    };
    let units = arguments.iter().map(|argument| unit(argument, of));
    let units: Vec<Unit> = units.collect::<Result<_, _>>()?;
    let parts: Vec<(&Expression, &Unit)> = arguments.iter().zip(&units).collect();
    let pure = || Unit::Of(Product::default());
    use Function::*;
    match function {
        Add | Subtract | Minimum | Maximum | Remainder => same(function, &parts),
        Less | LessOrEqual | Greater | GreaterOrEqual | Equal | NotEqual | MichaelisMenten => {
            same(function, &parts).map(|_| pure())
        }
        Hill => {
            same(function, &parts[..2])?;
            none(function, &parts[2..]).map(|()| pure())
        }
        Negate | Abs | Floor | Ceiling => Ok(units[0].clone()),
        Multiply => Ok(units
            .iter()
            .fold(Unit::Any, |product, unit| product.times(unit, 1))),
        Divide => Ok(units[0].times(&units[1], -1)),
        Power => power(&parts),
        Sqrt => root(&parts),
        // The logarithm of 10 pM is one of another kind than that of 10 cells.
        Ln | Log10 => Ok(match &units[0] {
            Unit::Of(product) if !product.is_pure() => {
                let mut logarithm = Product::default();
                logarithm.multiply(&format!("{}({product})", function.name()), 1);
                Unit::Of(logarithm)
            }
            other => other.clone(),
        }),
        Piecewise => {
            let is_condition = |place: usize| place % 2 == 1;
            let of_places = |wanted: &dyn Fn(usize) -> bool| -> Vec<(&Expression, &Unit)> {
                let places = parts.iter().enumerate();
                let chosen = places.filter(|(place, _)| wanted(*place));
                chosen.map(|(_, part)| *part).collect()
            };
            none(function, &of_places(&is_condition))?;
            same(function, &of_places(&|place| !is_condition(place)))
        }
        And | Or | Xor | Not | Exp | Factorial | Sin | Cos | Tan | Asin | Acos | Atan | Sinh
        | Cosh | Tanh => none(function, &parts).map(|()| pure()),
    }
}

impl Unit {
    fn times(&self, other: &Self, power: i32) -> Self {
        match (self, other) {
            (Self::Any, Self::Any) => Self::Any,
            (Self::Of(product), Self::Any) => Self::Of(product.clone()),
            (Self::Any, Self::Of(other)) => Self::Of(Product::default().times(other, power)),
            (Self::Of(product), Self::Of(other)) => Self::Of(product.clone().times(other, power)),
        }
    }
}

/// The one unit of all parts.
fn same(function: Function, parts: &[(&Expression, &Unit)]) -> Result<Unit, UnitFault> {
    let with_unit = || parts.iter().filter(|(_, unit)| **unit != Unit::Any);
    let Some((first, unit)) = with_unit().next() else {
        return Ok(Unit::Any);
    };
    match with_unit().find(|(_, other)| other != unit) {
        None => Ok((*unit).clone()),
        Some((other, theirs)) => Err(UnitFault {
            found: format!(
                "`{first}` in {} and `{other}` in {} as parts of `{}`",
                named(unit),
                named(theirs),
                function.name()
            ),
            expected: "parts of one unit".to_owned(),
        }),
    }
}

/// No part has a unit.
fn none(function: Function, parts: &[(&Expression, &Unit)]) -> Result<(), UnitFault> {
    for (part, unit) in parts {
        if let Unit::Of(product) = unit
            && !product.is_pure()
        {
            return Err(UnitFault {
                found: format!("`{part}` in {product} as part of `{}`", function.name()),
                expected: "a number without unit".to_owned(),
            });
        }
    }
    Ok(())
}

fn power(parts: &[(&Expression, &Unit)]) -> Result<Unit, UnitFault> {
    let [(_, base), (exponent, _)] = parts else {
        return Ok(Unit::Any);
    };
    none(Function::Power, &parts[1..])?;
    let Unit::Of(product) = base else {
        return Ok((*base).clone());
    };
    if product.is_pure() {
        return Ok((*base).clone());
    }
    match exponent {
        Expression::Number(number) if number.fract() == 0.0 && number.abs() <= 9.0 => {
            Ok(Unit::Of(Product::default().times(product, *number as i32)))
        }
        _ => Err(UnitFault {
            found: format!("the exponent `{exponent}` of what is in {product}"),
            expected: "a whole number from -9 to 9: other powers of a unit are none".to_owned(),
        }),
    }
}

fn root(parts: &[(&Expression, &Unit)]) -> Result<Unit, UnitFault> {
    let [(part, Unit::Of(product))] = parts else {
        return Ok(Unit::Any);
    };
    if product.0.values().any(|power| power % 2 != 0) {
        return Err(UnitFault {
            found: format!("the root of `{part}` in {product}"),
            expected: "a root of a pure number or of the square of a unit".to_owned(),
        });
    }
    let halves = product
        .0
        .iter()
        .map(|(name, power)| (name.clone(), power / 2));
    Ok(Unit::Of(Product(halves.collect())))
}

/// A unit in a sentence.
fn named(unit: &Unit) -> String {
    match unit.to_string().as_str() {
        "1" => "no unit".to_owned(),
        unit => unit.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn unit(text: &str) -> Result<String, UnitFault> {
        let of = |name: &str| match name {
            "n" | "m" => "cells".to_owned(),
            "c" => "pM".to_owned(),
            "k" => "molecules/cell".to_owned(),
            "r" => "1/d".to_owned(),
            "s" => "molecules/s".to_owned(),
            _ => "1".to_owned(),
        };
        unit_of(&text.parse().unwrap(), &of)
    }

    /// Smallest faults seen: a ratio of cells in cells, copies times cells in `cells molecules/cell`.
    #[test]
    fn units_follow_the_formula() {
        for (text, expected) in [
            ("n + m", "cells"),
            ("n / m", "1"),
            ("n * c", "cells pM"),
            ("c * n", "cells pM"),
            ("k * n", "molecules"),
            ("s / n", "molecules/(cell s)"),
            ("1 / n", "1/cell"),
            ("n / c", "cells/pM"),
            ("n * r", "cells/d"),
            ("1 - f", "1"),
            ("n + 1", "cells"),
            ("2 * n", "cells"),
            ("max(n, m, 3)", "cells"),
            ("n > 1e5", "1"),
            ("log10(c)", "log10(pM)"),
            ("log10(c) - log10(c / 2)", "log10(pM)"),
            ("log10(n + 1)", "log10(cells)"),
            ("log10(n / m)", "1"),
            ("n ^ 2", "cells^2"),
            ("n ^ -1", "1/cell"),
            ("sqrt(n * m)", "cells"),
            ("f ^ 0.5", "1"),
            ("hill(c, 10, 2)", "1"),
            ("piecewise(n, c > 3, m)", "cells"),
            ("abs(n - m) / (n + m)", "1"),
        ] {
            assert_eq!(unit(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn unlike_units_are_named() {
        for (text, found, expected) in [
            (
                "n + c",
                "`n` in cells and `c` in pM as parts of `+`",
                "parts of one unit",
            ),
            (
                "2 * n - f",
                "`2 * n` in cells and `f` in no unit as parts of `-`",
                "parts of one unit",
            ),
            (
                "max(1, c, k)",
                "`c` in pM and `k` in molecules/cell as parts of `max`",
                "parts of one unit",
            ),
            (
                "n > c",
                "`n` in cells and `c` in pM as parts of `>`",
                "parts of one unit",
            ),
            (
                "log10(n) - log10(c)",
                "`log10(n)` in log10(cells) and `log10(c)` in log10(pM) as parts of `-`",
                "parts of one unit",
            ),
            (
                "exp(c)",
                "`c` in pM as part of `exp`",
                "a number without unit",
            ),
            (
                "n and f",
                "`n` in cells as part of `and`",
                "a number without unit",
            ),
            (
                "piecewise(n, c, m)",
                "`c` in pM as part of `piecewise`",
                "a number without unit",
            ),
            (
                "n ^ f",
                "the exponent `f` of what is in cells",
                "a whole number from -9 to 9: other powers of a unit are none",
            ),
            (
                "sqrt(n)",
                "the root of `n` in cells",
                "a root of a pure number or of the square of a unit",
            ),
        ] {
            let fault = unit(text).unwrap_err();
            assert_eq!(
                (fault.found.as_str(), fault.expected.as_str()),
                (found, expected),
                "{text}"
            );
        }
    }
}
