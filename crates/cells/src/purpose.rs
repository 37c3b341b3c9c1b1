//! Written numbers of what the cells draw for: retired when unused, never used again.

use paracrine_kernel::rng::Purpose;

/// Binding, internalisation and turnover of one cell's receptors in one step.
pub const RECEPTORS: Purpose = Purpose(100);
/// Activation, division, differentiation and death of one cell in one step.
pub const FATE: Purpose = Purpose(101);
/// IL-2 molecules secreted by one cell in one step.
pub const SECRETION: Purpose = Purpose(102);
/// B7 molecules on one dendritic cell in one step.
pub const DENDRITIC: Purpose = Purpose(103);
/// Number and kind of the day's thymic emigrants.
pub const THYMUS: Purpose = Purpose(104);
/// Splitting and merging of agents.
pub const WEIGHT: Purpose = Purpose(105);
/// A cell's own level of receptor synthesis.
pub const VARIATION: Purpose = Purpose(106);
/// Cells present at birth.
pub const NEWBORN: Purpose = Purpose(107);
/// Cells and molecules moved by an intervention.
pub const INTERVENTION: Purpose = Purpose(108);
/// Clearance of soluble IL-2.
pub const POOL: Purpose = Purpose(109);
