//! Files as images of the document.

use ndarray::{Array2, Axis};

use super::text;
use super::update::Notice;
use super::work::Work;
use crate::document::{Base, Digest, Image, OpenedFile, OpenedFiles, RasterPlane, Rasters};
use crate::field::regions::{sets_of, topmost};
use crate::field::{IGNORE, Logits};
use crate::file::{
    self, Assignment, Channels, Context, FileChoice, Key, Read, Reading, Resampling, SceneContext, Sizing,
    Source, To, Values,
};
use crate::scene::{
    Edits, ImageEdit, LONGEST_SIDE, Labelling, Legend, LegendEntry, Plane, Scene, SceneError,
};

/// A plane as it was read of a file.
#[derive(Debug)]
pub(super) enum OpenedPlane {
    /// A ground truth.
    Truth {
        /// Labels that a pixel may have.
        labelling: Labelling,
        /// Class ids `[y, x]`, or sets of regions; 255 where a pixel is ignored.
        labels: Array2<u8>,
        /// Logit channels of a new scene of it.
        channels: usize,
        /// Names of its classes, and what they were in the file.
        legend: Legend,
    },
    /// A prediction: logits `[image, channel, y, x]` of one image, taken as they are, of classes or of regions.
    Prediction(Labelling, Logits),
}

/// Image at hand, in whose place another comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Current<'c> {
    /// The image in the document.
    pub(super) image: &'c Image,
    /// Pixels of the image.
    pub(super) work: &'c Work,
}

impl Current<'_> {
    fn scene(&self) -> &Scene {
        self.work.scene()
    }

    /// True where the truth is that of a file, and nothing of another scene that a prediction happens to be opened on.
    fn has_opened_truth(&self) -> bool {
        matches!(self.image.base, Base::Raster { of_truth: true, .. }) && !self.scene().truth_is_to_come()
    }
}

/// How a file is read for a plane of the image at hand: by a choice that a person made, or as one of the same kind was
/// read before, or as the rules suggest. Refuses one that cannot be read, with a sentence.
///
/// A prediction is read for the truth that was opened, or for a scene of its very size; else it is one by itself.
pub(super) fn reading(
    source: &Source,
    plane: Plane,
    current: Current<'_>,
    choice: Option<&FileChoice>,
    remembered: &[(String, FileChoice)],
) -> Result<Reading, String> {
    let said = |refusal: file::FileError| refusal.to_string();
    let shape = current.scene().shape();
    let labelling = current.scene().labelling();
    let alone = file::read(source, plane, Context::default()).map_err(said)?;
    let same_size = (alone.width, alone.height) == (shape.width, shape.height);
    let joins = match plane {
        Plane::Truth => current.scene().truth_is_to_come() && same_size,
        Plane::Prediction => current.has_opened_truth() || same_size,
    };
    let legend = file_legend(current.scene().legend());
    let scene = joins.then(|| SceneContext {
        classes: current.scene().classes(),
        regions: if labelling == Labelling::Regions { shape.channels } else { 0 },
        width: shape.width,
        height: shape.height,
        legend: legend.as_ref(),
    });
    let known = remembered.iter().find(|(key, _)| *key == alone.shape_key).map(|(_, choice)| choice);
    let context = Context { scene, remembered: known };
    let mut reading = match choice {
        Some(choice) => file::read_by(source, plane, context, choice),
        None => file::read(source, plane, context),
    }
    .map_err(said)?;
    // Labels that name fewer classes than the scene has are labels of that scene.
    if let (Values::Labels { classes, .. }, Some(scene)) = (&mut reading.choice.values, scene) {
        *classes = (*classes).max(scene.classes as u8);
    }
    Ok(reading)
}

/// Resampling to begin with, where a person wants one: to the size of the scene at hand for a prediction of an opened
/// truth, else to the largest that a scene may have.
pub(super) fn resampled(reading: &Reading, current: Current<'_>) -> Sizing {
    let shape = current.scene().shape();
    let (width, height) = if reading.plane == Plane::Prediction && current.has_opened_truth() {
        (shape.width, shape.height)
    } else {
        let scale = (LONGEST_SIDE as f64 / reading.width.max(reading.height) as f64).min(1.0);
        let side = |side: usize| ((side as f64 * scale).round() as usize).max(1);
        (side(reading.width), side(reading.height))
    };
    Sizing::Resample { width, height, method: Resampling::Centre }
}

/// Reads a file for a plane of the image at hand. Without a choice one that is not sure is refused, with its question.
pub(super) fn read(
    plane: Plane,
    current: Current<'_>,
    (name, bytes): (&str, &[u8]),
    choice: Option<&FileChoice>,
    notices: &mut Vec<Notice>,
) -> Result<(OpenedFile, OpenedPlane), String> {
    let said = |refusal: file::FileError| refusal.to_string();
    let array = choice.and_then(|choice| choice.array.as_deref());
    let source = file::decode(name, bytes, plane, array).map_err(said)?;
    let reading = reading(&source, plane, current, choice, &[])?;
    let read = file::apply(&source, &reading.choice, plane).map_err(said)?;
    let mut say = |sentence: &String| notices.push(Notice::remark(text::read_as(name, sentence)));
    if choice.is_none() {
        if let (false, Some(question)) = (reading.sure, reading.questions.first()) {
            return Err(text::read_as(name, question));
        }
        say(&reading.text);
        reading.remarks.iter().for_each(&mut say);
    }
    let file = OpenedFile { name: name.to_owned(), choice: reading.choice, painted: false };
    Ok((file, opened(name, read, notices)))
}

/// A plane of what was read of a file.
pub(super) fn opened(name: &str, read: Read, notices: &mut Vec<Notice>) -> OpenedPlane {
    let say = |sentence: &String| notices.push(Notice::remark(text::read_as(name, sentence)));
    match read {
        Read::Truth(truth) => {
            truth.remarks.iter().for_each(say);
            let channels = match (truth.labelling, truth.legend.classes.len()) {
                (Labelling::OneClass, ..=2) => 1,
                (Labelling::OneClass, classes) => classes,
                (Labelling::Regions, with_none) => with_none - 1,
            };
            OpenedPlane::Truth {
                labelling: truth.labelling,
                labels: truth.labels,
                channels,
                legend: scene_legend(&truth.legend),
            }
        }
        Read::Prediction(prediction) => {
            prediction.remarks.iter().for_each(say);
            let labelling = match prediction.channels {
                Channels::Foreground | Channels::Softmax => Labelling::OneClass,
                Channels::Independent => Labelling::Regions,
            };
            OpenedPlane::Prediction(labelling, prediction.logits.insert_axis(Axis(0)))
        }
    }
}

/// Names of the classes of a file, and what stood for each, where one value did.
fn scene_legend(legend: &file::FileLegend) -> Legend {
    let id = |key: &Key| match key {
        Key::Value(value) if value.fract() == 0.0 => Some(*value as i64),
        _ => None,
    };
    let entry = |class: &file::LegendClass| {
        let only = if let [key] = &class.keys[..] { Some(key) } else { None };
        LegendEntry { name: class.name.clone(), id: only.and_then(id), colour: only.and_then(Key::rgb) }
    };
    Legend { classes: legend.classes.iter().map(entry).collect(), ignored: legend.void.iter().find_map(id) }
}

/// Meaning of the values of the file that a truth was; none of one without a file.
fn file_legend(legend: &Legend) -> Option<file::FileLegend> {
    let class = |(entry, class): (&LegendEntry, u8)| {
        let key = match (entry.id, entry.colour) {
            (_, Some(colour)) => Key::of_rgb(colour),
            (Some(id), None) => Key::Value(id as f64),
            (None, None) => return None,
        };
        Some(Assignment { key, to: To::Class(class), name: entry.name.clone() })
    };
    let void = |id| Assignment { key: Key::Value(id as f64), to: To::Void, name: None };
    let classes = legend.classes.iter().zip(0..).filter_map(class);
    file::FileLegend::of_keys(classes.chain(legend.ignored.map(void)))
}

/// The image that a file makes of the one at hand. What is of its size stays beside it, whichever came first:
///
/// - A truth takes the place of the labels; of another size, with more classes than the prediction, or with several regions
///   a pixel where the prediction has one class, it makes a new scene. Class c of one class a pixel is region c of a prediction
///   of regions.
/// - A prediction takes the place of the logits; of another size it makes a new scene whose truth is still to come, unless
///   the truth at hand is of a file: then it is refused, with a sentence.
pub(super) fn image(
    file: OpenedFile,
    opened: OpenedPlane,
    current: Current<'_>,
    rasters: &mut Rasters,
    fresh: &mut Vec<(Digest, Vec<u8>)>,
    notices: &mut Vec<Notice>,
) -> Result<Image, String> {
    let name = file.name.clone();
    let known =
        if let Base::Raster { title, files, .. } = &current.image.base { Some((title, files)) } else { None };
    // The truth's file gives the name, whichever came first.
    let title = match (&opened, known) {
        (OpenedPlane::Prediction(..), Some((title, _))) if current.has_opened_truth() => title,
        _ => &name,
    };
    // The other plane's file, where that plane stays beside this one.
    let beside = |plane: Plane, stays: bool| {
        let (_, files) = known.filter(|_| stays)?;
        let other = if plane == Plane::Truth { &files.truth } else { &files.prediction };
        let painted = current.image.edits.paint(plane);
        other.clone().map(|other| OpenedFile { painted: painted || other.painted, ..other })
    };
    let of_truth = matches!(opened, OpenedPlane::Truth { .. }) || current.has_opened_truth();
    let (scene, files) = match opened {
        OpenedPlane::Truth { labelling, labels, channels, legend } => {
            let opened = (labelling, labels, channels);
            let (scene, stays) = truth(&name, opened, current.scene(), notices)?;
            let prediction = beside(Plane::Prediction, stays);
            (scene.with_legend(legend.settled()), OpenedFiles { truth: Some(file), prediction })
        }
        OpenedPlane::Prediction(labelling, logits) => {
            let (scene, stays) = prediction(&name, (labelling, logits), current, notices)?;
            (scene, OpenedFiles { truth: beside(Plane::Truth, stays), prediction: Some(file) })
        }
    };
    let mut keep = |plane: RasterPlane| {
        let (digest, bytes) = rasters.keep(plane);
        fresh.extend(bytes.map(|bytes| (digest.clone(), bytes)));
        digest
    };
    let base = Base::Raster {
        title: title.to_owned(),
        of_truth,
        regions: scene.labelling() == Labelling::Regions,
        truth: (!scene.truth_is_to_come()).then(|| keep(RasterPlane::Labels(scene.labels().clone()))),
        prediction: keep(RasterPlane::Logits(scene.painted().clone())),
        picture: scene.photo().map(|grey| keep(RasterPlane::Picture(grey.to_vec(), scene.shape().width))),
        weights: scene.weights().map(|weights| keep(RasterPlane::Weights(weights.clone()))),
        legend: scene.legend().clone(),
        files,
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

/// The scene with another truth, and whether the prediction stays.
fn truth(
    name: &str,
    (labelling, labels, channels): (Labelling, Array2<u8>, usize),
    scene: &Scene,
    notices: &mut Vec<Notice>,
) -> Result<(Scene, bool), String> {
    let said = |refusal: SceneError| text::sentence(&refusal);
    let (height, width) = labels.dim();
    let shape = scene.shape();
    let same_size = (height, width) == (shape.height, shape.width);
    let highest = highest(labelling, labels.iter());
    let fits = same_size
        && highest < scene.classes()
        && (labelling == Labelling::OneClass || scene.labelling() == Labelling::Regions);
    if fits {
        let labels = match (labelling, scene.labelling()) {
            (Labelling::OneClass, Labelling::Regions) => sets_of(labels.view()),
            _ => labels,
        };
        return Ok((scene.with_truth(labels).map_err(said)?, true));
    }
    let new = Scene::from_truth(labelling, name, labels, channels).map_err(said)?;
    notices.push(Notice::remark(text::resized(name, width, height)));
    Ok((new, false))
}

/// The scene with another prediction, and whether the truth stays.
fn prediction(
    name: &str,
    (labelling, logits): (Labelling, Logits),
    current: Current<'_>,
    notices: &mut Vec<Notice>,
) -> Result<(Scene, bool), String> {
    let said = |refusal: SceneError| text::sentence(&refusal);
    let scene = current.scene();
    let shape = scene.shape();
    let (_, channels, height, width) = logits.dim();
    let same_size = (height, width) == (shape.height, shape.width);
    let highest = highest(scene.labelling(), scene.labels().iter());
    let is_of_several = |&label: &u8| label != IGNORE && label.count_ones() > 1;
    let overlaps = labelling == Labelling::OneClass
        && scene.labelling() == Labelling::Regions
        && scene.labels().iter().any(is_of_several);
    let fits = same_size && highest < labelling.classes(channels) && !overlaps;
    if fits {
        return Ok((scene.with_prediction(labelling, logits).map_err(said)?, true));
    }
    if current.has_opened_truth() {
        return Err(if !same_size {
            text::another_size(name, (width, height), (shape.width, shape.height))
        } else if overlaps {
            text::classes_for_regions(name)
        } else if labelling == Labelling::Regions {
            text::too_few_regions(name, channels, highest)
        } else {
            text::too_few_classes(name, channels, highest)
        });
    }
    let new = Scene::from_prediction(labelling, name, logits).map_err(said)?;
    notices.push(Notice::remark(text::without_truth(name, width, height)));
    Ok((new, false))
}

/// The highest class or region of labels, those that are ignored apart; 0 of none.
fn highest<'l>(labelling: Labelling, labels: impl Iterator<Item = &'l u8>) -> usize {
    let counted = labels.filter(|&&label| label != IGNORE);
    let number = |&label: &u8| match labelling {
        Labelling::OneClass => label,
        Labelling::Regions => topmost(label),
    };
    counted.map(number).max().unwrap_or(0).into()
}
