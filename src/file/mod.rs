//! Files a person opens, in three steps: [`decode`] bytes to samples, [`read`] what they mean, [`apply`] the reading.
//!
//! - [`decode`] tells the format by the first bytes and gives a [`Source`]: the samples as they stand in the file. No
//!   byte is trusted; nothing panics; sizes are refused before anything is allocated.
//! - [`read`] says what a source is, as a truth or as a prediction: a [`Reading`] with a sentence, the values or colours
//!   with their counts and what each is taken for, and whether that is sure. Its [`FileChoice`] can be changed, sent back
//!   and remembered for the next file of the same shape.
//! - [`apply`] makes labels or logits of a source by a choice. A truth and a prediction are read by the same code, so
//!   that a file is its own perfect prediction.
//!
//! Of many files [`pairs`] finds those that belong together by their names, and an [`Archive`] unpacks one at a time.
//!
//! The rules that prefill a choice stand with the code that has them: grey levels and elements in [`read`]'s `levels`,
//! colours in `colours`, channels in `numbers`, well-known data sets in `palette`. A refusal is one sentence that names
//! the file, what was found, where, and what to do.

mod apply;
mod archive;
mod beside;
mod choice;
mod decode;
mod pairs;
mod palette;
mod python;
mod read;
mod source;
mod text;

use std::fmt;

pub use apply::clamp::{CLAMPS, Clamp, ClampOf, LEAST_PROB, prob_of_log, prob_of_logit};
pub use apply::{FileLegend, LegendClass, Read, ReadPrediction, ReadTruth, apply};
pub use archive::Archive;
pub use beside::{ReadPicture, read_picture, read_weights};
pub use choice::{
    Assignment, ChannelAxis, Channels, FileChoice, Key, NumberScale, Of, Resampling, Rest, Sizing, To, Values,
};
pub use decode::decode;
pub use pairs::{FilePair, FilePairs, LeftOver, pairs};
pub use python::{load_both, load_lines, planes_of_classes, save_lines};
pub use read::{
    Alternative, Context, Reading, ReadingPair, SampleKind, SceneContext, ValueRow, read, read_by, read_pair,
    shape_key,
};
pub use source::{ArrayEntry, Format, Source};

/// Largest file that is read, in bytes: 64 MiB.
pub const MOST_BYTES: usize = 64 << 20;
/// Longest side of a picture or array that is decoded, in pixels.
pub const LONGEST_SIDE: usize = 8192;
/// Longest side that is opened as it is; what is larger is asked about.
pub const LONGEST_SCENE_SIDE: usize = 2048;
/// Most classes, with the background.
pub const MOST_CLASSES: usize = 32;

/// Refusal of a file: a sentence that names the file, what was found in it and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    name: String,
    refusal: FileRefusal,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileRefusal { found, expected } = &self.refusal;
        write!(f, "{}: found {found}; expected {expected}.", self.name)
    }
}

impl std::error::Error for FileError {}

/// [`FileError`] without the file's name: two noun phrases.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileRefusal {
    found: String,
    expected: String,
}

impl FileRefusal {
    fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { found: found.into(), expected: expected.into() }
    }

    fn found(&self) -> &str {
        &self.found
    }

    fn of(self, name: &str) -> FileError {
        FileError { name: name.to_owned(), refusal: self }
    }
}
