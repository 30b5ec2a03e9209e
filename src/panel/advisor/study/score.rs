//! Scores of claims on a scene, from the profiles of all candidates.

use super::candidates::{CANDIDATES, reference};
use super::claim::{Claim, Verdict};
use super::{Evidence, Profile, Situation};

impl Claim {
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

    /// Verdict on a candidate; none if it has no score.
    pub fn verdict(self, measured: &Evidence, candidate: usize) -> Option<Verdict> {
        self.score(measured, candidate).map(|score| self.judge(score))
    }
}

/// Best IoU of the candidates' descents, from 0 to 1; none until every candidate for such a scene has made
/// its descent.
pub fn best_reached(measured: &Evidence) -> Option<f64> {
    // The races were of the scene, whatever the advice is for.
    let situation = Situation::of(&measured.facts);
    let raced = CANDIDATES.iter().zip(&measured.profiles).filter(|(one, _)| one.only.allows(&situation));
    let ends: Option<Vec<f64>> = raced.map(|(_, profile)| profile.reached()).collect();
    ends?.into_iter().reduce(f64::max)
}
