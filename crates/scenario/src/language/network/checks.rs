//! How a network is run, and what its runs should give.

use super::parts::token;
use super::{NetworkExpectation, NetworkReader, NetworkRun, Statistic};
use crate::language::fault::{Fault, any_of, nearest};
use crate::language::reader::{At, Group, Key, may, need};
use crate::language::spans::Shape;
use paracrine_kernel::network::Network;

/// A run has at most so many sampling times.
pub const MOST_POINTS: u32 = 1_000_000;
/// A run has at most so many replicates.
pub const MOST_REPLICATES: u64 = 100_000_000;

const RUN_EXAMPLE: &str = "(until: 50, points: 50, replicates: 100, seed: 1, method: \"auto\")";
const RUN: &[Key] = &[
    may("until"),
    may("points"),
    may("replicates"),
    may("seed"),
    may("method"),
    may("epsilon"),
    may("tau"),
    may("firing_limit"),
];
const EXPECT_EXAMPLE: &str = "(quantity: \"X\", at: 5, mean: 8.16)";
const EXPECT: &[Key] = &[
    need("quantity", "\"X\""),
    need("at", "5"),
    may("mean"),
    may("sd"),
    may("variance"),
    may("probability"),
    may("ode"),
    may("tolerance"),
    may("source"),
];

impl<'d> NetworkReader<'d, '_> {
    pub(super) fn run(&mut self, at: Option<&At<'d>>) -> NetworkRun {
        let mut run = NetworkRun::default();
        let Some(group) = at.and_then(|at| self.reader.group(at, RUN, RUN_EXAMPLE)) else {
            return run;
        };
        run.until = self.positive(&group, "until", "a time above 0");
        self.until = run.until.unwrap_or(f64::NAN);
        run.points = self
            .count(&group, "points", u64::from(MOST_POINTS))
            .and_then(|points| u32::try_from(points).ok());
        run.replicates = self.count(&group, "replicates", MOST_REPLICATES);
        run.firing_limit = self.count(&group, "firing_limit", u64::MAX);
        run.seed = group.get("seed").map(|at| {
            self.reader
                .whole(at, 0..=u64::MAX, "a whole number of at least 0")
        });
        if let Some(at) = group.get("method") {
            let names: Vec<String> = self.methods.iter().map(|name| (*name).to_owned()).collect();
            run.method = Some(self.reader.name(at, "a method", &names));
        }
        run.epsilon = self.positive(&group, "epsilon", "a number between 0 and 1");
        if let (Some(epsilon), Some(at)) = (run.epsilon, group.get("epsilon"))
            && epsilon >= 1.0
        {
            self.reader.out_of_bounds(at, "a number between 0 and 1");
        }
        run.tau = self.positive(&group, "tau", "a time above 0");
        run
    }

    fn count(&mut self, group: &Group<'d>, key: &str, most: u64) -> Option<u64> {
        group.get(key).map(|at| {
            let expected = format!("a whole number from 1 to {most}");
            self.reader.whole(at, 1..=most, &expected)
        })
    }

    fn positive(&mut self, group: &Group<'d>, key: &str, expected: &str) -> Option<f64> {
        let at = group.get(key)?;
        let number = self.reader.number(at, expected);
        if number <= 0.0 {
            self.reader.out_of_bounds(at, expected);
            return None;
        }
        number.is_finite().then_some(number)
    }

    /// Expectations. Their names are checked against `names`, and that they can change against the network.
    pub(super) fn expectations(
        &mut self,
        at: Option<&At<'d>>,
        network: Option<&Network>,
        names: &[String],
    ) -> Vec<NetworkExpectation> {
        let mut expectations = Vec::new();
        for member in self.members(at, EXPECT_EXAMPLE) {
            let Some(group) = self.reader.group(&member, EXPECT, EXPECT_EXAMPLE) else {
                continue;
            };
            let time = self.expected_time(&group);
            let tolerance = group.get("tolerance").map(|at| {
                let expected = "a share of the value of at least 0, such as 0.02";
                let number = self.reader.number(at, expected);
                if number < 0.0 {
                    self.reader.out_of_bounds(at, expected);
                }
                number
            });
            let source = group
                .get("source")
                .and_then(|at| self.reader.text(at, "text"));
            let given: Vec<(Statistic, f64)> = Statistic::ALL
                .into_iter()
                .filter_map(|statistic| Some((statistic, group.get(statistic.name())?)))
                .map(|(statistic, at)| (statistic, self.expected_value(statistic, at)))
                .collect();
            if given.is_empty() {
                let keys = Statistic::ALL.map(Statistic::name);
                let found = "nothing that is expected";
                let expected = format!("at least one of {}", any_of(&keys, '`'));
                let span = member.node.closing();
                self.reader.fault_at(&member, span, found, &expected, None);
            }
            let Some(at) = group.get("quantity") else {
                continue;
            };
            let Some(formula) = self.formula(at, "a quantity or a formula of quantities") else {
                continue;
            };
            let mut varies = false;
            let mut unknown = Vec::new();
            formula.for_each_symbol(&mut |name| {
                varies |=
                    network.is_none_or(|network| network.quantities().iter().any(|q| q == name));
                if !names.iter().any(|known| known == name) {
                    unknown.push(name);
                }
            });
            for name in &unknown {
                if self.parts.incomplete {
                    break;
                }
                let span = token(at, name).unwrap_or_else(|| at.node.span.clone());
                let near = nearest(name, names.iter().map(String::as_str));
                let expected = format!("a quantity: {}", any_of(names, '`'));
                let text = self.reader.text_of_file();
                let fault = Fault::new(text, &at.path, span, &format!("`{name}`"), &expected);
                self.once(fault.with_nearest(near));
            }
            if unknown.is_empty() && !varies {
                self.reader.fault(
                    at,
                    "a value that never changes",
                    "a formula of quantities that change",
                );
            }
            let quantity = match &at.node.shape {
                Shape::Text { value, .. } => value.trim().to_owned(),
                _ => formula.to_string(),
            };
            expectations.extend(
                given
                    .into_iter()
                    .map(|(statistic, value)| NetworkExpectation {
                        quantity: quantity.clone(),
                        formula: formula.clone(),
                        at: time,
                        statistic,
                        value,
                        tolerance,
                        source: source.map(str::to_owned),
                    }),
            );
        }
        expectations
    }

    fn expected_time(&mut self, group: &Group<'d>) -> f64 {
        let Some(at) = group.get("at") else {
            return f64::NAN;
        };
        let time = self.reader.number(at, "a time of at least 0");
        if time < 0.0 {
            self.reader.out_of_bounds(at, "a time of at least 0");
        } else if time > self.until {
            let expected = format!("a time within the run, which ends at {}", self.until);
            self.reader.out_of_bounds(at, &expected);
        }
        time
    }

    fn expected_value(&mut self, statistic: Statistic, at: &At<'d>) -> f64 {
        let value = self.reader.number(at, "a number");
        let (low, high, expected) = match statistic {
            Statistic::Mean | Statistic::Ode => return value,
            Statistic::Sd | Statistic::Variance => (0.0, f64::INFINITY, "a number of at least 0"),
            Statistic::Probability => (0.0, 1.0, "a number from 0 to 1"),
        };
        if value < low || value > high {
            self.reader.out_of_bounds(at, expected);
        }
        value
    }
}
