//! How well the centre lines of prediction and truth lie inside each other: a broken vessel costs more than a thin one.
//!
//! # Formula
//! With the soft skeletons S of the prediction p and of the truth y, smoothing s and e:
//! ```text
//! T_{\text{prec}} = \frac{\sum_i S_i(p)\, y_i + s}{\sum_i S_i(p) + s}, \qquad
//! T_{\text{sens}} = \frac{\sum_i S_i(y)\, p_i + s}{\sum_i S_i(y) + s}
//! ```
//! The loss is one minus their harmonic mean:
//! ```text
//! L = 1 - \frac{2\, T_{\text{prec}} T_{\text{sens}}}{T_{\text{prec}} + T_{\text{sens}} + e}
//! ```
//! The skeleton is what successive openings take away; erosion ⊖ is a minimum over a cross of five pixels, dilation ⊕ a
//! maximum over nine:
//! ```text
//! \delta_k = \max\left(E_k - (E_{k+1} \oplus \square),\, 0\right), \quad
//! E_{k+1} = E_k \ominus +, \quad
//! S \leftarrow S + (1 - S)\, \delta_k
//! ```
//!
//! # Parameters
//! * `iterations`, k, from 1 to 50, default 3: steps of the skeleton, a whole number; at least half the width of the
//!   thickest vessel. With fewer the middle of what is thicker is in no skeleton.
//! * `dice_share`, α, from 0 to 1, default 0: the share of a Dice loss with the same smoothing, which is added so that
//!   the loss also sees widths; 0 is clDice alone. The Dice loss is that of each class and image, whatever
//!   `pooled` says.
//! * `smooth`, s, from 0 to 1000000, default 1: added above and below both fraction bars.
//! * `smooth_below`, from 0 to 1000000, default 0: what the denominators get besides s.
//! * `eps`, e, from 0 to 1, default 0.0001: added below the fraction bar of the harmonic mean.
//! * `pooled`, default on: whether the sums run over all classes at once, or each class is scored and the mean taken.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`, which are skeletonised like
//! probabilities. The value has no unit. Ignored pixels are 0 in both planes before they are skeletonised, and so in no
//! sum.
//!
//! # Range
//! From e/(2 + e), which is that of a perfect prediction if as much is added below as above, to 1.
//!
//! # Edge cases
//! An empty truth has no skeleton, and its sensitivity is s/s = 1; without smoothing it is 0 (nothing over the smallest
//! denominator, 10⁻⁷), and the loss 1 whatever is predicted. A mask that fills the image has no skeleton either, because
//! beyond the border nothing is lower. The gradient of a minimum or maximum goes to one pixel, of equal ones to the
//! first in row order; where column and row of a cross tie, each has half. So it is not unique on flat predictions.
//!
//! # Source
//! Shit et al. 2021 (clDice), algorithms 1 and 2; the defaults are those of MONAI. The authors' code has no e and sums
//! over the batch.

use super::config::{Config, Domain, Param};
use super::docs::module_docs;
use super::overlap::{ACTIVATION, BACKGROUND, OVER, Overlap, REDUCTION};
use super::planes::PlaneMean;
use super::skeleton::{Tape, skeleton};
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run, pull_back};
use crate::field::{Field, Head, Shape, Sums, Task};

/// Catalogue line of clDice.
pub const SPEC: Spec = Spec {
    id: "cldice",
    name: PerTask::both("clDice"),
    family: Family::Boundary,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("cldice.rs"),
    params: &[
        Param::number(
            "iterations",
            "iterations",
            Domain { max: 50.0, slider_max: 10.0, ..Domain::new(1.0, 50.0, 1.0, 3.0) },
        ),
        Param::number("dice_share", "Dice share", Domain::new(0.0, 1.0, 0.05, 0.0)),
        Param::number("smooth", "smooth", Domain::from(0.0, 10.0, 0.1, 1.0)),
        Param::number("smooth_below", "smooth, below only", Domain::from(0.0, 10.0, 0.1, 0.0))
            .convention()
            .without_control(),
        Param::number("eps", "added to the mean's denominator", Domain::new(0.0, 1.0, 1e-4, 1e-4))
            .convention()
            .without_control(),
        Param::flag("pooled", "classes at once", true).convention().only(Task::Multiclass),
        ACTIVATION,
        OVER,
        BACKGROUND,
        REDUCTION[2],
    ],
    build: |config| Box::new(ClDice::new(config)),
};

/// clDice loss; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct ClDice {
    iterations: usize,
    dice_share: f64,
    smooth_numerator: f64,
    smooth_denominator: f64,
    eps: f64,
    pooled: bool,
    planes: PlaneMean,
}

/// Fraction of a skeleton that lies inside the other mask, with its derivatives by both sums.
#[derive(Clone, Copy)]
struct Share {
    value: f64,
    by_inside: f64,
    by_total: f64,
}

/// Prediction and truth of one image and channel, with their skeletons.
struct Pair {
    image: usize,
    channel: usize,
    /// Probabilities p; 0 where ignored. The truth y likewise.
    prob: Vec<f64>,
    truth: Vec<f64>,
    of_prob: Vec<f64>,
    of_truth: Vec<f64>,
    /// Record of the skeleton's way, if a gradient is asked for.
    tape: Option<Tape>,
}

impl ClDice {
    /// Smallest denominator, as in the overlap losses.
    const SMALLEST: f64 = Overlap::EPS;

    fn new(config: &Config<'_>) -> Self {
        let planes = PlaneMean::new(config);
        let smooth_numerator = config.number("smooth");
        let smooth_denominator = smooth_numerator + config.number("smooth_below");
        Self {
            iterations: config.number("iterations").round() as usize,
            dice_share: config.number("dice_share"),
            smooth_numerator,
            smooth_denominator,
            eps: config.number("eps"),
            pooled: config.flag("pooled"),
            planes,
        }
    }

    fn share(&self, inside: f64, total: f64) -> Share {
        let denominator = total + self.smooth_denominator;
        let held = if denominator > Self::SMALLEST { denominator } else { Self::SMALLEST };
        let value = (inside + self.smooth_numerator) / held;
        let by_total = if denominator > Self::SMALLEST { -value / held } else { 0.0 };
        Share { value, by_inside: 1.0 / held, by_total }
    }

    /// Dice part of the loss, over all images and classes; adds d/d(probability) to `by_prob` if given.
    fn add_dice(&self, field: &Field<'_>, mut by_prob: Option<&mut [f64]>) -> f64 {
        let shape = field.shape();
        let channels = self.planes.first(shape)..shape.channels;
        let groups = field.groups(self.planes.per_image);
        let divisor = if self.planes.sum { 1 } else { groups.len() * channels.len() };
        let scale = self.dice_share / divisor as f64;
        let mut value = 0.0;
        for images in groups {
            for channel in channels.clone() {
                let of_image = |image| field.sums(self.planes.head, image, channel);
                let sums: Sums = images.clone().map(of_image).sum();
                let score = self.share(2.0 * sums.overlap, sums.prob + sums.label);
                value += scale * (1.0 - score.value);
                let Some(by_prob) = by_prob.as_deref_mut() else { continue };
                for image in images.clone() {
                    let plane = shape.plane(image, channel);
                    for (i, &label) in plane.zip(field.labels_of(image)) {
                        let y = field.target(i, label, channel);
                        by_prob[i] -= scale * (2.0 * score.by_inside * y + score.by_total);
                    }
                }
            }
        }
        value
    }

    /// One minus the harmonic mean of two scores, and its derivatives by both.
    fn one_minus_mean(&self, precision: f64, sensitivity: f64) -> (f64, f64, f64) {
        let sum = precision + sensitivity + self.eps;
        if sum == 0.0 {
            return (1.0, 0.0, 0.0);
        }
        let by = |own: f64, other: f64| -2.0 * other * (sum - own) / (sum * sum);
        (1.0 - 2.0 * precision * sensitivity / sum, by(precision, sensitivity), by(sensitivity, precision))
    }

    fn pair(&self, field: &Field<'_>, image: usize, channel: usize, taped: bool) -> Pair {
        let shape = field.shape();
        let plane = shape.plane(image, channel);
        let labels = field.labels_of(image);
        let all = &field.probabilities(self.planes.head).prob[plane.clone()];
        let prob: Vec<f64> =
            all.iter().zip(labels).map(|(&p, &label)| if field.counts(label) { p } else { 0.0 }).collect();
        let truth: Vec<f64> = plane
            .zip(labels)
            .map(|(i, &label)| if field.counts(label) { field.target(i, label, channel) } else { 0.0 })
            .collect();
        let (of_prob, tape) = if taped {
            let (skeleton, tape) = Tape::record(&prob, shape.width, self.iterations);
            (skeleton, Some(tape))
        } else {
            (skeleton(&prob, shape.width, self.iterations), None)
        };
        Pair {
            image,
            channel,
            of_prob,
            tape,
            of_truth: skeleton(&truth, shape.width, self.iterations),
            prob,
            truth,
        }
    }

    /// Loss of some planes that are scored together; adds d/d(probability) to `by_prob` if given.
    fn score(&self, shape: Shape, pairs: &[Pair], scale: f64, by_prob: Option<&mut [f64]>) -> f64 {
        let total = |of: fn(&Pair) -> f64| pairs.iter().map(of).sum::<f64>();
        let precision =
            self.share(total(|pair| dot(&pair.of_prob, &pair.truth)), total(|p| p.of_prob.iter().sum()));
        let sensitivity =
            self.share(total(|pair| dot(&pair.of_truth, &pair.prob)), total(|p| p.of_truth.iter().sum()));
        let (value, by_precision, by_sensitivity) = self.one_minus_mean(precision.value, sensitivity.value);
        if let Some(by_prob) = by_prob {
            for pair in pairs {
                let by_skeleton = pair
                    .truth
                    .iter()
                    .map(|y| scale * by_precision * (precision.by_inside * y + precision.by_total))
                    .collect();
                let Some(tape) = &pair.tape else { continue };
                let through_skeleton = tape.pull_back(by_skeleton);
                let plane = &mut by_prob[shape.plane(pair.image, pair.channel)];
                for ((slot, through), truth) in plane.iter_mut().zip(through_skeleton).zip(&pair.of_truth) {
                    *slot = through + scale * by_sensitivity * sensitivity.by_inside * truth;
                }
            }
        }
        scale * value
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl ClDice {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let first = self.planes.first(shape);
        let parts: Vec<_> = if self.pooled {
            std::iter::once(first..shape.channels).collect()
        } else {
            (first..shape.channels).map(|channel| channel..channel + 1).collect()
        };
        let groups = field.groups(self.planes.per_image);
        let divisor = if self.planes.sum { 1 } else { groups.len() * parts.len() };
        let scale = (1.0 - self.dice_share) / divisor as f64;
        let mut by_prob = vec![0.0; if gradient.is_some() { shape.logits() } else { 0 }];
        let mut value = 0.0;
        for images in &groups {
            for channels in &parts {
                let pairs: Vec<Pair> = images
                    .clone()
                    .flat_map(|image| channels.clone().map(move |channel| (image, channel)))
                    .map(|(image, channel)| self.pair(field, image, channel, gradient.is_some()))
                    .collect();
                let by_prob = gradient.is_some().then_some(by_prob.as_mut_slice());
                value += self.score(shape, &pairs, scale, by_prob);
            }
        }
        if self.dice_share > 0.0 {
            value += self.add_dice(field, gradient.is_some().then_some(by_prob.as_mut_slice()));
        }
        if let Some(gradient) = gradient {
            pull_back(field, self.planes.head, gradient, |image, channel, pixel, _| {
                by_prob[shape.plane(image, channel).start + pixel]
            });
        }
        value
    }
}

impl Loss for ClDice {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.planes.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        // No share of a skeleton or of two masks is above 1, because at least as much is added below as above.
        let least = (1.0 - self.dice_share) * self.eps / (2.0 + self.eps);
        if self.planes.sum {
            // Of a sum it is not known how many there are.
            return Range { least, most: f64::INFINITY, perfect: f64::NAN };
        }
        // Without smoothing, or with more of it below, what there is to find decides on the limit.
        let alike = self.smooth_denominator <= self.smooth_numerator && self.smooth_numerator > 0.0;
        Range { least, most: 1.0, perfect: if alike { least } else { f64::NAN } }
    }
}
