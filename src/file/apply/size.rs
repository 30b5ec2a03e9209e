//! Size at which a file is opened: its own, a part of it, or another number of pixels.

use ndarray::Array2;

use super::super::choice::{Resampling, Sizing};
use super::super::{FileRefusal, LONGEST_SIDE, text};
use crate::field::IGNORE;

/// Map from a file's pixels to those that are opened.
#[derive(Debug, Clone, Copy)]
pub(in crate::file) struct TargetGrid {
    source: (usize, usize),
    /// First column and row.
    start: (usize, usize),
    /// Columns and rows of the file that are used.
    used: (usize, usize),
    /// Columns and rows that are opened.
    pub(super) target: (usize, usize),
    pub(super) method: Resampling,
}

/// Range of source pixels under a target pixel.
type Span = std::ops::Range<usize>;

impl TargetGrid {
    /// Error for a part that is not in the file, and for a size that is none.
    pub(in crate::file) fn of(source: (usize, usize), sizing: Sizing) -> Result<Self, FileRefusal> {
        let whole = Self { source, start: (0, 0), used: source, target: source, method: Resampling::Centre };
        match sizing {
            Sizing::Own => Ok(whole),
            Sizing::Crop { x, y, width, height } => {
                let fits = |start: usize, side: usize, all: usize| {
                    side > 0 && start.checked_add(side).is_some_and(|end| end <= all)
                };
                if !fits(x, width, source.0) || !fits(y, height, source.1) {
                    return Err(text::crop_outside((x, y), (width, height), source));
                }
                let size = (width, height);
                Ok(Self { start: (x, y), used: size, target: size, ..whole })
            }
            Sizing::Resample { width, height, method } => {
                let may_be = |side: usize| (1..=LONGEST_SIDE).contains(&side);
                if !may_be(width) || !may_be(height) {
                    return Err(text::size(width as u64, height as u64));
                }
                Ok(Self { target: (width, height), method, ..whole })
            }
        }
    }

    pub(super) fn resamples(&self) -> bool {
        self.used != self.target
    }

    pub(super) fn crops(&self) -> bool {
        self.used != self.source
    }

    /// Source column and row under the centre of a target pixel.
    pub(super) fn centre(&self, y: usize, x: usize) -> (usize, usize) {
        let centre = |target: usize, from: usize, to: usize| {
            ((2 * target + 1) * from / (2 * to.max(1))).min(from.saturating_sub(1))
        };
        let column = self.start.0 + centre(x, self.used.0, self.target.0);
        (self.start.1 + centre(y, self.used.1, self.target.1), column)
    }

    /// Source rows and columns that a target pixel touches, with the share of the first and last of each.
    fn spans(&self, y: usize, x: usize) -> ((Span, [f64; 2]), (Span, [f64; 2])) {
        let span = |target: usize, from: usize, to: usize, offset: usize| {
            let step = from as f64 / to as f64;
            let (start, end) = (target as f64 * step, (target + 1) as f64 * step);
            let first = (start as usize).min(from - 1);
            let last = (end.ceil() as usize).clamp(first + 1, from);
            let share = |pixel: usize| (end.min((pixel + 1) as f64) - start.max(pixel as f64)).max(0.0);
            (offset + first..offset + last, [share(first), share(last - 1)])
        };
        (span(y, self.used.1, self.target.1, self.start.1), span(x, self.used.0, self.target.0, self.start.0))
    }

    /// Every source pixel that a target pixel touches, with its area.
    pub(in crate::file) fn area(&self, y: usize, x: usize) -> impl Iterator<Item = (usize, usize, f64)> {
        let ((rows, row_ends), (columns, column_ends)) = self.spans(y, x);
        let weight = |at: usize, span: &Span, ends: [f64; 2]| {
            if at == span.start {
                ends[0]
            } else if at + 1 == span.end {
                ends[1]
            } else {
                1.0
            }
        };
        rows.clone().flat_map(move |y| {
            let (row, columns) = (weight(y, &rows, row_ends), columns.clone());
            columns.clone().map(move |x| (y, x, row * weight(x, &columns, column_ends)))
        })
    }

    /// Labels at the target's size. `pixels` counts each label of the file.
    pub(super) fn labels(&self, labels: Array2<u8>, pixels: &[usize; 256]) -> Array2<u8> {
        if !self.resamples() && !self.crops() {
            return labels;
        }
        let method = if self.resamples() { self.method } else { Resampling::Centre };
        Array2::from_shape_fn((self.target.1, self.target.0), |(y, x)| match method {
            Resampling::Centre => labels[self.centre(y, x)],
            Resampling::Area => {
                let mut areas = [0.0; 256];
                for (y, x, area) in self.area(y, x) {
                    areas[usize::from(labels[[y, x]])] += area;
                }
                let mut best = 0;
                for label in 1..256 {
                    if areas[label] > areas[best] {
                        best = label;
                    }
                }
                best as u8
            }
            Resampling::KeepThin => {
                let here = self.area(y, x).map(|(y, x, _)| labels[[y, x]]);
                // Background and void are never kept for being rare.
                let rank = |label: u8| (label == 0 || label == IGNORE, pixels[usize::from(label)], label);
                here.min_by_key(|&label| rank(label)).unwrap_or(IGNORE)
            }
        })
    }
}

/// Number of regions of a class's pixels that touch by side or corner.
///
/// Rows are runs of pixels, so that the memory is that of the runs and not of the picture.
pub(super) fn components(width: usize, height: usize, inside: impl Fn(usize, usize) -> bool) -> usize {
    fn root(parents: &mut [u32], mut at: u32) -> u32 {
        while parents[at as usize] != at {
            parents[at as usize] = parents[parents[at as usize] as usize];
            at = parents[at as usize];
        }
        at
    }
    let mut parents: Vec<u32> = Vec::new();
    let mut above: Vec<(Span, u32)> = Vec::new();
    let mut count = 0usize;
    for y in 0..height {
        let mut row: Vec<(Span, u32)> = Vec::new();
        let mut x = 0;
        let mut next = 0;
        while x < width {
            if !inside(y, x) {
                x += 1;
                continue;
            }
            let start = x;
            while x < width && inside(y, x) {
                x += 1;
            }
            let id = parents.len() as u32;
            parents.push(id);
            count += 1;
            while next < above.len() && above[next].0.end < start {
                next += 1;
            }
            for (span, other) in above[next..].iter().take_while(|(span, _)| span.start <= x) {
                debug_assert!(span.end >= start, "spans are in order");
                let (a, b) = (root(&mut parents, id), root(&mut parents, *other));
                if a != b {
                    parents[a as usize] = b;
                    count -= 1;
                }
            }
            row.push((start..x, id));
        }
        above = row;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_touch_by_side_or_corner() {
        let picture = |rows: &[&str]| {
            let rows: Vec<Vec<bool>> =
                rows.iter().map(|row| row.bytes().map(|byte| byte == b'#').collect()).collect();
            components(rows[0].len(), rows.len(), |y, x| rows[y][x])
        };
        assert_eq!(picture(&["....", "...."]), 0);
        assert_eq!(picture(&["#..#", ".##.", "#..#"]), 1);
        assert_eq!(picture(&["#.#.#", "#.#.#", "#.###"]), 2);
        assert_eq!(picture(&["##.##", ".....", "##.##"]), 4);
        assert_eq!(picture(&["#...#", "#####"]), 1, "two runs that meet below");
    }

    #[test]
    fn areas_of_a_target_pixel_sum_to_its_size() {
        for (from, to) in [(7, 3), (3, 7), (5, 5), (8, 1), (1, 4)] {
            let sizing = Sizing::Resample { width: to, height: to, method: Resampling::Area };
            let grid = TargetGrid::of((from, from), sizing).unwrap();
            let size = (from as f64 / to as f64).powi(2);
            for target in 0..to {
                let sum: f64 = grid.area(target, 0).map(|(.., area)| area).sum();
                assert!((sum - size).abs() < 1e-9, "{from} to {to}: {sum} is not {size}");
            }
        }
    }

    #[test]
    fn each_method_keeps_what_it_says() {
        // Column 5 of 12 is class 1.
        let thin = || Array2::from_shape_fn((4, 12), |(_, x)| u8::from(x == 5));
        let mut pixels = [0; 256];
        (pixels[0], pixels[1]) = (44, 4);
        let opened = |method| {
            let grid = TargetGrid::of((12, 4), Sizing::Resample { width: 4, height: 4, method }).unwrap();
            grid.labels(thin(), &pixels).row(0).to_vec()
        };
        assert_eq!(opened(Resampling::Centre), [0, 0, 0, 0], "the centres are columns 1, 4, 7 and 10");
        let grid =
            TargetGrid::of((12, 4), Sizing::Resample { width: 4, height: 4, method: Resampling::Centre })
                .unwrap();
        assert_eq!([0, 1, 2, 3].map(|x| grid.centre(2, x)), [(2, 1), (2, 4), (2, 7), (2, 10)]);
        assert_eq!(opened(Resampling::Area), [0, 0, 0, 0]);
        assert_eq!(opened(Resampling::KeepThin), [0, 1, 0, 0]);
    }

    #[test]
    fn a_crop_is_a_part_of_the_file() {
        let labels = Array2::from_shape_fn((3, 4), |(y, x)| (4 * y + x) as u8);
        let grid = TargetGrid::of((4, 3), Sizing::Crop { x: 1, y: 2, width: 2, height: 1 }).unwrap();
        assert_eq!(grid.labels(labels, &[0; 256]), ndarray::arr2(&[[9, 10]]));
        for outside in [(3, 0, 2, 1), (0, 0, 0, 1), (usize::MAX, 0, 2, 1)] {
            let (x, y, width, height) = outside;
            assert!(TargetGrid::of((4, 3), Sizing::Crop { x, y, width, height }).is_err(), "{outside:?}");
        }
    }
}
