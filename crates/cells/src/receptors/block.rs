//! Receptors of thirty-two cells of one kind, side by side in the lanes of vector registers.
//!
//! A step draws what happened to every molecule in it: first the chain *free → occupied → inside*, then turnover of γ
//! and α, then who holds what at the end. Free α, free γ and the concentration of IL-2 are those of the step; everything
//! else follows the exact law. Twenty-one words are drawn per cell and step, whatever they are needed for.

use super::{Exchange, SPECIES, Surface, Synthesis};
use crate::model::Parameters;
use paracrine_kernel::rows::{Chain, LANES, LARGEST_COUNT, Row, Words, binomial, poisson};

/// Rates of a step of fixed length, in single precision; the same for all cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Length of the step, h.
    dt: f32,
    /// 1/(h pM), per free α.
    kon_alpha: f32,
    /// 1/(h pM).
    kon_betagamma: f32,
    /// 1/s.
    koff_alpha: f32,
    /// 1/s.
    koff_betagamma: f32,
    /// cell/(molecule s).
    membrane: f32,
    kd2_alpha: f32,
    kd2_betagamma: f32,
    per_kd_alpha: f32,
    /// 1/h.
    internalisation: f32,
    degradation: f32,
    beta_loss: f32,
    /// Share of internalised α that is lost.
    alpha_lost: f32,
    /// Shares of free α and γ left after the step.
    alpha_left: f32,
    gamma_left: f32,
}

impl Rates {
    /// Rates of a step of `dt` hours.
    #[must_use]
    pub fn new(p: &Parameters, dt: f64) -> Self {
        // Molecules per pM and hour from 1/(M s).
        let per_pm_h = 3600e-12;
        Self {
            dt: dt as f32,
            kon_alpha: (p.kon_alpha * per_pm_h) as f32,
            kon_betagamma: (p.kon_betagamma * per_pm_h) as f32,
            koff_alpha: p.koff_alpha as f32,
            koff_betagamma: p.koff_betagamma as f32,
            membrane: p.kf_membrane as f32,
            kd2_alpha: p.kd2_alpha() as f32,
            kd2_betagamma: p.kd2_betagamma as f32,
            per_kd_alpha: (1.0 / p.kd_alpha_pm()) as f32,
            internalisation: p.internalisation as f32,
            degradation: p.endosome_degradation as f32,
            beta_loss: p.betagamma_loss as f32,
            alpha_lost: (1.0 - p.alpha_recycled) as f32,
            alpha_left: libm::exp(-p.alpha_loss * dt) as f32,
            gamma_left: libm::exp(-p.betagamma_loss * dt) as f32,
        }
    }
}

/// Up to thirty-two cells with their rates frozen for a step. Lanes without a cell hold zeros and stay at them.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    counts: [Row; SPECIES],
    synthesis: [Row; 3],
    /// Hazard of occupation per free β and pM, 1/h.
    on_per_pm: Row,
    /// Hazard of an occupied pair losing its ligand, 1/h.
    off: Row,
    /// Probability that an occupied pair holds α.
    high_share: Row,
    /// α without a pair, copies.
    alpha_apart: Row,
    taken: Row,
    degraded: Row,
}

const ZEROS: Row = [0.0; LANES];
const ALPHA: usize = 0;
const BETA: usize = 1;
const GAMMA: usize = 2;
const OCCUPIED: usize = 3;
const INSIDE: usize = 4;
const LOW: usize = 5;
const HIGH: usize = 6;
const IL15: usize = 7;

impl Default for Block {
    fn default() -> Self {
        Self {
            counts: [ZEROS; SPECIES],
            synthesis: [ZEROS; 3],
            on_per_pm: ZEROS,
            off: ZEROS,
            high_share: ZEROS,
            alpha_apart: ZEROS,
            taken: ZEROS,
            degraded: ZEROS,
        }
    }
}

impl Block {
    /// Puts a cell into a lane.
    #[inline]
    pub fn set(&mut self, lane: usize, surface: &Surface, synthesis: &Synthesis) {
        for (row, count) in self.counts.iter_mut().zip(surface.counts()) {
            row[lane] = count as f32;
        }
        let Synthesis { alpha, beta, gamma } = *synthesis;
        for (row, sustained) in self.synthesis.iter_mut().zip([alpha, beta, gamma]) {
            row[lane] = sustained as f32;
        }
    }

    /// The cell in a lane.
    #[inline]
    #[must_use]
    pub fn surface(&self, lane: usize) -> Surface {
        let counts: [u32; SPECIES] =
            std::array::from_fn(|species| self.counts[species][lane] as u32);
        Surface::from(counts)
    }

    /// What the cell in a lane exchanged with the pool in the last step.
    #[inline]
    #[must_use]
    pub fn exchange(&self, lane: usize) -> Exchange {
        Exchange {
            taken: self.taken[lane] as i64,
            degraded: self.degraded[lane] as u32,
        }
    }

    /// Freezes the rates of all cells for the next step.
    #[inline(always)]
    pub fn freeze(&mut self, rates: &Rates) {
        for lane in 0..LANES {
            let all_alpha = self.counts[ALPHA][lane];
            let occupied = self.counts[OCCUPIED][lane];
            let alpha = all_alpha - shared(occupied, all_alpha, rates.kd2_alpha);
            let (beta, gamma) = (self.counts[BETA][lane], self.counts[GAMMA][lane]);
            let pairs = not_below_0(least(beta, gamma) - self.counts[IL15][lane]);
            // Chance that a free β has a γ; with no β free, that of the next one.
            let next = if gamma > 0.0 { 1.0 } else { 0.0 };
            let divisor = if beta > 0.0 { beta } else { 1.0 };
            let paired = if beta > 0.0 { pairs / divisor } else { next };
            let leaving = 1.0 / (rates.koff_alpha + rates.membrane * pairs);
            let escape = rates.koff_alpha * leaving;
            let capture = rates.membrane * leaving;
            let high_share = alpha / (alpha + rates.kd2_alpha);
            self.alpha_apart[lane] = alpha;
            self.high_share[lane] = high_share;
            self.on_per_pm[lane] =
                (rates.kon_alpha * alpha * capture + rates.kon_betagamma) * paired;
            let by_alpha = rates.membrane * rates.kd2_betagamma * escape * high_share;
            let by_pair = rates.koff_betagamma * (1.0 - high_share);
            self.off[lane] = 3600.0 * (by_alpha + by_pair);
        }
    }

    /// Mean number of molecules that each cell takes from the pool in a step at `c` pM, less those it gives back.
    #[inline(always)]
    #[must_use]
    pub fn uptake(&self, rates: &Rates, c: f32) -> Row {
        let mut taken = ZEROS;
        let held = held_by_alpha(rates, c);
        for lane in 0..LANES {
            let crossing = self.chain(rates, lane, c).crossing(rates.dt);
            let made = self.synthesis[BETA][lane] * rates.beta_loss;
            let crossed = crossing.net(self.counts[BETA][lane], self.counts[OCCUPIED][lane], made);
            taken[lane] = crossed + (self.alpha_apart[lane] * held - self.counts[LOW][lane]);
        }
        taken
    }

    #[inline(always)]
    fn chain(&self, rates: &Rates, lane: usize, c: f32) -> Chain {
        Chain {
            forth: self.on_per_pm[lane] * c,
            back: self.off[lane],
            lost: rates.beta_loss,
            onward: rates.internalisation,
            done: rates.degradation,
        }
    }

    /// Moves all cells on by a step at `c` pM, with the share `il15` of free pairs holding IL-15.
    #[inline(always)]
    pub fn step(&mut self, rates: &Rates, c: f32, il15: f32, words: &mut Words) {
        let mut first = [ZEROS; 4];
        let mut second = [ZEROS; 4];
        let mut third = ZEROS;
        let mut arrived = [ZEROS; 4];
        for lane in 0..LANES {
            let chain = self.chain(rates, lane, c);
            let passage = chain.crossing(rates.dt).passage(rates.dt);
            let made = self.synthesis[BETA][lane] * rates.beta_loss;
            for place in 0..4 {
                first[place][lane] = passage.first[place];
                second[place][lane] = passage.second[place];
                arrived[place][lane] = passage.arrived[place] * made;
            }
            third[lane] = passage.third;
        }

        let before = self.ligand();
        let (occupied_before, inside_before) = (self.counts[OCCUPIED], self.counts[INSIDE]);
        let (free, [to_occupied, to_inside, done_free, _]) =
            scatter(&self.counts[BETA], &first, words);
        let (occupied, [to_free, occupied_inside, done_occupied, _]) =
            scatter(&occupied_before, &second, words);
        let done_inside = binomial(&inside_before, &third, &words.next()).unwrap_or(ZEROS);
        for arrived in &mut arrived {
            *arrived = poisson(arrived, &words.next()).unwrap_or(ZEROS);
        }
        let mut internalised = ZEROS;
        for lane in 0..LANES {
            self.counts[BETA][lane] = capped(free[lane] + to_free[lane] + arrived[0][lane]);
            self.counts[OCCUPIED][lane] =
                capped(occupied[lane] + to_occupied[lane] + arrived[1][lane]);
            let gone_inside =
                (to_inside[lane] + occupied_inside[lane]) + (arrived[2][lane] - done_inside[lane]);
            self.counts[INSIDE][lane] = capped(inside_before[lane] + gone_inside);
            let degraded =
                (done_free[lane] + done_occupied[lane]) + (done_inside[lane] + arrived[3][lane]);
            self.degraded[lane] = degraded;
            internalised[lane] = gone_inside + degraded;
        }

        // γ: turnover, then what the complexes bound or took inside.
        let gamma = self.turned_over(GAMMA, rates.gamma_left, words);
        // α: turnover, and the share of internalised α that does not recycle.
        let alpha = self.turned_over(ALPHA, rates.alpha_left, words);
        let mut share = ZEROS;
        for lane in 0..LANES {
            let bound = self.counts[OCCUPIED][lane] - occupied_before[lane] + internalised[lane];
            self.counts[GAMMA][lane] = capped(gamma[lane] - bound);
            share[lane] = self.high_share[lane] * rates.alpha_lost;
        }
        let swallowed = binomial(&internalised, &share, &words.next()).unwrap_or(ZEROS);

        // α and occupied pairs share trimers at equilibrium; neither can hold more than there are of the other.
        let mut most = ZEROS;
        for lane in 0..LANES {
            let alpha = capped(alpha[lane] - swallowed[lane]);
            let occupied = self.counts[OCCUPIED][lane];
            self.counts[ALPHA][lane] = alpha;
            most[lane] = least(occupied, alpha);
            let divisor = if most[lane] > 1.0 { most[lane] } else { 1.0 };
            share[lane] = least(shared(occupied, alpha, rates.kd2_alpha) / divisor, 1.0);
        }
        let high = binomial(&most, &share, &words.next()).unwrap_or(ZEROS);
        let (mut apart, mut pairs) = (ZEROS, ZEROS);
        for lane in 0..LANES {
            apart[lane] = self.counts[ALPHA][lane] - high[lane];
            pairs[lane] = least(self.counts[BETA][lane], self.counts[GAMMA][lane]);
        }
        self.counts[HIGH] = high;
        let held = [held_by_alpha(rates, c); LANES];
        self.counts[LOW] = binomial(&apart, &held, &words.next()).unwrap_or(ZEROS);
        self.counts[IL15] = binomial(&pairs, &[il15; LANES], &words.next()).unwrap_or(ZEROS);

        let after = self.ligand();
        for lane in 0..LANES {
            self.taken[lane] = (after[lane] - before[lane]) + self.degraded[lane];
        }
    }

    /// IL-2 on and in each cell.
    #[inline(always)]
    fn ligand(&self) -> Row {
        let mut ligand = ZEROS;
        for lane in 0..LANES {
            ligand[lane] =
                self.counts[OCCUPIED][lane] + self.counts[INSIDE][lane] + self.counts[LOW][lane];
        }
        ligand
    }

    /// A chain after loss and synthesis, of which the share `left` of what was there is left.
    #[inline(always)]
    fn turned_over(&self, species: usize, left: f32, words: &mut Words) -> Row {
        let left_of_each = [left; LANES];
        let kept = binomial(&self.counts[species], &left_of_each, &words.next());
        let mut count = kept.unwrap_or(ZEROS);
        let mut means = ZEROS;
        for lane in 0..LANES {
            means[lane] = least(self.synthesis[species][lane] * (1.0 - left), LARGEST_COUNT);
        }
        let made = poisson(&means, &words.next()).unwrap_or(ZEROS);
        for lane in 0..LANES {
            count[lane] = capped(count[lane] + made[lane]);
        }
        count
    }
}

/// Share of α without a pair that holds IL-2 at `c` pM.
#[inline(always)]
fn held_by_alpha(rates: &Rates, c: f32) -> f32 {
    let x = c * rates.per_kd_alpha;
    x / (1.0 + x)
}

/// Sends each of `counts` to one of four places, with these probabilities, or nowhere: who stayed, and who went.
#[inline(always)]
fn scatter(counts: &Row, probabilities: &[Row; 4], words: &mut Words) -> (Row, [Row; 4]) {
    let mut remaining = *counts;
    let mut mass = [1.0; LANES];
    let mut gone = [ZEROS; 4];
    for (gone, probability) in gone.iter_mut().zip(probabilities) {
        let mut conditional = ZEROS;
        for lane in 0..LANES {
            conditional[lane] = least(probability[lane] / mass[lane], 1.0);
            let rest = mass[lane] - probability[lane];
            mass[lane] = if rest > f32::MIN_POSITIVE {
                rest
            } else {
                f32::MIN_POSITIVE
            };
        }
        if let Some(some) = binomial(&remaining, &conditional, &words.next()) {
            for lane in 0..LANES {
                remaining[lane] -= some[lane];
            }
            *gone = some;
        }
    }
    (remaining, gone)
}

/// Complexes of `a` and `b` partners at equilibrium with dissociation constant `kd`, all in copies per cell.
#[inline(always)]
fn shared(a: f32, b: f32, kd: f32) -> f32 {
    // The root of sum^2 - 4 a b, without cancellation.
    let difference = a - b;
    let sum = a + b + kd;
    let root = (difference * difference + kd * (a + b + sum)).sqrt();
    2.0 * a * b / (sum + root)
}

#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[inline(always)]
fn not_below_0(x: f32) -> f32 {
    if x > 0.0 { x } else { 0.0 }
}

/// A count from 0 to the largest.
#[inline(always)]
fn capped(count: f32) -> f32 {
    least(not_below_0(count), LARGEST_COUNT)
}
