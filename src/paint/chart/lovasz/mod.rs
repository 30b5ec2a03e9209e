//! Lovász losses as a chart: the errors in decreasing order, each times its pixel's increment of the Jaccard
//! loss.
//!
//! The data and the drawing are here; `read` has the readings at a pointer, and the table.

mod read;

use std::ops::Range;

use plotters::element::Circle;
use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use serde::{Deserialize, Serialize};

use super::super::Rgb;
use super::super::colormap::ramp;
use super::super::number::{count, short, tick};
use super::frame::{AxisTick, Column, Frame, axis_end, fill_columns, round_values, written_in};
use super::{Area, ChartStyle, Drawn};
use super::{draw, legend};

/// Lovász sort as a chart. Ranks count from 0. If one of `errors`, `increments` and `foreground` is shorter
/// than the others, only the ranks that all three have are drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LovaszChart {
    /// Title: the question the chart answers, in a few words.
    pub title: String,
    /// Form of the drawing.
    pub look: LovaszLook,
    /// Errors by rank, largest first, at least 0.
    pub errors: Vec<f32>,
    /// Jaccard increments by rank: growth of the Jaccard loss of the pixels before. They sum to 1.
    pub increments: Vec<f32>,
    /// Side of the pixel of each rank: true for foreground.
    pub foreground: Vec<bool>,
    /// Index of the pixel of each rank, for the table.
    pub pixels: Vec<u32>,
    /// Loss: Σ error · increment.
    pub value: f64,
    /// Name of the error on the axis: "hinge error".
    pub error_name: String,
}

/// Form in which a sort is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum LovaszLook {
    /// Errors by rank, and under them the increments that weight them.
    #[default]
    Ranks,
    /// Errors against the Jaccard loss reached: a staircase whose area is the loss.
    Area,
}

/// Height of the upper plot of the rank chart, as a fraction of both.
const UPPER: f64 = 0.6;

/// Fraction of the largest error down to which ranks are shown: a softmax has an error everywhere, and a
/// hundred pixels that matter would be lost in front of sixty thousand that do not.
const TAIL: f32 = 0.01;

impl LovaszChart {
    fn len(&self) -> usize {
        self.errors.len().min(self.increments.len()).min(self.foreground.len())
    }

    fn error(&self, rank: usize) -> f64 {
        let error = f64::from(self.errors[rank]);
        if error.is_finite() { error.max(0.0) } else { 0.0 }
    }

    fn increment(&self, rank: usize) -> f64 {
        let increment = f64::from(self.increments[rank]);
        if increment.is_finite() { increment.max(0.0) } else { 0.0 }
    }

    /// Number of ranks that the rank chart shows.
    pub fn shown(&self) -> usize {
        let least = TAIL * self.errors.first().copied().unwrap_or(0.0).max(0.0);
        let head =
            self.errors[..self.len()].iter().rposition(|error| *error > least).map_or(0, |last| last + 1);
        head.max(10).min(self.len()).max(1)
    }

    /// End of the error axis. It stays at 1 for errors that are differences of probabilities.
    fn end(&self) -> f64 {
        axis_end((0..self.len()).map(|rank| self.error(rank)).fold(1.0, f64::max))
    }

    /// Range of the x axis of the area chart that each rank takes, rank by rank, within 0 to 1.
    fn spans(&self) -> impl Iterator<Item = Range<f64>> + '_ {
        let mut jaccard = 0.0f64;
        (0..self.len()).map(move |rank| {
            let before = jaccard;
            jaccard = (jaccard + self.increment(rank)).min(1.0);
            before..jaccard
        })
    }
}

/// Draws a sort in its form, with a mark at the rank `highlight`.
pub fn draw_lovasz<DB: DrawingBackend>(
    root: &Area<DB>,
    chart: &LovaszChart,
    style: &ChartStyle,
    highlight: Option<usize>,
) -> Drawn<DB> {
    match chart.look {
        LovaszLook::Ranks => ranks(root, chart, style, highlight),
        LovaszLook::Area => area(root, chart, style, highlight),
    }
}

/// Rank at the middle of a column of pixels: the greatest r with `r/shown ≤ (column + ½)/width`.
fn rank_of_column(column: usize, width: i32, shown: usize) -> usize {
    let twice = 2 * column as u64 + 1;
    (twice * shown as u64 / (2 * u64::from(width.unsigned_abs()))) as usize
}

/// First column of pixels whose middle is in `rank` or after: the inverse of [`rank_of_column`], in whole
/// numbers as well, so that drawing and pointing cannot differ by rounding.
fn column_of_rank(rank: usize, width: i32, shown: usize) -> usize {
    let twice = 2 * rank as u64 * u64::from(width.unsigned_abs());
    (twice.div_ceil(shown as u64) / 2) as usize
}

fn ranks<DB: DrawingBackend>(
    root: &Area<DB>,
    chart: &LovaszChart,
    style: &ChartStyle,
    highlight: Option<usize>,
) -> Drawn<DB> {
    root.fill(&draw::colour(style.theme.surface()))?;
    let Some(frame) = Frame::new(root.dim_in_pixel(), style, false) else { return Ok(()) };
    let (upper, lower) = frame.stacked(style, UPPER);
    let shown = chart.shown();
    let most = (0..shown.min(chart.len())).map(|rank| chart.increment(rank)).fold(0.0, f64::max);
    let ends = (chart.end(), axis_end(most));
    upper.left_axis(root, style, &chart.error_name, &vertical(&upper, style, ends.0, 1.0))?;
    // Small increments would need more room than an axis has; their power of ten goes to the name.
    let power = written_in(ends.1);
    let unit = 10f64.powi(power);
    let name = "× Jaccard increment";
    let name = if power < 0 { format!("{name}, in {}", tick(unit)) } else { name.to_owned() };
    lower.left_axis(root, style, &name, &vertical(&lower, style, ends.1, unit))?;
    bars(root, style, &upper, chart, |rank| chart.error(rank) / ends.0)?;
    bars(root, style, &lower, chart, |rank| chart.increment(rank) / ends.1)?;
    upper.base(root, style)?;
    let name = if shown < chart.len() {
        format!("rank, worst pixel first ({} of {})", count(shown), count(chart.len()))
    } else {
        "rank, worst pixel first".to_owned()
    };
    lower.bottom_axis(root, style, &name, &rank_ticks(&lower, style, shown))?;
    if let Some(rank) = highlight.filter(|rank| *rank < shown.min(chart.len())) {
        let x = frame.x((rank as f64 + 0.5) / shown as f64).floor() as i32;
        marker(root, style, &upper, x, chart.error(rank) / ends.0)?;
        marker(root, style, &lower, x, chart.increment(rank) / ends.1)?;
    }
    legend::classes(root, style, &upper)?;
    legend::remarks(root, style, &upper, &pointed_at(chart, highlight))
}

fn area<DB: DrawingBackend>(
    root: &Area<DB>,
    chart: &LovaszChart,
    style: &ChartStyle,
    highlight: Option<usize>,
) -> Drawn<DB> {
    root.fill(&draw::colour(style.theme.surface()))?;
    let Some(frame) = Frame::new(root.dim_in_pixel(), style, false) else { return Ok(()) };
    let end = chart.end();
    frame.left_axis(root, style, &chart.error_name, &vertical(&frame, style, end, 1.0))?;
    staircase(root, style, &frame, chart, end)?;
    let values = round_values(1.0, frame.width(), style.px(48.0));
    let ticks: Vec<AxisTick> = values.into_iter().map(|v| (v, tick(v))).collect();
    frame.bottom_axis(root, style, "Jaccard loss of the pixels so far", &ticks)?;
    if let Some(rank) = highlight.filter(|rank| *rank < chart.len())
        && let Some(span) = chart.spans().nth(rank)
    {
        let last = f64::from(frame.right - 1);
        let x = frame.x(f64::midpoint(span.start, span.end)).floor().min(last) as i32;
        marker(root, style, &frame, x, chart.error(rank) / end)?;
    }
    legend::classes(root, style, &frame)?;
    let mut lines = vec![format!("area = loss = {}", short(chart.value))];
    lines.extend(pointed_at(chart, highlight));
    legend::remarks(root, style, &frame, &lines)
}

/// Ticks of a left axis from 0 to `end`, written as multiples of `unit`.
fn vertical(frame: &Frame, style: &ChartStyle, end: f64, unit: f64) -> Vec<AxisTick> {
    let values = round_values(end, frame.height(), style.px(40.0));
    values.into_iter().map(|v| (v / end, tick(v / unit))).collect()
}

/// Ticks of the rank axis, counted from 1, each under the middle of its bar.
fn rank_ticks(frame: &Frame, style: &ChartStyle, shown: usize) -> Vec<AxisTick> {
    let step = round_values(shown as f64, frame.width(), style.px(64.0))
        .get(1)
        .map_or(1, |s| s.round().max(1.0) as usize);
    // The first rank is named too, unless its neighbour is.
    let first = (step > 2).then_some(1);
    first
        .into_iter()
        .chain((step..=shown).step_by(step))
        .map(|rank| ((rank as f64 - 0.5) / shown as f64, count(rank)))
        .collect()
}

/// Draws one bar for each rank, or for each column of pixels the greatest of its ranks.
fn bars<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    chart: &LovaszChart,
    height: impl Fn(usize) -> f64,
) -> Drawn<DB> {
    let (width, shown) = (frame.width(), chart.shown());
    let ranks = shown.min(chart.len());
    let paint = ramp(style.theme.background(), style.theme.foreground());
    let column = |columns: Range<usize>, ranks: Range<usize>| {
        let top = ranks.clone().map(&height).fold(0.0, f64::max);
        let foreground = ranks.clone().filter(|rank| chart.foreground[*rank]).count();
        let fill = paint[255 * foreground / ranks.len().max(1)];
        column_box(frame, columns, top, fill)
    };
    if shown <= width as usize {
        // A line of surface between bars that are wide enough to spare it.
        let gap = if shown * 4 <= width as usize { style.stroke(1.0).cast_signed() } else { 0 };
        let boxes = (0..ranks).map(|rank| {
            let edges = column_of_rank(rank, width, shown)..column_of_rank(rank + 1, width, shown);
            let bar = column(edges, rank..rank + 1);
            Column { to: bar.to - gap, ..bar }
        });
        fill_columns(root, frame, boxes)
    } else {
        let edge = |column: usize| (column as u64 * shown as u64 / width as u64) as usize;
        let boxes = (0..width as usize).map(|at| column(at..at + 1, edge(at)..edge(at + 1)));
        fill_columns(root, frame, boxes)
    }
}

fn staircase<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    chart: &LovaszChart,
    end: f64,
) -> Drawn<DB> {
    // Height, and how much of each column's width is foreground.
    let mut columns = vec![(0.0f64, 0.0f64); frame.width() as usize];
    for (rank, span) in chart.spans().enumerate() {
        let [from, to] = [span.start, span.end].map(|share| share * columns.len() as f64);
        let last = (to.ceil() as usize).min(columns.len());
        for (at, column) in columns.iter_mut().enumerate().take(last).skip(from as usize) {
            column.0 = column.0.max(chart.error(rank) / end);
            if chart.foreground[rank] {
                column.1 += to.min(at as f64 + 1.0) - from.max(at as f64);
            }
        }
    }
    let paint = ramp(style.theme.background(), style.theme.foreground());
    let boxes = columns.iter().enumerate().map(|(at, &(height, foreground))| {
        column_box(frame, at..at + 1, height, paint[(255.0 * foreground).round().min(255.0) as usize])
    });
    fill_columns(root, frame, boxes)
}

fn column_box(frame: &Frame, columns: Range<usize>, height: f64, fill: Rgb) -> Column {
    let [from, to] = [columns.start, columns.end].map(|column| frame.x_of_column(column));
    Column { from, to, y: frame.y(height.min(1.0)).round() as i32, fill }
}

/// Draws a dot on the datum, and a line from it down to the axis.
fn marker<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    x: i32,
    height: f64,
) -> Drawn<DB> {
    let (ink, hair) = (style.theme.ink(), style.stroke(1.0).cast_signed());
    let at = (x, frame.y(height.min(1.0)).round() as i32);
    draw::rect(root, at, (x + hair, frame.bottom), ink, 1.0)?;
    root.draw(&Circle::new(at, style.px(5.0), draw::colour(style.theme.surface()).filled()))?;
    root.draw(&Circle::new(at, style.px(4.0), draw::colour(ink).filled()))
}

/// Text of the highlighted rank: its error and increment, whose product it adds to the loss.
fn pointed_at(chart: &LovaszChart, highlight: Option<usize>) -> Vec<String> {
    let rank = highlight.filter(|rank| *rank < chart.len());
    let line = rank.map(|rank| {
        let [error, increment] = [chart.error(rank), chart.increment(rank)].map(short);
        format!("rank {}: {error} · {increment}", count(rank + 1))
    });
    line.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::Theme;
    use super::*;

    pub(super) const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };
    pub(super) const SIZE: (u32, u32) = (360, 260);

    pub(super) fn chart(n: usize) -> LovaszChart {
        LovaszChart {
            errors: (0..n).map(|i| 2.0 - i as f32 / n as f32).collect(),
            increments: vec![1.0 / n as f32; n],
            foreground: (0..n).map(|i| i % 3 == 0).collect(),
            pixels: (0..n as u32).rev().collect(),
            ..LovaszChart::default()
        }
    }

    #[test]
    fn the_tail_of_small_errors_is_left_out_but_ten_ranks_stay() {
        let mut chart = chart(1000);
        for (rank, error) in chart.errors.iter_mut().enumerate() {
            *error = if rank < 70 { 0.8 } else { 1e-3 };
        }
        assert_eq!(chart.shown(), 70);
        chart.errors.fill(-1.0);
        assert_eq!(chart.shown(), 10);
        assert_eq!(LovaszChart::default().shown(), 1);
    }
}
