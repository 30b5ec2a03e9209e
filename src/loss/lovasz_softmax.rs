//! A stand-in for one minus IoU on probabilities: errors |y − p|, sorted, each weighted by what it costs in IoU.
//!
//! # Formula
//! For each class, with errors m = |y − p| sorted in decreasing order by π, and Δ the Jaccard loss of a set of
//! mispredicted pixels; then the mean over classes:
//! ```text
//! L = \sum_{k} m_{\pi_k} \left[ \Delta(\{\pi_1, \dots, \pi_k\}) - \Delta(\{\pi_1, \dots, \pi_{k-1}\}) \right]
//! ```
//!
//! # Parameters
//! * `over`, default the batch: whether the whole batch is sorted as one or each image by itself.
//! * `classes`, default classes present: whether classes that the truth does not contain count in the mean
//!   (multi-class).
//! * `class_weights`, from 0 to 1000000, default 1: one weight for the loss of each class (multi-class). The mean still
//!   divides by the number of classes, as in kornia and mmsegmentation.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value has no unit. Ignored pixels are not sorted.
//!
//! # Range
//! From 0 (perfect) to 1, times the largest class weight. On hard predictions it is 1 − IoU, averaged over classes.
//!
//! # Edge cases
//! A class that the truth does not contain is skipped, or with all classes is the largest probability given to it.
//! The binary form, Lovász-sigmoid, always counts its one class, so on an empty mask the single worst pixel holds all
//! of the loss and gradient. Equal errors keep the order of their pixels. Images without a pixel to count are 0.
//!
//! # Source
//! Berman, Rannen Triki and Blaschko 2018, equation 12 and algorithm 1. The binary form is their `lovasz_softmax` on
//! sigmoid probabilities with `classes=[1]`.

use super::cross_entropy::CLASS_WEIGHTS;
use super::docs::module_docs;
use super::lovasz::{CONVENTIONS, Error, Lovasz, WeightedLovasz};
use super::{Family, PerTask, Spec};

/// Catalogue line of Lovász-softmax.
pub const SPEC: Spec = Spec {
    id: "lovasz_softmax",
    name: PerTask { binary: "Lovász-sigmoid", multiclass: "Lovász-softmax" },
    family: Family::Lovasz,
    at_first: true,
    takes_shares: false,
    docs: module_docs!("lovasz_softmax.rs"),
    params: &[CONVENTIONS[0], CONVENTIONS[1], CLASS_WEIGHTS],
    build: |config| {
        Box::new(WeightedLovasz {
            lovasz: Lovasz::new(Error::Probability, config),
            class_weights: config.per_class(CLASS_WEIGHTS.id),
        })
    },
};
