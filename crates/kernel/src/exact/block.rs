//! Some numbers side by side, and the choice among them in proportion to their size.

use wide::{f64x2, i64x2};

/// `2 * WIDTH * HEIGHT` numbers. Their order goes down the columns, so that sums run over all columns at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<const WIDTH: usize, const HEIGHT: usize>([[f64x2; WIDTH]; HEIGHT]);

impl<const WIDTH: usize, const HEIGHT: usize> Block<WIDTH, HEIGHT> {
    /// The number at every position in order.
    #[inline(always)]
    pub(super) fn from_fn(number: impl Fn(usize) -> f64) -> Self {
        Self(std::array::from_fn(|row| {
            std::array::from_fn(|pair| {
                let column = 2 * pair;
                f64x2::new([
                    number(column * HEIGHT + row),
                    number((column + 1) * HEIGHT + row),
                ])
            })
        }))
    }

    #[inline(always)]
    pub(super) fn plus(mut self, other: Self) -> Self {
        for row in 0..HEIGHT {
            for pair in 0..WIDTH {
                self.0[row][pair] += other.0[row][pair];
            }
        }
        self
    }

    #[inline(always)]
    pub(super) fn times(mut self, other: Self) -> Self {
        for row in 0..HEIGHT {
            for pair in 0..WIDTH {
                self.0[row][pair] *= other.0[row][pair];
            }
        }
        self
    }

    /// The sums of all numbers, none negative, up to each position.
    ///
    /// They never fall in spite of rounding, and stay the same at a 0: both sides of every comparison are one rounded
    /// sum, of which one part grows. What has no share is never chosen by [`passed`](Self::passed).
    #[inline(always)]
    pub(super) fn cumulative(mut self) -> Self {
        for row in 1..HEIGHT {
            for pair in 0..WIDTH {
                self.0[row][pair] += self.0[row - 1][pair];
            }
        }
        // What is before each column.
        let mut columns = [f64x2::ZERO; WIDTH];
        let mut before = 0.0;
        for (pair, column) in columns.iter_mut().enumerate() {
            let [left, right] = self.0[HEIGHT - 1][pair].to_array();
            let middle = if pair == 0 { left } else { before + left };
            *column = f64x2::new([before, middle]);
            before = middle + right;
        }
        for row in &mut self.0 {
            for pair in 0..WIDTH {
                row[pair] += columns[pair];
            }
        }
        self
    }

    /// The number at the last position.
    #[inline(always)]
    pub(super) fn last(&self) -> f64 {
        self.0[HEIGHT - 1][WIDTH - 1].to_array()[1]
    }

    /// How many of the cumulative sums do not exceed the target: the position that it falls to.
    #[inline(always)]
    pub(super) fn passed(&self, target: f64) -> usize {
        let target = f64x2::splat(target);
        let mut passed = [i64x2::ZERO; WIDTH];
        for row in &self.0 {
            for pair in 0..WIDTH {
                // Where it holds, all bits are set: the whole number -1.
                passed[pair] -= bytemuck::cast::<_, i64x2>(row[pair].simd_le(target));
            }
        }
        let passed = passed.into_iter().fold(i64x2::ZERO, |sum, pair| sum + pair);
        let [left, right] = passed.to_array();
        (left + right) as usize
    }
}
