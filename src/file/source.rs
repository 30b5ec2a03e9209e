//! A decoded file: its samples as they stand there, and what the file says of them.

use half::f16;
use serde::{Deserialize, Serialize};

/// Colour as red, green, blue at the file's own depth; grey thrice for a grey picture.
pub(crate) type Colour = [u16; 3];

/// Format of a file, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG, which changes values.
    Jpeg,
    /// WebP, lossless or not.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// TIFF, the first picture of it.
    Tiff,
    /// One NumPy array.
    Npy,
    /// One of the NumPy arrays in a zip archive.
    Npz,
    /// Numbers in text, a row of pixels a line.
    Csv,
}

impl Format {
    /// Name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Npy => ".npy",
            Self::Npz => ".npz",
            Self::Csv => "CSV",
        }
    }
}

/// Kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Bool,
    Signed,
    Unsigned,
    Float,
}

/// Type of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DType {
    pub(super) number: Number,
    /// Bytes of one sample: 1, 2, 4 or 8.
    pub(super) size: usize,
    pub(super) big_endian: bool,
}

impl DType {
    pub(super) const fn little(number: Number, size: usize) -> Self {
        Self { number, size, big_endian: false }
    }

    /// Name as NumPy gives it.
    pub(super) const fn name(self) -> &'static str {
        match (self.number, self.size) {
            (Number::Bool, _) => "bool",
            (Number::Signed, 1) => "int8",
            (Number::Signed, 2) => "int16",
            (Number::Signed, 4) => "int32",
            (Number::Signed, _) => "int64",
            (Number::Unsigned, 1) => "uint8",
            (Number::Unsigned, 2) => "uint16",
            (Number::Unsigned, 4) => "uint32",
            (Number::Unsigned, _) => "uint64",
            (Number::Float, 2) => "float16",
            (Number::Float, 4) => "float32",
            (Number::Float, _) => "float64",
        }
    }

    /// Sample that the first `size` bytes hold; an integer beyond 2^53 is rounded.
    fn value(self, bytes: &[u8]) -> f64 {
        if self.size == 1 {
            return match self.number {
                Number::Bool => f64::from(u8::from(bytes[0] != 0)),
                Number::Signed => bytes[0].cast_signed().into(),
                _ => bytes[0].into(),
            };
        }
        let mut word = [0; 8];
        let sample = &mut word[..self.size];
        sample.copy_from_slice(&bytes[..self.size]);
        if self.big_endian {
            sample.reverse();
        }
        let word = u64::from_le_bytes(word);
        match (self.number, self.size) {
            (Number::Bool, _) => f64::from(u8::from(word != 0)),
            (Number::Float, 2) => f16::from_bits(word as u16).to_f64(),
            (Number::Float, 4) => f32::from_bits(word as u32).into(),
            (Number::Float, _) => f64::from_bits(word),
            (Number::Signed, 2) => (word as u16).cast_signed().into(),
            (Number::Signed, 4) => (word as u32).cast_signed().into(),
            (Number::Signed, _) => word.cast_signed() as f64,
            (Number::Unsigned, _) => word as f64,
        }
    }
}

/// Place of the colour in a picture's channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColourModel {
    /// No picture: an array of numbers.
    Array,
    Grey,
    Rgb,
    /// Indices into [`Source::palette`].
    Indexed,
}

/// Axes that a picture's or array's samples have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum ChannelAxis {
    /// `[class, y, x]`, as `PyTorch` has it.
    #[default]
    First,
    /// `[y, x, class]`, as Keras has it.
    Last,
}

/// One array of an `.npz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ArrayEntry {
    /// Name in the archive, without `.npy`.
    pub name: String,
    /// Type and shape for people: "float32 [3, 64, 64]"; the reason if it cannot be read.
    pub described: String,
    /// True if it can be read as an image.
    pub readable: bool,
}

/// Decoded file.
#[derive(Debug, Clone)]
pub struct Source {
    pub(super) name: String,
    pub(super) format: Format,
    pub(super) model: ColourModel,
    /// True if the last colour channel is followed by one of alpha.
    pub(super) alpha: bool,
    /// True if the format changed values when it was written.
    pub(super) lossy: bool,
    pub(super) dtype: DType,
    /// Bits of a sample in the file: 1, 2 and 4 are held in bytes.
    pub(super) bits: u8,
    /// Lengths of the axes: `[y, x]`, `[y, x, channel]` or `[channel, y, x]` of a picture, any of an array.
    pub(super) shape: Vec<usize>,
    pub(super) fortran_order: bool,
    /// Axis of a picture's channels.
    pub(super) channel_axis: ChannelAxis,
    /// Red, green, blue, alpha of each index; empty but for an indexed picture.
    pub(super) palette: Vec<[u8; 4]>,
    pub(super) data: Vec<u8>,
    /// Arrays of the archive that the samples are from, and the chosen one's name.
    pub(super) arrays: Vec<ArrayEntry>,
    pub(super) array: Option<String>,
    /// Notes of the decoder: bytes that were not read, pages that were not opened.
    pub(super) notes: Vec<String>,
}

impl Source {
    /// File name, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Format, told by the first bytes.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Name of the array of an `.npz` that was decoded; none of any other file.
    pub fn array(&self) -> Option<&str> {
        self.array.as_deref()
    }

    /// Arrays of an `.npz`; empty for any other file.
    pub fn arrays(&self) -> &[ArrayEntry] {
        &self.arrays
    }

    /// Largest value a sample can have; none for floats and integers of more than 16 bits.
    pub(super) fn white(&self) -> Option<f64> {
        match (self.dtype.number, self.dtype.size) {
            (Number::Bool, _) => Some(1.0),
            (Number::Unsigned, 1 | 2) => {
                Some(f64::from(u16::MAX >> (16 - u16::from(self.bits.clamp(1, 16)))))
            }
            _ => None,
        }
    }

    /// Largest value of the integer type that holds the samples, of 8 bits and more; none of floats and of fewer bits.
    pub(super) fn type_most(&self) -> Option<f64> {
        let all = 256f64.powf(self.dtype.size as f64);
        match self.dtype.number {
            Number::Unsigned if self.bits >= 8 => Some(all - 1.0),
            Number::Signed => Some(all / 2.0 - 1.0),
            _ => None,
        }
    }

    /// Size in bits and name of a sample for people: "8-bit", "float32".
    pub(super) fn sample_name(&self) -> String {
        if self.model == ColourModel::Array || self.dtype.number == Number::Float {
            self.dtype.name().to_owned()
        } else {
            format!("{}-bit", self.bits)
        }
    }

    pub(super) fn is_array(&self) -> bool {
        self.model == ColourModel::Array
    }

    /// Samples by channel, y and x, with the picture's own axes or those given.
    pub(super) fn planes(&self, axes: [Option<usize>; 3]) -> Planes<'_> {
        let length = |axis: Option<usize>| axis.map_or(1, |axis| self.shape[axis]);
        let stride = |axis: Option<usize>| match axis {
            None => 0,
            Some(axis) if self.fortran_order => self.shape[..axis].iter().product(),
            Some(axis) => self.shape[axis + 1..].iter().product(),
        };
        let [channel, y, x] = axes;
        Planes {
            data: &self.data,
            dtype: self.dtype,
            channels: length(channel),
            height: length(y),
            width: length(x),
            strides: [stride(channel), stride(y), stride(x)],
        }
    }

    /// Axes of channel, y and x of a picture.
    pub(super) fn picture_axes(&self) -> [Option<usize>; 3] {
        match (self.shape.len(), self.channel_axis) {
            (2, _) => [None, Some(0), Some(1)],
            (_, ChannelAxis::First) => [Some(0), Some(1), Some(2)],
            (_, ChannelAxis::Last) => [Some(2), Some(0), Some(1)],
        }
    }
}

/// Samples by channel, y and x, whatever their order in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planes<'a> {
    data: &'a [u8],
    dtype: DType,
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Samples from one channel, one y and one x to the next.
    strides: [usize; 3],
}

impl Planes<'_> {
    pub(super) fn value(&self, channel: usize, y: usize, x: usize) -> f64 {
        let [of_channel, of_y, of_x] = self.strides;
        let at = channel * of_channel + y * of_y + x * of_x;
        self.dtype.value(&self.data[at * self.dtype.size..])
    }

    /// Number of pixels.
    pub(super) fn pixels(&self) -> usize {
        self.height * self.width
    }
}
