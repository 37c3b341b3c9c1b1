//! What moves between firings: quantities with a derivative, and the integrated propensity of channels whose
//! propensity changes by itself.
//!
//! A channel with propensity `a(t)` fires when the integral of `a` since the last firing reaches a standard
//! exponential number (the random time change, Anderson 2007, doi:10.1063/1.2799998). The integral is one more
//! quantity of the differential equation, so its accuracy is that of the integration, a relative 1e-9 per step; no
//! propensity is taken to be constant over a step.
//!
//! The integrator is the explicit pair of orders 5 and 4 of Dormand and Prince 1980,
//! doi:10.1016/0771-050X(80)90013-3, with its continuous extension (Hairer, Nørsett and Wanner 1993, II.6).

/// Error per step, relative to values, and absolute for values below 1.
const TOLERANCE: f64 = 1e-9;

/// Steps shorter than this share of the time are not taken.
const SHORTEST: f64 = 1e-14;

/// The right-hand side: derivatives of all quantities at a time. False if one is not a finite number.
pub(crate) trait Derivative {
    fn derivative(&mut self, time: f64, quantities: &[f64], derivatives: &mut [f64]) -> bool;
}

/// The step could not be made short enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooFast;

const A: [[f64; 6]; 6] = [
    [1.0 / 5.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0],
    [
        19372.0 / 6561.0,
        -25360.0 / 2187.0,
        64448.0 / 6561.0,
        -212.0 / 729.0,
        0.0,
        0.0,
    ],
    [
        9017.0 / 3168.0,
        -355.0 / 33.0,
        46732.0 / 5247.0,
        49.0 / 176.0,
        -5103.0 / 18656.0,
        0.0,
    ],
    [
        35.0 / 384.0,
        0.0,
        500.0 / 1113.0,
        125.0 / 192.0,
        -2187.0 / 6784.0,
        11.0 / 84.0,
    ],
];
const C: [f64; 6] = [0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
/// Order 5 minus order 4.
const ERROR: [f64; 7] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339_200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];
/// The continuous extension.
const DENSE: [f64; 7] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];

/// An integration in progress. The length of its step is remembered from one call to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow {
    step: Option<f64>,
    stages: [Vec<f64>; 7],
    trial: Vec<f64>,
    start: Vec<f64>,
}

/// One accepted step: the quantities anywhere within it.
pub(crate) struct Segment<'a> {
    pub(crate) from: f64,
    pub(crate) to: f64,
    start: &'a [f64],
    end: &'a [f64],
    stages: &'a [Vec<f64>; 7],
}

impl Segment<'_> {
    /// The quantities at a time within the step, to the fourth order.
    pub(crate) fn at(&self, time: f64, quantities: &mut [f64]) {
        let length = self.to - self.from;
        let theta = ((time - self.from) / length).clamp(0.0, 1.0);
        for (place, value) in quantities.iter_mut().enumerate() {
            let difference = self.end[place] - self.start[place];
            let first = length * self.stages[0][place] - difference;
            let last = difference - length * self.stages[6][place] - first;
            let dense: f64 = DENSE
                .iter()
                .zip(self.stages)
                .map(|(weight, stage)| weight * stage[place])
                .sum::<f64>()
                * length;
            let rest = 1.0 - theta;
            *value = self.start[place]
                + theta * (difference + rest * (first + theta * (last + rest * dense)));
        }
    }
}

impl Flow {
    /// Moves the quantities from a time towards `end`. After every step `look` may ask to stop at a time within it;
    /// the quantities are then those at that time. Returns the time reached.
    pub(crate) fn advance(
        &mut self,
        equation: &mut impl Derivative,
        quantities: &mut [f64],
        from: f64,
        end: f64,
        mut look: impl FnMut(&Segment<'_>) -> Option<f64>,
    ) -> Result<f64, TooFast> {
        for stage in &mut self.stages {
            stage.resize(quantities.len(), 0.0);
        }
        self.trial.resize(quantities.len(), 0.0);
        let mut now = from;
        if !equation.derivative(now, quantities, &mut self.stages[0]) {
            return Err(TooFast);
        }
        let mut step = self
            .step
            .unwrap_or_else(|| self.first_step(quantities, end - now));
        while now < end {
            let last = now + step >= end;
            let length = if last { end - now } else { step };
            let error = self.attempt(equation, quantities, now, length);
            let factor = 0.9 * libm::pow(error, -0.2);
            if error > 1.0 || error.is_nan() {
                step = length * if error.is_nan() { 0.1 } else { factor.max(0.2) };
                if step <= SHORTEST * now.abs().max(SHORTEST) {
                    return Err(TooFast);
                }
                continue;
            }
            let to = if last { end } else { now + length };
            self.start.clear();
            self.start.extend_from_slice(quantities);
            quantities.copy_from_slice(&self.trial);
            let segment = Segment {
                from: now,
                to,
                start: &self.start,
                end: quantities,
                stages: &self.stages,
            };
            if let Some(time) = look(&segment) {
                segment.at(time, &mut self.trial);
                quantities.copy_from_slice(&self.trial);
                self.step = Some(step);
                return Ok(time);
            }
            if !last || factor < 1.0 {
                step = length * factor.clamp(0.2, 5.0);
            }
            now = to;
            self.stages.swap(0, 6);
        }
        self.step = Some(step);
        Ok(end)
    }

    /// Forgets the length of the step: the equation has changed.
    pub(crate) fn restart(&mut self) {
        self.step = None;
    }

    /// A length that changes nothing by more than about 1 %.
    fn first_step(&self, quantities: &[f64], span: f64) -> f64 {
        let mut shortest = span;
        for (value, derivative) in quantities.iter().zip(&self.stages[0]) {
            if *derivative != 0.0 {
                shortest = shortest.min(0.01 * value.abs().max(1.0) / derivative.abs());
            }
        }
        shortest.max(span * 1e-6)
    }

    /// Tries a step and leaves its end in `trial`. Returns its error in units of the tolerance.
    fn attempt(
        &mut self,
        equation: &mut impl Derivative,
        quantities: &[f64],
        now: f64,
        length: f64,
    ) -> f64 {
        for (number, (weights, share)) in A.iter().zip(C).enumerate() {
            for (place, trial) in self.trial.iter_mut().enumerate() {
                let slope: f64 = weights[..=number]
                    .iter()
                    .zip(&self.stages)
                    .map(|(weight, stage)| weight * stage[place])
                    .sum();
                *trial = quantities[place] + length * slope;
            }
            let stage = &mut self.stages[number + 1];
            if !equation.derivative(now + share * length, &self.trial, stage) {
                return f64::NAN;
            }
        }
        let mut worst: f64 = 0.0;
        for (place, value) in quantities.iter().enumerate() {
            let error: f64 = ERROR
                .iter()
                .zip(&self.stages)
                .map(|(weight, stage)| weight * stage[place])
                .sum::<f64>()
                * length;
            let scale = TOLERANCE * value.abs().max(self.trial[place].abs()).max(1.0);
            worst = worst.max(error.abs() / scale);
        }
        worst.max(1e-10)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// A rotation: cosine and sine.
    struct Rotation;

    impl Derivative for Rotation {
        fn derivative(&mut self, _: f64, quantities: &[f64], derivatives: &mut [f64]) -> bool {
            derivatives.copy_from_slice(&[-quantities[1], quantities[0]]);
            true
        }
    }

    #[test]
    fn a_rotation_comes_round() {
        let mut quantities = [1.0, 0.0];
        let turn = std::f64::consts::TAU;
        let mut flow = Flow::default();
        let mut now = 0.0;
        for part in 1..=7 {
            let end = turn * f64::from(part) / 7.0;
            now = flow
                .advance(&mut Rotation, &mut quantities, now, end, |_| None)
                .unwrap();
        }
        assert!(
            (quantities[0] - 1.0).abs() < 1e-7 && quantities[1].abs() < 1e-7,
            "{quantities:?}"
        );
    }

    #[test]
    fn the_extension_is_as_good_as_the_steps() {
        let mut quantities = [1.0, 0.0];
        let mut worst: f64 = 0.0;
        Flow::default()
            .advance(&mut Rotation, &mut quantities, 0.0, 10.0, |segment| {
                let mut inside = [0.0; 2];
                for part in 1..4 {
                    let time = segment.from + (segment.to - segment.from) * f64::from(part) / 4.0;
                    segment.at(time, &mut inside);
                    worst = worst.max((inside[1] - time.sin()).abs());
                }
                None
            })
            .unwrap();
        assert!(worst < 1e-7, "{worst}");
    }

    #[test]
    fn a_stop_within_a_step_leaves_the_values_there() {
        let mut quantities = [1.0, 0.0];
        let stop = 1.2345;
        let look = |segment: &Segment<'_>| (segment.to > stop).then_some(stop);
        let mut flow = Flow::default();
        assert_eq!(
            flow.advance(&mut Rotation, &mut quantities, 0.0, 10.0, look),
            Ok(stop)
        );
        assert!((quantities[0] - stop.cos()).abs() < 1e-8);
    }

    #[test]
    fn an_explosion_is_noticed() {
        struct Explosion;
        impl Derivative for Explosion {
            fn derivative(&mut self, _: f64, quantities: &[f64], derivatives: &mut [f64]) -> bool {
                derivatives[0] = quantities[0] * quantities[0];
                derivatives[0].is_finite()
            }
        }
        let mut quantities = [1.0];
        let result = Flow::default().advance(&mut Explosion, &mut quantities, 0.0, 2.0, |_| None);
        assert_eq!(result, Err(TooFast));
    }
}
