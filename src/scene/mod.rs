//! The painted scene: one image with its ground truth and its prediction, and everything that edits them.
//!
//! A [`Scene`] is the data. An [`ImageEdit`] is one thing done to it, as it is kept: a stroke, a fill, a single pixel. An
//! [`Editor`] carries edits out, seen through the global [`Adjustment`]; a [`Playhead`] goes to any place in a list of
//! [`Edits`], which is what undo is. [`PRESETS`] are scenes to begin with, [`BATCHES`] several of them together.

mod adjust;
mod batches;
mod brush;
mod change;
mod convert;
mod edit;
mod editor;
mod fill;
mod former;
mod ink;
mod labelling;
mod legend;
mod path;
mod playhead;
mod presets;
pub(crate) mod random;
mod rect;
mod shapes;
mod soften;
mod stroke;
pub(crate) mod texture;
mod weighting;

use std::fmt;

use ndarray::{Array, Array2, Array3, Array4, Axis, Dimension};

use crate::field::regions::{sets_of, topmost};
use crate::field::{IGNORE, Labels, Logits, Shape};

pub use adjust::Adjustment;
pub use batches::{BATCHES, BatchPreset, batch};
pub use brush::{Brush, Point};
pub use change::{Change, Changes};
pub use edit::{Edits, ImageEdit};
pub use editor::Editor;
pub use ink::{HEAVIEST, Ink, MIN_PROB, Plane};
pub use labelling::Labelling;
pub use legend::{Legend, LegendEntry};
pub use path::Path;
pub use playhead::Playhead;
pub use presets::{DEFAULT_PRESET, PRESETS, Preset, UNCERTAIN_EDGE, preset};
pub use rect::Rect;
pub use soften::{WIDEST, soft_labels};
pub use weighting::PixelWeighting;

/// The most classes a scene may have.
pub const MAX_CHANNELS: usize = 32;

/// The longest side of a scene, in pixels.
pub const LONGEST_SIDE: usize = 2048;

/// The most logits a scene may have, classes × pixels. What is derived of a logit takes some hundred bytes, and a page
/// has four gigabytes at most.
pub const MOST_LOGITS: usize = 1 << 24;

/// The probability of the foreground where a binary prediction was cleared. A trained network is never sure, and a
/// prediction of nearly 0 would leave the losses nothing to show.
pub const CLEARED_FOREGROUND: f64 = 0.02;
/// The probability of the background where a multi-class prediction was cleared; the others share the rest.
const CLEARED_BACKGROUND: f64 = 0.96;

/// Why a scene or an edit was refused: what was found and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceneError(String);

impl fmt::Display for SceneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SceneError {}

/// One image: what is true of each pixel and what was predicted.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    title: String,
    preset: Option<&'static str>,
    labelling: Labelling,
    labels: Labels,
    painted: Logits,
    photo: Option<Vec<u8>>,
    legend: Legend,
    /// Weights of its own, opened or painted, `[image, y, x]`.
    weights: Option<Array3<f32>>,
    /// True of a scene that began without a truth.
    began_without_truth: bool,
}

impl Scene {
    /// A scene of these labels and logits, which are taken as they are. Refuses anything but one image of one size within
    /// [`LONGEST_SIDE`] and [`MOST_LOGITS`] with 1 to 32 channels, finite logits, and labels that name a class or are 255.
    pub fn new(title: impl Into<String>, labels: Labels, logits: Logits) -> Result<Self, SceneError> {
        Self::labelled(Labelling::OneClass, title, labels, logits)
    }

    /// A scene of these labels and logits, which are taken as they are, in a labelling: with regions the labels are
    /// [sets](crate::field::regions) of them, and there are 1 to 7 channels. Refuses what [`Scene::new`] refuses.
    pub fn labelled(
        labelling: Labelling,
        title: impl Into<String>,
        labels: Labels,
        logits: Logits,
    ) -> Result<Self, SceneError> {
        let (images, channels, height, width) = logits.dim();
        labelling.check_channels(channels)?;
        if images != 1 || labels.dim() != (1, height, width) || height * width == 0 {
            return Err(SceneError(format!(
                "a scene is one image, but the labels are {:?} [image, y, x] and the logits {:?} [image, class, y, x]",
                labels.dim(),
                logits.dim()
            )));
        }
        check_size(channels, height, width)?;
        if let Some(((_, channel, y, x), z)) = logits.indexed_iter().find(|(_, z)| !z.is_finite()) {
            return Err(SceneError(format!(
                "the logit of class {channel} at x {x}, y {y} is {z}; every logit must be finite"
            )));
        }
        let unknown = |&(_, label): &(_, &u8)| !labelling.knows(*label, channels);
        if let Some(((_, y, x), label)) = labels.indexed_iter().find(unknown) {
            return Err(SceneError(format!(
                "the label at x {x}, y {y} is {label}; {}",
                labelling.said(channels)
            )));
        }
        Ok(Self {
            title: title.into(),
            preset: None,
            labelling,
            labels: in_row_order(labels),
            painted: in_row_order(logits),
            photo: None,
            legend: Legend::default(),
            weights: None,
            began_without_truth: false,
        })
    }

    /// An empty scene: no foreground, and a prediction that finds none. Refuses what [`Scene::new`] refuses.
    pub fn blank(
        title: impl Into<String>,
        height: usize,
        width: usize,
        channels: usize,
    ) -> Result<Self, SceneError> {
        Self::blank_labelled(Labelling::OneClass, title, height, width, channels)
    }

    /// An empty scene in a labelling. Refuses what [`Scene::labelled`] refuses.
    pub fn blank_labelled(
        labelling: Labelling,
        title: impl Into<String>,
        height: usize,
        width: usize,
        channels: usize,
    ) -> Result<Self, SceneError> {
        labelling.check_channels(channels)?;
        check_size(channels, height, width)?;
        let cleared = cleared_logits(labelling, channels);
        let logits =
            Array4::from_shape_fn((1, channels, height, width), |(_, channel, ..)| cleared[channel] as f32);
        Self::labelled(labelling, title, Array3::zeros((1, height, width)), logits)
    }

    /// A new scene of this truth, with a cleared prediction. Refuses what [`Scene::new`] refuses.
    pub fn from_truth(
        labelling: Labelling,
        title: impl Into<String>,
        labels: Array2<u8>,
        channels: usize,
    ) -> Result<Self, SceneError> {
        let (height, width) = labels.dim();
        Self::blank_labelled(labelling, title, height, width, channels)?.with_truth(labels)
    }

    /// A new scene of these logits `[image, class, y, x]`, one image, whose truth is [still to
    /// come](Scene::truth_is_to_come). Refuses what [`Scene::new`] refuses.
    pub fn from_prediction(
        labelling: Labelling,
        title: impl Into<String>,
        logits: Logits,
    ) -> Result<Self, SceneError> {
        let (images, _, height, width) = logits.dim();
        let labels = Array3::from_elem((images, height, width), IGNORE);
        let scene = Self::labelled(labelling, title, labels, logits)?;
        Ok(Self { began_without_truth: true, ..scene })
    }

    /// This scene with another truth of the same size. Refuses what [`Scene::new`] refuses.
    pub fn with_truth(&self, labels: Array2<u8>) -> Result<Self, SceneError> {
        let labels = labels.insert_axis(Axis(0));
        let scene = Self::labelled(self.labelling, self.title.clone(), labels, self.painted.clone())?;
        let Self { photo, legend, weights, .. } = self.clone();
        Ok(Self { photo, legend, weights, ..scene })
    }

    /// This scene with other logits `[image, channel, y, x]`, of the same size and taken as they are, of classes or of regions.
    /// Class c and region c alone are the same label in either. Refuses what [`Scene::labelled`] refuses.
    pub fn with_prediction(&self, labelling: Labelling, logits: Logits) -> Result<Self, SceneError> {
        let labels = match (self.labelling, labelling) {
            (Labelling::OneClass, Labelling::Regions) => sets_of(self.labels.view()),
            (Labelling::Regions, Labelling::OneClass) => self.labels.mapv(topmost),
            _ => self.labels.clone(),
        };
        let scene = Self::labelled(labelling, self.title.clone(), labels, logits)?;
        let Self { photo, legend, weights, began_without_truth, .. } = self.clone();
        Ok(Self { photo, legend, weights, began_without_truth, ..scene })
    }

    /// This scene with names for its classes.
    #[must_use]
    pub fn with_legend(self, legend: Legend) -> Self {
        Self { legend, ..self }
    }

    /// This scene with a weight for each pixel, `[image, y, x]`, for [`PixelWeighting::Own`]. Refuses weights of another size,
    /// and those that are not finite and at least 0.
    pub fn with_weights(self, weights: Array3<f32>) -> Result<Self, SceneError> {
        if weights.dim() != self.labels.dim() {
            return Err(SceneError(format!(
                "the weights are {:?} [image, y, x]; expected {:?}, as the labels are",
                weights.dim(),
                self.labels.dim()
            )));
        }
        if let Some(((_, y, x), w)) = weights.indexed_iter().find(|(_, w)| !(0.0..f32::INFINITY).contains(*w))
        {
            return Err(SceneError(format!("the weight at x {x}, y {y} is {w}; expected 0 or more")));
        }
        Ok(Self { weights: Some(in_row_order(weights)), ..self })
    }

    /// This scene under another name.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Name for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The id of the preset it began as, if it began as one.
    pub fn preset(&self) -> Option<&'static str> {
        self.preset
    }

    /// This scene over a photograph, 8-bit grey `[y, x]`; over none where that is of another size.
    #[must_use]
    pub fn over(self, photo: Option<Vec<u8>>) -> Self {
        let pixels = self.shape().pixels();
        Self { photo: photo.filter(|photo| photo.len() == pixels), ..self }
    }

    /// The sizes; one image.
    pub fn shape(&self) -> Shape {
        let (images, channels, height, width) = self.painted.dim();
        Shape { images, channels, height, width }
    }

    /// Labels that its pixels may have.
    pub fn labelling(&self) -> Labelling {
        self.labelling
    }

    /// Numbers that name its classes, or its regions, with 0.
    pub fn classes(&self) -> usize {
        self.labelling.classes(self.shape().channels)
    }

    /// The ground truth: class ids, or sets of regions.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The prediction as it was painted, before any [`Adjustment`].
    pub fn painted(&self) -> &Logits {
        &self.painted
    }

    /// The photograph under it, 8-bit grey `[y, x]`.
    pub fn photo(&self) -> Option<&[u8]> {
        self.photo.as_deref()
    }

    /// Names of its classes, and what they were in their file.
    pub fn legend(&self) -> &Legend {
        &self.legend
    }

    /// Name of each class or region, that of 0 first.
    pub fn class_names(&self) -> Vec<String> {
        (0..self.classes()).map(|class| self.called(class)).collect()
    }

    /// A class or region as a sentence calls it: by its name, or as “class 2”, “region 2”, “no region”.
    pub fn called(&self, class: usize) -> String {
        match (self.labelling, class) {
            (Labelling::OneClass, _) => self.legend().called(class),
            (Labelling::Regions, 0) => "no region".to_owned(),
            (Labelling::Regions, _) => {
                self.legend().name(class).map_or_else(|| format!("region {class}"), str::to_owned)
            }
        }
    }

    /// Names of the two sides of a region's binary task.
    pub fn legend_of_region(&self, region: usize) -> Legend {
        let named = |name| LegendEntry { name: Some(name), ..LegendEntry::default() };
        let own = self.called(region);
        Legend { classes: vec![named(format!("outside {own}")), named(own)], ignored: self.legend.ignored }
    }

    /// Weights of its own, opened or painted, `[image, y, x]`, if it has any.
    pub fn weights(&self) -> Option<&Array3<f32>> {
        self.weights.as_ref()
    }

    /// True while nothing is known of the truth: the scene began as a prediction, and no pixel of it has a label yet. The
    /// first class that is painted makes all other pixels background.
    pub fn truth_is_to_come(&self) -> bool {
        self.began_without_truth && self.labels.iter().all(|&label| label == IGNORE)
    }

    /// The box of all its pixels.
    fn whole(&self) -> Rect {
        let Shape { height, width, .. } = self.shape();
        Rect::whole(height, width)
    }

    /// Memory taken, in bytes, near enough.
    fn bytes(&self) -> usize {
        self.labels.len()
            + self.painted.len() * size_of::<f32>()
            + self.photo.as_ref().map_or(0, Vec::len)
            + self.weights.as_ref().map_or(0, |weights| weights.len() * size_of::<f32>())
    }
}

/// Losses take the labels and logits as flat slices.
fn in_row_order<T: Clone, D: Dimension>(array: Array<T, D>) -> Array<T, D> {
    if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() }
}

/// The nearest number within a range, and `otherwise` for what is no number.
fn within(value: f64, low: f64, high: f64, otherwise: f64) -> f64 {
    if value.is_nan() { otherwise } else { value.clamp(low, high) }
}

fn check_channels(channels: usize) -> Result<(), SceneError> {
    if (1..=MAX_CHANNELS).contains(&channels) {
        return Ok(());
    }
    Err(SceneError(format!(
        "a scene of {channels} channels was asked for; it has 1 (binary, with a sigmoid) or 2 to {MAX_CHANNELS} (with a \
         softmax)"
    )))
}

fn check_size(channels: usize, height: usize, width: usize) -> Result<(), SceneError> {
    if height.max(width) > LONGEST_SIDE {
        return Err(SceneError(format!(
            "a scene of {width} × {height} pixels was asked for; a side has at most {LONGEST_SIDE}"
        )));
    }
    let logits = channels * height * width;
    if logits > MOST_LOGITS {
        return Err(SceneError(format!(
            "a scene of {width} × {height} pixels and {channels} classes has {logits} logits; a page has room for \
             {MOST_LOGITS}, so take a crop, a smaller size, or fewer classes"
        )));
    }
    Ok(())
}

/// The logits of a pixel whose prediction was cleared.
fn cleared_logits(labelling: Labelling, channels: usize) -> Vec<f64> {
    if labelling == Labelling::Regions {
        return vec![ink::logit(CLEARED_FOREGROUND, 1.0 - CLEARED_FOREGROUND); channels];
    }
    let mut probs = match channels {
        1 => vec![CLEARED_FOREGROUND],
        _ => vec![(1.0 - CLEARED_BACKGROUND) / (channels - 1) as f64; channels],
    };
    if channels > 1 {
        probs[0] = CLEARED_BACKGROUND;
    }
    ink::logits_of(&mut probs);
    probs
}

/// Least probability of an opened file: 0 and 1 have no finite logit, and become those of 1e−7 and 1 − 1e−7, ±16.118 in a
/// binary task, which an f32 and the clamp of Keras both hold.
const LEAST_OPENED: f64 = 1e-7;

/// Logits `[image, class, y, x]` of one image's probabilities `[class, y, x]` (of the foreground alone, when there is one
/// class). Of several classes they are the logarithms of the probabilities, so that a softmax gives these again and a loss
/// that is one-vs-rest sees what a library sees that takes logarithms.
pub fn logits_of_probabilities(probs: &Array3<f32>) -> Logits {
    let held = |p: f32| f64::from(p).clamp(LEAST_OPENED, 1.0 - LEAST_OPENED);
    let binary = probs.dim().0 == 1;
    let logit = |&p: &f32| if binary { (held(p) / (1.0 - held(p))).ln() } else { held(p).ln() } as f32;
    probs.map(logit).insert_axis(Axis(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probabilities of a pixel.
    pub(super) fn probs_at(logits: &Logits, y: usize, x: usize) -> Vec<f64> {
        let mut values: Vec<f64> =
            (0..logits.dim().1).map(|channel| logits[[0, channel, y, x]].into()).collect();
        ink::probs_of(&mut values);
        values
    }

    #[test]
    fn a_blank_scene_is_empty_and_nearly_sure_of_it() {
        for channels in [1, 2, 3, 5, 32] {
            let scene = Scene::blank("blank", 4, 6, channels).unwrap();
            assert_eq!(scene.shape(), Shape { images: 1, channels, height: 4, width: 6 });
            assert!(scene.labels().iter().all(|&label| label == 0));
            let probs = probs_at(scene.painted(), 3, 5);
            let expected = if channels == 1 { 0.02 } else { 0.96 };
            assert!((probs[0] - expected).abs() < 1e-6, "{probs:?}");
            assert!(probs[1..].iter().all(|p| (p - 0.04 / (channels - 1) as f64).abs() < 1e-6), "{probs:?}");
        }
    }

    #[test]
    fn probabilities_of_a_file_come_back_from_the_logits() {
        let probs = Array3::from_shape_fn((1, 2, 3), |(_, y, x)| (y * 3 + x) as f32 / 5.0);
        let scene =
            Scene::from_prediction(Labelling::OneClass, "mine", logits_of_probabilities(&probs)).unwrap();
        for ((_, y, x), &p) in probs.indexed_iter() {
            let back = probs_at(scene.painted(), y, x)[0];
            assert!((back - f64::from(p)).abs() < 2e-7, "{back} is not {p}");
        }
        assert!((scene.painted()[[0, 0, 0, 0]] + 16.118_095).abs() < 1e-5);
        assert!((scene.painted()[[0, 0, 1, 2]] - 16.118_095).abs() < 1e-5);
        let hard = Array3::from_shape_fn((3, 1, 3), |(channel, _, x)| f32::from(u8::from(channel == x)));
        let logits = logits_of_probabilities(&hard);
        // log p as it is: about 0 for what is certain, log 1e−7 for the others.
        assert!(logits[[0, 0, 0, 0]].abs() < 1e-6 && (logits[[0, 1, 0, 0]] + 16.118_095).abs() < 1e-5);
        for x in 0..3 {
            assert!(probs_at(&logits, 0, x)[x] > 0.999_999);
        }
    }

    #[test]
    fn logits_are_taken_as_they_are() {
        let logits = Logits::from_shape_fn((1, 3, 2, 2), |(_, c, y, x)| {
            [1e4, -1e4, 16.118_095][c] * (1.0 + y as f32 * 1e-7) - x as f32
        });
        let scene = Scene::blank("here", 2, 2, 3)
            .unwrap()
            .with_prediction(Labelling::OneClass, logits.clone())
            .unwrap();
        assert_eq!(scene.painted(), &logits);
        assert_eq!(
            Scene::from_prediction(Labelling::OneClass, "mine", logits.clone()).unwrap().painted(),
            &logits
        );
    }

    #[test]
    fn a_scene_of_a_prediction_waits_for_its_truth() {
        let scene = Scene::from_prediction(Labelling::OneClass, "mine", Logits::zeros((1, 2, 2, 3))).unwrap();
        assert!(scene.truth_is_to_come() && scene.labels().iter().all(|&label| label == IGNORE));
        assert!(
            scene
                .with_prediction(Labelling::OneClass, Logits::ones((1, 2, 2, 3)))
                .unwrap()
                .truth_is_to_come()
        );
        let known = scene.with_truth(Array2::from_elem((2, 3), IGNORE)).unwrap();
        assert!(!known.truth_is_to_come(), "a truth that is ignored everywhere is one that is there");
        let both = Scene::from_truth(Labelling::OneClass, "mine", Array2::ones((2, 3)), 2).unwrap();
        let prediction = both.with_prediction(Labelling::OneClass, Logits::zeros((1, 2, 2, 3))).unwrap();
        assert_eq!(scene.with_truth(Array2::ones((2, 3))).unwrap(), prediction, "in either order");
    }

    #[test]
    fn weights_of_a_file_go_with_the_scene_and_wrong_ones_are_refused() {
        let scene = || Scene::blank("here", 2, 3, 1).unwrap();
        let weights = Array3::from_shape_fn((1, 2, 3), |(_, y, x)| (y * 3 + x) as f32);
        let weighted = scene().with_weights(weights.clone()).unwrap();
        for same in [
            weighted.with_truth(Array2::ones((2, 3))).unwrap(),
            weighted.with_prediction(Labelling::OneClass, Logits::zeros((1, 3, 2, 3))).unwrap(),
            weighted.convert(5).unwrap(),
        ] {
            assert_eq!(same.weights(), Some(&weights));
        }
        let refused = |weights| scene().with_weights(weights).unwrap_err().to_string();
        assert_eq!(refused(weights.map(|w| 1.0 - w)), "the weight at x 2, y 0 is -1; expected 0 or more");
        assert!(refused(Array3::zeros((1, 3, 2))).contains("expected (1, 2, 3)"));
    }

    #[test]
    fn a_scene_is_as_large_as_a_page_has_room_for() {
        assert!(Scene::blank("large", 2048, 2048, 1).is_ok());
        let refused = |height, width, channels| {
            Scene::blank("too large", height, width, channels).unwrap_err().to_string()
        };
        assert!(refused(2049, 8, 1).contains("at most 2048"));
        assert!(refused(2048, 2048, 5).contains("20971520 logits"), "{}", refused(2048, 2048, 5));
    }

    #[test]
    fn replacing_one_half_keeps_the_other_and_the_photo() {
        let mut scene = Scene::blank("here", 2, 3, 1).unwrap();
        scene.photo = Some(vec![7; 6]);
        let truth = scene.with_truth(Array2::ones((2, 3))).unwrap();
        assert_eq!((truth.painted(), truth.photo()), (scene.painted(), scene.photo()));
        assert!(truth.labels().iter().all(|&label| label == 1));
        let prediction = truth.with_prediction(Labelling::OneClass, Logits::zeros((1, 1, 2, 3))).unwrap();
        assert_eq!((prediction.labels(), prediction.photo()), (truth.labels(), truth.photo()));
        assert!(prediction.painted().iter().all(|z| z.abs() < 1e-6));
    }

    #[test]
    fn arrays_in_another_order_are_put_in_row_order() {
        let labels = Array2::from_shape_fn((2, 3), |(y, x)| u8::from(y == 1 && x == 2)).reversed_axes();
        let scene = Scene::from_truth(Labelling::OneClass, "turned", labels, 1).unwrap();
        assert_eq!(scene.labels().as_slice(), Some([0, 0, 0, 0, 0, 1].as_slice()));
    }

    #[test]
    fn what_is_no_scene_is_refused_in_a_sentence() {
        let refused =
            |labels: Labels, logits: Logits| Scene::new("bad", labels, logits).unwrap_err().to_string();
        let labels = Labels::zeros((1, 2, 3));
        let logits = Logits::zeros((1, 1, 2, 3));

        let mut bad = logits.clone();
        bad[[0, 0, 1, 2]] = f32::NAN;
        assert_eq!(
            refused(labels.clone(), bad),
            "the logit of class 0 at x 2, y 1 is NaN; every logit must be finite"
        );
        let mut bad = labels.clone();
        bad[[0, 1, 0]] = 2;
        assert_eq!(
            refused(bad, logits.clone()),
            "the label at x 0, y 1 is 2; with 2 classes a label is 0 to 1, or 255 to be ignored"
        );
        assert!(refused(labels.clone(), Logits::zeros((1, 33, 2, 3))).starts_with("a scene of 33 channels"));
        assert!(refused(labels.clone(), Logits::zeros((1, 1, 3, 2))).contains("(1, 2, 3) [image, y, x]"));
        assert!(refused(Labels::zeros((1, 0, 3)), Logits::zeros((1, 1, 0, 3))).contains("one image"));
        assert!(refused(labels.clone(), Logits::zeros((2, 1, 2, 3))).contains("one image"));
        assert!(Scene::blank("bad", 2, 2, 33).is_err() && Scene::blank("bad", 2, 2, 0).is_err());
        let mut ignored = labels;
        ignored[[0, 0, 0]] = IGNORE;
        assert!(Scene::new("good", ignored, logits).is_ok());
    }
}
