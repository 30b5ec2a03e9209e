//! Every loss, its heatmap and what its card says.

use super::Card;
use super::edit::View;
use super::frame::{CardReadout, Tick, percent};
use crate::field::Field;
use crate::paint::heatmap::{heatmap, legend_ticks, limit_of};
use crate::paint::number;
use crate::study::share::foreground_share;

/// A loss's value and gradient.
pub(super) struct Evaluated {
    pub(super) value: f64,
    /// `[image, class, y, x]`
    pub(super) gradient: Vec<f32>,
}

pub(super) fn evaluate(field: &Field<'_>, cards: &[Card]) -> Vec<Evaluated> {
    cards
        .iter()
        .map(|card| {
            let mut gradient = vec![0.0; field.shape().logits()];
            Evaluated { value: card.loss.evaluate(field, Some(&mut gradient)), gradient }
        })
        .collect()
}

/// The part of a gradient that a heatmap shows, one number a pixel: that of one class, or of each pixel's label.
fn shown(field: &Field<'_>, gradient: &[f32], view: &View) -> Vec<f32> {
    let shape = field.shape();
    if shape.channels == 1 {
        return gradient.to_vec();
    }
    if let Some(class) = view.gradient_class {
        return gradient[shape.plane(0, class)].to_vec();
    }
    field
        .labels_of(0)
        .iter()
        .enumerate()
        .map(|(pixel, &label)| {
            if field.counts(label) { gradient[shape.plane(0, usize::from(label)).start + pixel] } else { 0.0 }
        })
        .collect()
}

/// For each card the gradient at which its colours end.
pub(super) fn limits(field: &Field<'_>, evaluated: &[Evaluated], view: &View) -> Vec<f32> {
    let own: Vec<f32> = evaluated.iter().map(|card| limit_of(&shown(field, &card.gradient, view))).collect();
    if view.shared_scale {
        let largest = own.iter().copied().fold(0.0, f32::max);
        vec![largest; own.len()]
    } else {
        own
    }
}

pub(super) fn heatmaps(field: &Field<'_>, evaluated: &[Evaluated], limits: &[f32], view: &View) -> Vec<Vec<u8>> {
    evaluated
        .iter()
        .zip(limits)
        .map(|(card, &limit)| {
            let mut rgba = Vec::new();
            heatmap(&shown(field, &card.gradient, view), limit, view.scale, view.theme, &mut rgba);
            rgba
        })
        .collect()
}

pub(super) fn readouts(
    field: &Field<'_>,
    cards: &[Card],
    evaluated: &[Evaluated],
    limits: &[f32],
    view: &View,
) -> Vec<CardReadout> {
    cards
        .iter()
        .zip(evaluated)
        .zip(limits)
        .map(|((card, evaluated), &limit)| {
            let range = card.loss.range();
            let foreground_share = foreground_share(field, &evaluated.gradient);
            CardReadout {
                id: card.spec.id.into(),
                value: evaluated.value,
                text: number::short(evaluated.value),
                position: range.position(evaluated.value),
                range: [number::tick(range.least), number::tick(range.most)],
                foreground_share,
                share_texts: foreground_share.map(|share| [percent(share), percent(1.0 - share)]),
                ticks: legend_ticks(limit, view.scale)
                    .into_iter()
                    .map(|tick| Tick { position: tick.position, label: tick.label, major: tick.major })
                    .collect(),
            }
        })
        .collect()
}
