//! Readings of a plot: at a pointer, and as a table.

use std::cmp::Ordering;

use super::super::super::number::short;
use super::super::axis::Axis;
use super::super::table::{Cell, Table};
use super::super::{ChartStyle, Hover, HoverLine};
use super::{Handle, Mark, Plot, Series};

/// Largest distance from which a handle is taken, in pixels of the page: about the width of a finger.
const REACH: f64 = 22.0;

impl Plot {
    /// Handle that a pointer at these pixels takes; none if it is too far from all.
    pub fn handle_at(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<&Handle> {
        let frame = self.frame(size, style)?;
        let distance = |handle: &Handle| {
            let (x, y) = (frame.x(self.x.share(handle.at[0])), frame.y(self.y.share(handle.at[1])));
            (x - at.0).hypot(y - at.1)
        };
        let nearest = self.handles.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        (distance(nearest) <= REACH * style.scale.max(1.0)).then_some(nearest)
    }

    /// Values of both axes at these pixels; outside the plot those at its border.
    pub fn values_at(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<[f64; 2]> {
        let frame = self.frame(size, style)?;
        let x = (at.0 - f64::from(frame.left)) / f64::from(frame.width());
        let y = (f64::from(frame.bottom) - at.1) / f64::from(frame.height());
        let values = [self.x.value(x.clamp(0.0, 1.0)), self.y.value(y.clamp(0.0, 1.0))];
        values.iter().all(|value| value.is_finite()).then_some(values)
    }

    /// Reading at a pointer: a dot nearby, else all functions at one x; none outside the plot.
    pub fn hover(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<Hover> {
        let frame = self.frame(size, style)?;
        let share = frame.shares(at)?;
        let x = self.x.value(share.0);
        let dots = self.series.iter().filter(|series| series.mark == Mark::Dots).filter_map(|series| {
            let y = self.axis_of(series);
            let near = |point: &&[f64; 2]| {
                let x = self.x.share(point[0] + series.beside);
                let (x, y) = (frame.x(x), frame.y(y.share(point[1])));
                (x - at.0).hypot(y - at.1)
            };
            let nearest = series
                .points
                .iter()
                .filter(|point| near(point).is_finite())
                .min_by(|a, b| near(a).total_cmp(&near(b)));
            nearest.map(|point| (series, *point, near(&point)))
        });
        let nearest_dot =
            dots.min_by(|a, b| a.2.total_cmp(&b.2)).filter(|dot| dot.2 < 24.0 * style.scale.max(1.0));
        if let Some((series, point, _)) = nearest_dot {
            return Some(Hover {
                at: point,
                title: series.name.clone(),
                lines: vec![
                    HoverLine { name: self.x.name.clone(), value: self.x.said(point[0]) },
                    HoverLine { name: self.axis_of(series).name.clone(), value: short(point[1]) },
                ],
            });
        }
        let functions =
            || self.series.iter().filter(|series| series.is_function() && !series.points.is_empty());
        // All series are read at one x: the nearest that any of them has.
        let nearest = functions()
            .filter_map(|series| series.at(x, &self.x))
            .min_by(|a, b| distance(a, x, &self.x).total_cmp(&distance(b, x, &self.x)))?[0];
        let lines = functions().filter_map(|series| {
            let point = series.at(nearest, &self.x)?;
            Some(HoverLine { name: series.name.clone(), value: short(point[1]) })
        });
        Some(Hover {
            at: [nearest, f64::NAN],
            title: if self.x.name.is_empty() {
                self.x.said(nearest)
            } else {
                format!("{}: {}", self.x.name, self.x.said(nearest))
            },
            lines: lines.collect(),
        })
    }

    /// All numbers of the plot: one row for each x if all series are functions of it, else one for each
    /// point.
    pub fn table(&self) -> Table {
        if !self.series.iter().all(Series::is_function) {
            let row = |series: &Series, point: &[f64; 2]| {
                vec![Cell::Text(series.name.clone()), self.x.cell(point[0]), Cell::Number(point[1])]
            };
            return Table {
                columns: vec!["series".into(), self.x.name.clone(), self.y.name.clone()],
                rows: self.series.iter().flat_map(|s| s.points.iter().map(move |p| row(s, p))).collect(),
            };
        }
        let mut xs: Vec<f64> = self.series.iter().flat_map(|s| s.points.iter().map(|p| p[0])).collect();
        xs.sort_by(f64::total_cmp);
        xs.dedup();
        let mut next = vec![0; self.series.len()];
        let row = |&x: &f64| {
            let of_series = self.series.iter().zip(&mut next).map(|(series, next)| {
                let found =
                    series.points.get(*next).filter(|point| point[0].total_cmp(&x) == Ordering::Equal);
                let cell = found.map_or(Cell::Empty, |point| Cell::Number(point[1]));
                // A series may stand twice at one x, as a step does: the table has the last.
                while series
                    .points
                    .get(*next)
                    .is_some_and(|point| point[0].total_cmp(&x) != Ordering::Greater)
                {
                    *next += 1;
                }
                cell
            });
            std::iter::once(self.x.cell(x)).chain(of_series).collect()
        };
        let names =
            self.series.iter().map(|series| format!("{} ({})", series.name, self.axis_of(series).name));
        Table {
            columns: std::iter::once(self.x.name.clone()).chain(names).collect(),
            rows: xs.iter().map(row).collect(),
        }
    }
}

fn distance(point: &[f64; 2], x: f64, axis: &Axis) -> f64 {
    (axis.share(point[0]) - axis.share(x)).abs()
}

#[cfg(test)]
mod tests {
    use super::super::SeriesInk;
    use super::super::tests::{SIZE, STYLE, plot};
    use super::*;

    #[test]
    fn a_pointer_reads_all_series_at_the_nearest_x() {
        let a = Series::line("a", SeriesInk::Slot(0), vec![[0.0, 0.1], [5.0, 0.2], [10.0, 0.3]]);
        let b = Series::line("b", SeriesInk::Slot(1), vec![[0.0, 0.5], [10.0, 0.7]]);
        let plot = plot(vec![a, b]);
        let frame = plot.frame(SIZE, &STYLE).unwrap();
        let hover = plot.hover((frame.x(0.48), f64::from(frame.top) + 9.0), SIZE, &STYLE).unwrap();
        assert!((hover.at[0] - 5.0).abs() < 1e-12);
        let values: Vec<_> = hover.lines.iter().map(|line| (&*line.name, &*line.value)).collect();
        assert_eq!(values, [("a", "0.2000"), ("b", "0.5000")]);
        assert_eq!(plot.hover((1.0, 1.0), SIZE, &STYLE), None);
    }

    #[test]
    fn the_table_has_a_row_for_each_x_and_holes_where_a_series_has_none() {
        let a = Series::line("a", SeriesInk::Slot(0), vec![[0.0, 0.1], [5.0, 0.2]]);
        let b = Series::line("b", SeriesInk::Slot(1), vec![[0.0, 0.5]]);
        assert_eq!(plot(vec![a.clone(), b]).table().csv(), "x,a (y),b (y)\r\n0,0.1,0.5\r\n5,0.2,\r\n");
        let dots = a.drawn(Mark::Dots);
        assert_eq!(plot(vec![dots]).table().csv(), "series,x,y\r\na,0,0.1\r\na,5,0.2\r\n");
    }

    #[test]
    fn stacked_bars_are_read_by_their_own_height() {
        let bars = |name: &str, y: f64| {
            Series::line(name, SeriesInk::Strong, vec![[1.0, y], [2.0, 2.0 * y]]).drawn(Mark::Stacked)
        };
        let x = Axis::named("", vec!["a\nb".into(), "c".into()]);
        let plot = Plot { x, ..plot(vec![bars("low", 0.1), bars("high", 0.3)]) };
        let frame = plot.frame(SIZE, &STYLE).unwrap();
        let hover = plot.hover((frame.x(0.3), frame.y(0.5)), SIZE, &STYLE).unwrap();
        assert_eq!((&*hover.title, &*hover.lines[1].value), ("a b", "0.3000"));
        assert_eq!(plot.table().csv(), ",low (y),high (y)\r\na b,0.1,0.3\r\nc,0.2,0.6\r\n");
    }

    #[test]
    fn bars_in_groups_are_read_and_listed_under_the_name_of_their_group() {
        let bars = |name: &str, beside: f64, y: [f64; 2]| {
            let series = Series::line(name, SeriesInk::Slot(0), vec![[1.0, y[0]], [2.0, y[1]]]);
            series.drawn(Mark::Bars).wide(0.3).beside(beside)
        };
        let x = Axis::named("image", vec!["first".into(), "second".into()]);
        let y = Axis::linear("y", 0.0, 1.0);
        let plot = Plot::new("t", x, y, vec![bars("a", -0.2, [0.1, 0.2]), bars("b", 0.2, [0.3, 0.4])]);
        assert_eq!(plot.table().csv(), "image,a (y),b (y)\r\nfirst,0.1,0.3\r\nsecond,0.2,0.4\r\n");
        let frame = plot.frame(SIZE, &STYLE).unwrap();
        let hover = plot.hover((frame.x(0.6), f64::from(frame.top) + 9.0), SIZE, &STYLE).unwrap();
        assert_eq!(hover.title, "image: second");
        assert_eq!(hover.lines[1].value, "0.4000");
    }

    #[test]
    fn a_handle_is_taken_from_near_and_dragged_within_the_plot() {
        let handle = Handle { id: "a".into(), label: "a".into(), at: [5.0, 0.5], ink: SeriesInk::Strong };
        let plot = plot(vec![]).with_handles(vec![handle]);
        let frame = plot.frame(SIZE, &STYLE).unwrap();
        let (x, y) = (frame.x(0.5), frame.y(0.5));
        let taken = |at| plot.handle_at(at, SIZE, &STYLE).map(|handle| handle.id.as_str());
        assert_eq!((taken((x + 15.0, y - 15.0)), taken((x + 30.0, y))), (Some("a"), None));
        let dragged = |at| plot.values_at(at, SIZE, &STYLE).unwrap();
        for (at, expected) in [((x, y), [5.0, 0.5]), ((-99.0, 1e4), [0.0, 0.0])] {
            assert!(dragged(at).iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{at:?}");
        }
        assert_eq!(plot.values_at((f64::NAN, 0.0), SIZE, &STYLE), None);
    }
}
