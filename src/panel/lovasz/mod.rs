//! The Lovász sort: its ranks and weights, its kinks, its surfaces, three kinds of it, and a truth of nothing.
//!
//! Eight parts go through it step by step. Only the open one is computed. [`moments`] is the animation, which the page
//! draws by itself from the sort.

mod chart;
mod kink;
pub mod moments;
mod picture;
pub mod study;
mod text;
mod two_pixels;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Array, At, Panel, Report, Seen, Title};
use crate::field::{Field, Shape};
use crate::loss::lovasz::{Error, Lovasz};
use crate::paint::number::short;
pub use chart::sort;
use study::empty::sole_pixel;
use study::kink::kink;
use study::{Order, order};

/// See the [module docs](self).
#[derive(Debug)]
pub struct LovaszPanel;

/// State of the panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LovaszState {
    /// Errors that are sorted.
    pub error: LovaszError,
    /// Channel that they are of.
    pub channel: usize,
    /// The open part.
    pub part: LovaszPart,
    /// Error that the pinned pixel, or another, is moved to, if it is.
    pub moved: Option<f64>,
    /// True if the surfaces of two pixels are seen from the side, and not from above.
    pub turned: bool,
    /// Angle by which they are turned then, in degrees from 0 to 360.
    pub turn: f64,
    /// Pace of the animation.
    pub pace: Pace,
    /// Step at which the animation rests.
    pub step: usize,
}

impl Default for LovaszState {
    fn default() -> Self {
        Self {
            error: LovaszError::Hinge,
            channel: 1,
            part: LovaszPart::Sort,
            moved: None,
            turned: false,
            turn: 30.0,
            pace: Pace::Whole,
            step: 0,
        }
    }
}

/// Parts of the panel, in the order in which they are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum LovaszPart {
    /// Errors and weights by rank.
    Sort,
    /// The sort as an animation.
    Moments,
    /// Who holds the weight.
    Weights,
    /// One pixel moved through the ranks.
    Kink,
    /// The surfaces of two pixels.
    TwoPixels,
    /// Hinge, sigmoid and softmax.
    Three,
    /// Images by themselves and as one.
    Images,
    /// A truth of nothing.
    Empty,
}

/// Errors that can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum LovaszError {
    /// max(0, 1 − s·z)
    Hinge,
    /// |y − p|
    Probability,
}

impl From<LovaszError> for Error {
    fn from(error: LovaszError) -> Self {
        match error {
            LovaszError::Hinge => Self::Hinge,
            LovaszError::Probability => Self::Probability,
        }
    }
}

/// Pixels a second that join in the animation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Pace {
    /// 2 a second.
    Two,
    /// 10 a second.
    Ten,
    /// 100 a second.
    Hundred,
    /// All of them in 8 seconds.
    Whole,
}

/// The sort in numbers. Its lists travel beside it, where the open part is drawn from them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LovaszReadout {
    /// The part that is open.
    pub part: LovaszPart,
    /// The channel that was sorted.
    pub channel: usize,
    /// The loss of that channel.
    pub value: f64,
    /// Value as text.
    pub text: String,
    /// Pixels that are ranked.
    pub pixels: usize,
    /// Ranked pixels that are foreground.
    pub foreground: usize,
    /// Rank of the pixel looked at, if it has one.
    pub looked_at: Option<RankReadout>,
    /// The pixel whose error is moved.
    pub moved: Option<MovedReadout>,
    /// The pixel that would hold all the weight if the truth were empty.
    pub sole: Option<At>,
}

/// The pixel whose error is moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct MovedReadout {
    /// The pixel.
    pub at: At,
    /// Error that it is moved to.
    pub error: f64,
    /// Largest error that it can be moved to.
    pub most: f64,
    /// Its rank there, counted from 1.
    pub rank: usize,
    /// Its error there as text.
    pub error_text: String,
    /// Its weight there as text.
    pub weight_text: String,
    /// The loss as text.
    pub value_text: String,
}

/// A pixel among the sorted ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct RankReadout {
    /// Its rank, from 0.
    pub rank: usize,
    /// Its error as text.
    pub error_text: String,
    /// Factor of its error in the loss, as text.
    pub weight_text: String,
}

impl Panel for LovaszPanel {
    const ID: &'static str = "lovasz";
    const TITLE: Title = text::TITLE;
    type State = LovaszState;

    fn settle(state: &mut LovaszState, shape: Shape) {
        state.channel = state.channel.min(shape.channels - 1);
        state.turn = state.turn.clamp(0.0, 360.0);
    }

    fn report(state: &LovaszState, seen: &mut Seen<'_>) -> Report {
        let loss = Lovasz { error: state.error.into(), per_image: false, all_classes: true };
        let field = seen.field;
        let order = order(field, loss, state.channel);
        let mut readout = LovaszReadout {
            part: state.part,
            channel: state.channel,
            value: order.value,
            text: short(order.value),
            pixels: order.len(),
            foreground: order.foreground.iter().filter(|&&foreground| foreground).count(),
            looked_at: looked_at(field, seen.pixel, &order),
            moved: None,
            sole: None,
        };
        let report = match state.part {
            LovaszPart::Sort | LovaszPart::Moments => Report { arrays: arrays(order), ..Report::default() },
            LovaszPart::Weights => picture::weights(&order, field.shape().pixels(), seen.scale, seen.theme),
            LovaszPart::Kink => moved(field, loss, state, seen.pinned, &order, &mut readout),
            LovaszPart::TwoPixels => {
                let charts = two_pixels::charts(field, state.turned.then_some(state.turn));
                Report { charts, ..Report::default() }
            }
            LovaszPart::Three => chart::three(field, state.channel),
            LovaszPart::Images => images(seen, loss, state.channel),
            LovaszPart::Empty => match sole_pixel(field, loss, state.channel) {
                Some(sole) => {
                    readout.sole = Some(at(field, sole.pixel));
                    picture::sole(field, sole, loss, state.channel, seen.theme)
                }
                None => Report::default(),
            },
        };
        report.with_details(&readout)
    }
}

/// The images of the batch by themselves and as one; of one image its halves.
fn images(seen: &mut Seen<'_>, loss: Lovasz, channel: usize) -> Report {
    let places: Vec<usize> = seen.batch.members().iter().map(|member| member.place).collect();
    if places.len() < 2 {
        return chart::images(seen.field, loss, channel, &places);
    }
    let mut report = Report::default();
    let looked = seen.batch.look_at_all(&mut |field| report = chart::images(field, loss, channel, &places));
    looked.map_or_else(|_| Report::default(), |()| report)
}

/// The sort by rank: `pixels` are indices, row by row, and `foreground` is 1 or 0.
fn arrays(order: Order) -> BTreeMap<&'static str, Array> {
    let foreground = order.foreground.iter().map(|&side| u8::from(side)).collect();
    BTreeMap::from([
        ("errors", Array::Floats(order.errors)),
        ("increments", Array::Floats(order.increments)),
        ("pixels", Array::Whole(order.pixels)),
        ("foreground", Array::Bytes(foreground)),
    ])
}

/// A pixel of any image.
fn at(field: &Field<'_>, pixel: usize) -> At {
    let shape = field.shape();
    At::of_index(pixel % shape.pixels(), shape.width)
}

fn looked_at(field: &Field<'_>, pixel: Option<At>, order: &Order) -> Option<RankReadout> {
    let rank = order.rank_of(pixel?.index(field.shape().width))?;
    Some(RankReadout {
        rank,
        error_text: short(f64::from(order.errors[rank])),
        weight_text: short(f64::from(order.increments[rank])),
    })
}

/// The pinned pixel, or the one in the middle of the foreground's ranks, moved.
fn moved(
    field: &Field<'_>,
    loss: Lovasz,
    state: &LovaszState,
    pinned: Option<At>,
    order: &Order,
    readout: &mut LovaszReadout,
) -> Report {
    let ranked = pinned.and_then(|at| order.rank_of(at.index(field.shape().width)));
    let pixel = ranked.or_else(|| order.median_foreground()).map(|rank| order.pixels[rank] as usize);
    let Some((pixel, kink)) = pixel.and_then(|pixel| Some((pixel, kink(field, loss, state.channel, pixel)?)))
    else {
        return Report::default().with_texts("remarks", [text::NO_RANK.to_owned()]);
    };
    let most = kink::most(&kink, loss.error);
    let place = state.moved.map_or(kink.now, |error| kink.at(error.clamp(0.0, most)));
    readout.moved = Some(MovedReadout {
        at: at(field, pixel),
        error: place.error,
        most,
        rank: place.rank + 1,
        error_text: short(place.error),
        weight_text: short(place.weight),
        value_text: text::loss(place.value),
    });
    let another = (pinned.is_some() && ranked.is_none()).then(|| text::NO_PINNED_RANK.to_owned());
    kink::report(&kink, loss.error, place).with_texts("remarks", another)
}
