//! Declaring a network, and checking it as a whole.

use super::law::{Compiled, Law, Product};
use super::{
    Assignment, Channel, Fault, Network, NetworkError, NetworkErrors, Place, Rate, SpeciesId,
    Trigger,
};
use crate::expression::program::{Operand, Program};
use crate::expression::{Expression, Function};
use std::collections::{BTreeMap, BTreeSet};

/// What may change the amount of a species.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// Channels, and events.
    #[default]
    Reacting,
    /// Rules and events, but no channel: a reservoir.
    Boundary,
    /// Nothing.
    Constant,
}

/// Quantities that are set when a trigger becomes true.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    name: String,
    trigger: Expression,
    delay: Option<Expression>,
    sets: Vec<(String, Expression)>,
    persistent: bool,
    initially: bool,
    values_at_trigger: bool,
}

impl Event {
    /// An event that happens at each moment at which `trigger` turns from false to true. What is true from the
    /// beginning does not turn.
    #[must_use]
    pub fn new(name: impl Into<String>, trigger: Expression) -> Self {
        Self {
            name: name.into(),
            trigger,
            delay: None,
            sets: Vec::new(),
            persistent: true,
            initially: true,
            values_at_trigger: true,
        }
    }

    /// Sets a quantity to the value of a formula. All formulas of an event are evaluated before the first is applied.
    #[must_use]
    pub fn set(mut self, quantity: impl Into<String>, value: impl Into<Expression>) -> Self {
        self.sets.push((quantity.into(), value.into()));
        self
    }

    /// Waits so long between trigger and setting.
    #[must_use]
    pub fn delay(mut self, delay: impl Into<Expression>) -> Self {
        self.delay = Some(delay.into());
        self
    }

    /// Whether a delayed event still happens if the trigger turns false while it waits; so it is by default.
    #[must_use]
    pub fn persistent(mut self, persistent: bool) -> Self {
        self.persistent = persistent;
        self
    }

    /// What the trigger is taken to have been before time 0: true by default, so that an event whose trigger holds at
    /// time 0 does not happen then.
    #[must_use]
    pub fn initially(mut self, initially: bool) -> Self {
        self.initially = initially;
        self
    }

    /// Whether a delayed event sets values as they were at the trigger (default) or as they are after the delay.
    #[must_use]
    pub fn values_at_trigger(mut self, at_trigger: bool) -> Self {
        self.values_at_trigger = at_trigger;
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Species(Role),
    Parameter,
    Compartment,
}

#[derive(Debug, Clone)]
struct Quantity {
    name: String,
    sort: Sort,
    initial: Expression,
}

#[derive(Debug, Clone)]
struct Draft {
    name: String,
    reactants: Vec<(String, u32)>,
    products: Vec<(String, u32)>,
    law: Law,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RuleKind {
    Assignment,
    Rate,
}

#[derive(Debug, Clone)]
struct Rule {
    quantity: String,
    kind: RuleKind,
    formula: Expression,
}

/// A network being declared. Parts may be named before they are declared.
#[derive(Debug, Clone, Default)]
pub struct NetworkBuilder {
    quantities: Vec<Quantity>,
    channels: Vec<Draft>,
    rules: Vec<Rule>,
    events: Vec<Event>,
}

impl NetworkBuilder {
    /// Declares a species that channels may change, with its amount at time 0: a number, or a formula of parameters.
    #[must_use]
    pub fn species(self, name: impl Into<String>, initial: impl Into<Expression>) -> Self {
        self.species_as(Role::Reacting, name, initial)
    }

    /// Declares a species of any role.
    #[must_use]
    pub fn species_as(
        self,
        role: Role,
        name: impl Into<String>,
        initial: impl Into<Expression>,
    ) -> Self {
        self.quantity(name.into(), Sort::Species(role), initial.into())
    }

    /// Declares a parameter. It is constant unless a rule or an event sets it.
    #[must_use]
    pub fn parameter(self, name: impl Into<String>, value: impl Into<Expression>) -> Self {
        self.quantity(name.into(), Sort::Parameter, value.into())
    }

    /// Declares a compartment with its volume. It is constant unless a rule or an event sets it.
    #[must_use]
    pub fn compartment(self, name: impl Into<String>, volume: impl Into<Expression>) -> Self {
        self.quantity(name.into(), Sort::Compartment, volume.into())
    }

    fn quantity(mut self, name: String, sort: Sort, initial: Expression) -> Self {
        self.quantities.push(Quantity {
            name,
            sort,
            initial,
        });
        self
    }

    /// Declares a channel: what it uses, what it makes, each with its stoichiometry, and its law.
    ///
    /// A catalyst stands on both sides. A number is the rate constant of mass action, an [`Expression`] the propensity.
    #[must_use]
    pub fn channel<S: Into<String>, T: Into<String>>(
        mut self,
        name: impl Into<String>,
        reactants: impl IntoIterator<Item = (S, u32)>,
        products: impl IntoIterator<Item = (T, u32)>,
        law: impl Into<Law>,
    ) -> Self {
        self.channels.push(Draft {
            name: name.into(),
            reactants: reactants
                .into_iter()
                .map(|(name, number)| (name.into(), number))
                .collect(),
            products: products
                .into_iter()
                .filter(|(_, number)| *number > 0)
                .map(|(name, number)| (name.into(), number))
                .collect(),
            law: law.into(),
        });
        self
    }

    /// Declares that a quantity always has the value of a formula.
    #[must_use]
    pub fn assignment(mut self, quantity: impl Into<String>, value: Expression) -> Self {
        self.rules.push(Rule {
            quantity: quantity.into(),
            kind: RuleKind::Assignment,
            formula: value,
        });
        self
    }

    /// Declares the derivative of a quantity by time.
    #[must_use]
    pub fn rate(mut self, quantity: impl Into<String>, derivative: Expression) -> Self {
        self.rules.push(Rule {
            quantity: quantity.into(),
            kind: RuleKind::Rate,
            formula: derivative,
        });
        self
    }

    /// Declares an event.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Checks everything and compiles the network.
    ///
    /// # Errors
    ///
    /// All faults of names and formulas, in order of declaration; if there is none, those of values at time 0.
    pub fn build(self) -> Result<Network, NetworkErrors> {
        let mut faults = Faults::default();
        let names = self.check_names(&mut faults);
        self.check_rules(&names, &mut faults);
        self.check_formulas(&names, &mut faults);
        let order = self.order_assignments(&mut faults);
        faults.report()?;

        let values = self.initial_values()?;
        let layout = Layout::new(&self, &values);
        let mut faults = Faults::default();
        let mut channels = Vec::with_capacity(self.channels.len());
        for draft in &self.channels {
            let channel = layout.channel(draft);
            if let Some(constant) = channel.law.constant_factor()
                && !(constant.is_finite() && constant >= 0.0)
                && (matches!(draft.law, Law::MassAction(_)) || channel.law.constant().is_some())
            {
                faults.add(
                    Place::Channel(draft.name.clone()),
                    Fault::RateConstant(constant),
                );
            }
            channels.push(channel);
        }
        faults.report()?;
        Ok(self.assemble(&layout, channels, &order))
    }

    fn check_names<'a>(&'a self, faults: &mut Faults) -> BTreeMap<&'a str, Sort> {
        let mut names = BTreeMap::new();
        for quantity in &self.quantities {
            let usable = quantity
                .name
                .chars()
                .next()
                .is_some_and(|first| first.is_alphabetic() || first == '_');
            if !usable {
                faults.add(quantity.place(), Fault::Name);
            }
            if names
                .insert(quantity.name.as_str(), quantity.sort)
                .is_some()
            {
                faults.add(quantity.place(), Fault::Duplicate);
            }
        }
        let mut seen = BTreeSet::new();
        for draft in &self.channels {
            let place = || Place::Channel(draft.name.clone());
            if !seen.insert(draft.name.as_str()) {
                faults.add(place(), Fault::Duplicate);
            }
            for side in [&draft.reactants, &draft.products] {
                for (position, (name, number)) in side.iter().enumerate() {
                    if !matches!(names.get(name.as_str()), Some(Sort::Species(_))) {
                        faults.add(place(), Fault::UnknownSpecies(name.clone()));
                    }
                    if *number == 0 || side[..position].iter().any(|(other, _)| other == name) {
                        faults.add(place(), Fault::Stoichiometry(name.clone()));
                    }
                }
            }
            let sorted = |side: &[(String, u32)]| {
                let mut side = side.to_vec();
                side.sort();
                side
            };
            let reservoirs = draft.reactants.iter().any(|(name, _)| {
                !matches!(
                    names.get(name.as_str()),
                    Some(Sort::Species(Role::Reacting))
                )
            });
            if !reservoirs && sorted(&draft.reactants) == sorted(&draft.products) {
                faults.add(place(), Fault::NoChange);
            }
        }
        let mut seen = BTreeSet::new();
        for event in &self.events {
            if !seen.insert(event.name.as_str()) {
                faults.add(Place::Event(event.name.clone()), Fault::Duplicate);
            }
        }
        names
    }

    fn check_rules(&self, names: &BTreeMap<&str, Sort>, faults: &mut Faults) {
        let mut ruled = BTreeSet::new();
        for rule in &self.rules {
            let (place, name) = (Place::Rule(rule.quantity.clone()), rule.quantity.as_str());
            match names.get(name) {
                None => faults.add(place.clone(), Fault::UnknownSymbol(rule.quantity.clone())),
                Some(Sort::Species(Role::Constant)) => {
                    faults.add(place.clone(), Fault::SetsConstant(rule.quantity.clone()));
                }
                Some(Sort::Species(Role::Reacting)) => {
                    let touches =
                        |side: &[(String, u32)]| side.iter().any(|(other, _)| other == name);
                    if self
                        .channels
                        .iter()
                        .any(|draft| touches(&draft.reactants) || touches(&draft.products))
                    {
                        faults.add(
                            place.clone(),
                            Fault::RuledSpeciesReacts(rule.quantity.clone()),
                        );
                    }
                }
                Some(_) => {}
            }
            if !ruled.insert(name) {
                faults.add(place, Fault::SetsRuled(rule.quantity.clone()));
            }
        }
        let assigned = |name: &str| {
            self.rules
                .iter()
                .any(|rule| rule.kind == RuleKind::Assignment && rule.quantity == name)
        };
        for event in &self.events {
            for (name, _) in &event.sets {
                let fault = match names.get(name.as_str()) {
                    None => Fault::UnknownSymbol(name.clone()),
                    Some(Sort::Species(Role::Constant)) => Fault::SetsConstant(name.clone()),
                    Some(_) if assigned(name) => Fault::SetsRuled(name.clone()),
                    Some(_) => continue,
                };
                faults.add(Place::Event(event.name.clone()), fault);
            }
        }
    }

    /// Symbols that exist, functions with the right number of arguments, no bottomless nesting.
    fn check_formulas(&self, names: &BTreeMap<&str, Sort>, faults: &mut Faults) {
        let mut check = |place: &dyn Fn() -> Place, formula: &Expression| {
            let depth = formula.depth();
            if depth > Expression::DEEPEST {
                faults.add(place(), Fault::TooDeep(depth));
                return;
            }
            let mut unknown = Vec::new();
            formula.for_each_symbol(&mut |name| {
                if !names.contains_key(name) && !unknown.contains(&name) {
                    unknown.push(name);
                }
            });
            for name in unknown {
                faults.add(place(), Fault::UnknownSymbol(name.to_owned()));
            }
            if let Some((function, arguments)) = wrong_arguments(formula) {
                let function = function.name();
                faults.add(
                    place(),
                    Fault::Arguments {
                        function,
                        arguments,
                    },
                );
            }
        };
        for quantity in &self.quantities {
            check(&|| quantity.place(), &quantity.initial);
        }
        for draft in &self.channels {
            let (Law::MassAction(formula) | Law::Propensity(formula)) = &draft.law;
            check(&|| Place::Channel(draft.name.clone()), formula);
        }
        for rule in &self.rules {
            check(&|| Place::Rule(rule.quantity.clone()), &rule.formula);
        }
        for event in &self.events {
            let place = || Place::Event(event.name.clone());
            check(&place, &event.trigger);
            for formula in event
                .delay
                .iter()
                .chain(event.sets.iter().map(|(_, value)| value))
            {
                check(&place, formula);
            }
        }
    }

    /// The assignment rules by position, each after those that it depends on.
    fn order_assignments(&self, faults: &mut Faults) -> Vec<usize> {
        let definitions: BTreeMap<&str, (usize, &Expression)> = self
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.kind == RuleKind::Assignment)
            .map(|(position, rule)| (rule.quantity.as_str(), (position, &rule.formula)))
            .collect();
        let formulas = definitions
            .iter()
            .map(|(name, (_, formula))| (*name, *formula))
            .collect();
        match topological(&formulas) {
            Ok(order) => order.into_iter().map(|name| definitions[name].0).collect(),
            Err(cycle) => {
                faults.add(Place::Rule(cycle[0].clone()), Fault::Cycle(cycle));
                Vec::new()
            }
        }
    }

    /// The value of every quantity at time 0. Assignment rules come before values of their own.
    fn initial_values(&self) -> Result<BTreeMap<&str, f64>, NetworkErrors> {
        let mut formulas: BTreeMap<&str, &Expression> = self
            .quantities
            .iter()
            .map(|quantity| (quantity.name.as_str(), &quantity.initial))
            .collect();
        for rule in &self.rules {
            if rule.kind == RuleKind::Assignment {
                formulas.insert(&rule.quantity, &rule.formula);
            }
        }
        let mut faults = Faults::default();
        let mut values = BTreeMap::new();
        match topological(&formulas) {
            Err(cycle) => faults.add(self.place_of(&cycle[0]), Fault::Cycle(cycle)),
            Ok(order) => {
                for name in order {
                    let value = match formulas[name] {
                        Expression::Number(number) => *number,
                        formula => {
                            let known = |name: &str| values.get(name).copied().map(Operand::Number);
                            Program::compile(formula, &known)
                                .map_or(f64::NAN, |program| program.evaluate(&[], 0.0))
                        }
                    };
                    values.insert(name, value);
                }
                for quantity in &self.quantities {
                    let value = values[quantity.name.as_str()];
                    match quantity.sort {
                        Sort::Parameter if !value.is_finite() => {
                            faults.add(quantity.place(), Fault::InitialParameter(value));
                        }
                        Sort::Species(_) | Sort::Compartment
                            if !(value.is_finite() && value >= 0.0) =>
                        {
                            faults.add(quantity.place(), Fault::InitialValue(value));
                        }
                        _ => {}
                    }
                }
            }
        }
        faults.report()?;
        Ok(values)
    }

    fn place_of(&self, name: &str) -> Place {
        self.quantities
            .iter()
            .find(|quantity| quantity.name == name)
            .map_or(Place::Network, Quantity::place)
    }

    fn assemble(
        &self,
        layout: &Layout<'_>,
        mut channels: Vec<Channel>,
        order: &[usize],
    ) -> Network {
        let assignments: Vec<_> = order
            .iter()
            .map(|position| {
                let rule = &self.rules[*position];
                Assignment {
                    slot: layout.slots[rule.quantity.as_str()],
                    value: layout.program(&rule.formula),
                }
            })
            .collect();
        let rates: Vec<_> = self
            .rules
            .iter()
            .filter(|rule| rule.kind == RuleKind::Rate)
            .map(|rule| Rate {
                slot: layout.slots[rule.quantity.as_str()],
                derivative: layout.program(&rule.formula),
            })
            .collect();

        // What changes between firings: by its own derivative, or by an assignment from time or from such a quantity.
        let mut continuous = vec![false; layout.names.len() + 1];
        for rate in &rates {
            continuous[rate.slot as usize] = true;
        }
        for assignment in &assignments {
            let depends = assignment.value.uses_time()
                || assignment
                    .value
                    .slots()
                    .iter()
                    .any(|slot| continuous[*slot as usize]);
            continuous[assignment.slot as usize] |= depends;
        }
        for channel in &mut channels {
            channel.clocked = channel.law.uses_time()
                || channel
                    .law
                    .slots()
                    .iter()
                    .any(|slot| continuous[*slot as usize]);
        }

        let mut counts = vec![0u32; layout.names.len() + 2];
        let reads: Vec<Vec<u32>> = channels.iter().map(|channel| channel.law.slots()).collect();
        for slot in reads.iter().flatten() {
            counts[*slot as usize + 1] += 1;
        }
        for slot in 1..counts.len() {
            counts[slot] += counts[slot - 1];
        }
        let readers_first = counts.clone();
        let mut readers = vec![0; reads.iter().map(Vec::len).sum()];
        for (channel, slots) in (0u32..).zip(&reads) {
            for slot in slots {
                let place = &mut counts[*slot as usize];
                readers[*place as usize] = channel;
                *place += 1;
            }
        }

        let mut breakpoints = Vec::new();
        for formula in self.formulas() {
            layout.collect_breakpoints(formula, &mut breakpoints);
        }
        breakpoints.sort_by(f64::total_cmp);
        breakpoints.dedup();

        let triggers = self
            .events
            .iter()
            .map(|event| Trigger {
                name: event.name.clone(),
                condition: layout.program(&event.trigger),
                smooth: layout.is_smooth_in_time(&event.trigger),
                delay: event.delay.as_ref().map(|delay| layout.program(delay)),
                sets: event
                    .sets
                    .iter()
                    .map(|(name, value)| (layout.slots[name.as_str()], layout.program(value)))
                    .collect(),
                persistent: event.persistent,
                initially: event.initially,
                values_at_trigger: event.values_at_trigger,
            })
            .collect();
        let ruled = |name: &str| self.rules.iter().any(|rule| rule.quantity == name);
        Network {
            reacting: self
                .quantities
                .iter()
                .filter_map(|quantity| match quantity.sort {
                    Sort::Species(role) => Some(role == Role::Reacting && !ruled(&quantity.name)),
                    _ => None,
                })
                .collect(),
            species: layout.species,
            names: layout.names.iter().map(|name| (*name).to_owned()).collect(),
            initial: layout.initial.clone(),
            constants: layout.constants.clone(),
            channels,
            assignments,
            rates,
            triggers,
            breakpoints,
            readers,
            readers_first,
        }
    }

    /// Every formula that is evaluated during a run.
    fn formulas(&self) -> impl Iterator<Item = &Expression> {
        let laws = self.channels.iter().map(|draft| match &draft.law {
            Law::MassAction(formula) | Law::Propensity(formula) => formula,
        });
        laws.chain(self.rules.iter().map(|rule| &rule.formula))
            .chain(self.events.iter().map(|event| &event.trigger))
    }
}

impl Quantity {
    fn place(&self) -> Place {
        let name = self.name.clone();
        match self.sort {
            Sort::Species(_) => Place::Species(name),
            Sort::Parameter => Place::Parameter(name),
            Sort::Compartment => Place::Compartment(name),
        }
    }
}

/// Where every quantity is kept in a state.
struct Layout<'a> {
    /// Names by slot.
    names: Vec<&'a str>,
    species: usize,
    slots: BTreeMap<&'a str, u32>,
    /// Values of what never changes.
    folded: BTreeMap<&'a str, f64>,
    initial: Vec<f64>,
    constants: Vec<(String, f64)>,
    reacting: BTreeSet<&'a str>,
}

impl<'a> Layout<'a> {
    fn new(builder: &'a NetworkBuilder, values: &BTreeMap<&'a str, f64>) -> Self {
        let set: BTreeSet<&str> = builder
            .rules
            .iter()
            .map(|rule| rule.quantity.as_str())
            .chain(
                builder
                    .events
                    .iter()
                    .flat_map(|event| event.sets.iter().map(|(name, _)| name.as_str())),
            )
            .collect();
        let is_species = |quantity: &&Quantity| matches!(quantity.sort, Sort::Species(_));
        let species = builder.quantities.iter().filter(is_species);
        let others = builder
            .quantities
            .iter()
            .filter(|quantity| !is_species(quantity) && set.contains(quantity.name.as_str()));
        let names: Vec<&str> = species
            .clone()
            .chain(others)
            .map(|quantity| quantity.name.as_str())
            .collect();
        let slots: BTreeMap<&str, u32> = names.iter().copied().zip(0u32..).collect();
        let constants: Vec<&Quantity> = builder
            .quantities
            .iter()
            .filter(|quantity| !slots.contains_key(quantity.name.as_str()))
            .collect();
        Self {
            species: species.count(),
            initial: names.iter().map(|name| values[name]).chain([1.0]).collect(),
            folded: constants
                .iter()
                .map(|quantity| (quantity.name.as_str(), values[quantity.name.as_str()]))
                .collect(),
            constants: constants
                .iter()
                .map(|quantity| (quantity.name.clone(), values[quantity.name.as_str()]))
                .collect(),
            reacting: builder
                .quantities
                .iter()
                .filter(|quantity| quantity.sort == Sort::Species(Role::Reacting))
                .map(|quantity| quantity.name.as_str())
                .collect(),
            names,
            slots,
        }
    }

    fn operand(&self, name: &str) -> Option<Operand> {
        let slot = self.slots.get(name).copied().map(Operand::Slot);
        slot.or_else(|| self.folded.get(name).copied().map(Operand::Number))
    }

    fn compile(&self, formula: &Expression) -> Compiled {
        // Symbols have been checked: a name without an operand cannot come here.
        Compiled::compile(formula, &|name| self.operand(name)).unwrap_or(Compiled::Product(
            Product {
                coefficient: f64::NAN,
                factors: Vec::new(),
            },
        ))
    }

    fn program(&self, formula: &Expression) -> Program {
        let operand = |name: &str| self.operand(name).or(Some(Operand::Number(f64::NAN)));
        Program::compile(formula, &operand)
            .unwrap_or_else(|_| unreachable!("every name has an operand, if only not-a-number"))
    }

    fn channel(&self, draft: &Draft) -> Channel {
        let mut changes: BTreeMap<u32, i64> = BTreeMap::new();
        let sides = [(-1, &draft.reactants), (1, &draft.products)];
        for (sign, side) in sides {
            for (name, number) in side {
                if self.reacting.contains(name.as_str()) {
                    *changes.entry(self.slots[name.as_str()]).or_insert(0) +=
                        sign * i64::from(*number);
                }
            }
        }
        let law = self
            .simple_law(draft)
            .unwrap_or_else(|| self.compile(&draft.law.formula(&draft.reactants, false)));
        let differs = matches!(draft.law, Law::MassAction(_))
            && draft.reactants.iter().any(|(_, number)| *number > 1);
        Channel {
            name: draft.name.clone(),
            reactants: draft
                .reactants
                .iter()
                .map(|(name, number)| (SpeciesId(self.slots[name.as_str()]), *number))
                .collect(),
            changes: changes
                .into_iter()
                .filter(|(_, change)| *change != 0)
                .map(|(slot, change)| (slot, change as f64))
                .collect(),
            law,
            limit: differs.then(|| self.compile(&draft.law.formula(&draft.reactants, true))),
            clocked: false,
        }
    }

    /// Mass action with a number for a constant, without the way through a formula: networks have thousands of them.
    fn simple_law(&self, draft: &Draft) -> Option<Compiled> {
        let Law::MassAction(Expression::Number(coefficient)) = draft.law else {
            return None;
        };
        let mut factors = Vec::new();
        for (name, number) in &draft.reactants {
            for used in 0..*number {
                factors.push((self.slots[name.as_str()], f64::from(used)));
            }
        }
        (factors.len() <= super::law::MOST_FACTORS).then(|| {
            factors.sort_by(|(a, m): &(u32, f64), (b, n)| a.cmp(b).then(m.total_cmp(n)));
            Compiled::Product(Product {
                coefficient,
                factors,
            })
        })
    }

    /// Times at which a comparison of time with a constant changes its value.
    fn collect_breakpoints(&self, formula: &Expression, times: &mut Vec<f64>) {
        let Expression::Apply(function, arguments) = formula else {
            return;
        };
        for argument in arguments {
            self.collect_breakpoints(argument, times);
        }
        let Some((time, mirrored)) = self.time_bound(*function, arguments) else {
            return;
        };
        if !(time.is_finite() && time >= 0.0) {
            return;
        }
        // time > b turns true, and time <= b false, just after b.
        use Function::*;
        let just_after = time.next_up();
        match (function, mirrored) {
            (GreaterOrEqual | Less, false) | (LessOrEqual | Greater, true) => times.push(time),
            (Greater | LessOrEqual, false) | (Less | GreaterOrEqual, true) => {
                times.push(just_after);
            }
            _ => times.extend([time, just_after]),
        }
    }

    /// The constant that time is compared with, and whether time stands on the right.
    fn time_bound(&self, function: Function, arguments: &[Expression]) -> Option<(f64, bool)> {
        use Function::*;
        let (Less | LessOrEqual | Greater | GreaterOrEqual | Equal | NotEqual) = function else {
            return None;
        };
        let (bound, mirrored) = match arguments {
            [Expression::Time, bound] => (bound, false),
            [bound, Expression::Time] => (bound, true),
            _ => return None,
        };
        Some((self.program(bound).constant()?, mirrored))
    }

    /// Whether time occurs other than in comparisons with a constant.
    fn is_smooth_in_time(&self, formula: &Expression) -> bool {
        match formula {
            Expression::Time => true,
            Expression::Number(_) | Expression::Symbol(_) => false,
            Expression::Apply(function, arguments) => {
                self.time_bound(*function, arguments).is_none()
                    && arguments
                        .iter()
                        .any(|argument| self.is_smooth_in_time(argument))
            }
        }
    }
}

/// All faults found so far.
#[derive(Default)]
struct Faults(Vec<NetworkError>);

impl Faults {
    fn add(&mut self, place: Place, fault: Fault) {
        let error = NetworkError { place, fault };
        if !self.0.contains(&error) {
            self.0.push(error);
        }
    }

    fn report(&mut self) -> Result<(), NetworkErrors> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(NetworkErrors(std::mem::take(&mut self.0)))
        }
    }
}

/// The first function with a number of arguments that it cannot take.
fn wrong_arguments(formula: &Expression) -> Option<(Function, usize)> {
    let Expression::Apply(function, arguments) = formula else {
        return None;
    };
    let (least, most) = function.arity();
    if !(least..=most).contains(&arguments.len()) {
        return Some((*function, arguments.len()));
    }
    arguments.iter().find_map(wrong_arguments)
}

/// The names, each after those in its formula; or the names along a cycle. Names without a formula count as known.
fn topological<'a>(formulas: &BTreeMap<&'a str, &Expression>) -> Result<Vec<&'a str>, Vec<String>> {
    let mut order = Vec::with_capacity(formulas.len());
    let mut done = BTreeSet::new();
    for start in formulas.keys().copied() {
        if done.contains(start) {
            continue;
        }
        // A path through the formulas: each name with what it still waits for.
        let mut path = vec![(start, waiting(formulas, start))];
        let mut on_path = BTreeSet::from([start]);
        while let Some((name, rest)) = path.last_mut() {
            let Some(next) = rest.pop() else {
                on_path.remove(name);
                done.insert(*name);
                order.push(*name);
                path.pop();
                continue;
            };
            if done.contains(next) {
                continue;
            }
            if !on_path.insert(next) {
                let names = path.iter().map(|(name, _)| *name);
                let cycle = names.skip_while(|name| *name != next).chain([next]);
                return Err(cycle.map(str::to_owned).collect());
            }
            path.push((next, waiting(formulas, next)));
        }
    }
    Ok(order)
}

/// The names in a formula that have formulas themselves.
fn waiting<'a>(formulas: &BTreeMap<&'a str, &Expression>, name: &str) -> Vec<&'a str> {
    let mut names = Vec::new();
    formulas[name].for_each_symbol(&mut |symbol| {
        if let Some((known, _)) = formulas.get_key_value(symbol) {
            names.push(*known);
        }
    });
    names.reverse();
    names
}
