//! Histogram of a loss over the images.

use super::table::SetTable;
use super::text;
use crate::loss::Spec;
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::study::set;

/// Number of bins.
const BINS: usize = 20;

/// Number of images by the value of a loss; none where no image has one.
pub(super) fn histogram(table: &SetTable<'_>, spec: &'static Spec) -> Option<Chart> {
    let found = set::histogram(&table.values(spec), BINS)?;
    let width = (found.to - found.from) / found.counts.len() as f64;
    let centre = |(bin, &count): (usize, &usize)| [found.from + (bin as f64 + 0.5) * width, count as f64];
    let points: Vec<[f64; 2]> = found.counts.iter().enumerate().map(centre).collect();
    let y = Axis::around(text::IMAGES, points.iter().map(|point| point[1]));
    let mut bars = Series::line(text::IMAGES, Ink::Slot(0), points).drawn(Mark::Bars);
    bars.width = Some(width);
    let name = spec.name.of(table.task);
    let x = Axis::linear(name, found.from, found.to);
    Some(Chart::Plot(Plot::new(text::histogram(name, found.missing), x, y, vec![bars])))
}
