//! Shares of the processors. Who wants to simulate waits for a turn, which is short; next is whoever's run has had least of the
//! processors so far. So neither long samples, nor many arms, nor an early beginning keep others waiting.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// After so long a turn is up.
const TURN: Duration = Duration::from_millis(20);

/// Turns, as many at once as there are processors.
#[derive(Debug)]
pub(crate) struct Turns(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    free: usize,
    /// The last number of a share, or of a place in line, that was given out.
    last: u64,
    /// What each share has had.
    had: BTreeMap<u64, Duration>,
    waiting: Vec<Waiting>,
    /// What the share had that was called last.
    level: Duration,
}

#[derive(Debug)]
struct Waiting {
    share: u64,
    number: u64,
    thread: Thread,
}

/// The share of one run, whose threads all take their turns of it.
#[derive(Debug)]
pub(crate) struct Share<'t> {
    turns: &'t Turns,
    number: u64,
}

/// A turn, given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'t> {
    share: &'t Share<'t>,
    since: Instant,
}

impl Line {
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn had(&self, share: u64) -> Duration {
        self.had.get(&share).copied().unwrap_or_default()
    }

    /// Puts this thread into the line. What a share left to others, paused or not yet there, it does not catch up with.
    fn queue(&mut self, share: u64) -> u64 {
        let had = self.had(share).max(self.level);
        self.had.insert(share, had);
        let number = self.number();
        self.waiting.push(Waiting {
            share,
            number,
            thread: std::thread::current(),
        });
        number
    }

    fn is_waiting(&self, own: u64) -> bool {
        self.waiting.iter().any(|waiting| waiting.number == own)
    }

    /// Calls those whose turn it is: whose shares have had least, of equals who has waited longest.
    fn call(&mut self) {
        while self.free > 0 {
            let of = |place: &usize| {
                let waiting = &self.waiting[*place];
                (self.had(waiting.share), waiting.number)
            };
            let Some(next) = (0..self.waiting.len()).min_by_key(of) else {
                return;
            };
            let next = self.waiting.swap_remove(next);
            self.free -= 1;
            self.level = self.level.max(self.had(next.share));
            next.thread.unpark();
        }
    }

    fn end(&mut self, share: u64, had: Duration) {
        self.free += 1;
        *self.had.entry(share).or_default() += had;
    }
}

impl Turns {
    pub(crate) fn new(at_once: usize) -> Self {
        Self(Mutex::new(Line {
            free: at_once,
            ..Line::default()
        }))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A share as large as that of each other.
    pub(crate) fn share(&self) -> Share<'_> {
        let number = self.line().number();
        Share {
            turns: self,
            number,
        }
    }
}

impl Share<'_> {
    /// Waits for a turn.
    pub(crate) fn turn(&self) -> Turn<'_> {
        let mut line = self.turns.line();
        let own = line.queue(self.number);
        line.call();
        while line.is_waiting(own) {
            drop(line);
            std::thread::park();
            line = self.turns.line();
        }
        drop(line);
        Turn {
            share: self,
            since: Instant::now(),
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.turns.line().had.remove(&self.number);
    }
}

impl Turn<'_> {
    /// Whether others are to have theirs.
    pub(crate) fn is_up(&self) -> bool {
        self.since.elapsed() >= TURN
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut line = self.share.turns.line();
        line.end(self.share.number, self.since.elapsed());
        line.call();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_than_are_free_work_at_once_and_all_get_their_turn() {
        let turns = Turns::new(2);
        let (working, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let share = turns.share();
                    for _ in 0..50 {
                        let _turn = share.turn();
                        assert!(working.fetch_add(1, Ordering::SeqCst) < 2);
                        std::thread::yield_now();
                        working.fetch_sub(1, Ordering::SeqCst);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 400);
        assert!(turns.line().had.is_empty());
    }

    /// The share and number of whoever alone is called to one processor.
    fn called(line: &mut Line) -> (u64, u64) {
        line.free = 1;
        let before: Vec<_> = line.waiting.iter().map(|w| (w.share, w.number)).collect();
        line.call();
        let mut called = before.into_iter().filter(|(_, own)| !line.is_waiting(*own));
        let only = called.next().expect("somebody is called");
        assert_eq!((line.free, called.next()), (0, None));
        only
    }

    /// What each share gets in `turns` turns, if each of its threads always wants one and keeps it for so long, ms.
    fn split(shares: &[(usize, u64)], turns: usize) -> Vec<u64> {
        let mut line = Line::default();
        for (share, (threads, _)) in (0..).zip(shares) {
            for _ in 0..*threads {
                line.queue(share);
            }
        }
        let mut got = vec![0; shares.len()];
        for _ in 0..turns {
            let (share, _) = called(&mut line);
            let length = shares[share as usize].1;
            got[share as usize] += length;
            line.end(share, Duration::from_millis(length));
            line.queue(share);
        }
        got
    }

    #[test]
    fn many_threads_or_long_turns_get_a_run_no_more_than_others() {
        for shares in [[(1, 1), (6, 1), (1, 1)], [(1, 20), (2, 1), (6, 7)]] {
            let got = split(&shares, 3000);
            let least = got.iter().min().expect("there are shares");
            assert!(
                got.iter().all(|got| got - least <= 20),
                "{shares:?}: {got:?}"
            );
        }
    }

    #[test]
    fn who_comes_late_is_next_but_does_not_catch_up() {
        let mut line = Line::default();
        let (early, late) = (0, 1);
        let take = |line: &mut Line| {
            let (share, _) = called(line);
            line.end(share, Duration::from_secs(1));
            line.queue(share);
            share
        };
        line.queue(early);
        for _ in 0..9 {
            take(&mut line);
        }
        line.queue(late);
        let then: Vec<u64> = (0..6).map(|_| take(&mut line)).collect();
        assert_eq!(
            then.iter().filter(|share| **share == late).count(),
            3,
            "{then:?}"
        );
        assert!(then[..2].contains(&late), "{then:?}");
    }
}
