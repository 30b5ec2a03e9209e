//! Readouts of the document as controls show it, of its images, and of the pixel looked at.

use std::rc::Rc;

use super::losses::{Card, LossSettings};
use super::tasks::Tasks;
use super::text;
use super::update::{DocumentReadout, ImageReadout, LossReadout, PixelReadout, PixelRow, StripReadout};
use super::work::Work;
use crate::document::{At, Document, History, MOST_IMAGES};
use crate::field::regions::regions_of;
use crate::field::{Field, Head, IGNORE};
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
        let active = works.get(document.active).map(|work| work.form());
        let image = |work: &&Work| ImageReadout {
            id: work.id,
            title: work.scene().title().into(),
            misfit: active
                .filter(|&active| active != work.form())
                .map(|active| text::misfit(work.form(), active)),
        };
        Self {
            active: document.active,
            images: works.iter().map(image).collect(),
            has_room: works.len() < MOST_IMAGES,
        }
    }
}

/// Falls of the cards' values if a pixel were right: of regions the mean of the falls of each.
fn contributions(
    tasks: &Tasks<'_>,
    cards: &[&Card],
    by_task: &[Vec<Rc<Evaluation>>],
    at: At,
) -> Option<Vec<f64>> {
    let mut sums = vec![0.0; cards.len()];
    for (field, evaluated) in tasks.fields.iter().zip(by_task) {
        let losses = cards.iter().zip(evaluated).map(|(card, evaluated)| (&*card.loss, evaluated.value));
        let falls = study::pixel::contributions(field, (at.y, at.x), losses).ok()?;
        for (sum, fall) in sums.iter_mut().zip(falls) {
            *sum += fall / tasks.fields.len() as f64;
        }
    }
    Some(sums)
}

/// Readout of the pixel looked at, with its contributions where they are asked for; none if none is looked at.
pub(super) fn pixel(
    tasks: &Tasks<'_>,
    cards: &[&Card],
    by_task: &[Vec<Rc<Evaluation>>],
    evaluated: &[Rc<Evaluation>],
    at: Option<At>,
    with_contributions: bool,
) -> Option<PixelReadout> {
    let at = at?;
    let (_, channels, height, width) = tasks.logits.dim();
    let channels: Vec<usize> =
        (0..channels).map(|channel| (channel * height + at.y) * width + at.x).collect();
    let contributions = if with_contributions { contributions(tasks, cards, by_task, at) } else { None };
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
    let label = tasks.labels[[0, at.y, at.x]];
    let counts = label != IGNORE;
    let logits: Vec<f64> = (0..channels.len()).map(|c| tasks.logits[[0, c, at.y, at.x]].into()).collect();
    // Each field has the channels of its task, one after the other.
    let of_fields = |of: &dyn Fn(&Field<'_>, usize) -> Option<f64>| -> Option<Vec<f64>> {
        let each = |field: &Field<'_>| {
            let shape = field.shape();
            let at = move |channel| shape.plane(0, channel).start + at.y * shape.width + at.x;
            (0..shape.channels).map(|channel| of(field, at(channel))).collect::<Option<Vec<f64>>>()
        };
        Some(tasks.fields.iter().map(each).collect::<Option<Vec<_>>>()?.concat())
    };
    let probabilities =
        of_fields(&|field, i| Some(field.probabilities(Head::Joint).prob[i])).unwrap_or_default();
    Some(PixelReadout {
        at,
        label: counts.then(|| tasks.labelling.shown(label)),
        regions: tasks.regions().filter(|_| counts).map(|_| regions_of(label)),
        share_texts: of_fields(&|field, i| field.soft_labels().map(|shares| shares[i].into()))
            .filter(|_| counts)
            .map(|shares| shares.into_iter().map(number::short).collect()),
        weight_text: tasks
            .field()
            .pixel_weights()
            .map(|weights| number::short(f64::from(weights[at.y * width + at.x]))),
        logit_texts: logits.iter().map(|&z| number::short(z)).collect(),
        probability_texts: probabilities.iter().map(|&p| number::short(p)).collect(),
        logits,
        probabilities,
        rows,
    })
}
