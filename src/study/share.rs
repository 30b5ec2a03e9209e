//! Division of the gradient between foreground and background, and between classes.

use crate::field::{Field, Task};

/// Foreground's fraction of Σ|gradient|, from 0 to 1; the background has the rest.
///
/// The foreground is every class but 0. None if the gradient is 0 everywhere.
pub fn foreground_share(field: &Field<'_>, gradient: &[f32]) -> Option<f64> {
    let shape = field.shape();
    let (mut foreground, mut total) = (0.0, 0.0);
    for image in 0..shape.images {
        let is_foreground = &field.foreground()[image * shape.pixels()..][..shape.pixels()];
        for channel in 0..shape.channels {
            let (fg, all) = sums(&gradient[shape.plane(image, channel)], is_foreground);
            foreground += fg;
            total += all;
        }
    }
    (total > 0.0).then(|| foreground / total)
}

/// Fraction of Σ|gradient| on the pixels of each class of the truth, from 0 to 1, by class; the gradient of a pixel is
/// that by all its logits. In a binary task they are background and foreground. None if the gradient is 0 everywhere.
pub fn class_shares(field: &Field<'_>, gradient: &[f32]) -> Option<Vec<f64>> {
    let shape = field.shape();
    if shape.task() == Task::Binary {
        return foreground_share(field, gradient).map(|share| vec![1.0 - share, share]);
    }
    let mut sums = vec![0.0; shape.classes()];
    for image in 0..shape.images {
        for channel in 0..shape.channels {
            let plane = &gradient[shape.plane(image, channel)];
            for (g, &label) in plane.iter().zip(field.labels_of(image)) {
                if field.counts(label) {
                    sums[usize::from(label)] += f64::from(g.abs());
                }
            }
        }
    }
    let total: f64 = sums.iter().sum();
    (total > 0.0).then(|| sums.into_iter().map(|sum| sum / total).collect())
}

/// Σ|g| on the foreground, and everywhere.
///
/// Short stretches are summed in f32, in lanes that the compiler makes vectors of, and their sums in f64: seven digits
/// hold, whatever the number of pixels.
fn sums(gradient: &[f32], is_foreground: &[f32]) -> (f64, f64) {
    const LANES: usize = 4;
    const STRETCH: usize = 64;
    let (mut foreground, mut total) = (0.0, 0.0);
    for (gradient, sides) in gradient.chunks(STRETCH).zip(is_foreground.chunks(STRETCH)) {
        let (mut fg, mut all) = ([0f32; LANES], [0f32; LANES]);
        let (blocks, rest) = gradient.as_chunks::<LANES>();
        let (side_blocks, side_rest) = sides.as_chunks::<LANES>();
        for (block, sides) in blocks.iter().zip(side_blocks) {
            for lane in 0..LANES {
                let size = block[lane].abs();
                all[lane] += size;
                fg[lane] += size * sides[lane];
            }
        }
        for (g, side) in rest.iter().zip(side_rest) {
            all[0] += g.abs();
            fg[0] += g.abs() * side;
        }
        foreground += f64::from(fg.iter().sum::<f32>());
        total += f64::from(all.iter().sum::<f32>());
    }
    (foreground, total)
}

#[cfg(test)]
mod tests {
    use ndarray::{array, aview1};

    use super::*;

    #[test]
    fn shares_are_of_magnitudes() {
        let logits = array![[[[0.0f32, 0.0, 0.0]]]];
        let labels = array![[[1u8, 0, 0]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        assert_eq!(foreground_share(&field, aview1(&[-3.0, 0.5, -0.5]).to_slice().unwrap()), Some(0.75));
        assert_eq!(foreground_share(&field, &[0.0; 3]), None);
    }

    #[test]
    fn each_class_has_its_own_share() {
        let logits = array![[[[0.0f32, 0.0, 0.0]], [[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]]]];
        let labels = array![[[2u8, 0, 1]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let gradient = [0.5, 0.0, 1.0, 0.5, 0.0, -2.0, -3.0, 1.0, 0.0];
        assert_eq!(class_shares(&field, &gradient), Some(vec![0.125, 0.375, 0.5]));
        assert_eq!(foreground_share(&field, &gradient), Some(0.875));
        assert_eq!(class_shares(&field, &[0.0; 9]), None);
    }
}
