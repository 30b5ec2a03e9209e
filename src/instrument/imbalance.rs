//! Imbalance: every loss along a knob of the scene, and one loss over two parameters.

use crate::paint::chart::{Axis, Chart, Ink, Plot, Series, Surface};
use crate::study::sweep::Measured;

/// The three things that are measured of a loss.
type Of = fn(&Measured) -> f64;
const VALUE: Of = |measured| measured.value;
const SHARE: Of = |measured| measured.foreground_share.map_or(f64::NAN, |share| 100.0 * share);
const NORM: Of = |measured| measured.norm;

const SHARE_NAME: &str = "foreground share of |gradient|, %";
const NORM_NAME: &str = "norm of the gradient by logits";

/// Losses with their names and what was measured at each value of `x` so far.
pub fn sweep(x: &Axis, values: &[f64], at_rest: f64, losses: &[(&str, &[Measured])]) -> Vec<Chart> {
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
        Chart::Plot(Plot::new(title, x.clone(), y, series).ruled(at_rest, "now"))
    };
    vec![
        chart("Who holds the gradient", SHARE, &|_| Axis::linear(SHARE_NAME, 0.0, 100.0)),
        chart("How strong the gradient is", NORM, &|values| Axis::around_log(NORM_NAME, values)),
        chart("The value of each loss", VALUE, &|values| Axis::around("value", values)),
    ]
}

/// One loss over two parameters, `measured` by row, then column; what is not measured yet is blank.
pub fn surfaces(
    loss: &str,
    x: &Axis,
    y: &Axis,
    columns: &[f64],
    rows: &[f64],
    measured: &[Measured],
    here: [f64; 2],
) -> Vec<Chart> {
    let surface = |title: &str, name: &str, of: Of| {
        let mut values: Vec<f64> = measured.iter().map(of).collect();
        values.resize(columns.len() * rows.len(), f64::NAN);
        Chart::Surface(Surface {
            title: format!("{loss}: {title}"),
            x: x.clone(),
            y: y.clone(),
            name: name.into(),
            columns: columns.into(),
            rows: rows.into(),
            values,
            here: Some(here),
            turn: None,
        })
    };
    vec![
        surface("value", "value", VALUE),
        surface("who holds the gradient", SHARE_NAME, SHARE),
        surface("how strong the gradient is", NORM_NAME, NORM),
    ]
}
