//! An image at a place of its edits, from which it goes to any other.

use std::collections::VecDeque;
use std::rc::Rc;

use super::adjust::Adjustment;
use super::brush::{Brush, Point};
use super::change::{Change, Changes};
use super::edit::{Edits, ImageEdit};
use super::editor::Editor;
use super::former::Former;
use super::ink::Ink;
use super::{Scene, SceneError};
use crate::field::Logits;

/// Edits between two checkpoints.
const STRIDE: usize = 64;

/// Checkpoints kept at most; when there are more, every second goes.
const MOST_CHECKPOINTS: usize = 24;

/// Memory that replaced pixels may take together, in bytes, and checkpoints as much again. A stroke across all of 256 × 256
/// logits takes a quarter of a MiB, and one across 2048 × 2048 sixteen: never the reason a page runs out of memory.
const MOST_BYTES: usize = 64 << 20;

/// The image after some edits, to come back to without beginning at the base. It is never saved.
#[derive(Debug)]
struct Checkpoint {
    at: Edits,
    scene: Scene,
    adjustment: Adjustment,
}

/// The pixels of an image after a list of edits. It goes back by the pixels that edits replaced as far as these are
/// kept, and else from a checkpoint; both give the same to the bit.
#[derive(Debug)]
pub struct Playhead {
    base: Rc<Scene>,
    at: Edits,
    editor: Editor,
    /// Pixels that the last edits of `at` replaced, none for those that changed nothing; the latest last.
    formers: VecDeque<Option<Former>>,
    bytes: usize,
    most_bytes: usize,
    /// Along `at`, the latest last.
    checkpoints: Vec<Checkpoint>,
}

impl Playhead {
    /// At the base, before any edit.
    pub fn new(base: Rc<Scene>) -> Self {
        Self {
            editor: Editor::new((*base).clone()),
            base,
            at: Edits::default(),
            formers: VecDeque::new(),
            bytes: 0,
            most_bytes: MOST_BYTES,
            checkpoints: Vec::new(),
        }
    }

    /// The scene as it is there.
    pub fn scene(&self) -> &Scene {
        self.editor.scene()
    }

    /// Base that the edits were made on.
    pub fn base(&self) -> &Rc<Scene> {
        &self.base
    }

    /// Place in the list of edits.
    pub fn at(&self) -> &Edits {
        &self.at
    }

    /// Adjustment that the scene is seen through there.
    pub fn adjustment(&self) -> Adjustment {
        self.editor.adjustment()
    }

    /// The prediction as every loss gets it: painted and then adjusted.
    pub fn effective_logits(&self) -> &Logits {
        self.editor.effective_logits()
    }

    /// Memory taken, in bytes, near enough: the base and the scene, what edits replaced, and checkpoints.
    pub fn bytes(&self) -> usize {
        self.base.bytes() + self.scene().bytes() + self.bytes + self.checkpoint_bytes()
    }

    fn checkpoint_bytes(&self) -> usize {
        self.checkpoints.iter().map(|checkpoint| checkpoint.scene.bytes()).sum()
    }

    /// True while a stroke is being made.
    pub fn is_stroking(&self) -> bool {
        self.editor.is_stroking()
    }

    /// Begins a stroke: see [`Editor::begin_stroke`], which says what is refused.
    pub fn begin_stroke(&mut self, ink: Ink, brush: Brush) -> Result<Option<Change>, SceneError> {
        self.editor.begin_stroke(ink, brush)
    }

    /// Goes on with the stroke: see [`Editor::extend_stroke`].
    pub fn extend_stroke(&mut self, points: &[Point]) -> Option<Change> {
        self.editor.extend_stroke(points)
    }

    /// Ends the stroke and gives it as an edit: see [`Editor::end_stroke`].
    pub fn end_stroke(&mut self) -> (Option<Change>, Option<ImageEdit>) {
        self.editor.end_stroke()
    }

    /// Takes the stroke back: see [`Editor::cancel_stroke`].
    pub fn cancel_stroke(&mut self) -> Option<Change> {
        self.editor.cancel_stroke()
    }

    /// Carries out an edit that is not in the list yet and gives the list with it; nothing if it changes nothing. Refuses
    /// what [`Editor::apply`] refuses.
    pub fn make(&mut self, edit: ImageEdit) -> Result<Option<(Edits, Change)>, SceneError> {
        let Some(former) = self.editor.carry_out(&edit)? else { return Ok(None) };
        let change = former.change(self.scene());
        self.went(self.at.with(edit), Some(former));
        Ok(Some((self.at.clone(), change)))
    }

    /// Goes to a place in the list and gives what changed on the way. An edit that cannot be carried out, as of a damaged
    /// document, changes nothing.
    pub fn seek(&mut self, to: &Edits) -> Changes {
        let mut changes = Changes::default();
        if to.id() == self.at.id() {
            return changes;
        }
        changes.add(self.editor.cancel_stroke());
        let shared = self.at.shared_with(to);
        if self.at.len() - shared.len() <= self.formers.len() {
            while self.at.len() > shared.len() {
                let former = self.formers.pop_back().flatten();
                if let Some(former) = former {
                    self.bytes -= former.bytes();
                    changes.add(Some(self.editor.put_back(former)));
                }
                self.at = self.at.before();
            }
            self.checkpoints.retain(|checkpoint| checkpoint.at.len() <= shared.len());
        } else {
            self.restore(&shared);
            changes.add(Some(Change::Scene));
        }
        let here = self.at.id();
        let ahead: Vec<&Edits> = to.backwards().take_while(|place| place.id() != here).collect();
        for place in ahead.into_iter().rev() {
            let Some(edit) = place.last() else { continue };
            let former = self.editor.carry_out(edit).ok().flatten();
            changes.add(former.as_ref().map(|former| former.change(self.editor.scene())));
            self.went(place.clone(), former);
        }
        changes
    }

    /// The latest place at or before this one that there is a checkpoint of.
    fn restore(&mut self, to: &Edits) {
        self.checkpoints.retain(|checkpoint| checkpoint.at.len() <= to.len());
        (self.formers, self.bytes) = (VecDeque::new(), 0);
        if let Some(Checkpoint { at, scene, adjustment }) = self.checkpoints.last() {
            (self.at, self.editor) = (at.clone(), Editor::adjusted(scene.clone(), *adjustment));
        } else {
            (self.at, self.editor) = (Edits::default(), Editor::new((*self.base).clone()));
        }
    }

    /// True while there are more checkpoints than are kept, or larger ones; one always is.
    fn has_too_many_checkpoints(&self) -> bool {
        let number = self.checkpoints.len();
        number > 1 && (number > MOST_CHECKPOINTS || self.checkpoint_bytes() > self.most_bytes)
    }

    fn went(&mut self, to: Edits, former: Option<Former>) {
        self.at = to;
        self.bytes += former.as_ref().map_or(0, Former::bytes);
        self.formers.push_back(former);
        while self.bytes > self.most_bytes && self.formers.len() > 1 {
            self.bytes -= self.formers.pop_front().flatten().map_or(0, |oldest| oldest.bytes());
        }
        let last = self.checkpoints.last().map_or(0, |checkpoint| checkpoint.at.len());
        if self.at.len() >= last + STRIDE {
            let (scene, adjustment) = (self.scene().clone(), self.adjustment());
            self.checkpoints.push(Checkpoint { at: self.at.clone(), scene, adjustment });
            while self.has_too_many_checkpoints() {
                let mut keep = self.checkpoints.len().is_multiple_of(2);
                self.checkpoints.retain(|_| {
                    keep = !keep;
                    keep
                });
            }
        }
    }
}

// Random edits come from a library that is no part of the wasm tests.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
