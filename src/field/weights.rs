//! A weight for each pixel, and the two maps of weights that papers make of the labels alone.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis};

use super::{FieldError, LabelCounts, distance_transform};

/// Distance, in standard deviations, from which a border's weight is left out: it is below 10⁻¹³ of the largest there.
const REACH: f64 = 8.0;

/// Weight of the borders between cells, `[y, x]`: `w0 · exp(−(d₁ + d₂)² / (2σ²))` on each background pixel, with d₁ and d₂
/// its distances in pixels to the nearest and the second nearest cell, and 0 on all others. Added to
/// [`inverse_frequency_weights`] it is the weight of U-Net, with `w0` 10 and `sigma` 5.
///
/// A cell is a connected part of one class other than 0, pixels that touch at a corner being connected; the distance to it
/// is that to its nearest pixel. With fewer than two cells nearby the weight is 0. Ignored pixels are in no cell and have
/// none. Error for `w0` or `sigma` that is not a positive number.
///
/// Source: Ronneberger et al. 2015, equation 2, without its first term.
pub fn border_weights(
    labels: ArrayView2<'_, u8>,
    ignore: Option<u8>,
    w0: f64,
    sigma: f64,
) -> Result<Array2<f32>, FieldError> {
    for (name, value) in [("w0", w0), ("sigma", sigma)] {
        if !(value > 0.0 && value.is_finite()) {
            return Err(FieldError(format!("{name} is {value}; expected a positive number")));
        }
    }
    let (height, width) = labels.dim();
    let margin = (REACH * sigma).ceil() as usize;
    let mut nearest = Array2::from_elem((height, width), [f64::INFINITY; 2]);
    for cell in cells(labels, ignore) {
        // Farther away the cell has no weight, so that many cells cost no more than the pixels around them.
        let around = |low: usize, high: usize, end: usize| {
            (low.saturating_sub(margin), high.saturating_add(margin).saturating_add(1).min(end))
        };
        let (top, bottom) = around(cell.top, cell.bottom, height);
        let (left, right) = around(cell.left, cell.right, width);
        let columns = right - left;
        let mut outside = vec![true; (bottom - top) * columns];
        for &(y, x) in &cell.pixels {
            outside[(y - top) * columns + x - left] = false;
        }
        for (at, distance) in distance_transform(&outside, columns).into_iter().enumerate() {
            let [first, second] = &mut nearest[[top + at / columns, left + at % columns]];
            if distance < *first {
                (*first, *second) = (distance, *first);
            } else {
                *second = distance.min(*second);
            }
        }
    }
    let weight = |(&label, [first, second]): (&u8, &[f64; 2])| {
        let on_background = label == 0 && ignore != Some(0);
        if on_background {
            (w0 * (-(first + second).powi(2) / (2.0 * sigma * sigma)).exp()) as f32
        } else {
            0.0
        }
    };
    Ok(Array2::from_shape_fn((height, width), |at| weight((&labels[at], &nearest[at]))))
}

/// Weight of each pixel by how rare its class is, `[image, y, x]`: `N / (C · n)` with N counted pixels in all images, of which
/// n are of the pixel's class, and C classes that are there. The mean over counted pixels is 1. Ignored pixels have 0.
pub fn inverse_frequency_weights(labels: ArrayView3<'_, u8>, ignore: Option<u8>) -> Array3<f32> {
    let mut counts: LabelCounts = [0; 256];
    for &label in labels {
        counts[usize::from(label)] += 1;
    }
    if let Some(ignore) = ignore {
        counts[usize::from(ignore)] = 0;
    }
    let there = counts.iter().filter(|&&count| count > 0).count() as f64;
    let counted = counts.iter().sum::<usize>() as f64;
    let weight = |count: usize| if count > 0 { (counted / (there * count as f64)) as f32 } else { 0.0 };
    labels.map(|&label| weight(counts[usize::from(label)]))
}

/// Connected part of one class, with the box around it.
struct LabelledCell {
    pixels: Vec<(usize, usize)>,
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
}

fn cells(labels: ArrayView2<'_, u8>, ignore: Option<u8>) -> Vec<LabelledCell> {
    let (height, width) = labels.dim();
    let mut open = labels.map(|&label| label > 0 && Some(label) != ignore);
    let mut cells = Vec::new();
    for start in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        let (mut cell, mut next) = (
            LabelledCell {
                pixels: vec![start],
                top: start.0,
                left: start.1,
                bottom: start.0,
                right: start.1,
            },
            0,
        );
        while let Some(&(y, x)) = cell.pixels.get(next) {
            next += 1;
            cell.left = cell.left.min(x);
            (cell.bottom, cell.right) = (cell.bottom.max(y), cell.right.max(x));
            for v in y.saturating_sub(1)..(y + 2).min(height) {
                for u in x.saturating_sub(1)..(x + 2).min(width) {
                    if open[[v, u]] && labels[[v, u]] == labels[start] {
                        open[[v, u]] = false;
                        cell.pixels.push((v, u));
                    }
                }
            }
        }
        cells.push(cell);
    }
    cells
}

/// U-Net's weight of each pixel, `[image, y, x]`: that of its class's rarity and that of the borders. Refuses what
/// [`border_weights`] refuses.
pub fn unet_weights(
    labels: ArrayView3<'_, u8>,
    ignore: Option<u8>,
    w0: f64,
    sigma: f64,
) -> Result<Array3<f32>, FieldError> {
    let mut weights = inverse_frequency_weights(labels, ignore);
    for (mut weights, labels) in weights.outer_iter_mut().zip(labels.axis_iter(Axis(0))) {
        weights += &border_weights(labels, ignore, w0, sigma)?;
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Labels;

    /// Two cells of class 1 and one of class 2, and an ignored corner.
    fn labels() -> Labels {
        Labels::from_shape_fn((1, 8, 12), |(_, y, x)| match (y, x) {
            (1..=3, 1..=3) | (1..=4, 6..=8) => 1,
            (6..=7, 2..=4) => 2,
            (0, 11) => 255,
            _ => 0,
        })
    }

    /// Numbers of a NumPy script that compares every pixel with every pixel of each cell.
    #[test]
    fn weights_are_those_of_the_definition() {
        let labels = labels();
        let border = border_weights(labels.index_axis(Axis(0), 0), Some(255), 10.0, 5.0).unwrap();
        let frequency = inverse_frequency_weights(labels.view(), Some(255));
        for ((y, x), of_border, of_class) in [
            ((0, 0), 3.249_470_572_531_51, 0.465_686_274_509_804),
            ((2, 4), 8.352_702_114_112_72, 0.465_686_274_509_804),
            ((5, 3), 8.352_702_114_112_72, 0.465_686_274_509_804),
            ((7, 11), 0.798_233_355_054_876, 0.465_686_274_509_804),
            ((4, 4), 7.920_449_886_025_81, 0.465_686_274_509_804),
            ((2, 2), 0.0, 1.507_936_507_936_51),
        ] {
            assert!((f64::from(border[[y, x]]) - of_border).abs() < 1e-6, "x {x}, y {y}: {}", border[[y, x]]);
            assert!((f64::from(frequency[[0, y, x]]) - of_class).abs() < 1e-6);
        }
        assert!((border.sum() - 362.765_24).abs() < 1e-3 && (frequency.sum() - 95.0).abs() < 1e-4);
        assert_eq!((border[[0, 11]], frequency[[0, 0, 11]]), (0.0, 0.0));
        let both = unet_weights(labels.view(), Some(255), 10.0, 5.0).unwrap();
        assert!((both.sum() - 457.765_24).abs() < 1e-3);
    }

    #[test]
    fn one_cell_has_no_border_with_another_and_nonsense_is_refused() {
        let one = Array2::from_shape_fn((9, 9), |(y, x)| u8::from(y == x && y < 4));
        let weights = border_weights(one.view(), None, 10.0, 5.0).unwrap();
        assert!(weights.iter().all(|w| w.abs() < f32::MIN_POSITIVE), "corners connect");
        let refused = border_weights(one.view(), None, 10.0, 0.0).unwrap_err().to_string();
        assert_eq!(refused, "sigma is 0; expected a positive number");
        // What lies beyond the reach of a narrow border changes nothing, however many cells there are.
        let many = Array2::from_shape_fn((4, 400), |(y, x)| u8::from(y == 1 && x % 40 == 3));
        let narrow = border_weights(many.view(), None, 1.0, 1.0).unwrap();
        assert!(narrow.iter().all(|&w| w < 1e-30));
    }
}
