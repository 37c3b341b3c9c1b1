//! Which instruction set is used. Results do not depend on it.

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::{compiled::Compiled, portable, roster::Roster};

/// An instruction set that the lanes are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What every processor of the target architecture has.
    Baseline,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 F.
    Avx512,
}

impl Level {
    /// All levels, from the slowest.
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// The name that chooses it: `baseline`, `avx2` or `avx512`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The best level of this processor.
    #[must_use]
    pub fn detect() -> Self {
        let available = |level: &Self| level.is_available();
        let mut levels = Self::ALL.into_iter().rev();
        levels.find(available).unwrap_or(Self::Baseline)
    }

    /// Whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Baseline => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
        }
        #[cfg(not(target_arch = "x86_64"))]
        return self == Self::Baseline;
    }

    /// Runs a job, inlined into code for this level, or for the best one of this processor if that is lower.
    ///
    /// A closure of loops over lanes marked `#[inline(always)]` becomes vectors of that level.
    #[inline]
    pub fn run<T>(self, job: impl FnOnce() -> T) -> T {
        match self.min(Self::detect()) {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has AVX-512 F.
            Self::Avx512 => unsafe { with_avx512(job) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has AVX2.
            Self::Avx2 => unsafe { with_avx2(job) },
            _ => job(),
        }
    }

    /// The levels of this processor, from the slowest.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut levels = Self::ALL.to_vec();
        levels.retain(|level| level.is_available());
        levels
    }
}

/// How many lanes, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    /// Plain Rust compiled for a level, with a number of lanes.
    Portable(Level, usize),
    /// AVX-512 by intrinsics, with a number of lanes.
    #[cfg(target_arch = "x86_64")]
    Avx512(usize),
}

impl Engine {
    /// The fastest of a level, or of the best level of this processor if that is lower.
    pub(super) fn best(level: Level) -> Self {
        match level.min(Level::detect()) {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Self::Avx512(16),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Self::Portable(Level::Avx2, 32),
            _ => Self::Portable(Level::Baseline, 16),
        }
    }

    /// How many lanes it has.
    pub(super) fn lanes(self) -> usize {
        match self {
            Self::Portable(_, lanes) => lanes,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => lanes,
        }
    }

    /// The engine for fewer replicates than it has lanes.
    pub(super) fn narrower(self) -> Option<Self> {
        match self {
            Self::Portable(_, 1) => None,
            Self::Portable(level, lanes) => Some(Self::Portable(level, lanes / 2)),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(8) => None,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => Some(Self::Avx512(lanes / 2)),
        }
    }

    /// Runs replicates of `roster`, which has that many lanes.
    pub(super) fn run(self, compiled: &Compiled, roster: &mut Roster<'_>) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Portable(Level::Avx2, lanes) => {
                assert!(Level::Avx2.is_available(), "the processor has AVX2");
                match lanes {
                    // SAFETY: AVX2 is available.
                    1 => unsafe { portable_avx2::<1>(compiled, roster) },
                    // SAFETY: AVX2 is available.
                    2 => unsafe { portable_avx2::<2>(compiled, roster) },
                    // SAFETY: AVX2 is available.
                    4 => unsafe { portable_avx2::<4>(compiled, roster) },
                    // SAFETY: AVX2 is available.
                    8 => unsafe { portable_avx2::<8>(compiled, roster) },
                    // SAFETY: AVX2 is available.
                    16 => unsafe { portable_avx2::<16>(compiled, roster) },
                    // SAFETY: AVX2 is available.
                    _ => unsafe { portable_avx2::<32>(compiled, roster) },
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => {
                assert!(Level::Avx512.is_available(), "the processor has AVX-512");
                match lanes {
                    // SAFETY: AVX-512 F is available.
                    8 => unsafe { avx512::run::<8>(compiled, roster) },
                    // SAFETY: AVX-512 F is available.
                    16 => unsafe { avx512::run::<16>(compiled, roster) },
                    // SAFETY: AVX-512 F is available.
                    _ => unsafe { avx512::run::<32>(compiled, roster) },
                }
            }
            Self::Portable(_, 1) => portable::run::<1>(compiled, roster),
            Self::Portable(_, 2) => portable::run::<2>(compiled, roster),
            Self::Portable(_, 4) => portable::run::<4>(compiled, roster),
            Self::Portable(_, 8) => portable::run::<8>(compiled, roster),
            Self::Portable(_, 16) => portable::run::<16>(compiled, roster),
            Self::Portable(..) => portable::run::<32>(compiled, roster),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn portable_avx2<const W: usize>(compiled: &Compiled, roster: &mut Roster<'_>) {
    portable::run::<W>(compiled, roster);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<T>(job: impl FnOnce() -> T) -> T {
    job()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn with_avx512<T>(job: impl FnOnce() -> T) -> T {
    job()
}
