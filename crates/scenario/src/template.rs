//! Scenarios to begin with: complete, commented, small enough to run in seconds.

use crate::Error;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// What the cells of a new scenario live in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// A mouse.
    Mouse,
    /// A well.
    Well,
}

impl Template {
    /// The text of the scenario.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Mouse => include_str!("../templates/mouse.ron"),
            Self::Well => include_str!("../templates/well.ron"),
        }
    }

    /// Writes the scenario to `name`, with `.ron` at its end, and returns the path. A file that is there stays as it is.
    ///
    /// # Errors
    /// [`Error::Setting`] for a path without a name, [`Error::Exists`], [`Error::Write`].
    pub fn write(self, name: &str) -> Result<PathBuf, Error> {
        let stem = name.strip_suffix(".ron").unwrap_or(name);
        let is_named = !stem.is_empty()
            && !stem.ends_with(['/', '.'])
            && Path::new(stem).file_name().is_some();
        if !is_named {
            return Err(Error::Setting {
                option: "NAME",
                found: format!("{name:?}"),
                expected: "a name such as my-question".into(),
            });
        }
        let path = PathBuf::from(format!("{stem}.ron"));
        let writing = |source: std::io::Error| match source.kind() {
            ErrorKind::AlreadyExists => Error::Exists { path: path.clone() },
            _ => Error::Write {
                path: path.clone(),
                source,
            },
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(writing)?;
        let written = file.write_all(self.text().as_bytes());
        if written.is_err() {
            // The first error is the one to report; half a scenario is removed if possible.
            let _ = fs::remove_file(&path);
        }
        written.map_err(writing)?;
        Ok(path)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::catalogue::Source;
    use crate::plan::{Overrides, Plan};

    /// Each line that is commented out in a template is one that a user is invited to use.
    ///
    /// Smallest fault seen: `fraktion` in a line that is commented out.
    #[test]
    fn what_is_commented_out_checks_too() {
        for template in [Template::Mouse, Template::Well] {
            let code = |line: &str| {
                let rest = line.trim_start().strip_prefix("// ")?;
                let is_code = rest.trim_start().starts_with(['(', ']'])
                    || rest.contains(": [")
                    || rest.ends_with("),")
                    || rest.ends_with("},");
                is_code.then(|| rest.to_owned())
            };
            let mut used = 0;
            let lines: Vec<String> = template
                .text()
                .lines()
                .map(|line| match code(line) {
                    Some(code) => {
                        used += 1;
                        code
                    }
                    None => line.to_owned(),
                })
                .collect();
            assert!(used >= 3, "only {used} lines are commented out");
            let source = Source {
                name: "new".into(),
                origin: "new.ron".into(),
                text: lines.join("\n"),
            };
            let plan = Plan::new(source, &Overrides::default()).unwrap();
            assert!(plan.remarks.is_empty(), "{:?}", plan.remarks);
        }
    }
}
