//! Place of the plot within its area, and the axes around it.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};

use super::super::Rgb;
use super::draw::{LINE, rect, text};
use super::{Area, ChartStyle, Drawn};

/// Plot rectangle, in pixels of the backend: from `left` and `top` up to, not including, `right` and
/// `bottom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

/// Tick of an axis: its place as a fraction of the axis, and its text.
pub(super) type AxisTick = (f64, String);

impl Frame {
    /// Plot rectangle in an area of `size` pixels, less the room for names and labels. None if less than 40
    /// pixels of the page remain either way.
    pub(super) fn new(size: (u32, u32), style: &ChartStyle, right_axis: bool) -> Option<Self> {
        let [width, height] = [size.0, size.1].map(|side| i32::try_from(side).unwrap_or(i32::MAX));
        let frame = Self {
            left: style.px(44.0),
            top: style.px(LINE + 12.0),
            right: width - style.px(if right_axis { 56.0 } else { 24.0 }),
            bottom: height - style.px(2.0 * LINE + 12.0),
        };
        (frame.width() >= style.px(40.0) && frame.height() >= style.px(40.0)).then_some(frame)
    }

    pub(super) fn width(&self) -> i32 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// Two plots with one x axis: the upper takes the fraction `share` of the height, and a name fits
    /// between.
    pub(super) fn stacked(self, style: &ChartStyle, share: f64) -> (Self, Self) {
        let gap = style.px(LINE + 10.0);
        let middle = self.top + (share * f64::from(self.height() - gap)) as i32;
        (Self { bottom: middle, ..self }, Self { top: middle + gap, ..self })
    }

    /// Pixel at a fraction of the width, not rounded.
    pub(super) fn x(&self, share: f64) -> f64 {
        f64::from(self.left) + share * f64::from(self.width())
    }

    /// Pixel at a fraction of the height, counted upwards, not rounded.
    pub(super) fn y(&self, share: f64) -> f64 {
        f64::from(self.bottom) - share * f64::from(self.height())
    }

    /// Column of pixels that a pointer is in, counted from the left of the plot; none outside it.
    pub(super) fn column(&self, x: f64) -> Option<usize> {
        let column = (x - f64::from(self.left)).floor();
        (column >= 0.0 && column < f64::from(self.width())).then_some(column as usize)
    }

    /// Position of a pointer as fractions of width and height, from the lower left; none outside the plot.
    pub(super) fn shares(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        let across = (x - f64::from(self.left)) / f64::from(self.width());
        let up = (f64::from(self.bottom) - y) / f64::from(self.height());
        ((0.0..=1.0).contains(&across) && (0.0..=1.0).contains(&up)).then_some((across, up))
    }

    /// Left edge of a column of pixels of the plot.
    pub(super) fn x_of_column(&self, column: usize) -> i32 {
        self.left + i32::try_from(column).map_or(self.width(), |column| column.min(self.width()))
    }

    /// Draws the left axis, its name above it, and a line across the plot at each tick.
    pub(super) fn left_axis<DB: DrawingBackend>(
        &self,
        root: &Area<DB>,
        style: &ChartStyle,
        name: &str,
        ticks: &[AxisTick],
    ) -> Drawn<DB> {
        let hair = style.stroke(1.0).cast_signed();
        for (share, label) in ticks {
            let y = self.y(*share).round() as i32;
            rect(root, (self.left, y), (self.right, y + hair), style.theme.grid(), 1.0)?;
            let at = (self.left - style.px(7.0), y);
            text(root, style, label, style.theme.muted(), at, (HPos::Right, VPos::Center))?;
        }
        let at = (style.px(8.0), self.top - style.px(10.0));
        text(root, style, name, style.theme.ink(), at, (HPos::Left, VPos::Bottom))
    }

    /// Draws the right axis, its name above it.
    pub(super) fn right_axis<DB: DrawingBackend>(
        &self,
        root: &Area<DB>,
        style: &ChartStyle,
        name: &str,
        ticks: &[AxisTick],
    ) -> Drawn<DB> {
        for (share, label) in ticks {
            let y = self.y(*share).round() as i32;
            let end = self.right + style.px(4.0);
            rect(
                root,
                (self.right, y),
                (end, y + style.stroke(1.0).cast_signed()),
                style.theme.muted(),
                1.0,
            )?;
            let at = (self.right + style.px(7.0), y);
            text(root, style, label, style.theme.muted(), at, (HPos::Left, VPos::Center))?;
        }
        let at = (self.right + style.px(48.0), self.top - style.px(10.0));
        text(root, style, name, style.theme.ink(), at, (HPos::Right, VPos::Bottom))
    }

    /// Draws the line under the plot, its ticks, and its name below them.
    pub(super) fn bottom_axis<DB: DrawingBackend>(
        &self,
        root: &Area<DB>,
        style: &ChartStyle,
        name: &str,
        ticks: &[AxisTick],
    ) -> Drawn<DB> {
        let (ink, hair) = (style.theme.muted(), style.stroke(1.0).cast_signed());
        self.base(root, style)?;
        for (share, label) in ticks {
            let x = self.x(*share).round() as i32;
            rect(root, (x, self.bottom), (x + hair, self.bottom + style.px(4.0)), ink, 1.0)?;
            for (line, part) in label.lines().enumerate() {
                let at = (x, self.bottom + style.px(7.0 + LINE * line as f64));
                text(root, style, part, ink, at, (HPos::Center, VPos::Top))?;
            }
        }
        let at = (i32::midpoint(self.left, self.right), self.bottom + style.px(9.0 + LINE));
        text(root, style, name, style.theme.ink(), at, (HPos::Center, VPos::Top))
    }

    /// Draws the line that bars stand on.
    pub(super) fn base<DB: DrawingBackend>(&self, root: &Area<DB>, style: &ChartStyle) -> Drawn<DB> {
        let to = (self.right, self.bottom + style.stroke(1.0).cast_signed());
        rect(root, (self.left, self.bottom), to, style.theme.muted(), 1.0)
    }
}

/// Fills neighbouring columns of pixels from the bottom of a frame, equal ones as one box.
pub(super) fn fill_columns<DB: DrawingBackend>(
    root: &Area<DB>,
    frame: &Frame,
    columns: impl Iterator<Item = Column>,
) -> Drawn<DB> {
    let mut open: Option<Column> = None;
    for next in columns {
        match &mut open {
            Some(run) if run.to == next.from && run.y == next.y && run.fill == next.fill => run.to = next.to,
            _ => {
                if let Some(run) = open.replace(next) {
                    run.draw(root, frame)?;
                }
            }
        }
    }
    open.map_or(Ok(()), |run| run.draw(root, frame))
}

/// Box from the pixel row `y` down to the bottom of a frame.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) from: i32,
    pub(super) to: i32,
    pub(super) y: i32,
    pub(super) fill: Rgb,
}

impl Column {
    fn draw<DB: DrawingBackend>(self, root: &Area<DB>, frame: &Frame) -> Drawn<DB> {
        if self.y >= frame.bottom || self.from >= self.to {
            return Ok(());
        }
        rect(root, (self.from, self.y), (self.to, frame.bottom), self.fill, 1.0)
    }
}

/// Exponent of the power of ten by which numbers up to `most` are divided where there is little room; 0 from
/// 0.01 up to 10⁵. The power goes to the axis name.
pub(super) fn written_in(most: f64) -> i32 {
    if (0.01..1e5).contains(&most) { 0 } else { most.log10().floor() as i32 }
}

/// End of an axis that must hold `value`: 1, 1.5, 2, 3 or 5 times a power of ten.
pub(super) fn axis_end(value: f64) -> f64 {
    round_up(value, &[1.0, 1.5, 2.0, 3.0, 5.0, 10.0])
}

/// Least of `steps`, times a power of ten, that is not below `value`; 1 if `value` is not a positive number.
fn round_up(value: f64, steps: &[f64]) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    // The logarithm may be an ulp short of a whole number: 1000 must not become 2000.
    let fits = |step: &&f64| value <= **step * power * (1.0 + 1e-9);
    steps.iter().find(fits).map_or(10.0 * power, |step| step * power)
}

/// Step that divides an axis: 1, 2 or 5 times a power of ten, at least `least`.
pub(super) fn round_step(least: f64) -> f64 {
    round_up(least, &[1.0, 2.0, 5.0, 10.0])
}

/// Round values from 0 to `max`, about one for every `spacing` of `length` pixels; 0 and `max` if no round
/// value lies between.
pub(super) fn round_values(max: f64, length: i32, spacing: i32) -> Vec<f64> {
    let count = f64::from((length / spacing.max(1)).max(1));
    let step = round_step(max / count);
    let mut values: Vec<f64> = (0..=(max / step + 1e-9) as u32).map(|i| f64::from(i) * step).collect();
    if values.len() == 1 {
        values.push(max);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::super::Theme;
    use super::*;

    const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };

    #[test]
    fn too_small_an_area_has_no_plot() {
        for size in [(0, 0), (1, 1000), (1000, 60), (u32::MAX, 0)] {
            assert_eq!(Frame::new(size, &STYLE, true), None, "{size:?}");
        }
        assert!(Frame::new((360, 260), &STYLE, true).is_some());
    }

    #[test]
    fn the_frame_grows_with_the_scale() {
        let one = Frame::new((400, 300), &STYLE, true).unwrap();
        let two = Frame::new((800, 600), &ChartStyle { scale: 2.0, ..STYLE }, true).unwrap();
        assert_eq!(
            (two.left, two.top, two.right, two.bottom),
            (2 * one.left, 2 * one.top, 2 * one.right, 2 * one.bottom)
        );
        for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Frame::new((400, 300), &ChartStyle { scale: nonsense, ..STYLE }, true), Some(one));
        }
    }

    #[test]
    fn columns_are_the_pixels_of_the_plot() {
        let frame = Frame::new((400, 300), &STYLE, false).unwrap();
        let (left, right) = (f64::from(frame.left), f64::from(frame.right));
        assert_eq!(frame.column(left), Some(0));
        assert_eq!(frame.column(right - 0.01), Some(frame.width() as usize - 1));
        assert_eq!(
            (frame.column(left - 0.01), frame.column(right), frame.column(f64::NAN)),
            (None, None, None)
        );
    }

    #[test]
    fn axes_end_at_round_numbers_and_are_divided_by_them() {
        let ends = [(1.0, 1.0), (1.01, 1.5), (2.6, 3.0), (0.06, 0.1), (1000.0, 1000.0), (0.0, 1.0)];
        for (value, end) in ends {
            assert!((axis_end(value) - end).abs() < 1e-12, "{value}: {}", axis_end(value));
        }
        assert_eq!(round_values(5.0, 300, 48), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(round_values(100.0, 300, 70), [0.0, 50.0, 100.0]);
        assert_eq!(round_values(1.5, 60, 48), [0.0, 1.5]);
    }
}
