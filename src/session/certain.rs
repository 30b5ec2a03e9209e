//! Probabilities of exactly 0 and 1 in an opened prediction, and what each library makes of them.

use super::losses::Card;
use super::text;
use crate::document::{Base, Image};
use crate::field::{Field, Task};
use crate::file::{self, CLAMPS, Channels, NumberScale, Values};
use crate::loss::cross_entropy;
use crate::scene::Plane;

/// Sentence for the card of cross-entropy: how many pixels of the opened prediction are certain, and the value by each
/// library's own clamp. None for another card, for one with settings of its own, and where the prediction is not as its
/// file has it.
pub(super) fn note(field: &Field<'_>, image: &Image, is_adjusted: bool, card: &Card) -> Option<String> {
    let is_plain = card.spec.id == cross_entropy::SPEC.id && card.settings.is_empty();
    let is_as_opened = !is_adjusted && !image.edits.paint(Plane::Prediction);
    let weighs_the_same = field.pixel_weights().is_none() && field.soft_labels().is_none();
    if !(is_plain && is_as_opened && weighs_the_same && is_of_probabilities(&image.base)) {
        return None;
    }
    let shape = field.shape();
    let prob = |pixel: usize, label: usize| match shape.task() {
        Task::Binary => {
            let foreground = file::prob_of_logit(field.logits()[pixel]);
            if label == 1 { foreground } else { 1.0 - foreground }
        }
        Task::Multiclass => file::prob_of_log(field.logits()[shape.plane(0, label).start + pixel]),
    };
    let given: Vec<f64> = field
        .labels_of(0)
        .iter()
        .enumerate()
        .filter(|(_, label)| field.counts(**label))
        .map(|(pixel, &label)| prob(pixel, label.into()))
        .collect();
    let certain = given.iter().filter(|prob| **prob <= 0.0 || **prob >= 1.0).count();
    if certain == 0 {
        return None;
    }
    let values = CLAMPS.iter().filter_map(|clamp| {
        let call = if shape.task() == Task::Binary { Some(clamp.binary) } else { clamp.multiclass };
        let value = -given.iter().map(|&prob| clamp.log(prob)).sum::<f64>() / given.len() as f64;
        Some((clamp.library, call?, value))
    });
    Some(text::certain(certain, given.len(), values))
}

/// True of opened files whose prediction was numbers from 0 to 1, or class ids.
fn is_of_probabilities(base: &Base) -> bool {
    let Base::Raster { files, .. } = base else { return false };
    files.prediction.as_ref().is_some_and(|file| {
        !file.painted
            && match file.choice.values {
                Values::Labels { .. } => true,
                Values::Numbers { scale, channels, .. } => {
                    matches!(scale, NumberScale::Probabilities | NumberScale::Of(_))
                        && channels != Channels::Independent
                }
            }
    })
}
