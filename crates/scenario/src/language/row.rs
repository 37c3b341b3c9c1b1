//! Published rows: what was measured, as conditions that a mouse must meet.

use super::readout::ReadoutRequest;

/// A published row: one finding, with all conditions under which it counts as reproduced.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id, unique in the scenario: a letter of the group and a number.
    pub id: String,
    /// 1: must pass, 2: should pass, 3: informative; `None` for what goes in and is not judged.
    pub tier: Option<u8>,
    /// What was measured, with the age.
    pub what: String,
    /// What was published, in words, with its band.
    pub published: String,
    /// Who measured it.
    pub source: String,
    /// What was chosen in reading it, such as an age within a range.
    pub note: Option<String>,
    /// All of these must hold. None only for what is not modelled or goes in.
    pub conditions: Vec<RowCondition>,
    /// Why the model cannot say it, or not all of it: the row is counted and not judged.
    pub not_modelled: Option<String>,
}

/// One condition of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowCondition {
    /// What is read; `None` of deaths and onsets of disease.
    pub readout: Option<ReadoutRequest>,
    /// The arm, or of an exponent all arms.
    pub arms: Vec<String>,
    /// What is made of the time course of a mouse.
    pub take: Take,
    /// First and last age that count, in days; the same for a single age.
    pub over_d: (f64, f64),
    /// If set, the value is a ratio to the mouse's own at this age, in days.
    pub since_d: Option<f64>,
    /// Age from which ages are counted, in days.
    pub after_d: f64,
    /// If set, the value is a ratio of medians, to that of this arm.
    pub relative_to: Option<String>,
    /// If set, the value is a difference of medians, from that of this arm.
    pub difference_from: Option<String>,
    /// Age at which the other arm is read, in days, if not the same.
    pub relative_at_d: Option<f64>,
    /// What an exponent is against.
    pub against: Option<Against>,
    /// Age at which mice have to be alive to count, in days.
    pub survivors_d: Option<f64>,
    /// If set, the share of mice whose own value is in the band must be in this one.
    pub in_mice: Option<(f64, f64)>,
    /// The band.
    pub band: RowBand,
}

/// What is made of the time course of a mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The value at an age.
    Value,
    /// The highest value.
    Highest,
    /// The lowest value.
    Lowest,
    /// The highest value relative to the first.
    Fold,
    /// The last value relative to the highest.
    Left,
    /// Age of the highest value. Ages are in days, times of a well in hours.
    Peak,
    /// Age at which a tenth of the highest value is reached for the first time.
    Rise,
    /// Age from which the value stays below a tenth of the highest.
    Fall,
    /// Shortest doubling time before the highest value, in hours, over a day.
    DoublingTime,
    /// Shortest half-life after the highest value, in hours, over a day.
    HalfLife,
    /// Age at death.
    Death,
    /// Age at onset of disease.
    Onset,
    /// Slope over arms of the logarithm of the highest value.
    Exponent,
}

impl Take {
    /// All of them with the words for them in a scenario.
    pub const NAMED: [(&'static str, Self); 13] = [
        ("value", Self::Value),
        ("highest", Self::Highest),
        ("lowest", Self::Lowest),
        ("fold", Self::Fold),
        ("left", Self::Left),
        ("peak", Self::Peak),
        ("rise", Self::Rise),
        ("fall", Self::Fall),
        ("doubling_time", Self::DoublingTime),
        ("half_life", Self::HalfLife),
        ("death", Self::Death),
        ("onset", Self::Onset),
        ("exponent", Self::Exponent),
    ];

    /// Whether it comes from an event, not from a readout.
    #[must_use]
    pub const fn is_event(self) -> bool {
        matches!(self, Self::Death | Self::Onset)
    }

    /// Whether it is an age.
    #[must_use]
    pub const fn is_age(self) -> bool {
        matches!(
            self,
            Self::Death | Self::Onset | Self::Peak | Self::Rise | Self::Fall
        )
    }
}

/// What an exponent is against.
#[derive(Debug, Clone, PartialEq)]
pub enum Against {
    /// Numbers, one for each arm; all above zero.
    Numbers(Vec<f64>),
    /// Another readout, at the same ages.
    Readout(ReadoutRequest),
}

/// Where a value must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowBand {
    /// From one value to another, both included.
    Within(f64, f64),
    /// Above a value.
    Above(f64),
    /// Below a value.
    Below(f64),
}

impl RowBand {
    /// Whether a value is in it.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Within(low, high) => low <= value && value <= high,
            Self::Above(low) => value > low,
            Self::Below(high) => value < high,
        }
    }

    /// Its lower and its upper end, where it has one.
    #[must_use]
    pub const fn ends(self) -> (Option<f64>, Option<f64>) {
        match self {
            Self::Within(low, high) => (Some(low), Some(high)),
            Self::Above(low) => (Some(low), None),
            Self::Below(high) => (None, Some(high)),
        }
    }

    /// The band with these ends, if it has any.
    #[must_use]
    pub fn of_ends(low: Option<f64>, high: Option<f64>) -> Option<Self> {
        match (low, high) {
            (Some(low), Some(high)) => Some(Self::Within(low, high)),
            (Some(low), None) => Some(Self::Above(low)),
            (None, high) => high.map(Self::Below),
        }
    }
}

impl std::fmt::Display for RowBand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Within(low, high) => write!(f, "{low} to {high}"),
            Self::Above(low) => write!(f, "> {low}"),
            Self::Below(high) => write!(f, "< {high}"),
        }
    }
}
