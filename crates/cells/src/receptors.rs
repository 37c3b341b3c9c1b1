//! IL-2 receptors of one cell: binding, assembly, internalisation, turnover.
//!
//! IL-2 (`L`, concentration `c`) binds α with low, βγ with intermediate affinity; both routes meet in the trimer:
//!
//! ```text
//! L + α <-> Lα      L + βγ <-> Lβγ      Lα + βγ <-> Lαβγ      Lβγ + α <-> Lαβγ
//! ```
//!
//! Binding of α (seconds) and the exchange of α on an occupied βγ (a tenth of a second) are fast against everything
//! else, so they are taken at quasi-steady state, and a βγ pair has three slow states: free, occupied (intermediate or
//! high affinity), inside. With `A` free α and `P` free pairs, per pair:
//!
//! ```text
//! free -> occupied    c [ kon_α A k2/(koff_α + k2 P) + kon_βγ ]
//! occupied -> free    k2 Kd2_βγ koff_α/(koff_α + k2 P) p_H + koff_βγ (1 - p_H),   p_H = A/(A + Kd2_α)
//! occupied -> inside  k_int          inside -> degraded  k_deg
//! ```
//!
//! The fraction `koff_α/(koff_α + k2 P)` is the chance that a ligand on α leaves before it meets βγ. In equilibrium the
//! two lines give the two-step binding isotherm exactly (detailed balance holds for any `A`, `P`); with internalisation
//! they give the on-rate limit without a separate cap. The law of the chain `free → occupied → inside` over a step is exact
//! for hazards that are constant in it ([`paracrine_kernel::rows::Chain`]); cells stand side by side in a [`Block`]. β and γ inside are degraded, α recycles (Hémar 1995 J Cell Biol 129:55). Complexes on the
//! surface and, with part weight, inside give the signal (Farhat 2021 Cell Rep).
//!
//! IL-15 occupies free βγ pairs and IL-7 holds γ, both at the concentration of their pools.
//!
//! A second form of IL-2 ([`Form`]: a mutein, a fusion protein, a complex with an antibody) may vie with the cell's own for the same
//! chains. Signal, internalisation and degradation do not tell them apart.

mod block;
mod form;
mod mixture;

pub use block::{Block, Rates};
pub use form::Form;

use crate::model::{Parameters, Receptors};
use crate::signal::half;
use paracrine_kernel::draw;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Forms of IL-2 that a host can be given beside its own.
pub const MOST_GIVEN: usize = 2;

/// Forms of IL-2 that a host can hold: its own first.
pub const FORMS: usize = 1 + MOST_GIVEN;

/// Number of molecule species kept per cell: those of [`Surface`], then what of them holds each form that is given.
pub const SPECIES: usize = SHARED + HOLDERS * MOST_GIVEN;

/// Species whatever they hold.
const SHARED: usize = 8;

/// Places in which a form of IL-2 is held.
const HOLDERS: usize = 3;

/// Receptor molecules of one cell. All are copies per cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// α on the surface, bound or not.
    pub alpha: u32,
    /// β on the surface without IL-2.
    pub beta_free: u32,
    /// γ on the surface without IL-2.
    pub gamma_free: u32,
    /// Surface complexes of IL-2 with βγ, with or without α.
    pub occupied: u32,
    /// Internalised complexes.
    pub inside: u32,
    /// Low-affinity complexes: IL-2 on α alone.
    pub low: u32,
    /// High-affinity complexes: those of `occupied` that hold α.
    pub high: u32,
    /// Free βγ pairs that hold IL-15.
    pub il15: u32,
    /// What of these holds each form of IL-2 that is given.
    pub given: [Given; MOST_GIVEN],
}

/// Complexes of one form of IL-2, copies per cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// On the surface with βγ.
    pub occupied: u32,
    /// Internalised.
    pub inside: u32,
    /// On α alone.
    pub low: u32,
}

impl Given {
    /// Its molecules on and in the cell.
    pub const fn ligand(self) -> u32 {
        self.occupied + self.inside + self.low
    }
}

impl Surface {
    /// The counts in the order of the block's columns.
    pub fn counts(self) -> [u32; SPECIES] {
        let shared = [
            self.alpha,
            self.beta_free,
            self.gamma_free,
            self.occupied,
            self.inside,
            self.low,
            self.high,
            self.il15,
        ];
        let mut counts = [0; SPECIES];
        counts[..SHARED].copy_from_slice(&shared);
        let of_forms = counts[SHARED..].chunks_exact_mut(HOLDERS);
        for (held, given) in of_forms.zip(self.given) {
            held.copy_from_slice(&[given.occupied, given.inside, given.low]);
        }
        counts
    }

    /// IL-2 molecules on and in the cell, of every form.
    pub const fn ligand(&self) -> u32 {
        self.occupied + self.inside + self.low
    }

    /// The same by forms: the cell's own IL-2, then each that is given.
    pub fn ligands(&self) -> [u32; FORMS] {
        let mut ligands = [0; FORMS];
        ligands[0] = self.ligand();
        for (ligand, given) in (1..).zip(self.given) {
            ligands[ligand] = given.ligand();
            ligands[0] -= given.ligand();
        }
        ligands
    }

    /// Intermediate-affinity complexes: IL-2 on βγ without α.
    pub const fn intermediate(&self) -> u32 {
        self.occupied - self.high
    }

    /// β on the surface, free or bound: what a stain for CD122 sees.
    pub const fn beta(&self) -> u32 {
        self.beta_free + self.occupied
    }

    /// γ on the surface, free or bound: what a stain for CD132 sees.
    pub const fn gamma(&self) -> u32 {
        self.gamma_free + self.occupied
    }

    /// γ that neither IL-2 nor IL-15 holds: what IL-7Rα can have.
    pub const fn gamma_available(&self) -> u32 {
        self.gamma_free - self.il15
    }

    /// Binomial halves of every species, for two daughters.
    pub fn halve<R: Rng + ?Sized>(self, rng: &mut R) -> (Self, Self) {
        let mut half = |n: u32| draw::binomial(rng, u64::from(n), 0.5) as u32;
        // A complex goes to one daughter whole, with the chains and the form of IL-2 it holds.
        let high_and_low = self.high + self.low;
        // Which of the complexes of a form hold α is not kept: as many as of all that are left.
        let (mut own_high, mut own_occupied) = (self.high, self.occupied);
        let parts = self.given.map(|given| {
            let share = f64::from(own_high) / f64::from(own_occupied.max(1));
            let high = (f64::from(given.occupied) * share).round() as u32;
            own_high -= high;
            own_occupied -= given.occupied;
            [high, given.occupied - high]
        });
        let sum = |of: fn(&Given) -> u32| self.given.iter().map(of).sum::<u32>();
        let mut high = half(own_high);
        let mut low = half(self.low - sum(|given| given.low));
        let il15 = half(self.il15);
        let alpha_alone = half(self.alpha - high_and_low);
        let beta_alone = half(self.beta_free - self.il15);
        let gamma_alone = half(self.gamma_free - self.il15);
        let mut other = half(own_occupied - own_high);
        let mut inside = half(self.inside - sum(|given| given.inside));
        let mut given = self.given;
        for (given, parts) in given.iter_mut().zip(parts) {
            let [own_high, own_other] = parts.map(&mut half);
            *given = Given {
                occupied: own_high + own_other,
                inside: half(given.inside),
                low: half(given.low),
            };
            high += own_high;
            other += own_other;
            inside += given.inside;
            low += given.low;
        }
        let one = Self {
            alpha: high + low + alpha_alone,
            beta_free: il15 + beta_alone,
            gamma_free: il15 + gamma_alone,
            occupied: high + other,
            inside,
            low,
            high,
            il15,
            given,
        };
        let rest = |a: [u32; SPECIES], b: [u32; SPECIES]| -> [u32; SPECIES] {
            std::array::from_fn(|i| a[i] - b[i])
        };
        (one, Self::from(rest(self.counts(), one.counts())))
    }
}

impl From<[u32; SPECIES]> for Surface {
    fn from(c: [u32; SPECIES]) -> Self {
        Self {
            alpha: c[0],
            beta_free: c[1],
            gamma_free: c[2],
            occupied: c[3],
            inside: c[4],
            low: c[5],
            high: c[6],
            il15: c[7],
            given: std::array::from_fn(|form| {
                let held = &c[SHARED + HOLDERS * form..];
                Given {
                    occupied: held[0],
                    inside: held[1],
                    low: held[2],
                }
            }),
        }
    }
}

/// Synthesis of the three chains in one cell, as the copies they would sustain without ligand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Synthesis {
    /// α, copies per cell.
    pub alpha: f64,
    /// β, copies per cell.
    pub beta: f64,
    /// γ, copies per cell.
    pub gamma: f64,
}

/// What one cell exchanged with the pool of a form of IL-2 in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Molecules taken from the pool (negative: given back), per cell.
    pub taken: i64,
    /// Molecules degraded inside, per cell.
    pub degraded: u32,
}

impl Exchange {
    /// Undoes bindings of a form to `surface` until no more than `available` molecules are taken: what the pool cannot give was not
    /// bound.
    pub fn limit(&mut self, surface: &mut Surface, form: usize, available: i64) {
        for slot in [Slot::Low, Slot::Occupied, Slot::Inside] {
            let excess = self.taken.saturating_sub(available);
            if excess <= 0 {
                return;
            }
            let excess = u32::try_from(excess).unwrap_or(u32::MAX);
            self.taken -= i64::from(slot.undo(surface, form, excess));
        }
        let excess = self.taken.saturating_sub(available).max(0);
        let undigested = u32::try_from(excess).unwrap_or(u32::MAX).min(self.degraded);
        self.degraded -= undigested;
        self.taken -= i64::from(undigested);
    }
}

enum Slot {
    Low,
    Occupied,
    Inside,
}

impl Slot {
    /// Takes back up to `n` bindings of a form; returns how many.
    fn undo(&self, surface: &mut Surface, form: usize, n: u32) -> u32 {
        let all = match self {
            Self::Low => &mut surface.low,
            Self::Occupied => &mut surface.occupied,
            Self::Inside => &mut surface.inside,
        };
        let mut of_forms = surface.given.iter_mut().map(|given| match self {
            Self::Low => &mut given.low,
            Self::Occupied => &mut given.occupied,
            Self::Inside => &mut given.inside,
        });
        let n = match form.checked_sub(1) {
            None => n.min(*all - of_forms.map(|given| *given).sum::<u32>()),
            Some(place) => of_forms.nth(place).map_or(0, |given| {
                let n = n.min(*given);
                *given -= n;
                n
            }),
        };
        *all -= n;
        if matches!(self, Self::Occupied) {
            surface.high = surface.high.min(surface.occupied);
            surface.beta_free += n;
            surface.gamma_free += n;
        }
        n
    }
}

/// Signalling complexes of one cell: IL-2 with βγ on the surface, inside with part weight, and IL-15 with βγ.
pub fn signalling_complexes(p: &Parameters, surface: &Surface) -> f64 {
    f64::from(surface.occupied + surface.il15) + p.endosome_signal * f64::from(surface.inside)
}

/// β on a cell that sustains so many copies without ligand where the share `held` of it holds IL-15, which takes β in with it.
pub fn beta_beside_il15(p: &Parameters, sustained: f64, held: f64) -> f64 {
    sustained / (1.0 + (p.internalisation / p.betagamma_loss - 1.0) * held)
}

/// IL-7Rα of a cell that finds a γ, copies: it needs one that the cell has left.
pub fn il7_receptors(p: &Parameters, receptors: &Receptors, gamma: f64) -> f64 {
    receptors.il7r * half(gamma, p.il7_gamma_half)
}

/// Complexes of IL-7 on a cell with so many γ left, at `c` pM, copies. Each holds a γ.
pub fn il7_complexes(p: &Parameters, receptors: &Receptors, gamma: f64, c: f64) -> f64 {
    il7_receptors(p, receptors, gamma) * half(c, p.il7_kd)
}

/// IL-7 survival signal, 0 to 1, at `c` pM of IL-7.
pub fn il7_signal(p: &Parameters, receptors: &Receptors, gamma: f64, c: f64) -> f64 {
    half(il7_complexes(p, receptors, gamma, c), p.il7_half_signal)
}

/// Complexes of `a` and `b` partners at equilibrium with dissociation constant `kd`, all in copies per cell.
pub(crate) fn shared(a: f64, b: f64, kd: f64) -> f64 {
    if a <= 0.0 || b <= 0.0 {
        return 0.0;
    }
    let sum = a + b + kd;
    2.0 * a * b / (sum + libm::sqrt(sum * sum - 4.0 * a * b))
}

/// Surface complexes with βγ in equilibrium at `c` pM: the two-step isotherm without internalisation.
///
/// `alpha` and `pairs` are copies per cell, free and bound together. Used for thymic precursors, which are not agents,
/// and as the closed form that the stochastic receptors are tested against (parameters sheet, H1 and H2).
pub fn equilibrium_complexes(p: &Parameters, alpha: f64, pairs: f64, c: f64) -> f64 {
    complexes_with(p, alpha, pairs, c, [])
}

/// The same beside so many pM of each form that is given.
pub fn complexes_with(
    p: &Parameters,
    alpha: f64,
    pairs: f64,
    c: f64,
    given: impl IntoIterator<Item = (Form, f64)>,
) -> f64 {
    let (mut xa, mut xb) = (c / p.kd_alpha_pm(), c / p.kd_betagamma_pm());
    // Of α that holds a ligand, the share that would bind a pair as firmly as with the cell's own IL-2.
    let mut through = xa;
    for (form, pm) in given {
        let a = pm * form.alpha / p.kd_alpha_pm();
        xa += a;
        xb += pm * form.beta_gamma * form.in_solution / p.kd_betagamma_pm();
        through += a * form.beta_gamma;
    }
    if (through <= 0.0 && xb <= 0.0) || pairs <= 0.0 {
        return 0.0;
    }
    let trimers = if through > 0.0 {
        let kd = p.kd2_betagamma * (1.0 + xa) * (1.0 + xb) / through;
        shared(alpha, pairs, kd)
    } else {
        0.0
    };
    trimers + (pairs - trimers) * xb / (1.0 + xb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_add_up() {
        let mut rng = paracrine_kernel::rng::Streams::new(1, 0).stream(
            crate::purpose::RECEPTORS,
            paracrine_kernel::rng::AgentKey::NONE,
            0,
        );
        let whole = Surface {
            alpha: 1001,
            beta_free: 77,
            gamma_free: 9999,
            occupied: 13,
            inside: 5,
            low: 1,
            high: 12,
            il15: 30,
            given: [
                Given {
                    occupied: 6,
                    inside: 3,
                    low: 0,
                },
                Given {
                    occupied: 7,
                    inside: 2,
                    low: 1,
                },
            ],
        };
        let (one, two) = whole.halve(&mut rng);
        for ((a, b), all) in one
            .counts()
            .into_iter()
            .zip(two.counts())
            .zip(whole.counts())
        {
            assert_eq!(a + b, all);
        }
        for daughter in [one, two] {
            assert!(daughter.high <= daughter.occupied);
            assert!(daughter.high + daughter.low <= daughter.alpha);
            assert!(daughter.il15 <= daughter.beta_free.min(daughter.gamma_free));
            // Nothing is left of IL-2 itself, of which there was none.
            assert_eq!(daughter.ligands()[0], 0);
            let given = daughter.given.iter();
            let occupied: u32 = given.map(|given| given.occupied).sum();
            assert_eq!(occupied, daughter.occupied);
        }
    }
}
