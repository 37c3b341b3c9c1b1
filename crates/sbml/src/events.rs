//! Events (SBML Level 3 Version 2, section 4.12).

use crate::error::Fault;
use crate::math::{Math, Tree};
use crate::symbols::Symbols;
use crate::units::Units;
use crate::xml::{Element, Faults, Problem, child, list, required};
use paracrine_kernel::network::{Event, NetworkBuilder};
use std::collections::BTreeMap;

/// The name of an event in the network: its id, or its place in the file.
pub(crate) fn name(position: usize, event: Element<'_>) -> String {
    match event.attribute("id") {
        Some(id) => id.trim().to_owned(),
        None => format!("event {}", position + 1),
    }
}

/// Declares all events of a file.
pub(crate) fn declare<'a>(
    mut builder: NetworkBuilder,
    model: Element<'a>,
    units: &Units<'a>,
    symbols: &Symbols<'a>,
    math: &Math<'_, 'a>,
    faults: &mut Faults,
) -> NetworkBuilder {
    for (position, element) in list(model, "listOfEvents").enumerate() {
        units.check_time(element, faults);
        let reader = Reader {
            element,
            units,
            symbols,
            math,
        };
        if let Some(event) = reader.read(name(position, element), faults) {
            builder = builder.event(event);
        }
    }
    builder
}

struct Reader<'s, 'a> {
    element: Element<'a>,
    units: &'s Units<'a>,
    symbols: &'s Symbols<'a>,
    math: &'s Math<'s, 'a>,
}

impl<'a> Reader<'_, 'a> {
    fn read(&self, name: String, faults: &mut Faults) -> Option<Event> {
        let missing = || Problem::new(self.element, Fault::MissingElement("trigger"));
        let trigger = faults.keep(child(self.element, "trigger").ok_or_else(missing));
        let condition = trigger.and_then(|trigger| faults.keep(self.math.formula(trigger)));
        let mut of_trigger = |name| faults.keep(self.units.flag(trigger?, name, true));
        let (initially, persistent) = (of_trigger("initialValue"), of_trigger("persistent"));
        let at_trigger = self
            .units
            .flag(self.element, "useValuesFromTriggerTime", true);
        let at_trigger = faults.keep(at_trigger);
        let delay = child(self.element, "delay").map(|delay| faults.keep(self.math.formula(delay)));
        let values = self.values(faults);

        let mut event = Event::new(name, condition?.into_expression())
            .initially(initially?)
            .persistent(persistent?)
            .values_at_trigger(at_trigger?);
        let is_late = delay.is_some() && at_trigger?;
        if let Some(delay) = delay {
            event = event.delay(delay?.into_expression());
        }
        for (variable, (element, value)) in &values {
            let volume = self.volume(variable, *element, is_late, &values);
            let molecules = volume.map(|volume| {
                let molecules = self.math.molecules_in(variable, value.clone(), volume);
                self.math.whole(variable, molecules)
            });
            if let Some(molecules) = faults.keep(molecules) {
                event = event.set(*variable, molecules.into_expression());
            }
        }
        Some(event)
    }

    /// What the event sets, as the file has it.
    fn values(&self, faults: &mut Faults) -> BTreeMap<&'a str, (Element<'a>, Tree)> {
        let mut values = BTreeMap::new();
        for element in list(self.element, "listOfEventAssignments") {
            let (Ok(variable), Some(value)) = (
                required(element, "variable"),
                faults.keep(self.math.formula(element)),
            ) else {
                continue;
            };
            if values.insert(variable, (element, value)).is_some() {
                faults.add(element, Fault::SetsTwice(variable.to_owned()));
            }
        }
        values
    }

    /// The size of the compartment at the time at which a concentration is set, if it is one.
    fn volume(
        &self,
        variable: &str,
        element: Element<'a>,
        is_late: bool,
        values: &BTreeMap<&'a str, (Element<'a>, Tree)>,
    ) -> Result<Option<Tree>, Problem> {
        let Some(species) = self.symbols.species(variable) else {
            return Ok(None);
        };
        let compartment = species.compartment;
        if species.is_concentration
            && let Some((_, size)) = values.get(compartment)
        {
            return self.math.copy(element, size).map(Some);
        }
        if species.is_concentration && is_late && self.symbols.varies(compartment) {
            let fault = Fault::VariableCompartment(compartment.to_owned());
            return Err(Problem::new(element, fault));
        }
        self.math.volume(element, variable)
    }
}
