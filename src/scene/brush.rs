//! A round brush, and how much of each pixel a path of it covers.

use std::f64::consts::FRAC_1_SQRT_2;

use serde::{Deserialize, Serialize};

use super::rect::Rect;
use super::within;

/// A place on the grid, in pixels: pixel `(y, x)` covers `x..x + 1` and its centre is at `x + 0.5`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// A pointer can be dragged off the canvas, but not this far.
    const FARTHEST: f64 = 1e5;

    /// The point itself, kept where arithmetic on it is exact enough; nothing for what is no place at all.
    pub(super) fn sane(self) -> Option<Self> {
        let near = |v: f64| v.clamp(-Self::FARTHEST, Self::FARTHEST);
        (self.x.is_finite() && self.y.is_finite()).then(|| Self { x: near(self.x), y: near(self.y) })
    }
}

/// A round brush.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Brush {
    /// In pixels of the grid, 0.5..128; 0.5 paints one pixel.
    pub radius: f64,
    /// The part of the radius over which the paint fades out, 0..1. The truth is always painted with a hard edge.
    pub softness: f64,
}

impl Brush {
    const SMALLEST: f64 = 0.5;
    const LARGEST: f64 = 128.0;

    /// The nearest brush within the ranges; what is not a number becomes the smallest, the hard one.
    #[must_use]
    pub fn clamped(self) -> Self {
        Self {
            radius: within(self.radius, Self::SMALLEST, Self::LARGEST, Self::SMALLEST),
            softness: within(self.softness, 0.0, 1.0, 0.0),
        }
    }

    /// This brush with a hard edge.
    pub(super) fn hard(self) -> Self {
        Self { softness: 0.0, ..self }
    }

    /// Distances from the path at which the paint stops being full, and at which it ends, in pixels.
    fn edges(self) -> (f64, f64) {
        let core = (self.radius * (1.0 - self.softness)).max(Self::SMALLEST);
        (core, self.radius.max(core))
    }
}

/// Coverage of each pixel by one stroke so far, 0..1.
///
/// A pixel keeps the most that any part of the path gave it. The outcome is then that of the path as a whole, however
/// the points of it were batched and however often it crosses itself.
#[derive(Debug)]
pub(super) struct Coverage {
    height: usize,
    width: usize,
    values: Vec<f32>,
    /// Pixels that were covered more since they were last painted, each once.
    grown: Vec<(usize, usize)>,
    is_grown: Vec<bool>,
}

impl Coverage {
    pub(super) fn none(height: usize, width: usize) -> Self {
        let pixels = height * width;
        Self { height, width, values: vec![0.0; pixels], grown: Vec::new(), is_grown: vec![false; pixels] }
    }

    /// Hands over each pixel that was covered more since the last time, with its coverage, and gives the smallest box
    /// around them.
    ///
    /// A soft brush covers a pixel a little more with every point it comes nearer, and painting costs far more than
    /// covering: so first all points are drawn, and then this.
    pub(super) fn paint(&mut self, mut paint: impl FnMut((usize, usize), f32)) -> Option<Rect> {
        let mut rect = None;
        for (y, x) in self.grown.drain(..) {
            let i = y * self.width + x;
            self.is_grown[i] = false;
            rect = Rect::join(rect, Some(Rect::pixel(y, x)));
            paint((y, x), self.values[i]);
        }
        rect
    }

    /// Draws a line.
    pub(super) fn draw(&mut self, brush: Brush, from: Point, to: Point) {
        let (core, outer) = brush.edges();
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length_squared = dx * dx + dy * dy;
        let rows = reached(from.y.min(to.y), from.y.max(to.y), outer, self.height);
        let columns = reached(from.x.min(to.x), from.x.max(to.x), outer, self.width);
        let mut cover = |y: usize, x: usize, coverage: f32| {
            let i = y * self.width + x;
            if coverage > self.values[i] {
                self.values[i] = coverage;
                if !self.is_grown[i] {
                    self.is_grown[i] = true;
                    self.grown.push((y, x));
                }
            }
        };
        for y in rows {
            let py = y as f64 + 0.5 - from.y;
            for x in columns.clone() {
                let px = x as f64 + 0.5 - from.x;
                // The nearest point of the line; of a line of no length, its start.
                let along = if length_squared > 0.0 {
                    ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let (off_x, off_y) = (px - along * dx, py - along * dy);
                let distance_squared = off_x * off_x + off_y * off_y;
                if distance_squared <= core * core {
                    cover(y, x, 1.0);
                } else if distance_squared < outer * outer {
                    let t = (outer - distance_squared.sqrt()) / (outer - core);
                    cover(y, x, (t * t * (3.0 - 2.0 * t)) as f32);
                }
            }
        }
        // So small a brush, held near the corner of a pixel, reaches no centre at all.
        if outer < FRAC_1_SQRT_2
            && (0.0..self.width as f64).contains(&to.x)
            && (0.0..self.height as f64).contains(&to.y)
        {
            cover(to.y as usize, to.x as usize, 1.0);
        }
    }
}

/// The pixels whose centres may lie within `outer` of `low..high`.
fn reached(low: f64, high: f64, outer: f64, size: usize) -> std::ops::Range<usize> {
    // Casts of negative numbers give 0.
    (low - outer).floor() as usize..((high + outer).ceil() as usize).min(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: usize = 32;

    fn covered(brush: Brush, path: &[(f64, f64)]) -> Vec<f32> {
        let mut coverage = Coverage::none(GRID, GRID);
        let points: Vec<Point> = path.iter().map(|&(x, y)| Point { x, y }).collect();
        coverage.draw(brush, points[0], points[0]);
        for pair in points.windows(2) {
            coverage.draw(brush, pair[0], pair[1]);
        }
        coverage.values
    }

    fn hard(radius: f64) -> Brush {
        Brush { radius, softness: 0.0 }
    }

    #[test]
    fn a_hard_disc_covers_the_centres_within_its_radius() {
        for (y, row) in covered(hard(5.0), &[(16.2, 15.7)]).chunks(GRID).enumerate() {
            for (x, &coverage) in row.iter().enumerate() {
                let inside = (x as f64 + 0.5 - 16.2).hypot(y as f64 + 0.5 - 15.7) <= 5.0;
                assert_eq!(coverage > 0.0, inside, "at x {x}, y {y}");
                assert!(coverage.fract().abs() < f32::EPSILON);
            }
        }
    }

    #[test]
    fn a_line_covers_the_centres_within_its_radius() {
        for end in [(26.0, 8.5), (4.0, 25.0), (21.3, 24.9), (22.0, 2.1)] {
            let values = covered(hard(2.5), &[(4.0, 8.5), end]);
            // The line as many points.
            let points: Vec<(f64, f64)> = (0..=10_000)
                .map(|i| f64::from(i) / 1e4)
                .map(|t| (4.0 + t * (end.0 - 4.0), 8.5 + t * (end.1 - 8.5)))
                .collect();
            for (i, &coverage) in values.iter().enumerate() {
                let (px, py) = ((i % GRID) as f64 + 0.5, (i / GRID) as f64 + 0.5);
                let distance =
                    points.iter().map(|(x, y)| (x - px).hypot(y - py)).fold(f64::INFINITY, f64::min);
                if (distance - 2.5).abs() > 1e-6 {
                    assert_eq!(
                        coverage > 0.0,
                        distance < 2.5,
                        "{distance} at {px}, {py} on the way to {end:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_smallest_brush_paints_the_one_pixel_under_the_pointer() {
        for (x, y) in [(7.5, 9.5), (7.02, 9.02), (7.98, 9.01), (7.0, 9.0)] {
            let values = covered(hard(0.5), &[(x, y)]);
            let painted: Vec<usize> = (0..values.len()).filter(|&i| values[i] > 0.0).collect();
            assert_eq!(painted, [9 * GRID + 7], "at {x}, {y}");
        }
    }

    #[test]
    fn the_smallest_brush_leaves_no_gap_along_a_line() {
        for end in [(30.0, 3.0), (30.0, 20.0), (9.0, 31.0), (30.5, 30.5)] {
            let values = covered(hard(0.5), &[(1.3, 1.9), end]);
            let along_x = end.0 >= end.1;
            for i in 2..(if along_x { end.0 } else { end.1 }) as usize {
                let hit = (0..GRID).any(|j| values[if along_x { j * GRID + i } else { i * GRID + j }] > 0.0);
                assert!(hit, "a gap at {i} on the way to {end:?}");
            }
        }
    }

    #[test]
    fn a_soft_edge_falls_from_full_at_the_core_to_nothing_at_the_radius() {
        let values = covered(Brush { radius: 8.0, softness: 0.5 }, &[(0.5, 16.5)]);
        let row = &values[16 * GRID..16 * GRID + 10];
        assert!(row[..=4].iter().all(|&c| (c - 1.0).abs() < f32::EPSILON), "{row:?}");
        assert!(row[4..=8].windows(2).all(|pair| pair[0] > pair[1]), "{row:?}");
        assert!((row[6] - 0.5).abs() < 1e-6, "half-way through the edge: {}", row[6]);
        assert!((row[5] - 0.843_75).abs() < 1e-6, "a quarter through it, as smoothstep has it: {}", row[5]);
        assert!(row[8..].iter().all(|&c| c == 0.0), "{row:?}");
    }

    #[test]
    fn what_grew_is_painted_once_and_boxed() {
        let mut coverage = Coverage::none(GRID, GRID);
        let at = |x, y| Point { x, y };
        let soft = Brush { radius: 3.0, softness: 1.0 };
        coverage.draw(soft, at(10.5, 12.5), at(10.5, 12.5));
        coverage.draw(hard(3.0), at(10.5, 12.5), at(10.5, 12.5));
        let mut painted = Vec::new();
        let rect = coverage.paint(|pixel, coverage| painted.push((pixel, coverage)));
        assert_eq!(rect, Some(Rect { top: 9, left: 7, bottom: 16, right: 14 }));
        assert!(
            painted.iter().all(|(_, coverage)| (coverage - 1.0).abs() < f32::EPSILON),
            "only the last coverage"
        );
        assert_eq!(painted.len(), 29, "the centres within three pixels, each once");

        coverage.draw(hard(3.0), at(10.5, 12.5), at(11.5, 12.5));
        painted.clear();
        let rect = coverage.paint(|pixel, coverage| painted.push((pixel, coverage)));
        assert_eq!(rect, Some(Rect { top: 9, left: 11, bottom: 16, right: 15 }));
        assert_eq!(painted.len(), 7);
        assert_eq!(coverage.paint(|_, _| ()), None);
    }

    #[test]
    fn off_the_grid_nothing_is_covered_and_nothing_panics() {
        let mut coverage = Coverage::none(GRID, GRID);
        for (x, y) in
            [(-40.0, 5.0), (5.0, -40.0), (80.0, 5.0), (5.0, 80.0), (-1e5, 1e5), (32.0, 32.0), (-0.1, 5.0)]
        {
            let point = Point { x, y };
            coverage.draw(hard(0.5), point, point);
            assert_eq!(coverage.paint(|_, _| ()), None, "at {x}, {y}");
        }
        coverage.draw(hard(2.0), Point { x: -9.0, y: 5.0 }, Point { x: 90.0, y: 5.0 });
        assert_eq!(coverage.paint(|_, _| ()), Some(Rect { top: 3, left: 0, bottom: 7, right: 32 }));
    }

    #[test]
    fn points_and_brushes_that_make_no_sense_are_brought_to_sense() {
        assert_eq!(Point { x: f64::NAN, y: 0.0 }.sane(), None);
        assert_eq!(Point { x: 0.0, y: f64::INFINITY }.sane(), None);
        assert_eq!(Point { x: 1e300, y: 3.0 }.sane(), Some(Point { x: 1e5, y: 3.0 }));
        assert_eq!(Brush { radius: f64::NAN, softness: f64::NAN }.clamped(), hard(0.5));
        assert_eq!(Brush { radius: 1e9, softness: 7.0 }.clamped(), Brush { radius: 128.0, softness: 1.0 });
    }
}
