//! Gradient by probabilities instead of logits.

use crate::field::{Field, Head, Task};

/// d(value)/d(probability) from d(value)/d(logit), `[image, class, y, x]`.
///
/// Probabilities of a pixel add up to 1, so one alone cannot move. It is moved here by its own logit, from which the
/// others give way in proportion: dp = p(1 − p)·dz. In a binary task this is the plain derivative by p. Where a
/// probability is so close to 0 or 1 that the gradient by its logit is 0 in f32, it is given as 0.
pub fn by_probability(field: &Field<'_>, by_logit: &[f32]) -> Vec<f32> {
    let shape = field.shape();
    if shape.task() == Task::Binary {
        let slope = |z: f32| {
            // σ(z)·σ(−z) without a difference from 1.
            let e = (-f64::from(z).abs()).exp();
            e / ((1.0 + e) * (1.0 + e))
        };
        return by_logit.iter().zip(field.logits()).map(|(&g, &z)| divided(g, slope(z))).collect();
    }
    let prob = &field.probabilities(Head::Joint).prob;
    let mut by_prob = vec![0.0; by_logit.len()];
    for image in 0..shape.images {
        for channel in 0..shape.channels {
            let own = shape.plane(image, channel);
            let others: Vec<_> = (0..shape.channels).filter(|&other| other != channel).collect();
            for (pixel, i) in own.enumerate() {
                // The sum of the others keeps its digits where 1 − p would lose them.
                let rest: f64 =
                    others.iter().map(|&other| prob[shape.plane(image, other).start + pixel]).sum();
                by_prob[i] = divided(by_logit[i], prob[i] * rest);
            }
        }
    }
    by_prob
}

fn divided(gradient: f32, slope: f64) -> f32 {
    if gradient == 0.0 {
        return 0.0;
    }
    (f64::from(gradient) / slope).clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Labels, Logits};
    use crate::loss::config::{Config, Settings};
    use crate::loss::dice::DICE;
    use crate::loss::{Evaluation, Loss, cross_entropy};

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
        let found = by_probability(&field, &Evaluation::of(&DICE, &field).gradient);
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
            let found = by_probability(&field, &Evaluation::of(&*loss, &field).gradient);
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

    #[test]
    fn saturated_probabilities_give_finite_numbers() {
        let logits = Logits::from_shape_vec((1, 1, 1, 4), vec![60.0, -60.0, 1e4, -1e4]).unwrap();
        let labels = Labels::from_shape_vec((1, 1, 4), vec![0, 1, 0, 1]).unwrap();
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for gradient in by_probability(&field, &[0.25, -0.25, 0.25, 0.0]) {
            assert!(gradient.is_finite());
        }
    }
}
