//! The handles on the curves of the loss, and what dragging one does.

use super::chart::INKS;
use super::{HandlePositions, Set, text};
use crate::loss::config::{Domain, Kind, Settings};
use crate::loss::focal::SPEC;
use crate::paint::chart::{Handle, Ink};

/// Ids of the handles, which are those of the parameters that they set.
pub(super) const GAMMA: &str = "gamma";
pub(super) const ALPHA: &str = "alpha";

/// γ is held on the curve that it moves most, α on the one that it weighs.
pub(super) fn handles(set: &Set, held: HandlePositions) -> Vec<Handle> {
    let handle = |id: &str, label: String, p: f64, side: usize| Handle {
        id: id.into(),
        label,
        at: [p, set.weight(side) * set.curve.loss(p)],
        ink: if set.focal.alpha.is_some() { INKS[side] } else { Ink::Strong },
    };
    let mut handles = Vec::new();
    // Further right all curves lie close to 0; and below r every γ has the same.
    let from = set.curve.reduced_threshold.map_or(0.03, |threshold| threshold + 0.1);
    if from < 0.9 {
        let at = held.gamma.clamp(from, from.max(0.6));
        handles.push(handle(GAMMA, text::gamma(set.curve.gamma), at, set.heavier()));
    }
    if set.focal.alpha.is_some() {
        let side = set.alpha_side();
        handles.push(handle(ALPHA, text::weight(set, side), held.alpha.clamp(0.02, 0.6), side));
    }
    handles
}

/// Setting of the parameter that a handle dragged to a point sets: the step of its slider with which the curve goes
/// through the point, or comes closest. None where the point does not tell.
pub(super) fn dragged(settings: &Settings, handle: &str, [p, loss]: [f64; 2]) -> Option<f64> {
    let set = Set::new(settings).ok()?;
    let value = match handle {
        GAMMA => set.curve.gamma_through(set.weight(set.heavier()), p, loss),
        ALPHA if set.focal.alpha.is_some() => set.curve.weight_through(p, loss),
        _ => None,
    }?;
    let Kind::Number(Domain { min, slider_max, step, .. }) =
        SPEC.params.iter().find(|param| param.id == handle)?.kind
    else {
        return None;
    };
    // Divided by a whole number of steps, so that the decimals are as short as the slider's own.
    let steps = (1.0 / step).round();
    Some((value.clamp(min, slider_max) * steps).round() / steps)
}
