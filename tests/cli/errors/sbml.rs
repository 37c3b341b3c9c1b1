//! Faults of SBML files: a file with one part in another way, and what is said of it, with line and column.

use super::{Command, Entry, entry};
use paracrine_tests::program::{Ended, Place};

/// A file without a fault that has most of what there is.
const MODEL: &str = r#"<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model id="m" substanceUnits="item" extentUnits="item" timeUnits="second">
<listOfFunctionDefinitions>
<functionDefinition id="f"><math xmlns="http://www.w3.org/1998/Math/MathML"><lambda><bvar><ci>a</ci></bvar><ci>a</ci></lambda></math></functionDefinition>
</listOfFunctionDefinitions>
<listOfUnitDefinitions>
<unitDefinition id="u"><listOfUnits><unit kind="item" exponent="1" scale="0" multiplier="1"/></listOfUnits></unitDefinition>
</listOfUnitDefinitions>
<listOfCompartments>
<compartment id="c" size="2" constant="true"/>
</listOfCompartments>
<listOfSpecies>
<species id="A" compartment="c" initialAmount="10" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
<species id="B" compartment="c" initialAmount="10" hasOnlySubstanceUnits="true" boundaryCondition="true" constant="false"/>
</listOfSpecies>
<listOfParameters>
<parameter id="k" value="1" constant="true"/>
<parameter id="v" value="1" constant="false"/>
</listOfParameters>
<listOfRules>
<rateRule variable="B"><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>k</ci></math></rateRule>
</listOfRules>
<listOfReactions>
<reaction id="r" reversible="false" fast="false">
<listOfReactants>
<speciesReference species="A" stoichiometry="1" constant="true"/>
</listOfReactants>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>A</ci></apply></math></kineticLaw>
</reaction>
</listOfReactions>
<listOfEvents>
<event useValuesFromTriggerTime="true">
<trigger initialValue="true" persistent="true"><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><gt/><ci>A</ci><cn>5</cn></apply></math></trigger>
<listOfEventAssignments>
<eventAssignment variable="v"><math xmlns="http://www.w3.org/1998/Math/MathML"><cn>4</cn></math></eventAssignment>
</listOfEventAssignments>
</event>
</listOfEvents>
</model>
</sbml>
"#;

/// The file with these parts in another way, each of which must be there once.
fn faulty(place: &Place, changes: &[(&str, &str)]) -> Ended {
    let text = changes.iter().fold(MODEL.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` in the model");
        text.replacen(from, to, 1)
    });
    simulated(place, &text)
}

fn simulated(place: &Place, text: &str) -> Ended {
    place.write("t.xml", text);
    place.run(&["simulate", "t.xml", "--until", "1", "--replicates", "1"])
}

/// A law in place of the reaction's.
fn law(place: &Place, law: &str) -> Ended {
    faulty(place, &[(LAW, law)])
}

const LAW: &str = "<apply><times/><ci>k</ci><ci>A</ci></apply>";

/// What makes the volume of the compartment follow a rule.
const GROWS: [(&str, &str); 2] = [
    (
        r#"size="2" constant="true""#,
        r#"size="2" constant="false""#,
    ),
    (
        "<listOfRules>",
        r#"<listOfRules><rateRule variable="c"><math xmlns="http://www.w3.org/1998/Math/MathML"><cn>1</cn></math></rateRule>"#,
    ),
];

#[test]
fn the_file_has_no_fault() {
    let ended = simulated(&crate::place(), MODEL);
    assert_eq!(ended.code, Some(0), "{}", ended.shown());
}

/// Variants of `paracrine_sbml::Fault`.
#[rustfmt::skip]
pub(super) fn entries() -> Vec<Entry> {
    vec![
        entry("NoText", Command(|place| simulated(place, " \n"), 1,
            &["t.xml:1:1: found an empty file, expected an SBML document: <sbml ..>"])),
        entry("Xml", Command(|place| faulty(place, &[("</listOfRules>", "</listOfRule>")]), 1,
            &["t.xml:22:1: the text is not well-formed XML: expected 'listOfRules' tag, not 'listOfRule'"])),
        entry("DocumentType", Command(|place| {
            simulated(place, &format!("<!DOCTYPE sbml [<!ENTITY x \"yyyy\">]>\n{MODEL}"))
        }, 1, &["t.xml:1:1: a document type declaration (DTD) is not supported"])),
        entry("Root", Command(|place| simulated(place, "<html/>"), 1,
            &["t.xml:1:1: `<html>` is the root element, which must be `<sbml>` of the namespace of SBML"])),
        entry("Level", Command(|place| faulty(place, &[(r#"level="3" version="1""#, r#"level="1" version="2""#)]), 1,
            &["t.xml:1:1: `<sbml>` is of level `1` and version `2`: only Level 2, Versions 1 to 5, and Level 3, Versions 1 and 2, are supported"])),
        entry("Namespace", Command(|place| faulty(place, &[(r#"level="3" version="1""#, r#"level="3" version="2""#)]), 1,
            &["t.xml:1:1: `<sbml>` is in the namespace `http://www.sbml.org/sbml/level3/version1/core`; that of its level and version is \
                `http://www.sbml.org/sbml/level3/version2/core`"])),
        entry("Package", Command(|place| {
            let needed = r#"xmlns:d="http://www.sbml.org/sbml/level3/version1/distrib/version1" d:required="true" level="3" version="1""#;
            faulty(place, &[(r#"level="3" version="1""#, needed)])
        }, 1, &["t.xml:1:1: `<sbml>` requires the package `distrib`, which is not supported"])),
        entry("Unsupported", Command(|place| faulty(place, &[("</listOfRules>", "<algebraicRule/></listOfRules>")]), 1,
            &["t.xml:22:1: `<algebraicRule>` is not supported"])),
        entry("UnsupportedAttribute", Command(|place| faulty(place, &[(r#"fast="false""#, r#"fast="true""#)]), 1,
            &["t.xml:24:1: `<reaction>` `r` has fast=\"true\", which is not supported"])),
        entry("Misplaced", Command(|place| faulty(place, &[("</listOfRules>", "<parameter/></listOfRules>")]), 1,
            &["t.xml:22:1: `<parameter>` is not an element of `<listOfRules>`"])),
        entry("Repeated", Command(|place| faulty(place, &[("</listOfRules>", "</listOfRules><listOfRules/>")]), 1,
            &["t.xml:22:15: `<listOfRules>` is given twice"])),
        entry("UnknownAttribute", Command(|place| faulty(place, &[(r#"id="k""#, r#"id="k" sise="2""#)]), 1,
            &["t.xml:17:1: `<parameter>` `k` has an unknown attribute `sise`"])),
        entry("Text", Command(|place| faulty(place, &[("<listOfRules>", "rules:<listOfRules>")]), 1,
            &["t.xml:2:1: `<model>` `m` holds text, which does not belong there"])),
        entry("MissingAttribute", Command(|place| faulty(place, &[(r#"reversible="false" "#, "")]), 1,
            &["t.xml:24:1: `<reaction>` `r` has no attribute `reversible`"])),
        entry("MissingElement", Command(|place| {
            let (_, rest) = MODEL.split_once("<kineticLaw>").unwrap();
            let (inner, _) = rest.split_once("</kineticLaw>").unwrap();
            faulty(place, &[(&format!("<kineticLaw>{inner}</kineticLaw>"), "")])
        }, 1, &["t.xml:24:1: `<reaction>` `r` has no `<kineticLaw>`"])),
        entry("Attribute", Command(|place| faulty(place, &[(r#"id="k" value="1""#, r#"id="k" value="one""#)]), 1,
            &["t.xml:17:1: `<parameter>` `k` has value=\"one\", which is not a finite number"])),
        entry("Duplicate", Command(|place| faulty(place, &[(r#"<parameter id="v""#, r#"<parameter id="c" value="1" constant="true"/><parameter id="v""#)]), 1,
            &["t.xml:18:1: `<parameter>` `c` has an id that is in use already"])),
        entry("Unknown", Command(|place| law(place, "<ci>kon</ci>"), 1,
            &["t.xml:28:62: `<ci>` names `kon`, which is not declared"])),
        entry("SpeciesReference", Command(|place| {
            faulty(place, &[(r#"<speciesReference species="A""#, r#"<speciesReference id="n" species="A""#), (LAW, "<ci>n</ci>")])
        }, 1, &["t.xml:28:62: `<ci>` names the species reference `n`: stoichiometries that vary are not supported"])),
        entry("Number", Command(|place| law(place, "<cn>1.5.2</cn>"), 1,
            &["t.xml:28:62: `<cn>` holds `1.5.2`, which is not a finite number"])),
        entry("Empty", Command(|place| law(place, "<piecewise/>"), 1,
            &["t.xml:28:62: `<piecewise>` is empty"])),
        entry("Arguments", Command(|place| law(place, "<apply><divide/><ci>k</ci></apply>"), 1,
            &["t.xml:28:69: `<divide>` takes 2 arguments, not 1"])),
        entry("Recursion", Command(|place| {
            faulty(place, &[("<ci>a</ci></lambda>", "<apply><ci>f</ci><ci>a</ci></apply></lambda>"), (LAW, "<apply><ci>f</ci><ci>k</ci></apply>")])
        }, 1, &["is defined by itself: f <- f"])),
        entry("TooDeep", Command(|place| {
            let (open, close) = ("<apply><exp/>".repeat(300), "</apply>".repeat(300));
            law(place, &format!("{open}<cn>0</cn>{close}"))
        }, 1, &["is nested more than 200 levels deep, counted with the functions written out"])),
        entry("TooLong", Command(|place| {
            let function = |number: usize| {
                let call = format!("<apply><ci>f{}</ci><ci>a</ci></apply>", number - 1).replace("f0", "f");
                format!("<functionDefinition id=\"f{number}\"><math xmlns=\"http://www.w3.org/1998/Math/MathML\"><lambda><bvar><ci>a</ci></bvar>\
                    <apply><plus/>{call}{call}</apply></lambda></math></functionDefinition>")
            };
            let functions: String = (1..40).map(function).collect();
            faulty(place, &[
                ("</listOfFunctionDefinitions>", &format!("{functions}</listOfFunctionDefinitions>")),
                (LAW, "<apply><ci>f39</ci><ci>k</ci></apply>"),
            ])
        }, 1, &["makes the formulas of the file too long, counted with the functions written out"])),
        entry("NoValue", Command(|place| faulty(place, &[(r#"id="k" value="1""#, r#"id="k""#)]), 1,
            &["t.xml:17:1: `<parameter>` `k` has no value at time 0"])),
        entry("TwoValues", Command(|place| {
            faulty(place, &[(r#"id="A" compartment="c" initialAmount="10""#, r#"id="A" compartment="c" initialAmount="10" initialConcentration="5""#)])
        }, 1, &["t.xml:13:1: `<species>` `A` has more than one value at time 0"])),
        entry("NoSize", Command(|place| faulty(place, &[(r#" size="2""#, ""), (LAW, "<ci>c</ci>")]), 1,
            &["t.xml:28:62: `<ci>` needs the size of compartment `c`, which is not given"])),
        entry("VariableCompartment", Command(|place| {
            let concentration = (
                r#"hasOnlySubstanceUnits="true" boundaryCondition="true""#,
                r#"hasOnlySubstanceUnits="false" boundaryCondition="true""#,
            );
            faulty(place, &[&GROWS[..], &[concentration]].concat())
        }, 1, &["t.xml:21:1: `<rateRule>` `B` sets a concentration in compartment `c`, whose size changes: this is not supported"])),
        entry("SetsConstant", Command(|place| faulty(place, &[(r#"<eventAssignment variable="v">"#, r#"<eventAssignment variable="k">"#)]), 1,
            &["t.xml:35:1: `<eventAssignment>` `k` sets `k`, which is constant"])),
        entry("SetsTwice", Command(|place| {
            let rule = r#"<rateRule variable="B"><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>k</ci></math></rateRule>"#;
            faulty(place, &[("</listOfRules>", &format!("{rule}</listOfRules>"))])
        }, 1, &["t.xml:22:1: `<rateRule>` `B` sets `B` a second time"])),
        entry("RuledSpeciesReacts", Command(|place| faulty(place, &[(r#"<rateRule variable="B">"#, r#"<rateRule variable="A">"#)]), 1,
            &["t.xml:13:1: `<species>` `A` has a rule and takes part in reactions: it needs boundaryCondition=\"true\""])),
        entry("ConstantSpeciesReacts", Command(|place| {
            let to = r#"boundaryCondition="false" constant="true"/>"#;
            faulty(place, &[(r#"boundaryCondition="false" constant="false"/>"#, to)])
        }, 1, &["t.xml:13:1: `<species>` `A` is constant and takes part in reactions: it needs boundaryCondition=\"true\""])),
        entry("Stoichiometry", Command(|place| faulty(place, &[(r#"stoichiometry="1""#, r#"stoichiometry="0.5""#)]), 1,
            &["t.xml:26:1: `<speciesReference>` `A` has the stoichiometry 0.5, which is not a whole number from 0 to 4294967295"])),
        entry("Reversible", Command(|place| {
            let law = "<apply><power/><apply><minus/><ci>A</ci><ci>k</ci></apply><cn>2</cn></apply>";
            faulty(place, &[(r#"reversible="false""#, r#"reversible="true""#), (LAW, law)])
        }, 1, &["t.xml:24:1: `<reaction>` `r` is reversible, and its law cannot be split into one of each direction: write two reactions, or \
            reversible=\"false\" if it has one direction"])),
        entry("SubstanceUnit", Command(|place| {
            faulty(place, &[(r#"kind="item""#, r#"kind="gram""#), (r#"substanceUnits="item" extentUnits="item""#, r#"substanceUnits="u" extentUnits="u""#)])
        }, 1, &["counts in `u`, which is not a multiple of item, mole or dimensionless"])),
        entry("MixedUnits", Command(|place| faulty(place, &[(r#"extentUnits="item""#, r#"extentUnits="mole""#)]), 1,
            &["t.xml:24:1: `<reaction>` `r` counts in other units than its species `A`"])),
        entry("TimeUnit", Command(|place| {
            let level2 = MODEL.replace("level3/version1/core", "level2").replace("level=\"3\"", "level=\"2\"")
                .replace(r#" substanceUnits="item" extentUnits="item" timeUnits="second""#, "")
                .replace(" useValuesFromTriggerTime=\"true\"", " timeUnits=\"hour\"").replace(" initialValue=\"true\" persistent=\"true\"", "")
                .replace(r#"stoichiometry="1" constant="true""#, r#"stoichiometry="1""#);
            simulated(place, &level2)
        }, 1, &["t.xml:32:1: `<event>` has the unit of time `hour`, other than that of the model: this is not supported"])),
        entry("Network", Command(|place| law(place, "<apply><minus/><ci>k</ci><cn>2</cn></apply>"), 1,
            &["t.xml:24:1: `<reaction>` `r`: the rate constant is -1, which is not a finite number of at least 0"])),
    ]
}
