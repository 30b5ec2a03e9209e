//! Rows of the table: what was measured of each image of a set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::field::{Field, Task};
use crate::metric::{self, MaskMetrics};
use crate::scene::{PixelWeighting, Plane};
use crate::study::set::Better;

/// Settings beside those of the losses, the same for all rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetConditions {
    /// Radius of the truth's soft edges, in pixels; 0 for hard labels.
    pub soft_edges: usize,
    /// Weights of pixels.
    pub weighting: PixelWeighting,
    /// Probability from which on a pixel is foreground in a binary task, from 0 to 1.
    pub threshold: f64,
    /// Distance by which a boundary may be off, in pixels.
    pub tolerance: f64,
}

/// Row of the table: one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetRow {
    /// Name of the image.
    pub name: String,
    /// Name of the truth's file.
    pub truth: String,
    /// Name of the prediction's file.
    pub prediction: String,
    /// Numbers, or the reason why there are none.
    pub outcome: RowOutcome,
}

/// Numbers of an image, or the reason why there are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum RowOutcome {
    /// The pair was evaluated.
    Measured {
        /// Its numbers.
        numbers: ImageNumbers,
    },
    /// A file cannot be read, or the two do not go together.
    Refused {
        /// Sentence.
        reason: String,
    },
    /// A file can be read in several ways.
    Asked {
        /// Half of the pair that the file is.
        plane: Plane,
        /// Key of files that one answer is for.
        shape_key: String,
        /// Sentence.
        question: String,
    },
}

/// Numbers of one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ImageNumbers {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Classes of the task, with the background.
    pub classes: usize,
    /// Share of pixels by class, of those that are not ignored, from 0 to 1.
    pub shares: Vec<f64>,
    /// Number of connected parts of the truth's foreground classes (8 neighbours).
    pub components: usize,
    /// True if the truth has no foreground.
    pub empty: bool,
    /// Value of each loss by its id; none where it is not finite.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number | undefined>"))]
    pub losses: BTreeMap<String, Option<f64>>,
    /// Value of each of [`METRICS`] by its id; none where it is undefined.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number | undefined>"))]
    pub metrics: BTreeMap<String, Option<f64>>,
}

impl ImageNumbers {
    /// Task of the image.
    pub fn task(&self) -> Task {
        if self.classes > 2 { Task::Multiclass } else { Task::Binary }
    }
}

/// Metric of the table.
#[derive(Debug, Clone, Copy)]
pub struct SetMetric {
    /// Stable name.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Sense.
    pub better: Better,
    of: fn(&MaskMetrics) -> Option<f64>,
}

/// Metrics of the table, the one that is compared with at first before the others. IoU and Dice are
/// [`metric::mean_scores`], 1 where neither mask has anything; the others are means over the foreground classes for which
/// they are defined.
pub const METRICS: &[SetMetric] = &[
    SetMetric { id: "iou", name: "IoU", better: Better::Larger, of: |m| m.confusion.iou() },
    SetMetric { id: "dice", name: "Dice", better: Better::Larger, of: |m| m.confusion.dice() },
    SetMetric { id: "precision", name: "precision", better: Better::Larger, of: |m| m.confusion.precision() },
    SetMetric { id: "recall", name: "recall", better: Better::Larger, of: |m| m.confusion.recall() },
    SetMetric {
        id: "hausdorff95Directed",
        name: "HD95 (MONAI), px",
        better: Better::Smaller,
        of: |m| m.surface.map(|s| s.hausdorff_95_directed),
    },
    SetMetric {
        id: "hausdorff95Pooled",
        name: "HD95 (medpy), px",
        better: Better::Smaller,
        of: |m| m.surface.map(|s| s.hausdorff_95_pooled),
    },
    SetMetric {
        id: "hausdorff",
        name: "Hausdorff distance, px",
        better: Better::Smaller,
        of: |m| m.surface.map(|s| s.hausdorff),
    },
    SetMetric {
        id: "averageDistance",
        name: "average surface distance, px",
        better: Better::Smaller,
        of: |m| m.surface.map(|s| s.average),
    },
    SetMetric { id: "boundaryF1", name: "boundary F1", better: Better::Larger, of: |m| m.boundary_f1 },
    SetMetric {
        id: "calibrationError",
        name: "calibration error",
        better: Better::Smaller,
        of: |m| Some(m.calibration_error),
    },
];

/// Value of each of [`METRICS`] for a field's first image.
pub fn metrics_of(field: &Field<'_>, conditions: &SetConditions) -> BTreeMap<String, Option<f64>> {
    let SetConditions { threshold, tolerance, .. } = *conditions;
    let shape = field.shape();
    let by_class: Vec<MaskMetrics> = (shape.first_channel(false)..shape.channels)
        .map(|channel| metric::metrics(field, 0, channel, threshold, tolerance))
        .collect();
    let (iou, dice) = metric::mean_scores(field, 0, threshold);
    let mean = |metric: &SetMetric| match metric.id {
        "iou" => Some(iou),
        "dice" => Some(dice),
        _ => {
            let defined: Vec<f64> = by_class.iter().filter_map(metric.of).collect();
            (!defined.is_empty()).then(|| defined.iter().sum::<f64>() / defined.len() as f64)
        }
    };
    METRICS.iter().map(|metric| (metric.id.to_owned(), mean(metric))).collect()
}
