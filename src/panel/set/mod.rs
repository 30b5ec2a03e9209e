//! A set of images as a table: every loss and metric of each, and how far their orders agree.
//!
//! The files are not part of the document, nor are the rows: the page has them, and asks for what is seen of them.

mod chart;
mod row;
mod table;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Panel, Report, Title};
use crate::field::Shape;
pub use row::{ImageNumbers, METRICS, RowOutcome, SetConditions, SetMetric, SetRow, metrics_of};
use table::SetTable;

/// See the [module docs](self).
#[derive(Debug)]
pub struct SetPanel;

/// Losses that are evaluated on every image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum MeasuredLosses {
    /// Those that have a card.
    #[default]
    Cards,
    /// All of the catalogue.
    All,
}

/// State of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetState {
    /// Losses that are evaluated.
    pub losses: MeasuredLosses,
    /// Id of the metric that losses are compared with.
    pub metric: String,
    /// Id of the column by which the rows are sorted.
    pub sort: String,
    /// True if the largest comes first.
    pub descending: bool,
}

impl Default for SetState {
    fn default() -> Self {
        Self {
            losses: MeasuredLosses::default(),
            metric: METRICS[0].id.to_owned(),
            sort: table::NAME.to_owned(),
            descending: false,
        }
    }
}

impl SetState {
    fn metric(&self) -> &'static SetMetric {
        METRICS.iter().find(|metric| metric.id == self.metric).unwrap_or(&METRICS[0])
    }
}

/// Question about the rows so far.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum SetQuestion {
    /// Everything that is seen of them.
    Report {
        /// The rows.
        rows: Vec<SetRow>,
        /// Settings that they were evaluated with.
        conditions: SetConditions,
        /// Number of rows of the table that are told.
        most: usize,
    },
    /// The table as text (RFC 4180).
    Csv {
        /// The rows.
        rows: Vec<SetRow>,
    },
}

/// Table of a set, sorted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetReadout {
    /// Columns in their order.
    pub columns: Vec<SetColumn>,
    /// The first rows in the order of the column that sorts.
    pub rows: Vec<SetRowReadout>,
    /// Images on which losses and the metric disagree most.
    pub disputes: Vec<SetDispute>,
    /// One question for each kind of file that can be read in several ways.
    pub asked: Vec<SetAsked>,
}

/// Column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetColumn {
    /// Id, by which the rows can be sorted.
    pub id: String,
    /// Name for people.
    pub label: String,
}

/// Row of the table as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetRowReadout {
    /// Place of the row in the question.
    pub row: usize,
    /// Texts of the columns, the image's name first; of a row without numbers the name alone.
    pub cells: Vec<String>,
    /// Sentence that says why there are no numbers.
    pub note: Option<String>,
}

/// Image on which a loss and the metric disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetDispute {
    /// Place of the row in the question.
    pub row: usize,
    /// Sentence.
    pub text: String,
}

/// Kind of file that can be read in several ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetAsked {
    /// Place of the first row with such a file.
    pub row: usize,
    /// Half of the pair that the file is: "truth" or "prediction".
    pub plane: crate::scene::Plane,
    /// Number of rows that wait for the answer.
    pub rows: usize,
    /// Sentence.
    pub text: String,
}

/// Table as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetCsv {
    /// Comma-separated values.
    pub csv: String,
}

/// Choices that the panel's controls offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetOptions {
    /// Metrics that losses can be compared with.
    pub metrics: Vec<SetColumn>,
}

impl Panel for SetPanel {
    const ID: &'static str = "set";
    const TITLE: Title = text::TITLE;
    type State = SetState;

    fn settle(state: &mut SetState, _: Shape) {
        state.metric = state.metric().id.to_owned();
    }

    fn options() -> Value {
        let metrics = METRICS.iter().map(|m| SetColumn { id: m.id.into(), label: m.name.into() });
        serde_json::to_value(SetOptions { metrics: metrics.collect() }).unwrap_or_default()
    }

    fn ask(state: &SetState, question: Value) -> Result<Report, String> {
        let question = serde_json::from_value(question)
            .map_err(|error| format!("This is no question about a set of images: {error}."))?;
        Ok(match question {
            SetQuestion::Csv { rows } => {
                Report::default().with_details(&SetCsv { csv: SetTable::of(&rows).csv() })
            }
            SetQuestion::Report { rows, conditions, most } => report(state, &rows, &conditions, most),
        })
    }
}

fn report(state: &SetState, rows: &[SetRow], conditions: &SetConditions, most: usize) -> Report {
    let table = SetTable::of(rows);
    let metric = state.metric();
    let agreements = table.agreements(metric);
    let mut report = Report::default()
        .with_texts("answer", text::answer(&table, metric, &agreements))
        .with_texts("settings", [text::settings(conditions)])
        .with_texts("remarks", text::classes(&table.classes()))
        .with_details(&SetReadout {
            columns: table.columns(),
            rows: table.sorted(&state.sort, state.descending, most),
            disputes: table.disputes(metric),
            asked: table.asked(),
        });
    if table.measured() > 1 {
        report = report.with_table("agreement", text::agreement(&table));
    }
    for spec in table.losses() {
        if let Some(chart) = chart::histogram(&table, spec) {
            report = report.with_chart(spec.id, chart);
        }
    }
    report
}

#[cfg(test)]
mod tests;
