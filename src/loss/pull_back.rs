//! From d/d(probability) to d/d(logit), for losses that are made of probabilities.

use super::Element;
use crate::field::{Field, Head, Task};

/// Writes d/d(logit) into `gradient`, given d/d(probability) of a channel as a function of image, channel,
/// pixel and label.
///
/// For a sigmoid `dp/dz = p(1 − p)`. For a softmax `dL/dz_c = p_c Σ_j p_j (g_c − g_j)`, summed by differences
/// because `g_c − Σ p_j g_j` cancels where one probability is close to 1. Ignored pixels get 0.
pub fn pull_back<G: Element>(
    field: &Field<'_>,
    head: Head,
    gradient: &mut [G],
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
                    *by_logit = if field.counts(label) { G::of(by_prob * (p * q)) } else { G::ZERO };
                }
            }
        }
        return;
    }
    // Of one pixel, by channel: copied together first, because each is used once for every other channel.
    let mut of_pixel = vec![(0.0, 0.0); shape.channels];
    for image in 0..shape.images {
        let start = shape.plane(image, 0).start;
        for (pixel, &label) in field.labels_of(image).iter().enumerate() {
            let at = |channel| start + channel * shape.pixels() + pixel;
            if !field.counts(label) {
                (0..shape.channels).for_each(|channel| gradient[at(channel)] = G::ZERO);
                continue;
            }
            for (channel, own) in of_pixel.iter_mut().enumerate() {
                *own = (probabilities.prob[at(channel)], by_prob(image, channel, pixel, label));
            }
            for (channel, &(p, g)) in of_pixel.iter().enumerate() {
                let differences: f64 = of_pixel.iter().map(|&(p, by_other)| p * (g - by_other)).sum();
                gradient[at(channel)] = G::of(p * differences);
            }
        }
    }
}
