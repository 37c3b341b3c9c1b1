//! Shares of the processors: who wants to simulate waits in line for a turn, so that nobody starves.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

/// Turns, as many at once as there are processors.
#[derive(Debug)]
pub(crate) struct Turns {
    line: Mutex<Line>,
    moved: Condvar,
}

#[derive(Debug)]
struct Line {
    free: usize,
    next: u64,
    waiting: VecDeque<u64>,
}

/// A turn, given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'t>(&'t Turns);

impl Turns {
    pub(crate) const fn new(at_once: usize) -> Self {
        Self {
            line: Mutex::new(Line {
                free: at_once,
                next: 0,
                waiting: VecDeque::new(),
            }),
            moved: Condvar::new(),
        }
    }

    /// Waits for a turn, behind all who wait already.
    pub(crate) fn take(&self) -> Turn<'_> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let own = line.next;
        line.next += 1;
        line.waiting.push_back(own);
        while line.free == 0 || line.waiting.front() != Some(&own) {
            line = self
                .moved
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
        }
        line.waiting.pop_front();
        line.free -= 1;
        drop(line);
        // The next in line may have a free one, too.
        self.moved.notify_all();
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.free += 1;
        drop(line);
        self.0.moved.notify_all();
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
                    for _ in 0..50 {
                        let _turn = turns.take();
                        assert!(working.fetch_add(1, Ordering::SeqCst) < 2);
                        std::thread::yield_now();
                        working.fetch_sub(1, Ordering::SeqCst);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 400);
    }
}
