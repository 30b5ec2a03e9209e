//! Empty truth: one pixel holds all the weight.

use crate::field::Field;
use crate::loss::lovasz::Lovasz;

/// Pixel that would hold all the weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sole {
    /// Index into the labels `[image, y, x]`.
    pub pixel: usize,
    /// Error of the pixel, at least 0, which is then the loss.
    pub error: f64,
    /// Number of pixels that count.
    pub of: usize,
}

/// Sole pixel of the loss if no label were the foreground of the channel and the prediction stayed: the one
/// most confidently taken for it. None if no pixel counts.
pub fn sole_pixel(field: &Field<'_>, loss: Lovasz, channel: usize) -> Option<Sole> {
    let shape = field.shape();
    let probabilities = field.probabilities(loss.head());
    let errors = loss.errors(field);
    let (mut worst, mut of): (Option<(usize, usize, f64)>, usize) = (None, 0);
    for image in 0..shape.images {
        for ((pixel, &label), i) in field.labels_of(image).iter().enumerate().zip(shape.plane(image, channel))
        {
            if field.counts(label) {
                of += 1;
                // What pixels are sorted by, so that errors which are both 1 to the last digit are told apart.
                let logit = probabilities.log_prob[i] - probabilities.log_rest[i];
                if worst.is_none_or(|(.., most)| logit as f32 > most as f32) {
                    worst = Some((image * shape.pixels() + pixel, i, logit));
                }
            }
        }
    }
    worst.map(|(pixel, i, _)| Sole { pixel, error: errors(i, false), of })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ERRORS, lovasz, scene};
    use super::*;
    use crate::loss::Evaluation;

    #[test]
    fn exactly_one_pixel_holds_the_gradient_and_its_error_is_the_loss() {
        for seed in 0..30 {
            let (mut logits, mut labels) = scene(seed, (1, 1, 9, 8));
            if seed % 3 == 0 {
                // Errors that are all 1 to the last digit, and ties.
                logits.mapv_inplace(|z| 40.0 + z);
            }
            labels[[0, 3, 3]] = 255;
            let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
            let nothing = labels.mapv(|label| if label == 255 { 255 } else { 0 });
            let empty = Field::new(logits.view(), nothing.view(), Some(255)).unwrap();
            for error in ERRORS {
                let sole = sole_pixel(&field, lovasz(error), 0).unwrap();
                assert_eq!(sole.of, 71);
                let ranking = empty.ranking(lovasz(error).head(), 0..1, 0);
                let held: Vec<_> = ranking.ranks().filter(|ranked| ranked.increment != 0.0).collect();
                assert_eq!(held.len(), 1);
                assert_eq!((held[0].pixel, held[0].increment.to_bits()), (sole.pixel, 1f64.to_bits()));
                let Evaluation { value, gradient, .. } = Evaluation::of(&lovasz(error), &empty);
                assert!((value - sole.error).abs() < 1e-12);
                let others =
                    gradient.iter().enumerate().filter(|(pixel, g)| **g != 0.0 && *pixel != sole.pixel);
                assert_eq!(others.count(), 0);
                let own = f64::from(gradient[sole.pixel]);
                let p = &empty.probabilities(lovasz(error).head());
                let expected = match error {
                    crate::loss::lovasz::Error::Hinge => 1.0,
                    crate::loss::lovasz::Error::Probability => p.prob[sole.pixel] * p.rest[sole.pixel],
                };
                assert!((own - expected).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn where_all_is_ignored_there_is_none() {
        let (logits, mut labels) = scene(0, (1, 1, 2, 2));
        labels.fill(255);
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        assert_eq!(sole_pixel(&field, lovasz(ERRORS[0]), 0), None);
    }
}
