//! Logits and labels, and the quantities that all losses derive from them.
//!
//! A [`Field`] borrows the logits `[image, class, y, x]` and labels `[image, y, x]`, and derives each
//! quantity when it is first asked for, once: probabilities in stable forms ([`Probabilities`]), overlap sums
//! by image and class ([`Sums`]), the sorted errors of the Lovász losses ([`Ranking`]), and the distance of
//! each pixel to the boundary of the truth. A loss is then a short read of it.
//!
//! One channel means a binary task (sigmoid, label 1 is the foreground); two and more mean a multi-class task
//! (softmax). Pixels whose label is the ignore index count nowhere.
//!
//! # Several labels at one pixel
//!
//! Nested regions, such as a tumour within its organ, put several labels on one pixel. They are no third [`Task`]: C regions are
//! C binary tasks on the same pixels, each with a logit and a sigmoid of its own, and a [`Field`] is about one of them. A
//! label is then the set of the regions that a pixel has, in the room of a class id, and [`regions`] takes it apart.
//!
//! The loss of C regions is the mean of the C binary losses, with every rule that the binary loss has for an absent class, for
//! smoothing and for the batch: [`Evaluation::of_regions`](crate::loss::Evaluation::of_regions). This is what
//! segmentation-models-pytorch computes with `mode="multilabel"` (`DiceLoss`, `JaccardLoss`, `TverskyLoss`, and `FocalLoss`
//! unless `normalized`), MONAI with `sigmoid=True` (`DiceLoss`, `TverskyLoss`, `FocalLoss`), and PyTorch with
//! `binary_cross_entropy_with_logits`, whose mean over all logits is the mean of the channels' means. It is not what is computed
//! by losses that add up or rank all channels together, such as smp's `LovaszLoss` and `MCCLoss` in that mode and MONAI's
//! `GeneralizedDiceLoss`. A loss that is named after the softmax is here its sigmoid form.
//!
//! Regions have an order, which no loss knows of: where several lie on a pixel, the last is drawn over the others.

mod distance;
mod probability;
mod ranking;
pub mod regions;
mod sums;
mod weights;
mod window;

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use ndarray::{Array3, Array4, ArrayView3, ArrayView4};

pub use distance::{distance_transform, distances_to_other_side};
pub use probability::{Probabilities, sigmoid, softplus};
pub use ranking::{JaccardLoss, Ranked, Ranking};
pub use sums::Sums;
pub use weights::{border_weights, inverse_frequency_weights, unet_weights};
pub use window::Window;

/// Logits, `[image, class, y, x]`: one class for a binary task, C for a multi-class one.
pub type Logits = Array4<f32>;
/// Labels, `[image, y, x]`: class ids, or [`IGNORE`].
pub type Labels = Array3<u8>;

/// Ignore label of Lossfield's own scenes: a pixel that has it counts nowhere (the Pascal VOC value).
pub const IGNORE: u8 = 255;

/// Sizes of a field's arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Images in the batch.
    pub images: usize,
    /// Logit channels: 1 for binary, C for multi-class.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
}

impl Shape {
    /// Pixels of one image and channel: height × width.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Logits in all: images × channels × pixels.
    pub fn logits(self) -> usize {
        self.images * self.channels * self.pixels()
    }

    /// Task of a field of this shape: binary with one channel, else multi-class.
    pub fn task(self) -> Task {
        if self.channels == 1 { Task::Binary } else { Task::Multiclass }
    }

    /// First channel that is scored, with class 0 counted (`background`) or left out. The one channel of a
    /// binary task is always scored.
    pub fn first_channel(self, background: bool) -> usize {
        usize::from(!background && self.task() == Task::Multiclass)
    }

    /// Number of classes a label may name: 2 for a binary task.
    pub fn classes(self) -> usize {
        self.channels.max(2)
    }

    /// Range of one image's channel in the flat logits `[image, class, y, x]`.
    pub fn plane(self, image: usize, channel: usize) -> Range<usize> {
        let start = (image * self.channels + channel) * self.pixels();
        start..start + self.pixels()
    }
}

/// Task of a field: binary (one logit, sigmoid) or multi-class (C logits, softmax).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// One logit channel; label 1 is the foreground.
    Binary,
    /// C logit channels; label 0 is the background by convention.
    Multiclass,
}

/// Map from C logits to probabilities. A binary task has one channel, and under either head its probability
/// is the sigmoid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Head {
    /// Softmax over the channels (sigmoid when there is one).
    Joint,
    /// Sigmoid of each channel by itself, against all other classes.
    OneVsRest,
}

/// Refusal of a field: a sentence with what was found, where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError(String);

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FieldError {}

/// Quantities derived from logits and labels, each computed when first asked for.
///
/// They outlive a [`Field`] where only some pixels change: [`Field::into_derived`] gives them back, the two
/// `changed` methods drop those that no longer hold, and [`Field::resume`] goes on with the rest.
#[derive(Debug, Default)]
pub struct Derived {
    joint: OnceCell<Probabilities>,
    one_vs_rest: OnceCell<Probabilities>,
    /// Overlap sums, computed for all channels of an image at once.
    sums: RefCell<SumsByChannel>,
    label_counts: OnceCell<Vec<LabelCounts>>,
    foreground: OnceCell<Vec<f32>>,
    distances: OnceCell<Vec<f64>>,
    rankings: RefCell<Rankings>,
    /// Rankings of before the last change, and the box that has changed since.
    former: Option<(Window, Rankings)>,
}

/// Number of pixels with each label of one image.
pub type LabelCounts = [usize; 256];

/// Overlap sums of each channel, keyed by head and image.
type SumsByChannel = Vec<((Head, usize), Vec<Sums>)>;

/// Key of a ranking: head, images of the group, channel.
type RankingKey = (Head, Range<usize>, usize);
type Rankings = Vec<(RankingKey, Rc<Ranking>)>;

impl Derived {
    /// Updates after the logits in a box changed. `logits` are all logits as they are now, `[image, class, y,
    /// x]`; probabilities are recomputed in the box alone, sums of its image are dropped, rankings are kept
    /// to be merged.
    pub fn logits_changed(&mut self, logits: ArrayView4<'_, f32>, window: &Window) {
        let (images, channels, height, width) = logits.dim();
        let shape = Shape { images, channels, height, width };
        let Some(logits) = logits.to_slice() else {
            *self = Self::default();
            return;
        };
        if let Some(joint) = self.joint.get_mut() {
            joint.update_softmax(logits, shape, window);
        }
        if let Some(one_vs_rest) = self.one_vs_rest.get_mut() {
            one_vs_rest.update_sigmoid(logits, shape, window);
        }
        self.pixels_changed(window);
    }

    /// Drops what depends on the labels in a box: counts, distances, the sums of its image. Rankings are kept
    /// to be merged.
    pub fn labels_changed(&mut self, window: &Window) {
        self.label_counts.take();
        self.foreground.take();
        self.distances.take();
        self.pixels_changed(window);
    }

    fn pixels_changed(&mut self, window: &Window) {
        self.sums.get_mut().retain(|((_, image), _)| *image != window.image);
        let current = self.rankings.take();
        self.former = match self.former.take() {
            // Several changes before anyone asked again: the oldest rankings, and a box around all.
            Some((earlier, rankings)) if current.is_empty() => {
                earlier.union(window).map(|around| (around, rankings))
            }
            _ => Some((window.clone(), current)),
        };
    }

    fn former_ranking(&self, key: &RankingKey) -> Option<(&Window, &Rc<Ranking>)> {
        let (window, rankings) = self.former.as_ref()?;
        let (_, ranking) = rankings.iter().find(|(known, _)| known == key)?;
        Some((window, ranking))
    }
}

/// Logits and labels, with everything derived from them.
#[derive(Debug)]
pub struct Field<'a> {
    shape: Shape,
    logits: &'a [f32],
    labels: &'a [u8],
    ignore: Option<u8>,
    soft_labels: Option<&'a [f32]>,
    pixel_weights: Option<&'a [f32]>,
    derived: Derived,
}

impl<'a> Field<'a> {
    /// Field over borrowed logits and labels, with nothing derived yet. Error if sizes do not match, a logit
    /// is not finite, or a label is neither a class nor `ignore`.
    pub fn new(
        logits: ArrayView4<'a, f32>,
        labels: ArrayView3<'a, u8>,
        ignore: Option<u8>,
    ) -> Result<Self, FieldError> {
        Self::resume(logits, labels, ignore, Derived::default())
    }

    /// Field over borrowed logits and labels that continues with quantities derived earlier. They must be
    /// those of the same field, apart from changes that [`Derived`] was told of. Refuses what [`Field::new`]
    /// refuses.
    pub fn resume(
        logits: ArrayView4<'a, f32>,
        labels: ArrayView3<'a, u8>,
        ignore: Option<u8>,
        derived: Derived,
    ) -> Result<Self, FieldError> {
        let (images, channels, height, width) = logits.dim();
        let shape = Shape { images, channels, height, width };
        if labels.dim() != (images, height, width) {
            return Err(FieldError(format!(
                "the labels are {:?} [image, y, x], but logits of {:?} [image, class, y, x] need {:?}",
                labels.dim(),
                logits.dim(),
                (images, height, width)
            )));
        }
        if shape.logits() == 0 {
            return Err(FieldError(format!(
                "a field of {:?} [image, class, y, x] holds no pixel",
                logits.dim()
            )));
        }
        let (Some(logits), Some(labels)) = (logits.to_slice(), labels.to_slice()) else {
            return Err(FieldError(
                "the logits and labels must lie in memory in row order, without gaps".into(),
            ));
        };
        if let Some(at) = logits.iter().position(|z| !z.is_finite()) {
            return Err(FieldError(format!("logit {at} is {}; every logit must be finite", logits[at])));
        }
        let classes = shape.classes();
        if let Some(at) = labels.iter().position(|&y| usize::from(y) >= classes && Some(y) != ignore) {
            return Err(FieldError(format!(
                "label {at} is {}; with {classes} classes a label is 0 to {}{}",
                labels[at],
                classes - 1,
                ignore.map_or_else(String::new, |i| format!(", or {i} to be ignored"))
            )));
        }
        Ok(Self { shape, logits, labels, ignore, soft_labels: None, pixel_weights: None, derived })
    }

    /// Adds soft labels: class proportions `[image, class, y, x]`, each from 0 to 1, in the shape of the
    /// logits. Error for another shape or a value outside 0 to 1.
    ///
    /// Losses whose docs allow for soft labels are evaluated against these; all others use the hard labels,
    /// which also decide which pixels count.
    pub fn with_soft_labels(self, soft: ArrayView4<'a, f32>) -> Result<Self, FieldError> {
        let Shape { images, channels, height, width } = self.shape;
        if soft.dim() != (images, channels, height, width) {
            return Err(FieldError(format!(
                "the soft labels are {:?} [image, class, y, x]; expected {:?}, as the logits are",
                soft.dim(),
                (images, channels, height, width)
            )));
        }
        let Some(soft) = soft.to_slice() else {
            return Err(FieldError("the soft labels must lie in memory in row order, without gaps".into()));
        };
        if let Some(at) = soft.iter().position(|y| !(0.0..=1.0).contains(y)) {
            return Err(FieldError(format!("soft label {at} is {}; expected 0 to 1", soft[at])));
        }
        let derived = Derived { sums: RefCell::default(), ..self.derived };
        Ok(Self { soft_labels: Some(soft), derived, ..self })
    }

    /// Adds a weight for each pixel, `[image, y, x]`, finite and at least 0. Error for another shape or another weight.
    ///
    /// Losses that [take them](crate::loss::Loss::takes_pixel_weights) multiply each pixel's loss by its weight; all others
    /// know nothing of them.
    pub fn with_pixel_weights(self, weights: ArrayView3<'a, f32>) -> Result<Self, FieldError> {
        let Shape { images, height, width, .. } = self.shape;
        if weights.dim() != (images, height, width) {
            return Err(FieldError(format!(
                "the weights of pixels are {:?} [image, y, x]; expected {:?}, as the labels are",
                weights.dim(),
                (images, height, width)
            )));
        }
        let Some(weights) = weights.to_slice() else {
            return Err(FieldError(
                "the weights of pixels must lie in memory in row order, without gaps".into(),
            ));
        };
        if let Some(at) = weights.iter().position(|w| !(0.0..f32::INFINITY).contains(w)) {
            return Err(FieldError(format!(
                "the weight of pixel {at} is {}; expected 0 or more",
                weights[at]
            )));
        }
        Ok(Self { pixel_weights: Some(weights), ..self })
    }

    /// Weights of pixels, flat, `[image, y, x]`, at least 0; none if every pixel has the same.
    pub fn pixel_weights(&self) -> Option<&'a [f32]> {
        self.pixel_weights
    }

    /// Field with the same truth, soft labels and weights of pixels included, and other logits. Refuses what [`Field::new`]
    /// refuses.
    pub fn predicting<'b>(&'b self, logits: ArrayView4<'b, f32>) -> Result<Field<'b>, FieldError> {
        let Shape { images, channels, height, width } = self.shape;
        let refused = |what: ndarray::ShapeError| FieldError(what.to_string());
        let labels = ArrayView3::from_shape((images, height, width), self.labels).map_err(refused)?;
        let field = Field { pixel_weights: self.pixel_weights, ..Field::new(logits, labels, self.ignore)? };
        match self.soft_labels {
            None => Ok(field),
            Some(soft) => {
                let soft = ArrayView4::from_shape((images, channels, height, width), soft);
                field.with_soft_labels(soft.map_err(refused)?)
            }
        }
    }

    /// Soft labels, flat, `[image, class, y, x]`, each from 0 to 1; none if labels are hard.
    pub fn soft_labels(&self) -> Option<&'a [f32]> {
        self.soft_labels
    }

    /// Target of a channel at a pixel, from 0 to 1: with hard labels 1 on the channel's foreground and 0
    /// elsewhere, else the soft label. `i` is the index among the logits.
    pub fn target(&self, i: usize, label: u8, channel: usize) -> f64 {
        match self.soft_labels {
            Some(soft) => f64::from(soft[i]),
            None if self.is_foreground(label, channel) => 1.0,
            None => 0.0,
        }
    }

    /// Derived quantities, to resume with after some pixels have changed.
    pub fn into_derived(self) -> Derived {
        self.derived
    }

    /// Sizes of the arrays.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// All logits, flat, `[image, class, y, x]`.
    pub fn logits(&self) -> &'a [f32] {
        self.logits
    }

    /// All logits, `[image, class, y, x]`.
    pub fn logits_view(&self) -> ArrayView4<'a, f32> {
        let Shape { images, channels, height, width } = self.shape;
        ArrayView4::from_shape((images, channels, height, width), self.logits)
            .unwrap_or_else(|_| unreachable!("they were taken from an array of this shape"))
    }

    /// All labels, flat, `[image, y, x]`.
    pub fn labels(&self) -> &'a [u8] {
        self.labels
    }

    /// Labels of one image, flat, `[y, x]`.
    pub fn labels_of(&self, image: usize) -> &'a [u8] {
        let pixels = self.shape.pixels();
        &self.labels[image * pixels..(image + 1) * pixels]
    }

    /// True unless the label is the ignore index.
    pub fn counts(&self, label: u8) -> bool {
        Some(label) != self.ignore
    }

    /// True if the label is the foreground of the channel: class 1 for the one channel of a binary task, else
    /// the class of the channel's index.
    pub fn is_foreground(&self, label: u8, channel: usize) -> bool {
        usize::from(label) == if self.shape.channels == 1 { 1 } else { channel }
    }

    /// Pixels of each label, ignored ones too, image by image.
    pub fn label_counts(&self) -> &[LabelCounts] {
        self.derived.label_counts.get_or_init(|| {
            let count = |image| {
                let mut counts = [0; 256];
                for &label in self.labels_of(image) {
                    counts[usize::from(label)] += 1;
                }
                counts
            };
            (0..self.shape.images).map(count).collect()
        })
    }

    /// Number of pixels that are not ignored, in all images of the range.
    pub fn valid_pixels(&self, images: Range<usize>) -> usize {
        let ignored = |counts: &LabelCounts| self.ignore.map_or(0, |ignore| counts[usize::from(ignore)]);
        self.label_counts()[images].iter().map(|counts| self.shape.pixels() - ignored(counts)).sum()
    }

    /// Foreground indicator of each pixel, flat, `[image, y, x]`: 1 for any class but 0, else 0, as numbers
    /// so that weighting needs no branch. Ignored pixels have either value.
    pub fn foreground(&self) -> &[f32] {
        self.derived
            .foreground
            .get_or_init(|| self.labels.iter().map(|&label| f32::from(label.min(1))).collect())
    }

    /// Distance of each pixel to the nearest pixel on the other side of each class's mask, in pixels, flat
    /// `[image, class, y, x]`; 0 throughout a mask that is empty or full and has no other side. An ignored
    /// pixel is outside every mask.
    pub fn distances(&self) -> &[f64] {
        self.derived.distances.get_or_init(|| {
            let shape = self.shape;
            let mut all = Vec::with_capacity(shape.logits());
            for image in 0..shape.images {
                for channel in 0..shape.channels {
                    let mask = self.mask(image, channel);
                    match distances_to_other_side(&mask, shape.width) {
                        Some(distances) => all.extend(distances),
                        None => all.resize(all.len() + shape.pixels(), 0.0),
                    }
                }
            }
            all
        })
    }

    /// Mask of a channel's foreground in one image, `[y, x]`; ignored pixels are outside.
    pub fn mask(&self, image: usize, channel: usize) -> Vec<bool> {
        let is_inside = |&label: &u8| self.counts(label) && self.is_foreground(label, channel);
        self.labels_of(image).iter().map(is_inside).collect()
    }

    /// Groups of images that are scored together: one of the whole batch, or one for each image.
    pub fn groups(&self, per_image: bool) -> Vec<Range<usize>> {
        if per_image {
            (0..self.shape.images).map(|image| image..image + 1).collect()
        } else {
            std::iter::once(0..self.shape.images).collect()
        }
    }

    /// Probabilities and their logarithms under a head, computed once.
    pub fn probabilities(&self, head: Head) -> &Probabilities {
        // With one channel the two heads are the same sigmoid: keep one copy.
        if head == Head::Joint && self.shape.task() == Task::Multiclass {
            self.derived.joint.get_or_init(|| Probabilities::softmax(self.logits, self.shape))
        } else {
            self.derived.one_vs_rest.get_or_init(|| Probabilities::sigmoid(self.logits))
        }
    }

    /// Overlap sums of one channel of one image under a head.
    pub fn sums(&self, head: Head, image: usize, channel: usize) -> Sums {
        let key = (self.head(head), image);
        if let Some((_, known)) = self.derived.sums.borrow().iter().find(|(known, _)| *known == key) {
            return known[channel];
        }
        let sums = sums::by_channel(self, head, image);
        let sum = sums[channel];
        self.derived.sums.borrow_mut().push((key, sums));
        sum
    }

    /// Key of the head: with one channel both heads are the same sigmoid.
    fn head(&self, head: Head) -> Head {
        if self.shape.task() == Task::Binary { Head::Joint } else { head }
    }

    /// Ranking of a group of images about one channel: its counted pixels by decreasing error, with their
    /// Jaccard increments.
    pub fn ranking(&self, head: Head, images: Range<usize>, channel: usize) -> Rc<Ranking> {
        let head = self.head(head);
        let key = (head, images, channel);
        if let Some((_, known)) = self.derived.rankings.borrow().iter().find(|(known, _)| *known == key) {
            return Rc::clone(known);
        }
        let ranking = match self.derived.former_ranking(&key) {
            Some((window, former)) if !key.1.contains(&window.image) => Rc::clone(former),
            // Merging beats sorting only while the box is small.
            Some((window, former)) if 4 * window.pixels() < key.1.len() * self.shape.pixels() => {
                Rc::new(former.updated(self, head, channel, window))
            }
            _ => Rc::new(Ranking::new(self, head, key.1.clone(), channel)),
        };
        self.derived.rankings.borrow_mut().push((key, Rc::clone(&ranking)));
        ranking
    }
}
