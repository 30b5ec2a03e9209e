//! Losses along a knob, and one loss over two parameters.

use super::axis::SurfaceAxis;
use super::study::Measured;
use super::text;
use crate::paint::chart::{Axis, Chart, Ink, Plot, Series, Surface};
use crate::panel::Report;

/// A number that is measured of a loss.
type Of = fn(&Measured) -> f64;
const VALUE: Of = |measured| measured.value;
const SHARE: Of = |measured| measured.foreground_share.map_or(f64::NAN, |share| 100.0 * share);
const NORM: Of = |measured| measured.norm;

/// Losses with their names and what was measured at each value of `x` so far.
pub(super) fn sweep(x: &Axis, values: &[f64], at_rest: f64, losses: &[(&str, &[Measured])]) -> Report {
    let chart = |title: &str, of: Of, y: &dyn Fn(&mut dyn Iterator<Item = f64>) -> Axis| {
        let series: Vec<Series> = losses
            .iter()
            .enumerate()
            .map(|(slot, (name, measured))| {
                let points = values.iter().zip(*measured).map(|(x, measured)| [*x, of(measured)]).collect();
                Series::line(*name, Ink::Slot(slot), points)
            })
            .collect();
        let y = y(&mut series.iter().flat_map(|s| s.points.iter().map(|point| point[1])));
        Chart::Plot(Plot::new(title, x.clone(), y, series).ruled(at_rest, text::NOW))
    };
    Report::default()
        .with_chart("share", chart(text::SHARE, SHARE, &|_| Axis::linear(text::SHARE_AXIS, 0.0, 100.0)))
        .with_chart("norm", chart(text::NORM, NORM, &|values| Axis::around_log(text::NORM_AXIS, values)))
        .with_chart("value", chart(text::VALUE, VALUE, &|values| Axis::around(text::VALUE_AXIS, values)))
}

/// One loss over two parameters, `measured` by row, then column; values that are not measured yet are blank.
pub(super) fn surfaces(loss: &str, x: &SurfaceAxis, y: &SurfaceAxis, measured: &[Measured]) -> Report {
    let surface = |title: String, name: &str, of: Of| {
        let mut values: Vec<f64> = measured.iter().map(of).collect();
        values.resize(x.values.len() * y.values.len(), f64::NAN);
        Chart::Surface(Surface {
            title,
            x: x.axis.clone(),
            y: y.axis.clone(),
            name: name.into(),
            columns: x.values.clone(),
            rows: y.values.clone(),
            values,
            here: Some([x.here, y.here]),
            turn: None,
        })
    };
    Report::default()
        .with_chart("value", surface(text::value_of(loss), text::VALUE_AXIS, VALUE))
        .with_chart("share", surface(text::share_of(loss), text::SHARE_AXIS, SHARE))
        .with_chart("norm", surface(text::norm_of(loss), text::NORM_AXIS, NORM))
}
