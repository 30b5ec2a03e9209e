//! The focal laboratory: whom γ and α let speak, over the scene's own pixels.

use serde::{Deserialize, Serialize};

use super::{Panel, TableReadout};
use crate::field::{Field, Head, Task};
use crate::loss::config::{Config, ConfigError, Domain, Kind, Settings};
use crate::loss::focal::{Focal, SPEC};
use crate::paint::chart::{Axis, Chart, Handle, Ink, Mark, Plot, Series};
use crate::paint::number::{count, percent, short, tick};
use crate::study::focal::{CURVES, Curve, FAMILY, Group, IN_USE, Side, sides};

/// The γ of the paper's figure 1, each with the heights at which its curve is named: of the loss, and of the gradient.
/// Names do not meet where curves run close, and leave room where the handle of γ is at first.
const REFERENCES: [(f64, f64, f64); 5] =
    [(0.0, 0.16, 0.12), (0.5, 0.27, 0.24), (1.0, 0.85, 0.36), (2.0, 1.25, 0.5), (5.0, 1.9, 0.7)];

/// Axes end at fixed values, so that a curve moves and not the axis. The loss grows without bound; the gradient stays
/// below its end for every γ of the slider.
const LOSS_END: f64 = 5.0;
const GRADIENT_END: f64 = 1.5;

/// Curves are drawn through so many even steps of p_t. In the middle of each bin of the histogram are two of them, one
/// for the bar of either side, so that the table of a chart has bars and curves in the same rows.
const STEPS: u32 = 200;
const BINS: u32 = STEPS / 4;

/// The share of a loss that one asks for the holders of.
const MOST: f64 = 0.8;

/// p_t at which the handles are held on their curves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Grips {
    /// That of γ.
    pub gamma: f64,
    /// That of α.
    pub alpha: f64,
}

impl Default for Grips {
    fn default() -> Self {
        Self { gamma: 0.3, alpha: 0.05 }
    }
}

/// What a handle is called, which is the parameter that it sets.
const GAMMA: &str = "gamma";
const ALPHA: &str = "alpha";

/// How the focal loss is set.
struct Set {
    focal: Focal,
    curve: Curve,
    /// Whether α is the weight of the foreground, and not of the background.
    of_foreground: bool,
}

/// Foreground and background, in this order.
const NAMES: [&str; 2] = ["foreground", "background"];
const INKS: [Ink; 2] = [Ink::Foreground, Ink::Background];

impl Set {
    fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let config = Config::new(&SPEC, settings)?;
        let focal = Focal::new(&config);
        let curve = Curve { gamma: focal.gamma, reduced_threshold: focal.reduced_threshold };
        Ok(Self { focal, curve, of_foreground: config.choice("alpha_of") != "negative" })
    }

    /// α_t of a side.
    fn weight(&self, side: usize) -> f64 {
        self.focal.alpha.map_or(1.0, |alpha| if side == 0 { alpha } else { 1.0 - alpha })
    }

    /// The side that α is the weight of.
    fn alpha_side(&self) -> usize {
        usize::from(!self.of_foreground)
    }

    /// The side with the larger weight: γ moves its curve most.
    fn heavier(&self) -> usize {
        usize::from(self.weight(1) > self.weight(0))
    }

    fn gamma(&self) -> String {
        format!("γ = {}", tick(self.curve.gamma))
    }

    /// The weight of a side, as it is set.
    fn said(&self, side: usize) -> String {
        let name = if side == self.alpha_side() { "α" } else { "1 − α" };
        format!("{name} = {}", tick(self.weight(side)))
    }

    /// γ and, where it is used, α.
    fn both(&self) -> String {
        match self.focal.alpha {
            Some(_) => format!("{}, {}", self.gamma(), self.said(self.alpha_side())),
            None => self.gamma(),
        }
    }
}

/// Everything about the focal loss on a field. Refuses settings that it does not have.
pub fn panel(field: &Field<'_>, settings: &Settings, grips: Grips) -> Result<Panel, ConfigError> {
    let set = Set::new(settings)?;
    let sides = sides(field, set.curve, BINS as usize);
    let by_prob = |title: &str, y: Axis, first: u32, of: fn(Curve, f64) -> f64, heights: [f64; 5]| {
        let series = [bars(&sides), curves(&set, first, of, heights)].concat();
        Plot::new(title, Axis::linear("pₜ, probability given to the true class", 0.0, 1.0), y, series)
            // A single pixel of 256 × 256 is a little above the foot, and a lesion of a fraction of a percent is seen.
            .with_right(Axis::log("pixels a bar, % of all", 1e-3, 100.0))
    };
    let loss = by_prob(
        "Loss by the probability of the true class",
        Axis::linear("loss of a pixel", 0.0, LOSS_END),
        1,
        Curve::loss,
        REFERENCES.map(|(_, height, _)| height),
    );
    let gradient = by_prob(
        "Gradient by the probability of the true class",
        Axis::linear("|d loss / d logit|", 0.0, GRADIENT_END),
        0,
        Curve::gradient,
        REFERENCES.map(|(.., height)| height),
    );
    let mut charts = vec![loss.with_handles(handles(&set, grips)), gradient, heard(&set, &sides)];
    charts.extend((0..2).filter(|&side| sides[side].pixels() > 0).map(|side| piled_up(&set, &sides, side)));
    Ok(Panel {
        charts: charts.into_iter().map(Chart::Plot).collect(),
        tables: vec![easy_and_hard(&set, &sides), hardest(&set, &sides)],
        remarks: std::iter::once(answer(&set, &sides)).chain(unseen(field, &set)).collect(),
        ..Panel::default()
    })
}

/// The scene's own pixels by p_t, the bars of both sides beside each other so that neither hides the other.
fn bars(sides: &[Side; 2]) -> Vec<Series> {
    let all: usize = sides.iter().map(Side::pixels).sum();
    let of_side = |side: usize| {
        let bars = sides[side].histogram.iter().zip(0u32..).map(|(&pixels, bin)| {
            let at = 4 * bin + if side == 0 { 1 } else { 3 };
            [step(at), 100.0 * pixels as f64 / all.max(1) as f64]
        });
        Series::line(format!("{} pixels", NAMES[side]), INKS[side], bars.collect())
            .drawn(Mark::Bars)
            .wide(0.5 / f64::from(BINS))
            .on_the_right()
            .pale()
    };
    (0..2).filter(|&side| sides[side].pixels() > 0).map(of_side).collect()
}

/// p_t after so many steps.
fn step(at: u32) -> f64 {
    f64::from(at) / f64::from(STEPS)
}

/// The curves of the paper with their γ upon them, and the one in use: one for each side where they are weighted.
fn curves(set: &Set, first: u32, of: fn(Curve, f64) -> f64, heights: [f64; 5]) -> Vec<Series> {
    let points = |curve: Curve, weight: f64| {
        let at = |i| [step(i), weight * of(curve, step(i))];
        (first..=STEPS).map(at).collect::<Vec<_>>()
    };
    let mut series: Vec<Series> = REFERENCES
        .iter()
        .zip(heights)
        .map(|((gamma, ..), height)| {
            let points = points(Curve::plain(*gamma), 1.0);
            // Curves may rise before they fall: the height is looked for from the right.
            let named_at = points.iter().rfind(|point| point[1] >= height).map_or(0.5, |point| point[0]);
            Series::line(format!("γ = {}", tick(*gamma)), Ink::Muted, points).tagged(named_at)
        })
        .collect();
    if set.focal.alpha.is_none() {
        series.push(Series::line(format!("now: {}", set.gamma()), Ink::Strong, points(set.curve, 1.0)));
    } else {
        // The foreground is drawn last: it is what most scenes are about.
        series.extend([1, 0].map(|side| {
            let name = format!("{}: {}, {}", NAMES[side], set.gamma(), set.said(side));
            Series::line(name, INKS[side], points(set.curve, set.weight(side)))
        }));
    }
    series
}

/// γ is held on the curve that it moves most, α on the one that it weighs.
fn handles(set: &Set, grips: Grips) -> Vec<Handle> {
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
        handles.push(handle(GAMMA, set.gamma(), grips.gamma.clamp(from, from.max(0.6)), set.heavier()));
    }
    if set.focal.alpha.is_some() {
        let side = set.alpha_side();
        handles.push(handle(ALPHA, set.said(side), grips.alpha.clamp(0.02, 0.6), side));
    }
    handles
}

/// What a handle that is dragged to a point sets the parameter of its name to: the step of its slider with which the
/// curve goes through the point, or comes closest. None where the point does not tell.
pub fn dragged(settings: &Settings, handle: &str, [p, loss]: [f64; 2]) -> Option<f64> {
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

/// Who has how much of what: the easy and hard pixels of either side, upon each other.
fn heard(set: &Set, sides: &[Side; 2]) -> Plot {
    let columns: [(&str, OfGroup); 5] = [
        ("pixels", PIXELS),
        ("cross-\nentropy", ENTROPY),
        ("|grad|\nof CE", ENTROPY_GRADIENT),
        ("focal\nloss", FOCAL),
        ("|grad|,\nfocal", FOCAL_GRADIENT),
    ];
    let mut series = Vec::new();
    for (side, is_hard, group) in groups(sides) {
        let share = |(column, (_, of)): (usize, &(&str, OfGroup))| {
            let whole = whole(set, sides, *of);
            let share = if whole > 0.0 { 100.0 * of(&group, set.weight(side)) / whole } else { f64::NAN };
            [column as f64 + 1.0, share]
        };
        let name = name(side, is_hard);
        let bars = Series::line(name, INKS[side], columns.iter().enumerate().map(share).collect())
            .drawn(Mark::Stacked)
            .wide(0.7);
        series.push(if is_hard { bars } else { bars.pale() });
    }
    Plot::new(
        "Who is heard: easy and hard pixels of either side",
        Axis::named("share of what", columns.map(|(name, _)| name.into()).into()),
        Axis::linear("share, %; easy: pₜ of at least 0.5", 0.0, 100.0),
        series,
    )
}

/// A sum over a group, from it and α_t.
type OfGroup = fn(&Group, f64) -> f64;
const PIXELS: OfGroup = |group, _| group.pixels as f64;
const ENTROPY: OfGroup = |group, _| group.entropy;
const ENTROPY_GRADIENT: OfGroup = |group, _| group.entropy_gradient;
const FOCAL: OfGroup = |group, weight| weight * group.focal;
const FOCAL_GRADIENT: OfGroup = |group, weight| weight * group.focal_gradient;

/// Side, whether they are hard, and their sums.
fn groups(sides: &[Side; 2]) -> [(usize, bool, Group); 4] {
    let [foreground, background] = sides;
    [
        (0, true, foreground.hard),
        (0, false, foreground.easy),
        (1, true, background.hard),
        (1, false, background.easy),
    ]
}

fn name(side: usize, is_hard: bool) -> String {
    format!("{} {}", if is_hard { "hard" } else { "easy" }, NAMES[side])
}

/// A sum over all pixels.
fn whole(set: &Set, sides: &[Side; 2], of: OfGroup) -> f64 {
    groups(sides).iter().map(|(side, _, group)| of(group, set.weight(*side))).sum()
}

fn share_of(part: f64, whole: f64) -> String {
    if whole > 0.0 { percent(part / whole) } else { "–".to_owned() }
}

/// The same for a cell of a table, which it does not break.
fn cell(share: &str) -> String {
    share.replace(' ', "\u{a0}")
}

fn easy_and_hard(set: &Set, sides: &[Side; 2]) -> TableReadout {
    let row = |(side, is_hard, group): (usize, bool, Group)| {
        let weight = set.weight(side);
        let shares = [PIXELS, ENTROPY, ENTROPY_GRADIENT, FOCAL, FOCAL_GRADIENT]
            .map(|of| cell(&share_of(of(&group, weight), whole(set, sides, of))));
        let factor = match group.pixels {
            0 => "–".to_owned(),
            pixels => short(weight * group.factor / pixels as f64),
        };
        let first = [cell(&name(side, is_hard)), count(group.pixels)];
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

/// The paper's figure 4: how the loss of one side piles up over its pixels.
fn piled_up(set: &Set, sides: &[Side; 2], side: usize) -> Plot {
    let of = NAMES[side];
    // Much of a loss may lie in the last percent.
    let shares: Vec<f64> =
        (0..95).map(f64::from).chain((0..=50).map(|i| 95.0 + f64::from(i) / 10.0)).collect();
    let points = |curve: usize| -> Vec<[f64; 2]> {
        let held = |share: f64| sides[side].concentration.held_by_easiest(curve, share / 100.0);
        shares.iter().map(|&share| [share, held(share).map_or(f64::NAN, |held| 100.0 * held)]).collect()
    };
    // Names lie apart whether the curves bend or all run along the diagonal.
    let series = FAMILY.iter().zip([70.0, 100.0, 125.0, 150.0]).enumerate().map(|(curve, (gamma, sum))| {
        let points = points(curve);
        let named_at = points.iter().find(|[x, y]| x + y >= sum).map_or(50.0, |point| point[0]);
        Series::line(format!("γ = {}", tick(*gamma)), Ink::Muted, points).tagged(named_at)
    });
    let now = Series::line(format!("now: {}", set.gamma()), INKS[side], points(IN_USE));
    Plot::new(
        format!("How the loss of the {of} piles up over its pixels"),
        Axis::linear(format!("{of} pixels, the easiest first, %"), 0.0, 100.0),
        Axis::linear(format!("share of the loss of the {of}, %"), 0.0, 100.0),
        series.chain([now]).collect(),
    )
}

fn hardest(set: &Set, sides: &[Side; 2]) -> TableReadout {
    let row = |curve: usize| {
        let held = [(1, 0.01), (1, 0.2), (0, 0.01), (0, 0.2)].map(|(side, pixels): (usize, f64)| {
            let held = sides[side].concentration.held_by_hardest(curve, pixels);
            held.map_or_else(|| "–".to_owned(), |held| cell(&percent(held)))
        });
        let weight = |side| if curve == IN_USE { set.weight(side) } else { 1.0 };
        let total = |side: usize| weight(side) * sides[side].concentration.total(curve);
        let name = FAMILY
            .get(curve)
            .map_or_else(|| format!("now: {}", set.both()), |gamma| format!("γ = {}", tick(*gamma)));
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

/// Whom the loss still listens to.
fn answer(set: &Set, sides: &[Side; 2]) -> String {
    let of_side = |side: usize| {
        let hardest = |curve| sides[side].concentration.hardest_that_hold(curve, MOST).map(percent);
        let (now, entropy) = (hardest(IN_USE)?, hardest(0)?);
        let of = NAMES[side];
        Some(format!(
            "the hardest {now} of {of} pixels hold {} of the {of}'s loss (by cross-entropy: {entropy})",
            percent(MOST)
        ))
    };
    let concentrated: Vec<String> = [1, 0].into_iter().filter_map(of_side).collect();
    let mut said = vec![match concentrated.len() {
        0 => format!("With {} there is no loss left to share.", set.gamma()),
        _ => format!("With {}, {}.", set.gamma(), concentrated.join(", and ")),
    }];
    let missing = NAMES.iter().zip(sides).filter(|(_, side)| side.pixels() == 0);
    said.extend(missing.map(|(of, _)| format!("There are no {of} pixels here.")));
    let of_foreground = |of: OfGroup| {
        let (weight, Side { easy, hard, .. }) = (set.weight(0), &sides[0]);
        share_of(of(easy, weight) + of(hard, weight), whole(set, sides, of))
    };
    if sides.iter().all(|side| side.pixels() > 0) {
        said.push(format!(
            "The foreground is {} of all pixels and has {} of the focal loss{}, where it has {} of the cross-entropy.",
            of_foreground(PIXELS),
            of_foreground(FOCAL),
            if set.focal.alpha.is_some() { " with its α" } else { "" },
            of_foreground(ENTROPY)
        ));
    }
    said.join(" ")
}

/// What of the settings, or of the scene, these charts do not show.
fn unseen(field: &Field<'_>, set: &Set) -> Vec<String> {
    let mut unseen = Vec::new();
    if field.shape().task() == Task::Multiclass {
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

#[cfg(test)]
mod tests;
