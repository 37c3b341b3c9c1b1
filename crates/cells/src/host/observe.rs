//! Readouts of a living mouse. Observation draws nothing and changes nothing.

use super::Host;
use super::fates::effector_death;
use super::sort::copies;
use crate::genotype::Lineage;
use crate::kind::{Group, Kind};
use crate::mechanism::thymus::Output;
use crate::mechanism::{
    activation, aicd, b_cells, cd8, clocks, macrophage, memory, nk, survival, thymus, treg,
};
use crate::organ::{Organ, homing};
use crate::readout::{Affinity, Chain, Choice, Measure, Readout};
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

impl Host<'_> {
    /// The value of a readout now; NaN where it asks for a mean over no cells.
    pub fn observe(&self, readout: &Readout) -> f64 {
        self.observe_of(readout, Choice::default())
    }

    /// The value of a measure now; NaN where it has none.
    pub fn measure(&self, measure: &Measure) -> f64 {
        measure.value(|reading| self.observe_of(&reading.readout, reading.of))
    }

    /// A readout of some cells alone. Readouts that are not of cells do not ask for it.
    pub fn observe_of(&self, readout: &Readout, of: Choice) -> f64 {
        match *readout {
            Readout::Count(Group::Dendritic) => {
                self.dendritic.cells(self.p, self.surroundings.body)
            }
            Readout::Count(group) => self.sum(of, group, |_, _| 1.0),
            Readout::CountIn(Group::Dendritic, organ) => self.dendritic_in(organ),
            Readout::CountIn(group, organ) => self.sum(of, group, |cell, _| {
                f64::from(u8::from(self.population.agents[cell].organ == organ))
            }),
            Readout::Cellularity(organ) => self.cellularity(organ),
            Readout::Fraction(part, whole) => {
                self.sum(of, part, |_, _| 1.0) / self.sum(of, whole, |_, _| 1.0)
            }
            Readout::ActivatedFraction(group) => self.mean(of, group, |cell, _| {
                let agent = &self.population.agents[cell];
                f64::from(u8::from(Group::is_activated(self.p, agent)))
            }),
            Readout::Cd25PositiveFraction(group) => self.mean(of, group, |_, surface| {
                f64::from(u8::from(f64::from(surface.alpha) > self.p.cd25_threshold))
            }),
            Readout::Pstat5PositiveFraction(group) => self.mean(of, group, |cell, _| {
                let pstat5 = f64::from(self.population.agents[cell].pstat5);
                f64::from(u8::from(pstat5 > self.p.pstat5_threshold))
            }),
            Readout::Ki67PositiveFraction(group) => self.mean(of, group, |cell, surface| {
                -libm::expm1(-self.division_rate(cell, surface) * self.p.ki67_persistence)
            }),
            Readout::Copies(chain, group) => {
                self.mean(of, group, |_, surface| f64::from(copies(surface, chain)))
            }
            Readout::Bound(affinity, group) => self.mean(of, group, |_, surface| {
                f64::from(match affinity {
                    Affinity::Low => surface.low,
                    Affinity::Intermediate => surface.intermediate(),
                    Affinity::High => surface.high,
                })
            }),
            Readout::Pstat5(group) => self.mean(of, group, |cell, _| {
                f64::from(self.population.agents[cell].pstat5)
            }),
            Readout::DeathRate(group) => {
                self.mean(of, group, |cell, surface| self.death_rate(cell, surface))
            }
            Readout::DivisionRate(group) => {
                self.mean(of, group, |cell, surface| self.division_rate(cell, surface))
            }
            Readout::Cytotoxicity => self.mean(of, Group::Only(Kind::Nk), |cell, _| {
                nk::cytotoxicity(self.p, self.population.agents[cell].pstat5.into())
            }),
            Readout::Killing => self.sum(of, Group::Only(Kind::Nk), |cell, _| {
                nk::cytotoxicity(self.p, self.population.agents[cell].pstat5.into())
            }),
            Readout::SuppressiveCapacity => self.mean(of, Group::Only(Kind::Treg), |cell, _| {
                f64::from(self.population.agents[cell].capacity)
            }),
            Readout::TumoricidalActivity => {
                let active = Group::Only(Kind::ActiveMacrophage);
                let activity = self.sum(of, active, |cell, _| {
                    macrophage::activity(self.p, self.population.agents[cell].pstat5.into())
                });
                let resting = self.sum(of, Group::Only(Kind::Macrophage), |_, _| 1.0);
                activity / (resting + self.sum(of, active, |_, _| 1.0))
            }
            Readout::Divisions(group) => self.mean(of, group, |cell, _| {
                f64::from(self.population.agents[cell].generation)
            }),
            Readout::DividedFraction(group) => self.mean(of, group, |cell, _| {
                f64::from(u8::from(self.population.agents[cell].generation > 0))
            }),
            Readout::ThymicOutput => {
                let output = self.thymic_output();
                output.naive_cd4 + output.self_reactive + output.naive_cd8 + output.treg
            }
            Readout::ThymicTregFraction => {
                let output = self.thymic_output();
                output.treg / (output.naive_cd4 + output.self_reactive + output.treg)
            }
            Readout::Deletion => self.deleted / self.restimulated,
            Readout::Antibody(isotype) => self.antibody.mg(isotype) / self.antibody_volume(),
            Readout::Autoantibody => self.antibody.autoreactive_mg() / self.antibody_volume(),
            Readout::RedCells => self.red_cells,
            Readout::Il2 => self.surroundings.il2,
            Readout::Il2In(organ) => self.il2[organ.place()],
            Readout::Il7 => self.surroundings.il7,
            Readout::Il15 => self.surroundings.il15,
            Readout::IfnGamma => self.surroundings.ifn_gamma,
            Readout::SerumIl2 => self.serum_pm,
            Readout::SerumStromal(ligand) => self.free_in_blood(ligand),
            Readout::GivenForms => self.given_pm().iter().sum(),
            Readout::GivenForm(number) => self.form_pm(number),
            Readout::Drug(number) => self.drug_pm(number),
            Readout::Il2Secretion => self.secretion_per_s.iter().sum(),
            Readout::Costimulation => self.surroundings.b7,
            Readout::Suppression => self.suppression,
            Readout::Antigen(specificity) => self.amount(specificity),
            Readout::Damage => self.damage,
            Readout::Alive => f64::from(u8::from(self.died_d.is_none())),
            Readout::Agents => self.population.agents.len() as f64,
        }
    }

    /// A form of IL-2 in this host, pM; 0 if it is not given.
    fn form_pm(&self, number: u16) -> f64 {
        let mut known = self.form_numbers.iter();
        let place = known.find(|(known, _)| *known == number);
        let infusion = place.and_then(|(_, place)| self.infusions.get(usize::from(*place)));
        infusion.map_or(0.0, |infusion| infusion.pm)
    }

    /// A drug in this host, pM; 0 if it is not given.
    fn drug_pm(&self, number: u16) -> f64 {
        let mut known = self.drug_numbers.iter();
        let place = known.find(|(known, _)| *known == number);
        let course = place.and_then(|(_, place)| self.courses.get(usize::from(*place)));
        course.map_or(0.0, |course| course.pm)
    }

    /// Adds the cells of a group to a histogram of copies of a chain, by weight.
    pub fn add_histogram(&self, chain: Chain, group: Group, bins: &mut [f64; BINS]) {
        for (cell, agent) in self.population.agents.iter().enumerate() {
            if group.contains(self.p, agent) {
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

    /// Cells in an organ, dendritic cells included; thymocytes, which are no agents, in the thymus.
    fn cellularity(&self, organ: Organ) -> f64 {
        if organ == Organ::Thymus {
            let (p, s) = (self.p, &self.surroundings);
            if !self.has_thymus || self.lacks.contains(&Lineage::T) {
                return 0.0;
            }
            return self
                .marrow
                .iter()
                .map(|part| part.share * thymus::cells(p, s, self.made_by(*part, Kind::NaiveCd4)))
                .sum();
        }
        self.census.cells_in[organ.place()] + self.dendritic_in(organ)
    }

    /// What the thymus lets out at the moment, per day, of all parts of the marrow.
    fn thymic_output(&self) -> Output {
        let mut all = Output::default();
        if !self.has_thymus || self.lacks.contains(&Lineage::T) {
            return all;
        }
        for part in &self.marrow {
            let made = self.made_by(*part, Kind::NaiveCd4);
            let of = thymus::output(self.p, &self.surroundings, made);
            all.naive_cd4 += part.share * of.naive_cd4;
            all.self_reactive += part.share * of.self_reactive;
            all.naive_cd8 += part.share * of.naive_cd8;
            all.treg += part.share * of.treg;
        }
        all
    }

    fn dendritic_in(&self, organ: Organ) -> f64 {
        if organ == Organ::Thymus {
            return 0.0;
        }
        let all = self.dendritic.cells(self.p, self.surroundings.body);
        homing(self.p, None)[organ.place()] * all
    }

    fn sum(&self, of: Choice, group: Group, value: impl Fn(usize, &Surface) -> f64) -> f64 {
        let mut total = 0.0;
        for (cell, agent) in self.population.agents.iter().enumerate() {
            if group.contains(self.p, agent) && of.holds(agent) {
                let surface = &self.population.surfaces[cell];
                total += agent.weight as f64 * value(cell, surface);
            }
        }
        total
    }

    fn mean(&self, of: Choice, group: Group, value: impl Fn(usize, &Surface) -> f64) -> f64 {
        self.sum(of, group, value) / self.sum(of, group, |_, _| 1.0)
    }

    /// Hazard of death of one cell now, 1/d, but for what antibodies kill.
    fn death_rate(&self, cell: usize, surface: &Surface) -> f64 {
        let (p, s) = (self.p, &self.surroundings);
        let agent = &self.population.agents[cell];
        let products = self.makers[usize::from(agent.genotype)].of(agent.kind);
        let pstat5 = f64::from(agent.pstat5);
        let il7 = || il7_signal(p, p.receptors(agent.kind), s.gamma_left(surface), s.il7);
        match agent.kind {
            Kind::NaiveCd4 | Kind::NaiveCd8 => survival::naive_death(p, agent.kind, il7()),
            Kind::BlastCd4 | Kind::BlastCd8 => 24.0 / clocks::life(p, agent),
            Kind::BlastB => 24.0 / clocks::life(p, agent) + b_cells::fas_death(p, products),
            Kind::EffectorCd4 => {
                effector_death(p, s, agent, products, il7())
                    + activation::restimulation(p, s, agent.specificity)
                        * aicd::probability(p, agent.kind, pstat5, products)
            }
            Kind::MemoryCd4 => memory::death(p, il7()),
            Kind::Treg => treg::death(p, pstat5),
            Kind::EffectorCd8 => p.effector_cd8_death,
            Kind::MemoryCd8 => cd8::death(p, pstat5),
            Kind::DoubleNegative => cd8::negative_death(p, products),
            Kind::Nk | Kind::ImmatureNk => nk::death(p, pstat5),
            Kind::B => p.b_death,
            Kind::Plasma => b_cells::plasma_death(p, agent),
            Kind::Macrophage | Kind::ActiveMacrophage => p.macrophage_death,
            Kind::Target => s.target_death,
        }
    }

    /// Division hazard of one cell now, 1/d.
    fn division_rate(&self, cell: usize, surface: &Surface) -> f64 {
        let (p, s) = (self.p, &self.surroundings);
        let agent = &self.population.agents[cell];
        match agent.kind {
            Kind::NaiveCd4
            | Kind::NaiveCd8
            | Kind::EffectorCd8
            | Kind::ImmatureNk
            | Kind::B
            | Kind::Plasma
            | Kind::Macrophage
            | Kind::ActiveMacrophage
            | Kind::DoubleNegative
            | Kind::Target => 0.0,
            Kind::BlastCd4 | Kind::BlastCd8 | Kind::BlastB if agent.divisions == 0 => {
                24.0 / p.first_division
            }
            Kind::BlastCd4 | Kind::BlastCd8 | Kind::BlastB => {
                24.0 / clocks::division_time(p, agent.kind, agent.drive.into())
            }
            Kind::EffectorCd4 => {
                activation::restimulation(p, s, agent.specificity) * p.restimulation_divisions
            }
            Kind::MemoryCd4 => {
                let gamma = s.gamma_left(surface);
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
