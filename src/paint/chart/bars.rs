//! Stacked horizontal bars, one under the other, each with its name and its parts: positive parts to the
//! right of 0, negative parts to the left.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use serde::{Deserialize, Serialize};

use super::super::number::short;
use super::axis::Axis;
use super::draw::{self, LINE};
use super::frame::Frame;
use super::plot::{self, Mark, Plot, Series, SeriesInk};
use super::table::{Cell, Table};
use super::{Area, ChartStyle, Drawn, Hover, HoverLine};

/// Stacked bars, a row each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Bars {
    /// Title: the question the chart answers, in a few words.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Kind of thing that a row stands for: the first column's name in the table.
    pub of: String,
    /// Parts that rows are made of, with name and colour.
    pub parts: Vec<BarPart>,
    /// Rows, from the top.
    pub rows: Vec<BarRow>,
}

/// Part of the bars: a quantity of which every row may have some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct BarPart {
    /// Name in the legend.
    pub name: String,
    /// Colour of the part.
    pub ink: SeriesInk,
}

/// Row of the chart: one thing with its bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct BarRow {
    /// Name of the thing, which stands above its bar.
    pub name: String,
    /// Value of each part, in the order of [`Bars::parts`].
    pub values: Vec<f64>,
}

impl BarRow {
    fn total(&self) -> f64 {
        self.values.iter().sum()
    }
}

impl Bars {
    /// Area of the rows, under the legend; none if there is no room.
    fn frame(&self, size: (u32, u32), style: &ChartStyle) -> Option<Frame> {
        let bare = Frame::new(size, style, false)?;
        let bare = Frame { left: style.px(16.0), top: style.px(8.0), ..bare };
        let rows = self.legend().legend_rows(&bare, style).len();
        let top = bare.top + style.px(LINE * rows as f64 + 6.0);
        (bare.bottom - top >= style.px(40.0)).then_some(Frame { top, ..bare })
    }

    /// Height of a row in pixels: an even division, limited so that few rows do not fill the chart.
    fn row_height(&self, frame: &Frame, style: &ChartStyle) -> f64 {
        let even = f64::from(frame.height()) / self.rows.len().max(1) as f64;
        even.min(f64::from(style.px(3.0 * LINE)))
    }

    /// Legend, as that of a plot with one series a part.
    fn legend(&self) -> Plot {
        let series =
            self.parts.iter().map(|part| Series::line(&part.name, part.ink, Vec::new()).drawn(Mark::Bars));
        Plot::new("", self.x.clone(), self.x.clone(), series.collect())
    }

    /// Start and end of each part's bar, as values of x, with the part's index. Parts that are 0 or not
    /// finite are left out.
    fn spans(row: &BarRow) -> impl Iterator<Item = (usize, f64, f64)> {
        let (mut above, mut below) = (0.0, 0.0);
        row.values.iter().enumerate().filter(|(_, value)| value.is_finite() && **value != 0.0).map(
            move |(part, value)| {
                let end = if *value > 0.0 { &mut above } else { &mut below };
                let from = *end;
                *end += value;
                (part, from, *end)
            },
        )
    }

    /// Reading at a pointer: the row that it is in, with its parts.
    pub fn hover(&self, at: (f64, f64), size: (u32, u32), style: &ChartStyle) -> Option<Hover> {
        let frame = self.frame(size, style)?;
        frame.shares(at)?;
        let index = ((at.1 - f64::from(frame.top)) / self.row_height(&frame, style)) as usize;
        let row = self.rows.get(index)?;
        let line = |name: &str, value: f64| HoverLine { name: name.into(), value: short(value) };
        let parts = self.parts.iter().zip(&row.values).filter(|(_, value)| **value != 0.0);
        let lines = parts.map(|(part, value)| line(&part.name, *value));
        Some(Hover {
            at: [row.total(), index as f64],
            title: row.name.clone(),
            lines: lines.chain(std::iter::once(line(&self.x.name, row.total()))).collect(),
        })
    }

    /// Table of the chart: a line for each row, with its parts and their sum.
    pub fn table(&self) -> Table {
        let parts = self.parts.iter().map(|part| part.name.clone());
        Table {
            columns: std::iter::once(self.of.clone())
                .chain(parts)
                .chain(std::iter::once(self.x.name.clone()))
                .collect(),
            rows: self
                .rows
                .iter()
                .map(|row| {
                    let values = row.values.iter().copied().chain(std::iter::once(row.total()));
                    std::iter::once(Cell::Text(row.name.clone())).chain(values.map(Cell::Number)).collect()
                })
                .collect(),
        }
    }
}

/// Draws the bars. `cursor` is the index of a row to mark.
pub fn draw_bars<DB: DrawingBackend>(
    root: &Area<DB>,
    bars: &Bars,
    style: &ChartStyle,
    cursor: Option<f64>,
) -> Drawn<DB> {
    root.fill(&draw::colour(style.theme.surface()))?;
    let Some(frame) = bars.frame(root.dim_in_pixel(), style) else { return Ok(()) };
    let ticks = bars.x.ticks(frame.width(), style.px(64.0));
    let hair = style.stroke(1.0).cast_signed();
    for (share, _) in &ticks {
        let x = frame.x(*share).round() as i32;
        draw::rect(root, (x, frame.top), (x + hair, frame.bottom), style.theme.grid(), 1.0)?;
    }
    frame.bottom_axis(root, style, &bars.x.name, &ticks)?;
    plot::legend(root, &bars.legend(), style, &frame)?;
    let height = bars.row_height(&frame, style);
    let place = |value: f64| frame.x(bars.x.share(value).clamp(0.0, 1.0)).round() as i32;
    let named = f64::from(style.px(LINE));
    for (index, row) in bars.rows.iter().enumerate() {
        let top = f64::from(frame.top) + index as f64 * height;
        if cursor.is_some_and(|at| at.round() as usize == index) {
            let (from, to) = (top.round() as i32, (top + height).round() as i32);
            draw::rect(root, (frame.left, from), (frame.right, to), style.theme.ink(), 0.06)?;
        }
        // Where rows are low their names go before their bars do.
        let has_name = height >= named + f64::from(style.px(7.0));
        if has_name {
            let at = (frame.left + style.px(4.0), (top + 0.55 * named).round() as i32);
            draw::text(root, style, &row.name, style.theme.ink(), at, (HPos::Left, VPos::Center))?;
        }
        let above = if has_name { named } else { 0.0 };
        let thick = (height - above - f64::from(style.px(4.0))).clamp(1.0, f64::from(style.px(18.0)));
        let (from, to) = ((top + above).round() as i32, (top + above + thick).round() as i32);
        for (part, start, end) in Bars::spans(row) {
            let (left, right) = (place(start.min(end)), place(start.max(end)));
            let Some(part) = bars.parts.get(part) else { continue };
            draw::rect(root, (left, from), (right - hair, to), part.ink.of(style.theme), 0.85)?;
        }
    }
    let zero = bars.x.share(0.0);
    if (0.0..=1.0).contains(&zero) {
        let x = frame.x(zero).round() as i32;
        draw::rect(root, (x, frame.top), (x + hair, frame.bottom), style.theme.muted(), 1.0)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::Theme;

    const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };
    const SIZE: (u32, u32) = (700, 400);

    fn bars() -> Bars {
        let part = |name: &str, slot| BarPart { name: name.into(), ink: SeriesInk::Slot(slot) };
        let row = |name: &str, values: &[f64]| BarRow { name: name.into(), values: values.into() };
        Bars {
            title: "t".into(),
            x: Axis::linear("points", -4.0, 4.0),
            of: "loss".into(),
            parts: vec![part("a", 0), part("b", 1), part("c", 2)],
            rows: vec![row("one", &[1.0, 2.0, -1.0]), row("two", &[0.0, 0.0, -3.0])],
        }
    }

    #[test]
    fn what_adds_is_stacked_to_the_right_and_what_takes_away_to_the_left() {
        let spans: Vec<_> = Bars::spans(&bars().rows[0]).collect();
        assert_eq!(spans, [(0, 0.0, 1.0), (1, 1.0, 3.0), (2, 0.0, -1.0)]);
        assert_eq!(Bars::spans(&bars().rows[1]).count(), 1);
    }

    #[test]
    fn a_pointer_reads_the_row_that_it_is_in() {
        let bars = bars();
        let frame = bars.frame(SIZE, &STYLE).unwrap();
        let at = |row: f64| {
            let below = row * bars.row_height(&frame, &STYLE);
            bars.hover((frame.x(0.5), f64::from(frame.top) + below), SIZE, &STYLE)
        };
        assert_eq!((at(0.1).unwrap().title, at(1.9).unwrap().title), ("one".into(), "two".into()));
        assert_eq!(at(2.1), None, "there is no third");
        let lines: Vec<_> = at(1.1).unwrap().lines.into_iter().map(|line| (line.name, line.value)).collect();
        let expected = [("c", "−3.000"), ("points", "−3.000")].map(|(a, b)| (a.into(), b.into()));
        assert_eq!(lines, expected);
        assert_eq!(bars.hover((1.0, 1.0), SIZE, &STYLE), None);
        assert_eq!(Bars { rows: vec![], ..bars }.hover((300.0, 200.0), SIZE, &STYLE), None);
    }

    #[test]
    fn the_table_has_the_parts_and_their_sum() {
        assert_eq!(bars().table().csv(), "loss,a,b,c,points\r\none,1,2,-1,2\r\ntwo,0,0,-3,-3\r\n");
    }
}
