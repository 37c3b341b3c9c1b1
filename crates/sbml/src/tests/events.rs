//! Events.

use super::*;
use paracrine_kernel::rng;
use paracrine_kernel::simulation::{Method, Simulation};

/// An event that sets `X`, a concentration in `c`, and what else is given.
fn model(attributes: &str, trigger: &str, parts: &str, sets: &str) -> String {
    let species = r#"<species id="X" compartment="c" initialConcentration="10" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>"#;
    let condition = apply("gt", &["X", "5"]);
    let event = format!(
        r#"<event {attributes}><trigger {trigger}>{}</trigger>{parts}{}</event>"#,
        math(&condition),
        list("EventAssignments", sets)
    );
    level3(
        &(list(
            "Compartments",
            r#"<compartment id="c" size="2" constant="false"/>"#,
        ) + &list("Species", species)
            + &list(
                "Parameters",
                &(parameter("k", 3.0, false) + &parameter("fixed", 3.0, true)),
            )
            + &list("Events", &event)),
    )
}

const TRIGGER: &str = r#"initialValue="false" persistent="true""#;
const LATE: &str = r#"useValuesFromTriggerTime="true""#;

fn set(variable: &str, formula: &str) -> String {
    format!(
        r#"<eventAssignment variable="{variable}">{}</eventAssignment>"#,
        math(formula)
    )
}

fn delay() -> String {
    format!("<delay>{}</delay>", math("<ci>k</ci>"))
}

#[test]
fn events_are_read() {
    let sets = set("X", "<cn>4</cn>") + &set("k", "<ci>X</ci>");
    let document = read_ok(&model(
        &format!(r#"id="e" name="an event" {LATE}"#),
        TRIGGER,
        &delay(),
        &sets,
    ));
    assert_eq!(document.names["e"], "an event");
    // k is set, so it is not a constant.
    assert_eq!(document.network.quantities(), ["X", "k"]);
}

/// The values at a time.
fn after(document: &Document, time: f64) -> Vec<f64> {
    let simulation = Simulation::new(&document.network, Method::Direct).unwrap();
    let mut trajectory = simulation.start(rng::trajectory(1, 0));
    trajectory.run_to(time).unwrap();
    trajectory.state().values().to_vec()
}

#[test]
fn attributes_of_events_are_needed_in_level_3() {
    let sets = set("k", "<cn>4</cn>");
    for (attributes, trigger, missing) in [
        ("", TRIGGER, "useValuesFromTriggerTime"),
        (LATE, r#"persistent="true""#, "initialValue"),
        (LATE, r#"initialValue="true""#, "persistent"),
    ] {
        assert_eq!(
            fault(&model(attributes, trigger, "", &sets)).1,
            Fault::MissingAttribute(missing)
        );
    }
    let level2 = level2(&format!(
        r#"<listOfParameters><parameter id="k" value="1" constant="false"/></listOfParameters>
        <listOfEvents><event><trigger>{}</trigger>{}</event></listOfEvents>"#,
        math(&apply("gt", &["k", "5"])),
        list("EventAssignments", &sets)
    ));
    assert!(read(&level2, Substance::AsDeclared).is_ok());
    let foreign = level2.replace("<event>", r#"<event timeUnits="hour">"#);
    assert_eq!(fault(&foreign).1, Fault::TimeUnit("hour".to_owned()));
}

#[test]
fn faults_of_events_are_named() {
    for (parts, sets, place, expected) in [
        (
            "<priority/>".to_owned(),
            set("k", "<cn>1</cn>"),
            "priority",
            Fault::Unsupported,
        ),
        (
            String::new(),
            set("fixed", "<cn>1</cn>"),
            "eventAssignment fixed",
            Fault::SetsConstant("fixed".to_owned()),
        ),
        (
            String::new(),
            set("k", "<cn>1</cn>").repeat(2),
            "eventAssignment k",
            Fault::SetsTwice("k".to_owned()),
        ),
        (
            String::new(),
            set("none", "<cn>1</cn>"),
            "eventAssignment none",
            Fault::Unknown {
                name: "none".to_owned(),
                expected: "a species, parameter or compartment",
            },
        ),
        (
            "<delay/>".to_owned(),
            String::new(),
            "delay",
            Fault::MissingElement("math"),
        ),
    ] {
        assert_eq!(
            fault(&model(LATE, TRIGGER, &parts, &sets)),
            (place.to_owned(), expected)
        );
    }
    let text = model(LATE, TRIGGER, "", "");
    let start = text.find("<trigger").unwrap();
    let end = text.find("</trigger>").unwrap() + "</trigger>".len();
    let without = format!("{}{}", &text[..start], &text[end..]);
    assert_eq!(fault(&without).1, Fault::MissingElement("trigger"));
}

#[test]
fn a_concentration_set_with_its_compartment_uses_the_new_size() {
    let both = set("X", "<cn>4</cn>") + &set("c", "<cn>3</cn>");
    let document = read_ok(&model(LATE, TRIGGER, &delay(), &both));
    assert_eq!(after(&document, 2.9), [20.0, 2.0]);
    assert_eq!(after(&document, 3.1), [12.0, 3.0]);
    // Without, the size at the end of the delay is not known when the values are computed.
    let other = format!(
        r#"</event><event {LATE}><trigger {TRIGGER}>{}</trigger>{}</event>"#,
        math("<true/>"),
        list("EventAssignments", &set("c", "<cn>3</cn>"))
    );
    let text = model(LATE, TRIGGER, &delay(), &set("X", "<cn>4</cn>")).replace("</event>", &other);
    let (place, found) = fault(&text);
    let expected = Fault::VariableCompartment("c".to_owned());
    assert_eq!((place.as_str(), found), ("eventAssignment X", expected));
}
