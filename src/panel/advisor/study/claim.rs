//! Tests of rules by measurements on the scene.

use serde::{Deserialize, Serialize};

/// Verdict of the scene on a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Verdict {
    /// The rule holds here.
    Supports,
    /// The rule does not hold here.
    Contradicts,
    /// The effect is too small for either.
    Neither,
}

/// Claim about a loss, as something that can be measured.
///
/// Each gives one number, its [score](Claim::score), and two [bounds](Claim::bounds): beyond the one the scene supports
/// the claim, beyond the other it contradicts it, and between them it says neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Foreground gets more of the gradient than with cross-entropy, at even odds.
    ForegroundAtStart,
    /// Foreground gets more of the gradient than with cross-entropy, with the present prediction.
    ForegroundNow,
    /// Background gets nearly all of the gradient, at even odds.
    BackgroundAtStart,
    /// Missed pixels cost more than false ones.
    MissesCostMore,
    /// False pixels cost more than missed ones.
    FalseFindsCostMore,
    /// False pixels cost more the farther they are from the boundary.
    DistanceCosts,
    /// Optimum equals the fraction of cases in which a pixel is foreground.
    Calibrated,
    /// Optimum differs from the fraction of cases in which a pixel is foreground.
    Uncalibrated,
    /// Gradient without foreground is enough to learn from.
    TeachesEmpty,
    /// Gradient without foreground is next to none.
    SilentEmpty,
    /// Missing a class costs more than as many missed pixels of a larger one.
    ClassesAlike,
    /// Missed small object gets more of the gradient than with cross-entropy.
    SmallestFound,
    /// Missed small object gets no more of the gradient than with cross-entropy.
    SmallestLost,
    /// Break in a thin structure costs more than as many pixels off its sides.
    BreaksCost,
    /// Short descent keeps up with the best.
    KeepsUp,
    /// Short descent falls behind the best.
    FallsBehind,
}

impl Claim {
    /// Claims, all of them.
    pub const ALL: [Self; 16] = [
        Self::ForegroundAtStart,
        Self::ForegroundNow,
        Self::BackgroundAtStart,
        Self::MissesCostMore,
        Self::FalseFindsCostMore,
        Self::DistanceCosts,
        Self::Calibrated,
        Self::Uncalibrated,
        Self::TeachesEmpty,
        Self::SilentEmpty,
        Self::ClassesAlike,
        Self::SmallestFound,
        Self::SmallestLost,
        Self::BreaksCost,
        Self::KeepsUp,
        Self::FallsBehind,
    ];

    /// Scores from which the scene supports the claim and from which it contradicts it. If the first is
    /// larger, a larger score supports; else a smaller one does.
    pub const fn bounds(self) -> (f64, f64) {
        match self {
            Self::ForegroundAtStart | Self::ForegroundNow | Self::SmallestFound => (2.0, 1.1),
            Self::BackgroundAtStart => (0.9, 0.75),
            // Equal costs are computed to be equal only up to rounding.
            Self::MissesCostMore
            | Self::FalseFindsCostMore
            | Self::DistanceCosts
            | Self::ClassesAlike
            | Self::BreaksCost => (1.25, 1.02),
            Self::Calibrated => (0.06, 0.15),
            Self::Uncalibrated => (0.15, 0.06),
            Self::TeachesEmpty => (0.05, 1e-3),
            Self::SilentEmpty => (1e-3, 0.05),
            Self::SmallestLost => (1.1, 2.0),
            Self::KeepsUp => (0.8, 0.5),
            Self::FallsBehind => (0.8, 0.95),
        }
    }

    /// Verdict on a score.
    pub fn judge(self, score: f64) -> Verdict {
        let (supports, contradicts) = self.bounds();
        let sign = if supports > contradicts { 1.0 } else { -1.0 };
        if sign * score >= sign * supports {
            Verdict::Supports
        } else if sign * score <= sign * contradicts {
            Verdict::Contradicts
        } else {
            Verdict::Neither
        }
    }
}
