//! Series of points over two axes, as data and as a drawing: what most instruments show.

use std::cmp::Ordering;

use plotters::element::{Circle, Polygon};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, ShapeStyle};
use serde::{Deserialize, Serialize};

use super::super::Rgb;
use super::super::number::short;
use super::axis::Axis;
use super::draw::{self, LINE};
use super::frame::Frame;
use super::table::{Cell, Table};
use super::{Area, ChartStyle, Drawn, Hover, HoverLine};
use crate::paint::Theme;
use crate::paint::theme::SLOTS;

/// Series over two axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Plot {
    /// What it answers, in a few words.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Drawn in order, the first at the bottom.
    pub series: Vec<Series>,
    /// Upright lines at values of x.
    pub rules: Vec<Rule>,
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its colour.
    pub ink: SeriesInk,
    /// How it is drawn.
    pub mark: Mark,
    /// x and y. A point that is not finite interrupts a line.
    pub points: Vec<[f64; 2]>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Mark {
    /// A line from point to point.
    Line,
    /// A line that stays at each y until the next x.
    Step,
    /// Points by themselves, in any order.
    Dots,
    /// Boxes from 0, each centred on its x.
    Bars,
}

/// The colour of a series. Which it is depends on the theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum SeriesInk {
    /// One of a row of colours for things of a kind, told apart by a marker too.
    Slot(usize),
    /// That of foreground pixels.
    Foreground,
    /// That of background pixels.
    Background,
    /// That of text.
    Strong,
    /// That of what stands back.
    Muted,
}

/// An upright line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Rule {
    /// Where.
    pub at: f64,
    /// What stands there.
    pub label: String,
}

/// So many points of a line at most carry a marker.
const MARKERS: usize = 9;

/// Room for text and swatch of an entry of the legend besides its letters, in pixels of the page.
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
    /// A line.
    pub fn line(name: impl Into<String>, ink: SeriesInk, points: Vec<[f64; 2]>) -> Self {
        Self { name: name.into(), ink, mark: Mark::Line, points }
    }

    /// The same points, drawn otherwise.
    #[must_use]
    pub fn drawn(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }

    /// Whether x never falls, as where y is a function of it.
    fn is_function(&self) -> bool {
        self.mark != Mark::Dots && self.points.is_sorted_by(|a, b| a[0] <= b[0])
    }

    /// The point that stands for a value of x: the nearest, or for steps the one at or before it.
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
    /// The plot of an area, under the rows of its legend; none if there is no room.
    fn frame(&self, size: (u32, u32), style: &ChartStyle) -> Option<Frame> {
        let bare = Frame::new(size, style, false)?;
        let labels = self.y.ticks(bare.height(), style.px(44.0));
        let widest = labels.iter().map(|(_, label)| draw::width_of(label, style)).max().unwrap_or(0);
        let bare = Frame { left: bare.left.max(widest + style.px(12.0)), ..bare };
        let rows = self.legend_rows(&bare, style).len();
        let top = bare.top + style.px(LINE * rows as f64);
        let fits = bare.bottom - top >= style.px(40.0) && bare.width() >= style.px(40.0);
        fits.then_some(Frame { top, ..bare })
    }

    /// The series of each row of the legend, as many as fit beside each other by a generous guess.
    fn legend_rows(&self, frame: &Frame, style: &ChartStyle) -> Vec<Vec<&Series>> {
        let mut rows: Vec<Vec<&Series>> = Vec::new();
        let mut used = i32::MAX;
        for series in self.series.iter().filter(|series| !series.name.is_empty()) {
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

    /// What a pointer at these pixels reads; nothing outside of the plot.
    pub fn hover(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<Hover> {
        let frame = self.frame(size, style)?;
        let share = frame.shares(at)?;
        let x = self.x.value(share.0);
        let place = |point: &[f64; 2]| (frame.x(self.x.share(point[0])), frame.y(self.y.share(point[1])));
        let dots = self.series.iter().filter(|series| series.mark == Mark::Dots).filter_map(|series| {
            let near = |point: &&[f64; 2]| {
                let (x, y) = place(point);
                (x - at.0).hypot(y - at.1)
            };
            let nearest = series
                .points
                .iter()
                .filter(|point| near(point).is_finite())
                .min_by(|a, b| near(a).total_cmp(&near(b)));
            nearest.map(|point| (series, *point, near(&point)))
        });
        let nearest_dot =
            dots.min_by(|a, b| a.2.total_cmp(&b.2)).filter(|dot| dot.2 < 24.0 * style.scale.max(1.0));
        if let Some((series, point, _)) = nearest_dot {
            return Some(Hover {
                x: point[0],
                title: series.name.clone(),
                lines: vec![
                    HoverLine { name: self.x.name.clone(), value: short(point[0]) },
                    HoverLine { name: self.y.name.clone(), value: short(point[1]) },
                ],
            });
        }
        let functions =
            || self.series.iter().filter(|series| series.is_function() && !series.points.is_empty());
        // All series are read at one x: the nearest that any of them has.
        let nearest = functions()
            .filter_map(|series| series.at(x, &self.x))
            .min_by(|a, b| distance(a, x, &self.x).total_cmp(&distance(b, x, &self.x)))?[0];
        let lines = functions().filter_map(|series| {
            let point = series.at(nearest, &self.x)?;
            Some(HoverLine { name: series.name.clone(), value: short(point[1]) })
        });
        Some(Hover {
            x: nearest,
            title: format!("{}: {}", self.x.name, short(nearest)),
            lines: lines.collect(),
        })
    }

    /// All its numbers: one row for each x where the series are functions of it, else one for each point.
    pub fn table(&self) -> Table {
        if !self.series.iter().all(Series::is_function) {
            let row = |series: &Series, point: &[f64; 2]| {
                vec![Cell::Text(series.name.clone()), Cell::Number(point[0]), Cell::Number(point[1])]
            };
            return Table {
                columns: vec!["series".into(), self.x.name.clone(), self.y.name.clone()],
                rows: self.series.iter().flat_map(|s| s.points.iter().map(move |p| row(s, p))).collect(),
            };
        }
        let mut xs: Vec<f64> = self.series.iter().flat_map(|s| s.points.iter().map(|p| p[0])).collect();
        xs.sort_by(f64::total_cmp);
        xs.dedup();
        let mut next = vec![0; self.series.len()];
        let row = |&x: &f64| {
            let of_series = self.series.iter().zip(&mut next).map(|(series, next)| {
                let found =
                    series.points.get(*next).filter(|point| point[0].total_cmp(&x) == Ordering::Equal);
                let cell = found.map_or(Cell::Empty, |point| Cell::Number(point[1]));
                // A series may stand twice at one x, as a step does: the table has the last.
                while series
                    .points
                    .get(*next)
                    .is_some_and(|point| point[0].total_cmp(&x) != Ordering::Greater)
                {
                    *next += 1;
                }
                cell
            });
            std::iter::once(Cell::Number(x)).chain(of_series).collect()
        };
        let names = self.series.iter().map(|series| format!("{} ({})", series.name, self.y.name));
        Table {
            columns: std::iter::once(self.x.name.clone()).chain(names).collect(),
            rows: xs.iter().map(row).collect(),
        }
    }
}

fn distance(point: &[f64; 2], x: f64, axis: &Axis) -> f64 {
    (axis.share(point[0]) - axis.share(x)).abs()
}

/// Draws a plot. `cursor` is a value of x at which all series are marked.
pub fn draw_plot<DB: DrawingBackend>(
    root: &Area<DB>,
    plot: &Plot,
    style: &ChartStyle,
    cursor: Option<f64>,
) -> Drawn<DB> {
    root.fill(&draw::colour(style.theme.surface()))?;
    let Some(frame) = plot.frame(root.dim_in_pixel(), style) else { return Ok(()) };
    frame.left_axis(root, style, "", &plot.y.ticks(frame.height(), style.px(44.0)))?;
    frame.bottom_axis(root, style, &plot.x.name, &plot.x.ticks(frame.width(), style.px(64.0)))?;
    // The legend stands between the plot and the name of its upright axis.
    let at = (style.px(8.0), style.px(LINE + 2.0));
    draw::text(root, style, &plot.y.name, style.theme.ink(), at, (HPos::Left, VPos::Bottom))?;
    legend(root, plot, style, &frame)?;
    for rule in &plot.rules {
        rule_at(root, style, &frame, plot.x.share(rule.at), style.theme.muted())?;
    }
    for series in &plot.series {
        let ink = series.ink.of(style.theme);
        match series.mark {
            Mark::Line | Mark::Step => lines(root, plot, series, style, &frame)?,
            Mark::Dots => {
                for point in &series.points {
                    if let Some(at) = place(plot, &frame, *point) {
                        marker(root, style, series.ink.slot(), ink, at, 3.5, 0.75)?;
                    }
                }
            }
            Mark::Bars => bars(root, plot, series, style, &frame)?,
        }
    }
    for rule in &plot.rules {
        let x = plot.x.share(rule.at);
        if (0.0..=1.0).contains(&x) && !rule.label.is_empty() {
            let half = draw::width_of(&rule.label, style) / 2;
            let at = (frame.x(x).round() as i32)
                .clamp(frame.left + half, (frame.right - half).max(frame.left + half));
            draw::tag(root, style, &rule.label, style.theme.muted(), (at, frame.top + style.px(LINE / 2.0)))?;
        }
    }
    let Some(cursor) = cursor else { return Ok(()) };
    rule_at(root, style, &frame, plot.x.share(cursor), style.theme.ink())?;
    for series in plot.series.iter().filter(|series| series.is_function()) {
        let at = series
            .at(cursor, &plot.x)
            .map(|point| if series.mark == Mark::Step { [cursor, point[1]] } else { point });
        if let Some(at) = at.and_then(|point| place(plot, &frame, point)) {
            marker(root, style, None, series.ink.of(style.theme), at, 4.5, 1.0)?;
        }
    }
    Ok(())
}

/// The pixel of a point, if it lies in the plot.
fn place(plot: &Plot, frame: &Frame, [x, y]: [f64; 2]) -> Option<(i32, i32)> {
    let (x, y) = (plot.x.share(x), plot.y.share(y));
    let inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
    (inside(x) && inside(y)).then(|| (frame.x(x).round() as i32, frame.y(y).round() as i32))
}

fn rule_at<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    share: f64,
    ink: Rgb,
) -> Drawn<DB> {
    if !(0.0..=1.0).contains(&share) {
        return Ok(());
    }
    let x = frame.x(share).round() as i32;
    draw::rect(root, (x, frame.top), (x + style.stroke(1.0).cast_signed(), frame.bottom), ink, 0.8)
}

fn bars<DB: DrawingBackend>(
    root: &Area<DB>,
    plot: &Plot,
    series: &Series,
    style: &ChartStyle,
    frame: &Frame,
) -> Drawn<DB> {
    let share = |point: &[f64; 2]| plot.x.share(point[0]);
    let spacing =
        series.points.windows(2).map(|pair| share(&pair[1]) - share(&pair[0])).fold(f64::INFINITY, f64::min);
    let half = 0.42 * if spacing.is_finite() { spacing } else { 0.1 };
    let foot = plot.y.share(0.0).clamp(0.0, 1.0);
    for point in &series.points {
        let (x, y) = (share(point), plot.y.share(point[1]).clamp(0.0, 1.0));
        if !x.is_finite() || y.is_nan() {
            continue;
        }
        let column = |x: f64| frame.x(x.clamp(0.0, 1.0)).round() as i32;
        let (top, bottom) = (frame.y(y.max(foot)).round() as i32, frame.y(y.min(foot)).round() as i32);
        draw::rect(
            root,
            (column(x - half), top),
            (column(x + half), bottom),
            series.ink.of(style.theme),
            0.75,
        )?;
    }
    Ok(())
}

/// The line of a series, cut where it leaves the plot.
fn lines<DB: DrawingBackend>(
    root: &Area<DB>,
    plot: &Plot,
    series: &Series,
    style: &ChartStyle,
    frame: &Frame,
) -> Drawn<DB> {
    let ink = series.ink.of(style.theme);
    let width = if series.ink == SeriesInk::Muted { 1.0 } else { 2.2 };
    let mut shares: Vec<(f64, f64)> = Vec::with_capacity(series.points.len());
    for &[x, y] in &series.points {
        let point = (plot.x.share(x), plot.y.share(y));
        if series.mark == Mark::Step
            && let Some(&(_, before)) = shares.last()
        {
            shares.push((point.0, before));
        }
        shares.push(point);
    }
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut runs = Vec::new();
    for pair in shares.windows(2) {
        let Some((from, to)) = clipped(pair[0], pair[1]) else {
            runs.push(std::mem::take(&mut run));
            continue;
        };
        if run.last() != Some(&from) {
            runs.push(std::mem::take(&mut run));
            run.push(from);
        }
        run.push(to);
    }
    runs.push(run);
    for run in runs.iter().filter(|run| run.len() > 1) {
        draw::curve(root, style, run.iter().map(|(x, y)| (frame.x(*x), frame.y(*y))), ink, width)?;
    }
    let slot = series.ink.slot();
    let every = series.points.len().div_ceil(MARKERS).max(1);
    // Markers of different series start at different points, so that those of equal lines do not hide each other.
    let first = slot.unwrap_or(0) % every;
    if slot.is_some() || series.points.len() == 1 {
        for point in series.points.iter().skip(first).step_by(every) {
            if let Some(at) = place(plot, frame, *point) {
                marker(root, style, slot, ink, at, 4.0, 1.0)?;
            }
        }
    }
    Ok(())
}

/// The part of a segment with y in 0..1, if both ends are finite and there is one; both x are taken to lie inside.
fn clipped(a: (f64, f64), b: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    if ![a.0, a.1, b.0, b.1].iter().all(|share| share.is_finite()) {
        return None;
    }
    let at = |level: f64| {
        let t = (level - a.1) / (b.1 - a.1);
        (a.0 + t * (b.0 - a.0), level)
    };
    let cut = |end: (f64, f64)| {
        if end.1 < 0.0 {
            at(0.0)
        } else if end.1 > 1.0 {
            at(1.0)
        } else {
            end
        }
    };
    let outside = (a.1 < 0.0 && b.1 < 0.0) || (a.1 > 1.0 && b.1 > 1.0);
    (!outside).then(|| (cut(a), cut(b)))
}

/// A small shape around a point, by slot: circle, square, diamond, triangle.
fn marker<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    slot: Option<usize>,
    ink: Rgb,
    (x, y): (i32, i32),
    radius: f64,
    opacity: f64,
) -> Drawn<DB> {
    let fill: ShapeStyle = draw::colour(ink).mix(opacity).filled();
    let r = style.px(radius);
    // The shapes move on with every round of the colours, so that no two of 32 look the same.
    let slot = slot.unwrap_or(0);
    match (slot + slot / SLOTS) % 4 {
        0 => root.draw(&Circle::new((x, y), r, fill)),
        1 => draw::rect(root, (x - r, y - r), (x + r, y + r), ink, opacity),
        2 => {
            let r = style.px(1.3 * radius);
            root.draw(&Polygon::new([(x - r, y), (x, y - r), (x + r, y), (x, y + r)], fill))
        }
        _ => {
            let r = style.px(1.2 * radius);
            root.draw(&Polygon::new([(x - r, y + r), (x, y - r), (x + r, y + r)], fill))
        }
    }
}

fn legend<DB: DrawingBackend>(root: &Area<DB>, plot: &Plot, style: &ChartStyle, frame: &Frame) -> Drawn<DB> {
    let rows = plot.legend_rows(frame, style);
    let top = frame.top - style.px(LINE * rows.len() as f64 + 4.0);
    for (i, row) in rows.iter().enumerate() {
        let y = top + style.px(LINE * (i as f64 + 0.5));
        let mut x = frame.left;
        for series in row {
            let (ink, swatch) = (series.ink.of(style.theme), style.px(18.0));
            let half = match series.mark {
                Mark::Line | Mark::Step => style.px(1.5).max(1),
                Mark::Bars => style.px(5.0),
                Mark::Dots => 0,
            };
            if half > 0 {
                draw::rect(root, (x, y - half), (x + swatch, y + half), ink, 1.0)?;
            }
            if series.ink.slot().is_some() || series.mark == Mark::Dots {
                marker(root, style, series.ink.slot(), ink, (x + swatch / 2, y), 4.0, 1.0)?;
            }
            let at = (x + swatch + style.px(6.0), y);
            draw::text(root, style, &series.name, style.theme.ink(), at, (HPos::Left, VPos::Center))?;
            x += draw::width_of(&series.name, style) + style.px(ENTRY);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };
    const SIZE: (u32, u32) = (700, 400);

    fn plot(series: Vec<Series>) -> Plot {
        Plot {
            title: "t".into(),
            x: Axis::linear("x", 0.0, 10.0),
            y: Axis::linear("y", 0.0, 1.0),
            series,
            rules: vec![],
        }
    }

    #[test]
    fn a_pointer_reads_all_series_at_the_nearest_x() {
        let a = Series::line("a", SeriesInk::Slot(0), vec![[0.0, 0.1], [5.0, 0.2], [10.0, 0.3]]);
        let b = Series::line("b", SeriesInk::Slot(1), vec![[0.0, 0.5], [10.0, 0.7]]);
        let plot = plot(vec![a, b]);
        let frame = plot.frame(SIZE, &STYLE).unwrap();
        let hover = plot.hover((frame.x(0.48), f64::from(frame.top) + 9.0), SIZE, &STYLE).unwrap();
        assert!((hover.x - 5.0).abs() < 1e-12);
        let values: Vec<_> = hover.lines.iter().map(|line| (&*line.name, &*line.value)).collect();
        assert_eq!(values, [("a", "0.2000"), ("b", "0.5000")]);
        assert_eq!(plot.hover((1.0, 1.0), SIZE, &STYLE), None);
    }

    #[test]
    fn the_table_has_a_row_for_each_x_and_holes_where_a_series_has_none() {
        let a = Series::line("a", SeriesInk::Slot(0), vec![[0.0, 0.1], [5.0, 0.2]]);
        let b = Series::line("b", SeriesInk::Slot(1), vec![[0.0, 0.5]]);
        assert_eq!(plot(vec![a.clone(), b]).table().csv(), "x,a (y),b (y)\r\n0,0.1,0.5\r\n5,0.2,\r\n");
        let dots = a.drawn(Mark::Dots);
        assert_eq!(plot(vec![dots]).table().csv(), "series,x,y\r\na,0,0.1\r\na,5,0.2\r\n");
    }

    #[test]
    fn a_line_is_cut_where_it_leaves_the_plot() {
        assert_eq!(clipped((0.0, -1.0), (1.0, 3.0)), Some(((0.25, 0.0), (0.5, 1.0))));
        assert_eq!(clipped((0.0, 1.5), (1.0, 1.2)), None);
        assert_eq!(clipped((0.0, f64::NAN), (1.0, 0.2)), None);
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
