//! Runs at once: one per visitor, a queue where there are too many, a quota of beginnings.

use crate::limits::{MOST_WAITING, QUOTA, QUOTA_WINDOW};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What its page asks of a run while it goes on.
#[derive(Debug, Default)]
pub(crate) struct Reins {
    state: Mutex<Asked>,
    changed: Condvar,
}

/// As it stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) is_paused: bool,
    /// Samples to go on by although paused.
    pub(crate) steps: u32,
    /// Samples a second; as many as there can be without.
    pub(crate) pace: Option<f64>,
    pub(crate) is_stopped: bool,
    /// Whether it was a later run of the same visitor that stopped it.
    pub(crate) is_replaced: bool,
}

impl Reins {
    pub(crate) fn new(pace: Option<f64>) -> Arc<Self> {
        let reins = Self::default();
        reins.lock().pace = pace;
        Arc::new(reins)
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn asked(&self) -> Asked {
        *self.lock()
    }

    pub(crate) fn ask(&self, change: impl FnOnce(&mut Asked)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    pub(crate) fn stop(&self) {
        self.ask(|asked| asked.is_stopped = true);
    }

    /// Waits for a change, no longer than that.
    pub(crate) fn wait(&self, most: Duration) -> Asked {
        let guard = self.lock();
        let waited = self.changed.wait_timeout(guard, most);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[derive(Debug)]
struct Run {
    id: String,
    visitor: String,
    reins: Arc<Reins>,
}

#[derive(Debug, Default)]
struct Book {
    running: Vec<Run>,
    waiting: VecDeque<Run>,
    begun: HashMap<String, VecDeque<Instant>>,
}

/// All runs, running and waiting.
#[derive(Debug)]
pub(crate) struct Visits {
    book: Mutex<Book>,
    most: usize,
}

/// Why there is no run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRun {
    /// The visitor has begun too many.
    Quota,
    /// Too many wait already.
    Full,
}

/// A place among the runs, given up when dropped.
#[derive(Debug)]
pub(crate) struct Place<'v> {
    visits: &'v Visits,
    id: String,
    pub(crate) reins: Arc<Reins>,
}

impl Visits {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            book: Mutex::default(),
            most,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a run; that of the same visitor before it is told to stop.
    pub(crate) fn enter(
        &self,
        id: String,
        visitor: &str,
        reins: Arc<Reins>,
    ) -> Result<Place<'_>, NoRun> {
        let mut book = self.lock();
        let now = Instant::now();
        // Visitors who have not begun anything for a while are forgotten.
        book.begun.retain(|_, begun| {
            begun.retain(|at| now.duration_since(*at) < QUOTA_WINDOW);
            !begun.is_empty()
        });
        let begun = book.begun.entry(visitor.to_owned()).or_default();
        if begun.len() >= QUOTA {
            return Err(NoRun::Quota);
        }
        begun.push_back(now);
        for run in book.running.iter().chain(&book.waiting) {
            if run.visitor == visitor {
                run.reins.ask(|asked| {
                    asked.is_stopped = true;
                    asked.is_replaced = true;
                });
            }
        }
        if book.waiting.len() >= MOST_WAITING {
            return Err(NoRun::Full);
        }
        book.waiting.push_back(Run {
            id: id.clone(),
            visitor: visitor.to_owned(),
            reins: Arc::clone(&reins),
        });
        drop(book);
        Ok(Place {
            visits: self,
            id,
            reins,
        })
    }

    /// The reins of a run of this visitor.
    pub(crate) fn reins(&self, id: &str, visitor: &str) -> Option<Arc<Reins>> {
        let book = self.lock();
        let mut runs = book.running.iter().chain(&book.waiting);
        let run = runs.find(|run| run.id == id && run.visitor == visitor)?;
        Some(Arc::clone(&run.reins))
    }

    /// Tells all runs to stop.
    pub(crate) fn stop(&self) {
        let book = self.lock();
        for run in book.running.iter().chain(&book.waiting) {
            run.reins.stop();
        }
    }
}

impl Place<'_> {
    /// By what its page calls the run.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// How many are before it; 0 once it may run.
    pub(crate) fn ahead(&self) -> usize {
        let mut book = self.visits.lock();
        while book.running.len() < self.visits.most {
            let Some(run) = book.waiting.pop_front() else {
                break;
            };
            book.running.push(run);
        }
        let place = book.waiting.iter().position(|run| run.id == self.id);
        place.map_or(0, |place| place + 1)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut book = self.visits.lock();
        book.running.retain(|run| run.id != self.id);
        book.waiting.retain(|run| run.id != self.id);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn enter<'v>(visits: &'v Visits, id: &str, visitor: &str) -> Result<Place<'v>, NoRun> {
        visits.enter(id.into(), visitor, Reins::new(None))
    }

    #[test]
    fn runs_beyond_the_most_wait_in_order() {
        let visits = Visits::new(2);
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|id| enter(&visits, id, id).unwrap());
        let ahead = |places: &[&Place<'_>]| places.iter().map(|p| p.ahead()).collect::<Vec<_>>();
        assert_eq!(ahead(&[&a, &b, &c, &d]), [0, 0, 1, 2]);
        drop(b);
        assert_eq!(ahead(&[&a, &c, &d]), [0, 0, 1]);
        drop(c);
        assert_eq!(ahead(&[&a, &d]), [0, 0]);
    }

    #[test]
    fn a_visitor_has_one_run() {
        let visits = Visits::new(4);
        let first = enter(&visits, "a", "one").unwrap();
        let other = enter(&visits, "b", "two").unwrap();
        let _second = enter(&visits, "c", "one").unwrap();
        assert!(first.reins.asked().is_stopped && first.reins.asked().is_replaced);
        assert!(!other.reins.asked().is_stopped && !other.reins.asked().is_replaced);
        assert!(visits.reins("b", "two").is_some());
        assert!(visits.reins("b", "one").is_none());
    }

    #[test]
    fn a_visitor_begins_no_more_than_the_quota() {
        let visits = Visits::new(1);
        for number in 0..QUOTA {
            drop(enter(&visits, &number.to_string(), "one").unwrap());
        }
        assert_eq!(enter(&visits, "more", "one").unwrap_err(), NoRun::Quota);
        assert!(enter(&visits, "else", "two").is_ok());
    }
}
