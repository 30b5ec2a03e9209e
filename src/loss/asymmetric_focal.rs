//! Focal loss that discounts easy background alone, so that the rare foreground keeps its full pull.
//!
//! # Formula
//! With labels y as 0 or 1, the background b, and the other classes r:
//! ```text
//! L = -\frac{1}{N} \sum_i \left[ (1 - \delta)\, (1 - p_{ib})^{\gamma}\, y_{ib} \log p_{ib} + \delta \sum_r y_{ir} \log p_{ir} \right]
//! ```
//! The symmetric one discounts every class:
//! ```text
//! L = -\frac{1}{N} \sum_i \left[ (1 - \delta)\, (1 - p_{ib})^{\gamma}\, y_{ib} \log p_{ib} + \delta \sum_r (1 - p_{ir})^{\gamma}\, y_{ir} \log p_{ir} \right]
//! ```
//!
//! # Parameters
//! * `gamma`, γ, from 0 to 100, default 2: how strongly what is easy is discounted; 0 is weighted cross-entropy.
//! * `delta`, δ, from 0 to 1, default 0.7: the weight of the foreground, and 1 − δ of the background.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. Binary, p of the background
//! is 1 − σ(z). Multi-class, class 0 is the background and all others are foreground. The value is in nats. Ignored
//! pixels add nothing.
//!
//! # Range
//! From 0 (perfect) without bound.
//!
//! # Edge cases
//! With no pixel to count value and gradient are 0. The factor is computed as exp(γ log(1 − p)), so that the gradient
//! stays finite where p rounds to 1.
//!
//! # Source
//! Yeung et al. 2022 (Unified Focal loss), the modified focal loss; the defaults are those of its authors' code for
//! this loss alone. Their code and MONAI hold probabilities in 10⁻⁷ to 1 − 10⁻⁷. MONAI takes the mean over pixels and
//! both classes, which halves it.

use super::config::{Choice, Config, Domain, Param};
use super::cross_entropy::{CLIP, Held};
use super::docs::module_docs;
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::{Field, Head, Probabilities, Task};

/// Catalogue line of the asymmetric focal loss.
pub const SPEC: Spec = Spec {
    id: "asymmetric_focal",
    name: PerTask::both("Asymmetric focal"),
    family: Family::Distribution,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("asymmetric_focal.rs"),
    params: &[
        Param::number("gamma", "γ", Domain { max: 100.0, ..Domain::from(0.0, 5.0, 0.1, 2.0) }),
        Param::number("delta", "δ", Domain::new(0.0, 1.0, 0.01, 0.7)),
        DISCOUNT,
        CLASSES_MEAN,
        CLIP,
    ],
    build: |config| Box::new(AsymmetricFocal::new(config, config.number("gamma"), config.number("delta"))),
};

/// Parameter for the classes that γ acts on.
pub(super) const DISCOUNT: Param = Param::choice(
    "variant",
    "γ acts on",
    &[
        Choice { id: "asymmetric", label: "one side (asymmetric)" },
        Choice { id: "symmetric", label: "every class (symmetric)" },
    ],
)
.about(
    "whether γ acts asymmetrically, discounting easy pixels of the background alone (and, where there is a Tversky \
     term, strengthening the foreground alone), or on every class.",
);

/// Parameter for the divisor of the sum over pixels.
pub(super) const CLASSES_MEAN: Param = Param::choice(
    "mean_over",
    "mean over",
    &[
        Choice { id: "pixels", label: "pixels" },
        Choice { id: "classes", label: "pixels × classes" },
        Choice { id: "all", label: "pixels × classes, ignored too" },
    ],
)
.convention()
.about(
    "whether the sum over pixels is divided by their number, or by that of pixels times classes (two in a binary \
     task), which is smaller by that factor; ignored pixels may be among those divided by.",
);

/// Asymmetric focal loss; see the [module docs](self).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AsymmetricFocal {
    /// γ, the focusing exponent.
    pub gamma: f64,
    /// δ, the weight of the foreground; the background has 1 − δ.
    pub delta: f64,
    /// True if γ acts on the foreground too.
    pub symmetric: bool,
    /// True if the mean is over classes too.
    pub over_classes: bool,
    /// True if ignored pixels are among those divided by.
    pub over_ignored: bool,
    /// Margin by which probabilities are held from 0 and 1 under the logarithm; 0 holds nothing.
    pub clip: f64,
}

/// Probability of one class at one pixel, that of all others, and both logarithms.
#[derive(Clone, Copy)]
struct ProbOdds {
    p: f64,
    q: f64,
    log_p: f64,
    log_q: f64,
}

impl ProbOdds {
    fn of(all: &Probabilities, i: usize) -> Self {
        Self { p: all.prob[i], q: all.rest[i], log_p: all.log_prob[i], log_q: all.log_rest[i] }
    }

    fn of_the_rest(self) -> Self {
        Self { p: self.q, q: self.p, log_p: self.log_q, log_q: self.log_p }
    }
}

impl AsymmetricFocal {
    /// Loss with the settings of [`DISCOUNT`], [`CLASSES_MEAN`] and [`CLIP`].
    pub(super) fn new(config: &Config<'_>, gamma: f64, delta: f64) -> Self {
        let mean_over = config.choice("mean_over");
        Self {
            gamma,
            delta,
            symmetric: config.choice("variant") == "symmetric",
            over_classes: mean_over != "pixels",
            over_ignored: mean_over == "all",
            clip: config.number("clip"),
        }
    }

    fn scale(&self, field: &Field<'_>) -> f64 {
        let shape = field.shape();
        let pixels =
            if self.over_ignored { field.labels().len() } else { field.valid_pixels(0..shape.images) };
        let divisor = pixels * if self.over_classes { shape.classes() } else { 1 };
        if divisor > 0 { 1.0 / divisor as f64 } else { 0.0 }
    }

    /// Loss of one class at one pixel of that class, and its derivative by log p.
    fn term(&self, odds: ProbOdds, foreground: bool) -> (f64, f64) {
        let weight = if foreground { self.delta } else { 1.0 - self.delta };
        let gamma = if foreground && !self.symmetric { 0.0 } else { self.gamma };
        let (log_p, log_q, free) = Held::new(self.clip).logs(odds.log_p, odds.log_q);
        let factor = if gamma > 0.0 { (gamma * log_q).exp() } else { 1.0 };
        // d(1 − p)/d(log p) = −p. As p nears 1, log p / (1 − p) nears −1.
        let steepness = if odds.q > f64::MIN_POSITIVE { log_p / odds.q } else { -1.0 };
        (-weight * factor * log_p, -weight * factor * free * (1.0 - gamma * odds.p * steepness))
    }

    fn binary<G: Element>(&self, field: &Field<'_>, scale: f64, mut gradient: Option<&mut [G]>) -> f64 {
        let all = field.probabilities(Head::Joint);
        let mut value = 0.0;
        for (i, &label) in field.labels().iter().enumerate() {
            let mut by_logit = 0.0;
            if field.counts(label) {
                let y = field.target(i, label, 0);
                let foreground = ProbOdds::of(all, i);
                for (share, odds, side) in [(y, foreground, 1.0), (1.0 - y, foreground.of_the_rest(), -1.0)] {
                    if share > 0.0 {
                        let (loss, by_log) = self.term(odds, side > 0.0);
                        value += scale * share * loss;
                        by_logit += scale * share * side * by_log * odds.q;
                    }
                }
            }
            if let Some(gradient) = gradient.as_deref_mut() {
                gradient[i] = G::of(by_logit);
            }
        }
        value
    }

    fn multiclass<G: Element>(&self, field: &Field<'_>, scale: f64, mut gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let all = field.probabilities(Head::Joint);
        let mut value = 0.0;
        // Of one pixel, by channel: the derivative by log p.
        let mut slopes = vec![0.0; shape.channels];
        for image in 0..shape.images {
            for (pixel, &label) in field.labels_of(image).iter().enumerate() {
                let at = |channel: usize| shape.plane(image, channel).start + pixel;
                for (channel, slope) in slopes.iter_mut().enumerate() {
                    *slope = 0.0;
                    let share =
                        if field.counts(label) { field.target(at(channel), label, channel) } else { 0.0 };
                    if share > 0.0 {
                        let (loss, by_log) = self.term(ProbOdds::of(all, at(channel)), channel > 0);
                        value += scale * share * loss;
                        *slope = scale * share * by_log;
                    }
                }
                let Some(gradient) = gradient.as_deref_mut() else { continue };
                for (channel, slope) in slopes.iter().enumerate() {
                    let others = slopes[..channel].iter().chain(&slopes[channel + 1..]).sum::<f64>();
                    let i = at(channel);
                    // ∂ log p_j / ∂z_c = [j = c] − p_c, written so that nothing cancels as p_c nears 1.
                    gradient[i] = G::of(slope * all.rest[i] - others * all.prob[i]);
                }
            }
        }
        value
    }
}

impl AsymmetricFocal {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let scale = self.scale(field);
        match field.shape().task() {
            Task::Binary => self.binary(field, scale, gradient),
            Task::Multiclass => self.multiclass(field, scale, gradient),
        }
    }
}

impl Loss for AsymmetricFocal {
    evaluated_by_run!();

    fn range(&self) -> Range {
        // Held, a confident pixel still costs something, and how much depends on its class.
        Range { perfect: if self.clip > 0.0 { f64::NAN } else { 0.0 }, ..Range::UNBOUNDED }
    }
}
