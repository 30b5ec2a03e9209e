//! Axes of an array by meaning.

use super::super::choice::ChannelAxis;
use super::super::source::{Planes, Source};
use super::super::{FileRefusal, MOST_CLASSES, text};

/// Axes of a source: channel, y and x, and how sure that is.
#[derive(Debug, Clone, Copy)]
pub(in crate::file) struct Layout {
    pub(in crate::file) axes: [Option<usize>; 3],
    pub(in crate::file) channel_axis: ChannelAxis,
    /// True if the channels could be at either end.
    pub(super) either: bool,
    /// Axes of length 1 that were dropped.
    pub(super) dropped: usize,
}

impl Layout {
    /// Layout of a source, with the channels on the axis that is asked for, or else where they fit. `classes` is the
    /// number of the scene's classes, if there is a scene. Error for a shape that is no image.
    pub(in crate::file) fn of(
        source: &Source,
        asked: Option<ChannelAxis>,
        classes: Option<usize>,
    ) -> Result<Self, FileRefusal> {
        if !source.is_array() {
            let axes = source.picture_axes();
            return Ok(Self { axes, channel_axis: source.channel_axis, either: false, dropped: 0 });
        }
        let shape = &source.shape;
        let refused = |why| Err(text::no_layout(shape, why));
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        while axes.len() > 3 {
            let Some(single) = axes.iter().position(|&axis| shape[axis] == 1) else {
                return refused(if shape.len() == 4 { text::Layout::Batch } else { text::Layout::Axes });
            };
            axes.remove(single);
        }
        // Images of one row or column are rarer than a channel axis of 1, wherever that is.
        if let [a, middle, c] = axes[..]
            && shape[middle] == 1
            && shape[a].min(shape[c]) > MOST_CLASSES
        {
            axes.remove(1);
        }
        let dropped = shape.len() - axes.len();
        let (first, last) = match axes[..] {
            [y, x] => {
                let axes = [None, Some(y), Some(x)];
                return Ok(Self { axes, channel_axis: ChannelAxis::First, either: false, dropped });
            }
            [a, b, c] => ([Some(a), Some(b), Some(c)], [Some(c), Some(a), Some(b)]),
            _ => return refused(text::Layout::Axes),
        };
        let length = |axes: [Option<usize>; 3]| axes[0].map_or(1, |axis| shape[axis]);
        let (of_first, of_last) = (length(first), length(last));
        let may_be = |length: usize| length <= MOST_CLASSES;
        let wanted = |length: usize| {
            classes.is_some_and(|classes| length == classes || (classes == 2 && length == 1)) || length == 1
        };
        let (channel_axis, either) = match (asked, may_be(of_first), may_be(of_last)) {
            (Some(axis), ..) => (axis, false),
            (None, true, false) => (ChannelAxis::First, false),
            (None, false, true) => (ChannelAxis::Last, false),
            (None, true, true) => match (wanted(of_first), wanted(of_last)) {
                (true, _) => (ChannelAxis::First, false),
                (_, true) => (ChannelAxis::Last, false),
                _ if sums_agree(&source.planes(last)) && !sums_agree(&source.planes(first)) => {
                    (ChannelAxis::Last, false)
                }
                _ if sums_agree(&source.planes(first)) => (ChannelAxis::First, false),
                // The shorter end: of a small image it may still be the other.
                _ if of_last < of_first => (ChannelAxis::Last, 4 * of_last > of_first),
                _ => (ChannelAxis::First, 4 * of_first > of_last),
            },
            (None, false, false) if of_first.min(of_last) <= 256 => {
                return refused(text::Layout::Classes(of_first.min(of_last)));
            }
            (None, false, false) => return refused(text::Layout::Volume),
        };
        let axes = if channel_axis == ChannelAxis::First { first } else { last };
        if length(axes) > MOST_CLASSES {
            return refused(text::Layout::Classes(length(axes)));
        }
        Ok(Self { axes, channel_axis, either, dropped })
    }
}

/// True if the channels of every pixel have one sum, as those of a softmax do.
fn sums_agree(planes: &Planes<'_>) -> bool {
    let sum = |y, x| (0..planes.channels).map(|channel| planes.value(channel, y, x)).sum::<f64>();
    let first = sum(0, 0);
    first > 0.0
        && (0..planes.height)
            .flat_map(|y| (0..planes.width).map(move |x| (y, x)))
            .all(|(y, x)| (sum(y, x) - first).abs() <= 2e-2 * first)
}
