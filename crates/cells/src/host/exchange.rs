//! Binding: the mean IL-2 of a step, and what every cell takes of it, molecule by molecule.

use super::Host;
use super::culture::WELL;
use super::pace::Pace;
use crate::drug;
use crate::kind::Kind;
use crate::mechanism::secretion;
use crate::model::Parameters;
use crate::organ::{PLACES, homing};
use crate::pool::{MOLECULES_PER_PM_ML, drift_of_step, mean_of_step, solve_with_slope};
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
    /// Where they are.
    place: usize,
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
            place: 0,
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

/// What the cells in one place take together in a step at `c` pM, in the mean.
#[inline(always)]
fn uptake(parties: &[Party], place: usize, pace: &Pace, c: f64) -> f64 {
    let mut total = 0.0;
    for party in parties.iter().filter(|party| party.place == place) {
        let taken = party.block.uptake(&pace.of(party.kind).rates, c as f32);
        let mut sums = [0.0; 4];
        for lane in 0..LANES {
            sums[lane % 4] += party.weights[lane] * f64::from(taken[lane]);
        }
        total += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
    total
}

/// A place whose free IL-2 is solved for.
#[derive(Clone, Copy, Debug, Default)]
struct Pool {
    /// Molecules per pM; none where there is no such place.
    per_pm: f64,
    /// Exchange with serum, ml/h.
    exchange_ml_h: f64,
}

impl Pool {
    /// Molecules that decay, are caught by a drug at a rate, or go to serum in `step_h` hours, per pM.
    fn washed(&self, p: &Parameters, caught: f64, step_h: f64) -> f64 {
        let lost = (p.medium_decay + caught) * self.per_pm;
        step_h * (lost + self.exchange_ml_h * MOLECULES_PER_PM_ML)
    }

    /// The share of them that goes to serum.
    fn serum_share(&self, p: &Parameters, caught: f64) -> f64 {
        let exchanged = self.exchange_ml_h * MOLECULES_PER_PM_ML;
        let decayed = (p.medium_decay + caught) * self.per_pm;
        if exchanged > 0.0 {
            exchanged / (exchanged + decayed)
        } else {
            0.0
        }
    }
}

impl Host<'_> {
    /// Organs by their volumes, or the well.
    fn pools(&self) -> [Pool; PLACES] {
        if let Some(well) = &self.culture {
            let mut pools = [Pool::default(); PLACES];
            pools[WELL].per_pm = well.molecules_per_pm();
            return pools;
        }
        let (p, s) = (self.p, &self.surroundings);
        let others = homing(p, None);
        let volumes_ml: [f64; PLACES] = std::array::from_fn(|place| {
            (self.census.cells_in[place] + p.other_cells * s.body * others[place]) * p.cell_volume
        });
        let whole_ml: f64 = volumes_ml.iter().sum();
        volumes_ml.map(|volume_ml| Pool {
            per_pm: volume_ml * MOLECULES_PER_PM_ML,
            exchange_ml_h: if whole_ml > 0.0 {
                p.tissue_serum_exchange * s.body / 24.0 * volume_ml / whole_ml
            } else {
                0.0
            },
        })
    }

    /// Solves the IL-2 concentration of the step in each organ, advances every cell's receptors at it, settles the molecules.
    pub(super) fn exchange(&mut self) {
        let p = self.p;
        let pools = self.pools();
        let exchange_ml_h = pools.map(|pool| pool.exchange_ml_h);
        let mut parties = std::mem::take(&mut self.parties);
        let secreted = self.gather(&mut parties);
        self.secrete(secreted);
        let mut through_serum = self.absorb(&exchange_ml_h);
        let clamped = self.culture.and_then(|well| well.clamped_pm);
        if clamped.is_some() {
            self.supply(ENDLESS);
        }

        let on_cells = self
            .population
            .surfaces
            .iter()
            .any(|cell| cell.ligand() > 0);
        let mut drift = [0.0; PLACES];
        for (place, pool) in pools.iter().enumerate() {
            if let Some(c) = clamped {
                self.il2[place] = c;
            } else {
                (self.il2[place], drift[place]) = self.solve(place, pool, &parties, on_cells);
            }
        }
        let epoch = self.epoch;
        for party in &mut parties {
            let il15 = self.surroundings.il15_occupancy * p.receptors(party.kind).il15_access;
            let rates = &self.pace.of(party.kind).rates;
            // The long turn of a resting cell is at the IL-2 of its last step.
            let drift = if self.pace.rests(party.kind) {
                0.0
            } else {
                drift[party.place]
            };
            let c = [self.il2[party.place], drift].map(|pm| pm as f32);
            self.level.run(
                #[inline(always)]
                || {
                    let mut words = Words::new(&party.streams, purpose::RECEPTORS, epoch);
                    party.block.step(rates, c, il15 as f32, &mut words);
                },
            );
            self.settle(party);
        }
        self.parties = parties;
        let content: f64 = pools.iter().map(|pool| pool.per_pm).sum();
        let parts = pools.iter().zip(&self.il2);
        self.surroundings.il2 = if content > 0.0 {
            parts.map(|(pool, c)| pool.per_pm / content * c).sum()
        } else {
            0.0
        };

        let mut stream = self.streams.stream(purpose::POOL, AgentKey::NONE, epoch);
        let mut to_serum = 0;
        for (place, pool) in pools.iter().enumerate() {
            let caught = self.surroundings.open.il2_caught;
            let washed = pool.washed(p, caught, self.step_h) * self.il2[place];
            let washed =
                i128::from(draw::poisson(&mut stream, washed)).min(self.ledger.free[place]);
            let exchanged = draw::binomial(&mut stream, washed as u64, pool.serum_share(p, caught));
            if caught > 0.0 {
                let lost = washed as f64 - exchanged as f64;
                let caught = lost * caught / (caught + p.medium_decay);
                drug::use_up(p, &mut self.courses, caught);
            }
            // An organ that lost its last cell has no volume: what was free in it goes with the lymph.
            let stranded = if pool.per_pm > 0.0 || self.culture.is_some() {
                0
            } else {
                self.ledger.free[place] - washed
            };
            to_serum += stranded;
            self.ledger.free[place] -= washed + stranded;
            self.ledger.cleared += washed - i128::from(exchanged);
            to_serum += i128::from(exchanged);
        }
        if let Some(c) = clamped {
            self.supply((c * pools[WELL].per_pm) as i128 - self.ledger.free[WELL]);
            return;
        }
        if self.culture.is_none() {
            self.pass_serum(to_serum, &exchange_ml_h, &mut stream);
            through_serum += to_serum;
            let cleared_ml = self.step_h * (p.serum_clearance + exchange_ml_h.iter().sum::<f64>());
            self.serum_pm = through_serum as f64 / (cleared_ml * MOLECULES_PER_PM_ML);
        }
    }

    /// Mean IL-2 of the step in one place, and by how much it rises from start to end, pM.
    fn solve(&self, place: usize, pool: &Pool, parties: &[Party], on_cells: bool) -> (f64, f64) {
        let supply = self.ledger.free[place] as f64;
        if pool.per_pm <= 0.0 || (supply <= 0.0 && !on_cells) {
            return (0.0, 0.0);
        }
        let caught = self.surroundings.open.il2_caught;
        let washed = pool.washed(self.p, caught, self.step_h);
        let (implicit, slope) = solve_with_slope(self.il2[place], |c| {
            let taken = self.level.run(
                #[inline(always)]
                || uptake(parties, place, &self.pace, c),
            );
            supply - (pool.per_pm + washed) * c - taken
        });
        // What came by injection was there from the start, what was secreted came in the course of the step.
        let secreted = self.secretion_per_s[place] * 3600.0 * self.step_h;
        let start = (supply - secreted).max(0.0) / pool.per_pm;
        let turnover = (-slope / pool.per_pm - 1.0).max(0.0);
        (
            mean_of_step(implicit, start, turnover),
            // What cells let go of for it is taken again, but for what the pool keeps.
            drift_of_step(implicit, start, turnover) / (1.0 + turnover),
        )
    }

    /// Brings so many molecules into the medium, or takes them out.
    pub(super) fn supply(&mut self, molecules: i128) {
        self.ledger.free[WELL] += molecules;
        self.ledger.injected += molecules;
    }

    /// Gathers the cells whose turn it is into parties and freezes their rates, each party while it is at hand. Returns what all cells secrete in this step into each place, molecules.
    fn gather(&self, parties: &mut Vec<Party>) -> [i128; PLACES] {
        let mut secreted = [0; PLACES];
        let mut count = 0;
        let mut open = [[usize::MAX; PLACES]; Kind::ALL.len()];
        for (cell, agent) in self.population.agents.iter().enumerate() {
            let place = agent.organ.place();
            if secretion::secretes(agent.kind) {
                secreted[place] += i128::from(self.secretion_of(cell, agent));
            }
            if !self.pace.is_due(agent, self.epoch) {
                continue;
            }
            let own = &mut open[agent.kind as usize][place];
            if parties.get(*own).is_none_or(|party| party.count == LANES) {
                if let Some(full) = parties.get_mut(*own) {
                    self.freeze(full);
                }
                *own = count;
                count += 1;
                match parties.get_mut(*own) {
                    Some(party) => party.count = 0,
                    None => parties.push(Party::new(agent.kind)),
                }
            }
            let party = &mut parties[*own];
            party.kind = agent.kind;
            party.place = place;
            let products = self.makers[usize::from(agent.genotype)].of(agent.kind);
            let synthesis = signal::synthesis(self.p, &self.surroundings, agent, products);
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
        for party in open
            .into_iter()
            .flatten()
            .filter(|place| *place != usize::MAX)
        {
            parties[party].empty_rest();
            self.freeze(&mut parties[party]);
        }
        secreted
    }

    /// Freezes the rates of a party's cells at the IL-2 of the last step.
    fn freeze(&self, party: &mut Party) {
        let rates = &self.pace.of(party.kind).rates;
        let c = self.il2[party.place] as f32;
        self.level.run(
            #[inline(always)]
            || party.block.freeze(rates, c),
        );
    }

    /// Takes what cells bound out of the pool, cell by cell in a fixed order; none takes more than there is.
    fn settle(&mut self, party: &Party) {
        let free = &mut self.ledger.free[party.place];
        for (lane, cell) in party.cells[..party.count].iter().enumerate() {
            let mut surface = party.block.surface(lane);
            let mut exchange = party.block.exchange(lane);
            let weight = i128::from(party.weights[lane] as u64);
            if weight * i128::from(exchange.taken) > *free {
                let available = *free / weight;
                exchange.limit(&mut surface, i64::try_from(available).unwrap_or(i64::MAX));
            }
            *free -= weight * i128::from(exchange.taken);
            self.ledger.degraded += weight * i128::from(exchange.degraded);
            self.population.surfaces[*cell] = surface;
        }
    }
}
