//! What a file declares, with its places: where a fault of the network as a whole belongs.

use super::reaction::is_name;
use crate::language::fault::{Fault, any_of, nearest};
use crate::language::reader::{At, Reader};
use crate::language::spans::Shape;
use paracrine_kernel::network::{
    Fault as NetworkFault, LARGEST_AMOUNT, Network, NetworkError, Place,
};
use std::collections::BTreeSet;
use std::ops::Range;

/// Names that formulas give another meaning.
const RESERVED: [&str; 5] = ["time", "pi", "and", "or", "not"];

/// One part of a network in the file.
pub(super) struct Part<'d> {
    pub(super) place: Place,
    /// Its name, or the whole part where it has none.
    pub(super) name: At<'d>,
    pub(super) reaction: Option<At<'d>>,
    /// Its formulas: values, propensities, triggers.
    pub(super) formulas: Vec<At<'d>>,
    /// Where it names quantities that it sets.
    pub(super) sets: Vec<(&'d str, At<'d>)>,
}

impl<'d> Part<'d> {
    pub(super) fn new(place: Place, name: At<'d>) -> Self {
        Self {
            place,
            name,
            reaction: None,
            formulas: Vec::new(),
            sets: Vec::new(),
        }
    }
}

/// All parts of a file, in order.
#[derive(Default)]
pub(super) struct Parts<'d> {
    parts: Vec<Part<'d>>,
    /// Whether some quantities could not be read, so that a name may be unknown for that reason.
    pub(super) incomplete: bool,
}

impl<'d> Parts<'d> {
    pub(super) fn add(&mut self, part: Part<'d>) {
        self.parts.push(part);
    }

    /// Whether there is a part of that place.
    pub(super) fn has(&self, place: &Place) -> bool {
        self.parts.iter().any(|part| part.place == *place)
    }

    /// What kind of quantity `name` is.
    pub(super) fn quantity(&self, name: &str) -> Option<&'static str> {
        self.parts.iter().find_map(|part| match &part.place {
            Place::Species(known) if known == name => Some("species"),
            Place::Parameter(known) if known == name => Some("parameter"),
            Place::Compartment(known) if known == name => Some("compartment"),
            _ => None,
        })
    }

    /// Names of all species, in order.
    pub(super) fn species(&self) -> Vec<String> {
        let species = self.parts.iter().filter_map(|part| match &part.place {
            Place::Species(name) => Some(name.clone()),
            _ => None,
        });
        species.collect()
    }

    /// Names that formulas may use: those of the network, or those declared if there is no network.
    pub(super) fn names(&self, network: Option<&Network>) -> Vec<String> {
        match network {
            Some(network) => network
                .quantities()
                .iter()
                .chain(network.constants().iter().map(|(name, _)| name))
                .cloned()
                .collect(),
            None => self.quantities(),
        }
    }

    fn quantities(&self) -> Vec<String> {
        let names = self.parts.iter().filter_map(|part| match &part.place {
            Place::Species(name) | Place::Parameter(name) | Place::Compartment(name) => {
                Some(name.clone())
            }
            _ => None,
        });
        names.collect()
    }

    /// Whether `name` can be the name of a new quantity; reports why not.
    pub(super) fn may_declare(&self, reader: &mut Reader<'d>, key: &At<'d>, name: &str) -> bool {
        let mut characters = name.chars();
        let begins = characters
            .next()
            .is_some_and(|first| first == '_' || first.is_alphabetic());
        if !begins || !characters.all(is_name) {
            let expected = "a name that formulas can hold: a letter, then letters, digits or `_`";
            reader.fault(key, &format!("`{name}`"), expected);
            return false;
        }
        if RESERVED.contains(&name) {
            let found = format!("`{name}`, which means something else in formulas");
            reader.fault(key, &found, "another name");
            return false;
        }
        if let Some(kind) = self.quantity(name) {
            let found = format!("`{name}`, which is a {kind} already");
            let expected = "each name once: species, parameters and compartments share them";
            reader.fault(key, &found, expected);
            return false;
        }
        true
    }

    /// Reports a fault of the network at the part it belongs to. Faults of values are left out unless everything else
    /// is `sound`: they may follow from what could not be read.
    pub(super) fn report(&self, reader: &mut Reader<'d>, error: &NetworkError, sound: bool) {
        let Some(part) = self.parts.iter().find(|part| part.place == error.place) else {
            let root = reader.root();
            let fault = Fault::new(
                reader.text_of_file(),
                "",
                root.node.closing(),
                &error.to_string(),
                "a network that makes sense",
            );
            return self.once(reader, fault);
        };
        use NetworkFault as F;
        let value = part.formulas.first().unwrap_or(&part.name);
        let reaction = part.reaction.as_ref().unwrap_or(&part.name);
        let whole = |at: &At<'d>| at.node.span.clone();
        let (at, span, found, expected, near): (
            &At<'d>,
            Range<usize>,
            String,
            String,
            Option<String>,
        ) = match &error.fault {
            F::UnknownSpecies(_) | F::UnknownSymbol(_) if self.incomplete => return,
            F::UnknownSpecies(name) => {
                let names = self.species();
                let found = self.quantity(name).map_or_else(
                    || format!("`{name}`"),
                    |kind| format!("the {kind} `{name}`"),
                );
                let span = token(reaction, name).unwrap_or_else(|| whole(reaction));
                let near = nearest(name, names.iter().map(String::as_str));
                let expected = format!("a species: {}", any_of(&names, '`'));
                (reaction, span, found, expected, near)
            }
            F::UnknownSymbol(name) => {
                let names = self.quantities();
                let (at, span) = part.symbol(name);
                let near = nearest(name, names.iter().map(String::as_str));
                let expected = format!(
                    "a species, parameter or compartment: {}",
                    any_of(&names, '`')
                );
                (at, span, format!("`{name}`"), expected, near)
            }
            F::NoChange => {
                let expected = "a reaction that changes something";
                (
                    reaction,
                    whole(reaction),
                    "the same on both sides".into(),
                    expected.into(),
                    None,
                )
            }
            F::SetsConstant(name) => {
                let (at, span) = part.target(name);
                let expected = "a quantity that may change: take it off `constant`";
                (
                    at,
                    span,
                    format!("the constant species `{name}`"),
                    expected.into(),
                    None,
                )
            }
            F::SetsRuled(name) => {
                let (at, span) = part.target(name);
                let expected = "a quantity without a rule";
                let found = format!("`{name}`, which a rule determines already");
                (at, span, found, expected.into(), None)
            }
            F::RuledSpeciesReacts(name) => {
                let (at, span) = part.target(name);
                let found = format!("the species `{name}`, which channels change");
                let expected =
                    format!("a quantity that no channel changes: put `{name}` under `boundary`");
                (at, span, found, expected, None)
            }
            F::Cycle(names) => {
                let found = format!("a definition by itself: {}", names.join(" <- "));
                (
                    value,
                    whole(value),
                    found,
                    "a formula of other quantities".into(),
                    None,
                )
            }
            F::RateConstant(_) | F::InitialValue(_) | F::InitialParameter(_) if !sound => return,
            F::RateConstant(number) => {
                let found = format!("the value {number}");
                (
                    value,
                    whole(value),
                    found,
                    "a finite number of at least 0".into(),
                    None,
                )
            }
            F::InitialValue(number) => {
                let found = format!("the value {number}");
                (
                    value,
                    whole(value),
                    found,
                    "a finite number of at least 0".into(),
                    None,
                )
            }
            F::InitialParameter(number) => {
                let found = format!("the value {number}");
                (value, whole(value), found, "a finite number".into(), None)
            }
            F::TooDeep(levels) => {
                let found = format!("a formula nested {levels} levels deep");
                (
                    value,
                    whole(value),
                    found,
                    "at most 250 levels: cut it into parameters with rules".into(),
                    None,
                )
            }
            other => {
                let expected = "a network that makes sense";
                (
                    &part.name,
                    whole(&part.name),
                    other.to_string(),
                    expected.into(),
                    None,
                )
            }
        };
        let fault = Fault::new(reader.text_of_file(), &at.path, span, &found, &expected);
        self.once(reader, fault.with_nearest(near));
    }

    /// Reports that amounts which channels change are not whole numbers.
    pub(super) fn check_amounts(&self, reader: &mut Reader<'d>, network: &Network) {
        const ROUNDING: f64 = 1e-9;
        let changed: BTreeSet<usize> = network
            .channels()
            .flat_map(|channel| network.net_change(channel))
            .map(|(species, _)| species.index())
            .collect();
        for species in network.species().filter(|id| changed.contains(&id.index())) {
            let amount = network.initial_amounts()[species.index()];
            let is_whole = (amount - amount.round()).abs() <= ROUNDING * amount.max(1.0);
            if is_whole && amount <= LARGEST_AMOUNT {
                continue;
            }
            let name = network.species_name(species);
            let place = Place::Species(name.to_owned());
            let Some(part) = self.parts.iter().find(|part| part.place == place) else {
                continue;
            };
            let at = part.formulas.first().unwrap_or(&part.name);
            let expected =
                format!("a whole number of molecules up to 2^53, because channels change `{name}`");
            reader.fault(at, &format!("the amount {}", plain(amount)), &expected);
        }
    }

    /// Reports a fault unless one is reported at its place already.
    pub(super) fn once(&self, reader: &mut Reader<'d>, fault: Fault) {
        let known = |other: &Fault| matches!((&other.span, &fault.span), (Some(a), Some(b)) if a.start == b.start);
        if !reader.faults.iter().any(known) {
            reader.faults.push(fault);
        }
    }
}

impl<'d> Part<'d> {
    /// Where a symbol stands in the formulas, or among the quantities that are set.
    fn symbol(&self, name: &str) -> (&At<'d>, Range<usize>) {
        let in_formula = self
            .formulas
            .iter()
            .find_map(|at| token(at, name).map(|span| (at, span)));
        in_formula.unwrap_or_else(|| self.target(name))
    }

    /// Where a quantity that is set is named.
    fn target(&self, name: &str) -> (&At<'d>, Range<usize>) {
        let at = self
            .sets
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(&self.name, |(_, at)| at);
        (at, at.node.span.clone())
    }
}

/// A number without rows of zeros.
fn plain(number: f64) -> String {
    if number.abs() < 1e16 {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// The bytes of the file at which a name stands in a text.
pub(super) fn token(at: &At<'_>, name: &str) -> Option<Range<usize>> {
    let Shape::Text { value, .. } = &at.node.shape else {
        return None;
    };
    let stands_alone = |(start, _): &(usize, &str)| {
        let before = value[..*start].chars().next_back();
        let after = value[start + name.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    };
    // A stoichiometry may touch the name: the `A` of `2A`.
    let after_number = |(start, _): &(usize, &str)| {
        let number = value[..*start].trim_end_matches(|c: char| c.is_ascii_digit());
        !number.chars().next_back().is_some_and(is_name)
            && !value[start + name.len()..]
                .chars()
                .next()
                .is_some_and(is_name)
    };
    let found = value
        .match_indices(name)
        .find(stands_alone)
        .or_else(|| value.match_indices(name).find(after_number));
    found.map(|(start, _)| at.node.inside(&(start..start + name.len())))
}
