//! Cross-entropy that turns its back on what is already easy.
//!
//! # Formula
//! With p_t the probability given to the true class and α_t = α for a positive label, 1 − α otherwise:
//! ```text
//! L = -\frac{1}{N} \sum_i \alpha_t\, (1 - p_{t,i})^{\gamma} \log p_{t,i}
//! ```
//!
//! # Parameters
//! * `gamma`, γ, from 0 to 100, default 2: how strongly easy pixels are discounted; 0 is cross-entropy.
//! * `alpha`, α, from 0 to 1, default 0.25: the weight of positive pixels, and 1 − α of all others. Below ½ it weakens
//!   the foreground, because γ has already strengthened it. Multi-class: every class but 0 is positive.
//! * `alpha_of`, default positive pixels: whose weight α is. Libraries that call α the weight of the background mean
//!   1 − α here.
//! * `balanced`, default on: whether α is used at all; off means a weight of 1 everywhere.
//! * `activation`, default softmax: in a multi-class task p_t is that of the softmax, or every class is a binary task
//!   of its own against the rest.
//! * `mean_over`, default pixels: the sum is divided by the number of pixels, or by that of logits, which is C times
//!   larger in a multi-class task.
//! * `normalized`, default off: divides by the sum of the factors `(1 − p_t)^γ` as well, which is taken to be at least
//!   10⁻⁶.
//! * `reduced_threshold`, r, from 0 to 1, default 0: pixels with p_t below r keep their full weight, and above it the
//!   factor is `((1 − p_t)/r)^γ`; 0 switches it off.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value is in nats. Ignored pixels count nowhere.
//!
//! # Range
//! From 0 (perfect) without bound.
//!
//! # Edge cases
//! With no pixel to count value and gradient are 0. The factor is computed as exp(γ log(1 − p_t)), so that with γ < 1
//! the gradient stays finite where p_t rounds to 1; implementations through `(1 − p_t)^γ` return NaN there.
//!
//! # Source
//! Lin et al. 2017, equation 5; the defaults are theirs. By the logit the gradient of one pixel is
//! `±α_t (1 − p_t)^γ (γ p_t log p_t + p_t − 1)`. Normalised: Sun et al. 2019. Reduced: Sergievskiy and Ponamarev 2019.

use super::config::{Choice, Config, Domain, Param};
use super::docs::module_docs;
use super::{Family, Loss, PerTask, Range, Spec};
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
        Param::number("gamma", "γ", Domain { max: 100.0, ..Domain::from(0.0, 5.0, 0.1, 2.0) }),
        Param::number("alpha", "α", Domain::new(0.0, 1.0, 0.01, 0.25)),
        Param::choice(
            "alpha_of",
            "α weighs",
            &[
                Choice { id: "positive", label: "positive pixels" },
                Choice { id: "negative", label: "all others" },
            ],
        )
        .convention(),
        Param::flag("balanced", "use α", true),
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
        Param::choice(
            "mean_over",
            "mean over",
            &[Choice { id: "pixels", label: "pixels" }, Choice { id: "logits", label: "logits" }],
        )
        .convention()
        .only(Task::Multiclass),
        Param::flag("normalized", "normalised", false).convention(),
        Param::number("reduced_threshold", "reduced below r", Domain::new(0.0, 1.0, 0.05, 0.0)).convention(),
    ],
    build: |config| Box::new(Focal::new(config)),
};

/// Focal loss; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Focal {
    /// γ, the focusing exponent.
    pub gamma: f64,
    /// α, the weight of positive pixels; none for a weight of 1 everywhere.
    pub alpha: Option<f64>,
    /// Head that gives p_t in a multi-class task.
    pub head: Head,
    /// True if the mean is over logits, false if it is over pixels.
    pub mean_over_logits: bool,
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
            gamma: config.number("gamma"),
            alpha: config.flag("balanced").then(|| match config.choice("alpha_of") {
                "negative" => 1.0 - config.number("alpha"),
                _ => config.number("alpha"),
            }),
            head: if config.choice("activation") == "one-vs-rest" { Head::OneVsRest } else { Head::Joint },
            mean_over_logits: config.choice("mean_over") == "logits",
            normalized: config.flag("normalized"),
            reduced_threshold: (threshold > 0.0).then_some(threshold),
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

    /// α_t, the weight of a pixel by its side; class 0 is the background of a multi-class task.
    fn weight(&self, positive: bool) -> f64 {
        self.alpha.map_or(1.0, |alpha| if positive { alpha } else { 1.0 - alpha })
    }

    fn evaluate_with(
        &self,
        field: &Field<'_>,
        gradient: Option<&mut [f32]>,
        modulation: impl Modulation,
    ) -> f64 {
        let shape = field.shape();
        let pixels = field.valid_pixels(0..shape.images);
        let divisor = pixels * if self.mean_over_logits { shape.channels } else { 1 };
        let scale = if divisor == 0 { 0.0 } else { 1.0 / divisor as f64 };
        if self.head == Head::OneVsRest || shape.task() == Task::Binary {
            self.one_vs_rest(field, scale, gradient, modulation)
        } else {
            self.softmax(field, scale, gradient, modulation)
        }
    }

    /// Loss with every channel as a binary task of its own.
    fn one_vs_rest(
        &self,
        field: &Field<'_>,
        scale: f64,
        mut gradient: Option<&mut [f32]>,
        modulation: impl Modulation,
    ) -> f64 {
        let shape = field.shape();
        let all = field.probabilities(Head::OneVsRest);
        let mut value = 0.0;
        for channel in 0..shape.channels {
            let term = |image: usize, pixel: usize, label: u8| {
                let positive = field.is_foreground(label, channel);
                let i = shape.plane(image, channel).start + pixel;
                Self::term(all, i, positive, self.weight(positive), modulation)
            };
            let gradient = gradient.as_deref_mut();
            value += self.summed(field, scale, gradient, term, |gradient, image, pixel, pulled| {
                let by_logit = pulled.map_or(0.0, |(label, by_logit)| {
                    if field.is_foreground(label, channel) { by_logit } else { -by_logit }
                });
                gradient[shape.plane(image, channel).start + pixel] = by_logit as f32;
            });
        }
        value
    }

    /// Loss with one p_t a pixel, from the softmax.
    fn softmax(
        &self,
        field: &Field<'_>,
        scale: f64,
        gradient: Option<&mut [f32]>,
        modulation: impl Modulation,
    ) -> f64 {
        let shape = field.shape();
        let all = field.probabilities(Head::Joint);
        let term = |image: usize, pixel: usize, label: u8| {
            let i = shape.plane(image, usize::from(label)).start + pixel;
            Self::term(all, i, true, self.weight(label > 0), modulation)
        };
        self.summed(field, scale, gradient, term, |gradient, image, pixel, pulled| {
            let at = |channel| shape.plane(image, channel).start + pixel;
            for channel in 0..shape.channels {
                let by_logit = pulled.map_or(0.0, |(label, by_logit)| {
                    if channel == usize::from(label) {
                        by_logit
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
                gradient[at(channel)] = by_logit as f32;
            }
        })
    }

    /// Sum of the terms of all pixels. `pull` writes the contribution of each to the gradient, given its
    /// label and the derivative by the logit of its true class, or nothing for an ignored pixel.
    fn summed(
        &self,
        field: &Field<'_>,
        scale: f64,
        mut gradient: Option<&mut [f32]>,
        term: impl Fn(usize, usize, u8) -> PixelTerm,
        pull: impl Fn(&mut [f32], usize, usize, Option<(u8, f64)>),
    ) -> f64 {
        // A norm has to be known before the first gradient, so only then there are two passes.
        let norm = self.normalized.then(|| {
            let mut norm = Norm { loss: 0.0, factor: 0.0 };
            for_each_pixel(field, |image, pixel, label| {
                if let Some(label) = label {
                    let term = term(image, pixel, label);
                    norm.loss += term.loss;
                    norm.factor += term.factor;
                }
            });
            norm
        });
        let mut sum = 0.0;
        for_each_pixel(field, |image, pixel, label| {
            let pulled = label.map(|label| {
                let term = term(image, pixel, label);
                sum += term.loss;
                (label, scale * norm.map_or(term.loss_by_logit, |norm| norm.by_logit(&term)))
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

impl Loss for Focal {
    fn evaluate(&self, field: &Field<'_>, gradient: Option<&mut [f32]>) -> f64 {
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

    fn range(&self) -> Range {
        Range::UNBOUNDED
    }
}
