//! One image: what is painted, and what is known of it.

use ndarray::Array4;

use super::edit::View;
use super::trail::Trail;
use crate::field::{Derived, Field, FieldError, IGNORE, Labels, Logits, Window};
use crate::laboratory::{Chosen, Header, Specimen};
use crate::library::Facts;
use crate::scene::{Change, Editor, Rect, Scene, soft_labels};
use crate::study::batch::{Asked, Measured};

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
    /// What was asked of it by itself, and found.
    pub(super) measured: Option<(Asked, Measured)>,
}

impl Image {
    pub(super) fn new(id: u32, editor: Editor) -> Self {
        let (trail, derived) = (Trail::default(), Derived::default());
        Self { id, editor, trail, shares: None, derived, measured: None }
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
        self.measured = None;
        // Sums over labels are sums over shares from now on, or no longer.
        self.derived = Derived::default();
    }

    /// Drops what was worked out of pixels that are no longer the same.
    pub(super) fn forget(&mut self, change: Change) {
        self.measured = None;
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

    /// What is asked of the image by itself; worked out only if it is not known.
    pub(super) fn measured(&mut self, asked: &Asked) -> Result<&Measured, String> {
        let measured = match self.measured.take() {
            Some((known, measured)) if known == *asked => measured,
            _ => {
                let (logits, labels) = (self.editor.effective_logits(), self.editor.scene().labels());
                let derived = std::mem::take(&mut self.derived);
                let field =
                    field(logits, labels, self.shares.as_ref(), derived).map_err(|e| e.to_string())?;
                let measured = asked.measure(&field).map_err(|e| e.to_string())?;
                self.derived = field.into_derived();
                measured
            }
        };
        Ok(&self.measured.insert((asked.clone(), measured)).1)
    }

    /// What of it decides how a library is called.
    pub(super) fn facts(&self, soft: bool) -> Facts {
        let (shape, labels) = (self.scene().shape(), self.scene().labels());
        let ignored = labels.iter().any(|&label| label == IGNORE).then_some(IGNORE);
        Facts { images: shape.images, ignored, soft, ..Facts::plain(shape.channels) }
    }

    /// A copy of it as it is seen, for experiments with these losses.
    ///
    /// `images` says how many there are in its batch, and how many of these have no foreground.
    pub(super) fn specimen(
        &self,
        soft_edges: usize,
        view: &View,
        losses: Vec<Chosen>,
        (images, empty_images): (usize, usize),
    ) -> Specimen {
        let scene = self.scene();
        let shape = scene.shape();
        Specimen {
            header: Header {
                channels: shape.channels,
                height: shape.height,
                width: shape.width,
                theme: view.theme,
                losses,
                images,
                empty_images,
            },
            labels: scene.labels().clone(),
            logits: self.editor.effective_logits().clone(),
            shares: (soft_edges > 0).then(|| soft_labels(scene.labels(), shape.channels, soft_edges)),
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
