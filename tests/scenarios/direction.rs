//! The answer of each shipped scenario at small size: directions, not bands.
//!
//! 3 mice of 2000 agents in each arm, seed 7, only the arms and days that are asked for. The factors lie far from what
//! 24 other seeds gave (`docs/validation.md`), so that another seed or a small change of parameters keeps the verdict.

use crate::plan;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::record::Record;
use paracrine_scenario::statistics;
use rayon::prelude::*;
use std::sync::OnceLock;

/// The mice of one arm.
struct Cohort {
    plan: Plan,
    records: Vec<Record>,
}

impl Cohort {
    /// Simulates an arm to the age of `until_d`.
    fn new(scenario: &str, arm: &str, until_d: f64) -> Self {
        Self::of_agents(2000, scenario, arm, until_d)
    }

    /// The same with mice of so many agents.
    fn of_agents(cells: u32, scenario: &str, arm: &str, until_d: f64) -> Self {
        let overrides = Overrides {
            seed: Some(7),
            replicates: Some(3),
            cells: Some(cells),
            ..Overrides::default()
        };
        let mut plan = plan(scenario, &overrides);
        plan.run.until_d = until_d;
        let index = plan
            .arms
            .iter()
            .position(|known| known.name == arm)
            .unwrap();
        // All readouts of all scenarios, so that arms can be compared across them.
        for other in paracrine_scenario::catalogue::SCENARIOS {
            for readout in crate::plan(other.name, &overrides).readouts {
                if !plan.readouts.contains(&readout) {
                    plan.readouts.push(readout);
                }
            }
        }
        let records = plan
            .replicates
            .clone()
            .into_par_iter()
            .map(|replicate| {
                Record::simulate(&plan, index, replicate, |_| true)
                    .unwrap()
                    .unwrap()
            })
            .collect();
        Self { plan, records }
    }

    /// The median of a readout over the mice.
    #[track_caller]
    fn median(&self, readout: &str, at_d: f64) -> f64 {
        let index = self
            .plan
            .readouts
            .iter()
            .position(|known| known.name == readout);
        let index = index.unwrap_or_else(|| panic!("no readout {readout}"));
        let values: Vec<f64> = self
            .records
            .iter()
            .filter_map(|record| record.at(&self.plan, index, at_d))
            .collect();
        let median = statistics::median(&values).unwrap();
        println!("{readout} at {at_d} d: {median:.4} of {values:.4?}");
        median
    }

    /// Ages at death in order; mice that live are infinitely old.
    fn deaths(&self) -> Vec<f64> {
        let deaths: Vec<f64> = self
            .records
            .iter()
            .map(|record| record.died_d.unwrap_or(f64::INFINITY))
            .collect();
        println!("deaths: {deaths:?}");
        statistics::sorted(&deaths)
    }
}

/// The healthy mouse, needed by all.
fn wild_type() -> &'static Cohort {
    static COHORT: OnceLock<Cohort> = OnceLock::new();
    COHORT.get_or_init(|| Cohort::new("treg-depletion", "untreated", 70.0))
}

fn il2ra_knockout() -> &'static Cohort {
    static COHORT: OnceLock<Cohort> = OnceLock::new();
    COHORT.get_or_init(|| Cohort::new("il2ra-knockout", "Il2ra-/-", 42.0))
}

fn il2_knockout() -> &'static Cohort {
    static COHORT: OnceLock<Cohort> = OnceLock::new();
    COHORT.get_or_init(|| Cohort::new("il2-knockout", "Il2-/-", 42.0))
}

const ACTIVATED: &str = "activated_fraction(Tcon)";
const IL2: &str = "concentration(IL-2)";

/// The arm without genotype and intervention is the same mouse in every scenario.
#[test]
fn arms_of_equal_content_are_equal_across_scenarios() {
    let one = Cohort::new("wild-type", "wild type", 6.0);
    let other = Cohort::new("foxp3-null", "wild type", 6.0);
    for readout in [ACTIVATED, IL2, "count(T)"] {
        let (a, b) = (one.median(readout, 6.0), other.median(readout, 6.0));
        assert_eq!(a.to_bits(), b.to_bits(), "{readout}");
    }
}

#[test]
fn wild_type_stays_quiet() {
    let mice = wild_type();
    for age in [14.0, 21.0, 28.0, 42.0, 56.0, 70.0] {
        assert!(mice.median(ACTIVATED, age) < 0.3, "activated at day {age}");
    }
    assert!(mice.median("fraction(Treg, of: CD4)", 70.0) > 0.05);
    assert!(mice.median("count(T)", 70.0) > 10.0 * mice.median("count(T)", 1.0));
    assert!(mice.deaths()[0].is_infinite());
    assert!(mice.records.iter().all(|mouse| mouse.onset_d.is_none()));
}

#[test]
fn il2ra_knockout_is_autoimmune_and_one_copy_is_enough() {
    let (healthy, ill) = (wild_type(), il2ra_knockout());
    let heterozygous = Cohort::new("il2ra-knockout", "Il2ra+/-", 42.0);
    let quiet = healthy.median(ACTIVATED, 42.0);
    assert!(ill.median(ACTIVATED, 42.0) >= 3.0 * quiet);
    assert!(ill.median("cd25_positive_fraction(Treg)", 42.0) <= 0.0);
    assert!(healthy.median("cd25_positive_fraction(Treg)", 42.0) > 0.5);
    assert!(ill.median(IL2, 42.0) > 3.0 * healthy.median(IL2, 42.0));
    assert!(ill.median("count(memory CD8)", 42.0) > healthy.median("count(memory CD8)", 42.0));
    let ratio = heterozygous.median(ACTIVATED, 42.0) / quiet;
    assert!((1.0 / 1.4..1.4).contains(&ratio), "Il2ra+/-: {ratio}");
}

#[test]
fn il2_knockout_has_the_disease_without_the_cytokine() {
    let (healthy, ill) = (wild_type(), il2_knockout());
    assert!(ill.median(ACTIVATED, 42.0) >= 3.0 * healthy.median(ACTIVATED, 42.0));
    assert!(ill.median(IL2, 42.0) <= 0.0, "IL-2 without its gene");
    assert!(
        ill.median("copies(CD25, Treg)", 42.0) < 0.3 * healthy.median("copies(CD25, Treg)", 42.0)
    );
    let memory = "count(memory CD8)";
    assert!(il2ra_knockout().median(memory, 42.0) > ill.median(memory, 42.0));
}

#[test]
fn mice_without_any_treg_die_first() {
    let scurfy = Cohort::new("foxp3-null", "Foxp3 null", 42.0);
    assert!(scurfy.median("fraction(Treg, of: CD4)", 20.0) <= 0.0);
    assert!(scurfy.median(ACTIVATED, 20.0) > 2.0 * wild_type().median(ACTIVATED, 20.0));
    let deaths = scurfy.deaths();
    assert!(deaths[2] < 35.0, "Foxp3-null mice live on: {deaths:?}");
    for others in [il2_knockout(), il2ra_knockout(), wild_type()] {
        assert!(
            others.deaths()[0] > deaths[2],
            "a mouse with Treg dies before"
        );
    }
}

#[test]
fn losing_most_treg_is_silent_and_losing_almost_all_is_not() {
    // Few agents blur the threshold between the two: mice of the size that the scenario has.
    let cohort = |arm: &str| Cohort::of_agents(8000, "treg-depletion", arm, 70.0);
    let [untreated, some, most] = ["untreated", "70 % removed", "95 % removed"].map(cohort);
    let dividing = "ki67_positive_fraction(Tcon)";
    let quiet = untreated.median(dividing, 63.0);
    assert!(some.median(dividing, 63.0) < 1.3 * quiet);
    assert!(most.median(dividing, 63.0) > 1.5 * quiet);
    assert!(most.median("costimulation", 60.0) > 1.2 * untreated.median("costimulation", 60.0));
    // The niche refills.
    let all = untreated.median("count(Treg)", 56.5);
    assert!(most.median("count(Treg)", 56.5) < 0.2 * all);
    assert!(some.median("count(Treg)", 56.5) < 0.5 * all);
    for refilled in [&some, &most] {
        assert!(refilled.median("count(Treg)", 70.0) > 0.6 * untreated.median("count(Treg)", 70.0));
    }
}

/// Treg grow 2.4-fold with JES6-1 and memory CD8 hardly; with S4B6 memory CD8 grow fifteenfold.
#[test]
fn an_antibody_on_il2_chooses_who_grows() {
    let [untreated, for_treg, for_cd8] = ["untreated", "IL-2/JES6-1", "IL-2/S4B6"]
        .map(|arm| Cohort::new("il2-complexes", arm, 61.0));
    let times =
        |cohort: &Cohort, readout| cohort.median(readout, 61.0) / untreated.median(readout, 61.0);
    assert!(times(&for_treg, "count(Treg)") > 1.6);
    assert!(times(&for_treg, "count(memory CD8)") < 2.0);
    assert!(times(&for_cd8, "count(memory CD8)") > 4.0);
}
