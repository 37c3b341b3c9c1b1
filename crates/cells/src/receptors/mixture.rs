//! Several forms of IL-2 on the receptors of one cell: what the [`Block`](super::Block) needs where they compete.

use super::block::{Rates, not_below_0, shared, sum};
use paracrine_kernel::rows::{Chain, decay, decay_arrived};

/// Keeps quotients of 0 from being anything but 0.
const TINY: f32 = 1e-30;

/// Mean of what each form has, weighted by `weights`; of one form, exactly that.
#[inline(always)]
pub(super) fn mean<const N: usize>(weights: [f32; N], of: impl Fn(usize) -> f32) -> f32 {
    if N == 1 {
        return of(0);
    }
    let (mut total, mut all) = (0.0, 0.0);
    for (form, weight) in weights.into_iter().enumerate() {
        // Where nothing is held, each counts alike.
        let weight = weight + 1e-6;
        total += weight * of(form);
        all += weight;
    }
    total / all
}

/// `part` of `all`, from 0 to 1; 0 of nothing.
#[inline(always)]
pub(super) fn fraction(part: f32, all: f32) -> f32 {
    if all > TINY { part / all } else { 0.0 }
}

/// The chances by which what is shared out in proportion to `means` goes to each form but the first, one after the other, of what those before it
/// left.
#[inline(always)]
pub(super) fn chances<const N: usize>(means: [f32; N]) -> [f32; N] {
    let mut chances = [0.0; N];
    for form in 1..N {
        let mut left = means[0];
        for mean in &means[form..] {
            left += mean;
        }
        chances[form] = fraction(means[form], left);
    }
    chances
}

/// A count shared out in proportion to means.
#[inline(always)]
pub(super) fn part<const N: usize>(means: [f32; N], count: f32) -> [f32; N] {
    if N == 1 {
        return [count; N];
    }
    let all = sum(means);
    means.map(|mean| count * fraction(mean, all))
}

/// Trimers of each form at equilibrium among so many `occupied` pairs, where each takes `takes` of so many `alpha`: with `u` the α that are
/// left, `occupied u/(u + kd)` of each form, and `u` what these leave. The balance rises with `u` and bends down, so that
/// Newton's steps converge from below.
#[inline(always)]
pub(super) fn trimers<const N: usize>(
    occupied: [f32; N],
    takes: [f32; N],
    kd: [f32; N],
    alpha: f32,
) -> [f32; N] {
    let demand: [f32; N] = std::array::from_fn(|form| occupied[form] * takes[form]);
    let all = sum(demand);
    let mut left = not_below_0(alpha - shared(all, alpha, mean(demand, |form| kd[form])));
    for _ in 0..8 {
        let (mut balance, mut slope) = (left - alpha, 1.0);
        for form in 0..N {
            let inverse = 1.0 / (left + kd[form]);
            balance += demand[form] * left * inverse;
            slope += demand[form] * kd[form] * inverse * inverse;
        }
        left = not_below_0(left - balance / slope);
    }
    std::array::from_fn(|form| occupied[form] * left / (left + kd[form]))
}

/// Low-affinity complexes of each form among so many α without a pair, with what binds per α, what trimers leave behind, and
/// the rate at which it is gone, each per second.
#[inline(always)]
pub(super) fn low_affinity<const N: usize>(
    on: [f32; N],
    split: [f32; N],
    gone: [f32; N],
    alpha: f32,
) -> [f32; N] {
    let (mut left, mut bound) = (alpha, 1.0);
    for form in 0..N {
        left -= split[form] / gone[form];
        bound += on[form] / gone[form];
    }
    let unbound = not_below_0(left) / bound;
    std::array::from_fn(|form| (on[form] * unbound + split[form]) / gone[form])
}

/// Mean number of free β over a step, from what crossed to occupied pairs in it, net, and these at its start and end.
#[inline(always)]
pub(super) fn free(rates: &Rates, chain: &Chain, crossed: f32, start: f32, end: f32) -> f32 {
    let gone = crossed + start - end;
    let mean = if chain.onward > 0.0 {
        gone / (chain.onward * rates.dt)
    } else {
        0.5 * (start + end)
    };
    let bound = crossed + chain.back * mean * rates.dt;
    not_below_0(bound / (chain.forth * rates.dt + TINY))
}

/// What becomes of one form in a step, in the mean, copies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// With pairs on the surface at its end.
    pub(super) occupied: f32,
    /// Inside at its end.
    pub(super) inside: f32,
    /// Degraded in it.
    pub(super) degraded: f32,
    /// Taken up by pairs in it, less what they let go.
    pub(super) crossed: f32,
}

impl Share {
    /// Where `flow` molecules an hour find pairs, each is lost at `off` an hour, and so many are with pairs and inside at the start.
    #[inline(always)]
    pub(super) fn after(rates: &Rates, flow: f32, off: f32, [occupied, inside]: [f32; 2]) -> Self {
        let (dt, onward, done) = (rates.dt, rates.internalisation, rates.degradation);
        let rate = off + onward;
        let one = decay(rate * dt);
        let two = decay(done * dt);
        let end = occupied * one.survival + flow * dt * one.average;
        let time =
            occupied * dt * one.average + flow * (dt * dt) * decay_arrived(rate * dt, one.average);
        // What left at a rate that fades and is still inside.
        let apart = if rate > done {
            rate - done
        } else {
            done - rate
        };
        let slower = if rate < done {
            one.survival
        } else {
            two.survival
        };
        let fading = slower * dt * decay(apart * dt).average;
        let steady = flow / (rate + TINY);
        let arrived = onward * (steady * dt * two.average + (occupied - steady) * fading);
        let inside_after = not_below_0(inside * two.survival + arrived);
        Self {
            occupied: not_below_0(end),
            inside: inside_after,
            degraded: not_below_0(inside + onward * time - inside_after),
            crossed: flow * dt - off * time,
        }
    }
}
