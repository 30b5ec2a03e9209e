//! Losses per image and per batch, and who gets the gradient.

use super::study::{LOSSES, shares};
use super::{Found, text};
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};

/// Distance between bars of one group, and width of each, where groups are 1 apart.
const APART: f64 = 0.27;
const WIDE: f64 = 0.24;

/// Each loss per image and per batch, with the values of all images.
pub(super) fn values(batch: &Found<'_>) -> Chart {
    let names = (0..LOSSES.len()).map(|loss| text::bar(loss, batch.facts.task()).into()).collect();
    let bars = |name: &str, slot: usize, beside: f64, of: &dyn Fn(usize) -> f64| {
        let points = (0..LOSSES.len()).map(|loss| [loss as f64 + 1.0, of(loss)]).collect();
        Series::line(name, Ink::Slot(slot), points).drawn(Mark::Bars).wide(WIDE).beside(beside)
    };
    let mut series = vec![
        bars(text::PER_IMAGE, 0, -0.5 * APART, &|loss| batch.per_image(loss)),
        bars(text::PER_BATCH, 1, 0.5 * APART, &|loss| batch.whole.values[loss]),
    ];
    let dots =
        (0..LOSSES.len()).flat_map(|loss| batch.own(loss).map(move |value| [loss as f64 + 1.0, value]));
    let dots = Series::line(text::EACH_IMAGE, Ink::Strong, dots.collect());
    series.push(dots.drawn(Mark::Dots).beside(-0.5 * APART));
    let y = Axis::around(text::VALUE, series.iter().flat_map(|s| s.points.iter().map(|point| point[1])));
    Chart::Plot(Plot::new(text::VALUES, Axis::named(text::LOSS, names), y, series))
}

/// Shares of the images in the gradient of the loss that is looked at closely.
pub(super) fn gradient(batch: &Found<'_>) -> Chart {
    let bars = |name: &str, ink: Ink, beside: f64, parts: &[f64]| {
        let shares = shares(parts).into_iter().enumerate();
        let points = shares.map(|(at, share)| [at as f64 + 1.0, 100.0 * share.unwrap_or(f64::NAN)]);
        Series::line(name, ink, points.collect()).drawn(Mark::Bars).wide(WIDE).beside(beside)
    };
    let series = vec![
        bars(text::GRADIENT_PER_IMAGE, Ink::Slot(0), -APART, &batch.own_pulls()),
        bars(text::GRADIENT_PER_BATCH, Ink::Slot(1), 0.0, &batch.whole.pulls),
        bars(text::FOREGROUND_PIXELS, Ink::Muted, APART, &batch.foreground()),
    ];
    let images = batch.places.iter().map(|&place| text::image(place)).collect();
    Chart::Plot(Plot::new(
        text::gradient_of(batch.name()),
        Axis::named(text::IMAGE, images),
        Axis::linear(text::GRADIENT_AXIS, 0.0, 100.0),
        series,
    ))
}
