//! What the open panel shows, of those that are computed with each frame.

use super::deck::Deck;
use super::edit::{LovaszError, MetricsView, PanelView, View};
use super::frame::{ComparisonReadout, FocalReadout, LovaszReadout, RankReadout};
use super::libraries;
use super::trail::Trail;
use crate::field::Field;
use crate::instrument::metrics::Judged;
use crate::instrument::{self, Panel};
use crate::loss::lovasz::{Error, Lovasz};
use crate::paint::number;
use crate::study;

/// Bins of p_t in the focal panel.
const BINS: usize = 40;

/// What a panel can be about.
pub(super) struct Shown<'s> {
    pub(super) field: &'s Field<'s>,
    pub(super) view: &'s View,
    pub(super) deck: &'s Deck,
    pub(super) trail: &'s Trail,
    /// The losses on show, by name, and what they are.
    pub(super) values: &'s [(&'s str, f64)],
}

impl Shown<'_> {
    /// The charts, tables and pictures of an instrument.
    pub(super) fn panel(&self) -> Option<Panel> {
        let Self { field, view, .. } = *self;
        match view.panel.as_ref()? {
            PanelView::Metrics => {
                let mut panel = instrument::metrics::panel(field, judged(field, view), self.values);
                panel.charts.insert(0, self.trail.scatter());
                panel.flags = self.trail.flags();
                Some(panel)
            }
            PanelView::Gradients { loss } => {
                let card = self.deck.find(loss)?;
                Some(instrument::gradients::panel(field, &*card.loss))
            }
            PanelView::Libraries { .. }
            | PanelView::Focal
            | PanelView::Lovasz(_)
            | PanelView::Batch { .. } => None,
        }
    }

    /// One loss in all libraries.
    pub(super) fn comparison(&self) -> Option<ComparisonReadout> {
        let Some(PanelView::Libraries { loss }) = &self.view.panel else { return None };
        libraries::comparison(self.field, self.deck.find(loss)?).ok()
    }

    /// The scene's own p_t.
    pub(super) fn focal(&self) -> Option<FocalReadout> {
        let Some(PanelView::Focal) = self.view.panel else { return None };
        let study::focal::Histogram { foreground, background } = study::focal::histogram(self.field, BINS);
        Some(FocalReadout { foreground, background })
    }

    /// The Lovász sort.
    pub(super) fn lovasz(&self) -> Option<LovaszReadout> {
        let Some(PanelView::Lovasz(shown)) = self.view.panel else { return None };
        let error = match shown.error {
            LovaszError::Hinge => Error::Hinge,
            LovaszError::Probability => Error::Probability,
        };
        let loss = Lovasz { error, per_image: false, all_classes: true };
        let order = study::lovasz::order(self.field, loss, shown.channel);
        let width = self.field.shape().width;
        let looked_at = self.view.pixel.and_then(|at| {
            let pixel = at.y * width + at.x;
            let rank = order.pixels.iter().position(|&ranked| ranked as usize == pixel)?;
            Some(RankReadout {
                rank,
                error_text: number::short(f64::from(order.errors[rank])),
                weight_text: number::short(f64::from(order.increments[rank])),
            })
        });
        Some(LovaszReadout {
            channel: shown.channel,
            value: order.value,
            text: number::short(order.value),
            foreground: order.foreground.iter().filter(|&&foreground| foreground).count(),
            looked_at,
            order,
        })
    }
}

/// How the masks of a field are judged.
pub(super) fn judged(field: &Field<'_>, view: &View) -> Judged {
    let MetricsView { class, threshold, tolerance } = view.judged;
    let channels = field.shape().channels;
    Judged { channel: if channels == 1 { 0 } else { class.min(channels - 1) }, threshold, tolerance }
}
