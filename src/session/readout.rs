//! The pixel inspector and the panels.

use std::rc::Rc;

use super::deck::Card;
use super::edit::{LovaszError, LovaszView, MetricsView, View};
use super::frame::{FocalReadout, LovaszReadout, PixelReadout, PixelRow, RankReadout};
use crate::field::{Field, Head, Labels, Logits};
use crate::instrument::metrics::Judged;
use crate::loss::Evaluation;
use crate::loss::lovasz::{Error, Lovasz};
use crate::paint::number;
use crate::study;

/// Bins of p_t in the focal panel.
const BINS: usize = 40;

pub(super) fn pixel(
    field: &Field<'_>,
    logits: &Logits,
    labels: &Labels,
    cards: &[&Card],
    evaluated: &[Rc<Evaluation>],
    view: &View,
) -> Option<PixelReadout> {
    let at = view.pixel?;
    let shape = field.shape();
    let channels: Vec<usize> = (0..shape.channels)
        .map(|channel| shape.plane(0, channel).start + at.y * shape.width + at.x)
        .collect();
    let contributions = if view.contributions {
        let losses = cards.iter().zip(evaluated).map(|(card, evaluated)| (&*card.loss, evaluated.value));
        study::pixel::contributions(field, logits.view(), labels.view(), (at.y, at.x), losses).ok()
    } else {
        None
    };
    let rows = cards
        .iter()
        .zip(evaluated)
        .enumerate()
        .map(|(i, (card, evaluated))| {
            let contribution = contributions.as_ref().map(|all| all[i]);
            let gradient: Vec<f64> = channels.iter().map(|&i| f64::from(evaluated.gradient[i])).collect();
            PixelRow {
                id: card.spec.id.into(),
                contribution,
                contribution_text: contribution.map_or_else(String::new, number::short),
                gradient_texts: gradient.iter().map(|&g| number::short(g)).collect(),
                gradient,
            }
        })
        .collect();
    let label = labels[[0, at.y, at.x]];
    let logits: Vec<f64> = channels.iter().map(|&i| f64::from(field.logits()[i])).collect();
    let probabilities: Vec<f64> =
        channels.iter().map(|&i| field.probabilities(Head::Joint).prob[i]).collect();
    Some(PixelReadout {
        at,
        label: field.counts(label).then_some(label),
        share_texts: field
            .soft_labels()
            .filter(|_| field.counts(label))
            .map(|shares| channels.iter().map(|&i| number::short(f64::from(shares[i]))).collect()),
        logit_texts: logits.iter().map(|&z| number::short(z)).collect(),
        probability_texts: probabilities.iter().map(|&p| number::short(p)).collect(),
        logits,
        probabilities,
        rows,
    })
}

/// How masks are judged where nothing is said: from p = 0.5 on, a boundary within 2 pixels.
pub(super) fn judged(field: &Field<'_>, view: &View) -> Judged {
    let MetricsView { class, threshold, tolerance } =
        view.metrics.unwrap_or(MetricsView { class: 1, threshold: 0.5, tolerance: 2.0 });
    let channels = field.shape().channels;
    Judged { channel: if channels == 1 { 0 } else { class.min(channels - 1) }, threshold, tolerance }
}

pub(super) fn focal(field: &Field<'_>) -> FocalReadout {
    let study::focal::Histogram { foreground, background } = study::focal::histogram(field, BINS);
    FocalReadout { foreground, background }
}

pub(super) fn lovasz(field: &Field<'_>, view: &View, shown: LovaszView) -> LovaszReadout {
    let error = match shown.error {
        LovaszError::Hinge => Error::Hinge,
        LovaszError::Probability => Error::Probability,
    };
    let loss = Lovasz { error, per_image: false, all_classes: true };
    let order = study::lovasz::order(field, loss, shown.channel);
    let width = field.shape().width;
    let looked_at = view.pixel.and_then(|at| {
        let pixel = at.y * width + at.x;
        let rank = order.pixels.iter().position(|&ranked| ranked as usize == pixel)?;
        Some(RankReadout {
            rank,
            error_text: number::short(f64::from(order.errors[rank])),
            weight_text: number::short(f64::from(order.increments[rank])),
        })
    });
    LovaszReadout {
        channel: shown.channel,
        value: order.value,
        text: number::short(order.value),
        foreground: order.foreground.iter().filter(|&&foreground| foreground).count(),
        looked_at,
        order,
    }
}
