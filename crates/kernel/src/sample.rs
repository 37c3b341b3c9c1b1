//! A trajectory at sampling times.

use crate::simulation::Trajectory;
use crate::state::{RunError, Stop};

/// The values of all quantities at sampling times, or at as many of them as were reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    quantities: usize,
    /// Time by time, one value per quantity.
    values: Vec<f64>,
    /// How many channels fired.
    pub firings: u64,
    /// Firings by channel, if they were asked for.
    pub tally: Option<Vec<u64>>,
    /// Why it came to its end.
    pub stop: Stop,
}

impl Samples {
    pub(crate) fn new(quantities: usize, values: Vec<f64>, firings: u64, stop: Stop) -> Self {
        Self {
            quantities,
            values,
            firings,
            tally: None,
            stop,
        }
    }

    /// How many sampling times were reached.
    #[must_use]
    pub fn filled(&self) -> usize {
        self.values.len().checked_div(self.quantities).unwrap_or(0)
    }

    /// The values at the sampling time of that index, after everything that happens at or before it, in the order of
    /// [`Network::quantities`](crate::network::Network::quantities).
    #[must_use]
    pub fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.quantities..(index + 1) * self.quantities]
    }

    /// The rows that were reached, in order of time.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.quantities.max(1))
    }
}

/// Runs a trajectory through `times`, which must not decrease, and keeps its values there.
///
/// The rows are those of the sampling times that were reached before the firing limit or an interruption struck.
///
/// # Errors
///
/// [`RunError::Time`] for times that decrease or lie in the past; those of [`Trajectory::run_to`].
pub fn sample(trajectory: &mut Trajectory<'_>, times: &[f64]) -> Result<Samples, RunError> {
    let quantities = trajectory.state().values().len();
    let mut values = Vec::with_capacity(quantities * times.len());
    let mut stop = Stop::End;
    for time in times {
        stop = if trajectory.is_interrupted() {
            Stop::Interrupted
        } else {
            trajectory.run_to(*time)?
        };
        if stop != Stop::End {
            break;
        }
        values.extend_from_slice(trajectory.state().values());
    }
    let mut samples = Samples::new(quantities, values, trajectory.firings(), stop);
    samples.tally = trajectory.tally().map(<[u64]>::to_vec);
    Ok(samples)
}

/// So many equal intervals from 0 to `until`, both ends included; the last time is exactly `until`.
#[must_use]
pub fn grid(until: f64, intervals: usize) -> Vec<f64> {
    let intervals = intervals.max(1);
    (0..=intervals)
        .map(|index| {
            if index == intervals {
                until
            } else {
                until * index as f64 / intervals as f64
            }
        })
        .collect()
}
