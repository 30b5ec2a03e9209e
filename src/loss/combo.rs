//! Weighted cross-entropy minus the Dice score: one weighs the two kinds of error, the other the imbalance.
//!
//! # Formula
//! With β on the foreground and smoothing S:
//! ```text
//! L = \alpha \cdot \frac{-1}{N} \sum_i \left[ \beta\, y_i \log p_i + (1 - \beta)(1 - y_i) \log (1 - p_i) \right] - (1 - \alpha)\, \frac{2 \sum_i p_i y_i + S}{\sum_i p_i + \sum_i y_i + S}
//! ```
//! Multi-class, the first term is −w log p of the true class, with w = 1 − β for class 0 and β for all others, and the
//! second the mean of the scores of all classes.
//!
//! ```text
//! L = -\frac{\alpha}{N} \sum_i w_{y_i} \log p_{i y_i} - \frac{1 - \alpha}{C} \sum_c S_c
//! ```
//!
//! # Parameters
//! * `alpha`, α, from 0 to 1, default 0.5: the weight of cross-entropy; Dice has the rest.
//! * `beta`, β, from 0 to 1, default 0.5: above ½ missed foreground costs more than false foreground. At ½ cross-entropy
//!   is half of the plain one.
//! * `smooth`, S, from 0.1 to 1000000, default 1: added above and below the fraction bar.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. The sums of Dice run over the
//! batch.
//!
//! # Range
//! From −(1 − α), in the limit of a confident and right prediction, without bound (to 0 with α = 0): the Dice score is
//! subtracted, and not its loss added.
//!
//! # Edge cases
//! On an empty mask the score rises to 1 as the prediction empties, because of S. With no pixel to count the
//! cross-entropy is 0 and the score 1.
//!
//! # Source
//! Taghanaki et al. 2019, equation 3, with α = β = ½. Theirs takes the sums over all classes at once.

use super::compound::{Compound, Term};
use super::config::{Domain, Param, PerClass};
use super::cross_entropy::{self, CrossEntropy, MeanOver, Terms};
use super::dice::{self, DICE};
use super::docs::module_docs;
use super::overlap::{Absent, Outer, Overlap};
use super::{Family, PerTask, Spec};

/// Catalogue line of the combo loss.
pub const SPEC: Spec = Spec {
    id: "combo",
    name: PerTask::both("Combo"),
    family: Family::Compound,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("combo.rs"),
    params: &[
        Param::number("alpha", "α", Domain::new(0.0, 1.0, 0.01, 0.5)),
        Param::number("beta", "β", Domain::new(0.0, 1.0, 0.01, 0.5)),
        Param::number("smooth", "S", Domain::from(0.1, 10.0, 0.1, 1.0)),
    ],
    build: |config| {
        let (alpha, beta) = (config.number("alpha"), config.number("beta"));
        let terms = Terms {
            pos_weight: beta,
            neg_weight: 1.0 - beta,
            class_weights: PerClass::first_and_rest(1.0 - beta, beta),
            ..Terms::plain()
        };
        let smooth = 0.5 * config.number("smooth");
        let overlap = Overlap {
            smooth_numerator: smooth,
            smooth_denominator: smooth,
            absent: Absent::Scored,
            outer: Outer::Minus,
            ..DICE
        };
        Box::new(Compound::new(vec![
            Term::new(alpha, &cross_entropy::SPEC, CrossEntropy { terms, mean_over: MeanOver::Pixels }),
            Term::new(1.0 - alpha, &dice::SPEC, overlap),
        ]))
    },
};
