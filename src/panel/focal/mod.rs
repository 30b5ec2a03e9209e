//! The focal laboratory: whom γ and α let speak, over the scene's own pixels.

mod chart;
mod groups;
mod handle;
pub mod study;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Panel, Report, Seen, Title};
use crate::field::{Field, Shape};
use crate::loss::config::{Config, ConfigError, Settings};
use crate::loss::focal::{Focal, SPEC};
use crate::paint::number::{percent, short};
use crate::study::share::class_shares;
use study::{FocalCurve, sides};

/// See the [module docs](self).
#[derive(Debug)]
pub struct FocalPanel;

/// State of the panel: γ and α themselves are settings of the loss.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FocalState {
    /// Places at which the handles are held.
    pub handles: HandlePositions,
}

/// p_t at which the handles are held on their curves, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct HandlePositions {
    /// p_t of the handle of γ.
    pub gamma: f64,
    /// p_t of the handle of α.
    pub alpha: f64,
}

impl Default for HandlePositions {
    fn default() -> Self {
        Self { gamma: 0.3, alpha: 0.05 }
    }
}

/// A handle that is dragged to a point of its chart.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FocalQuestion {
    /// Settings of the focal loss.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Setting>"))]
    pub settings: Settings,
    /// Handle, which has the id of the parameter that it sets.
    pub handle: String,
    /// p_t and loss.
    pub at: [f64; 2],
}

/// The focal loss of the scene.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FocalReadout {
    /// Its value as text.
    pub value: String,
    /// Share of |gradient| on the pixels of each class as text, from class 0 on, if there is any gradient.
    pub shares: Option<Vec<String>>,
}

impl Panel for FocalPanel {
    const ID: &'static str = "focal";
    const TITLE: Title = text::TITLE;
    type State = FocalState;

    fn settle(state: &mut FocalState, _: Shape) {
        for at in [&mut state.handles.gamma, &mut state.handles.alpha] {
            *at = at.clamp(0.0, 1.0);
        }
    }

    fn report(state: &FocalState, seen: &mut Seen<'_>) -> Report {
        let Some(set) = seen.loss(SPEC.id) else { return Report::default() };
        let Ok(report) = laid_open(seen.field, set.settings, state.handles) else { return Report::default() };
        let evaluation = seen.evaluation(set);
        report.with_details(&FocalReadout {
            value: short(evaluation.value),
            shares: class_shares(seen.field, &evaluation.gradient)
                .map(|all| all.into_iter().map(percent).collect()),
        })
    }

    /// Setting of the parameter that a dragged handle sets; nothing where the point does not tell.
    fn ask(_: &FocalState, question: Value) -> Result<Report, String> {
        let FocalQuestion { settings, handle, at } =
            serde_json::from_value(question).map_err(|error| text::no_question(&error))?;
        Ok(Report::default().with_details(&handle::dragged(&settings, &handle, at)))
    }
}

/// Settings of the focal loss as the panel sees them.
#[derive(Debug)]
struct Set {
    focal: Focal,
    curve: FocalCurve,
    /// True if α is the weight of the foreground, and not of the background.
    of_foreground: bool,
}

impl Set {
    fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let config = Config::new(&SPEC, settings)?;
        let focal = Focal::new(&config);
        let curve = FocalCurve { gamma: focal.gamma, reduced_threshold: focal.reduced_threshold };
        Ok(Self { focal, curve, of_foreground: config.choice("alpha_of") != "negative" })
    }

    /// α_t of a side: foreground 0, background 1.
    fn weight(&self, side: usize) -> f64 {
        self.focal.alpha.map_or(1.0, |alpha| if side == 0 { alpha } else { 1.0 - alpha })
    }

    /// The side that α is the weight of.
    fn alpha_side(&self) -> usize {
        usize::from(!self.of_foreground)
    }

    /// The side with the larger weight: γ moves its curve most.
    fn heavier(&self) -> usize {
        usize::from(self.weight(1) > self.weight(0))
    }
}

/// Everything about the focal loss on a field. Refuses settings that it does not have.
fn laid_open(field: &Field<'_>, settings: &Settings, held: HandlePositions) -> Result<Report, ConfigError> {
    let set = Set::new(settings)?;
    let sides = sides(field, set.curve, chart::BINS as usize);
    let mut report = Report::default()
        .with_chart("loss", chart::loss(&set, &sides).with_handles(handle::handles(&set, held)))
        .with_chart("gradient", chart::gradient(&set, &sides))
        .with_chart("heard", chart::heard(&set, &sides))
        .with_table("easyAndHard", text::easy_and_hard(&set, &sides))
        .with_table("hardest", text::hardest(&set, &sides))
        .with_texts("answer", text::answer(&set, &sides))
        .with_texts("unseen", text::unseen(field.shape().task(), &set));
    for (side, name) in ["foreground", "background"].into_iter().enumerate() {
        if sides[side].pixels() > 0 {
            report = report.with_chart(name, chart::piled_up(&set, &sides, side));
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
