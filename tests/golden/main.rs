//! Have recorded short runs changed?
//!
//! One run per code path, to full precision. A change here is **value-breaking**: the same seed gives other results. If it
//! is meant, name it so in CHANGELOG.md and record anew in the same commit: run `cargo test -p paracrine-tests --test golden`
//! and copy the values that the failing test prints. Values are those of x86-64.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use paracrine_cells::host::{Host, Setup};
use paracrine_cells::model::Parameters;
use paracrine_cells::readout::Readout;
use paracrine_kernel::draw;
use paracrine_kernel::expression::Expression;
use paracrine_kernel::network::Network;
use paracrine_kernel::rng::{AgentKey, Purpose, Stream, Streams};
use paracrine_kernel::rows::{Chain, LANES, Stages, Words};
use paracrine_kernel::simulation::{Method, Simulation};
use paracrine_scenario::catalogue;

/// Compares values with those recorded, bit for bit.
#[track_caller]
fn assert_recorded(values: &[f64], recorded: &[f64]) {
    let same = values.len() == recorded.len()
        && values
            .iter()
            .zip(recorded)
            .all(|(a, b)| a.to_bits() == b.to_bits());
    assert!(
        same,
        "another result for the same seed (value-breaking): {values:?} instead of {recorded:?}"
    );
}

fn stream() -> Stream {
    let agent = AgentKey::from_words(3, 4).child(1, 0);
    Streams::new(7, 2).stream(Purpose::TRAJECTORY, agent, 11)
}

#[test]
fn draws() {
    let mut rng = stream();
    let values = [
        draw::uniform(&mut rng),
        draw::uniform_open(&mut rng),
        draw::exponential(&mut rng, 0.25),
        draw::normal(&mut rng),
        draw::lognormal(&mut rng, 12.0, 0.2),
        draw::binomial(&mut rng, 20, 0.1) as f64,
        draw::binomial(&mut rng, 1_000_000, 0.3) as f64,
        draw::poisson(&mut rng, 2.5) as f64,
        draw::poisson(&mut rng, 12_345.6) as f64,
        draw::stochastic_round(&mut rng, 7.5) as f64,
        f64::from(u8::from(draw::bernoulli(&mut rng, 0.5))),
        draw::uniform(&mut rng),
    ];
    assert_recorded(&values, DRAWS);
}

#[test]
fn exact_methods() {
    let network = Network::builder()
        .species("A", 40.0)
        .species("B", 30.0)
        .species("C", 0.0)
        .channel("bind", [("A", 1), ("B", 1)], [("C", 1)], 0.1)
        .channel("release", [("C", 1)], [("A", 1), ("B", 1)], 1.0)
        .channel("arrive", [("A", 0); 0], [("A", 1)], 3.0)
        .channel("leave", [("A", 1)], [("A", 0); 0], 0.02)
        .build()
        .unwrap();
    let mut values = Vec::new();
    for method in Method::EXACT {
        let simulation = Simulation::new(&network, method).unwrap();
        let mut trajectory = simulation.start(stream());
        trajectory.run_to(20.0).unwrap();
        values.extend_from_slice(trajectory.state().values());
        values.push(trajectory.firings() as f64);
        trajectory.run_to_firing(100.0).unwrap();
        values.push(trajectory.state().time());
    }
    assert_recorded(&values, EXACT);
}

/// A dimeriser large enough to leap, with a gene that switches one event at a time.
fn dimeriser() -> Network {
    let nothing = [("X", 1); 0];
    Network::builder()
        .species("X", 20_000.0)
        .species("Y", 0.0)
        .species("off", 1.0)
        .species("on", 0.0)
        .channel("decay", [("X", 1)], nothing, 1.0)
        .channel("pair", [("X", 2)], [("Y", 1)], 0.005)
        .channel("part", [("Y", 1)], [("X", 2)], 0.5)
        .channel("open", [("off", 1)], [("on", 1)], 2.0)
        .channel("close", [("on", 1)], [("off", 1)], 3.0)
        .channel("make", [("on", 1)], [("on", 1), ("X", 1)], 4000.0)
        .build()
        .unwrap()
}

/// Values of the dimeriser and its firings at three times.
fn dimeriser_by(method: Method) -> Vec<f64> {
    let network = dimeriser();
    let simulation = Simulation::new(&network, method).unwrap();
    let mut trajectory = simulation.start(stream());
    let mut values = Vec::new();
    for time in [0.01, 1.0, 12.0] {
        trajectory.run_to(time).unwrap();
        values.extend_from_slice(trajectory.state().values());
        values.push(trajectory.firings() as f64);
    }
    values
}

#[test]
fn tau_leap() {
    let values = dimeriser_by(Method::TAU_LEAP);
    // It does leap.
    assert_ne!(values, dimeriser_by(Method::Direct));
    assert_recorded(&values, TAU_LEAP);
}

#[test]
fn fixed_leap() {
    let method = Method::FixedLeap { tau: 0.001 };
    assert_recorded(&dimeriser_by(method), FIXED_LEAP);
}

#[test]
fn binomial_leap() {
    let method = Method::BinomialLeap { tau: 0.001 };
    assert_recorded(&dimeriser_by(method), BINOMIAL_LEAP);
}

#[test]
fn ode() {
    let formula = |text: &str| text.parse::<Expression>().unwrap();
    let nothing = [("X", 1); 0];
    let network = Network::builder()
        .species("X", 100.0)
        .species("Y", 0.0)
        .parameter("drug", 2.0)
        .parameter("total", 0.0)
        .rate("drug", formula("-0.3 * drug"))
        .assignment("total", formula("X + 2 * Y"))
        .channel(
            "make",
            nothing,
            [("X", 1)],
            formula("50 * hill(40, total, 2) * (1 + 0.5 * sin(time))"),
        )
        .channel("pair", [("X", 2)], [("Y", 1)], 0.01)
        .channel("part", [("Y", 1)], [("X", 2)], 0.5)
        .channel("lose", [("X", 1)], nothing, formula("drug * X / (1 + X)"))
        .build()
        .unwrap();
    let simulation = Simulation::new(&network, Method::ODE).unwrap();
    let mut trajectory = simulation.start(stream());
    let mut values = Vec::new();
    for time in [0.01, 1.0, 20.0] {
        trajectory.run_to(time).unwrap();
        values.extend_from_slice(trajectory.state().values());
    }
    assert_recorded(&values, ODE);
}

#[test]
fn chains() {
    let agents = std::array::from_fn(|lane| Streams::new(7, 2).of_agent(AgentKey(lane as u128)));
    let chain = |lane: usize| Chain {
        forth: 0.1 * lane as f32,
        back: 2.4,
        lost: 0.42,
        onward: 2.8,
        done: 2.1,
    };
    let mut stages = Stages {
        first: [900.0; LANES],
        second: [70.0; LANES],
        third: [5.0; LANES],
    };
    let mut done = 0.0;
    for step in 0..24 {
        let mut words = Words::new(&agents, Purpose::TRAJECTORY, step);
        let left = stages.leap(chain, &[400.0; LANES], 1.0, &mut words);
        done += left.iter().sum::<f32>();
    }
    let mut values: Vec<f64> = Vec::new();
    for row in [stages.first, stages.second, stages.third] {
        values.extend(row[..4].iter().map(|count| f64::from(*count)));
    }
    values.push(f64::from(done));
    assert_recorded(&values, CHAINS);
}

#[test]
fn mouse() {
    let parameters: Parameters = catalogue::model("mouse").unwrap().parameters;
    let mut mouse = Host::newborn(&parameters, &Setup::default(), 600, 7, 2);
    while mouse.age_d() < 10.0 {
        mouse.step().unwrap();
    }
    let read = |name: &str, arguments: &[&str], of: Option<&str>| {
        mouse.observe(&Readout::from_call(name, arguments, of).unwrap())
    };
    let values = [
        read("count", &["T"], None),
        read("count", &["Treg"], None),
        read("activated_fraction", &["Tcon"], None),
        read("fraction", &["memory CD8"], Some("CD8")),
        read("copies", &["CD25", "Treg"], None),
        read("copies", &["CD122", "memory CD8"], None),
        read("pstat5", &["Treg"], None),
        read("division_rate", &["T"], None),
        read("concentration", &["IL-2"], None),
        read("il2_secretion", &[], None),
        read("costimulation", &[], None),
        read("suppression", &[], None),
        read("damage", &[], None),
        read("agents", &[], None),
        read("count", &["B"], None),
        read("count", &["plasma cell"], None),
        read("antibody", &["IgG"], None),
        read("autoantibody", &[], None),
        read("red_cells", &[], None),
        read("count", &["activated macrophage"], None),
        read("count", &["immature NK"], None),
        mouse.ledger().secreted as f64,
        mouse.ledger().degraded as f64,
        mouse.ledger().resampled as f64,
    ];
    assert_recorded(&values, MOUSE);
}

const DRAWS: &[f64] = &[
    0.7194509531239676,
    0.7728868853142253,
    5.941886996158339,
    1.0221182387581387,
    12.40768185165093,
    0.0,
    299794.0,
    1.0,
    12404.0,
    7.0,
    1.0,
    0.25582005145187503,
];
const EXACT: &[f64] = &[
    53.0,
    5.0,
    25.0,
    1049.0,
    20.002894879999854,
    53.0,
    4.0,
    26.0,
    1013.0,
    20.02159159036827,
    62.0,
    0.0,
    30.0,
    1096.0,
    20.00613865303663,
    62.0,
    0.0,
    30.0,
    1096.0,
    20.00613865303663,
    53.0,
    5.0,
    25.0,
    1049.0,
    20.0109306323286,
];
const TAU_LEAP: &[f64] = &[
    6671.0, 6613.0, 1.0, 0.0, 6754.0, 866.0, 9191.0, 1.0, 0.0, 19869.0, 1214.0, 12330.0, 0.0, 1.0,
    170297.0,
];
const BINOMIAL_LEAP: &[f64] = &[
    6726.0, 6579.0, 1.0, 0.0, 6737.0, 956.0, 9765.0, 1.0, 0.0, 22191.0, 1328.0, 14999.0, 0.0, 1.0,
    198558.0,
];
const FIXED_LEAP: &[f64] = &[
    6160.0, 6856.0, 1.0, 0.0, 7044.0, 961.0, 9132.0, 1.0, 0.0, 19981.0, 1110.0, 13126.0, 1.0, 0.0,
    181124.0,
];
const ODE: &[f64] = &[
    98.09245711930507,
    0.9784405116946329,
    1.994008991006745,
    100.04933814269434,
    47.42334768630557,
    29.460389273408662,
    1.481636441363509,
    106.34412623312289,
    55.548580804541736,
    58.93199232469303,
    0.004957504353120077,
    173.41256545392778,
];
const CHAINS: &[f64] = &[
    986.0, 828.0, 735.0, 721.0, 0.0, 21.0, 25.0, 43.0, 0.0, 27.0, 41.0, 43.0, 188020.0,
];
const MOUSE: &[f64] = &[
    14788791.0,
    294596.0,
    0.028021865152082978,
    0.017964073586420645,
    4206.210987250336,
    4570.9701965451795,
    0.10712255674797455,
    0.024976876953309687,
    0.9716049912789626,
    14957.565,
    0.48983099999999996,
    0.12865477790533258,
    0.0,
    581.0,
    6694247.0,
    3653.0,
    0.001402294874827519,
    1.727795148094038e-5,
    0.9999983380758828,
    166666.0,
    3354.0,
    1977399856.0,
    850203440.0,
    -68933.0,
];
