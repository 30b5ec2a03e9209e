//! How far the prediction and the truth fail to correlate, background as much as foreground.
//!
//! # Formula
//! For each class, with soft counts of true and false positives and negatives:
//! ```text
//! L = 1 - \frac{\mathit{TP} \cdot \mathit{TN} - \mathit{FP} \cdot \mathit{FN}}{\sqrt{(\mathit{TP}+\mathit{FP})(\mathit{TP}+\mathit{FN})(\mathit{TN}+\mathit{FP})(\mathit{TN}+\mathit{FN})}}
//! ```
//!
//! # Parameters
//! * `count_eps`, from 0 to 1, default 0: added to each of the four counts.
//! * `root_eps`, from 0 to 1, default 0.00001: added under the root.
//! * `perfect_is_zero`, default on: the loss of a prediction without any error is 0, even where the truth has one class
//!   only and the formula has no value.
//!
//! The other conventions are told by the family (`overlap`).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. The value has no unit. Ignored
//! pixels are in no sum.
//!
//! # Range
//! From 0 (perfect) to 2 (the opposite); 1 is no better than chance, and p = 0.5 everywhere.
//!
//! # Edge cases
//! Where the truth has one class only the fraction is 0/0. What is added under the root makes it 0 and the loss 1, with
//! next to no gradient, unless there is no error at all; without anything added value and gradient are the same 1 and 0.
//!
//! # Source
//! Abhishek and Hamarneh 2021, equations 3 to 5. The defaults are those of MONAI. Since TP·TN − FP·FN = N·TP − Σp·Σy, the value depends on Σpy and Σp
//! alone, and as with Dice the gradient in probability space takes just two values.

use super::config::{Domain, Param, joined};
use super::docs::module_docs;
use super::overlap::{self, ACTIVATION, BACKGROUND, OVER, REDUCTION, Reduction, Slope, SoftForm};
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::{Field, Head, Sums};

/// Catalogue line of the MCC loss.
pub const SPEC: Spec = Spec {
    id: "mcc",
    name: PerTask::both("MCC"),
    family: Family::Overlap,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("mcc.rs"),
    params: &joined::<6, 3, 9>(
        [
            Param::number("count_eps", "added to counts", Domain::new(0.0, 1.0, 1e-5, 0.0))
                .convention()
                .without_control(),
            Param::number("root_eps", "added under the root", Domain::new(0.0, 1.0, 1e-5, 1e-5))
                .convention()
                .without_control(),
            Param::flag("perfect_is_zero", "no error is 0", true).convention().without_control(),
            ACTIVATION,
            OVER,
            BACKGROUND,
        ],
        REDUCTION,
    ),
    build: |config| {
        Box::new(Mcc {
            count_eps: config.number("count_eps"),
            root_eps: config.number("root_eps"),
            perfect_is_zero: config.flag("perfect_is_zero"),
            head: overlap::head(config),
            per_image: overlap::per_image(config),
            background: config.flag("background"),
            reduction: Reduction::new(config),
        })
    },
};

/// Loss of the Matthews correlation coefficient; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
struct Mcc {
    count_eps: f64,
    root_eps: f64,
    perfect_is_zero: bool,
    head: Head,
    per_image: bool,
    background: bool,
    reduction: Reduction,
}

/// Radicand below which the root is taken for 0.
const SMALLEST: f64 = 1e-60;

impl Mcc {
    fn part(&self, sums: Sums) -> (f64, Slope) {
        let Sums { overlap, prob, label, pixels, .. } = sums;
        if self.perfect_is_zero && prob - overlap <= 0.0 && label - overlap <= 0.0 {
            return (0.0, Slope::default());
        }
        let e = self.count_eps;
        // With e in each count: TP·TN − FP·FN = N·I − ΣpΣy + e(N − 2Σp − 2Σy + 4I).
        let numerator = pixels * overlap - prob * label + e * (pixels - 2.0 * (prob + label) + 4.0 * overlap);
        let (positive, negative) = (prob + 2.0 * e, pixels - prob + 2.0 * e);
        let of_label = (label + 2.0 * e) * (pixels - label + 2.0 * e);
        let square = of_label * positive * negative + self.root_eps;
        if square <= SMALLEST {
            return (1.0, Slope::default());
        }
        let root = square.sqrt();
        let correlation = numerator / root;
        let slope = Slope {
            by_overlap: -(pixels + 4.0 * e) / root,
            by_prob_sum: (label + 2.0 * e) / root
                + correlation * of_label * (negative - positive) / (2.0 * square),
        };
        (1.0 - correlation, slope)
    }
}

impl Mcc {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let first = shape.first_channel(self.background);
        let parts: Vec<_> = (first..shape.channels).map(|channel| channel..channel + 1).collect();
        let (value, slopes) = self.reduction.reduce(field, self.per_image, &parts, |images, channels| {
            let sums = images.map(|image| field.sums(self.head, image, channels.start));
            Some(self.part(sums.sum()))
        });
        if let Some(gradient) = gradient {
            // On shares the counts are products, as in the formula.
            slopes.pull_back(field, self.head, SoftForm::Product, gradient);
        }
        value
    }
}

impl Loss for Mcc {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        // On a truth of one class the value is 1 however near to perfect the prediction comes.
        self.reduction.range(Range { least: 0.0, most: 2.0, perfect: f64::NAN })
    }
}
