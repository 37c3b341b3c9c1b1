//! The exact law of a chain of three stages with constant hazards, and draws from it.
//!
//! In a network of first order things move independently of each other, and new ones arrive at a constant rate. Where they are
//! after a time is multinomial for those that were there, and Poisson for those that came (Jahnke and Huisinga 2007, J
//! Math Biol 54:1, doi:10.1007/s00285-006-0034-x).

use super::counts::{binomial, poisson};
use super::functions::{Decay, decay, decay_arrived};
use super::{LANES, Row, Words};

/// Hazards of one system's chain, each per time:
///
/// ```text
/// first <-> second -> third -> done        first -> lost
/// ```
///
/// Things move on their own, and new ones arrive in the first stage at a constant rate. With the hazards `forth`, `back`,
/// `lost`, `onward` and `done`, the eigenvalues of the first two stages are `-l1` and `-l2`, where
///
/// ```text
/// m = (back + onward - forth - lost) / 2      d = sqrt(m^2 + forth back)
/// l2 = (forth + lost + back + onward) / 2 + d      l1 l2 = forth onward + lost back + lost onward
/// ```
///
/// and everything is made of `exp(-l1 t)`, `exp(-l2 t)`, `exp(-done t)` and their integrals. Probabilities are good to 3e-4 of
/// themselves plus 2e-6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// From the first stage to the second.
    pub forth: f32,
    /// From the second stage to the first.
    pub back: f32,
    /// Out of the first stage.
    pub lost: f32,
    /// From the second stage to the third.
    pub onward: f32,
    /// Out of the third stage.
    pub done: f32,
}

/// What passes between the first two stages of a chain during a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    chain: Chain,
    /// Half the difference of the second stage's and the first stage's total hazard.
    lean: f32,
    /// (e1 + e2) / 2 with e1 = exp(-l1 t), e2 = exp(-l2 t).
    even: f32,
    /// (e1 - e2) / (2 d).
    odd: f32,
    /// Their integrals over the step.
    even_sum: f32,
    odd_sum: f32,
    /// The integral of the integral of `odd`.
    odd_sum_sum: f32,
    /// For what the third stage adds.
    rates: [f32; 2],
    left: [f32; 2],
    half_over_gap: f32,
}

/// Where things are after a step, as probabilities; and, per rate of arrival, mean numbers of things that arrived in it.
///
/// Who started in the first or second stage and is in none of the four places named is where it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage {
    /// From the first stage: now in the second, now in the third, done, lost.
    pub first: [f32; 4],
    /// From the second stage: now in the first, now in the third, done, lost.
    pub second: [f32; 4],
    /// From the third stage: done.
    pub third: f32,
    /// Arrivals per rate: in the first, second and third stage, done.
    pub arrived: [f32; 4],
}

/// Half the distance of the eigenvalues times the step is kept at this: nearer ones would cost digits. The error is a sixth of
/// its square.
const APART: f32 = 0.02;
/// And half the distance over the mean of both at this, for the same reason.
const APART_OF_MEAN: f32 = 4e-3;

/// Keeps quotients of 0 from being anything but 0.
const TINY: f32 = 1e-30;

impl Chain {
    /// Crossings during a step of length `dt`. Hazards must be finite and not negative.
    #[inline(always)]
    #[must_use]
    pub fn crossing(self, dt: f32) -> Crossing {
        let Self {
            forth,
            back,
            lost,
            onward,
            ..
        } = self;
        let mean = 0.5 * ((forth + lost) + (back + onward));
        let lean = 0.5 * ((back + onward) - (forth + lost));
        let gap = (lean * lean + forth * back).sqrt();
        let (for_step, for_mean) = (APART / dt, APART_OF_MEAN * mean);
        let least = if for_step > for_mean {
            for_step
        } else {
            for_mean
        };
        let is_apart = gap > least;
        let gap = if is_apart { gap } else { least };
        let fast = mean + gap;
        let product = forth * onward + lost * (back + onward);
        let slow = if is_apart { product / fast } else { mean - gap };
        let one = decay(slow * dt);
        let two = decay(fast * dt);
        let between = decay(2.0 * gap * dt);
        let half_over_gap = 0.5 / gap;
        let sums = [dt * one.average, dt * two.average];
        let square = dt * dt;
        let sum_sums = [
            square * decay_arrived(slow * dt, one.average),
            square * decay_arrived(fast * dt, two.average),
        ];
        Crossing {
            chain: self,
            lean,
            even: 0.5 * (one.survival + two.survival),
            odd: one.survival * dt * between.average,
            even_sum: 0.5 * (sums[0] + sums[1]),
            odd_sum: not_below_0(sums[0] - sums[1]) * half_over_gap,
            odd_sum_sum: not_below_0(sum_sums[0] - sum_sums[1]) * half_over_gap,
            rates: [slow, fast],
            left: [one.survival, two.survival],
            half_over_gap,
        }
    }
}

impl Crossing {
    /// Mean number of things that cross from the first stage to the second, less those that cross back, with so many in
    /// both stages at the start and so many arriving per time.
    #[inline(always)]
    #[must_use]
    pub fn net(&self, first: f32, second: f32, arrivals: f32) -> f32 {
        let Chain {
            forth,
            back,
            lost,
            onward,
            ..
        } = self.chain;
        let from_first = first * (self.odd + onward * self.odd_sum);
        let from_arrivals = arrivals * (self.odd_sum + onward * self.odd_sum_sum);
        forth * (from_first + from_arrivals) - second * back * (self.odd + lost * self.odd_sum)
    }

    /// Mean numbers in the first two stages at the end of the step, with so many in them at the start and so many arriving
    /// per time.
    #[inline(always)]
    #[must_use]
    pub fn means(&self, first: f32, second: f32, arrivals: f32) -> [f32; 2] {
        let Chain { forth, back, .. } = self.chain;
        let straight = self.lean * self.odd;
        let arrived = self.even_sum + self.lean * self.odd_sum;
        [
            first * (self.even + straight) + second * back * self.odd + arrivals * arrived,
            first * forth * self.odd
                + second * (self.even - straight)
                + arrivals * forth * self.odd_sum,
        ]
    }

    /// Where things are after the step, whose length `dt` is that of the crossing.
    #[inline(always)]
    #[must_use]
    pub fn passage(&self, dt: f32) -> Passage {
        let Chain {
            forth,
            back,
            lost,
            onward,
            done,
        } = self.chain;
        let Decay {
            survival: kept,
            average,
        } = decay(done * dt);
        // What left the second stage at a rate exp(-l u) and is still in the third.
        let still = |rate: f32, left: f32| {
            let apart = rate - done;
            let apart = if apart < 0.0 { -apart } else { apart };
            let slower = if rate < done { left } else { kept };
            slower * dt * decay(apart * dt).average
        };
        let one = still(self.rates[0], self.left[0]);
        let two = still(self.rates[1], self.left[1]);
        let odd = not_below_0(one - two) * self.half_over_gap;
        let even = 0.5 * (one + two);
        let lean = self.lean;

        let first_third = onward * forth * odd;
        let first_done = onward * forth * not_below_0(self.odd_sum - odd);
        let second_third = onward * not_below_0(even - lean * odd);
        let second_done =
            not_below_0(onward * (self.even_sum - lean * self.odd_sum) - second_third);
        // What is done left the third stage with this hazard.
        let third_sum = if done > 0.0 {
            first_done / (done + TINY)
        } else {
            onward * forth * self.odd_sum_sum
        };
        let arrived_second = forth * self.odd_sum;
        Passage {
            first: [
                forth * self.odd,
                first_third,
                first_done,
                lost * not_below_0(self.even_sum + lean * self.odd_sum),
            ],
            second: [
                back * self.odd,
                second_third,
                second_done,
                lost * back * self.odd_sum,
            ],
            third: done * dt * average,
            arrived: [
                not_below_0(self.even_sum + lean * self.odd_sum),
                arrived_second,
                third_sum,
                not_below_0(onward * forth * self.odd_sum_sum - third_sum),
            ],
        }
    }
}

/// Counts in the stages of the chains of 32 systems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stages {
    /// In the first stage.
    pub first: Row,
    /// In the second stage.
    pub second: Row,
    /// In the third stage.
    pub third: Row,
}

impl Stages {
    /// Draws the counts after a step of length `dt`, in which things arrive in the first stage at these rates; returns
    /// how many left the third stage.
    ///
    /// Draws 13 words.
    #[inline(always)]
    #[must_use]
    pub fn leap(
        &mut self,
        chain: impl Fn(usize) -> Chain,
        arrivals: &Row,
        dt: f32,
        words: &mut Words,
    ) -> Row {
        let zeros = || [[0.0; LANES]; 4];
        let (mut first, mut second, mut arrived) = (zeros(), zeros(), zeros());
        let mut third = [0.0; LANES];
        for lane in 0..LANES {
            let passage = chain(lane).crossing(dt).passage(dt);
            for place in 0..4 {
                first[place][lane] = passage.first[place];
                second[place][lane] = passage.second[place];
                arrived[place][lane] = passage.arrived[place] * arrivals[lane];
            }
            third[lane] = passage.third;
        }
        let (in_first, [first_second, first_third, first_done, _]) =
            scatter(&self.first, &first, words);
        let (in_second, [second_first, second_third, second_done, _]) =
            scatter(&self.second, &second, words);
        let nothing = [0.0; LANES];
        let third_done = binomial(&self.third, &third, &words.draw()).unwrap_or(nothing);
        for arrived in &mut arrived {
            *arrived = poisson(arrived, &words.draw()).unwrap_or(nothing);
        }
        let mut done = nothing;
        for lane in 0..LANES {
            self.first[lane] = in_first[lane] + second_first[lane] + arrived[0][lane];
            self.second[lane] = in_second[lane] + first_second[lane] + arrived[1][lane];
            self.third[lane] = (self.third[lane] - third_done[lane])
                + (first_third[lane] + second_third[lane] + arrived[2][lane]);
            done[lane] =
                (first_done[lane] + second_done[lane]) + (third_done[lane] + arrived[3][lane]);
        }
        done
    }
}

/// Sends each of `counts` to one of some places, with these probabilities, or nowhere: who stayed, and who went.
#[inline(always)]
fn scatter<const N: usize>(
    counts: &Row,
    probabilities: &[Row; N],
    words: &mut Words,
) -> (Row, [Row; N]) {
    let mut remaining = *counts;
    let mut mass = [1.0; LANES];
    let mut gone = [[0.0; LANES]; N];
    for (gone, probability) in gone.iter_mut().zip(probabilities) {
        let mut conditional = [0.0; LANES];
        for lane in 0..LANES {
            let share = probability[lane] / mass[lane];
            conditional[lane] = if share < 1.0 { share } else { 1.0 };
            let rest = mass[lane] - probability[lane];
            mass[lane] = if rest > f32::MIN_POSITIVE {
                rest
            } else {
                f32::MIN_POSITIVE
            };
        }
        if let Some(some) = binomial(&remaining, &conditional, &words.draw()) {
            for lane in 0..LANES {
                remaining[lane] -= some[lane];
            }
            *gone = some;
        }
    }
    (remaining, gone)
}

#[inline(always)]
fn not_below_0(x: f32) -> f32 {
    if x > 0.0 { x } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves means through the five places by many small steps of fourth order, and integrates crossings.
    struct Reference {
        places: [f64; 5],
        net: f64,
    }

    impl Reference {
        fn run(chain: &Chain, start: [f64; 3], arrivals: f64, dt: f64) -> Self {
            let [forth, back, lost, onward, done] = [
                chain.forth,
                chain.back,
                chain.lost,
                chain.onward,
                chain.done,
            ]
            .map(f64::from);
            let slope = |x: [f64; 6]| {
                let crossing = forth * x[0] - back * x[1];
                [
                    arrivals - lost * x[0] - crossing,
                    crossing - onward * x[1],
                    onward * x[1] - done * x[2],
                    done * x[2],
                    lost * x[0],
                    crossing,
                ]
            };
            let steps = (dt * (forth + back + lost + onward + done) * 20.0) as usize + 50;
            let h = dt / steps as f64;
            let mut x = [start[0], start[1], start[2], 0.0, 0.0, 0.0];
            for _ in 0..steps {
                let moved = |k: [f64; 6], by: f64| -> [f64; 6] {
                    std::array::from_fn(|i| x[i] + by * k[i])
                };
                let one = slope(x);
                let two = slope(moved(one, h / 2.0));
                let three = slope(moved(two, h / 2.0));
                let four = slope(moved(three, h));
                for i in 0..6 {
                    x[i] += h / 6.0 * (one[i] + 2.0 * two[i] + 2.0 * three[i] + four[i]);
                }
            }
            let [first, second, third, done, lost, net] = x;
            Self {
                places: [first, second, third, done, lost],
                net,
            }
        }
    }

    fn near(ours: f32, exact: f64, scale: f64, what: &str) {
        let error = (f64::from(ours) - exact).abs();
        assert!(
            error <= 3e-4 * exact.abs() + 2e-6 * scale,
            "{what}: {ours}, {exact} is right"
        );
    }

    // Smallest faults seen: the sign of the lean; a share of 1e-2 for 4e-3 between eigenvalues; `back` left out of what is lost.
    #[test]
    fn passages_are_those_of_the_equations() {
        let rates = [0.0, 0.03, 0.42, 2.8, 40.0];
        let mut cases = 0;
        for (i, forth) in rates.into_iter().enumerate() {
            for (j, back) in rates.into_iter().enumerate() {
                for lost in [0.0, 0.42, 3.0] {
                    let chain = Chain {
                        forth,
                        back,
                        lost,
                        onward: rates[(i + j) % 5],
                        done: [2.1, 0.0, 0.3][(i + 2 * j) % 3],
                    };
                    for dt in [0.05, 1.0, 4.0] {
                        cases += 1;
                        check(chain, dt);
                    }
                }
            }
        }
        assert_eq!(cases, 225);
        // Eigenvalues that fall together, and one that is the last hazard.
        let equal = |forth, back, done| Chain {
            forth,
            back,
            lost: 2.8,
            onward: 2.8,
            done,
        };
        for (forth, back, done) in [(0.0, 0.0, 2.1), (0.0, 0.0, 2.8), (1e-4, 1e-4, 2.8)] {
            for dt in [0.05, 1.0] {
                check(equal(forth, back, done), dt);
            }
        }
    }

    fn check(chain: Chain, dt: f32) {
        let crossing = chain.crossing(dt);
        let Passage {
            first,
            second,
            third,
            arrived,
        } = crossing.passage(dt);
        let run = |start, arrivals| Reference::run(&chain, start, arrivals, f64::from(dt));
        let at = format!("{chain:?} over {dt}");

        let exact = run([1.0, 0.0, 0.0], 0.0);
        for (ours, place) in first.into_iter().zip([1, 2, 3, 4]) {
            near(
                ours,
                exact.places[place],
                1.0,
                &format!("first, {place}, {at}"),
            );
        }
        near(crossing.net(1.0, 0.0, 0.0), exact.net, 1.0, &at);
        let exact = run([0.0, 1.0, 0.0], 0.0);
        for (ours, place) in second.into_iter().zip([0, 2, 3, 4]) {
            near(
                ours,
                exact.places[place],
                1.0,
                &format!("second, {place}, {at}"),
            );
        }
        near(crossing.net(0.0, 1.0, 0.0), exact.net, 1.0, &at);
        let exact = run([0.0, 0.0, 1.0], 0.0);
        near(third, exact.places[3], 1.0, &at);
        let exact = run([0.0; 3], 1.0);
        for (ours, place) in arrived.into_iter().zip([0, 1, 2, 3]) {
            near(
                ours,
                exact.places[place],
                f64::from(dt),
                &format!("arrived, {place}, {at}"),
            );
        }
        near(crossing.net(0.0, 0.0, 1.0), exact.net, f64::from(dt), &at);
        let exact = run([3.0, 5.0, 0.0], 2.0);
        for (ours, exact) in crossing.means(3.0, 5.0, 2.0).into_iter().zip(exact.places) {
            near(ours, exact, 8.0 + 2.0 * f64::from(dt), &at);
        }
        for from in [first, second] {
            let total: f32 = from.iter().sum();
            assert!(
                from.iter().all(|p| *p >= 0.0) && total < 1.0 + 1e-4,
                "{from:?}, {at}"
            );
        }
        // Without a way there, nothing comes there, not even by rounding.
        if chain.forth == 0.0 {
            assert_eq!(first[..3], [0.0; 3]);
            assert_eq!(arrived[1..], [0.0; 3]);
        }
    }
}
