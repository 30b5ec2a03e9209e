//! Series of points over two axes, as most panels show them.
//!
//! The data is here; `read` has the readings at a pointer, and the table, `marks` the drawing.

mod marks;
mod read;

use serde::{Deserialize, Serialize};

use super::super::Rgb;
use super::ChartStyle;
use super::axis::Axis;
use super::draw::{self, LINE};
use super::frame::Frame;
use crate::paint::Theme;
pub use marks::draw_plot;
pub(super) use marks::legend;

/// Plot: series over two axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Plot {
    /// Title: the question the chart answers, in a few words.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis, on the left.
    pub y: Axis,
    /// Second vertical axis, on the right.
    pub right: Option<Axis>,
    /// Series in the order of drawing, the first at the bottom.
    pub series: Vec<Series>,
    /// Vertical lines at values of x.
    pub rules: Vec<Rule>,
    /// Points that can be dragged.
    pub handles: Vec<Handle>,
}

/// Series: points that belong together, with their look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Colour of the series.
    pub ink: SeriesInk,
    /// Form in which the points are drawn.
    pub mark: Mark,
    /// Points, x and y. One that is not finite interrupts a line.
    pub points: Vec<[f64; 2]>,
    /// Vertical axis that measures the series.
    pub side: Side,
    /// Value of x at which the name stands upon the line itself, in place of an entry in the legend.
    pub tag: Option<f64>,
    /// Width of bars as values of x; without one, bars nearly fill the spacing of the points.
    pub width: Option<f64>,
    /// Paler bars, for those that stand behind lines.
    pub pale: bool,
    /// Offset from x at which the series is drawn, as values of x, so that bars of several series stand in
    /// groups.
    #[serde(default)]
    pub beside: f64,
}

/// Side of the plot on which a vertical axis stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Side {
    /// Axis on the left.
    #[default]
    Left,
    /// Second axis, on the right.
    Right,
}

/// Point that can be dragged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Handle {
    /// Name by which the page reports a drag.
    pub id: String,
    /// Text beside the point.
    pub label: String,
    /// Place of the point, x and y, by the left axis.
    pub at: [f64; 2],
    /// Colour of the point.
    pub ink: SeriesInk,
}

/// Form in which a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Mark {
    /// Line from point to point.
    Line,
    /// Line that stays at each y until the next x.
    Step,
    /// Points by themselves, in any order.
    Dots,
    /// Boxes from 0, each centred on its x.
    Bars,
    /// Boxes as [`Mark::Bars`], each upon those of earlier series that are stacked at its x.
    Stacked,
}

/// Colour of a series by its part in the chart; the theme decides on the RGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum SeriesInk {
    /// Colour of one thing among others of its kind, told apart by a marker too.
    Slot(usize),
    /// Colour of foreground pixels.
    Foreground,
    /// Colour of background pixels.
    Background,
    /// Colour of text.
    Strong,
    /// Colour of curves that stand back.
    Muted,
}

/// Vertical line across the plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Rule {
    /// Value of x.
    pub at: f64,
    /// Text on the line; empty for none.
    pub label: String,
}

/// Width of an entry of the legend besides its letters, in pixels of the page.
const ENTRY: f64 = 44.0;

impl SeriesInk {
    pub(super) fn of(self, theme: Theme) -> Rgb {
        match self {
            Self::Slot(slot) => theme.slot(slot),
            Self::Foreground => theme.foreground(),
            Self::Background => theme.background(),
            Self::Strong => theme.ink(),
            Self::Muted => theme.muted(),
        }
    }

    fn slot(self) -> Option<usize> {
        if let Self::Slot(slot) = self { Some(slot) } else { None }
    }
}

impl Series {
    /// Series drawn as a line, on the left axis.
    pub fn line(name: impl Into<String>, ink: SeriesInk, points: Vec<[f64; 2]>) -> Self {
        let (name, mark) = (name.into(), Mark::Line);
        Self { name, ink, mark, points, side: Side::Left, tag: None, width: None, pale: false, beside: 0.0 }
    }

    /// Sets the form in which the points are drawn.
    #[must_use]
    pub fn drawn(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }

    /// Moves the series to the axis on the right.
    #[must_use]
    pub fn on_the_right(self) -> Self {
        Self { side: Side::Right, ..self }
    }

    /// Puts the name upon the line, at a value of x.
    #[must_use]
    pub fn tagged(self, x: f64) -> Self {
        Self { tag: Some(x), ..self }
    }

    /// Sets the width of bars, as values of x.
    #[must_use]
    pub fn wide(self, width: f64) -> Self {
        Self { width: Some(width), ..self }
    }

    /// Makes bars paler.
    #[must_use]
    pub fn pale(self) -> Self {
        Self { pale: true, ..self }
    }

    /// Shifts the series beside its x, by values of x.
    #[must_use]
    pub fn beside(self, beside: f64) -> Self {
        Self { beside, ..self }
    }

    /// True if x never falls, so that y can be read as a function of it.
    fn is_function(&self) -> bool {
        self.mark != Mark::Dots && self.points.is_sorted_by(|a, b| a[0] <= b[0])
    }

    /// Point that stands for a value of x: the nearest, or for steps the one at or before it. None without
    /// finite points.
    fn at(&self, x: f64, axis: &Axis) -> Option<[f64; 2]> {
        let share = axis.share(x);
        let mut finite = self.points.iter().filter(|point| point[1].is_finite());
        if self.mark == Mark::Step {
            return finite.rfind(|point| point[0] <= x).copied();
        }
        let distance = |point: &&[f64; 2]| (axis.share(point[0]) - share).abs();
        finite.min_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
    }
}

impl Plot {
    /// Plot of series over two axes, and nothing else.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis, series: Vec<Series>) -> Self {
        Self { title: title.into(), x, y, right: None, series, rules: Vec::new(), handles: Vec::new() }
    }

    /// Adds a vertical line at a value of x.
    #[must_use]
    pub fn ruled(mut self, at: f64, label: impl Into<String>) -> Self {
        self.rules.push(Rule { at, label: label.into() });
        self
    }

    /// Adds a second vertical axis, on the right.
    #[must_use]
    pub fn with_right(self, axis: Axis) -> Self {
        Self { right: Some(axis), ..self }
    }

    /// Sets the points that can be dragged.
    #[must_use]
    pub fn with_handles(self, handles: Vec<Handle>) -> Self {
        Self { handles, ..self }
    }

    /// Foot of a series' bar at x: 0, or the sum of what is stacked below it.
    fn foot(&self, series: usize, x: f64) -> f64 {
        if self.series[series].mark != Mark::Stacked {
            return 0.0;
        }
        let below = self.series[..series].iter().filter(|below| below.mark == Mark::Stacked);
        let at = below.flat_map(|below| &below.points).filter(|point| point[0].total_cmp(&x).is_eq());
        at.map(|point| point[1]).sum()
    }

    /// Vertical axis of a series.
    fn axis_of(&self, series: &Series) -> &Axis {
        match (series.side, &self.right) {
            (Side::Right, Some(right)) => right,
            _ => &self.y,
        }
    }

    /// Plot rectangle of an area, under the rows of its legend; none if there is no room.
    fn frame(&self, size: (u32, u32), style: &ChartStyle) -> Option<Frame> {
        let bare = Frame::new(size, style, self.right.is_some())?;
        let labels = self.y.ticks(bare.height(), style.px(44.0));
        let widest = labels.iter().map(|(_, label)| draw::width_of(label, style)).max().unwrap_or(0);
        let bare = Frame { left: bare.left.max(widest + style.px(12.0)), ..bare };
        let rows = self.legend_rows(&bare, style).len();
        let top = bare.top + style.px(LINE * rows as f64);
        let fits = bare.bottom - top >= style.px(40.0) && bare.width() >= style.px(40.0);
        fits.then_some(Frame { top, ..bare })
    }

    /// Rows of the legend, each with as many series as fit beside each other by a generous guess of their
    /// width.
    pub(super) fn legend_rows(&self, frame: &Frame, style: &ChartStyle) -> Vec<Vec<&Series>> {
        let mut rows: Vec<Vec<&Series>> = Vec::new();
        let mut used = i32::MAX;
        let named = |series: &&Series| !series.name.is_empty() && series.tag.is_none();
        for series in self.series.iter().filter(named) {
            let width = draw::width_of(&series.name, style) + style.px(ENTRY);
            if used.saturating_add(width) > frame.width() || rows.is_empty() {
                rows.push(Vec::new());
                used = 0;
            }
            used += width;
            if let Some(row) = rows.last_mut() {
                row.push(series);
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };
    pub(super) const SIZE: (u32, u32) = (700, 400);

    pub(super) fn plot(series: Vec<Series>) -> Plot {
        Plot::new("t", Axis::linear("x", 0.0, 10.0), Axis::linear("y", 0.0, 1.0), series)
    }

    #[test]
    fn stacked_bars_stand_upon_those_before() {
        let bars = |points: Vec<[f64; 2]>| Series::line("", SeriesInk::Strong, points).drawn(Mark::Stacked);
        let below = vec![[0.0, 0.2], [1.0, 0.5]];
        let between = Series::line("", SeriesInk::Strong, vec![[1.0, 9.0]]).drawn(Mark::Bars);
        let plot =
            plot(vec![bars(below), between, bars(vec![[1.0, 0.1]]), bars(vec![[0.0, 0.3], [1.0, 0.3]])]);
        let feet = [(0, 1.0), (1, 1.0), (2, 1.0), (3, 0.0), (3, 1.0)].map(|(series, x)| plot.foot(series, x));
        assert!(feet.iter().zip([0.0, 0.0, 0.5, 0.2, 0.6]).all(|(found, foot)| (found - foot).abs() < 1e-12));
    }

    #[test]
    fn a_long_legend_takes_rows_and_leaves_a_plot() {
        let series =
            |i: usize| Series::line(format!("a loss of some length {i}"), SeriesInk::Slot(i), vec![]);
        let plot = plot((0..12).map(series).collect());
        let bare = Frame::new(SIZE, &STYLE, false).unwrap();
        assert!(plot.legend_rows(&bare, &STYLE).len() > 3);
        assert!(plot.frame(SIZE, &STYLE).is_some());
    }
}
