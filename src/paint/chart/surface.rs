//! Value over two parameters, drawn as a heat surface with contours.

use plotters::element::Circle;
use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};
use serde::{Deserialize, Serialize};

use super::super::colormap::ramp;
use super::super::number::{short, tick};
use super::super::{Rgb, Theme};
use super::axis::Axis;
use super::contour::lines;
use super::draw::{self, LINE};
use super::frame::{AxisTick, Frame, written_in};
use super::mesh::{MeshProjection, draw_mesh};
use super::table::{Cell, Table};
use super::{Area, ChartStyle, Drawn, Hover, HoverLine};

/// Value at every crossing of two lists of parameter values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Surface {
    /// Title: the question the chart answers, in a few words.
    pub title: String,
    /// Axis of the horizontal parameter, from the first column to the last.
    pub x: Axis,
    /// Axis of the vertical parameter, from the first row to the last.
    pub y: Axis,
    /// Name of the value that colour shows.
    pub name: String,
    /// Values of the horizontal parameter, increasing.
    pub columns: Vec<f64>,
    /// Values of the vertical parameter, increasing.
    pub rows: Vec<f64>,
    /// Values by row, then column. Those that are not finite are left blank.
    pub values: Vec<f64>,
    /// Parameters of the present settings, x and y, if they have any.
    pub here: Option<[f64; 2]>,
    /// Turn of the mesh seen from the side, in degrees; without one the surface is seen from above, with
    /// contours.
    pub turn: Option<f64>,
}

/// Largest number of contours.
const CONTOURS: i32 = 8;

/// Key of the colours, in pixels of the page: distance from the plot, width, distance to its labels.
const BAR: (f64, f64, f64) = (8.0, 10.0, 4.0);
/// Largest distance from a pointer to a crossing of a mesh that is read, in pixels of the page.
const REACH: f64 = 24.0;

impl Surface {
    pub(super) fn value(&self, row: usize, column: usize) -> f64 {
        self.values.get(row * self.columns.len() + column).copied().unwrap_or(f64::NAN)
    }

    /// Axis of the values that colour shows, from the least to the largest.
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

    /// Levels of the contours: round values between the least and the largest.
    fn levels(&self) -> Vec<f64> {
        let scale = self.scale();
        scale.ticks(CONTOURS, 1).into_iter().map(|(share, _)| scale.value(share)).collect()
    }

    /// Power of ten by which the numbers of the key are divided. It goes to the name, because beside the
    /// colours there is no room.
    fn power(&self) -> i32 {
        let scale = self.scale();
        let most = scale.from.abs().max(scale.to.abs());
        written_in(most)
    }

    /// Divisor of the numbers of the key.
    fn unit(&self) -> f64 {
        10f64.powi(self.power())
    }

    /// Plot rectangle, beside the key of colours. A mesh carries the names of its axes itself, and takes the
    /// room under the plot as well.
    fn frame(&self, size: (u32, u32), style: &ChartStyle) -> Option<Frame> {
        let frame = Frame::new(size, style, true)?;
        let labels = self.key_ticks(frame.height(), style);
        let widest = labels.iter().map(|(_, label)| draw::width_of(label, style)).max().unwrap_or(0);
        let right = frame.right.min(size.0.cast_signed() - widest - style.px(BAR.0 + BAR.1 + 2.0 * BAR.2));
        let more = if self.turn.is_some() { style.px(1.5 * LINE) } else { 0 };
        (right - frame.left >= style.px(40.0)).then_some(Frame {
            right,
            bottom: frame.bottom + more,
            ..frame
        })
    }

    fn key_ticks(&self, height: i32, style: &ChartStyle) -> Vec<AxisTick> {
        let (scale, unit) = (self.scale(), self.unit());
        let ticks = scale.ticks(height, style.px(44.0)).into_iter();
        ticks.map(|(share, _)| (share, tick(scale.value(share) / unit))).collect()
    }

    /// Row and column of the crossing nearest to values of x and y.
    pub(super) fn nearest(&self, [x, y]: [f64; 2]) -> Option<(usize, usize)> {
        let column = nearest(&self.columns, &self.x, self.x.share(x))?;
        Some((nearest(&self.rows, &self.y, self.y.share(y))?, column))
    }

    /// Row and column of the crossing of a mesh nearest to a pixel; none beyond [`REACH`].
    fn reached(
        &self,
        degrees: f64,
        at: (f64, f64),
        frame: &Frame,
        style: &ChartStyle,
    ) -> Option<(usize, usize)> {
        let view = MeshProjection::new(self, degrees, frame, style);
        let crossings = (0..self.rows.len()).flat_map(|row| (0..self.columns.len()).map(move |c| (row, c)));
        let far = |(row, column): (usize, usize)| {
            view.crossing(self, row, column).map(|(x, y)| (x - at.0).hypot(y - at.1))
        };
        let found = crossings.filter_map(|crossing| Some((crossing, far(crossing)?)));
        let (crossing, far) = found.min_by(|a, b| a.1.total_cmp(&b.1))?;
        (far <= REACH * style.scale.max(1.0)).then_some(crossing)
    }

    /// Reading at a pointer: the value of the nearest crossing.
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

    /// Table with one row for each crossing.
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

/// Draws a surface, its contours and the key of its colours. `cursor` is the x and y of a crossing to mark.
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
    let unit = surface.unit();
    for level in surface.levels() {
        contour(root, surface, style, &frame, level, &tick(level / unit))?;
    }
    key(root, surface, style, &frame, &colours)?;
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

/// Colours of the values, from the least to the largest.
pub(super) fn colours(theme: Theme) -> [Rgb; 256] {
    ramp(theme.grid(), theme.foreground())
}

/// Edges of the cells as fractions of the axis: half-way between neighbours.
fn edges(values: &[f64], axis: &Axis) -> Vec<f64> {
    let shares: Vec<f64> = values.iter().map(|value| axis.share(*value)).collect();
    let between = shares.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    std::iter::once(0.0).chain(between).chain(std::iter::once(1.0)).collect()
}

/// Draws the contour lines at a level, each with its value on it.
fn contour<DB: DrawingBackend>(
    root: &Area<DB>,
    surface: &Surface,
    style: &ChartStyle,
    frame: &Frame,
    level: f64,
    label: &str,
) -> Drawn<DB> {
    let half = draw::width_of(label, style) / 2 + style.px(2.0);
    for line in lines(surface, level) {
        let pixels: Vec<(f64, f64)> = line.iter().map(|(x, y)| (frame.x(*x), frame.y(*y))).collect();
        draw::curve(root, style, pixels.iter().copied(), style.theme.ink(), 1.0)?;
        let length: f64 = pixels.windows(2).map(|ab| (ab[0].0 - ab[1].0).hypot(ab[0].1 - ab[1].1)).sum();
        // A label would hide a line that is hardly longer.
        if length > f64::from(3 * half) {
            let (x, y) = pixels[pixels.len() / 2];
            let x = (x as i32).clamp(frame.left + half, (frame.right - half).max(frame.left + half));
            let y = (y as i32).clamp(frame.top + style.px(8.0), frame.bottom - style.px(8.0));
            draw::tag(root, style, label, style.theme.ink(), (x, y))?;
        }
    }
    Ok(())
}

/// Draws the key on the right: a bar of all colours with round values, and the name of the quantity above.
pub(super) fn key<DB: DrawingBackend>(
    root: &Area<DB>,
    surface: &Surface,
    style: &ChartStyle,
    frame: &Frame,
    colours: &[Rgb; 256],
) -> Drawn<DB> {
    let (left, width) = (frame.right + style.px(BAR.0), style.px(BAR.1));
    for y in frame.top..frame.bottom {
        let share = f64::from(frame.bottom - 1 - y) / f64::from(frame.height() - 1).max(1.0);
        let colour = colours[(255.0 * share).round() as usize];
        draw::rect(root, (left, y), (left + width, y + 1), colour, 1.0)?;
    }
    for (share, label) in surface.key_ticks(frame.height(), style) {
        let at = (left + width + style.px(BAR.2), frame.y(share).round() as i32);
        draw::text(root, style, &label, style.theme.muted(), at, (HPos::Left, VPos::Center))?;
    }
    let name = match surface.power() {
        0 => surface.name.clone(),
        _ => format!("{}, in {}", surface.name, tick(surface.unit())),
    };
    let at = (root.dim_in_pixel().0.cast_signed() - style.px(8.0), frame.top - style.px(LINE - 8.0));
    draw::text(root, style, &name, style.theme.ink(), at, (HPos::Right, VPos::Bottom))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };

    pub(in super::super) fn plane() -> Surface {
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
    fn a_pointer_reads_the_nearest_crossing() {
        let frame = plane().frame((600, 400), &STYLE).unwrap();
        let hover = plane().hover((frame.x(0.74), frame.y(0.26)), (600, 400), &STYLE).unwrap();
        assert_eq!(hover.title, "x + y: 4.000");
        assert_eq!(hover.lines.iter().map(|line| &*line.value).collect::<Vec<_>>(), ["3.000", "1.000"]);
    }

    #[test]
    fn a_pointer_on_a_mesh_reads_the_crossing_under_it() {
        let (style, size) = (ChartStyle { theme: Theme::Light, scale: 1.0 }, (600, 400));
        let turned = Surface { turn: Some(30.0), ..plane() };
        let frame = turned.frame(size, &style).unwrap();
        let view = MeshProjection::new(&turned, 30.0, &frame, &style);
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

    #[test]
    fn small_values_are_written_in_a_power_of_ten_that_fits_beside_the_colours() {
        let small = Surface { values: plane().values.iter().map(|value| 2e-4 * value).collect(), ..plane() };
        assert!((small.unit() - 1e-3).abs() < 1e-15, "{}", small.unit());
        let labels: Vec<String> = small.key_ticks(200, &STYLE).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "0.5", "1", "1.5"]);
        let long = Surface { values: plane().values.iter().map(|value| 1e4 * value).collect(), ..plane() };
        let [a, b] = [plane(), long].map(|surface| surface.frame((600, 400), &STYLE).unwrap().right);
        assert!(b < a, "longer labels take room from the plot");
    }
}
