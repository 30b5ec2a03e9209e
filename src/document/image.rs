//! An image: its base, and the edits made on it.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::raster::{Digest, Rasters};
use super::text;
use crate::file::FileChoice;
use crate::scene::{self, DEFAULT_PRESET, Edits, Labelling, Legend, Preset, Scene};

/// The most images of a strip: as many are told apart side by side.
pub const MOST_IMAGES: usize = 4;

/// One image of the strip.
#[derive(Debug, Clone)]
pub struct Image {
    /// Identity on the page, which no other image ever has. It is not written: a document that is read gives new ones.
    pub id: u32,
    /// Scene that the edits are made on.
    pub base: Base,
    /// Edits in their order.
    pub edits: Edits,
}

impl Image {
    /// An image without edits.
    pub fn new(base: Base) -> Self {
        Self::edited(base, Edits::default())
    }

    /// An image with edits.
    pub fn edited(base: Base, edits: Edits) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(1);
        Self { id: MADE.fetch_add(1, Ordering::Relaxed), base, edits }
    }

    /// Another image that looks the same.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self::edited(self.base.clone(), self.edits.clone())
    }
}

/// Equality of base and edits, whatever their identities.
impl PartialEq for Image {
    fn eq(&self, other: &Self) -> bool {
        self.base == other.base && self.edits == other.edits
    }
}

impl Serialize for Image {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut image = to.serialize_struct("Image", 2)?;
        image.serialize_field("base", &self.base)?;
        image.serialize_field("edits", &self.edits.in_order())?;
        image.end()
    }
}

/// File that a plane was opened from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenedFile {
    /// File name.
    pub name: String,
    /// Reading by which it was opened.
    pub choice: FileChoice,
    /// True where the plane had been painted on when the base was made of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub painted: bool,
}

/// Files that the planes of a base were opened from; none of a plane that is from no file, or of a time before that was
/// written down.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenedFiles {
    /// File of the ground truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth: Option<OpenedFile>,
    /// File of the prediction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<OpenedFile>,
}

impl OpenedFiles {
    /// True where no plane is known to be from a file.
    pub fn is_empty(&self) -> bool {
        self.truth.is_none() && self.prediction.is_none()
    }
}

/// Scene that an image begins as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Base {
    /// A bundled scene.
    Preset {
        /// Its id.
        id: String,
        /// Pixels on the longest side, for scenes that are made; 64 to 256.
        side: usize,
    },
    /// One image of a bundled batch.
    Batch {
        /// The batch's id.
        id: String,
        /// Place in the batch, counted from 0.
        place: usize,
        /// Pixels on the longest side.
        side: usize,
    },
    /// No foreground, and a prediction that finds none.
    Blank {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Logit channels: 1 (binary), or 2 to 32; of regions 1 to 7.
        channels: usize,
        /// True where pixels may have several regions.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        regions: bool,
    },
    /// Opened files.
    Raster {
        /// Name for people: the file's.
        title: String,
        /// True where the truth is that of the file of this name; false where another scene's was there when a prediction was
        /// opened, or none.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        of_truth: bool,
        /// True where pixels may have several regions: labels are sets of them then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        regions: bool,
        /// Labels, by their digest; none while the truth is still to come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        truth: Option<Digest>,
        /// Logits, by their digest.
        prediction: Digest,
        /// The picture beneath, by its digest.
        picture: Option<Digest>,
        /// Weights of pixels, by their digest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weights: Option<Digest>,
        /// Names of the classes, and what they were in the file.
        #[serde(default, skip_serializing_if = "Legend::is_empty")]
        legend: Legend,
        /// Files that the planes were opened from.
        #[serde(default, skip_serializing_if = "OpenedFiles::is_empty")]
        files: Box<OpenedFiles>,
    },
}

impl Base {
    /// The base of a new document.
    pub fn first() -> Self {
        Self::preset(DEFAULT_PRESET)
    }

    /// A bundled scene at the size it has at first.
    pub fn preset(id: &str) -> Self {
        Self::Preset { id: id.to_owned(), side: Preset::DEFAULT_SIZE }
    }

    /// Digests of the opened files that the base needs.
    pub fn rasters(&self) -> impl Iterator<Item = &Digest> {
        let planes = match self {
            Self::Raster { truth, prediction, picture, weights, .. } => {
                [truth.as_ref(), Some(prediction), picture.as_ref(), weights.as_ref()]
            }
            _ => [None; 4],
        };
        planes.into_iter().flatten()
    }

    /// The scene. Refuses, with a sentence, a preset or batch that there is not, a size that is none, and files that are
    /// not at hand.
    pub fn build(&self, rasters: &Rasters) -> Result<Scene, String> {
        match self {
            Self::Preset { id, side } => {
                scene::preset(id).map(|preset| preset.build(*side)).ok_or_else(|| text::no_preset(id))
            }
            Self::Batch { id, place, side } => scene::batch(id)
                .and_then(|batch| batch.build(*side).into_iter().nth(*place))
                .ok_or_else(|| text::no_batch(id, *place)),
            Self::Blank { width, height, channels, regions } => {
                Scene::blank_labelled(labelling(*regions), "Empty image", *height, *width, *channels)
                    .map_err(|refusal| text::sentence(&refusal))
            }
            Self::Raster { title, regions, truth, prediction, picture, weights, legend, .. } => {
                let labelling = labelling(*regions);
                let missing = || text::no_raster(title);
                let logits = rasters.logits(prediction).ok_or_else(missing)?;
                let scene = match truth {
                    Some(truth) => {
                        let labels = rasters.labels(truth).ok_or_else(missing)?;
                        Scene::labelled(labelling, title, labels, logits)
                    }
                    None => Scene::from_prediction(labelling, title, logits),
                };
                let photo = picture.as_ref().and_then(|digest| rasters.picture(digest));
                let weights =
                    weights.as_ref().map(|digest| rasters.weights(digest).ok_or_else(missing)).transpose()?;
                let scene = scene.and_then(|scene| match weights {
                    Some(weights) => scene.with_weights(weights),
                    None => Ok(scene),
                });
                Ok(scene.map_err(|refusal| text::sentence(&refusal))?.with_legend(legend.clone()).over(photo))
            }
        }
    }

    /// The base with sizes within their ranges.
    #[must_use]
    pub fn settled(self) -> Self {
        let within = |side: usize| side.clamp(Preset::SMALLEST, Preset::LARGEST);
        match self {
            Self::Preset { id, side } => Self::Preset { id, side: within(side) },
            Self::Batch { id, place, side } => Self::Batch { id, place, side: within(side) },
            other => other,
        }
    }
}

fn labelling(regions: bool) -> Labelling {
    if regions { Labelling::Regions } else { Labelling::OneClass }
}
