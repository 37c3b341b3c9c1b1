//! Master equations solved by uniformisation: the distribution of any small network at any time, to rounding error.

use crate::law::Law;
use std::collections::BTreeMap;

/// The probabilities of all states reachable from `initial`, at time `time`.
///
/// `transitions` lists the states that follow a state, with the propensity of each step. States must be finitely many.
pub(crate) fn solve<S: Ord + Copy>(
    initial: S,
    transitions: impl Fn(S) -> Vec<(S, f64)>,
    time: f64,
) -> BTreeMap<S, f64> {
    let mut index = BTreeMap::from([(initial, 0)]);
    let mut states = vec![initial];
    let mut steps: Vec<Vec<(usize, f64)>> = Vec::new();
    while let Some(state) = states.get(steps.len()) {
        let mut row = Vec::new();
        for (next, propensity) in transitions(*state)
            .into_iter()
            .filter(|(_, propensity)| *propensity > 0.0)
        {
            let place = *index.entry(next).or_insert_with(|| {
                states.push(next);
                states.len() - 1
            });
            row.push((place, propensity));
        }
        steps.push(row);
    }
    let total = |row: &Vec<(usize, f64)>| row.iter().map(|(_, propensity)| propensity).sum::<f64>();
    let fastest = steps.iter().map(total).fold(0.0, f64::max);

    // A chain that jumps at the fastest rate, sometimes to where it is: Poisson many jumps up to `time`.
    let jumps = Law::poisson(fastest * time);
    let mut now = vec![0.0; states.len()];
    now[0] = 1.0;
    let mut result = vec![0.0; states.len()];
    for jump in 0..jumps.first + jumps.probabilities.len() as u64 {
        let weight = jumps.probability(jump);
        let mut next = now.clone();
        for (from, row) in steps.iter().enumerate() {
            result[from] += weight * now[from];
            for (to, propensity) in row {
                let flow = now[from] * propensity / fastest;
                next[from] -= flow;
                next[*to] += flow;
            }
        }
        now = next;
    }
    index
        .into_iter()
        .map(|(state, place)| (state, result[place]))
        .collect()
}

/// The law of one number that depends on the state.
pub(crate) fn marginal<S>(solution: &BTreeMap<S, f64>, number: impl Fn(&S) -> usize) -> Law {
    let mut probabilities = vec![0.0; solution.keys().map(&number).max().unwrap() + 1];
    for (state, probability) in solution {
        probabilities[number(state)] += probability;
    }
    Law {
        first: 0,
        probabilities,
    }
}
