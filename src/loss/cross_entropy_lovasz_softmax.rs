//! Cross-entropy to learn from everywhere, Lovász on probabilities to steer by IoU.
//!
//! # Formula
//! ```text
//! L = L_{\mathrm{CE}} + \lambda\, L_{\mathrm{Lov\acute{a}sz\text{-}softmax}}
//! ```
//!
//! # Parameters
//! * `lambda`, λ, from 0 to 1000000, default 1: the weight of the Lovász term.
//! * `over`, default the batch: whether the Lovász term sorts the whole batch as one or each image by itself.
//! * `classes`, default classes present: whether classes that the truth does not contain count in the mean of the
//!   Lovász term (multi-class).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`, of which the Lovász term takes
//! the labels.
//!
//! # Range
//! From 0 (perfect) without bound.
//!
//! # Edge cases
//! Those of its terms: on an empty mask the Lovász term pulls at the single worst pixel, cross-entropy at all.
//!
//! # Source
//! Berman, Rannen Triki and Blaschko 2018 train with cross-entropy first and Lovász-softmax after; the sum of both is
//! common in practice. In a multi-class task this is one of two readings of cross-entropy + λ·Lovász; the other, with
//! the one-vs-rest hinge, is a card of its own.

use super::compound::{Compound, Term};
use super::config::{Domain, Param, PerClass};
use super::cross_entropy::{self, CrossEntropy};
use super::docs::module_docs;
use super::lovasz::{CONVENTIONS, Error, Lovasz, WeightedLovasz};
use super::{Family, PerTask, Spec, lovasz_softmax};

/// Catalogue line of cross-entropy + λ·Lovász-softmax.
pub const SPEC: Spec = Spec {
    id: "cross_entropy_lovasz_softmax",
    name: PerTask { binary: "CE + λ·Lovász-sigmoid", multiclass: "CE + λ·Lovász-softmax" },
    family: Family::Compound,
    at_first: true,
    takes_shares: true,
    docs: module_docs!("cross_entropy_lovasz_softmax.rs"),
    params: &[
        Param::number("lambda", "λ", Domain::from(0.0, 5.0, 0.05, 1.0)),
        CONVENTIONS[0],
        CONVENTIONS[1],
    ],
    build: |config| {
        Box::new(Compound::new(vec![
            Term::new(1.0, &cross_entropy::SPEC, CrossEntropy::default()),
            Term::new(
                config.number("lambda"),
                &lovasz_softmax::SPEC,
                WeightedLovasz {
                    lovasz: Lovasz::new(Error::Probability, config),
                    class_weights: PerClass::all(1.0),
                },
            ),
        ]))
    },
};
