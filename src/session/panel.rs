//! What the open panel shows, of those that are computed with each frame.

use super::deck::Deck;
use super::edit::{MetricsView, PanelView, View};
use super::frame::ComparisonReadout;
use super::libraries;
use super::trail::Trail;
use crate::field::Field;
use crate::instrument::metrics::Judged;
use crate::instrument::{self, Panel};

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
            PanelView::Focal(grips) => {
                instrument::focal::panel(field, &self.deck.find("focal")?.settings, *grips).ok()
            }
            PanelView::Libraries { .. } | PanelView::Lovasz(_) | PanelView::Batch { .. } => None,
        }
    }

    /// One loss in all libraries.
    pub(super) fn comparison(&self) -> Option<ComparisonReadout> {
        let Some(PanelView::Libraries { loss }) = &self.view.panel else { return None };
        libraries::comparison(self.field, self.deck.find(loss)?).ok()
    }
}

/// How the masks of a field are judged.
pub(super) fn judged(field: &Field<'_>, view: &View) -> Judged {
    let MetricsView { class, threshold, tolerance } = view.judged;
    let channels = field.shape().channels;
    Judged { channel: if channels == 1 { 0 } else { class.min(channels - 1) }, threshold, tolerance }
}
