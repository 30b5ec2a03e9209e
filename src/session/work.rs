//! All that is worked out of one image, and what of it an edit leaves standing.

use std::rc::Rc;

use ndarray::{Array3, Array4, ArrayView3, ArrayView4, s};

use super::strokes::StrokeHistory;
use crate::document::{Image, Rasters, View};
use crate::field::regions::labels_of;
use crate::field::{Derived, Field, FieldError, IGNORE, Labels, Logits, Shape, Window};
use crate::library::Facts;
use crate::panel::ImageVersion;
use crate::scene::{Changes, Labelling, PixelWeighting, Playhead, Rect, Scene, soft_labels};

/// Pixels of one image and everything that was worked out of them. It can be let go of at any time: the document has
/// what it is made from.
#[derive(Debug)]
pub(super) struct Work {
    /// Identity of the image in the document.
    pub(super) id: u32,
    pub(super) playhead: Playhead,
    /// Scene after each of its strokes.
    pub(super) strokes: StrokeHistory,
    /// Truths of its tasks as far as they hold: one, or one for each region. Empty until they are asked for.
    truths: Vec<Truth>,
    /// Quantities that the fields of the last frame had worked out, by task, as far as they still hold.
    derived: Vec<Derived>,
    /// Number of times that anything of it changed.
    pub(super) changes: u64,
}

/// Truth of one task as a field takes it.
#[derive(Debug, Default)]
pub(super) struct Truth {
    /// Labels of a region; none where the scene's own are those of the field.
    labels: Option<Labels>,
    /// The truth with soft edges, once it is asked for.
    soft_labels: Option<Array4<f32>>,
    /// Weights of pixels, once they are asked for; none where all weigh the same.
    weights: Option<Array3<f32>>,
}

/// Rules by which truths are made of labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct TruthRules<'r> {
    pub(super) labelling: Labelling,
    /// Logit channels.
    pub(super) channels: usize,
    /// Softness of edges, in pixels.
    pub(super) soft_edges: usize,
    pub(super) weighting: PixelWeighting,
    /// The image's own weights.
    pub(super) own_weights: Option<&'r Array3<f32>>,
}

impl<'r> TruthRules<'r> {
    pub(super) fn of(scene: &'r Scene, soft_edges: usize, weighting: PixelWeighting) -> Self {
        let (labelling, channels) = (scene.labelling(), scene.shape().channels);
        Self { labelling, channels, soft_edges, weighting, own_weights: scene.weights() }
    }

    /// Number of tasks: one, or one for each region.
    fn tasks(self) -> usize {
        tasks(self.labelling, self.channels)
    }

    /// Works out what is missing of the truths of labels, which are the scene's.
    pub(super) fn complete(self, labels: &Labels, truths: &mut Vec<Truth>) {
        truths.resize_with(self.tasks(), Truth::default);
        let channels = if self.labelling == Labelling::Regions { 1 } else { self.channels };
        for (truth, region) in truths.iter_mut().zip(1..) {
            if self.labelling == Labelling::Regions && truth.labels.is_none() {
                truth.labels = Some(labels_of(labels.view(), region));
            }
            let labels = truth.labels.as_ref().unwrap_or(labels);
            if self.soft_edges > 0 && truth.soft_labels.is_none() {
                truth.soft_labels = Some(soft_labels(labels, channels, self.soft_edges));
            }
            if truth.weights.is_none() {
                truth.weights = self.weighting.weights(labels, self.own_weights);
            }
        }
    }
}

impl Truth {
    /// Its pixels as a field has them, with the scene's logits and labels.
    pub(super) fn pixels<'f>(&'f self, task: usize, logits: &'f Logits, labels: &'f Labels) -> Pixels<'f> {
        let channels = if self.labels.is_some() { task..task + 1 } else { 0..logits.dim().1 };
        Pixels {
            logits: logits.slice(s![.., channels, .., ..]),
            labels: self.labels.as_ref().unwrap_or(labels).view(),
            soft_labels: self.soft_labels.as_ref().map(|soft| soft.view()),
            weights: self.weights.as_ref().map(|weights| weights.view()),
        }
    }
}

/// Number of tasks of a scene: one, or one for each region.
fn tasks(labelling: Labelling, channels: usize) -> usize {
    if labelling == Labelling::Regions { channels } else { 1 }
}

/// Task of a scene of this form that panels are about: of regions the one that the heatmaps are about, or the first.
pub(super) fn chosen_task(view: &View, (shape, labelling): (Shape, Labelling)) -> usize {
    match labelling {
        Labelling::OneClass => 0,
        Labelling::Regions => {
            view.gradient_class.and_then(|region| labelling.channel(region, shape.channels)).unwrap_or(0)
        }
    }
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
            truths: Vec::new(),
            derived: Vec::new(),
            changes: 0,
        }
    }

    pub(super) fn scene(&self) -> &Scene {
        self.playhead.scene()
    }

    /// Sizes and labelling: images of one form make a batch.
    pub(super) fn form(&self) -> (Shape, Labelling) {
        (self.scene().shape(), self.scene().labelling())
    }

    /// Number of tasks: one, or one for each region.
    pub(super) fn tasks(&self) -> usize {
        let (shape, labelling) = self.form();
        tasks(labelling, shape.channels)
    }

    /// Drops what was worked out of pixels that are no longer the same.
    pub(super) fn invalidate(&mut self, changes: Changes) {
        if changes.is_none() {
            return;
        }
        self.changes += 1;
        if changes.weights {
            self.truths.iter_mut().for_each(|truth| truth.weights = None);
        }
        if changes.scene {
            (self.truths, self.derived) = (Vec::new(), Vec::new());
            return;
        }
        if let Some(rect) = changes.truth {
            self.truths.clear();
            for derived in &mut self.derived {
                derived.labels_changed(&window(0, rect));
            }
        }
        if let Some(rect) = changes.prediction {
            let logits = self.playhead.effective_logits();
            let is_of_regions = self.playhead.scene().labelling() == Labelling::Regions;
            for (task, derived) in self.derived.iter_mut().enumerate() {
                let channels = if is_of_regions { task..task + 1 } else { 0..logits.dim().1 };
                derived.logits_changed(logits.slice(s![.., channels, .., ..]), &window(0, rect));
            }
        }
    }

    /// Drops what was worked out of soft edges.
    pub(super) fn edges_changed(&mut self) {
        self.changes += 1;
        for truth in &mut self.truths {
            truth.soft_labels = None;
        }
        // Sums over labels are sums over soft labels from now on, or no longer.
        self.derived.clear();
    }

    /// Drops what was worked out of weights of pixels.
    pub(super) fn weighting_changed(&mut self) {
        self.changes += 1;
        for truth in &mut self.truths {
            truth.weights = None;
        }
    }

    /// Works out the truths of its tasks, with their soft edges and weights of pixels if they have any.
    pub(super) fn prepare(&mut self, soft_edges: usize, weighting: PixelWeighting) {
        let mut truths = std::mem::take(&mut self.truths);
        let scene = self.scene();
        TruthRules::of(scene, soft_edges, weighting).complete(scene.labels(), &mut truths);
        self.truths = truths;
    }

    /// Pixels of a task as a field has them, once it is [prepared](Self::prepare).
    pub(super) fn pixels(&self, task: usize) -> Pixels<'_> {
        self.truths[task].pixels(task, self.playhead.effective_logits(), self.scene().labels())
    }

    /// Quantities that the fields had worked out, one for each task; nothing of any unless they still hold.
    pub(super) fn take_derived(&mut self, hold: bool) -> Vec<Derived> {
        let mut derived = if hold { std::mem::take(&mut self.derived) } else { Vec::new() };
        derived.resize_with(self.tasks(), Derived::default);
        derived
    }

    /// Keeps what was seen after its strokes, and what the fields of its tasks have worked out, if that is any.
    pub(super) fn keep(&mut self, strokes: StrokeHistory, derived: Vec<Derived>) {
        self.strokes = strokes;
        if !derived.is_empty() {
            self.derived = derived;
        }
    }

    /// State of the image as panels know it.
    pub(super) fn version(&self) -> ImageVersion {
        ImageVersion { image: self.id, changes: self.changes }
    }

    /// Drops what can be worked out again: another image is painted now.
    pub(super) fn rest(&mut self) {
        self.derived.clear();
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
        let plain = match self.scene().labelling() {
            Labelling::OneClass => Facts::plain(shape.channels),
            Labelling::Regions => Facts { regions: shape.channels, ..Facts::plain(1) },
        };
        Facts { images: shape.images, ignored, ignored_as, soft, weighted, ..plain }
    }
}

/// Pixels of a task of an image, of a moment of it, or of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pixels<'f> {
    pub(super) logits: ArrayView4<'f, f32>,
    pub(super) labels: ArrayView3<'f, u8>,
    /// Shares of classes, where the truth has soft edges.
    pub(super) soft_labels: Option<ArrayView4<'f, f32>>,
    /// Weights of pixels, where these do not weigh the same.
    pub(super) weights: Option<ArrayView3<'f, f32>>,
}

impl<'f> Pixels<'f> {
    /// The field of the pixels, going on from what was known of it.
    pub(super) fn field(self, derived: Derived) -> Result<Field<'f>, FieldError> {
        let mut field = Field::resume(self.logits, self.labels, Some(IGNORE), derived)?;
        if let Some(soft_labels) = self.soft_labels {
            field = field.with_soft_labels(soft_labels)?;
        }
        match self.weights {
            Some(weights) => field.with_pixel_weights(weights),
            None => Ok(field),
        }
    }
}

/// A box of an image of the batch.
pub(super) fn window(image: usize, rect: Rect) -> Window {
    Window { image, rows: rect.top..rect.bottom, columns: rect.left..rect.right }
}
