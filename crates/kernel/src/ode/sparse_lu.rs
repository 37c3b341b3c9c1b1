//! Sparse LU factorisation with threshold pivoting.
//!
//! Left-looking by columns after Gilbert and Peierls 1988, doi:10.1137/0909058, in the column order of the
//! [pattern](Pattern). A full matrix is the special case in which every entry is kept.

use super::pattern::Pattern;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An entry of the diagonal is kept as pivot while it is at least this fraction of the largest candidate.
const PIVOT_THRESHOLD: f64 = 0.1;

const UNASSIGNED: usize = usize::MAX;

/// Columns of `(index, value)` pairs, end to end.
#[derive(Debug, Clone, Default)]
struct Columns {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl Columns {
    fn clear(&mut self) {
        self.entries.clear();
        self.starts.clear();
        self.starts.push(0);
    }

    fn close_column(&mut self) {
        self.starts.push(self.entries.len());
    }

    fn column(&self, position: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[position]..self.starts[position + 1]]
    }
}

/// Factors of a square matrix, for any number of right-hand sides.
#[derive(Debug, Clone)]
pub(super) struct SparseLu {
    /// The row of the matrix chosen as pivot at each position.
    pivot_rows: Vec<usize>,
    /// The position at which each row of the matrix became pivot.
    positions: Vec<usize>,
    lower: Columns,
    upper: Columns,
    diagonal: Vec<f64>,
    work: Vec<f64>,
    touched: Vec<bool>,
    pending: BinaryHeap<Reverse<usize>>,
    candidates: Vec<usize>,
}

impl SparseLu {
    /// Room for the factors of matrices with so many unknowns.
    pub(super) fn new(size: usize) -> Self {
        Self {
            pivot_rows: vec![UNASSIGNED; size],
            positions: vec![UNASSIGNED; size],
            lower: Columns::default(),
            upper: Columns::default(),
            diagonal: vec![0.0; size],
            work: vec![0.0; size],
            touched: vec![false; size],
            pending: BinaryHeap::new(),
            candidates: Vec::new(),
        }
    }

    /// Factors `shift * I - J`, where `entries` are those of `J` in the order of the pattern, in the rows of auxiliary
    /// unknowns times `shift`. False if the matrix is singular or has an entry that is not a finite number.
    ///
    /// `weights` are the sizes by which rows are measured against each other when pivots are chosen, above 0.
    pub(super) fn factor(
        &mut self,
        pattern: &Pattern,
        entries: &[f64],
        shift: f64,
        weights: &[f64],
    ) -> bool {
        self.positions.fill(UNASSIGNED);
        self.lower.clear();
        self.upper.clear();
        for (position, column) in pattern.order().iter().enumerate() {
            let column = *column as usize;
            self.touch(column);
            self.work[column] += shift;
            for (row, entry) in pattern
                .rows(column)
                .iter()
                .zip(&entries[pattern.start(column)..])
            {
                let row = *row as usize;
                self.touch(row);
                self.work[row] -= if row < pattern.states() {
                    *entry
                } else {
                    entry * shift
                };
            }
            while let Some(Reverse(earlier)) = self.pending.pop() {
                let row = self.pivot_rows[earlier];
                let multiplier = std::mem::take(&mut self.work[row]);
                self.touched[row] = false;
                self.upper.entries.push((earlier as u32, multiplier));
                for index in self.lower.starts[earlier]..self.lower.starts[earlier + 1] {
                    let (target, value) = self.lower.entries[index];
                    self.touch(target as usize);
                    self.work[target as usize] -= value * multiplier;
                }
            }
            self.upper.close_column();
            let solvable = self.choose_pivot(position, column, weights);
            self.candidates.clear();
            if !solvable {
                self.work.fill(0.0);
                self.touched.fill(false);
                return false;
            }
        }
        true
    }

    fn touch(&mut self, row: usize) {
        if !self.touched[row] {
            self.touched[row] = true;
            match self.positions[row] {
                UNASSIGNED => self.candidates.push(row),
                earlier => self.pending.push(Reverse(earlier)),
            }
        }
    }

    /// Picks the pivot among the candidate rows and keeps the column of the lower factor.
    fn choose_pivot(&mut self, position: usize, column: usize, weights: &[f64]) -> bool {
        let mut largest = 0.0;
        let mut pivot_row = UNASSIGNED;
        for row in &self.candidates {
            let magnitude = self.work[*row].abs() / weights[*row];
            if !magnitude.is_finite() {
                return false;
            }
            if magnitude > largest {
                largest = magnitude;
                pivot_row = *row;
            }
        }
        if pivot_row == UNASSIGNED {
            return false;
        }
        if self.positions[column] == UNASSIGNED
            && self.work[column].abs() / weights[column] >= PIVOT_THRESHOLD * largest
        {
            pivot_row = column;
        }
        let pivot = self.work[pivot_row];
        for row in &self.candidates {
            let value = std::mem::take(&mut self.work[*row]);
            self.touched[*row] = false;
            if *row != pivot_row && value != 0.0 {
                self.lower.entries.push((*row as u32, value / pivot));
            }
        }
        self.lower.close_column();
        self.diagonal[position] = pivot;
        self.pivot_rows[position] = pivot_row;
        self.positions[pivot_row] = position;
        true
    }

    /// Solves for one right-hand side, in place, after a successful [`factor`](Self::factor).
    pub(super) fn solve(&mut self, pattern: &Pattern, right_hand_side: &mut [f64]) {
        for position in 0..self.pivot_rows.len() {
            let value = right_hand_side[self.pivot_rows[position]];
            self.work[position] = value;
            if value != 0.0 {
                for (row, factor) in self.lower.column(position) {
                    right_hand_side[*row as usize] -= factor * value;
                }
            }
        }
        for (position, column) in pattern.order().iter().enumerate().rev() {
            let value = std::mem::take(&mut self.work[position]) / self.diagonal[position];
            right_hand_side[*column as usize] = value;
            if value != 0.0 {
                for (earlier, factor) in self.upper.column(position) {
                    self.work[*earlier as usize] -= factor * value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest relative error of a solution that is known.
    fn error(pattern: &Pattern, entries: &[f64], shift: f64) -> f64 {
        let size = pattern.size();
        let expected: Vec<f64> = (0..size).map(|index| 1.0 + index as f64).collect();
        let mut solution: Vec<f64> = expected.iter().map(|value| shift * value).collect();
        for (column, factor) in expected.iter().enumerate() {
            for (row, entry) in pattern
                .rows(column)
                .iter()
                .zip(&entries[pattern.start(column)..])
            {
                let row = *row as usize;
                let scale = if row < pattern.states() { 1.0 } else { shift };
                solution[row] -= entry * scale * factor;
            }
        }
        let mut lu = SparseLu::new(size);
        assert!(lu.factor(pattern, entries, shift, &vec![1.0; size]));
        lu.solve(pattern, &mut solution);
        solution
            .iter()
            .zip(&expected)
            .map(|(found, wanted)| (found - wanted).abs() / wanted)
            .fold(0.0, f64::max)
    }

    #[test]
    fn a_ring_a_hub_and_a_full_matrix_are_solved() {
        let size: u32 = 60;
        let ring = (0..size).map(|i| vec![i, (i + 1) % size]).collect();
        let hub = (0..size)
            .map(|i| {
                if i == 0 {
                    (0..size).collect()
                } else {
                    vec![0, i]
                }
            })
            .collect();
        let full = vec![(0..size).collect(); size as usize];
        let mut noise = 1_u64;
        for columns in [ring, hub, full] {
            let pattern = Pattern::new(50, columns);
            let entries: Vec<f64> = (0..pattern.entries())
                .map(|_| {
                    noise = noise
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    (noise >> 40) as f64 / f64::from(1 << 23) - 1.0
                })
                .collect();
            assert!(error(&pattern, &entries, 0.3) < 1e-9);
        }
    }

    #[test]
    fn a_zero_diagonal_is_pivoted_and_singularity_reported() {
        let swap = Pattern::new(2, vec![vec![1], vec![0]]);
        assert!(error(&swap, &[-2.0, -3.0], 0.0) < 1e-15);
        let mut lu = SparseLu::new(2);
        assert!(!lu.factor(&swap, &[0.0, 1.0], 0.0, &[1.0; 2]));
        assert!(!lu.factor(&swap, &[f64::NAN, 1.0], 0.0, &[1.0; 2]));
    }
}
