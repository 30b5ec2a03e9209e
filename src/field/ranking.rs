//! The sort behind the Lovász losses.

use std::ops::Range;

use super::{Field, Head};

/// Pixels in decreasing order of error about one channel, with the Jaccard increment each one carries.
///
/// The sort key is the logit of the error, `−s·v` with `s = ±1` the side of the label and `v` the channel's logit
/// against the rest. Hinge error `1 − s·v` and probability error `|y − p| = σ(−s·v)` both grow with it, so that one
/// sort serves both, and it tells errors apart that are both 1 to the last digit. Equal keys keep pixel order, which
/// makes every gradient deterministic.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Pixel indices into the labels `[image, y, x]`; ignored pixels are absent.
    pub order: Vec<u32>,
    /// By rank: how much the Jaccard loss grows when this pixel joins the mispredicted ones. They sum to 1.
    pub increments: Vec<f64>,
    /// How many of the ranked pixels are foreground.
    pub foreground: usize,
}

impl Ranking {
    pub(super) fn new(field: &Field<'_>, head: Head, images: Range<usize>, channel: usize) -> Self {
        let shape = field.shape();
        let probabilities = field.probabilities(head);
        let mut keyed = Vec::with_capacity(images.len() * shape.pixels());
        for image in images {
            let plane = shape.plane(image, channel);
            let logit = probabilities.log_prob[plane.clone()].iter().zip(&probabilities.log_rest[plane]);
            let first = image * shape.pixels();
            for (pixel, ((&log_p, &log_q), &label)) in logit.zip(field.labels_of(image)).enumerate() {
                if !field.counts(label) {
                    continue;
                }
                let wrong_by =
                    if field.is_foreground(label, channel) { log_q - log_p } else { log_p - log_q };
                keyed.push((descending_key(wrong_by as f32), (first + pixel) as u32));
            }
        }
        let order = radix_sorted(keyed);
        let is_foreground: Vec<bool> =
            order.iter().map(|&pixel| field.is_foreground(field.labels()[pixel as usize], channel)).collect();
        let foreground = is_foreground.iter().filter(|&&fg| fg).count();
        Self { increments: jaccard_increments(&is_foreground, foreground), order, foreground }
    }
}

/// Maps a float to an integer so that larger floats come first.
fn descending_key(x: f32) -> u32 {
    // Adding 0 makes −0 and 0 the same key.
    let bits = (x + 0.0).to_bits();
    let ascending = if bits >> 31 == 0 { bits | 0x8000_0000 } else { !bits };
    !ascending
}

/// Stable least-significant-digit radix sort in three passes; several times quicker than a comparison sort here.
fn radix_sorted(mut keyed: Vec<(u32, u32)>) -> Vec<u32> {
    const BITS: u32 = 11;
    const BUCKETS: usize = 1 << BITS;
    let mut spare = vec![(0, 0); keyed.len()];
    for pass in 0..3 {
        let digit = |key: u32| (key >> (pass * BITS)) as usize & (BUCKETS - 1);
        let mut starts = [0usize; BUCKETS];
        for &(key, _) in &keyed {
            starts[digit(key)] += 1;
        }
        let mut total = 0;
        for start in &mut starts {
            total += std::mem::replace(start, total);
        }
        for &entry in &keyed {
            let slot = &mut starts[digit(entry.0)];
            spare[*slot] = entry;
            *slot += 1;
        }
        std::mem::swap(&mut keyed, &mut spare);
    }
    keyed.into_iter().map(|(_, pixel)| pixel).collect()
}

/// What each pixel, taken in the given order into the set of mispredicted ones, adds to that set's Jaccard loss
/// (Berman et al. 2018, algorithm 1).
///
/// With `I` foreground pixels still right and a union of `U`, a foreground pixel adds `1/U` and a background pixel
/// `I/(U·(U+1))`. Without any foreground the first pixel makes the loss 1 and the others add nothing.
pub fn jaccard_increments(is_foreground: &[bool], foreground: usize) -> Vec<f64> {
    if foreground == 0 {
        let mut increments = vec![0.0; is_foreground.len()];
        if let Some(first) = increments.first_mut() {
            *first = 1.0;
        }
        return increments;
    }
    let (mut still_right, mut union) = (foreground as f64, foreground as f64);
    is_foreground
        .iter()
        .map(|&foreground| {
            if foreground {
                still_right -= 1.0;
                1.0 / union
            } else {
                union += 1.0;
                still_right / (union * (union - 1.0))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_reverse_the_order_of_floats() {
        let floats = [f32::MAX, 3.5, 1e-30, 0.0, -1e-30, -2.0, f32::MIN];
        let keys = floats.map(descending_key);
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn radix_sort_is_a_stable_sort() {
        // A linear congruential sequence with few distinct keys, so that ties matter.
        let keyed: Vec<(u32, u32)> = (0..5000u32)
            .map(|i| (i.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 20 << 17, i))
            .collect();
        let mut expected = keyed.clone();
        expected.sort_by_key(|&(key, _)| key);
        assert_eq!(radix_sorted(keyed), expected.into_iter().map(|(_, i)| i).collect::<Vec<_>>());
    }

    #[test]
    fn increments_are_the_differences_of_the_jaccard_loss() {
        let order = [true, false, false, true, false, true];
        let foreground = 3.0;
        let mut before = 0.0;
        for (rank, increment) in jaccard_increments(&order, 3).into_iter().enumerate() {
            let wrong_fg = order[..=rank].iter().filter(|&&fg| fg).count() as f64;
            let wrong_bg = (rank + 1) as f64 - wrong_fg;
            let loss = 1.0 - (foreground - wrong_fg) / (foreground + wrong_bg);
            assert!((increment - (loss - before)).abs() < 1e-15, "rank {rank}");
            before = loss;
        }
        assert!((before - 1.0).abs() < 1e-15);
    }

    #[test]
    fn without_foreground_the_worst_pixel_holds_everything() {
        assert_eq!(jaccard_increments(&[false; 4], 0), [1.0, 0.0, 0.0, 0.0]);
        assert!(jaccard_increments(&[], 0).is_empty());
    }
}
