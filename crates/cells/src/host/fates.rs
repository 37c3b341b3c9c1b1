//! One step of every cell's life: signals read, fates drawn, newcomers collected.

use super::Host;
use super::sort::Sort;
use crate::genotype::Products;
use crate::kind::{Group, Kind};
use crate::mechanism::{
    Surroundings, activation, aicd, b_cells, cd8, clocks, macrophage, memory, nk, survival, treg,
};
use crate::model::Parameters;
use crate::pool::{self, Molecules};
use crate::population::{Agent, CLASSES, Isotype, Variety, class, share, take};
use crate::purpose;
use crate::receptors::{Surface, il7_signal};
use crate::specificity::Specificity;
use paracrine_kernel::draw;
use paracrine_kernel::rng::Stream;
use serde::{Deserialize, Serialize};

/// Cells that changed kind in the last step, by event; sets the size of the packets of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Flux([f64; 5]);

/// Events that move a part of an agent's cells to another kind.
#[derive(Clone, Copy)]
enum Event {
    Recruitment,
    Memory,
    MemoryCd8,
    Bystander,
    Help,
}

/// What the cells of a mouse do to it in one step.
struct Outcome {
    newcomers: Vec<(Agent, Surface)>,
    flux: Flux,
    died: Molecules,
    resampled: Molecules,
    room: [f64; CLASSES],
    restimulated: f64,
    deleted: f64,
}

impl Host<'_> {
    /// Signals, then fates, of all cells.
    pub(super) fn live(&mut self) {
        let p = self.p;
        let mut s = self.surroundings;
        // New agents per step of each event: a class is renewed within some twenty days.
        let arrivals = self.planned * share(Kind::BlastCd4 as usize) / 10.0 * self.step_h / 24.0;
        let packets = self.flux.0.map(|cells| cells / arrivals);
        let mut outcome = self.outcome();
        let packet = |event: Event| packets[event as usize];

        'cells: for cell in 0..self.population.agents.len() {
            let agent = &mut self.population.agents[cell];
            if !self.pace.is_due(agent, self.epoch) {
                continue;
            }
            s.il2 = self.il2[agent.organ.place()];
            let turn = self.pace.of(agent.kind);
            let dt = turn.dt_d;
            let mut surface = self.population.surfaces[cell];
            turn.memory.update(p, &s, agent, &surface);
            let products = self.makers[usize::from(agent.genotype)].of(agent.kind);
            let il7 = il7_signal(p, p.receptors(agent.kind), s.gamma_left(&surface), s.il7);
            let mut rng = self.streams.stream(purpose::FATE, agent.key, self.epoch);
            let (pstat5, drive) = (f64::from(agent.pstat5), f64::from(agent.drive));
            match agent.kind {
                Kind::NaiveCd4 => {
                    let kind = agent.kind;
                    let death = || survival::naive_death(p, kind, il7);
                    let most = survival::most_naive_death(p, kind);
                    if outcome.dies_at_most(agent, &surface, most, death, dt, &mut rng) {
                        continue;
                    }
                    let of = packet(Event::Recruitment);
                    outcome.recruit(p, &s, (agent, &surface), dt, of, &mut rng);
                    let hazard = memory::conversion(p, &s);
                    let of = packet(Event::Memory);
                    if let Some(mut cell) =
                        outcome.leave(agent, Event::Memory, hazard, dt, of, &mut rng)
                    {
                        let share = treg::peripheral_share(p, &s, products);
                        if draw::bernoulli(&mut rng, share) {
                            cell.kind = Kind::Treg;
                            cell.variety = Variety::Peripheral;
                        } else {
                            cell.kind = Kind::MemoryCd4;
                        }
                        outcome.burst(&mut cell, &surface, p.memory_burst, &mut rng);
                        outcome.newcomers.push((cell, surface));
                    }
                }
                Kind::BlastCd4 | Kind::BlastCd8 | Kind::BlastB => {
                    let blast = agent.kind;
                    if blast == Kind::BlastB {
                        let death = b_cells::fas_death(p, products);
                        if outcome.dies(agent, &surface, death, dt, &mut rng) {
                            continue;
                        }
                    }
                    agent.active_h += self.step_h as f32;
                    clocks::advance(p, agent, self.step_h);
                    while agent.kind == blast
                        && let Some(event) = clocks::due(agent)
                    {
                        if event == clocks::Event::Death {
                            outcome.kill(agent, &surface);
                            continue 'cells;
                        }
                        // Clocks and destiny first: they are those of both daughters.
                        clocks::restart(p, agent, &mut rng);
                        if activation::destiny_reached(p, agent, s.left.of(agent.specificity)) {
                            agent.kind = activation::ripe(blast);
                        }
                        if agent.kind == Kind::Plasma {
                            // What an agent stands for is shared out among the classes of antibody, both daughters alike.
                            let gamma = f64::from(surface.gamma());
                            outcome.double(agent, &mut surface, &mut rng);
                            outcome.switch(p, agent, &surface, gamma, &mut rng);
                        } else {
                            outcome.divide(agent, &mut surface, &mut rng);
                        }
                    }
                }
                Kind::EffectorCd4 => {
                    let death = effector_death(p, &s, agent, products, il7);
                    if outcome.dies(agent, &surface, death, dt, &mut rng) {
                        continue;
                    }
                    if happens(
                        &mut rng,
                        activation::restimulation(p, &s, agent.specificity),
                        dt,
                    ) {
                        outcome.restimulate(p, agent, &mut surface, products, &mut rng);
                    } else if happens(&mut rng, memory::formation(p, &s, agent.specificity), dt) {
                        agent.kind = Kind::MemoryCd4;
                    }
                }
                Kind::MemoryCd4 => {
                    let death = memory::death(p, il7);
                    if outcome.dies(agent, &surface, death, dt, &mut rng) {
                        continue;
                    }
                    if happens(&mut rng, memory::division(p, il7, drive), dt) {
                        outcome.divide(agent, &mut surface, &mut rng);
                    }
                }
                Kind::Treg => {
                    let death = treg::death(p, pstat5);
                    if outcome.dies(agent, &surface, death, dt, &mut rng) {
                        continue;
                    }
                    let division = || treg::division(p, &s, drive);
                    if happens_at_most(&mut rng, treg::most_division(p), division, dt) {
                        outcome.divide(agent, &mut surface, &mut rng);
                    }
                    let lost = || treg::loss_of_foxp3(p, pstat5);
                    if happens_at_most(&mut rng, p.foxp3_loss, lost, dt) {
                        agent.kind = Kind::EffectorCd4;
                        agent.variety = Variety::Plain;
                        // What Treg recognise is mostly self; those that lost Foxp3 attack it (Zhou 2009 Nat Immunol 10:1000).
                        if !agent.specificity.is_followed() {
                            agent.specificity = Specificity::SELF;
                        }
                    }
                }
                Kind::NaiveCd8 => {
                    let kind = agent.kind;
                    let death = || survival::naive_death(p, kind, il7);
                    let most = survival::most_naive_death(p, kind);
                    if outcome.dies_at_most(agent, &surface, most, death, dt, &mut rng) {
                        continue;
                    }
                    let of = packet(Event::Recruitment);
                    outcome.recruit(p, &s, (agent, &surface), dt, of, &mut rng);
                    let hazard = cd8::conversion(p, &s);
                    let of = packet(Event::MemoryCd8);
                    if let Some(mut cell) =
                        outcome.leave(agent, Event::MemoryCd8, hazard, dt, of, &mut rng)
                    {
                        cell.kind = Kind::MemoryCd8;
                        outcome.burst(&mut cell, &surface, p.cd8_conversion_burst, &mut rng);
                        outcome.newcomers.push((cell, surface));
                    }
                    let hazard = cd8::bystander(p, &s);
                    let of = packet(Event::Bystander);
                    if let Some(mut cell) =
                        outcome.leave(agent, Event::Bystander, hazard, dt, of, &mut rng)
                    {
                        activation::ignite(p, &mut cell, &mut rng);
                        outcome.newcomers.push((cell, surface));
                    }
                }
                Kind::EffectorCd8 => {
                    let death = p.effector_cd8_death;
                    if outcome.dies(agent, &surface, death, dt, &mut rng) {
                        continue;
                    }
                    if happens(&mut rng, p.effector_cd8_to_memory, dt) {
                        agent.kind = Kind::MemoryCd8;
                    }
                }
                Kind::MemoryCd8 => {
                    let death = cd8::death(p, pstat5);
                    if outcome.dies(agent, &surface, death, dt, &mut rng) {
                        continue;
                    }
                    if happens(&mut rng, p.cd8_fas_checkpoint, dt) {
                        agent.kind = Kind::DoubleNegative;
                        continue;
                    }
                    let division = || cd8::division(p, drive);
                    if happens_at_most(&mut rng, cd8::most_division(p), division, dt) {
                        outcome.divide(agent, &mut surface, &mut rng);
                    }
                }
                Kind::Nk => {
                    let death = || nk::death(p, pstat5);
                    let most = nk::most_death(p);
                    if outcome.dies_at_most(agent, &surface, most, death, dt, &mut rng) {
                        continue;
                    }
                    let division = || nk::division(p, drive);
                    if happens_at_most(&mut rng, nk::most_division(p), division, dt) {
                        outcome.divide(agent, &mut surface, &mut rng);
                    }
                }
                Kind::ImmatureNk => {
                    let death = || nk::death(p, pstat5);
                    let most = nk::most_death(p);
                    if outcome.dies_at_most(agent, &surface, most, death, dt, &mut rng) {
                        continue;
                    }
                    if happens(&mut rng, nk::maturation(p, pstat5), dt) {
                        agent.kind = Kind::Nk;
                    }
                }
                Kind::B => {
                    if outcome.dies(agent, &surface, p.b_death, dt, &mut rng) {
                        continue;
                    }
                    let hazard = b_cells::activation(p, &s, agent.specificity);
                    let of = packet(Event::Help);
                    if let Some(mut blast) =
                        outcome.leave(agent, Event::Help, hazard, dt, of, &mut rng)
                    {
                        b_cells::ignite(p, &mut blast, &mut rng);
                        outcome.newcomers.push((blast, surface));
                    }
                }
                Kind::Plasma => {
                    let death = b_cells::plasma_death(p, agent);
                    if outcome.dies(agent, &surface, death, dt, &mut rng) {
                        continue;
                    }
                }
                Kind::Macrophage => {
                    if outcome.dies(agent, &surface, p.macrophage_death, dt, &mut rng) {
                        continue;
                    }
                    if happens(&mut rng, macrophage::activation(p, s.ifn_gamma), dt) {
                        agent.kind = Kind::ActiveMacrophage;
                    }
                }
                Kind::ActiveMacrophage => {
                    if outcome.dies(agent, &surface, p.macrophage_death, dt, &mut rng) {
                        continue;
                    }
                    if happens(&mut rng, macrophage::deactivation(p, s.ifn_gamma), dt) {
                        agent.kind = Kind::Macrophage;
                    }
                }
                Kind::DoubleNegative => {
                    let death = cd8::negative_death(p, products);
                    if outcome.dies(agent, &surface, death, dt, &mut rng) {
                        continue;
                    }
                }
                Kind::Target => {
                    if outcome.dies(agent, &surface, s.target_death, dt, &mut rng) {
                        continue;
                    }
                }
            }
            self.population.surfaces[cell] = surface;
        }

        // Smoothed over half a day, so that a packet size does not answer to the luck of one step.
        for (old, new) in self.flux.0.iter_mut().zip(outcome.flux.0) {
            *old += (new - *old) / 12.0;
        }
        self.take_in(outcome);
    }

    /// Engages the antigen receptors of a share of the cells of a group at once: resting lymphocytes become blasts, effectors and
    /// Treg are restimulated. Dendritic cells meet microbes. Others have nothing to engage.
    pub(super) fn stimulate(
        &mut self,
        ordinal: usize,
        (group, sort): (Group, Option<Sort>),
        fraction: f64,
    ) {
        let p = self.p;
        let epoch = self.epoch << 8 | ordinal as u64;
        if group == Group::Dendritic {
            let now_h = 24.0 * self.age_d();
            self.dendritic.alarm(fraction, now_h);
            return;
        }
        self.count();
        let mut outcome = self.outcome();
        for (cell, cells) in self.chosen(group, sort).into_iter().enumerate() {
            let agent = &mut self.population.agents[cell];
            if cells == 0 || !can_be_stimulated(agent.kind) {
                continue;
            }
            let mut rng = self.streams.stream(purpose::INTERVENTION, agent.key, epoch);
            let engaged = draw::binomial(&mut rng, cells, fraction);
            if engaged == 0 {
                continue;
            }
            let mut part = *agent;
            part.weight = engaged;
            agent.weight -= engaged;
            if agent.weight > 0 {
                part.key = agent.next_child();
                part.children = 0;
            }
            let mut surface = self.population.surfaces[cell];
            match part.kind {
                Kind::B => b_cells::ignite(p, &mut part, &mut rng),
                Kind::EffectorCd4 | Kind::EffectorCd8 | Kind::Treg => {
                    let products = self.makers[usize::from(part.genotype)].of(part.kind);
                    outcome.restimulate(p, &mut part, &mut surface, products, &mut rng);
                }
                _ => activation::ignite(p, &mut part, &mut rng),
            }
            if part.weight > 0 {
                outcome.newcomers.push((part, surface));
            }
        }
        self.take_in(outcome);
        self.population.bury();
    }

    fn outcome(&self) -> Outcome {
        let mut room = self.planned_agents();
        for (room, agents) in room.iter_mut().zip(self.census.agents.0) {
            *room -= agents as f64;
        }
        Outcome {
            newcomers: Vec::new(),
            flux: Flux::default(),
            died: Molecules::default(),
            resampled: Molecules::default(),
            room,
            restimulated: 0.0,
            deleted: 0.0,
        }
    }

    fn take_in(&mut self, outcome: Outcome) {
        for (agent, surface) in outcome.newcomers {
            self.population.push(agent, surface);
        }
        self.book(outcome.died, |ledger| &mut ledger.died);
        self.book(outcome.resampled, |ledger| &mut ledger.resampled);
        self.restimulated += outcome.restimulated;
        self.deleted += outcome.deleted;
    }

    /// Agents of each weight class: shares of the planned number in a mouse, that number of each in a culture.
    pub(super) fn planned_agents(&self) -> [f64; CLASSES] {
        let share_of = |index| self.culture.map_or(share(index), |_| 1.0);
        std::array::from_fn(|index| self.planned * share_of(index))
    }
}

impl Outcome {
    fn kill(&mut self, agent: &mut Agent, surface: &Surface) {
        self.died = pool::sum(self.died, pool::times(agent.weight, surface.ligands()));
        agent.weight = 0;
    }

    /// Restimulates an effector or Treg: it dies of it, or divides.
    fn restimulate(
        &mut self,
        p: &Parameters,
        agent: &mut Agent,
        surface: &mut Surface,
        products: &Products,
        rng: &mut Stream,
    ) {
        self.restimulated += agent.weight as f64;
        let death = aicd::probability(p, agent.kind, agent.pstat5.into(), products);
        if draw::bernoulli(rng, death) {
            self.deleted += agent.weight as f64;
            self.kill(agent, surface);
            return;
        }
        if agent.kind == Kind::Treg {
            return;
        }
        let times = draw::stochastic_round(rng, p.restimulation_divisions);
        for left in (0..times).rev() {
            // Only the last division may part the daughters, or they would miss the rest.
            if left > 0 {
                self.double(agent, surface, rng);
            } else {
                self.divide(agent, surface, rng);
            }
        }
    }

    fn dies(
        &mut self,
        agent: &mut Agent,
        surface: &Surface,
        hazard: f64,
        dt: f64,
        rng: &mut Stream,
    ) -> bool {
        self.dies_at_most(agent, surface, hazard, || hazard, dt, rng)
    }

    /// The same for a hazard that is at most `most`; it is computed only where that decides.
    fn dies_at_most(
        &mut self,
        agent: &mut Agent,
        surface: &Surface,
        most: f64,
        hazard: impl FnOnce() -> f64,
        dt: f64,
        rng: &mut Stream,
    ) -> bool {
        let dies = happens_at_most(rng, most, hazard, dt);
        if dies {
            self.kill(agent, surface);
        }
        dies
    }

    /// Dendritic cells recruit naive cells that recognise what they present; they become fresh blasts.
    fn recruit(
        &mut self,
        p: &Parameters,
        s: &Surroundings,
        (agent, surface): (&mut Agent, &Surface),
        dt: f64,
        packet: f64,
        rng: &mut Stream,
    ) {
        if !agent.specificity.is_followed() {
            return;
        }
        let hazard = activation::recruitment(p, s, agent.specificity);
        if let Some(mut blast) = self.leave(agent, Event::Recruitment, hazard, dt, packet, rng) {
            activation::ignite(p, &mut blast, rng);
            self.newcomers.push((blast, *surface));
        }
    }

    /// Takes the cells that an event strikes off an agent, as an agent of their own.
    fn leave(
        &mut self,
        agent: &mut Agent,
        event: Event,
        hazard: f64,
        dt: f64,
        packet: f64,
        rng: &mut Stream,
    ) -> Option<Agent> {
        let p = -libm::expm1(-hazard * dt);
        self.flux.0[event as usize] += agent.weight as f64 * p;
        let cells = take(rng, agent.weight, p, packet);
        if cells == 0 {
            return None;
        }
        agent.weight -= cells;
        let mut part = *agent;
        part.weight = cells;
        part.key = agent.next_child();
        part.children = 0;
        Some(part)
    }

    /// Parts new plasma cells by the antibody they will make, and draws how long-lived they are.
    fn switch(
        &mut self,
        p: &Parameters,
        agent: &mut Agent,
        surface: &Surface,
        gamma: f64,
        rng: &mut Stream,
    ) {
        agent.set_luck(draw::uniform(rng));
        agent.variety = Variety::Secretes(Isotype::IgM);
        let (igg, ige) = b_cells::switched(p, gamma);
        let mut unswitched = 1.0;
        for (isotype, share) in [(Isotype::IgE, ige), (Isotype::IgG, igg)] {
            let cells = draw::binomial(rng, agent.weight, (share / unswitched).min(1.0));
            unswitched -= share;
            if cells == 0 || agent.weight == 0 {
                continue;
            }
            agent.weight -= cells;
            let mut part = *agent;
            part.weight = cells;
            part.variety = Variety::Secretes(isotype);
            part.key = agent.next_child();
            part.children = 0;
            self.newcomers.push((part, *surface));
        }
    }

    /// Multiplies the cells of a newcomer: a clonal burst that is over within days, taken at once.
    fn burst(&mut self, agent: &mut Agent, surface: &Surface, size: f64, rng: &mut Stream) {
        let before = agent.weight;
        agent.generation = agent
            .generation
            .saturating_add(libm::log2(size.max(1.0)) as u8);
        agent.weight = draw::stochastic_round(rng, before as f64 * size).max(1);
        let before = pool::times(before, surface.ligands());
        self.resample(agent, surface, before);
    }

    /// Divides the cells of an agent; molecules are split binomially between the daughters.
    ///
    /// The second daughter becomes an agent of its own, a copy of the first with other molecules, while its class has
    /// room; beyond that the agent stands for both.
    fn divide(&mut self, agent: &mut Agent, surface: &mut Surface, rng: &mut Stream) {
        agent.generation = agent.generation.saturating_add(1);
        let room = &mut self.room[class(agent)];
        if *room < 1.0 {
            self.stand_for_both(agent, surface, rng);
            return;
        }
        *room -= 1.0;
        let (one, two) = surface.halve(rng);
        let mut daughter = *agent;
        daughter.key = agent.next_child();
        daughter.children = 0;
        self.newcomers.push((daughter, two));
        *surface = one;
    }

    /// Divides the cells of an agent that goes on to stand for both daughters, with the molecules of one of them.
    fn double(&mut self, agent: &mut Agent, surface: &mut Surface, rng: &mut Stream) {
        agent.generation = agent.generation.saturating_add(1);
        self.stand_for_both(agent, surface, rng);
    }

    fn stand_for_both(&mut self, agent: &mut Agent, surface: &mut Surface, rng: &mut Stream) {
        let before = pool::times(agent.weight, surface.ligands());
        (*surface, _) = surface.halve(rng);
        agent.weight = agent.weight.saturating_mul(2);
        self.resample(agent, surface, before);
    }

    /// Books what an agent has come to stand for, beyond what it stood for before.
    fn resample(&mut self, agent: &Agent, surface: &Surface, before: Molecules) {
        let more = pool::less(pool::times(agent.weight, surface.ligands()), before);
        self.resampled = pool::sum(self.resampled, more);
    }
}

/// Hazard of death of an effector CD4⁺ cell, 1/d, but for what it may die of when it is restimulated.
pub(super) fn effector_death(
    p: &Parameters,
    s: &Surroundings,
    agent: &Agent,
    products: &Products,
    il7: f64,
) -> f64 {
    let pstat5 = f64::from(agent.pstat5);
    let contact = activation::contact(p, s, agent.specificity);
    survival::effector_death(p, il7, pstat5)
        + aicd::ageing(p, products)
        + aicd::of_contact(p, agent.kind, pstat5, products, contact)
}

/// Whether cells of a kind have antigen receptors that wait to be engaged.
pub const fn can_be_stimulated(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::NaiveCd4
            | Kind::MemoryCd4
            | Kind::EffectorCd4
            | Kind::Treg
            | Kind::NaiveCd8
            | Kind::MemoryCd8
            | Kind::EffectorCd8
            | Kind::B
    )
}

/// Whether an event of constant hazard (1/d) happens within `dt` days.
fn happens(rng: &mut Stream, hazard: f64, dt: f64) -> bool {
    happens_at_most(rng, hazard, || hazard, dt)
}

/// The same for a hazard that is at most `most`; it is computed only where that decides.
fn happens_at_most(rng: &mut Stream, most: f64, hazard: impl FnOnce() -> f64, dt: f64) -> bool {
    let u = draw::uniform(rng);
    // 1 - exp(-x) is below x.
    u < most * dt && u < -libm::expm1(-hazard() * dt)
}
