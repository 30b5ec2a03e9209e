//! Crops of large scenes. An experiment evaluates losses hundreds of times, which on millions of pixels takes hours.

use std::ops::Range;

use ndarray::{ArrayView2, Axis, s};
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::field::IGNORE;

/// The longest side of what an experiment is made on, in pixels.
pub const LONGEST_SIDE: usize = 512;

/// Distance of the crops that are compared, in pixels.
const STEP: usize = 64;

/// Place of a crop in the scene that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Crop {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns of the scene.
    pub width: usize,
    /// Rows of the scene.
    pub height: usize,
}

impl Snapshot {
    /// The snapshot itself, or of a scene with a side over [`LONGEST_SIDE`] a crop of that side, whose shares of classes are
    /// the nearest to those of the whole. A crop keeps widths and objects as they are, which a smaller copy would not.
    #[must_use]
    pub fn cropped(self) -> Self {
        let (width, height) = (self.header.width, self.header.height);
        if width.max(height) <= LONGEST_SIDE {
            return self;
        }
        let size = (height.min(LONGEST_SIDE), width.min(LONGEST_SIDE));
        let (y, x) = most_alike(self.labels.index_axis(Axis(0), 0), self.shape().classes(), size);
        let (rows, columns) = (y..y + size.0, x..x + size.1);
        let photo = |photo: Vec<u8>| {
            let row = |row: usize| &photo[row * width..][columns.clone()];
            rows.clone().flat_map(row).copied().collect()
        };
        Self {
            labels: self.labels.slice(s![.., rows.clone(), columns.clone()]).to_owned(),
            logits: self.logits.slice(s![.., .., rows.clone(), columns.clone()]).to_owned(),
            shares: self.shares.map(|all| all.slice(s![.., .., rows.clone(), columns.clone()]).to_owned()),
            weights: self.weights.map(|all| all.slice(s![.., rows.clone(), columns.clone()]).to_owned()),
            photo: self.photo.map(photo),
            header: super::SnapshotHeader {
                height: size.0,
                width: size.1,
                crop: Some(Crop { x, y, width, height }),
                ..self.header
            },
        }
    }

    /// Sentence that says which part of the scene a crop is; none of the whole.
    pub fn part(&self) -> Option<String> {
        let Crop { x, y, width, height } = self.header.crop?;
        Some(format!(
            "Measured on {} × {} of the scene's {width} × {height} pixels, from x {x}, y {y}: the part whose shares of \
             classes are nearest to those of the whole.",
            self.header.width, self.header.height
        ))
    }
}

/// First row and column of the crop whose shares of classes are nearest to those of all labels. A class that it lacks
/// counts as far as can be.
fn most_alike(labels: ArrayView2<'_, u8>, classes: usize, (height, width): (usize, usize)) -> (usize, usize) {
    let (rows, columns) = labels.dim();
    let places: Vec<(usize, usize)> =
        starts(rows, height).flat_map(|y| starts(columns, width).map(move |x| (y, x))).collect();
    let within = |counts: &[u32], y: Range<usize>, x: Range<usize>| {
        let at = |y: usize, x: usize| f64::from(counts[y * (columns + 1) + x]);
        at(y.end, x.end) - at(y.start, x.end) - at(y.end, x.start) + at(y.start, x.start)
    };
    let counted = integral(labels, |label| label != IGNORE);
    let mut apart = vec![0.0; places.len()];
    for class in 0..classes {
        let of_class = integral(labels, |label| usize::from(label) == class);
        let share = |y: Range<usize>, x: Range<usize>| {
            within(&of_class, y.clone(), x.clone()) / within(&counted, y, x).max(1.0)
        };
        let whole = share(0..rows, 0..columns);
        for (apart, &(y, x)) in apart.iter_mut().zip(&places) {
            let own = share(y..y + height, x..x + width);
            *apart += if own > 0.0 || whole <= 0.0 { (own - whole).abs() } else { 1.0 };
        }
    }
    let nearest = places.iter().zip(&apart).min_by(|a, b| a.1.total_cmp(b.1));
    nearest.map_or((0, 0), |(place, _)| *place)
}

/// Places at which a length can begin in a longer one.
fn starts(all: usize, length: usize) -> impl Iterator<Item = usize> {
    (0..=all - length).step_by(STEP)
}

/// Numbers of pixels above and left of each corner of the grid.
fn integral(labels: ArrayView2<'_, u8>, is: impl Fn(u8) -> bool) -> Vec<u32> {
    let columns = labels.dim().1;
    let mut counts = vec![0; columns + 1];
    for row in labels.rows() {
        let above = counts.len() - columns - 1;
        let mut own = 0;
        counts.push(0);
        for (x, &label) in row.iter().enumerate() {
            own += u32::from(is(label));
            counts.push(counts[above + x + 1] + own);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::SnapshotHeader;
    use super::*;
    use crate::field::{Labels, Logits};

    /// Class 1 in the right quarter alone, a fifth of it; an ignored row.
    fn scene(height: usize, width: usize) -> Snapshot {
        let label = |(_, y, x): (usize, usize, usize)| match (y, x) {
            (7, _) => IGNORE,
            _ if x >= 3 * width / 4 && y % 5 == 0 => 1,
            _ => 0,
        };
        let labels = Labels::from_shape_fn((1, height, width), label);
        let logits = Logits::from_shape_fn((1, 2, height, width), |(_, c, y, x)| {
            (c * 1000 * 1000 + y * 1000 + x) as f32
        });
        let header = SnapshotHeader { channels: 2, height, width, ..SnapshotHeader::default() };
        let photo = (0..height * width).map(|i| (i % width % 251) as u8).collect();
        let weights = Some(logits.index_axis(Axis(1), 0).to_owned());
        Snapshot { header, labels, logits, shares: None, weights, photo: Some(photo) }
    }

    #[test]
    fn a_large_scene_is_cropped_to_a_part_that_is_like_it() {
        let whole = scene(600, 2048);
        let share = |snapshot: &Snapshot| {
            let of = |class: u8| snapshot.labels.iter().filter(|&&label| label == class).count() as f64;
            of(1) / (of(0) + of(1))
        };
        let expected = share(&whole);
        let crop = whole.clone().cropped();
        let place = crop.header.crop.expect("a crop");
        assert_eq!((crop.header.width, crop.header.height, place.width, place.height), (512, 512, 2048, 600));
        // A quarter of the columns of the whole are of the class, and of those crops that begin 128 before them.
        assert_eq!(place.x, 3 * 512 - 384);
        assert!((share(&crop) - expected).abs() < 0.002, "{} is not {expected}", share(&crop));
        assert_eq!(crop.labels[[0, 10, 400]], whole.labels[[0, place.y + 10, place.x + 400]]);
        let logits = [crop.logits[[0, 1, 10, 400]], whole.logits[[0, 1, place.y + 10, place.x + 400]]];
        assert_eq!(logits[0].to_bits(), logits[1].to_bits());
        assert_eq!(crop.photo.as_ref().map(|photo| photo[512 + 3]), Some(((place.x + 3) % 251) as u8));
        let part = crop.part().expect("a sentence");
        assert!(
            part.starts_with("Measured on 512 × 512 of the scene's 2048 × 600 pixels, from x 1152, y "),
            "{part}"
        );
        let field = crop.field().unwrap();
        let at = place.y * 1000 + place.x;
        assert_eq!(field.pixel_weights().map(|weights| weights[0].to_bits()), Some((at as f32).to_bits()));
    }

    #[test]
    fn a_small_scene_stays_whole() {
        let whole = scene(512, 100);
        let same = whole.clone().cropped();
        assert_eq!((&same.labels, same.header.crop, same.part()), (&whole.labels, None, None));
        let narrow = scene(700, 100).cropped();
        assert_eq!((narrow.header.width, narrow.header.height), (100, 512));
    }
}
