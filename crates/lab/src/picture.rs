//! What is drawn of a host: histograms and dots. Looking draws no numbers and changes nothing.

use paracrine_cells::host::{BINS, Host, bin_edges};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::population::Agent;
use paracrine_cells::readout::Chain;
use serde_json::{Value, json};

/// Kinds with histograms.
pub(crate) const STAINED: [Kind; 6] = [
    Kind::Treg,
    Kind::NaiveCd4,
    Kind::BlastCd4,
    Kind::EffectorCd4,
    Kind::MemoryCd8,
    Kind::Nk,
];

/// Bins of pSTAT5, from 0 to 1.
const SIGNAL_BINS: usize = 20;

/// Dots, in proportion to cells.
const DOTS: usize = 400;

/// Kinds that are dots. Resting B cells and macrophages would be half of them and change little.
fn is_dot(kind: Kind) -> bool {
    kind.is_t()
        || matches!(
            kind,
            Kind::Nk | Kind::ImmatureNk | Kind::BlastB | Kind::Target
        )
}

/// Names, edges and kinds, which do not change.
pub(crate) fn legend() -> Value {
    let edges: Vec<f64> = (0..BINS).map(|bin| bin_edges(bin).0).collect();
    json!({
        "stained": STAINED.map(Kind::name),
        "edges": edges,
        "signal_bins": SIGNAL_BINS,
        "kinds": Kind::ALL.map(Kind::name),
        "dots": DOTS,
    })
}

/// Shares in three decimals: what a plot can show.
fn shares(bins: &[f64]) -> Vec<f64> {
    let sum: f64 = bins.iter().sum();
    let share = |bin: &f64| (bin / sum * 1000.0).round() / 1000.0;
    match sum > 0.0 {
        true => bins.iter().map(share).collect(),
        false => Vec::new(),
    }
}

/// Histograms of CD25 and pSTAT5 of each kind of [`STAINED`], empty of kinds that are not there, and the agents that they are of.
pub(crate) fn histograms(host: &Host<'_>) -> Value {
    let mut all = Vec::new();
    for kind in STAINED {
        let mut copies = [0.0; BINS];
        host.add_histogram(Chain::Cd25, Group::Only(kind), &mut copies);
        let mut signal = [0.0; SIGNAL_BINS];
        let mut agents = 0;
        for agent in host.population().agents.iter() {
            if agent.kind == kind {
                let bin = (f64::from(agent.pstat5) * SIGNAL_BINS as f64) as usize;
                signal[bin.min(SIGNAL_BINS - 1)] += agent.weight as f64;
                agents += 1;
            }
        }
        all.push(json!([shares(&copies), shares(&signal), agents]));
    }
    all.into()
}

/// Dots, two characters each: the kind, `a` for the first, and pSTAT5 in tenths; and how many cells a dot is.
///
/// Cells stand in a row by kind and pSTAT5, and every so many-th is a dot: kinds have dots by their share.
pub(crate) fn dots(host: &Host<'_>) -> (String, f64) {
    let mut row: Vec<&Agent> = host.population().agents.iter().collect();
    row.retain(|agent| is_dot(agent.kind));
    row.sort_by(|a, b| {
        (a.kind, a.pstat5)
            .partial_cmp(&(b.kind, b.pstat5))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let whole: f64 = row.iter().map(|agent| agent.weight as f64).sum();
    let mut text = String::with_capacity(2 * DOTS);
    let mut dots = 0;
    let mut passed = 0.0;
    for agent in row {
        passed += agent.weight as f64;
        while dots < DOTS && (dots as f64 + 0.5) / DOTS as f64 * whole < passed {
            let tenth = (f64::from(agent.pstat5) * 10.0) as u32;
            let place = Kind::ALL.iter().position(|kind| *kind == agent.kind);
            text.push(char::from(b'a' + place.unwrap_or(0) as u8));
            text.push(char::from_digit(tenth.min(9), 10).unwrap_or('0'));
            dots += 1;
        }
    }
    (text, whole / DOTS as f64)
}
