//! Loss as a function of one pixel's error, which moves through the ranks while all others stay.
//!
//! A Lovász loss is the integral over t of the Jaccard loss of all pixels with an error above t. As one
//! pixel's error grows from 0, it joins that set at every t below it, so the slope there is its increment of
//! the Jaccard loss of the others that are worse: constant between two of their errors, and another one after
//! a swap. That is exact, and takes one walk down the ranks.

use super::sorted;
use crate::field::{Field, JaccardLoss};
use crate::loss::lovasz::Lovasz;

/// Piecewise linear loss over one pixel's error; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Kink {
    /// Side of the pixel: true for foreground of the channel.
    pub is_foreground: bool,
    /// Error of the pixel in the field, and the loss there.
    pub now: Place,
    /// Errors of the others, greatest first.
    others: Vec<f64>,
    /// Weight of the pixel by the number of others that are worse.
    weights: Vec<f64>,
    /// Loss where the pixel's error equals that of another, in the order of `others`.
    at_others: Vec<f64>,
    /// Loss where the pixel's error is 0.
    at_rest: f64,
}

/// Point of the curve: an error of the pixel, with weight and loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Error of the pixel, at least 0.
    pub error: f64,
    /// Rank: the number of others that are worse.
    pub rank: usize,
    /// Weight: the pixel's increment of the Jaccard loss, which is the slope of the loss.
    pub weight: f64,
    /// Loss of the channel.
    pub value: f64,
}

/// Loss as a function of the error of one pixel, an index into the labels `[image, y, x]`; none if it is
/// ignored.
pub fn kink(field: &Field<'_>, loss: Lovasz, channel: usize, pixel: usize) -> Option<Kink> {
    let all: Vec<_> = sorted(field, loss, channel).collect();
    let rank = all.iter().position(|sorted| sorted.pixel == pixel)?;
    let own = all[rank];
    let mut jaccard = JaccardLoss::new(all.iter().filter(|sorted| sorted.is_foreground).count());
    let mut kink = Kink {
        is_foreground: own.is_foreground,
        now: Place { error: own.error, rank, weight: 0.0, value: 0.0 },
        others: Vec::with_capacity(all.len()),
        weights: Vec::with_capacity(all.len()),
        at_others: Vec::new(),
        at_rest: 0.0,
    };
    for other in all[..rank].iter().chain(&all[rank + 1..]) {
        kink.weights.push(jaccard.weight(own.is_foreground));
        kink.at_rest += other.error * jaccard.join(other.is_foreground);
        kink.others.push(other.error);
    }
    kink.weights.push(jaccard.weight(own.is_foreground));
    let (mut value, mut below) = (kink.at_rest, 0.0);
    kink.at_others = vec![0.0; kink.others.len()];
    for worse in (0..kink.others.len()).rev() {
        value += (kink.others[worse] - below) * kink.weights[worse + 1];
        below = kink.others[worse];
        kink.at_others[worse] = value;
    }
    // Among equals the order of the pixels decides, as in the loss's own gradient.
    kink.now.weight = kink.weights[rank];
    kink.now.value = kink.at(own.error).value;
    Some(kink)
}

impl Kink {
    /// Point of the curve at an error. Among pixels with the same error it is ranked as the worst.
    pub fn at(&self, error: f64) -> Place {
        let rank = self.others.partition_point(|other| *other > error);
        let weight = self.weights[rank];
        // From the greatest error of the others that is not above.
        let (from, value) = match self.others.get(rank) {
            Some(other) => (*other, self.at_others[rank]),
            None => (0.0, self.at_rest),
        };
        Place { error, rank, weight, value: value + (error - from) * weight }
    }

    /// Largest error of the others; 0 if there are none.
    pub fn worst_other(&self) -> f64 {
        self.others.first().copied().unwrap_or(0.0)
    }

    /// Points of the curve from an error of 0 to `most`, at every swap on the way. Of swaps closer than one
    /// part in `parts` only some are left, and always the last before a gap. The slope is the one after the
    /// swap.
    pub fn curve(&self, most: f64, parts: usize) -> Vec<Place> {
        let apart = most / parts.max(1) as f64;
        let mut curve = vec![self.at(0.0)];
        let mut last = 0.0;
        let first = self.others.partition_point(|other| *other > 0.0);
        let mut swaps =
            self.others[..first].iter().rev().copied().take_while(|error| *error < most).peekable();
        while let Some(error) = swaps.next() {
            let next = swaps.peek().copied().unwrap_or(most);
            if error - last >= apart || next - error >= apart {
                curve.push(self.at(error));
                last = error;
            }
        }
        curve.push(self.at(most));
        curve
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::super::order;
    use super::super::tests::{ERRORS, lovasz, scene};
    use super::*;
    use crate::field::{Labels, Logits};
    use crate::loss::Loss;
    use crate::loss::lovasz::Error;

    /// Loss of the crate itself with the pixel's logit changed, and the error that the pixel then has.
    fn direct(error: Error, logits: &Logits, labels: &Labels, pixel: usize, z: f32) -> (f64, f64) {
        let mut logits = logits.clone();
        logits.as_slice_mut().unwrap()[pixel] = z;
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        let is_foreground = field.labels()[pixel] == 1;
        let loss = lovasz(error);
        (loss.errors(&field)(pixel, is_foreground), loss.evaluate(&field, None))
    }

    #[test]
    fn it_is_the_loss_with_one_logit_changed() {
        for seed in 0..60 {
            let shape = (1, 1, 1 + seed as usize % 5, 1 + seed as usize % 7);
            let (logits, mut labels) = scene(seed, shape);
            if seed % 4 == 0 {
                labels.fill(0);
            }
            let pixels = shape.2 * shape.3;
            let pixel = seed as usize % pixels;
            if pixels > 3 {
                labels.as_slice_mut().unwrap()[(pixel + 1) % pixels] = 255;
            }
            let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
            for error in ERRORS {
                let kink = kink(&field, lovasz(error), 0, pixel).unwrap();
                assert!((kink.now.value - lovasz(error).evaluate(&field, None)).abs() < 1e-12);
                // In quarters, as the others are, so that it ties with them; and between.
                for step in -40i8..=40 {
                    let z = f32::from(step) / 8.0;
                    let (e, expected) = direct(error, &logits, &labels, pixel, z);
                    let found = kink.at(e).value;
                    assert!(
                        (found - expected).abs() < 1e-12,
                        "{seed} {error:?} {z}: {found}, not {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn it_is_the_loss_on_a_large_scene_too() {
        let (logits, labels) = scene(7, (1, 1, 256, 256));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for error in ERRORS {
            let pixel = 256 * 100 + 31;
            let kink = kink(&field, lovasz(error), 0, pixel).unwrap();
            for z in [-3.9f32, -0.5, 0.0, 0.26, 7.0] {
                let (e, expected) = direct(error, &logits, &labels, pixel, z);
                let found = kink.at(e).value;
                // 65 536 terms in another order.
                assert!((found - expected).abs() < 1e-10, "{error:?} {z}: {found}, not {expected}");
            }
            let curve = kink.curve(5.0, 400);
            assert!(curve.len() <= 802, "{}", curve.len());
            // Across what is wider than two parts nothing is left out.
            for pair in curve.windows(2).filter(|pair| pair[1].error - pair[0].error > 2.0 * 5.0 / 400.0) {
                let slope = kink.at(pair[1].error - 1e-9).weight;
                assert!((slope - pair[0].weight).abs() < 1e-15, "{pair:?}");
            }
        }
    }

    #[test]
    fn the_weight_is_that_of_its_rank_and_the_slope_of_the_loss() {
        for seed in 0..20 {
            let (logits, labels) = scene(seed, (1, 1, 6, 6));
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            for error in ERRORS {
                let order = order(&field, lovasz(error), 0);
                for rank in [0, 5, 35] {
                    let kink = kink(&field, lovasz(error), 0, order.pixels[rank] as usize).unwrap();
                    assert_eq!((kink.now.rank, kink.is_foreground), (rank, order.foreground[rank]));
                    assert!((kink.now.weight - f64::from(order.increments[rank])).abs() < 1e-7);
                    let (a, b) = (kink.at(0.3), kink.at(0.3 + 1e-9));
                    assert!((b.value - a.value - 1e-9 * a.weight).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn at_a_swap_the_slope_jumps_and_the_loss_does_not() {
        let (logits, labels) = scene(11, (1, 1, 8, 8));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for error in ERRORS {
            let kink = kink(&field, lovasz(error), 0, 13).unwrap();
            let curve = kink.curve(4.0, 100_000);
            assert!(curve.len() > 10);
            let mut jumps = 0;
            for pair in curve.windows(2) {
                let reached = pair[0].value + (pair[1].error - pair[0].error) * pair[0].weight;
                assert!((reached - pair[1].value).abs() < 1e-12, "{pair:?}");
                let just_before = kink.at(pair[1].error * (1.0 - 1e-14)).value;
                assert!((just_before - pair[1].value).abs() < 1e-12);
                jumps += usize::from((pair[0].weight - pair[1].weight).abs() > 1e-9);
            }
            assert!(jumps > 5, "{error:?}");
        }
    }

    #[test]
    fn the_last_swap_before_a_gap_is_drawn_however_close_the_others_are() {
        let logits = Array4::from_shape_fn((1, 1, 1, 90), |(.., x)| 1e-4 * x as f32 - 0.5);
        let labels = Array3::zeros((1, 1, 90));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let kink = kink(&field, lovasz(Error::Hinge), 0, 40).unwrap();
        let curve = kink.curve(2.0, 100);
        // Without foreground only the worst has a weight, and one part in 100 is more than all errors differ by.
        let rise = curve.windows(2).find(|pair| pair[0].weight < 0.5 && pair[1].weight > 0.5).unwrap();
        assert!((rise[1].error - 0.5089).abs() < 1e-6, "{rise:?}");
    }

    #[test]
    fn an_ignored_pixel_has_no_rank() {
        let (logits, mut labels) = scene(1, (1, 1, 2, 3));
        labels[[0, 0, 1]] = 255;
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        assert!(kink(&field, lovasz(Error::Hinge), 0, 1).is_none());
    }
}
