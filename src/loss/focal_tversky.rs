//! The Tversky loss raised to a power, so that classes that are nearly right count for more, or for less.
//!
//! # Formula
//! For each class, with T its Tversky score:
//! ```text
//! L = (1 - T)^{\gamma}, \quad T = \frac{\mathit{TP} + s}{\mathit{TP} + \alpha\,\mathit{FP} + \beta\,\mathit{FN} + s}
//! ```
//!
//! # Parameters
//! * `alpha`, α, from 0 to 1000000, default 0.3: the weight of false positives.
//! * `beta`, β, from 0 to 1000000, default 0.7: the weight of false negatives.
//! * `gamma`, γ, from 0.05 to 10, default 0.75: the exponent. Below 1 it makes the loss steeper where a class is nearly
//!   right, above 1 where it is mostly wrong.
//!
//! The conventions on which libraries differ are told by the family (`overlap`).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. The value has no unit. Ignored
//! pixels are in no sum.
//!
//! # Range
//! From 0 (perfect) to 1; with −log T to 16.1 to the power of γ.
//!
//! # Edge cases
//! With γ below 1 the loss is infinitely steep where nothing is lost; the gradient is given as 0 there. An empty mask is
//! as in the Tversky loss.
//!
//! # Source
//! Abraham and Khan 2019, equation 4, whose exponent is called 1/γ with γ = 4/3. What they call α and β are the weights
//! of false negatives and false positives, so that theirs are swapped here.

use super::config::{Domain, Param, joined};
use super::docs::module_docs;
use super::overlap::{self, EXPONENT_ON, INNER_UP_TO_ONE, OUTER_ABOVE_ZERO, Overlap, SMOOTH};
use super::tversky::{ALPHA, BETA};
use super::{Family, PerTask, Spec};

/// Catalogue line of the focal Tversky loss.
pub const SPEC: Spec = Spec {
    id: "focal_tversky",
    name: PerTask::both("Focal Tversky"),
    family: Family::Overlap,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("focal_tversky.rs"),
    params: &joined::<6, 11, 17>(
        [
            ALPHA,
            BETA,
            Param::number("gamma", "γ", Domain { slider_max: 3.0, ..Domain::new(0.05, 10.0, 0.05, 0.75) }),
            SMOOTH,
            EXPONENT_ON,
            OUTER_ABOVE_ZERO,
        ],
        INNER_UP_TO_ONE,
    ),
    build: |config| {
        let tversky = Overlap::new(config.number("alpha"), config.number("beta")).with_conventions(config);
        Box::new(Overlap { exponent: (config.number("gamma"), overlap::focus(config)), ..tversky })
    },
};
