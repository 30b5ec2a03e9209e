//! One Dice score of all classes, in which each counts by the inverse of its size.
//!
//! # Formula
//! ```text
//! L = 1 - \frac{2 \sum_c w_c \sum_i p_{ic}\, y_{ic} + 2s}{\sum_c w_c \sum_i (p_{ic} + y_{ic}) + 2s}, \quad w_c = \frac{1}{(\sum_i y_{ic})^2}
//! ```
//!
//! # Parameters
//! * `weights`, default 1/(Σy)²: how much a class counts by its number of pixels Σy; 1/Σy is milder, and 1 leaves one
//!   Dice of all classes.
//! * `absent`, default the largest: the weight of a class that the truth does not contain, whose own would be infinite.
//!   It may have the largest of the others, as in MONAI, or none.
//!
//! The other conventions are told by the family (`overlap`).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. The value has no unit. Ignored
//! pixels are in no sum.
//!
//! # Range
//! From 0 (perfect) to 1.
//!
//! # Edge cases
//! An absent class by default has the largest weight of all, so that false positives of it cost most. With no class at
//! all to weigh, as on an empty binary mask, value and gradient are 0; only with all weights 1 it is weighed, and the
//! value is 1 without smoothing. In a binary task without smoothing the one weight
//! cancels, and this is Dice.
//!
//! # Source
//! Sudre et al. 2017, equation 6, with MONAI's rule for absent classes.

use super::config::{Choice, Param};
use super::docs::module_docs;
use super::overlap::{
    self, ACTIVATION, BACKGROUND, EPS, OVER, REDUCTION, SMOOTH, SOFT_FORM, Slope, Slopes, SoftForm,
};
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::{Field, Head, Sums};

/// Catalogue line of the generalised Dice loss.
pub const SPEC: Spec = Spec {
    id: "generalized_dice",
    name: PerTask::both("Generalised Dice"),
    family: Family::Overlap,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("generalized_dice.rs"),
    params: &[
        Param::choice(
            "weights",
            "weight of a class",
            &[
                Choice { id: "square", label: "1/(Σy)²" },
                Choice { id: "simple", label: "1/Σy" },
                Choice { id: "uniform", label: "1" },
            ],
        )
        .of_several(),
        Param::choice(
            "absent",
            "of an absent class",
            &[Choice { id: "largest", label: "the largest" }, Choice { id: "none", label: "none" }],
        )
        .convention()
        .of_several(),
        SMOOTH,
        ACTIVATION,
        OVER,
        BACKGROUND,
        REDUCTION[2].of_batches(),
        SOFT_FORM,
        overlap::smooth_below(0.0),
        EPS,
    ],
    build: |config| {
        let (smooth_numerator, smooth_denominator) = overlap::smoothing(config);
        Box::new(GeneralizedDice {
            weighting: match config.choice("weights") {
                "simple" => Weighting::Simple,
                "uniform" => Weighting::Uniform,
                _ => Weighting::Square,
            },
            weigh_absent: config.choice("absent") == "largest",
            smooth_numerator,
            smooth_denominator,
            eps: config.number("eps"),
            head: overlap::head(config),
            per_image: overlap::per_image(config),
            background: config.flag("background"),
            sum: config.flag("sum"),
            soft_form: overlap::soft_form(config),
        })
    },
};

/// Weighting of classes by their number of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weighting {
    Square,
    Simple,
    Uniform,
}

/// Generalised Dice loss; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a convention of its own")]
struct GeneralizedDice {
    weighting: Weighting,
    /// True if a class without pixels has the largest weight of the others, false if it has none.
    weigh_absent: bool,
    /// Smoothing added to Σw·TP.
    smooth_numerator: f64,
    /// Smoothing added to ½Σw(Σp + Σy).
    smooth_denominator: f64,
    eps: f64,
    head: Head,
    per_image: bool,
    background: bool,
    sum: bool,
    soft_form: SoftForm,
}

impl GeneralizedDice {
    fn weights(&self, sums: &[Sums]) -> Vec<f64> {
        let own = |sums: &Sums| match self.weighting {
            Weighting::Uniform if self.weigh_absent => 1.0,
            _ if sums.label <= 0.0 => f64::INFINITY,
            Weighting::Uniform => 1.0,
            Weighting::Square => sums.label.powi(-2),
            Weighting::Simple => sums.label.recip(),
        };
        let mut weights: Vec<f64> = sums.iter().map(own).collect();
        let largest = weights.iter().copied().filter(|weight| weight.is_finite()).fold(0.0, f64::max);
        for weight in weights.iter_mut().filter(|weight| weight.is_infinite()) {
            *weight = if self.weigh_absent { largest } else { 0.0 };
        }
        weights
    }
}

impl GeneralizedDice {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let first = shape.first_channel(self.background);
        let groups = field.groups(self.per_image);
        let scale = if self.sum { 1.0 } else { 1.0 / groups.len() as f64 };
        let mut slopes = Slopes::zero(field);
        let mut value = 0.0;
        for images in groups {
            let of_channel = |channel| {
                let of_images = images.clone().map(|image| field.sums(self.head, image, channel));
                of_images.sum()
            };
            let sums: Vec<Sums> = (first..shape.channels).map(of_channel).collect();
            let weights = self.weights(&sums);
            if self.smooth_numerator == 0.0 && weights.iter().all(|&weight| weight == 0.0) {
                continue;
            }
            let weighted = |of: &dyn Fn(&Sums) -> f64| -> f64 {
                weights.iter().zip(&sums).map(|(weight, sums)| weight * of(sums)).sum()
            };
            let numerator = weighted(&|sums| self.soft_form.overlap(sums)) + self.smooth_numerator;
            let denominator = weighted(&|sums| 0.5 * (sums.prob + sums.label)) + self.smooth_denominator;
            let held = denominator.max(self.eps_of(&weights));
            let score = numerator / held;
            value += scale * (1.0 - score);
            // dS = Σ w (dTP − S·½dΣp) / D; where the denominator is held it does not move.
            let moves = if denominator < held { 0.0 } else { score };
            for (channel, weight) in (first..).zip(&weights) {
                let by = -scale * weight / held;
                let slope = Slope { by_overlap: by, by_prob_sum: -0.5 * by * moves };
                slopes.set(images.clone(), channel..channel + 1, slope);
            }
        }
        if let Some(gradient) = gradient {
            slopes.pull_back(field, self.head, self.soft_form, gradient);
        }
        value
    }
}

impl Loss for GeneralizedDice {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        let most = if self.sum { f64::INFINITY } else { 1.0 };
        // An empty truth that is weighed all the same is 1 for any prediction, unless something is added.
        let weighs_nothing = self.weighting == Weighting::Uniform && self.weigh_absent;
        let perfect = if weighs_nothing && self.smooth_numerator == 0.0 {
            f64::NAN
        } else {
            overlap::perfect_if_even(self.smooth_numerator, self.smooth_denominator)
        };
        Range { least: 0.0, most, perfect: if self.sum && perfect != 0.0 { f64::NAN } else { perfect } }
    }
}

impl GeneralizedDice {
    /// Smallest denominator, in the unit of the weights: they are tiny for large classes.
    fn eps_of(&self, weights: &[f64]) -> f64 {
        self.eps * weights.iter().copied().fold(0.0, f64::max).min(1.0)
    }
}
