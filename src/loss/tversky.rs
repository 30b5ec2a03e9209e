//! How far the prediction and the truth fail to overlap, with false positives and false negatives weighed apart.
//!
//! # Formula
//! For each class, with y = 1 on its foreground and smoothing s:
//! ```text
//! L = 1 - \frac{\mathit{TP} + s}{\mathit{TP} + \alpha\,\mathit{FP} + \beta\,\mathit{FN} + s}
//! ```
//! The counts are soft:
//! ```text
//! \mathit{TP} = \sum_i p_i y_i, \quad \mathit{FP} = \sum_i p_i (1 - y_i), \quad \mathit{FN} = \sum_i (1 - p_i)\, y_i
//! ```
//!
//! # Parameters
//! * `alpha`, α, from 0 to 1000000, default 0.3: the weight of false positives.
//! * `beta`, β, from 0 to 1000000, default 0.7: the weight of false negatives. More than α it favours recall. With ½ and ½ the loss
//!   is Dice, with 1 and 1 Jaccard.
//!
//! The conventions on which libraries differ are told by the family (`overlap`).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. The value has no unit. Ignored
//! pixels are in no sum.
//!
//! # Range
//! From 0 (perfect) to 1; with −log S to −log 10⁻⁷ ≈ 16.1, where the score is held.
//!
//! # Edge cases
//! By default an empty mask has value and gradient 0, whatever is predicted. With `absent` scored and no smoothing it
//! is 1. Libraries disagree on which of α and β is which: Keras 3.15 takes them the other way round than it documents.
//!
//! # Source
//! Salehi et al. 2017, equation 3, with their best α = 0.3 and β = 0.7 as defaults.

use super::config::{Domain, Param, joined};
use super::docs::module_docs;
use super::overlap::{Overlap, SMOOTH, TVERSKY_CONVENTIONS};
use super::{Family, PerTask, Spec};

/// Catalogue line of the Tversky loss.
pub const SPEC: Spec = Spec {
    id: "tversky",
    name: PerTask::both("Tversky"),
    family: Family::Overlap,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("tversky.rs"),
    params: &joined::<3, CONVENTION_COUNT, { 3 + CONVENTION_COUNT }>(
        [ALPHA, BETA, SMOOTH],
        TVERSKY_CONVENTIONS,
    ),
    build: |config| {
        Box::new(Overlap::new(config.number("alpha"), config.number("beta")).with_conventions(config))
    },
};

const CONVENTION_COUNT: usize = TVERSKY_CONVENTIONS.len();

/// Parameter α, the weight of false positives.
pub(super) const ALPHA: Param = Param::number("alpha", "α, of FP", Domain::from(0.0, 1.0, 0.01, 0.3));
/// Parameter β, the weight of false negatives.
pub(super) const BETA: Param = Param::number("beta", "β, of FN", Domain::from(0.0, 1.0, 0.01, 0.7));
