//! A run that lies unfinished in its directory: dealt out to shards, or interrupted. What it was asked is kept there, so that it can be
//! looked at, continued and merged by the directory alone.

use crate::Error;
use crate::branch::ASKED;
use crate::catalogue::Source;
use crate::directory::{Directory, checkpoint};
use crate::plan::{Overrides, Plan};
use crate::run::kept;
use crate::tables::parquet;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The part of a run that one of several processes simulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, counted from 0.
    pub index: u64,
    /// How many parts there are.
    pub of: u64,
}

impl Shard {
    /// Whether it simulates the mouse with this number; mice are dealt out one by one.
    pub const fn holds(self, unit: u64) -> bool {
        unit % self.of == self.index
    }
}

/// What a run was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    name: String,
    origin: String,
    scenario: String,
    model: Option<String>,
    overrides: Overrides,
    /// Into how many parts it is dealt out; one for a run of a single process.
    shards: u64,
    /// Digest of the states of another run from which it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    states: Option<String>,
}

impl Request {
    pub(crate) fn new(plan: &Plan, shards: u64) -> Self {
        Self {
            name: plan.source.name.clone(),
            origin: plan.source.origin.clone(),
            scenario: plan.source.text.clone(),
            model: plan.own_model.clone(),
            overrides: plan.overrides.clone(),
            shards,
            states: plan.branch().map(|branch| branch.digest.clone()),
        }
    }

    /// Leaves the request in the directory if none is there, or one that is damaged.
    ///
    /// # Errors
    /// Writing errors.
    pub(crate) fn leave_first(&self, directory: &Directory) -> Result<bool, Error> {
        let text = self.text(directory)?;
        if directory.put_once(REQUEST, &text)? {
            return Ok(true);
        }
        match Self::read(&directory.path().join(REQUEST)) {
            // All that it says is known: it is the request of this very run.
            Err(Error::DamagedRun { .. }) => directory.put(REQUEST, &text).map(|()| true),
            _ => Ok(false),
        }
    }

    /// Leaves the request beside the states that the run keeps.
    ///
    /// # Errors
    /// Writing errors.
    pub(crate) fn leave_for_others(&self, directory: &Directory) -> Result<(), Error> {
        directory.make_states()?;
        directory.put(ASKED, &self.text(directory)?)
    }

    fn text(&self, directory: &Directory) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(|error| Error::Write {
            path: directory.path().to_owned(),
            source: error.into(),
        })
    }

    /// That of the unfinished run in a directory, if it can be read.
    pub(crate) fn of(directory: &Path) -> Option<Self> {
        Self::read(&directory.join(REQUEST)).ok()
    }

    /// The text of the scenario.
    pub(crate) fn text_of_scenario(&self) -> &str {
        &self.scenario
    }

    /// What was run. The states from which it began need not be there any more.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub(crate) fn plan(self) -> Result<Plan, Error> {
        let source = Source {
            name: self.name,
            origin: self.origin,
            text: self.scenario,
        };
        Plan::of_the_past(source, self.model, &self.overrides, self.states.as_deref())
    }

    /// Leaves the request in the directory, or finds the same one there.
    ///
    /// # Errors
    /// [`Error::Shards`] if the run is dealt out otherwise; writing and reading errors.
    pub(crate) fn leave(&self, directory: &Directory) -> Result<(), Error> {
        if self.leave_first(directory)? {
            return Ok(());
        }
        let found = Self::read(&directory.path().join(REQUEST))?.shards;
        if found == self.shards {
            return Ok(());
        }
        Err(Error::Shards {
            path: directory.path().to_owned(),
            found,
            expected: self.shards,
        })
    }

    /// The request in a file.
    ///
    /// # Errors
    /// [`Error::Read`], and [`Error::DamagedRun`] if it is none.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map_err(|source| Error::Read {
            path: path.into(),
            source,
        })?;
        serde_json::from_slice(&text).map_err(|_| {
            let folder = path.parent().unwrap_or(path);
            let name = |path: &Path| {
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            };
            Error::DamagedRun {
                path: folder.parent().unwrap_or(folder).into(),
                file: format!("{}/{}", name(folder), name(path)),
            }
        })
    }
}

const REQUEST: &str = "checkpoint/request";

/// A run that lies unfinished in a directory.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// What is to be simulated.
    pub plan: Plan,
    /// Into how many parts it is dealt out.
    pub shards: u64,
    /// Numbers of the mice that are not kept yet, in order.
    pub missing: Vec<u64>,
    /// Files of these that are there, but cannot be used.
    pub damaged: Vec<String>,
}

impl Unfinished {
    /// The run in a directory.
    ///
    /// # Errors
    /// [`Error::NothingUnfinished`]; [`Error::OtherVersion`] if another version of the program began it; reading errors.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let Some(directory) = Directory::unfinished(path)? else {
            return Err(Error::NothingUnfinished {
                path: path.into(),
                is_complete: path.join("manifest.json").is_file(),
            });
        };
        let request = Request::read(&path.join(REQUEST)).map_err(|error| match error {
            Error::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Error::DamagedRun {
                    path: path.into(),
                    file: REQUEST.into(),
                }
            }
            error => error,
        })?;
        let source = Source {
            name: request.name,
            origin: request.origin,
            text: request.scenario,
        };
        let mut plan = Plan::again(source, request.model, &request.overrides)?;
        plan.parquet = parquet::is_asked(&directory);
        if plan.digest != directory.digest() {
            return Err(Error::OtherVersion {
                path: path.into(),
                found: directory.digest().into(),
                expected: plan.digest,
            });
        }
        let mice = 0..plan.mice() as u64;
        let missing: Vec<u64> = mice
            .filter(|unit| {
                let (arm, replicate) = plan.mouse(*unit);
                kept(&plan, &directory, arm, replicate).is_none()
            })
            .collect();
        let files = missing.iter().map(|unit| {
            let (arm, replicate) = plan.mouse(*unit);
            checkpoint(arm, replicate)
        });
        let damaged = files.filter(|file| path.join(file).exists()).collect();
        Ok(Self {
            plan,
            shards: request.shards,
            missing,
            damaged,
        })
    }

    /// The parts in which mice are missing, as the option of a job array takes them: `3,17-19`.
    pub fn missing_shards(&self) -> Option<String> {
        let mut shards: Vec<u64> = self.missing.iter().map(|unit| unit % self.shards).collect();
        shards.sort_unstable();
        shards.dedup();
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for shard in shards {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == shard => *last = shard,
                _ => ranges.push((shard, shard)),
            }
        }
        let words: Vec<String> = ranges
            .into_iter()
            .map(|(first, last)| {
                if first == last {
                    first.to_string()
                } else {
                    format!("{first}-{last}")
                }
            })
            .collect();
        (!words.is_empty()).then(|| words.join(","))
    }
}
