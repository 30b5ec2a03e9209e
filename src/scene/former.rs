//! Pixels that an edit replaced: putting them back undoes it to the bit.

use std::mem;

use ndarray::{Array3, Zip};

use super::adjust::Adjustment;
use super::change::Change;
use super::rect::Rect;
use super::{Plane, Scene};
use crate::field::{Labels, Logits};

/// Part of a scene before an edit. Exchanged with the part there now, it becomes the part before the undoing.
#[derive(Debug, PartialEq)]
pub(super) enum Former {
    Truth { rect: Rect, labels: Labels },
    Prediction { rect: Rect, logits: Logits },
    Weights(Option<Array3<f32>>),
    Adjustment(Adjustment),
    Scene(Box<Scene>),
}

impl Former {
    /// A box of the labels as they are before an edit.
    pub(super) fn truth(labels: &Labels, rect: Rect) -> Self {
        Self::Truth { rect, labels: rect.view(labels).to_owned() }
    }

    /// A box of the painted logits as they are before an edit.
    pub(super) fn prediction(painted: &Logits, rect: Rect) -> Self {
        Self::Prediction { rect, logits: rect.view(painted).to_owned() }
    }

    /// The box of a plane of the scene before an edit.
    pub(super) fn of(scene: &Scene, plane: Plane, rect: Rect) -> Self {
        match plane {
            Plane::Truth => Self::truth(&scene.labels, rect),
            Plane::Prediction => Self::prediction(&scene.painted, rect),
        }
    }

    /// True where the scene's pixels are others than these.
    pub(super) fn differs(&self, scene: &Scene) -> bool {
        match self {
            Self::Truth { rect, labels } => rect.view(&scene.labels) != *labels,
            Self::Prediction { rect, logits } => rect.view(&scene.painted) != *logits,
            Self::Weights(weights) => scene.weights != *weights,
            Self::Adjustment(_) => true,
            Self::Scene(other) => **other != *scene,
        }
    }

    /// Part of a scene that these pixels are of.
    pub(super) fn change(&self, scene: &Scene) -> Change {
        match self {
            Self::Truth { rect, .. } => Change::Truth(*rect),
            Self::Prediction { rect, .. } => Change::Prediction(*rect),
            Self::Weights(_) => Change::Weights,
            Self::Adjustment(_) => Change::Prediction(scene.whole()),
            Self::Scene(_) => Change::Scene,
        }
    }

    /// Puts the pixels back in the scene, and keeps those that were there.
    pub(super) fn exchange(&mut self, scene: &mut Scene) {
        match self {
            Self::Truth { rect, labels } => {
                Zip::from(labels).and(rect.view_mut(&mut scene.labels)).for_each(mem::swap);
            }
            Self::Prediction { rect, logits } => {
                Zip::from(logits).and(rect.view_mut(&mut scene.painted)).for_each(mem::swap);
            }
            Self::Weights(weights) => mem::swap(weights, &mut scene.weights),
            Self::Adjustment(_) => {}
            Self::Scene(other) => mem::swap(&mut **other, scene),
        }
    }

    /// Memory taken, in bytes, near enough.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Truth { labels, .. } => labels.len(),
            Self::Prediction { logits, .. } => logits.len() * size_of::<f32>(),
            Self::Weights(weights) => weights.as_ref().map_or(0, |weights| weights.len() * size_of::<f32>()),
            Self::Adjustment(_) => size_of::<Adjustment>(),
            Self::Scene(scene) => scene.bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_exchanged_there_and_back() {
        let before = Scene::blank("blank", 4, 5, 3).unwrap();
        let rect = Rect { top: 2, left: 1, bottom: 4, right: 3 };
        let mut scene = before.clone();
        let mut formers = Vec::new();
        formers.push(Former::of(&scene, Plane::Truth, rect));
        rect.view_mut(&mut scene.labels).fill(2);
        formers.push(Former::of(&scene, Plane::Prediction, rect));
        rect.view_mut(&mut scene.painted).fill(0.25);
        formers.push(Former::Weights(scene.weights.clone()));
        scene.weights = Some(Array3::from_elem((1, 4, 5), 2.5));
        let other = Scene::blank("other", 2, 2, 1).unwrap();
        formers.push(Former::Scene(Box::new(mem::replace(&mut scene, other.clone()))));
        assert!(formers.iter().rev().take(1).all(|former| former.differs(&scene)));
        let changes: Vec<Change> = formers.iter().map(|former| former.change(&scene)).collect();
        assert_eq!(changes, [Change::Truth(rect), Change::Prediction(rect), Change::Weights, Change::Scene]);
        for former in formers.iter_mut().rev() {
            former.exchange(&mut scene);
        }
        assert_eq!(scene, before);
        for former in &mut formers {
            former.exchange(&mut scene);
        }
        assert_eq!(scene, other);
    }
}
