//! Readings of a sort: at a pointer, and as a table.

use super::super::super::number::{count, short};
use super::super::frame::Frame;
use super::super::table::{Cell, Table};
use super::super::{ChartStyle, Hover, HoverLine};
use super::{LovaszChart, LovaszLook, rank_of_column};

impl LovaszChart {
    /// Rank under a pointer `x` pixels from the left; none outside the plot. If several ranks share a column
    /// of pixels it is the middle one.
    pub fn rank_at(&self, x: f64, size: (u32, u32), style: &ChartStyle) -> Option<usize> {
        let frame = Frame::new(size, style, false)?;
        let column = frame.column(x)?;
        match self.look {
            LovaszLook::Ranks => {
                let rank = rank_of_column(column, frame.width(), self.shown());
                (rank < self.len()).then_some(rank)
            }
            LovaszLook::Area => {
                let share = (column as f64 + 0.5) / f64::from(frame.width());
                self.spans().position(|span| span.contains(&share))
            }
        }
    }

    /// Reading at a pointer: the rank there. Its value of x is the rank counted from 1.
    pub fn hover(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<Hover> {
        let rank = self.rank_at(at.0, size, style)?;
        let (error, weight) = (self.error(rank), self.increment(rank));
        let line = |name: &str, value: String| HoverLine { name: name.into(), value };
        Some(Hover {
            at: [rank as f64 + 1.0, f64::NAN],
            title: format!("rank {} of {}", count(rank + 1), count(self.len())),
            lines: vec![
                line("class", self.side(rank).into()),
                line(&self.error_name, short(error)),
                line("weight: Jaccard increment", short(weight)),
                line("error × weight", short(error * weight)),
            ],
        })
    }

    fn side(&self, rank: usize) -> &'static str {
        if self.foreground[rank] { "foreground" } else { "background" }
    }

    /// Table of the first `most` ranks, with every quantity of each.
    pub fn table(&self, most: usize) -> Table {
        let columns = [
            "rank",
            &self.error_name,
            "Jaccard increment",
            "Jaccard loss of the pixels so far",
            "error × increment",
            "class",
            "pixel, counted row by row from 0",
        ];
        let row = |(rank, span): (usize, std::ops::Range<f64>)| {
            let (error, weight) = (self.error(rank), self.increment(rank));
            let pixel = self.pixels.get(rank).map_or(Cell::Empty, |pixel| Cell::Number(f64::from(*pixel)));
            vec![
                Cell::Number(rank as f64 + 1.0),
                Cell::Number(error),
                Cell::Number(weight),
                Cell::Number(span.end),
                Cell::Number(error * weight),
                Cell::Text(self.side(rank).into()),
                pixel,
            ]
        };
        Table {
            columns: columns.map(Into::into).into(),
            rows: self.spans().enumerate().take(most).map(row).collect(),
        }
    }

    /// Number of rows of the whole table.
    pub fn rows(&self) -> usize {
        self.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::column_of_rank;
    use super::super::tests::{SIZE, STYLE, chart};
    use super::*;

    fn rank_at(x: f64, size: (u32, u32), chart: &LovaszChart, style: &ChartStyle) -> Option<usize> {
        chart.rank_at(x, size, style)
    }

    fn area_rank(x: f64, chart: &LovaszChart) -> Option<usize> {
        LovaszChart { look: LovaszLook::Area, ..chart.clone() }.rank_at(x, SIZE, &STYLE)
    }

    #[test]
    fn a_bar_covers_exactly_the_columns_that_point_at_its_rank() {
        for scale in [1.0, 2.0] {
            let style = ChartStyle { scale, ..STYLE };
            let size = (SIZE.0 * scale as u32, SIZE.1 * scale as u32);
            let frame = Frame::new(size, &style, false).unwrap();
            let width = frame.width() as usize;
            for n in [10, 17, 100, width - 1, width] {
                let chart = chart(n);
                for rank in 0..n {
                    let edges = [rank, rank + 1].map(|rank| column_of_rank(rank, frame.width(), n));
                    assert!(edges[0] < edges[1], "{n} {rank}");
                    for column in edges[0]..edges[1] {
                        let x = f64::from(frame.left) + column as f64;
                        assert_eq!(rank_at(x, size, &chart, &style), Some(rank), "{n} {column}");
                        assert_eq!(rank_at(x + 0.99, size, &chart, &style), Some(rank));
                    }
                }
                assert_eq!(column_of_rank(n, frame.width(), n), frame.width() as usize);
            }
        }
    }

    #[test]
    fn with_more_ranks_than_columns_each_column_points_into_its_own_ranks() {
        let (n, frame) = (65_536, Frame::new(SIZE, &STYLE, false).unwrap());
        let (chart, width) = (chart(n), frame.width() as usize);
        for column in 0..width {
            let rank = rank_at(f64::from(frame.left) + column as f64, SIZE, &chart, &STYLE).unwrap();
            assert!((column * n / width..(column + 1) * n / width).contains(&rank), "{column}: {rank}");
        }
    }

    #[test]
    fn pointing_at_the_middle_of_a_step_finds_its_rank() {
        let mut chart = chart(12);
        chart.increments = [0.2, 0.0, 0.05, 0.1, 0.15, 0.0, 0.3, 0.04, 0.06, 0.05, 0.03, 0.02].to_vec();
        let frame = Frame::new(SIZE, &STYLE, false).unwrap();
        for (rank, span) in chart.spans().enumerate() {
            let x = frame.x(f64::midpoint(span.start, span.end));
            let found = area_rank(x, &chart);
            assert_eq!(found == Some(rank), !span.is_empty(), "{rank}: {found:?}");
        }
    }

    #[test]
    fn outside_the_plot_and_in_nothing_there_is_no_rank() {
        let frame = Frame::new(SIZE, &STYLE, false).unwrap();
        let middle = f64::midpoint(f64::from(frame.left), f64::from(frame.right));
        for look in [LovaszLook::Ranks, LovaszLook::Area] {
            let fifty = LovaszChart { look, ..chart(50) };
            for x in [-5.0, 0.0, f64::from(frame.left) - 0.1, f64::from(frame.right), f64::NAN] {
                assert_eq!(rank_at(x, SIZE, &fifty, &STYLE), None, "{x}");
            }
            assert_eq!(rank_at(middle, (0, 0), &fifty, &STYLE), None);
            assert_eq!(rank_at(middle, SIZE, &LovaszChart { look, ..LovaszChart::default() }, &STYLE), None);
            assert!(rank_at(middle, SIZE, &fifty, &STYLE).is_some());
        }
    }

    #[test]
    fn a_pointer_reads_what_the_table_says_of_the_rank() {
        let mut chart = chart(12);
        chart.error_name = "hinge error".into();
        let frame = Frame::new(SIZE, &STYLE, false).unwrap();
        let hover = chart.hover((frame.x(0.3), 100.0), SIZE, &STYLE).unwrap();
        assert_eq!(hover.title, "rank 4 of 12");
        let read: Vec<&str> = hover.lines.iter().map(|line| &*line.value).collect();
        let table = chart.table(4);
        let row = table.texts().next_back().unwrap();
        assert_eq!(read, [&*row[5], &row[1], &row[2], &row[4]]);
        assert_eq!((table.rows.len(), &*row[0], &*row[3], &*row[6]), (4, "4.000", "0.3333", "8.000"));
    }
}
