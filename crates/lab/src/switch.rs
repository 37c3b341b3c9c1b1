//! The Schlögl network: replicates by chance beside the course of its mean-field equations.

use crate::plan::{NoPlan, told};
use paracrine_scenario::Error;
use paracrine_scenario::catalogue;
use paracrine_scenario::simulate::method::Wish;
use paracrine_scenario::simulate::model::Model;
use paracrine_scenario::simulate::plan::{Plan, Settings, Trajectories};
use paracrine_scenario::simulate::run::courses;
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;

/// The network.
const NETWORK: &str = "schloegl";

/// Molecules at the beginning that may be asked for.
pub(crate) const STARTS: std::ops::RangeInclusive<u32> = 0..=1000;

fn plan(method: &str, replicates: u64, seed: u64, start: u32) -> Result<Plan, Error> {
    let mut source = catalogue::find_network(NETWORK)?;
    // `changes` are of parameters; where it begins is in the text.
    source.text = source
        .text
        .replacen("\"X\": 250", &format!("\"X\": {start}"), 1);
    let model = Model::read(source, Default::default(), &[])?;
    Plan::new(
        model,
        &Settings {
            wish: Wish {
                name: Some(method.into()),
                ..Wish::default()
            },
            replicates: Some(replicates),
            seed: Some(seed),
            quantities: vec!["X".into()],
            trajectories: Trajectories::Never,
            ..Settings::default()
        },
    )
}

/// Courses of molecules X: `replicates` by the exact method, and the deterministic one.
pub(crate) fn run(replicates: u32, seed: u64, start: u32) -> Result<Value, NoPlan> {
    let simulate = |method: &str, replicates| -> Result<(Vec<f64>, Vec<Vec<f64>>), Error> {
        let plan = plan(method, replicates, seed, start)?;
        let mut all = Vec::new();
        courses(&plan, &AtomicBool::new(false), |_, course| {
            all.push(course.into_iter().map(|row| row[0]).collect());
        })?;
        Ok((plan.times, all))
    };
    let exact = simulate("direct", replicates.into()).map_err(|error| told(&error))?;
    let mean = simulate("ode", 1).map_err(|error| told(&error))?;
    Ok(
        json!({ "times": exact.0, "exact": exact.1, "ode": mean.1[0], "start": start, "seed": seed }),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// The shipped network keeps the words that are replaced here.
    #[test]
    fn it_begins_where_it_is_asked_to() {
        for start in [100, 400] {
            let courses = run(2, 1, start).unwrap();
            assert_eq!(courses["ode"][0].as_f64().unwrap(), f64::from(start));
            assert_eq!(courses["exact"][1][0].as_f64().unwrap(), f64::from(start));
        }
    }

    /// What the lesson says: the equation goes to one state, runs part. A fair coin falls fewer than 4 times of 20 on a side with a chance of 0.003;
    /// the seed is fixed.
    #[test]
    fn runs_part_and_the_equation_does_not() {
        let told = run(20, 1, 250).unwrap();
        let end = |course: &Value| course.as_array().unwrap().last().unwrap().as_f64().unwrap();
        let low = told["exact"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|course| end(course) < 256.0)
            .count();
        assert!((4..=16).contains(&low), "{low} of 20 end low");
        assert!(end(&told["ode"]) > 400.0);
    }
}
