//! What every loss looks at: logits, labels, and what is derived from them once for all losses.
//!
//! A [`Field`] borrows the logits `[image, class, y, x]` and labels `[image, y, x]` and derives, when first asked
//! and then never again: probabilities in stable forms ([`Probabilities`]), overlap sums by image and class
//! ([`Sums`]), the sorted errors of the Lovász losses ([`Ranking`]) and how far each pixel is from the edges of the
//! truth. A loss is then a short read of it.
//!
//! One channel means a binary task (sigmoid, label 1 is the foreground); two and more mean a multi-class task
//! (softmax). Pixels whose label is the ignore index count nowhere.

mod distance;
mod probability;
mod ranking;
mod sums;
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
pub use window::Window;

/// Logits, `[image, class, y, x]`: one class for a binary task, C for a multi-class one.
pub type Logits = Array4<f32>;
/// Labels, `[image, y, x]`: class ids, or [`IGNORE`].
pub type Labels = Array3<u8>;

/// The label that Lossfield itself gives a pixel which must count nowhere (the Pascal VOC value).
pub const IGNORE: u8 = 255;

/// The sizes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Images in the batch.
    pub images: usize,
    /// Logit channels: 1 for binary, C for multi-class.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Shape {
    /// Pixels of one image.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Number of logits.
    pub fn logits(self) -> usize {
        self.images * self.channels * self.pixels()
    }

    /// Which of the two kinds of task this is.
    pub fn task(self) -> Task {
        if self.channels == 1 { Task::Binary } else { Task::Multiclass }
    }

    /// The first channel that counts, with class 0 or without. The one channel of a binary task always does.
    pub fn first_channel(self, background: bool) -> usize {
        usize::from(!background && self.task() == Task::Multiclass)
    }

    /// Number of classes a label may name: 2 for a binary task.
    pub fn classes(self) -> usize {
        self.channels.max(2)
    }

    /// Where the plane of one image and channel lies among the logits.
    pub fn plane(self, image: usize, channel: usize) -> Range<usize> {
        let start = (image * self.channels + channel) * self.pixels();
        start..start + self.pixels()
    }
}

/// Binary (one logit, sigmoid) or multi-class (C logits, softmax).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// One logit channel; label 1 is the foreground.
    Binary,
    /// C logit channels; label 0 is the background by convention.
    Multiclass,
}

/// How C logits become probabilities. A binary task has one channel, and both readings are its sigmoid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Head {
    /// Softmax over the channels (sigmoid when there is one).
    Joint,
    /// Each channel a sigmoid of its own against all other classes.
    OneVsRest,
}

/// Why a field was refused: what was found, where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError(String);

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FieldError {}

/// Everything derived from logits and labels, computed when first asked for.
///
/// It outlives a [`Field`] where only some pixels change: [`Field::into_derived`] gives it back, the two `changed`
/// methods say what no longer holds, and [`Field::resume`] goes on with the rest.
#[derive(Debug, Default)]
pub struct Derived {
    joint: OnceCell<Probabilities>,
    one_vs_rest: OnceCell<Probabilities>,
    /// By channel.
    sums: RefCell<SumsByChannel>,
    label_counts: OnceCell<Vec<LabelCounts>>,
    foreground: OnceCell<Vec<f32>>,
    distances: OnceCell<Vec<f64>>,
    rankings: RefCell<Rankings>,
    /// Rankings from before the pixels of the box changed.
    former: Option<(Window, Rankings)>,
}

/// Pixels by label.
pub type LabelCounts = [usize; 256];

/// By head and image.
type SumsByChannel = Vec<((Head, usize), Vec<Sums>)>;

/// Head, images and channel.
type RankingKey = (Head, Range<usize>, usize);
type Rankings = Vec<(RankingKey, Rc<Ranking>)>;

impl Derived {
    /// Logits changed in a box; those given are all logits as they are now.
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

    /// Labels changed in a box.
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
    derived: Derived,
}

impl<'a> Field<'a> {
    /// Checks and borrows. Refuses sizes that do not fit, logits that are not finite, and labels that name no class.
    pub fn new(
        logits: ArrayView4<'a, f32>,
        labels: ArrayView3<'a, u8>,
        ignore: Option<u8>,
    ) -> Result<Self, FieldError> {
        Self::resume(logits, labels, ignore, Derived::default())
    }

    /// The same, going on with what was derived before. It must be of this field but for changes that it was told.
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
        Ok(Self { shape, logits, labels, ignore, soft_labels: None, derived })
    }

    /// The same field with labels that are shares of classes, `[image, class, y, x]` like the logits. Refuses other
    /// sizes, and what is not from 0 to 1.
    ///
    /// Losses that can be about shares, as their docs say, are then about these; the others stay with the labels,
    /// which also say which pixels count.
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

    /// The same truth with another prediction. Refuses what [`Field::new`] refuses.
    pub fn predicting<'b>(&'b self, logits: ArrayView4<'b, f32>) -> Result<Field<'b>, FieldError> {
        let Shape { images, channels, height, width } = self.shape;
        let refused = |what: ndarray::ShapeError| FieldError(what.to_string());
        let labels = ArrayView3::from_shape((images, height, width), self.labels).map_err(refused)?;
        let field = Field::new(logits, labels, self.ignore)?;
        match self.soft_labels {
            None => Ok(field),
            Some(soft) => {
                let soft = ArrayView4::from_shape((images, channels, height, width), soft);
                field.with_soft_labels(soft.map_err(refused)?)
            }
        }
    }

    /// Shares of classes, `[image, class, y, x]`, if labels are soft.
    pub fn soft_labels(&self) -> Option<&'a [f32]> {
        self.soft_labels
    }

    /// The label of a channel at a pixel as a number: 1 on its foreground, 0 elsewhere, or the share where labels are
    /// soft. `i` is the place among the logits.
    pub fn target(&self, i: usize, label: u8, channel: usize) -> f64 {
        match self.soft_labels {
            Some(soft) => f64::from(soft[i]),
            None if self.is_foreground(label, channel) => 1.0,
            None => 0.0,
        }
    }

    /// What was derived, for a field that differs in some pixels.
    pub fn into_derived(self) -> Derived {
        self.derived
    }

    /// The sizes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// All logits, flat, `[image, class, y, x]`.
    pub fn logits(&self) -> &'a [f32] {
        self.logits
    }

    /// All labels, flat, `[image, y, x]`.
    pub fn labels(&self) -> &'a [u8] {
        self.labels
    }

    /// The labels of one image.
    pub fn labels_of(&self, image: usize) -> &'a [u8] {
        let pixels = self.shape.pixels();
        &self.labels[image * pixels..(image + 1) * pixels]
    }

    /// Whether a label counts at all.
    pub fn counts(&self, label: u8) -> bool {
        Some(label) != self.ignore
    }

    /// Whether a label is the foreground of a channel: class 1 for the one channel of a binary task.
    pub fn is_foreground(&self, label: u8, channel: usize) -> bool {
        usize::from(label) == if self.shape.channels == 1 { 1 } else { channel }
    }

    /// How many pixels have each label, ignored ones too, in each image.
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

    /// Pixels that count, in all images of the range.
    pub fn valid_pixels(&self, images: Range<usize>) -> usize {
        let ignored = |counts: &LabelCounts| self.ignore.map_or(0, |ignore| counts[usize::from(ignore)]);
        self.label_counts()[images].iter().map(|counts| self.shape.pixels() - ignored(counts)).sum()
    }

    /// 1 where the label is any class but 0, and 0 elsewhere: as numbers, so that what is weighted by them needs no
    /// branch. Ignored pixels may have either.
    pub fn foreground(&self) -> &[f32] {
        self.derived
            .foreground
            .get_or_init(|| self.labels.iter().map(|&label| f32::from(label.min(1))).collect())
    }

    /// How far each pixel is from the nearest pixel on the other side of the mask of each class, `[image, class, y, x]`;
    /// 0 throughout a mask that is empty or full, which has no other side. An ignored pixel is outside every mask.
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

    /// Whether each pixel of an image is the foreground of a channel; one that is ignored is not.
    pub fn mask(&self, image: usize, channel: usize) -> Vec<bool> {
        let is_inside = |&label: &u8| self.counts(label) && self.is_foreground(label, channel);
        self.labels_of(image).iter().map(is_inside).collect()
    }

    /// The batch as one group, or each image as a group of its own.
    pub fn groups(&self, per_image: bool) -> Vec<Range<usize>> {
        if per_image {
            (0..self.shape.images).map(|image| image..image + 1).collect()
        } else {
            std::iter::once(0..self.shape.images).collect()
        }
    }

    /// Probabilities and their logarithms under a head.
    pub fn probabilities(&self, head: Head) -> &Probabilities {
        // With one channel the two heads are the same sigmoid: keep one copy.
        if head == Head::Joint && self.shape.task() == Task::Multiclass {
            self.derived.joint.get_or_init(|| Probabilities::softmax(self.logits, self.shape))
        } else {
            self.derived.one_vs_rest.get_or_init(|| Probabilities::sigmoid(self.logits))
        }
    }

    /// Overlap sums of the probabilities under a head, by image and channel.
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

    /// With one channel the two heads are the same sigmoid.
    fn head(&self, head: Head) -> Head {
        if self.shape.task() == Task::Binary { Head::Joint } else { head }
    }

    /// The pixels of a group of images, sorted by how wrong they are about one channel, and their Jaccard increments.
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
