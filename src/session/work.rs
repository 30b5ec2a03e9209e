//! All that is worked out of one image, and what of it an edit leaves standing.

use std::rc::Rc;

use ndarray::Array4;

use super::strokes::StrokeHistory;
use crate::document::{Image, Rasters};
use crate::field::{Derived, Field, FieldError, IGNORE, Labels, Logits, Window};
use crate::library::Facts;
use crate::panel::ImageVersion;
use crate::scene::{Changes, Playhead, Rect, Scene, soft_labels};

/// Pixels of one image and everything that was worked out of them. It can be let go of at any time: the document has
/// what it is made from.
#[derive(Debug)]
pub(super) struct Work {
    /// Identity of the image in the document.
    pub(super) id: u32,
    pub(super) playhead: Playhead,
    /// Scene after each of its strokes.
    pub(super) strokes: StrokeHistory,
    /// The truth with soft edges, once it is asked for.
    pub(super) soft_labels: Option<Array4<f32>>,
    /// Quantities that the field of the last frame had worked out, as far as they still hold.
    pub(super) derived: Derived,
    /// Number of times that anything of it changed.
    pub(super) changes: u64,
}

impl Work {
    /// The pixels of an image. Refuses a base that cannot be built, with a sentence; a blank image is there then.
    pub(super) fn new(image: &Image, rasters: &Rasters) -> Result<Self, String> {
        let scene = image.base.build(rasters)?;
        let mut playhead = Playhead::new(Rc::new(scene));
        playhead.seek(&image.edits);
        Ok(Self {
            id: image.id,
            playhead,
            strokes: StrokeHistory::default(),
            soft_labels: None,
            derived: Derived::default(),
            changes: 0,
        })
    }

    pub(super) fn scene(&self) -> &Scene {
        self.playhead.scene()
    }

    /// Drops what was worked out of pixels that are no longer the same.
    pub(super) fn invalidate(&mut self, changes: Changes) {
        if changes.is_none() {
            return;
        }
        self.changes += 1;
        if changes.scene {
            self.derived = Derived::default();
            self.soft_labels = None;
            return;
        }
        if let Some(rect) = changes.truth {
            self.derived.labels_changed(&window(0, rect));
            self.soft_labels = None;
        }
        if let Some(rect) = changes.prediction {
            self.derived.logits_changed(self.playhead.effective_logits().view(), &window(0, rect));
        }
    }

    /// Drops what was worked out of soft edges.
    pub(super) fn edges_changed(&mut self) {
        self.changes += 1;
        self.soft_labels = None;
        // Sums over labels are sums over soft labels from now on, or no longer.
        self.derived = Derived::default();
    }

    /// Works out the truth with soft edges, if it has any.
    pub(super) fn soften(&mut self, soft_edges: usize) {
        if soft_edges > 0 && self.soft_labels.is_none() {
            self.soft_labels =
                Some(soft_labels(self.scene().labels(), self.scene().shape().channels, soft_edges));
        }
    }

    /// State of the image as panels know it.
    pub(super) fn version(&self) -> ImageVersion {
        ImageVersion { image: self.id, changes: self.changes }
    }

    /// Drops what can be worked out again: another image is painted now.
    pub(super) fn rest(&mut self) {
        self.derived = Derived::default();
    }

    /// Facts of the image that decide how a library is called.
    pub(super) fn facts(&self, soft: bool) -> Facts {
        let (shape, labels) = (self.scene().shape(), self.scene().labels());
        let ignored = labels.iter().any(|&label| label == IGNORE).then_some(IGNORE);
        let ignored_as = self.scene().legend().ignore_index();
        Facts { images: shape.images, ignored, ignored_as, soft, ..Facts::plain(shape.channels) }
    }
}

/// The field of an image or a batch, going on from what was known of it.
pub(super) fn field<'f>(
    logits: &'f Logits,
    labels: &'f Labels,
    soft_labels: Option<&'f Array4<f32>>,
    derived: Derived,
) -> Result<Field<'f>, FieldError> {
    let field = Field::resume(logits.view(), labels.view(), Some(IGNORE), derived)?;
    match soft_labels {
        Some(soft_labels) => field.with_soft_labels(soft_labels.view()),
        None => Ok(field),
    }
}

/// A box of an image of the batch.
pub(super) fn window(image: usize, rect: Rect) -> Window {
    Window { image, rows: rect.top..rect.bottom, columns: rect.left..rect.right }
}
