//! What the page asks for.

use serde::Deserialize;

use crate::loss::LOSSES;
use crate::loss::config::Settings;
use crate::paint::{Scale, Theme};
pub use crate::panel::{At, OpenPanel};
use crate::scene::{Adjustment, Brush, Ink, Plane, Scene};

/// Commands that were gathered since the last frame, in order.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Edit {
    /// In order.
    pub commands: Vec<Command>,
}

/// One thing a person did. Coordinates are in grid units: pixel `(x, y)` covers `x..x + 1`, `y..y + 1`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Command {
    /// The brush is put down; what it paints does not change until it is lifted.
    BeginStroke {
        /// What is painted.
        ink: Ink,
        /// With what.
        brush: Brush,
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
        /// What is painted.
        ink: Ink,
        /// Column.
        x: usize,
        /// Row.
        y: usize,
    },
    /// Empties the truth or the prediction.
    Clear {
        /// Which.
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
        /// From 0 to 1.
        prob: f64,
        /// Whether the dragging has ended; all until then is one step for undo.
        end: bool,
    },
    /// Takes the last step back.
    Undo,
    /// Takes the last step that was taken back again.
    Redo,
    /// Opens a bundled scene.
    OpenPreset {
        /// Its id.
        id: String,
        /// Pixels on the longest side, for scenes that are made.
        side: usize,
    },
    /// Switches all images between binary (1) and multi-class (3 to 5).
    SetChannels {
        /// Logit channels.
        channels: usize,
    },
    /// Opens a file as ground truth.
    OpenTruth {
        /// Its name.
        name: String,
        /// All of it.
        #[serde(with = "bytes")]
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
        bytes: Vec<u8>,
    },
    /// Opens a file as prediction.
    OpenPrediction {
        /// Its name.
        name: String,
        /// All of it.
        #[serde(with = "bytes")]
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
        bytes: Vec<u8>,
    },
    /// Sharpens, shifts or roughens all logits of the image at hand.
    Adjust {
        /// How.
        adjustment: Adjustment,
    },
    /// Softens the edges of every truth.
    SoftenTruth {
        /// By so many pixels to either side, twice; 0 leaves labels hard.
        radius: usize,
    },
    /// Adds an image to the strip and takes it in hand.
    AddImage {
        /// What it is.
        what: Addition,
    },
    /// Takes an image of the strip in hand: it is painted from now on, and the cards are about it.
    SelectImage {
        /// Which, counted from 0.
        image: usize,
    },
    /// Takes an image out of the strip, until it is brought back.
    RemoveImage {
        /// Which, counted from 0.
        image: usize,
    },
    /// Brings back what was taken out of the strip last.
    BringBack,
    /// Puts a bundled batch in the place of all images.
    OpenBatch {
        /// Its id.
        id: String,
        /// Pixels on the longest side.
        side: usize,
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
    AsIn {
        /// The loss.
        id: String,
        /// The library's id.
        library: String,
        /// Its function.
        function: String,
    },
    /// Sets what is shown and how.
    Show {
        /// All of it.
        view: View,
    },
}

/// An image that is added to the strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Addition {
    /// What the image at hand is.
    Copy,
    /// No foreground, and a prediction that finds none.
    Empty,
}

/// What the page shows and how: none of it changes a value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the page, independent of the others")]
pub struct View {
    /// The losses that have a card, by their ids; the others are not evaluated.
    pub cards: Vec<String>,
    /// Light or dark.
    pub theme: Theme,
    /// How heatmaps spread small and large gradients.
    pub scale: Scale,
    /// Whether gradients are by the probability, instead of by the logit.
    pub by_probability: bool,
    /// Whether all heatmaps share one scale.
    pub shared_scale: bool,
    /// Whether a photograph lies under the masks, where the scene has one.
    pub photo: bool,
    /// The class whose logit the heatmaps are about, or that of each pixel's own label.
    pub gradient_class: Option<usize>,
    /// The pixel looked at: the pinned one, or the one under the pointer.
    pub pixel: Option<At>,
    /// The pinned pixel.
    pub pinned: Option<At>,
    /// Whether that pixel's contributions are computed: it costs a second evaluation, so not while painting.
    pub contributions: bool,
    /// The open panel with its state, if one is open.
    pub panel: Option<OpenPanel>,
    /// The moment of an earlier stroke that is shown in place of the scene, while it is played again.
    pub replay: Option<Replay>,
    /// The loss whose Python is shown, if any.
    pub code: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            cards: LOSSES.iter().filter(|spec| spec.at_first).map(|spec| spec.id.into()).collect(),
            theme: Theme::default(),
            scale: Scale::default(),
            by_probability: false,
            shared_scale: false,
            photo: false,
            gradient_class: None,
            pixel: None,
            pinned: None,
            contributions: false,
            panel: None,
            replay: None,
            code: None,
        }
    }
}

/// A moment of an earlier stroke.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Replay {
    /// Which stroke, counted from the scene's opening.
    pub stop: usize,
    /// From 0, before it, to 1, after it.
    pub moment: f64,
}

impl View {
    /// Drops what the scene does not have, as after a smaller one was opened.
    pub(super) fn settle(&mut self, scene: &Scene) {
        let shape = scene.shape();
        let is_in = |at: &At| at.x < shape.width && at.y < shape.height;
        self.pixel = self.pixel.filter(is_in);
        self.pinned = self.pinned.filter(is_in);
        self.gradient_class =
            self.gradient_class.filter(|&class| shape.channels > 1 && class < shape.channels);
    }
}

/// Bytes that a browser hands over as a `Uint8Array`, which serde would otherwise take for a list of numbers.
mod bytes {
    use std::fmt;

    use serde::Deserializer;
    use serde::de::{SeqAccess, Visitor};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the bytes of a file")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = numbers.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        from.deserialize_byte_buf(Bytes)
    }
}
