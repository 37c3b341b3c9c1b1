//! Sorting: cells chosen by copies of a receptor chain on their surface, as a cell sorter does.

use super::Host;
use crate::genotype::Makers;
use crate::kind::{Group, Kind};
use crate::mechanism::Surroundings;
use crate::model::Parameters;
use crate::organ;
use crate::population::Agent;
use crate::purpose;
use crate::readout::Chain;
use crate::receptors::Surface;
use crate::signal;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Stream, Streams};
use std::fmt;

/// Which cells a sorter keeps, by surface copies of one chain, free and bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sort {
    /// The chain that is stained.
    pub chain: Chain,
    /// Where the gate is.
    pub gate: Gate,
}

/// A gate on copies per cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gate {
    /// More copies than the first number and fewer than the second.
    Between(f64, f64),
    /// The cells with most copies, as a share of all that are sorted, above 0 to 1.
    Highest(f64),
    /// Those with fewest, likewise.
    Lowest(f64),
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = self.chain.name();
        match self.gate {
            Gate::Between(above, below) if below.is_infinite() => {
                write!(f, "more than {} {chain}", readable(above))
            }
            Gate::Between(above, below) if above < 0.0 => {
                write!(f, "fewer than {} {chain}", readable(below))
            }
            Gate::Between(above, below) => {
                let (above, below) = (readable(above), readable(below));
                write!(f, "between {above} and {below} {chain}")
            }
            Gate::Highest(share) => write!(f, "the highest {} % of {chain}", percent(share)),
            Gate::Lowest(share) => write!(f, "the lowest {} % of {chain}", percent(share)),
        }
    }
}

/// Copies as people read them: whole, or one decimal of few. Exact where they are whole.
fn readable(copies: f64) -> f64 {
    match copies.abs() {
        many if many >= 100.0 => copies.round(),
        _ => (copies * 10.0).round() / 10.0,
    }
}

/// A share in percent, without the noise of binary fractions.
fn percent(share: f64) -> f64 {
    (share * 1e10).round() / 1e8
}

/// Surface copies of a chain, free and bound.
pub(super) fn copies(surface: &Surface, chain: Chain) -> u32 {
    match chain {
        Chain::Cd25 => surface.alpha,
        Chain::Cd122 => surface.beta(),
        Chain::Cd132 => surface.gamma(),
    }
}

/// Copies of a chain between which a new cell must have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    chain: Chain,
    least: u32,
    most: u32,
}

impl Window {
    pub(super) fn lets_pass(&self, surface: &Surface) -> bool {
        (self.least..=self.most).contains(&copies(surface, self.chain))
    }
}

/// Cells of which a sorter that keeps a share learns where that share begins, and of which one at least must pass any other gate.
pub const SAMPLE: usize = 10_000;

impl Sort {
    /// The window that new cells must pass; where it begins for a share of them is learnt from `sample`.
    fn window(&self, sample: impl Iterator<Item = Surface>) -> Window {
        let chain = self.chain;
        let (least, most) = match self.gate {
            // Beyond the numbers of a surface these casts saturate, as they should.
            Gate::Between(above, below) => {
                let least = if above < 0.0 {
                    0.0
                } else {
                    above.floor() + 1.0
                };
                let most = (below.ceil() - 1.0).max(-1.0);
                if most < 0.0 {
                    (1, 0)
                } else {
                    (least as u32, most as u32)
                }
            }
            Gate::Highest(share) | Gate::Lowest(share) => {
                let mut sample: Vec<u32> = sample.map(|surface| copies(&surface, chain)).collect();
                sample.sort_unstable();
                let kept = (sample.len() as f64 * share).ceil() as usize;
                let kept = kept.clamp(1, sample.len().max(1));
                let at = |place: usize| sample.get(place).copied().unwrap_or(0);
                match self.gate {
                    Gate::Lowest(_) => (0, at(kept - 1)),
                    _ => (at(sample.len().saturating_sub(kept)), u32::MAX),
                }
            }
        };
        Window { chain, least, most }
    }
}

/// Copies of the chains on cells as they are transferred, at rest in their kind and genotype: as many as had to be looked at, at most
/// [`SAMPLE`].
#[derive(Clone, Debug)]
pub struct Donors {
    kind: Kind,
    stream: Stream,
    /// By chain, in the order of [`Chain::ALL`].
    copies: [Vec<u32>; Chain::ALL.len()],
}

impl Donors {
    /// Cells of a kind, none of which was looked at yet.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            stream: Streams::new(0, 0).stream(purpose::INTERVENTION, AgentKey::NONE, 0),
            copies: Chain::ALL.map(|_| Vec::new()),
        }
    }

    /// How many were looked at.
    pub fn seen(&self) -> usize {
        self.copies[0].len()
    }

    /// Whether one of them, which make what `makers` say, passes a gate; of a share of them some always do.
    pub fn pass(&mut self, p: &Parameters, makers: &Makers, sort: &Sort) -> bool {
        let Gate::Between(..) = sort.gate else {
            return true;
        };
        let Window { least, most, .. } = sort.window(std::iter::empty());
        let mut seen = self.copies[sort.chain as usize].iter();
        if seen.any(|copies| (least..=most).contains(copies)) {
            return true;
        }
        while self.seen() < SAMPLE {
            let mut agent = Agent::new(AgentKey::NONE, self.kind, 1);
            let surface = draw_new(p, makers, &mut agent, false, &mut self.stream);
            for chain in Chain::ALL {
                self.copies[chain as usize].push(copies(&surface, chain));
            }
            if (least..=most).contains(&copies(&surface, sort.chain)) {
                return true;
            }
        }
        false
    }

    /// Copies of a chain below which a share of those are that were looked at, 0 to 1.
    pub fn quantile(&self, chain: Chain, share: f64) -> u32 {
        let mut copies = self.copies[chain as usize].clone();
        copies.sort_unstable();
        let last = copies.len().saturating_sub(1);
        let place = (share * last as f64).round() as usize;
        copies.get(place.min(last)).copied().unwrap_or(0)
    }
}

/// Gives a new agent its own synthesis levels, in a body an organ, and receptors at their sustained copies.
pub(super) fn draw_new(
    p: &Parameters,
    makers: &Makers,
    agent: &mut Agent,
    in_body: bool,
    stream: &mut Stream,
) -> Surface {
    for deviate in &mut agent.deviate {
        *deviate = draw::normal(stream) as f32;
    }
    agent.set_levels(p.receptors(agent.kind).spread);
    if in_body {
        let uniform = draw::uniform(stream);
        agent.organ = organ::destination(p, agent.kind, uniform);
    }
    let unstimulated = Surroundings::default();
    let synthesis = signal::synthesis(p, &unstimulated, agent, makers.of(agent.kind));
    Surface {
        alpha: draw::poisson(stream, synthesis.alpha) as u32,
        beta_free: draw::poisson(stream, synthesis.beta) as u32,
        gamma_free: draw::poisson(stream, synthesis.gamma) as u32,
        ..Surface::default()
    }
}

impl Host<'_> {
    /// Of each agent the cells that belong to a group and pass a sorter.
    ///
    /// Of a share the number of cells is exact; of agents with equal copies those with the lower keys come first.
    pub(super) fn chosen(&self, group: Group, sort: Option<Sort>) -> Vec<u64> {
        let surfaces = &self.population.surfaces;
        let agents = self.population.agents.iter();
        let mut chosen: Vec<u64> = agents
            .map(|agent| match group.contains(self.p, agent) {
                true => agent.weight,
                false => 0,
            })
            .collect();
        let Some(Sort { chain, gate }) = sort else {
            return chosen;
        };
        let copies = |cell: usize| copies(&surfaces[cell], chain);
        let share = match gate {
            Gate::Between(above, below) => {
                for (cell, cells) in chosen.iter_mut().enumerate() {
                    let copies = f64::from(copies(cell));
                    if copies <= above || copies >= below {
                        *cells = 0;
                    }
                }
                return chosen;
            }
            Gate::Highest(share) | Gate::Lowest(share) => share,
        };
        let all: u64 = chosen.iter().sum();
        let mut left = (all as f64 * share).round() as u64;
        let mut order: Vec<usize> = (0..chosen.len()).filter(|cell| chosen[*cell] > 0).collect();
        let key = |cell: usize| self.population.agents[cell].key;
        match gate {
            Gate::Lowest(_) => order.sort_unstable_by_key(|cell| (copies(*cell), key(*cell))),
            _ => order.sort_unstable_by_key(|cell| (u32::MAX - copies(*cell), key(*cell))),
        }
        for cell in order {
            chosen[cell] = chosen[cell].min(left);
            left -= chosen[cell];
        }
        chosen
    }

    /// The window that cells like an agent must pass that are transferred.
    pub(super) fn window(&self, sort: Sort, agent: &Agent, key: AgentKey, epoch: u64) -> Window {
        let makers = &self.makers[usize::from(agent.genotype)];
        let mut stream = self.streams.stream(purpose::INTERVENTION, key, epoch);
        let new = |_| draw_new(self.p, makers, &mut agent.clone(), false, &mut stream);
        sort.window((0..SAMPLE).map(new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(alpha: u32) -> Surface {
        Surface {
            alpha,
            ..Surface::default()
        }
    }

    /// Smallest faults seen: a gate that lets its own bounds pass, a share counted from the wrong end.
    #[test]
    fn gates_are_open_intervals_and_shares_are_of_the_right_end() {
        let sample = || (0..100).map(with);
        let passing = |gate| {
            let sort = Sort {
                chain: Chain::Cd25,
                gate,
            };
            let window = sort.window(sample());
            let all: Vec<u32> = (0..200).filter(|n| window.lets_pass(&with(*n))).collect();
            (all.first().copied(), all.last().copied())
        };
        for (gate, expected) in [
            (Gate::Between(10.0, 12.0), (Some(11), Some(11))),
            (Gate::Between(10.5, f64::INFINITY), (Some(11), Some(199))),
            (Gate::Between(-1.0, 3.0), (Some(0), Some(2))),
            (Gate::Between(-1.0, 0.5), (Some(0), Some(0))),
            (Gate::Between(-1.0, 0.0), (None, None)),
            (Gate::Between(4.0, 5.0), (None, None)),
            (Gate::Highest(0.1), (Some(90), Some(199))),
            (Gate::Lowest(0.1), (Some(0), Some(9))),
            (Gate::Highest(1.0), (Some(0), Some(199))),
        ] {
            assert_eq!(passing(gate), expected, "{gate:?}");
        }
    }
}
