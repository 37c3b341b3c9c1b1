//! Readouts of a living mouse. Observation draws nothing and changes nothing.

use super::Host;
use crate::kind::{Group, Kind};
use crate::mechanism::{activation, cd8, memory, nk, treg};
use crate::readout::{Chain, Readout};
use crate::receptors::{Surface, il7_signal};

/// Bins of a histogram of copies: none, then `PER_DECADE` per decade up to a million.
const PER_DECADE: usize = 10;
/// Number of bins.
pub const BINS: usize = 1 + 6 * PER_DECADE;

/// Lower and upper edge of a bin, copies per cell; bin 0 holds cells without any copy.
pub fn bin_edges(bin: usize) -> (f64, f64) {
    if bin == 0 {
        return (0.0, 1.0);
    }
    let edge = |index: usize| libm::pow(10.0, index as f64 / PER_DECADE as f64);
    (edge(bin - 1), edge(bin))
}

fn copies(surface: &Surface, chain: Chain) -> u32 {
    match chain {
        Chain::Cd25 => surface.alpha,
        Chain::Cd122 => surface.beta(),
        Chain::Cd132 => surface.gamma(),
    }
}

impl Host<'_> {
    /// The value of a readout now; NaN where it asks for a mean over no cells.
    pub fn observe(&self, readout: &Readout) -> f64 {
        match *readout {
            Readout::Count(group) => self.sum(group, |_, _| 1.0),
            Readout::Fraction(part, whole) => {
                self.sum(part, |_, _| 1.0) / self.sum(whole, |_, _| 1.0)
            }
            Readout::ActivatedFraction(group) => self.mean(group, |cell, _| {
                f64::from(u8::from(self.population.agents[cell].kind.is_activated()))
            }),
            Readout::Cd25PositiveFraction(group) => self.mean(group, |_, surface| {
                f64::from(u8::from(f64::from(surface.alpha) > self.p.cd25_threshold))
            }),
            Readout::Copies(chain, group) => {
                self.mean(group, |_, surface| f64::from(copies(surface, chain)))
            }
            Readout::Pstat5(group) => self.mean(group, |cell, _| {
                f64::from(self.population.agents[cell].pstat5)
            }),
            Readout::DivisionRate(group) => {
                self.mean(group, |cell, surface| self.division_rate(cell, surface))
            }
            Readout::Cytotoxicity => self.mean(Group::Only(Kind::Nk), |cell, _| {
                nk::cytotoxicity(self.p, self.population.agents[cell].pstat5.into())
            }),
            Readout::Il2 => self.surroundings.il2,
            Readout::SerumIl2 => self.serum_pm,
            Readout::Il2Secretion => self.secretion_per_s,
            Readout::Costimulation => self.surroundings.b7,
            Readout::Suppression => self.suppression,
            Readout::Damage => self.damage,
            Readout::Alive => f64::from(u8::from(self.died_d.is_none())),
            Readout::Agents => self.population.agents.len() as f64,
        }
    }

    /// Adds the cells of a group to a histogram of copies of a chain, by weight.
    pub fn add_histogram(&self, chain: Chain, group: Group, bins: &mut [f64; BINS]) {
        for (cell, agent) in self.population.agents.iter().enumerate() {
            if group.contains(agent.kind) {
                let n = copies(&self.population.surfaces[cell], chain);
                let bin = if n == 0 {
                    0
                } else {
                    (1 + (libm::log10(f64::from(n)) * PER_DECADE as f64) as usize).min(BINS - 1)
                };
                bins[bin] += agent.weight as f64;
            }
        }
    }

    fn sum(&self, group: Group, value: impl Fn(usize, &Surface) -> f64) -> f64 {
        let mut total = 0.0;
        for (cell, agent) in self.population.agents.iter().enumerate() {
            if group.contains(agent.kind) {
                let surface = &self.population.surfaces[cell];
                total += agent.weight as f64 * value(cell, surface);
            }
        }
        total
    }

    fn mean(&self, group: Group, value: impl Fn(usize, &Surface) -> f64) -> f64 {
        self.sum(group, value) / self.sum(group, |_, _| 1.0)
    }

    /// Division hazard of one cell now, 1/d.
    fn division_rate(&self, cell: usize, surface: &Surface) -> f64 {
        let (p, s) = (self.p, &self.surroundings);
        let agent = &self.population.agents[cell];
        match agent.kind {
            Kind::NaiveCd4 | Kind::NaiveCd8 | Kind::EffectorCd8 => 0.0,
            Kind::BlastCd4 if agent.divisions == 0 => 24.0 / p.first_division,
            Kind::BlastCd4 => 24.0 / p.division_time,
            Kind::EffectorCd4 => activation::restimulation(p, s) * p.restimulation_divisions,
            Kind::MemoryCd4 => {
                let gamma = f64::from(surface.gamma());
                memory::division(
                    p,
                    il7_signal(p, p.receptors(agent.kind), gamma, s.il7),
                    agent.drive.into(),
                )
            }
            Kind::Treg => treg::division(p, s, agent.drive.into()),
            Kind::MemoryCd8 => cd8::division(p, agent.drive.into()),
            Kind::Nk => nk::division(p, agent.drive.into()),
        }
    }
}
