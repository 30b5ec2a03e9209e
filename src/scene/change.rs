//! Parts of a scene that edits change: what was worked out of them no longer holds.

use super::rect::Rect;

/// Part of a scene that an edit changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A box of the ground truth.
    Truth(Rect),
    /// A box of the prediction.
    Prediction(Rect),
    /// Weights of pixels.
    Weights,
    /// All of it, perhaps its sizes too.
    Scene,
}

/// Parts of an image that changed on the way from one place to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// True where all of the image is another.
    pub scene: bool,
    /// Box of the truth.
    pub truth: Option<Rect>,
    /// Box of the prediction.
    pub prediction: Option<Rect>,
    /// True where weights of pixels are others.
    pub weights: bool,
}

impl Changes {
    /// Adds a change to those known.
    pub fn add(&mut self, change: Option<Change>) {
        match change {
            Some(Change::Scene) => self.scene = true,
            Some(Change::Truth(rect)) => self.truth = Rect::join(self.truth, Some(rect)),
            Some(Change::Prediction(rect)) => self.prediction = Rect::join(self.prediction, Some(rect)),
            Some(Change::Weights) => self.weights = true,
            None => {}
        }
    }

    /// Adds further changes to those known.
    pub fn join(&mut self, other: Self) {
        self.scene |= other.scene;
        self.weights |= other.weights;
        self.truth = Rect::join(self.truth, other.truth);
        self.prediction = Rect::join(self.prediction, other.prediction);
    }

    /// True where nothing changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
