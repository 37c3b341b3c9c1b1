//! Rules: formulas and derivatives that determine quantities (SBML Level 3 Version 2, section 4.9).

use crate::error::Fault;
use crate::math::{Math, Tree};
use crate::symbols::Symbols;
use crate::xml::{Element, Faults, Problem};
use paracrine_kernel::expression::Expression;
use paracrine_kernel::network::NetworkBuilder;

/// Declares all rules of a file.
pub(crate) fn declare(
    mut builder: NetworkBuilder,
    symbols: &Symbols<'_>,
    math: &Math<'_, '_>,
    faults: &mut Faults,
) -> NetworkBuilder {
    for (id, rule) in &symbols.rules {
        if symbols.is_assigned(id) {
            if let Some(value) = faults.keep(value(id, *rule, math)) {
                builder = builder.assignment(*id, value);
            }
        } else if let Some(derivative) = faults.keep(derivative(id, *rule, symbols, math)) {
            builder = builder.rate(*id, derivative);
        }
    }
    builder
}

fn value<'a>(id: &str, rule: Element<'a>, math: &Math<'_, 'a>) -> Result<Expression, Problem> {
    let value = math.formula(rule)?;
    math.molecules(rule, id, value).map(Tree::into_expression)
}

/// Of an amount. That of a concentration is the derivative of the amount over the size only while the size is constant.
fn derivative<'a>(
    id: &str,
    rule: Element<'a>,
    symbols: &Symbols<'a>,
    math: &Math<'_, 'a>,
) -> Result<Expression, Problem> {
    if let Some(species) = symbols.species(id)
        && species.is_concentration
        && symbols.varies(species.compartment)
    {
        let compartment = species.compartment.to_owned();
        return Err(Problem::new(rule, Fault::VariableCompartment(compartment)));
    }
    value(id, rule, math)
}
