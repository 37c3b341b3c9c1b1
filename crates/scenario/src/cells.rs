//! Snapshots: every agent of a host at one time, as rows of `cells.csv`.

use crate::language::{HOST_TAG, OTHER, SELF};
use crate::plan::Plan;
use paracrine_cells::host::Host;
use paracrine_cells::specificity::Specificity;

/// The snapshots of one host, as they come.
pub struct Snapshots<'p> {
    plan: &'p Plan,
    arm: usize,
    replicate: String,
    taken: usize,
    rows: csv::Result<csv::Writer<Vec<u8>>>,
}

impl<'p> Snapshots<'p> {
    /// None taken yet.
    pub fn new(plan: &'p Plan, arm: usize, replicate: u64) -> Self {
        Self {
            plan,
            arm,
            replicate: replicate.to_string(),
            taken: 0,
            rows: Ok(csv::Writer::from_writer(Vec::new())),
        }
    }

    /// Looks at the host at the beginning and after each step: a snapshot is taken after the step that reaches its time.
    pub fn look(&mut self, host: &Host<'_>) {
        let times = &self.plan.snapshots_d;
        let due = times.partition_point(|time| *time <= host.age_d() + 1e-9);
        if due <= self.taken {
            return;
        }
        self.taken = due;
        if let Ok(rows) = &mut self.rows
            && let Err(error) = write(rows, self.plan, self.arm, &self.replicate, host)
        {
            self.rows = Err(error);
        }
    }

    /// The rows, without a header.
    ///
    /// # Errors
    /// What went wrong in writing them.
    pub fn finish(self) -> csv::Result<Vec<u8>> {
        let rows = self.rows?.into_inner();
        rows.map_err(|error| csv::Error::from(error.into_error()))
    }
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
