//! Legends within and above the plot: remarks, and the colours of the two classes.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};

use super::draw::{LINE, rect, text, width_of};
use super::frame::Frame;
use super::{Area, ChartStyle, Drawn};

/// Draws remarks in the upper right of the plot, where decreasing curves leave room.
pub(super) fn remarks<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    lines: &[String],
) -> Drawn<DB> {
    let pad = style.px(6.0);
    let right = frame.right - pad;
    let Some(widest) = lines.iter().map(|label| width_of(label, style)).max() else { return Ok(()) };
    let bottom = frame.top + pad + style.px(LINE * lines.len() as f64);
    let left = (right - style.px(16.0) - widest - 2 * pad).max(frame.left + 1);
    rect(root, (left, frame.top + 1), (frame.right, bottom), style.theme.surface(), 0.8)?;
    for (i, label) in lines.iter().enumerate() {
        let y = frame.top + pad + style.px(LINE * (i as f64 + 0.5));
        text(root, style, label, style.theme.ink(), (right, y), (HPos::Right, VPos::Center))?;
    }
    Ok(())
}

/// Draws the legend of foreground and background, in one line above the plot on the right.
pub(super) fn classes<DB: DrawingBackend>(root: &Area<DB>, style: &ChartStyle, frame: &Frame) -> Drawn<DB> {
    let (side, gap) = (style.px(10.0), style.px(6.0));
    let (mut right, base) = (frame.right, frame.top - style.px(10.0));
    for (label, fill) in [("background", style.theme.background()), ("foreground", style.theme.foreground())]
    {
        rect(root, (right - side, base - side), (right, base), fill, 1.0)?;
        right -= side + gap;
        text(root, style, label, style.theme.ink(), (right, base), (HPos::Right, VPos::Bottom))?;
        right -= width_of(label, style) + 2 * gap;
    }
    Ok(())
}
