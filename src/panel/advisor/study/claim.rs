//! Tests of rules by measurements on the scene.

use serde::{Deserialize, Serialize};

use super::candidates::{CANDIDATES, reference};
use super::{Evidence, Profile, Situation};

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

    /// Number on which the verdict on a candidate depends; none if it is not measured yet, or cannot be on
    /// this scene.
    pub fn score(self, measured: &Evidence, candidate: usize) -> Option<f64> {
        let own = measured.profiles.get(candidate)?;
        let other = measured.profiles.get(reference())?;
        let against = |of: fn(&Profile) -> Option<f64>| Some(of(own)? / of(other)?).filter(|x| x.is_finite());
        match self {
            Self::ForegroundAtStart => against(|profile| profile.share_at_start),
            Self::ForegroundNow => against(|profile| profile.share_now),
            Self::BackgroundAtStart => own.share_at_start.map(|share| 1.0 - share),
            Self::MissesCostMore => own.missed_to_false,
            Self::FalseFindsCostMore => own.missed_to_false.map(f64::recip).filter(|x| x.is_finite()),
            Self::DistanceCosts => own.far_to_near,
            Self::Calibrated | Self::Uncalibrated => own.edge_error(),
            Self::TeachesEmpty | Self::SilentEmpty => {
                let (own, other) = (own.empty?, other.empty?);
                // What pulls at one pixel alone leaves the others as they are.
                let pull = if own.largest > 0.5 { 0.0 } else { own.sum };
                Some(pull / other.sum).filter(|x| x.is_finite())
            }
            Self::ClassesAlike => own.rare_to_common,
            Self::SmallestFound | Self::SmallestLost => against(|profile| profile.share_on_smallest),
            Self::BreaksCost => own.break_to_sides,
            Self::KeepsUp | Self::FallsBehind => {
                // Only a race that someone got ahead in says anything.
                let best = best_reached(measured)?;
                Some(own.reached()? / best).filter(|_| best >= 0.05)
            }
        }
    }

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

    /// Verdict on a candidate; none if it has no score.
    pub fn verdict(self, measured: &Evidence, candidate: usize) -> Option<Verdict> {
        self.score(measured, candidate).map(|score| self.judge(score))
    }
}

/// Best IoU of the candidates' descents, from 0 to 1; none until every candidate for such a scene has made
/// its descent.
pub fn best_reached(measured: &Evidence) -> Option<f64> {
    let situation = Situation::of(&measured.facts);
    let raced = CANDIDATES.iter().zip(&measured.profiles).filter(|(one, _)| one.only.allows(&situation));
    let ends: Option<Vec<f64>> = raced.map(|(_, profile)| profile.reached()).collect();
    ends?.into_iter().reduce(f64::max)
}
