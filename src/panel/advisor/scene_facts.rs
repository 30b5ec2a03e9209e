//! Facts about a scene's truth: amount of foreground, number of objects, their sizes and widths.
//!
//! An object is a connected part of one class, where pixels that touch at a corner are connected (8
//! neighbours). Its boundary is those of its pixels that have one of their four neighbours outside the class,
//! the world beyond the border being outside, as [`metric`](crate::metric) has it. Ignored pixels are in no
//! object. Facts are of the first image of a field and its hard labels.

use serde::{Deserialize, Serialize};

use crate::field::{Field, distance_transform};
use crate::metric::edge;

/// Object: a connected part of one class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SceneObject {
    /// Class of the object.
    pub class: usize,
    /// Area in pixels.
    pub pixels: usize,
    /// Number of its boundary pixels.
    pub boundary: usize,
    /// Depth: distance of its innermost pixel to the nearest pixel outside, in pixels; 1 in a line of one
    /// pixel.
    pub depth: f64,
    /// Width in pixels, that of a band whose pixels are as deep on average; at least 1. One thick spot, or a place where
    /// two lines cross, changes it little.
    pub width: f64,
    /// True if it touches the border of the image.
    pub at_border: bool,
}

impl SceneObject {
    /// True for an object many times longer than wide, whatever its size and that of the image. A disc has 1.8 times
    /// the square of its [`width`](Self::width), and a square 2.3 times; an object with [`THIN`] times that square is a
    /// line, or a tree of lines.
    pub fn is_thin(&self) -> bool {
        self.pixels as f64 >= THIN * self.width.powi(2)
    }
}

/// Area, in squares of its width, from which an object is thin.
pub const THIN: f64 = 5.0;

/// Facts about the truth of a scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SceneFacts {
    /// Number of pixels that are not ignored.
    pub counted: usize,
    /// Foreground classes that the scene may have: 1 alone in a binary task.
    pub classes: Vec<usize>,
    /// Objects, class by class.
    pub objects: Vec<SceneObject>,
    /// Number of images in the scene's batch, its own included, or in the set that the facts are of.
    pub images: usize,
    /// Number of those images that have no foreground.
    pub empty_images: usize,
}

/// Region: all objects of a class, or of the whole foreground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Area in pixels.
    pub pixels: usize,
    /// Fraction of the counted pixels, from 0 to 1.
    pub share: f64,
    /// Number of objects.
    pub objects: usize,
    /// Area of the smallest object in pixels; 0 if there is none.
    pub smallest: usize,
    /// Median area of the objects in pixels; 0 if there is none.
    pub median: f64,
    /// Area of the largest object in pixels; 0 if there is none.
    pub largest: usize,
    /// Number of boundary pixels.
    pub boundary: usize,
    /// Fraction of the area that is boundary, from 0 to 1: 1 if nothing is wider than two pixels.
    pub thinness: f64,
    /// Number of objects that touch the border of the image.
    pub at_border: usize,
    /// Fraction of the area that lies in thin objects, from 0 to 1.
    pub thin: f64,
}

impl SceneFacts {
    /// Facts of a field's first image.
    pub fn of(field: &Field<'_>) -> Self {
        let shape = field.shape();
        let classes: Vec<usize> = (1..shape.classes()).collect();
        let mut objects = Vec::new();
        for &class in &classes {
            let mask = field.mask(0, if shape.channels == 1 { 0 } else { class });
            objects.extend(objects_of(&mask, shape.width, class));
        }
        let empty_images = usize::from(objects.is_empty());
        Self { counted: field.valid_pixels(0..1), classes, objects, images: 1, empty_images }
    }

    /// Facts of a set of images, from those of each: their objects and pixels together. None for no image.
    pub fn of_set(images: impl IntoIterator<Item = Self>) -> Option<Self> {
        images.into_iter().reduce(|mut set, image| {
            set.counted += image.counted;
            set.objects.extend(image.objects);
            set.images += image.images;
            set.empty_images += image.empty_images;
            set.classes.extend(image.classes);
            set.classes.sort_unstable();
            set.classes.dedup();
            set
        })
    }

    /// Facts of one image of several regions a pixel, from those of each region's binary task: pixels are counted once for each
    /// region. None for no region.
    pub fn of_regions(regions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let together = Self::of_set(regions)?;
        let empty_images = usize::from(together.is_empty());
        Some(Self { images: 1, empty_images, ..together })
    }

    /// Region of a class, or of the whole foreground.
    pub fn region(&self, class: Option<usize>) -> Region {
        let own: Vec<&SceneObject> =
            self.objects.iter().filter(|object| class.is_none_or(|class| object.class == class)).collect();
        let mut areas: Vec<usize> = own.iter().map(|object| object.pixels).collect();
        areas.sort_unstable();
        let pixels: usize = areas.iter().sum();
        let boundary = own.iter().map(|object| object.boundary).sum();
        let thin: usize = own.iter().filter(|object| object.is_thin()).map(|object| object.pixels).sum();
        let of_area = |part: usize| part as f64 / pixels.max(1) as f64;
        Region {
            pixels,
            share: pixels as f64 / self.counted.max(1) as f64,
            objects: own.len(),
            smallest: areas.first().copied().unwrap_or(0),
            median: median(&areas),
            largest: areas.last().copied().unwrap_or(0),
            boundary,
            thinness: of_area(boundary),
            at_border: own.iter().filter(|object| object.at_border).count(),
            thin: of_area(thin),
        }
    }

    /// True if the truth has no foreground.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

fn median(sorted: &[usize]) -> f64 {
    match sorted.len() {
        0 => 0.0,
        n => (sorted[(n - 1) / 2] + sorted[n / 2]) as f64 / 2.0,
    }
}

fn objects_of(mask: &[bool], width: usize, class: usize) -> Vec<SceneObject> {
    let (height, edge, depth) = (mask.len() / width.max(1), edge(mask, width), depths(mask, width));
    let (parts, count) = parts(mask, width);
    let none = SceneObject { class, pixels: 0, boundary: 0, depth: 0.0, width: 0.0, at_border: false };
    let mut objects = vec![none; count];
    for (pixel, part) in parts.iter().enumerate() {
        let Some(part) = part else { continue };
        let (y, x) = (pixel / width, pixel % width);
        let object = &mut objects[*part];
        object.pixels += 1;
        object.boundary += usize::from(edge[pixel]);
        object.depth = object.depth.max(depth[pixel]);
        object.width += depth[pixel];
        object.at_border |= y == 0 || x == 0 || y + 1 == height || x + 1 == width;
    }
    for object in &mut objects {
        // In a band of width w the depth is ½ more than the distance to its edge, which is w/4 on average.
        object.width = (4.0 * (object.width / object.pixels as f64 - 0.5)).max(1.0);
    }
    objects
}

/// Distance of each pixel of a mask to the nearest pixel outside, in pixels; beyond the border is outside
/// too.
fn depths(mask: &[bool], width: usize) -> Vec<f64> {
    let wide = width + 2;
    let height = mask.len() / width.max(1);
    let mut framed = vec![false; wide * (height + 2)];
    for (row, own) in mask.chunks(width.max(1)).enumerate() {
        framed[(row + 1) * wide + 1..][..width].copy_from_slice(own);
    }
    let all = distance_transform(&framed, wide);
    (0..height).flat_map(|row| all[(row + 1) * wide + 1..][..width].to_vec()).collect()
}

/// Connected part of each pixel of a mask (8 neighbours), numbered in the order of their first pixels, and
/// the number of parts; none outside the mask.
pub(crate) fn parts(mask: &[bool], width: usize) -> (Vec<Option<usize>>, usize) {
    let height = mask.len() / width.max(1);
    let mut parts = vec![None; mask.len()];
    let (mut count, mut waiting) = (0, Vec::new());
    for first in 0..mask.len() {
        if !mask[first] || parts[first].is_some() {
            continue;
        }
        parts[first] = Some(count);
        waiting.push(first);
        while let Some(pixel) = waiting.pop() {
            let (y, x) = (pixel / width, pixel % width);
            for row in y.saturating_sub(1)..=(y + 1).min(height - 1) {
                for column in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let next = row * width + column;
                    if mask[next] && parts[next].is_none() {
                        parts[next] = Some(count);
                        waiting.push(next);
                    }
                }
            }
        }
        count += 1;
    }
    (parts, count)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::*;
    use crate::field::IGNORE;

    /// Scene from text, one row for each row of pixels: `.` is background, `x` ignored, a digit its class.
    fn facts(rows: &[&str], channels: usize) -> SceneFacts {
        let label = |letter: u8| match letter {
            b'.' => 0,
            b'x' => IGNORE,
            digit => digit - b'0',
        };
        let labels =
            Array3::from_shape_fn((1, rows.len(), rows[0].len()), |(_, y, x)| label(rows[y].as_bytes()[x]));
        let logits = Array4::zeros((1, channels, rows.len(), rows[0].len()));
        SceneFacts::of(&Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap())
    }

    #[test]
    fn a_hand_made_mask_is_counted_right() {
        let facts = facts(
            &[
                "1.......", //
                ".1...111", "....1111", ".....11x", "........",
            ],
            1,
        );
        // The first two touch at a corner; the blob has two inner pixels, each near an outer one at a corner.
        assert_eq!((facts.counted, facts.objects.len()), (39, 2));
        let [line, blob] = [facts.objects[0], facts.objects[1]];
        assert_eq!((line.pixels, line.boundary, line.at_border), (2, 2, true));
        assert_eq!((blob.pixels, blob.boundary, blob.at_border), (9, 7, true));
        assert!((blob.depth - 2f64.sqrt()).abs() < 1e-12 && (line.depth - 1.0).abs() < 1e-12);
        let all = facts.region(None);
        assert_eq!((all.pixels, all.objects, all.smallest, all.largest), (11, 2, 2, 9));
        assert!((all.share - 11.0 / 39.0).abs() < 1e-12 && (all.median - 5.5).abs() < 1e-12);
        assert!((all.thinness - 9.0 / 11.0).abs() < 1e-12);
        assert_eq!((all.at_border, all.boundary), (2, 9));
    }

    #[test]
    fn classes_are_told_apart_and_an_empty_truth_is_empty() {
        let two = facts(&["1122", "11..", "...2"], 3);
        assert_eq!(two.classes, [1, 2]);
        let [one, other, all] = [Some(1), Some(2), None].map(|class| two.region(class));
        assert_eq!((one.pixels, one.objects, other.pixels, other.objects), (4, 1, 3, 2));
        assert_eq!((all.pixels, all.objects), (7, 3));
        // Two classes side by side each have their boundary where they meet.
        assert_eq!((one.boundary, other.boundary, all.boundary), (4, 3, 7));
        let none = facts(&["....", "..x."], 3);
        assert!(none.is_empty());
        let region = none.region(None);
        assert_eq!((region.pixels, region.objects, region.smallest, region.at_border), (0, 0, 0, 0));
        assert!(
            [region.share, region.median, region.thinness, region.thin].iter().all(|value| *value == 0.0)
        );
    }

    #[test]
    fn a_set_has_the_objects_and_pixels_of_all_its_images() {
        let images =
            [facts(&["1122", "11..", "...2"], 3), facts(&["....", "..x."], 3), facts(&["1.1.", "...."], 3)];
        let set = SceneFacts::of_set(images).unwrap();
        assert_eq!((set.images, set.empty_images, set.counted), (3, 1, 12 + 7 + 8));
        assert_eq!(set.classes, [1, 2]);
        let [one, other, all] = [Some(1), Some(2), None].map(|class| set.region(class));
        assert_eq!((one.pixels, one.objects, one.smallest, one.largest), (6, 3, 1, 4));
        assert_eq!((other.pixels, other.objects), (3, 2));
        assert!((all.share - 9.0 / 27.0).abs() < 1e-12 && (all.median - 1.0).abs() < 1e-12);
        assert_eq!(SceneFacts::of_set([]), None);
    }

    /// Vessels in a large mask: two pixels wide, over hundreds, and joined in a spot that is thick.
    #[test]
    fn thin_is_said_in_the_terms_of_the_mask() {
        let side = 300;
        let tree = |spot: f64| {
            let labels = Array3::from_shape_fn((1, side, side), |(_, y, x)| {
                let near = (y as f64 - 150.0).hypot(x as f64 - 150.0) <= spot;
                u8::from(near || y.abs_diff(x) < 2 || (y + x).abs_diff(side) < 2)
            });
            let logits = Array4::zeros((1, 1, side, side));
            SceneFacts::of(&Field::new(logits.view(), labels.view(), None).unwrap())
        };
        for spot in [0.0, 16.0] {
            let facts = tree(spot);
            assert_eq!(facts.objects.len(), 1);
            assert!(facts.objects[0].is_thin() && facts.region(None).thin > 0.99, "{:?}", facts.objects[0]);
        }
        let disc = Array3::from_shape_fn((1, side, side), |(_, y, x)| {
            u8::from((y as f64 - 150.0).hypot(x as f64 - 150.0) <= 90.0)
        });
        let logits = Array4::zeros((1, 1, side, side));
        let facts = SceneFacts::of(&Field::new(logits.view(), disc.view(), None).unwrap());
        assert!(!facts.objects[0].is_thin(), "{:?}", facts.objects[0]);
    }

    #[test]
    fn lines_are_thin_and_blobs_are_not() {
        let line = "1".repeat(30);
        let blank = ".".repeat(30);
        let thin = facts(&[&blank, &line, &blank], 1);
        assert!(thin.objects[0].is_thin() && (thin.region(None).thin - 1.0).abs() < 1e-12);
        let square = facts(&["......", ".1111.", ".1111.", ".1111.", ".1111.", "......"], 1);
        assert!(!square.objects[0].is_thin());
        // What fills the picture ends at its border: it is as deep as it is half wide.
        let full = facts(&["11111"; 5], 1);
        assert!((full.objects[0].depth - 3.0).abs() < 1e-12 && !full.objects[0].is_thin());
        assert_eq!(full.objects[0].boundary, 16);
    }

    /// Objects as the classes of "can be reached from", by passing on the least index until nothing changes.
    fn slowly(mask: &[bool], width: usize) -> Vec<Option<usize>> {
        let mut of: Vec<Option<usize>> = mask.iter().enumerate().map(|(i, on)| on.then_some(i)).collect();
        loop {
            let before = of.clone();
            for i in 0..mask.len() {
                for j in 0..mask.len() {
                    let near = (i / width).abs_diff(j / width) <= 1 && (i % width).abs_diff(j % width) <= 1;
                    if near && let (Some(a), Some(b)) = (of[i], of[j]) {
                        of[i] = Some(a.min(b));
                    }
                }
            }
            if of == before {
                return of;
            }
        }
    }

    #[test]
    fn objects_are_those_of_a_slow_search() {
        let width = 11;
        for (a, b, c) in [(3, 5, 3), (5, 2, 2), (7, 1, 4), (2, 9, 1), (1, 4, 7)] {
            let mask: Vec<bool> = (0..width * 9).map(|i| (i * a + i / width * b + i * i) % 7 < c).collect();
            let (found, count) = parts(&mask, width);
            let slow = slowly(&mask, width);
            let mut roots: Vec<usize> = slow.iter().flatten().copied().collect();
            roots.sort_unstable();
            roots.dedup();
            assert_eq!(count, roots.len());
            for (i, (found, slow)) in found.iter().zip(&slow).enumerate() {
                assert_eq!(found.map(|part| roots[part]), *slow, "pixel {i}");
            }
            // With a frame around it, whose pixels are outside.
            let outside: Vec<(usize, usize)> = (0..=10)
                .flat_map(|y| (0..=width + 1).map(move |x| (y, x)))
                .filter(|&(y, x)| {
                    let framed = (1..=9).contains(&y) && (1..=width).contains(&x);
                    !framed || !mask[(y - 1) * width + x - 1]
                })
                .collect();
            let depth = depths(&mask, width);
            for (i, depth) in depth.iter().enumerate().filter(|(i, _)| mask[*i]) {
                let (y, x) = (i / width + 1, i % width + 1);
                let nearest = outside
                    .iter()
                    .map(|&(v, u)| (v.abs_diff(y) as f64).hypot(u.abs_diff(x) as f64))
                    .fold(f64::INFINITY, f64::min);
                assert!((depth - nearest).abs() < 1e-9, "pixel {i}: {depth}, not {nearest}");
            }
        }
    }
}
