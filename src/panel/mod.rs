//! The panels: each a folder that answers one question about the scene.
//!
//! A panel is its state (everything that its controls hold), a [`Report`] that is computed with each frame while it is
//! open, an [`Experiment`] where something takes longer than a frame, and an answer to what its page asks in between.
//! [`PANELS`] is the one list of them: the session, the laboratory, the page and the tests read it.
//!
//! To add a panel: write `src/panel/<id>/` with a unit struct that implements [`Panel`], and `www/src/panels/<id>/`
//! with its `Panel.svelte`; then add its lines here, the module and the entry of [`PANELS`].

mod erased;
mod seen;
mod text;

pub mod advisor;
pub mod batch;
pub mod descent;
pub mod focal;
pub mod gradients;
pub mod imbalance;
pub mod libraries;
pub mod lovasz;
pub mod metrics;
pub mod set;

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::field::Shape;
use crate::laboratory::{Experiment, Snapshot};
pub use crate::report::{Array, Report, Still, TableReadout};
pub use erased::AnyPanel;
pub use seen::{At, Batch, Cache, ImageVersion, LookAtOne, Member, Seen, SeenCard, SetLoss};

/// Every panel, in the order of the tabs.
pub const PANELS: &[&dyn AnyPanel] = &[
    &libraries::Libraries,
    &focal::FocalPanel,
    &lovasz::LovaszPanel,
    &descent::Descent,
    &imbalance::Imbalance,
    &batch::BatchPanel,
    &metrics::Metrics,
    &gradients::Gradients,
    &set::SetPanel,
    &advisor::Advisor,
];

/// A panel's texts that are the same whatever its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Title {
    /// Name on its tab.
    pub label: &'static str,
    /// Question that it answers.
    pub question: &'static str,
    /// Sentences about what is seen and how to use it.
    pub about: &'static str,
}

/// A panel of the page. It has no data of its own: all it knows comes in, all it has to say goes out.
pub trait Panel: Debug + Sync {
    /// Stable name, as in links: the folder's name.
    const ID: &'static str;

    /// Name, question and explanation.
    const TITLE: Title;

    /// Everything that the panel's controls hold, so that a link can carry it. Losses are named by their ids. In serde's
    /// eyes a struct in camel case whose missing fields are the defaults.
    type State: Debug + Clone + Default + PartialEq + Serialize + DeserializeOwned;

    /// Clamps a state to what a scene of this shape has, and to the range of each field.
    fn settle(_: &mut Self::State, _: Shape) {}

    /// Choices that its controls offer, beyond those of the catalogue; of a type that its Svelte file knows.
    fn options() -> Value {
        Value::Null
    }

    /// Everything that is seen of it while it is open, computed with each frame.
    fn report(_: &Self::State, _: &mut Seen<'_>) -> Report {
        Report::default()
    }

    /// Experiment that takes longer than a frame, if the panel has one; with two, the state says which. Refuses a scene
    /// that has not what is measured, with a sentence.
    fn experiment(_: &Self::State, _: Snapshot) -> Result<Option<Box<dyn Experiment>>, String> {
        Ok(None)
    }

    /// Answer to a question that takes no time, so that the page has it at once, without a worker. Refuses a question
    /// that it does not know, with a sentence.
    fn ask(_: &Self::State, _: Value) -> Result<Report, String> {
        Err(format!("The panel {} answers no question of this kind.", Self::TITLE.label))
    }
}

/// A panel that is open, and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct OpenPanel {
    /// Id of the panel.
    pub id: String,
    /// Its state; fields that are missing have their defaults.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
    pub state: Value,
}

impl OpenPanel {
    /// The panel itself. Refuses one that does not exist, and a state that is not one of its own, with a sentence.
    pub fn check(&self) -> Result<&'static dyn AnyPanel, String> {
        let panel = find(&self.id)?;
        panel.check(&self.state)?;
        Ok(panel)
    }
}

/// The panel of this id. Refuses one that does not exist, with a sentence.
pub fn find(id: &str) -> Result<&'static dyn AnyPanel, String> {
    PANELS.iter().copied().find(|panel| panel.id() == id).ok_or_else(|| {
        let known: Vec<&str> = PANELS.iter().map(|panel| panel.id()).collect();
        format!("There is no panel {id:?}; there are {}.", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    #[test]
    fn every_panel_has_a_name_of_its_own_and_asks_something() {
        for (at, panel) in PANELS.iter().enumerate() {
            let (id, title) = (panel.id(), panel.title());
            assert_eq!(PANELS.iter().position(|other| other.id() == id), Some(at));
            assert!(title.question.ends_with('?') && title.about.ends_with('.'), "{id}");
            assert!(id.chars().all(|letter| letter.is_ascii_lowercase()), "links stay plain");
        }
    }

    #[test]
    fn every_state_is_an_object_that_is_read_as_it_is_written() {
        for panel in PANELS {
            let state = panel.default_state();
            let fields = state.as_object().unwrap();
            assert!(!fields.is_empty(), "{}", panel.id());
            for state in [&state, &Value::Null, &Value::Object(Map::new())] {
                assert_eq!(panel.check(state), Ok(()), "{}: {state}", panel.id());
            }
            assert_eq!(panel.restore(&state), (state.clone(), vec![]));
            for name in fields.keys() {
                assert!(!name.contains('_'), "{} has a field {name}", panel.id());
            }
        }
    }

    #[test]
    fn what_is_no_state_is_refused_with_a_sentence_and_restored_as_far_as_it_holds() {
        for panel in PANELS {
            let mut state = panel.default_state();
            state["mauve"] = 7.into();
            let refused = panel.check(&state).unwrap_err();
            assert!(refused.contains("mauve") && refused.ends_with('.'), "{refused}");
            assert_eq!(panel.restore(&state), (panel.default_state(), vec!["mauve".to_owned()]));
            assert!(panel.check(&"mauve".into()).is_err());
        }
        let unknown = OpenPanel { id: "mauve".into(), state: Value::Null };
        let refused = unknown.check().unwrap_err();
        assert!(refused.starts_with("There is no panel \"mauve\"; there are libraries,"), "{refused}");
    }

    #[test]
    fn a_scene_without_a_truth_is_not_measured() {
        let mut snapshot = Snapshot::of_preset("tiny-lesion");
        snapshot.labels.fill(crate::field::IGNORE);
        for panel in PANELS {
            let refused = panel.experiment(&panel.default_state(), snapshot.clone()).unwrap_err();
            assert!(refused.starts_with("No pixel of the truth has a class"), "{refused}");
        }
    }

    /// Every state that can be written down makes an experiment of every scene, or is refused with a sentence.
    #[test]
    fn experiments_are_made_on_every_scene_or_refused_with_a_sentence() {
        for preset in ["tiny-lesion", "rare-class", "empty-truth", "two-pixels"] {
            for panel in PANELS {
                match panel.experiment(&panel.default_state(), Snapshot::of_preset(preset)) {
                    Ok(mut laboratory) => {
                        assert!(laboratory.total() > 0, "{}", panel.id());
                        laboratory.advance().unwrap();
                        assert_eq!((laboratory.done(), laboratory.report(None).panel), (1, panel.id()));
                    }
                    Err(refused) => assert!(refused.ends_with('.'), "{}: {refused}", panel.id()),
                }
            }
        }
    }
}
