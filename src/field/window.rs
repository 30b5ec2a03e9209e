//! Rectangular boxes of pixels.

use std::ops::Range;

/// Box of pixels: some rows and columns of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Index of the image.
    pub image: usize,
    /// Rows of the box.
    pub rows: Range<usize>,
    /// Columns of the box.
    pub columns: Range<usize>,
}

impl Window {
    /// Smallest box around both; none for boxes of different images.
    #[must_use]
    pub fn union(&self, other: &Self) -> Option<Self> {
        let around = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        (self.image == other.image).then(|| Self {
            image: self.image,
            rows: around(&self.rows, &other.rows),
            columns: around(&self.columns, &other.columns),
        })
    }

    /// Number of pixels in the box.
    pub fn pixels(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// Runs of pixel indices `[y, x]` that make up the box, one a row, in an image `width` pixels wide.
    pub(super) fn runs(&self, width: usize) -> impl Iterator<Item = Range<usize>> {
        let columns = self.columns.clone();
        self.rows.clone().map(move |y| y * width + columns.start..y * width + columns.end)
    }
}
