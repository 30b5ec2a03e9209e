//! A reading that can be said, sent back, changed and remembered: a [`FileChoice`].

use serde::{Deserialize, Serialize};

pub use super::source::ChannelAxis;
use super::source::Colour;

/// How a file is read. The same choice reads a file as a truth and as a prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FileChoice {
    /// Array of an `.npz`; none for any other file.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub array: Option<String>,
    /// Axis of the channels, in an array of three axes.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub channel_axis: ChannelAxis,
    /// Meaning of the samples.
    pub values: Values,
    /// Size at which the file is opened.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub size: Sizing,
}

/// Meaning of a file's samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Values {
    /// Each value or colour names a class. A prediction of labels is a hard one.
    Labels {
        /// Samples that are looked at.
        of: Of,
        /// Classes of the task, with the background: 2 to 32.
        classes: u8,
        /// Class of each value, at most 256.
        assign: Vec<Assignment>,
        /// Class of values that are not listed.
        rest: Rest,
    },
    /// Each sample is a probability, or a logit. A truth of numbers is cut.
    Numbers {
        /// Samples that are looked at.
        of: Of,
        /// Scale of the samples.
        scale: NumberScale,
        /// Meaning of the channels.
        channels: Channels,
        /// True to clip what lies outside the scale; else it is refused.
        clip: bool,
        /// Probability from which a truth of one channel, or of independent ones, is foreground: 0 to 1.
        cut: f64,
    },
}

/// Samples of a file that are looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Of {
    /// Elements of an array; grey levels of a picture, through its palette if it has one.
    Value,
    /// Colours, through the palette if there is one.
    Colour,
    /// Indices into the palette, whatever their colours.
    Index,
    /// Alpha.
    Alpha,
    /// Position of a colour on the way from one to another, from 0 to 1.
    Between {
        /// Colour of 0, "#rrggbb".
        from: String,
        /// Colour of 1, "#rrggbb".
        to: String,
    },
}

/// Value or colour of a file, with what it stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Assignment {
    /// Value or colour in the file.
    pub key: Key,
    /// Class, void or nothing.
    pub to: To,
    /// Name of the class, where a data set gives one.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub name: Option<String>,
}

/// Value or colour of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Key {
    /// Value of a sample.
    Value(f64),
    /// Colour, "#rrggbb"; of 16 bits a channel, "#rrrrggggbbbb".
    Colour(String),
}

/// Meaning of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum To {
    /// A class, 0 to 31.
    Class(u8),
    /// Ignored by every loss.
    Void,
    /// Nothing that is to be found: merged into the background, class 0.
    Nothing,
}

/// Meaning of values that an assignment does not list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Rest {
    /// That of the nearest value or colour that is listed.
    #[default]
    Nearest,
    /// Ignored.
    Void,
    /// Background.
    Nothing,
}

/// Scale of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum NumberScale {
    /// Probabilities, 0 to 1.
    Probabilities,
    /// Probabilities times a number: 100 for percent, 255 or 65535 for the levels of a picture.
    Of(f64),
    /// Logits: what a sigmoid or a softmax is taken of.
    Logits,
    /// Logarithms of probabilities, as a log-softmax gives them.
    LogProbabilities,
}

/// Meaning of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Channels {
    /// One channel: the foreground's probability, by a sigmoid.
    Foreground,
    /// A channel for each class, the background's first, which exclude each other: a softmax.
    Softmax,
    /// A channel for each region, each by a sigmoid of its own.
    Independent,
}

/// Size at which a file is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Sizing {
    /// The file's own.
    #[default]
    Own,
    /// A part of the file, in its pixels.
    Crop {
        /// First column.
        x: usize,
        /// First row.
        y: usize,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Another number of pixels.
    Resample {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Rule for a new pixel's value.
        method: Resampling,
    },
}

/// Rule for the value of a new pixel, the same for a truth and for a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Resampling {
    /// Value of the pixel under the new pixel's centre: keeps each class's share on average.
    Centre,
    /// Class with the largest part of the new pixel's area, or the mean of the numbers over it: smooth, but loses what
    /// is thinner than half a new pixel.
    Area,
    /// Rarest class that the new pixel's area has, or the number that is least like background: keeps what is thin, and
    /// makes it thicker.
    KeepThin,
}

impl Key {
    /// Key of a colour of 8 bits a channel: red, green, blue.
    pub fn of_rgb(rgb: [u8; 3]) -> Self {
        Self::of_colour(rgb.map(u16::from), 8)
    }

    /// Colour of 8 bits a channel; none of a value and of a deeper colour.
    pub fn rgb(&self) -> Option<[u8; 3]> {
        let [r, g, b] = self.colour()?;
        Some([u8::try_from(r).ok()?, u8::try_from(g).ok()?, u8::try_from(b).ok()?])
    }

    /// Key of a colour of so many bits a channel.
    pub(super) fn of_colour([r, g, b]: Colour, bits: u8) -> Self {
        Self::Colour(if bits <= 8 {
            format!("#{r:02x}{g:02x}{b:02x}")
        } else {
            format!("#{r:04x}{g:04x}{b:04x}")
        })
    }

    pub(super) fn colour(&self) -> Option<Colour> {
        match self {
            Self::Value(_) => None,
            Self::Colour(text) => parsed_colour(text),
        }
    }
}

/// Colour of "#rrggbb" or "#rrrrggggbbbb"; none of other text.
pub(super) fn parsed_colour(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix('#').filter(|digits| digits.is_ascii())?;
    let each = match digits.len() {
        6 => 2,
        12 => 4,
        _ => return None,
    };
    let channel = |at: usize| u16::from_str_radix(digits.get(at * each..(at + 1) * each)?, 16).ok();
    Some([channel(0)?, channel(1)?, channel(2)?])
}

impl NumberScale {
    /// Value that stands for probability 1; none for logits.
    pub(super) fn white(self) -> Option<f64> {
        match self {
            Self::Probabilities => Some(1.0),
            Self::Of(white) => Some(white),
            Self::Logits | Self::LogProbabilities => None,
        }
    }
}

impl FileChoice {
    /// True if the channels are regions, several of which a pixel may have.
    pub fn is_of_regions(&self) -> bool {
        matches!(self.values, Values::Numbers { channels: Channels::Independent, .. })
    }
}

impl Values {
    pub(super) fn of(&self) -> &Of {
        match self {
            Self::Labels { of, .. } | Self::Numbers { of, .. } => of,
        }
    }
}
