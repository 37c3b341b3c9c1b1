//! Formulas compiled for evaluation: names resolved to slots of a state, constants folded, in reverse Polish order.

use super::{Expression, Function};

/// What a name stands for in a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operand {
    /// A constant.
    Number(f64),
    /// A place in the state.
    Slot(u32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operation {
    Number(f64),
    Load(u32),
    Time,
    /// Replaces so many values on top of the stack by one.
    Apply(Function, u32),
}

/// A compiled formula.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Program {
    operations: Vec<Operation>,
    /// The largest number of values on the stack.
    depth: usize,
}

/// Programs up to this depth, practically all, are evaluated without an allocation.
const SHALLOW: usize = 16;

impl Program {
    /// Compiles a formula whose symbols all have an operand.
    ///
    /// # Errors
    ///
    /// The first symbol without an operand.
    pub(crate) fn compile(
        expression: &Expression,
        operand: &impl Fn(&str) -> Option<Operand>,
    ) -> Result<Self, String> {
        let mut program = Self {
            operations: Vec::new(),
            depth: 0,
        };
        program.push(expression, operand, 0)?;
        Ok(program)
    }

    fn push(
        &mut self,
        expression: &Expression,
        operand: &impl Fn(&str) -> Option<Operand>,
        height: usize,
    ) -> Result<(), String> {
        self.depth = self.depth.max(height + 1);
        match expression {
            Expression::Number(number) => self.operations.push(Operation::Number(*number)),
            Expression::Time => self.operations.push(Operation::Time),
            Expression::Symbol(name) => {
                let operand = operand(name).ok_or_else(|| name.clone())?;
                self.operations.push(match operand {
                    Operand::Number(number) => Operation::Number(number),
                    Operand::Slot(slot) => Operation::Load(slot),
                });
            }
            // From left to right, two at a time, so that the stack does not grow with the number of terms.
            Expression::Apply(function, arguments)
                if arguments.len() > 2 && function.is_chain() =>
            {
                let first = self.operations.len();
                for (position, argument) in arguments.iter().enumerate() {
                    self.push(argument, operand, height + position.min(1))?;
                    if position > 0 {
                        self.apply(*function, 2, first);
                    }
                }
            }
            Expression::Apply(function, arguments) => {
                let first = self.operations.len();
                for (position, argument) in arguments.iter().enumerate() {
                    self.push(argument, operand, height + position)?;
                }
                self.apply(*function, arguments.len(), first);
            }
        }
        Ok(())
    }

    /// Applies a function to the last values; to a number if all operations from `first` on are constant.
    fn apply(&mut self, function: Function, arguments: usize, first: usize) {
        self.operations
            .push(Operation::Apply(function, arguments as u32));
        let constant = self.operations[first..]
            .iter()
            .all(|operation| !matches!(operation, Operation::Load(_) | Operation::Time));
        if constant {
            let folded = Self {
                operations: self.operations.split_off(first),
                depth: arguments.max(1) + self.depth,
            };
            self.operations
                .push(Operation::Number(folded.evaluate(&[], 0.0)));
        }
    }

    /// The value in a state.
    #[inline]
    pub(crate) fn evaluate(&self, state: &[f64], time: f64) -> f64 {
        if self.depth <= SHALLOW {
            self.run(&mut [0.0; SHALLOW], state, time)
        } else {
            self.run(&mut vec![0.0; self.depth], state, time)
        }
    }

    #[inline]
    fn run(&self, stack: &mut [f64], state: &[f64], time: f64) -> f64 {
        let mut height = 0;
        for operation in &self.operations {
            let value = match operation {
                Operation::Number(number) => *number,
                Operation::Load(slot) => state[*slot as usize],
                Operation::Time => time,
                Operation::Apply(function, arguments) => {
                    height -= *arguments as usize;
                    apply(*function, &stack[height..height + *arguments as usize])
                }
            };
            stack[height] = value;
            height += 1;
        }
        stack[0]
    }

    /// The value, if it is the same in every state.
    pub(crate) fn constant(&self) -> Option<f64> {
        match self.operations[..] {
            [Operation::Number(number)] => Some(number),
            _ => None,
        }
    }

    /// The slots that the value depends on, each once, in order.
    pub(crate) fn slots(&self) -> Vec<u32> {
        let mut slots: Vec<u32> = self
            .operations
            .iter()
            .filter_map(|operation| match operation {
                Operation::Load(slot) => Some(*slot),
                _ => None,
            })
            .collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Whether the formula mentions time.
    pub(crate) fn uses_time(&self) -> bool {
        self.operations.contains(&Operation::Time)
    }
}

/// The value of a function. Truth is 1, falsehood 0.
#[inline]
fn apply(function: Function, arguments: &[f64]) -> f64 {
    use Function::*;
    let truth = f64::from;
    match (function, arguments) {
        (Add, [a, b]) => a + b,
        (Multiply, [a, b]) => a * b,
        (Subtract, [a, b]) => a - b,
        (Divide, [a, b]) => a / b,
        (Negate, [a]) => -a,
        (Power, [a, b]) => power(*a, *b),
        (Add, many) => many.iter().sum(),
        (Multiply, many) => many.iter().product(),
        (Less, [a, b]) => truth(a < b),
        (LessOrEqual, [a, b]) => truth(a <= b),
        (Greater, [a, b]) => truth(a > b),
        (GreaterOrEqual, [a, b]) => truth(a >= b),
        (Equal, [a, b]) => truth(a == b),
        (NotEqual, [a, b]) => truth(a != b),
        (And, many) => truth(many.iter().all(|value| *value != 0.0)),
        (Or, many) => truth(many.iter().any(|value| *value != 0.0)),
        (Xor, many) => truth(many.iter().filter(|value| **value != 0.0).count() % 2 == 1),
        (Not, [a]) => truth(*a == 0.0),
        (Piecewise, many) => piecewise(many),
        (Exp, [a]) => libm::exp(*a),
        (Ln, [a]) => libm::log(*a),
        (Log10, [a]) => libm::log10(*a),
        (Sqrt, [a]) => a.sqrt(),
        (Abs, [a]) => a.abs(),
        (Floor, [a]) => a.floor(),
        (Ceiling, [a]) => a.ceil(),
        (Factorial, [a]) => libm::tgamma(a + 1.0),
        (Minimum, many) => many.iter().copied().fold(f64::INFINITY, f64::min),
        (Maximum, many) => many.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        (Remainder, [a, b]) => a % b,
        (Sin, [a]) => libm::sin(*a),
        (Cos, [a]) => libm::cos(*a),
        (Tan, [a]) => libm::tan(*a),
        (Asin, [a]) => libm::asin(*a),
        (Acos, [a]) => libm::acos(*a),
        (Atan, [a]) => libm::atan(*a),
        (Sinh, [a]) => libm::sinh(*a),
        (Cosh, [a]) => libm::cosh(*a),
        (Tanh, [a]) => libm::tanh(*a),
        (Hill, [x, k, n]) => {
            let (x, k) = (power(*x, *n), power(*k, *n));
            x / (k + x)
        }
        (MichaelisMenten, [x, k]) => x / (k + x),
        // A wrong number of arguments, which the builder of networks refuses.
        _ => f64::NAN,
    }
}

/// Small whole powers by multiplication, all others by `libm`.
#[inline]
fn power(base: f64, exponent: f64) -> f64 {
    match exponent {
        1.0 => base,
        2.0 => base * base,
        3.0 => base * base * base,
        4.0 => (base * base) * (base * base),
        _ => libm::pow(base, exponent),
    }
}

fn piecewise(arguments: &[f64]) -> f64 {
    let mut pairs = arguments.chunks_exact(2);
    for pair in pairs.by_ref() {
        if pair[1] != 0.0 {
            return pair[0];
        }
    }
    // Without an otherwise there is no value.
    pairs.remainder().first().copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        let operand = |name: &str| match name {
            "x" => Some(Operand::Slot(0)),
            "y" => Some(Operand::Slot(1)),
            "k" => Some(Operand::Number(3.0)),
            _ => None,
        };
        let expression: Expression = text.parse().unwrap();
        Program::compile(&expression, &operand)
            .unwrap()
            .evaluate(&[5.0, 2.0], 10.0)
    }

    #[test]
    fn values_are_those_of_arithmetic() {
        for (text, expected) in [
            ("x - y - 1", 2.0),
            ("x / y / 2", 1.25),
            ("2 ^ 3 ^ 2", 512.0),
            ("-y ^ 2", -4.0),
            ("k * x * (x - 1) / 2", 30.0),
            ("time >= 10 and x > y", 1.0),
            ("x < y or not y == 2", 0.0),
            ("piecewise(1, x < y, 2, x > y, 3)", 2.0),
            ("piecewise(1, x < y, 2, x == y, 3)", 3.0),
            ("hill(x, 5, 4)", 0.5),
            ("michaelis_menten(x, 15)", 0.25),
            ("min(x, y, 7) + max(x, y)", 7.0),
            ("factorial(4)", 24.0),
            ("rem(7, 4)", 3.0),
            (
                "log10(1000) + ln(exp(1)) + sqrt(9) + abs(-1) + floor(1.5) + ceil(1.5)",
                11.0,
            ),
        ] {
            assert!(
                (value(text) - expected).abs() < 1e-12,
                "{text}: {}",
                value(text)
            );
        }
        assert!(value("piecewise(1, x < y)").is_nan());
    }

    #[test]
    fn constants_are_folded_and_slots_listed() {
        let operand = |name: &str| (name == "x").then_some(Operand::Slot(4));
        let compile =
            |text: &str| Program::compile(&text.parse::<Expression>().unwrap(), &operand).unwrap();
        assert_eq!(compile("2 * (3 + 4)").constant(), Some(14.0));
        assert_eq!(compile("2 * x").constant(), None);
        assert_eq!(compile("x * (x - 1)").slots(), [4]);
        assert!(compile("sin(time)").uses_time());
        let error = Program::compile(&Expression::symbol("z"), &operand);
        assert_eq!(error, Err("z".to_owned()));
    }

    /// The value of a chain is that of its operators one after the other, however long it is.
    ///
    /// Smallest fault seen: terms of a long sum added from the right.
    #[test]
    fn long_chains_have_the_value_of_their_operators_one_by_one() {
        let number = |place: usize| 1.0 + (place * place % 1009) as f64 / 1013.0;
        for count in [1, 63, 64, 65, 66, 70, 250, 10_000] {
            let (mut sum, mut product, mut mixed) = (number(0), number(0), number(0));
            let mut text = [String::new(), String::new(), String::new()];
            text.iter_mut().for_each(|text| *text += "x0");
            for place in 1..count {
                let term = number(place);
                sum += term;
                text[0] += &format!(" + x{place}");
                // Neither too large nor too small.
                let factor = if place % 2 == 0 { term } else { 0.66 };
                product *= factor;
                text[1] += &match place % 2 {
                    0 => format!(" * x{place}"),
                    _ => " * 0.66".to_owned(),
                };
                let product = 3.0 * term;
                text[2] += &match place % 3 {
                    0 => format!(" - x{place} * 3"),
                    1 => format!(" + 3 * x{place}"),
                    _ => " - 0.1".to_owned(),
                };
                match place % 3 {
                    0 => mixed -= product,
                    1 => mixed += product,
                    _ => mixed -= 0.1,
                }
            }
            let state: Vec<f64> = (0..count).map(number).collect();
            let operand = |name: &str| name[1..].parse().ok().map(Operand::Slot);
            for (text, expected) in text.iter().zip([sum, product, mixed]) {
                let expression: Expression = text.parse().unwrap();
                assert!(expression.depth() < 80, "{}", expression.depth());
                let program = Program::compile(&expression, &operand).unwrap();
                let value = program.evaluate(&state, 0.0);
                assert_eq!(value.to_bits(), expected.to_bits(), "{count}");
                assert!(program.depth <= SHALLOW);
                let again: Expression = expression.to_string().parse().unwrap();
                assert_eq!(again, expression);
            }
            let any = (1..count).fold("x0 < 0".to_owned(), |text, place| {
                text + &format!(" or x{place} == {}", number(count - 1))
            });
            let program = Program::compile(&any.parse().unwrap(), &operand).unwrap();
            let truth = f64::from((1..count).any(|place| number(place) == number(count - 1)));
            assert_eq!(program.evaluate(&state, 0.0), truth);
        }
    }

    #[test]
    fn deep_formulas_are_evaluated_too() {
        let mut expression = Expression::symbol("x");
        for _ in 0..100 {
            expression =
                Expression::Apply(Function::Add, vec![Expression::Number(1.0), expression]);
        }
        let program = Program::compile(&expression, &|_| Some(Operand::Slot(0))).unwrap();
        assert_eq!(program.evaluate(&[2.0], 0.0), 102.0);
    }
}
