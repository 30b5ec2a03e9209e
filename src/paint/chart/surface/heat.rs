//! Drawing of a surface: its values as colours with contours, or the mesh where it is turned.

use plotters::element::Circle;
use plotters::prelude::DrawingBackend;
use plotters::style::Color;

use super::super::axis::Axis;
use super::super::draw;
use super::super::frame::Frame;
use super::super::{Area, ChartStyle, Drawn};
use super::Surface;
use super::contour::lines;
use super::key::{colours, key};
use super::mesh::draw_mesh;
use crate::paint::Rgb;
use crate::paint::number::tick;

/// Largest number of contours.
const CONTOURS: i32 = 8;

impl Surface {
    /// Levels of the contours: round values between the least and the largest.
    fn levels(&self) -> Vec<f64> {
        let scale = self.scale();
        scale.ticks(CONTOURS, 1).into_iter().map(|(share, _)| scale.value(share)).collect()
    }
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
