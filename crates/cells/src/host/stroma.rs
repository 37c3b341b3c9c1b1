//! IL-7 and IL-15: made by stroma and dendritic cells at a constant rate, used up by the cells that live on them.
//!
//! Both bind within minutes and are solved for at equilibrium with all receptors, to the mean of a step, as IL-2 is. What a cell holds
//! comes back when it dies or lets go; what it takes in is gone. An integer ledger has every molecule.
//!
//! What is injected spreads in the volume of antibody, from where the body loses it with a half-life and lymphoid tissue takes it up by its exchange with serum.
//! Antibodies hold their share of it there as in tissue, at equilibrium; what they hold takes the same way.

use super::interventions::Route;
use super::{Host, VARY_EVERY};
use crate::pool::{MOLECULES_PER_PM_ML, solve_concentration};
use crate::purpose;
use crate::receptors::{Surface, il7_receptors};
use crate::signal::half;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Stream};
use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stromal {
    /// IL-7.
    Il7,
    /// IL-15.
    Il15,
}

impl Stromal {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Il7, Self::Il15];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Il7 => "IL-7",
            Self::Il15 => "IL-15",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ligand| ligand.name() == name)
    }
}

/// Accounts of the molecules of one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// Free or held on the surface of cells.
    pub present: i128,
    /// Made since birth, and what the host was born with.
    pub made: i128,
    /// Came in by injection.
    pub injected: i128,
    /// Of these, still in the depot.
    pub depot: i128,
    /// Of these, in the blood and what else antibody spreads in.
    pub blood: i128,
    /// Taken in by cells through their receptors.
    pub internalised: i128,
    /// Lost otherwise, or not absorbed.
    pub cleared: i128,
}

impl Stock {
    /// Molecules that were made or injected less those accounted for.
    pub const fn imbalance(&self) -> i128 {
        let whereabouts = self.present + self.depot + self.blood + self.internalised + self.cleared;
        self.made + self.injected - whereabouts
    }

    /// Brings what was injected on its way through a step.
    fn spread(&mut self, way: &Way, stream: &mut Stream) {
        let released = draw::binomial(stream, self.depot as u64, way.released);
        self.depot -= i128::from(released);
        self.blood += i128::from(released);
        let left = draw::binomial(stream, self.blood as u64, way.left);
        let arrived = i128::from(draw::binomial(stream, left, way.arrives));
        self.blood -= i128::from(left);
        self.present += arrived;
        self.cleared += i128::from(left) - arrived;
    }
}

/// A ligand that stroma makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Supply {
    pub(super) stock: Stock,
    /// Its concentration, free or held by a drug, pM.
    pub(super) pm: f64,
    /// Receptors of all cells that could hold it, copies.
    receptors: f64,
}

/// What becomes of what was injected in a step: shares of molecules.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// Of the depot, that is released.
    released: f64,
    /// Of the blood, that leaves it.
    left: f64,
    /// Of these, that come into lymphoid tissue.
    arrives: f64,
}

/// What sets the level of such a ligand.
#[derive(Clone, Copy, Debug)]
struct Course {
    /// Where no cell takes it up, pM.
    unconsumed_pm: f64,
    /// Of the receptors, pM.
    kd_pm: f64,
    /// Molecules per pM in solution.
    per_pm: f64,
    /// Lost but for receptors, molecules/(h pM).
    cleared: f64,
    /// Of what receptors hold, 1/h.
    internalisation: f64,
    /// What drugs leave open of it.
    open: f64,
}

impl Course {
    fn held(&self, receptors: f64, c: f64) -> f64 {
        receptors * half(c * self.open, self.kd_pm)
    }

    /// Made in `hours`, molecules.
    fn made(&self, hours: f64) -> f64 {
        self.unconsumed_pm * self.cleared * hours
    }
}

impl Supply {
    /// Level at which it stays, pM.
    fn settle(&mut self, course: &Course) {
        let receptors = self.receptors;
        self.pm = solve_concentration(course.unconsumed_pm, |c| {
            course.made(1.0)
                - course.cleared * c
                - course.internalisation * course.held(receptors, c)
        });
        let present = course.per_pm * self.pm + course.held(receptors, self.pm);
        self.stock.made = present.round() as i128;
        self.stock.present = self.stock.made;
    }

    /// Moves it on by a step.
    fn advance(&mut self, course: &Course, hours: f64, stream: &mut Stream) {
        let made = draw::poisson(stream, course.made(hours));
        self.stock.made += i128::from(made);
        self.stock.present += i128::from(made);
        let (present, receptors) = (self.stock.present as f64, self.receptors);
        let stays = course.per_pm + course.cleared * hours;
        let taken = 1.0 + course.internalisation * hours;
        self.pm = solve_concentration(self.pm, |c| {
            present - stays * c - taken * course.held(receptors, c)
        });
        let internalised = course.internalisation * hours * course.held(receptors, self.pm);
        let cleared = course.cleared * hours * self.pm;
        for (mean, account) in [
            (internalised, &mut self.stock.internalised),
            (cleared, &mut self.stock.cleared),
        ] {
            let molecules = i128::from(draw::poisson(stream, mean)).min(self.stock.present);
            self.stock.present -= molecules;
            *account += molecules;
        }
    }
}

impl Host<'_> {
    /// Accounts of IL-7 and of IL-15 in a mouse. In a well they are held at their concentrations.
    pub const fn stocks(&self) -> [&Stock; 2] {
        [&self.il7.stock, &self.il15.stock]
    }

    /// Lets the newborn's IL-7 and IL-15 come to where they stay.
    pub(super) fn settle_stroma(&mut self) {
        self.count_receptors();
        let [il7, il15] = self.courses_of_stroma();
        self.il7.settle(&il7);
        self.il15.settle(&il15);
    }

    /// IL-7 and IL-15 of the step.
    pub(super) fn provide(&mut self) {
        // As often as synthesis levels move.
        if self.epoch.is_multiple_of(VARY_EVERY) {
            self.count_receptors();
        }
        self.spread_injected();
        let [il7, il15] = self.courses_of_stroma();
        let key = AgentKey::from_words(5, 0);
        let mut stream = self.streams.stream(purpose::POOL, key, self.epoch);
        self.il7.advance(&il7, self.step_h, &mut stream);
        self.il15.advance(&il15, self.step_h, &mut stream);
    }

    /// Injects one of them: into a depot or the blood, or into the medium of a well, in which so much more is held from then on.
    pub(super) fn inject_stromal(
        &mut self,
        ordinal: usize,
        ligand: Stromal,
        molecules: u64,
        route: Route,
    ) {
        if let Some(well) = &mut self.culture {
            let risen = molecules as f64 / well.molecules_per_pm();
            match ligand {
                Stromal::Il7 => well.il7_pm += risen,
                Stromal::Il15 => well.il15_pm += risen,
            }
            return;
        }
        let absorbed = match route {
            Route::Intravenous => molecules,
            Route::Subcutaneous => self.absorbed(ordinal, molecules),
        };
        let stock = match ligand {
            Stromal::Il7 => &mut self.il7.stock,
            Stromal::Il15 => &mut self.il15.stock,
        };
        stock.injected += i128::from(molecules);
        stock.cleared += i128::from(molecules - absorbed);
        match route {
            Route::Intravenous => stock.blood += i128::from(absorbed),
            Route::Subcutaneous => stock.depot += i128::from(absorbed),
        }
    }

    /// Brings what was injected on its way.
    fn spread_injected(&mut self) {
        let (p, hours) = (self.p, self.step_h);
        let volume_ml = self.antibody_volume();
        let taken_up = p.tissue_serum_exchange * self.surroundings.body / 24.0 / volume_ml;
        let key = AgentKey::from_words(6, 0);
        let mut stream = self.streams.stream(purpose::POOL, key, self.epoch);
        let both = [
            (&mut self.il7.stock, p.il7_half_life),
            (&mut self.il15.stock, p.il15_half_life),
        ];
        for (stock, half_life_h) in both {
            if stock.depot == 0 && stock.blood == 0 {
                continue;
            }
            let leaves = std::f64::consts::LN_2 / half_life_h + taken_up;
            let way = Way {
                released: -libm::expm1(-p.absorption * hours),
                left: -libm::expm1(-leaves * hours),
                arrives: taken_up / leaves,
            };
            stock.spread(&way, &mut stream);
        }
    }

    /// Whether so much of one of them was injected that cells may see more than twice what there ever is without.
    pub(super) fn is_flooded(&self) -> bool {
        let both = [
            (Stromal::Il7, &self.il7, self.p.il7),
            (Stromal::Il15, &self.il15, self.p.il15),
        ];
        both.into_iter().any(|(ligand, supply, unconsumed_pm)| {
            let most = 2.0 * unconsumed_pm;
            supply.stock.injected > 0 && (supply.pm > most || self.in_blood(ligand) > most)
        })
    }

    /// What was injected of one of them and is free in the blood, pM.
    pub(super) fn free_in_blood(&self, ligand: Stromal) -> f64 {
        let open = &self.surroundings.open;
        let share = match ligand {
            Stromal::Il7 => open.il7,
            Stromal::Il15 => open.il15,
        };
        self.in_blood(ligand) * share
    }

    /// What was injected of one of them and is in the blood, free or held by a drug, pM.
    pub(super) fn in_blood(&self, ligand: Stromal) -> f64 {
        let stock = match ligand {
            Stromal::Il7 => &self.il7.stock,
            Stromal::Il15 => &self.il15.stock,
        };
        stock.blood as f64 / (self.antibody_volume() * MOLECULES_PER_PM_ML)
    }

    fn courses_of_stroma(&self) -> [Course; 2] {
        let (p, body) = (self.p, self.surroundings.body);
        let open = self.surroundings.open;
        let made = self.makers[0].stroma();
        let per_pm = self.pools().iter().map(|pool| pool.per_pm).sum();
        let cleared = |ml_h: f64| ml_h * body * MOLECULES_PER_PM_ML;
        [
            Course {
                unconsumed_pm: p.il7 * made.il7,
                kd_pm: p.il7_kd,
                per_pm,
                cleared: cleared(p.il7_clearance),
                internalisation: p.il7_internalisation,
                open: open.il7,
            },
            Course {
                unconsumed_pm: p.il15 * made.il15,
                kd_pm: p.il15_kd,
                per_pm,
                cleared: cleared(p.il15_clearance),
                internalisation: p.internalisation,
                open: open.il15,
            },
        ]
    }

    /// Counts the receptors with which all cells could hold IL-7 and IL-15.
    fn count_receptors(&mut self) {
        let (p, s) = (self.p, &self.surroundings);
        let (mut il7, mut il15) = (0.0, 0.0);
        let cells = self.population.agents.iter();
        for (agent, surface) in cells.zip(&self.population.surfaces) {
            let (weight, r) = (agent.weight as f64, p.receptors(agent.kind));
            if r.il7r > 0.0 {
                il7 += weight * il7_receptors(p, r, s.gamma_left(surface));
            }
            if r.il15_access > 0.0 {
                let Surface {
                    beta_free,
                    gamma_free,
                    ..
                } = *surface;
                let (beta, gamma) = (f64::from(beta_free), f64::from(gamma_free));
                il15 += weight * r.il15_access * (beta * s.open.beta).min(gamma * s.open.gamma);
            }
        }
        self.il7.receptors = il7;
        self.il15.receptors = il15;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use paracrine_kernel::rng::Streams;

    /// A level by hand: 0.6 of 10 pM in solution is lost per hour, receptors for 3e9 molecules hold half of them at 5 pM.
    #[test]
    fn a_level_stays_where_making_and_taking_balance() {
        let course = Course {
            unconsumed_pm: 10.0,
            kd_pm: 5.0,
            per_pm: 1e8,
            cleared: 6e8,
            internalisation: 2.0,
            open: 1.0,
        };
        let mut supply = Supply {
            receptors: 3e9,
            ..Supply::default()
        };
        supply.settle(&course);
        // 6e9 = 6e8 c + 6e9 c / (c + 5).
        let exact = (-5.0 + 225f64.sqrt()) / 2.0;
        assert!((supply.pm / exact - 1.0).abs() < 1e-4, "{}", supply.pm);
        let streams = Streams::new(5, 0);
        for step in 0..100 {
            let mut stream = streams.stream(purpose::POOL, AgentKey::NONE, step);
            supply.advance(&course, 1.0, &mut stream);
            assert_eq!(supply.stock.imbalance(), 0);
            assert!((supply.pm / exact - 1.0).abs() < 1e-3, "{}", supply.pm);
        }
        // No cell: back to where nothing takes it up, within a few hours.
        supply.receptors = 0.0;
        for step in 100..120 {
            let mut stream = streams.stream(purpose::POOL, AgentKey::NONE, step);
            supply.advance(&course, 1.0, &mut stream);
        }
        assert!((supply.pm / 10.0 - 1.0).abs() < 1e-3, "{}", supply.pm);
        assert_eq!(supply.stock.imbalance(), 0);
    }
}
