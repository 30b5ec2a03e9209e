//! Descent: losses side by side, each followed down its own gradient.

mod chart;
mod experiment;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Panel, Title};
use crate::field::Shape;
use crate::laboratory::{Experiment, Snapshot};
use crate::study::descent::Rules;

/// Steps at most.
const STEPS: usize = 2000;

/// See the [module docs](self).
#[derive(Debug)]
pub struct Descent;

/// State of the panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DescentState {
    /// Rules for all lanes.
    pub rules: Rules,
    /// True if one lane follows cross-entropy first and a Lovász loss later.
    pub scheduled: bool,
    /// Step from which on that lane follows the Lovász loss; from 1 to 2000.
    pub switch_at: usize,
    /// Pace at which it plays.
    pub speed: Speed,
}

impl Default for DescentState {
    fn default() -> Self {
        Self { rules: Rules::default(), scheduled: false, switch_at: 50, speed: Speed::Thirty }
    }
}

/// Steps a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Speed {
    /// 2 a second.
    Two,
    /// 10 a second.
    Ten,
    /// 30 a second.
    Thirty,
    /// As many as are made.
    Fastest,
}

/// Readout of a report: the step that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DescentReadout {
    /// Step that is shown.
    pub step: usize,
}

/// What the panel's controls say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DescentOptions {
    /// Sentences on what the learning rate is multiplied with.
    pub rate: String,
}

impl Panel for Descent {
    const ID: &'static str = "descent";
    const TITLE: Title = text::TITLE;
    type State = DescentState;

    fn options() -> Value {
        serde_json::to_value(DescentOptions { rate: text::RATE.into() }).unwrap_or_default()
    }

    fn settle(state: &mut DescentState, _: Shape) {
        let Rules { rate, .. } = &mut state.rules;
        *rate = rate.clamp(1e-3, 10.0);
        state.switch_at = state.switch_at.clamp(1, STEPS);
    }

    fn experiment(state: &DescentState, snapshot: Snapshot) -> Result<Option<Box<dyn Experiment>>, String> {
        Ok(Some(Box::new(experiment::Lanes::new(snapshot, state)?)))
    }
}
