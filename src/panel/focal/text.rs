//! Every sentence, title and label of the panel.

use super::Set;
use super::groups::{ENTROPY, ENTROPY_GRADIENT, FOCAL, FOCAL_GRADIENT, OfGroup, PIXELS, groups, whole};
use super::study::{CURVES, FAMILY, Group, IN_USE, SideStatistics};
use crate::field::{Head, Task};
use crate::paint::number::{count, percent, short, tick};
use crate::panel::text::NOTHING;
use crate::panel::{TableReadout, Title};

pub(super) const TITLE: Title = Title {
    label: "Focal",
    question: "Whom does the focal loss still listen to?",
    about: "Focal loss multiplies cross-entropy by αₜ(1 − pₜ)^γ, so that what is already right counts less. The bars \
            are this scene's own pixels, by the probability pₜ that each gives to its true class. Drag γ and α on \
            the curves, and see which pixels are still heard.",
};

pub(super) const LOSS: &str = "Loss by the probability of the true class";
pub(super) const LOSS_AXIS: &str = "loss of a pixel";
pub(super) const GRADIENT: &str = "Gradient by the probability of the true class";
pub(super) const GRADIENT_AXIS: &str = "|d loss / d logit|";
pub(super) const PROBABILITY_AXIS: &str = "pₜ, probability given to the true class";
pub(super) const PIXELS_AXIS: &str = "pixels a bar, % of all";
pub(super) const HEARD: &str = "Who is heard: easy and hard pixels of either side";
pub(super) const HEARD_X: &str = "share of what";
pub(super) const HEARD_Y: &str = "share, %; easy: pₜ of at least 0.5";
/// Names of the columns, in lines that fit under a bar.
pub(super) const HEARD_COLUMNS: [&str; 5] =
    ["pixels", "cross-\nentropy", "|grad|\nof CE", "focal\nloss", "|grad|,\nfocal"];

// Of foreground and background, in this order.
pub(super) const PIXELS_OF: [&str; 2] = ["foreground pixels", "background pixels"];
pub(super) const PILED_UP: [&str; 2] = [
    "How the loss of the foreground piles up over its pixels",
    "How the loss of the background piles up over its pixels",
];
pub(super) const PILED_UP_X: [&str; 2] =
    ["foreground pixels, the easiest first, %", "background pixels, the easiest first, %"];
pub(super) const PILED_UP_Y: [&str; 2] =
    ["share of the loss of the foreground, %", "share of the loss of the background, %"];

/// The share of a loss that one asks for the holders of.
const MOST: f64 = 0.8;

pub(super) fn gamma(gamma: f64) -> String {
    format!("γ = {}", tick(gamma))
}

/// The weight of a side, as it is set.
pub(super) fn weight(set: &Set, side: usize) -> String {
    let weight = tick(set.weight(side));
    if side == set.alpha_side() { format!("α = {weight}") } else { format!("1 − α = {weight}") }
}

/// The curve in use.
pub(super) fn now(set: &Set) -> String {
    format!("now: γ = {}", tick(set.curve.gamma))
}

/// The curve in use, where each side has its own.
pub(super) fn now_of(set: &Set, side: usize) -> String {
    let (gamma, weight) = (gamma(set.curve.gamma), weight(set, side));
    if side == 0 {
        format!("foreground: {gamma}, {weight}")
    } else {
        format!("background: {gamma}, {weight}")
    }
}

/// Easy or hard pixels of a side.
pub(super) fn group(side: usize, is_hard: bool) -> &'static str {
    match (side, is_hard) {
        (0, true) => "hard foreground",
        (0, false) => "easy foreground",
        (_, true) => "hard background",
        (_, false) => "easy background",
    }
}

pub(super) fn no_question(error: &serde_json::Error) -> String {
    format!("This is no handle that is dragged: {error}.")
}

fn share_of(part: f64, whole: f64) -> String {
    if whole > 0.0 { percent(part / whole) } else { NOTHING.into() }
}

/// A text that a table does not break.
fn cell(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

pub(super) fn easy_and_hard(set: &Set, sides: &[SideStatistics; 2]) -> TableReadout {
    let row = |(side, is_hard, sums): (usize, bool, Group)| {
        let weight = set.weight(side);
        let shares = [PIXELS, ENTROPY, ENTROPY_GRADIENT, FOCAL, FOCAL_GRADIENT]
            .map(|of| cell(&share_of(of(&sums, weight), whole(set, sides, of))));
        let factor = match sums.pixels {
            0 => NOTHING.into(),
            pixels => short(weight * sums.factor / pixels as f64),
        };
        let first = [cell(group(side, is_hard)), count(sums.pixels)];
        first.into_iter().chain(shares).chain([factor]).collect()
    };
    TableReadout {
        title: "Easy pixels, with pₜ of at least 0.5, and hard ones".into(),
        columns: [
            "",
            "pixels",
            "of all pixels",
            "of the cross-entropy",
            "of its Σ|gradient|",
            "of the focal loss",
            "of its Σ|gradient|",
            "mean of αₜ(1\u{a0}−\u{a0}pₜ)^γ",
        ]
        .map(Into::into)
        .into(),
        rows: groups(sides).map(row).into(),
    }
}

pub(super) fn hardest(set: &Set, sides: &[SideStatistics; 2]) -> TableReadout {
    let row = |curve: usize| {
        let held = [(1, 0.01), (1, 0.2), (0, 0.01), (0, 0.2)].map(|(side, pixels): (usize, f64)| {
            let held = sides[side].concentration.held_by_hardest(curve, pixels);
            held.map_or_else(|| NOTHING.into(), |held| cell(&percent(held)))
        });
        let weight = |side| if curve == IN_USE { set.weight(side) } else { 1.0 };
        let total = |side: usize| weight(side) * sides[side].concentration.total(curve);
        let name = FAMILY.get(curve).map_or_else(|| in_use(set), |plain| gamma(*plain));
        let share = cell(&share_of(total(0), total(0) + total(1)));
        std::iter::once(cell(&name)).chain(held).chain([share]).collect()
    };
    TableReadout {
        title: "What the hardest pixels hold of the loss of their side".into(),
        columns: [
            "",
            "background: hardest 1\u{a0}%",
            "hardest 20\u{a0}%",
            "foreground: hardest 1\u{a0}%",
            "hardest 20\u{a0}%",
            "foreground's share of all loss",
        ]
        .map(Into::into)
        .into(),
        rows: (0..CURVES).map(row).collect(),
    }
}

/// γ and, where it is used, α.
fn in_use(set: &Set) -> String {
    let gamma = tick(set.curve.gamma);
    match set.focal.alpha {
        Some(_) => format!("now: γ = {gamma}, {}", weight(set, set.alpha_side())),
        None => format!("now: γ = {gamma}"),
    }
}

/// Whom the loss still listens to.
pub(super) fn answer(set: &Set, sides: &[SideStatistics; 2]) -> Vec<String> {
    let mut said: Vec<String> = [1, 0].into_iter().filter_map(|side| holders(set, sides, side)).collect();
    if said.is_empty() {
        said.push(format!("With {} there is no loss left to share.", gamma(set.curve.gamma)));
    }
    if sides[0].pixels() == 0 {
        said.push("There are no foreground pixels here.".into());
    }
    if sides[1].pixels() == 0 {
        said.push("There are no background pixels here.".into());
    }
    if sides.iter().all(|side| side.pixels() > 0) {
        said.push(share_of_foreground(set, sides));
    }
    said
}

/// The hardest pixels of a side that hold most of its loss.
fn holders(set: &Set, sides: &[SideStatistics; 2], side: usize) -> Option<String> {
    let hardest = |curve| sides[side].concentration.hardest_that_hold(curve, MOST).map(percent);
    let (now, entropy) = (hardest(IN_USE)?, hardest(0)?);
    let (gamma, most) = (gamma(set.curve.gamma), percent(MOST));
    Some(if side == 0 {
        format!(
            "With {gamma}, the hardest {now} of foreground pixels hold {most} of the foreground's loss (by cross-entropy: \
             {entropy})."
        )
    } else {
        format!(
            "With {gamma}, the hardest {now} of background pixels hold {most} of the background's loss (by cross-entropy: \
             {entropy})."
        )
    })
}

fn share_of_foreground(set: &Set, sides: &[SideStatistics; 2]) -> String {
    let of_foreground = |of: OfGroup| {
        let (weight, SideStatistics { easy, hard, .. }) = (set.weight(0), &sides[0]);
        share_of(of(easy, weight) + of(hard, weight), whole(set, sides, of))
    };
    let [pixels, focal, entropy] = [PIXELS, FOCAL, ENTROPY].map(of_foreground);
    if set.focal.alpha.is_some() {
        format!(
            "The foreground is {pixels} of all pixels and has {focal} of the focal loss with its α, where it has {entropy} \
             of the cross-entropy."
        )
    } else {
        format!(
            "The foreground is {pixels} of all pixels and has {focal} of the focal loss, where it has {entropy} of the \
             cross-entropy."
        )
    }
}

/// Settings, and facts of the scene, that these charts do not show.
pub(super) fn unseen(task: Task, set: &Set) -> Vec<String> {
    let mut unseen = Vec::new();
    if task == Task::Multiclass {
        unseen.push(
            "Foreground is every class but 0, and pₜ is the softmax probability of a pixel's own class.",
        );
        if set.focal.head == Head::OneVsRest {
            unseen.push(
                "This loss is set to one vs rest: every pixel then has a term for each class. The curves are those of \
                 each term; bars and shares are still of the softmax.",
            );
        }
    }
    let weighted = match task {
        Task::Binary => set.focal.pos_weight.to_bits() != 1f64.to_bits(),
        Task::Multiclass => !set.focal.class_weights.is_uniform() || set.focal.alphas.is_some(),
    };
    if weighted {
        unseen.push(
            "This loss has more weights than α: of the foreground, of each class, or an α for each. The curves and shares \
             are without them.",
        );
    }
    if task == Task::Multiclass && !set.focal.background {
        unseen.push("This loss leaves class 0 out; the curves and shares are of all pixels.");
    }
    if set.focal.normalized {
        unseen.push(
            "This loss is normalised: it is divided by the sum of (1 − pₜ)^γ as well. That changes all pixels alike and \
             no share of the loss; what it adds to the gradient is not shown.",
        );
    }
    if set.curve.reduced_threshold.is_some() {
        unseen.push("Pixels with pₜ below r keep their full weight; the grey curves are without r.");
    }
    unseen.into_iter().map(Into::into).collect()
}
