//! Cross-entropy to learn from everywhere, the Lovász hinge to steer by IoU.
//!
//! # Formula
//! ```text
//! L = L_{\mathrm{CE}} + \lambda\, L_{\mathrm{Lov\acute{a}sz\ hinge}}
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
//! The combination of the article that Lossfield starts from. The hinge is a binary loss: in a multi-class task it is
//! taken here one class against the rest on the raw logits, beside the softmax of cross-entropy. The other reading is
//! cross-entropy with Lovász-softmax, which is a card of its own.

use super::compound::{Compound, Term};
use super::config::{Domain, Param};
use super::cross_entropy::{self, CrossEntropy};
use super::docs::module_docs;
use super::lovasz::{CONVENTIONS, Error, Lovasz};
use super::{Family, PerTask, Spec, lovasz_hinge};

/// Catalogue line of cross-entropy + λ·Lovász hinge.
pub const SPEC: Spec = Spec {
    id: "cross_entropy_lovasz_hinge",
    name: PerTask { binary: "CE + λ·Lovász hinge", multiclass: "CE + λ·Lovász hinge, one vs rest" },
    family: Family::Compound,
    at_first: true,
    takes_shares: true,
    docs: module_docs!("cross_entropy_lovasz_hinge.rs"),
    params: &[
        Param::number("lambda", "λ", Domain::from(0.0, 5.0, 0.05, 1.0)),
        CONVENTIONS[0],
        CONVENTIONS[1],
    ],
    build: |config| {
        Box::new(Compound::new(vec![
            Term::new(1.0, &cross_entropy::SPEC, CrossEntropy::default()),
            Term::new(config.number("lambda"), &lovasz_hinge::SPEC, Lovasz::new(Error::Hinge, config)),
        ]))
    },
};
