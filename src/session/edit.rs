//! What the page asks for.

use serde::{Deserialize, Serialize};

use crate::instrument::focal::Grips;
use crate::loss::LOSSES;
use crate::loss::config::Settings;
use crate::paint::{Scale, Theme};
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
    /// The pixel looked at.
    pub pixel: Option<At>,
    /// Whether that pixel's contributions are computed: it costs a second evaluation, so not while painting.
    pub contributions: bool,
    /// The open panel, if it is one that is computed with each frame.
    pub panel: Option<PanelView>,
    /// How masks are judged.
    pub judged: MetricsView,
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
            contributions: false,
            panel: None,
            judged: MetricsView { class: 1, threshold: 0.5, tolerance: 2.0 },
            replay: None,
            code: None,
        }
    }
}

/// A panel that is computed with each frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum PanelView {
    /// One loss in all libraries.
    Libraries {
        /// Which.
        loss: String,
    },
    /// The focal laboratory, with where its handles are held.
    Focal(Grips),
    /// The Lovász sort.
    Lovasz(LovaszView),
    /// Losses beside metrics.
    Metrics,
    /// One loss's gradient, dissected.
    Gradients {
        /// Which.
        loss: String,
    },
    /// The images of the strip, one by one and as one.
    Batch {
        /// The loss that is looked at closely.
        loss: String,
    },
}

impl PanelView {
    /// The stable name of the panel, as in links.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Libraries { .. } => "libraries",
            Self::Focal(_) => "focal",
            Self::Lovasz(_) => "lovasz",
            Self::Metrics => "metrics",
            Self::Gradients { .. } => "gradients",
            Self::Batch { .. } => "batch",
        }
    }
}

/// A pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct At {
    /// Column.
    pub x: usize,
    /// Row.
    pub y: usize,
}

/// How masks are judged.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct MetricsView {
    /// The class that it is about; 1 in a binary task.
    pub class: usize,
    /// The probability from which on a pixel is foreground.
    pub threshold: f64,
    /// How far a boundary may be off, in pixels.
    pub tolerance: f64,
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

/// What the Lovász panel sorts, and which part of it is open: the others are not computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LovaszView {
    /// The errors.
    pub error: LovaszError,
    /// The channel they are about.
    pub channel: usize,
    /// The open part.
    pub part: LovaszPart,
    /// The pixel whose error is moved, if one is chosen.
    pub chosen: Option<At>,
    /// The error that it is moved to, if it is.
    pub moved: Option<f64>,
    /// By how many degrees surfaces are turned; without, they are seen from above.
    pub turn: Option<f64>,
}

/// The parts of the Lovász panel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum LovaszPart {
    /// Errors and weights by rank.
    #[default]
    Sort,
    /// The sort as an animation.
    Moments,
    /// Who holds the weight.
    Weights,
    /// One pixel moved through the ranks.
    Kink,
    /// The surfaces of two pixels.
    TwoPixels,
    /// Hinge, sigmoid and softmax.
    Three,
    /// Images by themselves and as one.
    Images,
    /// A truth of nothing.
    Empty,
}

/// The errors that the Lovász panel sorts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum LovaszError {
    /// max(0, 1 − s·z)
    #[default]
    Hinge,
    /// |y − p|
    Probability,
}

impl View {
    /// Drops what the scene does not have, as after a smaller one was opened.
    pub(super) fn settle(&mut self, scene: &Scene) {
        let shape = scene.shape();
        self.pixel = self.pixel.filter(|at| at.x < shape.width && at.y < shape.height);
        self.gradient_class =
            self.gradient_class.filter(|&class| shape.channels > 1 && class < shape.channels);
        if let Some(PanelView::Lovasz(lovasz)) = &mut self.panel {
            lovasz.channel = lovasz.channel.min(shape.channels - 1);
            lovasz.chosen = lovasz.chosen.filter(|at| at.x < shape.width && at.y < shape.height);
            lovasz.moved = lovasz.moved.filter(|error| error.is_finite());
        }
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
