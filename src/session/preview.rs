//! How a file would be read, before it is opened.

use serde::{Deserialize, Serialize};

use super::Session;
use super::opening::{self, Beside, Current};
use crate::document::{carrier, no_image};
use crate::field::IGNORE;
use crate::field::regions::topmost_probs;
use crate::file::{self, Channels, FileChoice, Read, Reading, Sizing};
use crate::paint::Theme;
use crate::paint::picture::{Backdrop, prediction_picture, truth_picture};
use crate::scene::{LONGEST_SIDE, Plane};

/// Longest side of a preview's picture, in pixels.
const PICTURE_SIDE: usize = 384;

/// Question of how a file would be read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PreviewRequest {
    /// Half of the scene that it is opened for.
    pub plane: Plane,
    /// File name.
    pub name: String,
    /// Way to read it; without one the rules suggest one.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub choice: Option<FileChoice>,
    /// Ways in which files were read before, by [`Reading::shape_key`].
    pub remembered: Vec<(String, FileChoice)>,
    /// Theme of the picture.
    pub theme: Theme,
}

/// Reading of a file, with a picture of what would be opened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Preview {
    /// The reading.
    pub reading: Reading,
    /// Sentence that says why it cannot be opened so; none if it can.
    pub refusal: Option<String>,
    /// Columns of the picture; 0 without one.
    pub width: usize,
    /// Rows of the picture.
    pub height: usize,
    /// Crop to begin with, where one is wanted: the middle, as large as a scene may be.
    pub crop: Sizing,
    /// Resampling to begin with, where one is wanted.
    pub resample: Sizing,
    /// RGBA of the picture, row by row.
    #[serde(skip)]
    pub pixels: Vec<u8>,
}

impl Session {
    /// How a file would be read for the active image; none for a saved drawing. Refuses what cannot be read, with a
    /// sentence.
    pub fn preview(&self, request: &PreviewRequest, bytes: &[u8]) -> Result<Option<Preview>, String> {
        if carrier::holds_document(bytes) {
            return Ok(None);
        }
        let document = self.history.document();
        let active = document.active_image();
        let work =
            self.works.get(active.id).ok_or_else(|| no_image(document.active, document.images.len()))?;
        let beside = Beside::Scene(Current::of(active, work));
        previewed(request, bytes, beside).map(Some)
    }
}

/// How a file would be read, for a scene at hand or by itself. Refuses what cannot be read, with a sentence.
pub(super) fn previewed(
    request: &PreviewRequest,
    bytes: &[u8],
    beside: Beside<'_>,
) -> Result<Preview, String> {
    let PreviewRequest { plane, name, choice, remembered, theme } = request;
    let source = opening::decoded((name, bytes), *plane, choice.as_ref(), remembered)?;
    let reading = opening::reading(&source, *plane, beside, choice.as_ref(), remembered)?;
    let (size, pixels, refusal) = match file::apply(&source, &reading.choice, *plane) {
        Ok(read) => {
            let (size, pixels) = picture(&read, *theme);
            (size, pixels, refusal(name, read, beside))
        }
        Err(refusal) => ((0, 0), Vec::new(), Some(refusal.to_string())),
    };
    Ok(Preview {
        refusal,
        width: size.0,
        height: size.1,
        crop: middle(&reading),
        resample: opening::resampled(&reading, beside),
        reading,
        pixels,
    })
}

/// Sentence that says why what was read cannot be opened; none if it can.
fn refusal(name: &str, read: Read, beside: Beside<'_>) -> Option<String> {
    // Nothing of the trial is kept.
    let notices = &mut Vec::new();
    let opened = opening::opened(name, read, notices);
    opening::scene(name, opened, beside, notices).err()
}

/// The largest part in the middle of a file that a scene may be.
fn middle(reading: &Reading) -> Sizing {
    let (width, height) = (reading.width.min(LONGEST_SIDE), reading.height.min(LONGEST_SIDE));
    Sizing::Crop { x: (reading.width - width) / 2, y: (reading.height - height) / 2, width, height }
}

/// Size and RGBA of a small picture of what was read: each pixel is the one of the file under its centre.
fn picture(read: &Read, theme: Theme) -> ((usize, usize), Vec<u8>) {
    let (height, width) = match read {
        Read::Truth(truth) => truth.labels.dim(),
        Read::Prediction(prediction) => (prediction.logits.dim().1, prediction.logits.dim().2),
    };
    let scale = (width.max(height) as f64 / PICTURE_SIDE as f64).max(1.0);
    let small = |side: usize| ((side as f64 / scale).round() as usize).max(1);
    let size = (small(width), small(height));
    let from = |at: usize, small: usize, side: usize| ((2 * at + 1) * side / (2 * small)).min(side - 1);
    let places = || {
        (0..size.1)
            .flat_map(move |y| (0..size.0).map(move |x| [from(y, size.1, height), from(x, size.0, width)]))
    };
    let mut pixels = vec![0; 4 * size.0 * size.1];
    let on = Backdrop { width: size.0, photo: None, theme };
    match read {
        Read::Truth(truth) => {
            let labels: Vec<u8> = places().map(|at| truth.labelling.shown(truth.labels[at])).collect();
            truth_picture(&labels, IGNORE, on, &mut pixels);
        }
        Read::Prediction(prediction) => {
            let channels = prediction.logits.dim().0;
            let probs: Vec<Vec<f64>> = places().map(|[y, x]| prediction.probs_at(y, x)).collect();
            let planes: Vec<f64> =
                (0..channels).flat_map(|channel| probs.iter().map(move |probs| probs[channel])).collect();
            if prediction.channels == Channels::Independent {
                prediction_picture(&topmost_probs(&planes, channels), channels + 1, on, &mut pixels);
            } else {
                prediction_picture(&planes, channels, on, &mut pixels);
            }
        }
    }
    (size, pixels)
}
