//! Perturbation of size: the same shape, larger or smaller.

use ndarray::{Array3, Array4, ArrayView3, ArrayView4};

use super::super::text;
use super::is_foreground;
use crate::field::{Labels, Logits, distances_to_other_side};
use crate::scene::random;

/// Seed of the order in which a class's predictions are dealt out.
const SEED: u32 = 11;

/// Scene whose foreground has the fraction `fraction` of the pixels. Error, as a sentence, for a truth
/// without foreground.
///
/// The truth is the shape scaled about its middle: of all pixels those are foreground that lie deepest inside
/// it, or nearest to it, so that their number is exactly right. Every pixel is predicted as pixels of its
/// class are in the scene: each of those lends its logits to about as many, so that error rates stay what
/// they are.
pub(super) fn scaled(
    logits: ArrayView4<'_, f32>,
    labels: ArrayView3<'_, u8>,
    fraction: f64,
) -> Result<(Logits, Labels), String> {
    let (_, height, width) = labels.dim();
    let mask: Vec<bool> = labels.iter().map(|&label| is_foreground(label)).collect();
    let foreground = mask.iter().filter(|&&inside| inside).count();
    if foreground == 0 {
        return Err(text::NO_FOREGROUND.into());
    }
    let depth = depths(&mask, width);
    let wanted = ((fraction * mask.len() as f64).round() as usize).clamp(1, mask.len());
    let ratio = (wanted as f64 / foreground as f64).sqrt();
    let middle = |of: fn(usize, usize) -> usize| {
        (0..mask.len()).filter(|&i| mask[i]).map(|i| of(i, width) as f64).sum::<f64>() / foreground as f64
    };
    let (row, column) = (middle(|i, width| i / width), middle(|i, width| i % width));
    let source = |i: usize| {
        let (y, x) = ((i / width) as f64, (i % width) as f64);
        (row + (y - row) / ratio, column + (x - column) / ratio)
    };
    let scores: Vec<f64> = (0..mask.len()).map(|i| sample(&depth, (height, width), source(i))).collect();
    let mut order: Vec<usize> = (0..mask.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let commonest = commonest(labels);
    let mut scaled = Array3::zeros(labels.dim());
    for &i in &order[..wanted] {
        let (y, x) = source(i);
        let at = |place: f64, side: usize| (place.round().max(0.0) as usize).min(side - 1);
        let label = labels[[0, at(y, height), at(x, width)]];
        scaled[[0, i / width, i % width]] = if is_foreground(label) { label } else { commonest };
    }
    Ok((predicted_alike(logits, labels, &scaled), scaled))
}

/// Depth of each pixel inside the mask, in pixels; below 0 outside.
fn depths(mask: &[bool], width: usize) -> Vec<f64> {
    let distances = distances_to_other_side(mask, width).unwrap_or_else(|| vec![1.0; mask.len()]);
    // The edge runs half a pixel from either side's nearest pixel.
    distances.iter().zip(mask).map(|(d, &inside)| if inside { d - 0.5 } else { 0.5 - d }).collect()
}

/// Depth at a place between pixels, interpolated bilinearly. Beyond the border it falls with the distance
/// from there.
fn sample(depth: &[f64], (height, width): (usize, usize), (y, x): (f64, f64)) -> f64 {
    let (inner_y, inner_x) = (y.clamp(0.0, (height - 1) as f64), x.clamp(0.0, (width - 1) as f64));
    let (top, left) = (inner_y.floor() as usize, inner_x.floor() as usize);
    let (bottom, right) = ((top + 1).min(height - 1), (left + 1).min(width - 1));
    let (ty, tx) = (inner_y.fract(), inner_x.fract());
    let along = |row: usize| depth[row * width + left] * (1.0 - tx) + depth[row * width + right] * tx;
    along(top) * (1.0 - ty) + along(bottom) * ty - (y - inner_y).hypot(x - inner_x)
}

/// Foreground label that most pixels have; of equal ones the smallest.
fn commonest(labels: ArrayView3<'_, u8>) -> u8 {
    let count = |class: u8| labels.iter().filter(|&&label| label == class).count();
    (1..=crate::scene::MAX_CHANNELS as u8).max_by_key(|&class| (count(class), u8::MAX - class)).unwrap_or(1)
}

/// Logits for other labels: pixels of a class take those of the scene's pixels of that class, in an order
/// that has nothing to do with where they are. Pixels of a class that the scene lacks take any.
fn predicted_alike(logits: ArrayView4<'_, f32>, labels: ArrayView3<'_, u8>, scaled: &Labels) -> Logits {
    let (_, channels, height, width) = logits.dim();
    let mut alike = Array4::zeros((1, channels, height, width));
    let mut classes: Vec<u8> = scaled.iter().copied().collect();
    classes.sort_unstable();
    classes.dedup();
    for class in classes {
        let of = |all: &mut dyn Iterator<Item = &u8>| -> Vec<usize> {
            all.enumerate().filter(|(_, label)| **label == class).map(|(i, _)| i).collect()
        };
        let mut lenders = of(&mut labels.iter());
        if lenders.is_empty() {
            lenders = (0..labels.len()).collect();
        }
        // By how sure they are, so that those who lend are a fair sample of all, however few they are.
        let own = if channels == 1 { 0 } else { usize::from(class) };
        let sure = |i: usize| logits[[0, own, i / width, i % width]];
        lenders.sort_by(|&a, &b| sure(a).total_cmp(&sure(b)));
        let mut takers = of(&mut scaled.iter());
        takers.sort_by_key(|&i| random::bits(SEED, i as u64));
        for (k, &taker) in takers.iter().enumerate() {
            // In 32 bits, which the browser has, the products of two counts of pixels overflow.
            let place = (2 * k + 1) as u64 * lenders.len() as u64 / (2 * takers.len()) as u64;
            let lender = lenders[place as usize];
            for channel in 0..channels {
                alike[[0, channel, taker / width, taker % width]] =
                    logits[[0, channel, lender / width, lender % width]];
            }
        }
    }
    alike
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disc stays a disc: no pixel of it is farther from its middle than one that is not, but for the grid.
    #[test]
    fn a_disc_stays_a_disc_of_the_right_size() {
        let labels = Array3::from_shape_fn((1, 80, 80), |(_, y, x)| {
            u8::from((y as f64 - 39.5).hypot(x as f64 - 39.5) < 12.0)
        });
        let logits = Array4::zeros((1, 1, 80, 80));
        for fraction in [0.002, 0.02, 0.2, 0.5] {
            let (_, scaled) = scaled(logits.view(), labels.view(), fraction).unwrap();
            let radius = |(i, _): (usize, &u8)| ((i / 80) as f64 - 39.5).hypot((i % 80) as f64 - 39.5);
            let sides =
                |class: u8| scaled.iter().enumerate().filter(move |(_, label)| **label == class).map(radius);
            let (outer, inner) = (sides(1).fold(0.0, f64::max), sides(0).fold(f64::INFINITY, f64::min));
            assert!(
                outer < inner + 1.8 * (fraction * 6400.0 / 452.0f64).sqrt().max(1.0),
                "{fraction}: {outer} {inner}"
            );
            assert_eq!(sides(1).count(), (fraction * 6400.0).round() as usize);
        }
    }
}
