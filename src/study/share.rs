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
            let (fg, all) = sums(&gradient[shape.plane(image, channel)], field.labels_of(image));
            foreground += fg;
            total += all;
        }
    }
    (total > 0.0).then(|| foreground / total)
}

/// Σ|g| where the label is above 0, and everywhere. Sums in four lanes, which the compiler makes vectors of.
fn sums(gradient: &[f32], labels: &[u8]) -> (f64, f64) {
    const LANES: usize = 4;
    let (mut foreground, mut total) = ([0.0; LANES], [0.0; LANES]);
    let (blocks, rest) = gradient.as_chunks::<LANES>();
    let (label_blocks, label_rest) = labels.as_chunks::<LANES>();
    let mut add = |lane: usize, g: f32, label: u8| {
        let size = f64::from(g.abs());
        total[lane] += size;
        foreground[lane] += if label > 0 { size } else { 0.0 };
    };
    for (block, labels) in blocks.iter().zip(label_blocks) {
        for lane in 0..LANES {
            add(lane, block[lane], labels[lane]);
        }
    }
    for (&g, &label) in rest.iter().zip(label_rest) {
        add(0, g, label);
    }
    (foreground.iter().sum(), total.iter().sum())
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
