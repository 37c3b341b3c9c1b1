//! Functions and reactions, written out where formulas name them.

use super::tree::Tree;
use super::{Math, Scope, arity, elements, math, only, tag};
use crate::error::Fault;
use crate::symbols::Symbol;
use crate::xml::{Element, Problem, child, content, list, number, required};
use std::collections::BTreeMap;

/// What a parameter of a kinetic law is called outside of it: `reaction.parameter`.
fn local_name(reaction: Element<'_>, parameter: &str) -> Option<String> {
    let reaction = reaction.attribute("id")?.trim();
    Some(format!("{reaction}.{parameter}"))
}

/// All parameters of kinetic laws, by the names that they have outside.
pub(crate) fn locals(model: Element<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for reaction in list(model, "listOfReactions") {
        let law = child(reaction, "kineticLaw").into_iter();
        let parameters = law.flat_map(|law| {
            let lists = ["listOfParameters", "listOfLocalParameters"];
            lists.into_iter().flat_map(move |name| list(law, name))
        });
        let ids = parameters.filter_map(|parameter| parameter.attribute("id"));
        names.extend(ids.filter_map(|id| local_name(reaction, id.trim())));
    }
    names
}

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
                let id = required(parameter, "id")?;
                let changed = local_name(reaction, id).and_then(|name| self.symbols.changed(&name));
                let value = number(parameter, "value")?;
                let value = changed.or(value).ok_or_else(no_value)?;
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
