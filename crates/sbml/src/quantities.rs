//! Compartments, species and parameters, with their values at the start.

use crate::error::Fault;
use crate::math::{Math, Tree};
use crate::symbols::{Compartment, Parameter, Species, Symbol, Symbols};
use crate::xml::{Element, Faults, Problem, number};
use paracrine_kernel::network::{NetworkBuilder, Role};

/// Declares all quantities of a file.
pub(crate) fn declare(
    mut builder: NetworkBuilder,
    symbols: &Symbols<'_>,
    math: &Math<'_, '_>,
    faults: &mut Faults,
) -> NetworkBuilder {
    for id in &symbols.quantities {
        let start = Start { id, symbols, math };
        match &symbols.by_id[id] {
            // A compartment without a size holds amounts; that no formula asks for its size is seen to there.
            Symbol::Compartment(_) if !symbols.is_sized(id) => {}
            Symbol::Compartment(compartment) => {
                if let Some(size) = faults.keep(start.of_compartment(compartment)) {
                    builder = builder.compartment(*id, size.into_expression());
                }
            }
            Symbol::Parameter(parameter) => {
                if let Some(value) = faults.keep(start.of_parameter(parameter)) {
                    builder = builder.parameter(*id, value.into_expression());
                }
            }
            Symbol::Species(species) => {
                check(id, species, symbols, faults);
                if let Some(amount) = faults.keep(start.of_species(species)) {
                    let role = role(id, species, symbols);
                    builder = builder.species_as(role, *id, amount.into_expression());
                }
            }
            _ => {}
        }
    }
    builder
}

fn role(id: &str, species: &Species<'_>, symbols: &Symbols<'_>) -> Role {
    if species.constant {
        Role::Constant
    } else if symbols.reacts(id) {
        Role::Reacting
    } else {
        Role::Boundary
    }
}

fn check(id: &str, species: &Species<'_>, symbols: &Symbols<'_>, faults: &mut Faults) {
    let compartment = species.compartment;
    let is_given = species.element.has_attribute("compartment");
    if is_given && symbols.compartment(compartment).is_none() {
        let (name, expected) = (compartment.to_owned(), "a compartment");
        faults.add(species.element, Fault::Unknown { name, expected });
    }
    if symbols.is_participant(id) && !species.boundary {
        if species.constant {
            faults.add(species.element, Fault::ConstantSpeciesReacts);
        } else if symbols.rules.contains_key(id) {
            faults.add(species.element, Fault::RuledSpeciesReacts);
        }
    }
}

/// Finds the value of one quantity at time 0: that of its initial assignment, else that of its attributes (SBML
/// Level 3 Version 2, section 4.8).
struct Start<'s, 'a> {
    id: &'s str,
    symbols: &'s Symbols<'a>,
    math: &'s Math<'s, 'a>,
}

impl<'a> Start<'_, 'a> {
    fn of_compartment(&self, compartment: &Compartment<'a>) -> Result<Tree, Problem> {
        match self.assigned() {
            Some(assignment) => self.math.formula(assignment),
            None => self.given(compartment.size, compartment.element),
        }
    }

    fn of_parameter(&self, parameter: &Parameter<'a>) -> Result<Tree, Problem> {
        match self.assigned() {
            Some(assignment) => self.math.formula(assignment),
            None => self.given(parameter.value, parameter.element),
        }
    }

    /// In molecules; to whole ones where reactions change a species that the file counts in other units, since a number
    /// of moles is hardly ever one.
    fn of_species(&self, species: &Species<'a>) -> Result<Tree, Problem> {
        let element = species.element;
        let amount = number(element, "initialAmount")?;
        let concentration = number(element, "initialConcentration")?;
        if amount.is_some() && concentration.is_some() {
            return Err(Problem::new(element, Fault::TwoValues));
        }
        let changed = species.changed;
        let molecules = if let Some(assignment) = self.assigned() {
            let value = match changed {
                Some(value) => Tree::number(value),
                None => self.math.formula(assignment)?,
            };
            self.math.molecules(assignment, self.id, value)?
        } else if let Some(concentration) = concentration {
            let value = Tree::number(changed.unwrap_or(concentration));
            let volume = self.math.volume_of(element, species.compartment)?;
            self.math.molecules_in(self.id, value, volume)
        } else if let (Some(value), None) = (changed, amount) {
            self.math.molecules(element, self.id, Tree::number(value))?
        } else {
            let amount = self.given(changed.or(amount), element)?;
            self.math.molecules_in(self.id, amount, None)
        };
        Ok(self.math.whole(self.id, molecules))
    }

    fn assigned(&self) -> Option<Element<'a>> {
        self.symbols.initial_assignments.get(self.id).copied()
    }

    /// A value that is given, or not needed since a rule has it.
    fn given(&self, value: Option<f64>, element: Element<'a>) -> Result<Tree, Problem> {
        match value {
            Some(value) => Ok(Tree::number(value)),
            None if self.symbols.is_assigned(self.id) => Ok(Tree::number(0.0)),
            None => Err(Problem::new(element, Fault::NoValue)),
        }
    }
}
