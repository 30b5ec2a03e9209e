//! Ink of a brush or a fill, and the arithmetic of putting a probability on logits.

use std::mem;

use serde::{Deserialize, Serialize};

use super::{Labelling, SceneError};
use crate::field::{IGNORE, sigmoid, softplus};

/// The least probability that is painted for any class, where it was not less before. Its logit, −13.8, is far in the
/// tail of every loss, and well inside what `f32` and a temperature of 0.1 to 10 keep exact; 0 and 1 themselves have no
/// finite logit.
pub const MIN_PROB: f64 = 1e-6;

/// The largest weight that is painted.
pub const HEAVIEST: f64 = 1e6;

/// Half of a scene that an edit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Plane {
    /// The ground truth.
    Truth,
    /// The prediction.
    Prediction,
}

/// Ink: a class of the truth, a probability of the prediction, or a weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "plane", rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Ink {
    /// A class of the ground truth: 0 erases, 255 is ignored by every loss. Where a pixel may have several regions, the one of
    /// this number, which joins those that are there.
    Truth {
        /// The class.
        class: u8,
    },
    /// The ground truth outside a region: takes the region off, and leaves the others that a pixel has.
    Outside {
        /// The region, from 1 on.
        region: u8,
    },
    /// The probability of a class. The other classes keep their proportions to each other.
    Prediction {
        /// The class; in a binary scene 1 is the foreground, and 0 is `1 − prob` of it.
        class: u8,
        /// Its probability, 0..1.
        prob: f64,
    },
    /// The weight of a pixel, for [`PixelWeighting::Own`](super::PixelWeighting::Own).
    Weight {
        /// Weight, 0 to [`HEAVIEST`]; 1 where nothing was said.
        weight: f64,
    },
}

impl Ink {
    /// Half of a scene that the ink goes on; none for weights, which lie beside both.
    pub fn plane(self) -> Option<Plane> {
        match self {
            Self::Truth { .. } | Self::Outside { .. } => Some(Plane::Truth),
            Self::Prediction { .. } => Some(Plane::Prediction),
            Self::Weight { .. } => None,
        }
    }

    /// Refuses a class that a scene of so many channels has not, a probability outside 0..1, and a weight that is none.
    pub(super) fn check(self, labelling: Labelling, channels: usize) -> Result<(), SceneError> {
        let classes = labelling.classes(channels);
        let (class, prob, least) = match self {
            Self::Truth { class: IGNORE } => return Ok(()),
            Self::Truth { class } => (class, 0.0, 0),
            Self::Outside { region } => (region, 0.0, 1),
            // No region is no logit.
            Self::Prediction { class, prob } => (class, prob, u8::from(labelling == Labelling::Regions)),
            Self::Weight { weight } if (0.0..=HEAVIEST).contains(&weight) => return Ok(()),
            Self::Weight { weight } => {
                return Err(SceneError(format!(
                    "the weight to paint is {weight}; it must be within 0 and {HEAVIEST}"
                )));
            }
        };
        if usize::from(class) >= classes || class < least {
            return Err(SceneError(match labelling {
                Labelling::OneClass => format!(
                    "class {class} cannot be painted: the scene has {classes} classes, 0 to {}",
                    classes - 1
                ),
                Labelling::Regions => {
                    format!("region {class} cannot be painted: the scene has the regions 1 to {channels}")
                }
            }));
        }
        if !(0.0..=1.0).contains(&prob) {
            return Err(SceneError(format!("the probability to paint is {prob}; it must be within 0 and 1")));
        }
        Ok(())
    }
}

/// `log(p / (1 − p))` from both, which keeps digits at either end.
pub(super) fn logit(prob: f64, rest: f64) -> f64 {
    (prob.max(MIN_PROB) / rest.max(MIN_PROB)).ln()
}

/// The logits, of mean zero, whose softmax are these probabilities (or, from one probability, its sigmoid's), in place.
///
/// A softmax does not see a constant added to its logits, but the one-vs-rest losses do. Of mean zero, the likely
/// class is positive and the others negative, which is what those losses want of a good prediction.
pub(super) fn logits_of(probs: &mut [f64]) {
    if let [prob] = probs {
        *prob = logit(*prob, 1.0 - *prob);
        return;
    }
    for prob in &mut *probs {
        *prob = prob.ln().max(MIN_PROB.ln());
    }
    centre(probs, 0.0);
}

/// Turns logarithms of probabilities into logits of a mean.
pub(super) fn centre(logs: &mut [f64], mean: f64) {
    let shift = mean - logs.iter().sum::<f64>() / logs.len() as f64;
    for log in logs {
        *log += shift;
    }
}

/// `log Σ exp`, without overflow; −∞ of none.
pub(super) fn log_sum_exp(logs: &[f64]) -> f64 {
    let max = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if let [one] = logs { *one } else { max + logs.iter().map(|log| (log - max).exp()).sum::<f64>().ln() }
}

/// Logarithm of a probability that is painted: not below that of the least one, unless it was lower `before`.
fn floored(prob: f64, before: f64) -> f64 {
    prob.ln().max(before.min(MIN_PROB.ln()))
}

/// The softmax of logits (or, of one, its sigmoid) in place.
#[cfg(test)]
pub(super) fn probs_of(logits: &mut [f64]) {
    if let [z] = logits {
        *z = sigmoid(*z);
        return;
    }
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for z in &mut *logits {
        *z = (*z - max).exp();
        total += *z;
    }
    for e in logits {
        *e /= total;
    }
}

/// Moves the probability of a class towards `prob`, by `coverage` of the way. The other classes keep their proportions
/// to each other, and the logits their mean, so that a faint touch changes any loss but a little.
pub(super) fn blend(logits: &mut [f64], class: usize, prob: f64, coverage: f64) {
    let mix = |before: f64, target: f64| (1.0 - coverage) * before + coverage * target;
    if let [z] = logits {
        let target = if class == 1 { prob } else { 1.0 - prob };
        let (prob, rest) = (mix(sigmoid(*z), target), mix(sigmoid(-*z), 1.0 - target));
        *z = if prob.min(rest) >= MIN_PROB {
            logit(prob, rest)
        } else {
            floored(prob, -softplus(-*z)) - floored(rest, -softplus(*z))
        };
        return;
    }
    let mean = logits.iter().sum::<f64>() / logits.len() as f64;
    // A softmax channel is a sigmoid of its logit against the joint logit of the others.
    let own = mem::replace(&mut logits[class], f64::NEG_INFINITY);
    let others = log_sum_exp(logits);
    let total = own.max(others) + (-(own - others).abs()).exp().ln_1p();
    let new_prob = mix(sigmoid(own - others), prob);
    let new_rest = mix(sigmoid(others - own), 1.0 - prob);
    // All of the others move together, in the logarithm of their probabilities.
    let shift = new_rest.ln() - others;
    for z in &mut *logits {
        *z = (*z + shift).max((*z - total).min(MIN_PROB.ln()));
    }
    logits[class] = floored(new_prob, own - total);
    centre(logits, mean);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probs<const C: usize>(mut logits: [f64; C]) -> [f64; C] {
        probs_of(&mut logits);
        logits
    }

    fn blended<const C: usize>(mut logits: [f64; C], class: usize, prob: f64, coverage: f64) -> [f64; C] {
        blend(&mut logits, class, prob, coverage);
        logits
    }

    #[test]
    fn full_coverage_gives_the_probability_asked_for() {
        for prob in [0.001, 0.3, 0.5, 0.98] {
            for before in [-9.0, 0.0, 4.0] {
                assert!((probs(blended([before], 1, prob, 1.0))[0] - prob).abs() < 1e-12);
                assert!((probs(blended([before], 0, prob, 1.0))[0] - (1.0 - prob)).abs() < 1e-12);
                for class in 0..3 {
                    let after = probs(blended([before, 1.0, 0.0], class, prob, 1.0))[class];
                    assert!((after - prob).abs() < 3e-6, "class {class}: {after} is not {prob}");
                }
            }
        }
    }

    #[test]
    fn half_coverage_gives_the_mean_of_the_probabilities() {
        let before = [2.0, -1.0, 0.5];
        let after = probs(blended(before, 2, 0.9, 0.5));
        assert!((after[2] - f64::midpoint(probs(before)[2], 0.9)).abs() < 1e-9);
        let binary = probs(blended([2.0], 1, 0.1, 0.5))[0];
        assert!((binary - f64::midpoint(sigmoid(2.0), 0.1)).abs() < 1e-12);
    }

    #[test]
    fn the_other_classes_keep_their_proportions_and_the_logits_their_mean() {
        let before = [2.0, -1.0, 0.5, 0.0, 1.0];
        let after = blended(before, 2, 0.9, 0.7);
        assert!(((after[0] - after[1]) - (before[0] - before[1])).abs() < 1e-9);
        assert!(((after[3] - after[4]) - (before[3] - before[4])).abs() < 1e-9);
        assert!((after.iter().sum::<f64>() - before.iter().sum::<f64>()).abs() < 1e-9);
    }

    #[test]
    fn no_probability_is_painted_to_zero_or_one() {
        for class in 0..3 {
            for prob in [0.0, 1.0] {
                let after = blended([5.0, -5.0, 0.0], class, prob, 1.0);
                assert!(after.iter().all(|z| z.is_finite()), "{after:?}");
                assert!(
                    probs(after).iter().all(|&p| p > 0.4 * MIN_PROB && p < 1.0 - 0.4 * MIN_PROB),
                    "{after:?}"
                );
            }
        }
        for class in 0..3 {
            for prob in [0.0, 0.3, 1.0] {
                let after = blended([900.0, -900.0, 0.0], class, prob, 1.0);
                assert!(after.iter().all(|z| z.is_finite()), "{after:?}");
            }
        }
        let (low, high) = (blended([900.0], 1, 0.0, 1.0)[0], blended([-900.0], 1, 1.0, 1.0)[0]);
        assert!((low + 13.8155).abs() < 1e-3 && (high - 13.8155).abs() < 1e-3, "{low}, {high}");
    }

    #[test]
    fn what_was_more_certain_than_can_be_painted_stays_so() {
        for (z, prob) in [(16.118, 1.0), (-16.118, 0.0), (900.0, 1.0), (-900.0, 0.0)] {
            for coverage in [0.0, 0.01, 1.0] {
                let after = blended([z], 1, prob, coverage)[0];
                assert!((after - z).abs() < 1e-6, "{z} became {after} at {coverage}");
            }
        }
        let before = [0.0, -16.118, -40.0];
        let same = blended(before, 1, probs(before)[1], 1.0);
        assert!(same.iter().zip(before).all(|(a, b)| (a - b).abs() < 1e-9), "{same:?}");
        // A faint touch of another class leaves the third as unlikely as it was: its logarithm is what it was.
        let after = blended(before, 1, 0.5, 0.01);
        let log_prob = after[2] - log_sum_exp(&after);
        assert!((log_prob - before[2]).abs() < 1e-6, "{after:?}");
    }

    #[test]
    fn logits_of_probabilities_are_centred_and_invert_the_softmax() {
        let wanted = [0.7, 0.2, 0.06, 0.04];
        let mut logits = wanted;
        logits_of(&mut logits);
        assert!(logits.iter().sum::<f64>().abs() < 1e-12);
        for (got, wanted) in probs(logits).into_iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-12);
        }
    }

    #[test]
    fn ink_that_the_scene_cannot_take_is_refused() {
        let truth = |class| Ink::Truth { class };
        let prediction = |class, prob| Ink::Prediction { class, prob };
        for (ink, channels) in [
            (truth(2), 1),
            (truth(3), 3),
            (truth(254), 5),
            (prediction(255, 0.5), 3),
            (prediction(1, 1.1), 1),
            (prediction(1, -0.1), 1),
            (prediction(1, f64::NAN), 1),
        ] {
            assert!(ink.check(Labelling::OneClass, channels).is_err(), "{ink:?} in {channels} channels");
        }
        for (ink, channels) in [(truth(1), 1), (truth(2), 3), (truth(255), 1), (prediction(0, 0.0), 1)] {
            assert_eq!(ink.check(Labelling::OneClass, channels), Ok(()), "{ink:?} in {channels} channels");
        }
        let error = prediction(4, 0.5).check(Labelling::OneClass, 3).unwrap_err().to_string();
        assert_eq!(error, "class 4 cannot be painted: the scene has 3 classes, 0 to 2");
    }
}
