//! Tests of the whole reader, by topic.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod amounts;
mod changes;
mod dsmts;
mod events;
mod formulas;
mod models;
mod mutations;
mod reactions;
mod refusals;
mod reversible;

use crate::{Document, Fault, Substance, read};

/// A model of Level 3 Version 2 around lists, in items.
pub(super) fn level3(lists: &str) -> String {
    format!(
        r#"<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
<model id="m" substanceUnits="item" extentUnits="item" timeUnits="second">{lists}</model></sbml>"#
    )
}

/// A model of Level 2 Version 4 around lists.
pub(super) fn level2(lists: &str) -> String {
    format!(
        r#"<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4">
<model id="m">{lists}</model></sbml>"#
    )
}

/// A compartment of Level 3, with further attributes.
pub(super) fn compartments(attributes: &str) -> String {
    format!(
        r#"<listOfCompartments><compartment id="c" constant="true" {attributes}/></listOfCompartments>"#
    )
}

/// A species of Level 3 that reactions change, counted in molecules.
pub(super) fn species(id: &str, amount: f64) -> String {
    format!(
        r#"<species id="{id}" compartment="c" initialAmount="{amount}" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>"#
    )
}

pub(super) fn parameter(id: &str, value: f64, constant: bool) -> String {
    format!(r#"<parameter id="{id}" value="{value}" constant="{constant}"/>"#)
}

pub(super) fn list(name: &str, content: &str) -> String {
    format!("<listOf{name}>{content}</listOf{name}>")
}

pub(super) fn math(content: &str) -> String {
    format!(r#"<math xmlns="http://www.w3.org/1998/Math/MathML">{content}</math>"#)
}

/// `apply` of an operator to names and numbers.
pub(super) fn apply(operator: &str, arguments: &[&str]) -> String {
    format!("<apply><{operator}/>{}</apply>", terms(arguments))
}

/// Names, numbers, and what is markup already.
pub(super) fn terms(arguments: &[&str]) -> String {
    let term = |text: &&str| match text.chars().next() {
        Some('<') => (*text).to_owned(),
        Some(first) if first.is_alphabetic() => format!("<ci>{text}</ci>"),
        _ => format!("<cn>{text}</cn>"),
    };
    arguments.iter().map(term).collect()
}

/// An irreversible reaction: species of each side separated by blanks.
pub(super) fn reaction(id: &str, reactants: &str, products: &str, law: &str) -> String {
    directed(id, false, reactants, products, law)
}

pub(super) fn directed(
    id: &str,
    reversible: bool,
    reactants: &str,
    products: &str,
    law: &str,
) -> String {
    let side = |name: &str, species: &str| {
        let reference = |species: &str| {
            format!(r#"<speciesReference species="{species}" stoichiometry="1" constant="true"/>"#)
        };
        list(
            name,
            &species
                .split_whitespace()
                .map(reference)
                .collect::<String>(),
        )
    };
    format!(
        r#"<reaction id="{id}" reversible="{reversible}">{}{}<kineticLaw>{}</kineticLaw></reaction>"#,
        side("Reactants", reactants),
        side("Products", products),
        math(law)
    )
}

pub(super) fn read_ok(text: &str) -> Document {
    match read(text, Substance::AsDeclared) {
        Ok(document) => document,
        Err(errors) => panic!("{errors}\n{text}"),
    }
}

/// The faults of a text, each as `element id`, with the fault.
pub(super) fn faults(text: &str) -> Vec<(String, Fault)> {
    let errors = read(text, Substance::AsDeclared).unwrap_err();
    let place = |error: &crate::Error| {
        let parts = [error.element.as_deref(), error.id.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    errors
        .0
        .iter()
        .map(|error| (place(error), error.fault.clone()))
        .collect()
}

/// The only fault of a text.
pub(super) fn fault(text: &str) -> (String, Fault) {
    let mut faults = faults(text);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

/// The value of a parameter or compartment that never changes.
pub(super) fn constant(document: &Document, name: &str) -> f64 {
    let mut constants = document.network.constants().iter();
    constants.find(|(known, _)| known == name).unwrap().1
}

/// The propensity of a channel at time 0, with some quantities other than at the start.
pub(super) fn propensity(document: &Document, channel: &str, values: &[(&str, f64)]) -> f64 {
    let network = &document.network;
    let mut state = paracrine_kernel::state::State::initial(network)
        .values()
        .to_vec();
    for (name, value) in values {
        let slot = network
            .quantities()
            .iter()
            .position(|known| known == name)
            .unwrap();
        state[slot] = *value;
    }
    network.propensity(network.find_channel(channel).unwrap(), &state, 0.0)
}
