//! Every sentence, title and label of the panel.

use super::study::knob::Knob;
use crate::panel::Title;

pub(super) const TITLE: Title = Title {
    label: "Imbalance",
    question: "Where does each loss go blind?",
    about: "One thing about this scene is changed from little to much, for the losses on the cards: how much of the \
            gradient the foreground holds, how strong the gradient is, and the value. Or one loss is measured over two \
            parameters at once. Painting goes on meanwhile; what is measured is a copy of the scene.",
};

pub(super) const NOW: &str = "now";
pub(super) const SHARE: &str = "Who holds the gradient";
pub(super) const SHARE_AXIS: &str = "foreground share of |gradient|, %";
pub(super) const NORM: &str = "How strong the gradient is";
pub(super) const NORM_AXIS: &str = "norm of the gradient by logits";
pub(super) const VALUE: &str = "The value of each loss";
pub(super) const VALUE_AXIS: &str = "value";
pub(super) const SAME_AXES: &str = "Both axes are the same; a surface needs two.";
pub(super) const NO_FOREGROUND: &str =
    "The truth has no foreground that could be made larger or smaller; paint some first.";

pub(super) fn value_of(loss: &str) -> String {
    format!("{loss}: value")
}

pub(super) fn share_of(loss: &str) -> String {
    format!("{loss}: who holds the gradient")
}

pub(super) fn norm_of(loss: &str) -> String {
    format!("{loss}: how strong the gradient is")
}

pub(super) fn no_number(loss: &str, id: &str) -> String {
    format!("{loss} has no number {id:?} in this scene.")
}

/// Name of a knob on an axis, with the unit.
pub(super) fn knob_axis(knob: Knob) -> &'static str {
    match knob {
        Knob::Fraction => "foreground, % of pixels",
        Knob::Shift => "shift of the prediction, px",
        Knob::Grow => "dilation of the prediction, px (erosion below 0)",
        Knob::Blur => "blur of the probabilities, σ in px",
        Knob::FalsePositives => "false blobs, number",
        Knob::LabelNoise => "wrong labels, % of pixels",
        Knob::Temperature => "temperature, logits divided by",
    }
}

/// Name of a knob in a menu.
pub(super) fn knob(knob: Knob) -> &'static str {
    match knob {
        Knob::Fraction => "foreground fraction",
        Knob::Shift => "shift",
        Knob::Grow => "dilation and erosion",
        Knob::Blur => "boundary blur",
        Knob::FalsePositives => "false positive blobs",
        Knob::LabelNoise => "label noise",
        Knob::Temperature => "temperature",
    }
}
