//! What the page is told.

use std::collections::BTreeMap;

use serde::Serialize;

use super::edit::At;
use crate::field::Field;
use crate::library::Version;
use crate::loss::config::Settings;
use crate::paint::number::percent;
use crate::panel::Report;
use crate::scene::{Adjustment, Editor};

/// All numbers and pictures after an edit.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Frame {
    /// The scene: the image at hand.
    pub scene: SceneReadout,
    /// All images.
    pub strip: StripReadout,
    /// One for each loss that is shown, in the order of the catalogue.
    pub cards: Vec<CardReadout>,
    /// The pixel looked at.
    pub pixel: Option<PixelReadout>,
    /// The Python that reproduces a card, if that is asked for.
    pub code: Option<Vec<CodeReadout>>,
    /// The open panel, which travels beside the numbers with its own pixels and lists.
    #[serde(skip)]
    pub panel: Option<Report>,
    /// By loss, the versions that libraries have of it on such a scene: told at first and when they change.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "Record<string, VersionEntry[]>"))]
    pub versions: Option<BTreeMap<String, Vec<VersionEntry>>>,
    /// The settings of all losses, where something else than their controls has changed one.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "Record<string, Record<string, Setting>>"))]
    pub settings: Option<BTreeMap<String, Settings>>,
    /// How the scene that was just opened wants to be looked at, if it does.
    pub staged: Option<Staged>,
    /// What the person should be told.
    pub notices: Vec<Notice>,
    /// Pixels, which travel beside the numbers.
    #[serde(skip)]
    pub pictures: Pictures,
}

impl Frame {
    pub(super) fn empty(scene: SceneReadout, strip: StripReadout, notices: Vec<Notice>) -> Self {
        Self {
            scene,
            strip,
            cards: Vec::new(),
            pixel: None,
            code: None,
            panel: None,
            versions: None,
            settings: None,
            staged: None,
            notices,
            pictures: Pictures::default(),
        }
    }
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

    /// The same three, to be painted.
    pub(super) fn for_painting(&mut self) -> (&mut [u8], &mut [u8], impl Iterator<Item = &mut [u8]>) {
        let (truth, rest) = self.bytes.split_at_mut(self.each);
        let (prediction, heatmaps) = rest.split_at_mut(self.each);
        (truth, prediction, heatmaps.chunks_exact_mut(self.each.max(1)))
    }
}

/// What the page says of the scene.
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
    /// Share of pixels by class, of those that count.
    pub class_shares: Vec<f64>,
    /// The same, as text.
    pub class_share_texts: Vec<String>,
    /// How soft the edges of the truth are, in pixels.
    pub soft_edges: usize,
    /// What all its logits go through.
    pub adjustment: Adjustment,
    /// Whether a photograph lies under it.
    pub has_photo: bool,
    /// Whether there is a step to take back.
    pub can_undo: bool,
    /// Whether there is a step to take again.
    pub can_redo: bool,
}

impl SceneReadout {
    pub(super) fn new(editor: &Editor, soft_edges: usize, class_shares: Vec<f64>) -> Self {
        let scene = editor.scene();
        let shape = scene.shape();
        Self {
            preset: scene.preset().map(Into::into),
            title: scene.title().into(),
            images: shape.images,
            width: shape.width,
            height: shape.height,
            channels: shape.channels,
            class_share_texts: class_shares.iter().map(|&share| percent(share)).collect(),
            class_shares,
            soft_edges,
            adjustment: editor.adjustment(),
            has_photo: scene.photo().is_some(),
            can_undo: editor.can_undo(),
            can_redo: editor.can_redo(),
        }
    }
}

/// The images of the session.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct StripReadout {
    /// The one that is painted and that the cards are about, counted from 0.
    pub at_hand: usize,
    /// In order.
    pub images: Vec<ImageReadout>,
    /// Whether one more can be added.
    pub has_room: bool,
    /// What can be brought back, by its name.
    pub set_aside: Option<String>,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ImageReadout {
    /// No other image ever has the same.
    pub id: u32,
    /// The name for people.
    pub title: String,
    /// Why it is not in the batch, if it is not.
    pub misfit: Option<String>,
}

/// What a card shows beside its heatmap.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct CardReadout {
    /// The loss.
    pub id: String,
    /// Its value.
    pub value: f64,
    /// The value as text.
    pub text: String,
    /// Where it stands in its range, from 0 to 1.
    pub position: f64,
    /// The ends of the range as text.
    pub range: [String; 2],
    /// Share of |gradient| on the foreground, if there is any gradient.
    pub foreground_share: Option<f64>,
    /// The shares of foreground and background as text.
    pub share_texts: Option<[String; 2]>,
    /// The marks of the heatmap's legend.
    pub ticks: Vec<Tick>,
    /// The library that it is set after.
    pub as_in: Option<AsInReadout>,
}

/// The library's call that a card is set after.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct AsInReadout {
    /// The library's id.
    pub library: String,
    /// Its function.
    pub function: String,
    /// The call, as Python has it.
    pub call: String,
    /// What else the library does here.
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
    /// Both for people.
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
    /// From 0 at the left to 1 at the right.
    pub position: f32,
    /// What it says.
    pub label: String,
    /// Whether there is always room for what it says.
    pub major: bool,
}

/// What is known of one pixel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PixelReadout {
    /// Which.
    pub at: At,
    /// Its label, or nothing if it is ignored.
    pub label: Option<u8>,
    /// Its logit for each channel.
    pub logits: Vec<f64>,
    /// Its probability for each channel.
    pub probabilities: Vec<f64>,
    /// The share of each channel's class in its truth, as text, where the truth is soft.
    pub share_texts: Option<Vec<String>>,
    /// Its logits as text.
    pub logit_texts: Vec<String>,
    /// Its probabilities as text.
    pub probability_texts: Vec<String>,
    /// One for each card.
    pub rows: Vec<PixelRow>,
}

/// One loss, about one pixel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PixelRow {
    /// The loss.
    pub id: String,
    /// By how much the value would fall if the pixel were right; absent while painting.
    pub contribution: Option<f64>,
    /// The same as text.
    pub contribution_text: String,
    /// d(value)/d(logit) for each channel.
    pub gradient: Vec<f64>,
    /// The same as text.
    pub gradient_texts: Vec<String>,
}

/// Python that reproduces a card.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct CodeReadout {
    /// The library and its version, for people.
    pub library: String,
    /// What is called.
    pub function: String,
    /// Imports and one statement.
    pub code: String,
}

/// How a scene wants to be looked at. The settings that it has for losses come as [`Frame::settings`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Staged {
    /// The losses that show what it is about.
    pub cards: Option<Vec<String>>,
    /// Whether gradients are by the probability.
    pub by_probability: Option<bool>,
    /// Whether heatmaps share one scale.
    pub shared_scale: Option<bool>,
}

/// Something the person should be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Notice {
    /// Whether something that was asked for was not done.
    pub refusal: bool,
    /// A sentence.
    pub text: String,
}

impl Notice {
    pub(super) fn refusal(text: String) -> Self {
        Self { refusal: true, text }
    }

    pub(super) fn remark(file: &str, remark: &str) -> Self {
        Self { refusal: false, text: format!("{file}: {remark}.") }
    }
}

/// Share of pixels by class, of those that are not ignored.
pub(super) fn class_shares(field: &Field<'_>) -> Vec<f64> {
    let shape = field.shape();
    let counted = field.valid_pixels(0..shape.images).max(1) as f64;
    let pixels_of = |class: usize| field.label_counts().iter().map(|counts| counts[class]).sum::<usize>();
    (0..shape.classes()).map(|class| pixels_of(class) as f64 / counted).collect()
}
