//! The loop over events with AVX-512: eight lanes per vector, changes by permutation instead of one by one.
//!
//! Every floating operation is that of [`portable`](super::portable), in the same order; none is fused. Up to
//! [`BLOCK`] cumulative propensities stay in registers and are bisected; more are stored and counted.

#[allow(unsafe_code, reason = "vectors are read from and written to arrays")]
mod vector;

use super::{
    compiled::{BLOCK, Compiled, Term, Update},
    frame::Frame,
    portable,
    roster::Roster,
};
use crate::draw::MIDDLE;
use std::arch::x86_64::*;
use vector::{VECTOR, ln, load, load_words, one_to_two, store, store_words, words};

/// The largest number of lanes in vectors.
const MOST_GROUPS: usize = 4;

/// Up to so many look-ups per change of a channel, looking changes up is faster than making them one by one.
const UPDATES_PER_CHANGE: usize = 4;

/// Runs replicates of `roster`, which has `W` lanes, a multiple of eight.
#[target_feature(enable = "avx512f")]
pub(super) fn run<const W: usize>(compiled: &Compiled, roster: &mut Roster<'_>) {
    let fire = |frame: &mut Frame<W>| {
        if compiled.updates.len() > UPDATES_PER_CHANGE * compiled.changes_per_channel {
            portable::fire(frame, compiled);
        } else if compiled.positions() <= BLOCK {
            look_up(frame, compiled, |_, _| !0);
        } else {
            look_up(frame, compiled, |update, channel| {
                is_in_block(update, channel)
            });
        }
    };
    if compiled.positions() <= BLOCK {
        let last = compiled.terms[compiled.positions() - 1];
        let terms = &std::array::from_fn(|position| *compiled.terms.get(position).unwrap_or(&last));
        let propose = |frame: &mut Frame<W>| {
            propose(frame, |frame, group, choice| {
                let sums = accumulate_few(frame, compiled, terms, group);
                let total = sums[BLOCK - 1];
                let target = _mm512_mul_pd(choice, total);
                (total, bisect(sums, target, compiled.positions()))
            })
        };
        Frame::<W>::run(compiled, roster, propose, fire);
    } else {
        let propose = |frame: &mut Frame<W>| {
            accumulate_many(frame, compiled);
            propose(frame, |frame, group, choice| {
                let total = load(&frame.cumulative[compiled.positions() - 1], group);
                let target = _mm512_mul_pd(choice, total);
                (total, count(frame, compiled, group, target))
            })
        };
        Frame::<W>::run(compiled, roster, propose, fire);
    }
}

/// Draws the next event of each lane. Returns whether some lane asks to be looked at.
///
/// `choose` gives the total propensity and the channel of eight lanes for uniforms from 0 to below 1.
#[target_feature(enable = "avx512f")]
#[inline]
fn propose<const W: usize>(
    frame: &mut Frame<W>,
    choose: impl Fn(&mut Frame<W>, usize, __m512d) -> (__m512d, __m512i),
) -> bool {
    let mut all_go_on = !0;
    for group in 0..W / VECTOR {
        let [wait, choice] = words(&mut frame.stream, group);
        let wait = ln(_mm512_sub_pd(one_to_two(wait), _mm512_set1_pd(MIDDLE)));
        let wait = _mm512_sub_pd(_mm512_setzero_pd(), wait);
        let choice = _mm512_sub_pd(one_to_two(choice), _mm512_set1_pd(1.0));

        let (total, channel) = choose(frame, group, choice);
        let time = _mm512_add_pd(load(&frame.time, group), _mm512_div_pd(wait, total));
        let next_sample = load(&frame.next_sample, group);
        let infinity = _mm512_set1_pd(f64::INFINITY);
        all_go_on &= _mm512_cmp_pd_mask::<_CMP_LE_OQ>(time, next_sample);
        all_go_on &= _mm512_cmp_pd_mask::<_CMP_LT_OQ>(total, infinity);
        store(&mut frame.total, group, total);
        store(&mut frame.next_time, group, time);
        store_words(&mut frame.channel, group, channel);
    }
    all_go_on != !0
}

/// The propensities of eight lanes at one position.
#[target_feature(enable = "avx512f")]
#[inline]
fn propensity<const W: usize>(
    frame: &Frame<W>,
    compiled: &Compiled,
    position: usize,
    term: &Term,
    group: usize,
) -> __m512d {
    let [a, b, c] = term.rows.map(|row| &frame.rows[usize::from(row)]);
    let mut product = _mm512_mul_pd(_mm512_set1_pd(term.coefficient), load(a, group));
    if position < compiled.with_two {
        product = _mm512_mul_pd(product, load(b, group));
        if position < compiled.with_three {
            product = _mm512_mul_pd(product, load(c, group));
        }
    }
    product
}

/// The cumulative propensities of eight lanes. Positions beyond the last repeat the last.
#[allow(
    clippy::needless_range_loop,
    reason = "slices of the sums would not stay in registers"
)]
#[target_feature(enable = "avx512f")]
#[inline]
fn accumulate_few<const W: usize>(
    frame: &Frame<W>,
    compiled: &Compiled,
    terms: &[Term; BLOCK],
    group: usize,
) -> [__m512d; BLOCK] {
    let mut sum = _mm512_setzero_pd();
    let mut sums = [sum; BLOCK];
    for quarter in 0..4 {
        let first = 4 * quarter;
        if first < compiled.positions() {
            for position in first..first + 4 {
                let term = &terms[position];
                let product = propensity(frame, compiled, position, term, group);
                sum = _mm512_add_pd(sum, product);
                sums[position] = sum;
            }
        } else {
            for position in first..first + 4 {
                sums[position] = sum;
            }
        }
    }
    sums
}

/// Stores the cumulative propensities of all lanes.
#[target_feature(enable = "avx512f")]
#[inline]
fn accumulate_many<const W: usize>(frame: &mut Frame<W>, compiled: &Compiled) {
    // All groups together: additions of one group wait for each other.
    let mut sums = [_mm512_setzero_pd(); MOST_GROUPS];
    for (position, term) in compiled.terms.iter().enumerate() {
        for (group, sum) in sums[..W / VECTOR].iter_mut().enumerate() {
            let product = propensity(frame, compiled, position, term, group);
            *sum = _mm512_add_pd(*sum, product);
            store(&mut frame.cumulative[position], group, *sum);
        }
    }
}

/// In each lane the number of sums, but the last, that do not exceed the target.
#[target_feature(enable = "avx512f")]
#[inline]
fn bisect(mut sums: [__m512d; BLOCK], target: __m512d, positions: usize) -> __m512i {
    let mut channel = _mm512_setzero_si512();
    if positions > 8 {
        halve::<8>(&mut sums, target, &mut channel);
    }
    if positions > 4 {
        halve::<4>(&mut sums, target, &mut channel);
    }
    halve::<2>(&mut sums, target, &mut channel);
    halve::<1>(&mut sums, target, &mut channel);
    channel
}

/// Moves the second `HALF` of the sums to the front in those lanes whose target lies there.
#[target_feature(enable = "avx512f")]
#[inline]
fn halve<const HALF: usize>(sums: &mut [__m512d; BLOCK], target: __m512d, channel: &mut __m512i) {
    let upper = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(sums[HALF - 1], target);
    *channel = _mm512_mask_add_epi64(*channel, upper, *channel, _mm512_set1_epi64(HALF as i64));
    for place in 0..HALF - 1 {
        sums[place] = _mm512_mask_mov_pd(sums[place], upper, sums[HALF + place]);
    }
}

/// In each lane the number of stored sums, but the last, that do not exceed the target.
#[target_feature(enable = "avx512f")]
#[inline]
fn count<const W: usize>(
    frame: &Frame<W>,
    compiled: &Compiled,
    group: usize,
    target: __m512d,
) -> __m512i {
    let one = _mm512_set1_epi64(1);
    let mut channel = _mm512_setzero_si512();
    for sums in &frame.cumulative[..compiled.positions() - 1] {
        let passed = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(load(sums, group), target);
        channel = _mm512_mask_add_epi64(channel, passed, channel, one);
    }
    channel
}

/// Lets the chosen channel of every lane fire. `applies` says to which of eight channels an update applies.
#[target_feature(enable = "avx512f")]
#[inline]
fn look_up<const W: usize>(
    frame: &mut Frame<W>,
    compiled: &Compiled,
    applies: impl Fn(&Update, __m512i) -> __mmask8,
) {
    frame.time = frame.next_time;
    for update in &compiled.updates {
        let (low, high) = (load(&update.amounts, 0), load(&update.amounts, 1));
        let row = &mut frame.rows[usize::from(update.row)];
        for group in 0..W / VECTOR {
            let channel = load_words(&frame.channel, group);
            let amount = _mm512_permutex2var_pd(low, channel, high);
            let count = load(row, group);
            let count = _mm512_mask_add_pd(count, applies(update, channel), count, amount);
            store(row, group, count);
        }
    }
}

/// Which of eight channels lie in the block of an update.
#[target_feature(enable = "avx512f")]
#[inline]
fn is_in_block(update: &Update, channel: __m512i) -> __mmask8 {
    let block = _mm512_srli_epi64::<{ BLOCK.trailing_zeros() }>(channel);
    _mm512_cmpeq_epi64_mask(block, _mm512_set1_epi64(i64::from(update.block)))
}
