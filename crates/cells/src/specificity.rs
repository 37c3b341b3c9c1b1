//! What antigen receptors recognise, and how much of it is presented.

/// Named antigens of a host; the most that weight classes are kept for.
pub const MOST_ANTIGENS: usize = 8;

/// What the antigen receptor of a cell recognises; daughters, effectors and memory inherit it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// How much of each antigen dendritic cells present, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Presented([f64; 2 + MOST_ANTIGENS]);

impl Presented {
    /// All that any cell recognises, as antibodies against its receptor do or the antigen of a well.
    pub const EVERYTHING: Self = Self([1.0; 2 + MOST_ANTIGENS]);

    /// Self-antigen relative to a normal body, and so much of each named antigen, of which an amount of 1 is half as good as any.
    pub fn new(of_self: f64, amounts: impl Iterator<Item = f64>) -> Self {
        let mut presented = [0.0; 2 + MOST_ANTIGENS];
        presented[Specificity::SELF.index()] = of_self;
        for (presented, amount) in presented[2..].iter_mut().zip(amounts) {
            *presented = amount / (amount + 1.0);
        }
        Self(presented)
    }

    /// What is presented to a specificity.
    pub const fn to(&self, specificity: Specificity) -> f64 {
        self.0[specificity.index()]
    }
}
