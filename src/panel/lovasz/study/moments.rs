//! Sort and staircase as an animation, every moment of which is a function of its step.
//!
//! In the first act the errors of a sample of pixels stand in the order of the image and move to their places
//! in the order of error. In the second, pixels join the mispredicted set one by one, worst first, and the
//! Jaccard loss grows.

use super::Order;

/// Steps of the first act; each later step is a pixel that joins.
pub const SLIDE: usize = 20;

/// Largest number of pixels that are seen to move.
const SAMPLE: usize = 64;

/// Largest number of corners of the staircase that are drawn.
const CORNERS: usize = 600;

/// Animation of one sort.
#[derive(Debug, Clone, Default)]
pub struct Moments {
    order: Order,
    /// Ranks of the pixels that are seen to move, in order.
    sample: Vec<usize>,
    /// Place of each of them in the order of the image.
    places: Vec<usize>,
    /// Jaccard loss by rank, once that pixel has joined.
    reached: Vec<f64>,
    /// Lovász loss by rank, once that pixel has joined.
    added: Vec<f64>,
}

/// Bar of one sampled pixel at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Place in the row, from 1 to the number of bars; a fraction while it moves.
    pub place: f64,
    /// Error of the pixel.
    pub error: f64,
    /// Side of the pixel: true for foreground.
    pub is_foreground: bool,
    /// True once the pixel has joined the mispredicted ones.
    pub has_joined: bool,
}

impl Moments {
    /// Animation of the first `shown` ranks: those after are right, and add as good as nothing.
    pub fn new(order: Order, shown: usize) -> Self {
        let shown = shown.min(order.len());
        let size = shown.min(SAMPLE);
        // Evenly by rank, the middle of each of so many equal parts.
        let sample: Vec<usize> = (0..size).map(|i| (2 * i + 1) * shown / (2 * size)).collect();
        let mut by_pixel: Vec<usize> = (0..size).collect();
        by_pixel.sort_by_key(|&i| order.pixels[sample[i]]);
        let mut places = vec![0; size];
        by_pixel.iter().enumerate().for_each(|(place, &i)| places[i] = place);
        let sums = |of: &dyn Fn(usize) -> f64| {
            (0..shown)
                .scan(0.0, |sum, rank| {
                    *sum += of(rank);
                    Some(*sum)
                })
                .collect()
        };
        let reached = sums(&|rank| f64::from(order.increments[rank]));
        let added = sums(&|rank| order.product(rank));
        Self { order, sample, places, reached, added }
    }

    /// Sort that is animated.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Number of the last step.
    pub fn steps(&self) -> usize {
        SLIDE + self.reached.len()
    }

    /// Number of pixels that are seen to move.
    pub fn sampled(&self) -> usize {
        self.sample.len()
    }

    /// Number of pixels that have joined at a step.
    pub fn joined(&self, step: f64) -> usize {
        // A cast sends what is below 0, and what is not a number, to 0.
        ((step - SLIDE as f64) as usize).min(self.reached.len())
    }

    /// Bars of the sample at a step, in the order of its ranks.
    pub fn bars(&self, step: f64) -> Vec<Bar> {
        let time = (step / SLIDE as f64).clamp(0.0, 1.0);
        // Slow at both ends.
        let slid = time * time * (3.0 - 2.0 * time);
        let joined = self.joined(step);
        self.sample
            .iter()
            .zip(&self.places)
            .enumerate()
            .map(|(i, (&rank, &place))| Bar {
                place: 1.0 + (1.0 - slid) * place as f64 + slid * i as f64,
                error: f64::from(self.order.errors[rank]),
                is_foreground: self.order.foreground[rank],
                has_joined: rank < joined,
            })
            .collect()
    }

    /// Corners of the staircase at a step: number of joined pixels, and their Jaccard loss. If there are too
    /// many corners to draw, only every so manieth is left, and always the last.
    pub fn staircase(&self, step: f64) -> Vec<[f64; 2]> {
        let joined = self.joined(step);
        let every = joined.div_ceil(CORNERS).max(1);
        let corner = |pixels: usize| [pixels as f64, self.jaccard(pixels)];
        (0..joined).step_by(every).map(corner).chain(std::iter::once(corner(joined))).collect()
    }

    /// Latest pixels that have joined, at most `most`: number joined with each, growth of the Jaccard loss
    /// since before the first of them, and true for foreground.
    pub fn latest(&self, step: f64, most: usize) -> Vec<(usize, f64, bool)> {
        let joined = self.joined(step);
        let first = joined.saturating_sub(most);
        let stair = |rank: usize| {
            (rank + 1, self.jaccard(rank + 1) - self.jaccard(first), self.order.foreground[rank])
        };
        (first..joined).map(stair).collect()
    }

    /// Largest Jaccard increment of all ranks.
    pub fn highest(&self) -> f64 {
        self.order.increments.iter().fold(0.0, |most, &increment| f64::from(increment).max(most))
    }

    /// Jaccard loss of the first `joined` pixels, from 0 to 1.
    pub fn jaccard(&self, joined: usize) -> f64 {
        joined.checked_sub(1).and_then(|last| self.reached.get(last)).copied().unwrap_or(0.0)
    }

    /// Lovász loss that the first `joined` pixels add up to.
    pub fn loss(&self, joined: usize) -> f64 {
        joined.checked_sub(1).and_then(|last| self.added.get(last)).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::order;
    use super::super::tests::{lovasz, scene};
    use super::*;
    use crate::field::Field;
    use crate::loss::lovasz::Error;

    fn moments(height: usize, shown: usize) -> Moments {
        let (logits, labels) = scene(9, (1, 1, height, 10));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        Moments::new(order(&field, lovasz(Error::Hinge), 0), shown)
    }

    #[test]
    fn errors_stand_as_in_the_image_and_end_in_their_order() {
        for moments in [moments(3, 30), moments(40, 300)] {
            let row = |step: f64| {
                let mut bars: Vec<(usize, Bar)> = moments.bars(step).into_iter().enumerate().collect();
                bars.sort_by(|a, b| a.1.place.total_cmp(&b.1.place));
                bars
            };
            let pixel = |i: usize| moments.order.pixels[moments.sample[i]];
            let first: Vec<u32> = row(0.0).iter().map(|(i, _)| pixel(*i)).collect();
            assert!(first.is_sorted(), "{first:?}");
            let last = row(SLIDE as f64);
            assert!(last.is_sorted_by(|a, b| a.1.error >= b.1.error));
            for (at, (i, bar)) in last.iter().enumerate() {
                assert_eq!(at, *i);
                assert!((bar.place - 1.0 - at as f64).abs() < 1e-12 && !bar.has_joined);
            }
            let (from, to) = (moments.bars(0.0), moments.bars(20.0));
            for ((half, from), to) in moments.bars(10.0).iter().zip(from).zip(to) {
                assert!((half.place - f64::midpoint(from.place, to.place)).abs() < 1e-12);
            }
        }
        assert_eq!(moments(40, 300).sampled(), SAMPLE);
    }

    #[test]
    fn every_step_is_as_high_as_the_increment_and_the_last_reaches_the_loss() {
        let moments = moments(4, 40);
        assert_eq!(moments.steps(), SLIDE + 40);
        for step in 1..=40 {
            let stairs = moments.staircase((SLIDE + step) as f64 + 0.4);
            assert_eq!(stairs.len(), step + 1);
            let rise = stairs[step][1] - stairs[step - 1][1];
            assert!((rise - f64::from(moments.order.increments[step - 1])).abs() < 1e-12);
        }
        assert!((moments.jaccard(40) - 1.0).abs() < 1e-6, "all pixels wrong is a Jaccard loss of 1");
        assert!((moments.loss(40) - moments.order.value).abs() < 1e-5);
        let latest = moments.latest(50.0, 12);
        assert_eq!((latest.len(), latest[0].0, latest[11].0), (12, 19, 30));
        assert!((latest[0].1 - f64::from(moments.order.increments[18])).abs() < 1e-12);
        assert!((latest[11].1 - moments.jaccard(30) + moments.jaccard(18)).abs() < 1e-12);
        assert!(latest.iter().all(|stair| stair.1 <= 12.0 * moments.highest()));
        assert_eq!((moments.latest(22.0, 12).len(), moments.latest(0.0, 12).len()), (2, 0));
        assert_eq!(moments.bars(25.0).iter().filter(|bar| bar.has_joined).count(), 5);
    }

    #[test]
    fn before_the_first_and_after_the_last_step_nothing_moves() {
        let moments = moments(100, 1000);
        for (beyond, end) in [(-3.0, 0.0), (f64::NAN, 0.0), (1e9, 1020.0)] {
            assert_eq!(moments.joined(beyond), moments.joined(end));
            assert_eq!(moments.staircase(beyond), moments.staircase(end));
        }
        assert!(moments.staircase(1020.0).len() <= CORNERS + 1);
        assert_eq!(moments.staircase(0.0), [[0.0, 0.0]]);
        let nothing = Moments::new(Order::default(), 10);
        assert_eq!((nothing.steps(), nothing.bars(3.0).len()), (SLIDE, 0));
    }
}
