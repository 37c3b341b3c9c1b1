//! The checks of an overlay: each value in the unit of its parameter.

use super::Checker;
use crate::language::fault::{any_of, nearest, quoted};
use crate::language::quantity::{Quantity, Unit};
use crate::language::reader::{At, MOST_FAULTS};
use crate::language::scenario::OverlayValue;
use crate::language::spans::{Shape, child_path};
use crate::language::vocabulary::ParameterEntry;

impl<'d> Checker<'d> {
    pub(super) fn overlay(&mut self, at: Option<&At<'d>>) -> Vec<OverlayValue> {
        const EXPECTED: &str = "a map such as { \"treg_death\": \"0.08 1/d\" }";
        let Some(at) = at else { return Vec::new() };
        let Shape::Map(entries) = &at.node.shape else {
            self.reader.wrong_type(at, EXPECTED);
            return Vec::new();
        };
        let parameters = &self.vocabulary.parameters;
        let names: Vec<String> = parameters
            .iter()
            .map(|parameter| parameter.name.clone())
            .collect();
        let mut overlay: Vec<OverlayValue> = Vec::new();
        for (key, value) in entries {
            if self.reader.faults.len() >= MOST_FAULTS {
                break;
            }
            let key_at = At {
                node: key,
                path: at.path.clone(),
            };
            let Some(name) = self.reader.text(&key_at, "the name of a parameter") else {
                continue;
            };
            let path = child_path(&at.path, name);
            let (key_at, value_at) = (
                At {
                    node: key,
                    path: path.clone(),
                },
                At { node: value, path },
            );
            let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) else {
                let near = nearest(name, names.iter().map(String::as_str));
                let expected = format!("a parameter of the model: {}", any_of(&names, '"'));
                self.reader
                    .fault_at(&key_at, key.span.clone(), &quoted(name), &expected, near);
                continue;
            };
            if overlay.iter().any(|earlier| earlier.name == name) {
                self.reader.fault(
                    &key_at,
                    &format!("a second {}", quoted(name)),
                    "each parameter once",
                );
                continue;
            }
            let (number, given) = self.parameter_value(&value_at, parameter);
            overlay.push(OverlayValue {
                name: name.to_owned(),
                value: number,
                unit: parameter.unit.clone(),
                given,
                is_plausible: (parameter.low..=parameter.high).contains(&number),
            });
        }
        overlay.retain(|change| !change.value.is_nan());
        overlay
    }

    /// A parameter's value in the parameter's own unit, and the value as written.
    fn parameter_value(&mut self, at: &At<'d>, parameter: &ParameterEntry) -> (f64, String) {
        let own = parameter.unit.trim();
        let unit = Unit::parse(own);
        let is_pure = unit.as_ref().is_ok_and(Unit::is_pure);
        let may_be_negative = parameter.low < 0.0;
        let what = unit
            .as_ref()
            .ok()
            .and_then(Unit::measures)
            .filter(|_| !is_pure)
            .unwrap_or("a number");
        let in_unit = |number: &str| match own {
            "" | "1" => format!("a number such as {number}"),
            _ => format!("{what} in {own} such as \"{number} {own}\""),
        };
        let expected = in_unit(&parameter.low.to_string());
        let value = match &at.node.shape {
            Shape::Number(number) if is_pure => {
                let value = self.reader.number(at, &expected);
                if value < 0.0 && !may_be_negative {
                    self.reader
                        .fault(at, &format!("the negative number {number}"), &expected);
                }
                value
            }
            Shape::Number(number) => {
                // What is below zero is no value with any unit.
                let is_possible = may_be_negative || !number.starts_with('-');
                let expected = if is_possible {
                    &in_unit(number)
                } else {
                    &expected
                };
                self.reader.wrong_type(at, expected);
                f64::NAN
            }
            Shape::Text { value: text, .. } => {
                // A unit only the model knows must be written as the model writes it.
                let number = if unit.is_ok() {
                    Some(text.as_str())
                } else {
                    text.trim_end().strip_suffix(own)
                };
                let unit = unit.as_ref().unwrap_or(&Unit::PURE);
                match number {
                    Some(number) => Quantity::parse(number, &expected, Some(unit))
                        .and_then(|quantity| {
                            if may_be_negative {
                                Ok(quantity)
                            } else {
                                quantity.not_negative(&expected)
                            }
                        })
                        .and_then(|quantity| quantity.to(unit, &expected))
                        .unwrap_or_else(|fault| self.reader.bad_quantity(at, &fault)),
                    None => {
                        self.reader.wrong_type(at, &expected);
                        f64::NAN
                    }
                }
            }
            _ => {
                self.reader.wrong_type(at, &expected);
                f64::NAN
            }
        };
        let given = match &at.node.shape {
            Shape::Text { value, .. } => value.clone(),
            Shape::Number(number) => (*number).to_owned(),
            _ => String::new(),
        };
        (value, given)
    }
}
