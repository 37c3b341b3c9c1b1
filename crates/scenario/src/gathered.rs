//! All mice of a run side by side, though not in memory.
//!
//! Medians and quartiles over mice take all values of a readout at a time. Mice are read from the checkpoint a few at a time, and their
//! values go into a scratch file, a row for each mouse. From there they come by columns, as many at once as [`ROOM`] holds: memory grows neither
//! with samples nor with readouts, and with mice by a few numbers each.

use crate::Error;
use crate::compared::{Compared, asked};
use crate::directory::Directory;
use crate::plan::Plan;
use crate::record::{Record, STAINED};
use crate::statistics::sorted;
use paracrine_cells::host::BINS;
use paracrine_cells::readout::Chain;
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::PathBuf;

/// Bytes of values that are side by side at once.
pub(crate) const ROOM: usize = 16 << 20;

/// Mice that are read at once by each thread.
const AT_ONCE: usize = 4;

/// Samples of the chain that are kept, at most about so many.
const CHAIN_SAMPLES: usize = 60;

const NUMBER: usize = size_of::<f64>();

/// All mice of a run.
pub(crate) struct Gathered {
    /// Their values where arms are compared.
    pub(crate) compared: Compared,
    /// In the order of the plan.
    pub(crate) arms: Vec<OfArm>,
    readouts: usize,
    links: usize,
    scratch: Scratch,
    room: usize,
}

/// All mice of an arm.
#[derive(Default)]
pub(crate) struct OfArm {
    /// All sampling times, d: those of the mouse that lived longest.
    pub(crate) times_d: Vec<f64>,
    /// Those of which the causal chain is kept.
    pub(crate) chain_d: Vec<f64>,
    /// Latest age at which histograms were taken, d.
    pub(crate) ended_d: f64,
    /// Histograms of each of [`STAINED`] and each chain, every mouse counted alike.
    pub(crate) receptors: Vec<[f64; BINS]>,
    /// Agents that those of each of [`STAINED`] are of, all mice together.
    pub(crate) agents: [u64; STAINED.len()],
    /// Checksums of the snapshots of each mouse, if cells are kept.
    pub(crate) cells: Vec<String>,
    mice: usize,
    /// Where its rows begin in the scratch file.
    start: u64,
}

impl OfArm {
    fn new(longest: &Record) -> Self {
        let times_d = longest.times_d.clone();
        let stride = times_d.len().div_ceil(CHAIN_SAMPLES).max(1);
        // The last one always is.
        let first = times_d.len().saturating_sub(1) % stride;
        let chain_d = times_d.iter().copied().skip(first).step_by(stride);
        Self {
            chain_d: chain_d.collect(),
            times_d,
            receptors: vec![[0.0; BINS]; STAINED.len() * Chain::ALL.len()],
            ..Self::default()
        }
    }

    fn add(&mut self, record: &Record) {
        self.ended_d = self.ended_d.max(record.ended_d);
        for (sum, own) in self.agents.iter_mut().zip(&record.agents) {
            *sum += own;
        }
        for (bins, own) in self.receptors.iter_mut().zip(&record.receptors) {
            // Every mouse counts alike, however many cells it has.
            let total: f64 = own.iter().sum();
            if total > 0.0 {
                for (bin, cells) in bins.iter_mut().zip(own) {
                    *bin += cells / total;
                }
            }
        }
        self.cells.extend(record.cells.clone());
        self.mice += 1;
    }
}

/// Bytes of one value of a mouse that is being read, as text and as a number.
const BYTES_PER_VALUE: u64 = 60;

/// Bytes of a line of a table.
const BYTES_PER_LINE: u64 = 200;

/// Bytes that are remembered of each mouse beside its values where arms are compared: how it ended, its events, a bootstrap's draw.
const BYTES_PER_MOUSE: u64 = 500;

/// About how many bytes of memory the statistics of so many mice take, the lines of their tables included.
pub(crate) fn bytes(plan: &Plan, mice: u64, threads: u64) -> u64 {
    let (readouts, links) = (plan.readouts.len() as u64, plan.chain.len() as u64);
    let samples = plan.samples();
    let read = (AT_ONCE as u64 * threads) * samples * (readouts + links) * BYTES_PER_VALUE;
    let lines = samples * readouts + samples.min(2 * CHAIN_SAMPLES as u64) * links;
    let lines = lines.saturating_mul(plan.arms.len() as u64 * BYTES_PER_LINE);
    let mouse = BYTES_PER_MOUSE + (asked(plan).len() * NUMBER) as u64;
    let sum = |sum: u64, more| sum.saturating_add(more);
    [2 * ROOM as u64, read, lines, mouse.saturating_mul(mice)]
        .into_iter()
        .fold(0, sum)
}

/// What is looked for in the columns of an arm.
#[derive(Clone, Copy)]
pub(crate) enum What {
    /// The readouts of the scenario at all sampling times.
    Readouts,
    /// The causal chain, at the times of which it is kept.
    Chain,
}

impl Gathered {
    /// Reads all mice of a run. `longest` says of each arm which of its mice has most samples, `see` sees each mouse once, arm by arm.
    ///
    /// # Errors
    /// [`Error::Read`] of a mouse that is not there or damaged, [`Error::Write`], and what `see` says.
    pub(crate) fn read(
        plan: &Plan,
        directory: &Directory,
        longest: &[Option<u64>],
        mut see: impl FnMut(usize, u64, &Record) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let kept = |arm: usize, replicate: u64| {
            directory
                .kept(arm, replicate)
                .ok_or_else(|| damaged(directory, arm, replicate))
        };
        let mut compared = Compared::new(plan);
        let mut scratch = Scratch::new(directory)?;
        let mut arms = Vec::with_capacity(plan.arms.len());
        let replicates: Vec<u64> = plan.replicates.clone().collect();
        let at_once = AT_ONCE * rayon::current_num_threads();
        for (arm, longest) in longest.iter().enumerate() {
            let mut own = match longest {
                Some(replicate) => OfArm::new(&kept(arm, *replicate)?),
                None => OfArm::default(),
            };
            own.start = scratch.length;
            for some in replicates.chunks(at_once) {
                let records: Vec<_> = some.par_iter().map(|number| kept(arm, *number)).collect();
                for (replicate, record) in some.iter().zip(records) {
                    let record = record?;
                    see(arm, *replicate, &record)?;
                    own.add(&record);
                    compared.add(plan, arm, &record);
                    scratch.append(row(plan, &own, &record))?;
                }
            }
            arms.push(own);
        }
        scratch.end()?;
        Ok(Self {
            compared,
            arms,
            readouts: plan.readouts.len(),
            links: plan.chain.len(),
            scratch,
            room: ROOM,
        })
    }

    /// Shows the values of all mice of an arm, sorted, time by time and in it readout by readout: `see` is given place of the time, of the readout, and the
    /// values that there are.
    pub(crate) fn each<E: From<io::Error>>(
        &self,
        arm: usize,
        what: What,
        mut see: impl FnMut(usize, usize, &[f64]) -> Result<(), E>,
    ) -> Result<(), E> {
        let own = &self.arms[arm];
        let (before, in_time, times) = match what {
            What::Readouts => (0, self.readouts, own.times_d.len()),
            What::Chain => {
                let before = own.times_d.len() * self.readouts;
                (before, self.links, own.chain_d.len())
            }
        };
        let most = (self.room / NUMBER / own.mice.max(1)).max(1);
        let columns = in_time * times;
        let mut side_by_side = Vec::new();
        for first in (0..columns).step_by(most) {
            let some = first..columns.min(first + most);
            self.columns(
                own,
                before + some.start..before + some.end,
                &mut side_by_side,
            )?;
            for (column, values) in some.zip(side_by_side.chunks(own.mice.max(1))) {
                let present: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
                see(column / in_time, column % in_time, &sorted(&present))?;
            }
        }
        Ok(())
    }

    /// Reads some columns, one after the other, each over all mice.
    fn columns(
        &self,
        own: &OfArm,
        columns: Range<usize>,
        side_by_side: &mut Vec<f64>,
    ) -> io::Result<()> {
        let width = own.times_d.len() * self.readouts + own.chain_d.len() * self.links;
        side_by_side.clear();
        side_by_side.resize(columns.len() * own.mice, f64::NAN);
        let mut file = File::open(&self.scratch.path)?;
        let mut bytes = vec![0; columns.len() * NUMBER];
        for mouse in 0..own.mice {
            let place = own.start + ((mouse * width + columns.start) * NUMBER) as u64;
            file.seek(SeekFrom::Start(place))?;
            file.read_exact(&mut bytes)?;
            let (numbers, _) = bytes.as_chunks::<NUMBER>();
            for (column, number) in numbers.iter().enumerate() {
                side_by_side[column * own.mice + mouse] = f64::from_le_bytes(*number);
            }
        }
        Ok(())
    }
}

/// The row of a mouse.
fn row(plan: &Plan, own: &OfArm, record: &Record) -> impl Iterator<Item = Option<f64>> {
    let readouts = own.times_d.iter().flat_map(move |time_d| {
        (0..plan.readouts.len()).map(move |readout| record.at(plan, readout, *time_d))
    });
    let chain = own.chain_d.iter().flat_map(move |time_d| {
        (0..plan.chain.len()).map(move |link| record.link_at(link, *time_d))
    });
    readouts.chain(chain)
}

/// The error of a finished mouse that cannot be read any more.
pub(crate) fn damaged(directory: &Directory, arm: usize, replicate: u64) -> Error {
    Error::Read {
        path: directory.path().join("checkpoint"),
        source: io::Error::new(
            io::ErrorKind::InvalidData,
            format!("what replicate {replicate} of arm {arm} left is damaged"),
        ),
    }
}

/// A file of numbers that is gone when the run is.
struct Scratch {
    path: PathBuf,
    /// None once all is written.
    file: Option<BufWriter<File>>,
    /// Bytes so far.
    length: u64,
}

impl Scratch {
    fn new(directory: &Directory) -> Result<Self, Error> {
        let path = directory.scratch();
        let file = File::create(&path).map_err(|source| Error::Write {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            path,
            file: Some(BufWriter::with_capacity(1 << 16, file)),
            length: 0,
        })
    }

    fn append(&mut self, numbers: impl Iterator<Item = Option<f64>>) -> Result<(), Error> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        for number in numbers {
            let bytes = number.unwrap_or(f64::NAN).to_le_bytes();
            file.write_all(&bytes).map_err(|source| Error::Write {
                path: self.path.clone(),
                source,
            })?;
            self.length += NUMBER as u64;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        let flushed = self.file.take().map_or(Ok(()), |mut file| file.flush());
        flushed.map_err(|source| Error::Write {
            path: self.path.clone(),
            source,
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is in the checkpoint, which goes when the run is complete.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::catalogue::Source;
    use crate::plan::Overrides;

    fn plan() -> Plan {
        let text = r#"(title: "t", question: "q", run: (until: "9 d", replicates: 7, cells: 500),
            arms: [(name: "a"), (name: "b")], readouts: ["count(T)", "alive", "count(Treg)"])"#;
        let source = Source {
            name: "t".into(),
            origin: "t.ron".into(),
            text: text.into(),
        };
        Plan::new(source, &Overrides::default()).unwrap()
    }

    /// Mouse `number` of an arm, dead or cut short before the others now and then, with a value missing here and there.
    fn mouse(plan: &Plan, arm: usize, number: u64) -> Record {
        let samples = match number {
            2 => 0,
            3 => 40,
            _ => 120,
        };
        let value = |sample: usize, place: usize| {
            let seed = sample * 31 + place * 7 + number as usize * 13 + arm;
            (!seed.is_multiple_of(11)).then(|| (seed * 37 % 101) as f64 / 3.0)
        };
        let values = |places: usize| {
            let of = |sample| (0..places).map(|place| value(sample, place)).collect();
            (0..samples).map(of).collect()
        };
        Record {
            times_d: (0..samples).map(|sample| sample as f64 / 12.0).collect(),
            values: values(plan.readouts.len()),
            chain: values(plan.chain.len()),
            after_death: vec![None, Some(0.0), None],
            died_d: (samples < 120).then_some(samples as f64 / 12.0),
            cut_short: (number == 5).then(|| (4.0, "too many".to_owned())),
            ..Record::default()
        }
    }

    /// By columns, one or many at once, come the values that each mouse gives by itself.
    ///
    /// Smallest faults seen: rows as wide as a mouse lived; the chain behind the readouts of another mouse; a column that ends a block twice.
    #[test]
    fn columns_hold_what_mice_say() {
        let plan = plan();
        let folder = tempfile::tempdir().unwrap();
        let (directory, _) = Directory::claim(folder.path(), &plan.digest, false).unwrap();
        for arm in 0..2 {
            for number in plan.replicates.clone() {
                let record = mouse(&plan, arm, number);
                directory.keep(arm, number, &record).unwrap();
            }
        }
        let mut seen = Vec::new();
        let see = |arm, number, _: &Record| {
            seen.push((arm, number));
            Ok(())
        };
        let mut mice = Gathered::read(&plan, &directory, &[Some(6), Some(4)], see).unwrap();
        assert!(seen.is_sorted() && seen.len() == 14);
        for room in [1, 7 * NUMBER, 5 * 7 * NUMBER, ROOM] {
            mice.room = room;
            for arm in 0..2 {
                let records = plan.replicates.clone();
                let records: Vec<Record> =
                    records.map(|number| mouse(&plan, arm, number)).collect();
                let times_d = mice.arms[arm].times_d.clone();
                assert_eq!(times_d.len(), 120);
                let mut columns = 0;
                let check = |time: usize, readout: usize, values: &[f64]| {
                    let of = records.iter();
                    let of = of.filter_map(|mouse| mouse.at(&plan, readout, times_d[time]));
                    assert_eq!(values, sorted(&of.collect::<Vec<_>>()));
                    columns += 1;
                    Ok::<_, io::Error>(())
                };
                mice.each(arm, What::Readouts, check).unwrap();
                let times_d = mice.arms[arm].chain_d.clone();
                let check = |time: usize, link: usize, values: &[f64]| {
                    let of = records.iter();
                    let of = of.filter_map(|mouse| mouse.link_at(link, times_d[time]));
                    assert_eq!(values, sorted(&of.collect::<Vec<_>>()));
                    columns += 1;
                    Ok::<_, io::Error>(())
                };
                mice.each(arm, What::Chain, check).unwrap();
                assert_eq!(columns, 120 * 3 + 60 * plan.chain.len());
            }
        }
        let scratch = mice.scratch.path.clone();
        assert!(scratch.is_file());
        drop(mice);
        assert!(!scratch.is_file());
        // A mouse that is gone is none.
        std::fs::remove_file(directory.path().join("checkpoint/arm1-mouse3.json")).unwrap();
        let gone = Gathered::read(&plan, &directory, &[Some(6), Some(4)], |_, _, _| Ok(()));
        let gone = gone.err().map(|error| error.to_string()).unwrap();
        assert!(gone.contains("replicate 3 of arm 1"), "{gone}");
    }
}
