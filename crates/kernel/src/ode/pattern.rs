//! Which entries of a Jacobian may differ from zero, and in which order its columns are best eliminated.

use std::collections::BTreeSet;

/// Entries of a square matrix by column, and an elimination order.
///
/// The first unknowns are **states**, which have a derivative; the others are **auxiliary**: formulas of states and of
/// auxiliary unknowns before them. Kept as unknowns of the linear equations, formulas that depend on everything do not
/// fill the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    states: usize,
    starts: Vec<usize>,
    rows: Vec<u32>,
    order: Vec<u32>,
}

impl Pattern {
    /// A pattern from the rows in each column, in any order, repetitions allowed.
    pub(super) fn new(states: usize, mut columns: Vec<Vec<u32>>) -> Self {
        let mut starts = vec![0];
        let mut rows = Vec::new();
        for listed in &mut columns {
            listed.sort_unstable();
            listed.dedup();
            rows.extend_from_slice(listed);
            starts.push(rows.len());
        }
        let order = minimum_degree_order(&columns);
        Self {
            states,
            starts,
            rows,
            order,
        }
    }

    /// How many unknowns are states.
    pub(super) fn states(&self) -> usize {
        self.states
    }

    /// How many unknowns there are.
    pub(super) fn size(&self) -> usize {
        self.order.len()
    }

    /// How many entries may differ from zero.
    pub(super) fn entries(&self) -> usize {
        self.rows.len()
    }

    /// The columns in the order of elimination.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// The number of the first entry of a column.
    pub(super) fn start(&self, column: usize) -> usize {
        self.starts[column]
    }

    /// The rows of the entries of a column, in order.
    pub(super) fn rows(&self, column: usize) -> &[u32] {
        &self.rows[self.starts[column]..self.starts[column + 1]]
    }

    /// The number of an entry.
    pub(super) fn position(&self, row: u32, column: usize) -> Option<usize> {
        let within = self.rows(column).binary_search(&row).ok()?;
        Some(self.starts[column] + within)
    }
}

/// An order in which few new entries arise: by smallest degree in the graph of the matrix plus its transpose (George
/// and Liu 1989, doi:10.1137/1031001).
fn minimum_degree_order(columns: &[Vec<u32>]) -> Vec<u32> {
    let size = columns.len();
    let mut neighbours = vec![BTreeSet::new(); size];
    for (column, rows) in (0u32..).zip(columns) {
        for row in rows.iter().copied().filter(|row| *row != column) {
            neighbours[column as usize].insert(row);
            neighbours[row as usize].insert(column);
        }
    }
    let mut queue: BTreeSet<(usize, u32)> =
        neighbours.iter().map(BTreeSet::len).zip(0u32..).collect();
    let mut order = Vec::with_capacity(size);
    while let Some((degree, vertex)) = queue.pop_first() {
        order.push(vertex);
        if degree == queue.len() {
            // The remaining graph is complete: every order fills it alike.
            order.extend(queue.iter().map(|(_, remaining)| *remaining));
            break;
        }
        let clique = std::mem::take(&mut neighbours[vertex as usize]);
        for member in &clique {
            let others = &mut neighbours[*member as usize];
            queue.remove(&(others.len(), *member));
            others.remove(&vertex);
            others.extend(clique.iter().filter(|other| *other != member));
            queue.insert((others.len(), *member));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_ordered_and_found() {
        let pattern = Pattern::new(2, vec![vec![1, 0, 1], vec![1]]);
        assert_eq!((pattern.entries(), pattern.size()), (3, 2));
        assert_eq!(pattern.rows(0), [0, 1]);
        assert_eq!(pattern.position(1, 1), Some(2));
        assert_eq!(pattern.position(0, 1), None);
    }

    #[test]
    fn a_hub_is_eliminated_late() {
        let size = 50;
        let hub = (0..size)
            .map(|column| {
                if column == 0 {
                    (0..size).collect()
                } else {
                    vec![0, column]
                }
            })
            .collect();
        let order = Pattern::new(size as usize, hub).order;
        assert!(order.iter().position(|column| *column == 0) >= Some(order.len() - 2));
    }
}
