//! Dendritic cells: B7 molecules, their removal by Treg, licensing and expansion by activated T cells.

use super::Surroundings;
use crate::model::Parameters;
use crate::signal::{half, hill};
use paracrine_kernel::draw::ImmigrationDeath;
use paracrine_kernel::rng::{AgentKey, Stream};
use serde::{Deserialize, Serialize};

/// The dendritic cells of a mouse: agents with B7 copies, and the size of the pool they stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dendritic {
    /// B7 (CD80 and CD86) copies on each agent.
    pub b7: Vec<u32>,
    /// Number of dendritic cells relative to a resting host of the same size.
    pub abundance: f64,
    /// Encounters with microbes that may still make them secrete.
    pub alarms: Vec<Alarm>,
    /// Share of those where antigen is given that is mature after microbial signals.
    pub mature: f64,
    /// IL-2 that one of them makes, relative to the wild type: a mean, for given cells may have another genotype.
    pub il2: f64,
}

/// Dendritic cells that met microbes together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Age of the host at the time, h.
    pub at_h: f64,
    /// Share of all dendritic cells.
    pub share: f64,
}

/// Strength with which so much B7 activates T cells, relative to a dendritic cell without Treg and help: almost flat at low levels,
/// steep above a threshold.
pub fn activation(p: &Parameters, b7: f64) -> f64 {
    hill(b7, p.b7_half_activation, p.b7_hill)
}

/// What dendritic cells do to T cells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Costimulation {
    /// Mean B7 relative to `b7_copies`.
    pub b7: f64,
    /// Mean activation strength, 0 to 1.
    pub strength: f64,
    /// The same of those where antigen is given.
    pub local: f64,
}

impl Dendritic {
    /// Dendritic cells of a newborn, which make so much IL-2: B7 as without Treg.
    pub fn newborn(p: &Parameters, il2: f64) -> Self {
        Self {
            b7: vec![p.b7_copies as u32; (p.dendritic_agents as usize).max(1)],
            abundance: 1.0,
            alarms: Vec::new(),
            mature: 0.0,
            il2,
        }
    }

    /// Microbes meet a share of those that have not met any in the last hours.
    pub fn alarm(&mut self, share: f64, now_h: f64) {
        let calm = 1.0 - self.alarms.iter().map(|alarm| alarm.share).sum::<f64>();
        let share = share * calm.max(0.0);
        self.alarms.push(Alarm { at_h: now_h, share });
    }

    /// An adjuvant meets a share of those where antigen is given: they mature, and secrete as after any microbes.
    pub fn meet_adjuvant(&mut self, p: &Parameters, share: f64, now_h: f64) {
        self.mature += share * (1.0 - self.mature);
        self.alarm(share * p.adjuvant_reach, now_h);
    }

    /// Adds cells that make so much IL-2, in a body of this size.
    pub fn add(&mut self, p: &Parameters, cells: f64, il2: f64, body: f64) {
        let before = self.cells(p, body);
        let old = if before > 0.0 {
            before / (before + cells)
        } else {
            0.0
        };
        self.abundance += cells / (p.dc_number * body);
        self.il2 = old * self.il2 + (1.0 - old) * il2;
        for alarm in &mut self.alarms {
            alarm.share *= old;
        }
    }

    /// Number of dendritic cells in a body of this size.
    pub fn cells(&self, p: &Parameters, body: f64) -> f64 {
        p.dc_number * body * self.abundance
    }

    /// Forgets alarms that are over at `now_h`.
    pub fn forget(&mut self, p: &Parameters, now_h: f64) {
        self.alarms
            .retain(|alarm| now_h < alarm.at_h + p.dc_secretion_end);
    }

    /// Suppression per dendritic cell: summed suppressive capacity over the adult reference, per size and abundance.
    pub fn suppression(&self, p: &Parameters, capacity: f64, body: f64) -> f64 {
        // Treg beside almost no dendritic cells suppress them wholly; none suppress nothing.
        capacity / (p.reference_treg * body * self.abundance.max(1e-9))
    }

    /// Reads B7 on every dendritic cell.
    ///
    /// T-cell activation is almost flat in B7 at low levels and steep above a threshold: a T cell needs several
    /// contacts that agree. Mature cells have more B7, Treg take the same share of it. `open` is the share of B7 that no drug holds. Other Treg products (IL-10, TGF-β) weaken it further.
    pub fn costimulation(
        &self,
        p: &Parameters,
        suppression: f64,
        maturity: f64,
        open: f64,
    ) -> Costimulation {
        if self.abundance <= 0.0 {
            return Costimulation::default();
        }
        let n = self.b7.len() as f64;
        let (mut b7, mut strength, mut mature) = (0.0, 0.0, 0.0);
        let rise = 1.0 + p.adjuvant_b7;
        for &copies in &self.b7 {
            let level = open * f64::from(copies) / p.b7_copies;
            b7 += level / n;
            strength += activation(p, level) / n;
            if self.mature > 0.0 {
                mature += activation(p, rise * level) / n;
            }
        }
        let mut local = strength;
        if self.mature > 0.0 {
            let reached = p.adjuvant_reach * self.mature;
            local += self.mature * (mature - strength);
            strength += reached * (mature - strength);
            b7 *= 1.0 + reached * p.adjuvant_b7;
        }
        let kept = 1.0 + p.other_suppression * suppression;
        Costimulation {
            b7,
            strength: strength * maturity / kept,
            local: local * maturity / kept,
        }
    }

    /// Advances B7 by `dt_h` hours; `stream` gives each dendritic cell its random stream.
    ///
    /// B7 arrives at a rate that activated T cells raise (CD40L) and leaves by turnover and by trans-endocytosis on
    /// CTLA-4 of Treg (Qureshi 2011 Science 332:600).
    pub fn renew_b7(
        &mut self,
        p: &Parameters,
        s: &Surroundings,
        suppression: f64,
        dt_h: f64,
        mut stream: impl FnMut(AgentKey) -> Stream,
    ) {
        let help = s.open.cd40l * half(s.activated, p.dc_half_number * s.body);
        let turnover = std::f64::consts::LN_2 / p.b7_recovery;
        let removal = 1.0 + p.b7_removal * suppression;
        let sustained = (1.0 + p.licensing * help) * p.b7_copies / removal;
        let law = ImmigrationDeath::new(turnover * removal, dt_h);
        for (ordinal, copies) in self.b7.iter_mut().enumerate() {
            let key = AgentKey::from_words(u64::MAX, ordinal as u64);
            *copies = law.draw(&mut stream(key), *copies, sustained);
        }
    }

    /// Advances abundance by `dt_h` hours: the body makes them anew, and more of them beside many activated T cells (Flt3L;
    /// Darrasse-Jèze 2009 J Exp Med). `made` is the share of the normal number that the body makes; new ones make `il2`.
    pub fn renew(&mut self, p: &Parameters, s: &Surroundings, made: f64, il2: f64, dt_h: f64) {
        let help = half(s.activated, p.dc_half_number * s.body);
        let target = made * (1.0 + p.dc_expansion * help);
        let kept = libm::exp(-p.dc_turnover * dt_h / 24.0);
        self.abundance = target + (self.abundance - target) * kept;
        // Given cells are replaced by the host's own, mature ones by others that are not.
        self.mature *= kept;
        self.il2 = il2 + (self.il2 - il2) * kept;
    }
}
