//! The covariance matrix adaptation evolution strategy, (mu/mu_w, lambda)-CMA-ES with cumulative step-size adaptation, as in Hansen's tutorial
//! (arXiv:1604.00772), with its default settings.
//!
//! Draws come from addressed streams and elementary functions from `libm`: a seed gives the same points everywhere. The range of a parameter is a unit
//! interval; points outside are mirrored at its ends, which leaves the strategy itself as it is.

use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Purpose, Streams};

/// The least variance along an axis, relative to the largest: rounding must not make one negative.
const LEAST_VARIANCE: f64 = 1e-20;
/// Sweeps over all pairs in the decomposition of a symmetric matrix; ten are many.
const SWEEPS: usize = 60;

/// A search on its way.
#[derive(Clone, Debug)]
pub struct Search {
    /// Points in a generation.
    pub population: usize,
    /// Generations so far.
    pub generation: u64,
    weights: Vec<f64>,
    effective: f64,
    path_rate: f64,
    step_rate: f64,
    rank_one: f64,
    rank_mu: f64,
    damping: f64,
    expected_length: f64,
    mean: Vec<f64>,
    step: f64,
    covariance: Matrix,
    step_path: Vec<f64>,
    path: Vec<f64>,
    basis: Matrix,
    /// Standard deviations along the columns of `basis`.
    axes: Vec<f64>,
}

impl Search {
    /// A search that begins around a point, with a step. A generation has `population` points, by default `4 + 3 ln n`.
    pub fn new(mean: Vec<f64>, step: f64, population: Option<usize>) -> Self {
        let n = mean.len();
        let size = n as f64;
        let population = population.unwrap_or_else(|| default_population(n)).max(2);
        let parents = population / 2;
        let half = 0.5 * (population as f64 + 1.0);
        let raw: Vec<f64> = (1..=parents)
            .map(|rank| libm::log(half) - libm::log(rank as f64))
            .collect();
        let sum: f64 = raw.iter().sum();
        let weights: Vec<f64> = raw.into_iter().map(|weight| weight / sum).collect();
        let effective = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
        let step_rate = (effective + 2.0) / (size + effective + 5.0);
        let rank_one = 2.0 / ((size + 1.3) * (size + 1.3) + effective);
        let rank_mu =
            2.0 * (effective - 2.0 + 1.0 / effective) / ((size + 2.0) * (size + 2.0) + effective);
        let excess = ((effective - 1.0) / (size + 1.0)).max(0.0).sqrt() - 1.0;
        Self {
            population,
            generation: 0,
            effective,
            path_rate: (4.0 + effective / size) / (size + 4.0 + 2.0 * effective / size),
            step_rate,
            rank_one,
            rank_mu: rank_mu.min(1.0 - rank_one),
            damping: 1.0 + 2.0 * excess.max(0.0) + step_rate,
            expected_length: size.sqrt() * (1.0 - 0.25 / size + 1.0 / (21.0 * size * size)),
            weights,
            step,
            covariance: Matrix::identity(n),
            step_path: vec![0.0; n],
            path: vec![0.0; n],
            basis: Matrix::identity(n),
            axes: vec![1.0; n],
            mean,
        }
    }

    /// The points of the next generation, before they are mirrored. They depend on the seed, on what was told before, and on nothing else.
    pub fn ask(&self, seed: u64) -> Vec<Vec<f64>> {
        let streams = Streams::new(seed, 0);
        let point = |number: usize| {
            let agent = AgentKey::from_words(number as u64, 0);
            let mut stream = streams.stream(Purpose::SEARCH, agent, self.generation);
            let scaled: Vec<f64> = (self.axes.iter())
                .map(|axis| axis * draw::normal(&mut stream))
                .collect();
            let turned = self.basis.times(&scaled);
            let moved = self.mean.iter().zip(turned);
            moved.map(|(mean, by)| mean + self.step * by).collect()
        };
        (0..self.population).map(point).collect()
    }

    /// Takes in the losses of the points that [`Self::ask`] gave. Of equal losses the first is the better one.
    pub fn tell(&mut self, points: &[Vec<f64>], losses: &[f64]) {
        let n = self.mean.len();
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|a, b| losses[*a].total_cmp(&losses[*b]));
        let parents: Vec<Vec<f64>> = (order.iter().take(self.weights.len()))
            .map(|index| {
                let from = points[*index].iter().zip(&self.mean);
                from.map(|(x, mean)| (x - mean) / self.step).collect()
            })
            .collect();
        let mut shift = vec![0.0; n];
        for (weight, parent) in self.weights.iter().zip(&parents) {
            for (shift, y) in shift.iter_mut().zip(parent) {
                *shift += weight * y;
            }
        }
        for (mean, by) in self.mean.iter_mut().zip(&shift) {
            *mean += self.step * by;
        }
        let mut white = self.basis.transposed_times(&shift);
        for (y, axis) in white.iter_mut().zip(&self.axes) {
            *y /= axis;
        }
        let white = self.basis.times(&white);
        let gain = (self.step_rate * (2.0 - self.step_rate) * self.effective).sqrt();
        for (path, y) in self.step_path.iter_mut().zip(&white) {
            *path = (1.0 - self.step_rate) * *path + gain * y;
        }
        let length = self.step_path.iter().map(|y| y * y).sum::<f64>().sqrt();
        self.generation += 1;
        let faded = libm::pow(1.0 - self.step_rate, 2.0 * self.generation as f64);
        // A path that is long because the step is too short says nothing of the shape.
        let is_usual =
            length / (1.0 - faded).sqrt() < (1.4 + 2.0 / (n as f64 + 1.0)) * self.expected_length;
        let gain = (self.path_rate * (2.0 - self.path_rate) * self.effective).sqrt();
        for (path, y) in self.path.iter_mut().zip(&shift) {
            let step = if is_usual { gain * y } else { 0.0 };
            *path = (1.0 - self.path_rate) * *path + step;
        }
        let lost = if is_usual {
            0.0
        } else {
            self.path_rate * (2.0 - self.path_rate)
        };
        let kept = 1.0 - self.rank_one * (1.0 - lost) - self.rank_mu;
        for row in 0..n {
            for column in 0..=row {
                let mut value = kept * self.covariance.at(row, column)
                    + self.rank_one * self.path[row] * self.path[column];
                for (weight, parent) in self.weights.iter().zip(&parents) {
                    value += self.rank_mu * weight * parent[row] * parent[column];
                }
                self.covariance.set(row, column, value);
                self.covariance.set(column, row, value);
            }
        }
        let change = self.step_rate / self.damping * (length / self.expected_length - 1.0);
        // A factor of e in a generation is much.
        self.step *= libm::exp(change.min(1.0));
        let (values, basis) = self.covariance.decomposed();
        let largest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        self.axes = values
            .iter()
            .map(|value| value.max(LEAST_VARIANCE * largest).sqrt())
            .collect();
        self.basis = basis;
    }

    /// The largest standard deviation of the next generation along any axis.
    pub fn spread(&self) -> f64 {
        self.step * self.axes.iter().copied().fold(0.0, f64::max)
    }
}

/// Points in a generation by default, of so many parameters.
pub fn default_population(parameters: usize) -> usize {
    4 + (3.0 * libm::log(parameters.max(1) as f64)) as usize
}

/// A number, mirrored at the ends of the unit interval until it is inside.
pub fn mirrored(x: f64) -> f64 {
    let turn = x.rem_euclid(2.0);
    if turn > 1.0 { 2.0 - turn } else { turn }
}

/// A square matrix.
#[derive(Clone, Debug, PartialEq)]
struct Matrix {
    size: usize,
    /// Row by row.
    values: Vec<f64>,
}

impl Matrix {
    fn identity(size: usize) -> Self {
        let mut matrix = Self {
            size,
            values: vec![0.0; size * size],
        };
        for index in 0..size {
            matrix.set(index, index, 1.0);
        }
        matrix
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    fn set(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.size + column] = value;
    }

    fn times(&self, vector: &[f64]) -> Vec<f64> {
        let rows = self.values.chunks(self.size.max(1));
        rows.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
            .collect()
    }

    fn transposed_times(&self, vector: &[f64]) -> Vec<f64> {
        let columns = 0..self.size;
        columns
            .map(|column| {
                let rows = vector.iter().enumerate();
                rows.map(|(row, value)| self.at(row, column) * value).sum()
            })
            .collect()
    }

    /// Eigenvalues of a symmetric matrix, and eigenvectors as columns, by Jacobi's rotations.
    fn decomposed(&self) -> (Vec<f64>, Self) {
        let n = self.size;
        let mut a = self.clone();
        let mut basis = Self::identity(n);
        for _ in 0..SWEEPS {
            let diagonal: f64 = (0..n).map(|index| a.at(index, index).abs()).sum();
            let rest: f64 = (0..n)
                .flat_map(|row| (0..row).map(move |column| (row, column)))
                .map(|(row, column)| a.at(row, column).abs())
                .sum();
            if rest <= 1e-17 * diagonal {
                break;
            }
            for p in 0..n {
                for q in p + 1..n {
                    a.rotate(p, q, &mut basis);
                }
            }
        }
        ((0..n).map(|index| a.at(index, index)).collect(), basis)
    }

    /// Turns the axes p and q so that their covariance is gone.
    fn rotate(&mut self, p: usize, q: usize, basis: &mut Self) {
        let off = self.at(p, q);
        if off == 0.0 {
            return;
        }
        let ratio = (self.at(q, q) - self.at(p, p)) / (2.0 * off);
        let tangent = ratio.signum() / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
        let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
        let sine = tangent * cosine;
        for k in 0..self.size {
            let (x, y) = (self.at(k, p), self.at(k, q));
            self.set(k, p, cosine * x - sine * y);
            self.set(k, q, sine * x + cosine * y);
        }
        for k in 0..self.size {
            let (x, y) = (self.at(p, k), self.at(q, k));
            self.set(p, k, cosine * x - sine * y);
            self.set(q, k, sine * x + cosine * y);
            let (x, y) = (basis.at(k, p), basis.at(k, q));
            basis.set(k, p, cosine * x - sine * y);
            basis.set(k, q, sine * x + cosine * y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lowest value found, and the generations it took to get below `goal`.
    fn lowest(
        function: impl Fn(&[f64]) -> f64,
        start: Vec<f64>,
        step: f64,
        goal: f64,
        most: usize,
    ) -> (f64, usize) {
        let mut search = Search::new(start, step, None);
        let mut best = f64::INFINITY;
        for generation in 0..most {
            let points = search.ask(5);
            let losses: Vec<f64> = points.iter().map(|point| function(point)).collect();
            best = losses.iter().copied().fold(best, f64::min);
            if best < goal {
                return (best, generation);
            }
            search.tell(&points, &losses);
        }
        (best, most)
    }

    fn sphere(x: &[f64]) -> f64 {
        x.iter().map(|x| (x - 0.3) * (x - 0.3)).sum()
    }

    #[test]
    fn a_sphere_is_found() {
        for n in [1, 2, 5, 20] {
            let (best, generations) = lowest(sphere, vec![0.9; n], 0.3, 1e-12, 100 + 40 * n);
            assert!(best < 1e-12, "n {n}: {best} after {generations}");
        }
    }

    /// Axes of which one is a thousand times as long as another, turned in every plane.
    #[test]
    fn an_ellipsoid_is_found_also_turned() {
        let n = 6;
        let stretched = |x: &[f64]| -> f64 {
            let last = (x.len() - 1) as f64;
            let axes = x.iter().enumerate();
            axes.map(|(index, x)| libm::pow(1e6, index as f64 / last) * x * x)
                .sum()
        };
        let turned = |x: &[f64]| -> f64 {
            let mut x = x.to_vec();
            for p in 0..x.len() {
                for q in p + 1..x.len() {
                    let (a, b) = (x[p], x[q]);
                    (x[p], x[q]) = (0.8 * a - 0.6 * b, 0.6 * a + 0.8 * b);
                }
            }
            stretched(&x)
        };
        let (straight, first) = lowest(stretched, vec![0.7; n], 0.3, 1e-10, 1000);
        let (skew, second) = lowest(turned, vec![0.7; n], 0.3, 1e-10, 1000);
        assert!(straight < 1e-10 && skew < 1e-10, "{straight} {skew}");
        // The shape is learnt, so that its direction does not matter.
        assert!(second < 2 * first, "{first} and {second} generations");
    }

    #[test]
    fn the_bent_valley_of_rosenbrock_is_followed() {
        let valley = |x: &[f64]| -> f64 {
            let pairs = x.windows(2);
            pairs
                .map(|x| {
                    let (off, rest) = (x[1] - x[0] * x[0], 1.0 - x[0]);
                    100.0 * off * off + rest * rest
                })
                .sum()
        };
        let (best, generations) = lowest(valley, vec![0.0; 5], 0.2, 1e-10, 1500);
        assert!(best < 1e-10, "{best} after {generations}");
    }

    /// Smallest fault seen: a mean that wanders off where points beyond an end are cut to it.
    #[test]
    fn a_minimum_in_a_corner_is_found() {
        let corner = |x: &[f64]| -> f64 {
            let x = x.iter().map(|x| mirrored(*x));
            x.map(|x| x + x * x).sum()
        };
        let (best, generations) = lowest(corner, vec![0.8; 4], 0.3, 1e-8, 1000);
        assert!(best < 1e-8, "{best} after {generations}");
    }

    #[test]
    fn numbers_are_mirrored_into_the_unit_interval() {
        for (x, inside) in [
            (0.25, 0.25),
            (-0.25, 0.25),
            (1.25, 0.75),
            (2.25, 0.25),
            (-1.75, 0.25),
            (0.0, 0.0),
            (1.0, 1.0),
        ] {
            assert!((mirrored(x) - inside).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn a_seed_decides_and_ties_go_to_the_first() {
        let search = Search::new(vec![0.5; 3], 0.2, Some(6));
        assert_eq!(search.ask(1), search.ask(1));
        assert_ne!(search.ask(1), search.ask(2));
        let points = search.ask(1);
        let (mut flat, mut ordered) = (search.clone(), search);
        flat.tell(&points, &[1.0; 6]);
        ordered.tell(&points, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(flat.ask(1), ordered.ask(1));
        // The next generation is drawn anew.
        assert_ne!(flat.ask(1), points);
    }

    #[test]
    fn a_matrix_is_its_parts_put_together() {
        let n = 7;
        let mut matrix = Matrix::identity(n);
        for row in 0..n {
            for column in 0..=row {
                let value = libm::sin((3 * row + 7 * column) as f64);
                matrix.set(row, column, value);
                matrix.set(column, row, value);
            }
        }
        let (values, basis) = matrix.decomposed();
        for row in 0..n {
            for column in 0..n {
                let parts = (0..n).map(|k| basis.at(row, k) * values[k] * basis.at(column, k));
                let whole: f64 = parts.sum();
                assert!((whole - matrix.at(row, column)).abs() < 1e-12);
                let product: f64 = (0..n).map(|k| basis.at(k, row) * basis.at(k, column)).sum();
                let wanted = f64::from(u8::from(row == column));
                assert!((product - wanted).abs() < 1e-12);
            }
        }
    }
}
