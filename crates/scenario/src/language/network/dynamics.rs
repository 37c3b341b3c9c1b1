//! Channels, rules and events.

use super::NetworkReader;
use super::parts::Part;
use super::reaction::{self, Reaction};
use crate::language::reader::{At, Group, Key, may, need};
use crate::language::spans::Shape;
use paracrine_kernel::expression::Expression;
use paracrine_kernel::network::{Event, Law, Place};

const CHANNEL_EXAMPLE: &str = "(name: \"bind\", reaction: \"A + B -> C\", rate: 0.1)";
const CHANNEL: &[Key] = &[
    may("name"),
    need("reaction", "\"A + B -> C\""),
    may("rate"),
    may("propensity"),
];
const RULE_EXAMPLE: &str = "(quantity: \"total\", is: \"A + 2 * D\")";
const RULE: &[Key] = &[need("quantity", "\"total\""), may("is"), may("derivative")];
const EVENT_EXAMPLE: &str = "(name: \"reset\", when: \"time >= 25\", set: { \"X\": 50 })";
const EVENT: &[Key] = &[
    need("name", "\"reset\""),
    need("when", "\"time >= 25\""),
    need("set", "{ \"X\": 50 }"),
    may("after"),
    may("persistent"),
    may("initially"),
    may("values_at_trigger"),
];

impl<'d> NetworkReader<'d, '_> {
    pub(super) fn channels(&mut self, at: Option<&At<'d>>) {
        for member in self.members(at, CHANNEL_EXAMPLE) {
            if let Some(group) = self.reader.group(&member, CHANNEL, CHANNEL_EXAMPLE) {
                self.channel(&member, &group);
            }
        }
    }

    fn channel(&mut self, member: &At<'d>, group: &Group<'d>) {
        let reaction_at = group.get("reaction");
        let written = reaction_at.and_then(|at| self.reader.text(at, "a reaction"));
        let given = group.get("name").map(|at| self.reader.text(at, "a name"));
        let law = self.law(member, group);
        let reaction = written
            .zip(reaction_at)
            .and_then(|(text, at)| self.reaction(at, text));
        // A channel without a name is called by its reaction.
        let unnamed = || written.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let Some(name) = given.map_or_else(unnamed, |name| name.map(str::to_owned)) else {
            return;
        };
        let place = Place::Channel(name.clone());
        let name_at = group.get("name").or(reaction_at).unwrap_or(member).clone();
        if self.parts.has(&place) {
            let expected = "a name of its own for each channel";
            self.reader
                .fault(&name_at, &format!("a second channel `{name}`"), expected);
            return;
        }
        let mut part = Part::new(place, name_at);
        part.reaction = reaction_at.cloned();
        part.formulas
            .extend(group.get("rate").or(group.get("propensity")).cloned());
        self.parts.add(part);
        if let Some(Reaction {
            reactants,
            products,
        }) = reaction
        {
            let builder = std::mem::take(&mut self.builder);
            self.builder = builder.channel(name, reactants, products, law);
        }
    }

    fn reaction(&mut self, at: &At<'d>, text: &str) -> Option<Reaction> {
        match reaction::parse(text) {
            Ok(reaction) => Some(reaction),
            Err(fault) => {
                let span = at.node.within(fault.span.start, fault.span.len());
                self.reader
                    .fault_at(at, span, &fault.found, fault.expected, None);
                None
            }
        }
    }

    /// The law: mass action for a `rate`, as written for a `propensity`.
    fn law(&mut self, member: &At<'d>, group: &Group<'d>) -> Law {
        const EXPECTED: &str = "one of `rate` (mass action) and `propensity` (as written)";
        match (group.get("rate"), group.get("propensity")) {
            (Some(at), None) => {
                let constant = self.formula_or_placeholder(at, "a rate constant");
                if let Expression::Number(number) = constant
                    && number < 0.0
                {
                    self.reader
                        .out_of_bounds(at, "a rate constant of at least 0");
                }
                Law::MassAction(constant)
            }
            (None, Some(at)) => Law::Propensity(self.formula_or_placeholder(at, "a propensity")),
            (None, None) => {
                let span = member.node.closing();
                self.reader.fault_at(
                    member,
                    span,
                    "neither `rate` nor `propensity`",
                    EXPECTED,
                    None,
                );
                Law::from(1.0)
            }
            (Some(_), Some(at)) => {
                self.reader
                    .fault(at, "both `rate` and `propensity`", EXPECTED);
                Law::from(1.0)
            }
        }
    }

    /// Rules. A quantity that is not declared and has a formula for its value becomes a parameter.
    pub(super) fn rules(&mut self, at: Option<&At<'d>>) {
        for member in self.members(at, RULE_EXAMPLE) {
            let Some(group) = self.reader.group(&member, RULE, RULE_EXAMPLE) else {
                continue;
            };
            let (is, derivative) = (group.get("is"), group.get("derivative"));
            if is.is_some() == derivative.is_some() {
                let found = match is {
                    Some(_) => "both `is` and `derivative`",
                    None => "neither `is` nor `derivative`",
                };
                let span = member.node.closing();
                let expected = "one of `is` (the value) and `derivative` (by time)";
                self.reader.fault_at(&member, span, found, expected, None);
                continue;
            }
            let Some(quantity_at) = group.get("quantity") else {
                continue;
            };
            let Some(name) = self.reader.text(quantity_at, "the name of a quantity") else {
                continue;
            };
            let Some(formula_at) = is.or(derivative) else {
                continue;
            };
            let formula = self.formula_or_placeholder(formula_at, "a formula");
            if self.parts.quantity(name).is_none() {
                if derivative.is_some() {
                    let found = format!("`{name}`, which has no value at time 0");
                    let expected =
                        "a quantity that `parameters`, `compartments` or `species` declares";
                    let names = self.parts.names(None);
                    let near = crate::language::nearest(name, names.iter().map(String::as_str));
                    let span = quantity_at.node.span.clone();
                    self.reader
                        .fault_at(quantity_at, span, &found, expected, near);
                    continue;
                }
                if !self.parts.may_declare(&mut self.reader, quantity_at, name) {
                    continue;
                }
                self.parts.add(Part::new(
                    Place::Parameter(name.to_owned()),
                    quantity_at.clone(),
                ));
                self.builder = std::mem::take(&mut self.builder).parameter(name, 0.0);
            }
            let place = Place::Rule(name.to_owned());
            if self.parts.has(&place) {
                let found = format!("a second rule for `{name}`");
                self.reader
                    .fault(quantity_at, &found, "one rule for each quantity");
                continue;
            }
            let mut part = Part::new(place, quantity_at.clone());
            part.formulas.push(formula_at.clone());
            part.sets.push((name, quantity_at.clone()));
            self.parts.add(part);
            let builder = std::mem::take(&mut self.builder);
            self.builder = match is {
                Some(_) => {
                    self.determined.push(name.to_owned());
                    builder.assignment(name, formula)
                }
                None => builder.rate(name, formula),
            };
        }
    }

    pub(super) fn events(&mut self, at: Option<&At<'d>>) {
        for member in self.members(at, EVENT_EXAMPLE) {
            if let Some(group) = self.reader.group(&member, EVENT, EVENT_EXAMPLE) {
                self.event(&group);
            }
        }
    }

    fn event(&mut self, group: &Group<'d>) {
        let name_at = group.get("name");
        let name = name_at.and_then(|at| self.reader.text(at, "a name"));
        let when = group
            .get("when")
            .map(|at| (at, self.formula(at, "a condition")));
        let after = group
            .get("after")
            .map(|at| (at, self.formula(at, "a time")));
        let sets = self.entries(group.get("set"), "{ \"X\": 50 }");
        if let (Some(at), true) = (group.get("set"), sets.is_empty())
            && matches!(at.node.shape, Shape::Map(_))
        {
            self.reader
                .fault(at, "nothing to set", "at least one quantity");
        }
        let mut formulas: Vec<(&str, At<'d>, At<'d>, Expression)> = Vec::new();
        for (quantity, key, value) in sets {
            let formula = self.formula_or_placeholder(&value, "a value");
            if formulas.iter().any(|(known, ..)| *known == quantity) {
                self.reader.fault(
                    &key,
                    &format!("a second `{quantity}`"),
                    "each quantity once",
                );
                continue;
            }
            formulas.push((quantity, key, value, formula));
        }
        let flags = [
            ("persistent", true),
            ("initially", true),
            ("values_at_trigger", true),
        ]
        .map(|(key, default)| group.get(key).map_or(default, |at| self.flag(at, default)));
        let (Some(name), Some(name_at)) = (name, name_at) else {
            return;
        };
        let place = Place::Event(name.to_owned());
        if self.parts.has(&place) {
            self.reader.fault(
                name_at,
                &format!("a second event `{name}`"),
                "a name of its own for each event",
            );
            return;
        }
        let mut part = Part::new(place, name_at.clone());
        let given = when.iter().chain(&after).map(|(at, _)| (*at).clone());
        part.formulas.extend(given);
        part.formulas
            .extend(formulas.iter().map(|(_, _, value, _)| value.clone()));
        part.sets.extend(
            formulas
                .iter()
                .map(|(quantity, key, ..)| (*quantity, key.clone())),
        );
        self.parts.add(part);
        let Some((_, Some(trigger))) = when else {
            return;
        };
        let mut event = Event::new(name, trigger)
            .persistent(flags[0])
            .initially(flags[1])
            .values_at_trigger(flags[2]);
        if let Some((_, delay)) = after {
            event = event.delay(delay.unwrap_or(Expression::Number(0.0)));
        }
        for (quantity, _, _, formula) in formulas {
            event = event.set(quantity, formula);
        }
        self.builder = std::mem::take(&mut self.builder).event(event);
    }

    fn flag(&mut self, at: &At<'d>, default: bool) -> bool {
        match at.node.shape {
            Shape::Word("true") => true,
            Shape::Word("false") => false,
            _ => {
                self.reader.wrong_type(at, "`true` or `false`");
                default
            }
        }
    }

    pub(super) fn members(&mut self, at: Option<&At<'d>>, example: &str) -> Vec<At<'d>> {
        let expected = format!("a list such as [{example}]");
        at.map_or_else(Vec::new, |at| self.reader.list(at, &expected))
    }
}
