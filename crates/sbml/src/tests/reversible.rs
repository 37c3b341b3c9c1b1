//! Reversible reactions.

use super::*;

fn model(reactants: &str, products: &str, law: &str) -> String {
    let species = ["A", "B", "C", "E"].map(|id| species(id, 10.0)).concat();
    let parameters = [("k", 2.0), ("h", 3.0), ("f", 0.25)];
    let parameters = parameters
        .map(|(id, value)| parameter(id, value, true))
        .concat();
    level3(
        &(compartments(r#"size="2""#)
            + &list("Species", &species)
            + &list("Parameters", &parameters)
            + &list("Reactions", &directed("r", true, reactants, products, law))),
    )
}

fn both(reactants: &str, products: &str, law: &str) -> (f64, f64) {
    let document = read_ok(&model(reactants, products, law));
    let at = [("A", 5.0), ("B", 7.0), ("C", 11.0), ("E", 13.0)];
    (
        propensity(&document, "r", &at),
        propensity(&document, "r (reverse)", &at),
    )
}

#[test]
fn differences_become_two_channels() {
    let forward = apply("times", &["k", "A"]);
    let backward = apply("times", &["h", "B"]);
    let difference = apply("minus", &[&forward, &backward]);
    assert_eq!(both("A", "B", &difference), (10.0, 21.0));
    let scaled = apply("times", &["c", &difference]);
    assert_eq!(both("A", "B", &scaled), (20.0, 42.0));
    let catalysed = apply("times", &["E", &difference, "f"]);
    assert_eq!(
        both("A", "B", &catalysed),
        (10.0 * 13.0 / 4.0, 21.0 * 13.0 / 4.0)
    );
    let saturated = apply("divide", &[&difference, &apply("plus", &["1", "A"])]);
    assert_eq!(both("A", "B", &saturated), (10.0 / 6.0, 21.0 / 6.0));
    let negative = apply("times", &["-1", &backward]);
    assert_eq!(
        both("A", "B", &apply("plus", &[&forward, &negative])),
        (10.0, 21.0)
    );
    let negative = apply("times", &[&apply("minus", &["h"]), "B"]);
    assert_eq!(
        both("A", "B", &apply("plus", &[&negative, &forward])),
        (10.0, 21.0)
    );
    let twice = apply("minus", &[&difference, &apply("times", &["f", "B"])]);
    assert_eq!(both("A", "B", &twice), (10.0, 22.75));
    assert_eq!(
        both("A", "", &apply("minus", &[&forward, "h"])),
        (10.0, 3.0)
    );
    let pair = apply("times", &["h", "B", "C"]);
    assert_eq!(
        both("A", "B C", &apply("minus", &[&forward, &pair])),
        (10.0, 231.0)
    );
}

#[test]
fn the_reverse_channel_runs_backward() {
    let law = apply("minus", &["A", "B"]);
    let document = read_ok(&model("A", "B", &law));
    let network = &document.network;
    let back = network.find_channel("r (reverse)").unwrap();
    let change: Vec<_> = network
        .net_change(back)
        .map(|(species, change)| (network.species_name(species), change))
        .collect();
    assert_eq!(change, [("A", 1), ("B", -1)]);
}

#[test]
fn functions_are_looked_into() {
    let law = r#"<apply><ci>net</ci><ci>A</ci><ci>B</ci></apply>"#;
    let lambda = format!(
        "<lambda><bvar><ci>a</ci></bvar><bvar><ci>b</ci></bvar>{}</lambda>",
        apply("minus", &["a", "b"])
    );
    let function = format!(
        r#"<functionDefinition id="net">{}</functionDefinition>"#,
        math(&lambda)
    );
    let text = model("A", "B", law);
    let text = text.replace(
        "<listOfCompartments>",
        &(list("FunctionDefinitions", &function) + "<listOfCompartments>"),
    );
    assert_eq!(read_ok(&text).network.channels().len(), 2);
}

#[test]
fn without_a_difference_there_is_one_direction() {
    for law in [
        apply("times", &["k", "A"]),
        apply("times", &["k", "A", &apply("minus", &["1", "f"])]),
        apply("exp", &[&apply("minus", &["A"])]),
    ] {
        assert_eq!(
            read_ok(&model("A", "B", &law)).network.channels().len(),
            1,
            "{law}"
        );
    }
}

/// Smallest fault seen: `P (P - 1)` taken for `P P` forward and `P` backward.
#[test]
fn other_differences_are_refused() {
    let pairs = apply("times", &["A", &apply("minus", &["A", "1"])]);
    let square = apply("times", &["A", "A"]);
    for law in [
        pairs.clone(),
        apply("times", &["k", &apply("minus", &[&square, "A"])]),
        apply("minus", &["A", &apply("times", &["h", "C"])]),
        apply("minus", &["A", &apply("plus", &["B", "h"])]),
        apply("power", &[&apply("minus", &["A", "B"]), "2"]),
        apply("minus", &["B"]),
        apply("times", &["A", &apply("minus", &["A", "B"])]),
    ] {
        let (place, found) = fault(&model("A A", "B", &law));
        assert_eq!(
            (place.as_str(), found),
            ("reaction r", Fault::Reversible),
            "{law}"
        );
        let text = model("A A", "B", &law).replace(r#"reversible="true""#, r#"reversible="false""#);
        assert_eq!(read_ok(&text).network.channels().len(), 1);
    }
}

#[test]
fn long_sums_are_refused() {
    let terms = vec!["A"; 100];
    let law = apply("minus", &[&apply("plus", &terms), "B"]);
    assert_eq!(fault(&model("A", "B", &law)).1, Fault::Reversible);
}
