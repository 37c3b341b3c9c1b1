//! What stands in the tables of a run: name, type, unit and meaning of every column, for CSV and Parquet alike.

/// A table that a run leaves.
#[derive(Debug)]
pub struct Table {
    /// Its file.
    pub csv: &'static str,
    /// The same rows as Parquet.
    pub parquet: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

impl Table {
    /// Names of its columns.
    pub fn header(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }

    /// Whether the axes of a sweep stand before its columns, each in one of its own.
    pub fn has_axes(&self) -> bool {
        self.csv == SWEEP_SUMMARY.csv
    }

    /// The first line of its file.
    pub fn header_line(&self) -> String {
        self.header().collect::<Vec<_>>().join(",") + "\n"
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub kind: Kind,
    /// Its unit.
    pub unit: Unit,
    /// Whether values may be missing.
    pub optional: bool,
    /// What it means, in one line.
    pub meaning: &'static str,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of few names.
    Name,
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A whole number below 2^32.
    Whole,
    /// A whole number below 2^64.
    Long,
}

/// The unit of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// It has none, or the model knows it.
    None,
    /// Always this one.
    Is(&'static str),
    /// The one that another column names, row by row.
    Column(&'static str),
    /// The network's unit of time.
    Time,
}

const fn column(name: &'static str, kind: Kind, unit: Unit, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        unit,
        optional: false,
        meaning,
    }
}

const fn name(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Name, Unit::None, meaning)
}

const fn days(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Number, Unit::Is("d"), meaning)
}

const fn count(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Whole, Unit::Is("1"), meaning)
}

const fn copies(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Whole, Unit::Is("copies per cell"), meaning)
}

/// A value in the unit of its row; it may be missing.
const fn value(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Number, Unit::Column("unit"), meaning).or_none()
}

/// A pure number; it may be missing.
const fn pure(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Number, Unit::Is("1"), meaning).or_none()
}

/// A value of a network; it may be missing.
const fn amount(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Number, Unit::None, meaning).or_none()
}

impl Column {
    const fn or_none(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    const fn always(self) -> Self {
        Self {
            optional: false,
            ..self
        }
    }
}

/// Stands first in the tables of a sweep.
pub const POINT: Column = column(
    "point",
    Kind::Whole,
    Unit::None,
    "number of the point of the sweep, counted from 0",
);

/// An axis of a sweep, in a column that has its name.
pub const AXIS: Column = column(
    "axis",
    Kind::Number,
    Unit::None,
    "value of this axis of the sweep; its unit is in sweep.csv",
);

const ARM: Column = name("arm", "arm of the scenario");
/// Number of a mouse or well.
pub const REPLICATE: Column = column(
    "replicate",
    Kind::Whole,
    Unit::None,
    "number of the mouse or well in its arm, counted from 0; equal numbers of two arms start alike",
);
const READOUT: Column = name("readout", "readout as the scenario writes it");
const UNIT: Column = name("unit", "unit of the readout");
const MICE: Column = count("mice", "mice or wells simulated");
const DEAD: Column = count(
    "dead",
    "of these, dead by that age; they count with their last sample",
);

/// Samples of every living mouse, or well.
pub const TIMECOURSE: Table = Table {
    csv: "timecourse.csv",
    parquet: "timecourse.parquet",
    columns: &[
        ARM,
        REPLICATE,
        days("time_d", "age at the sample"),
        READOUT,
        UNIT,
        value("value", "value of the readout, in the unit of its row"),
    ],
};

/// Statistics over the mice of an arm.
pub const SUMMARY: Table = Table {
    csv: "summary.csv",
    parquet: "summary.parquet",
    columns: &[
        ARM,
        days("time_d", "age at the sample"),
        READOUT,
        UNIT,
        MICE,
        DEAD,
        value("mean", "mean over mice"),
        value("sd", "standard deviation over mice, by n - 1"),
        value("min", "smallest value"),
        value("q25", "first quartile"),
        value("median", "median"),
        value("q75", "third quartile"),
        value("max", "largest value"),
    ],
};

/// Arms against the first arm and against published bands.
pub const COMPARISON: Table = Table {
    csv: "comparison.csv",
    parquet: "comparison.parquet",
    columns: &[
        ARM,
        READOUT,
        UNIT,
        days("at_d", "age at which arms are compared"),
        MICE,
        DEAD,
        value("median", "median over mice"),
        value("min", "smallest value"),
        value("max", "largest value"),
        value("difference", "difference of medians from the first arm"),
        value(
            "difference_low",
            "lower end of its 95 % bootstrap interval, over pairs of mice that both have a value; of fewer than six, of which there is none, of what resampled medians give",
        ),
        value("difference_high", "upper end of the same interval"),
        name(
            "interval",
            "`95 %`, or `resampled` where fewer than six pairs of mice have a value; missing where there is none",
        )
        .or_none(),
        name(
            "relative_to",
            "arm to whose median the band is a ratio; missing if it is in the unit of the readout",
        )
        .or_none(),
        value(
            "band_low",
            "lower end of the published band; a ratio where `relative_to` names an arm",
        ),
        value(
            "band_high",
            "upper end of the published band; a ratio where `relative_to` names an arm",
        ),
        name(
            "verdict",
            "`in` or `out`: whether the median is in the published band; `not judged` with fewer than 5000 agents a mouse",
        )
        .or_none(),
        column("source", Kind::Text, Unit::None, "who published the band").or_none(),
    ],
};

/// How large differences from the first arm are.
pub const EFFECTS: Table = Table {
    csv: "effects.csv",
    parquet: "effects.parquet",
    columns: &[
        ARM,
        READOUT,
        UNIT,
        days("at_d", "age at which arms are compared"),
        pure(
            "ratio",
            "median over that of the first arm; missing where a value is below zero or that median is zero",
        ),
        pure(
            "ratio_low",
            "lower end of its 95 % bootstrap interval, over pairs of mice that both have a value; of fewer than six, of which there is none, of what resampled medians give",
        ),
        pure("ratio_high", "upper end of the same interval"),
        pure(
            "cliffs_delta",
            "Cliff's delta: share of pairs of a mouse of this arm and one of the first in which this one's value is larger, less the share in which it is smaller; missing of single mice",
        ),
    ],
};

/// The causal chain over time, whatever the scenario reads.
pub const CHAIN: Table = Table {
    csv: "chain.csv",
    parquet: "chain.parquet",
    columns: &[
        ARM,
        days(
            "time_d",
            "age at the sample; of many samples about sixty are kept",
        ),
        name("readout", "link of the chain, in its order"),
        UNIT,
        MICE,
        DEAD,
        value("q25", "first quartile"),
        value("median", "median"),
        value("q75", "third quartile"),
    ],
};

/// Deaths and disease.
pub const EVENTS: Table = Table {
    csv: "events.csv",
    parquet: "events.parquet",
    columns: &[
        ARM,
        REPLICATE,
        days("time_d", "age at the event"),
        name(
            "event",
            "`disease onset`, `death`, the condition of an intervention that was met, or why a mouse was not simulated further",
        ),
    ],
};

/// Every agent at the times of snapshots.
pub const CELLS: Table = Table {
    csv: "cells.csv",
    parquet: "cells.parquet",
    columns: &[
        ARM,
        REPLICATE,
        days("time_d", "age of the host at the snapshot"),
        name("kind", "kind of cell"),
        days(
            "age_d",
            "time since the founder of its clone came into being",
        ),
        count("generation", "divisions since then; 255 stands for more"),
        column(
            "weight",
            Kind::Long,
            Unit::Is("cells"),
            "cells it stands for",
        ),
        name("tag", "tag of the transfer or marrow it comes from"),
        name("organ", "where it is; missing in a well").or_none(),
        name(
            "specificity",
            "what its antigen receptor recognises: `self`, an antigen of the scenario, or `other`",
        ),
        copies("cd25", "CD25 on the surface, bound or not"),
        copies("cd122", "CD122 on the surface, bound or not"),
        copies("cd132", "CD132 on the surface, bound or not"),
        copies("high", "IL-2 bound with high affinity"),
        copies("intermediate", "IL-2 bound with intermediate affinity"),
        column(
            "pstat5",
            Kind::Number,
            Unit::Is("1"),
            "phosphorylated STAT5, from 0 to 1",
        ),
    ],
};

/// Histograms of receptors.
pub const RECEPTORS: Table = Table {
    csv: "receptors.csv",
    parquet: "receptors.parquet",
    columns: &[
        ARM,
        days("time_d", "age at the end of the mouse that lived longest"),
        name("kind", "kind of cell"),
        name("chain", "receptor chain"),
        column(
            "bin_low",
            Kind::Number,
            Unit::Is("copies per cell"),
            "lower edge of the bin; 0 for cells without a copy",
        ),
        column(
            "bin_high",
            Kind::Number,
            Unit::Is("copies per cell"),
            "upper edge of the bin",
        ),
        column(
            "share",
            Kind::Number,
            Unit::Is("1"),
            "share of the cells of the kind, every mouse counted alike",
        ),
        column(
            "agents",
            Kind::Long,
            Unit::Is("agents"),
            "agents of the kind, all mice together",
        ),
    ],
};

/// What each point of a sweep is.
pub const SWEEP: Table = Table {
    csv: "sweep.csv",
    parquet: "sweep.parquet",
    columns: &[
        POINT,
        name("axis", "axis of the sweep"),
        name("unit", "unit of the axis"),
        value("value", "its value at the point").always(),
    ],
};

/// What came out at each point of a sweep, behind columns with the values of its axes.
pub const SWEEP_SUMMARY: Table = Table {
    csv: "sweep_summary.csv",
    parquet: "sweep_summary.parquet",
    columns: &[
        ARM,
        READOUT,
        UNIT,
        days("time_d", "age at which arms are compared"),
        MICE,
        DEAD,
        value("median", "median over mice"),
        value("q25", "first quartile"),
        value("q75", "third quartile"),
        value(
            "difference",
            "difference of medians from the first arm of the point",
        ),
        value(
            "difference_low",
            "lower end of its 95 % bootstrap interval, over pairs of mice that both have a value; of fewer than six, of which there is none, of what resampled medians give",
        ),
        value("difference_high", "upper end of the same interval"),
    ],
};

const TIME: Column = column("time", Kind::Number, Unit::Time, "time");
const QUANTITY: Column = name("quantity", "quantity of the network");
const N: Column = count("n", "replicates that reached that time");

/// Statistics over the replicates of a network.
pub const NETWORK_SUMMARY: Table = Table {
    csv: "summary.csv",
    parquet: "summary.parquet",
    columns: &[
        TIME,
        QUANTITY,
        N,
        amount("mean", "mean over replicates"),
        amount("sd", "standard deviation over replicates, by n - 1"),
        amount("min", "smallest value"),
        amount("q05", "5 % are at most this"),
        amount("median", "half are at most this"),
        amount("q95", "95 % are at most this"),
        amount("max", "largest value"),
    ],
};

/// Samples of every replicate of a network.
pub const TRAJECTORIES: Table = Table {
    csv: "trajectories.csv",
    parquet: "trajectories.parquet",
    columns: &[
        NETWORK_REPLICATE,
        TIME,
        QUANTITY,
        amount("value", "value of the quantity, in the unit of the model").always(),
    ],
};

/// What changes at every firing.
pub const FIRINGS: Table = Table {
    csv: "firings.csv",
    parquet: "firings.parquet",
    columns: &[
        NETWORK_REPLICATE,
        column(
            "firing",
            Kind::Long,
            Unit::None,
            "number of the firing; 0 is the state at time 0",
        ),
        TIME,
        name(
            "channel",
            "what fired; missing at time 0 and where none did",
        )
        .or_none(),
        QUANTITY,
        amount(
            "value",
            "what the quantity became, in the unit of the model",
        )
        .always(),
    ],
};

/// Statistics that the model expects.
pub const CHECKS: Table = Table {
    csv: "checks.csv",
    parquet: "checks.parquet",
    columns: &[
        name("quantity", "quantity or formula as written"),
        name("statistic", "statistic that is expected"),
        TIME,
        N,
        amount(
            "found",
            "what was found; missing if some replicates ended before",
        ),
        amount("expected", "what was expected").always(),
        amount(
            "allowed",
            "by how much it may be off; missing if that is not known",
        ),
        name(
            "verdict",
            "`in` or `out`; missing where nothing can be said",
        )
        .or_none(),
        column("source", Kind::Text, Unit::None, "who expects it").or_none(),
    ],
};

const NETWORK_REPLICATE: Column = column(
    "replicate",
    Kind::Whole,
    Unit::None,
    "number of the replicate, counted from 0",
);

/// All tables of mice and wells; wells have no chain.
pub const OF_MICE: [&Table; 7] = [
    &TIMECOURSE,
    &SUMMARY,
    &COMPARISON,
    &EFFECTS,
    &EVENTS,
    &RECEPTORS,
    &CHAIN,
];
/// Those that a sweep leaves beside them.
pub const OF_SWEEPS: [&Table; 2] = [&SWEEP, &SWEEP_SUMMARY];
/// All tables of networks.
pub const OF_NETWORKS: [&Table; 4] = [&NETWORK_SUMMARY, &TRAJECTORIES, &FIRINGS, &CHECKS];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::FILES;

    #[test]
    fn tables_are_sound_and_known_to_the_directory() {
        for table in [&CELLS]
            .into_iter()
            .chain(OF_MICE)
            .chain(OF_SWEEPS)
            .chain(OF_NETWORKS)
        {
            assert_eq!(table.csv.replace(".csv", ".parquet"), table.parquet);
            assert!(FILES.contains(&table.csv) && FILES.contains(&table.parquet));
            for (index, column) in table.columns.iter().enumerate() {
                let first = table.header().position(|name| name == column.name);
                assert_eq!(first, Some(index), "{} twice", column.name);
                if let Unit::Column(unit) = column.unit {
                    assert!(table.header().any(|name| name == unit), "{}", column.name);
                }
            }
        }
    }
}
