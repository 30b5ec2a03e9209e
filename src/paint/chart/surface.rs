//! A value over two parameters: a heat surface with contours.

use plotters::element::Circle;
use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};
use serde::{Deserialize, Serialize};

use super::super::colormap::ramp;
use super::super::number::{short, tick};
use super::super::{Rgb, Theme};
use super::axis::Axis;
use super::draw::{self, LINE};
use super::frame::Frame;
use super::mesh::{View, draw_mesh};
use super::table::{Cell, Table};
use super::{Area, ChartStyle, Drawn, Hover, HoverLine};

/// A value at every crossing of two rows of parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Surface {
    /// What it answers, in a few words.
    pub title: String,
    /// The horizontal parameter, from the first column to the last.
    pub x: Axis,
    /// The upright parameter, from the first row to the last.
    pub y: Axis,
    /// What the colour measures.
    pub name: String,
    /// Values of the columns, increasing.
    pub columns: Vec<f64>,
    /// Values of the rows, increasing.
    pub rows: Vec<f64>,
    /// By row, then column. What is not finite is left blank.
    pub values: Vec<f64>,
    /// Where the present settings stand, if they do.
    pub here: Option<[f64; 2]>,
    /// By how many degrees it is turned as a mesh seen from the side; without, it is seen from above, with contours.
    pub turn: Option<f64>,
}

/// Contours at most.
const CONTOURS: i32 = 8;

/// A crossing of a mesh is read from so far, in pixels of the page.
const REACH: f64 = 24.0;

impl Surface {
    pub(super) fn value(&self, row: usize, column: usize) -> f64 {
        self.values.get(row * self.columns.len() + column).copied().unwrap_or(f64::NAN)
    }

    /// What the colours measure, from the least value to the most.
    pub(super) fn scale(&self) -> Axis {
        let finite = || self.values.iter().copied().filter(|value| value.is_finite());
        let (least, most) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        if least < most {
            Axis::linear(&self.name, least, most)
        } else {
            Axis::linear(&self.name, least.min(0.0), least.max(0.0) + 1.0)
        }
    }

    /// Round values between the least and the most.
    fn levels(&self) -> Vec<f64> {
        let scale = self.scale();
        scale.ticks(CONTOURS, 1).into_iter().map(|(share, _)| scale.value(share)).collect()
    }

    /// A mesh has the names of its axes in itself, and the room under the plot as well.
    fn frame(&self, size: (u32, u32), style: &ChartStyle) -> Option<Frame> {
        let frame = Frame::new(size, style, true)?;
        let more = if self.turn.is_some() { style.px(1.5 * LINE) } else { 0 };
        Some(Frame { bottom: frame.bottom + more, ..frame })
    }

    /// The row and column of the crossing that is nearest to values of x and y.
    pub(super) fn nearest(&self, [x, y]: [f64; 2]) -> Option<(usize, usize)> {
        let column = nearest(&self.columns, &self.x, self.x.share(x))?;
        Some((nearest(&self.rows, &self.y, self.y.share(y))?, column))
    }

    /// The crossing that lies nearest to a pixel of a mesh.
    fn reached(
        &self,
        degrees: f64,
        at: (f64, f64),
        frame: &Frame,
        style: &ChartStyle,
    ) -> Option<(usize, usize)> {
        let view = View::new(self, degrees, frame, style);
        let crossings = (0..self.rows.len()).flat_map(|row| (0..self.columns.len()).map(move |c| (row, c)));
        let far = |(row, column): (usize, usize)| {
            view.crossing(self, row, column).map(|(x, y)| (x - at.0).hypot(y - at.1))
        };
        let found = crossings.filter_map(|crossing| Some((crossing, far(crossing)?)));
        let (crossing, far) = found.min_by(|a, b| a.1.total_cmp(&b.1))?;
        (far <= REACH * style.scale.max(1.0)).then_some(crossing)
    }

    /// What a pointer at these pixels reads: the value of the nearest crossing.
    pub fn hover(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<Hover> {
        let frame = self.frame(size, style)?;
        let share = frame.shares(at)?;
        let (row, column) = match self.turn {
            Some(degrees) => self.reached(degrees, at, &frame, style)?,
            None => self.nearest([self.x.value(share.0), self.y.value(share.1)])?,
        };
        let line = |name: &str, value: f64| HoverLine { name: name.into(), value: short(value) };
        Some(Hover {
            at: [self.columns[column], self.rows[row]],
            title: format!("{}: {}", self.name, short(self.value(row, column))),
            lines: vec![line(&self.x.name, self.columns[column]), line(&self.y.name, self.rows[row])],
        })
    }

    /// One row for each crossing.
    pub fn table(&self) -> Table {
        let row = |row: usize, column: usize| {
            [self.columns[column], self.rows[row], self.value(row, column)].map(Cell::Number).to_vec()
        };
        let crossings = (0..self.rows.len()).flat_map(|r| (0..self.columns.len()).map(move |c| (r, c)));
        Table {
            columns: vec![self.x.name.clone(), self.y.name.clone(), self.name.clone()],
            rows: crossings.map(|(r, c)| row(r, c)).collect(),
        }
    }
}

fn nearest(values: &[f64], axis: &Axis, share: f64) -> Option<usize> {
    let distance = |i: &usize| (axis.share(values[*i]) - share).abs();
    (0..values.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// Draws a surface, its contours and the key to its colours. `cursor` is a crossing to mark.
pub fn draw_surface<DB: DrawingBackend>(
    root: &Area<DB>,
    surface: &Surface,
    style: &ChartStyle,
    cursor: Option<[f64; 2]>,
) -> Drawn<DB> {
    root.fill(&draw::colour(style.theme.surface()))?;
    let Some(frame) = surface.frame(root.dim_in_pixel(), style) else { return Ok(()) };
    if let Some(degrees) = surface.turn {
        return draw_mesh(root, surface, style, (&frame, degrees), cursor);
    }
    let colours = colours(style.theme);
    let scale = surface.scale();
    let colour =
        |value: f64| -> Rgb { colours[(255.0 * scale.share(value)).round().clamp(0.0, 255.0) as usize] };
    let (xs, ys) = (edges(&surface.columns, &surface.x), edges(&surface.rows, &surface.y));
    for row in 0..surface.rows.len() {
        for column in 0..surface.columns.len() {
            let value = surface.value(row, column);
            if value.is_finite() {
                let from = (frame.x(xs[column]).round() as i32, frame.y(ys[row + 1]).round() as i32);
                let to = (frame.x(xs[column + 1]).round() as i32, frame.y(ys[row]).round() as i32);
                draw::rect(root, from, to, colour(value), 1.0)?;
            }
        }
    }
    frame.left_axis(root, style, &surface.y.name, &surface.y.ticks(frame.height(), style.px(44.0)))?;
    frame.bottom_axis(root, style, &surface.x.name, &surface.x.ticks(frame.width(), style.px(64.0)))?;
    for level in surface.levels() {
        contour(root, surface, style, &frame, level)?;
    }
    key(root, style, &frame, &scale, &colours)?;
    for (at, ink) in [(surface.here, style.theme.background()), (cursor, style.theme.ink())] {
        let Some([x, y]) = at.map(|[x, y]| [surface.x.share(x), surface.y.share(y)]) else { continue };
        if (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y) {
            let at = (frame.x(x).round() as i32, frame.y(y).round() as i32);
            for (radius, ink) in [(7.0, style.theme.surface()), (5.0, ink)] {
                root.draw(&Circle::new(at, style.px(radius), draw::colour(ink).filled()))?;
            }
        }
    }
    Ok(())
}

/// From the least value to the most.
pub(super) fn colours(theme: Theme) -> [Rgb; 256] {
    ramp(theme.grid(), theme.foreground())
}

/// Where cells begin and end, as shares: half-way between neighbours.
fn edges(values: &[f64], axis: &Axis) -> Vec<f64> {
    let shares: Vec<f64> = values.iter().map(|value| axis.share(*value)).collect();
    let between = shares.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    std::iter::once(0.0).chain(between).chain(std::iter::once(1.0)).collect()
}

/// The lines along which the surface has a value, by marching squares, and the value once.
fn contour<DB: DrawingBackend>(
    root: &Area<DB>,
    surface: &Surface,
    style: &ChartStyle,
    frame: &Frame,
    level: f64,
) -> Drawn<DB> {
    let segments = segments(surface, level);
    let pixel = |(x, y): (f64, f64)| (frame.x(x), frame.y(y));
    for (a, b) in &segments {
        draw::curve(root, style, [pixel(*a), pixel(*b)].into_iter(), style.theme.ink(), 1.0)?;
    }
    if let Some((a, b)) = segments.get(segments.len() / 2) {
        let (x, y) = pixel((f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1)));
        let x = x.clamp(f64::from(frame.left + style.px(16.0)), f64::from(frame.right - style.px(16.0)));
        let y = y.clamp(f64::from(frame.top + style.px(8.0)), f64::from(frame.bottom - style.px(8.0)));
        draw::tag(root, style, &tick(level), style.theme.ink(), (x.round() as i32, y.round() as i32))?;
    }
    Ok(())
}

type Segment = ((f64, f64), (f64, f64));

/// In shares of the axes.
fn segments(surface: &Surface, level: f64) -> Vec<Segment> {
    let mut segments = Vec::new();
    for row in 1..surface.rows.len() {
        for column in 1..surface.columns.len() {
            // Around the cell, counter-clockwise.
            let corners = [(row - 1, column - 1), (row - 1, column), (row, column), (row, column - 1)];
            let corners = corners.map(|(r, c)| {
                (surface.x.share(surface.columns[c]), surface.y.share(surface.rows[r]), surface.value(r, c))
            });
            if corners.iter().any(|corner| !corner.2.is_finite()) {
                continue;
            }
            let crossings: Vec<(f64, f64)> = (0..4)
                .filter_map(|i| {
                    let (a, b) = (corners[i], corners[(i + 1) % 4]);
                    let t = (level - a.2) / (b.2 - a.2);
                    ((a.2 < level) != (b.2 < level)).then_some((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)))
                })
                .collect();
            // Two, or four at a saddle, of which neighbours are joined.
            segments.extend(crossings.as_chunks().0.iter().map(|&[a, b]| (a, b)));
        }
    }
    segments
}

/// A bar of all colours on the right, with its least and most, and what it measures above.
pub(super) fn key<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    scale: &Axis,
    colours: &[Rgb; 256],
) -> Drawn<DB> {
    let (left, width) = (frame.right + style.px(8.0), style.px(10.0));
    for y in frame.top..frame.bottom {
        let share = f64::from(frame.bottom - 1 - y) / f64::from(frame.height() - 1).max(1.0);
        let colour = colours[(255.0 * share).round() as usize];
        draw::rect(root, (left, y), (left + width, y + 1), colour, 1.0)?;
    }
    for (share, label) in scale.ticks(frame.height(), style.px(44.0)) {
        let at = (left + width + style.px(4.0), frame.y(share).round() as i32);
        draw::text(root, style, &label, style.theme.muted(), at, (HPos::Left, VPos::Center))?;
    }
    let at = (frame.right + style.px(48.0), frame.top - style.px(LINE - 8.0));
    draw::text(root, style, &scale.name, style.theme.ink(), at, (HPos::Right, VPos::Bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane() -> Surface {
        let values: Vec<f64> = (0..5).map(f64::from).collect();
        Surface {
            title: "t".into(),
            x: Axis::linear("x", 0.0, 4.0),
            y: Axis::linear("y", 0.0, 4.0),
            name: "x + y".into(),
            columns: values.clone(),
            rows: values.clone(),
            values: values.iter().flat_map(|y| values.iter().map(move |x| x + y)).collect(),
            here: None,
            turn: None,
        }
    }

    #[test]
    fn contours_of_a_plane_are_straight() {
        let segments = segments(&plane(), 2.5);
        assert!(segments.len() >= 3);
        for (a, b) in segments {
            for (x, y) in [a, b] {
                assert!((4.0 * (x + y) - 2.5).abs() < 1e-12, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_pointer_reads_the_nearest_crossing() {
        let style = ChartStyle { theme: Theme::Light, scale: 1.0 };
        let frame = plane().frame((600, 400), &style).unwrap();
        let hover = plane().hover((frame.x(0.74), frame.y(0.26)), (600, 400), &style).unwrap();
        assert_eq!(hover.title, "x + y: 4.000");
        assert_eq!(hover.lines.iter().map(|line| &*line.value).collect::<Vec<_>>(), ["3.000", "1.000"]);
    }

    #[test]
    fn a_pointer_on_a_mesh_reads_the_crossing_under_it() {
        let (style, size) = (ChartStyle { theme: Theme::Light, scale: 1.0 }, (600, 400));
        let turned = Surface { turn: Some(30.0), ..plane() };
        let frame = turned.frame(size, &style).unwrap();
        let view = View::new(&turned, 30.0, &frame, &style);
        let (x, y) = view.crossing(&turned, 1, 3).unwrap();
        let hover = turned.hover((x + 3.0, y - 3.0), size, &style).unwrap();
        assert_eq!(hover.lines.iter().map(|line| &*line.value).collect::<Vec<_>>(), ["3.000", "1.000"]);
        assert_eq!(turned.hover((f64::from(frame.left), f64::from(frame.top)), size, &style), None);
    }

    #[test]
    fn a_flat_surface_has_a_scale() {
        let flat = Surface { values: vec![2.0; 25], ..plane() };
        let scale = flat.scale();
        assert!(scale.from < scale.to && scale.share(2.0).is_finite());
    }
}
