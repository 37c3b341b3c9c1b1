//! `manifest.json`: what was run.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::error::ReportError;

/// The fields of the manifest that the report shows; others are ignored, and all but the arms may be absent.
#[derive(Debug, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) paracrine: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) question: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) expected: Option<String>,
    pub(crate) scenario: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) model: Option<String>,
    /// `mouse` or `culture`; a mouse if it does not say.
    #[serde(default)]
    pub(crate) host: Host,
    pub(crate) seed: Option<u64>,
    pub(crate) replicates: Option<u64>,
    pub(crate) cells: Option<u64>,
    pub(crate) until_d: Option<f64>,
    pub(crate) sample_every_d: Option<f64>,
    /// If it was a sweep: arms and overlay are those of the first point that was simulated.
    pub(crate) sweep: Option<Sweep>,
    /// Numbers of the mice.
    #[serde(default)]
    pub(crate) mice: Vec<u64>,
    /// If it might have stopped before it had all replicates.
    pub(crate) stopped: Option<serde::de::IgnoredAny>,
    /// How much the run kept; samples of mice are left out by `summary` alone.
    pub(crate) keep: Option<String>,
    pub(crate) arms: Vec<Arm>,
    #[serde(default)]
    pub(crate) overlay: Vec<Overlay>,
    #[serde(default)]
    pub(crate) readouts: Vec<Readout>,
    /// Links of the causal chain, in order; none of wells, nor of an older program.
    #[serde(default)]
    pub(crate) chain: Vec<Link>,
    pub(crate) method: Option<String>,
    pub(crate) results: Option<String>,
}

/// A link of the causal chain.
#[derive(Debug, Deserialize)]
pub(crate) struct Link {
    #[serde(flatten)]
    pub(crate) readout: Readout,
    /// Why it follows from the link before.
    #[serde(default)]
    pub(crate) because: String,
}

/// Where the cells live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Host {
    #[default]
    Mouse,
    Culture,
}

impl Host {
    /// What holds the cells: one and many.
    pub(crate) fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::Mouse => ("mouse", "mice"),
            Self::Culture => ("well", "wells"),
        }
    }

    /// Times of the page per day of the files: mice live for days, wells for hours.
    pub(crate) fn per_day(self) -> f64 {
        match self {
            Self::Mouse => 1.0,
            Self::Culture => 24.0,
        }
    }

    /// The unit of times of the page.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Mouse => "d",
            Self::Culture => "h",
        }
    }

    /// What times of the page are.
    pub(crate) fn clock(self) -> &'static str {
        match self {
            Self::Mouse => "age",
            Self::Culture => "time",
        }
    }

    /// A time, already written as a number, in words.
    pub(crate) fn when(self, number: &str) -> String {
        match self {
            Self::Mouse => format!("day {number}"),
            Self::Culture => format!("{number} h"),
        }
    }

    /// The label of an axis of time.
    pub(crate) fn axis(self) -> &'static str {
        match self {
            Self::Mouse => "age (days)",
            Self::Culture => "time (hours)",
        }
    }
}

/// What was swept.
#[derive(Debug, Deserialize)]
pub(crate) struct Sweep {
    pub(crate) method: String,
    pub(crate) points: u64,
    /// The only one that was simulated.
    #[serde(default)]
    pub(crate) point: Option<usize>,
    pub(crate) axes: Vec<SweptAxis>,
}

/// An axis of a sweep.
#[derive(Debug, Deserialize)]
pub(crate) struct SweptAxis {
    pub(crate) name: String,
    pub(crate) unit: String,
    #[serde(default)]
    pub(crate) is_log: bool,
}

impl SweptAxis {
    /// The unit shown; empty for a pure number.
    pub(crate) fn shown_unit(&self) -> &str {
        if self.unit == "1" { "" } else { &self.unit }
    }
}

/// One arm of the experiment.
#[derive(Debug, Deserialize)]
pub(crate) struct Arm {
    pub(crate) name: String,
    /// Objects such as `{"gene": "Il2ra", "expression": 0.0}`; further keys are shown as they are.
    #[serde(default)]
    pub(crate) genotype: Vec<serde_json::Map<String, Value>>,
    /// Sentences.
    #[serde(default)]
    pub(crate) interventions: Vec<Value>,
}

/// A model parameter the scenario changed.
#[derive(Debug, Deserialize)]
pub(crate) struct Overlay {
    pub(crate) parameter: String,
    pub(crate) value: Value,
    pub(crate) unit: Option<String>,
    #[serde(default)]
    pub(crate) default: Value,
}

/// A measured quantity and how it is drawn.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Readout {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) unit: String,
    #[serde(default)]
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) scale: Axis,
}

/// The kind of axis a readout asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Axis {
    #[default]
    Linear,
    Log,
}

impl Readout {
    /// What to call it on the page.
    pub(crate) fn label(&self) -> &str {
        if self.label.is_empty() {
            &self.name
        } else {
            &self.label
        }
    }

    /// Whether it is shown in per cent: a pure number that is a fraction by the name of its readout. What is calculated may be anything.
    pub(crate) fn is_percentage(&self) -> bool {
        let (call, arguments) = self.name.split_once('(').unwrap_or((&self.name, ""));
        let is_one = call
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && arguments.find(')') == arguments.len().checked_sub(1);
        self.unit == "1" && is_one && call.ends_with("fraction")
    }

    /// Factor from the file's number to the number shown.
    pub(crate) fn factor(&self) -> f64 {
        if self.is_percentage() { 100.0 } else { 1.0 }
    }

    /// The unit shown; empty for a pure number.
    pub(crate) fn shown_unit(&self) -> &str {
        match self.unit.as_str() {
            _ if self.is_percentage() => "%",
            "1" => "",
            unit => unit,
        }
    }

    /// The unit of a difference: percentages differ by points.
    pub(crate) fn difference_unit(&self) -> &str {
        if self.is_percentage() {
            "percentage points"
        } else {
            self.shown_unit()
        }
    }
}

impl Manifest {
    /// Reads the manifest of a results directory, which names an arm at least.
    pub(crate) fn read(directory: &Path) -> Result<Self, ReportError> {
        let path = directory.join("manifest.json");
        let text = fs::read_to_string(&path).map_err(|source| ReportError::Read {
            path: path.clone(),
            source,
        })?;
        let manifest: Self =
            serde_json::from_str(&text).map_err(|source| ReportError::Manifest {
                path: path.clone(),
                line: source.line(),
                source,
            })?;
        if manifest.arms.is_empty() {
            return Err(ReportError::NoArms { path });
        }
        Ok(manifest)
    }

    /// What was run, in a line: version, scenario, seed.
    pub(crate) fn signature(&self) -> String {
        let version = self.paracrine.as_deref().unwrap_or_default();
        let name = format!("paracrine {version}").trim_end().to_owned();
        let seed = self.seed.map(|seed| format!("seed {seed}"));
        let parts = [Some(name), self.scenario.clone(), seed];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The name of the run for the top of the page.
    pub(crate) fn heading(&self) -> &str {
        self.title
            .as_deref()
            .or(self.scenario.as_deref())
            .unwrap_or("Simulation results")
    }
}
