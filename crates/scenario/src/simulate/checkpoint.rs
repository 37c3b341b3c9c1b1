//! Replicates of an unfinished run, kept in blocks.

use crate::Error;
use crate::directory::Directory;
use paracrine_kernel::sample::Samples;
use paracrine_kernel::state::Stop;
use std::time::{Duration, Instant};

/// A block is written once it is so old: shorter runs leave none.
const AGE: Duration = Duration::from_secs(10);
/// A block is written once it has so many bytes.
const MOST_BYTES: usize = 64 << 20;
/// Nothing is kept beyond so many bytes in all: simulating them again is cheaper than keeping them.
const MOST_IN_ALL: usize = 2 << 30;

/// One replicate: what [`Samples`] holds, in a form that can be kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Replicate {
    /// Values of all quantities, sampling time by sampling time, as far as it got.
    pub(super) values: Vec<f64>,
    /// How many channels fired.
    pub(super) firings: u64,
    /// Whether the limit of firings stopped it.
    pub(super) stopped: bool,
}

impl From<&Samples> for Replicate {
    fn from(samples: &Samples) -> Self {
        Self {
            values: samples.rows().flatten().copied().collect(),
            firings: samples.firings,
            stopped: samples.stop == Stop::FiringLimit,
        }
    }
}

impl Replicate {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend((self.values.len() as u64).to_le_bytes());
        bytes.extend(self.firings.to_le_bytes());
        bytes.push(u8::from(self.stopped));
        for value in &self.values {
            bytes.extend(value.to_le_bytes());
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let length = u64::from_le_bytes(take(bytes)?) as usize;
        let firings = u64::from_le_bytes(take(bytes)?);
        let [stopped] = take(bytes)?;
        let values = (0..length)
            .map(|_| take(bytes).map(f64::from_le_bytes))
            .collect::<Option<_>>()?;
        Some(Self {
            values,
            firings,
            stopped: stopped != 0,
        })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

/// Name of the block that begins with a replicate.
fn name(first: u64) -> String {
    format!("replicates-{first:010}")
}

/// The block that begins with a replicate; `None` if there is none, or it is damaged.
pub(super) fn block(directory: &Directory, first: u64) -> Option<Vec<Replicate>> {
    let bytes = directory.kept_part(&name(first))?;
    let mut rest = bytes.as_slice();
    let mut replicates = Vec::new();
    while !rest.is_empty() {
        replicates.push(Replicate::read(&mut rest)?);
    }
    (!replicates.is_empty()).then_some(replicates)
}

/// Replicates on their way to the next block.
pub(super) struct Pending<'d> {
    directory: &'d Directory,
    /// The first replicate of the block.
    first: u64,
    count: u64,
    bytes: Vec<u8>,
    since: Instant,
    written: usize,
}

impl<'d> Pending<'d> {
    /// An empty block that begins with a replicate.
    pub(super) fn new(directory: &'d Directory, first: u64) -> Self {
        Self {
            directory,
            first,
            count: 0,
            bytes: Vec::new(),
            since: Instant::now(),
            written: 0,
        }
    }

    /// Takes the next replicate in, and writes the block if it is old or large enough.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(super) fn add(&mut self, replicate: &Replicate) -> Result<(), Error> {
        self.count += 1;
        if self.written < MOST_IN_ALL {
            replicate.write(&mut self.bytes);
        }
        if self.since.elapsed() >= AGE || self.bytes.len() >= MOST_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what there is.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        if !self.bytes.is_empty() {
            self.directory.keep_part(&name(self.first), &self.bytes)?;
        }
        self.written += self.bytes.len();
        self.first += self.count;
        self.count = 0;
        self.bytes.clear();
        self.since = Instant::now();
        Ok(())
    }

    /// How many replicates, from `start` on, can be read again.
    pub(super) fn kept(&self, start: u64) -> u64 {
        if self.written < MOST_IN_ALL {
            self.first - start
        } else {
            let mut kept = start;
            while let Some(block) = block(self.directory, kept) {
                kept += block.len() as u64;
            }
            kept - start
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn replicate(number: u64) -> Replicate {
        Replicate {
            values: (0..number % 4).map(|n| n as f64 + 0.1).collect(),
            firings: number * 7,
            stopped: number % 2 == 1,
        }
    }

    #[test]
    fn blocks_come_back_as_they_were() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, _) = Directory::claim(temporary.path(), "digest", false).unwrap();
        let mut pending = Pending::new(&directory, 3);
        for number in 3..10 {
            pending.add(&replicate(number)).unwrap();
            if number == 5 {
                pending.flush().unwrap();
            }
        }
        pending.flush().unwrap();
        assert_eq!(pending.kept(3), 7);
        let first: Vec<_> = (3..6).map(replicate).collect();
        let second: Vec<_> = (6..10).map(replicate).collect();
        assert_eq!(block(&directory, 3), Some(first));
        assert_eq!(block(&directory, 6), Some(second));
        assert_eq!(block(&directory, 10), None);
    }

    #[test]
    fn a_block_of_another_place_or_run_is_none() {
        let temporary = tempfile::tempdir().unwrap();
        let path = |part: &str| temporary.path().join(part).join("checkpoint");
        let claimed = |part: &str, digest| {
            Directory::claim(&temporary.path().join(part), digest, false)
                .unwrap()
                .0
        };
        let (directory, other) = (claimed("one", "digest"), claimed("other", "another digest"));
        let mut pending = Pending::new(&directory, 0);
        pending.add(&replicate(3)).unwrap();
        pending.flush().unwrap();
        let mut pending = Pending::new(&other, 5);
        pending.add(&replicate(4)).unwrap();
        pending.flush().unwrap();
        std::fs::copy(path("one").join(name(0)), path("one").join(name(1))).unwrap();
        std::fs::copy(path("one").join(name(0)), path("other").join(name(0))).unwrap();
        assert!(block(&directory, 0).is_some());
        assert_eq!(block(&directory, 1), None);
        assert_eq!(block(&other, 0), None);
        assert!(block(&other, 5).is_some());
    }

    #[test]
    fn damage_is_noticed() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, _) = Directory::claim(temporary.path(), "digest", false).unwrap();
        let mut pending = Pending::new(&directory, 0);
        pending.add(&replicate(3)).unwrap();
        pending.flush().unwrap();
        let path = temporary.path().join("checkpoint").join(name(0));
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(block(&directory, 0), None);
        std::fs::write(&path, &bytes[..10]).unwrap();
        assert_eq!(block(&directory, 0), None);
    }
}
