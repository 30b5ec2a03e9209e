//! Dice and cross-entropy together: overlap for the imbalance, cross-entropy for gradients that do not vanish.
//!
//! # Formula
//! ```text
//! L = \lambda_D\, L_{\mathrm{Dice}} + \lambda_{CE}\, L_{\mathrm{CE}}
//! ```
//!
//! # Parameters
//! * `dice_weight`, from 0 to 1000000, default 1: the weight of Dice. Weights on values are not weights on gradients: see how the
//!   heatmap changes.
//! * `ce_weight`, from 0 to 1000000, default 1: the weight of cross-entropy.
//!
//! The conventions are those of Dice (`overlap`); class weights and the activation are cross-entropy's too.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`.
//!
//! # Range
//! From 0 (perfect) without bound; with `outer` −S from −1.
//!
//! # Edge cases
//! Those of its terms: on an empty mask Dice is 0 by default and cross-entropy alone remains.
//!
//! # Source
//! Taghanaki et al. 2019 and Isensee et al. 2021 (nnU-Net, which subtracts the Dice score instead of adding one minus
//! it). Terms with their defaults: cross-entropy as in PyTorch, Dice as in segmentation-models-pytorch.

use super::compound::{Compound, Term};
use super::config::{Domain, Param, joined};
use super::cross_entropy::{self, CrossEntropy, Terms};
use super::dice::{self, DICE};
use super::docs::module_docs;
use super::overlap::{self, CONVENTIONS, SMOOTH};
use super::{Family, PerTask, Spec};

/// Catalogue line of Dice + cross-entropy.
pub const SPEC: Spec = Spec {
    id: "dice_cross_entropy",
    name: PerTask::both("Dice + cross-entropy"),
    family: Family::Compound,
    at_first: true,
    takes_shares: true,
    docs: module_docs!("dice_cross_entropy.rs"),
    params: &joined::<3, CONVENTION_COUNT, { 3 + CONVENTION_COUNT }>(
        [
            Param::number("dice_weight", "λ Dice", Domain::from(0.0, 5.0, 0.05, 1.0)),
            Param::number("ce_weight", "λ CE", Domain::from(0.0, 5.0, 0.05, 1.0)),
            SMOOTH,
        ],
        CONVENTIONS,
    ),
    build: |config| {
        let terms = Terms {
            head: overlap::head(config),
            class_weights: config.per_class("class_weights"),
            ..Terms::plain()
        };
        Box::new(Compound::new(vec![
            Term::new(config.number("dice_weight"), &dice::SPEC, DICE.with_conventions(config)),
            Term::new(
                config.number("ce_weight"),
                &cross_entropy::SPEC,
                CrossEntropy { terms, ..CrossEntropy::default() },
            ),
        ]))
    },
};

const CONVENTION_COUNT: usize = CONVENTIONS.len();
