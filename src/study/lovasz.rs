//! The sort behind a Lovász loss, rank by rank.

use crate::field::{Field, Ranked};
use crate::loss::lovasz::Lovasz;

/// The pixels of one channel in decreasing order of error.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Order {
    /// By rank: the error, at least 0.
    pub errors: Vec<f32>,
    /// By rank: what the pixel adds to the Jaccard loss, and so the weight of its error.
    pub increments: Vec<f32>,
    /// By rank: the index of the pixel among the labels `[image, y, x]`.
    pub pixels: Vec<u32>,
    /// By rank: whether the pixel is foreground of the channel.
    pub foreground: Vec<bool>,
    /// Σ error · increment: the loss of this channel.
    pub value: f64,
}

/// Sorts the whole batch about one channel.
pub fn order(field: &Field<'_>, loss: Lovasz, channel: usize) -> Order {
    let shape = field.shape();
    let ranking = field.ranking(loss.head(), 0..shape.images, channel);
    let error_of = loss.errors(field);
    let mut order = Order::default();
    for Ranked { pixel, is_foreground, increment } in ranking.ranks() {
        let i = shape.plane(pixel / shape.pixels(), channel).start + pixel % shape.pixels();
        let error = error_of(i, is_foreground);
        order.value += error * increment;
        order.errors.push(error as f32);
        order.increments.push(increment as f32);
        order.pixels.push(pixel as u32);
        order.foreground.push(is_foreground);
    }
    order
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::loss::Loss;
    use crate::loss::lovasz::Error;

    #[test]
    fn the_order_adds_up_to_the_loss() {
        let logits = array![[[[0.3f32, -2.0, 1.5, -0.2, 0.9, 4.0]]]];
        let labels = array![[[1u8, 0, 0, 1, 1, 0]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for error in [Error::Hinge, Error::Probability] {
            let loss = Lovasz { error, per_image: false, all_classes: false };
            let order = order(&field, loss, 0);
            assert!((order.value - loss.evaluate(&field, None)).abs() < 1e-12);
            assert!(order.errors.is_sorted_by(|a, b| a >= b), "{:?}", order.errors);
            assert_eq!(order.pixels[0], 5, "logit 4 on the background is the worst");
            assert!(!order.foreground[0]);
        }
    }
}
