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

/// Scene at hand, in whose place another comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Current<'c> {
    scene: &'c Scene,
    /// True where its truth is that of a file.
    of_file: bool,
}

impl<'c> Current<'c> {
    /// The scene of an image of the document, as it is worked on.
    pub(super) fn of(image: &Image, work: &'c Work) -> Self {
        Self { scene: work.scene(), of_file: matches!(image.base, Base::Raster { of_truth: true, .. }) }
    }

    /// The scene of a truth that was opened by itself.
    pub(super) fn of_truth(scene: &'c Scene) -> Self {
        Self { scene, of_file: true }
    }

    fn scene(self) -> &'c Scene {
        self.scene
    }

    /// True where the truth is that of a file, and nothing of another scene that a prediction happens to be opened on.
    fn has_opened_truth(&self) -> bool {
        self.of_file && !self.scene.truth_is_to_come()
    }
}

/// What a file is read for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Beside<'c> {
    /// A scene of its own.
    Nothing,
    /// A scene of its own, of this number of classes (with the background): those of the prediction that a truth comes with.
    Classes(usize),
    /// The place of a scene at hand.
    Scene(Current<'c>),
}

impl<'c> Beside<'c> {
    fn current(self) -> Option<Current<'c>> {
        match self {
            Self::Scene(current) => Some(current),
            Self::Nothing | Self::Classes(_) => None,
        }
    }
}

/// Decodes a file for a plane: of an archive the array that a choice names, or the one that was chosen of one like it
/// before, or the one that the rules take. Refuses what cannot be decoded, with a sentence.
pub(super) fn decoded(
    (name, bytes): (&str, &[u8]),
    plane: Plane,
    choice: Option<&FileChoice>,
    remembered: &[(String, FileChoice)],
) -> Result<Source, String> {
    let decode = |array: Option<&str>| file::decode(name, bytes, plane, array).map_err(|e| e.to_string());
    let source = decode(choice.and_then(|choice| choice.array.as_deref()))?;
    if choice.is_some() || source.arrays().len() < 2 {
        return Ok(source);
    }
    let known = remembered_for(&source, plane, remembered).and_then(|choice| choice.array.as_deref());
    // Files of one key have arrays of the same names.
    match known.filter(|&array| source.array() != Some(array)) {
        Some(array) => decode(Some(array)),
        None => Ok(source),
    }
}

/// Choice that was made for an earlier file like this one.
fn remembered_for<'r>(
    source: &Source,
    plane: Plane,
    remembered: &'r [(String, FileChoice)],
) -> Option<&'r FileChoice> {
    let key = file::shape_key(source, plane);
    remembered.iter().find(|(known, _)| *known == key).map(|(_, choice)| choice)
}

/// How a file is read for a plane of the image at hand: by a choice that a person made, or as one of the same kind was
/// read before, or as the rules suggest. Refuses one that cannot be read, with a sentence.
///
/// A prediction is read for the truth that was opened, or for a scene of its very size; else it is one by itself.
pub(super) fn reading(
    source: &Source,
    plane: Plane,
    beside: Beside<'_>,
    choice: Option<&FileChoice>,
    remembered: &[(String, FileChoice)],
) -> Result<Reading, String> {
    let said = |refusal: file::FileError| refusal.to_string();
    let alone = file::read(source, plane, Context::default()).map_err(said)?;
    let joined = beside.current().filter(|current| {
        let shape = current.scene().shape();
        let same_size = (alone.width, alone.height) == (shape.width, shape.height);
        match plane {
            Plane::Truth => current.scene().truth_is_to_come() && same_size,
            Plane::Prediction => current.has_opened_truth() || same_size,
        }
    });
    let legend = joined.and_then(|current| file_legend(current.scene().legend()));
    let scene = match (joined.map(Current::scene), beside) {
        (Some(scene), _) => {
            let shape = scene.shape();
            Some(SceneContext {
                classes: scene.classes(),
                regions: if scene.labelling() == Labelling::Regions { shape.channels } else { 0 },
                width: shape.width,
                height: shape.height,
                legend: legend.as_ref(),
            })
        }
        // Two classes are no news.
        (None, Beside::Classes(classes)) if classes > 2 => {
            Some(SceneContext { classes, regions: 0, width: 0, height: 0, legend: None })
        }
        (None, _) => None,
    };
    let known = remembered_for(source, plane, remembered);
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
pub(super) fn resampled(reading: &Reading, beside: Beside<'_>) -> Sizing {
    let joined =
        beside.current().filter(|current| reading.plane == Plane::Prediction && current.has_opened_truth());
    let (width, height) = if let Some(current) = joined {
        let shape = current.scene().shape();
        (shape.width, shape.height)
    } else {
        let scale = (LONGEST_SIDE as f64 / reading.width.max(reading.height) as f64).min(1.0);
        let side = |side: usize| ((side as f64 * scale).round() as usize).max(1);
        (side(reading.width), side(reading.height))
    };
    Sizing::Resample { width, height, method: Resampling::Centre }
}

/// First question about a reading that is not sure.
pub(super) fn asks(reading: &Reading) -> Option<&String> {
    reading.questions.first().filter(|_| !reading.sure)
}

/// Reads a file for a plane of the scene at hand. Without a choice one that is not sure is refused, with its question.
pub(super) fn read(
    plane: Plane,
    beside: Beside<'_>,
    (name, bytes): (&str, &[u8]),
    choice: Option<&FileChoice>,
    notices: &mut Vec<Notice>,
) -> Result<(OpenedFile, OpenedPlane), String> {
    let source = decoded((name, bytes), plane, choice, &[])?;
    let reading = reading(&source, plane, beside, choice, &[])?;
    if let (None, Some(question)) = (choice, asks(&reading)) {
        return Err(text::read_as(name, question));
    }
    let mut found = Vec::new();
    let opened = applied(&source, &reading, &mut found)?;
    if choice.is_none() {
        let sentences = std::iter::once(&reading.text).chain(&reading.remarks);
        notices.extend(sentences.map(|sentence| Notice::remark(text::read_as(name, sentence))));
    }
    notices.extend(found);
    Ok(opened)
}

/// A file by its reading, with the plane that it is read as. Refuses what no scene holds, with a sentence.
pub(super) fn applied(
    source: &Source,
    reading: &Reading,
    notices: &mut Vec<Notice>,
) -> Result<(OpenedFile, OpenedPlane), String> {
    let name = &reading.name;
    let read = file::apply(source, &reading.choice, reading.plane).map_err(|refusal| refusal.to_string())?;
    let file = OpenedFile { name: name.clone(), choice: reading.choice.clone(), painted: false };
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

/// The image that a file makes of the one at hand, whose adjustment it keeps.
pub(super) fn image(
    file: OpenedFile,
    opened: OpenedPlane,
    (active, work): (&Image, &Work),
    keep: &mut Keep<'_>,
    notices: &mut Vec<Notice>,
) -> Result<Image, String> {
    let current = Current::of(active, work);
    let name = file.name.clone();
    let known =
        if let Base::Raster { title, files, .. } = &active.base { Some((title, files)) } else { None };
    // The truth's file gives the name, whichever came first.
    let title = match (&opened, known) {
        (OpenedPlane::Prediction(..), Some((title, _))) if current.has_opened_truth() => title,
        _ => &name,
    };
    // The other plane's file, where that plane stays beside this one.
    let beside = |plane: Plane, stays: bool| {
        let (_, files) = known.filter(|_| stays)?;
        let other = if plane == Plane::Truth { &files.truth } else { &files.prediction };
        let painted = active.edits.paint(plane);
        other.clone().map(|other| OpenedFile { painted: painted || other.painted, ..other })
    };
    let is_truth = matches!(opened, OpenedPlane::Truth { .. });
    let of_truth = is_truth || current.has_opened_truth();
    let (scene, stays) = scene(&name, opened, Beside::Scene(current), notices)?;
    let files = if is_truth {
        OpenedFiles { truth: Some(file), prediction: beside(Plane::Prediction, stays) }
    } else {
        OpenedFiles { truth: beside(Plane::Truth, stays), prediction: Some(file) }
    };
    let base = keep.base(title, of_truth, &scene, files);
    // What was seen through an adjustment is still seen through it.
    let adjustment = work.playhead.adjustment();
    let edits = if adjustment.is_neutral() {
        Edits::default()
    } else {
        Edits::default().with(ImageEdit::Adjust(adjustment))
    };
    Ok(Image::edited(base, edits))
}

/// Where the pixels of opened files are kept.
#[derive(Debug)]
pub(super) struct Keep<'k> {
    pub(super) rasters: &'k mut Rasters,
    /// Those that are not told yet.
    pub(super) fresh: &'k mut Vec<(Digest, Vec<u8>)>,
}

impl Keep<'_> {
    /// Keeps pixels, and tells of them if they are new.
    pub(super) fn plane(&mut self, plane: RasterPlane) -> Digest {
        let (digest, bytes) = self.rasters.keep(plane);
        self.fresh.extend(bytes.map(|bytes| (digest.clone(), bytes)));
        digest
    }

    /// Base of an image of a scene, with its pixels kept.
    pub(super) fn base(&mut self, title: &str, of_truth: bool, scene: &Scene, files: OpenedFiles) -> Base {
        let mut keep = |plane| self.plane(plane);
        Base::Raster {
            title: title.to_owned(),
            of_truth,
            regions: scene.labelling() == Labelling::Regions,
            truth: (!scene.truth_is_to_come()).then(|| keep(RasterPlane::Labels(scene.labels().clone()))),
            prediction: keep(RasterPlane::Logits(scene.painted().clone())),
            picture: scene.photo().map(|grey| keep(RasterPlane::Picture(grey.to_vec(), scene.shape().width))),
            weights: scene.weights().map(|weights| keep(RasterPlane::Weights(weights.clone()))),
            legend: scene.legend().clone(),
            files: Box::new(files),
        }
    }
}

/// The scene that a file makes of the one at hand, and whether what is at hand of the other plane stays beside it. What is
/// of its size stays, whichever came first:
///
/// - A truth takes the place of the labels; of another size, with more classes than the prediction, or with several regions
///   a pixel where the prediction has one class, it makes a new scene. Class c of one class a pixel is region c of a prediction
///   of regions.
/// - A prediction takes the place of the logits; of another size it makes a new scene whose truth is still to come, unless
///   the truth at hand is of a file: then it is refused, with a sentence.
pub(super) fn scene(
    name: &str,
    opened: OpenedPlane,
    beside: Beside<'_>,
    notices: &mut Vec<Notice>,
) -> Result<(Scene, bool), String> {
    let said = |refusal| text::sentence(&refusal);
    match (opened, beside.current()) {
        (OpenedPlane::Truth { labelling, labels, channels, legend }, current) => {
            let (scene, stays) = match current {
                Some(current) => truth(name, (labelling, labels, channels), current.scene(), notices)?,
                None => (Scene::from_truth(labelling, name, labels, channels).map_err(said)?, false),
            };
            Ok((scene.with_legend(legend.settled()), stays))
        }
        (OpenedPlane::Prediction(labelling, logits), Some(current)) => {
            prediction(name, (labelling, logits), current, notices)
        }
        (OpenedPlane::Prediction(labelling, logits), None) => {
            Ok((Scene::from_prediction(labelling, name, logits).map_err(said)?, false))
        }
    }
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
