//! Every sentence, title and label of the panel.

use super::study::Disagreement;
use crate::field::Task;
use crate::metric::{Confusion, MaskMetrics};
use crate::paint::number::{short, tick};
use crate::panel::text::listed;
use crate::panel::{TableReadout, Title};

pub(super) const TITLE: Title = Title {
    label: "Metrics",
    question: "Does a smaller loss mean a better segmentation?",
    about: "Networks are trained by a loss and judged by a metric. Paint on, and watch both: every stroke leaves a \
            dot, and one that a loss rewards while the metric falls is flagged, to be played again.",
};

pub(super) const NOW: &str = "now";
pub(super) const IOU: &str = "IoU";
pub(super) const DICE: &str = "Dice";
pub(super) const PRECISION: &str = "precision";
pub(super) const RECALL: &str = "recall";
pub(super) const METRIC: &str = "metric";
pub(super) const THRESHOLDS_TITLE: &str = "Metrics by threshold";
pub(super) const THRESHOLD_AXIS: &str = "threshold of the probability";
pub(super) const CALIBRATION: &str = "Calibration: what is predicted, and what comes true";
pub(super) const CALIBRATION_X: &str = "predicted probability, mean of a bin";
pub(super) const CALIBRATION_Y: &str = "share of pixels";
pub(super) const SHARE_IN_BIN: &str = "share of all pixels that are in the bin";
pub(super) const CALIBRATED: &str = "calibrated";
pub(super) const FOREGROUND_IN_BIN: &str = "foreground among them";
pub(super) const SCATTER: &str = "Every loss against IoU, one dot a stroke";
pub(super) const SCATTER_X: &str = "IoU of the hard masks";
pub(super) const SCATTER_Y: &str = "value of the loss";

pub(super) fn metrics(metrics: &MaskMetrics, tolerance: f64) -> TableReadout {
    let counts = &metrics.confusion;
    let ratio = |value: Option<f64>| value.map_or_else(|| "undefined: 0 / 0".to_owned(), short);
    let pixels = |value: Option<f64>| {
        value.map_or_else(|| "undefined: a mask is empty".to_owned(), |d| format!("{} px", short(d)))
    };
    let surface = metrics.surface;
    let rows = [
        (IOU, ratio(counts.iou())),
        (DICE, ratio(counts.dice())),
        (PRECISION, ratio(counts.precision())),
        (RECALL, ratio(counts.recall())),
        (
            "95 % Hausdorff distance, MONAI: larger of both directions",
            pixels(surface.map(|s| s.hausdorff_95_directed)),
        ),
        (
            "95 % Hausdorff distance, medpy: both directions pooled",
            pixels(surface.map(|s| s.hausdorff_95_pooled)),
        ),
        ("Hausdorff distance", pixels(surface.map(|s| s.hausdorff))),
        ("average surface distance", pixels(surface.map(|s| s.average))),
        (
            "boundary F1",
            metrics.boundary_f1.map_or_else(
                || "undefined: no boundary".to_owned(),
                |f1| format!("{} within {} px", short(f1), tick(tolerance)),
            ),
        ),
        ("calibration error", short(metrics.calibration_error)),
    ];
    TableReadout::new(
        "Judged by metrics",
        ["metric", "value"],
        rows.into_iter().map(|(name, text)| vec![name.into(), text]),
    )
}

/// Scores of each region, and their means over those that either mask has: 1 if there is none.
pub(super) fn regions(regions: &[(&str, Confusion)]) -> TableReadout {
    let scores = |counts: &Confusion| [counts.iou(), counts.dice(), counts.precision(), counts.recall()];
    let row = |name: &str, scores: [Option<f64>; 4]| {
        let text = |value: Option<f64>| value.map_or_else(|| "undefined: 0 / 0".to_owned(), short);
        std::iter::once(name.to_owned()).chain(scores.map(text)).collect()
    };
    let each: Vec<[Option<f64>; 4]> = regions.iter().map(|(_, counts)| scores(counts)).collect();
    let mean = [0, 1, 2, 3].map(|score| {
        let known: Vec<f64> = each.iter().filter_map(|scores| scores[score]).collect();
        Some(if known.is_empty() { 1.0 } else { known.iter().sum::<f64>() / known.len() as f64 })
    });
    let rows: Vec<Vec<String>> = regions
        .iter()
        .zip(&each)
        .map(|((name, _), scores)| row(name, *scores))
        .chain([row("mean of those that are defined", mean)])
        .collect();
    TableReadout::new("By region", ["region", IOU, DICE, PRECISION, RECALL], rows)
}

pub(super) fn losses<'n>(values: impl Iterator<Item = (&'n str, f64)>) -> TableReadout {
    TableReadout::new(
        "Judged by losses",
        ["loss", "value"],
        values.map(|(name, value)| vec![name.to_owned(), short(value)]),
    )
}

/// A stroke that losses and IoU disagree on.
pub(super) fn flag(stroke: usize, odds: &Disagreement, task: Task) -> String {
    let names: Vec<&str> = odds.losses.iter().map(|spec| spec.name.of(task)).collect();
    let names = listed(&names);
    let [before, after] = odds.iou.map(short);
    if odds.iou[1] < odds.iou[0] {
        format!("Stroke {stroke}: {names} improved while IoU went from {before} to {after}.")
    } else {
        format!("Stroke {stroke}: {names} got worse while IoU went from {before} to {after}.")
    }
}
