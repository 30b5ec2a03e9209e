//! Pixels by decreasing error: the sort behind the Lovász losses.

use std::ops::Range;

use super::{Field, Head, Window};

/// Pixels in decreasing order of error about one channel, each with its Jaccard increment.
///
/// The sort key is the logit of the error, `−s·v`, with `s = ±1` the side of the label and `v` the channel's
/// logit against the rest. Hinge error `1 − s·v` and probability error `|y − p| = σ(−s·v)` both grow with it,
/// so one sort serves both, and it tells errors apart that are both 1 to the last digit. Equal keys keep
/// pixel order, which makes every gradient deterministic.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Pixels that count, most wrong first.
    sorted: Vec<SortKey>,
    /// Jaccard increment by rank: growth of the Jaccard loss as this pixel joins the mispredicted ones. They
    /// sum to 1.
    increments: Vec<f64>,
    /// Number of ranked pixels that are foreground of the channel.
    pub foreground: usize,
}

/// A pixel at its rank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Index into the labels `[image, y, x]`.
    pub pixel: usize,
    /// Foreground of the channel, or background.
    pub is_foreground: bool,
    /// Jaccard increment: growth of the Jaccard loss as this pixel joins the mispredicted ones, from 0 to 1.
    pub increment: f64,
}

/// Sort entry of a pixel: from the highest bits down its key, its index and its side, so that one comparison
/// of integers orders by error and then by pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SortKey(u64);

impl SortKey {
    fn new(wrong_by: f32, pixel: usize, foreground: bool) -> Self {
        Self(u64::from(descending_key(wrong_by)) << 32 | (pixel as u64) << 1 | u64::from(foreground))
    }

    fn pixel(self) -> usize {
        (self.0 as u32 >> 1) as usize
    }

    fn is_foreground(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Ranking {
    /// Pixels by rank, from the most wrong to the least.
    pub fn ranks(&self) -> impl ExactSizeIterator<Item = Ranked> {
        self.sorted.iter().zip(&self.increments).map(|(entry, &increment)| Ranked {
            pixel: entry.pixel(),
            is_foreground: entry.is_foreground(),
            increment,
        })
    }

    pub(super) fn new(field: &Field<'_>, head: Head, images: Range<usize>, channel: usize) -> Self {
        let pixels = field.shape().pixels();
        let mut entries = Vec::with_capacity(images.len() * pixels);
        for image in images {
            entries.extend(entries_of(field, head, image, channel, 0..pixels));
        }
        Self::of(radix_sorted(entries))
    }

    /// Ranking after the pixels of a box changed: these are sorted anew and merged into the rest.
    pub(super) fn updated(&self, field: &Field<'_>, head: Head, channel: usize, window: &Window) -> Self {
        let shape = field.shape();
        let mut changed: Vec<SortKey> = window
            .runs(shape.width)
            .flat_map(|run| entries_of(field, head, window.image, channel, run))
            .collect();
        changed.sort_unstable();
        // Asked for every rank, so it must cost no division.
        let mut has_changed = vec![false; shape.images * shape.pixels()];
        let of_image = &mut has_changed[window.image * shape.pixels()..];
        window.runs(shape.width).for_each(|run| of_image[run].fill(true));
        let mut changed = changed.into_iter().peekable();
        let mut merged = Vec::with_capacity(self.sorted.len() + changed.len());
        for &entry in &self.sorted {
            if has_changed[entry.pixel()] {
                continue;
            }
            while let Some(first) = changed.next_if(|&first| first < entry) {
                merged.push(first);
            }
            merged.push(entry);
        }
        merged.extend(changed);
        Self::of(merged)
    }

    fn of(sorted: Vec<SortKey>) -> Self {
        let foreground = sorted.iter().filter(|entry| entry.is_foreground()).count();
        let increments = jaccard_increments(sorted.iter().map(|entry| entry.is_foreground()), foreground);
        Self { sorted, increments, foreground }
    }
}

/// Sort entries of the pixels of a run in one image, without ignored ones.
fn entries_of<'f>(
    field: &'f Field<'_>,
    head: Head,
    image: usize,
    channel: usize,
    run: Range<usize>,
) -> impl Iterator<Item = SortKey> + 'f {
    let probabilities = field.probabilities(head);
    let plane = field.shape().plane(image, channel).start;
    let first = image * field.shape().pixels();
    let labels = field.labels();
    run.filter_map(move |pixel| {
        let label = labels[first + pixel];
        if !field.counts(label) {
            return None;
        }
        let foreground = field.is_foreground(label, channel);
        let logit = probabilities.log_prob[plane + pixel] - probabilities.log_rest[plane + pixel];
        Some(SortKey::new(if foreground { -logit } else { logit } as f32, first + pixel, foreground))
    })
}

/// Key of a float as an integer, in descending order: larger floats have smaller keys.
fn descending_key(x: f32) -> u32 {
    // Adding 0 makes −0 and 0 the same key.
    let bits = (x + 0.0).to_bits();
    let ascending = if bits >> 31 == 0 { bits | 0x8000_0000 } else { !bits };
    !ascending
}

/// Entries sorted by key, given in the order of their pixels. Three passes of a stable
/// least-significant-digit radix sort, several times quicker here than a comparison sort.
fn radix_sorted(mut entries: Vec<SortKey>) -> Vec<SortKey> {
    const BITS: u32 = 11;
    const BUCKETS: usize = 1 << BITS;
    let digit = |entry: SortKey, pass: u32| (entry.0 >> (32 + pass * BITS)) as usize & (BUCKETS - 1);
    let mut counts = vec![[0u32; BUCKETS]; 3];
    for &entry in &entries {
        for (pass, counts) in (0u32..).zip(&mut counts) {
            counts[digit(entry, pass)] += 1;
        }
    }
    let mut spare = vec![SortKey(0); entries.len()];
    for (pass, starts) in (0u32..).zip(&mut counts) {
        let mut total = 0;
        for start in starts.iter_mut() {
            total += std::mem::replace(start, total);
        }
        for &entry in &entries {
            let slot = &mut starts[digit(entry, pass)];
            spare[*slot as usize] = entry;
            *slot += 1;
        }
        std::mem::swap(&mut entries, &mut spare);
    }
    entries
}

/// Jaccard loss of a growing set of mispredicted pixels (Berman et al. 2018, algorithm 1).
///
/// With `I` foreground pixels still right and a union of `U`, a foreground pixel adds `1/U` and a background
/// pixel `I/(U·(U+1))`. Without any foreground the first pixel makes the loss 1 and the others add nothing.
#[derive(Debug, Clone, Copy)]
pub struct JaccardLoss {
    still_right: f64,
    union: f64,
}

impl JaccardLoss {
    /// Loss of the empty set, for a truth with `foreground` pixels.
    pub fn new(foreground: usize) -> Self {
        Self { still_right: foreground as f64, union: foreground as f64 }
    }

    /// Increment that a pixel would add, without joining it.
    pub fn weight(&self, is_foreground: bool) -> f64 {
        if is_foreground {
            1.0 / self.union
        } else if self.union > 0.0 {
            self.still_right / (self.union * (self.union + 1.0))
        } else {
            1.0
        }
    }

    /// Joins a pixel to the set and returns the increment it adds.
    pub fn join(&mut self, is_foreground: bool) -> f64 {
        let added = self.weight(is_foreground);
        if is_foreground {
            self.still_right -= 1.0;
        } else {
            self.union += 1.0;
        }
        added
    }
}

/// Jaccard increment of each pixel, joined in the given order to the mispredicted ones; `foreground` is the
/// number of foreground pixels among them.
fn jaccard_increments(is_foreground: impl Iterator<Item = bool>, foreground: usize) -> Vec<f64> {
    let mut jaccard = JaccardLoss::new(foreground);
    is_foreground.map(|foreground| jaccard.join(foreground)).collect()
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
    fn radix_sort_orders_by_key_and_then_by_pixel() {
        // A linear congruential sequence with few distinct keys, so that ties matter.
        let entries: Vec<SortKey> = (0..5000u32)
            .map(|i| {
                let key = (i.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 20) as f32 - 2000.0;
                SortKey::new(key, i as usize, i.is_multiple_of(3))
            })
            .collect();
        let mut expected = entries.clone();
        expected.sort_unstable();
        assert_eq!(radix_sorted(entries), expected);
        assert_eq!(
            (expected[7].pixel().is_multiple_of(3), expected[7].0 >> 63),
            (expected[7].is_foreground(), 0)
        );
    }

    #[test]
    fn increments_are_the_differences_of_the_jaccard_loss() {
        let order = [true, false, false, true, false, true];
        let foreground = 3.0;
        let mut before = 0.0;
        for (rank, increment) in jaccard_increments(order.into_iter(), 3).into_iter().enumerate() {
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
        assert_eq!(jaccard_increments([false; 4].into_iter(), 0), [1.0, 0.0, 0.0, 0.0]);
        assert!(jaccard_increments([].into_iter(), 0).is_empty());
    }
}
