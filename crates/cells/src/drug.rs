//! Antibodies and fusion proteins that are given: what they hold, how firmly, and for how long they stay.
//!
//! One compartment: a dose spreads at once through the volume of antibody and is lost exponentially. At `c` pM a receptor or a costimulator
//! is held, and so blocked, with the probability `c/(c + Kd)`; a ligand that is a constant of the host is held likewise, free IL-2 is caught
//! for good, in tissue, medium and serum, which uses the drug up. Cells that carry what is held may be killed.

use crate::kind::Group;
use crate::model::{DrugEntry, Parameters};
use crate::pool::MOLECULES_PER_PM_ML;
use crate::population::Agent;
use crate::receptors::Surface;
use crate::signal::half;
use serde::{Deserialize, Serialize};

/// What a drug holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Free IL-2.
    Il2,
    /// IL-7.
    Il7,
    /// IL-15.
    Il15,
    /// IFN-γ.
    IfnGamma,
    /// IL-2Rα.
    Alpha,
    /// IL-2Rβ.
    Beta,
    /// The common γ chain.
    Gamma,
    /// CD80 and CD86 on dendritic cells.
    B7,
    /// CD40L on activated T cells.
    Cd40l,
    /// A marker of all cells of a group, which does nothing itself.
    Cells(Group),
}

impl Target {
    const MOLECULES: [Self; 9] = [
        Self::Il2,
        Self::Il7,
        Self::Il15,
        Self::IfnGamma,
        Self::Alpha,
        Self::Beta,
        Self::Gamma,
        Self::B7,
        Self::Cd40l,
    ];

    /// All targets, in a fixed order.
    pub fn all() -> impl Iterator<Item = Self> {
        let groups = Group::all().map(Self::Cells);
        Self::MOLECULES.into_iter().chain(groups)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Il2 => "IL-2",
            Self::Il7 => "IL-7",
            Self::Il15 => "IL-15",
            Self::IfnGamma => "IFN-γ",
            Self::Alpha => "CD25",
            Self::Beta => "CD122",
            Self::Gamma => "CD132",
            Self::B7 => "B7",
            Self::Cd40l => "CD40L",
            Self::Cells(group) => group.name(),
        }
    }

    /// The target with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|target| target.name() == name)
    }

    /// How much of it a cell has, as a share of full sensitivity to killing.
    fn exposure(self, p: &Parameters, agent: &Agent, surface: &Surface) -> f64 {
        let copies = |copies: u32| half(f64::from(copies), p.killing_half_copies);
        match self {
            Self::Alpha => copies(surface.alpha),
            Self::Beta => copies(surface.beta()),
            Self::Gamma => copies(surface.gamma()),
            Self::Cells(group) => f64::from(u8::from(group.contains(p, agent))),
            _ => 0.0,
        }
    }

    /// Whether cells carry it, so that a drug may kill them.
    pub const fn is_on_cells(self) -> bool {
        matches!(
            self,
            Self::Alpha | Self::Beta | Self::Gamma | Self::Cells(_)
        )
    }
}

/// A drug.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drug {
    /// What it holds.
    pub target: Target,
    /// Dissociation constant, pM.
    pub kd_pm: f64,
    /// Half-life in the body, d. In a well it stays.
    pub half_life_d: f64,
    /// Hazard of death of cells that carry much of the target, all of it held, 1/d.
    pub killing: f64,
}

impl Drug {
    /// The drug of a model's table; `None` if its target has no such name.
    pub fn new(entry: &DrugEntry) -> Option<Self> {
        Some(Self {
            target: Target::from_name(&entry.target)?,
            kd_pm: entry.kd_pm,
            half_life_d: entry.half_life_d,
            killing: entry.killing_per_d,
        })
    }

    /// Probability that a target is held at `c` pM of the drug.
    pub fn held(&self, c: f64) -> f64 {
        half(c, self.kd_pm)
    }

    /// Hazard of a cell of being killed at `c` pM, 1/d.
    pub fn hazard(&self, p: &Parameters, c: f64, agent: &Agent, surface: &Surface) -> f64 {
        self.killing * self.held(c) * self.target.exposure(p, agent, surface)
    }
}

/// A drug in a host.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The drug.
    pub drug: Drug,
    /// Molecules in the host.
    pub molecules: f64,
    /// Its concentration, pM.
    pub pm: f64,
}

impl Course {
    /// A drug of which nothing was given yet.
    pub const fn new(drug: Drug) -> Self {
        Self {
            drug,
            molecules: 0.0,
            pm: 0.0,
        }
    }

    /// Spreads it through a volume.
    pub fn spread(&mut self, volume_ml: f64) {
        self.pm = self.molecules / (volume_ml * MOLECULES_PER_PM_ML);
    }

    /// Rate at which it catches free IL-2, 1/h: what it lets go of over its dissociation constant is what it binds.
    fn catches(&self, p: &Parameters) -> f64 {
        match self.drug.target {
            Target::Il2 => 3600.0 * p.antibody_off / self.drug.kd_pm * self.pm,
            _ => 0.0,
        }
    }

    /// Loses of it what a body does in `dt_d` days.
    pub fn decline(&mut self, dt_d: f64) {
        self.molecules *= libm::exp2(-dt_d / self.drug.half_life_d);
    }
}

/// How many molecules of IL-2 these drugs can catch; each of theirs holds two.
pub fn room(courses: &[Course]) -> f64 {
    let catching = courses
        .iter()
        .filter(|course| course.drug.target == Target::Il2);
    catching.map(|course| 2.0 * course.molecules).sum()
}

/// Uses up drugs that caught so many molecules of IL-2 together; each holds two.
pub fn use_up(p: &Parameters, courses: &mut [Course], caught: f64) {
    let all: f64 = courses.iter().map(|course| course.catches(p)).sum();
    for course in courses {
        let share = course.catches(p) / all;
        course.molecules = (course.molecules - 0.5 * share * caught).max(0.0);
    }
}

/// What drugs leave open, as shares of all there is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Open {
    /// IL-2Rα.
    pub alpha: f64,
    /// IL-2Rβ.
    pub beta: f64,
    /// The common γ chain.
    pub gamma: f64,
    /// IL-7.
    pub il7: f64,
    /// IL-15.
    pub il15: f64,
    /// IFN-γ.
    pub ifn_gamma: f64,
    /// B7.
    pub b7: f64,
    /// CD40L.
    pub cd40l: f64,
    /// Rate at which free IL-2 is caught, 1/h.
    pub il2_caught: f64,
}

impl Default for Open {
    /// No drug.
    fn default() -> Self {
        Self {
            alpha: 1.0,
            beta: 1.0,
            gamma: 1.0,
            il7: 1.0,
            il15: 1.0,
            ifn_gamma: 1.0,
            b7: 1.0,
            cd40l: 1.0,
            il2_caught: 0.0,
        }
    }
}

impl Open {
    /// What several drugs leave open together.
    pub fn beside(p: &Parameters, courses: &[Course]) -> Self {
        let mut open = Self::default();
        for course in courses {
            let free = 1.0 - course.drug.held(course.pm);
            match course.drug.target {
                Target::Il2 => open.il2_caught += course.catches(p),
                Target::Il7 => open.il7 *= free,
                Target::Il15 => open.il15 *= free,
                Target::IfnGamma => open.ifn_gamma *= free,
                Target::Alpha => open.alpha *= free,
                Target::Beta => open.beta *= free,
                Target::Gamma => open.gamma *= free,
                Target::B7 => open.b7 *= free,
                Target::Cd40l => open.cd40l *= free,
                Target::Cells(_) => {}
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_targets_are_unique_and_found() {
        let names: Vec<&str> = Target::all().map(Target::name).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name}");
            assert!(Target::from_name(name).is_some());
        }
    }

    /// Half of a dose is left after a half-life; at the dissociation constant half of the target is held.
    #[test]
    fn a_dose_spreads_and_declines() {
        let drug = Drug {
            target: Target::Alpha,
            kd_pm: 200.0,
            half_life_d: 6.0,
            killing: 0.0,
        };
        let mut course = Course::new(drug);
        course.molecules = 400.0 * 1.5 * MOLECULES_PER_PM_ML;
        course.decline(6.0);
        course.spread(1.5);
        assert!((course.pm - 200.0).abs() < 1e-9);
        let p = crate::model::tests::parameters();
        let open = Open::beside(&p, &[course, course]);
        assert!((open.alpha - 0.25).abs() < 1e-12);
        assert_eq!(Open { alpha: 1.0, ..open }, Open::default());
    }
}
