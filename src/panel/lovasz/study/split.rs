//! Parts of a batch sorted by themselves, against all of it sorted as one.

use super::{error_by_jaccard, sorted};
use crate::field::{Field, JaccardLoss};
use crate::loss::lovasz::Lovasz;

/// Part of a batch, sorted by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchPart {
    /// Number of its pixels that count.
    pub pixels: usize,
    /// Number of its pixels that are foreground of the channel.
    pub foreground: usize,
    /// Loss of the part.
    pub value: f64,
    /// Errors at even values of the Jaccard loss reached, from 0 to 1.
    pub curve: Vec<f64>,
}

/// Loss of all pixels, and of those of each part; `part_of` gives the part of a pixel. Pixels keep their
/// order, so that one sort does for all.
pub fn split(
    field: &Field<'_>,
    loss: Lovasz,
    channel: usize,
    parts: usize,
    part_of: impl Fn(usize) -> usize,
) -> (BatchPart, Vec<BatchPart>) {
    let mut each: Vec<Vec<(f64, bool)>> = vec![Vec::new(); parts];
    let mut all = Vec::new();
    for pixel in sorted(field, loss, channel) {
        let entry = (pixel.error, pixel.is_foreground);
        all.push(entry);
        if let Some(part) = each.get_mut(part_of(pixel.pixel)) {
            part.push(entry);
        }
    }
    (measured(&all), each.iter().map(|part| measured(part)).collect())
}

fn measured(sorted: &[(f64, bool)]) -> BatchPart {
    let foreground = sorted.iter().filter(|(_, is_foreground)| *is_foreground).count();
    let mut jaccard = JaccardLoss::new(foreground);
    BatchPart {
        pixels: sorted.len(),
        foreground,
        value: sorted.iter().map(|&(error, is_foreground)| error * jaccard.join(is_foreground)).sum(),
        curve: error_by_jaccard(sorted.iter().copied(), foreground),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::s;

    use super::super::tests::{ERRORS, lovasz, scene};
    use super::*;
    use crate::loss::Loss;

    #[test]
    fn images_by_themselves_are_the_loss_per_image() {
        for seed in 0..10 {
            let (logits, mut labels) = scene(seed, (3, 1, 5, 6));
            labels.slice_mut(s![1, .., ..]).fill(0);
            labels[[2, 0, 0]] = 255;
            let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
            for error in ERRORS {
                let loss = lovasz(error);
                let (all, images) = split(&field, loss, 0, 3, |pixel| pixel / 30);
                assert!((all.value - loss.evaluate(&field, None)).abs() < 1e-12);
                let per_image = Lovasz { per_image: true, ..loss };
                let mean = images.iter().map(|image| image.value).sum::<f64>() / 3.0;
                assert!((mean - per_image.evaluate(&field, None)).abs() < 1e-12);
                assert_eq!((images[1].foreground, images[2].pixels), (0, 29));
            }
        }
    }

    #[test]
    fn halves_are_the_losses_of_the_halves() {
        let (logits, labels) = scene(4, (1, 1, 5, 7));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for error in ERRORS {
            let (_, halves) = split(&field, lovasz(error), 0, 2, |pixel| usize::from(pixel % 7 >= 3));
            for (half, columns) in halves.iter().zip([0..3, 3..7]) {
                let logits = logits.slice(s![.., .., .., columns.clone()]).to_owned();
                let labels = labels.slice(s![.., .., columns]).to_owned();
                let cut = Field::new(logits.view(), labels.view(), None).unwrap();
                assert!((half.value - lovasz(error).evaluate(&cut, None)).abs() < 1e-12);
            }
        }
    }
}
