//! Cross-entropy of the hardest pixels alone, so that the many easy ones cannot drown them.
//!
//! # Formula
//! The mean over the set H of hard pixels:
//! ```text
//! L = \frac{1}{|H|} \sum_{i \in H} \mathrm{CE}_i
//! ```
//! With `mode` share, H are the ⌊k·N⌋ pixels with the largest loss. With a threshold θ and m pixels to keep at least,
//! they are those below a cut, where p₍ₘ₎ is the p_t at place m, counted from 0, from the least up:
//! ```text
//! H = \{ i : p_{t,i} < \max(\theta, p_{(m)}) \}
//! ```
//!
//! # Parameters
//! * `mode`, default share: whether a share of the pixels is kept or those whose p_t lies below a threshold.
//! * `share`, k, from 0 to 100, default 10: how many pixels in a hundred are kept, rounded down, but one at least.
//! * `threshold`, θ, from 0 to 1, default 0.7: pixels with a smaller p_t are hard.
//! * `min_kept`, m, from 0 to 1000000, default 100: where fewer are hard, the cut rises to keep this many. With fewer
//!   pixels in all than that, only those with the largest p_t are left out.
//! * `class_weights`, from 0 to 1000000, default 1: one weight for each class (multi-class). It multiplies the loss of a pixel, also
//!   where losses are compared, and does not change what the sum is divided by.
//! * `label_smoothing`, ε, from 0 to 1, default 0: takes this share of each label and spreads it over all classes.
//! * `share_of`, default pixels: whether the share is one of the pixels that count, or one of all, among which ignored
//!   ones have a loss of 0 and are divided by where there are too few others.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. One choice for the whole
//! batch. The value is in nats. With a threshold p_t is that of the label.
//!
//! # Range
//! From 0 (perfect) without bound.
//!
//! # Edge cases
//! With no pixel to count, or none below the cut, value and gradient are 0. Pixels with equal losses are taken in their
//! order. Where a pixel enters the set as another leaves it, the value is continuous and its gradient jumps; at a
//! threshold the value jumps too, because the mean is suddenly over one pixel more.
//!
//! # Source
//! By share: Wu et al. 2016 (bootstrapping), as in nnU-Net and detectron2. By threshold: online hard example mining,
//! Shrivastava et al. 2016, as mmsegmentation has it for pixels, with θ = 0.7 and m = 100000.

use std::cmp::Ordering;

use super::config::{Choice, Config, Domain, Param};
use super::cross_entropy::{CLASS_WEIGHTS, LABEL_SMOOTHING, Terms};
use super::docs::module_docs;
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::{Field, Head};

/// Catalogue line of top-k cross-entropy.
pub const SPEC: Spec = Spec {
    id: "top_k_cross_entropy",
    name: PerTask::both("Top-k cross-entropy"),
    family: Family::Distribution,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("top_k_cross_entropy.rs"),
    params: &[
        Param::choice(
            "mode",
            "keep",
            &[
                Choice { id: "share", label: "share of pixels" },
                Choice { id: "threshold", label: "below a threshold" },
            ],
        ),
        Param::number("share", "k %", Domain::new(0.0, 100.0, 1.0, 10.0)),
        Param::number("threshold", "θ", Domain::new(0.0, 1.0, 0.01, 0.7)),
        Param::number(
            "min_kept",
            "keep at least",
            Domain { max: 1e6, ..Domain::from(0.0, 2000.0, 1.0, 100.0) },
        ),
        CLASS_WEIGHTS,
        LABEL_SMOOTHING,
        Param::choice(
            "share_of",
            "share of",
            &[
                Choice { id: "pixels", label: "pixels" },
                Choice { id: "all-pixels", label: "all pixels, ignored too" },
            ],
        )
        .convention(),
    ],
    build: |config| Box::new(TopK::new(config)),
};

/// Top-k cross-entropy; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct TopK {
    /// Settings of the loss of each pixel.
    pub terms: Terms,
    /// Rule by which pixels are hard.
    pub hard: Hard,
}

/// Rule by which pixels are hard, and so kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hard {
    /// Pixels with the largest loss.
    Share {
        /// Fraction of the pixels, from 0 to 1.
        share: f64,
        /// True if it is a fraction of all pixels, ignored ones too.
        of_all: bool,
    },
    /// Pixels with a p_t below the larger of a threshold and the p_t at a place in their order.
    Below {
        /// Threshold of p_t.
        threshold: f64,
        /// Place in the order of p_t.
        min_kept: usize,
    },
}

/// Pixels that are kept, and the divisor of their sum.
struct HardPixels {
    pixels: Vec<bool>,
    divisor: usize,
}

impl TopK {
    fn new(config: &Config<'_>) -> Self {
        Self {
            terms: Terms {
                class_weights: config.per_class("class_weights"),
                label_smoothing: config.number("label_smoothing"),
                ..Terms::plain()
            },
            hard: if config.choice("mode") == "threshold" {
                Hard::Below {
                    threshold: config.number("threshold"),
                    min_kept: config.number("min_kept") as usize,
                }
            } else {
                Hard::Share {
                    share: config.number("share") / 100.0,
                    of_all: config.choice("share_of") == "all-pixels",
                }
            },
        }
    }

    fn kept(&self, field: &Field<'_>) -> HardPixels {
        let counted = field.labels().iter().enumerate().filter(|(_, label)| field.counts(**label));
        match self.hard {
            Hard::Share { share, of_all } => {
                let losses = self.terms.by_pixel(field);
                let mut order: Vec<usize> = counted.map(|(pixel, _)| pixel).collect();
                let pixels = if of_all { losses.len() } else { order.len() };
                // A whole number may lack its last digits.
                let divisor = ((share * pixels as f64 + 1e-9) as usize).max(1);
                let kept = divisor.min(order.len());
                if kept < order.len() {
                    order.select_nth_unstable_by(kept, |&a, &b| harder(&losses, a, b));
                    order.truncate(kept);
                }
                let mut pixels = vec![false; losses.len()];
                for pixel in order {
                    pixels[pixel] = true;
                }
                HardPixels { pixels, divisor }
            }
            Hard::Below { threshold, min_kept } => {
                let p_t: Vec<f64> =
                    (0..field.labels().len()).map(|pixel| probability_of_label(field, pixel)).collect();
                let mut order: Vec<f64> = counted.map(|(pixel, _)| p_t[pixel]).collect();
                let cut = match order.len().checked_sub(1) {
                    Some(last) => {
                        let (_, least, _) = order.select_nth_unstable_by(min_kept.min(last), f64::total_cmp);
                        if *least > threshold { *least } else { threshold }
                    }
                    None => threshold,
                };
                let pixels: Vec<bool> = p_t.iter().map(|&p| p < cut).collect();
                let divisor = pixels.iter().filter(|kept| **kept).count().max(1);
                HardPixels { pixels, divisor }
            }
        }
    }
}

/// Order from the largest loss down; equal ones keep the order of the pixels.
fn harder(losses: &[f64], a: usize, b: usize) -> Ordering {
    losses[b].total_cmp(&losses[a]).then(a.cmp(&b))
}

/// p_t of a pixel, or infinity for an ignored one, which is below no cut.
fn probability_of_label(field: &Field<'_>, pixel: usize) -> f64 {
    let shape = field.shape();
    let label = field.labels()[pixel];
    if !field.counts(label) {
        return f64::INFINITY;
    }
    let all = field.probabilities(Head::Joint);
    let channel = if shape.channels == 1 { 0 } else { usize::from(label) };
    let i = shape.plane(pixel / shape.pixels(), channel).start + pixel % shape.pixels();
    if field.is_foreground(label, channel) { all.prob[i] } else { all.rest[i] }
}

impl TopK {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let HardPixels { pixels, divisor } = self.kept(field);
        let scale = 1.0 / divisor as f64;
        self.terms.evaluate(field, gradient, |pixel| if pixels[pixel] { scale } else { 0.0 })
    }
}

impl Loss for TopK {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.terms.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        let range = self.terms.range();
        match self.hard {
            // With smoothing it depends on whether a confident pixel lies below the cut.
            Hard::Below { .. } if range.perfect > 0.0 => Range { perfect: f64::NAN, ..range },
            Hard::Below { .. } | Hard::Share { .. } => range,
        }
    }
}
