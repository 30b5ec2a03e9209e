//! Soft edges of the truth: what a hard mask would be if nobody had had to decide at its boundary.

use ndarray::{Array4, ArrayView3, Axis};

use crate::field::{IGNORE, Labels};

/// The widest edge, in pixels to either side.
pub const WIDEST: usize = 16;

/// Shares of classes `[image, class, y, x]` (of the foreground alone, when there is one channel) within `radius` pixels:
/// a box blur, twice, over the pixels that count. Far from an edge they are 0 and 1; at each pixel those of all classes
/// add up to 1. An ignored pixel has no share of anything.
pub fn soft_labels(labels: &Labels, channels: usize, radius: usize) -> Array4<f32> {
    let (images, height, width) = labels.dim();
    let mut shares = Array4::zeros((images, channels, height, width));
    let counted = blurred(labels.view(), radius, |label| label != IGNORE);
    for channel in 0..channels {
        let class = if channels == 1 { 1 } else { channel as u8 };
        let of_class = blurred(labels.view(), radius, |label| label == class);
        let plane = shares.index_axis_mut(Axis(1), channel);
        for (((share, &label), of_class), counted) in
            plane.into_iter().zip(labels).zip(of_class).zip(&counted)
        {
            *share = if label == IGNORE { 0.0 } else { (of_class / counted) as f32 };
        }
    }
    shares
}

/// Weight, around each pixel, of those whose label passes `is`: a box sum, twice, not normalised.
fn blurred(labels: ArrayView3<'_, u8>, radius: usize, is: impl Fn(u8) -> bool) -> Vec<f64> {
    let (_, height, width) = labels.dim();
    let mut plane: Vec<f64> = labels.iter().map(|&label| f64::from(u8::from(is(label)))).collect();
    let mut line = Vec::new();
    for image in plane.chunks_exact_mut(height * width) {
        for _ in 0..2 {
            for row in 0..height {
                blur(image, row * width, 1, width, radius, &mut line);
            }
            for column in 0..width {
                blur(image, column, width, height, radius, &mut line);
            }
        }
    }
    plane
}

/// A running sum along one line of a plane, which is exact because it is of whole numbers. Beyond the border there is
/// nothing, of any class.
fn blur(plane: &mut [f64], start: usize, step: usize, length: usize, radius: usize, line: &mut Vec<f64>) {
    line.clear();
    line.extend((0..length).map(|i| plane[start + i * step]));
    let mut sum: f64 = line.iter().take(radius).sum();
    for i in 0..length {
        if i + radius < length {
            sum += line[i + radius];
        }
        if i > radius {
            sum -= line[i - radius - 1];
        }
        plane[start + i * step] = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class 2 in the lower half of the left, an ignored corner.
    fn labels() -> Labels {
        Labels::from_shape_fn((1, 24, 30), |(_, y, x)| match (y, x) {
            (0..3, 0..3) => IGNORE,
            (12.., ..14) => 2,
            (_, 14..) => 1,
            _ => 0,
        })
    }

    #[test]
    fn without_a_radius_labels_stay_hard() {
        let labels = labels();
        for ((_, class, y, x), &share) in soft_labels(&labels, 3, 0).indexed_iter() {
            let expected = f32::from(u8::from(usize::from(labels[[0, y, x]]) == class));
            assert!((share - expected).abs() < 1e-7, "class {class} at {x}, {y}: {share}");
        }
    }

    #[test]
    fn shares_add_up_to_one_where_a_pixel_counts() {
        let labels = labels();
        let shares = soft_labels(&labels, 3, 4);
        for ((_, y, x), &label) in labels.indexed_iter() {
            let sum: f32 = (0..3).map(|class| shares[[0, class, y, x]]).sum();
            let expected = if label == IGNORE { 0.0 } else { 1.0 };
            assert!((sum - expected).abs() < 1e-6, "{x}, {y}: {sum}");
        }
    }

    #[test]
    fn only_edges_are_soft_and_half_way_at_a_straight_one() {
        let labels = Labels::from_shape_fn((1, 40, 40), |(_, _, x)| u8::from(x >= 20));
        let shares = soft_labels(&labels, 1, 3);
        // Twice three pixels to either side.
        for (x, expected) in [(0, 0.0), (13, 0.0), (26, 1.0), (39, 1.0)] {
            assert!((shares[[0, 0, 20, x]] - expected).abs() < 1e-6, "x {x}: {}", shares[[0, 0, 20, x]]);
        }
        let across = [19, 20].map(|x| shares[[0, 0, 20, x]]);
        assert!((across[0] + across[1] - 1.0).abs() < 1e-6 && across[0] < 0.5, "{across:?}");
        // One blur would end after three.
        assert!(shares[[0, 0, 20, 15]] > 0.0 && shares[[0, 0, 20, 24]] < 1.0);
        assert!((0..39).all(|x| shares[[0, 0, 20, x]] <= shares[[0, 0, 20, x + 1]]));
    }

    #[test]
    fn what_is_ignored_bends_no_share() {
        let mut labels = Labels::zeros((1, 9, 9));
        labels.slice_mut(ndarray::s![.., .., 5..]).fill(IGNORE);
        let shares = soft_labels(&labels, 3, 2);
        assert!((shares[[0, 0, 4, 4]] - 1.0).abs() < 1e-7, "next to it there is class 0 alone");
    }
}
