//! A prediction against its truth.

use lossfield::field::{Field, IGNORE};
use lossfield::file::{ReadPrediction, ReadTruth};
use lossfield::loss::{Loss, dice::DICE};
use lossfield::metric::confusion;
use ndarray::Axis;

/// Mean IoU of the classes but the background, and the Dice loss.
pub(super) struct Judged {
    pub(super) iou: f64,
    pub(super) dice_loss: f64,
}

/// Judges a prediction by its truth. IoU is that of the foreground, or the mean over the classes but the background.
pub(super) fn judged(truth: &ReadTruth, prediction: &ReadPrediction) -> Judged {
    let logits = prediction.logits.clone().insert_axis(Axis(0));
    let labels = truth.labels.clone().insert_axis(Axis(0));
    let field =
        Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap_or_else(|error| panic!("{error}"));
    let shape = field.shape();
    let first = shape.first_channel(false);
    let each: Vec<f64> =
        (first..shape.channels).filter_map(|channel| confusion(&field, 0, channel, 0.5).iou()).collect();
    let mean = each.iter().sum::<f64>() / each.len() as f64;
    Judged { iou: if each.is_empty() { 1.0 } else { mean }, dice_loss: DICE.evaluate(&field, None) }
}
