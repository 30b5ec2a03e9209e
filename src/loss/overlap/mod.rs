//! The family of Dice, Jaccard and Tversky: a soft overlap score made into a loss, with every convention explicit.
//!
//! With TP = Σpy, FP = Σp − TP, FN = Σy − TP over a group of pixels and one class, the score is
//! `S = (TP + a) / max(TP + α·FP + β·FN + b, eps)`. Dice has α = β = ½, Jaccard α = β = 1. The smoothing terms are
//! added to TP, not to 2·TP: a Dice written with 2·TP and a smooth of `s` is this one with `s/2`.
//!
//! Squared, Σp and Σy are Σp² and Σy². With labels that are shares, TP is Σpy or, in the form that is least where
//! p = y, (Σp + Σy − Σ|p − y|)/2; on hard labels the two are the same.

mod params;
mod slope;

use std::ops::Range as Span;

use super::config::PerClass;
use super::{Element, Loss, Range, evaluated_by_run};
use crate::field::{Field, Head, Sums};
pub(super) use params::*;
pub(super) use slope::{Slope, Slopes};

/// Treatment of a class that the truth of a group does not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Loss of 0, counted in the mean.
    Zero,
    /// Score like that of any other class.
    Scored,
    /// Left out of the mean.
    Skipped,
}

/// Map from a score S to a loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outer {
    /// 1 − S.
    OneMinus,
    /// −S.
    Minus,
    /// −log max(S, eps).
    NegLog,
    /// log cosh (1 − S).
    LogCosh,
}

/// Place of the exponent of a focal overlap loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// Exponent on the loss of each class.
    Class,
    /// Exponent on the mean over classes and groups.
    Mean,
}

/// Overlap of soft labels with probabilities. On hard labels both forms are Σpy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftForm {
    /// Product Σpy, which is not greatest at p = y.
    Product,
    /// Distance form (Σp + Σy − Σ|p − y|)/2.
    Distance,
}

impl SoftForm {
    /// Overlap that these sums give.
    pub(super) fn overlap(self, sums: &Sums) -> f64 {
        match self {
            Self::Product => sums.overlap,
            Self::Distance => 0.5 * (sums.prob + sums.label - sums.distance),
        }
    }
}

/// Reduction of the losses of classes and groups to one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduction {
    /// Weight of each class's loss.
    pub weights: PerClass,
    /// True if the sum of the weights divides, false if the number of classes does.
    pub weighted_mean: bool,
    /// True if the losses are added up, with no division.
    pub sum: bool,
}

/// Loss of the overlap family; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a convention of its own")]
pub struct Overlap {
    /// α, weight of false positives.
    pub false_positive: f64,
    /// β, weight of false negatives.
    pub false_negative: f64,
    /// True if the sums of the denominator are of squares.
    pub squared: bool,
    /// Form of the overlap on soft labels.
    pub soft_form: SoftForm,
    /// a, added to the numerator.
    pub smooth_numerator: f64,
    /// b, added to the denominator.
    pub smooth_denominator: f64,
    /// Smallest denominator and, under a logarithm, smallest score.
    pub eps: f64,
    /// Head that gives probabilities in a multi-class task.
    pub head: Head,
    /// True if every image is scored by itself, false if the batch is scored as one.
    pub per_image: bool,
    /// True if the sums run over all classes at once, which makes one score of them.
    pub pooled: bool,
    /// True if class 0 counts in a multi-class task.
    pub background: bool,
    /// Treatment of classes that the truth does not contain.
    pub absent: Absent,
    /// Map from a score to a loss.
    pub outer: Outer,
    /// Exponent on the loss, with its place.
    pub exponent: (f64, Focus),
    /// Reduction over classes and groups.
    pub reduction: Reduction,
}

impl Overlap {
    /// Smallest denominator by default, that of segmentation-models-pytorch.
    pub const EPS: f64 = 1e-7;

    /// Overlap loss of weights α and β with everything else plain: batch-wide, all classes, absent ones 0.
    pub const fn new(false_positive: f64, false_negative: f64) -> Self {
        Self {
            false_positive,
            false_negative,
            squared: false,
            soft_form: SoftForm::Product,
            smooth_numerator: 0.0,
            smooth_denominator: 0.0,
            eps: Self::EPS,
            head: Head::Joint,
            per_image: false,
            pooled: false,
            background: true,
            absent: Absent::Zero,
            outer: Outer::OneMinus,
            exponent: (1.0, Focus::Class),
            reduction: Reduction { weights: PerClass::all(1.0), weighted_mean: false, sum: false },
        }
    }

    fn score(&self, sums: Sums) -> Score {
        // On squares both forms are Σpy: p² + y² − (p − y)² = 2py.
        let overlap = if self.squared { sums.overlap } else { self.soft_form.overlap(&sums) };
        let (prob, label) =
            if self.squared { (sums.prob_sq, sums.label_sq) } else { (sums.prob, sums.label) };
        let (a, b) = (self.false_positive, self.false_negative);
        // With FP = Σp − TP and FN = Σy − TP the denominator is (1 − α − β)·TP + α·Σp + β·Σy + b.
        let denominator = (1.0 - a - b) * overlap + a * prob + b * label + self.smooth_denominator;
        let held = denominator.max(self.eps);
        let score = (overlap + self.smooth_numerator) / held;
        // dS = (dTP − S·dD) / D with dD = (1 − α − β)·dTP + α·dΣp; where eps holds the denominator, dD = 0.
        let moves = if denominator > self.eps { score } else { 0.0 };
        Score {
            value: score,
            slope: Slope { by_overlap: (1.0 - moves * (1.0 - a - b)) / held, by_prob_sum: -moves * a / held },
        }
    }

    /// Loss of a score, before any exponent, and its derivative.
    fn loss_of_score(&self, score: f64) -> (f64, f64) {
        match self.outer {
            Outer::OneMinus => (1.0 - score, -1.0),
            Outer::Minus => (-score, -1.0),
            Outer::NegLog if score > self.eps => (-score.ln(), -1.0 / score),
            Outer::NegLog => (-self.eps.ln(), 0.0),
            Outer::LogCosh => ((1.0 - score).cosh().ln(), -(1.0 - score).tanh()),
        }
    }

    /// Loss of some channels in one group, with its slope; none if it is left out of the mean.
    fn part(&self, field: &Field<'_>, images: Span<usize>, channels: Span<usize>) -> Option<(f64, Slope)> {
        let sums: Sums = images
            .flat_map(|image| channels.clone().map(move |channel| (image, channel)))
            .map(|(image, channel)| field.sums(self.head, image, channel))
            .sum();
        if sums.label == 0.0 {
            match self.absent {
                Absent::Zero => return Some((0.0, Slope::default())),
                Absent::Skipped => return None,
                Absent::Scored => {}
            }
        }
        let score = self.score(sums);
        let (value, by_score) = self.loss_of_score(score.value);
        let (value, by_value) = self.focused(value, Focus::Class);
        Some((value, score.slope.times(by_value * by_score)))
    }

    /// Value raised to the exponent, if that is put here, and the derivative, which is given as 0 where
    /// nothing is lost.
    fn focused(&self, value: f64, here: Focus) -> (f64, f64) {
        let (exponent, focus) = self.exponent;
        if focus != here || exponent.to_bits() == 1f64.to_bits() {
            return (value, 1.0);
        }
        // An exponent below 1 is infinitely steep at 0.
        if value <= 0.0 { (0.0, 0.0) } else { (value.powf(exponent), exponent * value.powf(exponent - 1.0)) }
    }

    /// Ranges of channels that are scored together.
    fn parts(&self, field: &Field<'_>) -> Vec<Span<usize>> {
        let shape = field.shape();
        let first = shape.first_channel(self.background);
        if self.pooled {
            std::iter::once(first..shape.channels).collect()
        } else {
            (first..shape.channels).map(|channel| channel..channel + 1).collect()
        }
    }
}

struct Score {
    value: f64,
    slope: Slope,
}

impl Overlap {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let parts = self.parts(field);
        let (value, mut slopes) = self
            .reduction
            .reduce(field, self.per_image, &parts, |images, channels| self.part(field, images, channels));
        let (value, by_mean) = self.focused(value, Focus::Mean);
        if let Some(gradient) = gradient {
            slopes.multiply(by_mean);
            if self.squared {
                slopes.pull_back_squared(field, self.head, gradient);
            } else {
                slopes.pull_back(field, self.head, self.soft_form, gradient);
            }
        }
        value
    }
}

impl Loss for Overlap {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        // A score is above 1 only by smoothing that is stronger above than below.
        let most_score = if self.smooth_numerator > self.smooth_denominator {
            (self.smooth_numerator / self.smooth_denominator.max(self.eps)).max(1.0)
        } else {
            1.0
        };
        // With less added above than below a perfect prediction does not reach a score of 1.
        let perfect = perfect_if_even(self.smooth_numerator, self.smooth_denominator);
        let plain = match self.outer {
            Outer::OneMinus => Range { least: 1.0 - most_score, most: 1.0, perfect },
            // A class that counts as 0 is not the −1 of a perfect one, nor is the mean of no class.
            Outer::Minus => {
                let perfect = if self.absent == Absent::Scored { perfect - 1.0 } else { f64::NAN };
                Range { least: -most_score, most: 0.0, perfect }
            }
            Outer::NegLog => Range { least: -most_score.ln(), most: -self.eps.ln(), perfect },
            Outer::LogCosh => Range { least: 0.0, most: (most_score - 1.0).max(1.0).cosh().ln(), perfect },
        };
        let (exponent, _) = self.exponent;
        if exponent.to_bits() == 1f64.to_bits() {
            return self.reduction.range(plain);
        }
        // On the mean the exponent comes after the weights.
        let raised = |bound: f64| if bound.is_nan() { bound } else { bound.max(0.0).powf(exponent) };
        let raise = |range: Range| Range {
            least: raised(range.least),
            most: raised(range.most),
            perfect: raised(range.perfect),
        };
        match self.exponent.1 {
            Focus::Class => self.reduction.range(raise(plain)),
            Focus::Mean => raise(self.reduction.range(plain)),
        }
    }
}

/// Value of a perfect prediction under 1 − S: 0 if as much smoothing is added above as below, else NaN,
/// because the score then depends on the truth.
pub(super) fn perfect_if_even(smooth_numerator: f64, smooth_denominator: f64) -> f64 {
    if smooth_numerator.to_bits() == smooth_denominator.to_bits() { 0.0 } else { f64::NAN }
}
