//! A Dice in which confusing related classes is half an error: what is lost is how far the predicted classes lie from
//! the true one.
//!
//! # Formula
//! With M the distance of two classes, of which class 0 is the background:
//! ```text
//! L = 1 - \frac{2\,\mathit{TP} + 2s}{2\,\mathit{TP} + \sum_i \delta_i + 2s}, \quad \delta_i = \sum_c M_{y_i c}\, p_{ic}, \quad \mathit{TP} = \sum_{y_i \neq 0} (1 - \delta_i)
//! ```
//! Weighed by volume V instead, with a weight for each class, the background too:
//! ```text
//! L = 1 - \frac{2 \sum_i \alpha_{y_i} (1 - \delta_i) + 2s}{\sum_i \alpha_{y_i} (2 - \delta_i) + 2s}, \quad \alpha_c = \frac{1}{V_c + 1}
//! ```
//!
//! # Parameters
//! * `near`, d, from 0 to 1, default 0.5: the distance of two foreground classes from each other (multi-class). That of
//!   the background from all others is 1. At 1 all classes are equally far apart.
//! * `weights`, default foreground: which pixels count as true positives, those of the foreground alone, or all by the
//!   inverse of their class's volume.
//!
//! The other conventions are told by the family (`overlap`).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`; it stays with the labels where they are shares. Probabilities
//! are always those of a softmax, or of a sigmoid in a binary task. The value has no unit. Ignored pixels are in no sum.
//!
//! # Range
//! From 0 (perfect) to 1.
//!
//! # Edge cases
//! Without foreground in the truth there is no true positive: value and gradient are 0 without smoothing, and with it
//! the loss falls to 0 as the prediction empties. In a binary task this is Dice.
//!
//! # Source
//! Fidon et al. 2017, equation 6; weighed by volume, the appendix of Tilborghs et al. 2020, as MONAI cites both.
//! Unconfirmed: the number of the equation in Fidon et al. for the loss itself.
//! A general matrix of distances is not offered: this is that of their examples.

use super::config::{Choice, Domain, Param};
use super::docs::module_docs;
use super::overlap::{self, EPS, OVER, REDUCTION, SMOOTH};
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run, pull_back};
use crate::field::{Field, Head, Task};

/// Catalogue line of the generalised Wasserstein Dice loss.
pub const SPEC: Spec = Spec {
    id: "generalized_wasserstein_dice",
    name: PerTask::both("Generalised Wasserstein Dice"),
    family: Family::Overlap,
    at_first: false,
    takes_shares: false,
    docs: module_docs!("generalized_wasserstein_dice.rs"),
    params: &[
        Param::number("near", "d, between classes", Domain::new(0.0, 1.0, 0.01, 0.5)).only(Task::Multiclass),
        Param::choice(
            "weights",
            "true positives",
            &[Choice { id: "foreground", label: "foreground" }, Choice { id: "volume", label: "1/volume" }],
        ),
        SMOOTH,
        OVER,
        REDUCTION[2].of_batches(),
        overlap::smooth_below(0.0),
        EPS,
    ],
    build: |config| {
        let (smooth_numerator, smooth_denominator) = overlap::smoothing(config);
        Box::new(GeneralizedWassersteinDice {
            near: config.number("near"),
            by_volume: config.choice("weights") == "volume",
            smooth_numerator,
            smooth_denominator,
            eps: config.number("eps"),
            per_image: overlap::per_image(config),
            sum: config.flag("sum"),
        })
    },
};

/// Generalised Wasserstein Dice loss; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
struct GeneralizedWassersteinDice {
    /// Distance between two foreground classes, from 0 to 1.
    near: f64,
    by_volume: bool,
    /// Smoothing added to TP.
    smooth_numerator: f64,
    /// Smoothing added to TP + ½Σδ.
    smooth_denominator: f64,
    eps: f64,
    per_image: bool,
    sum: bool,
}

impl GeneralizedWassersteinDice {
    /// Distance M between two classes, from 0 to 1.
    fn distance(&self, class: usize, other: usize) -> f64 {
        if class == other {
            0.0
        } else if class == 0 || other == 0 {
            1.0
        } else {
            self.near
        }
    }

    /// Sums Σ(1 − δ) and Σδ over the pixels of each class in an image.
    fn sums(&self, field: &Field<'_>, image: usize) -> Vec<(f64, f64)> {
        let shape = field.shape();
        let probabilities = field.probabilities(Head::Joint);
        let mut sums = vec![(0.0, 0.0); shape.classes()];
        let start = shape.plane(image, 0).start;
        for (pixel, &label) in field.labels_of(image).iter().enumerate() {
            if !field.counts(label) {
                continue;
            }
            let class = usize::from(label);
            let delta = match (shape.task(), class) {
                (Task::Binary, 0) => probabilities.prob[start + pixel],
                (Task::Binary, _) | (Task::Multiclass, 0) => probabilities.rest[start + pixel],
                (Task::Multiclass, _) => {
                    let background = probabilities.prob[start + pixel];
                    let rest = probabilities.rest[shape.plane(image, class).start + pixel];
                    (1.0 - self.near) * background + self.near * rest
                }
            };
            let sum = &mut sums[class.min(shape.classes() - 1)];
            sum.0 += 1.0 - delta;
            sum.1 += delta;
        }
        sums
    }
}

impl GeneralizedWassersteinDice {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let groups = field.groups(self.per_image);
        let scale = if self.sum { 1.0 } else { 1.0 / groups.len() as f64 };
        let mut value = 0.0;
        // d(value)/dδ by image and class of the pixel.
        let mut by_delta = vec![0.0; shape.images * shape.classes()];
        for images in groups {
            let mut sums = vec![(0.0, 0.0); shape.classes()];
            for image in images.clone() {
                for (sum, (right, wrong)) in sums.iter_mut().zip(self.sums(field, image)) {
                    *sum = (sum.0 + right, sum.1 + wrong);
                }
            }
            let weights: Vec<f64> = if self.by_volume {
                sums.iter().map(|(right, wrong)| 1.0 / (right + wrong + 1.0)).collect()
            } else {
                (0..shape.classes()).map(|class| f64::from(u8::from(class > 0))).collect()
            };
            let mut positives = self.smooth_numerator;
            let mut denominator = self.smooth_denominator;
            for (weight, (right, wrong)) in weights.iter().zip(&sums) {
                positives += weight * right;
                // 2TP + Σδ by the formula above, or Σα(2 − δ), which is 2TP + Σαδ: half of it here.
                let of_wrong = if self.by_volume { *weight } else { 1.0 };
                denominator += weight * right + 0.5 * of_wrong * wrong;
            }
            let present = weights.iter().zip(&sums).filter(|(_, (right, wrong))| right + wrong > 0.0);
            let largest = present.map(|(weight, _)| *weight).fold(0.0, f64::max);
            if largest == 0.0 && self.smooth_numerator == 0.0 {
                continue;
            }
            // In the unit of the weights, which are small where volumes are large.
            let held = denominator.max(self.eps * largest);
            let score = positives / held;
            value += scale * (1.0 - score);
            let moves = if denominator < held { 0.0 } else { score };
            for image in images {
                for (class, weight) in weights.iter().enumerate() {
                    let of_wrong = if self.by_volume { *weight } else { 1.0 };
                    // dTP = −α dδ and dD = (½ − α) dδ, or −½α dδ.
                    let by_denominator = -weight + 0.5 * of_wrong;
                    by_delta[image * shape.classes() + class] =
                        scale * (weight + moves * by_denominator) / held;
                }
            }
        }
        if let Some(gradient) = gradient {
            pull_back(field, Head::Joint, gradient, |image, channel, _, label| {
                let class = usize::from(label).min(shape.classes() - 1);
                let by_delta = by_delta[image * shape.classes() + class];
                match shape.task() {
                    Task::Binary if class == 0 => by_delta,
                    Task::Binary => -by_delta,
                    Task::Multiclass => by_delta * self.distance(class, channel),
                }
            });
        }
        value
    }
}

impl Loss for GeneralizedWassersteinDice {
    evaluated_by_run!();

    fn range(&self) -> Range {
        let most = if self.sum { f64::INFINITY } else { 1.0 };
        Range {
            least: 0.0,
            most,
            perfect: overlap::perfect_if_even(self.smooth_numerator, self.smooth_denominator),
        }
    }
}
