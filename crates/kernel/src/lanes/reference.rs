//! One replicate after the other, as simply as possible: what every engine must agree with, to the last bit.

use super::{
    Compiled, Plan,
    outcome::{End, Fault},
    xoshiro,
};
use crate::draw;
use crate::logarithm::ln;

/// An outcome that owns its samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OwnedOutcome {
    /// See [`Outcome::samples`](super::Outcome::samples).
    pub(crate) samples: Vec<f64>,
    /// See [`Outcome::filled`](super::Outcome::filled).
    pub(crate) filled: usize,
    /// See [`Outcome::events`](super::Outcome::events).
    pub(crate) events: u64,
    /// See [`Outcome::next_event`](super::Outcome::next_event).
    pub(crate) next_event: f64,
    /// See [`Outcome::firings`](super::Outcome::firings).
    pub(crate) firings: Option<Vec<u64>>,
    /// See [`Outcome::end`](super::Outcome::end).
    pub(crate) end: End,
}

/// Runs the replicate whose stream has the given state.
#[must_use]
pub(crate) fn run(compiled: &Compiled, plan: &Plan, stream: [u64; 4]) -> OwnedOutcome {
    let tables = compiled.tables();
    let mut stream = stream.map(|word| [word]);
    let mut counts = tables.initial.clone();
    let mut firings = vec![0; tables.channels.len()];
    let mut outcome = OwnedOutcome {
        samples: Vec::new(),
        filled: 0,
        events: 0,
        next_event: 0.0,
        firings: None,
        end: End::Finished,
    };
    loop {
        let [wait] = xoshiro::next(&mut stream);
        let [choice] = xoshiro::next(&mut stream);

        let mut cumulative = Vec::new();
        let mut total = 0.0;
        for &channel in &compiled.order {
            total += tables.channels[channel].propensity(|species| counts[species]);
            cumulative.push(total);
        }
        outcome.next_event += -ln(draw::inside(wait)) / total;
        if outcome.events == plan.limit {
            outcome.end = End::Limit;
            break;
        }
        if !(0.0..f64::INFINITY).contains(&total) {
            let mut channels = tables.channels.iter();
            let channel =
                channels.position(|row| !row.propensity(|species| counts[species]).is_finite());
            outcome.end = End::Fault(Fault::Total {
                total,
                channel,
                counts,
            });
            break;
        }

        while outcome.filled < plan.times.len() && plan.times[outcome.filled] < outcome.next_event {
            let recorded = plan.recorded.iter().map(|&species| counts[species]);
            outcome.samples.extend(recorded);
            outcome.filled += 1;
        }
        if outcome.filled == plan.times.len() {
            break;
        }
        if let (0, species) = compiled.events_within_range(|species| counts[species]) {
            outcome.end = End::Fault(Fault::Count { species, counts });
            break;
        }

        let target = xoshiro::below_one(choice) * total;
        let position = cumulative.iter().filter(|sum| **sum <= target).count();
        let channel = compiled.order[position];
        for &(species, change) in &tables.channels[channel].change {
            counts[species] += change;
        }
        firings[channel] += 1;
        outcome.events += 1;
    }
    outcome.firings = plan.firings.then_some(firings);
    outcome
}
