//! How improbable the prediction calls the truth, pixel by pixel.
//!
//! # Formula
//! Binary, with the sigmoid p = σ(z) and y = 1 on the foreground:
//! ```text
//! L = -\frac{1}{N} \sum_i \left[ w\, y_i \log p_i + (1 - y_i) \log (1 - p_i) \right]
//! ```
//! Multi-class, with the softmax p, class weights w and smoothing ε over C classes:
//! ```text
//! L = -\frac{1}{\sum_i w_{y_i}} \sum_i \sum_c w_c \left[ (1 - \varepsilon)\,[c = y_i] + \tfrac{\varepsilon}{C} \right] \log p_{ic}
//! ```
//! Where labels are shares t of the classes, with every other term as above:
//! ```text
//! L = -\frac{1}{N} \sum_i \sum_c t_{ic} \log p_{ic}
//! ```
//!
//! # Parameters
//! * `pos_weight`, w, from 0 to 1000000, default 1: multiplies the term of foreground pixels (binary). The mean is still taken
//!   over all pixels.
//! * `class_weights`, from 0 to 1000000, default 1: one weight for each class (multi-class).
//! * `label_smoothing`, ε, from 0 to 1, default 0: takes this share of each label and spreads it over all classes; a
//!   binary y becomes (1 − ε)·y + ε/2.
//! * `mean_over`, default weights of the labels: what the sum is divided by. It is the weights of the labels, as in
//!   PyTorch, which without class weights is the number of pixels; or the number of pixels that count; or that of all
//!   pixels, ignored ones too, which add nothing to the sum; or nothing. One class against the rest, every pixel has C
//!   binary terms, and the mean is over them too.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. The value is in nats. It is
//! a mean over the pixels of the whole batch. Ignored pixels add nothing.
//!
//! # Range
//! From 0, reached in the limit of a confident and right prediction, without bound. With smoothing the confident
//! prediction is punished too and grows without bound, and on labels that are shares the least value is their entropy,
//! reached where p = t.
//!
//! # Edge cases
//! An empty mask and an absent class are nothing special. With no pixel to count, or weights that add up to 0, value
//! and gradient are 0 (PyTorch returns NaN there). On labels that are shares the weights of the labels are Σ w·t, so
//! that certain shares are the same as labels; PyTorch divides by the number of pixels there.
//!
//! # Source
//! The stable form is that of PyTorch's `binary_cross_entropy_with_logits` and `cross_entropy`. The gradient at z = 0
//! is the analytic ±½, where an implementation through |z| may give 0 or ±1. Label smoothing: Szegedy et al. 2016,
//! section 7. A mean over all pixels is that of mmsegmentation, and of segmentation-models-pytorch's soft losses.

mod terms;

use super::config::{Choice, Config, Domain, Param};
use super::docs::module_docs;
use super::overlap::{self, ACTIVATION};
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::{Field, Head, Task};
pub(super) use terms::Held;
pub use terms::Terms;

/// Catalogue line of cross-entropy.
pub const SPEC: Spec = Spec {
    id: "cross_entropy",
    name: PerTask::both("Cross-entropy"),
    family: Family::Distribution,
    at_first: true,
    takes_shares: true,
    docs: module_docs!("cross_entropy.rs"),
    params: &[
        POS_WEIGHT,
        CLASS_WEIGHTS,
        LABEL_SMOOTHING,
        ACTIVATION,
        Param::choice(
            "mean_over",
            "mean over",
            &[
                Choice { id: "weights", label: "weights of the labels" },
                Choice { id: "pixels", label: "pixels" },
                Choice { id: "all-pixels", label: "all pixels, ignored too" },
                Choice { id: "nothing", label: "nothing: the sum" },
            ],
        )
        .convention(),
        CLIP,
    ],
    build: |config| Box::new(CrossEntropy::new(config)),
};

/// Parameter for the weight of foreground pixels in a binary task.
pub(super) const POS_WEIGHT: Param =
    Param::number("pos_weight", "w⁺", Domain::from(0.0, 20.0, 0.1, 1.0)).only(Task::Binary);

/// Parameter ε of label smoothing, from 0 to 1.
pub(super) const LABEL_SMOOTHING: Param =
    Param::number("label_smoothing", "ε", Domain::new(0.0, 1.0, 0.01, 0.0));

/// Parameter for the weights of classes.
pub(super) const CLASS_WEIGHTS: Param =
    Param::per_class("class_weights", "class weights", Domain::from(0.0, 10.0, 0.1, 1.0));

/// Parameter for the least probability under the logarithm, in libraries that take a plain logarithm of
/// probabilities.
pub(super) const CLIP: Param = Param::number("clip", "least probability", Domain::new(0.0, 1e-4, 1e-7, 0.0))
    .convention()
    .without_control()
    .about(
        "probabilities are held from this to one minus this under the logarithm, and have no gradient beyond, as in \
         libraries that take probabilities for logits; 0 holds nothing.",
    );

/// Cross-entropy; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct CrossEntropy {
    /// Settings of the loss of each pixel.
    pub terms: Terms,
    /// Divisor of the sum over pixels.
    pub mean_over: MeanOver,
}

/// Divisor of a sum over pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeanOver {
    /// Sum of the weights of the labels.
    Weights,
    /// Number of pixels that count.
    Pixels,
    /// Number of all pixels, ignored ones too.
    AllPixels,
    /// One: the sum is not divided.
    Nothing,
}

impl Default for CrossEntropy {
    fn default() -> Self {
        Self { terms: Terms::plain(), mean_over: MeanOver::Weights }
    }
}

impl CrossEntropy {
    fn new(config: &Config<'_>) -> Self {
        Self {
            terms: Terms {
                head: overlap::head(config),
                pos_weight: config.number("pos_weight"),
                neg_weight: 1.0,
                class_weights: config.per_class("class_weights"),
                label_smoothing: config.number("label_smoothing"),
                clip: config.number("clip"),
            },
            mean_over: match config.choice("mean_over") {
                "pixels" => MeanOver::Pixels,
                "all-pixels" => MeanOver::AllPixels,
                "nothing" => MeanOver::Nothing,
                _ => MeanOver::Weights,
            },
        }
    }
}

impl CrossEntropy {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let terms = self.terms.terms_a_pixel(field);
        let divisor = match self.mean_over {
            MeanOver::Weights => self.terms.weight_of_labels(field),
            MeanOver::Pixels => (field.valid_pixels(0..field.shape().images) * terms) as f64,
            MeanOver::AllPixels => (field.labels().len() * terms) as f64,
            MeanOver::Nothing => 1.0,
        };
        let scale = if divisor > 0.0 { 1.0 / divisor } else { 0.0 };
        self.terms.evaluate(field, gradient, |_| scale)
    }
}

impl Loss for CrossEntropy {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.terms.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        self.terms.range()
    }
}

impl Terms {
    /// Range of a mean of such terms.
    pub(super) fn range(&self) -> Range {
        // What smoothing costs is bounded where probabilities are held, and depends on the classes.
        let perfect = match (self.label_smoothing > 0.0, self.clip > 0.0) {
            (_, true) => f64::NAN,
            (true, false) => f64::INFINITY,
            (false, false) => 0.0,
        };
        Range { perfect, ..Range::UNBOUNDED }
    }
}
