//! A copy of the scene and of the losses, for experiments on it.

use std::collections::BTreeMap;

use ndarray::{Array3, Array4};
use serde::{Deserialize, Serialize};

use super::crop::Crop;
use crate::field::{Field, FieldError, IGNORE, Labels, Logits, Shape, Task};
use crate::loss::config::{Config, Settings};
use crate::loss::{self, Loss};
use crate::paint::Theme;

/// Metadata of a snapshot: size, theme, losses and their settings, and the batch that it is of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SnapshotHeader {
    /// Logit channels: 1 for a binary task.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Light or dark, for pictures.
    pub theme: Theme,
    /// Ids of the losses that have a card, in the order of the catalogue.
    pub cards: Vec<String>,
    /// Settings by loss; a loss that is not named has its defaults.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Record<string, Setting>>"))]
    pub settings: BTreeMap<String, Settings>,
    /// Images that make a batch with this one, itself among them.
    pub images: usize,
    /// Images of the batch that have no foreground.
    pub empty_images: usize,
    /// Name of each class, class 0 first.
    pub class_names: Vec<String>,
    /// Place in the scene, where that is larger.
    pub crop: Option<Crop>,
}

/// A loss with its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Id of the loss.
    pub id: String,
    /// Its parameters; those not named have their defaults.
    pub settings: Settings,
}

/// A loss and its name for people.
pub type Named = (String, Box<dyn Loss>);

impl Chosen {
    /// Name and loss. Refuses one that does not exist.
    pub fn build(&self, task: Task) -> Result<Named, String> {
        let spec = loss::find(&self.id).ok_or_else(|| format!("There is no loss {:?}.", self.id))?;
        let config = Config::new(spec, &self.settings).map_err(|refusal| refusal.to_string())?;
        Ok((spec.name.of(task).to_owned(), (spec.build)(&config)))
    }
}

/// A copy of the scene as it is seen, and of the losses.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Everything but the pixels.
    pub header: SnapshotHeader,
    /// `[image, y, x]`, one image.
    pub labels: Labels,
    /// `[image, class, y, x]`, one image.
    pub logits: Logits,
    /// Shares of classes where the truth has soft edges.
    pub shares: Option<Array4<f32>>,
    /// Weights of pixels `[image, y, x]`, where these do not weigh the same.
    pub weights: Option<Array3<f32>>,
    /// 8-bit grey, where the scene has a photograph.
    pub photo: Option<Vec<u8>>,
}

/// The pixels of a snapshot, row by row.
#[derive(Debug)]
pub struct Arrays<'s> {
    /// Labels.
    pub labels: &'s [u8],
    /// Logits.
    pub logits: &'s [f32],
    /// Shares of classes.
    pub shares: Option<&'s [f32]>,
    /// Weights of pixels.
    pub weights: Option<&'s [f32]>,
    /// The photograph.
    pub photo: Option<&'s [u8]>,
}

impl Snapshot {
    /// A snapshot from rows of pixels: labels, logits, shares of classes and weights, and the photograph. Refuses arrays whose lengths do not fit the header.
    pub fn new(
        header: SnapshotHeader,
        labels: Vec<u8>,
        logits: Vec<f32>,
        [shares, weights]: [Option<Vec<f32>>; 2],
        photo: Option<Vec<u8>>,
    ) -> Result<Self, String> {
        let SnapshotHeader { channels, height, width, .. } = header;
        let pixels = height * width;
        let photo_length = photo.as_ref().map_or(pixels, Vec::len);
        if photo_length != pixels {
            return Err(format!(
                "The photograph has {photo_length} pixels; {height} × {width} has {pixels}."
            ));
        }
        let shape = (1, channels, height, width);
        let unfit = |what: &str| format!("The {what} do not have the size {channels} × {height} × {width}.");
        Ok(Self {
            labels: Array3::from_shape_vec((1, height, width), labels).map_err(|_| unfit("labels"))?,
            logits: Array4::from_shape_vec(shape, logits).map_err(|_| unfit("logits"))?,
            shares: shares
                .map(|shares| Array4::from_shape_vec(shape, shares))
                .transpose()
                .map_err(|_| unfit("shares"))?,
            weights: weights
                .map(|weights| Array3::from_shape_vec((1, height, width), weights))
                .transpose()
                .map_err(|_| unfit("weights"))?,
            photo,
            header,
        })
    }

    /// Its pixels, to be sent elsewhere.
    pub fn arrays(&self) -> Arrays<'_> {
        Arrays {
            labels: self.labels.as_slice().unwrap_or_default(),
            logits: self.logits.as_slice().unwrap_or_default(),
            shares: self.shares.as_ref().and_then(|shares| shares.as_slice()),
            weights: self.weights.as_ref().and_then(|weights| weights.as_slice()),
            photo: self.photo.as_deref(),
        }
    }

    /// The field that the cards are about.
    pub fn field(&self) -> Result<Field<'_>, FieldError> {
        let mut field = Field::new(self.logits.view(), self.labels.view(), Some(IGNORE))?;
        if let Some(shares) = &self.shares {
            field = field.with_soft_labels(shares.view())?;
        }
        match &self.weights {
            Some(weights) => field.with_pixel_weights(weights.view()),
            None => Ok(field),
        }
    }

    /// Size of the field.
    pub fn shape(&self) -> Shape {
        let (images, channels, height, width) = self.logits.dim();
        Shape { images, channels, height, width }
    }

    /// Binary or multi-class.
    pub fn task(&self) -> Task {
        self.shape().task()
    }

    /// A loss as it is set on its card, shown or not.
    pub fn loss(&self, id: &str) -> Chosen {
        Chosen { id: id.into(), settings: self.header.settings.get(id).cloned().unwrap_or_default() }
    }

    /// The losses on show with their names. Refuses to measure none.
    pub fn losses(&self) -> Result<Vec<Named>, String> {
        if self.header.cards.is_empty() {
            return Err(
                "No loss has a card, so there is nothing to measure; choose one at least on the tab Losses."
                    .into(),
            );
        }
        self.header.cards.iter().map(|id| self.loss(id).build(self.task())).collect()
    }
}

#[cfg(test)]
impl Snapshot {
    /// A bundled scene, 64 pixels wide, with the losses that have a card at first.
    pub(crate) fn of_preset(id: &str) -> Self {
        let scene = crate::scene::preset(id).unwrap().build(64);
        let Shape { channels, height, width, .. } = scene.shape();
        let cards = loss::LOSSES.iter().filter(|spec| spec.at_first).map(|spec| spec.id.into()).collect();
        let empty = scene.labels().iter().all(|&label| label == 0 || label == IGNORE);
        let header = SnapshotHeader {
            channels,
            height,
            width,
            cards,
            images: 1,
            empty_images: usize::from(empty),
            class_names: scene.class_names(),
            ..SnapshotHeader::default()
        };
        Self {
            header,
            labels: scene.labels().clone(),
            logits: scene.painted().clone(),
            shares: None,
            weights: None,
            photo: scene.photo().map(<[u8]>::to_vec),
        }
    }
}
