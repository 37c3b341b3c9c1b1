//! What a replicate ends with.

use thiserror::Error;

/// A finished replicate, as handed to the sink.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome<'a> {
    /// The recorded counts: one row per sampling time reached, in each the recorded species in the order of the plan.
    /// A row shows the state after all events at or before its time.
    pub(crate) samples: &'a [f64],
    /// How many sampling times were reached.
    pub(crate) filled: usize,
    /// How many events happened.
    pub(crate) events: u64,
    /// When the next event would have happened; infinite if none ever would.
    pub(crate) next_event: f64,
    /// How often each channel fired, in the order of the tables, if the plan asks for it.
    pub(crate) firings: Option<&'a [u64]>,
    /// Why the replicate ended.
    pub(crate) end: End,
}

/// Why a replicate ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// It reached the last sampling time.
    Finished,
    /// It has had as many events as the limit allows.
    Limit,
    /// It cannot be continued.
    Fault(Fault),
}

/// Why a replicate cannot be continued.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub(crate) enum Fault {
    /// The total propensity is infinite or not a number.
    #[error("the total propensity is {total} in state {counts:?}")]
    Total {
        /// The total propensity.
        total: f64,
        /// The first channel whose own propensity is not finite; none if only the sum of all is too large.
        channel: Option<usize>,
        /// The count of each species.
        counts: Vec<f64>,
    },
    /// One more event might lift a count to 2^53, from where on counts are not exact, or take one below 0.
    #[error("a count comes too near to 0 or 2^53 in state {counts:?}")]
    Count {
        /// The species nearest to it.
        species: usize,
        /// The count of each species.
        counts: Vec<f64>,
    },
}
