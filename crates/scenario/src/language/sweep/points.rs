//! Points of a unit cube, and ranges.

use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Purpose, Streams};
use rand::Rng as _;

/// A Latin hypercube: for each axis a permutation of as many equal parts as there are points, and a uniform place in each part.
///
/// The stream of an axis has its name in the address: an axis more or less, or another order, changes no other.
pub(crate) fn latin_hypercube(count: usize, names: &[&str], seed: u64) -> Vec<Vec<f64>> {
    let mut points = vec![Vec::with_capacity(names.len()); count];
    for name in names {
        let mut words = [0; 16];
        words.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
        let agent = AgentKey(u128::from_le_bytes(words));
        let mut stream = Streams::new(seed, 0).stream(Purpose::SWEEP, agent, 0);
        let mut parts: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            let other = (draw::uniform(&mut stream) * (last + 1) as f64) as usize;
            parts.swap(last, other.min(last));
        }
        for (point, part) in points.iter_mut().zip(parts) {
            let place = draw::uniform(&mut stream);
            point.push((part as f64 + place) / count as f64);
        }
    }
    points
}

/// The first points of a Sobol sequence with nested uniform scrambling, which the seed chooses.
pub(crate) fn sobol(count: usize, axes: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut stream = Streams::new(seed, 0).stream(Purpose::SWEEP, AgentKey::NONE, 0);
    let scramble = (stream.next_u64() >> 32) as u32;
    (0..count as u32)
        .map(|point| {
            (0..axes as u32)
                .map(|axis| f64::from(sobol_burley::sample(point, axis, scramble)))
                .collect()
        })
        .collect()
}

/// The value at a share of a range.
pub(crate) fn within(low: f64, high: f64, is_log: bool, share: f64) -> f64 {
    let value = if is_log {
        let (start, end) = (libm::log(low), libm::log(high));
        libm::exp(start + (end - start) * share)
    } else {
        low + (high - low) * share
    };
    // Rounding must not leave the range.
    value.clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In which of `count` equal parts of the range each point lies, by axis.
    fn parts(points: &[Vec<f64>], axis: usize) -> Vec<usize> {
        let part = |point: &Vec<f64>| (point[axis] * points.len() as f64) as usize;
        let mut parts: Vec<usize> = points.iter().map(part).collect();
        parts.sort_unstable();
        parts
    }

    #[test]
    fn every_part_of_a_range_has_one_point() {
        for count in [1, 2, 7, 64, 1000] {
            let points = latin_hypercube(count, &["a", "b"], 5);
            for axis in 0..2 {
                assert_eq!(parts(&points, axis), (0..count).collect::<Vec<_>>());
            }
            assert!(count < 7 || points.iter().any(|point| (point[0] - point[1]).abs() > 0.1));
        }
        // A Sobol sequence does so in whole powers of two, in every projection on one axis.
        let points = sobol(256, 5, 9);
        for axis in 0..5 {
            assert_eq!(parts(&points, axis), (0..256).collect::<Vec<_>>());
        }
    }

    /// The first sixteen points of a Sobol sequence have one point in each square of a grid of four by four.
    #[test]
    fn a_sobol_sequence_fills_squares() {
        for seed in 0..20 {
            let points = sobol(16, 2, seed);
            let square = |point: &Vec<f64>| {
                let side = |x: f64| (x * 4.0) as usize;
                4 * side(point[0]) + side(point[1])
            };
            let mut squares: Vec<usize> = points.iter().map(square).collect();
            squares.sort_unstable();
            assert_eq!(squares, (0..16).collect::<Vec<_>>(), "seed {seed}");
        }
    }

    #[test]
    fn the_seed_decides_and_other_axes_do_not() {
        let one = latin_hypercube(8, &["a", "b"], 5);
        assert_eq!(one, latin_hypercube(8, &["a", "b"], 5));
        assert_ne!(one, latin_hypercube(8, &["a", "b"], 6));
        let alone = latin_hypercube(8, &["b"], 5);
        for (both, alone) in one.iter().zip(alone) {
            assert_eq!(both[1].to_bits(), alone[0].to_bits());
        }
        assert_eq!(sobol(8, 2, 5), sobol(8, 2, 5));
        assert_ne!(sobol(8, 2, 5), sobol(8, 2, 6));
    }

    #[test]
    fn ranges_are_linear_or_logarithmic() {
        assert_eq!(within(1.0, 3.0, false, 0.5).to_bits(), 2.0_f64.to_bits());
        assert!((within(1.0, 100.0, true, 0.5) - 10.0).abs() < 1e-12);
        // Rounding stays within the ends.
        for share in [0.0, 1.0] {
            assert!((0.1..=0.3).contains(&within(0.1, 0.3, true, share)));
        }
    }
}
