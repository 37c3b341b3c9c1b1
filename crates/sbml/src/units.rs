//! Units of substance and time.
//!
//! SBML converts nothing by itself; here amounts of substance become molecules, and all else stays as it is: sizes
//! have the unit of the file, and so has time.

use crate::document::Substance;
use crate::error::Fault;
use crate::grammar::Level;
use crate::xml::{Element, Faults, Problem, flag, list, number, required, unfit};
use std::collections::BTreeMap;

/// Molecules in a mole: the Avogadro constant of the SI since 2019, exact.
pub(crate) const MOLE: f64 = 6.022_140_76e23;

/// The units that a file defines and uses.
#[derive(Debug)]
pub(crate) struct Units<'a> {
    definitions: BTreeMap<&'a str, Element<'a>>,
    model: Element<'a>,
    level: Level,
    substance: Substance,
}

impl<'a> Units<'a> {
    pub(crate) fn new(
        model: Element<'a>,
        level: Level,
        substance: Substance,
        faults: &mut Faults,
    ) -> Self {
        let mut definitions = BTreeMap::new();
        for definition in list(model, "listOfUnitDefinitions") {
            if let Some(id) = faults.keep(required(definition, "id"))
                && definitions.insert(id, definition).is_some()
            {
                faults.add(definition, Fault::Duplicate);
            }
        }
        Self {
            definitions,
            model,
            level,
            substance,
        }
    }

    /// Molecules in the unit in which a species is counted.
    pub(crate) fn of_species(&self, species: Element<'a>) -> Result<f64, Problem> {
        let factor = self.declared(species, "substanceUnits", "substanceUnits")?;
        Ok(factor.unwrap_or(1.0))
    }

    /// Molecules in the unit in which firings of a reaction are counted; none if the file does not say, as in Level 3 it
    /// need not.
    pub(crate) fn of_extent(&self, law: Element<'a>) -> Result<Option<f64>, Problem> {
        self.declared(law, "substanceUnits", "extentUnits")
    }

    /// The unit named by an attribute of an element, else of the model, else that of Level 2.
    fn declared(
        &self,
        element: Element<'a>,
        attribute: &str,
        of_model: &str,
    ) -> Result<Option<f64>, Problem> {
        if self.substance == Substance::Items {
            return Ok(Some(1.0));
        }
        let (place, name) = match (element.attribute(attribute), self.model.attribute(of_model)) {
            (Some(name), _) => (element, name),
            (None, Some(name)) => (self.model, name),
            (None, None) => match self.level.default("substance") {
                Some(name) => (element, name),
                None => return Ok(None),
            },
        };
        self.molecules(place, name.trim()).map(Some)
    }

    fn molecules(&self, place: Element<'a>, name: &str) -> Result<f64, Problem> {
        let unfit = || Problem::new(place, Fault::SubstanceUnit(name.to_owned()));
        let Some(definition) = self.definitions.get(name) else {
            return match (name, self.level.level) {
                ("substance", 2) => Ok(MOLE),
                _ => base(name).map(|(molecules, _)| molecules).ok_or_else(unfit),
            };
        };
        let (mut factor, mut dimension) = (1.0, 0);
        for unit in list(*definition, "listOfUnits") {
            let part = Part::read(unit, self.level)?;
            let (molecules, counts) = base(part.kind).ok_or_else(unfit)?;
            factor *= (part.size * molecules).powi(part.exponent);
            dimension += counts * part.exponent;
        }
        let fits = matches!(dimension, 0 | 1) && factor.is_finite() && factor > 0.0;
        fits.then_some(factor).ok_or_else(unfit)
    }

    /// The unit of time, in words.
    pub(crate) fn time(&self) -> Option<String> {
        let name = match self.level.level {
            2 => "time",
            _ => self.model.attribute("timeUnits")?.trim(),
        };
        let Some(definition) = self.definitions.get(name) else {
            return Some(if name == "time" { "second" } else { name }.to_owned());
        };
        let own = definition.attribute("name").unwrap_or(name).to_owned();
        let mut units = list(*definition, "listOfUnits");
        let (Some(unit), None) = (units.next(), units.next()) else {
            return Some(own);
        };
        let Ok(Part {
            kind: "second",
            size,
            exponent: 1,
        }) = Part::read(unit, self.level)
        else {
            return Some(own);
        };
        let known = [
            (1.0, "second"),
            (60.0, "minute"),
            (3600.0, "hour"),
            (86400.0, "day"),
        ];
        let known = known.iter().find(|(seconds, _)| *seconds == size);
        Some(known.map_or(own, |(_, word)| (*word).to_owned()))
    }

    /// Refuses a unit of time other than the model's, which some elements of Level 2 may name.
    pub(crate) fn check_time(&self, element: Element<'a>, faults: &mut Faults) {
        if let Some(name) = element.attribute("timeUnits").map(str::trim) {
            let plain = name == "second" && !self.definitions.contains_key("time");
            if name != "time" && !plain {
                faults.add(element, Fault::TimeUnit(name.to_owned()));
            }
        }
    }

    /// True or false, with a default in Level 2 only.
    pub(crate) fn flag(
        &self,
        element: Element<'a>,
        name: &'static str,
        default: bool,
    ) -> Result<bool, Problem> {
        flag(element, name, self.level.default(default))
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }
}

/// Molecules in a base unit, and its power of substance.
fn base(kind: &str) -> Option<(f64, i32)> {
    match kind {
        "item" => Some((1.0, 1)),
        "mole" => Some((MOLE, 1)),
        "dimensionless" => Some((1.0, 0)),
        "avogadro" => Some((MOLE, 0)),
        _ => None,
    }
}

/// One factor of a unit: `(multiplier * 10^scale * kind)^exponent`, SBML Level 3 Version 2, section 4.4.2.
struct Part<'a> {
    kind: &'a str,
    /// `multiplier * 10^scale`.
    size: f64,
    exponent: i32,
}

impl<'a> Part<'a> {
    fn read(unit: Element<'a>, level: Level) -> Result<Self, Problem> {
        let given = |name: &'static str, default: f64| match number(unit, name)? {
            Some(number) => Ok(number),
            None => level
                .default(default)
                .ok_or_else(|| Problem::new(unit, Fault::MissingAttribute(name))),
        };
        let whole = |name: &'static str, default: f64| {
            let number = given(name, default)?;
            let fits = number.fract() == 0.0 && number.abs() <= 300.0;
            let value = || unit.attribute(name).unwrap_or("");
            fits.then_some(number as i32)
                .ok_or_else(|| unfit(unit, name, value(), "a whole number from -300 to 300"))
        };
        if number(unit, "offset")?.is_some_and(|offset| offset != 0.0) {
            let (attribute, value) = ("offset", unit.attribute("offset").unwrap_or("").to_owned());
            return Err(Problem::new(
                unit,
                Fault::UnsupportedAttribute { attribute, value },
            ));
        }
        // Powers of ten are read as decimals: exact to the last bit on every platform.
        let scale = format!("1e{}", whole("scale", 0.0)?)
            .parse()
            .unwrap_or(f64::NAN);
        Ok(Self {
            kind: required(unit, "kind")?,
            size: given("multiplier", 1.0)? * scale,
            exponent: whole("exponent", 1.0)?,
        })
    }
}
