//! Events and rules between firings.

use crate::{exact_methods, law};
use paracrine_kernel::{
    expression::Expression,
    network::{Event, Network, NetworkBuilder, Role},
    rng,
    simulation::{Method, Simulation},
    state::RunError,
};

const NOTHING: [(&str, u32); 0] = [];

fn formula(text: &str) -> Expression {
    text.parse().unwrap()
}

fn immigration_death() -> NetworkBuilder {
    Network::builder()
        .species("X", 0.0)
        .channel("immigration", NOTHING, [("X", 1)], 1.0)
        .channel("death", [("X", 1)], NOTHING, 0.1)
}

/// At the time of an event the state is the one after it, whatever fires; from there the law is that of a fresh start.
/// Smallest fault seen: an event that waits for the next firing.
#[test]
fn a_timed_event_happens_at_its_time() {
    let network = immigration_death()
        .event(Event::new("reset", formula("time >= 25")).set("X", 50.0))
        .build()
        .unwrap();
    let times = [24.999, 25.0, 30.0];
    for (_, rows) in exact_methods(&network, 901, 5_000, &times, |samples| {
        [0, 1, 2].map(|index| samples.row(index)[0])
    }) {
        assert!(rows.iter().all(|row| row[1] == 50.0));
        let fade = (-0.5f64).exp();
        let (mean, error) = law::mean_and_error(&rows.iter().map(|row| row[2]).collect::<Vec<_>>());
        law::assert_expectation(mean, 50.0 * fade + 10.0 * (1.0 - fade), error, 0.0);
        let (mean, error) = law::mean_and_error(&rows.iter().map(|row| row[0]).collect::<Vec<_>>());
        law::assert_expectation(mean, 10.0 * (1.0 - (-2.4999f64).exp()), error, 0.0);
    }
}

/// A state never shows an amount that an event forbids, and what the event sets shows at once.
#[test]
fn a_state_trigger_acts_on_the_firing_that_trips_it() {
    let network = immigration_death()
        .parameter("resets", 0.0)
        .event(
            Event::new("reset", formula("X > 7"))
                .set("X", 2.0)
                .set("resets", formula("resets + 1")),
        )
        .build()
        .unwrap();
    for method in Method::EXACT
        .into_iter()
        .filter(|method| *method != Method::Lanes)
    {
        let simulation = Simulation::new(&network, method).unwrap();
        let mut trajectory = simulation.start(rng::trajectory(902, 0));
        let mut resets = 0.0;
        while trajectory.run_to_firing(500.0).unwrap() {
            let values = trajectory.state().values();
            assert!(values[0] <= 7.0);
            if values[1] > resets {
                assert_eq!(values, [2.0, resets + 1.0]);
                resets += 1.0;
            }
        }
        assert!(resets > 3.0, "{method:?}: {resets}");
    }
}

/// A delayed event sets what it saw at its trigger, or what it finds; one that does not persist is called off.
#[test]
fn delays_keep_or_drop_what_they_saw() {
    let base = || {
        Network::builder()
            .parameter("level", 1.0)
            .parameter("seen", 0.0)
            .species_as(Role::Boundary, "X", 0.0)
            .event(Event::new("raise", formula("time >= 5")).set("level", 7.0))
            .event(Event::new("lower", formula("time >= 5.5")).set("level", 0.0))
    };
    let seen = |event: Event| {
        let network = base().event(event).build().unwrap();
        let simulation = Simulation::new(&network, Method::Direct).unwrap();
        let mut trajectory = simulation.start(rng::trajectory(0, 0));
        trajectory.run_to(20.0).unwrap();
        let place = network
            .quantities()
            .iter()
            .position(|name| name == "seen")
            .unwrap();
        trajectory.state().values()[place]
    };
    let probe = |event: Event| event.delay(1.0).set("seen", formula("level + 100"));
    let trigger = || formula("level > 5");
    assert_eq!(seen(probe(Event::new("probe", trigger()))), 107.0);
    assert_eq!(
        seen(probe(Event::new("probe", trigger())).values_at_trigger(false)),
        100.0
    );
    assert_eq!(
        seen(probe(Event::new("probe", trigger())).persistent(false)),
        0.0
    );
    // True from the beginning: it turns only if it was false before.
    assert_eq!(seen(probe(Event::new("probe", formula("time >= 0")))), 0.0);
    assert_eq!(
        seen(probe(Event::new("probe", formula("time >= 0"))).initially(false)),
        101.0
    );
}

/// A trigger on a quantity that moves continuously is found to rounding error.
#[test]
fn a_trigger_on_a_rate_is_located() {
    let network = immigration_death()
        .parameter("V", 1.0)
        .parameter("when", 0.0)
        .rate("V", formula("0.25 * V"))
        .event(
            Event::new("divide", formula("V >= 2"))
                .set("V", formula("V / 2"))
                .set("when", Expression::Time),
        )
        .build()
        .unwrap();
    for method in Method::EXACT
        .into_iter()
        .filter(|method| *method != Method::Lanes)
    {
        let simulation = Simulation::new(&network, method).unwrap();
        let mut trajectory = simulation.start(rng::trajectory(903, 0));
        let period = 2f64.ln() / 0.25;
        trajectory.run_to(1.5 * period).unwrap();
        law::assert_close(trajectory.state().values()[2], period, 1e-7);
        trajectory.run_to(10.5 * period).unwrap();
        law::assert_close(trajectory.state().values()[2], 10.0 * period, 1e-6);
    }
}

/// Assignments follow every firing, also through each other, and propensities follow them.
#[test]
fn assignments_are_always_current() {
    let network = immigration_death()
        .parameter("twice", 0.0)
        .parameter("rest", 0.0)
        .assignment("rest", formula("400 - twice"))
        .assignment("twice", formula("2 * X"))
        .channel("extra", NOTHING, [("X", 1)], formula("0.001 * rest"))
        .build()
        .unwrap();
    let times = [3.0, 80.0];
    for (_, rows) in exact_methods(&network, 904, 20_000, &times, |samples| {
        [0, 1].map(|index| samples.row(index).to_vec())
    }) {
        for rows in &rows {
            for row in rows {
                assert_eq!((row[1], row[2]), (2.0 * row[0], 400.0 - 2.0 * row[0]));
            }
        }
        // d mean / dt = 1.4 - 0.102 mean.
        for (index, time) in times.into_iter().enumerate() {
            let amounts: Vec<f64> = rows.iter().map(|rows| rows[index][0]).collect();
            let (mean, error) = law::mean_and_error(&amounts);
            law::assert_expectation(
                mean,
                1.4 / 0.102 * (1.0 - (-0.102 * time).exp()),
                error,
                0.0,
            );
        }
    }
}

#[test]
fn events_that_never_end_are_an_error() {
    let network = immigration_death()
        .parameter("side", 0.0)
        .event(
            Event::new("there", formula("side < 0.5"))
                .initially(false)
                .set("side", 1.0),
        )
        .event(
            Event::new("back", formula("side > 0.5"))
                .initially(false)
                .set("side", 0.0),
        )
        .build()
        .unwrap();
    let simulation = Simulation::new(&network, Method::Direct).unwrap();
    let error = simulation
        .start(rng::trajectory(0, 0))
        .run_to(1.0)
        .unwrap_err();
    assert!(matches!(error, RunError::Event { .. }), "{error}");
}
