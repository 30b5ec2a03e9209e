//! Charts on the canvases of the page.

use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters_canvas::CanvasBackend;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use super::refusal::Refusal;
use super::{from_js, to_js};
use crate::paint::Theme;
use crate::paint::chart::{Chart, ChartStyle};

/// A chart that can be drawn, pointed at, read and exported.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ChartView {
    chart: Chart,
}

impl From<Chart> for ChartView {
    fn from(chart: Chart) -> Self {
        Self { chart }
    }
}

/// The numbers of a chart as text.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TableText {
    /// Headings of the columns.
    pub columns: Vec<String>,
    /// The first rows, a cell for each column.
    pub rows: Vec<Vec<String>>,
    /// Number of rows in all.
    pub total: usize,
}

#[wasm_bindgen]
impl ChartView {
    /// View of a chart as an instrument gives it. Error if the value is no chart.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_param_type = "Chart")] chart: JsValue) -> Result<Self, JsValue> {
        Ok(Self { chart: from_js(chart)? })
    }

    /// Title: the question that the chart answers.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.chart.title().into()
    }

    /// Draws it, filling its canvas, with a mark at values of x and y. `scale` is device pixels for one of the page.
    pub fn draw(
        &self,
        canvas: HtmlCanvasElement,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
        scale: f64,
        #[wasm_bindgen(unchecked_param_type = "[number, number] | undefined")] cursor: JsValue,
    ) -> Result<(), JsValue> {
        let style = ChartStyle { theme: from_js(theme)?, scale };
        Ok(self.chart.draw(&area(canvas)?, &style, from_js(cursor)?).map_err(drawing_failed)?)
    }

    /// Draws it under its title, as it is exported, filling its canvas.
    #[wasm_bindgen(js_name = drawTitled)]
    pub fn draw_titled(
        &self,
        canvas: HtmlCanvasElement,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
        scale: f64,
    ) -> Result<(), JsValue> {
        let style = ChartStyle { theme: from_js(theme)?, scale };
        Ok(self.chart.draw_titled(&area(canvas)?, &style).map_err(drawing_failed)?)
    }

    /// Reading at a pointer, in pixels of a canvas of this size; nothing where there is nothing to read.
    #[wasm_bindgen(unchecked_return_type = "Hover | undefined")]
    pub fn hover(&self, x: f64, y: f64, width: u32, height: u32, scale: f64) -> Result<JsValue, JsValue> {
        // Where a chart lies does not depend on its theme.
        let style = ChartStyle { theme: Theme::Light, scale };
        to_js(&self.chart.hover((x, y), (width, height), &style))
    }

    /// The handle that a pointer takes there, by its id.
    #[wasm_bindgen(js_name = handleAt)]
    pub fn handle_at(&self, x: f64, y: f64, width: u32, height: u32, scale: f64) -> Option<String> {
        let style = ChartStyle { theme: Theme::Light, scale };
        self.chart.handle_at((x, y), (width, height), &style).map(|handle| handle.id.clone())
    }

    /// The values of both axes there; beside the plot those of its border.
    #[wasm_bindgen(js_name = valuesAt, unchecked_return_type = "[number, number] | undefined")]
    pub fn values_at(&self, x: f64, y: f64, width: u32, height: u32, scale: f64) -> Result<JsValue, JsValue> {
        let style = ChartStyle { theme: Theme::Light, scale };
        to_js(&self.chart.values_at((x, y), (width, height), &style))
    }

    /// The first rows of its numbers as text.
    #[wasm_bindgen(unchecked_return_type = "TableText")]
    pub fn table(&self, most: usize) -> Result<JsValue, JsValue> {
        let (table, total) = self.chart.table_head(most);
        to_js(&TableText { total, rows: table.texts().collect(), columns: table.columns })
    }

    /// All its numbers as comma-separated values.
    pub fn csv(&self) -> String {
        self.chart.table().csv()
    }

    /// The drawing under its title as SVG.
    pub fn svg(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
        width: u32,
        height: u32,
    ) -> Result<String, JsValue> {
        Ok(self.chart.svg(from_js(theme)?, (width, height)))
    }
}

fn area(canvas: HtmlCanvasElement) -> Result<DrawingArea<CanvasBackend, plotters::coord::Shift>, JsValue> {
    let backend = CanvasBackend::with_canvas_object(canvas)
        .ok_or_else(|| Refusal::new("This canvas gives no 2D context."))?;
    Ok(backend.into_drawing_area())
}

fn drawing_failed(
    error: plotters::drawing::DrawingAreaErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>,
) -> Refusal {
    Refusal::new(&format!("A chart could not be drawn: {error}"))
}
