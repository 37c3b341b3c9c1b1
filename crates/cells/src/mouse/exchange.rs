//! Binding: the mean IL-2 of a step, and what every cell takes of it, molecule by molecule.

use super::{Mouse, STEP_H, pace};
use crate::kind::Kind;
use crate::pool::{MOLECULES_PER_PM_ML, solve_concentration};
use crate::purpose;
use crate::receptors::{Block, Rates};
use crate::signal;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, AgentStreams};
use paracrine_kernel::rows::{LANES, Words};

/// Cells of one kind whose turn it is, as many as stand side by side.
#[derive(Clone, Debug)]
struct Party {
    kind: Kind,
    /// How many there are.
    count: usize,
    /// Which agents they are.
    cells: [usize; LANES],
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

    /// Mean number of molecules that the cells take in a step at `c` pM.
    #[inline(always)]
    fn uptake(&self, rates: &Rates, c: f64) -> f64 {
        let taken = self.block.uptake(rates, c as f32);
        let mut sums = [0.0; 4];
        for lane in 0..LANES {
            sums[lane % 4] += self.weights[lane] * f64::from(taken[lane]);
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    }
}

impl Mouse<'_> {
    /// Solves the IL-2 concentration of the step, advances every cell's receptors at it, settles the molecules.
    pub(super) fn exchange(&mut self) {
        let p = self.p;
        let s = &self.surroundings;
        let volume_ml = (s.t_cells + p.other_lymphocytes * s.body) * p.cell_volume;
        let per_pm = volume_ml * MOLECULES_PER_PM_ML;
        let serum_ml_h = p.tissue_serum_exchange * s.body / 24.0;
        self.absorb(serum_ml_h);
        let washed = STEP_H * (p.medium_decay * per_pm + serum_ml_h * MOLECULES_PER_PM_ML);
        let supply = self.ledger.tissue as f64;

        let mut parties = self.parties();
        let rates = |party: &Party| self.pace.of(party.kind).rates;
        self.level.run(
            #[inline(always)]
            || {
                for party in &mut parties {
                    let rates = rates(party);
                    party.block.freeze(&rates);
                }
            },
        );
        let cells = parties.iter().flat_map(|party| &party.cells[..party.count]);
        let on_cells = cells
            .into_iter()
            .any(|cell| self.population.surfaces[*cell].ligand() > 0);
        let c = if supply <= 0.0 && !on_cells {
            0.0
        } else {
            solve_concentration(self.surroundings.il2, |c| {
                let taken: f64 = self.level.run(
                    #[inline(always)]
                    || {
                        let uptakes = parties.iter().map(|party| party.uptake(&rates(party), c));
                        uptakes.sum()
                    },
                );
                supply - (per_pm + washed) * c - taken
            })
        };

        let (epoch, occupancy) = (self.epoch, self.surroundings.il15_occupancy);
        self.level.run(
            #[inline(always)]
            || {
                for party in &mut parties {
                    let il15 = occupancy * p.receptors(party.kind).il15_access;
                    let mut words = Words::new(&party.streams, purpose::RECEPTORS, epoch);
                    let rates = rates(party);
                    party.block.step(&rates, c as f32, il15 as f32, &mut words);
                }
            },
        );
        self.settle(&parties);
        self.surroundings.il2 = c;

        let mut stream = self.streams.stream(purpose::POOL, AgentKey::NONE, epoch);
        let cleared = i128::from(draw::poisson(&mut stream, washed * c)).min(self.ledger.tissue);
        self.ledger.tissue -= cleared;
        self.ledger.cleared += cleared;
    }

    /// The cells whose turn it is, sorted by kind.
    fn parties(&self) -> Vec<Party> {
        let mut parties: [Vec<Party>; Kind::ALL.len()] = Default::default();
        for (cell, agent) in self.population.agents.iter().enumerate() {
            if !pace::is_due(agent, self.epoch) {
                continue;
            }
            let of_kind = &mut parties[agent.kind as usize];
            if of_kind.last().is_none_or(|party| party.count == LANES) {
                of_kind.push(Party::new(agent.kind));
            }
            let Some(party) = of_kind.last_mut() else {
                continue;
            };
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
        parties.into_iter().flatten().collect()
    }

    /// Takes what cells bound out of the pool, cell by cell in a fixed order; none takes more than there is.
    fn settle(&mut self, parties: &[Party]) {
        for party in parties {
            for (lane, cell) in party.cells[..party.count].iter().enumerate() {
                let mut surface = party.block.surface(lane);
                let mut exchange = party.block.exchange(lane);
                let weight = i128::from(self.population.agents[*cell].weight);
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
