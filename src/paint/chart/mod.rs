//! Charts as data, drawn on any `plotters` backend.
//!
//! - [`lovasz`]: the sorted errors with their Jaccard increments, and the loss as an area, as data too;
//! - [`plot`], [`surface`] and [`bars`]: charts as data, for the panels; [`axis`] is what they stand on;
//! - [`table`]: the numbers of a chart, to read or as CSV;
//! - `frame`: place of the plot and its axes; `draw`: marks and text; `legend`: what stands over the plot.
//!
//! The layout never measures text, because in the browser `plotters` does so by adding an element to the
//! page. Margins are fixed instead, which is also what makes pointing exact: the functions that turn a
//! pointer position into a datum build the very same frame.

pub mod axis;
pub mod bars;
mod draw;
mod frame;
mod legend;
pub mod lovasz;
pub mod plot;
pub mod surface;
pub mod table;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::{DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, VPos};
use serde::{Deserialize, Serialize};

pub use axis::Axis;
pub use bars::{Bars, draw_bars};
pub use lovasz::{LovaszChart, LovaszLook, draw_lovasz};
pub use plot::{Handle, Mark, Plot, Rule, Series, SeriesInk as Ink, Side, draw_plot};
pub use surface::{Surface, draw_surface};
pub use table::Table;

use super::Theme;

/// Style of a drawing, for any chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChartStyle {
    /// Theme whose colours are used.
    pub theme: Theme,
    /// Pixels of the backend for one of the page. Multiplies fonts, strokes and margins.
    pub scale: f64,
}

impl ChartStyle {
    /// Length in pixels of the backend, given in pixels of the page.
    fn px(&self, length: f64) -> i32 {
        let scale = if self.scale.is_finite() && self.scale > 0.0 { self.scale } else { 1.0 };
        (length * scale).round() as i32
    }

    /// Thickness of a line in pixels of the backend, at least 1, given in pixels of the page.
    fn stroke(&self, width: f64) -> u32 {
        self.px(width).max(1).unsigned_abs()
    }
}

/// Area that a chart fills: all of a backend, or a part.
type Area<DB> = DrawingArea<DB, Shift>;

/// Result of drawing: the backend's error, if any.
type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// A chart as data: a panel answers with it, and the page draws, reads and exports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Chart {
    /// Series over two axes.
    Plot(Plot),
    /// Value over two parameters.
    Surface(Surface),
    /// Lovász sort.
    Lovasz(LovaszChart),
    /// Stacked bars by name.
    Bars(Bars),
}

impl From<Plot> for Chart {
    fn from(plot: Plot) -> Self {
        Self::Plot(plot)
    }
}

/// Reading of a chart at a pointer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Hover {
    /// Values of x and y that are read; y is NaN where all series are read at one x.
    pub at: [f64; 2],
    /// Place of the reading, as text.
    pub title: String,
    /// Values read there.
    pub lines: Vec<HoverLine>,
}

/// Value of a reading, with its name.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct HoverLine {
    /// Name of the quantity.
    pub name: String,
    /// Value as text.
    pub value: String,
}

impl Chart {
    /// Title: the question the chart answers.
    pub fn title(&self) -> &str {
        match self {
            Self::Plot(plot) => &plot.title,
            Self::Surface(surface) => &surface.title,
            Self::Lovasz(sort) => &sort.title,
            Self::Bars(bars) => &bars.title,
        }
    }

    /// Draws the chart, filling its area. `cursor` is the place to mark: an x for all series of a plot, x and
    /// y of a surface, a rank counted from 1, or the row of a bar (as y).
    pub fn draw<DB: DrawingBackend>(
        &self,
        root: &Area<DB>,
        style: &ChartStyle,
        cursor: Option<[f64; 2]>,
    ) -> Drawn<DB> {
        match self {
            Self::Plot(plot) => draw_plot(root, plot, style, cursor.map(|at| at[0])),
            Self::Surface(surface) => draw_surface(root, surface, style, cursor),
            Self::Lovasz(sort) => {
                let rank = cursor.filter(|at| at[0] >= 1.0).map(|at| at[0] as usize - 1);
                draw_lovasz(root, sort, style, rank)
            }
            Self::Bars(bars) => draw_bars(root, bars, style, cursor.map(|at| at[1])),
        }
    }

    /// Draws the chart under its title, for use outside the page.
    pub fn draw_titled<DB: DrawingBackend>(&self, root: &Area<DB>, style: &ChartStyle) -> Drawn<DB> {
        root.fill(&draw::colour(style.theme.surface()))?;
        let (head, chart) = root.split_vertically(style.px(28.0));
        let at = (style.px(8.0), style.px(16.0));
        draw::text(&head, style, self.title(), style.theme.ink(), at, (HPos::Left, VPos::Center))?;
        self.draw(&chart, style, None)
    }

    /// Chart under its title as the text of an SVG file, `size` pixels wide and high.
    pub fn svg(&self, theme: Theme, size: (u32, u32)) -> String {
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            let style = ChartStyle { theme, scale: 1.0 };
            // Nothing that writes to a string fails.
            let _ = self.draw_titled(&root, &style).and_then(|()| root.present());
        }
        svg
    }

    /// Reading at a pointer, in pixels of a chart of this size; none where there is nothing to read.
    pub fn hover(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<Hover> {
        match self {
            Self::Plot(plot) => plot.hover(at, size, style),
            Self::Surface(surface) => surface.hover(at, size, style),
            Self::Lovasz(sort) => sort.hover(at, size, style),
            Self::Bars(bars) => bars.hover(at, size, style),
        }
    }

    /// Handle that a pointer at these pixels takes; none if it is too far from all.
    pub fn handle_at(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<&Handle> {
        if let Self::Plot(plot) = self { plot.handle_at(at, size, style) } else { None }
    }

    /// Values of both axes of a plot at these pixels; outside the plot those at its border. None for other
    /// charts.
    pub fn values_at(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<[f64; 2]> {
        if let Self::Plot(plot) = self { plot.values_at(at, size, style) } else { None }
    }

    /// All numbers of the chart.
    pub fn table(&self) -> Table {
        match self {
            Self::Plot(plot) => plot.table(),
            Self::Surface(surface) => surface.table(),
            Self::Lovasz(sort) => sort.table(usize::MAX),
            Self::Bars(bars) => bars.table(),
        }
    }

    /// First `most` rows of the chart's numbers, and the number of rows in all: a sort has one for each pixel
    /// of a scene, and a page shows few of them.
    pub fn table_head(&self, most: usize) -> (Table, usize) {
        if let Self::Lovasz(sort) = self {
            return (sort.table(most), sort.rows());
        }
        let mut table = self.table();
        let rows = table.rows.len();
        table.rows.truncate(most);
        (table, rows)
    }
}
