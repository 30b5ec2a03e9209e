//! Marks and text on a chart, in pixels of the backend.

use plotters::element::{PathElement, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::super::Rgb;
use super::{Area, ChartStyle, Drawn};

/// Typeface: the page's own, then the system's. The string is read as CSS by canvas and SVG alike.
const FACE: &str = "Inter, system-ui, sans-serif";

/// Font size of all text, in pixels of the page.
pub(super) const FONT: f64 = 13.0;

/// Line height of text, in pixels of the page.
pub(super) const LINE: f64 = 18.0;

/// Generous width of a text, in pixels of the backend: most letters are narrower than assumed.
pub(super) fn width_of(text: &str, style: &ChartStyle) -> i32 {
    style.px(0.56 * FONT * text.chars().count() as f64)
}

/// Text cut to a width, with an ellipsis, if it may be wider.
pub(super) fn cut(text: &str, style: &ChartStyle, width: i32) -> String {
    if width_of(text, style) <= width {
        return text.to_owned();
    }
    let letter = width_of("x", style).max(1);
    let room = usize::try_from(width / letter).unwrap_or(0).saturating_sub(1);
    text.chars().take(room).chain(['…']).collect()
}

pub(super) fn colour([r, g, b]: Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

pub(super) fn text<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    text: &str,
    ink: Rgb,
    at: (i32, i32),
    anchor: (HPos, VPos),
) -> Drawn<DB> {
    let (font, ink) = ((FACE, f64::from(style.px(FONT))).into_font(), colour(ink));
    let look = TextStyle::from(font).color(&ink).pos(Pos::new(anchor.0, anchor.1));
    root.draw_text(text, &look, at)
}

/// Draws a filled box. Straight lines are drawn as thin boxes too: a stroke that falls between two pixels is
/// blurred by a canvas, a box is not.
pub(super) fn rect<DB: DrawingBackend>(
    root: &Area<DB>,
    from: (i32, i32),
    to: (i32, i32),
    fill: Rgb,
    opacity: f64,
) -> Drawn<DB> {
    root.draw(&Rectangle::new([from, to], colour(fill).mix(opacity).filled()))
}

/// Draws a curve through points given to a fraction of a pixel.
pub(super) fn curve<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    points: impl Iterator<Item = (f64, f64)>,
    ink: Rgb,
    width: f64,
) -> Drawn<DB> {
    let line = ShapeStyle::from(colour(ink)).stroke_width(style.stroke(width));
    let stretch = f64::from(style.px(6.0));
    let mut last = None;
    let dense = points.flat_map(|to| between(last.replace(to).unwrap_or(to), to, stretch));
    root.draw(&PathElement::new(on_lattice(dense, stretch), line))
}

/// Points on the way from one point to the next, every half pixel where it is shorter than `stretch`: there
/// it is part of a curve, and not an edge with corners.
fn between(from: (f64, f64), to: (f64, f64), stretch: f64) -> impl Iterator<Item = (f64, f64)> {
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let steps = if length < stretch { (2.0 * length).ceil().max(1.0) as u32 } else { 1 };
    (1..=steps).map(move |i| {
        let t = f64::from(i) / f64::from(steps);
        (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1))
    })
}

/// Draws a line from corner to corner: unlike a curve it keeps each of them.
pub(super) fn edge<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    corners: impl Iterator<Item = (f64, f64)>,
    ink: Rgb,
    (width, opacity): (f64, f64),
) -> Drawn<DB> {
    let line = colour(ink).mix(opacity).stroke_width(style.stroke(width));
    let mut corners: Vec<_> = corners.map(|(x, y)| (x.round() as i32, y.round() as i32)).collect();
    corners.dedup();
    root.draw(&PathElement::new(corners, line))
}

/// Path of whole pixels that follows a curve without the wobble of rounding.
///
/// Backends take integers only. Of each stretch of `stretch` pixels the point that happens to lie nearest to
/// a whole pixel is kept, which leaves little more than half the error of rounding just any point.
fn on_lattice(points: impl Iterator<Item = (f64, f64)>, stretch: f64) -> Vec<(i32, i32)> {
    let whole = |(x, y): (f64, f64)| (x.round() as i32, y.round() as i32);
    let mut path = Vec::new();
    let mut points = points.filter(|(x, y)| x.is_finite() && y.is_finite());
    let Some(mut last) = points.next() else { return path };
    path.push(whole(last));
    let (mut length, mut best, mut nearest) = (0.0, None, f64::INFINITY);
    for (x, y) in points {
        let off = (x - x.round()).hypot(y - y.round());
        length += (x - last.0).hypot(y - last.1);
        last = (x, y);
        if off < nearest {
            (best, nearest) = (Some(last), off);
        }
        if length >= stretch {
            path.extend(best.map(whole));
            (length, best, nearest) = (0.0, None, f64::INFINITY);
        }
    }
    path.push(whole(last));
    path.dedup();
    path
}

/// Draws a short text in the middle of a line, which it interrupts.
pub(super) fn tag<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    label: &str,
    ink: Rgb,
    (x, y): (i32, i32),
) -> Drawn<DB> {
    let half = (width_of(label, style) / 2 + style.px(2.0), style.px(0.6 * FONT));
    rect(root, (x - half.0, y - half.1), (x + half.0, y + half.1), style.theme.surface(), 0.9)?;
    text(root, style, label, ink, (x, y), (HPos::Center, VPos::Center))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lattice_path_stays_on_its_curve() {
        let f = |x: f64| 200.0 * (-x / 90.0).exp();
        let path = on_lattice((0..=6000).map(|i| f64::from(i) / 10.0).map(|x| (x, f(x))), 6.0);
        assert_eq!((path[0], path[path.len() - 1]), ((0, 200), (600, 0)));
        let inner = &path[1..path.len() - 1];
        assert!(inner.len() > 80);
        let off: f64 = inner.iter().map(|&(x, y)| (f(f64::from(x)) - f64::from(y)).abs()).sum();
        // Rounding any points would leave a quarter of a pixel.
        assert!(off / (inner.len() as f64) < 0.15, "{}", off / inner.len() as f64);
    }

    #[test]
    fn short_ways_are_gone_in_half_pixels_and_long_ones_at_once() {
        let way = |to| between((1.0, 1.0), to, 6.0).collect::<Vec<_>>();
        assert_eq!(way((2.5, 1.0)), [(1.5, 1.0), (2.0, 1.0), (2.5, 1.0)]);
        assert_eq!(way((1.0, 9.0)), [(1.0, 9.0)]);
        assert_eq!(way((1.0, 1.0)), [(1.0, 1.0)]);
        assert!(way((f64::NAN, 1.0))[0].0.is_nan());
    }

    #[test]
    fn a_path_of_nothing_is_empty() {
        assert!(on_lattice([(f64::NAN, 0.0)].into_iter(), 6.0).is_empty());
        assert_eq!(on_lattice([(1.2, 3.4)].into_iter(), 6.0), [(1, 3)]);
    }
}
