//! The Lovász panel: the sort, and the part of it that is open.

use super::edit::{At, LovaszError, LovaszPart, LovaszView, PanelView, View};
use super::frame::{LovaszReadout, MovedReadout, RankReadout};
use crate::field::Field;
use crate::instrument::{Panel, lovasz};
use crate::loss::lovasz::{Error, Lovasz};
use crate::paint::number::short;
use crate::study::lovasz::empty::sole_pixel;
use crate::study::lovasz::kink::kink;
use crate::study::lovasz::{Order, order};

/// What the panel shows, if it is the open one. With `several` images in the batch the part about them is left to
/// [`images`].
pub(super) fn part(field: &Field<'_>, view: &View, several: bool) -> Option<(LovaszReadout, Panel)> {
    let Some(PanelView::Lovasz(shown)) = view.panel else { return None };
    let loss = sorting(shown.error);
    let order = order(field, loss, shown.channel);
    let mut readout = LovaszReadout {
        part: shown.part,
        channel: shown.channel,
        error_name: lovasz::error_name(loss.error).into(),
        value: order.value,
        text: short(order.value),
        pixels: order.len(),
        foreground: order.foreground.iter().filter(|&&foreground| foreground).count(),
        looked_at: looked_at(field, view, &order),
        moved: None,
        sole: None,
        order: None,
    };
    let shape = field.shape();
    let panel = match shown.part {
        LovaszPart::Sort | LovaszPart::Moments => {
            readout.order = Some(order);
            Panel::default()
        }
        LovaszPart::Weights => lovasz::weights(&order, shape.pixels(), view.scale, view.theme),
        LovaszPart::Kink => moved(field, loss, shown, &order, &mut readout),
        LovaszPart::TwoPixels => {
            Panel { charts: lovasz::two_pixels::charts(field, shown.turn), ..Panel::default() }
        }
        LovaszPart::Three => lovasz::three(field, shown.channel),
        LovaszPart::Images if several => Panel::default(),
        LovaszPart::Images => lovasz::images(field, loss, shown.channel, &[0]),
        LovaszPart::Empty => match sole_pixel(field, loss, shown.channel) {
            Some(sole) => {
                readout.sole = Some(at(field, sole.pixel));
                lovasz::sole(field, sole, loss, shown.channel, view.theme)
            }
            None => Panel::default(),
        },
    };
    Some((readout, panel))
}

/// The part that is about all images of the strip, if it is the open one and there are several.
pub(super) fn images(field: &Field<'_>, places: &[usize], view: &View) -> Option<Panel> {
    match view.panel {
        Some(PanelView::Lovasz(LovaszView { error, part: LovaszPart::Images, channel, .. })) => {
            Some(lovasz::images(field, sorting(error), channel, places))
        }
        _ => None,
    }
}

/// The loss that sorts one channel by these errors.
fn sorting(error: LovaszError) -> Lovasz {
    let error = match error {
        LovaszError::Hinge => Error::Hinge,
        LovaszError::Probability => Error::Probability,
    };
    Lovasz { error, per_image: false, all_classes: true }
}

/// Column and row of a pixel, whatever its image.
fn at(field: &Field<'_>, pixel: usize) -> At {
    let shape = field.shape();
    At { x: pixel % shape.width, y: pixel / shape.width % shape.height }
}

fn looked_at(field: &Field<'_>, view: &View, order: &Order) -> Option<RankReadout> {
    let at = view.pixel?;
    let rank = order.rank_of(at.y * field.shape().width + at.x)?;
    Some(RankReadout {
        rank,
        error_text: short(f64::from(order.errors[rank])),
        weight_text: short(f64::from(order.increments[rank])),
    })
}

/// The chosen pixel, or the one in the middle of the foreground's ranks, moved.
fn moved(
    field: &Field<'_>,
    loss: Lovasz,
    shown: LovaszView,
    order: &Order,
    readout: &mut LovaszReadout,
) -> Panel {
    let chosen = shown.chosen.map(|at| at.y * field.shape().width + at.x);
    let chosen = chosen.and_then(|pixel| order.rank_of(pixel));
    let mut remarks = Vec::new();
    if shown.chosen.is_some() && chosen.is_none() {
        remarks.push("The pinned pixel is ignored and has no rank; here is another.".to_owned());
    }
    let pixel = chosen.or_else(|| order.median_foreground()).map(|rank| order.pixels[rank] as usize);
    let Some((pixel, kink)) = pixel.and_then(|pixel| Some((pixel, kink(field, loss, shown.channel, pixel)?)))
    else {
        return Panel {
            remarks: vec!["Every pixel is ignored, so that none has a rank.".into()],
            ..Panel::default()
        };
    };
    let most = lovasz::kink::most(&kink, loss.error);
    let place = shown.moved.map_or(kink.now, |error| kink.at(error.clamp(0.0, most)));
    readout.moved = Some(MovedReadout {
        at: at(field, pixel),
        error: place.error,
        most,
        rank: place.rank + 1,
        error_text: short(place.error),
        weight_text: short(place.weight),
        value_text: lovasz::kink::loss_text(place.value),
    });
    Panel { remarks, ..lovasz::kink::panel(&kink, loss.error, place) }
}
