//! Lovász hinge of a scene of two pixels, over their errors (the figure of Berman et al. 2018).

use ndarray::{Array3, Array4};

use crate::field::{Field, FieldError};
use crate::loss::Loss;
use crate::loss::lovasz::{Error, Lovasz};

/// Lovász hinge at two hinge errors; `truth` is true for a foreground pixel.
pub fn hinge_of_two(truth: [bool; 2], errors: [f64; 2]) -> Result<f64, FieldError> {
    // The logit that has this error.
    let logit = |i: usize| if truth[i] { 1.0 - errors[i] } else { errors[i] - 1.0 };
    let logits = Array4::from_shape_fn((1, 1, 1, 2), |(.., i)| logit(i) as f32);
    let labels = Array3::from_shape_fn((1, 1, 2), |(.., i)| u8::from(truth[i]));
    let loss = Lovasz { error: Error::Hinge, per_image: false, all_classes: true };
    Ok(loss.evaluate(&Field::new(logits.view(), labels.view(), None)?, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_truths_have_their_closed_forms() {
        for i in 0..=20 {
            for j in 0..=20 {
                let [a, b] = [i, j].map(|step| f64::from(step) / 10.0);
                let mean = f64::midpoint(a, b);
                for (truth, expected) in [
                    ([true, true], mean),
                    ([false, false], a.max(b)),
                    ([true, false], a.max(mean)),
                    ([false, true], b.max(mean)),
                ] {
                    let found = hinge_of_two(truth, [a, b]).unwrap();
                    // Logits are f32.
                    assert!((found - expected).abs() < 1e-6, "{truth:?} {a} {b}: {found}, not {expected}");
                }
            }
        }
    }

    #[test]
    fn at_the_corners_it_is_the_jaccard_loss_of_the_wrong_pixels() {
        let corner = |truth, errors| hinge_of_two(truth, errors).unwrap();
        for (truth, expected) in [
            ([true, true], [0.0, 0.5, 0.5, 1.0]),
            ([true, false], [0.0, 1.0, 0.5, 1.0]),
            ([false, false], [0.0, 1.0, 1.0, 1.0]),
        ] {
            let found = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]].map(|errors| corner(truth, errors));
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{truth:?}: {found:?}");
        }
    }
}
