//! Probability weighted by how far it lies from the edge of the truth: cheap just outside the edge, dear far away,
//! and a gain inside.
//!
//! # Formula
//! With d the distance of a pixel to the nearest pixel on the other side of the edge, and N pixels:
//! ```text
//! L = \frac{1}{N} \sum_i p_i \varphi_i, \qquad
//! \varphi_i = \begin{cases} d_i & \text{outside} \\ -(d_i - 1) & \text{inside} \end{cases}
//! ```
//! Multi-class, each class has its own mask and φ, and the mean is also over the classes. By the probability the
//! gradient of a pixel is, whatever is predicted:
//! ```text
//! \frac{\partial L}{\partial p_i} = \frac{\varphi_i}{N}
//! ```
//!
//! # Parameters
//! * `inside`, default −(d − 1): φ inside the mask. With −(d − 1) the last pixels inside weigh nothing, while the first
//!   ones outside weigh 1; with −d the two sides are alike.
//! * `full_mask`, default φ = 0: what a mask without any background does. It has no edge; libraries that do not guard
//!   against it take distances to the place one row above the first pixel, because that is what scipy returns.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]`. The value is a distance, in pixels. Ignored pixels are in no
//! mean; to the distances they are background, so a mask ends where ignored pixels begin. Soft labels are not used:
//! a distance needs an edge.
//!
//! # Range
//! Any number, and the size of the image decides how large. It falls below 0 where the deep inside is predicted: a
//! perfect prediction has the mean of φ over the foreground, which is at most 0 and depends on the truth.
//!
//! # Edge cases
//! A mask that is empty has φ = 0, and so value and gradient 0 whatever is predicted. With no pixel to count they are
//! 0 too.
//!
//! # Source
//! Kervadec et al. 2019 (Boundary loss for highly unbalanced segmentation), where φ is −d inside; the −(d − 1) is that
//! of the authors' code and of MONAI. The paper adds it to a region loss, because by itself an empty prediction, at 0,
//! is hardly worse than a perfect one.

use super::config::{Choice, Config, Param};
use super::docs::module_docs;
use super::overlap::{ACTIVATION, BACKGROUND, OVER, REDUCTION};
use super::planes::PlaneMean;
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run, pull_back};
use crate::field::{Field, Head, distance_transform};

/// Catalogue line of the boundary loss.
pub const SPEC: Spec = Spec {
    id: "boundary",
    name: PerTask::both("Boundary"),
    family: Family::Boundary,
    at_first: false,
    takes_shares: false,
    docs: module_docs!("boundary.rs"),
    params: &[
        Param::choice(
            "inside",
            "φ inside",
            &[Choice { id: "one-less", label: "−(d − 1)" }, Choice { id: "whole", label: "−d" }],
        )
        .convention(),
        Param::choice(
            "full_mask",
            "full mask",
            &[Choice { id: "zero", label: "φ = 0" }, Choice { id: "corner", label: "d to above the corner" }],
        )
        .convention(),
        ACTIVATION,
        OVER,
        BACKGROUND,
        REDUCTION[2],
    ],
    build: |config| Box::new(Boundary::new(config)),
};

/// Boundary loss; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// Pixels taken off the distance inside the mask before its sign changes: 0 or 1.
    less_inside: f64,
    /// True if a full mask has distances to the place above its first pixel, false if they are 0.
    full_has_corner: bool,
    planes: PlaneMean,
}

impl Boundary {
    fn new(config: &Config<'_>) -> Self {
        Self {
            less_inside: if config.choice("inside") == "whole" { 0.0 } else { 1.0 },
            full_has_corner: config.choice("full_mask") == "corner",
            planes: PlaneMean::new(config),
        }
    }

    /// Signed distances φ of all planes, in pixels, flat `[image, class, y, x]`.
    fn signed_distances(&self, field: &Field<'_>) -> Vec<f64> {
        let shape = field.shape();
        let mut signed = field.distances().to_vec();
        for image in 0..shape.images {
            for channel in self.planes.first(shape)..shape.channels {
                let plane = &mut signed[shape.plane(image, channel)];
                let labels = field.labels_of(image);
                let is_inside = |&label: &u8| field.counts(label) && field.is_foreground(label, channel);
                if self.full_has_corner && labels.iter().all(is_inside) {
                    plane.copy_from_slice(&distance_transform(&vec![true; plane.len()], shape.width));
                }
                for (distance, label) in plane.iter_mut().zip(labels) {
                    // Off both ends of an empty or full mask the distance is 0, and stays it.
                    if is_inside(label) && *distance > 0.0 {
                        *distance = self.less_inside - *distance;
                    }
                }
            }
        }
        signed
    }
}

impl Boundary {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let shape = field.shape();
        let prob = &field.probabilities(self.planes.head).prob;
        let signed = self.signed_distances(field);
        let (value, scales) = self.planes.mean(field, |i, _| prob[i] * signed[i]);
        if let Some(gradient) = gradient {
            let first = self.planes.first(shape);
            pull_back(field, self.planes.head, gradient, |image, channel, pixel, _| {
                if channel < first {
                    return 0.0;
                }
                scales[image] * signed[shape.plane(image, channel).start + pixel]
            });
        }
        value
    }
}

impl Loss for Boundary {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.planes.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        // Distances grow with the image, which is not known here, and can be of either sign.
        Range { least: f64::NEG_INFINITY, most: f64::INFINITY, perfect: f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Labels, Logits};
    use crate::loss::config::Settings;

    #[test]
    fn a_disc_has_the_numbers_of_the_notes() {
        // A disc of radius 8 in 32 × 32, predicted perfectly, not at all, at even odds and everywhere.
        let labels = Labels::from_shape_fn((1, 32, 32), |(_, y, x)| {
            let (dy, dx) = (y as f64 - 16.0, x as f64 - 16.0);
            u8::from(dy * dy + dx * dx <= 64.0)
        });
        let loss = Boundary::new(&Config::new(&SPEC, &Settings::new()).unwrap());
        for (inside, outside, expected) in
            [(60.0, -60.0, -0.377), (-60.0, -60.0, 0.0), (0.0, 0.0, 2.332), (60.0, 60.0, 4.665)]
        {
            let logits =
                Logits::from_shape_fn(
                    (1, 1, 32, 32),
                    |(_, _, y, x)| {
                        if labels[[0, y, x]] == 1 { inside } else { outside }
                    },
                );
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            let value = loss.evaluate(&field, None);
            assert!((value - expected).abs() < 5e-4, "{value} is not {expected}");
        }
    }
}
