//! All that is worked out of one image, and what of it an edit leaves standing.

use std::rc::Rc;

use ndarray::{Array3, Array4};

use super::strokes::StrokeHistory;
use crate::document::{Image, Rasters};
use crate::field::{Derived, Field, FieldError, IGNORE, Labels, Logits, Window};
use crate::library::Facts;
use crate::panel::ImageVersion;
use crate::scene::{Changes, PixelWeighting, Playhead, Rect, Scene, soft_labels};

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
    /// Weights of pixels, once they are asked for; none where all weigh the same.
    pub(super) weights: Option<Array3<f32>>,
    /// Quantities that the field of the last frame had worked out, as far as they still hold.
    pub(super) derived: Derived,
    /// Number of times that anything of it changed.
    pub(super) changes: u64,
}

impl Work {
    /// The pixels of an image. Refuses a base that cannot be built, with a sentence; a blank image is there then.
    pub(super) fn new(image: &Image, rasters: &Rasters) -> Result<Self, String> {
        let scene = image.base.build(rasters)?;
        let mut work = Self { id: image.id, ..Self::of_scene(Rc::new(scene)) };
        work.playhead.seek(&image.edits);
        Ok(work)
    }

    /// The pixels of a scene that is no image of the document.
    pub(super) fn of_scene(scene: Rc<Scene>) -> Self {
        Self {
            id: 0,
            playhead: Playhead::new(scene),
            strokes: StrokeHistory::default(),
            soft_labels: None,
            weights: None,
            derived: Derived::default(),
            changes: 0,
        }
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
        if changes.weights {
            self.weights = None;
        }
        if changes.scene {
            self.derived = Derived::default();
            (self.soft_labels, self.weights) = (None, None);
            return;
        }
        if let Some(rect) = changes.truth {
            self.derived.labels_changed(&window(0, rect));
            (self.soft_labels, self.weights) = (None, None);
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

    /// Drops what was worked out of weights of pixels.
    pub(super) fn weighting_changed(&mut self) {
        self.changes += 1;
        self.weights = None;
    }

    /// Works out the weights of pixels, if they have any.
    pub(super) fn weigh(&mut self, weighting: PixelWeighting) {
        if self.weights.is_none() {
            self.weights = weighting.weights(self.scene().labels(), self.scene().weights());
        }
    }

    /// Its pixels as a field has them.
    pub(super) fn pixels(&self) -> Pixels<'_> {
        Pixels {
            logits: self.playhead.effective_logits(),
            labels: self.scene().labels(),
            soft_labels: self.soft_labels.as_ref(),
            weights: self.weights.as_ref(),
        }
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
    pub(super) fn facts(&self, soft: bool, weighting: PixelWeighting) -> Facts {
        let (shape, labels) = (self.scene().shape(), self.scene().labels());
        let ignored = labels.iter().any(|&label| label == IGNORE).then_some(IGNORE);
        let ignored_as = self.scene().legend().ignore_index();
        let weighted = match weighting {
            PixelWeighting::Equal => false,
            PixelWeighting::Own => self.scene().weights().is_some(),
            PixelWeighting::Frequency | PixelWeighting::UNet { .. } => true,
        };
        Facts { images: shape.images, ignored, ignored_as, soft, weighted, ..Facts::plain(shape.channels) }
    }
}

/// Facts of a scene, from its field, that decide how a library is called.
pub(super) fn facts_of(field: &Field<'_>, scene: &Scene) -> Facts {
    Facts { ignored_as: scene.legend().ignore_index(), ..Facts::of(field) }
}

/// Pixels of an image, of a moment of it, or of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pixels<'f> {
    pub(super) logits: &'f Logits,
    pub(super) labels: &'f Labels,
    /// Shares of classes, where the truth has soft edges.
    pub(super) soft_labels: Option<&'f Array4<f32>>,
    /// Weights of pixels, where these do not weigh the same.
    pub(super) weights: Option<&'f Array3<f32>>,
}

impl<'f> Pixels<'f> {
    /// The field of the pixels, going on from what was known of it.
    pub(super) fn field(self, derived: Derived) -> Result<Field<'f>, FieldError> {
        let mut field = Field::resume(self.logits.view(), self.labels.view(), Some(IGNORE), derived)?;
        if let Some(soft_labels) = self.soft_labels {
            field = field.with_soft_labels(soft_labels.view())?;
        }
        match self.weights {
            Some(weights) => field.with_pixel_weights(weights.view()),
            None => Ok(field),
        }
    }
}

/// A box of an image of the batch.
pub(super) fn window(image: usize, rect: Rect) -> Window {
    Window { image, rows: rect.top..rect.bottom, columns: rect.left..rect.right }
}
