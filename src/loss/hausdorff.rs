//! Squared errors weighted by their distance from the edges of the truth and of the prediction, which stands in for
//! the Hausdorff distance between the two.
//!
//! # Formula
//! With d the distance of a pixel to the nearest pixel on the other side of the edge, in the truth y and in the
//! prediction cut at p > ½:
//! ```text
//! L = \frac{1}{N} \sum_i (p_i - y_i)^2 \left( d_y(i)^{\alpha} + d_p(i)^{\alpha} \right)
//! ```
//! Multi-class, each class has its own masks, and the mean is also over the classes. With `log` on:
//! ```text
//! L_{\log} = \log(1 + L)
//! ```
//!
//! # Parameters
//! * `alpha`, α, from 0 to 10, default 2: how strongly distant errors are punished; 0 weighs all pixels by 2.
//! * `log`, default off: takes the logarithm of the whole, which tames the large values of large images.
//! * `background`, default off: whether class 0 counts in the mean (multi-class).
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value is a distance in pixels to the power α. Ignored
//! pixels are in no mean; to the distances of both masks they are background. Soft labels are not used: a distance
//! needs an edge.
//!
//! # Range
//! From 0 (perfect) without bound.
//!
//! # Edge cases
//! A mask that is empty or full has no edge and distances of 0, so a prediction below ½ everywhere is judged by the
//! truth's edge alone, and an empty truth by the prediction's. With no pixel to count value and gradient are 0.
//!
//! The distances are taken as constants: no gradient runs through them. Moving a probability across ½ moves the
//! predicted edge, and the value jumps there although the gradient does not know of it.
//!
//! # Source
//! Karimi and Salcudean 2019 (Reducing the Hausdorff distance in medical image segmentation), the form by distance
//! transforms, with the α = 2 that they settle on. Distances on both sides of the edges, and masks without an edge
//! at 0, are as in MONAI.

use super::config::{Config, Domain, Param};
use super::docs::module_docs;
use super::overlap::{ACTIVATION, OVER, REDUCTION};
use super::planes::PlaneMean;
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run, pull_back};
use crate::field::{Field, Head, Task, distances_to_other_side};

/// Catalogue line of the Hausdorff loss.
pub const SPEC: Spec = Spec {
    id: "hausdorff",
    name: PerTask::both("Hausdorff (distance transform)"),
    family: Family::Boundary,
    at_first: false,
    takes_shares: false,
    docs: module_docs!("hausdorff.rs"),
    params: &[
        Param::number("alpha", "α", Domain { slider_max: 4.0, ..Domain::new(0.0, 10.0, 0.1, 2.0) }),
        Param::flag("log", "log(1 + L)", false).convention(),
        Param::flag("background", "count background", false).convention().only(Task::Multiclass),
        ACTIVATION,
        OVER,
        REDUCTION[2],
    ],
    build: |config| Box::new(Hausdorff::new(config)),
};

/// Hausdorff loss by distance transforms; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Hausdorff {
    alpha: f64,
    log: bool,
    planes: PlaneMean,
}

impl Hausdorff {
    fn new(config: &Config<'_>) -> Self {
        Self { alpha: config.number("alpha"), log: config.flag("log"), planes: PlaneMean::new(config) }
    }

    fn raised(&self, distance: f64) -> f64 {
        if (self.alpha - 2.0).abs() < f64::EPSILON { distance * distance } else { distance.powf(self.alpha) }
    }

    /// Weights of the pixels: the sum of both distances, each to the power α, flat `[image, class, y, x]`.
    fn weights(&self, field: &Field<'_>) -> Vec<f64> {
        let shape = field.shape();
        let prob = &field.probabilities(self.planes.head).prob;
        let mut weights: Vec<f64> = field.distances().iter().map(|&d| self.raised(d)).collect();
        for image in 0..shape.images {
            let labels = field.labels_of(image);
            for channel in self.planes.first(shape)..shape.channels {
                let plane = shape.plane(image, channel);
                let predicted: Vec<bool> = prob[plane.clone()]
                    .iter()
                    .zip(labels)
                    .map(|(&p, &label)| p > 0.5 && field.counts(label))
                    .collect();
                let weights = &mut weights[plane];
                match distances_to_other_side(&predicted, shape.width) {
                    Some(distances) => {
                        weights.iter_mut().zip(distances).for_each(|(w, d)| *w += self.raised(d));
                    }
                    None => weights.iter_mut().for_each(|w| *w += self.raised(0.0)),
                }
            }
        }
        weights
    }
}

impl Hausdorff {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let probabilities = field.probabilities(self.planes.head);
        let weights = self.weights(field);
        // p − y, from the side that keeps its digits.
        let error = |i: usize, positive: bool| {
            if positive { -probabilities.rest[i] } else { probabilities.prob[i] }
        };
        let (mean, scales) = self.planes.mean(field, |i, positive| {
            let error = error(i, positive);
            error * error * weights[i]
        });
        let (value, by_mean) = if self.log { (mean.ln_1p(), 1.0 / (1.0 + mean)) } else { (mean, 1.0) };
        if let Some(gradient) = gradient {
            let first = self.planes.first(shape);
            pull_back(field, self.planes.head, gradient, |image, channel, pixel, label| {
                if channel < first {
                    return 0.0;
                }
                let i = shape.plane(image, channel).start + pixel;
                2.0 * by_mean * scales[image] * weights[i] * error(i, field.is_foreground(label, channel))
            });
        }
        value
    }
}

impl Loss for Hausdorff {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.planes.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        Range::UNBOUNDED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Labels, Logits};
    use crate::loss::config::Settings;

    fn value(logits: [f32; 4]) -> f64 {
        let logits = Logits::from_shape_vec((1, 1, 1, 4), logits.to_vec()).unwrap();
        let labels = Labels::from_shape_vec((1, 1, 4), vec![0, 1, 0, 0]).unwrap();
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        Hausdorff::new(&Config::new(&SPEC, &Settings::new()).unwrap()).evaluate(&field, None)
    }

    #[test]
    fn a_row_has_the_value_computed_by_hand() {
        // All at p = ½ or next to it. The truth's distances are 1, 1, 1 and 2; no predicted edge, then one around the
        // last pixel, with distances 3, 2, 1 and 1: the value jumps.
        let error = 0.25;
        assert!((value([0.0; 4]) - error * 7.0 / 4.0).abs() < 1e-12);
        assert!((value([0.0, 0.0, 0.0, 1e-6]) - error * (7.0 + 15.0) / 4.0).abs() < 1e-5);
    }
}
