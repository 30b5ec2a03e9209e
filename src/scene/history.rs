//! Undo and redo.

use std::collections::VecDeque;
use std::mem;

use ndarray::Zip;

use super::editor::Change;
use super::rect::Rect;
use super::{Plane, Scene};
use crate::field::{Labels, Logits};

/// What all steps together may take in memory. A stroke across all of 256 × 256 logits takes a quarter of a MiB, so
/// this is hundreds of the largest strokes, and never the reason a page runs out of memory.
const MOST_BYTES: usize = 128 << 20;

/// What an edit replaced. Undo exchanges it with what the scene has now, and so does redo.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Truth { rect: Rect, labels: Labels },
    Prediction { rect: Rect, logits: Logits },
    Scene(Box<Scene>),
}

impl Step {
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

    /// What of the scene this is about.
    pub(super) fn change(&self) -> Change {
        match self {
            Self::Truth { rect, .. } => Change::Truth(*rect),
            Self::Prediction { rect, .. } => Change::Prediction(*rect),
            Self::Scene(_) => Change::Scene,
        }
    }

    /// Whether the scene is different from this.
    pub(super) fn differs(&self, scene: &Scene) -> bool {
        match self {
            Self::Truth { rect, labels } => rect.view(&scene.labels) != *labels,
            Self::Prediction { rect, logits } => rect.view(&scene.painted) != *logits,
            Self::Scene(other) => **other != *scene,
        }
    }

    /// Puts this in the scene, and keeps what was there.
    pub(super) fn exchange(&mut self, scene: &mut Scene) {
        match self {
            Self::Truth { rect, labels } => {
                Zip::from(labels).and(rect.view_mut(&mut scene.labels)).for_each(mem::swap);
            }
            Self::Prediction { rect, logits } => {
                Zip::from(logits).and(rect.view_mut(&mut scene.painted)).for_each(mem::swap);
            }
            Self::Scene(other) => mem::swap(&mut **other, scene),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Truth { labels, .. } => labels.len(),
            Self::Prediction { logits, .. } => logits.len() * size_of::<f32>(),
            Self::Scene(scene) => scene.bytes(),
        }
    }
}

/// Names edits that are one step while they follow each other: one pixel's probability of one class, being dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MergeKey {
    pub(super) pixel: (usize, usize),
    pub(super) class: u8,
}

/// The steps that can be undone and those that can be redone.
#[derive(Debug)]
pub(super) struct History {
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    /// What the last step goes on merging with.
    open: Option<MergeKey>,
    most_bytes: usize,
}

impl Default for History {
    fn default() -> Self {
        Self { undo: VecDeque::new(), redo: Vec::new(), open: None, most_bytes: MOST_BYTES }
    }
}

impl History {
    /// Takes what an edit replaced. What was undone before can no longer be redone, and the oldest steps are forgotten
    /// if all together take too much; never this one.
    pub(super) fn push(&mut self, step: Step) {
        self.redo.clear();
        self.open = None;
        self.undo.push_back(step);
        let mut bytes: usize = self.undo.iter().map(Step::bytes).sum();
        while bytes > self.most_bytes && self.undo.len() > 1 {
            bytes -= self.undo.pop_front().map_or(0, |oldest| oldest.bytes());
        }
    }

    /// Takes what an edit replaced, unless the last step already has what was there before the first of such edits.
    pub(super) fn push_merging(&mut self, step: Step, key: MergeKey) {
        if self.open != Some(key) {
            self.push(step);
            self.open = Some(key);
        }
    }

    /// The next edit is a step of its own.
    pub(super) fn seal(&mut self) {
        self.open = None;
    }

    pub(super) fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    pub(super) fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    pub(super) fn undo(&mut self, scene: &mut Scene) -> Option<Change> {
        self.open = None;
        let mut step = self.undo.pop_back()?;
        step.exchange(scene);
        let change = step.change();
        self.redo.push(step);
        Some(change)
    }

    pub(super) fn redo(&mut self, scene: &mut Scene) -> Option<Change> {
        let mut step = self.redo.pop()?;
        step.exchange(scene);
        let change = step.change();
        self.undo.push_back(step);
        Some(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        Scene::blank("blank", 4, 5, 3).unwrap()
    }

    /// Labels one row, as a step.
    fn label_row(history: &mut History, scene: &mut Scene, y: usize, class: u8) {
        let rect = Rect { top: y, left: 0, bottom: y + 1, right: 5 };
        let step = Step::of(scene, Plane::Truth, rect);
        rect.view_mut(&mut scene.labels).fill(class);
        history.push(step);
    }

    #[test]
    fn steps_of_every_kind_are_undone_and_redone_in_order() {
        let mut history = History::default();
        let mut scene = scene();
        let mut states = vec![scene.clone()];

        label_row(&mut history, &mut scene, 1, 1);
        states.push(scene.clone());
        let rect = Rect { top: 2, left: 1, bottom: 4, right: 3 };
        let step = Step::of(&scene, Plane::Prediction, rect);
        rect.view_mut(&mut scene.painted).fill(0.25);
        history.push(step);
        states.push(scene.clone());
        let other = Scene::blank("other", 2, 2, 1).unwrap();
        history.push(Step::Scene(Box::new(mem::replace(&mut scene, other))));
        states.push(scene.clone());

        let changes = [
            Change::Truth(Rect { top: 1, left: 0, bottom: 2, right: 5 }),
            Change::Prediction(rect),
            Change::Scene,
        ];
        for _ in 0..2 {
            for (state, change) in states[..3].iter().zip(changes).rev() {
                assert_eq!(history.undo(&mut scene), Some(change));
                assert_eq!(&scene, state);
            }
            assert_eq!((history.undo(&mut scene), history.can_undo()), (None, false));
            for (state, change) in states[1..].iter().zip(changes) {
                assert_eq!(history.redo(&mut scene), Some(change));
                assert_eq!(&scene, state);
            }
            assert_eq!((history.redo(&mut scene), history.can_redo()), (None, false));
        }
    }

    #[test]
    fn a_new_step_forgets_what_was_undone() {
        let mut history = History::default();
        let mut scene = scene();
        label_row(&mut history, &mut scene, 0, 1);
        history.undo(&mut scene);
        assert!(history.can_redo());
        label_row(&mut history, &mut scene, 1, 1);
        assert!(!history.can_redo());
    }

    #[test]
    fn the_oldest_steps_are_forgotten_when_all_take_too_much() {
        let mut history = History { most_bytes: 12, ..History::default() };
        let mut scene = scene();
        for y in 0..4 {
            label_row(&mut history, &mut scene, y, 1);
        }
        assert!(history.undo(&mut scene).is_some() && history.undo(&mut scene).is_some());
        assert_eq!(history.undo(&mut scene), None, "two rows of five bytes fit in twelve");
        assert_eq!(scene.labels.sum(), 10, "the two oldest rows stay painted");

        let mut history = History { most_bytes: 4, ..History::default() };
        label_row(&mut history, &mut scene, 2, 2);
        assert!(history.can_undo(), "the newest step is kept whatever it takes");
    }

    #[test]
    fn edits_of_one_key_are_one_step_until_something_comes_between() {
        let mut history = History::default();
        let scene = &mut scene();
        let key = MergeKey { pixel: (1, 2), class: 1 };
        let edit = |history: &mut History, scene: &mut Scene, key: MergeKey, z: f32| {
            let step = Step::of(scene, Plane::Prediction, Rect::pixel(1, 2));
            scene.painted[[0, 1, 1, 2]] = z;
            history.push_merging(step, key);
        };
        let blank = scene.clone();
        for z in [0.1, 0.2, 0.3] {
            edit(&mut history, scene, key, z);
        }
        history.seal();
        edit(&mut history, scene, key, 0.4);
        edit(&mut history, scene, MergeKey { class: 2, ..key }, 0.5);
        history.undo(scene);
        assert_eq!(scene.painted[[0, 1, 1, 2]].to_bits(), 0.4f32.to_bits());
        history.undo(scene);
        assert_eq!(scene.painted[[0, 1, 1, 2]].to_bits(), 0.3f32.to_bits());
        history.undo(scene);
        assert_eq!((&*scene, history.can_undo()), (&blank, false));
        history.redo(scene);
        edit(&mut history, scene, key, 0.6);
        history.undo(scene);
        assert_eq!(scene.painted[[0, 1, 1, 2]].to_bits(), 0.3f32.to_bits(), "nothing merges after a redo");
        edit(&mut history, scene, key, 0.7);
        history.undo(scene);
        assert_eq!(scene.painted[[0, 1, 1, 2]].to_bits(), 0.3f32.to_bits(), "nor after an undo");
    }
}
