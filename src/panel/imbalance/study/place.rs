//! Perturbations of places: a shift, false blobs, wrong labels.

use ndarray::{ArrayView3, ArrayView4};

use super::is_foreground;
use crate::field::{IGNORE, Labels, Logits, distance_transform};
use crate::scene::random;

/// Seeds of the blobs' places and of the flipped labels.
const BLOBS: u32 = 21;
const FLIPS: u32 = 22;

/// Odds of a false blob, those of p = 0.9.
const SURE: f64 = 9.0;

/// Prediction moved `by` pixels to the right, the left border repeated.
pub(super) fn shifted(logits: ArrayView4<'_, f32>, by: usize) -> Logits {
    Logits::from_shape_fn(logits.dim(), |(image, channel, y, x)| {
        logits[[image, channel, y, x.saturating_sub(by)]]
    })
}

/// Prediction with `count` discs of foreground where the truth has none. A disc that finds no room is left
/// out.
pub(super) fn with_blobs(logits: ArrayView4<'_, f32>, labels: ArrayView3<'_, u8>, count: usize) -> Logits {
    let (_, channels, height, width) = logits.dim();
    let radius = (0.03 * height.min(width) as f64).max(1.0);
    let mut free: Vec<bool> = labels.iter().map(|&label| !is_foreground(label)).collect();
    let mut changed = logits.to_owned();
    for blob in 0..count {
        // Far enough from the foreground and from those before.
        let room = distance_transform(&free, width);
        let fits = |i: usize| {
            let (y, x) = ((i / width) as f64, (i % width) as f64);
            let border = y.min(x).min((height - 1) as f64 - y).min((width - 1) as f64 - x);
            room[i] > radius + 1.0 && border >= radius
        };
        let places: Vec<usize> = (0..free.len()).filter(|&i| fits(i)).collect();
        if places.is_empty() {
            break;
        }
        let place = places[(random::bits(BLOBS, blob as u64) % places.len() as u64) as usize];
        let (row, column) = ((place / width) as f64, (place % width) as f64);
        for y in 0..height {
            for x in 0..width {
                if (y as f64 - row).hypot(x as f64 - column) <= radius {
                    free[y * width + x] = false;
                    // The mean of the pixel's logits stays, which losses of one class against the rest see.
                    let gauge =
                        (0..channels).map(|channel| f64::from(logits[[0, channel, y, x]])).sum::<f64>()
                            / channels as f64;
                    let sure = (SURE * (channels - 1).max(1) as f64).ln();
                    for channel in 0..channels {
                        let z = match (channels, channel) {
                            (1, _) => sure,
                            (_, 1) => gauge + sure * (1.0 - 1.0 / channels as f64),
                            _ => gauge - sure / channels as f64,
                        };
                        changed[[0, channel, y, x]] = z as f32;
                    }
                }
            }
        }
    }
    changed
}

/// Labels of which the fraction `share`, among those that count, is replaced by another class's.
pub(super) fn mislabelled(logits: ArrayView4<'_, f32>, labels: ArrayView3<'_, u8>, share: f64) -> Labels {
    let classes = logits.dim().1.max(2) as u64;
    let mut counted: Vec<usize> =
        (0..labels.len()).filter(|&i| labels.as_slice().is_some_and(|l| l[i] != IGNORE)).collect();
    counted.sort_by_key(|&i| random::bits(FLIPS, i as u64));
    let flipped = (share * counted.len() as f64).round() as usize;
    let mut changed = labels.to_owned();
    let width = labels.dim().2;
    for &i in counted.iter().take(flipped) {
        let label = &mut changed[[0, i / width, i % width]];
        let step = 1 + random::bits(FLIPS + 1, i as u64) % (classes - 1);
        *label = ((u64::from(*label) + step) % classes) as u8;
    }
    changed
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::*;

    #[test]
    fn a_shift_moves_columns() {
        let logits = Array4::from_shape_fn((1, 1, 3, 8), |(_, _, y, x)| (10 * y + x) as f32);
        let moved = shifted(logits.view(), 3);
        assert!((moved[[0, 0, 2, 7]] - 24.0).abs() < 1e-6 && (moved[[0, 0, 1, 2]] - 10.0).abs() < 1e-6);
    }

    #[test]
    fn wrong_labels_are_as_many_as_asked_and_nested() {
        let labels =
            Array3::from_shape_fn((1, 20, 20), |(_, y, x)| if x == 0 { IGNORE } else { (y % 3) as u8 });
        let logits = Array4::zeros((1, 3, 20, 20));
        let wrong = |share: f64| -> Vec<bool> {
            mislabelled(logits.view(), labels.view(), share)
                .iter()
                .zip(&labels)
                .map(|(a, b)| a != b)
                .collect()
        };
        let (few, many) = (wrong(0.05), wrong(0.3));
        assert_eq!(few.iter().filter(|&&w| w).count(), 19);
        assert_eq!(many.iter().filter(|&&w| w).count(), 114);
        assert!(few.iter().zip(&many).all(|(few, many)| !few || *many));
    }

    #[test]
    fn blobs_lie_in_the_background() {
        let labels = Array3::from_shape_fn((1, 64, 64), |(_, y, x)| u8::from(y > 40 && x > 40));
        for channels in [1, 3] {
            let logits = Array4::from_elem((1, channels, 64, 64), -5.0f32);
            let mut before = 0;
            for count in 1..5 {
                let found = with_blobs(logits.view(), labels.view(), count);
                let on: Vec<_> = found
                    .indexed_iter()
                    .filter(|((_, c, ..), z)| *c == channels.min(2) - 1 && **z > -4.9)
                    .collect();
                assert!(on.iter().all(|((_, _, y, x), _)| labels[[0, *y, *x]] == 0));
                assert!(on.len() > before, "{count}");
                before = on.len();
                let ((_, _, y, x), z) = on[0];
                let of = |channel: usize| f64::from(found[[0, channel, y, x]]);
                let others: f64 = match channels {
                    1 => 1.0,
                    _ => of(0).exp() + of(2).exp(),
                };
                let p = f64::from(*z).exp() / (f64::from(*z).exp() + others);
                let mean = (0..channels).map(of).sum::<f64>() / channels as f64;
                assert!(channels == 1 || (mean + 5.0).abs() < 1e-5, "the gauge is {mean}");
                assert!((p - 0.9).abs() < 1e-5);
            }
        }
    }
}
