//! Whole states of replicates as files: each says what it is, of which run and which of its replicates, and whether it is whole.
//!
//! ```text
//! 16 bytes   "paracrine state\n"
//!  4 bytes   format, little-endian
//! 16 bytes   digest of the run, or of whatever decides the state
//! 16 bytes   arm, over all points of a sweep, and replicate, little-endian
//! 32 bytes   BLAKE3 of format, digest, arm, replicate and content
//!            content: postcard (integers of variable length, floats as they are)
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The format of states. It is raised with every change of what a state holds, in whatever crate: a test compares names and types.
pub const FORMAT: u32 = 9;

const MAGIC: &[u8; 16] = b"paracrine state\n";
const DIGEST: usize = 16;
const HEAD: usize = MAGIC.len() + 4 + DIGEST + 16 + blake3::OUT_LEN;

/// Checksum of a state.
pub(crate) type Sum = [u8; blake3::OUT_LEN];

/// Whose state it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Digest of the run, or of whatever decides the state: 16 characters, as all digests have.
    pub digest: String,
    /// Its arm, counted over all points of a sweep.
    pub arm: u64,
    /// Its replicate.
    pub replicate: u64,
}

impl Owner {
    pub(crate) fn new(digest: &str, arm: usize, replicate: u64) -> Self {
        Self {
            digest: digest.to_owned(),
            arm: arm as u64,
            replicate,
        }
    }

    /// Refuses a file of another owner.
    pub(crate) fn check(&self, found: &Self) -> Result<(), Unusable> {
        if found.digest != self.digest {
            return Err(Unusable::Digest(found.digest.clone()));
        }
        if found != self {
            return Err(Unusable::Replicate(found.arm, found.replicate));
        }
        Ok(())
    }
}

/// Why a file is not the state that it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// There is none.
    Missing,
    /// It cannot be read.
    Unreadable(io::ErrorKind),
    /// It is not what was written.
    Damaged,
    /// It was written in another format.
    Format(u32),
    /// It is of another run.
    Digest(String),
    /// It is of another arm or replicate of the run: these.
    Replicate(u64, u64),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "is not there"),
            Self::Unreadable(kind) => write!(f, "cannot be read ({kind})"),
            Self::Damaged => write!(f, "is damaged"),
            Self::Format(found) => write!(
                f,
                "is of another version of paracrine (format {found}, here it is {FORMAT})"
            ),
            Self::Digest(found) => write!(f, "is of another run ({found})"),
            Self::Replicate(arm, replicate) => {
                write!(f, "is a copy of that of another: arm{arm}-mouse{replicate}")
            }
        }
    }
}

/// A state as a file.
pub(crate) fn sealed(owner: &Owner, content: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1 << 20);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    let mut own = [0; DIGEST];
    own.copy_from_slice(
        owner
            .digest
            .as_bytes()
            .get(..DIGEST)
            .ok_or_else(|| io::Error::other("a digest that is none"))?,
    );
    bytes.extend_from_slice(&own);
    bytes.extend_from_slice(&owner.arm.to_le_bytes());
    bytes.extend_from_slice(&owner.replicate.to_le_bytes());
    bytes.extend_from_slice(&[0; blake3::OUT_LEN]);
    let mut bytes = postcard::to_extend(content, bytes).map_err(io::Error::other)?;
    let sum = sum(&bytes);
    bytes[HEAD - blake3::OUT_LEN..HEAD].copy_from_slice(&sum);
    Ok(bytes)
}

fn sum(bytes: &[u8]) -> Sum {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[MAGIC.len()..HEAD - blake3::OUT_LEN]);
    hasher.update(&bytes[HEAD..]);
    *hasher.finalize().as_bytes()
}

/// What is in a file, if it is a whole state of this owner; with its checksum.
pub(crate) fn opened<T: DeserializeOwned>(
    path: &Path,
    owner: &Owner,
) -> Result<(T, Sum), Unusable> {
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    let (found, expected) = head(&bytes)?;
    // Before whose it is: a damaged digest is no other run.
    if sum(&bytes) != expected {
        return Err(Unusable::Damaged);
    }
    owner.check(&found)?;
    let content = postcard::from_bytes(&bytes[HEAD..]).map_err(|_| Unusable::Damaged)?;
    Ok((content, expected))
}

/// The owner in the head of a file and its checksum, without a look at the rest.
pub(crate) fn glance(path: &Path) -> Result<(Owner, Sum), Unusable> {
    let mut bytes = Vec::with_capacity(HEAD);
    let file = File::open(path).map_err(|error| failed(&error))?;
    file.take(HEAD as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    head(&bytes)
}

fn failed(error: &io::Error) -> Unusable {
    match error.kind() {
        io::ErrorKind::NotFound => Unusable::Missing,
        kind => Unusable::Unreadable(kind),
    }
}

fn head(bytes: &[u8]) -> Result<(Owner, Sum), Unusable> {
    if bytes.len() < HEAD || !bytes.starts_with(MAGIC) {
        return Err(Unusable::Damaged);
    }
    let (mut format, mut sum) = ([0; 4], [0; blake3::OUT_LEN]);
    format.copy_from_slice(&bytes[MAGIC.len()..MAGIC.len() + 4]);
    sum.copy_from_slice(&bytes[HEAD - blake3::OUT_LEN..HEAD]);
    let format = u32::from_le_bytes(format);
    if format != FORMAT {
        return Err(Unusable::Format(format));
    }
    let (digest, rest) = bytes[MAGIC.len() + 4..].split_at(DIGEST);
    let (mut arm, mut replicate) = ([0; 8], [0; 8]);
    arm.copy_from_slice(&rest[..8]);
    replicate.copy_from_slice(&rest[8..16]);
    let owner = Owner {
        digest: String::from_utf8_lossy(digest).into_owned(),
        arm: u64::from_le_bytes(arm),
        replicate: u64::from_le_bytes(replicate),
    };
    Ok((owner, sum))
}
