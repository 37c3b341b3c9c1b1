//! Does each shipped scenario load, check, run briefly, and go in the right direction?

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(
    clippy::print_stdout,
    reason = "the figures behind a verdict are shown when it fails"
)]

mod antigens;
mod chimaera;
mod deeds;
mod direction;
mod drugs;
mod forms;
mod formulas;
mod hosts;
mod shipped;
mod sizes;
mod sorting;
mod sweep;
mod wells;

use paracrine_scenario::catalogue;
use paracrine_scenario::plan::{Overrides, Plan};

/// A shipped scenario with other settings.
fn plan(name: &str, overrides: &Overrides) -> Plan {
    Plan::new(catalogue::find(name).unwrap(), overrides).unwrap()
}
