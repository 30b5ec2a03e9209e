//! Equations between the losses that are sums over pixels, between compounds and their terms, and about labels that are
//! shares.

use lossfield::field::{IGNORE, Task};
use lossfield::loss::config::Setting;
use lossfield::loss::{Family, LOSSES, mixer};
use proptest::prelude::*;

use super::fields::{Painted, any_field, for_all};
use super::identities::{agree, close};
use super::shares::smooth_soft_field;
use super::variants::{loss, variants};

/// `factor` times a value and its gradient.
fn times(factor: f64, (value, gradient): (f64, Vec<f32>)) -> (f64, Vec<f32>) {
    (factor * value, gradient.into_iter().map(|g| factor as f32 * g).collect())
}

fn plus(a: (f64, Vec<f32>), b: (f64, Vec<f32>)) -> (f64, Vec<f32>) {
    (a.0 + b.0, a.1.iter().zip(b.1).map(|(a, b)| a + b).collect())
}

fn multiclass_field() -> impl Strategy<Value = Painted> {
    any_field().prop_filter("multi-class", |painted| painted.shape.task() == Task::Multiclass)
}

#[test]
fn the_hardest_of_all_pixels_are_all_pixels() {
    let cross_entropy = loss("cross_entropy", &[("mean_over", "pixels".into())]);
    let share = loss("top_k_cross_entropy", &[("share", 100.0.into())]);
    let below = [("mode", "threshold".into()), ("threshold", 1.0.into()), ("min_kept", 0.0.into())];
    let below = loss("top_k_cross_entropy", &below);
    for_all(64, any_field(), |painted| {
        let expected = cross_entropy.evaluate(&painted);
        agree(&expected, &share.evaluate(&painted))?;
        agree(&expected, &below.evaluate(&painted))
    });
}

#[test]
fn the_hardest_pixels_are_those_with_the_largest_loss() {
    let painted = Painted::row(1, &[3.0, -1.0, 0.5, -2.0, 2.0, -2.0], &[1; 6]);
    let kept = |share: f64| -> Vec<usize> {
        let gradient = loss("top_k_cross_entropy", &[("share", share.into())]).evaluate(&painted).1;
        (0..6).filter(|&at| gradient[at] != 0.0).collect()
    };
    assert_eq!(kept(50.0), [1, 3, 5]);
    assert_eq!(kept(34.0), [3, 5]);
    assert_eq!(kept(17.0), [3], "of equal losses the first");
    assert_eq!(kept(1.0), [3], "one at least");
}

#[test]
fn a_threshold_keeps_what_lies_below_it_and_a_least_number() {
    // p_t is σ(z): 0.95, 0.27, 0.62, 0.12, 0.88.
    let painted = Painted::row(1, &[3.0, -1.0, 0.5, -2.0, 2.0], &[1; 5]);
    let kept = |threshold: f64, min_kept: f64| -> Vec<usize> {
        let settings =
            [("mode", "threshold".into()), ("threshold", threshold.into()), ("min_kept", min_kept.into())];
        let gradient = loss("top_k_cross_entropy", &settings).evaluate(&painted).1;
        (0..5).filter(|&at| gradient[at] != 0.0).collect()
    };
    assert_eq!(kept(0.7, 0.0), [1, 2, 3]);
    assert_eq!(kept(0.2, 0.0), [3]);
    assert_eq!(kept(0.2, 2.0), [1, 3]);
    assert_eq!(kept(0.2, 1000.0), [1, 2, 3, 4], "all but the most confident");
    assert_eq!(kept(0.1, 0.0), [0usize; 0]);
}

#[test]
fn what_a_mean_is_over_only_divides() {
    let over = |mean_over: &str| loss("cross_entropy", &[("mean_over", mean_over.into())]);
    let [weights, pixels, all, nothing] = ["weights", "pixels", "all-pixels", "nothing"].map(over);
    for_all(64, any_field(), |painted| {
        let sum = nothing.evaluate(&painted);
        let counted = painted.labels.iter().filter(|&&label| label != IGNORE).count();
        agree(&sum, &times(counted as f64, weights.evaluate(&painted)))?;
        agree(&sum, &times(counted as f64, pixels.evaluate(&painted)))?;
        agree(&sum, &times(painted.labels.len() as f64, all.evaluate(&painted)))
    });
}

#[test]
fn one_class_against_the_rest_is_a_mean_of_binary_tasks() {
    let settings = [("activation", "one-vs-rest".into()), ("label_smoothing", 0.2.into())];
    let multiclass = loss("cross_entropy", &settings);
    let binary = loss("cross_entropy", &[("label_smoothing", 0.2.into())]);
    for_all(64, multiclass_field(), |painted| {
        let channels = painted.shape.channels;
        let of_channel = |channel: usize| {
            let mut own = painted.clone();
            own.shape.channels = 1;
            own.logits = painted.pixels().map(|(_, places)| painted.logits[places[channel]]).collect();
            for label in own.labels.iter_mut().filter(|label| **label != IGNORE) {
                *label = u8::from(usize::from(*label) == channel);
            }
            binary.value(&own)
        };
        let mean = (0..channels).map(of_channel).sum::<f64>() / channels as f64;
        let value = multiclass.value(&painted);
        prop_assert!(close(value, mean), "{value} is not {mean}");
        Ok(())
    });
}

#[test]
fn the_symmetric_modified_focal_loss_is_focal() {
    let settings = [("variant", "symmetric".into()), ("gamma", 1.5.into()), ("delta", 0.3.into())];
    let modified = loss("asymmetric_focal", &settings);
    let focal = loss("focal", &[("gamma", 1.5.into()), ("alpha", 0.3.into())]);
    for_all(64, any_field(), |painted| agree(&focal.evaluate(&painted), &modified.evaluate(&painted)));
}

#[test]
fn without_gamma_and_with_an_even_delta_it_is_half_of_cross_entropy() {
    let modified = loss("asymmetric_focal", &[("gamma", 0.0.into()), ("delta", 0.5.into())]);
    let cross_entropy = loss("cross_entropy", &[]);
    for_all(64, any_field(), |painted| {
        agree(&cross_entropy.evaluate(&painted), &times(2.0, modified.evaluate(&painted)))
    });
}

#[test]
fn the_ends_of_unified_focal_are_focal_and_tversky() {
    for variant in ["asymmetric", "symmetric"] {
        let shared = [("gamma", 0.7.into()), ("delta", 0.8.into()), ("variant", variant.into())];
        let focal = loss("asymmetric_focal", &shared);
        let [gamma, delta, variant] = shared;
        let unified = loss("unified_focal", &[gamma, delta, variant, ("weight", 1.0.into())]);
        for_all(64, any_field(), |painted| agree(&focal.evaluate(&painted), &unified.evaluate(&painted)));
    }
    let settings = [
        ("weight", 0.0.into()),
        ("gamma", 0.0.into()),
        ("delta", 0.5.into()),
        ("over", "batch".into()),
        ("smooth", 0.3.into()),
    ];
    let unified = loss("unified_focal", &settings);
    let dice = loss("dice", &[("smooth", 0.3.into()), ("absent", "scored".into())]);
    for_all(64, multiclass_field(), |painted| agree(&dice.evaluate(&painted), &unified.evaluate(&painted)));
}

#[test]
fn two_classes_are_a_binary_task_for_the_unified_focal_losses() {
    for (id, gamma) in [("asymmetric_focal", 0.5), ("unified_focal", 0.0), ("unified_focal", 0.5)] {
        let loss = loss(id, &[("gamma", gamma.into())]);
        for_all(32, any_field().prop_filter("two classes", |p| p.shape.channels == 2), |painted| {
            let mut binary = painted.clone();
            binary.shape.channels = 1;
            binary.logits =
                painted.pixels().map(|(_, z)| painted.logits[z[1]] - painted.logits[z[0]]).collect();
            let (value, gradient) = loss.evaluate(&painted);
            let of_difference = painted.pixels().map(|(_, places)| gradient[places[1]]).collect();
            agree(&loss.evaluate(&binary), &(value, of_difference))
        });
    }
}

#[test]
fn shares_that_are_certain_are_labels() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(24, any_field(), |painted| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        let certain = painted.with_certain_shares();
        for variant in all {
            if let Err(broken) = agree(&variant.evaluate(&painted), &variant.evaluate(&certain)) {
                return Err(TestCaseError::fail(format!("{variant}: {broken}")));
            }
        }
        Ok(())
    });
}

#[test]
fn cross_entropy_is_least_where_the_prediction_has_the_shares() {
    let cross_entropy = loss("cross_entropy", &[("mean_over", "pixels".into())]);
    for_all(64, smooth_soft_field(), |painted| {
        let mut shares = painted.shares.clone().unwrap();
        let mut logits = painted.logits.clone();
        let (mut entropy, mut counted) = (0.0, 0.0);
        for (label, places) in painted.pixels() {
            let binary = places.len() == 1;
            // No share of 0, and those of several classes add up to 1.
            let total: f32 = places.iter().map(|&at| shares[at] + 0.1).sum();
            for &at in &places {
                shares[at] = if binary { 0.1 + 0.8 * shares[at] } else { (shares[at] + 0.1) / total };
                let y = f64::from(shares[at]);
                logits[at] = if binary { (y / (1.0 - y)).ln() } else { y.ln() } as f32;
                if label != IGNORE {
                    entropy -= y * y.ln() + if binary { (1.0 - y) * (1.0 - y).ln() } else { 0.0 };
                }
            }
            counted += if label == IGNORE { 0.0 } else { 1.0 };
        }
        let other = Painted { shares: Some(shares), ..painted };
        let (least, gradient) = cross_entropy.evaluate(&Painted { logits, ..other.clone() });
        let entropy = if counted > 0.0 { entropy / counted } else { 0.0 };
        // Shares and logits are rounded to f32.
        prop_assert!((least - entropy).abs() < 1e-6, "{least} is not the entropy {entropy}");
        prop_assert!(gradient.iter().all(|g| g.abs() < 1e-6), "the gradient is {gradient:?}");
        prop_assert!(cross_entropy.value(&other) >= least - 1e-6);
        Ok(())
    });
}

#[test]
fn the_mixer_offers_every_loss_but_the_compounds() {
    let expected: Vec<&str> =
        LOSSES.iter().filter(|spec| spec.family != Family::Compound).map(|spec| spec.id).collect();
    let offered: Vec<&str> = mixer::TERMS.iter().map(|spec| spec.id).collect();
    assert_eq!(offered, expected);
}

#[test]
fn the_mixer_adds_up_its_terms() {
    let set = |settings: &[(&str, Setting)]| loss("mixer", settings);
    let [focal, dice, jaccard] = ["focal", "dice", "jaccard"].map(|id| loss(id, &[]));
    let fixed = set(&[
        ("first", "focal".into()),
        ("third", "jaccard".into()),
        ("first_weight", 3.0.into()),
        ("third_weight", 0.5.into()),
    ]);
    let handed =
        set(&[("first", "focal".into()), ("schedule", "hand-over".into()), ("progress", 0.75.into())]);
    for_all(32, any_field(), |painted| {
        let [focal, dice, jaccard] = [&focal, &dice, &jaccard].map(|loss| loss.evaluate(&painted));
        let sum = plus(plus(times(3.0, focal.clone()), dice.clone()), times(0.5, jaccard));
        agree(&sum, &fixed.evaluate(&painted))?;
        agree(&plus(times(0.25, focal), times(0.75, dice)), &handed.evaluate(&painted))
    });
}

#[test]
fn combo_and_dice_focal_are_sums_of_other_losses() {
    let combo = loss("combo", &[("alpha", 0.25.into()), ("smooth", 3.0.into())]);
    let dice = loss("dice", &[("smooth", 1.5.into()), ("absent", "scored".into())]);
    let [plain_dice, cross_entropy] = ["dice", "cross_entropy"].map(|id| loss(id, &[]));
    let dice_focal = loss("dice_focal", &[("dice_weight", 2.0.into()), ("focal_weight", 3.0.into())]);
    let focal = loss("focal", &[("balanced", false.into())]);
    for_all(64, any_field(), |painted| {
        // At β = ½ cross-entropy is halved, and a subtracted score is a loss but for 1.
        let sum = plus(times(0.125, cross_entropy.evaluate(&painted)), times(0.75, dice.evaluate(&painted)));
        agree(&(sum.0 - 0.75, sum.1), &combo.evaluate(&painted))?;
        let sum = plus(times(2.0, plain_dice.evaluate(&painted)), times(3.0, focal.evaluate(&painted)));
        agree(&sum, &dice_focal.evaluate(&painted))
    });
}
