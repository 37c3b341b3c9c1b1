//! A file that grows beside its place.

use crate::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// A file being written. It is in its place once it is [finished](Beside::finish), and gone if it never is.
#[derive(Debug)]
pub(crate) struct Beside {
    target: PathBuf,
    beside: PathBuf,
    /// None once it is finished.
    file: Option<BufWriter<File>>,
    hasher: blake3::Hasher,
}

impl Beside {
    pub(super) fn new(target: PathBuf, beside: PathBuf) -> Result<Self, Error> {
        let file = File::create(&beside).map_err(|source| Error::Write {
            path: target.clone(),
            source,
        })?;
        Ok(Self {
            target,
            beside,
            file: Some(BufWriter::with_capacity(1 << 16, file)),
            hasher: blake3::Hasher::new(),
        })
    }

    /// Appends.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write_all(bytes).map_err(|source| Error::Write {
            path: self.target.clone(),
            source,
        })
    }

    /// Puts the file into its place; the hash of its bytes.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(crate) fn finish(mut self) -> Result<blake3::Hash, Error> {
        let failed = |source| Error::Write {
            path: self.target.clone(),
            source,
        };
        if let Some(mut file) = self.file.take() {
            let done = file
                .flush()
                .and_then(|()| file.get_ref().sync_all())
                .and_then(|()| fs::rename(&self.beside, &self.target));
            if let Err(source) = done {
                // The first error is the one to report; a leftover is removed if possible.
                let _ = fs::remove_file(&self.beside);
                return Err(failed(source));
            }
        }
        Ok(self.hasher.finalize())
    }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.file {
            Some(file) => file.write(bytes)?,
            None => bytes.len(),
        };
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nobody is left to tell about a failure.
            let _ = fs::remove_file(&self.beside);
        }
    }
}
