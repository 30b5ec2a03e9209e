//! Everything that a panel can be about, when a frame is computed.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::loss::config::Settings;
use crate::loss::{Evaluation, Loss, Spec};
use crate::paint::{Scale, Theme};
use crate::scene::Legend;
use crate::study::by_probability::by_probability;
use crate::study::strokes::Stop;

/// A pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct At {
    /// Column.
    pub x: usize,
    /// Row.
    pub y: usize,
}

impl At {
    /// Index of the pixel in an image of this width, row by row.
    pub fn index(self, width: usize) -> usize {
        self.y * width + self.x
    }

    /// The pixel of this index.
    pub fn of_index(index: usize, width: usize) -> Self {
        Self { x: index % width, y: index / width }
    }
}

/// A loss with the settings of its card.
#[derive(Debug, Clone, Copy)]
pub struct SetLoss<'s> {
    /// Line of the catalogue.
    pub spec: &'static Spec,
    /// Settings that differ from the defaults.
    pub settings: &'s Settings,
    /// The loss so set.
    pub loss: &'s dyn Loss,
}

/// A card that is shown.
#[derive(Debug, Clone, Copy)]
pub struct SeenCard<'s> {
    /// Its loss.
    pub set: SetLoss<'s>,
    /// Value, and gradient by the variable of the heatmaps.
    pub evaluation: &'s Evaluation,
}

/// The scene, the losses and the view, as a panel sees them.
#[derive(Debug)]
pub struct Seen<'s> {
    /// The image at hand; while a stroke is played again, a moment of it.
    pub field: &'s Field<'s>,
    /// Regions of the scene with their names, where pixels may have several: the image at hand is one of them.
    pub regions: &'s [(String, &'s Field<'s>)],
    /// All losses, in the order of the catalogue.
    pub losses: &'s [SetLoss<'s>],
    /// Losses that have a card, in the order of the catalogue.
    pub cards: &'s [SeenCard<'s>],
    /// Light or dark.
    pub theme: Theme,
    /// Spread of small and large gradients in heatmaps.
    pub scale: Scale,
    /// True if gradients are by the probability, instead of by the logit.
    pub by_probability: bool,
    /// True if a photograph lies under the masks.
    pub photo: bool,
    /// Names of the classes.
    pub legend: &'s Legend,
    /// The pinned pixel.
    pub pinned: Option<At>,
    /// The pixel looked at: the pinned one, or the one under the pointer.
    pub pixel: Option<At>,
    /// The scene after each stroke since it was opened, the latest last.
    pub history: &'s [&'s Stop],
    /// The images that make a batch with the one at hand.
    pub batch: &'s mut dyn Batch,
    /// Cache of the open panel, from one frame to the next.
    pub cache: &'s mut Cache,
}

impl<'s> Seen<'s> {
    /// A loss of the catalogue as it is set on its card.
    pub fn loss(&self, id: &str) -> Option<SetLoss<'s>> {
        self.losses.iter().copied().find(|set| set.spec.id == id)
    }

    /// Value and gradient of a loss, as its card has them or would have them.
    pub fn evaluation(&self, set: SetLoss<'s>) -> Cow<'s, Evaluation> {
        if let Some(card) = self.cards.iter().find(|card| card.set.spec.id == set.spec.id) {
            return Cow::Borrowed(card.evaluation);
        }
        Cow::Owned(if self.by_probability {
            by_probability(self.field, set.loss)
        } else {
            Evaluation::of(set.loss, self.field)
        })
    }
}

/// State of an image: the same number says the same truth, prediction and soft edges of the same image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImageVersion {
    /// Id of the image.
    pub image: u32,
    /// Changes that were made to it.
    pub changes: u64,
}

/// An image of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its place in the strip, counted from 0.
    pub place: usize,
    /// Its state.
    pub version: ImageVersion,
}

/// A look at the field of an image, and at its photograph, 8-bit grey.
pub type LookAtOne<'l> = dyn FnMut(&Field<'_>, Option<&[u8]>) + 'l;

/// The images of one size and task, one by one and as one.
pub trait Batch: Debug {
    /// The images, in the order of the strip. One at least, the one at hand.
    fn members(&self) -> Vec<Member>;

    /// Looks at the field of one member by itself. Refuses a field that no loss takes.
    fn look_at_one(&mut self, member: usize, look: &mut LookAtOne<'_>) -> Result<(), String>;

    /// Looks at the field of all members. Refuses a field that no loss takes.
    fn look_at_all(&mut self, look: &mut dyn FnMut(&Field<'_>)) -> Result<(), String>;
}

/// A place for what a panel keeps from one frame to the next. It is empty when another panel opens.
#[derive(Debug, Default)]
pub struct Cache(Option<Box<dyn Any>>);

impl Cache {
    /// Value that the panel keeps, or its default where none of this type is kept yet.
    pub fn of<T: Any + Default>(&mut self) -> &mut T {
        let fits = self.0.as_ref().is_some_and(|kept| kept.is::<T>());
        if !fits {
            self.0 = Some(Box::new(T::default()));
        }
        match self.0.as_mut().and_then(|kept| kept.downcast_mut()) {
            Some(kept) => kept,
            None => unreachable!("it was just put there"),
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0 = None;
    }
}
