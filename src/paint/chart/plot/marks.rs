//! Drawing of a plot.

use plotters::element::{Circle, Polygon};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, ShapeStyle};

use super::super::super::Rgb;
use super::super::draw::{self, LINE};
use super::super::frame::Frame;
use super::super::{Area, ChartStyle, Drawn};
use super::{ENTRY, Mark, Plot, Series, SeriesInk};
use crate::paint::theme::SLOTS;

/// Largest number of points of a line that carry a marker.
const MARKERS: usize = 9;

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
    let mut ticks = plot.x.ticks(frame.width(), style.px(64.0));
    if !plot.x.names.is_empty() {
        let room = frame.width() / i32::try_from(ticks.len().max(1)).unwrap_or(i32::MAX) - style.px(8.0);
        for (_, name) in &mut ticks {
            *name = name.lines().map(|line| draw::cut(line, style, room)).collect::<Vec<_>>().join("\n");
        }
    }
    // Names of several lines take the room of that of the axis, and say as much.
    let name = if ticks.iter().any(|(_, name)| name.contains('\n')) { "" } else { plot.x.name.as_str() };
    frame.bottom_axis(root, style, name, &ticks)?;
    // The legend stands between the plot and the names of its upright axes.
    let at = (style.px(8.0), style.px(LINE + 2.0));
    draw::text(root, style, &plot.y.name, style.theme.ink(), at, (HPos::Left, VPos::Bottom))?;
    if let Some(right) = &plot.right {
        frame.right_axis(root, style, "", &right.ticks(frame.height(), style.px(44.0)))?;
        let at = (frame.right + style.px(48.0), at.1);
        draw::text(root, style, &right.name, style.theme.ink(), at, (HPos::Right, VPos::Bottom))?;
    }
    legend(root, plot, style, &frame)?;
    for rule in &plot.rules {
        rule_at(root, style, &frame, plot.x.share(rule.at), style.theme.muted())?;
    }
    for (at, series) in plot.series.iter().enumerate() {
        let ink = series.ink.of(style.theme);
        match series.mark {
            Mark::Line | Mark::Step => lines(root, plot, series, style, &frame)?,
            Mark::Dots => {
                for point in &series.points {
                    if let Some(at) = place(plot, series, &frame, *point) {
                        marker(root, style, series.ink.slot(), ink, at, 3.5, 0.75)?;
                    }
                }
            }
            Mark::Bars | Mark::Stacked => bars(root, plot, at, style, &frame)?,
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
    for series in &plot.series {
        tag_of(root, plot, series, style, &frame)?;
    }
    handles(root, plot, style, &frame)?;
    let Some(cursor) = cursor else { return Ok(()) };
    rule_at(root, style, &frame, plot.x.share(cursor), style.theme.ink())?;
    for (i, series) in plot.series.iter().enumerate().filter(|(_, series)| series.is_function()) {
        let at = series.at(cursor, &plot.x).map(|[x, y]| match series.mark {
            Mark::Step => [cursor, y],
            _ => [x, plot.foot(i, x) + y],
        });
        if let Some(at) = at.and_then(|point| place(plot, series, &frame, point)) {
            marker(root, style, None, series.ink.of(style.theme), at, 4.5, 1.0)?;
        }
    }
    Ok(())
}

/// Pixel of a point; none outside the plot.
fn place(plot: &Plot, series: &Series, frame: &Frame, [x, y]: [f64; 2]) -> Option<(i32, i32)> {
    let (x, y) = (plot.x.share(x + series.beside), plot.axis_of(series).share(y));
    let inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
    (inside(x) && inside(y)).then(|| (frame.x(x).round() as i32, frame.y(y).round() as i32))
}

/// Draws the name of a series upon its line.
fn tag_of<DB: DrawingBackend>(
    root: &Area<DB>,
    plot: &Plot,
    series: &Series,
    style: &ChartStyle,
    frame: &Frame,
) -> Drawn<DB> {
    let at =
        series.tag.and_then(|x| series.at(x, &plot.x)).and_then(|point| place(plot, series, frame, point));
    at.map_or(Ok(()), |at| draw::tag(root, style, &series.name, series.ink.of(style.theme), at))
}

/// Draws the handles: rings to drag, each with its name on the side that has more room.
fn handles<DB: DrawingBackend>(root: &Area<DB>, plot: &Plot, style: &ChartStyle, frame: &Frame) -> Drawn<DB> {
    for handle in &plot.handles {
        let (x, y) = (plot.x.share(handle.at[0]), plot.y.share(handle.at[1]));
        if !(x.is_finite() && y.is_finite()) {
            continue;
        }
        let (x, y) = (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0));
        let at = (frame.x(x).round() as i32, frame.y(y).round() as i32);
        let ink = handle.ink.of(style.theme);
        for (radius, ink) in [(9.0, ink), (6.0, style.theme.surface()), (3.0, ink)] {
            root.draw(&Circle::new(at, style.px(radius), draw::colour(ink).filled()))?;
        }
        let (half, away) = (draw::width_of(&handle.label, style) / 2, style.px(16.0));
        let beside = if x < 0.5 { away + half } else { -away - half };
        draw::tag(root, style, &handle.label, ink, (at.0 + beside, at.1))?;
    }
    Ok(())
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
    at: usize,
    style: &ChartStyle,
    frame: &Frame,
) -> Drawn<DB> {
    let series = &plot.series[at];
    let share = |point: &[f64; 2]| plot.x.share(point[0]);
    let spacing =
        series.points.windows(2).map(|pair| share(&pair[1]) - share(&pair[0])).fold(f64::INFINITY, f64::min);
    let half = match series.width {
        Some(width) => 0.5 * width / (plot.x.to - plot.x.from),
        None => 0.42 * if spacing.is_finite() { spacing } else { 0.1 },
    };
    let axis = plot.axis_of(series);
    for point in &series.points {
        let below = plot.foot(at, point[0]);
        // A log axis has no 0: there bars stand on its start.
        let foot = axis.share(below);
        let foot = if foot.is_nan() { 0.0 } else { foot.clamp(0.0, 1.0) };
        let x = plot.x.share(point[0] + series.beside);
        let y = axis.share(below + point[1]).clamp(0.0, 1.0);
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
            opacity(series),
        )?;
    }
    Ok(())
}

/// Opacity of a series' bars.
fn opacity(series: &Series) -> f64 {
    if series.pale { 0.35 } else { 0.75 }
}

/// Draws the line of a series, cut where it leaves the plot.
fn lines<DB: DrawingBackend>(
    root: &Area<DB>,
    plot: &Plot,
    series: &Series,
    style: &ChartStyle,
    frame: &Frame,
) -> Drawn<DB> {
    let ink = series.ink.of(style.theme);
    let width = if series.ink == SeriesInk::Muted { 1.0 } else { 2.2 };
    let axis = plot.axis_of(series);
    let mut shares: Vec<(f64, f64)> = Vec::with_capacity(series.points.len());
    for &[x, y] in &series.points {
        let point = (plot.x.share(x + series.beside), axis.share(y));
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
        let points = run.iter().map(|(x, y)| (frame.x(*x), frame.y(*y)));
        if series.mark == Mark::Step {
            draw::edge(root, style, points, ink, (width, 1.0))?;
        } else {
            draw::curve(root, style, points, ink, width)?;
        }
    }
    let slot = series.ink.slot();
    let every = series.points.len().div_ceil(MARKERS).max(1);
    // Markers of different series start at different points, so that those of equal lines do not hide each other.
    let first = slot.unwrap_or(0) % every;
    if slot.is_some() || series.points.len() == 1 {
        for point in series.points.iter().skip(first).step_by(every) {
            if let Some(at) = place(plot, series, frame, *point) {
                marker(root, style, slot, ink, at, 4.0, 1.0)?;
            }
        }
    }
    Ok(())
}

/// Part of a segment with y in 0 to 1; none if an end is not finite or no part is inside. Both x are taken to
/// lie inside.
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

/// Draws a small shape around a point, by slot: circle, square, diamond, triangle.
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

/// Draws the legend over the plot: the names of all series, each with its mark.
pub(in crate::paint::chart) fn legend<DB: DrawingBackend>(
    root: &Area<DB>,
    plot: &Plot,
    style: &ChartStyle,
    frame: &Frame,
) -> Drawn<DB> {
    let rows = plot.legend_rows(frame, style);
    let top = frame.top - style.px(LINE * rows.len() as f64 + 4.0);
    for (i, row) in rows.iter().enumerate() {
        let y = top + style.px(LINE * (i as f64 + 0.5));
        let mut x = frame.left;
        for series in row {
            let (ink, swatch) = (series.ink.of(style.theme), style.px(18.0));
            let half = match series.mark {
                Mark::Line | Mark::Step => style.px(1.5).max(1),
                Mark::Bars | Mark::Stacked => style.px(5.0),
                Mark::Dots => 0,
            };
            if half > 0 {
                let opacity = if series.pale { opacity(series) } else { 1.0 };
                draw::rect(root, (x, y - half), (x + swatch, y + half), ink, opacity)?;
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

    #[test]
    fn a_line_is_cut_where_it_leaves_the_plot() {
        assert_eq!(clipped((0.0, -1.0), (1.0, 3.0)), Some(((0.25, 0.0), (0.5, 1.0))));
        assert_eq!(clipped((0.0, 1.5), (1.0, 1.2)), None);
        assert_eq!(clipped((0.0, f64::NAN), (1.0, 0.2)), None);
    }

    #[test]
    fn steps_keep_their_corners_however_close_they_lie() {
        use super::super::super::{Axis, Chart};
        use crate::paint::Theme;

        let points = vec![[0.0, 0.0], [0.476, 0.0], [0.479, 0.2], [0.482, 1.0], [2.0, 1.0]];
        let steps = Series::line("", SeriesInk::Strong, points).drawn(Mark::Step);
        let plot = Plot::new("", Axis::linear("", 0.0, 2.0), Axis::linear("", 0.0, 1.0), vec![steps]);
        let svg = Chart::Plot(plot).svg(Theme::Light, (600, 400));
        let line = svg.lines().find(|line| line.starts_with("<polyline")).expect("the steps");
        let corners = line.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("points");
        let corners: Vec<&str> = corners.split_whitespace().collect();
        let turns = |pair: &[&str]| {
            let (a, b) = (pair[0].split_once(',').unwrap(), pair[1].split_once(',').unwrap());
            a.0 == b.0 || a.1 == b.1
        };
        assert!(corners.windows(2).all(turns), "{corners:?}");
    }
}
