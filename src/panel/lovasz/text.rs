//! Every sentence, title and label of the panel.

use super::study::empty::Sole;
use super::study::fewest_that_hold;
use super::study::kink::{Kink, Place};
use super::study::moments::{Moments, SLIDE};
use super::study::readings::LovaszVariant;
use super::study::split::BatchPart;
use crate::field::Task;
use crate::loss::lovasz::Error;
use crate::paint::number::{count, short, tick};
use crate::panel::text::NOTHING;
use crate::panel::{TableReadout, Title};

pub(super) const TITLE: Title = Title {
    label: "Lovász",
    question: "What does the Lovász sort weigh?",
    about: "Lovász losses sort all pixels by their error and weight each by what it would cost in IoU. Eight parts go \
            through that step by step, each on this scene: paint on, and the open one follows.",
};

pub(super) const NOW: &str = "now";
pub(super) const LOSS: &str = "loss";
pub(super) const ERROR: &str = "error";
/// Foreground and background.
pub(super) const SIDES: [&str; 2] = ["foreground", "background"];
pub(super) const JACCARD_SO_FAR: &str = "Jaccard loss of the pixels so far";

pub(super) const RANKS: &str = "Errors in decreasing order, and the weight of each rank";
pub(super) const AREA: &str = "The loss as an area: every error as wide as its weight";

pub(super) const WEIGHT: &str = "weight";
pub(super) const PRODUCT: &str = "error × weight";
pub(super) const SHARES: &str = "How many pixels hold how much";
pub(super) const SHARES_X: &str = "pixels, % of all, from those that hold the most";
pub(super) const SHARES_Y: &str = "held together, %";
pub(super) const OF_THE_WEIGHT: &str = "of the weight";
pub(super) const OF_THE_LOSS: &str = "of the loss";

pub(super) const THREE: &str = "Three errors: the area under each is its loss";
/// Names of the three, in the order of [`super::study::readings::readings`].
pub(super) const READINGS: [&str; 3] = ["hinge", "sigmoid", "softmax"];
const LOVASZ_READINGS: [&str; 3] = ["Lovász hinge", "Lovász sigmoid", "Lovász softmax"];

pub(super) const IMAGES: &str = "Errors of each, and of all as one";
pub(super) const HALVES: [&str; 2] = ["left half", "right half"];
pub(super) const AS_ONE: &str = "all as one";

pub(super) const SOLE: &str = "the pixel that holds all the weight";

pub(super) const KINK: &str = "The loss as this pixel's error moves";
pub(super) const LOSS_FROM_0: &str = "loss − loss at error 0";
pub(super) const SLOPE: &str = "Its slope: the weight of the rank that the pixel has";
pub(super) const SLOPE_AXIS: &str = "weight: slope of the loss";
pub(super) const NO_RANK: &str = "Every pixel is ignored, so that none has a rank.";
pub(super) const NO_PINNED_RANK: &str = "The pinned pixel is ignored and has no rank; here is another.";

pub(super) const ROW: &str = "Errors find their order";
pub(super) const ROW_X: &str = "place: at first as in the image, then by error";
pub(super) const NOT_JOINED: &str = "not joined yet";
pub(super) const JOINED: &str = "pixels that have joined";
pub(super) const JOINED_AXIS: &str = "pixels that have joined, worst first";
pub(super) const STAIRCASE: &str = "Pixel by pixel, the Jaccard loss grows";
pub(super) const JACCARD: &str = "Jaccard loss";
pub(super) const GROWTH: &str = "growth of the Jaccard loss";

/// Name of an error on an axis.
pub(super) fn error_name(error: Error) -> &'static str {
    match error {
        Error::Hinge => "hinge error",
        Error::Probability => "|y − p|",
    }
}

pub(super) fn error_of_this_pixel(error: Error) -> &'static str {
    match error {
        Error::Hinge => "hinge error of this pixel",
        Error::Probability => "|y − p| of this pixel",
    }
}

pub(super) fn error_of_pixel(pixel: u8) -> String {
    format!("error of pixel {pixel}")
}

/// The loss, with digits enough to see what one pixel among thousands does to it.
pub(super) fn loss(value: f64) -> String {
    format!("{value:.6}")
}

pub(super) fn span(least: f64, most: f64) -> String {
    format!("from {} to {}", short(least), short(most))
}

pub(super) fn at(x: usize, y: usize) -> String {
    format!("x {x}, y {y}")
}

pub(super) fn image(place: usize) -> String {
    format!("image {}", place + 1)
}

pub(super) fn a_pixel(is_foreground: bool) -> &'static str {
    if is_foreground { "a foreground pixel" } else { "a background pixel" }
}

/// A truth of two pixels.
pub(super) fn two_pixels(truth: [bool; 2]) -> &'static str {
    match truth {
        [true, true] => "Both pixels foreground",
        [true, false] => "Pixel 1 foreground, pixel 2 background",
        [false, true] => "Pixel 1 background, pixel 2 foreground",
        [false, false] => "Both pixels background",
    }
}

/// The fewest pixels that hold half of the weight, and of the loss.
pub(super) fn who_holds(weights: &[f64], products: &[f64]) -> [String; 2] {
    let fewest = |values: &[f64]| {
        let fewest = fewest_that_hold(0.5, values);
        (fewest, count(fewest), tick(100.0 * fewest as f64 / values.len() as f64))
    };
    let weight = match fewest(weights) {
        (1, _, share) => format!("1 pixel holds half of the weight, {share} % of all."),
        (_, pixels, share) => format!("{pixels} pixels hold half of the weight, {share} % of all."),
    };
    if products.iter().sum::<f64>() <= 0.0 {
        return [weight, "No pixel has an error, so the loss is 0.".into()];
    }
    let loss = match fewest(products) {
        (1, _, share) => format!("1 pixel holds half of the loss, {share} % of all."),
        (_, pixels, share) => format!("{pixels} pixels hold half of the loss, {share} % of all."),
    };
    [weight, loss]
}

/// The three losses beside the hard mask.
pub(super) fn three(readings: &[LovaszVariant; 3], iou: Option<f64>, task: Task) -> TableReadout {
    let row = |(name, reading): (&str, &LovaszVariant)| {
        let share =
            reading.foreground_share.map_or(NOTHING.into(), |share| format!("{:.1} %", 100.0 * share));
        vec![name.into(), short(reading.value), share, count(reading.with_gradient)]
    };
    let hard = iou.map_or_else(|| "undefined: 0 / 0".into(), |iou| short(1.0 - iou));
    let hard = vec!["1 − IoU of the hard mask".into(), hard, NOTHING.into(), NOTHING.into()];
    let share = match task {
        Task::Binary => "of Σ|gradient| on the foreground",
        Task::Multiclass => "of Σ|gradient| on the class",
    };
    TableReadout::new(
        "The same prediction by three Lovász losses",
        ["", "value", share, "pixels with a gradient"],
        LOVASZ_READINGS.into_iter().zip(readings).map(row).chain([hard]),
    )
}

pub(super) fn images(parts: &[(String, BatchPart)], mean: f64, all: &BatchPart) -> TableReadout {
    let row = |name: &str, part: &BatchPart| {
        vec![name.to_owned(), count(part.foreground), count(part.pixels), short(part.value)]
    };
    let mean = vec!["each by itself: their mean".into(), NOTHING.into(), NOTHING.into(), short(mean)];
    TableReadout::new(
        "Sorted by itself, and as one",
        ["", "foreground pixels", "pixels", "loss"],
        parts.iter().map(|(name, part)| row(name, part)).chain([mean, row(AS_ONE, all)]),
    )
}

/// Both losses, and why they differ.
pub(super) fn by_itself_and_as_one(
    halved: bool,
    parts: &[(String, BatchPart)],
    mean: f64,
    all: &BatchPart,
) -> Vec<String> {
    let mut said = Vec::new();
    if halved {
        said.push(
            "This scene is one image. Its left and its right half stand in for two images of a batch; paint more of \
             them on the tab Batch."
                .to_owned(),
        );
    }
    said.push(format!(
        "Each by itself they have a mean loss of {}, as one they have {}.",
        short(mean),
        short(all.value)
    ));
    said.push(if halved {
        "By itself, a missed pixel costs one part of the foreground of its own half; as one, of that of all, so that a \
         small object is drowned by a large one."
            .into()
    } else {
        "By itself, a missed pixel costs one part of the foreground of its own image; as one, of that of all, so that a \
         small object is drowned by a large one."
            .into()
    });
    if parts.iter().any(|(_, part)| part.foreground == 0) {
        said.push("Where there is no foreground at all, the one worst pixel is the whole loss.".into());
    }
    said
}

pub(super) fn sole(sole: Sole, error: Error, x: usize, y: usize) -> String {
    let (name, error, pixels, others) =
        (error_name(error), short(sole.error), count(sole.of), count(sole.of - 1));
    format!(
        "Of {pixels} pixels one holds all the weight, at x {x}, y {y}: weight 1, {name} {error}, and so the loss is {error} \
         too. The other {others} have weight 0 and no gradient, whatever is predicted there."
    )
}

/// A pixel as it is, and where it is moved to.
pub(super) fn places(kink: &Kink, error: Error, moved: Place) -> TableReadout {
    // The error 1 − s·z and |y − p|, the other way round.
    let input = |e: f64| match (error, kink.is_foreground) {
        (_, true) => 1.0 - e,
        (Error::Hinge, false) => e - 1.0,
        (Error::Probability, false) => e,
    };
    let row = |name: &str, place: Place| {
        let input = short(input(place.error));
        // The hinge does not ask by how much a pixel is right.
        let is_right = error == Error::Hinge && place.error == 0.0;
        vec![
            name.into(),
            short(place.error),
            if is_right { format!("{input} or beyond") } else { input },
            count(place.rank + 1),
            short(place.weight),
            loss(place.value),
        ]
    };
    let input_name = if error == Error::Hinge { "logit" } else { "probability" };
    TableReadout::new(
        "This pixel now, and where it is moved to",
        ["", error_name(error), input_name, "rank", "weight", "loss"],
        [row("now", kink.now), row("moved to", moved)],
    )
}

pub(super) fn close_up(stairs: usize) -> String {
    format!("The latest {stairs} stairs, close up")
}

pub(super) fn joined(joined: usize, all: usize) -> String {
    format!("{} of {}", count(joined), count(all))
}

/// Sentence on what happens at a moment of the animation; the last argument is an image's size, in pixels.
pub(super) fn moment(moments: &Moments, step: f64, (width, height): (usize, usize)) -> String {
    let (joined, order) = (moments.joined(step), moments.order());
    let Some(rank) = joined.checked_sub(1) else {
        let [sampled, all] = [moments.sampled(), order.len()].map(count);
        return if step < SLIDE as f64 {
            format!("{sampled} of {all} pixels, from the order of the image to the order of their errors.")
        } else {
            format!(
                "{sampled} of {all} pixels in the order of their errors. Now they join the mispredicted ones, worst first."
            )
        };
    };
    let pixel = order.pixels[rank] as usize;
    let (x, y) = (pixel % width.max(1), pixel / width.max(1) % height.max(1));
    let (rank_text, pixel) = (count(joined), a_pixel(order.foreground[rank]));
    let [weight, error] = [order.increments[rank], order.errors[rank]].map(|x| short(f64::from(x)));
    let [part, reached, whole] = [order.product(rank), moments.loss(joined), order.value].map(short);
    format!(
        "Rank {rank_text}, {pixel} at x {x}, y {y}, joins and adds {weight} to the Jaccard loss: its weight. Times its \
         error, {error}, that is {part} of the loss; {reached} of {whole} are reached."
    )
}
