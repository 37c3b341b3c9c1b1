//! Parameters, compartments and species.

use super::NetworkReader;
use super::parts::Part;
use crate::language::fault::{any_of, nearest};
use crate::language::reader::{At, Group};
use crate::language::spans::{Shape, child_path};
use paracrine_kernel::expression::Expression;
use paracrine_kernel::network::{Place, Role};
use std::collections::BTreeMap;

impl<'d> NetworkReader<'d, '_> {
    /// All quantities, in the order species, parameters, compartments whatever the order of the file.
    pub(super) fn quantities(&mut self, group: &Group<'d>) {
        let roles = self.roles(group);
        let example = "{ \"A\": 10, \"B\": \"2 * start\" }";
        for (name, formula) in self.map(group.get("species"), example, Place::Species, "an amount")
        {
            let role = roles.get(name).copied().unwrap_or_default();
            let builder = std::mem::take(&mut self.builder);
            self.builder = builder.species_as(role, name, formula);
        }
        let example = "{ \"k\": 0.1, \"K\": \"k / 2\" }";
        for (name, formula) in self.map(
            group.get("parameters"),
            example,
            Place::Parameter,
            "a value",
        ) {
            self.builder = std::mem::take(&mut self.builder).parameter(name, formula);
        }
        let example = "{ \"cell\": 1.0 }";
        for (name, formula) in self.map(
            group.get("compartments"),
            example,
            Place::Compartment,
            "a volume",
        ) {
            self.builder = std::mem::take(&mut self.builder).compartment(name, formula);
        }
        self.check_roles(group);
    }

    /// Names with their formulas, in order of the file.
    fn map(
        &mut self,
        at: Option<&At<'d>>,
        example: &str,
        place: fn(String) -> Place,
        what: &str,
    ) -> Vec<(&'d str, Expression)> {
        let mut declared = Vec::new();
        for (name, key, value) in self.entries(at, example) {
            if !self.parts.may_declare(&mut self.reader, &key, name) {
                continue;
            }
            let written = self.formula_or_placeholder(&value, what);
            let change = self
                .changes
                .iter()
                .rev()
                .find(|(changed, _)| changed == name);
            let formula = change.map_or(written, |(_, number)| Expression::Number(*number));
            let mut part = Part::new(place(name.to_owned()), key);
            part.formulas.push(value);
            self.parts.add(part);
            declared.push((name, formula));
        }
        declared
    }

    /// Keys, with their places, and values of a map.
    pub(super) fn entries(
        &mut self,
        at: Option<&At<'d>>,
        example: &str,
    ) -> Vec<(&'d str, At<'d>, At<'d>)> {
        let Some(at) = at else { return Vec::new() };
        let Shape::Map(entries) = &at.node.shape else {
            self.reader
                .wrong_type(at, &format!("a map such as {example}"));
            self.parts.incomplete = true;
            return Vec::new();
        };
        let mut read = Vec::new();
        for (key, value) in entries {
            let key_at = At {
                node: key,
                path: at.path.clone(),
            };
            let Some(name) = self.reader.text(&key_at, "a name") else {
                self.parts.incomplete = true;
                continue;
            };
            let path = child_path(&at.path, name);
            let key_at = At {
                node: key,
                path: path.clone(),
            };
            read.push((name, key_at, At { node: value, path }));
        }
        read
    }

    /// Roles of the species that `boundary` and `constant` list.
    fn roles(&mut self, group: &Group<'d>) -> BTreeMap<&'d str, Role> {
        let mut roles = BTreeMap::new();
        for (key, role) in [("boundary", Role::Boundary), ("constant", Role::Constant)] {
            let Some(at) = group.get(key) else { continue };
            for member in self.reader.list(at, "a list of species such as [\"A\"]") {
                let Some(name) = self.reader.text(&member, "the name of a species") else {
                    continue;
                };
                if roles.insert(name, role).is_some() {
                    let expected = "each species once under `boundary` or `constant`";
                    self.reader
                        .fault(&member, &format!("`{name}` again"), expected);
                }
            }
        }
        roles
    }

    /// Reports names under `boundary` and `constant` that are no species.
    fn check_roles(&mut self, group: &Group<'d>) {
        if self.parts.incomplete {
            return;
        }
        let species = self.parts.species();
        for key in ["boundary", "constant"] {
            let Some(Shape::List(members)) = group.get(key).map(|at| &at.node.shape) else {
                continue;
            };
            for (index, node) in members.iter().enumerate() {
                let Shape::Text { value, .. } = &node.shape else {
                    continue;
                };
                if value.trim().is_empty() || species.contains(value) {
                    continue;
                }
                let at = At {
                    node,
                    path: format!("{key}[{index}]"),
                };
                let near = nearest(value, species.iter().map(String::as_str));
                let expected = format!("a species: {}", any_of(&species, '"'));
                self.reader.fault_at(
                    &at,
                    node.span.clone(),
                    &format!("\"{value}\""),
                    &expected,
                    near,
                );
            }
        }
    }
}
