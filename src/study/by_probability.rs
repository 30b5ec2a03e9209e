//! Gradient by probabilities instead of logits.

use ndarray::ArrayView4;

use crate::field::{Field, Head, Logits, Task};
use crate::loss::{Evaluation, Loss};

/// Logit, from the largest of its pixel, at which probabilities are held: e⁻³⁰⁰ is 10⁻¹³⁰, and its reciprocal, which a
/// derivative by the probability can be, is far within f64.
const FARTHEST: f32 = 300.0;

/// Value of a loss with its gradient d(value)/d(probability), `[image, class, y, x]`.
///
/// Probabilities of a pixel add up to 1, so one alone cannot move. It is moved here by its own logit, from which the
/// others give way in proportion: dp = p(1 − p)·dz. In a binary task this is the plain derivative by p. It is worked
/// out in f64, where p(1 − p) does not underflow. Probabilities are held from 10⁻¹³⁰ to 1 − 10⁻¹³⁰: beyond, a derivative
/// as that of −log p has no number.
pub fn by_probability(field: &Field<'_>, loss: &dyn Loss) -> Evaluation {
    let shape = field.shape();
    let held = held(field);
    let near = held.as_ref().and_then(|logits| field.predicting(logits.view()).ok());
    let field_near = near.as_ref().unwrap_or(field);
    let mut gradient = vec![0.0; shape.logits()];
    let mut value = loss.evaluate_exactly(field_near, &mut gradient);
    if near.is_some() {
        value = loss.evaluate(field, None);
    }
    let all = field_near.probabilities(Head::Joint);
    for ((gradient, p), rest) in gradient.iter_mut().zip(&all.prob).zip(&all.rest) {
        if *gradient != 0.0 {
            *gradient /= p * rest;
        }
    }
    Evaluation::scaled(value, &gradient)
}

/// Logits of which none is farther than [`FARTHEST`] below the largest of its pixel, or with one channel from 0; none if
/// the field's own are such.
fn held(field: &Field<'_>) -> Option<Logits> {
    let shape = field.shape();
    let dim = (shape.images, shape.channels, shape.height, shape.width);
    let own = ArrayView4::from_shape(dim, field.logits()).ok()?;
    if field.logits().iter().all(|z| z.abs() <= 0.5 * FARTHEST) {
        return None;
    }
    let mut logits = own.to_owned();
    if shape.task() == Task::Binary {
        logits.mapv_inplace(|z| z.clamp(-FARTHEST, FARTHEST));
        return Some(logits);
    }
    for mut pixel in logits.lanes_mut(ndarray::Axis(1)) {
        let most = pixel.iter().copied().fold(f32::MIN, f32::max);
        pixel.mapv_inplace(|z| z.max(most - FARTHEST));
    }
    Some(logits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Labels, Logits};
    use crate::loss::config::{Config, Settings};
    use crate::loss::cross_entropy;
    use crate::loss::dice::DICE;

    fn scene(channels: usize) -> (Logits, Labels) {
        let logits = Logits::from_shape_fn((2, channels, 4, 5), |(image, class, y, x)| {
            ((image * 7 + class * 5 + y * 3 + x * 2) % 11) as f32 / 3.0 - 1.5
        });
        let labels = Labels::from_shape_fn((2, 4, 5), |(image, y, x)| u8::from((x + y + image) % 3 == 0));
        (logits, labels)
    }

    /// −2(D − I)/D² on the foreground and 2I/D² elsewhere.
    #[test]
    fn binary_dice_has_its_two_values() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let found = by_probability(&field, &DICE).gradient;
        let sums = field.sums(Head::Joint, 0, 0) + field.sums(Head::Joint, 1, 0);
        let (overlap, both) = (sums.overlap, sums.prob + sums.label);
        for (found, &label) in found.iter().zip(field.labels()) {
            let expected = if label == 1 { -2.0 * (both - overlap) } else { 2.0 * overlap } / both.powi(2);
            // The gradient by the logit was rounded to f32.
            assert!((f64::from(*found) - expected).abs() < 1e-6 * expected.abs(), "{found}, not {expected}");
        }
    }

    /// Derivative of cross-entropy's −log p on the true class: −1/p, whatever the number of classes.
    #[test]
    fn the_true_class_of_cross_entropy_has_minus_one_over_p() {
        for channels in [1, 3] {
            let (logits, labels) = scene(channels);
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            let loss: Box<dyn Loss> =
                (cross_entropy::SPEC.build)(&Config::new(&cross_entropy::SPEC, &Settings::new()).unwrap());
            let found = by_probability(&field, &*loss).gradient;
            let prob = &field.probabilities(Head::Joint).prob;
            let shape = field.shape();
            for image in 0..2 {
                for (pixel, &label) in field.labels_of(image).iter().enumerate() {
                    let channel = if channels == 1 { 0 } else { usize::from(label) };
                    let i = shape.plane(image, channel).start + pixel;
                    let true_prob = if channels == 1 && label == 0 { prob[i] - 1.0 } else { prob[i] };
                    let expected = -1.0 / (40.0 * true_prob);
                    assert!((f64::from(found[i]) - expected).abs() < 1e-5 * expected.abs());
                }
            }
        }
    }

    /// A hard mask as prediction: both derivatives of Dice are as large as anywhere, and those of cross-entropy are
    /// 1/p, whatever f32 can hold.
    #[test]
    fn a_saturated_prediction_keeps_its_derivatives() {
        for z in [60.0f32, 138.0, 290.0] {
            let logits = Logits::from_shape_vec((1, 1, 1, 4), vec![z, -z, z, -z]).unwrap();
            let labels = Labels::from_shape_vec((1, 1, 4), vec![1, 1, 0, 0]).unwrap();
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            // I = 1 and D = 4.
            let dice = by_probability(&field, &DICE);
            for (pixel, expected) in [-0.375, -0.375, 0.125, 0.125].into_iter().enumerate() {
                assert!((dice.at(pixel) - expected).abs() < 1e-6, "{z}: {}", dice.at(pixel));
            }
            let loss =
                (cross_entropy::SPEC.build)(&Config::new(&cross_entropy::SPEC, &Settings::new()).unwrap());
            let entropy = by_probability(&field, &*loss);
            let expected = -0.25 * f64::from(z).exp();
            assert!((entropy.at(1) / expected - 1.0).abs() < 1e-6, "{z}: {} {expected}", entropy.at(1));
        }
    }

    #[test]
    fn logits_beyond_any_probability_give_finite_numbers() {
        for channels in [1, 3] {
            let logits = Logits::from_shape_fn((1, channels, 1, 4), |(_, c, _, x)| {
                [1e4, -1e4, 700.0, 0.0][(x + c) % 4]
            });
            let labels = Labels::from_shape_vec((1, 1, 4), vec![0, 1, 0, 1]).unwrap();
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            for spec in crate::loss::LOSSES {
                let loss = (spec.build)(&Config::new(spec, &Settings::new()).unwrap());
                let found = by_probability(&field, &*loss);
                assert!(found.unit.is_finite() && found.value.is_finite(), "{}", spec.id);
                assert!(found.gradient.iter().all(|g| g.is_finite()), "{}", spec.id);
            }
        }
    }
}
