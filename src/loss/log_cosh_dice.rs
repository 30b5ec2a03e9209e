//! Dice through a function that is flat at its end: gentle where the overlap is nearly perfect, like Dice elsewhere.
//!
//! # Formula
//! For each class, with its soft Dice score:
//! ```text
//! L = \log \cosh (1 - D), \quad D = \frac{2 \sum_i p_i y_i + 2s}{\sum_i p_i + \sum_i y_i + 2s}
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
//! From 0 (perfect) to log cosh 1 ≈ 0.434.
//!
//! # Edge cases
//! Those of Dice: by default an empty mask has value and gradient 0, whatever is predicted.
//!
//! # Source
//! Jadon 2020 (arXiv 2006.14822), where it is introduced. Its gradient is that of Dice times tanh(1 − D), so that it is no smoother in the
//! probabilities than Dice is; it only slows down near the end.

use super::config::joined;
use super::dice::DICE;
use super::docs::module_docs;
use super::overlap::{INNER_UP_TO_ONE, Outer, Overlap, SMOOTH, SQUARED};
use super::{Family, PerTask, Spec};

/// Catalogue line of log-cosh Dice.
pub const SPEC: Spec = Spec {
    id: "log_cosh_dice",
    name: PerTask::both("Log-cosh Dice"),
    family: Family::Overlap,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("log_cosh_dice.rs"),
    params: &joined::<2, 11, 13>([SMOOTH, SQUARED], INNER_UP_TO_ONE),
    build: |config| Box::new(Overlap { outer: Outer::LogCosh, ..DICE.with_inner(config) }),
};
