//! Losses against the metrics that a segmentation is judged by.

mod chart;
mod study;
mod text;

use serde::{Deserialize, Serialize};

use super::{Panel, Report, Seen, Title};
use crate::field::{Shape, Task};
use crate::metric;
use study::at_odds;

/// See the [module docs](self).
#[derive(Debug)]
pub struct Metrics;

/// State of the panel: how masks are made and compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct MetricsState {
    /// Class that it is about; of a binary task always the foreground.
    pub class: usize,
    /// Probability from which on a pixel is foreground, in hundredths from 0 to 1; a multi-class mask does not ask.
    pub threshold: f64,
    /// Distance by which a boundary may be off, in pixels from 0 to 10.
    pub tolerance: f64,
}

impl Default for MetricsState {
    fn default() -> Self {
        Self { class: 1, threshold: 0.5, tolerance: 2.0 }
    }
}

/// Strokes to look at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct MetricsReadout {
    /// The latest first.
    pub flags: Vec<Flag>,
}

/// A stroke that losses and IoU disagree on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Flag {
    /// The stroke, counted from the scene's opening.
    pub stop: usize,
    /// The disagreement as a sentence.
    pub text: String,
}

impl Panel for Metrics {
    const ID: &'static str = "metrics";
    const TITLE: Title = text::TITLE;
    type State = MetricsState;

    fn settle(state: &mut MetricsState, shape: Shape) {
        state.class = state.class.min(shape.channels - 1);
        state.threshold = (100.0 * state.threshold.clamp(0.0, 1.0)).round() / 100.0;
        state.tolerance = state.tolerance.clamp(0.0, 10.0);
    }

    fn report(state: &MetricsState, seen: &mut Seen<'_>) -> Report {
        let field = seen.field;
        let task = field.shape().task();
        let metrics = metric::metrics(field, 0, state.class, state.threshold, state.tolerance);
        let values = seen.cards.iter().map(|card| (card.set.spec.name.of(task), card.evaluation.value));
        let mut report = Report::default()
            .with_table("metrics", text::metrics(&metrics, state.tolerance))
            .with_table("losses", text::losses(values))
            .with_chart("scatter", chart::scatter(seen.history, *state, task))
            .with_chart("calibration", chart::calibration(field, state.class));
        if !seen.regions.is_empty() {
            report = report.with_table("regions", text::regions(&study::by_region(seen.regions, *state)));
        }
        if task == Task::Binary {
            report = report.with_chart("thresholds", chart::by_threshold(field, state.threshold));
        }
        let pairs = seen.history.iter().zip(seen.history.iter().skip(1)).rev();
        let flags = pairs.filter_map(|(before, after)| {
            let odds = at_odds(before, after, *state, task)?;
            Some(Flag { stop: after.strokes, text: text::flag(after.strokes, &odds, task) })
        });
        report.with_details(&MetricsReadout { flags: flags.collect() })
    }
}
