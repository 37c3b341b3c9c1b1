//! Formulas: from MathML to expressions over molecules.
//!
//! Ids become what they stand for: a species the number of its molecules, divided by the molecules in its unit and,
//! where the file means a concentration, by the size of its compartment; a reaction its rate; a function its body with
//! the arguments in place. What is written out in this way is counted, so that a short file cannot make formulas
//! without measure.

mod amounts;
mod calls;
mod elementary;
mod tokens;
mod tree;

pub(crate) use calls::locals;
pub(crate) use tree::{DEEPEST, Tree};

use crate::error::Fault;
use crate::grammar::MATHML;
use crate::symbols::{Symbol, Symbols};
use crate::xml::{Element, Problem, content};
use paracrine_kernel::expression::Function;
use std::cell::Cell;
use std::collections::BTreeMap;

/// So many terms of a file may come from writing out functions, rates of reactions, and arguments that occur twice.
const MOST_COPIES: usize = 2_000_000;

/// Reads the formulas of one file.
#[derive(Debug)]
pub(crate) struct Math<'s, 'a> {
    symbols: &'s Symbols<'a>,
    copies: Cell<usize>,
}

/// What names mean at one place.
#[derive(Debug, Default)]
struct Scope<'a> {
    locals: BTreeMap<String, Tree>,
    /// Whether these are all names that are known, as in a function.
    is_closed: bool,
    /// Whether the place is read once more than it stands in the file.
    is_copy: bool,
    /// The functions and reactions that the place is in, outermost first.
    path: Vec<&'a str>,
}

impl<'s, 'a> Math<'s, 'a> {
    pub(crate) fn new(symbols: &'s Symbols<'a>) -> Self {
        Self {
            symbols,
            copies: Cell::new(0),
        }
    }

    /// The formula in the `math` of an element.
    ///
    /// # Errors
    ///
    /// The first thing in it that cannot be read.
    pub(crate) fn formula(&self, element: Element<'a>) -> Result<Tree, Problem> {
        self.convert(only(math(element)?)?, &Scope::default(), 0)
    }

    /// Counts terms that are written out more than once.
    fn charge(&self, element: Element<'a>, terms: usize) -> Result<(), Problem> {
        let copies = self.copies.get().saturating_add(terms);
        self.copies.set(copies);
        if copies > MOST_COPIES {
            return Err(Problem::new(element, Fault::TooLong));
        }
        Ok(())
    }

    /// A second occurrence of the same formula.
    pub(crate) fn copy(&self, element: Element<'a>, tree: &Tree) -> Result<Tree, Problem> {
        self.charge(element, tree.size())?;
        Ok(tree.clone())
    }

    fn convert(
        &self,
        element: Element<'a>,
        scope: &Scope<'a>,
        level: usize,
    ) -> Result<Tree, Problem> {
        if level >= DEEPEST {
            return Err(Problem::new(element, Fault::TooDeep(DEEPEST)));
        }
        if scope.is_copy {
            self.charge(element, 1)?;
        }
        match tag(element) {
            "cn" => tokens::number(element).map(Tree::number),
            "ci" => self.name(element, scope, level),
            "csymbol" => tokens::symbol(element),
            "true" => Ok(Tree::number(1.0)),
            "false" => Ok(Tree::number(0.0)),
            "pi" => Ok(Tree::number(std::f64::consts::PI)),
            "exponentiale" => Ok(Tree::number(std::f64::consts::E)),
            "infinity" => Ok(Tree::number(f64::INFINITY)),
            "notanumber" => Ok(Tree::number(f64::NAN)),
            "apply" => self.apply(element, scope, level),
            "piecewise" => self.piecewise(element, scope, level),
            "semantics" => {
                let first = elements(element).next();
                let first = first.ok_or_else(|| Problem::new(element, Fault::Empty))?;
                self.convert(first, scope, level + 1)
            }
            _ => Err(Problem::new(element, Fault::Unsupported)),
        }
    }

    fn name(&self, element: Element<'a>, scope: &Scope<'a>, level: usize) -> Result<Tree, Problem> {
        let name = content(element);
        let fault = |fault| Problem::new(element, fault);
        if let Some(local) = scope.locals.get(name.as_str()) {
            if local.depth() + level > DEEPEST {
                return Err(fault(Fault::TooDeep(DEEPEST)));
            }
            return if local.size() == 1 {
                Ok(local.clone())
            } else {
                self.copy(element, local)
            };
        }
        let expected = match scope.is_closed {
            true => "an argument of the function",
            false => "declared",
        };
        let unknown = || {
            fault(Fault::Unknown {
                name: name.clone(),
                expected,
            })
        };
        if scope.is_closed {
            return Err(unknown());
        }
        match self.symbols.by_id.get_key_value(name.as_str()) {
            Some((id, Symbol::Species(_))) => self.species(element, id),
            Some((id, Symbol::Compartment(_))) => self.size(element, id),
            Some((id, Symbol::Parameter(_))) => Ok(Tree::symbol(id)),
            Some((id, Symbol::Reaction(reaction))) => {
                let path = calls::extend(element, &scope.path, id)?;
                self.rate_below(*reaction, path, level + 1)
            }
            Some((_, Symbol::SpeciesReference(_))) => Err(fault(Fault::SpeciesReference(name))),
            Some((_, Symbol::Function(_) | Symbol::Event(_))) => {
                let expected = "a species, parameter, compartment or reaction";
                Err(fault(Fault::Unknown { name, expected }))
            }
            None => Err(unknown()),
        }
    }

    fn apply(
        &self,
        element: Element<'a>,
        scope: &Scope<'a>,
        level: usize,
    ) -> Result<Tree, Problem> {
        let mut parts = elements(element);
        let operator = parts
            .next()
            .ok_or_else(|| Problem::new(element, Fault::Empty))?;
        let name = tag(operator);
        match name {
            "ci" => return self.call(operator, parts, scope, level),
            "csymbol" => return Err(tokens::unknown_symbol(operator)),
            _ => {}
        }
        let (mut arguments, mut qualifier) = (Vec::new(), None);
        for part in parts {
            match (name, tag(part)) {
                ("root", "degree") | ("log", "logbase") if qualifier.is_none() => {
                    qualifier = Some(self.convert(only(part)?, scope, level + 1)?);
                }
                _ => arguments.push(self.convert(part, scope, level + 1)?),
            }
        }
        let copies = elementary::copies(name, &arguments);
        self.charge(element, copies)?;
        checked(
            element,
            elementary::apply(operator, name, arguments, qualifier)?,
        )
    }

    fn piecewise(
        &self,
        element: Element<'a>,
        scope: &Scope<'a>,
        level: usize,
    ) -> Result<Tree, Problem> {
        let (mut arguments, mut otherwise) = (Vec::new(), None);
        for part in elements(element) {
            let inside: Vec<_> = elements(part).collect();
            match (tag(part), inside.as_slice()) {
                ("piece", [value, condition]) if otherwise.is_none() => {
                    arguments.push(self.convert(*value, scope, level + 1)?);
                    arguments.push(self.convert(*condition, scope, level + 1)?);
                }
                ("otherwise", [value]) if otherwise.is_none() => {
                    otherwise = Some(self.convert(*value, scope, level + 1)?);
                }
                ("piece" | "otherwise", _) if otherwise.is_some() => {
                    return Err(Problem::new(part, Fault::Misplaced("piecewise".to_owned())));
                }
                ("piece", _) => return Err(arity(part, "2", inside.len())),
                ("otherwise", _) => return Err(arity(part, "1", inside.len())),
                _ => return Err(Problem::new(part, Fault::Unsupported)),
            }
        }
        arguments.extend(otherwise);
        match arguments.len() {
            0 => Err(Problem::new(element, Fault::Empty)),
            1 => Ok(arguments.remove(0)),
            _ => checked(element, Tree::apply(Function::Piecewise, arguments)),
        }
    }
}

/// Refuses what the kernel would find too deep.
pub(crate) fn checked(element: Element<'_>, tree: Tree) -> Result<Tree, Problem> {
    if tree.depth() > DEEPEST {
        return Err(Problem::new(element, Fault::TooDeep(DEEPEST)));
    }
    Ok(tree)
}

fn arity(element: Element<'_>, expected: &str, found: usize) -> Problem {
    let expected = expected.to_owned();
    Problem::new(element, Fault::Arguments { expected, found })
}

/// The name of an element of MathML, empty for others.
fn tag<'a>(element: Element<'a>) -> &'a str {
    match element.tag_name().namespace() {
        Some(MATHML) => element.tag_name().name(),
        _ => "",
    }
}

fn elements<'a>(element: Element<'a>) -> impl Iterator<Item = Element<'a>> {
    element.children().filter(Element::is_element)
}

/// The `math` of an element.
fn math(element: Element<'_>) -> Result<Element<'_>, Problem> {
    elements(element)
        .find(|child| child.tag_name().name() == "math")
        .ok_or_else(|| Problem::new(element, Fault::MissingElement("math")))
}

/// The only element in an element.
fn only(element: Element<'_>) -> Result<Element<'_>, Problem> {
    let mut inside = elements(element);
    match (inside.next(), inside.next()) {
        (Some(first), None) => Ok(first),
        (None, _) => Err(Problem::new(element, Fault::Empty)),
        (_, Some(second)) => Err(Problem::new(second, Fault::Repeated)),
    }
}
