//! Fields whose labels are shares of the classes.

use proptest::prelude::*;

use super::fields::{CLEARANCE, Painted, smooth_field};

/// A [`smooth_field`] with labels that are shares of the classes. No share is so close to a probability that the two
/// could meet, where the distance |p − y| has a kink.
pub(crate) fn smooth_soft_field() -> impl Strategy<Value = Painted> {
    let drawn = smooth_field().prop_flat_map(|painted| {
        let shares = prop::collection::vec(0u8..=16, painted.logits.len());
        (Just(painted), shares)
    });
    drawn.prop_map(|(painted, parts)| {
        let mut shares = vec![0.0f32; parts.len()];
        for (_, places) in painted.pixels() {
            let z: Vec<f64> = places.iter().map(|&at| f64::from(painted.logits[at])).collect();
            let total: f32 = places.iter().map(|&at| f32::from(parts[at])).sum();
            for (channel, &at) in places.iter().enumerate() {
                // Without any part every class has the same share.
                let share = match places.len() {
                    1 => f32::from(parts[at]) / 16.0,
                    _ if total > 0.0 => f32::from(parts[at]) / total,
                    classes => 1.0 / classes as f32,
                };
                shares[at] = clear_of_probabilities(share, &z, channel);
            }
        }
        Painted { shares: Some(shares), ..painted }
    })
}

/// The share, moved on where it is too close to the probability of its channel, of the sigmoid or of the softmax.
fn clear_of_probabilities(share: f32, z: &[f64], channel: usize) -> f32 {
    let sigmoid = 1.0 / (1.0 + (-z[channel]).exp());
    let total: f64 = z.iter().map(|z| z.exp()).sum();
    let softmax = if z.len() == 1 { sigmoid } else { z[channel].exp() / total };
    let is_clear = |share: f32| [sigmoid, softmax].iter().all(|p| (p - f64::from(share)).abs() > CLEARANCE);
    let moved = (0..50u8).map(|moves| (share + 0.02 * f32::from(moves)) % 1.0);
    std::iter::once(share).chain(moved).find(|&share| is_clear(share)).unwrap()
}
