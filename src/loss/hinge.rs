//! How far a logit stays short of a margin of 1 on its label's side.
//!
//! # Formula
//! Binary, with the label as a sign s = ±1:
//! ```text
//! L = \frac{1}{N} \sum_i \max(0,\; 1 - s_i z_i)
//! ```
//! Multi-class, one class against the rest, s = +1 for the true class:
//! ```text
//! L = \frac{1}{NC} \sum_i \sum_c \max(0,\; 1 - s_{ic} z_{ic})
//! ```
//!
//! # Parameters
//! None.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value has the unit of a logit. It is a mean over the
//! pixels that are not ignored, and over classes.
//!
//! # Range
//! From 0, reached when every logit is past its margin, without bound.
//!
//! # Edge cases
//! In a multi-class task softmax probabilities alone do not determine the value: the same number added to all logits of
//! a pixel changes it. Logits that are made of probabilities have a mean of 0 at every pixel here.
//! With no pixel to count value and gradient are 0. Exactly at the margin the gradient is 0.
//!
//! # Source
//! Cortes and Vapnik 1995. The Lovász hinge is built on these errors (Yu and Blaschko 2015; Berman et al. 2018).

use super::docs::module_docs;
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::Field;

/// Catalogue line of the hinge loss.
pub const SPEC: Spec = Spec {
    id: "hinge",
    name: PerTask { binary: "Hinge", multiclass: "Hinge, one vs rest" },
    family: Family::Distribution,
    at_first: true,
    takes_shares: false,
    docs: module_docs!("hinge.rs"),
    params: &[],
    build: |_| Box::new(Hinge),
};

/// Hinge loss; see the [module docs](self).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hinge;

impl Hinge {
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "the form that all losses have"
    )]
    fn run<G: Element>(&self, field: &Field<'_>, mut gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let logits = field.logits();
        let counted = field.valid_pixels(0..shape.images) * shape.channels;
        let scale = if counted == 0 { 0.0 } else { 1.0 / counted as f64 };
        let mut value = 0.0;
        for image in 0..shape.images {
            let labels = field.labels_of(image);
            for channel in 0..shape.channels {
                let plane = shape.plane(image, channel);
                let error_of = |z: f32, label: u8| {
                    let sign = if field.is_foreground(label, channel) { 1.0 } else { -1.0 };
                    let short_by = 1.0 - sign * f64::from(z);
                    // Not `max`, which WebAssembly does by a function call.
                    (sign, if field.counts(label) && short_by > 0.0 { short_by } else { 0.0 })
                };
                let pixels = logits[plane.clone()].iter().zip(labels);
                let Some(gradient) = gradient.as_deref_mut() else {
                    value += pixels.map(|(&z, &label)| error_of(z, label).1).sum::<f64>();
                    continue;
                };
                for ((&z, &label), by_logit) in pixels.zip(&mut gradient[plane]) {
                    let (sign, error) = error_of(z, label);
                    value += error;
                    *by_logit = if error > 0.0 { G::of(-sign * scale) } else { G::ZERO };
                }
            }
        }
        scale * value
    }
}

impl Loss for Hinge {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        true
    }

    fn range(&self) -> Range {
        Range::UNBOUNDED
    }
}
