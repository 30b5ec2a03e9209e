//! One image: what is painted, and what is known of it.

use ndarray::Array4;

use super::batch::Source;
use super::trail::Trail;
use crate::field::{Derived, Field, FieldError, IGNORE, Labels, Logits, Shape, Window};
use crate::laboratory::{Header, Snapshot};
use crate::library::Facts;
use crate::panel::Version;
use crate::scene::{Change, Editor, Rect, Scene, soft_labels};

/// One image with its history and everything that was worked out of it.
#[derive(Debug)]
pub(super) struct Image {
    /// No other image of the session ever has the same.
    pub(super) id: u32,
    pub(super) editor: Editor,
    /// What every stroke since its opening did.
    pub(super) trail: Trail,
    /// The truth with soft edges, once it is asked for.
    pub(super) shares: Option<Array4<f32>>,
    /// What the field of the last frame had worked out and still holds.
    pub(super) derived: Derived,
    /// Changes that were made to it.
    changes: u64,
}

impl Image {
    pub(super) fn new(id: u32, editor: Editor) -> Self {
        let (trail, derived) = (Trail::default(), Derived::default());
        Self { id, editor, trail, shares: None, derived, changes: 0 }
    }

    pub(super) fn scene(&self) -> &Scene {
        self.editor.scene()
    }

    /// Works out the truth with soft edges, if it has any.
    pub(super) fn soften(&mut self, soft_edges: usize) {
        if soft_edges > 0 && self.shares.is_none() {
            let scene = self.editor.scene();
            self.shares = Some(soft_labels(scene.labels(), scene.shape().channels, soft_edges));
        }
    }

    /// Its edges are softened otherwise.
    pub(super) fn edges_changed(&mut self) {
        self.shares = None;
        self.changes += 1;
        // Sums over labels are sums over shares from now on, or no longer.
        self.derived = Derived::default();
    }

    /// Drops what was worked out of pixels that are no longer the same.
    pub(super) fn forget(&mut self, change: Change) {
        self.changes += 1;
        match change {
            Change::Truth(rect) => {
                self.derived.labels_changed(&window(0, rect));
                self.shares = None;
            }
            Change::Prediction(rect) => {
                self.derived.logits_changed(self.editor.effective_logits().view(), &window(0, rect));
            }
            Change::Scene => {
                self.trail.restart();
                self.derived = Derived::default();
                self.shares = None;
            }
        }
    }

    /// Drops what can be worked out again: another image is painted now. A stroke that is being made ends.
    pub(super) fn rest(&mut self) {
        if self.editor.is_stroking() {
            self.editor.end_stroke();
            self.trail.step();
        }
        self.derived = Derived::default();
    }

    /// The image as the batch takes it.
    pub(super) fn source(&self, place: usize) -> Source<'_> {
        Source {
            place,
            version: self.version(),
            logits: self.editor.effective_logits(),
            labels: self.scene().labels(),
            shares: self.shares.as_ref(),
            photo: self.scene().photo(),
        }
    }

    /// Its state, for those who keep what they have worked out of it.
    pub(super) fn version(&self) -> Version {
        Version { image: self.id, changes: self.changes }
    }

    /// What of it decides how a library is called.
    pub(super) fn facts(&self, soft: bool) -> Facts {
        let (shape, labels) = (self.scene().shape(), self.scene().labels());
        let ignored = labels.iter().any(|&label| label == IGNORE).then_some(IGNORE);
        Facts { images: shape.images, ignored, soft, ..Facts::plain(shape.channels) }
    }

    /// A copy of it as it is seen, for experiments. The header says what it is among others.
    pub(super) fn snapshot(&self, soft_edges: usize, header: Header) -> Snapshot {
        let scene = self.scene();
        let Shape { channels, height, width, .. } = scene.shape();
        Snapshot {
            header: Header { channels, height, width, ..header },
            labels: scene.labels().clone(),
            logits: self.editor.effective_logits().clone(),
            shares: (soft_edges > 0).then(|| soft_labels(scene.labels(), channels, soft_edges)),
            photo: scene.photo().map(<[u8]>::to_vec),
        }
    }
}

/// The field of an image or a batch, going on from what was known of it.
pub(super) fn field<'f>(
    logits: &'f Logits,
    labels: &'f Labels,
    shares: Option<&'f Array4<f32>>,
    derived: Derived,
) -> Result<Field<'f>, FieldError> {
    let field = Field::resume(logits.view(), labels.view(), Some(IGNORE), derived)?;
    match shares {
        Some(shares) => field.with_soft_labels(shares.view()),
        None => Ok(field),
    }
}

/// A box of an image of the batch.
pub(super) fn window(image: usize, rect: Rect) -> Window {
    Window { image, rows: rect.top..rect.bottom, columns: rect.left..rect.right }
}
