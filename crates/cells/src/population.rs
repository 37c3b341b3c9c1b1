//! Agents and their weights.
//!
//! An agent of weight `w` stands for `w` cells that are alike. Rare and decisive cells get small weights, the bulk large
//! ones, and no expectation depends on which: an event that strikes each cell with probability `p` takes whole packets
//! of cells off an agent ([`take`]), a division beyond the planned number of agents doubles the weight, a heavy agent is
//! split into two halves, and two light ones are merged by keeping one, chosen with probability proportional to weight
//! (splitting and Russian roulette of Monte Carlo transport: they leave every mean unchanged).

use crate::kind::Kind;
use crate::organ::Organ;
use crate::pool::{self, Molecules};
use crate::purpose;
use crate::receptors::Surface;
use crate::specificity::{MOST_ANTIGENS, Specificity};
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Streams};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Class of an immunoglobulin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Isotype {
    /// What every B cell starts with.
    IgM,
    /// Of all subclasses.
    IgG,
    /// Needs most help.
    IgE,
}

impl Isotype {
    /// All classes, in a fixed order.
    pub const ALL: [Self; 3] = [Self::IgM, Self::IgG, Self::IgE];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IgM => "IgM",
            Self::IgG => "IgG",
            Self::IgE => "IgE",
        }
    }

    /// The class with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|isotype| isotype.name() == name)
    }
}

/// What sets a cell apart within its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Variety {
    /// Nothing.
    Plain,
    /// A Treg that became one outside the thymus.
    Peripheral,
    /// A plasma cell that secretes this.
    Secretes(Isotype),
}

/// One agent, without its receptor counts (those are in the block, at the same index).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// Address of its random streams; never used twice.
    #[serde(with = "bytes")]
    pub key: AgentKey,
    /// Cells it stands for, at least 1.
    pub weight: u64,
    /// Kind and state.
    pub kind: Kind,
    /// What its antigen receptor recognises.
    pub specificity: Specificity,
    /// Index into the host's list of genotypes.
    pub genotype: u8,
    /// Zero for the host's own cells, otherwise the ordinal of the transfer it came with.
    pub tag: u8,
    /// What sets it apart within its kind.
    pub variety: Variety,
    /// Where it is; of no meaning in a well.
    pub organ: Organ,
    /// Divisions since its founder came into being; 255 stands for more.
    pub generation: u8,
    /// Clone: descendants of one founder share it.
    pub clone: u32,
    /// Age of the host when the founder came into being, h.
    pub born_h: f32,
    /// Divisions of its burst since activation.
    pub divisions: u8,
    /// Children given their own key so far.
    pub children: u32,
    /// Whether it secretes IL-2 in the hours after activation.
    pub secretor: bool,
    /// Hours since activation.
    pub active_h: f32,
    /// Hours until its next division.
    pub clock_h: f32,
    /// Hours until its death by its own clock.
    pub death_h: f32,
    /// Uniform number of [`Agent::luck`], in parts of 65 536.
    luck: u16,
    /// pSTAT5, 0 to 1.
    pub pstat5: f32,
    /// Memory of pSTAT5 that drives division, 0 to 1.
    pub drive: f32,
    /// What the cell has come to be able to do, 0 to 1: to suppress, if it is a Treg; to secrete more, if it is a blast.
    pub capacity: f32,
    /// Standard normal deviates of ln synthesis of α, β and γ.
    pub deviate: [f32; 3],
    /// The same as factors on synthesis, mean 1.
    pub level: [f32; 3],
}

impl Agent {
    /// A resting cell that has just come into being.
    pub fn new(key: AgentKey, kind: Kind, weight: u64) -> Self {
        Self {
            key,
            weight,
            kind,
            specificity: Specificity::OTHER,
            genotype: 0,
            tag: 0,
            variety: if matches!(kind, Kind::Plasma) {
                Variety::Secretes(Isotype::IgG)
            } else {
                Variety::Plain
            },
            generation: 0,
            clone: (key.0 ^ (key.0 >> 64)) as u32,
            born_h: 0.0,
            divisions: 0,
            children: 0,
            secretor: false,
            active_h: 0.0,
            clock_h: 0.0,
            death_h: f32::INFINITY,
            luck: 0,
            organ: Organ::Tissue,
            pstat5: 0.0,
            drive: 0.0,
            capacity: 0.5,
            deviate: [0.0; 3],
            level: [1.0; 3],
        }
    }

    /// Sets the synthesis levels from the deviates and the spread of the cell's kind.
    ///
    /// exp(sd z - sd²/2) has mean 1: spread changes no mean of copies.
    pub fn set_levels(&mut self, spread: (f64, f64, f64)) {
        let sd = [spread.0, spread.1, spread.2];
        self.level = std::array::from_fn(|i| {
            libm::exp(sd[i] * f64::from(self.deviate[i]) - 0.5 * sd[i] * sd[i]) as f32
        });
    }

    /// Uniform number that rounds its division destiny, or makes a plasma cell long-lived.
    pub fn luck(&self) -> f64 {
        (f64::from(self.luck) + 0.5) / 65_536.0
    }

    /// Sets [`Agent::luck`] to a uniform number, from 0 to below 1.
    pub fn set_luck(&mut self, uniform: f64) {
        self.luck = (uniform * 65_536.0) as u16;
    }

    /// A key for a cell that splits off this one.
    pub fn next_child(&mut self) -> AgentKey {
        self.children += 1;
        self.key.child(u64::from(self.children), 1)
    }
}

/// Keys as bytes: they are hashes, which no shorter code holds.
mod bytes {
    use paracrine_kernel::rng::AgentKey;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(key: &AgentKey, to: S) -> Result<S::Ok, S::Error> {
        key.0.to_le_bytes().serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<AgentKey, D::Error> {
        <[u8; 16]>::deserialize(from).map(|bytes| AgentKey(u128::from_le_bytes(bytes)))
    }
}

/// All agents of a mouse with their receptors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// Agents, in an order that depends on nothing but the course of the mouse.
    pub agents: Vec<Agent>,
    /// Receptor counts of the same agents.
    pub surfaces: Vec<Surface>,
}

/// Weight classes of every host: every kind, and apart the few that decide: self-reactive naive CD4 cells and plasma cells of IgE.
pub const COMMON_CLASSES: usize = Kind::ALL.len() + 2;

/// Kinds of T cells: those that recognise a named antigen are few, and have weight classes of their own.
const SPECIFIC: [Kind; 9] = [
    Kind::NaiveCd4,
    Kind::BlastCd4,
    Kind::EffectorCd4,
    Kind::MemoryCd4,
    Kind::Treg,
    Kind::NaiveCd8,
    Kind::BlastCd8,
    Kind::EffectorCd8,
    Kind::MemoryCd8,
];

/// Number of weight classes: those of every host, then those of each named antigen.
pub const CLASSES: usize = COMMON_CLASSES + SPECIFIC.len() * MOST_ANTIGENS;

/// The weight class of an agent.
pub const fn class(agent: &Agent) -> usize {
    if let Some(antigen) = agent.specificity.antigen() {
        let mut place = 0;
        while place < SPECIFIC.len() {
            if SPECIFIC[place] as usize == agent.kind as usize {
                return COMMON_CLASSES + antigen * SPECIFIC.len() + place;
            }
            place += 1;
        }
    }
    match agent.kind {
        Kind::NaiveCd4 if agent.specificity.index() == Specificity::SELF.index() => {
            COMMON_CLASSES - 1
        }
        Kind::Plasma if matches!(agent.variety, Variety::Secretes(Isotype::IgE)) => {
            COMMON_CLASSES - 2
        }
        kind => kind as usize,
    }
}

/// Share of the planned agents that a weight class gets.
///
/// A choice of variance, not of biology: any shares give the same means. Those of every host sum to 1; named antigens come on top.
pub const fn share(class: usize) -> f64 {
    if class >= COMMON_CLASSES {
        return 0.02;
    }
    if class == COMMON_CLASSES - 1 {
        return 0.14;
    }
    if class == COMMON_CLASSES - 2 {
        return 0.01;
    }
    match Kind::ALL[class] {
        Kind::Treg => 0.14,
        Kind::NaiveCd4 => 0.11,
        Kind::NaiveCd8 => 0.09,
        Kind::BlastCd4 | Kind::EffectorCd4 | Kind::MemoryCd4 | Kind::MemoryCd8 => 0.08,
        Kind::B => 0.03,
        Kind::EffectorCd8 | Kind::Nk => 0.03,
        Kind::DoubleNegative => 0.01,
        Kind::BlastB | Kind::Plasma | Kind::Macrophage => 0.02,
        Kind::BlastCd8 | Kind::ImmatureNk | Kind::ActiveMacrophage | Kind::Target => 0.0075,
    }
}

/// Share of the planned agents that cells of a kind get that recognise this.
pub fn share_of(kind: Kind, specificity: Specificity) -> f64 {
    let mut one = Agent::new(AgentKey::NONE, kind, 1);
    one.specificity = specificity;
    share(class(&one))
}

impl Population {
    /// Appends an agent.
    pub fn push(&mut self, agent: Agent, surface: Surface) {
        self.agents.push(agent);
        self.surfaces.push(surface);
    }

    /// Number of agents and of cells in each weight class.
    pub fn census(&self) -> [(usize, u64); CLASSES] {
        let mut census = [(0, 0_u64); CLASSES];
        for agent in &self.agents {
            let (agents, cells) = &mut census[class(agent)];
            *agents += 1;
            // A sum that began anew from zero would let agents be split without end.
            *cells = cells.saturating_add(agent.weight);
        }
        census
    }

    /// Removes agents of weight zero; the last ones take their places.
    pub fn bury(&mut self) {
        self.bury_and(|_| ());
    }

    /// The same, and visits those that stay.
    pub fn bury_and(&mut self, mut visit: impl FnMut(&Agent)) {
        let mut cell = 0;
        while let Some(agent) = self.agents.get(cell) {
            if agent.weight > 0 {
                visit(agent);
                cell += 1;
            } else {
                self.agents.swap_remove(cell);
                self.surfaces.swap_remove(cell);
            }
        }
    }

    /// Splits heavy agents and merges light ones until every class is near as many agents as are `planned` of it.
    ///
    /// Returns the IL-2 molecules on agents after minus before, for the ledger; their mean is zero.
    pub fn balance(
        &mut self,
        planned: &[f64; CLASSES],
        streams: &Streams,
        epoch: u64,
    ) -> Molecules {
        let census = self.census();
        let heavy = std::array::from_fn(|index| {
            let (_, cells) = census[index];
            (4.0 * cells as f64 / planned[index]).max(2.0) as u64
        });
        self.split(&heavy);
        let mut carried = Molecules::default();
        for (index, (agents, _)) in self.census().into_iter().enumerate() {
            let target = planned[index];
            if agents as f64 > 1.25 * target {
                let merged = self.merge(index, agents - target as usize, streams, epoch);
                carried = pool::sum(carried, merged);
            }
        }
        self.bury();
        carried
    }

    /// Halves agents until none is heavier than its class allows.
    fn split(&mut self, heavy: &[u64; CLASSES]) {
        let mut cell = 0;
        // Halves are appended and visited again, so one pass is enough.
        while cell < self.agents.len() {
            while self.agents[cell].weight > heavy[class(&self.agents[cell])] {
                let parent = &mut self.agents[cell];
                let mut half = *parent;
                half.weight = parent.weight / 2;
                parent.weight -= half.weight;
                half.key = parent.next_child();
                half.children = 0;
                let surface = self.surfaces[cell];
                self.agents.push(half);
                self.surfaces.push(surface);
            }
            cell += 1;
        }
    }

    fn merge(&mut self, index: usize, excess: usize, streams: &Streams, epoch: u64) -> Molecules {
        let mut light: Vec<usize> = (0..self.agents.len())
            .filter(|&cell| class(&self.agents[cell]) == index)
            .collect();
        light.sort_by_key(|&cell| (self.agents[cell].weight, self.agents[cell].key));
        let mut carried = Molecules::default();
        for pair in light.chunks_exact(2).take(excess) {
            let (a, b) = (pair[0], pair[1]);
            let total = self.agents[a].weight.saturating_add(self.agents[b].weight);
            let mut stream = streams.stream(purpose::WEIGHT, self.agents[a].key, epoch);
            let keep_a = draw::bernoulli(&mut stream, self.agents[a].weight as f64 / total as f64);
            let (kept, gone) = if keep_a { (a, b) } else { (b, a) };
            let before = pool::sum(self.ligand(a), self.ligand(b));
            self.agents[kept].weight = total;
            self.agents[gone].weight = 0;
            carried = pool::sum(carried, pool::less(self.ligand(kept), before));
        }
        carried
    }

    /// Molecules of each form of IL-2 on and in the cells that agent `cell` stands for.
    pub fn ligand(&self, cell: usize) -> Molecules {
        pool::times(self.agents[cell].weight, self.surfaces[cell].ligands())
    }
}

/// How many of `weight` cells an event of probability `p` takes, in packets of about `packet` cells.
///
/// The mean is `weight × p` exactly; packets keep the number of new agents small. With `packet` 1 the law is binomial.
/// Draws once.
pub fn take<R: Rng + ?Sized>(rng: &mut R, weight: u64, p: f64, packet: f64) -> u64 {
    if p <= 0.0 {
        return 0;
    }
    let expected = weight as f64 * p;
    if packet <= 1.0 || p > 0.5 {
        draw::binomial(rng, weight, p)
    } else if weight as f64 <= packet {
        if draw::bernoulli(rng, p) { weight } else { 0 }
    } else {
        // weight > packet and p <= 1/2, so the packets rounded up still fit.
        let packet = packet.floor();
        let packets = draw::stochastic_round(rng, expected / packet);
        (packets * packet as u64).min(weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten million agents fit into 2 GB with what they need for their turn.
    #[test]
    fn shares_are_those_of_a_whole() {
        let sum: f64 = (0..COMMON_CLASSES).map(share).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }

    /// Smallest fault seen: a sum of cells that passes the largest number and begins anew, so that no agent is light enough.
    #[test]
    fn more_cells_than_can_be_counted_are_still_few_agents() {
        let mut population = Population::default();
        for word in 0..5 {
            let agent = Agent::new(AgentKey::from_words(word, 0), Kind::Nk, u64::MAX / 4 + 1);
            population.push(agent, Surface::default());
        }
        let planned = [100.0; CLASSES];
        population.balance(&planned, &Streams::new(1, 0), 0);
        let agents = population.agents.len();
        assert!((25..=125).contains(&agents), "{agents}");
        let cells = population.census()[Kind::Nk as usize].1;
        assert_eq!(cells, u64::MAX);
    }

    #[test]
    fn an_agent_with_its_receptors_takes_152_bytes() {
        assert_eq!(size_of::<Agent>() + size_of::<Surface>(), 152);
    }
}
