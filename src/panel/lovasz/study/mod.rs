//! Sort behind a Lovász loss, rank by rank, and studies of it.
//!
//! - [`Order`]: errors, weights and pixels by rank, for charts and for pointing
//! - [`kink`]: the loss as one pixel's error moves; [`moments`]: the sort and the staircase as an animation
//! - [`readings`]: hinge, sigmoid and softmax; [`split`]: sorting parts by themselves; [`empty`]: an empty
//!   truth
//! - [`two_pixels`]: the surfaces of a scene of two pixels

pub mod empty;
pub mod kink;
pub mod moments;
pub mod readings;
pub mod split;
pub mod two_pixels;

use crate::field::{Field, JaccardLoss, Ranked};
use crate::loss::lovasz::Lovasz;

/// Pixels of one channel in decreasing order of error.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Order {
    /// Error by rank, at least 0.
    pub errors: Vec<f32>,
    /// Jaccard increment by rank, from 0 to 1: the weight of the pixel's error in the loss.
    pub increments: Vec<f32>,
    /// Pixel by rank, as an index into the labels `[image, y, x]`.
    pub pixels: Vec<u32>,
    /// Side by rank: true for foreground of the channel.
    pub foreground: Vec<bool>,
    /// Σ error · increment: the loss of this channel.
    pub value: f64,
}

/// Order of the whole batch about one channel.
pub fn order(field: &Field<'_>, loss: Lovasz, channel: usize) -> Order {
    let mut order = Order::default();
    let increments = field.ranking(loss.head(), 0..field.shape().images, channel);
    for (Sorted { error, pixel, is_foreground }, Ranked { increment, .. }) in
        sorted(field, loss, channel).zip(increments.ranks())
    {
        order.value += error * increment;
        order.errors.push(error as f32);
        order.increments.push(increment as f32);
        order.pixels.push(pixel as u32);
        order.foreground.push(is_foreground);
    }
    order
}

impl Order {
    /// Number of ranked pixels.
    pub fn len(&self) -> usize {
        self.pixels.len()
    }

    /// True if no pixel is ranked, as where all are ignored.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// Rank of a pixel, counted from 0; none if it is ignored.
    pub fn rank_of(&self, pixel: usize) -> Option<usize> {
        self.pixels.iter().position(|&ranked| ranked as usize == pixel)
    }

    /// Median rank of the foreground pixels with an error above 0; the first rank if there are none, and none
    /// if no pixel is ranked.
    pub fn median_foreground(&self) -> Option<usize> {
        let foreground = || (0..self.len()).filter(|&rank| self.foreground[rank] && self.errors[rank] > 0.0);
        foreground().nth(foreground().count() / 2).or((!self.is_empty()).then_some(0))
    }

    /// Contribution of a rank to the loss: error · increment.
    pub fn product(&self, rank: usize) -> f64 {
        f64::from(self.errors[rank]) * f64::from(self.increments[rank])
    }

    /// Weights in decreasing order.
    pub fn weights_decreasing(&self) -> Vec<f64> {
        self.decreasing(|rank| f64::from(self.increments[rank]))
    }

    /// Contributions to the loss in decreasing order.
    pub fn products_decreasing(&self) -> Vec<f64> {
        self.decreasing(|rank| self.product(rank))
    }

    /// Numbers of all ranks in decreasing order, given that they fall from rank to rank among the foreground,
    /// where a larger union divides, and among the background, where less is left to lose as well; so do
    /// errors. Two rows that fall are merged sooner than sorted.
    fn decreasing(&self, of: impl Fn(usize) -> f64) -> Vec<f64> {
        let side = |side: bool| {
            let of = &of;
            (0..self.len()).filter(move |&rank| self.foreground[rank] == side).map(of)
        };
        let (mut a, mut b) = (side(true).peekable(), side(false).peekable());
        let mut merged = Vec::with_capacity(self.len());
        while let Some(&x) = a.peek() {
            merged.extend(std::iter::from_fn(|| b.next_if(|&y| y > x)));
            merged.extend(a.next());
        }
        merged.extend(b);
        merged
    }
}

/// Smallest number of values, from the greatest down, that hold the fraction `share` of their sum.
pub fn fewest_that_hold(share: f64, decreasing: &[f64]) -> usize {
    let goal = share * decreasing.iter().sum::<f64>();
    let mut held = 0.0;
    let reached = decreasing.iter().position(|value| {
        held += value;
        held >= goal
    });
    reached.map_or(decreasing.len(), |last| last + 1)
}

/// A pixel at its rank, with its error in full precision.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sorted {
    error: f64,
    /// Index into the labels `[image, y, x]`.
    pixel: usize,
    is_foreground: bool,
}

/// Pixels of the whole batch about one channel, from the most wrong to the least.
fn sorted(field: &Field<'_>, loss: Lovasz, channel: usize) -> impl Iterator<Item = Sorted> {
    let shape = field.shape();
    let ranking = field.ranking(loss.head(), 0..shape.images, channel);
    let error_of = loss.errors(field);
    let pixels = shape.pixels();
    let error = |ranked: Ranked| {
        let i = shape.plane(ranked.pixel / pixels, channel).start + ranked.pixel % pixels;
        error_of(i, ranked.is_foreground)
    };
    let of = |ranked: Ranked| Sorted {
        error: error(ranked),
        pixel: ranked.pixel,
        is_foreground: ranked.is_foreground,
    };
    ranking.ranks().map(of).collect::<Vec<_>>().into_iter()
}

/// Number of even steps of the Jaccard loss, from 0 to 1, at which an error is read.
pub const READ_AT: usize = 200;

/// Errors at [`READ_AT`] + 1 even values of the Jaccard loss reached, from 0 to 1: a staircase whose area is
/// the loss.
fn error_by_jaccard(sorted: impl Iterator<Item = (f64, bool)>, foreground: usize) -> Vec<f64> {
    let mut jaccard = JaccardLoss::new(foreground);
    let (mut reached, mut last) = (0.0, 0.0);
    let mut read = Vec::with_capacity(READ_AT + 1);
    for (error, is_foreground) in sorted {
        let weight = jaccard.join(is_foreground);
        reached += weight;
        while read.len() <= READ_AT && (read.len() as f64) < reached * READ_AT as f64 {
            read.push(error);
        }
        if weight > 0.0 {
            last = error;
        }
    }
    read.resize(READ_AT + 1, last);
    read
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4, array};

    use super::*;
    use crate::field::{Labels, Logits};
    use crate::loss::Loss;
    use crate::loss::lovasz::Error;

    pub(super) const ERRORS: [Error; 2] = [Error::Hinge, Error::Probability];

    pub(super) fn lovasz(error: Error) -> Lovasz {
        Lovasz { error, per_image: false, all_classes: true }
    }

    /// Logits in quarters, so that many errors are equal, and labels with some foreground.
    pub(super) fn scene(seed: u32, shape: (usize, usize, usize, usize)) -> (Logits, Labels) {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let (images, channels, height, width) = shape;
        let logits = Array4::from_shape_simple_fn(shape, || (next() % 33) as f32 / 4.0 - 4.0);
        let classes = channels.max(2) as u32;
        let labels = Array3::from_shape_simple_fn((images, height, width), || {
            if next() % 3 == 0 { (next() % classes) as u8 } else { 0 }
        });
        (logits, labels)
    }

    #[test]
    fn the_order_adds_up_to_the_loss() {
        let logits = array![[[[0.3f32, -2.0, 1.5, -0.2, 0.9, 4.0]]]];
        let labels = array![[[1u8, 0, 0, 1, 1, 0]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for error in ERRORS {
            let loss = Lovasz { error, per_image: false, all_classes: false };
            let order = order(&field, loss, 0);
            assert!((order.value - loss.evaluate(&field, None)).abs() < 1e-12);
            assert!(order.errors.is_sorted_by(|a, b| a >= b), "{:?}", order.errors);
            assert_eq!(order.pixels[0], 5, "logit 4 on the background is the worst");
            assert!(!order.foreground[0]);
            assert_eq!((order.rank_of(5), order.rank_of(6)), (Some(0), None));
            assert_eq!(order.pixels[order.median_foreground().unwrap()], 0, "of pixels 3, 0 and 4");
        }
    }

    #[test]
    fn merged_weights_and_products_are_the_sorted_ones() {
        for seed in 0..20 {
            let (logits, labels) = scene(seed, (1, 1, 7, 9));
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            for error in ERRORS {
                let order = order(&field, lovasz(error), 0);
                let down = |mut values: Vec<f64>| {
                    values.sort_by(|a, b| b.total_cmp(a));
                    values
                };
                let weights = order.increments.iter().map(|&w| f64::from(w)).collect();
                let products = (0..order.len()).map(|rank| order.product(rank)).collect();
                assert_eq!(order.weights_decreasing(), down(weights));
                assert_eq!(order.products_decreasing(), down(products));
            }
        }
    }

    #[test]
    fn half_of_the_weight_is_held_by_as_few_as_can() {
        assert_eq!(fewest_that_hold(0.5, &[4.0, 3.0, 2.0, 1.0]), 2);
        assert_eq!(fewest_that_hold(0.5, &[1.0, 0.0, 0.0]), 1);
        assert_eq!(fewest_that_hold(0.5, &[]), 0);
    }

    #[test]
    fn the_area_under_the_errors_is_the_loss() {
        let (logits, labels) = scene(3, (1, 1, 20, 20));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let order = order(&field, lovasz(Error::Hinge), 0);
        let foreground = order.foreground.iter().filter(|side| **side).count();
        let all = order.errors.iter().map(|&e| f64::from(e)).zip(order.foreground.iter().copied());
        let read = error_by_jaccard(all, foreground);
        let area = read.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).sum::<f64>() / READ_AT as f64;
        assert!((area - order.value).abs() < 0.01 * order.value, "{area}, not {}", order.value);
        assert!((read[0] - f64::from(order.errors[0])).abs() < 1e-12);
        let sole = error_by_jaccard([(0.7, false), (0.2, false)].into_iter(), 0);
        assert!(sole.iter().all(|error| (error - 0.7).abs() < 1e-12), "what has no weight takes no room");
    }
}
