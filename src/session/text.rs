//! Sentences of the session.

use crate::field::Shape;
use crate::paint::number;
use crate::scene::Labelling;

pub(super) use crate::document::{no_image, sentence};

pub(super) fn no_loss(id: &str) -> String {
    format!("There is no loss {id:?}.")
}

pub(super) fn no_version(library: &str, function: &str, loss: &str) -> String {
    format!("{library} has no {function:?} for {loss} in this scene.")
}

pub(super) fn keeps_settings(sentence: &str) -> String {
    format!("{sentence} The card keeps its settings.")
}

pub(super) fn not_evaluated(refusal: &str) -> String {
    format!("This scene cannot be evaluated: {refusal}.")
}

pub(super) fn resized(file: &str, width: usize, height: usize) -> String {
    format!("{file}: the scene is now {width} × {height}, and its prediction finds nothing yet.")
}

pub(super) fn without_truth(file: &str, width: usize, height: usize) -> String {
    format!(
        "{file}: the scene is now {width} × {height}, and its truth is still to come: paint it or open it."
    )
}

pub(super) const TRUTH_TO_COME: &str = "The truth is still to come: paint it or open it.";

pub(super) fn too_few_classes(file: &str, channels: usize, highest: usize) -> String {
    format!(
        "{file}: found a prediction of {} classes, but the truth has pixels of class {highest}; expected at least {}.",
        channels.max(2),
        highest + 1
    )
}

pub(super) fn another_size(file: &str, own: (usize, usize), truth: (usize, usize)) -> String {
    format!(
        "{file}: found a prediction of {} × {} pixels; expected {} × {}, the size of the truth.",
        own.0, own.1, truth.0, truth.1
    )
}

pub(super) fn read_as(file: &str, sentence: &str) -> String {
    format!("{file}: {sentence}")
}

pub(super) fn too_few_regions(file: &str, regions: usize, highest: usize) -> String {
    format!(
        "{file}: found a prediction of {regions} regions, but the truth has pixels of region {highest}; expected at least \
         {highest}."
    )
}

pub(super) fn classes_for_regions(file: &str) -> String {
    format!(
        "{file}: found a prediction of one class a pixel; expected a channel for each region, since the truth has several \
         regions at a pixel. Read its channels as independent, or open its truth as one class a pixel first."
    )
}

/// About a loss of several regions, with its softmax form and its sigmoid form by name where these have names of their own.
pub(super) fn mean_of_regions(regions: usize, forms: Option<[&str; 2]>) -> String {
    let mean = if regions == 1 {
        "The loss of one region.".to_owned()
    } else {
        format!("The mean over {regions} regions, each a binary task with a sigmoid of its own.")
    };
    match forms {
        None => mean,
        Some([softmax, sigmoid]) => {
            format!("{mean} {softmax} needs one class at each pixel, so this is {sigmoid}.")
        }
    }
}

/// What panels are about in a scene of regions.
pub(super) fn one_region(name: &str) -> String {
    format!(
        "Panels look at one region at a time, as a binary task: here at {name}. Another is chosen on the tab Losses, where it \
         is said whose logit the heatmaps are about."
    )
}

pub(super) fn unknown_scene(id: &str, known: &[&str]) -> String {
    format!("There is no scene {id:?}; there are {}.", known.join(", "))
}

pub(super) fn unknown_batch(id: &str, known: &[&str]) -> String {
    format!("There is no batch {id:?}; there are {}.", known.join(", "))
}

pub(super) fn unknown_card(id: &str) -> String {
    format!("There is no loss {id:?} that could have a card.")
}

pub(super) fn full_strip(most: usize) -> String {
    format!("The strip has {most} images, and there is room for no more. Remove one first.")
}

pub(super) fn opened(name: &str) -> String {
    format!("{name} is opened. Undo brings back what was here before.")
}

pub(super) fn opened_link() -> String {
    "The link is opened. Undo brings back what was here before.".to_owned()
}

pub(super) const LABELS_IN_NO_FILE: &str =
    "# labels, int64 [1, H, W], are painted on the page and in no file.";

pub(super) const CALLS_OF_REGIONS: &str = "Of regions the labels are [B, C, H, W], one plane of 0 and 1 for each, 255 where a pixel is ignored. Left out are calls \
     whose value is not the mean over the regions: smp's LovaszLoss, MCCLoss and normalized FocalLoss take all channels together, \
     MONAI's DiceCELoss takes a softmax of them, where pixels are ignored MONAI and smp's FocalLoss misread the 255 of a plane, \
     and kornia and Keras are not known for regions here.";

pub(super) const REGIONS_IN_NO_FILE: &str = "# labels, int64 [1, C, H, W], one plane of 0 and 1 for each region, are painted on \
                                             the page and in no file.";

pub(super) const LOGITS_IN_NO_FILE: &str =
    "# logits, float32 [1, C, H, W], are painted on the page and in no file.";

pub(super) const LABELS_PAINTED: &str =
    "# The value below has the strokes on the truth in it, the file has not.";

pub(super) const LOGITS_PAINTED: &str =
    "# The value below has the strokes on the prediction in it, the file has not.";

pub(super) const LOGITS_ADJUSTED: &str =
    "# The value below has the temperature, bias and noise of the page in it, the file has not.";

pub(super) const LABELS_SOFTENED: &str =
    "# The value below has the soft truth of the page in it, the file has not.";

/// Pixels whose probability is exactly 0 or 1, of so many, and the cross-entropy by library and call.
pub(super) fn certain<'c>(
    certain: usize,
    all: usize,
    values: impl Iterator<Item = (&'c str, &'c str, f64)>,
) -> String {
    let by_call: Vec<String> = values
        .map(|(library, call, value)| format!("{} by {library}'s {call}", number::short(value)))
        .collect();
    format!(
        "{} of {} pixels were given a probability of exactly 0 or 1, which no logit has, and are held 1e-7 away. With each \
         library's own clamp the value is {}.",
        number::count(certain),
        number::count(all),
        by_call.join(", ")
    )
}

/// Classes that were added and that no pixel of the truth has.
pub(super) fn absent_classes(classes: &[usize]) -> String {
    match classes {
        [class] => format!(
            "No pixel of the truth is of class {class} yet. A loss that is a mean over classes counts it by its own rule \
             for absent classes, so values change at once: see the conventions of each card."
        ),
        all => {
            let names: Vec<String> = all.iter().map(ToString::to_string).collect();
            format!(
                "No pixel of the truth is of the classes {} yet. A loss that is a mean over classes counts them by its \
                 own rule for absent classes, so values change at once: see the conventions of each card.",
                names.join(", ")
            )
        }
    }
}

pub(super) fn task(channels: usize, labelling: Labelling) -> String {
    if labelling == Labelling::Regions {
        format!("of {channels} regions")
    } else if channels == 1 {
        "binary".to_owned()
    } else {
        format!("of {channels} classes")
    }
}

pub(super) fn misfit(own: (Shape, Labelling), active: (Shape, Labelling)) -> String {
    let said = |(shape, labelling): (Shape, Labelling)| {
        format!("{} × {} and {}", shape.width, shape.height, task(shape.channels, labelling))
    };
    format!("Not in the batch: it is {}, and the chosen image is {}.", said(own), said(active))
}

/// About a loss that sees each logit of several classes by itself.
pub(super) const GAUGE: &str = "One class against the rest: softmax probabilities alone do not determine this value, \
                                because the same number added to all logits of a pixel changes it. Here the logits made \
                                of probabilities have a mean of 0 at every pixel.";

/// Of the image's own weights.
pub(super) fn own_weights(weights: impl Iterator<Item = f32> + Clone) -> String {
    let least = weights.clone().fold(f32::INFINITY, f32::min);
    let most = weights.fold(0.0, f32::max);
    let [least, most] = [least, most].map(|weight| number::short(f64::from(weight)));
    format!(
        "Own weights from {least} to {most}. While they are painted the canvas shows them: the stronger, the heavier."
    )
}
