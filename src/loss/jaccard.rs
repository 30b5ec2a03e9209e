//! How far the prediction and the truth fail to coincide: one minus the soft Jaccard score (intersection over union).
//!
//! # Formula
//! For each class, with y = 1 on its foreground and smoothing s:
//! ```text
//! L = 1 - \frac{\sum_i p_i y_i + s}{\sum_i p_i + \sum_i y_i - \sum_i p_i y_i + s}
//! ```
//! Multi-class is the mean of this over the classes. With `outer` −log S it is instead:
//! ```text
//! L = -\log \frac{\sum_i p_i y_i + s}{\sum_i p_i + \sum_i y_i - \sum_i p_i y_i + s}
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
//! From 0 (perfect) to 1; with −log S to −log 10⁻⁷ ≈ 16.1, where the score is held. Never below Dice: the scores
//! obey J = D/(2 − D).
//!
//! # Edge cases
//! By default an empty mask has value and gradient 0, whatever is predicted. With `absent` scored and no smoothing it
//! is 1, and with smoothing it falls to 0 as the prediction empties.
//!
//! # Source
//! Rahman and Wang 2016, equation 2. The defaults are those of segmentation-models-pytorch. In probability space the
//! gradient takes just two values, −1/U on the foreground and I/U² elsewhere, with the intersection I and the union U.

use super::config::joined;
use super::docs::module_docs;
use super::overlap::{CONVENTIONS, Overlap, SMOOTH};
use super::{Family, PerTask, Spec};

/// Catalogue line of the Jaccard loss.
pub const SPEC: Spec = Spec {
    id: "jaccard",
    name: PerTask::both("Jaccard"),
    family: Family::Overlap,
    at_first: true,
    takes_shares: true,
    docs: module_docs!("jaccard.rs"),
    params: &joined::<1, 13, 14>([SMOOTH], CONVENTIONS),
    build: |config| Box::new(JACCARD.with_conventions(config)),
};

/// Jaccard loss with default settings.
pub const JACCARD: Overlap = Overlap::new(1.0, 1.0);
