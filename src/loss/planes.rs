//! The mean that distance losses are: of a number for each pixel, over images and classes.

use super::config::Config;
use super::overlap::{head, per_image};
use crate::field::{Field, Head, Shape};

/// Settings of a mean over planes: its extent, and the head.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlaneMean {
    /// Head that gives probabilities in a multi-class task.
    pub head: Head,
    /// True if each image has a mean of its own.
    pub per_image: bool,
    /// True if class 0 counts in a multi-class task.
    pub background: bool,
    /// True if the means of classes, and of images that have their own, are added up.
    pub sum: bool,
}

impl PlaneMean {
    /// Planes with the settings of the parameters that losses share.
    pub(super) fn new(config: &Config<'_>) -> Self {
        Self {
            head: head(config),
            per_image: per_image(config),
            background: config.flag("background"),
            sum: config.flag("sum"),
        }
    }

    /// First channel that counts.
    pub(super) fn first(&self, shape: Shape) -> usize {
        shape.first_channel(self.background)
    }

    /// Factor of each image's pixels in the mean.
    fn scales(&self, field: &Field<'_>) -> Vec<f64> {
        let shape = field.shape();
        let mut scales = vec![0.0; shape.images];
        let groups = field.groups(self.per_image);
        let means = if self.sum { 1 } else { groups.len() * (shape.channels - self.first(shape)) };
        for images in &groups {
            let pixels = field.valid_pixels(images.clone());
            if pixels > 0 {
                scales[images.clone()].fill(1.0 / (pixels * means) as f64);
            }
        }
        scales
    }

    /// Mean of a number over the pixels that count, with the factor of each image's pixels. `number` is given
    /// the index among the logits and true for the foreground.
    pub(super) fn mean(&self, field: &Field<'_>, number: impl Fn(usize, bool) -> f64) -> (f64, Vec<f64>) {
        let shape = field.shape();
        let scales = self.scales(field);
        let mut mean = 0.0;
        for (image, scale) in scales.iter().enumerate() {
            let mut sum = 0.0;
            for channel in self.first(shape)..shape.channels {
                for (i, &label) in shape.plane(image, channel).zip(field.labels_of(image)) {
                    if field.counts(label) {
                        sum += number(i, field.is_foreground(label, channel));
                    }
                }
            }
            mean += scale * sum;
        }
        (mean, scales)
    }
}
