//! A network arranged for the leap: what leaves which species, and what comes of it.

use super::BatchError;
use crate::network::{ChannelId, Compiled, Network};

/// Channels that do the same to the state, drawn as one.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) source: Source,
    /// The propensity divided by the amounts of the source: a sum of products.
    pub(super) terms: Vec<Term>,
    /// What a firing adds.
    pub(super) gains: Vec<(usize, f32)>,
    /// The tally that counts its firings.
    pub(super) tally: Option<usize>,
    /// Whether what it is proportional to, other than its source, is the same throughout a step.
    pub(super) is_steady: bool,
    /// Whether a firing lowers what it is proportional to, other than its source.
    pub(super) hinders_itself: bool,
    /// How many molecules of each source species a firing must leave behind: 2 A -> A never takes the last one.
    pub(super) reserve: [f32; 2],
    /// Whether its propensity is a product of falling factorials, which is negative for no counts.
    pub(super) is_falling: bool,
}

/// What a firing takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Nothing.
    None,
    /// One molecule.
    One(usize),
    /// One molecule each of two species.
    Pair(usize, usize),
    /// Two molecules of one species.
    Twin(usize),
}

/// A coefficient times amounts less offsets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) coefficient: f64,
    pub(super) factors: Vec<(usize, f32)>,
}

/// A group by which a species leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exit {
    pub(super) group: usize,
    /// The other species of a pair, and the place of the pair among its exits.
    pub(super) partner: Option<(usize, usize)>,
    /// Whether molecules are drawn at this exit; those of a pair are drawn at that of one of both.
    pub(super) is_drawn: bool,
    /// Whether no exit, and whether no other one, is drawn before or after it at which molecules of its species leave.
    pub(super) is_first: bool,
    pub(super) is_last: bool,
}

/// A network, ready for leaps.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
    /// The groups without a source.
    pub(super) births: Vec<usize>,
    /// By species.
    pub(super) exits: Vec<Vec<Exit>>,
    /// Species that channels change.
    pub(super) changing: Vec<usize>,
    /// By species, whether the hazards at its exits are the same throughout a step.
    pub(super) is_steady: Vec<bool>,
    /// By species, whether the hazards at its exits are the same whatever the amounts.
    pub(super) is_constant: Vec<bool>,
    /// By species, whether a hazard depends on its amount.
    pub(super) is_read: Vec<bool>,
}

impl Plan {
    pub(super) fn new(network: &Network, tallied: &[ChannelId]) -> Result<Self, BatchError> {
        let species = network.species().len();
        let mut groups: Vec<Group> = Vec::new();
        for channel in network.channels() {
            let group = group(network, channel.index(), tallied)?;
            let same = groups.iter_mut().find(|known| {
                known.source == group.source
                    && known.reserve == group.reserve
                    && known.gains == group.gains
                    && [known.tally, group.tally] == [None; 2]
                    && known.is_falling
                    && group.is_falling
            });
            match same {
                Some(known) => {
                    known.terms.extend(group.terms);
                }
                None => groups.push(group),
            }
        }
        let mut exits: Vec<Vec<Exit>> = vec![Vec::new(); species];
        let mut births = Vec::new();
        let mut changing = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            let exit = |exits: &mut Vec<Vec<Exit>>, species: usize, partner, is_drawn| {
                exits[species].push(Exit {
                    group: number,
                    partner,
                    is_drawn,
                    is_first: false,
                    is_last: false,
                });
            };
            match group.source {
                Source::None => births.push(number),
                Source::One(species) | Source::Twin(species) => {
                    exit(&mut exits, species, None, true);
                }
                Source::Pair(a, b) => {
                    let places = [a, b].map(|species: usize| exits[species].len());
                    exit(&mut exits, a, Some((b, places[1])), true);
                    exit(&mut exits, b, Some((a, places[0])), false);
                }
            }
            changing.extend(group.source.species());
            changing.extend(group.gains.iter().map(|(gained, _)| *gained));
        }
        changing.sort_unstable();
        changing.dedup();
        for group in &mut groups {
            let mut factors = group.terms.iter().flat_map(|term| &term.factors);
            group.is_steady = matches!(group.source, Source::None | Source::One(_))
                && factors.all(|(species, _)| changing.binary_search(species).is_err());
        }
        mark_ends(&mut exits);
        let mut is_read = vec![false; species];
        for group in &groups {
            let factors = group.terms.iter().flat_map(|term| &term.factors);
            factors.for_each(|(species, _)| is_read[*species] = true);
            if let Source::Pair(..) | Source::Twin(_) = group.source {
                group
                    .source
                    .species()
                    .for_each(|species| is_read[species] = true);
            }
        }
        let is_steady = |exits: &Vec<Exit>| exits.iter().all(|exit| groups[exit.group].is_steady);
        let is_steady = exits.iter().map(is_steady).collect();
        let is_constant = |exit: &Exit| {
            let group = &groups[exit.group];
            let is_plain = group.terms.iter().all(|term| term.factors.is_empty());
            is_plain && matches!(group.source, Source::One(_))
        };
        let is_constant = exits
            .iter()
            .map(|exits| exits.iter().all(is_constant))
            .collect();
        Ok(Self {
            groups,
            births,
            exits,
            changing,
            is_steady,
            is_constant,
            is_read,
        })
    }
}

impl Source {
    fn species(self) -> impl Iterator<Item = usize> {
        let both = match self {
            Self::None => [None, None],
            Self::One(species) | Self::Twin(species) => [Some(species), None],
            Self::Pair(a, b) => [Some(a), Some(b)],
        };
        both.into_iter().flatten()
    }
}

/// Marks the exits at which the drawing of a species begins and ends, in the order of species and exits.
fn mark_ends(exits: &mut [Vec<Exit>]) {
    let mut order = Vec::new();
    for (species, exits) in exits.iter().enumerate() {
        for (place, exit) in exits.iter().enumerate().filter(|(_, exit)| exit.is_drawn) {
            order.push((species, species, place));
            order.extend(exit.partner.map(|(partner, _)| (partner, species, place)));
        }
    }
    for (position, (leaving, species, place)) in order.iter().enumerate() {
        let elsewhere =
            |others: &[(usize, usize, usize)]| others.iter().any(|other| other.0 == *leaving);
        if leaving == species {
            exits[*species][*place].is_first = !elsewhere(&order[..position]);
            exits[*species][*place].is_last = !elsewhere(&order[position + 1..]);
        }
    }
}

/// One channel as a group of its own.
fn group(network: &Network, number: usize, tallied: &[ChannelId]) -> Result<Group, BatchError> {
    let channel = &network.compiled()[number];
    let refuse = |reason: &str| BatchError::Channel {
        channel: channel.name.clone(),
        reason: reason.to_owned(),
    };
    let Compiled::Product(product) = &channel.law else {
        return Err(refuse("its propensity is no product of amounts"));
    };
    let mut factors = product.factors.clone();
    let mut without = |species: usize, offset: f64| {
        let place = factors
            .iter()
            .position(|factor| *factor == (species as u32, offset));
        place.map(|place| factors.remove(place)).ok_or_else(|| {
            refuse("its propensity is not proportional to the amounts that it takes")
        })
    };
    let losses: Vec<(usize, f64)> = channel
        .changes
        .iter()
        .filter(|(_, change)| *change < 0.0)
        .map(|(slot, change)| (*slot as usize, *change))
        .collect();
    let source = match losses[..] {
        [] => Source::None,
        [(species, -1.0)] => {
            without(species, 0.0)?;
            Source::One(species)
        }
        [(species, -2.0)] => {
            without(species, 0.0)?;
            without(species, 1.0)?;
            Source::Twin(species)
        }
        [(a, -1.0), (b, -1.0)] => {
            without(a, 0.0)?;
            without(b, 0.0)?;
            Source::Pair(a, b)
        }
        _ => return Err(refuse("it takes more than two molecules")),
    };
    let gains = channel
        .changes
        .iter()
        .filter(|(_, change)| *change > 0.0)
        .map(|(slot, change)| (*slot as usize, *change as f32))
        .collect();
    let term = Term {
        coefficient: product.coefficient,
        factors: factors
            .into_iter()
            .map(|(slot, offset)| (slot as usize, offset as f32))
            .collect(),
    };
    let mut reserve = [0.0f32; 2];
    for (reserve, own) in reserve.iter_mut().zip(source.species()) {
        let taken = if source == Source::Twin(own) {
            2.0
        } else {
            1.0
        };
        for (_, offset) in term.factors.iter().filter(|(species, _)| *species == own) {
            *reserve = reserve.max(offset + 1.0 - taken);
        }
    }
    let tally = tallied.iter().position(|id| id.index() == number);
    // Falling factorials of whole numbers.
    let is_falling = |(species, _): &(u32, f64)| {
        let offsets = || product.factors.iter().filter(|factor| factor.0 == *species);
        (0..offsets().count()).all(|order| offsets().any(|(_, offset)| *offset == order as f64))
    };
    Ok(Group {
        source,
        terms: vec![term],
        gains,
        tally,
        is_steady: false,
        hinders_itself: matches!(source, Source::Pair(..) | Source::Twin(_)) || reserve != [0.0; 2],
        reserve,
        is_falling: product.factors.iter().all(is_falling),
    })
}
