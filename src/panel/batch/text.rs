//! Every sentence, title and label of the panel.

use super::study::{AbsentClassRule, BatchResult, Follower, LOSSES, followers, per_image, rules, shares};
use super::{Found, counted, foreground};
use crate::field::Task;
use crate::paint::number::{percent, short};
use crate::panel::text::{NOTHING, listed};
use crate::panel::{TableReadout, Title};

pub(super) const TITLE: Title = Title {
    label: "Batch",
    question: "What is averaged: images or pixels?",
    about: "A loss of overlap adds up over something, and a Lovász loss sorts it: each image by itself, with a mean \
            over images, or all pixels of the batch as one. Paint up to four images and see both numbers, who gets \
            the gradient, and what a class costs that is not there. The image you choose is the one that is painted \
            and that all other tabs are about. Each has its own undo, temperature, bias and noise; soft edges and \
            the settings of losses hold for all.",
};

pub(super) const LOSS: &str = "loss";
pub(super) const VALUE: &str = "value";
pub(super) const IMAGE: &str = "image";
pub(super) const PER_IMAGE: &str = "per image";
pub(super) const PER_BATCH: &str = "per batch";
pub(super) const EACH_IMAGE: &str = "each image";
pub(super) const VALUES: &str = "Per image and per batch";
pub(super) const GRADIENT_PER_IMAGE: &str = "of the gradient, per image";
pub(super) const GRADIENT_PER_BATCH: &str = "of the gradient, per batch";
pub(super) const FOREGROUND_PIXELS: &str = "of the foreground pixels";
pub(super) const GRADIENT_AXIS: &str = "share of Σ|gradient| by the logit, %";

/// Name of one of [`LOSSES`] under its bars, in lines as short as these.
pub(super) fn bar(loss: usize, task: Task) -> &'static str {
    let names = match task {
        Task::Binary => ["Dice", "Jaccard", "Lovász\nhinge", "Lovász-\nsigmoid"],
        Task::Multiclass => ["Dice", "Jaccard", "Lovász\nhinge", "Lovász-\nsoftmax"],
    };
    names[loss]
}

pub(super) fn gradient_of(loss: &str) -> String {
    format!("Who gets the gradient of {loss}")
}

pub(super) fn image(place: usize) -> String {
    format!("image {}", place + 1)
}

pub(super) fn image_at_start(place: usize) -> String {
    format!("Image {}", place + 1)
}

/// Foreground and loss of an image.
pub(super) fn still(batch: &Found<'_>, at: usize) -> String {
    let own = batch.own[at];
    let share = foreground(&own.labels[0]) as f64 / counted(&own.labels[0]).max(1) as f64;
    let value = short(own.values[batch.query.chosen]);
    format!("foreground {}, {} {value}", percent(share), batch.name())
}

/// The means come first, so that they are seen on a narrow screen.
fn columns(batch: &Found<'_>, first: &str) -> Vec<String> {
    let images = batch.places.iter().map(|&place| image(place));
    [first, PER_IMAGE, PER_BATCH].map(str::to_owned).into_iter().chain(images).collect()
}

pub(super) fn values(batch: &Found<'_>) -> TableReadout {
    let row = |loss: usize| {
        let name = LOSSES[loss].name.of(batch.facts.task()).to_owned();
        let values = [batch.per_image(loss), batch.whole.values[loss]].into_iter().chain(batch.own(loss));
        std::iter::once(name).chain(values.map(short)).collect()
    };
    TableReadout::new(
        "The same losses, per image and per batch",
        columns(batch, LOSS),
        (0..LOSSES.len()).map(row),
    )
}

/// The rules that the loss has, by name.
fn rule_names(batch: &Found<'_>) -> Vec<String> {
    let settings = batch.query.chosen_settings();
    let name = |rule: AbsentClassRule| {
        let label = rule.option.label;
        // Elsewhere a class that is left out leaves the other classes.
        let leaves_nothing = rule.option.id == "skipped" && batch.facts.channels == 1;
        match (leaves_nothing, rule.is_in(settings)) {
            (false, false) => label.to_owned(),
            (false, true) => format!("{label}, as on its card"),
            (true, false) => format!("{label}: nothing is left of the image, 0"),
            (true, true) => format!("{label}: nothing is left of the image, 0, as on its card"),
        }
    };
    match &rules(batch.query.spec(), batch.facts.task())[..] {
        [] => vec!["always scored".into()],
        rules => rules.iter().map(|&rule| name(rule)).collect(),
    }
}

pub(super) fn rules_table(batch: &Found<'_>) -> TableReadout {
    let row = |(at, name): (usize, String)| {
        let own = || batch.own.iter().map(|own| own.by_rule[at]);
        let each = per_image(own(), batch.query.chosen_settings());
        let values = [each, batch.whole.by_rule[at]].into_iter().chain(own());
        std::iter::once(name).chain(values.map(short)).collect()
    };
    TableReadout::new(
        format!("{}: what becomes of a class that is not in the truth", batch.name()),
        columns(batch, "rule"),
        rule_names(batch).into_iter().enumerate().map(row),
    )
}

pub(super) fn followers_table(batch: &Found<'_>) -> TableReadout {
    let row = |(name, followers): (String, Vec<Follower>)| {
        let of = |per_image: bool| {
            let names: Vec<&str> = followers
                .iter()
                .filter(|follower| follower.per_image == per_image)
                .map(|follower| follower.name.as_str())
                .collect();
            if names.is_empty() { NOTHING.into() } else { names.join(", ") }
        };
        vec![name, of(true), of(false)]
    };
    TableReadout::new(
        format!("{}: what libraries do when they are called as usual", batch.name()),
        ["rule", PER_IMAGE, PER_BATCH],
        rule_names(batch).into_iter().zip(followers(batch.query.spec(), batch.facts)).map(row),
    )
}

/// Paragraphs about the two numbers, the gradient, and classes that an image lacks.
pub(super) fn remarks(batch: &Found<'_>) -> Vec<String> {
    let mut remarks = vec![difference(batch)];
    if batch.own.len() > 1 {
        remarks.extend(whose_gradient(batch));
    }
    remarks.extend((0..batch.own.len()).filter_map(|at| missing(batch, at)));
    remarks
}

/// Both numbers, and why they differ.
fn difference(batch: &Found<'_>) -> String {
    let (name, chosen) = (batch.name(), batch.query.chosen);
    let (each, one) = (batch.per_image(chosen), batch.whole.values[chosen]);
    let [each_text, one_text] = [each, one].map(short);
    if batch.own.len() == 1 {
        return format!(
            "There is one image, and {name} is {one_text} per image and per batch. Add another, or open a batch."
        );
    }
    if (each - one).abs() <= 1e-9 * one.abs() {
        return format!("{name} is {one_text} both per image and per batch.");
    }
    let values = listed(&batch.own(chosen).map(short).collect::<Vec<_>>());
    let per_image = if batch.query.adds_up() {
        format!("Per image {name} is {each_text}, the sum of {values}: every image counts the same.")
    } else {
        format!("Per image {name} is {each_text}, the mean of {values}: every image counts the same.")
    };
    let shares = shares(&batch.foreground());
    let shares = shares.into_iter().enumerate().filter_map(|(at, share)| Some((at, share?)));
    let per_batch = match shares.max_by(|a, b| a.1.total_cmp(&b.1)) {
        None => {
            format!("Per batch it is {one_text}: all pixels are one set, and no image has any foreground.")
        }
        Some((at, share)) => format!(
            "Per batch it is {one_text}: all pixels are one set, and {} has {} of their foreground.",
            image(batch.places[at]),
            percent(share)
        ),
    };
    paragraph([per_image, per_batch])
}

fn paragraph(sentences: impl Into<Vec<String>>) -> String {
    sentences.into().join(" ")
}

/// The image whose share of the gradient differs most.
fn whose_gradient(batch: &Found<'_>) -> Option<String> {
    let (each, one) = (shares(&batch.own_pulls()), shares(&batch.whole.pulls));
    let pairs = each.into_iter().zip(one).enumerate();
    let (at, each, one) = pairs
        .filter_map(|(at, (each, one))| Some((at, each?, one?)))
        .max_by(|a, b| (a.1 - a.2).abs().total_cmp(&(b.1 - b.2).abs()))?;
    ((each - one).abs() > 0.005).then(|| {
        let (number, each, one) = (batch.places[at] + 1, percent(each), percent(one));
        format!("Image {number} gets {each} of the gradient per image and {one} per batch.")
    })
}

/// Effect of a class that is not in an image.
fn missing(batch: &Found<'_>, at: usize) -> Option<String> {
    let own = batch.own[at];
    let settings = batch.query.chosen_settings();
    let rule = rules(batch.query.spec(), batch.facts.task()).into_iter().find(|rule| rule.is_in(settings));
    let rule = rule.map_or("always", |rule| rule.option.id);
    if batch.facts.channels == 1 {
        (foreground(&own.labels[0]) == 0).then(|| no_foreground(batch, at, rule))
    } else {
        no_class(batch, at, rule)
    }
}

fn no_foreground(batch: &Found<'_>, at: usize, rule: &str) -> String {
    let own: &BatchResult = batch.own[at];
    let value = short(own.values[batch.query.chosen]);
    let per_image = match rule {
        "zero" => format!("Per image it counts as {value} whatever is predicted, and has no gradient."),
        "skipped" => {
            format!("Per image it is left out, which leaves nothing of it: {value}, and no gradient.")
        }
        "always" => {
            format!("Per image its single worst pixel holds all of its loss, {value}, and of its gradient.")
        }
        _ if own.pulls[0] == 0.0 => {
            format!("Per image it costs {value} however little is predicted, and has no gradient.")
        }
        _ => format!("Per image it costs {value}, which falls as less is predicted."),
    };
    let per_batch = if batch.whole.labels.iter().all(|labels| foreground(labels) == 0) {
        "Per batch there is none either, and the same holds."
    } else if rule == "always" {
        "Per batch its pixels are sorted among those of all images."
    } else {
        "Per batch it only adds to Σp, below the fraction bar."
    };
    let number = batch.places[at] + 1;
    paragraph([format!("Image {number} has no foreground."), per_image, per_batch.into()])
}

fn no_class(batch: &Found<'_>, at: usize, rule: &str) -> Option<String> {
    let own = batch.own[at];
    let first = usize::from(batch.query.chosen_settings().get("background") == Some(&false.into()));
    let missing: Vec<usize> =
        (first..batch.facts.channels).filter(|&class| own.labels[0][class] == 0).collect();
    let number = batch.places[at] + 1;
    let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let lacks = match &names[..] {
        [] => return None,
        [class] => format!("Image {number} has no class {class}."),
        classes => format!("Image {number} has no classes {}.", listed(classes)),
    };
    let per_image = match rule {
        "zero" => "Per image what is missing counts as 0 in the mean over classes.",
        "scored" => "Per image what is missing is scored, and nothing overlaps with nothing.",
        "skipped" | "present" => "Per image what is missing is left out of the mean over classes.",
        _ => "Per image what is missing counts with the largest error that a pixel has.",
    };
    let elsewhere = missing.iter().any(|&class| batch.whole.labels.iter().any(|labels| labels[class] > 0));
    let per_batch = if elsewhere {
        "Per batch the truth of another image has it, and it is scored like any other."
    } else {
        "Per batch it is in no image, and the same rule holds."
    };
    Some(paragraph([lacks, per_image.into(), per_batch.into()]))
}
