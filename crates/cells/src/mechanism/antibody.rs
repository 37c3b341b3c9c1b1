//! Antibody in body or medium: what plasma cells secrete, less what decays. Amounts are so large that they are not counted.

use crate::model::Parameters;
use crate::population::Isotype;
use serde::{Deserialize, Serialize};

/// Molecules per day and cell of 1 molecule/s, times the mass of one in mg: a dalton is 1.660539e-21 mg.
const MG_PER_DAY_DALTON: f64 = 86_400.0 * 1.660_539e-21;

/// Masses of antibody in the host, mg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Antibody {
    mg: [f64; Isotype::ALL.len()],
    /// IgG against self, part of all IgG.
    autoreactive_mg: f64,
}

/// Plasma cells by what they secrete.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Secretors {
    /// By class.
    pub cells: [f64; Isotype::ALL.len()],
    /// Those of IgG against self.
    pub autoreactive: f64,
}

impl Antibody {
    /// Advances by `dt_d` days with constant plasma cells.
    pub fn advance(&mut self, p: &Parameters, plasma: &Secretors, dt_d: f64) {
        for isotype in Isotype::ALL {
            let cells = plasma.cells[isotype as usize];
            let mg = &mut self.mg[isotype as usize];
            *mg = relax(p, *mg, cells, isotype, dt_d);
        }
        self.autoreactive_mg = relax(
            p,
            self.autoreactive_mg,
            plasma.autoreactive,
            Isotype::IgG,
            dt_d,
        );
    }

    /// Mass of a class, mg.
    pub const fn mg(&self, isotype: Isotype) -> f64 {
        self.mg[isotype as usize]
    }

    /// Mass of IgG against self, mg.
    pub const fn autoreactive_mg(&self) -> f64 {
        self.autoreactive_mg
    }
}

fn relax(p: &Parameters, mg: f64, cells: f64, isotype: Isotype, dt_d: f64) -> f64 {
    let (kilodalton, half_life_d) = match isotype {
        Isotype::IgM => (p.igm_mass, p.igm_half_life),
        Isotype::IgG => (p.igg_mass, p.igg_half_life),
        Isotype::IgE => (p.ige_mass, p.ige_half_life),
    };
    let decay = std::f64::consts::LN_2 / half_life_d;
    let inflow = cells * p.antibody_secretion * kilodalton * 1e3 * MG_PER_DAY_DALTON;
    let keep = libm::exp(-decay * dt_d);
    mg * keep + inflow / decay * (1.0 - keep)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The budget of the parameter sheet, H6: 1e6 plasma cells at 1e4 molecules/s and 150 kDa make 215 µg a day.
    #[test]
    fn a_million_plasma_cells_make_215_micrograms_of_igg_a_day() {
        let mut p = crate::model::tests::parameters();
        for (name, value) in [
            ("antibody_secretion", 1e4),
            ("igg_mass", 150.0),
            ("igg_half_life", 7.0),
        ] {
            assert!(p.set(name, value));
        }
        let mut antibody = Antibody::default();
        let mut plasma = Secretors::default();
        plasma.cells[Isotype::IgG as usize] = 1e6;
        antibody.advance(&p, &plasma, 1e-3);
        let day = antibody.mg(Isotype::IgG) * 1e3;
        assert!((day - 0.215).abs() < 0.001, "{day} mg/d");
        antibody.advance(&p, &plasma, 1e4);
        let held = antibody.mg(Isotype::IgG);
        assert!((held - 2.17).abs() < 0.02, "{held} mg");
    }
}
