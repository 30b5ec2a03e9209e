//! How a scene wants to be looked at: the losses that show what it is about, and their settings.

use crate::loss::config::{Setting, Settings};

/// What opening a scene sets besides the scene itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Stage {
    /// The losses that show what it is about; none of them said, those that are shown stay.
    pub(super) cards: Option<&'static [&'static str]>,
    /// Settings of losses, the others of each being the defaults.
    pub(super) settings: Vec<(&'static str, Settings)>,
    /// Whether gradients are by the probability.
    pub(super) by_probability: Option<bool>,
    /// Whether heatmaps share one scale.
    pub(super) shared_scale: Option<bool>,
    /// How soft the edges of the truth are, in pixels.
    pub(super) soft_edges: usize,
}

/// The stage of a preset.
pub(super) fn stage_of(preset: &str) -> Stage {
    let plain =
        || vec![("cross_entropy", Settings::new()), ("dice", Settings::new()), ("jaccard", Settings::new())];
    let unweighted = || set(&[("balanced", false.into()), ("gamma", 2.0.into())]);
    match preset {
        "even-odds" => Stage {
            cards: Some(&["cross_entropy", "focal", "dice", "jaccard"]),
            settings: [plain(), vec![("focal", unweighted())]].concat(),
            by_probability: Some(false),
            ..Stage::default()
        },
        "easy-pixels" => Stage {
            cards: Some(&["cross_entropy", "focal"]),
            settings: [plain(), vec![("focal", unweighted())]].concat(),
            by_probability: Some(false),
            shared_scale: Some(true),
            ..Stage::default()
        },
        "two-values" => Stage {
            cards: Some(&["dice", "jaccard", "cross_entropy"]),
            settings: plain(),
            by_probability: Some(true),
            shared_scale: Some(false),
            ..Stage::default()
        },
        "two-pixels" => Stage {
            cards: Some(&["lovasz_hinge", "hinge"]),
            settings: vec![("lovasz_hinge", Settings::new()), ("hinge", Settings::new())],
            by_probability: Some(false),
            ..Stage::default()
        },
        "uncertain-edge" => Stage {
            cards: Some(&["cross_entropy", "dice", "jaccard"]),
            settings: plain(),
            by_probability: Some(false),
            shared_scale: Some(true),
            soft_edges: crate::scene::UNCERTAIN_EDGE,
        },
        _ => Stage::default(),
    }
}

fn set(settings: &[(&str, Setting)]) -> Settings {
    settings.iter().map(|(id, setting)| ((*id).to_owned(), setting.clone())).collect()
}
