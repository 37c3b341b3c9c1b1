//! Binding: the mean IL-2 of a step, and what every cell takes of it, molecule by molecule.

use super::Host;
use super::pace::Pace;
use crate::kind::Kind;
use crate::pool::{MOLECULES_PER_PM_ML, mean_of_step, solve_with_slope};
use crate::purpose;
use crate::receptors::{Block, Surface, Synthesis};
use crate::signal;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, AgentStreams};
use paracrine_kernel::rows::{LANES, Words};

/// More molecules than any cells can take.
const ENDLESS: i128 = 1 << 100;

/// Cells of one kind whose turn it is, as many as stand side by side.
#[derive(Clone, Debug)]
pub(super) struct Party {
    kind: Kind,
    /// How many there are.
    count: usize,
    /// Which agents they are.
    cells: [usize; LANES],
    /// Below 2^53, so exact.
    weights: [f64; LANES],
    streams: [AgentStreams; LANES],
    block: Block,
}

impl Party {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            count: 0,
            cells: [0; LANES],
            weights: [0.0; LANES],
            streams: [AgentStreams::default(); LANES],
            block: Block::default(),
        }
    }

    /// Puts nothing into the lanes beyond the last cell.
    fn empty_rest(&mut self) {
        for lane in self.count..LANES {
            self.weights[lane] = 0.0;
            self.block
                .set(lane, &Surface::default(), &Synthesis::default());
        }
    }
}

/// What the cells of all parties take together in a step at `c` pM, in the mean.
#[inline(always)]
fn uptake(parties: &[Party], pace: &Pace, c: f64) -> f64 {
    let mut total = 0.0;
    for party in parties {
        let taken = party.block.uptake(&pace.of(party.kind).rates, c as f32);
        let mut sums = [0.0; 4];
        for lane in 0..LANES {
            sums[lane % 4] += party.weights[lane] * f64::from(taken[lane]);
        }
        total += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
    total
}

impl Host<'_> {
    /// Solves the IL-2 concentration of the step, advances every cell's receptors at it, settles the molecules.
    pub(super) fn exchange(&mut self) {
        let p = self.p;
        let s = &self.surroundings;
        let tissue_ml = (s.cells + p.other_cells * s.body) * p.cell_volume;
        let (per_pm, serum_ml_h) = match &self.culture {
            Some(well) => (well.molecules_per_pm(), 0.0),
            None => (
                tissue_ml * MOLECULES_PER_PM_ML,
                p.tissue_serum_exchange * s.body / 24.0,
            ),
        };
        self.absorb(serum_ml_h);
        let clamped = self.culture.and_then(|well| well.clamped_pm);
        if clamped.is_some() {
            self.supply(ENDLESS);
        }
        let washed = self.step_h * (p.medium_decay * per_pm + serum_ml_h * MOLECULES_PER_PM_ML);
        let supply = self.ledger.tissue as f64;

        let mut parties = std::mem::take(&mut self.parties);
        self.gather(&mut parties);
        let on_cells = self
            .population
            .surfaces
            .iter()
            .any(|cell| cell.ligand() > 0);
        let pace = &self.pace;
        let c_before = self.surroundings.il2 as f32;
        self.level.run(
            #[inline(always)]
            || {
                for party in &mut parties {
                    let rates = &pace.of(party.kind).rates;
                    party.block.freeze(rates, c_before);
                }
            },
        );
        let c = if let Some(c) = clamped {
            c
        } else if supply <= 0.0 && !on_cells {
            0.0
        } else {
            let (implicit, slope) = solve_with_slope(self.surroundings.il2, |c| {
                let taken = self.level.run(
                    #[inline(always)]
                    || uptake(&parties, pace, c),
                );
                supply - (per_pm + washed) * c - taken
            });
            // What came by injection was there from the start, what was secreted came in the course of the step.
            let secreted = self.secretion_per_s * 3600.0 * self.step_h;
            let start = (supply - secreted).max(0.0) / per_pm;
            mean_of_step(implicit, start, (-slope / per_pm - 1.0).max(0.0))
        };
        let (epoch, occupancy) = (self.epoch, self.surroundings.il15_occupancy);
        self.level.run(
            #[inline(always)]
            || {
                for party in &mut parties {
                    let il15 = occupancy * p.receptors(party.kind).il15_access;
                    let mut words = Words::new(&party.streams, purpose::RECEPTORS, epoch);
                    let rates = &pace.of(party.kind).rates;
                    party.block.step(rates, c as f32, il15 as f32, &mut words);
                }
            },
        );
        self.settle(&parties);
        self.parties = parties;
        self.surroundings.il2 = c;

        let mut stream = self.streams.stream(purpose::POOL, AgentKey::NONE, epoch);
        let cleared = i128::from(draw::poisson(&mut stream, washed * c)).min(self.ledger.tissue);
        self.ledger.tissue -= cleared;
        self.ledger.cleared += cleared;
        if let Some(c) = clamped {
            self.supply((c * per_pm) as i128 - self.ledger.tissue);
        }
    }

    /// Brings so many molecules into the medium, or takes them out.
    pub(super) fn supply(&mut self, molecules: i128) {
        self.ledger.tissue += molecules;
        self.ledger.injected += molecules;
    }

    /// Gathers the cells whose turn it is into parties.
    fn gather(&self, parties: &mut Vec<Party>) {
        let mut count = 0;
        let mut open = [usize::MAX; Kind::ALL.len()];
        for (cell, agent) in self.population.agents.iter().enumerate() {
            if !self.pace.is_due(agent, self.epoch) {
                continue;
            }
            let of_kind = &mut open[agent.kind as usize];
            if parties
                .get(*of_kind)
                .is_none_or(|party| party.count == LANES)
            {
                *of_kind = count;
                count += 1;
                match parties.get_mut(*of_kind) {
                    Some(party) => party.count = 0,
                    None => parties.push(Party::new(agent.kind)),
                }
            }
            let party = &mut parties[*of_kind];
            party.kind = agent.kind;
            let products = &self.products[usize::from(agent.genotype)];
            let costimulation = self.surroundings.costimulation;
            let synthesis = signal::synthesis(self.p, agent, products, costimulation);
            let lane = party.count;
            party.count += 1;
            party.cells[lane] = cell;
            party.weights[lane] = agent.weight as f64;
            party.streams[lane] = self.streams.of_agent(agent.key);
            party
                .block
                .set(lane, &self.population.surfaces[cell], &synthesis);
        }
        parties.truncate(count);
        for party in open.into_iter().filter(|place| *place != usize::MAX) {
            parties[party].empty_rest();
        }
    }

    /// Takes what cells bound out of the pool, cell by cell in a fixed order; none takes more than there is.
    fn settle(&mut self, parties: &[Party]) {
        for party in parties {
            for (lane, cell) in party.cells[..party.count].iter().enumerate() {
                let mut surface = party.block.surface(lane);
                let mut exchange = party.block.exchange(lane);
                let weight = i128::from(party.weights[lane] as u64);
                if weight * i128::from(exchange.taken) > self.ledger.tissue {
                    let available = self.ledger.tissue / weight;
                    exchange.limit(&mut surface, i64::try_from(available).unwrap_or(i64::MAX));
                }
                self.ledger.tissue -= weight * i128::from(exchange.taken);
                self.ledger.degraded += weight * i128::from(exchange.degraded);
                self.population.surfaces[*cell] = surface;
            }
        }
    }
}
