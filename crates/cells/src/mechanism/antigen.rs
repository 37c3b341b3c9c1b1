//! Antigen that is counted: activated T cells in a well share peptide-MHC, use it up, and read how much is left.
//!
//! The circuit of Tkach 2014 eLife 3:e01944. A mouse has dendritic cells with B7 in its place ([`super::costimulation`]).

use crate::kind::Kind;
use crate::model::Parameters;
use crate::receptors::shared;

/// Whether cells of a kind share antigen.
pub const fn shares(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BlastCd4 | Kind::BlastCd8 | Kind::EffectorCd4 | Kind::EffectorCd8
    )
}

/// T-cell receptors that antigen engages on each of so many cells, copies.
pub fn engaged(p: &Parameters, peptide_mhc: f64, cells: f64) -> f64 {
    if cells > 0.0 {
        shared(p.tcr, peptide_mhc / cells, p.tcr_kd)
    } else {
        0.0
    }
}

/// Whether so many engaged receptors are a stimulus at all.
pub fn is_engaged(p: &Parameters, engaged: f64) -> bool {
    engaged >= p.tcr_least
}

/// Whether a T cell with so many engaged receptors secretes: all or none, less easily the more pSTAT5 it has.
pub fn secretes(p: &Parameters, engaged: f64, pstat5: f64) -> bool {
    is_engaged(p, engaged / (1.0 + p.tcr_shutoff * pstat5))
}

/// Factor on pSTAT5 of a cell with so many engaged receptors: SOCS and PTEN, the brake of antigen on IL-2 signals.
pub fn brake(p: &Parameters, engaged: f64) -> f64 {
    1.0 / (1.0 + p.tcr_brake * engaged)
}

/// What the boost of secretion of a blast, 0 to 1, is after `dt_h` hours with so many engaged receptors: started by them, it
/// goes on by itself.
pub fn boosted(p: &Parameters, boost: f64, engaged: f64, dt_h: f64) -> f64 {
    if boost >= 1.0 {
        return 1.0;
    }
    // Logistic growth with a source: (b + start) / (1 - b) grows exponentially.
    let start = p.boost_start * engaged / p.boost_growth;
    let grown = (boost + start) / (1.0 - boost) * libm::exp(p.boost_growth * (1.0 + start) * dt_h);
    ((grown - start) / (1.0 + grown)).clamp(0.0, 1.0)
}

/// Factor on the secretion of a blast with this boost.
pub fn secretion(p: &Parameters, boost: f64) -> f64 {
    1.0 + p.secretion_boost * boost
}

/// Share of engaged peptide-MHC that is used up in `dt_h` hours.
pub fn used_up(p: &Parameters, dt_h: f64) -> f64 {
    -libm::expm1(-p.tcr_loss * dt_h)
}
