//! What the ids of a file stand for, and what sets what.

use crate::error::Fault;
use crate::units::Units;
use crate::xml::{Element, Faults, is_id, list, number, required, unfit};
use std::collections::{BTreeMap, BTreeSet};

/// A species of the file.
#[derive(Debug)]
pub(crate) struct Species<'a> {
    pub(crate) element: Element<'a>,
    pub(crate) compartment: &'a str,
    /// Whether formulas mean its concentration.
    pub(crate) is_concentration: bool,
    /// Molecules in its unit of amount.
    pub(crate) molecules: f64,
    pub(crate) boundary: bool,
    pub(crate) constant: bool,
    /// A value at the start that takes the place of the file's, in the same unit.
    pub(crate) changed: Option<f64>,
}

impl Species<'_> {
    fn reacts(&self) -> bool {
        !self.boundary && !self.constant
    }
}

/// A compartment of the file.
#[derive(Debug)]
pub(crate) struct Compartment<'a> {
    pub(crate) element: Element<'a>,
    pub(crate) size: Option<f64>,
    pub(crate) constant: bool,
    /// A point, in which a concentration is an amount.
    pub(crate) is_point: bool,
}

/// A parameter of the file, not of a kinetic law.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) element: Element<'a>,
    pub(crate) value: Option<f64>,
    pub(crate) constant: bool,
}

/// What an id stands for.
#[derive(Debug)]
pub(crate) enum Symbol<'a> {
    Species(Species<'a>),
    Compartment(Compartment<'a>),
    Parameter(Parameter<'a>),
    Function(Element<'a>),
    Reaction(Element<'a>),
    SpeciesReference(Element<'a>),
    Event(Element<'a>),
}

impl<'a> Symbol<'a> {
    pub(crate) fn element(&self) -> Element<'a> {
        match self {
            Self::Species(Species { element, .. })
            | Self::Compartment(Compartment { element, .. })
            | Self::Parameter(Parameter { element, .. })
            | Self::Function(element)
            | Self::Reaction(element)
            | Self::SpeciesReference(element)
            | Self::Event(element) => *element,
        }
    }

    /// Whether it is constant; none if it cannot be set at all.
    fn constant(&self) -> Option<bool> {
        match self {
            Self::Species(Species { constant, .. })
            | Self::Compartment(Compartment { constant, .. })
            | Self::Parameter(Parameter { constant, .. }) => Some(*constant),
            _ => None,
        }
    }
}

/// All ids of a file in one space of names (SBML Level 3 Version 2, section 3.3), and what sets them.
#[derive(Debug, Default)]
pub(crate) struct Symbols<'a> {
    pub(crate) by_id: BTreeMap<&'a str, Symbol<'a>>,
    /// Species, compartments and parameters in the order of the file.
    pub(crate) quantities: Vec<&'a str>,
    /// Rules by what they determine.
    pub(crate) rules: BTreeMap<&'a str, Element<'a>>,
    pub(crate) initial_assignments: BTreeMap<&'a str, Element<'a>>,
    /// Values that take the place of those of the file, by name.
    changes: &'a [(String, f64)],
    /// What events set.
    set_by_events: BTreeSet<&'a str>,
    /// Species that reactions use or make.
    participants: BTreeSet<&'a str>,
}

impl<'a> Symbols<'a> {
    /// Reads all declarations.
    pub(crate) fn new(
        model: Element<'a>,
        units: &Units<'a>,
        changes: &'a [(String, f64)],
        faults: &mut Faults,
    ) -> Self {
        let mut symbols = Self {
            changes,
            ..Self::default()
        };
        symbols.declare(model, units, faults);
        symbols.collect_setters(model, faults);
        symbols.change();
        symbols
    }

    /// Puts the values that were given in the place of those of the file. Everything that the file computes from them
    /// follows.
    fn change(&mut self) {
        for (id, value) in self.changes {
            match self.by_id.get_mut(id.as_str()) {
                Some(Symbol::Compartment(compartment)) => compartment.size = Some(*value),
                Some(Symbol::Parameter(parameter)) => parameter.value = Some(*value),
                Some(Symbol::Species(species)) => {
                    species.changed = Some(*value);
                    // What the number means is decided by how the file gives the value that it replaces.
                    continue;
                }
                _ => continue,
            }
            self.initial_assignments.remove(id.as_str());
        }
    }

    /// The value that was given for that name, if one was: the last.
    pub(crate) fn changed(&self, name: &str) -> Option<f64> {
        let mut changes = self.changes.iter().rev();
        changes.find(|(id, _)| id == name).map(|(_, value)| *value)
    }

    fn declare(&mut self, model: Element<'a>, units: &Units<'a>, faults: &mut Faults) {
        for element in list(model, "listOfFunctionDefinitions") {
            self.insert(element, Symbol::Function(element), faults);
        }
        for element in list(model, "listOfCompartments") {
            let dimensions = faults.keep(number(element, "spatialDimensions")).flatten();
            let compartment = Compartment {
                element,
                size: value(element, "size", faults),
                constant: faults
                    .keep(units.flag(element, "constant", true))
                    .unwrap_or(false),
                is_point: dimensions == Some(0.0),
            };
            self.insert(element, Symbol::Compartment(compartment), faults);
        }
        for element in list(model, "listOfSpecies") {
            let mut flag = |name| {
                faults
                    .keep(units.flag(element, name, false))
                    .unwrap_or(false)
            };
            let species = Species {
                element,
                is_concentration: !flag("hasOnlySubstanceUnits"),
                boundary: flag("boundaryCondition"),
                constant: flag("constant"),
                compartment: faults.keep(required(element, "compartment")).unwrap_or(""),
                molecules: faults.keep(units.of_species(element)).unwrap_or(1.0),
                changed: None,
            };
            self.insert(element, Symbol::Species(species), faults);
        }
        for element in list(model, "listOfParameters") {
            let parameter = Parameter {
                element,
                value: value(element, "value", faults),
                constant: faults
                    .keep(units.flag(element, "constant", true))
                    .unwrap_or(false),
            };
            self.insert(element, Symbol::Parameter(parameter), faults);
        }
        for element in list(model, "listOfReactions") {
            self.insert(element, Symbol::Reaction(element), faults);
            for side in ["listOfReactants", "listOfProducts", "listOfModifiers"] {
                for reference in list(element, side) {
                    if reference.attribute("id").is_some() {
                        self.insert(reference, Symbol::SpeciesReference(reference), faults);
                    }
                    let species = faults.keep(required(reference, "species"));
                    if side != "listOfModifiers" {
                        self.participants.extend(species);
                    }
                }
            }
        }
        for element in list(model, "listOfEvents") {
            if element.attribute("id").is_some() {
                self.insert(element, Symbol::Event(element), faults);
            }
        }
    }

    fn insert(&mut self, element: Element<'a>, symbol: Symbol<'a>, faults: &mut Faults) {
        let Some(id) = faults.keep(required(element, "id")) else {
            return;
        };
        if !is_id(id) {
            let expected = "a letter or `_` followed by letters, digits and `_`";
            faults.push(unfit(element, "id", id, expected));
        }
        if self.by_id.contains_key(id) {
            faults.add(element, Fault::Duplicate);
            return;
        }
        if symbol.constant().is_some() {
            self.quantities.push(id);
        }
        self.by_id.insert(id, symbol);
    }

    fn collect_setters(&mut self, model: Element<'a>, faults: &mut Faults) {
        for element in list(model, "listOfInitialAssignments") {
            let symbol = faults.keep(required(element, "symbol"));
            let Some(symbol) = symbol.filter(|id| self.check_variable(element, id, false, faults))
            else {
                continue;
            };
            if self.initial_assignments.insert(symbol, element).is_some() {
                faults.add(element, Fault::SetsTwice(symbol.to_owned()));
            }
        }
        for element in list(model, "listOfRules") {
            if !matches!(element.tag_name().name(), "assignmentRule" | "rateRule") {
                continue;
            }
            let variable = faults.keep(required(element, "variable"));
            let Some(variable) =
                variable.filter(|id| self.check_variable(element, id, true, faults))
            else {
                continue;
            };
            if self.rules.insert(variable, element).is_some() {
                faults.add(element, Fault::SetsTwice(variable.to_owned()));
            }
            if self.is_assigned(variable) && self.initial_assignments.contains_key(variable) {
                faults.add(element, Fault::TwoValues);
            }
        }
        for event in list(model, "listOfEvents") {
            for element in list(event, "listOfEventAssignments") {
                let variable = faults.keep(required(element, "variable"));
                let Some(variable) =
                    variable.filter(|id| self.check_variable(element, id, true, faults))
                else {
                    continue;
                };
                self.set_by_events.insert(variable);
                if self.is_assigned(variable) {
                    faults.add(element, Fault::SetsTwice(variable.to_owned()));
                }
            }
        }
    }

    /// Whether an element may set that; if not, that is a fault.
    fn check_variable(
        &self,
        element: Element<'a>,
        variable: &str,
        later: bool,
        faults: &mut Faults,
    ) -> bool {
        let symbol = self.by_id.get(variable);
        let name = variable.to_owned();
        let fault = match (symbol, symbol.and_then(Symbol::constant)) {
            (Some(Symbol::SpeciesReference(_)), _) => Fault::SpeciesReference(name),
            (_, Some(true)) if later => Fault::SetsConstant(name),
            (_, Some(_)) => return true,
            (_, None) => {
                let expected = "a species, parameter or compartment";
                Fault::Unknown { name, expected }
            }
        };
        faults.add(element, fault);
        false
    }

    pub(crate) fn species(&self, id: &str) -> Option<&Species<'a>> {
        match self.by_id.get(id) {
            Some(Symbol::Species(species)) => Some(species),
            _ => None,
        }
    }

    pub(crate) fn compartment(&self, id: &str) -> Option<&Compartment<'a>> {
        match self.by_id.get(id) {
            Some(Symbol::Compartment(compartment)) => Some(compartment),
            _ => None,
        }
    }

    /// Whether reactions change the amount of a species. Those in no reaction need not be whole numbers of molecules.
    pub(crate) fn reacts(&self, id: &str) -> bool {
        self.is_participant(id) && self.species(id).is_some_and(Species::reacts)
    }

    pub(crate) fn is_participant(&self, species: &str) -> bool {
        self.participants.contains(species)
    }

    /// Whether an assignment rule determines it.
    pub(crate) fn is_assigned(&self, id: &str) -> bool {
        let rule = self.rules.get(id);
        rule.is_some_and(|rule| rule.tag_name().name() == "assignmentRule")
    }

    /// Whether a rule or an event sets it.
    pub(crate) fn varies(&self, id: &str) -> bool {
        self.rules.contains_key(id) || self.set_by_events.contains(id)
    }

    /// Whether a compartment has a size: at the start, or by a rule.
    pub(crate) fn is_sized(&self, id: &str) -> bool {
        self.compartment(id)
            .is_some_and(|compartment| compartment.size.is_some())
            || self.initial_assignments.contains_key(id)
            || self.varies(id)
    }
}

/// A number that is given; something, if it is not one and has been found at fault.
fn value(element: Element<'_>, name: &'static str, faults: &mut Faults) -> Option<f64> {
    faults.keep(number(element, name)).unwrap_or(Some(0.0))
}
