//! Reaction networks given at run time: species, channels and mass-action propensities.
//!
//! The propensity of a channel in state `x` is
//!
//! ```text
//! a(x) = c * product over reactants i of x_i (x_i - 1) ... (x_i - m_i + 1)
//! ```
//!
//! with `c` the rate constant and `m_i` the stoichiometry of reactant `i`. Falling factorials are **not** divided by
//! `m_i!`: for `2 A -> B` the constant belongs to an ordered pair, half of that of an unordered one.
//!
//! What this module does not do: parse text, convert units, or know any kinetics but mass action.

use std::collections::BTreeMap;
use thiserror::Error;

/// One species of a network, valid for the network that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpeciesId(u32);

impl SpeciesId {
    /// Its place in a state, from 0 in order of declaration.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One channel of a network, valid for the network that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(u32);

impl ChannelId {
    /// Its place among the channels, from 0 in order of declaration.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Why a network cannot be built or run.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Two species share a name.
    #[error("species `{0}` is declared twice")]
    DuplicateSpecies(String),
    /// Two channels share a name.
    #[error("channel `{0}` is declared twice")]
    DuplicateChannel(String),
    /// A channel names a species that is not declared.
    #[error("channel `{channel}` names the unknown species `{species}`")]
    UnknownSpecies {
        /// The channel at fault.
        channel: String,
        /// The name that no species has.
        species: String,
    },
    /// A species occurs twice on one side of a channel, or with stoichiometry 0.
    #[error(
        "channel `{channel}` must list `{species}` once per side, with a stoichiometry of at least 1"
    )]
    Stoichiometry {
        /// The channel at fault.
        channel: String,
        /// The species at fault.
        species: String,
    },
    /// A rate constant is negative, infinite or not a number.
    #[error(
        "channel `{channel}` has rate constant {value}, which is not a finite number of at least 0"
    )]
    RateConstant {
        /// The channel at fault.
        channel: String,
        /// Its rate constant.
        value: f64,
    },
    /// Firing a channel leaves every count as it is.
    #[error("channel `{0}` changes nothing")]
    NoChange(String),
    /// A state does not have one count per species.
    #[error("the state has {counts} counts for {species} species")]
    StateLength {
        /// How many counts were given.
        counts: usize,
        /// How many species there are.
        species: usize,
    },
    /// A propensity is negative, infinite or not a number: in practice counts or constants out of any sensible range.
    #[error("channel `{channel}` has propensity {propensity} in state {state}")]
    Propensity {
        /// The channel at fault.
        channel: String,
        /// Its propensity.
        propensity: f64,
        /// The counts, with names.
        state: String,
    },
    /// A count left the range of a `u64` when a channel fired.
    #[error("channel `{channel}` cannot fire in state {state}: a count would leave its range")]
    CountRange {
        /// The channel at fault.
        channel: String,
        /// The counts before it fired, with names.
        state: String,
    },
    /// Times do not increase, or are not finite.
    #[error("cannot run from time {from} to time {to}")]
    Time {
        /// Where the run stands.
        from: f64,
        /// Where it was asked to go.
        to: f64,
    },
}

/// A channel, checked and compiled.
#[derive(Debug, Clone)]
struct Channel {
    name: String,
    rate_constant: f64,
    reactants: Vec<(SpeciesId, u32)>,
    net_change: Vec<(SpeciesId, i64)>,
    /// Channels whose propensity changes when this one fires, in order.
    dependents: Vec<ChannelId>,
}

/// A reaction network: immutable, shared by all runs, known to make sense.
#[derive(Debug, Clone)]
pub struct Network {
    species: Vec<String>,
    channels: Vec<Channel>,
}

impl Network {
    /// A network yet without species and channels.
    #[must_use]
    pub fn builder() -> NetworkBuilder {
        NetworkBuilder::default()
    }

    /// All species, in order of declaration.
    pub fn species(&self) -> impl ExactSizeIterator<Item = SpeciesId> + use<> {
        (0..self.species.len() as u32).map(SpeciesId)
    }

    /// All channels, in order of declaration.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = ChannelId> + use<> {
        (0..self.channels.len() as u32).map(ChannelId)
    }

    /// The species called `name`.
    #[must_use]
    pub fn find_species(&self, name: &str) -> Option<SpeciesId> {
        self.species().find(|id| self.species_name(*id) == name)
    }

    /// The channel called `name`.
    #[must_use]
    pub fn find_channel(&self, name: &str) -> Option<ChannelId> {
        self.channels().find(|id| self.channel_name(*id) == name)
    }

    /// The name of a species.
    #[must_use]
    pub fn species_name(&self, species: SpeciesId) -> &str {
        &self.species[species.index()]
    }

    /// The name of a channel.
    #[must_use]
    pub fn channel_name(&self, channel: ChannelId) -> &str {
        &self.channels[channel.index()].name
    }

    /// The rate constant of a channel, per time and per ordered choice of its reactant molecules.
    #[must_use]
    pub fn rate_constant(&self, channel: ChannelId) -> f64 {
        self.channels[channel.index()].rate_constant
    }

    /// What a channel uses: species and stoichiometry, in order of declaration.
    #[must_use]
    pub fn reactants(&self, channel: ChannelId) -> &[(SpeciesId, u32)] {
        &self.channels[channel.index()].reactants
    }

    /// By how much each count changes when a channel fires: no zeros, ordered by species, never empty.
    #[must_use]
    pub fn net_change(&self, channel: ChannelId) -> &[(SpeciesId, i64)] {
        &self.channels[channel.index()].net_change
    }

    /// The channels whose propensity changes when `channel` fires, in order: the dependency graph of Gibson and Bruck
    /// 2000, doi:10.1021/jp993732q.
    #[must_use]
    pub fn dependents(&self, channel: ChannelId) -> &[ChannelId] {
        &self.channels[channel.index()].dependents
    }

    /// The propensity of a channel, per time. `counts` has one entry per species.
    ///
    /// # Errors
    ///
    /// [`NetworkError::Propensity`] if the number is negative, infinite or not a number.
    #[inline]
    pub fn propensity(&self, channel: ChannelId, counts: &[u64]) -> Result<f64, NetworkError> {
        let Channel {
            rate_constant,
            reactants,
            ..
        } = &self.channels[channel.index()];
        let mut propensity = *rate_constant;
        for (species, stoichiometry) in reactants {
            let count = counts[species.index()] as f64;
            propensity *= count;
            for used in 1..*stoichiometry {
                propensity *= (count - f64::from(used)).max(0.0);
            }
        }
        if propensity >= 0.0 && propensity.is_finite() {
            Ok(propensity)
        } else {
            Err(self.bad_propensity(channel, propensity, counts))
        }
    }

    /// Fires a channel once.
    ///
    /// # Errors
    ///
    /// [`NetworkError::CountRange`] if a count would fall below 0 or pass the largest `u64`; `counts` is then as
    /// it was.
    #[inline]
    pub fn fire(&self, channel: ChannelId, counts: &mut [u64]) -> Result<(), NetworkError> {
        for (position, (species, change)) in self.net_change(channel).iter().enumerate() {
            let count = &mut counts[species.index()];
            match count.checked_add_signed(*change) {
                Some(changed) => *count = changed,
                None => return Err(self.out_of_range(channel, counts, position)),
            }
        }
        Ok(())
    }

    /// Checks that a state has one count per species.
    ///
    /// # Errors
    ///
    /// [`NetworkError::StateLength`] if it has not.
    pub fn check_state(&self, counts: &[u64]) -> Result<(), NetworkError> {
        if counts.len() == self.species.len() {
            return Ok(());
        }
        Err(NetworkError::StateLength {
            counts: counts.len(),
            species: self.species.len(),
        })
    }

    /// The error of a channel with an impossible propensity.
    #[cold]
    fn bad_propensity(&self, channel: ChannelId, propensity: f64, counts: &[u64]) -> NetworkError {
        NetworkError::Propensity {
            channel: self.channel_name(channel).to_owned(),
            propensity,
            state: self.describe(counts),
        }
    }

    /// The error of a channel that changed the first `applied` counts before one of them ran out of its range.
    #[cold]
    fn out_of_range(&self, channel: ChannelId, counts: &mut [u64], applied: usize) -> NetworkError {
        for (species, change) in &self.net_change(channel)[..applied] {
            let count = &mut counts[species.index()];
            *count = count.wrapping_sub_signed(*change);
        }
        NetworkError::CountRange {
            channel: self.channel_name(channel).to_owned(),
            state: self.describe(counts),
        }
    }

    /// A state for people: `A = 3, B = 0`.
    fn describe(&self, counts: &[u64]) -> String {
        let described: Vec<_> = self
            .species
            .iter()
            .zip(counts)
            .map(|(name, count)| format!("{name} = {count}"))
            .collect();
        described.join(", ")
    }
}

/// A network under construction; nothing is checked before [`build`](Self::build).
///
/// ```
/// use paracrine_kernel::network::Network;
///
/// let network = Network::builder()
///     .species("free")
///     .species("pair")
///     .channel("associate", [("free", 2)], [("pair", 1)], 0.5)
///     .channel("dissociate", [("pair", 1)], [("free", 2)], 1.0)
///     .build()?;
/// let associate = network.channels().next().expect("there are two");
/// assert_eq!(network.propensity(associate, &[4, 0])?, 0.5 * 4.0 * 3.0);
/// # Ok::<_, paracrine_kernel::network::NetworkError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct NetworkBuilder {
    species: Vec<String>,
    channels: Vec<Draft>,
}

/// One side of a channel as it was declared.
type Side = Vec<(String, u32)>;

/// A channel as it was declared.
#[derive(Debug, Clone)]
struct Draft {
    name: String,
    reactants: Side,
    products: Side,
    rate_constant: f64,
}

impl NetworkBuilder {
    /// Declares a species.
    #[must_use]
    pub fn species(mut self, name: impl Into<String>) -> Self {
        self.species.push(name.into());
        self
    }

    /// Declares a channel: what it uses, what it makes, each with its stoichiometry, and its rate constant.
    ///
    /// A catalyst stands on both sides. Species may be declared later.
    #[must_use]
    pub fn channel<S: Into<String>, T: Into<String>>(
        mut self,
        name: impl Into<String>,
        reactants: impl IntoIterator<Item = (S, u32)>,
        products: impl IntoIterator<Item = (T, u32)>,
        rate_constant: f64,
    ) -> Self {
        self.channels.push(Draft {
            name: name.into(),
            reactants: reactants
                .into_iter()
                .map(|(name, number)| (name.into(), number))
                .collect(),
            products: products
                .into_iter()
                .map(|(name, number)| (name.into(), number))
                .collect(),
            rate_constant,
        });
        self
    }

    /// Checks everything and compiles the network with its dependency graph.
    ///
    /// # Errors
    ///
    /// The first fault in order of declaration, species before channels: [`NetworkError::DuplicateSpecies`],
    /// [`NetworkError::DuplicateChannel`], [`NetworkError::UnknownSpecies`], [`NetworkError::Stoichiometry`],
    /// [`NetworkError::RateConstant`], [`NetworkError::NoChange`].
    pub fn build(self) -> Result<Network, NetworkError> {
        let mut ids = BTreeMap::new();
        for (index, name) in self.species.iter().enumerate() {
            if ids.insert(name.as_str(), SpeciesId(index as u32)).is_some() {
                return Err(NetworkError::DuplicateSpecies(name.clone()));
            }
        }
        let mut channels: Vec<Channel> = Vec::with_capacity(self.channels.len());
        for draft in &self.channels {
            if channels.iter().any(|channel| channel.name == draft.name) {
                return Err(NetworkError::DuplicateChannel(draft.name.clone()));
            }
            channels.push(draft.compile(&ids)?);
        }
        let dependents: Vec<_> = channels
            .iter()
            .map(|fired| dependents(fired, &channels))
            .collect();
        for (channel, dependents) in channels.iter_mut().zip(dependents) {
            channel.dependents = dependents;
        }
        Ok(Network {
            species: self.species,
            channels,
        })
    }
}

impl Draft {
    fn compile(&self, ids: &BTreeMap<&str, SpeciesId>) -> Result<Channel, NetworkError> {
        let reactants = self.resolve(&self.reactants, ids)?;
        let products = self.resolve(&self.products, ids)?;
        if !(self.rate_constant.is_finite() && self.rate_constant >= 0.0) {
            return Err(NetworkError::RateConstant {
                channel: self.name.clone(),
                value: self.rate_constant,
            });
        }
        let mut changes = std::collections::BTreeMap::new();
        for (species, number) in &reactants {
            *changes.entry(*species).or_insert(0) -= i64::from(*number);
        }
        for (species, number) in &products {
            *changes.entry(*species).or_insert(0) += i64::from(*number);
        }
        let net_change: Vec<_> = changes
            .into_iter()
            .filter(|(_, change)| *change != 0)
            .collect();
        if net_change.is_empty() {
            return Err(NetworkError::NoChange(self.name.clone()));
        }
        Ok(Channel {
            name: self.name.clone(),
            rate_constant: self.rate_constant,
            reactants,
            net_change,
            dependents: Vec::new(),
        })
    }

    /// One side with ids for names.
    fn resolve(
        &self,
        side: &Side,
        ids: &BTreeMap<&str, SpeciesId>,
    ) -> Result<Vec<(SpeciesId, u32)>, NetworkError> {
        let mut resolved: Vec<(SpeciesId, u32)> = Vec::with_capacity(side.len());
        for (name, number) in side {
            let (channel, species) = (|| self.name.clone(), || name.clone());
            let Some(id) = ids.get(name.as_str()) else {
                return Err(NetworkError::UnknownSpecies {
                    channel: channel(),
                    species: species(),
                });
            };
            if *number == 0 || resolved.iter().any(|(listed, _)| listed == id) {
                return Err(NetworkError::Stoichiometry {
                    channel: channel(),
                    species: species(),
                });
            }
            resolved.push((*id, *number));
        }
        Ok(resolved)
    }
}

/// The channels with a reactant whose count changes when `fired` fires.
fn dependents(fired: &Channel, channels: &[Channel]) -> Vec<ChannelId> {
    let changed = |species: SpeciesId| fired.net_change.iter().any(|(other, _)| *other == species);
    let touched = |channel: &Channel| {
        channel
            .reactants
            .iter()
            .any(|(species, _)| changed(*species))
    };
    (0u32..)
        .zip(channels)
        .filter(|(_, channel)| touched(channel))
        .map(|(index, _)| ChannelId(index))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    const NOTHING: [(&str, u32); 0] = [];

    /// E + S <-> ES -> E + P.
    fn enzyme() -> NetworkBuilder {
        ["E", "S", "ES", "P"]
            .into_iter()
            .fold(Network::builder(), NetworkBuilder::species)
            .channel("bind", [("E", 1), ("S", 1)], [("ES", 1)], 0.01)
            .channel("unbind", [("ES", 1)], [("E", 1), ("S", 1)], 0.1)
            .channel("convert", [("ES", 1)], [("E", 1), ("P", 1)], 0.1)
    }

    #[test]
    fn names_and_ids_agree() {
        let network = enzyme().build().unwrap();
        assert_eq!(network.species().len(), 4);
        for id in network.species() {
            assert_eq!(network.find_species(network.species_name(id)), Some(id));
        }
        for id in network.channels() {
            assert_eq!(network.find_channel(network.channel_name(id)), Some(id));
        }
        assert_eq!(network.find_species("F"), None);
        assert_eq!(network.find_channel("F"), None);
    }

    #[test]
    fn propensity_is_the_product_of_falling_factorials() {
        let network = Network::builder()
            .species("A")
            .species("B")
            .channel("triple", [("A", 3), ("B", 1)], NOTHING, 0.5)
            .channel("come", NOTHING, [("A", 1)], 4.0)
            .build()
            .unwrap();
        let [triple, come] = [0, 1].map(ChannelId);
        assert_eq!(network.propensity(triple, &[5, 2]), Ok(0.5 * 60.0 * 2.0));
        for count in 0..3 {
            assert_eq!(network.propensity(triple, &[count, 2]), Ok(0.0));
        }
        assert_eq!(network.propensity(come, &[0, 0]), Ok(4.0));
    }

    #[test]
    fn firing_adds_the_net_change() {
        let network = enzyme()
            .channel("copy", [("P", 1)], [("P", 3)], 1.0)
            .build()
            .unwrap();
        let mut counts = [10, 60, 0, 1];
        for name in ["bind", "bind", "unbind", "convert", "copy"] {
            network
                .fire(network.find_channel(name).unwrap(), &mut counts)
                .unwrap();
        }
        assert_eq!(counts, [10, 59, 0, 4]);
        let copy = network.find_channel("copy").unwrap();
        assert_eq!(network.net_change(copy), [(SpeciesId(3), 2)]);
        assert_eq!(network.reactants(copy), [(SpeciesId(3), 1)]);
    }

    #[test]
    fn dependencies_are_complete_and_no_more() {
        let network = enzyme()
            .channel("catalyse", [("E", 1), ("P", 1)], [("E", 1), ("S", 1)], 1.0)
            .channel("come", NOTHING, [("S", 1)], 1.0)
            .build()
            .unwrap();
        let names = |name| -> Vec<&str> {
            let channel = network.find_channel(name).unwrap();
            network
                .dependents(channel)
                .iter()
                .map(|id| network.channel_name(*id))
                .collect()
        };
        assert_eq!(names("bind"), ["bind", "unbind", "convert", "catalyse"]);
        assert_eq!(names("catalyse"), ["bind", "catalyse"]);
        assert_eq!(names("come"), ["bind"]);
    }

    #[test]
    fn faults_are_named() {
        let fault = |builder: NetworkBuilder| builder.build().unwrap_err().to_string();
        assert_eq!(
            fault(enzyme().species("S")),
            "species `S` is declared twice"
        );
        assert_eq!(
            fault(enzyme().channel("bind", [("E", 1)], NOTHING, 1.0)),
            "channel `bind` is declared twice"
        );
        assert_eq!(
            fault(enzyme().channel("lose", [("Q", 1)], NOTHING, 1.0)),
            "channel `lose` names the unknown species `Q`"
        );
        for side in [vec![("E", 1), ("E", 1)], vec![("E", 0)]] {
            assert_eq!(
                fault(enzyme().channel("lose", side, NOTHING, 1.0)),
                "channel `lose` must list `E` once per side, with a stoichiometry of at least 1"
            );
        }
        for constant in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                enzyme()
                    .channel("lose", [("E", 1)], NOTHING, constant)
                    .build(),
                Err(NetworkError::RateConstant { .. })
            ));
        }
        assert_eq!(
            fault(enzyme().channel("idle", [("E", 1)], [("E", 1)], 1.0)),
            "channel `idle` changes nothing"
        );
        assert_eq!(
            fault(enzyme().channel("none", NOTHING, NOTHING, 1.0)),
            "channel `none` changes nothing"
        );
    }

    #[test]
    fn states_out_of_range_are_named() {
        let network = Network::builder()
            .species("A")
            .species("B")
            .channel("grow", [("A", 2)], [("A", 3), ("B", 1)], 1e300)
            .build()
            .unwrap();
        let grow = ChannelId(0);
        assert_eq!(
            network
                .propensity(grow, &[u64::MAX, 0])
                .unwrap_err()
                .to_string(),
            format!(
                "channel `grow` has propensity inf in state A = {}, B = 0",
                u64::MAX
            )
        );
        assert_eq!(
            network
                .fire(grow, &mut [1, u64::MAX])
                .unwrap_err()
                .to_string(),
            format!(
                "channel `grow` cannot fire in state A = 1, B = {}: a count would leave its range",
                u64::MAX
            )
        );
        assert_eq!(
            network.check_state(&[1]),
            Err(NetworkError::StateLength {
                counts: 1,
                species: 2
            })
        );
    }
}
