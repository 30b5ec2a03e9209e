//! States of the document that a result is of.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::document::Document;

/// Versions of what a result can hang on, each as text that is the same as long as that is the same, and the same again
/// after an undo. Whoever holds a result compares them with those of now, and knows what it is from before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Provenance {
    /// The active image and its base.
    pub image: String,
    /// Its truth, with soft edges and weights of pixels.
    pub truth: String,
    /// Its prediction, with its adjustment.
    pub prediction: String,
    /// Losses that have a card, and the settings of all.
    pub losses: String,
}

impl Provenance {
    /// Versions of a document, and of the region that panels are about, counted from 0; 0 in a scene without regions.
    pub fn of(document: &Document, region: usize) -> Self {
        let image = document.active_image();
        let [truth, prediction, weights] = image.edits.wrote();
        Self {
            image: image.id.to_string(),
            truth: format!(
                "{}.{region}.{truth}.{weights}.{}.{}",
                image.id,
                document.soft_edges,
                fingerprint(&document.weighting)
            ),
            prediction: format!("{}.{region}.{prediction}", image.id),
            losses: fingerprint(&(&document.cards, &document.losses)),
        }
    }
}

/// Digest of a value's JSON.
fn fingerprint(value: &impl Serialize) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(value).unwrap_or_default().hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentEdit, History};
    use crate::scene::{ImageEdit, Plane};

    #[test]
    fn each_part_changes_with_what_it_is_about_and_comes_back_with_an_undo() {
        let mut history = History::default();
        let first = Provenance::of(history.document(), 0);
        let step = |history: &mut History, edit| {
            let before = Provenance::of(history.document(), 0);
            history.make(vec![edit], None).unwrap();
            let after = Provenance::of(history.document(), 0);
            [
                before.image != after.image,
                before.truth != after.truth,
                before.prediction != after.prediction,
                before.losses != after.losses,
            ]
        };
        let clear = |plane| DocumentEdit::Paint { image: 0, edit: ImageEdit::Clear { plane } };
        assert_eq!(step(&mut history, clear(Plane::Truth)), [false, true, false, false]);
        assert_eq!(step(&mut history, clear(Plane::Prediction)), [false, false, true, false]);
        assert_eq!(step(&mut history, DocumentEdit::SoftEdges(2)), [false, true, false, false]);
        let frequency = DocumentEdit::PixelWeighting(crate::scene::PixelWeighting::Frequency);
        assert_eq!(step(&mut history, frequency), [false, true, false, false]);
        assert_eq!(step(&mut history, DocumentEdit::Cards(vec![])), [false, false, false, true]);
        assert_eq!(step(&mut history, DocumentEdit::Copy { image: 0 }), [true, true, true, false]);
        while history.undo() {}
        assert_eq!(Provenance::of(history.document(), 0), first);
    }
}
