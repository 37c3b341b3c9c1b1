//! The tree of elements: reading it, its attributes, and the places of faults.

use crate::error::{Error, Errors, Fault};
use roxmltree::{Document, Node};

/// An element of the file.
pub(crate) type Element<'a> = Node<'a, 'a>;

/// A fault with the element that it belongs to.
#[derive(Debug)]
pub(crate) struct Problem {
    offset: usize,
    element: String,
    id: Option<String>,
    fault: Fault,
}

impl Problem {
    pub(crate) fn new(element: Element<'_>, fault: Fault) -> Self {
        let id = ["id", "variable", "symbol", "species"]
            .iter()
            .find_map(|name| element.attribute(*name));
        Self {
            offset: element.range().start,
            element: element.tag_name().name().to_owned(),
            id: id.map(str::to_owned),
            fault,
        }
    }

    /// The same with another name for what is at fault.
    pub(crate) fn named(self, id: &str) -> Self {
        Self {
            id: Some(id.to_owned()),
            ..self
        }
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Problem>);

impl Faults {
    /// More help nobody, and would take long to place.
    const MOST: usize = 1000;

    pub(crate) fn add(&mut self, element: Element<'_>, fault: Fault) {
        self.push(Problem::new(element, fault));
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        // Once the file is too long, every further formula would be, too.
        let is_told = problem.fault == Fault::TooLong
            && self.0.iter().any(|known| known.fault == problem.fault);
        if self.0.len() < Self::MOST && !is_told {
            self.0.push(problem);
        }
    }

    /// The value, unless it is a fault.
    pub(crate) fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.push(problem)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults with lines and columns, in the order of the file.
    pub(crate) fn report(mut self, text: &str) -> Errors {
        self.0.sort_by_key(|problem| problem.offset);
        let (mut line, mut column, mut offset) = (1, 1, 0);
        let mut errors = Vec::with_capacity(self.0.len());
        for problem in self.0 {
            for character in text.get(offset..problem.offset).unwrap_or("").chars() {
                if character == '\n' {
                    (line, column) = (line + 1, 1);
                } else {
                    column += 1;
                }
            }
            offset = problem.offset;
            let error = Error {
                line,
                column,
                element: Some(problem.element),
                id: problem.id,
                fault: problem.fault,
            };
            if errors.last() != Some(&error) {
                errors.push(error);
            }
        }
        Errors(errors)
    }
}

/// Reads the tree. Its reader does not recurse, and refuses entities of a document's own.
///
/// # Errors
///
/// The first place at which the text is not XML.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, Errors> {
    Document::parse(text).map_err(|error| {
        let place = error.pos();
        let fault = match error {
            roxmltree::Error::DtdDetected => Fault::DocumentType,
            _ if text.trim().is_empty() => Fault::NoText,
            error => Fault::Xml(error.to_string().replace(&format!(" at {place}"), "")),
        };
        Errors(vec![Error {
            line: place.row,
            column: place.col,
            element: None,
            id: None,
            fault,
        }])
    })
}

/// The elements below an element that belong to the same namespace.
pub(crate) fn children<'a>(element: Element<'a>) -> impl Iterator<Item = Element<'a>> {
    let namespace = element.tag_name().namespace();
    element
        .children()
        .filter(move |child| child.is_element() && child.tag_name().namespace() == namespace)
}

/// The first element of that name.
pub(crate) fn child<'a>(element: Element<'a>, name: &str) -> Option<Element<'a>> {
    children(element).find(|child| child.tag_name().name() == name)
}

/// What is in the list of that name.
pub(crate) fn list<'a>(element: Element<'a>, name: &str) -> impl Iterator<Item = Element<'a>> {
    child(element, name).into_iter().flat_map(children)
}

/// All text directly in an element, without blanks around it.
pub(crate) fn content(element: Element<'_>) -> String {
    let text: String = element
        .children()
        .filter(Node::is_text)
        .filter_map(|node| node.text())
        .collect();
    text.trim().to_owned()
}

/// An attribute that must be there.
pub(crate) fn required<'a>(element: Element<'a>, name: &'static str) -> Result<&'a str, Problem> {
    let value = element.attribute(name).map(str::trim);
    value.ok_or_else(|| Problem::new(element, Fault::MissingAttribute(name)))
}

/// A finite number, if it is given.
pub(crate) fn number(element: Element<'_>, name: &'static str) -> Result<Option<f64>, Problem> {
    let Some(value) = element.attribute(name) else {
        return Ok(None);
    };
    match finite(value) {
        Some(number) => Ok(Some(number)),
        None => Err(unfit(element, name, value, "a finite number")),
    }
}

/// True or false; without a default it must be given.
pub(crate) fn flag(
    element: Element<'_>,
    name: &'static str,
    default: Option<bool>,
) -> Result<bool, Problem> {
    match (element.attribute(name), default) {
        (None, Some(default)) => Ok(default),
        (None, None) => Err(Problem::new(element, Fault::MissingAttribute(name))),
        (Some(value), _) => match value.trim() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(unfit(element, name, value, "true or false")),
        },
    }
}

/// An attribute whose value is impossible.
pub(crate) fn unfit(
    element: Element<'_>,
    attribute: &'static str,
    value: &str,
    expected: &'static str,
) -> Problem {
    let value = value.to_owned();
    Problem::new(
        element,
        Fault::Attribute {
            attribute,
            value,
            expected,
        },
    )
}

/// A number in decimal notation: no names, nothing infinite.
pub(crate) fn finite(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    let number: f64 = text.chars().all(digits).then(|| text.parse().ok())??;
    number.is_finite().then_some(number)
}

/// Whether a text can be an id: a letter or `_`, then letters, digits and `_` (SBML Level 3 Version 2, section 3.1.7).
pub(crate) fn is_id(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
