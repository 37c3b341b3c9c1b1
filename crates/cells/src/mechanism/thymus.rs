//! Thymic output from birth: naive CD4⁺ and CD8⁺ emigrants and, from day 3, Treg.

use super::{Surroundings, treg};
use crate::genotype::Products;
use crate::kind::Kind;
use crate::model::Parameters;
use crate::receptors::il7_signal;

/// Cells that leave the thymus per day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Output {
    /// Naive CD4⁺ without self-reactivity.
    pub naive_cd4: f64,
    /// Self-reactive naive CD4⁺.
    pub self_reactive: f64,
    /// Naive CD8⁺.
    pub naive_cd8: f64,
    /// Treg.
    pub treg: f64,
}

/// Size of the thymus relative to one with IL-7 signal: precursors need the γ chain.
///
/// `gamma` is the γ chain that is made and open, relative to the wild type.
pub fn cellularity(p: &Parameters, gamma: f64, il7: f64) -> f64 {
    let naive = p.receptors(Kind::NaiveCd4);
    let signal = il7_signal(p, naive, naive.gamma * gamma, il7);
    p.thymus_without_il7 + (1.0 - p.thymus_without_il7) * signal
}

/// Size of the thymus relative to the wild type at 4 to 6 weeks.
fn size(p: &Parameters, s: &Surroundings, products: &Products) -> f64 {
    let at_birth = p.thymic_newborn;
    let ramp = (at_birth + (1.0 - at_birth) * (s.age_d / p.thymic_ramp)).min(1.0);
    let decline = libm::exp(-p.thymic_decline * (s.age_d - p.thymic_decline_start).max(0.0));
    ramp * decline * cellularity(p, products.gamma * s.open.gamma, s.il7)
}

/// Thymocytes. They are no agents.
pub fn cells(p: &Parameters, s: &Surroundings, products: &Products) -> f64 {
    p.thymocytes * size(p, s, products)
}

/// Output of the moment.
///
/// Treg precursors carry α and βγ and convert with a share that rises with their pSTAT5 from IL-2 and IL-15: that is
/// where a lost chain shows. Precursors are not agents; their binding is at equilibrium.
pub fn output(p: &Parameters, s: &Surroundings, products: &Products) -> Output {
    let total = p.thymic_output * size(p, s, products);
    let cd4 = total * p.cd4_share;

    let (by_il2, pairs) = treg::precursor(p, s, products);
    let by_il15 = p.thymic_il15_access * pairs * s.il15_occupancy;
    let conversion = treg::conversion(p, s, by_il2 + by_il15, p.treg_conversion_floor);
    let opened = ((s.age_d - p.treg_first_day) / p.treg_ramp).clamp(0.0, 1.0);
    Output {
        naive_cd4: cd4 * (1.0 - p.self_reactive_share),
        self_reactive: cd4 * p.self_reactive_share,
        naive_cd8: total - cd4,
        treg: cd4 * p.treg_share * conversion * opened * products.foxp3,
    }
}
