//! What a host is exposed to: self, named antigens, microbes.

use super::Host;
use crate::mechanism::costimulation::Costimulation;
use crate::signal::half;
use crate::specificity::{BySpecificity, MOST_ANTIGENS, Specificity};
use serde::{Deserialize, Serialize};

/// What a host is exposed to from birth on.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// Self-antigen that its dendritic cells present, relative to a normal body, 0 to 1.
    pub of_self: f64,
    /// Named antigens, at most [`MOST_ANTIGENS`].
    pub antigens: Vec<Antigen>,
    /// Load of microbes: 0 is germ-free, 1 a specific-pathogen-free mouse.
    pub microbes: f64,
}

impl Default for Exposure {
    fn default() -> Self {
        Self {
            of_self: 1.0,
            antigens: Vec::new(),
            microbes: 1.0,
        }
    }
}

/// A named antigen of a host. Amounts are relative to what is presented half as well as any amount.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Antigen {
    /// Share of new naive CD4⁺ and CD8⁺ cells that recognise it.
    pub precursors: f64,
    /// Amount that the body itself makes.
    pub level: f64,
}

/// What a host is exposed to that changes while it lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Exposed {
    /// Load of microbes.
    pub(super) microbes: f64,
    /// Self-antigen, relative to a normal body.
    pub(super) of_self: f64,
    /// How much of each named antigen the body makes.
    levels: Vec<f64>,
    /// Antigen that was given.
    depots: Vec<Depot>,
}

impl Exposed {
    pub(super) fn at_birth(exposure: &Exposure) -> Self {
        let antigens = exposure.antigens.iter();
        Self {
            microbes: exposure.microbes,
            of_self: exposure.of_self,
            levels: antigens.map(|antigen| antigen.level).collect(),
            depots: Vec::new(),
        }
    }

    /// Sets how much of self or of a named antigen the body makes from now on.
    pub(super) fn make(&mut self, antigen: Specificity, level: f64) {
        match antigen.antigen() {
            Some(number) => {
                if let Some(own) = self.levels.get_mut(number) {
                    *own = level;
                }
            }
            None if antigen == Specificity::SELF => self.of_self = level,
            None => {}
        }
    }
}

/// What is left of an antigen that was given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Depot {
    antigen: u8,
    amount: f64,
    half_life_d: f64,
}

impl Host<'_> {
    /// Named antigens with the specificity for each.
    pub(super) fn antigens(&self) -> impl Iterator<Item = (Specificity, Antigen)> + use<> {
        let all = self.exposure.antigens.clone().into_iter();
        let number = |(index, antigen)| (Specificity::named(index), antigen);
        all.take(MOST_ANTIGENS).enumerate().map(number)
    }

    /// Share of new naive cells that recognise one of the named antigens.
    pub(super) fn precursors(&self) -> f64 {
        self.antigens().map(|(_, antigen)| antigen.precursors).sum()
    }

    /// What is left of a named antigen that was given.
    fn given(&self, antigen: usize) -> f64 {
        let all = self.exposed.depots.iter();
        let own = all.filter(|depot| usize::from(depot.antigen) == antigen);
        own.map(|depot| depot.amount).sum()
    }

    /// The amount of what a specificity is for; that of self relative to a normal body. NaN for what is not followed.
    pub fn amount(&self, specificity: Specificity) -> f64 {
        match specificity.antigen() {
            Some(antigen) => {
                let own = self.exposed.levels.get(antigen);
                own.copied().unwrap_or(0.0) + self.given(antigen)
            }
            None if specificity == Specificity::SELF => self.exposed.of_self,
            None => f64::NAN,
        }
    }

    /// How strongly dendritic cells with this costimulation engage T cells. What the body makes is on all of them, what was given where it
    /// was given; presentation saturates.
    pub(super) fn engagement(&self, costimulation: &Costimulation) -> BySpecificity {
        let by = |(antigen, own): (usize, &f64)| {
            let given = self.given(antigen);
            let strength = own * costimulation.strength + given * costimulation.local;
            strength / (own + given + 1.0)
        };
        let by_antigens = self.exposed.levels.iter().enumerate().map(by);
        BySpecificity::new(self.exposed.of_self * costimulation.strength, by_antigens)
    }

    /// Share of cells that present each named antigen, whatever B7 they have; presentation saturates.
    pub(super) fn presented(&self) -> BySpecificity {
        let by = |antigen| half(self.amount(Specificity::named(antigen)), 1.0);
        BySpecificity::new(0.0, (0..self.exposed.levels.len()).map(by))
    }

    /// Gives an antigen, with microbial signals that a share of the dendritic cells there meets.
    pub(super) fn immunise(&mut self, antigen: u8, dose: f64, half_life_d: f64, adjuvant: f64) {
        let is_alike = |depot: &&mut Depot| {
            depot.antigen == antigen && depot.half_life_d.to_bits() == half_life_d.to_bits()
        };
        match self.exposed.depots.iter_mut().find(is_alike) {
            Some(depot) => depot.amount += dose,
            None => self.exposed.depots.push(Depot {
                antigen,
                amount: dose,
                half_life_d,
            }),
        }
        if adjuvant > 0.0 {
            let now_h = 24.0 * self.age_d();
            self.dendritic.meet_adjuvant(self.p, adjuvant, now_h);
        }
    }

    /// Antigen is lost in the course of a step.
    pub(super) fn clear_antigen(&mut self) {
        let dt_d = self.step_h / 24.0;
        for depot in &mut self.exposed.depots {
            depot.amount *= libm::exp2(-dt_d / depot.half_life_d);
        }
    }
}
