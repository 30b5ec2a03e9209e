//! Panels behind one type, so that they stand in one list: states and questions are JSON there.

use std::fmt::Debug;

use serde_json::{Map, Value};

use super::{Panel, Report, Seen, Title, text};
use crate::field::{IGNORE, Shape};
use crate::laboratory::{Experiment, Laboratory, Snapshot};

/// A [`Panel`] whose state is JSON. An absent state, or an absent field of one, is the default.
pub trait AnyPanel: Debug + Sync {
    /// Stable name, as in links.
    fn id(&self) -> &'static str;

    /// Name, question and explanation.
    fn title(&self) -> Title;

    /// State at first.
    fn default_state(&self) -> Value;

    /// Choices that its controls offer.
    fn options(&self) -> Value;

    /// Refuses a state that is not one of this panel, with a sentence.
    fn check(&self, state: &Value) -> Result<(), String>;

    /// State with every field that can be read, and the others as by default; with the names of those that could not.
    fn restore(&self, state: &Value) -> (Value, Vec<String>);

    /// Everything that is seen of it. Refuses a state that is not one of this panel.
    fn report(&self, state: &Value, seen: &mut Seen<'_>) -> Result<Report, String>;

    /// Its experiment. Refuses a state that is not one of this panel, a scene that has not what is measured or no truth at
    /// all, and a panel that has none.
    fn experiment(&self, state: &Value, snapshot: Snapshot) -> Result<Laboratory, String>;

    /// Answer to a question of its page. Refuses a state that is not one of this panel, and a question it does not know.
    fn ask(&self, state: &Value, question: Value) -> Result<Report, String>;
}

/// The state as the panel knows it. Refuses what is none.
fn read<P: Panel>(state: &Value) -> Result<P::State, String> {
    if state.is_null() {
        return Ok(P::State::default());
    }
    serde_json::from_value(state.clone())
        .map_err(|error| format!("The panel {} cannot be opened with this state: {error}.", P::TITLE.label))
}

fn settled<P: Panel>(state: &Value, shape: Shape) -> Result<P::State, String> {
    let mut state = read::<P>(state)?;
    P::settle(&mut state, shape);
    Ok(state)
}

fn default_state<P: Panel>() -> Value {
    serde_json::to_value(P::State::default()).unwrap_or_default()
}

impl<P: Panel> AnyPanel for P {
    fn id(&self) -> &'static str {
        P::ID
    }

    fn title(&self) -> Title {
        P::TITLE
    }

    fn default_state(&self) -> Value {
        default_state::<P>()
    }

    fn options(&self) -> Value {
        P::options()
    }

    fn check(&self, state: &Value) -> Result<(), String> {
        read::<P>(state).map(drop)
    }

    fn restore(&self, state: &Value) -> (Value, Vec<String>) {
        let mut restored = Map::new();
        let mut lost = Vec::new();
        for (name, value) in state.as_object().into_iter().flatten() {
            let alone = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
            if read::<P>(&alone).is_ok() {
                restored.insert(name.clone(), value.clone());
            } else {
                lost.push(name.clone());
            }
        }
        (Value::Object(restored), lost)
    }

    fn report(&self, state: &Value, seen: &mut Seen<'_>) -> Result<Report, String> {
        let state = settled::<P>(state, seen.field.shape())?;
        Ok(Report { panel: P::ID, ..P::report(&state, seen) })
    }

    fn experiment(&self, state: &Value, snapshot: Snapshot) -> Result<Laboratory, String> {
        let state = settled::<P>(state, snapshot.shape())?;
        if snapshot.labels.iter().all(|&label| label == IGNORE) {
            return Err(text::nothing_counts());
        }
        let (size, part) = ([snapshot.header.width, snapshot.header.height], snapshot.part());
        let experiment: Option<Box<dyn Experiment>> = P::experiment(&state, snapshot)?;
        experiment
            .map(|experiment| Laboratory::new(P::ID, experiment, size, part))
            .ok_or_else(|| format!("The panel {} has no experiment.", P::TITLE.label))
    }

    fn ask(&self, state: &Value, question: Value) -> Result<Report, String> {
        Ok(Report { panel: P::ID, ..P::ask(&read::<P>(state)?, question)? })
    }
}
