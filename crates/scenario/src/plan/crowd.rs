//! How many agents stand for the cells of a host: at most, and in the mean over its run.
//!
//! What is put into a host comes as agents of its own, whatever is there already, and what marks a part of the cells parts their agents.
//! Every [`BALANCE_EVERY`] steps agents that are too many are merged two by two. This follows their number from one time to the next
//! at which something is done, and is never far below it.

use super::{Plan, PlannedArm};
use paracrine_cells::host::{Action, BALANCE_EVERY, Intervention};
use paracrine_cells::kind::Kind;
use paracrine_cells::population::{Agent, share_of};
use paracrine_cells::specificity::Specificity;
use paracrine_kernel::rng::AgentKey;
use std::collections::HashSet;

/// Agents of a host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crowd {
    /// Most of them at a time.
    pub(super) most: f64,
    /// In the mean over the run.
    pub(super) mean: f64,
}

/// What is done between two mergers.
#[derive(Clone, Copy, Debug, Default)]
struct Deeds {
    /// Agents that come.
    coming: f64,
    /// Times that agents are parted.
    parting: f64,
}

impl Deeds {
    fn add(&mut self, other: Self, times: f64) {
        self.coming += times * other.coming;
        self.parting += times * other.parting;
    }
}

/// More agents than this are too many for any machine.
const BEYOND: f64 = 1e12;

/// After so many mergers nothing is left of what came before.
const LASTING: u64 = 40;

impl Plan {
    /// Agents of a host of an arm.
    pub(super) fn crowd(&self, arm: &PlannedArm) -> Crowd {
        let first = self.first_step() / BALANCE_EVERY;
        let end = self.steps().div_ceil(BALANCE_EVERY).max(first + 1);
        let planned = self.planned(arm);
        // In turn: since when, until when, what at once, what in each span from then on.
        let mut changes: Vec<(u64, Deeds, Deeds)> = Vec::new();
        let mut unknown = Deeds::default();
        let has_one_mark = has_one_mark(arm);
        for intervention in &arm.host.interventions {
            let deeds = self.deeds(arm, has_one_mark, &intervention.action);
            let begin = self.steps_to(intervention.at_d) / BALANCE_EVERY;
            match intervention.every_d {
                None if intervention.when.is_some() => unknown.add(deeds, 1.0),
                None => changes.push((begin, deeds, Deeds::default())),
                Some(every_d) => {
                    let every = (every_d * 24.0 / self.step_h).max(1.0);
                    let times = (BALANCE_EVERY as f64 / every).ceil();
                    let mut each = Deeds::default();
                    each.add(deeds, times);
                    changes.push((begin, Deeds::default(), each));
                    let last = intervention
                        .until_d
                        .map(|until| self.steps_to(until) / BALANCE_EVERY + 1);
                    // What waits for something may begin late.
                    if let (Some(last), None) = (last, &intervention.when) {
                        let mut no_more = Deeds::default();
                        no_more.add(each, -1.0);
                        changes.push((last, Deeds::default(), no_more));
                    }
                }
            }
        }
        changes.sort_by_key(|(at, ..)| *at);
        let mut agents = if self.is_culture { 0.0 } else { planned };
        let (mut most, mut sum) = (agents, 0.0);
        let mut each = Deeds::default();
        let mut changes = changes.into_iter().peekable();
        let (mut at, mut since) = (first, 0);
        while at < end {
            let mut now = each;
            while let Some((_, once, lasting)) = changes.next_if(|(when, ..)| *when <= at) {
                each.add(lasting, 1.0);
                now.add(lasting, 1.0);
                now.add(once, 1.0);
                since = 0;
            }
            agents = ((agents + now.coming) * now.parting.clamp(0.0, 64.0).exp2()).min(BEYOND);
            most = most.max(agents);
            let mut spans = 1;
            if since >= LASTING {
                let next = changes.peek().map_or(end, |(when, ..)| *when);
                spans = next.min(end).saturating_sub(at).max(1);
            }
            sum += agents * spans as f64;
            if agents > 1.25 * planned {
                agents = (agents / 2.0).max(planned);
            }
            (at, since) = (at + spans, since + 1);
        }
        Crowd {
            most: ((most + unknown.coming) * unknown.parting.min(64.0).exp2()).clamp(1.0, BEYOND),
            mean: (sum / (end - first) as f64 + unknown.coming).max(1.0),
        }
    }

    /// As many agents as mergers leave: in a mouse those of the run, in a well so many of each class of what is put into it.
    fn planned(&self, arm: &PlannedArm) -> f64 {
        let cells = f64::from(self.run.cells);
        if !self.is_culture {
            return cells;
        }
        let mut classes = HashSet::new();
        for Intervention { action, .. } in &arm.host.interventions {
            if let Action::Transfer {
                kind, specificity, ..
            } = action
            {
                classes.extend(
                    parts(arm, *kind, *specificity).map(|own| (*kind as usize, own.index())),
                );
            }
        }
        cells * classes.len().max(1) as f64
    }

    /// What an action does to the number of agents each time.
    fn deeds(&self, arm: &PlannedArm, has_one_mark: bool, action: &Action) -> Deeds {
        match *action {
            Action::Transfer {
                kind,
                cells,
                specificity,
                ..
            } => {
                let planned = f64::from(self.run.cells);
                let agents = parts(arm, kind, specificity).map(|own| match self.is_culture {
                    true => planned,
                    false => (planned * share_of(kind, own) / 4.0).max(1.0),
                });
                Deeds {
                    coming: agents.map(|agents| agents.min(cells as f64)).sum(),
                    parting: 0.0,
                }
            }
            // A gate takes whole agents but for a few. Agents that have a mark are not parted for it again, so that of one mark each time
            // as many come as have it not; of several each may part what the others have marked.
            Action::Tag { fraction, .. } if is_part(fraction) => match has_one_mark {
                true => Deeds {
                    coming: f64::from(self.run.cells),
                    parting: 0.0,
                },
                false => Deeds {
                    coming: 0.0,
                    parting: 1.0,
                },
            },
            // Resting cells become others; effectors and Treg stay what they are.
            Action::Stimulate {
                group, fraction, ..
            } if is_part(fraction) => {
                let p = &self.points[arm.point].parameters;
                let stays = [Kind::EffectorCd4, Kind::EffectorCd8, Kind::Treg];
                match stays
                    .into_iter()
                    .any(|kind| group.contains(p, &Agent::new(AgentKey::NONE, kind, 1)))
                {
                    true => Deeds {
                        coming: 0.0,
                        parting: 1.0,
                    },
                    false => Deeds {
                        coming: f64::from(self.run.cells),
                        parting: 0.0,
                    },
                }
            }
            _ => Deeds::default(),
        }
    }
}

/// Whether so many are some of them, not all.
fn is_part(fraction: f64) -> bool {
    fraction > 0.0 && fraction < 1.0
}

/// Whether all that marks a part of the cells gives them the same mark.
fn has_one_mark(arm: &PlannedArm) -> bool {
    let interventions = arm.host.interventions.iter();
    let marks = interventions.filter_map(|one| match one.action {
        Action::Tag {
            fraction,
            tag,
            change,
            ..
        } if is_part(fraction) => Some((tag, change)),
        _ => None,
    });
    marks.collect::<HashSet<_>>().len() <= 1
}

/// What cells of a transfer recognise, a part of them each.
fn parts(
    arm: &PlannedArm,
    kind: Kind,
    specificity: Option<Specificity>,
) -> impl Iterator<Item = Specificity> {
    let antigens = arm.host.exposure.antigens.len();
    let own = match (specificity, kind) {
        (Some(one), _) => vec![one],
        (None, Kind::NaiveCd4 | Kind::NaiveCd8) => {
            let named = (0..antigens).map(Specificity::named);
            let own = (kind == Kind::NaiveCd4).then_some(Specificity::SELF);
            [Specificity::OTHER]
                .into_iter()
                .chain(own)
                .chain(named)
                .collect()
        }
        (None, Kind::B) => vec![Specificity::OTHER, Specificity::SELF],
        (None, _) => vec![Specificity::OTHER],
    };
    own.into_iter()
}
