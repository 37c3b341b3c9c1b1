//! Numbers that all cells of a mouse share during a step.

use super::Host;
use crate::kind::{Group, Kind};
use crate::signal::half;

impl Host<'_> {
    /// Counts the cells and derives the surroundings of the step.
    pub(super) fn take_census(&mut self) {
        let p = self.p;
        let (mut t_cells, mut activated, mut effectors, mut capacity) = (0.0, 0.0, 0.0, 0.0);
        for agent in &self.population.agents {
            let cells = agent.weight as f64;
            if agent.kind.is_t() {
                t_cells += cells;
            }
            match agent.kind {
                Kind::Treg => capacity += cells * f64::from(agent.suppression),
                Kind::EffectorCd4 => effectors += cells,
                _ => {}
            }
            if agent.kind != Kind::MemoryCd4
                && agent.kind.is_activated()
                && Group::Cd4.contains(agent.kind)
            {
                activated += cells;
            }
        }
        let age_d = self.age_d();
        if let Some(well) = &self.culture {
            let s = &mut self.surroundings;
            (s.age_d, s.t_cells, s.activated, s.effectors) = (age_d, t_cells, activated, effectors);
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
        let il15 = p.il15 * self.products[0].il15;
        let s = &mut self.surroundings;
        s.age_d = age_d;
        s.body = body;
        s.maturity = maturity;
        s.t_cells = t_cells;
        s.activated = activated;
        s.effectors = effectors;
        s.costimulation = costimulation.strength;
        s.b7 = costimulation.b7;
        s.resources = abundance / (abundance + activated / (p.resource_half_number * body));
        s.emptiness = 1.0 / (1.0 + crowding * crowding);
        s.il7 = p.il7 * self.products[0].il7;
        s.il15_occupancy = half(il15, p.il15_kd);
    }
}
