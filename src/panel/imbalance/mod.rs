//! Imbalance: every loss along a knob of the scene, and one loss over two parameters.

mod axis;
mod chart;
pub mod study;
mod surface;
mod sweep;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Panel, Report, Seen, Title};
use crate::field::Shape;
use crate::laboratory::{Experiment, Snapshot};
use crate::library::Facts;
use crate::loss::{self, Spec};
pub use axis::{AxisChoice, AxisEntry};
pub use study::Knob;

/// See the [module docs](self).
#[derive(Debug)]
pub struct Imbalance;

/// State of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ImbalanceState {
    /// True if one loss is measured over two parameters, instead of all on the cards along one knob.
    pub surface: bool,
    /// Knob of the sweep.
    pub knob: Knob,
    /// Id of the loss of the surface.
    pub loss: String,
    /// Axis of the surface from left to right; without, the first number of the loss.
    pub x: Option<AxisChoice>,
    /// Axis of the surface upwards; without, the next number of the loss.
    pub y: Option<AxisChoice>,
}

impl Default for ImbalanceState {
    fn default() -> Self {
        Self { surface: false, knob: Knob::Fraction, loss: loss::focal::SPEC.id.into(), x: None, y: None }
    }
}

/// Choices that the panel's controls offer.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ImbalanceOptions {
    /// Knobs of the sweep, in the order of the menu.
    pub knobs: Vec<KnobEntry>,
}

/// A knob and its name.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct KnobEntry {
    /// The knob.
    pub knob: Knob,
    /// Name for people.
    pub label: String,
}

/// Axes of the surface as they are, and those that there are to choose from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ImbalanceReadout {
    /// From left to right.
    pub x: AxisChoice,
    /// Upwards.
    pub y: AxisChoice,
    /// In the order of the menu: numbers of the loss, then knobs of the scene.
    pub axes: Vec<AxisEntry>,
}

impl ImbalanceState {
    fn spec(&self) -> &'static Spec {
        loss::find(&self.loss).unwrap_or(&loss::focal::SPEC)
    }

    /// Both axes of the surface.
    fn axes(&self, shape: Shape) -> [AxisChoice; 2] {
        axis::resolved(self.spec(), self.x.as_ref(), self.y.as_ref(), facts(shape))
    }
}

fn facts(shape: Shape) -> Facts {
    Facts { images: shape.images, ..Facts::plain(shape.channels) }
}

impl Panel for Imbalance {
    const ID: &'static str = "imbalance";
    const TITLE: Title = text::TITLE;
    type State = ImbalanceState;

    fn settle(state: &mut ImbalanceState, shape: Shape) {
        let spec = state.spec();
        state.loss = spec.id.into();
        for chosen in [&mut state.x, &mut state.y] {
            chosen.take_if(|choice| !axis::is_of(choice, spec, facts(shape)));
        }
    }

    fn options() -> Value {
        let knobs = Knob::ALL.map(|knob| KnobEntry { knob, label: text::knob(knob).into() }).into();
        serde_json::to_value(ImbalanceOptions { knobs }).unwrap_or_default()
    }

    fn report(state: &ImbalanceState, seen: &mut Seen<'_>) -> Report {
        let shape = seen.field.shape();
        let [x, y] = state.axes(shape);
        let axes = axis::entries(state.spec(), facts(shape));
        Report::default().with_details(&ImbalanceReadout { x, y, axes })
    }

    fn experiment(state: &ImbalanceState, snapshot: Snapshot) -> Result<Option<Box<dyn Experiment>>, String> {
        Ok(Some(if state.surface {
            let axes = state.axes(snapshot.shape());
            Box::new(surface::Grid::new(snapshot, state.spec(), axes)?)
        } else {
            Box::new(sweep::Sweep::new(snapshot, state.knob)?)
        }))
    }
}
