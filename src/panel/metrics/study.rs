//! Strokes that a loss rewards while the metric falls, and the other way round.

use super::MetricsState;
use crate::field::{Field, Task};
use crate::loss::Spec;
use crate::metric::{self, Confusion};
use crate::study::strokes::Stop;

/// Confusion of each region of the first image with its name, at the threshold.
pub(super) fn by_region<'r>(
    regions: &'r [(String, &Field<'_>)],
    state: MetricsState,
) -> Vec<(&'r str, Confusion)> {
    let of = |(name, field): &'r (String, &Field<'_>)| {
        (name.as_str(), metric::confusion(field, 0, 0, state.threshold))
    };
    regions.iter().map(of).collect()
}

/// A stroke on which losses and IoU disagree.
#[derive(Debug, Clone)]
pub(super) struct Disagreement {
    /// IoU before it and after it.
    pub(super) iou: [f64; 2],
    /// Losses that disagree: their values fell as IoU fell, or rose as it rose.
    pub(super) losses: Vec<&'static Spec>,
}

/// Losses whose value a stroke lowered while it lowered IoU too, or raised both. None where all agree, and where the
/// two stops cannot be compared or the stroke cannot be played again.
pub(super) fn at_odds(before: &Stop, after: &Stop, state: MetricsState, task: Task) -> Option<Disagreement> {
    if before.epoch != after.epoch || !before.playable {
        return None;
    }
    let iou = |stop: &Stop| stop.iou(task, state.class, state.threshold);
    let iou = [iou(before)?, iou(after)?];
    let disagrees = |was: f64, is: f64| {
        // A difference that rounding makes is no improvement.
        let clear = (is - was).abs() > 1e-9 * was.abs().max(1e-3);
        clear && ((is < was && iou[1] < iou[0]) || (is > was && iou[1] > iou[0]))
    };
    let losses: Vec<&'static Spec> = after
        .losses
        .iter()
        .filter(|loss| before.value_of(loss).is_some_and(|was| disagrees(was, loss.value)))
        .map(|loss| loss.spec)
        .collect();
    (!losses.is_empty()).then_some(Disagreement { iou, losses })
}

#[cfg(test)]
pub(super) mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::loss::config::{Config, Settings};
    use crate::loss::{Loss, cross_entropy, dice};
    use crate::study::strokes::{THRESHOLDS, Valued};

    /// A stop with this IoU, in hundredths, at every threshold.
    pub(crate) fn stop(iou: usize, dice_value: f64, entropy: f64) -> Stop {
        let valued = |spec: &'static Spec, value| {
            let loss: Rc<dyn Loss> = Rc::from((spec.build)(&Config::new(spec, &Settings::new()).unwrap()));
            Valued { spec, loss, value }
        };
        let counts =
            Confusion { true_positive: iou, false_positive: 100 - iou, false_negative: 0, true_negative: 0 };
        Stop {
            strokes: 0,
            epoch: 0,
            counts: vec![counts; THRESHOLDS + 1],
            losses: vec![valued(&dice::SPEC, dice_value), valued(&cross_entropy::SPEC, entropy)],
            playable: true,
        }
    }

    #[test]
    fn a_loss_that_improves_while_the_metric_worsens_is_told() {
        let odds = |before: &Stop, after: &Stop| {
            at_odds(before, after, MetricsState::default(), Task::Binary)
                .map(|odds| odds.losses.iter().map(|spec| spec.id).collect::<Vec<_>>())
        };
        let before = stop(50, 0.4, 0.2);
        assert_eq!(odds(&before, &stop(45, 0.5, 0.1)), Some(vec!["cross_entropy"]));
        assert_eq!(odds(&before, &stop(60, 0.3, 0.3)), Some(vec!["cross_entropy"]));
        assert_eq!(odds(&before, &stop(60, 0.3, 0.1)), None);
        assert_eq!(odds(&before, &stop(50, 0.1, 0.4)), None, "the metric did not move");
        let empty = Stop { counts: vec![Confusion::default(); THRESHOLDS + 1], ..stop(0, 0.4, 0.2) };
        assert_eq!(odds(&empty, &stop(50, 0.1, 0.4)), None, "there was no IoU");
        assert_eq!(odds(&before, &Stop { epoch: 1, ..stop(45, 0.5, 0.1) }), None);
        assert_eq!(odds(&Stop { playable: false, ..before }, &stop(45, 0.5, 0.1)), None);
    }
}
