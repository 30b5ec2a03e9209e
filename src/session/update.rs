//! The answer to an edit: all that the page shows.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::provenance::Provenance;
use super::text;
use crate::document::{At, Digest, KeptChange, PresetFrom, Tools, View};
use crate::field::Field;
use crate::library::Version;
use crate::loss::config::Settings;
use crate::paint::number::percent;
use crate::panel::Report;
use crate::scene::{Adjustment, Labelling, LegendEntry, PixelWeighting, Scene};

/// All numbers and pictures after an edit.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Update {
    /// The document, as far as controls show it.
    pub document: DocumentReadout,
    /// States that results are of: see [`Provenance`].
    pub provenance: Provenance,
    /// The scene: the active image.
    pub scene: SceneReadout,
    /// All images.
    pub strip: StripReadout,
    /// One for each loss that is shown, in the order of the catalogue.
    pub cards: Vec<CardReadout>,
    /// The pixel looked at.
    pub pixel: Option<PixelReadout>,
    /// The Python that reproduces a card, if that is asked for.
    pub code: Option<Vec<CodeReadout>>,
    /// Sentence on the calls that are left out, beside Python that is asked for.
    pub code_note: Option<String>,
    /// The open panel, which travels beside the numbers with its own pixels and lists.
    #[serde(skip)]
    pub panel: Option<Report>,
    /// By loss, the versions that libraries have of it on such a scene: told at first and when they change.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "Record<string, VersionEntry[]>"))]
    pub versions: Option<BTreeMap<String, Vec<VersionEntry>>>,
    /// By loss, the parameters that have an effect on such a scene: told with the versions.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "Record<string, string[]>"))]
    pub concerned: Option<BTreeMap<String, Vec<String>>>,
    /// Changes of what is kept over a reload or a crash.
    pub kept: Option<KeptChange>,
    /// Pixels of opened files that are to be kept, which travel beside the numbers.
    #[serde(skip)]
    pub rasters: Vec<(Digest, Vec<u8>)>,
    /// Sentences that the person should read.
    pub notices: Vec<Notice>,
    /// Pixels, which travel beside the numbers.
    #[serde(skip)]
    pub pictures: Pictures,
}

/// The document as controls show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DocumentReadout {
    /// Name for people: that of the active image's scene.
    pub title: String,
    /// Place of the active image, counted from 0.
    pub active: usize,
    /// Losses that have a card.
    pub cards: Vec<String>,
    /// Settings in use, by loss; a loss that is not named has its defaults.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, LossReadout>"))]
    pub losses: BTreeMap<String, LossReadout>,
    /// Softness of the edges of every truth, in pixels.
    pub soft_edges: usize,
    /// Weights of the pixels of every truth.
    pub weighting: PixelWeighting,
    /// Scale, variable and overlays.
    pub view: View,
    /// The open tab.
    pub panel: String,
    /// State of each panel.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, unknown>"))]
    pub panels: BTreeMap<String, Value>,
    /// Tools at hand.
    pub tools: Tools,
    /// Temperature, bias and noise of the active image.
    pub adjustment: Adjustment,
    /// True where there is a step to take back.
    pub can_undo: bool,
    /// True where there is a step to make again.
    pub can_redo: bool,
}

/// Settings in use of one loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LossReadout {
    /// Parameters by id; those not named have their defaults.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Setting>"))]
    pub settings: Settings,
    /// The library's call that they are those of.
    pub preset_from: Option<PresetFrom>,
}

/// The truth, the prediction and a heatmap for each card, one after the other: RGBA, row by row, each of the scene's
/// size. They are one piece of memory because they travel as one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pictures {
    bytes: Vec<u8>,
    each: usize,
}

impl Pictures {
    pub(super) fn new(pixels: usize, heatmaps: usize) -> Self {
        let each = 4 * pixels;
        Self { bytes: vec![0; (2 + heatmaps) * each], each }
    }

    /// All of them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of one.
    pub fn bytes_of_one(&self) -> usize {
        self.each
    }

    /// The labels.
    pub fn truth(&self) -> &[u8] {
        &self.bytes[..self.each]
    }

    /// The probabilities.
    pub fn prediction(&self) -> &[u8] {
        &self.bytes[self.each..2 * self.each]
    }

    /// The gradients, one for each card.
    pub fn heatmaps(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.each.max(1)).skip(2)
    }

    /// Truth, prediction and gradients, to be painted.
    pub(super) fn for_painting(&mut self) -> (&mut [u8], &mut [u8], impl Iterator<Item = &mut [u8]>) {
        let (truth, rest) = self.bytes.split_at_mut(self.each);
        let (prediction, heatmaps) = rest.split_at_mut(self.each);
        (truth, prediction, heatmaps.chunks_exact_mut(self.each.max(1)))
    }
}

/// Scene as the page describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SceneReadout {
    /// The preset's id, or nothing for one's own files.
    pub preset: Option<String>,
    /// The name for people.
    pub title: String,
    /// Images that the cards are about.
    pub images: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Logit channels.
    pub channels: usize,
    /// True where pixels may have several regions, one for each channel, numbered from 1.
    pub regions: bool,
    /// Sentence on the region that panels are about, in a scene of regions.
    pub panels_about: Option<String>,
    /// Share of pixels by class, of those that count; of regions that of each, behind that of pixels without any.
    pub class_shares: Vec<f64>,
    /// Shares as text.
    pub class_share_texts: Vec<String>,
    /// True if a photograph lies under it.
    pub has_photo: bool,
    /// Names of its classes, and what they were in their file, that of class 0 first; classes past the end have none.
    pub legend: Vec<LegendReadout>,
    /// Sentence on its own weights of pixels, opened or painted; none where it has none.
    pub own_weights: Option<String>,
    /// Sentence for the place of the losses while the truth is still to come, which none of them can be about.
    pub truth_to_come: Option<String>,
}

impl SceneReadout {
    pub(super) fn new(scene: &Scene, class_shares: Vec<f64>, chosen: usize) -> Self {
        let shape = scene.shape();
        let regions = scene.labelling() == Labelling::Regions;
        Self {
            preset: scene.preset().map(Into::into),
            title: scene.title().into(),
            images: shape.images,
            width: shape.width,
            height: shape.height,
            channels: shape.channels,
            regions,
            panels_about: regions.then(|| text::one_region(&scene.called(chosen + 1))),
            class_share_texts: class_shares.iter().map(|&share| percent(share)).collect(),
            class_shares,
            has_photo: scene.photo().is_some(),
            legend: scene.legend().classes.iter().map(LegendReadout::new).collect(),
            own_weights: scene.weights().map(|weights| text::own_weights(weights.iter().copied())),
            truth_to_come: scene.truth_is_to_come().then(|| text::TRUTH_TO_COME.to_owned()),
        }
    }
}

/// A class as the file of the scene has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LegendReadout {
    /// Name for people.
    pub name: Option<String>,
    /// Number in the file.
    pub id: Option<f64>,
    /// Colour in the file, as CSS.
    pub colour: Option<String>,
}

impl LegendReadout {
    fn new(entry: &LegendEntry) -> Self {
        Self {
            name: entry.name.clone(),
            // A legend holds no number that a double does not.
            id: entry.id.map(|id| id as f64),
            colour: entry.colour.map(|[r, g, b]| format!("rgb({r} {g} {b})")),
        }
    }
}

/// The images of the session.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct StripReadout {
    /// Place of the image that is painted and that the cards are about, counted from 0.
    pub active: usize,
    /// Images in the order of the strip.
    pub images: Vec<ImageReadout>,
    /// True if one more can be added.
    pub has_room: bool,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ImageReadout {
    /// Identity of the image, which no other image ever has.
    pub id: u32,
    /// The name for people.
    pub title: String,
    /// Reason why it is not in the batch, if it is not.
    pub misfit: Option<String>,
}

/// Readout of a card beside its heatmap.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct CardReadout {
    /// Id of the loss.
    pub id: String,
    /// Value of the loss.
    pub value: f64,
    /// The value as text.
    pub text: String,
    /// Place of the value in its range, from 0 to 1.
    pub position: f64,
    /// The ends of the range as text.
    pub range: [String; 2],
    /// Share of |gradient| on the pixels of each class, from class 0 on, if there is any gradient. In a binary scene
    /// they are background and foreground; of regions that outside the region of each logit, then that within each.
    pub shares: Option<Vec<f64>>,
    /// The same shares as text.
    pub share_texts: Option<Vec<String>>,
    /// Sentence on what the value depends on beside the probabilities; none where they determine it.
    pub note: Option<String>,
    /// The marks of the heatmap's legend.
    pub ticks: Vec<Tick>,
    /// The library that it is set after.
    pub preset_from: Option<PresetFromReadout>,
}

/// The library's call that a card is set after.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PresetFromReadout {
    /// The library's id.
    pub library: String,
    /// Its function.
    pub function: String,
    /// The call, as Python has it.
    pub call: String,
    /// Sentences about what else the library does here.
    pub notes: Vec<String>,
}

/// A library's version of a loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct VersionEntry {
    /// The library's id.
    pub library: String,
    /// Its function.
    pub function: String,
    /// Library and function for people.
    pub label: String,
}

impl VersionEntry {
    pub(super) fn new(version: &Version) -> Self {
        let library = version.library;
        Self {
            library: library.id.into(),
            function: version.function.into(),
            label: format!("{} {}: {}", library.name, library.version, version.function),
        }
    }
}

/// A mark on a legend.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tick {
    /// Place on the legend, from 0 at the left to 1 at the right.
    pub position: f32,
    /// Label as text.
    pub label: String,
    /// True if there is always room for the label.
    pub major: bool,
}

/// Readout of one pixel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PixelReadout {
    /// Place of the pixel.
    pub at: At,
    /// Label, or nothing if it is ignored; of several regions the last.
    pub label: Option<u8>,
    /// All regions that it has, in a scene of regions.
    pub regions: Option<Vec<u8>>,
    /// Logit of each channel.
    pub logits: Vec<f64>,
    /// Probability of each channel.
    pub probabilities: Vec<f64>,
    /// Share of each channel's class in the truth, as text, where the truth is soft.
    pub share_texts: Option<Vec<String>>,
    /// Its weight as text, where pixels have weights.
    pub weight_text: Option<String>,
    /// Logits as text.
    pub logit_texts: Vec<String>,
    /// Probabilities as text.
    pub probability_texts: Vec<String>,
    /// Rows, one for each card.
    pub rows: Vec<PixelRow>,
}

/// Row of one loss about one pixel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PixelRow {
    /// Id of the loss.
    pub id: String,
    /// Fall of the value if the pixel were right; absent while painting.
    pub contribution: Option<f64>,
    /// Contribution as text; empty where it is absent.
    pub contribution_text: String,
    /// d(value)/d(logit) for each channel.
    pub gradient: Vec<f64>,
    /// Gradient as text.
    pub gradient_texts: Vec<String>,
}

/// Python that reproduces a card.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct CodeReadout {
    /// The library and its version, for people.
    pub library: String,
    /// Name of the function that is called.
    pub function: String,
    /// Imports and one statement.
    pub code: String,
}

/// Something the person should be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Notice {
    /// True if something that was asked for was not done.
    pub refusal: bool,
    /// Sentence for the person.
    pub text: String,
}

impl Notice {
    pub(super) fn refusal(text: String) -> Self {
        Self { refusal: true, text }
    }

    pub(super) fn remark(text: String) -> Self {
        Self { refusal: false, text }
    }
}

/// Share of pixels by class, of those that are not ignored.
pub(super) fn class_shares(field: &Field<'_>) -> Vec<f64> {
    let shape = field.shape();
    let counted = field.valid_pixels(0..shape.images).max(1) as f64;
    let pixels_of = |class: usize| field.label_counts().iter().map(|counts| counts[class]).sum::<usize>();
    (0..shape.classes()).map(|class| pixels_of(class) as f64 / counted).collect()
}
