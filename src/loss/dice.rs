//! How far the prediction and the truth fail to overlap: one minus the soft Dice (F1) score.
//!
//! # Formula
//! For each class, with y = 1 on its foreground and smoothing s:
//! ```text
//! L = 1 - \frac{2 \sum_i p_i y_i + 2s}{\sum_i p_i + \sum_i y_i + 2s}
//! ```
//! Multi-class is the mean of this over the classes. With `outer` −log S it is instead:
//! ```text
//! L = -\log \frac{2 \sum_i p_i y_i + 2s}{\sum_i p_i + \sum_i y_i + 2s}
//! ```
//!
//! # Parameters
//! The conventions on which libraries differ, told by the family (`overlap`).
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
//! is 1 (0 over the smallest denominator, 10⁻⁷), and with smoothing it falls to 0 as the prediction empties.
//!
//! # Source
//! Milletari et al. 2016 (V-Net), equation 3, with the plain instead of the squared denominator; Sudre et al. 2017.
//! The defaults are those of segmentation-models-pytorch. In probability space the gradient takes just two values,
//! −2(D − I)/D² on the foreground and 2I/D² elsewhere, with I = Σpy and D = Σp + Σy.

use super::config::joined;
use super::docs::module_docs;
use super::overlap::{CONVENTIONS, Overlap, SMOOTH};
use super::{Family, PerTask, Spec};

/// Catalogue line of the Dice loss.
pub const SPEC: Spec = Spec {
    id: "dice",
    name: PerTask::both("Dice"),
    family: Family::Overlap,
    at_first: true,
    takes_shares: true,
    docs: module_docs!("dice.rs"),
    params: &joined::<1, 13, 14>([SMOOTH], CONVENTIONS),
    build: |config| Box::new(DICE.with_conventions(config)),
};

/// Dice loss with default settings.
pub const DICE: Overlap = Overlap::new(0.5, 0.5);
