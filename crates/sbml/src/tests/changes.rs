//! Other values at time 0.

use super::*;
use crate::read_changed;
use crate::units::MOLE;

/// Amounts, concentrations, initial assignments and rules that depend on each other.
fn model() -> String {
    let one = |id: &str, attributes: &str| {
        format!(
            r#"<species id="{id}" compartment="c" boundaryCondition="false" constant="false" {attributes}/>"#
        )
    };
    let of_species = one("A", r#"initialAmount="10" hasOnlySubstanceUnits="true""#)
        + &one(
            "B",
            r#"initialConcentration="3" hasOnlySubstanceUnits="false""#,
        )
        + &one("C", r#"initialAmount="5" hasOnlySubstanceUnits="false""#)
        + &one("D", r#"hasOnlySubstanceUnits="false""#);
    let assign = |id: &str, law: &str| {
        format!(
            r#"<initialAssignment symbol="{id}">{}</initialAssignment>"#,
            math(law)
        )
    };
    let rule = format!(
        r#"<assignmentRule variable="total">{}</assignmentRule>"#,
        math(&apply("plus", &["A", "k"]))
    );
    let loss = reaction("loss", "A B C D", "", &apply("times", &["k", "A", "local"])).replace(
        "</kineticLaw>",
        r#"<listOfLocalParameters><localParameter id="local" value="4"/></listOfLocalParameters></kineticLaw>"#,
    );
    level3(
        &(compartments(r#"size="2""#)
            + &list("Species", &of_species)
            + &list(
                "Parameters",
                &(parameter("k", 1.0, true)
                    + &parameter("twice", 0.0, true)
                    + r#"<parameter id="unknown" constant="true"/>"#
                    + &parameter("total", 0.0, false)),
            )
            + &list(
                "InitialAssignments",
                &(assign("D", &apply("times", &["k", "6"]))
                    + &assign("twice", &apply("times", &["k", "2"]))
                    + &assign("unknown", &apply("times", &["twice", "c"]))),
            )
            + &list("Rules", &rule)
            + &list("Reactions", &loss)),
    )
}

fn changed(changes: &[(&str, f64)]) -> Document {
    let changes: Vec<_> = changes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect();
    read_changed(&model(), Substance::AsDeclared, &changes).unwrap()
}

#[test]
fn what_depends_on_a_changed_value_follows() {
    let document = changed(&[]);
    assert_eq!(document.network.initial_amounts(), [10.0, 6.0, 5.0, 12.0]);
    assert_eq!(constant(&document, "unknown"), 4.0);
    assert_eq!(propensity(&document, "loss", &[]), 40.0);
    let document = changed(&[("k", 3.0)]);
    assert_eq!(document.network.initial_amounts(), [10.0, 6.0, 5.0, 36.0]);
    assert_eq!(constant(&document, "twice"), 6.0);
    assert_eq!(constant(&document, "unknown"), 12.0);
    assert_eq!(propensity(&document, "loss", &[]), 120.0);
    // The last of several.
    assert_eq!(constant(&changed(&[("k", 3.0), ("k", 5.0)]), "twice"), 10.0);
    let document = changed(&[("loss.local", 0.5)]);
    assert_eq!(propensity(&document, "loss", &[]), 5.0);
}

/// Smallest fault seen: a concentration that is taken for an amount.
#[test]
fn a_species_is_changed_in_the_unit_of_its_value() {
    let amounts = |changes| changed(changes).network.initial_amounts().to_vec();
    let to_seven = [("A", 7.0), ("B", 7.0), ("C", 7.0), ("D", 7.0)];
    assert_eq!(amounts(&to_seven), [7.0, 14.0, 7.0, 14.0]);
    assert_eq!(amounts(&[("c", 4.0)]), [10.0, 12.0, 5.0, 24.0]);
    let moles = model().replace("item", "mole");
    let document = read_changed(&moles, Substance::AsDeclared, &[("A".to_owned(), 1e-20)]);
    assert_eq!(
        document.unwrap().network.initial_amounts()[0],
        (1e-20 * MOLE).round()
    );
}

#[test]
fn an_initial_assignment_gives_way() {
    let document = changed(&[("twice", 7.0)]);
    assert_eq!(constant(&document, "twice"), 7.0);
    assert_eq!(constant(&document, "unknown"), 14.0);
    assert_eq!(constant(&changed(&[("unknown", 9.0)]), "unknown"), 9.0);
}

#[test]
fn a_value_that_the_file_lacks_can_be_given() {
    let text = level3(
        &(compartments("")
            + &list(
                "Species",
                r#"<species id="X" compartment="c" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>"#,
            )
            + &list("Parameters", r#"<parameter id="k" constant="true"/>"#)),
    );
    assert!(read(&text, Substance::AsDeclared).is_err());
    let changes =
        [("X", 3.0), ("k", 1.0), ("c", 2.0)].map(|(name, value)| (name.to_owned(), value));
    let document = read_changed(&text, Substance::AsDeclared, &changes).unwrap();
    assert_eq!(document.network.initial_amounts(), [6.0]);
}

#[test]
fn what_can_be_changed_is_listed() {
    let document = changed(&[]);
    let expected = [
        "c",
        "A",
        "B",
        "C",
        "D",
        "k",
        "twice",
        "unknown",
        "total",
        "loss.local",
    ];
    assert_eq!(document.changeable, expected);
    assert_eq!(document.determined, ["total"]);
}
