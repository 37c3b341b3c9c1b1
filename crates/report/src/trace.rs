//! Thinning lines to what a plot can show.

/// A point of the plot, in its units.
pub(crate) type Point = (f64, f64);

/// Fewer points that draw the same line: at most four a column of width `column` (first, lowest, highest, last), then none
/// that the others already place within `tolerance`.
///
/// The lowest and the highest point of the line are kept to within `tolerance`, spikes included. `points` must go from left
/// to right and be finite.
pub(crate) fn thin(points: &[Point], column: f64, tolerance: f64) -> Vec<Point> {
    straighten(&columns(points, column), tolerance)
}

fn columns(points: &[Point], column: f64) -> Vec<Point> {
    let mut out = Vec::new();
    for group in points.chunk_by(|a, b| {
        (a.0 / column)
            .floor()
            .total_cmp(&(b.0 / column).floor())
            .is_eq()
    }) {
        let extreme = |wanted: std::cmp::Ordering| {
            (1..group.len()).fold(0, |best, i| {
                if group[i].1.total_cmp(&group[best].1) == wanted {
                    i
                } else {
                    best
                }
            })
        };
        let mut kept = [
            0,
            extreme(std::cmp::Ordering::Less),
            extreme(std::cmp::Ordering::Greater),
            group.len() - 1,
        ];
        kept.sort_unstable();
        for (index, &place) in kept.iter().enumerate() {
            if index == 0 || kept[index - 1] != place {
                out.push(group[place]);
            }
        }
    }
    out
}

/// Drops points by the method of Douglas and Peucker (1973, doi:10.3138/FM57-6770-U75U-7727), measuring upright: what is
/// read off a time course is its height.
fn straighten(points: &[Point], tolerance: f64) -> Vec<Point> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut kept = vec![false; points.len()];
    kept[0] = true;
    kept[points.len() - 1] = true;
    let mut spans = vec![(0, points.len() - 1)];
    while let Some((first, last)) = spans.pop() {
        let (from, to) = (points[first], points[last]);
        let slope = if to.0 > from.0 {
            (to.1 - from.1) / (to.0 - from.0)
        } else {
            0.0
        };
        let off = |point: Point| (point.1 - from.1 - slope * (point.0 - from.0)).abs();
        let farthest = (first + 1..last).max_by(|&a, &b| off(points[a]).total_cmp(&off(points[b])));
        if let Some(middle) = farthest.filter(|&middle| off(points[middle]) > tolerance) {
            kept[middle] = true;
            spans.extend([(first, middle), (middle, last)]);
        }
    }
    points
        .iter()
        .zip(kept)
        .filter_map(|(&point, kept)| kept.then_some(point))
        .collect()
}

/// Heights moved as little as possible so that neighbours are at least `gap` apart and all lie in `low..=high`; returned in
/// the order given. Labels at line ends.
///
/// Least squares under the gaps is an isotonic regression of `height - rank * gap` (pool adjacent violators). Where `high -
/// low` is too short for all of them they keep the gap and overflow at `high`.
pub(crate) fn spread(heights: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]));
    // Pools of (sum, members); each pool's members get the mean.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (rank, &index) in order.iter().enumerate() {
        let mut pool = (heights[index] - rank as f64 * gap, 1);
        while let Some(&(sum, members)) = pools.last() {
            if sum / members as f64 <= pool.0 / pool.1 as f64 {
                break;
            }
            pool = (pool.0 + sum, pool.1 + members);
            pools.pop();
        }
        pools.push(pool);
    }
    let room = high - gap * heights.len().saturating_sub(1) as f64;
    let means = pools
        .iter()
        .flat_map(|&(sum, members)| std::iter::repeat_n(sum / members as f64, members));
    let mut out = vec![0.0; heights.len()];
    for (rank, (&index, mean)) in order.iter().zip(means).enumerate() {
        out[index] = mean.min(room).max(low) + rank as f64 * gap;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_survive_thinning() {
        // Ten thousand points over 300 units, with one spike up and one down.
        let mut points: Vec<Point> = (0..10_000)
            .map(|i| (f64::from(i) * 0.03, 100.0 + (f64::from(i) * 0.7).sin()))
            .collect();
        points[4_321].1 = 250.0;
        points[7_777].1 = 3.0;
        let thinned = thin(&points, 1.0, 0.25);
        assert!(thinned.len() <= 4 * 301, "{}", thinned.len());
        assert!(thinned.contains(&points[4_321]) && thinned.contains(&points[7_777]));
        assert_eq!(
            (thinned.first(), thinned.last()),
            (points.first(), points.last())
        );
    }

    #[test]
    fn a_straight_line_is_two_points() {
        let points: Vec<Point> = (0..100)
            .map(|i| (f64::from(i), 2.0 * f64::from(i)))
            .collect();
        assert_eq!(thin(&points, 1.0, 0.1), [points[0], points[99]]);
        assert_eq!(thin(&points[..1], 1.0, 0.1), [points[0]]);
        assert!(thin(&[], 1.0, 0.1).is_empty());
    }

    #[test]
    fn labels_part_around_their_middle() {
        assert_eq!(
            spread(&[50.0, 50.0, 10.0], 12.0, 0.0, 100.0),
            [44.0, 56.0, 10.0]
        );
        assert_eq!(spread(&[99.0, 98.0], 12.0, 0.0, 100.0), [100.0, 88.0]);
        assert_eq!(spread(&[1.0, 2.0], 12.0, 0.0, 100.0), [0.0, 12.0]);
    }
}
