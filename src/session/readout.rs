//! The pixel inspector.

use std::rc::Rc;

use super::losses::Card;
use super::update::{PixelReadout, PixelRow};
use crate::document::At;
use crate::field::{Field, Head, Labels, Logits};
use crate::loss::Evaluation;
use crate::paint::number;
use crate::study;

pub(super) fn pixel(
    field: &Field<'_>,
    logits: &Logits,
    labels: &Labels,
    cards: &[&Card],
    evaluated: &[Rc<Evaluation>],
    at: Option<At>,
    with_contributions: bool,
) -> Option<PixelReadout> {
    let at = at?;
    let shape = field.shape();
    let channels: Vec<usize> = (0..shape.channels)
        .map(|channel| shape.plane(0, channel).start + at.y * shape.width + at.x)
        .collect();
    let contributions = if with_contributions {
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
