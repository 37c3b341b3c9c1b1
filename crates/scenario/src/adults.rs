//! Mice that begin as adults: grown once for all arms that are the same until then, and kept for later runs.
//!
//! An adult is a mouse of an arm's genotype, marrow and surroundings to whom nothing was done: every mouse of a scenario with
//! `start: adult(..)` is one until then, so that its rows are those of the same scenario from birth. Files are named by a hash of all that
//! decides the state.

use crate::Error;
use crate::digest::digest;
use crate::directory::put_shared;
use crate::history::History;
use crate::language::{Fault, Faults};
use crate::plan::{Plan, PlannedArm};
use crate::replicate;
use crate::run::{Keeper, Observer};
use crate::states::{FORMAT, Owner, Unusable};
use paracrine_cells::host::{Host, Setup, State};
use paracrine_kernel::ensemble;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

/// Folder beside results directories in which adults are kept.
pub const FOLDER: &str = ".adults";

/// Adults as which the mice of a run begin.
#[derive(Clone, Debug)]
pub struct Adults {
    /// Their age, d.
    pub age_d: f64,
    /// Steps until then.
    pub steps: u64,
    /// Where they are kept, if they are.
    pub folder: Option<PathBuf>,
    /// The text of the model, and of those below it.
    texts: Vec<String>,
    /// The arms, as they are until that age.
    arms: Vec<PlannedArm>,
}

/// Hash of the running program: adults outlive a version, and are none of what has changed since.
pub(crate) fn program() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let bytes = std::env::current_exe().and_then(fs::read);
        // Where it cannot be read its version, which is part of every digest, has to do.
        bytes.map_or_else(
            |_| String::new(),
            |bytes| blake3::hash(&bytes).to_hex().to_string(),
        )
    })
}

/// An arm without what is done in it, and without what begins in it at an age, d, or later.
fn untouched(arm: &PlannedArm, age_d: f64) -> PlannedArm {
    let past = History {
        arm,
        tags: &[],
        antigens: &[],
        until_d: age_d,
    };
    let genotypes = 0..arm.host.genotypes.len();
    PlannedArm {
        interventions: Vec::new(),
        conditions: Vec::new(),
        host: Setup {
            genotypes: genotypes
                .filter_map(|number| past.genotype(number))
                .collect(),
            marrow: arm.host.marrow.clone(),
            lacks: arm.host.lacks.clone(),
            // Antigens and microbes are what mice live with, and no deed.
            exposure: arm.host.exposure.clone(),
            signals: past.signals(),
            ..Setup::default()
        },
        ..arm.clone()
    }
}

/// Whose state an adult is: it belongs to no arm, and its key has all the rest.
fn owner(key: &str, replicate: u64) -> Owner {
    Owner::new(key, 0, replicate)
}

impl Adults {
    /// Adults of an age, in days.
    ///
    /// # Errors
    /// Faults of the scenario where something is done to its mice before that age.
    pub(crate) fn new(plan: &Plan, age_d: f64, texts: Vec<String>) -> Result<Self, Error> {
        let steps = plan.steps_to(age_d);
        let begins_d = plan.age_d(steps);
        let arms = plan.arms.iter().map(|arm| untouched(arm, begins_d));
        let adults = Self {
            age_d: begins_d,
            steps,
            folder: None,
            texts,
            arms: arms.collect(),
        };
        let mut faults = Vec::new();
        let mut fault = |path: &str, found: &str, expected: &str| {
            let fault = Fault::at_path(&plan.source.text, path, found, expected);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        };
        for (index, (arm, untouched)) in plan.arms.iter().zip(&adults.arms).enumerate() {
            let past = History {
                arm: untouched,
                tags: &plan.tags,
                antigens: &plan.antigens,
                until_d: adults.age_d,
            };
            let own = History { arm, ..past };
            for contradiction in own.contradictions(&past) {
                let arm = index % plan.arms_at_a_point();
                let path = format!("arms[{arm}].{}", contradiction.field);
                let expected = format!("{}: mice begin as adults", contradiction.expected);
                fault(&path, &contradiction.found, &expected);
            }
        }
        if plan.steps() <= steps {
            let found = format!("{age_d} d");
            fault("start.at", &found, "an age before the last step of the run");
        }
        if plan.saved().is_some_and(|(saved, _)| saved <= steps) {
            let expected = format!("a time after {} d, when mice begin as adults", adults.age_d);
            fault("run.save_at", "states kept before the beginning", &expected);
        }
        if faults.is_empty() {
            return Ok(adults);
        }
        Err(Faults::new(&plan.source.origin, &plan.source.text, faults).into())
    }

    /// What decides the state of an adult, as a digest.
    fn key(&self, plan: &Plan, arm: usize, replicate: u64) -> String {
        let PlannedArm { point, host, .. } = &self.arms[arm];
        let overlay = plan.points[*point].overlay.iter();
        let overlay: Vec<String> = overlay
            .map(|change| format!("{}={:?}", change.parameter, change.value))
            .collect();
        let run = &plan.run;
        // Cells carry numbers of their genotype and tag.
        let marrow = host.marrow.iter();
        let marrow: Vec<_> = marrow
            .map(|part| (part, host.genotypes.get(usize::from(part.genotype))))
            .collect();
        let rest = format!(
            "adult {FORMAT} {} {} {replicate} {} {:?} {:?} {marrow:?} {:?} {:?}",
            run.cells,
            run.seed,
            self.steps,
            host.exposure,
            host.genotypes.first(),
            host.lacks,
            host.signals
        );
        let mut parts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        parts.extend(overlay.iter().map(String::as_str));
        parts.extend([rest.as_str(), program()]);
        digest(&parts)
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(format!("{key}.state")))
    }

    /// The mouse of an arm at its beginning, grown if it is kept nowhere.
    ///
    /// # Errors
    /// [`Error::States`] if it is not one of the arm.
    pub(crate) fn host<'p>(
        &self,
        plan: &'p Plan,
        arm: usize,
        replicate: u64,
    ) -> Result<Host<'p>, Error> {
        let key = self.key(plan, arm, replicate);
        let kept = self
            .file(&key)
            .and_then(|path| replicate::found(&path, &owner(&key, replicate)).ok());
        let restored = |state: State<'_>| {
            plan.restored(arm, replicate, state)
                .map_err(|error| Error::States {
                    path: self.folder.clone().unwrap_or_default(),
                    problem: error.to_string(),
                })
        };
        if let Some((state, _)) = kept {
            return restored(state);
        }
        let mut adult = self.arms[arm].start(plan, replicate);
        while !self.is_grown(&adult) && adult.step().is_ok() {}
        restored(adult.state())
    }

    fn is_grown(&self, mouse: &Host<'_>) -> bool {
        mouse.died_d().is_some() || mouse.cut_short().is_some() || mouse.steps() >= self.steps
    }

    /// Grows the adults of arms and replicates that are not kept yet, on the ambient rayon pool, and keeps them; until `interrupt` is set.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn grow(
        &self,
        plan: &Plan,
        wanted: &[(usize, u64)],
        interrupt: &AtomicBool,
        observer: &impl Observer,
    ) -> Result<(), Error> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        fs::create_dir_all(folder).map_err(|source| Error::Write {
            path: folder.clone(),
            source,
        })?;
        let mut missing: Vec<(String, usize, u64)> = Vec::new();
        // Arms that do not differ until then have the same adults, which are looked for once.
        let mut looked_for = HashSet::new();
        for &(arm, replicate) in wanted {
            let key = self.key(plan, arm, replicate);
            if !looked_for.insert(key.clone()) {
                continue;
            }
            let path = folder.join(format!("{key}.state"));
            match replicate::found(&path, &owner(&key, replicate)) {
                Ok(_) => continue,
                Err(Unusable::Missing) => {}
                Err(problem) => observer.noted(&format!(
                    "{} {problem}: the adult is grown anew",
                    path.display()
                )),
            }
            missing.push((key, arm, replicate));
        }
        let units: Vec<u64> = (0..missing.len() as u64).collect();
        let job = |unit: u64| {
            let (key, arm, replicate) = &missing[unit as usize];
            let grown =
                self.grow_one(plan, (*arm, *replicate), key, folder, interrupt, observer)?;
            Ok::<bool, Error>(grown)
        };
        ensemble::run(&units, interrupt, job, |_, _| ()).map(drop)
    }

    /// Grows one adult; says whether it came to the end.
    fn grow_one(
        &self,
        plan: &Plan,
        (arm, replicate): (usize, u64),
        key: &str,
        folder: &Path,
        interrupt: &AtomicBool,
        observer: &impl Observer,
    ) -> Result<bool, Error> {
        let halfway = folder.join(format!("{key}.growing"));
        let past = &self.arms[arm];
        let mut adult = past.start(plan, replicate);
        match replicate::found(&halfway, &owner(key, replicate)) {
            Ok((state, _)) => {
                let run = &plan.run;
                let p = &plan.points[past.point].parameters;
                let restored = Host::restored(p, &past.host, run.cells, run.seed, replicate, state);
                // It was written by these very rules, and has its checksum.
                if let Ok(restored) = restored {
                    adult = restored.at_level(plan.level);
                }
            }
            Err(Unusable::Missing) => {}
            Err(problem) => observer.noted(&format!(
                "{} {problem}: the adult is grown from birth",
                halfway.display()
            )),
        }
        let bytes = |adult: &Host<'_>| {
            replicate::saved(&owner(key, replicate), adult).map_err(|source| Error::Write {
                path: halfway.clone(),
                source,
            })
        };
        let mut keeper = Keeper::new(plan, interrupt);
        while !self.is_grown(&adult) {
            // One that cannot be simulated further is kept as it is, with the reason.
            if adult.step().is_err() || self.is_grown(&adult) {
                break;
            }
            if keeper.is_due() {
                put_shared(&halfway, &bytes(&adult)?)?;
            }
            if keeper.is_interrupted() {
                return Ok(false);
            }
        }
        put_shared(&folder.join(format!("{key}.state")), &bytes(&adult)?)?;
        // Another process may have been faster.
        let _ = fs::remove_file(&halfway);
        Ok(true)
    }
}
