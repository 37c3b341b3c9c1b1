//! The loop over events in plain Rust, for the compiler to turn into the vectors of any instruction set.

use super::{compiled::Compiled, frame::Frame, roster::Roster, xoshiro};
use crate::{draw, logarithm};

/// Runs all replicates of `roster`, which has `W` lanes.
#[inline(always)]
pub(super) fn run<const W: usize>(compiled: &Compiled, roster: &mut Roster<'_>) {
    Frame::<W>::run(
        compiled,
        roster,
        #[inline(always)]
        |frame| propose(frame, compiled),
        #[inline(always)]
        |frame| fire(frame, compiled),
    );
}

/// Draws the next event of each lane. Returns whether some lane asks to be looked at.
#[inline(always)]
fn propose<const W: usize>(frame: &mut Frame<W>, compiled: &Compiled) -> bool {
    // Loops, not `map`: the compiler keeps that in a function of its own, for the wrong instruction set.
    let words = xoshiro::next(&mut frame.stream);
    let mut waits = [0.0; W];
    for lane in 0..W {
        waits[lane] = -logarithm::ln(draw::inside(words[lane]));
    }
    let words = xoshiro::next(&mut frame.stream);
    let mut choices = [0.0; W];
    for lane in 0..W {
        choices[lane] = xoshiro::below_one(words[lane]);
    }
    let total = accumulate(frame, compiled);
    let mut asks = 0;
    for lane in 0..W {
        let time = frame.time[lane] + waits[lane] / total[lane];
        frame.next_time[lane] = time;
        let goes_on = time <= frame.next_sample[lane] && total[lane] < f64::INFINITY;
        asks |= u64::from(!goes_on);
    }
    frame.total = total;
    // Eight at a time: few enough for their sums to stay in registers.
    if W < 8 {
        choose::<W, W>(frame, compiled, &choices);
    } else {
        choose::<W, 8>(frame, compiled, &choices);
    }
    asks != 0
}

/// Forms the cumulative propensities and returns the last.
#[inline(always)]
fn accumulate<const W: usize>(frame: &mut Frame<W>, compiled: &Compiled) -> [f64; W] {
    // Beginning with 0 keeps the sum from being a negative zero.
    let mut sum = [0.0; W];
    let terms = &compiled.terms[..compiled.order.len()];
    let (with_three, fewer) = terms.split_at(compiled.with_three);
    let (with_two, with_one) = fewer.split_at(compiled.with_two - compiled.with_three);
    let rows = &frame.rows;
    let mut cumulative = frame.cumulative.iter_mut();
    for (term, cumulative) in with_three.iter().zip(&mut cumulative) {
        let [a, b, c] = term.rows.map(|row| &rows[usize::from(row)]);
        for lane in 0..W {
            sum[lane] += term.coefficient * a[lane] * b[lane] * c[lane];
        }
        *cumulative = sum;
    }
    for (term, cumulative) in with_two.iter().zip(&mut cumulative) {
        let [a, b, _] = term.rows.map(|row| &rows[usize::from(row)]);
        for lane in 0..W {
            sum[lane] += term.coefficient * a[lane] * b[lane];
        }
        *cumulative = sum;
    }
    for (term, cumulative) in with_one.iter().zip(&mut cumulative) {
        let [a, ..] = term.rows.map(|row| &rows[usize::from(row)]);
        for lane in 0..W {
            sum[lane] += term.coefficient * a[lane];
        }
        *cumulative = sum;
    }
    sum
}

/// Chooses in each lane, `GROUP` of them at a time, the channel in whose part of the total propensity the uniform falls.
#[inline(always)]
fn choose<const W: usize, const GROUP: usize>(
    frame: &mut Frame<W>,
    compiled: &Compiled,
    choices: &[f64; W],
) {
    // No target reaches the last sum, unless that is 0.
    let sums = &frame.cumulative[..compiled.order.len().saturating_sub(1)];
    for group in 0..W / GROUP {
        let [choices, total] =
            [choices, &frame.total].map(|lanes| &lanes.as_chunks::<GROUP>().0[group]);
        let mut target = [0.0; GROUP];
        for lane in 0..GROUP {
            target[lane] = choices[lane] * total[lane];
        }
        let mut channel = [0; GROUP];
        for sum in sums {
            let sum = &sum.as_chunks::<GROUP>().0[group];
            for lane in 0..GROUP {
                channel[lane] += u64::from(sum[lane] <= target[lane]);
            }
        }
        frame.channel.as_chunks_mut::<GROUP>().0[group] = channel;
    }
}

/// Lets the chosen channel of each lane fire.
#[inline(always)]
pub(super) fn fire<const W: usize>(frame: &mut Frame<W>, compiled: &Compiled) {
    frame.time = frame.next_time;
    match compiled.changes_per_channel {
        0 => {}
        1 => fire_constant::<W, 1>(frame, compiled),
        2 => fire_constant::<W, 2>(frame, compiled),
        3 => fire_constant::<W, 3>(frame, compiled),
        4 => fire_constant::<W, 4>(frame, compiled),
        count => {
            for lane in 0..W {
                let position = frame.channel[lane] as usize;
                for change in &compiled.changes[position * count..][..count] {
                    frame.rows[usize::from(change.row)][lane] += change.amount;
                }
            }
        }
    }
}

#[inline(always)]
fn fire_constant<const W: usize, const COUNT: usize>(frame: &mut Frame<W>, compiled: &Compiled) {
    let changes = compiled.changes.as_chunks::<COUNT>().0;
    for lane in 0..W {
        for change in &changes[frame.channel[lane] as usize] {
            frame.rows[usize::from(change.row)][lane] += change.amount;
        }
    }
}
