//! Propensity laws and their two compiled forms.

use crate::expression::program::{Operand, Program};
use crate::expression::{Expression, Function};

/// How a channel's propensity is found from the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Law {
    /// A rate constant times the falling factorials of the reactants. The constant may be any formula.
    ///
    /// In the large-number limit, which the ODE method solves, falling factorials become powers.
    MassAction(Expression),
    /// The propensity itself.
    Propensity(Expression),
}

impl From<f64> for Law {
    /// Mass action.
    fn from(rate_constant: f64) -> Self {
        Self::MassAction(Expression::Number(rate_constant))
    }
}

impl From<Expression> for Law {
    /// The propensity as written.
    fn from(propensity: Expression) -> Self {
        Self::Propensity(propensity)
    }
}

impl Law {
    /// The propensity as a formula, given the reactants by name with their stoichiometries; falling factorials, or
    /// powers for the large-number limit.
    pub(super) fn formula(&self, reactants: &[(String, u32)], limit: bool) -> Expression {
        match self {
            Self::Propensity(formula) => formula.clone(),
            Self::MassAction(constant) => {
                let mut factors = vec![constant.clone()];
                for (name, stoichiometry) in reactants {
                    for used in 0..*stoichiometry {
                        let amount = Expression::symbol(name);
                        factors.push(if used == 0 || limit {
                            amount
                        } else {
                            amount - f64::from(used)
                        });
                    }
                }
                Expression::Apply(Function::Multiply, factors)
            }
        }
    }
}

/// `coefficient * product of (x[slot] - offset)`: mass action and every formula of its shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Product {
    pub(crate) coefficient: f64,
    pub(crate) factors: Vec<(u32, f64)>,
}

/// A law, compiled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Compiled {
    Product(Product),
    Program(Program),
}

/// Longer products are evaluated as programs.
pub(super) const MOST_FACTORS: usize = 3;

impl Compiled {
    pub(crate) fn compile(
        formula: &Expression,
        operand: &impl Fn(&str) -> Option<Operand>,
    ) -> Result<Self, String> {
        let program = Program::compile(formula, operand)?;
        let mut product = Product {
            coefficient: 1.0,
            factors: Vec::new(),
        };
        if product.absorb(formula, false, operand).is_some()
            && product.factors.len() <= MOST_FACTORS
        {
            product
                .factors
                .sort_by(|(a, m), (b, n)| a.cmp(b).then(m.total_cmp(n)));
            return Ok(Self::Product(product));
        }
        Ok(Self::Program(program))
    }

    /// The propensity. `values` ends with the constant 1.
    #[inline]
    pub(crate) fn evaluate(&self, values: &[f64], time: f64) -> f64 {
        match self {
            Self::Product(product) => product.evaluate(values),
            Self::Program(program) => program.evaluate(values, time),
        }
    }

    /// The slots that the law reads, each once, in order.
    pub(crate) fn slots(&self) -> Vec<u32> {
        match self {
            Self::Product(product) => {
                let mut slots: Vec<u32> = product.factors.iter().map(|(slot, _)| *slot).collect();
                slots.dedup();
                slots
            }
            Self::Program(program) => program.slots(),
        }
    }

    pub(crate) fn uses_time(&self) -> bool {
        match self {
            Self::Product(_) => false,
            Self::Program(program) => program.uses_time(),
        }
    }

    /// The number that the propensity is proportional to: of mass action the rate constant.
    pub(crate) fn constant_factor(&self) -> Option<f64> {
        match self {
            Self::Product(product) => Some(product.coefficient),
            Self::Program(program) => program.constant(),
        }
    }

    /// The propensity, if it is the same in every state.
    pub(crate) fn constant(&self) -> Option<f64> {
        match self {
            Self::Product(product) => product.factors.is_empty().then_some(product.coefficient),
            Self::Program(program) => program.constant(),
        }
    }
}

impl Product {
    #[inline]
    pub(crate) fn evaluate(&self, values: &[f64]) -> f64 {
        let mut propensity = self.coefficient;
        for (slot, offset) in &self.factors {
            propensity *= values[*slot as usize] - offset;
        }
        propensity
    }

    /// Multiplies by a formula, or divides by it. None if the result is not a product of this shape.
    fn absorb(
        &mut self,
        formula: &Expression,
        divide: bool,
        operand: &impl Fn(&str) -> Option<Operand>,
    ) -> Option<()> {
        let constant = |formula: &Expression| Program::compile(formula, operand).ok()?.constant();
        let slot = |formula: &Expression| match formula {
            Expression::Symbol(name) => match operand(name)? {
                Operand::Slot(slot) => Some(slot),
                Operand::Number(_) => None,
            },
            _ => None,
        };
        if let Some(number) = constant(formula) {
            if divide {
                self.coefficient /= number;
            } else {
                self.coefficient *= number;
            }
            return Some(());
        }
        if let (Some(slot), false) = (slot(formula), divide) {
            self.factors.push((slot, 0.0));
            return Some(());
        }
        let Expression::Apply(function, arguments) = formula else {
            return None;
        };
        match (function, arguments.as_slice()) {
            (Function::Multiply, factors) => {
                for factor in factors {
                    self.absorb(factor, divide, operand)?;
                }
            }
            (Function::Divide, [above, below]) => {
                self.absorb(above, divide, operand)?;
                self.absorb(below, !divide, operand)?;
            }
            (Function::Negate, [inner]) => {
                self.coefficient = -self.coefficient;
                self.absorb(inner, divide, operand)?;
            }
            (Function::Subtract, [amount, offset]) if !divide => {
                self.factors.push((slot(amount)?, constant(offset)?));
            }
            (Function::Power, [amount, exponent]) if !divide => {
                let exponent = constant(exponent)?;
                if !(exponent == 1.0 || exponent == 2.0 || exponent == 3.0) {
                    return None;
                }
                for _ in 0..exponent as usize {
                    self.absorb(amount, false, operand)?;
                }
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn compile(text: &str) -> Compiled {
        let operand = |name: &str| match name {
            "x" => Some(Operand::Slot(0)),
            "y" => Some(Operand::Slot(1)),
            "k" => Some(Operand::Number(3.0)),
            _ => None,
        };
        Compiled::compile(&text.parse().unwrap(), &operand).unwrap()
    }

    #[test]
    fn products_are_recognised() {
        for (text, coefficient, factors) in [
            ("k", 3.0, vec![]),
            ("k * x", 3.0, vec![(0, 0.0)]),
            ("k * x * (x - 1) / 2", 1.5, vec![(0, 0.0), (0, 1.0)]),
            ("x / 2 / 0.5", 1.0, vec![(0, 0.0)]),
            ("y * (x * (2 * k))", 6.0, vec![(0, 0.0), (1, 0.0)]),
            ("x ^ 2 / k", 1.0 / 3.0, vec![(0, 0.0), (0, 0.0)]),
            ("x / (1 / k)", 3.0, vec![(0, 0.0)]),
        ] {
            let Compiled::Product(product) = compile(text) else {
                panic!("{text}")
            };
            assert!((product.coefficient - coefficient).abs() < 1e-15, "{text}");
            assert_eq!(product.factors, factors, "{text}");
        }
        for text in [
            "k / x",
            "x + y",
            "x * time",
            "k * x * y * x * y",
            "x ^ 0.5",
            "1 - x",
        ] {
            assert!(matches!(compile(text), Compiled::Program(_)), "{text}");
        }
    }

    #[test]
    fn mass_action_is_a_product_of_falling_factorials() {
        let reactants = [("A".to_owned(), 3), ("B".to_owned(), 1)];
        let law = Law::from(0.5);
        assert_eq!(
            law.formula(&reactants, false).to_string(),
            "0.5 * A * (A - 1) * (A - 2) * B"
        );
        assert_eq!(
            law.formula(&reactants, true).to_string(),
            "0.5 * A * A * A * B"
        );
    }
}
