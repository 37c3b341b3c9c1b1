//! A culture: a well of medium with cells, in place of a mouse.
//!
//! Nothing comes from a thymus, nothing leaves through serum. Antigen with costimulation is a constant of the medium, is counted and
//! used up, or comes with dendritic cells that bear it, whose B7 Treg remove. Cells come by transfers at any time, IL-2 by injections, which go straight into
//! the medium.

use super::pace::Pace;
use super::{Host, Setup};
use crate::mechanism::costimulation::activation;
use crate::mechanism::{Surroundings, antigen};
use crate::model::Parameters;
use crate::organ::Organ;
use crate::pool::MOLECULES_PER_PM_ML;
use crate::purpose;
use crate::specificity::BySpecificity;
use paracrine_kernel::draw;
use paracrine_kernel::rng::AgentKey;
use serde::{Deserialize, Serialize};

/// What holds the medium and all cells.
pub(super) const WELL: usize = Organ::Tissue.place();

/// What a well is like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Culture {
    /// Medium, ml.
    pub volume_ml: f64,
    /// IL-2 that is held constant by an endless supply, pM; `None` for a closed well, where cells use it up.
    pub clamped_pm: Option<f64>,
    /// IL-2 in the medium at the start, pM, if it is not held.
    pub start_pm: f64,
    /// IL-15, pM; as trans-presented by other cells.
    pub il15_pm: f64,
    /// IL-7, pM.
    pub il7_pm: f64,
    /// IFN-γ, pM.
    pub ifn_gamma_pm: f64,
    /// Help for B cells (CD40L and cytokines), 0 to 1.
    pub help: f64,
    /// Activation strength of antigen with B7, 0 (none) to 1.
    pub stimulation: f64,
    /// Peptide-MHC that activated T cells share and use up, copies; `None` if antigen is not counted.
    pub peptide_mhc: Option<u64>,
    /// B7 per antigen-presenting cell, relative to one without Treg and help.
    pub b7: f64,
    /// Length of a step, h: minutes where binding itself is watched, an hour where fates are.
    pub step_h: f64,
}

impl Default for Culture {
    /// A closed well of 0.2 ml without any stimulus, stepped by the minute.
    fn default() -> Self {
        Self {
            volume_ml: 0.2,
            clamped_pm: None,
            start_pm: 0.0,
            il15_pm: 0.0,
            il7_pm: 0.0,
            ifn_gamma_pm: 0.0,
            help: 0.0,
            stimulation: 0.0,
            peptide_mhc: None,
            b7: 0.0,
            step_h: 1.0 / 60.0,
        }
    }
}

impl Culture {
    /// Molecules per pM.
    pub(super) fn molecules_per_pm(&self) -> f64 {
        self.volume_ml * MOLECULES_PER_PM_ML
    }

    /// What cells share.
    pub(super) fn surround(&self, p: &Parameters, s: &mut Surroundings) {
        s.body = 1.0;
        s.maturity = 1.0;
        s.costimulation = self.stimulation;
        if self.b7 > 0.0 {
            // Part of it is B7, which a drug may hold.
            s.costimulation *= activation(p, self.b7 * s.open.b7) / activation(p, self.b7);
        }
        s.b7 = self.b7 * s.open.b7;
        s.resources = 1.0;
        s.left = BySpecificity::of_all(1.0);
        s.emptiness = 0.0;
        s.il7 = self.il7_pm * s.open.il7;
        s.il15 = self.il15_pm * s.open.il15;
        s.il15_occupancy = crate::signal::half(s.il15, p.il15_kd);
        s.ifn_gamma = self.ifn_gamma_pm * s.open.ifn_gamma;
        s.help = self.help * s.open.cd40l;
    }
}

impl<'p> Host<'p> {
    /// A well without cells, in which about `cells` agents of each class will stand for those that are transferred.
    ///
    /// Replicate `replicate` of seed `seed`. `setup` holds the transfers and injections, with times from the start.
    pub fn culture(
        p: &'p Parameters,
        setup: &Setup,
        culture: Culture,
        cells: u32,
        seed: u64,
        replicate: u64,
    ) -> Self {
        let mut host = Self::empty(p, setup, Some(culture), cells, seed, replicate);
        host.fill(&culture);
        host.dendritic.abundance = 0.0;
        host.survey();
        host
    }

    /// Replaces the medium, and with it what the well is like; cells stay, with what they have bound. A mouse has no medium:
    /// nothing happens.
    pub fn change_medium(&mut self, culture: Culture) {
        if self.culture.is_none() {
            return;
        }
        let given = self.infusions.iter_mut();
        let given = given.map(|infusion| &mut infusion.ledger);
        for ledger in std::iter::once(&mut self.ledger).chain(given) {
            ledger.cleared += ledger.free[WELL];
            ledger.free[WELL] = 0;
        }
        if culture.step_h.to_bits() != self.step_h.to_bits() {
            // Streams are named by the step's number, which must not come again.
            self.elapsed_h += (self.epoch - self.since) as f64 * self.step_h;
            self.since = self.epoch;
            self.step_h = culture.step_h;
            self.pace = Pace::new(self.p, culture.step_h, false, &self.forms());
        }
        self.culture = Some(culture);
        self.fill(&culture);
        self.survey();
    }

    /// Uses up antigen that is counted.
    pub(super) fn use_antigen(&mut self) {
        let (Some(copies), Some(engaged)) = (self.peptide_mhc, self.surroundings.engaged) else {
            return;
        };
        let cells = self.population.agents.iter();
        let sharing: u64 = cells
            .filter(|agent| antigen::shares(agent.kind))
            .map(|agent| agent.weight)
            .sum();
        let held = (engaged * sharing as f64).round().min(copies as f64) as u64;
        let share = antigen::used_up(self.p, self.step_h);
        let mut stream = self
            .streams
            .stream(purpose::POOL, AgentKey::from_words(2, 0), self.epoch);
        self.peptide_mhc = Some(copies - draw::binomial(&mut stream, held, share));
    }

    /// Fills the well with fresh medium.
    fn fill(&mut self, culture: &Culture) {
        if culture.clamped_pm.is_none() {
            self.supply((culture.start_pm * culture.molecules_per_pm()) as i128);
        }
        self.peptide_mhc = culture.peptide_mhc;
        self.il2[WELL] = culture.clamped_pm.unwrap_or(culture.start_pm);
        self.surroundings.il2 = self.il2[WELL];
    }
}
