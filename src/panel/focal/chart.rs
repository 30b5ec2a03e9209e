//! The curves over p_t with the scene's pixels under them, who is heard, and how the loss piles up.

use super::groups::{ENTROPY, ENTROPY_GRADIENT, FOCAL, FOCAL_GRADIENT, OfGroup, PIXELS, groups, whole};
use super::study::{FAMILY, FocalCurve, IN_USE, SideStatistics};
use super::{Set, text};
use crate::paint::chart::{Axis, Ink, Mark, Plot, Series};

/// The γ of the paper's figure 1, each with the heights at which its curve is named: of the loss, and of the gradient.
/// Names do not meet where curves run close, and leave room where the handle of γ is at first.
const REFERENCES: [(f64, f64, f64); 5] =
    [(0.0, 0.16, 0.12), (0.5, 0.27, 0.24), (1.0, 0.85, 0.36), (2.0, 1.25, 0.5), (5.0, 1.9, 0.7)];

/// Axes end at fixed values, so that a curve moves and not the axis. The loss grows without bound; the gradient stays
/// below its end for every γ of the slider.
const LOSS_END: f64 = 5.0;
pub(super) const GRADIENT_END: f64 = 1.5;

/// Curves are drawn through so many even steps of p_t. In the middle of each bin of the histogram are two of them, one
/// for the bar of either side, so that the table of a chart has bars and curves in the same rows.
const STEPS: u32 = 200;
pub(super) const BINS: u32 = STEPS / 4;

/// Inks of foreground and background.
pub(super) const INKS: [Ink; 2] = [Ink::Foreground, Ink::Background];

/// Loss of a pixel by p_t.
pub(super) fn loss(set: &Set, sides: &[SideStatistics; 2]) -> Plot {
    let y = Axis::linear(text::LOSS_AXIS, 0.0, LOSS_END);
    let heights = REFERENCES.map(|(_, height, _)| height);
    by_prob(text::LOSS, y, [bars(sides), curves(set, 1, FocalCurve::loss, heights)].concat())
}

/// |d loss / d logit| of a pixel by p_t.
pub(super) fn gradient(set: &Set, sides: &[SideStatistics; 2]) -> Plot {
    let y = Axis::linear(text::GRADIENT_AXIS, 0.0, GRADIENT_END);
    let heights = REFERENCES.map(|(.., height)| height);
    by_prob(text::GRADIENT, y, [bars(sides), curves(set, 0, FocalCurve::gradient, heights)].concat())
}

fn by_prob(title: &str, y: Axis, series: Vec<Series>) -> Plot {
    Plot::new(title, Axis::linear(text::PROBABILITY_AXIS, 0.0, 1.0), y, series)
        // A single pixel of 256 × 256 is a little above the foot, and a lesion of a fraction of a percent is seen.
        .with_right(Axis::log(text::PIXELS_AXIS, 1e-3, 100.0))
}

/// The scene's own pixels by p_t, the bars of both sides beside each other so that neither hides the other.
fn bars(sides: &[SideStatistics; 2]) -> Vec<Series> {
    let all: usize = sides.iter().map(SideStatistics::pixels).sum();
    let of_side = |side: usize| {
        let bars = sides[side].histogram.iter().zip(0u32..).map(|(&pixels, bin)| {
            let at = 4 * bin + if side == 0 { 1 } else { 3 };
            [step(at), 100.0 * pixels as f64 / all.max(1) as f64]
        });
        Series::line(text::PIXELS_OF[side], INKS[side], bars.collect())
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
fn curves(set: &Set, first: u32, of: fn(FocalCurve, f64) -> f64, heights: [f64; 5]) -> Vec<Series> {
    let points = |curve: FocalCurve, weight: f64| {
        let at = |i| [step(i), weight * of(curve, step(i))];
        (first..=STEPS).map(at).collect::<Vec<_>>()
    };
    let mut series: Vec<Series> = REFERENCES
        .iter()
        .zip(heights)
        .map(|((gamma, ..), height)| {
            let points = points(FocalCurve::plain(*gamma), 1.0);
            // Curves may rise before they fall: the height is looked for from the right.
            let named_at = points.iter().rfind(|point| point[1] >= height).map_or(0.5, |point| point[0]);
            Series::line(text::gamma(*gamma), Ink::Muted, points).tagged(named_at)
        })
        .collect();
    if set.focal.alpha.is_none() {
        series.push(Series::line(text::now(set), Ink::Strong, points(set.curve, 1.0)));
    } else {
        // The foreground is drawn last: it is what most scenes are about.
        series.extend([1, 0].map(|side| {
            Series::line(text::now_of(set, side), INKS[side], points(set.curve, set.weight(side)))
        }));
    }
    series
}

/// Who has how much of what: the easy and hard pixels of either side, upon each other.
pub(super) fn heard(set: &Set, sides: &[SideStatistics; 2]) -> Plot {
    let columns = [PIXELS, ENTROPY, ENTROPY_GRADIENT, FOCAL, FOCAL_GRADIENT];
    let mut series = Vec::new();
    for (side, is_hard, group) in groups(sides) {
        let share = |(column, of): (usize, &OfGroup)| {
            let whole = whole(set, sides, *of);
            let share = if whole > 0.0 { 100.0 * of(&group, set.weight(side)) / whole } else { f64::NAN };
            [column as f64 + 1.0, share]
        };
        let bars = Series::line(
            text::group(side, is_hard),
            INKS[side],
            columns.iter().enumerate().map(share).collect(),
        )
        .drawn(Mark::Stacked)
        .wide(0.7);
        series.push(if is_hard { bars } else { bars.pale() });
    }
    Plot::new(
        text::HEARD,
        Axis::named(text::HEARD_X, text::HEARD_COLUMNS.map(Into::into).into()),
        Axis::linear(text::HEARD_Y, 0.0, 100.0),
        series,
    )
}

/// The paper's figure 4: how the loss of one side piles up over its pixels.
pub(super) fn piled_up(set: &Set, sides: &[SideStatistics; 2], side: usize) -> Plot {
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
        Series::line(text::gamma(*gamma), Ink::Muted, points).tagged(named_at)
    });
    let now = Series::line(text::now(set), INKS[side], points(IN_USE));
    Plot::new(
        text::PILED_UP[side],
        Axis::linear(text::PILED_UP_X[side], 0.0, 100.0),
        Axis::linear(text::PILED_UP_Y[side], 0.0, 100.0),
        series.chain([now]).collect(),
    )
}
