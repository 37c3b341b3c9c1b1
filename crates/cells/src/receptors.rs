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
//! they give the on-rate limit without a separate cap. The chain `free → occupied → inside` is one block of the kernel's
//! first-order leap. β and γ inside are degraded, α recycles (Hémar 1995 J Cell Biol 129:55). Complexes on the
//! surface and, with part weight, inside give the signal (Farhat 2021 Cell Rep).
//!
//! IL-15 occupies free βγ pairs and IL-7 takes γ, both from constant pools.

use crate::model::{Parameters, Receptors};
use paracrine_kernel::draw;
use paracrine_kernel::leap::{Hazards, ImmigrationDeath};
use rand::Rng;

/// Number of molecule species kept per cell.
pub const SPECIES: usize = 8;

/// Receptor molecules of one cell. All are copies per cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
}

impl Surface {
    /// The counts in the order of the block's columns.
    pub const fn counts(self) -> [u32; SPECIES] {
        [
            self.alpha,
            self.beta_free,
            self.gamma_free,
            self.occupied,
            self.inside,
            self.low,
            self.high,
            self.il15,
        ]
    }

    /// IL-2 molecules on and in the cell.
    pub const fn ligand(&self) -> u32 {
        self.occupied + self.inside + self.low
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

    /// Binomial halves of every species, for two daughters.
    pub fn halve<R: Rng + ?Sized>(self, rng: &mut R) -> (Self, Self) {
        let mut half = |n: u32| draw::binomial(rng, u64::from(n), 0.5) as u32;
        // A complex goes to one daughter whole, with the chains it holds.
        let high_and_low = self.high + self.low;
        let high = half(self.high);
        let low = half(self.low);
        let il15 = half(self.il15);
        let one = Self {
            alpha: high + low + half(self.alpha - high_and_low),
            beta_free: il15 + half(self.beta_free - self.il15),
            gamma_free: il15 + half(self.gamma_free - self.il15),
            occupied: high + half(self.occupied - self.high),
            inside: half(self.inside),
            low,
            high,
            il15,
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
        }
    }
}

/// Synthesis of the three chains in one cell, as the copies they would sustain without ligand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Synthesis {
    /// α, copies per cell.
    pub alpha: f64,
    /// β, copies per cell.
    pub beta: f64,
    /// γ, copies per cell.
    pub gamma: f64,
}

/// Rates of one cell for one step, with α and γ frozen; everything but the ligand concentration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binding {
    /// Occupation hazard of a β per pM of IL-2, 1/(h pM).
    pub on_per_pm: f64,
    /// Hazard of an occupied pair losing its ligand, 1/h.
    pub off: f64,
    /// β synthesis, copies/h.
    pub beta_synthesis: f64,
    /// Low-affinity complexes per pM of IL-2.
    pub low_per_pm: f64,
    /// Probability that an occupied pair holds α.
    pub high_share: f64,
    /// Low-affinity complexes at the start, copies.
    pub low: f64,
    /// Counts of the chain at the start: free β, occupied, inside.
    pub chain: [u32; 3],
}

const OUT: usize = 2;
type Chain = Hazards<3, OUT>;

impl Binding {
    /// Freezes one cell's rates.
    pub fn new(p: &Parameters, surface: &Surface, synthesis: &Synthesis) -> Self {
        let occupied = f64::from(surface.occupied);
        let trimers = shared(occupied, f64::from(surface.alpha), p.kd2_alpha());
        let alpha = f64::from(surface.alpha) - trimers;
        let beta = f64::from(surface.beta_free);
        let pairs = beta.min(f64::from(surface.gamma_free)) - f64::from(surface.il15);
        let pairs = pairs.max(0.0);
        // Chance that a free β has a γ; with no β free, that of the next one.
        let paired = if beta > 0.0 {
            pairs / beta
        } else {
            f64::from(surface.gamma_free.min(1))
        };
        let assembly = p.kf_membrane * pairs;
        let escape = p.koff_alpha / (p.koff_alpha + assembly);
        let capture = p.kf_membrane / (p.koff_alpha + assembly);
        let high_share = alpha / (alpha + p.kd2_alpha());
        Self {
            on_per_pm: 3600e-12 * (p.kon_alpha * alpha * capture + p.kon_betagamma) * paired,
            off: 3600.0
                * (p.kf_membrane * p.kd2_betagamma * escape * high_share
                    + p.koff_betagamma * (1.0 - high_share)),
            beta_synthesis: synthesis.beta * p.betagamma_loss,
            low_per_pm: alpha / p.kd_alpha_pm(),
            high_share,
            low: f64::from(surface.low),
            chain: [surface.beta_free, surface.occupied, surface.inside],
        }
    }

    /// Hazards of the chain free β, occupied, inside (exits: turnover, degradation) at `c` pM, per hour.
    pub fn hazards(&self, p: &Parameters, c: f64) -> Chain {
        let mut hazards = Chain::default();
        hazards.hop[0][1] = self.on_per_pm * c;
        hazards.hop[1][0] = self.off;
        hazards.hop[1][2] = p.internalisation;
        hazards.exit[0][0] = p.betagamma_loss;
        hazards.exit[2][1] = p.endosome_degradation;
        hazards.arrival[0] = self.beta_synthesis;
        hazards
    }

    /// Mean uptake of one cell in `dt` hours as a function of the concentration.
    pub fn uptake(&self, p: &Parameters, dt: f64) -> Uptake {
        let [free, occupied, _] = self.chain.map(f64::from);
        let kept = 1.0 + dt * p.betagamma_loss;
        let taken = 1.0 + dt * p.internalisation;
        let on = dt * self.on_per_pm;
        Uptake {
            constant: taken * occupied * kept,
            linear: taken * on * (occupied + free + dt * self.beta_synthesis),
            divisor: kept * (taken + dt * self.off),
            saturation: on * taken,
            low: self.low_per_pm,
            released: occupied + self.low,
        }
    }
}

/// Mean IL-2 uptake of one cell in a step, as a function of concentration: the implicit step of the chain in closed form.
///
/// One sub-step of the leap ([`paracrine_kernel::leap::Transition::mean`]) solved for the occupied pairs; what is inside or degraded beyond
/// the start came from them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uptake {
    constant: f64,
    linear: f64,
    divisor: f64,
    saturation: f64,
    low: f64,
    released: f64,
}

impl Uptake {
    /// Mean number of molecules taken from the pool at `c` pM, less those given back.
    pub fn at(&self, c: f64) -> f64 {
        (self.constant + self.linear * c) / (self.divisor + self.saturation * c) + self.low * c
            - self.released
    }
}

/// A cell at the start of its step, with its rates frozen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Receptors at the start.
    pub before: Surface,
    /// Synthesis.
    pub synthesis: Synthesis,
    /// Binding and trafficking.
    pub binding: Binding,
}

impl Turn {
    /// Freezes the rates of a cell.
    pub fn new(p: &Parameters, before: Surface, synthesis: Synthesis) -> Self {
        Self {
            before,
            synthesis,
            binding: Binding::new(p, &before, &synthesis),
        }
    }
}

/// What one cell exchanged with the pool in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Molecules taken from the pool (negative: given back), per cell.
    pub taken: i64,
    /// Molecules degraded inside, per cell.
    pub degraded: u32,
}

/// Turnover of the chains without ligand during a step, computed once for all cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turnover {
    /// Length of the step, h.
    pub dt: f64,
    alpha: ImmigrationDeath,
    gamma: ImmigrationDeath,
}

impl Turnover {
    /// Turnover over `dt` hours.
    pub fn new(p: &Parameters, dt: f64) -> Self {
        Self {
            dt,
            alpha: ImmigrationDeath::new(p.alpha_loss, dt),
            gamma: ImmigrationDeath::new(p.betagamma_loss, dt),
        }
    }
}

/// What one cell meets during a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Mean IL-2 concentration, pM.
    pub il2: f64,
    /// Share of free βγ pairs that hold IL-15.
    pub il15_occupancy: f64,
    /// What the pool can give, molecules per cell; binding beyond it is undone.
    pub available: i64,
}

/// Columns of the block that hold the chain free β, occupied, inside.
pub const CHAIN: [usize; 3] = [1, 3, 4];

/// Completes one cell's step after the leap of its chain, and returns what it exchanged with the pool.
///
/// `before` is the cell at the start, `surface` the same with the chain leapt; `degraded` molecules left the chain.
/// Draws some eight counts.
pub fn settle<R: Rng + ?Sized>(
    p: &Parameters,
    turn: &Turn,
    surface: &mut Surface,
    degraded: u32,
    turnover: &Turnover,
    conditions: &Conditions,
    rng: &mut R,
) -> Exchange {
    let Conditions {
        il2: c,
        il15_occupancy,
        available,
    } = *conditions;
    let Turn {
        before,
        synthesis,
        binding,
    } = turn;
    let internalised = i64::from(surface.inside) + i64::from(degraded) - i64::from(before.inside);
    let internalised = u32::try_from(internalised).unwrap_or(0);

    // γ: turnover, then what the complexes bound or took inside.
    let gamma = turnover
        .gamma
        .draw(rng, surface.gamma_free, synthesis.gamma);
    let bound = i64::from(surface.occupied) - i64::from(before.occupied) + i64::from(internalised);
    surface.gamma_free = u32::try_from(i64::from(gamma) - bound).unwrap_or(0);

    // α: turnover, and the share of internalised α that does not recycle.
    let lost = 1.0 - p.alpha_recycled;
    let alpha = turnover.alpha.draw(rng, surface.alpha, synthesis.alpha);
    let swallowed = draw::binomial(rng, u64::from(internalised), binding.high_share * lost) as u32;
    surface.alpha = alpha.saturating_sub(swallowed);

    // α and occupied pairs share trimers at equilibrium; neither can hold more than there are of the other.
    let most = surface.occupied.min(surface.alpha);
    let trimers = shared(
        f64::from(surface.occupied),
        f64::from(surface.alpha),
        p.kd2_alpha(),
    );
    surface.high = draw::binomial(rng, u64::from(most), trimers / f64::from(most.max(1))) as u32;
    let x = c / p.kd_alpha_pm();
    surface.low =
        draw::binomial(rng, u64::from(surface.alpha - surface.high), x / (1.0 + x)) as u32;
    let pairs = surface.beta_free.min(surface.gamma_free);
    surface.il15 = draw::binomial(rng, u64::from(pairs), il15_occupancy) as u32;

    // The pool never goes negative: what it cannot give was not bound.
    let mut taken = i64::from(surface.ligand()) + i64::from(degraded) - i64::from(before.ligand());
    for slot in [Slot::Low, Slot::Occupied, Slot::Inside] {
        if taken <= available {
            break;
        }
        taken -= i64::from(slot.undo(
            surface,
            u32::try_from(taken.saturating_sub(available)).unwrap_or(u32::MAX),
        ));
    }
    let undigested = u32::try_from(taken.saturating_sub(available).max(0))
        .unwrap_or(u32::MAX)
        .min(degraded);
    Exchange {
        taken: taken - i64::from(undigested),
        degraded: degraded - undigested,
    }
}

enum Slot {
    Low,
    Occupied,
    Inside,
}

impl Slot {
    /// Takes back up to `n` bindings; returns how many.
    fn undo(&self, surface: &mut Surface, n: u32) -> u32 {
        match self {
            Self::Low => {
                let n = n.min(surface.low);
                surface.low -= n;
                n
            }
            Self::Occupied => {
                let n = n.min(surface.occupied);
                surface.occupied -= n;
                surface.high = surface.high.min(surface.occupied);
                surface.beta_free += n;
                surface.gamma_free += n;
                n
            }
            Self::Inside => {
                let n = n.min(surface.inside);
                surface.inside -= n;
                n
            }
        }
    }
}

/// Signalling complexes of one cell: IL-2 with βγ on the surface, inside with part weight, and IL-15 with βγ.
pub fn signalling_complexes(p: &Parameters, surface: &Surface) -> f64 {
    f64::from(surface.occupied + surface.il15) + p.endosome_signal * f64::from(surface.inside)
}

/// IL-7 survival signal, 0 to 1, at `c` pM of IL-7: IL-7Rα needs the γ chain the cell has left.
pub fn il7_signal(p: &Parameters, receptors: &Receptors, gamma: f64, c: f64) -> f64 {
    let complexes = receptors.il7r * c / (c + p.il7_kd) * gamma / (gamma + p.il7_gamma_half);
    complexes / (complexes + p.il7_half_signal)
}

/// Complexes of `a` and `b` partners at equilibrium with dissociation constant `kd`, all in copies per cell.
fn shared(a: f64, b: f64, kd: f64) -> f64 {
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
    if c <= 0.0 || pairs <= 0.0 {
        return 0.0;
    }
    let (xa, xb) = (c / p.kd_alpha_pm(), c / p.kd_betagamma_pm());
    let kd = p.kd2_betagamma * (1.0 + xa) * (1.0 + xb) / xa;
    let trimers = shared(alpha, pairs, kd);
    trimers + (pairs - trimers) * xb / (1.0 + xb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use paracrine_kernel::leap::Transition;

    #[test]
    fn closed_uptake_is_that_of_the_leap() {
        let p = crate::model::tests::parameters();
        let surface = Surface {
            alpha: 9000,
            beta_free: 600,
            gamma_free: 8000,
            occupied: 70,
            inside: 40,
            low: 3,
            high: 60,
            il15: 10,
        };
        let synthesis = Synthesis {
            alpha: 1e4,
            beta: 900.0,
            gamma: 1e4,
        };
        let binding = Binding::new(&p, &surface, &synthesis);
        for dt in [0.1, 1.0, 4.0] {
            for c in [0.0, 0.3, 20.0, 1e4] {
                let leap = Transition::new(&binding.hazards(&p, c), dt, 0);
                let [_, occupied, inside] = leap.mean(&binding.chain);
                let [_, degraded] = leap.mean_exits(&binding.chain);
                let mean = occupied + inside + degraded + binding.low_per_pm * c
                    - f64::from(surface.ligand());
                let closed = binding.uptake(&p, dt).at(c);
                assert!(
                    (closed - mean).abs() < 1e-9 * mean.abs().max(1.0),
                    "{closed} {mean} at {c} pM, {dt} h"
                );
            }
        }
    }

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
        }
    }
}
