//! Requests of the page. What is not known here is refused: page and engine are of one version.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{At, Tools, View};
use crate::file::FileChoice;
use crate::loss::config::Settings;
use crate::paint::Theme;
use crate::scene::{Adjustment, PixelWeighting, Plane};

/// Commands that were gathered since the last frame, in order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Edit {
    /// In order.
    pub commands: Vec<Command>,
}

/// A file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct NamedBytes {
    /// Its name.
    pub name: String,
    /// All of its bytes.
    #[serde(with = "super::bytes")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
    pub bytes: Vec<u8>,
}

/// Truth and prediction of one image, as files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PairBytes {
    /// Name of the image.
    pub name: String,
    /// File of the truth.
    pub truth: NamedBytes,
    /// File of the prediction.
    pub prediction: NamedBytes,
}

/// One thing a person did. Coordinates are in grid units: pixel `(x, y)` covers `x..x + 1`, `y..y + 1`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Command {
    /// The brush is put down; what it paints does not change until it is lifted.
    BeginStroke {
        /// Plane that is painted on.
        plane: Plane,
        /// Erasing for this stroke, as with a modifier key.
        erase: bool,
    },
    /// The brush moved through these points: x and y in turn.
    ExtendStroke {
        /// x0, y0, x1, y1, …
        points: Vec<f32>,
    },
    /// The brush is lifted: one step for undo.
    EndStroke,
    /// The stroke was taken away by the browser: as if it had not been.
    CancelStroke,
    /// Fills the connected region at a pixel.
    Fill {
        /// Plane that is painted on.
        plane: Plane,
        /// Erasing, as with a modifier key.
        erase: bool,
        /// Column.
        x: usize,
        /// Row.
        y: usize,
    },
    /// Empties the truth or the prediction.
    Clear {
        /// Plane that is emptied.
        plane: Plane,
    },
    /// Sets one pixel's probability of a class.
    SetProbability {
        /// Column.
        x: usize,
        /// Row.
        y: usize,
        /// Class; 1 in a binary task.
        class: u8,
        /// Probability, 0 to 1.
        prob: f64,
    },
    /// Takes the last step back.
    Undo,
    /// Takes the last step that was taken back again.
    Redo,
    /// A control was let go of: what it sets next is a step of its own.
    Settle,
    /// Puts a bundled scene in the place of the active image.
    OpenPreset {
        /// Its id.
        id: String,
        /// Pixels on the longest side, for scenes that are made; as at first where it is not said.
        #[serde(default)]
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        side: Option<usize>,
        /// True where the open tab stays, though the scene comes with cards to look at.
        #[serde(default)]
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        stay: bool,
    },
    /// Puts a bundled batch in the place of all images.
    OpenBatch {
        /// Its id.
        id: String,
        /// Pixels on the longest side; as at first where it is not said.
        #[serde(default)]
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        side: Option<usize>,
    },
    /// Puts a pair of files in the place of the active image. Refuses files that are not sure, with their question.
    OpenPair {
        /// The files.
        pair: PairBytes,
        /// Ways in which files were read before, by their shape key.
        remembered: Vec<(String, FileChoice)>,
    },
    /// Opens a file: a saved document, or else a mask for a plane.
    Open {
        /// Plane that a mask is for.
        plane: Plane,
        /// Name of the file.
        name: String,
        /// All of its bytes.
        #[serde(with = "super::bytes")]
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
        bytes: Vec<u8>,
        /// Way to read a mask; without one it is read as the rules suggest, and refused where these are not sure.
        #[serde(default)]
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        choice: Option<FileChoice>,
    },
    /// Lays a picture beneath the masks of the active image.
    OpenPicture {
        /// Name of the file.
        name: String,
        /// All of its bytes.
        #[serde(with = "super::bytes")]
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
        bytes: Vec<u8>,
    },
    /// Gives each pixel of the active image the weight that it has in a file, and weighs pixels by the images' own weights.
    OpenWeights {
        /// Name of the file.
        name: String,
        /// All of its bytes.
        #[serde(with = "super::bytes")]
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
        bytes: Vec<u8>,
    },
    /// Opens the document of a link in the place of this one.
    OpenLink {
        /// Text behind `#` in its address.
        fragment: String,
    },
    /// Switches all images between binary (1) and multi-class (2 to 32).
    SetChannels {
        /// Logit channels.
        channels: usize,
    },
    /// Sharpens, shifts or roughens all logits of the active image.
    Adjust {
        /// Temperature, bias and noise.
        adjustment: Adjustment,
    },
    /// Softens the edges of every truth.
    SoftenTruth {
        /// Pixels to either side, twice; 0 leaves labels hard.
        radius: usize,
    },
    /// Gives the pixels of every truth their weights, for the losses that take them.
    WeighPixels {
        /// Rule of the weights.
        weighting: PixelWeighting,
    },
    /// Adds an image to the strip and makes it the active one.
    AddImage {
        /// Content of the image.
        what: Addition,
    },
    /// Makes an image of the strip the active one: it is painted from now on, and the cards are about it.
    SelectImage {
        /// Place, counted from 0.
        image: usize,
    },
    /// Takes an image out of the strip.
    RemoveImage {
        /// Place, counted from 0.
        image: usize,
    },
    /// Sets the parameters of a loss; those not named get their defaults.
    SetLoss {
        /// The loss.
        id: String,
        /// Its parameters.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Setting>"))]
        settings: Settings,
    },
    /// Sets a loss as a library's version of it is.
    SetLossFrom {
        /// The loss.
        id: String,
        /// The library's id.
        library: String,
        /// Its function.
        function: String,
    },
    /// Sets which losses have a card.
    SetCards {
        /// Their ids.
        cards: Vec<String>,
    },
    /// Sets scale, variable and overlays.
    SetView {
        /// All of it.
        view: View,
    },
    /// Sets the tools.
    SetTools {
        /// All of them.
        tools: Tools,
    },
    /// Opens a tab.
    SetPanel {
        /// `cards`, or a panel's id.
        panel: String,
    },
    /// Sets the state of a panel.
    SetPanelState {
        /// The panel.
        id: String,
        /// Its state; fields that are missing have their defaults.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
        state: Value,
    },
    /// Sets what the person looks at and no document holds.
    Look {
        /// All of it.
        look: Look,
    },
}

/// An image that is added to the strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Addition {
    /// The active image once more.
    Copy,
    /// No foreground, and a prediction that finds none.
    Empty,
}

/// Attention of the moment: no document holds it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// Pixel under the pointer or the keyboard's cursor.
    pub hovered: Option<At>,
    /// True while a stroke is made: what is costly waits.
    pub painting: bool,
    /// Moment of an earlier stroke that is shown in place of the scene, while it is played again.
    pub replay: Option<Replay>,
    /// Loss whose Python is shown.
    pub code: Option<String>,
}

/// A moment of an earlier stroke.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Replay {
    /// Number of the stroke, counted from the image's base.
    pub stroke: usize,
    /// Part of the way from before it (0) to after it (1).
    pub moment: f64,
}
