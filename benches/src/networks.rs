//! The networks of the speed targets: what they are, how far they run, where they are sampled.

use paracrine_kernel::network::{Network, NetworkBuilder, NetworkErrors, Role};
use paracrine_kernel::sample::grid;

/// A network with the horizon of its benchmark.
pub struct Case {
    /// Its name in tables.
    pub name: &'static str,
    /// The network.
    pub network: Network,
    /// The end of a run.
    pub until: f64,
    /// Sampling times.
    pub times: Vec<f64>,
}

impl Case {
    fn new(
        name: &'static str,
        builder: NetworkBuilder,
        until: f64,
        points: usize,
    ) -> Result<Self, NetworkErrors> {
        Ok(Self {
            name,
            network: builder.build()?,
            until,
            times: grid(until, points),
        })
    }
}

/// A channel as text: `A + 2 B -> C`, with its rate constant.
fn channel(builder: NetworkBuilder, reaction: &str, rate: f64) -> NetworkBuilder {
    let side = |text: &str| -> Vec<(String, u32)> {
        let mut side: Vec<(String, u32)> = Vec::new();
        for name in text
            .split('+')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            match side.iter_mut().find(|(known, _)| known == name) {
                Some((_, number)) => *number += 1,
                None => side.push((name.to_owned(), 1)),
            }
        }
        side
    };
    let (reactants, products) = reaction.split_once("->").unwrap_or((reaction, ""));
    builder.channel(reaction, side(reactants), side(products), rate)
}

/// The circadian oscillator of Vilar et al. 2002, doi:10.1073/pnas.092133899: 9 species, 16 channels.
///
/// # Errors
/// None: the network is valid.
pub fn vilar() -> Result<Case, NetworkErrors> {
    let species = [("Da", 1.0), ("Dr", 1.0)]
        .into_iter()
        .chain(["Dax", "Drx", "Ma", "Mr", "A", "R", "C"].map(|name| (name, 0.0)));
    let builder = species.fold(Network::builder(), |builder, (name, amount)| {
        builder.species(name, amount)
    });
    let channels = [
        ("Da + A -> Dax", 1.0),
        ("Dax -> Da + A", 50.0),
        ("Dr + A -> Drx", 1.0),
        ("Drx -> Dr + A", 100.0),
        ("Dax -> Dax + Ma", 500.0),
        ("Da -> Da + Ma", 50.0),
        ("Drx -> Drx + Mr", 50.0),
        ("Dr -> Dr + Mr", 0.01),
        ("Ma ->", 10.0),
        ("Mr ->", 0.5),
        ("Ma -> Ma + A", 50.0),
        ("Mr -> Mr + R", 5.0),
        ("A + R -> C", 2.0),
        ("C -> R", 1.0),
        ("A ->", 1.0),
        ("R ->", 0.2),
    ];
    let builder = channels
        .into_iter()
        .fold(builder, |builder, (reaction, rate)| {
            channel(builder, reaction, rate)
        });
    Case::new("Vilar", builder, 200.0, 200)
}

/// The decaying dimeriser: 1e5 molecules, fast and slow.
///
/// # Errors
/// None: the network is valid.
pub fn dimer() -> Result<Case, NetworkErrors> {
    let builder = Network::builder()
        .species("X", 1e5)
        .species("Y", 0.0)
        .species("Z", 0.0);
    let channels = [
        ("X ->", 1.0),
        // 0.002 per unordered pair.
        ("X + X -> Y", 0.001),
        ("Y -> X + X", 0.5),
        ("Y -> Z", 0.04),
    ];
    let builder = channels
        .into_iter()
        .fold(builder, |builder, (reaction, rate)| {
            channel(builder, reaction, rate)
        });
    Case::new("dimer", builder, 30.0, 100)
}

/// An epidemic among 10 000.
///
/// # Errors
/// None: the network is valid.
pub fn sir() -> Result<Case, NetworkErrors> {
    let builder = Network::builder()
        .species("S", 9900.0)
        .species("I", 100.0)
        .species("R", 0.0);
    let builder = channel(builder, "S + I -> I + I", 5e-5);
    Case::new("SIR", channel(builder, "I -> R", 0.1), 100.0, 100)
}

/// Cells that bind one ligand with alpha and beta-gamma chains: 5 species and 12 channels each.
///
/// # Errors
/// None: the network is valid.
pub fn receptors(cells: u32) -> Result<Case, NetworkErrors> {
    let share = f64::from(cells);
    let mut builder = Network::builder().species("L", 10_000.0 * share);
    for cell in 0..cells {
        let name = |species: &str| format!("{species}{cell}");
        for (species, amount) in [
            ("B", 1000.0),
            ("A", 5000.0),
            ("C", 0.0),
            ("D", 0.0),
            ("T", 0.0),
        ] {
            builder = builder.species(name(species), amount);
        }
        let channels = [
            (format!("L + B{cell} -> C{cell}"), 1e-6 / share),
            (format!("C{cell} -> L + B{cell}"), 0.01),
            (format!("L + A{cell} -> D{cell}"), 1e-5 / share),
            (format!("D{cell} -> L + A{cell}"), 0.1),
            (format!("D{cell} + B{cell} -> T{cell}"), 1e-4),
            (format!("T{cell} -> D{cell} + B{cell}"), 0.001),
            (format!("C{cell} ->"), 0.001),
            (format!("T{cell} ->"), 0.001),
            (format!("-> A{cell}"), 5.0),
            (format!("A{cell} ->"), 0.001),
            (format!("-> B{cell}"), 1.0),
            (format!("B{cell} ->"), 0.001),
        ];
        for (reaction, rate) in channels {
            builder = channel(builder, &reaction, rate);
        }
    }
    match cells {
        1 => Case::new("IL-2 cell", builder, 1000.0, 100),
        _ => Case::new("1000 cells, one ligand", builder, 2.0, 20),
    }
}

/// A reversible ring of 1000 species.
///
/// # Errors
/// None: the network is valid.
pub fn ring() -> Result<Case, NetworkErrors> {
    const SIZE: usize = 1000;
    let mut builder = Network::builder();
    for place in 0..SIZE {
        builder = builder.species(format!("X{place}"), if place == 0 { 1000.0 } else { 100.0 });
    }
    for place in 0..SIZE {
        let next = (place + 1) % SIZE;
        builder = channel(builder, &format!("X{place} -> X{next}"), 1.0);
        builder = channel(builder, &format!("X{next} -> X{place}"), 0.5);
    }
    Case::new("ring of 1000", builder, 5.0, 50)
}

/// The yardstick of the batched leap: receptors, their ligand at a fixed level, and a kinase; per second. The
/// channel that makes alpha chains at a rate that rises with the kinase is two.
///
/// # Errors
/// None: the network is valid.
pub fn signalling_receptor(alpha_off: f64) -> Result<Network, NetworkErrors> {
    let mut builder = Network::builder().species_as(Role::Boundary, "L", 0.0);
    for species in ["A", "B", "LA", "M", "H", "I", "S", "P"] {
        builder = builder.species(species, 0.0);
    }
    let channels = [
        ("-> A", 0.03),
        ("P -> P + A", 0.03 / 1000.0),
        ("-> B", 0.05),
        ("A ->", 3e-5),
        ("B ->", 1e-4),
        ("L + A -> L + LA", 1.4e-5),
        ("LA -> A", alpha_off),
        ("L + B -> L + M", 1.4e-6),
        ("M -> B", 2e-4),
        ("LA + B -> H", 2e-6),
        ("H -> LA + B", 2e-4),
        ("H -> I", 8e-4),
        ("I ->", 5e-4),
        ("S + M -> P + M", 2e-6),
        ("S + H -> P + H", 2e-6),
        ("P -> S", 2e-3),
    ];
    let builder = channels
        .into_iter()
        .fold(builder, |builder, (reaction, rate)| {
            channel(builder, reaction, rate)
        });
    builder.build()
}
