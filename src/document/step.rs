//! Changes of the document, as they are kept and made.

use serde::Serialize;

use super::image::Image;
use super::losses::LossState;
use super::view::View;
use super::{Carrier, Document, MOST_IMAGES, text};
use crate::scene::{ImageEdit, PixelWeighting};

/// One change of the document, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DocumentEdit {
    /// An edit of an image.
    Paint {
        /// Place of the image, counted from 0.
        image: usize,
        /// The edit.
        edit: ImageEdit,
    },
    /// Another image in the place of one.
    Replace {
        /// Place of the image, counted from 0.
        image: usize,
        /// The new one.
        with: Image,
    },
    /// Other images in the place of all.
    ReplaceAll {
        /// The new ones.
        with: Vec<Image>,
    },
    /// One more image, the last.
    Add {
        /// The image.
        image: Image,
    },
    /// A copy of an image, the last.
    Copy {
        /// Place of the image that is copied, counted from 0.
        image: usize,
    },
    /// An image taken out.
    Remove {
        /// Place of the image, counted from 0.
        image: usize,
    },
    /// Settings of a loss.
    Loss {
        /// Id of the loss.
        id: String,
        /// Its settings.
        state: LossState,
    },
    /// Losses that have a card.
    Cards(Vec<String>),
    /// Softness of the edges of every truth, in pixels.
    SoftEdges(usize),
    /// Weights of the pixels of every truth.
    PixelWeighting(PixelWeighting),
    /// A way to look that a scene comes with.
    View(View),
    /// The open tab that a scene comes with.
    Panel(String),
    /// Another document in the place of this one.
    Open(Box<Document>),
}

/// Changes that are made, and undone, as one.
pub type Step = Vec<DocumentEdit>;

impl DocumentEdit {
    /// Makes the change. Refuses an image that there is not, and more images than there may be.
    pub(super) fn apply(&self, document: &mut Document) -> Result<(), String> {
        let images = &mut document.images;
        let number = images.len();
        let there =
            |image: usize| (image < number).then_some(image).ok_or_else(|| text::no_image(image, number));
        let room = || (number < MOST_IMAGES).then_some(()).ok_or_else(text::no_room);
        match self {
            Self::Paint { image, edit } => {
                let image = &mut images[there(*image)?];
                image.edits = image.edits.with(edit.clone());
            }
            Self::Replace { image, with } => images[there(*image)?] = with.clone(),
            Self::ReplaceAll { with } => {
                if !(1..=MOST_IMAGES).contains(&with.len()) {
                    return Err(text::no_room());
                }
                images.clone_from(with);
                document.active = 0;
            }
            Self::Add { image } => {
                room()?;
                images.push(image.clone());
                document.active = number;
            }
            Self::Copy { image } => {
                room()?;
                let copy = images[there(*image)?].copied();
                images.push(copy);
                document.active = number;
            }
            Self::Remove { image } => {
                let image = there(*image)?;
                if number == 1 {
                    return Err(text::last_image());
                }
                images.remove(image);
                if image < document.active || document.active == images.len() {
                    document.active -= 1;
                }
            }
            Self::Loss { id, state } => {
                if *state == LossState::default() {
                    document.losses.remove(id);
                } else {
                    document.losses.insert(id.clone(), state.clone());
                }
            }
            Self::Cards(cards) => document.cards.clone_from(cards),
            Self::SoftEdges(radius) => document.soft_edges = *radius,
            Self::PixelWeighting(weighting) => document.weighting = weighting.settled(),
            Self::View(view) => document.view = view.clone(),
            Self::Panel(panel) => document.panel.clone_from(panel),
            Self::Open(other) => *document = document.with_carried(Carrier::File, other),
        }
        Ok(())
    }

    /// The step that paints so on one image.
    pub fn paint(image: usize, edit: ImageEdit) -> Step {
        vec![Self::Paint { image, edit }]
    }
}
