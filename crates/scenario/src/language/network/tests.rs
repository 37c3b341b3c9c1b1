use super::*;
use crate::language::spans::line_and_column;
use paracrine_kernel::network::Network;

const SMALL: &str = r#"(
    title: "small",
    time_unit: "h",
    parameters: { "k1": 6, "k2": 2, "K": "k1 / k2", "clock": 0.0 },
    compartments: { "cell": 1.0 },
    species: { "gene": 1, "protein": "2 * k1", "A": 10, "D": 0, "B": 0, "C": 5.5 },
    boundary: ["B"],
    constant: ["C"],
    channels: [
        (name: "make", reaction: "gene -> gene + protein", propensity: "50 * K / (K + protein)"),
        (name: "lose", reaction: "protein ->", rate: 1.0),
        (name: "dimerise", reaction: "2 A -> D", rate: "0.001 * cell"),
        (reaction: "C  -> B + A", rate: 0.5),
    ],
    rules: [
        (quantity: "total", is: "A + 2 * D"),
        (quantity: "clock", derivative: "1"),
    ],
    events: [(name: "reset", when: "time >= 25 and total > 3", set: { "A": 50, "B": "B + 1" }, after: 2)],
    run: (until: 50, points: 10, replicates: 100, seed: 3, method: "direct", epsilon: 0.03),
    expect: [
        (quantity: "A", at: 5, mean: 8.16, sd: 2, tolerance: 0.02, source: "none"),
        (quantity: "A < 9", at: 5, probability: 0.5),
        (quantity: "total", at: 50, ode: 7),
    ],
)"#;

const METHODS: &[&str] = &["auto", "direct", "tree"];

fn read(text: &str) -> Result<NetworkFile, Faults> {
    parse_network("n.ron", text, METHODS, &[])
}

fn names(network: &Network) -> Vec<&str> {
    network.quantities().iter().map(String::as_str).collect()
}

#[test]
fn a_network_is_read_in_the_order_of_the_file() {
    let file = read(SMALL).unwrap();
    let network = &file.network;
    assert_eq!(
        names(network),
        ["gene", "protein", "A", "D", "B", "C", "clock", "total"]
    );
    assert_eq!(network.initial_amounts(), [1.0, 12.0, 10.0, 0.0, 0.0, 5.5]);
    let channels: Vec<&str> = network
        .channels()
        .map(|id| network.channel_name(id))
        .collect();
    assert_eq!(channels, ["make", "lose", "dimerise", "C -> B + A"]);
    let propensity = |name: &str| {
        let values = [1.0, 3.0, 10.0, 0.0, 0.0, 5.5, 0.0, 0.0];
        network.propensity(network.find_channel(name).unwrap(), &values, 0.0)
    };
    assert_eq!(propensity("make"), 25.0);
    assert!(
        (propensity("dimerise") - 0.09).abs() < 1e-12,
        "falling factorial"
    );
    assert_eq!(propensity("C -> B + A"), 2.75);
    assert_eq!(
        file.run,
        NetworkRun {
            until: Some(50.0),
            points: Some(10),
            replicates: Some(100),
            seed: Some(3),
            method: Some("direct".into()),
            epsilon: Some(0.03),
            tau: None,
            firing_limit: None,
        }
    );
    let checks: Vec<_> = file
        .expectations
        .iter()
        .map(|e| (e.quantity.as_str(), e.statistic.name(), e.value))
        .collect();
    assert_eq!(
        checks,
        [
            ("A", "mean", 8.16),
            ("A", "sd", 2.0),
            ("A < 9", "probability", 0.5),
            ("total", "ode", 7.0)
        ]
    );
}

#[test]
fn values_can_be_replaced() {
    let changes = [
        ("k2".to_owned(), 3.0),
        ("A".to_owned(), 4.0),
        ("other".to_owned(), 1.0),
    ];
    let file = parse_network("n.ron", SMALL, METHODS, &changes).unwrap();
    assert_eq!(file.network.initial_amounts()[2], 4.0);
    let constants = file.network.constants();
    assert!(constants.contains(&("K".to_owned(), 2.0)), "{constants:?}");
}

/// A text wrong in one place: what stands in the small network, what stands there instead, the piece at which the
/// report must point (found after the change), what it says was found, part of what it expected, the name it proposes.
type Faulty = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

#[rustfmt::skip]
const FAULTY: &[Faulty] = &[
    ("title:", "titel:", "titel", "the unknown key `titel`", "`title`", Some("title")),
    ("\"k1\": 6", "\"k1\": \"six\"", "six", "`six`", "a species, parameter or compartment", None),
    ("\"k1\": 6", "\"k1\": true", "true", "`true`", "a number, or a formula", None),
    ("\"k1\": 6", "\"k1\": 1e999", "1e999", "the number 1e999", "a value: a number", None),
    ("\"k1\": 6", "\"k1\": \"6 *\"", "\", \"k2\"", "the end", "a number, a name", None),
    ("\"k1 / k2\"", "\"k1 / k22\"", "k22", "`k22`", "a species, parameter", Some("k2")),
    ("\"k1 / k2\"", "\"k1 / * k2\"", "* k2", "`*`", "a number, a name", None),
    ("\"k1 / k2\"", "\"K + 1\"", "\"K + 1\"", "a definition by itself: K <- K", "a formula of other", None),
    ("\"k2\": 2", "\"k1\": 2", "\"k1\": 2", "`k1`, which is a parameter already", "each name once", None),
    ("\"cell\": 1.0", "\"A\": 1.0", "\"A\": 1.0", "`A`, which is a species already", "each name once", None),
    ("\"cell\": 1.0", "\"cell\": -1.0", "-1.0", "the value -1", "a finite number of at least 0", None),
    ("\"D\": 0", "\"time\": 0", "\"time\"", "`time`, which means", "another name", None),
    ("\"D\": 0", "\"IL-2\": 0", "\"IL-2\"", "`IL-2`", "a name that formulas can hold", None),
    ("\"A\": 10", "\"A\": 10.5", "10.5", "the amount 10.5", "a whole number of molecules", None),
    ("\"A\": 10", "A: 10", "A: 10", "the bare word `A`", "a name in quotes", None),
    ("[\"B\"]", "[\"BB\"]", "\"BB\"", "\"BB\"", "a species", Some("B")),
    ("[\"B\"]", "[\"C\"]", "\"C\"],\n    channels", "`C` again", "each species once", None),
    ("2 A -> D", "2 A -> E", "E\"", "`E`", "a species: `gene`", None),
    ("2 A -> D", "2 A -> K", "K\"", "the parameter `K`", "a species", None),
    ("2 A -> D", "2 A <-> D", "<->", "`<->`", "two channels", None),
    ("\"2 A -> D\"", "\"2 A -> 2 A\"", "\"2 A -> 2 A\"", "the same on both sides", "changes something", None),
    ("2 A -> D", "2AA -> D", "AA", "`AA`", "a species", Some("A")),
    ("name: \"lose\"", "name: \"make\"", "\"make\", reaction: \"protein", "a second channel `make`", "a name of its own", None),
    ("rate: 1.0", "rate: -1.0", "-1.0", "the number -1.0", "a rate constant of at least 0", None),
    ("rate: 1.0", "propensity: 1.0, rate: 2", "1.0, rate", "both `rate` and `propensity`", "one of", None),
    (", rate: 1.0", "", "),\n        (name: \"dimerise\"", "neither `rate` nor `propensity`", "one of", None),
    ("\"0.001 * cell\"", "\"0.001 * sell\"", "sell", "`sell`", "a species", Some("cell")),
    ("\"0.001 * cell\"", "\"hil(A, 1, 2)\"", "hil", "`hil`", "one of the functions", Some("hill")),
    ("quantity: \"clock\"", "quantity: \"clok\"", "\"clok\"", "`clok`, which has no value at time 0", "declares", Some("clock")),
    ("quantity: \"clock\"", "quantity: \"A\"", "\"A\", derivative", "the species `A`, which channels change", "under `boundary`", None),
    ("quantity: \"clock\"", "quantity: \"C\"", "\"C\", derivative", "the constant species `C`", "take it off", None),
    ("quantity: \"clock\"", "quantity: \"total\"", "\"total\", derivative", "a second rule for `total`", "one rule", None),
    ("derivative: \"1\"", "derivitive: \"1\"", "derivitive", "the unknown key `derivitive`", "`derivative`", Some("derivative")),
    ("time >= 25", "tim >= 25", "tim", "`tim`", "a species", None),
    ("\"B\": \"B + 1\"", "\"total\": 1", "\"total\": 1", "`total`, which a rule determines", "without a rule", None),
    ("\"B\": \"B + 1\"", "\"Q\": 1", "\"Q\"", "`Q`", "a species", None),
    ("{ \"A\": 50, \"B\": \"B + 1\" }", "{}", "{}", "nothing to set", "at least one", None),
    ("after: 2", "persistent: 1", "1)],", "the number 1", "`true` or `false`", None),
    ("until: 50", "until: 0", "0, points", "the number 0", "a time above 0", None),
    ("points: 10", "points: 0", "0, replicates", "the number 0", "a whole number from 1", None),
    ("\"direct\"", "\"diret\"", "\"diret\"", "\"diret\"", "a method", Some("direct")),
    ("epsilon: 0.03", "epsilon: 1.5", "1.5", "the number 1.5", "between 0 and 1", None),
    ("at: 50", "at: 51", "51", "the number 51", "within the run, which ends at 50", None),
    ("ode: 7", "odd: 7", "odd", "the unknown key `odd`", "`ode`", Some("ode")),
    ("probability: 0.5", "probability: 5", "5)", "the number 5", "from 0 to 1", None),
    ("\"A < 9\"", "\"AB < 9\"", "AB", "`AB`", "a quantity", Some("A")),
    ("\"A < 9\"", "\"cell < 9\"", "\"cell < 9\"", "a value that never changes", "quantities that change", None),
];

#[test]
fn faults_are_at_their_places() {
    let mut failed = Vec::new();
    for (from, to, at, found, expected, nearest) in FAULTY {
        assert!(SMALL.contains(from), "{from}");
        let text = SMALL.replacen(from, to, 1);
        let begin = SMALL.find(from).unwrap();
        let byte = begin + text[begin..].find(at).unwrap_or_else(|| panic!("{at}"));
        let faults = read(&text).expect_err(to).faults;
        let place = line_and_column(&text, byte);
        let fault = faults
            .iter()
            .find(|fault| (fault.line, fault.column) == place);
        let good = fault.is_some_and(|fault| {
            fault.found.starts_with(found)
                && fault.expected.contains(expected)
                && fault.nearest.as_deref() == *nearest
        });
        if !good {
            failed.push(format!("{to}: expected at {place:?}, got\n{faults:#?}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn all_faults_are_reported_together() {
    let text = SMALL
        .replace("2 A -> D", "2 A -> E")
        .replace("50 * K", "50 * Q")
        .replace("title: \"small\",", "")
        .replace("protein ->", "protein >")
        .replace("\"k2\": 2", "\"k2\": \"2 2\"")
        .replace("at: 50", "at: 60");
    let faults = read(&text).unwrap_err();
    assert_eq!(faults.faults.len(), 6, "{faults}");
}

#[test]
fn what_cannot_be_read_causes_no_second_fault() {
    for text in [
        SMALL
            .replace("species: {", "species: [")
            .replace("\"C\": 5.5 }", "]")
            .replace(
                "\"gene\": 1, \"protein\": \"2 * k1\", \"A\": 10, \"D\": 0, \"B\": 0, ",
                "",
            ),
        SMALL.replace("\"k1\": 6", "\"k1\": \"6 6\""),
    ] {
        let faults = read(&text).unwrap_err();
        assert_eq!(faults.faults.len(), 1, "{faults}");
    }
}

#[test]
fn raw_and_escaped_formulas_have_places() {
    let raw = SMALL.replace("\"0.001 * cell\"", "r#\"0.001 * sell\"#");
    let faults = read(&raw).unwrap_err();
    assert_eq!(
        faults.faults[0]
            .span
            .as_ref()
            .map(|span| &raw[span.clone()]),
        Some("sell")
    );
    let escaped = SMALL.replace("\"0.001 * cell\"", "\"0.001 *\\n sell\"");
    let faults = read(&escaped).unwrap_err();
    let span = faults.faults[0].span.clone().unwrap();
    assert_eq!(&escaped[span], "\"0.001 *\\n sell\"");
}

/// Whatever is wrong, its place lies in the text, at boundaries of characters.
fn survives(text: &str) {
    if let Err(faults) = read(text) {
        assert!(!faults.faults.is_empty());
        for fault in &faults.faults {
            let span = fault.span.clone().unwrap();
            assert!(text.get(span).is_some(), "{fault:?} in\n{text}");
            assert!(fault.line >= 1 && fault.column >= 1);
        }
    }
}

fn somewhere(start: usize, length: usize) -> std::ops::Range<usize> {
    let start = SMALL.floor_char_boundary(start);
    start..SMALL.floor_char_boundary((start + length).min(SMALL.len()))
}

proptest::proptest! {
    #[test]
    fn no_mutation_makes_it_panic(
        start in 0..SMALL.len(),
        length in 0_usize..30,
        piece in "(\\PC|[\\(\\)\\[\\]{}:,\"'/*#_=\\\\+<>^-]|[0-9a-zA-Z ]|->|true|time|None|\\\\n|é|r#\"|1e999|\n){0,6}",
    ) {
        let mut text = SMALL.to_owned();
        text.replace_range(somewhere(start, length), &piece);
        survives(&text);
    }

    #[test]
    fn no_piece_in_the_place_of_another_makes_it_panic(
        from in 0..SMALL.len(),
        to in 0..SMALL.len(),
        lengths in (0_usize..60, 0_usize..60),
    ) {
        let mut text = SMALL.to_owned();
        text.replace_range(somewhere(to, lengths.0), &SMALL[somewhere(from, lengths.1)]);
        survives(&text);
    }

    #[test]
    fn no_formula_makes_it_panic(formula in "([A-Dkx_]|[0-9.]|[-+*/^()<>=!, ]|hill|piecewise|time|and|not|\\PC){0,20}") {
        let quoted = format!("{formula:?}");
        survives(&SMALL.replace("\"0.001 * cell\"", &quoted));
        survives(&SMALL.replace("\"2 A -> D\"", &quoted));
        survives(&SMALL.replace("\"A < 9\"", &quoted));
        survives(&SMALL.replace("\"time >= 25 and total > 3\"", &quoted));
    }
}

#[test]
fn every_network_in_the_guide_is_good() {
    let guide = include_str!("../../../../../docs/networks.md");
    let examples: Vec<&str> = guide
        .split("```ron\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        let file = parse_network("docs/networks.md", example, METHODS, &[]).unwrap();
        assert!(file.network.channels().len() > 1);
    }
}

#[test]
fn a_formula_may_be_long_but_not_without_end() {
    let with = |formula: &str| read(&SMALL.replace("\"0.001 * cell\"", &format!("\"{formula}\"")));
    assert!(with(&format!("{}1", "1 + ".repeat(100_000))).is_ok());
    let faults = with(&format!("{}1", "1 + ".repeat(300_000))).unwrap_err();
    assert!(
        faults.to_string().contains("at most 1000000"),
        "{}",
        faults.faults.len()
    );
    let faults = with(&format!("{}1", "A / ".repeat(400))).unwrap_err();
    assert!(faults.to_string().contains("levels"), "{faults}");
}
