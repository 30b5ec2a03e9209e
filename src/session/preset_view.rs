//! Ways to look that scenes come with: the losses that show what a scene is about, and their settings.

use crate::document::{Document, DocumentEdit, LossState, Step};
use crate::loss::config::{Setting, Settings};
use crate::scene::UNCERTAIN_EDGE;

/// Changes that a preset makes besides its scene. One that is about nothing in particular changes nothing.
#[derive(Debug, Default)]
pub(super) struct PresetView {
    /// Losses that show what it is about; none of them said, those that are shown stay.
    cards: Option<&'static [&'static str]>,
    /// Settings of losses, the others of each being the defaults.
    settings: Vec<(&'static str, Settings)>,
    /// Gradients by the probability.
    by_probability: Option<bool>,
    /// One scale for all heatmaps.
    shared_scale: Option<bool>,
    /// Softness of the edges of the truth, in pixels.
    soft_edges: usize,
}

impl PresetView {
    /// The way to look that a preset comes with.
    pub(super) fn of(preset: &str) -> Self {
        let plain = || {
            vec![("cross_entropy", Settings::new()), ("dice", Settings::new()), ("jaccard", Settings::new())]
        };
        let unweighted = || set(&[("balanced", false.into()), ("gamma", 2.0.into())]);
        match preset {
            "even-odds" => Self {
                cards: Some(&["cross_entropy", "focal", "dice", "jaccard"]),
                settings: [plain(), vec![("focal", unweighted())]].concat(),
                by_probability: Some(false),
                ..Self::default()
            },
            "easy-pixels" => Self {
                cards: Some(&["cross_entropy", "focal"]),
                settings: [plain(), vec![("focal", unweighted())]].concat(),
                by_probability: Some(false),
                shared_scale: Some(true),
                ..Self::default()
            },
            "two-values" => Self {
                cards: Some(&["dice", "jaccard", "cross_entropy"]),
                settings: plain(),
                by_probability: Some(true),
                shared_scale: Some(false),
                ..Self::default()
            },
            "two-pixels" => Self {
                cards: Some(&["lovasz_hinge", "hinge"]),
                settings: vec![("lovasz_hinge", Settings::new()), ("hinge", Settings::new())],
                by_probability: Some(false),
                ..Self::default()
            },
            "uncertain-edge" => Self {
                cards: Some(&["cross_entropy", "dice", "jaccard"]),
                settings: plain(),
                by_probability: Some(false),
                shared_scale: Some(true),
                soft_edges: UNCERTAIN_EDGE,
            },
            _ => Self::default(),
        }
    }

    /// The changes that make it, as part of the step that opens the scene. With `stay` the open tab stays.
    pub(super) fn step(&self, document: &Document, stay: bool) -> Step {
        let mut step = vec![DocumentEdit::SoftEdges(self.soft_edges)];
        let state = |settings: &Settings| LossState { settings: settings.clone(), preset_from: None };
        step.extend(
            self.settings
                .iter()
                .map(|(id, settings)| DocumentEdit::Loss { id: (*id).to_owned(), state: state(settings) }),
        );
        if let Some(cards) = self.cards {
            step.push(DocumentEdit::Cards(cards.iter().map(|&id| id.to_owned()).collect()));
            if !stay {
                step.push(DocumentEdit::Panel(crate::document::CARDS.to_owned()));
            }
        }
        if self.by_probability.is_some() || self.shared_scale.is_some() {
            let mut view = document.view.clone();
            view.by_probability = self.by_probability.unwrap_or(view.by_probability);
            view.shared_scale = self.shared_scale.unwrap_or(view.shared_scale);
            step.push(DocumentEdit::View(view));
        }
        step
    }
}

fn set(settings: &[(&str, Setting)]) -> Settings {
    settings.iter().map(|(id, setting)| ((*id).to_owned(), setting.clone())).collect()
}
