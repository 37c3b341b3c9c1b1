//! Reactions: stoichiometry, laws, local parameters, rates as values.

use super::*;

fn network(reactions: &str) -> String {
    let three = ["A", "B", "E"].map(|id| species(id, 10.0)).concat();
    let pool = species("P", 1.0).replace(
        r#"boundaryCondition="false""#,
        r#"boundaryCondition="true""#,
    );
    level3(
        &(compartments("")
            + &list("Species", &(three + &pool))
            + &list("Parameters", &parameter("k", 0.5, true))
            + &list("Reactions", reactions)),
    )
}

/// Names with numbers of molecules.
type Molecules<T> = Vec<(String, T)>;

/// Stoichiometries of a channel: reactants, and net change.
fn channel(text: &str, name: &str) -> (Molecules<u32>, Molecules<i64>) {
    let document = read_ok(text);
    let network = &document.network;
    let id = network.find_channel(name).unwrap();
    let name = |species| network.species_name(species).to_owned();
    let reactants = network
        .reactants(id)
        .iter()
        .map(|(species, number)| (name(*species), *number));
    let change = network
        .net_change(id)
        .map(|(species, change)| (name(species), change));
    (reactants.collect(), change.collect())
}

#[test]
fn repeated_species_add_up() {
    let text = network(&reaction("r", "A A E", "B E", "<ci>k</ci>"));
    let (reactants, change) = channel(&text, "r");
    assert_eq!(reactants, [("A".to_owned(), 2), ("E".to_owned(), 1)]);
    assert_eq!(change, [("A".to_owned(), -2), ("B".to_owned(), 1)]);
}

#[test]
fn the_law_is_the_propensity() {
    let pairs = apply("minus", &["A", "1"]);
    let law = apply("divide", &[&apply("times", &["k", "A", &pairs]), "2"]);
    let document = read_ok(&network(&reaction("r", "A A", "B", &law)));
    assert_eq!(propensity(&document, "r", &[]), 22.5);
    assert_eq!(propensity(&document, "r", &[("A", 1.0)]), 0.0);
}

#[test]
fn boundary_species_do_not_change() {
    let text = network(&reaction("r", "P A", "B", &apply("times", &["P", "A"])));
    assert_eq!(
        channel(&text, "r").1,
        [("A".to_owned(), -1), ("B".to_owned(), 1)]
    );
}

#[test]
fn what_changes_nothing_has_no_channel() {
    let text = network(
        &(reaction("r", "A E", "E A", "<ci>k</ci>") + &reaction("s", "A", "", "<ci>k</ci>")),
    );
    let document = read_ok(&text);
    assert_eq!(document.network.channels().len(), 1);
    assert!(document.network.find_channel("s").is_some());
}

/// A reaction of Level 2 with a given reference and law.
fn level2_reaction(reference: &str, law: &str) -> String {
    level2(&format!(
        r#"<listOfCompartments><compartment id="c"/></listOfCompartments>
        <listOfSpecies><species id="A" compartment="c" initialAmount="10" hasOnlySubstanceUnits="true"/></listOfSpecies>
        <listOfParameters><parameter id="k" value="0.5"/></listOfParameters>
        <listOfReactions><reaction id="r"><listOfProducts>{reference}</listOfProducts>
        <kineticLaw>{law}</kineticLaw></reaction></listOfReactions>"#
    ))
}

fn reference(attributes: &str, content: &str) -> String {
    format!(r#"<speciesReference species="A" {attributes}>{content}</speciesReference>"#)
}

#[test]
fn stoichiometries_are_whole() {
    let number = |reference: &str| {
        let text = level2_reaction(reference, &math("<ci>k</ci>"));
        let document = read(&text, Substance::Items).unwrap();
        let network = &document.network;
        network
            .net_change(network.find_channel("r").unwrap())
            .next()
            .unwrap()
            .1
    };
    assert_eq!(number(&reference("", "")), 1);
    assert_eq!(number(&reference(r#"stoichiometry="3""#, "")), 3);
    assert_eq!(number(&reference(r#"stoichiometry="2.0""#, "")), 2);
    let formula =
        |content: &str| format!("<stoichiometryMath>{}</stoichiometryMath>", math(content));
    assert_eq!(number(&reference("", &formula("<cn>4</cn>"))), 4);
    assert_eq!(
        number(&reference("", &formula(&apply("times", &["2", "3"])))),
        6
    );
    for (reference, place) in [
        (
            reference(r#"stoichiometry="0.5""#, ""),
            "speciesReference A",
        ),
        (reference(r#"stoichiometry="-1""#, ""), "speciesReference A"),
        (
            reference(r#"stoichiometry="1e10""#, ""),
            "speciesReference A",
        ),
        (
            reference(r#"stoichiometry="4294967295""#, "").repeat(2),
            "speciesReference A",
        ),
        (reference("", &formula("<ci>k</ci>")), "stoichiometryMath"),
        (
            reference("", &formula("<cn>0.5</cn>")),
            "speciesReference A",
        ),
        (
            reference(r#"stoichiometry="1""#, &formula("<cn>1</cn>")),
            "stoichiometryMath",
        ),
    ] {
        let found = fault(&level2_reaction(&reference, &math("<ci>k</ci>")));
        assert_eq!(found.0, place, "{found:?}");
    }
    let none = network(&reaction("r", "A", "", "<ci>k</ci>")).replace(r#" stoichiometry="1""#, "");
    assert_eq!(fault(&none).1, Fault::MissingAttribute("stoichiometry"));
}

#[test]
fn local_parameters_hide_global_ones() {
    let law = math("<ci>k</ci>");
    let local = r#"<listOfParameters><parameter id="k" value="5"/></listOfParameters>"#;
    let reference = reference("", "");
    let two = read(
        &level2_reaction(&reference, &format!("{law}{local}")),
        Substance::Items,
    );
    assert_eq!(propensity(&two.unwrap(), "r", &[]), 5.0);
    let local = r#"<listOfLocalParameters><localParameter id="k" value="7"/></listOfLocalParameters></kineticLaw>"#;
    let three = network(&reaction("r", "A", "", "<ci>k</ci>")).replace("</kineticLaw>", local);
    assert_eq!(propensity(&read_ok(&three), "r", &[]), 7.0);
    let twice = local.replace("/></list", r#"/><localParameter id="k" value="1"/></list"#);
    let (place, found) = fault(&three.replace(local, &twice));
    assert_eq!(
        (place.as_str(), found),
        ("localParameter k", Fault::Duplicate)
    );
    let (_, found) = fault(&three.replace(r#"value="7""#, ""));
    assert_eq!(found, Fault::NoValue);
}

#[test]
fn the_id_of_a_reaction_is_its_rate() {
    let first = reaction("r", "A", "", &apply("times", &["k", "A"]));
    let second = reaction("s", "B", "", &apply("times", &["3", "r"]));
    let document = read_ok(&network(&(first + &second)));
    assert_eq!(propensity(&document, "s", &[("A", 4.0)]), 6.0);
    let first = reaction("r", "A", "", "<ci>s</ci>");
    let second = reaction("s", "B", "", "<ci>r</ci>");
    let found = fault_of_each(&network(&(first + &second)));
    assert_eq!(
        found,
        [["r", "s", "r"], ["s", "r", "s"]].map(|path| path.map(str::to_owned).to_vec())
    );
}

fn fault_of_each(text: &str) -> Vec<Vec<String>> {
    let path = |(_, fault)| match fault {
        Fault::Recursion(path) => path,
        other => panic!("{other:?}"),
    };
    let mut paths: Vec<_> = faults(text).into_iter().map(path).collect();
    paths.sort();
    paths
}

#[test]
fn faults_of_the_network_have_lines() {
    let text = network(&reaction("r", "A", "", &apply("minus", &["k", "2"])));
    let errors = read(&text, Substance::AsDeclared).unwrap_err();
    assert_eq!(errors.0.len(), 1);
    let message = errors.to_string();
    assert!(message.starts_with("line 2, column "), "{message}");
    assert!(
        message.contains("`<reaction>` `r`: the rate constant is -1.5"),
        "{message}"
    );
}
