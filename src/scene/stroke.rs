//! A stroke while it is being made.

use ndarray::Array3;

use super::Scene;
use super::adjust::Lens;
use super::brush::{Brush, Coverage, Point};
use super::change::Change;
use super::edit::ImageEdit;
use super::former::Former;
use super::ink::{Ink, Plane};
use super::path::Path;
use super::rect::Rect;
use crate::field::{Labels, Logits};

/// A stroke in progress. What it paints is a function of the scene as it was and of the coverage of the whole stroke,
/// so it does not matter how its points are batched.
#[derive(Debug)]
pub(super) struct Stroke {
    ink: Ink,
    brush: Brush,
    path: Path,
    coverage: Coverage,
    last: Option<Point>,
    touched: Option<Rect>,
    /// True until a pixel of a truth that is still to come is painted.
    truth_is_to_come: bool,
    paint: Paint,
}

/// The ink, and the plane it goes on as it was before the stroke.
#[derive(Debug)]
enum Paint {
    Truth {
        base: Labels,
    },
    Prediction {
        class: u8,
        prob: f64,
        base: Logits,
    },
    /// Weights as they were; none where every pixel weighed 1.
    Weight {
        weight: f64,
        base: Option<Array3<f32>>,
    },
}

impl Stroke {
    pub(super) fn new(scene: &Scene, ink: Ink, brush: Brush) -> Self {
        let shape = scene.shape();
        let brush = brush.clamped();
        let (brush, paint) = match ink {
            // A class is there or not: with a hard edge the coverage is 0 or 1.
            Ink::Truth { .. } | Ink::Outside { .. } => {
                (brush.hard(), Paint::Truth { base: scene.labels.clone() })
            }
            Ink::Prediction { class, prob } => {
                (brush, Paint::Prediction { class, prob, base: scene.painted.clone() })
            }
            Ink::Weight { weight } => (brush, Paint::Weight { weight, base: scene.weights.clone() }),
        };
        let coverage = Coverage::none(shape.height, shape.width);
        let truth_is_to_come = ink.plane() == Some(Plane::Truth) && scene.truth_is_to_come();
        Self {
            ink,
            brush,
            path: Path::default(),
            coverage,
            last: None,
            touched: None,
            truth_is_to_come,
            paint,
        }
    }

    /// Goes on through these points and gives what changed.
    pub(super) fn extend(
        &mut self,
        points: impl IntoIterator<Item = Point>,
        scene: &mut Scene,
        lens: &Lens,
    ) -> Option<Change> {
        for point in points {
            let Some(point) = self.path.push(point) else { continue };
            let from = self.last.replace(point).unwrap_or(point);
            self.coverage.draw(self.brush, from, point);
        }
        let (labelling, ink) = (scene.labelling(), self.ink);
        let changed = match &self.paint {
            Paint::Truth { .. } if self.truth_is_to_come => {
                let first = &mut self.truth_is_to_come;
                let changed = self.coverage.paint(|(y, x), _| {
                    if std::mem::take(first) {
                        scene.labels.fill(0);
                    }
                    let label = &mut scene.labels[[0, y, x]];
                    *label = labelling.painted(*label, ink);
                });
                changed.map(|_| scene.whole())
            }
            Paint::Truth { .. } => self.coverage.paint(|(y, x), _| {
                let label = &mut scene.labels[[0, y, x]];
                *label = labelling.painted(*label, ink);
            }),
            Paint::Prediction { class, prob, base } => self.coverage.paint(|pixel, coverage| {
                let mut logits = lens.read(base, pixel);
                labelling.blend(&mut logits, *class, *prob, coverage.into());
                lens.write(&mut scene.painted, pixel, &logits);
            }),
            Paint::Weight { weight, base } => self.coverage.paint(|(y, x), coverage| {
                let before = base.as_ref().map_or(1.0, |base| base[[0, y, x]]);
                let weights = scene.weights.get_or_insert_with(|| Array3::ones(scene.labels.raw_dim()));
                weights[[0, y, x]] = before + coverage * (*weight as f32 - before);
            }),
        };
        self.touched = Rect::join(self.touched, changed);
        changed.map(|rect| match self.paint {
            Paint::Truth { .. } => Change::Truth(rect),
            Paint::Prediction { .. } => Change::Prediction(rect),
            Paint::Weight { .. } => Change::Weights,
        })
    }

    /// The stroke as an edit to keep, with no more points than its shape needs. By how far it may be off is less than a
    /// brush of its size shows.
    pub(super) fn edit(&self) -> ImageEdit {
        let tolerance = (self.brush.radius / 16.0).clamp(0.1, 0.25);
        ImageEdit::Stroke { ink: self.ink, brush: self.brush, path: self.path.simplified(tolerance) }
    }

    /// Pixels that the stroke painted over, if it painted any.
    pub(super) fn into_former(self) -> Option<Former> {
        let rect = self.touched?;
        Some(match self.paint {
            Paint::Truth { base, .. } => Former::truth(&base, rect),
            Paint::Prediction { base, .. } => Former::prediction(&base, rect),
            Paint::Weight { base, .. } => Former::Weights(base),
        })
    }
}
