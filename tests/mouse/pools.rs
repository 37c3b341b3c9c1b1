//! The shared pool of IL-2 at the step of mice and at half of it, against steps of five seconds.
//!
//! α is given, not induced: its synthesis reads the pSTAT5 of the step before, so that induction lags by half a step, which matters to a
//! well whose cells meet IL-2 for the first time (its step is minutes), not to a mouse.

use paracrine_cells::host::{Action, Culture, Host, Intervention, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::model::Parameters;
use paracrine_cells::readout::Readout;
use rayon::prelude::*;

/// A well in which effectors secrete and Treg consume, with some of both and more or less medium.
struct Well {
    name: &'static str,
    treg: u64,
    effectors: u64,
    volume_ml: f64,
    start_pm: f64,
}

const WELLS: [Well; 3] = [
    Well {
        name: "pool turned over in minutes",
        treg: 1_000_000,
        effectors: 300_000,
        volume_ml: 0.2,
        start_pm: 0.0,
    },
    Well {
        name: "few consumers",
        treg: 20_000,
        effectors: 300_000,
        volume_ml: 1.0,
        start_pm: 5.0,
    },
    Well {
        name: "a pulse that is used up",
        treg: 100_000,
        effectors: 10_000,
        volume_ml: 1.0,
        start_pm: 100.0,
    },
];

/// IL-2 over the last hour (pM), and mean and variance over Treg of occupied receptors.
fn outcome(p: &Parameters, well: &Well, step_h: f64, seed: u64) -> [f64; 3] {
    let once = |action| Intervention::once(0.0, action);
    let transfer = |kind, cells| once(crate::transfer(kind, cells));
    let pm = well.volume_ml * paracrine_cells::pool::MOLECULES_PER_PM_ML;
    let mut interventions = vec![
        transfer(Kind::Treg, well.treg),
        transfer(Kind::EffectorCd4, well.effectors),
    ];
    if well.start_pm > 0.0 {
        interventions.push(once(Action::Inject {
            form: None,
            molecules: (well.start_pm * pm) as u64,
            route: paracrine_cells::host::Route::Intravenous,
        }));
    }
    let setup = Setup {
        genotypes: Vec::new(),
        interventions,
        ..Setup::default()
    };
    let medium = Culture {
        volume_ml: well.volume_ml,
        il7_pm: p.il7,
        step_h,
        ..Culture::default()
    };
    let mut host = Host::culture(p, &setup, medium, 1000, seed, 0);
    let (mut sum, mut count) = (0.0, 0.0);
    while host.age_d() * 24.0 < 6.0 - 1e-6 {
        host.step().unwrap();
        assert_eq!(host.ledger().imbalance(host.ligand_on_cells()), 0);
        if host.age_d() * 24.0 > 5.0 + 1e-6 {
            sum += host.observe(&Readout::Il2);
            count += 1.0;
        }
    }
    let treg = Group::Only(Kind::Treg);
    let (mut n, mut first, mut second) = (0.0, 0.0, 0.0);
    for (agent, surface) in host
        .population()
        .agents
        .iter()
        .zip(&host.population().surfaces)
    {
        if treg.contains(p, agent) {
            let (w, x) = (agent.weight as f64, f64::from(surface.occupied));
            n += w;
            first += w * x;
            second += w * x * x;
        }
    }
    let mean = first / n;
    [sum / count, mean, second / n - mean * mean]
}

/// Means over four wells at five seconds and 32 at the longer steps, beside four standard errors (a false-alarm rate of 6e-5 per
/// figure).
#[test]
fn pools_agree_with_steps_of_five_seconds() {
    compare(4, 32, 4.0);
}

/// The same with so many wells that the standard errors are a fraction of what is allowed; beside two of them. Minutes.
#[test]
#[ignore = "minutes: run by name"]
fn many_pools_agree_with_steps_of_five_seconds() {
    compare(96, 768, 2.0);
}

/// IL-2 and occupied receptors within 2.5 % at a step of an hour and 1 % at half an hour, the variance within 8 % and 5 %, beside so many
/// standard errors.
fn compare(references: u64, wells: u64, errors: f64) {
    let mut file = paracrine_scenario::catalogue::model("mouse").unwrap().file;
    file.receptors.get_mut("Treg").unwrap().alpha = 12_000.0;
    for name in ["alpha_signal_treg", "alpha_effector_share"] {
        let parameter = file.parameters.get_mut(name).unwrap();
        (parameter.value, parameter.low) = (0.0, 0.0);
    }
    let p = Parameters::new(&file).unwrap();
    let mut out = Vec::new();
    for well in &WELLS {
        let summary = |step_h: f64, wells: u64| {
            let all: Vec<[f64; 3]> = (0..wells)
                .into_par_iter()
                .map(|number| outcome(&p, well, step_h, 4000 + number))
                .collect();
            let n = all.len() as f64;
            std::array::from_fn::<_, 3, _>(|i| {
                let mean = all.iter().map(|x| x[i]).sum::<f64>() / n;
                let square = all.iter().map(|x| (x[i] - mean).powi(2)).sum::<f64>();
                (mean, (square / (n * (n - 1.0))).sqrt())
            })
        };
        let reference = summary(5.0 / 3600.0, references);
        for (step_h, allowed) in [(1.0, [0.025, 0.025, 0.08]), (0.5, [0.01, 0.01, 0.05])] {
            let found = summary(step_h, wells);
            for (i, name) in ["IL-2", "occupied", "variance"].iter().enumerate() {
                let ((a, a_error), (b, b_error)) = (found[i], reference[i]);
                let error = (a_error * a_error + b_error * b_error).sqrt() / b;
                let line = format!(
                    "{}, step {step_h} h, {name}: {a:.4} against {b:.4}, {:+.2} % (+- {:.2})",
                    well.name,
                    100.0 * (a / b - 1.0),
                    100.0 * error
                );
                println!("{line}");
                if (a / b - 1.0).abs() > allowed[i] + errors * error {
                    out.push(line);
                }
            }
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}
