//! Equations between the losses of overlap.

use lossfield::field::{IGNORE, Task};
use proptest::prelude::*;

use super::fields::{Painted, any_field, binary_field, for_all};
use super::identities::{agree, close};
use super::variants::loss;

#[test]
fn dice_and_jaccard_are_tversky_losses() {
    for (id, weight) in [("dice", 0.5), ("jaccard", 1.0)] {
        for shared in [("smooth", 0.7.into()), ("absent", "scored".into()), ("outer", "log".into())] {
            let own = loss(id, std::slice::from_ref(&shared));
            let tversky = loss("tversky", &[("alpha", weight.into()), ("beta", weight.into()), shared]);
            for_all(64, any_field(), |painted| agree(&own.evaluate(&painted), &tversky.evaluate(&painted)));
        }
    }
}

#[test]
fn focal_tversky_is_a_power_of_tversky() {
    let tversky = loss("tversky", &[]);
    let first = loss("focal_tversky", &[("gamma", 1.0.into())]);
    for_all(64, any_field(), |painted| agree(&tversky.evaluate(&painted), &first.evaluate(&painted)));
    let of_class = loss("focal_tversky", &[]);
    let of_mean = loss("focal_tversky", &[("exponent_on", "mean".into())]);
    for_all(64, any_field(), |painted| {
        let expected = tversky.value(&painted).powf(0.75);
        prop_assert!(close(of_mean.value(&painted), expected));
        if painted.shape.task() == Task::Binary {
            prop_assert!(close(of_class.value(&painted), expected));
        } else {
            // A power below 1 of a mean is at least the mean of powers.
            prop_assert!(of_class.value(&painted) <= expected + 1e-12);
        }
        Ok(())
    });
}

#[test]
fn log_cosh_dice_is_log_cosh_of_dice() {
    let [dice, log_cosh] = ["dice", "log_cosh_dice"].map(|id| loss(id, &[]));
    for_all(64, binary_field(), |painted| {
        let (value, gradient) = dice.evaluate(&painted);
        let by_value = value.tanh() as f32;
        let expected = (value.cosh().ln(), gradient.iter().map(|g| by_value * g).collect());
        agree(&expected, &log_cosh.evaluate(&painted))
    });
}

#[test]
fn generalised_dice_of_equal_weights_is_one_dice_of_all_classes() {
    let generalised = loss("generalized_dice", &[("weights", "uniform".into()), ("smooth", 0.7.into())]);
    let pooled =
        loss("dice", &[("pooled", true.into()), ("absent", "scored".into()), ("smooth", 0.7.into())]);
    for_all(64, any_field(), |painted| agree(&generalised.evaluate(&painted), &pooled.evaluate(&painted)));
}

#[test]
fn in_a_binary_task_generalised_dice_losses_are_dice() {
    let dice = loss("dice", &[]);
    for id in ["generalized_dice", "generalized_wasserstein_dice"] {
        let generalised = loss(id, &[]);
        for_all(64, binary_field(), |painted| {
            agree(&dice.evaluate(&painted), &generalised.evaluate(&painted))
        });
    }
}

/// δ is then the probability of all classes but the true one.
#[test]
fn wasserstein_dice_of_equally_distant_classes_counts_the_true_class() {
    let far = loss("generalized_wasserstein_dice", &[("near", 1.0.into()), ("smooth", 0.7.into())]);
    for_all(64, any_field().prop_filter("classes", |p| p.shape.channels > 1), |painted| {
        let (mut right, mut wrong) = (0.0, 0.0);
        for (label, places) in painted.pixels().filter(|(label, _)| *label != IGNORE) {
            let weight = |at: usize| f64::from(painted.logits[at]).exp();
            let total: f64 = places.iter().map(|&at| weight(at)).sum();
            let p_t = weight(places[usize::from(label)]) / total;
            wrong += 1.0 - p_t;
            right += if label > 0 { p_t } else { 0.0 };
        }
        let expected = 1.0 - (right + 0.7) / (right + 0.5 * wrong + 0.7);
        prop_assert!(close(far.value(&painted), expected), "{} is not {expected}", far.value(&painted));
        Ok(())
    });
}

/// Matthews' coefficient of hard masks, from their confusion matrix.
#[test]
fn mcc_of_sure_predictions_is_that_of_their_counts() {
    let mcc = loss("mcc", &[("root_eps", 0.0.into())]);
    for_all(128, (binary_field(), any::<u64>()), |(painted, bits)| {
        let predicted: Vec<u8> =
            (0..painted.labels.len()).map(|pixel| (bits.rotate_right(pixel as u32) & 1) as u8).collect();
        let mut counts = [[0.0f64; 2]; 2];
        for (&label, &guess) in painted.labels.iter().zip(&predicted).filter(|(label, _)| **label != IGNORE) {
            counts[usize::from(label.min(1))][usize::from(guess)] += 1.0;
        }
        let [[tn, fp], [fn_, tp]] = counts;
        let below = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
        let expected = match below {
            _ if fp + fn_ == 0.0 => 0.0,
            0.0 => 1.0,
            _ => 1.0 - (tp * tn - fp * fn_) / below.sqrt(),
        };
        // Logits of ±1000, of which nothing is left in f64.
        let value = mcc.value(&sure(&painted, &predicted));
        prop_assert!(close(value, expected), "{value} is not {expected} of {counts:?}");
        Ok(())
    });
}

fn sure(painted: &Painted, predicted: &[u8]) -> Painted {
    painted.predicting(1000.0, predicted)
}
