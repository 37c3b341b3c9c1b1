//! What cells and host do with signals: one file per mechanism.
//!
//! Hazards are functions of molecules and signals, never of labels; rates are per day unless the name says otherwise.

pub mod activation;
pub mod ageing;
pub mod aicd;
pub mod anaemia;
pub mod antibody;
pub mod antigen;
pub mod b_cells;
pub mod cd8;
pub mod clocks;
pub mod costimulation;
pub mod damage;
pub mod killing;
pub mod macrophage;
pub mod memory;
pub mod nk;
pub mod secretion;
pub mod survival;
pub mod thymus;
pub mod treg;

use crate::drug::Open;
use crate::receptors::{Form, MOST_GIVEN, Surface};
use crate::signal::Forced;
use crate::specificity::BySpecificity;
use serde::{Deserialize, Serialize};

/// What all cells of a mouse share during one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// What drugs leave open.
    pub open: Open,
    /// pSTAT5 that is forced upon cells.
    pub forced: Forced,
    /// Forms of IL-2 that are given, each with its concentration, pM.
    pub given: [Option<(Form, f64)>; MOST_GIVEN],
    /// Age, d.
    pub age_d: f64,
    /// Body and lymphoid size relative to the adult.
    pub body: f64,
    /// Maturity of neonatal dendritic cells, 0 to 1.
    pub maturity: f64,
    /// All T cells.
    pub t_cells: f64,
    /// Fresh blasts, dividing blasts and effector CD4⁺ cells.
    pub activated: f64,
    /// Effector CD4⁺ cells.
    pub effectors: f64,
    /// Activation strength of dendritic cells (0 to 1), averaged over them.
    pub costimulation: f64,
    /// B7 per dendritic cell relative to one without Treg and T-cell help.
    pub b7: f64,
    /// How strongly dendritic cells engage T cells with what they present.
    pub engagement: BySpecificity,
    /// Share of cells that present a named antigen, with B7 or without. None of self: T cells that left the thymus bind it too weakly to do
    /// without B7.
    pub presented: BySpecificity,
    /// Self-antigen relative to a normal body.
    pub of_self: f64,
    /// Load of microbes, relative to a specific-pathogen-free mouse.
    pub microbes: f64,
    /// Antigen and dendritic cells left per activated cell, 0 to 1.
    pub resources: f64,
    /// Antigen left per activated cell that recognises the same, 0 to 1.
    pub left: BySpecificity,
    /// T-cell receptors that antigen engages on each activated T cell, where it is counted.
    pub engaged: Option<f64>,
    /// Emptiness of the host, 0 (full) to 1.
    pub emptiness: f64,
    /// IL-2 where the cell is, pM; for what is nowhere, the mean over organs by volume.
    pub il2: f64,
    /// IL-7 in lymphoid tissue, pM.
    pub il7: f64,
    /// IL-15, pM, as trans-presented by other cells.
    pub il15: f64,
    /// Share of free βγ pairs that hold IL-15 where access is full.
    pub il15_occupancy: f64,
    /// IFN-γ, pM.
    pub ifn_gamma: f64,
    /// Help that B cells get from effector CD4⁺ cells, 0 to 1.
    pub help: f64,
    /// Share of macrophages that are activated.
    pub active_macrophages: f64,
    /// Hazard of death of a target cell, 1/d.
    pub target_death: f64,
}

impl Surroundings {
    /// γ of a cell that no other ligand holds and no drug has closed, copies: what IL-7Rα can have.
    pub fn gamma_left(&self, surface: &Surface) -> f64 {
        self.open.gamma * f64::from(surface.gamma_available())
    }
}
