//! How far the prediction and the truth fail to coincide: one minus the soft Jaccard score (intersection over union).
//!
//! # Formula
//! For each class, with y = 1 on its foreground and smoothing s:
//! ```text
//! L = 1 - \frac{\sum_i p_i y_i + s}{\sum_i p_i + \sum_i y_i - \sum_i p_i y_i + s}
//! ```
//! Multi-class is the mean of this over the classes. With `log` it is instead:
//! ```text
//! L = -\log \frac{\sum_i p_i y_i + s}{\sum_i p_i + \sum_i y_i - \sum_i p_i y_i + s}
//! ```
//!
//! # Parameters
//! * `smooth`, s, from 0, default 0: added to the intersection and to the union.
//! * `log`, default off: the negative logarithm of the score instead of one minus it, steeper where the overlap is
//!   small.
//! * `over`, default the batch: whether the sums run over the batch or each image is scored and the mean taken.
//! * `absent`, default loss 0: what a class does that the truth does not contain. It may count as 0 in the mean, be
//!   scored like any other, or be left out of the mean.
//! * `background`, default on: whether class 0 counts in the mean (multi-class).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value has no unit. Ignored pixels are in no sum.
//!
//! # Range
//! From 0 (perfect) to 1; with `log` to −log 10⁻⁷ ≈ 16.1, where the score is held. Never below Dice: the scores
//! obey J = D/(2 − D).
//!
//! # Edge cases
//! By default an empty mask has value and gradient 0, whatever is predicted. With `absent` scored and no smoothing it
//! is 1, and with smoothing it falls to 0 as the prediction empties.
//!
//! # Source
//! Rahman and Wang 2016, equation 2. The defaults are those of segmentation-models-pytorch. In probability space the
//! gradient takes just two values, −1/U on the foreground and I/U² elsewhere, with the intersection I and the union U.

use super::docs::module_docs;
use super::overlap::{CONVENTIONS, Overlap, SMOOTH};
use super::{PerTask, Spec};

/// The catalogue line.
pub const SPEC: Spec = Spec {
    id: "jaccard",
    name: PerTask::both("Jaccard"),
    docs: module_docs!("jaccard.rs"),
    params: &[SMOOTH, CONVENTIONS[0], CONVENTIONS[1], CONVENTIONS[2], CONVENTIONS[3]],
    build: |config| Box::new(JACCARD.with_conventions(config)),
};

/// Jaccard as it is when nothing is set.
pub const JACCARD: Overlap = Overlap::new(1.0, 1.0);
