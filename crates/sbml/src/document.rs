//! What a file says beside the network.

use paracrine_kernel::network::Network;
use std::collections::BTreeMap;

/// How amounts of substance become molecules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Substance {
    /// By the units that the file declares: a mole is 6.02214076e23 molecules, an item is one. In Level 2 substance is
    /// counted in moles unless the file says otherwise; in Level 3 what has no unit counts molecules.
    #[default]
    AsDeclared,
    /// Every number is a number of molecules, whatever its unit.
    Items,
}

/// A file that has been read.
#[derive(Debug, Clone)]
pub struct Document {
    /// The network. Quantities and channels have the ids of the file; amounts are molecules.
    pub network: Network,
    /// The level of SBML: 2 or 3.
    pub level: u8,
    /// The version of that level.
    pub version: u8,
    /// The id of the model.
    pub model_id: Option<String>,
    /// The name of the model, for people.
    pub model_name: Option<String>,
    /// Names for people, by id: of compartments, species, parameters, reactions and events that have one.
    pub names: BTreeMap<String, String>,
    /// The unit of time, such as `second` or `hour`; none if the file does not say.
    pub time_unit: Option<String>,
    /// What the file says of the species, by id.
    pub species: BTreeMap<String, SpeciesUnits>,
    /// Names that [`read_changed`](crate::read_changed) takes: ids of species, compartments and parameters in the order
    /// of the file, then `reaction.parameter` for those of kinetic laws.
    pub changeable: Vec<String>,
    /// Ids of what an assignment rule determines at all times: to change their value at time 0 changes nothing.
    pub determined: Vec<String>,
}

/// How the file counts a species.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeciesUnits {
    /// The compartment it is in, by id.
    pub compartment: String,
    /// Whether formulas of the file mean its concentration, the amount divided by the size of the compartment.
    pub is_concentration: bool,
    /// How many molecules the file's unit of amount is.
    pub molecules_per_unit: f64,
}
