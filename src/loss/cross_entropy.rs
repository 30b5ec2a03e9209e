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
//!
//! # Parameters
//! * `pos_weight`, w, from 0, default 1: multiplies the term of foreground pixels (binary). The mean is still taken
//!   over all pixels.
//! * `class_weights`, from 0, default 1: one weight for each class (multi-class). The mean is weighted: the sum is
//!   divided by the weights of the labels, not by the number of pixels.
//! * `label_smoothing`, ε, from 0 to 1, default 0: takes this share of each label and spreads it over all classes.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value is in nats. It is a mean over the pixels of the
//! whole batch that are not ignored.
//!
//! # Range
//! From 0, reached in the limit of a confident and right prediction, without bound. With smoothing the confident
//! prediction is punished too and grows without bound.
//!
//! # Edge cases
//! An empty mask and an absent class are nothing special. With no pixel to count, or weights that add up to 0, value
//! and gradient are 0 (PyTorch returns NaN there).
//!
//! # Source
//! The stable form is that of PyTorch's `binary_cross_entropy_with_logits` and `cross_entropy`. The gradient at z = 0
//! is the analytic ±½, where an implementation through |z| may give 0 or ±1. Label smoothing: Szegedy et al. 2016,
//! section 7.

use super::config::{Config, Domain, Param, PerClass};
use super::docs::module_docs;
use super::{Family, Loss, PerTask, Range, Spec};
use crate::field::{Field, Head, Task};

/// The catalogue line.
pub const SPEC: Spec = Spec {
    id: "cross_entropy",
    name: PerTask::both("Cross-entropy"),
    family: Family::Distribution,
    at_first: true,
    docs: module_docs!("cross_entropy.rs"),
    params: &[
        Param::number("pos_weight", "w⁺", Domain::from(0.0, 20.0, 0.1, 1.0)).only(Task::Binary),
        Param::per_class("class_weights", "class weights", Domain::from(0.0, 10.0, 0.1, 1.0)),
        Param::number("label_smoothing", "ε", Domain::new(0.0, 1.0, 0.01, 0.0)),
    ],
    build: |config| Box::new(CrossEntropy::new(config)),
};

/// See the [module docs](self).
#[derive(Debug, Clone)]
pub struct CrossEntropy {
    /// Weight of the foreground in a binary task.
    pub pos_weight: f64,
    /// Weight of each class in a multi-class task.
    pub class_weights: PerClass,
    /// Share of a label that is spread over all classes.
    pub label_smoothing: f64,
}

impl Default for CrossEntropy {
    fn default() -> Self {
        Self { pos_weight: 1.0, class_weights: PerClass::all(1.0), label_smoothing: 0.0 }
    }
}

impl CrossEntropy {
    fn new(config: &Config<'_>) -> Self {
        Self {
            pos_weight: config.number("pos_weight"),
            class_weights: config.per_class("class_weights"),
            label_smoothing: config.number("label_smoothing"),
        }
    }

    fn binary(&self, field: &Field<'_>, gradient: Option<&mut [f32]>) -> f64 {
        let probabilities = field.probabilities(Head::Joint);
        let pixels = field.valid_pixels(0..field.shape().images);
        let scale = if pixels == 0 { 0.0 } else { 1.0 / pixels as f64 };
        // The smoothed label, split into its pull towards 1 and towards 0.
        let pulls = |y: f64| {
            let y = (1.0 - self.label_smoothing) * y + 0.5 * self.label_smoothing;
            (scale * self.pos_weight * y, scale * (1.0 - y))
        };
        let (of_foreground, of_background) = (pulls(1.0), pulls(0.0));
        let pulls_of = |label: u8| match label {
            _ if !field.counts(label) => (0.0, 0.0),
            1 => of_foreground,
            _ => of_background,
        };
        let logs = probabilities.log_prob.iter().zip(&probabilities.log_rest);
        let value = field.labels().iter().zip(logs).map(|(&label, (log_p, log_q))| {
            let (up, down) = pulls_of(label);
            -(up * log_p + down * log_q)
        });
        let value = value.sum();
        if let Some(gradient) = gradient {
            let probs = probabilities.prob.iter().zip(&probabilities.rest);
            for ((by_logit, &label), (p, q)) in gradient.iter_mut().zip(field.labels()).zip(probs) {
                let (up, down) = pulls_of(label);
                // -∂/∂z log p = -(1 - p), and -∂/∂z log (1 - p) = p.
                *by_logit = (down * p - up * q) as f32;
            }
        }
        value
    }

    fn multiclass(&self, field: &Field<'_>, mut gradient: Option<&mut [f32]>) -> f64 {
        let shape = field.shape();
        let probabilities = field.probabilities(Head::Joint);
        let weights: Vec<f64> = (0..shape.channels).map(|class| self.class_weights.of(class)).collect();
        let counted = || field.labels().iter().filter(|&&label| field.counts(label));
        let total: f64 = counted().map(|&label| weights[usize::from(label)]).sum();
        let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
        let spread = self.label_smoothing / shape.channels as f64;
        let sum_of_weights: f64 = weights.iter().sum();
        let mut value = 0.0;
        for image in 0..shape.images {
            for (pixel, &label) in field.labels_of(image).iter().enumerate() {
                let label = field.counts(label).then_some(usize::from(label));
                let kept = label.map_or(0.0, |label| (1.0 - self.label_smoothing) * weights[label]);
                let pull = if label.is_some() { kept + spread * sum_of_weights } else { 0.0 };
                for (channel, weight) in weights.iter().enumerate() {
                    let i = shape.plane(image, channel).start + pixel;
                    let target = match label {
                        Some(label) if label == channel => kept + spread * weight,
                        Some(_) => spread * weight,
                        None => 0.0,
                    };
                    value -= scale * target * probabilities.log_prob[i];
                    // -∂/∂z_c Σ_j t_j log p_j = p_c Σ_j t_j - t_c, written so that nothing cancels as p_c nears 1.
                    if let Some(gradient) = gradient.as_deref_mut() {
                        let others = pull - target;
                        gradient[i] = (scale
                            * (others * probabilities.prob[i] - target * probabilities.rest[i]))
                            as f32;
                    }
                }
            }
        }
        value
    }
}

impl Loss for CrossEntropy {
    fn evaluate(&self, field: &Field<'_>, gradient: Option<&mut [f32]>) -> f64 {
        match field.shape().task() {
            Task::Binary => self.binary(field, gradient),
            Task::Multiclass => self.multiclass(field, gradient),
        }
    }

    fn range(&self) -> Range {
        let perfect = if self.label_smoothing > 0.0 { f64::INFINITY } else { 0.0 };
        Range { perfect, ..Range::UNBOUNDED }
    }
}
