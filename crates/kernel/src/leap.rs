//! Binomial leap over a block of many cells that share one first-order network.
//!
//! In a first-order network every molecule hops between species, or leaves, independently of all others, and new
//! molecules arrive at a constant rate. Over a time `dt` with constant hazards the law of such a network is a sum of
//! multinomials (where are the molecules that were there?) and of Poisson counts (where are those that came?)
//! (Jahnke and Huisinga 2007, J Math Biol 54:1, doi 10.1007/s00285-006-0034-x). A leap draws from that law with the
//! transition probabilities of the *implicit* scheme
//!
//! ```text
//! R = (I - h Q)^-1,   P(dt) ~ R^m,   h = dt / m,   m = 2^halvings
//! ```
//!
//! where `Q` holds the hazards. `R` is a stochastic matrix for every `h`, so no count goes negative and no rate is too
//! stiff; the stationary law of the network is also that of the leap, whatever the step; the transient error falls as
//! `1/m`. Hazards that depend on other species are frozen during the step: that is the error of the leap.
//!
//! What this module does not do: second-order reactions inside a cell (freeze the partner into the hazard) and step
//! size control.

use crate::draw;
use rand::Rng;

/// Hazards of a first-order network of `N` species with `E` ways out, for one cell and one step.
///
/// All rates share one unit of time, which the caller chooses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hazards<const N: usize, const E: usize> {
    /// `hop[s][t]`: hazard of one molecule of species `s` turning into species `t`; the diagonal is ignored.
    pub hop: [[f64; N]; N],
    /// `exit[s][e]`: hazard of one molecule of species `s` leaving by exit `e`.
    pub exit: [[f64; E]; N],
    /// `arrival[s]`: molecules of species `s` that arrive per time, independent of the state.
    pub arrival: [f64; N],
}

impl<const N: usize, const E: usize> Default for Hazards<N, E> {
    fn default() -> Self {
        Self {
            hop: [[0.0; N]; N],
            exit: [[0.0; E]; N],
            arrival: [0.0; N],
        }
    }
}

/// Where the molecules of one cell are after a step, as probabilities and as mean arrivals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transition<const N: usize, const E: usize> {
    /// `stay[s][t]`: probability that a molecule of `s` is in species `t` at the end.
    pub stay: [[f64; N]; N],
    /// `exit[s][e]`: probability that a molecule of `s` has left by exit `e`.
    pub exit: [[f64; E]; N],
    /// Mean number of arrivals found in each species at the end.
    pub arrived: [f64; N],
    /// Mean number of arrivals that have already left, by exit.
    pub passed: [f64; E],
}

impl<const N: usize, const E: usize> Transition<N, E> {
    /// The transition over `dt` in `2^halvings` implicit sub-steps.
    ///
    /// Does not draw. Hazards must be finite and not negative.
    pub fn new(hazards: &Hazards<N, E>, dt: f64, halvings: u32) -> Self {
        let h = dt / f64::from(1u32 << halvings);
        let mut stay = resolvent(hazards, h);
        let mut exit = [[0.0; E]; N];
        for (out, row) in exit.iter_mut().zip(&stay) {
            for (e, slot) in out.iter_mut().enumerate() {
                *slot = (0..N).map(|t| row[t] * h * hazards.exit[t][e]).sum();
            }
        }
        // Sums over sub-steps: a molecule that arrived in the j-th sub-step from the end has taken j of them.
        let (mut stay_sum, mut exit_sum) = (stay, exit);
        let mut steps = 1.0;
        for _ in 0..halvings {
            let moved = product(&stay, &exit_sum);
            for s in 0..N {
                for e in 0..E {
                    exit_sum[s][e] += steps * exit[s][e] + moved[s][e];
                }
            }
            let moved = product(&stay, &stay_sum);
            for s in 0..N {
                for t in 0..N {
                    stay_sum[s][t] += moved[s][t];
                }
            }
            let moved = product(&stay, &exit);
            for s in 0..N {
                for e in 0..E {
                    exit[s][e] += moved[s][e];
                }
            }
            stay = product(&stay, &stay);
            steps *= 2.0;
        }
        let (mut arrived, mut passed) = ([0.0; N], [0.0; E]);
        for s in 0..N {
            let born = hazards.arrival[s] * h;
            for t in 0..N {
                arrived[t] += born * stay_sum[s][t];
            }
            for e in 0..E {
                passed[e] += born * exit_sum[s][e];
            }
        }
        Self {
            stay,
            exit,
            arrived,
            passed,
        }
    }

    /// Mean counts at the end of the step, from `counts` at its start.
    pub fn mean(&self, counts: &[u32; N]) -> [f64; N] {
        let mut mean = self.arrived;
        for (s, &count) in counts.iter().enumerate() {
            for (t, value) in mean.iter_mut().enumerate() {
                *value += f64::from(count) * self.stay[s][t];
            }
        }
        mean
    }

    /// Mean number that left by each exit during the step, from `counts` at its start.
    pub fn mean_exits(&self, counts: &[u32; N]) -> [f64; E] {
        let mut mean = self.passed;
        for (s, &count) in counts.iter().enumerate() {
            for (e, value) in mean.iter_mut().enumerate() {
                *value += f64::from(count) * self.exit[s][e];
            }
        }
        mean
    }

    /// Draws the counts at the end of the step into `counts` and returns how many left by each exit.
    ///
    /// Draws one binomial per species present and destination, one Poisson count per destination of arrivals; zero
    /// counts and zero probabilities draw nothing.
    pub fn draw<R: Rng + ?Sized>(&self, counts: &mut [u32; N], rng: &mut R) -> [u32; E] {
        let mut after = [0u32; N];
        let mut left = [0u32; E];
        for (s, &count) in counts.iter().enumerate() {
            // Multinomial as a chain of conditional binomials; what is left at the end stays where it was, so the
            // most likely destination costs nothing and rounding of the probabilities cannot lose a molecule.
            let mut remaining = u64::from(count);
            let mut mass = 1.0;
            let mut conditional = |probability: f64, remaining: &mut u64| -> u32 {
                if *remaining == 0 || probability <= 0.0 {
                    return 0;
                }
                let n = draw::binomial(rng, *remaining, (probability / mass).min(1.0));
                mass = (mass - probability).max(f64::MIN_POSITIVE);
                *remaining -= n;
                saturate(n)
            };
            for (e, slot) in left.iter_mut().enumerate() {
                *slot += conditional(self.exit[s][e], &mut remaining);
            }
            for (t, slot) in after.iter_mut().enumerate() {
                if t != s {
                    *slot += conditional(self.stay[s][t], &mut remaining);
                }
            }
            after[s] += saturate(remaining);
        }
        for (slot, &mean) in after.iter_mut().zip(&self.arrived) {
            *slot = slot.saturating_add(saturate(draw::poisson(rng, mean)));
        }
        for (slot, &mean) in left.iter_mut().zip(&self.passed) {
            *slot = slot.saturating_add(saturate(draw::poisson(rng, mean)));
        }
        *counts = after;
        left
    }
}

/// Immigration and death of one species over a fixed time, exactly: binomial survival plus Poisson arrivals.
///
/// The factors that all cells of a block share are computed once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImmigrationDeath {
    survival: f64,
}

impl ImmigrationDeath {
    /// Each molecule leaves with hazard `loss` (per time) during `dt`.
    pub fn new(loss: f64, dt: f64) -> Self {
        Self {
            survival: libm::exp(-loss * dt),
        }
    }

    /// Draws the count after the step, from `count` before, where arrivals alone would sustain `sustained` (arrival
    /// rate over loss hazard). Draws at most one binomial and one Poisson count.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R, count: u32, sustained: f64) -> u32 {
        let survivors = draw::binomial(rng, u64::from(count), self.survival);
        let arrived = draw::poisson(rng, sustained * (1.0 - self.survival));
        saturate(survivors.saturating_add(arrived))
    }
}

/// Counts of `N` species in many cells, species-major: one column per species, one row per cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<const N: usize> {
    columns: [Vec<u32>; N],
}

impl<const N: usize> Default for Block<N> {
    fn default() -> Self {
        Self {
            columns: std::array::from_fn(|_| Vec::new()),
        }
    }
}

impl<const N: usize> Block<N> {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.columns[0].len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a cell.
    pub fn push(&mut self, counts: [u32; N]) {
        for (column, count) in self.columns.iter_mut().zip(counts) {
            column.push(count);
        }
    }

    /// The counts of one cell.
    pub fn cell(&self, cell: usize) -> [u32; N] {
        std::array::from_fn(|species| self.columns[species][cell])
    }

    /// Replaces the counts of one cell.
    pub fn set(&mut self, cell: usize, counts: [u32; N]) {
        for (column, count) in self.columns.iter_mut().zip(counts) {
            column[cell] = count;
        }
    }

    /// All cells' counts of one species, in cell order.
    pub fn column(&self, species: usize) -> &[u32] {
        &self.columns[species]
    }

    /// Keeps the cells for which `keep` holds, in their order.
    pub fn retain(&mut self, keep: &[bool]) {
        for column in &mut self.columns {
            let mut flags = keep.iter();
            column.retain(|_| flags.next().copied().unwrap_or(true));
        }
    }

    /// Leaps the species in `columns` of the listed cells, one after the other.
    ///
    /// `turn(position)` gives the frozen hazards, the length of the step and the random stream of the cell at that
    /// position of `cells`. `settle(position, counts, exits, rng)` sees all counts of the cell after the leap and how
    /// many molecules left by each exit; it may go on changing the counts and drawing from the stream.
    pub fn leap<const S: usize, const E: usize, R: Rng>(
        &mut self,
        columns: [usize; S],
        cells: &[usize],
        mut turn: impl FnMut(usize) -> Turn<S, E, R>,
        mut settle: impl FnMut(usize, &mut [u32; N], [u32; E], &mut R),
    ) {
        for (position, &cell) in cells.iter().enumerate() {
            let Turn {
                hazards,
                dt,
                halvings,
                mut rng,
            } = turn(position);
            let mut counts = self.cell(cell);
            let mut leaping = columns.map(|column| counts[column]);
            let exits = Transition::new(&hazards, dt, halvings).draw(&mut leaping, &mut rng);
            for (column, count) in columns.into_iter().zip(leaping) {
                counts[column] = count;
            }
            settle(position, &mut counts, exits, &mut rng);
            self.set(cell, counts);
        }
    }
}

/// What one cell of a block needs for its leap.
#[derive(Clone, Debug)]
pub struct Turn<const S: usize, const E: usize, R> {
    /// Hazards, frozen for the step.
    pub hazards: Hazards<S, E>,
    /// Length of the step.
    pub dt: f64,
    /// The step is taken in `2^halvings` implicit sub-steps.
    pub halvings: u32,
    /// The cell's random stream.
    pub rng: R,
}

fn saturate(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// `(I - h Q)^-1` by elimination without pivoting: the matrix is a strictly row-dominant M-matrix.
fn resolvent<const N: usize, const E: usize>(hazards: &Hazards<N, E>, h: f64) -> [[f64; N]; N] {
    let mut a = [[0.0; N]; N];
    let mut inverse = [[0.0; N]; N];
    for (s, row) in a.iter_mut().enumerate() {
        let mut out = hazards.exit[s].iter().sum::<f64>();
        for (t, slot) in row.iter_mut().enumerate() {
            if t != s {
                out += hazards.hop[s][t];
                *slot = -h * hazards.hop[s][t];
            }
        }
        row[s] = 1.0 + h * out;
        inverse[s][s] = 1.0;
    }
    for pivot in 0..N {
        let scale = 1.0 / a[pivot][pivot];
        for t in 0..N {
            a[pivot][t] *= scale;
            inverse[pivot][t] *= scale;
        }
        for s in 0..N {
            if s != pivot && a[s][pivot] != 0.0 {
                let factor = a[s][pivot];
                for t in 0..N {
                    a[s][t] -= factor * a[pivot][t];
                    inverse[s][t] -= factor * inverse[pivot][t];
                }
            }
        }
    }
    inverse
}

fn product<const N: usize, const M: usize>(a: &[[f64; N]; N], b: &[[f64; M]; N]) -> [[f64; M]; N] {
    let mut c = [[0.0; M]; N];
    for s in 0..N {
        for t in 0..N {
            for m in 0..M {
                c[s][m] += a[s][t] * b[t][m];
            }
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 -> A <-> B -> out, A -> out.
    fn chain() -> Hazards<2, 2> {
        let mut hazards = Hazards::default();
        hazards.hop[0][1] = 0.7;
        hazards.hop[1][0] = 0.3;
        hazards.exit[0][0] = 0.1;
        hazards.exit[1][1] = 0.5;
        hazards.arrival[0] = 4.0;
        hazards
    }

    #[test]
    fn probabilities_sum_to_one_for_any_step() {
        for dt in [1e-3, 0.5, 1e4] {
            for halvings in [0, 3] {
                let t = Transition::new(&chain(), dt, halvings);
                for s in 0..2 {
                    let total: f64 = t.stay[s].iter().chain(&t.exit[s]).sum();
                    assert!((total - 1.0).abs() < 1e-12, "{total} at dt {dt}");
                }
                let born: f64 = t.arrived.iter().chain(&t.passed).sum();
                assert!((born - 4.0 * dt).abs() < 1e-9 * dt, "{born} at dt {dt}");
            }
        }
    }

    #[test]
    fn stationary_mean_does_not_depend_on_the_step() {
        // A: 4 - 0.8 a + 0.3 b = 0, B: 0.7 a - 0.8 b = 0.
        let a = 4.0 / (0.8 - 0.3 * 0.7 / 0.8);
        let b = 0.7 * a / 0.8;
        for dt in [0.01, 1.0, 100.0] {
            let t = Transition::new(&chain(), dt, 0);
            let (a2, b2) = (
                a * t.stay[0][0] + b * t.stay[1][0] + t.arrived[0],
                a * t.stay[0][1] + b * t.stay[1][1] + t.arrived[1],
            );
            assert!(
                (a2 - a).abs() < 1e-9 && (b2 - b).abs() < 1e-9,
                "dt {dt}: {a2} {b2}"
            );
        }
    }

    #[test]
    fn sub_steps_converge_to_the_exponential() {
        let mut hazards: Hazards<1, 1> = Hazards::default();
        hazards.exit[0][0] = 1.0;
        let error = |halvings| {
            (Transition::new(&hazards, 1.0, halvings).stay[0][0] - (-1.0f64).exp()).abs()
        };
        let ratio = error(8) / error(9);
        assert!((ratio - 2.0).abs() < 0.02, "first order: {ratio}");
        assert!(error(12) < 1e-4);
    }

    #[test]
    fn molecules_are_conserved_in_every_draw() {
        let mut hazards = chain();
        hazards.arrival = [0.0; 2];
        let transition = Transition::new(&hazards, 0.8, 1);
        let mut stream = crate::rng::Streams::new(3, 0).stream(
            crate::rng::Purpose::TRAJECTORY,
            crate::rng::AgentKey::NONE,
            0,
        );
        for n in 0..500 {
            let mut counts = [n, 2 * n];
            let exits = transition.draw(&mut counts, &mut stream);
            assert_eq!(counts.iter().chain(&exits).sum::<u32>(), 3 * n);
        }
    }
}
