//! The sums that all overlap losses are made of.

use std::ops::Add;

use super::{Field, Head};

/// Sums over the pixels that count, of one channel: p is the probability, y is 1 on the channel's foreground.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Σ p·y, the soft true positives.
    pub overlap: f64,
    /// Σ p
    pub prob: f64,
    /// Σ p²
    pub prob_sq: f64,
    /// Σ y
    pub label: f64,
}

impl Add for Sums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            overlap: self.overlap + other.overlap,
            prob: self.prob + other.prob,
            prob_sq: self.prob_sq + other.prob_sq,
            label: self.label + other.label,
        }
    }
}

/// `[image, channel]`, flat.
pub(super) fn by_image_and_channel(field: &Field<'_>) -> Vec<Sums> {
    let shape = field.shape();
    let prob = &field.probabilities(Head::Joint).prob;
    let mut all = Vec::with_capacity(shape.images * shape.channels);
    for image in 0..shape.images {
        let labels = field.labels_of(image);
        for channel in 0..shape.channels {
            let mut sums = Sums::default();
            for (&p, &label) in prob[shape.plane(image, channel)].iter().zip(labels) {
                if !field.counts(label) {
                    continue;
                }
                sums.prob += p;
                sums.prob_sq += p * p;
                if field.is_foreground(label, channel) {
                    sums.overlap += p;
                    sums.label += 1.0;
                }
            }
            all.push(sums);
        }
    }
    all
}
