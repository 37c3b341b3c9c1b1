//! A results directory in memory: arms and readouts as numbers, everything in a fixed order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::ReportError;
use crate::manifest::{Axis, Manifest, Readout};
use crate::rows::{each_row, each_row_of_all};

/// Index of an arm in the manifest's list; the first is the one others are compared with.
pub(crate) type ArmIndex = usize;
/// Index into [`Results::readouts`].
pub(crate) type ReadoutIndex = usize;
/// Number of a mouse within its arm.
pub(crate) type Replicate = u64;
/// One line a mouse: (age in days, value), by age. Values may be missing (not finite).
pub(crate) type Courses = BTreeMap<Replicate, Vec<(f64, f64)>>;

/// Most mice of an arm whose courses a page shows, one line each; statistics are those of all.
pub const MOST_LINES: usize = 200;

/// Everything the report shows. Times are in days of mice and in hours of wells ([`Host::per_day`](crate::manifest::Host)), whatever the
/// names of fields.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) manifest: Manifest,
    /// The arms' names, in the manifest's order.
    pub(crate) arms: Vec<String>,
    /// In the manifest's order, then any that only the tables know.
    pub(crate) readouts: Vec<Readout>,
    /// Of the first [`MOST_LINES`] mice of each arm.
    pub(crate) courses: BTreeMap<(ReadoutIndex, ArmIndex), Courses>,
    /// The median of each arm over time.
    pub(crate) summary: BTreeMap<(ReadoutIndex, ArmIndex), Vec<Summary>>,
    /// Age of the first event of each sort, in days.
    pub(crate) deaths: BTreeMap<(ArmIndex, Replicate), f64>,
    /// As `deaths`, for the onset of disease.
    pub(crate) onsets: BTreeMap<(ArmIndex, Replicate), f64>,
    /// Age at the last sample of every mouse, in days.
    pub(crate) last_seen: BTreeMap<(ArmIndex, Replicate), f64>,
    /// In the order of the file.
    pub(crate) comparison: Vec<Comparison>,
    /// Sizes of the differences, where they were written.
    pub(crate) effects: Vec<Effect>,
    /// Samples of each link of the causal chain and each arm, by age; links as in the manifest.
    pub(crate) chain: BTreeMap<(usize, ArmIndex), Vec<Sample>>,
    /// Kinds of cell in the order of the file.
    pub(crate) kinds: Vec<String>,
    /// The latest histogram of each (kind, chain, arm).
    pub(crate) receptors: BTreeMap<(usize, Chain, ArmIndex), Histogram>,
    /// Values of the axes at each point of a sweep; everything else but `responses` and `verdicts` is of the point that is [shown](Self::shown).
    pub(crate) points: Vec<Vec<f64>>,
    /// What came out at each point, at the latest age compared.
    pub(crate) responses: BTreeMap<(ReadoutIndex, ArmIndex), Vec<Response>>,
    /// Whether medians are in their published ranges, at all points.
    pub(crate) verdicts: Vec<bool>,
}

/// A readout of an arm at a point of a sweep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Response {
    pub(crate) point: usize,
    pub(crate) time_d: f64,
    pub(crate) median: f64,
    pub(crate) quartiles: (f64, f64),
}

/// The median of an arm at one age.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    pub(crate) time_d: f64,
    pub(crate) median: f64,
    /// Whether at least one mouse still lives; otherwise the median repeats last samples.
    pub(crate) alive: bool,
}

/// One row of `comparison.csv`.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) arm: ArmIndex,
    pub(crate) readout: ReadoutIndex,
    pub(crate) at_d: f64,
    pub(crate) mice: u64,
    pub(crate) dead: u64,
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Difference from the first arm with the ends of its 95 % interval.
    pub(crate) difference: Option<Difference>,
    pub(crate) band: Option<Band>,
    pub(crate) source: String,
}

/// How large a difference from the first arm is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effect {
    pub(crate) arm: ArmIndex,
    pub(crate) readout: ReadoutIndex,
    pub(crate) at_d: f64,
    /// Ratio of medians, where there is one.
    pub(crate) ratio: Option<f64>,
    /// Ends of its 95 % bootstrap interval.
    pub(crate) interval: Option<(f64, f64)>,
    /// Cliff's delta, from -1 to 1; of single mice there is none.
    pub(crate) delta: Option<f64>,
}

/// A link of the causal chain in an arm at one age; not finite where no mouse has a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) time_d: f64,
    /// Mice of the arm.
    pub(crate) mice: u64,
    /// Whether a mouse of the arm still lives.
    pub(crate) alive: bool,
    pub(crate) quartiles: (f64, f64),
    pub(crate) median: f64,
}

/// A difference from the first arm, with its 95 % bootstrap interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Difference {
    pub(crate) value: f64,
    /// Both ends, where there are any.
    pub(crate) interval: Option<(f64, f64)>,
    /// Whether so few mice have a value that the interval only says how far resampled medians go.
    pub(crate) is_resampled: bool,
}

impl Difference {
    /// Whether the interval leaves out zero.
    pub(crate) fn is_clear(&self) -> bool {
        self.interval
            .is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}

/// A published range; an end may be open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Band {
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// The arm whose median the range multiplies; `None` if it is in the readout's own unit.
    pub(crate) relative_to: Option<ArmIndex>,
    /// Whether the median falls inside, as the run decided.
    pub(crate) inside: Option<bool>,
    /// Whether mice had too few agents to decide.
    pub(crate) is_not_judged: bool,
}

/// A receptor chain; known ones first, in the order of the receptor's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Chain {
    Cd25,
    Cd122,
    Cd132,
    Other(String),
}

impl Chain {
    fn named(name: &str) -> Self {
        match name {
            "CD25" => Self::Cd25,
            "CD122" => Self::Cd122,
            "CD132" => Self::Cd132,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name as papers write it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Cd25 => "CD25",
            Self::Cd122 => "CD122",
            Self::Cd132 => "CD132",
            Self::Other(name) => name,
        }
    }
}

/// Copies per cell of one chain on one kind of cell, over all mice of an arm.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    pub(crate) time_d: f64,
    /// Agents that it is of.
    pub(crate) agents: f64,
    /// Share of cells without a copy.
    pub(crate) none: f64,
    /// (lowest copies, highest copies, share of cells), by copies.
    pub(crate) bins: Vec<(f64, f64, f64)>,
}

impl Results {
    /// Reads the results directory `directory`.
    pub(crate) fn read(directory: &Path) -> Result<Self, ReportError> {
        let mut results = Self::named(directory)?;
        if results.manifest.keep.as_deref() == Some("summary") {
            results.see_mice_to_the_end();
        } else {
            results.read_courses(&directory.join("timecourse.csv"))?;
        }
        results.read_summary(&directory.join("summary.csv"))?;
        results.read_events(&directory.join("events.csv"))?;
        results.read_comparison(&directory.join("comparison.csv"))?;
        results.read_receptors(&directory.join("receptors.csv"))?;
        let beside = |name: &str| Some(directory.join(name)).filter(|path| path.is_file());
        if let Some(path) = beside("effects.csv") {
            results.read_effects(&path)?;
        }
        if let Some(path) = beside("chain.csv") {
            results.read_chain(&path)?;
        }
        if results.manifest.sweep.is_some() {
            results.read_points(&directory.join("sweep.csv"))?;
            results.read_responses(&directory.join("sweep_summary.csv"))?;
        }
        Ok(results)
    }

    /// Reads as much of a results directory as its causal chain takes, of these arms alone, in this order: others are compared with the first.
    pub(crate) fn read_chained(directory: &Path, arms: &[String]) -> Result<Self, ReportError> {
        let mut results = Self::named(directory)?;
        let mut kept: Vec<ArmIndex> = Vec::new();
        for name in arms {
            let known = results.arms.iter().position(|arm| arm == name);
            kept.push(known.ok_or_else(|| ReportError::NoArm {
                path: directory.join("manifest.json"),
                name: name.clone(),
                found: format!("`{}`", results.arms.join("`, `")),
            })?);
        }
        // An older program did not list its mice.
        let manifest = &mut results.manifest;
        if manifest.mice.is_empty() {
            manifest.mice = (0..manifest.replicates.unwrap_or(0)).collect();
        }
        results.see_mice_to_the_end();
        results.read_events(&directory.join("events.csv"))?;
        let path = directory.join("chain.csv");
        if path.is_file() {
            results.read_chain(&path)?;
        }
        results.keep(&kept);
        Ok(results)
    }

    /// Leaves out all arms but these, whose places become their indices; of what a chain takes.
    fn keep(&mut self, kept: &[ArmIndex]) {
        let place = |arm: ArmIndex| kept.iter().position(|one| *one == arm);
        let of_mice = |table: &mut BTreeMap<(ArmIndex, Replicate), f64>| {
            let own = std::mem::take(table).into_iter();
            *table = own
                .filter_map(|((arm, mouse), value)| Some(((place(arm)?, mouse), value)))
                .collect();
        };
        of_mice(&mut self.deaths);
        of_mice(&mut self.onsets);
        of_mice(&mut self.last_seen);
        let chain = std::mem::take(&mut self.chain).into_iter();
        self.chain = chain
            .filter_map(|((link, arm), samples)| Some(((link, place(arm)?), samples)))
            .collect();
        self.arms = kept.iter().map(|arm| self.arms[*arm].clone()).collect();
    }

    /// What the manifest of `directory` names, without a number.
    fn named(directory: &Path) -> Result<Self, ReportError> {
        let manifest = Manifest::read(directory)?;
        Ok(Self {
            arms: manifest.arms.iter().map(|arm| arm.name.clone()).collect(),
            readouts: manifest.readouts.clone(),
            manifest,
            courses: BTreeMap::new(),
            summary: BTreeMap::new(),
            deaths: BTreeMap::new(),
            onsets: BTreeMap::new(),
            last_seen: BTreeMap::new(),
            comparison: Vec::new(),
            effects: Vec::new(),
            chain: BTreeMap::new(),
            kinds: Vec::new(),
            receptors: BTreeMap::new(),
            points: Vec::new(),
            responses: BTreeMap::new(),
            verdicts: Vec::new(),
        })
    }

    /// Age at which the run ends, in days: what the manifest says, or the last sample if that is later.
    pub(crate) fn until_d(&self) -> f64 {
        let sampled = self.last_seen.values().copied().fold(0.0, f64::max);
        let declared = self
            .manifest
            .until_d
            .filter(|until| until.is_finite())
            .unwrap_or(0.0)
            * self.manifest.host.per_day();
        match declared.max(sampled) {
            until if until > 0.0 => until,
            _ => 1.0,
        }
    }

    /// The mice of an arm with the age each was last seen alive, in days.
    pub(crate) fn mice(&self, arm: ArmIndex) -> impl Iterator<Item = (Replicate, f64)> + '_ {
        self.last_seen
            .range((arm, 0)..=(arm, Replicate::MAX))
            .map(|(&(_, replicate), &seen)| (replicate, seen))
    }

    /// Differences that have an interval.
    fn intervals(&self) -> impl Iterator<Item = Difference> + '_ {
        let differences = self.comparison.iter().filter_map(|row| row.difference);
        differences.filter(|difference| difference.interval.is_some())
    }

    /// Whether some have too few values for a 95 % interval of a median, so that theirs only says how far resampled medians go.
    pub(crate) fn has_resampled(&self) -> bool {
        self.intervals().any(|difference| difference.is_resampled)
    }

    /// Whether all have.
    pub(crate) fn is_small(&self) -> bool {
        self.has_resampled() && self.intervals().all(|difference| difference.is_resampled)
    }

    /// What is said behind the interval of a row if intervals are not all of one sort.
    pub(crate) fn sort_of_interval(&self, row: &Comparison) -> &'static str {
        let is_resampled = row
            .difference
            .is_some_and(|difference| difference.is_resampled);
        if is_resampled && !self.is_small() {
            ", resampled"
        } else {
            ""
        }
    }

    /// What stands between brackets.
    pub(crate) fn interval(&self) -> &'static str {
        if self.is_small() {
            "resampled"
        } else {
            "95\u{a0}%\u{a0}interval"
        }
    }

    /// The ends of a row's band in the readout's own unit: those of a ratio are multiplied out.
    pub(crate) fn band_ends(&self, row: &Comparison) -> Option<(Option<f64>, Option<f64>)> {
        let band = row.band?;
        let unit = match band.relative_to {
            None => 1.0,
            Some(arm) => {
                let same = |other: &&Comparison| {
                    (other.arm, other.readout) == (arm, row.readout)
                        && other.at_d.total_cmp(&row.at_d).is_eq()
                };
                self.comparison
                    .iter()
                    .find(same)
                    .map(|other| other.median)
                    .filter(|median| median.is_finite())?
            }
        };
        Some((
            band.low.map(|low| low * unit),
            band.high.map(|high| high * unit),
        ))
    }

    fn readout(&mut self, name: &str, unit: &str) -> ReadoutIndex {
        self.readouts
            .iter()
            .position(|readout| readout.name == name)
            .unwrap_or_else(|| {
                self.readouts.push(Readout {
                    name: name.to_owned(),
                    unit: unit.to_owned(),
                    label: String::new(),
                    scale: Axis::Linear,
                });
                self.readouts.len() - 1
            })
    }

    fn read_courses(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        let mut drawn = vec![BTreeSet::new(); self.arms.len()];
        each_row(
            (path, self.shown()),
            ["arm", "replicate", "time_d", "readout", "unit", "value"],
            |row| {
                let arm = row.one_of(0, &self.arms)?;
                let (replicate, time_d, value) =
                    (row.count(1)?, row.finite(2)? * per_day, row.number(5)?);
                let readout = self.readout(row.text(3), row.text(4));
                if drawn[arm].len() < MOST_LINES {
                    drawn[arm].insert(replicate);
                }
                if drawn[arm].contains(&replicate) {
                    let mice = self.courses.entry((readout, arm)).or_default();
                    mice.entry(replicate).or_default().push((time_d, value));
                }
                let seen = self.last_seen.entry((arm, replicate)).or_insert(time_d);
                *seen = seen.max(time_d);
                Ok(())
            },
        )?;
        for line in self.courses.values_mut().flat_map(BTreeMap::values_mut) {
            line.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        Ok(())
    }

    /// Without samples a mouse was seen to the end of the run, or until it died.
    fn see_mice_to_the_end(&mut self) {
        let until_d = self.until_d();
        for arm in 0..self.arms.len() {
            for mouse in &self.manifest.mice {
                self.last_seen.insert((arm, *mouse), until_d);
            }
        }
    }

    fn read_summary(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        each_row(
            (path, self.shown()),
            ["arm", "time_d", "readout", "unit", "mice", "dead", "median"],
            |row| {
                let arm = row.one_of(0, &self.arms)?;
                let (time_d, mice, dead, median) = (
                    row.finite(1)? * per_day,
                    row.count(4)?,
                    row.count(5)?,
                    row.number(6)?,
                );
                let readout = self.readout(row.text(2), row.text(3));
                self.summary
                    .entry((readout, arm))
                    .or_default()
                    .push(Summary {
                        time_d,
                        median,
                        alive: dead < mice,
                    });
                Ok(())
            },
        )?;
        for points in self.summary.values_mut() {
            points.sort_by(|a, b| a.time_d.total_cmp(&b.time_d));
        }
        Ok(())
    }

    fn read_events(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        each_row(
            (path, self.shown()),
            ["arm", "replicate", "time_d", "event"],
            |row| {
                let mouse = (row.one_of(0, &self.arms)?, row.count(1)?);
                let time_d = row.finite(2)? * per_day;
                let ages = match row.text(3) {
                    "death" => &mut self.deaths,
                    "disease onset" => &mut self.onsets,
                    _ => return Ok(()),
                };
                let first = ages.entry(mouse).or_insert(time_d);
                *first = first.min(time_d);
                // A mouse may die before its first sample.
                self.last_seen.entry(mouse).or_insert(time_d);
                Ok(())
            },
        )
    }

    fn read_comparison(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        let columns = [
            "arm",
            "readout",
            "unit",
            "at_d",
            "mice",
            "dead",
            "median",
            "min",
            "max",
            "difference",
            "difference_low",
            "difference_high",
            "interval",
            "relative_to",
            "band_low",
            "band_high",
            "verdict",
            "source",
        ];
        each_row_of_all(path, ["verdict"], |row| {
            match row.text(0) {
                "in" => self.verdicts.push(true),
                "out" => self.verdicts.push(false),
                _ => {}
            }
            Ok(())
        })?;
        each_row((path, self.shown()), columns, |row| {
            let interval = row.optional(10)?.zip(row.optional(11)?);
            let is_resampled = match row.text(12) {
                "resampled" => true,
                "95 %" | "" => false,
                _ => return Err(row.fault(12, "`95 %`, `resampled` or nothing")),
            };
            let difference = row.optional(9)?.map(|value| Difference {
                value,
                interval,
                is_resampled,
            });
            let relative_to = if row.text(13).is_empty() {
                None
            } else {
                Some(row.one_of(13, &self.arms)?)
            };
            let inside = match row.text(16) {
                "" => None,
                "in" => Some(true),
                "out" => Some(false),
                "not judged" => None,
                _ => return Err(row.fault(16, "`in`, `out`, `not judged` or nothing")),
            };
            let (low, high) = (row.optional(14)?, row.optional(15)?);
            let band = (low.is_some() || high.is_some()).then_some(Band {
                low,
                high,
                relative_to,
                inside,
                is_not_judged: row.text(16) == "not judged",
            });
            let comparison = Comparison {
                arm: row.one_of(0, &self.arms)?,
                readout: self.readout(row.text(1), row.text(2)),
                at_d: row.finite(3)? * per_day,
                mice: row.count(4)?,
                dead: row.count(5)?,
                median: row.number(6)?,
                min: row.number(7)?,
                max: row.number(8)?,
                difference,
                band,
                source: row.text(17).to_owned(),
            };
            self.comparison.push(comparison);
            Ok(())
        })
    }

    fn read_effects(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        let columns = [
            "arm",
            "readout",
            "unit",
            "at_d",
            "ratio",
            "ratio_low",
            "ratio_high",
            "cliffs_delta",
        ];
        each_row((path, self.shown()), columns, |row| {
            let effect = Effect {
                arm: row.one_of(0, &self.arms)?,
                readout: self.readout(row.text(1), row.text(2)),
                at_d: row.finite(3)? * per_day,
                ratio: row.optional(4)?,
                interval: row.optional(5)?.zip(row.optional(6)?),
                delta: row.optional(7)?,
            };
            self.effects.push(effect);
            Ok(())
        })
    }

    fn read_chain(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        let links = self.manifest.chain.iter();
        let links: Vec<String> = links.map(|link| link.readout.name.clone()).collect();
        let columns = [
            "arm", "time_d", "readout", "mice", "dead", "q25", "median", "q75",
        ];
        each_row((path, self.shown()), columns, |row| {
            let key = (row.one_of(2, &links)?, row.one_of(0, &self.arms)?);
            let sample = Sample {
                time_d: row.finite(1)? * per_day,
                mice: row.count(3)?,
                alive: row.count(4)? < row.count(3)?,
                quartiles: (row.number(5)?, row.number(7)?),
                median: row.number(6)?,
            };
            self.chain.entry(key).or_default().push(sample);
            Ok(())
        })?;
        for samples in self.chain.values_mut() {
            samples.sort_by(|a, b| a.time_d.total_cmp(&b.time_d));
        }
        Ok(())
    }

    /// The size of the difference that a row tells of.
    pub(crate) fn effect(&self, row: &Comparison) -> Option<&Effect> {
        self.effects.iter().find(|effect| {
            (effect.arm, effect.readout) == (row.arm, row.readout)
                && effect.at_d.total_cmp(&row.at_d).is_eq()
        })
    }

    /// The point of a sweep that the page shows: the only one that was simulated, or the first.
    pub(crate) fn shown(&self) -> usize {
        let sweep = self.manifest.sweep.as_ref();
        sweep.and_then(|sweep| sweep.point).unwrap_or(0)
    }

    fn read_points(&mut self, path: &Path) -> Result<(), ReportError> {
        let axes = self.manifest.sweep.iter().flat_map(|sweep| &sweep.axes);
        let names: Vec<String> = axes.map(|axis| axis.name.clone()).collect();
        each_row_of_all(path, ["point", "axis", "value"], |row| {
            let (point, axis) = (row.count(0)? as usize, row.one_of(1, &names)?);
            // Points are counted one after the other.
            if point > self.points.len() {
                return Err(row.fault(0, &format!("at most {}", self.points.len())));
            }
            if point == self.points.len() {
                self.points.push(vec![f64::NAN; names.len()]);
            }
            self.points[point][axis] = row.finite(2)?;
            Ok(())
        })
    }

    fn read_responses(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        let columns = [
            "point", "arm", "readout", "unit", "time_d", "median", "q25", "q75",
        ];
        each_row_of_all(path, columns, |row| {
            let point = row.count(0)? as usize;
            if point >= self.points.len() {
                return Err(row.fault(0, &format!("a point below {}", self.points.len())));
            }
            let arm = row.one_of(1, &self.arms)?;
            let readout = self.readout(row.text(2), row.text(3));
            let response = Response {
                point,
                time_d: row.finite(4)? * per_day,
                median: row.number(5)?,
                quartiles: (row.number(6)?, row.number(7)?),
            };
            self.responses
                .entry((readout, arm))
                .or_default()
                .push(response);
            Ok(())
        })?;
        for responses in self.responses.values_mut() {
            let latest = responses.iter().map(|one| one.time_d).fold(0.0, f64::max);
            responses.retain(|one| one.time_d >= latest);
        }
        Ok(())
    }

    fn read_receptors(&mut self, path: &Path) -> Result<(), ReportError> {
        let per_day = self.manifest.host.per_day();
        let mut kinds = BTreeSet::new();
        each_row(
            (path, self.shown()),
            [
                "arm", "time_d", "kind", "chain", "bin_low", "bin_high", "share", "agents",
            ],
            |row| {
                let arm = row.one_of(0, &self.arms)?;
                let (time_d, low, high, share) = (
                    row.finite(1)? * per_day,
                    row.finite(4)?,
                    row.finite(5)?,
                    row.number(6)?,
                );
                let kind = row.text(2);
                if kinds.insert(kind.to_owned()) {
                    self.kinds.push(kind.to_owned());
                }
                let kind = self
                    .kinds
                    .iter()
                    .position(|known| known == kind)
                    .unwrap_or_default();
                let histogram = self
                    .receptors
                    .entry((kind, Chain::named(row.text(3)), arm))
                    .or_default();
                if time_d > histogram.time_d {
                    *histogram = Histogram {
                        time_d,
                        ..Histogram::default()
                    };
                }
                if time_d < histogram.time_d || !share.is_finite() {
                    return Ok(());
                }
                histogram.agents = row.finite(7)?;
                if high <= 1.0 {
                    histogram.none += share;
                } else if low >= high {
                    return Err(row.fault(5, "more than bin_low"));
                } else {
                    histogram.bins.push((low.max(1.0), high, share));
                }
                Ok(())
            },
        )?;
        for histogram in self.receptors.values_mut() {
            histogram.bins.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        Ok(())
    }
}
