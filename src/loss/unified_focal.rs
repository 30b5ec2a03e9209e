//! Focal and focal Tversky in one loss with one set of parameters, made for rare foreground.
//!
//! # Formula
//! A focal and a Tversky term, weighted by λ:
//! ```text
//! L = \lambda\, L_{F} + (1 - \lambda)\, L_{FT}
//! ```
//! The first is the asymmetric focal loss with γ and δ; the second, for the classes c of each image with s against
//! divisions by 0:
//! ```text
//! L_{FT} = \frac{1}{C} \sum_c \left( 1 - \frac{TP_c + s}{TP_c + \delta\, FN_c + (1 - \delta)\, FP_c + s} \right)^{\epsilon_c}
//! ```
//! The asymmetric one has these exponents, and the symmetric one 1 − γ everywhere:
//! ```text
//! \epsilon_{\mathrm{background}} = 1, \qquad \epsilon_{\mathrm{foreground}} = 1 - \gamma
//! ```
//!
//! # Parameters
//! * `weight`, λ, from 0 to 1, default 0.5: the weight of the focal term; the Tversky term has the rest.
//! * `gamma`, γ, from 0 to 1, default 0.5: discounts easy background in the one term and strengthens what is nearly
//!   right in the other.
//! * `delta`, δ, from 0 to 1, default 0.6: the weight of the foreground in the focal term, and of false negatives in the
//!   Tversky term; 1 − δ is that of the background, and of false positives.
//! * `over`, default each image: whether the sums of the Tversky term run over each image, and the mean of the images is
//!   taken, or over the batch.
//! * `smooth`, s, from 0.000000000001 to 1, default 0.0000001: added above and below the fraction bar.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. A binary task counts as two
//! classes, of which the background has 1 − σ(z). Multi-class, class 0 is the background and all others are foreground.
//!
//! # Range
//! From 0 (perfect) without bound; the Tversky term alone to 1. With γ = 1 a foreground class always costs 1 in it.
//!
//! # Edge cases
//! In the Tversky term a class that the truth lacks costs nearly 1 until its probabilities are as small as s all
//! together. The power below 1 has no end to its slope at 0, but by the logit the gradient vanishes there; it is 0 where
//! the base is. An image with no pixel to count costs 0 (γ = 1 apart).
//!
//! # Source
//! Yeung et al. 2022. The defaults are those of its authors' code, where the weight is that of the Tversky term; MONAI
//! has δ = 0.7 and the weight that of the focal term, which it divides by the number of classes as well. Both hold
//! probabilities in 10⁻⁷ to 1 − 10⁻⁷.

use std::ops::Range as Span;

use super::asymmetric_focal::{AsymmetricFocal, CLASSES_MEAN, DISCOUNT};
use super::config::{Choice, Config, Domain, Param};
use super::cross_entropy::CLIP;
use super::docs::module_docs;
use super::element::weighted_sum;
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run, pull_back};
use crate::field::{Field, Head, Task};

/// Catalogue line of the unified focal loss.
pub const SPEC: Spec = Spec {
    id: "unified_focal",
    name: PerTask::both("Unified focal"),
    family: Family::Distribution,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("unified_focal.rs"),
    params: &[
        Param::number("weight", "λ", Domain::new(0.0, 1.0, 0.01, 0.5)),
        Param::number("gamma", "γ", Domain::new(0.0, 1.0, 0.01, 0.5)),
        Param::number("delta", "δ", Domain::new(0.0, 1.0, 0.01, 0.6)),
        DISCOUNT,
        CLASSES_MEAN,
        Param::choice(
            "over",
            "sums over",
            &[Choice { id: "image", label: "each image" }, Choice { id: "batch", label: "the batch" }],
        )
        .convention()
        .of_batches(),
        Param::number("smooth", "s", Domain::new(1e-12, 1.0, 1e-7, 1e-7)).convention().without_control(),
        CLIP,
    ],
    build: |config| Box::new(UnifiedFocal::new(config)),
};

/// Unified focal loss; see the [module docs](self).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnifiedFocal {
    /// λ, the weight of the focal term; the Tversky term has 1 − λ.
    pub weight: f64,
    /// Focal term, an asymmetric focal loss.
    pub focal: AsymmetricFocal,
    /// Tversky term.
    pub tversky: FocalTversky,
}

/// Tversky term of [`UnifiedFocal`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FocalTversky {
    /// γ; the exponent is 1 − γ.
    pub gamma: f64,
    /// δ, the weight of false negatives; false positives have 1 − δ.
    pub delta: f64,
    /// True if the exponent is put on the background too.
    pub symmetric: bool,
    /// True if each image is scored by itself.
    pub per_image: bool,
    /// s, the smoothing term.
    pub smooth: f64,
    /// Margin by which probabilities are held from 0 and 1; 0 holds nothing.
    pub clip: f64,
}

impl UnifiedFocal {
    fn new(config: &Config<'_>) -> Self {
        let (gamma, delta) = (config.number("gamma"), config.number("delta"));
        let focal = AsymmetricFocal::new(config, gamma, delta);
        Self {
            weight: config.number("weight"),
            focal,
            tversky: FocalTversky {
                gamma,
                delta,
                symmetric: focal.symmetric,
                per_image: config.choice("over") == "image",
                smooth: config.number("smooth"),
                clip: focal.clip,
            },
        }
    }
}

impl UnifiedFocal {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let terms: [(f64, &dyn Loss); 2] = [(self.weight, &self.focal), (1.0 - self.weight, &self.tversky)];
        weighted_sum(terms.into_iter(), field, gradient)
    }
}

impl Loss for UnifiedFocal {
    evaluated_by_run!();

    fn range(&self) -> Range {
        let most = if self.weight > 0.0 { f64::INFINITY } else { 1.0 };
        let always_one = self.tversky.gamma >= 1.0 && self.weight < 1.0;
        let perfect = if always_one || self.focal.clip > 0.0 { f64::NAN } else { 0.0 };
        Range { least: 0.0, most, perfect }
    }
}

/// Derivative of a class's loss by the probability of one pixel: on the class's foreground, and off it.
#[derive(Debug, Clone, Copy, Default)]
struct Slope {
    on: f64,
    off: f64,
}

impl FocalTversky {
    /// True for class 0 of a binary task, which has no channel: it is the complement of the one channel,
    /// class 1.
    fn is_rest(field: &Field<'_>, class: usize) -> bool {
        field.shape().task() == Task::Binary && class == 0
    }

    /// Loss of one class in a group of images, and its slopes.
    fn class(&self, field: &Field<'_>, images: Span<usize>, class: usize) -> (f64, Slope) {
        let shape = field.shape();
        let all = field.probabilities(Head::Joint);
        let channel = if shape.channels == 1 { 0 } else { class };
        let rest = Self::is_rest(field, class);
        let held = |p: f64, q: f64| {
            if p < self.clip {
                (self.clip, 1.0 - self.clip)
            } else if q < self.clip {
                (1.0 - self.clip, self.clip)
            } else {
                (p, q)
            }
        };
        let (mut tp, mut missed, mut extra) = (0.0, 0.0, 0.0);
        for image in images {
            let plane = shape.plane(image, channel);
            let odds = all.prob[plane.clone()].iter().zip(&all.rest[plane.clone()]);
            for ((i, &label), (&p, &q)) in plane.zip(field.labels_of(image)).zip(odds) {
                if field.counts(label) {
                    let y = field.target(i, label, channel);
                    let (p, q, y) = if rest { (q, p, 1.0 - y) } else { (p, q, y) };
                    let (p, q) = held(p, q);
                    tp += y * p;
                    missed += y * q;
                    extra += (1.0 - y) * p;
                }
            }
        }
        // 1 − score as one fraction of what is wrong, so that nothing cancels where nearly nothing is.
        let wrong = self.delta * missed + (1.0 - self.delta) * extra;
        let total = tp + wrong + self.smooth;
        let base = wrong / total;
        let exponent = if class == 0 && !self.symmetric { 1.0 } else { 1.0 - self.gamma };
        if exponent == 0.0 {
            return (1.0, Slope::default());
        }
        let loss = base.powf(exponent);
        let by_base = if base > Self::SMALLEST_BASE { exponent * base.powf(exponent - 1.0) } else { 0.0 };
        // d(wrong/total) with d(total) = d(tp) + d(wrong).
        let slope = |by_wrong: f64, by_tp: f64| {
            by_base * (by_wrong * (tp + self.smooth) - by_tp * wrong) / (total * total)
        };
        (loss, Slope { on: slope(-self.delta, 1.0), off: slope(1.0 - self.delta, 0.0) })
    }

    /// Smallest base of the power: smaller ones have no gradient by any logit that an f32 could hold.
    const SMALLEST_BASE: f64 = 1e-200;
}

impl FocalTversky {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let classes = shape.classes();
        let groups = field.groups(self.per_image);
        let scale = 1.0 / (groups.len() * classes) as f64;
        let mut slopes = vec![Slope::default(); shape.images * classes];
        let mut value = 0.0;
        for images in groups {
            for class in 0..classes {
                let (loss, slope) = self.class(field, images.clone(), class);
                value += scale * loss;
                for image in images.clone() {
                    slopes[image * classes + class] = slope;
                }
            }
        }
        if let Some(gradient) = gradient {
            let all = field.probabilities(Head::Joint);
            pull_back(field, Head::Joint, gradient, |image, channel, pixel, label| {
                let i = shape.plane(image, channel).start + pixel;
                if all.prob[i] < self.clip || all.rest[i] < self.clip {
                    return 0.0;
                }
                let y = field.target(i, label, channel);
                let by_prob = |class: usize, y: f64| {
                    let Slope { on, off } = slopes[image * classes + class];
                    scale * (y * on + (1.0 - y) * off)
                };
                match shape.task() {
                    Task::Binary => by_prob(1, y) - by_prob(0, 1.0 - y),
                    Task::Multiclass => by_prob(channel, y),
                }
            });
        }
        value
    }
}

impl Loss for FocalTversky {
    evaluated_by_run!();

    fn range(&self) -> Range {
        Range::UNIT
    }
}
