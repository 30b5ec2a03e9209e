//! What a loss would have one predict where the truth is uncertain.

use super::fields::Painted;
use super::variants::{Variant, loss};

/// Pixels that are foreground for sure, and a region that is foreground as a whole with some probability.
const CERTAIN: usize = 100;
const UNCERTAIN: usize = 60;
/// Background for sure.
const REST: usize = 40;

/// The mean of a loss over both truths, where the uncertain region is foreground with probability `q` and is predicted
/// to be so with probability `p`.
fn expected(loss: &Variant, q: f64, p: f64) -> f64 {
    let logit = |p: f64| (p / (1.0 - p)).ln() as f32;
    let logits = [vec![30.0; CERTAIN], vec![logit(p); UNCERTAIN], vec![-30.0; REST]].concat();
    let with = |region: u8| {
        let labels = [vec![1; CERTAIN], vec![region; UNCERTAIN], vec![0; REST]].concat();
        loss.value(&Painted::row(1, &logits, &labels))
    };
    q * with(1) + (1.0 - q) * with(0)
}

/// The best of the probabilities 0.01, 0.02, … 0.99.
fn best(loss: &Variant, q: f64) -> f64 {
    let candidates = (1..100).map(|percent| f64::from(percent) / 100.0);
    candidates.min_by(|&a, &b| expected(loss, q, a).total_cmp(&expected(loss, q, b))).unwrap()
}

#[test]
fn cross_entropy_recovers_an_uncertain_probability_and_dice_snaps_to_an_end() {
    let [cross_entropy, dice] = ["cross_entropy", "dice"].map(|id| loss(id, &[]));
    // Not ½, where both ends are equally good for Dice.
    for q in [0.1, 0.25, 0.4, 0.6, 0.75, 0.9] {
        assert!((best(&cross_entropy, q) - q).abs() < 1e-9, "cross-entropy at q = {q}");
        let end = if q > 0.5 { 0.99 } else { 0.01 };
        assert!((best(&dice, q) - end).abs() < 1e-9, "Dice at q = {q}: {}", best(&dice, q));
    }
}
