//! What is done to a mouse: depletion, injection, transfer.

use super::culture::WELL;
use super::sort::Sort;
use super::stroma::Stromal;
use super::{Host, HostError};
use crate::drug::{self, Course, Drug, Target};
use crate::genotype::mark;
use crate::kind::{Group, Kind};
use crate::mechanism::ageing;
use crate::organ::{self, PLACES};
use crate::pool::{self, Molecules};
use crate::population::Agent;
use crate::purpose;
use crate::readout::Measure;
use crate::receptors::Surface;
use crate::specificity::Specificity;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Stream};

/// Where an injected dose goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Into a depot from which part is absorbed over hours.
    Subcutaneous,
    /// Into the serum at once.
    Intravenous,
}

/// One thing done to a mouse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// Removes each cell of a group with a probability.
    Deplete {
        /// Whose cells.
        group: Group,
        /// Which of them; all without one.
        sort: Option<Sort>,
        /// Probability of removal, 0 to 1.
        fraction: f64,
    },
    /// Marks each cell of a group with a probability, and may change its genes. It keeps all else that it is and has.
    Tag {
        /// Whose cells.
        group: Group,
        /// Which of them; all without one.
        sort: Option<Sort>,
        /// Probability, 0 to 1.
        fraction: f64,
        /// The tag, from 1, in place of the one that they had.
        tag: u8,
        /// Index into the host's list of changes of genes, if theirs change.
        change: Option<u8>,
    },
    /// Injects IL-2, or a form of it that is given in this host.
    Inject {
        /// Which of the forms, by its place in the setup.
        form: Option<u8>,
        /// Molecules.
        molecules: u64,
        /// Route.
        route: Route,
    },
    /// Injects IL-7 or IL-15.
    InjectStromal {
        /// Which.
        ligand: Stromal,
        /// Molecules.
        molecules: u64,
        /// Route.
        route: Route,
    },
    /// Gives a drug.
    Give {
        /// Index into the host's list of drugs.
        drug: u8,
        /// Molecules.
        molecules: f64,
    },
    /// Engages antigen receptors of each cell of a group with a probability; of dendritic cells, the sensors of microbes.
    Stimulate {
        /// Whose cells.
        group: Group,
        /// Which of them; all without one.
        sort: Option<Sort>,
        /// Probability, 0 to 1.
        fraction: f64,
    },
    /// Takes the thymus away.
    Thymectomy,
    /// Adds dendritic cells.
    AddDendritic {
        /// Number of cells.
        cells: u64,
        /// Index into the host's list of genotypes.
        genotype: u8,
    },
    /// Transfers cells of one kind.
    Transfer {
        /// Kind of the cells.
        kind: Kind,
        /// Number of cells.
        cells: u64,
        /// Index into the host's list of genotypes.
        genotype: u8,
        /// Tag that marks them, from 1.
        tag: u8,
        /// What all of them recognise; `None`: what cells of the kind do in the host.
        specificity: Option<Specificity>,
        /// Days since they came into being; of blasts, since they were activated. `None`: they come into being now.
        age_d: Option<f64>,
        /// Which of such cells.
        sort: Option<Sort>,
    },
    /// Gives a named antigen, which decays, and microbial signals with it.
    Immunise {
        /// Its place among the antigens of the host.
        antigen: u8,
        /// Amount, relative to what is presented half as well as any.
        dose: f64,
        /// Half-life, d.
        half_life_d: f64,
        /// Share of the dendritic cells there that meet microbial signals.
        adjuvant: f64,
    },
    /// Sets the load of microbes from now on.
    Expose {
        /// Load, relative to a specific-pathogen-free mouse.
        microbes: f64,
    },
    /// Sets how much of self-antigen or of a named antigen the body makes from now on.
    Make {
        /// What it is; what is not followed does nothing.
        antigen: Specificity,
        /// Amount; of self relative to a normal body.
        level: f64,
    },
}

/// What a host must come to before something is done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is read. Where it has no value the condition does not hold.
    pub measure: Measure,
    /// Whether it must be above the level, or below.
    pub is_above: bool,
    /// The level, in the unit of what is read.
    pub level: f64,
}

impl Condition {
    fn holds(&self, host: &Host<'_>) -> bool {
        let value = host.measure(&self.measure);
        if self.is_above {
            value > self.level
        } else {
            value < self.level
        }
    }
}

/// An action with its timing.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervention {
    /// What is done.
    pub action: Action,
    /// Age at the first time, d; with a condition, from which it is looked for.
    pub at_d: f64,
    /// What must come first; the first time is then the beginning of the step at which it holds.
    pub when: Option<Condition>,
    /// Interval of repetition, d.
    pub every_d: Option<f64>,
    /// Age after which it is not repeated, d.
    pub until_d: Option<f64>,
}

/// Times closer than this are the same, d: ages are sums of steps.
pub(super) const TOLERANCE_D: f64 = 1e-9;

impl Intervention {
    /// An action at one age, whatever comes first.
    pub const fn once(at_d: f64, action: Action) -> Self {
        Self {
            action,
            at_d,
            when: None,
            every_d: None,
            until_d: None,
        }
    }

    /// Whether it falls into the step from `start_d` to `end_d`, if it begins at `first_d`.
    fn falls_into(&self, first_d: f64, start_d: f64, end_d: f64) -> bool {
        // The step that contains the age, give or take rounding; it happens at the step's start.
        let tolerance = TOLERANCE_D;
        let mut due = first_d;
        if let Some(every) = self.every_d {
            let past = ((start_d - first_d) / every - tolerance).ceil().max(0.0);
            due += past * every;
            if self.until_d.is_some_and(|until| due > until + tolerance) {
                return false;
            }
        }
        start_d - tolerance <= due && due < end_d - tolerance
    }
}

/// How often it is tried to find a blast of an age.
const MOST_BLASTS: usize = 100;

fn no_blast(age_d: f64) -> String {
    format!("{age_d} d after their activation all have died or ripened")
}

/// Number of the first drug among the interventions of a step.
const FIRST_DRUG: u64 = 240;

impl Host<'_> {
    /// Carries out the interventions of this step, in the order of the scenario. Returns whether there was one.
    ///
    /// # Errors
    /// [`HostError::NoSuchCells`].
    pub(super) fn intervene(&mut self) -> Result<bool, HostError> {
        let mut some = false;
        let start_d = self.age_d();
        let end_d = start_d + self.step_h / 24.0;
        for ordinal in 0..self.interventions.len() {
            let intervention = &self.interventions[ordinal];
            let mut first_d = intervention.at_d;
            if let Some(condition) = &intervention.when {
                let looks = start_d >= intervention.at_d - TOLERANCE_D;
                if self.met_d[ordinal].is_none() && looks && condition.holds(self) {
                    self.met_d[ordinal] = Some(start_d);
                }
                let Some(met_d) = self.met_d[ordinal] else {
                    continue;
                };
                first_d = met_d;
            }
            let intervention = &self.interventions[ordinal];
            if !intervention.falls_into(first_d, start_d, end_d) {
                continue;
            }
            some = true;
            match intervention.action {
                Action::Deplete {
                    group,
                    sort,
                    fraction,
                } => self.deplete(ordinal, (group, sort), fraction),
                Action::Tag {
                    group,
                    sort,
                    fraction,
                    tag,
                    change,
                } => self.tag(ordinal, (group, sort), fraction, (tag, change)),
                Action::Stimulate {
                    group,
                    sort,
                    fraction,
                } => self.stimulate(ordinal, (group, sort), fraction),
                Action::Thymectomy => self.has_thymus = false,
                Action::AddDendritic { cells, genotype } => {
                    let il2 = self.makers[usize::from(genotype)].dendritic().il2;
                    let body = self.surroundings.body;
                    self.dendritic.add(self.p, cells as f64, il2, body);
                }
                Action::Inject {
                    form,
                    molecules,
                    route,
                } => self.inject(ordinal, form, molecules, route),
                Action::InjectStromal {
                    ligand,
                    molecules,
                    route,
                } => self.inject_stromal(ordinal, ligand, molecules, route),
                Action::Give { drug, molecules } => {
                    self.courses[usize::from(drug)].molecules += molecules;
                }
                Action::Transfer {
                    kind,
                    cells,
                    genotype,
                    tag,
                    specificity,
                    age_d,
                    sort,
                } => {
                    let mut one = Agent::new(AgentKey::NONE, kind, cells);
                    one.genotype = genotype;
                    one.tag = tag;
                    self.transfer(ordinal, one, specificity, age_d, sort)?;
                }
                Action::Immunise {
                    antigen,
                    dose,
                    half_life_d,
                    adjuvant,
                } => self.immunise(antigen, dose, half_life_d, adjuvant),
                Action::Expose { microbes } => self.exposed.microbes = microbes,
                Action::Make { antigen, level } => self.exposed.make(antigen, level),
            }
        }
        Ok(some)
    }

    /// Spreads drugs through the host, and lets them kill. Returns whether they may have.
    pub(super) fn medicate(&mut self) -> bool {
        let volume_ml = self.antibody_volume();
        let dt_d = self.step_h / 24.0;
        let mut some = false;
        for ordinal in 0..self.courses.len() {
            let course = &mut self.courses[ordinal];
            if course.molecules <= 0.0 && course.pm <= 0.0 {
                continue;
            }
            if self.culture.is_none() {
                course.decline(dt_d);
            }
            course.spread(volume_ml);
            let Course { drug, pm, .. } = *course;
            if drug.killing > 0.0 {
                some = true;
                self.kill(ordinal, drug, pm, dt_d);
            }
        }
        some
    }

    /// Cells die of a drug at `pm` pM; with them what they hold.
    fn kill(&mut self, ordinal: usize, drug: Drug, pm: f64, dt_d: f64) {
        let p = self.p;
        if drug.target == Target::Cells(Group::Dendritic) {
            self.dendritic.abundance *= libm::exp(-drug.killing * drug.held(pm) * dt_d);
            return;
        }
        let ordinal = FIRST_DRUG + ordinal as u64;
        let died = self.remove(ordinal, |_, agent, surface| {
            let hazard = drug.hazard(p, pm, agent, surface);
            (agent.weight, -libm::expm1(-hazard * dt_d))
        });
        self.book(died, |ledger| &mut ledger.died);
    }

    /// Removes each of some cells of an agent with a probability. Returns the ligand that went with them.
    fn remove(
        &mut self,
        ordinal: u64,
        some: impl Fn(usize, &Agent, &Surface) -> (u64, f64),
    ) -> Molecules {
        let epoch = self.epoch << 8 | ordinal;
        let mut lost = Molecules::default();
        for cell in 0..self.population.agents.len() {
            let agent = &self.population.agents[cell];
            let (cells, share) = some(cell, agent, &self.population.surfaces[cell]);
            if cells == 0 || share <= 0.0 {
                continue;
            }
            let mut stream = self.streams.stream(purpose::INTERVENTION, agent.key, epoch);
            let ligand = self.population.ligand(cell);
            let agent = &mut self.population.agents[cell];
            agent.weight -= draw::binomial(&mut stream, cells, share);
            lost = pool::sum(lost, pool::less(ligand, self.population.ligand(cell)));
        }
        self.population.bury();
        lost
    }

    fn deplete(&mut self, ordinal: usize, (group, sort): (Group, Option<Sort>), fraction: f64) {
        if group == Group::Dendritic {
            self.dendritic.abundance *= 1.0 - fraction;
            return;
        }
        let chosen = self.chosen(group, sort);
        let removed = self.remove(ordinal as u64, |cell, _, _| (chosen[cell], fraction));
        self.book(pool::less(Molecules::default(), removed), |ledger| {
            &mut ledger.carried
        });
    }

    fn tag(
        &mut self,
        ordinal: usize,
        (group, sort): (Group, Option<Sort>),
        fraction: f64,
        (tag, change): (u8, Option<u8>),
    ) {
        let change = change.map(|number| &self.gene_changes[usize::from(number)]);
        let epoch = self.epoch << 8 | ordinal as u64;
        for (cell, cells) in self.chosen(group, sort).into_iter().enumerate() {
            let agent = &mut self.population.agents[cell];
            let mut part = *agent;
            if !mark(&mut part, tag, change) {
                // A part that has the mark need not be told from the rest.
                continue;
            }
            let mut stream = self.streams.stream(purpose::INTERVENTION, agent.key, epoch);
            let marked = draw::binomial(&mut stream, cells, fraction);
            if marked == agent.weight {
                *agent = part;
            } else if marked > 0 {
                part.weight = marked;
                agent.weight -= marked;
                part.key = agent.next_child();
                part.children = 0;
                let surface = self.population.surfaces[cell];
                self.population.push(part, surface);
            }
        }
    }

    fn inject(&mut self, ordinal: usize, form: Option<u8>, molecules: u64, route: Route) {
        let is_at_once = self.culture.is_some() || route == Route::Intravenous;
        let absorbed = if is_at_once {
            molecules
        } else {
            self.absorbed(ordinal, molecules)
        };
        let given = form.and_then(|place| self.infusions.get_mut(usize::from(place)));
        let (ledger, at_once) = match given {
            Some(infusion) => (&mut infusion.ledger, None),
            None => (&mut self.ledger, Some(&mut self.bolus)),
        };
        let (molecules, absorbed) = (i128::from(molecules), i128::from(absorbed));
        ledger.injected += molecules;
        if is_at_once {
            *at_once.unwrap_or(&mut ledger.free[WELL]) += molecules;
            return;
        }
        ledger.depot += absorbed;
        ledger.cleared += molecules - absorbed;
    }

    /// How many of the molecules of a subcutaneous injection will be absorbed.
    pub(super) fn absorbed(&self, ordinal: usize, molecules: u64) -> u64 {
        let epoch = self.epoch << 8 | ordinal as u64;
        let mut stream = self
            .streams
            .stream(purpose::INTERVENTION, AgentKey::NONE, epoch);
        draw::binomial(&mut stream, molecules, self.p.bioavailability)
    }

    /// Moves molecules from depot and bolus through the serum into the tissue.
    ///
    /// Serum turns over in a minute or two, so within a step it is at the balance of what comes in and what is cleared,
    /// caught by a drug or exchanged with the organs; their shares enter their accounts here. Returns what came into the serum and was
    /// not caught there.
    pub(super) fn absorb(&mut self, exchange_ml_h: &[f64; PLACES]) -> i128 {
        let mut stream = self
            .streams
            .stream(purpose::POOL, AgentKey::from_words(1, 0), self.epoch);
        let p = self.p;
        let share = -libm::expm1(-p.absorption * self.step_h);
        let inflow = self.ledger.release(share, &mut stream) + self.bolus;
        self.bolus = 0;
        if self.culture.is_some() {
            self.ledger.free[WELL] += inflow;
        } else if inflow > 0 {
            return inflow - self.pass_serum(inflow, exchange_ml_h, &mut stream);
        }
        inflow
    }

    /// Parts molecules in serum between clearance, drugs and the organs. Returns how many drugs caught.
    pub(super) fn pass_serum(
        &mut self,
        molecules: i128,
        exchange_ml_h: &[f64; PLACES],
        rng: &mut Stream,
    ) -> i128 {
        let clearance = self.p.serum_clearance;
        let leaving = clearance + exchange_ml_h.iter().sum::<f64>();
        let catching = self.catching_in_serum(molecules as f64, leaving);
        let (parts, cleared) =
            organ::part(rng, molecules as u64, exchange_ml_h, leaving + catching);
        for (free, part) in self.ledger.free.iter_mut().zip(parts) {
            *free += i128::from(part);
        }
        self.ledger.cleared += i128::from(cleared);
        if catching <= 0.0 {
            return 0;
        }
        let caught = draw::binomial(rng, cleared, catching / (clearance + catching));
        drug::use_up(self.p, &mut self.courses, caught as f64);
        i128::from(caught)
    }

    /// Serum that drugs rid of IL-2, ml/h, where it otherwise leaves at `leaving` ml/h: at the rate of tissue, in the volume in which
    /// they spread; of so many molecules not more than they have room for.
    fn catching_in_serum(&self, molecules: f64, leaving: f64) -> f64 {
        let catching = self.surroundings.open.il2_caught * self.antibody_volume();
        if catching <= 0.0 {
            return 0.0;
        }
        let room = drug::room(&self.courses);
        if molecules <= room {
            return catching;
        }
        catching.min(leaving * room / (molecules - room))
    }

    /// How cells of a kind are shared out among what they recognise: of naive ones as many react with self, or with a named antigen, as
    /// the thymus and the marrow let out.
    fn specificities(&self, kind: Kind, cells: u64) -> Vec<(Specificity, u64)> {
        let reactive = match kind {
            Kind::NaiveCd4 => self.p.self_reactive_share,
            Kind::B => self.p.b_self_reactive,
            _ => 0.0,
        };
        let mut left = cells;
        // Of few cells, shares that are rounded up may be more than there are.
        let mut of = |share: f64| {
            let part = ((cells as f64 * share).round() as u64).min(left);
            left -= part;
            part
        };
        let mut parts = vec![(Specificity::SELF, of(reactive))];
        if matches!(kind, Kind::NaiveCd4 | Kind::NaiveCd8) {
            parts.extend(
                self.antigens()
                    .map(|(one, antigen)| (one, of(antigen.precursors))),
            );
        }
        parts.insert(0, (Specificity::OTHER, left));
        parts
    }

    /// Transfers as many cells like `one` as it stands for.
    fn transfer(
        &mut self,
        ordinal: usize,
        one: Agent,
        specificity: Option<Specificity>,
        age_d: Option<f64>,
        sort: Option<Sort>,
    ) -> Result<(), HostError> {
        let (kind, cells) = (one.kind, one.weight);
        let none = |host: &Self, reason: String| HostError::NoSuchCells {
            age_d: host.age_d(),
            kind: kind.name(),
            reason,
        };
        let epoch = self.epoch << 8 | ordinal as u64;
        let window = sort.map(|sort| {
            // No agent of the transfer has this key.
            let key = AgentKey::from_words(
                1000 + ordinal as u64,
                self.epoch << 32 | u64::from(u32::MAX),
            );
            self.window(sort, &one, key, epoch)
        });
        let parts = match specificity {
            Some(specificity) => vec![(specificity, cells)],
            None => self.specificities(kind, cells),
        };
        let mut index = 0;
        for (specificity, cells) in parts {
            let share = crate::population::share(super::class_of(kind, specificity)) / 4.0;
            let share = self.culture.map_or(share, |_| 1.0);
            let planned = self.planned * share;
            let agents = (planned.max(1.0) as u64).min(cells).max(1);
            for part in 0..agents {
                let weight = cells / agents + u64::from(part < cells % agents);
                if weight == 0 {
                    continue;
                }
                let key = AgentKey::from_words(1000 + ordinal as u64, self.epoch << 32 | index);
                index += 1;
                let mut agent = Agent::new(key, kind, weight);
                agent.specificity = specificity;
                agent.genotype = one.genotype;
                agent.tag = one.tag;
                let mut stream = self.streams.stream(purpose::INTERVENTION, key, epoch);
                let uniform = draw::uniform(&mut stream);
                agent.set_luck(ageing::luck(self.p, kind, age_d.unwrap_or(0.0), uniform));
                if let Some(age_d) = age_d.filter(|_| kind.is_blast()) {
                    let aged = (0..MOST_BLASTS)
                        .find_map(|_| ageing::blast(self.p, &agent, 24.0 * age_d, &mut stream));
                    agent = aged.ok_or_else(|| none(self, no_blast(age_d)))?;
                }
                if !self.admit(agent, age_d.unwrap_or(0.0), window) {
                    let sort = sort.map_or_else(String::new, |sort| sort.to_string());
                    let reason = format!("of a million, none is among those with {sort}");
                    return Err(none(self, reason));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::host::sort::Gate;
    use crate::host::{Antigen, Culture, Exposure, Setup};
    use crate::model::tests::parameters;

    /// A transfer adds exactly its cells, whatever they are and however many agents stand for them.
    ///
    /// Smallest faults seen: the rest of a division left out; shares of antigens rounded up beyond what there is.
    #[test]
    fn a_transfer_adds_exactly_its_cells() {
        let p = parameters();
        let antigens = [0.3, 0.3, 0.3].map(|precursors| Antigen {
            precursors,
            level: 0.0,
        });
        let exposures = [
            Exposure::default(),
            Exposure {
                antigens: antigens.to_vec(),
                ..Exposure::default()
            },
        ];
        for (kind, cells) in Kind::ALL.into_iter().flat_map(|kind| {
            [1, 2, 3, 997, 100_000, 12_345_679, 1_000_000_000_007].map(|n| (kind, n))
        }) {
            for exposure in &exposures {
                let action = Action::Transfer {
                    kind,
                    cells,
                    genotype: 0,
                    tag: 7,
                    specificity: None,
                    age_d: None,
                    sort: None,
                };
                let setup = Setup {
                    exposure: exposure.clone(),
                    interventions: vec![Intervention::once(0.0, action)],
                    ..Setup::default()
                };
                for mut host in [
                    Host::newborn(&p, &setup, 1000, 5, 0),
                    Host::culture(&p, &setup, Culture::default(), 300, 5, 0),
                ] {
                    assert!(host.intervene().unwrap());
                    let agents = host.population().agents.iter();
                    let given: u64 = agents.filter(|of| of.tag == 7).map(|of| of.weight).sum();
                    assert_eq!(given, cells, "{}", kind.name());
                }
            }
        }
    }

    /// So does one of sorted cells.
    #[test]
    fn a_sorted_transfer_adds_exactly_its_cells() {
        let p = parameters();
        let sort = Sort {
            chain: crate::readout::Chain::Cd25,
            gate: Gate::Highest(0.3),
        };
        for cells in [1, 997, 1_000_003] {
            let action = Action::Transfer {
                kind: Kind::Treg,
                cells,
                genotype: 0,
                tag: 7,
                specificity: None,
                age_d: None,
                sort: Some(sort),
            };
            let setup = Setup {
                interventions: vec![Intervention::once(0.0, action)],
                ..Setup::default()
            };
            let mut host = Host::newborn(&p, &setup, 1000, 5, 0);
            assert!(host.intervene().unwrap());
            let agents = host.population().agents.iter();
            let given: u64 = agents.filter(|of| of.tag == 7).map(|of| of.weight).sum();
            assert_eq!(given, cells);
        }
    }

    fn times(at_d: f64, every_d: Option<f64>, until_d: Option<f64>) -> Vec<u64> {
        let action = Action::Inject {
            form: None,
            molecules: 1,
            route: Route::Intravenous,
        };
        let intervention = Intervention {
            action,
            at_d,
            when: None,
            every_d,
            until_d,
        };
        (0..240)
            .filter(|&h| intervention.falls_into(at_d, h as f64 / 24.0, (h + 1) as f64 / 24.0))
            .collect()
    }

    #[test]
    fn a_single_action_happens_once() {
        assert_eq!(times(2.0, None, None), [48]);
        assert_eq!(times(2.02, None, None), [48]);
        assert_eq!(times(0.0, None, None), [0]);
    }

    #[test]
    fn a_repeated_action_keeps_its_interval_and_ends() {
        assert_eq!(times(1.0, Some(1.0), Some(4.0)), [24, 48, 72, 96]);
        assert_eq!(times(1.0, Some(0.5), Some(2.4)), [24, 36, 48]);
    }
}
