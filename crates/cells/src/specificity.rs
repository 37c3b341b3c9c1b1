//! What antigen receptors recognise, and how strongly it engages them.

use serde::{Deserialize, Serialize};

/// Named antigens of a host; the most that weight classes are kept for.
pub const MOST_ANTIGENS: usize = 8;

/// What the antigen receptor of a cell recognises; daughters, effectors and memory inherit it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Specificity(u8);

impl Specificity {
    /// Nothing that is followed: the countless antigens of the environment.
    pub const OTHER: Self = Self(0);
    /// Self-antigen.
    pub const SELF: Self = Self(1);

    /// The antigen with this place among those of the host, below [`MOST_ANTIGENS`].
    pub const fn named(antigen: usize) -> Self {
        assert!(
            antigen < MOST_ANTIGENS,
            "more antigens than a host may have"
        );
        Self(2 + antigen as u8)
    }

    /// The place of its antigen among those of the host, if it is one of them.
    pub const fn antigen(self) -> Option<usize> {
        match self.0 {
            0 | 1 => None,
            number => Some(number as usize - 2),
        }
    }

    /// Whether it is for self-antigen or for one of the host's named antigens.
    pub const fn is_followed(self) -> bool {
        self.0 > 0
    }

    /// Its number: 0 for what is not followed, 1 for self, then the antigens in their order.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A number for each specificity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BySpecificity([f64; 2 + MOST_ANTIGENS]);

impl BySpecificity {
    /// That of self and that of each named antigen, nothing for what is not followed.
    pub fn new(of_self: f64, of_antigens: impl Iterator<Item = f64>) -> Self {
        let mut all = Self::default();
        all.add(Specificity::SELF, of_self);
        for (number, of_antigen) in all.0[2..].iter_mut().zip(of_antigens) {
            *number = of_antigen;
        }
        all
    }

    /// The same for all.
    pub const fn of_all(number: f64) -> Self {
        Self([number; 2 + MOST_ANTIGENS])
    }

    /// That of a specificity.
    pub const fn of(&self, specificity: Specificity) -> f64 {
        self.0[specificity.index()]
    }

    /// Adds to that of a specificity.
    pub fn add(&mut self, specificity: Specificity, number: f64) {
        self.0[specificity.index()] += number;
    }

    /// What a function makes of each number.
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        Self(self.0.map(function))
    }
}
