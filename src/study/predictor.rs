//! Two-layer convolutional predictor, small enough to be trained before one's eyes: 3 × 3 filters over the
//! scene's image.
//!
//! Eight filters, a tanh, and one more filter for each logit channel. Pixels share all weights, so that a
//! pixel can only be moved together with all that look like it: what free logits never show of imbalance. It
//! is a teaching model, not a segmentation network: it sees 5 × 5 pixels.

use ndarray::Array2;

use crate::field::{IGNORE, Labels, Logits};
use crate::scene::{random, texture};

/// Number of filters in the first layer.
const FILTERS: usize = 8;
/// Weights of a filter on one plane, 3 × 3, without its bias.
const TAPS: usize = 9;

/// Predictor with its image and the hidden planes of its last forward pass.
#[derive(Debug, Clone)]
pub struct Predictor {
    height: usize,
    width: usize,
    channels: usize,
    weights: Vec<f64>,
    /// Standardised image, with a border of zeros around it.
    image: Vec<f32>,
    hidden: Vec<Vec<f32>>,
}

impl Predictor {
    /// Predictor for an image and a number of logit channels, with weights of a seed. The image is brought to
    /// mean 0 and variance 1; the last layer is small at first, so that all logits are near 0.
    pub fn new(image: &Array2<f32>, channels: usize, seed: u32) -> Self {
        let (height, width) = image.dim();
        let n = image.len().max(1) as f32;
        let mean = image.sum() / n;
        let spread = (image.mapv(|v| (v - mean).powi(2)).sum() / n).sqrt().max(1e-6);
        let plane: Vec<f32> = image.iter().map(|v| (v - mean) / spread).collect();
        let first = FILTERS * (TAPS + 1);
        let count = first + channels * (FILTERS * TAPS + 1);
        let weights = (0..count).map(|i| {
            let bias = if i < first {
                i % (TAPS + 1) == TAPS
            } else {
                (i - first) % (FILTERS * TAPS + 1) == FILTERS * TAPS
            };
            // Each filter begins with an output of variance near 1, and a hundredth of it in the last layer.
            let scale = if i < first { 1.0 / 3.0 } else { 0.1 / ((FILTERS * TAPS) as f64).sqrt() };
            if bias { 0.0 } else { scale * random::gaussian(seed, i as u64) }
        });
        let weights = weights.collect();
        Self { height, width, channels, weights, image: padded(&plane, height, width), hidden: Vec::new() }
    }

    /// Weights, flat: filter by filter its taps, row by row, then its bias; the first layer first.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Weights to be changed, in the order of [`weights`](Self::weights).
    pub fn weights_mut(&mut self) -> &mut [f64] {
        &mut self.weights
    }

    fn size(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    /// Logits `[image, class, y, x]` of the one image, under the present weights.
    pub fn forward(&mut self) -> Logits {
        let (height, width) = self.size();
        self.hidden.clear();
        for filter in self.weights.chunks_exact(TAPS + 1).take(FILTERS) {
            let mut plane = vec![filter[TAPS] as f32; height * width];
            correlate(&mut plane, &self.image, &filter[..TAPS], self.size());
            for v in &mut plane {
                *v = v.tanh();
            }
            self.hidden.push(padded(&plane, height, width));
        }
        let mut logits = Vec::with_capacity(self.channels * height * width);
        for filter in self.weights[FILTERS * (TAPS + 1)..].chunks_exact(FILTERS * TAPS + 1) {
            let mut plane = vec![filter[FILTERS * TAPS] as f32; height * width];
            for (taps, hidden) in filter.chunks_exact(TAPS).zip(&self.hidden) {
                correlate(&mut plane, hidden, taps, self.size());
            }
            logits.extend(plane);
        }
        let pixels = height * width;
        Logits::from_shape_fn((1, self.channels, height, width), |(_, c, y, x)| {
            logits[c * pixels + y * width + x]
        })
    }

    /// Gradient by the weights, from that by the logits of the last [`forward`](Self::forward).
    pub fn pull_back(&self, by_logit: &[f32]) -> Vec<f64> {
        let (height, width) = self.size();
        let pixels = height * width;
        let mut by_weight = vec![0.0; self.weights.len()];
        let (by_first, by_last) = by_weight.split_at_mut(FILTERS * (TAPS + 1));
        let mut by_hidden = vec![vec![0.0f32; pixels]; FILTERS];
        let last = self.weights[FILTERS * (TAPS + 1)..].chunks_exact(FILTERS * TAPS + 1);
        for ((gradient, filter), by_filter) in
            by_logit.chunks_exact(pixels).zip(last).zip(by_last.chunks_exact_mut(FILTERS * TAPS + 1))
        {
            let around = padded(gradient, height, width);
            for (k, hidden) in self.hidden.iter().enumerate() {
                let taps = k * TAPS..(k + 1) * TAPS;
                products(&mut by_filter[taps.clone()], gradient, hidden, self.size());
                let flipped: Vec<f64> = filter[taps].iter().rev().copied().collect();
                correlate(&mut by_hidden[k], &around, &flipped, self.size());
            }
            by_filter[FILTERS * TAPS] = gradient.iter().map(|&g| f64::from(g)).sum();
        }
        for ((mut gradient, hidden), by_filter) in
            by_hidden.into_iter().zip(&self.hidden).zip(by_first.chunks_exact_mut(TAPS + 1))
        {
            for (row, gradient) in gradient.chunks_exact_mut(width).enumerate() {
                let from = (row + 1) * (width + 2) + 1;
                for (g, h) in gradient.iter_mut().zip(&hidden[from..from + width]) {
                    *g *= 1.0 - h * h;
                }
            }
            products(&mut by_filter[..TAPS], &gradient, &self.image, self.size());
            by_filter[TAPS] = gradient.iter().map(|&g| f64::from(g)).sum();
        }
        by_weight
    }
}

/// Plane with a border of zeros, one pixel wide.
fn padded(plane: &[f32], height: usize, width: usize) -> Vec<f32> {
    let mut out = vec![0.0; (height + 2) * (width + 2)];
    for (row, from) in plane.chunks_exact(width).enumerate() {
        let at = (row + 1) * (width + 2) + 1;
        out[at..at + width].copy_from_slice(from);
    }
    out
}

/// Index in a padded plane at which the row begins that a tap meets on a row of the plane.
fn start(row: usize, tap: usize, width: usize) -> usize {
    (row + tap / 3) * (width + 2) + tap % 3
}

/// Adds the correlation of a padded plane with nine taps.
fn correlate(out: &mut [f32], padded: &[f32], taps: &[f64], (_, width): (usize, usize)) {
    for (row, out) in out.chunks_exact_mut(width).enumerate() {
        for (tap, &weight) in taps.iter().enumerate() {
            let from = start(row, tap, width);
            for (out, v) in out.iter_mut().zip(&padded[from..from + width]) {
                *out += weight as f32 * v;
            }
        }
    }
}

/// Adds, for each tap, the sum of products of a plane with the padded plane under that tap.
fn products(by_tap: &mut [f64], plane: &[f32], padded: &[f32], (_, width): (usize, usize)) {
    for (row, plane) in plane.chunks_exact(width).enumerate() {
        for (tap, sum) in by_tap.iter_mut().enumerate() {
            let from = start(row, tap, width);
            // Rows are short enough for f32; their sums are not.
            let row: f32 = plane.iter().zip(&padded[from..from + width]).map(|(a, b)| a * b).sum();
            *sum += f64::from(row);
        }
    }
}

/// Image of a scene, `[y, x]`, from 0 to 1: its photograph, or a made one. There every class has its own
/// grey, averaged over 3 × 3 pixels, under a smooth texture and the noise of a sensor.
pub fn image_of(labels: &Labels, photo: Option<&[u8]>, seed: u32) -> Array2<f32> {
    let (_, height, width) = labels.dim();
    if let Some(photo) = photo {
        return Array2::from_shape_fn((height, width), |(y, x)| f32::from(photo[y * width + x]) / 255.0);
    }
    let grey = |label: u8| if label == IGNORE { 0.35 } else { 0.35 + 0.13 * f64::from(label) };
    let near = |at: usize, step: usize, side: usize| (at + step).saturating_sub(1).min(side - 1);
    Array2::from_shape_fn((height, width), |(y, x)| {
        let around = (0..9).map(|i| grey(labels[[0, near(y, i / 3, height), near(x, i % 3, width)]]));
        let smooth = texture::texture(seed, 5.0, x as f64 / width as f64, y as f64 / height as f64);
        let noise = random::gaussian(seed + 1, (y * width + x) as u64);
        (around.sum::<f64>() / 9.0 + 0.08 * smooth + 0.04 * noise).clamp(0.0, 1.0) as f32
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::field::Field;
    use crate::loss::config::{Config, Settings};
    use crate::loss::{Evaluation, cross_entropy};

    fn scene(channels: usize) -> (Labels, Array2<f32>) {
        let labels = Array3::from_shape_fn((1, 9, 11), |(_, y, x)| ((y / 3 + x / 4) % channels.max(2)) as u8);
        let image = image_of(&labels, None, 3);
        (labels, image)
    }

    #[test]
    fn its_gradient_is_that_of_central_differences() {
        let loss = (cross_entropy::SPEC.build)(&Config::new(&cross_entropy::SPEC, &Settings::new()).unwrap());
        for channels in [1, 3] {
            let (labels, image) = scene(channels);
            let mut predictor = Predictor::new(&image, channels, 5);
            let value = |predictor: &mut Predictor| {
                let logits = predictor.forward();
                loss.evaluate(&Field::new(logits.view(), labels.view(), None).unwrap(), None)
            };
            let logits = predictor.forward();
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            let gradient = predictor.pull_back(&Evaluation::of(&*loss, &field).gradient);
            let largest = gradient.iter().map(|g| g.abs()).fold(0.0, f64::max);
            for (i, by_weight) in gradient.iter().enumerate() {
                let h = 1e-2;
                let mut moved = predictor.clone();
                moved.weights_mut()[i] += h;
                let above = value(&mut moved);
                moved.weights_mut()[i] -= 2.0 * h;
                let found = (above - value(&mut moved)) / (2.0 * h);
                assert!(
                    (found - by_weight).abs() < 2e-3 * largest,
                    "{channels} {i}: {found}, not {by_weight}"
                );
            }
        }
    }

    #[test]
    fn what_looks_the_same_is_predicted_the_same() {
        let image = Array2::from_shape_fn((20, 20), |(y, x)| ((y % 5) * 3 + (x % 5)) as f32);
        let logits = Predictor::new(&image, 1, 1).forward();
        for (y, x) in [(4, 4), (6, 3), (8, 8)] {
            assert!((logits[[0, 0, y, x]] - logits[[0, 0, y + 5, x + 5]]).abs() < 1e-5);
        }
    }
}
