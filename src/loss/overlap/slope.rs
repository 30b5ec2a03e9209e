//! How losses that are made of Σpy and Σp change with both, by image and channel, and from there the gradient.

use std::ops::Range as Span;

use super::{Reduction, SoftForm};
use crate::field::{Field, Head};
use crate::loss::{Element, pull_back};

/// Derivatives of a score or a loss by the sums it is made of.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::loss) struct Slope {
    /// d/dΣpy
    pub by_overlap: f64,
    /// d/dΣp
    pub by_prob_sum: f64,
}

impl Slope {
    /// Multiplies both derivatives.
    pub(in crate::loss) fn times(self, factor: f64) -> Self {
        Self { by_overlap: factor * self.by_overlap, by_prob_sum: factor * self.by_prob_sum }
    }
}

/// Derivatives of a value by the sums of each image and channel. Through them the derivative by one pixel's
/// probability depends only on its image, its channel and its label.
#[derive(Debug)]
pub(in crate::loss) struct Slopes {
    by_image_and_channel: Vec<Slope>,
    channels: usize,
}

impl Slopes {
    /// Slopes of 0 everywhere.
    pub(in crate::loss) fn zero(field: &Field<'_>) -> Self {
        let shape = field.shape();
        let by_image_and_channel = vec![Slope::default(); shape.images * shape.channels];
        Self { by_image_and_channel, channels: shape.channels }
    }

    /// Sets the slope of some channels in some images.
    pub(in crate::loss) fn set(&mut self, images: Span<usize>, channels: Span<usize>, slope: Slope) {
        for image in images {
            self.by_image_and_channel[image * self.channels..][channels.clone()].fill(slope);
        }
    }

    /// Multiplies all slopes.
    pub(super) fn multiply(&mut self, factor: f64) {
        for slope in &mut self.by_image_and_channel {
            *slope = slope.times(factor);
        }
    }

    fn of(&self, image: usize, channel: usize) -> Slope {
        self.by_image_and_channel[image * self.channels + channel]
    }

    /// Writes the gradient by logits.
    pub(in crate::loss) fn pull_back<G: Element>(
        &self,
        field: &Field<'_>,
        head: Head,
        soft_form: SoftForm,
        gradient: &mut [G],
    ) {
        let Some(soft) = field.soft_labels() else {
            // Nearly always: two numbers for each channel, one on its foreground and one off it.
            return pull_back(field, head, gradient, |image, channel, _, label| {
                let slope = self.of(image, channel);
                let overlap = if field.is_foreground(label, channel) { slope.by_overlap } else { 0.0 };
                overlap + slope.by_prob_sum
            });
        };
        let (shape, probabilities) = (field.shape(), field.probabilities(head));
        pull_back(field, head, gradient, |image, channel, pixel, _| {
            let (slope, i) = (self.of(image, channel), shape.plane(image, channel).start + pixel);
            let y = f64::from(soft[i]);
            let overlap_by_prob = match soft_form {
                SoftForm::Product => y,
                SoftForm::Distance => 0.5 * (1.0 - sign(probabilities.prob[i] - y)),
            };
            slope.by_overlap * overlap_by_prob + slope.by_prob_sum
        });
    }

    /// Writes the gradient by logits for a denominator in which Σp² stands for Σp.
    pub(super) fn pull_back_squared<G: Element>(&self, field: &Field<'_>, head: Head, gradient: &mut [G]) {
        let (shape, probabilities) = (field.shape(), field.probabilities(head));
        pull_back(field, head, gradient, |image, channel, pixel, label| {
            let (slope, i) = (self.of(image, channel), shape.plane(image, channel).start + pixel);
            slope.by_overlap * field.target(i, label, channel)
                + 2.0 * slope.by_prob_sum * probabilities.prob[i]
        });
    }
}

impl Reduction {
    /// Value of the losses of some channels in each group of images, reduced to one number, with its slopes.
    /// Channels without a loss are left out of the mean.
    pub(in crate::loss) fn reduce(
        &self,
        field: &Field<'_>,
        per_image: bool,
        parts: &[Span<usize>],
        part: impl Fn(Span<usize>, Span<usize>) -> Option<(f64, Slope)>,
    ) -> (f64, Slopes) {
        let groups = field.groups(per_image);
        let mut slopes = Slopes::zero(field);
        let mut value = 0.0;
        for images in &groups {
            let scored: Vec<_> = parts
                .iter()
                .filter_map(|channels| {
                    let (value, slope) = part(images.clone(), channels.clone())?;
                    Some((channels.clone(), self.weights.of(channels.start), value, slope))
                })
                .collect();
            let divisor = if self.sum {
                1.0
            } else if self.weighted_mean {
                scored.iter().map(|(_, weight, ..)| weight).sum::<f64>() * groups.len() as f64
            } else {
                (scored.len() * groups.len()) as f64
            };
            for (channels, weight, loss, slope) in scored {
                let scale = if divisor > 0.0 { weight / divisor } else { 0.0 };
                value += scale * loss;
                slopes.set(images.clone(), channels, slope.times(scale));
            }
        }
        (value, slopes)
    }
}

/// Sign of a number: −1, 0 or 1, where `signum` of 0 is 1.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}
