//! Sums over pixels that all overlap losses are made of.

use std::iter::Sum;
use std::ops::Add;

use super::{Field, Head};

/// Sums over the counted pixels of one channel: p is the probability, y the target, which is 1 on the
/// channel's foreground and 0 elsewhere, or the soft label.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Σ p·y, soft true positives.
    pub overlap: f64,
    /// Σ p, predicted area.
    pub prob: f64,
    /// Σ p²
    pub prob_sq: f64,
    /// Σ y, true area.
    pub label: f64,
    /// Σ y²
    pub label_sq: f64,
    /// Σ |p − y|
    pub distance: f64,
    /// Number of pixels that count.
    pub pixels: f64,
}

impl Add for Sums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            overlap: self.overlap + other.overlap,
            prob: self.prob + other.prob,
            prob_sq: self.prob_sq + other.prob_sq,
            label: self.label + other.label,
            label_sq: self.label_sq + other.label_sq,
            distance: self.distance + other.distance,
            pixels: self.pixels + other.pixels,
        }
    }
}

impl Sum for Sums {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), Self::add)
    }
}

/// Overlap sums of one image, channel by channel.
pub(super) fn by_channel(field: &Field<'_>, head: Head, image: usize) -> Vec<Sums> {
    let of_channel = |channel| match field.soft_labels() {
        None => of_hard_labels(field, head, image, channel),
        Some(soft) => of_soft_labels(field, soft, head, image, channel),
    };
    (0..field.shape().channels).map(of_channel).collect()
}

fn of_hard_labels(field: &Field<'_>, head: Head, image: usize, channel: usize) -> Sums {
    let prob = &field.probabilities(head).prob[field.shape().plane(image, channel)];
    let mut sums = Sums::default();
    for (&p, &label) in prob.iter().zip(field.labels_of(image)) {
        if !field.counts(label) {
            continue;
        }
        sums.pixels += 1.0;
        sums.prob += p;
        sums.prob_sq += p * p;
        if field.is_foreground(label, channel) {
            sums.overlap += p;
            sums.label += 1.0;
        }
    }
    Sums { label_sq: sums.label, distance: sums.prob + sums.label - 2.0 * sums.overlap, ..sums }
}

fn of_soft_labels(field: &Field<'_>, soft: &[f32], head: Head, image: usize, channel: usize) -> Sums {
    let plane = field.shape().plane(image, channel);
    let prob = &field.probabilities(head).prob[plane.clone()];
    let mut sums = Sums::default();
    for ((&p, &y), &label) in prob.iter().zip(&soft[plane]).zip(field.labels_of(image)) {
        if !field.counts(label) {
            continue;
        }
        let y = f64::from(y);
        sums = sums
            + Sums {
                overlap: p * y,
                prob: p,
                prob_sq: p * p,
                label: y,
                label_sq: y * y,
                distance: (p - y).abs(),
                pixels: 1.0,
            };
    }
    sums
}
