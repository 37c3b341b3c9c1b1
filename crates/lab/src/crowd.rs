//! Many mice of one scenario, sent as each is finished.

use crate::live::{Broken, outline};
use crate::stream::Events;
use crate::turns::{Turn, Turns};
use crate::visits::Place;
use paracrine_scenario::Error;
use paracrine_scenario::plan::Plan;
use paracrine_scenario::record::Record;
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Simulates mice 0 to `mice` of every arm. They come in the order in which they are finished.
///
/// # Errors
/// If not all of them came.
pub(crate) fn run(
    plan: &Plan,
    mice: u32,
    workers: usize,
    place: &Place<'_>,
    turns: &Turns,
    events: &mut Events<'_>,
) -> Result<(), Broken> {
    let mut told = outline(plan);
    told["mice"] = json!(mice);
    events.send("plan", &told)?;
    let arms = plan.arms.len() as u64;
    let units = u64::from(mice) * arms;
    let share = turns.share();
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        // No worker is ahead of the page by more than a mouse.
        let (sender, receiver) = mpsc::sync_channel::<(u64, u64, Result<Record, Error>)>(1);
        for _ in 0..workers {
            let (sender, share) = (sender.clone(), &share);
            let (next, is_over) = (&next, &is_over);
            scope.spawn(move || {
                loop {
                    let unit = next.fetch_add(1, Ordering::Relaxed);
                    if unit >= units {
                        return;
                    }
                    let (arm, number) = (unit % arms, unit / arms);
                    let mut turn = Some(share.turn());
                    let proceed = |_| {
                        if turn.as_ref().is_some_and(Turn::is_up) {
                            drop(turn.take());
                            turn = Some(share.turn());
                        }
                        !is_over.load(Ordering::Relaxed)
                    };
                    let simulated = Record::simulate(plan, arm as usize, number, proceed);
                    // Whoever waits for its page keeps no processor.
                    drop(turn.take());
                    let record = match simulated {
                        Ok(Some(record)) => Ok(record),
                        Ok(None) => return,
                        Err(error) => Err(error),
                    };
                    if sender.send((arm, number, record)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let sent = (|| {
            let mut seen = 0;
            while seen < units {
                if place.reins.asked().is_stopped {
                    return Err(Broken::Left);
                }
                match receiver.recv_timeout(Duration::from_secs(1)) {
                    Ok((arm, number, record)) => {
                        let Record {
                            times_d,
                            values,
                            died_d,
                            onset_d,
                            ..
                        } = record?;
                        events.send(
                            "mouse",
                            &json!({
                                "arm": arm, "replicate": number, "times_d": times_d, "values": values,
                                "died_d": died_d, "onset_d": onset_d,
                            }),
                        )?;
                        seen += 1;
                    }
                    Err(mpsc::RecvTimeoutError::Timeout) => events.ping()?,
                    Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Broken::Left),
                }
            }
            events.send("end", &json!({ "mice": seen }))?;
            Ok(())
        })();
        is_over.store(true, Ordering::Relaxed);
        // Whoever waits to send learns that nobody listens.
        drop(receiver);
        sent
    })
}
