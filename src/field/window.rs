//! A box of pixels.

use std::ops::Range;

/// The pixels in some rows and columns of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Which image.
    pub image: usize,
    /// Rows.
    pub rows: Range<usize>,
    /// Columns.
    pub columns: Range<usize>,
}

impl Window {
    /// The smallest box around both; none around boxes of different images.
    #[must_use]
    pub fn union(&self, other: &Self) -> Option<Self> {
        let around = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        (self.image == other.image).then(|| Self {
            image: self.image,
            rows: around(&self.rows, &other.rows),
            columns: around(&self.columns, &other.columns),
        })
    }

    /// Pixels in it.
    pub fn pixels(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// The runs of pixel indices it is made of, in an image so wide.
    pub(super) fn runs(&self, width: usize) -> impl Iterator<Item = Range<usize>> {
        let columns = self.columns.clone();
        self.rows.clone().map(move |y| y * width + columns.start..y * width + columns.end)
    }
}
