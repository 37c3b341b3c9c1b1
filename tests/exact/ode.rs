//! The differential equation: closed forms, published tables, and what must not change a value.
//!
//! Nothing is drawn. Tolerances are those of the printed tables, else a small multiple of that asked for.

use paracrine_kernel::{
    expression::Expression,
    network::{Event, Network, NetworkBuilder, Role},
    rng,
    simulation::{Method, Simulation, Trajectory},
    state::{RunError, Stop},
};

const NOTHING: [(&str, u32); 0] = [];

fn formula(text: &str) -> Expression {
    text.parse().unwrap()
}

/// Rate rules for quantities, each with its start and its derivative, and parameters.
fn rates(parameters: &[(&str, f64)], equations: &[(&str, f64, &str)]) -> NetworkBuilder {
    let mut builder = Network::builder();
    for (name, value) in parameters {
        builder = builder.parameter(*name, *value);
    }
    for (name, start, derivative) in equations {
        builder = builder
            .parameter(*name, *start)
            .rate(*name, formula(derivative));
    }
    builder
}

fn start<'a>(simulation: &'a Simulation<'_>) -> Trajectory<'a> {
    simulation.start(rng::trajectory(0, 0))
}

/// The quantities that vary, at each time.
fn values(network: &Network, method: Method, times: &[f64]) -> Vec<Vec<f64>> {
    let simulation = Simulation::new(network, method).unwrap();
    let mut trajectory = start(&simulation);
    times
        .iter()
        .map(|time| {
            assert_eq!(trajectory.run_to(*time), Ok(Stop::End));
            assert_eq!(trajectory.state().time(), *time);
            trajectory.state().values().to_vec()
        })
        .collect()
}

#[track_caller]
fn assert_near(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found} is not {expected}"
    );
}

#[track_caller]
fn assert_all_near(found: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_near(*found, *expected, relative);
    }
}

/// Robertson's three species, rate constants from 0.04 to 3e7; values of Hairer and Wanner 1996 and of a run at 1e-12.
/// Smallest fault seen: falling factorials in place of powers.
#[test]
fn robertson_is_solved_over_ten_decades() {
    let network = Network::builder()
        .species("A", 1.0)
        .species("B", 0.0)
        .species("C", 0.0)
        .channel("slow", [("A", 1)], [("B", 1)], 0.04)
        .channel("pair", [("B", 2)], [("B", 1), ("C", 1)], 3e7)
        .channel("back", [("B", 1), ("C", 1)], [("A", 1), ("C", 1)], 1e4)
        .build()
        .unwrap();
    let method = Method::Ode {
        relative: 1e-9,
        absolute: 1e-15,
    };
    let found = values(&network, method, &[0.4, 40.0, 4e7]);
    assert_all_near(
        &found[0],
        &[9.851721138635e-1, 3.386395378665e-5, 1.479402218221e-2],
        1e-7,
    );
    assert_all_near(
        &found[1],
        &[0.715827068718, 0.918553476e-5, 0.284163745746],
        1e-7,
    );
    assert_all_near(
        &found[2],
        &[5.203071915e-5, 2.081335762e-10, 9.999479691e-1],
        1e-5,
    );
}

/// K3. Smallest fault seen: falling factorials, which move the lower root to 84.8.
#[test]
fn schloegl_goes_to_the_root_of_its_basin() {
    let from = |amount: f64| {
        let network = Network::builder()
            .species("X", amount)
            .channel("autocatalysis", [("X", 2)], [("X", 3)], 3e-7 / 2.0 * 1e5)
            .channel("reverse", [("X", 3)], [("X", 2)], 1e-4 / 6.0)
            .channel("supply", NOTHING, [("X", 1)], 1e-3 * 2e5)
            .channel("drain", [("X", 1)], NOTHING, 3.5)
            .build()
            .unwrap();
        values(&network, Method::ODE, &[200.0])[0][0]
    };
    let (low, high) = (85.5, 566.9);
    for (start, root) in [
        (0.0, low),
        (247.5, low),
        (247.7, high),
        (250.0, high),
        (1e6, high),
    ] {
        assert_near(from(start), root, 6e-4);
    }
}

const FALLON: [(&str, f64); 12] = [
    ("kr", 0.0138),
    ("kf", 0.0138 / 11.1),
    ("kre", 8.0 * 0.0138),
    ("kfe", 8.0 * 0.0138 / 1000.0),
    ("kt", 0.007),
    ("Vs", 11.0),
    ("ksyn", 0.0011),
    ("ke", 0.04),
    ("kx", 0.15),
    ("kh", 0.035),
    ("Ve", 1e-14),
    ("N", 6.022e11),
];

/// P5: receptor trafficking, seven rate rules of sizes from 1e-2 to 1e8, to the last printed digit.
#[test]
fn trafficking_follows_the_published_table() {
    let network = rates(
        &FALLON,
        &[
            (
                "Rs",
                1500.0,
                "-kf * L * Rs + (kr + ksyn) * Cs - kt * Rs + Vs",
            ),
            ("Cs", 1.0, "kf * L * Rs - (kr + ke) * Cs"),
            ("Ri", 300.0, "kt * Rs - kfe * Li * Ri + kre * Ci - kh * Ri"),
            ("Ci", 1.0, "ke * Cs + kfe * Li * Ri - (kre + kh) * Ci"),
            (
                "Li",
                0.01,
                "-(kf * Li * Ri - kre * Ci) / (Ve * N) - kx * Li",
            ),
            (
                "L",
                10.0,
                "-(kf * L * Rs - kr * Cs - kx * Li * Ve * N) * Y / N",
            ),
            ("Y", 2.5e8, "1000 * piecewise(growth, growth > 0, 0)"),
        ],
    )
    .parameter("growth", 0.0)
    .assignment("growth", formula("600 * Cs / (250 + Cs) - 200"))
    .build()
    .unwrap();
    let found = values(&network, Method::ODE, &[50.0, 1000.0, 5000.0]);
    let table = [
        [
            1023.39, 237.717, 373.315, 69.5484, 16.5116, 9.74484, 2.53084e8,
        ],
        [
            806.761, 134.845, 275.677, 39.8233, 12.7941, 7.20884, 2.78214e8,
        ],
        [
            1363.92, 35.1493, 302.541, 10.4058, 3.04696, 1.10470, 2.80270e8,
        ],
    ];
    for (found, row) in found.iter().zip(table) {
        assert_all_near(&found[..7], &row, 1e-5);
    }
}

/// P1: homeostatic density, by channels whose propensities read an assignment. The table has 5583, 6436, 6963 and 7815
/// to 1 %; the digits here are those of the classical Runge-Kutta method with a step of 0.01 h.
#[test]
fn density_returns_from_both_sides() {
    let from = |cells: f64| {
        let network = Network::builder()
            .species("X", cells)
            .parameter("c", 0.0)
            .assignment("c", formula("60 * X / (X + 3000)"))
            .channel(
                "divide",
                [("X", 1)],
                [("X", 2)],
                formula("0.06 * hill(c, 10, 2) * X"),
            )
            .channel(
                "die",
                [("X", 1)],
                NOTHING,
                formula("(0.006 + 0.0012 * c) * X"),
            )
            .build()
            .unwrap();
        values(&network, Method::ODE, &[240.0, 3000.0]).concat()
    };
    for (cells, later) in [
        (400.0, 5584.135317),
        (700.0, 6435.492865),
        (3e3, 6962.894377),
        (3e4, 7816.056856),
    ] {
        let found = from(cells);
        assert_near(found[0], later, 1e-7);
        assert_near(found[2], 7204.47, 1e-6);
    }
    assert!(from(250.0)[2] < 1.0);
}

/// P3: two stable states of the receptor at one secretion, one at a smaller.
#[test]
fn receptor_switch_has_hysteresis() {
    let from = |secretion: f64, start: [f64; 3]| {
        let [r, c, e] = start;
        let parameters = [
            ("q", secretion),
            ("kon", 185.3),
            ("koff", 0.83),
            ("sphere", 4.0 * std::f64::consts::PI * 36_000.0 * 5.0),
        ];
        let network = rates(
            &parameters,
            &[
                (
                    "R",
                    r,
                    "150 + 3000 * hill(C, 1000, 3) - kon * R * I - 0.64 * R + koff * C + 9 * E",
                ),
                ("C", c, "kon * R * I - (koff + 1.7) * C"),
                ("E", e, "1.7 * C - (9 + 5) * E"),
            ],
        )
        .parameter("I", 0.0)
        .assignment("I", formula("(q + koff * C) / (sphere + kon * R)"))
        .build()
        .unwrap();
        values(&network, Method::ODE, &[1000.0])[0][..2].to_vec()
    };
    let (low, high) = ([0.0, 0.0, 0.0], [2000.0, 2000.0, 200.0]);
    assert_all_near(&from(8e3, low), &[188.9, 48.4], 2e-3);
    assert_all_near(&from(8e3, high), &[188.9, 48.4], 2e-3);
    assert_all_near(&from(2e4, low), &[148.1, 95.2], 2e-3);
    assert_all_near(&from(2e4, high), &[2085.0, 1211.5], 2e-3);
}

/// A ring of 1000 species: what has come so far is Poisson.
#[test]
fn a_large_ring_is_a_poisson_law() {
    let size = 1000;
    let name = |number: u32| format!("x{}", number % size);
    let mut builder = Network::builder();
    for number in 0..size {
        builder = builder
            .species(name(number), if number == 0 { 1e6 } else { 0.0 })
            .channel(
                format!("move{number}"),
                [(name(number), 1)],
                [(name(number + 1), 1)],
                1.0,
            );
    }
    let network = builder.build().unwrap();
    let found = values(&network, Method::ODE, &[1.0, 30.0]);
    for (found, time) in found.iter().zip([1.0f64, 30.0]) {
        let mut expected = 1e6 * (-time).exp();
        for (number, amount) in (1..).zip(found) {
            assert!(
                (amount - expected).abs() < 1e-3,
                "{amount} is not {expected}"
            );
            expected *= time / f64::from(number);
        }
        assert_near(found.iter().sum(), 1e6, 1e-12);
    }
}

/// A shared total that every propensity depends on: logistic growth of 1000 clones stays in proportion.
#[test]
fn a_total_that_all_depend_on_is_integrated() {
    let clones: u32 = 1000;
    let mut builder = Network::builder().parameter("total", 0.0);
    let mut total = Expression::Number(0.0);
    let symbols = (0..clones).map(|clone| Expression::symbol(format!("x{clone}")));
    if let Expression::Apply(function, _) = Expression::Number(0.0) + 0.0 {
        total = Expression::Apply(function, symbols.collect());
    }
    for clone in 0..clones {
        let name = format!("x{clone}");
        builder = builder
            .species(&name, f64::from(clone + 1))
            .channel(format!("grow{clone}"), [(&name, 1)], [(&name, 2)], 1.0)
            .channel(
                format!("die{clone}"),
                [(&name, 1)],
                NOTHING,
                formula(&format!("x{clone} * total / 1e6")),
            );
    }
    let network = builder.assignment("total", total).build().unwrap();
    let found = values(&network, Method::ODE, &[1.0]);
    let start = 500_500.0;
    let expected = 1e6 * start / (start + (1e6 - start) * (-1.0f64).exp());
    assert_near(found[0][0], expected / start, 1e-7);
    assert_near(found[0][999], 1000.0 * expected / start, 1e-7);
    assert_near(found[0][1000], expected, 1e-7);
}

/// Doses at fixed times, one of them late by a delay: the sum of what is left of each. The second one changes a
/// parameter too. Smallest fault seen: an equation that goes on with the parameter as it was.
#[test]
fn doses_are_given_at_their_times() {
    let dose =
        |name: &str, trigger: &str| Event::new(name, formula(trigger)).set("X", formula("X + 100"));
    let network = Network::builder()
        .species("X", 0.0)
        .parameter("loss", 0.5)
        .channel("decay", [("X", 1)], NOTHING, formula("loss * X"))
        .event(dose("first", "time >= 0").initially(false))
        .event(dose("second", "time >= 2").set("loss", 0.7))
        .event(
            dose("third", "time > 3")
                .delay(1.0)
                .values_at_trigger(false),
        )
        .build()
        .unwrap();
    // The integrated loss until a time.
    let loss = |time: f64| 0.5 * time.min(2.0) + 0.7 * (time - 2.0).max(0.0);
    let times = [0.0, 1.0, 2.0, 3.9999, 4.5, 20.0];
    let expected = times.map(|time| {
        let given = [0.0, 2.0, 4.0].into_iter().filter(|dose| *dose <= time);
        given
            .map(|dose| 100.0 * (loss(dose) - loss(time)).exp())
            .sum::<f64>()
    });
    for (found, expected) in values(&network, Method::ODE, &times).iter().zip(expected) {
        assert_near(found[0], expected, 1e-7);
    }
}

/// A threshold that resets an amount: the time between resets is in closed form.
/// Smallest fault seen: an event at the end of the step in which the threshold was passed.
#[test]
fn thresholds_are_found_within_steps() {
    let network = Network::builder()
        .species("X", 0.0)
        .parameter("resets", 0.0)
        .parameter("last", 0.0)
        .channel("supply", NOTHING, [("X", 1)], 10.0)
        .channel("decay", [("X", 1)], NOTHING, 1.0)
        .event(
            Event::new("reset", formula("X >= 8"))
                .set("X", 2.0)
                .set("resets", formula("resets + 1"))
                .set("last", Expression::Time),
        )
        .build()
        .unwrap();
    // X = 10 (1 - exp(-t)), then 10 - 8 exp(-t) from 2.
    let (first, period) = (5.0f64.ln(), 4.0f64.ln());
    let row = values(&network, Method::ODE, &[20.0]).concat();
    let resets = ((20.0 - first) / period).floor() + 1.0;
    assert_eq!(row[1], resets);
    let last = first + (resets - 1.0) * period;
    assert!((row[2] - last).abs() < 1e-6, "{} is not {last}", row[2]);
    assert_near(row[0], 10.0 - 8.0 * (last - 20.0).exp(), 1e-6);
}

/// A trigger that turns false again while its event waits, a trigger on an assignment, and one that turns by time.
#[test]
fn events_that_wait_can_be_called_off() {
    let builder = |persistent: bool| {
        rates(&[], &[("x", 0.0, "1"), ("y", 0.0, "1")])
            .parameter("wave", 0.0)
            .parameter("peaks", 0.0)
            .assignment("wave", formula("sin(x)"))
            .event(
                Event::new("count", formula("wave > 0.5"))
                    .delay(2.5)
                    .persistent(persistent)
                    .set("peaks", formula("peaks + 1"))
                    .values_at_trigger(false),
            )
            .event(Event::new("jump", formula("exp(time) > 10")).set("y", formula("100 - y")))
            .build()
            .unwrap()
    };
    let at = |persistent| values(&builder(persistent), Method::ODE, &[2.0, 3.0, 3.1, 12.0]);
    // The wave passes 1/2 at pi / 6 and 13 pi / 6, and stays above for 2 pi / 3 = 2.09.
    let network = builder(true);
    let peaks = network
        .quantities()
        .iter()
        .position(|name| name == "peaks")
        .unwrap();
    let y = network
        .quantities()
        .iter()
        .position(|name| name == "y")
        .unwrap();
    let found = at(true);
    assert_eq!(
        [0, 1, 2, 3].map(|row| found[row][peaks]),
        [0.0, 0.0, 1.0, 2.0]
    );
    let jump = 10.0f64.ln();
    assert_near(found[3][y], 100.0 - jump + (12.0 - jump), 1e-9);
    let found = at(false);
    assert_eq!(found[3][peaks], 0.0);
}

/// Rates that depend on time, smoothly and by jumps; reservoirs that channels do not change.
/// Smallest fault seen: the last stages of a step that see a formula as it is after its jump.
#[test]
fn rates_that_depend_on_time_are_integrated() {
    let network = Network::builder()
        .species("X", 1000.0)
        .species("Y", 0.0)
        .species_as(Role::Boundary, "B", 5.0)
        .parameter("h", 0.0)
        .assignment("h", formula("0.1 * (1 + sin(2 * pi * time / 24))"))
        .channel("die", [("X", 1)], NOTHING, formula("h * X"))
        .channel(
            "make",
            [("B", 1)],
            [("Y", 1)],
            formula("piecewise(2, time > 6 and time <= 6.25, 0) * B"),
        )
        .build()
        .unwrap();
    // K8 and the area of a pulse.
    let found = values(&network, Method::ODE, &[6.0, 12.0, 24.0]);
    for (row, survival) in found.iter().zip([0.374_572, 0.140_304, 0.090_718]) {
        assert_near(row[0], 1000.0 * survival, 1e-5);
        assert_eq!(row[2], 5.0);
    }
    assert_eq!(found[0][1], 0.0);
    assert_near(found[2][1], 2.5, 1e-9);
}

/// A pulse that comes to a network at rest. Smallest fault seen: a step across it, as nothing limits steps at rest.
#[test]
fn a_late_pulse_is_not_passed_over() {
    let network = Network::builder()
        .species("X", 0.0)
        .channel(
            "pulse",
            NOTHING,
            [("X", 1)],
            formula("100 * exp(-(time - 500) ^ 2)"),
        )
        .build()
        .unwrap();
    let times: Vec<f64> = (0..=200).map(|number| f64::from(5 * number)).collect();
    let found = values(&network, Method::ODE, &times);
    let area = 100.0 * std::f64::consts::PI.sqrt();
    assert_near(found[100][0], area / 2.0, 1e-7);
    assert_near(found[200][0], area, 1e-7);
}

/// Where one looks changes nothing: not a bit, as the steps are the same. Smallest fault seen: steps that end at the
/// times asked for.
#[test]
fn sampling_does_not_change_values() {
    let network = Network::builder()
        .species("prey", 100.0)
        .species("predator", 50.0)
        .channel("grow", [("prey", 1)], [("prey", 2)], 1.0)
        .channel(
            "eat",
            [("prey", 1), ("predator", 1)],
            [("predator", 2)],
            0.01,
        )
        .channel("die", [("predator", 1)], NOTHING, 1.0)
        .event(Event::new("rescue", formula("prey < 60")).set("prey", formula("prey + 10")))
        .event(Event::new("hunt", formula("time >= 7.5")).set("predator", formula("predator / 2")))
        .build()
        .unwrap();
    let few = values(&network, Method::ODE, &[20.0]);
    let fine: Vec<f64> = (0..=2000).map(|number| f64::from(number) / 100.0).collect();
    let many = values(&network, Method::ODE, &fine);
    assert_eq!(few[0], many[2000]);
    // And what is read within steps is as good as what is read at their ends.
    let tight = Method::Ode {
        relative: 1e-12,
        absolute: 1e-12,
    };
    for (rough, exact) in many.iter().zip(values(&network, tight, &fine)) {
        assert_all_near(rough, &exact, 1e-6);
    }
}

/// A state that is set by force goes on from there.
#[test]
fn amounts_can_be_set() {
    let network = Network::builder()
        .species("X", 8.5)
        .channel("decay", [("X", 1)], NOTHING, 1.0)
        .build()
        .unwrap();
    let simulation = Simulation::new(&network, Method::ODE).unwrap();
    let mut trajectory = start(&simulation);
    trajectory.run_to(1.0).unwrap();
    trajectory.set_amounts(&[3.25]).unwrap();
    trajectory.run_to(2.0).unwrap();
    assert_near(trajectory.state().values()[0], 3.25 * (-1.0f64).exp(), 1e-7);
    assert_eq!(trajectory.run_to_firing(3.0), Ok(false));
    assert_eq!((trajectory.firings(), trajectory.state().time()), (0, 3.0));
    assert!(matches!(
        trajectory.set_amounts(&[f64::NAN]),
        Err(RunError::Value { .. })
    ));
    assert_eq!(
        trajectory.run_to(1.0),
        Err(RunError::Time { from: 3.0, to: 1.0 })
    );
}

/// Broken powers of an amount that dies out have values although it undershoots; net rates may be negative.
/// Smallest fault seen: a root of what is below 0 by rounding.
#[test]
fn amounts_may_touch_zero() {
    let network = Network::builder()
        .species("X", 4.0)
        .species("Z", 1.0)
        .channel("decay", [("X", 1)], NOTHING, formula("2 * X ^ 0.5"))
        .channel("net", NOTHING, [("Z", 1)], formula("3 - Z"))
        .channel("reverse", [("Z", 1)], NOTHING, formula("Z - 3"))
        .build()
        .unwrap();
    // X = (2 - t)^2 up to t = 2.
    let found = values(&network, Method::ODE, &[1.5, 1.99, 10.0]);
    assert_near(found[0][0], 0.25, 1e-7);
    assert_near(found[1][0], 1e-4, 1e-3);
    assert!(found[2][0].abs() < 1e-9, "{}", found[2][0]);
    assert_near(found[2][1], 3.0, 1e-7);
}

/// What goes wrong is named.
#[test]
fn faults_are_named() {
    let run = |network: &Network, method: Method| {
        let simulation = Simulation::new(network, method)?;
        start(&simulation).run_to(10.0)
    };
    let explosion = rates(&[], &[("x", 1.0, "x ^ 2")]).build().unwrap();
    let error = run(&explosion, Method::ODE).unwrap_err();
    assert!(
        matches!(error, RunError::Integration { time } if (time - 1.0).abs() < 1e-6),
        "{error}"
    );

    let undefined = Network::builder()
        .species("X", 5.0)
        .channel("lose", [("X", 1)], NOTHING, 1.0)
        .channel("strange", NOTHING, [("X", 1)], formula("ln(X - 4)"))
        .build()
        .unwrap();
    let error = run(&undefined, Method::ODE).unwrap_err();
    assert!(
        matches!(&error, RunError::Propensity { channel, .. } if channel == "strange"),
        "{error}"
    );

    let undefined = rates(&[], &[("x", 1.0, "-1"), ("y", 0.0, "root")])
        .parameter("root", 0.0)
        .assignment("root", formula("sqrt(x)"))
        .build()
        .unwrap();
    let error = run(&undefined, Method::ODE).unwrap_err();
    assert!(
        matches!(&error, RunError::Value { quantity, time, .. } if quantity == "root" && (time - 1.0).abs() < 1e-6),
        "{error}"
    );

    for (relative, absolute, at_fault) in [
        (0.0, 1.0, "relative tolerance"),
        (1e-8, 0.0, "absolute tolerance"),
        (f64::NAN, 1.0, "relative tolerance"),
    ] {
        let method = Method::Ode { relative, absolute };
        assert!(matches!(
            run(&explosion, method),
            Err(RunError::Setting { method: "ode", name, .. }) if name == at_fault
        ));
    }
}
