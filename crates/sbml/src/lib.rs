//! Reads reaction networks from SBML: Level 2 Versions 1 to 5, and the core of Level 3 Versions 1 and 2.
//!
//! ```
//! use paracrine_sbml::{Substance, read};
//!
//! let document = read(
//!     r#"<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
//!       <model id="decay" timeUnits="second" substanceUnits="item">
//!         <listOfCompartments><compartment id="cell" constant="true"/></listOfCompartments>
//!         <listOfSpecies>
//!           <species id="X" compartment="cell" initialAmount="100" hasOnlySubstanceUnits="true"
//!             boundaryCondition="false" constant="false"/>
//!         </listOfSpecies>
//!         <listOfReactions>
//!           <reaction id="loss" reversible="false">
//!             <listOfReactants><speciesReference species="X" stoichiometry="1" constant="true"/></listOfReactants>
//!             <kineticLaw>
//!               <math xmlns="http://www.w3.org/1998/Math/MathML">
//!                 <apply><times/><cn>0.1</cn><ci>X</ci></apply>
//!               </math>
//!             </kineticLaw>
//!           </reaction>
//!         </listOfReactions>
//!       </model>
//!     </sbml>"#,
//!     Substance::AsDeclared,
//! )?;
//! assert_eq!(document.network.initial_amounts(), [100.0]);
//! assert_eq!(document.time_unit.as_deref(), Some("second"));
//! # Ok::<_, paracrine_sbml::Errors>(())
//! ```
//!
//! # What a file means
//!
//! - **Amounts are molecules.** Numbers for species are multiplied by the molecules in their unit and, if they are
//!   concentrations, by the size of the compartment; in formulas the reverse. Where the unit is not one molecule, amounts
//!   that reactions change start at, and are set by events to, the nearest whole number. Sizes and times keep the units
//!   of the file.
//! - **The kinetic law is the propensity**, as it is written.
//! - A **reversible** reaction whose law is a difference becomes two channels, `name` and `name (reverse)`; without a
//!   difference of species it has one direction. Every negative term of the law must mention all products.
//! - A reaction with the same species on both sides changes nothing, and has no channel.
//! - An event without an id is called by its place in the file, as `event 1`.
//!
//! # What is refused
//!
//! Algebraic rules, constraints, priorities of events, `delay` and `rateOf` in formulas, fast reactions, conversion
//! factors, stoichiometries that vary or are not whole, units with an offset, packages that the model requires, quantities
//! without a value at the start, and whatever the standard does not have. Everything that is refused is named with its
//! line; nothing is passed over but notes, annotations, packages that are not required, functions that nothing calls, and
//! the units of sizes, parameters and numbers.

mod document;
mod error;
mod events;
mod grammar;
mod math;
mod quantities;
mod reactions;
mod reversible;
mod rules;
mod symbols;
mod units;
mod xml;

#[cfg(test)]
mod tests;

pub use document::{Document, SpeciesUnits, Substance};
pub use error::{Error, Errors, Fault};

use math::Math;
use paracrine_kernel::network::{Network, NetworkErrors, Place};
use std::collections::BTreeMap;
use symbols::{Symbol, Symbols};
use units::Units;
use xml::{Element, Faults, child, list};

/// Reads a file.
///
/// # Errors
///
/// All faults that were found, each with its line. Those of the network as a whole, such as quantities that are defined
/// by each other, show when the others are mended.
pub fn read(text: &str, substance: Substance) -> Result<Document, Errors> {
    read_changed(text, substance, &[])
}

/// Reads a file with other values at time 0, by the names of [`Document::changeable`]; others are ignored.
///
/// A value takes the place of that of the file, in its unit: of a species the concentration where the file gives a
/// concentration, the amount where it gives an amount. Where an initial assignment gives it, or nothing does, it is what
/// formulas mean by its id. Values that the file computes from it follow.
///
/// # Errors
///
/// As [`read`].
pub fn read_changed(
    text: &str,
    substance: Substance,
    changes: &[(String, f64)],
) -> Result<Document, Errors> {
    let tree = xml::parse(text)?;
    let mut faults = Faults::default();
    let document = read_tree(tree.root_element(), substance, changes, &mut faults);
    match document {
        Some(document) if faults.is_empty() => Ok(document),
        _ => Err(faults.report(text)),
    }
}

/// None only if there are faults.
fn read_tree<'a>(
    root: Element<'a>,
    substance: Substance,
    changes: &'a [(String, f64)],
    faults: &mut Faults,
) -> Option<Document> {
    let level = grammar::level(root, faults)?;
    grammar::check(root, level, faults);
    let Some(model) = child(root, "model") else {
        faults.add(root, Fault::MissingElement("model"));
        return None;
    };
    let units = Units::new(model, level, substance, faults);
    let symbols = Symbols::new(model, &units, changes, faults);
    let math = Math::new(&symbols);
    let builder = Network::builder();
    let builder = quantities::declare(builder, &symbols, &math, faults);
    let builder = rules::declare(builder, &symbols, &math, faults);
    let builder = reactions::declare(builder, model, &units, &symbols, &math, faults);
    let builder = events::declare(builder, model, &units, &symbols, &math, faults);
    if !faults.is_empty() {
        return None;
    }
    let network = builder
        .build()
        .map_err(|errors| place(errors, model, &symbols, faults))
        .ok()?;
    Some(Document {
        network,
        level: level.level,
        version: level.version,
        model_id: model.attribute("id").map(str::to_owned),
        model_name: model.attribute("name").map(str::to_owned),
        names: names(&symbols),
        time_unit: units.time(),
        species: species(&symbols),
        changeable: changeable(&symbols, model),
        determined: determined(&symbols),
    })
}

/// Finds the elements that faults of the network belong to.
fn place(errors: NetworkErrors, model: Element<'_>, symbols: &Symbols<'_>, faults: &mut Faults) {
    let declared = |name: &str| symbols.by_id.get(name).map(Symbol::element);
    for error in errors.0 {
        let element = match &error.place {
            Place::Compartment(name) | Place::Parameter(name) | Place::Species(name) => {
                declared(name)
            }
            Place::Channel(name) => declared(name.strip_suffix(reactions::REVERSE).unwrap_or(name)),
            Place::Rule(name) => symbols.rules.get(name.as_str()).copied(),
            Place::Event(name) => {
                list(model, "listOfEvents")
                    .enumerate()
                    .find_map(|(position, event)| {
                        (events::name(position, event) == *name).then_some(event)
                    })
            }
            _ => None,
        };
        faults.add(element.unwrap_or(model), Fault::Network(error.fault));
    }
}

fn names(symbols: &Symbols<'_>) -> BTreeMap<String, String> {
    let is_named =
        |symbol: &Symbol<'_>| !matches!(symbol, Symbol::Function(_) | Symbol::SpeciesReference(_));
    let symbols = symbols.by_id.iter().filter(|(_, symbol)| is_named(symbol));
    symbols
        .filter_map(|(id, symbol)| {
            let name = symbol.element().attribute("name")?;
            Some(((*id).to_owned(), name.to_owned()))
        })
        .collect()
}

fn changeable(symbols: &Symbols<'_>, model: Element<'_>) -> Vec<String> {
    let quantities = symbols.quantities.iter().map(|id| (*id).to_owned());
    quantities.chain(math::locals(model)).collect()
}

fn determined(symbols: &Symbols<'_>) -> Vec<String> {
    let ruled = symbols.rules.keys().copied();
    let ruled = ruled.filter(|id| symbols.is_assigned(id));
    ruled.map(str::to_owned).collect()
}

fn species(symbols: &Symbols<'_>) -> BTreeMap<String, SpeciesUnits> {
    let species = symbols
        .by_id
        .iter()
        .filter_map(|(id, symbol)| match symbol {
            Symbol::Species(species) => Some((*id, species)),
            _ => None,
        });
    species
        .map(|(id, species)| {
            let units = SpeciesUnits {
                compartment: species.compartment.to_owned(),
                is_concentration: species.is_concentration,
                molecules_per_unit: species.molecules,
            };
            (id.to_owned(), units)
        })
        .collect()
}
