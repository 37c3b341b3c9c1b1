//! Numbers that all cells of a mouse share during a step.

use super::Host;
use crate::kind::Kind;
use crate::mechanism::{b_cells, killing, macrophage, nk};
use crate::organ::PLACES;
use crate::signal::half;

impl Host<'_> {
    /// Counts the cells and derives the surroundings of the step.
    pub(super) fn take_census(&mut self) {
        let p = self.p;
        let mut of = [0.0; Kind::ALL.len()];
        let (mut t_cells, mut capacity) = (0.0, 0.0);
        let (mut killers, mut devourers) = (0.0, 0.0);
        self.cells_in = [0.0; PLACES];
        for agent in &self.population.agents {
            let weight = agent.weight as f64;
            self.cells_in[agent.organ.place()] += weight;
            of[agent.kind as usize] += weight;
            if agent.kind.is_t() {
                t_cells += weight;
            }
            match agent.kind {
                Kind::Treg => capacity += weight * f64::from(agent.suppression),
                Kind::Nk => killers += weight * nk::cytotoxicity(p, agent.pstat5.into()),
                Kind::ActiveMacrophage => {
                    devourers += weight * macrophage::activity(p, agent.pstat5.into());
                }
                _ => {}
            }
        }
        let of = |kind: Kind| of[kind as usize];
        let effectors = of(Kind::EffectorCd4);
        let age_d = self.age_d();
        let s = &mut self.surroundings;
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
            return;
        }
        let body = 1.0 / (1.0 + p.adult_body_shift * libm::exp(-age_d / p.body_growth_time));
        let matured = age_d * age_d * age_d;
        let half_matured = p.dc_maturation * p.dc_maturation * p.dc_maturation;
        let maturity = matured / (matured + half_matured);
        let abundance = self.dendritic.abundance;
        let crowding = t_cells / (p.lymphopenic_half_number * body.max(0.1));
        self.suppression = self.dendritic.suppression(p, capacity, body);
        let costimulation = self.dendritic.costimulation(p, self.suppression, maturity);
        let s = &mut self.surroundings;
        s.body = body;
        s.maturity = maturity;
        s.costimulation = costimulation.strength;
        s.b7 = costimulation.b7;
        s.resources = half(abundance, s.activated / (p.resource_half_number * body));
        s.emptiness = 1.0 / (1.0 + crowding * crowding);
        s.il7 = p.il7 * self.products[0].il7;
        s.il15 = p.il15 * self.products[0].il15;
        s.il15_occupancy = half(s.il15, p.il15_kd);
        s.ifn_gamma = macrophage::ifn_gamma(p, effectors, of(Kind::EffectorCd8), body);
        s.help = b_cells::help(p, effectors, body);
    }
}
