//! The path of a stroke, kept on a grid so fine that a hand does not feel it and a link can repeat it to the bit.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::brush::Point;

/// Steps of the grid in one pixel.
const STEPS_A_PIXEL: f64 = 16.0;

/// Points of one path at most: hours of a pointer that is never lifted.
const MOST_POINTS: usize = 1 << 17;

/// Points on the grid, each a pair of x and y in sixteenths of a pixel.
///
/// It is written as text: differences from point to point as variable-length numbers, in base 64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path {
    points: Vec<[i32; 2]>,
}

impl Path {
    /// Path through points of a pointer; those that are no place at all are left out.
    pub fn new(points: impl IntoIterator<Item = Point>) -> Self {
        let mut path = Self::default();
        for point in points {
            path.push(point);
        }
        path
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// True of a path without points.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Adds a point, and gives it as it is on the grid; nothing where it is no place, or the last point again.
    pub(super) fn push(&mut self, point: Point) -> Option<Point> {
        let on_grid = |v: f64| (v * STEPS_A_PIXEL).round() as i32;
        let Point { x, y } = point.sane()?;
        let point = [on_grid(x), on_grid(y)];
        if self.points.last() == Some(&point) || self.points.len() == MOST_POINTS {
            return None;
        }
        self.points.push(point);
        Some(from_grid(point))
    }

    /// The points, in pixels.
    pub fn points(&self) -> impl ExactSizeIterator<Item = Point> + '_ {
        self.points.iter().copied().map(from_grid)
    }

    /// The fewest of its points whose lines keep within `tolerance` pixels of all of them, by Douglas and Peucker.
    #[must_use]
    pub(super) fn simplified(&self, tolerance: f64) -> Self {
        if self.points.len() < 3 {
            return self.clone();
        }
        let last = self.points.len() - 1;
        let mut kept = vec![false; self.points.len()];
        (kept[0], kept[last]) = (true, true);
        let mut spans = vec![(0, last)];
        while let Some((from, to)) = spans.pop() {
            let off = |at: &usize| distance(self.points[*at], self.points[from], self.points[to]);
            let farthest = (from + 1..to).max_by(|a, b| off(a).total_cmp(&off(b)));
            if let Some(at) = farthest.filter(|at| off(at) > tolerance * STEPS_A_PIXEL) {
                kept[at] = true;
                spans.extend([(from, at), (at, to)]);
            }
        }
        let mut kept = kept.into_iter();
        Self { points: self.points.iter().copied().filter(|_| kept.next() == Some(true)).collect() }
    }

    fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(2 * self.points.len());
        let mut before = [0i32; 2];
        for &point in &self.points {
            for (value, before) in point.into_iter().zip(before) {
                write_number(value - before, &mut bytes);
            }
            before = point;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Refuses what [`Path::to_text`] does not write.
    fn from_text(text: &str) -> Result<Self, String> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|error| format!("a path is base 64: {error}"))?;
        let mut numbers = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            numbers.push(read_number(&mut rest).ok_or("a path ends in the middle of a number")?);
        }
        let (pairs, []) = numbers.as_chunks::<2>() else {
            return Err("a path has an x and a y for each point".into());
        };
        if pairs.len() > MOST_POINTS {
            return Err(format!("a path has {} points; {MOST_POINTS} are read", pairs.len()));
        }
        let mut path = Self::default();
        let mut at = [0i32; 2];
        for step in pairs {
            at = [at[0].wrapping_add(step[0]), at[1].wrapping_add(step[1])];
            // What is far off any scene is brought near it, as a pointer's is.
            path.push(from_grid(at));
        }
        Ok(path)
    }
}

fn from_grid([x, y]: [i32; 2]) -> Point {
    Point { x: f64::from(x) / STEPS_A_PIXEL, y: f64::from(y) / STEPS_A_PIXEL }
}

/// Distance of a point from a line between two, all on the grid.
fn distance(point: [i32; 2], from: [i32; 2], to: [i32; 2]) -> f64 {
    let [dx, dy] = [0, 1].map(|axis| f64::from(to[axis]) - f64::from(from[axis]));
    let [px, py] = [0, 1].map(|axis| f64::from(point[axis]) - f64::from(from[axis]));
    let length_squared = dx * dx + dy * dy;
    let along =
        if length_squared > 0.0 { ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    (px - along * dx).hypot(py - along * dy)
}

/// Seven bits a byte, the lowest first; the sign is the lowest bit of all, so that small steps are short either way.
fn write_number(value: i32, bytes: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 31)).cast_unsigned();
    while rest >= 0x80 {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<i32> {
    let mut value = 0u32;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    None
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::from_text(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(points: &[(f64, f64)]) -> Path {
        Path::new(points.iter().map(|&(x, y)| Point { x, y }))
    }

    #[test]
    fn points_are_kept_to_a_sixteenth_of_a_pixel() {
        let path = path(&[(3.01, -7.99), (3.02, -7.98), (f64::NAN, 0.0), (130.5, 9.44)]);
        let points: Vec<(f64, f64)> = path.points().map(|point| (point.x, point.y)).collect();
        assert_eq!(points, [(3.0, -8.0), (130.5, 9.4375)]);
    }

    #[test]
    fn text_gives_the_same_path_back() {
        for points in [&[][..], &[(0.0, 0.0)], &[(5.5, 64.0), (-40.0, 1e5), (-1e5, -1e5), (12.0, 12.0625)]] {
            let path = path(points);
            assert_eq!(Path::from_text(&path.to_text()), Ok(path));
        }
        // A step of at most four pixels either way is two characters and two thirds.
        assert_eq!(path(&[(1.0, 1.0), (0.0, 4.0), (3.0, 1.5)]).to_text().len(), 8);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        assert!(Path::from_text("a path").is_err());
        assert!(Path::from_text("_w").unwrap_err().contains("middle"));
        assert!(Path::from_text(&URL_SAFE_NO_PAD.encode([2])).unwrap_err().contains("an x and a y"));
        assert!(Path::from_text(&URL_SAFE_NO_PAD.encode([0xff; 7])).is_err());
        let far = Path::from_text(&URL_SAFE_NO_PAD.encode([0xfe, 0xff, 0xff, 0xff, 0x0f, 0])).unwrap();
        assert!(far.points().all(|point| point.x.abs() <= 1e5));
    }

    #[test]
    fn a_simplified_path_keeps_near_every_point_and_its_ends() {
        let wave: Vec<(f64, f64)> =
            (0..200).map(|i| f64::from(i) / 2.0).map(|x| (x, 20.0 + 9.0 * (x / 6.0).sin())).collect();
        let whole = path(&wave);
        let simple = whole.simplified(0.25);
        assert!(simple.len() < whole.len() / 4 && simple.len() > 10, "{}", simple.len());
        assert_eq!(simple.points().next(), whole.points().next());
        assert_eq!(simple.points().last(), whole.points().last());
        let lines: Vec<_> = simple.points.windows(2).collect();
        for &point in &whole.points {
            let nearest =
                lines.iter().map(|line| distance(point, line[0], line[1])).fold(f64::INFINITY, f64::min);
            assert!(nearest <= 0.25 * STEPS_A_PIXEL, "{point:?} is {nearest} off");
        }
        let straight = path(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]);
        assert_eq!(straight.simplified(0.1), path(&[(0.0, 0.0), (3.0, 3.0)]));
        let there_and_back = path(&[(0.0, 0.0), (9.0, 0.0), (0.0, 0.0)]);
        assert_eq!(there_and_back.simplified(0.1), there_and_back);
    }
}
