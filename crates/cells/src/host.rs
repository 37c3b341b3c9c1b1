//! One host of cells, a virtual mouse or a culture: the order of a step, interventions, observation.
//!
//! Every step, of [`STEP_H`] hours in a mouse:
//!
//! ```text
//! interventions   drugs given, cells removed or transferred, ligand injected
//! census          numbers that all cells share: Treg effect, activated cells, IL-7, IL-15
//! dendritic cells B7 and abundance
//! stroma          IL-7 and IL-15, from what is made of them and what cells take up
//! moves           synthesis levels of cells; cells from organ to organ, with the blood (every six hours)
//! pools           secretion in; mean IL-2 of the step in each organ solved from its whole balance
//! receptors       each cell's binding, internalisation, turnover; molecules settled in order
//! signals         pSTAT5 and its memories
//! fates           activation, division, differentiation, death
//! thymus          emigrants
//! commit          deaths removed, newcomers appended, weights balanced (twice a day)
//! antibody        what plasma cells secrete; red cells
//! damage          the integral; death of the mouse
//! ```

mod census;
mod culture;
mod exchange;
mod exposure;
mod fates;
mod interventions;
mod observe;
mod pace;
mod sort;
mod state;
mod stroma;

pub use culture::Culture;
pub use exposure::{Antigen, Exposure};
pub use fates::can_be_stimulated;
pub use interventions::{Action, Condition, Intervention, Route};
pub use observe::{BINS, bin_edges};
pub use pace::{ALERT_PM, turn_h};
pub use sort::{Donors, Gate, SAMPLE, Sort};
pub use state::{State, StateError};
pub use stroma::{Stock, Stromal};

use crate::drug::{Course, Drug};
use crate::genotype::{Genotype, Lineage, Makers, Products};
use crate::kind::Kind;
use crate::mechanism::antibody::Antibody;
use crate::mechanism::costimulation::Dendritic;
use crate::mechanism::{Surroundings, anaemia, b_cells, damage, nk, secretion, thymus};
use crate::model::Parameters;
use crate::organ::{self, Organ, PLACES};
use crate::pool::{self, Ledger, Molecules};
use crate::population::{Agent, CLASSES, Population, class, share};
use crate::purpose;
use crate::receptors::{self, FORMS, Form, MOST_GIVEN};
use crate::signal::{ForcedSignal, half};
use crate::specificity::Specificity;
use census::Census;
use culture::WELL;
use fates::Flux;
use interventions::TOLERANCE_D;
use pace::Pace;
use paracrine_kernel::Level;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Streams};

/// Length of a step of a mouse, h. Receptors and pool are implicit, fates slow: shorter steps change means by less than the
/// spread between mice (`docs/validation.md`).
pub const STEP_H: f64 = 1.0;

/// Steps between two observations of the weights, 12 h of a mouse: agents that are too many are merged then.
pub const BALANCE_EVERY: u64 = 12;

/// Steps between two moves of a cell's own synthesis level, and of the cell between organs, 6 h.
const VARY_EVERY: u64 = 6;

/// New cells that are looked at for one that passes a sorter.
const MOST_TRIES: u32 = 1_000_000;

/// More cells than this are no mouse: a kilogram of them, at 1e9 per gram (Del Monte 2009 Cell Cycle 8:505).
const MOST_CELLS: f64 = 1e12;

/// More cells per ml than this are no well: lymphocytes of 2e-10 ml, with nothing between them.
const MOST_CELLS_PER_ML: f64 = 5e9;

/// Why a mouse cannot be simulated further.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// Cells of all kinds grew beyond any mouse, or beyond what the volume of a well holds.
    #[error(
        "{cells:.1e} cells at {age_d:.1} d, most of them {kind}, are more than any mouse or well of its volume can hold ({most:.0e}): check the overlay, forced signals, the medium and the transfers"
    )]
    TooManyCells {
        /// Age, d.
        age_d: f64,
        /// Cells that are agents, of all kinds.
        cells: f64,
        /// The kind of which there are most.
        kind: &'static str,
        /// What it can hold.
        most: f64,
    },
    /// It could not be simulated further at an earlier step.
    #[error("{0}")]
    CutShort(String),
    /// Cells that were to be transferred are not to be had.
    #[error("no {kind} cells to transfer at {age_d:.1} d: {reason}")]
    NoSuchCells {
        /// Age of the host, d.
        age_d: f64,
        /// Their kind.
        kind: &'static str,
        /// Why there are none.
        reason: String,
    },
}

/// What is asked of a mouse: who it is and what is done to it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Setup {
    /// Genotypes in the host: the first is its own, the others belong to transferred cells, to marrow and to cells that change.
    pub genotypes: Vec<Genotype>,
    /// What becomes of each of them, by its index, where cells change their genes in the host.
    pub gene_changes: Vec<Vec<u8>>,
    /// What its blood cells come from since birth, if not from marrow of its own genotype alone.
    pub marrow: Vec<Marrow>,
    /// Lineages of which it makes no cells.
    pub lacks: Vec<Lineage>,
    /// Drugs that interventions give.
    pub drugs: Vec<Drug>,
    /// Numbers by which readouts know drugs, with their places among those.
    pub drug_numbers: Vec<(u16, u8)>,
    /// Forms of IL-2 that interventions give beside IL-2 itself, at most [`MOST_GIVEN`].
    pub forms: Vec<Form>,
    /// Numbers by which readouts know forms, with their places among those.
    pub form_numbers: Vec<(u16, u8)>,
    /// What it is exposed to.
    pub exposure: Exposure,
    /// Signals that are forced upon its cells.
    pub signals: Vec<ForcedSignal>,
    /// Interventions, in the order of the scenario.
    pub interventions: Vec<Intervention>,
}

/// A part of the marrow from which T, B, NK and dendritic cells and macrophages come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marrow {
    /// Its share; those of a host sum to 1.
    pub share: f64,
    /// Index into the host's list of genotypes.
    pub genotype: u8,
    /// Tag of all cells that come of it, from 1.
    pub tag: u8,
}

impl Marrow {
    /// The host's own.
    const OWN: Self = Self {
        share: 1.0,
        genotype: 0,
        tag: 0,
    };
}

/// One virtual mouse.
#[derive(Clone, Debug)]
pub struct Host<'p> {
    p: &'p Parameters,
    makers: Vec<Makers>,
    gene_changes: Vec<Vec<u8>>,
    marrow: Vec<Marrow>,
    lacks: Vec<Lineage>,
    has_thymus: bool,
    signals: Vec<ForcedSignal>,
    interventions: Vec<Intervention>,
    /// Age at which the condition of an intervention was met, d.
    met_d: Vec<Option<f64>>,
    courses: Vec<Course>,
    drug_numbers: Vec<(u16, u8)>,
    exposure: Exposure,
    exposed: exposure::Exposed,
    /// The forms of IL-2 that are given.
    infusions: Vec<exchange::Infusion>,
    form_numbers: Vec<(u16, u8)>,
    il7: stroma::Supply,
    il15: stroma::Supply,
    streams: Streams,
    planned: f64,
    pace: Pace,
    epoch: u64,
    population: Population,
    dendritic: Dendritic,
    surroundings: Surroundings,
    suppression: f64,
    ledger: Ledger,
    /// IL-2 that cells secrete into each organ, molecules/s.
    secretion_per_s: [f64; PLACES],
    /// Free IL-2 in each organ, pM; in a well, in the last of them.
    il2: [f64; PLACES],
    census: Census,
    damage: f64,
    antibody: Antibody,
    red_cells: f64,
    /// Cells restimulated so far, and those that died of it.
    restimulated: f64,
    deleted: f64,
    onset_d: Option<f64>,
    died_d: Option<f64>,
    /// Age from which it cannot be simulated further, d, and why.
    cut_short: Option<(f64, String)>,
    flux: Flux,
    /// Peptide-MHC left, if it is counted.
    peptide_mhc: Option<u64>,
    /// The well, if it is not a mouse.
    culture: Option<Culture>,
    step_h: f64,
    /// Hours before the length of a step was last changed, and the step in which it was.
    elapsed_h: f64,
    since: u64,
    bolus: i128,
    serum_pm: f64,
    level: Level,
    /// Kept from step to step for their memory alone.
    parties: Vec<exchange::Party<1>>,
    vying: Vec<exchange::Party<2>>,
    all_vying: Vec<exchange::Party<FORMS>>,
}

impl<'p> Host<'p> {
    /// A newborn mouse, represented in adult age by about `cells` agents.
    ///
    /// Replicate `replicate` of seed `seed`; arms share the seed and so their luck until they differ by cause.
    pub fn newborn(
        p: &'p Parameters,
        setup: &Setup,
        cells: u32,
        seed: u64,
        replicate: u64,
    ) -> Self {
        let mut mouse = Self::empty(p, setup, None, cells, seed, replicate);
        let made = *mouse.makers[0].stroma();
        (mouse.il7.pm, mouse.il15.pm) = (p.il7 * made.il7, p.il15 * made.il15);
        mouse.populate();
        if mouse.lacks.contains(&Lineage::Dendritic) {
            mouse.dendritic.abundance = 0.0;
        }
        mouse.count();
        mouse.survey();
        mouse.settle_stroma();
        mouse.survey();
        mouse
    }

    /// A host without cells.
    fn empty(
        p: &'p Parameters,
        setup: &Setup,
        culture: Option<Culture>,
        cells: u32,
        seed: u64,
        replicate: u64,
    ) -> Self {
        let mut makers: Vec<Makers> = setup.genotypes.iter().map(Makers::new).collect();
        if makers.is_empty() {
            makers.push(Makers::new(&Genotype::wild_type()));
        }
        let step_h = culture.map_or(STEP_H, |culture| culture.step_h);
        let marrow = match setup.marrow[..] {
            [] => vec![Marrow::OWN],
            _ => setup.marrow.clone(),
        };
        let dendritic = Dendritic::newborn(p, il2_of_dendritic(&makers, &marrow));
        Self {
            p,
            makers,
            gene_changes: setup.gene_changes.clone(),
            marrow,
            lacks: setup.lacks.clone(),
            has_thymus: true,
            signals: setup.signals.clone(),
            interventions: setup.interventions.clone(),
            met_d: vec![None; setup.interventions.len()],
            courses: setup.drugs.iter().copied().map(Course::new).collect(),
            drug_numbers: setup.drug_numbers.clone(),
            exposure: setup.exposure.clone(),
            exposed: exposure::Exposed::at_birth(&setup.exposure),
            infusions: (setup.forms.iter().take(MOST_GIVEN))
                .map(|form| exchange::Infusion::new(*form))
                .collect(),
            form_numbers: setup.form_numbers.clone(),
            il7: stroma::Supply::default(),
            il15: stroma::Supply::default(),
            streams: Streams::new(seed, replicate),
            planned: f64::from(cells),
            pace: Pace::new(p, step_h, culture.is_none(), &setup.forms),
            epoch: 0,
            population: Population::default(),
            dendritic,
            surroundings: Surroundings::default(),
            suppression: 0.0,
            ledger: Ledger::default(),
            secretion_per_s: [0.0; PLACES],
            il2: [0.0; PLACES],
            census: Census::default(),
            damage: 0.0,
            antibody: Antibody::default(),
            red_cells: 1.0,
            restimulated: 0.0,
            deleted: 0.0,
            onset_d: None,
            died_d: None,
            cut_short: None,
            flux: Flux::default(),
            peptide_mhc: None,
            culture,
            step_h,
            elapsed_h: 0.0,
            since: 0,
            bolus: 0,
            serum_pm: 0.0,
            level: Level::detect(),
            parties: Vec::new(),
            vying: Vec::new(),
            all_vying: Vec::new(),
        }
    }

    /// Uses the instructions of a level, as far as the processor has them. Results are the same at every level.
    #[must_use]
    pub const fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Steps since birth, or since the beginning of a well.
    pub const fn steps(&self) -> u64 {
        self.epoch
    }

    /// Age, d.
    pub fn age_d(&self) -> f64 {
        (self.elapsed_h + (self.epoch - self.since) as f64 * self.step_h) / 24.0
    }

    /// Age at which the condition of each intervention was met, d.
    pub fn met_d(&self) -> &[Option<f64>] {
        &self.met_d
    }

    /// Age at death, d; `None` while it lives.
    pub const fn died_d(&self) -> Option<f64> {
        self.died_d
    }

    /// Age from which it cannot be simulated further, d, and why; nothing while it can.
    pub const fn cut_short(&self) -> Option<&(f64, String)> {
        self.cut_short.as_ref()
    }

    /// Age at which damage first passed the onset level, d.
    pub const fn onset_d(&self) -> Option<f64> {
        self.onset_d
    }

    /// Accounts of all molecules of IL-2 itself.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Accounts of the forms of IL-2 that are given.
    pub fn ledgers_of_forms(&self) -> impl Iterator<Item = &Ledger> {
        self.infusions.iter().map(|infusion| &infusion.ledger)
    }

    /// Molecules of IL-2 itself on and in cells.
    pub fn ligand_on_cells(&self) -> i128 {
        self.molecules_on_cells()[0]
    }

    /// Molecules of each form of IL-2 on and in cells.
    pub fn molecules_on_cells(&self) -> Molecules {
        (0..self.population.agents.len()).fold(Molecules::default(), |sum, cell| {
            pool::sum(sum, self.population.ligand(cell))
        })
    }

    /// Books molecules of each form into an account.
    fn book(&mut self, molecules: Molecules, account: fn(&mut Ledger) -> &mut i128) {
        *account(&mut self.ledger) += molecules[0];
        for (infusion, molecules) in self.infusions.iter_mut().zip(&molecules[1..]) {
            *account(&mut infusion.ledger) += molecules;
        }
    }

    /// Drugs, and how much of each there is.
    pub fn drugs(&self) -> &[Course] {
        &self.courses
    }

    /// Peptide-MHC left in a well, copies, if it is counted.
    pub const fn peptide_mhc(&self) -> Option<u64> {
        self.peptide_mhc
    }

    /// The agents.
    pub const fn population(&self) -> &Population {
        &self.population
    }

    /// Advances the mouse by one step; does nothing after its death.
    ///
    /// # Errors
    /// [`HostError::TooManyCells`] when cells grow beyond any mouse or well, which only unusual parameters or media let them do, and
    /// [`HostError::NoSuchCells`]; from then on [`HostError::CutShort`], and the host stays as it is.
    pub fn step(&mut self) -> Result<(), HostError> {
        if self.died_d.is_some() {
            return Ok(());
        }
        if let Some((_, reason)) = &self.cut_short {
            return Err(HostError::CutShort(reason.clone()));
        }
        let advanced = self.advance();
        if let Err(reason) = &advanced {
            self.cut_short = Some((self.age_d(), reason.to_string()));
        }
        advanced
    }

    fn advance(&mut self) -> Result<(), HostError> {
        // As of interventions, what falls into the step happens at its start.
        let end_d = self.age_d() + self.step_h / 24.0 - TOLERANCE_D;
        for makers in &mut self.makers {
            makers.grow_to(end_d);
        }
        if self.intervene()? {
            self.count();
        }
        if self.medicate() {
            self.count();
        }
        if self.culture.is_none() {
            self.provide();
        }
        self.survey();
        self.pace.attend(self.foreseen_pm(), self.is_flooded());
        self.pace.open(&self.surroundings.open);
        self.advance_dendritic();
        self.vary();
        self.exchange();
        self.live();
        self.use_antigen();
        self.clear_antigen();
        if self.culture.is_none() {
            self.emigrate();
        }
        self.commit();
        self.epoch += 1;
        self.bleed();
        if self.culture.is_none() {
            self.suffer();
        }
        self.check_room()
    }

    /// Whether the host can hold the cells that it has.
    fn check_room(&self) -> Result<(), HostError> {
        let most = match &self.culture {
            Some(well) => (MOST_CELLS_PER_ML * well.volume_ml).min(MOST_CELLS),
            None => MOST_CELLS,
        };
        let cells = self.census.cells();
        if cells <= most {
            return Ok(());
        }
        Err(HostError::TooManyCells {
            age_d: self.age_d(),
            cells,
            kind: self.census.commonest().name(),
            most,
        })
    }

    fn populate(&mut self) {
        for (number, marrow) in self.marrow.clone().into_iter().enumerate() {
            self.populate_from(number as u64, marrow);
        }
    }

    fn populate_from(&mut self, number: u64, marrow: Marrow) {
        let p = self.p;
        let total = marrow.share
            * p.newborn_t_cells
            * thymus::cellularity(p, self.made_by(marrow, Kind::NaiveCd4).gamma, self.il7_pm());
        let cd4 = total * p.newborn_cd4_share;
        let cd8 = 1.0 - p.newborn_cd4_share - p.newborn_memory_cd8_share;
        let b = self.b_output(1.0, marrow) / p.b_death * p.newborn_b;
        let (none, own) = (Specificity::OTHER, Specificity::SELF);
        let specific = self.precursors();
        let cd4_of_none = cd4 * (1.0 - p.self_reactive_share - specific);
        let mut parts = vec![
            (Kind::NaiveCd4, none, cd4_of_none),
            (Kind::NaiveCd4, own, cd4 * p.self_reactive_share),
            (Kind::NaiveCd8, none, total * cd8 * (1.0 - specific)),
            (Kind::MemoryCd8, none, total * p.newborn_memory_cd8_share),
            (
                Kind::Nk,
                none,
                self.nk_output(1.0, marrow) / p.nk_renewal * p.newborn_nk,
            ),
            (Kind::B, none, b * (1.0 - p.b_self_reactive)),
            (Kind::B, own, b * p.b_self_reactive),
            (
                Kind::Macrophage,
                none,
                marrow.share * p.macrophage_number * p.newborn_macrophages,
            ),
        ];
        for (specificity, antigen) in self.antigens() {
            let of = antigen.precursors;
            parts.push((Kind::NaiveCd4, specificity, cd4 * of));
            parts.push((Kind::NaiveCd8, specificity, total * cd8 * of));
        }
        for (part, (kind, specificity, cells)) in parts.into_iter().enumerate() {
            let planned = marrow.share * self.planned * share(class_of(kind, specificity)) / 4.0;
            let source = source(of_part(0, part), number);
            self.arrive(source, marrow, kind, specificity, cells, planned);
        }
    }

    /// IL-7 of the host, pM.
    fn il7_pm(&self) -> f64 {
        self.il7.pm * self.surroundings.open.il7
    }

    /// IL-15 of the host, pM.
    fn il15_pm(&self) -> f64 {
        self.il15.pm * self.surroundings.open.il15
    }

    /// What cells of a kind make that come from a part of the marrow.
    fn made_by(&self, marrow: Marrow, kind: Kind) -> &Products {
        self.makers[usize::from(marrow.genotype)].of(kind)
    }

    /// Adds `cells` cells as about `agents` agents with keys of this step.
    fn arrive(
        &mut self,
        source: u64,
        marrow: Marrow,
        kind: Kind,
        specificity: Specificity,
        cells: f64,
        agents: f64,
    ) {
        let is_lacking = self.lacks.iter().any(|lineage| lineage.holds(kind));
        if cells <= 0.0 || is_lacking {
            return;
        }
        let key = AgentKey::from_words(source, self.epoch);
        let mut stream = self.streams.stream(purpose::THYMUS, key, self.epoch);
        let agents = agents.min(cells).max(1.0);
        // Equal packets: the number of agents is rounded at random, then each gets the rounded size.
        let size = (cells / agents).max(1.0);
        let packets = draw::stochastic_round(&mut stream, cells / size);
        for ordinal in 0..packets {
            let weight = draw::stochastic_round(&mut stream, size).max(1);
            let key = AgentKey::from_words(source << 32 | self.epoch, ordinal);
            let mut agent = Agent::new(key, kind, weight);
            agent.specificity = specificity;
            agent.genotype = marrow.genotype;
            agent.tag = marrow.tag;
            self.admit(agent, 0.0, None);
        }
    }

    /// Gives a new agent of an age, d, its own synthesis levels and receptors at their sustained copies, and appends it; with a window
    /// again until it passes. Returns whether it did.
    fn admit(&mut self, mut agent: Agent, age_d: f64, window: Option<sort::Window>) -> bool {
        let mut stream = self.streams.stream(purpose::NEWBORN, agent.key, self.epoch);
        let makers = &self.makers[usize::from(agent.genotype)];
        let in_body = self.culture.is_none();
        agent.born_h = (24.0 * (self.age_d() - age_d)) as f32;
        let mut new = |agent: &mut Agent| {
            let surface = sort::draw_new(self.p, makers, agent, in_body, &mut stream);
            let passes = window.is_none_or(|window| window.lets_pass(&surface));
            passes.then_some(surface)
        };
        let Some(surface) = (0..MOST_TRIES).find_map(|_| new(&mut agent)) else {
            return false;
        };
        self.population.push(agent, surface);
        true
    }

    fn advance_dendritic(&mut self) {
        if self.dendritic.abundance > 0.0 {
            self.dendritic.renew_b7(
                self.p,
                &self.surroundings,
                self.suppression,
                self.step_h,
                |key| self.streams.stream(purpose::DENDRITIC, key, self.epoch),
            );
        }
        // In a well they are those that were given.
        if self.culture.is_none() {
            let il2 = il2_of_dendritic(&self.makers, &self.marrow);
            let made = f64::from(u8::from(!self.lacks.contains(&Lineage::Dendritic)));
            self.dendritic
                .renew(self.p, &self.surroundings, made, il2, self.step_h);
        }
    }

    /// Moves each cell's own synthesis levels, an Ornstein-Uhlenbeck walk in ln copies that daughters inherit, and the cell from organ
    /// to organ.
    fn vary(&mut self) {
        if !self.epoch.is_multiple_of(VARY_EVERY) {
            return;
        }
        let interval_h = VARY_EVERY as f64 * self.step_h;
        let leaves = self
            .culture
            .map_or(organ::departure(self.p, interval_h), |_| 0.0);
        let keep = libm::exp(-interval_h / self.p.receptor_memory);
        let spread = libm::sqrt(1.0 - keep * keep);
        for agent in &mut self.population.agents {
            let mut stream = self
                .streams
                .stream(purpose::VARIATION, agent.key, self.epoch);
            for deviate in &mut agent.deviate {
                *deviate = (keep * f64::from(*deviate) + spread * draw::normal(&mut stream)) as f32;
            }
            agent.set_levels(self.p.receptors(agent.kind).spread);
            if leaves > 0.0 && organ::recirculates(agent.kind) {
                let uniform = draw::uniform(&mut stream);
                if uniform < leaves {
                    agent.organ = organ::destination(self.p, agent.kind, uniform / leaves);
                }
            }
        }
    }

    /// IL-2 that the cells of an agent secrete in this step, molecules.
    fn secretion_of(&self, cell: usize, agent: &Agent) -> u64 {
        let surface = &self.population.surfaces[cell];
        let complexes = receptors::signalling_complexes(self.p, surface);
        let products = self.makers[usize::from(agent.genotype)].of(agent.kind);
        let mut stream = self
            .streams
            .stream(purpose::SECRETION, agent.key, self.epoch);
        secretion::secreted(
            self.p,
            &self.surroundings,
            agent,
            products,
            complexes,
            self.step_h,
            &mut stream,
        )
    }

    /// Adds what dendritic cells secrete to what agents do, and puts all of it into the organs.
    fn secrete(&mut self, mut into: [i128; PLACES]) {
        let now_h = 24.0 * self.age_d();
        self.dendritic.forget(self.p, now_h);
        if !self.dendritic.alarms.is_empty() {
            let mut stream = self
                .streams
                .stream(purpose::SECRETION, AgentKey::NONE, self.epoch);
            let secreted = secretion::secreted_by_dendritic(
                self.p,
                &self.dendritic,
                self.surroundings.body,
                now_h,
                self.step_h,
                &mut stream,
            );
            if self.culture.is_some() {
                into[WELL] += i128::from(secreted);
            } else {
                let shares = organ::homing(self.p, None);
                let (parts, rounding) = organ::part(&mut stream, secreted, &shares, 1.0);
                for (into, part) in into.iter_mut().zip(parts) {
                    *into += i128::from(part);
                }
                into[Organ::Tissue.place()] += i128::from(rounding);
            }
        }
        for (place, molecules) in into.into_iter().enumerate() {
            self.secretion_per_s[place] = molecules as f64 / (3600.0 * self.step_h);
            self.ledger.secreted += molecules;
            self.ledger.free[place] += molecules;
        }
    }

    fn emigrate(&mut self) {
        for number in 0..self.marrow.len() {
            self.emigrate_from(number as u64, self.marrow[number]);
        }
    }

    fn emigrate_from(&mut self, number: u64, marrow: Marrow) {
        let p = self.p;
        let body = self.surroundings.body;
        let made = self.made_by(marrow, Kind::NaiveCd4);
        let output = thymus::output(p, &self.surroundings, made);
        let b = self.b_output(body, marrow);
        let dt = self.step_h / 24.0;
        let of = marrow.share;
        let (none, own) = (Specificity::OTHER, Specificity::SELF);
        let specific = self.precursors();
        let (cd4, cd8) = (output.naive_cd4 + output.self_reactive, output.naive_cd8);
        let cd4_of_none = of * (output.naive_cd4 - cd4 * specific);
        let cd8_of_none = of * (cd8 * (1.0 - specific));
        let mut parts = vec![
            (Kind::NaiveCd4, none, cd4_of_none, 20.0),
            (Kind::NaiveCd4, own, of * output.self_reactive, 20.0),
            (Kind::NaiveCd8, none, cd8_of_none, 20.0),
            (Kind::Treg, own, of * output.treg, 10.0),
            (Kind::ImmatureNk, none, self.nk_output(body, marrow), 5.0),
            (Kind::B, none, b * (1.0 - p.b_self_reactive), 20.0),
            (Kind::B, own, b * p.b_self_reactive, 100.0),
            (
                Kind::Macrophage,
                none,
                of * p.macrophage_number * body * p.macrophage_death,
                20.0,
            ),
        ];
        for (specificity, antigen) in self.antigens() {
            let of = of * antigen.precursors;
            parts.push((Kind::NaiveCd4, specificity, of * cd4, 20.0));
            parts.push((Kind::NaiveCd8, specificity, of * cd8, 20.0));
        }
        for (part, (kind, specificity, per_day, renewal_d)) in parts.into_iter().enumerate() {
            if kind.is_t() && !self.has_thymus {
                continue;
            }
            let agents = of * self.planned * share(class_of(kind, specificity)) / renewal_d * dt;
            // Fewer than one packet a step: a whole packet at random, same mean.
            let mut cells = per_day * dt;
            if agents < 1.0 {
                let key = AgentKey::from_words(source(of_part(100, part), number), self.epoch);
                let mut stream = self.streams.stream(purpose::THYMUS, key, self.epoch);
                if !draw::bernoulli(&mut stream, agents) {
                    continue;
                }
                cells /= agents;
            }
            self.arrive(
                source(of_part(10, part), number),
                marrow,
                kind,
                specificity,
                cells,
                agents.max(1.0),
            );
        }
    }

    /// New NK cells per day at this body size. Their precursors are not agents: they see IL-15 alone, through βγ.
    fn nk_output(&self, body: f64, marrow: Marrow) -> f64 {
        let (p, products) = (self.p, self.made_by(marrow, Kind::ImmatureNk));
        let r = p.receptors(Kind::Nk);
        let open = self.surroundings.open;
        let held = r.il15_access * half(self.il15_pm(), p.il15_kd);
        let beta = receptors::beta_beside_il15(p, r.beta * products.beta, held * open.beta);
        let pairs = (beta * open.beta).min(r.gamma * products.gamma * open.gamma);
        let complexes = pairs * held;
        let s = Surroundings {
            body,
            ..self.surroundings
        };
        let sensed = complexes / (complexes + r.half_signal);
        let signal = s.forced.of(Kind::ImmatureNk).unwrap_or(sensed);
        marrow.share * nk::output(p, &s, signal)
    }

    /// New B cells per day at this body size.
    fn b_output(&self, body: f64, marrow: Marrow) -> f64 {
        let s = Surroundings {
            body,
            il7: self.il7_pm(),
            ..self.surroundings
        };
        marrow.share * b_cells::output(self.p, &s, self.made_by(marrow, Kind::B))
    }

    fn commit(&mut self) {
        if self.epoch % BALANCE_EVERY == BALANCE_EVERY - 1 {
            self.population.bury();
            let planned = self.planned_agents();
            let resampled = self.population.balance(&planned, &self.streams, self.epoch);
            self.book(resampled, |ledger| &mut ledger.resampled);
        }
        let (p, mut census) = (self.p, Census::default());
        self.population.bury_and(|agent| census.count(p, agent));
        self.census = census;
    }

    /// Antibody of the step, and what it does to red cells.
    fn bleed(&mut self) {
        let (p, s) = (self.p, &self.surroundings);
        let dt_d = self.step_h / 24.0;
        self.antibody.advance(p, &self.census.plasma, dt_d);
        if self.culture.is_none() {
            let autoreactive = self.antibody.autoreactive_mg() / self.antibody_volume();
            let active = s.active_macrophages;
            self.red_cells = anaemia::advance(p, self.red_cells, autoreactive, active, dt_d);
        }
    }

    /// Volume in which antibody spreads, ml.
    fn antibody_volume(&self) -> f64 {
        let body = self.p.antibody_volume * self.surroundings.body;
        self.culture.map_or(body, |well| well.volume_ml)
    }

    fn suffer(&mut self) {
        let p = self.p;
        self.damage = damage::advance(
            p,
            self.damage,
            self.census.load,
            self.surroundings.body,
            self.step_h / 24.0,
        );
        if self.onset_d.is_none() && self.damage > p.onset_damage {
            self.onset_d = Some(self.age_d());
        }
        if self.damage > p.fatal_damage || self.red_cells < p.fatal_red_cells {
            self.died_d = Some(self.age_d());
        }
    }
}

/// IL-2 that a dendritic cell makes in the mean over the marrow, relative to the wild type.
fn il2_of_dendritic(makers: &[Makers], marrow: &[Marrow]) -> f64 {
    let of = |part: &Marrow| part.share * makers[usize::from(part.genotype)].dendritic().il2;
    marrow.iter().map(of).sum()
}

/// The number of the source of new cells with this place: 8 of every host, from `first` on, then those of named antigens.
const fn of_part(first: u64, place: usize) -> u64 {
    let place = place as u64;
    if place < 8 {
        first + place
    } else {
        2000 + 20 * first + place
    }
}

/// The address of a source of new cells in a part of the marrow.
const fn source(source: u64, part: u64) -> u64 {
    part << 16 | source
}

/// The weight class of a kind.
fn class_of(kind: Kind, specificity: Specificity) -> usize {
    let mut agent = Agent::new(AgentKey::NONE, kind, 1);
    agent.specificity = specificity;
    let index = class(&agent);
    debug_assert!(index < CLASSES);
    index
}
