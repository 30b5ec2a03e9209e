//! The scene after each stroke: what it came to by the losses, and its masks at every threshold.

use std::rc::Rc;

use crate::field::{Field, Task};
use crate::loss::{Loss, Spec};
use crate::metric::{self, Confusion};

/// Even steps of the threshold from 0 to 1 at which masks are compared.
pub const THRESHOLDS: usize = 100;

/// The scene when a stroke had ended.
#[derive(Debug, Clone)]
pub struct Stop {
    /// Strokes since the scene was opened.
    pub strokes: usize,
    /// Comparison epoch: only stops of one epoch are compared, those of others were seen through other eyes.
    pub epoch: u32,
    /// Counts of the masks: of a binary task by threshold, of others by class.
    pub counts: Vec<Confusion>,
    /// Values of the losses on show.
    pub losses: Vec<Valued>,
    /// True if its pixels are kept, so that the stroke can be played again.
    pub playable: bool,
}

/// A loss and its value at a stop.
#[derive(Debug, Clone)]
pub struct Valued {
    /// Line of the catalogue.
    pub spec: &'static Spec,
    /// The loss as it was set: only values of one and the same loss are compared.
    pub loss: Rc<dyn Loss>,
    /// Its value.
    pub value: f64,
}

/// Counts of the masks of the first image, as a [`Stop`] keeps them.
pub fn counts(field: &Field<'_>) -> Vec<Confusion> {
    match field.shape().task() {
        Task::Binary => metric::confusions(field, 0, THRESHOLDS),
        Task::Multiclass => {
            (0..field.shape().channels).map(|channel| metric::confusion(field, 0, channel, 0.5)).collect()
        }
    }
}

impl Stop {
    /// Hard IoU of a class; of a binary task at a threshold, which is taken to the nearest hundredth. None where both
    /// masks are empty.
    pub fn iou(&self, task: Task, class: usize, threshold: f64) -> Option<f64> {
        let at = match task {
            Task::Binary => (threshold * THRESHOLDS as f64).round() as usize,
            Task::Multiclass => class,
        };
        self.counts.get(at)?.iou()
    }

    /// Value of the same loss as another.
    pub fn value_of(&self, other: &Valued) -> Option<f64> {
        let same = |own: &&Valued| own.spec.id == other.spec.id && *own.loss == *other.loss;
        self.losses.iter().find(same).map(|own| own.value)
    }
}
