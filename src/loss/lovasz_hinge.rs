//! A convex stand-in for one minus IoU on logits: hinge errors, sorted, each weighted by what it costs in IoU.
//!
//! # Formula
//! With hinge errors m = max(0, 1 − s z) sorted in decreasing order by π, and Δ the Jaccard loss of a set of
//! mispredicted pixels:
//! ```text
//! L = \sum_{k} m_{\pi_k} \left[ \Delta(\{\pi_1, \dots, \pi_k\}) - \Delta(\{\pi_1, \dots, \pi_{k-1}\}) \right]
//! ```
//! Multi-class is one class against the rest, each on its own logit, averaged over classes.
//!
//! # Parameters
//! * `over`, default the batch: whether the whole batch is sorted as one or each image by itself.
//! * `classes`, default classes present: whether classes that the truth does not contain count in the mean
//!   (multi-class).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value has the unit of a logit. Ignored pixels are not
//! sorted.
//!
//! # Range
//! From 0, reached when every logit is past its margin, without bound. At hard logits of ±1 it is 2·(1 − IoU).
//!
//! # Edge cases
//! On an empty mask the single worst pixel holds all of the loss and gradient. Equal errors keep the order of their
//! pixels: the value does not depend on it, the gradient does. Images without a pixel to count are 0. In a multi-class
//! task softmax probabilities alone do not determine the value: the same number added to all logits of a pixel changes
//! it. Logits that are made of probabilities have a mean of 0 at every pixel here.
//!
//! # Source
//! Berman, Rannen Triki and Blaschko 2018, section 2.2 and algorithm 1; Yu and Blaschko 2015. Their code sorts each
//! image by default, segmentation-models-pytorch the batch.

use super::docs::module_docs;
use super::lovasz::{CONVENTIONS, Error, Lovasz};
use super::{Family, PerTask, Spec};

/// Catalogue line of the Lovász hinge.
pub const SPEC: Spec = Spec {
    id: "lovasz_hinge",
    name: PerTask { binary: "Lovász hinge", multiclass: "Lovász hinge, one vs rest" },
    family: Family::Lovasz,
    at_first: true,
    takes_shares: false,
    docs: module_docs!("lovasz_hinge.rs"),
    params: &CONVENTIONS,
    build: |config| Box::new(Lovasz::new(Error::Hinge, config)),
};
