//! Reactions and their laws (SBML Level 3 Version 2, section 4.11).
//!
//! The kinetic law is the propensity: the expected number of firings per time, with no factor for combinations.

use crate::error::Fault;
use crate::math::{Math, Tree};
use crate::reversible::Directions;
use crate::symbols::Symbols;
use crate::units::Units;
use crate::xml::{Element, Faults, Problem, child, flag, list, number, required};
use paracrine_kernel::expression::Expression;
use paracrine_kernel::network::{Law, Network, NetworkBuilder};

/// What the name of a channel has after the id of a reaction that runs backward.
pub(crate) const REVERSE: &str = " (reverse)";

/// Species with their stoichiometries, each once, in the order of the file.
type Side<'a> = Vec<(&'a str, u32)>;

/// Declares the channels of all reactions of a file.
pub(crate) fn declare<'a>(
    mut builder: NetworkBuilder,
    model: Element<'a>,
    units: &Units<'a>,
    symbols: &Symbols<'a>,
    math: &Math<'_, 'a>,
    faults: &mut Faults,
) -> NetworkBuilder {
    for element in list(model, "listOfReactions") {
        let reader = Reader {
            element,
            units,
            symbols,
            math,
        };
        reader.check_flags(faults);
        let reactants = reader.side("listOfReactants", faults);
        let products = reader.side("listOfProducts", faults);
        let rate = faults.keep(math.rate(element));
        let (Some(reactants), Some(products), Some(rate), Some(id)) =
            (reactants, products, rate, element.attribute("id"))
        else {
            continue;
        };
        let laws = reader.laws(&rate, &reactants, &products);
        let Some((forward, backward)) = faults.keep(laws) else {
            continue;
        };
        if is_idle(&reactants, &products) {
            continue;
        }
        let (id, law) = (id.trim(), Law::Propensity);
        if let Some(backward) = backward {
            let name = format!("{id}{REVERSE}");
            builder = builder.channel(id, reactants.clone(), products.clone(), law(forward));
            builder = builder.channel(name, products, reactants, law(backward));
        } else {
            builder = builder.channel(id, reactants, products, law(forward));
        }
    }
    builder
}

/// Whether both sides are the same, so that a firing changes nothing and can be left out.
fn is_idle(reactants: &Side<'_>, products: &Side<'_>) -> bool {
    let on_other_side = |entry| products.contains(entry);
    reactants.len() == products.len() && reactants.iter().all(on_other_side)
}

struct Reader<'s, 'a> {
    element: Element<'a>,
    units: &'s Units<'a>,
    symbols: &'s Symbols<'a>,
    math: &'s Math<'s, 'a>,
}

impl<'a> Reader<'_, 'a> {
    /// What is not needed for the channel, but may be at fault.
    fn check_flags(&self, faults: &mut Faults) {
        if let Some(law) = child(self.element, "kineticLaw") {
            self.units.check_time(law, faults);
        }
        // Required in Level 3 Version 1 and gone from Version 2: what is not said is not fast.
        if faults.keep(flag(self.element, "fast", Some(false))) == Some(true) {
            let (attribute, value) = ("fast", "true".to_owned());
            faults.add(
                self.element,
                Fault::UnsupportedAttribute { attribute, value },
            );
        }
        for reference in list(self.element, "listOfModifiers") {
            self.species(reference, faults);
        }
    }

    fn species(&self, reference: Element<'a>, faults: &mut Faults) -> Option<&'a str> {
        // That the attribute is there has been seen to with the declarations.
        let id = required(reference, "species").ok()?;
        if self.symbols.species(id).is_none() {
            let (name, expected) = (id.to_owned(), "a species");
            faults.add(reference, Fault::Unknown { name, expected });
            return None;
        }
        Some(id)
    }

    /// One side of the reaction; none if it is at fault.
    fn side(&self, name: &str, faults: &mut Faults) -> Option<Side<'a>> {
        let mut side: Side<'a> = Vec::new();
        let mut whole = true;
        for reference in list(self.element, name) {
            let species = self.species(reference, faults);
            let stoichiometry = faults.keep(self.stoichiometry(reference));
            let (Some(species), Some(stoichiometry)) = (species, stoichiometry) else {
                whole = false;
                continue;
            };
            let Some((_, sum)) = side.iter_mut().find(|(other, _)| *other == species) else {
                side.push((species, stoichiometry));
                continue;
            };
            match sum.checked_add(stoichiometry) {
                Some(total) => *sum = total,
                None => {
                    let total = f64::from(*sum) + f64::from(stoichiometry);
                    faults.add(reference, Fault::Stoichiometry(total));
                    whole = false;
                }
            }
        }
        side.retain(|(_, stoichiometry)| *stoichiometry > 0);
        whole.then_some(side)
    }

    fn stoichiometry(&self, reference: Element<'a>) -> Result<u32, Problem> {
        let default = self.units.level().default(1.0);
        let value = match (
            number(reference, "stoichiometry")?,
            child(reference, "stoichiometryMath"),
        ) {
            (Some(_), Some(formula)) => return Err(Problem::new(formula, Fault::Repeated)),
            (None, Some(formula)) => constant(self.math.formula(formula)?.expression())
                .ok_or_else(|| Problem::new(formula, Fault::Unsupported))?,
            (value, None) => value
                .or(default)
                .ok_or_else(|| Problem::new(reference, Fault::MissingAttribute("stoichiometry")))?,
        };
        if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
            Ok(value as u32)
        } else {
            Err(Problem::new(reference, Fault::Stoichiometry(value)))
        }
    }

    /// The propensities forward and, for a reversible reaction that has one, backward.
    fn laws(
        &self,
        law: &Tree,
        reactants: &Side<'a>,
        products: &Side<'a>,
    ) -> Result<(Expression, Option<Expression>), Problem> {
        let molecules = self.molecules(reactants, products)?;
        let in_molecules = |law: Expression| match molecules {
            1.0 => law,
            _ => law * molecules,
        };
        if !self.units.flag(self.element, "reversible", true)? {
            return Ok((in_molecules(law.expression().clone()), None));
        }
        let takes_part = |name: &str| {
            let is_on = |side: &Side<'a>| side.iter().any(|(other, _)| *other == name);
            is_on(reactants) || is_on(products)
        };
        let products: Vec<&str> = products
            .iter()
            .map(|(species, _)| *species)
            .filter(|species| self.symbols.reacts(species))
            .collect();
        let directions = Directions {
            is_species: &|name| self.symbols.species(name).is_some(),
            takes_part: &takes_part,
            products: &products,
        };
        let (forward, backward) = directions
            .split(law)
            .ok_or_else(|| Problem::new(self.element, Fault::Reversible))?;
        Ok((in_molecules(forward), backward.map(in_molecules)))
    }

    /// Molecules in the unit in which firings are counted, which must be that of the species that they change.
    fn molecules(&self, reactants: &Side<'a>, products: &Side<'a>) -> Result<f64, Problem> {
        let law = child(self.element, "kineticLaw").unwrap_or(self.element);
        let mut molecules = self.units.of_extent(law)?;
        for (id, _) in reactants.iter().chain(products) {
            if let Some(species) = self.symbols.species(id)
                && self.symbols.reacts(id)
            {
                let expected = *molecules.get_or_insert(species.molecules);
                if (species.molecules / expected - 1.0).abs() > 1e-9 {
                    return Err(Problem::new(
                        self.element,
                        Fault::MixedUnits((*id).to_owned()),
                    ));
                }
            }
        }
        Ok(molecules.unwrap_or(1.0))
    }
}

/// The value of a formula without names and time.
fn constant(formula: &Expression) -> Option<f64> {
    fn is_constant(formula: &Expression) -> bool {
        match formula {
            Expression::Number(_) => true,
            Expression::Time | Expression::Symbol(_) => false,
            Expression::Apply(_, arguments) => arguments.iter().all(is_constant),
        }
    }
    if !is_constant(formula) {
        return None;
    }
    // The kernel evaluates formulas as values of parameters.
    let network = Network::builder()
        .parameter("value", formula.clone())
        .build();
    network.ok()?.constants().first().map(|(_, value)| *value)
}
