//! Snapshots: every agent of a host at one time, as rows of `cells.csv`.

use crate::language::{HOST_TAG, OTHER, SELF};
use crate::plan::Plan;
use paracrine_cells::host::Host;
use paracrine_cells::specificity::Specificity;

/// The snapshots of one host, as they come.
pub(crate) struct Snapshots<'p> {
    plan: &'p Plan,
    arm: usize,
    replicate: String,
    taken: usize,
    rows: csv::Writer<Vec<u8>>,
}

impl<'p> Snapshots<'p> {
    /// None taken yet. Those due by an age, in days, come too late.
    pub(crate) fn after(plan: &'p Plan, arm: usize, replicate: u64, age_d: f64) -> Self {
        Self::with(plan, arm, replicate, Vec::new(), age_d)
    }

    /// With the rows of all that were due by an age, in days.
    pub(crate) fn with(
        plan: &'p Plan,
        arm: usize,
        replicate: u64,
        rows: Vec<u8>,
        age_d: f64,
    ) -> Self {
        Self {
            plan,
            arm,
            replicate: replicate.to_string(),
            taken: due(plan, age_d),
            rows: csv::Writer::from_writer(rows),
        }
    }

    /// Looks at the host at the beginning and after each step: a snapshot is taken after the step that reaches its time.
    ///
    /// # Errors
    /// What went wrong in writing it.
    pub(crate) fn look(&mut self, host: &Host<'_>) -> csv::Result<()> {
        let due = due(self.plan, host.age_d());
        if due <= self.taken {
            return Ok(());
        }
        self.taken = due;
        write(&mut self.rows, self.plan, self.arm, &self.replicate, host)
    }

    /// The rows so far, without a header.
    ///
    /// # Errors
    /// What went wrong in writing them.
    pub(crate) fn rows(&mut self) -> csv::Result<&[u8]> {
        self.rows.flush()?;
        Ok(self.rows.get_ref())
    }

    /// The rows, without a header.
    ///
    /// # Errors
    /// What went wrong in writing them.
    pub(crate) fn finish(self) -> csv::Result<Vec<u8>> {
        let rows = self.rows.into_inner();
        rows.map_err(|error| csv::Error::from(error.into_error()))
    }
}

/// How many snapshots are due by an age, in days.
fn due(plan: &Plan, age_d: f64) -> usize {
    plan.snapshots_d
        .partition_point(|time| *time <= age_d + 1e-9)
}

/// The name of what a cell recognises.
fn specificity(plan: &Plan, specificity: Specificity) -> &str {
    match specificity.antigen() {
        Some(antigen) => plan.antigens.get(antigen).map_or(OTHER, String::as_str),
        None if specificity == Specificity::SELF => SELF,
        None => OTHER,
    }
}

fn write(
    rows: &mut csv::Writer<Vec<u8>>,
    plan: &Plan,
    arm: usize,
    replicate: &str,
    host: &Host<'_>,
) -> csv::Result<()> {
    let population = host.population();
    let time_d = host.age_d();
    let time = time_d.to_string();
    for (agent, surface) in population.agents.iter().zip(&population.surfaces) {
        let tag = match agent.tag {
            0 => HOST_TAG,
            number => plan
                .tags
                .get(usize::from(number))
                .map_or("", String::as_str),
        };
        let organ = if plan.is_culture {
            ""
        } else {
            agent.organ.name()
        };
        if plan.sweep.is_some() {
            rows.write_field(plan.arms[arm].point.to_string())?;
        }
        rows.write_record([
            plan.arms[arm].name.as_str(),
            replicate,
            &time,
            agent.kind.name(),
            &(time_d - f64::from(agent.born_h) / 24.0).to_string(),
            &agent.generation.to_string(),
            &agent.weight.to_string(),
            tag,
            organ,
            specificity(plan, agent.specificity),
            &surface.alpha.to_string(),
            &surface.beta().to_string(),
            &surface.gamma().to_string(),
            &surface.high.to_string(),
            &surface.intermediate().to_string(),
            &agent.pstat5.to_string(),
        ])?;
    }
    Ok(())
}
