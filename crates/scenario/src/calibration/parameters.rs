//! Which parameters move, between what, and the model with other values of them.

use crate::Error;
use crate::catalogue;
use crate::language::{nearest, points};
use crate::model::Model;
use paracrine_cells::model::{ModelFile, Parameter, Status};
use std::fmt::Write as _;

/// The parameter that is set on one row alone, by a step of its own.
pub const DEATH_THRESHOLD: &str = "fatal_damage";

/// Digits of a value that a search has found.
const DIGITS: usize = 6;

/// A parameter that moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Moving {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Lower end of its range.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether equal ratios are equally far: the range spans a factor of ten or more.
    pub is_log: bool,
    /// Where it begins.
    pub start: f64,
}

impl Moving {
    fn new(name: &str, parameter: &Parameter, start: f64) -> Self {
        let Parameter { low, high, .. } = *parameter;
        Self {
            name: name.to_owned(),
            unit: parameter.unit.clone(),
            low,
            high,
            is_log: low > 0.0 && high >= 10.0 * low,
            start,
        }
    }

    /// The value at a share of the range, in few digits.
    pub fn value(&self, share: f64) -> f64 {
        let value = points::within(self.low, self.high, self.is_log, share);
        let digits = DIGITS - 1;
        let rounded: f64 = format!("{value:.digits$e}").parse().unwrap_or(value);
        rounded.clamp(self.low, self.high)
    }

    /// The share of the range at which a value is.
    pub fn share(&self, value: f64) -> f64 {
        let place = |value: f64| match self.is_log {
            true => libm::log(value),
            false => value,
        };
        let width = place(self.high) - place(self.low);
        let share = (place(value) - place(self.low)) / width;
        if width > 0.0 {
            share.clamp(0.0, 1.0)
        } else {
            0.5
        }
    }
}

/// A model and which of its parameters move.
#[derive(Clone, Debug)]
pub struct Space {
    /// What moves, in the order of names.
    pub moving: Vec<Moving>,
    base: ModelFile,
    start: ModelFile,
}

impl Space {
    /// Parameters of these names, or all calibrated ones but the death threshold; of an embedded model, or of a file that gives other values of one.
    ///
    /// # Errors
    /// As [`Model::find`]; [`Error::Setting`] for a model that changes more than values, an unknown name, a parameter that is not calibrated, or the death threshold.
    pub fn new(model: Option<&str>, names: &[String]) -> Result<Self, Error> {
        let mut space = Self::all(model)?;
        for name in names {
            let found = |found: String, expected: String| {
                Err(Error::Setting {
                    option: "--parameter",
                    found,
                    expected,
                })
            };
            let Some(parameter) = space.base.parameters.get(name) else {
                let known = space.base.parameters.keys().map(String::as_str);
                let near = nearest(name, known).map_or_else(String::new, |name| {
                    format!("a parameter of the model; did you mean `{name}`?")
                });
                let expected = match near.is_empty() {
                    true => "a parameter of the model (`paracrine model mouse calibrated`)".into(),
                    false => near,
                };
                return found(format!("`{name}`"), expected);
            };
            if name == DEATH_THRESHOLD {
                let expected = "another one: it is set on F1 alone, by --death-threshold";
                return found(format!("`{name}`"), expected.into());
            }
            if parameter.status != Status::Calibrated {
                let found_name = format!("`{name}`, which is {}", parameter.status.name());
                return found(
                    found_name,
                    "a parameter that is calibrated: no other moves".into(),
                );
            }
        }
        let is_meant = |moving: &Moving| match names.is_empty() {
            true => moving.name != DEATH_THRESHOLD,
            false => names.contains(&moving.name),
        };
        space.moving.retain(is_meant);
        Ok(space)
    }

    /// The death threshold alone.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn threshold(model: Option<&str>) -> Result<Self, Error> {
        let mut space = Self::all(model)?;
        space.moving.retain(|moving| moving.name == DEATH_THRESHOLD);
        Ok(space)
    }

    /// All calibrated parameters.
    ///
    /// # Errors
    /// As [`Model::find`]; [`Error::Setting`] for a model that changes more than values.
    pub fn all(model: Option<&str>) -> Result<Self, Error> {
        let name = model.unwrap_or("mouse");
        let start = Model::find(name, None)?.file;
        let base = match &start.base {
            None => start.clone(),
            Some(base) => catalogue::model(base)?.file,
        };
        let mut same = start.clone();
        (same.name, same.title) = (base.name.clone(), base.title.clone());
        (same.base, same.parameters) = (base.base.clone(), base.parameters.clone());
        if same != base {
            return Err(Error::Setting {
                option: "--model",
                found: format!("{name}, which changes more than parameters"),
                expected: format!("other values of parameters of `{}` alone", base.name),
            });
        }
        let mut moving = Vec::new();
        for (name, parameter) in &base.parameters {
            if parameter.status != Status::Calibrated {
                continue;
            }
            let value = start.parameters[name].value;
            if !(parameter.low..=parameter.high).contains(&value) {
                let Parameter { low, high, .. } = parameter;
                return Err(Error::Setting {
                    option: "--model",
                    found: format!("`{name}` at {value}"),
                    expected: format!("{low} to {high}, its range in `{}`", base.name),
                });
            }
            // What has no room stays where it is.
            if parameter.high > parameter.low {
                moving.push(Moving::new(name, parameter, value));
            }
        }
        Ok(Self {
            moving,
            base,
            start,
        })
    }

    /// Where all begin.
    pub fn start(&self) -> Vec<f64> {
        self.moving.iter().map(|moving| moving.start).collect()
    }

    /// The values at a point of the unit cube.
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        let moving = self.moving.iter().zip(point);
        moving.map(|(moving, share)| moving.value(*share)).collect()
    }

    /// The point of the unit cube with these values.
    pub fn point(&self, values: &[f64]) -> Vec<f64> {
        let moving = self.moving.iter().zip(values);
        moving.map(|(moving, value)| moving.share(*value)).collect()
    }

    /// The model with these values, as a file above the embedded one: the same text for the same values.
    pub fn text(&self, values: &[f64]) -> String {
        let mut parameters = self.start.parameters.clone();
        for (moving, value) in self.moving.iter().zip(values) {
            if let Some(parameter) = parameters.get_mut(&moving.name) {
                parameter.value = *value;
            }
        }
        let base = &self.base.name;
        let mut text = format!(
            "// Written by `paracrine calibrate`: values that differ from those of `{base}`.\n(\n    name: \"calibrated\",\n    title: \"{base}, with other values of calibrated parameters\",\n    base: {base:?},\n    parameters: {{\n"
        );
        for (name, parameter) in &parameters {
            if self.base.parameters.get(name) == Some(parameter) {
                continue;
            }
            let Parameter {
                value,
                unit,
                low,
                high,
                status,
                meaning,
                source,
            } = parameter;
            let status = status.name();
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "        {name:?}: (value: {value:?}, unit: {unit:?}, low: {low:?}, high: {high:?}, status: {status}, meaning: {meaning:?}, source: {source:?}),"
            );
        }
        text += "    },\n)\n";
        text
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn only_calibrated_parameters_move_and_the_threshold_never() {
        let all = Space::new(None, &[]).unwrap();
        assert!(all.moving.len() > 50, "{}", all.moving.len());
        let file = catalogue::model("mouse").unwrap().file;
        for moving in &all.moving {
            let parameter = &file.parameters[&moving.name];
            assert!(parameter.status == Status::Calibrated, "{}", moving.name);
            assert!(moving.name != DEATH_THRESHOLD);
            let ratio = parameter.high / parameter.low;
            assert_eq!(moving.is_log, parameter.low > 0.0 && ratio >= 10.0);
        }
        let refused = |name: &str| {
            Space::new(None, &[name.to_owned()])
                .unwrap_err()
                .to_string()
        };
        assert!(refused("fatal_damage").contains("--death-threshold"));
        assert!(refused("division_time").contains("which is measured"));
        assert!(refused("recruitmen").contains("did you mean `recruitment`?"));
        let threshold = Space::threshold(None).unwrap();
        assert_eq!(threshold.moving.len(), 1);
    }

    #[test]
    fn shares_and_values_are_one_another() {
        let space = Space::new(None, &[]).unwrap();
        for moving in &space.moving {
            for share in [0.0, 0.1, 0.5, 1.0] {
                let value = moving.value(share);
                assert!((moving.low..=moving.high).contains(&value));
                assert!(
                    (moving.share(value) - share).abs() < 1e-4,
                    "{}",
                    moving.name
                );
            }
        }
    }

    /// Smallest fault seen: a value written with fewer digits than it has.
    #[test]
    fn a_model_is_read_as_it_was_written() {
        let space = Space::new(None, &["recruitment".into(), "s0".into()]);
        assert!(space.is_err());
        let space = Space::new(None, &["recruitment".into(), "b7_hill".into()]).unwrap();
        let unchanged = Model::read("best.ron", space.text(&space.start())).unwrap();
        let mouse = catalogue::model("mouse").unwrap();
        assert_eq!(unchanged.file.parameters, mouse.file.parameters);
        let values = space.values(&[0.123_456, 0.9]);
        let changed = Model::read("best.ron", space.text(&values)).unwrap();
        for (moving, value) in space.moving.iter().zip(&values) {
            assert_eq!(
                changed.file.parameters[&moving.name].value.to_bits(),
                value.to_bits()
            );
        }
        let differ = (changed.file.parameters.iter())
            .filter(|(name, parameter)| mouse.file.parameters[*name] != **parameter);
        assert_eq!(differ.count(), 2);
    }
}
