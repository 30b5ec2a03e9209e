//! Where a scene's own pixels sit on the focal curves.

use crate::field::{Field, Head};

/// Pixels by the probability they give their true class, as shares of all that count.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Pixels of any class but 0, by bin of p_t from 0 to 1.
    pub foreground: Vec<f64>,
    /// Pixels of class 0, likewise.
    pub background: Vec<f64>,
}

/// Counts pixels by p_t in so many even bins. The shares of both sides together add up to 1.
pub fn histogram(field: &Field<'_>, bins: usize) -> Histogram {
    let shape = field.shape();
    let probabilities = field.probabilities(Head::Joint);
    let mut histogram = Histogram { foreground: vec![0.0; bins], background: vec![0.0; bins] };
    let share = 1.0 / field.valid_pixels(0..shape.images).max(1) as f64;
    for image in 0..shape.images {
        for (pixel, &label) in field.labels_of(image).iter().enumerate() {
            if !field.counts(label) {
                continue;
            }
            let true_prob = if shape.channels == 1 {
                let i = shape.plane(image, 0).start + pixel;
                if label > 0 { probabilities.prob[i] } else { probabilities.rest[i] }
            } else {
                probabilities.prob[shape.plane(image, usize::from(label)).start + pixel]
            };
            let bin = ((true_prob * bins as f64) as usize).min(bins - 1);
            let side = if label > 0 { &mut histogram.foreground } else { &mut histogram.background };
            side[bin] += share;
        }
    }
    histogram
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn pixels_fall_in_the_bin_of_their_true_class() {
        // p = 0.5, nearly 1 and nearly 0 for the foreground; the last pixel is background and right.
        let logits = array![[[[0.0f32, 9.0, -9.0]]]];
        let labels = array![[[1u8, 1, 0]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let histogram = histogram(&field, 4);
        let third = 1.0 / 3.0;
        assert_eq!(histogram.foreground, [0.0, 0.0, third, third]);
        assert_eq!(histogram.background, [0.0, 0.0, 0.0, third]);
    }
}
