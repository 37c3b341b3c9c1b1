//! Numbers and symbols of formulas.

use super::Tree;
use crate::error::Fault;
use crate::xml::{Element, Problem, finite};
use paracrine_kernel::expression::Expression;

/// The Avogadro constant as the symbol of SBML has it (Level 3 Version 2, section 3.4.6: CODATA 2006). The unit `mole`
/// has [the value of today](crate::units::MOLE), smaller by a part in 6 million.
const AVOGADRO: f64 = 6.022_141_79e23;

/// The value of a `cn` (MathML 2.0, section 4.4.1.1).
pub(super) fn number(element: Element<'_>) -> Result<f64, Problem> {
    let parts: Vec<&str> = element
        .children()
        .filter(Element::is_text)
        .filter_map(|node| node.text())
        .map(str::trim)
        .collect();
    let whole = |text: &str| finite(text).filter(|number| number.fract() == 0.0);
    let kind = element.attribute("type").unwrap_or("real").trim();
    let (value, expected) = match (kind, parts.as_slice()) {
        ("real", [number]) => (finite(number), "a finite number"),
        ("integer", [number]) => (whole(number), "a whole number"),
        ("e-notation", [mantissa, exponent]) => (
            finite(&format!("{mantissa}e{exponent}")),
            "two numbers, the second an exponent of ten",
        ),
        ("rational", [above, below]) => {
            let quotient = whole(above)
                .zip(whole(below))
                .map(|(above, below)| above / below);
            (
                quotient.filter(|value| value.is_finite()),
                "two whole numbers, the second not 0",
            )
        }
        ("real" | "integer", _) => (None, "one number"),
        ("e-notation" | "rational", _) => (None, "two numbers with a `<sep/>` between them"),
        (kind, _) => {
            let (attribute, value) = ("type", kind.to_owned());
            return Err(Problem::new(
                element,
                Fault::UnsupportedAttribute { attribute, value },
            ));
        }
    };
    if let Some(base) = element.attribute("base").filter(|base| base.trim() != "10") {
        let (attribute, value) = ("base", base.to_owned());
        return Err(Problem::new(
            element,
            Fault::UnsupportedAttribute { attribute, value },
        ));
    }
    let text = parts.join(" ");
    value.ok_or_else(|| Problem::new(element, Fault::Number { text, expected }))
}

/// The name at the end of the address of a `csymbol`.
fn symbol_name<'a>(element: Element<'a>) -> &'a str {
    let address = element.attribute("definitionURL").unwrap_or("").trim();
    match address.strip_prefix("http://www.sbml.org/sbml/symbols/") {
        Some(name) => name,
        None => address,
    }
}

/// A `csymbol` that is a value.
pub(super) fn symbol(element: Element<'_>) -> Result<Tree, Problem> {
    match symbol_name(element) {
        "time" => Ok(Tree::leaf(Expression::Time)),
        "avogadro" => Ok(Tree::number(AVOGADRO)),
        _ => Err(unknown_symbol(element)),
    }
}

pub(super) fn unknown_symbol(element: Element<'_>) -> Problem {
    Problem::new(element, Fault::Unsupported).named(symbol_name(element))
}
