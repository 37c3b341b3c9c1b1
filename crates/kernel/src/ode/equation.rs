//! The differential equation of a network, and its Jacobian.
//!
//! ```text
//! d amount / dt = sum over channels of change * law        d quantity / dt = its rate rule
//! ```
//!
//! A formula in products of amounts is differentiated exactly, any other by differences of that formula alone: a
//! Jacobian costs about as many evaluations as formulas name quantities, whatever the size of the network.

use super::Tolerances;
use super::pattern::Pattern;
use super::rosenbrock::System;
use crate::continuous::Derivative;
use crate::exact::Offence;
use crate::exact::table::Ragged;
use crate::network::{Compiled, Network};
use crate::state::RunError;

/// What a formula stands for in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// An assignment, by slot.
    Assignment(u32),
    Channel(usize),
    /// A rate rule, by slot.
    Rate(u32),
}

/// A network as a differential equation: what all trajectories share.
#[derive(Debug)]
pub(super) struct Model {
    /// The slot of each state: the species that channels change, then the quantities with a rate rule.
    slots: Vec<u32>,
    /// How many slots, from the first, are amounts.
    species: usize,
    /// All formulas: assignments that others depend on, each after those that it reads, then channels, then rates.
    formulas: Vec<Compiled>,
    sources: Vec<Source>,
    /// By formula: the rows that it adds to, and how often.
    outputs: Ragged<(u32, f64)>,
    /// By formula: the slots that it reads whose values are unknowns.
    reads: Ragged<u32>,
    /// By formula: for each slot it reads, for each row it adds to, the entry of the Jacobian.
    positions: Ragged<u32>,
    pattern: Pattern,
    uses_time: bool,
}

impl Model {
    pub(super) fn new(network: &Network) -> Self {
        let channels = || {
            let all = network.compiled().iter().enumerate();
            all.filter(|(_, channel)| !channel.changes.is_empty())
        };
        let mut changed = vec![false; network.slots()];
        for (slot, _) in channels().flat_map(|(_, channel)| &channel.changes) {
            changed[*slot as usize] = true;
        }
        let mut slots: Vec<u32> = (0u32..)
            .zip(&changed)
            .filter_map(|(slot, changed)| changed.then_some(slot))
            .collect();
        slots.extend(network.rates().iter().map(|rate| rate.slot));

        let mut formulas = Vec::new();
        let mut sources = Vec::new();
        for (position, channel) in channels() {
            // Powers in place of falling factorials, where they differ.
            formulas.push(channel.limit.clone().unwrap_or_else(|| channel.law.clone()));
            sources.push(Source::Channel(position));
        }
        for rate in network.rates() {
            formulas.push(Compiled::Program(rate.derivative.clone()));
            sources.push(Source::Rate(rate.slot));
        }
        let mut read = vec![false; network.slots() + 1];
        for slot in formulas.iter().flat_map(Compiled::slots) {
            read[slot as usize] = true;
        }
        for assignment in network.assignments().iter().rev() {
            if read[assignment.slot as usize] {
                for slot in assignment.value.slots() {
                    read[slot as usize] = true;
                }
            }
        }
        let needed = || {
            let needed = network.assignments().iter();
            needed.filter(|assignment| read[assignment.slot as usize])
        };
        formulas.splice(
            0..0,
            needed().map(|needed| Compiled::Program(needed.value.clone())),
        );
        sources.splice(0..0, needed().map(|needed| Source::Assignment(needed.slot)));

        // States, then assignments, each with a row and a column.
        let mut unknowns = vec![None; network.slots() + 1];
        for (number, slot) in (0u32..).zip(slots.iter().copied().chain(needed().map(|a| a.slot))) {
            unknowns[slot as usize] = Some(number);
        }
        let unknown = |slot: u32| unknowns[slot as usize];
        let outputs = Ragged::collect(sources.iter().map(|source| {
            let rows: Vec<(u32, f64)> = match source {
                Source::Channel(channel) => network.compiled()[*channel].changes.clone(),
                Source::Assignment(slot) | Source::Rate(slot) => vec![(*slot, 1.0)],
            };
            rows.into_iter()
                .filter_map(|(slot, change)| Some((unknown(slot)?, change)))
        }));
        let reads = Ragged::collect(formulas.iter().map(|formula| {
            let slots = formula.slots().into_iter();
            slots.filter(|slot| unknown(*slot).is_some())
        }));
        let mut columns = vec![Vec::new(); slots.len() + needed().count()];
        for formula in 0..formulas.len() {
            for column in reads.row(formula).iter().filter_map(|slot| unknown(*slot)) {
                columns[column as usize].extend(outputs.row(formula).iter().map(|(row, _)| *row));
            }
        }
        let pattern = Pattern::new(slots.len(), columns);
        let positions = Ragged::collect((0..formulas.len()).map(|formula| {
            let columns = reads.row(formula).iter().filter_map(|slot| unknown(*slot));
            let mut positions = Vec::new();
            for column in columns {
                positions.extend(outputs.row(formula).iter().filter_map(|(row, _)| {
                    pattern
                        .position(*row, column as usize)
                        .map(|entry| entry as u32)
                }));
            }
            positions
        }));
        Self {
            species: network.species().len(),
            uses_time: formulas.iter().any(Compiled::uses_time),
            slots,
            formulas,
            sources,
            outputs,
            reads,
            positions,
            pattern,
        }
    }

    /// The slot of each state.
    pub(super) fn slots(&self) -> &[u32] {
        &self.slots
    }

    pub(super) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Whether derivatives depend on time other than through the state.
    pub(super) fn uses_time(&self) -> bool {
        self.uses_time
    }
}

/// Amounts below 0 by so many absolute tolerances are taken for 0 in formulas that have no value there.
const UNDERSHOOT: f64 = 1e3;

/// The equation at one point.
#[derive(Debug, Clone)]
pub(super) struct Equation<'a> {
    model: &'a Model,
    tolerances: Tolerances,
    /// All quantities of the network, and the constant 1.
    values: Vec<f64>,
    /// By formula.
    results: Vec<f64>,
    /// The formula that had no finite value when it was last evaluated.
    offender: Option<usize>,
    /// The last time before formulas jump.
    ceiling: f64,
    /// By slot: how far a value may move while the Jacobian is in use.
    reaches: Vec<f64>,
}

impl<'a> Equation<'a> {
    pub(super) fn new(model: &'a Model, tolerances: Tolerances, values: Vec<f64>) -> Self {
        Self {
            model,
            tolerances,
            reaches: vec![0.0; values.len()],
            values,
            results: vec![0.0; model.formulas.len()],
            offender: None,
            ceiling: f64::INFINITY,
        }
    }

    /// Takes over quantities that are no states.
    pub(super) fn set_values(&mut self, values: &[f64]) {
        self.values.copy_from_slice(values);
    }

    /// Formulas may jump at `limit`: up to there they are taken as they are just before.
    pub(super) fn set_limit(&mut self, limit: f64) {
        self.ceiling = limit.next_down();
    }

    /// Time as formulas see it.
    pub(super) fn clock(&self, time: f64) -> f64 {
        time.min(self.ceiling)
    }

    /// Which formula has no finite value, if the last evaluation found one.
    pub(super) fn complaint(&self, network: &Network, time: f64) -> Option<RunError> {
        let formula = self.offender?;
        let value = self.results[formula];
        Some(match self.model.sources[formula] {
            Source::Channel(channel) => {
                let offence = Offence {
                    channel,
                    propensity: value,
                };
                offence.describe(network, &self.values, time)
            }
            Source::Assignment(slot) | Source::Rate(slot) => RunError::Value {
                quantity: network.slot_name(slot).to_owned(),
                value,
                time,
            },
        })
    }

    /// Evaluates all formulas in a state.
    fn settle(&mut self, time: f64, state: &[f64]) {
        for (slot, value) in self.model.slots.iter().zip(state) {
            self.values[*slot as usize] = *value;
        }
        self.evaluate(time);
        if self.offender.is_some() && self.lift() {
            self.evaluate(time);
        }
    }

    fn evaluate(&mut self, time: f64) {
        self.offender = None;
        let formulas = self.model.formulas.iter().zip(&self.model.sources);
        for (position, (formula, source)) in formulas.enumerate() {
            let result = formula.evaluate(&self.values, time);
            self.results[position] = result;
            if !result.is_finite() {
                self.offender = Some(position);
                return;
            }
            if let Source::Assignment(slot) = source {
                self.values[*slot as usize] = result;
            }
        }
    }

    /// Sets amounts that are below 0 by no more than the error of integration to 0. False if there are none.
    fn lift(&mut self) -> bool {
        let lowest = -UNDERSHOOT * self.tolerances.absolute;
        let mut lifted = false;
        for slot in &self.model.slots {
            let value = &mut self.values[*slot as usize];
            if (*slot as usize) < self.model.species && *value < 0.0 && *value >= lowest {
                *value = 0.0;
                lifted = true;
            }
        }
        lifted
    }

    /// The derivative of a formula by a slot, at the values for which it has been evaluated.
    fn slope(&mut self, formula: usize, slot: u32, time: f64) -> f64 {
        match &self.model.formulas[formula] {
            Compiled::Product(product) => {
                product_slope(product.coefficient, &product.factors, &self.values, slot)
            }
            Compiled::Program(program) => {
                let slot = slot as usize;
                let value = self.values[slot];
                let scale = value.abs().max(self.reaches[slot]);
                let wanted = (f64::EPSILON.sqrt() * scale).max(self.tolerances.absolute);
                let mut difference = |wanted: f64| {
                    let shifted = value + wanted;
                    self.values[slot] = shifted;
                    let result = program.evaluate(&self.values, time);
                    self.values[slot] = value;
                    (result - self.results[formula]) / (shifted - value)
                };
                let forward = difference(wanted);
                // A formula may end where the state is.
                if forward.is_finite() {
                    forward
                } else {
                    difference(-wanted)
                }
            }
        }
    }
}

/// The derivative of `coefficient * product of (x[slot] - offset)` by one slot.
fn product_slope(coefficient: f64, factors: &[(u32, f64)], values: &[f64], slot: u32) -> f64 {
    let mut sum = 0.0;
    for (own, _) in factors
        .iter()
        .enumerate()
        .filter(|(_, (factor, _))| *factor == slot)
    {
        let mut others = coefficient;
        for (other, (slot, offset)) in factors.iter().enumerate() {
            if other != own {
                others *= values[*slot as usize] - offset;
            }
        }
        sum += others;
    }
    sum
}

impl Derivative for Equation<'_> {
    fn derivative(&mut self, time: f64, state: &[f64], derivative: &mut [f64]) -> bool {
        self.settle(self.clock(time), state);
        derivative.fill(0.0);
        let states = derivative.len();
        for (formula, result) in self.results.iter().enumerate() {
            for (row, change) in self.model.outputs.row(formula) {
                if (*row as usize) < states {
                    derivative[*row as usize] += change * result;
                }
            }
        }
        self.offender.is_none()
    }
}

impl System for Equation<'_> {
    fn uses_time(&self) -> bool {
        self.model.uses_time
    }

    fn jacobian(
        &mut self,
        time: f64,
        state: &[f64],
        derivative: &[f64],
        horizon: f64,
        entries: &mut [f64],
    ) {
        let time = self.clock(time);
        self.settle(time, state);
        let model = self.model;
        for (slot, derivative) in model.slots.iter().zip(derivative) {
            self.reaches[*slot as usize] = (horizon * derivative).abs();
        }
        entries.fill(0.0);
        for formula in 0..model.formulas.len() {
            let mut positions = model.positions.row(formula).iter();
            for slot in model.reads.row(formula) {
                let slope = self.slope(formula, *slot, time);
                for ((_, change), position) in model.outputs.row(formula).iter().zip(&mut positions)
                {
                    entries[*position as usize] += change * slope;
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::expression::Expression;
    use crate::state::State;

    const TOLERANCES: Tolerances = Tolerances {
        relative: 1e-8,
        absolute: 1e-12,
    };

    fn formula(text: &str) -> Expression {
        text.parse().unwrap()
    }

    /// Laws of all forms, an assignment on an assignment, one that nothing reads, a rate rule.
    fn network() -> Network {
        Network::builder()
            .species("A", 3.0)
            .species("B", 5.0)
            .species("C", 7.0)
            .species("idle", 1.0)
            .parameter("r", 2.0)
            .parameter("sum", 0.0)
            .parameter("share", 0.0)
            .parameter("seen", 0.0)
            .assignment("share", formula("A / sum"))
            .assignment("sum", formula("A + B + r"))
            .assignment("seen", formula("2 * C"))
            .rate("r", formula("share * time - C * r"))
            .channel("pair", [("A", 2), ("B", 1)], [("C", 1)], 0.5)
            .channel("triple", [("C", 3)], [("A", 1)], 0.01)
            .channel(
                "scaled",
                [("B", 1)],
                [("A", 2)],
                formula("share * B * (C - 1) * A / 2"),
            )
            .channel(
                "hill",
                [("C", 1)],
                [("B", 1)],
                formula("hill(C, 4, 2.5) * sum"),
            )
            .channel("supply", [("idle", 1)], [("idle", 1), ("B", 1)], 3.0)
            .build()
            .unwrap()
    }

    /// The product of the Jacobian and a direction, auxiliary unknowns eliminated, against a difference of derivatives.
    #[test]
    fn jacobian_is_the_derivative_of_the_derivative() {
        let network = network();
        let model = Model::new(&network);
        let names: Vec<_> = model
            .slots()
            .iter()
            .map(|slot| network.slot_name(*slot))
            .collect();
        assert_eq!(names, ["A", "B", "C", "r"]);
        assert_eq!((model.pattern().states(), model.pattern().size()), (4, 6));
        let values = State::initial(&network).values;
        let mut equation = Equation::new(&model, TOLERANCES, values);
        let (time, state, direction) = (1.5, [3.0, 5.0, 7.0, 2.0], [0.3, -0.2, 0.7, 0.5]);
        let mut derivative = [0.0; 4];
        assert!(equation.derivative(time, &state, &mut derivative));
        let share = 0.3;
        assert!((derivative[3] - (share * 1.5 - 14.0)).abs() < 1e-12);
        let pair = 0.5 * 9.0 * 5.0;
        let triple = 0.01 * 343.0;
        let scaled = share * 5.0 * 6.0 * 3.0 / 2.0;
        assert!((derivative[0] - (triple + 2.0 * scaled - 2.0 * pair)).abs() < 1e-12);

        let pattern = model.pattern();
        let mut entries = vec![0.0; pattern.entries()];
        equation.jacobian(time, &state, &derivative, 0.1, &mut entries);
        let mut moved = [direction.as_slice(), &[0.0; 2]].concat();
        let mut product = [0.0; 4];
        for column in 0..6 {
            let factor = moved[column];
            for (row, entry) in pattern
                .rows(column)
                .iter()
                .zip(&entries[pattern.start(column)..])
            {
                match product.get_mut(*row as usize) {
                    Some(element) => *element += entry * factor,
                    None => moved[*row as usize] += entry * factor,
                }
            }
        }
        let mut shifted = |share: f64| {
            let state: Vec<f64> = state
                .iter()
                .zip(direction)
                .map(|(x, d)| x + share * d)
                .collect();
            let mut derivative = [0.0; 4];
            equation.derivative(time, &state, &mut derivative);
            derivative
        };
        let (after, before) = (shifted(1e-4), shifted(-1e-4));
        for (row, element) in product.iter().enumerate() {
            let slope = (after[row] - before[row]) / 2e-4;
            assert!(
                (element - slope).abs() < 1e-5 * slope.abs(),
                "{row}: {element}, {slope}"
            );
        }
    }

    #[test]
    fn a_total_does_not_fill_the_jacobian() {
        let clones = 50;
        let mut builder = Network::builder().parameter("total", 0.0);
        let mut total = Expression::Number(0.0);
        for clone in 0..clones {
            let name = format!("x{clone}");
            total = total + Expression::symbol(&name);
            let law = Expression::symbol(&name) * Expression::symbol("total");
            builder = builder
                .species(&name, 1.0)
                .channel(&name, [(&name, 1)], [(&name, 2)], law);
        }
        let model = Model::new(&builder.assignment("total", total).build().unwrap());
        assert_eq!(model.pattern().entries(), 3 * clones);
    }
}
