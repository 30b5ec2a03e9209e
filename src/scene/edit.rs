//! Edits of an image, as they are kept: carried out in their order on its base they give the image again, to the bit.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::adjust::Adjustment;
use super::brush::Brush;
use super::ink::{Ink, Plane};
use super::path::Path;

/// One edit of an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ImageEdit {
    /// A stroke of a brush.
    Stroke {
        /// Class, class and probability, or weight: it says what it goes on.
        ink: Ink,
        /// Radius and softness, in pixels of the grid.
        brush: Brush,
        /// Points of the stroke.
        path: Path,
    },
    /// A fill of the connected region at a pixel.
    Fill {
        /// Class, class and probability, or weight: it says what it goes on.
        ink: Ink,
        /// Column.
        x: usize,
        /// Row.
        y: usize,
    },
    /// A plane emptied.
    Clear {
        /// Truth or prediction.
        plane: Plane,
    },
    /// One pixel's probability of a class.
    Pixel {
        /// Column.
        x: usize,
        /// Row.
        y: usize,
        /// Class; 1 in a binary task.
        class: u8,
        /// Probability, 0 to 1.
        prob: f64,
    },
    /// Temperature, bias and noise of all logits.
    Adjust(Adjustment),
    /// Another number of classes.
    Convert {
        /// Logit channels: 1 (binary), or 2 to 32.
        channels: usize,
    },
}

impl ImageEdit {
    /// True of what a hand paints: strokes, fills and single pixels.
    pub fn is_painted(&self) -> bool {
        matches!(self, Self::Stroke { .. } | Self::Fill { .. } | Self::Pixel { .. })
    }

    /// Planes that the edit writes: truth, prediction, weights.
    pub fn planes(&self) -> [bool; 3] {
        match self {
            Self::Stroke { ink, .. } | Self::Fill { ink, .. } => {
                let plane = ink.plane();
                [plane == Some(Plane::Truth), plane == Some(Plane::Prediction), plane.is_none()]
            }
            Self::Clear { plane } => [*plane == Plane::Truth, *plane == Plane::Prediction, false],
            Self::Pixel { .. } | Self::Adjust(_) => [false, true, false],
            Self::Convert { .. } => [true, true, false],
        }
    }
}

/// A list of edits that shares its beginning with others: the states of an image that one can undo to are places in one
/// list, and a copy costs a pointer.
#[derive(Debug, Clone, Default)]
pub struct Edits(Option<Rc<Node>>);

#[derive(Debug)]
struct Node {
    edit: ImageEdit,
    before: Edits,
    length: usize,
    id: u64,
    /// Ids of the last edits that wrote the truth, the prediction and the weights; 0 where none did.
    wrote: [u64; 3],
    /// Number of painted edits, this one among them.
    painted: usize,
}

impl Edits {
    /// Number of edits.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |node| node.length)
    }

    /// True where nothing was edited.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The list with one more edit.
    #[must_use]
    pub fn with(&self, edit: ImageEdit) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(1);
        let id = MADE.fetch_add(1, Ordering::Relaxed);
        let wrote = self.0.as_ref().map_or([0; 3], |node| node.wrote);
        let planes = edit.planes();
        let wrote = [0, 1, 2].map(|plane| if planes[plane] { id } else { wrote[plane] });
        let painted = self.painted() + usize::from(edit.is_painted());
        Self(Some(Rc::new(Node { edit, before: self.clone(), length: self.len() + 1, id, wrote, painted })))
    }

    /// Number of edits that a hand painted: see [`ImageEdit::is_painted`].
    pub fn painted(&self) -> usize {
        self.0.as_ref().map_or(0, |node| node.painted)
    }

    /// The last edit.
    pub fn last(&self) -> Option<&ImageEdit> {
        self.0.as_ref().map(|node| &node.edit)
    }

    /// The list without its last edit; of none, itself.
    #[must_use]
    pub fn before(&self) -> Self {
        self.0.as_ref().map_or_else(Self::default, |node| node.before.clone())
    }

    /// Identity of the place in the list: no other list ever has the same; 0 where there are no edits.
    pub fn id(&self) -> u64 {
        self.0.as_ref().map_or(0, |node| node.id)
    }

    /// Identities of the last edits that wrote the truth, the prediction and the weights; 0 where none did.
    pub fn wrote(&self) -> [u64; 3] {
        self.0.as_ref().map_or([0; 3], |node| node.wrote)
    }

    /// True where an edit beside an adjustment wrote the plane.
    pub fn paint(&self, plane: Plane) -> bool {
        let wrote = |edit: &ImageEdit| {
            let [truth, prediction, _] = edit.planes();
            !matches!(edit, ImageEdit::Adjust(_)) && if plane == Plane::Truth { truth } else { prediction }
        };
        self.backwards().filter_map(Self::last).any(wrote)
    }

    /// The places after each edit, the latest first, down to the first edit.
    pub fn backwards(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |list| list.0.as_ref().map(|node| &node.before))
            .take_while(|list| !list.is_empty())
    }

    /// All edits in their order.
    pub fn in_order(&self) -> Vec<&ImageEdit> {
        let mut edits: Vec<&ImageEdit> = self.backwards().filter_map(Self::last).collect();
        edits.reverse();
        edits
    }

    /// The longest list that both begin with.
    #[must_use]
    pub(super) fn shared_with(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.clone(), other.clone());
        while a.len() > b.len() {
            a = a.before();
        }
        while b.len() > a.len() {
            b = b.before();
        }
        while a.id() != b.id() {
            (a, b) = (a.before(), b.before());
        }
        a
    }
}

/// Equality of the edits in order, whatever their identities.
impl PartialEq for Edits {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id() || (self.len() == other.len() && self.in_order() == other.in_order())
    }
}

impl FromIterator<ImageEdit> for Edits {
    fn from_iter<I: IntoIterator<Item = ImageEdit>>(edits: I) -> Self {
        edits.into_iter().fold(Self::default(), |list, edit| list.with(edit))
    }
}

impl Drop for Node {
    /// A long list is let go of one by one: each within the last would overflow the stack.
    fn drop(&mut self) {
        let mut next = self.before.0.take();
        while let Some(node) = next {
            next = Rc::into_inner(node).and_then(|mut node| node.before.0.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear(plane: Plane) -> ImageEdit {
        ImageEdit::Clear { plane }
    }

    #[test]
    fn lists_share_their_beginning_and_know_where_they_part() {
        let start: Edits = [clear(Plane::Truth), clear(Plane::Prediction)].into_iter().collect();
        let (a, b) = (start.with(clear(Plane::Truth)), start.with(clear(Plane::Truth)));
        assert_eq!(a, b);
        assert_ne!(a.id(), b.id());
        assert_eq!(a.shared_with(&b).id(), start.id());
        assert_eq!(a.shared_with(&start).id(), start.id());
        assert_eq!(a.shared_with(&Edits::default()).id(), 0);
        assert_eq!(a.before().id(), start.id());
        assert_eq!((a.len(), a.in_order().len(), a.backwards().count()), (3, 3, 3));
    }

    #[test]
    fn a_place_knows_who_wrote_each_plane_last() {
        let truth: Edits = [clear(Plane::Truth)].into_iter().collect();
        assert_eq!((truth.wrote(), truth.painted()), ([truth.id(), 0, 0], 0));
        let both = truth.with(ImageEdit::Adjust(Adjustment::default()));
        assert_eq!(both.wrote(), [truth.id(), both.id(), 0]);
        let converted = both.with(ImageEdit::Convert { channels: 3 });
        assert_eq!(converted.wrote(), [converted.id(), converted.id(), 0]);
        let weighed = truth.with(ImageEdit::Fill { ink: Ink::Weight { weight: 3.0 }, x: 0, y: 0 });
        assert_eq!(weighed.wrote(), [truth.id(), 0, weighed.id()]);
    }

    #[test]
    fn a_list_of_a_hundred_thousand_edits_can_be_let_go_of() {
        let list: Edits = (0..100_000).map(|_| clear(Plane::Truth)).collect();
        let copy = list.before();
        drop(list);
        assert_eq!(copy.len(), 99_999);
    }
}
