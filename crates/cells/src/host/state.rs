//! The state of a host: all that changes while it lives, and nothing that parameters and setup decide.
//!
//! Random streams are addressed, so no generator is part of it: a host that is put together from its state goes on, step by step, as the
//! one it was taken of, bit for bit.

use super::census::Census;
use super::exchange::Infusion;
use super::exposure::Exposed;
use super::fates::Flux;
use super::pace::Pace;
use super::stroma::Supply;
use super::{Culture, Host, Setup};
use crate::drug::Course;
use crate::genotype::{Makers, are_known, recast};
use crate::mechanism::Surroundings;
use crate::mechanism::antibody::Antibody;
use crate::mechanism::costimulation::Dendritic;
use crate::model::Parameters;
use crate::organ::PLACES;
use crate::pool::Ledger;
use crate::population::Population;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What changes in a host, between two steps. It borrows the cells of the host it is taken of.
///
/// Made to be written down: integers and floats as they are, no text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State<'h> {
    has_thymus: bool,
    met_d: Vec<Option<f64>>,
    courses: Vec<Course>,
    exposed: Exposed,
    infusions: Vec<Infusion>,
    il7: Supply,
    il15: Supply,
    /// Age to which genotypes are grown, d.
    grown_d: f64,
    epoch: u64,
    population: Cow<'h, Population>,
    dendritic: Cow<'h, Dendritic>,
    surroundings: Surroundings,
    suppression: f64,
    ledger: Ledger,
    secretion_per_s: [f64; PLACES],
    il2: [f64; PLACES],
    damage: f64,
    antibody: Antibody,
    red_cells: f64,
    restimulated: f64,
    deleted: f64,
    onset_d: Option<f64>,
    died_d: Option<f64>,
    /// Age from which it cannot be simulated further, d, and why.
    cut_short: Option<(f64, String)>,
    flux: Flux,
    peptide_mhc: Option<u64>,
    culture: Option<Culture>,
    step_h: f64,
    elapsed_h: f64,
    since: u64,
    bolus: i128,
    serum_pm: f64,
}

/// Why a host cannot be put together from a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Agents and receptors are not the same number.
    #[error("{agents} agents with receptors for {surfaces}")]
    Population {
        /// Agents.
        agents: usize,
        /// Agents with receptors.
        surfaces: usize,
    },
    /// An agent has genes that the setup lacks.
    #[error("an agent whose genes are none of the {known} sets in the setup")]
    Genes {
        /// Sets of the setup.
        known: usize,
    },
    /// A drug was given that is another in the setup.
    #[error("drug {number}, which was given, is another one or none")]
    Drug {
        /// Its number.
        number: usize,
    },
    /// A form of IL-2 was given that is another in the setup.
    #[error("form {number} of IL-2, which was given, is another one or none")]
    Form {
        /// Its number.
        number: usize,
    },
}

impl State<'_> {
    /// Steps that led to it.
    pub const fn steps(&self) -> u64 {
        self.epoch
    }

    /// Gives cells other numbers of genotype and tag, by what becomes of each pair; false if of one nothing does.
    #[must_use]
    pub fn recast(&mut self, cast: impl Fn(u8, u8) -> Option<(u8, u8)>) -> bool {
        let mut agents = self.population.to_mut().agents.iter_mut();
        agents.all(|agent| recast(agent, &cast))
    }

    fn check(&self, makers: &[Makers]) -> Result<(), StateError> {
        let Population { agents, surfaces } = &*self.population;
        if agents.len() != surfaces.len() {
            return Err(StateError::Population {
                agents: agents.len(),
                surfaces: surfaces.len(),
            });
        }
        if are_known(agents, makers) {
            return Ok(());
        }
        Err(StateError::Genes {
            known: makers.len(),
        })
    }
}

impl<'p> Host<'p> {
    /// Its state, as it is between two steps.
    pub fn state(&self) -> State<'_> {
        // Without `..`, so that a new field has to be thought of here: it changes with the steps, or parameters and setup decide it.
        let Self {
            p: _,
            makers,
            gene_changes: _,
            marrow: _,
            lacks: _,
            has_thymus,
            signals: _,
            interventions: _,
            met_d,
            courses,
            drug_numbers: _,
            // The antigens are those of the setup.
            exposure: _,
            exposed,
            infusions,
            form_numbers: _,
            il7,
            il15,
            streams: _,
            planned: _,
            // Its rates are those of parameters, forms and step; what drugs leave open, and whether cells rest, is looked up in each step.
            pace: _,
            epoch,
            population,
            dendritic,
            surroundings,
            suppression,
            ledger,
            secretion_per_s,
            il2,
            // The sums over all agents.
            census: _,
            damage,
            antibody,
            red_cells,
            restimulated,
            deleted,
            onset_d,
            died_d,
            cut_short,
            flux,
            peptide_mhc,
            culture,
            step_h,
            elapsed_h,
            since,
            bolus,
            serum_pm,
            level: _,
            parties: _,
            vying: _,
            all_vying: _,
        } = self;
        State {
            has_thymus: *has_thymus,
            met_d: met_d.clone(),
            courses: courses.clone(),
            exposed: exposed.clone(),
            infusions: infusions.clone(),
            il7: *il7,
            il15: *il15,
            grown_d: makers[0].age_d(),
            epoch: *epoch,
            population: Cow::Borrowed(population),
            dendritic: Cow::Borrowed(dendritic),
            surroundings: *surroundings,
            suppression: *suppression,
            ledger: *ledger,
            secretion_per_s: *secretion_per_s,
            il2: *il2,
            damage: *damage,
            antibody: *antibody,
            red_cells: *red_cells,
            restimulated: *restimulated,
            deleted: *deleted,
            onset_d: *onset_d,
            died_d: *died_d,
            cut_short: cut_short.clone(),
            flux: *flux,
            peptide_mhc: *peptide_mhc,
            culture: *culture,
            step_h: *step_h,
            elapsed_h: *elapsed_h,
            since: *since,
            bolus: *bolus,
            serum_pm: *serum_pm,
        }
    }

    /// The host of which a state was taken, with the same parameters, setup, size, seed and replicate; it goes on as that one would have.
    ///
    /// `setup` may say otherwise what is done from now on. What has acted must be the same, interventions and drugs under the same numbers,
    /// for the host to be one that came about by this setup.
    ///
    /// # Errors
    /// [`StateError`] if the state cannot be one of such a host.
    pub fn restored(
        p: &'p Parameters,
        setup: &Setup,
        cells: u32,
        seed: u64,
        replicate: u64,
        state: State<'_>,
    ) -> Result<Self, StateError> {
        let mut host = Self::empty(p, setup, state.culture, cells, seed, replicate);
        state.check(&host.makers)?;
        let State {
            has_thymus,
            mut met_d,
            courses,
            exposed,
            infusions,
            il7,
            il15,
            grown_d,
            epoch,
            population,
            dendritic,
            mut surroundings,
            suppression,
            ledger,
            secretion_per_s,
            il2,
            damage,
            antibody,
            red_cells,
            restimulated,
            deleted,
            onset_d,
            died_d,
            cut_short,
            flux,
            peptide_mhc,
            culture,
            step_h,
            elapsed_h,
            since,
            bolus,
            serum_pm,
        } = state;
        for makers in &mut host.makers {
            makers.grow_to(grown_d);
        }
        met_d.resize(setup.interventions.len(), None);
        for (number, course) in courses.into_iter().enumerate() {
            match host.courses.get_mut(number) {
                Some(own) if own.drug == course.drug => *own = course,
                _ if course == Course::new(course.drug) => {}
                _ => return Err(StateError::Drug { number }),
            }
        }
        for (number, infusion) in infusions.into_iter().enumerate() {
            match host.infusions.get_mut(number) {
                Some(own) if own.form == infusion.form => *own = infusion,
                _ if infusion == Infusion::new(infusion.form) => {}
                _ => return Err(StateError::Form { number }),
            }
        }
        // What precursors saw in the last step is kept; forms that are new have not been there.
        for (given, own) in surroundings.given.iter_mut().zip(host.given_forms()) {
            let is_same = given.map(|(form, _)| form) == own.map(|(form, _)| form);
            *given = if is_same { *given } else { own };
        }
        let pace = Pace::new(p, step_h, culture.is_none(), &host.forms());
        let mut host = Self {
            has_thymus,
            met_d,
            exposed,
            pace,
            epoch,
            population: population.into_owned(),
            dendritic: dendritic.into_owned(),
            surroundings,
            suppression,
            ledger,
            secretion_per_s,
            il2,
            il7,
            il15,
            census: Census::default(),
            damage,
            antibody,
            red_cells,
            restimulated,
            deleted,
            onset_d,
            died_d,
            cut_short,
            flux,
            peptide_mhc,
            culture,
            step_h,
            elapsed_h,
            since,
            bolus,
            serum_pm,
            ..host
        };
        host.count();
        Ok(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::parameters;

    #[test]
    fn agents_without_receptors_are_no_state() {
        let p = parameters();
        let host = Host::newborn(&p, &Setup::default(), 500, 1, 0);
        let mut state = host.state();
        let population = state.population.to_mut();
        population.surfaces.pop();
        let (agents, surfaces) = (population.agents.len(), population.surfaces.len());
        let restored = Host::restored(&p, &Setup::default(), 500, 1, 0, state);
        let refused = restored.err();
        assert_eq!(refused, Some(StateError::Population { agents, surfaces }));
    }
}
