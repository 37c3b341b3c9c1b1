//! Functions and reactions, written out where formulas name them.

use super::tree::Tree;
use super::{Math, Scope, arity, elements, math, only, tag};
use crate::error::Fault;
use crate::symbols::Symbol;
use crate::xml::{Element, Problem, child, content, list, number, required};
use std::collections::BTreeMap;

impl<'a> Math<'_, 'a> {
    /// The rate of a reaction, in units of the file, with the parameters of its law in place.
    pub(crate) fn rate(&self, reaction: Element<'a>) -> Result<Tree, Problem> {
        self.rate_below(reaction, Vec::new(), 0)
    }

    pub(super) fn rate_below(
        &self,
        reaction: Element<'a>,
        mut path: Vec<&'a str>,
        level: usize,
    ) -> Result<Tree, Problem> {
        let missing = || Problem::new(reaction, Fault::MissingElement("kineticLaw"));
        let law = child(reaction, "kineticLaw").ok_or_else(missing)?;
        let is_copy = !path.is_empty();
        if !is_copy {
            path.extend(reaction.attribute("id").map(str::trim));
        }
        let mut scope = Scope {
            is_copy,
            path,
            ..Scope::default()
        };
        for name in ["listOfParameters", "listOfLocalParameters"] {
            for parameter in list(law, name) {
                let no_value = || Problem::new(parameter, Fault::NoValue);
                let value = number(parameter, "value")?.ok_or_else(no_value)?;
                let id = required(parameter, "id")?;
                if scope
                    .locals
                    .insert(id.to_owned(), Tree::number(value))
                    .is_some()
                {
                    return Err(Problem::new(parameter, Fault::Duplicate));
                }
            }
        }
        self.convert(only(math(law)?)?, &scope, level)
    }

    /// A function of the file, with its arguments in place.
    pub(super) fn call(
        &self,
        operator: Element<'a>,
        arguments: impl Iterator<Item = Element<'a>>,
        scope: &Scope<'a>,
        level: usize,
    ) -> Result<Tree, Problem> {
        let name = content(operator);
        let Some((id, Symbol::Function(function))) =
            self.symbols.by_id.get_key_value(name.as_str())
        else {
            let expected = "a function";
            return Err(Problem::new(operator, Fault::Unknown { name, expected }));
        };
        let lambda = only(math(*function)?)?;
        let mut parts: Vec<_> = elements(lambda).collect();
        let body = match (tag(lambda), parts.pop()) {
            ("lambda", Some(body)) => body,
            _ => return Err(Problem::new(*function, Fault::MissingElement("lambda"))),
        };
        let arguments: Vec<_> = arguments.collect();
        if arguments.len() != parts.len() {
            let expected = parts.len().to_string();
            return Err(arity(operator, &expected, arguments.len()).named(&name));
        }
        let mut inner = Scope {
            is_closed: true,
            is_copy: true,
            path: extend(operator, &scope.path, id)?,
            locals: BTreeMap::new(),
        };
        for (variable, argument) in parts.into_iter().zip(arguments) {
            if tag(variable) != "bvar" {
                return Err(Problem::new(variable, Fault::Unsupported));
            }
            let value = self.convert(argument, scope, level + 1)?;
            let name = content(only(variable)?);
            if inner.locals.insert(name.clone(), value).is_some() {
                return Err(Problem::new(variable, Fault::Duplicate).named(&name));
            }
        }
        self.convert(body, &inner, level + 1)
    }
}

/// A function or a reaction on its way into a formula.
pub(super) fn extend<'a>(
    element: Element<'a>,
    path: &[&'a str],
    id: &'a str,
) -> Result<Vec<&'a str>, Problem> {
    if let Some(first) = path.iter().position(|other| *other == id) {
        let cycle = path[first..].iter().chain([&id]).map(|id| (*id).to_owned());
        return Err(Problem::new(element, Fault::Recursion(cycle.collect())));
    }
    Ok(path.iter().copied().chain([id]).collect())
}
