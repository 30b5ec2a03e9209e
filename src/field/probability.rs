//! Probabilities of a field in forms that stay exact near 0 and 1.
//!
//! `1 − p` loses every digit once `p` rounds to 1, so the complement and both logarithms are computed beside
//! `p`, each from the logits directly. A softmax channel is a sigmoid too, of its logit against the rest,
//! `v_c = z_c − log Σ_{j≠c} exp z_j`, so both heads offer the same four numbers.

use std::ops::Range;

use super::{Shape, Window};

/// Logistic function `σ(z) = 1 / (1 + exp(−z))`, from 0 to 1, with full relative precision at both ends.
pub fn sigmoid(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// Softplus `log(1 + exp(z))`, without overflow; it is `−log σ(−z)`.
pub fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

/// Probability of each logit's class, of its complement, and the logarithms of both.
///
/// All four are flat, in the order of the logits `[image, class, y, x]`.
#[derive(Debug, Clone)]
pub struct Probabilities {
    /// `p`, in 0..1.
    pub prob: Vec<f64>,
    /// `1 − p`, in 0..1.
    pub rest: Vec<f64>,
    /// `log p`, finite for finite logits.
    pub log_prob: Vec<f64>,
    /// `log (1 − p)`, finite for finite logits.
    pub log_rest: Vec<f64>,
}

impl Probabilities {
    fn zeros(n: usize) -> Self {
        Self { prob: vec![0.0; n], rest: vec![0.0; n], log_prob: vec![0.0; n], log_rest: vec![0.0; n] }
    }

    /// Sigmoid of each logit by itself.
    pub(super) fn sigmoid(logits: &[f32]) -> Self {
        let mut all = Self::zeros(logits.len());
        all.sigmoid_run(logits, 0..logits.len());
        all
    }

    /// Softmax over the channels of each pixel.
    pub(super) fn softmax(logits: &[f32], shape: Shape) -> Self {
        let mut all = Self::zeros(logits.len());
        for image in 0..shape.images {
            all.softmax_run(logits, shape, 0, image, 0..shape.pixels());
        }
        all
    }

    /// Softmax over all channels of each pixel but the first, which has a probability of 0. Of two channels the one
    /// that is left has a probability of 1.
    pub(crate) fn without_first(logits: &[f32], shape: Shape) -> Self {
        let mut all = Self::zeros(logits.len());
        for image in 0..shape.images {
            let first = shape.plane(image, 0);
            all.rest[first.clone()].fill(1.0);
            all.log_prob[first].fill(f64::MIN);
            all.softmax_run(logits, shape, 1, image, 0..shape.pixels());
        }
        all
    }

    /// Recomputes the pixels of a box by the sigmoid of each logit.
    pub(super) fn update_sigmoid(&mut self, logits: &[f32], shape: Shape, window: &Window) {
        for channel in 0..shape.channels {
            let plane = shape.plane(window.image, channel).start;
            for run in window.runs(shape.width) {
                self.sigmoid_run(logits, plane + run.start..plane + run.end);
            }
        }
    }

    /// Recomputes the pixels of a box by the softmax over channels.
    pub(super) fn update_softmax(&mut self, logits: &[f32], shape: Shape, window: &Window) {
        for run in window.runs(shape.width) {
            self.softmax_run(logits, shape, 0, window.image, run);
        }
    }

    fn sigmoid_run(&mut self, logits: &[f32], run: Range<usize>) {
        for i in run {
            let z = f64::from(logits[i]);
            let e = (-z.abs()).exp();
            let (near, far) = (1.0 / (1.0 + e), e / (1.0 + e));
            let log_near = -e.ln_1p();
            let log_far = log_near - z.abs();
            let (p, q, log_p, log_q) =
                if z >= 0.0 { (near, far, log_near, log_far) } else { (far, near, log_far, log_near) };
            self.prob[i] = p;
            self.rest[i] = q;
            self.log_prob[i] = log_p;
            self.log_rest[i] = log_q;
        }
    }

    /// Softmax over the channels from `first` on, at some pixels of an image.
    fn softmax_run(&mut self, logits: &[f32], shape: Shape, first: usize, image: usize, run: Range<usize>) {
        let mut z = vec![0.0; shape.channels - first];
        let mut e = vec![0.0; shape.channels - first];
        for pixel in run {
            let at = |channel| shape.plane(image, first + channel).start + pixel;
            let mut max = f64::NEG_INFINITY;
            for (channel, z) in z.iter_mut().enumerate() {
                *z = f64::from(logits[at(channel)]);
                max = max.max(*z);
            }
            let mut total = 0.0;
            for (e, &z) in e.iter_mut().zip(&z) {
                *e = (z - max).exp();
                total += *e;
            }
            let log_total = total.ln();
            for channel in 0..z.len() {
                let others = sum_of_others(&e, channel);
                let i = at(channel);
                self.prob[i] = e[channel] / total;
                self.rest[i] = others / total;
                self.log_prob[i] = z[channel] - max - log_total;
                self.log_rest[i] = if others > 0.0 {
                    (others / total).ln()
                } else {
                    // All others underflowed beside this channel: scale them by their own largest instead.
                    log_sum_exp_of_others(&z, channel) - max - log_total
                };
            }
        }
    }
}

fn sum_of_others(e: &[f64], channel: usize) -> f64 {
    e[..channel].iter().sum::<f64>() + e[channel + 1..].iter().sum::<f64>()
}

/// Logarithm of the sum of the other exponentials; the least number there is where there are no others.
fn log_sum_exp_of_others(z: &[f64], channel: usize) -> f64 {
    if z.len() == 1 {
        return f64::MIN;
    }
    let others = || z[..channel].iter().chain(&z[channel + 1..]);
    let max = others().copied().fold(f64::NEG_INFINITY, f64::max);
    max + others().map(|z| (z - max).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_PIXELS: Shape = Shape { images: 1, channels: 2, height: 1, width: 1 };

    #[test]
    fn sigmoid_keeps_both_tails() {
        let all = Probabilities::sigmoid(&[40.0, -40.0, 1e4]);
        assert!((all.rest[0] / (-40.0f64).exp() - 1.0).abs() < 1e-12, "1 − σ(40) is not rounded to 0");
        assert!((all.prob[1] / (-40.0f64).exp() - 1.0).abs() < 1e-12);
        assert!((all.log_rest[2] + 1e4).abs() < 1e-9);
        assert!((sigmoid(-40.0) - all.prob[1]).abs() < 1e-30);
        assert!((softplus(1e4) - 1e4).abs() < 1e-9);
    }

    #[test]
    fn two_channel_softmax_is_the_sigmoid_of_the_difference() {
        for (a, b) in [(0.0, 0.0), (3.0, -2.0), (-50.0, 20.0), (1e4, -1e4)] {
            let soft = Probabilities::softmax(&[a, b], TWO_PIXELS);
            let sig = Probabilities::sigmoid(&[a - b]);
            for (soft, sig) in [
                (soft.prob[0], sig.prob[0]),
                (soft.rest[0], sig.rest[0]),
                (soft.log_prob[0], sig.log_prob[0]),
                (soft.log_rest[0], sig.log_rest[0]),
            ] {
                assert!((soft - sig).abs() <= 1e-12 * (1.0 + sig.abs()), "{a}, {b}: {soft} is not {sig}");
            }
        }
    }

    #[test]
    fn softmax_log_of_the_rest_is_finite_where_the_rest_underflows() {
        let all = Probabilities::softmax(&[1e4, -1e4, -1e4], Shape { channels: 3, ..TWO_PIXELS });
        assert_eq!(all.rest[0].to_bits(), 0.0f64.to_bits());
        assert!((all.log_rest[0] - (-2e4 + 2f64.ln())).abs() < 1e-9);
    }
}
