//! Axes of a surface: numbers of a loss, and knobs of the scene.

use serde::{Deserialize, Serialize};

use super::study::Knob;
use super::text;
use crate::field::Shape;
use crate::laboratory::Snapshot;
use crate::library::Facts;
use crate::loss::Spec;
use crate::loss::config::{Domain, Kind, Param, Setting, Settings};
use crate::paint::chart::Axis;

/// Values along each side of a surface.
pub(super) const SIDE: usize = 17;

/// An axis of a surface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum AxisChoice {
    /// Something about the scene.
    Knob {
        /// The knob.
        knob: Knob,
    },
    /// A number of the loss.
    Param {
        /// Id of the parameter.
        id: String,
    },
}

/// An axis that there is to choose, and its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct AxisEntry {
    /// The axis.
    pub choice: AxisChoice,
    /// Name for people.
    pub label: String,
}

/// Numbers of a loss that a slider sets and that have an effect.
fn numbers(spec: &'static Spec, facts: Facts) -> impl Iterator<Item = (&'static Param, Domain)> {
    let params = spec.params.iter().filter(move |param| param.control && facts.concern(param));
    params
        .filter_map(|param| if let Kind::Number(domain) = param.kind { Some((param, domain)) } else { None })
}

/// True if a surface of the loss can have this axis.
pub(super) fn is_of(choice: &AxisChoice, spec: &'static Spec, facts: Facts) -> bool {
    match choice {
        AxisChoice::Knob { .. } => true,
        AxisChoice::Param { id } => numbers(spec, facts).any(|(param, _)| param.id == id),
    }
}

/// All axes that a surface of the loss can have, with their names.
pub(super) fn entries(spec: &'static Spec, facts: Facts) -> Vec<AxisEntry> {
    let of_loss =
        numbers(spec, facts).map(|(param, _)| AxisEntry { choice: of(param), label: param.label.into() });
    let of_scene =
        Knob::ALL.map(|knob| AxisEntry { choice: AxisChoice::Knob { knob }, label: text::knob(knob).into() });
    of_loss.chain(of_scene).collect()
}

fn of(param: &Param) -> AxisChoice {
    AxisChoice::Param { id: param.id.into() }
}

/// Both axes. One that is not chosen is the first number that the loss has of its own, or a knob where it has too few.
pub(super) fn resolved(
    spec: &'static Spec,
    x: Option<&AxisChoice>,
    y: Option<&AxisChoice>,
    facts: Facts,
) -> [AxisChoice; 2] {
    let first_but = |other: Option<&AxisChoice>| {
        let own = numbers(spec, facts).filter(|(param, _)| !param.convention).map(|(param, _)| of(param));
        let of_scene = [Knob::Fraction, Knob::Shift].map(|knob| AxisChoice::Knob { knob });
        own.chain(of_scene).find(|choice| Some(choice) != other)
    };
    let fallback = || AxisChoice::Knob { knob: Knob::Fraction };
    let x = x.cloned().or_else(|| first_but(y)).unwrap_or_else(fallback);
    let y = y.cloned().or_else(|| first_but(Some(&x))).unwrap_or_else(fallback);
    [x, y]
}

/// Axis of a chart along a knob.
pub(super) fn of_knob(knob: Knob, shape: Shape) -> Axis {
    let (from, to) = knob.range(shape);
    let name = text::knob_axis(knob);
    if knob.is_log() { Axis::log(name, from, to) } else { Axis::linear(name, from, to) }
}

/// A side of a surface with its values.
#[derive(Debug)]
pub(super) struct SurfaceAxis {
    pub(super) choice: AxisChoice,
    pub(super) axis: Axis,
    pub(super) values: Vec<f64>,
    /// Value that the scene, or the card of the loss, has.
    pub(super) here: f64,
}

impl SurfaceAxis {
    /// Refuses a number that the loss does not have, with a sentence.
    pub(super) fn new(
        choice: AxisChoice,
        spec: &'static Spec,
        settings: &Settings,
        snapshot: &Snapshot,
    ) -> Result<Self, String> {
        match &choice {
            &AxisChoice::Knob { knob } => {
                let shape = snapshot.shape();
                let here = knob.at_rest(snapshot.labels.view());
                Ok(Self { choice, axis: of_knob(knob, shape), values: knob.values(shape, SIDE), here })
            }
            AxisChoice::Param { id } => {
                let facts = super::facts(snapshot.shape());
                let (param, domain) = numbers(spec, facts)
                    .find(|(param, _)| param.id == id)
                    .ok_or_else(|| text::no_number(spec.name.of(snapshot.task()), id))?;
                let here =
                    if let Some(Setting::Number(set)) = settings.get(id) { *set } else { domain.default };
                let even =
                    |i: usize| domain.min + (domain.slider_max - domain.min) * i as f64 / (SIDE - 1) as f64;
                let axis = Axis::linear(param.label, domain.min, domain.slider_max);
                Ok(Self { choice, axis, values: (0..SIDE).map(even).collect(), here })
            }
        }
    }
}
