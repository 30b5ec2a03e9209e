//! Surface as a mesh seen from the side: turned about its upright axis and projected without perspective.

use plotters::element::{Circle, Polygon};
use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::super::axis::Axis;
use super::super::draw::{self, LINE};
use super::super::frame::Frame;
use super::super::{Area, ChartStyle, Drawn};
use super::Surface;
use super::key::{colours, key};
use crate::paint::number::tick;

/// Height of the surface, as a fraction of the side of its floor.
const HEIGHT: f64 = 0.75;

/// Angle of view above the floor, in degrees.
const TILT: f64 = 26.0;

/// Margin on both sides of the floor together, in pixels of the page.
const MARGIN: f64 = 24.0;

/// Projection of the floor and of heights above it onto pixels.
pub(super) struct MeshProjection {
    turn: (f64, f64),
    tilt: (f64, f64),
    /// Side of the floor in pixels, and the pixel of its middle.
    side: f64,
    middle: (f64, f64),
    heights: Axis,
}

impl MeshProjection {
    pub(super) fn new(surface: &Surface, degrees: f64, frame: &Frame, style: &ChartStyle) -> Self {
        let tilt = TILT.to_radians().sin_cos();
        let turn = if degrees.is_finite() { degrees.to_radians() } else { 0.0 }.sin_cos();
        // However it is turned, the floor is no wider than its diagonal.
        let diagonal = std::f64::consts::SQRT_2;
        let (margin, line) = (f64::from(style.px(MARGIN)), f64::from(style.px(LINE)));
        let room = (f64::from(frame.width()) - margin, f64::from(frame.height()) - line);
        let tall = diagonal * tilt.0 + HEIGHT * tilt.1;
        let side = (room.0 / diagonal).min(room.1 / tall).max(1.0);
        let middle = (
            f64::midpoint(f64::from(frame.left), f64::from(frame.right)),
            f64::from(frame.bottom) - line - 0.5 * (room.1 - tall * side) - 0.5 * diagonal * tilt.0 * side,
        );
        Self { turn, tilt, side, middle, heights: surface.scale() }
    }

    /// Depth of a place of the floor, larger farther back; `x` and `y` are fractions of the axes.
    fn depth(&self, (x, y): (f64, f64)) -> f64 {
        let (sin, cos) = self.turn;
        (x - 0.5) * sin + (y - 0.5) * cos
    }

    /// Pixel of a place of the floor, raised by a fraction of the height.
    fn pixel(&self, (x, y): (f64, f64), raised: f64) -> (f64, f64) {
        let (sin, cos) = self.turn;
        let across = (x - 0.5) * cos - (y - 0.5) * sin;
        let up = self.depth((x, y)) * self.tilt.0 + HEIGHT * raised * self.tilt.1;
        (self.middle.0 + self.side * across, self.middle.1 - self.side * up)
    }

    /// Pixel of a crossing; none where its value is not finite.
    pub(super) fn crossing(&self, surface: &Surface, row: usize, column: usize) -> Option<(f64, f64)> {
        let value = surface.value(row, column);
        let place = (surface.x.share(surface.columns[column]), surface.y.share(surface.rows[row]));
        value.is_finite().then(|| self.pixel(place, self.heights.share(value)))
    }
}

/// Draws the mesh from the back to the front, on its floor. `cursor` is a crossing to mark.
pub(super) fn draw_mesh<DB: DrawingBackend>(
    root: &Area<DB>,
    surface: &Surface,
    style: &ChartStyle,
    (frame, degrees): (&Frame, f64),
    cursor: Option<[f64; 2]>,
) -> Drawn<DB> {
    let view = MeshProjection::new(surface, degrees, frame, style);
    let palette = colours(style.theme);
    floor(root, style, &view)?;
    // How far back each lies, its corners in pixels, and its mean.
    let mut cells = Vec::new();
    for row in 1..surface.rows.len() {
        for column in 1..surface.columns.len() {
            let corners = [(row - 1, column - 1), (row - 1, column), (row, column), (row, column - 1)];
            let pixels = corners.map(|(r, c)| view.crossing(surface, r, c));
            let [Some(a), Some(b), Some(c), Some(d)] = pixels else { continue };
            let mean = corners.iter().map(|&(r, c)| surface.value(r, c)).sum::<f64>() / 4.0;
            let middle = (
                surface.x.share(f64::midpoint(surface.columns[column - 1], surface.columns[column])),
                surface.y.share(f64::midpoint(surface.rows[row - 1], surface.rows[row])),
            );
            cells.push((view.depth(middle), [a, b, c, d], mean));
        }
    }
    cells.sort_by(|a: &(f64, _, f64), b| b.0.total_cmp(&a.0));
    for (_, corners, mean) in cells {
        let share = view.heights.share(mean).clamp(0.0, 1.0);
        let colour = draw::colour(palette[(255.0 * share).round() as usize]);
        let corners = corners.map(whole);
        root.draw(&Polygon::new(corners, colour.filled()))?;
        let outline = corners.iter().chain(&corners[..1]).map(|&(x, y)| (f64::from(x), f64::from(y)));
        draw::edge(root, style, outline, style.theme.surface(), (1.0, 0.7))?;
    }
    for (at, ink) in [(surface.here, style.theme.background()), (cursor, style.theme.ink())] {
        if let Some((row, column)) = at.and_then(|at| surface.nearest(at))
            && let Some(pixel) = view.crossing(surface, row, column)
        {
            for (radius, ink) in [(7.0, style.theme.surface()), (5.0, ink)] {
                root.draw(&Circle::new(whole(pixel), style.px(radius), draw::colour(ink).filled()))?;
            }
        }
    }
    names(root, surface, style, &view)?;
    key(root, surface, style, frame, &palette)
}

fn whole((x, y): (f64, f64)) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

fn floor<DB: DrawingBackend>(root: &Area<DB>, style: &ChartStyle, view: &MeshProjection) -> Drawn<DB> {
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
    draw::edge(root, style, corners.iter().map(|at| view.pixel(*at, 0.0)), style.theme.muted(), (1.0, 1.0))
}

/// Draws the names and ends of the axes, along the two sides of the floor in front.
fn names<DB: DrawingBackend>(
    root: &Area<DB>,
    surface: &Surface,
    style: &ChartStyle,
    view: &MeshProjection,
) -> Drawn<DB> {
    let width = i32::try_from(root.dim_in_pixel().0).unwrap_or(i32::MAX);
    for (axis, along_x) in [(&surface.x, true), (&surface.y, false)] {
        let at = |share: f64, side: f64| if along_x { (share, side) } else { (side, share) };
        let side = if view.depth(at(0.5, 0.0)) <= view.depth(at(0.5, 1.0)) { 0.0 } else { 1.0 };
        let ends =
            [(0.0, axis.from), (1.0, axis.to)].map(|(share, end)| (share, tick(end), style.theme.muted()));
        for (share, text, ink) in ends.into_iter().chain([(0.5, axis.name.clone(), style.theme.ink())]) {
            let (x, y) = view.pixel(at(share, side), 0.0);
            // Away from the middle of the floor, by as much as the text is large.
            let (dx, dy) = (x - view.middle.0, y - view.middle.1);
            let length = dx.hypot(dy).max(1.0);
            let half = draw::width_of(&text, style) / 2;
            let (far, high) = (f64::from(half + style.px(6.0)), f64::from(style.px(0.7 * LINE)));
            let place = whole((x + far * dx / length, y + high * dy / length + high * 0.3));
            let place = (place.0.clamp(half, (width - half).max(half)), place.1);
            draw::text(root, style, &text, ink, place, (HPos::Center, VPos::Center))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::Theme;

    #[test]
    fn however_it_is_turned_everything_lies_in_the_frame() {
        let style = ChartStyle { theme: Theme::Light, scale: 1.0 };
        let surface = Surface {
            x: Axis::linear("x", 0.0, 1.0),
            y: Axis::linear("y", 0.0, 1.0),
            columns: vec![0.0, 1.0],
            rows: vec![0.0, 1.0],
            values: vec![0.0, 1.0, 1.0, 2.0],
            ..Surface::default()
        };
        let frame = Frame::new((500, 300), &style, true).unwrap();
        for degrees in 0..=36 {
            let view = MeshProjection::new(&surface, 10.0 * f64::from(degrees), &frame, &style);
            for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let (x, y) = view.crossing(&surface, row, column).unwrap();
                assert!(x >= f64::from(frame.left) && x <= f64::from(frame.right), "{degrees} {x}");
                assert!(y >= f64::from(frame.top) && y <= f64::from(frame.bottom), "{degrees} {y}");
            }
        }
        let flat = MeshProjection::new(&surface, f64::NAN, &frame, &style);
        let (left, right) = (flat.pixel((0.0, 0.5), 0.0), flat.pixel((1.0, 0.5), 0.0));
        assert!(left.0 < right.0 && (left.1 - right.1).abs() < 1e-9);
    }
}
