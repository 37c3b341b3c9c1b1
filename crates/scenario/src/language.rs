//! The scenario language: text in, a checked [`Scenario`] or the complete list of its [`Faults`] out.
//!
//! A scenario is RON. Its text is read once into a tree of values that know their places ([`spans`]), checked against the
//! [`Vocabulary`] of a model, and turned into plain data whose field names carry the units. Syntax stops at the first
//! fault; everything else that is wrong is reported together, each with line, column, what was found, what was expected
//! and the nearest valid name.
//!
//! This module opens no file, knows no terminal and knows no biology beyond the words its caller hands in.

mod check;
mod fault;
mod model;
mod network;
pub mod quantity;
mod reader;
mod readout;
mod row;
mod scenario;
mod schema;
mod sizes;
pub mod spans;
mod sweep;
mod vocabulary;

pub(crate) use fault::any_of;
pub use fault::{Fault, Faults, nearest};
pub use model::parse_ron;
pub use network::{
    MOST_POINTS, MOST_REPLICATES, NetworkExpectation, NetworkFile, NetworkRun, Statistic,
    parse_network,
};
pub(crate) use reader::MOST_FAULTS;
pub use readout::{
    ParsedFormula, ParsedReadout, ReadoutCall, ReadoutFault, ReadoutFormula, ReadoutRequest,
    UnitFault, unit_of,
};
pub use row::{Against, Row, RowBand, RowCondition, Take};
pub(crate) use scenario::LEAST_BATCH;
pub use scenario::{
    Antigen, Arm, Condition, Culture, Dose, Drug, Expectation, GeneExpression, HOST_TAG, Host,
    Intervention, LigandForm, MAX_OCCASIONS, MAX_UNTIL_D, MIN_CELLS, MIN_WELL_CELLS, Marrow,
    Medium, OTHER, OverlayValue, Route, RunSettings, SELF, Scenario, Schedule, SignalForce, Sort,
    StopRule, Supply, Tolerance, parse,
};
pub use schema::schema;
pub use spans::line_and_column;
pub use sweep::{
    Axis, MOST_ARMS, MOST_AXES, MOST_SWEEP_POINTS, Method, Points, Sweep, Values, model_of,
    parse_points, sweeps,
};
pub(crate) use sweep::{is_enough, merged, parse_points_and, points, with_model};
pub use vocabulary::{ArgumentKind, ParameterEntry, ReadoutEntry, Vocabulary};
