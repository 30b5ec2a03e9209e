//! From d/d(probability) to d/d(logit), for losses that are made of probabilities.

use crate::field::{Field, Head, Task};

/// Fills `gradient` with d/d(logit), given d/d(probability) of a channel as a function of image, channel, pixel and label.
///
/// For a sigmoid `dp/dz = p(1 − p)`. For a softmax `dL/dz_c = p_c Σ_j p_j (g_c − g_j)`, summed by differences because
/// `g_c − Σ p_j g_j` cancels where one probability is close to 1. Ignored pixels get 0.
pub fn pull_back(
    field: &Field<'_>,
    head: Head,
    gradient: &mut [f32],
    by_prob: impl Fn(usize, usize, usize, u8) -> f64,
) {
    let shape = field.shape();
    let probabilities = field.probabilities(head);
    if head == Head::OneVsRest || shape.task() == Task::Binary {
        for image in 0..shape.images {
            for channel in 0..shape.channels {
                let plane = shape.plane(image, channel);
                let slopes = probabilities.prob[plane.clone()].iter().zip(&probabilities.rest[plane.clone()]);
                let pixels = gradient[plane].iter_mut().zip(slopes).zip(field.labels_of(image));
                for (pixel, ((by_logit, (p, q)), &label)) in pixels.enumerate() {
                    let by_prob = by_prob(image, channel, pixel, label);
                    *by_logit = if field.counts(label) { (by_prob * (p * q)) as f32 } else { 0.0 };
                }
            }
        }
        return;
    }
    let mut by_channel = vec![0.0; shape.channels];
    for image in 0..shape.images {
        for (pixel, &label) in field.labels_of(image).iter().enumerate() {
            let at = |channel| shape.plane(image, channel).start + pixel;
            if !field.counts(label) {
                for channel in 0..shape.channels {
                    gradient[at(channel)] = 0.0;
                }
                continue;
            }
            for (channel, g) in by_channel.iter_mut().enumerate() {
                *g = by_prob(image, channel, pixel, label);
            }
            for (channel, &g) in by_channel.iter().enumerate() {
                let differences = by_channel
                    .iter()
                    .enumerate()
                    .map(|(other, &by_other)| probabilities.prob[at(other)] * (g - by_other));
                gradient[at(channel)] = (probabilities.prob[at(channel)] * differences.sum::<f64>()) as f32;
            }
        }
    }
}
