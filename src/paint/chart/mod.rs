//! Charts, drawn on whatever `plotters` backend they are given.
//!
//! - [`focal`]: the focal loss and its gradient against `p_t`, over the scene's own histogram;
//! - [`lovasz`]: the sorted errors with their Jaccard increments, and the loss as an area;
//! - `frame`: where the plot lies and how its axes are drawn; `draw`: marks and text.
//!
//! The layout never measures text, because in the browser `plotters` does so by adding an element
//! to the page. Margins are fixed instead, which is also what makes pointing exact: the functions that
//! turn a pointer position into a datum build the very same frame.

mod draw;
pub mod focal;
mod frame;
pub mod lovasz;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;

pub use focal::{FocalChart, draw_focal_curves, draw_focal_gradient};
pub use lovasz::{LovaszChart, draw_lovasz_area, draw_lovasz_ranks, rank_at, rank_at_area};

use super::Theme;

/// How a chart is drawn, whatever it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChartStyle {
    /// Whose colours.
    pub theme: Theme,
    /// Pixels of the backend for one of the page. Multiplies fonts, strokes and margins.
    pub scale: f64,
}

impl ChartStyle {
    /// A length on the page in pixels of the backend.
    fn px(&self, length: f64) -> i32 {
        let scale = if self.scale.is_finite() && self.scale > 0.0 { self.scale } else { 1.0 };
        (length * scale).round() as i32
    }

    /// The same for a line, which is never thinner than a pixel.
    fn stroke(&self, width: f64) -> u32 {
        self.px(width).max(1).unsigned_abs()
    }
}

/// The area a chart fills: all of a backend, or a part.
type Area<DB> = DrawingArea<DB, Shift>;

/// What drawing returns.
type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;
