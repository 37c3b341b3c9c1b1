//! The stochastic model test suite, if it is there: the folder that `PARACRINE_DSMTS` names, or `../shared/dsmts/cases`
//! beside the repository. It is not ours to ship.

use paracrine_kernel::simulation::Method;
use paracrine_scenario::dsmts::{Verdict, cases, judge};
use paracrine_tests::repository;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// By the suite's own rule, which a right simulator misses in one fresh run of this test in about five, mostly by case
/// 00033: the seed is fixed, and a failure after a change of values is to be looked at with `paracrine dsmts`.
#[test]
#[allow(clippy::print_stderr, reason = "a test that tests nothing says so")]
fn every_case_is_good_by_every_method() {
    const REPLICATES: u64 = 10_000;
    const SEED: u64 = 1;
    let folder = std::env::var_os("PARACRINE_DSMTS")
        .map_or_else(|| repository().join("../shared/dsmts/cases"), PathBuf::from);
    if !folder.is_dir() {
        eprintln!("no cases in {}: nothing is tested", folder.display());
        return;
    }
    let never = AtomicBool::new(false);
    for case in cases(&folder).unwrap() {
        let usual = case.models.iter().find(|model| model.level == "l3v1");
        let model = usual.or(case.models.last()).unwrap();
        let leaping = [Method::TAU_LEAP, Method::BinomialLeap { tau: 0.1 }];
        for method in Method::EXACT.into_iter().chain(leaping) {
            let judgement = judge(&case, model, method, REPLICATES, SEED, &never);
            let judgement = judgement.unwrap().unwrap();
            assert!(
                matches!(
                    judgement.verdict,
                    Verdict::Good | Verdict::Unsuited(_) | Verdict::Skipped(_)
                ),
                "{} by {}: {judgement:?}",
                case.number,
                method.name()
            );
        }
    }
}
