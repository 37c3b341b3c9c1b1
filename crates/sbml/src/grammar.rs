//! Which elements and attributes the standard has, and which of them are read.
//!
//! One table for all levels and versions: what only some of them have does no harm in the others. Everything that is
//! not in the table is refused, so that nothing which could change the meaning of a model is passed over.

use crate::error::Fault;
use crate::xml::{Element, Faults};

/// The namespace of formulas.
pub(crate) const MATHML: &str = "http://www.w3.org/1998/Math/MathML";

/// A level and version of SBML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) level: u8,
    pub(crate) version: u8,
}

impl Level {
    /// A default of Level 2; Level 3 has none.
    pub(crate) fn default<T>(self, value: T) -> Option<T> {
        (self.level == 2).then_some(value)
    }

    fn namespace(self) -> String {
        match (self.level, self.version) {
            (2, 1) => "http://www.sbml.org/sbml/level2".to_owned(),
            (2, version) => format!("http://www.sbml.org/sbml/level2/version{version}"),
            (level, version) => {
                format!("http://www.sbml.org/sbml/level{level}/version{version}/core")
            }
        }
    }
}

/// Attributes that every element may have.
const COMMON: [&str; 4] = ["id", "name", "metaid", "sboTerm"];

/// Elements with their attributes, beside those of all elements, and their elements, beside notes and annotations.
/// In a list any number may stand of the same name, elsewhere one.
const ELEMENTS: &[(&str, &[&str], &[&str])] = &[
    ("sbml", &["level", "version"], &["model"]),
    (
        "model",
        &[
            "substanceUnits",
            "timeUnits",
            "volumeUnits",
            "areaUnits",
            "lengthUnits",
            "extentUnits",
        ],
        &[
            "listOfFunctionDefinitions",
            "listOfUnitDefinitions",
            "listOfCompartmentTypes",
            "listOfSpeciesTypes",
            "listOfCompartments",
            "listOfSpecies",
            "listOfParameters",
            "listOfInitialAssignments",
            "listOfRules",
            "listOfConstraints",
            "listOfReactions",
            "listOfEvents",
        ],
    ),
    ("listOfFunctionDefinitions", &[], &["functionDefinition"]),
    ("functionDefinition", &[], &["math"]),
    ("listOfUnitDefinitions", &[], &["unitDefinition"]),
    ("unitDefinition", &[], &["listOfUnits"]),
    ("listOfUnits", &[], &["unit"]),
    (
        "unit",
        &["kind", "exponent", "scale", "multiplier", "offset"],
        &[],
    ),
    ("listOfCompartmentTypes", &[], &["compartmentType"]),
    ("compartmentType", &[], &[]),
    ("listOfSpeciesTypes", &[], &["speciesType"]),
    ("speciesType", &[], &[]),
    ("listOfCompartments", &[], &["compartment"]),
    (
        "compartment",
        &[
            "spatialDimensions",
            "size",
            "units",
            "outside",
            "constant",
            "compartmentType",
        ],
        &[],
    ),
    ("listOfSpecies", &[], &["species"]),
    (
        "species",
        &[
            "compartment",
            "initialAmount",
            "initialConcentration",
            "substanceUnits",
            "spatialSizeUnits",
            "hasOnlySubstanceUnits",
            "boundaryCondition",
            "charge",
            "constant",
            "speciesType",
        ],
        &[],
    ),
    ("listOfParameters", &[], &["parameter"]),
    ("parameter", &["value", "units", "constant"], &[]),
    ("listOfInitialAssignments", &[], &["initialAssignment"]),
    ("initialAssignment", &["symbol"], &["math"]),
    (
        "listOfRules",
        &[],
        &["assignmentRule", "rateRule", "algebraicRule"],
    ),
    ("assignmentRule", &["variable"], &["math"]),
    ("rateRule", &["variable"], &["math"]),
    ("listOfConstraints", &[], &["constraint"]),
    ("listOfReactions", &[], &["reaction"]),
    (
        "reaction",
        &["reversible", "fast", "compartment"],
        &[
            "listOfReactants",
            "listOfProducts",
            "listOfModifiers",
            "kineticLaw",
        ],
    ),
    ("listOfReactants", &[], &["speciesReference"]),
    ("listOfProducts", &[], &["speciesReference"]),
    ("listOfModifiers", &[], &["modifierSpeciesReference"]),
    (
        "speciesReference",
        &["species", "stoichiometry", "constant"],
        &["stoichiometryMath"],
    ),
    ("modifierSpeciesReference", &["species"], &[]),
    ("stoichiometryMath", &[], &["math"]),
    (
        "kineticLaw",
        &["timeUnits", "substanceUnits"],
        &["math", "listOfParameters", "listOfLocalParameters"],
    ),
    ("listOfLocalParameters", &[], &["localParameter"]),
    ("localParameter", &["value", "units"], &[]),
    ("listOfEvents", &[], &["event"]),
    (
        "event",
        &["timeUnits", "useValuesFromTriggerTime"],
        &["trigger", "delay", "priority", "listOfEventAssignments"],
    ),
    ("trigger", &["initialValue", "persistent"], &["math"]),
    ("delay", &[], &["math"]),
    ("listOfEventAssignments", &[], &["eventAssignment"]),
    ("eventAssignment", &["variable"], &["math"]),
];

/// Elements of the standard that are refused, with all that is in them.
const REFUSED: [&str; 3] = ["algebraicRule", "constraint", "priority"];

/// Attributes of the standard that are refused.
const REFUSED_ATTRIBUTES: [&str; 1] = ["conversionFactor"];

/// The level and version of a file; none, with a fault, if it cannot be read.
pub(crate) fn level(root: Element<'_>, faults: &mut Faults) -> Option<Level> {
    let found = root.tag_name().namespace().unwrap_or("");
    if root.tag_name().name() != "sbml" || !found.starts_with("http://www.sbml.org/sbml/level") {
        faults.add(root, Fault::Root);
        return None;
    }
    let attribute = |name| root.attribute(name).unwrap_or("").trim();
    let (level, version) = (attribute("level"), attribute("version"));
    let known = match (level, version.parse()) {
        ("2", Ok(version @ 1..=5)) => Level { level: 2, version },
        ("3", Ok(version @ 1..=2)) => Level { level: 3, version },
        _ => {
            let (level, version) = (level.to_owned(), version.to_owned());
            faults.add(root, Fault::Level { level, version });
            return None;
        }
    };
    let expected = known.namespace();
    if found != expected {
        let found = found.to_owned();
        faults.add(root, Fault::Namespace { found, expected });
        return None;
    }
    Some(known)
}

/// Checks all elements down to the formulas: their names, places, attributes, and packages of Level 3.
pub(crate) fn check(root: Element<'_>, level: Level, faults: &mut Faults) {
    let mut packages = Vec::new();
    if level.level == 3 {
        for attribute in root
            .attributes()
            .filter(|attribute| attribute.name() == "required")
        {
            let Some(namespace) = attribute.namespace() else {
                continue;
            };
            packages.push(namespace);
            if !matches!(attribute.value().trim(), "false" | "0") {
                faults.add(root, Fault::Package(package_name(namespace).to_owned()));
            }
        }
    }
    check_element(root, &packages, faults);
}

/// The depth of this recursion is that of the table.
fn check_element(element: Element<'_>, packages: &[&str], faults: &mut Faults) {
    let name = element.tag_name().name();
    let Some((_, attributes, elements)) = ELEMENTS.iter().find(|(known, ..)| *known == name) else {
        return;
    };
    for attribute in element
        .attributes()
        .filter(|attribute| attribute.namespace().is_none())
    {
        let attribute_name = attribute.name();
        if let Some(refused) = REFUSED_ATTRIBUTES
            .iter()
            .find(|known| **known == attribute_name)
        {
            let value = attribute.value().to_owned();
            faults.add(
                element,
                Fault::UnsupportedAttribute {
                    attribute: refused,
                    value,
                },
            );
        } else if !attributes.contains(&attribute_name) && !COMMON.contains(&attribute_name) {
            faults.add(element, Fault::UnknownAttribute(attribute_name.to_owned()));
        }
    }
    let mut seen = Vec::new();
    for node in element.children() {
        if node.is_text() && node.text().is_some_and(|text| !text.trim().is_empty()) {
            faults.add(element, Fault::Text);
        }
        if !node.is_element() {
            continue;
        }
        let tag = node.tag_name();
        let own = tag.namespace() == element.tag_name().namespace();
        if !own
            && tag
                .namespace()
                .is_some_and(|namespace| packages.contains(&namespace))
        {
            continue;
        }
        let formula = tag.name() == "math" && tag.namespace() == Some(MATHML);
        let annotation = own && matches!(tag.name(), "notes" | "annotation");
        let known = (own && tag.name() != "math") || formula;
        let expected = annotation || (known && elements.contains(&tag.name()));
        if !expected {
            faults.add(node, Fault::Misplaced(name.to_owned()));
            continue;
        }
        if REFUSED.contains(&tag.name()) {
            faults.add(node, Fault::Unsupported);
            continue;
        }
        if !name.starts_with("listOf") || annotation {
            if seen.contains(&tag.name()) {
                faults.add(node, Fault::Repeated);
            }
            seen.push(tag.name());
        }
        if !annotation && !formula {
            check_element(node, packages, faults);
        }
    }
}

/// The name of a package, such as `distrib`, in its namespace `http://www.sbml.org/sbml/level3/version1/distrib/version1`.
fn package_name(namespace: &str) -> &str {
    let mut parts = namespace.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(last), Some(name)) if last.starts_with("version") => name,
        _ => namespace,
    }
}
