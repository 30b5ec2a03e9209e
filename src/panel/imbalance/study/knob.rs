//! Perturbations that a sweep can vary, and the values that it takes.

use serde::{Deserialize, Serialize};

use crate::field::Shape;

/// Perturbation of a scene that a sweep varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Knob {
    /// Foreground fraction, in % of the pixels: the same shape at another size, each class predicted as its
    /// pixels are in the scene.
    Fraction,
    /// Shift of the prediction to the right, in pixels.
    Shift,
    /// Dilation of the prediction, in pixels; erosion below 0.
    Grow,
    /// Blur of the probabilities, σ in pixels.
    Blur,
    /// Number of confident false blobs.
    FalsePositives,
    /// Wrong labels, in % of the counted pixels.
    LabelNoise,
    /// Temperature: the divisor of all logits.
    Temperature,
}

impl Knob {
    /// Perturbations, in the order of the menu.
    pub const ALL: [Self; 7] = [
        Self::Fraction,
        Self::Shift,
        Self::Grow,
        Self::Blur,
        Self::FalsePositives,
        Self::LabelNoise,
        Self::Temperature,
    ];

    /// Range of values, from and to, in the unit of the axis.
    pub fn range(self, shape: Shape) -> (f64, f64) {
        match self {
            Self::Fraction => (0.01, 50.0),
            Self::Shift => (0.0, (shape.width / 4).max(1) as f64),
            Self::Grow => (-12.0, 12.0),
            Self::Blur => (0.0, 16.0),
            Self::FalsePositives => (0.0, 20.0),
            Self::LabelNoise => (0.0, 40.0),
            Self::Temperature => (0.1, 10.0),
        }
    }

    /// True if equal ratios are equal steps.
    pub const fn is_log(self) -> bool {
        matches!(self, Self::Fraction | Self::Temperature)
    }

    const fn is_whole(self) -> bool {
        matches!(self, Self::Shift | Self::FalsePositives)
    }

    /// Values of a sweep, at most `count` of them (at least 2 are made), in even steps or ratios; whole
    /// numbers where halves mean nothing.
    pub fn values(self, shape: Shape, count: usize) -> Vec<f64> {
        let (from, to) = self.range(shape);
        let share = |i: usize| i as f64 / (count.max(2) - 1) as f64;
        let value = |t: f64| if self.is_log() { from * (to / from).powf(t) } else { from + t * (to - from) };
        let values = (0..count.max(2)).map(|i| value(share(i)));
        let mut values: Vec<f64> = values.map(|v| if self.is_whole() { v.round() } else { v }).collect();
        values.dedup();
        values
    }
}
