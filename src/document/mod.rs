//! The document: all that is made on the page, as one value.
//!
//! A link, a file, what is kept over a reload, a restart after a crash and a step of undo are this value in different
//! wrappers: [`carrier`] has the wrappers, [`History`] the steps, [`read`] is lenient with what comes from elsewhere. What
//! can be worked out again (pixels, values, rankings, pictures) is never in it.
//!
//! An image is a [`Base`] and the [edits](crate::scene::Edits) made on it. What the hand does at this moment (the pixel
//! under the pointer, an open menu) is the page's and not here; the theme is the person's and not the document's.

pub mod carrier;
mod history;
mod image;
mod losses;
mod raster;
pub mod read;
mod step;
mod text;
mod view;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use history::{History, Kept, KeptChange, MergeKey};
pub use image::{Base, Image, MOST_IMAGES, OpenedFile, OpenedFiles};
pub use losses::{LossState, Losses, PresetFrom};
pub use raster::{Digest, RasterError, RasterPlane, Rasters};
pub use step::{DocumentEdit, Step};
pub(crate) use text::{no_image, sentence};
pub use view::{At, Tool, Tools, View};

use crate::loss::LOSSES;
use crate::scene::PixelWeighting;

/// Format that is written. Every one that was ever written is read: `tests/documents/` has links of each.
pub const FORMAT: u32 = 1;

/// The tab that shows the losses, which is open at first.
pub const CARDS: &str = "cards";

/// Carriers of a document, and whether undo goes through them: what a field of it is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the table")]
pub struct Scopes {
    /// The page's address, and a copied link.
    pub link: bool,
    /// A file that is saved and opened.
    pub file: bool,
    /// Copy of the session that is kept over a reload or a crash.
    pub autosave: bool,
    /// A page within another page.
    pub embed: bool,
    /// Steps of undo.
    pub undo: bool,
}

/// A way in which a document travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// The page's address, and a copied link.
    Link,
    /// A file that is saved and opened.
    File,
    /// Copy of the session that is kept over a reload or a crash.
    Autosave,
    /// A page within another page.
    Embed,
}

impl Scopes {
    /// Scopes of a field that is made: it travels everywhere, and can be undone.
    const MADE: Self = Self { link: true, file: true, autosave: true, embed: true, undo: true };
    /// Scopes of a field that is looked at: it travels everywhere, and is no step of undo.
    const LOOKED_AT: Self = Self { undo: false, ..Self::MADE };
    /// Scopes of the person's tools at work: they are there after a reload, and not given to others.
    const AT_WORK: Self = Self { link: false, file: false, autosave: true, embed: false, undo: false };

    /// True where a carrier takes the field along.
    pub fn has(self, carrier: Carrier) -> bool {
        match carrier {
            Carrier::Link => self.link,
            Carrier::File => self.file,
            Carrier::Autosave => self.autosave,
            Carrier::Embed => self.embed,
        }
    }
}

/// Declares the document: each field with its default and its scopes, so that none can lack either.
macro_rules! document {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr, $scopes:expr;)*) => {
        /// All that is made on the page. See the [module docs](self).
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct Document {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Default for Document {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Document {
            /// The table of scopes: a row for each field.
            pub const SCOPES: &'static [(&'static str, Scopes)] = &[$((stringify!($field), $scopes),)*];

            /// Document with the fields that a carrier takes along; the others are as in a new one.
            #[must_use]
            pub fn within(&self, carrier: Carrier) -> Self {
                let new = Self::default();
                Self { $($field: if $scopes.has(carrier) { self.$field.clone() } else { new.$field },)* }
            }

            /// The document with what can be undone as it is in another.
            #[must_use]
            pub fn with_made_of(&self, other: &Self) -> Self {
                Self { $($field: if $scopes.undo { other.$field.clone() } else { self.$field.clone() },)* }
            }

            /// The document with what a carrier takes along as it is in another.
            #[must_use]
            pub fn with_carried(&self, carrier: Carrier, other: &Self) -> Self {
                Self { $($field: if $scopes.has(carrier) { other.$field.clone() } else { self.$field.clone() },)* }
            }
        }
    };
}

document! {
    /// Images of the strip, at least one and at most [`MOST_IMAGES`].
    images: Vec<Image> = vec![Image::new(Base::first())], Scopes::MADE;
    /// Place of the image that is painted, counted from 0.
    active: usize = 0, Scopes::LOOKED_AT;
    /// Settings of losses, those that are not at their defaults.
    losses: Losses = Losses::default(), Scopes::MADE;
    /// Losses that have a card, by their ids.
    cards: Vec<String> = cards_at_first(), Scopes::MADE;
    /// Softness of the edges of every truth, in pixels to either side.
    soft_edges: usize = 0, Scopes::MADE;
    /// Weights of the pixels of every truth.
    weighting: PixelWeighting = PixelWeighting::default(), Scopes::MADE;
    /// Scale, variable and overlays of what is seen.
    view: View = View::default(), Scopes::LOOKED_AT;
    /// The open tab: [`CARDS`], or a panel by its id.
    panel: String = CARDS.to_owned(), Scopes::LOOKED_AT;
    /// States of panels by their ids, those that are not as at first.
    panels: BTreeMap<String, Value> = BTreeMap::new(), Scopes::LOOKED_AT;
    /// Brush, class and probability at hand.
    tools: Tools = Tools::default(), Scopes::AT_WORK;
}

/// Ids of the losses that have a card at first.
fn cards_at_first() -> Vec<String> {
    LOSSES.iter().filter(|spec| spec.at_first).map(|spec| spec.id.into()).collect()
}

impl Document {
    /// The image that is painted.
    pub fn active_image(&self) -> &Image {
        &self.images[self.active.min(self.images.len() - 1)]
    }
}

// Random edits come from a library that is no part of the wasm tests.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
