//! Readings of a surface at a pointer, and its table.

use super::super::frame::Frame;
use super::super::table::{Cell, Table};
use super::super::{ChartStyle, Hover, HoverLine};
use super::Surface;
use super::mesh::MeshProjection;
use crate::paint::number::short;

/// Largest distance from a pointer to a crossing of a mesh that is read, in pixels of the page.
const REACH: f64 = 24.0;

impl Surface {
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

#[cfg(test)]
mod tests {
    use super::super::tests::plane;
    use super::*;
    use crate::paint::Theme;

    const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };

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
}
