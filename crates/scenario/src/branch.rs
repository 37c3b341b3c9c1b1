//! Runs that begin from the states that another run has kept.
//!
//! What was done to a host before its state was kept must be what the scenario says, so that the rows are those of the same scenario
//! from its beginning; anything else is refused.

use crate::Error;
use crate::history::{Casts, History};
use crate::language::{Fault, Faults, any_of};
use crate::plan::{Plan, time};
use crate::replicate;
use crate::states::{self, Owner, Sum, Unusable};
use crate::unfinished::Request;
use paracrine_cells::host::Host;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Folder of a results directory in which states are kept.
pub(crate) const STATES: &str = "states";

/// What was asked of the run that kept them.
pub(crate) const ASKED: &str = "states/request";

/// The file of a state in a results directory.
pub(crate) fn state(arm: usize, replicate: u64) -> String {
    format!("{STATES}/arm{arm}-mouse{replicate}.state")
}

/// States of another run from which a run begins.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The results directory that holds them.
    pub path: PathBuf,
    /// Hash of all states from which the run begins.
    pub digest: String,
    /// Age at which they were kept, d.
    pub age_d: f64,
    /// Steps until then.
    pub steps: u64,
    /// Digest of the run that kept them.
    run: String,
    /// Of each arm the one from whose states it begins, and new numbers of genotype and tag of its cells.
    arms: Vec<(usize, Casts)>,
    /// Checksums of the states, by arm there and replicate.
    sums: HashMap<(usize, u64), Sum>,
}

impl Branch {
    /// The states in a results directory from which the hosts of a plan can begin.
    ///
    /// # Errors
    /// [`Error::States`] if some are not there, or damaged; faults of the scenario if its hosts cannot have come to these states.
    pub(crate) fn find(path: &Path, plan: &Plan) -> Result<Self, Error> {
        let refused = |problem: String| Error::States {
            path: path.into(),
            problem,
        };
        let asked = plan.overrides.from_point;
        let request = Request::read(&path.join(ASKED)).map_err(|error| match error {
            Error::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => refused(
                "no states are kept there: run the scenario they are to come from with `save_at` or --save-at".into(),
            ),
            error => error,
        })?;
        let past = request.plan()?;
        let Some((steps, age_d)) = past.saved() else {
            return Err(refused("its run keeps no states".into()));
        };
        if let Some(asked) =
            asked.filter(|asked| past.sweep.is_none() || !past.chosen.contains(&(*asked as usize)))
        {
            let expected = match (&past.sweep, past.chosen.len()) {
                (None, _) => "no --from-point: the run that kept the states has no `sweep`".into(),
                (_, 1) => format!("{}, the only point that was simulated", past.chosen.start),
                _ => format!("{} to {}", past.chosen.start, past.chosen.end - 1),
            };
            return Err(Error::Setting {
                option: "--from-point",
                found: asked.to_string(),
                expected,
            });
        }
        let mut branch = Self {
            path: path.into(),
            digest: String::new(),
            age_d,
            steps,
            run: past.digest.clone(),
            arms: Vec::new(),
            sums: HashMap::new(),
        };
        branch.check(plan, &past)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(past.digest.as_bytes());
        for (arm, _) in &branch.arms {
            for replicate in plan.replicates.clone() {
                let name = state(*arm, replicate);
                let owner = Owner::new(&past.digest, *arm, replicate);
                let glance = states::glance(&path.join(&name));
                let sum = glance.and_then(|(found, sum)| owner.check(&found).map(|()| sum));
                let sum = sum.map_err(|problem| match problem {
                    Unusable::Digest(found) => refused(format!(
                        "{name} was kept by another version of paracrine or another run ({found}, expected {})",
                        past.digest
                    )),
                    problem => refused(format!("{name} {problem}")),
                })?;
                if branch.sums.insert((*arm, replicate), sum).is_none() {
                    hasher.update(&sum);
                }
            }
        }
        branch.digest = hasher.finalize().to_hex()[..32].to_owned();
        Ok(branch)
    }

    /// Whether hosts of the plan may have come to states of the other, arm by arm.
    fn check(&mut self, plan: &Plan, past: &Plan) -> Result<(), Error> {
        let mut faults = Vec::new();
        let mut fault = |path: &str, found: &str, expected: &str| {
            let expected = format!("{expected}, as in the states of {}", self.path.display());
            let fault = Fault::at_path(&plan.source.text, path, found, &expected);
            // Arms of one place are asked at every point of a sweep.
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        };
        let host = |plan: &Plan| match plan.is_culture {
            false => "a mouse".to_owned(),
            true => format!("a well with steps of {:.6} min", plan.step_h * 60.0),
        };
        if (plan.is_culture, plan.step_h.to_bits()) != (past.is_culture, past.step_h.to_bits()) {
            fault("host", &host(plan), &host(past));
        }
        if let Some(refused) = self.refuse_options(plan, past) {
            return Err(refused);
        }
        if plan.run.seed != past.run.seed {
            let (found, expected) = (plan.run.seed, past.run.seed);
            fault(
                "run.seed",
                &format!("seed {found}"),
                &format!("seed {expected}"),
            );
        }
        if plan.run.cells != past.run.cells {
            let (found, expected) = (plan.run.cells, past.run.cells);
            fault(
                "run.cells",
                &format!("{found} agents"),
                &format!("{expected} agents"),
            );
        }
        if plan.overrides.from_point.is_none() && plan.sweep.is_none() && past.chosen.len() > 1 {
            let (first, last) = (past.chosen.start, past.chosen.end - 1);
            let expected = format!("one of its points, by --from-point {first} to {last}");
            fault("arms", "states of a sweep", &expected);
            return Err(Faults::new(&plan.source.origin, &plan.source.text, faults).into());
        }
        for point in plan.chosen.clone() {
            let Some(origin) = origin(plan, past, point) else {
                let found = format!("a point {point}");
                let expected = match past.chosen.len() {
                    1 => format!("point {} alone", past.chosen.start),
                    _ => format!("points {} to {}", past.chosen.start, past.chosen.end - 1),
                };
                fault("sweep", &found, &expected);
                continue;
            };
            if let Some((path, found, expected)) = parameters(plan, past, point, origin) {
                fault(&path, &found, &expected);
            }
        }
        let (first, last) = (past.replicates.start, past.replicates.end);
        if plan.replicates.start < first || plan.replicates.end > last {
            let shown = |of: &Range<u64>| match of.end - of.start {
                1 => format!("{} alone", of.start),
                _ => format!("{} to {}", of.start, of.end - 1),
            };
            let found = format!("replicates {}", shown(&plan.replicates));
            fault(
                "run.replicates",
                &found,
                &format!("replicates within {}", shown(&past.replicates)),
            );
        }
        if plan.steps() <= self.steps {
            let found = format!("an end at {}", time(plan.run.until_d, plan.is_culture));
            let expected = format!("one after {}", time(self.age_d, plan.is_culture));
            fault("run.until", &found, &expected);
        }
        if let Some((steps, _)) = plan.saved()
            && steps <= self.steps
        {
            let expected = format!("a time after {}", time(self.age_d, plan.is_culture));
            fault("run.save_at", "states kept before the beginning", &expected);
        }
        for (index, arm) in plan.arms.iter().enumerate() {
            let place = index % plan.arms_at_a_point();
            let Some(origin) = origin(plan, past, arm.point) else {
                continue;
            };
            let first = (origin - past.chosen.start) * past.arms_at_a_point();
            let known = &past.arms[first..first + past.arms_at_a_point()];
            let from = match known.len() {
                1 => Some(0),
                _ => known.iter().position(|known| known.name == arm.name),
            };
            let Some(from) = from.map(|from| first + from) else {
                let names: Vec<&str> = known.iter().map(|arm| arm.name.as_str()).collect();
                let found = format!("{:?}", arm.name);
                fault(
                    &format!("arms[{place}].name"),
                    &found,
                    &format!("{}, or states of a single arm", any_of(&names, '"')),
                );
                continue;
            };
            let own = History {
                arm,
                tags: &plan.tags,
                antigens: &plan.antigens,
                until_d: self.age_d,
            };
            let other = History {
                arm: &past.arms[from],
                tags: &past.tags,
                antigens: &past.antigens,
                until_d: self.age_d,
            };
            let contradictions = own.contradictions(&other);
            let is_same = contradictions.is_empty();
            for contradiction in contradictions {
                let path = format!("arms[{place}].{}", contradiction.field);
                fault(&path, &contradiction.found, &contradiction.expected);
            }
            match own.casts(&other) {
                Some(casts) => self.arms.push((from, casts)),
                None if is_same => fault(
                    &format!("arms[{place}].genotype"),
                    "another genotype of some of the cells that have the same tag",
                    "one for all of them, or different tags",
                ),
                None => {}
            }
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Faults::new(&plan.source.origin, &plan.source.text, faults).into())
    }

    /// What options ask for and states of the other plan do not allow; what the text asks for is told of at its place there.
    fn refuse_options(&self, plan: &Plan, past: &Plan) -> Option<Error> {
        let refuse = |option, found: String, expected: String| {
            let expected = format!("{expected}, as in the states of {}", self.path.display());
            Some(Error::Setting {
                option,
                found,
                expected,
            })
        };
        let asked = &plan.overrides;
        let (own, other) = (&plan.run, &past.run);
        if asked.seed.is_some() && own.seed != other.seed {
            return refuse("--seed", own.seed.to_string(), other.seed.to_string());
        }
        if own.cells != other.cells && (asked.cells.is_some() || asked.quick) {
            let option = if asked.cells.is_some() {
                "--cells"
            } else {
                "--quick"
            };
            let agents = |cells: u32| format!("{cells} agents");
            return refuse(option, agents(own.cells), agents(other.cells));
        }
        let (first, last) = (past.replicates.start, past.replicates.end);
        let is_outside = plan.replicates.start < first || plan.replicates.end > last;
        let numbers = match last - first {
            1 => format!("{first} alone"),
            _ => format!("{first} to {}", last - 1),
        };
        if plan.steps() <= self.steps
            && let Some(until) = &asked.until
        {
            return refuse(
                "--until",
                until.clone(),
                format!("an end after {}", time(self.age_d, plan.is_culture)),
            );
        }
        if plan.saved().is_some_and(|(steps, _)| steps <= self.steps)
            && let Some(save_at) = &asked.save_at
        {
            let expected = format!("a time after {}", time(self.age_d, plan.is_culture));
            return refuse("--save-at", save_at.clone(), expected);
        }
        match (asked.replicate, asked.replicates) {
            (Some(number), _) if is_outside => refuse(
                "--replicate",
                number.to_string(),
                format!("a replicate within {numbers}"),
            ),
            (_, Some(number)) if is_outside => refuse(
                "--replicates",
                number.to_string(),
                format!("replicates within {numbers}"),
            ),
            _ => None,
        }
    }

    /// The host of an arm at its beginning.
    ///
    /// # Errors
    /// [`Error::States`] if its state is gone, or damaged.
    pub(crate) fn host<'p>(
        &self,
        plan: &'p Plan,
        arm: usize,
        replicate: u64,
    ) -> Result<Host<'p>, Error> {
        let (from, casts) = &self.arms[arm];
        let name = state(*from, replicate);
        let refused = |problem: String| Error::States {
            path: self.path.clone(),
            problem: format!("{name} {problem}"),
        };
        let owner = Owner::new(&self.run, *from, replicate);
        let (mut state, sum) = replicate::found(&self.path.join(&name), &owner)
            .map_err(|problem| refused(problem.to_string()))?;
        if self.sums.get(&(*from, replicate)) != Some(&sum) {
            return Err(refused(
                "is another one than when the run was planned".into(),
            ));
        }
        if !state.recast(|genotype, tag| casts.get(&(genotype, tag)).copied()) {
            return Err(refused("has cells of unknown origin".into()));
        }
        let host = plan.restored(arm, replicate, state);
        host.map_err(|error| refused(error.to_string()))
    }
}

/// The point of the other run from whose states a point begins: the one that is asked for, or its only one, or that of the same number.
fn origin(plan: &Plan, past: &Plan, point: usize) -> Option<usize> {
    let asked = plan.overrides.from_point.map(|point| point as usize);
    let only = (past.chosen.len() == 1).then_some(past.chosen.start);
    let origin = asked.or(only).unwrap_or(point);
    past.chosen.contains(&origin).then_some(origin)
}

/// The first parameter of a point that is not the same at a point of the other run: where, what, what there.
fn parameters(
    plan: &Plan,
    past: &Plan,
    point: usize,
    origin: usize,
) -> Option<(String, String, String)> {
    let other = &past.points[origin].parameters;
    let point = &plan.points[point];
    if point.parameters == *other {
        return None;
    }
    let values = point.parameters.values().zip(other.values());
    let differing = values
        .into_iter()
        .find(|((_, a), (_, b))| a.to_bits() != b.to_bits());
    let Some(((name, value), (_, expected))) = differing else {
        let expected = format!("the receptors of {:?}", past.model);
        return Some(("model".into(), format!("{:?}", plan.model), expected));
    };
    let is_overlaid = point.overlay.iter().any(|change| change.parameter == name);
    let path = match &plan.sweep {
        Some(sweep) => sweep.path(name).map(str::to_owned),
        None => is_overlaid.then(|| format!("overlay.{name}")),
    };
    Some((
        path.unwrap_or_else(|| "model".into()),
        format!("{name} = {value}"),
        format!("{name} = {expected}"),
    ))
}
