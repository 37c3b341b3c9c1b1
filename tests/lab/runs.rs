//! What a page is shown is what `paracrine run` computes; a page that does not read harms its own run alone.

use crate::client::Served;
use paracrine_tests::program::Place;
use paracrine_tests::results::Table;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const CONTROLS: &str = r#"{
    "until_d": 12, "seed": 11, "cells": 500, "genes": [["Il2ra", 0.5]],
    "deplete": [{ "kind": "Treg", "fraction": 0.95, "at_d": 6 }],
    "doses": [{ "ligand": "IL-2", "dose": "25 000 IU", "at_d": 8, "days": 2 }]
}"#;

/// The scenario of controls, as the page's tab shows it.
fn scenario(served: &Served) -> String {
    let controls: Value = serde_json::from_str(CONTROLS).unwrap();
    let answer = served.post("/api/scenario", &controls);
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    told["scenario"].as_str().unwrap().to_owned()
}

/// Samples by arm, time and readout, as the tables of a run write numbers.
type Samples = BTreeMap<(String, String, String), String>;

/// Samples of a run that was watched.
pub(crate) fn watched(events: &[(String, Value)]) -> Samples {
    let plan = &events.iter().find(|(name, _)| name == "plan").unwrap().1;
    let mut samples = Samples::new();
    for (_, data) in events.iter().filter(|(name, _)| name == "sample") {
        for (arm, name) in data["arms"]
            .as_array()
            .unwrap()
            .iter()
            .zip(plan["arms"].as_array().unwrap())
        {
            let Some(values) = arm["values"].as_array() else {
                continue;
            };
            for (value, readout) in values.iter().zip(plan["readouts"].as_array().unwrap()) {
                let text = value
                    .as_f64()
                    .map_or(String::new(), |value| value.to_string());
                let time = arm["time_d"].as_f64().unwrap().to_string();
                let key = (
                    name.as_str().unwrap().to_owned(),
                    time,
                    readout["name"].as_str().unwrap().to_owned(),
                );
                assert!(samples.insert(key, text).is_none());
            }
        }
    }
    samples
}

/// Samples of mouse 0 of a run of the program.
pub(crate) fn run(scenario: &str) -> Samples {
    let place = Place::new(env!("CARGO_BIN_EXE_paracrine-under-test"));
    place.write("lab.ron", scenario);
    place.done(&["run", "lab.ron", "--out", "out"]);
    let table = Table::read(&place.path("out/timecourse.csv"));
    let column = |name| table.column(name);
    let rows = table
        .rows
        .iter()
        .filter(|row| row[column("replicate")] == "0");
    rows.map(|row| {
        let number = |text: &str| {
            text.parse::<f64>()
                .map_or(String::new(), |number| number.to_string())
        };
        let key = (
            row[column("arm")].clone(),
            number(&row[column("time_d")]),
            row[column("readout")].clone(),
        );
        (key, number(&row[column("value")]))
    })
    .collect()
}

#[test]
fn the_curves_are_those_of_paracrine_run() {
    let served = Served::new(false);
    let scenario = scenario(&served);
    let events = served.events("/api/run", &json!({ "visitor": "v", "scenario": scenario }));
    let samples = watched(&events);
    assert_eq!(events.last().unwrap().0, "end");
    assert!(samples.len() > 2 * 20 * 8, "{}", samples.len());
    assert_eq!(samples, run(&scenario));
}

#[test]
fn mice_of_a_crowd_are_those_of_paracrine_run() {
    let served = Served::new(false);
    let scenario = scenario(&served).replace("replicates: 1", "replicates: 3");
    let events = served.events(
        "/api/crowd",
        &json!({ "visitor": "v", "scenario": scenario, "mice": 3 }),
    );
    let plan = events
        .iter()
        .find(|(name, _)| name == "plan")
        .unwrap()
        .1
        .clone();
    let mice: Vec<&Value> = events
        .iter()
        .filter(|(name, _)| name == "mouse")
        .map(|(_, data)| data)
        .collect();
    assert_eq!(mice.len(), 6);
    let first = mice.iter().filter(|mouse| mouse["replicate"] == 0);
    let samples: Vec<(String, Value)> = first
        .flat_map(|mouse| {
            let arm = mouse["arm"].as_u64().unwrap() as usize;
            mouse["times_d"]
                .as_array()
                .unwrap()
                .iter()
                .zip(mouse["values"].as_array().unwrap())
                .map(move |(time, values)| {
                    let mut arms = vec![json!({}), json!({})];
                    arms[arm] = json!({ "time_d": time, "values": values });
                    ("sample".to_owned(), json!({ "arms": arms }))
                })
        })
        .collect();
    let all: Vec<(String, Value)> = [("plan".to_owned(), plan)]
        .into_iter()
        .chain(samples)
        .collect();
    assert_eq!(watched(&all), run(&scenario));
}

/// Neither the pace, nor pauses, nor steps change a value.
#[test]
fn reins_change_no_value() {
    let served = Served::new(false);
    let scenario = scenario(&served)
        .replace("12 d", "6 d")
        .replace("\"8 d\"", "\"4 d\"")
        .replace("\"9 d\"", "\"5 d\"")
        .replace("\"6 d\"),", "\"3 d\"),");
    let whole = served.events("/api/run", &json!({ "visitor": "v", "scenario": scenario }));
    let paced = served.events(
        "/api/run",
        &json!({ "visitor": "v", "scenario": scenario, "pace": 20.0 }),
    );
    assert_eq!(watched(&whole), watched(&paced));
}

/// A run whose page reads nothing waits; others go on, and when the page is gone its run ends.
#[test]
fn a_page_that_does_not_read_holds_up_itself_alone() {
    let served = Served::new(false);
    let long = scenario(&served)
        .replace("12 d", "120 d")
        .replace("12 h", "3 h");
    let mute = served.begin("/api/run", &json!({ "visitor": "mute", "scenario": long }));
    let before = Instant::now();
    let events = served.events(
        "/api/run",
        &json!({ "visitor": "other", "scenario": scenario(&served) }),
    );
    assert_eq!(events.last().unwrap().0, "end");
    assert!(before.elapsed() < Duration::from_secs(100));
    drop(mute);
    // Four runs at once are the most: they begin at once only if the one left behind has made room.
    let runs: Vec<_> = (0..4)
        .map(|number| {
            served.begin(
                "/api/run",
                &json!({ "visitor": format!("v{number}"), "scenario": scenario(&served) }),
            )
        })
        .collect();
    for run in runs {
        let body = crate::client::answered(run).body;
        assert!(body.contains("event: end"));
    }
}

#[test]
fn a_new_run_of_a_visitor_ends_the_one_before() {
    let served = Served::new(false);
    let text = scenario(&served);
    let paused = served.begin(
        "/api/run",
        &json!({ "visitor": "v", "scenario": text, "is_paused": true }),
    );
    std::thread::sleep(Duration::from_millis(300));
    let events = served.events("/api/run", &json!({ "visitor": "v", "scenario": text }));
    assert_eq!(events.last().unwrap().0, "end");
    let body = crate::client::answered(paused).body;
    assert!(!body.contains("event: end"), "{body}");
    // It is told why.
    let last = body.rsplit("event: ").next().unwrap();
    assert!(last.starts_with("replaced"), "{last}");
}
