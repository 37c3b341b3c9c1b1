//! Who sits where: the replicate in each lane, its samples, and everything that is not done at every event.

use super::{
    compiled::Compiled,
    outcome::{End, Fault, Outcome},
    plan::Plan,
};
use std::sync::atomic::{AtomicBool, Ordering};

/// The flag of interruption is looked at once in so many steps.
const STEPS_PER_LOOK: u64 = 1 << 16;

/// A source of replicates: each one's number and the four words of its xoshiro256++ state, which are not all 0.
/// It is called whenever a lane is free, and not again after it has returned none.
pub(crate) type Source<'a> = dyn FnMut() -> Option<(u64, [u64; 4])> + 'a;
/// What is called with each replicate's number and outcome when it ends.
pub(crate) type Sink<'a> = dyn FnMut(u64, Outcome<'_>) + 'a;

/// The replicates under way, one per lane.
pub(super) struct Roster<'a> {
    compiled: &'a Compiled,
    plan: &'a Plan,
    source: &'a mut Source<'a>,
    sink: &'a mut Sink<'a>,
    /// Set from outside once all is to stop.
    interrupt: &'a AtomicBool,
    berths: Vec<Berth>,
    /// Replicates that are to go on in other lanes.
    suspended: Vec<(Berth, Trajectory)>,
    /// Whether the source has no more replicates.
    exhausted: bool,
    /// How many lanes have a replicate.
    occupied: usize,
    /// The lanes are left, if the source is exhausted, when no more than this many have a replicate.
    fewest: usize,
    /// How many steps all lanes have made.
    step: u64,
    /// The first step at which some replicate, or the flag, must be looked at, whatever it does.
    due: u64,
    /// The step at which the flag is looked at.
    next_look: u64,
}

/// The numbers of a replicate that change with every event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trajectory {
    /// The state of its stream.
    pub(super) stream: [u64; 4],
    /// The time of its state.
    pub(super) time: f64,
    /// Its state, in the rows of [`Compiled`].
    pub(super) rows: Vec<f64>,
}

/// What belongs to the replicate in one lane, apart from the numbers that change with every event.
#[derive(Debug, Clone)]
struct Berth {
    replicate: Option<u64>,
    /// The step at which it had no event yet.
    first_step: u64,
    /// The step at which it must be looked at.
    due: u64,
    samples: Vec<f64>,
    filled: usize,
    /// By position.
    firings: Vec<u64>,
}

impl Default for Berth {
    /// Without a replicate, never due.
    fn default() -> Self {
        Self {
            replicate: None,
            first_step: 0,
            due: u64::MAX,
            samples: Vec::new(),
            filled: 0,
            firings: Vec::new(),
        }
    }
}

/// What the loop proposes for a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proposal {
    /// The total propensity.
    pub(super) total: f64,
    /// When the next event would happen.
    pub(super) time: f64,
}

impl<'a> Roster<'a> {
    pub(super) fn new(
        compiled: &'a Compiled,
        plan: &'a Plan,
        source: &'a mut Source<'a>,
        interrupt: &'a AtomicBool,
        sink: &'a mut Sink<'a>,
    ) -> Self {
        Self {
            compiled,
            plan,
            source,
            sink,
            interrupt,
            berths: Vec::new(),
            suspended: Vec::new(),
            exhausted: false,
            occupied: 0,
            fewest: 0,
            step: 0,
            due: 0,
            next_look: STEPS_PER_LOOK,
        }
    }

    /// Makes room for `lanes` lanes, to be left when there is nothing to seat and `fewest` or fewer are taken.
    pub(super) fn open(&mut self, lanes: usize, fewest: usize) {
        self.berths = vec![Berth::default(); lanes];
        self.occupied = 0;
        self.fewest = fewest;
    }

    /// Whether it pays to go on in these lanes.
    #[inline(always)]
    pub(super) fn is_busy(&self) -> bool {
        let nothing_to_seat = self.exhausted && self.suspended.is_empty();
        self.occupied > if nothing_to_seat { self.fewest } else { 0 }
    }

    /// Whether no replicate is left.
    pub(super) fn is_done(&self) -> bool {
        self.exhausted && self.suspended.is_empty() && self.occupied == 0
    }

    /// Whether some replicate must be looked at in this step.
    #[inline(always)]
    pub(super) fn is_due(&self) -> bool {
        self.step >= self.due
    }

    /// Ends a step: every lane has had an event.
    #[inline(always)]
    pub(super) fn advance(&mut self) {
        self.step += 1;
    }

    /// Whether firings are counted.
    #[inline(always)]
    pub(super) fn counts_firings(&self) -> bool {
        self.plan.firings
    }

    /// Counts one firing of the channel at `position` in `lane`.
    pub(super) fn count_firing(&mut self, lane: usize, position: usize) {
        if let Some(count) = self.berths[lane].firings.get_mut(position) {
            *count += 1;
        }
    }

    /// The sampling time that the replicate in `lane` has not passed yet.
    pub(super) fn next_sample(&self, lane: usize) -> f64 {
        let berth = &self.berths[lane];
        match (berth.replicate, self.plan.times.get(berth.filled)) {
            (Some(_), Some(&time)) => time,
            _ => f64::INFINITY,
        }
    }

    /// Seats the next replicate in an empty `lane` and returns where it stands, or none if there is no more.
    pub(super) fn seat(&mut self, lane: usize) -> Option<Trajectory> {
        let next = self.suspended.pop().or_else(|| self.fresh());
        let (berth, trajectory) = next.unzip();
        self.occupied += usize::from(berth.is_some());
        self.berths[lane] = berth.unwrap_or_default();
        self.set_due();
        trajectory
    }

    /// The next replicate of the source, at its beginning.
    fn fresh(&mut self) -> Option<(Berth, Trajectory)> {
        if self.exhausted {
            return None;
        }
        let Some((replicate, stream)) = (self.source)() else {
            self.exhausted = true;
            return None;
        };
        let counts = |species: usize| self.compiled.initial[species];
        let (events, _) = self.compiled.events_within_range(counts);
        let events = events.min(self.plan.limit);
        let positions = if self.plan.firings {
            self.compiled.positions()
        } else {
            0
        };
        let berth = Berth {
            replicate: Some(replicate),
            first_step: self.step,
            due: self.step.saturating_add(events),
            samples: Vec::with_capacity(self.plan.times.len() * self.plan.recorded.len()),
            firings: vec![0; positions],
            ..Berth::default()
        };
        let trajectory = Trajectory {
            stream,
            time: 0.0,
            rows: self.compiled.initial.clone(),
        };
        Some((berth, trajectory))
    }

    /// Takes the replicate, if any, out of `lane` to let it go on from `trajectory` elsewhere.
    pub(super) fn suspend(&mut self, lane: usize, trajectory: Trajectory) {
        let berth = std::mem::take(&mut self.berths[lane]);
        if berth.replicate.is_some() {
            self.occupied -= 1;
            self.suspended.push((berth, trajectory));
        }
    }

    /// Looks at the replicate in `lane` before its next event, whose time is proposed in a state with `counts`:
    /// records what must be recorded and, if the replicate ends, hands it over. Returns whether it ended.
    pub(super) fn look(
        &mut self,
        lane: usize,
        proposal: Proposal,
        counts: impl Fn(usize) -> f64,
    ) -> bool {
        let berth = &mut self.berths[lane];
        if berth.replicate.is_none() {
            return false;
        }
        let end = if self.step - berth.first_step == self.plan.limit {
            Some(End::Limit)
        } else if proposal.total < f64::INFINITY {
            let times = &self.plan.times;
            while berth.filled < times.len() && times[berth.filled] < proposal.time {
                let recorded = self.plan.recorded.iter();
                berth
                    .samples
                    .extend(recorded.map(|&species| counts(species)));
                berth.filled += 1;
            }
            if berth.filled == times.len() {
                Some(End::Finished)
            } else if self.step >= berth.due {
                self.check(lane, &counts)
            } else {
                None
            }
        } else {
            Some(End::Fault(self.total_fault(proposal.total, &counts)))
        };
        let ended = end.is_some();
        if let Some(end) = end {
            self.hand_over(lane, proposal.time, end);
        }
        ended
    }

    /// Looks at the flag if it is time for that. Once it is set all replicates are given up.
    pub(super) fn look_at_flag(&mut self) {
        if self.step < self.next_look {
            return;
        }
        self.next_look = self.step + STEPS_PER_LOOK;
        if self.interrupt.load(Ordering::Relaxed) {
            self.exhausted = true;
            self.suspended.clear();
            self.berths.fill_with(Berth::default);
            self.occupied = 0;
        }
        self.set_due();
    }

    /// Looks at the size of the counts, and when to look again.
    fn check(&mut self, lane: usize, counts: impl Fn(usize) -> f64) -> Option<End> {
        let berth = &mut self.berths[lane];
        let left = self.plan.limit - (self.step - berth.first_step);
        let species = self.compiled.tables().species;
        let (within_range, nearest) = self.compiled.events_within_range(&counts);
        if within_range == 0 {
            return Some(End::Fault(Fault::Count {
                species: nearest,
                counts: (0..species).map(counts).collect(),
            }));
        }
        berth.due = self.step.saturating_add(left.min(within_range));
        self.set_due();
        None
    }

    fn total_fault(&self, total: f64, counts: impl Fn(usize) -> f64) -> Fault {
        let tables = self.compiled.tables();
        Fault::Total {
            total,
            channel: tables
                .channels
                .iter()
                .position(|row| !row.propensity(&counts).is_finite()),
            counts: (0..tables.species).map(counts).collect(),
        }
    }

    /// Hands the replicate in `lane` to the sink and empties the lane.
    fn hand_over(&mut self, lane: usize, next_event: f64, end: End) {
        let berth = &mut self.berths[lane];
        let Some(replicate) = berth.replicate.take() else {
            return;
        };
        self.occupied -= 1;
        let firings = self.plan.firings.then(|| {
            let mut firings = vec![0; self.compiled.order.len()];
            for (&channel, &count) in self.compiled.order.iter().zip(&berth.firings) {
                firings[channel] = count;
            }
            firings
        });
        let outcome = Outcome {
            samples: &berth.samples,
            filled: berth.filled,
            events: self.step - berth.first_step,
            next_event,
            firings: firings.as_deref(),
            end,
        };
        (self.sink)(replicate, outcome);
        *berth = Berth::default();
    }

    fn set_due(&mut self) {
        let dues = self.berths.iter().map(|berth| berth.due);
        self.due = dues.fold(self.next_look, u64::min);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::lanes::tables::Tables;

    static NEVER: AtomicBool = AtomicBool::new(false);

    #[test]
    fn an_event_at_a_sampling_time_comes_before_the_sample() {
        let compiled = Compiled::new(Tables {
            species: 1,
            channels: Vec::new(),
            initial: vec![3.0],
        })
        .unwrap();
        let plan = Plan::new(&compiled, vec![1.0, 2.0], vec![0]).unwrap();
        let mut replicates = [(5, [1; 4])].into_iter();
        let (mut source, mut ended) = (|| replicates.next(), Vec::new());
        let mut sink = |replicate, outcome: Outcome<'_>| {
            ended.push((replicate, outcome.samples.to_vec(), outcome.events));
        };
        let mut roster = Roster::new(&compiled, &plan, &mut source, &NEVER, &mut sink);
        roster.open(2, 0);
        assert_eq!(roster.seat(0).unwrap().rows, [3.0, 1.0]);
        assert_eq!(roster.seat(1), None);
        assert!(!roster.is_done());
        for (time, count, next_sample) in [(1.0, 3.0, 1.0), (2.0, 7.0, 2.0)] {
            let proposal = Proposal { total: 1.0, time };
            assert!(!roster.look(0, proposal, |_| count));
            assert_eq!(roster.next_sample(0), next_sample);
            roster.advance();
        }
        let proposal = Proposal {
            total: 0.0,
            time: f64::INFINITY,
        };
        assert!(roster.look(0, proposal, |_| 8.0));
        assert!(roster.is_done());
        assert_eq!(ended, [(5, vec![7.0, 8.0], 2)]);
    }
}
