//! Stiff integration by the Rosenbrock method [Rodas5P](super::rodas5p).
//!
//! Eight stages, order 5 with an embedded solution of order 4, L-stable and stiffly accurate, dense output of order 4.
//! With `y' = f(t, y)`, `J = df/dy` and step `h`, stage `i` solves
//!
//! ```text
//! (1 / (h gamma) - J) k_i = f(t + c_i h, y + sum a_ij k_j) + (1 / h) sum C_ij k_j + h d_i df/dt
//! ```
//!
//! with sums over `j < i`. The last stage is the estimate of the error too. There is no iteration that could fail to
//! converge, and one matrix is factored for each step that is tried.

use super::Tolerances;
use super::pattern::Pattern;
use super::rodas5p::{ARGUMENT, COUPLING, DENSE, GAMMA, NODES, STAGES, TIME_WEIGHTS};
use super::sparse_lu::SparseLu;
use crate::continuous::Derivative;

/// The error of one step grows with the fifth power of its length.
const ERROR_EXPONENT: f64 = 0.2;
const SAFETY: f64 = 0.9;
const LARGEST_GROWTH: f64 = 6.0;
const STRONGEST_CUT: f64 = 0.2;

/// Steps shorter than this share of the time are not taken.
const SHORTEST: f64 = 4.0 * f64::EPSILON;

/// A share of a time that at time 0 is still longer than nothing.
fn shortest_at(time: f64) -> f64 {
    (SHORTEST * time.abs()).max(1e-200)
}

/// A differential equation with its Jacobian.
pub(super) trait System: Derivative {
    /// Whether derivatives depend on time other than through the state.
    fn uses_time(&self) -> bool;

    /// Writes the entries of the Jacobian in the order of the pattern, where `derivative` is that at the same point,
    /// and `horizon` a time over which the state will be moved.
    fn jacobian(
        &mut self,
        time: f64,
        state: &[f64],
        derivative: &[f64],
        horizon: f64,
        entries: &mut [f64],
    );
}

/// Why a step cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The derivative at the present state is not finite.
    NotFinite,
    /// The error stays too large however short the step: a singularity, or a jump of the derivative.
    TooShort,
}

/// An integration in progress, and its last step.
#[derive(Debug, Clone)]
pub(super) struct Rosenbrock<'p> {
    tolerances: Tolerances,
    pattern: &'p Pattern,
    time: f64,
    state: Vec<f64>,
    previous_time: f64,
    previous_state: Vec<f64>,
    /// The step to try next; none after a start, when it is chosen from the derivative.
    proposed: Option<f64>,
    entries: Vec<f64>,
    factors: SparseLu,
    /// What counts as small, by unknown.
    weights: Vec<f64>,
    derivative: Vec<f64>,
    time_derivative: Vec<f64>,
    argument: Vec<f64>,
    stages: Vec<Vec<f64>>,
    /// A right-hand side with the zeros of auxiliary unknowns.
    side: Vec<f64>,
}

impl<'p> Rosenbrock<'p> {
    /// An integration that starts at a time, with one value for each state.
    pub(super) fn new(
        pattern: &'p Pattern,
        tolerances: Tolerances,
        time: f64,
        state: Vec<f64>,
    ) -> Self {
        let size = state.len();
        Self {
            tolerances,
            pattern,
            time,
            previous_time: time,
            previous_state: state.clone(),
            proposed: None,
            entries: vec![0.0; pattern.entries()],
            factors: SparseLu::new(pattern.size()),
            weights: vec![0.0; pattern.size()],
            derivative: vec![0.0; size],
            time_derivative: vec![0.0; size],
            argument: vec![0.0; size],
            stages: vec![vec![0.0; size]; STAGES],
            side: vec![0.0; pattern.size()],
            state,
        }
    }

    /// The time reached: the end of the last step.
    pub(super) fn time(&self) -> f64 {
        self.time
    }

    /// Goes on from another time and state, and forgets the last step and its length: the equation has changed.
    pub(super) fn restart(&mut self, time: f64, state: impl IntoIterator<Item = f64>) {
        for (place, value) in self.state.iter_mut().zip(state) {
            *place = value;
        }
        self.time = time;
        self.previous_time = time;
        self.previous_state.copy_from_slice(&self.state);
        self.proposed = None;
    }

    /// Makes one step that does not pass `limit`, which must lie ahead, and is no longer than `longest`; both may be
    /// infinite. The derivative must be continuous before the limit.
    ///
    /// # Errors
    ///
    /// See [`Failure`]. The present time and state stay valid.
    pub(super) fn step(
        &mut self,
        system: &mut impl System,
        limit: f64,
        longest: f64,
    ) -> Result<(), Failure> {
        let remaining = limit - self.time;
        if remaining <= shortest_at(self.time) {
            // Two moments that are as good as one: nothing changes between them.
            self.previous_time = limit;
            self.previous_state.copy_from_slice(&self.state);
            self.time = limit;
            return Ok(());
        }
        if !system.derivative(self.time, &self.state, &mut self.derivative) {
            return Err(Failure::NotFinite);
        }
        let proposed = match self.proposed {
            Some(step) => step,
            None => self.first_step(system, remaining.min(longest)),
        };
        let mut step = proposed
            .min(remaining)
            .min(longest.max(16.0 * shortest_at(self.time)));
        self.differentiate(system, step);
        let mut rejected = false;
        loop {
            if step < shortest_at(self.time) {
                return Err(Failure::TooShort);
            }
            let error = self.attempt(system, step);
            let factor = if error.is_finite() {
                (SAFETY * libm::pow(error, -ERROR_EXPONENT)).clamp(STRONGEST_CUT, LARGEST_GROWTH)
            } else {
                STRONGEST_CUT
            };
            if error <= 1.0 {
                let next = step * if rejected { factor.min(1.0) } else { factor };
                // A step cut short by the limit says little against the step proposed before.
                let cut_short = step < proposed && !rejected;
                self.proposed = Some(if cut_short { next.max(proposed) } else { next });
                self.accept(step, limit);
                return Ok(());
            }
            rejected = true;
            step *= factor.min(SAFETY);
        }
    }

    /// Writes the state at a time within the last step, to fourth order.
    pub(super) fn interpolate(&self, time: f64, state: &mut [f64]) {
        let length = self.time - self.previous_time;
        if length == 0.0 {
            state.copy_from_slice(&self.state);
            return;
        }
        let after = ((time - self.previous_time) / length).clamp(0.0, 1.0);
        let before = 1.0 - after;
        // The polynomial's weights of the stages are the same for all states.
        let weights: [f64; STAGES] = std::array::from_fn(|stage| {
            let [first, second, third] = [DENSE[0][stage], DENSE[1][stage], DENSE[2][stage]];
            after * before * (first + after * (second + after * third))
        });
        for (place, value) in state.iter_mut().enumerate() {
            *value = before * self.previous_state[place] + after * self.state[place];
            for (weight, stage) in weights.iter().zip(&self.stages) {
                *value += weight * stage[place];
            }
        }
    }

    /// The Jacobian, the derivative by time, and the weights of rows at the present state.
    fn differentiate(&mut self, system: &mut impl System, step: f64) {
        system.jacobian(
            self.time,
            &self.state,
            &self.derivative,
            step,
            &mut self.entries,
        );
        if system.uses_time() {
            let share = (1e-5 * step).max(2.0 * shortest_at(self.time)).min(step);
            let later = self.time + share;
            if system.derivative(later, &self.state, &mut self.time_derivative) {
                for (slope, now) in self.time_derivative.iter_mut().zip(&self.derivative) {
                    *slope = (*slope - now) / (later - self.time);
                }
            } else {
                // The error of the step will tell.
                self.time_derivative.fill(0.0);
            }
        }
        let states = self.state.len();
        let Tolerances { relative, absolute } = self.tolerances;
        for (weight, value) in self.weights.iter_mut().zip(&self.state) {
            *weight = absolute + relative * value.abs();
        }
        self.weights[states..].fill(absolute);
        // An auxiliary unknown matters as much as the states that it depends on.
        for column in 0..self.pattern.size() {
            let entries = &self.entries[self.pattern.start(column)..];
            for (row, entry) in self.pattern.rows(column).iter().zip(entries) {
                let row = *row as usize;
                if row >= states {
                    self.weights[row] += entry.abs() * self.weights[column];
                }
            }
        }
    }

    /// The first step after Hairer, Nørsett and Wanner 1993, Solving Ordinary Differential Equations I, II.4,
    /// doi:10.1007/978-3-540-78862-1.
    fn first_step(&mut self, system: &mut impl System, longest: f64) -> f64 {
        const NOTHING: f64 = 1e-5;
        const BLIND: f64 = 1e-6;
        let size = self.scaled_norm(&self.state);
        let slope = self.scaled_norm(&self.derivative);
        let guess = if size < NOTHING || slope < NOTHING {
            BLIND
        } else {
            0.01 * size / slope
        };
        let shortest = 16.0 * shortest_at(self.time);
        let guess = guess.max(shortest).min(longest);
        for (place, argument) in self.argument.iter_mut().enumerate() {
            *argument = self.state[place] + guess * self.derivative[place];
        }
        let step = if system.derivative(self.time + guess, &self.argument, &mut self.stages[0]) {
            for (later, now) in self.stages[0].iter_mut().zip(&self.derivative) {
                *later -= now;
            }
            let largest = slope.max(self.scaled_norm(&self.stages[0]) / guess);
            libm::pow(0.01 / largest, ERROR_EXPONENT).min(100.0 * guess)
        } else {
            guess
        };
        step.max(shortest).min(longest)
    }

    /// The largest element in units of the tolerance at the present state.
    fn scaled_norm(&self, values: &[f64]) -> f64 {
        let Tolerances { relative, absolute } = self.tolerances;
        values
            .iter()
            .zip(&self.state)
            .map(|(value, state)| value.abs() / (absolute + relative * state.abs()))
            .fold(0.0, f64::max)
    }

    /// Computes all stages and leaves the new state in `argument`. The error in units of the tolerance; infinite when
    /// the matrix is singular or a value is not finite.
    fn attempt(&mut self, system: &mut impl System, step: f64) -> f64 {
        let shift = 1.0 / (step * GAMMA);
        if !self
            .factors
            .factor(self.pattern, &self.entries, shift, &self.weights)
        {
            return f64::INFINITY;
        }
        let states = self.state.len();
        for number in 0..STAGES {
            let (earlier, rest) = self.stages.split_at_mut(number);
            let stage = &mut rest[0];
            match number {
                0 => {
                    self.argument.copy_from_slice(&self.state);
                    stage.copy_from_slice(&self.derivative);
                }
                1..=5 => {
                    self.argument.copy_from_slice(&self.state);
                    for (weight, values) in ARGUMENT[number - 1].iter().zip(earlier.iter()) {
                        add_scaled(&mut self.argument, *weight, values);
                    }
                }
                _ => add_scaled(&mut self.argument, 1.0, &earlier[number - 1]),
            }
            if number > 0
                && !system.derivative(self.time + NODES[number] * step, &self.argument, stage)
            {
                return f64::INFINITY;
            }
            for (weight, values) in COUPLING[number].iter().zip(earlier.iter()) {
                add_scaled(stage, weight / step, values);
            }
            if let (Some(weight), true) = (TIME_WEIGHTS.get(number), system.uses_time()) {
                add_scaled(stage, weight * step, &self.time_derivative);
            }
            self.side[..states].copy_from_slice(stage);
            self.side[states..].fill(0.0);
            self.factors.solve(self.pattern, &mut self.side);
            stage.copy_from_slice(&self.side[..states]);
        }
        let estimate = &self.stages[STAGES - 1];
        add_scaled(&mut self.argument, 1.0, estimate);
        let Tolerances { relative, absolute } = self.tolerances;
        let mut largest: f64 = 0.0;
        for (place, error) in estimate.iter().enumerate() {
            let size = self.state[place].abs().max(self.argument[place].abs());
            let scaled = error.abs() / (absolute + relative * size);
            if !(scaled.is_finite() && self.argument[place].is_finite()) {
                return f64::INFINITY;
            }
            largest = largest.max(scaled);
        }
        largest
    }

    /// Makes the result of the last attempt the present state.
    fn accept(&mut self, step: f64, limit: f64) {
        std::mem::swap(&mut self.previous_state, &mut self.state);
        std::mem::swap(&mut self.state, &mut self.argument);
        self.previous_time = self.time;
        // Exact arrival: the sum may fall short of the limit by rounding.
        let next = self.time + step;
        let arrived = limit.is_finite() && limit - next <= shortest_at(limit);
        self.time = if arrived { limit } else { next };
    }
}

fn add_scaled(target: &mut [f64], weight: f64, values: &[f64]) {
    for (element, value) in target.iter_mut().zip(values) {
        *element += weight * value;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    const TIGHT: Tolerances = Tolerances {
        relative: 1e-9,
        absolute: 1e-12,
    };

    /// One equation, with the derivative of its right-hand side.
    struct Scalar<F, J>(F, J);

    impl<F: Fn(f64, f64) -> f64, J> Derivative for Scalar<F, J> {
        fn derivative(&mut self, time: f64, state: &[f64], derivative: &mut [f64]) -> bool {
            derivative[0] = self.0(time, state[0]);
            derivative[0].is_finite()
        }
    }

    impl<F: Fn(f64, f64) -> f64, J: Fn(f64, f64) -> f64> System for Scalar<F, J> {
        fn uses_time(&self) -> bool {
            true
        }

        fn jacobian(&mut self, time: f64, state: &[f64], _: &[f64], _: f64, entries: &mut [f64]) {
            entries[0] = self.1(time, state[0]);
        }
    }

    fn one() -> Pattern {
        Pattern::new(1, vec![vec![0]])
    }

    /// Runs to a time; the value there and the number of steps.
    fn run(system: &mut impl System, start: f64, end: f64, tolerances: Tolerances) -> (f64, usize) {
        let pattern = one();
        let mut integrator = Rosenbrock::new(&pattern, tolerances, 0.0, vec![start]);
        let mut steps = 0;
        while integrator.time() < end {
            integrator.step(system, end, f64::INFINITY).unwrap();
            steps += 1;
        }
        assert_eq!(integrator.time().to_bits(), end.to_bits());
        (integrator.state[0], steps)
    }

    /// Largest errors at the ends and within fixed steps on `y' = -(y - cos t)^2 - sin t`, `y(0) = 2`, whose solution
    /// is `cos t + 1 / (1 + t)`.
    fn fixed_step_errors(steps: usize) -> (f64, f64) {
        let mut system = Scalar(
            |time: f64, y: f64| -(y - time.cos()).powi(2) - time.sin(),
            |time: f64, y: f64| -2.0 * (y - time.cos()),
        );
        let exact = |time: f64| time.cos() + 1.0 / (1.0 + time);
        let pattern = one();
        let mut integrator = Rosenbrock::new(&pattern, TIGHT, 0.0, vec![2.0]);
        let step = 2.0 / steps as f64;
        let mut errors = (0.0_f64, 0.0_f64);
        for _ in 0..steps {
            system.derivative(
                integrator.time,
                &integrator.state,
                &mut integrator.derivative,
            );
            integrator.differentiate(&mut system, step);
            integrator.attempt(&mut system, step);
            integrator.accept(step, 2.0);
            let within = integrator.time() - 0.3 * step;
            let mut state = [0.0];
            integrator.interpolate(within, &mut state);
            errors.0 = errors
                .0
                .max((integrator.state[0] - exact(integrator.time())).abs());
            errors.1 = errors.1.max((state[0] - exact(within)).abs());
        }
        errors
    }

    #[test]
    fn orders_are_five_and_four() {
        let (coarse, coarse_dense) = fixed_step_errors(10);
        let (fine, fine_dense) = fixed_step_errors(20);
        let order = (coarse / fine).log2();
        assert!(order > 4.7, "order {order}");
        let dense_order = (coarse_dense / fine_dense).log2();
        assert!(dense_order > 3.7, "dense order {dense_order}");
    }

    #[test]
    fn stiff_relaxation_takes_few_steps() {
        let mut system = Scalar(
            |time: f64, y: f64| -1e6 * (y - time.cos()) - time.sin(),
            |_, _| -1e6,
        );
        let tolerances = Tolerances {
            relative: 1e-6,
            absolute: 1e-9,
        };
        let (value, steps) = run(&mut system, 0.0, 10.0, tolerances);
        assert!((value - 10.0_f64.cos()).abs() < 1e-6);
        assert!(steps < 200, "{steps} steps");
    }

    #[test]
    fn dense_output_is_good_at_all_times() {
        let mut decay = Scalar(|_, y: f64| -y, |_, _| -1.0);
        let pattern = one();
        let mut integrator = Rosenbrock::new(&pattern, TIGHT, 0.0, vec![1.0]);
        let mut sample = [0.0];
        let mut next = 0.0;
        while integrator.time() < 3.0 {
            integrator
                .step(&mut decay, f64::INFINITY, f64::INFINITY)
                .unwrap();
            while next <= integrator.time() {
                integrator.interpolate(next, &mut sample);
                assert!((sample[0] - (-next).exp()).abs() < 1e-8);
                next += 0.01;
            }
        }
    }

    #[test]
    fn a_restart_goes_on_from_another_state() {
        let mut decay = Scalar(|_, y: f64| -y, |_, _| -1.0);
        let pattern = one();
        let mut integrator = Rosenbrock::new(&pattern, TIGHT, 0.0, vec![1.0]);
        integrator.restart(1.0, [2.0]);
        while integrator.time() < 2.0 {
            integrator.step(&mut decay, 2.0, f64::INFINITY).unwrap();
        }
        assert!((integrator.state[0] - 2.0 * (-1.0_f64).exp()).abs() < 1e-8);
    }

    #[test]
    fn failures_are_reported() {
        let mut explosion = Scalar(|_, y: f64| y * y, |_, y: f64| 2.0 * y);
        let pattern = one();
        let mut integrator = Rosenbrock::new(&pattern, TIGHT, 0.0, vec![1.0]);
        let failure = loop {
            if let Err(failure) = integrator.step(&mut explosion, 2.0, f64::INFINITY) {
                break failure;
            }
        };
        assert_eq!(failure, Failure::TooShort);
        assert!((integrator.time() - 1.0).abs() < 1e-6);
        let mut undefined = Scalar(|_, _| f64::NAN, |_, _| 0.0);
        let mut integrator = Rosenbrock::new(&pattern, TIGHT, 0.0, vec![1.0]);
        assert_eq!(
            integrator.step(&mut undefined, 1.0, f64::INFINITY),
            Err(Failure::NotFinite)
        );
    }

    #[test]
    fn no_change_and_moments_close_together_are_fine() {
        let mut still = Scalar(|_, _| 0.0, |_, _| 0.0);
        assert_eq!(run(&mut still, 7.0, 5e9, TIGHT).0, 7.0);
        let mut growth = Scalar(|_, y: f64| y, |_, _| 1.0);
        assert_eq!(run(&mut growth, 1.0, 5e-324, TIGHT), (1.0, 1));
        let pattern = one();
        let mut integrator = Rosenbrock::new(&pattern, TIGHT, 0.0, vec![1.0]);
        integrator.restart(1e9, [1.0]);
        let limit = 1e9_f64.next_up();
        integrator.step(&mut growth, limit, f64::INFINITY).unwrap();
        assert_eq!(integrator.time().to_bits(), limit.to_bits());
    }
}
