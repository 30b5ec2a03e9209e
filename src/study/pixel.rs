//! Contribution of a single pixel to a value.

use crate::field::{Field, FieldError, Logits};
use crate::loss::Loss;

/// Logit at which every loss here takes a pixel for perfectly sure.
const SURE: f32 = 40.0;

/// Logits with one pixel of the first image made perfectly right: sure of its hard label, or with its soft
/// label as probability.
pub fn put_right(field: &Field<'_>, label: u8, y: usize, x: usize) -> Logits {
    let shape = field.shape();
    let mut logits = field.logits_view().to_owned();
    for channel in 0..shape.channels {
        let share = field.target(shape.plane(0, channel).start + y * shape.width + x, label, channel);
        // A softmax does not see what is added to all, so log shares are its logits.
        let logit = if shape.channels == 1 || field.soft_labels().is_none() {
            (share / (1.0 - share)).ln()
        } else {
            share.ln()
        };
        logits[[0, channel, y, x]] = (logit as f32).clamp(-SURE, SURE);
    }
    logits
}

/// Contribution of one pixel of the first image to each value: the amount by which the value would fall if
/// that pixel were perfectly right and all else stayed. For means over pixels it is the pixel's own term; for
/// other losses it depends on all other pixels. 0 for an ignored pixel.
pub fn contributions<'l>(
    field: &Field<'_>,
    (y, x): (usize, usize),
    losses: impl Iterator<Item = (&'l dyn Loss, f64)>,
) -> Result<Vec<f64>, FieldError> {
    let label = field.labels()[y * field.shape().width + x];
    if !field.counts(label) {
        return Ok(losses.map(|_| 0.0).collect());
    }
    let right = put_right(field, label, y, x);
    let field = field.predicting(right.view())?;
    Ok(losses.map(|(loss, value)| value - loss.evaluate(&field, None)).collect())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::field::IGNORE;
    use crate::loss::cross_entropy::CrossEntropy;
    use crate::loss::hinge::Hinge;

    #[test]
    fn a_mean_over_pixels_gives_its_own_term() {
        let logits = array![[[[0.5f32, -1.0, 2.0]]]];
        let labels = array![[[1u8, IGNORE, 0]]];
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let losses: [(&dyn Loss, f64); 2] = [
            (&CrossEntropy::default(), CrossEntropy::default().evaluate(&field, None)),
            (&Hinge, Hinge.evaluate(&field, None)),
        ];
        let at = |x| contributions(&field, (0, x), losses.into_iter()).unwrap();
        assert!((at(2)[0] - 2.0f64.exp().ln_1p() / 2.0).abs() < 1e-12);
        assert!((at(2)[1] - 1.5).abs() < 1e-12, "(1 + 2) / 2 pixels");
        assert_eq!(at(1), [0.0, 0.0], "an ignored pixel");
    }

    /// Soft labels: the right prediction is as unsure as they are.
    #[test]
    fn a_soft_pixel_is_right_where_its_probabilities_are_its_shares() {
        let logits = array![[[[0.5f32, 1.0]], [[-1.0, 0.0]], [[2.0, 0.3]]]];
        let labels = array![[[2u8, 0]]];
        let shares = array![[[[0.2f32, 1.0]], [[0.3, 0.0]], [[0.5, 0.0]]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let field = field.with_soft_labels(shares.view()).unwrap();
        let right = put_right(&field, 2, 0, 0);
        let total: f32 = (0..3).map(|class| right[[0, class, 0, 0]].exp()).sum();
        for (class, share) in [0.2, 0.3, 0.5].into_iter().enumerate() {
            assert!((right[[0, class, 0, 0]].exp() / total - share).abs() < 1e-6);
        }
        let loss = CrossEntropy::default();
        let value = loss.evaluate(&field, None);
        let due = contributions(&field, (0, 0), std::iter::once((&loss as &dyn Loss, value)));
        let at_best = Field::new(right.view(), labels.view(), None).unwrap();
        let at_best = at_best.with_soft_labels(shares.view()).unwrap();
        assert!((due.unwrap()[0] - (value - loss.evaluate(&at_best, None))).abs() < 1e-12);
    }
}
