//! Who holds the gradient.

use crate::field::Field;

/// The share of Σ|gradient| that falls on the foreground, from 0 to 1; the background has the rest.
///
/// The foreground is every class but 0. There is no share where the gradient is 0 everywhere.
pub fn foreground_share(field: &Field<'_>, gradient: &[f32]) -> Option<f64> {
    let shape = field.shape();
    let (mut foreground, mut total) = (0.0, 0.0);
    for image in 0..shape.images {
        for channel in 0..shape.channels {
            for (&g, &label) in gradient[shape.plane(image, channel)].iter().zip(field.labels_of(image)) {
                let g = f64::from(g.abs());
                total += g;
                if label > 0 {
                    foreground += g;
                }
            }
        }
    }
    (total > 0.0).then(|| foreground / total)
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
}
