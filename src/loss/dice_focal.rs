//! Dice and focal loss together: overlap for the imbalance of classes, focal for that of easy and hard pixels.
//!
//! # Formula
//! ```text
//! L = \lambda_D\, L_{\mathrm{Dice}} + \lambda_F\, L_{\mathrm{focal}}
//! ```
//!
//! # Parameters
//! * `dice_weight`, from 0 to 1000000, default 1: the weight of Dice.
//! * `focal_weight`, from 0 to 1000000, default 1: the weight of the focal loss. Its values are small; see how little of the
//!   gradient is its own.
//! * `gamma`, γ, from 0 to 100, default 2: how strongly the focal loss discounts easy pixels.
//! * `alpha`, α, from 0 to 1, default 0.25: the weight of positive pixels in the focal loss, and 1 − α of all others.
//! * `alpha_of`, default positive pixels: whose weight α is. In a multi-class task each class may have an α of its own,
//!   from a list; the pixels of other classes then have 1 − α, or a weight of 1.
//! * `alphas`, from 0 to 1, default 0.25: α of each class in the focal loss, where α is a list (multi-class).
//! * `balanced`, default off: whether α is used at all.
//! * `pos_weight`, w⁺, from 0 to 1000000, default 1: multiplies the focal term of foreground pixels (binary).
//! * `mean_over`, default pixels: the focal loss is a mean over pixels, or over logits, of which a multi-class task has
//!   C times as many.
//! * `ignored_in_mean`, default off: whether ignored pixels are among those that the focal loss is divided by.
//! * `focal_activation`, default as Dice has it: the probabilities of the focal loss may be sigmoids, one class against
//!   the rest, whatever those of Dice are.
//!
//! Class weights, their sum as a divisor, and whether the background counts are of both terms, as in MONAI.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`, of which the focal loss takes
//! the labels. With sigmoids, one against the rest, both terms are about them.
//!
//! # Range
//! From 0 (perfect) without bound.
//!
//! # Edge cases
//! Those of its terms: on an empty mask Dice is 0 by default and the focal loss alone remains.
//!
//! # Source
//! Zhu et al. 2019 (AnatomyNet), which adds a focal loss to one of overlap, and MONAI, whose Dice sums over each image and
//! scores absent classes. With a softmax for Dice its focal loss stays with sigmoids. Unconfirmed: the exact form of the
//! overlap term in Zhu et al.

use super::compound::{Compound, Term};
use super::config::{Choice, Domain, Param, joined};
use super::cross_entropy::POS_WEIGHT;
use super::dice::{self, DICE};
use super::docs::module_docs;
use super::focal::{self, ALPHA, ALPHA_OF, ALPHAS, Focal, GAMMA, IGNORED_IN_MEAN, MEAN_OVER};
use super::overlap::{self, CONVENTIONS, SMOOTH};
use super::{Family, PerTask, Spec};
use crate::field::{Head, Task};

/// Catalogue line of Dice + focal.
pub const SPEC: Spec = Spec {
    id: "dice_focal",
    name: PerTask::both("Dice + focal"),
    family: Family::Compound,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("dice_focal.rs"),
    params: &joined::<OWN_COUNT, CONVENTION_COUNT, { OWN_COUNT + CONVENTION_COUNT }>(
        [
            Param::number("dice_weight", "λ Dice", Domain::from(0.0, 5.0, 0.05, 1.0)),
            Param::number("focal_weight", "λ focal", Domain::from(0.0, 5.0, 0.05, 1.0)),
            GAMMA,
            ALPHA,
            ALPHA_OF,
            ALPHAS,
            Param::flag("balanced", "use α", false),
            POS_WEIGHT,
            MEAN_OVER,
            IGNORED_IN_MEAN,
            Param::choice(
                "focal_activation",
                "activation, focal",
                &[
                    Choice { id: "same", label: "as Dice has it" },
                    Choice { id: "one-vs-rest", label: "sigmoid, one vs rest" },
                ],
            )
            .convention()
            .only(Task::Multiclass),
            SMOOTH,
        ],
        CONVENTIONS,
    ),
    build: |config| {
        let head = match config.choice("focal_activation") {
            "one-vs-rest" => Head::OneVsRest,
            _ => overlap::head(config),
        };
        Box::new(Compound::new(vec![
            Term::new(config.number("dice_weight"), &dice::SPEC, DICE.with_conventions(config)),
            Term::new(config.number("focal_weight"), &focal::SPEC, Focal::shared(config, head)),
        ]))
    },
};

const OWN_COUNT: usize = 12;
const CONVENTION_COUNT: usize = CONVENTIONS.len();
