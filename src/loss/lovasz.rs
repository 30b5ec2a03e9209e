//! The Lovász extension of the Jaccard loss, over either kind of error.
//!
//! Errors are sorted in decreasing order and each is weighted by what its pixel adds to the Jaccard loss of the set
//! of pixels at least as wrong ([`Ranking`](crate::field::Ranking)). The weights do not change until two errors swap
//! places, so they are constants to the gradient.

use std::ops::Range as Span;

use super::config::{Choice, Config, Param, PerClass};
use super::{Element, Loss, Range, evaluated_by_run, pull_back};
use crate::field::{Field, Head, Ranked, Task};

/// Error by which pixels are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// Hinge error max(0, 1 − s·z), on logits, one class against the rest.
    Hinge,
    /// Probability error |y − p|, from 0 to 1.
    Probability,
}

/// Lovász loss; see the [module docs](self).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lovasz {
    /// Error by which pixels are sorted.
    pub error: Error,
    /// True if every image is sorted by itself and the mean taken, false if the batch is sorted as one.
    pub per_image: bool,
    /// True if the mean is over all classes, false if only over those that the truth contains (multi-class).
    pub all_classes: bool,
}

/// Parameters for the conventions on which libraries differ.
pub(super) const CONVENTIONS: [Param; 2] = [
    Param::choice(
        "over",
        "sorts",
        &[Choice { id: "batch", label: "the batch" }, Choice { id: "image", label: "each image" }],
    )
    .convention()
    .of_batches(),
    Param::choice(
        "classes",
        "mean over",
        &[Choice { id: "present", label: "classes present" }, Choice { id: "all", label: "all classes" }],
    )
    .convention()
    .only(Task::Multiclass),
];

impl Lovasz {
    pub(super) fn new(error: Error, config: &Config<'_>) -> Self {
        Self {
            error,
            per_image: config.choice("over") == "image",
            all_classes: config.choice("classes") == "all",
        }
    }

    /// Head whose logits are ranked.
    pub fn head(self) -> Head {
        match self.error {
            Error::Hinge => Head::OneVsRest,
            Error::Probability => Head::Joint,
        }
    }

    /// Error of a logit of the field, given the side it should be on (true for foreground); at least 0.
    pub fn errors<'f>(self, field: &'f Field<'_>) -> impl Fn(usize, bool) -> f64 + 'f {
        let (logits, probabilities) = (field.logits(), field.probabilities(self.head()));
        move |i, foreground| match self.error {
            Error::Hinge => {
                let z = f64::from(logits[i]);
                let error = if foreground { 1.0 - z } else { 1.0 + z };
                // Not `max`, which WebAssembly does by a function call.
                if error > 0.0 { error } else { 0.0 }
            }
            Error::Probability => {
                if foreground {
                    probabilities.rest[i]
                } else {
                    probabilities.prob[i]
                }
            }
        }
    }

    /// Channels whose losses are averaged in one group.
    fn channels(self, field: &Field<'_>, images: &Span<usize>) -> Vec<usize> {
        let shape = field.shape();
        (0..shape.channels)
            .filter(|&channel| {
                self.all_classes
                    || shape.task() == Task::Binary
                    || field.ranking(self.head(), images.clone(), channel).foreground > 0
            })
            .collect()
    }
}

impl Lovasz {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that all losses have")]
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        self.weighted(field, &PerClass::all(1.0), gradient)
    }

    /// Value and gradient with a weight on the loss of each class; the mean is over their number.
    fn weighted<G: Element>(
        self,
        field: &Field<'_>,
        weights: &PerClass,
        mut gradient: Option<&mut [G]>,
    ) -> f64 {
        let shape = field.shape();
        let pixels = shape.pixels();
        let probabilities = field.probabilities(self.head());
        // Where logits are coupled, the softmax's chain rule wants the derivatives of all errors first.
        let coupled = self.error == Error::Probability && shape.task() == Task::Multiclass;
        let mut by_prob = (coupled && gradient.is_some()).then(|| vec![0.0f64; shape.logits()]);
        if let Some(gradient) = gradient.as_deref_mut() {
            gradient.fill(G::ZERO);
        }
        let error_of = self.errors(field);
        let groups = field.groups(self.per_image);
        let mut value = 0.0;
        for images in &groups {
            let channels = self.channels(field, images);
            let scale = 1.0 / (groups.len() * channels.len().max(1)) as f64;
            for channel in channels {
                let scale = if coupled { scale * weights.of(channel) } else { scale };
                let ranking = field.ranking(self.head(), images.clone(), channel);
                for Ranked { pixel, is_foreground, increment } in ranking.ranks() {
                    let (image, pixel) = split(pixel, pixels);
                    let i = shape.plane(image, channel).start + pixel;
                    let error = error_of(i, is_foreground);
                    // From here on no error is larger, and none is negative.
                    if error == 0.0 {
                        break;
                    }
                    value += scale * increment * error;
                    // A larger logit or probability lowers the error of a foreground pixel, by one for one.
                    let pull = if is_foreground { -scale * increment } else { scale * increment };
                    if let Some(by_prob) = &mut by_prob {
                        by_prob[i] = pull;
                    } else if let Some(gradient) = gradient.as_deref_mut() {
                        gradient[i] = G::of(match self.error {
                            Error::Hinge => pull,
                            Error::Probability => pull * probabilities.prob[i] * probabilities.rest[i],
                        });
                    }
                }
            }
        }
        if let (Some(gradient), Some(by_prob)) = (gradient, by_prob) {
            pull_back(field, Head::Joint, gradient, |image, channel, pixel, _| {
                by_prob[shape.plane(image, channel).start + pixel]
            });
        }
        value
    }
}

impl Loss for Lovasz {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.error == Error::Hinge
    }

    fn range(&self) -> Range {
        match self.error {
            Error::Hinge => Range::UNBOUNDED,
            Error::Probability => Range::UNIT,
        }
    }
}

/// Lovász loss of several classes with a weight on each; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedLovasz {
    /// Loss of each class, and the mean over them.
    pub lovasz: Lovasz,
    /// Weight of each class's loss in a multi-class task.
    pub class_weights: PerClass,
}

impl WeightedLovasz {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        self.lovasz.weighted(field, &self.class_weights, gradient)
    }
}

impl Loss for WeightedLovasz {
    evaluated_by_run!();

    fn range(&self) -> Range {
        Range { most: self.class_weights.most().max(1.0), ..self.lovasz.range() }
    }
}

/// Image and pixel of an index into the labels `[image, y, x]`. Nearly always there is one image, and no
/// division.
fn split(index: usize, pixels: usize) -> (usize, usize) {
    if index < pixels { (0, index) } else { (index / pixels, index % pixels) }
}
