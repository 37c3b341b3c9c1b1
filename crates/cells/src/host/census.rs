//! Numbers that all cells of a mouse share during a step.

use super::Host;
use crate::drug::Open;
use crate::kind::Kind;
use crate::mechanism::antibody::Secretors;
use crate::mechanism::{antigen, b_cells, damage, killing, macrophage, nk};
use crate::model::Parameters;
use crate::organ::{Organ, PLACES};
use crate::population::{Agent, CLASSES, Isotype, Variety, class};
use crate::signal::{Forced, half, power};
use crate::specificity::{BySpecificity, Specificity};

/// A number for each weight class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PerClass(pub(super) [u64; CLASSES]);

impl Default for PerClass {
    fn default() -> Self {
        Self([0; CLASSES])
    }
}

/// Sums over all agents, taken in one pass at the end of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Census {
    /// Cells by kind.
    of: [f64; Kind::ALL.len()],
    t_cells: f64,
    /// Cells in each organ.
    pub(super) cells_in: [f64; PLACES],
    /// Agents in each weight class.
    pub(super) agents: PerClass,
    /// Blasts and effectors, CD4⁺ and CD8⁺, by what they recognise.
    rivals: BySpecificity,
    /// Suppressive capacity of all Treg.
    capacity: f64,
    /// Readiness to kill, of all NK cells.
    killers: f64,
    /// Activity of all activated macrophages.
    devourers: f64,
    /// Plasma cells by what they secrete.
    pub(super) plasma: Secretors,
    /// Effectors in tissue, by the harm they do.
    pub(super) load: f64,
}

impl Census {
    /// Cells of all kinds.
    pub(super) fn cells(&self) -> f64 {
        self.of.iter().sum()
    }

    /// The kind of which there are most cells.
    pub(super) fn commonest(&self) -> Kind {
        let more = |one: Kind, other: Kind| {
            if self.of[other as usize] > self.of[one as usize] {
                other
            } else {
                one
            }
        };
        Kind::ALL.into_iter().fold(Kind::ALL[0], more)
    }

    /// Counts an agent.
    #[inline]
    pub(super) fn count(&mut self, p: &Parameters, agent: &Agent) {
        let weight = agent.weight as f64;
        self.of[agent.kind as usize] += weight;
        self.cells_in[agent.organ.place()] += weight;
        self.agents.0[class(agent)] += 1;
        if agent.kind.is_t() {
            self.t_cells += weight;
        }
        if agent.kind.is_lit_t() {
            self.rivals.add(agent.specificity, weight);
        }
        let harms = agent.organ == Organ::Tissue;
        match agent.kind {
            Kind::Treg => self.capacity += weight * f64::from(agent.capacity),
            Kind::Nk => self.killers += weight * nk::cytotoxicity(p, agent.pstat5.into()),
            Kind::ActiveMacrophage => {
                self.devourers += weight * macrophage::activity(p, agent.pstat5.into());
            }
            Kind::EffectorCd4 if harms => {
                self.load += weight * damage::weight(p, agent.pstat5.into());
            }
            Kind::EffectorCd8 if harms => self.load += weight * p.damage_cd8_share,
            Kind::Plasma => {
                if let Variety::Secretes(isotype) = agent.variety {
                    self.plasma.cells[isotype as usize] += weight;
                    if agent.specificity == Specificity::SELF && isotype == Isotype::IgG {
                        self.plasma.autoreactive += weight;
                    }
                }
            }
            _ => {}
        }
    }
}

impl Host<'_> {
    /// Counts all agents.
    pub(super) fn count(&mut self) {
        let mut census = Census::default();
        for agent in &self.population.agents {
            census.count(self.p, agent);
        }
        self.census = census;
    }

    /// Derives the surroundings of the step from the last census.
    pub(super) fn survey(&mut self) {
        let p = self.p;
        let Census {
            of,
            t_cells,
            rivals,
            capacity,
            killers,
            devourers,
            ..
        } = self.census;
        let sharing = Kind::ALL.into_iter().filter(|kind| antigen::shares(*kind));
        let sharing: f64 = sharing.map(|kind| of[kind as usize]).sum();
        let of = |kind: Kind| of[kind as usize];
        let effectors = of(Kind::EffectorCd4);
        let age_d = self.age_d();
        let open = Open::beside(p, &self.courses);
        let given = self.given_forms();
        let s = &mut self.surroundings;
        s.open = open;
        s.of_self = self.exposed.of_self;
        s.microbes = self.exposed.microbes;
        s.forced = Forced::at(&self.signals, age_d);
        s.given = given;
        s.age_d = age_d;
        s.t_cells = t_cells;
        s.activated = of(Kind::BlastCd4) + effectors;
        s.effectors = effectors;
        s.active_macrophages = {
            let active = of(Kind::ActiveMacrophage);
            active / (of(Kind::Macrophage) + active).max(1.0)
        };
        s.target_death = killing::death(p, killers, devourers, of(Kind::Target));
        if let Some(well) = &self.culture {
            well.surround(p, s);
            let counted = self.peptide_mhc;
            s.engaged = counted.map(|copies| antigen::engaged(p, copies as f64, sharing));
            if self.dendritic.abundance > 0.0 {
                self.suppression = self.dendritic.suppression(p, capacity, 1.0);
                let given = self
                    .dendritic
                    .costimulation(p, self.suppression, 1.0, open.b7);
                s.b7 = s.b7.max(given.b7);
                s.costimulation = s.costimulation.max(given.strength);
            }
            s.engagement = BySpecificity::of_all(s.costimulation);
            return;
        }
        let body = 1.0 / (1.0 + p.adult_body_shift * libm::exp(-age_d / p.body_growth_time));
        let matured = power(age_d, p.dc_maturation_hill);
        let half_matured = power(p.dc_maturation, p.dc_maturation_hill);
        let maturity = matured / (matured + half_matured);
        let abundance = self.dendritic.abundance;
        let crowding = t_cells / (p.lymphopenic_half_number * body.max(p.lymphopenic_body_floor));
        self.suppression = self.dendritic.suppression(p, capacity, body);
        let costimulation = self
            .dendritic
            .costimulation(p, self.suppression, maturity, open.b7);
        let (engagement, presented) = (self.engagement(&costimulation), self.presented());
        let (il7, il15) = (self.il7_pm(), self.il15_pm());
        let s = &mut self.surroundings;
        s.body = body;
        s.maturity = maturity;
        s.costimulation = costimulation.strength;
        s.engagement = engagement;
        s.presented = presented;
        s.b7 = costimulation.b7;
        s.resources = half(abundance, s.activated / (p.resource_half_number * body));
        s.left = rivals.map(|rivals| half(abundance, rivals / (p.resource_half_number * body)));
        s.emptiness = 1.0 / (1.0 + power(crowding, p.lymphopenic_hill));
        s.il7 = il7;
        s.il15 = il15;
        s.il15_occupancy = half(s.il15, p.il15_kd);
        s.ifn_gamma =
            open.ifn_gamma * macrophage::ifn_gamma(p, effectors, of(Kind::EffectorCd8), body);
        s.help = open.cd40l * b_cells::help(p, effectors, body);
    }
}
