//! Key of the colours of a surface, and the room that it takes beside the plot.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};

use super::super::draw::{self, LINE};
use super::super::frame::{AxisTick, Frame, written_in};
use super::super::{Area, ChartStyle, Drawn};
use super::Surface;
use crate::paint::colormap::ramp;
use crate::paint::number::tick;
use crate::paint::{Rgb, Theme};

/// Key of the colours, in pixels of the page: distance from the plot, width, distance to its labels.
const BAR: (f64, f64, f64) = (8.0, 10.0, 4.0);

impl Surface {
    /// Power of ten by which the numbers of the key are divided. It goes to the name, because beside the
    /// colours there is no room.
    fn power(&self) -> i32 {
        let scale = self.scale();
        let most = scale.from.abs().max(scale.to.abs());
        written_in(most)
    }

    /// Divisor of the numbers of the key.
    pub(super) fn unit(&self) -> f64 {
        10f64.powi(self.power())
    }

    /// Plot rectangle, beside the key of colours. A mesh carries the names of its axes itself, and takes the
    /// room under the plot as well.
    pub(super) fn frame(&self, size: (u32, u32), style: &ChartStyle) -> Option<Frame> {
        let frame = Frame::new(size, style, true)?;
        let labels = self.key_ticks(frame.height(), style);
        let widest = labels.iter().map(|(_, label)| draw::width_of(label, style)).max().unwrap_or(0);
        let right = frame.right.min(size.0.cast_signed() - widest - style.px(BAR.0 + BAR.1 + 2.0 * BAR.2));
        let more = if self.turn.is_some() { style.px(1.5 * LINE) } else { 0 };
        (right - frame.left >= style.px(40.0)).then_some(Frame {
            right,
            bottom: frame.bottom + more,
            ..frame
        })
    }

    fn key_ticks(&self, height: i32, style: &ChartStyle) -> Vec<AxisTick> {
        let (scale, unit) = (self.scale(), self.unit());
        let ticks = scale.ticks(height, style.px(44.0)).into_iter();
        ticks.map(|(share, _)| (share, tick(scale.value(share) / unit))).collect()
    }
}

/// Colours of the values, from the least to the largest.
pub(super) fn colours(theme: Theme) -> [Rgb; 256] {
    ramp(theme.grid(), theme.foreground())
}

/// Draws the key on the right: a bar of all colours with round values, and the name of the quantity above.
pub(super) fn key<DB: DrawingBackend>(
    root: &Area<DB>,
    surface: &Surface,
    style: &ChartStyle,
    frame: &Frame,
    colours: &[Rgb; 256],
) -> Drawn<DB> {
    let (left, width) = (frame.right + style.px(BAR.0), style.px(BAR.1));
    for y in frame.top..frame.bottom {
        let share = f64::from(frame.bottom - 1 - y) / f64::from(frame.height() - 1).max(1.0);
        let colour = colours[(255.0 * share).round() as usize];
        draw::rect(root, (left, y), (left + width, y + 1), colour, 1.0)?;
    }
    for (share, label) in surface.key_ticks(frame.height(), style) {
        let at = (left + width + style.px(BAR.2), frame.y(share).round() as i32);
        draw::text(root, style, &label, style.theme.muted(), at, (HPos::Left, VPos::Center))?;
    }
    let name = match surface.power() {
        0 => surface.name.clone(),
        _ => format!("{}, in {}", surface.name, tick(surface.unit())),
    };
    let at = (root.dim_in_pixel().0.cast_signed() - style.px(8.0), frame.top - style.px(LINE - 8.0));
    draw::text(root, style, &name, style.theme.ink(), at, (HPos::Right, VPos::Bottom))
}

#[cfg(test)]
mod tests {
    use super::super::tests::plane;
    use super::*;

    const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };

    #[test]
    fn small_values_are_written_in_a_power_of_ten_that_fits_beside_the_colours() {
        let small = Surface { values: plane().values.iter().map(|value| 2e-4 * value).collect(), ..plane() };
        assert!((small.unit() - 1e-3).abs() < 1e-15, "{}", small.unit());
        let labels: Vec<String> = small.key_ticks(200, &STYLE).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "0.5", "1", "1.5"]);
        let long = Surface { values: plane().values.iter().map(|value| 1e4 * value).collect(), ..plane() };
        let [a, b] = [plane(), long].map(|surface| surface.frame((600, 400), &STYLE).unwrap().right);
        assert!(b < a, "longer labels take room from the plot");
    }
}
