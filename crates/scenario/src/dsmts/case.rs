//! The files of a case.

use crate::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders below the given one that are searched for cases.
const DEEPEST: usize = 4;

/// A case of the suite.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its number, five digits.
    pub number: String,
    /// Its model in each level and version, the lowest first.
    pub models: Vec<ModelFile>,
    /// Time between two rows.
    pub duration: f64,
    /// Rows after the first.
    pub steps: usize,
    /// What is judged.
    pub columns: Vec<Column>,
    /// Bounds of the statistic of means, both open.
    pub mean_range: (f64, f64),
    /// Bounds of the statistic of standard deviations, both open.
    pub sd_range: (f64, f64),
}

/// A model of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// Level and version, as in `l3v1`.
    pub level: String,
    /// The file.
    pub path: PathBuf,
}

/// A variable with its reference, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The variable.
    pub variable: String,
    /// Means.
    pub mean: Vec<f64>,
    /// Standard deviations.
    pub sd: Vec<f64>,
    /// Whether the means are judged.
    pub judge_mean: bool,
    /// Whether the standard deviations are judged.
    pub judge_sd: bool,
}

/// All cases in a folder and below, by number.
///
/// # Errors
/// [`Error::Suite`] if there are none or one cannot be understood, [`Error::Read`].
pub fn cases(folder: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    search(folder, 0, &mut cases)?;
    if cases.is_empty() {
        return Err(suite(
            folder,
            "no case: no folder NNNNN with NNNNN-settings.txt in it",
        ));
    }
    cases.sort_by(|a, b| a.number.cmp(&b.number));
    Ok(cases)
}

fn search(folder: &Path, depth: usize, cases: &mut Vec<Case>) -> Result<(), Error> {
    if let Some(case) = read(folder)? {
        cases.push(case);
        return Ok(());
    }
    if depth == DEEPEST {
        return Ok(());
    }
    for path in entries(folder)? {
        if path.is_dir() {
            search(&path, depth + 1, cases)?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read {
        path: folder.into(),
        source,
    };
    let mut entries = fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    entries.sort();
    Ok(entries)
}

/// The case in a folder, if it is one with statistics.
fn read(folder: &Path) -> Result<Option<Case>, Error> {
    let Some(number) = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
    else {
        return Ok(None);
    };
    let settings_path = folder.join(format!("{number}-settings.txt"));
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) || !settings_path.is_file()
    {
        return Ok(None);
    }
    let settings = text(&settings_path)?;
    let setting = |key: &str| {
        settings.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == key).then(|| value.trim().to_owned())
        })
    };
    // Cases without ranges are of the suite for deterministic simulators.
    let (Some(mean_range), Some(sd_range)) = (setting("meanRange"), setting("sdRange")) else {
        return Ok(None);
    };
    let wrong = |key: &str| suite(&settings_path, &format!("cannot understand `{key}`"));
    let number_of = |key: &str| setting(key).and_then(|value| value.parse::<f64>().ok());
    if number_of("start") != Some(0.0) {
        return Err(wrong("start"));
    }
    let duration = number_of("duration").ok_or_else(|| wrong("duration"))?;
    let steps = setting("steps")
        .and_then(|value| value.parse::<usize>().ok())
        .ok_or_else(|| wrong("steps"))?;
    let output = setting("output").ok_or_else(|| wrong("output"))?;
    let judged: Vec<&str> = output
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let columns = columns(
        &folder.join(format!("{number}-results.csv")),
        &judged,
        steps,
    )?;
    let mut models = Vec::new();
    for path in entries(folder)? {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let prefix = format!("{number}-sbml-");
        let level = name
            .as_deref()
            .and_then(|name| name.strip_prefix(&prefix)?.strip_suffix(".xml"))
            .map(str::to_owned);
        models.extend(level.map(|level| ModelFile { level, path }));
    }
    if models.is_empty() {
        return Err(suite(folder, "no file NNNNN-sbml-lXvY.xml"));
    }
    Ok(Some(Case {
        models,
        duration,
        steps,
        columns,
        mean_range: range(&mean_range).ok_or_else(|| wrong("meanRange"))?,
        sd_range: range(&sd_range).ok_or_else(|| wrong("sdRange"))?,
        number,
    }))
}

fn text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.into(),
        source,
    })
}

fn suite(path: &Path, problem: &str) -> Error {
    Error::Suite {
        path: path.into(),
        problem: problem.into(),
    }
}

/// `(-3, 3)`
fn range(text: &str) -> Option<(f64, f64)> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    let (low, high) = inner.split_once(',')?;
    Some((low.trim().parse().ok()?, high.trim().parse().ok()?))
}

/// The reference, for the variables of which anything is judged.
fn columns(path: &Path, judged: &[&str], steps: usize) -> Result<Vec<Column>, Error> {
    let text = text(path)?;
    let wrong = |problem: &str| suite(path, problem);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let header: Vec<&str> = lines
        .next()
        .ok_or_else(|| wrong("is empty"))?
        .split(',')
        .map(str::trim)
        .collect();
    let rows = lines
        .map(|line| {
            line.split(',')
                .map(|cell| cell.trim().parse::<f64>())
                .collect()
        })
        .collect::<Result<Vec<Vec<f64>>, _>>()
        .map_err(|_| wrong("holds a cell that is not a number"))?;
    if rows.len() != steps + 1 || rows.iter().any(|row| row.len() != header.len()) {
        return Err(wrong(
            "does not have the rows and cells of its header and settings",
        ));
    }
    let mut columns: Vec<Column> = Vec::new();
    for name in judged {
        let variable = name
            .strip_suffix("-mean")
            .or_else(|| name.strip_suffix("-sd"))
            .ok_or_else(|| wrong("`output` names neither a mean nor a standard deviation"))?;
        let is_mean = name.ends_with("-mean");
        if let Some(column) = columns
            .iter_mut()
            .find(|column| column.variable == variable)
        {
            column.judge_mean |= is_mean;
            column.judge_sd |= !is_mean;
            continue;
        }
        let column = |kind: &str| {
            let wanted = format!("{variable}-{kind}");
            let index = header.iter().position(|name| *name == wanted);
            let index = index.ok_or_else(|| wrong(&format!("has no column `{wanted}`")))?;
            Ok::<Vec<f64>, Error>(rows.iter().map(|row| row[index]).collect())
        };
        columns.push(Column {
            mean: column("mean")?,
            sd: column("sd")?,
            variable: variable.to_owned(),
            judge_mean: is_mean,
            judge_sd: !is_mean,
        });
    }
    Ok(columns)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }

    const SETTINGS: &str = "start: 0\nduration: 2\nsteps: 2\nvariables: X, y\noutput: X-mean, X-sd, y-mean\nmeanRange: (-3, 3)\nsdRange: (-5, 5)\n";
    const RESULTS: &str =
        "time,X-mean,X-sd,y-mean,y-sd\n0,10,0,20,0\n1,9,1,18,2\n2,8,1.5,16,3\n\n\n";

    #[test]
    fn cases_are_found_below_the_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("cases/00019");
        write(&folder, "00019-settings.txt", SETTINGS);
        write(&folder, "00019-results.csv", RESULTS);
        write(&folder, "00019-sbml-l3v1.xml", "<sbml/>");
        write(&folder, "00019-sbml-l2v4.xml", "<sbml/>");
        write(
            &temporary.path().join("cases/00020"),
            "00020-settings.txt",
            "start: 0\n",
        );
        let cases = cases(temporary.path()).unwrap();
        assert_eq!(cases.len(), 1);
        let case = &cases[0];
        let levels: Vec<&str> = case
            .models
            .iter()
            .map(|model| model.level.as_str())
            .collect();
        assert_eq!(levels, ["l2v4", "l3v1"]);
        assert_eq!((case.mean_range, case.sd_range), ((-3.0, 3.0), (-5.0, 5.0)));
        assert_eq!(case.columns.len(), 2);
        assert_eq!(case.columns[0].sd, [0.0, 1.0, 1.5]);
        assert!(case.columns[1].judge_mean && !case.columns[1].judge_sd);
    }

    #[test]
    fn what_is_no_case_is_said_to_be_none() {
        let temporary = tempfile::tempdir().unwrap();
        assert!(matches!(cases(temporary.path()), Err(Error::Suite { .. })));
        assert!(matches!(
            cases(&temporary.path().join("none")),
            Err(Error::Read { .. })
        ));
        let folder = temporary.path().join("00001");
        write(&folder, "00001-settings.txt", SETTINGS);
        write(&folder, "00001-results.csv", "time,X-mean\n0,1\n");
        assert!(matches!(cases(temporary.path()), Err(Error::Suite { .. })));
    }
}
