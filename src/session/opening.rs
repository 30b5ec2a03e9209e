//! Files as images of the document.

use ndarray::Array2;

use super::text;
use super::update::Notice;
use super::work::Work;
use crate::document::{Base, Digest, Image, RasterPlane, Rasters};
use crate::field::{IGNORE, Logits};
use crate::file::{self, Fit};
use crate::scene::{Edits, ImageEdit, LONGEST_SIDE, Legend, Plane, Scene, logits_of_probabilities};

/// A plane as it was read of a file.
#[derive(Debug)]
pub(super) enum Reading {
    /// A ground truth.
    Truth {
        /// Class ids `[y, x]`, or 255 where a pixel is ignored.
        labels: Array2<u8>,
        /// Logit channels of a new scene of it.
        channels: usize,
        /// Names of its classes, and what they were in the file.
        legend: Legend,
    },
    /// A prediction: logits `[image, class, y, x]` of one image, taken as they are.
    Prediction(Logits),
}

/// Image at hand, in whose place another comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Current<'c> {
    /// Base of the image in the document.
    pub(super) base: &'c Base,
    /// Pixels of the image.
    pub(super) work: &'c Work,
}

impl Current<'_> {
    fn scene(&self) -> &Scene {
        self.work.scene()
    }

    /// True where the truth is that of a file, and nothing of another scene that a prediction happens to be opened on.
    fn has_opened_truth(&self) -> bool {
        matches!(self.base, Base::Raster { of_truth: true, .. }) && !self.scene().truth_is_to_come()
    }
}

/// Reads a file for a plane of the image at hand. Refuses one that cannot be read, with a sentence.
pub(super) fn read(
    plane: Plane,
    current: Current<'_>,
    (name, bytes): (&str, &[u8]),
    notices: &mut Vec<Notice>,
) -> Result<Reading, String> {
    let shape = current.scene().shape();
    let remark = |remark: &String| Notice::remark(text::remark(name, remark));
    match plane {
        Plane::Truth => {
            let opened = file::open_truth(name, bytes, shape.classes(), Fit::Within(LONGEST_SIDE))
                .map_err(|refusal| refusal.to_string())?;
            notices.extend(opened.remarks.iter().map(remark));
            let (labels, channels) = (opened.content, shape.channels);
            Ok(Reading::Truth { labels, channels, legend: Legend::default() })
        }
        Plane::Prediction => {
            // A prediction is for the truth that was opened; without one it has a size of its own.
            let fit = if current.has_opened_truth() {
                Fit::Exactly { width: shape.width, height: shape.height }
            } else {
                Fit::Within(LONGEST_SIDE)
            };
            let opened = file::open_prediction(name, bytes, shape.channels, fit)
                .map_err(|refusal| refusal.to_string())?;
            notices.extend(opened.remarks.iter().map(remark));
            Ok(Reading::Prediction(logits_of_probabilities(&opened.content)))
        }
    }
}

/// The image that a file makes of the one at hand. What is of its size stays beside it, whichever came first:
///
/// - A truth takes the place of the labels; of another size, or with more classes than the prediction, it makes a new scene.
/// - A prediction takes the place of the logits; of another size it makes a new scene whose truth is still to come, unless
///   the truth at hand is of a file: then it is refused, with a sentence.
pub(super) fn image(
    name: &str,
    reading: Reading,
    current: Current<'_>,
    rasters: &mut Rasters,
    fresh: &mut Vec<(Digest, Vec<u8>)>,
    notices: &mut Vec<Notice>,
) -> Result<Image, String> {
    // The truth's file gives the name, whichever came first.
    let title = match (&reading, current.base) {
        (Reading::Prediction(_), Base::Raster { title, .. }) if current.has_opened_truth() => title,
        _ => name,
    };
    let of_truth = matches!(reading, Reading::Truth { .. }) || current.has_opened_truth();
    let scene = match reading {
        Reading::Truth { labels, channels, legend } => {
            truth(name, labels, channels, current.scene(), notices)?.with_legend(legend.settled())
        }
        Reading::Prediction(logits) => prediction(name, logits, current, notices)?,
    };
    let mut keep = |plane: RasterPlane| {
        let (digest, bytes) = rasters.keep(plane);
        fresh.extend(bytes.map(|bytes| (digest.clone(), bytes)));
        digest
    };
    let base = Base::Raster {
        title: title.to_owned(),
        of_truth,
        truth: (!scene.truth_is_to_come()).then(|| keep(RasterPlane::Labels(scene.labels().clone()))),
        prediction: keep(RasterPlane::Logits(scene.painted().clone())),
        picture: scene.photo().map(|grey| keep(RasterPlane::Picture(grey.to_vec(), scene.shape().width))),
        weights: scene.weights().map(|weights| keep(RasterPlane::Weights(weights.clone()))),
        legend: scene.legend().clone(),
    };
    // What was seen through an adjustment is still seen through it.
    let adjustment = current.work.playhead.adjustment();
    let edits = if adjustment.is_neutral() {
        Edits::default()
    } else {
        Edits::default().with(ImageEdit::Adjust(adjustment))
    };
    Ok(Image::edited(base, edits))
}

fn truth(
    name: &str,
    labels: Array2<u8>,
    channels: usize,
    scene: &Scene,
    notices: &mut Vec<Notice>,
) -> Result<Scene, String> {
    let (height, width) = labels.dim();
    let shape = scene.shape();
    if (height, width) == (shape.height, shape.width) && highest(labels.iter()) < shape.classes() {
        return scene.with_truth(labels).map_err(|refusal| text::sentence(&refusal));
    }
    let new = Scene::from_truth(name, labels, channels).map_err(|refusal| text::sentence(&refusal))?;
    notices.push(Notice::remark(text::resized(name, width, height)));
    Ok(new)
}

fn prediction(
    name: &str,
    logits: Logits,
    current: Current<'_>,
    notices: &mut Vec<Notice>,
) -> Result<Scene, String> {
    let scene = current.scene();
    let shape = scene.shape();
    let (_, channels, height, width) = logits.dim();
    let same_size = (height, width) == (shape.height, shape.width);
    let highest = highest(scene.labels().iter());
    let fits = same_size && highest < channels.max(2);
    if fits {
        return scene.with_prediction(logits).map_err(|refusal| text::sentence(&refusal));
    }
    if current.has_opened_truth() {
        return Err(if same_size {
            text::too_few_classes(name, channels, highest)
        } else {
            text::another_size(name, (width, height), (shape.width, shape.height))
        });
    }
    let new = Scene::from_prediction(name, logits).map_err(|refusal| text::sentence(&refusal))?;
    notices.push(Notice::remark(text::without_truth(name, width, height)));
    Ok(new)
}

/// The highest class of labels, those that are ignored apart; 0 of none.
fn highest<'l>(labels: impl Iterator<Item = &'l u8>) -> usize {
    labels.filter(|&&label| label != IGNORE).max().map_or(0, |&label| label.into())
}
