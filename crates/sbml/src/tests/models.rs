//! A whole model of Level 2: rate rules, assignments, piecewise.

use super::*;

/// Interleukin-2 trafficking, of our own writing.
pub(super) const TRAFFICKING: &str = include_str!("../../fixtures/il2-trafficking.xml");

#[test]
fn rules_become_rules() {
    let document = read_ok(TRAFFICKING);
    let network = &document.network;
    assert_eq!((document.level, document.version), (2, 4));
    assert_eq!(document.model_id.as_deref(), Some("il2_trafficking"));
    assert_eq!(document.time_unit.as_deref(), Some("minute"));
    assert_eq!(document.names["ligand"], "ligand in the medium");
    assert_eq!(network.initial_amounts(), [1500.0, 1.0, 300.0, 1.0]);
    assert_eq!(network.channels().len(), 0);
    let names: Vec<&str> = network
        .species()
        .map(|species| network.species_name(species))
        .collect();
    let expected = [
        "receptor_surface",
        "complex_surface",
        "receptor_inside",
        "complex_inside",
    ];
    assert_eq!(names, expected);
    let others = ["ligand_inside", "ligand", "cells", "drive", "growth"];
    assert_eq!(network.quantities()[4..], others);
    assert!((constant(&document, "k_on") - 0.0138 / 11.1).abs() < 1e-18);
    assert!((constant(&document, "k_on_inside") - 8.0 * 0.0138 / 1000.0).abs() < 1e-18);
    // 600 / 251 - 200 is negative, so nothing grows yet.
    let state = paracrine_kernel::state::State::initial(network);
    assert!((state.values()[7] - (600.0 / 251.0 - 200.0)).abs() < 1e-12);
    assert_eq!(state.values()[8], 0.0);
}
