//! The two directions of a reversible reaction.
//!
//! Its law is the net rate, forward less backward (SBML Level 3 Version 2, section 4.11.1), which is no propensity. It
//! is taken apart if it is a sum with positive and negative terms, possibly multiplied or divided as a whole, in which
//! every negative term has all products for factors or otherwise mentions them: what runs backward uses them up.

use crate::math::Tree;
use paracrine_kernel::expression::{Expression, Function};

/// More terms are not taken apart: every one repeats what the sum is multiplied by.
const MOST_TERMS: usize = 64;

/// Nor are laws longer than this.
const LONGEST: usize = 10_000;

/// What there is to know of a reaction.
pub(crate) struct Directions<'s> {
    pub(crate) is_species: &'s dyn Fn(&str) -> bool,
    /// Whether a species is a reactant or a product.
    pub(crate) takes_part: &'s dyn Fn(&str) -> bool,
    /// The products that reactions change.
    pub(crate) products: &'s [&'s str],
}

/// A part of a sum, and whether it is subtracted.
type Term = (bool, Expression);

impl Directions<'_> {
    /// The propensities forward and backward. A law without a difference of species runs forward only.
    ///
    /// None if the law cannot be taken apart.
    pub(crate) fn split(&self, law: &Tree) -> Option<(Expression, Option<Expression>)> {
        if law.size() > LONGEST {
            return None;
        }
        let law = law.expression();
        let mut terms = Vec::new();
        self.collect(law, false, &mut terms)?;
        let (negative, positive): (Vec<Term>, Vec<Term>) =
            terms.into_iter().partition(|(negative, _)| *negative);
        if negative.is_empty() {
            return (!self.has_difference(law)).then(|| (law.clone(), None));
        }
        let all_used = |(_, term): &Term| {
            self.products
                .iter()
                .all(|product| mentions(term, &|name| name == *product))
        };
        if positive.is_empty() || !negative.iter().all(all_used) {
            return None;
        }
        Some((sum(positive), Some(sum(negative))))
    }

    /// Appends the terms of a sum.
    fn collect(&self, formula: &Expression, negative: bool, terms: &mut Vec<Term>) -> Option<()> {
        if terms.len() >= MOST_TERMS {
            return None;
        }
        let Expression::Apply(function, arguments) = formula else {
            terms.push((negative, formula.clone()));
            return Some(());
        };
        match (function, arguments.as_slice()) {
            (Function::Add, many) => {
                for term in many {
                    self.collect(term, negative, terms)?;
                }
            }
            (Function::Subtract, [a, b]) => {
                self.collect(a, negative, terms)?;
                self.collect(b, !negative, terms)?;
            }
            (Function::Negate, [a]) => self.collect(a, !negative, terms)?,
            (Function::Multiply | Function::Divide, many) => {
                let mut negative = negative;
                let arguments = many
                    .iter()
                    .map(|argument| unsigned(argument, &mut negative));
                self.distribute(*function, arguments.collect(), negative, terms)?;
            }
            _ => terms.push((negative, formula.clone())),
        }
        Some(())
    }

    /// Multiplies or divides the terms of one argument, if it is a sum, by the others.
    fn distribute(
        &self,
        function: Function,
        arguments: Vec<Expression>,
        negative: bool,
        terms: &mut Vec<Term>,
    ) -> Option<()> {
        let summands = if function == Function::Divide {
            1
        } else {
            arguments.len()
        };
        let place = arguments[..summands]
            .iter()
            .position(|argument| self.is_difference(argument));
        // In `P * (P - 1)` the difference is not one of directions.
        let is_one_of_directions = |place: usize| {
            function == Function::Divide
                || !arguments.iter().enumerate().any(|(other, argument)| {
                    other != place
                        && (mentions(argument, self.takes_part) || self.is_difference(argument))
                })
        };
        let Some(place) = place.filter(|place| is_one_of_directions(*place)) else {
            terms.push((negative, Expression::Apply(function, arguments)));
            return Some(());
        };
        let mut inner = Vec::new();
        self.collect(&arguments[place], negative, &mut inner)?;
        for (negative, term) in inner {
            let mut arguments = arguments.clone();
            arguments[place] = term;
            terms.push((negative, Expression::Apply(function, arguments)));
        }
        (terms.len() <= MOST_TERMS).then_some(())
    }

    /// Whether a formula is a sum, possibly multiplied or divided, with something subtracted and a species in it.
    fn is_difference(&self, formula: &Expression) -> bool {
        has_negative_term(formula) && mentions(formula, self.is_species)
    }

    /// Whether something with a species in it is subtracted anywhere.
    fn has_difference(&self, formula: &Expression) -> bool {
        let Expression::Apply(function, arguments) = formula else {
            return false;
        };
        (*function == Function::Subtract && mentions(formula, self.is_species))
            || arguments
                .iter()
                .any(|argument| self.has_difference(argument))
    }
}

/// A factor without its sign, which is turned over into that of the product.
fn unsigned(formula: &Expression, negative: &mut bool) -> Expression {
    match formula {
        Expression::Number(number) if *number < 0.0 => {
            *negative = !*negative;
            Expression::Number(-number)
        }
        Expression::Apply(Function::Negate, arguments) if arguments.len() == 1 => {
            *negative = !*negative;
            unsigned(&arguments[0], negative)
        }
        _ => formula.clone(),
    }
}

fn has_negative_term(formula: &Expression) -> bool {
    let Expression::Apply(function, arguments) = formula else {
        return matches!(formula, Expression::Number(number) if *number < 0.0);
    };
    match function {
        Function::Subtract | Function::Negate => true,
        Function::Add | Function::Multiply => arguments.iter().any(has_negative_term),
        Function::Divide => arguments.first().is_some_and(has_negative_term),
        _ => false,
    }
}

fn mentions(formula: &Expression, what: &dyn Fn(&str) -> bool) -> bool {
    let mut found = false;
    formula.for_each_symbol(&mut |name| found |= what(name));
    found
}

fn sum(terms: Vec<Term>) -> Expression {
    let mut terms: Vec<_> = terms.into_iter().map(|(_, term)| term).collect();
    match terms.len() {
        1 => terms.remove(0),
        _ => Expression::Apply(Function::Add, terms),
    }
}
