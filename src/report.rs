//! The answer of a panel: charts, tables, sentences and pictures, each under its name.
//!
//! One type for what is computed with a frame, for what an experiment has found so far and for what is asked in
//! between. A page places each part by its name, so that nothing depends on an order.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::paint::chart::Chart;

/// Charts, tables, sentences and pictures of one panel.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Report {
    /// Id of the panel.
    pub panel: &'static str,
    /// Charts by name.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Chart>"))]
    pub charts: BTreeMap<&'static str, Chart>,
    /// Tables by name.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, TableReadout>"))]
    pub tables: BTreeMap<&'static str, TableReadout>,
    /// Sentences by the name of the place where they stand.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string[]>"))]
    pub texts: BTreeMap<&'static str, Vec<String>>,
    /// Pictures.
    pub stills: Vec<Still>,
    /// Columns and rows of the pictures, where these are not the scene's.
    pub still_size: Option<[usize; 2]>,
    /// The panel's own readout, of a type that its Svelte file knows.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
    pub details: Value,
    /// RGBA of the stills, one after the other. They travel beside the numbers.
    #[serde(skip)]
    pub pixels: Vec<u8>,
    /// Long lists of numbers by name. They travel beside the numbers, as typed arrays.
    #[serde(skip)]
    pub arrays: BTreeMap<&'static str, Array>,
}

impl Report {
    /// This report with the panel's own readout. Numbers that are not finite are absent in it.
    #[must_use]
    pub fn with_details(self, details: &impl Serialize) -> Self {
        Self { details: serde_json::to_value(details).unwrap_or_default(), ..self }
    }

    /// This report with a chart under a name.
    #[must_use]
    pub fn with_chart(mut self, name: &'static str, chart: impl Into<Chart>) -> Self {
        self.charts.insert(name, chart.into());
        self
    }

    /// This report with a table under a name.
    #[must_use]
    pub fn with_table(mut self, name: &'static str, table: TableReadout) -> Self {
        self.tables.insert(name, table);
        self
    }

    /// This report with sentences under a name; no sentences leave no name.
    #[must_use]
    pub fn with_texts(mut self, name: &'static str, sentences: impl IntoIterator<Item = String>) -> Self {
        let sentences: Vec<String> = sentences.into_iter().collect();
        if !sentences.is_empty() {
            self.texts.insert(name, sentences);
        }
        self
    }

    /// Adds a picture.
    pub fn add_still(&mut self, still: Still, rgba: &[u8]) {
        self.stills.push(still);
        self.pixels.extend_from_slice(rgba);
    }
}

/// A list of numbers that is long.
#[derive(Debug, Clone, PartialEq)]
pub enum Array {
    /// `Uint8Array`
    Bytes(Vec<u8>),
    /// `Uint32Array`
    Whole(Vec<u32>),
    /// `Float32Array`
    Floats(Vec<f32>),
}

/// Name, number and colour of a picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Still {
    /// Name for people.
    pub name: String,
    /// Sentence or number beside it.
    pub text: String,
    /// Colour in the charts, as CSS; empty where it has none.
    pub colour: String,
}

/// Numbers under names, as text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TableReadout {
    /// Title for people.
    pub title: String,
    /// Names of the columns; the first column is names of rows.
    pub columns: Vec<String>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
}

impl TableReadout {
    /// A table of text.
    pub fn new(
        title: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<String>>,
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Self {
        Self {
            title: title.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            rows: rows.into_iter().collect(),
        }
    }
}
