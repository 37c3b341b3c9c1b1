//! Immune cells, their receptors, cytokines and fates: one virtual mouse, or one culture, as one replicate.
//!
//! The mouse is whole: concentrations, volumes and cell numbers are those of an animal. What is scaled is the number of
//! *agents* that stand for its cells, each with an integer weight (`Settings::cells` agents in an adult).
//!
//! | module | holds |
//! |---|---|
//! | [`model`] | the parameter table: every number with unit, range, status and source |
//! | [`genotype`] | genes, their expression, and the one place where expression enters: [`genotype::Products`] |
//! | [`kind`] | cell kinds and the groups that readouts and interventions name |
//! | [`organ`] | organs, and how cells are spread over them |
//! | [`population`] | agents and their weights: split, merge, divide |
//! | [`receptors`] | IL-2 binding, assembly, internalisation, turnover; IL-15 and IL-7 on the same chains |
//! | [`pool`] | soluble IL-2 as an integer ledger: organs, serum, injection depot |
//! | [`signal`] | pSTAT5 and its slower memories |
//! | [`mechanism`] | what cells do with signals: one file per mechanism |
//! | [`host`] | the replicate: the order of a step, interventions, observation |
//! | [`readout`] | what can be asked of a mouse |

pub mod drug;
pub mod genotype;
pub mod host;
pub mod kind;
pub mod mechanism;
pub mod model;
pub mod organ;
pub mod pool;
pub mod population;
pub mod purpose;
pub mod readout;
pub mod receptors;
pub mod signal;
pub mod specificity;
