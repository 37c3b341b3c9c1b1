//! Values at the start, units, and concentrations.

use super::*;
use crate::units::MOLE;
use paracrine_kernel::rng;
use paracrine_kernel::simulation::{Method, Simulation};

/// A species with attributes in a compartment with attributes, and its decay.
fn decay(compartment: &str, of_species: &str, model: &str) -> String {
    let species = format!(
        r#"<species id="X" compartment="c" boundaryCondition="false" constant="false" {of_species}/>"#
    );
    let loss = reaction("loss", "X", "", &apply("times", &["0.5", "X"]));
    level3(&(compartments(compartment) + &list("Species", &species) + &list("Reactions", &loss)))
        .replace(r#"substanceUnits="item" extentUnits="item""#, model)
}

const AMOUNT: &str = r#"initialAmount="100" hasOnlySubstanceUnits="true""#;
const CONCENTRATION: &str = r#"initialConcentration="100" hasOnlySubstanceUnits="false""#;

#[test]
fn an_amount_is_read_as_it_stands() {
    let document = read_ok(&decay("", AMOUNT, ""));
    assert_eq!(document.network.initial_amounts(), [100.0]);
    assert_eq!(propensity(&document, "loss", &[]), 50.0);
    assert!(
        document.network.constants().is_empty(),
        "a compartment without a size has no value"
    );
}

#[test]
fn a_concentration_is_an_amount_over_a_size() {
    let document = read_ok(&decay(r#"size="2""#, CONCENTRATION, ""));
    assert_eq!(document.network.initial_amounts(), [200.0]);
    assert_eq!(propensity(&document, "loss", &[]), 50.0);
    assert_eq!(propensity(&document, "loss", &[("X", 20.0)]), 5.0);
    assert!(document.species["X"].is_concentration);
    let mixed = read_ok(&decay(
        r#"size="2""#,
        r#"initialAmount="100" hasOnlySubstanceUnits="false""#,
        "",
    ));
    assert_eq!(mixed.network.initial_amounts(), [100.0]);
    assert_eq!(propensity(&mixed, "loss", &[]), 25.0);
}

#[test]
fn a_concentration_needs_a_size() {
    let fault = Fault::NoSize("c".to_owned());
    let found = faults(&decay("", CONCENTRATION, ""));
    assert_eq!(
        found,
        [
            ("species X".to_owned(), fault.clone()),
            ("ci".to_owned(), fault)
        ]
    );
    let point = read_ok(&decay(r#"spatialDimensions="0""#, CONCENTRATION, ""));
    assert_eq!(point.network.initial_amounts(), [100.0]);
    assert_eq!(propensity(&point, "loss", &[]), 50.0);
}

#[test]
fn moles_become_molecules() {
    let units = r#"substanceUnits="mole" extentUnits="mole""#;
    let species = r#"initialAmount="1e-21" hasOnlySubstanceUnits="true""#;
    let document = read_ok(&decay("", species, units));
    // 602.2 molecules: whole, since a reaction changes them.
    assert_eq!(document.network.initial_amounts(), [602.0]);
    assert_eq!(document.species["X"].molecules_per_unit, MOLE);
    assert!((propensity(&document, "loss", &[("X", 10.0)]) - 5.0).abs() < 1e-12);
    let items = read(&decay("", species, units), Substance::Items).unwrap();
    assert_eq!(items.network.initial_amounts(), [1e-21]);
    assert_eq!(items.species["X"].molecules_per_unit, 1.0);
}

#[test]
fn concentrations_in_moles_become_molecules() {
    let units = r#"substanceUnits="mole" extentUnits="mole""#;
    let species = r#"initialConcentration="1e-9" hasOnlySubstanceUnits="false""#;
    let document = read_ok(&decay(r#"size="1e-12""#, species, units));
    assert_eq!(document.network.initial_amounts(), [602.0]);
    // 0.5 per size and time times concentration, in molecules.
    let expected = 0.5 * 10.0 / 1e-12;
    let found = propensity(&document, "loss", &[("X", 10.0)]);
    assert!((found / expected - 1.0).abs() < 1e-12, "{found}");
}

/// A Level 2 model with the definition of `substance` and an amount of 1.
fn substance(definition: &str) -> String {
    let units = if definition.is_empty() {
        String::new()
    } else {
        let units = list("Units", definition);
        list(
            "UnitDefinitions",
            &format!(r#"<unitDefinition id="substance">{units}</unitDefinition>"#),
        )
    };
    level2(&format!(
        r#"{units}<listOfCompartments><compartment id="c"/></listOfCompartments>
        <listOfSpecies><species id="X" compartment="c" initialAmount="1" hasOnlySubstanceUnits="true"/></listOfSpecies>"#
    ))
}

#[test]
fn units_of_level_2_have_defaults() {
    for (definition, molecules) in [
        ("", MOLE),
        (r#"<unit kind="item"/>"#, 1.0),
        (r#"<unit kind="dimensionless"/>"#, 1.0),
        (r#"<unit kind="mole" scale="-9"/>"#, MOLE * 1e-9),
        (r#"<unit kind="item" multiplier="1000"/>"#, 1000.0),
        (
            r#"<unit kind="mole" multiplier="2" scale="-3" offset="0"/>"#,
            MOLE * 2e-3,
        ),
        (
            r#"<unit kind="item"/><unit kind="dimensionless" multiplier="7"/>"#,
            7.0,
        ),
    ] {
        let document = read_ok(&substance(definition));
        let found = document.species["X"].molecules_per_unit;
        assert!(
            (found / molecules - 1.0).abs() < 1e-14,
            "{definition}: {found}"
        );
        assert!((document.network.initial_amounts()[0] / molecules - 1.0).abs() < 1e-14);
    }
    for (definition, place) in [
        (r#"<unit kind="gram"/>"#, "species X"),
        (r#"<unit kind="mole" exponent="2"/>"#, "species X"),
        (r#"<unit kind="mole" exponent="0.5"/>"#, "unit"),
        (r#"<unit kind="mole" offset="3"/>"#, "unit"),
        (r#"<unit kind="item" multiplier="0"/>"#, "species X"),
        (r#"<unit/>"#, "unit"),
        (r#"<unit kind="mole" scale="1e9"/>"#, "unit"),
    ] {
        assert_eq!(fault(&substance(definition)).0, place, "{definition}");
        assert!(read(&substance(definition), Substance::Items).is_ok());
    }
}

#[test]
fn the_unit_of_time_has_a_name() {
    let of = |kind: &str| {
        let unit = format!(
            r#"<unitDefinition id="time" name="epoch"><listOfUnits>{kind}</listOfUnits></unitDefinition>"#
        );
        read_ok(&level2(&list("UnitDefinitions", &unit)))
            .time_unit
            .unwrap()
    };
    assert_eq!(of(r#"<unit kind="second" multiplier="60"/>"#), "minute");
    assert_eq!(
        of(r#"<unit kind="second" multiplier="36" scale="2"/>"#),
        "hour"
    );
    assert_eq!(of(r#"<unit kind="second" multiplier="17"/>"#), "epoch");
    assert_eq!(read_ok(&level2("")).time_unit.as_deref(), Some("second"));
    let none = level3("").replace(r#"timeUnits="second""#, "");
    assert_eq!(read_ok(&none).time_unit, None);
}

#[test]
fn species_and_extent_count_alike() {
    let units = r#"substanceUnits="mole" extentUnits="item""#;
    let (place, found) = fault(&decay("", AMOUNT, units));
    assert_eq!(
        (place.as_str(), found),
        ("reaction loss", Fault::MixedUnits("X".to_owned()))
    );
    // Where the file does not say in what firings are counted, it is what the species count in.
    let document = read_ok(&decay("", AMOUNT, r#"substanceUnits="mole""#));
    assert!((propensity(&document, "loss", &[("X", 10.0)]) - 5.0).abs() < 1e-12);
}

fn assigned(symbol: &str, formula: &str, concentration: bool) -> String {
    let species = format!(
        r#"<species id="X" compartment="c" hasOnlySubstanceUnits="{}" boundaryCondition="false" constant="false"/>"#,
        !concentration
    );
    level3(
        &(compartments(r#"size="4""#)
            + &list("Species", &species)
            + &list("Parameters", &parameter("k", 5.0, true))
            + &list(
                "InitialAssignments",
                &format!(
                    r#"<initialAssignment symbol="{symbol}">{}</initialAssignment>"#,
                    math(formula)
                ),
            )),
    )
}

#[test]
fn initial_assignments_give_values() {
    let formula = apply("times", &["2", "k"]);
    assert_eq!(
        read_ok(&assigned("X", &formula, false))
            .network
            .initial_amounts(),
        [10.0]
    );
    assert_eq!(
        read_ok(&assigned("X", &formula, true))
            .network
            .initial_amounts(),
        [40.0]
    );
    let cycle = assigned("X", &apply("plus", &["1", "X"]), true);
    assert!(matches!(fault(&cycle), (place, Fault::Network(_)) if place == "species X"));
}

#[test]
fn what_has_no_value_is_named() {
    assert_eq!(
        faults(&assigned("k", "<cn>1</cn>", true)),
        [("species X".to_owned(), Fault::NoValue)]
    );
    let parameters = list("Parameters", r#"<parameter id="k" constant="true"/>"#);
    assert_eq!(
        fault(&level3(&parameters)),
        ("parameter k".to_owned(), Fault::NoValue)
    );
    let both = decay(
        r#"size="1""#,
        &format!(r#"{AMOUNT} initialConcentration="2""#),
        "",
    );
    assert_eq!(fault(&both).1, Fault::TwoValues);
    let (place, found) = fault(&decay("", &AMOUNT.replace("100", "-1"), ""));
    assert_eq!(place, "species X");
    assert!(matches!(found, Fault::Network(_)), "{found:?}");
}

/// A species that a rule sets, in a compartment that may have a rule too.
fn ruled(rule: &str, concentration: bool, boundary: bool, second: &str) -> String {
    let species = format!(
        r#"<species id="X" compartment="c" initialAmount="8" hasOnlySubstanceUnits="{}" boundaryCondition="{boundary}" constant="false"/>"#,
        !concentration
    );
    let rule = format!(r#"<{rule} variable="X">{}</{rule}>"#, math("<ci>k</ci>"));
    level3(
        &(list(
            "Compartments",
            r#"<compartment id="c" size="4" constant="false"/>"#,
        ) + &list("Species", &species)
            + &list("Parameters", &parameter("k", 5.0, true))
            + &list("Rules", &(rule + second))),
    )
}

#[test]
fn rules_for_concentrations_set_amounts() {
    let amount = |text: &str| read_ok(text).network.initial_amounts()[0];
    assert_eq!(amount(&ruled("assignmentRule", false, true, "")), 5.0);
    assert_eq!(amount(&ruled("assignmentRule", true, true, "")), 20.0);
    assert_eq!(amount(&ruled("rateRule", true, true, "")), 8.0);
    let grows = format!(
        r#"<rateRule variable="c">{}</rateRule>"#,
        math("<cn>1</cn>")
    );
    assert_eq!(amount(&ruled("assignmentRule", true, true, &grows)), 20.0);
    assert_eq!(amount(&ruled("rateRule", false, true, &grows)), 8.0);
    let (place, found) = fault(&ruled("rateRule", true, true, &grows));
    let expected = Fault::VariableCompartment("c".to_owned());
    assert_eq!((place.as_str(), found), ("rateRule X", expected));
}

/// The derivative of 5 per size and time, in a compartment of size 4.
#[test]
fn amounts_follow_the_rates_of_concentrations() {
    let document = read_ok(&ruled("rateRule", true, true, ""));
    let method = Method::Ode {
        relative: 1e-9,
        absolute: 1e-9,
    };
    let simulation = Simulation::new(&document.network, method).unwrap();
    let mut trajectory = simulation.start(rng::trajectory(1, 0));
    trajectory.run_to(2.0).unwrap();
    let found = trajectory.state().values()[0];
    assert!((found - 48.0).abs() < 1e-6, "{found}");
}

#[test]
fn only_boundary_species_have_rules_and_react() {
    let loss = list("Reactions", &reaction("loss", "X", "", "<cn>1</cn>"));
    let with = |boundary| {
        ruled("assignmentRule", false, boundary, "").replace("</model>", &format!("{loss}</model>"))
    };
    assert!(read(&with(true), Substance::AsDeclared).is_ok());
    assert_eq!(
        fault(&with(false)),
        ("species X".to_owned(), Fault::RuledSpeciesReacts)
    );
    let constant =
        decay("", AMOUNT, "").replace(r#"constant="false" initial"#, r#"constant="true" initial"#);
    assert_eq!(fault(&constant).1, Fault::ConstantSpeciesReacts);
}
