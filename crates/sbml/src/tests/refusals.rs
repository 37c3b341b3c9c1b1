//! What is refused, by name and line.

use super::*;
use crate::Error;

fn message(text: &str) -> String {
    read(text, Substance::AsDeclared).unwrap_err().to_string()
}

#[test]
fn messages_have_lines_and_columns() {
    let text = level3("\n  <listOfRules>\n    <algebraicRule/></listOfRules>");
    assert_eq!(
        message(&text),
        "line 4, column 5: `<algebraicRule>` is not supported"
    );
    let text = level3(&list("Parameters", "\n\t<parameter constant=\"true\"/>"));
    assert_eq!(
        message(&text),
        "line 3, column 2: `<parameter>` has no attribute `id`"
    );
    let text = level3(&list(
        "Parameters",
        "<!-- å --><parameter id='k' constant='true'/>",
    ));
    assert_eq!(
        message(&text),
        "line 2, column 103: `<parameter>` `k` has no value at time 0"
    );
}

#[test]
fn all_faults_are_reported_in_order() {
    let text = level3(
        "<listOfParameters><parameter id='1' value='x' constant='true'/><parameter id='k' value='1' constant='maybe'/>
        </listOfParameters><listOfConstraints><constraint/></listOfConstraints>",
    );
    let places: Vec<_> = faults(&text).into_iter().map(|(place, _)| place).collect();
    assert_eq!(
        places,
        ["parameter 1", "parameter 1", "parameter k", "constraint"]
            .iter()
            .map(|place| (*place).to_owned())
            .collect::<Vec<_>>()
    );
}

/// Smallest fault seen: a law at fault found only when the stoichiometry was mended.
#[test]
fn one_fault_does_not_hide_another() {
    let law = "<csymbol definitionURL='http://www.sbml.org/sbml/symbols/rateOf'/>";
    let event = format!(
        "<event useValuesFromTriggerTime='true'><trigger initialValue='x' persistent='true'>{}</trigger>{}</event>",
        math("<ci>one</ci>"),
        list(
            "EventAssignments",
            &format!(
                "<eventAssignment variable='k'>{}</eventAssignment>",
                math("<ci>two</ci>")
            )
        )
    );
    let text = level3(
        &(compartments("")
            + &list("Species", &species("X", 1.0))
            + &list("Parameters", &parameter("k", 1.0, false))
            + &list("Reactions", &reaction("r", "Y", "", law))
            + &list("Events", &event)),
    );
    let places: Vec<_> = faults(&text).into_iter().map(|(place, _)| place).collect();
    assert_eq!(
        places,
        [
            "speciesReference Y",
            "csymbol rateOf",
            "trigger",
            "ci",
            "ci"
        ]
    );
}

#[test]
fn only_known_levels_are_read() {
    let of = |namespace: &str, level: &str, version: &str| {
        let text = format!(
            r#"<sbml xmlns="{namespace}" level="{level}" version="{version}"><model/></sbml>"#
        );
        read(&text, Substance::AsDeclared).map(|document| (document.level, document.version))
    };
    let base = "http://www.sbml.org/sbml/level";
    for version in 1..=5 {
        let end = if version == 1 {
            String::new()
        } else {
            format!("/version{version}")
        };
        assert_eq!(
            of(&format!("{base}2{end}"), "2", &version.to_string()),
            Ok((2, version))
        );
    }
    for version in 1..=2 {
        assert_eq!(
            of(
                &format!("{base}3/version{version}/core"),
                "3",
                &version.to_string()
            ),
            Ok((3, version))
        );
    }
    for (namespace, level, version) in [
        ("1", "1", "2"),
        ("2/version6", "2", "6"),
        ("3/version3/core", "3", "3"),
        ("2/version4", "", ""),
        ("2/version4", "2", "3"),
        ("3/version1/core", "2", "1"),
    ] {
        assert!(
            of(&format!("{base}{namespace}"), level, version).is_err(),
            "{namespace}"
        );
    }
    for text in [
        "<model/>",
        "<sbml/>",
        "<sbml xmlns='http://www.w3.org/1999/xhtml'/>",
    ] {
        assert_eq!(fault(text).1, Fault::Root);
    }
    let none =
        r#"<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"/>"#;
    assert_eq!(fault(none).1, Fault::MissingElement("model"));
}

#[test]
fn what_is_not_xml_is_refused() {
    for text in [
        "no",
        "<a>",
        "<a></b>",
        "<a b=1/>",
        "<a>&x;</a>",
        "\0",
        "<a:b/>",
    ] {
        let errors = read(text, Substance::AsDeclared).unwrap_err();
        assert!(
            matches!(
                errors.0[..],
                [Error {
                    fault: Fault::Xml(_),
                    element: None,
                    ..
                }]
            ),
            "{text}"
        );
    }
    let message = message("<a>\n  <b></c></a>");
    assert_eq!(
        message,
        "line 2, column 6: the text is not well-formed XML: expected 'b' tag, not 'c'"
    );
    for text in ["", " \n"] {
        let errors = read(text, Substance::AsDeclared).unwrap_err();
        assert_eq!(errors.0[0].fault, Fault::NoText);
    }
    let bomb = r#"<!DOCTYPE a [<!ENTITY x "yyyy"><!ENTITY z "&x;&x;&x;&x;">]><a>&z;</a>"#;
    let errors = read(bomb, Substance::AsDeclared).unwrap_err();
    assert_eq!(errors.0[0].fault, Fault::DocumentType);
    let deep = "<a>".repeat(200_000) + &"</a>".repeat(200_000);
    assert_eq!(fault(&deep).1, Fault::Root);
    let notes = level3(&format!("<notes>{deep}</notes>"));
    assert!(read(&notes, Substance::AsDeclared).is_ok());
}

#[test]
fn packages_are_refused_if_they_are_required() {
    let with = |required: &str| {
        level3("<d:listOfThings/><listOfParameters><d:parameter/></listOfParameters>").replace(
            r#"level="3""#,
            &format!(
                r#"level="3" xmlns:d="http://www.sbml.org/sbml/level3/version1/distrib/version1" d:required="{required}""#
            ),
        )
    };
    assert!(read(&with("false"), Substance::AsDeclared).is_ok());
    let found = message(&with("true"));
    assert_eq!(
        found,
        "line 1, column 1: `<sbml>` requires the package `distrib`, which is not supported"
    );
    let undeclared = with("false").replace(r#"d:required="false""#, "");
    assert_eq!(
        faults(&undeclared)[0].1,
        Fault::Misplaced("model".to_owned())
    );
}

#[test]
fn what_the_standard_does_not_have_is_refused() {
    for (lists, place, expected) in [
        (
            "<listOfThings/>",
            "listOfThings",
            Fault::Misplaced("model".to_owned()),
        ),
        (
            "<listOfRules><parameterRule/></listOfRules>",
            "parameterRule",
            Fault::Misplaced("listOfRules".to_owned()),
        ),
        (
            "<listOfRules/><listOfRules/>",
            "listOfRules",
            Fault::Repeated,
        ),
        ("<listOfRules/>text", "model m", Fault::Text),
        (
            "<notes>any</notes><annotation><x/></annotation><notes/>",
            "notes",
            Fault::Repeated,
        ),
        (
            "<listOfParameters><parameter id='k' value='1' constant='true' size='2'/></listOfParameters>",
            "parameter k",
            Fault::UnknownAttribute("size".to_owned()),
        ),
        (
            "<listOfParameters><parameter id='k' value='1' constant='true'/><parameter id='k' value='2' constant='true'/></listOfParameters>",
            "parameter k",
            Fault::Duplicate,
        ),
        (
            "<listOfCompartments><compartment id='c' constant='true'/></listOfCompartments><listOfEvents><event id='c' useValuesFromTriggerTime='true'/></listOfEvents>",
            "event c",
            Fault::Duplicate,
        ),
    ] {
        let found = faults(&level3(lists));
        assert_eq!(found[0], (place.to_owned(), expected));
    }
}

#[test]
fn unsupported_attributes_are_refused() {
    let text = level3("").replace("<model", r#"<model conversionFactor="k""#);
    let (attribute, value) = ("conversionFactor", "k".to_owned());
    assert_eq!(
        fault(&text).1,
        Fault::UnsupportedAttribute { attribute, value }
    );
    let fast = level3(&list("Reactions", &reaction("r", "", "", "<cn>1</cn>")))
        .replace("<reaction", r#"<reaction fast="true""#);
    let (attribute, value) = ("fast", "true".to_owned());
    assert_eq!(
        fault(&fast).1,
        Fault::UnsupportedAttribute { attribute, value }
    );
}

#[test]
fn names_that_stand_for_nothing_are_refused() {
    let with = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        fault(&text.replace(from, to))
    };
    let text = level3(
        &(compartments("")
            + &list("Species", &species("X", 1.0))
            + &list("Reactions", &reaction("r", "X", "", "<ci>X</ci>"))),
    );
    let expect = |name: &str, expected| Fault::Unknown {
        name: name.to_owned(),
        expected,
    };
    assert_eq!(
        with(&text, r#"compartment="c""#, r#"compartment="d""#).1,
        expect("d", "a compartment")
    );
    assert_eq!(
        with(&text, r#"compartment="c""#, r#"compartment="""#).1,
        expect("", "a compartment")
    );
    assert_eq!(
        with(&text, r#"species="X""#, r#"species="c""#).1,
        expect("c", "a species")
    );
    assert_eq!(
        with(&text, "<ci>X</ci>", "<ci>Y</ci>").1,
        expect("Y", "declared")
    );
    assert_eq!(
        with(&text, "<ci>X</ci>", "<ci>c</ci>").1,
        Fault::NoSize("c".to_owned())
    );
    let named = text.replace(r#"species="X""#, r#"id="s" species="X""#);
    assert_eq!(
        with(&named, "<ci>X</ci>", "<ci>s</ci>").1,
        Fault::SpeciesReference("s".to_owned())
    );
    assert_eq!(
        with(&text, r#"reversible="false""#, "").1,
        Fault::MissingAttribute("reversible")
    );
    let start = text.find("<kineticLaw>").unwrap();
    let end = text.find("</kineticLaw>").unwrap() + "</kineticLaw>".len();
    assert_eq!(
        fault(&format!("{}{}", &text[..start], &text[end..])).1,
        Fault::MissingElement("kineticLaw")
    );
}

#[test]
fn rules_are_checked() {
    let with = |rules: &str| {
        let start = list(
            "InitialAssignments",
            &format!(
                "<initialAssignment symbol='v'>{}</initialAssignment>",
                math("<cn>1</cn>")
            ),
        );
        let parameters =
            parameter("k", 1.0, true) + &parameter("v", 1.0, false) + &parameter("w", 1.0, false);
        level3(&(list("Parameters", &parameters) + &start + &list("Rules", rules)))
    };
    let rule = |kind: &str, variable: &str, formula: &str| {
        format!("<{kind} variable='{variable}'>{}</{kind}>", math(formula))
    };
    assert!(
        read(
            &with(&rule("rateRule", "v", "<ci>k</ci>")),
            Substance::AsDeclared
        )
        .is_ok()
    );
    for (rules, expected) in [
        (
            rule("assignmentRule", "k", "<cn>1</cn>"),
            Fault::SetsConstant("k".to_owned()),
        ),
        (rule("assignmentRule", "v", "<cn>1</cn>"), Fault::TwoValues),
        (
            rule("rateRule", "v", "<cn>1</cn>").repeat(2),
            Fault::SetsTwice("v".to_owned()),
        ),
        (
            "<rateRule variable='v'/>".to_owned(),
            Fault::MissingElement("math"),
        ),
    ] {
        assert_eq!(fault(&with(&rules)).1, expected);
    }
    let (place, found) = fault(&with(&rule("assignmentRule", "w", "<ci>w</ci>")));
    assert_eq!(place, "assignmentRule w");
    assert!(
        found.to_string().starts_with("is defined by itself"),
        "{found}"
    );
}

#[test]
fn there_is_an_end_to_faults() {
    let many = "<parameter/>".repeat(5000);
    assert_eq!(faults(&level3(&list("Parameters", &many))).len(), 1000);
}
