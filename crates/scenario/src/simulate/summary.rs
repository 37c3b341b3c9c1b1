//! Statistics over replicates, by time and quantity, and the tables that hold them.

use crate::Error;
use crate::directory::Directory;
use crate::simulate::check::Check;
use crate::simulate::plan::Plan;
use crate::tables::columns::{CHECKS, NETWORK_SUMMARY};
use crate::tables::read_rows;
use paracrine_kernel::statistics::Summary;
use serde::{Deserialize, Serialize};

/// One quantity at one time, over replicates. Fields are `None` where nothing was sampled, the standard deviation also
/// for one replicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// When.
    pub time: f64,
    /// The quantity.
    pub quantity: String,
    /// Replicates that reached that time.
    pub n: u64,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation, with `n - 1` in the denominator.
    pub sd: Option<f64>,
    /// Smallest.
    pub min: Option<f64>,
    /// 5 % are at most this.
    pub q05: Option<f64>,
    /// Half are at most this.
    pub median: Option<f64>,
    /// 95 % are at most this.
    pub q95: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
}

impl Row {
    pub(super) fn new(time: f64, quantity: &str, summary: &Summary) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            time,
            quantity: quantity.to_owned(),
            n: summary.count(),
            mean: finite(summary.mean()),
            sd: finite(summary.sd()),
            min: finite(summary.minimum()),
            q05: finite(summary.quantile(0.05)),
            median: finite(summary.quantile(0.5)),
            q95: finite(summary.quantile(0.95)),
            max: finite(summary.maximum()),
        }
    }
}

/// A table of records with a header line.
pub(super) fn table<T: Serialize>(name: &'static str, rows: &[T]) -> Result<Vec<u8>, Error> {
    let failed = |source: csv::Error| Error::Table {
        table: name,
        source,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| failed(csv::Error::from(error.into_error())))
}

/// What tables say that were written before.
pub(super) fn read(directory: &Directory, plan: &Plan) -> Result<(Vec<Row>, Vec<Check>), Error> {
    let rows = read_rows(&directory.path().join(NETWORK_SUMMARY.csv))?;
    let checks = if plan.model.expectations.is_empty() {
        Vec::new()
    } else {
        read_rows(&directory.path().join(CHECKS.csv))?
    };
    Ok((rows, checks))
}
