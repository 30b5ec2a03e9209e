//! Contour lines of a surface: marching squares, joined to lines.

use std::collections::{HashMap, VecDeque};

use super::Surface;

/// Point as fractions of the axes, each from 0 to 1.
type ContourPoint = (f64, f64);

/// Contour lines of a surface at a level. A closed line ends where it began.
pub(super) fn lines(surface: &Surface, level: f64) -> Vec<Vec<ContourPoint>> {
    let segments = segments(surface, level);
    let mut ends: HashMap<Key, Vec<usize>> = HashMap::new();
    for (i, (a, b)) in segments.iter().enumerate() {
        for end in [a, b] {
            ends.entry(key(*end)).or_default().push(i);
        }
    }
    let mut used = vec![false; segments.len()];
    let mut next = |from: ContourPoint| {
        let i = *ends.get(&key(from))?.iter().find(|&&i| !used[i])?;
        used[i] = true;
        let (a, b) = segments[i];
        Some(if key(a) == key(from) { b } else { a })
    };
    let mut lines = Vec::new();
    for &(a, _) in &segments {
        let mut line = VecDeque::from([a]);
        while let Some(point) = line.back().and_then(|&last| next(last)) {
            line.push_back(point);
        }
        while let Some(point) = line.front().and_then(|&first| next(first)) {
            line.push_front(point);
        }
        if line.len() > 1 {
            lines.push(line.into());
        }
    }
    lines
}

/// Key of a point, the same from both of the neighbouring cells that compute it.
type Key = (i64, i64);

fn key((x, y): ContourPoint) -> Key {
    let whole = |share: f64| (1e9 * share).round() as i64;
    (whole(x), whole(y))
}

fn segments(surface: &Surface, level: f64) -> Vec<(ContourPoint, ContourPoint)> {
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
            let crossings: Vec<ContourPoint> = (0..4)
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

#[cfg(test)]
mod tests {
    use super::super::tests::plane;
    use super::*;

    #[test]
    fn contours_of_a_plane_are_straight_and_whole() {
        let lines = lines(&plane(), 2.5);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].len() > 4);
        for (x, y) in &lines[0] {
            assert!((4.0 * (x + y) - 2.5).abs() < 1e-12, "{x} {y}");
        }
        let (first, last) = (lines[0][0], lines[0][lines[0].len() - 1]);
        let ends = [first.0.min(last.0), first.1.min(last.1)];
        assert!(ends.iter().all(|end| end.abs() < 1e-12), "from one border to the other: {first:?} {last:?}");
    }

    #[test]
    fn every_hill_has_a_closed_line_of_its_own() {
        let mut hills = plane();
        hills.values.fill(0.0);
        for (row, column) in [(1, 1), (3, 3)] {
            hills.values[row * 5 + column] = 1.0;
        }
        let lines = lines(&hills, 0.5);
        assert_eq!(lines.len(), 2);
        for line in lines {
            assert_eq!(key(line[0]), key(line[line.len() - 1]));
        }
    }
}
