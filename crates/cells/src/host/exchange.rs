//! Binding: the mean IL-2 of a step, and what every cell takes of it, molecule by molecule.

use super::Host;
use super::culture::WELL;
use super::pace::Pace;
use crate::drug;
use crate::kind::Kind;
use crate::mechanism::secretion;
use crate::model::Parameters;
use crate::organ::{PLACES, homing};
use crate::pool::{Ledger, MOLECULES_PER_PM_ML, drift_of_step, mean_of_step, solve_with_slope};
use crate::purpose;
use crate::receptors::{Block, FORMS, Form, MOST_GIVEN, Surface, Synthesis, il7_complexes};
use crate::signal;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, AgentStreams};
use paracrine_kernel::rows::{LANES, Words};
use serde::{Deserialize, Serialize};

/// More molecules than any cells can take.
const ENDLESS: i128 = 1 << 100;

/// Rounds in which the concentrations of forms that vie for receptors are solved one after the other.
const ROUNDS: usize = 6;

/// Relative change of them that ends it.
const SETTLED: f64 = 1e-3;

/// Cells of one kind whose turn it is, as many as stand side by side, among `N` forms of IL-2.
#[derive(Clone, Debug)]
pub(super) struct Party<const N: usize> {
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
    block: Block<N>,
}

impl<const N: usize> Party<N> {
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

/// What the cells in one place take together of a form in a step at `c` pM of each, in the mean.
#[inline(always)]
fn uptake<const N: usize>(
    parties: &[Party<N>],
    place: usize,
    pace: &Pace,
    c: [f64; N],
    form: usize,
) -> f64 {
    let c = c.map(|pm| pm as f32);
    let mut total = 0.0;
    for party in parties.iter().filter(|party| party.place == place) {
        let taken = party.block.uptake(&pace.of(party.kind).rates, c);
        let mut sums = [0.0; 4];
        for lane in 0..LANES {
            sums[lane % 4] += party.weights[lane] * f64::from(taken[form][lane]);
        }
        total += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
    total
}

/// A place whose free IL-2 is solved for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pool {
    /// Molecules per pM; none where there is no such place.
    pub(super) per_pm: f64,
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

/// Mean concentration of a step, and by how much it rises from start to end, pM, from the root of the balance and its slope, with so
/// many molecules there from the start.
fn course(implicit: f64, slope: f64, at_start: f64, per_pm: f64) -> (f64, f64) {
    let start = at_start / per_pm;
    let turnover = (-slope / per_pm - 1.0).max(0.0);
    (
        mean_of_step(implicit, start, turnover),
        // What cells let go of for it is taken again, but for what the pool keeps.
        drift_of_step(implicit, start, turnover) / (1.0 + turnover),
    )
}

/// A form of IL-2 that is given, and where its molecules are: one volume that all cells share, that of antibody in a mouse.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Infusion {
    /// The form.
    pub(super) form: Form,
    /// Accounts of its molecules; what is free is all in the last place.
    pub(super) ledger: Ledger,
    /// Its concentration in the last step, pM.
    pub(super) pm: f64,
}

impl Infusion {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            ledger: Ledger::default(),
            pm: 0.0,
        }
    }
}

/// What there is of IL-2 itself, and of each form that is given.
fn with_own(own: f64, given: [f64; MOST_GIVEN]) -> [f64; FORMS] {
    let mut all = [own; FORMS];
    all[1..].copy_from_slice(&given);
    all
}

impl Host<'_> {
    /// Binding of the step, among as many forms of IL-2 as there are.
    pub(super) fn exchange(&mut self) {
        self.infuse();
        if self.is_alone() {
            let mut parties = std::mem::take(&mut self.parties);
            self.exchange_of(&mut parties);
            self.parties = parties;
        } else if self.infusions.len() == 1 {
            let mut parties = std::mem::take(&mut self.vying);
            self.exchange_of(&mut parties);
            self.vying = parties;
        } else {
            let mut parties = std::mem::take(&mut self.all_vying);
            self.exchange_of(&mut parties);
            self.all_vying = parties;
        }
    }

    /// Organs by their volumes, or the well.
    pub(super) fn pools(&self) -> [Pool; PLACES] {
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

    /// The most that cells have seen of a form of IL-2 in the last step, or may see of what was given since, pM.
    pub(super) fn foreseen_pm(&self) -> f64 {
        let seen = self.il2.into_iter().fold(0.0, f64::max);
        let given = self.infusions.iter().map(|infusion| {
            let molecules = infusion.ledger.depot + infusion.ledger.free[WELL];
            let all_at_once = molecules as f64 / self.infusion_pool(&infusion.form).0;
            infusion.pm.max(all_at_once)
        });
        given.fold(seen, f64::max).max(self.coming_pm())
    }

    /// What IL-2 in the depot and the blood would come to if all of it went into the organs at once, pM.
    fn coming_pm(&self) -> f64 {
        let coming = (self.ledger.depot + self.bolus) as f64;
        if coming <= 0.0 {
            return 0.0;
        }
        let pools = self.pools();
        let sum = |of: fn(&Pool) -> f64| pools.iter().map(of).sum::<f64>();
        let (content, exchanged) = (sum(|pool| pool.per_pm), sum(|pool| pool.exchange_ml_h));
        if content <= 0.0 {
            return 0.0;
        }
        coming / content * exchanged / (exchanged + self.p.serum_clearance)
    }

    /// Solves the IL-2 concentration of the step in each organ, advances every cell's receptors at it, settles the molecules.
    fn exchange_of<const N: usize>(&mut self, parties: &mut Vec<Party<N>>) {
        let p = self.p;
        let pools = self.pools();
        let exchange_ml_h = pools.map(|pool| pool.exchange_ml_h);
        let secreted = self.gather(parties);
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
        let (mut drift, mut of_infusions) = ([0.0; PLACES], [0.0; MOST_GIVEN]);
        for _ in 0..if N == 1 { 1 } else { ROUNDS } {
            let before = (self.il2, self.given_pm());
            for (place, drift) in (0..self.infusions.len()).zip(&mut of_infusions) {
                *drift = self.solve_infusion(place, parties);
            }
            for (place, pool) in pools.iter().enumerate() {
                if let Some(c) = clamped {
                    self.il2[place] = c;
                } else {
                    (self.il2[place], drift[place]) = self.solve(place, pool, parties, on_cells);
                }
            }
            let differs = |now: f64, before: f64| (now - before).abs() > SETTLED * now;
            let given = self.given_pm();
            let mut all = (self.il2.iter().zip(&before.0)).chain(given.iter().zip(&before.1));
            if !all.any(|(now, was)| differs(*now, *was)) {
                break;
            }
        }
        let epoch = self.epoch;
        for party in parties.iter_mut() {
            let rates = &self.pace.of(party.kind).rates;
            // The long turn of a resting cell is at the IL-2 of its last step.
            let drifts = if self.pace.rests(party.kind) {
                [0.0; FORMS]
            } else {
                with_own(drift[party.place], of_infusions)
            };
            let all = [self.forms_in(party.place), drifts];
            let c = all.map(|each| std::array::from_fn(|form| each[form] as f32));
            self.level.run(
                #[inline(always)]
                || {
                    let mut words = Words::new(&party.streams, purpose::RECEPTORS, epoch);
                    party.block.step(rates, c, &mut words);
                },
            );
            self.settle(party);
        }
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
        self.eliminate();
        if let Some(c) = clamped {
            self.supply((c * pools[WELL].per_pm) as i128 - self.ledger.free[WELL]);
            return;
        }
        if self.culture.is_none() {
            let caught = self.pass_serum(to_serum, &exchange_ml_h, &mut stream);
            // What is free leaves it at the rate of clearance and exchange.
            through_serum += to_serum - caught;
            let cleared_ml = self.step_h * (p.serum_clearance + exchange_ml_h.iter().sum::<f64>());
            self.serum_pm = through_serum as f64 / (cleared_ml * MOLECULES_PER_PM_ML);
        }
    }

    /// What cells in a place see of each form, pM.
    fn forms_in(&self, place: usize) -> [f64; FORMS] {
        with_own(self.il2[place], self.given_pm())
    }

    /// Concentrations of the forms of IL-2 that are given, pM.
    pub(super) fn given_pm(&self) -> [f64; MOST_GIVEN] {
        let mut given = [0.0; MOST_GIVEN];
        for (pm, infusion) in given.iter_mut().zip(&self.infusions) {
            *pm = infusion.pm;
        }
        given
    }

    /// The forms and their concentrations, for what is no agent.
    pub(super) fn given_forms(&self) -> [Option<(Form, f64)>; MOST_GIVEN] {
        let mut given = [None; MOST_GIVEN];
        for (of, infusion) in given.iter_mut().zip(&self.infusions) {
            *of = Some((infusion.form, infusion.pm));
        }
        given
    }

    /// The forms themselves.
    pub(super) fn forms(&self) -> Vec<Form> {
        let infusions = self.infusions.iter();
        infusions.map(|infusion| infusion.form).collect()
    }

    /// Molecules per pM of a form that is given, and the rate at which it is lost but for cells, 1/h.
    fn infusion_pool(&self, form: &Form) -> (f64, f64) {
        let per_pm = self.antibody_volume() * MOLECULES_PER_PM_ML;
        let lost = if self.culture.is_some() {
            self.p.medium_decay
        } else {
            std::f64::consts::LN_2 / (24.0 * form.half_life_d)
        };
        (per_pm, lost)
    }

    /// Whether what is given is held at its concentration, as IL-2 is in a clamped well.
    fn holds_infusion(&self) -> bool {
        self.culture.is_some_and(|well| well.clamped_pm.is_some())
    }

    /// Whether there is no molecule of a form that is given, free or on cells.
    fn is_alone(&self) -> bool {
        let mut infusions = self.infusions.iter();
        let mut surfaces = self.population.surfaces.iter();
        infusions.all(|infusion| infusion.ledger.free[WELL] == 0)
            && (self.infusions.is_empty()
                || surfaces.all(|surface| surface.given.iter().all(|given| given.ligand() == 0)))
    }

    /// Solves the concentration of a form that is given. Returns by how much it rises from start to end, pM.
    fn solve_infusion<const N: usize>(&mut self, place: usize, parties: &[Party<N>]) -> f64 {
        let infusion = self.infusions[place];
        let own = 1 + place;
        let supply = infusion.ledger.free[WELL] as f64;
        let (per_pm, lost) = self.infusion_pool(&infusion.form);
        let (pm, drift) = if N <= own || per_pm <= 0.0 {
            (0.0, 0.0)
        } else if self.holds_infusion() {
            (supply / per_pm, 0.0)
        } else {
            let stays = per_pm * (1.0 + lost * self.step_h);
            let (implicit, slope) = solve_with_slope(infusion.pm, |c| {
                let taken = self.level.run(
                    #[inline(always)]
                    || {
                        let mut taken = 0.0;
                        for organ in 0..PLACES {
                            let mut forms = self.forms_in(organ);
                            forms[own] = c;
                            let c = std::array::from_fn(|form| forms[form]);
                            taken += uptake(parties, organ, &self.pace, c, own);
                        }
                        taken
                    },
                );
                supply - stays * c - taken
            });
            course(implicit, slope, supply.max(0.0), per_pm)
        };
        self.infusions[place].pm = pm;
        drift
    }

    /// Brings what is in the depot of forms that are given to where cells find it.
    fn infuse(&mut self) {
        let share = -libm::expm1(-self.p.absorption * self.step_h);
        for (place, infusion) in (0..).zip(&mut self.infusions) {
            let key = AgentKey::from_words(3, place);
            let mut stream = self.streams.stream(purpose::POOL, key, self.epoch);
            let released = infusion.ledger.release(share, &mut stream);
            infusion.ledger.free[WELL] += released;
        }
    }

    /// What the body or the medium loses of forms that are given.
    fn eliminate(&mut self) {
        let holds = self.holds_infusion();
        for place in 0..self.infusions.len() {
            let mut infusion = self.infusions[place];
            let (per_pm, lost) = self.infusion_pool(&infusion.form);
            let ledger = &mut infusion.ledger;
            if holds {
                let missing = (infusion.pm * per_pm).round() as i128 - ledger.free[WELL];
                ledger.free[WELL] += missing;
                ledger.injected += missing;
            } else {
                let key = AgentKey::from_words(4, place as u64);
                let mut stream = self.streams.stream(purpose::POOL, key, self.epoch);
                let washed = infusion.pm * per_pm * lost * self.step_h;
                let washed = i128::from(draw::poisson(&mut stream, washed)).min(ledger.free[WELL]);
                ledger.free[WELL] -= washed;
                ledger.cleared += washed;
            }
            self.infusions[place] = infusion;
        }
    }

    /// Mean IL-2 of the step in one place, and by how much it rises from start to end, pM.
    fn solve<const N: usize>(
        &self,
        place: usize,
        pool: &Pool,
        parties: &[Party<N>],
        on_cells: bool,
    ) -> (f64, f64) {
        let supply = self.ledger.free[place] as f64;
        if pool.per_pm <= 0.0 || (supply <= 0.0 && !on_cells) {
            return (0.0, 0.0);
        }
        let caught = self.surroundings.open.il2_caught;
        let washed = pool.washed(self.p, caught, self.step_h);
        let (implicit, slope) = solve_with_slope(self.il2[place], |c| {
            let taken = self.level.run(
                #[inline(always)]
                || {
                    let forms = with_own(c, self.given_pm());
                    let c = std::array::from_fn(|form| forms[form]);
                    uptake(parties, place, &self.pace, c, 0)
                },
            );
            supply - (pool.per_pm + washed) * c - taken
        });
        // What came by injection was there from the start, what was secreted came in the course of the step.
        let secreted = self.secretion_per_s[place] * 3600.0 * self.step_h;
        course(implicit, slope, (supply - secreted).max(0.0), pool.per_pm)
    }

    /// Brings so many molecules into the medium, or takes them out.
    pub(super) fn supply(&mut self, molecules: i128) {
        self.ledger.free[WELL] += molecules;
        self.ledger.injected += molecules;
    }

    /// Gathers the cells whose turn it is into parties and freezes their rates, each party while it is at hand. Returns what all cells secrete in this step into each place, molecules.
    fn gather<const N: usize>(&self, parties: &mut Vec<Party<N>>) -> [i128; PLACES] {
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
            let r = self.p.receptors(agent.kind);
            if r.il7r > 0.0 {
                let s = &self.surroundings;
                let gamma = s.gamma_left(&self.population.surfaces[cell]);
                let held = il7_complexes(self.p, r, gamma, s.il7);
                party.block.hold_gamma(lane, held);
            }
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
    fn freeze<const N: usize>(&self, party: &mut Party<N>) {
        let rates = &self.pace.of(party.kind).rates;
        let forms = self.forms_in(party.place);
        let c = std::array::from_fn(|form| forms[form] as f32);
        let il15 = self.surroundings.il15_occupancy * self.p.receptors(party.kind).il15_access;
        self.level.run(
            #[inline(always)]
            || party.block.freeze(rates, c, il15 as f32),
        );
    }

    /// Takes what cells bound out of the pool, cell by cell in a fixed order; none takes more than there is.
    fn settle<const N: usize>(&mut self, party: &Party<N>) {
        let given = self.infusions.iter_mut();
        let given = given.map(|infusion| (&mut infusion.ledger, WELL));
        let ledgers = std::iter::once((&mut self.ledger, party.place)).chain(given);
        for (form, (ledger, place)) in ledgers.take(N).enumerate() {
            let free = &mut ledger.free[place];
            for (lane, cell) in party.cells[..party.count].iter().enumerate() {
                let surface = &mut self.population.surfaces[*cell];
                if form == 0 {
                    *surface = party.block.surface(lane);
                }
                let mut exchange = party.block.exchange(lane)[form];
                let weight = i128::from(party.weights[lane] as u64);
                if weight * i128::from(exchange.taken) > *free {
                    let available = *free / weight;
                    let available = i64::try_from(available).unwrap_or(i64::MAX);
                    exchange.limit(surface, form, available);
                }
                *free -= weight * i128::from(exchange.taken);
                ledger.degraded += weight * i128::from(exchange.degraded);
            }
        }
    }
}
