//! Readouts of the document as controls show it, of its images, and of the pixel looked at.

use std::rc::Rc;

use super::losses::{Card, LossSettings};
use super::text;
use super::update::{DocumentReadout, ImageReadout, LossReadout, PixelReadout, PixelRow, StripReadout};
use super::work::Work;
use crate::document::{At, Document, History, MOST_IMAGES};
use crate::field::{Field, Head, Labels, Logits};
use crate::lenient;
use crate::loss::Evaluation;
use crate::paint::number;
use crate::panel::{AnyPanel, PANELS};
use crate::study;

impl DocumentReadout {
    pub(super) fn new(history: &History, losses: &LossSettings, active: &Work) -> Self {
        let document = history.document();
        let readout = |id: &String| {
            let card = losses.find(id)?;
            let preset_from = document.losses.get(id)?.preset_from.clone();
            Some((id.clone(), LossReadout { settings: card.settings.clone(), preset_from }))
        };
        let state = |panel: &dyn AnyPanel| {
            let mut state = panel.default_state();
            if let Some(own) = document.panels.get(panel.id()) {
                lenient::put_fields(&mut state, own);
            }
            (panel.id().to_owned(), state)
        };
        Self {
            title: active.scene().title().to_owned(),
            active: document.active,
            cards: document.cards.clone(),
            losses: document.losses.keys().filter_map(readout).collect(),
            soft_edges: document.soft_edges,
            weighting: document.weighting,
            view: document.view.clone(),
            panel: document.panel.clone(),
            panels: PANELS.iter().map(|panel| state(*panel)).collect(),
            tools: document.tools,
            adjustment: active.playhead.adjustment(),
            can_undo: history.can_undo(),
            can_redo: history.can_redo(),
        }
    }
}

impl StripReadout {
    pub(super) fn new(document: &Document, works: &[&Work]) -> Self {
        let size = |work: &Work| {
            let shape = work.scene().shape();
            (shape.width, shape.height, shape.channels)
        };
        let active = works.get(document.active).map(|work| size(work));
        let image = |work: &&Work| ImageReadout {
            id: work.id,
            title: work.scene().title().into(),
            misfit: active
                .filter(|&active| active != size(work))
                .map(|active| text::misfit(size(work), active)),
        };
        Self {
            active: document.active,
            images: works.iter().map(image).collect(),
            has_room: works.len() < MOST_IMAGES,
        }
    }
}

/// Readout of the pixel looked at, with its contributions where they are asked for; none if none is looked at.
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
            let gradient: Vec<f64> = channels.iter().map(|&i| evaluated.at(i)).collect();
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
        weight_text: field
            .pixel_weights()
            .map(|weights| number::short(f64::from(weights[at.y * shape.width + at.x]))),
        logit_texts: logits.iter().map(|&z| number::short(z)).collect(),
        probability_texts: probabilities.iter().map(|&p| number::short(p)).collect(),
        logits,
        probabilities,
        rows,
    })
}
