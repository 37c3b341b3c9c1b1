//! MathML: every element, and what is not one.

use super::*;

/// The value of a formula over `x = 0.5`, `y = 3` and the function `twice`.
fn value(formula: &str) -> f64 {
    let text = model(formula);
    constant(&read_ok(&text), "z")
}

fn model(formula: &str) -> String {
    let twice = format!(
        r#"<functionDefinition id="twice">{}</functionDefinition>"#,
        math(&format!(
            "<lambda><bvar><ci>a</ci></bvar>{}</lambda>",
            apply("times", &["2", "a"])
        ))
    );
    let start = format!(
        r#"<initialAssignment symbol="z">{}</initialAssignment>"#,
        math(formula)
    );
    let parameters = [("x", 0.5), ("y", 3.0), ("z", 0.0)];
    let parameters = parameters
        .map(|(id, value)| parameter(id, value, true))
        .concat();
    level3(
        &(list("FunctionDefinitions", &twice)
            + &list("Parameters", &parameters)
            + &list("InitialAssignments", &start)),
    )
}

fn check(formula: &str, expected: f64) {
    let found = value(formula);
    let tolerance = 1e-12 * expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= tolerance,
        "{formula}: {found}, not {expected}"
    );
}

#[test]
fn arithmetic() {
    for (operator, arguments, expected) in [
        ("plus", &["1", "2", "y"] as &[&str], 6.0),
        ("plus", &["y"], 3.0),
        ("plus", &[], 0.0),
        ("times", &["2", "x", "y"], 3.0),
        ("times", &[], 1.0),
        ("minus", &["y", "x"], 2.5),
        ("minus", &["x"], -0.5),
        ("divide", &["y", "x"], 6.0),
        ("power", &["y", "2"], 9.0),
        ("root", &["9"], 3.0),
        ("root", &["<degree><cn>3</cn></degree>", "27"], 3.0),
        ("exp", &["1"], 1f64.exp()),
        ("ln", &["y"], 3f64.ln()),
        ("log", &["1000"], 3.0),
        ("log", &["<logbase><cn>2</cn></logbase>", "8"], 3.0),
        ("log", &["<logbase><cn>10</cn></logbase>", "100"], 2.0),
        ("abs", &["-2"], 2.0),
        ("floor", &["-1.5"], -2.0),
        ("ceiling", &["1.5"], 2.0),
        ("factorial", &["4"], 24.0),
        ("min", &["y", "x", "2"], 0.5),
        ("max", &["y", "x"], 3.0),
        ("rem", &["-7", "4"], -3.0),
        ("quotient", &["7", "4"], 1.0),
        ("quotient", &["-7", "4"], -1.0),
    ] {
        check(&apply(operator, arguments), expected);
    }
}

#[test]
fn logic() {
    for (operator, arguments, expected) in [
        ("eq", &["1", "1", "1"] as &[&str], 1.0),
        ("eq", &["1", "1", "2"], 0.0),
        ("neq", &["1", "2"], 1.0),
        ("lt", &["1", "2", "3"], 1.0),
        ("lt", &["1", "3", "2"], 0.0),
        ("gt", &["3", "2"], 1.0),
        ("leq", &["2", "2", "3"], 1.0),
        ("geq", &["3", "2", "2"], 1.0),
        ("geq", &["3", "2", "4"], 0.0),
        ("lt", &["1"], 1.0),
        ("and", &["<true/>", "<true/>"], 1.0),
        ("and", &[], 1.0),
        ("or", &["<false/>", "<true/>"], 1.0),
        ("or", &[], 0.0),
        ("xor", &["<true/>", "<true/>", "<true/>"], 1.0),
        ("xor", &[], 0.0),
        ("not", &["<true/>"], 0.0),
        ("implies", &["<true/>", "<false/>"], 0.0),
        ("implies", &["<false/>", "<false/>"], 1.0),
    ] {
        check(&apply(operator, arguments), expected);
    }
}

#[test]
fn trigonometry() {
    let x = 0.5f64;
    for (operator, expected) in [
        ("sin", x.sin()),
        ("cos", x.cos()),
        ("tan", x.tan()),
        ("sec", 1.0 / x.cos()),
        ("csc", 1.0 / x.sin()),
        ("cot", 1.0 / x.tan()),
        ("arcsin", x.asin()),
        ("arccos", x.acos()),
        ("arctan", x.atan()),
        ("arccot", 2f64.atan()),
        ("sinh", x.sinh()),
        ("cosh", x.cosh()),
        ("tanh", x.tanh()),
        ("sech", 1.0 / x.cosh()),
        ("csch", 1.0 / x.sinh()),
        ("coth", 1.0 / x.tanh()),
        ("arcsinh", x.asinh()),
        ("arctanh", x.atanh()),
        ("arcsech", 2f64.acosh()),
        ("arccsch", 2f64.asinh()),
    ] {
        check(&apply(operator, &["x"]), expected);
    }
    for (operator, expected) in [
        ("arcsec", (1f64 / 3.0).acos()),
        ("arccsc", (1f64 / 3.0).asin()),
        ("arccosh", 3f64.acosh()),
        ("arccoth", (1f64 / 3.0).atanh()),
    ] {
        check(&apply(operator, &["y"]), expected);
    }
    check(&apply("arcsinh", &["-1e10"]), (-1e10f64).asinh());
}

#[test]
fn numbers() {
    for (markup, expected) in [
        ("<cn> 2.5 </cn>", 2.5),
        ("<cn type=\"integer\"> 7 </cn>", 7.0),
        ("<cn type=\"e-notation\"> 1.5 <sep/> -3 </cn>", 1.5e-3),
        ("<cn type=\"rational\"> 3 <sep/> 4 </cn>", 0.75),
        ("<cn>1<!-- one -->0</cn>", f64::NAN),
        ("<pi/>", std::f64::consts::PI),
        ("<exponentiale/>", std::f64::consts::E),
        (
            "<csymbol definitionURL=\"http://www.sbml.org/sbml/symbols/avogadro\"/>",
            6.02214179e23,
        ),
        (
            "<csymbol definitionURL=\"http://www.sbml.org/sbml/symbols/time\"> t </csymbol>",
            0.0,
        ),
        (
            "<semantics><ci>y</ci><annotation>why</annotation></semantics>",
            3.0,
        ),
    ] {
        if expected.is_finite() {
            check(markup, expected);
        } else {
            assert!(
                matches!(fault(&model(markup)).1, Fault::Number { .. }),
                "{markup}"
            );
        }
    }
    for text in ["", "a", "inf", "NaN", "1e999", "1.5.2", "0x10"] {
        let found = fault(&model(&format!("<cn>{text}</cn>")));
        assert!(matches!(found.1, Fault::Number { .. }), "{text}: {found:?}");
    }
    check(&apply("min", &["<infinity/>", "y"]), 3.0);
}

#[test]
fn piecewise() {
    let piece = |value, left, right| {
        format!(
            "<piece><cn>{value}</cn>{}</piece>",
            apply("gt", &[left, right])
        )
    };
    let otherwise = "<otherwise><cn>9</cn></otherwise>";
    let of = |parts: &[&str]| format!("<piecewise>{}</piecewise>", parts.concat());
    check(
        &of(&[&piece(1, "y", "x"), &piece(2, "x", "y"), otherwise]),
        1.0,
    );
    check(
        &of(&[&piece(1, "x", "y"), &piece(2, "y", "x"), otherwise]),
        2.0,
    );
    check(&of(&[&piece(1, "x", "y"), otherwise]), 9.0);
    check(&of(&[otherwise]), 9.0);
    let (place, found) = fault(&model(&of(&[])));
    assert_eq!((place.as_str(), found), ("piecewise", Fault::Empty));
    // Without an otherwise there is no value.
    let (_, found) = fault(&model(&of(&[&piece(1, "x", "y")])));
    assert!(matches!(found, Fault::Network(_)), "{found:?}");
}

#[test]
fn functions_are_written_out() {
    let twice = |argument: &str| format!("<apply><ci>twice</ci>{argument}</apply>");
    check(&twice("<ci>y</ci>"), 6.0);
    check(&twice(&twice(&apply("plus", &["y", "1"]))), 16.0);
    let (place, found) = fault(&model("<apply><ci>twice</ci></apply>"));
    let expected = Fault::Arguments {
        expected: "1".to_owned(),
        found: 0,
    };
    assert_eq!((place.as_str(), found), ("ci twice", expected));
    let (_, found) = fault(&model("<apply><ci>y</ci><cn>1</cn></apply>"));
    assert!(matches!(
        found,
        Fault::Unknown {
            expected: "a function",
            ..
        }
    ));
}

#[test]
fn functions_see_their_arguments_only() {
    let body = |content: &str| {
        let lambda = format!("<lambda><bvar><ci>a</ci></bvar>{content}</lambda>");
        let functions = format!(
            r#"<functionDefinition id="f">{}</functionDefinition>"#,
            math(&lambda)
        );
        let use_it = math("<apply><ci>f</ci><cn>1</cn></apply>");
        level3(
            &(list("FunctionDefinitions", &functions)
                + &list("Parameters", &parameter("k", 1.0, true))
                + &list(
                    "InitialAssignments",
                    &format!(r#"<initialAssignment symbol="k">{use_it}</initialAssignment>"#),
                )),
        )
    };
    assert!(matches!(
        fault(&body("<ci>k</ci>")).1,
        Fault::Unknown { .. }
    ));
    let (_, found) = fault(&body("<apply><ci>f</ci><ci>a</ci></apply>"));
    assert_eq!(
        found,
        Fault::Recursion(vec!["f".to_owned(), "f".to_owned()])
    );
}

/// Smallest fault seen: 2^60 terms from a file of 60 functions.
#[test]
fn formulas_cannot_grow_without_measure() {
    let function = |number: usize| {
        let call = match number {
            0 => "<ci>a</ci>".to_owned(),
            _ => format!("<apply><ci>f{}</ci><ci>a</ci></apply>", number - 1),
        };
        let lambda = format!(
            "<lambda><bvar><ci>a</ci></bvar>{}</lambda>",
            apply("plus", &[&call, &call])
        );
        format!(
            r#"<functionDefinition id="f{number}">{}</functionDefinition>"#,
            math(&lambda)
        )
    };
    let functions: String = (0..60).map(function).collect();
    let call = math("<apply><ci>f59</ci><cn>1</cn></apply>");
    let text = level3(
        &(list("FunctionDefinitions", &functions)
            + &list("Parameters", &parameter("k", 1.0, true))
            + &list(
                "InitialAssignments",
                &format!(r#"<initialAssignment symbol="k">{call}</initialAssignment>"#),
            )),
    );
    assert_eq!(fault(&text).1, Fault::TooLong);
    let mut coth = "<ci>y</ci>".to_owned();
    for _ in 0..60 {
        coth = apply("arcsinh", &[&coth]);
    }
    assert!(matches!(
        fault(&model(&coth)).1,
        Fault::TooLong | Fault::TooDeep(_)
    ));
}

#[test]
fn deep_formulas_are_refused() {
    let nested = |levels: usize| {
        let (open, close) = ("<apply><exp/>".repeat(levels), "</apply>".repeat(levels));
        model(&format!("{open}<cn>0</cn>{close}"))
    };
    assert_eq!(fault(&nested(300)).1, Fault::TooDeep(200));
    assert_eq!(fault(&nested(300_000)).1, Fault::TooDeep(200));
    let (_, found) = fault(&nested(150));
    assert!(
        matches!(found, Fault::Network(_)),
        "e^e^e is infinite: {found:?}"
    );
}

#[test]
fn sums_and_products_may_be_long() {
    let mut terms = vec!["x"; 10_000];
    check(&apply("plus", &terms), 5_000.0);
    terms[1..].fill("1");
    check(&apply("times", &terms), 0.5);
}

#[test]
fn what_is_no_formula_is_named() {
    for (markup, expected) in [
        ("<apply/>", "apply"),
        ("<apply><tendsto/><cn>1</cn></apply>", "tendsto"),
        ("<vector><cn>1</cn></vector>", "vector"),
        ("<apply><sin/></apply>", "sin"),
        ("<apply><sin/><cn>1</cn><cn>2</cn></apply>", "sin"),
        ("<apply><divide/><cn>1</cn></apply>", "divide"),
        ("<apply><minus/></apply>", "minus"),
        ("<apply><max/></apply>", "max"),
        ("<ci>nothing</ci>", "ci"),
        ("<ci>twice</ci>", "ci"),
        ("<cn type=\"complex\">1</cn>", "cn"),
        ("<cn base=\"16\">10</cn>", "cn"),
        (
            "<csymbol definitionURL=\"http://www.sbml.org/sbml/symbols/new\"/>",
            "csymbol new",
        ),
        (
            "<apply><csymbol definitionURL=\"http://www.sbml.org/sbml/symbols/delay\"/><ci>y</ci><cn>1</cn></apply>",
            "csymbol delay",
        ),
        ("<cn>1</cn><cn>2</cn>", "cn"),
        ("", "math"),
        ("<plus xmlns=\"urn:other\"/>", "plus"),
        (
            "<apply><plus xmlns=\"urn:other\"/><cn>1</cn></apply>",
            "plus",
        ),
    ] {
        assert_eq!(fault(&model(markup)).0, expected, "{markup}");
    }
}
