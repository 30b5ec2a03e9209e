//! Cross-entropy that turns its back on what is already easy.
//!
//! # Formula
//! With p_t the probability given to the true class and α_t = α for a positive label, 1 − α otherwise:
//! ```text
//! L = -\frac{1}{N} \sum_i \alpha_t\, (1 - p_{t,i})^{\gamma} \log p_{t,i}
//! ```
//! With weights w of the classes y:
//! ```text
//! L = -\frac{1}{N} \sum_i w_{y_i}\, \alpha_t\, (1 - p_{t,i})^{\gamma} \log p_{t,i}
//! ```
//!
//! # Parameters
//! * `gamma`, γ, from 0 to 100, default 2: how strongly easy pixels are discounted; 0 is cross-entropy.
//! * `alpha`, α, from 0 to 1, default 0.25: the weight of positive pixels, and 1 − α of all others. Below ½ it weakens
//!   the foreground, because γ has already strengthened it. Multi-class: every class but 0 is positive.
//! * `alpha_of`, default positive pixels: whose weight α is. Libraries that call α the weight of the background mean
//!   1 − α here. In a multi-class task each class may have an α of its own, from a list; the pixels of other classes then
//!   have 1 − α, or a weight of 1.
//! * `alphas`, from 0 to 1, default 0.25: α of each class, where α is a list (multi-class). With a softmax it is the
//!   weight of the pixels of that class. One class against the rest, it is that of the class's own pixels, and all
//!   others have 1 − α, as in mmsegmentation, or 1, as in MONAI.
//! * `balanced`, default on: whether α is used at all; off means a weight of 1 everywhere.
//! * `pos_weight`, w⁺, from 0 to 1000000, default 1: multiplies the term of foreground pixels (binary), beside α. The
//!   mean is still taken over all pixels.
//! * `class_weights`, from 0 to 1000000, default 1: one weight for each class (multi-class), beside α. It does not change
//!   what the sum is divided by, unless the sum of the weights is chosen to.
//! * `weighted_mean`, default off: where the mean is over logits, the sum of the weights of the classes stands for their
//!   number.
//! * `background`, default on: whether class 0 counts (multi-class). Without it a softmax is one of the other logits, and
//!   pixels of class 0 cost nothing but are still among those divided by, as in MONAI.
//! * `activation`, default softmax: in a multi-class task p_t is that of the softmax, or every class is a binary task
//!   of its own against the rest.
//! * `mean_over`, default pixels: the sum is divided by the number of pixels, or by that of logits, which is C times
//!   larger in a multi-class task.
//! * `ignored_in_mean`, default off: whether ignored pixels, which add nothing to the sum, are among those divided by.
//! * `normalized`, default off: divides by the sum of the factors `(1 − p_t)^γ` as well, which is taken to be at least
//!   10⁻⁶.
//! * `reduced_threshold`, r, from 0 to 1, default 0: pixels with p_t below r keep their full weight, and above it the
//!   factor is `((1 − p_t)/r)^γ`; 0 switches it off.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value is in nats. Ignored pixels add nothing.
//!
//! # Range
//! From 0 (perfect) without bound.
//!
//! # Edge cases
//! With no pixel to count value and gradient are 0. With two classes, a softmax and no background one logit is left,
//! whose probability is 1: the loss is 0. The factor is computed as exp(γ log(1 − p_t)), so that with γ < 1
//! the gradient stays finite where p_t rounds to 1; implementations through `(1 − p_t)^γ` return NaN there.
//!
//! # Source
//! Lin et al. 2017, equation 5; the defaults are theirs. By the logit the gradient of one pixel is
//! `±α_t (1 − p_t)^γ (γ p_t log p_t + p_t − 1)`. Normalised: Sofiiuk et al. 2019
//! (AdaptIS, appendix A). Reduced: Sergievskiy and Ponamarev 2019. A list for α with a softmax is MONAI's, with sigmoids mmsegmentation's.

use std::borrow::Cow;

use super::config::{Choice, Config, Domain, Param, PerClass};
use super::cross_entropy::{CLASS_WEIGHTS, POS_WEIGHT};
use super::docs::module_docs;
use super::overlap::{self, BACKGROUND, REDUCTION};
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::{Field, Head, Probabilities, Task};

/// Catalogue line of the focal loss.
pub const SPEC: Spec = Spec {
    id: "focal",
    name: PerTask::both("Focal"),
    family: Family::Distribution,
    at_first: true,
    takes_shares: false,
    docs: module_docs!("focal.rs"),
    params: &[
        GAMMA,
        ALPHA,
        ALPHA_OF,
        ALPHAS,
        Param::flag("balanced", "use α", true),
        POS_WEIGHT,
        CLASS_WEIGHTS,
        WEIGHTED_MEAN,
        NO_BACKGROUND,
        Param::choice(
            "activation",
            "activation",
            &[
                Choice { id: "softmax", label: "softmax" },
                Choice { id: "one-vs-rest", label: "sigmoid, one vs rest" },
            ],
        )
        .convention()
        .only(Task::Multiclass),
        MEAN_OVER,
        IGNORED_IN_MEAN,
        Param::flag("normalized", "normalised", false).convention(),
        Param::number("reduced_threshold", "reduced below r", Domain::new(0.0, 1.0, 0.05, 0.0)).convention(),
    ],
    build: |config| Box::new(Focal::new(config)),
};

/// Parameter γ.
pub(super) const GAMMA: Param =
    Param::number("gamma", "γ", Domain { max: 100.0, ..Domain::from(0.0, 5.0, 0.1, 2.0) });

/// Parameter α.
pub(super) const ALPHA: Param = Param::number("alpha", "α", Domain::new(0.0, 1.0, 0.01, 0.25));

/// Parameter for the pixels whose weight α is.
pub(super) const ALPHA_OF: Param = Param::choice(
    "alpha_of",
    "α weighs",
    &[
        Choice { id: "positive", label: "positive pixels" },
        Choice { id: "negative", label: "all others" },
        Choice { id: "classes", label: "each class, by a list; 1 − α the others" },
        Choice { id: "own", label: "each class, by a list; 1 the others" },
    ],
)
.convention();

/// Parameter for the list of α.
pub(super) const ALPHAS: Param =
    Param::per_class("alphas", "α of each class", Domain::new(0.0, 1.0, 0.01, 0.25)).convention();

/// Parameter for the sum of the class weights as a divisor.
pub(super) const WEIGHTED_MEAN: Param = Param { about: None, ..REDUCTION[1] };

/// Parameter for class 0.
const NO_BACKGROUND: Param = Param { about: None, ..BACKGROUND };

/// Parameter for the divisor of the sum over pixels.
pub(super) const MEAN_OVER: Param = Param::choice(
    "mean_over",
    "mean over",
    &[Choice { id: "pixels", label: "pixels" }, Choice { id: "logits", label: "logits" }],
)
.convention()
.only(Task::Multiclass);

/// Parameter for ignored pixels in the divisor.
pub(super) const IGNORED_IN_MEAN: Param =
    Param::flag("ignored_in_mean", "ignored pixels divide too", false).convention().of_ignored();

/// Focal loss; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a convention of its own")]
pub struct Focal {
    /// γ, the focusing exponent.
    pub gamma: f64,
    /// α, the weight of positive pixels; none for a weight of 1 everywhere.
    pub alpha: Option<f64>,
    /// α of each class of a multi-class task; none if [`alpha`](Self::alpha) is that of all.
    pub alphas: Option<PerClass>,
    /// True if the pixels of other classes have a weight of 1 beside a list for α, false if they have 1 − α. It has no
    /// effect with a softmax.
    pub alphas_alone: bool,
    /// Weight of foreground pixels in a binary task, beside α.
    pub pos_weight: f64,
    /// Weight of each class in a multi-class task, beside α.
    pub class_weights: PerClass,
    /// True if the sum of the class weights divides a mean over logits, instead of the number of classes.
    pub weighted_mean: bool,
    /// True if class 0 counts in a multi-class task.
    pub background: bool,
    /// Head that gives p_t in a multi-class task.
    pub head: Head,
    /// True if the mean is over logits, false if it is over pixels.
    pub mean_over_logits: bool,
    /// True if ignored pixels are among those divided by.
    pub over_ignored: bool,
    /// True if the sum of the modulating factors divides too.
    pub normalized: bool,
    /// Reduced threshold r: pixels with p_t below it keep their full weight; none for the plain focal loss.
    pub reduced_threshold: Option<f64>,
}

/// Map from p_t, 1 − p_t and log (1 − p_t) to the modulating factor of the pixel's cross-entropy, and the γ
/// that acts there.
trait Modulation: Fn(f64, f64, f64) -> (f64, f64) + Copy {}
impl<F: Fn(f64, f64, f64) -> (f64, f64) + Copy> Modulation for F {}

/// Contribution of one pixel, with its derivatives by the logit of the pixel's true class.
struct PixelTerm {
    loss: f64,
    loss_by_logit: f64,
    factor: f64,
    factor_by_logit: f64,
}

/// Sums of a normalised loss, which decide its divisor and through it the gradient.
#[derive(Clone, Copy)]
struct Norm {
    /// Σ loss of the pixels that share the divisor.
    loss: f64,
    /// Σ modulating factor of the same pixels.
    factor: f64,
}

impl Norm {
    fn divisor(self) -> f64 {
        self.factor.max(Focal::SMALLEST_NORM)
    }

    /// Derivative of Σ loss / divisor by one pixel's logit.
    fn by_logit(self, term: &PixelTerm) -> f64 {
        let divisor_by_logit = if self.factor > Focal::SMALLEST_NORM { term.factor_by_logit } else { 0.0 };
        (term.loss_by_logit - self.loss / self.divisor() * divisor_by_logit) / self.divisor()
    }
}

impl Focal {
    /// Smallest divisor by the sum of the factors, as in segmentation-models-pytorch.
    const SMALLEST_NORM: f64 = 1e-6;

    /// Focal loss with the settings of a card.
    pub fn new(config: &Config<'_>) -> Self {
        let threshold = config.number("reduced_threshold");
        Self {
            normalized: config.flag("normalized"),
            reduced_threshold: (threshold > 0.0).then_some(threshold),
            ..Self::shared(config, overlap::head(config))
        }
    }

    /// Focal loss with the settings that a compound hands on to it.
    pub(super) fn shared(config: &Config<'_>, head: Head) -> Self {
        let balanced = config.flag("balanced");
        let alpha = config.number("alpha");
        let of = config.choice("alpha_of");
        Self {
            gamma: config.number("gamma"),
            alpha: balanced.then_some(if of == "negative" { 1.0 - alpha } else { alpha }),
            alphas: (balanced && ["classes", "own"].contains(&of)).then(|| config.per_class("alphas")),
            alphas_alone: balanced && of == "own" && head == Head::OneVsRest,
            pos_weight: config.number("pos_weight"),
            class_weights: config.per_class("class_weights"),
            weighted_mean: config.flag("weighted_mean"),
            background: config.flag("background"),
            head,
            mean_over_logits: config.choice("mean_over") == "logits",
            over_ignored: config.flag("ignored_in_mean"),
            normalized: false,
            reduced_threshold: None,
        }
    }

    /// Term of a pixel. `i` is the logit whose probability the pixel is judged by; `positive` is the side it
    /// should be on.
    #[allow(
        clippy::inline_always,
        reason = "measured: called for every pixel, the call itself costs a third"
    )]
    #[inline(always)]
    fn term(
        all: &Probabilities,
        i: usize,
        positive: bool,
        weight: f64,
        modulation: impl Modulation,
    ) -> PixelTerm {
        let (p, q, log_p, log_q) = if positive {
            (all.prob[i], all.rest[i], all.log_prob[i], all.log_rest[i])
        } else {
            (all.rest[i], all.prob[i], all.log_rest[i], all.log_prob[i])
        };
        let (factor, gamma) = modulation(p, q, log_q);
        // By the logit of the true class: log p changes by q and log q by -p.
        PixelTerm {
            loss: -weight * factor * log_p,
            loss_by_logit: weight * factor * (gamma * p * log_p - q),
            factor,
            factor_by_logit: -gamma * p * factor,
        }
    }

    /// Weights of a pixel on the background and on the foreground of a channel that is a binary task of its own.
    fn sides(&self, task: Task, channel: usize) -> [f64; 2] {
        let [off, on] = match (&self.alphas, self.alpha) {
            (Some(alphas), _) if task == Task::Multiclass => {
                let alpha = alphas.of(channel);
                [if self.alphas_alone { 1.0 } else { 1.0 - alpha }, alpha]
            }
            (_, Some(alpha)) => [1.0 - alpha, alpha],
            (_, None) => [1.0, 1.0],
        };
        match task {
            Task::Binary => [off, self.pos_weight * on],
            Task::Multiclass => [off, on].map(|side| side * self.class_weights.of(channel)),
        }
    }

    /// Weight of the pixels of a class under a softmax; class 0 is the background.
    fn weight_of_class(&self, class: usize) -> f64 {
        let alpha = match (&self.alphas, self.alpha) {
            (Some(alphas), _) => alphas.of(class),
            (None, Some(alpha)) => {
                if class > 0 {
                    alpha
                } else {
                    1.0 - alpha
                }
            }
            (None, None) => 1.0,
        };
        alpha * self.class_weights.of(class)
    }

    /// Divisor of the sum over pixels.
    fn divisor(&self, field: &Field<'_>) -> f64 {
        let shape = field.shape();
        let pixels =
            if self.over_ignored { field.labels().len() } else { field.valid_pixels(0..shape.images) };
        let channels = shape.first_channel(self.background)..shape.channels;
        let terms = match shape.task() {
            Task::Multiclass if self.mean_over_logits && self.weighted_mean => {
                channels.map(|channel| self.class_weights.of(channel)).sum()
            }
            Task::Multiclass if self.mean_over_logits => channels.len() as f64,
            _ => 1.0,
        };
        pixels as f64 * terms
    }

    fn evaluate_with<G: Element>(
        &self,
        field: &Field<'_>,
        gradient: Option<&mut [G]>,
        modulation: impl Modulation,
    ) -> f64 {
        let divisor = self.divisor(field);
        let scale = if divisor > 0.0 { 1.0 / divisor } else { 0.0 };
        if self.head == Head::OneVsRest || field.shape().task() == Task::Binary {
            self.one_vs_rest(field, scale, gradient, modulation)
        } else {
            self.softmax(field, scale, gradient, modulation)
        }
    }

    /// Loss with every channel as a binary task of its own.
    fn one_vs_rest<G: Element>(
        &self,
        field: &Field<'_>,
        scale: f64,
        mut gradient: Option<&mut [G]>,
        modulation: impl Modulation,
    ) -> f64 {
        let shape = field.shape();
        let all = field.probabilities(Head::OneVsRest);
        let first = shape.first_channel(self.background);
        if let Some(gradient) = gradient.as_deref_mut()
            && first > 0
        {
            (0..shape.images).for_each(|image| gradient[shape.plane(image, 0)].fill(G::ZERO));
        }
        let mut value = 0.0;
        for channel in first..shape.channels {
            let weights = self.sides(shape.task(), channel);
            let term = |image: usize, pixel: usize, label: u8| {
                let positive = field.is_foreground(label, channel);
                let i = shape.plane(image, channel).start + pixel;
                Some(Self::term(all, i, positive, weights[usize::from(positive)], modulation))
            };
            let gradient = gradient.as_deref_mut();
            value += self.summed(field, scale, gradient, term, |gradient, image, pixel, pulled| {
                let by_logit = pulled.map_or(0.0, |(label, by_logit)| {
                    if field.is_foreground(label, channel) { by_logit } else { -by_logit }
                });
                gradient[shape.plane(image, channel).start + pixel] = G::of(by_logit);
            });
        }
        value
    }

    /// Loss with one p_t a pixel, from the softmax.
    fn softmax<G: Element>(
        &self,
        field: &Field<'_>,
        scale: f64,
        gradient: Option<&mut [G]>,
        modulation: impl Modulation,
    ) -> f64 {
        let shape = field.shape();
        let first = shape.first_channel(self.background);
        let all = if first == 0 {
            Cow::Borrowed(field.probabilities(Head::Joint))
        } else {
            Cow::Owned(Probabilities::without_first(field.logits(), shape))
        };
        let weights: Vec<f64> = (0..shape.channels).map(|class| self.weight_of_class(class)).collect();
        let term = |image: usize, pixel: usize, label: u8| {
            let class = usize::from(label);
            let i = shape.plane(image, class).start + pixel;
            (class >= first).then(|| Self::term(&all, i, true, weights[class], modulation))
        };
        self.summed(field, scale, gradient, term, |gradient, image, pixel, pulled| {
            let at = |channel| shape.plane(image, channel).start + pixel;
            for channel in 0..shape.channels {
                let by_logit = pulled.map_or(0.0, |(label, by_logit)| {
                    if channel == usize::from(label) {
                        by_logit
                    } else if channel < first {
                        0.0
                    } else {
                        // The other logits share the opposite of it as their probabilities share 1 - p_t.
                        let (own, label) = (at(channel), at(usize::from(label)));
                        let share = if all.rest[label] > f64::MIN_POSITIVE {
                            all.prob[own] / all.rest[label]
                        } else {
                            (all.log_prob[own] - all.log_rest[label]).exp()
                        };
                        -by_logit * share
                    }
                });
                gradient[at(channel)] = G::of(by_logit);
            }
        })
    }

    /// Sum of the terms of all pixels that have one. `pull` writes the contribution of each to the gradient, given
    /// its label and the derivative by the logit of its true class, or nothing for a pixel without a term.
    fn summed<G: Element>(
        &self,
        field: &Field<'_>,
        scale: f64,
        mut gradient: Option<&mut [G]>,
        term: impl Fn(usize, usize, u8) -> Option<PixelTerm>,
        pull: impl Fn(&mut [G], usize, usize, Option<(u8, f64)>),
    ) -> f64 {
        // A norm has to be known before the first gradient, so only then there are two passes.
        let norm = self.normalized.then(|| {
            let mut norm = Norm { loss: 0.0, factor: 0.0 };
            for_each_pixel(field, |image, pixel, label| {
                if let Some(term) = label.and_then(|label| term(image, pixel, label)) {
                    norm.loss += term.loss;
                    norm.factor += term.factor;
                }
            });
            norm
        });
        let mut sum = 0.0;
        for_each_pixel(field, |image, pixel, label| {
            let pulled = label.and_then(|label| {
                let term = term(image, pixel, label)?;
                sum += term.loss;
                Some((label, scale * norm.map_or(term.loss_by_logit, |norm| norm.by_logit(&term))))
            });
            if let Some(gradient) = gradient.as_deref_mut() {
                pull(gradient, image, pixel, pulled);
            }
        });
        scale * sum / norm.map_or(1.0, Norm::divisor)
    }
}

/// Visits all pixels with image, pixel and label; an ignored pixel has no label.
fn for_each_pixel(field: &Field<'_>, mut visit: impl FnMut(usize, usize, Option<u8>)) {
    for image in 0..field.shape().images {
        for (pixel, &label) in field.labels_of(image).iter().enumerate() {
            visit(image, pixel, field.counts(label).then_some(label));
        }
    }
}

impl Focal {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let gamma = self.gamma;
        // Chosen once and not for every pixel. With a whole γ the factor is a product, without an exponential; else
        // the logarithm keeps it exact where 1 − p_t is tiny.
        match self.reduced_threshold {
            Some(threshold) => self.evaluate_with(field, gradient, |p, _, log_q: f64| {
                if p < threshold { (1.0, 0.0) } else { ((gamma * (log_q - threshold.ln())).exp(), gamma) }
            }),
            None if gamma.fract() == 0.0 && gamma <= 8.0 => match gamma as i32 {
                2 => self.evaluate_with(field, gradient, |_, q, _| (q * q, gamma)),
                whole => self.evaluate_with(field, gradient, |_, q: f64, _| (q.powi(whole), gamma)),
            },
            None => self.evaluate_with(field, gradient, |_, _, log_q: f64| ((gamma * log_q).exp(), gamma)),
        }
    }
}

impl Loss for Focal {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        Range::UNBOUNDED
    }
}
