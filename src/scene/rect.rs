//! A box of pixels.

use ndarray::{Array, ArrayView, ArrayViewMut, Axis, Dimension, Slice};

/// Rows `top..bottom` and columns `left..right`; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// One past the last row.
    pub bottom: usize,
    /// One past the last column.
    pub right: usize,
}

impl Rect {
    /// All pixels of a grid.
    pub fn whole(height: usize, width: usize) -> Self {
        Self { top: 0, left: 0, bottom: height, right: width }
    }

    /// One pixel.
    pub fn pixel(y: usize, x: usize) -> Self {
        Self { top: y, left: x, bottom: y + 1, right: x + 1 }
    }

    /// The smallest box around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }

    /// The smallest box around what there is of both.
    pub(super) fn join(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.or(b),
        }
    }

    /// The box of an array whose last two axes are y and x.
    pub(super) fn view<T, D: Dimension>(self, array: &Array<T, D>) -> ArrayView<'_, T, D> {
        let axes = array.ndim();
        array.slice_each_axis(|of| self.along(of.axis, axes))
    }

    /// The same, to be written.
    pub(super) fn view_mut<T, D: Dimension>(self, array: &mut Array<T, D>) -> ArrayViewMut<'_, T, D> {
        let axes = array.ndim();
        array.slice_each_axis_mut(|of| self.along(of.axis, axes))
    }

    fn along(self, axis: Axis, axes: usize) -> Slice {
        match axes - axis.index() {
            1 => Slice::from(self.left..self.right),
            2 => Slice::from(self.top..self.bottom),
            _ => Slice::from(..),
        }
    }
}
