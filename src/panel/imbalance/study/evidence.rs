//! Perturbations of how far evidence reaches: dilation, erosion, blur.

use ndarray::ArrayView4;

use crate::field::{Logits, sigmoid};

/// Margin by which probabilities are kept from 0 and 1 on their way back to logits.
const CLAMP: f64 = 1e-6;

/// Prediction dilated by a disc of `radius` pixels, or eroded by one below 0: every pixel takes over the
/// logits of the pixel within reach that has the most (or least) evidence of any foreground.
pub(super) fn grown(logits: ArrayView4<'_, f32>, radius: f64) -> Logits {
    let (_, channels, height, width) = logits.dim();
    let evidence: Vec<f32> = (0..height * width)
        .map(|i| {
            let of = |channel: usize| logits[[0, channel, i / width, i % width]];
            if channels == 1 { of(0) } else { (1..channels).map(|c| of(c) - of(0)).fold(f32::MIN, f32::max) }
        })
        .collect();
    let reach = radius.abs().floor() as isize;
    let disc: Vec<(isize, isize)> = (-reach..=reach)
        .flat_map(|dy| (-reach..=reach).map(move |dx| (dy, dx)))
        .filter(|&(dy, dx)| (dy as f64).hypot(dx as f64) <= radius.abs())
        .collect();
    let better = |a: f32, b: f32| if radius > 0.0 { a > b } else { a < b };
    let best = |y: usize, x: usize| {
        let near = disc.iter().filter_map(|&(dy, dx)| {
            let (y, x) = (y.checked_add_signed(dy)?, x.checked_add_signed(dx)?);
            (y < height && x < width).then_some(y * width + x)
        });
        near.fold(y * width + x, |best, i| if better(evidence[i], evidence[best]) { i } else { best })
    };
    let sources: Vec<usize> = (0..height * width).map(|i| best(i / width, i % width)).collect();
    Logits::from_shape_fn(logits.dim(), |(_, channel, y, x)| {
        let source = sources[y * width + x];
        logits[[0, channel, source / width, source % width]]
    })
}

/// Prediction with its probabilities blurred by a Gaussian of `sigma` pixels; the border is repeated beyond
/// itself.
///
/// A softmax does not see what is added to all logits of a pixel, and losses of one class against the rest do. The mean
/// of a pixel's logits is blurred like its probabilities, so that it is what it was as σ nears 0: in a scene whose
/// logits have a mean of 0 it is 0 at every σ.
pub(super) fn blurred(logits: ArrayView4<'_, f32>, sigma: f64) -> Logits {
    if sigma <= 0.0 {
        return logits.to_owned();
    }
    let (_, channels, height, width) = logits.dim();
    let kernel = kernel(sigma);
    let planes: Vec<Vec<f64>> =
        probabilities(logits).iter().map(|plane| smoothed(plane, (height, width), &kernel)).collect();
    let prob = |channel: usize, i: usize| planes[channel][i].clamp(CLAMP, 1.0 - CLAMP);
    let mean = |of: &dyn Fn(usize) -> f64| (0..channels).map(of).sum::<f64>() / channels as f64;
    if channels == 1 {
        return Logits::from_shape_fn(logits.dim(), |(_, _, y, x)| {
            let p = prob(0, y * width + x);
            (p / (1.0 - p)).ln() as f32
        });
    }
    let gauge: Vec<f64> = (0..height * width)
        .map(|i| mean(&|channel| f64::from(logits[[0, channel, i / width, i % width]])))
        .collect();
    let gauge = smoothed(&gauge, (height, width), &kernel);
    let shifts: Vec<f64> =
        gauge.iter().enumerate().map(|(i, gauge)| gauge - mean(&|channel| prob(channel, i).ln())).collect();
    Logits::from_shape_fn(logits.dim(), |(_, channel, y, x)| {
        let i = y * width + x;
        (prob(channel, i).ln() + shifts[i]) as f32
    })
}

/// Probabilities `[y, x]` by channel: sigmoid of one channel, softmax of several.
fn probabilities(logits: ArrayView4<'_, f32>) -> Vec<Vec<f64>> {
    let (_, channels, height, width) = logits.dim();
    let mut planes = vec![Vec::with_capacity(height * width); channels];
    for y in 0..height {
        for x in 0..width {
            let of = |channel: usize| f64::from(logits[[0, channel, y, x]]);
            if channels == 1 {
                planes[0].push(sigmoid(of(0)));
                continue;
            }
            let most = (0..channels).map(of).fold(f64::MIN, f64::max);
            let total: f64 = (0..channels).map(|c| (of(c) - most).exp()).sum();
            for (channel, plane) in planes.iter_mut().enumerate() {
                plane.push((of(channel) - most).exp() / total);
            }
        }
    }
    planes
}

fn kernel(sigma: f64) -> Vec<f64> {
    let reach = (3.0 * sigma).ceil() as i32;
    let weights: Vec<f64> = (-reach..=reach).map(|d| (-0.5 * (f64::from(d) / sigma).powi(2)).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

fn smoothed(plane: &[f64], (height, width): (usize, usize), kernel: &[f64]) -> Vec<f64> {
    let reach = kernel.len() / 2;
    let along = |plane: &[f64], length: usize, at: &dyn Fn(usize, usize) -> usize, others: usize| {
        let mut out = vec![0.0; plane.len()];
        for other in 0..others {
            for i in 0..length {
                let near = |k: usize| (i + k).saturating_sub(reach).min(length - 1);
                out[at(i, other)] =
                    kernel.iter().enumerate().map(|(k, weight)| weight * plane[at(near(k), other)]).sum();
            }
        }
        out
    };
    let rows = along(plane, width, &|x, y| y * width + x, height);
    along(&rows, height, &|y, x| y * width + x, width)
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;

    use super::*;

    #[test]
    fn a_point_grows_to_a_disc_and_shrinks_to_nothing() {
        let point = Array4::from_shape_fn(
            (1, 1, 21, 21),
            |(_, _, y, x)| if (y, x) == (10, 10) { 4.0 } else { -4.0f32 },
        );
        for radius in [1.0, 2.5, 6.0] {
            let found = grown(point.view(), radius);
            for ((_, _, y, x), z) in found.indexed_iter() {
                let inside = (y as f64 - 10.0).hypot(x as f64 - 10.0) <= radius;
                assert_eq!(*z > 0.0, inside, "{radius} {y} {x}");
            }
            assert!(grown(point.view(), -radius).iter().all(|z| *z < 0.0));
        }
    }

    #[test]
    fn with_classes_all_channels_move_together() {
        let logits =
            Array4::from_shape_fn(
                (1, 3, 5, 5),
                |(_, c, _, x)| if c == 2 && x == 2 { 3.0 } else { c as f32 / 10.0 },
            );
        let found = grown(logits.view(), 1.0);
        assert!((found[[0, 2, 2, 1]] - 3.0).abs() < 1e-6 && (found[[0, 1, 2, 1]] - 0.1).abs() < 1e-6);
        assert!((found[[0, 2, 2, 0]] - 0.2).abs() < 1e-6);
    }

    /// Blur far from the border: a Gaussian keeps the sum, and an edge becomes the normal distribution
    /// function.
    #[test]
    fn a_blur_keeps_the_mean_and_softens_an_edge() {
        let edge = Array4::from_shape_fn((1, 1, 5, 81), |(_, _, _, x)| if x < 40 { -20.0 } else { 20.0f32 });
        let found = blurred(edge.view(), 4.0);
        let p = |x: usize| sigmoid(f64::from(found[[0, 0, 2, x]]));
        assert!((p(39) + p(40) - 1.0).abs() < 1e-6);
        // Φ(3.5 / 4) at 3.5 pixels from the edge.
        assert!((p(43) - 0.8092).abs() < 5e-3, "{}", p(43));
    }

    #[test]
    fn a_blur_keeps_the_gauge_of_the_logits() {
        // Of mean 0, as painted scenes are, and shifted everywhere.
        for gauge in [0.0f32, 1.5] {
            let three = Array4::from_shape_fn((1, 3, 9, 9), |(_, c, y, x)| {
                let z = |c: usize| ((c * 3 + y + 2 * x) % 5) as f32;
                z(c) - (z(0) + z(1) + z(2)) / 3.0 + gauge
            });
            for sigma in [0.01, 0.4, 1.5, 6.0] {
                let softened = blurred(three.view(), sigma);
                for (y, x) in [(0, 0), (4, 4), (8, 2)] {
                    let mean: f32 = (0..3).map(|c| softened[[0, c, y, x]]).sum::<f32>() / 3.0;
                    assert!((mean - gauge).abs() < 1e-5, "{sigma}: {mean}");
                }
            }
            let barely = blurred(three.view(), 0.01);
            assert!(barely.iter().zip(&three).all(|(a, b)| (a - b).abs() < 1e-4), "it has no jump at 0");
        }
    }
}
