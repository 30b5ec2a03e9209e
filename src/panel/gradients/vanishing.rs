//! Gradient that remains where a region is confidently wrong.
//!
//! The whole foreground is given one margin: the logit of the wrong answer minus that of the right one. At a
//! large margin a loss on logits goes on pulling, while one that sees only probabilities pulls by p(1 − p) of
//! its slope, which is next to nothing.

use crate::field::{Field, Logits, Task, sigmoid};
use crate::loss::{Evaluation, Loss};
use crate::study::share::foreground_share;

/// Distance in logits of the classes that are neither right nor wrong below both: their probabilities are
/// under 10⁻¹⁷.
const BELOW: f64 = 40.0;

/// Point of the curve: a loss and its gradient at one margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarginPoint {
    /// Logit of the wrong answer minus that of the right one, on every pixel of the foreground: below 0 it is right.
    pub margin: f64,
    /// Probability given to what is wrong there, from 0 to 1: σ(margin).
    pub wrong_prob: f64,
    /// The value of the loss, with the background as it was.
    pub value: f64,
    /// Euclidean norm of the gradient by the logits of the foreground's pixels, all their channels; at least 0.
    pub norm: f64,
    /// Foreground's fraction of Σ|gradient|, from 0 to 1; none if there is no gradient.
    pub foreground_share: Option<f64>,
}

/// Logits `[image, class, y, x]` with every foreground pixel wrong by the margin; all others, ignored ones
/// too, stay as they are.
///
/// The foreground is every class but 0, by hard label. In a binary task its logit becomes −margin. In a
/// multi-class task the channel of the label gets −margin/2, channel 0, which is the wrong answer, +margin/2,
/// and every other channel −|margin|/2 − 40, so that the first two share all probability.
pub fn confidently_wrong(field: &Field<'_>, margin: f64) -> Logits {
    let shape = field.shape();
    let logit_of = |channel: usize, label: u8| match shape.task() {
        Task::Binary => -margin,
        Task::Multiclass if channel == usize::from(label) => -0.5 * margin,
        Task::Multiclass if channel == 0 => 0.5 * margin,
        Task::Multiclass => -0.5 * margin.abs() - BELOW,
    };
    Logits::from_shape_fn(
        (shape.images, shape.channels, shape.height, shape.width),
        |(image, channel, y, x)| {
            let pixel = y * shape.width + x;
            let label = field.labels_of(image)[pixel];
            if is_foreground(field, label) {
                logit_of(channel, label) as f32
            } else {
                field.logits()[shape.plane(image, channel).start + pixel]
            }
        },
    )
}

/// Loss and gradient where the whole foreground is wrong by the margin; see [`confidently_wrong`].
///
/// Without a foreground the norm is 0. With a margin that is not finite in f32, value and norm are NaN.
pub fn at_margin(field: &Field<'_>, loss: &dyn Loss, margin: f64) -> MarginPoint {
    let logits = confidently_wrong(field, margin);
    let wrong_prob = sigmoid(margin);
    let (true, Ok(wrong)) = ((margin as f32).is_finite(), field.predicting(logits.view())) else {
        return MarginPoint { margin, wrong_prob, value: f64::NAN, norm: f64::NAN, foreground_share: None };
    };
    let Evaluation { value, gradient, unit } = Evaluation::of(loss, &wrong);
    MarginPoint {
        margin,
        wrong_prob,
        value,
        norm: unit * foreground_norm(&wrong, &gradient),
        foreground_share: foreground_share(&wrong, &gradient),
    }
}

fn is_foreground(field: &Field<'_>, label: u8) -> bool {
    label > 0 && field.counts(label)
}

fn foreground_norm(field: &Field<'_>, gradient: &[f32]) -> f64 {
    let shape = field.shape();
    let mut squares = 0.0;
    for image in 0..shape.images {
        for channel in 0..shape.channels {
            let own = gradient[shape.plane(image, channel)].iter().zip(field.labels_of(image));
            squares += own
                .filter(|&(_, &label)| is_foreground(field, label))
                .map(|(&g, _)| f64::from(g).powi(2))
                .sum::<f64>();
        }
    }
    squares.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Head, IGNORE, Labels};
    use crate::loss::cross_entropy::CrossEntropy;
    use crate::loss::dice::DICE;

    /// Two images; every seventh pixel is ignored.
    fn scene(channels: usize) -> (Logits, Labels) {
        let logits = Logits::from_shape_fn((2, channels, 5, 6), |(image, class, y, x)| {
            ((image * 7 + class * 5 + y * 3 + x * 2) % 11) as f32 / 3.0 - 1.5
        });
        let classes = channels.max(2);
        let labels = Labels::from_shape_fn((2, 5, 6), |(image, y, x)| match image * 30 + y * 6 + x {
            at if at % 7 == 0 => IGNORE,
            at => (at % 5 % classes) as u8,
        });
        (logits, labels)
    }

    fn foreground_pixels(labels: &Labels) -> f64 {
        labels.iter().filter(|&&label| label > 0 && label != IGNORE).count() as f64
    }

    fn assert_close(found: f64, expected: f64) {
        // Gradients are f32.
        assert!((found - expected).abs() <= 2e-6 * expected.abs(), "{found}, not {expected}");
    }

    #[test]
    fn cross_entropy_pulls_by_the_probability_of_what_is_wrong() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let pixels = labels.iter().filter(|&&label| label != IGNORE).count() as f64;
        for margin in [-10.0, -2.5, 0.0, 1.0, 10.0, 30.0] {
            let point = at_margin(&field, &CrossEntropy::default(), margin);
            let wrong_prob = 1.0 / (1.0 + (-margin).exp());
            assert_close(point.wrong_prob, wrong_prob);
            assert_close(point.norm, foreground_pixels(&labels).sqrt() * wrong_prob / pixels);
        }
    }

    /// Equal and opposite pulls: the true class up, class 0 down, and no other class at all.
    #[test]
    fn several_classes_pull_on_the_right_and_the_wrong_one() {
        let (logits, labels) = scene(4);
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let pixels = labels.iter().filter(|&&label| label != IGNORE).count() as f64;
        for margin in [-10.0, 0.0, 3.0, 10.0, 80.0] {
            let point = at_margin(&field, &CrossEntropy::default(), margin);
            let wrong_prob = 1.0 / (1.0 + (-margin).exp());
            assert_close(point.norm, (2.0 * foreground_pixels(&labels)).sqrt() * wrong_prob / pixels);
            let changed = confidently_wrong(&field, margin);
            let wrong = field.predicting(changed.view()).unwrap();
            let prob = &wrong.probabilities(Head::Joint).prob;
            let at = labels.iter().position(|&label| label == 2).unwrap();
            let i = |channel| wrong.shape().plane(at / 30, channel).start + at % 30;
            assert_close(prob[i(0)], wrong_prob);
            assert_close(prob[i(2)], 1.0 / (1.0 + margin.exp()));
        }
    }

    /// Gradient by the logit: p(1 − p) times the −2(D − I)/D² by the probability.
    #[test]
    fn dice_pulls_by_its_slope_on_probabilities() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        for margin in [-10.0, -1.0, 0.0, 2.0, 10.0, 20.0] {
            let point = at_margin(&field, &DICE, margin);
            let right_prob = 1.0 / (1.0 + f64::exp(margin));
            let count = foreground_pixels(&labels);
            let overlap = count * right_prob;
            let background: f64 = labels
                .iter()
                .zip(&logits)
                .filter(|&(&label, _)| label == 0)
                .map(|(_, &z)| 1.0 / (1.0 + f64::from(-z).exp()))
                .sum();
            let both = overlap + background + count;
            assert_close(point.value, 1.0 - 2.0 * overlap / both);
            let slope = 2.0 * (both - overlap) / both.powi(2);
            let by_logit = slope * right_prob / (1.0 + (-margin).exp());
            assert_close(point.norm, count.sqrt() * by_logit);
            // What the rest of Σ|gradient| is, the background's 2I/D² pulls.
            let on_background: f64 = labels
                .iter()
                .zip(&logits)
                .filter(|&(&label, _)| label == 0)
                .map(|(_, &z)| 2.0 * overlap / both.powi(2) / (2.0 + 2.0 * f64::from(z).cosh()))
                .sum();
            let share = count * by_logit / (count * by_logit + on_background);
            assert_close(point.foreground_share.unwrap(), share);
        }
    }

    #[test]
    fn dice_falls_as_an_exponential_and_cross_entropy_does_not() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let kept = |loss: &dyn Loss| at_margin(&field, loss, 16.0).norm / at_margin(&field, loss, 12.0).norm;
        assert!((kept(&DICE) / (-4.0f64).exp() - 1.0).abs() < 1e-3, "{}", kept(&DICE));
        assert!((kept(&CrossEntropy::default()) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn only_the_foreground_that_counts_is_changed() {
        for channels in [1, 3] {
            let (logits, labels) = scene(channels);
            let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
            let changed = confidently_wrong(&field, 7.0);
            for ((image, channel, y, x), &found) in changed.indexed_iter() {
                let expected = match labels[[image, y, x]] {
                    0 | IGNORE => logits[[image, channel, y, x]],
                    _ if channels == 1 => -7.0,
                    label if usize::from(label) == channel => -3.5,
                    _ if channel == 0 => 3.5,
                    _ => -43.5,
                };
                assert_eq!(found.to_bits(), expected.to_bits());
            }
        }
    }

    #[test]
    fn without_foreground_nothing_pulls_on_it() {
        let (logits, _) = scene(1);
        let labels = Labels::zeros((2, 5, 6));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let point = at_margin(&field, &CrossEntropy::default(), 5.0);
        assert!(point.norm.abs() < 1e-300);
        assert_eq!(point.foreground_share, Some(0.0));
        assert!(at_margin(&field, &DICE, f64::INFINITY).norm.is_nan());
    }
}
