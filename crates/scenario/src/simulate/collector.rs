//! Where replicates go, one after the other: statistics, expectations, the table of trajectories.

use crate::Error;
use crate::directory::{Beside, Directory};
use crate::language::Statistic;
use crate::simulate::check::{Check, checks};
use crate::simulate::checkpoint::Replicate;
use crate::simulate::plan::Plan;
use crate::simulate::summary::Row;
use crate::tables::columns::TRAJECTORIES;
use paracrine_kernel::statistics::Summary;
use std::fmt::Write as _;

/// Everything that is kept of the replicates so far.
pub(super) struct Collector<'p> {
    plan: &'p Plan,
    /// Time by time, one for each quantity of the plan.
    summaries: Vec<Summary>,
    /// One for each expectation, with the index of its sampling time; none if the run ends before it.
    expected: Vec<(Option<usize>, Summary)>,
    trajectories: Option<Beside>,
    text: String,
    /// Replicates so far.
    pub(super) replicates: u64,
    /// Firings of all of them.
    pub(super) firings: u64,
    /// How many of them the limit of firings stopped.
    pub(super) stopped: u64,
}

impl<'p> Collector<'p> {
    /// A collector that has seen nothing. Trajectories grow in the directory, if the plan wants them and there is one.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(super) fn new(plan: &'p Plan, directory: Option<&Directory>) -> Result<Self, Error> {
        let mut trajectories = match directory {
            Some(directory) if plan.trajectories => Some(directory.grow(TRAJECTORIES.csv)?),
            _ => None,
        };
        if let Some(file) = &mut trajectories {
            file.append(TRAJECTORIES.header_line().as_bytes())?;
        }
        let index = |at: f64| {
            plan.times
                .iter()
                .position(|time| time.total_cmp(&at).is_eq())
        };
        let expected = plan.model.expectations.iter();
        Ok(Self {
            summaries: vec![Summary::default(); plan.times.len() * plan.quantities.len()],
            expected: expected
                .map(|expectation| (index(expectation.at), Summary::default()))
                .collect(),
            trajectories,
            text: String::new(),
            replicates: 0,
            firings: 0,
            stopped: 0,
            plan,
        })
    }

    /// Takes in the next replicate.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(super) fn add(&mut self, number: u64, replicate: &Replicate) -> Result<(), Error> {
        let plan = self.plan;
        let every = plan.model.network.quantities().len().max(1);
        self.replicates += 1;
        self.firings = self.firings.saturating_add(replicate.firings);
        self.stopped += u64::from(replicate.stopped);
        let rows = || replicate.values.chunks_exact(every);
        for (row, summaries) in rows().zip(
            self.summaries
                .chunks_exact_mut(plan.quantities.len().max(1)),
        ) {
            for (quantity, summary) in plan.quantities.iter().zip(summaries) {
                summary.add(row[*quantity]);
            }
        }
        for (index, row) in rows().enumerate() {
            if self.expected.iter().all(|(at, _)| *at != Some(index)) {
                continue;
            }
            let values = plan.gauge.values(row, plan.times[index]);
            let expectations = plan.model.expectations.iter();
            for ((value, (at, summary)), expectation) in
                values.zip(&mut self.expected).zip(expectations)
            {
                if *at == Some(index) {
                    summary.add(match expectation.statistic {
                        Statistic::Probability => f64::from(u8::from(value != 0.0)),
                        _ => value,
                    });
                }
            }
        }
        if let Some(file) = &mut self.trajectories {
            self.text.clear();
            for (row, time) in rows().zip(&plan.times) {
                for quantity in &plan.quantities {
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        self.text,
                        "{number},{time},{},{}",
                        plan.name(*quantity),
                        row[*quantity]
                    );
                }
            }
            file.append(self.text.as_bytes())?;
        }
        Ok(())
    }

    /// The statistics, by time and quantity.
    pub(super) fn rows(&self) -> Vec<Row> {
        let per_time = self.plan.quantities.len().max(1);
        let mut rows = Vec::with_capacity(self.summaries.len());
        for (time, summaries) in self
            .plan
            .times
            .iter()
            .zip(self.summaries.chunks_exact(per_time))
        {
            for (quantity, summary) in self.plan.quantities.iter().zip(summaries) {
                rows.push(Row::new(*time, self.plan.name(*quantity), summary));
            }
        }
        rows
    }

    /// What became of the expectations.
    pub(super) fn checks(&self) -> Vec<Check> {
        let summaries: Vec<Summary> = self
            .expected
            .iter()
            .map(|(_, summary)| summary.clone())
            .collect();
        checks(self.plan, &summaries)
    }

    /// The table of trajectories, complete; the hash of its bytes if there is one.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(super) fn finish(self) -> Result<Option<blake3::Hash>, Error> {
        self.trajectories.map(Beside::finish).transpose()
    }
}
