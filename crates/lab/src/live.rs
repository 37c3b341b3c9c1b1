//! A run that is watched: one mouse, or well, of each arm, sent to its page sample by sample.

use crate::limits::LONGEST_PAUSE;
use crate::picture;
use crate::stream::Events;
use crate::turns::{Share, Turns};
use crate::visits::{Asked, Place};
use paracrine_scenario::Error;
use paracrine_scenario::plan::Plan;
use paracrine_scenario::replicate::Replicate;
use serde_json::{Value, json};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Between two signs of life while nothing else is sent.
const SIGN: Duration = Duration::from_secs(1);

/// How a run ended that did not come to its end.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The page is gone, or was told to stop.
    Left,
    /// The engine refuses to go on.
    Engine(Error),
}

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self::Left
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// What a page needs to know of a plan to draw it.
pub(crate) fn outline(plan: &Plan) -> Value {
    let readouts = plan.readouts.iter().map(|readout| {
        json!({ "name": readout.name, "label": readout.label, "unit": readout.unit, "logarithmic": readout.logarithmic })
    });
    let readouts: Vec<Value> = readouts.collect();
    let arms: Vec<&str> = plan.arms.iter().map(|arm| arm.name.as_str()).collect();
    json!({
        "title": plan.title,
        "question": plan.question,
        "arms": arms,
        "readouts": readouts,
        "until_d": plan.run.until_d,
        "is_culture": plan.is_culture,
        "cells": plan.run.cells,
        "seed": plan.run.seed,
        "samples": plan.samples(),
        "ill_at": plan.points.first().map(|point| point.parameters.onset_damage),
    })
}

/// Waits until it may begin; says how many are before it.
pub(crate) fn queue(place: &Place<'_>, events: &mut Events<'_>) -> Result<(), Broken> {
    loop {
        let ahead = place.ahead();
        if place.reins.asked().is_stopped {
            return Err(Broken::Left);
        }
        if ahead == 0 {
            return Ok(());
        }
        events.send("queue", &json!({ "ahead": ahead }))?;
        place.reins.wait(SIGN);
    }
}

/// Waits while the page has paused the run. Whether it waited.
fn hold(place: &Place<'_>, events: &mut Events<'_>) -> Result<(Asked, bool), Broken> {
    let since = Instant::now();
    let mut has_waited = false;
    loop {
        let asked = place.reins.asked();
        if asked.is_stopped || since.elapsed() > LONGEST_PAUSE {
            return Err(Broken::Left);
        }
        if !asked.is_paused {
            return Ok((asked, has_waited));
        }
        if asked.steps > 0 {
            place
                .reins
                .ask(|asked| asked.steps = asked.steps.saturating_sub(1));
            return Ok((asked, true));
        }
        events.ping()?;
        place.reins.wait(SIGN);
        has_waited = true;
    }
}

/// Waits for a time, unless the page stops the run or wants another pace meanwhile.
fn wait_until(due: Instant, place: &Place<'_>) -> Result<(), Broken> {
    let before = place.reins.asked();
    loop {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        let asked = place.reins.wait(left);
        if asked.is_stopped {
            return Err(Broken::Left);
        }
        if asked.pace != before.pace {
            return Ok(());
        }
    }
}

/// Goes on by one sample, turn by turn; less far if `is_over` says so meanwhile.
fn advance(
    replicate: &mut Replicate<'_>,
    share: &Share<'_>,
    is_over: &AtomicBool,
) -> Result<(), Error> {
    let seen = replicate.record().times_d.len();
    let is_due = |replicate: &Replicate<'_>| {
        !replicate.is_over()
            && replicate.record().times_d.len() == seen
            && !is_over.load(Ordering::Relaxed)
    };
    while is_due(replicate) {
        let turn = share.turn();
        while is_due(replicate) && !turn.is_up() {
            replicate.step()?;
        }
    }
    Ok(())
}

/// All arms go on by one sample, side by side, while it is seen to that the page is there.
fn advance_all(
    hosts: &mut [Replicate<'_>],
    share: &Share<'_>,
    place: &Place<'_>,
    events: &mut Events<'_>,
) -> Result<(), Broken> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (done, arms) = mpsc::channel();
        let running: Vec<_> = hosts.iter_mut().filter(|host| !host.is_over()).collect();
        let mut left = running.len();
        for host in running {
            let (done, is_over) = (done.clone(), &is_over);
            scope.spawn(move || {
                // Nobody listens any more if the page is gone.
                let _ = done.send(advance(host, share, is_over));
            });
        }
        drop(done);
        let told = (|| {
            while left > 0 {
                match arms.recv_timeout(SIGN) {
                    Ok(advanced) => advanced?,
                    Err(mpsc::RecvTimeoutError::Timeout) => {
                        if place.reins.asked().is_stopped {
                            return Err(Broken::Left);
                        }
                        events.ping()?;
                        continue;
                    }
                    // A thread panicked; the scope hands that on.
                    Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Broken::Left),
                }
                left -= 1;
            }
            Ok(())
        })();
        is_over.store(true, Ordering::Relaxed);
        told
    })
}

/// What is seen of an arm now; `sample` is the number of its sample, if it has one.
fn seen(replicate: &Replicate<'_>, is_new: bool) -> Value {
    let record = replicate.record();
    let host = replicate.host();
    let mut arm = json!({ "died_d": host.died_d(), "onset_d": host.onset_d() });
    if let Some((from_d, reason)) = &record.cut_short {
        arm["cut_short"] = json!({ "from_d": from_d, "reason": reason });
    }
    if is_new && let Some(values) = record.values.last() {
        let (dots, cells_per_dot) = picture::dots(host);
        arm["time_d"] = json!(record.times_d.last());
        arm["values"] = json!(values);
        arm["histograms"] = picture::histograms(host);
        arm["dots"] = json!(dots);
        arm["cells_per_dot"] = json!(cells_per_dot);
    }
    arm
}

/// Runs mouse `number` of every arm to its end, as the page asks. Up to `fast_to_d` no pace is kept.
///
/// # Errors
/// If it did not come to its end.
pub(crate) fn run(
    plan: &Plan,
    number: u64,
    fast_to_d: f64,
    place: &Place<'_>,
    turns: &Turns,
    events: &mut Events<'_>,
) -> Result<(), Broken> {
    events.send("plan", &outline(plan))?;
    let share = turns.share();
    let mut hosts = (0..plan.arms.len())
        .map(|arm| {
            let _turn = share.turn();
            Replicate::begin(plan, arm, number)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let mut sent = vec![0; hosts.len()];
    let mut due = Instant::now();
    loop {
        let arms: Vec<Value> = hosts
            .iter()
            .zip(&mut sent)
            .map(|(host, sent)| {
                let samples = host.record().times_d.len();
                let is_new = samples > *sent;
                *sent = samples;
                seen(host, is_new)
            })
            .collect();
        events.send("sample", &json!({ "arms": arms }))?;
        if hosts.iter().all(Replicate::is_over) {
            events.send("end", &json!({ "samples": sent }))?;
            return Ok(());
        }
        let (asked, has_waited) = hold(place, events)?;
        let age_d = hosts
            .iter()
            .map(|host| host.host().age_d())
            .fold(0.0, f64::max);
        match asked.pace {
            Some(pace) if !has_waited && age_d >= fast_to_d => {
                due += Duration::from_secs_f64(1.0 / pace);
                // A run that is late does not hurry to make up for it.
                due = due.max(Instant::now());
                wait_until(due, place)?;
            }
            _ => due = Instant::now(),
        }
        advance_all(&mut hosts, &share, place, events)?;
    }
}
