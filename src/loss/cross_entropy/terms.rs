//! The cross-entropy of one pixel, with everything but the mean over pixels.

use crate::field::{Field, Head, Probabilities, Task};
use crate::loss::Element;
use crate::loss::config::PerClass;

/// Settings of the cross-entropy of a pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Head that gives probabilities in a multi-class task.
    pub head: Head,
    /// Weight of positive pixels where a channel is a binary task of its own.
    pub pos_weight: f64,
    /// Weight of negative pixels where a channel is a binary task of its own.
    pub neg_weight: f64,
    /// Weight of each class in a multi-class task.
    pub class_weights: PerClass,
    /// Fraction of a label that is spread over all classes, from 0 to 1.
    pub label_smoothing: f64,
    /// Margin by which probabilities are held from 0 and 1 under the logarithm; 0 holds nothing.
    pub clip: f64,
}

impl Terms {
    /// Cross-entropy with no weight and no smoothing.
    pub const fn plain() -> Self {
        Self {
            head: Head::Joint,
            pos_weight: 1.0,
            neg_weight: 1.0,
            class_weights: PerClass::all(1.0),
            label_smoothing: 0.0,
            clip: 0.0,
        }
    }

    /// Weighted sum `Σ share(pixel) · loss(pixel)` over the pixels that count; writes its gradient if a place
    /// is given. A pixel is its index among the labels.
    pub fn evaluate<G: Element>(
        &self,
        field: &Field<'_>,
        mut gradient: Option<&mut [G]>,
        share: impl Fn(usize) -> f64 + Copy,
    ) -> f64 {
        let shape = field.shape();
        if !self.is_binary(field) {
            let weights = self.weights(field);
            return self.softmax(field, &weights, gradient, share);
        }
        let mut value = 0.0;
        for image in 0..shape.images {
            for channel in 0..shape.channels {
                let gradient = gradient.as_deref_mut().map(|all| &mut all[shape.plane(image, channel)]);
                value += if self.clip > 0.0 {
                    let held = Held::new(self.clip);
                    self.binary(field, (image, channel), gradient, share, |log_p, log_q| {
                        held.logs(log_p, log_q)
                    })
                } else {
                    self.binary(field, (image, channel), gradient, share, |log_p, log_q| (log_p, log_q, 1.0))
                };
            }
        }
        value
    }

    /// Loss of each pixel, in the order of the labels; 0 for a pixel that does not count.
    pub fn by_pixel(&self, field: &Field<'_>) -> Vec<f64> {
        let shape = field.shape();
        let weights = self.weights(field);
        let held = Held::new(self.clip);
        let all = field.probabilities(self.head);
        let mut losses = vec![0.0; field.labels().len()];
        for (at, (loss, &label)) in losses.iter_mut().zip(field.labels()).enumerate() {
            if !field.counts(label) {
                continue;
            }
            let (image, pixel) = (at / shape.pixels(), at % shape.pixels());
            for (channel, &weight) in weights.iter().enumerate() {
                let i = shape.plane(image, channel).start + pixel;
                let target = field.target(i, label, channel);
                let (log_p, log_q, _) = held.logs(all.log_prob[i], all.log_rest[i]);
                *loss -= if self.is_binary(field) {
                    let (up, down) = self.pulls(weight, target);
                    up * log_p + down * log_q
                } else {
                    self.smoothed(weight, target, weights.len()) * log_p
                };
            }
        }
        losses
    }

    /// Sum of the labels' weights over all pixels that count: the divisor of a weighted mean.
    pub fn weight_of_labels(&self, field: &Field<'_>) -> f64 {
        let shape = field.shape();
        let pixels = field.valid_pixels(0..shape.images) as f64;
        let weights = self.weights(field);
        if self.is_binary(field) {
            return pixels * weights.iter().sum::<f64>();
        }
        if field.soft_labels().is_none() {
            let count = |class: usize| field.label_counts().iter().map(|counts| counts[class]).sum::<usize>();
            // The ignored label may be one of the classes.
            let counted = weights.iter().enumerate().filter(|(class, _)| field.counts(*class as u8));
            return counted.map(|(class, weight)| weight * count(class) as f64).sum();
        }
        let mut total = 0.0;
        for (at, &label) in field.labels().iter().enumerate().filter(|(_, label)| field.counts(**label)) {
            let (image, pixel) = (at / shape.pixels(), at % shape.pixels());
            for (channel, weight) in weights.iter().enumerate() {
                total += weight * field.target(shape.plane(image, channel).start + pixel, label, channel);
            }
        }
        total
    }

    /// Number of terms of one pixel: C if every channel is a binary task of its own, else 1.
    pub fn terms_a_pixel(&self, field: &Field<'_>) -> usize {
        if self.is_binary(field) { field.shape().channels } else { 1 }
    }

    fn is_binary(&self, field: &Field<'_>) -> bool {
        self.head == Head::OneVsRest || field.shape().task() == Task::Binary
    }

    fn weights(&self, field: &Field<'_>) -> Vec<f64> {
        match field.shape().task() {
            Task::Binary => vec![1.0],
            Task::Multiclass => {
                (0..field.shape().channels).map(|class| self.class_weights.of(class)).collect()
            }
        }
    }

    /// Pulls of a binary task's smoothed and weighted target towards 1 and towards 0.
    fn pulls(&self, weight: f64, target: f64) -> (f64, f64) {
        let y = (1.0 - self.label_smoothing) * target + 0.5 * self.label_smoothing;
        (weight * self.pos_weight * y, weight * self.neg_weight * (1.0 - y))
    }

    /// Smoothed and weighted target of one class of several.
    fn smoothed(&self, weight: f64, target: f64, classes: usize) -> f64 {
        weight * ((1.0 - self.label_smoothing) * target + self.label_smoothing / classes as f64)
    }

    /// Weighted loss of one channel of one image as a binary task. `gradient` is of that plane. `held` gives
    /// both logarithms, and the factor of their slopes.
    fn binary<G: Element>(
        &self,
        field: &Field<'_>,
        (image, channel): (usize, usize),
        gradient: Option<&mut [G]>,
        share: impl Fn(usize) -> f64,
        held: impl Fn(f64, f64) -> (f64, f64, f64),
    ) -> f64 {
        let shape = field.shape();
        let plane = shape.plane(image, channel);
        let first = image * shape.pixels();
        let weight = if shape.channels == 1 { 1.0 } else { self.class_weights.of(channel) };
        let (of_foreground, of_background) = (self.pulls(weight, 1.0), self.pulls(weight, 0.0));
        let soft = field.soft_labels().map(|soft| &soft[plane.clone()]);
        let pulls_of = |pixel: usize, label: u8| {
            if !field.counts(label) {
                return (0.0, 0.0);
            }
            let (up, down) = match soft {
                Some(soft) => self.pulls(weight, f64::from(soft[pixel])),
                None if field.is_foreground(label, channel) => of_foreground,
                None => of_background,
            };
            let share = share(first + pixel);
            (share * up, share * down)
        };
        let Probabilities { prob, rest, log_prob, log_rest } = field.probabilities(self.head);
        let logs = || log_prob[plane.clone()].iter().zip(&log_rest[plane.clone()]);
        let pixels = || field.labels_of(image).iter().enumerate().zip(logs());
        let mut value = 0.0;
        for ((pixel, &label), (&log_p, &log_q)) in pixels() {
            let (up, down) = pulls_of(pixel, label);
            let (log_p, log_q, _) = held(log_p, log_q);
            value -= up * log_p + down * log_q;
        }
        if let Some(gradient) = gradient {
            let probs = prob[plane.clone()].iter().zip(&rest[plane.clone()]);
            for ((by_logit, (p, q)), ((pixel, &label), (&log_p, &log_q))) in
                gradient.iter_mut().zip(probs).zip(pixels())
            {
                let (up, down) = pulls_of(pixel, label);
                let (_, _, slope) = held(log_p, log_q);
                // -∂/∂z log p = -(1 - p), and -∂/∂z log (1 - p) = p.
                *by_logit = G::of(slope * (down * p - up * q));
            }
        }
        value
    }

    fn softmax<G: Element>(
        &self,
        field: &Field<'_>,
        weights: &[f64],
        mut gradient: Option<&mut [G]>,
        share: impl Fn(usize) -> f64,
    ) -> f64 {
        let shape = field.shape();
        let all = field.probabilities(Head::Joint);
        let held = Held::new(self.clip);
        let mut value = 0.0;
        // Of one pixel, by channel: what pulls the probability up.
        let mut targets = vec![0.0; shape.channels];
        for image in 0..shape.images {
            let start = shape.plane(image, 0).start;
            for (pixel, &label) in field.labels_of(image).iter().enumerate() {
                let at = |channel: usize| start + channel * shape.pixels() + pixel;
                if !field.counts(label) {
                    if let Some(gradient) = gradient.as_deref_mut() {
                        (0..shape.channels).for_each(|channel| gradient[at(channel)] = G::ZERO);
                    }
                    continue;
                }
                let share = share(image * shape.pixels() + pixel);
                let mut pull = 0.0;
                for (channel, (target, &weight)) in targets.iter_mut().zip(weights).enumerate() {
                    let i = at(channel);
                    let y = field.target(i, label, channel);
                    let (log_p, _, slope) = held.logs(all.log_prob[i], all.log_rest[i]);
                    let weighted = share * self.smoothed(weight, y, weights.len());
                    value -= weighted * log_p;
                    *target = slope * weighted;
                    pull += *target;
                }
                let Some(gradient) = gradient.as_deref_mut() else { continue };
                for (channel, &target) in targets.iter().enumerate() {
                    let i = at(channel);
                    // -∂/∂z_c Σ_j t_j log p_j = p_c Σ_j t_j - t_c, written so that nothing cancels as p_c nears 1.
                    gradient[i] = G::of((pull - target) * all.prob[i] - target * all.rest[i]);
                }
            }
        }
        value
    }
}

/// Logarithms of probabilities that are held in an interval.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    log_least: f64,
    log_most: f64,
}

impl Held {
    /// Interval from `clip` to 1 − `clip`; 0 holds nothing.
    pub(crate) fn new(clip: f64) -> Self {
        Self { log_least: clip.ln(), log_most: (-clip).ln_1p() }
    }

    /// Logarithms of p and 1 − p, held in the interval, and the factor of their slopes: 1 inside it, else 0.
    pub(crate) fn logs(self, log_p: f64, log_q: f64) -> (f64, f64, f64) {
        if log_p < self.log_least {
            (self.log_least, self.log_most, 0.0)
        } else if log_q < self.log_least {
            (self.log_most, self.log_least, 0.0)
        } else {
            (log_p, log_q, 1.0)
        }
    }
}
