//! The Discrete Stochastic Models Test Suite: reading its cases, running them, judging the results.
//!
//! A case is a model with the mean and the standard deviation of its species, known exactly. Source: Evans, Gillespie
//! and Wilkinson 2008, doi:10.1093/bioinformatics/btm566; the rule is that of the suite's guide.

mod case;
mod judge;

pub use case::{Case, ModelFile, cases};
pub use judge::{Judgement, Verdict, judge};
